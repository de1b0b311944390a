"""A table in every form: nothing known is never 0, nothing is markup or a formula that was not meant to be, lines fit.
And what of it is written: columns, order, number of rows, and the line of names."""

import csv
import io
import json
import time
from dataclasses import replace
from datetime import date, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

import openpyxl
import pyoxigraph as ox
import pytest

from pan2kg.coherence.evidence import Basis
from pan2kg.errors import FormatError, QueryError
from pan2kg.graph.graph import Graph
from pan2kg.i18n import LANGUAGES, Language, Text
from pan2kg.store.store import LocalStore
from pan2kg.tables.answers import answer
from pan2kg.tables.exhibit import Anchors, html_figures
from pan2kg.tables.figure_words import basis_of_figures, resting
from pan2kg.tables.formats import Grid, write_local_csv
from pan2kg.tables.kinds import TableChoice, table_kinds
from pan2kg.tables.spreadsheet import write_spreadsheet
from pan2kg.tables.table import Column, Selection, Table, Value
from pan2kg.tables.writers import Style, laid_out, write
from tests.conftest import Cli

EVIL: Final = '<script>alert("|")</script>'


def both(fr: str, en: str) -> Text:
    return Text.of({"fr": fr, "en": en})


UNKNOWN: Final = {
    "plan": "https://w3id.org/pan2kg/id/plan/b", "plan_label": "B", "linked": None, "strength": None, "returned": None,
    "due": None, "texts": "", "texts_label": "",
}  # fmt: skip
FIGURES: Final = Table(
    name="example",
    title=both("Un titre <b>", "A title <b>"),
    summary=both("Un résumé.", "A summary."),
    basis=Basis(389, 48, 69, release="0.1.0", as_of=date(2021, 12, 1)),
    columns=(
        Column("plan", both("Plan", "Plan")),
        Column("plan_label", both("Plan", "Plan"), names="plan"),
        Column("linked", both("Paires liées", "Linked pairs"), both("combien", "how many")),
        Column("strength", both("Force", "Strength")),
        Column("returned", both("Rendu", "Returned")),
        Column("due", both("Échéance", "Due")),
        Column("texts", both("Textes", "Texts")),
        Column("texts_label", both("Textes", "Texts"), names="texts"),
    ),
    rows=(
        {
            "plan": "https://w3id.org/pan2kg/id/plan/a",
            "plan_label": EVIL,
            "linked": 0,
            "strength": 0.6420571,
            "returned": False,
            "due": "2021-12-17",
            "texts": "http://data.europa.eu/eli/reg/2017/821/oj https://e/b",
            "texts_label": "Loi, « A »; B",
        },
        UNKNOWN,
    ),
    notes=(both("Une remarque <i>.", "A note <i>."),),
    sparql='SELECT * WHERE { ?s ?p "<x>" }',
)


def written(table: Table, form: str, language: Language = "en", width: int = 0) -> str:
    return str(write(table, form, Style(language, width=width)))


def ask(query: str) -> Table:
    return answer(LocalStore(ox.Store()).query(query))


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        assert not self.open, f"{self.open} is never closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_a_reader_sees_what_is_not_known_and_rounded_figures_while_data_is_whole() -> None:
    for form in ("table", "md", "html"):
        text = written(FIGURES, form, "fr")
        assert "non évalué ou inconnu" in text
        assert "non évalué ou inconnu" not in written(
            replace(FIGURES, rows=FIGURES.rows[:1]), form, "fr"
        )
        assert "0,642" in text
        assert "0.642" not in text
        assert "arrondis à trois décimales" in text
        assert "Aucune ligne." in written(replace(FIGURES, rows=()), form, "fr")
    content = json.loads(written(FIGURES, "json"))
    assert [(row["linked"], row["returned"], row["strength"]) for row in content["rows"]] == [
        (0, False, 0.6420571),
        (None, None, None),
    ]
    assert (content["basis"]["n"], content["basis"]["as_of"]) == (389, "2021-12-01")
    assert content["basis"]["filters"] == {"status": "accepted, derived", "unverified": "left out"}
    assert (content["notes"], content["sparql"]) == (
        [dict(FIGURES.notes[0].by_language())],
        FIGURES.sparql,
    )


