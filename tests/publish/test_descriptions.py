"""What describes a release: VoID, the service, the questions, schema.org, the site map, the rewrite rules."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

import pyoxigraph as ox
import pytest
from usp.tree import sitemap_from_str

from pan2kg.i18n.catalogue import LANGUAGES
from pan2kg.publish.descriptions import count, write_void
from pan2kg.publish.documents import shared_place
from pan2kg.publish.dump import DUMPS, read_content
from pan2kg.publish.edition import Edition
from pan2kg.publish.hosts import Rule, w3id_rules
from pan2kg.publish.tables import PRODUCTS, product_forms
from pan2kg.store.queries import read_queries
from pan2kg.store.store import LocalStore, select
from pan2kg.turtle.vocabulary import PAN, RDF, RDFS, ROOT
from tests.publish.conftest import BASE, ENDPOINT

DEPRECATED = ox.NamedNode("http://www.w3.org/2002/07/owl#deprecated")

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"
PREFIXES = """
PREFIX void: <http://rdfs.org/ns/void#> PREFIX sd: <http://www.w3.org/ns/sparql-service-description#>
PREFIX sh: <http://www.w3.org/ns/shacl#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX schema: <https://schema.org/> PREFIX dataset: <https://w3id.org/pan2kg/>
"""


def lead(applied: list[Rule], path: str, accept: str = "") -> str | None:
    """Where the rules lead a path, as the server that applies them would."""
    return next((target for rule in applied if (target := rule.leads(path, accept)) is not None), None)


def read(path: Path) -> LocalStore:
    store = ox.Store()
    store.load(path.read_bytes(), format=ox.RdfFormat.TURTLE)
    return LocalStore(store)


def rows(store: LocalStore, query: str) -> list[tuple[str, ...]]:
    found = select(store, PREFIXES + query)
    return [tuple(term.value if term else "" for term in row) for row in found.rows]


def pairs(found: list[tuple[str, ...]]) -> dict[str, str]:
    return {row[0]: row[1] for row in found}


@pytest.fixture(scope="module")
def void(folder: Path) -> LocalStore:
    return read(folder / ".well-known" / "void")


def test_void_counts_what_is_published(void: LocalStore, edition: Edition) -> None:
    """The graph with the weights of its links; by class and by property."""
    [asked] = rows(
        void, "SELECT ?t ?s ?o WHERE { ?d void:triples ?t ; void:distinctSubjects ?s ; void:distinctObjects ?o }"
    )
    distinct = "SELECT DISTINCT ?s ?p ?o WHERE { ?s ?p ?o }"
    held = edition.graph.sparql(
        f"SELECT (COUNT(*) AS ?t) (COUNT(DISTINCT ?s) AS ?ss) (COUNT(DISTINCT ?o) AS ?oo) WHERE {{ {{ {distinct} }} }}"
    )
    assert asked == tuple(held.rows[0].values())
    partitions = {
        ("void:class ?x ; void:entities", "classes"):
            "SELECT ?x (COUNT(DISTINCT ?s) AS ?n) WHERE { ?s a ?x } GROUP BY ?x",
        ("void:property ?x ; void:triples", "properties"):
            "SELECT ?x (COUNT(*) AS ?n) WHERE { { SELECT DISTINCT ?s ?x ?o WHERE { ?s ?x ?o } } } GROUP BY ?x",
    }  # fmt: skip
    for (partition, of), query in partitions.items():
        said = pairs(rows(void, f"SELECT ?x ?n WHERE {{ ?part {partition} ?n }}"))
        assert said == {row["x"]: row["n"] for row in edition.graph.sparql(query)}
        [(total,)] = rows(void, f"SELECT ?n WHERE {{ dataset:dataset void:{of} ?n }}")
        assert int(total) == len(said)


def test_void_tells_of_links_to_others_data_and_names_every_dump(void: LocalStore, folder: Path) -> None:
    query = "?set void:objectsTarget ?t ; void:triples ?n . ?t void:uriSpace ?target"
    links = pairs(rows(void, f"SELECT ?target (SUM(?n) AS ?links) WHERE {{ {query} }} GROUP BY ?target"))
    assert len(links) == 5
    assert int(links["http://eurovoc.europa.eu/"]) > 100
    named = {address for (address,) in rows(void, "SELECT ?d WHERE { dataset:dataset void:dataDump ?d }")}
    assert named == {f"{BASE}{path}" for path in DUMPS}
    assert (folder / "void.ttl").read_bytes() == (folder / ".well-known" / "void").read_bytes()


def test_the_service_names_every_graph(folder: Path, edition: Edition) -> None:
    store = read(folder / "service.ttl")
    assert rows(store, "SELECT ?e WHERE { ?s a sd:Service ; sd:endpoint ?e }") == [(ENDPOINT,)]
    named = {name for (name,) in rows(store, "SELECT ?g WHERE { ?d sd:namedGraph ?n . ?n sd:name ?g }")}
    assert named == {name.value for name in edition.store.inner.named_graphs()}


def test_every_question_is_a_query_a_machine_can_run(folder: Path, edition: Edition) -> None:
    store, empty = read(folder / "queries.ttl"), LocalStore(ox.Store())
    found = rows(
        store,
        "SELECT ?name ?fr ?en ?query WHERE { ?name a sh:SPARQLExecutable, sh:SPARQLSelectExecutable ;"
        " sh:select ?query ;"
        f" schema:target <{ENDPOINT}> ; rdfs:comment ?fr, ?en FILTER(LANG(?fr) = 'fr' && LANG(?en) = 'en') }}",
    )
    questions = read_queries(edition.project)
    assert {name.removeprefix(f"{ROOT}query/") for name, *_ in found} == set(questions)
    for name, french, english, query in found:
        question = questions[name.rpartition("/")[2]]
        assert (french, english) == (question.question("fr"), question.question("en"))
        assert select(empty, query).columns
    declared = pairs(rows(store, "SELECT ?p ?n WHERE { ?s sh:declare ?d . ?d sh:prefix ?p ; sh:namespace ?n }"))
    used = {pair for *_, query in found for pair in re.findall(r"PREFIX ([\w-]*): <(.*?)>", query)}
    assert set() < used <= set(declared.items())


def test_schema_org_offers_what_is_there(folder: Path) -> None:
    read_ = json.loads((folder / "dataset.jsonld").read_text(encoding="utf-8"))
    assert read_["@type"] == "Dataset"
    assert read_["name"][0]["@language"] == "fr"
    for offered in read_["distribution"]:
        path = folder / offered["contentUrl"].removeprefix(BASE)
        assert offered["contentSize"] == f"{path.stat().st_size} B"
    assert len(read_["distribution"]) == len(PRODUCTS) * len(product_forms()) + 3
    assert read_["temporalCoverage"]
    assert read_["spatialCoverage"][0]["@type"] == "Place"


def test_the_site_map_lists_the_pages(folder: Path) -> None:
    tree = ET.parse(folder / "sitemap.xml")
    paths = (path.relative_to(folder).as_posix() for path in folder.rglob("*.html"))
    pages = {f"{BASE}{path}" for path in paths if not path.startswith(("doc/", "version/", "404", "410"))}
    assert {element.text for element in tree.iter(SITEMAP)} == pages
    assert pages
    found = list(sitemap_from_str((folder / "sitemap.xml").read_text("utf-8")).all_pages())
    assert {page.url for page in found} == pages, "as another program reads it"
    assert {page.last_modified and page.last_modified.date() for page in found} == {date(2026, 11, 25)}


@pytest.mark.parametrize("accept", ["text/turtle", "application/ld+json", "text/html", "*/*", "image/png", ""])
def test_the_rules_lead_every_iri_of_the_graph_to_a_file(few_folder: Path, few_edition: Edition, accept: str) -> None:
    """Those of links that a rule made as well."""
    applied = w3id_rules()
    text = (few_folder / "w3id" / ".htaccess").read_text(encoding="utf-8")
    assert text.endswith("".join(rule.written(BASE) for rule in applied))
    assert len(applied) <= 25, "short and stable: no rule for a thing, a kind or a link"
    stated = {
        term.value.removeprefix(ROOT).partition("#")[0]
        for quad in few_edition.store.inner
        for term in (quad.subject, quad.graph_name)
        if isinstance(term, ox.NamedNode) and term.value.startswith(ROOT)
    }
    assert len(stated) > 2_000
    for path in sorted(stated):
        target = lead(applied, path, accept)
        assert target, path
        there = few_folder / target.partition("#")[0]
        assert there.is_file(), f"{path} is led to {target}, which is not there"


@pytest.mark.parametrize("path", ["id/plan/no-such", "id/link/zz00000000000000", "id/x/y/z", "id/nothing/x", "nothing"])
def test_what_the_graph_does_not_speak_of_is_led_to_no_place(few_folder: Path, path: str) -> None:
    for accept in ("text/turtle", "text/html", ""):
        target = lead(w3id_rules(), path, accept)
        assert target
        file, _, key = target.partition("#")
        assert not (few_folder / file).exists() or f'id="{key}"' not in (few_folder / file).read_text("utf-8")


def test_a_thing_is_led_to_a_file_that_speaks_of_it(few_folder: Path) -> None:
    for thing in ("id/plan/lu-bhr-2", "id/passage/lu-bhr-2-lu-bhr-1", "id/link/1d5596c59ff28c70"):
        target = (lead(w3id_rules(), thing, "text/turtle") or "").partition("#")[0]
        subjects = {quad.subject for quad in ox.parse(path=str(few_folder / target))}
        assert ox.NamedNode(ROOT + thing) in subjects
        assert ox.NamedNode(ROOT + target.removesuffix(".ttl")) in subjects, "what is said of the document itself"
        data = target.replace(".ttl", ".jsonld")
        assert subjects == {quad.subject for quad in ox.parse(path=str(few_folder / data))}


def test_a_document_of_a_thing_that_has_pages_leads_to_them(few_folder: Path) -> None:
    page = (few_folder / "doc/plan/lu-bhr.html").read_text("utf-8")
    row = page.partition('<tr id="lu-bhr-2">')[2].partition("</tr>")[0]
    assert 'hreflang="fr" href="../../fr/plan/lu-bhr-2.html"' in row
    passage = (few_folder / "doc/passage/lu-bhr.html").read_text("utf-8")
    assert "the second edition of the National Action Plan complements the first NAP" in passage
    assert 'href="../../doc/link/1.html#1d5596c59ff28c70"' in passage, "what rests on it"


def test_every_link_stands_at_its_key_in_the_document_it_is_led_to(few_folder: Path, few_edition: Edition) -> None:
    kind = ox.NamedNode(f"{PAN}Link")
    links = {
        str(quad.subject)[1:-1]
        for quad in few_edition.store.inner.quads_for_pattern(None, ox.NamedNode(f"{RDF}type"), kind)
    }
    pages = {path.name: path.read_text("utf-8") for path in (few_folder / "doc/link").glob("*.html")}
    assert len(links) > len(pages)
    for iri in links:
        target = lead(w3id_rules(), iri.removeprefix(ROOT), "text/html")
        assert target
        name, _, key = target.removeprefix("doc/link/").partition("#")
        assert iri.endswith(f"/{key}")
        assert f'<tr id="{key}">' in pages[name]
    told = [key for page in pages.values() for key in re.findall('<tr id="([^"]+)">', page)]
    assert len(told) == len(set(told)), "each in one document"


def test_q_values_count_as_far_as_a_pattern_can_tell_and_a_host_that_negotiates_gets_all() -> None:
    applied, path = w3id_rules(), "id/plan/lu-bhr-2"
    page = "doc/plan/lu-bhr.html#lu-bhr-2"
    assert lead(applied, path, "text/html,application/xhtml+xml,*/*;q=0.8") == page
    assert lead(applied, path, "text/html;q=0, text/turtle") == "doc/plan/lu-bhr.ttl#lu-bhr-2"
    assert lead(w3id_rules("https://pan.example/"), path, "text/html") == f"https://pan.example/{path}"


def test_the_version_has_its_own_files(few_folder: Path) -> None:
    target = lead(w3id_rules(), "dataset/0.1.0")
    assert target == "version/0.1.0/"
    kept = few_folder / target
    mark = (kept / "release.json").read_bytes()
    assert mark == (few_folder / "release.json").read_bytes()
    lines = (kept / "CHECKSUMS").read_text("utf-8").splitlines()
    assert {line[66:] for line in lines} >= {"data/pan2kg.nq.gz", "catalogue.ttl", "index.html"}
    page = (kept / "index.html").read_text("utf-8")
    assert "../../index.html#de" in page
    for path in re.findall(r' href="([^"#:]+)"', page):
        assert (kept / path).exists(), path


def test_what_was_retired_is_said_to_be_gone(few_folder: Path, few_edition: Edition) -> None:
    mark = json.loads((few_folder / "release.json").read_text("utf-8"))["retired"]
    deprecated = {
        quad.subject.value.removeprefix(f"{ROOT}id/")
        for quad in few_edition.store.inner.quads_for_pattern(None, DEPRECATED, None)
        if isinstance(quad.subject, ox.NamedNode) and quad.subject.value.startswith(f"{ROOT}id/")
    }
    assert deprecated <= mark.keys()
    assert deprecated
    rules = (few_folder / ".htaccess").read_text("utf-8")
    for place, heir in mark.items():
        assert not heir or (few_folder / f"{heir.partition('#')[0]}.ttl").is_file()
        assert re.escape(place) in rules
        page = (few_folder / f"{shared_place(f'doc/{place}')}.html").read_text("utf-8")
        assert "retired" in page.partition(f'<tr id="{place.rpartition("/")[2]}">')[2].partition("</tr>")[0]


def test_the_front_page_speaks_every_language_and_names_only_what_is_there(few_folder: Path) -> None:
    page = (few_folder / "index.html").read_text("utf-8")
    for language in LANGUAGES:
        assert f'<section id="{language}" lang="{language}">' in page
    assert 'href="fr/index.html"' in page
    for path in re.findall(r' href="([^"#:]+)"', page):
        assert (few_folder / path).exists(), path
    text = (few_folder / "README.md").read_text("utf-8")
    named = {
        path for line in re.findall(r"^\| (`[^|]+) \|", text, re.MULTILINE) for path in re.findall("`([^`]+)`", line)
    }
    assert len(named) > 20
    for path in named:
        assert (few_folder / path).exists() or list(few_folder.glob(f"{path}*")), path
    assert "How to cite: pan2kg contributors" in text
    described = json.loads(re.search(r'<script type="application/ld.json">(.*?)</script>', page)[1])  # type: ignore[index]
    assert described["@type"] == "Dataset"


def test_a_release_of_the_strongest_links_alone_says_so(few_edition: Edition, monkeypatch: pytest.MonkeyPatch) -> None:
    places = few_edition.issue.addresses
    counted = count(read_content(few_edition.store, places)[1].triples, places.root)
    whole = write_void(few_edition, counted, [])
    monkeypatch.setattr("pan2kg.publish.descriptions.missing_links", lambda _: (12, 345))
    part = write_void(few_edition, counted, [])
    assert b"rdfs:comment" not in whole
    store = ox.Store()
    store.load(part, format=ox.RdfFormat.TURTLE)
    said = [
        quad.object for quad in store.quads_for_pattern(None, ox.NamedNode(f"{RDFS}comment"), None)
        if isinstance(quad.object, ox.Literal)
    ]  # fmt: skip
    assert sorted(str(one.language) for one in said) == ["de", "en", "fr"]
    assert all("12" in one.value and "345" in one.value for one in said)
