"""Every table of the shipped graph: its answer, its form, its words, its query.

Golden answers stand in ``golden/``, one CSV an figures. ``PAN2KG_REWRITE=1 pytest tests/tables`` rewrites them;
read the difference as you would read code.
"""

from __future__ import annotations

import os
import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

import pytest

import pan2kg
from pan2kg.coherence.evidence import BITS
from pan2kg.graph.graph import Graph
from pan2kg.i18n.catalogue import CATALOGUES, LANGUAGES, Language, read_entries
from pan2kg.project import Project
from pan2kg.store.store import select
from pan2kg.tables import registry as register
from pan2kg.tables.gaps import KINDS
from pan2kg.tables.registry import TABLES, TableChoice
from pan2kg.tables.table import Table
from pan2kg.tables.writers import FORMS, Style, write

GOLDEN: Final = Path(__file__).parent / "golden"
DAY: Final = date(2026, 1, 1)
CHOICES: Final = {
    "explain": TableChoice(actions=("lu-bhr-2-4-3", "lu-bhr-1-m5")),
    "compare": TableChoice(plans=("lu-bhr-1", "lu-bhr-2")),
}
SILENT: Final = {*("interaction", "ripple", "dematel", "chains", "groups", "agreement", "disagreement", "opposed")}
"""What today's facts do not answer: a table without rows that says so."""


@pytest.fixture(scope="module")
def french(dated: Graph) -> Graph:
    return dated


@pytest.fixture(scope="module")
def english(dated: Graph) -> Graph:
    return dated.spoken("en")


@cache
def make(name: str, material: Graph) -> Table:
    """A table, made once and only read."""
    return TABLES[name].make(material, CHOICES.get(name, TableChoice()))


