"""Tables of plans: the matrix of all pairs, and the parts of a plan."""

import heapq
from collections import Counter
from collections.abc import Iterator, Set as AbstractSet
from functools import partial
from itertools import combinations

from pan2kg.coherence import bodies, citations
from pan2kg.coherence.citations import Ordered
from pan2kg.coherence.known import Known, in_order
from pan2kg.coherence.standing import Standing
from pan2kg.graph.graph import Graph
from pan2kg.graph.plan_parts import ACTIONS, Outline
from pan2kg.graph.scores import judged, summable
from pan2kg.i18n import Messages, Text
from pan2kg.tables import DEFAULT, Table, TableChoice, make, making, note, table
from pan2kg.tables.cross_references import PLACED, places_of
from pan2kg.tables.pairs import plan_order

MOST = 10_000
"""So many pairs of plans are listed at most; the rest is counted, and seen where plans are named."""
MATRIX = (
    "one", "two", "low", "high", "settled", "general", "level", "instruments", "expectation", "expectation_back",
    *PLACED, "positive", "negative", "scored", "co_led", "measures_one", "published_one", "measures_two",
    "published_two",
)  # fmt: skip


def matrix(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    """Pairs of plans: what they share in bits, who cites whom, scores, leads, and how many actions.

    Pairs about which nothing is known are counted in a note, and listed with everything. Of several
    plans named only pairs among them, of one all of its pairs. Unless one alone is named, a
    terminal is shown the pairs as rows and columns.
    """
    chosen = graph.plans(choice.plans)
    knowledge = graph.known(choice.evidence)
    order = plan_order(graph)
    home = knowledge.tables.works.home
    scored = judged(home, graph.scores)
    co_led = bodies.co_led(home, graph.involvements, choice.evidence)
    plans = sorted(chosen) if len(chosen) > 1 else knowledge.tables.works.plans
    pairs = {*combinations(plans, 2)}
    if len(chosen) == 1:
        pairs = {pair for pair in pairs if chosen[0] in pair}
    sharing = _sharing_any(knowledge)
    listed = pairs
    if not choice.everything:
        with_leads = {pair for pair, number in co_led.items() if number}
        listed = pairs & {*knowledge.linked, *sharing, *scored, *with_leads}
    sizes = Counter(home.values())
    published = knowledge.tables.published
    rows = []
    most = len(listed) if choice.everything else MOST
    for pair in heapq.nsmallest(most, listed, key=order):
        weight = knowledge.weight(*pair)
        ends = (weight.one, weight.two)
        positive, negative, cells = scored.get(pair, (None, None, None))
        rows.append(
            (
                *ends,
                weight.low,
                weight.high,
                weight.settled,
                weight.broad,
                knowledge.link_level(*ends),
                weight.texts,
                citations.verdict(knowledge.chronology, *ends),
                citations.verdict(knowledge.chronology, *reversed(ends)),
                *places_of(knowledge, ends),
                positive,
                negative,
                cells,
                co_led.get(pair),
                sizes[pair[0]],
                published.get(pair[0]),
                sizes[pair[1]],
                published.get(pair[1]),
            )
        )
    cross = None
    if len(chosen) != 1:
        # made where a terminal is shown it
        cross = partial(_cross, graph, knowledge, listed, sharing)
    return make(
        graph,
        "matrix",
        MATRIX,
        rows,
        _notes_on_matrix(graph, len(pairs), len(listed), len(rows)),
        "coherence/text-uses",
        knowledge,
        basis=making.among(graph, chosen),
        cross=cross,
    )


def _notes_on_matrix(graph: Graph, pairs: int, listed: int, written: int) -> list[Text]:
    notes = [Messages("figure").text("weight-high"), note("high-open")]
    if written < listed:
        notes.append(note("pairs-unlisted", n=listed - written))
    if listed < pairs:
        notes.append(note("pairs-unseen", n=pairs - listed, of=pairs))
    if not graph.scores:
        notes.append(note("no-scores"))
    if len(summable(graph.scores)) < len(graph.scores):
        notes.append(note("other-scales"))
    return notes


def _sharing_any(knowledge: Known) -> set[Ordered]:
    """The pairs of plans that share a text at all, be it a general one only."""
    plans = knowledge.tables.works.plans
    pairs = set()
    ends = zip(knowledge.plans.one.tolist(), knowledge.plans.two.tolist(), strict=True)
    for row, column in ends:
        pairs.add(in_order(plans[row], plans[column]))
    return pairs


_CITES = {Standing.STATED: ">", Standing.ABSENT: "x", Standing.UNREAD: "o"}


def _cross(
    graph: Graph, knowledge: Known, pairs: AbstractSet[Ordered], sharing: AbstractSet[Ordered]
) -> table.Cross:
    """The matrix as a terminal is shown it: a mark for what is shared, and one for a citation."""
    plans = sorted({plan for pair in pairs for plan in pair})
    expected = {
        (occasion.source, occasion.target): occasion.state
        for occasion in knowledge.occasions
        if occasion.is_expected
    }

    def mark(source: str, target: str) -> str:
        pair = in_order(source, target)
        if pair not in pairs:
            return ""
        sign = ""
        if knowledge.shared.get(pair, 0.0) > 0:
            sign = "#"
        elif pair in sharing:
            sign = "+"
        state = expected.get((source, target))
        if knowledge.chronology.seen(source, target, knowledge.level):
            state = Standing.STATED
        if state:
            sign += _CITES[state]
        return sign or "."

    marks = tuple(tuple(mark(source, target) for target in plans) for source in plans)
    return table.Cross(tuple(map(graph.label, plans)), marks, (note("cross-legend"),))


PARTS = (
    "plan", "notation", "chapter", "stage", "over", "position", "under_number", "of_known",
    "of_published",
)  # fmt: skip


def parts(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    """The parts of plans in their order, with how many of how many are known at their level."""
    plans = graph.plans(choice.plans) or graph.tables.works.plans
    published = graph.tables.published
    rows = []
    for plan in plans:
        levels = graph.parts.levels(plan, published=published.get(plan))
        counted = {level.level: level for level in levels if level.level != ACTIONS}
        for outline in graph.parts.outline(plan):
            for branch in _branches(outline):
                part = branch.part
                of_level = counted[part.level]
                numbers = " / ".join(map(str, of_level.published))
                rows.append(
                    (
                        part.plan,
                        part.notation or None,
                        part.iri,
                        part.level,
                        part.above or None,
                        part.order,
                        branch.number,
                        of_level.known,
                        numbers or None,
                    )
                )
    notes = [note("parts-counted", n=len({row[0] for row in rows}), of=len(plans))]
    basis = making.among(graph, sorted(plans) if choice.plans else [])
    return make(graph, "parts", PARTS, rows, notes, "parts/parts", basis=basis)


def _branches(outline: Outline) -> Iterator[Outline]:
    """A part, and after it those under it at any depth."""
    yield outline
    for below in outline.below:
        yield from _branches(below)
