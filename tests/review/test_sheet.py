"""A plan out as a spreadsheet and in again: nothing changes that nobody changed, and what was typed stays as typed."""

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from itertools import count
from pathlib import Path

import openpyxl
import pytest
from hypothesis import example, given, settings, strategies as st

import pan2kg
from pan2kg.errors import ProjectError
from pan2kg.project import Project
from pan2kg.review import filled, sheet as sheets, sheet_changes, sheet_edits
from pan2kg.review.files import Addition
from pan2kg.store.store import LocalStore
from pan2kg.tables.spreadsheet import FormSheet, write_forms
from pan2kg.turtle.blocks import read_turtle_file
from pan2kg.turtle.vocabulary import thing
from pan2kg.turtle.writer import read_prefixes
from pan2kg.validation.quotations import KeptText
from pan2kg.validation.style import check_style
from tests.conftest import Cli
from tests.copies import FEW, copy
from tests.review.conftest import DATA, cases

PLAN = thing("plan", "lu-bhr-2")
ACTIONS = "graph/plans/lu-bhr-2.ttl"


@pytest.fixture(scope="module")
def known(with_texts: pan2kg.Graph) -> sheets.KnownThings:
    assert isinstance(with_texts.store, LocalStore)
    return sheets.KnownThings.read(with_texts.store, "en", {})


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project.at(copy(tmp_path / "copy", FEW))


def untouched(found: sheet_changes.SheetComparison) -> bool:
    return found.is_empty and not found.faults and not found.absent


class Desk:
    """The sheets of a plan as they went out, filled in, and compared with files, or what these say."""

    def __init__(
        self,
        project: Project,
        known: sheets.KnownThings,
        tables: Sequence[filled.FilledSheet],
        book: sheets.Book | None = None,
    ) -> None:
        self.project = project
        self.known = known
        self.book = book
        self.codes = {table.name: table.codes for table in tables}
        self.rows = {table.name: [list(line) for _, line in table.lines] for table in tables}

    def type(self, name: str, key: str, /, **cells: str) -> None:
        """Type into the cells of a row, or into a new one where the key is empty."""
        codes = self.codes[name]
        if not key:
            self.rows[name].append([""] * len(codes))
        row = next(row for row in self.rows[name] if row[0] == key) if key else self.rows[name][-1]
        for code, words in cells.items():
            row[codes.index(code)] = words

    def read(self) -> sheet_changes.SheetComparison:
        tables = [
            filled.FilledSheet(
                name, self.codes[name], tuple(map(filled.FilledLine, count(3), map(tuple, rows)))
            )
            for name, rows in self.rows.items()
        ]
        return sheet_changes.compare(
            self.book or sheets.read_book(self.project, PLAN), tables, self.known
        )

    def new(self) -> Sequence[Addition]:
        found = self.read()
        assert not found.faults, [str(fault.message) for fault in found.faults]
        return sheet_edits.changed(found)

    def faults(self) -> list[str]:
        return [fault.message.key.removeprefix("fault.") for fault in self.read().faults]


@pytest.fixture(scope="module")
def book(with_texts: pan2kg.Graph) -> sheets.Book:
    assert with_texts.project
    return sheets.read_book(with_texts.project, PLAN)


@pytest.fixture(scope="module")
def workbook(
    book: sheets.Book, known: sheets.KnownThings, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    path = tmp_path_factory.mktemp("sheet") / "plan.xlsx"
    path.write_bytes(sheets.write_book(book, known.names, sorted(known.things), "en"))
    return path


@pytest.fixture(scope="module")
def tables(workbook: Path) -> Sequence[filled.FilledSheet]:
    return filled.read_tables(workbook).sheets


@pytest.fixture
def desk(
    book: sheets.Book, known: sheets.KnownThings, tables: Sequence[filled.FilledSheet]
) -> Desk:
    """Sheets that are compared with files nobody has changed."""
    return Desk(book.project, known, tables, book)


@pytest.fixture
def own(project: Project, known: sheets.KnownThings, tables: Sequence[filled.FilledSheet]) -> Desk:
    """The same over files that may be changed."""
    return Desk(project, known, tables)


@pytest.mark.parametrize("plan", FEW)
def test_what_comes_back_untouched_changes_nothing(
    with_texts: pan2kg.Graph, known: sheets.KnownThings, plan: str, tmp_path: Path
) -> None:
    """As it was written, as another program saved it, and each sheet as CSV with any separator."""
    assert with_texts.project
    book = sheets.read_book(with_texts.project, thing("plan", plan))
    written = tmp_path / "written.xlsx"
    saved = tmp_path / "saved.xlsx"
    written.write_bytes(sheets.write_book(book, known.names, sorted(known.things), "en"))
    workbook = openpyxl.load_workbook(written)
    workbook.save(saved)
    for path in (written, saved):
        name, tables, is_csv = filled.read_tables(path)
        assert (name, len(tables), is_csv) == (plan, len(sheets.LAYOUTS), False)
        assert untouched(sheet_changes.compare(book, tables, known))
        assert sum(len(table.lines) for table in tables) > 5
    for separator, name in zip(",;\t", sheets.LAYOUTS, strict=False):
        target = io.StringIO()
        path = tmp_path / f"{name}.csv"
        csv.writer(target, delimiter=separator).writerows(
            workbook[name].iter_rows(values_only=True)
        )
        path.write_text(f"\ufeff{target.getvalue()}", encoding="utf-8")
        _, tables, is_csv = filled.read_tables(path)
        assert (is_csv, [table.name for table in tables]) == (True, [name])
        assert untouched(sheet_changes.compare(book, tables, known))


CELL = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"], include_characters="\n"),
    max_size=30,
)


