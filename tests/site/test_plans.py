"""Pages of plans: brief, outline, changes between editions, countries, duties that recur, pairs without a page."""

import importlib
import json
import re
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Final

import pyoxigraph as ox
import pytest

from pan2kg.coherence.obligations import Obligation
from pan2kg.findings.brief import write_brief
from pan2kg.graph.graph import Graph
from pan2kg.i18n import Language
from pan2kg.site.addresses import pair_key
from pan2kg.site.calendar_file import CalendarEvent, write_calendar
from pan2kg.site.page import SiteContext
from pan2kg.site.registry import Site
from pan2kg.store.store import LocalStore
from pan2kg.turtle.vocabulary import ID, PAN, XSD, graph_of
from tests.site.conftest import DAY, Reader, site_of, small, words

DATA: Final = Path(__file__).parents[1] / "data"
RECURRING: Final = "reg-2024-3015-art-5-designation"
WORDS: Final[dict[Language, tuple[str, str, str]]] = {
    "fr": ("tous les 3 ans", "tous les 18 mois", "puis 14/12/2028"),
    "en": ("every 3 years", "every 18 months", "then 2028-12-14"),
    "de": ("alle 3 Jahre", "alle 18 Monate", "dann am 14.12.2028"),
}
WEAK: Final = {"shared-body", "shared-target-group", "shared-topic"}


def finding(page: str, name: str) -> int:
    number = re.search(rf'data-finding="{name}">([\d\u202f]+)<', page)
    assert number, name
    return int(number[1].replace("\u202f", ""))


def weak(graph: Graph) -> str:
    pair = next(
        pair
        for pair, ties in graph.ties.by_pair.items()
        if {tie.kind for tie in ties} <= WEAK and any(tie.kind == "shared-body" for tie in ties)
    )
    return pair_key(*(entry.key for entry in map(graph.labels.entry, pair) if entry))


def test_an_export_has_the_brief_of_its_own_plan_with_its_report_and_a_server_that_of_any(
    few: Graph,
) -> None:
    static, served = (Reader(Site(SiteContext(few, mode))) for mode in ("static", "served"))
    assert {path for path in static.listed if re.match("fr/(brief|report)/", path)} == {
        "fr/brief/lu-bhr-2.html",
        "fr/brief/lu-bhr-2.json",
        "fr/report/lu-bhr-2.html",
    }
    for path in ("fr/index.html", "fr/plan/lu-bhr-2.html"):
        assert re.search(r'href="[^"]*brief/lu-bhr-2\.html"', static[path]), path
    assert 'href="../report/lu-bhr-2.html"' in static["fr/brief/lu-bhr-2.html"]
    assert "Content-Security-Policy" in static["fr/report/lu-bhr-2.html"]
    assert static.site.page("fr/brief/lu-bhr-1.html") is None
    brief = write_brief(few.spoken("fr"), "lu-bhr-1")
    assert served["fr/brief/lu-bhr-1.html"].count('<li id="') == len(brief.findings) >= 3
    data = json.loads(served["fr/brief/lu-bhr-1.json"])
    assert [row["key"] for row in data["findings"]] == [finding.key for finding in brief.findings]
    assert not [path for path in ("brief", "report") if served.site.page(f"fr/{path}/nowhere.html")]


def test_an_action_is_dropped_only_where_the_later_edition_was_read_to_its_end() -> None:
    later, read = (
        (DATA / f"{name}.ttl").read_text("utf-8")
        for name in ("later-edition", "edition-read-in-full")
    )
    pages = [small(turtle)["en/changes/p--q.html"] for turtle in (later, later + read)]
    assert "no action can be called dropped or new" in pages[0]
    ids = [
        [key for key in ("stated", "dropped", "open-earlier") if f'id="{key}"' in page]
        for page in pages
    ]
    assert ids == [["stated", "open-earlier"], ["stated", "dropped"]]


def test_the_page_of_the_home_plan_leads_to_what_changed_with_what_editors_concluded(
    reader: Reader,
) -> None:
    assert 'href="../changes/lu-bhr-1--lu-bhr-2.html"' in reader["fr/plan/lu-bhr-2.html"]
    page = reader["fr/changes/lu-bhr-1--lu-bhr-2.html"]
    assert "suggéré, à examiner" in page
    assert not [key for key in ("dropped", "new", "stated") if f'id="{key}"' in page]
    # six accepted links say that an action of PAN 2 continues one of PAN 1, none of them of the
    # type succession
    assert re.search(
        r"<strong>4</strong> .*énoncées par un document 0, conclues par la rédaction 4", page
    )
    # two more say that they continue PAN 1 as a whole, which retains none of its actions
    whole = page.split('<section aria-labelledby="continuing-plan">')[1].split("</section>")[0]
    assert re.findall(r"action/lu-bhr-2-(\d-\d)", whole) == ["3-1", "5-1"]
    assert "As a follow-up to NAP 1" in whole
    assert "build on this initial exchange" in whole
    assert "Benchmark" not in page
    assert "lu-bhr-2-3-1" not in page.split('id="open-later"')[-1]


