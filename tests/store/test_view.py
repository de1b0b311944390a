"""What is in force on a day, kind by kind, and what is said of what is left out."""

from __future__ import annotations

import re
from datetime import date

import pyoxigraph as ox
import pytest

import pan2kg
from pan2kg.errors import QueryError
from pan2kg.i18n.catalogue import LANGUAGES
from pan2kg.project import Project
from pan2kg.store.as_of import FORESEEN, IN_FORCE, MADE, DatedGraph, Standing, as_of
from pan2kg.store.queries import fill, read_queries
from pan2kg.store.rules import derive
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


def test_a_plan_is_in_force_from_adoption_and_first_year_to_last_year(project: Project) -> None:
    turtle = (
        plan("runs", periodStart="2020", periodEnd="2021")
        + plan("over", periodStart="2018", periodEnd="2020")
        + plan("adopted-later", periodStart="2020", adoptedOn="2021-07-01")
        + plan("begins-later", adoptedOn="2021-01-01", periodStart="2022")
        + plan("open", adoptedOn="2021-06-30")
        + plan("undated")
    )
    assert there(moment(project, turtle)) == {"runs", "open", "undated"}


def test_what_has_no_date_of_its_own_is_counted_but_actions_which_follow_their_plan_are_not(project: Project) -> None:
    seen = moment(project, plan("p") + plan("q", periodStart="2020") + "e:a a pan:Action ; pan:inPlan e:q .\n")
    assert {kind: undated for kind, (*_, undated) in seen.counts.items() if undated} == {"plan": 1}
    assert not any("action" in note for note in seen.notes("en"))


def test_actions_go_with_their_plan_and_with_their_own_period_but_not_with_a_deadline(project: Project) -> None:
    turtle = plan("p", periodStart="2020") + plan("q", periodEnd="2020")
    turtle += "".join(
        f"e:{name} a pan:Action ; pan:inPlan e:{home} ; pan:hasTimeline e:{name}-t .\n"
        f"e:{name}-t a pan:Timeline{dates} .\n"
        for name, home, dates in (
            ("plain", "p", ""),
            ("gone", "q", ""),
            ("late", "p", ' ; pan:endDate "2020-12-31"^^xsd:date'),
            ("ended", "p", ' ; pan:startDate "2020-01-01"^^xsd:date ; pan:endDate "2020-12-31"^^xsd:date'),
            ("ahead", "p", ' ; pan:startDate "2021-09-01"^^xsd:date'),
        )
    )
    assert there(moment(project, turtle)) == {"p", "plain", "plain-t", "late", "late-t"}


def test_of_several_timelines_of_an_action_all_have_to_be_dated(project: Project) -> None:
    late, past = 'pan:startDate "2022-01-01"^^xsd:date', 'pan:startDate "2020-01-01"^^xsd:date'
    ended = past + ' ; pan:endDate "2020-12-31"^^xsd:date'
    lines = (("ahead", late, late), ("partly", late, "a e:X"), ("over", ended, ended), ("going-on", ended, past))
    turtle = plan("p") + "".join(
        f"e:{name} a pan:Action ; pan:inPlan e:p ; pan:hasTimeline e:{name}-1 , e:{name}-2 .\n"
        f"e:{name}-1 {one} . e:{name}-2 {two} .\n"
        for name, one, two in lines
    )
    assert {name for name in there(moment(project, turtle)) if not name[-1].isdigit()} == {"p", "partly", "going-on"}


def test_a_review_is_there_from_its_adoption_else_from_the_period_it_looks_at(project: Project) -> None:
    turtle = "".join(
        f"e:{name} a pan:Review{said} .\n"
        for name, said in (
            ("adopted-later", ' ; pan:adoptedOn "2021-07-01"^^xsd:date ; pan:periodStart "2018"^^xsd:gYear'),
            ("adopted", ' ; pan:adoptedOn "2021-06-30"^^xsd:date ; pan:periodStart "2022"^^xsd:gYear'),
            ("begun", ' ; pan:periodStart "2021"^^xsd:gYear'),
            ("ahead", ' ; pan:periodStart "2022"^^xsd:gYear'),
        )
    )
    assert there(moment(project, turtle)) == {"adopted", "begun"}


def test_a_stated_day_of_entry_into_force_comes_before_when_an_act_was_made(project: Project) -> None:
    turtle = instrument("later", ("adoption", "2020-01-01")) + instrument("now", ("adoption", "2020-01-01"))
    turtle += 'e:later eli:first_date_entry_in_force "2022-01-01"^^xsd:date .\n'
    turtle += 'e:now eli:first_date_entry_in_force "2021-01-01"^^xsd:date .\n'
    assert there(moment(project, turtle)) == {"now", "now-0"}


