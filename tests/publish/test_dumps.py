"""The dumps of a release are the graph in several serialisations, and the same bytes every time."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pyoxigraph as ox
import pytest

from pan2kg.errors import ProjectError
from pan2kg.publish.dump import DUMPS, QUADS, TURTLE, differs, read_content, write_dumps
from pan2kg.publish.edition import Addresses, Edition
from pan2kg.store.store import LocalStore, is_derived, read_quads
from pan2kg.turtle.vocabulary import ROOT


def triples_of(path: Path) -> set[ox.Triple]:
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    form = {"nt": ox.RdfFormat.N_TRIPLES, "jsonld": ox.RdfFormat.JSON_LD, "rdf": ox.RdfFormat.RDF_XML}
    ending = path.name.removesuffix(".gz").rpartition(".")[2]
    return {quad.triple for quad in ox.parse(content, format=form.get(ending, ox.RdfFormat.TURTLE))}


def test_each_dump_of_what_sources_state_says_the_same(few_folder: Path, few_edition: Edition) -> None:
    stated = {quad.triple for quad in few_edition.store.inner if not is_derived(quad.graph_name.value)}
    for path in DUMPS:
        if path != QUADS:
            assert triples_of(few_folder / path) == stated, path


def test_the_dump_of_quads_is_the_whole_graph_sorted(few_folder: Path, few_edition: Edition) -> None:
    assert set(read_quads(few_folder / QUADS)) == set(few_edition.store.inner)
    lines = gzip.decompress((few_folder / QUADS).read_bytes()).splitlines()
    assert lines == sorted(set(lines))


def test_nothing_is_a_blank_node_a_relative_address_or_a_path(few_folder: Path) -> None:
    for triple in triples_of(few_folder / TURTLE):
        for term in triple:
            assert not isinstance(term, ox.BlankNode), triple
            assert not isinstance(term, ox.NamedNode) or re.match(r"(https?|mailto|urn):", term.value), triple


def test_each_dump_is_there_once_with_neither_name_nor_time_in_it(few_folder: Path) -> None:
    found = sorted(path.relative_to(few_folder).as_posix() for path in (few_folder / "data").glob("pan2kg*"))
    assert found == sorted(DUMPS)
    for path in (few_folder / "data").glob("*.gz"):
        content = path.read_bytes()
        assert content[3] == 0, "no name"
        assert content[4:8] == b"\0\0\0\0", "no time"


def store_of(text: str) -> LocalStore:
    store = ox.Store()
    store.load(text.encode(), format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(ROOT + "graph/a"))
    return LocalStore(store)


@pytest.mark.parametrize("text", ["<http://e/a> <http://e/p> [] .", "<file:///a> <http://e/p> 1 ."])
def test_what_nobody_can_cite_is_refused(text: str) -> None:
    with pytest.raises(ProjectError, match="nobody can cite"):
        read_content(store_of(text), Addresses())
    stated, _ = read_content(store_of('<http://e/a> <http://e/p> "a _:b <file:c>" .'), Addresses())
    assert len(stated.triples) == 1, "a text that looks like a blank node is none"


def test_another_base_changes_iris_and_no_text() -> None:
    text = f'<{ROOT}id/a> <{ROOT}ontology#p> <{ROOT}id/b> , "see <{ROOT}id/b>" .'
    stated, _ = read_content(store_of(text), Addresses(root="https://d.example/"))
    assert stated.triples == [
        f'<https://d.example/id/a> <https://d.example/ontology#p> "see <{ROOT}id/b>" .\n'.encode(),
        b"<https://d.example/id/a> <https://d.example/ontology#p> <https://d.example/id/b> .\n",
    ]


@pytest.mark.parametrize("path", DUMPS)
def test_a_dump_that_is_not_what_it_was_written_from_is_found(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pan2kg.publish.dump._AT_ONCE", 2)
    told = " ".join(f'<http://e/{n}> <http://e/p> "text {n}" .' for n in range(7))
    content, less = (read_content(store_of(f"{told} {more}"), Addresses())[1] for more in ("<http://e/z> a 1 .", ""))
    assert path in dict(write_dumps(content, content, tmp_path, {}))
    assert not differs(content, tmp_path, path)
    assert differs(less, tmp_path, path), "one more"
    assert len(list(write_dumps(less, less, tmp_path / "less", {}))) == len(DUMPS)
    assert differs(content, tmp_path / "less", path), "one less"
    whole = (tmp_path / path).read_bytes()
    plain = gzip.decompress(whole) if path.endswith(".gz") else whole
    other = plain.replace(b"text 3", b"text 4")
    (tmp_path / path).write_bytes(gzip.compress(other) if path.endswith(".gz") else other)
    assert differs(content, tmp_path, path), "another"
