"""Tables of pairs of works: those that share texts and do not cite each other, and why two are linked."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from pan2kg.coherence import HEADLINE, Level
from pan2kg.coherence.citations import Bounds, Ordered
from pan2kg.coherence.known import Known, in_order
from pan2kg.coherence.weight import NamedPair, Weight
from pan2kg.errors import QueryError
from pan2kg.graph.graph import Graph
from pan2kg.i18n import Text
from pan2kg.store import program_query
from pan2kg.tables import DEFAULT, Table, TableChoice, make, making, note
from pan2kg.tables.figure_words import bits_words, in_each
from pan2kg.turtle.vocabulary import key

_ROUNDING = 1e-12
"""How far a weight may fall short of the least one by rounding alone."""
_DECIMALS = 9
"""To how many decimals bits are compared when pairs are sorted."""
PAIRS = (
    "action", "plan", "other_action", "other_plan", "bits", "general", "level", "instruments", "acknowledged_there",
    "acknowledged_back", "expectation", "expectation_back",
)  # fmt: skip


class Silent(NamedTuple):
    """Two actions that share texts and of which neither cites the other.

    There and back, ``acknowledged`` is at which precision a citation is seen after all, and
    ``expected`` the verdict on one between their plans, empty without an occasion.
    """

    ends: Ordered
    plans: Ordered
    weight: Weight
    acknowledged: Ordered
    expected: Ordered


def unacknowledged(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    """Pairs of actions that share texts and do not cite each other, most bits first.

    ``least`` is from how many bits a pair counts; with plans named, only pairs with one of their
    actions.
    """
    linked = linked_pairs(graph, choice)
    least = choice.least or 0.0
    silent = silent_pairs(graph, choice, linked)
    rows = []
    for pair in silent:
        action, counterpart = pair.ends
        plan, plan_of_counterpart = pair.plans
        weight = pair.weight
        rows.append(
            (
                action,
                plan,
                counterpart,
                plan_of_counterpart,
                weight.low,
                weight.broad,
                weight.level,
                weight.texts,
                *pair.acknowledged,
                *pair.expected,
            )
        )
    notes = [note("pairs-open", n=len(silent), of=len(linked)), note("not-returned")]
    basis = graph.uses.basis.also("bits", f"≥ {least:g}") if least else graph.uses.basis
    knowledge = graph.known(choice.evidence)
    return make(
        graph, "unacknowledged", PAIRS, rows, notes, "coherence/text-uses", knowledge, basis=basis
    )


def linked_pairs(graph: Graph, choice: TableChoice) -> list[Ordered]:
    """The pairs of actions that share a precise text, from the least bits chosen, of the plans named."""
    plans = frozenset(graph.plans(choice.plans))
    knowledge = graph.known(choice.evidence)
    home = knowledge.tables.works.home
    least = choice.least or 0.0
    linked = []
    for ends, pair in action_pairs(knowledge).items():
        is_of_plans = not plans or plans & {home[action] for action in ends}
        if is_of_plans and pair.low > 0 and pair.low >= least - _ROUNDING:
            linked.append(ends)
    return linked


def silent_pairs(graph: Graph, choice: TableChoice, linked: Iterable[Ordered]) -> list[Silent]:
    """Of linked pairs those of which neither cites the other, most bits at the headline level first."""
    knowledge = graph.known(choice.evidence)
    stated = _citing(knowledge)
    verdicts = _verdicts(knowledge)
    home = knowledge.tables.works.home
    uncited = [pair for pair in linked if not {pair, pair[::-1]} & stated]
    silent = []
    for pair in sorted(uncited, key=_action_order(graph)):
        weight = knowledge.weight(*pair)
        plans = (home[pair[0]], home[pair[1]])
        expected = (verdicts.get(plans, ""), verdicts.get(plans[::-1], ""))
        seen = acknowledged(knowledge, pair, stated)
        silent.append(Silent(pair, plans, weight, seen, expected))
    return silent


def action_pairs(knowledge: Known) -> dict[Ordered, NamedPair]:
    """The pairs of actions that share any text, with their bits, by their ends."""
    pairs = knowledge.actions.named(knowledge.potential.names)
    return {(pair.one, pair.two): pair for pair in pairs}


def _action_order(graph: Graph) -> Callable[[Ordered], tuple[object, ...]]:
    """What sorts pairs of actions: by bits at the headline level, then at the editors'; general ones last."""
    at_levels = [action_pairs(graph.known(level)) for level in (HEADLINE, Level.EDITORS)]

    def order(ends: Ordered) -> tuple[object, ...]:
        pair = in_order(*ends)
        weights = [pairs.get(pair, NamedPair(*pair, 0.0, 0.0)) for pairs in at_levels]
        precise = [-round(weight.low, _DECIMALS) for weight in weights]
        general = [-round(weight.broad, _DECIMALS) for weight in weights]
        return (*precise, *general, *ends)

    return order


def plan_order(graph: Graph) -> Callable[[Ordered], tuple[object, ...]]:
    """What sorts pairs of plans: by bits at the headline level, then at the editors', then by level.

    Never by what could be, a mean, or a ratio to what is known of a plan.
    """
    at_levels = [graph.known(level) for level in (HEADLINE, Level.EDITORS)]

    def order(ends: Ordered) -> tuple[object, ...]:
        pair = in_order(*ends)
        bits = [-round(knowledge.shared.get(pair, 0.0), _DECIMALS) for knowledge in at_levels]
        level = at_levels[-1].link_level(*pair) or Level.MACHINE
        return (*bits, level, *ends)

    return order


