"""The page of two plans: where they meet and why, what each lacks; and what any plans have in common.

A pair of plans that is not linked has no page of its own in an export: such pairs grow with the square of the plans,
the page of what they have in common with the plans. It shows what any two of them share, for an address that names two.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from markupsafe import Markup

from pan2kg.coherence.bodies import Titles
from pan2kg.coherence.evidence import counts
from pan2kg.coherence.known import Known
from pan2kg.graph.labels import pair_key
from pan2kg.graph.links import COMPARED, INFERRED, Tie
from pan2kg.i18n.catalogue import with_mark
from pan2kg.site import values
from pan2kg.site.definitions import citing, shared
from pan2kg.site.entity import of_pair
from pan2kg.site.lists import show
from pan2kg.site.matrix import every_plan, is_whole
from pan2kg.site.page import EVIDENCE, PageContext, SiteContext, Values, View, piece
from pan2kg.site.plan import actions_of, ordered
from pan2kg.tables.figure_words import bits_words
from pan2kg.tables.table import Row
from pan2kg.turtle.vocabulary import PAN

ASPECTS: Final[Mapping[str, tuple[str, ...]]] = {
    "instrument": ("restsOn",),
    "body": ("involvesBody", "ledBy"),
    "topic": ("hasTopic",),
    "group": ("hasTargetGroup",),
}
"""In what two plans are compared, and the properties of them and their actions that say so."""
FIGURES: Final[Mapping[str, tuple[str, str]]] = {"matrix": ("one", "two"), "debt": ("citing", "cited")}
"""The figures that have rows about two plans, and the columns these stand in."""
NEAREST: Final = 3
"""How many actions of the other plan stand beside one, those with the most similar titles."""


def _keys(site_context: SiteContext) -> Iterable[str]:
    """The keys of the pairs of plans an export has a page of: those that are linked, at whatever level.

    Of those that share a body or topic only, which grow with the square of the plans, a server makes a page when it is
    asked for.
    """
    entry = site_context.graph.labels.entry
    pairs = ([plan.key for plan in map(entry, pair) if plan] for pair in sorted(site_context.told_pairs))
    return [pair_key(*pair) for pair in pairs if len(pair) == 2]


def _values(context: PageContext) -> Values | None:
    names, graph, t = context.request.key.split("--"), context.graph, context.t
    plans = [entry.iri for entry in (graph.labels.find("plan", name) for name in names) if entry]
    if len(plans) != 2 or pair_key(*names) != context.request.key:
        return None
    ties = graph.ties.by_pair.get((min(plans), max(plans)))
    if not ties:
        return None
    (plan, partner), knowledge, language = plans, context.known, context.request.language
    is_chosen = bool(context.request.arguments.get(EVIDENCE))
    firm = [tie for tie in ties if not is_chosen or counts(tie.level, knowledge.level)]
    notes = values.Notes(context)
    declared = values.grouped(notes, sorted({tie.iri for tie in firm if tie.is_declared}))
    compared = values.grouped(notes, sorted({tie.iri for tie in firm if tie.kind == COMPARED}))
    by_things = [
        group for kind in INFERRED if kind != COMPARED
        if (group := _by_things(context, kind, (plan, partner), [tie for tie in firm if tie.kind == kind]))
    ]  # fmt: skip
    bridge, weight = (
        context.draw("bridge", knowledge.level, plan=names[0], other=names[1]),
        knowledge.weight(plan, partner),
    )
    low, high, broad = (bits_words(bits, language) for bits in (weight.low, weight.high, weight.broad))
    having = {aspect: [has(context, side, aspect) for side in plans] for aspect in ASPECTS}
    return {
        "title": t("pair-title", one=context.name(plan), two=context.name(partner)),
        "one": plan,
        "two": partner,
        "evidence": context.handed.get("evidence", ""),
        "options": context.level_options,
        "is_chosen": is_chosen,
        "caption": context.caption(knowledge.level),
        "dossier": of_pair(context, knowledge, (plan, partner), bridge),
        # ``low`` and ``broad`` are empty where nothing shared was seen
        "weight": {
            "low": low if weight.low > 0 else "", "high": high, "broad": broad if weight.broad > 0 else "",
            "settled": "" if weight.settled is None else with_mark(f"{weight.settled:.2f}", language),
            "is_open": weight.is_open, "texts": shared(context, knowledge, (plan, partner)),
        },
        "declared": declared,
        "compared_links": compared,
        "same": [group for group in by_things if group["kind"] == "shared-instrument"],
        "weak": [group for group in by_things if group["kind"] != "shared-instrument"],
        "sides": [_side(notes, knowledge, ends, ties) for ends in ((plan, partner), (partner, plan))],
        "beside": _beside(context, plan, partner),
        # plans whose list of actions was not read to its end: how many are known, of how many if that is known
        "partly": [
            (side, len(actions_of(context, side)), graph.statements.one(side, PAN + "measureCount"))
            for side in plans if not is_whole(context.site_context, side)
        ],
        # what only one has, its actions included, what both have, what only the other has
        "compared": [
            {"aspect": aspect, "first": context.by_name(mine - its), "both": context.by_name(mine & its),
             "second": context.by_name(its - mine)}
            for aspect, (mine, its) in having.items()
        ],
        "figures": [markup for name, columns in FIGURES.items() if (markup := _figure(context, name, columns, plans))],
        "notes": notes.listed(),
        "basis_line": context.basis(knowledge),
        "section": "plans",
    }  # fmt: skip


def _by_things(context: PageContext, kind: str, plans: tuple[str, str], ties: list[Tie]) -> Values | None:
    """The links of a kind by what is shared; None where there are none, or where they are by nothing.

    That of most links stands first, with how many they are, on whose word, and what of either plan is linked, the plan
    itself included. Too many are shown only when asked for.
    """
    via: dict[str, list[Tie]] = {}
    for tie in ties:
        for shared_thing in context.graph.statements.values(tie.iri, PAN + "via"):
            via.setdefault(shared_thing, []).append(tie)
    meetings = []
    for shared_thing, links in via.items():
        sides = [
            ordered(context, {
                end for tie in links for end, home in zip(tie.ends, tie.plans, strict=True) if home == plan
            })
            for plan in plans
        ]  # fmt: skip
        levels = sorted({tie.level for tie in links if tie.level is not None})
        order = -len({tie.iri for tie in links}), context.name(shared_thing).casefold(), shared_thing
        meetings.append((order, {
            "thing": shared_thing, "number": -order[0], "levels": list(map(context.mark, levels)), "sides": sides,
        }))  # fmt: skip
    number = len({tie.iri for tie in ties})
    ranked = [meeting for _, meeting in sorted(meetings, key=lambda meeting: meeting[0])]
    name, is_long = values.kind_name(context, kind), number > values.UNFOLDED
    group = {"kind": kind, "name": name, "number": number, "meetings": ranked, "is_long": is_long}
    return group if meetings else None


def _side(notes: values.Notes, knowledge: Known, ends: tuple[str, str], ties: Iterable[Tie]) -> Values:
    context, (plan, partner), site_context = notes.context, ends, notes.context.site_context
    met = {end for tie in ties for end in tie.ends}

    def citations() -> Mapping[tuple[str, str], set[str]]:
        by_plans: dict[tuple[str, str], set[str]] = {}
        homes = context.graph.homes
        for citation in context.graph.citations:
            plans = homes.get(citation.source, ""), homes.get(citation.target, "")
            by_plans.setdefault(plans, set()).add(citation.link)
        return by_plans

    actions = site_context.once(f"actions of {plan}", lambda: ordered(context, actions_of(context, plan)))
    links = sorted(site_context.once("citations", citations).get((plan, partner), ()))
    marked = [(context.link(action), context.t("pair-linked") if action in met else "") for action in actions]
    return {
        "plan": plan,
        "actions": piece("counted_actions")(marked) if marked else "",
        "cites": [values.link_of(context, link).written(notes, has_anchor=False) for link in links],
        "way": citing(context, knowledge, plan, partner),
    }


def _beside(context: PageContext, plan: str, partner: str) -> list[tuple[str, list[str]]]:
    """Beside each action of a plan those of the other with the most similar titles, which says nothing of links."""
    language, label = context.request.language, context.graph.label
    actions, others = (ordered(context, actions_of(context, side)) for side in (plan, partner))
    if not (actions and others):
        return []
    index = context.site_context.once(
        f"titles of {partner} in {language}", lambda: Titles.read([label(action, language) for action in others])
    )
    return [(action, [others[at] for at in index.nearest(label(action, language), NEAREST)]) for action in actions]


def has(context: PageContext, plan: str, aspect: str) -> frozenset[str]:
    statements = context.graph.statements
    return context.site_context.once((aspect, plan), lambda: frozenset(
        shared_thing for work in (plan, *actions_of(context, plan)) for name in ASPECTS[aspect]
        for shared_thing in statements.values(work, PAN + name)
    ))  # fmt: skip


def _figure(context: PageContext, name: str, columns: tuple[str, str], plans: list[str]) -> Markup | None:
    """What a measure says of two plans: strength of their links, or what each owes the other in citations."""
    language = context.request.language
    figures = context.site_context.figures(name, language)

    def by_pair() -> Mapping[frozenset[str], list[Row]]:
        rows: dict[frozenset[str], list[Row]] = {}
        for row in figures.rows:
            rows.setdefault(frozenset(str(row[column]) for column in columns), []).append(row)
        return rows

    rows = context.site_context.once(("rows by pair", name, language), by_pair).get(frozenset(plans))
    return show(replace(figures, rows=tuple(rows)), context) if rows else None


def _shared_things(context: PageContext) -> Values:
    """What each thing joins, by kind; of the two plans of the address alone where it names two."""
    wanted = frozenset(context.request.arguments.get("plans", "").split("--"))
    named = [entry.iri for key in wanted if (entry := context.graph.labels.find("plan", key))]
    two = sorted(named) if len(named) == len(wanted) == 2 else []
    kinds = []
    for aspect in sorted(ASPECTS):
        plans: dict[str, list[str]] = {}
        for plan in every_plan(context.site_context):
            for shared_thing in has(context, plan, aspect):
                plans.setdefault(shared_thing, []).append(plan)
        common = {
            shared_thing: members
            for shared_thing, members in plans.items()
            if len(members) > 1 and {*two} <= {*members}
        }
        rows = [
            {
                "thing": shared_thing,
                "plans": common[shared_thing],
                "plan_keys": " ".join(map(context.key, common[shared_thing])),
            }
            for shared_thing in sorted(
                common,
                key=lambda shared_thing: (
                    -len(common[shared_thing]),
                    context.name(shared_thing).casefold(),
                    shared_thing,
                ),
            )
        ]
        kinds.append((aspect, rows))
    return {"title": context.t("shared-title"), "two": two, "kinds": kinds}


PAGES: Final = (View("pair", _values, _keys, section="plans"), View("shared", _shared_things, section="plans"))
