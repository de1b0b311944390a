"""The SHACL shapes as documentation reads them: which terms each looks at, what it says, how much it weighs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import pyoxigraph as ox

from pan2kg.site.ontology_terms import Sheet, iris, texts
from pan2kg.site.term import Constraint
from pan2kg.store.store import plain
from pan2kg.turtle.vocabulary import PAN, RDF, SH
from pan2kg.validation.report import Severity

_SEVERITIES: Final = {SH + "Warning": Severity.WARNING, SH + "Info": Severity.INFO}
_TARGETS: Final = (SH + "targetClass", SH + "targetSubjectsOf", SH + "targetObjectsOf")
_LINKS: Final = (SH + "property", SH + "node")
_SHAPES: Final = frozenset(
    SH + name for name in ("NodeShape", "PrefixDeclaration", "PropertyShape", "SPARQLConstraint")
)


def read_constraints(sheet: Sheet) -> tuple[Constraint, ...]:
    """Every shape with an IRI, and what shapes refer to, by name; a mere condition has no target of its own."""
    users = _users(sheet)
    return tuple(_constraint(sheet, users, iri) for iri in sheet if _is_shape(sheet, iri))


def _is_shape(sheet: Sheet, iri: str) -> bool:
    return iri.startswith(PAN) and not _SHAPES.isdisjoint(iris(sheet, iri, RDF + "type"))


def _constraint(sheet: Sheet, users: Mapping[str, tuple[str, ...]], iri: str) -> Constraint:
    severities = iris(sheet, iri, SH + "severity")
    severity = _SEVERITIES.get(severities[0], Severity.VIOLATION) if severities else Severity.VIOLATION
    reached = {iri, *_above(users, iri)}
    targets = {target for shape in reached for target in iris(sheet, shape, *_TARGETS)}
    return Constraint(iri, severity, texts(sheet, iri, SH + "message"), tuple(sorted(targets)))


def _users(sheet: Sheet) -> Mapping[str, tuple[str, ...]]:
    """For each shape or constraint the shapes that apply it to what they look at, not to what their path leads to."""
    found: dict[str, list[str]] = {}
    for user, said in sheet.items():
        for predicate in (SH + "sparql", *(_LINKS if SH + "path" not in said else ())):
            for used in said.get(predicate, ()):
                found.setdefault(plain(used), []).append(user)
    return {used: tuple(sorted(by)) for used, by in found.items()}


def _above(users: Mapping[str, tuple[str, ...]], iri: str) -> Iterator[str]:
    seen, left = {iri}, [iri]
    while left:
        for user in users.get(left.pop(), ()):
            if user not in seen:
                seen.add(user)
                left.append(user)
                yield user


def terms_of(sheet: Sheet, constraints: tuple[Constraint, ...]) -> Mapping[str, tuple[Constraint, ...]]:
    """For each term of ours the constraints with a message that target it or have it in their path."""
    found: dict[str, list[Constraint]] = {}
    for constraint in constraints:
        if constraint.messages:
            for term in {*constraint.targets, *_on_path(sheet, constraint.iri)}:
                found.setdefault(term, []).append(constraint)
    return {term: tuple(sorted(said, key=_weight)) for term, said in found.items()}


def _weight(constraint: Constraint) -> tuple[int, str]:
    return constraint.severity.rank, constraint.iri


def _on_path(sheet: Sheet, shape: str) -> Iterator[str]:
    """The properties in a path, through lists and inverses."""
    left = list(sheet.get(shape, {}).get(SH + "path", ()))
    while left:
        node = left.pop()
        if isinstance(node, ox.NamedNode):
            yield node.value
        else:
            left += [inner for said in sheet.get(plain(node), {}).values() for inner in said]
