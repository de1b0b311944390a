"""Short names: every plan, text and body has one in three languages, and no two of a kind have the same."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Final

import pan2kg
from pan2kg.graph.labels import INSTRUMENTS
from pan2kg.i18n.catalogue import LANGUAGES
from pan2kg.store.store import plain, select
from pan2kg.turtle.vocabulary import PAN

KINDS: Final = {
    "plan": frozenset((PAN + "Plan", PAN + "Review")),
    "text": INSTRUMENTS,
    "body": frozenset((PAN + "PublicBody", PAN + "Organisation", PAN + "UnnamedGroup")),
}
MOST: Final = 40
ABBREVIATION: Final = re.compile(r"(?<![\w’-])(?:[A-ZÉ][\w&]*[A-ZÉ][\w]*|[A-ZÉ]{2,})(?![\w’])")
IN_USE: Final = frozenset(
    {
        *("RL", "VO", "DelVO", "RGD", "PAC", "CAP", "GAP", "TA", "CM", "OIT", "ILO", "OCDE", "OECD", "ONU", "UN", "UE"),
        *("EU", "ODD", "SDG", "SDGs", "CSR", "RSE", "PME", "KMU", "IA", "AI", "KI", "UPR", "UNEP", "AIDS", "II", "III"),
    }
)
"""Abbreviations of every day that the sources need not spell; all others stand in the graph's own words."""


def _things(graph: pan2kg.Graph) -> dict[str, set[str]]:
    rows = select(graph.store, "SELECT DISTINCT ?thing ?class WHERE { ?thing a ?class FILTER(ISIRI(?thing)) }").rows
    found: dict[str, set[str]] = {kind: set() for kind in KINDS}
    for thing, of in rows:
        for kind, classes in KINDS.items():
            if plain(of) in classes:
                found[kind].add(plain(thing))
    return found


def _names(graph: pan2kg.Graph) -> dict[str, dict[str, str]]:
    query = f"SELECT DISTINCT ?thing (LANG(?name) AS ?tag) ?name WHERE {{ ?thing <{PAN}shortName> ?name }}"
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for thing, tag, name in select(graph.store, query).rows:
        assert plain(tag) not in found[plain(thing)], f"{plain(thing)} has two short names in {plain(tag)}"
        found[plain(thing)][plain(tag)] = plain(name)
    return found


def test_every_plan_text_and_body_has_a_short_name_in_three_languages(graph: pan2kg.Graph) -> None:
    named = _names(graph)
    for kind, things in _things(graph).items():
        assert len(things) > 150, kind
        assert not sorted(one for one in things if not named.get(one, {}).keys() >= set(LANGUAGES)), kind


def test_a_short_name_is_short_and_no_other_of_its_kind_has_it(graph: pan2kg.Graph) -> None:
    named, shared = _names(graph), defaultdict(list)
    for kind, things in _things(graph).items():
        for thing in things:
            for tag, name in named[thing].items():
                shared[kind, tag, name.casefold()].append(thing)
                assert len(name) <= MOST, f"{thing}: {name}"
                assert name == " ".join(name.split()), f"{thing}: {name!r}"
                assert not {"'", '"'} & set(name), f"{thing}: {name}"
    assert not {key: things for key, things in shared.items() if len(things) > 1}


def test_no_abbreviation_in_a_short_name_is_our_invention(graph: pan2kg.Graph) -> None:
    words = f"?thing ?says ?words FILTER(ISLITERAL(?words) && ?says != <{PAN}shortName>)"
    query = f"SELECT DISTINCT ?words WHERE {{ {words} }}"
    known = {word for (text,) in select(graph.store, query).rows for word in re.split(r"[^\w&+]+", plain(text))}
    invented = {
        (abbreviation, name)
        for names in _names(graph).values()
        for name in names.values()
        for abbreviation in ABBREVIATION.findall(name)
        if abbreviation not in known | IN_USE
    }
    assert not invented
