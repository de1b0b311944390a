"""A network as JSON that is short: what is said often is said once, and what the browser can work out is left out.

The network to explore: of the whole graph or around one thing; placed here, drawn in the browser.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Final

from pan2kg.charts.time_map import colour_of
from pan2kg.graph.links import DECLARED, USUAL, communities
from pan2kg.network.selection import place
from pan2kg.site.page import JAVASCRIPT, File, Values, View, embedded
from pan2kg.turtle.vocabulary import ID

if TYPE_CHECKING:
    from pan2kg.graph.labels import Entry
    from pan2kg.i18n.catalogue import Language
    from pan2kg.site.page import PageContext, SiteContext


CERTAINTY: Final = f"{ID}certainty/"
FIRST: Final = frozenset({"uses-instrument", "instrument-relation", "interaction", *USUAL})
"""Kinds of links that are drawn at first; the others wait behind their filter, with less said of each."""
_KEPT: Final = 4
_WORDS: Final = 300
"""How long the evidence of one link may be in the panel; the page of the pair has it whole."""


@dataclass(frozen=True)
class DrawnLink:
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
class _DistinctValues:
    """Values that are each written once, and found again by their place."""

    places: dict[object, int] = field(default_factory=dict)

    def place(self, value: object) -> int:
        return self.places.setdefault(value, len(self.places))

    @property
    def every(self) -> list[object]:
        return list(self.places)


def packed(
    context: PageContext, edges: Sequence[DrawnLink], places: Mapping[str, tuple[int, int]], hidden: frozenset[str]
) -> dict[str, object]:
    """Things and links as rows; kinds, plans and words stand apart, and rows name them by their place.

    A thing is ``[id, type, plan, x, y, hidden, label, language, others, address]``, a link
    ``[id, from, to, kind, declared, directed, relation, via, evidence, certainty]``; what stands last and is empty is
    left out. IRIs of ours are written without their common beginning; an address only where it does not follow from
    the IRI. A plan is ``[id, name, field]`` with the place of its field of policy among ``fields``, ``[name, colour]``;
    ``groups`` has the community of each thing, in their order.
    """
    order = {iri: at for at, iri in enumerate(sorted(places))}
    groups = _grouped(tuple((edge.one, edge.two, _weight(edge)) for edge in _placing(list(edges))))
    plans, kinds, words = _DistinctValues(), _DistinctValues(), _DistinctValues({"": 0})
    nodes = [_trimmed(_node(context, iri, places[iri], plans, hidden=iri in hidden)) for iri in order]
    links = [_trimmed(_link(context, edge, order, kinds, words)) for edge in edges]
    fields = sorted(set(context.graph.policy_fields.values()))
    subject = context.subject
    field_of = {plan: fields.index(one) for plan, one in context.graph.policy_fields.items()}
    return {
        "ids": _start(context),
        "base": context.href("x").removesuffix("x"),
        "plans": [
            [_own(context, str(one)), context.called(str(one)), field_of.get(str(one), -1)] for one in plans.every
        ],
        "fields": [[context.name(one), colour_of(subject, one)] for one in fields],
        "groups": [groups.get(iri, -1) for iri in order],
        "kinds": kinds.every,
        "words": words.every,
        "things": nodes,
        "links": links,
    }


def _start(context: PageContext) -> str:
    """What the IRIs of the project's things begin with: they are told by the rest, those of others in full."""
    return f"{context.graph.profile.space}id/"


def _own(context: PageContext, iri: str) -> str:
    return iri.removeprefix(_start(context))


def _trimmed(row: list[object]) -> list[object]:
    """A row without the empty cells at its end; the first four always stand."""
    while len(row) > _KEPT and not row[-1]:
        row.pop()
    return row


def _node(context: PageContext, iri: str, at: tuple[int, int], plans: _DistinctValues, *, hidden: bool) -> list[object]:
    site_context = context.site_context
    label, entry = site_context.graph.labels.brief(iri, context.request.data), site_context.graph.labels.entry(iri)
    number = f"{entry.notation} " if entry and entry.notation and entry.kind == "action" else ""
    plan, own = site_context.graph.plan_of(iri), _own(context, iri)
    texts = {**label.texts, **(entry.brief if entry else {})}
    others = {tag: f"{number}{text}" for tag, text in texts.items() if text != label.text}
    short = f"{context.href('x').removesuffix('x')}{own}.html" if own != iri else ""
    address = context.address(iri)
    kind = entry.kind if entry and entry.kind else "thing"
    return [own, kind, plans.place(plan) if plan else -1, *at, int(hidden), f"{number}{label.text}",
            label.language, others, "" if address == short else address]  # fmt: skip


