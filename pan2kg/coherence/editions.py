"""One edition of a plan and the next: what stayed, and every link again with the same weights."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from pan2kg.coherence.basis import Basis, Change, Measured, changes
from pan2kg.coherence.links import HUB, project
from pan2kg.coherence.pairs import Potential, plan_matrix
from pan2kg.coherence.uses import Uses, key, restrict
from pan2kg.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Sequence

_EXTENDING = frozenset({"extends", "merges", "splits", "complements", "builds-on"})


@dataclass(frozen=True, slots=True)
class Succession:
    """An action of a later edition that takes up one of an earlier, and how (the key of the relation)."""

    later: str
    earlier: str
    relation: str = "continues"


class Fate(StrEnum):
    """What became of an action from one edition to the next."""

    RETAINED = "retained"
    EXTENDED = "extended"
    DROPPED = "dropped"
    NEW = "new"
    NOT_ASSESSED = "not assessed"


@dataclass(frozen=True, slots=True)
class Taken:
    """An action of either edition, its fate, and its counterparts in the other."""

    action: str
    fate: Fate
    others: tuple[str, ...]


def fates(uses: Uses, base: str, new: str, successions: Iterable[Succession]) -> Measured[Taken]:
    """The actions of the base edition as retained, extended or dropped, those of the new one that are new.

    Where no succession between actions of the two is recorded at all, nothing can be said: « not assessed ».

    Source: this project's definition.

    Raises:
        QueryError: an unknown plan.

    >>> from pan2kg.coherence.uses import uses_of
    >>> uses = uses_of([], {"a1": "p", "a2": "p", "b1": "q", "b2": "q"})
    >>> [(row.action, row.fate.value) for row in fates(uses, "p", "q", [Succession("b1", "a1")])]
    [('a1', 'retained'), ('a2', 'dropped'), ('b2', 'new')]
    """
    early, late = (_members(uses, name) for name in (base, new))
    kept = sorted((s.earlier, s.later, s.relation) for s in successions if s.earlier in early and s.later in late)
    rows = [_fate(action, [pair for pair in kept if pair[0] == action]) for action in sorted(early)]
    rows += [Taken(action, Fate.NEW, ()) for action in sorted(late - {later for _, later, _ in kept})]
    return Measured(uses.basis, tuple(rows if kept else [Taken(row.action, Fate.NOT_ASSESSED, ()) for row in rows]))


def _members(uses: Uses, plan: str) -> set[str]:
    at = uses.find_plan(plan)
    return {action for action, home in zip(uses.actions, uses.plan_of, strict=True) if home == at}


def _fate(action: str, found: Sequence[tuple[str, str, str]]) -> Taken:
    others = tuple(later for _, later, _ in found)
    if not others:
        return Taken(action, Fate.DROPPED, ())
    extended = len(others) > 1 or any(relation in _EXTENDING for _, _, relation in found)
    return Taken(action, Fate.EXTENDED if extended else Fate.RETAINED, others)


def retention(rows: Iterable[Taken]) -> float | None:
    """(retained + extended) / actions of the base edition, in [0,1]; None where it was not assessed.

    >>> retention([Taken("a", Fate.RETAINED, ("b",)), Taken("c", Fate.DROPPED, ()), Taken("d", Fate.NEW, ())])
    0.5
    """
    base = [row.fate for row in rows if row.fate is not Fate.NEW]
    if not base or Fate.NOT_ASSESSED in base:
        return None
    return sum(fate is not Fate.DROPPED for fate in base) / len(base)


def reweighted(uses: Uses, base: Uses, *, name: str = "") -> Uses:
    """The same statements with the weights ln(n/d) of a base edition, so that only the statements differ.

    An instrument no action of the base uses weighs as one that a single action uses, ln n; the basis counts
    these. This is the fixed-base principle of index numbers.

    Source: ILO et al. (2004). Consumer Price Index Manual: Theory and Practice, ch. 15 (Laspeyres).

    >>> from pan2kg.coherence.uses import uses_of
    >>> base = uses_of([("a", "K"), ("b", "L")], {"a": "p", "b": "p"})
    >>> later = uses_of([("a", "K"), ("b", "K"), ("b", "M")], {"a": "p", "b": "p"})
    >>> [round(float(w), 4) for w in reweighted(later, base).weights]
    [0.6931, 0.6931]
    """
    counts = base.table.counts
    known = {one: float(w) for one, w, d in zip(base.instruments, base.weights, counts, strict=True) if d}
    single = float(np.log(max(base.basis.n, 1)))
    weights = np.array([known.get(one, single) for one in uses.instruments], dtype=np.float64)
    unknown = sum(one not in known for one in uses.instruments)
    basis = replace(uses.basis, weights=f"ln(n/d) of {name or 'the base edition'}, n = {base.basis.n}")
    return replace(uses, weights=weights, basis=basis.also("instruments unknown to the base", unknown))


@dataclass(frozen=True, slots=True)
class Compared:
    """Two editions against one other plan: the base edition, the new one, and the new one with base weights."""

    other: str
    base: Potential
    new: Potential
    same: Potential


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two editions side by side, each in a graph without the other.

    ``added`` and ``removed`` are (action of another plan, instrument) over which one edition only is linked;
    ``statements`` and ``actions`` count both: a better annotated plan looks more coherent.
    """

    rows: tuple[Compared, ...]
    added: tuple[tuple[str, str], ...]
    removed: tuple[tuple[str, str], ...]
    statements: tuple[int, int]
    actions: tuple[int, int]
    bases: tuple[Basis, Basis, Basis]

    @property
    def per_action(self) -> tuple[float | None, float | None]:
        """Statements of use per action for the base and the new edition; None without actions."""
        one, two = (s / a if a else None for s, a in zip(self.statements, self.actions, strict=True))
        return one, two

    @property
    def changes(self) -> tuple[Change, ...]:
        """What differs between the bases of the two."""
        return changes(self.bases[0], self.bases[1])


