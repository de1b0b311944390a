"""The page of obligations: what is due, what answers it, how late; as picture, table and calendar."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pan2kg.charts.registry import draw_on
from pan2kg.site.basis import Notes
from pan2kg.site.figures import show
from pan2kg.site.library import grounds_of
from pan2kg.site.node import EVIDENCE, dated, quotes
from pan2kg.site.obligations import Event, write_calendar
from pan2kg.site.template import markup
from pan2kg.store.store import plain
from pan2kg.turtle.vocabulary import PAN

if TYPE_CHECKING:
    from pan2kg.site.basis import Mark
    from pan2kg.site.node import Quote
    from pan2kg.site.speaker import Speaker
    from pan2kg.site.view import Values


@dataclass(frozen=True, slots=True)
class Due:
    """By when an obligation is to be met, in words, how certain that is, and where it was read."""

    obligation: str
    day: str
    mark: Mark
    documents: tuple[str, ...]
    quotes: tuple[Quote, ...]


def values(speaker: Speaker) -> Values:
    """What the page shows."""
    language = speaker.request.language
    exhibit = speaker.library.exhibit("obligations", language)
    ground = speaker.library.ground(language, speaker.picture_address)
    notes = Notes(speaker)
    found = dues(notes)
    return {
        "title": speaker.t("obligations-title"),
        "picture": markup(draw_on(ground, "timeline").svg) if exhibit.rows else "",
        "table": show(exhibit, speaker),
        "dues": found,
        "notes": notes.listed(),
        "downloads": [
            (speaker.href("obligations.ics"), speaker.t("download-calendar")),
            (speaker.href("figure/obligations.csv"), "CSV"),
            (speaker.href("figure/obligations.json"), "JSON"),
        ],
    }


def dues(notes: Notes) -> list[Due]:
    """Every due date the graph states, the earliest first, each with its certainty, documents and quotations."""
    speaker, statements = notes.speaker, notes.speaker.library.statements
    said = (
        statement
        for entry in speaker.library.index.of_kind("obligation")
        for statement in statements.about(entry.iri)
        if statement.predicate == PAN + "dueDate"
    )
    found = []
    for statement in sorted(said, key=lambda one: (plain(one.value), one.thing, one.graph)):
        grounds = grounds_of(statements, statement)
        read = quotes(speaker, statements.block(statement.thing, statement.graph).get(EVIDENCE, ()))
        day = dated(speaker, plain(statement.value))
        found.append(Due(statement.thing, day, notes.mark(statement), grounds.sources, read))
    return found


def calendar(speaker: Speaker) -> str:
    """Obligations with a known day of falling due, as a calendar."""
    library = speaker.library
    events = [
        Event(f"{found.iri}@pan2kg", found.due, speaker.name(found.iri), speaker.name(found.instrument))
        for found in library.material(speaker.request.language).obligations
        if found.due
    ]
    name = speaker.t("obligations-title")
    return write_calendar(sorted(events, key=lambda e: (e.day, e.uid)), name=name, stamp=library.as_of)
