"""What holds of the quality page: what it counts, and what it says would mend it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

import pyoxigraph as ox
import pytest

import pan2kg
from pan2kg.graph.graph import Graph
from pan2kg.i18n.catalogue import Messages, Text
from pan2kg.project import Project
from pan2kg.site.quality import (
    CRITERIA,
    CatalogueEntry,
    balances,
    judge,
    read_entry,
    read_quality,
    score,
    summarise,
    untranslated,
)
from pan2kg.store.store import LocalStore
from pan2kg.turtle.vocabulary import ID, PAN
from pan2kg.validation.report import Finding, Kind, Report, Rule, Severity

Measured = dict[str, Any]
TODAY = date(2026, 12, 1)
WHOLE = CatalogueEntry(
    {
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "temporal": "2020–2022",
        "spatial": "http://publications.europa.eu/resource/authority/country/LUX",
        "accrualPeriodicity": "http://publications.europa.eu/resource/authority/frequency/IRREG",
        "description": "x" * 101,
    },
    TODAY,
    (("text/turtle", True, "https://example.org/a.ttl"),),
)
CATALOGUE = """
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<http://e/set> a dcat:Dataset ;
    dcterms:description "courte"@fr, "%s"@en ;
    dcterms:temporal [ dcat:startDate "2020-01-01"^^xsd:date ] ;
    dcterms:modified "2026-11-25"^^xsd:date ;
    dcterms:accrualPeriodicity <http://publications.europa.eu/resource/authority/frequency/DAILY> ;
    dcat:distribution <http://e/pdf>, <http://e/turtle> .
<http://e/pdf> dcterms:format <http://publications.europa.eu/resource/authority/file-type/PDF> .
<http://e/turtle> dcterms:format <http://publications.europa.eu/resource/authority/file-type/RDF_TURTLE> ;
    dcterms:description "le graphe"@fr .
