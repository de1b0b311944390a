"""What describes a release: VoID, the service, the questions, schema.org, the site map, the rewrite rules."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pyoxigraph as ox
import pytest

from pan2kg.publish import readme
from pan2kg.publish.dump import DUMP_DERIVED, STATED, read_content
from pan2kg.publish.edition import Edition
from pan2kg.publish.void import Statistics, count, write_void
from pan2kg.store.queries import read_queries
from pan2kg.store.store import LocalStore, select
from pan2kg.turtle.vocabulary import RDFS, ROOT
from tests.lots import by_lot
from tests.publish.conftest import BASE, ENDPOINT

DEPRECATED = ox.NamedNode("http://www.w3.org/2002/07/owl#deprecated")
RDF_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"
PREFIXES = """
PREFIX void: <http://rdfs.org/ns/void#> PREFIX sd: <http://www.w3.org/ns/sparql-service-description#>
PREFIX sh: <http://www.w3.org/ns/shacl#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX schema: <https://schema.org/> PREFIX dataset: <https://w3id.org/pan2kg/>
"""


def lead(applied: list[readme.Rule], path: str, accept: str = "") -> str | None:
    """Where the rules lead a path, as the server that applies them would."""
    chosen = ""
    for rule in applied:
        target = rule.leads(path, accept, chosen)
        if target is not None and not rule.chooses:
            return target
        chosen = rule.chooses if target is not None else chosen
    return None


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
    """The graph with the weights of its links."""
    [asked] = rows(
        void,
        "SELECT ?t ?s ?o WHERE { ?d void:triples ?t ; void:distinctSubjects ?s ; void:distinctObjects ?o }",
    )
    distinct = "SELECT DISTINCT ?s ?p ?o WHERE { ?s ?p ?o }"
    held = edition.graph.sparql(
        f"SELECT (COUNT(*) AS ?t) (COUNT(DISTINCT ?s) AS ?ss) (COUNT(DISTINCT ?o) AS ?oo) WHERE {{ {{ {distinct} }} }}"
    )
    assert asked == tuple(held.rows[0].values())


@pytest.mark.parametrize(
    ("partition", "of", "query"),
    [
        ("void:class ?x ; void:entities", "classes",
         "SELECT ?x (COUNT(DISTINCT ?s) AS ?n) WHERE { ?s a ?x } GROUP BY ?x"),
        ("void:property ?x ; void:triples", "properties",
         "SELECT ?x (COUNT(*) AS ?n) WHERE { { SELECT DISTINCT ?s ?x ?o WHERE { ?s ?x ?o } } } GROUP BY ?x"),
    ],
)  # fmt: skip
def test_void_partitions_are_those_of_what_is_published(
    void: LocalStore, edition: Edition, partition: str, of: str, query: str
) -> None:
    said = pairs(rows(void, f"SELECT ?x ?n WHERE {{ ?part {partition} ?n }}"))
    assert said == {row["x"]: row["n"] for row in edition.graph.sparql(query)}
    [(total,)] = rows(void, f"SELECT ?n WHERE {{ dataset:dataset void:{of} ?n }}")
    assert int(total) == len(said)


def test_void_tells_of_links_to_others_data(void: LocalStore) -> None:
    found = rows(
        void,
        "SELECT ?target (SUM(?n) AS ?links) WHERE { ?set void:objectsTarget ?t ; void:triples ?n ."
        " ?t void:uriSpace ?target } GROUP BY ?target",
    )
    links = {target: int(number) for target, number in found}
    assert len(links) == 5
    assert links["http://eurovoc.europa.eu/"] > 100
    assert all(links.values())


def test_void_names_every_dump(void: LocalStore, folder: Path) -> None:
    named = {address for (address,) in rows(void, "SELECT ?d WHERE { dataset:dataset void:dataDump ?d }")}
    assert named == {f"{BASE}data/{path.name}" for path in (folder / "data").iterdir()}
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


def test_the_prefixes_of_the_questions_are_declared(folder: Path) -> None:
    store = read(folder / "queries.ttl")
    declared = pairs(rows(store, "SELECT ?p ?n WHERE { ?s sh:declare ?d . ?d sh:prefix ?p ; sh:namespace ?n }"))
    used = {
        (name, space)
        for path in (folder / "queries").rglob("*.rq")
        if path.parent.name != "rules"
        for name, space in re.findall(r"PREFIX ([\w-]*): <(.*?)>", path.read_text(encoding="utf-8"))
    }
    assert used
    assert used <= set(declared.items())


def test_a_file_of_one_question_says_what_the_whole_says(folder: Path) -> None:
    whole = {quad.triple for quad in ox.parse(path=str(folder / "queries.ttl"))}
    parts = {quad.triple for path in (folder / "queries").glob("*.ttl") for quad in ox.parse(path=str(path))}
    assert parts == whole


def test_schema_org_offers_what_is_there(folder: Path) -> None:
    read_ = json.loads((folder / "dataset.jsonld").read_text(encoding="utf-8"))
    assert read_["@type"] == "Dataset"
    assert read_["name"][0]["@language"] == "fr"
    for offered in read_["distribution"]:
        path = folder / offered["contentUrl"].removeprefix(BASE)
        assert offered["contentSize"] == f"{path.stat().st_size} B"
    assert len(read_["distribution"]) > 40


def test_the_site_map_lists_the_pages(folder: Path) -> None:
    tree = ET.parse(folder / "sitemap.xml")
    pages = {f"{BASE}{path.relative_to(folder).as_posix()}" for path in folder.rglob("*.html")}
    assert {element.text for element in tree.iter(SITEMAP)} == pages
    assert pages


@pytest.fixture(scope="module")
def counted(edition: Edition) -> Statistics:
    return count(*read_content(edition.store, edition.issue.addresses), edition.issue.addresses.root)


@pytest.fixture(scope="module")
def ours(edition: Edition) -> set[str]:
    terms = {
        term.value
        for quad in edition.store.inner
        for term in (quad.subject, quad.predicate, quad.object, quad.graph_name)
        if isinstance(term, ox.NamedNode)
    }
    return {term.removeprefix(ROOT).partition("#")[0] for term in terms if term.startswith(ROOT)}


@pytest.mark.parametrize("accept", ["text/turtle", "application/rdf+xml", "application/n-quads", "*/*", ""])
def test_the_rules_lead_every_iri_of_the_graph_to_a_file(
    folder: Path, edition: Edition, counted: Statistics, ours: set[str], accept: str
) -> None:
    """Every one that replaces another or is given up, one of each kind, and a thousand drawn by lot."""
    applied = readme.rules(edition, counted, folder)
    assert len(ours) > 6_000
    replaced = {old.removeprefix(ROOT): following for old, following in edition.graph.retired.items()}
    gone = {
        quad.subject.value.removeprefix(ROOT)
        for quad in edition.store.inner.quads_for_pattern(None, DEPRECATED, None)
        if isinstance(quad.subject, ox.NamedNode)
    } - replaced.keys()
    kinds = {path.rpartition("/")[0]: path for path in sorted(ours)}
    chosen = {*kinds.values(), *by_lot(sorted(ours), 1000), *(ours & (gone | replaced.keys()))}
    assert len(kinds) > 20
    for path, target in ((path, lead(applied, path, accept)) for path in sorted(chosen)):
        assert target, path
        if path in replaced:
            assert target == (replaced[path][0] if len(replaced[path]) == 1 else "-")
        elif path in gone:
            assert target == "-"
        else:
            assert (folder / target).is_file(), f"{path} is led to {target}, which is not there"


def test_what_replaces_a_retired_thing_is_led_to_a_file(folder: Path, edition: Edition, counted: Statistics) -> None:
    applied = readme.rules(edition, counted, folder)
    moved = [lead(applied, old.removeprefix(ROOT)) for old in edition.graph.retired]
    ours = {target for target in moved if target and target.startswith(ROOT)}
    assert len(ours) > 200
    for target in ours:
        found = lead(applied, target.removeprefix(ROOT))
        assert found, target
        assert (folder / found).is_file(), target


def test_a_thing_is_led_to_a_file_that_speaks_of_it(folder: Path, edition: Edition, counted: Statistics) -> None:
    applied = readme.rules(edition, counted, folder)
    for name in (STATED, DUMP_DERIVED):
        held = ox.parse(path=str(folder / f"{name}.nt"), format=ox.RdfFormat.N_TRIPLES)
        # A rule says the level of evidence of every link; whose other statements are elsewhere is led there.
        links = {quad.subject.value for quad in held if "/id/link/" in str(quad.subject) and quad.predicate == RDF_TYPE}
        links -= set(edition.graph.retired)
        assert links
        assert {lead(applied, link.removeprefix(ROOT), "text/turtle") for link in links} == {f"{name}.ttl"}


def test_who_asks_for_html_is_led_to_the_page_where_there_is_one(
    folder: Path, edition: Edition, counted: Statistics
) -> None:
    applied = readme.rules(edition, counted, folder)
    html = "text/html,application/xhtml+xml,*/*;q=0.8"
    assert lead(applied, "id/plan/lu-bhr-2", html) == "site/fr/plan/lu-bhr-2.html"
    assert lead(applied, "id/passage/x", html) == f"{STATED}.ttl"
    assert lead(applied, "id/plan/lu-bhr-2", "application/ld+json") == f"{STATED}.jsonld"


def test_where_a_service_runs_all_but_the_questions_is_led_there(
    folder: Path, edition: Edition, counted: Statistics
) -> None:
    applied = readme.rules(edition, counted, folder, "https://pan.example/")
    assert lead(applied, "id/plan/lu-bhr-2", "text/html") == "https://pan.example/id/plan/lu-bhr-2"
    assert lead(applied, "query/plans") == "queries/plans.ttl", "the release describes them, not the graph"


def test_the_written_rules_are_the_applied_ones(folder: Path, edition: Edition, counted: Statistics) -> None:
    text = (folder / "w3id" / ".htaccess").read_text(encoding="utf-8")
    assert f"RewriteRule ^ - [E=HOST:{BASE}]\n" in text
    assert text.endswith("".join(rule.written() for rule in readme.rules(edition, counted, folder)))
    for pattern in re.findall(r"^Rewrite(?:Rule|Cond \S+) (\S+)", text, re.MULTILINE):
        re.compile(pattern)


def test_a_release_of_the_strongest_links_alone_says_so(few_edition: Edition, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = count(*read_content(few_edition.store, few_edition.issue.addresses), few_edition.issue.addresses.root)
    whole = write_void(few_edition, counted, [])
    monkeypatch.setattr("pan2kg.publish.void.missing_links", lambda _: (12, 345))
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
