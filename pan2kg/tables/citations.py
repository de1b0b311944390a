"""What plans owe each other: linked pairs that their texts do not acknowledge."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pan2kg.coherence.citations import homes
from pan2kg.coherence.debt import debts
from pan2kg.coherence.links import link_rows
from pan2kg.graph.graph import Graph
from pan2kg.store.queries import program_query
from pan2kg.tables.table import DEFAULT, Choice, Row, code, make, note, number, thing, things, undated

if TYPE_CHECKING:
    from pan2kg.coherence.debt import Debt
    from pan2kg.coherence.links import SharedLink
    from pan2kg.tables.table import FigureTable

STRONG = 0.25
"""From which strength a pair of actions is called strongly linked, if nothing else is said."""

DEBT = (
    "citing", "cited", "total", "debt_action", "debt_mixed", "debt_plan", "share_action", "share_mixed",
    "share_plan", "could_cite",
)  # fmt: skip


def debt(graph: Graph, choice: Choice = DEFAULT) -> FigureTable:
    """What each plan owes each other in citations, at three levels; with plans named, only their debts and claims.

    Raises:
        QueryError: an unknown plan, with the nearest names.
    """
    named = frozenset(graph.plans(choice.plans))
    found = debts(graph.linking, graph.links, graph.citations)
    rows = [row for row in found if not named or named & {row.citing, row.cited}]
    rows.sort(key=lambda row: (-round(row.plan, 9), -round(row.action, 9), row.citing, row.cited))
    unable = sum(could_cite(graph, row.citing, row.cited) is False for row in rows)
    notes = [note("debt-levels"), note("could-not-cite", n=unable), note("not-owed")]
    made = make(
        "debt",
        found.basis,
        DEBT,
        (_debt(graph, row) for row in rows),
        notes=notes,
        sparql=program_query("coherence/citations"),
    )
    return undated(made, graph)


def _debt(graph: Graph, row: Debt) -> Row:
    return {
        **thing(graph, "citing", row.citing),
        **thing(graph, "cited", row.cited),
        "total": number(row.total),
        "debt_action": number(row.action),
        "debt_mixed": number(row.mixed),
        "debt_plan": number(row.plan),
        "share_action": number(row.share("action")),
        "share_mixed": number(row.share("mixed")),
        "share_plan": number(row.share("plan")),
        "could_cite": could_cite(graph, row.citing, row.cited),
    }


def could_cite(graph: Graph, citing: str, cited: str) -> bool | None:
    """Whether a plan is no older than the one it is to cite, by year; None where a year is not known."""
    years = [_year(graph, citing), _year(graph, cited)]
    return years[0] >= years[1] if all(years) else None


def _year(graph: Graph, plan: str) -> str:
    on, since, _ = graph.periods.get(plan, ("", "", ""))
    return (on or since)[:4]


PAIRS = (
    "action", "plan", "other_action", "other_plan", "strength", "instruments", "acknowledged_there",
    "acknowledged_back",
)  # fmt: skip


def unacknowledged(graph: Graph, choice: Choice = DEFAULT) -> FigureTable:
    """Strongly linked pairs of actions of different plans of which neither action cites the other.

    ``least`` is the strength from which a pair counts; with plans named, only pairs with one of their actions.

    Raises:
        QueryError: an unknown plan, with the nearest names.
    """
    named = frozenset(graph.plans(choice.plans))
    least = STRONG if choice.least is None else choice.least
    said = CitedPairs.of(graph)
    pairs = [row for row in _strong(graph, least) if not named or named & said.plans(row.one, row.two)]
    open_pairs = [row for row in pairs if "action" not in said.ways(row.one, row.two)]
    open_pairs.sort(key=lambda row: -round(row.strength or 0.0, 9))  # of equals as they come: by IRI
    notes = [note("pairs-open", n=len(open_pairs), of=len(pairs)), note("levels")]
    basis = graph.basis.also("strength", f"≥ {least:g}")
    rows = (_pair(graph, said, row) for row in open_pairs)
    made = make("unacknowledged", basis, PAIRS, rows, notes=notes, sparql=program_query("coherence/rests-on"))
    return undated(made, graph)


def _strong(graph: Graph, least: float) -> Iterable[SharedLink]:
    found = link_rows(graph.linking, graph.links)
    uses = graph.linking
    planned = {action for at, action in enumerate(uses.actions) if uses.has_plan(at)}
    return (row for row in found if (row.strength or 0.0) >= least - 1e-12 and {row.one, row.two} <= planned)


def _pair(graph: Graph, said: CitedPairs, row: SharedLink) -> Row:
    there, back = said.ways(row.one, row.two)
    return {
        **thing(graph, "action", row.one),
        **thing(graph, "plan", said.home[row.one]),
        **thing(graph, "other_action", row.two),
        **thing(graph, "other_plan", said.home[row.two]),
        "strength": number(row.strength),
        **things(graph, "instruments", row.via),
        **code(graph, "acknowledged_there", there),
        **code(graph, "acknowledged_back", back),
    }


@dataclass(frozen=True, slots=True)
class CitedPairs:
    """What cites what, and the plan of each work."""

    home: dict[str, str]
    ends: frozenset[tuple[str, str]]
    to_plan: frozenset[tuple[str, str]]
    from_plan: frozenset[tuple[str, str]]
    lifted: frozenset[tuple[str, str]]

    @classmethod
    def of(cls, graph: Graph) -> CitedPairs:
        """What the citations of a graph say."""
        home = homes(graph.uses)
        ends = {(c.source, c.target) for c in graph.citations if c.source in home and c.target in home}
        return cls(
            home,
            frozenset(ends),
            frozenset((one, home[two]) for one, two in ends),
            frozenset((home[one], two) for one, two in ends),
            frozenset((home[one], home[two]) for one, two in ends),
        )

    def plans(self, one: str, two: str) -> frozenset[str]:
        """The plans of two works."""
        return frozenset((self.home[one], self.home[two]))

    def ways(self, one: str, two: str) -> tuple[str, str]:
        """At which level the first acknowledges the second, and the second the first."""
        return self._level(one, two), self._level(two, one)

    def _level(self, one: str, two: str) -> str:
        p, q = self.home[one], self.home[two]
        if (one, two) in self.ends:
            return "action"
        if (one, q) in self.to_plan or (p, two) in self.from_plan:
            return "mixed"
        return "plan" if (p, q) in self.lifted else "none"
