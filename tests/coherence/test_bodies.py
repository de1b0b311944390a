"""What stands beside links of plans: leads, loss, bodies; and one edition and the next."""

from collections import Counter

import pytest

import pan2kg
from pan2kg.coherence import action_measures, bodies, use_matrix
from pan2kg.coherence.action_measures import losses
from pan2kg.coherence.bodies import Involvement, Profile, fragmentation, overlaps, who_should_talk
from pan2kg.coherence.evidence import FIGURED, Level, Works
from pan2kg.coherence.known import Known, Tables, known
from pan2kg.coherence.succession import (
    ActionFate,
    Fate,
    Succession,
    compare,
    fates,
    retention,
    suggested,
)
from pan2kg.coherence.texts import Use
from pan2kg.coherence.use_matrix import Uses
from tests.lots import by_lot

BITS = {"K": 1.0, "T": 0.5, "W": 2.0}
"""What texts weigh: U is general."""
PLAN_OF = {"a1": "P", "a2": "P", "a3": "P", "b1": "Q", "b2": "Q"}
WORKED = {"a1": "UK", "a2": "UW", "a3": "UT", "b1": "UKT", "b2": "UT"}


def worked() -> Uses:
    return use_matrix.uses_of(
        [(action, one) for action, names in WORKED.items() for one in names], PLAN_OF
    )


def at_plan(pairs: list[tuple[str, str]], home: dict[str, str], general: str = "") -> Known:
    """What is known of uses that carry out texts by the plans' own words."""
    uses = tuple(Use(*pair, 1.0, Level.PLAN) for pair in pairs)
    return known(
        Tables(Works(tuple(sorted(set(home.values()))), home), uses, general=frozenset(general))
    )


def test_a_lead_counts_on_somebodys_word() -> None:
    lead = frozenset({"lead"})
    parts = [Involvement(work, work, "x", lead, Level.OFFICIAL) for work in ("a1", "b1")]
    assert bodies.co_led(PLAN_OF, parts) == {("P", "Q"): 1}
    assert bodies.co_led(PLAN_OF, parts, Level.PLAN) == {}
    assert bodies.co_led(PLAN_OF, [*parts[:1], Involvement("b1", "b1", "x", lead, None)]) == {}
    assert (
        bodies.co_led(
            PLAN_OF, [*parts[:1], Involvement("b1", "b1", "x", frozenset({"partner"}), Level.PLAN)]
        )
        == {}
    )


def test_a_body_and_one_it_took_over_from_are_one() -> None:
    known = [Profile("a1", bodies=frozenset({"new"})), Profile("b1", bodies=frozenset({"old"}))]
    assert len(who_should_talk(worked(), known, BITS, [("new", "older")])) == 1
    assert not who_should_talk(worked(), known, BITS, [("new", "older"), ("new", "old")])


def test_pairs_that_meet_on_a_weaker_word_do_not_overlap_and_need_not_be_told_to_talk() -> None:
    topic = frozenset({"t"})
    group = frozenset({"g"})
    leads = (frozenset({"x"}), frozenset({"y"}))
    at_level = [
        Profile(one, topic, group, lead, lead)
        for one, lead in zip(("a1", "b1"), leads, strict=True)
    ]
    said = [Profile("a1", topic, group, frozenset("xy"), frozenset("xy")), at_level[1]]
    assert len(overlaps(worked(), at_level, BITS)) == 1
    assert not overlaps(worked(), at_level, BITS, said=said)
    assert len(who_should_talk(worked(), at_level, BITS, bodies.meeting(at_level))) == 1
    assert not who_should_talk(worked(), at_level, BITS, bodies.meeting(said))


@pytest.mark.parametrize("at", [Level.EDITORS, *by_lot(FIGURED[:-1], 1)], ids=["editors", "firmer"])
def test_the_question_and_the_measure_name_the_same_ministries(
    graph: pan2kg.Graph, at: Level
) -> None:
    """On the weakest word that counts, where there are most, and on a firmer one, drawn by lot."""
    met = {*graph.earlier_bodies, *bodies.meeting(graph.profiles)}
    uses = graph.uses_at(at)
    profiles = graph.profiles_at(at)
    country = graph.country_of
    found = who_should_talk(uses, profiles, graph.bits, met, only=graph.ministries, country=country)
    ministries = set(graph.ministries)
    asked = {
        (min(one, other), max(one, other)): int(row["shared_instruments"])
        for one in ministries
        for row in graph.ask("who-should-talk", body=one, least_level=at.key)
        if (other := row["other_body"]) in ministries
    }
    assert {row.bodies: len(row.instruments) for row in found} == asked
    assert len(asked) > 5 or at < Level.EDITORS
    assert not asked.keys() & {(min(pair), max(pair)) for pair in graph.earlier_bodies}


