"""The stored questions: their form, their answers, and that two engines agree on them. Golden answers stand in
``golden/``, one CSV a question. ``PAN2KG_REWRITE=1 pytest tests/queries`` rewrites them; read the
difference as you would read code."""

import csv
import io
import os
import re
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.term import Node

import pan2kg
from pan2kg.i18n import Messages
from pan2kg.project import Project
from pan2kg.store.filling import fill
from pan2kg.store.links import SHARED, link_kinds
from pan2kg.store.project_files import load
from pan2kg.store.queries import read_queries
from pan2kg.store.rules import derive, open_store, rule_files
from pan2kg.store.store import LocalStore, select
from pan2kg.tables import answers
from pan2kg.tables.writers import write_answer
from pan2kg.turtle.vocabulary import graph_of
from pan2kg.turtle.writer import prefixes_used, read_prefixes, tokens
from tests.lots import by_lot

QUERIES = read_queries(Project.at(Path(__file__).resolve().parents[2]))
NAMES = sorted(QUERIES)
QUESTIONS = [name for name in NAMES if QUERIES[name].group != "quality"]
GOLDEN = Path(__file__).parent / "golden"
SLOWEST = ("sdg-coverage", "shared-instruments")
"""What rdflib is asked of two plans alone: it walks all statements for every goal, or every pair of uses."""
SLOW = (
    *SLOWEST,
    "covered-elsewhere",
    "overlapping-mandates",
    "plan-citations",
    "uncovered-principles",
)
"""What rdflib takes more than half a second for, as long as for all other questions together."""
PAIR = tuple(graph_of(f"plans/{plan}") for plan in ("lu-bhr-1", "lu-bhr-2"))


@pytest.mark.parametrize("name", NAMES)
def test_a_question_says_what_it_asks_in_each_language_and_declares_what_it_uses(
    name: str, project: Project
) -> None:
    query = QUERIES[name]
    said = {"question", "summary"} | ({"message", "remedy"} if query.group == "quality" else set())
    said |= {f"{key}_{language}" for key in said for language in ("fr", "de")}
    told = {
        f"parameter_{parameter.name}"
        for parameter in query.parameters
        if parameter.name != "language"
    }
    said |= {f"{key}_{language}" for key in told for language in ("fr", "de")}
    assert said | {"tags", "view"} <= query.header.keys(), f"{name}: add the missing #+ lines"
    assert query.header["view"] in {"table", "bar", "network", "timeline"}
    known = {
        f"parameter_{parameter.name}_{tag}"
        for parameter in query.parameters
        for tag in ("fr", "de", "kind")
    }
    assert {key for key in query.header if key.startswith("parameter_")} <= known
    french = [words for key, words in query.header.items() if key.endswith("_fr")]
    assert not [
        words for words in french if re.search(r"(?<![\u00a0 ])[;!?»]|«(?![\u00a0 ])|'", words)
    ]
    german = [words for key, words in query.header.items() if key.endswith("_de")]
    assert not [words for words in german if re.search(r"[\s][:!?]|[«»\"']", words)]
    for parameter in query.parameters:
        assert parameter.meaning
        uses = [token for token in tokens(query.text) if token.text == f"?{parameter.name}"]
        assert len(uses) > 1, f"{name}: parameter {parameter.name} is not used"
    declared = dict(re.findall(r"^PREFIX ([\w-]+): <([^>]*)>$", query.text, flags=re.MULTILINE))
    assert list(declared) == sorted(prefixes_used(query.text))
    assert all(read_prefixes(project)[prefix] == space for prefix, space in declared.items())
    assert name not in QUESTIONS or query.header.get("links") in ("yes", "no"), (
        "say `#+ links: no`, so that a question starts fast, or `#+ links: yes`"
    )


def test_the_catalogues_say_what_the_questions_say_and_no_more() -> None:
    words = Messages("query")
    used = set[str]()
    for name, query in QUERIES.items():
        said = {key: query.header[key] for key in ("message", "remedy") if key in query.header}
        said |= {f"parameter_{one.name}": one.meaning for one in query.parameters}
        used |= {
            entry
            for key, text in said.items()
            for entry in (key, f"{key}.{name}")
            if words.has(entry) and words.template(entry, "en") == text
        }
    assert used == set(words.keys())


def test_every_column_has_a_heading_in_french_and_german() -> None:
    empty = LocalStore(ox.Store())
    columns = {
        column.removesuffix("_label")
        for query in QUERIES.values()
        for column in select(empty, query.text).columns
    }
    missing = (
        columns - set(Messages("heading").keys()) - answers._OF_FIGURES.keys()
    )  # those are called as in tables
    assert not missing, f"add {sorted(missing)} to the catalogues, in the context « heading »"


