"""Scales and matrices: what a file may hold as others print it, what is refused with its remedy, links of scores."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, strategies as st

from pan2kg.errors import ProjectError
from pan2kg.graph import scores as held
from pan2kg.graph.scores import Scale, Scores
from pan2kg.scores import matrix
from pan2kg.scores.measures import coverage, sums
from pan2kg.turtle.vocabulary import link_iri

DATA = Path(__file__).parents[1] / "data" / "scores"


def read(text: str, scale: str = "", *, keep_diagonal: bool = False) -> Scores:
    wanted = matrix.read_scale(scale) if scale else None
    return matrix.parse_scores(
        text, assessor="x", scale=wanted, keep_diagonal=keep_diagonal, name="m.csv"
    )


def test_a_scale_is_read_as_it_is_typed_and_what_is_none_is_refused() -> None:
    for typed, scale in {
        "-3..3": Scale(),
        " -10 .. +11 ": Scale(-10, 11, 1, "minus-10-to-11"),
        "−4…4": Scale(-4, 4, 1, "minus-4-to-4"),
        "0..0.5 decimal": Scale(0, 0.5, None, "0-to-0.5-decimal"),
        "count": Scale(None, None, 1, "count"),
        "COUNT Decimal": Scale(None, None, None, "count-decimal"),
        "decimal": Scale(-3, 3, None, "minus-3-to-3-decimal"),
    }.items():
        assert matrix.read_scale(typed) == scale
    for typed in ("", "3..3", "3..-3", "3", "..3", "-3..", "0..0.5", "count 3", "a..b", "-3..3 x"):
        with pytest.raises(ValueError, match="^" + re.escape(typed)):
            matrix.read_scale(typed)


@given(st.integers(-999, 999), st.integers(1, 999), st.booleans())
def test_a_scale_that_is_declared_is_read_back(lowest: int, width: int, decimal: bool) -> None:  # noqa: FBT001
    scale = held.scale_between(lowest, lowest + width, decimal=decimal)
    assert matrix.read_scale(held.declaration(scale)) == scale
    assert re.fullmatch(r"[a-z0-9]+([.-][a-z0-9]+)*", scale.name)


@given(st.floats(-1e9, 1e9).map(lambda x: round(x, 6)))
def test_a_number_is_written_without_an_exponent_and_read_back(score: float) -> None:
    assert float(held.plain(score)) == score
    assert "e" not in held.plain(score) + held.plain(score, signed=True)


PRINTED = {
    "SDG,a,b\na,0,2.0\nb,-1,\n": {("a", "b"): 2, ("b", "a"): -1},
    "any corner at all\ta\tb\na\t\t+2\t\nb\t−1\tn/a\t\n": {("a", "b"): 2, ("b", "a"): -1},
    ";a;b\na;.;2,0\nb;NA;–\n": {("a", "b"): 2},
    ';"a, b, c, d";e\n"a, b, c, d";-;3\ne;N/A;\n': {("a, b, c, d", "e"): 3},
    "# scale -4..4 decimal,,\n,a,b\na,,3.5\nb,-4,\n": {("a", "b"): 3.5, ("b", "a"): -4},
    '"# scale: 0..9";;\n;1;2\n1;;7\n2;0;\n': {("1", "2"): 7, ("2", "1"): 0},
    "a;0;2\nb;-1;0\n": {("a", "b"): 2, ("b", "a"): -1},
    ",a,b,,\na,,2,,\nb,1: why,,,\n,,,,\n": {("a", "b"): 2, ("b", "a"): 1},
}


@pytest.mark.parametrize("text", PRINTED)
def test_a_printed_matrix_is_read_as_it_is(text: str) -> None:
    assert {(start, end): score for start, end, score in read(text).cells()} == PRINTED[text]


def test_what_is_refused_has_its_place_and_what_mends_it() -> None:
    for case in map(json.loads, (DATA / "refused.jsonl").read_text(encoding="utf-8").splitlines()):
        scale = matrix.read_scale(case["scale"]) if case["scale"] else None
        with pytest.raises(ProjectError, match="^" + re.escape(case["message"])):
            matrix.parse_scores(
                case["text"], assessor="x", known=["a", "b"], scale=scale, name="m.csv"
            )


def test_lines_above_the_scale_count_and_a_scale_may_have_one_bound() -> None:
    with pytest.raises(ProjectError, match=r"^m.csv:5:2: ") as caught:
        read("\n\n# scale 0..5\n,a,b\na,x,1\nb,,0\n")
    assert "« x »" in str(caught.value)
    with pytest.raises(ProjectError, match=r"^m.csv:2: "):
        read("\n# scale none\n,a,b\na,,1\nb,,\n")
    for scale, score in ((Scale(None, 3, 1, "to-3"), 4), (Scale(0, None, 1, "from-0"), -1)):
        text = f",a,b\na,,{score}\nb,2,\n"
        with pytest.raises(ProjectError, match=r"^m.csv:2:3: ") as caught:
            matrix.parse_scores(text, assessor="x", scale=scale, name="m.csv")
        assert "count" in str(caught.value)


def test_the_diagonal_is_kept_apart_and_what_is_empty_is_no_0() -> None:
    scores = read(",a,b\na,3: itself,2\nb,0,-2\n", keep_diagonal=True)
    assert dict(scores.own) == {"a": 3, "b": -2}
    assert [(given.net, given.scored) for _, given, _ in sums(scores)] == [(2, 1), (0, 1)]
    assert coverage(scores) == 1
    assert np.isnan(np.diagonal(scores.values)).all()
    empty = read(",a,b\na,,\nb,1,\n")
    zero = read(",a,b\na,,0\nb,1,\n")
    assert (coverage(empty), coverage(zero)) == (0.5, 1.0)
    assert [[given.scored for _, given, _ in sums(scores)] for scores in (empty, zero)] == [
        [0, 1],
        [1, 1],
    ]


def test_a_matrix_is_read_from_its_csv_with_reasons_and_becomes_links_on_somebodys_word(
    tmp_path: Path,
) -> None:
    path = tmp_path / "matrix.csv"
    path.write_text(
        "\ufeffla ligne agit sur la colonne;b;a\nb;;−1: freine, un peu\na;+2;\n\n", encoding="utf-8"
    )
    scores = matrix.parse_scores(path.read_text("utf-8"), assessor="http://e/x")
    assert dict(scores.rationale) == {("b", "a"): "freine, un peu"}
    assert list(scores.cells()) == [("a", "b", 2), ("b", "a", -1)]
    assert all(isinstance(score, int) for _, _, score in scores.cells()), (
        "what is whole stays whole"
    )
    first, _ = matrix.scored_links(scores)
    assert first.iri == link_iri(
        "interaction", "a", "b", scale=scores.scale.name, assessor="http://e/x"
    )
    with pytest.raises(ValueError, match="assessor"):
        matrix.scored_links(held.scores_of({("a", "b"): 2}))
    with pytest.raises(ValueError, match="diagonal"):
        Scores(("a",), np.zeros((1, 1)))
    with pytest.raises(ValueError, match="a on a"):
        held.scores_of({("a", "a"): 1})
    with pytest.raises(
        ProjectError, match=r"The corner says « column acts on row ».*the row acts on the column"
    ):
        read("column acts on row,a,b\na,,1\nb,,\n")
