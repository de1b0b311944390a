"""Interaction matrices: what a CSV may hold, sums, second order, intervals, agreement."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from pan2kg.errors import ProjectError
from pan2kg.scores.matrix import Scores, parse_scores, read_scores, scored_links, scores_of
from pan2kg.scores.measures import agreement, coverage, paths, ranks, second_order, sums
from pan2kg.scores.scale import Scale
from pan2kg.turtle.vocabulary import link_iri

WORKED = {("a", "b"): 2, ("a", "c"): -1, ("b", "a"): 1, ("b", "c"): 3, ("c", "a"): 0, ("c", "b"): -2}


def test_a_file_that_says_its_columns_act_is_refused() -> None:
    with pytest.raises(ProjectError, match=r"The corner says « column acts on row ».*the row acts on the column"):
        parse_scores("column acts on row,a,b\na,,1\nb,,\n", assessor="x")


def test_null_against_0() -> None:
    empty, zero = parse_scores(",a,b\na,,\nb,1,\n", assessor="x"), parse_scores(",a,b\na,,0\nb,1,\n", assessor="x")
    assert (coverage(empty), coverage(zero)) == (0.5, 1.0)
    assert [row.given.scored for row in sums(empty)] == [0, 1]
    assert [row.given.scored for row in sums(zero)] == [1, 1]
    assert len(list(empty.cells())) + 1 == len(list(zero.cells()))


def test_a_net_of_0_hiding_plus_6_and_minus_6() -> None:
    first = sums(scores_of({("a", "b"): 3, ("a", "c"): 3, ("a", "d"): -3, ("a", "e"): -3}))[0].given
    assert (first.net, first.positive, first.negative, first.is_contested) == (0, 6, -6, True)


def test_two_negatives_are_listed_as_a_path() -> None:
    first = second_order(scores_of({("a", "b"): -2, ("b", "c"): -1}))[0]
    assert first.total == pytest.approx(-1.0)
    assert [(path.over, path.end, path.product) for path in first.double_negatives] == [("b", "c", 2)]
    assert not any(path.is_double_negative for path in paths(scores_of({("a", "b"): -2, ("b", "c"): 1})))


def test_cells_not_assessed_widen_ranks_and_ties_share_a_place() -> None:
    rows = ranks(scores_of({("a", "b"): 1, ("b", "a"): 1, ("c", "a"): -3, ("c", "b"): -3, ("a", "c"): 1}))
    assert [(row.label, row.place, row.best, row.worst) for row in rows] == [
        ("a", 1, 1, 2),
        ("b", 2, 1, 2),
        ("c", 3, 3, 3),
    ]
    tied = ranks(scores_of({("a", "b"): 1, ("b", "a"): 1}))
    assert [(row.label, row.place) for row in tied] == [("a", 1), ("b", 1)]


def test_agreement_wants_one_matrix_an_assessor() -> None:
    one = scores_of(WORKED, assessor="x")
    with pytest.raises(ValueError, match="one matrix an assessor"):
        agreement([one, one])
    found = agreement([one, scores_of(WORKED | {("a", "b"): -3}, assessor="y")])
    assert found is not None
    assert found < 1


FAULTS = {
    ",a,b\na,,4\nb,,\n": "m.csv:2:3: Row « a », column « b »: « 4 » is outside −3…+3.",
    ",a,b\na,,1.5\nb,,\n": "m.csv:2:3: Row « a », column « b »: « 1.5 » is no integer.",
    ",a,b\na,,x\nb,,\n": "m.csv:2:3: Row « a », column « b »: « x » is no integer.",
    ",a,b\na,1,\nb,,\n": "m.csv:2:2: Row « a », column « a »: nothing acts on itself.",
    ",a,b,a\na,,1,\nb,,,\n": "m.csv:1:4: Column 3, « a », repeats the label of number 1.",
    ",a,b\na,,1\na,,\n": "m.csv:3:1: Row 2, « a », repeats the label of number 1.",
    ",a,b\na,,1\nc,,\n": "m.csv:3:1: Row 2, « c », is called like nothing in the graph.",
    ",a,b\na,,1\n": "m.csv:1:3: Column 2, « b », stands on one side of the matrix only.",
    ",a,\na,,1\n,,2\n": "m.csv:3:1: Row 2, «  », has no label.",
    ",a,b\na,\nb,,\n": "m.csv:2: Row « a » has 1 cells for 2 columns.",
    "\n\n": "m.csv: The matrix is empty.",
    ',a,b\na,,"1\nb,,\n': "m.csv:3: This is no CSV: unexpected end of data.",
}


@pytest.mark.parametrize("text", list(FAULTS))
def test_a_fault_names_its_row_and_column(text: str) -> None:
    with pytest.raises(ProjectError, match="^" + re.escape(FAULTS[text])):
        parse_scores(text, assessor="x", known=["a", "b"], name="m.csv")


def test_a_matrix_is_read_from_its_csv_with_reasons(tmp_path: Path) -> None:
    text = "\ufeffla ligne agit sur la colonne;b;a\nb;;−1: freine, un peu\na;+2;\n\n"
    path = tmp_path / "matrix.csv"
    path.write_text(text, encoding="utf-8")
    scores = read_scores(path, assessor="x")
    assert dict(scores.rationale) == {("b", "a"): "freine, un peu"}
    assert list(scores.cells()) == [("a", "b", 2), ("b", "a", -1)]


def test_scores_become_links_on_somebodys_word() -> None:
    (link,) = scored_links(scores_of({("http://e/a", "http://e/b"): -2}, assessor="http://e/x", scale=Scale(name="s")))
    assert link.iri == link_iri("interaction", "http://e/a", "http://e/b", scale="s", assessor="http://e/x")
    with pytest.raises(ValueError, match="assessor"):
        scored_links(scores_of(WORKED))


def test_a_matrix_with_something_on_its_diagonal_is_refused() -> None:
    with pytest.raises(ValueError, match="diagonal"):
        Scores(("a",), np.zeros((1, 1)))
    with pytest.raises(ValueError, match="a on a"):
        scores_of({("a", "a"): 1})
