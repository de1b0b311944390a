"""Which of many a picture shows and in which order: the strongest, the declared, those in most plans."""

from datetime import date

from pan2kg.charts.choice import focus_of
from pan2kg.charts.frame import Picture
from pan2kg.charts.registry import draw
from pan2kg.charts.subject import Subject
from pan2kg.graph.graph import Graph
from pan2kg.project import Project
from tests.charts import test_gallery as gallery
from tests.charts.test_gallery import store_of


def world(*turtle: str) -> Graph:
    """Plans p and q of two actions each and r of one, and what else is said."""
    facts = "".join(
        f"action:{plan}-{at} a pan:Action ; pan:inPlan plan:{plan} ; skos:notation '{at}' .\n"
        for plan, numbers in (("p", "12"), ("q", "12"), ("r", "1"))
        for at in numbers
    )
    facts += "".join(
        f'plan:{plan} a pan:Plan ; skos:prefLabel "Plan {plan}"@fr .\n' for plan in "pqr"
    )
    return Graph(
        Project.packaged(),
        store_of(facts + "\n".join(turtle)),
        language="fr",
        as_of=date(2024, 1, 1),
    )


def rests(action: str, *texts: str, level: str = "plan") -> str:
    links = (gallery.rests(f"action:{action}", text, level) for text in texts)
    return "".join(links) + "".join(
        f'instrument:{text} skos:prefLabel "Loi {text}"@fr .\n' for text in texts
    )


cites = gallery.cites


def part(body: str, role: str, work: str) -> str:
    return gallery.leads(body, f"action:{work}", role=role)


def rows(picture: Picture, *columns: str) -> list[tuple[str, ...]]:
    found = (picture.table.values(name) for name in columns)
    return list(
        zip(*([value.rpartition("/")[2] for value in values] for values in found), strict=True)
    )


def test_of_equally_tied_texts_those_a_source_states_are_drawn_first() -> None:
    given = world(rests("p-1", "a", level="editors"), rests("p-1", "b"))
    picture = draw("lanes", given, evidence="editors", plan="p", texts=1)
    assert rows(picture, "from", "basis")[:2] == [("a", "inferred"), ("b", "declared")]
    assert "Loi b" in picture.svg
    assert "Loi a" not in picture.svg


def test_lanes_tell_who_cites_whom_and_leave_out_what_stays_within_the_plan() -> None:
    said = (
        cites("1", "action:p-1", "action:q-1")
        + cites("2", "plan:r", "action:p-2")
        + cites("3", "action:p-1", "plan:p")
    )
    picture = draw("lanes", world(rests("p-1", "a"), said), plan="p")
    found = [row for row in rows(picture, "from", "to", "direction", "number") if row[2]]
    assert found == [("p-1", "q", "cites", "1"), ("r", "p-2", "cited by", "1")]


def test_ministries_of_most_plans_come_before_those_of_most_actions() -> None:
    works = {"busy": ("p-1", "p-2", "q-2"), "wide": ("q-1", "r-1", "p-2"), "lonely": ("q-1",)}
    said = "".join(
        f'body:{body} dcterms:type bodytype:ministry ; skos:prefLabel "{body}"@fr .\n'
        + "".join(part(body, "lead", work) for work in led)
        for body, led in works.items()
    )
    picture = draw("ministries", world(rests("p-1", "a"), said), plans="p,q,r", bodies=2)
    assert list(dict.fromkeys(name for (name,) in rows(picture, "ministry"))) == ["wide", "busy"]


def test_around_an_action_leads_come_first_and_then_the_strongest_neighbours() -> None:
    bodies = part("a", "support", "p-1") + part("z", "lead", "p-1")
    texts = rests("p-1", "s", "t") + rests("q-1", "s") + rests("q-2", "s", "t")
    found = rows(draw("ego", world(bodies, texts), action="p-1"), "thing", "kind")
    assert [name for name, kind in found if kind == "body"] == ["z", "a"]
    assert [name for name, kind in found if kind == "other"] == ["q-2", "q-1"]


def test_without_pan_2_a_picture_starts_from_the_plan_with_most_annotated_actions() -> None:
    more = Subject(world(rests("p-1", "a", "b", "c"), rests("q-1", "a"), rests("q-2", "b")))
    assert focus_of(more, "").endswith("/q")
    assert focus_of(Subject(world(rests("q-1", "a"), rests("p-1", "a"))), "").endswith("/p"), (
        "of equals the first"
    )


def test_of_many_actions_those_that_name_most_texts_are_drawn_in_their_own_order() -> None:
    more = "action:p-10 a pan:Action ; pan:inPlan plan:p ; skos:notation '10' ."
    given = world(more, rests("p-1", "a"), rests("p-2", "a", "b"), rests("p-10", "a", "b", "c"))
    assert rows(draw("action-matrix", given, plan="p", top=2), "action_one", "action_two") == [
        ("p-10", "p-2")
    ]
