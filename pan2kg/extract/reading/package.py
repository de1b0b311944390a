"""Word processor files are zip archives of XML: opened with their sizes checked, and without document types.

A document of 0.3 MB can unpack to 300 MB, and a document type can make a megabyte of text of ten lines; a published
plan needs neither.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import Final
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

from pan2kg.errors import OutlineError, Place
from pan2kg.extract.reading.options import MEGABYTE, Limits

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
