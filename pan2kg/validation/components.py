"""What each constraint of SHACL Core asks, as SPARQL (SHACL, section 4, Core Constraint Components).

One function a component or a family of them. A constraint of each value node by itself is a test that must be true of
it; the others say what breaks them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

import pyoxigraph as ox

from pan2kg.i18n.message import told
from pan2kg.turtle.vocabulary import RDF, RDFS, SH, XSD
from pan2kg.turtle.writer import string
from pan2kg.validation.conditions import (
    COUNTED,
    Breach,
    Component,
    Conditions,
    Place,
    Refused,
    all_of,
    any_of,
    constant,
    is_true,
    negation,
)
from pan2kg.validation.shapes import Shapes, Term

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
Test = Callable[[Conditions, Place, Term, str], str]
"""What must be true of a value node, a variable: from the place of the constraint and the value of its parameter."""


def _component(name: str) -> str:
    return f"{name[:1].upper()}{name[1:]}ConstraintComponent"


def _of_values(test: Test) -> Component:
    """A constraint that is asked of each value node by itself: ``test`` writes what must be true of it."""

    def breaches(conditions: Conditions, at: Place, parameter: Term) -> Iterator[Breach]:
        path = conditions.shapes.value(at.shape, "path")
        value = at.node if path is None else at.value
        match = "" if path is None else conditions.reach(path, at.node, value)
        yield Breach(_component(at.name), match, test(conditions, at, parameter, value), value, along=path)

    return breaches


def _class(conditions: Conditions, at: Place, parameter: Term, value: str) -> str:
    """Section 4.1.1: an instance of the class or of one below it."""
    del conditions
    return f"EXISTS {{ {value} <{RDF}type>/<{RDFS}subClassOf>* {constant(parameter, at.shape, 'sh:class')} }}"


def _datatype(conditions: Conditions, at: Place, parameter: Term, value: str) -> str:
    """Section 4.1.2: a literal of the datatype, and written as that datatype asks where SPARQL 1.1 knows it."""
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


def _node_kind(conditions: Conditions, at: Place, parameter: Term, value: str) -> str:
    """Section 4.1.3."""
    _only(conditions, at, at.name)
    kind = parameter.value.removeprefix(SH)
    if kind not in _KINDS:
        raise Refused(told("refused-value", name="sh:nodeKind", value=str(parameter)), at.shape)
    return _KINDS[kind].format(value)


def _range(conditions: Conditions, at: Place, parameter: Term, value: str) -> str:
    """Section 4.3: what cannot be compared is out of range."""
    del conditions
    if not isinstance(parameter, ox.Literal):
        raise Refused(told("refused-value", name=f"sh:{at.name}", value=str(parameter)), at.shape)
    return f"COALESCE({value} {_RANGES[at.name]} {parameter}, false)"


def _length(conditions: Conditions, at: Place, parameter: Term, value: str) -> str:
    """Sections 4.4.1 and 4.4.2: of IRIs too; a blank node has no length."""
    sign = ">=" if at.name == "minLength" else "<="
    return f"COALESCE(STRLEN(STR({value})) {sign} {_whole(conditions, at, at.name, parameter)}, false)"


def _pattern(conditions: Conditions, at: Place, parameter: Term, value: str) -> str:
    """Section 4.4.3; a pattern the engine cannot read would match nothing, and is refused."""
    flags = conditions.shapes.value(at.shape, "flags")
    letters = flags.value if flags is not None else ""
    written = f"{string(parameter.value)}{f', {string(letters)}' if letters else ''}"
    probe = ox.Store().query(f'SELECT (REGEX("", {written}) AS ?read) {{}}')
    if set(letters) - set("im") or not isinstance(probe, ox.QuerySolutions) or next(probe)["read"] is None:
        shown = f"{parameter.value}{f' ({letters})' if letters else ''}"
        raise Refused(told("refused-pattern", value=shown), at.shape)
    return f"COALESCE(REGEX(STR({value}), {written}), false)"


def _language_in(conditions: Conditions, at: Place, parameter: Term, value: str) -> str:
    """Section 4.4.4."""
    tags = [tag.value for tag in _list(conditions, at, parameter)]
    return any_of(f"COALESCE(langMatches(LANG({value}), {string(tag)}), false)" for tag in tags)


def _in(conditions: Conditions, at: Place, parameter: Term, value: str) -> str:
    """Section 4.8.3: one of these terms, compared as terms; IRIs are the same for ``IN``, which reads better."""
    _only(conditions, at, at.name)
    terms = _list(conditions, at, parameter)
    if terms and all(isinstance(term, ox.NamedNode) for term in terms):
        return f"{value} IN ({', '.join(map(str, terms))})"
    return any_of(f"sameTerm({value}, {constant(term, at.shape, 'sh:in')})" for term in terms)


def _shape(conditions: Conditions, at: Place, parameter: Term, value: str) -> str:
    """Sections 4.6.1 and 4.7.1: a shape that the value conforms to, or does not."""
    conforms = conditions.conforms(parameter, value)
    return negation(conforms) if at.name == "not" else conforms


def _logical(conditions: Conditions, at: Place, parameter: Term, value: str) -> str:
    """Sections 4.6.2 to 4.6.4: all of the shapes, any of them, exactly one."""
    shapes = _list(conditions, at, parameter)
    if not shapes:
        raise Refused(told("refused-value", name=f"sh:{at.name}", value="( )"), at.shape)
    parts = [conditions.conforms(shape, value) for shape in shapes]
    if at.name == "xone":
        return f"({' + '.join(f'IF({part}, 1, 0)' for part in parts)}) = 1"
    return any_of(parts) if at.name == "or" else all_of(parts)


def _cardinality(conditions: Conditions, at: Place, parameter: Term) -> Iterator[Breach]:
    """Section 4.2: too few or too many values."""
    path = _path_of(conditions, at)
    number = _whole(conditions, at, at.name, parameter)
    # a single value is only asked for, several are told apart by their variables
    lead = conditions.some if number + (at.name == "maxCount") == 1 else conditions.reach
    yield _counted(conditions, at, at.name, number, lambda value: lead(path, at.node, value))


def _counted(conditions: Conditions, at: Place, name: str, number: int, reached: Callable[[str], str]) -> Breach:
    """Too few or too many values; ``reached`` writes the pattern of one."""
    least = name.lower().endswith("mincount")
    needed = number if least else number + 1
    if needed > COUNTED or (at.reporting and needed > 2):
        having = f"COUNT(DISTINCT {at.value}) {'<' if least else '>'} {number}"
        return Breach(_component(name), reached(at.value), counted=having)
    enough = conditions.at_least(needed, reached)
    return Breach(_component(name), unless=enough if least else negation(enough))


def _qualified(conditions: Conditions, at: Place, parameter: Term) -> Iterator[Breach]:
    """Section 4.7.3: too few or too many values that conform to a shape, and to no sibling of it if that is asked."""
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


def _siblings(shapes: Shapes, shape: Term, own: Term) -> list[Term]:
    """The other qualified shapes of the shapes this one is a property of (SHACL, section 4.7.3)."""
    if not is_true(shapes.values(shape, "qualifiedValueShapesDisjoint")):
        return []
    parts = [part for user in shapes.users(shape, "property") for part in shapes.values(user, "property")]
    found = [value for part in parts for value in shapes.values(part, "qualifiedValueShape")]
    return [value for value in dict.fromkeys(found) if value != own]


def _has_value(conditions: Conditions, at: Place, parameter: Term) -> Iterator[Breach]:
    """Section 4.8.2."""
    term, path = constant(parameter, at.shape, "sh:hasValue"), conditions.shapes.value(at.shape, "path")
    there = f"sameTerm({at.node}, {term})"
    if path is not None:
        there = conditions.reaches(path, at.node, term)
    yield Breach(_component(at.name), unless=there)


def _unique_lang(conditions: Conditions, at: Place, parameter: Term) -> Iterator[Breach]:
    """Section 4.4.5: no two values of one language."""
    if is_true([parameter]):
        path, other, value = _path_of(conditions, at), conditions.variable(), at.value
        same = f'!sameTerm({value}, {other}) && LANG({value}) != "" && LCASE(LANG({value})) = LCASE(LANG({other}))'
        both = f"{conditions.reach(path, at.node, value)} {conditions.reach(path, at.node, other)}"
        yield Breach(_component(at.name), f"{both} FILTER({same})")


def _equals(conditions: Conditions, at: Place, parameter: Term) -> Iterator[Breach]:
    """Section 4.5.1: what only one of the two has."""
    theirs, path = constant(parameter, at.shape, "sh:equals"), conditions.shapes.value(at.shape, "path")
    name, node, value = _component(at.name), at.node, at.value
    if path is None:
        yield Breach(name, unless=f"EXISTS {{ {node} {theirs} {node} }}", value=node)
        yield Breach(name, f"{node} {theirs} {value} .", f"sameTerm({node}, {value})", value)
        return
    ours = conditions.reach(path, node, value)
    yield Breach(name, ours, f"EXISTS {{ {node} {theirs} {value} }}", value)
    yield Breach(name, f"{node} {theirs} {value} .", conditions.reaches(path, node, value), value)


def _disjoint(conditions: Conditions, at: Place, parameter: Term) -> Iterator[Breach]:
    """Section 4.5.2: what both have."""
    theirs, path = constant(parameter, at.shape, "sh:disjoint"), conditions.shapes.value(at.shape, "path")
    if path is None:
        yield Breach(_component(at.name), f"{at.node} {theirs} {at.node} .", value=at.node)
    else:
        match = f"{conditions.reach(path, at.node, at.value)} {at.node} {theirs} {at.value} ."
        yield Breach(_component(at.name), match, value=at.value)


def _pair(conditions: Conditions, at: Place, parameter: Term) -> Iterator[Breach]:
    """Sections 4.5.3 and 4.5.4: a value that is not below one of the other property, or not to be compared with it."""
    path, theirs = _path_of(conditions, at), constant(parameter, at.shape, f"sh:{at.name}")
    value, other = at.value, conditions.variable()
    match = f"{conditions.reach(path, at.node, value)} {at.node} {theirs} {other} ."
    yield Breach(_component(at.name), match, f"COALESCE({value} {_PAIRS[at.name]} {other}, false)", value)


def _closed(conditions: Conditions, at: Place, parameter: Term) -> Iterator[Breach]:
    """Section 4.8.1: a property that no property shape here speaks of, and that is not to be ignored."""
    _only(conditions, at, at.name)
    if not is_true([parameter]):
        return
    shapes = conditions.shapes
    paths = [shapes.value(part, "path") for part in shapes.values(at.shape, "property")]
    ignored = shapes.items(shapes.value(at.shape, "ignoredProperties"))
    known = dict.fromkeys(str(term) for term in (*paths, *ignored) if isinstance(term, ox.NamedNode))
    path, node = shapes.value(at.shape, "path"), at.node
    match = ""
    if path is not None:
        node = conditions.variable()
        match = f"{conditions.reach(path, at.node, node)} "
    used = conditions.variable()
    match += f"{node} {used} {at.value} ."
    yield Breach(_component(at.name), match, f"{used} IN ({', '.join(known)})", at.value, used)


def _path_of(conditions: Conditions, at: Place) -> Term:
    """The path of a property shape, which this constraint needs."""
    path = conditions.shapes.value(at.shape, "path")
    if path is None:
        raise Refused(told("refused-no-path", name=f"sh:{at.name}"), at.shape)
    return path


def _whole(conditions: Conditions, at: Place, name: str, parameter: Term) -> int:
    """A parameter that is a whole number, at least 0."""
    _only(conditions, at, name)
    is_whole = isinstance(parameter, ox.Literal) and parameter.datatype.value == XSD + "integer"
    if not is_whole or not re.fullmatch(r"\+?[0-9]+", parameter.value):
        raise Refused(told("refused-number", name=f"sh:{name}", value=str(parameter)), at.shape)
    return int(parameter.value)


def _only(conditions: Conditions, at: Place, name: str) -> None:
    """Refuse a parameter that a shape may have once and has more often (the syntax rules of section 4)."""
    if len(conditions.shapes.values(at.shape, name)) > 1:
        raise Refused(told("refused-many", name=f"sh:{name}"), at.shape)


def _list(conditions: Conditions, at: Place, parameter: Term) -> list[Term]:
    """The members of a parameter that is a list."""
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
