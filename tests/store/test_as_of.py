"""What is in force on a day, kind by kind, and what is said of what is left out."""

from __future__ import annotations

from datetime import date
from typing import Final

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pan2kg
from pan2kg.errors import QueryError
from pan2kg.project import Project
from pan2kg.store.as_of import FORESEEN, IN_FORCE, MADE, DatedGraph, DayStanding, Validity, as_of
from pan2kg.store.store import LocalStore, load_project, select
from pan2kg.turtle.vocabulary import DERIVED, ID
from tests.lots import by_lot

PREFIXES = """
@prefix pan: <https://w3id.org/pan2kg/ontology#> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix eli: <http://data.europa.eu/eli/ontology#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix milestonetype: <https://w3id.org/pan2kg/id/milestonetype/> .
@prefix certainty: <https://w3id.org/pan2kg/id/certainty/> .
@prefix e: <http://e/> .
"""
DAY = date(2021, 6, 30)


def moment(project: Project, turtle: str, day: date = DAY, *, graph: str = "http://e/graph") -> DatedGraph:
    store = ox.Store()
    store.load(PREFIXES + turtle, format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(graph))
    return as_of(LocalStore(store), day, project)


@pytest.fixture(scope="module")
def midway(project: Project) -> DatedGraph:
    """The shipped graph in the middle of PAN 2."""
    return as_of(load_project(project), DAY, project)


def there(seen: DatedGraph) -> set[str]:
    subjects = (quad.subject for quad in seen.store.inner)
    return {one.value.removeprefix("http://e/") for one in subjects if isinstance(one, ox.NamedNode)}


def plan(name: str, **said: str) -> str:
    lines = "".join(
        f' ; pan:{key} "{value}"' + ("^^xsd:gYear" if len(value) == 4 else "^^xsd:date") for key, value in said.items()
    )
    return f"e:{name} a pan:Plan{lines} .\n"


def instrument(name: str, *milestones: tuple[str, str], address: str = "") -> str:
    subject = f"<{address}>" if address else f"e:{name}"
    said = "".join(
        f"e:{name}-{at} a pan:Milestone ; pan:milestoneType milestonetype:{kind} ;"
        f' pan:milestoneOf {subject} ; pan:date "{day}"^^xsd:date .\n'
        for at, (kind, day) in enumerate(milestones)
    )
    return f"{subject} a pan:LegalAct .\n{said}"


def actions(*lines: tuple[str, str, str]) -> str:
    """Actions by name, plan and what their timelines say; several timelines are parted by a bar."""
    turtle = ""
    for name, home, dates in lines:
        several = [*enumerate(dates.split("|"))]
        timelines = ", ".join(f"e:{name}-{at}" for at, _ in several)
        turtle += f"e:{name} a pan:Action ; pan:inPlan e:{home} ; pan:hasTimeline {timelines} .\n"
        turtle += "".join(f"e:{name}-{at} a pan:Timeline {said} .\n" for at, said in several)
    return turtle


def dated(name: str, kind: str, *said: str) -> str:
    return (
        f"e:{name} a {kind} {''.join(f'; pan:{key} {chr(34)}{day}{chr(34)}' for key, day in map(str.split, said))} .\n"
    )


