"""What describes a release: the catalogue as DCAT-AP, the national profile and the portal's software ask for it; VoID,
the service, the questions, schema.org, the site map; and the rules that lead an address to what
tells of it."""

import hashlib
import json
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import unquote

import pyoxigraph as ox
import pyshacl
import pytest
import rdflib
from rdflib import DCAT, DCTERMS, OWL, RDF, RDFS, SH, Graph, Literal, URIRef
from rdflib.term import Node
from usp.tree import sitemap_from_str

from pan2kg.errors import ProjectError
from pan2kg.i18n import LANGUAGES
from pan2kg.publish import dumps, host_rules
from pan2kg.publish.csv_tables import csv_path
from pan2kg.publish.document_places import shared_place
from pan2kg.publish.edition import Edition
from pan2kg.publish.inspection import by_subject, faults
from pan2kg.publish.products import PRODUCT_FORMS, PRODUCTS
from pan2kg.store.queries import read_queries
from pan2kg.store.store import LocalStore, select
from pan2kg.turtle.vocabulary import ROOT
from tests.publish.conftest import BASE, ENDPOINT, Publish, numbered

STANDARDS = Path(__file__).resolve().parents[3] / "shared" / "standards"
SHAPES = STANDARDS / "dcat-ap" / "3.0.1" / "shacl"
STUB = STANDARDS / "dcat-ap" / "authority-stub.ttl"
LU = STANDARDS / "dcat-ap-lu" / "dcat_ap_lu_CM_shapes.ttl"
SPDX = rdflib.Namespace("http://spdx.org/rdf/terms#")
VCARD = rdflib.Namespace("http://www.w3.org/2006/vcard/ns#")
DATASET = URIRef(f"{ROOT}dataset")
CATALOGUE = URIRef(f"{ROOT}catalogue")
PREFIXES = """
PREFIX void: <http://rdfs.org/ns/void#> PREFIX sd: <http://www.w3.org/ns/sparql-service-description#>
PREFIX sh: <http://www.w3.org/ns/shacl#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX schema: <https://schema.org/> PREFIX dataset: <https://w3id.org/pan2kg/>
"""
Result = tuple[str, Node | None, Node | None, Node | None]

needs_standards = pytest.mark.skipif(
    not SHAPES.is_dir(),
    reason="the official shapes do not lie beside the project, in ../shared/standards",
)


@pytest.fixture(scope="module")
def catalogue(few_folder: Path) -> Graph:
    return Graph().parse(few_folder / "catalogue.ttl")


def results(data: Graph, shapes: Path, *, stub: bool = False) -> Iterator[Result]:
    """Severity, focus, path and component of each result; details of a result are not results of their own."""
    asked = Graph().parse(STUB) if stub else Graph()
    asked += data
    _, report, _ = pyshacl.validate(asked, shacl_graph=Graph().parse(shapes))
    assert isinstance(report, Graph)
    for result in report.objects(None, SH.result):
        severity = str(report.value(result, SH.resultSeverity)).rpartition("#")[2]
        focus, path, component = (
            report.value(result, name)
            for name in (SH.focusNode, SH.resultPath, SH.sourceConstraintComponent)
        )
        if not (stub and (focus, None, None) not in data):
            yield severity, focus, path, component


@needs_standards
@pytest.mark.parametrize("shapes", ["shapes.ttl", "range.ttl", "mdr-vocabularies.shape.ttl"])
def test_nothing_mandatory_is_missing_or_of_another_range_or_code_list(
    catalogue: Graph, shapes: str
) -> None:
    found = list(results(catalogue, SHAPES / shapes, stub=shapes != "shapes.ttl"))
    assert [result for result in found if result[0] == "Violation"] == []
    # the publisher is no corporate body of the EU's list, and it is not for us to say it were one
    assert {result[2] for result in found} <= {DCTERMS.publisher}


