"""Pairs of plans: the matrix, citations, debt at three levels, action 3.3, participation, loss, bodies."""

from __future__ import annotations

from datetime import date

import pytest

import pan2kg
from pan2kg.coherence.bodies import Profile, fragmentation, overlaps, who_should_talk
from pan2kg.coherence.citations import Citation, arcs
from pan2kg.coherence.debt import debts, index
from pan2kg.coherence.links import project
from pan2kg.coherence.pairs import Layers, plan_matrix
from pan2kg.coherence.participation import Field, Presence, completeness, loss, losses, of_timeline, participation
from pan2kg.coherence.scores import scores_of
from pan2kg.coherence.uses import Plan, Uses, uses_of
from pan2kg.errors import QueryError

BITS = {"K": 1.0, "T": 0.5, "W": 2.0}
"""What texts weigh: U is general."""
PLAN_OF = {"a1": "P", "a2": "P", "a3": "P", "b1": "Q", "b2": "Q"}
WORKED = {"a1": "UK", "a2": "UW", "a3": "UT", "b1": "UKT", "b2": "UT"}


def worked(*plans: Plan) -> Uses:
    return uses_of([(action, one) for action, names in WORKED.items() for one in names], PLAN_OF, plans=plans)


def cites(source: str, target: str, channel: str = "text", seen: date | None = None) -> Citation:
    return Citation(f"{source}-{target}-{channel}", source, target, channel, f"doc-{channel}", seen)


def test_the_worked_cell() -> None:
    (cell,) = plan_matrix(worked(), project(worked()))
    found = cell.potential
    assert found.linked == 3
    assert found.total == pytest.approx(2.0)
    assert found.mean == pytest.approx(1 / 3)
    assert found.maximum == pytest.approx(1.0)
    assert found.instruments == ("K", "T", "U")


def test_a_low_potential_between_partly_known_plans_is_inconclusive() -> None:
    none = uses_of([("a", "K"), ("b", "L")], {"a": "P", "b": "Q"}, plans=[Plan("P", 20, "partial"), Plan("Q", 1)])
    (cell,) = plan_matrix(none, project(none))
    assert (cell.known[0].in_graph, cell.known[0].published, cell.known[1].is_partial) == (1, 20, False)
    assert cell.is_inconclusive
    whole = worked(Plan("P", 3, "complete"), Plan("Q", 2, "complete"))
    assert not plan_matrix(whole, project(whole)).rows[0].is_partly_known


def test_a_low_potential_between_fully_known_plans_is_what_it_is() -> None:
    plans = [Plan("P", 1, "complete"), Plan("Q", 1, "complete")]
    uses = uses_of([("a", "K"), ("b", "L")], {"a": "P", "b": "Q"}, plans=plans)
    (cell,) = plan_matrix(uses, project(uses))
    assert (cell.potential.mean, cell.is_inconclusive) == (0, False)


def test_null_against_0_in_a_cell() -> None:
    uses = worked()
    (bare,) = plan_matrix(uses, project(uses))
    zero = scores_of({("a1", "b1"): 0}, assessor="x")
    profiles = tuple(Profile(action, leads=frozenset({action})) for action in ("a1", "b1"))
    (cell,) = plan_matrix(uses, project(uses), Layers(scores=(zero,), profiles=profiles))
    assert (bare.judged, bare.co_led) == (None, None)
    assert cell.judged is not None
    assert (cell.judged.positive, cell.judged.cells, cell.co_led) == (0, 1, 0)


def test_a_net_of_0_does_not_hide_plus_6_and_minus_6_in_a_cell() -> None:
    scores = scores_of(
        {("a1", "b1"): 3, ("a2", "b1"): 3, ("b1", "a1"): -3, ("b2", "a1"): -3, ("a1", "a2"): 3}, assessor="x"
    )
    judged = plan_matrix(worked(), project(worked()), Layers(scores=(scores,))).rows[0].judged
    assert judged is not None
    assert (judged.positive, judged.negative) == (6, -6)


def test_disagreeing_assessors_do_not_cancel_each_other() -> None:
    scores = tuple(scores_of({("a1", "b1"): score}, assessor=str(score)) for score in (3, -3))
    judged = plan_matrix(worked(), project(worked()), Layers(scores=scores)).rows[0].judged
    assert judged is not None
    assert (judged.positive, judged.negative, judged.assessors) == (1.5, -1.5, 2)


def test_a_plan_without_actions_has_no_mean() -> None:
    uses = uses_of([("a", "K"), ("Q", "K")], {"a": "P"}, plans=[Plan("Q", 5)])
    (cell,) = plan_matrix(uses, project(uses))
    assert (cell.potential.mean, cell.potential.instruments) == (None, ("K",))


