"""The gap report: one list a kind of gap, with how many of how many, and what cannot be computed, and why.

Then the tables of what has to be met: obligations, what builds on something else, and
recommendations.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Final

from pan2kg.coherence import (
    HEADLINE,
    Level,
    bodies as coordination,
    citations,
    evidence,
    known,
    obligations,
)
from pan2kg.coherence.citations import Channel, State, Verdict
from pan2kg.errors import QueryError
from pan2kg.graph.graph import Graph
from pan2kg.i18n.catalogue import Messages, Text
from pan2kg.store import is_true, program_query
from pan2kg.tables import DEFAULT, Table, TableChoice, bodies, coverage, make, note, table as layout
from pan2kg.tables.figure_words import bits_words, in_each
from pan2kg.turtle.vocabulary import ID, key

_TABLES: Final = Messages("table")
WAIT = 90
"""After how many days a candidate has waited too long."""
SUMMARY = ("gap", "gaps_number", "gaps_of", "command")
LIST = ("gap", "subject", "other", "detail", "level")

Scope = tuple[frozenset[str], Level, frozenset[str]]
"""The plans whose gaps are looked for, none for all; the level of evidence; and those of which one must do what no
action does."""
ALL: Final[Scope] = (frozenset(), HEADLINE, frozenset())
Gap = tuple[str, str | None, Text | None, Level | None]
"""What has it, what it lacks, in how much, and on whose word."""
Listed = tuple[list[Gap], int | None, str]
"""The gaps of a kind, of how many, None where it cannot be assessed, and the query that shows the statements."""
Find = Callable[[Graph, Scope], Listed]


def gaps(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    # How many gaps of each kind, or with part the list of one kind; with plans or a country named,
    # only theirs. That no action does something is said of the project's own country where none is
    # named.
    plans = frozenset(graph.plans(choice.plans))
    plans = plans or (bodies.own_plans(graph, choice.country) if choice.country else frozenset())
    scope = plans, choice.evidence, plans or bodies.own_plans(graph, choice.country)
    basis = graph.uses.basis
    line = known.basis_line(graph.known(choice.evidence))
    if plans or choice.country or choice.part in OWN:
        basis = bodies.looked_upon(graph, choice)
    rows: list[tuple[object, ...]] = []
    if not choice.part:
        for kind in KINDS:
            listed, of, _ = _find(graph, kind, scope)
            rows.append(
                (kind, None if of is None else len(listed), of, f"pan2kg coherence gaps {kind}")
            )
        notes = [
            *([note("own-country")] if scope[2] != plans else []),
            *([] if graph.scores else [note("no-scores")]),
        ]
        notes += [
            note("no-mitigation"),
            note("no-validity", day=graph.as_of.isoformat()),
            note("unread"),
        ]
        return make(graph, "gaps", SUMMARY, rows, notes, line=line, basis=basis, is_dated=True)
    if choice.part not in KINDS:
        raise QueryError("no-part", remedy="there-are", part=choice.part, names=", ".join(KINDS))
    listed, of, sparql = _find(graph, choice.part, scope)
    rows += [(choice.part, *gap) for gap in listed]
    notes = [note("not-assessed-gap") if of is None else note("gaps-counted", n=len(listed), of=of)]
    notes += [note(f"gap-{choice.part}")] if _TABLES.has(f"note.gap-{choice.part}") else []
    notes += [note("own-country")] if choice.part in OWN and scope[2] != plans else []
    notes += [note("no-mitigation")] if choice.part == "negative-interaction" else []
    basis = basis.also("gap", choice.part)
    return make(
        graph, "gaps", LIST, rows, notes, sparql=sparql, line=line, basis=basis, is_dated=True
    )


def _find(graph: Graph, kind: str, scope: Scope) -> Listed:
    # those of all plans are kept, for each language and for the list of the kind
    find = partial(KINDS[kind], graph, scope)
    return find() if scope[0] else graph.once(("gaps", kind, scope), find)


def _inside(graph: Graph, plans: frozenset[str], *works: str) -> bool:
    return any(
        bool(work) and (not plans or graph.home_of.get(work, work) in plans) for work in works
    )


def _obligations(standing: obligations.DutyStanding) -> Find:
    def find(graph: Graph, scope: Scope) -> Listed:
        recorded = [row for row in graph.margins(scope[1]) if row.obligation.is_recorded]
        listed = list[Gap]()
        for row in recorded:
            if row.standing is standing:
                answer = row.response
                detail = None
                if row.margin is not None and row.margin > 0:
                    detail = _TABLES.text("note.days-late", n=row.margin)
                elif row.overdue:
                    detail = _TABLES.text("note.days-overdue", n=row.overdue)
                work, level = (answer.work, answer.level) if answer else (None, None)
                listed.append((row.obligation.iri, work, detail, level))
        is_assessed = any(
            row.standing is not obligations.DutyStanding.NOT_ASSESSED for row in recorded
        )
        return (
            listed,
            len(recorded) if is_assessed else None,
            program_query("coherence/obligations"),
        )

    return find


def _without_action(name: str) -> Find:
    def find(graph: Graph, scope: Scope) -> Listed:
        query = program_query(name)
        works_of = dict[str, set[str]]()
        for iri, action, *level in graph.read(query):
            works = works_of.setdefault(iri, set())
            if (not level or evidence.counts(evidence.level(level[0]), scope[1])) and _inside(
                graph, scope[2], action
            ):
                works.add(action)
        empty: list[Gap] = [
            (iri, None, None, None) for iri, actions in works_of.items() if not actions
        ]
        # where no action does anything of the kind, nobody looked
        return (empty, len(works_of), query) if len(empty) < len(works_of) else ([], None, query)

    return find


def _groups(graph: Graph, scope: Scope) -> Listed:
    rows = bodies.target_groups(
        graph, TableChoice(plans=tuple(sorted(scope[2])), country=layout.EVERYWHERE)
    ).rows
    empty: list[Gap] = [
        (str(row["group"]), None, None, None) for row in rows if row["aim"] == "forgotten"
    ]
    query = program_query("tables/group-uses")
    # where no action of these plans was annotated, nothing is known to be forgotten
    return (empty, len(rows), query) if len(empty) < len(rows) else ([], None, query)


def _bodiless(graph: Graph, scope: Scope) -> Listed:
    # Among the actions of plans of which a body is recorded for one action: elsewhere bodies were
    # not looked for.
    sought = {
        graph.home_of.get(profile.work)
        for profile in graph.profiles
        if profile.bodies or profile.leads
    }
    with_body = {
        profile.work for profile in graph.profiles_at(scope[1]) if profile.bodies or profile.leads
    }
    actions = [
        action
        for action, plan in graph.home_of.items()
        if plan in sought and _inside(graph, scope[0], action)
    ]
    empty: list[Gap] = [
        (action, graph.home_of[action], None, None) for action in actions if action not in with_body
    ]
    return empty, len(actions) or None, program_query("coherence/tags")


def _field(name: str, presence: coordination.Presence) -> Find:
    def find(graph: Graph, scope: Scope) -> Listed:
        rows = [
            row
            for row in coverage.fields_of(graph)
            if row.annotated and _inside(graph, scope[0], row.action)
        ]
        empty: list[Gap] = [
            (row.action, row.plan, None, None) for row in rows if dict(row.fields)[name] is presence
        ]
        of = sum(dict(row.fields)[name] is not coordination.Presence.UNREAD for row in rows)
        return empty, of or None, program_query("coherence/fields")

    return find


def _occasions(state: State) -> Find:
    # Occasions to cite where no citation was seen: it is known to be missing, or nobody read in
    # full.
    def find(graph: Graph, scope: Scope) -> Listed:
        at = graph.known(scope[1])
        listed = list[Gap]()
        expected = (occasion for occasion in at.occasions if occasion.is_expected)
        every = [
            occasion
            for occasion in expected
            if _inside(graph, scope[0], occasion.source, occasion.target)
        ]
        for occasion in every:
            if occasion.state is state:
                shared = in_each(bits_words, occasion.bits)
                detail = (
                    _TABLES.text("note.bits-shared", shared=shared) if occasion.bits > 0 else None
                )
                ends = occasion.source, occasion.target
                listed.append((*ends, detail, at.link_level(*ends)))
        return listed, len(every) or None, program_query("coherence/plan-statements")

    return find


def _returns(state: State) -> Find:
    # Citing pairs of which the way back is expected and was not seen; without an expected one
    # nothing is assessed.
    def find(graph: Graph, scope: Scope) -> Listed:
        at = graph.known(scope[1])
        every = [
            direction
            for direction in citations.returns(at.chronology, at.tables.readings, at=scope[1])
            if direction.verdict is Verdict.EXPECTED
            and _inside(graph, scope[0], direction.source, direction.target)
        ]
        listed: list[Gap] = [
            (
                direction.source,
                direction.target,
                None,
                at.link_level(direction.source, direction.target),
            )
            for direction in every
            if direction.state is state
        ]
        return listed, len(every) or None, program_query("coherence/plan-statements")

    return find


_POSSIBLE: Final = frozenset((State.SEEN, State.ABSENT, State.OPEN))


def _elsewhere(seen: Channel, missing: Channel) -> Find:
    def find(graph: Graph, scope: Scope) -> Listed:
        at = graph.known(scope[1])
        states = {
            pair: at.place(*pair, missing)
            for pair in sorted(at.chronology.cited)
            if at.chronology.seen(*pair, scope[1], seen) and _inside(graph, scope[0], *pair)
        }
        every = {pair: state for pair, state in states.items() if state in _POSSIBLE}
        listed: list[Gap] = [
            (*pair, layout.coded("citation", state.value), at.link_level(*pair))
            for pair, state in every.items()
            if state is not State.SEEN
        ]
        return listed, len(every) or None, program_query("coherence/plan-statements")

    return find


def _overlaps(graph: Graph, scope: Scope) -> Listed:
    uses = graph.uses_at(scope[1])
    profiles = graph.profiles_at(scope[1])
    line = graph.known(scope[1]).chronology.line
    led = sum(
        bool(p.leads) and p.work in graph.home_of and _inside(graph, scope[0], p.work)
        for p in profiles
    )
    rows = coordination.overlaps(
        uses, profiles, graph.bits, line, said=graph.profiles, country=graph.country_of
    )
    listed: list[Gap] = [
        (row.actions[0], row.actions[1], None, None)
        for row in rows
        if row.kind != "edition" and _inside(graph, scope[0], *row.actions)
    ]
    return listed, led or None, program_query("coherence/tags")


def _negative(graph: Graph, scope: Scope) -> Listed:
    scored = [
        cell
        for scores in graph.scores
        for cell in scores.cells()
        if _inside(graph, scope[0], *cell[:2])
    ]
    listed: list[Gap] = [
        (source, to, Text.of(str(score)), None) for source, to, score in scored if score < 0
    ]
    return listed, len(scored) or None, program_query("coherence/scores")


def _disordered(graph: Graph, scope: Scope) -> Listed:
    rows = [row for row in depending(graph, scope[1]) if _inside(graph, scope[0], row[0], row[1])]
    listed: list[Gap] = [(row[0], row[1], None, row[6]) for row in rows if row[5] == "out-of-order"]
    return (
        listed,
        sum(row[5] != "unknown" for row in rows) or None,
        program_query("tables/dependencies"),
    )


def _old(graph: Graph, scope: Scope) -> Listed:
    rows = [
        row
        for row in graph.read(program_query("tables/candidates"))
        if _inside(graph, scope[0], *row[1:3])
    ]
    latest_day = (graph.as_of - timedelta(days=WAIT)).isoformat()
    waiting: dict[str, Gap] = {
        link: (source, target, Text.of(day[:10]), None)
        for link, source, target, day in rows
        if day and day[:10] < latest_day
    }
    return [*waiting.values()], len({row[0] for row in rows}), program_query("tables/candidates")


KINDS: Mapping[str, Find] = {
    "obligation-uncovered": _obligations(obligations.DutyStanding.UNCOVERED),
    "obligation-late": _obligations(obligations.DutyStanding.LATE),
    "obligation-vague": _obligations(obligations.DutyStanding.VAGUE),
    "principle-without-action": _without_action("tables/principles"),
    "target-without-action": _without_action("tables/targets"),
    "group-without-action": _groups,
    "action-without-body": _bodiless,
    "action-without-indicator": _field("indicator", coordination.Presence.ABSENT),
    "indicator-vague": _field("indicator", coordination.Presence.VAGUE),
    "action-without-timeline": _field("timeline", coordination.Presence.ABSENT),
    "timeline-vague": _field("timeline", coordination.Presence.VAGUE),
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

OWN: Final = frozenset(
    ("principle-without-action", "target-without-action", "group-without-action")
)
"""The kinds that say that no action does something: asked of the plans of one country, the project's own if of none."""

