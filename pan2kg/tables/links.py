"""What two plans or two actions share: each text with what it gives in bits, in which words, and where they stand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pan2kg.coherence.known import basis_line
from pan2kg.coherence.occasions import Interval
from pan2kg.errors import QueryError
from pan2kg.graph.graph import Graph
from pan2kg.store.queries import program_query
from pan2kg.tables.citations import acknowledged
from pan2kg.tables.figure_words import bits_text
from pan2kg.tables.levels import level_cells
from pan2kg.tables.table import (
    DEFAULT,
    Choice,
    FigureTable,
    Row,
    code,
    coded,
    keys,
    make,
    note,
    number,
    thing,
    undated,
)

if TYPE_CHECKING:
    from pan2kg.coherence.known import Known
    from pan2kg.coherence.texts import Use
    from pan2kg.coherence.weight import Contribution, Weight
    from pan2kg.i18n.catalogue import Text

EXPLAIN = (
    "instrument", "potential", "contribution", "class_one", "class_two", "gain", "level", "action", "named", "relation",
    "tie", "tie_level", "quote", "document", "page", "address", "place",
)  # fmt: skip


def explanation(graph: Graph, choice: Choice = DEFAULT) -> FigureTable:
    """The texts two plans, or two actions, share with what each gives in bits, and the statements behind each.

    A text has a line for every statement it rests on; its contribution stands on each of them. What is general, for
    actions also what their plans are founded on, stands apart and below.

    Raises:
        QueryError: not two, an unknown plan or action, with the nearest names, or the same twice.
    """
    if len(choice.actions) != 2:
        raise QueryError("two-actions", remedy="name-two-actions")
    known = graph.known(choice.evidence)
    found = graph.weight(*choice.actions, choice.evidence)
    behind = {
        part.text: [use for work in (found.one, found.two) for use in known.giving(work, part.text)]
        for part in found.contributions
    }
    words = _Words(graph, (use.link for uses in behind.values() for use in uses))
    parts = sorted(found.contributions, key=lambda part: part.is_broad)
    rows = [row for part in parts for row in _rows(graph, part, behind[part.text], words)]
    basis = graph.uses.basis.also("works", keys([found.one, found.two]))
    made = make(
        "explain", basis, EXPLAIN, rows, notes=_notes(known, found), line=basis_line(known),
        sparql=program_query("tables/said", link=words.links) if words.links else "",
    )  # fmt: skip
    return undated(made, graph)


def _notes(known: Known, found: Weight) -> list[Text]:
    if not any(part.bits > 0 for part in found.contributions):
        notes = [note("no-link" if found.is_open else "no-link-read")]
    else:
        shared = bits_text(Interval(found.low, found.high))
        notes = [note("weight", shared=shared, general=bits_text(Interval(found.broad, found.broad)))]
        notes += [note("high-open")] if found.is_open else []
    there, back = (coded("acknowledged_there", way) for way in acknowledged(known, (found.one, found.two)))
    notes.append(note("acknowledged", there=there, back=back))
    home = known.tables.works.home
    plans = [home.get(one, one) for one in (found.one, found.two)]
    if plans[0] != plans[1]:
        verdicts = {(one.source, one.target): one.verdict.value for one in known.occasions}
        ways = [verdicts.get((plans[0], plans[1]), ""), verdicts.get((plans[1], plans[0]), "")]
        said = [coded("expectation", one) if one else coded("told", "unrelated") for one in ways]
        notes.append(note("expected", there=said[0], back=said[1]))
    return notes


class _Words:
    """What statements say and where: relation, words, document with page and address, line of their link."""

    def __init__(self, graph: Graph, links: Iterable[str]) -> None:
        self.links = named = sorted({link for link in links if link})
        self.said: dict[str, list[list[str]]] = {}
        for row in graph.read(program_query("tables/said", link=named)) if named else ():
            self.said.setdefault(row[0], []).append(row[1:])
        self.lines = graph.places if named else {}

    def of(self, graph: Graph, link: str) -> list[Row]:
        place = self.lines.get(link)
        return [
            {
                **thing(graph, "relation", relation or None),
                "quote": quote or None,
                **thing(graph, "document", document or None),
                "page": page or None,
                "address": address or None,
                "place": str(place) if place else None,
            }
            for relation, quote, document, page, address in self.said.get(link, [[""] * 5])
        ]


def _rows(graph: Graph, part: Contribution, uses: Iterable[Use], words: _Words) -> list[Row]:
    given: Row = {
        **thing(graph, "instrument", part.text),
        **code(graph, "potential", "general" if part.is_broad else "specific"),
        "contribution": number(part.bits),
        "class_one": number(part.one),
        "class_two": number(part.two),
        "gain": number(part.gain),
        **level_cells(graph, part.level),
    }
    return [{**given, **_use(graph, use), **said} for use in uses for said in words.of(graph, use.link)]


def _use(graph: Graph, use: Use) -> Row:
    return {
        **thing(graph, "action", use.work),
        **thing(graph, "named", use.text),
        "tie": number(use.share),
        **level_cells(graph, use.level, "tie_level"),
    }
