"""The matrix of plans, the coherence index pair by pair, what is shared against chance, and the parts of plans."""

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from functools import partial
from typing import Final

from pan2kg.coherence import HEADLINE, Level, bodies, citations, counts, known
from pan2kg.coherence.citations import Bounds, Channel, IndexCell, State, Verdict, Way
from pan2kg.coherence.weight import DRAWS, SEED, SIGNIFICANT, Weight
from pan2kg.errors import QueryError
from pan2kg.graph.graph import Graph
from pan2kg.graph.statements import ACTIONS, Outline
from pan2kg.i18n.catalogue import Messages, Text
from pan2kg.scores import matrix as matrices, measures
from pan2kg.store.queries import program_query
from pan2kg.tables import DEFAULT, Table, TableChoice, make, note, table as layout
from pan2kg.tables.figure_words import bits_words, in_each, interval
from pan2kg.turtle.vocabulary import key

PLACES: Final = (
    ("text_there", Channel.TEXT, True), ("text_back", Channel.TEXT, False),
    ("web_there", Channel.WEB, True), ("web_back", Channel.WEB, False),
)  # fmt: skip
"""The four places of a pair where one plan could cite the other: in its text or on its page, there and back."""
_PLACED: Final = tuple(name for name, _, _ in PLACES)
MOST: Final = 10_000
"""So many pairs of plans are listed at most; the rest is counted, and seen where plans are named."""


def _places(evidence: known.Known, pair: layout.Ordered) -> list[State]:
    return [evidence.place(pair[not ahead], pair[ahead], channel) for _, channel, ahead in PLACES]


MATRIX = (
    "one", "two", "low", "high", "settled", "general", "level", "instruments", "expectation", "expectation_back",
    *_PLACED, "positive", "negative", "scored", "co_led", "measures_one", "published_one", "measures_two",
    "published_two",
)  # fmt: skip


