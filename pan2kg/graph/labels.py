"""What things are called: their labels in each language, short names, numbers, keys, kinds and classes.

A thing of ours is of the kind, and has the key, its IRI ends in; one of others, such as a law, has
those its class and its identifier give. This is the one place that decides what a thing is called.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple

import pyoxigraph as ox

from pan2kg.i18n import LANGUAGES, with_french_spaces
from pan2kg.store import Store, gathered, plain, program_query, select, text_rows
from pan2kg.store.store import Row, Solutions
from pan2kg.turtle.vocabulary import PAN, kind_and_key

KINDS = (
    "plan",
    "action",
    "body",
    "instrument",
    "part",
    "category",
    "provision",
    "topic",
    "group",
    "obligation",
    "review",
    "recommendation",
    "conflict",
)
"""Things that have a page of their own in the site; all others are shown on the pages of these."""

INSTRUMENTS = frozenset(
    PAN + name
    for name in ("LegalAct", "Treaty", "SoftLaw", "Commitment", "Bill", "OtherInstrument")
)
"""The classes of what others have set down, and plans and actions rest on."""
_KIND_OF = dict.fromkeys(INSTRUMENTS, "instrument") | {
    PAN + "Provision": "provision",
    PAN + "PublicBody": "body",
    PAN + "Organisation": "body",
}
"""The kind of things whose IRI is not ours, by their class."""
_TextsOf = dict[str, dict[str, str]]
"""The texts of things, by IRI and language."""


class Name(NamedTuple):
    """What a thing is called in the best language there is, and in the others; with its key, number and class.

    ``whole`` is the label where the words are the short name of the thing, else empty.
    """

    text: str
    language: str
    texts: Mapping[str, str] = MappingProxyType({})
    iri: str = ""
    key: str = ""
    notation: str = ""
    type: str = ""
    whole: str = ""

    @property
    def short(self) -> str:
        """The printed number, else the end of the key."""
        return self.notation or self.key.rpartition("-")[2]

    @property
    def full(self) -> str:
        """The label with the key behind it."""
        words = self.whole or self.text
        return f"{words} ({self.key})" if self.key and self.key != words else words


@dataclass(frozen=True, slots=True)
class Entry:
    """A thing: its IRI, kind and key (which make its address), class, printed number, names by language, identifier.

    The kind is empty where a thing of others has no page; the identifier is the one the graph
    states. ``brief`` are the short names by language.
    """

    iri: str
    kind: str
    key: str
    type: str
    notation: str
    texts: Mapping[str, str]
    identifier: str = ""
    brief: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_retired(self) -> bool:
        """Whether it is an identifier that names nothing any more."""
        return self.type == f"{PAN}RetiredIdentifier"

    @property
    def has_page(self) -> bool:
        """Whether the site has a page of its own for it."""
        return self.kind in KINDS

    @property
    def address(self) -> str:
        """The address of its page below the folder of a language."""
        return f"{self.kind}/{self.key}.html"


@dataclass(frozen=True, eq=False)
class Labels:
    """All things by their IRI, and by the kind and key that address their page."""

    entries: Mapping[str, Entry]
    by_address: Mapping[tuple[str, str], Entry]

    def entry(self, iri: str) -> Entry | None:
        """The thing with an IRI."""
        return self.entries.get(iri)

    def find(self, kind: str, key: str) -> Entry | None:
        """The thing of a kind with a key, as its page is called."""
        return self.by_address.get((kind, key))

    @cached_property
    def _of_kinds(self) -> Mapping[tuple[str, bool], list[Entry]]:
        of_kinds: dict[tuple[str, bool], list[Entry]] = defaultdict(list)
        for entry in sorted(self.entries.values(), key=lambda entry: entry.key):
            of_kinds[entry.kind, entry.is_retired].append(entry)
        return of_kinds

    def of_kind(self, kind: str, *, is_retired: bool = False) -> list[Entry]:
        """The things of a kind by their keys, or the retired identifiers of it."""
        return [*self._of_kinds.get((kind, is_retired), ())]

    def label(self, iri: str, language: str) -> Name:
        """What a thing is called in a language, else in French, English, any other; its number or key without a name.

        This is the one place that decides it: tables, pictures, pages, exports and the report all
        ask here.
        """
        entry = self.entries.get(iri)
        if entry is None:
            return Name(_end_of(iri), "", iri=iri, key=_end_of(iri))
        key = entry.identifier or entry.key or _end_of(iri)
        if entry.texts:
            name = best(entry.texts, language)
        else:
            name = Name(entry.notation or key, "", entry.texts)
        return name._replace(iri=iri, key=key, notation=entry.notation, type=entry.type)

    def brief(self, iri: str, language: str, *, is_drawn: bool = False) -> Name:
        """What a thing is called where there is little space: its short name in the language, else its label.

        What is shown then says the full name in its title: ``whole``. In a picture its spaces are
        plain, and its language is said only where that is another.
        """
        entry = self.entries.get(iri)
        name = self.label(iri, language)
        words = entry.brief.get(language, "") if entry else ""
        if words:
            name = name._replace(text=words, language=language, whole=name.text)
        if is_drawn:
            tongue = "" if name.language == language else name.language
            name = name._replace(text=plain_words(name.text), language=tongue)
        return name


def best(texts: Mapping[str, str], language: str) -> Name:
    """The text in a language, else in French, English or the first of the others; of one text at least."""
    tag = next(tag for tag in (language, *LANGUAGES, min(texts)) if tag in texts)
    return Name(texts[tag], tag, texts)


def _end_of(iri: str) -> str:
    """The last part of an IRI, where nothing better is known."""
    _, eli, path = iri.partition("/eli/")
    if eli and "#" not in path:  # the parts of such an address mean nothing alone
        return f"eli/{path}"
    return iri.rstrip("/#").replace("#", "/").rpartition("/")[2] or iri


def read_labels(store: Store) -> Labels:
    """Read the names, keys and classes of all things, each query once."""
    names = _texts(select(store, program_query("labels/names")).rows)
    names |= _texts(select(store, program_query("labels/untitled")).rows)
    short_names = _texts(select(store, program_query("labels/short-names")).rows)
    statuses = _texts(select(store, program_query("labels/plan-statuses")).rows)
    _add_status(names, statuses)
    _add_status(short_names, statuses)
    keys = select(store, program_query("labels/keys"))
    identifiers = _first_values(keys, "key")
    notations = _first_values(keys, "notation")
    classes = _classes(store)
    entries = {}
    by_address: dict[tuple[str, str], Entry] = {}
    for iri in sorted({*names, *identifiers, *classes}):
        identifier = identifiers.get(iri, "")
        class_ = classes.get(iri, "")
        kind, key = kind_and_key(iri)
        if kind:
            key = _free_key(kind, key, by_address)
        elif class_ in _KIND_OF and identifier:
            kind = _KIND_OF[class_]
            key = identifier
        entry = Entry(
            iri,
            kind,
            key,
            type=class_,
            notation=notations.get(iri, ""),
            texts=names.get(iri, {}),
            identifier=identifier,
            brief=short_names.get(iri, {}),
        )
        if kind:
            by_address[kind, key] = entry
        entries[iri] = entry
    return Labels(entries, by_address)


def _add_status(names: _TextsOf, statuses: _TextsOf) -> None:
    """Call plans that are drafts, announced or lapsed so, behind each of their names."""
    for plan, words in statuses.items():
        texts = names.get(plan, {})
        for tag, name in texts.items():
            texts[tag] = f"{name} ({best(words, tag).text})"


def _classes(store: Store) -> dict[str, str]:
    """The class of each thing: of several one of ours, then the first."""
    classes = gathered(
        (iri, class_) for iri, class_ in text_rows(store, program_query("labels/classes"))
    )
    return {
        iri: min(names, key=lambda name: (not name.startswith(PAN), name))
        for iri, names in classes.items()
    }


def _free_key(kind: str, key: str, by_address: Mapping[tuple[str, str], Entry]) -> str:
    """The key of a thing of ours, with a number behind it where another of ours has that address already.

    A thing of others gives its address up.
    """
    namesake = by_address.get((kind, key))
    if namesake is None or not kind_and_key(namesake.iri)[0]:
        return key
    number = 2
    while (kind, f"{key}.{number}") in by_address:
        number += 1
    return f"{key}.{number}"


def _first_values(solutions: Solutions, column: str) -> dict[str, str]:
    """The first value in a column by its text, by the thing the row is about."""
    values: dict[str, str] = {}
    for iri, value in zip(solutions.values("thing"), solutions.values(column), strict=True):
        if value:
            values[iri] = min(value, values.get(iri, value))
    return values


class _RankedName(NamedTuple):
    """A name of a thing: of several in a language that of the lowest rank is taken, then the first."""

    rank: str
    words: str
    tag: str


def _texts(rows: Iterable[Row]) -> _TextsOf:
    """The texts of things by language, from rows of a thing, a rank and a label."""
    ranked: dict[str, list[_RankedName]] = defaultdict(list)
    for thing, rank, label in rows:
        tag = label.language if isinstance(label, ox.Literal) else None
        ranked[plain(thing)].append(_RankedName(plain(rank), plain(label), tag or ""))
    texts_of = {}
    for iri, names in ranked.items():
        texts = texts_of[iri] = dict[str, str]()
        # put in order here: engines take longer to sort all of them than to find them
        for name in sorted(names):
            if name.tag not in texts:
                words = " ".join(name.words.split())
                texts[name.tag] = with_french_spaces(words) if name.tag == "fr" else words
    return texts_of


def shortened(words: str, most: int = 48) -> str:
    """A title of at most so many characters, its middle left out: titles begin alike, and end in what sets them apart.

    >>> shortened("Plan d’action national pour une croissance verte et durable", 40)
    'Plan d’action … verte et durable'
    """
    if len(words) <= most:
        return words
    head = words.split(" ")[:2]
    tail = words.split(" ")[2:]
    size = len(words)
    while len(tail) > 1 and size > most:
        size -= len(tail.pop(0)) + 1
    return " ".join([*head, "…", *tail])


def plain_words(words: str) -> str:
    """Words with plain spaces, for what does not break lines."""
    return words.replace("\u00a0", " ")
