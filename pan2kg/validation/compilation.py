"""Shapes compiled to SPARQL, one SELECT for each constraint of each shape that reports; and what is refused.

A query gives the focus nodes that break a constraint, with value and path where the constraint
names them. Focus nodes are those of the targets of a shape (SHACL, section 2.1.3) and what shapes
hand on by ``sh:property`` (section 4.7.2). Queries are plain SPARQL 1.1 over one graph. Constraints
become conditions in :mod:`pan2kg.validation.conditions`; the queries are put to a store by
:mod:`pan2kg.validation.evaluation`.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import pyoxigraph as ox

from pan2kg.errors import Pan2kgError, Place, ProjectError
from pan2kg.i18n import Message, error_message
from pan2kg.i18n.message import join_messages
from pan2kg.project import Project, read_text
from pan2kg.turtle import RDF, RDFS, SH, writer
from pan2kg.validation.conditions import THIS, Conditions, Refused, constant
from pan2kg.validation.own_queries import bound_query
from pan2kg.validation.report import Names
from pan2kg.validation.shapes import PLACE, Node, Shapes, Term

_VALUE = "?value"
"""The variable of the value nodes of a query."""


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


class Refusal(NamedTuple):
    """A shape that is refused, with the reason."""

    shape: Term
    why: Message


class CompiledShapes(NamedTuple):
    """The queries of all shapes that report, and what is refused."""

    queries: tuple[Compiled, ...]
    refusals: list[Refusal]


@lru_cache(maxsize=2)
def compile_shapes(shapes: Shapes) -> CompiledShapes:
    """The queries of all shapes that report, with what is refused; kept for the last two readings of shapes."""
    queries: list[Compiled] = []
    refusals = []
    for node in shapes.said:
        if shapes.values(node, "parameter"):
            refusals.append(Refusal(node, error_message("refused-component")))
    for node in shapes.said:
        # what follows from the graph would have to be in it (SHACL, section 3.2)
        if shapes.values(node, "entailment"):
            refusals.append(Refusal(node, error_message("refused-parameter", name="sh:entailment")))
    for shape in _reporting(shapes):
        try:
            queries += _compile(shapes, shape)
        except Refused as refusal:
            refusals.append(Refusal(shape, refusal.why))
    return CompiledShapes(tuple(queries), refusals)


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
    """The shapes that report what breaks them: those with a target, and all they hand on to."""
    starts = (node for node in shapes.said if shapes.targets(node) or shapes.values(node, "target"))
    return shapes.reached(starts, "property")


def _compile(shapes: Shapes, shape: Node) -> Iterator[Compiled]:
    """The queries of a shape: one a constraint, and its own; none where it is off or looks at nothing."""
    path = shapes.value(shape, "path")
    uses = [predicate for _, predicate in shapes.used.get(shape, ())]
    if path is None and SH + "property" in uses:
        raise Refused(shape, "refused-path")
    breaches = list(Conditions(shapes, (shape,), reporting=True).breaches(shape, THIS, _VALUE))
    focus = focus_nodes(shapes, shape)
    if not focus or shapes.is_off(shape):
        return
    fixed = "" if path is None else shapes.path(path)
    for breach in breaches:
        component = f"{breach.name[:1].upper()}{breach.name[1:]}ConstraintComponent"
        yield Compiled(shape, component, breach.query(focus), focus, breach.value, fixed)
    for constraint in shapes.values(shape, "sparql"):
        if not shapes.is_off(constraint):
            text = bound_query(shapes, constraint, shape, focus)
            value = THIS if path is None else ""
            yield Compiled(
                shape, "SPARQLConstraintComponent", text, focus, value, fixed, constraint
            )


class FocusPattern(NamedTuple):
    """A pattern that matches focus nodes, and whether it matches each of them once."""

    text: str
    is_single: bool = False


def focus_nodes(shapes: Shapes, shape: Node, *, by: Sequence[str] = ("property",)) -> str:
    """A pattern that matches each node a shape looks at once, as ``?this``; empty where it looks at none.

    ``by`` names the properties by which another shape hands its value nodes on to this one.

    Raises:
        Refused: shapes hand on in a circle, or a target has no name.
    """
    patterns = list(dict.fromkeys(_patterns(shapes, shape, by, THIS, ())))
    if not patterns:
        return ""
    if len(patterns) == 1 and patterns[0].is_single:
        return patterns[0].text
    inner = "\n    UNION\n    ".join(f"{{ {pattern.text} }}" for pattern in patterns)
    return f"{{ SELECT DISTINCT {THIS} WHERE {{\n    {inner}\n}} }}"


def _patterns(
    shapes: Shapes, shape: Node, by: Sequence[str], node: str, within: tuple[Node, ...]
) -> Iterator[FocusPattern]:
    """The patterns by which a node is one that a shape looks at; ``node`` is its variable.

    A shape looks at its own targets, and at what the shapes that use it hand on; ``within`` are the
    shapes it hands on to.
    """
    if shape in within:
        raise Refused(shape, "refused-recursion", name=str(shape))
    yield from _patterns_of_targets(shapes, shape, node)
    parent = f"?parent{len(within) + 1}"
    for user, predicate in shapes.used.get(shape, ()):
        if predicate.removeprefix(SH) not in by or shapes.is_off(user):
            continue
        path = shapes.value(user, "path")
        if path is None:
            yield from _patterns(shapes, user, by, node, (*within, shape))
            continue
        step = f"{parent} {shapes.path(path, bare=False)} {node} ."
        for above in _patterns(shapes, user, by, parent, (*within, shape)):
            yield FocusPattern(f"{above.text} {step}")


def _patterns_of_targets(shapes: Shapes, shape: Node, node: str) -> Iterator[FocusPattern]:
    terms = {}
    for name, values in shapes.targets(shape).items():
        terms[name] = [constant(term, shape, name) for term in values]
    classes = terms.get("targetClass", ())
    is_below = f"<{RDF}type>/<{RDFS}subClassOf>*"
    if len(classes) == 1:
        yield FocusPattern(f"{node} {is_below} {classes[0]} .", is_single=True)
    elif classes:
        yield FocusPattern(f"VALUES ?class {{ {' '.join(classes)} }} {node} {is_below} ?class .")
    if "targetNode" in terms:
        nodes = " ".join(terms["targetNode"])
        yield FocusPattern(f"VALUES {node} {{ {nodes} }}", is_single=True)
    for term in terms.get("targetSubjectsOf", ()):
        yield FocusPattern(f"{node} {term} ?object .")
    for term in terms.get("targetObjectsOf", ()):
        yield FocusPattern(f"?subject {term} {node} .")


def refused(project: Project, shapes: Shapes, refusals: Iterable[Refusal]) -> ProjectError:
    """The error that says of each shape that is refused where it stands and why, each sentence once."""
    names = Names(writer.read_prefixes(project))
    faults = {}
    for shape, why in refusals:
        called = str(shape)
        place = PLACE
        if not isinstance(shape, ox.Literal):
            named = shapes.named(shape)
            called = str(named)
            place = _place(project, shapes, named)
            path = shapes.value(shape, "path") if named != shape else None
            if path is not None:
                called += f" {names.short(shapes.path(path))}"
        fault = Pan2kgError("shape-refused", place=place, shape=names.short(called), why=why)
        faults[str(fault)] = fault.told
    return ProjectError(join_messages(list(faults.values())), remedy="mend-or-reference")


def _place(project: Project, shapes: Shapes, shape: Node) -> Place:
    """Where a shape is described, as far as it is known."""
    file = shapes.files.get(shape)
    if file is None:
        return PLACE
    lines = dict(writer.subjects(read_text(file)))
    return Place(project.name_of(file), lines.get(shape.value))
