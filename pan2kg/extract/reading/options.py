"""What a reader is told, how much a file may cost, and how zip archives of XML are opened within that.

A document of 0.3 MB can unpack to 300 MB, and a document type can make a megabyte of text of ten lines; a published
plan needs neither.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from dataclasses import dataclass, field
from typing import Final
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

from pan2kg.errors import OutlineError, Place

MEGABYTE: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """How much reading one file may take: processor seconds, megabytes of memory, pages, megabytes unpacked."""

    seconds: int = 60
    memory: int = 1000
    pages: int = 2000
    unpacked: int = 200


@dataclass(frozen=True, slots=True)
class Options:
    """Which pages are read, counted from 1 and both included, the password of a locked file, and the limits."""

    first: int = 1
    last: int | None = None
    password: str = ""
    limits: Limits = field(default_factory=Limits)


def page_range(text: str) -> tuple[int, int | None]:
    """The first and the last page of ``3-20``, ``3-`` or ``7``.

    >>> page_range("3-20"), page_range("3-"), page_range("7")
    ((3, 20), (3, None), (7, 7))

    Raises:
        OutlineError: the text names no pages.
    """
    first, dash, last = text.strip().partition("-")
    if first.isdecimal() and (not last or last.isdecimal()):
        numbers = int(first), int(last) if last else None if dash else int(first)
        if 0 < numbers[0] <= (numbers[1] or numbers[0]):
            return numbers
    raise OutlineError("no-pages", remedy="pages-form", text=text)


_DAMAGED: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, KeyError, ValueError)


class Package:
    """The parts of an archive, each unpacked when it is asked for."""

    def __init__(self, data: bytes, source: str, limits: Limits) -> None:
        self.source = source
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
            sizes = [part.file_size for part in self._archive.infolist()]
        except _DAMAGED:
            raise damaged(source) from None
        if any(part.flag_bits & 1 for part in self._archive.infolist()):
            raise OutlineError("document-locked", place=Place(source), remedy="save-without-password")
        if sum(sizes) > limits.unpacked * MEGABYTE:
            unpacked = str(sum(sizes) // MEGABYTE)
            raise OutlineError(
                "unpacks-too-large", place=Place(source), remedy="give-smaller-file", megabytes=unpacked,
                limit=limits.unpacked,
            )  # fmt: skip

    def __contains__(self, name: str) -> bool:
        return name in self._archive.namelist()

    def read(self, name: str) -> bytes:
        """The bytes of a part."""
        try:
            return self._archive.read(name)
        except _DAMAGED:
            raise damaged(self.source) from None

    def tree(self, name: str) -> Element:
        """A part as a tree; an empty one where the archive has no such part.

        Raises:
            OutlineError: the part is no XML, or has a document type.
        """
        if name not in self:
            return Element("none")
        return parse_xml(self.read(name), self.source)


class _WithoutDoctype(TreeBuilder):
    """Stops at a document type, before an entity of it is read."""

    source = ""

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:  # noqa: ARG002 - the parser's call
        raise OutlineError("has-document-type", place=Place(self.source), remedy="save-again")


def parse_xml(data: bytes, source: str) -> Element:
    """The tree of an XML text.

    Raises:
        OutlineError: it is no XML, or has a document type.
    """
    builder = _WithoutDoctype()
    builder.source = source
    parser = XMLParser(target=builder)  # noqa: S314 - document types are refused
    try:
        parser.feed(data)
        root: Element = parser.close()
    except ParseError as error:
        raise OutlineError("damaged-document", place=Place(source, error.position[0]), remedy="save-again") from None
    return root


def damaged(source: str) -> OutlineError:
    """What is said of a file that is cut short or changed."""
    return OutlineError("damaged-document", place=Place(source), remedy="save-again")
