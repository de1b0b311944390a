"""What stands beside links of plans: scores and leads, participation, loss, bodies, fields."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import pan2kg
from pan2kg.coherence.bodies import (
    ActionField,
    Involvement,
    Presence,
    Profile,
    Uses,
    co_led,
    completeness,
    fragmentation,
    loss,
    losses,
    meeting,
    overlaps,
    participation,
    uses_of,
    who_should_talk,
)
from pan2kg.coherence.evidence import FIGURED, Level, Works
from pan2kg.coherence.known import Known, Tables, known
from pan2kg.coherence.texts import Use
from pan2kg.scores.matrix import scores_of
from pan2kg.scores.measures import judged
from tests.lots import by_lot

BITS = {"K": 1.0, "T": 0.5, "W": 2.0}
"""What texts weigh: U is general."""
PLAN_OF = {"a1": "P", "a2": "P", "a3": "P", "b1": "Q", "b2": "Q"}
WORKED = {"a1": "UK", "a2": "UW", "a3": "UT", "b1": "UKT", "b2": "UT"}


def worked() -> Uses:
    return uses_of([(action, one) for action, names in WORKED.items() for one in names], PLAN_OF)


def at_plan(pairs: list[tuple[str, str]], home: dict[str, str], general: str = "") -> Known:
    """What is known of uses that carry out texts by the plans' own words."""
    uses = tuple(Use(*pair, 1.0, Level.PLAN) for pair in pairs)
    return known(Tables(Works(tuple(sorted(set(home.values()))), home), uses, general=frozenset(general)))


def test_nothing_scored_is_not_0_and_a_lead_counts_on_somebodys_word() -> None:
    assert (judged(PLAN_OF, []), co_led(PLAN_OF, [])) == ({}, {})
    zero = judged(PLAN_OF, [scores_of({("a1", "b1"): 0}, assessor="x")])["P", "Q"]
    assert (zero[0], zero[2]) == (0, 1)
    lead = frozenset({"lead"})
    parts = [Involvement(work, work, "x", lead, Level.OFFICIAL) for work in ("a1", "b1")]
    assert co_led(PLAN_OF, parts) == {("P", "Q"): 1}
    assert co_led(PLAN_OF, parts, Level.PLAN) == {}
    assert co_led(PLAN_OF, [*parts[:1], Involvement("b1", "b1", "x", lead, None)]) == {}
    assert co_led(PLAN_OF, [*parts[:1], Involvement("b1", "b1", "x", frozenset({"partner"}), Level.PLAN)]) == {}


def test_disagreeing_assessors_do_not_cancel_each_other() -> None:
    scores = [scores_of({("a1", "b1"): score}, assessor=str(score)) for score in (3, -3)]
    assert judged(PLAN_OF, scores)["P", "Q"] == (1.5, -1.5, 1)


def test_participation_counts_links_between_plans_only_and_ties_go_by_iri() -> None:
    home = {"a": "P", "b": "Q", "c": "R", "x": "S", "y": "S", "z": "P", "w": "Q"}
    pairs = [("b", "K"), ("a", "K"), ("c", "K"), ("x", "L"), ("y", "L"), ("z", "M"), ("w", "M")]
    made = at_plan(pairs, home)
    rows = participation(made.potential, made.actions)
    assert [(row.action, round(row.value, 9), row.plans) for row in rows] == [
        ("a", 0.5, 2), ("b", 0.5, 2), ("c", 0.5, 2), ("w", 0.0, 1), ("z", 0.0, 1),
    ]  # fmt: skip
    gain = dict(zip(made.potential.weights.texts, made.potential.weights.gain.tolist(), strict=True))
    assert rows[0].total == pytest.approx(2 * gain["K"])


def test_what_is_lost_with_an_action() -> None:
    pairs = [(action, one) for action, names in WORKED.items() for one in names]
    made = at_plan(pairs, PLAN_OF, "U")
    found = loss(made.potential, made.uses, "b1", {"duty": {"b1", "b2"}, "other": {"a2"}})
    assert (found.instruments, found.obligations, found.plans) == (("K",), (), ())
    assert loss(made.potential, made.uses, "a2", {"other": {"a2"}, "shared": {"a2", "b1"}}).obligations == ("other",)
    assert not loss(made.potential, made.uses, "b2")
    one = at_plan([("a", "K"), ("b", "K"), ("c", "L"), ("a", "U"), ("c", "U")], {"a": "P", "b": "Q", "c": "Q"}, "U")
    cut = {row.action: row.plans for row in losses(one.potential, one.uses) if row.plans}
    assert cut == {"a": ("Q",), "b": ("P",)}, "a general text holds no two plans together"


