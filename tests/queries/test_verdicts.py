"""The question « plan-citations » and the engine say the same of each way back: seen or not, and whether expected."""

from __future__ import annotations

import pytest

import pan2kg
from pan2kg.coherence.citations import State, returns
from pan2kg.coherence.evidence import FIGURED, Level

SAID = {State.SEEN: "yes", State.ABSENT: "no", State.OPEN: "unread"}


@pytest.mark.parametrize("at", FIGURED)
def test_the_question_and_the_engine_say_the_same_of_each_way_back(graph: pan2kg.Graph, at: Level) -> None:
    made = graph.known(at)
    wanted = {
        (one.source, one.target): (SAID[one.state], one.verdict.value)
        for one in returns(made.chronology, made.tables.readings, at=at)
    }
    answer = graph.ask("plan-citations", least_level=at.key)
    said = {(row["citing_plan"], row["cited_plan"]): (row["returned"], row["verdict"]) for row in answer}
    assert said == wanted
    taken = next(one for one in graph.figures(at) if one.figure.id == "citing-pairs")
    assert taken.value == (len(said),)