@needs_standards
def test_no_recommended_property_is_missing_but_a_contact_nobody_gave(
    catalogue: Graph, command: Publish, released: Path, tmp_path: Path
) -> None:
    assert list(results(catalogue, SHAPES / "shapes_recommended.ttl", stub=True)) == []
    before = str(numbered(released, "0.0.9"))
    command("-o", str(tmp_path / "r"), "--base", BASE, "--endpoint", ENDPOINT, "--previous", before)
    bare = Graph().parse(tmp_path / "r" / "catalogue.ttl")
    found = list(results(bare, SHAPES / "shapes_recommended.ttl", stub=True))
    assert {result[2] for result in found} == {DCAT.contactPoint, DCTERMS.temporal}, (
        "an empty graph covers no time"
    )
    assert bare.value(DATASET, URIRef(f"{DCAT}previousVersion")) == URIRef(f"{DATASET}/0.0.9")
    # the draft of the national profile asks addresses to be literals of the type rdfs:Resource
    found = list(results(catalogue, LU))
    kind = SH.DatatypeConstraintComponent
    assert {result[2:] for result in found} == {(DCAT.accessURL, kind), (DCAT.downloadURL, kind)}


def test_each_offer_and_the_endpoint_is_a_distribution_with_the_size_and_checksum_of_its_file(
    few_folder: Path, catalogue: Graph
) -> None:
    files = [
        f"{BASE}data/{one}.{form}" for one in PRODUCTS for form in PRODUCT_FORMS if form != "csv"
    ]
    files += [f"{BASE}{csv_path('data', one)}" for one in PRODUCTS]
    files += [f"{BASE}{path}" for path in ("data/pan2kg.ttl.gz", "data/pan2kg.nq.gz", "site.zip")]
    assert Counter(str(address) for address in catalogue.objects(None, DCAT.accessURL)) == Counter(
        [*files, ENDPOINT]
    )
    for one in catalogue.subjects(RDF.type, DCAT.Distribution):
        titles = {
            title.language
            for title in catalogue.objects(one, DCTERMS.title)
            if isinstance(title, Literal)
        }
        assert titles >= {"fr", "en"}
        if (address := catalogue.value(one, DCAT.downloadURL)) is None:
            continue
        content = (few_folder / unquote(str(address).removeprefix(BASE))).read_bytes()
        assert catalogue.value(one, DCAT.byteSize).toPython() == len(content)  # type: ignore[union-attr]
        value = catalogue.value(catalogue.value(one, SPDX.checksum), SPDX.checksumValue)
        assert isinstance(value, Literal)
        assert str(value) == hashlib.sha512(content).hexdigest()
        assert str(value.datatype).endswith("#hexBinary")
    described = json.loads((few_folder / "dataset.jsonld").read_text(encoding="utf-8"))
    assert (described["@type"], described["name"][0]["@language"]) == ("Dataset", "fr")
    sizes = {url: f"{(few_folder / url.removeprefix(BASE)).stat().st_size} B" for url in files}
    assert {row["contentUrl"]: row["contentSize"] for row in described["distribution"]} == sizes
    assert described["temporalCoverage"]
    assert described["spatialCoverage"][0]["@type"] == "Place"


def test_the_other_licence_is_called_by_its_own_names_everywhere(
    command: Publish, small: Path, tmp_path: Path
) -> None:
    facts = small / "graph" / "catalogue.ttl"
    zero = "https://creativecommons.org/publicdomain/zero/1.0/"
    text = facts.read_text(encoding="utf-8").replace(
        "https://creativecommons.org/licenses/by/4.0/", zero
    )
    facts.write_text(text, encoding="utf-8")
    command("-o", str(tmp_path / "r"))
    found = Graph().parse(tmp_path / "r" / "catalogue.ttl")
    equal = URIRef("http://publications.europa.eu/resource/authority/licence/CC0")
    for about in (URIRef(zero), equal, found.value(DATASET, DCTERMS.rights)):
        assert list(found.objects(about, RDFS.label)) == [Literal("cc-zero")]
    assert not re.search(
        "CC BY|cc-by", (tmp_path / "r" / "catalogue.ttl").read_text(encoding="utf-8")
    )


