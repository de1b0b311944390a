"""What of a table is written: columns, order, number of rows, and the line of names."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from pan2kg.errors import FormatError, QueryError
from pan2kg.store.store import LocalStore
from pan2kg.tables.answers import answer
from pan2kg.tables.table import Column, Row, Selection, Table
from pan2kg.tables.writers import Style, write

if TYPE_CHECKING:
    from tests.conftest import Cli

ROWS: tuple[Row, ...] = (
    {"plan": "http://e/b", "plan_label": "beta", "bits": 2.0},
    {"plan": "http://e/a", "plan_label": "Alpha", "bits": None},
    {"plan": "http://e/c", "plan_label": "gamma", "bits": 10.0},
)
TABLE = Table("x", (Column("plan"), Column("plan_label", names="plan"), Column("bits")), ROWS)
ANSWER = """SELECT ?n ?n_label ?m {
    VALUES (?n ?n_label ?m) { (<http://e/b> "beta" 2) (<http://e/a> "Alpha" UNDEF) (<http://e/c> "gamma" 10) }
}"""


def ask(query: str) -> Table:
    """The answer of an empty store."""
    return answer(LocalStore(ox.Store()).query(query))


def chosen(selection: Selection) -> list[dict[str, str]]:
    table, _ = selection.of(ask(ANSWER))
    rows = json.loads(write(table, "json", Style()))["results"]["bindings"]
    return [{name: term["value"] for name, term in row.items()} for row in rows]


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
    found, left_out = Selection(order=order).of(TABLE)
    assert ([row["plan_label"] for row in found.rows], left_out) == (names, 0)
    asked = tuple(key.replace("plan", "n").replace("bits", "m") for key in order)
    assert [row["n_label"] for row in chosen(Selection(order=asked))] == names


def test_columns_and_rows_are_chosen_and_what_is_left_out_is_counted() -> None:
    found, left_out = Selection(columns=("bits",), limit=1).of(TABLE)
    assert ([column.key for column in found.columns], len(found.rows), left_out) == (["bits"], 1, 2)
    assert chosen(Selection(columns=("m", "n"), limit=1)) == [{"m": "2", "n": "http://e/b", "n_label": "beta"}]
    assert chosen(Selection(limit=0)) == []
    named, _ = Selection(columns=("n_label",)).of(ask(ANSWER))
    assert "beta" in str(write(named, "md", Style())), "a name alone is a column of its own"


def test_an_unknown_column_is_refused_with_the_nearest() -> None:
    with pytest.raises(QueryError, match=r"no column « bit »\. Did you mean bits"):
        Selection(order=("-bit",)).of(TABLE)
    with pytest.raises(QueryError, match="There are: n, n_label, m"):
        Selection(columns=("zzz",)).of(ask(ANSWER))
    with pytest.raises(QueryError, match="Only an answer in rows"):
        Selection(limit=1).of(ask("ASK {}"))
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
