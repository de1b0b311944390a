"""The brief of the plan a project is about, and the report behind it, on the pages."""

from __future__ import annotations

import json
import re

import pytest

from pan2kg.graph.graph import Graph
from pan2kg.i18n.catalogue import LANGUAGES, Language
from pan2kg.report.brief import write_brief
from pan2kg.site.page import SiteContext
from pan2kg.site.registry import Site
from tests.charts.test_order import rests, world
from tests.site.conftest import Reader


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_what_the_command_writes(reader: Reader, language: Language) -> None:
    page = reader[f"{language}/brief/lu-bhr-2.html"]
    graph = reader.site.site_context.graph.spoken(language)
    made = write_brief(graph, "lu-bhr-2")
    assert page.count('<li id="') == len(made.findings) >= 3
    data = json.loads(reader[f"{language}/brief/lu-bhr-2.json"])
    assert [one["key"] for one in data["findings"]] == [one.key for one in made.findings]
    assert f"{language}/report/lu-bhr-2.html" in set(reader.site.paths())


def test_home_and_plan_lead_to_it_and_it_leads_to_the_report(few: Graph) -> None:
    few_reader = Reader(Site(SiteContext(few)))
    for path in ("fr/index.html", "fr/plan/lu-bhr-2.html"):
        assert re.search(r'href="[^"]*brief/lu-bhr-2\.html"', few_reader[path]), path
    assert 'href="../report/lu-bhr-2.html"' in few_reader["fr/brief/lu-bhr-2.html"]
    assert "Content-Security-Policy" in few_reader["fr/report/lu-bhr-2.html"]


def test_an_export_has_that_of_its_own_plan_and_a_server_that_of_any(few: Graph) -> None:
    static, served = (Site(SiteContext(few, mode)) for mode in ("static", "served"))
    assert {path for path in static.paths() if "/brief/" in path and path.startswith("fr/")} == {
        "fr/brief/lu-bhr-2.html", "fr/brief/lu-bhr-2.json",
    }  # fmt: skip
    assert static.page("fr/brief/lu-bhr-1.html") is None
    made = served.page("fr/brief/lu-bhr-1.html")
    assert made
    assert b'<li id="' in made.body
    assert served.page("fr/brief/nowhere.html") is None
    assert served.page("fr/report/nowhere.html") is None


DUTY = """@prefix obligation: <https://w3id.org/pan2kg/id/obligation/> .
obligation:o a pan:Obligation ; pan:underInstrument instrument:law ;
    pan:dueDate "2020-01-01"^^<http://www.w3.org/2001/XMLSchema#date> .
obligation:n a pan:NationalObligation ; pan:ofObligation obligation:o ; pan:obligationHolder body:s .
relation:names pan:useClass 1 .
"""


def test_the_number_of_duties_past_their_date_is_that_of_the_findings_below_it(reader: Reader) -> None:
    # a text that is named is not yet carried out
    made = Reader(Site(SiteContext(world(DUTY, rests("p-1", "law").replace("relation:implements", "relation:names")))))
    numbers = []
    for page in (made["en/plan/p.html"], made["en/plan/q.html"], reader["en/plan/lu-bhr-2.html"]):
        number = re.search(r'data-number="plan-due">(\d+)<', page)
        numbers.append(number and int(number[1]))
        assert page.count("<h3>Obligation past its date") == (numbers[-1] or 0)
    assert numbers == [1, None, 0]
