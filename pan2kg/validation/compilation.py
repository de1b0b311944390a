"""Shapes compiled to SPARQL, one SELECT for each constraint of each shape that reports; and what the queries find.

A query gives the focus nodes that break a constraint, with value and path where the constraint
names them. Focus nodes are those of the targets of a shape (SHACL, section 2.1.3) and what shapes
hand on by ``sh:property`` (section 4.7.2). Queries are plain SPARQL 1.1 over one graph. What is
compiled is what the shapes of pan2kg use; all else is refused by name, never passed over. Values
are those the store holds: of numbers and times, the canonical form.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import lru_cache
from itertools import combinations, count, pairwise

import pyoxigraph as ox

from pan2kg.errors import Pan2kgError, Place, ProjectError, QueryError
from pan2kg.i18n.message import Message, either, joined, told
from pan2kg.project import Project, read_text
from pan2kg.store.store import LocalStore
from pan2kg.turtle import RDF, RDFS, SH, XSD, writer
from pan2kg.validation import questions, quotations, style, wording
from pan2kg.validation.report import Names
from pan2kg.validation.shapes import (
    NOT_CONSTRAINTS,
    PATHS,
    Node,
    Rules,
    Shapes,
    Term,
    read_rules,
    read_shapes,
)

SHAPES = Place("ontology/shapes")
COUNTED = 6
"""So many values are told apart one by one, each of which multiplies the ways to look at them."""
_THIS = "?this"
_VALUE = "?value"
_BESIDE = {
    "flags": "pattern", "qualifiedMaxCount": "qualifiedValueShape", "qualifiedMinCount": "qualifiedValueShape",
    "prefixes": "sparql", "select": "sparql",
}  # fmt: skip
"""Parameters that say more of another one, without which they say nothing; a shape may be its own query."""
_WAYS = frozenset(("inversePath", "oneOrMorePath"))
"""The paths of one step that do not lead from a node to itself, which an engine does not see of an unknown node."""
_IMPORTS = "http://www.w3.org/2002/07/owl#imports"
_REFUSED_WORDS = frozenset(("FROM", "GRAPH", "MINUS", "SERVICE", "VALUES"))
"""What a query of a shape may not hold: SHACL (section 5.2.1, appendix A) forbids three, and there is one graph."""
_REFUSED_VARIABLES = frozenset(("failure", "shapesGraph", "currentShape"))
_WHOLE = "[+-]?[0-9]+"
_DOUBLE = r"[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]+)?|[+-]?INF|NaN"
_NUMBERS = {
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
_CAST = ("date", "dateTime", "dayTimeDuration", "duration", "time", "yearMonthDuration")
"""Datatypes whose values are read by the engine, which knows how long a month is (SHACL, section 4.1.2)."""
_KINDS = {
    "IRI": "isIRI({0})", "BlankNode": "isBlank({0})", "Literal": "isLiteral({0})",
    "BlankNodeOrIRI": "!isLiteral({0})", "BlankNodeOrLiteral": "!isIRI({0})", "IRIOrLiteral": "!isBlank({0})",
}  # fmt: skip
_RANGES = {
    "minExclusive": ">",
    "minInclusive": ">=",
    "maxExclusive": "<",
    "maxInclusive": "<=",
}
_LENGTHS = {"minLength": ">=", "maxLength": "<="}
_PAIRS = {"lessThan": "<", "lessThanOrEquals": "<="}
_OF_VALUES = frozenset(
    (
        "class",
        "datatype",
        "nodeKind",
        "pattern",
        "languageIn",
        "in",
        "node",
        "not",
        "and",
        "or",
        "xone",
        *_RANGES,
        *_LENGTHS,
    )
)
"""The constraints that ask something of each value node."""
_OF_LISTS = frozenset(("in", "languageIn", "and", "or", "xone"))
"""Those of them whose parameter is a list."""
_OF_ALL = frozenset(
    ("minCount", "maxCount", "qualifiedValueShape", "hasValue", "uniqueLang", "disjoint", *_PAIRS)
)
"""The constraints that ask something of all value nodes together, or of their place."""
_SINGLE = frozenset(
    ("datatype", "nodeKind", "in", "qualifiedValueShape", "minCount", "maxCount", *_LENGTHS)
)
"""The constraints a shape may have once."""


class Refused(Exception):  # noqa: N818 - a refusal with its reason, which becomes an error only together with others
    def __init__(self, shape: Term, key: str, **values: Term | str | int) -> None:
        super().__init__(key)
        for name, value in values.items():
            if isinstance(value, Term):
                values[name] = (
                    f"sh:{value.value.removeprefix(SH)}"
                    if value.value.startswith(SH)
                    else str(value)
                )
        self.shape = shape
        self.why = told(key, **values)


@dataclass(frozen=True, slots=True)
class Breach:
    """What breaks a constraint: where ``match``, or the focus node alone, is something of which ``unless`` is not true.

    A result names its value by the variable ``value``; ``counted`` is the HAVING of a count over
    the values that ``match`` finds. ``along`` is the path from the focus node to ``value`` where
    ``match`` is nothing else.
    """

    name: str
    match: str = ""
    unless: str = ""
    value: str = ""
    counted: str = ""
    along: Term | None = None

    def query(self, focus: str) -> str:
        """The query that finds it among the nodes the pattern ``focus`` matches."""
        columns = " ".join(dict.fromkeys(filter(None, (_THIS, self.value))))
        body = [*focus.splitlines()]
        if self.match:
            body.append(f"OPTIONAL {{ {self.match} }}" if self.counted else self.match)
        body += [failing(self.unless).strip()] if self.unless else []
        end = f"\nGROUP BY {_THIS}\nHAVING({self.counted})" if self.counted else ""
        text = "\n".join(f"    {line}" for line in body)
        return f"SELECT DISTINCT {columns}\nWHERE {{\n{text}\n}}{end}\n"


@dataclass(frozen=True, slots=True)
class Conditions:
    shapes: Shapes
    within: tuple[Term, ...] = ()
    reporting: bool = False
    """Whether findings are told, so that a shape's own queries are left to who tells them."""
    variables: Iterator[str] = field(default_factory=lambda: map("?v{}".format, count(1)))

    def conforms(self, shape: Term, node: str) -> str:
        """The condition that a node, named by its variable, conforms to a shape; « true » where it is off.

        Raises:
            Refused: the shape refers to itself, or has a constraint that is not compiled.
        """
        if shape in self.within:
            raise Refused(shape, "refused-recursion", name=shape)
        if self.shapes.is_off(shape):
            return "true"
        inner = replace(self, within=(*self.within, shape), reporting=False)
        tests = []
        for breach in inner.breaches(shape, node, next(self.variables)):
            if breach.counted:
                raise Refused(shape, "refused-count", n=COUNTED)
            if not breach.match:
                tests.append(breach.unless)
                continue
            failed = failing(breach.unless)
            whole = breach.match + failed
            if breach.along is not None:
                whole = self.leads(breach.along, node, breach.value, failed)
            tests.append(f"NOT EXISTS {{ {whole} }}")
        path = self.shapes.value(shape, "path")
        for property_shape in self.shapes.values(shape, "property"):
            if self.shapes.value(property_shape, "path") is None:
                raise Refused(property_shape, "refused-path")
            if path is None:
                tests.append(inner.conforms(property_shape, node))
            else:
                value = next(self.variables)
                failed = failing(inner.conforms(property_shape, value))
                tests.append(f"NOT EXISTS {{ {self.leads(path, node, value, failed)} }}")
        return joint("&&", tests)

    def breaches(self, shape: Term, node: str, value: str) -> Iterator[Breach]:
        """What breaks the constraints of a shape at a node."""
        properties = self.shapes.said.get(shape) if not isinstance(shape, ox.Literal) else None
        if properties is None:
            raise Refused(shape, "refused-missing", name=shape)
        path = self.shapes.value(shape, "path")
        for iri, parameters in properties.items():
            name = iri.removeprefix(SH)
            is_constraint = (
                iri.startswith(SH) and name not in NOT_CONSTRAINTS and name not in _BESIDE
            )
            if not is_constraint or (name == "sparql" and self.reporting):
                self._look(shape, name, parameters)
            elif name == "sparql":
                raise Refused(shape, "refused-query")
            elif name in _SINGLE and len(parameters) > 1:
                raise Refused(shape, "refused-many", name=f"sh:{name}")
            elif name in _OF_VALUES:
                for parameter in parameters:
                    end = node if path is None else value
                    match = "" if path is None else self.leads(path, node, value, stepwise=False)
                    yield Breach(
                        name, match, self._test(shape, name, parameter, end), end, along=path
                    )
            elif name in _OF_ALL:
                for parameter in parameters:
                    yield from self._together(shape, name, parameter, node, value)
            else:
                raise Refused(shape, "refused-parameter", name=ox.NamedNode(iri))

    def _look(self, shape: Term, name: str, values: tuple[Term, ...]) -> None:
        """Refuse what says nothing where it stands: half of a constraint, or a path that is none."""
        if name == "target":
            raise Refused(shape, "refused-parameter", name="sh:target")
        if name in _BESIDE and not self.shapes.values(shape, _BESIDE[name]):
            raise Refused(shape, "refused-alone", name=f"sh:{name}", other=f"sh:{_BESIDE[name]}")
        is_property = name == RDF + "type" and ox.NamedNode(SH + "PropertyShape") in values
        if is_property and self.shapes.value(shape, "path") is None:
            raise Refused(shape, "refused-path")
        if name == "path":
            if len(values) != 1:
                raise Refused(shape, "refused-path")
            self._look_along(shape, values[0])

    def _look_along(self, shape: Term, path: Term) -> None:
        """Refuse a path that is none, or leads in a way that is not compiled, at any of its steps."""
        waiting = [path]
        while waiting:
            step = waiting.pop()
            ways = [way for way in PATHS if self.shapes.values(step, way)]
            refused_ways = [way for way in ways if way not in _WAYS]
            if refused_ways:
                raise Refused(shape, "refused-parameter", name=f"sh:{refused_ways[0]}")
            inner = [value for way in ways for value in self.shapes.values(step, way)]
            if not inner:
                alternatives = self.shapes.value(step, "alternativePath")
                inner = self.shapes.items(step if alternatives is None else alternatives)
            if isinstance(step, ox.BlankNode) and inner:
                waiting += inner
            elif not isinstance(step, ox.NamedNode):
                raise Refused(shape, "refused-path")

    def _test(self, shape: Term, name: str, parameter: Term, value: str) -> str:
        """The condition that a constraint asks of a value node; ``value`` is its variable."""
        if name in ("node", "not"):
            conforms = self.conforms(parameter, value)
            return negation(conforms) if name == "not" else conforms
        if name in _OF_LISTS:
            return self._of_list(shape, name, parameter, value)
        if name == "class":
            class_ = constant(parameter, shape, name)
            return f"EXISTS {{ {value} <{RDF}type>/<{RDFS}subClassOf>* {class_} }}"
        if name == "datatype":
            return _of_datatype(constant(parameter, shape, name), parameter.value, value)
        if name == "pattern":
            return f"COALESCE(REGEX(STR({value}), {self._pattern(shape, parameter)}), false)"
        if name in _LENGTHS:
            length = self._whole(shape, name)
            return f"COALESCE(STRLEN(STR({value})) {_LENGTHS[name]} {length}, false)"
        kind = parameter.value.removeprefix(SH)
        if name == "nodeKind" and kind in _KINDS:
            return _KINDS[kind].format(value)
        if name in _RANGES and isinstance(parameter, ox.Literal):
            return f"COALESCE({value} {_RANGES[name]} {parameter}, false)"
        raise Refused(shape, "refused-value", name=f"sh:{name}", value=str(parameter))

    def _of_list(self, shape: Term, name: str, parameter: Term, value: str) -> str:
        """The condition of a constraint whose parameter is a list: of terms, languages or shapes."""
        terms = self._members(shape, name, parameter)
        if name == "languageIn":
            tags = (writer.string(tag.value) for tag in terms)
            tests = [f"COALESCE(langMatches(LANG({value}), {tag}), false)" for tag in tags]
            return joint("||", tests)
        if name == "in":
            if terms and all(isinstance(term, ox.NamedNode) for term in terms):
                return f"{value} IN ({', '.join(map(str, terms))})"
            constants = [constant(term, shape, name) for term in terms]
            return joint("||", (f"sameTerm({value}, {term})" for term in constants))
        tests = [self.conforms(term, value) for term in terms]
        if name == "xone":
            return f"({' + '.join(f'IF({test}, 1, 0)' for test in tests)}) = 1"
        return joint("||" if name == "or" else "&&", tests)

    def _members(self, shape: Term, name: str, parameter: Term) -> list[Term]:
        """The members of the list of a constraint; one of shapes is not empty."""
        is_empty = parameter.value == RDF + "nil"
        if not is_empty and self.shapes.value(parameter, RDF + "first") is None:
            raise Refused(shape, "refused-value", name=f"sh:{name}", value=str(parameter))
        members = self.shapes.items(parameter)
        if not members and name in ("and", "or", "xone"):
            raise Refused(shape, "refused-value", name=f"sh:{name}", value="( )")
        return members

    def _pattern(self, shape: Term, parameter: Term) -> str:
        """The arguments of REGEX for a pattern and its flags, which the engine is asked whether it can read."""
        flags = self.shapes.value(shape, "flags")
        letters = flags.value if flags is not None else ""
        arguments = writer.string(parameter.value)
        if letters:
            arguments += f", {writer.string(letters)}"
        probe = ox.Store().query(f'SELECT (REGEX("", {arguments}) AS ?read) {{}}')
        is_read = isinstance(probe, ox.QuerySolutions) and next(probe)["read"] is not None
        if not is_read or set(letters) - set("im"):
            shown = f"{parameter.value} ({letters})" if letters else parameter.value
            raise Refused(shape, "refused-pattern", value=shown)
        return arguments

    def _together(
        self, shape: Term, name: str, parameter: Term, node: str, value: str
    ) -> Iterator[Breach]:
        path = self.shapes.value(shape, "path")
        if name == "hasValue":
            term = constant(parameter, shape, name)
            end = node if path is None else next(self.variables)
            test = f"sameTerm({end}, {term})"
            if path is not None:
                test = f"EXISTS {{ {self.leads(path, node, end, f' FILTER({test})')} }}"
            yield Breach(name, unless=test)
            return
        if path is None:
            if name != "disjoint":
                raise Refused(shape, "refused-no-path", name=f"sh:{name}")
            yield Breach(name, f"{node} {constant(parameter, shape, name)} {node} .", value=node)
            return
        reached = self.leads(path, node, value, stepwise=False)
        if name == "disjoint":
            yield Breach(
                name, f"{reached} {node} {constant(parameter, shape, name)} {value} .", value=value
            )
        elif name in _PAIRS:
            theirs = constant(parameter, shape, name)
            compared = next(self.variables)
            test = f"COALESCE({value} {_PAIRS[name]} {compared}, false)"
            yield Breach(name, f"{reached} {node} {theirs} {compared} .", test, value)
        elif name == "uniqueLang" and parameter.value == "true":
            second = next(self.variables)
            alike = f'LANG({value}) != "" && LCASE(LANG({value})) = LCASE(LANG({second}))'
            differs = f" FILTER(!sameTerm({value}, {second}) && {alike})"
            yield Breach(
                name, f"{reached} {self.leads(path, node, second, stepwise=False)}{differs}"
            )
        elif name == "qualifiedValueShape":
            counts = [
                key
                for key in ("qualifiedMinCount", "qualifiedMaxCount")
                if self.shapes.values(shape, key)
            ]
            if not counts:
                raise Refused(
                    shape,
                    "refused-alone",
                    name="sh:qualifiedValueShape",
                    other="sh:qualifiedMinCount",
                )
            for key in counts:
                yield self._counted(shape, key, node, value, path, parameter)
        elif name in ("minCount", "maxCount"):
            yield self._counted(shape, name, node, value, path)

    def _counted(
        self,
        shape: Term,
        name: str,
        node: str,
        value: str,
        path: Term,
        qualified: Term | None = None,
    ) -> Breach:
        number = self._whole(shape, name)
        is_least = name.lower().endswith("mincount")
        needed = number if is_least else number + 1
        has_count = needed > COUNTED or (self.reporting and needed > 2)
        names = [value] if has_count else [next(self.variables) for _ in range(needed)]
        # a single value is only asked for, several are told apart by their variables
        stepwise = qualified is None and needed == 1
        reached = []
        for end in names:
            test = ""
            if qualified is not None:
                test = f" FILTER({joint('&&', [self.conforms(qualified, end)])})"
            reached.append(self.leads(path, node, end, stepwise=stepwise) + test)
        if has_count:
            comparison = "<" if is_least else ">"
            return Breach(
                name, reached[0], counted=f"COUNT(DISTINCT {value}) {comparison} {number}"
            )
        pairs = combinations(names, 2)
        different = joint("&&", (f"!sameTerm({end}, {other})" for end, other in pairs))
        told_apart = f" FILTER({different})" if needed > 1 else ""
        enough = f"EXISTS {{ {' '.join(reached)}{told_apart} }}" if names else "true"
        return Breach(name, unless=enough if is_least else negation(enough))

    def _whole(self, shape: Term, name: str) -> int:
        number, *more = self.shapes.values(shape, name)
        if more:
            raise Refused(shape, "refused-many", name=f"sh:{name}")
        is_whole = isinstance(number, ox.Literal) and number.datatype.value == XSD + "integer"
        if not is_whole or not re.fullmatch(r"\+?[0-9]+", number.value):
            raise Refused(shape, "refused-number", name=f"sh:{name}", value=str(number))
        return int(number.value)

    def leads(
        self, path: Term, node: str, value: str, test: str = "", *, stepwise: bool = True
    ) -> str:
        """The pattern of a path from a node to a value of which a test holds, for EXISTS step by step.

        There each step asks for the next: as one pattern, an engine may begin at its end, for each
        node anew.
        """
        steps = [
            self.shapes.path(step, bare=False, within=True) for step in self.shapes.items(path)
        ]
        if len(steps) < 2 or not stepwise:
            return f"{node} {self.shapes.path(path, bare=False)} {value} .{test}"
        names = [node, *(next(self.variables) for _ in steps[1:]), value]
        triples = [
            f"{start} {step} {end} ."
            for start, step, end in zip(names, steps, names[1:], strict=False)
        ]
        return f"{' FILTER(EXISTS { '.join(triples)}{test}{' })' * (len(steps) - 1)}"


