"""What is in force on a day, kind by kind, what is said of what is left out, and when obligations are due."""

import re
import shutil
from datetime import date
from pathlib import Path
from typing import Final

import pyoxigraph as ox
import pytest
from hypothesis import given, strategies as st

import pan2kg
from pan2kg.errors import QueryError
from pan2kg.graph.graph import open_graph
from pan2kg.project import Project
from pan2kg.store.as_of import DatedGraph, as_of
from pan2kg.store.intervals import FORESEEN, IN_FORCE, MADE, DayStanding, Validity
from pan2kg.store.project_files import load_project
from pan2kg.store.rules import derive
from pan2kg.store.store import LocalStore, select
from pan2kg.turtle.vocabulary import DERIVED, ID, PAN, graph_of
from tests.conftest import ROOT, start
from tests.lots import by_lot
from tests.store.test_links import loaded

DAY = date(2021, 6, 30)


def sections(name: str) -> dict[tuple[str, str], str]:
    _, *words = re.split(
        r"^# (.+): (.+)\n", Path(__file__).with_name(name).read_text("utf-8"), flags=re.MULTILINE
    )
    return {(words[at], words[at + 1]): words[at + 2] for at in range(0, len(words), 3)}


CASES: Final = sections("as-of.ttl")
TEXTS: Final = {name: text for (name, _), text in CASES.items()}


def moment(project: Project, turtle: str, day: date = DAY) -> DatedGraph:
    return as_of(loaded(turtle), day, project)


def there(seen: DatedGraph) -> set[str]:
    subjects = (quad.subject for quad in seen.store.inner)
    # not the kinds of links, which the rules read
    return {
        one.value.removeprefix("http://e/")
        for one in subjects
        if isinstance(one, ox.NamedNode) and "/linktype" not in one.value
    }


@pytest.mark.parametrize("case", CASES.items(), ids=lambda case: case[0][0])
def test_what_is_there_in_the_middle_of_2021(
    project: Project, case: tuple[tuple[str, str], str]
) -> None:
    assert there(moment(project, case[1])) == {*case[0][1].split()}


def test_what_is_left_out_is_told_with_why_unless_it_only_went_along(project: Project) -> None:
    store = loaded("""
    e:now a pan:Plan . e:done a pan:Plan ; pan:periodEnd "2022"^^xsd:gYear .
    e:over a pan:Plan ; pan:periodEnd "2020"^^xsd:gYear . e:ahead a pan:Plan ; pan:periodStart "2022"^^xsd:gYear .
    e:a a pan:Action ; pan:inPlan e:over . e:lost a pan:Link ; pan:from e:now ; pan:to e:over .
    """)
    loaded(
        "e:computed a pan:Link ; pan:between e:now , e:over .", graph=DERIVED + "any", into=store
    )
    assert as_of(store, DAY, project, links=False).notes("en") == (
        "As of 30 June 2021, left out: 2 plans (1 before its start, 1 after its end), 1 action, 1 asserted link.",
        "Kept although no date is known: 1 plan.",
        "1 plan in force has no known end.",
    )


def test_a_body_bears_the_name_it_had_on_the_day_and_a_later_one_is_not_put_back_in_time(
    project: Project,
) -> None:
    merger = TEXTS["a body that takes another in was there before and goes on"]
    assert {"one", "two"} <= there(moment(project, merger, date(2019, 1, 1)))
    lines = TEXTS["names that follow each other in a circle are no later names"].splitlines()
    bodies = "\n".join(line for line in lines if not re.match("e:(back|old pan:preceded)", line))
    for day, name in (
        (date(2019, 1, 1), "old"),
        (date(2020, 6, 1), "old"),
        (date(2021, 1, 1), "new"),
    ):
        seen = moment(project, bodies, day)
        table = select(seen.store, f"SELECT ?body {{ ?said <{PAN}involves> ?body }}")
        assert (table.values("body"), seen.renamed) == ([f"http://e/{name}"], name == "new")
    assert "old" not in there(seen)
    later = bodies.replace("pan:involves e:old", "pan:involves e:new")
    assert "said" not in there(moment(project, later, date(2019, 1, 1)))