def test_each_country_with_plans_has_a_page_about_its_plans_alone_and_home_one_about_a_plan(
    reader: Reader, served: Reader
) -> None:
    graph = reader.graph
    plans = graph.known().tables.works.plans
    country_of = graph.country_of
    codes = {country_of[plan].rpartition("/")[2].lower() for plan in plans if plan in country_of}
    assert {path.split("/")[2].removesuffix(".html") for path in reader.paths("country/")} == codes
    assert all(f'href="country/{code}.html"' in reader["fr/index.html"] for code in codes)
    belgian, own = (
        {plan for plan in plans if country_of.get(plan, "").endswith(code)}
        for code in ("/BEL", "/LUX")
    )
    assert reader["fr/country/bel.html"].count('<th scope="row">') == len(belgian) > 1
    page = reader["fr/country/lux.html"]
    wanted = [
        row
        for row in graph.known().occasions
        if row.is_expected and {row.source, row.target} <= own
    ]
    assert finding(page, "expected") == len(wanted)
    alone = [
        iri
        for iri, plan in graph.home_of.items()
        if plan in own and graph.linked_actions.get(iri, 9) > 2
    ]
    assert finding(page, "unlinked") == len(alone)
    page = served.asked("fr/index.html", plan="lu-bhr-1")
    assert finding(page, "reach") == graph.known().reach(f"{ID}plan/lu-bhr-1").linked
    assert '<option value="lu-bhr-1" selected>' in page
    assert '<option value="lu-bhr-2" selected>' in served.asked("fr/index.html", plan="nothing")
    assert (
        "action 3.3" in reader["fr/index.html"],
        "action 3.3" in reader["fr/country/bel.html"],
    ) == (True, False)


def test_a_plan_shows_its_outline_and_a_part_leads_to_its_plan_and_the_part_above(
    two_countries: Graph,
) -> None:
    abroad = site_of(two_countries)
    page = abroad["fr/plan/be-two-1.html"]
    outline = page[page.index('<h2 id="outline">') : page.index('<h2 id="actions">')]
    keys = re.findall(r'href="(?:\.\./(?:part|action)/)?([a-z0-9-]+)\.html"', outline)
    assert keys == ["be-two-1-axis-1", "be-two-1-objective-1", "be-two-1-13", "be-two-1-axis-2"]
    expected = ("Statut adopté", "2 sur 3, selon la source", "1 sur 33, selon")
    assert not [text for text in expected if text not in words(page)]
    part = abroad["fr/part/be-two-1-objective-1.html"]
    above = part[part.index('<p class="path">') : part.index("</h1>")]
    assert re.findall(r'href="([^"]*)\.html"', above) == [
        "../plan/be-two-1",
        "../part/be-two-1-axis-1",
    ]
    assert "(projet)" in words(abroad["fr/plans.html"])
    assert 'part/be-two-1-axis-2.html"' in abroad["fr/action/be-two-1-m9.html"]


def test_pairs_that_share_bodies_and_topics_only_have_a_page_where_a_server_draws_it(
    reader: Reader, served: Reader
) -> None:
    graph = reader.graph
    exported = {path.split("/")[2].removesuffix(".html") for path in reader.paths("pair/")}
    entry = graph.labels.entry
    linked = {
        pair_key(*(plan.key for plan in map(entry, met.plans) if plan)) for met in graph.meetings
    }
    own = {
        key
        for key in linked
        if any(part.startswith(("lu-", "eu-", "un-")) for part in key.split("--"))
    }
    # of two plans of other countries a row tells, to which their old addresses lead
    assert own == exported
    assert linked - own == set(re.findall(r'<tr id="([^"]*)">', reader["fr/pairs.html"]))
    assert weak(graph) not in exported
    assert len(exported) < len(graph.ties.by_pair) / 3
    assert 'id="brief"' in served[f"fr/pair/{weak(graph)}.html"]
    # what two plans share beside texts is told on one page
    lines = re.findall(r'<tr data-plans="([^"]*)">', reader["fr/shared.html"])
    both = [line for line in lines if {*weak(graph).split("--")} <= set(line.split())]
    assert (
        both
        == re.findall(
            r'<tr data-plans="([^"]*)">', served.asked("fr/shared.html", plans=weak(graph))
        )
        != []
    )


def recurring(graph: Graph, often: str) -> Reader:
    store = LocalStore(ox.Store())
    store.inner.bulk_extend(graph.held.inner)
    duration = ox.Literal(often, datatype=ox.NamedNode(f"{XSD}duration"))
    source = ox.NamedNode(graph_of("core/instruments/eu/reg-2024-3015.ttl"))
    store.inner.add(
        ox.Quad(
            ox.NamedNode(f"{ID}obligation/{RECURRING}"),
            ox.NamedNode(f"{PAN}recursEvery"),
            duration,
            source,
        )
    )
    return site_of(Graph(graph.project, store, language="fr", as_of=DAY))


def test_how_often_an_obligation_recurs_is_said_in_words_and_known_to_calendars(
    graph: Graph, few: Graph
) -> None:
    years = recurring(graph, "P3Y")
    months = recurring(few, "P1Y6M")
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


@pytest.mark.parametrize("first", [date(2023, 10, 31), date(2024, 2, 29), date(2024, 1, 28)])
def test_the_rule_of_a_calendar_gives_the_days_we_count(first: date) -> None:
    # another reader of RFC 5545, which pandas brings; it has no types
    rrule = importlib.import_module("dateutil.rrule")
    text = write_calendar([CalendarEvent(first, "a@e", "Due", every=1)], name="Due", stamp=DAY)
    (rule,) = re.findall("RRULE:(.*)\r", text)
    days = islice(rrule.rrulestr(f"DTSTART:{first:%Y%m%d}T000000\nRRULE:{rule}"), 30)
    assert [day.date() for day in days] == [
        *islice(Obligation("o", "k", first, every=1).occurrences(), 30)
    ]
