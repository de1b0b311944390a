"""The page of two plans: where they meet and why, what each lacks; and what any plans have in common.

A pair of plans that is not linked has no page of its own in an export: such pairs grow with the square of the plans.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from pan2kg.coherence import bodies, evidence
from pan2kg.graph.labels import pair_key
from pan2kg.graph.links import COMPARED, DECLARED, INFERRED, Tie
from pan2kg.i18n.catalogue import numeral
from pan2kg.site import definitions, entity, lists, matrix, plan, values
from pan2kg.site.page import EVIDENCE, PageContext, SiteContext, Values, View, piece
from pan2kg.tables import figure_words, table
from pan2kg.turtle.vocabulary import PAN

ASPECTS: Final[Mapping[str, tuple[str, ...]]] = {
    "instrument": ("restsOn",), "body": ("involvesBody", "ledBy"), "topic": ("hasTopic",), "group": ("hasTargetGroup",),
}  # fmt: skip
"""In what two plans are compared, and the properties of them and their actions that say so."""
FIGURES: Final[Mapping[str, tuple[str, str]]] = {"matrix": ("one", "two"), "debt": ("citing", "cited")}
"""The figures that have rows about two plans, and the columns these stand in."""
NEAREST: Final = 3


def _keys(site_context: SiteContext) -> Iterable[str]:
    """The pairs an export has a page of: linked ones; the others grow with the square of the plans."""
    entry = site_context.graph.labels.entry
    pairs = (
        [home.key for home in map(entry, pair) if home]
        for pair in sorted({met.plans for met in site_context.graph.meetings})
    )
    return [pair_key(*pair) for pair in pairs if len(pair) == 2]


def _pair(context: PageContext) -> Values | None:
    names, graph, site_context, t = context.request.key.split("--"), context.graph, context.site_context, context.t
    plans = [entry.iri for entry in (graph.labels.find("plan", name) for name in names) if entry]
    if len(plans) != 2 or pair_key(*names) != context.request.key:
        return None
    ties = graph.ties.by_pair.get((min(plans), max(plans)))
    if not ties:
        return None
    pair, knowledge, language = (plans[0], plans[1]), context.known, context.request.language
    is_chosen = bool(context.request.arguments.get(EVIDENCE))
    firm = [tie for tie in ties if not is_chosen or evidence.counts(tie.level, knowledge.level)]
    notes = values.Notes(context)
    declared = values.grouped(notes, sorted({tie.iri for tie in firm if tie.kind in DECLARED}))
    compared = values.grouped(notes, sorted({tie.iri for tie in firm if tie.kind == COMPARED}))
    groups = [_by_things(context, kind, pair, [tie for tie in firm if tie.kind == kind])
              for kind in INFERRED if kind != COMPARED]  # fmt: skip
    bridge, weight = context.draw("bridge", knowledge.level, plan=names[0], other=names[1]), knowledge.weight(*pair)
    low, high, broad = (figure_words.bits_words(bits, language) for bits in (weight.low, weight.high, weight.broad))
    having = {aspect: [_has(context, iri, aspect) for iri in pair] for aspect in ASPECTS}
    met = {end for tie in ties for end in tie.ends}

    def citations() -> Mapping[tuple[str, str], set[str]]:
        by_plans: dict[tuple[str, str], set[str]] = {}
        for citation in graph.citations:
            ends = graph.homes.get(citation.source, ""), graph.homes.get(citation.target, "")
            by_plans.setdefault(ends, set()).add(citation.link)
        return by_plans

    sides, actions = [], {}
    for iri, partner in (pair, pair[::-1]):
        actions[iri] = plan.ordered(context, context.graph.parts.actions.get(iri, ()))
        links = sorted(site_context.once("citations", citations).get((iri, partner), ()))
        marked = [(context.link(action), t("pair-linked") if action in met else "") for action in actions[iri]]
        sides.append({
            "plan": iri, "actions": piece("counted_actions")(marked) if marked else "",
            "cites": [values.link_of(context, link).written(notes, has_anchor=False) for link in links],
            "way": definitions.citing(context, knowledge, iri, partner),
        })  # fmt: skip
    # beside each action those of the other plan with the most similar titles, which says nothing of links
    beside = []
    if all(actions.values()):
        titles = [graph.label(action, language) for action in actions[pair[1]]]
        index = site_context.once(f"titles of {pair[1]} in {language}", lambda: bodies.Titles.read(titles))
        for action in actions[pair[0]]:
            nearest = index.nearest(graph.label(action, language), NEAREST)
            beside.append((action, [actions[pair[1]][at] for at in nearest]))
    # what a measure says of the two: strength of their links, or what each owes the other in citations
    shown = []
    for name, columns in FIGURES.items():
        figures = site_context.figures(name, language)
        by_pair: dict[frozenset[str], list[table.Row]] = site_context.once(("rows by pair", name, language), dict)
        for row in figures.rows if not by_pair else ():
            by_pair.setdefault(frozenset(str(row[column]) for column in columns), []).append(row)
        if rows := by_pair.get(frozenset(pair)):
            shown.append(lists.show(replace(figures, rows=tuple(rows)), context))
    return {
        "title": t("pair-title", one=context.name(pair[0]), two=context.name(pair[1])),
        "one": pair[0],
        "two": pair[1],
        "evidence": context.handed.get("evidence", ""),
        "options": context.level_options,
        "is_chosen": is_chosen,
        "caption": context.caption(knowledge.level),
        "dossier": entity.of_pair(context, knowledge, pair, bridge),
        # ``low`` and ``broad`` are empty where nothing shared was seen
        "weight": {
            "low": low if weight.low > 0 else "", "high": high, "broad": broad if weight.broad > 0 else "",
            "settled": "" if weight.settled is None else numeral(f"{weight.settled:.2f}", language),
            "is_open": weight.is_open, "texts": definitions.shared(context, knowledge, pair),
        },
        "declared": declared,
        "compared_links": compared,
        "same": [group for group in groups if group and group["kind"] == "shared-instrument"],
        "weak": [group for group in groups if group and group["kind"] != "shared-instrument"],
        "sides": sides,
        "beside": beside,
        # plans whose list of actions was not read to its end: how many are known, of how many if that is known
        "partly": [
            (iri, len(actions[iri]), graph.statements.one(iri, PAN + "measureCount"))
            for iri in pair if iri not in matrix.plan_sets(site_context).whole
        ],
        # what only one has, its actions included, what both have, what only the other has
        "compared": [
            {"aspect": aspect, "first": context.by_name(mine - its), "both": context.by_name(mine & its),
             "second": context.by_name(its - mine)}
            for aspect, (mine, its) in having.items()
        ],
        "figures": shown,
        "notes": notes,
        "basis_line": context.basis(knowledge),
        "section": "plans",
    }  # fmt: skip


def _by_things(
    context: PageContext, kind: str, plans: tuple[str, str], ties: list[Tie]
) -> dict[str, Any] | None:  # fmt: skip
    """The links of a kind by what is shared, that of most links first; None where there are none, or by nothing."""
    via: dict[str, list[Tie]] = {}
    for tie in ties:
        for shared in context.graph.statements.values(tie.iri, PAN + "via"):
            via.setdefault(shared, []).append(tie)
    meetings = []
    for shared, links in via.items():
        ends = {(end, home) for tie in links for end, home in zip(tie.ends, tie.plans, strict=True)}
        sides = [plan.ordered(context, {end for end, home in ends if home == iri}) for iri in plans]
        levels = sorted({tie.level for tie in links if tie.level is not None})
        number = len({tie.iri for tie in links})
        meetings.append(((-number, context.name(shared).casefold(), shared), {
            "thing": shared, "number": number, "levels": list(map(context.mark, levels)), "sides": sides,
        }))  # fmt: skip
    number = len({tie.iri for tie in ties})
    ranked = [meeting for _, meeting in sorted(meetings, key=lambda meeting: meeting[0])]
    name, is_long = context.t(f"tie-{kind}"), number > values.UNFOLDED
    group = {"kind": kind, "name": name, "number": number, "meetings": ranked, "is_long": is_long}
    return group if meetings else None


def _has(context: PageContext, iri: str, aspect: str) -> frozenset[str]:
    statements = context.graph.statements
    return context.site_context.once((aspect, iri), lambda: frozenset(
        shared for work in (iri, *context.graph.parts.actions.get(iri, ())) for name in ASPECTS[aspect]
        for shared in statements.values(work, PAN + name)
    ))  # fmt: skip


def _shared_things(context: PageContext) -> Values:
    wanted = frozenset(context.request.arguments.get("plans", "").split("--"))
    named = [entry.iri for key in wanted if (entry := context.graph.labels.find("plan", key))]
    two, kinds = sorted(named) if len(named) == len(wanted) == 2 else [], []
    for aspect in sorted(ASPECTS):
        plans: dict[str, list[str]] = {}
        for iri in matrix.plan_sets(context.site_context).every:
            for shared in _has(context, iri, aspect):
                plans.setdefault(shared, []).append(iri)
        common = [(shared, members) for shared, members in plans.items() if len(members) > 1 and {*two} <= {*members}]
        common.sort(key=lambda row: (-len(row[1]), context.name(row[0]).casefold(), row[0]))
        kinds.append((aspect, [
            {"thing": shared, "plans": members, "plan_keys": " ".join(map(context.key, members))}
            for shared, members in common
        ]))  # fmt: skip
    return {"title": context.t("shared-title"), "two": two, "kinds": kinds}


PAGES: Final = (View("pair", _pair, _keys, section="plans"), View("shared", _shared_things, section="plans"))
