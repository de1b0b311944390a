"""The catalogue: what DCAT-AP, the national profile and the portal's software ask of it."""

from __future__ import annotations

import hashlib
import re
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

from pan2kg.errors import ProjectError
from pan2kg.publish.inspection import by_subject, faults
from pan2kg.publish.tables import PRODUCTS, product_forms
from tests.publish.conftest import BASE, ENDPOINT, Publish, numbered

STANDARDS = Path(__file__).resolve().parents[3] / "shared" / "standards"
SHAPES = STANDARDS / "dcat-ap" / "3.0.1" / "shacl"
STUB = STANDARDS / "dcat-ap" / "authority-stub.ttl"
LU = STANDARDS / "dcat-ap-lu" / "dcat_ap_lu_CM_shapes.ttl"
ADMS = rdflib.Namespace("http://www.w3.org/ns/adms#")
SPDX = rdflib.Namespace("http://spdx.org/rdf/terms#")
VCARD = rdflib.Namespace("http://www.w3.org/2006/vcard/ns#")
DATASET = URIRef("https://w3id.org/pan2kg/dataset")
CATALOGUE = URIRef("https://w3id.org/pan2kg/catalogue")
ENDINGS = ("ttl", "rdf", "jsonld")
FORMATS = {"ttl": "turtle", "rdf": "xml", "jsonld": "json-ld"}

needs_standards = pytest.mark.skipif(
    not SHAPES.is_dir(), reason="the official shapes do not lie beside the project, in ../shared/standards"
)


def parsed(folder: Path, ending: str = "ttl") -> Graph:
    return Graph().parse(folder / f"catalogue.{ending}", format=FORMATS[ending])


@pytest.fixture(scope="module")
def catalogue(folder: Path) -> Graph:
    return parsed(folder)


def results(
    data: Graph, *shapes: Path, stub: bool = False
) -> Iterator[tuple[str, Node | None, Node | None, Node | None]]:
    """Severity, focus, path and component of each result; details of a result are not results of their own."""
    asked, given = Graph(), Graph()
    for file in shapes:
        asked.parse(file)
    given += data
    if stub:
        given.parse(STUB)
    _, report, _ = pyshacl.validate(given, shacl_graph=asked)
    assert isinstance(report, Graph)
    for result in report.objects(None, SH.result):
        severity = str(report.value(result, SH.resultSeverity)).rpartition("#")[2]
        focus, path, component = (
            report.value(result, name) for name in (SH.focusNode, SH.resultPath, SH.sourceConstraintComponent)
        )
        if not (stub and (focus, None, None) not in data):
            yield severity, focus, path, component


@needs_standards
@pytest.mark.parametrize("shapes", ["shapes.ttl", "range.ttl", "mdr-vocabularies.shape.ttl"])
def test_nothing_mandatory_is_missing_or_of_another_range_or_code_list(catalogue: Graph, shapes: str) -> None:
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
    bare = parsed(tmp_path / "r")
    found = list(results(bare, SHAPES / "shapes_recommended.ttl", stub=True))
    assert {result[2] for result in found} == {DCAT.contactPoint, DCTERMS.temporal}, "an empty graph covers no time"
    assert bare.value(DATASET, URIRef(f"{DCAT}previousVersion")) == URIRef(f"{DATASET}/0.0.9")


@needs_standards
def test_the_national_profile_finds_only_what_no_catalogue_can_satisfy(catalogue: Graph) -> None:
    """Its draft asks addresses to be literals of the type rdfs:Resource."""
    found = list(results(catalogue, LU))
    assert {result[2:] for result in found} == {
        (DCAT.accessURL, SH.DatatypeConstraintComponent),
        (DCAT.downloadURL, SH.DatatypeConstraintComponent),
    }


