"""A plan out as a spreadsheet and in again: nothing changes that nobody changed, and what was typed stays as typed."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import pan2kg
from pan2kg.errors import ProjectError
from pan2kg.project import Project
from pan2kg.review.sheet import (
    LAYOUTS,
    STAMP,
    Book,
    DescribedRow,
    FilledSheet,
    SheetComparison,
    changed,
    compare,
    lines_of,
    read_book,
    read_tables,
    write_book,
)
from pan2kg.store.store import LocalStore
from pan2kg.tables.spreadsheet import FormSheet, write_forms
from pan2kg.turtle.blocks import read_turtle_file
from pan2kg.turtle.vocabulary import link_iri, thing
from pan2kg.turtle.writer import read_prefixes
from pan2kg.validation.lines import check_style
from pan2kg.validation.quotations import KeptText
from tests.conftest import Cli
from tests.copies import FEW, copy

PLAN = thing("plan", "lu-bhr-2")
ACTIONS = "graph/plans/lu-bhr-2/actions.ttl"
LINK = "link:1d5596c59ff28c70"
LINKS = "graph/plans/lu-bhr-2/links.ttl"
DETAILS, PLAN_FILE = "graph/plans/lu-bhr-2/details.ttl", "graph/plans/lu-bhr-2/plan.ttl"


@pytest.fixture(scope="module")
def known(with_texts: pan2kg.Graph) -> DescribedRow:
    assert isinstance(with_texts.store, LocalStore)
    return DescribedRow.read(with_texts.store, "en", {})


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project.at(copy(tmp_path / "copy", FEW))


def untouched(found: SheetComparison) -> bool:
    return found.is_empty and not found.faults and not found.absent


class Desk:
    """The sheets of a plan as they went out, filled in, and compared with files, or what these say."""

    def __init__(
        self, project: Project, known: DescribedRow, tables: Sequence[FilledSheet], book: Book | None = None
    ) -> None:
        self.project, self.known, self.book = project, known, book
        self.codes = {one.name: one.codes for one in tables}
        self.rows = {one.name: [list(line) for _, line in one.lines] for one in tables}

    def row(self, name: str, key: str) -> list[str]:
        return next(row for row in self.rows[name] if row[0] == key)

    def type(self, name: str, key: str, /, **cells: str) -> None:
        """Type into the cells of a row, or into a new one where the key is empty."""
        codes = self.codes[name]
        if not key:
            self.rows[name].append([""] * len(codes))
        row = self.row(name, key) if key else self.rows[name][-1]
        for code, words in cells.items():
            row[codes.index(code.rstrip("_").replace("_at_", "@").replace("_", "-"))] = words

    def read(self) -> tuple[Book, SheetComparison]:
        tables = [
            FilledSheet(name, self.codes[name], tuple(enumerate(map(tuple, rows), start=3)))
            for name, rows in self.rows.items()
        ]
        book = self.book or read_book(self.project, PLAN)
        return book, compare(book, tables, self.known)

    def new(self) -> dict[str, str]:
        """The files that change, new text by name."""
        found = self.read()[1]
        assert not found.faults, [str(one.message) for one in found.faults]
        return {one.name: one.new for one in changed(found)}

    def faults(self) -> list[str]:
        return [one.message.key.removeprefix("fault.") for one in self.read()[1].faults]


@pytest.fixture(scope="module")
def book(with_texts: pan2kg.Graph) -> Book:
    """PAN 2 as its files say it."""
    assert with_texts.project
    return read_book(with_texts.project, PLAN)


@pytest.fixture(scope="module")
def workbook(book: Book, known: DescribedRow, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sheets of PAN 2 as they are written."""
    path = tmp_path_factory.mktemp("sheet") / "plan.xlsx"
    path.write_bytes(write_book(book, known.names, sorted(known.things), "en"))
    return path


@pytest.fixture(scope="module")
def tables(workbook: Path) -> Sequence[FilledSheet]:
    return read_tables(workbook)[1]


@pytest.fixture
def desk(book: Book, known: DescribedRow, tables: Sequence[FilledSheet]) -> Desk:
    """Sheets that are compared with files nobody has changed."""
    return Desk(book.project, known, tables, book)


@pytest.fixture
def own(project: Project, known: DescribedRow, tables: Sequence[FilledSheet]) -> Desk:
    """The same over files that may be changed."""
    return Desk(project, known, tables)


def lines(text: str) -> list[str]:
    return text.splitlines()