def instrument(name: str, *milestones: tuple[str, str], address: str = "") -> str:
    subject = f"<{address}>" if address else f"e:{name}"
    said = "".join(
        f"e:{name}-{at} a pan:Milestone ; pan:milestoneType milestonetype:{kind} ;"
        f' pan:milestoneOf {subject} ; pan:date "{day}"^^xsd:date .\n'
        for at, (kind, day) in enumerate(milestones)
    )
    return f"{subject} a pan:LegalAct .\n{said}"


def test_an_instrument_is_there_from_its_entry_into_force_else_from_when_it_was_made(project: Project) -> None:
    turtle = (
        instrument("in-force", ("adoption", "2020-01-01"), ("entry-into-force", "2021-06-30"))
        + instrument("not-yet", ("adoption", "2020-01-01"), ("entry-into-force", "2021-07-01"))
        + instrument("made", ("publication", "2021-01-01"))
        + instrument("not-made", ("publication", "2022-01-01"))
        + instrument("unknown", ("application", "2030-01-01"))
        + instrument("", address="http://data.legilux.public.lu/eli/etat/leg/loi/2022/01/07/a1")
        + 'e:repealed a pan:LegalAct ; eli:date_no_longer_in_force "2021-01-01"^^xsd:date .'
    )
    found = {name for name in there(moment(project, turtle)) if not name[-1].isdigit()}
    assert found == {"in-force", "made", "unknown"}


def test_a_kind_of_instrument_the_graph_adds_is_dated_like_the_others(project: Project) -> None:
    kind = "e:Circular <http://www.w3.org/2000/01/rdf-schema#subClassOf> pan:Instrument .\n"
    turtle = kind + instrument("later", ("adoption", "2022-01-01")).replace("pan:LegalAct", "e:Circular")
    assert there(moment(project, turtle)) == {"Circular"}


def test_terms_an_instrument_sets_are_known_before_they_fall_due(project: Project) -> None:
    turtle = (
        instrument(
            "i",
            ("adoption", "2020-01-01"),
            ("transposition-deadline", "2025-01-01"),
            ("ratification", "2022-01-01"),
        )
        + 'e:duty a pan:Obligation ; pan:underInstrument e:i ; pan:dueDate "2025-01-01"^^xsd:date .'
    )
    assert there(moment(project, turtle)) == {"i", "i-0", "i-1", "duty"}


def test_unverified_dates_decide_nothing(project: Project) -> None:
    graph = "https://w3id.org/pan2kg/graph/x/unverified"
    assert "p" in there(moment(project, plan("p", periodEnd="2000"), graph=graph))


def test_what_happened_later_has_not_happened(project: Project) -> None:
    turtle = plan("p") + "".join(
        f'e:{name} a pan:Implementation ; pan:implements e:p ; pan:date "{day}"^^xsd:date .\n'
        for name, day in (("done", "2021-06-30"), ("later", "2021-07-01"))
    )
    assert there(moment(project, turtle)) == {"p", "done"}


def test_a_link_is_there_where_both_ends_are(project: Project) -> None:
    turtle = plan("now") + plan("also") + plan("over", periodEnd="2020")
    turtle += "e:kept a pan:Link ; pan:from e:now ; pan:to e:also ; pan:evidence e:quote . e:quote a pan:Passage .\n"
    turtle += "e:lost a pan:Link ; pan:from e:now ; pan:to e:over ; pan:evidence e:words . e:words a pan:Passage .\n"
    assert there(moment(project, turtle)) == {"now", "also", "kept", "quote"}


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


def test_words_two_links_rest_on_stay_with_the_one_that_stays(project: Project) -> None:
    turtle = plan("now") + plan("also") + plan("over", periodEnd="2020") + "e:quote a pan:Passage .\n"
    turtle += "e:kept a pan:Link ; pan:from e:now ; pan:to e:also ; pan:evidence e:quote .\n"
    turtle += "e:lost a pan:Link ; pan:from e:now ; pan:to e:over ; pan:evidence e:quote .\n"
    assert there(moment(project, turtle)) == {"now", "also", "kept", "quote"}


def test_a_conflict_goes_with_the_last_of_what_it_is_about(project: Project) -> None:
    turtle = plan("now") + plan("over", periodEnd="2020")
    turtle += "e:past a pan:Conflict ; pan:concerns e:over .\n"
    turtle += "e:both a pan:Conflict ; pan:concerns e:over , e:now .\n"
    assert there(moment(project, turtle)) == {"now", "both"}


BODIES = """
e:old a pan:PublicBody . e:new a pan:PublicBody ; pan:precededBy e:old .
e:change a org:ChangeEvent ; pan:date "2020"^^xsd:gYear ;
    org:originalOrganization e:old ; org:resultingOrganization e:new .
e:p a pan:Plan . e:said a pan:Involvement ; pan:involves e:old ; pan:involvedIn e:p .
"""


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
    later = BODIES.replace("pan:involves e:old", "pan:involves e:new")
    assert "said" not in there(moment(project, later, date(2019, 1, 1)))


