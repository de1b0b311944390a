"""What holds of the shapes: each constraint is named, explained, and proved by a case that breaks it alone.

The compiled queries are asked of every case, pySHACL of some that are drawn by lot.

A case is a patch to `valid.ttl`. Its head says what is wanted and what changes, with the prefixes of
`ontology/prefixes.ttl`:

    # expect: <shape> <constraint component> <focus node>
    # rename: <old> <new>                      everywhere in the example
    # remove: <subject> <predicate> <object>   where * stands for anything and @fr for any text in French

The Turtle below the head is added.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import OWL, RDF, SH, SKOS, Graph, Literal, URIRef
from rdflib.collection import Collection as Members
from rdflib.term import Node

from pan2kg.i18n.catalogue import LANGUAGES
from pan2kg.validation.report import Names
from pan2kg.validation.shapes import read_shapes
from tests.engines import Engines, parse
from tests.lots import by_lot

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
SHAPES = sorted((ROOT / "ontology" / "shapes").glob("*.ttl"))
CASES = sorted((HERE / "cases").glob("*.ttl"))

COMPONENTS: dict[URIRef, URIRef] = {
    SH[name]: SH[f"{name[:1].upper()}{name[1:]}ConstraintComponent"]
    for name in (
        "class", "datatype", "disjoint", "in", "languageIn", "lessThan", "maxCount", "maxInclusive", "maxLength",
        "minCount", "minInclusive", "node", "nodeKind", "not", "or", "pattern", "qualifiedMinCount", "uniqueLang",
        "xone",
    )
} | {SH.sparql: SH.SPARQLConstraintComponent}  # fmt: skip
STRUCTURE = {
    *(SH.path, SH.property, SH.severity, SH.message, SH.qualifiedValueShape),
    *(SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf),
    *(SH.inversePath, SH.alternativePath),
    *(SH.declare, SH.prefix, SH.namespace, SH.prefixes, SH.select),
}
REFERENCES = (SH.node, SH["not"], SH.property, SH.qualifiedValueShape, SH.sparql)
CLOSED = {
    "addressee": "ProvisionShape-addressed-to",
    "aspect": "ReadingShape-aspect",
    "authorkind": "DocumentShape-author-kind",
    "certainty": "FactShape-certainty",
    "channel": "LinkShape-channel",
    "rejectionreason": "LinkShape-rejection-reason",
    "completeness": "PlanShape-list-completeness",
    "evidencelevel": "FactShape-evidence-level",
    "linkstatus": "LinkShape-status",
    "linktype": "LinkShape-type",
    "namekind": "NameShape-kind",
    "planstatus": "PlanShape-status",
    "presence": "IndicatorShape-presence",
    "readingextent": "ReadingShape-extent",
    "sourcekind": "DocumentShape-source-kind",
    "timelineclass": "TimelineShape-class",
}
# A part of the example takes in those who point at it by these: what its shapes look at backwards.
BACKWARDS = ("involvedIn", "hasTimeline", "milestoneOf", "linkType")

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Finding = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Case:
    expected: Finding
    renames: tuple[tuple[ox.NamedNode, ox.NamedNode], ...]
    removals: tuple[tuple[str, str, str], ...]
    added: tuple[ox.Quad, ...]


@cache
def prefixes() -> dict[str, str]:
    text = (ROOT / "ontology" / "prefixes.ttl").read_text("utf-8")
    return dict(re.findall(r"^@prefix (\w+): <(.+)> \.$", text, re.MULTILINE))


def term(text: str) -> ox.NamedNode:
    if text.startswith("<"):
        return ox.NamedNode(text[1:-1])
    prefix, _, local = text.partition(":")
    return ox.NamedNode(prefixes()[prefix] + local)


def short(node: str | Node) -> str:
    return str(node).rpartition("#")[2]


@cache
def shapes() -> Graph:
    graph = Graph()
    for path in SHAPES:
        graph.parse(path)
    return graph


@cache
def engines() -> Engines:
    return Engines(read_shapes(SHAPES), Names(prefixes()))


@cache
def example() -> frozenset[ox.Quad]:
    return frozenset(parse((HERE / "valid.ttl").read_bytes()))


def heads(text: str, word: str) -> list[list[str]]:
    return [line.split() for line in re.findall(rf"^# {word}: (.+)$", text, re.MULTILINE)]


@cache
def read(path: Path) -> Case:
    text = path.read_text("utf-8")
    ((shape, component, focus),) = heads(text, "expect")
    return Case(
        expected=(term(shape).value, term(component).value, term(focus).value),
        renames=tuple((term(old), term(new)) for old, new in heads(text, "rename")),
        removals=tuple((one, two, three) for one, two, three in heads(text, "remove")),
        added=tuple(parse(text)),
    )


def removed(subject: str, predicate: str, value: str) -> set[ox.Quad]:
    language = value[1:] if value.startswith("@") else None
    wanted = None if language or value == "*" else term(value)
    name = None if predicate == "*" else term(predicate)
    return {
        quad
        for quad in said()[term(subject)]
        if name in (None, quad.predicate)
        and wanted in (None, quad.object)
        and (not language or getattr(quad.object, "language", None) == language)
    }


@cache
def said() -> Mapping[Term, Sequence[ox.Quad]]:
    return by_subject(example())


def by_subject(quads: Iterable[ox.Quad]) -> Mapping[Term, Sequence[ox.Quad]]:
    found = defaultdict[Term, list[ox.Quad]](list)
    for quad in quads:
        found[quad.subject].append(quad)
    return found


def patched(case: Case) -> set[ox.Quad]:
    graph = {*example(), *case.added}
    for removal in case.removals:
        gone = removed(*removal)
        assert gone, f"the example says nothing like this, mend the removal: {removal}"
        graph -= gone
    for old, new in case.renames:
        named = {quad for quad in graph if old in (quad.subject, quad.object)}
        graph -= named
        for quad in named:
            subject = new if quad.subject == old else quad.subject
            graph.add(ox.Quad(subject, quad.predicate, new if quad.object == old else quad.object))
    return graph


def part(graph: Collection[ox.Quad], starts: Iterable[Term]) -> set[ox.Quad]:
    about, backwards = by_subject(graph), {term(f"pan:{name}") for name in BACKWARDS}
    beside = defaultdict[Term, list[Term]](list)
    for quad in graph:
        if quad.predicate in backwards:
            beside[quad.object].append(quad.subject)
    found, seen, todo = set[ox.Quad](), set[Term](), list(starts)
    while todo:
        node = todo.pop()
        if node not in seen:
            seen.add(node)
            found.update(about.get(node, ()))
            todo += [*(quad.object for quad in about.get(node, ())), *beside.get(node, ())]
    return found


@cache
def owners() -> dict[str, str]:
    rules = engines().rules
    return {rule.key: rules.owners[node].value for node, rule in rules.rules.items()}


def findings(graph: Collection[ox.Quad], *, alike: bool) -> set[Finding]:
    found = engines().agreed(graph, near=True) if alike else engines().by_queries(graph)
    return {(owners()[one.rule.key], one.component, one.focus) for one in found}


def reporting() -> list[Node]:
    named = (shape for shape in shapes().subjects(SH.severity, unique=True))
    return sorted((shape for shape in named if "ConditionShape" not in str(shape)), key=str)


def declared() -> set[tuple[str, str]]:
    return {
        (short(shape), short(COMPONENTS[URIRef(str(parameter))]))
        for shape in reporting()
        for parameter in shapes().predicates(shape, unique=True)
        if parameter in COMPONENTS
    }


def property_shapes() -> list[Node]:
    return sorted(shapes().subjects(SH.path, unique=True), key=str)


def test_the_valid_example_has_no_finding_at_any_severity() -> None:
    assert findings(example(), alike=True) == set()


@pytest.fixture(scope="module")
def of_both() -> frozenset[Path]:
    return frozenset(by_lot(CASES, 60))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_case_has_exactly_the_finding_it_expects(path: Path, of_both: frozenset[Path]) -> None:
    case = read(path)
    graph = patched(case)
    patch: set[Term] = {ox.NamedNode(case.expected[2]), *(quad.subject for quad in case.added)}
    patch |= {term(subject) for subject, _, _ in case.removals}
    assert findings(part(graph, patch), alike=path in of_both) == {case.expected}


def test_every_constraint_has_a_failing_case_and_every_case_a_constraint() -> None:
    proved = {(short(case.expected[0]), short(case.expected[1])) for case in map(read, CASES)}
    assert declared() - proved == set(), "write a case in tests/shapes/cases for these"
    assert proved - declared() == set(), "these cases break a constraint that no shape has"


def test_a_case_is_named_after_the_shape_and_the_constraint_it_breaks() -> None:
    for path in CASES:
        shape, component, _ = (short(node) for node in read(path).expected)
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", shape.replace("Shape-", "-")).lower()
        constraint = component.removesuffix("ConstraintComponent")
        kind = "sparql" if constraint == "SPARQL" else re.sub(r"(?<=[a-z])(?=[A-Z])", "-", constraint).lower()
        assert re.fullmatch(rf"{words}-{kind}(-[a-z0-9-]+)?", path.stem), f"rename to {words}-{kind}.ttl"


def test_every_parameter_is_one_that_shacl_has_and_these_tests_know_and_every_shape_has_a_name() -> None:
    used = {predicate for predicate in shapes().predicates(unique=True) if str(predicate).startswith(str(SH))}
    assert used - {*COMPONENTS, *STRUCTURE} == set(), "mend the spelling, or add the parameter to COMPONENTS"
    assert set(COMPONENTS) - used == set(), "take these out of COMPONENTS"
    name = re.compile(r"[A-Z][A-Za-z]*Shape-[a-z-]+")
    wrong = [shape for shape in property_shapes() if not name.fullmatch(short(shape))]
    assert len(property_shapes()) > 150
    assert not wrong, f"name these <Class>Shape-<property>: {wrong}"


def test_every_shape_has_one_severity_and_one_message_in_each_language_that_says_what_mends_it() -> None:
    for shape in {*property_shapes(), *reporting()}:
        severities = list(shapes().objects(shape, SH.severity))
        assert len(severities) == 1, f"give it exactly one severity: {short(shape)}"
        assert severities[0] in {SH.Violation, SH.Warning, SH.Info}, short(shape)
    for shape in {*property_shapes(), *reporting(), *shapes().subjects(SH.message, unique=True)}:
        messages = [text for text in shapes().objects(shape, SH.message) if isinstance(text, Literal)]
        assert sorted(str(text.language) for text in messages) == sorted(LANGUAGES), f"say it in each: {short(shape)}"
        assert not any(re.search(r"[{}]", text) for text in messages), f"no placeholder: {short(shape)}"
    for shape in reporting():
        for text in shapes().objects(shape, SH.message):
            assert ": " in str(text), f"write the rule, a colon, and what mends it: {short(shape)}"
            assert str(text).endswith("."), f"end the sentence: {short(shape)}"


def test_every_class_of_the_ontology_has_a_shape() -> None:
    ontology = Graph().parse(ROOT / "ontology" / "pan2kg.ttl")
    classes = set(ontology.subjects(RDF.type, OWL.Class))
    missing = classes - set(shapes().objects(None, SH.targetClass))
    assert not missing, f"write a shape for these: {sorted(missing, key=str)}"


def test_a_closed_list_is_that_of_its_scheme() -> None:
    for scheme, shape in CLOSED.items():
        concepts = Graph().parse(ROOT / "ontology" / "schemes" / f"{scheme}.ttl").subjects(RDF.type, SKOS.Concept)
        values = shapes().value(URIRef(term(f"pan:{shape}").value), SH["in"])
        assert values is not None
        assert set(Members(shapes(), values)) == set(concepts), scheme


def test_every_shape_that_another_refers_to_is_declared() -> None:
    named = {node for key in REFERENCES for node in shapes().objects(None, key)}
    lists = [values for key in (SH["or"], SH.xone) for values in shapes().objects(None, key)]
    named |= {node for values in lists for node in Members(shapes(), values)}
    missing = {node for node in named if (node, RDF.type, None) not in shapes()}
    assert not missing, f"declare these in ontology/shapes: {missing}"


def test_a_file_declares_exactly_the_prefixes_it_uses() -> None:
    for path in (*SHAPES, HERE / "valid.ttl"):
        head, _, body = path.read_text("utf-8").partition("\n\n")
        body = re.sub(r'"""(?:[^"])*"""|"(?:[^"\\]|\\.)*"|<[^>]*>|^#.*$', "", body, flags=re.MULTILINE)
        names = sorted(set(re.findall(r"(?<![\w.-])(\w+):", body)))
        assert head.splitlines() == [f"@prefix {name}: <{prefixes()[name]}> ." for name in names], path.name
