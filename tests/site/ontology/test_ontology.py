"""What holds of the documentation of the ontology."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

import pan2kg
from pan2kg.i18n.catalogue import LANGUAGES, Language, Messages
from pan2kg.site.ontology import Ontology, TermKind, anchor, pick, read_ontology, relations
from pan2kg.site.ontology_diagram import draw_ontology, layers
from pan2kg.site.ontology_page import documentation
from pan2kg.store.store import LocalStore
from pan2kg.turtle.vocabulary import PAN

if TYPE_CHECKING:
    from tests.site.ontology.conftest import Reader


ROOT = Path(__file__).resolve().parents[3]
VOCABULARIES = ROOT.parent / "shared" / "standards" / "vocab"
STORED = {
    "adms": "adms.ttl", "cpov": "cpov-ap-2.1.2.ttl", "dcat": "dcat3.ttl", "dcterms": "dcterms.ttl",
    "foaf": "foaf.ttl", "oa": "oa.ttl", "org": "org.ttl", "prov": "prov.ttl", "sd": "sd.ttl", "skos": "skos.ttl",
    "skosxl": "skosxl.ttl", "vann": "vann.ttl", "void": "void.ttl",
}  # fmt: skip
UNSTORED = {"eli", "euauth", "owl", "pplan", "rdf", "rdfs", "sh", "xsd"}


@pytest.fixture(scope="module")
def ontology(graph: pan2kg.Graph) -> Ontology:
    return read_ontology(graph.project, graph.store, graph.links)


@pytest.fixture(scope="module")
def files(graph: pan2kg.Graph) -> dict[str, bytes]:
    return dict(documentation(graph.project, graph.store))


@pytest.fixture(scope="module", params=["fr", "en"])
def page(request: pytest.FixtureRequest, files: dict[str, bytes], read_page: Callable[[str], Reader]) -> Reader:
    return read_page(files[f"ontology/index.{request.param}.html"].decode())


def declared() -> set[str]:
    """The IRIs in our namespace that some file of the ontology gives a type."""
    paths = [path for path in (ROOT / "ontology").rglob("*.ttl") if path.name != "prefixes.ttl"]
    kinds = (quad.subject for path in paths for quad in ox.parse(path=path) if quad.predicate.value.endswith("#type"))
    return {iri.value for iri in kinds if isinstance(iri, ox.NamedNode) and iri.value.startswith(PAN)}


def test_every_term_and_shape_of_ours_is_anchored_at_its_fragment(page: Reader) -> None:
    missing = sorted(anchor(iri) for iri in declared() if anchor(iri) not in page.ids)
    assert not missing, f"these have no place in the documentation: {missing}"


def test_every_concept_of_the_schemes_is_anchored(page: Reader, ontology: Ontology) -> None:
    concepts = [anchor(concept.iri) for scheme in ontology.schemes for concept in scheme.concepts]
    assert len(concepts) > 400
    assert set(concepts) <= set(page.ids)


def test_no_anchor_stands_twice(page: Reader) -> None:
    assert [name for name, number in Counter(page.ids).items() if number > 1] == []


def test_every_link_inside_the_page_leads_somewhere(page: Reader) -> None:
    inside = {link[1:] for link in page.links if link.startswith("#")}
    assert len(inside) > 300
    assert inside <= set(page.ids)


def test_the_page_needs_no_script_and_no_style_of_its_own(page: Reader) -> None:
    assert page.elements["script"] == page.elements["style"] == page.elements["img"] == 0
    assert not {name for name in page.attributes if name == "style" or name.startswith("on")}


def test_every_element_is_closed(page: Reader) -> None:
    assert page.open == []
    assert page.elements["h1"] == 1


def test_the_same_graph_gives_the_same_files(graph: pan2kg.Graph, files: dict[str, bytes]) -> None:
    assert dict(documentation(graph.project, graph.store)) == files


def test_the_files_are_those_w3id_sends_readers_to(files: dict[str, bytes]) -> None:
    assert {"ontology/index.fr.html", "ontology/index.en.html", "ontology/ontology.css"} <= files.keys()
    assert b'href="ontology.css"' in files["ontology/index.fr.html"]


def test_the_ontology_says_of_itself_what_a_published_one_does(ontology: Ontology) -> None:
    assert ontology.heading.missing() == ()
    assert {"fr", "en"} <= ontology.heading.titles.keys() & ontology.heading.descriptions.keys()


def test_every_term_has_words_in_french_and_english(ontology: Ontology) -> None:
    wrong = [t.iri for t in ontology.terms if not {"fr", "en"} <= t.labels.keys() & t.definitions.keys()]
    assert not wrong, f"add the label or definition that is missing: {wrong}"


@pytest.mark.parametrize("prefix", sorted(STORED))
def test_a_borrowed_term_exists_in_its_vocabulary(prefix: str, ontology: Ontology) -> None:
    file = VOCABULARIES / STORED[prefix]
    if not file.is_file():
        pytest.skip(f"The vocabulary {STORED[prefix]} is not stored beside the project.")
    there = {str(quad.subject.value) for quad in ox.parse(path=file) if isinstance(quad.subject, ox.NamedNode)}
    used = [tally.iri for v in ontology.vocabularies if v.prefix == prefix for tally in v.terms]
    invented = [iri for iri in used if iri not in there]
    assert not invented, f"the vocabulary has no such term: {invented}"


def test_every_vocabulary_is_one_that_is_checked_or_known(ontology: Ontology) -> None:
    assert {v.prefix for v in ontology.vocabularies} <= STORED.keys() | UNSTORED
    assert sum(len(v.terms) for v in ontology.vocabularies) > 80


def test_an_example_is_turtle_of_what_the_graph_states(ontology: Ontology, graph: pan2kg.Graph) -> None:
    assert isinstance(graph.store, LocalStore)
    head = "".join(f"@prefix {name}: <{space}> .\n" for name, space in ontology.prefixes.items())
    shown = [term.example for term in ontology.terms if term.example]
    assert len(shown) > 80
    for example in shown:
        for quad in ox.parse(head + example.turtle, ox.RdfFormat.TURTLE):
            assert any(graph.store.inner.quads_for_pattern(quad.subject, quad.predicate, quad.object, None))
            assert quad.subject == ox.NamedNode(example.thing)


def test_an_example_has_the_term_it_is_for(ontology: Ontology) -> None:
    for term in ontology.of_kind(TermKind.OBJECT, TermKind.DATATYPE):
        assert (term.example is not None) == (term.use.number > 0)
        assert term.example is None or f"pan:{term.anchor} " in term.example.turtle


def test_a_short_instance_is_shown_whole_and_a_long_one_in_part(ontology: Ontology) -> None:
    turtles = [term.example.turtle for term in ontology.of_kind(TermKind.CLASS) if term.example]
    assert all(turtle.count("\n") <= 12 for turtle in turtles)


def test_a_term_has_the_shapes_that_look_at_it(ontology: Ontology) -> None:
    action = ontology.by_iri()[PAN + "Action"]
    names = {anchor(rule.iri) for rule in action.constraints}
    assert {"ActionShape-notation", "ActionShape-iri"} <= names
    assert "PlanShape-iri" not in names
    assert all({"fr", "en"} <= rule.messages.keys() for rule in action.constraints)


def test_a_shape_for_what_a_path_leads_to_is_not_one_of_where_it_starts(ontology: Ontology) -> None:
    link = ontology.by_iri()[PAN + "Link"]
    assert not [rule.iri for rule in link.constraints if "ConditionShape" in rule.iri]


def test_a_property_that_rules_alone_state_is_called_derived(ontology: Ontology) -> None:
    terms = ontology.by_iri()
    assert terms[PAN + "usesInstrument"].use.derived
    assert not terms[PAN + "inPlan"].use.derived
    assert {PAN + "Action", PAN + "PlanPart"} <= {one.iri for one in terms[PAN + "inPlan"].use.subjects}


def test_alignments_stand_with_their_term(ontology: Ontology) -> None:
    targets = [match.target for match in ontology.by_iri()[PAN + "inPlan"].axioms.alignments]
    assert "http://purl.org/dc/terms/isPartOf" in targets


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_diagram_has_a_box_for_every_class_that_leads_to_it(language: Language, ontology: Ontology) -> None:
    svg = draw_ontology(ontology, language).svg()
    root = ET.fromstring(svg)
    links = {node.get("href") for node in root.iter("{http://www.w3.org/2000/svg}a")}
    top = [t for t in ontology.of_kind(TermKind.CLASS) if not any(p.startswith(PAN) for p in t.axioms.parents)]
    assert links == {f"#{term.anchor}" for term in top}
    assert root.find("{http://www.w3.org/2000/svg}title") is not None
    assert "style=" not in svg


def test_the_table_beside_the_diagram_has_every_object_property(ontology: Ontology) -> None:
    assert {relation.term for relation in relations(ontology)} == {t.iri for t in ontology.of_kind(TermKind.OBJECT)}


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
    found = layers("abcd", [("a", "b"), ("b", "c"), ("c", "a"), ("a", "d"), ("d", "c")])
    column = {name: at for at, names in enumerate(found.columns) for name in names}
    for edge, way in found.ways.items():
        start, end = (way[-1], way[0]) if edge in found.turned else (way[0], way[-1])
        assert (start, end) == edge
        assert [column[name] for name in way] == list(range(column[way[0]], column[way[-1]] + 1))


def test_a_missing_language_falls_back_to_english_and_says_so() -> None:
    assert pick({"fr": "loi", "en": "law"}, "de").language == "en"
    assert pick({"fr": "loi"}, "en").language == "fr"


@pytest.mark.parametrize("group", ["kind", "page", "label", "heading", "quality", "report", "criterion", "links"])
def test_words_are_in_three_languages(group: str) -> None:
    for key in Messages("ontology").keys(f"{group}."):
        for language in LANGUAGES:
            words = Messages("ontology").say(f"{group}.{key}", language)
            assert words, (group, key, language)
            if language == "fr":
                assert not re.search(r"(?<=\w) [:;?!»]|« ", words), f"use a no-break space: {words}"