def test_a_body_that_takes_another_in_was_there_before_and_goes_on(project: Project) -> None:
    merger = """
e:one a pan:PublicBody . e:two a pan:PublicBody . e:change a org:ChangeEvent ; pan:date "2020"^^xsd:gYear ;
    org:originalOrganization e:one , e:two ; org:resultingOrganization e:one .
"""
    assert {"one", "two"} <= there(moment(project, merger, date(2019, 1, 1)))
    assert "two" not in there(moment(project, merger, date(2021, 1, 1)))
    assert "one" in there(moment(project, merger, date(2021, 1, 1)))


def test_a_body_that_nothing_followed_is_gone_with_what_names_it(project: Project) -> None:
    closed = BODIES.replace(" ; pan:precededBy e:old", "")
    seen = moment(project, closed, date(2021, 1, 1))
    assert not {"old", "said"} & there(seen)
    assert seen.renamed == 0


def test_names_that_follow_each_other_in_a_circle_are_no_later_names(project: Project) -> None:
    circle = (
        BODIES
        + """
e:old pan:precededBy e:new . e:back a org:ChangeEvent ; pan:date "2020"^^xsd:gYear ; org:originalOrganization e:new .
"""
    )
    assert not {"old", "new", "said"} & there(moment(project, circle, date(2021, 1, 1)))


def test_of_renamed_statements_those_left_out_are_not_counted(project: Project) -> None:
    other = plan("q", periodEnd="2020") + "e:more a pan:Involvement ; pan:involves e:old ; pan:involvedIn e:q .\n"
    assert moment(project, BODIES + other, date(2021, 1, 1)).renamed == 1


def test_an_involvement_keeps_to_its_own_years(project: Project) -> None:
    turtle = (
        plan("p")
        + "e:b a pan:PublicBody .\n"
        + "".join(
            f'e:{name} a pan:Involvement ; pan:involves e:b ; pan:involvedIn e:p ; pan:{key} "{year}"^^xsd:gYear .\n'
            for name, key, year in (
                ("since", "periodStart", "2021"),
                ("later", "periodStart", "2022"),
                ("until", "periodEnd", "2020"),
            )
        )
    )
    assert there(moment(project, turtle)) == {"p", "b", "since"}


def test_derived_links_are_derived_anew(midway: DatedGraph) -> None:
    links = "SELECT DISTINCT ?end { ?link a pan:Link ; pan:between ?end . ?end pan:inPlan ?plan }"
    ends = set(select(midway.store, f"PREFIX pan: <https://w3id.org/pan2kg/ontology#> {links}").values("end"))
    assert ends
    assert not ends & set(midway.gone)


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


def test_the_store_that_is_given_stays_as_it_is(few: pan2kg.Graph) -> None:
    before = len(few.held)
    as_of(few.held, DAY, few.project)
    assert len(few.held) == before


def test_far_ahead_with_everything_undated_the_view_is_the_whole(project: Project) -> None:
    turtle = plan("p") + "e:a a pan:Action ; pan:inPlan e:p .\n"
    seen = moment(project, turtle, date(2900, 1, 1))
    assert (there(seen), seen.gone) == ({"p", "a"}, {})
    assert seen.notes("en")[0] == "As of 1 January 2900: nothing is left out."


def test_every_stored_question_runs_on_a_view(midway: DatedGraph, project: Project) -> None:
    for query in read_queries(project).values():
        midway.store.query(fill(query, {}, store=midway.store, project=project))


def test_the_shipped_graph_in_the_middle_of_pan_2(midway: DatedGraph) -> None:
    assert midway.gone[ID + "plan/lu-bhr-1"] is Standing.OVER
    assert midway.gone[ID + "instrument/lu-pacte-national"] is Standing.NOT_YET
    assert ID + "plan/lu-bhr-2" not in midway.gone
    assert ID + "action/lu-bhr-2-4-3" not in midway.gone


def test_notes_say_how_many_and_are_as_many_in_each_language(midway: DatedGraph) -> None:
    said = [midway.notes(language) for language in LANGUAGES]
    assert {len(notes) for notes in said} == {4}
    not_yet, over, along, undated = midway.counts["plan"]
    assert f"{not_yet + over + along} plans ({not_yet} before their start, {over} after their end)" in said[1][0]
    assert undated > 0
    assert re.search(rf"\b{undated} plans\b", said[0][1])


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


def test_a_view_of_a_view_is_the_view(few: pan2kg.Graph) -> None:
    once = as_of(load_project(few.project), DAY, few.project).store
    derive(once, few.project)
    assert set(as_of(once, DAY, few.project).store.inner) == set(once.inner)
