"""The SHACL shapes of a project as they are written, and the rules a report names its findings after.

Both engines read the same rules and the same words here, so that a report looks alike whichever of them found what it
says: the compiled queries (:mod:`pan2kg.validation.compilation`) and pySHACL (:mod:`pan2kg.validation.reference`).
Terms are kept as the files write them; messages keep their language.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import combinations, count
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from pan2kg.i18n.catalogue import SOURCE_LANGUAGE, Messages, Text
from pan2kg.i18n.message import Message, told
from pan2kg.turtle.vocabulary import RDF, RDFS, SH, XSD
from pan2kg.turtle.writer import string, tokens
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

    def users(self, node: Term, *names: str) -> list[Node]:
        wanted = {SH + name for name in names}
        return [user for user, predicate in self.used.get(node, ()) if predicate in wanted]

    def says(self, node: Term, name: str, value: str) -> bool:
        return ox.NamedNode(value) in self.values(node, name)

    def is_class(self, shape: Term) -> bool:
        return self.says(shape, RDF + "type", RDFS + "Class")

    def has_target(self, shape: Node) -> bool:
        return self.is_class(shape) or any(self.values(shape, target) for target in TARGETS)

    def path(self, path: Term, *, bare: bool = True) -> str:
        if not isinstance(path, ox.BlankNode):
            return path.value if bare else str(path)
        for name, form in PATHS.items() if self.value(path, RDF + "first") is None else ():
            if (inner := self.value(path, name)) is not None:
                return form.format(self._grouped(inner))
        either = self.value(path, "alternativePath")
        steps = [self._grouped(step) for step in self.items(path if either is None else either)]
        return ("/" if either is None else "|").join(steps)

    def _grouped(self, path: Term) -> str:
        text = self.path(path, bare=False)
        return f"({text})" if isinstance(path, ox.BlankNode) and not text.startswith("^<") else text

    def steps(self, path: Term) -> tuple[str, ...]:
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
        if self.value(path, "zeroOrMorePath") is not None or self.value(path, "zeroOrOnePath") is not None:
            return True
        either = self.value(path, "alternativePath")
        inner = [self.value(path, name) for name in ("inversePath", "oneOrMorePath")]
        steps = [step for step in inner if step is not None] or self.items(path)
        if either is not None:
            return any(map(self._may_stay, self.items(either)))
        return bool(steps) and all(map(self._may_stay, steps))

    def named(self, shape: Node) -> Node:
        visited: set[Node] = set()
        while isinstance(shape, ox.BlankNode) and shape not in visited and (users := self.used.get(shape, ())):
            visited.add(shape)
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
    return gather((path, quad) for path, _, _ in files for quad in quads(path))


def quads(path: Path) -> Iterator[ox.Quad]:
    return ox.parse(path=path, format=ox.RdfFormat.TURTLE, rename_blank_nodes=True)


def gather(statements: Iterable[tuple[Path, ox.Quad]]) -> Shapes:
    statements_of: dict[Node, dict[str, list[Term]]] = {}
    used: dict[Term, list[tuple[Node, str]]] = {}
    files: dict[Node, Path] = {}
    for path, quad in statements:
        subject, predicate, value = quad.subject, quad.predicate.value, quad.object
        if isinstance(subject, ox.Triple) or isinstance(value, ox.Triple):
            continue
        values = statements_of.setdefault(subject, {}).setdefault(predicate, [])
        if value not in values:
            values.append(value)
            used.setdefault(value, []).append((subject, predicate))
        files.setdefault(subject, path)
    return Shapes(
        {
            node: {name: tuple(values) for name, values in properties.items()}
            for node, properties in statements_of.items()
        },
        {value: tuple(users) for value, users in used.items()},
        files,
    )


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
        rule, expected = self.rule(shape, constraint), self.expected(shape, component)
        return Finding(rule, focus, path, value, component=SH + component, expected=expected)

    def expected(self, shape: Node, component: str) -> Text:
        name = component.removesuffix("ConstraintComponent")
        if not _CHECK.has(name):
            return Text()
        values = list(self.shapes.values(shape, name[:1].lower() + name[1:]))
        if values and isinstance(values[0], ox.BlankNode):
            values = self.shapes.items(values[0])
        words = [self.names.short(str(v)) if isinstance(v, ox.NamedNode) else v.value for v in values]
        value = ", ".join(words[:_SHOWN] + ([] if len(words) <= _SHOWN else ["…"]))
        if name.endswith(("Count", "Length")) and words:
            return _CHECK.text(name, value=value, n=int(words[0]))
        return _CHECK.text(name, value=value)


def read_rules(shapes: Shapes, names: Names) -> Rules:
    owners: dict[Node, Node] = dict(_constraints(shapes))
    rules = {constraint: _rule(shapes, names, constraint, shape) for constraint, shape in owners.items()}
    return Rules(shapes, names, rules, owners)


def _constraints(shapes: Shapes) -> Iterator[tuple[Node, Node]]:
    for shape in sorted((node for node in shapes.said if isinstance(node, ox.NamedNode)), key=lambda node: node.value):
        if _asks(shapes, shape) and _is_reached(shapes, shape):
            yield shape, shape
        for constraint in shapes.values(shape, "sparql"):
            yield (constraint if isinstance(constraint, ox.NamedNode) else shape), shape


def _asks(shapes: Shapes, shape: Term) -> bool:
    properties = shapes.said.get(shape, {}) if not isinstance(shape, ox.Literal) else {}
    constraints = {name.removeprefix(SH) for name in properties if name.startswith(SH)} - NOT_CONSTRAINTS - {"sparql"}
    blank_parts = [property_ for property_ in shapes.values(shape, "property") if isinstance(property_, ox.BlankNode)]
    return bool(constraints) or any(_asks(shapes, property_) for property_ in blank_parts)


def _is_reached(shapes: Shapes, shape: Node, visited: frozenset[Node] = frozenset()) -> bool:
    users = [user for user in shapes.users(shape, "property", "node") if user not in visited]
    return shapes.has_target(shape) or any(_is_reached(shapes, user, visited | {shape}) for user in users)


def _rule(shapes: Shapes, names: Names, constraint: Node, shape: Node) -> Rule:
    key = names.short(constraint.value)
    severity = shapes.value(shape, "severity")
    level = _SEVERITIES.get(severity.value, Severity.VIOLATION) if severity is not None else Severity.VIOLATION
    message = _message(shapes, constraint) or _message(shapes, shape) or _CHECK.text("nothing-said", rule=key)
    is_gap = key.endswith(_GAP) and level is not Severity.VIOLATION
    return Rule(key, Kind.SHAPE, level, message, use=Use.GAP if is_gap else Use.EDIT)


def _message(shapes: Shapes, node: Node) -> Text:
    words = {m.language or "": m.value for m in shapes.values(node, "message") if isinstance(m, ox.Literal)}
    return Text.of({SOURCE_LANGUAGE: words.get("", "")} | words)


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


COUNTED: Final = 6
"""So many values are told apart one by one; above, a condition inside another is refused, since each one more
multiplies the ways to look at them, and a shape that reports is counted with COUNT."""
_BESIDE: Final = {
    "flags": "pattern", "ignoredProperties": "closed",
    "qualifiedMaxCount": "qualifiedValueShape", "qualifiedMinCount": "qualifiedValueShape",
    "prefixes": "sparql", "select": "sparql",
}  # fmt: skip
"""Parameters that say more of another one, without which they say nothing; a shape may be its own query."""
_IDLE: Final = NOT_CONSTRAINTS | {"qualifiedValueShapesDisjoint"}


class Refused(Exception):  # noqa: N818 - a refusal with its reason, which becomes an error only together with others
    def __init__(self, why: Message, shape: Term) -> None:
        super().__init__(why)
        self.why = why
        self.shape = shape


@dataclass(frozen=True, slots=True)
class Breach:
    """What breaks a constraint: where ``match`` finds something of which ``unless`` is not true.

    An empty ``match`` asks about the focus node alone. ``value`` and ``path`` say by which variables a result names the
    value and its path, if by any; ``counted`` is the HAVING of a count over the values that ``match`` finds. ``along``
    is the path from the focus node to ``value`` where ``match`` is nothing else.
    """

    component: str
    match: str = ""
    unless: str = ""
    value: str = ""
    path: str = ""
    counted: str = ""
    along: Term | None = None


@dataclass(frozen=True, slots=True)
class Position:
    """Where a constraint stands: its shape, its parameter, and the variables of the focus node and of the value nodes.

    ``reporting`` says that the shape reports, so that its focus nodes may be grouped to count.
    """

    shape: Term
    name: str
    node: str
    value: str
    reporting: bool


@dataclass(frozen=True, slots=True)
class Conditions:
    """Writes shapes as conditions; each variable it needs gets a name of its own.

    ``components`` says by the name of a parameter how a constraint is written, ``within`` is the way of shapes to this
    one.
    """

    shapes: Shapes
    components: Mapping[str, Component]
    within: tuple[Term, ...] = ()
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def conforms(self, shape: Term, node: str) -> str:
        if shape in self.within:
            raise Refused(told("refused-recursion", name=_word(shape)), shape)
        if self.is_off(shape):
            return "true"
        inner = replace(self, within=(*self.within, shape))
        conditions = [inner.unbroken(breach, shape, node) for breach in inner.breaches(shape, node, self.variable())]
        conditions += [
            inner.part_conforms(property_shape, shape, node) for property_shape in self.shapes.values(shape, "property")
        ]
        return all_of(conditions)

    def is_off(self, shape: Term) -> bool:
        return is_true(self.shapes.values(shape, "deactivated"))

    def breaches(self, shape: Term, node: str, value: str, *, reporting: bool = False) -> Iterator[Breach]:
        properties = self.shapes.said.get(shape) if not isinstance(shape, ox.Literal) else None
        if properties is None:
            raise Refused(told("refused-missing", name=_word(shape)), shape)
        for iri in properties:
            name = iri.removeprefix(SH)
            if not iri.startswith(SH) or name in _IDLE or name in _BESIDE or (name == "sparql" and reporting):
                self._look(shape, name, properties[iri])
                continue
            if name == "sparql":
                raise Refused(told("refused-query"), shape)
            if name not in self.components:
                raise Refused(told("refused-parameter", name=_word(ox.NamedNode(iri))), shape)
            for parameter in properties[iri]:
                yield from self.components[name](self, Position(shape, name, node, value, reporting), parameter)

    def _look(self, shape: Term, name: str, values: tuple[Term, ...]) -> None:
        if name == "target":
            raise Refused(told("refused-parameter", name="sh:target"), shape)
        if name in _BESIDE and not self.shapes.values(shape, _BESIDE[name]):
            raise Refused(told("refused-alone", name=f"sh:{name}", other=f"sh:{_BESIDE[name]}"), shape)
        if name == "path":
            self._look_at_path(shape, values)
        is_property = name == RDF + "type" and SH + "PropertyShape" in (value.value for value in values)
        if is_property and self.shapes.value(shape, "path") is None:
            raise Refused(told("refused-path"), shape)

    def _look_at_path(self, shape: Term, paths: tuple[Term, ...]) -> None:
        todo = list(paths)
        if len(paths) != 1:
            raise Refused(told("refused-path"), shape)
        while todo:
            path = todo.pop()
            inner = [value for name in PATHS for value in self.shapes.values(path, name)]
            either = self.shapes.value(path, "alternativePath")
            steps = inner or self.shapes.items(either if either is not None else path)
            if isinstance(path, ox.Literal) or (isinstance(path, ox.BlankNode) and not steps):
                raise Refused(told("refused-path"), shape)
            todo += steps if isinstance(path, ox.BlankNode) else []

    def part_conforms(self, property_shape: Term, shape: Term, node: str) -> str:
        path = self.shapes.value(shape, "path")
        if self.shapes.value(property_shape, "path") is None:
            raise Refused(told("refused-path"), property_shape)
        if path is None:
            return self.conforms(property_shape, node)
        value = self.variable()
        return f"NOT EXISTS {{ {self.some(path, node, value, failing(self.conforms(property_shape, value)))} }}"

    def unbroken(self, breach: Breach, shape: Term, node: str) -> str:
        if breach.counted:
            raise Refused(told("refused-count", n=COUNTED), shape)
        if not breach.match:
            return breach.unless
        failed = failing(breach.unless)
        whole = breach.match + failed if breach.along is None else self.some(breach.along, node, breach.value, failed)
        return f"NOT EXISTS {{ {whole} }}"

    def variable(self) -> str:
        return f"?v{next(self.numbers)}"

    def reach(self, path: Term, node: str, value: str) -> str:
        return self.shapes.reach(path, node, value, self.variable())

    def some(self, path: Term, node: str, value: str, test: str = "") -> str:
        """What stands in EXISTS to ask whether a path leads from a node to a value of which a test holds.

        Each step of a path asks for the next: as one pattern, an engine may begin at its end, for each node anew.
        """
        steps = self.shapes.steps(path)
        names = [node, *(self.variable() for _ in steps[1:]), value]
        if len(steps) < 2:
            return f"{self.reach(path, node, value)}{test}"
        triples = [f"{start} {step} {end} ." for start, step, end in zip(names, steps, names[1:], strict=False)]
        return f"{' FILTER(EXISTS { '.join(triples)}{test}{' })' * (len(steps) - 1)}"

    def reaches(self, path: Term, node: str, value: str) -> str:
        end = self.variable()
        return f"EXISTS {{ {self.some(path, node, end, f' FILTER(sameTerm({end}, {value}))')} }}"

    def at_least(self, number: int, reached: Callable[[str], str]) -> str:
        names = [self.variable() for _ in range(number)]
        different = all_of(f"!sameTerm({name_a}, {name_b})" for name_a, name_b in combinations(names, 2))
        told_apart = f" FILTER({different})" if number > 1 else ""
        return f"EXISTS {{ {' '.join(reached(name) for name in names)}{told_apart} }}" if names else "true"


def failing(condition: str) -> str:
    return f" FILTER({negation(condition)})" if condition else ""


def all_of(conditions: Iterable[str]) -> str:
    several = [
        f"({condition})" if " || " in condition else condition for condition in conditions if condition != "true"
    ]
    return " && ".join(several) or "true"


def any_of(conditions: Iterable[str]) -> str:
    several = [f"({condition})" if " && " in condition else condition for condition in conditions]
    return " || ".join(several) or "false"


def negation(condition: str) -> str:
    """The opposite of a condition, without a second mark of negation where it is one already.

    >>> negation("EXISTS { ?x ?y ?z }"), negation("!(?x && ?y)"), negation("(?x) || (?y)")
    ('NOT EXISTS { ?x ?y ?z }', '?x && ?y', '!((?x) || (?y))')
    """
    for start, opposite in (("NOT EXISTS {", "EXISTS {"), ("EXISTS {", "NOT EXISTS {"), ("!(", "")):
        if condition.startswith(start) and _ends(condition, len(start) - 1):
            return condition[2:-1] if not opposite else opposite + condition.removeprefix(start)
    return f"!({condition})"


def _ends(condition: str, start: int) -> bool:
    depth = 0
    for token in tokens(condition[start:]):
        depth += (token.text in "({" and token.kind == "mark") - (token.text in ")}" and token.kind == "mark")
        if not depth:
            return start + token.start + 1 == len(condition)
    return False


def _word(term: Term) -> str:
    return f"sh:{term.value.removeprefix(SH)}" if term.value.startswith(SH) else str(term)


def constant(term: Term, place: Term, name: str) -> str:
    if isinstance(term, ox.BlankNode):
        raise Refused(told("refused-value", name=name, value=str(term)), place)
    return str(term)


def is_true(terms: Sequence[Term]) -> bool:
    return any(term.value == "true" for term in terms)


Component = Callable[[Conditions, Position, Term], Iterator[Breach]]
"""How a constraint is written: from its place and the value of its parameter, what breaks it."""


_NUMBERS: Final = {
    "integer": ("[+-]?[0-9]+", ""), "decimal": (r"[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)", ""),
    "double": (r"[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]+)?|[+-]?INF|NaN", ""),
    "float": (r"[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]+)?|[+-]?INF|NaN", ""),
    "boolean": ("true|false|0|1", ""),
    "nonNegativeInteger": ("[+-]?[0-9]+", "{} >= 0"), "positiveInteger": ("[+-]?[0-9]+", "{} > 0"),
    "nonPositiveInteger": ("[+-]?[0-9]+", "{} <= 0"), "negativeInteger": ("[+-]?[0-9]+", "{} < 0"),
    "long": ("[+-]?[0-9]+", ""), "int": ("[+-]?[0-9]+", "{0} >= -2147483648 && {0} <= 2147483647"),
    "short": ("[+-]?[0-9]+", "{0} >= -32768 && {0} <= 32767"), "byte": ("[+-]?[0-9]+", "{0} >= -128 && {0} <= 127"),
    "unsignedLong": ("[+-]?[0-9]+", "{} >= 0"), "unsignedInt": ("[+-]?[0-9]+", "{0} >= 0 && {0} <= 4294967295"),
    "unsignedShort": ("[+-]?[0-9]+", "{0} >= 0 && {0} <= 65535"),
    "unsignedByte": ("[+-]?[0-9]+", "{0} >= 0 && {0} <= 255"),
}  # fmt: skip
"""Datatypes with the form of what is written, and the bounds of its value (XML Schema part 2, sections 3.3 and 3.4)."""
_CAST: Final = ("date", "dateTime", "dayTimeDuration", "duration", "time", "yearMonthDuration")
"""Datatypes whose values are read by the engine, which knows how long a month is. Years and months alone are compared
by their datatype only, as SHACL (section 4.1.2) asks of datatypes that SPARQL 1.1 does not know."""
_KINDS: Final = {
    "IRI": "isIRI({0})", "BlankNode": "isBlank({0})", "Literal": "isLiteral({0})",
    "BlankNodeOrIRI": "!isLiteral({0})", "BlankNodeOrLiteral": "!isIRI({0})", "IRIOrLiteral": "!isBlank({0})",
}  # fmt: skip
_RANGES: Final = {"minExclusive": ">", "minInclusive": ">=", "maxExclusive": "<", "maxInclusive": "<="}
_COUNTS: Final = ("qualifiedMinCount", "qualifiedMaxCount")
_PAIRS: Final = {"lessThan": "<", "lessThanOrEquals": "<="}
Test = Callable[[Conditions, Position, Term, str], str]
"""What must be true of a value node, a variable: from the place of the constraint and the value of its parameter."""


def _component(name: str) -> str:
    return f"{name[:1].upper()}{name[1:]}ConstraintComponent"


def _of_values(test: Test) -> Component:
    def breaches(conditions: Conditions, at: Position, parameter: Term) -> Iterator[Breach]:
        path = conditions.shapes.value(at.shape, "path")
        value = at.node if path is None else at.value
        match = "" if path is None else conditions.reach(path, at.node, value)
        yield Breach(_component(at.name), match, test(conditions, at, parameter, value), value, along=path)

    return breaches


def _class(conditions: Conditions, at: Position, parameter: Term, value: str) -> str:
    del conditions
    return f"EXISTS {{ {value} <{RDF}type>/<{RDFS}subClassOf>* {constant(parameter, at.shape, 'sh:class')} }}"


def _datatype(conditions: Conditions, at: Position, parameter: Term, value: str) -> str:
    _only(conditions, at, at.name)
    datatype = constant(parameter, at.shape, "sh:datatype")
    if parameter.value == RDFS + "Literal":
        return f"isLiteral({value})"
    name = parameter.value.removeprefix(XSD)
    tests = [f"DATATYPE({value}) = {datatype}"]
    if parameter.value.startswith(XSD) and name in _NUMBERS:
        form, bounds = _NUMBERS[name]
        tests.append(f'REGEX(STR({value}), "^({form})$")')
        if bounds:
            tests.append(bounds.format(f"<{XSD}integer>(STR({value}))"))
    elif parameter.value.startswith(XSD) and name in _CAST:
        tests.append(f"DATATYPE({datatype}(STR({value}))) = {datatype}")
    return f"COALESCE({' && '.join(tests)}, false)"


def _node_kind(conditions: Conditions, at: Position, parameter: Term, value: str) -> str:
    _only(conditions, at, at.name)
    kind = parameter.value.removeprefix(SH)
    if kind not in _KINDS:
        raise Refused(told("refused-value", name="sh:nodeKind", value=str(parameter)), at.shape)
    return _KINDS[kind].format(value)


def _range(conditions: Conditions, at: Position, parameter: Term, value: str) -> str:
    del conditions
    if not isinstance(parameter, ox.Literal):
        raise Refused(told("refused-value", name=f"sh:{at.name}", value=str(parameter)), at.shape)
    return f"COALESCE({value} {_RANGES[at.name]} {parameter}, false)"


def _length(conditions: Conditions, at: Position, parameter: Term, value: str) -> str:
    sign = ">=" if at.name == "minLength" else "<="
    return f"COALESCE(STRLEN(STR({value})) {sign} {_whole(conditions, at, at.name, parameter)}, false)"


def _pattern(conditions: Conditions, at: Position, parameter: Term, value: str) -> str:
    flags = conditions.shapes.value(at.shape, "flags")
    letters = flags.value if flags is not None else ""
    arguments = f"{string(parameter.value)}{f', {string(letters)}' if letters else ''}"
    probe = ox.Store().query(f'SELECT (REGEX("", {arguments}) AS ?read) {{}}')
    if set(letters) - set("im") or not isinstance(probe, ox.QuerySolutions) or next(probe)["read"] is None:
        words = f"{parameter.value}{f' ({letters})' if letters else ''}"
        raise Refused(told("refused-pattern", value=words), at.shape)
    return f"COALESCE(REGEX(STR({value}), {arguments}), false)"


def _language_in(conditions: Conditions, at: Position, parameter: Term, value: str) -> str:
    tags = [tag.value for tag in _list(conditions, at, parameter)]
    return any_of(f"COALESCE(langMatches(LANG({value}), {string(tag)}), false)" for tag in tags)


def _in(conditions: Conditions, at: Position, parameter: Term, value: str) -> str:
    _only(conditions, at, at.name)
    terms = _list(conditions, at, parameter)
    if terms and all(isinstance(term, ox.NamedNode) for term in terms):
        return f"{value} IN ({', '.join(map(str, terms))})"
    return any_of(f"sameTerm({value}, {constant(term, at.shape, 'sh:in')})" for term in terms)


def _shape(conditions: Conditions, at: Position, parameter: Term, value: str) -> str:
    conforms = conditions.conforms(parameter, value)
    return negation(conforms) if at.name == "not" else conforms


def _logical(conditions: Conditions, at: Position, parameter: Term, value: str) -> str:
    shapes = _list(conditions, at, parameter)
    if not shapes:
        raise Refused(told("refused-value", name=f"sh:{at.name}", value="( )"), at.shape)
    tests = [conditions.conforms(shape, value) for shape in shapes]
    if at.name == "xone":
        return f"({' + '.join(f'IF({test}, 1, 0)' for test in tests)}) = 1"
    return any_of(tests) if at.name == "or" else all_of(tests)


def _cardinality(conditions: Conditions, at: Position, parameter: Term) -> Iterator[Breach]:
    path = _path_of(conditions, at)
    number = _whole(conditions, at, at.name, parameter)
    # a single value is only asked for, several are told apart by their variables
    lead = conditions.some if number + (at.name == "maxCount") == 1 else conditions.reach
    yield _counted(conditions, at, at.name, number, lambda value: lead(path, at.node, value))


def _counted(conditions: Conditions, at: Position, name: str, number: int, reached: Callable[[str], str]) -> Breach:
    least = name.lower().endswith("mincount")
    needed = number if least else number + 1
    if needed > COUNTED or (at.reporting and needed > 2):
        having = f"COUNT(DISTINCT {at.value}) {'<' if least else '>'} {number}"
        return Breach(_component(name), reached(at.value), counted=having)
    enough = conditions.at_least(needed, reached)
    return Breach(_component(name), unless=enough if least else negation(enough))


def _qualified(conditions: Conditions, at: Position, parameter: Term) -> Iterator[Breach]:
    _only(conditions, at, at.name)
    path, siblings = _path_of(conditions, at), _siblings(conditions.shapes, at.shape, parameter)

    def reached(value: str) -> str:
        tests = [conditions.conforms(parameter, value)]
        tests += [negation(conditions.conforms(sibling, value)) for sibling in siblings]
        return f"{conditions.reach(path, at.node, value)} FILTER({all_of(tests)})"

    names = [name for name in _COUNTS if conditions.shapes.values(at.shape, name)]
    if not names:
        raise Refused(told("refused-alone", name="sh:qualifiedValueShape", other="sh:qualifiedMinCount"), at.shape)
    for name in names:
        number = _whole(conditions, at, name, conditions.shapes.values(at.shape, name)[0])
        yield _counted(conditions, at, name, number, reached)


def _siblings(shapes: Shapes, shape: Term, value_shape: Term) -> list[Term]:
    if not is_true(shapes.values(shape, "qualifiedValueShapesDisjoint")):
        return []
    property_shapes = [
        property_shape for user in shapes.users(shape, "property") for property_shape in shapes.values(user, "property")
    ]
    qualified = [
        value for property_shape in property_shapes for value in shapes.values(property_shape, "qualifiedValueShape")
    ]
    return [value for value in dict.fromkeys(qualified) if value != value_shape]


def _has_value(conditions: Conditions, at: Position, parameter: Term) -> Iterator[Breach]:
    term, path = constant(parameter, at.shape, "sh:hasValue"), conditions.shapes.value(at.shape, "path")
    is_value = f"sameTerm({at.node}, {term})"
    if path is not None:
        is_value = conditions.reaches(path, at.node, term)
    yield Breach(_component(at.name), unless=is_value)


def _unique_lang(conditions: Conditions, at: Position, parameter: Term) -> Iterator[Breach]:
    if is_true([parameter]):
        path, second, value = _path_of(conditions, at), conditions.variable(), at.value
        is_repeated = (
            f'!sameTerm({value}, {second}) && LANG({value}) != "" && LCASE(LANG({value})) = LCASE(LANG({second}))'
        )
        both = f"{conditions.reach(path, at.node, value)} {conditions.reach(path, at.node, second)}"
        yield Breach(_component(at.name), f"{both} FILTER({is_repeated})")


def _equals(conditions: Conditions, at: Position, parameter: Term) -> Iterator[Breach]:
    theirs, path = constant(parameter, at.shape, "sh:equals"), conditions.shapes.value(at.shape, "path")
    name, node, value = _component(at.name), at.node, at.value
    if path is None:
        yield Breach(name, unless=f"EXISTS {{ {node} {theirs} {node} }}", value=node)
        yield Breach(name, f"{node} {theirs} {value} .", f"sameTerm({node}, {value})", value)
        return
    ours = conditions.reach(path, node, value)
    yield Breach(name, ours, f"EXISTS {{ {node} {theirs} {value} }}", value)
    yield Breach(name, f"{node} {theirs} {value} .", conditions.reaches(path, node, value), value)


def _disjoint(conditions: Conditions, at: Position, parameter: Term) -> Iterator[Breach]:
    theirs, path = constant(parameter, at.shape, "sh:disjoint"), conditions.shapes.value(at.shape, "path")
    if path is None:
        yield Breach(_component(at.name), f"{at.node} {theirs} {at.node} .", value=at.node)
    else:
        match = f"{conditions.reach(path, at.node, at.value)} {at.node} {theirs} {at.value} ."
        yield Breach(_component(at.name), match, value=at.value)


def _pair(conditions: Conditions, at: Position, parameter: Term) -> Iterator[Breach]:
    path, theirs = _path_of(conditions, at), constant(parameter, at.shape, f"sh:{at.name}")
    value, compared = at.value, conditions.variable()
    match = f"{conditions.reach(path, at.node, value)} {at.node} {theirs} {compared} ."
    yield Breach(_component(at.name), match, f"COALESCE({value} {_PAIRS[at.name]} {compared}, false)", value)


def _closed(conditions: Conditions, at: Position, parameter: Term) -> Iterator[Breach]:
    _only(conditions, at, at.name)
    if not is_true([parameter]):
        return
    shapes = conditions.shapes
    paths = [shapes.value(property_shape, "path") for property_shape in shapes.values(at.shape, "property")]
    ignored = shapes.items(shapes.value(at.shape, "ignoredProperties"))
    allowed = dict.fromkeys(str(term) for term in (*paths, *ignored) if isinstance(term, ox.NamedNode))
    path, node = shapes.value(at.shape, "path"), at.node
    match = ""
    if path is not None:
        node = conditions.variable()
        match = f"{conditions.reach(path, at.node, node)} "
    used = conditions.variable()
    match += f"{node} {used} {at.value} ."
    yield Breach(_component(at.name), match, f"{used} IN ({', '.join(allowed)})", at.value, used)


def _path_of(conditions: Conditions, at: Position) -> Term:
    path = conditions.shapes.value(at.shape, "path")
    if path is None:
        raise Refused(told("refused-no-path", name=f"sh:{at.name}"), at.shape)
    return path


def _whole(conditions: Conditions, at: Position, name: str, parameter: Term) -> int:
    _only(conditions, at, name)
    is_whole = isinstance(parameter, ox.Literal) and parameter.datatype.value == XSD + "integer"
    if not is_whole or not re.fullmatch(r"\+?[0-9]+", parameter.value):
        raise Refused(told("refused-number", name=f"sh:{name}", value=str(parameter)), at.shape)
    return int(parameter.value)


def _only(conditions: Conditions, at: Position, name: str) -> None:
    if len(conditions.shapes.values(at.shape, name)) > 1:
        raise Refused(told("refused-many", name=f"sh:{name}"), at.shape)


def _list(conditions: Conditions, at: Position, parameter: Term) -> list[Term]:
    if parameter.value != RDF + "nil" and conditions.shapes.value(parameter, RDF + "first") is None:
        raise Refused(told("refused-value", name=f"sh:{at.name}", value=str(parameter)), at.shape)
    return conditions.shapes.items(parameter)


COMPONENTS: Final[Mapping[str, Component]] = {
    "class": _of_values(_class), "datatype": _of_values(_datatype), "nodeKind": _of_values(_node_kind),
    **dict.fromkeys(_RANGES, _of_values(_range)), **dict.fromkeys(("minLength", "maxLength"), _of_values(_length)),
    "pattern": _of_values(_pattern), "languageIn": _of_values(_language_in), "in": _of_values(_in),
    **dict.fromkeys(("node", "not"), _of_values(_shape)),
    **dict.fromkeys(("and", "or", "xone"), _of_values(_logical)),
    "minCount": _cardinality, "maxCount": _cardinality, "qualifiedValueShape": _qualified, "hasValue": _has_value,
    "uniqueLang": _unique_lang, "equals": _equals, "disjoint": _disjoint, **dict.fromkeys(_PAIRS, _pair),
    "closed": _closed,
}  # fmt: skip
