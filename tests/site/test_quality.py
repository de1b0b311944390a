"""What holds of the quality page: what it counts, and what it says would mend it."""

import re
from collections import Counter
from datetime import date
from pathlib import Path

import pyoxigraph as ox
import pytest

import pan2kg
from pan2kg.graph.graph import Graph
from pan2kg.i18n import Messages, Text
from pan2kg.project import Project
from pan2kg.site import quality_measures as measures
from pan2kg.site.page import SiteContext
from pan2kg.site.quality import CheckSummary, FailingRule, summarise
from pan2kg.site.quality_measures import (
    CRITERIA,
    CatalogueEntry,
    CatalogueResource,
    Quality,
    judge_entry,
)
from pan2kg.site.registry import Site
from pan2kg.store.remote import RemoteStore
from pan2kg.store.store import LocalStore
from pan2kg.turtle.vocabulary import ID, PAN
from pan2kg.validation.report import Finding, Kind, Report, Rule, Severity
from tests.site.conftest import Parsed, Reader, site_of

TODAY = date(2026, 12, 1)
CATALOGUE = Path(__file__).parents[1] / "data" / "catalogue-entry.ttl"
WHOLE = CatalogueEntry(
    {
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "temporal": "2020–2022",
        "spatial": "http://publications.europa.eu/resource/authority/country/LUX",
        "accrualPeriodicity": "http://publications.europa.eu/resource/authority/frequency/IRREG",
        "description": "x" * 101,
    },
    TODAY,
    (CatalogueResource("text/turtle", is_described=True),),
)
LABEL = "<http://www.w3.org/2004/02/skos/core#prefLabel>"
HOSTILE = f'<{ID}plan/lu-x-1> a <{PAN}Plan> ; {LABEL} "<script>alert(1)</script>"@en .'


def store_of(turtle: str) -> LocalStore:
    inner = ox.Store()
    inner.load(turtle, ox.RdfFormat.TURTLE, to_graph=ox.NamedNode("http://e/graph"))
    return LocalStore(inner)


def met(entry: CatalogueEntry, today: date = TODAY) -> set[str]:
    return {key for key, is_met, _ in judge_entry(entry, today) if is_met}


@pytest.fixture(scope="module")
def quality(graph: pan2kg.Graph) -> Quality:
    return measures.read_quality(Graph(graph.project, graph.store, language="fr", as_of=TODAY))


def test_each_of_nine_criteria_is_met_by_what_the_portal_counts() -> None:
    def but(**values: str) -> CatalogueEntry:
        return WHOLE._replace(values={**WHOLE.values, **values})

    every = set(CRITERIA)
    frequency = "http://e/frequency/"
    assert met(WHOLE) == every
    assert measures.met_share(judge_entry(WHOLE, TODAY)) == 1.0
    criteria = {"license": "license", "temporal": "temporal-coverage", "spatial": "spatial"}
    for name, criterion in criteria.items():
        assert met(but(**{name: ""})) == every - {criterion}
    assert met(but(description="x" * 100)) == every - {"description"}
    assert met(but(accrualPeriodicity=f"{frequency}UNKNOWN")) == every - {
        "update-frequency",
        "update-in-time",
    }
    monthly = but(accrualPeriodicity=f"{frequency}MONTHLY")
    days = [date.fromordinal(TODAY.toordinal() + day) for day in (31, 32, 33)]
    assert ["update-in-time" in met(monthly, day) for day in days] == [True, True, False], (
        "a day late, as there"
    )
    assert "open-format" not in met(
        WHOLE._replace(resources=(CatalogueResource("pdf", is_described=True),))
    )
    judged = judge_entry(WHOLE._replace(resources=()), TODAY)
    assert [key for key, is_met, _ in judged if is_met is None] == list(CRITERIA[-3:])
    assert measures.met_share(judged) == 6 / 9


def test_a_catalogue_is_read_as_the_portal_reads_it() -> None:
    entry = measures.read_entry(store_of(CATALOGUE.read_text("utf-8")))
    assert entry is not None
    assert entry.values["description"] == "courte"
    assert met(entry) == {
        "temporal-coverage",
        "update-frequency",
        "open-format",
        "available",
        "documentation",
    }
    plan = f"<http://e/p> a <{PAN}Plan> ; <http://purl.org/dc/terms/description> 'x' ."
    assert measures.read_entry(store_of(plan)) is None


def link(name: str, status: str, *more: str) -> str:
    statements = " ; ".join((f"a <{PAN}Link>", f"<{PAN}linkType> <{ID}linktype/builds-on>", *more))
    return f"<http://e/{name}> {statements} ; <{PAN}status> <{ID}linkstatus/{status}> ."