def profile(
    work: str, leads: str = "", bodies: str = "", topic: str = "t", group: str = "g"
) -> Profile:
    return Profile(work, *(frozenset(names) for names in (topic, group, leads, bodies)))


def test_participation_counts_links_between_plans_only_and_ties_go_by_iri() -> None:
    home = {"a": "P", "b": "Q", "c": "R", "x": "S", "y": "S", "z": "P", "w": "Q"}
    made = at_plan(
        [*((work, "K") for work in "bac"), *((work, "L") for work in "xy"), ("z", "M"), ("w", "M")],
        home,
    )
    rows = action_measures.participation(made.potential, made.actions)
    assert [(action, round(value, 9), plans) for action, _, value, _, plans in rows] == [
        ("a", 0.5, 2),
        ("b", 0.5, 2),
        ("c", 0.5, 2),
        ("w", 0.0, 1),
        ("z", 0.0, 1),
    ]
    gain = dict(
        zip(made.potential.weights.texts, made.potential.weights.gain.tolist(), strict=True)
    )
    assert rows[0][3] == pytest.approx(2 * gain["K"])


def test_what_is_lost_with_an_action_is_what_only_it_holds() -> None:
    made = at_plan(
        [(action, text) for action, names in WORKED.items() for text in names], PLAN_OF, "U"
    )
    duties = {"duty": {"b1", "b2"}, "other": {"a2"}, "shared": {"a2", "b1"}}
    lost = {row.action: row[2:] for row in losses(made.potential, made.uses, duties)}
    assert lost["b1"] == (("K",), (), ())
    assert lost["a2"][1] == ("other",)
    assert "b2" not in lost
    stated = at_plan([("a", "K"), ("P", "K"), ("b", "K")], {"a": "P", "b": "Q"})
    assert {row.action: row.plans for row in losses(stated.potential, stated.uses)} == {
        "b": ("P",)
    }, "P says so itself"


def test_a_topic_is_fragmented_between_two_leads_of_a_country() -> None:
    profiles = [profile("a1", "x"), profile("a2"), profile("b1", "x")]
    assert not fragmentation(worked(), profiles)
    (row,) = fragmentation(worked(), [*profiles, profile("b2", "y")])
    assert row.value == pytest.approx(4 / 9)
    assert (row.bodies, row.actions, row.known, row.of) == (("x", "y"), ("a1", "b1", "b2"), 3, 4)
    assert not fragmentation(worked(), [*profiles, profile("b2", "y")], {"b2": "BE"})


def test_actions_overlap_under_different_leads_by_a_text_that_weighs_or_a_group() -> None:
    for one, two, bits, expected in (
        (profile("a1", "x"), profile("b1", "y"), BITS, [("duplication", ("K",))]),
        (profile("a1", "x"), profile("b1", "y"), {}, [("overlap", ())]),
        (profile("a1", "x"), profile("b1", "xy"), BITS, []),
        (profile("a1", "x"), profile("b1"), BITS, []),
        (profile("a2", "x", group=""), profile("b2", "y", group=""), BITS, []),
    ):
        found = overlaps(worked(), [one, two], bits)
        assert [(row.kind, row.instruments) for row in found] == expected
    (row,) = overlaps(
        worked(), [profile("a1", "x"), profile("b1", "y")], BITS, {"P": "P", "Q": "P"}
    )
    assert row.kind == "edition"


def test_who_should_talk_shares_a_text_that_weighs_and_no_action() -> None:
    known = [profile("a1", bodies="xz"), profile("b1", bodies="yz")]
    (row,) = who_should_talk(worked(), known, BITS, [])
    assert (row.bodies, row.instruments, row.value, row.actions) == (
        ("x", "y"),
        ("K",),
        1.0,
        ("a1", "b1"),
    )
    assert not who_should_talk(worked(), known, BITS, [], only=["x", "z"])
    assert not who_should_talk(worked(), known, {}, [])


