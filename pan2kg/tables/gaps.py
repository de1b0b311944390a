"""The gap report: one list a kind of gap, with how many of how many, and what cannot be computed, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from pan2kg.coherence.bodies import Presence, completeness, overlaps
from pan2kg.coherence.citations import Bounds as Interval
from pan2kg.coherence.citations import Channel, State, Verdict, returns
from pan2kg.coherence.evidence import HEADLINE, Level, counts, level
from pan2kg.coherence.known import basis_line
from pan2kg.coherence.obligations import DutyStanding as Standing
from pan2kg.coherence.obligations import Margin, Obligation
from pan2kg.errors import QueryError
from pan2kg.graph.graph import Graph
from pan2kg.i18n.catalogue import Messages, Text
from pan2kg.store.queries import program_query
from pan2kg.store.store import is_true
from pan2kg.tables.coverage import looked_at, own_plans, target_groups
from pan2kg.tables.figure_words import bits_text
from pan2kg.tables.registry import (
    DEFAULT,
    EVERYWHERE,
    TableChoice,
    code,
    coded,
    codes,
    day,
    level_cells,
    make,
    note,
    thing,
    things,
)
from pan2kg.tables.table import Row, Table
from pan2kg.turtle.vocabulary import ID, key

_TABLES: Final = Messages("table")


@dataclass(frozen=True, slots=True)
class Scope:
    # own are the plans of which one must do what no action does, by own_plans.
    plans: frozenset[str] = frozenset()
    level: Level = HEADLINE
    own: frozenset[str] = frozenset()


WAIT = 90
"""After how many days a candidate has waited too long."""

SUMMARY = ("gap", "gaps_number", "gaps_of", "command")
LIST = ("gap", "subject", "other", "detail", "level")


@dataclass(frozen=True, slots=True)
class Gap:
    subject: str
    other: str = ""
    detail: Text | None = None
    level: Level | None = None


@dataclass(frozen=True, slots=True)
class Found:
    gaps: tuple[Gap, ...]
    of: int | None
    sparql: str = ""


Find = Callable[[Graph, Scope], Found]


def gaps(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    # How many gaps of each kind, or with part the list of one kind; with plans or a country named, only theirs.
    # That no action does something is said of the project's own country where none is named.
    plans_named = frozenset(graph.plans(choice.plans)) or (
        own_plans(graph, choice.country) if choice.country else frozenset()
    )
    scope = Scope(plans_named, choice.evidence, plans_named or own_plans(graph, choice.country))
    basis, line = graph.uses.basis, basis_line(graph.known(scope.level))
    if scope.plans or choice.country or choice.part in OWN:
        basis = looked_at(graph, choice, basis)
    if not choice.part:
        own_notes = [note("own-country")] if scope.own != scope.plans else []
        rows = [_counted(graph, kind, find(graph, scope)) for kind, find in KINDS.items()]
        return make(graph, "gaps", SUMMARY, rows, [*own_notes, *_unknown(graph)], line=line, basis=basis, is_dated=True)
    if choice.part not in KINDS:
        raise QueryError("no-part", remedy="there-are", part=choice.part, names=", ".join(KINDS))
    result = KINDS[choice.part](graph, scope)
    rows = [
        {
            **code(graph, "gap", choice.part),
            **thing(graph, "subject", gap.subject),
            **thing(graph, "other", gap.other or None),
            "detail": gap.detail.say(graph.language) if gap.detail else None,
            **level_cells(graph, gap.level),
        }
        for gap in result.gaps
    ]
    basis = basis.also("gap", choice.part)
    return make(
        graph, "gaps", LIST, rows, _about(choice.part, result), sparql=result.sparql, line=line, basis=basis,
        is_dated=True,
    )  # fmt: skip


def _counted(graph: Graph, kind: str, result: Found) -> Row:
    return {
        **code(graph, "gap", kind),
        "gaps_number": None if result.of is None else len(result.gaps),
        "gaps_of": result.of,
        "command": f"pan2kg coherence gaps {kind}",
    }


def _about(kind: str, result: Found) -> list[Text]:
    counted = [
        note("not-assessed-gap") if result.of is None else note("gaps-counted", n=len(result.gaps), of=result.of)
    ]
    return [*counted, *([note(f"gap-{kind}")] if _TABLES.has(f"note.gap-{kind}") else [])]


def _unknown(graph: Graph) -> list[Text]:
    reasons = [] if graph.scores else [note("no-scores")]
    return [*reasons, note("no-mitigation"), note("no-validity", day=graph.as_of.isoformat()), note("unread")]


def _obligations(standing: Standing) -> Find:
    def find(graph: Graph, scope: Scope) -> Found:
        evidence = [row for row in graph.margins(scope.level) if row.obligation.is_recorded]
        rows = [row for row in evidence if row.standing is standing]
        listed = (
            Gap(
                row.obligation.iri,
                row.response.work if row.response else "",
                _late(row.margin, row.overdue),
                row.response.level if row.response else None,
            )
            for row in rows
        )
        of = len(evidence) if any(row.standing is not Standing.NOT_ASSESSED for row in evidence) else None
        return Found(tuple(listed), of, program_query("coherence/obligations"))

    return find


def _late(margin: int | None, overdue: int) -> Text | None:
    if margin is not None and margin > 0:
        return _TABLES.text("note.days-late", n=margin)
    return _TABLES.text("note.days-overdue", n=overdue) if overdue else None


def _without_action(name: str) -> Find:
    def find(graph: Graph, scope: Scope) -> Found:
        query = program_query(name)
        works_of: dict[str, set[str]] = {}
        for thing_iri, action, *cells in graph.read(query):
            if cells and not counts(level(cells[0]), scope.level):
                action = ""
            counted = _inside(graph, action, replace(scope, plans=scope.own))
            works_of.setdefault(thing_iri, set()).update({action} if counted else set())
        empty = [thing_iri for thing_iri, actions in works_of.items() if not actions]
        evidence = bool(works_of) and len(empty) < len(works_of)
        return Found(tuple(map(Gap, empty)) if evidence else (), len(works_of) if evidence else None, query)

    return find


def _inside(graph: Graph, work: str, scope: Scope) -> bool:
    return bool(work) and (not scope.plans or graph.home_of.get(work, work) in scope.plans)


def _groups(graph: Graph, scope: Scope) -> Found:
    groups_table = target_groups(graph, TableChoice(plans=tuple(sorted(scope.own)), country=EVERYWHERE))
    empty = [Gap(str(row["group"])) for row in groups_table.rows if row["aim"] == "forgotten"]
    if len(empty) == len(groups_table.rows):  # no action of these plans was annotated: nothing is known to be forgotten
        return Found((), None, program_query("tables/group-uses"))
    return Found(tuple(empty), len(groups_table.rows), program_query("tables/group-uses"))


def _bodiless(graph: Graph, scope: Scope) -> Found:
    # Among the actions of plans of which a body is recorded for one action: elsewhere bodies were not looked for.
    sought = {graph.home_of.get(profile.work) for profile in graph.profiles if profile.bodies or profile.leads}
    with_body = {profile.work for profile in graph.profiles_at(scope.level) if profile.bodies or profile.leads}
    evidence = [action for action, plan in graph.home_of.items() if plan in sought and _inside(graph, action, scope)]
    empty = tuple(Gap(action, graph.home_of[action]) for action in evidence if action not in with_body)
    return Found(empty, len(evidence) or None, program_query("coherence/tags"))


def _field(name: str, presence: Presence) -> Find:
    def find(graph: Graph, scope: Scope) -> Found:
        rows = completeness(graph.home_of, graph.fields)
        evidence = [row for row in rows if row.annotated and _inside(graph, row.action, scope)]
        empty = tuple(Gap(row.action, row.plan) for row in evidence if dict(row.fields)[name] is presence)
        return Found(empty, len(evidence) or None, program_query("coherence/fields"))

    return find


def _occasions(state: State) -> Find:
    # Occasions to cite where no citation was seen: it is known to be missing, or nobody read in full.
    def find(graph: Graph, scope: Scope) -> Found:
        evidence = graph.known(scope.level)
        every = [
            occasion
            for occasion in evidence.occasions
            if occasion.is_expected and _of(scope, occasion.source, occasion.target)
        ]
        in_state = [one for one in every if one.state is state]
        listed = (
            Gap(
                one.source,
                one.target,
                (
                    _TABLES.text("note.bits-shared", shared=bits_text(Interval(one.bits, one.bits)))
                    if one.bits > 0
                    else None
                ),
                evidence.link_level(one.source, one.target),
            )
            for one in in_state
        )
        return Found(tuple(listed), len(every) or None, program_query("coherence/plan-statements"))

    return find


def _returns(state: State) -> Find:
    # Citing pairs of which the way back is expected and was not seen; without an expected one nothing is assessed.
    def find(graph: Graph, scope: Scope) -> Found:
        evidence = graph.known(scope.level)
        returned = returns(evidence.chronology, evidence.tables.readings, at=scope.level)
        every = [
            occasion
            for occasion in returned
            if occasion.verdict is Verdict.EXPECTED and _of(scope, occasion.source, occasion.target)
        ]
        in_state = (occasion for occasion in every if occasion.state is state)
        listed = (
            Gap(occasion.source, occasion.target, level=evidence.link_level(occasion.source, occasion.target))
            for occasion in in_state
        )
        return Found(tuple(listed), len(every) or None, program_query("coherence/plan-statements"))

    return find


def _elsewhere(channel_used: Channel, channel_missing: Channel) -> Find:
    def find(graph: Graph, scope: Scope) -> Found:
        evidence = graph.known(scope.level)
        when, level = evidence.chronology, scope.level
        every = [
            pair for pair in sorted(when.cited)
            if when.seen(*pair, level, channel_used) and _of(scope, *pair)
            and evidence.place(*pair, channel_missing) in _POSSIBLE
        ]  # fmt: skip
        states = {pair: evidence.place(*pair, channel_missing) for pair in every}
        listed = (
            Gap(*pair, coded("citation", state.value), evidence.link_level(*pair))
            for pair, state in states.items() if state is not State.SEEN
        )  # fmt: skip
        return Found(tuple(listed), len(every) or None, program_query("coherence/plan-statements"))

    return find


_POSSIBLE: Final = frozenset((State.SEEN, State.ABSENT, State.OPEN))


def _of(scope: Scope, *plans: str) -> bool:
    return not scope.plans or bool(scope.plans & set(plans))


def _overlaps(graph: Graph, scope: Scope) -> Found:
    uses, evidence, line = (
        graph.uses_at(scope.level),
        graph.profiles_at(scope.level),
        graph.known(scope.level).chronology.line,
    )
    led = sum(bool(p.leads) and _inside(graph, p.work, scope) for p in evidence if p.work in graph.home_of)
    overlapping = overlaps(uses, evidence, graph.bits, line, said=graph.profiles, country=graph.country_of)
    rows = [row for row in overlapping if row.kind != "edition" and _either(graph, row.actions, scope)]
    listed = tuple(Gap(row.actions[0], row.actions[1]) for row in rows)
    return Found(listed, led or None, program_query("coherence/tags"))


def _either(graph: Graph, works: Iterable[str], scope: Scope) -> bool:
    return any(_inside(graph, work, scope) for work in works)


def _negative(graph: Graph, scope: Scope) -> Found:
    cells = [cell for scores in graph.scores for cell in scores.cells() if _either(graph, cell[:2], scope)]
    listed = (Gap(source, target, Text.same(str(score))) for source, target, score in cells if score < 0)
    return Found(tuple(listed), len(cells) or None, program_query("coherence/scores"))


def _disordered(graph: Graph, scope: Scope) -> Found:
    rows = [
        row for row in depending(graph, scope.level) if _either(graph, (str(row["later"]), str(row["earlier"])), scope)
    ]
    evidence = [row for row in rows if row["order"] != "unknown"]
    late = (
        Gap(str(row["later"]), str(row["earlier"]), level=level(str(row["level"])))
        for row in evidence
        if row["order"] == "out-of-order"
    )
    return Found(tuple(late), len(evidence) or None, program_query("tables/dependencies"))


def _old(graph: Graph, scope: Scope) -> Found:
    rows = [row for row in graph.read(program_query("tables/candidates")) if _either(graph, row[1:3], scope)]
    latest_day = (graph.as_of - timedelta(days=WAIT)).isoformat()
    waiting = {
        link: Gap(source, target, Text.same(day[:10]))
        for link, source, target, day in rows
        if day and day[:10] < latest_day
    }
    return Found(tuple(waiting.values()), len({row[0] for row in rows}), program_query("tables/candidates"))


KINDS: Mapping[str, Find] = {
    "obligation-uncovered": _obligations(Standing.UNCOVERED),
    "obligation-late": _obligations(Standing.LATE),
    "obligation-vague": _obligations(Standing.VAGUE),
    "principle-without-action": _without_action("tables/principles"),
    "target-without-action": _without_action("tables/targets"),
    "group-without-action": _groups,
    "action-without-body": _bodiless,
    "action-without-indicator": _field("indicator", Presence.ABSENT),
    "indicator-vague": _field("indicator", Presence.VAGUE),
    "action-without-timeline": _field("timeline", Presence.ABSENT),
    "timeline-vague": _field("timeline", Presence.VAGUE),
    "citation-absent": _occasions(State.ABSENT),
    "citation-unseen": _occasions(State.OPEN),
    "citation-unreturned": _returns(State.ABSENT),
    "return-unseen": _returns(State.OPEN),
    "citation-in-text-only": _elsewhere(Channel.TEXT, Channel.WEB),
    "citation-on-web-only": _elsewhere(Channel.WEB, Channel.TEXT),
    "overlap": _overlaps,
    "negative-interaction": _negative,
    "dependency-out-of-order": _disordered,
    "candidate-waiting": _old,
}
"""Each kind of gap, and what finds it."""

OWN: Final = frozenset(("principle-without-action", "target-without-action", "group-without-action"))
"""The kinds that say that no action does something: asked of the plans of one country, the project's own if of none."""