def test_csv_is_rfc_4180_with_labels_beside_iris_and_its_local_form_runs_no_formula() -> None:
    text = written(FIGURES, "csv", "fr")
    head, *lines = text.split("\r\n")
    assert head == "plan,plan_label,linked,strength,returned,due,texts,texts_label"
    assert (len(lines), "\n" in text.replace("\r\n", "")) == (3, False)
    assert '"<script>alert(""|"")</script>",0,0.6420571,false,' in lines[0]
    assert lines[1].endswith("/b,B,,,,,,")
    local = write_local_csv(Grid(["a", "b"], [["=1+1", -1.5], ["@x", None], ['q;"', True]]), "de")
    rows = list(csv.reader(io.StringIO(local.removeprefix("\ufeff")), delimiter=";"))
    assert rows == [["a", "b"], ["'=1+1", "-1,5"], ["'@x", ""], ['q;"', "true"]]
    assert local.startswith("\ufeff")


def test_html_is_escaped_well_formed_and_has_scopes() -> None:
    text = written(FIGURES, "html")
    assert "<script" not in text
    tags = Page(text).tags
    assert [a.get("scope") for tag, a in tags if tag == "th"] == ["col"] * 6 + ["row"] * 2
    assert [tag for tag, _ in tags if tag in ("caption", "b", "i")] == ["caption"]
    addresses = ["http://data.europa.eu/eli/reg/2017/821/oj", "https://e/b"]
    assert [a["href"] for tag, a in tags if tag == "a"] == addresses
    foreign = {"https://w3id.org/pan2kg/id/plan/a": "en"}
    page = Page(
        html_figures(
            FIGURES, "fr", Anchors("t", lambda *_: "#x", lambda address: foreign.get(address, ""))
        )
    )
    links = [attributes for tag, attributes in page.tags if tag == "a"]
    assert ([a.get("lang") for a in links][:2], {a["href"] for a in links}) == (
        ["en", None],
        {"#x"},
    )


def test_markdown_has_no_markup_of_its_own_in_cells_and_no_query_closes_its_fence() -> None:
    text = written(FIGURES, "md")
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert len(rows) == 4
    assert '&lt;script&gt;alert("\\|")&lt;/script&gt;' in rows[2]
    assert "<script" not in text
    assert "\n````sparql\n# ```\n````\n" in written(replace(FIGURES, sparql="# ``` "), "md")


def test_no_line_is_wider_than_the_terminal() -> None:
    long = {**FIGURES.rows[0], "plan_label": "Plan d’action national « Entreprises » " * 5}
    for width in (60, 120):
        text = written(replace(FIGURES, rows=(long, FIGURES.rows[1])), "table", "fr", width)
        assert max(map(len, text.splitlines())) <= width
    columns = tuple(Column(f"c{n}", both(f"Colonne {n}", f"Column {n}")) for n in range(20))
    many = replace(
        FIGURES, columns=columns, rows=({f"c{n}": f"valeur longue {n}" for n in range(20)},)
    )
    assert "\nColonne 19  valeur longue 19\n" in written(many, "table", "fr", 80)
    assert "389 actions, 48 of them with at least one text; 69 plans; links: accepted" in written(
        FIGURES, "table"
    )


def test_a_basis_reads_as_french_and_says_how_texts_are_weighed_just_where_there_are_weights(
    graph: Graph,
) -> None:
    basis = (
        FIGURES.basis.also("bits", "≥ 0.5")
        .also("fields", "recorded for 40 of 48 actions")
        .also("seed", 20200101)
    )
    line = basis_of_figures(basis, "fr")
    assert "liens\xa0: acceptés et dérivés\xa0; énoncés non vérifiés\xa0: écartés" in line
    assert "bits en commun\xa0: ≥ 0,5\xa0; champs\xa0: relevés pour 40 actions sur 48" in line
    assert line.endswith("situation au 1er\xa0décembre 2021.")
    said = {
        name: resting(table_kinds()[name].make(graph, TableChoice()), "en")
        for name in ("debt", "trust")
    }
    assert ["log2" in words for words in said.values()] == [True, False]


