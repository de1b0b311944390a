"""The time map and the bridge: what each line, bar and word stands for, and what is never claimed."""

from datetime import date

import pytest
from hypothesis import given, strategies as st

from pan2kg.charts.drawing import Group, Label, Line
from pan2kg.charts.frame import EDGING, Picture, on_slide, script_words
from pan2kg.charts.registry import draw
from pan2kg.charts.subject import Life, Subject
from pan2kg.charts.time_axis import axis_of
from pan2kg.charts.time_map import IN_PAGE, PENS, draw_plan_map
from pan2kg.coherence.citations import feasible
from pan2kg.coherence.standing import Standing
from pan2kg.errors import QueryError
from pan2kg.graph.graph import Graph
from tests.charts.test_gallery import flat
from tests.charts.test_order import cites, part, rests, rows, world

LAW = rests("p-1", "law") + rests("q-1", "law")


def adopted(plan: str, day: str) -> str:
    return f'plan:{plan} pan:adoptedOn "{day}"^^<http://www.w3.org/2001/XMLSchema#date> .\n'


DATES = adopted("p", "2015-05-01") + adopted("q", "2020-05-01")


def lines(picture: Picture, state: Standing) -> int:
    return sum(
        isinstance(mark, Line) and mark.curved and mark.pen == PENS[state] for mark in flat(picture)
    )


def test_an_older_plan_is_never_said_to_have_been_able_to_cite_a_later_one() -> None:
    picture = draw("time-map", world(LAW, DATES), plan="q")
    assert rows(picture, "plan", "verdict_of_plan", "verdict_of_chosen") == [
        ("p", "impossible", "expected")
    ]
    assert "Plan q pouvait le citer" in picture.svg
    assert (lines(picture, Standing.UNREAD), lines(picture, Standing.ABSENT)) == (1, 0), (
        "nobody read it in full: it is open"
    )


def test_marks_say_what_they_stand_for_and_a_citation_its_words() -> None:
    quote = 'passage:c-1 pan:quote "PAN p, donc"@fr .\nlink:c pan:evidence passage:c-1 .\n'
    quoted = world(LAW, DATES, cites("c", "plan:q", "plan:p"), quote)
    svg = draw("time-map", quoted, plan="q").svg
    assert 'data-of="q p" data-kind="seen" data-level=' in svg
    assert "renvoi écrit «\u00a0PAN p, donc\u00a0»</title>" in svg
    assert 'data-of="p" data-from="2015"' in svg
    bridge = draw("bridge", quoted, plan="q").svg
    assert 'data-kind="text"' in bridge
    assert 'data-of="q p" data-kind="citation"' in bridge
    words = script_words(Subject(quoted.spoken("fr")))
    said = {"kind-seen": "renvoi écrit", "kind-text": "texte commun", "level-1": "dit par le plan"}
    assert words.items() >= said.items()


def test_a_written_citation_is_solid_and_one_that_was_read_for_is_dashed() -> None:
    read = "reading:q a pan:Reading ; pan:readsWork plan:q ; pan:aspect aspect:references ; "
    seen = draw("time-map", world(LAW, DATES, cites("c", "plan:q", "plan:p")), plan="q")
    absent = draw("time-map", world(LAW, DATES, f"{read}pan:extent readingextent:full ."), plan="q")
    assert (lines(seen, Standing.STATED), lines(seen, Standing.ABSENT)) == (1, 0)
    assert (lines(absent, Standing.STATED), lines(absent, Standing.ABSENT)) == (0, 1)
    assert "Il en cite 1." in seen.title
    assert "Il en cite 0." in absent.title


def test_plans_that_are_only_named_together_are_drawn_and_owe_each_other_nothing(
    graph: Graph,
) -> None:
    picture = draw("time-map", graph, plan="lu-bhr-2", top=30)
    linked = [
        pair for pair in graph.known().linked if any(end.endswith("/lu-bhr-2") for end in pair)
    ]
    assert len(picture.table.rows) == len(linked)
    assert f"meets {len(linked)} plans" in picture.title
    together = [label for label in flat(picture) if isinstance(label, Label)]
    assert [label.text for label in together].count("a document names the two together") == 1


def test_who_came_later_is_counted_among_all_plans_of_the_country_and_not_only_those_it_meets(
    graph: Graph,
) -> None:
    """It said « no plan of the country could cite it » where later plans had no known reason to."""
    plan = graph.plan("lu-bhr-2")
    when = graph.known().chronology
    line = when.line[plan]
    others = [
        other
        for other, dates in when.dates.items()
        if dates.country == when.dates[plan].country and when.line.get(other, other) != line
    ]
    later = sum(feasible(when, other, plan) is True for other in others)
    assert later > 50
    title = draw("time-map", graph, plan="lu-bhr-2").title
    assert f"{later} of the {len(others)} other plans of its country came later" in title
    assert "could cite" not in title


