"""A change for other programs: as an Atom feed (RFC 4287), as CSV, and as JSON.

The feed has an entry for each thing that changed. The id of an entry follows from the thing and the two states, so that
a feed that is made again announces nothing twice.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Final
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree as ET

import pyoxigraph as ox

from pan2kg.errors import FormatError
from pan2kg.graph.dataset import VOID_SPACE, dataset_of
from pan2kg.i18n.catalogue import Language, Messages
from pan2kg.publish.diff.change_report import ChangeReport, Refigured, describe_edit, kind_name
from pan2kg.publish.diff.states import Change
from pan2kg.publish.diff.things import Altered, Edit, Value
from pan2kg.tables import formats
from pan2kg.tables.figure_words import basis_words
from pan2kg.turtle.vocabulary import DCTERMS, ROOT

_WORDS: Final = Messages("change")

ATOM: Final = "http://www.w3.org/2005/Atom"
FEED: Final = "changes"
"""The feed's address below that of the project."""
AUTHOR: Final = "pan2kg contributors"
"""Who speaks where the data name nobody."""
_FOAF: Final = "http://xmlns.com/foaf/0.1/name"
_PUBLISHER: Final = f"{DCTERMS}publisher"
_SAID: Final = frozenset(map(ox.NamedNode, (VOID_SPACE, _PUBLISHER, _FOAF)))
"""What a feed needs of a state."""
_DAYS: Final = tuple(DCTERMS + name for name in ("modified", "issued", "created"))


def write_feed(report: ChangeReport, language: Language, updated: datetime, *, address: str = "") -> str:
    """The feed of one change; ``address`` is where it will be published.

    >>> from pan2kg.publish.diff.states import change_list
    >>> from pan2kg.publish.diff.states import side_of
    >>> from pan2kg.publish.diff.change_report import read_change_report
    >>> quad = ox.Quad(ox.NamedNode("http://e/s"), ox.NamedNode("http://e/p"), ox.Literal("a < b"))
    >>> report = read_change_report(change_list(side_of([], "a"), side_of([quad], "b")))
    >>> "a &lt; b" in write_feed(report, "en", datetime(2026, 1, 1, tzinfo=UTC))
    True
    """
    when = updated.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    root = ET.Element("feed", {"xmlns": ATOM, "xml:lang": language})
    facts = [quad for quad in report.change.new.quads if quad.predicate in _SAID]
    space = _first(facts, VOID_SPACE) or ROOT
    _put(root, "id", space + FEED)
    _put(root, "title", _WORDS.say("feed.title", language))
    _put(root, "subtitle", _WORDS.say("title", language, old=report.change.old.name, new=report.change.new.name))
    _put(root, "updated", when)
    publisher = _first(facts, _PUBLISHER, dataset_of(space))
    author = _first(facts, _FOAF, publisher, language) if publisher else ""
    _put(ET.SubElement(root, "author"), "name", author or AUTHOR)
    if address:
        ET.SubElement(root, "link", {"rel": "self", "type": "application/atom+xml", "href": formats.xml_fit(address)})
    for thing in report.things:
        _entry(root, thing, report, language, when)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _first(facts: Sequence[ox.Quad], predicate: str, subject: str = "", language: str = "") -> str:
    """A value of a property, of a subject where one is named, best in a language; empty for none."""
    found = [
        quad.object for quad in facts
        if quad.predicate.value == predicate and isinstance(quad.object, ox.Literal | ox.NamedNode)
        and (not subject or (isinstance(quad.subject, ox.NamedNode) and quad.subject.value == subject))
    ]  # fmt: skip
    told = sorted(found, key=lambda term: (getattr(term, "language", None) != language, term.value))
    return next((term.value for term in told), "")


def entry_id(thing: Altered) -> str:
    """The id of an entry: made from the thing and what happened to it, in whatever language it is told."""
    said = "\n".join(f"{edit.property} {edit.old} {edit.new}" for edit in thing.edits)
    return uuid5(NAMESPACE_URL, f"{thing.iri}\n{thing.status}\n{said}").urn