def _link(
    context: PageContext, edge: DrawnLink, order: Mapping[str, int], kinds: _DistinctValues, words: _DistinctValues
) -> list[object]:
    evidence = edge.fact("evidence") if edge.kind in FIRST else ""
    cut = evidence if len(evidence) <= _WORDS else evidence[: _WORDS - 1].rstrip() + "…"
    certainty = context.name(f"{CERTAINTY}{edge.fact('certainty')}") if edge.fact("certainty") else ""
    return [
        edge.iri.removeprefix(f"{_start(context)}link/"),
        order[edge.one],
        order[edge.two],
        kinds.place((edge.kind, edge.fact("type_label") or edge.kind)),
        int(edge.evidence == "declared"),
        int(bool(edge.facts.get("directed"))),
        *(words.place(said) for said in (edge.fact("relation_label"), edge.fact("via_label"), cut, certainty)),
    ]


SHOWN: Final = ("uses-instrument", "instrument-relation", *USUAL, "shared-body", "shared-target-group", "interaction")
"""Kinds of links a network holds: topics, assigned by editors, would link nearly everything with everything."""
MOST: Final = 300
"""How many nodes a network has at most, the best linked first: more cannot be read."""
_AROUND: Final = "network-around"
"""The folder of the data of networks around one thing."""
KINDS: Final = ("plan", "action", "instrument")
"""What a network can be drawn around."""


def keys(site_context: SiteContext) -> Iterable[str]:
    """The plans that have a network of their own in an export: those linked with another at any level."""
    linked = {plan for met in site_context.graph.meetings for plan in met.plans}
    yield from (f"plan--{entry.key}" for entry in filter(None, map(site_context.graph.labels.entry, sorted(linked))))


@dataclass(frozen=True, slots=True)
class Drawn:
    """The links a network shows, the thing in its middle, and what is near that; the rest is hidden at first."""

    edges: list[DrawnLink]
    middle: Entry | None = None
    near: frozenset[str] | None = None
    left: int = 0
    """How many things have no room in it."""


def whole(context: PageContext) -> Values:
    """The network of all plans, actions and texts that have a link."""
    return _page(context, _drawn(edges(context)))


def around(context: PageContext) -> Values | None:
    """The network around one thing: what it is linked to, and what that is linked to in turn, hidden at first."""
    drawn = _around(context)
    return _page(context, drawn) if drawn else None


def _around(context: PageContext) -> Drawn | None:
    kind, _, key = context.request.key.partition("--")
    entry = context.graph.labels.find(kind, key) if kind in KINDS else None
    if entry is None:
        return None
    every = edges(context)
    own = {entry.iri, *(action for action, plan in context.graph.home_of.items() if plan == entry.iri)}
    near = own | {end for edge in every if _touches(edge, own) for end in (edge.one, edge.two)}
    reached = [edge for edge in every if _touches(edge, near if edge.kind in FIRST else own)]
    return _drawn(reached, entry, frozenset(near))


def _touches(edge: DrawnLink, things: set[str]) -> bool:
    return edge.one in things or edge.two in things


def edges(context: PageContext) -> list[DrawnLink]:
    """The links a network holds, in a stable order; put in order once a language."""
    site_context, language = context.site_context, context.request.language
    return site_context.once(f"edges-{language}", lambda: _ordered(site_context, language))


def _ordered(site_context: SiteContext, language: Language) -> list[DrawnLink]:
    found = site_context.graph.network(language).edges(keys=True, data=True)
    return sorted(
        (DrawnLink(iri, one, two, facts) for one, two, iri, facts in found if facts.get("type") in SHOWN),
        key=lambda edge: (edge.iri, edge.one, edge.two),
    )


def _drawn(found: list[DrawnLink], middle: Entry | None = None, near: frozenset[str] | None = None) -> Drawn:
    kept = _best(found, middle, near)
    drawn = [edge for edge in found if edge.one in kept and edge.two in kept]
    return Drawn(drawn, middle, near, len(_ends(found)) - len(_ends(drawn)))