@pytest.mark.parametrize("plan", FEW)
def test_what_comes_back_untouched_changes_nothing(with_texts: pan2kg.Graph, known: DescribedRow, plan: str) -> None:
    assert with_texts.project
    book = read_book(with_texts.project, thing("plan", plan))
    tables = [
        FilledSheet(
            sheet.name,
            ("key", *(column.code for column in sheet.columns), "mark"),
            tuple(enumerate(map(tuple, lines_of(book, sheet, known.names)), start=3)),
        )
        for sheet in book.sheets.values()
    ]
    assert untouched(compare(book, tables, known))
    assert sum(len(one.lines) for one in tables) > 5


CELL = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"], include_characters="\n"), max_size=30)


@settings(max_examples=40)
@given(st.lists(CELL, min_size=1, max_size=6))
@example(["4.10", "3-1", "=1+1", "+1", "@x", "1.10"])
@example(["_x0041_", "0001", "TRUE", "1e5", "http://e/x", "{=A1}"])
@example(["  two  ", "a\n\nb", "'", "#N/A", "2026-01-02", "\\n"])
def test_a_cell_comes_back_as_it_was_typed(tmp_path_factory: pytest.TempPathFactory, cells: list[str]) -> None:
    head = (f"{STAMP}:actions:x:key", *(str(number) for number in range(len(cells))), "mark")
    form = FormSheet("actions", "actions", (head, head), (("k", *cells, "m"),), {})
    path = tmp_path_factory.getbasetemp() / "cells.xlsx"
    path.write_bytes(write_forms([form], "lists"))
    assert read_tables(path)[1][0].lines[0][1] == ("k", *cells, "m")


def test_what_both_changed_is_said_and_not_written(own: Desk) -> None:
    path = own.project.root / ACTIONS
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('notation "4.3"', 'notation "4.30"'), encoding="utf-8")
    assert untouched(own.read()[1]), "what the files alone changed stays"
    own.type("actions", "action:lu-bhr-2-4-3", number="4.31")
    _, found = own.read()
    assert [(one.old, one.new, one.meanwhile) for one in found.changes] == [("4.30", "4.31", True)]


def test_the_command_says_what_changes_and_writes_all_or_nothing(
    project: Project, workbook: Path, cli: Cli, tmp_path: Path
) -> None:
    path, file = tmp_path / "plan.xlsx", project.root / ACTIONS
    old = file.read_text(encoding="utf-8")

    def typed(number: str, body: str) -> None:
        book = openpyxl.load_workbook(workbook)
        book["actions"]["B3"].value, book["involvements"]["B3"].value = number, body
        book.save(path)

    typed("1.10", "nobody")
    # Shown or to be written: nothing is taken of a sheet with a fault.
    refused = cli("sheet", "import", str(path), "--write", "--language", "en", cwd=project.root)
    assert (refused.returncode, file.read_text(encoding="utf-8")) == (2, old)
    assert "actions, cell B3: action:lu-bhr-2-1-1, number: 1.1 → 1.10\n" in refused.stdout
    assert "the project has nothing called nobody" in refused.stdout
    typed("1.10", "maee")
    written = cli("sheet", "import", str(path), "--write", "--language", "en", cwd=project.root)
    assert written.stderr == f"Written: 1 cell, 0 new rows, in {ACTIONS}.\n"
    assert file.read_text(encoding="utf-8") == old.replace('notation "1.1"', 'notation "1.10"', 1)


def test_what_another_program_saved_untouched_changes_nothing(
    book: Book, known: DescribedRow, workbook: Path, tmp_path: Path
) -> None:
    saved = tmp_path / "saved.xlsx"
    openpyxl.load_workbook(workbook).save(saved)
    sheet = openpyxl.load_workbook(workbook)["involvements"]
    assert (sheet["A3"].protection.locked, sheet["B3"].protection.locked, sheet.protection.sheet) == (True, False, True)
    offered = {str(rule.sqref).split(":")[0] for rule in sheet.data_validations.dataValidation}
    codes = [cell.value for cell in sheet[1]]
    assert offered == {f"{sheet.cell(1, codes.index(one) + 1).column_letter}3" for one in ("body", "role", "certainty")}
    for path in (workbook, saved):
        plan, tables, is_csv = read_tables(path)
        assert (plan, len(tables), is_csv) == ("lu-bhr-2", len(LAYOUTS), False)
        assert untouched(compare(book, tables, known))
    grid = list(openpyxl.load_workbook(workbook)["actions"].iter_rows(values_only=True))
    for number, separator in enumerate(",;\t"):
        target = io.StringIO()
        csv.writer(target, delimiter=separator).writerows(grid)
        path = tmp_path / f"{number}.csv"
        path.write_text(f"\ufeff{target.getvalue()}", encoding="utf-8")
        _, tables, is_csv = read_tables(path)
        assert (is_csv, [one.name for one in tables]) == (True, ["actions"])
        assert untouched(compare(book, tables, known))


