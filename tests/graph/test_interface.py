"""The Python interface: what it offers, and that it is the same whatever is asked."""

from __future__ import annotations

import os
from pathlib import Path

import networkx as nx
import pytest
import rdflib

import pan2kg
from pan2kg.project import FOLDERS, Project, write_atomically
from pan2kg.store.store import LocalStore


def test_the_public_names_are_these() -> None:
    assert sorted(pan2kg.__all__) == ["Answer", "Graph", "Pan2kgError", "__version__", "open_graph"]
    assert all(getattr(pan2kg, name) for name in pan2kg.__all__)
    with pytest.raises(AttributeError, match="nothing"):
        _ = pan2kg.nothing


def test_an_answer_is_rows_and_a_frame(graph: pan2kg.Graph) -> None:
    answer = graph.ask("actions-of-plan", plan="lu-bhr-2", language="de")
    assert len(answer) == len(answer.rows) == len(list(answer)) == 20
    assert answer.rows[0]["action_label"] == "Communiquer et sensibiliser", "no German label: the French one"
    frame = answer.frame()
    assert list(frame.columns) == list(answer.columns)
    assert frame["notation"].tolist()[:2] == ["1.1", "2.1"]


def test_the_dataset_has_every_statement_and_every_graph(few: pan2kg.Graph) -> None:
    dataset = few.dataset()
    assert isinstance(few.store, LocalStore)
    assert isinstance(dataset, rdflib.Dataset)
    assert sum(
        len(context) for context in dataset.graphs() if context.identifier != dataset.default_graph.identifier
    ) == len(few.store)


def test_the_network_has_links_of_every_kind_but_no_unverified_one(few: pan2kg.Graph) -> None:
    network = few.network(evidence="editors")
    assert isinstance(network, nx.MultiDiGraph)
    kinds = {data["type"] for _, _, data in network.edges(data=True)}
    assert {"uses-instrument", "cross-reference", "shared-instrument", "shared-topic", "succession"} <= kinds
    assert {data["status"] for _, _, data in network.edges(data=True)} == {"accepted", "derived"}
    keys = {key for _, _, key in network.edges(keys=True)}
    unverified = few.sparql(
        "SELECT ?link WHERE { ?link a <https://w3id.org/pan2kg/ontology#Link> ; "
        "<https://w3id.org/pan2kg/ontology#certainty> <https://w3id.org/pan2kg/id/certainty/unverified> }"
    )
    assert len(unverified) > 0
    assert not keys & {row["link"] for row in unverified}


def test_an_endpoint_answers_like_the_files(few: pan2kg.Graph, endpoint: str) -> None:
    remote = pan2kg.open_graph(endpoint=endpoint, language="fr")
    assert remote.ask("shared-instruments").rows == few.ask("shared-instruments").rows
    assert few.ask("shared-instruments").rows
    assert nx.utils.graphs_equal(remote.network(), few.network())
    with pytest.raises(TypeError, match="behind an endpoint"):
        remote.dataset()


def test_a_project_is_found_upward_and_falls_back_to_the_shipped_one(own_project: Path, tmp_path: Path) -> None:
    deep = own_project / "graph" / "plans"
    assert Project.find(deep).root == own_project.resolve()
    assert Project.find(tmp_path).is_packaged
    assert all((Project.packaged().root / name).is_dir() for name in FOLDERS)


def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_atomically(pipe, "x")
        assert os.read(reader, 9) == b"x"
    finally:
        os.close(reader)
    assert pipe.is_fifo()


def test_a_full_device_is_said(tmp_path: Path) -> None:
    if not Path("/dev/full").is_char_device():
        pytest.skip("This system has no device that is always full.")
    link = tmp_path / "full"
    link.symlink_to("/dev/full")
    with pytest.raises(pan2kg.Pan2kgError, match="no space left on device"):
        write_atomically(link, "x")
    assert link.is_symlink()


def test_a_failed_write_leaves_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "there"
    target.mkdir()
    with pytest.raises(pan2kg.Pan2kgError, match="Nothing was changed"):
        write_atomically(target, "x")
    assert [path.name for path in tmp_path.iterdir()] == ["there"]


def test_numbers_are_numbers_and_what_is_missing_is_missing(graph: pan2kg.Graph) -> None:
    rows = "(1 2.5 true '2020-02-01'^^xsd:date 'a' 1) (2 UNDEF UNDEF UNDEF UNDEF 'b')"
    frame = graph.sparql(f"SELECT * WHERE {{ VALUES (?n ?d ?b ?on ?t ?mixed) {{ {rows} }} }} ORDER BY ?n").frame()
    kinds = {name: str(kind) for name, kind in frame.dtypes.items()}
    assert kinds["n"] == "Int64"
    assert kinds["d"] == "Float64"
    assert kinds["b"] == "boolean"
    assert kinds["on"].startswith("datetime64")
    assert kinds["t"] == kinds["mixed"] == "string"
    assert frame.isna().sum().sum() == 4
    assert graph.sparql("SELECT ?n WHERE { VALUES ?n { } }").frame().columns.tolist() == ["n"]


def test_a_notebook_shows_answers_and_figures_as_tables(graph: pan2kg.Graph) -> None:
    html = graph.sparql("SELECT ?t WHERE { VALUES ?t { '<b>' } }")._repr_html_()
    assert html is not None
    assert "<table" in html
    assert "&lt;b&gt;" in html
    assert "<table" in str(graph.occasions()._repr_html_())


def test_a_graph_can_be_constructed_and_keeps_its_terms(graph: pan2kg.Graph) -> None:
    made = graph.construct("CONSTRUCT { ?p skos:prefLabel ?l } WHERE { ?p a pan:Plan ; skos:prefLabel ?l }")
    plans = {str(one) for one in made.subjects()}
    assert plans == {row["p"] for row in graph.sparql("SELECT ?p WHERE { ?p a pan:Plan }")}
    with pytest.raises(pan2kg.Pan2kgError):
        graph.construct("SELECT ?p WHERE { ?p a pan:Plan }")


def test_a_prefix_of_ones_own_is_not_overridden(graph: pan2kg.Graph) -> None:
    own = "PREFIX pan: <http://example.org/> SELECT ?p WHERE { ?p a pan:Plan }"
    assert len(graph.sparql(own)) == 0
    assert pan2kg.__version__