def test_the_portal_finds_what_it_looks_for_and_nothing_it_would_get_wrong(
    catalogue: Graph,
) -> None:
    licence = URIRef("https://creativecommons.org/licenses/by/4.0/")
    [service] = catalogue.subjects(RDF.type, DCAT.DataService)
    contact, period = (
        catalogue.value(DATASET, name) for name in (DCAT.contactPoint, DCTERMS.temporal)
    )
    place = URIRef("http://publications.europa.eu/resource/authority/country/LUX")
    stated = {
        (DATASET, DCTERMS.identifier, Literal(str(DATASET))),
        (DATASET, URIRef(f"{DCAT}version"), Literal("0.1.0")),
        (DATASET, OWL.versionIRI, URIRef(f"{DATASET}/0.1.0")),
        (service, DCAT.endpointURL, URIRef(ENDPOINT)),
        (service, DCTERMS.conformsTo, URIRef("https://www.w3.org/TR/sparql11-protocol/")),
        (CATALOGUE, DCAT.service, service),
        (licence, RDFS.label, Literal("cc-by")),
        (catalogue.value(DATASET, DCTERMS.rights), RDFS.label, Literal("cc-by")),
        (contact, VCARD.hasEmail, URIRef("mailto:contact@host.example")),
        *(
            (one, DCTERMS.license, licence)
            for one in catalogue.subjects(RDF.type, DCAT.Distribution)
        ),
    }
    assert stated - set(catalogue) == set()
    assert isinstance(period, rdflib.BNode), "it loses a period that has an IRI"
    assert "1999-01-01" <= str(catalogue.value(period, DCAT.startDate)) <= "2018-01-01"
    for name in (DCAT.bbox, DCAT.centroid):
        assert str(getattr(catalogue.value(place, name), "datatype", "")).endswith("#wktLiteral")
    assert not [
        value
        for value in catalogue.objects()
        if re.search("sha256|applicableLegislation", str(value))
    ]


def test_a_missing_fact_is_named_with_the_file_to_add_it_to(
    command: Publish, small: Path, tmp_path: Path
) -> None:
    facts = small / "graph" / "catalogue.ttl"
    lines = facts.read_text(encoding="utf-8").splitlines(keepends=True)
    for name in (
        "dcterms:title",
        "dcterms:license",
        "dcterms:spatial",
        "dcat:keyword",
        "foaf:name",
    ):
        kept = [line for line in lines if not line.strip().startswith(name)]
        facts.write_text("".join(kept).replace(" ;\n\n", " .\n\n"), encoding="utf-8")
        with pytest.raises(
            ProjectError, match=re.escape(f"graph/catalogue.ttl: The catalogue needs {name} of")
        ):
            command("-o", str(tmp_path / "r"))
        assert not (tmp_path / "r").exists()


def test_a_day_that_is_none_is_answered_with_how_it_is_written(
    command: Publish, small: Path, tmp_path: Path
) -> None:
    facts = small / "graph" / "catalogue.ttl"
    text = facts.read_text(encoding="utf-8")
    facts.write_text(
        re.sub(r'dcterms:issued "[^"]+"\^\^xsd:date', 'dcterms:issued "soon"', text),
        encoding="utf-8",
    )
    said = '« soon » is no day. Write "2026-11-25"^^xsd:date.'
    with pytest.raises(ProjectError, match=re.escape(said)):
        command("-o", str(tmp_path / "r"))


def test_our_own_rules_find_what_is_wrong(few_folder: Path) -> None:
    text = (few_folder / "catalogue.ttl").read_text(encoding="utf-8")
    broken = {
        "lies in the future": text.replace('"2026-11-25T', '"2031-11-25T'),
        "is not the French one": re.sub(
            r'("pan2kg :[^"]*"@fr) , ("[^"]*"@en)',
            r"\2 , \1",
            text.replace("pan2kg\u00a0:", "pan2kg :"),
        ),
        "is the address of 2": text.replace("data/bodies.csv>", "data/pan2kg.ttl.gz>"),
        "dcat:keyword is shorter": text.replace('"knowledge graph"', '"kg"'),
        "neither class nor label": text.replace("frequency/IRREG> ;", "frequency/OTHER> ;"),
        "lacks <http://purl.org/dc/terms/publisher>": text.replace(
            "dcterms:publisher", "dcterms:contributor"
        ),
    }
    for words, turtle in broken.items():
        triples = [quad.triple for quad in ox.parse(turtle, format=ox.RdfFormat.TURTLE)]
        assert any(words in fault for fault in faults(by_subject(triples), date(2030, 1, 1))), words


def rows(path: Path, query: str) -> list[tuple[str, ...]]:
    store = ox.Store()
    store.load(path.read_bytes(), format=ox.RdfFormat.TURTLE)
    return [
        tuple(term.value if term else "" for term in row)
        for row in select(LocalStore(store), PREFIXES + query).rows
    ]


