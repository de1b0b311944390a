"""On what a statement rests: its file or rule, its certainty, and the documents it was read in."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from pan2kg.graph.statements import CERTAINTY, SOURCE, Grounds
from pan2kg.turtle.vocabulary import PAN

if TYPE_CHECKING:
    from pan2kg.graph.statements import Statement, Statements

ASIDE: Final = frozenset({SOURCE, CERTAINTY, PAN + "evidence"})
"""Statements about statements: where they were read and how certain they are."""


def grounds_of(statements: Statements, statement: Statement) -> Grounds:
    """What a statement rests on: what its own block says, else what the file says of all its statements."""
    at = statement.thing, statement.graph
    if at not in statements.grounds:
        found = _grounds(statements, statement)
        if not statements.about(statement.thing):
            return found
        statements.grounds[at] = found
    return statements.grounds[at]


def _grounds(statements: Statements, statement: Statement) -> Grounds:
    if statement.rule:
        return Grounds(statement.graph, "rule", ())
    own = statements.block(statement.thing, statement.graph)
    certainty = own.get(CERTAINTY) or statements.values(statement.graph, CERTAINTY)
    sources = own.get(SOURCE) or statements.values(statement.graph, SOURCE)
    kind = certainty[0].rpartition("/")[2] if certainty else ""
    return Grounds(statement.graph, "unverified" if statement.graph.endswith("unverified") else kind, tuple(sources))


def read_resting(statements: Statements) -> Counter[str]:
    """How many statements rest on each document, as the notes of pages say it; those on sources do not count."""
    counted: Counter[str] = Counter()
    for statement in statements.every:
        if statement.predicate not in ASIDE and not statement.rule:
            counted.update(grounds_of(statements, statement).sources)
    return counted
