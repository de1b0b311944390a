"""One number says which release of the graph it is, also where dataset and ontology state different ones."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Final

import pyoxigraph as ox
import pytest

import pan2kg
from pan2kg.charts.registry import draw
from pan2kg.graph.dataset import Release, read_release
from pan2kg.network.exports import export_network
from pan2kg.project import Project
from pan2kg.publish.edition import read_facts
from pan2kg.report.writing import report_files
from pan2kg.site.page import SiteContext
from pan2kg.site.questions import Permalink, notice
from pan2kg.site.registry import Site
from pan2kg.store.store import LocalStore
from pan2kg.tables.registry import DEFAULT, TABLES
from pan2kg.tables.writers import Style, write
from tests.copies import FEW, copy

OWN: Final = "7.8.9"
ONTOLOGY: Final = "0.1.0"
PAGES: Final = (
    "index", "plans", "data", "about", "obligations", "gaps", "question/plans", "figure/trust", "plan/lu-bhr-2",
)  # fmt: skip


@pytest.fixture(scope="module")
def differing(tmp_path_factory: pytest.TempPathFactory) -> pan2kg.Graph:
    """The shipped project with a few plans, whose dataset states another version than its ontology."""
    folder = copy(tmp_path_factory.mktemp("differing") / "few", FEW)
    catalogue = folder / "graph" / "catalogue.ttl"
    text = catalogue.read_text(encoding="utf-8")
    assert "dcterms:issued" in text
    catalogue.write_text(text.replace("    dcterms:issued ", f'    dcat:version "{OWN}" ;\n    dcterms:issued ', 1))
    return pan2kg.open_graph(folder, language="fr", as_of=date(2026, 11, 25))


def page(name: str, graph: pan2kg.Graph) -> str:
    found = Site(SiteContext(graph, mode="served")).page(f"en/{name}.html", {})
    assert found, name
    return found.body.decode()


def written(graph: pan2kg.Graph, form: str) -> str:
    return str(write(TABLES["trust"].make(graph, DEFAULT), form, Style("fr")))


DOORS: Final[Mapping[str, Callable[[pan2kg.Graph], str]]] = {
    "Python": lambda graph: graph.release,
    "basis of a measure": lambda graph: graph.uses.basis.release,
    "table": lambda graph: written(graph, "table"),
    "table as JSON": lambda graph: written(graph, "json"),
    "report": lambda graph: report_files(graph, graph.plan("lu-bhr-2"), "")["report.fr.md"],
    "picture": lambda graph: draw("plan-matrix", graph).svg,
    "network": lambda graph: str(graph.network().graph["release"]),
    "export": lambda graph: export_network(graph.network(), "graphml").decode(),
    "publication": lambda graph: read_facts(graph.held).version,
    "notice of a link": lambda graph: notice(Permalink("plans", {}, "1.1.1"), graph.release, "fr"),
    **{f"page {name}": partial(page, name) for name in PAGES},
}


@pytest.mark.parametrize("door", DOORS)
def test_every_door_says_the_version_of_the_dataset(differing: pan2kg.Graph, door: str) -> None:
    said = DOORS[door](differing)
    assert OWN in said
    assert not re.search(rf"(?<![\d./]){re.escape(ONTOLOGY)}(?![\d.]*\d)", said), "another door says another release"


def stated(turtle: str) -> LocalStore:
    store = ox.Store()
    prefixes = """
        @prefix dcat: <http://www.w3.org/ns/dcat#> .
        @prefix dcterms: <http://purl.org/dc/terms/> .
        @prefix owl: <http://www.w3.org/2002/07/owl#> .
        @prefix pan2kg: <https://w3id.org/pan2kg/> .
    """
    store.load(prefixes + turtle, format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode("http://e/g"))
    return LocalStore(store)


@pytest.mark.parametrize(
    ("turtle", "release"),
    [
        ('pan2kg:dataset dcat:version "2" ; dcterms:issued "2025-01-02" . pan2kg:ontology owl:versionInfo "1" .',
         Release("2", "2025-01-02")),
        ('<http://e/set> a dcat:Dataset ; dcat:version "3" . pan2kg:dataset dcat:version "4" .', Release("4")),
        ('<http://e/set> a dcat:Dataset ; dcat:version "3" . pan2kg:ontology owl:versionInfo "1" .', Release("3")),
        ('<http://e/more> a owl:Ontology ; owl:versionInfo "0" . pan2kg:ontology owl:versionInfo "1" .', Release("1")),
        ('<http://e/file> dcat:version "9" . <http://e/more> a owl:Ontology ; owl:versionInfo "5" .', Release("5")),
    ],
)  # fmt: skip
def test_the_dataset_comes_before_the_ontology_and_ours_before_others(turtle: str, release: Release) -> None:
    assert read_release(stated(turtle)) == release


def test_a_graph_that_states_none_has_that_of_the_package(project: Project) -> None:
    release = read_release(stated(""))
    assert not release.is_stated
    assert pan2kg.Graph(project, stated("")).release == release.number


def test_a_graph_published_under_another_number_says_that_one(few: pan2kg.Graph) -> None:
    named = pan2kg.Graph(few.project, few.store, release="9.9.9")
    assert named.uses.basis.release == "9.9.9"
    assert "9.9.9" in page("index", named)
