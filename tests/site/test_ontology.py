"""The documentation of the ontology: terms, examples, counts, its diagram, and its files."""

import re
import xml.etree.ElementTree as ET
from collections import Counter
from itertools import combinations
from pathlib import Path

import pyoxigraph as ox
import pytest

import pan2kg
from pan2kg.i18n import LANGUAGES, Language
from pan2kg.site.class_diagram import draw_ontology
from pan2kg.site.ontology import (
    CLASS,
    DATATYPE,
    OBJECT,
    REQUIRED,
    Ontology,
    anchor,
    read_ontology,
)
from pan2kg.site.ontology_page import documentation
from pan2kg.site.turtle_statements import pick_text
from pan2kg.store.store import LocalStore
from pan2kg.turtle.vocabulary import PAN
from tests.site.conftest import Parsed

ROOT = Path(__file__).resolve().parents[2]
VOCABULARIES = ROOT.parent / "shared" / "standards" / "vocab"
FILES = {"cpov": "cpov-ap-2.1.2.ttl", "dcat": "dcat3.ttl"}


@pytest.fixture(scope="module")
def ontology(graph: pan2kg.Graph) -> Ontology:
    return read_ontology(graph.project, graph.store)


def test_the_files_hold_every_term_shape_and_concept_at_its_anchor_and_are_the_same_twice(
    graph: pan2kg.Graph, ontology: Ontology
) -> None:
    paths = [path for path in (ROOT / "ontology").rglob("*.ttl") if path.name != "prefixes.ttl"]
    typed = (
        quad.subject
        for path in paths
        for quad in ox.parse(path=path)
        if quad.predicate.value.endswith("#type")
    )
    declared = {
        iri.value for iri in typed if isinstance(iri, ox.NamedNode) and iri.value.startswith(PAN)
    }
    concepts = {anchor(concept.iri) for scheme in ontology.schemes for concept in scheme.concepts}
    assert len(concepts) > 400
    files = documentation(graph.project, graph.store)
    assert {"fr/ontology.html", "en/ontology.html", "ontology/ontology.css"} <= files.keys()
    assert b'href="../ontology/ontology.css"' in files["fr/ontology.html"]
    assert documentation(graph.project, graph.store) == files
    for language in ("fr", "en"):
        page = Parsed(files[f"{language}/ontology.html"].decode())
        assert concepts | set(map(anchor, declared)) <= set(page.ids)
        assert max(Counter(page.ids).values()) == 1
        inside = {link[1:] for link in page.links if link.startswith("#")}
        assert len(inside) > 300
        assert inside <= set(page.ids)
        assert (page.open, page.headings.count(1)) == ([], 1)
        assert not {tag for tag, _ in page.elements} & {"script", "style", "img"}
        names = {name for _, attributes in page.elements for name in attributes}
        assert not [name for name in names if name == "style" or name.startswith("on")]


def test_every_term_has_words_in_french_and_english(ontology: Ontology) -> None:
    wrong = [
        t.iri for t in ontology.terms if not {"fr", "en"} <= t.labels.keys() & t.definitions.keys()
    ]
    assert not wrong, f"add the label or definition that is missing: {wrong}"
    assert ontology.heading.facts.keys() == {*REQUIRED}
    assert {"fr", "en"} <= ontology.heading.titles.keys() & ontology.heading.descriptions.keys()
    assert (pick_text({"fr": "loi", "en": "law"}, "de"), pick_text({"fr": "loi"}, "en")) == (
        ("law", "en"),
        ("loi", "fr"),
    )


def test_a_borrowed_term_exists_in_its_vocabulary(ontology: Ontology) -> None:
    assert sum(len(terms) for *_, terms in ontology.vocabularies) > 80
    if not VOCABULARIES.is_dir():
        pytest.skip("The vocabularies are not stored beside the project.")
    for prefix, _, terms in ontology.vocabularies:
        file = VOCABULARIES / FILES.get(prefix, f"{prefix}.ttl")
        if file.is_file():
            stated = {
                str(quad.subject.value)
                for quad in ox.parse(path=file)
                if isinstance(quad.subject, ox.NamedNode)
            }
            invented = [iri for iri, _ in terms if iri not in stated]
            assert not invented, f"the vocabulary has no such term: {invented}"


def test_an_example_is_turtle_of_what_the_graph_states(
    ontology: Ontology, graph: pan2kg.Graph
) -> None:
    assert isinstance(graph.store, LocalStore)
    head = "".join(f"@prefix {name}: <{space}> .\n" for name, space in ontology.prefixes.items())
    shown = [term.example for term in ontology.terms if term.example]
    assert len(shown) > 80
    for example in shown:
        for quad in ox.parse(head + example[1], ox.RdfFormat.TURTLE):
            assert any(
                graph.store.inner.quads_for_pattern(quad.subject, quad.predicate, quad.object, None)
            )
            assert quad.subject == ox.NamedNode(example[0])
    for term in ontology.of_kind(OBJECT, DATATYPE):
        assert (term.example is not None) == (term.number > 0)
        assert term.example is None or f"pan:{anchor(term.iri)} " in term.example[1]
    classes = [term.example[1] for term in ontology.of_kind(CLASS) if term.example]
    assert all(turtle.count("\n") <= 12 for turtle in classes), "a long one is shown in part"


def test_a_term_has_the_shapes_that_look_at_it_and_what_rules_alone_state_is_derived(
    ontology: Ontology,
) -> None:
    terms = {term.iri: term for term in ontology.terms}
    names = {anchor(rule.iri) for rule in terms[PAN + "Action"].constraints}
    assert {"ActionShape-notation", "ActionShape-iri"} <= names
    assert "PlanShape-iri" not in names
    link = terms[PAN + "Link"]
    assert not [rule for rule in link.constraints if "ConditionShape" in rule.iri], (
        "of what its path leads to"
    )
    assert (terms[PAN + "usesInstrument"].is_derived, terms[PAN + "inPlan"].is_derived) == (
        True,
        False,
    )
    assert {PAN + "Action", PAN + "PlanPart"} <= {iri for iri, _ in terms[PAN + "inPlan"].subjects}
    assert "http://purl.org/dc/terms/isPartOf" in [
        target for _, target in terms[PAN + "inPlan"].alignments
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_diagram_has_a_box_apart_for_every_class_that_leads_to_it(
    language: Language, ontology: Ontology
) -> None:
    svg = draw_ontology(ontology, language).svg()
    links = [*ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}a")]
    top = [t for t in ontology.of_kind(CLASS) if not any(p.startswith(PAN) for p in t.parents)]
    assert {node.get("href") for node in links} == {f"#{anchor(term.iri)}" for term in top}
    assert "style=" not in svg
    assert {relation.property for relation in ontology.relations()} == {
        t.iri for t in ontology.of_kind(OBJECT)
    }
    edges = re.compile(r"M(-?[\d.]+) ?(-?[\d.]+)h([\d.]+)v([\d.]+)h")
    boxes = [
        tuple(map(float, box.groups()))
        for link in links
        for box in edges.finditer(ET.tostring(link, "unicode"))
    ]
    assert len(boxes) == len(links) > 5
    for (x, y, width, height), (other_x, other_y, other_width, other_height) in combinations(
        boxes, 2
    ):
        beside = other_x >= x + width or x >= other_x + other_width
        assert beside or other_y >= y + height or y >= other_y + other_height