RECURRING = ("every", "last_due", "next_due")
DUTIES = (
    "obligation", "obligation_kind", "force", "instrument", "provision", "holder", "holder_basis", "national", "due",
    *RECURRING, "standing", "met", "margin", "overdue", "answer",
    "answered_on", "signed_on", "is_act", "level", "answers", "touching", "needs_ratification", "ratified",
)  # fmt: skip
DETAILS = frozenset({
    "force", "provision", "holder_basis", "national", "signed_on", "is_act", "answers", "touching",
    "needs_ratification", "ratified",
})  # fmt: skip
"""The columns of the files alone: a page says them of each obligation on its own page."""


def duties(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    # One that recurs has every so many months, and the days it was due last and is due next; due is the one the row
    # speaks of. Only what is said at the level of evidence chosen answers. With plans named, only obligations one of
    # their actions answers; part restricts to one standing.
    plans_named = frozenset(graph.plans(choice.plans))
    if choice.part and choice.part not in codes("standing"):
        standings = ", ".join(codes("standing"))
        raise QueryError("no-part", remedy="there-are", part=choice.part, names=standings)
    margins = graph.margins(choice.evidence)
    rows = [
        row
        for row in margins
        if not plans_named or plans_named & {graph.home_of.get(r.work, "") for r in row.responses}
    ]
    rows = [row for row in rows if choice.part in ("", _standing(row))]
    notes = [note("obligations-known", n=len(margins)), note("answers-means"), note("not-overdue-before")]
    if any(row.obligation.every for row in rows):
        notes.append(note("recurs-means"))
    if any(not row.obligation.is_recorded for row in rows):
        notes.append(note("unrecorded-means"))
    if any(row.standing is Standing.UNCOVERED for row in rows):
        notes.append(note("uncovered-means", n=margins.basis.annotated, of=margins.basis.n))
    duty_rows = (_duty(graph, row) for row in rows)
    line = basis_line(graph.known(choice.evidence))
    sparql = program_query("coherence/obligations")
    return make(
        graph, "obligations", DUTIES, duty_rows, notes, sparql=sparql, line=line, basis=margins.basis, is_dated=True
    )


def for_pages(figures: Table) -> Table:
    left_out = DETAILS if any(row["every"] for row in figures.rows) else DETAILS | {*RECURRING}
    return replace(figures, columns=tuple(c for c in figures.columns if not left_out & {c.key, c.names}))


def _standing(row: Margin) -> str:
    return row.standing.value.replace(" ", "-")


def _concept(scheme: str, concept: str) -> str | None:
    return f"{ID}{scheme}/{concept}" if concept else None


def _holder_basis(obligation: Obligation) -> str:
    # Whether a country recorded who has to meet it, or it follows from who is a member or a party, or nobody knows.
    if obligation.is_recorded:
        return "recorded"
    return "derived" if obligation.holder else "none"


def _duty(graph: Graph, row: Margin) -> Row:
    obligation, answer = row.obligation, row.response
    return {
        **thing(graph, "obligation", obligation.iri),
        **thing(graph, "obligation_kind", _concept("obligationkind", obligation.kind)),
        **thing(graph, "force", _concept("force", obligation.force)),
        **thing(graph, "instrument", obligation.instrument),
        **thing(graph, "provision", obligation.provision),
        **thing(graph, "holder", obligation.holder),
        **code(graph, "holder_basis", _holder_basis(obligation)),
        **thing(graph, "national", obligation.national),
        "due": day(obligation.due),
        "every": obligation.every or None,
        "last_due": day(row.last),
        "next_due": day(row.coming),
        **code(graph, "standing", _standing(row)),
        **code(graph, "met", row.met.value),
        "margin": row.margin,
        "overdue": row.overdue,
        **thing(graph, "answer", answer.work if answer else None),
        "answered_on": day(answer.day) if answer else None,
        "signed_on": day(answer.signed) if answer else None,
        "is_act": answer.is_act if answer else None,
        **level_cells(graph, answer.level if answer else None),
        **things(graph, "answers", sorted({response.work for response in row.responses})),
        **things(graph, "touching", [response.work for response in row.touching]),
        "needs_ratification": obligation.needs_ratification,
        "ratified": day(obligation.ratified),
    }


DEPENDS = ("later", "earlier", "dependency", "later_ends", "earlier_ends", "order", "level")


def dependencies(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    # What builds on something else, or follows it, and whether that ends no later; unknown where a date is missing.
    # A work ends when its own dated timeline does, else when its plan's period does; compared as far as both are
    # exact.
    plans_named = frozenset(graph.plans(choice.plans))
    rows = [row for row in depending(graph, choice.evidence) if not plans_named or plans_named & _plans(graph, row)]
    unknown = sum(row["order"] == "unknown" for row in rows)
    notes = [note("order-unknown", n=unknown, of=len(rows)) if rows else note("no-dependencies"), note("stated-only")]
    return make(
        graph, "dependencies", DEPENDS, rows, notes, "tables/dependencies",
        line=basis_line(graph.known(choice.evidence)),
    )  # fmt: skip


def _plans(graph: Graph, row: Row) -> set[str]:
    ends = (str(row["later"]), str(row["earlier"]))
    return {graph.home_of.get(end, end) for end in ends}


def depending(graph: Graph, at: Level = HEADLINE) -> list[Row]:
    homes: dict[str, str] = {}
    for action, end in graph.read(program_query("coherence/ends")):
        homes[action] = max(homes.get(action, ""), end)
    levels: dict[tuple[str, str, str], Level] = {}
    for later, earlier, kind, name in graph.read(program_query("tables/dependencies")):
        level_found = level(name)
        if level_found is not None and counts(level_found, at):
            levels[later, earlier, key(kind)] = min(level_found, levels.get((later, earlier, key(kind)), level_found))
    rows = [
        {**_dependency(graph, homes, (later, earlier), kind), **level_cells(graph, firm)}
        for (later, earlier, kind), firm in levels.items()
    ]
    order = ("out-of-order", "in-order", "unknown")
    return sorted(rows, key=lambda row: (order.index(str(row["order"])), str(row["later"]), str(row["earlier"])))


def _dependency(graph: Graph, homes: dict[str, str], ends: tuple[str, str], kind: str) -> Row:
    later, earlier = (homes.get(work) or graph.ends(work) for work in ends)
    return {
        **thing(graph, "later", ends[0]),
        **thing(graph, "earlier", ends[1]),
        **code(graph, "dependency", kind),
        "later_ends": later or None,
        "earlier_ends": earlier or None,
        **code(graph, "order", in_order(later, earlier)),
    }


def in_order(later: str, earlier: str) -> str:
    if not later or not earlier:
        return "unknown"
    exact = min(len(later), len(earlier))
    return "in-order" if earlier[:exact] <= later[:exact] else "out-of-order"


ADVICE = ("recommendation", "review", "reply", "actions", "plans")


def recommendations(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    plans_named = frozenset(graph.plans(choice.plans))
    advice = graph.read(program_query("tables/recommendations"))
    replies: dict[str, list[tuple[str, str]]] = {}
    for recommendation, work, answers in graph.read(program_query("tables/replies")):
        replies.setdefault(recommendation, []).append((work, answers))
    rows = [
        _advice(graph, recommendation, review, replies.get(recommendation, [])) for recommendation, review in advice
    ]
    if plans_named:
        rows = [row for row in rows if plans_named & set(str(row["plans"]).split())]
    order = ("none", "beside", "answered")
    rows.sort(key=lambda row: (order.index(str(row["reply"])), str(row["recommendation"])))
    notes = [
        note("recommendations-read", n=len(advice)) if advice else note("no-recommendations"),
        note("beside-means"),
    ]
    return make(graph, "recommendations", ADVICE, rows, notes, "tables/replies")


def _advice(graph: Graph, recommendation: str, review: str, works: list[tuple[str, str]]) -> Row:
    reply = "answered" if any(is_true(answers) for _, answers in works) else "beside" if works else "none"
    actions = sorted({work for work, _ in works if work in graph.home_of})
    plans = sorted({graph.home_of.get(work, work) for work, _ in works})
    return {
        **thing(graph, "recommendation", recommendation),
        **thing(graph, "review", review),
        **code(graph, "reply", reply),
        **things(graph, "actions", actions),
        **things(graph, "plans", plans),
    }
