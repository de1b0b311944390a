"""Dossiers: numbers are those of the register, nothing that was not read is told as absent, statements stand behind."""

from __future__ import annotations

import re
from datetime import date

import pytest

import pan2kg
from pan2kg.coherence.citations import State
from pan2kg.coherence.evidence import HEADLINE, counts
from pan2kg.project import Project
from pan2kg.site.page import SiteContext
from pan2kg.site.registry import Site
from pan2kg.turtle.vocabulary import ID
from tests.charts.test_gallery import SMALL, leads, rests, store_of
from tests.pages import EXAMPLES
from tests.site.conftest import Reader

KINDS = ("plan", "action", "body", "instrument", "topic", "pair")


def figure(page: str, name: str) -> str:
    """The figure of a sentence, as it is shown."""
    found = re.search(rf'data-number="{name}">([^<]*)<', page)
    assert found, name
    return found[1]


def said(turtle: str = "") -> Reader:
    """The pages of a small graph."""
    made = pan2kg.Graph(Project.packaged(), store_of(SMALL + turtle), language="en", as_of=date(2024, 1, 1))
    return Reader(Site(SiteContext(made)))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["fr", "en", "de"])
def test_a_dossier_says_in_brief_before_it_shows_and_statements_stand_behind(
    reader: Reader, kind: str, language: str
) -> None:
    page = reader[f"{language}/{kind}/{EXAMPLES[kind]}.html"]
    parts = [page.index(f'<h2 id="{name}"') for name in ("brief", "attention", "proofs", "data", "basis")]
    assert parts == sorted(parts)
    assert page.index('<details class="tab">') < page.index('<h2 id="data"')
    assert 3 <= page.split('<ol class="findings">')[1].split("</ol>")[0].count("<li>") <= 7


def test_the_numbers_of_a_plan_are_the_registers(reader: Reader, graph: pan2kg.Graph) -> None:
    page, known, plan = reader["fr/plan/lu-bhr-2.html"], graph.known(), f"{ID}plan/lu-bhr-2"
    reach = known.reach(plan)
    missing = [
        one for one in known.occasions
        if plan in {one.source, one.target} and one.is_expected and one.state is not State.SEEN
    ]  # fmt: skip
    led = {one.work for one in graph.involvements if "lead" in one.roles and counts(one.level, HEADLINE)}
    own = {action for action, home in graph.home_of.items() if home == plan}
    told = [figure(page, f"plan-{name}") for name in ("reach", "cites", "missing", "led")]
    assert told == [str(reach.linked), str(reach.cites), str(len(missing)), str(len(led & own))]


def test_a_body_counts_what_it_leads_apart_from_what_it_only_takes_part_in() -> None:
    pages = said(leads("m", "action:p-1") + leads("m", "action:p-2", "editors") + 'body:m skos:prefLabel "M"@en .')
    page = pages["en/body/m.html"]
    assert figure(page, "body-leads") == "1", "what only the editors concluded stands on no figure of the headline"
    assert figure(page, "body-parts") == "not seen"


def test_a_text_counts_plans_by_how_they_rest_on_it() -> None:
    page = said(rests("plan:r", "law"))["en/instrument/law.html"]
    assert figure(page, "text-plans") == "3"
    assert "3 to carry it out, 0 to serve it, 0 only name it" in page


def test_what_was_not_read_is_to_be_read_and_never_missing() -> None:
    page = said()["en/action/p-2.html"]
    assert figure(page, "action-texts") == "not seen"
    assert "First read" in page
    assert "not read" in page.split('<h2 id="attention">')[1]


def test_what_was_read_to_its_end_need_not_be_read_first() -> None:
    read = "reading:1 a pan:Reading ; pan:readsWork plan:p ; pan:aspect aspect:texts ; pan:extent readingextent:full ."
    part = said(read)["en/action/p-2.html"].split("No text seen")[1].split("</dl>")[0]
    assert "First read" not in part
    assert "read in full" in part


def test_a_text_is_told_of_its_duties_past_their_date_with_the_one_who_holds_them(reader: Reader) -> None:
    graph = reader.site.site_context.graph
    late = next(one for one in graph.margins().rows if one.overdue)
    entry = graph.labels.entry(late.obligation.instrument)
    assert entry
    page = reader[f"fr/{entry.address}"].split('<h2 id="attention">')[1].split('<h2 id="proofs">')[0]
    assert "échue, sans réponse connue" in page
    assert graph.spoken("fr").label(late.obligation.holder) in page


def test_a_thing_in_a_graph_without_actions_has_its_statements_alone() -> None:
    made = pan2kg.Graph(
        Project.packaged(), store_of('body:m a pan:PublicBody ; skos:prefLabel "M"@en .'), as_of=date(2024, 1, 1)
    )
    page = Reader(Site(SiteContext(made)))["en/body/m.html"]
    assert 'id="brief"' not in page
    assert 'class="tab"' not in page


def test_a_body_is_told_who_else_works_on_its_texts_in_its_country_alone(reader: Reader) -> None:
    page = reader["en/body/meco.html"]
    found = re.search(r'data-number="body-beside">([^<]*)</strong> <span>([^<]*)<', page)
    assert found
    assert not re.search("France|Belgium|Ireland", found[2])