def test_keys_are_not_edited_removed_made_up_or_used_twice(desk: Desk) -> None:
    rows = desk.rows["actions"]
    del rows[-2:]
    _, found = desk.read()
    assert (found.is_empty, found.absent, found.faults) == (True, 2, []), "rows that were deleted stay"
    rows.append(["", "9.9", *rows[0][2:]])  # a copy that lost its key
    _, found = desk.read()
    assert ([one[2]["number"] for one in found.rows], found.faults) == (["9.9"], [])
    del rows[-1]
    rows[0][0], rows[1][0], rows[2][0] = "action:lu-bhr-2-9-9", "", rows[3][0]
    rows[4][-1] = ""
    rows.append(["action:lu-bhr-2-7", *[""] * (len(rows[0]) - 1)])
    assert desk.faults() == ["key-edited", "key-gone", "key-twice", "key-twice", "mark-gone", "key-unknown"]


TIME, INDICATOR = "timeline:lu-bhr-2-2-1", {"kind": "Indicator", "words_at_en": "visits", "presence": "present"}
DETAIL = {"belongs_to": "action:lu-bhr-2-4-3", "source": "editors", "certainty": "stated"}
REFUSED: list[tuple[str, str, dict[str, str], list[str]]] = [
    ("names", "plan:lu-bhr-2", {"period_end": "2022-13"}, ["no-day"]),
    ("names", "plan:lu-bhr-2", {"adopted": "2019-02-30"}, ["no-day"]),
    ("names", "plan:lu-bhr-2", {"adopted": "2019\n2020"}, ["several"]),
    ("names", "plan:lu-bhr-2", {"measures": "20.5", "plan_status": "perhaps"}, ["no-count", "unknown"]),
    ("names", "", {"title_at_fr": "Encore"}, ["no-new-names"]),
    ("actions", "action:lu-bhr-2-4-3", {"number": "4.3\n4.4", "title_at_en": "a\u202eb"}, ["several", "hidden"]),
    ("actions", "action:lu-bhr-2-4-3", {"topic": "<x>"}, ["unknown"]),
    ("details", TIME, {"class_": "relative\nvague"}, ["several"]),
    ("details", TIME, {"kind": "Indicator"}, ["fixed"]),
    ("details", TIME, {"belongs_to": "action:lu-bhr-2-4-3"}, ["fixed"]),
    ("links", LINK, {"to": "plan:no-such", "relation": "complement", "document": "nowhere"}, ["unknown"] * 3),
    ("involvements", "involvement:lu-bhr-2-maee-lead", {"body": "cc – Somebody else", "certainty": ""},
     ["other-name", "needed"]),
    ("details", "", {"kind": "Timeline", "belongs_to": "action:no-such", "class_": "vague"}, ["unknown"]),
    ("details", "", {"kind": "Timeline", "belongs_to": "body:maee", "class_": "vague"}, ["not-of-plan"]),
    ("details", "", {"kind": "Timeline", "class_": "vague", "belongs_to": "action:lu-bhr-2-4-3\naction:lu-bhr-2-4-2"},
     ["several"]),
    ("details", "", {"kind": "Action", "words_at_en": "one"}, ["no-detail"]),
    ("details", "", {"kind": "Nothing", "words_at_en": "one"}, ["unknown"]),
    ("details", "", {"kind": "", "words_at_en": "one", "presence": "present", "certainty": ""}, ["needed", "needed"]),
    ("details", "", {"kind": "Timeline", "words_at_en": "soon"}, ["timeline"]),
    ("details", "", {"kind": "Timeline", "class_": "vague", "end": "2021-06-30"}, ["timeline"]),
    ("details", "", {"kind": "Timeline", "class_": "dated", "words_at_en": "one day"}, ["timeline"]),
    ("details", "", {"kind": "Timeline", "class_": "vague", "presence": "present"}, ["timeline"]),
    ("details", "", {"kind": "Indicator", "words_at_en": "visits"}, ["detail"]),
    ("details", "", {"kind": "Indicator", "presence": "present"}, ["detail"]),
    ("details", "", INDICATOR | {"end": "2021"}, ["detail"]),
    ("details", "", INDICATOR | {"source": "nowhere"}, ["unknown"]),
]  # fmt: skip