RECURRING = ("every", "last_due", "next_due")
DUTIES = (
    "obligation", "obligation_kind", "force", "instrument", "provision", "holder", "holder_basis", "national", "due",
    *RECURRING, "standing", "met", "margin", "overdue", "answer",
    "answered_on", "signed_on", "is_act", "level", "answers", "touching", "needs_ratification", "ratified",
)  # fmt: skip
DETAILS = frozenset(
    {
        "force",
        "provision",
        "holder_basis",
        "national",
        "signed_on",
        "is_act",
        "answers",
        "touching",
        "needs_ratification",
        "ratified",
    }
)
"""The columns of the files alone: a page says them of each obligation on its own page."""


def duties(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    # One that recurs has every so many months, and the days it was due last and is due next; due is
    # the one the row speaks of. Only what is said at the level of evidence chosen answers. With
    # plans named, only obligations one of their actions answers; part restricts to one standing.
    plans = frozenset(graph.plans(choice.plans))
    if choice.part and choice.part not in layout.codes("standing"):
        raise QueryError(
            "no-part",
            remedy="there-are",
            part=choice.part,
            names=", ".join(layout.codes("standing")),
        )
    margins = graph.margins(choice.evidence)
    rows = [
        row
        for row in margins
        if (
            not plans
            or plans & {graph.home_of.get(response.work, "") for response in row.responses}
        )
        and choice.part in ("", row.standing.value.replace(" ", "-"))
    ]
    notes = [
        note("obligations-known", n=len(margins)),
        note("answers-means"),
        note("not-overdue-before"),
    ]
    if any(row.obligation.every for row in rows):
        notes.append(note("recurs-means"))
    if any(not row.obligation.is_recorded for row in rows):
        notes.append(note("unrecorded-means"))
    if any(row.standing is obligations.DutyStanding.UNCOVERED for row in rows):
        notes.append(note("uncovered-means", n=margins.basis.annotated, of=margins.basis.n))
    line = known.basis_line(graph.known(choice.evidence))
    sparql = program_query("coherence/obligations")
    return make(
        graph,
        "obligations",
        DUTIES,
        map(_duty, rows),
        notes,
        sparql=sparql,
        line=line,
        basis=margins.basis,
        is_dated=True,
    )


def _duty(row: obligations.Margin) -> tuple[object, ...]:
    duty = row.obligation
    answer = row.response
    # whether a country recorded who has to meet it, or it follows from who is a member or a party,
    # or nobody knows
    basis = "recorded" if duty.is_recorded else "derived" if duty.holder else "none"
    kind, force = (
        f"{ID}{scheme}/{name}" if name else None
        for scheme, name in (
            ("obligationkind", duty.kind),
            ("force", duty.force),
        )
    )
    return (
        duty.iri,
        kind,
        force,
        duty.instrument,
        duty.provision,
        duty.holder,
        basis,
        duty.national,
        duty.due,
        duty.every or None,
        row.last,
        row.coming,
        row.standing.value.replace(" ", "-"),
        row.met,
        row.margin,
        row.overdue,
        *(
            (answer.work, answer.day, answer.signed, answer.is_act, answer.level)
            if answer
            else [None] * 5
        ),
        sorted({response.work for response in row.responses}),
        [response.work for response in row.touching],
        duty.needs_ratification,
        duty.ratified,
    )


def for_pages(table: Table) -> Table:
    left_out = DETAILS if any(row["every"] for row in table.rows) else DETAILS | {*RECURRING}
    return replace(
        table, columns=tuple(c for c in table.columns if not left_out & {c.key, c.names})
    )


DEPENDS = ("later", "earlier", "dependency", "later_ends", "earlier_ends", "order", "level")
Dependency = tuple[str, str, str, str | None, str | None, str, Level]


def dependencies(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    # What builds on something else, or follows it, and whether that ends no later; unknown where a
    # date is missing.
    plans = frozenset(graph.plans(choice.plans))
    rows = [
        row for row in depending(graph, choice.evidence) if _inside(graph, plans, row[0], row[1])
    ]
    unknown = sum(row[5] == "unknown" for row in rows)
    notes = [
        *([note("order-unknown", n=unknown, of=len(rows))] if rows else []),
        note("stated-only"),
    ]
    line = known.basis_line(graph.known(choice.evidence))
    return make(graph, "dependencies", DEPENDS, rows, notes, "tables/dependencies", line=line)


def depending(graph: Graph, at: Level = HEADLINE) -> list[Dependency]:
    # A work ends when its own dated timeline does, else when its plan's period does; compared as
    # far as both are exact.
    ends = dict[str, str]()
    levels = dict[tuple[str, str, str], Level]()
    for action, end in graph.read(program_query("coherence/ends")):
        ends[action] = max(ends.get(action, ""), end)
    for later, earlier, kind, name in graph.read(program_query("tables/dependencies")):
        level = evidence.level(name)
        if level is not None and evidence.counts(level, at):
            levels[later, earlier, key(kind)] = min(
                level, levels.get((later, earlier, key(kind)), level)
            )
    rows: list[Dependency] = []
    for (later, earlier, kind), level in levels.items():
        periods = (
            graph.periods.get(graph.home_of.get(work, work), ("", "", ""))
            for work in (later, earlier)
        )
        until, before = (
            ends.get(work) or until
            for work, (_, _, until) in zip((later, earlier), periods, strict=True)
        )
        exact = min(len(until), len(before))
        order = (
            "unknown"
            if not exact
            else "in-order"
            if before[:exact] <= until[:exact]
            else "out-of-order"
        )
        rows.append((later, earlier, kind, until or None, before or None, order, level))
    return sorted(
        rows,
        key=lambda row: (("out-of-order", "in-order", "unknown").index(row[5]), row[0], row[1]),
    )


ADVICE = ("recommendation", "review", "reply", "actions", "plans")


def recommendations(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    plans = frozenset(graph.plans(choice.plans))
    replies = dict[str, list[tuple[str, str]]]()
    advice = graph.read(program_query("tables/recommendations"))
    rows = []
    for recommendation, work, answers in graph.read(program_query("tables/replies")):
        replies.setdefault(recommendation, []).append((work, answers))
    for recommendation, review in advice:
        works = replies.get(recommendation, [])
        reply = (
            "answered"
            if any(is_true(answers) for _, answers in works)
            else "beside"
            if works
            else "none"
        )
        actions = sorted({work for work, _ in works if work in graph.home_of})
        of = sorted({graph.home_of.get(work, work) for work, _ in works})
        if not plans or plans & {*of}:
            rows.append((recommendation, review, reply, actions, of))
    rows.sort(key=lambda row: (("none", "beside", "answered").index(row[2]), row[0]))
    return make(
        graph,
        "recommendations",
        ADVICE,
        rows,
        [note("recommendations-read", n=len(advice))],
        "tables/replies",
    )
