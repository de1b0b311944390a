"""The line under an answer, counted by one quick query, says what the figures' basis line says."""

from __future__ import annotations

from datetime import date

import pytest

import pan2kg
from pan2kg.coherence.evidence import FIGURED
from pan2kg.coherence.known import basis_line
from pan2kg.store.rules import derive
from pan2kg.store.store import open_store
from pan2kg.tables.answers import basis_of
from pan2kg.tables.figure_words import basis_words

DAY = date(2026, 5, 4)


@pytest.mark.parametrize("level", FIGURED)
def test_the_basis_of_an_answer_is_that_of_the_figures(graph: pan2kg.Graph, level: int) -> None:
    dated = pan2kg.Graph(graph.project, graph.store, as_of=DAY)
    line = basis_line(dated.known(FIGURED[level - 1]))
    counted = basis_of(graph.store, "en", release=graph.release, day=DAY, level=line.level.key)
    assert counted == basis_words(line, "en")


def test_without_derived_levels_it_is_that_of_all_that_is_accepted(graph: pan2kg.Graph) -> None:
    bare = open_store(graph.project, lambda store, project: derive(store, project, []))
    whole, quick = (basis_of(store, "fr", release="1", day=DAY) for store in (graph.store, bare))
    assert whole == quick
