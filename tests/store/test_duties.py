"""What rules derive of obligations: the day due as of a day, and the States that are bound."""

from __future__ import annotations

import shutil
from datetime import date

import pyoxigraph as ox
import pytest

import pan2kg
from pan2kg.graph.graph import open_graph
from pan2kg.project import Project
from pan2kg.store.rules import derive
from pan2kg.store.store import LocalStore, select
from pan2kg.turtle.vocabulary import ID, PAN, graph_of
from pan2kg.turtle.writer import read_prefixes
from tests.conftest import ROOT, start

DIRECTIVE = "dir-2024-1760"
TRANSPOSE = f"{ID}obligation/{DIRECTIVE}-art-37-1-first-subparagraph-transposition"


def answer(facts: str, predicate: str) -> set[tuple[str, str]]:
    """What the rules derive under a predicate from some facts, by the last parts of the IRIs."""
    project = Project.packaged()
    head = "".join(f"@prefix {name}: <{space}> .\n" for name, space in read_prefixes(project).items())
    store = LocalStore(ox.Store())
    store.inner.load((head + facts).encode(), format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(graph_of("test.ttl")))
    derive(store, project)
    found = store.inner.quads_for_pattern(None, ox.NamedNode(PAN + predicate), None, None)
    return {(str(quad.subject.value).rpartition("/")[2], quad.object.value.rpartition("/")[2]) for quad in found}  # type: ignore[union-attr]  # no quoted triples: RDF 1.1


@pytest.fixture(scope="module")
def of_texts(tmp_path_factory: pytest.TempPathFactory) -> pan2kg.Graph:
    """One directive with its duties."""
    folder = start(tmp_path_factory.mktemp("texts") / "mine")
    for name in ("instruments/eu", "core/obligations"):
        (folder / "graph" / name).mkdir(parents=True)
        shutil.copyfile(ROOT / "graph" / name / f"{DIRECTIVE}.ttl", folder / "graph" / name / f"{DIRECTIVE}.ttl")
    return open_graph(folder)


@pytest.mark.parametrize(
    ("day", "due"),
    [
        (date(2024, 7, 24), None),
        (date(2024, 7, 25), "2026-07-26"),
        (date(2025, 4, 16), "2026-07-26"),
        (date(2025, 4, 17), "2027-07-26"),
        (date(2026, 3, 17), "2027-07-26"),
        (date(2026, 3, 18), "2028-07-26"),
        (date(2026, 11, 26), "2028-07-26"),
    ],
)
def test_as_of_a_day_an_obligation_is_due_when_it_was_due_that_day(
    of_texts: pan2kg.Graph, day: date, due: str | None
) -> None:
    rows = select(of_texts.at(day).store, f"SELECT ?due WHERE {{ <{TRANSPOSE}> <{PAN}dueDate> ?due }}").rows
    assert [term.value for (term,) in rows if isinstance(term, ox.Literal)] == ([due] if due else [])


def test_the_last_deadline_is_due_and_one_nobody_verified_is_not() -> None:
    facts = """
    deadline:a pan:deadlineOf obligation:o ; pan:date "2026-01-01"^^xsd:date ; pan:certainty certainty:stated .
    deadline:b pan:deadlineOf obligation:o ; pan:date "2025-01-01"^^xsd:date ; pan:validFrom "2024-01-01"^^xsd:date .
    deadline:c pan:deadlineOf obligation:o ; pan:date "2030-01-01"^^xsd:date ; pan:validFrom "2025-01-01"^^xsd:date ;
        pan:certainty certainty:unverified .
    """
    assert answer(facts, "dueDate") == {("o", "2025-01-01")}


STATES = """
body:a dcterms:type bodytype:state ; dcterms:spatial <http://e/A> ; org:memberOf body:eu .
body:b dcterms:type bodytype:state ; dcterms:spatial <http://e/B> .
"""


def test_what_all_member_states_have_to_do_binds_a_member_alone() -> None:
    facts = """
    obligation:o pan:underInstrument instrument:d ; pan:force force:binding ; pan:addressee addressee:eu-member-states .
    obligation:i pan:underInstrument instrument:d ; pan:force force:invitation ;
        pan:addressee addressee:eu-member-states .
    obligation:s pan:underInstrument instrument:d ; pan:force force:binding ;
        pan:addressee addressee:some-eu-member-states .
    """
    assert answer(STATES + facts, "bindsState") == {("o", "a")}


def test_a_treaty_binds_who_ratified_it() -> None:
    facts = """
    obligation:o pan:force force:binding ; pan:addressee addressee:states-parties ; pan:underInstrument instrument:t .
    milestone:m pan:milestoneOf instrument:t ; pan:milestoneType milestonetype:ratification ;
        pan:milestoneFor <http://e/B> .
    """
    assert answer(STATES + facts, "bindsState") == {("o", "b")}


def test_the_shipped_graph_claims_no_record_of_what_only_follows_from_membership(graph: pan2kg.Graph) -> None:
    recorded = {one.iri for one in graph.obligations if one.is_recorded}
    derived = {one.iri for one in graph.obligations if one.holder and not one.is_recorded}
    assert (len(recorded), len(derived) > 80, recorded & derived) == (6, True, set())
    assert any(not one.holder for one in graph.obligations), "some are addressed to States nobody says we are one of"
