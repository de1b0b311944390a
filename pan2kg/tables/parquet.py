"""What figures are made of, as tables of columns in Parquet: written, checked and read again.

The one door to pyarrow. ``pan2kg export`` writes the tables of a graph, and figures of plans can be
computed from them without the graph. Rows are numbered from 0, as the rows of matrices are, and
columns whose names end in ``_row`` hold such numbers.
"""

import io
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pan2kg.errors import FormatError, Place, ProjectError
from pan2kg.project import reason

if TYPE_CHECKING:
    from pan2kg.coherence.evidence import Level
    from pan2kg.graph.graph import Graph

Columns = Mapping[str, Sequence[object]]
"""A table: the cells of each of its columns, from the first row to the last."""
_READ = {
    "plans": ("plan", "plan_row"),
    "texts": ("text_row", "above_row", "is_general"),
    "paths": ("text_row", "above_row", "step"),
    "uses": ("work_row", "plan_row", "is_own", "text_row", "share", "level"),
}
"""What is read for figures, of the tables that are written."""


class RowColumn(NamedTuple):
    """A column of ``table`` that names rows of the table ``of``; −1, where ``least`` allows it, names none."""

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
    """What figures are made of, by the name of the table."""
    return {name: columns(graph) for name, columns in _TABLES.items()}


def _plans(graph: "Graph") -> Columns:
    tables = graph.tables
    plans = tables.works.plans
    return {
        "plan": plans,
        "plan_row": range(len(plans)),
        "label": [graph.label(plan) for plan in plans],
        "country": [graph.country_of.get(plan) for plan in plans],
        "published": [tables.published.get(plan) for plan in plans],
        "completeness": [tables.lists.get(plan) for plan in plans],
    }


def _actions(graph: "Graph") -> Columns:
    works = graph.tables.works
    actions = works.actions
    plans = [works.home[action] for action in actions]
    plan_rows = _rows_of(works.plans)
    return {
        "action": actions,
        "label": [graph.label(action) for action in actions],
        "plan": plans,
        "plan_row": [plan_rows[plan] for plan in plans],
    }


def _texts(graph: "Graph") -> Columns:
    """The texts that are used, each with the one above it; nothing and −1 above the topmost."""
    weights = graph.known().potential.weights
    above = weights.above.tolist()
    return {
        "text": weights.texts,
        "text_row": range(len(above)),
        "above": [weights.texts[row] if row >= 0 else None for row in above],
        "above_row": above,
        "step": weights.step.tolist(),
        "is_general": weights.general.tolist(),
    }


def _paths(graph: "Graph") -> Columns:
    weights = graph.known().potential.weights
    return paths_of(weights.above.tolist(), weights.step.tolist())


def paths_of(above: Sequence[int], step: Sequence[int]) -> Columns:
    """Each text with every text above it, and the weakest step on the way; −1 is above the topmost.

    >>> paths_of([-1, 0], [0, 2])
    {'text_row': [0, 1, 1], 'above_row': [0, 1, 0], 'step': [0, 0, 2]}
    """
    text_rows = []
    above_rows = []
    steps = []
    for text in range(len(above)):
        node = text
        weakest = 0
        while node >= 0:
            text_rows.append(text)
            above_rows.append(node)
            steps.append(weakest)
            weakest = max(weakest, step[node])
            node = above[node]
    return {"text_row": text_rows, "above_row": above_rows, "step": steps}


def _uses(graph: "Graph") -> Columns:
    """Each use of a text by an action or plan; works are numbered with the actions before the plans."""
    works = graph.tables.works
    plan_rows = _rows_of(works.plans)
    work_rows = _rows_of([*works.actions, *works.plans])
    text_rows = _rows_of(graph.known().potential.weights.texts)
    uses = [use for use in graph.tables.uses if use.work in work_rows and use.text in text_rows]
    return {
        "work": [use.work for use in uses],
        "text": [use.text for use in uses],
        "work_row": [work_rows[use.work] for use in uses],
        "plan_row": [plan_rows[works.home.get(use.work, use.work)] for use in uses],
        "is_own": [use.work in plan_rows for use in uses],
        "text_row": [text_rows[use.text] for use in uses],
        "share": [use.share for use in uses],
        "level": [_number(use.level) for use in uses],
        "link": [use.link for use in uses],
    }


def _involvements(graph: "Graph") -> Columns:
    involvements = graph.involvements
    return {
        "involvement": [involvement.iri for involvement in involvements],
        "work": [involvement.work for involvement in involvements],
        "body": [involvement.body for involvement in involvements],
        "roles": [" ".join(sorted(involvement.roles)) for involvement in involvements],
        "level": [_number(involvement.level) for involvement in involvements],
    }


