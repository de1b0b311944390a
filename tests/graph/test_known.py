"""What is known at a level, asked of the graph as a reader would."""

from __future__ import annotations

import pytest

import pan2kg
from pan2kg.coherence.evidence import FIGURED, Level
from pan2kg.coherence.figures import FIGURES
from pan2kg.errors import QueryError


def test_figures_are_all_those_of_the_register_once(graph: pan2kg.Graph) -> None:
    found = graph.figures()
    assert [one.figure for one in found] == list(FIGURES)
    assert {one.level for one in found} == {Level.OFFICIAL}
    assert graph.figures("official").rows is found.rows
    frame = found.frame()
    assert list(frame.columns) == ["id", "name", "level", "value", "plan", "official", "other", "editors", "population"]
    assert (frame["value"] == frame["official"]).all()


def test_figures_are_called_in_the_language_of_the_graph(graph: pan2kg.Graph) -> None:
    names = {language: graph.spoken(language).figures().frame()["name"][0] for language in ("fr", "en", "de")}
    assert names == {
        "fr": "Paires de plans liées", "en": "Linked pairs of plans", "de": "Verknüpfte Paare von Plänen",
    }  # fmt: skip


@pytest.mark.parametrize("level", FIGURED)
def test_a_level_is_named_by_itself_or_its_key(graph: pan2kg.Graph, level: Level) -> None:
    assert graph.known(level) is graph.known(level.key)


@pytest.mark.parametrize("name", ["machine", "certain", "Official"])
def test_no_figure_is_taken_at_another_level(graph: pan2kg.Graph, name: str) -> None:
    with pytest.raises(QueryError, match=f"« {name} »"):
        graph.figures(name)


def test_a_weight_is_asked_by_key_prefixed_name_or_address(graph: pan2kg.Graph) -> None:
    one = graph.weight("lu-bhr-2", "plan:lu-bhr-1", "editors")
    assert one == graph.weight("<https://w3id.org/pan2kg/id/plan/lu-bhr-2>", "lu-bhr-1", Level.EDITORS)
    assert (one.one, one.two) == tuple(f"https://w3id.org/pan2kg/id/plan/lu-bhr-{n}" for n in (2, 1))
    assert 0 <= one.low <= one.high
    actions = graph.weight("lu-bhr-2-4-3", "lu-bhr-2-4-4")
    assert actions.one.endswith("/action/lu-bhr-2-4-3")


@pytest.mark.parametrize(
    ("one", "two", "said"), [("lu-bhr-2", "lu-bhr-2", "twice"), ("lu-bhr-2", "lu-bhr-9", "lu-bhr")]
)
def test_a_weight_of_what_is_no_pair_is_refused(graph: pan2kg.Graph, one: str, two: str, said: str) -> None:
    with pytest.raises(QueryError, match=said):
        graph.weight(one, two)


def test_occasions_are_a_frame_too(graph: pan2kg.Graph) -> None:
    found = graph.occasions("editors")
    assert len(found) == len(found.frame()) == len(graph.known("editors").related)
