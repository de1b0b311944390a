"""Pages of plans: brief, outline, changes between editions, countries, duties that recur, pairs without a page."""

from __future__ import annotations

import importlib
import json
import re
from dataclasses import replace
from datetime import date
from itertools import islice
from typing import Final

import pyoxigraph as ox
import pytest

from pan2kg.coherence.obligations import Obligation
from pan2kg.graph.graph import Graph
from pan2kg.graph.labels import pair_key
from pan2kg.i18n.catalogue import LANGUAGES, Language, Messages
from pan2kg.report.brief import write_brief
from pan2kg.site.lists import write_calendar
from pan2kg.site.page import SiteContext
from pan2kg.site.registry import Site
from pan2kg.store.store import LocalStore
from pan2kg.tables.gaps import DETAILS, for_pages
from pan2kg.turtle.vocabulary import ID, PAN, XSD, graph_of
from tests.charts.test_order import rests, world
from tests.site.conftest import DAY, Reader, site_of, small, words

RECURRING: Final = "reg-2024-3015-art-5-designation"
WORDS: Final[dict[Language, tuple[str, str, str]]] = {
    "fr": ("tous les 3 ans", "tous les 18 mois", "puis 14/12/2028"),
    "en": ("every 3 years", "every 18 months", "then 2028-12-14"),
    "de": ("alle 3 Jahre", "alle 18 Monate", "dann am 14.12.2028"),
}
WEAK: Final = {"shared-body", "shared-target-group", "shared-topic"}
DUTY: Final = """@prefix obligation: <https://w3id.org/pan2kg/id/obligation/> .
obligation:o a pan:Obligation ; pan:underInstrument instrument:law ;
    pan:dueDate "2020-01-01"^^<http://www.w3.org/2001/XMLSchema#date> .
obligation:n a pan:NationalObligation ; pan:ofObligation obligation:o ; pan:obligationHolder body:s .
relation:names pan:useClass 1 .
"""
NEXT: Final = """
link:e pan:linkType linktype:succession ; pan:status linkstatus:accepted ; pan:certainty certainty:stated ;
    pan:evidenceLevel evidencelevel:plan ; pan:from plan:q ; pan:to plan:p .
link:f pan:linkType linktype:succession ; pan:status linkstatus:accepted ; pan:certainty certainty:stated ;
    pan:evidenceLevel evidencelevel:plan ; pan:relation relation:continues ; pan:from action:q-1 ; pan:to action:p-1 .
"""
READ: Final = """
reading:q a pan:Reading ; pan:readsWork plan:q ; pan:aspect aspect:references ; pan:extent readingextent:full .
plan:p pan:listCompleteness completeness:complete .
plan:q pan:listCompleteness completeness:complete .
"""


@pytest.fixture(scope="module")
def abroad(two_countries: Graph) -> Reader:
    """A plan with parts, of another country."""
    return site_of(two_countries)


def finding(page: str, name: str) -> int:
    number = re.search(rf'data-finding="{name}">([\d\u202f]+)<', page)
    assert number, name
    return int(number[1].replace("\u202f", ""))


def weak(graph: Graph) -> str:
    """The key of a pair of plans that shares a body and nothing firmer."""
    pair = next(
        pair for pair, ties in graph.ties.by_pair.items()
        if {tie.kind for tie in ties} <= WEAK and any(tie.kind == "shared-body" for tie in ties)
    )  # fmt: skip
    return pair_key(*(entry.key for entry in map(graph.labels.entry, pair) if entry))


def test_the_page_of_a_brief_says_what_the_command_writes(reader: Reader) -> None:
    for language in LANGUAGES:
        brief = write_brief(reader.graph.spoken(language), "lu-bhr-2")
        assert reader[f"{language}/brief/lu-bhr-2.html"].count('<li id="') == len(brief.findings) >= 3
        data = json.loads(reader[f"{language}/brief/lu-bhr-2.json"])
        assert [row["key"] for row in data["findings"]] == [finding.key for finding in brief.findings]


def test_an_export_has_the_brief_of_its_own_plan_with_its_report_and_a_server_that_of_any(few: Graph) -> None:
    static, served = (Reader(Site(SiteContext(few, mode))) for mode in ("static", "served"))
    assert {path for path in static.listed if re.match("fr/(brief|report)/", path)} == {
        "fr/brief/lu-bhr-2.html", "fr/brief/lu-bhr-2.json", "fr/report/lu-bhr-2.html",
    }  # fmt: skip
    for path in ("fr/index.html", "fr/plan/lu-bhr-2.html"):
        assert re.search(r'href="[^"]*brief/lu-bhr-2\.html"', static[path]), path
    assert 'href="../report/lu-bhr-2.html"' in static["fr/brief/lu-bhr-2.html"]
    assert "Content-Security-Policy" in static["fr/report/lu-bhr-2.html"]
    assert static.site.page("fr/brief/lu-bhr-1.html") is None
    assert '<li id="' in served["fr/brief/lu-bhr-1.html"]
    assert not [path for path in ("brief", "report") if served.site.page(f"fr/{path}/nowhere.html")]


