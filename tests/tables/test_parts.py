"""The table of parts: in the order of each plan, with what stands under them and how many sources count."""

from __future__ import annotations

from pan2kg.graph.graph import Graph
from pan2kg.tables.registry import TABLES, TableChoice


def test_parts_stand_in_the_order_of_the_plan_each_below_the_part_it_is_in(two_countries: Graph) -> None:
    rows = TABLES["parts"].make(two_countries, TableChoice(plans=("be-two-1",))).rows
    assert [row["chapter_label"] for row in rows] == ["Protection", "Buying without harm", "Remedy"]
    assert [row["over_label"] for row in rows] == [None, "Protection", None]
    assert [row["position"] for row in rows] == [1, 1, 2]


def test_an_action_counts_for_its_part_and_those_above(two_countries: Graph) -> None:
    rows = TABLES["parts"].make(two_countries, TableChoice()).rows
    assert [row["under_number"] for row in rows] == [1, 1, 0]


def test_a_level_says_how_many_of_how_many_and_nothing_where_no_source_counts(two_countries: Graph) -> None:
    rows = TABLES["parts"].make(two_countries, TableChoice()).rows
    assert [(row["of_known"], row["of_published"]) for row in rows] == [(2, "3"), (1, None), (2, "3")]