def _of_datatype(datatype: str, iri: str, value: str) -> str:
    name = iri.removeprefix(XSD)
    tests = [f"DATATYPE({value}) = {datatype}"]
    if iri == RDFS + "Literal":
        return f"isLiteral({value})"
    if iri.startswith(XSD) and name in _NUMBERS:
        form, bounds = _NUMBERS[name]
        tests.append(f'REGEX(STR({value}), "^({form})$")')
        tests += [bounds.format(f"<{XSD}integer>(STR({value}))")] if bounds else []
    elif iri.startswith(XSD) and name in _CAST:
        tests.append(f"DATATYPE({datatype}(STR({value}))) = {datatype}")
    return f"COALESCE({' && '.join(tests)}, false)"


def failing(condition: str) -> str:
    """The filter of what does not meet a condition.

    >>> failing("?v > 1"), failing("")
    (' FILTER(!(?v > 1))', '')
    """
    return f" FILTER({negation(condition)})" if condition else ""


def joint(operator: str, conditions: Iterable[str]) -> str:
    """Several conditions as one; of none « true » for ``&&``, « false » for ``||``.

    >>> joint("&&", ["?a", "?b || ?c", "true"]), joint("||", [])
    ('?a && (?b || ?c)', 'false')
    """
    other, nothing = ("||", "true") if operator == "&&" else ("&&", "false")
    needed = (condition for condition in conditions if (operator, condition) != ("&&", "true"))
    bracketed = (
        f"({condition})" if f" {other} " in condition else condition for condition in needed
    )
    return f" {operator} ".join(bracketed) or nothing


