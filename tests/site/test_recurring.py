"""Pages of a graph in which an obligation recurs: how often it does is said in words, and calendars know the rule."""

from __future__ import annotations

import importlib
import re
from dataclasses import replace
from datetime import date
from itertools import islice

import pyoxigraph as ox
import pytest

import pan2kg
from pan2kg.coherence.obligations import Obligation
from pan2kg.graph.graph import Graph
from pan2kg.i18n.catalogue import Language, Messages
from pan2kg.site.lists import write_calendar
from pan2kg.site.page import SiteContext
from pan2kg.site.registry import Site
from pan2kg.store.store import LocalStore
from pan2kg.tables.gaps import DETAILS, for_pages
from pan2kg.turtle.vocabulary import ID, PAN, XSD, graph_of
from tests.site.conftest import DAY, Reader

DUTY = "reg-2024-3015-art-5-designation"
WORDS: dict[Language, tuple[str, str]] = {
    "fr": ("tous les 3 ans", "tous les 18 mois"),
    "en": ("every 3 years", "every 18 months"),
    "de": ("alle 3 Jahre", "alle 18 Monate"),
}


def recurring(graph: pan2kg.Graph, often: str) -> Reader:
    store = LocalStore(ox.Store(), [*graph.held.waiting])
    store.held.bulk_extend(graph.held.held)
    said = ox.Literal(often, datatype=ox.NamedNode(f"{XSD}duration"))
    where = ox.NamedNode(graph_of("core/obligations/reg-2024-3015.ttl"))
    store.held.add(ox.Quad(ox.NamedNode(f"{ID}obligation/{DUTY}"), ox.NamedNode(f"{PAN}recursEvery"), said, where))
    return Reader(Site(SiteContext(Graph(graph.project, store, language="fr", as_of=DAY))))


@pytest.fixture(scope="module")
def triennial(graph: pan2kg.Graph) -> Reader:
    return recurring(graph, "P3Y")


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split()).replace("\u00a0", " ")


@pytest.mark.parametrize("language", WORDS)
def test_the_page_of_obligations_says_how_often_and_when_next(triennial: Reader, language: Language) -> None:
    said = words(triennial[f"{language}/obligations.html"])
    assert WORDS[language][0] in said
    day = {"fr": "puis 14/12/2028", "en": "then 2028-12-14", "de": "dann am 14.12.2028"}[language]
    assert day in said


@pytest.mark.parametrize("language", WORDS)
def test_columns_of_what_recurs_stand_on_the_page_only_where_something_does(reader: Reader, language: Language) -> None:
    heading = Messages("table").say("column.next_due", language)
    assert heading in words(reader[f"{language}/obligations.html"])
    duties = reader.site.site_context.figures("obligations", language)
    once = replace(duties, rows=tuple({**row, "every": None} for row in duties.rows))
    shown = for_pages(once).shown
    assert heading not in [column.heading.say(language) for column in shown]
    assert not {column.names or column.key for column in shown} & DETAILS, "what stands on the page of each alone"


@pytest.mark.parametrize("language", WORDS)
def test_the_page_of_an_obligation_says_it_in_words(triennial: Reader, language: Language) -> None:
    assert WORDS[language][0] in words(triennial[f"{language}/obligation/{DUTY}.html"])


def test_what_recurs_after_a_year_and_a_half_is_said_in_months(few: pan2kg.Graph) -> None:
    reader = recurring(few, "P1Y6M")
    for language, (_, months) in WORDS.items():
        assert months in words(reader[f"{language}/obligation/{DUTY}.html"])


def test_a_calendar_has_the_rule_of_what_recurs(triennial: Reader) -> None:
    events = triennial["fr/obligations.ics"].replace("\r\n ", "").split("BEGIN:VEVENT")
    rules = [event for event in events if "RRULE" in event]
    (rule,) = (event for event in rules if DUTY in event)
    assert "DTSTART;VALUE=DATE:20251214\r\n" in rule
    assert "RRULE:FREQ=MONTHLY;INTERVAL=36\r\n" in rule


@pytest.mark.parametrize("first", [date(2023, 10, 31), date(2024, 2, 29), date(2024, 1, 28)])
def test_the_rule_of_a_calendar_gives_the_days_we_count(first: date) -> None:
    # Another reader of RFC 5545, which pandas brings; it has no types.
    rrule = importlib.import_module("dateutil.rrule")
    text = write_calendar([(first, "a@e", "Due", "", 1)], name="Due", stamp=DAY)
    (rule,) = re.findall("RRULE:(.*)\r", text)
    start = f"DTSTART:{first:%Y%m%d}T000000\n"
    counted = islice(Obligation("o", "k", first, every=1).occurrences(), 30)
    assert [day.date() for day in islice(rrule.rrulestr(f"{start}RRULE:{rule}"), 30)] == list(counted)
