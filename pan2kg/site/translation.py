"""Which things lack a label in which language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pan2kg.store.store import Store, plain, select
from pan2kg.turtle.vocabulary import PAN, RDFS, SKOS

LANGUAGES: Final = ("fr", "en", "de")

_LEFT_OUT: Final = frozenset((PAN + "Document", PAN + "SourceGraph"))
"""The title of a document stays in its language; files are not shown to readers."""

_LABELS: Final = f"""
SELECT ?class ?thing (GROUP_CONCAT(DISTINCT LANG(?label); separator=" ") AS ?languages) WHERE {{
    ?thing a ?class ; <{SKOS}prefLabel>|<{RDFS}label> ?label
    FILTER(ISIRI(?thing) && (STRSTARTS(STR(?class), "{PAN}") || ?class IN (
        <http://www.w3.org/2002/07/owl#Class>, <http://www.w3.org/2002/07/owl#ObjectProperty>,
        <http://www.w3.org/2002/07/owl#DatatypeProperty>, <{SKOS}Concept>)))
}} GROUP BY ?class ?thing ORDER BY ?class ?thing
"""


@dataclass(frozen=True, slots=True)
class Untranslated:
    """A class with how many labelled things it has, and by language those without a label in it, as IRIs."""

    kind: str
    total: int
    missing: Mapping[str, tuple[str, ...]]

    def share(self, language: str) -> float:
        """The share of things that have a label in a language, in [0,1]; 0/0 = 1.

        >>> Untranslated("http://c", 4, {"de": ("http://a",)}).share("de")
        0.75
        """
        return 1 - len(self.missing.get(language, ())) / self.total if self.total else 1.0


def untranslated(store: Store, languages: Sequence[str] = LANGUAGES) -> tuple[Untranslated, ...]:
    """For each class of things with labels what lacks one in which language, by class.

    A class every thing of which is labelled in every language is listed too: its total is the basis.
    """
    known: dict[str, dict[str, frozenset[str]]] = {}
    for kind, thing, tags in select(store, _LABELS).rows:
        known.setdefault(plain(kind), {})[plain(thing)] = frozenset(plain(tags).split())
    return tuple(
        Untranslated(
            kind,
            len(things),
            {tag: tuple(thing for thing, has in things.items() if tag not in has) for tag in languages},
        )
        for kind, things in sorted(known.items())
        if kind not in _LEFT_OUT
    )
