"""Shapes compiled to SPARQL, one SELECT for each constraint of each shape that reports; and what the queries find.

A query gives the focus nodes that break a constraint, with value and path where the constraint names them; no row is
the pass. Focus nodes are those of the targets of a shape (SHACL, section 2.1.3) and what shapes hand on by
``sh:property`` (section 4.7.2). Queries are plain SPARQL 1.1 over one graph: they also run on a remote endpoint, and
``pan2kg check --explain`` shows them. What is compiled is what the shapes of pan2kg use; all else is refused by name,
never passed over.

Shapes are asked about what the files state, before any rule derives from it. Values are those the store holds: of
numbers and times, the canonical form, which the house style asks for; pySHACL reads them as they are written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import lru_cache
from itertools import combinations, count, pairwise
from types import SimpleNamespace
from typing import Final

import pyoxigraph as ox

from pan2kg.errors import EndpointError, Pan2kgError, Place, ProjectError, QueryError
from pan2kg.i18n.message import Message, either, joined, told
from pan2kg.project import Project, read_text
from pan2kg.store.remote import is_of_query
from pan2kg.store.store import LocalStore, Store, select
from pan2kg.turtle import writer
from pan2kg.turtle.vocabulary import RDF, RDFS, SH, XSD
from pan2kg.validation import lines, quotations
from pan2kg.validation.report import Finding, Names, Rule
from pan2kg.validation.shapes import NOT_CONSTRAINTS, PATHS, Node, Rules, Shapes, Term, read_rules, read_shapes, written

SHAPES: Final = Place("ontology/shapes")
COUNTED: Final = 6
"""So many values are told apart one by one; above, a condition inside another is refused, since each one more
multiplies the ways to look at them, and a shape that reports is counted with COUNT."""
_THIS: Final = "?this"
_VALUE: Final = "?value"
_BESIDE: Final = {
    "flags": "pattern", "qualifiedMaxCount": "qualifiedValueShape", "qualifiedMinCount": "qualifiedValueShape",
    "prefixes": "sparql", "select": "sparql",
}  # fmt: skip
"""Parameters that say more of another one, without which they say nothing; a shape may be its own query."""
_WAYS: Final = frozenset(("inversePath", "oneOrMorePath"))
"""The paths of one step that always lead to another node; the others lead from each node to itself as well, which an
engine does not see of a node that the graph does not speak of."""
_IMPORTS: Final = "http://www.w3.org/2002/07/owl#imports"
_REFUSED_WORDS: Final = frozenset(("FROM", "GRAPH", "MINUS", "SERVICE", "VALUES"))
"""What a query of a shape may not hold: SHACL (section 5.2.1 and appendix A) forbids MINUS, SERVICE and VALUES, and
there is one graph."""
_REFUSED_VARIABLES: Final = frozenset(("failure", "shapesGraph", "currentShape"))
_WHOLE: Final = "[+-]?[0-9]+"
_DOUBLE: Final = r"[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]+)?|[+-]?INF|NaN"
_NUMBERS: Final = {
    "integer": (_WHOLE, ""), "decimal": (r"[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)", ""), "double": (_DOUBLE, ""),
    "float": (_DOUBLE, ""), "boolean": ("true|false|0|1", ""), "long": (_WHOLE, ""),
    "nonNegativeInteger": (_WHOLE, "{} >= 0"), "positiveInteger": (_WHOLE, "{} > 0"),
    "nonPositiveInteger": (_WHOLE, "{} <= 0"), "negativeInteger": (_WHOLE, "{} < 0"),
    "int": (_WHOLE, "{0} >= -2147483648 && {0} <= 2147483647"), "short": (_WHOLE, "{0} >= -32768 && {0} <= 32767"),
    "byte": (_WHOLE, "{0} >= -128 && {0} <= 127"), "unsignedLong": (_WHOLE, "{} >= 0"),
    "unsignedInt": (_WHOLE, "{0} >= 0 && {0} <= 4294967295"), "unsignedShort": (_WHOLE, "{0} >= 0 && {0} <= 65535"),
    "unsignedByte": (_WHOLE, "{0} >= 0 && {0} <= 255"),
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
_LENGTHS: Final = {"minLength": ">=", "maxLength": "<="}
_PAIRS: Final = {"lessThan": "<", "lessThanOrEquals": "<="}
_OF_VALUES: Final = frozenset(
    ("class", "datatype", "nodeKind", "pattern", "languageIn", "in", "node", "not", "and", "or", "xone",
     *_RANGES, *_LENGTHS)
)  # fmt: skip
"""The constraints that ask something of each value node."""
_OF_ALL: Final = frozenset(
    ("minCount", "maxCount", "qualifiedValueShape", "hasValue", "uniqueLang", "disjoint", *_PAIRS)
)
"""The constraints that ask something of all value nodes together, or of their place."""
_SINGLE: Final = frozenset(("datatype", "nodeKind", "in", "qualifiedValueShape", "minCount", "maxCount", *_LENGTHS))
"""The constraints a shape may have once."""


class Refused(Exception):  # noqa: N818 - a refusal with its reason, which becomes an error only together with others
    def __init__(self, shape: Term, key: str, **values: object) -> None:
        super().__init__(key)
        self.shape, self.why = shape, told(key, **values)


@dataclass(frozen=True, slots=True)
class Breach:
    """What breaks a constraint: where ``match`` finds something of which ``unless`` is not true.

    An empty ``match`` asks about the focus node alone. ``value`` says by which variable a result names the value, if by
    any; ``counted`` is the HAVING of a count over the values that ``match`` finds. ``along`` is the path from the focus
    node to ``value`` where ``match`` is nothing else.
    """

    name: str
    match: str = ""
    unless: str = ""
    value: str = ""
    counted: str = ""
    along: Term | None = None

    def query(self, focus: str) -> str:
        columns = " ".join(dict.fromkeys(name for name in (_THIS, self.value) if name))
        body = [*focus.splitlines()]
        if self.match:
            body.append(f"OPTIONAL {{ {self.match} }}" if self.counted else self.match)
        body += [failing(self.unless).strip()] if self.unless else []
        end = f"\nGROUP BY {_THIS}\nHAVING({self.counted})" if self.counted else ""
        text = "\n".join(f"    {line}" for line in body)
        return f"SELECT DISTINCT {columns}\nWHERE {{\n{text}\n}}{end}\n"


@dataclass(frozen=True, slots=True)
class Conditions:
    """Writes shapes as conditions; each variable it needs gets a name of its own.

    ``within`` is the way of shapes to this one.
    """

    shapes: Shapes
    within: tuple[Term, ...] = ()
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def conforms(self, shape: Term, node: str) -> str:
        if shape in self.within:
            raise Refused(shape, "refused-recursion", name=_word(shape))
        if self.shapes.is_true(shape, "deactivated"):
            return "true"
        inner, tests = replace(self, within=(*self.within, shape)), list[str]()
        for breach in inner.breaches(shape, node, self.variable()):
            if breach.counted:
                raise Refused(shape, "refused-count", n=COUNTED)
            if not breach.match:
                tests.append(breach.unless)
                continue
            failed, along = failing(breach.unless), breach.along
            whole = breach.match + failed if along is None else self.some(along, node, breach.value, failed)
            tests.append(f"NOT EXISTS {{ {whole} }}")
        path = self.shapes.value(shape, "path")
        for property_shape in self.shapes.values(shape, "property"):
            if self.shapes.value(property_shape, "path") is None:
                raise Refused(property_shape, "refused-path")
            if path is None:
                tests.append(inner.conforms(property_shape, node))
            else:
                value = self.variable()
                failed = failing(inner.conforms(property_shape, value))
                tests.append(f"NOT EXISTS {{ {self.some(path, node, value, failed)} }}")
        return all_of(tests)

    def breaches(self, shape: Term, node: str, value: str, *, reporting: bool = False) -> Iterator[Breach]:
        properties = self.shapes.said.get(shape) if not isinstance(shape, ox.Literal) else None
        if properties is None:
            raise Refused(shape, "refused-missing", name=_word(shape))
        for iri, parameters in properties.items():
            name = iri.removeprefix(SH)
            if not iri.startswith(SH) or name in NOT_CONSTRAINTS or name in _BESIDE or (name == "sparql" and reporting):
                self._look(shape, name, parameters)
            elif name == "sparql":
                raise Refused(shape, "refused-query")
            elif name in _SINGLE and len(parameters) > 1:
                raise Refused(shape, "refused-many", name=f"sh:{name}")
            elif name in _OF_VALUES:
                path = self.shapes.value(shape, "path")
                for parameter in parameters:
                    if path is None:
                        yield Breach(name, "", self._test(shape, name, parameter, node), node)
                    else:
                        match = self.reach(path, node, value)
                        yield Breach(name, match, self._test(shape, name, parameter, value), value, along=path)
            elif name in _OF_ALL:
                for parameter in parameters:
                    yield from self._together(shape, name, parameter, (node, value), reporting=reporting)
            else:
                raise Refused(shape, "refused-parameter", name=_word(ox.NamedNode(iri)))

    def _look(self, shape: Term, name: str, values: tuple[Term, ...]) -> None:
        if name == "target":
            raise Refused(shape, "refused-parameter", name="sh:target")
        if name in _BESIDE and not self.shapes.values(shape, _BESIDE[name]):
            raise Refused(shape, "refused-alone", name=f"sh:{name}", other=f"sh:{_BESIDE[name]}")
        is_property = name == RDF + "type" and SH + "PropertyShape" in (value.value for value in values)
        if is_property and self.shapes.value(shape, "path") is None:
            raise Refused(shape, "refused-path")
        todo = list(values) if name == "path" else []
        if name == "path" and len(values) != 1:
            raise Refused(shape, "refused-path")
        while todo:
            path = todo.pop()
            ways = [way for way in PATHS if self.shapes.values(path, way)]
            if unknown := [way for way in ways if way not in _WAYS]:
                raise Refused(shape, "refused-parameter", name=f"sh:{unknown[0]}")
            either = self.shapes.value(path, "alternativePath")
            steps = [value for way in ways for value in self.shapes.values(path, way)]
            steps = steps or self.shapes.items(either if either is not None else path)
            if isinstance(path, ox.Literal) or (isinstance(path, ox.BlankNode) and not steps):
                raise Refused(shape, "refused-path")
            todo += steps if isinstance(path, ox.BlankNode) else []

    def _test(self, shape: Term, name: str, parameter: Term, value: str) -> str:
        if name in ("node", "not"):
            conforms = self.conforms(parameter, value)
            return negation(conforms) if name == "not" else conforms
        if name in ("in", "languageIn", "and", "or", "xone"):
            terms = self.shapes.items(parameter)
            is_list = parameter.value == RDF + "nil" or self.shapes.value(parameter, RDF + "first") is not None
            if not is_list or (name in ("and", "or", "xone") and not terms):
                raise Refused(shape, "refused-value", name=f"sh:{name}", value=str(parameter) if not is_list else "( )")
            if name == "languageIn":
                tags = (writer.string(tag.value) for tag in terms)
                return any_of(f"COALESCE(langMatches(LANG({value}), {tag}), false)" for tag in tags)
            if name == "in":
                if terms and all(isinstance(term, ox.NamedNode) for term in terms):
                    return f"{value} IN ({', '.join(map(str, terms))})"
                return any_of(f"sameTerm({value}, {constant(term, shape, 'sh:in')})" for term in terms)
            tests = [self.conforms(term, value) for term in terms]
            if name == "xone":
                return f"({' + '.join(f'IF({test}, 1, 0)' for test in tests)}) = 1"
            return any_of(tests) if name == "or" else all_of(tests)
        if name == "class":
            return f"EXISTS {{ {value} <{RDF}type>/<{RDFS}subClassOf>* {constant(parameter, shape, 'sh:class')} }}"
        if name == "datatype":
            return self._datatype(shape, parameter, value)
        if name == "pattern":
            flags = self.shapes.value(shape, "flags")
            letters = flags.value if flags is not None else ""
            arguments = f"{writer.string(parameter.value)}{f', {writer.string(letters)}' if letters else ''}"
            probe = ox.Store().query(f'SELECT (REGEX("", {arguments}) AS ?read) {{}}')
            if set(letters) - set("im") or not isinstance(probe, ox.QuerySolutions) or next(probe)["read"] is None:
                raise Refused(shape, "refused-pattern", value=parameter.value + (f" ({letters})" if letters else ""))
            return f"COALESCE(REGEX(STR({value}), {arguments}), false)"
        if name in _LENGTHS:
            return f"COALESCE(STRLEN(STR({value})) {_LENGTHS[name]} {self._whole(shape, name)}, false)"
        if name == "nodeKind" and parameter.value.removeprefix(SH) in _KINDS:
            return _KINDS[parameter.value.removeprefix(SH)].format(value)
        if name in _RANGES and isinstance(parameter, ox.Literal):
            return f"COALESCE({value} {_RANGES[name]} {parameter}, false)"
        raise Refused(shape, "refused-value", name=f"sh:{name}", value=str(parameter))

    def _datatype(self, shape: Term, parameter: Term, value: str) -> str:
        datatype, name = constant(parameter, shape, "sh:datatype"), parameter.value.removeprefix(XSD)
        if parameter.value == RDFS + "Literal":
            return f"isLiteral({value})"
        tests = [f"DATATYPE({value}) = {datatype}"]
        if parameter.value.startswith(XSD) and name in _NUMBERS:
            form, bounds = _NUMBERS[name]
            tests.append(f'REGEX(STR({value}), "^({form})$")')
            tests += [bounds.format(f"<{XSD}integer>(STR({value}))")] if bounds else []
        elif parameter.value.startswith(XSD) and name in _CAST:
            tests.append(f"DATATYPE({datatype}(STR({value}))) = {datatype}")
        return f"COALESCE({' && '.join(tests)}, false)"

    def _together(
        self, shape: Term, name: str, parameter: Term, at: tuple[str, str], *, reporting: bool
    ) -> Iterator[Breach]:
        path, (node, value) = self.shapes.value(shape, "path"), at
        if name == "disjoint" and path is None:
            yield Breach(name, f"{node} {constant(parameter, shape, 'sh:disjoint')} {node} .", value=node)
            return
        if name == "hasValue":
            term, end = constant(parameter, shape, "sh:hasValue"), node if path is None else self.variable()
            is_value = f"sameTerm({end}, {term})"
            leads = is_value if path is None else f"EXISTS {{ {self.some(path, node, end, f' FILTER({is_value})')} }}"
            yield Breach(name, unless=leads)
            return
        if path is None:
            raise Refused(shape, "refused-no-path", name=f"sh:{name}")
        reached = self.reach(path, node, value)
        if name == "disjoint":
            yield Breach(name, f"{reached} {node} {constant(parameter, shape, 'sh:disjoint')} {value} .", value=value)
        elif name in _PAIRS:
            theirs, compared = constant(parameter, shape, f"sh:{name}"), self.variable()
            test = f"COALESCE({value} {_PAIRS[name]} {compared}, false)"
            yield Breach(name, f"{reached} {node} {theirs} {compared} .", test, value)
        elif name == "uniqueLang" and parameter.value == "true":
            second = self.variable()
            test = (
                f'!sameTerm({value}, {second}) && LANG({value}) != "" && LCASE(LANG({value})) = LCASE(LANG({second}))'
            )
            yield Breach(name, f"{reached} {self.reach(path, node, second)} FILTER({test})")
        elif name == "qualifiedValueShape":
            counts = [one for one in ("qualifiedMinCount", "qualifiedMaxCount") if self.shapes.values(shape, one)]
            if not counts:
                raise Refused(shape, "refused-alone", name="sh:qualifiedValueShape", other="sh:qualifiedMinCount")
            for one in counts:
                yield self._counted(
                    one, self._whole(shape, one), value,
                    lambda end: f"{self.reach(path, node, end)} FILTER({all_of([self.conforms(parameter, end)])})",
                    reporting=reporting,
                )  # fmt: skip
        elif name in ("minCount", "maxCount"):
            number = self._whole(shape, name)
            # a single value is only asked for, several are told apart by their variables
            lead = self.some if number + (name == "maxCount") == 1 else self.reach
            yield self._counted(name, number, value, lambda end: lead(path, node, end), reporting=reporting)

    def _counted(self, name: str, number: int, value: str, reached: Callable[[str], str], *, reporting: bool) -> Breach:
        is_least = name.lower().endswith("mincount")
        needed = number if is_least else number + 1
        if needed > COUNTED or (reporting and needed > 2):
            having = f"COUNT(DISTINCT {value}) {'<' if is_least else '>'} {number}"
            return Breach(name, reached(value), counted=having)
        names = [self.variable() for _ in range(needed)]
        different = all_of(f"!sameTerm({name_a}, {name_b})" for name_a, name_b in combinations(names, 2))
        told_apart = f" FILTER({different})" if needed > 1 else ""
        enough = f"EXISTS {{ {' '.join(reached(one) for one in names)}{told_apart} }}" if names else "true"
        return Breach(name, unless=enough if is_least else negation(enough))

    def _whole(self, shape: Term, name: str) -> int:
        number, *more = self.shapes.values(shape, name)
        if more:
            raise Refused(shape, "refused-many", name=f"sh:{name}")
        is_whole = isinstance(number, ox.Literal) and number.datatype.value == XSD + "integer"
        if not is_whole or not re.fullmatch(r"\+?[0-9]+", number.value):
            raise Refused(shape, "refused-number", name=f"sh:{name}", value=str(number))
        return int(number.value)

    def variable(self) -> str:
        return f"?v{next(self.numbers)}"

    def reach(self, path: Term, node: str, value: str) -> str:
        return f"{node} {self.shapes.path(path, bare=False)} {value} ."

    def some(self, path: Term, node: str, value: str, test: str = "") -> str:
        """What stands in EXISTS to ask whether a path leads from a node to a value of which a test holds.

        Each step of a path asks for the next: as one pattern, an engine may begin at its end, for each node anew.
        """
        steps = self.shapes.steps(path)
        if len(steps) < 2:
            return f"{self.reach(path, node, value)}{test}"
        names = [node, *(self.variable() for _ in steps[1:]), value]
        triples = [f"{start} {step} {end} ." for start, step, end in zip(names, steps, names[1:], strict=False)]
        return f"{' FILTER(EXISTS { '.join(triples)}{test}{' })' * (len(steps) - 1)}"


def failing(condition: str) -> str:
    return f" FILTER({negation(condition)})" if condition else ""


def all_of(conditions: Iterable[str]) -> str:
    needed = (condition for condition in conditions if condition != "true")
    return " && ".join(f"({condition})" if " || " in condition else condition for condition in needed) or "true"


def any_of(conditions: Iterable[str]) -> str:
    return " || ".join(f"({condition})" if " && " in condition else condition for condition in conditions) or "false"


def negation(condition: str) -> str:
    """The opposite of a condition, without a second mark of negation where it is one already.

    >>> negation("EXISTS { ?x ?y ?z }"), negation("!(?x && ?y)"), negation("(?x) || (?y)")
    ('NOT EXISTS { ?x ?y ?z }', '?x && ?y', '!((?x) || (?y))')
    """
    for start, opposite in (("NOT EXISTS {", "EXISTS {"), ("EXISTS {", "NOT EXISTS {"), ("!(", "")):
        if condition.startswith(start):
            depth, opening = 0, len(start) - 1
            for token in writer.tokens(condition[opening:]):
                depth += (token.text in "({") - (token.text in ")}") if token.kind == "mark" else 0
                if not depth:
                    break
            if opening + token.start + 1 == len(condition):
                return condition[2:-1] if not opposite else opposite + condition.removeprefix(start)
    return f"!({condition})"


def _word(term: Term) -> str:
    return f"sh:{term.value.removeprefix(SH)}" if term.value.startswith(SH) else str(term)


def constant(term: Term, shape: Term, name: str) -> str:
    if isinstance(term, ox.BlankNode):
        raise Refused(shape, "refused-value", name=name, value=str(term))
    return str(term)


@dataclass(frozen=True, slots=True)
class Compiled:
    """The query of a constraint: its shape and component, its text, and what a row means.

    ``focus`` selects the nodes the shape looks at. A row has ``?this``, and by the name in ``value`` the value, where
    that is a variable; ``fixed`` is the path of the shape, as a finding has it. ``constraint`` is the node of a
    constraint by a query.
    """

    shape: Node
    component: str
    text: str
    focus: str
    value: str = ""
    fixed: str = ""
    constraint: Term | None = None


Refusals = list[tuple[Term, Message]]
"""The shapes that are refused, each with the reason."""


@lru_cache(maxsize=2)
def compile_shapes(shapes: Shapes) -> tuple[tuple[Compiled, ...], Refusals]:
    """The queries of every shape that reports, and the shapes that are refused; the same shapes are compiled once.

    >>> compile_shapes(Shapes({}, {}, {}))
    ((), [])
    """
    queries: list[Compiled] = []
    components = (node for node in shapes.said if shapes.values(node, "parameter"))
    refusals: Refusals = [(component, told("refused-component")) for component in components]
    entailed = (node for node in shapes.said if shapes.values(node, "entailment"))  # SHACL, section 3.2
    refusals += [(node, told("refused-parameter", name="sh:entailment")) for node in entailed]
    for shape in reporting(shapes):
        try:
            queries += _compile(shapes, shape)
        except Refused as refusal:
            refusals.append((shape, refusal.why))
    return tuple(queries), refusals


def compile_near(shapes: Shapes, number: Callable[[str], int]) -> Iterator[Compiled]:
    """The queries of those shapes that look at something, told by the ``number`` of nodes a pattern of theirs matches.

    Of a shape that is refused, which the check of a whole project says, there are those that come before the reason.
    """
    for shape in reporting(shapes):
        with suppress(Refused):
            if number(focus_nodes(shapes, shape)):
                yield from _compile(shapes, shape)


def reporting(shapes: Shapes) -> list[Node]:
    reached: dict[Term, None] = {}
    todo: list[Term] = [node for node in shapes.said if shapes.has_target(node) or shapes.values(node, "target")]
    while todo:
        shape = todo.pop()
        if shape not in reached:
            reached[shape] = None
            todo += shapes.values(shape, "property")
    return sorted((shape for shape in reached if not isinstance(shape, ox.Literal)), key=str)


def _compile(shapes: Shapes, shape: Node) -> Iterator[Compiled]:
    path = shapes.value(shape, "path")
    if path is None and shapes.users(shape, "property"):
        raise Refused(shape, "refused-path")
    breaches = list(Conditions(shapes, (shape,)).breaches(shape, _THIS, _VALUE, reporting=True))
    focus = focus_nodes(shapes, shape)
    if not focus or shapes.is_true(shape, "deactivated"):
        return
    fixed = "" if path is None else shapes.path(path)
    for breach in breaches:
        component = f"{breach.name[:1].upper()}{breach.name[1:]}ConstraintComponent"
        yield Compiled(shape, component, breach.query(focus), focus, breach.value, fixed)
    for constraint in shapes.values(shape, "sparql"):
        if not shapes.is_true(constraint, "deactivated"):
            text = _own_query(shapes, constraint, shape, focus)
            value = _THIS if path is None else ""
            yield Compiled(shape, "SPARQLConstraintComponent", text, focus, value, fixed, constraint)


def focus_nodes(shapes: Shapes, shape: Node, *, by: Sequence[str] = ("property",)) -> str:
    """A pattern that matches each node a shape looks at once, as ``?this``; empty where it looks at none.

    ``by`` names the properties by which another shape hands its value nodes on to this one.
    """

    def reached(target: Node, node: str, within: tuple[Node, ...]) -> Iterator[tuple[str, bool]]:
        # each pattern with whether it matches a node once
        if target in within:
            raise Refused(target, "refused-recursion", name=str(target))
        classes = [constant(term, target, "sh:targetClass") for term in shapes.values(target, "targetClass")]
        classes += [str(target)] if shapes.is_class(target) else []
        below = f"<{RDF}type>/<{RDFS}subClassOf>*"
        if len(classes) == 1:
            yield f"{node} {below} {classes[0]} .", True
        elif classes:
            yield f"VALUES ?class {{ {' '.join(classes)} }} {node} {below} ?class .", False
        if nodes := [constant(term, target, "sh:targetNode") for term in shapes.values(target, "targetNode")]:
            yield f"VALUES {node} {{ {' '.join(nodes)} }}", True
        for term in shapes.values(target, "targetSubjectsOf"):
            yield f"{node} {constant(term, target, 'sh:targetSubjectsOf')} ?object .", False
        for term in shapes.values(target, "targetObjectsOf"):
            yield f"?subject {constant(term, target, 'sh:targetObjectsOf')} {node} .", False
        parent = f"?parent{len(within) + 1}"
        for user in shapes.users(target, *by):
            path = shapes.value(user, "path")
            if shapes.is_true(user, "deactivated"):
                continue
            if path is None:
                yield from reached(user, node, (*within, target))
            else:
                step = f"{parent} {shapes.path(path, bare=False)} {node} ."
                yield from ((f"{above} {step}", False) for above, _ in reached(user, parent, (*within, target)))

    patterns = dict.fromkeys(reached(shape, _THIS, ()))
    if len(patterns) == 1 and next(iter(patterns))[1]:
        return next(iter(patterns))[0]
    inner = "\n    UNION\n    ".join(f"{{ {pattern} }}" for pattern, _ in patterns)
    return f"{{ SELECT DISTINCT {_THIS} WHERE {{\n    {inner}\n}} }}" if patterns else ""


def _own_query(shapes: Shapes, constraint: Term, shape: Node, focus: str) -> str:
    selects = shapes.values(constraint, "select")
    if len(selects) != 1 or not isinstance(selects[0], ox.Literal):
        raise Refused(shape, "refused-select")
    path = shapes.value(shape, "path")
    text = selects[0].value.strip() + "\n"
    if path is not None:
        text = re.sub(r"\$PATH\b", lambda _: shapes.path(path, bare=False), text)
    prefixes, todo, visited = "", list(shapes.values(constraint, "prefixes")), set[Term]()
    while todo:
        ontology = todo.pop()
        if ontology not in visited:
            visited.add(ontology)
            todo += shapes.values(ontology, _IMPORTS)
            for declared in shapes.values(ontology, "declare"):
                prefix, namespace = shapes.value(declared, "prefix"), shapes.value(declared, "namespace")
                if prefix is not None and namespace is not None:
                    prefixes += f"PREFIX {prefix.value}: <{namespace.value}>\n"
    read(prefixes + text)
    bound = prefixes + ("\n" if prefixes else "") + _bound(text, focus, shape)
    try:
        read(bound)
    except QueryError:  # it gives $this a value of its own, which SHACL forbids
        raise Refused(shape, "refused-word", word="$this") from None
    return bound


def read(text: str) -> None:
    try:
        LocalStore(ox.Store()).query(text)
    except QueryError as error:
        raise QueryError(error.message, place=SHAPES, remedy="mend-shape") from None


def _bound(text: str, focus: str, shape: Node) -> str:
    """A query whose every group that speaks of ``$this`` begins with the pattern of the focus nodes.

    SHACL binds ``$this`` before the query is asked, once for each focus node (appendix A). Joining the set of focus
    nodes into each group asks for all of them at once and means the same, since a group sees the values that stand in
    it; within EXISTS the values of the group around it are seen anyway.
    """
    words = [token for token in writer.tokens(text) if token.kind != "comment"]
    for token in words:
        word = token.text.upper() if token.kind == "word" else ""
        if word in _REFUSED_WORDS or (token.kind == "variable" and token.text[1:] in _REFUSED_VARIABLES):
            raise Refused(shape, "refused-word", word=token.text)
    groups: list[SimpleNamespace] = []
    before, above = "", [SimpleNamespace(start=-1, is_free=True, is_select=False, speaks=False)]
    for token, after in pairwise([*words, writer.Token("end", "", len(text))]):
        if token.text == "{":
            outer = above[-1]
            speaks = not groups or (outer.is_select and outer.speaks)
            is_free, is_select = outer.is_free and before != "EXISTS", after.text.upper() == "SELECT"
            above.append(SimpleNamespace(start=token.start, is_free=is_free, is_select=is_select, speaks=speaks))
            groups.append(above[-1])
        elif token.text == "}" and len(above) > 1:
            closed = above.pop()
            if closed.is_select and not closed.speaks:
                raise Refused(shape, "refused-subquery")
        elif token.kind == "variable" and token.text[1:] == "this":
            above[-1].speaks = True
        before = token.text.upper()
    indented = "".join(f"\n    {line}" for line in focus.splitlines())
    for group in reversed(groups):
        if group.speaks and group.is_free and not group.is_select:
            text = f"{text[: group.start + 1]}{indented}{text[group.start + 1 :]}"
    return text


def refused(project: Project, shapes: Shapes, refusals: Refusals) -> ProjectError:
    names, faults = Names(writer.read_prefixes(project)), dict[str, Message]()
    for shape, why in refusals:
        named_shape = shape if isinstance(shape, ox.Literal) else shapes.named(shape)
        file = None if isinstance(named_shape, ox.Literal) else shapes.files.get(named_shape)
        places = dict(writer.subjects(read_text(file))) if file else {}
        place = Place(project.name_of(file), places.get(named_shape.value)) if file else SHAPES
        path = shapes.value(shape, "path") if named_shape != shape else None
        called = (str(named_shape), shapes.path(path) if path is not None else "")
        words = " ".join(names.short(name) for name in called if name)
        fault = Pan2kgError("shape-refused", place=place, shape=words, why=why)
        faults[str(fault)] = fault.told
    return ProjectError(joined(list(faults.values())), remedy="mend-or-reference")


def explain(project: Project, rule: str) -> str:
    """The queries behind a rule, as they can be put to any SPARQL engine that holds the project's graph.

    A shape, by its IRI or prefixed name, has one for each of its constraints; a quality query is its own.

    >>> print(explain(Project.packaged(), "pan:PlanShape-topic-missing"))
    # pan:PlanShape-topic-missing sh:MinCountConstraintComponent
    PREFIX pan: <https://w3id.org/pan2kg/ontology#>
    ...
    """
    names = Names(writer.read_prefixes(project))
    for path in sorted((project.queries / "quality").glob("*-violation.rq")):
        if path.stem == rule:
            return read_text(path)
    shapes = read_shapes(project.shape_files())
    rules, (queries, refusals) = read_rules(shapes, names), compile_shapes(shapes)

    def is_called(node: Term | None) -> bool:
        return node is not None and rule in (node.value, names.short(node.value))

    if without := [(shape, why) for shape, why in refusals if is_called(shape)]:
        raise refused(project, shapes, without)
    shown = []
    for query in queries:
        if not any(map(is_called, (shapes.named(query.shape), query.shape, query.constraint))):
            continue
        head = f"# {rules.rule(query.shape, query.constraint).key} sh:{query.component}\n"
        if query.constraint is not None:
            shown.append(head + query.text)
            continue
        short, done = "", 0
        for token in writer.tokens(query.text):
            if token.kind == "iri":
                short += query.text[done : token.start] + names.short(token.text)
                done = token.start + len(token.text)
        short += query.text[done:]
        used = sorted(writer.prefixes_used(short))
        shown.append(head + "".join(f"PREFIX {name}: <{names.prefixes[name]}>\n" for name in used) + f"\n{short}")
    if shown:
        return "\n".join(shown)
    apart = (lines.style_rules, lines.question_rules, lines.text_rules, quotations.quotation_rules)
    if any(rule in rules_of() for rules_of in (*apart, quotations.rights_rules)):
        raise ProjectError("rule-without-query", name=rule)
    if any(is_called(node) for node in rules.rules if isinstance(node, ox.NamedNode)):
        raise ProjectError("rule-within-others", name=rule)
    keys = {rules.rule(query.shape, query.constraint).key for query in queries}
    near = get_close_matches(rule, sorted(keys), n=3, cutoff=0.4)
    remedy = "did-you-mean" if near else "rules-are-named"
    raise ProjectError("no-rule", remedy=remedy, name=rule, names=either(near))


# What the queries find

UNCOUNTED: Final = -1
"""A number of nodes that an endpoint cannot count: there may be some."""
Unasked = dict[Rule, EndpointError | QueryError]
"""The rules an endpoint cannot be asked for, each with what it says."""


@dataclass(frozen=True, slots=True)
class FocusCounts:
    """The numbers of focus nodes in a store, each pattern asked once: many shapes look at the same nodes.

    Where ``only`` names nodes by their IRIs, no others are counted.
    """

    store: Store
    only: Collection[str] = ()
    known: dict[str, int] = field(default_factory=dict)

    def number(self, focus: str) -> int:
        if focus and focus not in self.known:
            values = f"{self.named()}\n" if self.only else ""
            text = f"SELECT (COUNT(DISTINCT ?this) AS ?number)\nWHERE {{\n{values}{focus}\n}}"
            try:
                self.known[focus] = int(select(self.store, text).values("number")[0])
            except (EndpointError, QueryError) as error:
                if not is_of_query(error):
                    raise
                self.known[focus] = UNCOUNTED
        return self.known.get(focus, 0)

    def named(self) -> str:
        return f"VALUES ?this {{ {' '.join(str(ox.NamedNode(iri)) for iri in self.only)} }}"

    def by_rule(self, rules: Rules) -> dict[str, int]:
        """How many nodes each rule looks at, those among them at which its shape serves as a condition of sh:node.

        A circle of shapes that hand on to each other looks at nothing, as far as this is asked.
        """
        numbers = {}
        for constraint, shape in rules.owners.items():
            try:
                focus = focus_nodes(rules.shapes, shape, by=("property", "node"))
            except Refused:
                focus = ""
            numbers[rules.rules[constraint].key] = max(self.number(focus), 0)
        return numbers


def evaluate(
    queries: Iterable[Compiled], rules: Rules, counts: FocusCounts, *, unasked: Unasked | None = None
) -> Iterator[Finding]:
    """What the queries find in the store at the focus nodes that are counted, each finding once.

    Where these are named, no others are looked at, which costs what they cost. The rules of queries an endpoint cannot
    answer are put into ``unasked``, where there is one.
    """
    findings: dict[Finding, None] = {}
    for query in queries:
        # most shapes of a small graph look at nothing: a count that is known costs less than the question
        if not counts.number(query.focus):
            continue
        text = query.text
        if counts.only:
            pattern = "\n".join(f"    {line}" for line in query.focus.splitlines())
            text = text.replace(pattern, f"    {counts.named()}\n{pattern}")
        try:
            table = select(counts.store, text)
        except (EndpointError, QueryError) as error:
            if unasked is None or not is_of_query(error):
                raise
            unasked[rules.rule(query.shape, query.constraint)] = error
            continue
        for row in table.rows:
            cells = dict(zip(table.columns, row, strict=True))
            node, way = cells["this"], cells.get("path")
            if node is not None:
                value = cells.get("value") or cells.get(query.value.removeprefix("?"))
                focus = node.value if isinstance(node, ox.NamedNode) else written(node)
                path = way.value if isinstance(way, ox.NamedNode) else query.fixed
                terms = (focus, path, "" if value is None else written(value))
                findings[rules.finding(query.shape, query.component, terms, query.constraint)] = None
    yield from findings
