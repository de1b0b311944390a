"""What waits for a review: candidates without a decision, and strongly linked actions that do not cite each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pan2kg.coherence.reading import rows
from pan2kg.coherence.uses import key
from pan2kg.tables.citations import unacknowledged
from pan2kg.turtle.vocabulary import DCTERMS, ID, PAN

if TYPE_CHECKING:
    from pan2kg.store.store import Store
    from pan2kg.tables.material import Material

REVIEWED: Final = ("cross-reference", "builds-on", "external-statement")
"""The types of link a suggestion can become."""
SETTLED: Final = frozenset((*REVIEWED, "succession"))
"""The types of which an accepted or rejected link settles what was suggested of its ends."""

_PREFIXES: Final = f"""
PREFIX dcterms: <{DCTERMS}>
PREFIX linkstatus: <{ID}linkstatus/>
PREFIX pan: <{PAN}>
"""
_CANDIDATES: Final = f"""{_PREFIXES}
SELECT DISTINCT ?link ?type ?one ?two ?confidence WHERE {{
    ?link pan:status linkstatus:candidate ; pan:linkType ?type ; pan:from|pan:between ?one ; pan:to|pan:between ?two .
    FILTER(STR(?one) < STR(?two) || EXISTS {{ ?link pan:to ?two }})
    FILTER(?one != ?two)
    FILTER NOT EXISTS {{ ?decision dcterms:replaces ?link }}
    OPTIONAL {{ ?link pan:confidence ?confidence }}
}} ORDER BY ?one ?two ?link
"""
_DECIDED: Final = f"""{_PREFIXES}
SELECT DISTINCT ?type ?one ?two WHERE {{
    VALUES ?status {{ linkstatus:accepted linkstatus:rejected }}
    ?link pan:status ?status ; pan:linkType ?type ; pan:from ?one ; pan:to ?two .
}}
"""


@dataclass(frozen=True, slots=True)
class Item:
    """Something to decide on: a candidate link of the graph, or a suggestion, which has no ``link`` and no ``type``.

    ``strength`` is how strongly the ends of a suggestion are linked, or the confidence of a candidate; ``via``
    the instruments a suggestion rests on, by IRI. ``plans`` are those of the ends, empty where an end has none.
    """

    key: str
    ends: tuple[str, str]
    plans: tuple[str, str]
    link: str = ""
    type: str = ""
    via: tuple[str, ...] = ()
    strength: float | None = None

    @property
    def is_candidate(self) -> bool:
        """Whether it is a link that stands in the graph already."""
        return bool(self.link)


def read_queue(material: Material) -> tuple[Item, ...]:
    """Everything that waits: candidates by their ends, then suggestions, the strongest first.

    >>> from datetime import date
    >>> from pan2kg.tables.material import Material
    >>> from pan2kg.graph.graph import open_graph
    >>> graph = open_graph()
    >>> queue = read_queue(Material(graph.store, "en", date(2026, 1, 1), project=graph.project))
    >>> len(queue) > 10, queue[0].plans[0] != queue[0].plans[1]
    (True, True)
    """
    if not material.uses.actions:
        return tuple(_candidates(material))
    return (*_candidates(material), *_suggestions(material))


def find_item(material: Material, name: str) -> Item | None:
    """What waits under a key, None where nothing does."""
    return next((item for item in read_queue(material) if item.key == name), None)


def _candidates(material: Material) -> Iterator[Item]:
    for link, of, one, two, confidence in rows(material.store, _CANDIDATES):
        plans = (material.plan_of(one) or "", material.plan_of(two) or "")
        yield Item(key(link), (one, two), plans, link, key(of), strength=float(confidence) if confidence else None)


def _suggestions(material: Material) -> Iterator[Item]:
    settled = decided(material.store)
    for row in unacknowledged(material).rows:
        one, two = str(row["action"]), str(row["other_action"])
        if frozenset((one, two)) not in settled:
            yield Item(
                f"{key(one)}--{key(two)}",
                (one, two),
                (str(row["plan"]), str(row["other_plan"])),
                via=tuple(str(row["instruments"]).split()),
                strength=float(str(row["strength"])),
            )


def decided(store: Store) -> frozenset[frozenset[str]]:
    """The pairs of things of which somebody has accepted or rejected that one cites or builds on the other."""
    found = rows(store, _DECIDED)
    return frozenset(frozenset((one, two)) for of, one, two in found if key(of) in SETTLED)
