"""What a change is taken for where it could be taken for something else: moves, retirements, parts of one another."""

from __future__ import annotations

from pan2kg.publish.changes import Status, change_list
from tests.publish.diff.test_change_report import PLAN, report, side, sides, statuses

BASE = "https://w3id.org/pan2kg/graph/"


def facts(*numbers: int) -> str:
    return "\n".join(f"action:a{at} pan:rationale 'x'@fr ." for at in numbers)


def test_a_file_moved_to_the_likest_of_two() -> None:
    old = side(facts(*range(10)), graph="graph:old")
    new = sides(side(facts(*range(4, 10)), graph="graph:a"), side(facts(*range(8)), graph="graph:z"))
    assert change_list(old, new).moves == ((BASE + "old", BASE + "z"),)


def test_a_file_that_has_less_than_half_in_common_with_another_is_no_move() -> None:
    old, new = side(facts(*range(10)), graph="graph:old"), side(facts(*range(6, 16)), graph="graph:new")
    assert change_list(old, new).moves == ()
    assert change_list(old, side(facts(*range(5, 15)), graph="graph:new")).moves == ((BASE + "old", BASE + "new"),)


def test_what_is_said_not_to_be_deprecated_is_not_retired() -> None:
    old = side(PLAN, "action:x a pan:Action . action:y a pan:Action .")
    new = side(PLAN, "action:x a pan:Action ; owl:deprecated false . action:y a pan:Action ; owl:deprecated true .")
    assert statuses(report(old, new)) == {"action/x": Status.CHANGED, "action/y": Status.RETIRED}


def test_things_that_are_part_of_each_other_are_told_and_end() -> None:
    circle = "action:x pan:inPlan action:y . action:y pan:inPlan action:z . action:z pan:inPlan action:y ."
    told = report(side(PLAN), side(PLAN, circle))
    assert statuses(told) == dict.fromkeys(("action/x", "action/y", "action/z"), Status.ADDED)


def test_a_thing_is_of_our_class_before_anybody_elses() -> None:
    kinds = "action:x a <http://a.example/Task> , pan:Action ."
    (thing,) = report(side(PLAN), side(PLAN, kinds)).things
    assert thing.kind == "https://w3id.org/pan2kg/ontology#Action"
