"""A project is brought to endpoints of other makes, and nothing there is overwritten that was not to be."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from pan2kg.errors import EndpointError
from pan2kg.store.remote import RemoteStore, Target, graph_sizes, insist_on_shapes, load_graph, open_remote
from pan2kg.store.store import LocalStore, Result, select
from pan2kg.turtle.vocabulary import PAN
from tests.conftest import lack, serving

if TYPE_CHECKING:
    from tests.conftest import Cli

SPACE = "https://e.example/graph/"
STATED, DERIVED, OTHER = f"{SPACE}plans/p", f"{SPACE}derived/main-label", "http://other.example/g"
TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
WORDS = ox.Literal('é "\n', language="fr")
PLAN = ox.NamedNode("https://e.example/id/plan/p")


def store_of(*more: str) -> LocalStore:
    """A plan in one graph, its derived label in another, and graphs with a statement each."""
    inner = ox.Store()
    inner.extend(
        [
            ox.Quad(PLAN, TYPE, ox.NamedNode(f"{PAN}Plan"), ox.NamedNode(STATED)),
            ox.Quad(PLAN, TYPE, ox.BlankNode("b"), ox.NamedNode(STATED)),
            ox.Quad(
                ox.BlankNode("b"), ox.NamedNode("http://e/p"), ox.Literal('é "\n', language="fr"), ox.NamedNode(STATED)
            ),
            ox.Quad(PLAN, ox.NamedNode(f"{PAN}mainLabel"), ox.Literal("Plan"), ox.NamedNode(DERIVED)),
            *(ox.Quad(PLAN, TYPE, PLAN, ox.NamedNode(graph)) for graph in more),
        ]
    )
    return LocalStore(inner)


@pytest.fixture
def server() -> Iterator[str]:
    """An oxigraph server that holds nothing."""
    program = shutil.which("oxigraph", path=str(Path(sys.executable).parent)) or shutil.which("oxigraph")
    assert program, "The test extra brings the oxigraph server: pip install '.[test]'"
    with serving([program, "serve", "--union-default-graph"]) as address:
        yield address


def load(store: LocalStore, url: str, **told: object) -> dict[str, str]:
    return load_graph(store, Target(url, **told), SPACE, lambda _done, _whole: None)  # type: ignore[arg-type]


def put(server: str, graph: str) -> None:
    """A graph of somebody else."""
    inner = ox.Store()
    inner.add(ox.Quad(PLAN, TYPE, ox.Literal("theirs"), ox.NamedNode(graph)))
    load_graph(LocalStore(inner), Target(f"{server}/query"), "http://other.example/", lambda _done, _whole: None)


def test_a_project_that_was_loaded_is_answered_from(server: str) -> None:
    done = load(store_of(), f"{server}/query")
    assert done == {"graphs": "2", "statements": "4", "dropped": "0", "way": f"{server}/store"}
    assert not open_remote(f"{server}/query").graphs
    said = select(RemoteStore(f"{server}/query"), "SELECT ?said WHERE { ?plan a ?thing . ?thing <http://e/p> ?said }")
    assert said.values("said") == ['é "\n'], "a blank node is one thing, and words are what they were"


def test_it_is_not_loaded_twice_unless_told_and_then_what_it_lost_is_dropped(server: str) -> None:
    load(store_of(f"{SPACE}gone"), f"{server}/query")
    with pytest.raises(EndpointError, match=r"holds 3 graphs of this project already.*--replace"):
        load(store_of(), f"{server}/query")
    assert load(store_of(), f"{server}/query", replace=True)["dropped"] == "1"
    assert graph_sizes(RemoteStore(f"{server}/query")) == {STATED: 3, DERIVED: 1}


def test_graphs_of_others_are_not_touched(server: str) -> None:
    put(server, OTHER)
    with pytest.raises(EndpointError, match=rf"1 named graph that is not of this project: {OTHER}.*--beside"):
        load(store_of(), f"{server}/query", replace=True)
    load(store_of(), f"{server}/query", replace=True, beside=True)
    assert graph_sizes(RemoteStore(f"{server}/query"))[OTHER] == 1


def test_where_only_updates_are_taken_graphs_go_by_them(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pan2kg.store.remote.PIECE", 1)
    done = load(store_of(), f"{server}/query", updates=f"{server}/update")
    assert (done["way"], done["statements"]) == (f"{server}/update", "4")
    load(store_of(), f"{server}/query", updates=f"{server}/update", replace=True)
    assert graph_sizes(RemoteStore(f"{server}/query")) == {STATED: 3, DERIVED: 1}


def test_an_address_that_takes_no_graphs_is_told_with_the_remedy(server: str) -> None:
    with pytest.raises(EndpointError, match=r"No address beside .* takes graphs.*--store"):
        load(store_of(), f"{server}/query", graphs=f"{server}/nothing")


def test_the_command_says_what_it_did_and_whether_questions_will_be_answered(
    server: str, own_project: Path, cli: Cli
) -> None:
    """There is no plan in an empty project, and no second time without being told."""
    told = ("load", "--project", str(own_project), "--endpoint", f"{server}/query")
    done = cli(*told)
    assert done.returncode == 2
    assert f"loaded by {server}/store; 0 dropped." in done.stderr
    assert "no plan is seen there" in done.stderr
    again = cli(*told)
    assert (again.returncode, again.stderr.count("\n")) == (2, 1)


VIRTUOSO = """[Database]
DatabaseFile = {folder}/v.db
ErrorLogFile = {folder}/v.log
LockFile = {folder}/v.lck
TransactionFile = {folder}/v.trx
xa_persistent_file = {folder}/v.pxa
[TempDatabase]
DatabaseFile = {folder}/t.db
TransactionFile = {folder}/t.trx
[Parameters]
ServerPort = 127.0.0.1:{inner}
ServerThreads = 4
NumberOfBuffers = 4000
[HTTPServer]
ServerPort = 127.0.0.1:{port}
ServerRoot = {folder}
ServerThreads = 4
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def virtuoso(folder: Path) -> Iterator[str]:
    """Virtuoso, run by whoever runs the tests, in a folder and on ports of its own."""
    program = os.environ.get("PAN2KG_VIRTUOSO") or shutil.which("virtuoso-t")
    if program is None:
        lack("Virtuoso is not here: apt-get install virtuoso-opensource-7-bin, or name it in PAN2KG_VIRTUOSO")
    inner, port = free_port(), free_port()
    settings = folder / "virtuoso.ini"
    settings.write_text(VIRTUOSO.format(folder=folder, inner=inner, port=port), encoding="ascii")
    subprocess.run([program, "+configfile", str(settings), "+wait"], cwd=folder, check=True, capture_output=True)
    lock = (folder / "v.lck").read_text(encoding="ascii")
    try:
        yield f"http://127.0.0.1:{port}/sparql"
    finally:
        number = next(line.split("=")[1] for line in lock.splitlines() if line.startswith("VIRT_PID"))
        os.kill(int(number), 9)


