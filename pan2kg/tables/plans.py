"""The matrix of plans, the coherence index pair by pair, what is shared against chance, and the parts of plans."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pan2kg.coherence.bodies import co_led
from pan2kg.coherence.citations import Bounds as Interval
from pan2kg.coherence.citations import (
    Channel,
    IndexCell,
    Occasion,
    Ordered,
    State,
    Verdict,
    Way,
    citation_rate,
    index,
    index_cells,
    verdict,
)
from pan2kg.coherence.citations import debt as owed
from pan2kg.coherence.evidence import counts
from pan2kg.coherence.known import Known, basis_line
from pan2kg.coherence.weight import DRAWS, SEED, SIGNIFICANT, Weight
from pan2kg.errors import QueryError
from pan2kg.graph.graph import Graph
from pan2kg.graph.parts import ACTIONS, LevelCount, Outline
from pan2kg.scores.matrix import summable
from pan2kg.scores.measures import Judged, judged
from pan2kg.store.queries import program_query
from pan2kg.tables.figure_words import bits_text, interval_text
from pan2kg.tables.registry import (
    DEFAULT,
    TableChoice,
    action_bits,
    action_order,
    code,
    coded,
    day,
    keys,
    level_cells,
    make,
    note,
    number,
    plan_order,
    thing,
    things,
)
from pan2kg.tables.table import Cross, Row, Table

if TYPE_CHECKING:
    from pan2kg.coherence.texts import Use
    from pan2kg.coherence.weight import Contribution, Weight
    from pan2kg.i18n.catalogue import Text

PLACES: Final = (
    ("text_there", Channel.TEXT, True), ("text_back", Channel.TEXT, False),
    ("web_there", Channel.WEB, True), ("web_back", Channel.WEB, False),
)  # fmt: skip
"""The four places of a pair where one plan could cite the other: in its text or on its page, there and back."""

MOST: Final = 10_000
"""So many pairs of plans are listed at most; the rest is counted, and seen where plans are named."""


def _unlisted(number: int) -> list[Text]:
    return [note("pairs-unlisted", n=number - MOST)] if number > MOST else []


MATRIX = (
    "one", "two", "low", "high", "settled", "general", "level", "instruments", "expectation", "expectation_back",
    *(place for place, _, _ in PLACES), "positive", "negative", "scored", "co_led", "measures_one", "published_one",
    "measures_two", "published_two",
)  # fmt: skip


def matrix(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    # Pairs about which nothing is known are counted in a note, and listed with everything. Unless one plan alone is
    # named, a terminal is shown the pairs as rows and columns.
    chosen = graph.plans(choice.plans)
    evidence = graph.known(choice.evidence)
    home = evidence.tables.works.home
    scored = judged(home, graph.scores)
    led = co_led(home, graph.involvements, choice.evidence)
    pairs = _pairs(evidence.tables.works.plans, chosen)
    pairs_told = {
        *evidence.linked,
        *_general(evidence),
        *scored,
        *(pair for pair, number_of in led.items() if number_of),
    }
    order = plan_order(graph)
    pairs_shown = sorted(pairs if choice.everything else pairs_told & set(pairs), key=lambda pair: order(*pair))
    sizes = Counter(home.values())
    rows = [
        {
            **_pair(graph, evidence, evidence.weight(*pair)),
            **_judged(scored.get(pair), led.get(pair)),
            **_sizes(evidence, sizes, pair),
        }
        for pair in pairs_shown[:MOST]
    ]
    notes = [note("low-high"), note("high-open"), *_unlisted(len(pairs_shown))]
    if len(pairs_shown) < len(pairs):
        notes.append(note("pairs-unseen", n=len(pairs) - len(pairs_shown)))
    if not graph.scores:
        notes.append(note("no-scores"))
    if len(summable(graph.scores)) < len(graph.scores):
        notes.append(note("other-scales"))
    basis = graph.uses.basis.also("plans", keys(chosen)) if chosen else graph.uses.basis
    return make(
        graph, "matrix", MATRIX, rows, notes, "coherence/text-uses", evidence, basis=basis,
        cross=None if len(chosen) == 1 else _cross(graph, evidence, pairs_shown),
    )  # fmt: skip


def _pairs(plans: Sequence[str], chosen: Sequence[str]) -> list[Ordered]:
    among = sorted(chosen) if len(chosen) > 1 else plans
    pairs = [(plan_a, plan_b) for at, plan_a in enumerate(among) for plan_b in among[at + 1 :]]
    return [pair for pair in pairs if len(chosen) != 1 or chosen[0] in pair]


def _general(evidence: Known) -> set[Ordered]:
    # The pairs of plans that share a text at all, be it a general one only.
    plans, sharing = evidence.tables.works.plans, evidence.plans
    pairs = zip(sharing.one.tolist(), sharing.two.tolist(), strict=True)
    return {(min(plans[a], plans[b]), max(plans[a], plans[b])) for a, b in pairs}


def _pair(graph: Graph, evidence: Known, weight: Weight) -> Row:
    plan_a, plan_b, when = weight.one, weight.two, evidence.chronology
    texts = [
        contribution.text
        for contribution in weight.contributions
        if contribution.bits > 0 and not contribution.is_broad
    ]
    return {
        **thing(graph, "one", plan_a),
        **thing(graph, "two", plan_b),
        "low": number(weight.low),
        "high": number(weight.high),
        "settled": number(weight.settled),
        "general": number(weight.broad),
        **level_cells(graph, evidence.link_level(plan_a, plan_b)),
        **things(graph, "instruments", texts),
        **code(graph, "expectation", verdict(when, plan_a, plan_b).value),
        **code(graph, "expectation_back", verdict(when, plan_b, plan_a).value),
        **_places(graph, evidence, (plan_a, plan_b)),
    }


def _judged(scores: Judged | None, led: int | None) -> Row:
    return {
        "positive": number(scores.positive) if scores else None,
        "negative": number(scores.negative) if scores else None,
        "scored": scores.cells if scores else None,
        "co_led": led,
    }


def _sizes(evidence: Known, sizes: Mapping[str, int], pair: Ordered) -> Row:
    row: Row = {}
    for side, plan in zip(("one", "two"), pair, strict=True):
        row = {**row, f"measures_{side}": sizes[plan], f"published_{side}": evidence.tables.published.get(plan)}
    return row


def _places(graph: Graph, evidence: Known, pair: Ordered) -> Row:
    row: Row = {}
    for place, channel, direction in PLACES:
        ends = pair if direction else pair[::-1]
        row = {**row, **code(graph, place, evidence.place(*ends, channel).value)}
    return row


def _cross(graph: Graph, evidence: Known, pairs: Iterable[Ordered]) -> Cross:
    pairs_shown = set(pairs)
    plans = sorted({plan for pair in pairs_shown for plan in pair})
    ways = {(occasion.source, occasion.target): occasion for occasion in evidence.occasions}
    general = _general(evidence)

    def mark(x: str, y: str) -> str:
        pair = min(x, y), max(x, y)
        shares = "#" if evidence.shared.get(pair, 0.0) > 0 else "+" if pair in general else ""
        return f"{shares}{_CITES[_citing(evidence, ways.get((x, y)), x, y)]}" or "."

    cells = tuple(tuple(mark(x, y) if (min(x, y), max(x, y)) in pairs_shown else "" for y in plans) for x in plans)
    legend = (
        note("cross-shares"), note("cross-general"), note("cross-cites"), note("cross-absent"), note("cross-open"),
        note("cross-nothing"),
    )  # fmt: skip
    return Cross(tuple(map(graph.label, plans)), cells, legend)


_CITES: Final = {State.SEEN: ">", State.ABSENT: "x", State.OPEN: "o", None: ""}


def _citing(evidence: Known, occasion: Occasion | None, x: str, y: str) -> State | None:
    if evidence.chronology.seen(x, y, evidence.level):
        return State.SEEN
    return occasion.state if occasion and occasion.is_expected else None


INDEX = (
    "one", "two", "index_low", "index_high", "places", *(place for place, _, _ in PLACES), "low", "level", "pages",
    "seen", "instruments",
)  # fmt: skip


def coherence_index(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    # How far cross-references are made, place by place: for the plan named, else for the home plan, else for all.
    chosen = graph.plans(choice.plans) or tuple(filter(None, [graph.own_plan()]))
    if len(chosen) > 1:
        raise QueryError("from-one-plan", remedy="name-a-plan")
    plan = chosen[0] if chosen and not choice.everything else None
    evidence = graph.known(choice.evidence)
    cells = index_cells(evidence.chronology, evidence.linked, evidence.tables.readings, at=choice.evidence)
    overall = index(cells, None if plan is None else frozenset((plan,)))
    by_pair: dict[Ordered, list[IndexCell]] = {}
    for cell in cells:
        if plan is None or plan in cell[:2]:
            by_pair.setdefault((min(cell[:2]), max(cell[:2])), []).append(cell)
    order = plan_order(graph)
    rows = [_indexed(graph, evidence, pair, by_pair[pair]) for pair in sorted(by_pair, key=lambda pair: order(*pair))]
    notes = [
        note("index-value", value=interval_text(overall.value), m=overall.m, n=overall.pairs),
        note("index-counts", **{state.value: overall.counts[state] for state in State}),
    ]
    if overall.empty:
        notes.append(note("index-empty", n=len(overall.empty)))
    editions = [
        pair for pair in evidence.linked
        if (plan is None or plan in pair)
        and verdict(evidence.chronology, *pair) in {Verdict.EDITION, Verdict.FRAMEWORK, Verdict.ABROAD}
    ]  # fmt: skip
    if editions:
        notes.append(note("index-apart", n=len(editions)))
    basis = graph.uses.basis if plan is None else graph.uses.basis.also("plans", keys([plan]))
    return make(graph, "index", INDEX, rows, notes, "coherence/plan-statements", evidence, basis=basis)


def _indexed(graph: Graph, evidence: Known, pair: Ordered, cells: Sequence[IndexCell]) -> Row:
    interval, weight = index(cells), evidence.weight(*pair)
    texts = [
        contribution.text
        for contribution in weight.contributions
        if contribution.bits > 0 and not contribution.is_broad
    ]
    occasions = [
        citation for citation in graph.citations
        if counts(citation.level, evidence.level) and _home(evidence, citation.source, citation.target) == pair
    ]  # fmt: skip
    channels_seen = [occasion.seen for occasion in occasions if occasion.seen]
    pages = sorted({occasion.document for occasion in occasions if occasion.channel == "web" and occasion.document})
    return {
        **thing(graph, "one", pair[0]),
        **thing(graph, "two", pair[1]),
        "index_low": number(interval.value.low),
        "index_high": number(interval.value.high),
        "places": interval.m,
        **_places(graph, evidence, pair),
        "low": number(weight.low),
        **level_cells(graph, evidence.link_level(*pair)),
        **things(graph, "pages", pages),
        "seen": day(max(channels_seen)) if channels_seen else None,
        **things(graph, "instruments", texts),
    }


def _home(evidence: Known, plan_a: str, plan_b: str) -> Ordered:
    home = evidence.tables.works.home
    ends = home.get(plan_a, plan_a), home.get(plan_b, plan_b)
    return min(ends), max(ends)


CHANCE = ("one", "two", "statistic", "p", "adjusted", "attainable", "verdict", "level")


def by_chance(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    chosen = graph.plans(choice.plans)
    evidence = graph.known(choice.evidence)
    drawn = graph.by_chance(choice.evidence)
    pairs = [row for row in drawn if choice.everything or row.statistic > 0]
    pairs = [row for row in pairs if not chosen or {row.one, row.two} & set(chosen)]
    pairs.sort(key=lambda row: (row.adjusted, row.p, row.one, row.two))
    impossible = sum(row.verdict == "impossible" for row in pairs)
    notes = [note("no-gate"), note("impossible", n=impossible, of=len(pairs))]
    rows = [
        {
            **thing(graph, "one", row.one),
            **thing(graph, "two", row.two),
            "statistic": number(row.statistic),
            "p": number(row.p),
            "adjusted": number(row.adjusted),
            "attainable": number(row.attainable),
            **code(graph, "verdict", row.verdict),
            **level_cells(graph, evidence.weight(row.one, row.two).level),
        }
        for row in pairs
    ]
    basis = graph.uses.basis.also("seed", SEED).also("draws", DRAWS).also("level", SIGNIFICANT)
    return make(graph, "chance", CHANCE, rows, notes, "coherence/text-uses", evidence, basis=basis)


PARTS = ("plan", "chapter", "stage", "over", "position", "under_number", "of_known", "of_published")


def parts(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    plans_named = graph.plans(choice.plans) or graph.tables.works.plans
    published = graph.tables.published
    rows = [
        row
        for plan in plans_named
        for row in _rows(graph, plan, graph.parts.levels(plan, published=published.get(plan)))
    ]
    notes = [note("parts-no-actions"), note("parts-counted", n=len({row["plan"] for row in rows}), of=len(plans_named))]
    basis = graph.uses.basis
    if choice.plans:
        basis = basis.also("plans", keys(sorted(plans_named)))
    return make(graph, "parts", PARTS, rows, notes, "parts/parts", basis=basis)


def _rows(graph: Graph, plan: str, levels: list[LevelCount]) -> Iterator[Row]:
    counted = {level.level: level for level in levels if level.level != ACTIONS}
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


DEBT = (
    "citing", "cited", "expectation", "citation", "low", "debt", *(f"cited_{way}" for way in Way), "level",
    "instruments",
)  # fmt: skip


def debt(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    # With plans named, only what they could cite and where they could be cited.
    plans_named = frozenset(graph.plans(choice.plans))
    evidence, order = graph.known(choice.evidence), plan_order(graph)
    occasions = [
        occasion
        for occasion in evidence.occasions
        if not plans_named or plans_named & {occasion.source, occasion.target}
    ]
    occasions.sort(key=lambda one: (not one.is_expected, *order(one.source, one.target)))
    basis = graph.uses.basis.also("plans", keys(sorted(plans_named))) if plans_named else graph.uses.basis
    return make(
        graph, "debt", DEBT, [_occasion(graph, evidence, one) for one in occasions[:MOST]],
        [*_told(occasions), *_unlisted(len(occasions))], "coherence/plan-statements", evidence, basis=basis,
    )  # fmt: skip


def _told(occasions: Iterable[Occasion]) -> list[Text]:
    every = list(occasions)
    expected = [occasion for occasion in every if occasion.is_expected]
    states = Counter(occasion.state for occasion in expected)
    apart = Counter(occasion.verdict for occasion in every if not occasion.is_expected)
    counts = {state.value: states[state] for state in (State.SEEN, State.ABSENT, State.OPEN)}
    return [
        note("occasions", n=len(expected), **counts),
        note("rate-and-debt", rate=interval_text(citation_rate(every)), debt=bits_text(owed(every))),
        note("apart", **{occasion.value: apart[occasion] for occasion in Verdict if occasion is not Verdict.EXPECTED}),
        note("not-returned"),
        note("debt-levels"),
    ]


def _occasion(graph: Graph, evidence: Known, occasion: Occasion) -> Row:
    weight = evidence.weight(occasion.source, occasion.target)
    texts = [
        contribution.text
        for contribution in weight.contributions
        if contribution.bits > 0 and not contribution.is_broad
    ]
    unseen = occasion.state if occasion.state is not State.SEEN else None
    ways = {f"cited_{citing_way}": State.SEEN if citing_way in occasion.ways else unseen for citing_way in Way}
    return {
        **thing(graph, "citing", occasion.source),
        **thing(graph, "cited", occasion.target),
        **code(graph, "expectation", occasion.verdict.value),
        **code(graph, "citation", occasion.state.value if occasion.is_expected or occasion.state is State.SEEN else ""),
        "low": number(occasion.bits),
        "debt": number(occasion.debt) if occasion.is_expected else None,
        **_ways(graph, ways if occasion.is_expected else {}),
        **level_cells(graph, evidence.link_level(occasion.source, occasion.target)),
        **things(graph, "instruments", texts),
    }


def _ways(graph: Graph, states: dict[str, State | None]) -> Row:
    # At which precision the citation was seen; finer ones that were not stay as open or absent as the reading says.
    row: Row = {}
    for citing_way in Way:
        state = states.get(f"cited_{citing_way}")
        row = {**row, **code(graph, f"cited_{citing_way}", state.value if state else "")}
    return row


PAIRS = (
    "action", "plan", "other_action", "other_plan", "bits", "general", "level", "instruments", "acknowledged_there",
    "acknowledged_back", "expectation", "expectation_back",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Silent:
    # plans are theirs, texts the precise ones they share; ways and expected say there and back at which precision a
    # citation is seen after all, and the verdict on one between the plans, empty without an occasion.
    ends: Ordered
    plans: Ordered
    weight: Weight
    texts: tuple[str, ...]
    ways: Ordered
    expected: Ordered


def linked_pairs(graph: Graph, choice: TableChoice) -> list[Ordered]:
    plans_named, evidence = frozenset(graph.plans(choice.plans)), graph.known(choice.evidence)
    home, least = evidence.tables.works.home, choice.least or 0.0
    return [
        pair for pair, (low, _) in action_bits(evidence).items()
        if low > 0 and low >= least - 1e-12 and (not plans_named or plans_named & {home[pair[0]], home[pair[1]]})
    ]  # fmt: skip


def silent_pairs(graph: Graph, choice: TableChoice, linked: Iterable[Ordered]) -> list[Silent]:
    evidence, order = graph.known(choice.evidence), action_order(graph)
    stated_pairs = {(statement.source, statement.target) for statement in evidence.statements if statement.is_citation}
    verdicts = {(occasion.source, occasion.target): occasion.verdict.value for occasion in evidence.occasions}
    home = evidence.tables.works.home

    def read(pair: Ordered) -> Silent:
        weight, plans = evidence.weight(*pair), (home[pair[0]], home[pair[1]])
        texts = tuple(
            contribution.text
            for contribution in weight.contributions
            if contribution.bits > 0 and not contribution.is_broad
        )
        expected = verdicts.get(plans, ""), verdicts.get(plans[::-1], "")
        return Silent(pair, plans, weight, texts, acknowledged(evidence, pair, stated_pairs), expected)

    silent = (pair for pair in linked if not {pair, pair[::-1]} & stated_pairs)
    return [read(pair) for pair in sorted(silent, key=lambda pair: order(*pair))]


def unacknowledged(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    # least is from how many bits a pair counts; with plans named, only pairs with one of their actions.
    linked, least = linked_pairs(graph, choice), choice.least or 0.0
    silent = silent_pairs(graph, choice, linked)
    notes = [note("pairs-open", n=len(silent), of=len(linked)), note("levels"), note("not-returned")]
    basis = graph.uses.basis.also("bits", f"≥ {least:g}") if least else graph.uses.basis
    return make(
        graph,
        "unacknowledged",
        PAIRS,
        [
            {
                **thing(graph, "action", silent_pair.ends[0]),
                **thing(graph, "plan", silent_pair.plans[0]),
                **thing(graph, "other_action", silent_pair.ends[1]),
                **thing(graph, "other_plan", silent_pair.plans[1]),
                "bits": number(silent_pair.weight.low),
                "general": number(silent_pair.weight.broad),
                **level_cells(graph, silent_pair.weight.level),
                **things(graph, "instruments", silent_pair.texts),
                **code(graph, "acknowledged_there", silent_pair.ways[0]),
                **code(graph, "acknowledged_back", silent_pair.ways[1]),
                **code(graph, "expectation", silent_pair.expected[0]),
                **code(graph, "expectation_back", silent_pair.expected[1]),
            }
            for silent_pair in silent
        ],
        notes,
        "coherence/text-uses",
        line=basis_line(graph.known(choice.evidence)),
        basis=basis,
    )


def acknowledged(evidence: Known, pair: Ordered, stated_pairs: Iterable[Ordered] | None = None) -> tuple[str, str]:
    home = evidence.tables.works.home
    cited = set(
        stated_pairs
        if stated_pairs is not None
        else ((x.source, x.target) for x in evidence.statements if x.is_citation)
    )

    def way(one: str, two: str) -> str:
        p, q = home.get(one, one), home.get(two, two)
        if (one, two) in cited:
            return "action" if {one, two} <= home.keys() else "plan"
        lifted = [(x, y) for x, y in cited if (home.get(x, x), home.get(y, y)) == (p, q)]
        if {one, two}.isdisjoint((p, q)) and any(x == one or y == two for x, y in lifted):
            return "mixed"
        return "plan" if lifted else "none"

    return way(*pair), way(*pair[::-1])


EXPLAIN = (
    "instrument", "potential", "contribution", "class_one", "class_two", "gain", "level", "action", "named", "relation",
    "tie", "tie_level", "quote", "document", "page", "address", "place",
)  # fmt: skip


def explanation(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    # A text has a line for every statement it rests on; its contribution stands on each of them. What is general, for
    # actions also what their plans are founded on, stands apart and below.
    if len(choice.actions) != 2:
        raise QueryError("two-actions", remedy="name-two-actions")
    evidence = graph.known(choice.evidence)
    weight = graph.weight(*choice.actions, choice.evidence)
    behind = {
        contribution.text: [
            use for work in (weight.one, weight.two) for use in evidence.giving(work, contribution.text)
        ]
        for contribution in weight.contributions
    }
    words = _Words(graph, (use.link for uses in behind.values() for use in uses))
    parts = sorted(weight.contributions, key=lambda part: part.is_broad)
    rows = [row for part in parts for row in _rows_of_citations(graph, part, behind[part.text], words)]
    basis = graph.uses.basis.also("works", keys([weight.one, weight.two]))
    return make(
        graph, "explain", EXPLAIN, rows, _notes(evidence, weight),
        sparql=program_query("tables/said", link=words.links) if words.links else "", evidence=evidence, basis=basis,
    )  # fmt: skip


def _notes(evidence: Known, weight: Weight) -> list[Text]:
    if not any(contribution.bits > 0 for contribution in weight.contributions):
        notes = [note("no-link" if weight.is_open else "no-link-read")]
    else:
        shared = bits_text(Interval(weight.low, weight.high))
        notes = [note("weight", shared=shared, general=bits_text(Interval(weight.broad, weight.broad)))]
        notes += [note("high-open")] if weight.is_open else []
    there, back = (coded("acknowledged_there", way) for way in acknowledged(evidence, (weight.one, weight.two)))
    notes.append(note("acknowledged", there=there, back=back))
    home = evidence.tables.works.home
    plans = [home.get(one, one) for one in (weight.one, weight.two)]
    if plans[0] != plans[1]:
        verdicts = {(occasion.source, occasion.target): occasion.verdict.value for occasion in evidence.occasions}
        ways = [verdicts.get((plans[0], plans[1]), ""), verdicts.get((plans[1], plans[0]), "")]
        said = [coded("expectation", one) if one else coded("told", "unrelated") for one in ways]
        notes.append(note("expected", there=said[0], back=said[1]))
    return notes


class _Words:
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


def _rows_of_citations(graph: Graph, part: Contribution, uses: Iterable[Use], words: _Words) -> list[Row]:
    given: Row = {
        **thing(graph, "instrument", part.text),
        **code(graph, "potential", "general" if part.is_broad else "specific"),
        "contribution": number(part.bits),
        "class_one": number(part.one),
        "class_two": number(part.two),
        "gain": number(part.gain),
        **level_cells(graph, part.level),
    }
    return [
        {
            **given,
            **thing(graph, "action", use.work),
            **thing(graph, "named", use.text),
            "tie": number(use.share),
            **level_cells(graph, use.level, "tie_level"),
            **said,
        }
        for use in uses
        for said in words.of(graph, use.link)
    ]
