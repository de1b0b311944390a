"""The shapes of a project: what their files say, which nodes use each other, and the rules they state.

Rules of shapes are named as their files write them, so that a report looks alike whichever engine
found what it says: the compiled queries (:mod:`pan2kg.validation.compilation`) or pySHACL
(:mod:`pan2kg.validation.reference`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox

from pan2kg.errors import Place
from pan2kg.i18n import SOURCE_LANGUAGE, Messages, Text
from pan2kg.turtle import RDF, RDFS, SH, string
from pan2kg.validation.report import Finding, Kind, Names, Rule, RuleUse, Severity

Node = ox.NamedNode | ox.BlankNode
Term = ox.NamedNode | ox.BlankNode | ox.Literal

PLACE = Place("ontology/shapes")
"""Where the shapes of a project stand."""
TARGETS = ("targetClass", "targetNode", "targetObjectsOf", "targetSubjectsOf")
NOT_CONSTRAINTS = frozenset(
    (
        "deactivated", "defaultValue", "description", "flags", "group", "ignoredProperties", "message", "name", "order",
        "path", "property", "severity", "target", *TARGETS,
    )
)  # fmt: skip
"""What a shape may say besides constraints; sh:property hands on to another shape."""
PATHS = {
    "inversePath": "^{}",
    "zeroOrMorePath": "{}*",
    "oneOrMorePath": "{}+",
    "zeroOrOnePath": "{}?",
}
"""The paths of one step, with the notation of SPARQL (SHACL, section 2.3.1)."""
_CHECK = Messages("check")
_LEVELS = {SH + "Warning": Severity.WARNING, SH + "Info": Severity.INFO}
_SHOWN = 6
"""So many values of a constraint are shown of what was expected."""
_GAP = "-missing"
"""How the names of shapes end that ask for what may be unknown."""


@dataclass(frozen=True, slots=True, eq=False)
class Shapes:
    """The statements of shape files; each reading is itself alone, so that what is compiled of it can be kept.

    ``said`` gives the values of each property of a node, by its IRI; ``used`` which nodes have it as
    a value, and of which property; ``files`` where a node is described.
    """

    said: Mapping[Node, Mapping[str, tuple[Term, ...]]]
    used: Mapping[Term, tuple[tuple[Node, str], ...]]
    files: Mapping[Node, Path]

    def values(self, node: Term, name: str) -> tuple[Term, ...]:
        """The values of a property of a node; ``name`` is a local name of SHACL, or an IRI."""
        if isinstance(node, ox.Literal):
            return ()
        iri = name if ":" in name else SH + name
        return self.said.get(node, {}).get(iri, ())

    def value(self, node: Term, name: str) -> Term | None:
        """The first value of a property of a node, or ``None``."""
        return next(iter(self.values(node, name)), None)

    def items(self, node: Term | None) -> list[Term]:
        """The members of an RDF list, read once round where it is a circle; none of what is no list."""
        members = list[Term]()
        visited = set()
        while node is not None and node not in visited:
            visited.add(node)
            members += self.values(node, RDF + "first")[:1]
            node = self.value(node, RDF + "rest")
        return members

    def targets(self, shape: Term) -> dict[str, tuple[Term, ...]]:
        """The targets of a shape by kind; a class that is a shape is its own (SHACL, section 2.1.3.3)."""
        targets = {name: values for name in TARGETS if (values := self.values(shape, name))}
        if ox.NamedNode(RDFS + "Class") in self.values(shape, RDF + "type"):
            targets["targetClass"] = (*targets.get("targetClass", ()), shape)
        return targets

    def is_off(self, shape: Term) -> bool:
        """Whether a shape is deactivated."""
        return any(value.value == "true" for value in self.values(shape, "deactivated"))

    def reached(self, shapes: Iterable[Term], *names: str) -> list[Node]:
        """These shapes and all that they lead to by properties of these names, in the order of their text."""
        reached = set()
        waiting = list(shapes)
        while waiting:
            shape = waiting.pop()
            if shape not in reached and not isinstance(shape, ox.Literal):
                reached.add(shape)
                waiting += (value for name in names for value in self.values(shape, name))
        return sorted(reached, key=str)

    def path(self, path: Term, *, bare: bool = True, within: bool = False) -> str:
        """A path as SPARQL has it, in brackets where it stands ``within`` another one and needs them.

        A path that is a single property is its IRI where ``bare``, else in angle brackets.
        """
        if not isinstance(path, ox.BlankNode):
            return path.value if bare else str(path)
        text = self._step(path) or self._steps(path)
        return f"({text})" if within and not text.startswith("^<") else text

    def _step(self, path: Term) -> str:
        if self.value(path, RDF + "first") is not None:
            return ""
        for name, form in PATHS.items():
            inner = self.value(path, name)
            if inner is not None:
                return form.format(self.path(inner, bare=False, within=True))
        return ""

    def _steps(self, path: Term) -> str:
        either = self.value(path, "alternativePath")
        mark = "/" if either is None else "|"
        steps = self.items(path if either is None else either)
        return mark.join(self.path(step, bare=False, within=True) for step in steps)

    def named(self, shape: Node) -> Node:
        """The shape a person knows this one by: itself, or the first above it that is no blank node."""
        visited = set()
        while isinstance(shape, ox.BlankNode) and shape not in visited:
            visited.add(shape)
            users = self.used.get(shape)
            if not users:
                break
            shape = users[0][0]
        return shape


def read_shapes(files: Iterable[Path]) -> Shapes:
    """The shapes of these files of Turtle, read anew only where one of them has changed."""
    states = ((path, path.stat()) for path in files)
    return _read(tuple((path, state.st_mtime_ns, state.st_size) for path, state in states))


@lru_cache(maxsize=2)
def _read(files: tuple[tuple[Path, int, int], ...]) -> Shapes:
    return gather(
        (path, quad)
        for path, *_ in files
        for quad in ox.parse(path=path, format=ox.RdfFormat.TURTLE, rename_blank_nodes=True)
    )


def gather(statements: Iterable[tuple[Path, ox.Quad]]) -> Shapes:
    """The shapes that statements describe, each with the file it stands in; a value said twice counts once."""
    said: dict[Node, dict[str, tuple[Term, ...]]] = {}
    used: dict[Term, tuple[tuple[Node, str], ...]] = {}
    files: dict[Node, Path] = {}
    for path, quad in statements:
        subject = quad.subject
        predicate = quad.predicate.value
        value = quad.object
        if isinstance(subject, ox.Triple) or isinstance(value, ox.Triple):
            continue
        values = said.setdefault(subject, {}).get(predicate, ())
        if value not in values:
            said[subject][predicate] = (*values, value)
            used[value] = (*used.get(value, ()), (subject, predicate))
        files.setdefault(subject, path)
    return Shapes(said, used, files)


class FoundTerms(NamedTuple):
    """What breaks a constraint: focus node, path and value as a finding has them, empty where there is none."""

    focus: str
    path: str
    value: str


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules shapes state: ``rules`` by the node of the constraint, ``owners`` the shape each belongs to."""

    shapes: Shapes
    names: Names
    rules: Mapping[Node, Rule]
    owners: Mapping[Node, Node]

    def rule(self, shape: Node, constraint: Term | None = None) -> Rule:
        """The rule a shape is part of, or that of a constraint of its own with a name."""
        named_shape = self.shapes.named(shape)
        node = constraint if isinstance(constraint, ox.NamedNode) else named_shape
        return self.rules.get(node) or _rule(self.shapes, self.names, node, named_shape)

    def finding(
        self, shape: Node, component: str, terms: FoundTerms, constraint: Term | None
    ) -> Finding:
        """The finding at what breaks a constraint of a shape; ``constraint`` is its node, if it has one."""
        return Finding(
            self.rule(shape, constraint),
            *terms,
            component=SH + component,
            expected=self._expected(shape, component.removesuffix("ConstraintComponent")),
        )

    def _expected(self, shape: Node, name: str) -> Text:
        """What a constraint asks for in words, as « at least 1 value »; empty where there are none for it."""
        if not _CHECK.has(name):
            return Text()
        values = list(self.shapes.values(shape, name[:1].lower() + name[1:]))
        if values and isinstance(values[0], ox.BlankNode):
            values = self.shapes.items(values[0])
        words = []
        for value in values:
            is_name = isinstance(value, ox.NamedNode)
            words.append(self.names.short(str(value)) if is_name else value.value)
        shown = words[:_SHOWN]
        if len(words) > _SHOWN:
            shown.append("…")
        listed = ", ".join(shown)
        if words and name.endswith(("Count", "Length")):
            return _CHECK.text(name, value=listed, n=int(words[0]))
        return _CHECK.text(name, value=listed)


