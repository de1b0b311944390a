"""A table of a release as CSV on the Web has it (W3C): its columns, its rows, the CSV and its metadata."""

import csv
import gzip
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pan2kg.i18n import Text
from pan2kg.publish.edition import Edition, File, as_json
from pan2kg.publish.vocabulary import RELEASED

TABLES = "tables"
DATA = "data"
CONTEXT = ["http://www.w3.org/ns/csvw", {"@language": RELEASED[0]}]
GROUP = f"{TABLES}/csv-metadata.json"
"""What describes the tables for programs together."""
PACKED = {
    DATA: ("links", "actions", "texts"),
    TABLES: (
        "links",
        "computed-links",
        "involvements",
        "passages",
        "topics",
        "documents",
        "parts",
    ),
}
"""The tables that are compressed, by their folder: the largest."""
SEPARATORS = ("|", "¦", "‖")
"""What stands between several values of a cell: the first that occurs in none of them."""


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a table as CSV has it.

    ``about`` is the column of whose thing it says something, empty of that of the row; ``refers``
    is the table it refers to.
    """

    name: str
    property: str = ""
    datatype: str = "string"
    language: str = ""
    is_iri: bool = False
    about: str = ""
    separator: str = ""
    refers: str = ""


FieldCells = tuple[Field, Sequence[str]]
"""A column with its cells, a row each."""
FieldValues = tuple[Field, Sequence[Sequence[str]]]
"""A column with the values of each row: none, one or several."""


class ReleaseTable:
    """A table of a release: its fields and rows, without columns that are empty beyond the first ``least``.

    ``key`` names the fields that tell a row from every other. ``subject`` is the field whose thing a
    row is about, empty where it is about none; in a table of pairs ``target`` is what that points to.
    """

    def __init__(
        self,
        name: str,
        title: Text,
        cells: Sequence[FieldCells],
        *,
        least: int = 2,
        key: tuple[str, ...] = ("iri",),
        subject: str = "iri",
        target: str = "",
    ) -> None:
        self.name = name
        self.title = title
        self.key = key
        self.subject = subject
        self.target = target
        self.fields: list[Field] = []
        columns = []
        for place, (column, values) in enumerate(cells):
            if place < least or not values or any(values):
                self.fields.append(column)
                columns.append(values)
        self.rows = list(zip(*columns, strict=True))

    def metadata(
        self, edition: Edition, folder: str, schema: Mapping[str, object]
    ) -> dict[str, object]:
        """The description of a table in a folder (W3C, Metadata Vocabulary for Tabular Data, 5.4)."""
        issue = edition.issue
        path = csv_path(folder, self.name)
        return {
            "@id": issue.addresses.file(path),
            "url": path.removeprefix(f"{folder}/"),
            "dc:title": [{"@value": words, "@language": tag} for tag, words in self.title.words],
            "dc:license": {"@id": edition.facts.about("license")[0].value},
            "dc:isPartOf": {"@id": issue.dataset},
            "tableSchema": schema,
        }

    def files(self, folder: str, metadata: Mapping[str, object]) -> Iterator[File]:
        """The CSV, packed where it is one of the largest, and its metadata."""
        path = csv_path(folder, self.name)
        content = self._csv()
        if path.endswith(".gz"):
            content = gzip.compress(content, 6, mtime=0)
        yield path, content
        described = as_json({"@context": CONTEXT, **metadata})
        yield f"{folder}/{self.name}.csv-metadata.json", described

    def _csv(self) -> bytes:
        # cells are texts; as one text in memory they would take four times as much
        target = io.BytesIO()
        lines = io.TextIOWrapper(target, "utf-8", newline="")
        writer = csv.writer(lines)
        writer.writerow(column.name for column in self.fields)
        writer.writerows(self.rows)
        lines.flush()
        return target.getvalue()


def csv_path(folder: str, name: str) -> str:
    """The path of a table, packed where it is one of the largest.

    >>> csv_path("data", "links"), csv_path("data", "bodies")
    ('data/links.csv.gz', 'data/bodies.csv')
    """
    ending = "csv.gz" if name in PACKED[folder] else "csv"
    return f"{folder}/{name}.{ending}"


def joined(*columns: FieldValues) -> Iterator[FieldCells]:
    """Columns as texts; several values of a cell stand behind each other, in all these columns alike."""
    mark = ""
    _, first_rows = columns[0]
    if any(len(values) > 1 for values in first_rows):
        mark = _separator(columns)
    for field, rows in columns:
        cells = [mark.join(values) if any(values) else "" for values in rows]
        yield replace(field, separator=mark), cells


def _separator(columns: Sequence[FieldValues]) -> str:
    """The first separator that stands in none of the values."""
    texts = set[str]()
    for _, rows in columns:
        texts.update(*rows)
    return next(mark for mark in SEPARATORS if not any(mark in text for text in texts))


def decimal_text(value: float) -> str:
    """A number to six decimals, without needless zeros.

    >>> decimal_text(1.25), decimal_text(2.0)
    ('1.25', '2')
    """
    return f"{value:.6f}".rstrip("0").rstrip(".")