@pytest.mark.parametrize("name", TABLES)
def test_the_answer_is_the_golden_one(name: str, french: Graph) -> None:
    written = str(write(make(name, french), "csv", Style("fr"))).replace("\r\n", "\n")
    file = GOLDEN / f"{name}.csv"
    if os.environ.get("PAN2KG_REWRITE"):
        file.write_text(written, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == written, "PAN2KG_REWRITE=1 pytest tests/tables accepts the new answer"


@pytest.mark.parametrize("name", TABLES)
def test_a_table_holds_together_and_says_what_it_rests_on(name: str, french: Graph) -> None:
    figures = make(name, french)
    assert bool(figures.rows) is (name not in SILENT)
    assert figures.rows or figures.notes, "an empty table without a word"
    assert all(row.keys() == set(figures.keys) for row in figures.rows)
    assert len({tuple(row.items()) for row in figures.rows}) == len(figures.rows), "a row stands twice"
    named = [(row[f"{key}_label"], row[key]) for row in figures.rows for key in figures.things]
    assert all(label or not thing for label, thing in named), "a thing without a name"
    assert not any(str(label).startswith("http") for label, _ in named), "an address for a name"
    basis = figures.basis
    assert (basis.n, basis.plans, basis.as_of) == (
        french.uses.basis.n,
        french.uses.basis.plans,
        DAY,
    ) or name == "compare"
    assert re.fullmatch(r"\d+\.\d+\.\d+.*", basis.release)
    assert basis.weights in ("", BITS)
    assert dict(basis.filters)["unverified"] == "left out"
    if figures.sparql:
        assert select(french.store, figures.sparql).rows or not figures.rows, "the query shows its statements"
    else:
        assert name in {"figures", "gaps", "trust"}


@pytest.mark.parametrize("name", TABLES)
def test_the_rows_are_the_same_in_both_languages(name: str, french: Graph, english: Graph) -> None:
    def bare(figures: Table) -> list[list[object]]:
        keys = [column.key for column in figures.columns if not column.names and column.key not in ("detail", "quote")]
        return [[row[key] for key in keys] for row in figures.rows]

    assert bare(make(name, french)) == bare(make(name, english))


@pytest.mark.parametrize("form", FORMS)
def test_every_table_is_written_in_every_form(form: str, french: Graph) -> None:
    for name in TABLES:
        figures = make(name, french)
        written = str(write(figures, form, Style("fr", width=100)))
        assert figures.summary.say("fr")[:12] in written or form in ("csv", "csv-local", "tsv", "xlsx")


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_gap_lists_as_many_as_are_counted(kind: str, french: Graph) -> None:
    counted = {row["gap"]: row for row in TABLES["gaps"].make(french, TableChoice()).rows}
    listed = TABLES["gaps"].make(french, TableChoice(part=kind))
    number = counted[kind]["gaps_number"]
    assert len(listed.rows) == (number or 0)
    assert listed.notes[0].say("en").startswith("This gap cannot be assessed") is (number is None)
    assert counted[kind]["command"] == f"pan2kg coherence gaps {kind}"
    select(french.store, listed.sparql)


def test_the_real_late_obligation_is_520_days_late(french: Graph) -> None:
    late = [row for row in make("obligations", french).rows if row["standing"] == "late"]
    told = {(row["due"], row["signed_on"], row["answered_on"]): row["margin"] for row in late}
    assert told["2021-12-17", "2023-05-16", "2023-05-21"] == 520
    for (due, _, answered), margin in told.items():
        assert margin == (date.fromisoformat(str(answered)) - date.fromisoformat(str(due))).days > 0


def test_contributions_add_up_to_the_weight_and_quotations_say_where_they_stand(french: Graph) -> None:
    figures = make("explain", french)
    bits = {row["instrument"]: row["contribution"] for row in figures.rows if row["potential"] == "specific"}
    found = french.weight(*CHOICES["explain"].actions)
    assert sum(float(str(one)) for one in bits.values()) == pytest.approx(found.low, abs=5e-7)
    assert found.low > 0
    for row in figures.rows:
        assert row["quote"]
        assert row["document_label"]
        assert re.fullmatch(r"graph/plans/.*\.ttl:\d+", str(row["place"]))


def test_a_day_that_was_asked_for_is_said_not_to_reach_undated_links(graph: pan2kg.Graph) -> None:
    asked = Graph(Project.packaged(), graph.store, language="fr", as_of=date(2021, 6, 1), asked=True)
    assert any("2021-06-01" in note.say("fr") for note in TABLES["debt"].make(asked, TableChoice()).notes)
    assert not any("d’aujourd’hui" in note.say("fr") for note in TABLES["obligations"].make(asked, TableChoice()).notes)


def read_words() -> list[tuple[str, Language, str]]:
    return [
        (f".{key}", language, words)
        for language, path in CATALOGUES.items()
        for context, key, _, forms in read_entries(path.read_bytes())
        if context == "table"
        for words in forms
    ]


def test_french_is_set_as_french_is() -> None:
    french = [(path, words) for path, language, words in read_words() if language == "fr"]
    assert len(french) > 300
    wrong = [path for path, words in french if re.search(r"(?<!\u00a0)[;!?%»]|(?<=\w) :|«(?!\u00a0)|'|\.\.\.", words)]
    assert not wrong, f"no-break spaces and typographic apostrophes are missing in {wrong}"
    foreign = r"\b(?:scores?|gaps?|tracking|monitoring|impact\w*|supporter|adresser|matcher|lister|digital\w*)\b"
    assert not [path for path, words in french if re.search(foreign, words, re.IGNORECASE)]


def test_every_word_is_there_in_each_language_and_used() -> None:
    pairs: dict[str, set[str]] = {}
    for path, language, spoken in read_words():
        assert spoken.strip(), f"{path} is silent"
        pairs.setdefault(path, set()).add(language)
    assert all(languages == set(LANGUAGES) for languages in pairs.values())
    code = "".join(path.read_text(encoding="utf-8") for path in Path(register.__file__).parent.glob("*.py"))
    notes = {path.split(".", 2)[2] for path in pairs if path.startswith(".note.")} - {"actions"}
    unused = [key for key in notes if not re.search(f'"(note\\.)?{key}"', code) and not key.startswith("gap-")]
    assert not unused, f"nobody says {unused}"
    assert {key.removeprefix("gap-") for key in notes if key.startswith("gap-")} <= KINDS.keys()


def test_notes_fill_in_the_same_names_in_each_language() -> None:
    names: dict[str, set[frozenset[str]]] = {}
    for path, _, spoken in read_words():
        names.setdefault(path, set()).add(frozenset(re.findall(r"{(\w+)}", spoken)))
    assert all(len(found) == 1 for found in names.values())