EDITIONS = {"a1": "P1", "a2": "P1", "b1": "P2", "b2": "P2", "c": "Q", "d": "Q"}


def editions() -> Known:
    pairs = (("a1", "K"), ("b1", "K"), ("b1", "L"), ("b2", "L"), ("c", "K"), ("d", "L"))
    return known(
        Tables(
            Works(("P1", "P2", "Q"), EDITIONS), tuple(Use(*pair, 1.0, Level.PLAN) for pair in pairs)
        )
    )


def test_editions_are_compared_with_the_same_weights() -> None:
    made = editions()
    (row,), *texts = compare(made, "P1", "P2")
    gain = dict(
        zip(made.potential.weights.texts, made.potential.weights.gain.tolist(), strict=True)
    )
    assert (row.other, row.added, row.removed, row.is_linked) == ("Q", ("L",), (), True)
    assert (row.base.low, row.new.low) == pytest.approx((gain["K"], gain["K"] + gain["L"]))
    assert texts == [1, 2]


def test_nothing_is_dropped_or_new_where_the_later_edition_was_not_read_to_its_end() -> None:
    rows = fates(EDITIONS, "P1", "P2", [Succession("b1", "a1")], is_read=False)
    assert [row.fate for row in rows] == [Fate.RETAINED, Fate.NOT_SEEN, Fate.NOT_SEEN]
    assert retention(rows) is None


def test_what_a_program_suggests_aligns_nothing_and_what_the_editors_conclude_is_told_apart() -> (
    None
):
    found = [
        Succession("b1", "a1", level=Level.MACHINE),
        Succession("b2", "a2", level=Level.EDITORS),
    ]
    rows = {row.action: row for row in fates(EDITIONS, "P1", "P2", found)}
    assert (rows["a1"].fate, rows["a1"].ground) == (Fate.DROPPED, "")
    assert (rows["a2"].fate, rows["a2"].ground) == (Fate.RETAINED, "concluded")


def test_an_action_that_continues_the_earlier_plan_as_a_whole_is_neither_unseen_nor_retained() -> (
    None
):
    whole = Succession("b2", "P1", link="w")
    action = Succession("b1", "a1", link="s")
    rows = {row.action: row for row in fates(EDITIONS, "P1", "P2", [whole, action], is_read=False)}
    assert rows["b2"] == ActionFate("b2", Fate.CONTINUING_PLAN, (), "stated", links=("w",))
    assert (rows["a1"].links, rows["a2"].fate) == (("s",), Fate.NOT_SEEN)
    assert retention(fates(EDITIONS, "P1", "P2", [whole, action])) == 1 / 2, "it retains no action"
    # one that takes up an action of it too is told beside that action alone
    both = fates(EDITIONS, "P1", "P2", [whole, action, Succession("b2", "a2")])
    assert [row.action for row in both] == ["a1", "a2"]
    # where no action is aligned, nothing is known of the others
    alone = fates(EDITIONS, "P1", "P2", [whole])
    assert Counter(row.fate for row in alone) == {Fate.NOT_ASSESSED: 3, Fate.CONTINUING_PLAN: 1}
    assert retention(alone) is None
    suggestion = whole._replace(level=Level.MACHINE)
    assert {row.fate for row in fates(EDITIONS, "P1", "P2", [suggestion])} == {Fate.NOT_ASSESSED}
    elsewhere = whole._replace(earlier="P0")
    assert {row.fate for row in fates(EDITIONS, "P1", "P2", [elsewhere])} == {Fate.NOT_ASSESSED}


def test_a_similar_title_is_a_suggestion_and_changes_no_fate() -> None:
    rows = fates(EDITIONS, "P1", "P2", [])
    told = suggested(rows, {"a1": "Train judges"}, {"b1": "Training judges", "b2": "Buy fairly"})
    assert {row.action: row.similar for row in told if row.similar} == {"a1": "b1", "b1": "a1"}
    assert [row.fate for row in told] == [row.fate for row in rows]
    assert all(not row.counterparts and not row.ground for row in told)