def test_nothing_in_a_view_points_to_what_is_left_out(few: pan2kg.Graph) -> None:
    for year in by_lot(range(1990, 2031), 4):
        seen = as_of(few.held, date(year, 7, 1), few.project)
        terms = (term for quad in seen.store.inner for term in (quad.subject, quad.object))
        assert not {term.value for term in terms if isinstance(term, ox.NamedNode)} & set(seen.gone)


def test_what_was_not_in_force_is_refused_by_name(project: Project) -> None:
    stated = load_project(project)
    types = {quad.subject.value for quad in stated.inner if isinstance(quad.subject, ox.NamedNode)}
    assert types >= IN_FORCE | MADE | FORESEEN, "milestone types are those of the scheme"
    midway = as_of(stated, DAY, project)
    for name in ("lu-bhr-1", "plan:lu-bhr-1", f"<{ID}plan/lu-bhr-1>", ID + "plan/lu-bhr-1"):
        with pytest.raises(QueryError, match="no longer in force on 2021-06-30"):
            midway.refuse([name])
    with pytest.raises(QueryError, match="what it belongs to was not"):
        midway.refuse(["lu-bhr-1-m5"])
    midway.refuse(["lu-bhr-2"])
    with pytest.raises(QueryError, match="no rules"):
        as_of(LocalStore(ox.Store()), DAY, Project(Project.packaged().root / "graph"))


days = st.dates(date(1900, 1, 1), date(2100, 12, 31))


@given(days, days, days)
def test_between_two_whole_days_and_only_there_something_is_in_force(
    one: date, two: date, day: date
) -> None:
    since, until = sorted((one, two))
    standing = Validity(since.isoformat(), until.isoformat()).standing(day)
    assert (standing is DayStanding.IN_FORCE) == (since <= day <= until)


# What rules derive of obligations: the day due as of a day, and the States that are bound

DIRECTIVE: Final = "dir-2024-1760"


@pytest.mark.parametrize("case", sections("duties.ttl").items(), ids=lambda case: case[0][0])
def test_duties_follow_from_facts(case: tuple[tuple[str, str], str]) -> None:
    (_, expected), facts = case
    predicate, *ends = expected.split()
    store = loaded(facts, graph=graph_of("test.ttl"))
    derive(store, Project.packaged())
    rows = select(store, f"SELECT DISTINCT ?s ?o {{ ?s <{PAN}{predicate}> ?o }}").rows
    assert [
        [str(term).strip('"<>').split('"')[0].rpartition("/")[2] for term in row] for row in rows
    ] == [ends]


def test_as_of_a_day_an_obligation_is_due_when_it_was_due_that_day(tmp_path: Path) -> None:
    folder = start(tmp_path / "mine")
    for name in ("instruments/eu", "core/instruments/eu"):
        (folder / "graph" / name).mkdir(parents=True)
        shutil.copyfile(
            ROOT / "graph" / name / f"{DIRECTIVE}.ttl", folder / "graph" / name / f"{DIRECTIVE}.ttl"
        )
    graph = open_graph(folder)
    duty = f"{ID}obligation/{DIRECTIVE}-art-37-1-first-subparagraph-transposition"
    for day, due in (
        ("2024-07-24", []),
        ("2024-07-25", ["2026-07-26"]),
        ("2025-04-16", ["2026-07-26"]),
        ("2025-04-17", ["2027-07-26"]),
        ("2026-03-17", ["2027-07-26"]),
        ("2026-03-18", ["2028-07-26"]),
        ("2026-11-26", ["2028-07-26"]),
    ):
        table = select(
            graph.at(date.fromisoformat(day)).store,
            f"SELECT ?due {{ <{duty}> <{PAN}dueDate> ?due }}",
        )
        assert table.values("due") == due, day


def test_the_shipped_graph_claims_no_record_of_what_only_follows_from_membership(
    graph: pan2kg.Graph,
) -> None:
    recorded = {one.iri for one in graph.obligations if one.is_recorded}
    derived = {one.iri for one in graph.obligations if one.holder and not one.is_recorded}
    assert (len(recorded), len(derived) > 80, recorded & derived) == (6, True, set())
    assert any(not one.holder for one in graph.obligations), (
        "some are addressed to States nobody says we are one of"
    )
