"""The SHACL shapes of a project as they are written, and the rules a report names its findings after.

Both engines read the same rules and the same words here, so that a report looks alike whichever of them found what it
says: the compiled queries (:mod:`pan2kg.validation.compilation`) and pySHACL (:mod:`pan2kg.validation.reference`).
Terms are kept as the files write them; messages keep their language.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from pan2kg.i18n.catalogue import SOURCE_LANGUAGE, Messages, Text
from pan2kg.turtle.vocabulary import RDF, RDFS, SH
from pan2kg.turtle.writer import string
from pan2kg.validation.report import Finding, Kind, Names, Rule, Severity, Use

_CHECK: Final = Messages("check")

Node = ox.NamedNode | ox.BlankNode
Term = ox.NamedNode | ox.BlankNode | ox.Literal

TARGETS: Final = ("targetClass", "targetNode", "targetObjectsOf", "targetSubjectsOf")
NOT_CONSTRAINTS: Final = frozenset((
    "deactivated", "defaultValue", "description", "flags", "group", "ignoredProperties", "message", "name", "order",
    "path", "property", "severity", "target", *TARGETS,
))  # fmt: skip
"""What a shape may say besides constraints; sh:property hands on to another shape."""
PATHS: Final = {"inversePath": "^{}", "zeroOrMorePath": "{}*", "oneOrMorePath": "{}+", "zeroOrOnePath": "{}?"}
"""The paths of one step, with the notation of SPARQL (SHACL, section 2.3.1)."""
_SEVERITIES: Final = {SH + "Warning": Severity.WARNING, SH + "Info": Severity.INFO}
_SHOWN: Final = 6
_GAP: Final = "-missing"
"""How the names of shapes end that ask for what may be unknown."""


@dataclass(frozen=True, slots=True, eq=False)
class Shapes:
    """The statements of shape files: what each node says, and which nodes use it; each reading is itself alone.

    ``files`` says in which file a node is described, ``values`` names properties of SHACL by their local names.
    """

    said: Mapping[Node, Mapping[str, tuple[Term, ...]]]
    used: Mapping[Term, tuple[tuple[Node, str], ...]]
    files: Mapping[Node, Path]

    def __bool__(self) -> bool:
        return bool(self.said)

    def values(self, node: Term, name: str) -> tuple[Term, ...]:
        """The values of a property of a node, in the order of the files; ``minCount`` stands for ``sh:minCount``."""
        iri = name if ":" in name else SH + name
        return self.said.get(node, {}).get(iri, ()) if not isinstance(node, ox.Literal) else ()

    def value(self, node: Term, name: str) -> Term | None:
        """The first value of a property, if it has any."""
        return next(iter(self.values(node, name)), None)

    def items(self, node: Term | None) -> list[Term]:
        """The members of an RDF list; a list that comes back to itself ends there."""
        found: list[Term] = []
        seen: set[Term] = set()
        while node is not None and node not in seen:
            seen.add(node)
            found += self.values(node, RDF + "first")[:1]
            node = self.value(node, RDF + "rest")
        return found

    def users(self, node: Term, *names: str) -> list[Node]:
        """The nodes that have this one as value of one of these properties."""
        wanted = {SH + name for name in names}
        return [user for user, predicate in self.used.get(node, ()) if predicate in wanted]

    def says(self, node: Term, name: str, value: str) -> bool:
        """Whether a node has an IRI as a value of a property."""
        return ox.NamedNode(value) in self.values(node, name)

    def is_class(self, shape: Term) -> bool:
        """Whether a shape is a class too, and so looks at its instances (SHACL, section 2.1.3.3)."""
        return self.says(shape, RDF + "type", RDFS + "Class")

    def has_target(self, shape: Node) -> bool:
        """Whether a shape says itself what it looks at."""
        return self.is_class(shape) or any(self.values(shape, target) for target in TARGETS)

    def path(self, path: Term, *, bare: bool = True) -> str:
        """A path as SPARQL writes it; a single property as its IRI alone where ``bare``."""
        if not isinstance(path, ox.BlankNode):
            return path.value if bare else str(path)
        for name, form in PATHS.items() if self.value(path, RDF + "first") is None else ():
            if (inner := self.value(path, name)) is not None:
                return form.format(self._grouped(inner))
        either = self.value(path, "alternativePath")
        steps = [self._grouped(step) for step in self.items(path if either is None else either)]
        return ("/" if either is None else "|").join(steps)

    def _grouped(self, path: Term) -> str:
        """A path as a part of another one, in brackets where it is more than a step."""
        text = self.path(path, bare=False)
        return f"({text})" if isinstance(path, ox.BlankNode) and not text.startswith("^<") else text

    def steps(self, path: Term) -> tuple[str, ...]:
        """The steps of a path that is a sequence of them, as SPARQL writes each; none where one may be no step."""
        if self.value(path, RDF + "first") is None:
            return ()
        items = self.items(path)
        return () if any(map(self._may_stay, items)) else tuple(map(self._grouped, items))

    def reach(self, path: Term, start: str, end: str, between: str) -> str:
        """A pattern in SPARQL that leads along a path from one variable to another; ``between`` is free to be used.

        A path of no step leads from each node to itself, which an engine does not see of a node that the graph does
        not speak of, such as one of sh:targetNode.
        """
        step = f"{start} {self.path(path, bare=False)}"
        if not self._may_stay(path):
            return f"{step} {end} ."
        return f"OPTIONAL {{ {step} {between} }} BIND(COALESCE({between}, {start}) AS {end})"

    def _may_stay(self, path: Term) -> bool:
        """Whether a path may lead from a node to itself without a step."""
        if self.value(path, "zeroOrMorePath") is not None or self.value(path, "zeroOrOnePath") is not None:
            return True
        either = self.value(path, "alternativePath")
        inner = [self.value(path, name) for name in ("inversePath", "oneOrMorePath")]
        steps = [one for one in inner if one is not None] or self.items(path)
        if either is not None:
            return any(map(self._may_stay, self.items(either)))
        return bool(steps) and all(map(self._may_stay, steps))

    def named(self, shape: Node) -> Node:
        """The shape, or the nearest one with an IRI that it is part of."""
        seen: set[Node] = set()
        while isinstance(shape, ox.BlankNode) and shape not in seen and (users := self.used.get(shape, ())):
            seen.add(shape)
            shape = users[0][0]
        return shape


def read_shapes(files: Iterable[Path]) -> Shapes:
    """The shapes of Turtle files.

    >>> bool(read_shapes([]))
    False
    """
    states = ((path, path.stat()) for path in files)
    return _read(tuple((path, state.st_mtime_ns, state.st_size) for path, state in states))


@lru_cache(maxsize=2)
def _read(files: tuple[tuple[Path, int, int], ...]) -> Shapes:
    """The shapes of files in a state: who tries one statement after another asks for the same."""
    return gather((path, quad) for path, _, _ in files for quad in quads(path))


def quads(path: Path) -> Iterator[ox.Quad]:
    """The statements of a Turtle file, its blank nodes told apart from those of others."""
    return ox.parse(path=path, format=ox.RdfFormat.TURTLE, rename_blank_nodes=True)


def gather(statements: Iterable[tuple[Path, ox.Quad]]) -> Shapes:
    """The shapes that statements describe, each with the file it stands in."""
    said: dict[Node, dict[str, list[Term]]] = {}
    used: dict[Term, list[tuple[Node, str]]] = {}
    where: dict[Node, Path] = {}
    for path, quad in statements:
        subject, predicate, value = quad.subject, quad.predicate.value, quad.object
        if isinstance(subject, ox.Triple) or isinstance(value, ox.Triple):
            continue
        values = said.setdefault(subject, {}).setdefault(predicate, [])
        if value not in values:
            values.append(value)
            used.setdefault(value, []).append((subject, predicate))
        where.setdefault(subject, path)
    return Shapes(
        {node: {name: tuple(values) for name, values in one.items()} for node, one in said.items()},
        {value: tuple(users) for value, users in used.items()},
        where,
    )


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules the shapes stand for, by the node a finding is named after, and the shape each belongs to."""

    shapes: Shapes
    names: Names
    rules: Mapping[Node, Rule]
    owners: Mapping[Node, Node]

    def rule(self, shape: Node, constraint: Term | None = None) -> Rule:
        """The rule for a finding of a shape, or of a constraint of it that has a name of its own."""
        named = self.shapes.named(shape)
        node = constraint if isinstance(constraint, ox.NamedNode) else named
        return self.rules.get(node) or _rule(self.shapes, self.names, node, named)

    def finding(self, shape: Node, component: str, said: tuple[str, str, str], constraint: Term | None) -> Finding:
        """A finding of a shape: ``said`` are focus node, path and value as :class:`Finding` has them."""
        focus, path, value = said
        rule, expected = self.rule(shape, constraint), self.expected(shape, component)
        return Finding(rule, focus, path, value, component=SH + component, expected=expected)

    def expected(self, shape: Node, component: str) -> Text:
        """What a constraint of a shape asks for; empty where that is not said in a word."""
        name = component.removesuffix("ConstraintComponent")
        if not _CHECK.has(name):
            return Text()
        values = list(self.shapes.values(shape, name[:1].lower() + name[1:]))
        if values and isinstance(values[0], ox.BlankNode):
            values = self.shapes.items(values[0])
        shown = [self.names.short(str(v)) if isinstance(v, ox.NamedNode) else v.value for v in values]
        value = ", ".join(shown[:_SHOWN] + ([] if len(shown) <= _SHOWN else ["…"]))
        if name.endswith(("Count", "Length")) and shown:
            return _CHECK.text(name, value=value, n=int(shown[0]))
        return _CHECK.text(name, value=value)