def test_void_counts_what_is_published_and_names_every_dump(
    few_folder: Path, few_edition: Edition
) -> None:
    void = few_folder / "void.ttl"
    graph = few_edition.graph
    assert void.read_bytes() == (few_folder / ".well-known" / "void").read_bytes()
    [asked] = rows(
        void,
        "SELECT ?t ?s ?o WHERE { ?d void:triples ?t ; void:distinctSubjects ?s ; void:distinctObjects ?o }",
    )
    distinct = "SELECT DISTINCT ?s ?p ?o WHERE { ?s ?p ?o }"
    held = graph.sparql(
        f"SELECT (COUNT(*) AS ?t) (COUNT(DISTINCT ?s) AS ?ss) (COUNT(DISTINCT ?o) AS ?oo) WHERE {{ {{ {distinct} }} }}"
    )
    assert asked == tuple(held.rows[0].values())
    partitions = {
        "void:class ?x ; void:entities": "SELECT ?x (COUNT(DISTINCT ?s) AS ?n) WHERE { ?s a ?x } GROUP BY ?x",
        "void:property ?x ; void:triples": "SELECT ?x (COUNT(*) AS ?n) WHERE { { SELECT DISTINCT ?s ?x ?o WHERE { ?s ?x ?o } } } GROUP BY ?x",  # noqa: E501
    }
    for partition, query in partitions.items():
        said: dict[str, str] = dict(rows(void, f"SELECT ?x ?n WHERE {{ ?part {partition} ?n }}"))  # type: ignore[arg-type]
        assert said == {row["x"]: row["n"] for row in graph.sparql(query)}
    query = "?set void:objectsTarget ?t ; void:triples ?n . ?t void:uriSpace ?target"
    links: dict[str, str] = dict(
        rows(void, f"SELECT ?target (SUM(?n) AS ?l) WHERE {{ {query} }} GROUP BY ?target")  # type: ignore[arg-type]
    )
    assert len(links) == 5
    assert int(links["http://eurovoc.europa.eu/"]) > 100
    named = {
        address for (address,) in rows(void, "SELECT ?d WHERE { dataset:dataset void:dataDump ?d }")
    }
    assert named == {f"{BASE}{path}" for path in dumps.DUMPS}


def test_the_service_names_every_graph_and_every_question_is_a_query_a_machine_can_run(
    few_folder: Path, few_edition: Edition
) -> None:
    service = few_folder / "service.ttl"
    queries = few_folder / "queries.ttl"
    assert rows(service, "SELECT ?e WHERE { ?s a sd:Service ; sd:endpoint ?e }") == [(ENDPOINT,)]
    named = {
        name for (name,) in rows(service, "SELECT ?g WHERE { ?d sd:namedGraph ?n . ?n sd:name ?g }")
    }
    assert named == {name.value for name in few_edition.store.inner.named_graphs()}
    found = rows(
        queries,
        "SELECT ?name ?fr ?en ?query WHERE { ?name a sh:SPARQLExecutable, sh:SPARQLSelectExecutable ;"
        " sh:select ?query ;"
        f" schema:target <{ENDPOINT}> ; rdfs:comment ?fr, ?en FILTER(LANG(?fr) = 'fr' && LANG(?en) = 'en') }}",
    )
    questions = read_queries(few_edition.project)
    empty = LocalStore(ox.Store())
    assert {name.removeprefix(f"{ROOT}query/") for name, *_ in found} == set(questions)
    for name, french, english, query in found:
        question = questions[name.rpartition("/")[2]]
        assert (french, english) == (question.question("fr"), question.question("en"))
        assert select(empty, query).columns
    declared = rows(
        queries, "SELECT ?p ?n WHERE { ?s sh:declare ?d . ?d sh:prefix ?p ; sh:namespace ?n }"
    )
    used = {pair for *_, query in found for pair in re.findall(r"PREFIX ([\w-]*): <(.*?)>", query)}
    assert set() < used <= set(declared)


def test_the_site_map_lists_the_pages_as_another_program_reads_it(few_folder: Path) -> None:
    paths = (path.relative_to(few_folder).as_posix() for path in few_folder.rglob("*.html"))
    pages = {
        f"{BASE}{path}" for path in paths if not path.startswith(("doc/", "version/", "404", "410"))
    }
    found = list(sitemap_from_str((few_folder / "sitemap.xml").read_text("utf-8")).all_pages())
    assert {page.url for page in found} == pages
    assert pages