def day_of(change: Change, given: date | None = None) -> datetime:
    """When a change is said to have happened: the day given, else SOURCE_DATE_EPOCH, else the latest day in the data.

    Raises:
        FormatError: there is none of these, or SOURCE_DATE_EPOCH is no number of seconds.
    """
    if given:
        return datetime(given.year, given.month, given.day, tzinfo=UTC)
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if epoch:
        if not re.fullmatch(r"\d{1,11}", epoch):
            raise FormatError("epoch-faulty", remedy="unset-it", epoch=epoch)
        return datetime.fromtimestamp(int(epoch), tz=UTC)
    found = max(_days(change), default=None)
    if found is None:
        raise FormatError("no-day-of-change", remedy="say-date")
    return datetime(found.year, found.month, found.day, tzinfo=UTC)


def _days(change: Change) -> Iterator[date]:
    for quad in change.new.quads:
        if quad.predicate.value in _DAYS and isinstance(quad.object, ox.Literal):
            try:
                yield date.fromisoformat(quad.object.value[:10])
            except ValueError:
                continue


def _entry(root: ET.Element, thing: Altered, report: ChangeReport, language: Language, when: str) -> None:
    entry = ET.SubElement(root, "entry")
    kind, status = kind_name(thing, report.names, language), _WORDS.say(f"status.{thing.status}", language)
    name = report.names.titled(thing.iri, language)
    _put(entry, "id", entry_id(thing))
    _put(entry, "title", _WORDS.say("feed.entry", language, kind=kind, status=status, thing=name))
    _put(entry, "updated", when)
    if thing.iri.startswith(("http://", "https://")):
        ET.SubElement(entry, "link", {"rel": "alternate", "href": formats.xml_fit(thing.iri)})
    ET.SubElement(entry, "category", {"term": thing.status})
    _put(entry, "summary", "\n".join(describe_edit(edit, report.names, language) for edit in thing.edits))


def _put(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = formats.xml_fit(text)


COLUMNS: Final = (
    "status",
    "kind",
    "kind_label",
    "thing",
    "thing_label",
    "part_of",
    "root",
    "property",
    "property_label",
    "language",
    "old",
    "new",
)


def write_csv(report: ChangeReport, language: Language) -> str:
    """A row for each value that came or went (RFC 4180, with a header)."""
    rows = (
        [*about, edit.property, report.names.property(edit.property, language), edit.language, *_ends(edit)]
        for thing in report.things
        for about in [_about(thing, report, language)]
        for edit in thing.edits
    )
    return formats.write_csv(formats.Grid(COLUMNS, rows))


def write_json(report: ChangeReport, language: Language) -> str:
    """All of a change: counts, moves, what was derived, and each thing with its values as N-Triples terms."""
    change = report.change
    content = {
        "old": change.old.name,
        "new": change.new.name,
        "statements_added": len(change.added),
        "statements_removed": len(change.removed),
        "moved": [{"old": one.old, "new": one.new} for one in change.moves],
        "shifted": [{"old": one.old, "new": one.new, "count": one.count} for one in change.shifts],
        "derived": [{"rule": one.rule, "added": one.added, "removed": one.removed} for one in change.derivations],
        "figures": _figures(report.figures, language) if report.figures else None,
        "things": [_thing(thing, report, language) for thing in report.things],
    }
    return formats.write_json(content)


def _figures(found: Refigured, language: Language) -> dict[str, object]:
    changed = [
        {"figure": new.figure.id, "name": new.figure.name().say(language), "old": old.value, "new": new.value}
        for old, new in found.changed
    ]
    return {"basis": basis_words(found.line, language), "weights": found.line.weights, "changed": changed}


def _about(thing: Altered, report: ChangeReport, language: Language) -> list[str]:
    label = report.names.of(thing.iri, language)
    return [thing.status, thing.kind, kind_name(thing, report.names, language), thing.iri, label,
            thing.part_of, thing.root]  # fmt: skip


def _ends(edit: Edit) -> list[str]:
    return ["" if term is None else term.value if not isinstance(term, ox.Triple) else str(term)
            for term in (edit.old, edit.new)]  # fmt: skip


def _thing(thing: Altered, report: ChangeReport, language: Language) -> dict[str, object]:
    named = dict(zip(COLUMNS, _about(thing, report, language), strict=False))
    edits = [
        {
            "property": edit.property,
            "property_label": report.names.property(edit.property, language),
            "old": _term(edit.old),
            "new": _term(edit.new),
        }
        for edit in thing.edits
    ]
    return {**named, "edits": edits}


def _term(term: Value | None) -> str | None:
    return None if term is None else str(term)
