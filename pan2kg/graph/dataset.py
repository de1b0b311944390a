"""What a project says of itself: its profile, with all that depends on a country, and the dataset it is.

A project says it in ``graph/profile.ttl``. Without one, nothing is preferred: no plan to start from, no action that
asks for coherence, and IRIs below :data:`~pan2kg.turtle.vocabulary.ROOT`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import pyoxigraph as ox

from pan2kg.i18n.catalogue import SOURCE_LANGUAGE, Language
from pan2kg.project import Project
from pan2kg.store.queries import program_query
from pan2kg.store.store import LocalStore, Store, Term, load, plain, select
from pan2kg.turtle.vocabulary import PAN, ROOT

VOID_SPACE = "http://rdfs.org/ns/void#uriSpace"


@dataclass(frozen=True, slots=True)
class CountryProfile:
    """What a project says of itself; texts are empty where it says nothing.

    ``space`` is what its IRIs begin with; ``languages`` are those every label is asked for in, ``wished`` those of the
    country in which a title is welcome; ``gazette`` is the name of the official gazette by language.

    >>> CountryProfile().space
    'https://w3id.org/pan2kg/'
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
    """The profiles a store holds, one a project, by their addresses.

    Raises:
        QueryError: the store refuses the query.

    >>> from pan2kg.store.store import LocalStore
    >>> read_profiles(LocalStore(ox.Store()))
    ()
    """
    statements: dict[str, dict[str, list[Term]]] = {}
    for profile, property_, value in select(store, program_query("profile/statements")).rows:
        if value is not None:
            statements.setdefault(plain(profile), {}).setdefault(plain(property_), []).append(value)
    return tuple(_profile(stated) for _, stated in sorted(statements.items()))


def _profile(stated: Mapping[str, list[Term]]) -> CountryProfile:
    def every(name: str) -> tuple[str, ...]:
        return tuple(plain(value) for value in stated.get(PAN + name, ()))

    def first(name: str) -> str:
        return next(iter(every(name)), "")

    names = [term for term in stated.get(PAN + "gazetteName", ()) if isinstance(term, ox.Literal)]
    return CountryProfile(
        space=next((plain(value) for value in stated.get(VOID_SPACE, ())), ROOT),
        country=first("country"),
        home_plan=first("homePlan"),
        coherence_action=first("coherenceAction"),
        languages=every("labelLanguage"),
        wished=every("wishedLabelLanguage"),
        gazette={name.language or "": name.value for name in names},
        gazette_space=first("gazetteSpace"),
    )


def own_profile(profiles: tuple[CountryProfile, ...], project: Project | None) -> CountryProfile:
    """The profile of the project one looks from, which is the first where several are open; an empty one without any.

    >>> own_profile((), None).home_plan
    ''
    """
    space = project.space if project else ROOT
    return next(
        (profile for profile in profiles if profile.space == space), profiles[0] if profiles else CountryProfile()
    )


def dataset_of(space: str) -> str:
    """The IRI of the dataset a project is.

    >>> dataset_of("https://data.example/")
    'https://data.example/dataset'
    """
    return f"{space}dataset"


ONTOLOGY: Final = f"{ROOT}ontology"
LICENCES: Final = {
    "https://creativecommons.org/licenses/by/4.0/": "CC BY 4.0",
    "https://creativecommons.org/publicdomain/zero/1.0/": "CC0 1.0",
}
"""What licences are called in short; any other is shown by its address."""
_SAID: Final = """#+ needs:
PREFIX adms: <http://www.w3.org/ns/adms#>
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

_VERSIONS: Final = """#+ needs:
PREFIX dcat: <http://www.w3.org/ns/dcat#>
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

    ``is_stated`` tells a number the graph gives itself from that of the package, which stands in where it gives none.
    """

    number: str
    day: str = ""
    is_stated: bool = True


def _asked(text: str, store: Store, space: str) -> str:
    """A query about the dataset whose project's IRIs begin with ``space``; without it, of the first there is."""
    dataset = dataset_of(space or own_profile(read_profiles(store), None).space)
    return text.replace("<DATASET>", f"<{dataset}>").replace("<ONTOLOGY>", f"<{ONTOLOGY}>")


def read_release(store: Store, space: str = "") -> Release:
    """Which release it is: ``dcat:version`` of the dataset, else ``owl:versionInfo`` of the ontology, else ours.

    Raises:
        QueryError: the store refuses the query.

    >>> from pan2kg.store.store import LocalStore
    >>> read_release(LocalStore(ox.Store())).is_stated
    False
    """
    for version, day in select(store, _asked(_VERSIONS, store, space)).rows:
        return Release(plain(version), plain(day)[:10])
    from importlib import metadata  # loads much of the library, and few graphs state no version

    try:
        return Release(metadata.version("pan2kg"), is_stated=False)
    except metadata.PackageNotFoundError:
        return Release("", is_stated=False)


def other_release(store: Store, project: Project) -> tuple[str, str] | None:
    """The release a store states and that of the project's files, where both state one and they are not the same.

    Raises:
        QueryError: the store refuses the query.
    """
    files = ox.Store()
    for path in (*project.ontology_files(), project.graph / "catalogue.ttl"):
        if path.parent in (project.ontology, project.graph) and path.is_file():
            load(files, path, project.graph_iri(path), name=project.name_of(path))
    remote, local = read_release(store, project.space), read_release(LocalStore(files), project.space)
    differs = remote.is_stated and local.is_stated and remote.number != local.number
    return (remote.number, local.number) if differs else None


@dataclass(frozen=True, slots=True)
class Notice:
    """What is stated of the dataset, by the names schema.org has for it, and ``notes`` on what changed."""

    stated: Mapping[str, tuple[ox.Literal | ox.NamedNode, ...]]

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

    @property
    def licence(self) -> tuple[str, str] | None:
        """The address of the licence and what it is called; None where none is stated."""
        address = next((term.value for term in self.stated.get("license", ())), "")
        return (address, LICENCES.get(address, address)) if address else None

    @property
    def modified(self) -> str:
        """The day of the last change, as 2026-11-25; empty where it is not stated."""
        return next((term.value[:10] for term in self.stated.get("dateModified", ())), "")


def read_notice(store: Store, space: str = "") -> Notice:
    """What a store says of its dataset.

    Raises:
        QueryError: the store refuses the query.
    """
    found: dict[str, list[ox.Literal | ox.NamedNode]] = defaultdict(list)
    for key, value in _pairs(select(store, _asked(_SAID, store, space)).rows):
        found[key].append(value)
    return Notice({key: tuple(values) for key, values in found.items()})


def _pairs(rows: Iterable[tuple[object, ...]]) -> Iterable[tuple[str, ox.Literal | ox.NamedNode]]:
    for key, value in rows:
        if isinstance(key, ox.Literal) and isinstance(value, ox.Literal | ox.NamedNode):
            yield key.value, value
