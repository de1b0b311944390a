"""The profile of a project: whatever depends on a country is read here, and stands nowhere in the program.

A project says it in ``graph/profile.ttl``. Without one, nothing is preferred: no plan to start from, no action that
asks for coherence, and IRIs below :data:`~pan2kg.turtle.vocabulary.ROOT`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyoxigraph as ox

from pan2kg.project import Project
from pan2kg.store.queries import program_query
from pan2kg.store.store import Store, Term, plain, select
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
    said: dict[str, dict[str, list[Term]]] = {}
    for profile, property_, value in select(store, program_query("profile/statements")).rows:
        if value is not None:
            said.setdefault(plain(profile), {}).setdefault(plain(property_), []).append(value)
    return tuple(_profile(stated) for _, stated in sorted(said.items()))


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
    return next((one for one in profiles if one.space == space), profiles[0] if profiles else CountryProfile())