# Spreadsheets, read back

CELLS: list[list[Value]] = [
    ["=1+1", 1, 0.1, True, "2021-12-17", None],
    ["-A1", 0, -2.5, False, "1815-06-09", ""],
    ["@x", None, None, None, "2021-02-30", "https://e/a\x01"],
]


def read(content: bytes | str) -> openpyxl.Workbook:
    assert isinstance(content, bytes)
    return openpyxl.load_workbook(io.BytesIO(content))


def test_values_come_back_as_what_they_were_and_no_cell_is_a_formula_or_a_link() -> None:
    sheet = read(write_spreadsheet([("data", Grid(list("abcdef"), CELLS))]))["data"]
    day = datetime.fromisoformat("2021-12-17")
    assert list(sheet.iter_rows(values_only=True)) == [
        tuple("abcdef"),
        ("=1+1", 1, 0.1, True, day, None),
        ("-A1", 0, -2.5, False, "1815-06-09", None),
        ("@x", None, None, None, "2021-02-30", "https://e/a�"),
    ]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} == {"s", "n", "b", "d"}
    assert not any(cell.hyperlink for row in sheet.iter_rows() for cell in row)
    rows: list[list[Value]] = [[1]] * 1_048_576
    with pytest.raises(FormatError, match=r"at most 1048575 rows; there are 1048576\. Use csv\."):
        write_spreadsheet([("data", Grid(["a"], rows))])


def test_a_spreadsheet_of_figures_is_whole_says_what_it_rests_on_and_is_the_same_twice() -> None:
    spreadsheet = write(FIGURES, "xlsx", Style("fr"))
    book = read(spreadsheet)
    head, first, second = book["data"].iter_rows(values_only=True)
    assert head[:4] == ("Plan (id)", "Plan", "Paires liées", "Force")
    day = datetime.fromisoformat("2021-12-17")
    assert first[:6] == ("https://w3id.org/pan2kg/id/plan/a", EVIL, 0, 0.6420571, False, day)
    assert second[2:6] == (None, None, None, None)
    about = dict(book["about"].iter_rows(values_only=True))
    assert (about["title"], about["query"]) == ("Un titre <b>", FIGURES.sparql)
    assert "389 actions" in about["basis"]
    time.sleep(2.1)  # a zip counts in steps of two seconds
    assert spreadsheet == write(FIGURES, "xlsx", Style("fr"))


def test_commands_write_spreadsheets_and_local_csv_and_no_spreadsheet_to_a_terminal(
    cli: Cli, tmp_path: Path
) -> None:
    file = tmp_path / "a.xlsx"
    done = cli("ask", "actions-of-plan", "--format", "xlsx", "-o", str(file))
    assert (done.returncode, done.stdout) == (0, "")
    head, *rows = read(file.read_bytes())["data"].iter_rows(values_only=True)
    assert (head[:3], len(rows)) == (("action (id)", "notation", "action"), 20)
    for command in (["ask", "actions-of-plan"], ["coherence", "trust"]):
        done = cli(*command, "--format", "xlsx")
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.endswith("A spreadsheet is a file, not text. Name it with -o FILE.\n")
    local = cli(
        "coherence", "debt", "--format", "csv-local", "--language", "fr", "--limit", "3"
    ).stdout
    heads, first, *_ = csv.reader(io.StringIO(local.removeprefix("\ufeff")), delimiter=";")
    assert any("," in cell and cell.replace(",", "").isdigit() for cell in first[: len(heads)])
    said = cli("ask", "plans", "--limit", "2").stdout
    places = [
        said.index(words)
        for words in ("Which plans", "Read it before any figure", "2 rows", "Release ")
    ]
    assert places == sorted(places), "caveats above the answer and the basis below"


