"""A store that states another release than the project does is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from pan2kg.graph.dataset import dataset_of, other_release, read_release
from pan2kg.store.store import LocalStore

if TYPE_CHECKING:
    from pan2kg.graph.graph import Graph

VERSION = ox.NamedNode("http://www.w3.org/ns/dcat#version")


def test_the_same_release_is_none_another_one_is_named_and_one_that_is_not_stated_is_not_compared(few: Graph) -> None:
    own = read_release(few.store, few.project.space)
    assert own.is_stated
    assert other_release(few.store, few.project) is None
    assert other_release(LocalStore(ox.Store()), few.project) is None
    there = ox.Store()
    dataset = ox.NamedNode(dataset_of(few.project.space))
    there.add(ox.Quad(dataset, VERSION, ox.Literal("9.9.9"), ox.NamedNode("http://e/g")))
    assert other_release(LocalStore(there), few.project) == ("9.9.9", own.number)