def _citations(graph: "Graph") -> Columns:
    citations = graph.citations
    return {
        "link": [citation.link for citation in citations],
        "source": [citation.source for citation in citations],
        "target": [citation.target for citation in citations],
        "channel": [citation.channel for citation in citations],
        "document": [citation.document for citation in citations],
        "seen": [citation.seen for citation in citations],
        "level": [_number(citation.level) for citation in citations],
    }


def _rows_of(iris: Iterable[str]) -> dict[str, int]:
    return {iri: row for row, iri in enumerate(iris)}


def _number(level: "Level | None") -> int:
    """A level as figures compute with it; 0 is none."""
    return int(level or 0)


_TABLES = {
    "plans": _plans,
    "actions": _actions,
    "texts": _texts,
    "paths": _paths,
    "uses": _uses,
    "involvements": _involvements,
    "citations": _citations,
}
"""What makes the columns of each table; paths and uses name rows of the tables before them."""


def write_columns(tables: Mapping[str, Mapping[str, Any]], folder: Path) -> list[Path]:
    """Write tables as Parquet, a file each, whole or not at all; the paths of the files.

    Raises:
        ProjectError: nothing can be written there.
    """
    pa = _arrow()
    paths = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, columns in tables.items():
            target = folder / f"{name}.parquet"
            unfinished = folder / f".{name}.parquet.{os.getpid()}"
            pa.parquet.write_table(
                pa.table(dict(columns)), unfinished, compression="zstd", write_page_checksum=True
            )
            unfinished.replace(target)
            paths.append(target)
    except OSError as error:
        raise ProjectError(
            "cannot-write-there", place=Place(str(folder)), reason=reason(error)
        ) from None
    return paths


def read_columns(folder: Path) -> dict[str, object]:
    """The tables figures need, as Arrow, from the files :func:`write_columns` wrote.

    Raises:
        ProjectError: a file is missing or broken, or names a row that another does not have.
    """
    tables = {name: _read_table(folder / f"{name}.parquet", _READ[name]) for name in _READ}
    for rule in _ROW_COLUMNS:
        numbers = tables[rule.table].column(rule.column).to_numpy()
        if not len(numbers):
            continue
        if int(numbers.min()) < rule.least or int(numbers.max()) >= tables[rule.of].num_rows:
            raise ProjectError(
                "parquet-rows",
                place=Place(str(folder / f"{rule.table}.parquet")),
                remedy="export-again",
            )
    return tables


def _read_table(path: Path, columns: Sequence[str]) -> Any:  # noqa: ANN401 - pyarrow has no types
    pa = _arrow()
    try:
        table = pa.parquet.read_table(
            path, columns=list(columns), partitioning=None, page_checksum_verification=True
        )
        # a column that is missing is an error here only
        table.select(columns)
    except FileNotFoundError:
        raise ProjectError(
            "no-such-file", place=Place(str(path)), remedy="export-columns"
        ) from None
    except (pa.ArrowException, OSError, KeyError, ValueError):
        raise ProjectError(
            "parquet-broken", place=Place(str(path)), remedy="export-again"
        ) from None
    return table


def write_parquet(path: Path) -> bytes:
    """A CSV file, packed or not, as Parquet: all its columns are text, null where a cell is empty."""
    pa = _arrow()
    from pyarrow import csv

    # the system's memory goes back at once, and one thread takes the least of it
    pool = pa.system_memory_pool()
    reading = csv.ReadOptions(use_threads=False)
    parsing = csv.ParseOptions(newlines_in_values=True)
    table = pa.table({})
    with pa.input_stream(path) as stream:
        has_columns = bool(stream.read(8).strip())
    if has_columns:
        with csv.open_csv(path, reading, parsing, memory_pool=pool) as reader:
            types = dict.fromkeys(reader.schema.names, pa.string())
        converting = csv.ConvertOptions(
            column_types=types,
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
        )
        table = csv.read_csv(path, reading, parsing, converting, memory_pool=pool)
    target = io.BytesIO()
    pa.parquet.write_table(
        table, target, compression="zstd", write_page_checksum=True, memory_pool=pool
    )
    return target.getvalue()


def _arrow() -> Any:  # noqa: ANN401 - pyarrow has no types
    """pyarrow, with its module for Parquet."""
    try:
        import pyarrow.parquet
    except ImportError:
        raise FormatError("needs-extra", remedy="install-extra", extra="parquet") from None
    return pyarrow