def matrix(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    # Pairs about which nothing is known are counted in a note, and listed with everything. Unless
    # one plan alone is named, a terminal is shown the pairs as rows and columns.
    chosen = graph.plans(choice.plans)
    evidence = graph.known(choice.evidence)
    order = layout.plan_order(graph)
    home = evidence.tables.works.home
    when = evidence.chronology
    published = evidence.tables.published
    scored = measures.judged(home, graph.scores)
    led = bodies.co_led(home, graph.involvements, choice.evidence)
    plans = sorted(chosen) if len(chosen) > 1 else evidence.tables.works.plans
    pairs = [(plan, partner) for at, plan in enumerate(plans) for partner in plans[at + 1 :]]
    pairs = [pair for pair in pairs if len(chosen) != 1 or chosen[0] in pair]
    # what shares a text at all, be it a general one only
    every = evidence.tables.works.plans
    ends = zip(evidence.plans.one.tolist(), evidence.plans.two.tolist(), strict=True)
    general = {(min(every[a], every[b]), max(every[a], every[b])) for a, b in ends}
    of_interest = {
        *evidence.linked,
        *general,
        *scored,
        *(pair for pair, number in led.items() if number),
    }
    listed = set(pairs) if choice.everything else of_interest & set(pairs)
    sizes = Counter(home.values())
    rows = []
    for pair in heapq.nsmallest(MOST, listed, key=order):
        weight = evidence.weight(*pair)
        plan = weight.one
        partner = weight.two
        rows.append(
            (
                plan,
                partner,
                weight.low,
                weight.high,
                weight.settled,
                weight.broad,
                evidence.link_level(plan, partner),
                weight.texts,
                citations.verdict(when, plan, partner),
                citations.verdict(when, partner, plan),
                *_places(evidence, (plan, partner)),
                *scored.get(pair, (None, None, None))[:3],
                led.get(pair),
                sizes[pair[0]],
                published.get(pair[0]),
                sizes[pair[1]],
                published.get(pair[1]),
            )
        )
    notes = [Messages("figure").text("weight-high"), note("high-open")]
    notes += [note("pairs-unlisted", n=len(listed) - MOST)] if len(listed) > MOST else []
    notes += [note("pairs-unseen", n=len(pairs) - len(listed))] if len(listed) < len(pairs) else []
    notes += [] if graph.scores else [note("no-scores")]
    notes += (
        [note("other-scales")] if len(matrices.summable(graph.scores)) < len(graph.scores) else []
    )
    # a terminal alone is shown it
    cross = None if len(chosen) == 1 else partial(_cross, graph, evidence, listed, general)
    basis = layout.among(graph, chosen)
    return make(
        graph,
        "matrix",
        MATRIX,
        rows,
        notes,
        "coherence/text-uses",
        evidence,
        basis=basis,
        cross=cross,
    )


_CITES: Final = {State.SEEN: ">", State.ABSENT: "x", State.OPEN: "o"}


def _cross(
    graph: Graph, evidence: known.Known, pairs: set[layout.Ordered], general: set[layout.Ordered]
) -> layout.Cross:
    plans = sorted({plan for pair in pairs for plan in pair})
    expected = {
        (occasion.source, occasion.target): occasion.state
        for occasion in evidence.occasions
        if occasion.is_expected
    }

    def mark(x: str, y: str) -> str:
        pair = min(x, y), max(x, y)
        if pair not in pairs:
            return ""
        shares = "#" if evidence.shared.get(pair, 0.0) > 0 else "+" if pair in general else ""
        state = (
            State.SEEN if evidence.chronology.seen(x, y, evidence.level) else expected.get((x, y))
        )
        return f"{shares}{_CITES[state] if state else ''}" or "."

    marks = tuple(tuple(mark(x, y) for y in plans) for x in plans)
    return tuple(map(graph.label, plans)), marks, (note("cross-legend"),)


INDEX = (
    "one",
    "two",
    "index_low",
    "index_high",
    "places",
    *_PLACED,
    "low",
    "level",
    "pages",
    "seen",
    "instruments",
)


def coherence_index(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    # How far cross-references are made, place by place: for the plan named, else for the home plan,
    # else for all.
    chosen = graph.plans(choice.plans) or tuple(filter(None, [graph.own_plan()]))
    if len(chosen) > 1:
        raise QueryError("from-one-plan", remedy="name-a-plan")
    plan = chosen[0] if chosen and not choice.everything else None
    order = layout.plan_order(graph)
    evidence = graph.known(choice.evidence)
    home = evidence.tables.works.home
    by_pair = dict[layout.Ordered, list[IndexCell]]()
    chronology = evidence.chronology
    readings = evidence.tables.readings
    index_cells = citations.index_cells(chronology, evidence.linked, readings, at=choice.evidence)
    for cell in index_cells:
        if plan is None or plan in cell[:2]:
            by_pair.setdefault((min(cell[:2]), max(cell[:2])), []).append(cell)
    cited: dict[layout.Ordered, list[tuple[str, date | None]]] = {}
    for citation in graph.citations:
        if counts(citation.level, evidence.level):
            ends = (
                home.get(citation.source, citation.source),
                home.get(citation.target, citation.target),
            )
            page = citation.document if citation.channel == "web" and citation.document else ""
            cited.setdefault((min(ends), max(ends)), []).append((page, citation.seen))
    rows = []
    for pair in sorted(by_pair, key=order):
        of_pair = citations.index(by_pair[pair])
        weight = evidence.weight(*pair)
        sightings = cited.get(pair, [])
        rows.append(
            (
                *pair,
                of_pair.value.low,
                of_pair.value.high,
                of_pair.m,
                *_places(evidence, pair),
                weight.low,
                evidence.link_level(*pair),
                sorted({page for page, _ in sightings if page}),
                max((day for _, day in sightings if day), default=None),
                weight.texts,
            )
        )
    overall = citations.index(index_cells, None if plan is None else frozenset((plan,)))
    notes = [
        note("index-value", value=in_each(interval, overall.value), m=overall.m, n=overall.pairs),
        note("index-counts", **{state.value: overall.counts[state] for state in State}),
    ]
    apart = sum(
        (plan is None or plan in pair)
        and citations.verdict(chronology, *pair)
        in {Verdict.EDITION, Verdict.FRAMEWORK, Verdict.ABROAD}
        for pair in evidence.linked
    )
    notes += [note("index-apart", n=apart)] if apart else []
    basis = layout.among(graph, [plan] if plan else [])
    return make(
        graph, "index", INDEX, rows, notes, "coherence/plan-statements", evidence, basis=basis
    )


CHANCE = ("one", "two", "statistic", "p", "adjusted", "attainable", "verdict", "level")


def by_chance(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    chosen = set(graph.plans(choice.plans))
    evidence = graph.known(choice.evidence)
    pairs = [
        row for row in graph.by_chance(choice.evidence) if choice.everything or row.statistic > 0
    ]
    pairs = [row for row in pairs if not chosen or {row.one, row.two} & chosen]
    pairs.sort(key=lambda row: (row.adjusted, row.p, row.one, row.two))
    notes = [note("impossible", n=sum(row.verdict == "impossible" for row in pairs), of=len(pairs))]
    rows = [
        (
            row.one,
            row.two,
            row.statistic,
            row.p,
            row.adjusted,
            row.attainable,
            row.verdict,
            evidence.weight(row.one, row.two).level,
        )
        for row in pairs
    ]
    basis = graph.uses.basis.also("seed", SEED).also("draws", DRAWS).also("level", SIGNIFICANT)
    return make(graph, "chance", CHANCE, rows, notes, "coherence/text-uses", evidence, basis=basis)


PARTS = (
    "plan",
    "notation",
    "chapter",
    "stage",
    "over",
    "position",
    "under_number",
    "of_known",
    "of_published",
)


def parts(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    plans = graph.plans(choice.plans) or graph.tables.works.plans
    published = graph.tables.published
    rows: list[tuple[object, ...]] = []

    def branch(outline: Outline) -> None:
        piece = outline.part
        of = counted[outline.part.level]
        numbers = piece.order, outline.number, of.known, " / ".join(map(str, of.published)) or None
        rows.append(
            (
                piece.plan,
                piece.notation or None,
                piece.iri,
                piece.level,
                piece.above or None,
                *numbers,
            )
        )
        for below in outline.below:
            branch(below)

    for plan in plans:
        levels = graph.parts.levels(plan, published=published.get(plan))
        counted = {level.level: level for level in levels if level.level != ACTIONS}
        for outline in graph.parts.outline(plan):
            branch(outline)
    notes = [note("parts-counted", n=len({row[0] for row in rows}), of=len(plans))]
    basis = layout.among(graph, sorted(plans) if choice.plans else [])
    return make(graph, "parts", PARTS, rows, notes, "parts/parts", basis=basis)


DEBT = (
    "citing",
    "cited",
    "expectation",
    "citation",
    "low",
    "debt",
    *(f"cited_{precision}" for precision in Way),
    "level",
    "instruments",
)


def debt(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    # With plans named, only what they could cite and where they could be cited.
    plans = {*graph.plans(choice.plans)}
    evidence = graph.known(choice.evidence)
    order = layout.plan_order(graph)
    occasions = [
        occasion
        for occasion in evidence.occasions
        if not plans or plans & {occasion.source, occasion.target}
    ]
    occasions.sort(
        key=lambda occasion: (not occasion.is_expected, *order((occasion.source, occasion.target)))
    )
    rows = []
    for occasion in occasions[:MOST]:
        is_expected = occasion.is_expected
        state = occasion.state
        ends = (occasion.source, occasion.target)
        # at which precision it was seen; finer ones that were not stay as open or absent as the
        # reading says
        unseen = state if state is not State.SEEN else None
        ways = [
            (State.SEEN if precision in occasion.ways else unseen) if is_expected else None
            for precision in Way
        ]
        rows.append(
            (
                *ends,
                occasion.verdict,
                state if is_expected or state is State.SEEN else "",
                occasion.bits,
                occasion.debt if is_expected else None,
                *ways,
                evidence.link_level(*ends),
                evidence.weight(*ends).texts,
            )
        )
    expected = [occasion for occasion in occasions if occasion.is_expected]
    states = Counter(occasion.state for occasion in expected)
    apart = Counter(occasion.verdict for occasion in occasions if not occasion.is_expected)
    rate, bits = citations.rate_and_debt(occasions)
    notes = [
        note(
            "occasions",
            n=len(expected),
            **{at.value: states[at] for at in (State.SEEN, State.ABSENT, State.OPEN)},
        ),
        note("rate-and-debt", rate=in_each(interval, rate), debt=in_each(bits_words, bits)),
        note(
            "apart",
            **{
                verdict.value: apart[verdict]
                for verdict in Verdict
                if verdict is not Verdict.EXPECTED
            },
        ),
        note("not-returned"),
    ]
    notes += [note("pairs-unlisted", n=len(occasions) - MOST)] if len(occasions) > MOST else []
    basis = layout.among(graph, sorted(plans))
    return make(
        graph, "debt", DEBT, rows, notes, "coherence/plan-statements", evidence, basis=basis
    )


PAIRS = (
    "action", "plan", "other_action", "other_plan", "bits", "general", "level", "instruments", "acknowledged_there",
    "acknowledged_back", "expectation", "expectation_back",
)  # fmt: skip
Silent = tuple[
    layout.Ordered, layout.Ordered, Weight, tuple[str, ...], layout.Ordered, layout.Ordered
]
"""Two actions that share texts and of which neither cites the other, their plans, what they weigh, the precise texts;
there and back at which precision a citation is seen after all, and the verdict on one between the
plans, empty without an occasion."""


def linked_pairs(graph: Graph, choice: TableChoice) -> list[layout.Ordered]:
    plans = frozenset(graph.plans(choice.plans))
    evidence = graph.known(choice.evidence)
    home = evidence.tables.works.home
    least = choice.least or 0.0
    return [
        pair
        for pair, (low, _) in layout.action_bits(evidence).items()
        if low > 0
        and low >= least - 1e-12
        and (not plans or plans & {home[pair[0]], home[pair[1]]})
    ]


def silent_pairs(
    graph: Graph, choice: TableChoice, linked: Iterable[layout.Ordered]
) -> list[Silent]:
    evidence = graph.known(choice.evidence)
    stated = {
        (statement.source, statement.target)
        for statement in evidence.statements
        if statement.is_citation
    }
    verdicts = {
        (occasion.source, occasion.target): occasion.verdict.value
        for occasion in evidence.occasions
    }
    home = evidence.tables.works.home
    levels = [layout.action_bits(graph.known(level)) for level in (HEADLINE, Level.EDITORS)]

    def order(ends: layout.Ordered) -> tuple[object, ...]:
        pair = min(ends), max(ends)
        return (
            *(-round(bits.get(pair, (0.0, 0.0))[at], 9) for at in (0, 1) for bits in levels),
            *ends,
        )

    silent = []
    for pair in sorted((pair for pair in linked if not {pair, pair[::-1]} & stated), key=order):
        weight = evidence.weight(*pair)
        plans = (home[pair[0]], home[pair[1]])
        expected = verdicts.get(plans, ""), verdicts.get(plans[::-1], "")
        silent.append(
            (pair, plans, weight, weight.texts, acknowledged(evidence, pair, stated), expected)
        )
    return silent


def unacknowledged(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    # least is from how many bits a pair counts; with plans named, only pairs with one of their
    # actions.
    linked = linked_pairs(graph, choice)
    least = choice.least or 0.0
    silent = silent_pairs(graph, choice, linked)
    rows = [
        (
            ends[0],
            plans[0],
            ends[1],
            plans[1],
            weight.low,
            weight.broad,
            weight.level,
            texts,
            *ways,
            *expected,
        )
        for ends, plans, weight, texts, ways, expected in silent
    ]
    notes = [note("pairs-open", n=len(silent), of=len(linked)), note("not-returned")]
    basis = graph.uses.basis.also("bits", f"≥ {least:g}") if least else graph.uses.basis
    line = known.basis_line(graph.known(choice.evidence))
    return make(
        graph, "unacknowledged", PAIRS, rows, notes, "coherence/text-uses", line=line, basis=basis
    )


def acknowledged(
    evidence: known.Known, pair: layout.Ordered, stated: set[layout.Ordered]
) -> layout.Ordered:
    home = evidence.tables.works.home

    def precision(source: str, target: str) -> str:
        if (source, target) in stated:
            return "action" if {source, target} <= home.keys() else "plan"
        plans = home.get(source, source), home.get(target, target)
        lifted = [(x, y) for x, y in stated if (home.get(x, x), home.get(y, y)) == plans]
        if {source, target}.isdisjoint(plans) and any(
            x == source or y == target for x, y in lifted
        ):
            return "mixed"
        return "plan" if lifted else "none"

    return precision(*pair), precision(*pair[::-1])


EXPLAIN = (
    "instrument", "potential", "contribution", "class_one", "class_two", "gain", "level", "action", "named", "relation",
    "tie", "tie_level", "quote", "document", "page", "address", "place",
)  # fmt: skip


def explanation(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    # A text has a line for every statement it rests on; its contribution stands on each of them.
    # What is general, for actions also what their plans are founded on, stands apart and below.
    if len(choice.actions) != 2:
        raise QueryError("two-actions", remedy="name-two-actions")
    evidence = graph.known(choice.evidence)
    weight = graph.weight(*choice.actions, choice.evidence)
    ends = weight.one, weight.two
    behind = {
        piece.text: [use for end in ends for use in evidence.giving(end, piece.text)]
        for piece in weight.contributions
    }
    links = sorted({use.link for uses in behind.values() for use in uses if use.link})
    sparql = program_query("tables/said", link=links) if links else ""
    words = dict[str, list[list[str]]]()
    rows = []
    for link, *quotation in graph.read(sparql) if links else ():
        words.setdefault(link, []).append(quotation)
    lines: Mapping[str, object] = graph.places if links else {}
    for piece in sorted(weight.contributions, key=lambda text: text.is_broad):
        potential = "general" if piece.is_broad else "specific"
        contribution = (
            piece.text,
            potential,
            piece.bits,
            piece.one,
            piece.two,
            piece.gain,
            piece.level,
        )
        for use in behind[piece.text]:
            place = lines.get(use.link)
            for relation, quote, document, page, address in words.get(use.link, [[""] * 5]):
                stated = (
                    relation,
                    use.share,
                    use.level,
                    quote or None,
                    document,
                    page or None,
                    address or None,
                )
                rows.append(
                    (*contribution, use.work, use.text, *stated, str(place) if place else None)
                )
    notes = _explained(evidence, weight)
    basis = layout.among(graph, []).also("works", ", ".join(map(key, ends)))
    return make(
        graph, "explain", EXPLAIN, rows, notes, sparql=sparql, evidence=evidence, basis=basis
    )


def _explained(evidence: known.Known, weight: Weight) -> list[Text]:
    ends = (weight.one, weight.two)
    home = evidence.tables.works.home
    if not any(piece.bits > 0 for piece in weight.contributions):
        notes = [note("no-link" if weight.is_open else "no-link-read")]
    else:
        shared = in_each(bits_words, Bounds(weight.low, weight.high))
        general = in_each(bits_words, weight.broad)
        notes = [
            note("weight", shared=shared, general=general),
            *([note("high-open")] if weight.is_open else []),
        ]
    stated = {
        (statement.source, statement.target)
        for statement in evidence.statements
        if statement.is_citation
    }
    onward, back = (
        layout.coded("acknowledged_there", precision)
        for precision in acknowledged(evidence, ends, stated)
    )
    notes.append(note("acknowledged", there=onward, back=back))
    plans = home.get(ends[0], ends[0]), home.get(ends[1], ends[1])
    if plans[0] != plans[1]:
        verdicts = {
            (occasion.source, occasion.target): occasion.verdict.value
            for occasion in evidence.occasions
        }
        onward, back = (
            layout.coded("expectation", precision)
            if precision
            else layout.coded("told", "unrelated")
            for precision in [verdicts.get(pair, "") for pair in (plans, plans[::-1])]
        )
        notes.append(note("expected", there=onward, back=back))
    return notes
