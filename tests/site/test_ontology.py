"""The documentation of the ontology: terms, examples, counts, its diagram, and its files."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest

import pan2kg
from pan2kg.i18n.catalogue import LANGUAGES, Language
from pan2kg.site.ontology import CLASS, DATATYPE, OBJECT, REQUIRED, Ontology, anchor, pick, read_ontology
from pan2kg.site.ontology_page import documentation, draw_ontology, layers
from pan2kg.store.store import LocalStore
from pan2kg.turtle.vocabulary import PAN
from tests.site.conftest import Parsed

ROOT = Path(__file__).resolve().parents[2]
VOCABULARIES = ROOT.parent / "shared" / "standards" / "vocab"
STORED = {
    "adms": "adms.ttl", "cpov": "cpov-ap-2.1.2.ttl", "dcat": "dcat3.ttl", "dcterms": "dcterms.ttl",
    "foaf": "foaf.ttl", "oa": "oa.ttl", "org": "org.ttl", "prov": "prov.ttl", "sd": "sd.ttl", "skos": "skos.ttl",
    "skosxl": "skosxl.ttl", "vann": "vann.ttl", "void": "void.ttl",
}  # fmt: skip
UNSTORED = {"eli", "euauth", "owl", "pplan", "rdf", "rdfs", "sh", "xsd"}


@pytest.fixture(scope="module")
def ontology(graph: pan2kg.Graph) -> Ontology:
    return read_ontology(graph.project, graph.store)


def test_the_files_hold_every_term_shape_and_concept_at_its_anchor_and_are_the_same_twice(
    graph: pan2kg.Graph, ontology: Ontology
) -> None:
    paths = [path for path in (ROOT / "ontology").rglob("*.ttl") if path.name != "prefixes.ttl"]
    typed = (quad.subject for path in paths for quad in ox.parse(path=path) if quad.predicate.value.endswith("#type"))
    declared = {iri.value for iri in typed if isinstance(iri, ox.NamedNode) and iri.value.startswith(PAN)}
    concepts = {anchor(concept["iri"]) for scheme in ontology.schemes for concept in scheme["concepts"]}
    assert len(concepts) > 400
    files = documentation(graph.project, graph.store)
    assert {"ontology/index.fr.html", "ontology/index.en.html", "ontology/ontology.css"} <= files.keys()
    assert b'href="ontology.css"' in files["ontology/index.fr.html"]
    assert documentation(graph.project, graph.store) == files
    for language in ("fr", "en"):
        page = Parsed(files[f"ontology/index.{language}.html"].decode())
        assert concepts | set(map(anchor, declared)) <= set(page.ids)
        assert max(Counter(page.ids).values()) == 1
        inside = {link[1:] for link in page.links if link.startswith("#")}
        assert len(inside) > 300
        assert inside <= set(page.ids)
        assert (page.open, page.headings.count(1)) == ([], 1)
        assert not {tag for tag, _ in page.elements} & {"script", "style", "img"}
        names = {name for _, attributes in page.elements for name in attributes}
        assert not [name for name in names if name == "style" or name.startswith("on")]


def test_the_ontology_says_of_itself_what_a_published_one_does(ontology: Ontology) -> None:
    assert ontology.heading["facts"].keys() == {*REQUIRED}
    assert {"fr", "en"} <= ontology.heading["titles"].keys() & ontology.heading["descriptions"].keys()


def test_every_term_has_words_in_french_and_english(ontology: Ontology) -> None:
    wrong = [t.iri for t in ontology.terms if not {"fr", "en"} <= t.labels.keys() & t.definitions.keys()]
    assert not wrong, f"add the label or definition that is missing: {wrong}"


def test_a_borrowed_term_exists_in_its_vocabulary(ontology: Ontology) -> None:
    assert {prefix for prefix, *_ in ontology.vocabularies} <= STORED.keys() | UNSTORED
    assert sum(len(terms) for *_, terms in ontology.vocabularies) > 80
    if not VOCABULARIES.is_dir():
        pytest.skip("The vocabularies are not stored beside the project.")
    for prefix, _, terms in ontology.vocabularies:
        file = VOCABULARIES / STORED.get(prefix, "")
        if file.is_file():
            stated = {str(quad.subject.value) for quad in ox.parse(path=file) if isinstance(quad.subject, ox.NamedNode)}
            invented = [iri for iri, _ in terms if iri not in stated]
            assert not invented, f"the vocabulary has no such term: {invented}"


def test_an_example_is_turtle_of_what_the_graph_states(ontology: Ontology, graph: pan2kg.Graph) -> None:
    assert isinstance(graph.store, LocalStore)
    head = "".join(f"@prefix {name}: <{space}> .\n" for name, space in ontology.prefixes.items())
    shown = [term.example for term in ontology.terms if term.example]
    assert len(shown) > 80
    for example in shown:
        for quad in ox.parse(head + example[1], ox.RdfFormat.TURTLE):
            assert any(graph.store.inner.quads_for_pattern(quad.subject, quad.predicate, quad.object, None))
            assert quad.subject == ox.NamedNode(example[0])


def test_an_example_has_the_term_it_is_for(ontology: Ontology) -> None:
    for term in ontology.of_kind(OBJECT, DATATYPE):
        assert (term.example is not None) == (term.number > 0)
        assert term.example is None or f"pan:{anchor(term.iri)} " in term.example[1]
    classes = [term.example[1] for term in ontology.of_kind(CLASS) if term.example]
    assert all(turtle.count("\n") <= 12 for turtle in classes), "a long one is shown in part"


def test_a_term_has_the_shapes_that_look_at_it(ontology: Ontology) -> None:
    action = ontology.by_iri()[PAN + "Action"]
    names = {anchor(rule["iri"]) for rule in action.constraints}
    assert {"ActionShape-notation", "ActionShape-iri"} <= names
    assert "PlanShape-iri" not in names
    assert all({"fr", "en"} <= rule["messages"].keys() for rule in action.constraints)
    link = ontology.by_iri()[PAN + "Link"]
    assert not [rule for rule in link.constraints if "ConditionShape" in rule["iri"]], "of what its path leads to"


def test_a_property_that_rules_alone_state_is_called_derived(ontology: Ontology) -> None:
    terms = ontology.by_iri()
    assert terms[PAN + "usesInstrument"].derived
    assert not terms[PAN + "inPlan"].derived
    assert {PAN + "Action", PAN + "PlanPart"} <= {iri for iri, _ in terms[PAN + "inPlan"].subjects}
    targets = [target for _, target in terms[PAN + "inPlan"].alignments]
    assert "http://purl.org/dc/terms/isPartOf" in targets


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_diagram_has_a_box_for_every_class_that_leads_to_it(language: Language, ontology: Ontology) -> None:
    svg = draw_ontology(ontology, language).svg()
    root = ET.fromstring(svg)
    links = {node.get("href") for node in root.iter("{http://www.w3.org/2000/svg}a")}
    top = [t for t in ontology.of_kind(CLASS) if not any(p.startswith(PAN) for p in t.parents)]
    assert links == {f"#{anchor(term.iri)}" for term in top}
    assert root.find("{http://www.w3.org/2000/svg}title") is not None
    assert "style=" not in svg
    assert {relation[1] for relation in ontology.relations()} == {t.iri for t in ontology.of_kind(OBJECT)}


def test_boxes_of_the_diagram_do_not_overlap(ontology: Ontology) -> None:
    svg = ET.fromstring(draw_ontology(ontology, "fr").svg())
    boxes = [
        tuple(float(node.get(name, "0")) for name in ("x", "y", "width", "height"))
        for link in svg.iter("{http://www.w3.org/2000/svg}a")
        for node in link.iter("{http://www.w3.org/2000/svg}rect")
    ]
    assert len(boxes) > 15
    for at, (x, y, width, height) in enumerate(boxes):
        for other_x, other_y, other_width, other_height in boxes[at + 1 :]:
            beside = other_x >= x + width or x >= other_x + other_width
            assert beside or other_y >= y + height or y >= other_y + other_height


def test_columns_run_forward_except_for_lines_that_close_a_loop() -> None:
    columns, courses, turned = layers("abcd", [("a", "b"), ("b", "c"), ("c", "a"), ("a", "d"), ("d", "c")])
    column = {name: at for at, names in enumerate(columns) for name in names}
    for edge, course in courses.items():
        start, end = (course[-1], course[0]) if edge in turned else (course[0], course[-1])
        assert (start, end) == edge
        assert [column[name] for name in course] == list(range(column[course[0]], column[course[-1]] + 1))


def test_a_missing_language_falls_back_to_english_and_says_so() -> None:
    assert pick({"fr": "loi", "en": "law"}, "de") == ("law", "en")
    assert pick({"fr": "loi"}, "en") == ("loi", "fr")
