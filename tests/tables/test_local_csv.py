"""CSV for the spreadsheet programs of a language, and what stands around an answer."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from pan2kg.tables.formats import Grid, write_local_csv

if TYPE_CHECKING:
    from tests.conftest import Cli


def test_no_cell_is_run_as_a_formula() -> None:
    written = write_local_csv(Grid(["a", "b"], [["=1+1", -1.5], ["@x", None], ['q;"', True]]), "de")
    rows = list(csv.reader(io.StringIO(written.removeprefix("\ufeff")), delimiter=";"))
    assert rows == [["a", "b"], ["'=1+1", "-1,5"], ["'@x", ""], ['q;"', "true"]]
    assert ";-1.5\r\n" in write_local_csv(Grid(["a", "b"], [["x", -1.5]]), "en")


def test_a_command_writes_it_with_words_and_the_mark(cli: Cli) -> None:
    figures = cli("coherence", "debt", "--format", "csv-local", "--language", "fr", "--limit", "3").stdout
    assert figures.startswith("\ufeff")
    heads, first, *_ = csv.reader(io.StringIO(figures.removeprefix("\ufeff")), delimiter=";")
    assert len(heads) == len(first)
    assert any("," in cell and cell.replace(",", "").isdigit() for cell in first)
    answer = cli("ask", "plans", "--format", "csv-local", "--language", "fr", "--limit", "2").stdout
    assert answer.startswith("\ufeffplan (id);plan;")


def test_the_caveats_of_a_question_stand_above_its_answer_and_the_basis_below(cli: Cli) -> None:
    said = cli("ask", "plans", "--limit", "2").stdout
    places = [said.index(words) for words in ("Which plans", "Read it before any figure", "2 rows", "Release ")]
    assert places == sorted(places)
