"""What things are called: their labels in each language, short names, numbers, keys, kinds and classes.

A thing of ours is of the kind, and has the key, its IRI ends in; one of others, such as a law, has
those its class and its identifier give. This is the one place that decides what a thing is called.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple

from pan2kg.i18n.catalogue import LANGUAGES, french
from pan2kg.store import Store, gathered, plain, select, text_rows
from pan2kg.store.store import Row, Solutions
from pan2kg.turtle.vocabulary import ID, PAN, kind_and_key

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


_PREFIXES = f"""PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX pan: <{PAN}>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""
_LABELS = f"""{_PREFIXES}
SELECT ?thing ?rank ?label WHERE {{
    VALUES (?property ?rank) {{ (skos:prefLabel 0) (rdfs:label 1) (dcterms:title 2) }}
    ?thing ?property ?label . FILTER(ISIRI(?thing))
}}
"""
_KEYS = f"""{_PREFIXES}
SELECT ?thing ?key ?notation WHERE {{
    {{ ?thing dcterms:identifier ?key FILTER(ISIRI(?thing)) }} UNION
    {{ ?thing skos:notation ?notation FILTER(ISIRI(?thing)) }}
}}
"""
_SHORT_NAMES = f"""{_PREFIXES}
SELECT ?thing (0 AS ?rank) ?name WHERE {{ ?thing pan:shortName ?name FILTER(ISIRI(?thing)) }}
"""
_STANDING = f"""{_PREFIXES}
SELECT ?plan (0 AS ?rank) ?words WHERE {{
    ?plan <http://www.w3.org/ns/adms#status> ?status .
    ?status skos:prefLabel ?words .
    FILTER(?status != <{ID}planstatus/adopted>)
}}
"""
"""What a plan is that was not adopted, or no longer applies: its name says so wherever it stands."""
_TYPES = f"""{_PREFIXES}
SELECT ?thing ?type WHERE {{ ?thing a ?type FILTER(ISIRI(?thing)) }}
"""
INSTRUMENTS = frozenset(
    PAN + name
    for name in ("LegalAct", "Treaty", "SoftLaw", "Commitment", "Bill", "OtherInstrument")
)
_KIND_OF: Mapping[str, str] = dict.fromkeys(INSTRUMENTS, "instrument") | {
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


@dataclass(frozen=True)
class Labels:
    """All things by their IRI, and by the kind and key that address their page; ``entry`` looks up an IRI.

    ``called`` keeps for the pages what a property is called, once it was asked for.
    """

    entries: Mapping[str, Entry]
    by_address: Mapping[tuple[str, str], Entry]
    entry: Callable[[str], Entry | None] = field(repr=False, compare=False)
    called: dict[tuple[str, str, bool], tuple[str, str]] = field(
        default_factory=dict, repr=False, compare=False
    )

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
    """The text in a language, else in French, English or the first of the others."""
    for tag in (language, *LANGUAGES):
        if tag in texts:
            return Name(texts[tag], tag, texts)
    tag = min(texts)
    return Name(texts[tag], tag, texts)


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


def _end_of(iri: str) -> str:
    """The last part of an IRI, where nothing better is known."""
    _, eli, path = iri.partition("/eli/")
    if eli and "#" not in path:  # the parts of such an address mean nothing alone
        return f"eli/{path}"
    return iri.rstrip("/#").replace("#", "/").rpartition("/")[2] or iri


def read_labels(store: Store) -> Labels:
    """Read the names, keys and classes of all things, each query once."""
    texts = _texts(select(store, _LABELS).rows)
    brief = _texts(select(store, _SHORT_NAMES).rows)
    standing = _texts(select(store, _STANDING).rows)
    _add_standing(texts, standing)
    _add_standing(brief, standing)
    table = select(store, _KEYS)
    identifiers = _first(table, "key")
    notations = _first(table, "notation")
    types = _types(store)

    entries = {}
    by_address: dict[tuple[str, str], Entry] = {}
    for iri in sorted({*texts, *identifiers, *types}):
        identifier = identifiers.get(iri, "")
        class_ = types.get(iri, "")
        kind, key = kind_and_key(iri)
        if not kind and class_ in _KIND_OF and identifier:
            kind = _KIND_OF[class_]
            key = identifier
        entry = Entry(
            iri,
            kind,
            key,
            type=class_,
            notation=notations.get(iri, ""),
            texts=texts.get(iri, {}),
            identifier=identifier,
            brief=brief.get(iri, {}),
        )
        if kind:
            entry = _with_free_key(entry, by_address)
            by_address[kind, entry.key] = entry
        entries[iri] = entry
    return Labels(entries, by_address, entries.get)


def _add_standing(texts: _TextsOf, standing: _TextsOf) -> None:
    """Call plans that are drafts, announced or lapsed so, behind each of their names."""
    for plan, words in standing.items():
        names = texts.get(plan, {})
        for tag, name in names.items():
            names[tag] = f"{name} ({best(words, tag).text})"


def _types(store: Store) -> dict[str, str]:
    """The class of each thing: of several one of ours, then the first."""
    classes = gathered((iri, class_) for iri, class_ in text_rows(store, _TYPES))
    return {
        iri: min(names, key=lambda name: (not name.startswith(PAN), name))
        for iri, names in classes.items()
    }


def _with_free_key(entry: Entry, by_address: Mapping[tuple[str, str], Entry]) -> Entry:
    """A number behind its key, where it and what has its address already are ours; else it takes the address over."""
    namesake = by_address.get((entry.kind, entry.key))
    if namesake is None or not (kind_and_key(entry.iri)[0] and kind_and_key(namesake.iri)[0]):
        return entry
    number = 2
    while (entry.kind, f"{entry.key}.{number}") in by_address:
        number += 1
    return replace(entry, key=f"{entry.key}.{number}")


def _first(table: Solutions, column: str) -> dict[str, str]:
    """The first value in a column, by the thing the row is about."""
    values: dict[str, str] = {}
    for iri, value in zip(table.values("thing"), table.values(column), strict=True):
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
        tag = getattr(label, "language", None) or ""
        ranked[plain(thing)].append(_RankedName(plain(rank), plain(label), tag))
    texts_of = {}
    for iri, names in ranked.items():
        texts = texts_of[iri] = dict[str, str]()
        # put in order here: engines take longer to sort all of them than to find them
        for name in sorted(names):
            if name.tag not in texts:
                words = " ".join(name.words.split())
                texts[name.tag] = french(words) if name.tag == "fr" else words
    return texts_of