def lead(path: str, accept: str = "", service: str = "") -> str:
    """Where the rules lead a path, as the server that applies them would."""
    return next(
        target
        for rule in host_rules.w3id_rules(service)
        if (target := rule.leads(path, accept)) is not None
    )


def test_the_rules_lead_every_iri_of_the_graph_to_a_file_that_tells_it_at_its_key(
    few_folder: Path, few_edition: Edition
) -> None:
    """Those of links that a rule made as well."""
    applied = host_rules.w3id_rules()
    rules = (few_folder / "w3id" / ".htaccess").read_text(encoding="utf-8")
    assert rules.endswith("".join(rule.written(BASE) for rule in applied))
    assert len(applied) <= 36, "short and stable: no rule for a thing or a link"
    stated = {
        term.value.removeprefix(ROOT).partition("#")[0]
        for quad in few_edition.store.inner
        for term in (quad.subject, quad.graph_name)
        if isinstance(term, ox.NamedNode) and term.value.startswith(ROOT)
    }
    assert len(stated) > 2_000
    pages: dict[str, str] = {}
    for path in sorted(stated):
        for accept in ("text/turtle", "application/ld+json", "text/html", "*/*", ""):
            file, _, key = lead(path, accept).partition("#")
            assert (few_folder / file).is_file(), f"{path} is led to {file}, which is not there"
            if file.endswith(".html") and key:
                page = pages.setdefault(file, (few_folder / file).read_text("utf-8"))
                assert re.search(rf"<(?:th|section|a|span) id={re.escape(key)}[ >]", page), path
    told = Counter(
        (name.split("/")[1], key)
        for name, page in pages.items()
        for key in re.findall("<(?:th|section|a|span) id=([^ >]+)[ >]", page)
    )
    assert set(told.values()) == {1}, "each in one document"
    for path in (
        "id/plan/no-such",
        "id/link/zz00000000000000",
        "id/x/y/z",
        "id/nothing/x",
        "nothing",
    ):
        file, _, key = lead(path, "text/html").partition("#")
        assert not (few_folder / file).exists() or f"id={key}>" not in (
            few_folder / file
        ).read_text("utf-8")


def test_a_document_speaks_of_its_things_in_every_form_and_leads_to_their_pages(
    few_folder: Path,
) -> None:
    for thing in (
        "id/plan/lu-bhr-2",
        "id/passage/lu-bhr-2-lu-bhr-1",
        "id/link/1d5596c59ff28c70",
        "id/role/lead",
    ):
        target = lead(thing, "text/turtle").partition("#")[0]
        told = {quad.triple for quad in ox.parse(path=str(few_folder / target))}
        subjects = {triple.subject for triple in told}
        assert ox.NamedNode(ROOT + thing) in subjects
        assert ox.NamedNode(ROOT + target.removesuffix(".ttl")) in subjects, (
            "what is said of the document itself"
        )
        data = target.replace(".ttl", ".jsonld")
        assert told == {quad.triple for quad in ox.parse(path=str(few_folder / data))}
    page = (few_folder / "doc/plan/lu-b.html").read_text("utf-8")
    row = page.partition("<section id=lu-bhr-2>")[2].partition("</section>")[0]
    assert "<a class=page href=../../fr/plan/lu-bhr-2.html>Français · English" in row
    # what it says of itself with what it rests on; what joins it to others its page says, where it
    # has one
    noted = r"<p><a href=#:(\d+)>.*<a href=../../graph/plans/lu-bhr-2.ttl.gz>.*<dd id=:\1>\1 "
    assert re.search(noted, page, re.DOTALL)
    assert "<dt>Participants" not in row
    assert "<a href=../involvement/lu-b.html#lu-bhr-2-" in (
        few_folder / "doc/role/all.html"
    ).read_text("utf-8")
    assert '<table>\n<thead><tr><th scope="col" lang=fr>Français' in page, (
        "headings, once in each language"
    )
    link = (few_folder / "doc/link/1.html").read_text("utf-8").partition("id=1d5596c59ff28c70>")[2]
    assert (
        "<q lang=en>the second edition of the National Action Plan complements"
        in link.partition("</section>")[0]
    )
    whole = '"linkType":"linktype:succession"'
    in_json = {
        kind: (few_folder / f"doc/{kind}.jsonld").read_text("utf-8")
        for kind in ("plan/lu-b", "link/1")
    }
    assert (whole in in_json["link/1"], whole in in_json["plan/lu-b"]) == (True, False), "told once"
    assert '"@reverse":' in in_json["plan/lu-b"]
    with zipfile.ZipFile(few_folder / "site.zip") as packed:
        assert (
            f'href="{BASE}doc/dataset.html?fr#dataset"'
            in packed.read("fr/plan/lu-bhr-2.html").decode()
        )
        assert (
            f"href={BASE}doc/plan/lu-b.html#lu-bhr-1>" in packed.read("doc/part/all.html").decode()
        )
    passage = (few_folder / "doc/passage/lu-b.html").read_text("utf-8")
    assert "the second edition of the National Action Plan complements the first NAP" in passage
    assert "href=../link/1.html#1d5596c59ff28c70>" in passage, "what rests on it"