@settings(max_examples=40)
@given(st.lists(CELL, min_size=1, max_size=6))
@example(["4.10", "3-1", "=1+1", "+1", "@x", "1.10"])
@example(["_x0041_", "0001", "TRUE", "1e5", "http://e/x", "{=A1}"])
@example(["  two  ", "a\n\nb", "'", "#N/A", "2026-01-02", "\\n"])
def test_a_cell_comes_back_as_it_was_typed(
    tmp_path_factory: pytest.TempPathFactory, cells: list[str]
) -> None:
    head = (f"{sheets.STAMP}:actions:x:key", *(str(number) for number in range(len(cells))), "mark")
    form = FormSheet("actions", "actions", (head, head), (("k", *cells, "m"),), {})
    path = tmp_path_factory.getbasetemp() / "cells.xlsx"
    path.write_bytes(write_forms([form], "lists"))
    assert filled.read_tables(path)[1][0].lines[0][1] == ("k", *cells, "m")


def test_what_both_changed_is_said_and_not_written(own: Desk) -> None:
    path = own.project.root / ACTIONS
    path.write_text(
        path.read_text(encoding="utf-8").replace('notation "4.3"', 'notation "4.30"'),
        encoding="utf-8",
    )
    assert untouched(own.read()), "what the files alone changed stays"
    own.type("actions", "action:lu-bhr-2-4-3", number="4.31")
    assert [(change.old, change.new, change.meanwhile) for change in own.read().changes] == [
        ("4.30", "4.31", True)
    ]


def test_the_command_says_what_changes_and_writes_all_or_nothing(
    project: Project, workbook: Path, cli: Cli, tmp_path: Path
) -> None:
    path = tmp_path / "plan.xlsx"
    file = project.root / ACTIONS
    old = file.read_text(encoding="utf-8")
    sheet = openpyxl.load_workbook(workbook)["involvements"]
    assert (
        sheet["A3"].protection.locked,
        sheet["B3"].protection.locked,
        sheet.protection.sheet,
    ) == (True, False, True)
    offered = sheet.data_validations.dataValidation
    codes = [cell.value for cell in sheet[1]]
    listed = {
        sheet.cell(1, codes.index(code) + 1).column_letter for code in ("body", "role", "certainty")
    }
    assert {str(rule.sqref).split(":")[0] for rule in offered} == {
        f"{letter}3" for letter in listed
    }
    for number, body in (("1.10", "nobody"), ("1.10", "maee")):
        book = openpyxl.load_workbook(workbook)
        book["actions"]["B3"].value = number
        book["involvements"]["B3"].value = body
        book.save(path)
        done = cli("sheet", "import", str(path), "--write", "--language", "en", cwd=project.root)
        if body == "nobody":  # nothing is taken of a sheet with a fault
            assert (done.returncode, file.read_text(encoding="utf-8")) == (2, old)
            assert "actions, cell B3: action:lu-bhr-2-1-1, number: 1.1 → 1.10\n" in done.stdout
            assert "the project has nothing called nobody" in done.stdout
    assert done.stderr == f"Written: 1 cell, 0 new rows, in {ACTIONS}.\n"
    assert file.read_text(encoding="utf-8") == old.replace('notation "1.1"', 'notation "1.10"', 1)


