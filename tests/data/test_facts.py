"""The shipped graph against the published text, and its files against what the engines read in them."""

from collections import defaultdict
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.namespace import OWL
from rdflib.term import Node

import pan2kg
from pan2kg.extract.draft import read_plan
from pan2kg.project import Project
from pan2kg.store.exports import to_term
from pan2kg.store.project_files import load_project

SEED = Path(__file__).resolve().parents[2] / "texts" / "mae-gouvernement-lu-fr-pan-2.txt"
PREFIXES = """
PREFIX pan: <https://w3id.org/pan2kg/ontology#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX plan: <https://w3id.org/pan2kg/id/plan/>
PREFIX scheme: <https://w3id.org/pan2kg/id/scheme/>
"""


@pytest.fixture(scope="module")
def outline() -> list[tuple[str, str]]:
    plan, _ = read_plan(SEED, language="fr")
    assert plan
    return [(item.number, item.title) for item in (*plan.categories, *plan.actions)]


def test_actions_and_categories_are_the_published_ones_character_for_character(
    graph: pan2kg.Graph, outline: list[tuple[str, str]]
) -> None:
    asked = {
        "?thing a pan:Action ; pan:inPlan plan:lu-bhr-2": [
            item for item in outline if "." in item[0]
        ],
        "?thing a pan:Category ; skos:inScheme scheme:lu-bhr-2-categories": [
            item for item in outline if "." not in item[0]
        ],
    }
    assert [len(published) for published in asked.values()] == [20, 6]
    for pattern, published in asked.items():
        rows = graph.sparql(
            f"{PREFIXES} SELECT ?number ?title WHERE {{ {pattern} ; skos:notation ?number ; skos:prefLabel ?title"
            " FILTER(LANG(?title) = 'fr') } ORDER BY ?number"
        )
        assert [(row["number"], row["title"]) for row in rows] == published


def test_a_quotation_from_the_published_list_occurs_in_it(graph: pan2kg.Graph) -> None:
    text = SEED.read_text(encoding="utf-8")
    rows = graph.sparql(
        PREFIXES
        + "SELECT DISTINCT ?quote WHERE { ?passage pan:quote ?quote ; pan:inDocument ?document ."
        " ?document pan:sourceKind <https://w3id.org/pan2kg/id/sourcekind/seed> } ORDER BY ?quote"
    )
    assert len(rows) > 10
    for row in rows:
        assert row["quote"] in text, f"« {row['quote']} » does not stand in the published list"


@pytest.fixture(scope="module")
def stated(project: Project) -> list[ox.Quad]:
    return list(load_project(project).inner)


def test_no_statement_stands_in_two_files(stated: list[ox.Quad]) -> None:
    graphs: dict[tuple[object, ...], list[str]] = defaultdict(list)
    for quad in stated:
        graphs[(quad.subject, quad.predicate, quad.object)].append(str(quad.graph_name))
    twice = {triple: names for triple, names in graphs.items() if len(names) > 1}
    assert not twice, "an engine would count it twice; take it out of one of the files"


def test_two_parsers_read_the_same_terms_in_every_file(
    project: Project, stated: list[ox.Quad]
) -> None:
    files = [*project.ontology_files(), *project.graph_files()]
    assert len(files) > 300
    held: dict[str, set[tuple[Node, ...]]] = defaultdict(set)
    for quad in stated:
        terms = quad.subject, quad.predicate, quad.object
        held[str(quad.graph_name)].add(tuple(to_term(term, {}) for term in terms))
    for path in files:
        theirs = rdflib.Graph()
        rdflib.NORMALIZE_LITERALS = False
        theirs.parse(data=path.read_text(encoding="utf-8"), format="turtle")
        ours = held[f"<{project.graph_iri(path)}>"]
        # of what was given up its names and notes are kept
        given_up = set(theirs.subjects(OWL.deprecated))
        left_out = set(theirs) - ours
        assert ours <= set(theirs), f"{project.name_of(path)}: write the literal in canonical form"
        assert {subject for subject, _, _ in left_out} <= given_up, (
            f"{project.name_of(path)}: write the literal in its canonical form"
        )


def test_what_a_statement_rests_on_is_there(graph: pan2kg.Graph) -> None:
    dangling = graph.sparql(
        PREFIXES + "SELECT DISTINCT ?object WHERE { ?subject ?predicate ?object ."
        " FILTER(STRSTARTS(STR(?object), 'https://w3id.org/pan2kg/id/') && ISIRI(?object))"
        " FILTER NOT EXISTS { ?object a ?type } } ORDER BY ?object"
    )
    assert [row["object"] for row in dangling] == []