def test_virtuoso_takes_a_project_and_answers_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By digest, with graphs of its own from the start, and with numbers where others have booleans."""
    with virtuoso(tmp_path) as url:
        with pytest.raises(EndpointError, match=r"HTTP 40[13].*PAN2KG_ENDPOINT_USER"):
            load(store_of(), url)
        monkeypatch.setenv("PAN2KG_ENDPOINT_USER", "dba")
        monkeypatch.setenv("PAN2KG_ENDPOINT_PASSWORD", "dba")
        assert load(store_of(), url)["way"].endswith("/sparql-graph-crud-auth")
        made = store_of()
        made.inner.add(ox.Quad(ox.NamedNode("http://e/a"), ox.NamedNode(f"{PAN}inPlan"), PLAN, ox.NamedNode(STATED)))
        assert load(made, url, replace=True)["statements"] == "5"
        monkeypatch.delenv("PAN2KG_ENDPOINT_USER")
        store = open_remote(url)
        assert not store.graphs
        assert [bool(store.query(f"ASK {{ ?plan a <{PAN}{kind}> }}")) for kind in ("Plan", "Action")] == [True, False]
        insist_on_shapes(store)


def test_an_engine_that_takes_a_plan_for_none_is_not_asked_shapes() -> None:
    """Virtuoso does where it holds the whole graph."""

    class Mistaken(RemoteStore):
        def query(self, text: str) -> Result:
            return LocalStore(ox.Store()).query("ASK {}" if "pan:inPlan" in text else "ASK { ?s ?p ?o }")

    with pytest.raises(EndpointError, match=r"http://e: The endpoint takes plans for no plans .*without --endpoint"):
        insist_on_shapes(Mistaken("http://e"))