def read_rules(shapes: Shapes, names: Names) -> Rules:
    """The rules of the shapes that something leads to: of each that asks something, and of its own queries."""
    owners: dict[Node, Node] = {}
    reached = set(shapes.reached(filter(shapes.targets, shapes.said), "property", "node"))
    named = (node for node in shapes.said if isinstance(node, ox.NamedNode))
    for shape in sorted(named, key=lambda node: node.value):
        if shape in reached and _asks(shapes, shape):
            owners[shape] = shape
        for constraint in shapes.values(shape, "sparql"):
            owners[constraint if isinstance(constraint, ox.NamedNode) else shape] = shape
    rules = {
        constraint: _rule(shapes, names, constraint, shape) for constraint, shape in owners.items()
    }
    return Rules(shapes, names, rules, owners)


def _asks(shapes: Shapes, shape: Term) -> bool:
    """Whether a shape has a constraint itself, or in one without a name that it hands on to; queries aside."""
    if isinstance(shape, ox.Literal):
        return False
    for predicate in shapes.said.get(shape, ()):
        name = predicate.removeprefix(SH)
        if predicate.startswith(SH) and name not in NOT_CONSTRAINTS and name != "sparql":
            return True
    nameless = (
        inner for inner in shapes.values(shape, "property") if isinstance(inner, ox.BlankNode)
    )
    return any(_asks(shapes, inner) for inner in nameless)