""" % ("long " * 30)


def store_of(turtle: str) -> LocalStore:
    inner = ox.Store()
    inner.load(turtle, ox.RdfFormat.TURTLE, to_graph=ox.NamedNode("http://e/graph"))
    return LocalStore(inner)


def met(entry: CatalogueEntry, today: date = TODAY) -> set[str]:
    return {key for key, is_met, _ in judge(entry, today) if is_met}


@pytest.fixture(scope="module")
def quality(graph: pan2kg.Graph) -> Measured:
    return read_quality(Graph(graph.project, graph.store, language="fr", as_of=TODAY))


def test_an_entry_can_meet_all_nine_criteria() -> None:
    assert met(WHOLE) == set(CRITERIA)
    assert score(judge(WHOLE, TODAY)) == 1.0


@pytest.mark.parametrize(
    ("name", "criterion"),
    [("license", "license"), ("temporal", "temporal-coverage"), ("spatial", "spatial"), ("description", "description")],
)
def test_what_is_not_stated_is_not_met(name: str, criterion: str) -> None:
    entry = replace(WHOLE, values={key: value for key, value in WHOLE.values.items() if key != name})
    assert met(entry) == set(CRITERIA) - {criterion}


def test_an_unknown_frequency_meets_neither_of_the_criteria_on_updates() -> None:
    entry = replace(WHOLE, values={**WHOLE.values, "accrualPeriodicity": "http://e/frequency/UNKNOWN"})
    assert met(entry) == set(CRITERIA) - {"update-frequency", "update-in-time"}


@pytest.mark.parametrize(("day", "in_time"), [(31, True), (32, True), (33, False)])
def test_a_monthly_entry_may_be_a_day_late_as_on_the_portal(day: int, *, in_time: bool) -> None:
    entry = replace(WHOLE, values={**WHOLE.values, "accrualPeriodicity": "http://e/frequency/MONTHLY"})
    today = date.fromordinal(TODAY.toordinal() + day)
    assert ("update-in-time" in met(entry, today)) == in_time


def test_a_description_of_a_hundred_characters_is_too_short() -> None:
    entry = replace(WHOLE, values={**WHOLE.values, "description": "x" * 100})
    assert "description" not in met(entry)


def test_closed_formats_alone_are_not_open() -> None:
    assert "open-format" not in met(replace(WHOLE, resources=(("pdf", True, ""),)))


def test_a_resource_that_does_not_answer_counts() -> None:
    lost = replace(WHOLE, unreachable=frozenset(("https://example.org/a.ttl",)))
    assert met(lost) == set(CRITERIA) - {"available"}


def test_without_resources_three_criteria_are_unknown_and_count_as_unmet() -> None:
    judged = judge(replace(WHOLE, resources=None), TODAY)
    assert [key for key, is_met, _ in judged if is_met is None] == list(CRITERIA[-3:])
    assert score(judged) == 6 / 9


def test_a_catalogue_is_read_as_the_portal_reads_it() -> None:
    entry = read_entry(store_of(CATALOGUE))
    assert entry is not None
    assert entry.values["description"] == "courte"
    assert met(entry) == {"temporal-coverage", "update-frequency", "open-format", "available", "documentation"}


def test_a_store_without_a_catalogue_has_no_entry() -> None:
    plan = f"<http://e/p> a <{PAN}Plan> ; <http://purl.org/dc/terms/description> 'x' ."
    assert read_entry(store_of(plan)) is None


def test_the_shipped_entry_meets_what_can_be_judged_without_a_release(quality: Measured) -> None:
    assert [key for key, is_met, _ in quality["criteria"] if is_met is False] == []


def test_every_criterion_has_its_name_and_what_would_mend_it() -> None:
    assert Messages("ontology").keys("criterion.") == Messages("ontology").keys("criterion-mend.") == CRITERIA


def test_things_without_a_label_are_listed_by_class_and_language() -> None:
    label = "<http://www.w3.org/2004/02/skos/core#prefLabel>"
    store = store_of(
        f"<http://e/a> a <{PAN}Plan> ; {label} 'a'@fr, 'a'@en . <http://e/b> a <{PAN}Plan> ; {label} 'b'@en ."
        f"<http://e/d> a <{PAN}Document> ; {label} 'd'@en ."
    )
    found = untranslated(store)
    assert found == [(PAN + "Plan", 2, {"fr": ["http://e/b"], "en": [], "de": ["http://e/a", "http://e/b"]})]


def test_missing_translations_agree_with_the_labels_of_the_graph(quality: Measured, graph: pan2kg.Graph) -> None:
    missing = next(missing for kind, _, missing in quality["translations"] if kind == PAN + "Plan")
    asked = graph.sparql(
        f"SELECT ?plan WHERE {{ ?plan a <{PAN}Plan> FILTER NOT EXISTS {{ ?plan "
        "<http://www.w3.org/2004/02/skos/core#prefLabel> ?label FILTER(LANG(?label) = 'fr') } } ORDER BY ?plan"
    )
    assert missing["fr"] == [row["plan"] for row in asked]


def link(name: str, status: str, *more: str) -> str:
    said = " ; ".join((f"a <{PAN}Link>", f"<{PAN}linkType> <{ID}linktype/builds-on>", *more))
    return f"<http://e/{name}> {said} ; <{PAN}status> <{ID}linkstatus/{status}> ."


def test_links_are_counted_by_what_they_rest_on() -> None:
    evidence, unverified = f"<{PAN}evidence> <http://e/p>", f"<{PAN}certainty> <{ID}certainty/unverified>"
    stated, concluded = (f"<{PAN}certainty> <{ID}certainty/{name}>" for name in ("stated", "derived"))
    store = store_of(
        link("a", "accepted", evidence, f"<{PAN}evidence> <http://e/q>", stated)
        + link("b", "accepted", stated)
        + link("g", "accepted", evidence, concluded)
        + link("c", "accepted", evidence, unverified)
        + link("d", "derived")
        + link("e", "candidate")
        + link("f", "rejected")
    )
    ((_, numbers),) = balances(store).items()
    assert numbers == {
        "total": 7, "derived": 1, "declared": 2, "evident": 1, "concluded": 1, "unverified": 1, "candidates": 1,
    }  # fmt: skip


def test_the_sums_over_types_are_those_of_the_graph(quality: Measured, graph: pan2kg.Graph) -> None:
    asked = graph.sparql(f"SELECT (COUNT(DISTINCT ?link) AS ?n) WHERE {{ ?link a <{PAN}Link> }}")
    numbers = sum(quality["links"].values(), Counter[str]())
    assert numbers["total"] == int(asked.rows[0]["n"])
    parts = ("derived", "concluded", "declared", "unverified", "candidates")
    assert sum(numbers[part] for part in parts) == numbers["total"]


def findings(rule: Rule, names: Iterable[str]) -> tuple[Finding, ...]:
    return tuple(Finding(rule, f"http://e/{name}") for name in names)


def test_a_report_is_summed_up_with_the_weightiest_rules_first() -> None:
    light = Rule("light", Kind.SHAPE, Severity.INFO, Text.of({"fr": "l", "en": "l"}))
    heavy = Rule("heavy", Kind.QUALITY, Severity.VIOLATION, Text.of({"fr": "h", "en": "h"}))
    kept = Rule("kept", Kind.STYLE, Severity.VIOLATION, Text.of({"fr": "k", "en": "k"}))
    report = Report((light, heavy, kept), (*findings(light, "abc"), *findings(heavy, "a")), {"light": 9, "heavy": 2})
    found = summarise(report)
    assert [(rule.key, *numbers) for rule, *numbers in found.pop("failing")] == [("heavy", 1, 2), ("light", 3, 9)]
    assert found == {"rules": 3, "idle": 1, "violations": 1, "passing": 1}


def test_the_share_annotated_is_that_of_the_trust_table(quality: Measured) -> None:
    assert quality["annotated"].name == "trust"
    assert quality["annotated"].basis.n > quality["annotated"].basis.annotated > 0


def test_an_empty_graph_has_a_quality_too() -> None:
    found = read_quality(Graph(Project.packaged(), LocalStore(ox.Store()), as_of=TODAY))
    assert found == {"annotated": None, "translations": [], "criteria": (), "links": {}}
