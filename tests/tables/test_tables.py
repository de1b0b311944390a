"""Every table of the shipped graph: its answer, its form, its words, its query. Golden answers stand in ``golden/``,
one CSV a table. ``PAN2KG_REWRITE=1 pytest tests/tables`` rewrites them; read the difference as you
would read code."""

import os
import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

import pytest

import pan2kg
from pan2kg.coherence.evidence import BITS, FIGURED, Level
from pan2kg.coherence.known import basis_line
from pan2kg.graph.graph import Graph
from pan2kg.project import Project
from pan2kg.store.store import select
from pan2kg.tables.answers import basis_of
from pan2kg.tables.figure_words import basis_words
from pan2kg.tables.gaps import KINDS
from pan2kg.tables.kinds import TableChoice, table_kinds
from pan2kg.tables.making import column
from pan2kg.tables.table import Table
from pan2kg.tables.writers import FORMS, Style, write

GOLDEN: Final = Path(__file__).parent / "golden"
DAY: Final = date(2026, 1, 1)
CHOICES: Final = {
    "explain": TableChoice(actions=("lu-bhr-2-4-3", "lu-bhr-1-m5")),
    "compare": TableChoice(plans=("lu-bhr-1", "lu-bhr-2")),
}
SILENT: Final = {
    *(
        "interaction",
        "ripple",
        "dematel",
        "chains",
        "groups",
        "agreement",
        "disagreement",
        "opposed",
    )
}
"""What today's facts do not answer: a table without rows that says so."""


@cache
def make(name: str, graph: Graph) -> Table:
    """A table, made once and only read."""
    return table_kinds()[name].make(graph, CHOICES.get(name, TableChoice()))


@pytest.mark.parametrize("name", table_kinds())
def test_the_answer_is_the_golden_one(name: str, dated: Graph) -> None:
    written = str(write(make(name, dated), "csv", Style("fr"))).replace("\r\n", "\n")
    file = GOLDEN / f"{name}.csv"
    if os.environ.get("PAN2KG_REWRITE"):
        file.write_text(written, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == written, (
        "PAN2KG_REWRITE=1 pytest tests/tables accepts the new answer"
    )


@pytest.mark.parametrize("name", table_kinds())
def test_a_table_holds_together_is_written_in_every_form_and_says_what_it_rests_on(
    name: str, dated: Graph
) -> None:
    table = make(name, dated)
    assert bool(table.rows) is (name not in SILENT)
    assert table.rows or table.notes, "an empty table without a word"
    assert all(row.keys() == set(table.keys) for row in table.rows)
    assert len({tuple(row.items()) for row in table.rows}) == len(table.rows), "a row stands twice"
    named = [(row[f"{key}_label"], row[key]) for row in table.rows for key in table.things]
    assert all(label or not thing for label, thing in named), "a thing without a name"
    assert not any(str(label).startswith("http") for label, _ in named), "an address for a name"
    basis = table.basis
    uses = dated.uses.basis
    assert (basis.n, basis.plans, basis.as_of) == (uses.n, uses.plans, DAY) or name == "compare"
    assert re.fullmatch(r"\d+\.\d+\.\d+.*", basis.release)
    assert basis.weights in ("", BITS)
    assert dict(basis.filters)["unverified"] == "left out"
    assert bool(table.sparql) is (name not in {"figures", "gaps", "trust"})
    if table.sparql:
        assert select(dated.store, table.sparql).rows or not table.rows, (
            "the query shows its statements"
        )
    for form in FORMS:
        text = write(table, form, Style("fr", width=100))
        assert text == write(table, form, Style("fr", width=100)) or form == "xlsx"
        assert form in ("csv", "csv-local", "tsv", "xlsx") or table.summary.say("fr")[:12] in str(
            text
        )
    english = make(name, dated.spoken("en"))
    keys = [
        column.key
        for column in table.columns
        if not column.names and column.key not in ("detail", "quote")
    ]
    same = ([[row[key] for key in keys] for row in spoken.rows] for spoken in (table, english))
    assert next(same) == next(same), "the rows are the same in both languages"


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_gap_lists_as_many_as_are_counted(kind: str, dated: Graph) -> None:
    counted = {row["gap"]: row for row in make("gaps", dated).rows}
    listed = table_kinds()["gaps"].make(dated, TableChoice(part=kind))
    number = counted[kind]["gaps_number"]
    assert len(listed.rows) == (number or 0)
    assert listed.notes[0].say("en").startswith("This gap cannot be assessed") is (number is None)
    assert counted[kind]["command"] == f"pan2kg coherence gaps {kind}"
    select(dated.store, listed.sparql)


def test_contributions_add_up_to_the_weight_and_quotations_say_where_they_stand(
    dated: Graph,
) -> None:
    table = make("explain", dated)
    bits = {
        row["instrument"]: row["contribution"]
        for row in table.rows
        if row["potential"] == "specific"
    }
    weight = dated.weight(*CHOICES["explain"].actions)
    assert sum(float(str(value)) for value in bits.values()) == pytest.approx(weight.low, abs=5e-7)
    assert weight.low > 0
    for row in table.rows:
        assert row["quote"]
        assert row["document_label"]
        assert re.fullmatch(r"graph/plans/.*\.ttl:\d+", str(row["place"]))


def test_a_day_that_was_asked_for_is_said_not_to_reach_undated_links(graph: pan2kg.Graph) -> None:
    asked = Graph(
        Project.packaged(), graph.store, language="fr", as_of=date(2021, 6, 1), asked=True
    )
    assert any(
        "2021-06-01" in note.say("fr")
        for note in table_kinds()["debt"].make(asked, TableChoice()).notes
    )
    assert not any(
        "d’aujourd’hui" in note.say("fr")
        for note in table_kinds()["obligations"].make(asked, TableChoice()).notes
    )


@pytest.mark.parametrize("level", FIGURED)
def test_the_basis_of_an_answer_counted_by_one_quick_query_is_that_of_the_figures(
    dated: Graph, level: Level
) -> None:
    line = basis_line(dated.known(level))
    assert basis_of(
        dated.store, "en", release=dated.release, day=DAY, level=level.key
    ) == basis_words(line, "en")


@pytest.mark.parametrize(
    ("name", "key", "words"),
    [
        ("loss", "plans", "no longer linked"),
        ("groups", "group", "that acts"),
        ("ripple", "second", "plus half of"),
        ("obligations", "margin", "above zero the answer is late"),
        ("chains", "chained", "along each chain"),
        ("dematel", "cause", "above 0, exerts more than it undergoes"),
    ],
)
def test_a_column_says_which_things_it_holds_and_what_its_sign_means(
    name: str, key: str, words: str
) -> None:
    assert any(
        words in f"{part.heading.say('en')}: {part.meaning.say('en')}" for part in column(name, key)
    )