def _rule(shapes: Shapes, names: Names, constraint: Node, shape: Node) -> Rule:
    key = names.short(constraint.value)
    severity = shapes.value(shape, "severity")
    level = Severity.VIOLATION
    if severity is not None:
        level = _LEVELS.get(severity.value, Severity.VIOLATION)
    message = _message(shapes, constraint) or _message(shapes, shape)
    is_gap = key.endswith(_GAP) and level is not Severity.VIOLATION
    return Rule(
        key,
        Kind.SHAPE,
        level,
        message or _CHECK.text("nothing-said", rule=key),
        use=RuleUse.GAP if is_gap else RuleUse.EDIT,
    )


def _message(shapes: Shapes, node: Node) -> Text:
    words = {}
    for message in shapes.values(node, "message"):
        if isinstance(message, ox.Literal):
            words[message.language or ""] = message.value
    # a message in no language counts as one in the main language
    return Text.of({SOURCE_LANGUAGE: words.get("", ""), **words})


def written(term: Term) -> str:
    """A term as a finding has it: a literal in quotes with its language or datatype, a name in angle brackets.

    >>> written(ox.Literal("Plan", language="en")), written(ox.NamedNode("http://e/a"))
    ('"Plan"@en', '<http://e/a>')
    >>> written(ox.Literal("3", datatype=ox.NamedNode("http://e/whole")))
    '"3"^^<http://e/whole>'
    """
    if not isinstance(term, ox.Literal):
        return str(term)
    if term.language:
        return f"{string(term.value)}@{term.language}"
    datatype = term.datatype.value
    return string(term.value) + ("" if datatype.endswith("#string") else f"^^<{datatype}>")
