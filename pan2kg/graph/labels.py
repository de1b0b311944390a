"""What things are called: their labels in each language, keys, kinds and classes, and the addresses of their pages.

A thing of ours is of the kind, and has the key, its IRI ends in; one of others, such as a law, has
those its class and its identifier give. This is the one place that decides what a thing is called.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Final, NamedTuple
from urllib.parse import quote

from pan2kg.i18n.catalogue import LANGUAGES, french
from pan2kg.store import Store, Term, plain, select
from pan2kg.turtle.vocabulary import ID, PAN, kind_and_key

KINDS: Final = (
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


@lru_cache(maxsize=1 << 16)
def way(folder: str, target: str) -> str:
    """The address of a page or file for the pages of a folder, both below the root; ``*`` is a folder of any name.

    >>> way("fr/*/", "fr/question/où.html#x")
    '../question/o%C3%B9.html#x'
    """
    file, hash_, fragment = relative(folder, target).partition("#")
    return f"{quote(file)}{hash_}{fragment}"


def relative(start: str, target: str) -> str:
    """The way from one page to another, both as paths below the root.

    >>> relative("fr/plan/a.html", "fr/index.html"), relative("index.html", "fr/index.html")
    ('../index.html', 'fr/index.html')
    >>> relative("fr/plan/a.html", "fr/plan/b.html#x"), relative("fr/a.html", "fr/a.html#x")
    ('b.html#x', 'a.html#x')
    """
    folders = start.split("/")[:-1]
    parts_of_target = target.split("/")
    shared = 0
    while (
        shared < len(folders)
        and shared < len(parts_of_target) - 1
        and folders[shared] == parts_of_target[shared]
    ):
        shared += 1
    return "/".join([".."] * (len(folders) - shared) + parts_of_target[shared:])


def pair_key(plan: str, other_plan: str) -> str:
    """The key of the page of two plans, the same whichever comes first."""
    return "--".join(sorted((plan, other_plan)))


_PREFIXES: Final = f"""PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX pan: <{PAN}>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""
_LABELS: Final = f"""{_PREFIXES}
SELECT ?thing ?rank ?label WHERE {{
    VALUES (?property ?rank) {{ (skos:prefLabel 0) (rdfs:label 1) (dcterms:title 2) }}
    ?thing ?property ?label . FILTER(ISIRI(?thing))
}}
"""
_KEYS: Final = f"""{_PREFIXES}
SELECT ?thing ?key ?notation WHERE {{
    {{ ?thing dcterms:identifier ?key FILTER(ISIRI(?thing)) }} UNION
    {{ ?thing skos:notation ?notation FILTER(ISIRI(?thing)) }}
}}
"""
_SHORT: Final = f"""{_PREFIXES}
SELECT ?thing (0 AS ?rank) ?name WHERE {{ ?thing pan:shortName ?name FILTER(ISIRI(?thing)) }}
"""
_STANDING: Final = f"""{_PREFIXES}
SELECT ?plan (0 AS ?rank) ?words WHERE {{
    ?plan <http://www.w3.org/ns/adms#status> ?status .
    ?status skos:prefLabel ?words .
    FILTER(?status != <{ID}planstatus/adopted>)
}}
"""
"""What a plan is that was not adopted, or no longer applies: its name says so wherever it stands."""
_TYPES: Final = f"""{_PREFIXES}
SELECT ?thing ?type WHERE {{ ?thing a ?type FILTER(ISIRI(?thing)) }}
"""
INSTRUMENTS: Final = frozenset(
    PAN + name
    for name in ("LegalAct", "Treaty", "SoftLaw", "Commitment", "Bill", "OtherInstrument")
)
_KIND_OF: Final[Mapping[str, str]] = dict.fromkeys(INSTRUMENTS, "instrument") | {
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
        return self.notation or self.key.rpartition("-")[2]

    @property
    def full(self) -> str:
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
            return Name(short(iri), "", iri=iri, key=short(iri))
        key = entry.identifier or entry.key or short(iri)
        texts = entry.texts
        words, tag = best(texts, language)[:2] if texts else (entry.notation or key, "")
        return Name(words, tag, texts, iri, key, entry.notation, entry.type)

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


def short(iri: str) -> str:
    """The last part of an IRI, where nothing better is known."""
    _, eli, path = iri.partition("/eli/")
    if eli and "#" not in path:  # the parts of such an address mean nothing alone
        return f"eli/{path}"
    return iri.rstrip("/#").replace("#", "/").rpartition("/")[2] or iri


def read_labels(store: Store) -> Labels:
    """Read the names, keys and classes of all things, each query once."""
    texts = _texts(select(store, _LABELS).rows)
    brief = _texts(select(store, _SHORT).rows)
    standing = _texts(select(store, _STANDING).rows)
    _add_standing(texts, standing)
    _add_standing(brief, standing)
    rows = select(store, _KEYS).rows
    keys = _first(rows, 1)
    notations = _first(rows, 2)
    types = _types(store)

    entries: dict[str, Entry] = {}
    by_address: dict[tuple[str, str], Entry] = {}
    for iri in sorted({*texts, *keys, *types}):
        identifier = keys.get(iri, "")
        class_ = types.get(iri, "")
        kind, key = kind_and_key(iri)
        if not kind and class_ in _KIND_OF and identifier:
            kind = _KIND_OF[class_]
            key = identifier
        entry = Entry(
            iri,
            kind,
            key,
            class_,
            notations.get(iri, ""),
            texts.get(iri, {}),
            identifier,
            brief.get(iri, {}),
        )
        if kind:
            entry = _with_free_key(entry, by_address)
            by_address[kind, entry.key] = entry
        entries[iri] = entry
    return Labels(entries, by_address, entries.get)


def _add_standing(texts: _TextsOf, standing: _TextsOf) -> None:
    # plans that are drafts, announced or lapsed are called so
    for plan, words in standing.items():
        names = texts.get(plan, {})
        for tag, name in names.items():
            names[tag] = f"{name} ({best(words, tag).text})"


def _types(store: Store) -> dict[str, str]:
    """The class of each thing: of several one of ours, then the first."""
    classes: dict[str, list[str]] = {}
    for iri, class_ in select(store, _TYPES).rows:
        classes.setdefault(plain(iri), []).append(plain(class_))
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


def _first(rows: Iterable[tuple[Term | None, ...]], column: int) -> dict[str, str]:
    """The first value in a column, by the thing the row is about."""
    values: dict[str, str] = {}
    for row in rows:
        if row[column] is not None:
            iri = plain(row[0])
            value = plain(row[column])
            values[iri] = min(value, values.get(iri, value))
    return values


def _texts(rows: Iterable[tuple[Term | None, ...]]) -> _TextsOf:
    """The texts of things by language: of several in one that of the lowest rank, then the first."""
    ranked: dict[str, list[tuple[str, str, str]]] = {}
    for thing, rank, label in rows:
        # put in order here: engines take longer to sort all of them than to find them
        name = plain(rank), plain(label), getattr(label, "language", None) or ""
        ranked.setdefault(plain(thing), []).append(name)
    texts_of: _TextsOf = {}
    for iri, names in ranked.items():
        texts = texts_of[iri] = dict[str, str]()
        for _, words, tag in sorted(names):
            if tag not in texts:
                one_line = " ".join(words.split())
                texts[tag] = french(one_line) if tag == "fr" else one_line
    return texts_of