def negation(condition: str) -> str:
    """What holds where a condition does not.

    >>> negation("EXISTS { ?a ?b ?c }"), negation("!(?v > 1)"), negation("?v > 1")
    ('NOT EXISTS { ?a ?b ?c }', '?v > 1', '!(?v > 1)')
    """
    # without a second mark of negation where there is one already
    for start, opposite in (("NOT EXISTS {", "EXISTS {"), ("EXISTS {", "NOT EXISTS {"), ("!(", "")):
        if condition.startswith(start):
            depth = 0
            opening = len(start) - 1
            for token in writer.tokens(condition[opening:]):
                depth += (token.text in "({") - (token.text in ")}") if token.kind == "mark" else 0
                if not depth:
                    break
            if opening + token.start + 1 == len(condition):
                return condition[2:-1] if not opposite else opposite + condition.removeprefix(start)
    return f"!({condition})"


def constant(term: Term, shape: Term, name: str) -> str:
    """A term of a shape as a query has it; a node without a name cannot be put into one."""
    if isinstance(term, ox.BlankNode):
        raise Refused(shape, "refused-value", name=f"sh:{name}", value=str(term))
    return str(term)


@dataclass(frozen=True, slots=True)
class Compiled:
    """The query of a constraint: ``focus`` selects the nodes its shape looks at.

    A row has ``?this``, and by the name in ``value`` the value, where that is a variable; ``fixed``
    is the path of the shape, as a finding has it; ``constraint`` is the node of a constraint by a
    query.
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
    """The queries of all shapes that report, and the shapes that are refused; kept for the last two readings."""
    queries: list[Compiled] = []
    components = (node for node in shapes.said if shapes.values(node, "parameter"))
    refusals: Refusals = [(component, told("refused-component")) for component in components]
    entailed = (
        node for node in shapes.said if shapes.values(node, "entailment")
    )  # SHACL, section 3.2
    refusals += [(node, told("refused-parameter", name="sh:entailment")) for node in entailed]
    for shape in _reporting(shapes):
        try:
            queries += _compile(shapes, shape)
        except Refused as refusal:
            refusals.append((shape, refusal.why))
    return tuple(queries), refusals


def compile_near(shapes: Shapes, number: Callable[[str], int]) -> Iterator[Compiled]:
    """The queries of shapes that look at something, which the ``number`` of nodes a pattern matches says.

    Of one that is refused, which the check of a whole project says, there are those that come
    before the reason.
    """
    for shape in _reporting(shapes):
        with suppress(Refused):
            if number(focus_nodes(shapes, shape)):
                yield from _compile(shapes, shape)


def _reporting(shapes: Shapes) -> list[Node]:
    starts = (node for node in shapes.said if shapes.targets(node) or shapes.values(node, "target"))
    return shapes.reached(starts, "property")


def _compile(shapes: Shapes, shape: Node) -> Iterator[Compiled]:
    path = shapes.value(shape, "path")
    if path is None and any(
        predicate == SH + "property" for _, predicate in shapes.used.get(shape, ())
    ):
        raise Refused(shape, "refused-path")
    breaches = list(Conditions(shapes, (shape,), reporting=True).breaches(shape, _THIS, _VALUE))
    focus = focus_nodes(shapes, shape)
    if not focus or shapes.is_off(shape):
        return
    fixed = "" if path is None else shapes.path(path)
    for breach in breaches:
        component = f"{breach.name[:1].upper()}{breach.name[1:]}ConstraintComponent"
        yield Compiled(shape, component, breach.query(focus), focus, breach.value, fixed)
    for constraint in shapes.values(shape, "sparql"):
        if not shapes.is_off(constraint):
            text = _own_query(shapes, constraint, shape, focus)
            value = _THIS if path is None else ""
            yield Compiled(
                shape, "SPARQLConstraintComponent", text, focus, value, fixed, constraint
            )


def focus_nodes(shapes: Shapes, shape: Node, *, by: Sequence[str] = ("property",)) -> str:
    """A pattern that matches each node a shape looks at once, as ``?this``; empty where it looks at none.

    ``by`` names the properties by which another shape hands its value nodes on to this one.
    """

    def reached(target: Node, node: str, within: tuple[Node, ...]) -> Iterator[tuple[str, bool]]:
        # each pattern with whether it matches a node once
        if target in within:
            raise Refused(target, "refused-recursion", name=str(target))
        terms = {
            name: [constant(term, target, name) for term in of]
            for name, of in shapes.targets(target).items()
        }
        classes = terms.get("targetClass", [])
        below = f"<{RDF}type>/<{RDFS}subClassOf>*"
        if len(classes) == 1:
            yield f"{node} {below} {classes[0]} .", True
        elif classes:
            yield f"VALUES ?class {{ {' '.join(classes)} }} {node} {below} ?class .", False
        if nodes := terms.get("targetNode"):
            yield f"VALUES {node} {{ {' '.join(nodes)} }}", True
        yield from (
            (f"{node} {term} ?object .", False) for term in terms.get("targetSubjectsOf", ())
        )
        yield from (
            (f"?subject {term} {node} .", False) for term in terms.get("targetObjectsOf", ())
        )
        parent = f"?parent{len(within) + 1}"
        for user, predicate in shapes.used.get(target, ()):
            if predicate.removeprefix(SH) not in by or shapes.is_off(user):
                continue
            path = shapes.value(user, "path")
            if path is None:
                yield from reached(user, node, (*within, target))
            else:
                step = f"{parent} {shapes.path(path, bare=False)} {node} ."
                yield from (
                    (f"{above} {step}", False)
                    for above, _ in reached(user, parent, (*within, target))
                )

    patterns = dict.fromkeys(reached(shape, _THIS, ()))
    if len(patterns) == 1 and next(iter(patterns))[1]:
        return next(iter(patterns))[0]
    inner = "\n    UNION\n    ".join(f"{{ {pattern} }}" for pattern, _ in patterns)
    return f"{{ SELECT DISTINCT {_THIS} WHERE {{\n    {inner}\n}} }}" if patterns else ""


def _own_query(shapes: Shapes, constraint: Term, shape: Node, focus: str) -> str:
    selects = shapes.values(constraint, "select")
    path = shapes.value(shape, "path")
    if len(selects) != 1 or not isinstance(selects[0], ox.Literal):
        raise Refused(shape, "refused-select")
    text = selects[0].value.strip() + "\n"
    if path is not None:
        text = re.sub(r"\$PATH\b", lambda _: shapes.path(path, bare=False), text)
    prefixes = ""
    waiting = list(shapes.values(constraint, "prefixes"))
    visited = set()
    while waiting:
        ontology = waiting.pop()
        if ontology not in visited:
            visited.add(ontology)
            waiting += shapes.values(ontology, _IMPORTS)
            for declared in shapes.values(ontology, "declare"):
                prefix = shapes.value(declared, "prefix")
                namespace = shapes.value(declared, "namespace")
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
    """Let the engine read a query of a shape.

    Raises:
        QueryError: it is not SPARQL.
    """
    try:
        LocalStore(ox.Store()).query(text)
    except QueryError as error:
        raise QueryError(error.message, place=SHAPES, remedy="mend-shape") from None


def _bound(text: str, focus: str, shape: Node) -> str:
    """A query whose every group that speaks of ``$this`` begins with the pattern of the focus nodes.

    SHACL binds ``$this`` once for each focus node (appendix A). To join the set of them into each
    group means the same, since a group sees the values that stand in it; within EXISTS those of the
    group around it are seen anyway.
    """
    words = [token for token in writer.tokens(text) if token.kind != "comment"]
    _refuse_words(words, shape)
    indented = "".join(f"\n    {line}" for line in focus.splitlines())
    for group in reversed(_groups(words, shape)):
        if group.speaks and group.is_free and not group.is_select:
            text = f"{text[: group.start + 1]}{indented}{text[group.start + 1 :]}"
    return text


@dataclass(slots=True)
class PatternGroup:
    """What stands between two braces of a query: where it begins, and what it is."""

    start: int
    is_free: bool
    """Whether it stands in no EXISTS, whose groups see what is bound around them."""
    is_select: bool
    """Whether it is a query of its own."""
    speaks: bool
    """Whether it names ``$this``, or has to since what is around it does."""


def _refuse_words(words: Iterable[writer.Token], shape: Node) -> None:
    for token in words:
        is_word = token.kind == "word" and token.text.upper() in _REFUSED_WORDS
        is_variable = token.kind == "variable" and token.text[1:] in _REFUSED_VARIABLES
        if is_word or is_variable:
            raise Refused(shape, "refused-word", word=token.text)


def _groups(words: Sequence[writer.Token], shape: Node) -> list[PatternGroup]:
    """The groups of a query in the order of their beginning; a query within it that leaves ``$this`` out is refused."""
    groups: list[PatternGroup] = []
    open_groups = [PatternGroup(start=-1, is_free=True, is_select=False, speaks=False)]
    before = ""
    for token, after in pairwise([*words, writer.Token("end", "", -1)]):
        around = open_groups[-1]
        if token.text == "{":
            group = PatternGroup(
                start=token.start,
                is_free=around.is_free and before != "EXISTS",
                is_select=after.text.upper() == "SELECT",
                speaks=not groups or (around.is_select and around.speaks),
            )
            groups.append(group)
            open_groups.append(group)
        elif token.text == "}" and len(open_groups) > 1:
            closed = open_groups.pop()
            if closed.is_select and not closed.speaks:
                raise Refused(shape, "refused-subquery")
        elif token.kind == "variable" and token.text[1:] == "this":
            around.speaks = True
        before = token.text.upper()
    return groups


def refused(project: Project, shapes: Shapes, refusals: Refusals) -> ProjectError:
    """The error that says of each shape that is refused where it stands and why, each sentence once."""
    names = Names(writer.read_prefixes(project))
    faults = {}
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

    >>> print(explain(Project.packaged(), "pan:PlanShape-topic-missing"))
    # pan:PlanShape-topic-missing sh:MinCountConstraintComponent
    PREFIX pan: <https://w3id.org/pan2kg/ontology#>
    ...
    """
    for path in sorted((project.queries / "quality").glob("*-violation.rq")):
        if path.stem == rule:
            return read_text(path)
    names = Names(writer.read_prefixes(project))
    shapes = read_shapes(project.shape_files())
    rules = read_rules(shapes, names)
    queries, refusals = compile_shapes(shapes)
    prefix, _, local = rule.partition(":")
    called = {rule, names.prefixes.get(prefix, f"{prefix}:") + local}
    without = [(shape, why) for shape, why in refusals if shape.value in called]
    if without:
        raise refused(project, shapes, without)
    shown = []
    keys = set()
    for query in queries:
        key = rules.rule(query.shape, query.constraint).key
        keys.add(key)
        nodes = (shapes.named(query.shape), query.shape, query.constraint)
        if not called.isdisjoint(node.value for node in nodes if node is not None):
            shown.append(f"# {key} sh:{query.component}\n{_shortened(query, names)}")
    if shown:
        return "\n".join(shown)
    raise _not_shown(rule, keys, called, rules)


