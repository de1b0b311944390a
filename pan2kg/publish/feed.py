"""A change as an Atom feed (RFC 4287), an entry a thing, with the entries of the feed before behind.

The id of an entry follows from the thing and the two states, so that a feed that is made again
announces nothing twice.
"""

import os
import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree as ET

import pyoxigraph as ox

from pan2kg.errors import FormatError
from pan2kg.graph import datasets
from pan2kg.i18n import Language, Messages
from pan2kg.publish.change_files import tell_edit, title_of
from pan2kg.publish.changes import Altered, Change
from pan2kg.publish.edition import Issue
from pan2kg.publish.states import quads_with, text_of
from pan2kg.publish.vocabulary import FOAF
from pan2kg.tables import formats
from pan2kg.turtle import DCTERMS, ROOT

ATOM = "http://www.w3.org/2005/Atom"
_ENTRY = f"{{{ATOM}}}entry"
_ID = f"{{{ATOM}}}id"
_AUTHOR = "pan2kg contributors"
"""Who speaks where the data name nobody."""
_PUBLISHER = DCTERMS + "publisher"
_NAME = FOAF + "name"
OF_FEEDS = tuple(map(ox.NamedNode, (datasets.VOID_SPACE, _PUBLISHER, _NAME)))
"""What a feed says of who publishes it."""
_DAYS = tuple(ox.NamedNode(DCTERMS + name) for name in ("modified", "issued", "created"))
_WORDS = Messages("change")
_RELEASES = Messages("publication")


def write_feed(
    change: Change,
    language: Language,
    updated: datetime,
    *,
    address: str = "",
    issue: Issue | None = None,
    earlier: Path | None = None,
) -> str:
    """One change as an Atom feed; ``address`` is where it will be published.

    The feed of all versions has an entry for this ``issue``, and behind all those of the file
    ``earlier``. The id of an entry follows from the thing and the two states, so that a feed that
    is made again announces nothing twice.
    """
    when = updated.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    ET.register_namespace("", ATOM)
    root = ET.Element(f"{{{ATOM}}}feed", {"xml:lang": language})
    _put_head(root, change, language, when)
    if address:
        _put(root, "link", rel="self", type="application/atom+xml", href=address)
    if issue:
        _put_version(root, issue, language, when)
    for thing in change.things:
        _put_thing(root, thing, change, language, when)
    if earlier and earlier.is_file():
        announced = {entry.findtext(_ID) for entry in root.iter(_ENTRY)}
        for entry in _entries_of(earlier):
            if entry.findtext(_ID) not in announced:
                root.append(entry)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _put(parent: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
    fitting = {key: formats.xml_fit(value) for key, value in attributes.items()}
    element = ET.SubElement(parent, f"{{{ATOM}}}{name}", fitting)
    element.text = formats.xml_fit(text) or None
    return element


def _put_head(root: ET.Element, change: Change, language: Language, when: str) -> None:
    """Whose feed it is, of which two states, and of what day."""
    facts = quads_with(change.new.stated, OF_FEEDS)
    space = _fact(facts, datasets.VOID_SPACE) or ROOT
    publisher = _fact(facts, _PUBLISHER, subject=datasets.dataset_of(space))
    author = _fact(facts, _NAME, subject=publisher, language=language) if publisher else ""
    _put(root, "id", f"{space}changes")
    _put(root, "title", _WORDS.say("feed.title", language))
    _put(root, "subtitle", _WORDS.say("title", language, old=change.old.name, new=change.new.name))
    _put(root, "updated", when)
    _put(_put(root, "author"), "name", author or _AUTHOR)


def _fact(
    facts: Iterable[ox.Quad], predicate: str, *, subject: str = "", language: str = ""
) -> str:
    """What is said by a property, of a subject or of any, best in a language; else an empty text."""
    ranked = []
    for quad in facts:
        is_asked = not subject or str(quad.subject)[1:-1] == subject
        if is_asked and quad.predicate.value == predicate:
            is_foreign = getattr(quad.object, "language", None) != language
            ranked.append((is_foreign, text_of(quad.object)))
    return min(ranked)[1] if ranked else ""


def _put_version(root: ET.Element, issue: Issue, language: Language, when: str) -> None:
    entry = _put(root, "entry")
    title = _RELEASES.say("feed.version", language, version=issue.version)
    _put(entry, "id", issue.version_iri)
    _put(entry, "title", title)
    _put(entry, "updated", when)
    _put(entry, "summary", title)
    _put(entry, "link", rel="alternate", href=issue.version_iri)


def _put_thing(
    root: ET.Element, thing: Altered, change: Change, language: Language, when: str
) -> None:
    edits = "\n".join(f"{edit.predicate} {edit.old} {edit.new}" for edit in thing.edits)
    told = "\n".join(tell_edit(edit, change.names, language) for edit in thing.edits)
    entry = _put(root, "entry")
    _put(entry, "id", uuid5(NAMESPACE_URL, f"{thing.iri}\n{thing.status}\n{edits}").urn)
    _put(entry, "title", title_of(thing, change.names, language))
    _put(entry, "updated", when)
    if thing.iri.startswith(("http://", "https://")):
        _put(entry, "link", rel="alternate", href=thing.iri)
    _put(entry, "category", term=thing.status)
    _put(entry, "summary", told)


def _entries_of(feed: Path) -> list[ET.Element]:
    """The entries of a feed that was written before; none where it is damaged."""
    try:
        return ET.fromstring(feed.read_bytes()).findall(_ENTRY)  # noqa: S314  # of ours
    except ET.ParseError:
        return []


def day_of(change: Change, day_named: date | None = None) -> datetime:
    """The day a change is told as of: the one that was named, else SOURCE_DATE_EPOCH, else that of the later state.

    Raises:
        FormatError: the epoch is no number of seconds, or nothing says a day.
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not day_named and epoch:
        if not re.fullmatch(r"\d{1,11}", epoch):
            raise FormatError("epoch-no-number", remedy="unset-it", epoch=epoch)
        return datetime.fromtimestamp(int(epoch), tz=UTC)
    day = day_named or max(_days_stated(change), default=None)
    if day is None:
        raise FormatError("no-day-of-change", remedy="say-date")
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _days_stated(change: Change) -> list[date]:
    days = []
    for quad in quads_with(change.new.stated, _DAYS):
        if isinstance(quad.object, ox.Literal):
            with suppress(ValueError):
                days.append(date.fromisoformat(quad.object.value[:10]))
    return days
