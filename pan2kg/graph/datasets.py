"""What a project says of itself: its profile, with all that depends on a country, and the dataset it is.

A project says it in ``graph/profile.ttl``. Without one, nothing is preferred: no plan to start
from, no action that asks for coherence, and IRIs below :data:`~pan2kg.turtle.vocabulary.ROOT`.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import pyoxigraph as ox

from pan2kg.i18n import SOURCE_LANGUAGE, Language
from pan2kg.project import Project
from pan2kg.store import LocalStore, Store, Term, plain, program_query, select
from pan2kg.store.project_files import load
from pan2kg.turtle.vocabulary import PAN, ROOT

VOID_SPACE = "http://rdfs.org/ns/void#uriSpace"
ONTOLOGY = f"{ROOT}ontology"
LICENCES = {
    "https://creativecommons.org/licenses/by/4.0/": "CC BY 4.0",
    "https://creativecommons.org/publicdomain/zero/1.0/": "CC0 1.0",
}
"""What licences are called in short; any other is shown by its address."""
_DAY = len("2026-11-25")
"""How long the day at the beginning of a day and time is."""


@dataclass(frozen=True, slots=True)
class CountryProfile:
    """What a project says of itself; texts are empty where it says nothing.

    ``space`` is what its IRIs begin with; ``languages`` are those every label is asked for in;
    ``gazette`` is the name of the official gazette by language, ``gazette_space`` what the
    addresses of its acts begin with.
    """

    space: str = ROOT
    country: str = ""
    home_plan: str = ""
    coherence_action: str = ""
    languages: tuple[str, ...] = ()
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
    texts = {property_: tuple(map(plain, values)) for property_, values in stated.items()}
    # of a property that should have one value the first counts
    first = {property_: values[0] for property_, values in texts.items()}
    gazette = {}
    for name in stated.get(f"{PAN}gazetteName", ()):
        if isinstance(name, ox.Literal):
            gazette[name.language or ""] = name.value
    return CountryProfile(
        space=first.get(VOID_SPACE, ROOT),
        country=first.get(f"{PAN}country", ""),
        home_plan=first.get(f"{PAN}homePlan", ""),
        coherence_action=first.get(f"{PAN}coherenceAction", ""),
        languages=texts.get(f"{PAN}labelLanguage", ()),
        gazette=gazette,
        gazette_space=first.get(f"{PAN}gazetteSpace", ""),
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


@dataclass(frozen=True, slots=True)
class Release:
    """Which release of the graph it is: its number and its day, as 2026-11-25; the day is empty where none is stated.

    ``is_stated`` tells a number the graph gives itself from that of the package, which stands in
    where it gives none.
    """

    number: str
    day: str = ""
    is_stated: bool = True


def read_release(store: Store, space: str = "", number: str = "") -> Release:
    """Which release it is: ``dcat:version`` of the dataset, else ``owl:versionInfo`` of the ontology, else ours.

    It is ``number`` where that is given: a release is published under another one than it says
    itself. ``space`` is what the addresses of its project begin with, by the profile the store
    holds where none is given.
    """
    if number:
        return Release(number)
    dataset = dataset_of(space or own_profile(read_profiles(store), None).space)
    rows = select(store, program_query("dataset/release", dataset=dataset)).rows
    if rows:
        version, day = rows[0]
        return Release(plain(version), plain(day)[:_DAY])
    from importlib import metadata  # loads much of the library, and few graphs state no version

    try:
        return Release(metadata.version("pan2kg"), is_stated=False)
    except metadata.PackageNotFoundError:
        return Release("", is_stated=False)


class DifferingReleases(NamedTuple):
    """The number of the release a store states, and the other one that the files of the project state."""

    remote: str
    local: str


def differing_releases(store: Store, project: Project) -> DifferingReleases | None:
    """The releases there and here; None where a store and the files of a project do not state different ones."""
    files = ox.Store()
    for path in (*project.ontology_files(), project.catalogue):
        if path.parent in (project.ontology, project.graph) and path.is_file():
            load(files, path, project.graph_iri(path), name=project.name_of(path))
    remote = read_release(store, project.space)
    local = read_release(LocalStore(files), project.space)
    differs = remote.is_stated and local.is_stated and remote.number != local.number
    return DifferingReleases(remote.number, local.number) if differs else None


class Licence(NamedTuple):
    """The address of a licence, and what it is called in short."""

    address: str
    name: str


@dataclass(frozen=True, slots=True)
class Notice:
    """What a dataset says of itself, by the keys of the query; ``modified`` is a day, empty where none is stated."""

    stated: Mapping[str, tuple[ox.Literal | ox.NamedNode, ...]]
    licence: Licence | None = None
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


def read_notice(store: Store, space: str) -> Notice:
    """What the dataset of a project says of itself; its addresses begin with ``space``."""
    stated: dict[str, tuple[ox.Literal | ox.NamedNode, ...]] = {}
    query = program_query("dataset/notice", dataset=dataset_of(space))
    for key, value in select(store, query).rows:
        if isinstance(key, ox.Literal) and isinstance(value, ox.Literal | ox.NamedNode):
            stated[key.value] = (*stated.get(key.value, ()), value)
    first = {key: values[0].value for key, values in stated.items()}
    address = first.get("license", "")
    licence = Licence(address, LICENCES.get(address, address)) if address else None
    return Notice(stated, licence, first.get("dateModified", "")[:_DAY])