def compare(uses: Uses, base: str, new: str, *, hub: int = HUB) -> Comparison:
    """Two editions of a plan against all other plans, the new one also with the base edition's weights.

    The edition not looked at is left out of the graph, so that it neither lends nor takes weight.

    Source: as for :func:`reweighted`.

    Raises:
        QueryError: an unknown plan, with the nearest names; or the same plan twice.

    >>> from pan2kg.coherence.uses import uses_of
    >>> uses = uses_of([("a", "K"), ("b", "L"), ("c", "K"), ("d", "L")], {"a": "p1", "b": "p2", "c": "q", "d": "q"})
    >>> found = compare(uses, "p1", "p2")
    >>> found.added, found.removed, found.per_action
    ((('d', 'L'),), (('c', 'K'),), (1.0, 1.0))
    """
    early, late = (uses.plans[uses.find_plan(name)].iri for name in (base, new))
    if early == late:
        raise QueryError("same-plan", remedy="give-two-editions", base=base, new=new)
    rest = [plan for plan in uses.plans if plan.iri not in (early, late)]
    names, others = [plan.iri for plan in rest], [plan.iri for plan in rest if plan.is_plan]
    before, after = restrict(uses, [*names, early]), restrict(uses, [*names, late])
    same = reweighted(after, before, name=key(early))
    cells = [_against(world, plan, hub) for world, plan in ((before, early), (after, late), (same, late))]
    rows = tuple(Compared(other, *(found[other] for found in cells)) for other in others)
    then, now = _reached(before, early), _reached(same, late)
    return Comparison(
        rows,
        tuple(sorted(now - then)),
        tuple(sorted(then - now)),
        (_stated(before, early), _stated(after, late)),
        (len(_members(before, early)), len(_members(after, late))),
        (before.basis, after.basis, same.basis),
    )


def _against(uses: Uses, plan: str, hub: int) -> dict[str, Potential]:
    found = plan_matrix(uses, project(uses, hub=hub))
    pairs = {(row.one, row.two): row.potential for row in found}
    return {(set(pair) - {plan}).pop(): potential for pair, potential in pairs.items() if plan in pair}


def _stated(uses: Uses, plan: str) -> int:
    return int(uses.table.sizes[uses.plan_of == uses.find_plan(plan)].sum())


def _reached(uses: Uses, plan: str) -> set[tuple[str, str]]:
    """The actions of other plans, and the weighing instrument over which this plan reaches them."""
    at = uses.find_plan(plan)
    used = set(uses.plan_uses().row(at).tolist())
    pairs = zip(uses.table.rows.tolist(), uses.table.columns.tolist(), strict=True)
    return {
        (uses.actions[a], uses.instruments[i])
        for a, i in pairs
        if i in used and uses.weights[i] > 0 and uses.plan_of[a] != at
    }
