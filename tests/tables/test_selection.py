"""What of a table is written: columns, order, number of rows, and the line of names."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from pan2kg.coherence.evidence import Basis
from pan2kg.errors import FormatError, QueryError
from pan2kg.i18n.catalogue import Text
from pan2kg.store.store import LocalStore, Result
from pan2kg.tables.selection import Selection, select_answer, select_figures
from pan2kg.tables.table import Column, FigureTable, Row

if TYPE_CHECKING:
    from tests.conftest import Cli

ROWS: tuple[Row, ...] = (
    {"plan": "http://e/b", "plan_label": "beta", "bits": 2.0},
    {"plan": "http://e/a", "plan_label": "Alpha", "bits": None},
    {"plan": "http://e/c", "plan_label": "gamma", "bits": 10.0},
)
TABLE = FigureTable(
    "x", Text(), Text(), Basis(3, 2, 2), (Column("plan", Text(), thing=True), Column("bits", Text())), ROWS
)
ANSWER = """SELECT ?n ?n_label ?m {
    VALUES (?n ?n_label ?m) { (<http://e/b> "beta" 2) (<http://e/a> "Alpha" UNDEF) (<http://e/c> "gamma" 10) }
}"""


def ask(query: str) -> Result:
    """The answer of an empty store."""
    return LocalStore(ox.Store()).query(query)


def answer(selection: Selection) -> list[dict[str, str]]:
    result, _ = select_answer(ask(ANSWER), selection)
    assert isinstance(result, ox.QuerySolutions)
    written = json.loads(result.serialize(format=ox.QueryResultsFormat.JSON) or b"")
    return [{name: term["value"] for name, term in row.items()} for row in written["results"]["bindings"]]


@pytest.mark.parametrize(
    ("order", "names"),
    [
        (("plan",), ["Alpha", "beta", "gamma"]),
        (("-plan_label",), ["gamma", "beta", "Alpha"]),
        (("bits",), ["beta", "gamma", "Alpha"]),
        (("-bits",), ["gamma", "beta", "Alpha"]),
    ],
)
def test_rows_are_sorted_by_names_and_numbers_and_what_is_unknown_comes_last(
    order: tuple[str, ...], names: list[str]
) -> None:
    found, left_out = select_figures(TABLE, Selection(order=order))
    assert ([row["plan_label"] for row in found.rows], left_out) == (names, 0)
    asked = tuple(key.replace("plan", "n").replace("bits", "m") for key in order)
    assert [row["n_label"] for row in answer(Selection(order=asked))] == names


def test_columns_and_rows_are_chosen_and_what_is_left_out_is_counted() -> None:
    found, left_out = select_figures(TABLE, Selection(columns=("bits",), limit=1))
    assert ([column.key for column in found.columns], len(found.rows), left_out) == (["bits"], 1, 2)
    assert answer(Selection(columns=("m", "n"), limit=1)) == [{"m": "2", "n": "http://e/b", "n_label": "beta"}]
    assert answer(Selection(limit=0)) == []


def test_an_unknown_column_is_refused_with_the_nearest() -> None:
    with pytest.raises(QueryError, match=r"no column « bit »\. Did you mean bits"):
        select_figures(TABLE, Selection(order=("-bit",)))
    with pytest.raises(QueryError, match="There are: n, n_label, m"):
        select_answer(ask(ANSWER), Selection(columns=("zzz",)))
    with pytest.raises(QueryError, match="Only an answer in rows"):
        select_answer(ask("ASK {}"), Selection(limit=1))
    with pytest.raises(FormatError, match="no line of names"):
        Selection(header=False).refuse("json")


def test_a_command_writes_what_was_chosen(cli: Cli) -> None:
    done = cli("ask", "plans", "--columns", "plan", "--sort=-plan", "--limit", "2", "--format", "csv", "--no-header")
    labels = [row[1] for row in csv.reader(io.StringIO(done.stdout))]
    assert len(labels) == 2
    assert labels == sorted(labels, key=str.casefold, reverse=True)
    assert "rows are not shown" in done.stderr
    figures = cli("coherence", "debt", "--columns", "citing,cited", "--limit", "1", "--format", "tsv")
    assert figures.stdout.splitlines()[0].split("\t")[:2] == ["citing", "citing_label"]
    refused = cli("coherence", "debt", "--sort", "zzz")
    assert refused.returncode == 2
    assert "no column « zzz »" in refused.stderr
