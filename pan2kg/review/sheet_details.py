"""What a row of the sheet « details » is beside its own cells: its class, and the action or part that has it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pan2kg.coherence.uses import key
from pan2kg.review.sheet import DETAILS, Book, Column, full, named, values_in

BEFORE: Final = (
    *("skos:notation", "dcterms:identifier", "skos:prefLabel", "skos:altLabel", "pan:unofficialLabelLanguage"),
    *("pan:inPlan", "pan:inCategory", "pan:inPart", "pan:partLevel", "pan:partOf", "pan:order"),
)
"""What stands in such a block before them."""
_OF_TIMELINES: Final = ("class", "start", "end")


def owners(book: Book) -> Mapping[str, tuple[str, Path]]:
    """The actions and parts of the plan: the subject as its file writes it, and the file."""
    found = {}
    for sheet in book.sheets:
        for row in sheet.rows if sheet.layout.name in ("actions", "names") else ():
            cell = row.cells["number"]
            if cell.path:
                found[row.subject] = cell.subject, cell.path
    return found


def owner_of(book: Book, cells: Mapping[str, str]) -> str:
    """What a new row belongs to, as Turtle writes it; empty where its cell names nothing."""
    column = next(one for sheet in book.sheets for one in sheet.columns if one.place == "owner")
    return next((named(one, column, book.prefixes) for one in values_in(cells.get(column.code, ""))), "")


def class_of(cells: Mapping[str, str]) -> str:
    """The class a new row names; empty where it is none of those there are."""
    kind = next(iter(values_in(cells.get("kind", ""))), "").partition(" ")[0]
    return next((one for one in DETAILS if one.removeprefix("pan:") == kind), "")


def fault_in(book: Book, cells: Mapping[str, str], fresh: set[str]) -> str:
    """What is wrong with a new row, as the key of a message; empty where it can stand."""
    owner, kind = owner_of(book, cells), class_of(cells)
    if owner not in owners(book) and full(owner, book.prefixes) not in fresh:
        return "not-of-plan"
    if not kind:
        return "no-detail"

    def said(name: str) -> bool:
        return any(values_in(cells[code]) for code in cells if code.partition("@")[0] == name)

    if kind == "pan:Timeline":
        dated = "dated" in values_in(cells.get("class", ""))
        dates = said("start") or said("end")
        return "" if said("class") and not said("presence") and dated == dates else "timeline"
    wordless = "absent" in values_in(cells.get("presence", ""))
    is_whole = said("presence") and said("words") != wordless
    return "" if is_whole and not any(map(said, _OF_TIMELINES)) else "detail"


def subject_of(book: Book, cells: Mapping[str, str], slug: str) -> str:
    """The subject of a new row: what it belongs to, and its words."""
    prefix = DETAILS.get(class_of(cells), ("detail", ""))[0]
    own = key(full(owner_of(book, cells), book.prefixes))
    return f"{prefix}:{own}-{slug[:60].rstrip('-')}" if slug else f"{prefix}:{own}"


def classes_offered(column: Column, prefixes: Mapping[str, str]) -> list[str]:
    """The classes the list of a column offers, as addresses; none where it is not of classes.

    >>> classes_offered(Column("kind", "a", "pan", listed=True), {"pan": "http://p/"})[:2]
    ['http://p/Timeline', 'http://p/Indicator']
    """
    return [full(one, prefixes) for one in DETAILS] if column.predicate == "a" else []