def test_yes_is_a_word_of_the_reader_and_a_boolean_under_the_names_of_the_query() -> None:
    styles = {"fr": ("réponse", "oui"), "de": ("Antwort", "ja"), "en": ("answer", "yes")}
    cases = [(Style(language), *styles[language]) for language in LANGUAGES]
    for style, head, yes in (*cases, (Style("fr", own_names=True), "answer", True)):
        for query in ("ASK {}", "SELECT (true AS ?answer) {}"):
            grid = laid_out(ask(query), style)
            assert (list(grid.columns), [list(row) for row in grid.rows]) == ([head], [[yes]])
    grid = laid_out(ask("CONSTRUCT { <http://e/s> <http://e/p> 1 } WHERE {}"), Style())
    assert [list(row)[:2] for row in grid.rows] == [["<http://e/s>", "<http://e/p>"]]


# What of a table is written

CHOSEN: Final = Table(
    "x",
    (Column("plan"), Column("plan_label", names="plan"), Column("bits")),
    (
        {"plan": "http://e/b", "plan_label": "beta", "bits": 2.0},
        {"plan": "http://e/a", "plan_label": "Alpha", "bits": None},
        {"plan": "http://e/c", "plan_label": "gamma", "bits": 10.0},
    ),
)
ANSWER: Final = """SELECT ?plan ?plan_label ?bits { VALUES (?plan ?plan_label ?bits) {
    (<http://e/b> "beta" 2) (<http://e/a> "Alpha" UNDEF) (<http://e/c> "gamma" 10) } }"""


def of_answer(selection: Selection) -> list[dict[str, str]]:
    rows = json.loads(written(selection.of(ask(ANSWER))[0], "json"))["results"]["bindings"]
    return [{name: term["value"] for name, term in row.items()} for row in rows]


def test_rows_are_sorted_by_names_and_numbers_and_what_is_unknown_comes_last() -> None:
    for key, names in (
        ("plan", "Alpha beta gamma"),
        ("-plan_label", "gamma beta Alpha"),
        ("bits", "beta gamma Alpha"),
        ("-bits", "gamma beta Alpha"),
    ):
        selection = Selection(order=(key,))
        assert [row["plan_label"] for row in selection.of(CHOSEN)[0].rows] == names.split()
        assert [row["plan_label"] for row in of_answer(selection)] == names.split()


def test_columns_and_rows_are_chosen_and_what_is_left_out_is_counted(cli: Cli) -> None:
    table, left_out = Selection(columns=("bits",), limit=1).of(CHOSEN)
    assert (table.keys, len(table.rows), left_out) == (("bits",), 1, 2)
    assert of_answer(Selection(columns=("bits", "plan"), limit=1)) == [
        {"bits": "2", "plan": "http://e/b", "plan_label": "beta"}
    ]
    assert of_answer(Selection(limit=0)) == []
    named, _ = Selection(columns=("plan_label",)).of(ask(ANSWER))
    assert "beta" in written(named, "md"), "a name alone is a column of its own"
    figures = cli(
        "coherence",
        "debt",
        "--columns",
        "citing,cited",
        "--sort=-citing",
        "--limit",
        "2",
        "--format",
        "tsv",
    )
    head, *rows = [line.split("\t") for line in figures.stdout.splitlines()]
    assert (head[:2], len(rows), "rows are not shown" in figures.stderr) == (
        ["citing", "citing_label"],
        2,
        True,
    )


def test_an_unknown_column_is_refused_with_the_nearest() -> None:
    with pytest.raises(QueryError, match=r"no column « bit »\. Did you mean bits"):
        Selection(order=("-bit",)).of(CHOSEN)
    with pytest.raises(QueryError, match="There are: plan, plan_label, bits"):
        Selection(columns=("zzz",)).of(ask(ANSWER))
    with pytest.raises(QueryError, match="Only an answer in rows"):
        Selection(limit=1).of(ask("ASK {}"))
    with pytest.raises(
        FormatError, match=r"as pdf\. Use table, csv, csv-local, tsv, json, md, html, xlsx"
    ):
        written(FIGURES, "pdf")
