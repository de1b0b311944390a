"""Tables of cross-references between plans: the coherence index pair by pair, and citations owed."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from pan2kg.coherence import citations, counts
from pan2kg.coherence.citations import Channel, IndexCell, Occasion, Ordered, Verdict, Way
from pan2kg.coherence.known import Known, in_order
from pan2kg.coherence.standing import SAID_OF, Standing
from pan2kg.errors import QueryError
from pan2kg.graph.graph import Graph
from pan2kg.i18n import Text
from pan2kg.tables import DEFAULT, Table, TableChoice, make, making, note
from pan2kg.tables.figure_words import bits_words, in_each, interval
from pan2kg.tables.pairs import plan_order


class CitationPlace(NamedTuple):
    """Where one plan of a pair could cite the other, and the column that says whether it does."""

    column: str
    channel: Channel
    is_there: bool


PLACES = (
    CitationPlace("text_there", Channel.TEXT, is_there=True),
    CitationPlace("text_back", Channel.TEXT, is_there=False),
    CitationPlace("web_there", Channel.WEB, is_there=True),
    CitationPlace("web_back", Channel.WEB, is_there=False),
)
"""The four places of a pair: in the text or on the page of the first, there, and of the second, back."""
PLACED = tuple(place.column for place in PLACES)
"""The columns of these places."""


def places_of(knowledge: Known, pair: Ordered) -> list[Standing]:
    """Whether a citation was seen at each of the :data:`PLACES` of a pair."""
    states = []
    for place in PLACES:
        source, target = pair if place.is_there else reversed(pair)
        states.append(knowledge.place(source, target, place.channel))
    return states


INDEX = (
    "one",
    "two",
    "index_low",
    "index_high",
    "places",
    *PLACED,
    "low",
    "level",
    "pages",
    "seen",
    "instruments",
)


def coherence_index(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    """How far cross-references are made, place by place, as an interval in [0, 1].

    For the plan named, else for the home plan, else for all.

    Raises:
        QueryError: several plans are named.
    """
    chosen = graph.plans(choice.plans) or tuple(filter(None, [graph.own_plan()]))
    if len(chosen) > 1:
        raise QueryError("from-one-plan", remedy="name-a-plan")
    plan = chosen[0] if chosen and not choice.everything else None
    order = plan_order(graph)
    knowledge = graph.known(choice.evidence)
    readings = knowledge.tables.readings
    cells = citations.index_cells(
        knowledge.chronology, knowledge.linked, readings, at=choice.evidence
    )
    by_pair = _cells_of_pairs(cells, plan)
    cited = _sightings(graph, knowledge)
    rows = []
    for pair in sorted(by_pair, key=order):
        index = citations.index(by_pair[pair])
        weight = knowledge.weight(*pair)
        sightings = cited.get(pair, [])
        pages = {sighting.page for sighting in sightings if sighting.page}
        days = [sighting.day for sighting in sightings if sighting.day]
        rows.append(
            (
                *pair,
                index.value.low,
                index.value.high,
                index.m,
                *places_of(knowledge, pair),
                weight.low,
                knowledge.link_level(*pair),
                sorted(pages),
                max(days, default=None),
                weight.texts,
            )
        )
    overall = citations.index(cells, None if plan is None else frozenset((plan,)))
    counted = {state.value: overall.counts[state] for state in SAID_OF["citation"]}
    value = in_each(interval, overall.value)
    notes = [
        note("index-value", value=value, m=overall.m, n=overall.pairs),
        note("index-counts", **counted),
    ]
    outside = _number_outside(knowledge, plan)
    if outside:
        notes.append(note("index-apart", n=outside))
    basis = making.among(graph, [plan] if plan else [])
    return make(
        graph, "index", INDEX, rows, notes, "coherence/plan-statements", knowledge, basis=basis
    )


def _cells_of_pairs(cells: Iterable[IndexCell], plan: str | None) -> dict[Ordered, list[IndexCell]]:
    """The cells of each pair of plans, of those with one plan where it is given."""
    by_pair = dict[Ordered, list[IndexCell]]()
    for cell in cells:
        if plan is None or plan in (cell.source, cell.target):
            by_pair.setdefault(in_order(cell.source, cell.target), []).append(cell)
    return by_pair


class _Sighting(NamedTuple):
    """Where and when a plan was seen to cite another: on a page, empty for a text, and a day if known."""

    page: str
    day: date | None


def _sightings(graph: Graph, knowledge: Known) -> dict[Ordered, list[_Sighting]]:
    """Where and when each pair of plans was seen to cite, whichever way."""
    home = knowledge.tables.works.home
    sightings = dict[Ordered, list[_Sighting]]()
    for citation in graph.citations:
        if not counts(citation.level, knowledge.level):
            continue
        source = home.get(citation.source, citation.source)
        target = home.get(citation.target, citation.target)
        page = citation.document if citation.channel == "web" else ""
        pair = in_order(source, target)
        sightings.setdefault(pair, []).append(_Sighting(page, citation.seen))
    return sightings


_OUTSIDE = frozenset((Verdict.EDITION, Verdict.FRAMEWORK, Verdict.ABROAD))
"""Linked pairs of which no citation is expected."""


def _number_outside(knowledge: Known, plan: str | None) -> int:
    """How many linked pairs are outside the index, of those with one plan where it is given."""
    number = 0
    for pair in knowledge.linked:
        is_of_plan = plan is None or plan in pair
        if is_of_plan and citations.verdict(knowledge.chronology, *pair) in _OUTSIDE:
            number += 1
    return number


# Citations that are expected, and what they owe

MOST = 10_000
"""So many occasions are listed at most; the rest is counted, and seen where plans are named."""
DEBT = (
    "citing", "cited", "expectation", "citation", "low", "debt", *(f"cited_{way}" for way in Way), "level",
    "instruments",
)  # fmt: skip


def debt(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    """Where one plan could cite another, what it owes in bits, and whether it did.

    With plans named, only what they could cite and where they could be cited.
    """
    plans = {*graph.plans(choice.plans)}
    knowledge = graph.known(choice.evidence)
    order = plan_order(graph)
    occasions = []
    for occasion in knowledge.occasions:
        if not plans or plans & {occasion.source, occasion.target}:
            occasions.append(occasion)
    occasions.sort(
        key=lambda occasion: (not occasion.is_expected, *order((occasion.source, occasion.target)))
    )
    rows = [_occasion_row(knowledge, occasion) for occasion in occasions[:MOST]]
    notes = _notes_on_debt(occasions)
    if len(occasions) > MOST:
        notes.append(note("pairs-unlisted", n=len(occasions) - MOST))
    basis = making.among(graph, sorted(plans))
    return make(
        graph, "debt", DEBT, rows, notes, "coherence/plan-statements", knowledge, basis=basis
    )


def _occasion_row(knowledge: Known, occasion: Occasion) -> tuple[object, ...]:
    ends = (occasion.source, occasion.target)
    is_told = occasion.is_expected or occasion.state is Standing.STATED
    return (
        *ends,
        occasion.verdict,
        occasion.state if is_told else "",
        occasion.bits,
        occasion.debt if occasion.is_expected else None,
        *_by_precision(occasion),
        knowledge.link_level(*ends),
        knowledge.weight(*ends).texts,
    )


def _by_precision(occasion: Occasion) -> list[Standing | None]:
    """At which precision a citation was seen; None where none is expected.

    Finer ones that were not seen stay as open or absent as the reading says.
    """
    if not occasion.is_expected:
        return [None for _ in Way]
    unseen = None if occasion.state is Standing.STATED else occasion.state
    return [Standing.STATED if precision in occasion.ways else unseen for precision in Way]


def _notes_on_debt(occasions: list[Occasion]) -> list[Text]:
    states = Counter(occasion.state for occasion in occasions if occasion.is_expected)
    verdicts = Counter(occasion.verdict for occasion in occasions if not occasion.is_expected)
    rate, bits = citations.rate_and_debt(occasions)
    by_state = {
        state.value: states[state] for state in (Standing.STATED, Standing.ABSENT, Standing.UNREAD)
    }
    apart = {reason.value: verdicts[reason] for reason in Verdict if reason is not Verdict.EXPECTED}
    return [
        note("occasions", n=states.total(), **by_state),
        note("rate-and-debt", rate=in_each(interval, rate), debt=in_each(bits_words, bits)),
        note("apart", **apart),
        note("not-returned"),
    ]
