"""The compiled shapes find what pySHACL finds: in the shipped graph, in damaged ones, with shapes and data at random.
Every case of tests/shapes is asked of both engines too."""

import random
from pathlib import Path
from typing import Final

import pyoxigraph as ox
import pytest
from hypothesis import given, settings, strategies as st

from pan2kg.project import Project, plan_of_file
from pan2kg.validation.check import check
from pan2kg.validation.evaluation import Engine
from pan2kg.validation.report import Kind, Names
from pan2kg.validation.shapes import read_shapes
from tests.copies import FEW, PLANS, ROOT, copy
from tests.engines import PREFIXES, Engines, by_value, parse
from tests.lots import TIMES, by_lot

VALID: Final = ROOT / "tests" / "shapes" / "valid.ttl"


def test_both_engines_find_the_same_in_the_shipped_graph_and_report_it_alike(
    tmp_path: Path,
) -> None:
    plans = {plan_of_file(f"plans/{path.name}") for path in PLANS.iterdir()}
    others = sorted(plans - {*FEW})
    project = Project.at(copy(tmp_path / "copy", {*FEW, *by_lot(others, 4)}))
    found, other = (check(project, kinds=[Kind.SHAPE], engine=engine) for engine in Engine)
    assert by_value(found.findings) == by_value(other.findings)
    assert len(found.findings) > 250


@pytest.mark.parametrize("seed", range(4 * TIMES))
def test_both_engines_find_the_same_in_a_damaged_example(seed: int) -> None:
    shipped = Engines(
        read_shapes(sorted((ROOT / "ontology" / "shapes").glob("*.ttl"))), Names({"e": "http://e/"})
    )
    assert len(shipped.agreed(list(damaged(parse(VALID.read_bytes()), random.Random(seed))))) > 40


# what shapes compare: there a value of another kind is an error for SPARQL, which rdflib overlooks
COMPARED: Final = (
    "confidence", "date", "dueDate", "endDate", "maximum", "minimum", "periodEnd", "periodStart", "score", "startDate",
    "step",
)  # fmt: skip


def damaged(data: list[ox.Quad], chance: random.Random) -> list[ox.Quad]:
    values = [quad.object for quad in data]

    def hurt(quad: ox.Quad) -> list[ox.Quad]:
        subject = quad.subject
        predicate = quad.predicate
        value = quad.object
        other = chance.choice(values)
        text = value.value if isinstance(value, ox.Literal) else str(value)
        changed = {
            "lost": [],
            "of another": [ox.Quad(chance.choice(data).subject, predicate, value)],
            "doubled": [quad, ox.Quad(subject, predicate, other)],
            "another": [ox.Quad(subject, predicate, other)],
            "a text": [ox.Quad(subject, predicate, ox.Literal(text))],
            "in French": [quad, ox.Quad(subject, predicate, ox.Literal(f"{text}!", language="fr"))],
            "a day": [ox.Quad(subject, predicate, ox.Literal("2021-02-30", datatype=XSD_DATE))],
            "a blank": [ox.Quad(subject, predicate, ox.BlankNode("unnamed"))],
        }
        return changed[
            chance.choice(list(changed)[: 2 if predicate.value.endswith(COMPARED) else None])
        ]

    return [one for quad in data for one in (hurt(quad) if chance.random() < 0.25 else [quad])]


XSD_DATE: Final = ox.NamedNode("http://www.w3.org/2001/XMLSchema#date")

THINGS: Final = ("e:a", "e:b", "e:c", "_:d")
PROPERTIES: Final = ("e:p", "e:q", "e:r")
CLASSES: Final = ("e:A", "e:B")
LITERALS: Final = (
    '"x"', '"x"@fr', '"y"@fr', '"y"@en', '""', '"10"', "3", "5", "7.5", "12", '"a"^^xsd:integer', "true",
    '"2021-02-28"^^xsd:date', '"2021-02-30"^^xsd:date', '"2021-03-01"^^xsd:date', '"2021"^^xsd:gYear',
)  # fmt: skip
PATHS: Final = (
    "e:p", "e:q", "[ sh:inversePath e:p ]", "( e:p e:q )", "[ sh:alternativePath ( e:p e:r ) ]",
    "[ sh:oneOrMorePath e:q ]",
    "( [ sh:inversePath e:q ] [ sh:alternativePath ( e:p e:q ) ] )",
    "rdf:type",
)  # fmt: skip
TESTS: Final = (
    "sh:class e:A", "sh:class e:B", "sh:datatype xsd:integer", "sh:datatype xsd:date", "sh:datatype rdf:langString",
    "sh:datatype xsd:string", "sh:datatype xsd:boolean", "sh:nodeKind sh:IRI", "sh:nodeKind sh:Literal",
    "sh:nodeKind sh:BlankNodeOrIRI", "sh:nodeKind sh:BlankNode", "sh:minInclusive 5",
    "sh:minLength 2", "sh:maxLength 4", 'sh:pattern "^[a-z:/]+$"',
    'sh:pattern "X" ; sh:flags "i"', 'sh:languageIn ( "fr" "de" )', 'sh:in ( e:a "x" 5 "y"@fr )', "sh:in ( e:a e:b )",
    "sh:hasValue e:a", 'sh:hasValue "x"@fr', "sh:disjoint e:q",
)  # fmt: skip
COUNTS: Final = (
    "sh:minCount 1", "sh:minCount 2", "sh:minCount 4", "sh:maxCount 0", "sh:maxCount 1", "sh:maxCount 3",
    "sh:uniqueLang true",
)  # fmt: skip
RANGES: Final = (
    "sh:minInclusive {}", "sh:minExclusive {}", "sh:maxInclusive {}", "sh:maxExclusive {}", "sh:lessThan e:q",
    "sh:lessThanOrEquals e:q",
)  # fmt: skip
NUMBERS: Final = ("3", "5", "5.0", "7.5", "7.50", "-1", "12", '"x"', '"x"@fr', "e:a")
DAYS: Final = (
    '"2021-02-28"^^xsd:date',
    '"2021-03-01"^^xsd:date',
    '"2020-12-31"^^xsd:date',
    '"2024-02-29"^^xsd:date',
)
TARGETS: Final = (
    "sh:targetClass e:A", "sh:targetClass e:B", "sh:targetNode e:a", 'sh:targetNode "x"', "sh:targetSubjectsOf e:p",
    "sh:targetObjectsOf e:q", "sh:targetClass e:A ; sh:targetObjectsOf e:p",
)  # fmt: skip


