"""On the boundary and among equals: what still counts, and what stands first, on graphs of a few actions."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from pan2kg.coherence.evidence import Level
from pan2kg.errors import QueryError
from pan2kg.tables.gaps import WAIT
from pan2kg.tables.registry import TableChoice
from tests.tables.test_traps import BOTH, DATES, DAY, PLANS, cite, make, material, only, use

THIRD = """
plan:r a pan:Plan ; skos:prefLabel "Plan R"@fr ; pan:listCompleteness completeness:complete .
action:d a pan:Action ; pan:inPlan plan:r ; skos:prefLabel "Action D"@fr .
"""


def test_a_pair_that_shares_as_much_as_is_asked_for_is_listed() -> None:
    given = material(PLANS, BOTH)
    (bits,) = (row["bits"] for row in make("unacknowledged", given, TableChoice(least=0.0)).rows)
    assert isinstance(bits, float)
    assert len(make("unacknowledged", given, TableChoice(least=bits - 1e-6)).rows) == 1
    assert not make("unacknowledged", given, TableChoice(least=bits + 1e-6)).rows


def test_the_pairs_that_share_most_come_first_and_of_equals_those_whose_address_does() -> None:
    more = "action:e a pan:Action ; pan:inPlan plan:r .\n"
    uses = (("d", "k"), ("b", "k"), ("c", "k"), ("c", "l"), ("a", "k"), ("e", "l"))
    said = "".join(use(str(at), f"action:{one}", f"instrument:{text}") for at, (one, text) in enumerate(uses))
    rows = make("unacknowledged", material(PLANS, THIRD, more, said)).rows
    pairs = ["-".join(str(row[end]).rpartition("/")[2] for end in ("action", "other_action")) for row in rows]
    assert pairs == ["c-e", "a-b", "a-c", "a-d", "b-d", "c-d"], "two plans name l, and three name k"
    bits = [float(str(row["bits"])) for row in rows]
    assert bits == sorted(bits, reverse=True)


@pytest.mark.parametrize(("days", "waits"), [(WAIT, False), (WAIT + 1, True)])
def test_a_candidate_waits_too_long_from_the_day_after_the_last_allowed(days: int, *, waits: bool) -> None:
    day: date = DAY - timedelta(days=days)
    said = f'pan:status linkstatus:candidate ; dcterms:created "{day}"^^xsd:date'
    figures = make(
        "gaps", material(PLANS, use("1", "action:a", "instrument:k", said)), TableChoice(part="candidate-waiting")
    )
    assert bool(figures.rows) is waits


@pytest.mark.parametrize(("channels", "found"), [
    (("text",), ""), (("annex",), ""), (("web",), "citation-on-web-only"), (("annex", "web"), ""),
])  # fmt: skip
def test_a_citation_is_missed_elsewhere_where_it_could_stand_there(channels: tuple[str, ...], found: str) -> None:
    """A later plan could cite an earlier one in its text; of its page nobody recorded when it was seen."""
    said = (cite(f"c{at}", "plan:q", "plan:p", channel) for at, channel in enumerate(channels))
    given = material(PLANS, DATES, *said)
    kinds = ("citation-in-text-only", "citation-on-web-only")
    assert [kind for kind in kinds if make("gaps", given, TableChoice(part=kind)).rows] == ([found] if found else [])


def test_a_recommendation_one_plan_answers_is_answered_whatever_others_put_beside_it() -> None:
    advice = "recommendation:r a pan:Recommendation ; pan:inReview review:v .\n"
    beside = "".join(
        f"link:e{at} a pan:Link ; pan:linkType linktype:external-statement ; pan:from recommendation:r ; "
        f"pan:to {work} ; pan:status linkstatus:accepted .\n"
        for at, work in enumerate(("action:a", "action:c"))
    )
    row = only(make("recommendations", material(PLANS, advice, beside, cite("f", "plan:q", "recommendation:r"))))
    assert (row["reply"], len(str(row["actions"]).split())) == ("answered", 2)
    assert [plan.rpartition("/")[2] for plan in str(row["plans"]).split()] == ["p", "q"]


def test_target_groups_nobody_annotated_are_not_forgotten() -> None:
    groups = "".join(
        f'group:g{at} a skos:Concept ; skos:inScheme scheme:group ; skos:prefLabel "G{at}"@fr .\n' for at in "123"
    )
    gaps = {row["gap"]: row for row in make("gaps", material(PLANS, groups)).rows}
    assert (gaps["group-without-action"]["gaps_number"], gaps["group-without-action"]["gaps_of"]) == (None, None)
    aims = (("a", "g1"), ("b", "g2"), ("c", "g2"))
    used = "".join(f"action:{one} pan:hasTargetGroup group:{group} .\n" for one, group in aims)
    gaps = {row["gap"]: row for row in make("gaps", material(PLANS, groups, used)).rows}
    assert (gaps["group-without-action"]["gaps_number"], gaps["group-without-action"]["gaps_of"]) == (1, 3)
    rows = make("target-groups", material(PLANS, groups, used)).rows
    assert [(row["group_label"], row["actions_number"]) for row in rows] == [("G3", 0), ("G2", 2), ("G1", 1)]


def test_what_an_action_of_another_country_does_closes_no_gap_here() -> None:
    country = "http://publications.europa.eu/resource/authority/country/"
    ours = f"<https://w3id.org/pan2kg/profile> a pan:Profile ; pan:country <{country}LUX> .\n"
    where = "".join(f"plan:{one} dcterms:spatial <{country}{code}> .\n" for one, code in (("p", "LUX"), ("q", "BEL")))
    groups = "".join(f"group:g{at} a skos:Concept ; skos:inScheme scheme:group .\n" for at in "12")
    used = "action:a pan:hasTargetGroup group:g1 . action:b pan:hasTargetGroup group:g2 .\n"
    principles = "".join(
        f'instrument:gp-{at} a pan:Provision ; eli:is_part_of instrument:ungp ; skos:notation "{at}" ;'
        " pan:addressedTo addressee:state .\n"
        for at in "12"
    )
    named = use("g", "action:a", "instrument:gp-1") + use("h", "action:b", "instrument:gp-2")
    given = material(PLANS, ours, where, groups, used, principles, named)
    for kind in ("group-without-action", "principle-without-action"):
        for chosen, missing in (("", "2"), ("BEL", "1"), ("bel", "1"), ("all", "")):
            rows = make("gaps", given, TableChoice(part=kind, country=chosen)).rows
            assert [str(row["subject"])[-1] for row in rows] == list(missing), (kind, chosen)
        assert [str(row["subject"])[-1] for row in make("gaps", given, TableChoice(part=kind, plans=("q",))).rows] == [
            "1"
        ]
    assert dict(make("target-groups", given).basis.filters)["country"] == "LUX"
    with pytest.raises(QueryError, match="country « DEU »"):
        make("gaps", given, TableChoice(country="DEU"))


def test_our_country_is_the_one_with_most_plans() -> None:
    country = "http://publications.europa.eu/resource/authority/country/"
    of = (("p", "BEL"), ("q", "LUX"), ("r", "LUX"))
    where = "".join(f"plan:{plan} dcterms:spatial <{country}{code}> .\n" for plan, code in of)
    topic = 'plan:p pan:hasTopic topic:t . topic:t skos:prefLabel "Sujet T"@fr .\n'
    figures = make("other-countries", material(PLANS, THIRD, where, topic))
    assert dict(figures.basis.filters)["country"] == "LUX"
    assert [row["topic_label"] for row in figures.rows] == ["Sujet T"]


def test_pairs_come_by_bits_first_and_then_by_the_firmer_word() -> None:
    derived = cite("1", "plan:q", "plan:r").replace("certainty:stated", "certainty:derived")
    shared = use("2", "plan:p", "instrument:k") + use("3", "plan:r", "instrument:k")
    given = material(PLANS, THIRD, derived, cite("4", "plan:p", "plan:q"), shared)
    rows = make("matrix", given, TableChoice(evidence=Level.EDITORS)).rows
    pairs = [(str(row["one_label"])[-1], str(row["two_label"])[-1], row["level"]) for row in rows]
    assert pairs == [("P", "R", "plan"), ("P", "Q", "plan"), ("Q", "R", "editors")]


def test_of_several_days_on_which_a_page_was_seen_the_last_is_told() -> None:
    seen = "".join(
        cite(name, "plan:p", "plan:q", "web").removesuffix(" .\n") + f' ; dcterms:created "{day}"^^xsd:date .\n'
        for name, day in (("1", "2024-05-01"), ("2", "2025-06-02"), ("3", "2023-01-01"))
    )
    assert only(make("index", material(PLANS, BOTH, seen)))["seen"] == "2025-06-02"


def test_plans_of_which_most_is_known_come_first_and_then_the_larger_ones() -> None:
    more = "action:e a pan:Action ; pan:inPlan plan:r . action:f a pan:Action ; pan:inPlan plan:r .\n"
    rows = make("trust", material(PLANS, THIRD, more, use("1", "action:a", "instrument:k"))).rows
    assert [(row["plan_label"], row["in_graph"]) for row in rows] == [("Plan P", 1), ("Plan R", 3), ("Plan Q", 2)]
    assert [(row["texts_part"], row["texts_none"]) for row in rows] == [(1, 0), (0, 3), (0, 2)]


def test_an_obligation_a_national_act_answers_is_not_lost_with_an_action() -> None:
    duty = "obligation:o a pan:Obligation ; pan:underInstrument instrument:k .\n"
    act = "instrument:act a pan:LegalAct ; eli:transposes instrument:k .\n"
    lost = [
        only(
            make(
                "loss", material(PLANS, duty, *more, use("1", "action:a", "instrument:k")), TableChoice(actions=("a",))
            )
        )
        for more in ((), (act,))
    ]
    assert [bool(row["obligations"]) for row in lost] == [True, False]