def test_citations_are_counted_by_channel_and_direction() -> None:
    said = [cites("a1", "Q"), cites("P", "Q", "web"), cites("b1", "a1"), cites("a1", "a2"), cites("P", "elsewhere")]
    there, back = arcs(worked(), said)
    assert (there.citing, there.channels, there.returned) == ("P", (("text", 1), ("web", 1)), True)
    assert (back.citing, back.number) == ("Q", 1)
    assert [arc.returned for arc in arcs(worked(), said[:2])] == [False]


@pytest.mark.parametrize(
    ("citation", "action", "mixed", "plan"),
    [
        (("a3", "b2"), 1.0, 0.642057, 0.0),
        (("a3", "Q"), 2.0, 0.642057, 0.0),
        (("P", "b1"), 2.0, 1.0, 0.0),
        (("P", "Q"), 2.0, 2.0, 0.0),
        (("Q", "P"), 2.0, 2.0, 2.0),
        (("a1", "a2"), 2.0, 2.0, 2.0),
    ],
)
def test_debt_at_three_levels(citation: tuple[str, str], action: float, mixed: float, plan: float) -> None:
    there = debts(worked(), project(worked()), [cites(*citation)]).rows[0]
    assert (there.citing, there.cited) == ("P", "Q")
    assert there.total == pytest.approx(2.0)
    assert (there.action, there.mixed, there.plan) == pytest.approx((action, mixed, plan), abs=1e-6)
    assert there.share("action") == pytest.approx(action / 2, abs=1e-6)


def test_the_index_of_action_3_3() -> None:
    seen = date(2021, 3, 4)
    said = [cites("P", "Q", "annex"), cites("P", "Q", "web", seen), cites("b1", "P", "web")]
    found = index(worked(), project(worked()), said)
    (row,) = found.rows
    assert (row.value, found.mean, row.missing) == (3, 3.0, (("text", False),))
    assert [s.seen for s in row.sightings if s.channel == "web" and s.there] == [seen]
    assert (row.pages, row.instruments, found.other_plans("P")) == (("doc-web",), ("K", "T", "U"), ("Q",))


def test_a_pair_counts_for_the_index_when_linked_or_declared() -> None:
    uses = uses_of([("a", "K"), ("b", "L")], {"a": "P", "b": "Q", "c": "R"})
    assert index(uses, project(uses), []).mean is None
    found = index(uses, project(uses), [], [("a", "Q"), ("a", "P"), ("R", "elsewhere")])
    assert [(row.one, row.two, row.declared, row.value) for row in found.rows] == [("P", "Q", True, 0)]
    assert index(uses, project(uses), [], [("a", "Q")], plan="R").rows == ()
    with pytest.raises(QueryError, match="no plan « S »"):
        index(uses, project(uses), [], plan="S")


def test_participation_is_0_within_one_plan_and_ties_go_by_iri() -> None:
    uses = uses_of(
        [("b", "K"), ("a", "K"), ("c", "K"), ("x", "L"), ("y", "L")], {"a": "P", "b": "Q", "c": "R", "x": "S", "y": "S"}
    )
    rows = participation(uses, project(uses)).rows
    assert [(row.action, round(row.value, 9), row.plans) for row in rows] == [
        ("a", 0.5, 2), ("b", 0.5, 2), ("c", 0.5, 2), ("x", 0.0, 1), ("y", 0.0, 1),
    ]  # fmt: skip


def test_what_is_lost_with_an_action() -> None:
    uses, links = worked(), project(worked())
    found = loss(uses, links, "b1", {"duty": {"b1", "b2"}, "other": {"a2"}})
    assert (found.instruments, found.obligations, found.plans) == (("K",), (), ())
    assert loss(uses, links, "a2", {"other": {"a2"}, "shared": {"a2", "b1"}}).obligations == ("other",)
    assert not loss(uses, links, "b2")
    one = uses_of([("a", "K"), ("b", "K"), ("c", "L")], {"a": "P", "b": "Q", "c": "Q"})
    assert {row.action: row.plans for row in losses(one, project(one)) if row.plans} == {"a": ("Q",), "b": ("P",)}


def test_an_instrument_the_plan_states_itself_is_not_lost() -> None:
    uses = uses_of([("a", "K"), ("P", "K"), ("b", "L")], {"a": "P", "b": "Q"})
    assert not loss(uses, project(uses), "a")


def test_fragmentation_needs_two_leads() -> None:
    topic = frozenset({"t"})
    known = [
        Profile("a1", topic, leads=frozenset({"x"})),
        Profile("a2", topic),
        Profile("b1", topic, leads=frozenset({"x"})),
    ]
    assert not fragmentation(worked(), known).rows
    (row,) = fragmentation(worked(), [*known, Profile("b2", topic, leads=frozenset({"y"}))])
    assert row.value == pytest.approx(4 / 9)
    assert (row.leads, row.known, row.actions) == ((("x", 2), ("y", 1)), 3, 4)