def test_what_does_not_fit_is_refused_with_its_cell(book: Book, known: DescribedRow, tables: list[FilledSheet]) -> None:
    for sheet, key, cells, faults in REFUSED:
        desk = Desk(book.project, known, tables, book)
        desk.type(sheet, key, **({} if key else DETAIL if sheet == "details" else {}) | cells)
        found = desk.read()[1].faults
        assert sorted(one.message.key for one in found) == sorted(f"fault.{fault}" for fault in faults), cells
        line = 3 + [row[0] for row in desk.rows[sheet]].index(key) if key else 2 + len(desk.rows[sheet])
        assert {one.cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for one in found if one.cell} <= {str(line)}, cells


def test_a_quote_is_held_to_the_kept_text_of_its_document(desk: Desk) -> None:
    text = "The second edition of the National\nAction Plan complements the first"
    document = "globalnaps-org-country-issue-luxembourg-workers-rights"
    desk.known = DescribedRow(desk.known.things, desk.known.names, {document: KeptText(document, "x.txt", text)})
    desk.type("links", LINK, quote_at_en="the National Action Plan … complements the first")
    assert desk.faults() == []
    desk.type("links", LINK, quote_at_en="the National Action Plan completes the first")
    assert desk.faults() == ["not-verbatim"]


NEW = {
    "actions": {"number": "4.10", "title_at_fr": "Égalité", "source": "editors", "certainty": "stated"},
    "involvements": {
        "body": "maee", "work": "action:lu-bhr-2-4-10", "role": "lead", "source": "editors", "certainty": "stated",
        "quote_at_fr": "le ministère mène", "document": "editors", "page": "3-1",
    },
    "links": {
        "type": "uses-instrument", "relation": "promotes", "from_": "action:lu-bhr-2-4-10", "to": "instrument:ungp",
        "source": "editors", "certainty": "derived",
    },
}  # fmt: skip


def test_new_rows_become_blocks_with_computed_keys_in_house_style(own: Desk) -> None:
    for name, cells in NEW.items():
        own.type(name, "", **cells)
    new = own.new()
    assert (
        'action:lu-bhr-2-4-10 a pan:Action ;\n    skos:notation "4.10" ;\n    dcterms:identifier "lu-bhr-2-4-10" ;\n'
        '    skos:prefLabel "Égalité"@fr ;\n    pan:inPlan plan:lu-bhr-2 ;' in new[ACTIONS]
    )
    involvements = new["graph/plans/lu-bhr-2/involvements.ttl"]
    assert "involvement:lu-bhr-2-4-10-maee-lead a pan:Involvement ;" in involvements
    assert 'passage:lu-bhr-2-4-10-maee a pan:Passage ;\n    pan:quote "le ministère mène"@fr ;' in involvements
    assert "pan:evidence passage:lu-bhr-2-4-10-maee ;" in involvements
    for file, content in new.items():
        assert set(lines((own.project.root / file).read_text(encoding="utf-8"))) <= set(lines(content))
        assert not list(check_style([read_turtle_file(content, file)], read_prefixes(own.project)))


def test_keys_follow_what_is_said_and_what_stands_is_not_said_again(own: Desk) -> None:
    own.type("links", LINK, relation="extends")
    own.type("involvements", "involvement:lu-bhr-2-maee-lead", quote_at_fr="le ministère coordonne", document="editors")
    new = own.new()
    ends = thing("plan", "lu-bhr-2"), thing("plan", "lu-bhr-1")
    assert f"link:{link_iri('succession', *ends, relation='extends').rpartition('/')[2]} a pan:Link ;" in new[LINKS]
    assert LINK not in new[LINKS]
    involvements = new["graph/plans/lu-bhr-2/involvements.ttl"]
    assert "pan:evidence passage:lu-bhr-2-maee-lead-passage ;" in involvements
    assert 'passage:lu-bhr-2-maee-lead-passage a pan:Passage ;\n    pan:quote "le ministère coordonne"' in involvements
    own.type("actions", "", number="4.3", title_at_fr="Encore", source="editors", certainty="stated")
    with pytest.raises(ProjectError, match="says what action:lu-bhr-2-4-3 says already"):
        own.new()
    del own.rows["actions"][-1]
    words = {"words_at_en": "INAP", "presence": "present", "belongs_to": "action:lu-bhr-2-2-1"}
    own.type("details", "", kind="VerificationSource", **DETAIL | words)
    with pytest.raises(ProjectError, match="says what verification:lu-bhr-2-2-1-inap says already"):
        own.new()


