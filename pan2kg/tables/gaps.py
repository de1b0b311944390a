"""The gap report: one list a kind of gap, with how many of how many, and what cannot be computed, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from pan2kg.coherence.bodies import Presence, completeness, overlaps
from pan2kg.coherence.citations import Channel, Interval, State, Verdict, returns
from pan2kg.coherence.evidence import HEADLINE, Level, counts, level
from pan2kg.coherence.known import basis_line
from pan2kg.coherence.obligations import Standing
from pan2kg.errors import QueryError
from pan2kg.graph.graph import Graph
from pan2kg.i18n.catalogue import Messages, Text
from pan2kg.store.queries import program_query
from pan2kg.tables.coverage import looked_at, own_plans, target_groups
from pan2kg.tables.figure_words import bits_text
from pan2kg.tables.making import DEFAULT, EVERYWHERE, Choice, code, coded, level_cells, make, note, thing
from pan2kg.tables.obligations import depending
from pan2kg.tables.table import Row, Table

_TABLES: Final = Messages("table")


@dataclass(frozen=True, slots=True)
class Scope:
    """What is looked at: plans by IRI, none means all, and the level of evidence links are taken at.

    ``own`` are the plans of which one must do what no action does, by :func:`own_plans`.
    """

    plans: frozenset[str] = frozenset()
    level: Level = HEADLINE
    own: frozenset[str] = frozenset()


WAIT = 90
"""After how many days a candidate has waited too long."""

SUMMARY = ("gap", "gaps_number", "gaps_of", "command")
LIST = ("gap", "subject", "other", "detail", "level")


@dataclass(frozen=True, slots=True)
class Gap:
    """One gap: what lacks something, beside what, in which respect, and on whose word where it is about a link."""

    subject: str
    other: str = ""
    detail: Text | None = None
    level: Level | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The gaps of a kind, among how many; ``of`` is None where nothing could be assessed. And the query behind."""

    gaps: tuple[Gap, ...]
    of: int | None
    sparql: str = ""


Find = Callable[[Graph, Scope], Found]


def gaps(graph: Graph, choice: Choice = DEFAULT) -> Table:
    """How many gaps of each kind, or with ``part`` the list of one kind; with plans or a country named, only theirs.

    That no action does something is said of the project's own country where none is named.

    Raises:
        QueryError: an unknown kind, plan or country, with those there are.
    """
    named = frozenset(graph.plans(choice.plans)) or (
        own_plans(graph, choice.country) if choice.country else frozenset()
    )
    scope = Scope(named, choice.evidence, named or own_plans(graph, choice.country))
    basis, line = graph.uses.basis, basis_line(graph.known(scope.level))
    if scope.plans or choice.country or choice.part in OWN:
        basis = looked_at(graph, choice, basis)
    if not choice.part:
        own = [note("own-country")] if scope.own != scope.plans else []
        rows = [_counted(graph, kind, find(graph, scope)) for kind, find in KINDS.items()]
        return make("gaps", basis, SUMMARY, rows, notes=[*own, *_unknown(graph)], line=line)
    if choice.part not in KINDS:
        raise QueryError("no-kind-of-gap", remedy="there-are", part=choice.part, names=", ".join(KINDS))
    found = KINDS[choice.part](graph, scope)
    rows = [_listed(graph, choice.part, gap) for gap in found.gaps]
    basis = basis.also("gap", choice.part)
    return make("gaps", basis, LIST, rows, notes=_about(choice.part, found), sparql=found.sparql, line=line)


def _counted(graph: Graph, kind: str, found: Found) -> Row:
    return {
        **code(graph, "gap", kind),
        "gaps_number": None if found.of is None else len(found.gaps),
        "gaps_of": found.of,
        "command": f"pan2kg coherence gaps {kind}",
    }


def _listed(graph: Graph, kind: str, gap: Gap) -> Row:
    return {
        **code(graph, "gap", kind),
        **thing(graph, "subject", gap.subject),
        **thing(graph, "other", gap.other or None),
        "detail": gap.detail.say(graph.language) if gap.detail else None,
        **level_cells(graph, gap.level),
    }


