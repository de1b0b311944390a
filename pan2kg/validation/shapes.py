"""The SHACL shapes of a project as they are written, and the rules a report names its findings after.

Both engines read the same rules and words here, so that a report looks alike whichever found what it says: the compiled
queries (:mod:`pan2kg.validation.compilation`) and pySHACL (:mod:`pan2kg.validation.reference`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from pan2kg.i18n.catalogue import SOURCE_LANGUAGE, Messages, Text
from pan2kg.turtle.vocabulary import RDF, RDFS, SH
from pan2kg.turtle.writer import string
from pan2kg.validation.report import Finding, Kind, Names, Rule, RuleUse, Severity

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
    """The statements of shape files: what each node says, and which nodes use it; each reading is itself alone."""

    said: Mapping[Node, Mapping[str, tuple[Term, ...]]]
    used: Mapping[Term, tuple[tuple[Node, str], ...]]
    files: Mapping[Node, Path]

    def values(self, node: Term, name: str) -> tuple[Term, ...]:
        iri = name if ":" in name else SH + name
        return self.said.get(node, {}).get(iri, ()) if not isinstance(node, ox.Literal) else ()

    def value(self, node: Term, name: str) -> Term | None:
        return next(iter(self.values(node, name)), None)

    def items(self, node: Term | None) -> list[Term]:
        members: list[Term] = []
        visited: set[Term] = set()
        while node is not None and node not in visited:
            visited.add(node)
            members += self.values(node, RDF + "first")[:1]
            node = self.value(node, RDF + "rest")
        return members

    def targets(self, shape: Term) -> dict[str, tuple[Term, ...]]:
        """What a shape looks at of its own; one that is a class looks at its members."""
        targets = {name: values for name in TARGETS if (values := self.values(shape, name))}
        if ox.NamedNode(RDFS + "Class") in self.values(shape, RDF + "type"):
            targets["targetClass"] = (*targets.get("targetClass", ()), shape)
        return targets

    def is_off(self, shape: Term) -> bool:
        return any(value.value == "true" for value in self.values(shape, "deactivated"))

    def reached(self, shapes: Iterable[Term], *names: str) -> list[Node]:
        """These shapes and those that they hand on to by some properties, in the order of their names."""
        reached, waiting = set[Node](), list(shapes)
        while waiting:
            shape = waiting.pop()
            if shape not in reached and not isinstance(shape, ox.Literal):
                reached.add(shape)
                waiting += (value for name in names for value in self.values(shape, name))
        return sorted(reached, key=str)

    def path(self, path: Term, *, bare: bool = True, within: bool = False) -> str:
        """A path as SPARQL has it, in brackets where it stands ``within`` another one and needs them."""
        if not isinstance(path, ox.BlankNode):
            return path.value if bare else str(path)
        text = ""
        for name, form in PATHS.items() if self.value(path, RDF + "first") is None else ():
            if not text and (inner := self.value(path, name)) is not None:
                text = form.format(self.path(inner, bare=False, within=True))
        if not text:
            either = self.value(path, "alternativePath")
            steps = (
                self.path(step, bare=False, within=True) for step in self.items(path if either is None else either)
            )
            text = ("/" if either is None else "|").join(steps)
        return f"({text})" if within and not text.startswith("^<") else text

    def named(self, shape: Node) -> Node:
        visited: set[Node] = set()
        while isinstance(shape, ox.BlankNode) and shape not in visited and (users := self.used.get(shape, ())):
            visited.add(shape)
            shape = users[0][0]
        return shape


def read_shapes(files: Iterable[Path]) -> Shapes:
    states = ((path, path.stat()) for path in files)
    return _read(tuple((path, state.st_mtime_ns, state.st_size) for path, state in states))


@lru_cache(maxsize=2)
def _read(files: tuple[tuple[Path, int, int], ...]) -> Shapes:
    parse, form = ox.parse, ox.RdfFormat.TURTLE
    return gather((path, quad) for path, *_ in files for quad in parse(path=path, format=form, rename_blank_nodes=True))


def gather(statements: Iterable[tuple[Path, ox.Quad]]) -> Shapes:
    said: dict[Node, dict[str, tuple[Term, ...]]] = {}
    used: dict[Term, tuple[tuple[Node, str], ...]] = {}
    files: dict[Node, Path] = {}
    for path, quad in statements:
        subject, predicate, value = quad.subject, quad.predicate.value, quad.object
        if isinstance(subject, ox.Triple) or isinstance(value, ox.Triple):
            continue
        values = said.setdefault(subject, {}).get(predicate, ())
        if value not in values:
            said[subject][predicate] = (*values, value)
            used[value] = (*used.get(value, ()), (subject, predicate))
        files.setdefault(subject, path)
    return Shapes(said, used, files)


@dataclass(frozen=True, slots=True)
class Rules:
    shapes: Shapes
    names: Names
    rules: Mapping[Node, Rule]
    owners: Mapping[Node, Node]

    def rule(self, shape: Node, constraint: Term | None = None) -> Rule:
        named_shape = self.shapes.named(shape)
        node = constraint if isinstance(constraint, ox.NamedNode) else named_shape
        return self.rules.get(node) or _rule(self.shapes, self.names, node, named_shape)

    def finding(self, shape: Node, component: str, terms: tuple[str, str, str], constraint: Term | None) -> Finding:
        focus, path, value = terms
        name, expected = component.removesuffix("ConstraintComponent"), Text()
        if _CHECK.has(name):
            values = list(self.shapes.values(shape, name[:1].lower() + name[1:]))
            if values and isinstance(values[0], ox.BlankNode):
                values = self.shapes.items(values[0])
            words = [self.names.short(str(v)) if isinstance(v, ox.NamedNode) else v.value for v in values]
            listed = ", ".join(words[:_SHOWN] + ([] if len(words) <= _SHOWN else ["…"]))
            is_counted = name.endswith(("Count", "Length")) and words
            expected = _CHECK.text(name, value=listed, **({"n": int(words[0])} if is_counted else {}))
        rule = self.rule(shape, constraint)
        return Finding(rule, focus, path, value, component=SH + component, expected=expected)


def read_rules(shapes: Shapes, names: Names) -> Rules:
    def asks(shape: Term) -> bool:
        properties = shapes.said.get(shape, {}) if not isinstance(shape, ox.Literal) else {}
        asked = {name.removeprefix(SH) for name in properties if name.startswith(SH)} - NOT_CONSTRAINTS - {"sparql"}
        nameless = (inner for inner in shapes.values(shape, "property") if isinstance(inner, ox.BlankNode))
        return bool(asked) or any(map(asks, nameless))

    owners: dict[Node, Node] = {}
    reached = set(shapes.reached(filter(shapes.targets, shapes.said), "property", "node"))
    named = (node for node in shapes.said if isinstance(node, ox.NamedNode))
    for shape in sorted(named, key=lambda node: node.value):
        if asks(shape) and shape in reached:
            owners[shape] = shape
        for constraint in shapes.values(shape, "sparql"):
            owners[constraint if isinstance(constraint, ox.NamedNode) else shape] = shape
    rules = {constraint: _rule(shapes, names, constraint, shape) for constraint, shape in owners.items()}
    return Rules(shapes, names, rules, owners)


def _rule(shapes: Shapes, names: Names, constraint: Node, shape: Node) -> Rule:
    key, severity = names.short(constraint.value), shapes.value(shape, "severity")
    level = _SEVERITIES.get(severity.value, Severity.VIOLATION) if severity is not None else Severity.VIOLATION
    message = Text()
    for node in (constraint, shape):
        words = {m.language or "": m.value for m in shapes.values(node, "message") if isinstance(m, ox.Literal)}
        message = message or Text.of({SOURCE_LANGUAGE: words.get("", "")} | words)
    is_gap = key.endswith(_GAP) and level is not Severity.VIOLATION
    use = RuleUse.GAP if is_gap else RuleUse.EDIT
    return Rule(key, Kind.SHAPE, level, message or _CHECK.text("nothing-said", rule=key), use=use)


def written(term: Term) -> str:
    """A term as a finding has it: as N-Triples writes it, a string without its datatype."""
    if not isinstance(term, ox.Literal):
        return str(term)
    if term.language:
        return f"{string(term.value)}@{term.language}"
    datatype = term.datatype.value
    return string(term.value) + ("" if datatype.endswith("#string") else f"^^<{datatype}>")