@pytest.fixture(scope="module")
def answer(graph: pan2kg.Graph) -> Callable[[str], str]:
    """What the shipped graph answers to a query, as CSV; each text is asked once."""
    return cache(lambda text: write_answer(graph.store.query(text), "csv").replace("\r\n", "\n"))


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_answer_is_the_golden_one_with_an_order_and_labels(
    name: str, answer: Callable[[str], str]
) -> None:
    written = answer(QUERIES[name].text)
    file = GOLDEN / f"{name}.csv"
    if os.environ.get("PAN2KG_REWRITE"):
        file.write_text(written, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == written, (
        "PAN2KG_REWRITE=1 pytest tests/queries accepts the new answer"
    )
    assert sorted(path.stem for path in GOLDEN.glob("*.csv")) == QUESTIONS
    assert "ORDER BY" in QUERIES[name].text
    columns, *rows = csv.reader(io.StringIO(written))
    assert all(re.fullmatch(r"[a-z][a-z_]*", column) for column in columns)
    for at, column in enumerate(columns):
        if any(row[at].startswith("http") for row in rows) and column not in ("read_at", "link"):
            assert f"{column}_label" in columns, f"{name}: column {column} shows bare addresses"
    assert len(set(map(tuple, rows))) == len(rows), f"{name}: the same row twice"


@cache
def in_rdflib(graph: pan2kg.Graph) -> rdflib.Dataset:
    """Of a few plans with all the texts and bodies: of all of them rdflib answers some questions in minutes alone."""
    return graph.dataset()


def agree(name: str, graph: pan2kg.Graph, text: str = "") -> list[tuple[str, ...]]:
    """What both engines answer to a question."""
    text = text or QUERIES[name].text
    ours = sorted(tuple(row.values()) for row in graph.sparql(text))
    rows: Iterable[Iterable[Node | None]] = in_rdflib(graph).query(text)  # type: ignore[assignment]
    assert ours == sorted(tuple("" if term is None else str(term) for term in row) for row in rows)
    return ours


@pytest.fixture(scope="module")
def near(few: pan2kg.Graph) -> pan2kg.Graph:
    """What is said of two plans, of what they name, and of the goals and their targets: a tenth of those statements."""
    quads = list(few.held.inner)
    own = [quad for quad in quads if quad.graph_name.value.startswith(PAIR)]
    things = {quad.subject for quad in own} | {quad.object for quad in own}
    things |= {
        quad.subject
        for quad in quads
        if quad.subject.value.startswith("http://metadata.un.org/sdg/")
    }
    store = LocalStore(ox.Store())
    store.inner.bulk_extend(quad for quad in quads if quad.subject in things)
    return pan2kg.Graph(few.project, store)


@pytest.mark.parametrize("name", [name for name in QUESTIONS if name not in SLOW])
def test_two_engines_give_the_same_rows(name: str, few: pan2kg.Graph) -> None:
    agree(name, few)


def test_two_engines_give_the_same_rows_where_one_is_slow(
    few: pan2kg.Graph, near: pan2kg.Graph
) -> None:
    """Two of these questions, drawn by lot."""
    for name in by_lot(SLOW, 2):
        rows = agree(name, near if name in SLOWEST else few)
        assert rows or name not in SLOWEST, f"{name}: less is too little"


@pytest.fixture(scope="module")
def faulty(project: Project) -> pan2kg.Graph:
    """One small plan of the graph without the rest, so that quality queries find much and rdflib is done in time."""
    store = LocalStore(ox.Store())
    for path in project.plan_files("lu-integration-2"):
        load(store.inner, path, graph_of(project.graph_path(path)))
    derive(store, project)
    return pan2kg.Graph(project, store)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in QUESTIONS])
def test_two_engines_agree_on_quality(name: str, faulty: pan2kg.Graph) -> None:
    agree(name, faulty)


@pytest.fixture(scope="module")
def unlinked(project: Project) -> LocalStore:
    """The shipped graph without links of works that share something."""
    return open_store(project, links=False)


@pytest.mark.parametrize("name", [name for name in NAMES if not QUERIES[name].has_links])
def test_questions_that_say_so_see_no_links_of_works_that_share_something(
    name: str, unlinked: LocalStore, answer: Callable[[str], str]
) -> None:
    text = QUERIES[name].text
    found = write_answer(unlinked.query(text), "csv").replace("\r\n", "\n")
    assert found == answer(text)


def test_every_rule_derives_something_from_the_shipped_graph(
    graph: pan2kg.Graph, project: Project
) -> None:
    names = [path.stem.lstrip("0123456789-") for path in rule_files(project).values()]
    # one rule derives all kinds of links between works that share something, a graph each
    names.remove(SHARED)
    for name in (*names, *link_kinds(graph.store)):
        query = f"ASK {{ GRAPH <https://w3id.org/pan2kg/graph/derived/{name}> {{ ?s ?p ?o }} }}"
        assert bool(graph.store.query(query)), f"rule {name} derives nothing"


@pytest.mark.parametrize("name", [name for name in NAMES if QUERIES[name].parameters])
def test_a_default_given_as_a_value_changes_nothing(
    name: str, graph: pan2kg.Graph, answer: Callable[[str], str]
) -> None:
    """Where the text of the question comes out as it was, so does its answer."""
    query = QUERIES[name]
    for parameter in query.parameters:
        first = next(tokens(parameter.default))
        value = first.text.strip("<>\"'") if first.kind != "number" else first.text
        filled = fill(query, {parameter.name: value}, store=graph.store, resolve=graph.resolve)
        assert answer(filled) == answer(query.text)
