"""Constraints of shapes as conditions of SPARQL: what a node has to meet, and the queries that find what does not.

What is compiled is what the shapes of pan2kg use; all else is refused by name, never passed over.
Values are those the store holds: of numbers and times, the canonical form. How the queries of whole
shapes are made of this is told by :mod:`pan2kg.validation.compilation`.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import combinations, count
from typing import NamedTuple

import pyoxigraph as ox

from pan2kg.i18n import error_message
from pan2kg.turtle import RDF, RDFS, SH, XSD, writer
from pan2kg.validation.shapes import NOT_CONSTRAINTS, PATHS, Shapes, Term

COUNTED = 6
"""So many values are told apart one by one, each of which multiplies the ways to look at them."""
THIS = "?this"
"""The variable of the focus nodes of a query."""
_COMPLETES = {
    "flags": "pattern", "qualifiedMaxCount": "qualifiedValueShape", "qualifiedMinCount": "qualifiedValueShape",
    "prefixes": "sparql", "select": "sparql",
}  # fmt: skip
"""Parameters that say more of another, without which they say nothing; a shape may be its own query."""
_COMPILED_PATHS = frozenset(("inversePath", "oneOrMorePath"))
"""The paths of one step that do not lead from a node to itself, which an engine does not see of an unknown node."""


class NumberForm(NamedTuple):
    """How the values of a datatype are written, as a regular expression, and the bounds of ``{0}``, such a value."""

    pattern: str
    bounds: str = ""


_WHOLE = "[+-]?[0-9]+"
_DOUBLE = r"[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]+)?|[+-]?INF|NaN"
_NUMBERS = {
    "integer": NumberForm(_WHOLE),
    "decimal": NumberForm(r"[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)"),
    "double": NumberForm(_DOUBLE),
    "float": NumberForm(_DOUBLE),
    "boolean": NumberForm("true|false|0|1"),
    "long": NumberForm(_WHOLE),
    "nonNegativeInteger": NumberForm(_WHOLE, "{} >= 0"),
    "positiveInteger": NumberForm(_WHOLE, "{} > 0"),
    "nonPositiveInteger": NumberForm(_WHOLE, "{} <= 0"),
    "negativeInteger": NumberForm(_WHOLE, "{} < 0"),
    "int": NumberForm(_WHOLE, "{0} >= -2147483648 && {0} <= 2147483647"),
    "short": NumberForm(_WHOLE, "{0} >= -32768 && {0} <= 32767"),
    "byte": NumberForm(_WHOLE, "{0} >= -128 && {0} <= 127"),
    "unsignedLong": NumberForm(_WHOLE, "{} >= 0"),
    "unsignedInt": NumberForm(_WHOLE, "{0} >= 0 && {0} <= 4294967295"),
    "unsignedShort": NumberForm(_WHOLE, "{0} >= 0 && {0} <= 65535"),
    "unsignedByte": NumberForm(_WHOLE, "{0} >= 0 && {0} <= 255"),
}
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


class Refused(Exception):  # noqa: N818 - it becomes an error only together with others
    """A shape that is not compiled, with the reason: a message of the catalogue by ``key``."""

    def __init__(self, shape: Term, key: str, **values: Term | str | int) -> None:
        super().__init__(key)
        words = {}
        for name, value in values.items():
            words[name] = _short(value) if isinstance(value, Term) else value
        self.shape = shape
        self.why = error_message(key, **words)


def _short(term: Term) -> str:
    """A term of SHACL with its prefix, any other as it is written in full."""
    is_of_shacl = term.value.startswith(SH)
    return f"sh:{term.value.removeprefix(SH)}" if is_of_shacl else str(term)


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
        columns = THIS if self.value in ("", THIS) else f"{THIS} {self.value}"
        body = focus.splitlines()
        if self.match:
            body.append(f"OPTIONAL {{ {self.match} }}" if self.counted else self.match)
        if self.unless:
            body.append(failing(self.unless).strip())
        end = f"\nGROUP BY {THIS}\nHAVING({self.counted})" if self.counted else ""
        text = "\n".join(f"    {line}" for line in body)
        return f"SELECT DISTINCT {columns}\nWHERE {{\n{text}\n}}{end}\n"


@dataclass(frozen=True, slots=True)
class Conditions:
    """The conditions shapes ask of nodes; ``within`` are the shapes in which one is asked for.

    Where they are ``reporting``, findings are told of each constraint; a shape's own queries are
    then left out, since who tells findings asks them. ``variables`` gives names nobody uses yet.
    """

    shapes: Shapes
    within: tuple[Term, ...] = ()
    reporting: bool = False
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
            is_left_out = name in NOT_CONSTRAINTS or name in _COMPLETES or not iri.startswith(SH)
            if is_left_out or (name == "sparql" and self.reporting):
                self._look(shape, name, parameters)
            elif name == "sparql":
                raise Refused(shape, "refused-query")
            elif name in _SINGLE and len(parameters) > 1:
                raise Refused(shape, "refused-many", name=f"sh:{name}")
            elif name in _OF_VALUES:
                for parameter in parameters:
                    end = node
                    match = ""
                    if path is not None:
                        end = value
                        match = self.leads(path, node, value, stepwise=False)
                    test = self._test(shape, name, parameter, end)
                    yield Breach(name, match, test, end, along=path)
            elif name in _OF_ALL:
                for parameter in parameters:
                    yield from self._together(shape, name, parameter, node, value)
            else:
                raise Refused(shape, "refused-parameter", name=ox.NamedNode(iri))

    def _look(self, shape: Term, name: str, values: tuple[Term, ...]) -> None:
        """Refuse what says nothing where it stands: half of a constraint, or a path that is none."""
        if name == "target":
            raise Refused(shape, "refused-parameter", name="sh:target")
        if name in _COMPLETES and not self.shapes.values(shape, _COMPLETES[name]):
            raise Refused(shape, "refused-alone", name=f"sh:{name}", other=f"sh:{_COMPLETES[name]}")
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
            refused_ways = [way for way in ways if way not in _COMPILED_PATHS]
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
        """What breaks a constraint that asks something of all value nodes of a node together."""
        path = self.shapes.value(shape, "path")
        if name == "hasValue":
            yield self._has_value(constant(parameter, shape, name), node, path)
        elif name == "disjoint" and path is None:
            yield Breach(name, f"{node} {constant(parameter, shape, name)} {node} .", value=node)
        elif path is None:
            raise Refused(shape, "refused-no-path", name=f"sh:{name}")
        elif name in ("minCount", "maxCount"):
            yield self._counted(shape, name, node, value, path)
        elif name == "qualifiedValueShape":
            counts = ("qualifiedMinCount", "qualifiedMaxCount")
            stated = [key for key in counts if self.shapes.values(shape, key)]
            if not stated:
                raise Refused(shape, "refused-alone", name=f"sh:{name}", other=f"sh:{counts[0]}")
            for key in stated:
                yield self._counted(shape, key, node, value, path, parameter)
        elif name != "uniqueLang":
            reached = self.leads(path, node, value, stepwise=False)
            yield self._compared(name, constant(parameter, shape, name), node, value, reached)
        elif parameter.value == "true":
            yield self._unique_language(node, value, path)

    def _has_value(self, term: str, node: str, path: Term | None) -> Breach:
        if path is None:
            return Breach("hasValue", unless=f"sameTerm({node}, {term})")
        end = next(self.variables)
        test = f" FILTER(sameTerm({end}, {term}))"
        return Breach("hasValue", unless=f"EXISTS {{ {self.leads(path, node, end, test)} }}")

    def _compared(self, name: str, predicate: str, node: str, value: str, reached: str) -> Breach:
        """What breaks a comparison of the values that are ``reached`` with those of another property."""
        if name == "disjoint":
            return Breach(name, f"{reached} {node} {predicate} {value} .", value=value)
        compared = next(self.variables)
        test = f"COALESCE({value} {_PAIRS[name]} {compared}, false)"
        return Breach(name, f"{reached} {node} {predicate} {compared} .", test, value)

    def _unique_language(self, node: str, value: str, path: Term) -> Breach:
        second = next(self.variables)
        reached = self.leads(path, node, value, stepwise=False)
        reached_second = self.leads(path, node, second, stepwise=False)
        alike = f'LANG({value}) != "" && LCASE(LANG({value})) = LCASE(LANG({second}))'
        differs = f"FILTER(!sameTerm({value}, {second}) && {alike})"
        return Breach("uniqueLang", f"{reached} {reached_second} {differs}")

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
    """The condition that a value is a literal of a datatype, and written as one."""
    name = iri.removeprefix(XSD)
    tests = [f"DATATYPE({value}) = {datatype}"]
    if iri == RDFS + "Literal":
        return f"isLiteral({value})"
    if iri.startswith(XSD) and name in _NUMBERS:
        form = _NUMBERS[name]
        tests.append(f'REGEX(STR({value}), "^({form.pattern})$")')
        if form.bounds:
            tests.append(form.bounds.format(f"<{XSD}integer>(STR({value}))"))
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
                if token.kind == "mark" and token.text in "({":
                    depth += 1
                elif token.kind == "mark" and token.text in ")}":
                    depth -= 1
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
