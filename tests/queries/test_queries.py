"""The stored questions: their form, their answers, and that two engines agree on them.

Golden answers stand in ``golden/``, one CSV a question. ``PAN2KG_REWRITE=1 pytest tests/queries``
rewrites them; read the difference as you would read code.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib

import pan2kg
from pan2kg.i18n.catalogue import Messages
from pan2kg.project import Project
from pan2kg.store.queries import Query, fill, read_queries
from pan2kg.store.rules import derive, rule_files
from pan2kg.store.store import LocalStore, is_derived, load, load_project, needs, select
from pan2kg.tables import answers
from pan2kg.tables.writers import write_answer
from pan2kg.turtle.vocabulary import ID, PAN, XSD, graph_of
from pan2kg.turtle.writer import tokens

QUERIES = read_queries(Project.at(Path(__file__).resolve().parents[2]))
NAMES = sorted(QUERIES)
QUESTIONS = [name for name in NAMES if QUERIES[name].group != "quality"]
GOLDEN = Path(__file__).parent / "golden"
SLOWEST = ("sdg-coverage", "shared-instruments")
"""What rdflib is asked of two plans alone: it walks all statements for every goal, or every pair of uses."""
SLOW = (*SLOWEST, "covered-elsewhere", "overlapping-mandates", "plan-citations", "uncovered-principles")
"""What rdflib takes more than half a second for, as long as for all other questions together."""
SPATIAL = "http://purl.org/dc/terms/spatial"
PAIR = tuple(graph_of(f"plans/{plan}/") for plan in ("lu-bhr-1", "lu-bhr-2"))


@pytest.mark.parametrize("name", NAMES)
def test_a_question_says_what_it_asks_in_each_language(name: str) -> None:
    query = QUERIES[name]
    said = {"question", "summary"} | ({"message", "remedy"} if query.group == "quality" else set())
    said |= {f"{key}_{language}" for key in said for language in ("fr", "de")}
    told = [parameter for parameter in query.parameters if parameter.name != "language"]
    said |= {f"parameter_{parameter.name}_{language}" for parameter in told for language in ("fr", "de")}
    assert said | {"tags", "view"} <= query.header.keys(), f"{name}: add the missing #+ lines"
    assert query.header["view"] in {"table", "bar", "network", "timeline"}


def test_every_column_has_a_heading_in_french_and_german() -> None:
    empty = LocalStore(ox.Store())
    columns = {
        column.removesuffix("_label") for query in QUERIES.values() for column in select(empty, query.text).columns
    }
    missing = columns - set(Messages("heading").keys()) - answers._OF_FIGURES.keys()  # those are called as in tables
    assert not missing, f"add {sorted(missing)} to the catalogues, in the context « heading »"


@pytest.fixture(scope="module")
def answer(graph: pan2kg.Graph) -> Callable[[str], str]:
    """What the shipped graph answers to a query, as CSV; each text is asked once."""
    return cache(lambda text: write_answer(graph.store.query(text), "csv").replace("\r\n", "\n"))


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_has_a_total_order_and_labels_beside_its_iris(name: str, answer: Callable[[str], str]) -> None:
    query = QUERIES[name]
    assert "ORDER BY" in query.text
    columns, *rows = csv.reader(io.StringIO(answer(query.text)))
    assert all(re.fullmatch(r"[a-z][a-z_]*", column) for column in columns)
    for at, column in enumerate(columns):
        if any(row[at].startswith("http") for row in rows) and column not in ("read_at", "link"):
            assert f"{column}_label" in columns, f"{name}: column {column} shows bare addresses"
    assert len(set(map(tuple, rows))) == len(rows), f"{name}: the same row twice"


def _agree(name: str, graph: pan2kg.Graph, dataset: rdflib.Dataset) -> None:
    ours = [tuple(row.values()) for row in graph.sparql(QUERIES[name].text)]
    theirs = [tuple(_text(term) for term in row) for row in dataset.query(QUERIES[name].text)]  # type: ignore[union-attr]
    assert sorted(ours) == sorted(theirs)


@pytest.fixture(scope="module")
def near(few: pan2kg.Graph) -> pan2kg.Graph:
    """What is said of two plans, of what they name, and of the goals and their targets: a tenth of those statements."""
    quads = list(few.held.inner)
    own = [quad for quad in quads if quad.graph_name.value.startswith(PAIR)]
    things = {quad.subject for quad in own} | {quad.object for quad in own}
    things |= {quad.subject for quad in quads if quad.subject.value.startswith("http://metadata.un.org/sdg/")}
    store = LocalStore(ox.Store())
    store.inner.bulk_extend(quad for quad in quads if quad.subject in things)
    return pan2kg.Graph(few.project, store)


@pytest.fixture(scope="module")
def of_two_countries(near: pan2kg.Graph) -> pan2kg.Graph:
    """The two plans as if the first were another country's."""
    country, first = ox.NamedNode(SPATIAL), ox.NamedNode(f"{ID}plan/lu-bhr-1")
    store = LocalStore(ox.Store())
    for quad in near.held.inner:
        is_moved = quad.subject == first and quad.predicate == country
        store.inner.add(
            ox.Quad(first, country, ox.NamedNode("http://e/elsewhere"), quad.graph_name) if is_moved else quad
        )
    return pan2kg.Graph(near.project, store)


