"""The coherence matrix of plans, action 3.3 pair by pair, and links between plans against chance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pan2kg.coherence.chance import Verdict
from pan2kg.coherence.debt import PLACES, index
from pan2kg.coherence.pairs import Layers, plan_matrix
from pan2kg.coherence.scores import summable
from pan2kg.errors import QueryError
from pan2kg.graph.graph import Graph
from pan2kg.store.queries import program_query
from pan2kg.tables.table import DEFAULT, Choice, Row, code, day, keys, make, note, number, thing, things, undated

if TYPE_CHECKING:
    from pan2kg.coherence.citations import Arc
    from pan2kg.coherence.debt import PairIndex
    from pan2kg.coherence.pairs import PlanPair
    from pan2kg.tables.table import FigureTable

MATRIX = (
    "one", "two", "linked", "mean", "maximum", "instruments", "bits", "text_there", "text_back", "web_there",
    "web_back", "positive", "negative", "scored", "co_led", "debt_there", "debt_back", "measures_one",
    "published_one", "measures_two", "published_two", "inconclusive",
)  # fmt: skip


def matrix(graph: Graph, choice: Choice = DEFAULT) -> FigureTable:
    """Each pair of plans as a vector of its three layers; one plan named gives its pairs, more give those among them.

    Pairs about which nothing is known are counted in a note, and listed with ``everything``.

    Raises:
        QueryError: an unknown plan, with the nearest names.
    """
    named = graph.plans(choice.plans)
    layers = Layers(graph.citations, graph.profiles, graph.scores, graph.founded)
    found = plan_matrix(graph.linking, graph.links, layers, plans=named if len(named) > 1 else None)
    pairs = [pair for pair in found if len(named) != 1 or named[0] in (pair.one, pair.two)]
    kept = pairs if choice.everything else [pair for pair in pairs if _says(pair)]
    kept.sort(key=_rank)
    notes = [note("partly-known", n=sum(pair.is_partly_known for pair in kept), of=len(kept))]
    if len(kept) < len(pairs):
        notes.append(note("pairs-left-out", n=len(pairs) - len(kept)))
    if not graph.scores:
        notes.append(note("no-scores"))
    if len(summable(graph.scores)) < len(graph.scores):
        notes.append(note("other-scales"))
    basis = found.basis
    if named:
        basis = basis.also("plans", keys(named))
    made = make(
        "matrix",
        basis,
        MATRIX,
        (_cell(graph, pair) for pair in kept),
        notes=notes,
        sparql=program_query("coherence/rests-on"),
    )
    return undated(made, graph)


def _says(pair: PlanPair) -> bool:
    return bool(pair.potential.linked or pair.potential.instruments or any(pair.cited) or pair.judged or pair.co_led)


def _rank(pair: PlanPair) -> tuple[float, int, int, str, str]:
    cited = sum(arc.number for arc in pair.cited if arc)
    return -round(pair.potential.total, 9), -len(pair.potential.instruments), -cited, pair.one, pair.two


def _cell(graph: Graph, pair: PlanPair) -> Row:
    there, back = pair.cited
    judged, potential = pair.judged, pair.potential
    return {
        **thing(graph, "one", pair.one),
        **thing(graph, "two", pair.two),
        "linked": potential.linked,
        "mean": number(potential.mean),
        "maximum": number(potential.maximum),
        **things(graph, "instruments", potential.instruments),
        "bits": number(potential.bits),
        "text_there": _cited(there, "text", "annex"),
        "text_back": _cited(back, "text", "annex"),
        "web_there": _cited(there, "web"),
        "web_back": _cited(back, "web"),
        "positive": number(judged.positive) if judged else None,
        "negative": number(judged.negative) if judged else None,
        "scored": judged.cells if judged else None,
        "co_led": pair.co_led,
        **{
            f"debt_{way}": number(owed.plan if owed else 0.0)
            for way, owed in zip(("there", "back"), pair.owed, strict=True)
        },
        "measures_one": pair.known[0].in_graph,
        "published_one": pair.known[0].published,
        "measures_two": pair.known[1].in_graph,
        "published_two": pair.known[1].published,
        "inconclusive": pair.is_inconclusive,
    }


def _cited(arc: Arc | None, *channels: str) -> int:
    return sum(number for channel, number in arc.channels if channel in channels) if arc else 0


INDEX = (
    "one", "two", "index", "text_there", "text_back", "web_there", "web_back", "declared", "linked", "pages", "seen",
    "instruments",
)  # fmt: skip


def three_three(graph: Graph, choice: Choice = DEFAULT) -> FigureTable:
    """Action 3.3, pair by pair: for the plans named, else for PAN 2 where the graph has it, else for all.

    Raises:
        QueryError: an unknown plan, with the nearest names.
    """
    named = graph.plans(choice.plans) or tuple(filter(None, [graph.own_plan()]))
    if len(named) > 1:
        raise QueryError("from-one-plan", remedy="name-one-plan")
    plan = named[0] if named and not choice.everything else None
    found = index(graph.linking, graph.links, graph.citations, graph.declared, plan=plan)
    basis = found.basis if plan is None else found.basis.also("plans", keys([plan]))
    rows = sorted(found.rows, key=lambda row: (-row.value, -row.linked, row.one, row.two))
    notes = []
    if found.mean is not None:
        notes.append(note("index-mean", mean=found.mean, n=len(rows)))
    if plan is not None:
        pages = {page for row in rows for page in row.pages}
        overlaps = sum(bool(row.instruments) for row in rows)
        notes.append(note("three-lists", plans=len(found.other_plans(plan)), pages=len(pages), overlaps=overlaps))
    if not any(sighting.seen for row in rows for sighting in row.sightings):
        notes.append(note("never-seen"))
    made = make(
        "index",
        basis,
        INDEX,
        (_pair(graph, row) for row in rows),
        notes=notes,
        sparql=program_query("coherence/citations"),
    )
    return undated(made, graph)


def _pair(graph: Graph, row: PairIndex) -> Row:
    present = {place: place not in row.missing for place in PLACES}
    seen = [sighting.seen for sighting in row.sightings if sighting.seen]
    return {
        **thing(graph, "one", row.one),
        **thing(graph, "two", row.two),
        "index": row.value,
        "text_there": present["text", True],
        "text_back": present["text", False],
        "web_there": present["web", True],
        "web_back": present["web", False],
        "declared": row.declared,
        "linked": row.linked,
        **things(graph, "pages", row.pages),
        "seen": day(max(seen)) if seen else None,
        **things(graph, "instruments", row.instruments),
    }


CHANCE = ("one", "two", "statistic", "p", "adjusted", "attainable", "verdict")
_VERDICTS = {Verdict.BEYOND: "beyond", Verdict.WITHIN: "within", Verdict.IMPOSSIBLE: "impossible"}


def by_chance(graph: Graph, choice: Choice = DEFAULT) -> FigureTable:
    """Whether pairs of plans share more than chance would have it; pairs that share nothing are left out.

    Raises:
        QueryError: an unknown plan, with the nearest names.
    """
    named = graph.plans(choice.plans)
    found = graph.by_chance
    pairs = [row for row in found if choice.everything or row.statistic > 0]
    pairs = [row for row in pairs if not named or {row.one, row.two} & set(named)]
    pairs.sort(key=lambda row: (row.adjusted, row.p, row.one, row.two))
    impossible = sum(row.verdict is Verdict.IMPOSSIBLE for row in pairs)
    notes = [note("no-gate"), note("impossible", n=impossible, of=len(pairs))]
    rows = (
        {
            **thing(graph, "one", row.one),
            **thing(graph, "two", row.two),
            "statistic": number(row.statistic),
            "p": number(row.p),
            "adjusted": number(row.adjusted),
            "attainable": number(row.attainable),
            **code(graph, "verdict", _VERDICTS[row.verdict]),
        }
        for row in pairs
    )
    return undated(
        make("chance", found.basis, CHANCE, rows, notes=notes, sparql=program_query("coherence/rests-on")), graph
    )