def node_shapes(inner: st.SearchStrategy[str] | None = None) -> st.SearchStrategy[str]:
    tests: st.SearchStrategy[str] = st.sampled_from(TESTS)
    if inner is not None:
        several = st.lists(inner, min_size=1, max_size=3).map(
            lambda found: f"( {' '.join(f'[ {one} ]' for one in found)} )"
        )
        logical = st.tuples(st.sampled_from(("and", "or", "xone")), several).map(
            lambda one: f"sh:{one[0]} {one[1]}"
        )
        single = st.tuples(st.sampled_from(("not", "node")), inner).map(
            lambda one: f"sh:{one[0]} [ {one[1]} ]"
        )
        tests = st.one_of(
            tests, logical, single, property_shapes(inner).map(lambda one: f"sh:property [ {one} ]")
        )
    return statements(tests)


def property_shapes(inner: st.SearchStrategy[str] | None = None) -> st.SearchStrategy[str]:
    tests: st.SearchStrategy[str] = st.sampled_from((*TESTS, *COUNTS))
    if inner is not None:
        count = st.sampled_from(
            ("sh:qualifiedMinCount 1", "sh:qualifiedMinCount 2", "sh:qualifiedMaxCount 1")
        )
        qualified = st.tuples(inner, count).map(
            lambda one: f"sh:qualifiedValueShape [ {one[0]} ] ; {one[1]}"
        )
        tests = st.one_of(tests, qualified, inner.map(lambda one: f"sh:node [ {one} ]"))
    return st.tuples(st.sampled_from(PATHS), statements(tests)).map(
        lambda one: f"sh:path {one[0]} ; {one[1]}"
    )


def statements(tests: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(tests, min_size=1, max_size=3, unique_by=lambda test: test.split()[0]).map(
        " ; ".join
    )


INNER: Final = node_shapes(node_shapes())
SHAPES: Final = st.lists(
    st.tuples(st.sampled_from(TARGETS), st.one_of(node_shapes(INNER), property_shapes(INNER))),
    min_size=1,
    max_size=3,
).map(
    lambda found: PREFIXES + "".join(f"e:S{n} {' ; '.join(one)} .\n" for n, one in enumerate(found))
)
DATA: Final = st.lists(
    st.one_of(
        st.tuples(
            st.sampled_from(THINGS),
            st.sampled_from(PROPERTIES),
            st.sampled_from((*THINGS, *LITERALS)),
        ),
        st.tuples(st.sampled_from(THINGS), st.just("a"), st.sampled_from(CLASSES)),
        st.just(("e:B", "rdfs:subClassOf", "e:A")),
    ),
    max_size=16,
).map(lambda found: PREFIXES + "".join(f"{' '.join(one)} .\n" for one in found))


@settings(max_examples=80 * TIMES)
@given(SHAPES, DATA)
def test_both_engines_find_the_same_with_shapes_and_data_made_at_random(
    shapes: str, data: str
) -> None:
    Engines.of(shapes).agreed(parse(data))


def beside(values: tuple[str, ...]) -> str:
    lines = (
        f"e:t{n} a e:T ; e:p {one} , {other} ; e:q {one} ; e:r {other} .\n"
        for n, (one, other) in enumerate(zip(values, values[3:] + values[:3], strict=True))
    )
    return PREFIXES + "".join(lines)


@pytest.mark.parametrize("parameter", [*TESTS, *COUNTS])
def test_both_engines_find_the_same_with_each_constraint_over_every_value(parameter: str) -> None:
    more = 'e:b a e:A . e:c a e:B . e:a a e:A . e:A rdfs:subClassOf e:B . e:t0 e:p 1 , 2 , 3 , "z"@fr , "zz"@fr .\n'
    shapes = (
        f"e:S{n} sh:targetClass e:T ; sh:path {path} ; {parameter} .\n"
        for n, path in enumerate(PATHS)
    )
    assert Engines.of(PREFIXES + "".join(shapes)).agreed(parse(beside((*LITERALS, *THINGS)) + more))


@pytest.mark.parametrize("parameter", RANGES)
@pytest.mark.parametrize("values", [NUMBERS, DAYS], ids=["numbers", "days"])
def test_both_engines_find_the_same_where_values_are_compared(
    parameter: str, values: tuple[str, ...]
) -> None:
    head = "sh:targetClass e:T ; sh:path e:p"
    shapes = (
        f"e:S{n} {head} ; {parameter.format(bound)} .\n" for n, bound in enumerate(values[:4])
    )
    assert Engines.of(PREFIXES + "".join(shapes)).agreed(parse(beside(values)))
