"""The tables of a release for people (``data/``): CSV and Parquet a column a language, a workbook a sheet a language.

Beside every address stands the name of what it is. Columns in which there is nothing are left out.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from pan2kg.i18n import LANGUAGES, Language, Messages, format_of
from pan2kg.publish.csv_tables import DATA, Field, FieldCells, ReleaseTable, csv_path
from pan2kg.publish.described import Described
from pan2kg.publish.edition import File
from pan2kg.publish.product_rows import ActionRow, BodyRow, LinkRow, ProductRows, TextRow
from pan2kg.tables import formats, parquet, spreadsheet

_WORDS = Messages("publication")


class Product(NamedTuple):
    """A table for people: its columns, those among them that hold values, not things, and what gives its rows.

    Rows are in the order of their columns, those in ``order`` first.
    """

    columns: tuple[str, ...]
    values: tuple[str, ...]
    rows: Callable[[ProductRows], Iterator[tuple[str, ...]]]
    order: tuple[str, ...] = ()


def _columns(fields: Sequence[str]) -> tuple[str, ...]:
    return tuple(field.rstrip("_") for field in fields)


PRODUCTS = {
    "actions": Product(_columns(ActionRow._fields), ("number", "quote"), ProductRows.actions),
    "links": Product(
        _columns(LinkRow._fields),
        ("link", "quote"),
        ProductRows.links,
        # like stands by like
        order=("type", "shared", "from", "to"),
    ),
    "bodies": Product(_columns(BodyRow._fields), ("actions", "plans"), ProductRows.bodies),
    "texts": Product(
        _columns(TextRow._fields), ("due_date", "due_rule", "quote"), ProductRows.texts
    ),
}
"""The tables for people, in the order in which they are offered."""
PRODUCT_FORMS = ("xlsx", "csv", "parquet") if find_spec("pyarrow") else ("xlsx", "csv")
"""The formats they have: Parquet only where the library for it is installed."""


def product_files(described: Described) -> Iterator[File]:
    """The tables for people: a workbook with a sheet a language, and CSV with a column a language and its metadata.

    In a sheet names stand first, then the addresses.
    """
    source = ProductRows(described)
    for name, offered in PRODUCTS.items():
        columns = _filled_columns(offered, _ordered_rows(source, offered))
        book = _book(described, offered, columns)
        yield f"{DATA}/{name}.xlsx", spreadsheet.write_spreadsheet(book)
        cells = list(_csv_cells(described, offered, columns))
        table = ReleaseTable(name, _WORDS.text(f"product.{name}"), cells, least=0, subject="")
        schema = {"columns": [_column_metadata(field) for field in table.fields]}
        yield from table.files(DATA, table.metadata(described.edition, DATA, schema))


def _ordered_rows(source: ProductRows, offered: Product) -> list[tuple[str, ...]]:
    cells = dict[str, str]()  # an address that stands in thousands of cells is held once
    rows = {tuple(cells.setdefault(cell, cell) for cell in row) for row in offered.rows(source)}
    first = [offered.columns.index(name) for name in offered.order]
    return sorted(rows, key=lambda row: (*(row[place] for place in first), row))


def _filled_columns(
    offered: Product, rows: Sequence[tuple[str, ...]]
) -> Mapping[str, Sequence[str]]:
    """The columns by their names, without those in which there is nothing."""
    columns = zip(offered.columns, zip(*rows, strict=True), strict=False)
    return {name: cells for name, cells in columns if any(cells)}


def _csv_cells(
    described: Described, offered: Product, columns: Mapping[str, Sequence[str]]
) -> Iterator[FieldCells]:
    """Columns of values as they are; of things the names in each language, then the address."""
    for name, cells in columns.items():
        if name in offered.values:
            yield Field(name, is_iri=name == "link", about=name), cells
            continue
        for tag in LANGUAGES:
            names = {iri: described.own_name(iri, tag) for iri in {*cells} - {""}}
            field = Field(f"{name}_{tag}", language=tag, about=name)
            yield field, [names.get(iri, "") for iri in cells]
        yield Field(f"{name}_iri", is_iri=True, about=name), cells


def _book(
    described: Described, offered: Product, columns: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, formats.Grid]]:
    for tag in LANGUAGES:
        heads = []
        cells_by_head = []
        for head, cells in _sheet_columns(described, offered, columns, tag):
            heads.append(head)
            cells_by_head.append(cells)
        rows = list(zip(*cells_by_head, strict=True))
        yield format_of("name", tag), formats.Grid(heads, rows)


def _sheet_columns(
    described: Described, offered: Product, columns: Mapping[str, Sequence[str]], tag: Language
) -> Iterator[tuple[str, Sequence[str]]]:
    """The columns of a sheet in one language with their headings: values and names, then addresses."""
    for name, cells in columns.items():
        if name in offered.values:
            yield _heading(name, tag), cells
        else:
            names = {iri: described.name(iri, tag) for iri in {*cells} - {""}}
            yield _heading(name, tag), [names.get(iri, iri) for iri in cells]
    for name, cells in columns.items():
        if name not in offered.values:
            yield _WORDS.say("product.address", tag, of=_heading(name, tag)), cells


def _heading(name: str, language: Language) -> str:
    key = f"product.column.{name}"
    if _WORDS.has(key):
        return _WORDS.say(key, language)
    return Messages("heading").say(name, language)


def _column_metadata(column: Field) -> dict[str, object]:
    titles = {tag: _heading(column.about, tag) for tag in LANGUAGES}
    description: dict[str, object] = {
        "name": column.name,
        "titles": {**titles, "und": column.name},
        "datatype": "anyURI" if column.is_iri else "string",
    }
    if column.language:
        description["lang"] = column.language
    return description


def parquet_files(root: Path) -> Iterator[File]:
    """The tables for people as Parquet, made of their CSV."""
    if "parquet" not in PRODUCT_FORMS:
        return
    for name in PRODUCTS:
        yield f"{DATA}/{name}.parquet", parquet.write_parquet(root / csv_path(DATA, name))
