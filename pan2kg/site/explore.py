"""The network to explore: of the whole graph or around one thing; placed here, drawn in the browser.

Two pages share it: one lists the links in words and is what a reader without scripts has, the other
is the data the script draws, written short.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeVar

from pan2kg.charts.country_map import colour_of
from pan2kg.graph import labels
from pan2kg.graph.graph import Graph
from pan2kg.graph.link_network import communities
from pan2kg.graph.links import DECLARED, usual_kinds
from pan2kg.site import values
from pan2kg.site.page import JAVASCRIPT, File, PageContext, SiteContext, Values, View, embedded
from pan2kg.tables.network_places import place
from pan2kg.turtle.vocabulary import ID

_KINDS_BETWEEN_OTHERS = ("uses-instrument", "instrument-relation", "interaction")
"""Kinds of links beside those of plans that a network holds."""
_EXCLUDED_KIND = "shared-topic"
"""Links no network holds: topics, assigned by editors, would link nearly everything with everything."""
MOST_THINGS = 300
"""How many things a network shows, so that a browser draws it in a moment."""
KINDS = ("plan", "action", "instrument")
"""The kinds of things around which there is a network."""
_LONGEST_QUOTE = 150
"""How many letters of the evidence of a link stand in the panel; the page of the pair has it whole."""
_AROUND_THING = "network-around"
_FIRST_CELLS = 4
"""How many cells a row of the data has at least."""

Listed = TypeVar("Listed")


class DrawnLink(NamedTuple):
    """A link of the network: its ends, its kind, what is said of it, and whether it is declared or inferred.

    Those with ``is_first`` are drawn at first; the others wait behind their filter, with less said of each.
    """

    iri: str
    start: str
    end: str
    kind: str
    facts: Mapping[str, str]
    evidence: str
    is_first: bool

    @property
    def ends(self) -> tuple[str, str]:
        return self.start, self.end


class DrawnNetwork(NamedTuple):
    """The links that are drawn; in a network around one thing also this and what is near it; how much is left out."""

    links: Sequence[DrawnLink]
    middle: labels.Entry | None
    near: frozenset[str] | None
    hidden_number: int


class _RankedThing(NamedTuple):
    # which things are drawn if there are too many: the one in the middle, those near it, then
    # those with most links drawn at first
    is_not_centre: bool
    is_far: bool
    degree_below_zero: int
    iri: str


class KindOfLinks(NamedTuple):
    """What links are called by their kind, and whether they are declared or inferred."""

    words: str
    evidence: str


class LinkedThing(NamedTuple):
    """A thing a link leads to, by name, and the page that says why."""

    name: str
    address: str


class PlacedLink(NamedTuple):
    """A link that decides where its ends stand, by its weight: the more it has, the nearer these are."""

    start: str
    end: str
    weight: float


class NetworkLayout(NamedTuple):
    """Where things stand, in units of the drawing, and to which community each belongs, by number."""

    places: Mapping[str, tuple[int, int]]
    groups: Mapping[str, int]


def kinds_drawn_first(graph: Graph) -> frozenset[str]:
    """Kinds of links that are drawn at first: those of plans that are shown where nothing is chosen, and of texts."""
    return frozenset((*_KINDS_BETWEEN_OTHERS, *usual_kinds(graph.link_kinds)))


def network_keys(site_context: SiteContext) -> Iterable[str]:
    """The things around which an export has a network: the plans that are linked with another."""
    entry = site_context.graph.labels.entry
    linked = {plan for met in site_context.graph.meetings for plan in met.plans}
    return [f"plan--{plan.key}" for plan in map(entry, sorted(linked)) if plan]


def _drawn_network(context: PageContext) -> DrawnNetwork | None:
    """What is drawn of the links shown; None where no network can be around the thing in the address."""
    links = context.site_context.cached(f"edges-{context.language}", lambda: _shown_links(context))
    middle: labels.Entry | None = None
    near: frozenset[str] | None = None
    if context.request.key:
        kind, _, key = context.request.key.partition("--")
        if kind in KINDS:
            middle = context.graph.labels.find(kind, key)
        if middle is None:
            return None
        home_of = context.graph.home_of
        core = frozenset((middle.iri, *(work for work in home_of if home_of[work] == middle.iri)))
        near = core.union(*(link.ends for link in links if not core.isdisjoint(link.ends)))
        links = _links_around(links, core, near)
    degrees = _degrees(links)
    centre = middle.iri if middle else ""
    ranked = []
    for iri, degree in degrees.items():
        if degree or iri == centre:
            is_far = near is not None and iri not in near
            ranked.append(_RankedThing(iri != centre, is_far, -degree, iri))
    chosen = {thing.iri for thing in sorted(ranked)[:MOST_THINGS]}
    drawn = [link for link in links if chosen.issuperset(link.ends)]
    return DrawnNetwork(drawn, middle, near, len(degrees) - len(_degrees(drawn)))


def _shown_links(context: PageContext) -> list[DrawnLink]:
    network = context.graph.network(context.language)
    first = kinds_drawn_first(context.graph)
    held = first.union(context.graph.link_kinds) - {_EXCLUDED_KIND}
    links = []
    for start, end, iri, stated in network.edges(keys=True, data=True):
        facts = {name: str(fact) for name, fact in stated.items() if fact}
        kind = facts.get("type", "")
        is_declared = facts.get("status") != "derived" and facts.get("certainty") == "stated"
        evidence = "declared" if is_declared else "inferred"
        if kind in held:
            links.append(DrawnLink(iri, start, end, kind, facts, evidence, kind in first))
    return sorted(links, key=lambda link: (link.iri, link.start, link.end))


def _links_around(
    links: Iterable[DrawnLink], core: frozenset[str], near: frozenset[str]
) -> list[DrawnLink]:
    """The links of the core, and those drawn at first also where they only have an end near it."""
    around = []
    for link in links:
        reach = near if link.is_first else core
        if not reach.isdisjoint(link.ends):
            around.append(link)
    return around


def _degrees(links: Iterable[DrawnLink]) -> Counter[str]:
    """How many links drawn at first each end has; none, for one that only other links join."""
    degrees = Counter[str]()
    for link in links:
        for end in link.ends:
            degrees[end] += link.is_first
    return degrees


def _page_values(context: PageContext) -> Values | None:
    drawn = _drawn_network(context)
    if drawn is None:
        return None
    # the links drawn at first by the thing they start from, each with the page that says why
    listed: dict[str, dict[KindOfLinks, list[LinkedThing]]] = {}
    for link in drawn.links:
        if link.is_first:
            kind = KindOfLinks(link.facts.get("type_label", link.kind), link.evidence)
            name = labels.shortened(context.brief_name(link.end))
            end = LinkedThing(name, _page_of_link(context, link))
            listed.setdefault(link.start, {}).setdefault(kind, []).append(end)
    order = sorted(listed, key=lambda iri: (context.name(iri).casefold(), iri))
    title = context.t("network-title")
    source = "network.js"
    if drawn.middle:
        title = context.t("network-around", name=context.brief_name(drawn.middle.iri))
        source = f"{_AROUND_THING}/{context.request.key}.js"
    return {
        "title": title,
        "source": context.href(source, **context.nonempty_arguments("data")),
        "listed": [(values.short_name(context, iri).link, listed[iri]) for iri in order],
        "left": drawn.hidden_number,
    }


def _page_of_link(context: PageContext, link: DrawnLink) -> str:
    """The page with the argument of a link: that of its two plans, or that of the end that has one."""
    plan = context.graph.plan_of(link.start)
    partner = context.graph.plan_of(link.end)
    if plan and partner and plan != partner:
        address = context.pair_address(plan, partner)
    else:
        address = context.address(link.start)
    return address or context.address(link.end)


def _network_script(context: PageContext) -> str | None:
    # as a script, which a page opened from disk may run where it may read no file
    drawn = _drawn_network(context)
    if drawn is None:
        return None
    graph = context.graph
    layout = _lay_out(_placing_links(drawn.links))
    order = {iri: place for place, iri in enumerate(sorted(layout.places))}
    packed = PackedNetwork(context)
    things = [packed.thing(iri, layout.places[iri], drawn.near) for iri in order]
    links = [packed.link(link, order) for link in drawn.links]
    fields = sorted(set(graph.policy_fields.values()))
    network = {
        "ids": packed.space,
        "base": packed.base,
        "plans": [packed.plan(plan, fields) for plan in packed.plans],
        "fields": [[context.name(field), colour_of(context.subject, field)] for field in fields],
        "groups": [layout.groups.get(iri, -1) for iri in order],
        "kinds": [packed.kind(*names) for names in packed.kinds],
        "words": list(packed.words),
        "things": things,
        "links": links,
        "focus": drawn.middle.iri if drawn.middle else None,
        "shown": sorted(kinds_drawn_first(graph)),
    }
    return f"pan2kgNetwork({embedded(network)});\n"


def _placing_links(links: Sequence[DrawnLink]) -> tuple[PlacedLink, ...]:
    """The links that decide where things stand: those drawn at first, others only for what has none of these."""
    degrees = _degrees(links)
    weighted = []
    for link in links:
        if link.is_first or not all(degrees[end] for end in link.ends):
            weight = 2.0 if link.kind in DECLARED else 1.0
            weighted.append(PlacedLink(link.start, link.end, weight))
    return tuple(weighted)


@lru_cache(maxsize=256)
def _lay_out(edges: tuple[PlacedLink, ...]) -> NetworkLayout:
    return NetworkLayout(place(edges), communities(edges))


class PackedNetwork:
    """The rows of a network as the script reads them; what the cells of a row are stands in ``packed.ts``.

    Plans, kinds of links and words stand in lists, and rows name them by their places.
    """

    def __init__(self, context: PageContext) -> None:
        self.context = context
        self.graph = context.graph
        self.space = f"{self.graph.profile.space}id/"
        self.base = context.href("x").removesuffix("x")
        self.plans: dict[str, int] = {}
        self.kinds: dict[tuple[str, str], int] = {}
        self.words = {"": 0}

    def thing(
        self, iri: str, place: tuple[int, int], near: frozenset[str] | None
    ) -> Sequence[object]:
        """The row of a thing at a place; it is hidden at first where it is not near the one in the middle."""
        context = self.context
        label = self.graph.labels.brief(iri, context.request.data)
        entry = context.entry(iri)
        plan = self.graph.plan_of(iri)
        identifier = iri.removeprefix(self.space)
        kind = "thing"
        number = ""
        names = dict(label.texts)
        if entry:
            kind = entry.kind or kind
            names |= entry.brief
            if entry.notation and entry.kind == "action":
                number = f"{entry.notation} "
        names = {tag: f"{number}{text}" for tag, text in names.items() if text != label.text}
        is_hidden = near is not None and iri not in near
        address = context.address(iri)
        if identifier != iri and address == f"{self.base}{identifier}.html":
            address = ""  # it follows from the identifier
        row = [identifier, kind, index_in(self.plans, plan) if plan else -1, *place, int(is_hidden)]
        return trim_row([*row, f"{number}{label.text}", label.language, names, address])

    def link(self, link: DrawnLink, order: Mapping[str, int]) -> Sequence[object]:
        """The row of a link between things at these places; of one that waits behind a filter no words are quoted."""
        context = self.context
        quote = link.facts.get("evidence", "") if link.is_first else ""
        if len(quote) > _LONGEST_QUOTE:
            quote = quote[: _LONGEST_QUOTE - 1].rstrip() + "…"
        certainty = link.facts.get("certainty", "")
        if certainty:
            certainty = context.name(f"{ID}certainty/{certainty}")
        via = "; ".join(map(context.brief_name, link.facts.get("via", "").split()))
        phrases = (link.facts.get("relation_label", ""), via, quote, certainty)
        return trim_row(
            [
                link.iri.removeprefix(f"{self.space}link/"),
                order[link.start],
                order[link.end],
                index_in(self.kinds, (link.kind, link.facts.get("type_label", link.kind))),
                int(link.evidence == "declared"),
                int("directed" in link.facts),
                *(index_in(self.words, words) for words in phrases),
            ]
        )

    def kind(self, name: str, label: str) -> Sequence[object]:
        """The row of a kind of links: marked where these give two plans no page of their own in a folder of files."""
        derived = self.graph.link_kinds.get(name)
        is_weak = derived is not None and not derived.is_shown_first
        return [name, label, 1] if is_weak else [name, label]

    def plan(self, iri: str, fields: Sequence[str]) -> Sequence[object]:
        """The row of a plan: its identifier, its name, and the place of its field of policy, -1 for none."""
        field = self.graph.policy_fields.get(iri)
        place = fields.index(field) if field else -1
        return [iri.removeprefix(self.space), self.context.brief_name(iri), place]


def index_in(listed: dict[Listed, int], member: Listed) -> int:
    """The place of a member in a list where each stands once; it is put at the end where it is not in it yet.

    >>> words = {"": 0}
    >>> index_in(words, "rests on"), index_in(words, ""), index_in(words, "rests on")
    (1, 0, 1)
    """
    return listed.setdefault(member, len(listed))


def trim_row(row: Sequence[object]) -> Sequence[object]:
    """A row without what stands last and is empty, but with its first four cells: the script reads the same.

    >>> trim_row(["a", 0, 1, 2, 0, 1, "", 0]), trim_row(["a", 0, 0, 0, 0])
    (['a', 0, 1, 2, 0, 1], ['a', 0, 0, 0])
    """
    length = len(row)
    while length > _FIRST_CELLS and not row[length - 1]:
        length -= 1
    return row[:length]


PAGES = (
    View("network", _page_values, section="questions", below=1),
    View("network", _page_values, network_keys, section="questions"),
)
FILES = (
    File("network", "js", JAVASCRIPT, _network_script),
    File(_AROUND_THING, "js", JAVASCRIPT, _network_script, network_keys),
)
