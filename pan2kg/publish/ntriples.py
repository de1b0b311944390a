"""Statements as the text of N-Triples and N-Quads, cut out of lines without an engine, which takes four times as long.

A term stands here as N-Triples writes it: ``<http://e/a>``, ``"Plan"@fr``.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import NamedTuple


class StatementRow(NamedTuple):
    """A subject, a predicate, both as IRIs, and the term that is said of the one by the other."""

    subject: str
    predicate: str
    term: str


class Stated(NamedTuple):
    """What is said of a thing: a predicate, a term, and the graph that says it."""

    predicate: str
    term: str
    graph: str


class TermValue(NamedTuple):
    """The text of a term, its language and its datatype, empty where it has none."""

    text: str
    language: str = ""
    datatype: str = ""


def things_in(
    lines: Iterable[str], named: Callable[[str], str] = str
) -> Iterator[tuple[str, list[Stated]]]:
    r"""The things of sorted N-Quads without blank nodes, each with its statements.

    Predicates are as they are ``named``; those without a name are left out.

    >>> ((iri, statements),) = things_in(['<http://e/a> <http://e/p> "b"@en <http://e/g> .\n'])
    >>> iri, statements
    ('http://e/a', [Stated(predicate='http://e/p', term='"b"@en', graph='http://e/g')])
    """
    predicate_of = cache(lambda raw: named(raw[1:-1]))
    graph_of = cache(lambda raw: raw[2:-4])
    subject = ""
    statements = list[Stated]()
    terms = dict[str, str]()
    for line in lines:
        name, raw_predicate, said = line.split(" ", 2)
        if name != subject:
            if subject:
                yield subject[1:-1], statements
            subject = name
            statements = []
        predicate = predicate_of(raw_predicate)
        if predicate and not said.startswith("<<"):
            end = said.rindex(" <")
            term = said[:end]
            # what is named again and again is held once
            term = terms.setdefault(term, term)
            statements.append(Stated(predicate, term, graph_of(said[end:])))
    if subject:
        yield subject[1:-1], statements


def value_of(term: str) -> TermValue:
    """The value of a term.

    >>> tuple(value_of('"Plan"@fr')), value_of("<http://e/a>").text
    (('Plan', 'fr', ''), 'http://e/a')
    """
    if term[0] == "<":
        return TermValue(term[1:-1])
    quoted, _, sign = term.rpartition('"')
    text = json.loads(f'{quoted}"') if "\\" in quoted else quoted[1:]
    if sign.startswith("@"):
        return TermValue(text, sign[1:])
    return TermValue(text, datatype=sign.removeprefix("^^<").removesuffix(">"))
