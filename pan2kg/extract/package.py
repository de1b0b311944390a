"""The archive an office file is: its parts as trees of XML, held to limits.

A document of 0.3 MB can unpack to 300 MB, and a document type can make a megabyte of text of ten
lines; a published plan needs neither.
"""

import io
import math
import zipfile
import zlib
from collections.abc import Iterable
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

from pan2kg.errors import OutlineError, Place
from pan2kg.extract.document import canonical
from pan2kg.extract.numbering import BULLET
from pan2kg.extract.paragraphs import Paragraph

MEGABYTE = 1_000_000
# more columns a cell cannot span: a spreadsheet's empty rest of a row is no part of a table
SPANS_LIMIT = 100
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    KeyError,
    ValueError,
)


class Package:
    """An archive whose parts are read as trees.

    ``source`` is its name in errors, ``unpacked`` how many megabytes it may unpack to.

    Raises:
        OutlineError: it is damaged, locked or too large.
    """

    def __init__(self, data: bytes, source: str, unpacked: int) -> None:
        self.source = source
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
            entries = self._archive.infolist()
        except _DAMAGED:
            raise damaged(source) from None
        if any(entry.flag_bits & 1 for entry in entries):
            raise OutlineError(
                "password-needed", place=Place(source), remedy="save-without-password"
            )
        size = sum(entry.file_size for entry in entries)
        if size > unpacked * MEGABYTE:
            raise too_large(source, size, unpacked)

    def tree(self, name: str) -> Element:
        """The tree of a part, an empty one where there is no such part."""
        if name not in self._archive.namelist():
            return Element("none")
        builder = _WithoutDoctype()
        builder.source = self.source
        parser = XMLParser(target=builder)  # noqa: S314 - document types are refused
        try:
            parser.feed(self._archive.read(name))
            root = parser.close()
        except ParseError as error:
            raise damaged(self.source, error.position[0]) from None
        except _DAMAGED:
            raise damaged(self.source) from None
        return root

    def whole(self, value: str, default: int) -> int:
        """The whole number an attribute holds, ``default`` where it is empty.

        Raises:
            OutlineError: it holds something else.
        """
        try:
            return int(value) if value else default
        except ValueError:
            raise damaged(self.source) from None

    def size(self, value: str, default: float) -> float:
        """The size an attribute holds, as :meth:`whole`."""
        try:
            size = float(value) if value else default
        except ValueError:
            raise damaged(self.source) from None
        if not math.isfinite(size):
            raise damaged(self.source)
        return size


class _WithoutDoctype(TreeBuilder):
    source = ""

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:  # noqa: ARG002 - the parser's call
        raise OutlineError("has-document-type", place=Place(self.source), remedy="save-again")


def damaged(source: str, line: int | None = None) -> OutlineError:
    return OutlineError("damaged-document", place=Place(source, line), remedy="save-again")


def too_large(source: str, size: int, limit: int) -> OutlineError:
    values = {"megabytes": str(size // MEGABYTE), "limit": limit}
    return OutlineError(
        "unpacks-too-large", place=Place(source), remedy="give-smaller-file", **values
    )


def cell_text(paragraphs: Iterable[Paragraph]) -> str:
    """The text of a cell with the numbers of its paragraphs; a table within it is text of the cell."""
    words: list[str] = []
    for paragraph in paragraphs:
        for row in paragraph.rows:
            words += row
        if paragraph.kind != "table":
            if paragraph.number != BULLET:
                words.append(paragraph.number)
            words.append(paragraph.text)
    return canonical(" ".join(words))
