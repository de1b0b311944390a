"""The one door to PyArrow: the columns of a graph as Parquet files, which column stores and clusters read.

Things stand as IRIs for whoever joins them, and once more as numbers, so that what is computed over them needs no
names: the number of a plan, an action or a text is its row in its file.
"""

from __future__ import annotations

import io
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from pan2kg.errors import FormatError, Place, ProjectError
from pan2kg.project import reason

if TYPE_CHECKING:
    from pan2kg.graph.graph import Graph

Cells = Sequence[object]
_READ: Final[Mapping[str, tuple[str, ...]]] = {
    "plans": ("plan", "plan_row"),
    "texts": ("text_row", "above_row", "is_general"),
    "paths": ("text_row", "above_row", "step"),
    "uses": ("work_row", "plan_row", "is_own", "text_row", "share", "level"),
}
"""What is read for figures, of the files that are written."""


def columns_of(graph: Graph) -> dict[str, dict[str, Cells]]:
    tables, weights = graph.tables, graph.known().potential.weights
    works = tables.works
    plan = {iri: at for at, iri in enumerate(works.plans)}
    row = {iri: at for at, iri in enumerate((*works.actions, *works.plans))}
    text = {iri: at for at, iri in enumerate(weights.texts)}
    uses = [use for use in tables.uses if use.work in row and use.text in text]
    above = weights.above.tolist()
    return {
        "plans": {
            "plan": works.plans,
            "plan_row": range(len(works.plans)),
            "label": [graph.label(iri) for iri in works.plans],
            "country": [graph.country_of.get(iri) for iri in works.plans],
            "published": [tables.published.get(iri) for iri in works.plans],
            "completeness": [tables.lists.get(iri) for iri in works.plans],
        },
        "actions": {
            "action": works.actions,
            "label": [graph.label(iri) for iri in works.actions],
            "plan": [works.home[iri] for iri in works.actions],
            "plan_row": [plan[works.home[iri]] for iri in works.actions],
        },
        "texts": {
            "text": weights.texts,
            "text_row": range(len(above)),
            "above": [weights.texts[at] if at >= 0 else None for at in above],
            "above_row": above,
            "step": weights.step.tolist(),
            "is_general": weights.general.tolist(),
        },
        "paths": paths_of(above, weights.step.tolist()),
        "uses": {
            "work": [use.work for use in uses],
            "text": [use.text for use in uses],
            "work_row": [row[use.work] for use in uses],
            "plan_row": [plan[works.home.get(use.work, use.work)] for use in uses],
            "is_own": [use.work in plan for use in uses],
            "text_row": [text[use.text] for use in uses],
            "share": [use.share for use in uses],
            "level": [int(use.level or 0) for use in uses],
            "link": [use.link for use in uses],
        },
        "involvements": {
            "involvement": [involvement.iri for involvement in graph.involvements],
            "work": [involvement.work for involvement in graph.involvements],
            "body": [involvement.body for involvement in graph.involvements],
            "roles": [" ".join(sorted(involvement.roles)) for involvement in graph.involvements],
            "level": [int(involvement.level or 0) for involvement in graph.involvements],
        },
        "citations": {
            "link": [citation.link for citation in graph.citations],
            "source": [citation.source for citation in graph.citations],
            "target": [citation.target for citation in graph.citations],
            "channel": [citation.channel for citation in graph.citations],
            "document": [citation.document for citation in graph.citations],
            "seen": [citation.seen for citation in graph.citations],
            "level": [int(citation.level or 0) for citation in graph.citations],
        },
    }


def paths_of(above: Sequence[int], step: Sequence[int]) -> dict[str, Cells]:
    rows = []
    for text in range(len(above)):
        node, weakest = text, 0
        while node >= 0:
            rows.append((text, node, weakest))
            weakest, node = max(weakest, step[node]), above[node]
    texts, nodes, steps = zip(*rows, strict=True) if rows else ((), (), ())
    return {"text_row": texts, "above_row": nodes, "step": steps}


def write_columns(columns: Mapping[str, Mapping[str, Any]], folder: Path) -> list[Path]:
    """Write the columns into a folder, a file each; a file that is there is replaced when the new one is whole.

    Raises:
        FormatError: PyArrow is not installed.
        ProjectError: the folder cannot be written.
    """
    pa, parquet = _arrow()
    paths = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, table in columns.items():
            target = folder / f"{name}.parquet"
            work = folder / f".{name}.parquet.{os.getpid()}"
            parquet.write_table(pa.table(dict(table)), work, compression="zstd", write_page_checksum=True)
            work.replace(target)
            paths.append(target)
    except OSError as error:
        raise ProjectError("cannot-write-there", place=Place(str(folder)), reason=reason(error)) from None
    return paths


def write_parquet(columns: Mapping[str, Sequence[str | None]]) -> bytes:
    pa, parquet = _arrow()
    target = io.BytesIO()
    table = pa.table({name: _texts(cells) for name, cells in columns.items()})
    parquet.write_table(table, target, compression="zstd", write_page_checksum=True)
    return target.getvalue()


def _texts(cells: Sequence[str | None]) -> object:
    pa, _ = _arrow()
    encoded = [(cell or "").encode() for cell in cells]
    ends = np.zeros(len(cells) + 1, np.int32)
    np.cumsum([len(cell) for cell in encoded], out=ends[1:])
    is_known = np.packbits(np.array([cell is not None for cell in cells], np.bool_), bitorder="little")
    return pa.StringArray.from_buffers(len(cells), *map(pa.py_buffer, (ends, b"".join(encoded), is_known)))


def read_columns(folder: Path) -> dict[str, object]:
    """Read the tables that figures need of a folder that :func:`write_columns` wrote, each as PyArrow holds it.

    Raises:
        FormatError: PyArrow is not installed.
        ProjectError: a file is missing, is cut short or is not what was written, or its rows name what is not there.
    """
    pa, parquet = _arrow()
    tables: dict[str, Any] = {}
    for name, columns in _READ.items():
        path = folder / f"{name}.parquet"
        try:
            tables[name] = parquet.read_table(
                path, columns=list(columns), partitioning=None, page_checksum_verification=True
            )
            tables[name].select(columns)
        except FileNotFoundError:
            raise ProjectError("no-such-file", place=Place(str(path)), remedy="export-columns") from None
        except (pa.ArrowException, OSError, KeyError, ValueError):
            raise ProjectError("parquet-broken", place=Place(str(path)), remedy="export-again") from None
    plans, texts = tables["plans"].num_rows, tables["texts"].num_rows
    for name, column, least, most in (
        ("plans", "plan_row", 0, plans), ("texts", "text_row", 0, texts), ("texts", "above_row", -1, texts),
        ("paths", "text_row", 0, texts), ("paths", "above_row", 0, texts),
        ("uses", "plan_row", 0, plans), ("uses", "text_row", 0, texts),
    ):  # fmt: skip
        numbers = tables[name].column(column).to_numpy()
        if len(numbers) and not (least <= int(numbers.min()) and int(numbers.max()) < most):
            raise ProjectError("parquet-rows", place=Place(str(folder / f"{name}.parquet")), remedy="export-again")
    return dict(tables)


def _arrow() -> tuple[Any, Any]:
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError:
        raise FormatError("needs-extra", remedy="install-extra", extra="parquet") from None
    return pa, parquet
