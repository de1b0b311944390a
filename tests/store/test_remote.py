"""An endpoint is asked whether it can answer before its silence is taken for "no"."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from pan2kg.errors import EndpointError
from pan2kg.store.remote import open_remote
from pan2kg.store.store import select
from pan2kg.turtle.vocabulary import PAN
from tests.conftest import serving

PLAN = "<http://e/plan>"
STATED = f"{PLAN} a <{PAN}Plan> {{graph}} ."
DERIVED = f'{PLAN} <{PAN}mainLabel> "Plan" {{graph}} .'
LABELS = (
    f"PREFIX pan: <{PAN}> SELECT ?plan ?label ?in WHERE {{ ?plan a pan:Plan ; pan:mainLabel ?label"
    " GRAPH ?in { ?plan a pan:Plan } }"
)

Serve = Callable[..., str]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Start a server of another make on these statements; gives the address of its endpoint."""
    program = shutil.which("oxigraph", path=str(Path(sys.executable).parent)) or shutil.which("oxigraph")
    assert program, "The test extra brings the oxigraph server: pip install '.[test]'"
    with ExitStack() as stack:

        def start(*quads: str, is_union: bool = False) -> str:
            data = tmp_path / "data.nq"
            data.write_text("\n".join(quads) + "\n", encoding="utf-8")
            store = str(tmp_path / "store")
            subprocess.run([program, "load", "--location", store, "--file", str(data)], check=True, capture_output=True)
            union = ["--union-default-graph"] if is_union else []
            return stack.enter_context(serving([program, "serve-read-only", "--location", store, *union])) + "/query"

        yield start


def quads(*texts: str) -> list[str]:
    """Each statement in a named graph of its own."""
    return [
        text.format(graph=f"<http://e/graph/{at}>").replace(
            " a ", " <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> "
        )
        for at, text in enumerate(texts)
    ]


def flat(*texts: str) -> list[str]:
    """Each statement in the default graph."""
    return [
        text.format(graph="").replace(" a ", " <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> ") for text in texts
    ]


def test_where_the_default_graph_is_the_union_nothing_is_named(serve: Serve) -> None:
    store = open_remote(serve(*quads(STATED, DERIVED), is_union=True))
    assert not store.graphs
    assert len(select(store, LABELS).rows) == 1


def test_where_it_is_not_the_graphs_are_named_so_that_the_answer_is_the_same(serve: Serve) -> None:
    """The label is in one graph and the plan in another, and the query asks for the graph by name as well."""
    store = open_remote(serve(*quads(STATED, DERIVED)))
    assert store.graphs == ("http://e/graph/0", "http://e/graph/1")
    [(_, label, graph)] = select(store, LABELS).rows
    assert (label.value, graph.value) == ("Plan", "http://e/graph/0")  # type: ignore[union-attr]


def test_where_there_are_too_many_graphs_to_name_it_is_refused_with_the_remedy(serve: Serve) -> None:
    more = [f'<http://e/{at}> <http://e/p> "o" {{graph}} .' for at in range(100)]
    with pytest.raises(EndpointError, match=r"default graph is not their union.*Let its default graph be the union"):
        open_remote(serve(*quads(STATED, DERIVED, *more)))


def test_a_graph_loaded_flat_is_taken_as_it_is(serve: Serve) -> None:
    assert not open_remote(serve(*flat(STATED, DERIVED))).graphs


@pytest.mark.parametrize("put", [quads, flat])
def test_without_what_is_derived_it_is_refused_with_the_remedy(serve: Serve, put: Callable[..., list[str]]) -> None:
    with pytest.raises(EndpointError, match=r"no derived statement.*pan2kg dump"):
        open_remote(serve(*put(STATED)))


def test_a_store_without_plans_is_refused_and_taken_only_for_queries_of_ones_own(serve: Serve) -> None:
    address = serve("<http://e/a> <http://e/b> <http://e/c> .")
    with pytest.raises(EndpointError, match="no plan is seen there"):
        open_remote(address)
    assert bool(open_remote(address, is_ours=False).query("ASK { ?a ?b ?c }"))
