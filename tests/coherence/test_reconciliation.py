"""Counts of links are led back to one another: parts add up to their whole, and are the register's."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

import pan2kg
from pan2kg.coherence.citations import PlanStatement
from pan2kg.coherence.evidence import FIGURED, Level
from pan2kg.coherence.figures import CountPart, reconcile
from pan2kg.coherence.known import Known, Tables, known
from tests.coherence.worlds import ACTIONS, PLANS, World, worlds

STATEMENTS = st.lists(
    st.builds(
        PlanStatement,
        st.sampled_from((*PLANS, *ACTIONS)), st.sampled_from((*PLANS, *ACTIONS)),
        st.sampled_from(("cross-reference", "external-statement", "succession")),
        channel=st.sampled_from(("", "text", "web")), level=st.sampled_from(FIGURED),
    ),
    max_size=6,
)  # fmt: skip


def at_all(world: World, statements: list[PlanStatement]) -> dict[Level, Known]:
    """What is known at each of the four levels; the first plan is the one to start from."""
    found = Tables(world.works, world.uses, world.steps, world.general, tuple(statements), focus=PLANS[0])
    return {one: known(found, one) for one in FIGURED}


def named(accounts: tuple[tuple[CountPart, tuple[CountPart, ...]], ...]) -> dict[str, int]:
    """The numbers of wholes and parts by their keys."""
    return {key: number for whole, parts in accounts for key, number, _ in (whole, *parts)}


@given(worlds, STATEMENTS)
def test_parts_add_up_to_their_whole_at_every_level(world: World, statements: list[PlanStatement]) -> None:
    made = at_all(world, statements)
    for level in FIGURED:
        for (_, number, _), parts in reconcile(made, level):
            assert number == sum(part[1] for part in parts)
            assert all(part[1] >= 0 for part in parts), parts


@given(worlds, STATEMENTS)
def test_the_widest_count_is_the_same_from_every_level(world: World, statements: list[PlanStatement]) -> None:
    made = at_all(world, statements)
    assert len({reconcile(made, level)[0][0][1] for level in FIGURED}) == 1


def test_a_part_that_is_a_figure_has_its_value(graph: pan2kg.Graph) -> None:
    """Of a figure with parts, and of one told of a part of its population, the number is none."""
    made = {one: graph.known(one) for one in FIGURED}
    for level in FIGURED:
        value = {one.figure.id: one.value for one in graph.figures(level)}
        found = named(reconcile(made, level))
        same = {
            "linked": "linked-plan-pairs", "sharing": "sharing-plan-pairs", "linked-actions": "linked-actions",
            "verdict.expected": "occasions",
        }  # fmt: skip
        assert {key: found[key] for key in same} == {key: value[figure][0] for key, figure in same.items()}
