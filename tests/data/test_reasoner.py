"""The ontology is OWL 2 DL: HermiT reads it and finds no class that nothing can be in."""

import shutil
from pathlib import Path

import pyoxigraph as ox
import pytest

from pan2kg.project import Project

ROOT = Path(__file__).resolve().parents[2]
FAULT = """
@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix pan: <https://w3id.org/pan2kg/ontology#> .
"""


def reason(text: str, folder: Path) -> list[str]:
    owlready2 = pytest.importorskip(
        "owlready2", reason="needs owlready2, which brings HermiT: pip install owlready2"
    )
    if shutil.which("java") is None:
        pytest.skip("needs Java for HermiT")
    triples = (quad.triple for quad in ox.parse(text, format=ox.RdfFormat.TURTLE))
    ox.serialize(triples, output=str(folder / "o.nt"), format=ox.RdfFormat.N_TRIPLES)
    world = owlready2.World()
    with (folder / "o.nt").open("rb") as file:
        world.get_ontology("https://w3id.org/pan2kg/ontology#").load(
            fileobj=file, format="ntriples"
        )
    try:
        owlready2.sync_reasoner_hermit(world, debug=0)
    except owlready2.OwlReadyJavaError as error:
        return [str(error)]
    return [one.name for one in world.inconsistent_classes()]


def test_a_reasoner_reads_the_ontology_and_finds_no_empty_class(tmp_path: Path) -> None:
    assert reason((Project.at(ROOT).ontology / "pan2kg.ttl").read_text("utf-8"), tmp_path) == []


YEARS = """
pan:x a owl:DatatypeProperty . pan:C a owl:Class ; rdfs:subClassOf
    [ a owl:Restriction ; owl:onProperty pan:x ; owl:someValuesFrom xsd:gYear ] .
"""
EMPTY = """
pan:A a owl:Class ; owl:disjointWith pan:B . pan:B a owl:Class . pan:C a owl:Class ; rdfs:subClassOf pan:A , pan:B .
"""


@pytest.mark.parametrize(("more", "words"), [(YEARS, "gYear"), (EMPTY, "C")])
def test_the_reasoner_sees_what_is_wrong(tmp_path: Path, more: str, words: str) -> None:
    assert any(words in one for one in reason(FAULT + more, tmp_path))
