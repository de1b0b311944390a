"""The coherence matrix: for each pair of plans a vector, not a number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from pan2kg.coherence.basis import Measured
from pan2kg.coherence.citations import Arc, Citation, arcs
from pan2kg.coherence.debt import Debt, debts
from pan2kg.coherence.links import Links, between
from pan2kg.coherence.matrix import Floats, Ints, cells
from pan2kg.coherence.scores import summable
from pan2kg.coherence.uses import Plan, Uses

if TYPE_CHECKING:
    from pan2kg.coherence.bodies import Profile
    from pan2kg.coherence.scores import Scores
    from pan2kg.coherence.strength import PlanLink

LOW = 0.05
"""Up to which mean strength a potential is low."""


@dataclass(frozen=True, slots=True)
class Potential:
    """What two plans share. ``mean`` = Σs / (|p||q|); None where a plan has no action in the graph.

    ``instruments`` are those both rest on, by their actions or of themselves; ``founded`` those at least one
    of them is founded on; ``bits`` = Σ log2(n/d_i) over the instruments actions of both use.
    """

    linked: int
    total: float
    mean: float | None
    maximum: float
    instruments: tuple[str, ...]
    bits: float
    founded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """Experts' scores between the actions of two plans, both ways: the positive and the negative apart.

    Scores on several scales have no sum: then only those from −3 to +3 are taken. Where several assessed a cell, their
    positive and negative scores are averaged each for itself.
    """

    positive: float
    negative: float
    cells: int
    assessors: int


@dataclass(frozen=True, slots=True)
class Known:
    """How many of a plan's measures are in the graph, and how many its published text has."""

    in_graph: int
    published: int | None
    completeness: str

    @property
    def is_partial(self) -> bool:
        """Whether measures are missing, or nobody knows whether any are."""
        return self.completeness != "complete" and (self.published is None or self.in_graph < self.published)


@dataclass(frozen=True, slots=True)
class PlanPair:
    """One cell. ``there`` is from ``one`` to ``two``; None is not assessed or not known, never 0."""

    one: str
    two: str
    potential: Potential
    cited: tuple[Arc | None, Arc | None]
    owed: tuple[Debt | None, Debt | None]
    judged: Judged | None
    co_led: int | None
    known: tuple[Known, Known]

    @property
    def is_partly_known(self) -> bool:
        """Whether a plan of the two is known in part only."""
        return any(known.is_partial for known in self.known)

    @property
    def is_inconclusive(self) -> bool:
        """Whether the potential is low while a plan is partly known: not to be read as incoherence."""
        mean = self.potential.mean
        return self.is_partly_known and (mean is None or mean <= LOW)


@dataclass(frozen=True, slots=True, eq=False)
class Potentials:
    """L, Σs, max s, the number of shared instruments and bits of pairs of plans, as columns; plans by index."""

    one: Ints
    two: Ints
    linked: Ints
    total: Floats
    maximum: Floats
    shared: Ints
    bits: Floats


def potentials(uses: Uses, links: Links) -> Potentials:
    """The potential of all pairs of plans that share an instrument of their actions, for very large graphs.

    Sorted by the two plans. Hubs are counted among the shared instruments and in the bits.

    Source: as for :func:`plan_matrix`.

    >>> from pan2kg.coherence.links import project
    >>> from pan2kg.coherence.uses import uses_of
    >>> uses = uses_of([("a", "K"), ("b", "K"), ("c", "L")], {"a": "p", "b": "q", "c": "q"})
    >>> found = potentials(uses, project(uses))
    >>> found.linked.tolist(), found.total.tolist(), found.shared.tolist()
    ([1], [1.0], [1])
    """
    many = len(uses.plans)
    keys, linked, total, maximum = between(uses, links)
    table = uses.plan_uses()
    one, two, shared = cells(table)
    pairs = one.astype(np.int64) * many + two
    with_weight = cells(table, uses.weights)
    weighed = np.zeros(len(pairs))
    weighed[np.searchsorted(pairs, with_weight[0].astype(np.int64) * many + with_weight[1])] = with_weight[2]
    place = np.searchsorted(pairs, keys)
    return Potentials(
        one.astype(np.int64), two.astype(np.int64), _put(linked, place, len(pairs)).astype(np.int64),
        _put(total, place, len(pairs)), _put(maximum, place, len(pairs)), shared.astype(np.int64), weighed / np.log(2),
    )  # fmt: skip


def _put(values: Floats | Ints, place: Ints, length: int) -> Floats:
    whole = np.zeros(length)
    whole[place] = values
    return whole


@dataclass(frozen=True, slots=True)
class Layers:
    """What is known beside the links: citations, bodies, scores, and what plans are founded on."""

    citations: tuple[Citation, ...] = ()
    profiles: tuple[Profile, ...] = ()
    scores: tuple[Scores, ...] = ()
    founded: tuple[PlanLink, ...] = ()


