"""Country and plan are chosen in the address: by a page each, and at home where a server answers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pan2kg.turtle.vocabulary import ID

if TYPE_CHECKING:
    from tests.site.conftest import Reader


def number(page: str, name: str) -> int:
    found = re.search(rf'data-finding="{name}">([\d\u202f]+)<', page)
    assert found, name
    return int(found[1].replace("\u202f", ""))


def test_each_country_with_plans_has_a_page_with_its_plans(reader: Reader) -> None:
    graph = reader.site.site_context.graph
    plans = graph.known().tables.works.plans
    countries = {graph.country_of[plan].rpartition("/")[2].lower() for plan in plans if plan in graph.country_of}
    pages = {path.split("/")[2].removesuffix(".html") for path in reader.of("country")}
    assert pages == countries
    page = reader["fr/country/bel.html"]
    own = [plan for plan in plans if graph.country_of.get(plan, "").endswith("/BEL")]
    assert page.count('<th scope="row">') == len(own) > 1
    home = reader["fr/index.html"]
    assert all(f'href="country/{code}.html"' in home for code in countries)


def test_the_findings_of_a_country_are_about_its_plans_alone(reader: Reader) -> None:
    graph = reader.site.site_context.graph
    own = {plan for plan in graph.known().tables.works.plans if graph.country_of.get(plan, "").endswith("/LUX")}
    page = reader["fr/country/lux.html"]
    wanted = [one for one in graph.known().occasions if one.is_expected and {one.source, one.target} <= own]
    assert number(page, "expected") == len(wanted)
    alone = [one for one, plan in graph.home_of.items() if plan in own and graph.linked_actions.get(one, 9) > 2]
    assert number(page, "unlinked") == len(alone)


def test_a_plan_of_the_address_is_shown_at_home(served: Reader) -> None:
    graph = served.site.site_context.graph
    made = served.site.page("fr/index.html", {"plan": "lu-bhr-1"})
    assert made
    page = made.body.decode()
    assert number(page, "reach") == graph.known().reach(f"{ID}plan/lu-bhr-1").linked
    assert '<option value="lu-bhr-1" selected>' in page
    unknown = served.site.page("fr/index.html", {"plan": "nothing"})
    assert unknown
    assert '<option value="lu-bhr-2" selected>' in unknown.body.decode()


def test_home_names_the_action_that_asks_for_coherence_as_the_profile_does(reader: Reader) -> None:
    assert "action 3.3 de PAN 2" in reader["fr/index.html"]
    assert "action 3.3" not in reader["fr/country/bel.html"]