def test_links_are_counted_by_what_they_rest_on_and_things_without_a_label_by_class_and_language() -> (
    None
):
    store = store_of(
        f"<http://e/a> a <{PAN}Plan> ; {LABEL} 'a'@fr, 'a'@en . <http://e/b> a <{PAN}Plan> ; {LABEL} 'b'@en ."
        f"<http://e/d> a <{PAN}Document> ; {LABEL} 'd'@en ."
    )
    missing = {"fr": ["http://e/b"], "en": [], "de": ["http://e/a", "http://e/b"]}
    assert measures.find_untranslated(store) == [(PAN + "Plan", 2, missing)]
    evidence = f"<{PAN}evidence> <http://e/p>"
    unverified = f"<{PAN}certainty> <{ID}certainty/unverified>"
    stated, concluded = (
        f"<{PAN}certainty> <{ID}certainty/{name}>" for name in ("stated", "derived")
    )
    links = [
        link("a", "accepted", evidence, stated),
        link("b", "accepted", stated),
        link("d", "derived"),
        link("g", "accepted", evidence, concluded),
        link("c", "accepted", evidence, unverified),
        link("e", "candidate"),
        link("f", "rejected"),
    ]
    ((_, numbers),) = measures.count_links(store_of("".join(links))).items()
    assert numbers == {
        "total": 7,
        "derived": 1,
        "declared": 2,
        "evident": 1,
        "concluded": 1,
        "unverified": 1,
        "candidates": 1,
    }


def test_a_report_is_summed_up_with_the_weightiest_rules_first(quality: Quality) -> None:
    assert [key for key, is_met, _ in quality.criteria if is_met is False] == []
    assert (
        Messages("ontology").keys("criterion.")
        == Messages("ontology").keys("criterion-mend.")
        == CRITERIA
    )
    numbers = sum(quality.links.values(), Counter[str]())
    parts = ("derived", "concluded", "declared", "unverified", "candidates")
    assert sum(numbers[part] for part in parts) == numbers["total"] > 1000
    light = Rule("light", Kind.SHAPE, Severity.INFO, Text.of({"fr": "l", "en": "l"}))
    heavy = Rule("heavy", Kind.QUALITY, Severity.VIOLATION, Text.of({"fr": "h", "en": "h"}))
    kept = Rule("kept", Kind.STYLE, Severity.VIOLATION, Text.of({"fr": "k", "en": "k"}))
    findings = *(Finding(light, f"http://e/{name}") for name in "abc"), Finding(heavy, "http://e/a")
    found = summarise(Report((light, heavy, kept), findings, {"light": 9, "heavy": 2}))
    failing = [FailingRule(heavy, 1, 2), FailingRule(light, 3, 9)]
    assert found == CheckSummary(rules=3, idle=1, violations=1, failing=failing, passing=1)


def test_the_page_gives_every_figure_with_what_would_mend_it(
    reader: Reader, project: Project, endpoint: str
) -> None:
    assert re.sub(' data-name="[^"]*"', "", reader["fr/quality.html"]).count("Pour y remédier") == 4
    remote = Graph(project, RemoteStore(endpoint), language="fr", as_of=TODAY)
    assert (
        "The check was not run for this edition."
        in Reader(Site(SiteContext(remote)))["en/quality.html"]
    )
    empty = Graph(Project.packaged(), LocalStore(ox.Store()), as_of=TODAY)
    assert measures.read_quality(empty) == Quality(None, [], (), {})


def test_a_project_of_ones_own_is_checked_and_what_it_fails_leads_to_the_documentation(
    own_project: Path,
) -> None:
    page = site_of(pan2kg.open_graph(own_project))["en/quality.html"]
    for words in (
        "Every binding rule is met.",
        "The graph holds no action.",
        "describe a dcat:Dataset",
    ):
        assert words in page
    file = own_project / "graph" / "plans" / "lu-x-1" / "plan.ttl"
    file.parent.mkdir(parents=True)
    file.write_text(HOSTILE, encoding="utf-8")
    pages = site_of(pan2kg.open_graph(own_project))
    page = pages["en/quality.html"]
    links = {
        link.partition("#")[2] for link in Parsed(page).links if link.startswith("ontology.html#")
    }
    assert set() < links <= set(Parsed(pages["en/ontology.html"]).ids)
    assert ("<script>alert" in page, "&lt;script&gt;alert" in page) == (False, True)