def _citing(knowledge: Known) -> set[Ordered]:
    """The works that cite, with what they cite."""
    citing = set()
    for statement in knowledge.statements:
        if statement.is_citation:
            citing.add((statement.source, statement.target))
    return citing


def _verdicts(knowledge: Known) -> dict[Ordered, str]:
    """What is expected of each plan that could cite another, by both."""
    return {
        (occasion.source, occasion.target): occasion.verdict.value
        for occasion in knowledge.occasions
    }


def acknowledged(knowledge: Known, pair: Ordered, stated: set[Ordered]) -> Ordered:
    """At which precision one work cites the other, there and back, by the pairs that cite.

    « action » where both are cited themselves, « mixed » where one is, « plan » where only their
    plans are, « none » where nothing is seen.
    """
    home = knowledge.tables.works.home

    def precision(source: str, target: str) -> str:
        if (source, target) in stated:
            return "action" if {source, target} <= home.keys() else "plan"
        plans = (home.get(source, source), home.get(target, target))
        between_plans = []
        for citing, cited in stated:
            if (home.get(citing, citing), home.get(cited, cited)) == plans:
                between_plans.append((citing, cited))
        if not between_plans:
            return "none"
        are_actions = {source, target}.isdisjoint(plans)
        names_one = any(citing == source or cited == target for citing, cited in between_plans)
        return "mixed" if are_actions and names_one else "plan"

    return precision(*pair), precision(*pair[::-1])


EXPLAIN = (
    "instrument", "potential", "contribution", "class_one", "class_two", "gain", "level", "action", "named", "relation",
    "tie", "tie_level", "quote", "document", "page", "address", "place",
)  # fmt: skip


class PairQuotation(NamedTuple):
    """What a link rests on: the relation it has, the words, and where they stand."""

    relation: str = ""
    quote: str = ""
    document: str = ""
    page: str = ""
    address: str = ""


def explanation(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    """Why two works are linked: a line for every statement each shared text rests on.

    The contribution of a text, in bits, stands on each of its lines. What is general, for actions
    also what their plans are founded on, stands apart and below.

    Raises:
        QueryError: it is not two works that are named.
    """
    if len(choice.actions) != 2:
        raise QueryError("two-actions", remedy="name-two-actions")
    knowledge = graph.known(choice.evidence)
    weight = graph.weight(*choice.actions, choice.evidence)
    links = sorted(_links_behind(knowledge, weight))
    sparql = program_query("tables/said", link=links) if links else ""
    quotations = dict[str, list[PairQuotation]]()
    if links:
        for link, *cells in graph.read(sparql):
            quotations.setdefault(link, []).append(PairQuotation(*cells))
    rows = [*_statements(graph, knowledge, weight, quotations)]
    notes = _explained(knowledge, weight)
    works = ", ".join(map(key, (weight.one, weight.two)))
    basis = graph.uses.basis.also("works", works)
    return make(
        graph, "explain", EXPLAIN, rows, notes, sparql=sparql, evidence=knowledge, basis=basis
    )


def _links_behind(knowledge: Known, weight: Weight) -> set[str]:
    links = set()
    for piece in weight.contributions:
        for work in (weight.one, weight.two):
            links |= {use.link for use in knowledge.giving(work, piece.text) if use.link}
    return links


def _statements(
    graph: Graph, knowledge: Known, weight: Weight, quotations: dict[str, list[PairQuotation]]
) -> Iterator[tuple[object, ...]]:
    for piece in sorted(weight.contributions, key=lambda piece: piece.is_broad):
        potential = "general" if piece.is_broad else "specific"
        classes = (piece.one, piece.two, piece.gain, piece.level)
        uses = [
            use for work in (weight.one, weight.two) for use in knowledge.giving(work, piece.text)
        ]
        for use in uses:
            # places are read from the files, which takes a while
            place = graph.places.get(use.link) if use.link else None
            for said in quotations.get(use.link, [PairQuotation()]):
                yield (
                    piece.text,
                    potential,
                    piece.bits,
                    *classes,
                    use.work,
                    use.text,
                    said.relation,
                    use.share,
                    use.level,
                    said.quote or None,
                    said.document,
                    said.page or None,
                    said.address or None,
                    str(place) if place else None,
                )


def _explained(knowledge: Known, weight: Weight) -> list[Text]:
    """What two works weigh, whether one cites the other, and whether their plans were to."""
    ends = (weight.one, weight.two)
    if any(piece.bits > 0 for piece in weight.contributions):
        shared = in_each(bits_words, Bounds(weight.low, weight.high))
        general = in_each(bits_words, weight.broad)
        notes = [note("weight", shared=shared, general=general)]
        if weight.is_open:
            notes.append(note("high-open"))
    else:
        notes = [note("no-link" if weight.is_open else "no-link-read")]
    there, back = acknowledged(knowledge, ends, _citing(knowledge))
    notes.append(
        note(
            "acknowledged",
            there=making.coded("acknowledged_there", there),
            back=making.coded("acknowledged_there", back),
        )
    )
    home = knowledge.tables.works.home
    plans = (home.get(ends[0], ends[0]), home.get(ends[1], ends[1]))
    if plans[0] != plans[1]:
        verdicts = _verdicts(knowledge)
        expected_there = _expectation(verdicts.get(plans, ""))
        expected_back = _expectation(verdicts.get(plans[::-1], ""))
        notes.append(note("expected", there=expected_there, back=expected_back))
    return notes


def _expectation(verdict: str) -> Text:
    if verdict:
        return making.coded("expectation", verdict)
    return making.coded("told", "unrelated")
