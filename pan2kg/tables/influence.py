"""Influence over any number of steps, by experts' scores: DEMATEL's four vectors, and chains of effects (EXIT)."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from pan2kg.errors import Pan2kgError, QueryError
from pan2kg.i18n.catalogue import LANGUAGES, Text, with_mark
from pan2kg.scores.influence import CUT, Chain, Chains, Dematel, chains, dematel
from pan2kg.scores.measures import coverage
from pan2kg.scores.scale import plain
from pan2kg.tables.making import DEFAULT, Choice, note, number, thing
from pan2kg.tables.scores import covered, matrices, named, scored, shown
from pan2kg.tables.table import Row, Table
from pan2kg.turtle.vocabulary import key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pan2kg.graph.graph import Graph
    from pan2kg.scores.matrix import Scores

DEMATEL = (
    "assessor", "action", "given_positive", "given_negative", "taken_positive", "taken_negative", "prominence",
    "cause", "coverage",
)  # fmt: skip


def influence(graph: Graph, choice: Choice = DEFAULT) -> Table:
    """What each member gives and takes over any number of steps, positive and negative apart, by each matrix.

    Raises:
        QueryError: influence never dies out in a matrix of a file; of one in the graph this is a note.
    """
    given, rows = matrices(graph, choice), list[Row]()
    notes = [*covered(graph, given), note("dematel")] if given else [note("no-scores")]
    for scores in given:
        try:
            found = dematel(scores)
        except QueryError as error:
            notes.append(_told(error, choice))
            continue
        notes.append(note("divisor", assessor=named(graph, scores.assessor), divisor=_exact(found.divisor)))
        if not found.is_complete:
            notes.append(_incomplete(graph, scores))
        if found.has_negatives:
            notes.append(note("no-prominence", assessor=named(graph, scores.assessor)))
        rows += _influences(graph, scores, found)
    return scored(graph, "dematel", given, DEMATEL, rows, notes)


def _told(error: Pan2kgError, choice: Choice) -> Text:
    """What cannot be computed, as a note: a page of the graph is made all the same, a file is refused."""
    if choice.files:
        raise error
    return Text.of({language: error.say(language) for language in LANGUAGES})


def _exact(value: float) -> Text:
    """A number of a note with all its decimals; notes round to two."""
    return Text.of({language: with_mark(plain(value), language) for language in LANGUAGES})


def _incomplete(graph: Graph, scores: Scores) -> Text:
    return note("incomplete", assessor=named(graph, scores.assessor), share=round(100 * (coverage(scores) or 0)))


def _influences(graph: Graph, scores: Scores, found: Dematel) -> Iterator[Row]:
    prominence, cause = found.prominence, found.relation
    for at, label in enumerate(found.labels):
        yield {
            "assessor": named(graph, scores.assessor),
            **thing(graph, "action", label),
            "given_positive": number(float(found.given_positive[at])),
            "given_negative": number(float(found.given_negative[at])),
            "taken_positive": number(float(found.taken_positive[at])),
            "taken_negative": number(float(found.taken_negative[at])),
            "prominence": None if prominence is None else number(float(prominence[at])),
            "cause": None if cause is None else number(float(cause[at])),
            "coverage": number(found.coverage),
        }


CHAINS = ("assessor", "action", "other_action", "score", "chained", "chains", "greatest")


def chained(graph: Graph, choice: Choice = DEFAULT) -> Table:
    """The summed chains from each member to each other, greatest sum first, with the three greatest chains of each.

    Raises:
        QueryError: there are too many chains in a matrix of a file; of one in the graph this is a note.
    """
    given, rows = matrices(graph, choice), list[Row]()
    cut = CUT if choice.scoring.cut is None else choice.scoring.cut
    notes = [*covered(graph, given), note("chains")] if given else [note("no-scores")]
    for scores in given:
        try:
            found = chains(scores, cut=cut)
        except QueryError as error:
            notes.append(_told(error, choice))
            continue
        who = named(graph, scores.assessor)
        notes.append(note("chain-count", assessor=who, n=found.number, cut=_exact(cut), unit=_exact(found.unit)))
        if coverage(scores) != 1:
            notes.append(_incomplete(graph, scores))
        rows += sorted(_cells(graph, scores, found), key=lambda row: -abs(float(str(row["chained"]))))
    return scored(graph, "chains", given, CHAINS, rows, notes)


def _cells(graph: Graph, scores: Scores, found: Chains) -> Iterator[Row]:
    place = {label: at for at, label in enumerate(found.labels)}
    direct = {(one, two): score for one, two, score in scores.cells()}
    for (one, two), greatest in sorted(found.greatest.items()):
        at = place[one], place[two]
        yield {
            "assessor": named(graph, scores.assessor),
            **thing(graph, "action", one),
            **thing(graph, "other_action", two),
            "score": direct.get((one, two)),
            "chained": number(float(found.total[at])),
            "chains": int(found.counts[at]),
            "greatest": "; ".join(_chain(graph, chain, direct) for chain in greatest),
        }


def _chain(graph: Graph, chain: Chain, direct: dict[tuple[str, str], float]) -> str:
    """A chain with its scores, so that two hindrances that make a help are seen: a → b → c (−1 × −2: +0.22)."""
    over = " → ".join(map(key, chain.members))
    scores = " × ".join(shown(graph, direct[step]) for step in pairwise(chain.members))
    return f"{over} ({scores}: {shown(graph, round(chain.value, 3))})"
