"""What a project says of itself: its profile, with all that depends on a country, and the dataset it is.

A project says it in ``graph/profile.ttl``. Without one, nothing is preferred: no plan to start
from, no action that asks for coherence, and IRIs below :data:`~pan2kg.turtle.vocabulary.ROOT`.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Final, NamedTuple
from urllib.parse import quote

import pyoxigraph as ox

from pan2kg.i18n.catalogue import LANGUAGES, SOURCE_LANGUAGE, Language, french
from pan2kg.project import Project
from pan2kg.store import LocalStore, Store, Term, plain, program_query, select
from pan2kg.store.store import load
from pan2kg.turtle.vocabulary import ID, PAN, ROOT, kind_and_key

VOID_SPACE = "http://rdfs.org/ns/void#uriSpace"


@dataclass(frozen=True, slots=True)
class CountryProfile:
    """What a project says of itself; texts are empty where it says nothing.

    ``space`` is what its IRIs begin with; ``languages`` are those every label is asked for in,
    ``wished`` those of the country in which a title is welcome; ``gazette`` is the name of the
    official gazette by language.
    """

    space: str = ROOT
    country: str = ""
    home_plan: str = ""
    coherence_action: str = ""
    languages: tuple[str, ...] = ()
    wished: tuple[str, ...] = ()
    gazette: Mapping[str, str] = field(default_factory=dict)
    gazette_space: str = ""


def read_profiles(store: Store) -> tuple[CountryProfile, ...]:
    """The profiles a store holds, one a project, by their addresses."""
    statements: dict[str, dict[str, list[Term]]] = {}
    for profile, property_, value in select(store, program_query("profile/statements")).rows:
        if value is not None:
            statements.setdefault(plain(profile), {}).setdefault(plain(property_), []).append(value)
    profiles = []
    for _, stated in sorted(statements.items()):
        texts = {
            name.removeprefix(PAN): tuple(map(plain, values)) for name, values in stated.items()
        }
        single = (
            (texts.get(name) or ("",))[0]
            for name in ("country", "homePlan", "coherenceAction", "gazetteSpace")
        )
        country, home_plan, action, gazette_space = single
        names = [
            term for term in stated.get(PAN + "gazetteName", ()) if isinstance(term, ox.Literal)
        ]
        gazette = {name.language or "": name.value for name in names}
        languages, wished = (
            texts.get(name, ()) for name in ("labelLanguage", "wishedLabelLanguage")
        )
        space = texts.get(VOID_SPACE, (ROOT,))[0]
        profiles.append(
            CountryProfile(
                space, country, home_plan, action, languages, wished, gazette, gazette_space
            )
        )
    return tuple(profiles)


def own_profile(profiles: tuple[CountryProfile, ...], project: Project | None) -> CountryProfile:
    """The profile of the project one looks from, which is the first where several are open; an empty one without."""
    space = project.space if project else ROOT
    return next(
        (profile for profile in profiles if profile.space == space),
        profiles[0] if profiles else CountryProfile(),
    )


def dataset_of(space: str) -> str:
    """The address of the dataset of a project whose addresses begin so.

    >>> dataset_of("http://e/")
    'http://e/dataset'
    """
    return f"{space}dataset"


ONTOLOGY: Final = f"{ROOT}ontology"
LICENCES: Final = {
    "https://creativecommons.org/licenses/by/4.0/": "CC BY 4.0",
    "https://creativecommons.org/publicdomain/zero/1.0/": "CC0 1.0",
}
"""What licences are called in short; any other is shown by its address."""
_SAID: Final = """PREFIX adms: <http://www.w3.org/ns/adms#>
PREFIX dcat: <http://www.w3.org/ns/dcat#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
SELECT ?key ?value WHERE {
    VALUES ?set { <DATASET> }
    VALUES (?property ?key) {
        (dcterms:title "name") (dcterms:description "description") (dcat:keyword "keywords")
        (dcterms:license "license") (dcterms:issued "datePublished") (dcterms:modified "dateModified")
        (dcterms:creator "creator") (adms:versionNotes "notes")
    }
    ?set ?property ?stated
    OPTIONAL { ?stated foaf:name ?called }
    BIND(COALESCE(?called, ?stated) AS ?value)
} ORDER BY ?key ?value
"""

_VERSIONS: Final = """PREFIX dcat: <http://www.w3.org/ns/dcat#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
SELECT ?version ?day WHERE {
    {
        ?set dcat:version ?version BIND(IF(?set = <DATASET>, 0, 1) AS ?rank)
        FILTER(?rank = 0 || EXISTS { ?set a dcat:Dataset })
    } UNION {
        ?set owl:versionInfo ?version BIND(IF(?set = <ONTOLOGY>, 2, 3) AS ?rank)
        FILTER(?rank = 2 || EXISTS { ?set a owl:Ontology })
    }
    OPTIONAL { ?set dcterms:modified|dcterms:issued ?day }
} ORDER BY ?rank ?version DESC(?day)
"""


@dataclass(frozen=True, slots=True)
class Release:
    """Which release of the graph it is: its number and its day, as 2026-11-25; the day is empty where none is stated.

    ``is_stated`` tells a number the graph gives itself from that of the package, which stands in
    where it gives none.
    """

    number: str
    day: str = ""
    is_stated: bool = True


def _asked(text: str, store: Store, space: str) -> str:
    dataset = dataset_of(space or own_profile(read_profiles(store), None).space)
    return text.replace("<DATASET>", f"<{dataset}>").replace("<ONTOLOGY>", f"<{ONTOLOGY}>")


def read_release(store: Store, space: str = "", number: str = "") -> Release:
    """Which release it is: ``dcat:version`` of the dataset, else ``owl:versionInfo`` of the ontology, else ours.

    It is ``number`` where that is given: a release is published under another one than it says
    itself.
    """
    if number:
        return Release(number)
    for version, day in select(store, _asked(_VERSIONS, store, space)).rows:
        return Release(plain(version), plain(day)[:10])
    from importlib import metadata  # loads much of the library, and few graphs state no version

    try:
        return Release(metadata.version("pan2kg"), is_stated=False)
    except metadata.PackageNotFoundError:
        return Release("", is_stated=False)


def other_release(store: Store, project: Project) -> tuple[str, str] | None:
    """The releases there and here, where a store and the files of a project state different ones."""
    files = ox.Store()
    for path in (*project.ontology_files(), project.catalogue):
        if path.parent in (project.ontology, project.graph) and path.is_file():
            load(files, path, project.graph_iri(path), name=project.name_of(path))
    remote = read_release(store, project.space)
    local = read_release(LocalStore(files), project.space)
    differs = remote.is_stated and local.is_stated and remote.number != local.number
    return (remote.number, local.number) if differs else None


@dataclass(frozen=True, slots=True)
class Notice:
    """What a dataset says of itself; ``licence`` is its address and what it is called in short, ``modified`` a day."""

    stated: Mapping[str, tuple[ox.Literal | ox.NamedNode, ...]]
    licence: tuple[str, str] | None = None
    modified: str = ""

    def texts(self, key: str, language: Language) -> list[str]:
        """What is stated in a language, in English where there is nothing in it, and what has no language.

        >>> said = Notice({"name": (ox.Literal("Graphe", language="fr"), ox.Literal("Graph", language="en"))})
        >>> said.texts("name", "fr"), said.texts("name", "de"), said.texts("license", "de")
        (['Graphe'], ['Graph'], [])
        """
        by_tag: dict[str, list[str]] = defaultdict(list)
        for term in self.stated.get(key, ()):
            by_tag[(term.language or "") if isinstance(term, ox.Literal) else ""].append(term.value)
        return by_tag[language] or by_tag[SOURCE_LANGUAGE] or by_tag[""]


def read_notice(store: Store, space: str = "") -> Notice:
    """What the dataset of a store says of itself."""
    matches: dict[str, list[ox.Literal | ox.NamedNode]] = defaultdict(list)
    for key, value in select(store, _asked(_SAID, store, space)).rows:
        if isinstance(key, ox.Literal) and isinstance(value, ox.Literal | ox.NamedNode):
            matches[key.value].append(value)
    stated = {key: tuple(values) for key, values in matches.items()}
    address, modified = (
        stated[key][0].value if key in stated else "" for key in ("license", "dateModified")
    )
    licence = (address, LICENCES.get(address, address)) if address else None
    return Notice(stated, licence, modified[:10])


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
    is_retired: bool = field(init=False, repr=False)
    has_page: bool = field(init=False, repr=False)
    address: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        for name, value in (
            ("is_retired", self.type == PAN + "RetiredIdentifier"),
            ("has_page", self.kind in KINDS),
            ("address", f"{self.kind}/{self.key}.html"),
        ):
            object.__setattr__(self, name, value)


@dataclass(frozen=True)
class Labels:
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
    tag = (
        language
        if language in texts
        else next((tag for tag in LANGUAGES if tag in texts), None) or min(texts)
    )
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
    texts, brief, standing = (
        _texts(select(store, query).rows) for query in (_LABELS, _SHORT, _STANDING)
    )
    # plans that are drafts, announced or lapsed are called so
    for called in (texts, brief):
        for plan, words in standing.items():
            for tag, name in called.get(plan, {}).items():
                called[plan][tag] = f"{name} ({best(words, tag).text})"
    rows = select(store, _KEYS).rows
    keys = _first(rows, 1)
    notations = _first(rows, 2)
    types: dict[str, str] = {}
    for row in select(store, _TYPES).rows:
        # of several classes one of ours, then the first
        iri, kind = map(plain, row)
        before = types.get(iri)
        if before is None or (not kind.startswith(PAN), kind) < (
            not before.startswith(PAN),
            before,
        ):
            types[iri] = kind
    entries: dict[str, Entry] = {}
    by_address: dict[tuple[str, str], Entry] = {}
    for iri in sorted({*texts, *keys, *types}):
        (kind, key) = kind_and_key(iri)
        types_of = types.get(iri, "")
        if not kind and types_of in _KIND_OF and iri in keys:
            kind = _KIND_OF[types_of]
            key = keys[iri]
        texts_of = texts.get(iri, {})
        names = brief.get(iri, {})
        entry = Entry(
            iri, kind, key, types_of, notations.get(iri, ""), texts_of, keys.get(iri, ""), names
        )
        if kind:
            entry = _apart(entry, by_address)
            by_address[kind, entry.key] = entry
        entries[iri] = entry
    return Labels(entries, by_address, entries.get)


def _apart(entry: Entry, entries: Mapping[tuple[str, str], Entry]) -> Entry:
    namesake = entries.get((entry.kind, entry.key))
    if namesake is None or not (kind_and_key(entry.iri)[0] and kind_and_key(namesake.iri)[0]):
        return entry
    keys = (f"{entry.key}.{number}" for number in range(2, len(entries) + 3))
    return replace(entry, key=next(key for key in keys if (entry.kind, key) not in entries))


def _first(rows: Iterable[tuple[Term | None, ...]], at: int) -> dict[str, str]:
    values: dict[str, str] = {}
    for row in rows:
        if row[at] is not None:
            iri = plain(row[0])
            words = plain(row[at])
            values[iri] = min(words, values.get(iri, words))
    return values


def _texts(rows: Iterable[tuple[Term | None, ...]]) -> dict[str, dict[str, str]]:
    ranked: dict[str, list[tuple[str, str, str]]] = {}
    for subject_iri, rank, label in rows:
        # put in order here: engines take longer to sort all of them than to find them
        name = plain(rank), plain(label), getattr(label, "language", None) or ""
        ranked.setdefault(plain(subject_iri), []).append(name)
    matches: dict[str, dict[str, str]] = {}
    for iri, names in ranked.items():
        texts = matches[iri] = dict[str, str]()
        for _, words, tag in sorted(names):
            if tag not in texts:
                one_line = " ".join(words.split())
                texts[tag] = french(one_line) if tag == "fr" else one_line
    return matches
