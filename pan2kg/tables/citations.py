"""Where a citation could be expected: occasions, linked actions that cite none, and what two works share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pan2kg.coherence.citations import Interval, Occasion, Ordered, State, Verdict, Way, citation_rate
from pan2kg.coherence.citations import debt as owed
from pan2kg.coherence.known import Known, basis_line
from pan2kg.errors import QueryError
from pan2kg.graph.graph import Graph
from pan2kg.store.queries import program_query
from pan2kg.tables.figure_words import bits_text, interval_text
from pan2kg.tables.making import (
    DEFAULT,
    Choice,
    action_bits,
    action_order,
    code,
    coded,
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
from pan2kg.tables.table import Row, Table

if TYPE_CHECKING:
    from pan2kg.coherence.texts import Use
    from pan2kg.coherence.weight import Contribution, Weight
    from pan2kg.i18n.catalogue import Text


MOST: Final = 10_000
"""So many pairs of plans are listed at most; the rest is counted, and seen where plans are named."""
DEBT = (
    "citing", "cited", "expectation", "citation", "low", "debt", *(f"cited_{way}" for way in Way), "level",
    "instruments",
)  # fmt: skip


def debt(graph: Graph, choice: Choice = DEFAULT) -> Table:
    """Each occasion to cite with its state and what is owed in bits; then the pairs of which no citation is expected.

    With plans named, only what they could cite and where they could be cited.

    Raises:
        QueryError: an unknown plan, with the nearest names.
    """
    named = frozenset(graph.plans(choice.plans))
    known, order = graph.known(choice.evidence), plan_order(graph)
    found = [one for one in known.occasions if not named or named & {one.source, one.target}]
    found.sort(key=lambda one: (not one.is_expected, *order(one.source, one.target)))
    basis = graph.uses.basis.also("plans", keys(sorted(named))) if named else graph.uses.basis
    made = make(
        "debt", basis, DEBT, [_occasion(graph, known, one) for one in found[:MOST]],
        notes=[*_told(found), *unlisted(len(found))],
        sparql=program_query("coherence/plan-statements"), line=basis_line(known),
    )  # fmt: skip
    return undated(made, graph)


def unlisted(number: int) -> list[Text]:
    """How many pairs are counted and not listed."""
    return [note("pairs-unlisted", n=number - MOST)] if number > MOST else []


def _told(found: Iterable[Occasion]) -> list[Text]:
    """The interval of the rate and of the debt, and what is listed apart with its counts."""
    every = list(found)
    expected = [one for one in every if one.is_expected]
    states = Counter(one.state for one in expected)
    apart = Counter(one.verdict for one in every if not one.is_expected)
    counts = {state.value: states[state] for state in (State.SEEN, State.ABSENT, State.OPEN)}
    return [
        note("occasions", n=len(expected), **counts),
        note("rate-and-debt", rate=interval_text(citation_rate(every)), debt=bits_text(owed(every))),
        note("apart", **{one.value: apart[one] for one in Verdict if one is not Verdict.EXPECTED}),
        note("not-returned"),
        note("debt-levels"),
    ]


def _occasion(graph: Graph, known: Known, one: Occasion) -> Row:
    weight = known.weight(one.source, one.target)
    texts = [part.text for part in weight.contributions if part.bits > 0 and not part.is_broad]
    unseen = one.state if one.state is not State.SEEN else None
    ways = {f"cited_{way}": State.SEEN if way in one.ways else unseen for way in Way}
    return {
        **thing(graph, "citing", one.source),
        **thing(graph, "cited", one.target),
        **code(graph, "expectation", one.verdict.value),
        **code(graph, "citation", one.state.value if one.is_expected or one.state is State.SEEN else ""),
        "low": number(one.bits),
        "debt": number(one.debt) if one.is_expected else None,
        **_ways(graph, ways if one.is_expected else {}),
        **level_cells(graph, known.link_level(one.source, one.target)),
        **things(graph, "instruments", texts),
    }


def _ways(graph: Graph, states: dict[str, State | None]) -> Row:
    """At which precision the citation was seen; finer ones that were not stay as open or absent as the reading says."""
    row: Row = {}
    for way in Way:
        state = states.get(f"cited_{way}")
        row = {**row, **code(graph, f"cited_{way}", state.value if state else "")}
    return row


PAIRS = (
    "action", "plan", "other_action", "other_plan", "bits", "general", "level", "instruments", "acknowledged_there",
    "acknowledged_back", "expectation", "expectation_back",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Silent:
    """Two actions of two plans that a precise text links, of which neither is seen to cite the other.

    ``plans`` are theirs, ``texts`` the precise ones they share; ``ways`` and ``expected`` say there and back at which
    precision a citation is seen after all, and the verdict on one between the plans, empty without an occasion.
    """

    ends: Ordered
    plans: Ordered
    weight: Weight
    texts: tuple[str, ...]
    ways: Ordered
    expected: Ordered


def linked_pairs(graph: Graph, choice: Choice) -> list[Ordered]:
    """The pairs of actions of two plans that precise texts link, by from how many bits and of which plans.

    Raises:
        QueryError: an unknown plan, with the nearest names.
    """
    named, known = frozenset(graph.plans(choice.plans)), graph.known(choice.evidence)
    home, least = known.tables.works.home, choice.least or 0.0
    return [
        pair for pair, (low, _) in action_bits(known).items()
        if low > 0 and low >= least - 1e-12 and (not named or named & {home[pair[0]], home[pair[1]]})
    ]  # fmt: skip


def silent_pairs(graph: Graph, choice: Choice, linked: Iterable[Ordered]) -> list[Silent]:
    """Those of some linked pairs of which neither action is seen to cite the other, most bits first."""
    known, order = graph.known(choice.evidence), action_order(graph)
    said = {(one.source, one.target) for one in known.statements if one.is_citation}
    verdicts = {(one.source, one.target): one.verdict.value for one in known.occasions}
    home = known.tables.works.home

    def read(pair: Ordered) -> Silent:
        weight, plans = known.weight(*pair), (home[pair[0]], home[pair[1]])
        texts = tuple(part.text for part in weight.contributions if part.bits > 0 and not part.is_broad)
        expected = verdicts.get(plans, ""), verdicts.get(plans[::-1], "")
        return Silent(pair, plans, weight, texts, acknowledged(known, pair, said), expected)

    silent = (pair for pair in linked if not {pair, pair[::-1]} & said)
    return [read(pair) for pair in sorted(silent, key=lambda pair: order(*pair))]


def unacknowledged(graph: Graph, choice: Choice = DEFAULT) -> Table:
    """Pairs of actions of two plans linked by a precise text of which neither action is seen to cite the other.

    ``least`` is from how many bits a pair counts; with plans named, only pairs with one of their actions.

    Raises:
        QueryError: an unknown plan, with the nearest names.
    """
    linked, least = linked_pairs(graph, choice), choice.least or 0.0
    silent = silent_pairs(graph, choice, linked)
    notes = [note("pairs-open", n=len(silent), of=len(linked)), note("levels"), note("not-returned")]
    basis = graph.uses.basis.also("bits", f"≥ {least:g}") if least else graph.uses.basis
    made = make(
        "unacknowledged", basis, PAIRS, [_silent(graph, one) for one in silent], notes=notes,
        sparql=program_query("coherence/text-uses"), line=basis_line(graph.known(choice.evidence)),
    )  # fmt: skip
    return undated(made, graph)


def _silent(graph: Graph, one: Silent) -> Row:
    return {
        **thing(graph, "action", one.ends[0]),
        **thing(graph, "plan", one.plans[0]),
        **thing(graph, "other_action", one.ends[1]),
        **thing(graph, "other_plan", one.plans[1]),
        "bits": number(one.weight.low),
        "general": number(one.weight.broad),
        **level_cells(graph, one.weight.level),
        **things(graph, "instruments", one.texts),
        **code(graph, "acknowledged_there", one.ways[0]),
        **code(graph, "acknowledged_back", one.ways[1]),
        **code(graph, "expectation", one.expected[0]),
        **code(graph, "expectation_back", one.expected[1]),
    }


def acknowledged(known: Known, pair: Ordered, said: Iterable[Ordered] | None = None) -> tuple[str, str]:
    """At which precision one work, or its plan, cites the other, and the other the one: action, mixed, plan or none."""
    home = known.tables.works.home
    cited = set(said if said is not None else ((x.source, x.target) for x in known.statements if x.is_citation))

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


def explanation(graph: Graph, choice: Choice = DEFAULT) -> Table:
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
