"""Turtle files as a dictionary: what is stated of each subject, in a stable order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import pyoxigraph as ox

from pan2kg.errors import Place, TurtleError
from pan2kg.store.store import Term as RdfTerm
from pan2kg.store.store import plain

Sheet = Mapping[str, Mapping[str, tuple[RdfTerm, ...]]]
"""Subject → predicate → objects; blank nodes under their own names."""


def read_sheet(paths: Iterable[Path]) -> Sheet:
    """What Turtle files state.

    Raises:
        TurtleError: a file is not Turtle.

    >>> read_sheet([])
    {}
    """
    found: dict[str, dict[str, list[RdfTerm]]] = {}
    for path in paths:
        for quad in _quads(path):
            if isinstance(quad.object, ox.Triple) or isinstance(quad.subject, ox.Triple):
                continue
            said = found.setdefault(plain(quad.subject), {}).setdefault(quad.predicate.value, [])
            if quad.object not in said:
                said.append(quad.object)
    return {
        subject: {predicate: tuple(sorted(objects, key=str)) for predicate, objects in sorted(said.items())}
        for subject, said in sorted(found.items())
    }


def _quads(path: Path) -> list[ox.Quad]:
    try:
        return list(ox.parse(path=path, format=ox.RdfFormat.TURTLE, rename_blank_nodes=True))
    except SyntaxError as error:
        raise TurtleError(
            f"This is not Turtle: {error.msg}.", place=Place(str(path), error.lineno), remedy="Mend the line."
        ) from None


def iris(sheet: Sheet, subject: str, *predicates: str) -> tuple[str, ...]:
    """The IRIs a subject is joined to by some predicates."""
    said = sheet.get(subject, {})
    found = [o.value for p in predicates for o in said.get(p, ()) if isinstance(o, ox.NamedNode)]
    return tuple(dict.fromkeys(found))


def texts(sheet: Sheet, subject: str, predicate: str) -> dict[str, str]:
    """The texts of a subject by language, the first of each; one without a language under an empty tag."""
    found: dict[str, str] = {}
    for said in sheet.get(subject, {}).get(predicate, ()):
        if isinstance(said, ox.Literal):
            found.setdefault(said.language or "", said.value)
    return dict(sorted(found.items()))