def read_rules(shapes: Shapes, names: Names) -> Rules:
    """The rules of the shapes that report, sorted by IRI; a condition that others refer to reports nothing itself."""
    owners: dict[Node, Node] = dict(_constraints(shapes))
    rules = {constraint: _rule(shapes, names, constraint, shape) for constraint, shape in owners.items()}
    return Rules(shapes, names, rules, owners)


def _constraints(shapes: Shapes) -> Iterator[tuple[Node, Node]]:
    """What a finding can be named after, with the shape it belongs to."""
    for shape in sorted((node for node in shapes.said if isinstance(node, ox.NamedNode)), key=lambda node: node.value):
        if _asks(shapes, shape) and _is_reached(shapes, shape):
            yield shape, shape
        for constraint in shapes.values(shape, "sparql"):
            yield (constraint if isinstance(constraint, ox.NamedNode) else shape), shape


def _asks(shapes: Shapes, shape: Term) -> bool:
    """Whether a shape, or a property shape without a name that is part of it, constrains anything but by queries."""
    said = shapes.said.get(shape, {}) if not isinstance(shape, ox.Literal) else {}
    asked = {name.removeprefix(SH) for name in said if name.startswith(SH)} - NOT_CONSTRAINTS - {"sparql"}
    parts = [part for part in shapes.values(shape, "property") if isinstance(part, ox.BlankNode)]
    return bool(asked) or any(_asks(shapes, part) for part in parts)