def test_a_plan_without_a_date_stands_last_and_is_hatched() -> None:
    picture = draw("time-map", world(LAW, adopted("p", "2015-05-01")), plan="p")
    assert rows(picture, "plan", "adopted_from", "verdict_of_plan") == [("q", "", "undated")]
    assert lines(picture, Standing.UNDATED) == 2
    fewer = draw("time-map", world(LAW, rests("r-1", "law")), plan="p", top=1)
    assert sorted(rows(fewer, "drawn")) == [("false",), ("true",)], (
        "what is not drawn stands in the table"
    )


def test_without_a_plan_it_shows_every_plan_of_the_country_each_in_a_field_of_policy(
    graph: Graph,
) -> None:
    picture = draw("time-map", graph.spoken("fr"))
    plans = graph.known().tables.works.plans
    of = graph.profile.country
    missing = sorted(set(plans) - graph.policy_fields.keys())
    assert not missing, (
        f"assign their topics to a field in ontology/schemes/policyfield.ttl: {missing}"
    )
    of_country = {plan.rpartition("/")[2] for plan in plans if graph.country_of.get(plan) == of}
    assert {row[0] for row in rows(picture, "plan")} == of_country
    labels = {graph.spoken("fr").label(field) for field in graph.policy_fields.values()}
    assert {row[0] for row in rows(picture, "field_label")} <= labels


@given(
    st.lists(
        st.tuples(st.dates(date(1900, 1, 1), date(2090, 1, 1)), st.integers(0, 9000)),
        min_size=1,
        max_size=8,
    )
)
def test_days_stand_on_the_axis_in_their_order(spans: list[tuple[date, int]]) -> None:
    found = [
        Life(start=first, end=date.fromordinal(first.toordinal() + days)) for first, days in spans
    ]
    axis = axis_of(found, date(2024, 1, 1), left=100, width=500)
    days = sorted(day for life in found for day in (life.start, life.end) if day)
    places = [axis.x(day) for day in days]
    assert places == sorted(places)
    assert all(100 <= place <= 600 for place in places)
    assert axis.x(date(2400, 1, 1)) == 600, "a day beyond the axis stands at its end"
    assert len([mark for mark in axis.marks(10, date(2024, 1, 1)) if isinstance(mark, Label)]) <= 13


def test_the_bridge_has_each_shared_text_and_body_with_its_works() -> None:
    facts = (
        LAW
        + rests("p-2", "law")
        + rests("p-1", "own")
        + part("m", "lead", "p-1")
        + part("m", "partner", "q-2")
    )
    picture = draw("bridge", world(facts, cites("c", "plan:q", "plan:p")), plan="p", other="q")
    assert sorted(rows(picture, "from", "to", "basis")) == [
        ("p-1", "law", "text"),
        ("p-1", "m", "body"),
        ("p-2", "law", "text"),
        ("q", "p", "citation"),
        ("q-1", "law", "text"),
        ("q-2", "m", "body"),
    ]
    for plan, other in (("p", "p"), ("r", "")):
        with pytest.raises(QueryError):
            draw("bridge", world(LAW), plan=plan, other=other)


@pytest.mark.parametrize("name", ["time-map", "bridge", "timeline"])
def test_a_slide_is_16_to_9_and_loses_nothing(graph: Graph, name: str) -> None:
    picture = draw(name, graph.spoken("fr"))
    drawing = picture.drawing
    sheet = on_slide(picture).drawing
    assert sheet.width * 9 == pytest.approx(sheet.height * 16)
    assert [mark for mark, _ in Group(sheet.marks).flat()] == [
        mark for mark, _ in Group(drawing.marks).flat()
    ]


def test_the_map_of_a_page_says_the_same_in_letters_that_can_be_read_on_a_small_screen() -> None:
    graph = world(LAW, DATES, cites("c", "plan:q", "plan:p"))
    wide = draw("time-map", graph, plan="q")
    narrow = draw_plan_map(Subject(graph), "q", 12, IN_PAGE)
    assert narrow.table == wide.table
    assert narrow.title == wide.title
    assert [lines(narrow, state) for state in PENS] == [lines(wide, state) for state in PENS]
    *marks, beside = narrow.marks
    assert isinstance(beside, Group)
    assert beside.tags == (("beside", "1"),), "which a small screen leaves out"
    labels = [
        (mark, shift) for mark, shift in Group(tuple(marks)).flat() if isinstance(mark, Label)
    ]
    assert min(label.font.size for label, _ in labels) >= 10
    edges = [
        (label.bounds()[0] + shift[0], label.bounds()[2] + shift[0]) for label, shift in labels
    ]
    assert min(left for left, _ in edges) >= -EDGING
    assert max(right for _, right in edges) <= 336, "that is what a screen of 360 pixels leaves"
