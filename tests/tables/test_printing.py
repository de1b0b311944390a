"""A table of figures in every form: nothing known is never 0, nothing is markup that was not meant to be, lines fit."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from typing import Final

import pytest

from pan2kg.coherence.citations import Bounds
from pan2kg.coherence.evidence import Basis
from pan2kg.errors import FormatError
from pan2kg.graph.graph import Graph
from pan2kg.i18n.catalogue import LANGUAGES, Language, Text
from pan2kg.tables.figure_words import basis_of_figures, bits_text, resting
from pan2kg.tables.formats import clean, shown
from pan2kg.tables.registry import TABLES, TableChoice
from pan2kg.tables.table import Column, Table
from pan2kg.tables.writers import FORMS, Anchors, Style, html_figures, items, write

EVIL: Final = '<script>alert("|")</script>'

FIGURES: Final = Table(
    name="example",
    title=Text.of({"fr": "Un titre <b>", "en": "A title <b>"}),
    summary=Text.of({"fr": "Un résumé.", "en": "A summary."}),
    basis=Basis(389, 48, 69, release="0.1.0", as_of=date(2021, 12, 1)),
    columns=(
        Column("plan", Text.of({"fr": "Plan", "en": "Plan"})),
        Column("plan_label", Text.of({"fr": "Plan", "en": "Plan"}), names="plan"),
        Column(
            "linked",
            Text.of({"fr": "Paires liées", "en": "Linked pairs"}),
            Text.of({"fr": "combien", "en": "how many"}),
        ),
        Column("strength", Text.of({"fr": "Force", "en": "Strength"})),
        Column("returned", Text.of({"fr": "Rendu", "en": "Returned"})),
        Column("due", Text.of({"fr": "Échéance", "en": "Due"})),
        Column("texts", Text.of({"fr": "Textes", "en": "Texts"})),
        Column("texts_label", Text.of({"fr": "Textes", "en": "Texts"}), names="texts"),
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
        {
            "plan": "https://w3id.org/pan2kg/id/plan/b",
            "plan_label": "B",
            "linked": None,
            "strength": None,
            "returned": None,
            "due": None,
            "texts": "",
            "texts_label": "",
        },
    ),
    notes=(Text.of({"fr": "Une remarque <i>.", "en": "A note <i>."}),),
    sparql='SELECT * WHERE { ?s ?p "<x>" }',
)


def written(table: Table, form: str, language: Language, width: int = 0) -> str:
    return str(write(table, form, Style(language, width=width)))


class Page(HTMLParser):
    """What a fragment consists of, and whether every element is closed."""

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


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_written_the_same_twice(form: str, language: Language) -> None:
    text = written(FIGURES, form, language, 100)
    assert text == written(FIGURES, form, language, 100)
    assert text.endswith("\n") or form == "xlsx"


def test_an_unknown_form_is_refused_with_those_there_are() -> None:
    with pytest.raises(FormatError, match=r"« pdf »\. Use table, csv, csv-local, tsv, json, md, html, xlsx"):
        written(FIGURES, "pdf", "en")


@pytest.mark.parametrize("form", ["table", "md", "html"])
def test_what_is_not_known_is_a_dash_with_its_meaning_and_nought_is_0(form: str) -> None:
    text = written(FIGURES, form, "fr")
    assert "non évalué ou inconnu" in text
    none = written(replace(FIGURES, rows=FIGURES.rows[:1]), form, "fr")
    assert "non évalué ou inconnu" not in none


def test_null_and_0_stay_apart_in_data() -> None:
    rows = json.loads(written(FIGURES, "json", "en"))["rows"]
    assert [row["linked"] for row in rows] == [0, None]
    assert [row["returned"] for row in rows] == [False, None]
    lines = list(csv.DictReader(io.StringIO(written(FIGURES, "csv", "en"), newline="")))
    assert [line["linked"] for line in lines] == ["0", ""]
    assert [line["returned"] for line in lines] == ["false", ""]


def test_csv_is_rfc_4180_with_labels_beside_iris() -> None:
    text = written(FIGURES, "csv", "fr")
    head, *lines = text.split("\r\n")
    assert head == "plan,plan_label,linked,strength,returned,due,texts,texts_label"
    assert len(lines) == 3
    assert "\n" not in text.replace("\r\n", "")
    assert '"<script>alert(""|"")</script>"' in lines[0]


def test_data_is_whole_and_text_is_rounded() -> None:
    assert "0.6420571" in written(FIGURES, "csv", "fr")
    assert json.loads(written(FIGURES, "json", "fr"))["rows"][0]["strength"] == 0.6420571
    for form in ("table", "md", "html"):
        text = written(FIGURES, form, "fr")
        assert "0,642" in text
        assert "0.642" not in text
        assert "arrondis à trois décimales" in text


def test_json_says_what_the_figures_rest_on() -> None:
    content = json.loads(written(FIGURES, "json", "en"))
    assert content["basis"]["n"] == 389
    assert content["basis"]["as_of"] == "2021-12-01"
    assert content["basis"]["filters"] == {"status": "accepted, derived", "unverified": "left out"}
    assert content["notes"] == [{"fr": "Une remarque <i>.", "en": "A note <i>."}]
    assert content["sparql"] == FIGURES.sparql


def test_html_is_escaped_well_formed_and_has_scopes() -> None:
    text = written(FIGURES, "html", "en")
    assert "<script" not in text
    page = Page(text)
    assert [a.get("scope") for tag, a in page.tags if tag == "th"] == ["col"] * 6 + ["row"] * 2
    assert [tag for tag, _ in page.tags if tag in ("caption", "b", "i")] == ["caption"]
    assert [a["href"] for tag, a in page.tags if tag == "a"] == [
        "http://data.europa.eu/eli/reg/2017/821/oj", "https://e/b",
    ]  # fmt: skip


def test_markdown_has_no_markup_of_its_own_in_cells() -> None:
    text = written(FIGURES, "md", "en")
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert len(rows) == 4
    assert '&lt;script&gt;alert("\\|")&lt;/script&gt;' in rows[2]
    assert "<script" not in text
    assert "```sparql\n" in text


def test_a_backtick_in_a_query_does_not_close_its_fence() -> None:
    text = written(replace(FIGURES, sparql="# ``` "), "md", "en")
    assert "\n````sparql\n# ```\n````\n" in text


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    long = {**FIGURES.rows[0], "plan_label": "Plan d’action national « Entreprises » " * 5}
    text = written(replace(FIGURES, rows=(long, FIGURES.rows[1])), "table", "fr", width)
    assert max(map(len, text.splitlines())) <= width


def test_many_columns_become_rows_below_each_other() -> None:
    columns = tuple(Column(f"c{n}", Text.of({"fr": f"Colonne {n}", "en": f"Column {n}"})) for n in range(20))
    rows = ({f"c{n}": f"valeur longue {n}" for n in range(20)},)
    text = written(replace(FIGURES, columns=columns, rows=rows), "table", "fr", 80)
    assert "\nColonne 19  valeur longue 19\n" in text


def test_without_a_width_a_line_is_as_long_as_it_needs() -> None:
    assert "389 actions, 48 of them with at least one text; 69 plans; links: accepted" in written(
        FIGURES, "table", "en"
    )


def test_an_empty_table_says_so() -> None:
    empty = replace(FIGURES, rows=())
    for form in ("table", "md", "html"):
        assert "Aucune ligne." in written(empty, form, "fr")
    assert written(empty, "csv", "fr").count("\r\n") == 1


@pytest.mark.parametrize(
    ("value", "fr", "en"),
    [
        (None, "–", "–"),
        (0, "0", "0"),
        (-3, "−3", "−3"),
        (0.0, "0,000", "0.000"),
        (0.0004, "< 0,001", "< 0.001"),
        (-0.0004, "> −0,001", "> −0.001"),
        (True, "oui", "yes"),
        ("2021-12-17", "17/12/2021", "2021-12-17"),
        ("2021-12", "2021-12", "2021-12"),
    ],
)
def test_a_value_is_said_to_a_reader(value: str | float | None, fr: str, en: str) -> None:
    assert (shown(value, "fr"), shown(value, "en")) == (fr, en)


def test_what_steers_a_terminal_is_taken_out() -> None:
    assert "\x1b" not in clean("a\x1b[31mb")
    assert clean("« a » : b ; (PAN 2)") == "«\xa0a\xa0»\xa0: b\xa0; (PAN\xa02)"


def test_labels_that_cannot_be_told_apart_are_shown_as_one_text() -> None:
    column = Column("texts_label", names="texts")
    row = {"texts": "https://e/a https://e/b", "texts_label": "one; two; three"}
    assert items(row, column, "en") == [("", "one; two; three")]


def test_a_basis_reads_as_french() -> None:
    basis = FIGURES.basis.also("bits", "≥ 0.5").also("fields", "recorded for 40 of 48 actions").also("seed", 20200101)
    line = basis_of_figures(basis, "fr")
    assert "liens\xa0: acceptés et dérivés\xa0; énoncés non vérifiés\xa0: écartés" in line
    assert "bits en commun\xa0: ≥ 0,5\xa0; champs\xa0: relevés pour 40 actions sur 48" in line
    assert line.endswith("situation au 1er\xa0décembre 2021.")


def test_names_in_another_language_are_marked_and_lead_where_they_are_told() -> None:
    foreign = {"https://w3id.org/pan2kg/id/plan/a": "en"}
    page = Page(html_figures(FIGURES, "fr", Anchors("t", lambda *_: "#x", lambda address: foreign.get(address, ""))))
    assert [a.get("lang") for tag, a in page.tags if tag == "a"][:2] == ["en", None]
    assert {a["href"] for tag, a in page.tags if tag == "a"} == {"#x"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_table_says_how_texts_are_weighed_just_where_it_holds_weights(graph: Graph, language: Language) -> None:
    spoken = graph.spoken(language)
    names = ("debt", "participation", "obligations", "completeness", "dependencies", "trust")
    said = {name: resting(TABLES[name].make(spoken, TableChoice()), language) for name in names}
    assert {name for name in names if "log2" in said[name]} == {"debt", "participation"}
    assert not [name for name in names if "ln(" in said[name]]


def test_one_bit_is_one_and_in_french_less_than_two_too(graph: Graph) -> None:
    pair = ("lu-bhr-1-m5", "lu-bhr-2-4-3")
    table = TABLES["explain"].make(graph, TableChoice(actions=pair))
    notes = {language: [one.say(language) for one in table.notes] for language in LANGUAGES}
    shared, general = (bits_text(Bounds(value, value)) for value in (1.0, 0.0))
    assert [shared.say(language) for language in LANGUAGES] == ["1\u00a0bit", "1 bit", "1 Bit"]
    assert [general.say(language) for language in LANGUAGES] == ["0\u00a0bit", "0 bits", "0 Bit"]
    assert all(general.say(language) in " ".join(notes[language]) for language in LANGUAGES)
