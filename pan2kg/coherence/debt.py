"""The coherence debt: linked pairs of actions that the texts do not acknowledge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pan2kg.coherence.basis import Measured
from pan2kg.coherence.citations import Citation, homes
from pan2kg.coherence.links import Links, between
from pan2kg.coherence.matrix import Bools, Floats, Indices, Ints
from pan2kg.coherence.uses import Uses

if TYPE_CHECKING:
    from pan2kg.coherence.basis import Basis


@dataclass(frozen=True, slots=True)
class Debt:
    """What plan ``citing`` owes plan ``cited``: Σ strengths of linked pairs it does not acknowledge.

    At three levels, apart: its action cites the very action; one of the two cited is a plan; plan cites plan.
    """

    citing: str
    cited: str
    total: float
    action: float
    mixed: float
    plan: float

    def share(self, level: str) -> float:
        """Debt / Σ strengths at the level « action », « mixed » or « plan », in [0,1].

        >>> Debt("p", "q", 2.0, 2.0, 1.0, 0.0).share("mixed")
        0.5
        """
        owed = {"action": self.action, "mixed": self.mixed, "plan": self.plan}[level]
        return owed / self.total if self.total else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Owed:
    """The debts of all linked pairs of plans, both ways, as columns; plans by index."""

    citing: Ints
    cited: Ints
    total: Floats
    action: Floats
    mixed: Floats
    plan: Floats
    basis: Basis

    def rows(self, uses: Uses) -> Iterator[Debt]:
        """The debts with the plans' IRIs, in the order of the plans; of plans only."""
        for p, q, *amounts in zip(self.citing, self.cited, self.total, self.action, self.mixed, self.plan, strict=True):
            if uses.plans[p].is_plan and uses.plans[q].is_plan:
                yield Debt(uses.plans[p].iri, uses.plans[q].iri, *map(float, amounts))


def debts(uses: Uses, links: Links, citations: Iterable[Citation]) -> Measured[Debt]:
    """debt(p→q) = Σ strengths of linked p–q pairs that p does not acknowledge, at each of three levels.

    * action: a cites b;
    * mixed: a cites q or something in it, or p or something in it cites b;
    * plan: p or something in it cites q or something in it.

    The text of an action is part of its plan's, so a finer citation counts at the coarser levels and
    action ≥ mixed ≥ plan ≥ 0. At most Σ strengths, in units of strength. What q says is its own debt.

    Source: this project's definition; action 3.3 of the plan « lu-bhr-2 » asks for such citations.

    >>> from pan2kg.coherence.links import project
    >>> from pan2kg.coherence.uses import uses_of
    >>> uses = uses_of([("a", "K"), ("b", "K"), ("c", "L")], {"a": "p", "b": "q", "c": "q"})
    >>> there, back = debts(uses, project(uses), [Citation("l", "p", "q", "text")])
    >>> (there.action, there.mixed, there.plan), (back.action, back.mixed, back.plan)
    ((1.0, 1.0, 0.0), (1.0, 1.0, 1.0))
    """
    found = owed(uses, links, citations)
    return Measured(found.basis, tuple(found.rows(uses)))


def owed(uses: Uses, links: Links, citations: Iterable[Citation]) -> Owed:
    """The same as :func:`debts`, as columns for graphs with very many pairs of plans."""
    many = max(len(uses.plans), 1)
    keys, _, totals, _ = between(uses, links)
    directed = np.concatenate([keys, keys % many * many + keys // many])
    order = np.argsort(directed, kind="stable")
    directed, totals = directed[order], np.tile(totals, 2)[order]
    paid = _acknowledged(uses, links, citations, directed)
    action, mixed, plan = (_cleared(totals - amount, totals) for amount in paid)
    return Owed(directed // many, directed % many, totals, action, mixed, plan, links.basis)


def _cleared(amount: Floats, totals: Floats) -> Floats:
    return np.where(amount <= 1e-12 * totals, 0.0, amount)


def _acknowledged(uses: Uses, links: Links, citations: Iterable[Citation], directed: Ints) -> list[Floats]:
    """For each directed pair of plans the acknowledged strength by level; only cited pairs are looked at."""
    many = max(len(uses.plans), 1)
    said = _Said.of(uses, citations)
    paid = [np.zeros(len(directed)) for _ in range(3)]
    for one, two, strength in _both_ways(links):
        key = uses.plan_of[one] * many + uses.plan_of[two]
        cited = np.flatnonzero(np.isin(key, said.plan_plan))
        a, b = one[cited].astype(np.int64), two[cited].astype(np.int64)
        place = np.searchsorted(directed, key[cited])
        for amount, known in zip(paid, said.levels(uses, a, b), strict=True):
            np.add.at(amount, place[known], strength[cited][known])
    return paid


def _both_ways(links: Links) -> Iterator[tuple[Indices, Indices, Floats]]:
    for run in links.parts():
        yield run.one, run.two, run.strength
        yield run.two, run.one, run.strength


@dataclass(frozen=True, slots=True, eq=False)
class _Said:
    """What cites what, as keys row · width + column, lifted to the plans."""

    action_action: Ints
    action_plan: Ints
    plan_action: Ints
    plan_plan: Ints

    @classmethod
    def of(cls, uses: Uses, citations: Iterable[Citation]) -> _Said:
        home = homes(uses)
        actions = {iri: at for at, iri in enumerate(uses.actions)}
        plans = {plan.iri: at for at, plan in enumerate(uses.plans)}
        n, m = max(len(actions), 1), max(len(plans), 1)
        ends = sorted({(c.source, c.target) for c in citations if c.source in home and c.target in home})
        lifted = [(s, t, plans[home[s]], plans[home[t]]) for s, t in ends]
        return cls(
            _keys(actions[s] * n + actions[t] for s, t, _, _ in lifted if s in actions and t in actions),
            _keys(actions[s] * m + q for s, _, _, q in lifted if s in actions),
            _keys(p * n + actions[t] for _, t, p, _ in lifted if t in actions),
            _keys(p * m + q for _, _, p, q in lifted if p != q),
        )

    def levels(self, uses: Uses, a: Ints, b: Ints) -> tuple[Bools, Bools, Bools]:
        """Whether the plan of a acknowledges the pair (a,b), by level."""
        n, m = max(len(uses.actions), 1), max(len(uses.plans), 1)
        p, q = uses.plan_of[a], uses.plan_of[b]
        mixed = np.isin(a * m + q, self.action_plan) | np.isin(p * n + b, self.plan_action)
        return np.isin(a * n + b, self.action_action), mixed, np.isin(p * m + q, self.plan_plan)


def _keys(keys: Iterable[int]) -> Ints:
    return np.array(sorted(set(keys)), dtype=np.int64)