def test_q_values_count_a_host_that_negotiates_gets_all_and_a_version_has_its_own_files(
    few_folder: Path,
) -> None:
    path = "id/plan/lu-bhr-2"
    page = "doc/plan/lu-b.html#lu-bhr-2"
    assert lead(path, "text/html,application/xhtml+xml,*/*;q=0.8") == page
    assert lead(path, "text/html;q=0, text/turtle") == "doc/plan/lu-b.ttl#lu-bhr-2"
    assert lead("id/topic/health", "text/turtle") == "doc/topic/all.ttl#health"
    assert lead("graph/plans/lu-bhr-2") == "graph/plans/lu-bhr-2.ttl.gz"
    assert lead(path, "text/html", "https://pan.example/") == f"https://pan.example/{path}"
    kept = few_folder / lead("dataset/0.1.0")
    assert (kept / "release.json").read_bytes() == (few_folder / "release.json").read_bytes()
    lines = (kept / "CHECKSUMS").read_text("utf-8").splitlines()
    assert {line[66:] for line in lines} >= {
        "data/pan2kg.nq.gz",
        "catalogue.ttl",
        "index.html",
        "queries.ttl",
    }
    front = (kept / "index.html").read_text("utf-8")
    assert "../../index.html#de" in front
    assert "site.zip" not in front, "pages show the present state alone"
    for target in re.findall(r' href="([^"#:]+)"', front):
        assert (kept / target).exists(), target


def test_what_was_retired_is_said_to_be_gone(few_folder: Path, few_edition: Edition) -> None:
    mark = json.loads((few_folder / "release.json").read_text("utf-8"))["retired"]
    quads = few_edition.store.inner.quads_for_pattern(None, ox.NamedNode(str(OWL.deprecated)), None)
    deprecated = {str(quad.subject)[1:-1].removeprefix(ROOT) for quad in quads}
    assert {
        path.removeprefix("id/") for path in deprecated if path.startswith("id/")
    } <= mark.keys()
    assert mark
    rules = (few_folder / ".htaccess").read_text("utf-8")
    for place, heir in mark.items():
        assert not heir or (few_folder / f"{heir.partition('#')[0]}.ttl").is_file()
        assert re.escape(place) in rules
        page = (few_folder / f"{shared_place(f'doc/{place}')}.html").read_text("utf-8")
        row = re.split(rf"<(?:th|section) id={re.escape(place.rpartition('/')[2])}>", page)[1]
        assert "retired" in re.split("</(?:tr|section)>", row)[0]


def test_the_front_page_speaks_every_language_and_names_only_what_is_there(
    few_folder: Path,
) -> None:
    page, text = ((few_folder / name).read_text("utf-8") for name in ("index.html", "README.md"))
    for language in LANGUAGES:
        assert f'<section id="{language}" lang="{language}">' in page
    assert 'href="fr/index.html"' in page
    for path in re.findall(r' href="([^"#:]+)"', page):
        assert (few_folder / path).exists(), path
    lines = re.findall(r"^\| (`[^|]+) \|", text, re.MULTILINE)
    named = {path for line in lines for path in re.findall("`([^`]+)`", line)}
    assert len(named) > 20
    for path in named:
        assert (few_folder / path).exists() or list(few_folder.glob(f"{path}*")), path
    assert "How to cite: pan2kg contributors" in text
    described = json.loads(re.search(r'<script type="application/ld.json">(.*?)</script>', page)[1])  # type: ignore[index]
    assert described["@type"] == "Dataset"
