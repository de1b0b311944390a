"""What a project says of itself: its profile, with all that depends on a country, and the dataset it is.

A project says it in ``graph/profile.ttl``. Without one, nothing is preferred: no plan to start
from, no action that asks for coherence, and IRIs below :data:`~pan2kg.turtle.vocabulary.ROOT`.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pyoxigraph as ox

from pan2kg.i18n.catalogue import SOURCE_LANGUAGE, Language
from pan2kg.project import Project
from pan2kg.store import LocalStore, Store, Term, plain, program_query, select
from pan2kg.store.store import load
from pan2kg.turtle.vocabulary import PAN, ROOT

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
    stated: dict[str, dict[str, list[Term]]] = {}
    for profile, property_, value in select(store, program_query("profile/statements")).rows:
        if value is not None:
            stated.setdefault(plain(profile), {}).setdefault(plain(property_), []).append(value)
    return tuple(_profile(stated[profile]) for profile in sorted(stated))


def _profile(stated: Mapping[str, Sequence[Term]]) -> CountryProfile:
    """A profile from the values of its properties."""

    def texts(property_: str) -> tuple[str, ...]:
        return tuple(map(plain, stated.get(property_, ())))

    def text(property_: str, otherwise: str = "") -> str:
        return next(iter(texts(property_)), otherwise)

    gazette = {}
    for name in stated.get(f"{PAN}gazetteName", ()):
        if isinstance(name, ox.Literal):
            gazette[name.language or ""] = name.value
    return CountryProfile(
        space=text(VOID_SPACE, ROOT),
        country=text(f"{PAN}country"),
        home_plan=text(f"{PAN}homePlan"),
        coherence_action=text(f"{PAN}coherenceAction"),
        languages=texts(f"{PAN}labelLanguage"),
        wished=texts(f"{PAN}wishedLabelLanguage"),
        gazette=gazette,
        gazette_space=text(f"{PAN}gazetteSpace"),
    )


def own_profile(profiles: tuple[CountryProfile, ...], project: Project | None) -> CountryProfile:
    """The profile of the project one looks from, which is the first where several are open; an empty one without."""
    space = project.space if project else ROOT
    for profile in profiles:
        if profile.space == space:
            return profile
    return profiles[0] if profiles else CountryProfile()


def dataset_of(space: str) -> str:
    """The address of the dataset of a project whose addresses begin so.

    >>> dataset_of("http://e/")
    'http://e/dataset'
    """
    return f"{space}dataset"


ONTOLOGY = f"{ROOT}ontology"
LICENCES = {
    "https://creativecommons.org/licenses/by/4.0/": "CC BY 4.0",
    "https://creativecommons.org/publicdomain/zero/1.0/": "CC0 1.0",
}
"""What licences are called in short; any other is shown by its address."""
_DATASET_QUERY = """PREFIX adms: <http://www.w3.org/ns/adms#>
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

_RELEASE_QUERY = """PREFIX dcat: <http://www.w3.org/ns/dcat#>
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


def _about_dataset(query: str, store: Store, space: str) -> str:
    """A query about the dataset of a project, or where no ``space`` is given of the one the store describes."""
    dataset = dataset_of(space or own_profile(read_profiles(store), None).space)
    return query.replace("<DATASET>", f"<{dataset}>").replace("<ONTOLOGY>", f"<{ONTOLOGY}>")


def read_release(store: Store, space: str = "", number: str = "") -> Release:
    """Which release it is: ``dcat:version`` of the dataset, else ``owl:versionInfo`` of the ontology, else ours.

    It is ``number`` where that is given: a release is published under another one than it says
    itself.
    """
    if number:
        return Release(number)
    rows = select(store, _about_dataset(_RELEASE_QUERY, store, space)).rows
    if rows:
        version, day = rows[0]
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
            tag = term.language if isinstance(term, ox.Literal) else None
            by_tag[tag or ""].append(term.value)
        return by_tag[language] or by_tag[SOURCE_LANGUAGE] or by_tag[""]


def read_notice(store: Store, space: str = "") -> Notice:
    """What the dataset of a store says of itself."""
    stated: dict[str, tuple[ox.Literal | ox.NamedNode, ...]] = {}
    for key, value in select(store, _about_dataset(_DATASET_QUERY, store, space)).rows:
        if isinstance(key, ox.Literal) and isinstance(value, ox.Literal | ox.NamedNode):
            stated[key.value] = (*stated.get(key.value, ()), value)
    first = {key: values[0].value for key, values in stated.items()}
    address = first.get("license", "")
    licence = (address, LICENCES.get(address, address)) if address else None
    return Notice(stated, licence, first.get("dateModified", "")[:10])
