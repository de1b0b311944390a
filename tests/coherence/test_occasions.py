"""Dates, verdicts, occasions and the index; and what is known of a pair: shared, nothing or not read; seen or open."""

from datetime import date, timedelta

import pytest
import rdflib
from hypothesis import given, strategies as st
from rdflib import SKOS

from pan2kg.coherence import citations, evidence
from pan2kg.coherence.citations import (
    Dates,
    PlanStatement,
    Verdict,
    chronology,
    occasions,
    span,
    verdict,
)
from pan2kg.coherence.evidence import (
    FIGURED,
    HEADLINE,
    Aspect,
    Level,
    Reading,
    Readings,
    Works,
    counts,
)
from pan2kg.coherence.known import Known, Tables, known
from pan2kg.coherence.standing import Standing
from pan2kg.coherence.texts import Use, weigh
from pan2kg.coherence.weight import plan_pairs, potential
from pan2kg.project import Project
from pan2kg.review.decision import TYPES as REVIEWED
from pan2kg.turtle.vocabulary import ID
from tests.coherence.worlds import DATED, EDITORS, EXAMPLE, OFFICIAL, OTHER, PLAN, READ, SAID, full

PLANS = ("P1", "P2", "Q", "R", "A", "M", "U", "F")
SECOND = chronology(
    Works(PLANS, {}),
    (
        PlanStatement("P2", "P1", "succession", "follows", "text", is_backward=True),
        PlanStatement("P2", "P1", "cross-reference", "follows", "web", is_backward=True),
        PlanStatement("P2", "A", "cross-reference", "implements", "text", is_backward=True),
        PlanStatement("Q", "F", "cross-reference", "references", "text"),
    ),
    {
        "R": Dates(starts=2020),
        "A": Dates(starts=2018, is_agreement=True),
        "F": Dates(is_framework=True),
        **{
            plan: Dates(adopted=span(day))
            for plan, day in (
                ("P1", "2018-06-22"),
                ("P2", "2019-12-11"),
                ("Q", "2020-01-15"),
                ("M", "2019-12"),
            )
        },
    },
)
TABLE = """
P1: . edition impossible impossible undated impossible undated
P2: edition . impossible undated expected undated undated
Q: superseded expected . undated expected expected undated
R: expected undated undated . expected undated undated
A: undated impossible impossible impossible . impossible undated
M: expected undated impossible undated expected . undated
U: undated undated undated undated undated undated .
"""
THIRD = chronology(EXAMPLE.works, SAID, DATED)


TABLES = Tables(EXAMPLE.works, EXAMPLE.uses, EXAMPLE.steps, EXAMPLE.general, SAID, DATED, READ)


def bits(at: Level) -> dict[tuple[str, str], float]:
    weights = weigh(EXAMPLE.works, EXAMPLE.uses, EXAMPLE.steps, general=EXAMPLE.general)
    found = plan_pairs(potential(EXAMPLE.works, weights, EXAMPLE.uses, at=at))
    plans = EXAMPLE.works.plans
    return {
        (plans[a], plans[b]): float(low)
        for a, b, low in zip(found.one, found.two, found.low, strict=True)
    }


def third(at: Level) -> dict[tuple[str, str], citations.Occasion]:
    return {(one.source, one.target): one for one in occasions(THIRD, bits(at), READ, at=at)}


def ends(found: citations.Bounds) -> list[float]:
    assert found.low is not None
    assert found.high is not None
    return [found.low, found.high]


def test_the_worked_dates_give_their_verdicts() -> None:
    rows = [line.split(": ") for line in TABLE.strip().splitlines()]
    expected = {
        (x, y): said
        for x, line in rows
        for y, said in zip(PLANS, line.split(), strict=False)
        if said != "."
    }
    assert len(expected) == 42
    order = ("P1", "P2", "Q", "R", "A", "M", "U")
    assert {(x, y): verdict(SECOND, x, y).value for x in order for y in order if x != y} == expected


def test_the_worked_occasions_at_the_headline_level() -> None:
    found = third(OFFICIAL)
    assert {pair: (one.verdict.value, one.state.value) for pair, one in found.items()} == {
        ("P", "Q"): ("impossible", "open"),
        ("Q", "P"): ("expected", "seen"),
    }, "P and R are only named together, which is a link and no occasion"
    assert found["Q", "P"].bits == pytest.approx(0.921207, abs=5e-7)
    assert citations.rate_and_debt(found.values()) == (
        citations.Bounds(1.0, 1.0),
        citations.Bounds(0, 0),
    )


