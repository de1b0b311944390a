"""A network as JSON that is short: what is said often is said once, and what the browser can work out is left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

from pan2kg.graph.links import USUAL
from pan2kg.turtle.vocabulary import ID

if TYPE_CHECKING:
    from pan2kg.site.speaker import Speaker

CERTAINTY: Final = f"{ID}certainty/"
FIRST: Final = frozenset({"uses-instrument", "instrument-relation", "interaction", *USUAL})
"""Kinds of links that are drawn at first; the others wait behind their filter, with less said of each."""
_KEPT: Final = 4
_WORDS: Final = 300
"""How long the evidence of one link may be in the panel; the page of the pair has it whole."""


@dataclass(frozen=True)
class Edge:
    """A link in a network: its IRI, its ends, and what is known of it."""

    iri: str
    one: str
    two: str
    facts: Mapping[str, object]

    @cached_property
    def kind(self) -> str:
        """The key of its link type."""
        return self.fact("type")

    @property
    def evidence(self) -> str:
        """Whether a document declares it, or it was inferred by a rule or by editors."""
        return "declared" if self.fact("status") != "derived" and self.fact("certainty") == "stated" else "inferred"

    def fact(self, name: str) -> str:
        """What is known of it under a name, empty where nothing is."""
        return str(self.facts.get(name, ""))


@dataclass(slots=True)
class _Once:
    """Values that are each written once, and found again by their place."""

    places: dict[object, int] = field(default_factory=dict)

    def place(self, value: object) -> int:
        return self.places.setdefault(value, len(self.places))

    @property
    def every(self) -> list[object]:
        return list(self.places)


def packed(
    speaker: Speaker, edges: Iterable[Edge], places: Mapping[str, tuple[int, int]], hidden: frozenset[str]
) -> dict[str, object]:
    """Things and links as rows; kinds, plans and words stand apart, and rows name them by their place.

    A thing is ``[id, type, plan, x, y, hidden, label, language, others, address]``, a link
    ``[id, from, to, kind, declared, directed, relation, via, evidence, certainty]``; what stands last and is empty is
    left out. IRIs of ours are written without their common beginning; an address only where it does not follow from
    the IRI.
    """
    order = {iri: at for at, iri in enumerate(sorted(places))}
    plans, kinds, words = _Once(), _Once(), _Once({"": 0})
    nodes = [_trimmed(_node(speaker, iri, places[iri], plans, hidden=iri in hidden)) for iri in order]
    links = [_trimmed(_link(speaker, edge, order, kinds, words)) for edge in edges]
    return {
        "ids": ID,
        "base": speaker.href("x").removesuffix("x"),
        "plans": [[_own(str(plan)), speaker.name(str(plan))] for plan in plans.every],
        "kinds": kinds.every,
        "words": words.every,
        "things": nodes,
        "links": links,
    }


def _own(iri: str) -> str:
    return iri.removeprefix(ID)


def _trimmed(row: list[object]) -> list[object]:
    """A row without the empty cells at its end; the first four always stand."""
    while len(row) > _KEPT and not row[-1]:
        row.pop()
    return row


def _node(speaker: Speaker, iri: str, at: tuple[int, int], plans: _Once, *, hidden: bool) -> list[object]:
    library = speaker.library
    label, entry = library.index.label(iri, speaker.request.data), library.index.entry(iri)
    number = f"{entry.notation} " if entry and entry.notation and entry.kind == "action" else ""
    plan = library.material("fr").plan_of(iri)
    others = {tag: f"{number}{text}" for tag, text in label.texts.items() if text != label.text}
    short = f"{speaker.href('x').removesuffix('x')}{_own(iri)}.html" if iri.startswith(ID) else ""
    address = speaker.address(iri)
    kind = entry.kind if entry and entry.kind else "thing"
    return [_own(iri), kind, plans.place(plan) if plan else -1, *at, int(hidden), f"{number}{label.text}",
            label.language, others, "" if address == short else address]  # fmt: skip


def _link(speaker: Speaker, edge: Edge, order: Mapping[str, int], kinds: _Once, words: _Once) -> list[object]:
    evidence = edge.fact("evidence") if edge.kind in FIRST else ""
    cut = evidence if len(evidence) <= _WORDS else evidence[: _WORDS - 1].rstrip() + "…"
    certainty = speaker.name(f"{CERTAINTY}{edge.fact('certainty')}") if edge.fact("certainty") else ""
    return [
        edge.iri.removeprefix(f"{ID}link/"),
        order[edge.one],
        order[edge.two],
        kinds.place((edge.kind, edge.fact("type_label") or edge.kind)),
        int(edge.evidence == "declared"),
        int(bool(edge.facts.get("directed"))),
        *(words.place(said) for said in (edge.fact("relation_label"), edge.fact("via_label"), cut, certainty)),
    ]