@pytest.mark.parametrize("ending", ENDINGS)
def test_french_is_the_first_of_every_text(folder: Path, ending: str) -> None:
    text = (folder / f"catalogue.{ending}").read_bytes()
    formats = {"ttl": ox.RdfFormat.TURTLE, "rdf": ox.RdfFormat.RDF_XML, "jsonld": ox.RdfFormat.JSON_LD}
    tags: dict[tuple[object, object], list[str]] = {}
    for quad in ox.parse(text, format=formats[ending]):
        if isinstance(quad.object, ox.Literal) and quad.object.language:
            tags.setdefault((quad.subject, quad.predicate), []).append(quad.object.language)
    assert len(tags) > 50
    assert {found[0] for found in tags.values()} == {"fr"}
    assert not re.search(rb'"@context":\s*"http', text), "the context stands in the file"


def test_sizes_and_checksums_are_those_of_the_files(folder: Path, catalogue: Graph) -> None:
    checked = 0
    for one in catalogue.subjects(RDF.type, DCAT.Distribution):
        address = catalogue.value(one, DCAT.downloadURL)
        if address is None:
            continue
        content = (folder / unquote(str(address).removeprefix(BASE))).read_bytes()
        assert catalogue.value(one, DCAT.byteSize).toPython() == len(content)  # type: ignore[union-attr]
        checksum = catalogue.value(one, SPDX.checksum)
        value = catalogue.value(checksum, SPDX.checksumValue)
        assert isinstance(value, Literal)
        assert str(value) == hashlib.sha512(content).hexdigest()
        assert str(value.datatype).endswith("#hexBinary")
        checked += 1
    assert checked == len(PRODUCTS) * len(product_forms()) + 3


def test_each_offer_and_the_endpoint_is_a_distribution_of_its_own_address(catalogue: Graph) -> None:
    offered = Counter(str(address) for address in catalogue.objects(None, DCAT.accessURL))
    files = [f"{BASE}data/{one.name}.{form}" for one in PRODUCTS for form in product_forms()]
    files += [f"{BASE}data/pan2kg.ttl", f"{BASE}data/pan2kg.nq.gz"]
    assert offered == Counter([*files, ENDPOINT, f"{BASE}site.zip"])
    for one in catalogue.subjects(RDF.type, DCAT.Distribution):
        titles = {title.language for title in catalogue.objects(one, DCTERMS.title) if isinstance(title, Literal)}
        assert titles >= {"fr", "en"}


def test_the_other_licence_is_called_by_its_own_names_everywhere(command: Publish, small: Path, tmp_path: Path) -> None:
    facts, zero = small / "graph" / "catalogue.ttl", "https://creativecommons.org/publicdomain/zero/1.0/"
    text = facts.read_text(encoding="utf-8").replace("https://creativecommons.org/licenses/by/4.0/", zero)
    facts.write_text(text, encoding="utf-8")
    command("-o", str(tmp_path / "r"))
    found = parsed(tmp_path / "r")
    equal = URIRef("http://publications.europa.eu/resource/authority/licence/CC0")
    for about in (URIRef(zero), equal, found.value(DATASET, DCTERMS.rights)):
        assert list(found.objects(about, RDFS.label)) == [Literal("cc-zero")]
    written = (tmp_path / "r" / "catalogue.ttl").read_text(encoding="utf-8")
    assert "CC BY" not in written
    assert "cc-by" not in written


def test_the_portal_finds_time_and_place(catalogue: Graph) -> None:
    period = catalogue.value(DATASET, DCTERMS.temporal)
    assert isinstance(period, rdflib.BNode), "it loses a period that has an IRI"
    assert "1999-01-01" <= str(catalogue.value(period, DCAT.startDate)) <= "2018-01-01"
    place = URIRef("http://publications.europa.eu/resource/authority/country/LUX")
    for name in (DCAT.bbox, DCAT.centroid):
        value = catalogue.value(place, name)
        assert isinstance(value, Literal)
        assert str(value.datatype).endswith("#wktLiteral")


