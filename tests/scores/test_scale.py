"""Scales, and matrices as others print them: what a file may hold, and what is refused with its remedy."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pan2kg.errors import ProjectError
from pan2kg.scores.matrix import Scores, parse_scores, scores_of
from pan2kg.scores.measures import coverage, grouped, ranks, sums
from pan2kg.scores.scale import Scale, declaration, plain, read_scale, scale_between, signed

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


def test_whole_numbers_stay_whole_and_labels_with_numbers_stand_in_their_order() -> None:
    scores = read(",10,2\n10,,2.0\n2,1,\n")
    assert scores.labels == ("2", "10")
    assert [(type(score), score) for _, _, score in scores.cells()] == [(int, 1), (int, 2)]


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


def test_ranks_reach_to_the_ends_of_the_scale_and_have_no_interval_without_bounds() -> None:
    cells = {("a", "b"): 2, ("b", "a"): 1, ("a", "c"): 2, ("b", "c"): 2}
    wide = {row.label: (row.best, row.worst) for row in ranks(scores_of(cells, scale=read_scale("-10..10")))}
    narrow = {row.label: (row.best, row.worst) for row in ranks(scores_of(cells, scale=read_scale("0..2")))}
    assert (wide["c"], narrow["c"]) == ((1, 3), (1, 3))
    assert (wide["b"], narrow["b"]) == ((2, 3), (2, 3))
    low = {row.label: (row.best, row.worst) for row in ranks(scores_of(cells, scale=read_scale("1..2")))}
    assert low["c"] == (1, 3)
    none = ranks(scores_of(cells, scale=COUNT))
    assert [(row.label, row.place, row.best, row.worst) for row in none] == [
        ("a", 1, None, None), ("b", 2, None, None), ("c", 3, None, None),
    ]  # fmt: skip


def test_sums_of_decimals_that_are_equal_share_a_place() -> None:
    scale = read_scale("0..1 decimal")
    cells = {("a", "b"): 0.1, ("a", "c"): 0.2, ("b", "a"): 0.3, ("b", "c"): 0.0, ("c", "a"): 0.0, ("c", "b"): 0.0}
    assert [row.place for row in ranks(scores_of(cells, scale=scale))] == [1, 1, 3]


matrices = st.dictionaries(
    st.tuples(st.sampled_from("abcde"), st.sampled_from("abcde")).filter(lambda pair: pair[0] != pair[1]),
    st.integers(-9, 9),
).map(lambda cells: scores_of(cells, labels="abcde", scale=read_scale("-9..9")))


@given(matrices, st.dictionaries(st.sampled_from("abcde"), st.sampled_from("gh")))
def test_what_groups_do_to_each_other_adds_up_to_the_cells_of_their_members(
    scores: Scores, groups: dict[str, str]
) -> None:
    found = grouped(scores, groups)
    cells = [(one, two, score) for one, two, score in scores.cells() if one in groups and two in groups]
    assert sum(row.sums.net for row in found) == sum(score for _, _, score in cells)
    assert sum(row.sums.scored for row in found) == len(cells)
    assert sum(row.cells for row in found) == len(groups) * (len(groups) - 1)
    assert all(row.sums.negative <= 0 <= row.sums.positive for row in found)
    for row in found:
        own = [score for one, two, score in cells if (groups[one], groups[two]) == (row.group, row.other)]
        assert (row.sums.net, row.sums.scored) == (sum(own), len(own))


@given(matrices)
def test_positive_and_negative_make_the_net_and_out_sums_are_the_in_sums_of_the_transpose(scores: Scores) -> None:
    turned = sums(Scores(scores.labels, scores.values.T, scale=scores.scale))
    for one, other in zip(sums(scores), turned, strict=True):
        assert one.given == other.taken
        assert one.given.positive + one.given.negative == one.given.net
