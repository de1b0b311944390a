"""Reviews on a few statements: what settles a suggestion, what a candidate brings, and files written together."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from pan2kg.graph.graph import Graph
from pan2kg.project import Project
from pan2kg.review.decisions import Item, decided, passage_document
from pan2kg.review.entry import RefusedError
from pan2kg.review.files import append, write, write_value
from pan2kg.store.store import LocalStore
from pan2kg.turtle.vocabulary import XSD
from pan2kg.turtle.writer import Block, Statement

HEAD = """
@prefix pan: <https://w3id.org/pan2kg/ontology#> .
@prefix linktype: <https://w3id.org/pan2kg/id/linktype/> .
@prefix linkstatus: <https://w3id.org/pan2kg/id/linkstatus/> .
@prefix channel: <https://w3id.org/pan2kg/id/channel/> .
@prefix e: <http://e/> .
"""
NAMES = {"e": "http://e/"}


def store_of(turtle: str) -> LocalStore:
    store = ox.Store()
    store.load(HEAD + turtle, format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode("http://e/g"))
    return LocalStore(store)


@pytest.mark.parametrize(
    ("kind", "status", "settles"),
    [
        ("cross-reference", "accepted", True),
        ("builds-on", "rejected", True),
        ("external-statement", "accepted", True),
        ("succession", "accepted", True),
        ("cross-reference", "candidate", False),
        ("shared-topic", "accepted", False),
    ],
)
def test_a_decided_link_between_two_things_settles_what_is_suggested_of_them(
    kind: str, status: str, *, settles: bool
) -> None:
    said = f"pan:linkType linktype:{kind} ; pan:status linkstatus:{status}"
    link = f"e:l a pan:Link ; {said} ; pan:from e:a ; pan:to e:b ."
    assert decided(store_of(link)) == ({frozenset(("http://e/a", "http://e/b"))} if settles else frozenset())


@pytest.mark.parametrize(
    ("kind", "said", "found"),
    [
        ("cross-reference", " ; pan:channel channel:web", "http://e/d"),
        ("cross-reference", "", ""),
        ("builds-on", "", "http://e/d"),
    ],
)
def test_a_citation_without_a_channel_has_its_passage_asked_for_again(kind: str, said: str, found: str) -> None:
    link = f"e:l a pan:Link ; pan:linkType linktype:{kind} ; pan:evidence e:w{said} . e:w pan:inDocument e:d ."
    graph = Graph(Project.packaged(), store_of(link))
    item = Item("l", ("http://e/a", "http://e/b"), ("", ""), "http://e/l", kind)
    assert passage_document(graph, item) == found


@pytest.mark.parametrize("ending", ["", "\n", "\n\n"])
def test_what_is_added_stands_after_one_blank_line(ending: str) -> None:
    old = f"@prefix e: <http://e/> .\n\ne:a a e:B .{ending}"
    assert append(old, [], [Block("e:x", (Statement("a", "e:B"),))], NAMES, "x.ttl").endswith(
        "e:a a e:B .\n\ne:x a e:B .\n"
    )


def test_of_files_written_together_none_stays_where_one_cannot_be_written(own_project: Path) -> None:
    text = "@prefix e: <http://e/> .\n\ne:{} a e:B .\n"
    graph = own_project / "graph"
    (graph / "old.ttl").write_text(text.format("old"))
    (graph / "taken").write_text("a file in the place of a folder")
    texts = {path: text.format("new") for path in (graph / "old.ttl", graph / "fresh.ttl", graph / "taken" / "x.ttl")}
    with pytest.raises(RefusedError):
        write(Project.at(own_project), texts, NAMES)
    assert (graph / "old.ttl").read_text() == text.format("old")
    assert not (graph / "fresh.ttl").exists()


@pytest.mark.parametrize(
    ("value", "kind", "written"),
    [
        ("0.80", "decimal", "0.80"),
        ("-2", "integer", "-2"),
        ("true", "boolean", "true"),
        ("2020-01-31", "date", '"2020-01-31"^^xsd:date'),
        ('a "b"', "string", '"a \\"b\\""'),
    ],
)
def test_a_value_is_written_as_people_write_it(value: str, kind: str, written: str) -> None:
    assert write_value(ox.Literal(value, datatype=ox.NamedNode(XSD + kind)), {}) == written
