"""A published plan becomes a draft: lines, numbering, entries, outline, Turtle to complete.

``process`` reads a file of any format into a :class:`Document`, ``draft`` makes a plan of it as
Turtle, ``mentions`` finds what it names. The names offered here are those of a document that was
read and of the words in it; they load no reader.
"""

from pan2kg.extract.document import (
    Document,
    DocumentBlock,
    Folded,
    Quotation,
    Remark,
    canonical,
    find,
    folded,
    from_json,
    load_document,
    nearest,
    quoted,
    to_json,
)
from pan2kg.extract.names import Mention, NamesInTexts, Thing
from pan2kg.extract.numbering import Marker, readings, resolve

__all__ = [
    "Document",
    "DocumentBlock",
    "Folded",
    "Marker",
    "Mention",
    "NamesInTexts",
    "Quotation",
    "Remark",
    "Thing",
    "canonical",
    "find",
    "folded",
    "from_json",
    "load_document",
    "nearest",
    "quoted",
    "readings",
    "resolve",
    "to_json",
]