def test_what_the_portal_would_get_wrong_is_not_there(catalogue: Graph) -> None:
    assert (None, DCTERMS.hasPart, None) not in catalogue
    assert not [value for value in catalogue.objects(None, SPDX.algorithm) if "sha256" in str(value)]
    assert all(len(str(word)) >= 3 for word in catalogue.objects(DATASET, DCAT.keyword))
    assert all(len(str(text)) >= 100 for text in catalogue.objects(DATASET, DCTERMS.description))
    assert not [value for value in catalogue.objects() if "applicableLegislation" in str(value)]


def test_what_the_portal_looks_for_is_there(catalogue: Graph) -> None:
    assert catalogue.value(DATASET, DCTERMS.identifier) == Literal(str(DATASET))
    assert catalogue.value(DATASET, URIRef(f"{DCAT}version")) == Literal("0.1.0")
    assert catalogue.value(DATASET, OWL.versionIRI) == URIRef(f"{DATASET}/0.1.0")
    assert str(catalogue.value(DATASET, DCTERMS.modified))[:10] == "2026-11-25"
    assert list(catalogue.objects(DATASET, ADMS.versionNotes))
    [service] = catalogue.subjects(RDF.type, DCAT.DataService)
    assert catalogue.value(service, DCAT.endpointURL) == URIRef(ENDPOINT)
    assert catalogue.value(service, DCTERMS.conformsTo) == URIRef("https://www.w3.org/TR/sparql11-protocol/")
    assert (None, DCAT.accessService, service) in catalogue
    assert (CATALOGUE, DCAT.service, service) in catalogue
    licence = URIRef("https://creativecommons.org/licenses/by/4.0/")
    assert {catalogue.value(one, DCTERMS.license) for one in catalogue.subjects(RDF.type, DCAT.Distribution)} == {
        licence
    }
    assert (licence, RDF.type, DCTERMS.LicenseDocument) in catalogue
    for about in (licence, catalogue.value(DATASET, DCTERMS.rights)):
        assert list(catalogue.objects(about, RDFS.label)) == [Literal("cc-by")]
    contact = catalogue.value(DATASET, DCAT.contactPoint)
    assert catalogue.value(contact, VCARD.hasEmail) == URIRef("mailto:contact@host.example")


@pytest.mark.parametrize(
    "name", ["dcterms:title", "dcterms:license", "dcterms:spatial", "dcat:keyword", "dcterms:publisher", "foaf:name"]
)
def test_a_missing_fact_is_named_with_the_file_to_add_it_to(
    command: Publish, small: Path, tmp_path: Path, name: str
) -> None:
    facts = small / "graph" / "catalogue.ttl"
    lines = facts.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.strip().startswith(name)]
    facts.write_text("".join(kept).replace(" ;\n\n", " .\n\n"), encoding="utf-8")
    with pytest.raises(ProjectError, match=re.escape(f"graph/catalogue.ttl: The catalogue needs {name} of")):
        command("-o", str(tmp_path / "r"))
    assert not (tmp_path / "r").exists()


def test_our_own_rules_find_what_is_wrong(folder: Path) -> None:
    text = (folder / "catalogue.ttl").read_text(encoding="utf-8")
    broken = {
        "lies in the future": text.replace('"2026-11-25T', '"2031-11-25T'),
        "is not the French one": re.sub(
            r'("pan2kg :[^"]*"@fr) , ("[^"]*"@en)', r"\2 , \1", text.replace("pan2kg\u00a0:", "pan2kg :")
        ),
        "is the address of 2": text.replace("data/actions.csv>", "data/pan2kg.ttl>"),
        "a keyword is shorter": text.replace('"knowledge graph"', '"kg"'),
        "neither class nor label": text.replace("frequency/IRREG> ;", "frequency/OTHER> ;"),
        "lacks <http://purl.org/dc/terms/publisher>": text.replace("dcterms:publisher", "dcterms:contributor"),
    }
    for words, turtle in broken.items():
        triples = [quad.triple for quad in ox.parse(turtle, format=ox.RdfFormat.TURTLE)]
        assert any(words in fault for fault in faults(by_subject(triples), date(2030, 1, 1))), words
