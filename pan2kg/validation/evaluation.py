"""Compiled shapes asked of a graph: what they find, and how many nodes each rule looks at.

Shapes are asked about what the files state, before any rule derives from it. The store may be a remote one: a query
holds all it needs. Values are those the store holds: of numbers and times, the canonical form, which the house style
asks for; pySHACL reads them as they are written.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import pyoxigraph as ox

from pan2kg.errors import EndpointError, QueryError
from pan2kg.store.remote import is_of_query
from pan2kg.store.store import Store, Table, select
from pan2kg.store.store import Term as Value
from pan2kg.validation.compilation import Compiled, focus_nodes
from pan2kg.validation.conditions import Refused
from pan2kg.validation.report import Finding, Rule
from pan2kg.validation.shapes import Rules, written

_HANDING_ON: Final = ("property", "node")


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
        """How many nodes a pattern of focus nodes matches."""
        if focus not in self.known:
            named = f"{_named(self.only)}\n" if self.only else ""
            text = f"SELECT (COUNT(DISTINCT ?this) AS ?number)\nWHERE {{\n{named}{focus}\n}}"
            self.known[focus] = self._asked(text) if focus else 0
        return self.known[focus]

    def _asked(self, text: str) -> int:
        try:
            return int(select(self.store, text).values("number")[0])
        except (EndpointError, QueryError) as error:
            if not is_of_query(error):
                raise
            return UNCOUNTED

    def by_rule(self, rules: Rules) -> dict[str, int]:
        """How many nodes each rule looks at, those among them at which its shape serves as a condition of sh:node.

        A circle of shapes that hand on to each other looks at nothing, as far as this is asked.
        """
        numbers = {}
        for constraint, shape in rules.owners.items():
            try:
                focus = focus_nodes(rules.shapes, shape, by=_HANDING_ON)
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

    Raises:
        QueryError: the store cannot answer.
        EndpointError: a remote store does not answer as it should.
    """
    found: dict[Finding, None] = {}
    for query in queries:
        # most shapes of a small graph look at nothing: a count that is known costs less than the question
        if counts.number(query.focus):
            text = _narrowed(query, counts.only) if counts.only else query.text
            try:
                found.update(dict.fromkeys(_findings(query, rules, select(counts.store, text))))
            except (EndpointError, QueryError) as error:
                if unasked is None or not is_of_query(error):
                    raise
                unasked[rules.rule(query.shape, query.constraint)] = error
    yield from found


def _narrowed(query: Compiled, only: Iterable[str]) -> str:
    """A query that looks at some nodes alone: wherever the pattern of its focus nodes stands, they are named first."""
    pattern = "\n".join(f"    {line}" for line in query.focus.splitlines())
    return query.text.replace(pattern, f"    {_named(only)}\n{pattern}")


def _named(only: Iterable[str]) -> str:
    return f"VALUES ?this {{ {' '.join(str(ox.NamedNode(iri)) for iri in only)} }}"


def _findings(query: Compiled, rules: Rules, table: Table) -> Iterator[Finding]:
    for row in table.rows:
        said = dict(zip(table.columns, row, strict=True))
        focus = said["this"]
        if focus is not None:
            value = said.get("value") or said.get(query.value.removeprefix("?"))
            named = said.get("path") or said.get(query.path.removeprefix("?"))
            path = named.value if isinstance(named, ox.NamedNode) else query.fixed
            where = (_bare(focus), path, "" if value is None else written(value))
            yield rules.finding(query.shape, query.component, where, query.constraint)


def _bare(term: Value) -> str:
    """A focus node as a finding has it: an IRI without its brackets."""
    return term.value if isinstance(term, ox.NamedNode) else written(term)


def by_value(findings: Iterable[Finding]) -> Mapping[tuple[str, str, str, str, str], Finding]:
    """Findings by what makes two of them the same: rule, focus node, path, value and component.

    Values are compared as a store compares them: ``"0.50"^^xsd:decimal`` is ``0.5``. Blank nodes are all alike, since
    each engine names them anew.

    >>> from pan2kg.validation.report import Kind, Rule, Severity
    >>> from pan2kg.i18n.catalogue import Text
    >>> rule = Rule("e:S", Kind.SHAPE, Severity.INFO, Text())
    >>> decimal = "^^<http://www.w3.org/2001/XMLSchema#decimal>"
    >>> len(by_value([Finding(rule, "http://e/x", value=f'"{n}"{decimal}') for n in ("0.50", "0.5")]))
    1
    """
    return {(one.rule.key, alike(one.focus), one.path, alike(one.value), one.component): one for one in findings}


def alike(term: str) -> str:
    """A term as a finding has it, in the form all terms of its value have; ``_:`` for every blank node."""
    if term.startswith("_:"):
        return "_:"
    if "^^<" not in term:
        return term
    store = ox.Store()
    store.load(f"<http://e/> <http://e/> {term} .".encode(), format=ox.RdfFormat.N_TRIPLES)
    return "".join(str(quad.object) for quad in store)


def differences(one: Iterable[Finding], other: Iterable[Finding]) -> tuple[list[Finding], list[Finding]]:
    """What only the one, and what only the other has found, by value."""
    first, second = by_value(one), by_value(other)
    return (
        [finding for key, finding in first.items() if key not in second],
        [finding for key, finding in second.items() if key not in first],
    )
