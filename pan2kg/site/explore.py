"""The network to explore: of the whole graph or around one thing; placed here, drawn in the browser."""

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from pan2kg.charts.time_map import colour_of
from pan2kg.graph import labels
from pan2kg.graph.links import DECLARED, USUAL, communities
from pan2kg.site import values
from pan2kg.site.page import JAVASCRIPT, File, PageContext, SiteContext, Values, View, embedded
from pan2kg.tables.network import place
from pan2kg.turtle.vocabulary import ID

FIRST: Final = frozenset({"uses-instrument", "instrument-relation", "interaction", *USUAL})
"""Kinds of links that are drawn at first; the others wait behind their filter, with less said of each."""
SHOWN: Final = (
    "uses-instrument",
    "instrument-relation",
    *USUAL,
    "shared-body",
    "shared-target-group",
    "interaction",
)
"""Kinds of links a network holds: topics, assigned by editors, would link nearly everything with everything."""
MOST: Final = 300
KINDS: Final = ("plan", "action", "instrument")
_WORDS: Final = 150
"""How long the evidence of one link may be in the panel; the page of the pair has it whole."""
_AROUND: Final = "network-around"


class DrawnLink(NamedTuple):
    iri: str
    start: str
    end: str
    kind: str
    facts: Mapping[str, str]
    evidence: str


Drawn = tuple[list[DrawnLink], labels.Entry | None, set[str] | None, int]


def keys(site_context: SiteContext) -> Iterable[str]:
    linked = {plan for met in site_context.graph.meetings for plan in met.plans}
    return (
        f"plan--{entry.key}"
        for entry in map(site_context.graph.labels.entry, sorted(linked))
        if entry
    )


def _drawn(context: PageContext) -> Drawn | None:
    graph = context.graph
    language = context.request.language

    def read() -> list[DrawnLink]:
        links = []
        for start, end, iri, stated in graph.network(language).edges(keys=True, data=True):
            facts = {name: str(value) for name, value in stated.items() if value}
            is_declared = facts.get("status") != "derived" and facts.get("certainty") == "stated"
            evidence = "declared" if is_declared else "inferred"
            links.append(DrawnLink(iri, start, end, facts.get("type", ""), facts, evidence))
        return sorted((link for link in links if link.kind in SHOWN), key=lambda link: link[:3])

    links: list[DrawnLink] = context.site_context.once(f"edges-{language}", read)
    middle = None
    near = None
    if context.request.key:
        kind, _, key = context.request.key.partition("--")
        middle = graph.labels.find(kind, key) if kind in KINDS else None
        if middle is None:
            return None
        own = {
            middle.iri,
            *(action for action, plan in graph.home_of.items() if plan == middle.iri),
        }
        near = own.union(
            *(
                {link.start, link.end}
                for link in links
                if not own.isdisjoint({link.start, link.end})
            )
        )
        reach = {True: near, False: own}
        links = [
            link
            for link in links
            if not reach[link.kind in FIRST].isdisjoint({link.start, link.end})
        ]
    # the thing in the middle, those near it, then those with most links drawn at first
    degrees = Counter[str]()
    for link in links:
        for end in (link.start, link.end):
            degrees[end] += link.kind in FIRST
    centre = middle.iri if middle else ""
    order = sorted(
        degrees,
        key=lambda iri: (iri != centre, near is not None and iri not in near, -degrees[iri], iri),
    )
    chosen = {*[iri for iri in order if degrees[iri] or iri == centre][:MOST]}
    drawn = [link for link in links if link.start in chosen and link.end in chosen]
    return (
        drawn,
        middle,
        near,
        len(degrees) - len({end for link in drawn for end in (link.start, link.end)}),
    )


def _values(context: PageContext) -> Values | None:
    drawn = _drawn(context)
    key = context.request.key
    graph = context.graph
    if drawn is None:
        return None
    links, middle, _, hidden = drawn
    # those drawn at first by the thing they start from, each with the page that says why: that of
    # the two plans, or that of the end that has one
    listed: dict[str, dict[tuple[str, str], list[tuple[str, str]]]] = {}
    for link in links:
        if link.kind in FIRST:
            plan = graph.plan_of(link.start)
            partner = graph.plan_of(link.end)
            why = (
                context.pair(plan, partner)
                if plan and partner and plan != partner
                else context.address(link.start)
            )
            kind = link.facts.get("type_label", link.kind), link.evidence
            end = labels.shortened(context.called(link.end)), why or context.address(link.end)
            listed.setdefault(link.start, {}).setdefault(kind, []).append(end)
    order = sorted(listed, key=lambda iri: (context.name(iri).casefold(), iri))
    return {
        "title": context.t("network-around", name=context.called(middle.iri))
        if middle
        else context.t("network-title"),
        "source": context.href(
            f"{_AROUND}/{key}.js" if middle else "network.js", **context.chosen("data")
        ),
        "listed": [(values.in_short(context, iri)[1], listed[iri]) for iri in order],
        "left": hidden,
    }