def _about(kind: str, found: Found) -> list[Text]:
    counted = [note("not-assessed-gap") if found.of is None else note("gaps-counted", n=len(found.gaps), of=found.of)]
    return [*counted, *([note(f"gap-{kind}")] if _TABLES.has(f"note.gap-{kind}") else [])]


def _unknown(graph: Graph) -> list[Text]:
    """What cannot be computed from the graph, and why."""
    reasons = [] if graph.scores else [note("no-scores")]
    return [*reasons, note("no-mitigation"), note("no-validity", day=graph.as_of.isoformat()), note("unread")]


def _obligations(standing: Standing) -> Find:
    def find(graph: Graph, scope: Scope) -> Found:
        known = [row for row in graph.margins(scope.level) if row.obligation.is_recorded]
        rows = [row for row in known if row.standing is standing]
        listed = (
            Gap(
                row.obligation.iri,
                row.response.work if row.response else "",
                _late(row.margin, row.overdue),
                row.response.level if row.response else None,
            )
            for row in rows
        )
        of = len(known) if any(row.standing is not Standing.NOT_ASSESSED for row in known) else None
        return Found(tuple(listed), of, program_query("coherence/obligations"))

    return find


def _late(margin: int | None, overdue: int) -> Text | None:
    if margin is not None and margin > 0:
        return _TABLES.text("note.days-late", n=margin)
    return _TABLES.text("note.days-overdue", n=overdue) if overdue else None


def _without_action(name: str) -> Find:
    """What an action does at the level, or on no word in particular where the query says none."""

    def find(graph: Graph, scope: Scope) -> Found:
        query = program_query(name)
        found: dict[str, set[str]] = {}
        for one, action, *said in graph.read(query):
            if said and not counts(level(said[0]), scope.level):
                action = ""
            counted = _inside(graph, action, replace(scope, plans=scope.own))
            found.setdefault(one, set()).update({action} if counted else set())
        empty = [one for one, actions in found.items() if not actions]
        known = bool(found) and len(empty) < len(found)
        return Found(tuple(map(Gap, empty)) if known else (), len(found) if known else None, query)

    return find


def _inside(graph: Graph, work: str, scope: Scope) -> bool:
    return bool(work) and (not scope.plans or graph.home_of.get(work, work) in scope.plans)


def _groups(graph: Graph, scope: Scope) -> Found:
    made = target_groups(graph, Choice(plans=tuple(sorted(scope.own)), country=EVERYWHERE))
    empty = [Gap(str(row["group"])) for row in made.rows if row["aim"] == "forgotten"]
    if len(empty) == len(made.rows):  # no action of these plans was annotated: nothing is known to be forgotten
        return Found((), None, program_query("tables/group-uses"))
    return Found(tuple(empty), len(made.rows), program_query("tables/group-uses"))


def _bodiless(graph: Graph, scope: Scope) -> Found:
    """Among the actions of plans of which a body is recorded for one action: elsewhere bodies were not looked for."""
    sought = {graph.home_of.get(profile.work) for profile in graph.profiles if profile.bodies or profile.leads}
    with_body = {profile.work for profile in graph.profiles_at(scope.level) if profile.bodies or profile.leads}
    known = [action for action, plan in graph.home_of.items() if plan in sought and _inside(graph, action, scope)]
    empty = tuple(Gap(action, graph.home_of[action]) for action in known if action not in with_body)
    return Found(empty, len(known) or None, program_query("coherence/tags"))


def _field(name: str, presence: Presence) -> Find:
    def find(graph: Graph, scope: Scope) -> Found:
        rows = completeness(graph.home_of, graph.fields)
        known = [row for row in rows if row.annotated and _inside(graph, row.action, scope)]
        empty = tuple(Gap(row.action, row.plan) for row in known if dict(row.fields)[name] is presence)
        return Found(empty, len(known) or None, program_query("coherence/fields"))

    return find


def _occasions(state: State) -> Find:
    """Occasions to cite where no citation was seen: it is known to be missing, or nobody read in full."""

    def find(graph: Graph, scope: Scope) -> Found:
        known = graph.known(scope.level)
        every = [one for one in known.occasions if one.is_expected and _of(scope, one.source, one.target)]
        kept = [one for one in every if one.state is state]
        listed = (
            Gap(one.source, one.target, _bits(one.bits), known.link_level(one.source, one.target)) for one in kept
        )
        return Found(tuple(listed), len(every) or None, program_query("coherence/plan-statements"))

    return find