def test_the_worked_index() -> None:
    for at, pairs, m, seen in ((OFFICIAL, 2, 5, (0.2, 0.6)), (EDITORS, 3, 7, (1 / 7, 5 / 7))):
        cells = citations.index_cells(THIRD, known(TABLES, at).linked, READ, at=at)
        found = citations.index(cells)
        assert (found.pairs, found.m, found.empty) == (pairs, m, ())
        assert ends(found.value) == pytest.approx(seen)
        if at is OFFICIAL:
            text, web = (
                citations.index(cell for cell in cells if cell[2] is channel).counts
                for channel in citations.Channel
            )
            assert (text[Standing.STATED], text[Standing.UNREAD], text[Standing.IMPOSSIBLE]) == (
                1,
                1,
                2,
            )
            assert (web[Standing.ABSENT], web[Standing.UNREAD], web[Standing.UNDATED]) == (2, 1, 1)


def test_what_puts_two_together_is_no_citation() -> None:
    given = (
        PlanStatement("P", "Q", "external-statement", channel="text"),
        PlanStatement("P", "R", "builds-on"),
        PlanStatement("P", "S", "cross-reference", channel="text", level=EDITORS, is_stated=False),
    )
    made = chronology(EXAMPLE.works, given, {})
    assert made.tied == made.together, "each of them says more than that both are there"
    assert (dict(made.cited), dict(made.together)) == (
        {},
        {("P", "Q"): PLAN, ("P", "R"): PLAN, ("P", "S"): EDITORS},
    )


def test_a_citation_counts_at_its_level_and_proves_at_any_that_it_was_possible() -> None:
    dates = {"P": Dates(adopted=span("2019")), "R": Dates(adopted=span("2021"))}
    said = [PlanStatement("P", "R", "cross-reference", channel="text", level=OTHER)]
    made = chronology(EXAMPLE.works, said, dates)
    assert (citations.feasible(made, "P", "R"), verdict(made, "P", "R")) == (True, Verdict.EXPECTED)
    (one,) = (
        one
        for one in occasions(made, {("P", "R"): 1.0}, Readings(), at=OFFICIAL)
        if one.source == "P"
    )
    assert (one.state, one.debt) == (Standing.UNREAD, 1.0)


def test_an_agreement_that_is_implemented_did_not_cite_what_implements_it_unless_it_was_revised() -> (
    None
):
    dates = {
        "P": Dates(adopted=span("2020")),
        "R": Dates(adopted=span("2020"), revised=span("2023")),
    }
    said = [
        PlanStatement("Q", plan, "cross-reference", "implements", "text", is_backward=True)
        for plan in "PR"
    ]
    made = chronology(EXAMPLE.works, said, dates | {"Q": Dates(adopted=span("2020"))})
    assert (citations.feasible(made, "P", "Q"), citations.feasible(made, "R", "Q")) == (False, True)


def test_returns_say_whether_the_way_back_was_possible_and_ways_how_precisely_one_cites() -> None:
    (one,) = citations.returns(THIRD, READ, at=OFFICIAL)
    assert (one.source, one.target) == ("P", "Q"), "Q cites P"
    assert (one.verdict, one.state) == (Verdict.IMPOSSIBLE, Standing.UNREAD)
    ends = (("a1", "b1"), ("a1", "Q"), ("P", "Q"), ("P", "c1"))
    said = [PlanStatement(*pair, "cross-reference", channel="text") for pair in ends]
    found = {
        pair: [way.value for way in ways]
        for pair, ways in citations.citing_ways(EXAMPLE.works, said, at=PLAN).items()
    }
    assert found == {("P", "Q"): ["action", "mixed", "plan"], ("P", "R"): ["mixed"]}


# Laws

days = st.dates(date(2018, 1, 1), date(2022, 12, 31))
spans = st.builds(
    lambda first, more: citations.Span(first, first + timedelta(more)), days, st.integers(0, 700)
)
dates = st.builds(
    Dates,
    st.none() | spans,
    st.none() | st.integers(2018, 2022),
    st.none() | spans,
    st.none() | spans,
)
said = st.builds(
    PlanStatement,
    *map(st.sampled_from, ("PQRS", "PQRS", [*sorted(citations.CITING), "external-statement"])),
    channel=st.sampled_from(["", "text", "web", "annex"]),
    level=st.sampled_from([*Level, None]),
    is_backward=st.booleans(),
)
chronologies = st.builds(
    lambda statements, known: chronology(
        EXAMPLE.works, statements, dict(zip("PQRS", known, strict=True))
    ),
    st.lists(said, max_size=6),
    st.lists(dates, min_size=4, max_size=4),
)