_LAID_OUT: Final = lru_cache(maxsize=256)(lambda links: (place(links), communities(links)))


def _data(context: PageContext) -> str | None:
    # as a script, which a page opened from disk may run where it may read no file; its rows are
    # those of packed.ts: kinds, plans and words are named by their place, and what stands last and
    # is empty is left out
    drawn = _drawn(context)
    graph = context.graph
    if drawn is None:
        return None
    links, middle, near, _ = drawn
    # where things stand is decided by the links drawn at first, by others only for what has none of
    # these
    firm = {end for link in links if link.kind in FIRST for end in (link.start, link.end)}
    placing = (link for link in links if link.kind in FIRST or not {link.start, link.end} <= firm)
    weighted = tuple(
        (link.start, link.end, 2.0 if link.kind in DECLARED else 1.0) for link in placing
    )
    places, communities_of = _LAID_OUT(weighted)
    space = f"{graph.profile.space}id/"
    base = context.href("x").removesuffix("x")
    order = {iri: at for at, iri in enumerate(sorted(places))}
    plans: dict[str, int] = {}
    kinds: dict[tuple[str, str], int] = {}
    words = {"": 0}

    def trimmed(*row: object) -> list[object]:
        length = max((place for place, cell in enumerate(row, 1) if cell), default=0)
        return list(row[: max(length, 4)])

    things = []
    rows = []
    for iri in order:
        label = graph.labels.brief(iri, context.request.data)
        entry = graph.labels.entry(iri)
        plan = graph.plan_of(iri)
        number = f"{entry.notation} " if entry and entry.notation and entry.kind == "action" else ""
        names_in = {**label.texts, **(entry.brief if entry else {})}
        own = iri.removeprefix(space)
        names = {tag: f"{number}{text}" for tag, text in names_in.items() if text != label.text}
        address = context.address(iri)
        usual = f"{base}{own}.html" if own != iri else ""
        things.append(
            trimmed(
                own,
                entry.kind if entry and entry.kind else "thing",
                plans.setdefault(plan, len(plans)) if plan else -1,
                *places[iri],
                int(near is not None and iri not in near),
                f"{number}{label.text}",
                label.language,
                names,
                "" if address == usual else address,
            )
        )
    for link in links:
        evidence = link.facts.get("evidence", "") if link.kind in FIRST else ""
        certainty = link.facts.get("certainty")
        texts = [
            link.facts.get("relation_label", ""),
            "; ".join(map(context.called, link.facts.get("via", "").split())),
            evidence if len(evidence) <= _WORDS else evidence[: _WORDS - 1].rstrip() + "…",
            context.name(f"{ID}certainty/{certainty}") if certainty else "",
        ]
        rows.append(
            trimmed(
                link.iri.removeprefix(f"{space}link/"),
                order[link.start],
                order[link.end],
                kinds.setdefault((link.kind, link.facts.get("type_label", link.kind)), len(kinds)),
                int(link.evidence == "declared"),
                int("directed" in link.facts),
                *(words.setdefault(text, len(words)) for text in texts),
            )
        )
    fields = sorted(set(graph.policy_fields.values()))
    field_of = {plan: fields.index(field) for plan, field in graph.policy_fields.items()}
    network = {
        "ids": space,
        "base": base,
        "plans": [
            [plan.removeprefix(space), context.called(plan), field_of.get(plan, -1)]
            for plan in plans
        ],
        "fields": [[context.name(field), colour_of(context.subject, field)] for field in fields],
        "groups": [communities_of.get(iri, -1) for iri in order],
        "kinds": list(kinds),
        "words": list(words),
        "things": things,
        "links": rows,
        "focus": middle.iri if middle else None,
        "shown": sorted(FIRST),
    }
    return f"pan2kgNetwork({embedded(network)});\n"


PAGES: Final = (
    View("network", _values, section="questions", below=1),
    View("network", _values, keys, section="questions"),
)
FILES: Final = (
    File("network", "js", JAVASCRIPT, _data),
    File(_AROUND, "js", JAVASCRIPT, _data, keys),
)