def test_keys_are_not_edited_removed_made_up_or_used_twice(desk: Desk) -> None:
    rows = desk.rows["actions"]
    del rows[-2:]
    found = desk.read()
    assert (found.is_empty, found.absent, found.faults) == (True, 2, []), (
        "rows that were deleted stay"
    )
    rows.append(["", "9.9", *rows[0][2:]])  # a copy that lost its key
    found = desk.read()
    assert ([cells["number"] for _, _, cells in found.rows], found.faults) == (["9.9"], [])
    del rows[-1]
    rows[0][0] = "action:lu-bhr-2-9-9"
    rows[1][0] = ""
    rows[2][0] = rows[3][0]
    rows[4][-1] = ""
    rows.append(["action:lu-bhr-2-7", *[""] * (len(rows[0]) - 1)])
    assert desk.faults() == [
        "key-edited",
        "key-gone",
        "key-twice",
        "key-twice",
        "mark-gone",
        "key-unknown",
    ]


def test_what_does_not_fit_is_refused_with_its_cell(
    book: sheets.Book, known: sheets.KnownThings, tables: list[filled.FilledSheet]
) -> None:
    for case in cases("refused-cells"):
        desk = Desk(book.project, known, tables, book)
        sheet = case["sheet"]
        key = case["row"]
        desk.type(sheet, key, **case["cells"])
        found = desk.read().faults
        assert sorted(fault.message.key for fault in found) == sorted(
            f"fault.{fault}" for fault in case["faults"]
        ), case
        line = (
            3 + [row[0] for row in desk.rows[sheet]].index(key)
            if key
            else 2 + len(desk.rows[sheet])
        )
        assert {fault.cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for fault in found} <= {
            str(line),
            "",
        }, case


def test_a_quote_is_held_to_the_kept_text_of_its_document(desk: Desk) -> None:
    text = "The second edition of the National\nAction Plan complements the first"
    document = "globalnaps-org-country-issue-luxembourg-workers-rights"
    desk.known = desk.known._replace(texts={document: KeptText(document, "x.txt", text)})
    for verb, faults in (("complements", []), ("completes", ["not-verbatim"])):
        desk.type(
            "links",
            "link:1d5596c59ff28c70",
            **{"quote@en": f"the National Action Plan … {verb} the first"},
        )
        assert desk.faults() == faults


def without_line_numbers(difference: str) -> str:
    """A difference whatever stands above it in the file: the graph grows."""
    return re.sub(r"^@@ .*? @@", "@@", difference, flags=re.MULTILINE)


def test_what_is_typed_changes_its_lines_alone_in_house_style(own: Desk) -> None:
    """New rows become blocks with computed keys, an action says what it has, and keys follow what a link says."""
    for case in cases("typed-cells"):
        own.type(case["sheet"], case["row"], **case["cells"])
    files = own.new()
    for file in files:
        assert not list(
            check_style([read_turtle_file(file.new, file.name)], read_prefixes(own.project))
        )
    changed = "".join(file.difference for file in files)
    expected = (DATA / "typed-cells.diff").read_text(encoding="utf-8")
    assert without_line_numbers(changed) == without_line_numbers(expected)


def test_what_stands_is_not_said_again(own: Desk) -> None:
    words = {"kind": "VerificationSource", "words@en": "INAP", "presence": "present"}
    for name, cells, subject in (
        ("actions", {"number": "4.3", "title@fr": "Encore"}, "action:lu-bhr-2-4-3"),
        (
            "details",
            words | {"belongs-to": "action:lu-bhr-2-2-1"},
            "verification:lu-bhr-2-2-1-inap",
        ),
    ):
        own.type(name, "", **cells, source="editors", certainty="stated")
        with pytest.raises(ProjectError, match=f"says what {subject} says already"):
            own.new()
        del own.rows[name][-1]


def test_what_is_no_sheet_of_ours_is_refused(tmp_path: Path) -> None:
    def packed(text: bytes) -> bytes:
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/workbook.xml", text)
        return target.getvalue()

    path = tmp_path / "x.xlsx"
    none = "no sheet that pan2kg has written"
    for data, said in (
        (b"", none),
        (b"PK\x03\x04 and no more", none),
        (b"a,b\n1,2\n", none),
        (b"pan2kg:actions:x:key,\xff", "UTF-8"),
        (packed(b" " * (65 << 20)), "64 MB"),
        (packed(b'<!DOCTYPE x [<!ENTITY a "a">]><x>&a;</x>'), none),
    ):
        path.write_bytes(data)
        with pytest.raises(ProjectError, match=said):
            filled.read_tables(path)
