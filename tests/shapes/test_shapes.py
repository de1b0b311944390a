"""What holds of the shapes: each constraint is named, explained, and proved by a case that breaks it alone.

A case is a patch to `valid.ttl`, with the prefixes of `ontology/prefixes.ttl`; the Turtle below its
head is added:

    # expect: <shape> <constraint component> <focus node> # rename: <old> <new>
    everywhere in the example # remove: <subject> <predicate> <object>   where * stands for anything
    and @fr for any text in French
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import OWL, RDF, SH, SKOS, Graph, Literal, URIRef
from rdflib.collection import Collection as Members
from rdflib.term import Node

from pan2kg.i18n import LANGUAGES
from pan2kg.project import Project
from pan2kg.turtle.writer import read_prefixes
from pan2kg.validation.report import Names
from pan2kg.validation.shapes import read_shapes
from tests.engines import Engines, parse
from tests.lots import by_lot

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
SHAPES = sorted((ROOT / "ontology" / "shapes").glob("*.ttl"))
PREFIXES = read_prefixes(Project.at(ROOT))
CASES = sorted((HERE / "cases").glob("*.ttl"))

COMPONENTS: dict[URIRef, URIRef] = {
    SH[name]: SH[f"{name[:1].upper()}{name[1:]}ConstraintComponent"]
    for name in (
        "class",
        "datatype",
        "disjoint",
        "in",
        "languageIn",
        "lessThan",
        "maxCount",
        "maxInclusive",
        "maxLength",
        "minCount",
        "minInclusive",
        "node",
        "nodeKind",
        "not",
        "or",
        "pattern",
        "qualifiedMinCount",
        "uniqueLang",
        "xone",
    )
} | {SH.sparql: SH.SPARQLConstraintComponent}
STRUCTURE = {
    SH[name]
    for name in (
        "path",
        "property",
        "severity",
        "message",
        "qualifiedValueShape",
        "targetClass",
        "targetNode",
        "declare",
        "targetSubjectsOf",
        "targetObjectsOf",
        "inversePath",
        "alternativePath",
        "prefix",
        "namespace",
        "prefixes",
        "select",
    )
}
CLOSED = {
    "addressee": "ProvisionShape-addressed-to", "aspect": "ReadingShape-aspect",
    "authorkind": "DocumentShape-author-kind",
    "certainty": "FactShape-certainty", "channel": "LinkShape-channel", "rejectionreason": "LinkShape-rejection-reason",
    "completeness": "PlanShape-list-completeness", "evidencelevel": "FactShape-evidence-level",
    "documentkind": "DocumentShape-kind",
    "linkstatus": "LinkShape-status", "linktype": "LinkShape-type", "namekind": "NameShape-kind",
    "planstatus": "PlanShape-status", "presence": "IndicatorShape-presence", "readingextent": "ReadingShape-extent",
    "sourcekind": "DocumentShape-source-kind", "timelineclass": "TimelineShape-class",
}  # fmt: skip
# A part of the example takes in those who point at it by these: what its shapes look at backwards.
BACKWARDS = ("involvedIn", "hasTimeline", "milestoneOf", "linkType")

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Finding = tuple[str, str, str]


def term(text: str) -> ox.NamedNode:
    prefix, _, local = text.partition(":")
    return ox.NamedNode(text[1:-1] if text.startswith("<") else PREFIXES[prefix] + local)


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
    return Engines(read_shapes(SHAPES), Names(PREFIXES))


@cache
def example() -> frozenset[ox.Quad]:
    return frozenset(parse((HERE / "valid.ttl").read_bytes()))


@cache
def read(path: Path) -> tuple[Finding, list[list[str]], list[list[str]], list[ox.Quad]]:
    text = path.read_text("utf-8")
    wanted, renames, removals = (
        [line.split() for line in re.findall(rf"^# {word}: (.+)$", text, re.MULTILINE)]
        for word in ("expect", "rename", "remove")
    )
    ((shape, component, focus),) = wanted
    return (
        (term(shape).value, term(component).value, term(focus).value),
        renames,
        removals,
        parse(text),
    )


def removed(subject: str, predicate: str, value: str) -> set[ox.Quad]:
    def fits(quad: ox.Quad) -> bool:
        if predicate != "*" and quad.predicate != term(predicate):
            return False
        if value.startswith("@"):
            return getattr(quad.object, "language", None) == value[1:]
        return value == "*" or quad.object == term(value)

    return {quad for quad in said()[term(subject)] if fits(quad)}


@cache
def said() -> Mapping[Term, Sequence[ox.Quad]]:
    return by_subject(example())


def by_subject(quads: Iterable[ox.Quad]) -> Mapping[Term, Sequence[ox.Quad]]:
    found = defaultdict[Term, list[ox.Quad]](list)
    for quad in quads:
        found[quad.subject].append(quad)
    return found


def patched(path: Path) -> set[ox.Quad]:
    _, renames, removals, added = read(path)
    graph = {*example(), *added}
    for removal in removals:
        gone = removed(*removal)
        assert gone, f"the example says nothing like this, mend the removal: {removal}"
        graph -= gone
    for old, new in (map(term, both) for both in renames):
        named = {quad for quad in graph if old in (quad.subject, quad.object)}
        graph -= named
        for quad in named:
            subject = new if quad.subject == old else quad.subject
            graph.add(ox.Quad(subject, quad.predicate, new if quad.object == old else quad.object))
    return graph


def part(graph: Collection[ox.Quad], starts: Iterable[Term]) -> set[ox.Quad]:
    about = by_subject(graph)
    backwards = {term(f"pan:{name}") for name in BACKWARDS}
    beside = defaultdict[Term, list[Term]](list)
    for quad in graph:
        if quad.predicate in backwards:
            beside[quad.object].append(quad.subject)
    found = set[ox.Quad]()
    seen = set[Term]()
    todo = list(starts)
    while todo:
        node = todo.pop()
        if node not in seen:
            seen.add(node)
            found.update(about.get(node, ()))
            todo += [*(quad.object for quad in about.get(node, ())), *beside.get(node, ())]
    return found


def findings(graph: Collection[ox.Quad], *, alike: bool) -> set[Finding]:
    rules = engines().rules
    found = engines().agreed(graph, near=True) if alike else engines().by_queries(graph)
    owners = {rule.key: rules.owners[node].value for node, rule in rules.rules.items()}
    return {(owners[one.rule.key], one.component, one.focus) for one in found}


@cache
def reporting() -> list[Node]:
    return [
        shape
        for shape in shapes().subjects(SH.severity, unique=True)
        if "ConditionShape" not in str(shape)
    ]


@cache
def property_shapes() -> list[Node]:
    return list(shapes().subjects(SH.path, unique=True))


def patch_of(path: Path) -> set[Term]:
    """The things a case says something else about, and the one its finding is about."""
    expected, _, removals, added = read(path)
    return {
        ox.NamedNode(expected[2]),
        *(quad.subject for quad in added),
        *(term(removal[0]) for removal in removals),
    }


@cache
def data_of(path: Path) -> set[ox.Quad]:
    return part(patched(path), patch_of(path))


@cache
def concepts() -> frozenset[Term]:
    """What projects share: the concepts of the example and their schemes."""
    kinds = {term("skos:Concept"), term("skos:ConceptScheme")}
    kind = ox.NamedNode(str(RDF.type))
    return frozenset(
        quad.subject for quad in example() if quad.predicate == kind and quad.object in kinds
    )


def own_things(path: Path) -> frozenset[Term]:
    """What is described in a case and is no concept, which a project of its own would call by names of its own."""
    return frozenset(quad.subject for quad in data_of(path)) - concepts()


def as_project(path: Path, number: int) -> Iterable[ox.Quad]:
    """The data of a case as those of a project with an address of its own, which ``OF_PROJECT`` finds in its names."""
    own = own_things(path)
    unique = term("pan:shortName")

    def moved(node: Term) -> Term:
        if node not in own:
            return node
        if isinstance(node, ox.BlankNode):
            return ox.BlankNode(f"{node.value}of{number}")
        assert isinstance(node, ox.NamedNode)
        return ox.NamedNode(node.value.replace("://", f"://case-{number}.example/", 1))

    for quad in data_of(path):
        value = moved(quad.object)
        if quad.predicate == unique and isinstance(value, ox.Literal) and value.language:
            # the one text that no two projects may have alike
            value = ox.Literal(f"{value.value} {number}", language=value.language)
        subject = moved(quad.subject)
        assert not isinstance(subject, ox.Literal)
        yield ox.Quad(subject, quad.predicate, value)


OF_PROJECT = re.compile(r"://case-([0-9]+)[.]example/")


def test_the_valid_example_has_no_finding_at_any_severity() -> None:
    assert findings(example(), alike=True) == set()


def test_each_case_has_exactly_the_finding_it_expects() -> None:
    """All that change no concept stand in one graph, each as a project of its own: by its address findings are told."""
    projects = [path for path in CASES if patch_of(path) <= own_things(path)]
    alone = [path for path in CASES if path not in projects]
    assert len(alone) < 40, "those that are looked at one by one"
    graph = {quad for number, path in enumerate(projects) for quad in as_project(path, number)}
    found = {path.stem: findings(data_of(path), alike=False) for path in alone}
    found |= {path.stem: set() for path in projects}
    for shape, component, focus in findings(graph, alike=False):
        number = OF_PROJECT.search(focus)
        assert number, f"{focus} is of no project"
        name = projects[int(number[1])].stem
        found[name].add((shape, component, OF_PROJECT.sub("://", focus)))
    wrong = [path.stem for path in CASES if found[path.stem] != {read(path)[0]}]
    assert not wrong, {name: found[name] for name in wrong}


@pytest.mark.parametrize("path", by_lot(CASES, 60), ids=lambda path: path.stem)
def test_both_engines_find_in_a_case_what_it_expects(path: Path) -> None:
    assert findings(data_of(path), alike=True) == {read(path)[0]}


def test_every_constraint_has_a_failing_case_and_every_case_a_constraint() -> None:
    proved = {(short(shape), short(component)) for (shape, component, _), *_ in map(read, CASES)}
    pairs = (
        (shape, key) for shape in reporting() for key in shapes().predicates(shape, unique=True)
    )
    declared = {
        (short(shape), short(COMPONENTS[URIRef(str(key))]))
        for shape, key in pairs
        if key in COMPONENTS
    }
    assert declared - proved == set(), "write a case in tests/shapes/cases for these"
    assert proved - declared == set(), "these cases break a constraint that no shape has"


def test_a_case_is_named_after_the_shape_and_the_constraint_it_breaks() -> None:
    for path in CASES:
        shape, component, _ = map(short, read(path)[0])
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", shape.replace("Shape-", "-")).lower()
        constraint = component.removesuffix("ConstraintComponent")
        kind = (
            "sparql"
            if constraint == "SPARQL"
            else re.sub(r"(?<=[a-z])(?=[A-Z])", "-", constraint).lower()
        )
        assert re.fullmatch(rf"{words}-{kind}(-[a-z0-9-]+)?", path.stem), (
            f"rename to {words}-{kind}.ttl"
        )


def test_every_parameter_is_one_that_shacl_has_and_these_tests_know_and_every_shape_has_a_name() -> (
    None
):
    used = {
        predicate
        for predicate in shapes().predicates(unique=True)
        if str(predicate).startswith(str(SH))
    }
    assert used - {*COMPONENTS, *STRUCTURE} == set(), (
        "mend the spelling, or add the parameter to COMPONENTS"
    )
    assert set(COMPONENTS) - used == set(), "take these out of COMPONENTS"
    name = re.compile(r"[A-Z][A-Za-z]*Shape-[a-z-]+")
    wrong = [shape for shape in property_shapes() if not name.fullmatch(short(shape))]
    assert len(property_shapes()) > 150
    assert not wrong, f"name these <Class>Shape-<property>: {wrong}"


def test_every_shape_has_one_severity_and_one_message_in_each_language_that_says_what_mends_it() -> (
    None
):
    reported = {*property_shapes(), *reporting()}
    for shape in reported:
        (severity,) = shapes().objects(shape, SH.severity)
        assert severity in {SH.Violation, SH.Warning, SH.Info}, short(shape)
    for shape in {*reported, *shapes().subjects(SH.message, unique=True)}:
        messages = [
            text for text in shapes().objects(shape, SH.message) if isinstance(text, Literal)
        ]
        assert sorted(str(text.language) for text in messages) == sorted(LANGUAGES), (
            f"say it in each: {short(shape)}"
        )
        for text in messages:
            assert not re.search(r"[{}]", text), f"no placeholder: {short(shape)}"
            is_whole = ": " in text and text.endswith(".")
            assert is_whole or shape not in reporting(), (
                f"write a sentence, what mends it after a colon: {short(shape)}"
            )


def test_every_class_of_the_ontology_has_a_shape() -> None:
    classes = set(Graph().parse(ROOT / "ontology" / "pan2kg.ttl").subjects(RDF.type, OWL.Class))
    missing = classes - set(shapes().objects(None, SH.targetClass))
    assert not missing, f"write a shape for these: {sorted(missing, key=str)}"


def test_a_closed_list_is_that_of_its_scheme() -> None:
    for scheme, shape in CLOSED.items():
        concepts = (
            Graph()
            .parse(ROOT / "ontology" / "schemes" / f"{scheme}.ttl")
            .subjects(RDF.type, SKOS.Concept)
        )
        values = shapes().value(URIRef(term(f"pan:{shape}").value), SH["in"])
        assert values is not None
        assert set(Members(shapes(), values)) == set(concepts), scheme


def test_the_types_of_shared_links_are_those_that_say_what_they_join() -> None:
    scheme = Graph().parse(ROOT / "ontology" / "schemes" / "linktype.ttl")
    values = shapes().value(URIRef(term("pan:SharedType").value), SH["in"])
    assert values is not None
    joining = scheme.subjects(URIRef(term("pan:joins").value))
    assert set(Members(shapes(), values)) == set(joining)
