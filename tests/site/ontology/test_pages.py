"""The two pages as the site renders them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import pan2kg
from pan2kg.graph.graph import Graph
from pan2kg.i18n.catalogue import LANGUAGES, Language
from pan2kg.project import Project
from pan2kg.site.page import PageContext, Request, SiteContext, frame
from pan2kg.site.registry import PAGES
from pan2kg.store.remote import RemoteStore
from pan2kg.tables.template import render

if TYPE_CHECKING:
    from tests.site.ontology.conftest import Reader

TODAY = date(2026, 12, 1)
CONTRIBUTORS = {"fr": "Contributeurs de pan2kg", "en": "pan2kg contributors", "de": "Mitwirkende an pan2kg"}
FIRST_KEYWORD = {
    "fr": "cohérence des politiques publiques", "en": "business and human rights", "de": "Nationaler Aktionsplan",
}  # fmt: skip


def page(site_context: SiteContext, name: str, language: Language) -> str:
    context = PageContext(site_context, Request(f"{language}/{name}.html", language))
    return render(f"{name}.html", {**frame(context, PAGES), **(PAGES[name].values(context) or {})})


@pytest.fixture(scope="module")
def site_context(dated: pan2kg.Graph) -> SiteContext:
    return SiteContext(dated)


@pytest.mark.parametrize("name", ["ontology", "quality"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_is_well_formed_and_keeps_the_content_policy(
    site_context: SiteContext, name: str, language: Language, read_page: Callable[[str], Reader]
) -> None:
    found = read_page(page(site_context, name, language))
    assert found.open == []
    assert found.elements["h1"] == 1
    assert len(found.ids) == len(set(found.ids))
    assert not {attribute for attribute in found.attributes if attribute == "style" or attribute.startswith("on")}


def test_the_page_of_a_remote_store_says_that_it_was_not_checked(project: Project, endpoint: str) -> None:
    site_context = SiteContext(Graph(project, RemoteStore(endpoint), language="fr", as_of=TODAY))
    assert "The check was not run for this edition." in page(site_context, "quality", "en")


def test_the_quality_page_gives_every_figure_with_what_would_mend_it(site_context: SiteContext) -> None:
    assert re.sub(' data-name="[^"]*"', "", page(site_context, "quality", "fr")).count("Pour y remédier") == 4


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_search_engine_finds_the_dataset_described(site_context: SiteContext, language: Language) -> None:
    text = page(site_context, "data", language)
    said = json.loads(text.partition('<script type="application/ld+json">')[2].partition("</script>")[0])
    assert (said["@type"], said["@id"]) == ("Dataset", "https://w3id.org/pan2kg/dataset")
    assert said["license"] == ["https://creativecommons.org/licenses/by/4.0/"]
    assert said["keywords"][0] == FIRST_KEYWORD[language]
    assert 50 < len(said["description"]) < 5000, "what search engines take"
    assert said["creator"][0]["name"] == (CONTRIBUTORS[language])


def test_a_project_of_ones_own_is_checked_and_has_both_pages(own_project: Path) -> None:
    graph = pan2kg.open_graph(own_project)
    site_context = SiteContext(Graph(Project.at(own_project), graph.store, language="fr", as_of=TODAY))
    text = page(site_context, "quality", "en")
    assert "No violation: the data are coherent." in text
    assert "The graph holds no action." in text
    assert "describe a dcat:Dataset" in text
    assert 'id="Action"' in page(site_context, "ontology", "de")


def test_a_rule_that_is_failed_leads_to_its_place_in_the_documentation(
    own_project: Path, read_page: Callable[[str], Reader]
) -> None:
    folder = own_project / "graph" / "plans" / "lu-x-1"
    folder.mkdir(parents=True)
    (folder / "plan.ttl").write_text(
        "@prefix pan: <https://w3id.org/pan2kg/ontology#> .\n"
        "@prefix plan: <https://w3id.org/pan2kg/id/plan/> .\n"
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n\n"
        'plan:lu-x-1 a pan:Plan ;\n    skos:prefLabel "<script>alert(1)</script>"@en .\n',
        encoding="utf-8",
    )
    graph = pan2kg.open_graph(own_project)
    site_context = SiteContext(Graph(Project.at(own_project), graph.store, language="fr", as_of=TODAY))
    text = page(site_context, "quality", "en")
    documented = set(read_page(page(site_context, "ontology", "en")).ids)
    linked = {link.partition("#")[2] for link in read_page(text).links if link.startswith("ontology.html#")}
    assert linked
    assert linked <= documented
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text