def test_the_number_of_duties_past_their_date_is_that_of_the_findings_below_it(reader: Reader) -> None:
    # a text that is named is not yet carried out
    late = Reader(Site(SiteContext(world(DUTY, rests("p-1", "law").replace("relation:implements", "relation:names")))))
    numbers = []
    for page in (late["en/plan/p.html"], late["en/plan/q.html"], reader["en/plan/lu-bhr-2.html"]):
        number = re.search(r'data-number="plan-due">(\d+)<', page)
        numbers.append(number and int(number[1]))
        assert page.count("<h3>Obligation past its date") == (numbers[-1] or 0)
    assert numbers == [1, None, 0]


def test_an_action_is_dropped_only_where_the_later_edition_was_read_to_its_end() -> None:
    pages = [small(turtle)["en/changes/p--q.html"] for turtle in (NEXT, NEXT + READ)]
    assert "no action can be called dropped or new" in pages[0]
    ids = [[key for key in ("stated", "dropped", "open-earlier") if f'id="{key}"' in page] for page in pages]
    assert ids == [["stated", "open-earlier"], ["stated", "dropped"]]


def test_the_page_of_the_home_plan_leads_to_what_changed_with_what_editors_concluded(reader: Reader) -> None:
    assert 'href="../changes/lu-bhr-1--lu-bhr-2.html"' in reader["fr/plan/lu-bhr-2.html"]
    page = reader["fr/changes/lu-bhr-1--lu-bhr-2.html"]
    assert "suggéré, à examiner" in page
    assert not [key for key in ("dropped", "new", "stated") if f'id="{key}"' in page]
    # six accepted links say that an action of PAN 2 continues one of PAN 1, none of them of the type succession
    concluded = page.split('id="concluded"')[1].split("</table>")[0]
    assert re.search(r'data-number="changes-taken">4<.*énoncées par un document 0, conclues par la rédaction 4', page)
    for number in ("1.1", "2.2", "2.3", "2.4", "4.3"):
        assert f'class="notation">{number}<' in concluded


def test_each_country_with_plans_has_a_page_about_its_plans_alone(reader: Reader) -> None:
    graph = reader.graph
    plans, country_of = graph.known().tables.works.plans, graph.country_of
    codes = {country_of[plan].rpartition("/")[2].lower() for plan in plans if plan in country_of}
    assert {path.split("/")[2].removesuffix(".html") for path in reader.paths("country/")} == codes
    assert all(f'href="country/{code}.html"' in reader["fr/index.html"] for code in codes)
    belgian, own = ({plan for plan in plans if country_of.get(plan, "").endswith(code)} for code in ("/BEL", "/LUX"))
    assert reader["fr/country/bel.html"].count('<th scope="row">') == len(belgian) > 1
    page = reader["fr/country/lux.html"]
    wanted = [row for row in graph.known().occasions if row.is_expected and {row.source, row.target} <= own]
    assert finding(page, "expected") == len(wanted)
    alone = [iri for iri, plan in graph.home_of.items() if plan in own and graph.linked_actions.get(iri, 9) > 2]
    assert finding(page, "unlinked") == len(alone)


def test_home_shows_the_plan_of_the_address_and_the_action_that_asks_for_coherence(
    reader: Reader, served: Reader
) -> None:
    page = served.asked("fr/index.html", plan="lu-bhr-1")
    assert finding(page, "reach") == served.graph.known().reach(f"{ID}plan/lu-bhr-1").linked
    assert '<option value="lu-bhr-1" selected>' in page
    assert '<option value="lu-bhr-2" selected>' in served.asked("fr/index.html", plan="nothing")
    assert "action 3.3 de PAN 2" in reader["fr/index.html"]
    assert "action 3.3" not in reader["fr/country/bel.html"]


