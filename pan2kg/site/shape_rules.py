"""The rules that shapes hold the graph to, and which of them look at a class or property."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from pan2kg.site.turtle_statements import Texts, TurtleStatements
from pan2kg.store import Term as Node, plain
from pan2kg.turtle import PAN, SH
from pan2kg.validation.report import Severity

_SEVERITIES = {SH + "Warning": Severity.WARNING, SH + "Info": Severity.INFO}
_TARGETS = (SH + "targetClass", SH + "targetSubjectsOf", SH + "targetObjectsOf")
_SHAPES = {
    SH + name for name in ("NodeShape", "PrefixDeclaration", "PropertyShape", "SPARQLConstraint")
}


@dataclass(frozen=True, slots=True)
class ShapeRule:
    """A shape of ours: what it says where it is broken, and the classes and properties it looks at."""

    iri: str
    messages: Texts
    severity: Severity
    targets: Sequence[str]


def shape_rules(shapes: TurtleStatements) -> tuple[ShapeRule, ...]:
    """All shapes of our namespace, by IRI; one without words is a part of others."""
    users = _users(shapes)
    rules = []
    for iri in shapes:
        if not iri.startswith(PAN) or _SHAPES.isdisjoint(shapes.types(iri)):
            continue
        targets: set[str] = set()
        for shape in _shapes_around(iri, users):
            targets.update(shapes.iris(shape, *_TARGETS))
        severity = Severity.VIOLATION
        for stated in shapes.iris(iri, SH + "severity")[:1]:
            severity = _SEVERITIES.get(stated, Severity.VIOLATION)
        messages = shapes.texts(iri, SH + "message")
        rules.append(ShapeRule(iri, messages, severity, sorted(targets)))
    return tuple(rules)


def _users(shapes: TurtleStatements) -> Mapping[str, Sequence[str]]:
    # shape → the shapes that use it for the same things: what a path leads to is looked at by
    # another shape
    users: dict[str, list[str]] = defaultdict(list)
    for user in shapes:
        predicates = [SH + "sparql"]
        if SH + "path" not in shapes.of(user):
            predicates += [SH + "property", SH + "node"]
        for predicate in predicates:
            for used in shapes.objects(user, predicate):
                users[plain(used)].append(user)
    return users


def _shapes_around(iri: str, users: Mapping[str, Sequence[str]]) -> set[str]:
    shapes = {iri}
    waiting = [iri]
    while waiting:
        for user in users.get(waiting.pop(), ()):
            if user not in shapes:
                shapes.add(user)
                waiting.append(user)
    return shapes


def rules_by_term(
    shapes: TurtleStatements, rules: Iterable[ShapeRule]
) -> Mapping[str, tuple[ShapeRule, ...]]:
    """The rules with words that look at each class or follow each property, the gravest first."""
    gravity = list(Severity)
    by_term: dict[str, list[ShapeRule]] = {}
    for rule in sorted(rules, key=lambda rule: (gravity.index(rule.severity), rule.iri)):
        if not rule.messages:
            continue
        path = shapes.objects(rule.iri, SH + "path")
        for term in {*rule.targets, *_properties_of(path, shapes)}:
            by_term.setdefault(term, []).append(rule)
    return {term: tuple(looking) for term, looking in by_term.items()}


def _properties_of(path: Iterable[Node], shapes: TurtleStatements) -> set[str]:
    # the properties of a path, which may be a list or an alternative of paths
    properties: set[str] = set()
    waiting = [*path]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ox.NamedNode):
            properties.add(node.value)
            continue
        for values in shapes.of(plain(node)).values():
            waiting += values
    return properties
