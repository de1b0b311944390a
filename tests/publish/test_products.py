"""Tables for people: one value a cell, no address without a name, and the same in every form."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import openpyxl
import pytest
from pyarrow import parquet

from pan2kg.i18n.catalogue import LANGUAGES, format_of
from pan2kg.publish.tables import PRODUCTS
from pan2kg.turtle.vocabulary import ROOT
from tests.publish.test_csvw import complaints, served

NAMES = [one.name for one in PRODUCTS]


def rows_of(folder: Path, name: str) -> list[dict[str, str]]:
    text = (folder / "data" / f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("name", NAMES)
def test_a_table_is_tidy(few_folder: Path, name: str) -> None:
    rows = rows_of(few_folder, name)
    assert rows
    for column in rows[0]:
        assert any(row[column] for row in rows), f"{column} is always empty"
        if not column.endswith("_iri"):
            continue
        for row in rows:
            assert " " not in row[column], row[column]
            assert "|" not in row[column], row[column]
            told = [row.get(f"{column.removesuffix('_iri')}_{tag}") for tag in LANGUAGES]
            assert not row[column] or any(told), f"{row[column]} has no name beside it"
    assert len({tuple(row.values()) for row in rows}) == len(rows)


def test_an_action_says_who_which_text_and_in_whose_words(few_folder: Path) -> None:
    rows = [row for row in rows_of(few_folder, "actions") if row["action_iri"] == f"{ROOT}id/action/lu-bhr-2-4-3"]
    assert {row["plan_iri"] for row in rows} == {f"{ROOT}id/plan/lu-bhr-2"}
    uses = [row for row in rows if row["what_iri"] == "http://data.europa.eu/eli/reg/2017/821/oj"]
    assert uses
    assert uses[0]["quote"].startswith("Préparation de la mise en œuvre")
    assert uses[0]["aspect_de"]
    assert uses[0]["source_iri"] == f"{ROOT}id/document/mae-gouvernement-lu-fr-pan-2"


def test_links_have_two_ends_and_a_level(few_folder: Path) -> None:
    for row in rows_of(few_folder, "links"):
        assert row["from_iri"]
        assert row["to_iri"]
        assert row["type_iri"]
        assert not row["shared_iri"] or row["type_iri"].rpartition("/")[2].startswith("shared-")


@pytest.mark.parametrize("name", NAMES)
def test_the_forms_say_the_same(few_folder: Path, name: str) -> None:
    rows = rows_of(few_folder, name)
    table = parquet.read_table(few_folder / "data" / f"{name}.parquet")
    assert table.to_pylist() == [{column: value or None for column, value in row.items()} for row in rows]
    book = openpyxl.load_workbook(few_folder / "data" / f"{name}.xlsx", read_only=True)
    assert book.sheetnames == [format_of("name", tag) for tag in LANGUAGES]
    for sheet in book:
        assert sum(1 for _ in sheet.iter_rows()) == len(rows) + 1


def test_the_metadata_are_valid(few_folder: Path) -> None:
    with served(few_folder / "data") as address:
        assert {name: complaints(f"{address}{name}.csv-metadata.json") for name in ("bodies",)} == {"bodies": []}