def _shortened(query: Compiled, names: Names) -> str:
    """The text of a query with prefixes in place of addresses; one that a shape brings itself is as it is."""
    if query.constraint is not None:
        return query.text
    short = ""
    end = 0
    for token in writer.tokens(query.text):
        if token.kind == "iri":
            short += query.text[end : token.start] + names.short(token.text)
            end = token.start + len(token.text)
    short += query.text[end:]
    used = sorted(writer.prefixes_used(short))
    heads = "".join(f"PREFIX {name}: <{names.prefixes[name]}>\n" for name in used)
    return f"{heads}\n{short}"


def _not_shown(
    rule: str, keys: Iterable[str], called: Collection[str], rules: Rules
) -> ProjectError:
    """Why there is no query of a rule to show: it is read off files, it hands on to others, or it is none."""
    of_files = style.STYLE_RULES | questions.QUESTION_RULES | wording.TEXT_RULES
    if rule in of_files | quotations.QUOTATION_RULES | quotations.RIGHTS_RULES:
        return ProjectError("rule-without-query", name=rule)
    if any(node.value in called for node in rules.rules if isinstance(node, ox.NamedNode)):
        return ProjectError("rule-within-others", name=rule)
    near = get_close_matches(rule, sorted(keys), n=3, cutoff=0.4)
    remedy = "did-you-mean" if near else "rules-are-named"
    return ProjectError("no-rule", remedy=remedy, name=rule, names=either(near))