def _ends(edges: Iterable[DrawnLink]) -> set[str]:
    return {end for edge in edges for end in (edge.one, edge.two)}


def _page(context: PageContext, drawn: Drawn) -> Values:
    middle, key = drawn.middle, context.request.key
    named = context.t("network-around", name=context.called(middle.iri)) if middle else context.t("network-title")
    path = f"{_AROUND}/{key}.js" if middle else "network.js"
    return {
        "title": named,
        "source": context.href(path, **context.chosen("data")),
        "listed": _listed(context, drawn.edges),
        "left": drawn.left,
    }


def _written(context: PageContext, drawn: Drawn) -> str:
    """The network as a script, which a page opened from disk may run where it may read no file."""
    places = _placed(tuple((edge.one, edge.two, _weight(edge)) for edge in _placing(drawn.edges)))
    hidden = frozenset(places) - drawn.near if drawn.near is not None else frozenset()
    focus = drawn.middle.iri if drawn.middle else None
    network = {**packed(context, drawn.edges, places, hidden), "focus": focus, "shown": sorted(FIRST)}
    return f"pan2kgNetwork({embedded(network)});\n"


def _whole_data(context: PageContext) -> str:
    return _written(context, _drawn(edges(context)))


def _around_data(context: PageContext) -> str | None:
    drawn = _around(context)
    return _written(context, drawn) if drawn else None


@lru_cache(maxsize=256)
def _placed(edges: tuple[tuple[str, str, float], ...]) -> Mapping[str, tuple[int, int]]:
    """The places of things, which are the same in every language of a page."""
    return place(edges)


@lru_cache(maxsize=256)
def _grouped(edges: tuple[tuple[str, str, float], ...]) -> Mapping[str, int]:
    """The communities of things, which are the same in every language of a page."""
    return communities(edges)


def _listed(context: PageContext, drawn: Iterable[DrawnLink]) -> list[tuple[str, list[tuple[DrawnLink, str]]]]:
    """The links drawn at first by the thing they start from, each with the page that says why, for those who read."""
    found: dict[str, list[tuple[DrawnLink, str]]] = {}
    for edge in drawn:
        if edge.kind in FIRST:
            found.setdefault(edge.one, []).append((edge, _why(context, edge)))
    return sorted(found.items(), key=lambda pair: (context.name(pair[0]).casefold(), pair[0]))


def _best(found: list[DrawnLink], entry: Entry | None, near: frozenset[str] | None) -> set[str]:
    """Up to :data:`MOST` nodes: the one in the middle, those near it, then those with most links drawn at first."""
    degrees: dict[str, int] = {}
    for edge in found:
        for end in (edge.one, edge.two):
            degrees[end] = degrees.get(end, 0) + (edge.kind in FIRST)
    middle = entry.iri if entry else ""
    order = sorted(degrees, key=lambda iri: (iri != middle, near is not None and iri not in near, -degrees[iri], iri))
    return set([iri for iri in order if degrees[iri] or iri == middle][:MOST])


def _placing(drawn: list[DrawnLink]) -> list[DrawnLink]:
    """The links that decide where things stand: those drawn at first, the others only for what has none of these."""
    first = {end for edge in drawn if edge.kind in FIRST for end in (edge.one, edge.two)}
    return [edge for edge in drawn if edge.kind in FIRST or not {edge.one, edge.two} <= first]


def _weight(edge: DrawnLink) -> float:
    return 2.0 if edge.kind in DECLARED else 1.0


def _why(context: PageContext, edge: DrawnLink) -> str:
    """The page that has the whole argument: that of the two plans, or that of the end that has one."""
    plans = [context.graph.plan_of(end) for end in (edge.one, edge.two)]
    if plans[0] and plans[1] and plans[0] != plans[1]:
        return context.pair(plans[0], plans[1])
    return context.address(edge.one)


PAGES: Final = (
    View("network", whole, section="questions", below=1),
    View("network", around, keys, section="questions"),
)
FILES: Final = (
    File("network", "js", JAVASCRIPT, _whole_data),
    File(_AROUND, "js", JAVASCRIPT, _around_data, keys),
)