def _returns(state: State) -> Find:
    """Citing pairs of which the way back is expected and was not seen; without an expected one nothing is assessed."""

    def find(graph: Graph, scope: Scope) -> Found:
        known = graph.known(scope.level)
        found = returns(known.chronology, known.tables.readings, at=scope.level)
        every = [one for one in found if one.verdict is Verdict.EXPECTED and _of(scope, one.source, one.target)]
        kept = (one for one in every if one.state is state)
        listed = (Gap(one.target, one.source, level=known.link_level(one.source, one.target)) for one in kept)
        return Found(tuple(listed), len(every) or None, program_query("coherence/plan-statements"))

    return find


def _elsewhere(seen: Channel, other: Channel) -> Find:
    """Citations seen in one place that could stand in the other too, where they are known to be absent or open."""

    def find(graph: Graph, scope: Scope) -> Found:
        known = graph.known(scope.level)
        when, level = known.chronology, scope.level
        every = [
            pair for pair in sorted(when.cited)
            if when.seen(*pair, level, seen) and _of(scope, *pair) and known.place(*pair, other) in _POSSIBLE
        ]  # fmt: skip
        states = {pair: known.place(*pair, other) for pair in every}
        listed = (
            Gap(*pair, coded("citation", state.value), known.link_level(*pair))
            for pair, state in states.items() if state is not State.SEEN
        )  # fmt: skip
        return Found(tuple(listed), len(every) or None, program_query("coherence/plan-statements"))

    return find


_POSSIBLE: Final = frozenset((State.SEEN, State.ABSENT, State.OPEN))


def _of(scope: Scope, *plans: str) -> bool:
    return not scope.plans or bool(scope.plans & set(plans))


def _bits(bits: float) -> Text | None:
    return _TABLES.text("note.bits-shared", shared=bits_text(Interval(bits, bits))) if bits > 0 else None


def _overlaps(graph: Graph, scope: Scope) -> Found:
    uses, known, line = (
        graph.uses_at(scope.level),
        graph.profiles_at(scope.level),
        graph.known(scope.level).chronology.line,
    )
    led = sum(bool(p.leads) and _inside(graph, p.work, scope) for p in known if p.work in graph.home_of)
    found = overlaps(uses, known, graph.bits, line, said=graph.profiles, country=graph.country_of)
    rows = [row for row in found if not row.is_edition and _either(graph, (row.one, row.two), scope)]
    return Found(tuple(Gap(row.one, row.two) for row in rows), led or None, program_query("coherence/tags"))


def _either(graph: Graph, works: Iterable[str], scope: Scope) -> bool:
    return any(_inside(graph, work, scope) for work in works)


def _negative(graph: Graph, scope: Scope) -> Found:
    cells = [cell for scores in graph.scores for cell in scores.cells() if _either(graph, cell[:2], scope)]
    listed = (Gap(one, two, Text.same(str(score))) for one, two, score in cells if score < 0)
    return Found(tuple(listed), len(cells) or None, program_query("coherence/scores"))


def _disordered(graph: Graph, scope: Scope) -> Found:
    rows = [
        row for row in depending(graph, scope.level) if _either(graph, (str(row["later"]), str(row["earlier"])), scope)
    ]
    known = [row for row in rows if row["order"] != "unknown"]
    late = (
        Gap(str(row["later"]), str(row["earlier"]), level=level(str(row["level"])))
        for row in known
        if row["order"] == "out-of-order"
    )
    return Found(tuple(late), len(known) or None, program_query("tables/dependencies"))


def _old(graph: Graph, scope: Scope) -> Found:
    rows = [row for row in graph.read(program_query("tables/candidates")) if _either(graph, row[1:3], scope)]
    last = (graph.as_of - timedelta(days=WAIT)).isoformat()
    old = {link: Gap(one, two, Text.same(day[:10])) for link, one, two, day in rows if day and day[:10] < last}
    return Found(tuple(old.values()), len({row[0] for row in rows}), program_query("tables/candidates"))


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
