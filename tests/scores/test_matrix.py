"""Scales and matrices: what a file may hold as others print it, what is refused with its remedy, links of scores."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pan2kg.errors import ProjectError
from pan2kg.scores.matrix import (
    Scale,
    Scores,
    declaration,
    parse_scores,
    plain,
    read_scale,
    read_scores,
    scale_between,
    scored_links,
    scores_of,
    signed,
)
from pan2kg.scores.measures import coverage, sums
from pan2kg.turtle.vocabulary import link_iri

COUNT = read_scale("count")


def read(text: str, scale: str = "", *, keep_diagonal: bool = False) -> Scores:
    return parse_scores(
        text, assessor="x", scale=read_scale(scale) if scale else None, keep_diagonal=keep_diagonal, name="m.csv"
    )


@pytest.mark.parametrize(
    ("typed", "scale"),
    [
        ("-3..3", Scale()),
        (" -10 .. +11 ", Scale(-10, 11, 1, "minus-10-to-11")),
        ("−4…4", Scale(-4, 4, 1, "minus-4-to-4")),
        ("0..0.5 decimal", Scale(0, 0.5, None, "0-to-0.5-decimal")),
        ("count", Scale(None, None, 1, "count")),
        ("COUNT Decimal", Scale(None, None, None, "count-decimal")),
        ("decimal", Scale(-3, 3, None, "minus-3-to-3-decimal")),
    ],
)
def test_a_scale_is_read_as_it_is_typed(typed: str, scale: Scale) -> None:
    assert read_scale(typed) == scale
    assert read_scale(declaration(scale)) == scale


@pytest.mark.parametrize("typed", ["", "3..3", "3..-3", "3", "..3", "-3..", "0..0.5", "count 3", "a..b", "-3..3 x"])
def test_what_is_no_scale_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="^" + re.escape(typed)):
        read_scale(typed)


@given(st.integers(-999, 999), st.integers(1, 999), st.booleans())
def test_a_scale_that_is_declared_is_read_back(lowest: int, width: int, decimal: bool) -> None:  # noqa: FBT001
    scale = scale_between(lowest, lowest + width, decimal=decimal)
    assert read_scale(declaration(scale)) == scale
    assert re.fullmatch(r"[a-z0-9]+([.-][a-z0-9]+)*", scale.name)


@given(st.floats(-1e9, 1e9).map(lambda x: round(x, 6)))
def test_a_number_is_written_without_an_exponent_and_read_back(score: float) -> None:
    assert float(plain(score)) == score
    assert "e" not in plain(score) + signed(score)


PRINTED = {
    "SDG,a,b\na,0,2.0\nb,-1,\n": {("a", "b"): 2, ("b", "a"): -1},
    "any corner at all\ta\tb\na\t\t+2\t\nb\t−1\tn/a\t\n": {("a", "b"): 2, ("b", "a"): -1},
    ";a;b\na;.;2,0\nb;NA;–\n": {("a", "b"): 2},
    ';"a, b, c, d";e\n"a, b, c, d";-;3\ne;N/A: not asked;\n': None,
    "# scale -4..4 decimal,,\n,a,b\na,,3.5\nb,-4,\n": {("a", "b"): 3.5, ("b", "a"): -4},
    '"# scale: 0..9";;\n;1;2\n1;;7\n2;0;\n': {("1", "2"): 7, ("2", "1"): 0},
    "a;0;2\nb;-1;0\n": {("a", "b"): 2, ("b", "a"): -1},
    ",a,b,,\na,,2,,\nb,1: why,,,\n,,,,\n": {("a", "b"): 2, ("b", "a"): 1},
}


@pytest.mark.parametrize("text", PRINTED)
def test_a_printed_matrix_is_read_as_it_is(text: str) -> None:
    wanted = PRINTED[text]
    if wanted is None:
        with pytest.raises(ProjectError, match="« N/A: not asked » is no integer"):
            read(text)
        return
    assert {(one, two): score for one, two, score in read(text).cells()} == wanted


REFUSED = {
    (",a,b\na,,6\nb,-10,\n", ""): "m.csv:2:3: Row « a », column « b »: « 6 » is outside −3…+3. "
    "Say --scale=-10..6 or --scale=count.",
    (",a,b\na,,6.5\nb,,\n", "decimal"): "m.csv:2:3: Row « a », column « b »: « 6.5 » is outside −3…+3. "
    'Say --scale="-3..6.5 decimal" or --scale=count.',
    ("# scale 0..5\n,a,b\na,,-1\nb,,\n", ""): "m.csv:3:3: Row « a », column « b »: « −1 » is outside 0…+5. "
    "Write « # scale -1..5 » or « # scale count » in the first line.",
    (",a,b\na,,1.5\nb,,\n", ""): "m.csv:2:3: Row « a », column « b »: « 1.5 » is no integer. "
    'To allow decimals, say --scale="-3..3 decimal".',
    ("# scale count\n,a,b\na,,1.5\nb,,\n", ""): "m.csv:3:3: Row « a », column « b »: « 1.5 » is no integer. "
    "To allow decimals, write « # scale count decimal » in the first line.",
    (",a,b\na,,much\nb,,\n", "0..5 decimal"): "m.csv:2:3: Row « a », column « b »: « much » is no number. "
    "Write a number of the scale 0..5 decimal, or nothing where it was not assessed.",
    (',a,b\na,,"1,5"\nb,,\n', "decimal"): "m.csv:2:3: Row « a », column « b »: « 1,5 » is no number.",
    (f",a,b\na,,{'9' * 400}\nb,,\n", "count"): "m.csv:2:3: Row « a », column « b »: « 9999",
    ("# scale 5..0\n,a,b\na,,1\nb,,\n", ""): "m.csv:1: « 5..0 » is no scale. Write two bounds in order",
    (
        "# scale 0..5\n,a,b\na,,1\nb,,\n",
        "count",
    ): "m.csv:1: The file declares the scale 0..5, and --scale=count is given.",
    (
        ",a,b\na,2,\nb,,\n",
        "",
    ): "m.csv:2:2: Row « a », column « a »: nothing acts on itself. Leave the diagonal empty, or say --self",
    ("a;0;2\nb;-1;0\nc;0;0\n", ""): "m.csv:2:1: Row 1, « b », stands on one side of the matrix only.",
}


@pytest.mark.parametrize(("text", "scale"), REFUSED)
def test_what_is_refused_has_its_place_and_what_mends_it(text: str, scale: str) -> None:
    with pytest.raises(ProjectError, match="^" + re.escape(REFUSED[text, scale])):
        read(text, scale)


def test_the_diagonal_is_kept_apart_and_enters_no_sum() -> None:
    text = ",a,b\na,3: itself,2\nb,0,-2\n"
    scores = read(text, keep_diagonal=True)
    assert dict(scores.own) == {"a": 3, "b": -2}
    assert [(row.given.net, row.given.scored) for row in sums(scores)] == [(2, 1), (0, 1)]
    assert coverage(scores) == 1
    assert np.isnan(np.diagonal(scores.values)).all()


def test_null_against_0() -> None:
    empty, zero = parse_scores(",a,b\na,,\nb,1,\n", assessor="x"), parse_scores(",a,b\na,,0\nb,1,\n", assessor="x")
    assert (coverage(empty), coverage(zero)) == (0.5, 1.0)
    assert [row.given.scored for row in sums(empty)] == [0, 1]
    assert [row.given.scored for row in sums(zero)] == [1, 1]


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


def test_a_matrix_is_read_from_its_csv_with_reasons_and_becomes_links_on_somebodys_word(tmp_path: Path) -> None:
    path = tmp_path / "matrix.csv"
    path.write_text("\ufeffla ligne agit sur la colonne;b;a\nb;;−1: freine, un peu\na;+2;\n\n", encoding="utf-8")
    scores = read_scores(path, assessor="http://e/x")
    assert dict(scores.rationale) == {("b", "a"): "freine, un peu"}
    assert list(scores.cells()) == [("a", "b", 2), ("b", "a", -1)]
    assert all(isinstance(score, int) for _, _, score in scores.cells()), "what is whole stays whole"
    first, _ = scored_links(scores)
    assert first.iri == link_iri("interaction", "a", "b", scale=scores.scale.name, assessor="http://e/x")
    with pytest.raises(ValueError, match="assessor"):
        scored_links(scores_of({("a", "b"): 2}))
    with pytest.raises(ValueError, match="diagonal"):
        Scores(("a",), np.zeros((1, 1)))
    with pytest.raises(ValueError, match="a on a"):
        scores_of({("a", "a"): 1})
    with pytest.raises(ProjectError, match=r"The corner says « column acts on row ».*the row acts on the column"):
        parse_scores("column acts on row,a,b\na,,1\nb,,\n", assessor="x")
