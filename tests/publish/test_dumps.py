"""The dumps of a release are one dataset in six serialisations, and the same bytes every time."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pyoxigraph as ox
import pytest

from pan2kg.errors import ProjectError
from pan2kg.publish.dump import DUMP_DERIVED, FORMATS, LARGE, STATED, differs, read_content, write_dump
from pan2kg.publish.edition import Addresses, Edition
from pan2kg.store.store import LocalStore, is_derived
from pan2kg.turtle.vocabulary import ROOT

TRIPLES, QUADS = ("ttl", "nt", "jsonld", "rdf"), ("trig", "nq")


@pytest.mark.parametrize("name", [STATED, DUMP_DERIVED])
@pytest.mark.parametrize("endings", [TRIPLES, QUADS])
def test_the_serialisations_are_one_dataset(folder: Path, name: str, endings: tuple[str, ...]) -> None:
    """Each has as many statements as all of them together; none has a blank node, as another test sees."""
    sizes, all_of_them = {}, ox.Store()
    for ending in endings:
        alone = ox.Store()
        for store in (alone, all_of_them):
            store.bulk_load(path=str(folder / f"{name}.{ending}"))
        sizes[ending] = len(alone)
    assert set(sizes.values()) == {len(all_of_them)}, sizes


@pytest.mark.parametrize(("name", "derived"), [(STATED, False), (DUMP_DERIVED, True)])
def test_the_dumps_hold_the_graph_and_nothing_else(folder: Path, edition: Edition, name: str, *, derived: bool) -> None:
    held = {quad for quad in edition.store.inner if is_derived(quad.graph_name.value) is derived}
    assert set(ox.parse(path=str(folder / f"{name}.nq"), format=ox.RdfFormat.N_QUADS)) == held
    triples = {quad.triple for quad in ox.parse(path=str(folder / f"{name}.nt"), format=ox.RdfFormat.N_TRIPLES)}
    assert triples == {quad.triple for quad in held}


@pytest.mark.parametrize("name", [STATED, DUMP_DERIVED])
@pytest.mark.parametrize("ending", ["nt", "nq"])
def test_lines_are_sorted_and_stand_once(folder: Path, name: str, ending: str) -> None:
    lines = (folder / f"{name}.{ending}").read_bytes().splitlines()
    assert lines == sorted(set(lines))


@pytest.mark.parametrize("name", [STATED, DUMP_DERIVED])
def test_nothing_is_a_blank_node_a_relative_address_or_a_path(folder: Path, name: str) -> None:
    for quad in ox.parse(path=str(folder / f"{name}.nt"), format=ox.RdfFormat.N_TRIPLES):
        for term in quad.triple:
            assert not isinstance(term, ox.BlankNode), quad
            assert not isinstance(term, ox.NamedNode) or re.match(r"(https?|mailto|urn):", term.value), quad


def test_large_dumps_are_there_compressed_with_neither_name_nor_time_in_them(folder: Path) -> None:
    packed = sorted((folder / "data").glob("*.gz"))
    assert len(packed) == sum(
        path.stat().st_size >= LARGE for path in (folder / "data").iterdir() if path not in packed
    )
    for path in packed:
        content = path.read_bytes()
        assert content[3] == 0, "no name"
        assert content[4:8] == b"\0\0\0\0", "no time"
        assert gzip.decompress(content) == path.with_suffix("").read_bytes()


def test_dumps_use_the_prefixes_of_the_project(folder: Path) -> None:
    text = (folder / f"{STATED}.ttl").read_text(encoding="utf-8")
    assert "plan:lu-bhr-2 " in text
    assert len(FORMATS) == 6


def store_of(text: str) -> LocalStore:
    store = ox.Store()
    store.load(text.encode(), format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(ROOT + "graph/a"))
    return LocalStore(store)


@pytest.mark.parametrize("text", ["<http://e/a> <http://e/p> [] .", "<file:///a> <http://e/p> 1 ."])
def test_what_nobody_can_cite_is_refused(text: str) -> None:
    with pytest.raises(ProjectError, match="nobody can cite"):
        read_content(store_of(text), Addresses())


def test_a_text_that_looks_like_a_blank_node_is_no_blank_node() -> None:
    stated, _ = read_content(store_of('<http://e/a> <http://e/p> "a _:b <file:c>" .'), Addresses())
    assert len(stated.triples) == 1


def test_another_base_changes_iris_and_no_text() -> None:
    text = f'<{ROOT}id/a> <{ROOT}ontology#p> <{ROOT}id/b> , "see <{ROOT}id/b>" .'
    stated, _ = read_content(store_of(text), Addresses(root="https://d.example/"))
    assert stated.triples == [
        f'<https://d.example/id/a> <https://d.example/ontology#p> "see <{ROOT}id/b>" .\n'.encode(),
        b"<https://d.example/id/a> <https://d.example/ontology#p> <https://d.example/id/b> .\n",
    ]


@pytest.mark.parametrize("ending", [*FORMATS, "nt.gz", "nq.gz"])
def test_a_dump_that_is_not_what_it_was_written_from_is_found(
    ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pan2kg.publish.dump.LARGE", 1)
    monkeypatch.setattr("pan2kg.publish.dump._AT_ONCE", 2)
    told = " ".join(f'<http://e/{n}> <http://e/p> "text {n}" .' for n in range(7))
    content, less = (read_content(store_of(f"{told} {more}"), Addresses())[0] for more in ("<http://e/z> a 1 .", ""))
    assert f"a.{ending}" in list(write_dump(content, tmp_path, "a", {}))
    path = tmp_path / f"a.{ending}"
    assert not differs(content, path)
    other = path.read_bytes().replace(b"text 3", b"text 4")
    if ending.endswith("gz"):  # compared with the file beside it
        other = gzip.compress(gzip.decompress(path.read_bytes())[:-1])
    else:
        assert differs(less, path), "one more"
        assert len(list(write_dump(less, tmp_path, "b", {}))) == 2 * len(FORMATS)
        assert differs(content, tmp_path / f"b.{ending}"), "one less"
    path.write_bytes(other)
    assert differs(content, path), "another"
