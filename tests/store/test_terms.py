"""A query that names a class or a property nobody knows is told so, with the nearest one; no other query is."""

import subprocess
from typing import Final

import pyoxigraph as ox
import pytest

from pan2kg.graph.graph import Graph
from pan2kg.i18n import LANGUAGES
from pan2kg.project import Project
from pan2kg.store import terms
from pan2kg.store.queries import read_queries
from pan2kg.store.query_text import with_prefixes
from pan2kg.store.store import LocalStore
from pan2kg.store.terms import KnownTerms
from tests.conftest import Commands

PREFIXES: Final = {
    "pan": "https://w3id.org/pan2kg/ontology#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "x": "http://example.org/x#",
}
MISTYPED: Final = "SELECT ?body WHERE { ?action pan:involvsBody ?body }"


def hints(graph: Graph, query: str, language: str = "en") -> list[str]:
    text = with_prefixes(query, PREFIXES)
    return [hint.say(language) for hint in graph.known_terms.hints(text)]


def near(graph: Graph, query: str) -> list[str]:
    return [hint.rpartition("mean ")[2] for hint in hints(graph, query)]


def test_an_unknown_property_or_class_is_named_with_the_nearest_and_how_many_there_are(
    few: Graph,
) -> None:
    (words,) = hints(few, MISTYPED)
    assert words.startswith("The graph has no property pan:involvsBody among its ")
    assert words.endswith("Did you mean pan:involvesBody?")
    assert int(words.split("its ")[1].split(".")[0]) > 150
    for language in LANGUAGES:
        (words,) = hints(few, MISTYPED, language)
        assert "pan:involvsBody" in words
        assert "pan:involvesBody" in words


@pytest.mark.parametrize(
    ("query", "meant"),
    [
        ("ASK { ?s a pan:Plann }", "pan:Plan?"),
        ("ASK { ?s a/rdfs:subClassOf* pan:Plann }", "pan:Plan?"),
        ("ASK { ?s pan:involvesBody/^pan:involvesBdoy ?o }", "pan:involvesBody?"),
        ("ASK { ?s !(pan:involvesBdoy|a) ?o }", "pan:involvesBody?"),
        ("ASK { ?s a pan:Plan FILTER NOT EXISTS { ?s pan:partOff ?o } }", "pan:partOf?"),
        ("ASK { GRAPH ?g { OPTIONAL { ?s pan:partOff ?o } } }", "pan:partOf?"),
        ("ASK { { SELECT ?s { ?s pan:partOff+ ?o } } UNION { ?s a pan:Plan } }", "pan:partOf?"),
        ("SELECT (EXISTS { ?s pan:partOff/a ?o } AS ?e) { BIND(1 AS ?s) }", "pan:partOf?"),
        ("ASK { BIND(EXISTS { ?s a ?t ; pan:partOff ?o } AS ?e) }", "pan:partOf?"),
        ("CONSTRUCT WHERE { ?s pan:partOff ?o }", "pan:partOf?"),
        ("CONSTRUCT { ?s pan:made ?o } WHERE { ?s pan:partOff ?o }", "pan:partOf?"),
    ],
)
def test_it_is_found_wherever_a_query_may_have_it(few: Graph, query: str, meant: str) -> None:
    assert near(few, query) == [meant]


@pytest.mark.parametrize(
    "query",
    [
        "ASK { ?s a pan:Plan ; pan:involvesBody ?o }",
        "ASK { ?s ?p pan:Nothing FILTER(?p = pan:nothing) }",
        "CONSTRUCT { ?s x:of ?o } WHERE { ?s pan:partOf ?o OPTIONAL { ?s x:off ?o } }",
        "SELECT * FROM <http://e/nowhere> { ?s a pan:Plan }",
        "ASK { ?s ?p (1 2) }",
        "ASK { ?s pan:cites ?o ; pan:linkType ?type }",
        "SELECT nonsense",
        "ASK { ?s pan:involvsBody ?o }" + " " * 20_000,
    ],
)
def test_what_is_known_or_made_by_the_query_or_no_query_gets_none(few: Graph, query: str) -> None:
    assert hints(few, query) == []


def test_a_term_like_no_other_is_named_alone(few: Graph) -> None:
    (words,) = hints(few, "ASK { ?s foaf:knows ?o }")
    assert "foaf:knows" in words
    assert "mean" not in words


def test_no_stored_question_and_nothing_the_program_asks_itself_gets_a_hint(
    graph: Graph,
) -> None:
    project = graph.project
    questions = read_queries(project)
    assert len(questions) > 10
    told = {name: graph.known_terms.hints(query.text) for name, query in questions.items()}
    assert {name: said for name, said in told.items() if said} == {}
    own = [*project.queries.glob("program/**/*.rq")]
    assert len(own) > 50
    told = {str(path): graph.known_terms.hints(path.read_text("utf-8")) for path in own}
    assert {name: said for name, said in told.items() if said} == {}


def test_a_query_of_known_terms_alone_is_not_read(
    few: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terms, "read_terms", lambda _: pytest.fail("read"))
    assert hints(few, "ASK { ?s a pan:Plan ; pan:involvesBody ?o }") == []


def test_an_empty_store_knows_none(project: Project) -> None:
    said = KnownTerms(LocalStore(ox.Store()), project).hints("ASK { ?s <http://e/p> ?o }")
    assert [hint.say("en") for hint in said] == [
        "The graph has no property <http://e/p> among its 0."
    ]


def test_the_command_says_it_beside_the_answer_which_stays_as_it_is(
    commands: Commands, few: Graph
) -> None:
    def ask(query: str) -> subprocess.CompletedProcess[str]:
        text = with_prefixes(query, PREFIXES)
        return commands.run(["sparql", "-", "--format", "csv"], few.project.root, text)

    mistyped = ask(MISTYPED)
    assert (mistyped.returncode, mistyped.stdout.split()) == (0, ["body"])
    assert "Did you mean pan:involvesBody?" in mistyped.stderr
    known = ask("SELECT ?body WHERE { ?action pan:involvesBody ?body } LIMIT 1")
    assert "pan:" not in known.stderr
