"""Why two actions are linked: what both rest on, how much each text gives, in which words, and where they stand."""

from __future__ import annotations

from pan2kg.coherence.reading import read_statements
from pan2kg.coherence.strength import Contribution, Explanation, explain
from pan2kg.coherence.strength import Statement as Use
from pan2kg.errors import QueryError
from pan2kg.graph.graph import Graph
from pan2kg.i18n.catalogue import Text
from pan2kg.store.queries import program_query
from pan2kg.tables.citations import CitedPairs
from pan2kg.tables.formats import Value
from pan2kg.tables.table import (
    DEFAULT,
    Choice,
    FigureTable,
    Row,
    coded,
    keys,
    make,
    note,
    number,
    thing,
    things,
    undated,
)
from pan2kg.turtle.vocabulary import thing as thing_iri

EXPLAIN = (
    "instrument", "contribution", "weight", "bits", "action", "relation", "quote", "document", "page", "address",
    "place", "path",
)  # fmt: skip


def explanation(graph: Graph, choice: Choice = DEFAULT) -> FigureTable:
    """The texts two actions share with what each gives to the strength, and the statements behind each.

    A text has a line for every statement it rests on; its contribution stands on each of them.

    Raises:
        QueryError: not two actions, an unknown one, with the nearest names, or the same twice.
    """
    if len(choice.actions) != 2:
        raise QueryError("two-actions", remedy="name-two-actions")
    one, two = map(graph.action, choice.actions)
    found = explain(graph.linking, one, two, read_statements(graph.store, (one, two)))
    where = _Where(graph, found)
    rows = [row for part in found.contributions for row in _rows(graph, part, where)]
    basis = found.basis.also("actions", keys([one, two]))
    made = make(
        "explain",
        basis,
        EXPLAIN,
        rows,
        notes=_notes(graph, found),
        sparql=program_query("tables/words", work=(one, two)),
    )
    return undated(made, graph)


def _notes(graph: Graph, found: Explanation) -> list[Text]:
    linked = note("strength", strength=found.strength, bits=found.bits)
    notes = [linked if found.contributions else note("no-link")]
    said = CitedPairs.of(graph)
    if {found.one, found.two} <= said.home.keys():
        there, back = (coded("acknowledged_there", level) for level in said.ways(found.one, found.two))
        notes.append(note("acknowledged", there=there, back=back))
    plans = {graph.home_of[found.one], graph.home_of[found.two]}
    if any({link.one, link.two} == plans for link in graph.founded):
        shared = [link.instrument for link in graph.founded if {link.one, link.two} == plans]
        named = things(graph, "instruments", shared)["instruments_label"]
        notes.append(note("founded", instruments=str(named)))
    return notes


class _Where:
    """Where statements stand: their document with page and address, and the line of their link in the graph."""

    def __init__(self, graph: Graph, found: Explanation) -> None:
        links = sorted({use.link for part in found.contributions for use in part.statements})
        self.documents = {
            (row[0], row[1]): (row[2], row[3]) for row in graph.read(program_query("tables/places", link=links))
        }
        self.lines = graph.places if links else {}

    def of(self, use: Use) -> Row:
        page, address = self.documents.get((use.link, use.document), ("", ""))
        place = self.lines.get(use.link)
        return {"page": page or None, "address": address or None, "place": str(place) if place else None}


def _rows(graph: Graph, part: Contribution, where: _Where) -> list[Row]:
    given: dict[str, Value] = {
        **thing(graph, "instrument", part.instrument),
        "contribution": number(part.share),
        "weight": number(part.weight),
        "bits": number(part.bits),
    }
    if not part.statements:
        return [{**given, **_nothing(graph)}]
    return [
        {
            **given,
            **thing(graph, "action", use.work),
            **thing(graph, "relation", thing_iri("relation", use.relation) if use.relation else None),
            "quote": use.quote or None,
            **thing(graph, "document", use.document or None),
            **where.of(use),
            **things(graph, "path", use.path),
        }
        for use in part.statements
    ]


def _nothing(graph: Graph) -> Row:
    empty: dict[str, Value] = dict.fromkeys(("quote", "page", "address", "place"))
    for key in ("action", "relation", "document", "path"):
        empty |= thing(graph, key, None)
    return empty
