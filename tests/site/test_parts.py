"""The pages of parts, of plans that have them, and of identifiers that were retired."""

from __future__ import annotations

import re

import pytest

from pan2kg.graph.graph import Graph
from pan2kg.site.page import SiteContext
from pan2kg.site.registry import Site
from tests.site.conftest import DAY, Parsed, Reader


@pytest.fixture(scope="module")
def pages(two_countries: Graph) -> Reader:
    return Reader(Site(SiteContext(Graph(two_countries.project, two_countries.store, language="fr", as_of=DAY))))


def words(page: str) -> str:
    return " ".join("".join(text for text, _ in Parsed(page).text).split())


def test_a_plan_shows_its_outline_in_its_order_with_actions_under_their_parts(pages: Reader) -> None:
    page = pages["fr/plan/be-two-1.html"]
    outline = page[page.index('<h2 id="outline">') : page.index('<h2 id="actions">')]
    found = re.findall(r'href="\.\./(part|action)/([a-z0-9-]+)\.html"|href="([a-z0-9-]+)\.html"', outline)
    keys = [kind[1] or kind[2] for kind in found]
    assert keys == ["be-two-1-axis-1", "be-two-1-objective-1", "be-two-1-13", "be-two-1-axis-2"]


def test_a_plan_says_its_status_and_how_much_of_it_is_here(pages: Reader) -> None:
    said = words(pages["fr/plan/be-two-1.html"])
    assert "Statut adopté" in said.replace("Statutadopté", "Statut adopté")
    assert "2 sur 3, selon la source" in said
    assert "1 sur 33, selon la source" in said


def test_a_part_has_a_page_that_leads_to_its_plan_and_the_part_above(pages: Reader) -> None:
    page = pages["fr/part/be-two-1-objective-1.html"]
    path = page[page.index('<p class="path">') : page.index("</h1>")]
    assert '../plan/be-two-1.html"' in path
    assert 'be-two-1-axis-1.html"' in path
    assert "Partie de plan" in words(page)
    assert 'action/be-two-1-13.html"' in page


def test_a_draft_is_marked_in_the_list_of_plans(pages: Reader) -> None:
    assert "(projet)" in words(pages["fr/plans.html"])


def test_the_page_of_a_retired_identifier_says_where_it_went(pages: Reader) -> None:
    page = pages["fr/action/be-two-1-m9.html"]
    assert 'class="notice"' in page
    assert 'part/be-two-1-axis-2.html"' in page
    assert "be-two-1-m9" not in words(pages["fr/plan/be-two-1.html"])
