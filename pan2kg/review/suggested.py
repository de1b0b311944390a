"""What the graph suggests for a decision: links that stand in it as candidates, and actions that share texts."""

from collections.abc import Iterator

from pan2kg.coherence.evidence import Level
from pan2kg.graph.graph import Graph
from pan2kg.review.decision import SETTLED, Candidate, Origin
from pan2kg.store import program_query, text_rows as rows
from pan2kg.tables import kinds, making, pairs as pair_tables
from pan2kg.turtle.vocabulary import key


def graph_candidates(graph: Graph) -> list[Candidate]:
    """What the graph suggests: links that stand in it as candidates, then actions that share texts in silence.

    The latter come most bits first, without those whose ends somebody has decided on.
    """
    waiting = list(_candidate_links(graph))
    if graph.uses.actions:
        waiting += _silent_pairs(graph)
    return waiting


def _candidate_links(graph: Graph) -> Iterator[Candidate]:
    listed = rows(graph.store, program_query("review/candidates"))
    for link, type_, start, end, confidence in listed:
        yield Candidate(
            key(link),
            "",
            (start, end),
            key(type_),
            origin=Origin.GRAPH,
            rank=float(confidence) if confidence else None,
            link=link,
            plans=(graph.plan_of(start) or "", graph.plan_of(end) or ""),
        )


def _silent_pairs(graph: Graph) -> Iterator[Candidate]:
    decided = rows(graph.store, program_query("review/decided"))
    settled = {frozenset(ends) for type_, *ends in decided if key(type_) in SETTLED}
    # A suggestion enters no figure: whoever reviews it sees what the editors concluded too, most
    # bits first.
    choice = kinds.TableChoice(evidence=Level.EDITORS)
    linked = pair_tables.linked_pairs(graph, choice)
    for silent in pair_tables.silent_pairs(graph, choice, linked):
        if frozenset(silent.ends) in settled:
            continue
        level = silent.weight.level
        yield Candidate(
            "--".join(map(key, silent.ends)),
            "",
            silent.ends,
            origin=Origin.GRAPH,
            rank=making.number(silent.weight.low),
            plans=silent.plans,
            via=silent.weight.texts,
            level=level.key if level else "",
            expected=silent.expected,
        )