def test_a_text_the_plan_states_itself_is_not_lost() -> None:
    made = at_plan([("a", "K"), ("P", "K"), ("b", "K")], {"a": "P", "b": "Q"})
    assert not loss(made.potential, made.uses, "a")
    assert loss(made.potential, made.uses, "b").plans == ("P",)


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


def test_absent_and_vague_and_not_annotated_stay_apart() -> None:
    given = [
        ActionField("a1", "timeline", Presence.VAGUE),
        ActionField("a1", "indicator", Presence.VAGUE),
        ActionField("a1", "indicator", Presence.PRESENT),
    ]
    found = completeness(PLAN_OF, given)
    first = found[0]
    assert dict(first.fields)["indicator"] is Presence.PRESENT
    assert [first.number(presence) for presence in Presence] == [1, 1, 3]
    assert (found[1].annotated, found[1].share) == (False, None)


def test_a_text_of_no_weight_joins_nobody_and_shows_in_no_overlap() -> None:
    known = [Profile("a1", bodies=frozenset({"x"})), Profile("b1", bodies=frozenset({"y"}))]
    assert who_should_talk(worked(), known, {"K": 1.0}, []).rows[0].bits == 1.0
    assert not who_should_talk(worked(), known, {}, []).rows
    topic, group = frozenset({"t"}), frozenset({"g"})
    led = [Profile(action, topic, group, frozenset({lead})) for action, lead in (("a1", "x"), ("b1", "y"))]
    assert [overlaps(worked(), led, bits).rows[0].instruments for bits in ({"K": 1.0}, {})] == [("K",), ()]


def test_pairs_that_meet_on_a_weaker_word_do_not_overlap_and_need_not_be_told_to_talk() -> None:
    topic, group, leads = frozenset({"t"}), frozenset({"g"}), (frozenset({"x"}), frozenset({"y"}))
    at_level = [Profile(one, topic, group, lead, lead) for one, lead in zip(("a1", "b1"), leads, strict=True)]
    said = [Profile("a1", topic, group, frozenset("xy"), frozenset("xy")), at_level[1]]
    assert len(overlaps(worked(), at_level, BITS)) == 1
    assert not overlaps(worked(), at_level, BITS, said=said).rows
    assert len(who_should_talk(worked(), at_level, BITS, meeting(at_level))) == 1
    assert not who_should_talk(worked(), at_level, BITS, meeting(said)).rows


@pytest.mark.parametrize("draw", [lambda: Level.EDITORS, lambda: by_lot(FIGURED[:-1], 1)[0]], ids=["editors", "firmer"])
def test_the_question_and_the_measure_name_the_same_ministries(graph: pan2kg.Graph, draw: Callable[[], Level]) -> None:
    """On the weakest word that counts, where there are most, and on a firmer one, drawn by lot."""
    at = draw()
    met = {*graph.earlier_bodies, *meeting(graph.profiles)}
    uses, profiles, country = graph.uses_at(at), graph.profiles_at(at), graph.country_of
    found = who_should_talk(uses, profiles, graph.bits, met, only=graph.ministries, country=country)
    ministries = set(graph.ministries)
    asked = {
        (min(one, other), max(one, other)): int(row["shared_instruments"])
        for one in ministries
        for row in graph.ask("who-should-talk", body=one, least_level=at.key)
        if (other := row["other_body"]) in ministries
    }
    assert {(row.one, row.two): len(row.instruments) for row in found} == asked
    assert len(asked) > 5 or at < Level.EDITORS
    one_body = {(min(pair), max(pair)) for pair in graph.earlier_bodies}
    assert ("https://w3id.org/pan2kg/id/body/mega", "https://w3id.org/pan2kg/id/body/mega-2014") in one_body
    assert not asked.keys() & one_body
