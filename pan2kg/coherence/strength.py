"""How strongly two actions are linked by the instruments both rest on, and which instrument gives how much.

What a whole plan is founded on, so that it does not link each of its actions with everybody.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from pan2kg.coherence.matrix import Bools, Floats, Incidence
from pan2kg.coherence.uses import Uses
from pan2kg.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pan2kg.coherence.basis import Basis


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement of use: an action or plan, what it names, and the instrument that counts as.

    ``path`` goes from the work over what it names (a provision, a national act) to the instrument.
    """

    link: str
    work: str
    instrument: str
    path: tuple[str, ...]
    relation: str = ""
    quote: str = ""
    document: str = ""


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one shared instrument gives to a strength; all of them add up to it."""

    instrument: str
    weight: float
    share: float
    bits: float
    statements: tuple[Statement, ...] = ()

    @property
    def paths(self) -> tuple[tuple[str, ...], ...]:
        """The ways from one action to the other over this instrument, as far as statements were given."""
        works = list(dict.fromkeys(statement.work for statement in self.statements))
        if len(works) != 2:
            return ()
        there, back = ([s.path for s in self.statements if s.work == work] for work in works)
        return tuple(dict.fromkeys((*a, *reversed(b[:-1])) for a in there for b in back))


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why two actions are linked, and how strongly.

    ``strength`` is s(a,b) = Σ_{i∈A∩B} w_i / Σ_{i∈A∪B} w_i with w_i = ln(n/d_i), in [0,1] and symmetric; 0/0 = 0. An
    instrument every action uses weighs nothing, so a hub links nobody. This is the weighted Jaccard (Ruzicka)
    similarity of two sets. ``bits`` is Σ_{i∈A∩B} log2(n/d_i) ≥ 0: how surprising it is to find the same instruments
    in both, each counted with its self-information.

    Sources: Ioffe, S. (2010). Improved consistent sampling, weighted minhash and L1 sketching. ICDM, 246–255;
    Shannon, C. E. (1948). A mathematical theory of communication. Bell System Technical Journal 27.
    """

    one: str
    two: str
    strength: float
    bits: float
    contributions: tuple[Contribution, ...]
    basis: Basis


def explain(uses: Uses, one: str, two: str, statements: Iterable[Statement] = ()) -> Explanation:
    """The strength of a pair with the contribution w_i / Σ_{A∪B} w of each shared instrument.

    Contributions add up to the strength. They are sorted by what they give, the greatest first, then by
    IRI. A shared instrument without weight is listed with 0: it is shared, and it links nobody.
    ``statements`` of either action, as ``reading.read_statements`` gives them, are put with their instrument.

    Raises:
        QueryError: an unknown action, with the nearest names; or the same action twice.

    >>> from pan2kg.coherence.uses import uses_of
    >>> found = explain(uses_of([("a", "K"), ("b", "K"), ("b", "L"), ("c", "M")], dict.fromkeys("abc", "p")), "a", "b")
    >>> round(found.strength, 4), round(found.bits, 4)
    (0.2696, 0.585)
    >>> [(part.instrument, round(part.share, 4)) for part in found.contributions]
    [('K', 0.2696)]
    """
    at, other = uses.find_action(one), uses.find_action(two)
    if at == other:
        raise QueryError("same-given-twice", remedy="give-two-actions", one=one)
    left, right = set(uses.table.row(at).tolist()), set(uses.table.row(other).tolist())
    whole = math.fsum(float(uses.weights[i]) for i in sorted(left | right))
    given = tuple(statements)
    parts = sorted(
        (_contribution(uses, i, whole, (uses.actions[at], uses.actions[other]), given) for i in left & right),
        key=lambda part: (-part.share, part.instrument),
    )
    return Explanation(
        uses.actions[at],
        uses.actions[other],
        math.fsum(part.weight for part in parts) / whole if whole else 0.0,
        math.fsum(part.bits for part in parts),
        tuple(parts),
        uses.basis,
    )


def _contribution(
    uses: Uses, at: int, whole: float, ends: tuple[str, str], given: tuple[Statement, ...]
) -> Contribution:
    name, weight = uses.instruments[at], float(uses.weights[at])
    behind = [s for s in given if s.instrument == name and s.work in ends]
    behind.sort(key=lambda s: (ends.index(s.work), s.path, s.link))
    return Contribution(name, weight, weight / whole if whole else 0.0, weight / math.log(2), tuple(behind))


SHARE = 0.8
LEAST = 5