def test_overlap_and_duplication_candidates() -> None:
    topic, group = frozenset({"t"}), frozenset({"g"})
    one = Profile("a1", topic, group, frozenset({"x"}))
    (row,) = overlaps(worked(), [one, Profile("b1", topic, group, frozenset({"y"}))], BITS)
    assert (row.instruments, row.is_duplication_candidate) == (("K",), True)
    assert not overlaps(worked(), [one, Profile("b1", topic, group, frozenset({"x", "y"}))], BITS).rows
    assert not overlaps(worked(), [one, Profile("b1", topic, group)], BITS).rows
    assert not overlaps(
        worked(), [Profile("a2", topic, leads=frozenset({"x"})), Profile("b2", topic, leads=frozenset({"y"}))], BITS
    ).rows


def test_who_should_talk_shares_an_instrument_and_no_action() -> None:
    known = [Profile("a1", bodies=frozenset({"x", "z"})), Profile("b1", bodies=frozenset({"y", "z"}))]
    rows = who_should_talk(worked(), known, BITS, []).rows
    assert [(row.one, row.two, row.instruments) for row in rows] == [("x", "y", ("K",))]
    assert not who_should_talk(worked(), known, BITS, [], only=["x", "z"]).rows


def test_a_body_and_one_it_took_over_from_are_one() -> None:
    known = [Profile("a1", bodies=frozenset({"new"})), Profile("b1", bodies=frozenset({"old"}))]
    assert len(who_should_talk(worked(), known, BITS, [("new", "older")])) == 1
    assert not who_should_talk(worked(), known, BITS, [("new", "older"), ("new", "old")]).rows


def test_two_bodies_that_took_over_from_the_same_one_should_talk() -> None:
    known = [Profile("a1", bodies=frozenset({"one"})), Profile("b1", bodies=frozenset({"two"}))]
    assert len(who_should_talk(worked(), known, BITS, [("one", "old"), ("two", "old")])) == 1


def test_as_soon_as_possible_is_vague_and_a_relative_timeline_is_present() -> None:
    assert [of_timeline(one) for one in ("vague", "relative", "absent")] == [
        Presence.VAGUE, Presence.PRESENT, Presence.ABSENT,
    ]  # fmt: skip


def test_absent_and_vague_and_not_annotated_stay_apart() -> None:
    given = [
        Field("a1", "timeline", Presence.VAGUE),
        Field("a1", "indicator", Presence.VAGUE),
        Field("a1", "indicator", Presence.PRESENT),
    ]
    found = completeness(worked(), given)
    first = found.rows[0]
    assert dict(first.fields)["indicator"] is Presence.PRESENT
    assert [first.count(presence) for presence in Presence] == [1, 1, 3]
    assert (found.rows[1].annotated, found.rows[1].share) == (False, None)
    assert found.basis.filters[-1] == ("fields", "recorded for 1 of 5 actions")


def test_a_text_of_no_weight_joins_nobody_and_shows_in_no_overlap() -> None:
    known = [Profile("a1", bodies=frozenset({"x"})), Profile("b1", bodies=frozenset({"y"}))]
    assert who_should_talk(worked(), known, {"K": 1.0}, []).rows[0].bits == 1.0
    assert not who_should_talk(worked(), known, {}, []).rows
    topic, group = frozenset({"t"}), frozenset({"g"})
    led = [Profile(action, topic, group, frozenset({lead})) for action, lead in (("a1", "x"), ("b1", "y"))]
    assert [overlaps(worked(), led, bits).rows[0].instruments for bits in ({"K": 1.0}, {})] == [("K",), ()]


def test_the_question_and_the_measure_name_the_same_ministries(graph: pan2kg.Graph) -> None:
    found = who_should_talk(graph.uses, graph.profiles, graph.bits, graph.earlier_bodies, only=graph.ministries)
    ministries = set(graph.ministries)
    asked = {
        (min(one, other), max(one, other)): int(row["shared_instruments"])
        for one in ministries
        for row in graph.ask("who-should-talk", body=one)
        if (other := row["other_body"]) in ministries
    }
    assert {(row.one, row.two): len(row.instruments) for row in found} == asked
    assert len(asked) > 5
    one_body = {(min(pair), max(pair)) for pair in graph.earlier_bodies}
    assert ("https://w3id.org/pan2kg/id/body/mega", "https://w3id.org/pan2kg/id/body/mega-2014") in one_body
    assert not asked.keys() & one_body