def plan_matrix(
    uses: Uses, links: Links, layers: Layers | None = None, *, plans: Iterable[str] | None = None
) -> Measured[PlanPair]:
    """Every pair of plans (or of ``plans``) as a vector of its three layers, by the two IRIs.

    mean = Σ_{a∈p,b∈q} s(a,b) / (|p||q|) in [0,1]; L = pairs with s > 0. Co-led counts pairs of actions with
    a lead in common, None where one plan's leads are not known. Nothing is added up over layers.

    Source: this project's definition; it follows the cross-impact matrices of Weitz et al. (2018),
    Sustainability Science 13, 531–548, for the signed layer.

    Raises:
        QueryError: one of ``plans`` is not in the graph.

    >>> from pan2kg.coherence.links import project
    >>> from pan2kg.coherence.uses import uses_of
    >>> uses = uses_of([("a", "K"), ("b", "K"), ("c", "L")], {"a": "p", "b": "q", "c": "q"})
    >>> cell, = plan_matrix(uses, project(uses))
    >>> cell.potential.linked, cell.potential.mean, cell.judged, cell.is_partly_known
    (1, 0.5, None, True)
    """
    given = layers or Layers()
    named = (plan.iri for plan in uses.plans if plan.is_plan) if plans is None else plans
    chosen = sorted({uses.find_plan(name) for name in named})
    found = potentials(uses, links)
    place = {(int(p), int(q)): at for at, (p, q) in enumerate(zip(found.one, found.two, strict=True))}
    cited = {(arc.citing, arc.cited): arc for arc in arcs(uses, given.citations)}
    owed = {(debt.citing, debt.cited): debt for debt in debts(uses, links, given.citations)}
    shared, judged, leads = _shared(uses), _judged(uses, given.scores), _leads(uses, given.profiles)
    founded = _founded(given.founded)
    rows = []
    for p, q in combinations(chosen, 2):
        one, two = uses.plans[p].iri, uses.plans[q].iri
        base = founded.get((one, two), frozenset())
        instruments = tuple(sorted((shared[one] & shared[two]) | base))
        potential = _potential(uses, found, place.get((p, q)), (p, q), (instruments, tuple(sorted(base))))
        pair, back = (one, two), (two, one)
        ends = (_known(uses, p), _known(uses, q))
        both = (cited.get(pair), cited.get(back)), (owed.get(pair), owed.get(back))
        rows.append(PlanPair(one, two, potential, *both, judged.get((p, q)), _co_led(leads, p, q), ends))
    return Measured(links.basis, tuple(rows))


def _potential(
    uses: Uses, found: Potentials, at: int | None, pair: tuple[int, int], names: tuple[tuple[str, ...], tuple[str, ...]]
) -> Potential:
    whole = int(uses.sizes[pair[0]]) * int(uses.sizes[pair[1]])
    nothing = 0.0 if whole else None
    if at is None:
        return Potential(0, 0.0, nothing, 0.0, names[0], 0.0, names[1])
    total = float(found.total[at])
    mean = total / whole if whole else None
    return Potential(
        int(found.linked[at]), total, mean, float(found.maximum[at]), names[0], float(found.bits[at]), names[1]
    )


def _known(uses: Uses, at: int) -> Known:
    plan: Plan = uses.plans[at]
    return Known(int(uses.sizes[at]), plan.published, plan.completeness)


def _shared(uses: Uses) -> dict[str, frozenset[str]]:
    used: dict[str, set[str]] = {plan.iri: set() for plan in uses.plans}
    for table in (uses.plan_uses(), uses.own):
        for p, i in zip(table.rows, table.columns, strict=True):
            used[uses.plans[p].iri].add(uses.instruments[i])
    return {plan: frozenset(names) for plan, names in used.items()}


def _founded(links: Iterable[PlanLink]) -> dict[tuple[str, str], frozenset[str]]:
    found: dict[tuple[str, str], frozenset[str]] = {}
    for link in links:
        found[link.one, link.two] = found.get((link.one, link.two), frozenset()) | {link.instrument}
    return found


def _judged(uses: Uses, matrices: Iterable[Scores]) -> dict[tuple[int, int], Judged]:
    home = {action: int(plan) for action, plan in zip(uses.actions, uses.plan_of, strict=True)}
    scored: dict[tuple[int, int], dict[tuple[str, str], list[tuple[float, str]]]] = {}
    for matrix in summable(matrices):
        for one, two, score in matrix.cells():
            if home.get(one, -1) != home.get(two, -1) and one in home and two in home:
                pair = min(home[one], home[two]), max(home[one], home[two])
                scored.setdefault(pair, {}).setdefault((one, two), []).append((score, matrix.assessor))
    return {pair: _sides(found) for pair, found in scored.items()}


def _sides(scored: Mapping[tuple[str, str], list[tuple[float, str]]]) -> Judged:
    positive = sum(sum(max(score, 0) for score, _ in given) / len(given) for given in scored.values())
    negative = sum(sum(min(score, 0) for score, _ in given) / len(given) for given in scored.values())
    return Judged(positive, negative, len(scored), len({who for given in scored.values() for _, who in given}))


def _leads(uses: Uses, profiles: Iterable[Profile]) -> dict[int, list[frozenset[str]]]:
    """For each plan the leads of those of its actions whose lead is known."""
    home = {action: int(plan) for action, plan in zip(uses.actions, uses.plan_of, strict=True)}
    found: dict[int, list[frozenset[str]]] = {}
    for profile in profiles:
        if profile.leads and profile.work in home:
            found.setdefault(home[profile.work], []).append(profile.leads)
    return found


def _co_led(leads: Mapping[int, list[frozenset[str]]], p: int, q: int) -> int | None:
    if p not in leads or q not in leads:
        return None
    return sum(bool(one & two) for one in leads[p] for two in leads[q])