def packed(text: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", text)
    return target.getvalue()


def test_what_is_no_sheet_of_ours_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    none = "no sheet that pan2kg has written"
    for data, said in (
        (b"", none), (b"PK\x03\x04 and no more", none), (b"a,b\n1,2\n", none), (b"pan2kg:actions:x:key,\xff", "UTF-8"),
        (packed(b" " * (65 << 20)), "64 MB"), (packed(b'<!DOCTYPE x [<!ENTITY a "a">]><x>&a;</x>'), none),
    ):  # fmt: skip
        path.write_bytes(data)
        with pytest.raises(ProjectError, match=said):
            read_tables(path)


def test_a_changed_cell_changes_its_line_alone_in_house_style(desk: Desk) -> None:
    old = {name: (desk.project.root / name).read_text(encoding="utf-8") for name in (ACTIONS, DETAILS, PLAN_FILE)}
    desk.type("actions", "action:lu-bhr-2-4-3", number="4.10", title_at_en='=Preparing "it"', note_at_en="one\ntwo")
    desk.type("names", "plan:lu-bhr-2", period_end="2024", adopted="2019-12", measures="21", plan_status="lapsed")
    desk.type("details", "timeline:lu-bhr-2-3-1-phase-1", end="2020-07-31", words_at_en="phase 1", class_="vague")
    new = desk.new()
    fresh = {name: [line.strip() for line in lines(new[name]) if line not in lines(old[name])] for name in old}
    assert fresh == {
        ACTIONS: [
            'skos:notation "4.10" ;', 'skos:prefLabel "=Preparing \\"it\\""@en ;', 'skos:editorialNote "one"@en ;',
            'skos:editorialNote "two"@en ;',
        ],
        DETAILS: ['pan:text "phase 1"@en ;', 'pan:endDate "2020-07-31"^^xsd:date ;'],
        PLAN_FILE: [
            "adms:status planstatus:lapsed ;", 'pan:periodEnd "2024"^^xsd:gYear ;',
            'pan:adoptedOn "2019-12"^^xsd:gYearMonth ;', "pan:measureCount 21 ;",
        ],
    }  # fmt: skip
    for name, text in new.items():
        assert not list(check_style([read_turtle_file(text, name)], read_prefixes(desk.project)))


def test_a_new_detail_is_written_and_the_action_says_that_it_has_it(own: Desk) -> None:
    own.type("actions", "", **NEW["actions"])
    day = {"class_": "dated", "end": "2021-06-30", "words_at_en": "by June 2021"}
    own.type("details", "", kind="Timeline", **DETAIL | {"belongs_to": "action:lu-bhr-2-4-10"}, **day)
    own.type("details", "", **DETAIL, **INDICATOR)
    own.type("details", "", kind="ExpectedResult – expected result", **DETAIL, presence="absent")
    new = own.new()
    timeline = "timeline:lu-bhr-2-4-10-by-june-2021"
    assert (
        f'{timeline} a pan:Timeline ;\n    pan:text "by June 2021"@en ;\n'
        '    pan:timelineClass timelineclass:dated ;\n    pan:endDate "2021-06-30"^^xsd:date ;\n'
        "    dcterms:source document:editors ;\n    pan:certainty certainty:stated ." in new[DETAILS]
    )
    assert "result:lu-bhr-2-4-3 a pan:ExpectedResult ;\n    pan:presence presence:absent ;" in new[DETAILS]
    block = new[ACTIONS][new[ACTIONS].index("action:lu-bhr-2-4-3 a") :].partition("\n\n")[0]
    assert "    pan:hasIndicator indicator:lu-bhr-2-4-3-visits ;\n" in block
    assert "    pan:hasExpectedResult result:lu-bhr-2-4-3 ;\n    pan:hasTopic" in block
    assert f"pan:inPlan plan:lu-bhr-2 ;\n    pan:hasTimeline {timeline} ;" in new[ACTIONS]
