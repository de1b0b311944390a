"""Shapes as conditions in SPARQL: what breaks a constraint, and what it is that a node conforms to a shape.

A constraint is broken where its pattern matches and its condition is not true (:class:`Breach`); a node conforms to a
shape where no constraint of it is broken (SHACL, section 3.4.3), which is how shapes serve as conditions of others
(``sh:node``, ``sh:not``, ``sh:or``, …). Every condition is true or false and never an error, since ``!`` of an error is
an error: what may fail stands in ``COALESCE(…, false)``. What each constraint of SHACL Core asks is written in
:mod:`pan2kg.validation.components`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations, count
from typing import Final

import pyoxigraph as ox

from pan2kg.i18n.message import Message, told
from pan2kg.turtle.vocabulary import RDF, SH
from pan2kg.turtle.writer import tokens
from pan2kg.validation.shapes import NOT_CONSTRAINTS, PATHS, Shapes, Term

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
    """A constraint that is not compiled; ``why`` is one sentence without its full stop."""

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
class Place:
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
        """A condition that is true where ``node``, a variable, conforms to a shape (SHACL, section 3.4.3).

        Raises:
            Refused: the shape cannot be compiled.
        """
        if shape in self.within:
            raise Refused(told("refused-recursion", name=_word(shape)), shape)
        if self.is_off(shape):
            return "true"
        inner = replace(self, within=(*self.within, shape))
        parts = [inner.unbroken(breach, shape, node) for breach in inner.breaches(shape, node, self.variable())]
        parts += [inner.part_conforms(part, shape, node) for part in self.shapes.values(shape, "property")]
        return all_of(parts)

    def is_off(self, shape: Term) -> bool:
        """Whether a shape is switched off by sh:deactivated."""
        return is_true(self.shapes.values(shape, "deactivated"))

    def breaches(self, shape: Term, node: str, value: str, *, reporting: bool = False) -> Iterator[Breach]:
        """What breaks each constraint of a shape at ``node``; ``value`` is the variable of the value nodes.

        Raises:
            Refused: the shape says what is not known, or not in the way it must.
        """
        said = self.shapes.said.get(shape) if not isinstance(shape, ox.Literal) else None
        if said is None:
            raise Refused(told("refused-missing", name=_word(shape)), shape)
        for iri in said:
            name = iri.removeprefix(SH)
            if not iri.startswith(SH) or name in _IDLE or name in _BESIDE or (name == "sparql" and reporting):
                self._look(shape, name, said[iri])
                continue
            if name == "sparql":
                raise Refused(told("refused-query"), shape)
            if name not in self.components:
                raise Refused(told("refused-parameter", name=_word(ox.NamedNode(iri))), shape)
            for parameter in said[iri]:
                yield from self.components[name](self, Place(shape, name, node, value, reporting), parameter)

    def _look(self, shape: Term, name: str, values: tuple[Term, ...]) -> None:
        """Refuse what is said of a shape and would otherwise be passed over."""
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
        """Refuse what is no path (SHACL, section 2.3.1)."""
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

    def part_conforms(self, part: Term, shape: Term, node: str) -> str:
        """That every value node of a shape conforms to a property shape of it (section 4.8.2)."""
        path = self.shapes.value(shape, "path")
        if self.shapes.value(part, "path") is None:
            raise Refused(told("refused-path"), part)
        if path is None:
            return self.conforms(part, node)
        value = self.variable()
        return f"NOT EXISTS {{ {self.some(path, node, value, failing(self.conforms(part, value)))} }}"

    def unbroken(self, breach: Breach, shape: Term, node: str) -> str:
        """That a constraint of a shape is not broken at a node."""
        if breach.counted:
            raise Refused(told("refused-count", n=COUNTED), shape)
        if not breach.match:
            return breach.unless
        failed = failing(breach.unless)
        whole = breach.match + failed if breach.along is None else self.some(breach.along, node, breach.value, failed)
        return f"NOT EXISTS {{ {whole} }}"

    def variable(self) -> str:
        """A variable that is used nowhere else."""
        return f"?v{next(self.numbers)}"

    def reach(self, path: Term, node: str, value: str) -> str:
        """A pattern that leads along a path from a node to its values."""
        return self.shapes.reach(path, node, value, self.variable())

    def some(self, path: Term, node: str, value: str, test: str = "") -> str:
        """What stands in EXISTS to ask whether a path leads from a node to a value of which a test holds.

        Each step of a path asks for the next: as one pattern, an engine may begin at its end, for each node anew.
        """
        steps = self.shapes.steps(path)
        names = [node, *(self.variable() for _ in steps[1:]), value]
        if len(steps) < 2:
            return f"{self.reach(path, node, value)}{test}"
        written = [f"{one} {step} {other} ." for one, step, other in zip(names, steps, names[1:], strict=False)]
        return f"{' FILTER(EXISTS { '.join(written)}{test}{' })' * (len(steps) - 1)}"

    def reaches(self, path: Term, node: str, value: str) -> str:
        """That a path leads from a node to a value, given as a variable or a term."""
        end = self.variable()
        return f"EXISTS {{ {self.some(path, node, end, f' FILTER(sameTerm({end}, {value}))')} }}"

    def at_least(self, number: int, reached: Callable[[str], str]) -> str:
        """That so many different values are reached; ``reached`` writes the pattern of one."""
        names = [self.variable() for _ in range(number)]
        different = all_of(f"!sameTerm({one}, {two})" for one, two in combinations(names, 2))
        told_apart = f" FILTER({different})" if number > 1 else ""
        return f"EXISTS {{ {' '.join(reached(name) for name in names)}{told_apart} }}" if names else "true"


def failing(condition: str) -> str:
    """A FILTER that keeps what a condition is not true of; nothing where there is no condition."""
    return f" FILTER({negation(condition)})" if condition else ""


def all_of(parts: Iterable[str]) -> str:
    """That all conditions are true; true where there is none."""
    several = [f"({part})" if " || " in part else part for part in parts if part != "true"]
    return " && ".join(several) or "true"


def any_of(parts: Iterable[str]) -> str:
    """That one of the conditions is true; false where there is none."""
    several = [f"({part})" if " && " in part else part for part in parts]
    return " || ".join(several) or "false"


def negation(condition: str) -> str:
    """The opposite of a condition, without a second mark of negation where it is one already.

    >>> negation("EXISTS { ?x ?y ?z }"), negation("!(?x && ?y)"), negation("(?x) || (?y)")
    ('NOT EXISTS { ?x ?y ?z }', '?x && ?y', '!((?x) || (?y))')
    """
    for start, other in (("NOT EXISTS {", "EXISTS {"), ("EXISTS {", "NOT EXISTS {"), ("!(", "")):
        if condition.startswith(start) and _ends(condition, len(start) - 1):
            return condition[2:-1] if not other else other + condition.removeprefix(start)
    return f"!({condition})"


def _ends(condition: str, start: int) -> bool:
    """Whether the bracket that opens at ``start`` is closed by the last character and not before."""
    depth = 0
    for token in tokens(condition[start:]):
        depth += (token.text in "({" and token.kind == "mark") - (token.text in ")}" and token.kind == "mark")
        if not depth:
            return start + token.start + 1 == len(condition)
    return False


def _word(term: Term) -> str:
    return f"sh:{term.value.removeprefix(SH)}" if term.value.startswith(SH) else str(term)


def constant(term: Term, place: Term, name: str) -> str:
    """A term of the shapes as SPARQL writes it.

    Raises:
        Refused: it is a blank node, which is another one in each graph.
    """
    if isinstance(term, ox.BlankNode):
        raise Refused(told("refused-value", name=name, value=str(term)), place)
    return str(term)


def is_true(terms: Sequence[Term]) -> bool:
    """Whether a parameter is given as true."""
    return any(term.value == "true" for term in terms)


Component = Callable[[Conditions, Place, Term], Iterator[Breach]]
"""How a constraint is written: from its place and the value of its parameter, what breaks it."""