@pytest.mark.parametrize("name", ["uncovered-principles", "sdg-coverage"])
def test_two_engines_count_for_each_country_alike(name: str, of_two_countries: pan2kg.Graph) -> None:
    """Of the country that has but one of the plans, and of both; of a country of one's own they are always asked."""
    dataset, found = of_two_countries.dataset(), set()
    for asked in ("plan:lu-bhr-1", "pan:any"):
        given = {"country_of": asked, "least_level": "editors"}
        text = fill(QUERIES[name], given, store=of_two_countries.store, project=of_two_countries.project)
        ours = [tuple(row.values()) for row in of_two_countries.sparql(text)]
        theirs = [tuple(_text(term) for term in row) for row in dataset.query(text)]  # type: ignore[union-attr]
        assert sorted(ours) == sorted(theirs)
        found.add(tuple(sorted(ours)))
    assert len(found) > 1, "what is counted depends on the country"


@pytest.fixture(scope="module")
def faulty(project: Project) -> pan2kg.Graph:
    """One small plan of the graph without the rest, so that quality queries find much and rdflib is done in time."""
    store = LocalStore(ox.Store())
    for path in project.graph_files():
        if path.is_relative_to(project.graph / "plans" / "lu-integration-2"):
            load(store.inner, path, graph_of(project.graph_path(path)))
    derive(store, project)
    return pan2kg.Graph(project, store)


@pytest.fixture(scope="module")
def stated(project: Project) -> LocalStore:
    """What the files of the shipped graph say; who derives from it takes that out again."""
    return load_project(project)


@pytest.mark.parametrize("rules", sorted({tuple(sorted(needs(query.text) or ())) for query in QUERIES.values()} - {()}))
def test_questions_need_no_rule_but_those_they_name(
    rules: tuple[str, ...], project: Project, stated: LocalStore, answer: Callable[[str], str]
) -> None:
    """What the rules derive is derived once for all questions that name the same ones."""
    asked = [query for query in QUERIES.values() if tuple(sorted(needs(query.text) or ())) == rules]
    derive(stated, project, rules)
    try:
        found = {query.name: write_answer(stated.query(query.text), "csv").replace("\r\n", "\n") for query in asked}
    finally:
        for name in [name for name in stated.inner.named_graphs() if is_derived(str(name)[1:-1])]:
            stated.inner.remove_graph(name)
    assert found == {query.name: answer(query.text) for query in asked}


def test_every_rule_derives_something_from_the_shipped_graph(graph: pan2kg.Graph, project: Project) -> None:
    for path in rule_files(project):
        name = path.stem.lstrip("0123456789-")
        query = f"ASK {{ GRAPH <https://w3id.org/pan2kg/graph/derived/{name}> {{ ?s ?p ?o }} }}"
        assert bool(graph.store.query(query)), f"rule {name} derives nothing"


def test_what_recurs_is_late_for_no_action_and_says_how_often_it_is_due(graph: pan2kg.Graph, project: Project) -> None:
    store = LocalStore(ox.Store(), [*graph.held.waiting])
    recurs = ox.NamedNode(f"{PAN}recursEvery")
    store.held.bulk_extend(quad for quad in graph.held.held if quad.predicate != recurs)
    every = ox.Literal("P3Y", datatype=ox.NamedNode(f"{XSD}duration"))
    duties = graph.sparql(f"#+ needs:\nSELECT ?duty WHERE {{ ?duty a <{PAN}Obligation> }}")
    where = ox.NamedNode(graph_of("more.ttl"))
    store.held.bulk_extend(ox.Quad(ox.NamedNode(row["duty"]), recurs, every, where) for row in duties)
    recurring = pan2kg.Graph(project, store)
    assert graph.ask("late-actions").rows
    assert not recurring.ask("late-actions").rows
    asked = list(recurring.ask("obligations-without-action"))
    assert [row["every"] for row in asked] == ["P3Y"] * len(list(graph.ask("obligations-without-action")))


@pytest.mark.parametrize("query", _with_parameters(), ids=lambda query: query.name)
def test_a_default_given_as_a_value_changes_nothing(
    query: Query, graph: pan2kg.Graph, project: Project, answer: Callable[[str], str]
) -> None:
    """Where the text of the question comes out as it was, so does its answer."""
    for parameter in query.parameters:
        first = next(tokens(parameter.default))
        value = first.text.strip("<>\"'") if first.kind != "number" else first.text
        filled = fill(query, {parameter.name: value}, store=graph.store, project=project)
        assert answer(filled) == answer(query.text)