ENDED: Final = '; pan:startDate "2020-01-01" ; pan:endDate "2020-12-31"'
LATE, PAST, AHEAD = '; pan:endDate "2020-12-31"', '; pan:startDate "2020-01-01"', '; pan:startDate "2021-09-01"'
PLANS: Final = plan("now") + plan("also") + plan("over", periodEnd="2020")
QUOTE: Final = "e:quote a pan:Passage .\n"
BODIES: Final = """
e:old a pan:PublicBody . e:new a pan:PublicBody ; pan:precededBy e:old .
e:change a org:ChangeEvent ; pan:date "2020"^^xsd:gYear ;
    org:originalOrganization e:old ; org:resultingOrganization e:new .
e:p a pan:Plan . e:said a pan:Involvement ; pan:involves e:old ; pan:involvedIn e:p .
"""
MERGER: Final = """
e:one a pan:PublicBody . e:two a pan:PublicBody . e:change a org:ChangeEvent ; pan:date "2020"^^xsd:gYear ;
    org:originalOrganization e:one , e:two ; org:resultingOrganization e:one .
"""
CASES: Final = {
    "a plan is in force from adoption and first year to last year": (
        plan("runs", periodStart="2020", periodEnd="2021")
        + plan("over", periodStart="2018", periodEnd="2020")
        + plan("adopted-later", periodStart="2020", adoptedOn="2021-07-01")
        + plan("begins-later", adoptedOn="2021-01-01", periodStart="2022")
        + plan("open", adoptedOn="2021-06-30")
        + plan("undated"),
        "runs open undated",
    ),
    "actions go with their plan and with their own period but not with a deadline": (
        plan("p", periodStart="2020") + plan("q", periodEnd="2020")
        + actions(("plain", "p", ""), ("gone", "q", ""), ("late", "p", LATE))
        + actions(("ended", "p", ENDED), ("ahead", "p", AHEAD)),
        "p plain plain-0 late late-0",
    ),
    "of several timelines of an action all have to be dated": (
        plan("p") + actions(("ahead", "p", f"{AHEAD}|{AHEAD}"), ("partly", "p", f"{AHEAD}|"),
                            ("over", "p", f"{ENDED}|{ENDED}"), ("going-on", "p", f"{ENDED}|{PAST}")),
        "p partly partly-0 partly-1 going-on going-on-0 going-on-1",
    ),
    "a review is there from its adoption, else from the period it looks at": (
        dated("adopted-later", "pan:Review", "adoptedOn 2021-07-01", "periodStart 2018")
        + dated("adopted", "pan:Review", "adoptedOn 2021-06-30", "periodStart 2022")
        + dated("begun", "pan:Review", "periodStart 2021") + dated("ahead", "pan:Review", "periodStart 2022"),
        "adopted begun",
    ),
    "a stated day of entry into force comes before when an act was made": (
        instrument("later", ("adoption", "2020-01-01")) + instrument("now", ("adoption", "2020-01-01"))
        + 'e:later eli:first_date_entry_in_force "2022-01-01" . e:now eli:first_date_entry_in_force "2021-01-01" .',
        "now now-0",
    ),
    "an instrument is there from its entry into force, else from when it was made": (
        instrument("in-force", ("adoption", "2020-01-01"), ("entry-into-force", "2021-06-30"))
        + instrument("not-yet", ("adoption", "2020-01-01"), ("entry-into-force", "2021-07-01"))
        + instrument("made", ("publication", "2021-01-01"))
        + instrument("not-made", ("publication", "2022-01-01"))
        + instrument("unknown", ("application", "2030-01-01"))
        + instrument("", address="http://data.legilux.public.lu/eli/etat/leg/loi/2022/01/07/a1")
        + instrument("", address="http://data.europa.eu/eli/reg/2022/821/oj")
        + 'e:repealed a pan:LegalAct ; eli:date_no_longer_in_force "2021-01-01"^^xsd:date .',
        "in-force in-force-0 in-force-1 made made-0 unknown unknown-0",
    ),
    "a kind of instrument the graph adds is dated like the others": (
        "e:Circular <http://www.w3.org/2000/01/rdf-schema#subClassOf> pan:Instrument .\n"
        + instrument("later", ("adoption", "2022-01-01")).replace("pan:LegalAct", "e:Circular"),
        "Circular",
    ),
    "terms an instrument sets are known before they fall due": (
        instrument("i", ("adoption", "2020-01-01"), ("transposition-deadline", "2025-01-01"))
        + instrument("i", ("ratification", "2022-01-01")).replace("i-0", "i-2")
        + 'e:duty a pan:Obligation ; pan:underInstrument e:i ; pan:dueDate "2025-01-01"^^xsd:date .',
        "i i-0 i-1 duty",
    ),
    "what happened later has not happened": (
        plan("p") + dated("done", "pan:Implementation", "date 2021-06-30").replace(" .", " ; pan:implements e:p .")
        + dated("later", "pan:Implementation", "date 2021-07-01").replace(" .", " ; pan:implements e:p ."),
        "p done",
    ),
    "a link and its words are there where both ends are": (
        PLANS + QUOTE + "e:words a pan:Passage .\n"
        "e:kept a pan:Link ; pan:from e:now ; pan:to e:also ; pan:evidence e:quote .\n"
        "e:lost a pan:Link ; pan:from e:now ; pan:to e:over ; pan:evidence e:words .\n",
        "now also kept quote",
    ),
    "words two links rest on stay with the one that stays": (
        PLANS + QUOTE + "e:kept a pan:Link ; pan:from e:now ; pan:to e:also ; pan:evidence e:quote .\n"
        "e:lost a pan:Link ; pan:from e:now ; pan:to e:over ; pan:evidence e:quote .\n",
        "now also kept quote",
    ),
    "a conflict goes with the last of what it is about": (
        PLANS + "e:past a pan:Conflict ; pan:concerns e:over . e:both a pan:Conflict ; pan:concerns e:over , e:now .",
        "now also both",
    ),
    "an involvement keeps to its own years": (
        plan("p") + "e:b a pan:PublicBody .\n"
        + "".join(
            dated(name, "pan:Involvement", when).replace(" .", " ; pan:involves e:b ; pan:involvedIn e:p .")
            for name, when in zip(
                ("since", "later", "until"), ("periodStart 2021", "periodStart 2022", "periodEnd 2020"), strict=True
            )
        ),
        "p b since",
    ),
    "a body that takes another in was there before and goes on": (MERGER, "one change"),
    "a body that nothing followed is gone with what names it": (
        BODIES.replace(" ; pan:precededBy e:old", ""), "p new change",
    ),
    "names that follow each other in a circle are no later names": (
        BODIES + "e:old pan:precededBy e:new .\n"
        'e:back a org:ChangeEvent ; pan:date "2020" ; org:originalOrganization e:new .',
        "p back",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_is_there_in_the_middle_of_2021(project: Project, case: str) -> None:
    turtle, names = CASES[case]
    assert there(moment(project, turtle)) == {*names.split()}


def test_what_is_left_out_is_told_with_why_unless_it_only_went_along(project: Project) -> None:
    turtle = plan("now") + plan("done", periodEnd="2022") + plan("over", periodEnd="2020")
    turtle += plan("ahead", periodStart="2022") + "e:a a pan:Action ; pan:inPlan e:over .\n"
    turtle += "e:lost a pan:Link ; pan:from e:now ; pan:to e:over .\n"
    store = ox.Store()
    store.load(PREFIXES + turtle, format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode("http://e/graph"))
    derived = PREFIXES + "e:computed a pan:Link ; pan:between e:now , e:over ."
    store.load(derived, format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(DERIVED + "any"))
    seen = as_of(LocalStore(store), DAY, project, rules=[])
    assert seen.notes("en") == (
        "As of 30 June 2021, left out: 2 plans (1 before its start, 1 after its end), 1 action, 1 asserted link.",
        "Kept although no date is known: 1 plan.",
        "1 plan in force has no known end.",
    )


def test_a_body_bears_the_name_it_had_on_the_day(project: Project) -> None:
    for day, shown in ((date(2019, 1, 1), "old"), (date(2020, 6, 1), "old"), (date(2021, 1, 1), "new")):
        seen = moment(project, BODIES, day)
        names = select(seen.store, "SELECT ?body { ?said <https://w3id.org/pan2kg/ontology#involves> ?body }").values(
            "body"
        )
        assert names == [f"http://e/{shown}"]
        assert seen.renamed == (shown == "new")
    assert "old" not in there(moment(project, BODIES, date(2021, 1, 1)))


def test_a_later_name_is_not_put_back_in_time(project: Project) -> None:
    assert {"one", "two"} <= there(moment(project, MERGER, date(2019, 1, 1)))
    later = BODIES.replace("pan:involves e:old", "pan:involves e:new")
    assert "said" not in there(moment(project, later, date(2019, 1, 1)))


def test_nothing_in_a_view_points_to_what_is_left_out(few: pan2kg.Graph) -> None:
    """In four years, drawn by lot, of a few plans with links of every kind."""
    for year in by_lot(range(1990, 2031), 4):
        seen = as_of(few.held, date(year, 7, 1), few.project)
        named = {
            term.value
            for quad in seen.store.inner
            for term in (quad.subject, quad.object)
            if isinstance(term, ox.NamedNode)
        }
        assert not named & set(seen.gone)


def test_what_was_not_in_force_is_refused_by_name(midway: DatedGraph) -> None:
    for name in ("lu-bhr-1", "plan:lu-bhr-1", f"<{ID}plan/lu-bhr-1>", ID + "plan/lu-bhr-1"):
        with pytest.raises(QueryError, match="no longer in force on 2021-06-30"):
            midway.refuse([name])
    with pytest.raises(QueryError, match="what it belongs to was not"):
        midway.refuse(["lu-bhr-1-m5"])
    midway.refuse(["lu-bhr-2"])


def test_milestone_types_are_those_of_the_scheme(project: Project) -> None:
    stated = load_project(project)
    known = {quad.subject.value for quad in stated.inner if isinstance(quad.subject, ox.NamedNode)}
    assert known >= IN_FORCE | MADE | FORESEEN


def test_a_project_without_rules_gives_no_view() -> None:
    with pytest.raises(QueryError, match="no rules"):
        as_of(LocalStore(ox.Store()), DAY, Project(Project.packaged().root / "graph"))


days = st.dates(date(1900, 1, 1), date(2100, 12, 31))


@given(days, days, days)
def test_between_two_whole_days_and_only_there_something_is_in_force(one: date, two: date, day: date) -> None:
    since, until = sorted((one, two))
    standing = Validity(since.isoformat(), until.isoformat()).standing(day)
    assert (standing is DayStanding.IN_FORCE) == (since <= day <= until)