def _is_reached(shapes: Shapes, shape: Node, seen: frozenset[Node] = frozenset()) -> bool:
    """Whether a shape reports by itself, rather than only serving as a condition inside another."""
    users = [user for user in shapes.users(shape, "property", "node") if user not in seen]
    return shapes.has_target(shape) or any(_is_reached(shapes, user, seen | {shape}) for user in users)


def _rule(shapes: Shapes, names: Names, constraint: Node, shape: Node) -> Rule:
    key = names.short(constraint.value)
    severity = shapes.value(shape, "severity")
    level = _SEVERITIES.get(severity.value, Severity.VIOLATION) if severity is not None else Severity.VIOLATION
    message = _message(shapes, constraint) or _message(shapes, shape) or _CHECK.text("nothing-said", rule=key)
    is_gap = key.endswith(_GAP) and level is not Severity.VIOLATION
    return Rule(key, Kind.SHAPE, level, message, use=Use.GAP if is_gap else Use.EDIT)


def _message(shapes: Shapes, node: Node) -> Text:
    said = {m.language or "": m.value for m in shapes.values(node, "message") if isinstance(m, ox.Literal)}
    return Text.of({SOURCE_LANGUAGE: said.get("", "")} | said)


def written(term: Term) -> str:
    """A term as a finding has it: as N-Triples writes it, a string without its datatype.

    >>> written(ox.Literal("1")), written(ox.NamedNode("http://e/x"))
    ('"1"', '<http://e/x>')
    """
    if not isinstance(term, ox.Literal):
        return str(term)
    if term.language:
        return f"{string(term.value)}@{term.language}"
    datatype = term.datatype.value
    return string(term.value) + ("" if datatype.endswith("#string") else f"^^<{datatype}>")
