"""What figures are made of, as tables of columns in Parquet: written, checked and read again.

The one door to pyarrow. Rows are numbered from 0, as the rows of matrices are, and columns whose
names end in ``_row`` hold such numbers.
"""

import io
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pan2kg.errors import FormatError, Place, ProjectError
from pan2kg.project import reason

if TYPE_CHECKING:
    from pan2kg.graph.graph import Graph

Cells = Sequence[object]
Columns = dict[str, Cells]
_READ = {
    "plans": ("plan", "plan_row"),
    "texts": ("text_row", "above_row", "is_general"),
    "paths": ("text_row", "above_row", "step"),
    "uses": ("work_row", "plan_row", "is_own", "text_row", "share", "level"),
}
"""What is read for figures, of the files that are written."""


class RowColumn(NamedTuple):
    """A column that names rows of the table ``of``; −1, where ``least`` allows it, names none."""

    table: str
    column: str
    of: str
    least: int = 0


_ROW_COLUMNS = (
    RowColumn("plans", "plan_row", "plans"),
    RowColumn("texts", "text_row", "texts"),
    RowColumn("texts", "above_row", "texts", least=-1),
    RowColumn("paths", "text_row", "texts"),
    RowColumn("paths", "above_row", "texts"),
    RowColumn("uses", "plan_row", "plans"),
    RowColumn("uses", "text_row", "texts"),
)


def columns_of(graph: "Graph") -> dict[str, Columns]:
    """What figures are made of, by table and column."""
    tables = graph.tables
    weights = graph.known().potential.weights
    works = tables.works
    above = weights.above.tolist()
    step = weights.step.tolist()
    plan_rows = {plan: row for row, plan in enumerate(works.plans)}
    work_rows = {work: row for row, work in enumerate((*works.actions, *works.plans))}
    text_rows = {text: row for row, text in enumerate(weights.texts)}
    uses = [use for use in tables.uses if use.work in work_rows and use.text in text_rows]

    def fields(things: Iterable[object], *names: str) -> Columns:
        columns = Columns()
        listed = list(things)
        for name in names:
            cells = [getattr(thing, name) for thing in listed]
            columns[name] = [int(cell or 0) for cell in cells] if name == "level" else cells
        return columns

    return {
        "plans": {
            "plan": works.plans,
            "plan_row": range(len(works.plans)),
            "label": list(map(graph.label, works.plans)),
            "country": list(map(graph.country_of.get, works.plans)),
            "published": list(map(tables.published.get, works.plans)),
            "completeness": list(map(tables.lists.get, works.plans)),
        },
        "actions": {
            "action": works.actions,
            "label": list(map(graph.label, works.actions)),
            "plan": [works.home[iri] for iri in works.actions],
            "plan_row": [plan_rows[works.home[iri]] for iri in works.actions],
        },
        "texts": {
            "text": weights.texts,
            "text_row": range(len(above)),
            "above": [weights.texts[row] if row >= 0 else None for row in above],
            "above_row": above,
            "step": step,
            "is_general": weights.general.tolist(),
        },
        "paths": paths_of(above, step),
        "uses": {
            **fields(uses, "work", "text"),
            "work_row": [work_rows[use.work] for use in uses],
            "plan_row": [plan_rows[works.home.get(use.work, use.work)] for use in uses],
            "is_own": [use.work in plan_rows for use in uses],
            "text_row": [text_rows[use.text] for use in uses],
            **fields(uses, "share", "level", "link"),
        },
        "involvements": {
            "involvement": [part.iri for part in graph.involvements],
            **fields(graph.involvements, "work", "body"),
            "roles": [" ".join(sorted(part.roles)) for part in graph.involvements],
            **fields(graph.involvements, "level"),
        },
        "citations": {
            **fields(
                graph.citations, "link", "source", "target", "channel", "document", "seen", "level"
            ),
        },
    }


def paths_of(above: Sequence[int], step: Sequence[int]) -> Columns:
    """Each text with every text above it, and the weakest step on the way; −1 is above the topmost.

    >>> paths_of([-1, 0], [0, 2])
    {'text_row': (0, 1, 1), 'above_row': (0, 1, 0), 'step': (0, 0, 2)}
    """
    rows = []
    for text in range(len(above)):
        node = text
        weakest = 0
        while node >= 0:
            rows.append((text, node, weakest))
            weakest = max(weakest, step[node])
            node = above[node]
    texts, nodes, steps = zip(*rows, strict=True) if rows else ((), (), ())
    return {"text_row": texts, "above_row": nodes, "step": steps}


def write_columns(columns: Mapping[str, Mapping[str, Any]], folder: Path) -> list[Path]:
    """Write tables of columns as Parquet, a file each, whole or not at all; the paths of the files."""
    pa, parquet = _arrow()
    paths = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, table in columns.items():
            target = folder / f"{name}.parquet"
            work = folder / f".{name}.parquet.{os.getpid()}"
            parquet.write_table(
                pa.table(dict(table)), work, compression="zstd", write_page_checksum=True
            )
            work.replace(target)
            paths.append(target)
    except OSError as error:
        raise ProjectError(
            "cannot-write-there", place=Place(str(folder)), reason=reason(error)
        ) from None
    return paths


def write_parquet(path: Path) -> bytes:
    """What a CSV, packed or not, holds as Parquet: all its columns are text, null where a cell is empty."""
    pa, parquet = _arrow()
    from pyarrow import csv

    # the system's memory goes back at once, and one thread takes the least of it
    target = io.BytesIO()
    pool = pa.system_memory_pool()
    parsing = csv.ParseOptions(newlines_in_values=True)
    reading = csv.ReadOptions(use_threads=False)
    table = pa.table({})
    with pa.input_stream(path) as stream:
        has_columns = bool(stream.read(8).strip())
    if has_columns:
        with csv.open_csv(path, reading, parsing, memory_pool=pool) as reader:
            types = dict.fromkeys(reader.schema.names, pa.string())
        cells = csv.ConvertOptions(
            column_types=types,
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
        )
        table = csv.read_csv(path, reading, parsing, cells, memory_pool=pool)
    parquet.write_table(
        table, target, compression="zstd", write_page_checksum=True, memory_pool=pool
    )
    return target.getvalue()


def read_columns(folder: Path) -> dict[str, object]:
    """The tables figures need, as Arrow, from the files :func:`write_columns` wrote.

    Raises:
        ProjectError: a file is missing or broken, or names a row that another does not have.
    """
    pa, parquet = _arrow()
    tables = {}
    for name, columns in _READ.items():
        path = folder / f"{name}.parquet"
        try:
            tables[name] = parquet.read_table(
                path, columns=list(columns), partitioning=None, page_checksum_verification=True
            )
            tables[name].select(columns)
        except FileNotFoundError:
            raise ProjectError(
                "no-such-file", place=Place(str(path)), remedy="export-columns"
            ) from None
        except (pa.ArrowException, OSError, KeyError, ValueError):
            raise ProjectError(
                "parquet-broken", place=Place(str(path)), remedy="export-again"
            ) from None
    for name, column, of, least in _ROW_COLUMNS:
        numbers = tables[name].column(column).to_numpy()
        most = tables[of].num_rows
        if len(numbers) and not (least <= int(numbers.min()) and int(numbers.max()) < most):
            raise ProjectError(
                "parquet-rows", place=Place(str(folder / f"{name}.parquet")), remedy="export-again"
            )
    return tables


def _arrow() -> tuple[Any, Any]:
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError:
        raise FormatError("needs-extra", remedy="install-extra", extra="parquet") from None
    return pa, parquet
