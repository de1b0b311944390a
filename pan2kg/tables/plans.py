"""The matrix of plans, the coherence index pair by pair, what is shared against chance, and the parts of plans."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from pan2kg.coherence.bodies import co_led
from pan2kg.coherence.citations import (
    Channel,
    IndexCell,
    Occasion,
    Ordered,
    State,
    Verdict,
    index,
    index_cells,
    verdict,
)
from pan2kg.coherence.evidence import counts
from pan2kg.coherence.known import Known, basis_line
from pan2kg.coherence.weight import DRAWS, SEED, SIGNIFICANT, Chance, Weight
from pan2kg.errors import QueryError
from pan2kg.graph.graph import Graph
from pan2kg.graph.parts import ACTIONS, LevelCount, Outline
from pan2kg.scores.matrix import summable
from pan2kg.scores.measures import Judged, judged
from pan2kg.store.queries import program_query
from pan2kg.tables.citations import MOST, unlisted
from pan2kg.tables.figure_words import interval_text
from pan2kg.tables.making import (
    DEFAULT,
    Choice,
    code,
    day,
    keys,
    level_cells,
    make,
    note,
    number,
    plan_order,
    thing,
    things,
    undated,
)
from pan2kg.tables.table import Cross, Row, Table

PLACES: Final = (
    ("text_there", Channel.TEXT, True), ("text_back", Channel.TEXT, False),
    ("web_there", Channel.WEB, True), ("web_back", Channel.WEB, False),
)  # fmt: skip
"""The four places of a pair where one plan could cite the other: in its text or on its page, there and back."""

MATRIX = (
    "one", "two", "low", "high", "settled", "general", "level", "instruments", "expectation", "expectation_back",
    *(place for place, _, _ in PLACES), "positive", "negative", "scored", "co_led", "measures_one", "published_one",
    "measures_two", "published_two",
)  # fmt: skip


def matrix(graph: Graph, choice: Choice = DEFAULT) -> Table:
    """Each pair of plans as a vector of its three layers; one plan named gives its pairs, more give those among them.

    Pairs about which nothing is known are counted in a note, and listed with ``everything``. Unless one plan alone is
    named, a terminal is shown the pairs as rows and columns.

    Raises:
        QueryError: an unknown plan, with the nearest names.
    """
    chosen = graph.plans(choice.plans)
    known = graph.known(choice.evidence)
    home = known.tables.works.home
    scored = judged(home, graph.scores)
    led = co_led(home, graph.involvements, choice.evidence)
    pairs = _pairs(known.tables.works.plans, chosen)
    told = {*known.linked, *_general(known), *scored, *(pair for pair, number_of in led.items() if number_of)}
    order = plan_order(graph)
    kept = sorted(pairs if choice.everything else told & set(pairs), key=lambda pair: order(*pair))
    sizes = Counter(home.values())
    rows = [
        {
            **_pair(graph, known, known.weight(*pair)),
            **_judged(scored.get(pair), led.get(pair)),
            **_sizes(known, sizes, pair),
        }
        for pair in kept[:MOST]
    ]
    notes = [note("low-high"), note("high-open"), *unlisted(len(kept))]
    if len(kept) < len(pairs):
        notes.append(note("pairs-unseen", n=len(pairs) - len(kept)))
    if not graph.scores:
        notes.append(note("no-scores"))
    if len(summable(graph.scores)) < len(graph.scores):
        notes.append(note("other-scales"))
    basis = graph.uses.basis.also("plans", keys(chosen)) if chosen else graph.uses.basis
    made = make(
        "matrix", basis, MATRIX, rows, notes=notes, sparql=program_query("coherence/text-uses"),
        line=basis_line(known), cross=None if len(chosen) == 1 else _cross(graph, known, kept),
    )  # fmt: skip
    return undated(made, graph)


def _pairs(plans: Sequence[str], chosen: Sequence[str]) -> list[Ordered]:
    """The pairs of one plan, of several among each other, or of all."""
    among = sorted(chosen) if len(chosen) > 1 else plans
    pairs = [(one, two) for at, one in enumerate(among) for two in among[at + 1 :]]
    return [pair for pair in pairs if len(chosen) != 1 or chosen[0] in pair]


def _general(known: Known) -> set[Ordered]:
    """The pairs of plans that share a text at all, be it a general one only."""
    plans, found = known.tables.works.plans, known.plans
    pairs = zip(found.one.tolist(), found.two.tolist(), strict=True)
    return {(min(plans[a], plans[b]), max(plans[a], plans[b])) for a, b in pairs}


def _pair(graph: Graph, known: Known, weight: Weight) -> Row:
    one, two, when = weight.one, weight.two, known.chronology
    texts = [part.text for part in weight.contributions if part.bits > 0 and not part.is_broad]
    return {
        **thing(graph, "one", one),
        **thing(graph, "two", two),
        "low": number(weight.low),
        "high": number(weight.high),
        "settled": number(weight.settled),
        "general": number(weight.broad),
        **level_cells(graph, known.link_level(one, two)),
        **things(graph, "instruments", texts),
        **code(graph, "expectation", verdict(when, one, two).value),
        **code(graph, "expectation_back", verdict(when, two, one).value),
        **_places(graph, known, (one, two)),
    }


def _judged(scores: Judged | None, led: int | None) -> Row:
    return {
        "positive": number(scores.positive) if scores else None,
        "negative": number(scores.negative) if scores else None,
        "scored": scores.cells if scores else None,
        "co_led": led,
    }


def _sizes(known: Known, sizes: Mapping[str, int], pair: Ordered) -> Row:
    """How many measures of each of the two stand in the graph, and how many it publishes."""
    row: Row = {}
    for side, plan in zip(("one", "two"), pair, strict=True):
        row = {**row, f"measures_{side}": sizes[plan], f"published_{side}": known.tables.published.get(plan)}
    return row


def _places(graph: Graph, known: Known, pair: Ordered) -> Row:
    """The state of each of the four places where one of the two could cite the other."""
    row: Row = {}
    for place, channel, there in PLACES:
        ends = pair if there else pair[::-1]
        row = {**row, **code(graph, place, known.place(*ends, channel).value)}
    return row


def _cross(graph: Graph, known: Known, pairs: Iterable[Ordered]) -> Cross:
    """The pairs as rows and columns: what the row and the column share, and whether the row cites the column."""
    kept = set(pairs)
    plans = sorted({plan for pair in kept for plan in pair})
    ways = {(one.source, one.target): one for one in known.occasions}
    general = _general(known)

    def mark(x: str, y: str) -> str:
        pair = min(x, y), max(x, y)
        shares = "#" if known.shared.get(pair, 0.0) > 0 else "+" if pair in general else ""
        return f"{shares}{_CITES[_citing(known, ways.get((x, y)), x, y)]}" or "."

    cells = tuple(tuple(mark(x, y) if (min(x, y), max(x, y)) in kept else "" for y in plans) for x in plans)
    legend = (
        note("cross-shares"), note("cross-general"), note("cross-cites"), note("cross-absent"), note("cross-open"),
        note("cross-nothing"),
    )  # fmt: skip
    return Cross(tuple(map(graph.label, plans)), cells, legend)


_CITES: Final = {State.SEEN: ">", State.ABSENT: "x", State.OPEN: "o", None: ""}


def _citing(known: Known, one: Occasion | None, x: str, y: str) -> State | None:
    """Whether the row cites the column, where that is seen or expected."""
    if known.chronology.seen(x, y, known.level):
        return State.SEEN
    return one.state if one and one.is_expected else None


INDEX = (
    "one", "two", "index_low", "index_high", "places", *(place for place, _, _ in PLACES), "low", "level", "pages",
    "seen", "instruments",
)  # fmt: skip


def coherence_index(graph: Graph, choice: Choice = DEFAULT) -> Table:
    """How far cross-references are made, place by place: for the plan named, else for the home plan, else for all.

    Raises:
        QueryError: an unknown plan, with the nearest names, or several.
    """
    chosen = graph.plans(choice.plans) or tuple(filter(None, [graph.own_plan()]))
    if len(chosen) > 1:
        raise QueryError("from-one-plan", remedy="name-one-plan")
    plan = chosen[0] if chosen and not choice.everything else None
    known = graph.known(choice.evidence)
    cells = index_cells(known.chronology, known.linked, known.tables.readings, at=choice.evidence)
    found = index(cells, None if plan is None else frozenset((plan,)))
    by_pair: dict[Ordered, list[IndexCell]] = {}
    for cell in cells:
        if plan is None or plan in (cell.source, cell.target):
            by_pair.setdefault((min(cell.source, cell.target), max(cell.source, cell.target)), []).append(cell)
    order = plan_order(graph)
    rows = [_indexed(graph, known, pair, by_pair[pair]) for pair in sorted(by_pair, key=lambda pair: order(*pair))]
    notes = [
        note("index-value", value=interval_text(found.value), m=found.m, n=found.pairs),
        note("index-counts", **{state.value: found.counts[state] for state in State}),
    ]
    if found.empty:
        notes.append(note("index-empty", n=len(found.empty)))
    editions = [
        pair for pair in known.linked
        if (plan is None or plan in pair)
        and verdict(known.chronology, *pair) in {Verdict.EDITION, Verdict.FRAMEWORK, Verdict.ABROAD}
    ]  # fmt: skip
    if editions:
        notes.append(note("index-apart", n=len(editions)))
    basis = graph.uses.basis if plan is None else graph.uses.basis.also("plans", keys([plan]))
    made = make(
        "index", basis, INDEX, rows, notes=notes, sparql=program_query("coherence/plan-statements"),
        line=basis_line(known),
    )  # fmt: skip
    return undated(made, graph)


def _indexed(graph: Graph, known: Known, pair: Ordered, cells: Sequence[IndexCell]) -> Row:
    found, weight = index(cells), known.weight(*pair)
    texts = [part.text for part in weight.contributions if part.bits > 0 and not part.is_broad]
    said = [
        one for one in graph.citations
        if counts(one.level, known.level) and _home(known, one.source, one.target) == pair
    ]  # fmt: skip
    seen = [one.seen for one in said if one.seen]
    pages = sorted({one.document for one in said if one.channel == "web" and one.document})
    return {
        **thing(graph, "one", pair[0]),
        **thing(graph, "two", pair[1]),
        "index_low": number(found.value.low),
        "index_high": number(found.value.high),
        "places": found.m,
        **_places(graph, known, pair),
        "low": number(weight.low),
        **level_cells(graph, known.link_level(*pair)),
        **things(graph, "pages", pages),
        "seen": day(max(seen)) if seen else None,
        **things(graph, "instruments", texts),
    }


def _home(known: Known, one: str, two: str) -> Ordered:
    home = known.tables.works.home
    ends = home.get(one, one), home.get(two, two)
    return min(ends), max(ends)


CHANCE = ("one", "two", "statistic", "p", "adjusted", "attainable", "verdict", "level")


def by_chance(graph: Graph, choice: Choice = DEFAULT) -> Table:
    """Whether pairs of plans share more than chance would have it; pairs that share nothing are left out.

    Raises:
        QueryError: an unknown plan, with the nearest names.
    """
    chosen = graph.plans(choice.plans)
    known = graph.known(choice.evidence)
    found = graph.by_chance(choice.evidence)
    pairs = [row for row in found if choice.everything or row.statistic > 0]
    pairs = [row for row in pairs if not chosen or {row.one, row.two} & set(chosen)]
    pairs.sort(key=lambda row: (row.adjusted, row.p, row.one, row.two))
    impossible = sum(row.verdict.value == "impossible" for row in pairs)
    notes = [note("no-gate"), note("impossible", n=impossible, of=len(pairs))]
    rows = [_drawn(graph, known, row) for row in pairs]
    basis = graph.uses.basis.also("seed", SEED).also("draws", DRAWS).also("level", SIGNIFICANT)
    made = make(
        "chance", basis, CHANCE, rows, notes=notes, sparql=program_query("coherence/text-uses"),
        line=basis_line(known),
    )  # fmt: skip
    return undated(made, graph)


def _drawn(graph: Graph, known: Known, row: Chance) -> Row:
    return {
        **thing(graph, "one", row.one),
        **thing(graph, "two", row.two),
        "statistic": number(row.statistic),
        "p": number(row.p),
        "adjusted": number(row.adjusted),
        "attainable": number(row.attainable),
        **code(graph, "verdict", row.verdict.value),
        **level_cells(graph, known.weight(row.one, row.two).level),
    }


PARTS = ("plan", "chapter", "stage", "over", "position", "under_number", "of_known", "of_published")


def parts(graph: Graph, choice: Choice = DEFAULT) -> Table:
    """Each part of each plan with its level, place and actions; how many of its level are here, and as sources say.

    Raises:
        QueryError: an unknown plan, with the nearest names.
    """
    named = graph.plans(choice.plans) or graph.tables.works.plans
    published = graph.tables.published
    rows = [
        row for plan in named for row in _rows(graph, plan, graph.parts.levels(plan, published=published.get(plan)))
    ]
    notes = [note("parts-no-actions"), note("parts-counted", n=len({row["plan"] for row in rows}), of=len(named))]
    basis = graph.uses.basis
    if choice.plans:
        basis = basis.also("plans", keys(sorted(named)))
    return undated(make("parts", basis, PARTS, rows, notes=notes, sparql=program_query("parts/parts")), graph)


def _rows(graph: Graph, plan: str, levels: list[LevelCount]) -> Iterator[Row]:
    counted = {one.level: one for one in levels if one.level != ACTIONS}
    for outline in graph.parts.outline(plan):
        yield from _branch(graph, outline, counted)


def _branch(graph: Graph, outline: Outline, counted: dict[str, LevelCount]) -> Iterator[Row]:
    part = outline.part
    of = counted[part.level]
    yield {
        **thing(graph, "plan", part.plan),
        **thing(graph, "chapter", part.iri),
        **thing(graph, "stage", part.level),
        **thing(graph, "over", part.above or None),
        "position": part.order,
        "under_number": outline.number,
        "of_known": of.known,
        "of_published": " / ".join(map(str, of.published)) or None,
    }
    for below in outline.below:
        yield from _branch(graph, below, counted)
