"""The rules of a project: in which order they run, and which are run where only some are named."""

from __future__ import annotations

import random
from pathlib import Path

import pyoxigraph as ox
import pytest

from pan2kg.errors import QueryError
from pan2kg.project import Project
from pan2kg.store.rules import derive
from pan2kg.store.store import LocalStore
from pan2kg.turtle.vocabulary import DERIVED

STEPS = 12


@pytest.fixture
def chain(own_project: Path) -> Project:
    """A project of twelve rules, each of which goes one step on from what the one before derived."""
    folder = own_project / "queries" / "rules"
    for path in folder.glob("*.rq"):
        path.unlink()
    numbers = list(range(1, STEPS + 1))
    random.Random(7).shuffle(numbers)  # a folder lists its files in any order, often in that of their writing
    for at in numbers:
        needs = f"#+ needs: step-{chr(95 + at)}\n" if at > 1 else ""
        step = f"CONSTRUCT {{ <http://e/{at}> a <http://e/Done> }} WHERE {{ <http://e/{at - 1}> a <http://e/Done> }}"
        (folder / f"{at:02}-step-{chr(96 + at)}.rq").write_text(needs + step)
    return Project.at(own_project)


def begun() -> LocalStore:
    store = ox.Store()
    store.load("<http://e/0> a <http://e/Done> .", format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode("http://e/g"))
    return LocalStore(store)


def reached(store: LocalStore) -> set[str]:
    return {
        quad.subject.value.removeprefix("http://e/") for quad in store.inner if isinstance(quad.subject, ox.NamedNode)
    }


def test_a_rule_builds_on_what_those_of_lower_numbers_derived(chain: Project) -> None:
    store = begun()
    derive(store, chain)
    assert reached(store) == {str(at) for at in range(STEPS + 1)}
    last = store.inner.quads_for_pattern(ox.NamedNode(f"http://e/{STEPS}"), None, None, None)
    assert [str(quad.graph_name) for quad in last] == [f"<{DERIVED}step-l>"]


def test_a_rule_that_is_named_brings_those_it_needs_and_no_others(chain: Project) -> None:
    store = begun()
    derive(store, chain, only=["step-c"])
    assert reached(store) == {"0", "1", "2", "3"}


def test_a_rule_that_is_not_there_is_named_with_those_there_are(chain: Project) -> None:
    with pytest.raises(QueryError, match=r"step-z.*step-a, step-b"):
        derive(begun(), chain, only=["step-z"])


def test_a_rule_that_constructs_nothing_is_refused_with_its_file(chain: Project) -> None:
    (chain.queries / "rules" / "05-step-e.rq").write_text("SELECT * {}")
    with pytest.raises(QueryError, match=r"05-step-e\.rq"):
        derive(begun(), chain)