@given(chronologies)
def test_reading_in_full_only_settles_what_is_open(made: citations.Chronology) -> None:
    before = occasions(made, {("P", "Q"): 1.0}, Readings(), at=EDITORS)
    after = occasions(
        made, {("P", "Q"): 1.0}, Readings(full(*"PQRS", aspect=Aspect.REFERENCES)), at=EDITORS
    )
    settled = {Standing.UNREAD: Standing.ABSENT}
    assert after == tuple(one._replace(state=settled.get(one.state, one.state)) for one in before)


def test_the_types_named_in_code_are_the_cross_reference_and_what_is_narrower() -> None:
    scheme = rdflib.Graph().parse(Project.packaged().ontology / "schemes" / "linktype.ttl")
    whole = rdflib.URIRef(f"{ID}linktype/cross-reference")
    narrower = {str(one) for one in scheme.subjects(SKOS.broader, whole)}
    assert {f"{ID}linktype/{name}" for name in citations.CROSS_REFERENCES} == {
        str(whole),
        *narrower,
    }
    assert {*citations.CROSS_REFERENCES, "succession", "builds-on"} == citations.CITING
    assert {*citations.CROSS_REFERENCES} <= {*REVIEWED}


WORKS = Works(("p", "q", "r"), {"a": "p", "b": "q"})
USES = (
    Use("p", "G", 1.0, Level.PLAN),
    Use("a", "K", 0.5, Level.PLAN),
    Use("b", "K", 1.0, Level.PLAN),
    Use("b", "L", 1.0, Level.EDITORS),
)
DATES = {"p": Dates(adopted=span("2018-01-01")), "q": Dates(adopted=span("2020-01-01"))}


def world(*full: tuple[str, Aspect], at: Level = Level.OFFICIAL) -> Known:
    said = tuple(Reading(work, aspect, evidence.Extent.FULL) for work, aspect in full)
    complete = frozenset(work for work, _ in full)
    return known(Tables(WORKS, USES, dates=DATES, readings=Readings(said, complete=complete)), at)


@pytest.mark.parametrize(
    ("pair", "full", "expected"),
    [
        ("pq", "", Standing.STATED),
        ("pr", "", Standing.UNREAD),
        ("pr", "p", Standing.UNREAD),
        ("pr", "r", Standing.ABSENT),
        ("pr", "pr", Standing.ABSENT),
    ],
)
def test_no_is_said_only_where_nothing_is_left_to_be_read(
    pair: str, full: str, expected: Standing
) -> None:
    assert world(*((plan, Aspect.TEXTS) for plan in full)).weight(*pair).meets is expected


def test_a_citation_that_was_not_seen_is_impossible_undated_open_or_absent() -> None:
    made = world(("q", Aspect.REFERENCES))
    assert [made.cites(*ends)[0] for ends in (("p", "q"), ("p", "r"), ("q", "p"))] == [
        Standing.IMPOSSIBLE,
        Standing.UNDATED,
        Standing.ABSENT,
    ]
    assert world().cites("q", "p") == (Standing.UNREAD, ())


def test_each_work_of_a_plan_brings_the_texts_it_names() -> None:
    made = world()
    assert {work: list(texts) for work, texts in made.brought("p", "q").items()} == {"a": ["K"]}
    assert sum(made.brought("p", "q")["a"].values()) == made.weight("p", "q").low > 0
    assert made.texts_of("p") == {"G": 1.0, "K": 0.5}


def test_levels_are_nested_named_by_their_keys_and_no_figure_uses_a_candidate() -> None:
    assert [one.key for one in sorted(Level)] == ["plan", "official", "other", "editors", "machine"]
    assert (FIGURED, HEADLINE.key) == (tuple(sorted(Level))[:4], "official")
    assert all(evidence.level(one.key) is one for one in Level)
    assert {
        evidence.level(word)
        for word in ("", "Plan", "stated", "https://w3id.org/pan2kg/id/certainty/derived")
    } == {None}
    used = {at: {one for one in Level if counts(one, at)} for at in FIGURED}
    assert (
        used[Level.PLAN]
        < used[Level.OFFICIAL]
        < used[Level.OTHER]
        < used[Level.EDITORS]
        == set(FIGURED)
    )
    assert not any(counts(found, at) for at in Level for found in (Level.MACHINE, None))
