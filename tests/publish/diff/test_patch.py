"""A patch applied to the old state gives the new one, blank nodes, graph names and odd literals included."""

from __future__ import annotations

import random
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pan2kg
from pan2kg.errors import ProjectError
from pan2kg.publish.changes import (
    GENID,
    Side,
    apply,
    nquads,
    patch_from,
    patch_of,
    read_patch,
    read_side,
    side_of,
    side_of_store,
    state,
    write_patch,
)
from pan2kg.store.rules import derive
from pan2kg.store.store import LocalStore, load_project

named = st.sampled_from([ox.NamedNode(f"http://e/{name}") for name in ("a", "b", "é?x=1&y=%20", "c#d")])
blank = st.sampled_from([ox.BlankNode(name) for name in ("x", "y", "z")])
text = st.text(max_size=12).filter(lambda words: all(not "\ud800" <= one <= "\udfff" for one in words))
datatypes = [ox.NamedNode("http://www.w3.org/2001/XMLSchema#" + name) for name in ("integer", "decimal", "date")]
literal = st.one_of(
    text.map(ox.Literal),
    st.tuples(text, st.sampled_from(["fr", "en", "de-LU"])).map(lambda pair: ox.Literal(pair[0], language=pair[1])),
    st.tuples(st.sampled_from(["01", "1", "1.50", "+2", "2020-01-01", "no number"]), st.sampled_from(datatypes)).map(
        lambda pair: ox.Literal(pair[0], datatype=pair[1])
    ),
)
graphs = st.one_of(st.just(ox.DefaultGraph()), named, blank)
quads = st.builds(ox.Quad, st.one_of(named, blank), named, st.one_of(named, blank, literal), graphs)
datasets = st.lists(quads, max_size=8)


def written(old: Side, new: Side) -> bytes:
    return write_patch(patch_of(old, new))


def applied(patch: bytes, old: Side) -> Side:
    return apply(patch_from(ox.parse(patch, format=ox.RdfFormat.TRIG)), old)


@settings(deadline=None, max_examples=300)
@given(datasets, datasets, st.lists(quads, max_size=4))
def test_the_patch_applied_to_the_old_state_gives_the_new(
    before: list[ox.Quad], after: list[ox.Quad], both: list[ox.Quad]
) -> None:
    old, new = side_of([*before, *both], "old"), side_of([*after, *both], "new")
    assert applied(written(old, new), old).quads == new.quads


@settings(deadline=None)
@given(datasets, datasets, st.randoms(use_true_random=False))
def test_the_labels_and_the_order_of_a_file_do_not_matter(
    before: list[ox.Quad], after: list[ox.Quad], chance: random.Random
) -> None:
    old, new = side_of(before, "old"), side_of(after, "new")
    file = ox.serialize(shuffled(before, chance), format=ox.RdfFormat.N_QUADS) or b""
    again = ox.parse(file, format=ox.RdfFormat.N_QUADS, rename_blank_nodes=True)
    assert applied(written(old, new), side_of(again, "again")).quads == new.quads


def shuffled(quads: list[ox.Quad], chance: random.Random) -> list[ox.Quad]:
    found = list(quads)
    chance.shuffle(found)
    return found


@settings(deadline=None)
@given(datasets)
def test_a_state_written_as_quads_reads_back_as_the_same_state(given_quads: list[ox.Quad]) -> None:
    side = side_of(given_quads, "a")
    again = side_of(ox.parse(nquads(side), format=ox.RdfFormat.N_QUADS), "b")
    assert (again.quads, state(again)) == (side.quads, state(side))


def test_a_patch_on_plans_leads_to_the_new_state(few: pan2kg.Graph, tmp_path: Path) -> None:
    assert isinstance(few.store, LocalStore)
    old, store = side_of_store(few.store, "old"), load_project(few.project)
    gone = ox.NamedNode("https://w3id.org/pan2kg/id/action/lu-bhr-2-4-3")
    for quad in list(store.inner.quads_for_pattern(gone, None, None, None)):
        store.inner.remove(quad)
    yes = ox.Literal("true", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#boolean"))
    deprecated = ox.NamedNode("http://www.w3.org/2002/07/owl#deprecated")
    store.inner.add(ox.Quad(gone, deprecated, yes, ox.NamedNode("http://e/g")))
    derive(store, few.project)
    new = side_of_store(store, "new")
    file = tmp_path / "patch.trig"
    file.write_bytes(written(old, new))
    assert apply(read_patch(file), old).quads == new.quads
    assert file.read_bytes() == written(old, new)


def test_a_patch_is_rdf_that_says_which_graphs_it_touches() -> None:
    graph = ox.NamedNode("https://w3id.org/pan2kg/graph/plans/lu-bhr-2/actions")
    quad = ox.Quad(ox.NamedNode("http://e/s"), ox.NamedNode("http://e/p"), ox.BlankNode(), graph)
    found = list(ox.parse(written(side_of([], "a"), side_of([quad], "b")), format=ox.RdfFormat.TRIG))
    names = {quad.graph_name.value for quad in found if isinstance(quad.graph_name, ox.NamedNode)}
    assert names == {
        "https://w3id.org/pan2kg/change/added?graph=https%3A%2F%2Fw3id.org%2Fpan2kg%2Fgraph%2Fplans%2Flu-bhr-2%2Factions"
    }
    assert not any(isinstance(quad.object, ox.BlankNode) for quad in found)


def test_a_patch_for_another_state_is_refused() -> None:
    one, two = (side_of([ox.Quad(*[ox.NamedNode(f"http://e/{at}")] * 3)], at) for at in "ab")
    with pytest.raises(ProjectError, match="made for another state"):
        apply(patch_of(one, two), two)


def test_a_damaged_patch_is_refused() -> None:
    one, two = (side_of([ox.Quad(*[ox.NamedNode(f"http://e/{at}")] * 3)], at) for at in "ab")
    text = written(one, two).replace(b"http://e/b", b"http://e/c")
    with pytest.raises(ProjectError, match="damaged"):
        applied(text, one)


def test_a_file_that_is_no_patch_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "no.nq"
    file.write_text("<http://e/s> <http://e/p> <http://e/o> .\n")
    with pytest.raises(ProjectError, match="This is no patch"):
        read_patch(file)


def test_data_that_uses_the_addresses_of_blank_nodes_is_refused() -> None:
    quad = ox.Quad(ox.NamedNode(GENID + "c14n0"), ox.NamedNode("http://e/p"), ox.Literal("x"))
    with pytest.raises(ProjectError, match="kept for blank nodes"):
        written(side_of([], "a"), side_of([quad], "b"))


def test_a_file_is_read_by_its_ending(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text("@prefix e: <http://e/> . e:s e:p [ e:q 1 ] .")
    (tmp_path / "b.nt").write_text(
        '<http://e/s> <http://e/p> _:other .\n_:other <http://e/q> "1"^^<http://www.w3.org/2001/XMLSchema#integer> .\n'
    )
    assert read_side(tmp_path / "a.ttl").quads == read_side(tmp_path / "b.nt").quads