def test_a_plan_shows_its_outline_and_a_part_leads_to_its_plan_and_the_part_above(abroad: Reader) -> None:
    page = abroad["fr/plan/be-two-1.html"]
    outline = page[page.index('<h2 id="outline">') : page.index('<h2 id="actions">')]
    links = re.findall(r'href="\.\./(part|action)/([a-z0-9-]+)\.html"|href="([a-z0-9-]+)\.html"', outline)
    keys = [link[1] or link[2] for link in links]
    assert keys == ["be-two-1-axis-1", "be-two-1-objective-1", "be-two-1-13", "be-two-1-axis-2"]
    expected = ("Statut adopté", "2 sur 3, selon la source", "1 sur 33, selon")
    assert not [text for text in expected if text not in words(page)]
    part = abroad["fr/part/be-two-1-objective-1.html"]
    above = part[part.index('<p class="path">') : part.index("</h1>")]
    assert '../plan/be-two-1.html"' in above
    assert 'be-two-1-axis-1.html"' in above
    assert "Partie de plan" in words(part)
    assert 'action/be-two-1-13.html"' in part
    assert "(projet)" in words(abroad["fr/plans.html"])
    retired = abroad["fr/action/be-two-1-m9.html"]
    assert 'class="notice"' in retired
    assert 'part/be-two-1-axis-2.html"' in retired


def test_pairs_that_share_bodies_and_topics_only_have_a_page_where_a_server_draws_it(
    reader: Reader, served: Reader
) -> None:
    graph = reader.graph
    exported = {path.split("/")[2].removesuffix(".html") for path in reader.paths("pair/")}
    entry = graph.labels.entry
    linked = {pair_key(*(plan.key for plan in map(entry, met.plans) if plan)) for met in graph.meetings}
    assert linked == exported
    assert weak(graph) not in exported
    assert len(exported) < len(graph.ties.by_pair) / 3
    assert 'id="brief"' in served[f"fr/pair/{weak(graph)}.html"]


def test_what_two_plans_share_beside_texts_is_told_on_one_page(reader: Reader, served: Reader) -> None:
    key = weak(reader.graph)
    lines = re.findall(r'<tr data-plans="([^"]*)">', reader["fr/shared.html"])
    both = [line for line in lines if set(key.split("--")) <= set(line.split())]
    assert both
    assert re.findall(r'<tr data-plans="([^"]*)">', served.asked("fr/shared.html", plans=key)) == both


def recurring(graph: Graph, often: str) -> Reader:
    store = LocalStore(ox.Store(), [*graph.held.waiting])
    store.held.bulk_extend(graph.held.held)
    duration = ox.Literal(often, datatype=ox.NamedNode(f"{XSD}duration"))
    source = ox.NamedNode(graph_of("core/obligations/reg-2024-3015.ttl"))
    store.held.add(
        ox.Quad(ox.NamedNode(f"{ID}obligation/{RECURRING}"), ox.NamedNode(f"{PAN}recursEvery"), duration, source)
    )
    return site_of(Graph(graph.project, store, language="fr", as_of=DAY))


def test_how_often_an_obligation_recurs_is_said_in_words_and_known_to_calendars(graph: Graph, few: Graph) -> None:
    years, months = recurring(graph, "P3Y"), recurring(few, "P1Y6M")
    for language, (often, half, then) in WORDS.items():
        page = words(years[f"{language}/obligations.html"])
        assert often in page
        assert then in page
        assert often in words(years[f"{language}/obligation/{RECURRING}.html"])
        assert half in words(months[f"{language}/obligation/{RECURRING}.html"])
    events = years["fr/obligations.ics"].replace("\r\n ", "").split("BEGIN:VEVENT")
    (event,) = (event for event in events if "RRULE" in event and RECURRING in event)
    assert "DTSTART;VALUE=DATE:20251214\r\n" in event
    assert "RRULE:FREQ=MONTHLY;INTERVAL=36\r\n" in event


def test_columns_of_what_recurs_stand_on_the_page_only_where_something_does(reader: Reader) -> None:
    for language in LANGUAGES:
        heading = Messages("table").say("column.next_due", language)
        assert heading in words(reader[f"{language}/obligations.html"])
        duties = reader.site.site_context.figures("obligations", language)
        shown = for_pages(replace(duties, rows=tuple({**row, "every": None} for row in duties.rows))).shown
        assert heading not in [column.heading.say(language) for column in shown]
        assert not {column.names or column.key for column in shown} & DETAILS, "what stands on the page of each alone"


@pytest.mark.parametrize("first", [date(2023, 10, 31), date(2024, 2, 29), date(2024, 1, 28)])
def test_the_rule_of_a_calendar_gives_the_days_we_count(first: date) -> None:
    # another reader of RFC 5545, which pandas brings; it has no types
    rrule = importlib.import_module("dateutil.rrule")
    text = write_calendar([(first, "a@e", "Due", "", 1)], name="Due", stamp=DAY)
    (rule,) = re.findall("RRULE:(.*)\r", text)
    days = islice(rrule.rrulestr(f"DTSTART:{first:%Y%m%d}T000000\nRRULE:{rule}"), 30)
    assert [day.date() for day in days] == [*islice(Obligation("o", "k", first, every=1).occurrences(), 30)]
