"""A spreadsheet, read back: values, days and texts as they were, and no formula."""

from __future__ import annotations

import time
from datetime import datetime
from io import BytesIO
from pathlib import Path

import openpyxl
import pyoxigraph as ox
import pytest

from pan2kg.errors import FormatError
from pan2kg.store.store import LocalStore
from pan2kg.tables.answers import answer
from pan2kg.tables.formats import Grid
from pan2kg.tables.spreadsheet import write_spreadsheet
from pan2kg.tables.table import Value
from pan2kg.tables.writers import Style, laid_out, write
from tests.conftest import Cli
from tests.tables.test_printing import EVIL, FIGURES

DAY = datetime.fromisoformat("2021-12-17")
ROWS: list[list[Value]] = [
    ["=1+1", 1, 0.1, True, "2021-12-17", None],
    ["-A1", 0, -2.5, False, "1815-06-09", ""],
    ["@x", None, None, None, "2021-02-30", "https://e/a\x01"],
]


def read(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(BytesIO(content))


def test_values_come_back_as_what_they_were() -> None:
    book = read(write_spreadsheet([("data", Grid(list("abcdef"), ROWS))]))
    head, *rows = book["data"].iter_rows(values_only=True)
    assert head == tuple("abcdef")
    assert rows[0] == ("=1+1", 1, 0.1, True, DAY, None)
    assert rows[1] == ("-A1", 0, -2.5, False, "1815-06-09", None)
    assert rows[2] == ("@x", None, None, None, "2021-02-30", "https://e/a�")


def test_no_cell_is_a_formula_or_a_link() -> None:
    sheet = read(write_spreadsheet([("data", Grid(list("abcdef"), ROWS))]))["data"]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} == {"s", "n", "b", "d"}
    assert not any(cell.hyperlink for row in sheet.iter_rows() for cell in row)


def test_the_same_table_gives_the_same_bytes() -> None:
    book = write(FIGURES, "xlsx", Style("fr"))
    time.sleep(2.1)  # a zip counts in steps of two seconds
    assert book == write(FIGURES, "xlsx", Style("fr"))


def test_a_table_of_figures_is_whole_and_says_what_it_rests_on() -> None:
    spreadsheet = write(FIGURES, "xlsx", Style("fr"))
    assert isinstance(spreadsheet, bytes)
    book = read(spreadsheet)
    head, first, second = book["data"].iter_rows(values_only=True)
    assert head[:4] == ("Plan (id)", "Plan", "Paires liées", "Force")
    assert first[:6] == ("https://w3id.org/pan2kg/id/plan/a", EVIL, 0, 0.6420571, False, DAY)
    assert second[2:6] == (None, None, None, None)
    about = dict(book["about"].iter_rows(values_only=True))
    assert about["title"] == "Un titre <b>"
    assert about["query"] == FIGURES.sparql
    assert "389 actions" in about["basis"]


def test_more_rows_than_a_sheet_holds_are_refused() -> None:
    rows: list[list[Value]] = [[1]] * 1_048_576
    with pytest.raises(FormatError, match=r"at most 1048575 rows; there are 1048576\. Use csv\."):
        write_spreadsheet([("data", Grid(["a"], rows))])


def test_a_question_is_answered_as_a_spreadsheet(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "a.xlsx"
    done = cli("ask", "actions-of-plan", "--format", "xlsx", "-o", str(file))
    assert (done.returncode, done.stdout) == (0, "")
    head, *rows = read(file.read_bytes())["data"].iter_rows(values_only=True)
    assert head[:3] == ("action (id)", "notation", "action")
    assert len(rows) == 20


@pytest.mark.parametrize("command", [["ask", "actions-of-plan"], ["coherence", "trust"]])
def test_a_spreadsheet_is_not_written_to_a_terminal(cli: Cli, command: list[str]) -> None:
    done = cli(*command, "--format", "xlsx")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith("A spreadsheet is a file, not text. Name it with -o FILE.\n")


@pytest.mark.parametrize(
    ("style", "head", "yes"),
    [
        (Style("en"), "answer", "yes"),
        (Style("fr"), "réponse", "oui"),
        (Style("de"), "Antwort", "ja"),
        (Style("fr", own_names=True), "answer", True),
    ],
)
def test_yes_is_a_word_of_the_reader_and_a_boolean_under_the_names_of_the_query(
    style: Style, head: str, yes: Value
) -> None:
    asked = LocalStore(ox.Store())
    alone = laid_out(answer(asked.query("ASK {}")), style)
    among = laid_out(answer(asked.query("SELECT (true AS ?answer) {}")), style)
    for grid in (alone, among):
        assert (list(grid.columns), [list(row) for row in grid.rows]) == ([head], [[yes]])


def test_triples_are_rows_too() -> None:
    store = ox.Store()
    store.add(ox.Quad(ox.NamedNode("http://e/s"), ox.NamedNode("http://e/p"), ox.Literal(1)))
    local = LocalStore(store)
    grid = laid_out(answer(local.query("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }")), Style())
    assert [list(row)[:2] for row in grid.rows] == [["<http://e/s>", "<http://e/p>"]]