@dataclass(frozen=True, slots=True)
class Foundation:
    """A plan and an instrument it is founded on: hoisted from its actions, or said of the plan itself.

    ``share`` is the part of the plan's actions that use it.
    """

    plan: str
    instrument: str
    share: float
    hoisted: bool


@dataclass(frozen=True, slots=True)
class PlanLink:
    """Two plans that share an instrument at least one of them is founded on."""

    one: str
    two: str
    instrument: str
    both_founded: bool


def hoist(uses: Uses, *, share: float = SHARE, least: int = LEAST) -> tuple[Uses, tuple[Foundation, ...]]:
    """Take out of the action-level matrix what at least ``share`` of a plan's actions use.

    For a plan of at least ``least`` actions and an instrument used by at least ``share`` of them, the plan
    itself is founded on the instrument and the instrument leaves the rows of its actions. Weights stay what
    they were: how many actions use an instrument has not changed. What a plan says of itself is a foundation
    too, with ``hoisted`` false.

    Source: this project's definition; without it two plans on the same guiding principles link all their pairs.

    Raises:
        ValueError: ``share`` is not in (0,1], or ``least`` is below 1.

    >>> from pan2kg.coherence.uses import uses_of
    >>> members = {f"a{n}": "p" for n in range(5)} | {"b": "q"}
    >>> uses = uses_of([(action, "U") for action in members if action != "a4"], members)
    >>> hoisted, founded = hoist(uses)
    >>> founded
    (Foundation(plan='p', instrument='U', share=0.8, hoisted=True),)
    >>> hoisted.table.counts.tolist()
    [1]
    """
    if not 0 < share <= 1 or least < 1:
        raise ValueError("share must be in (0,1] and least at least 1")
    used = _shares(uses)
    wide = (used >= share - 1e-12) & (uses.sizes >= least)[uses.plan_of[uses.table.rows]]
    table = uses.table.keep(~wide)
    basis = uses.basis.also("hoisting", f"≥ {share:g} of a plan of ≥ {least} actions")
    return replace(uses, table=table, basis=basis), _foundations(uses, used, wide)


def _shares(uses: Uses) -> Floats:
    """For each statement of an action: the share of its plan's actions that use the same instrument."""
    plan = uses.plan_of[uses.table.rows]
    _, which, counts = np.unique(
        plan * max(len(uses.instruments), 1) + uses.table.columns, return_inverse=True, return_counts=True
    )
    shares: Floats = counts[which] / np.maximum(uses.sizes[plan], 1)
    return shares


def _foundations(uses: Uses, used: Floats, wide: Bools) -> tuple[Foundation, ...]:
    plans = uses.plan_of[uses.table.rows]
    shares = {(int(p), int(i)): float(s) for p, i, s in zip(plans, uses.table.columns, used, strict=True)}
    hoisted = {(int(p), int(i)) for p, i in zip(plans[wide], uses.table.columns[wide], strict=True)}
    stated = {(int(p), int(i)) for p, i in zip(uses.own.rows, uses.own.columns, strict=True)}
    return tuple(
        Foundation(uses.plans[p].iri, uses.instruments[i], shares.get((p, i), 0.0), (p, i) in hoisted)
        for p, i in sorted(hoisted | stated)
    )


def plan_links(uses: Uses, founded: tuple[Foundation, ...]) -> tuple[PlanLink, ...]:
    """The links that stand between plans because one of the two is founded on what the other uses as well.

    ``uses`` is the matrix before hoisting. Sorted by the two plans and the instrument.

    >>> from pan2kg.coherence.uses import uses_of
    >>> members = {f"a{n}": "p" for n in range(5)} | {"b": "q"}
    >>> uses = uses_of([(action, "U") for action in members], members)
    >>> plan_links(uses, hoist(uses)[1])
    (PlanLink(one='p', two='q', instrument='U', both_founded=False),)
    """
    base = {(f.plan, f.instrument) for f in founded}
    users = _users(uses.plan_uses(), uses) | base
    by_instrument: dict[str, list[str]] = {}
    for plan, instrument in sorted(users):
        by_instrument.setdefault(instrument, []).append(plan)
    found = {
        (min(plan, other), max(plan, other), instrument)
        for plan, instrument in base
        for other in by_instrument[instrument]
        if other != plan
    }
    return tuple(PlanLink(p, q, i, (p, i) in base and (q, i) in base) for p, q, i in sorted(found))


def _users(table: Incidence, uses: Uses) -> set[tuple[str, str]]:
    return {(uses.plans[p].iri, uses.instruments[i]) for p, i in zip(table.rows, table.columns, strict=True)}
