"""Actions × instruments: who rests on what, as one sparse matrix with the names of its rows and columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches

import numpy as np

from pan2kg.coherence.evidence import Basis
from pan2kg.coherence.matrix import Incidence, Ints
from pan2kg.errors import QueryError
from pan2kg.i18n.message import Message, did_you_mean, either, told


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan, and how many measures its published text has where that is known.

    ``is_plan`` is false for what stands in for the plan of an action that has none (one reported in a
    review, for instance): such an action has links, but it makes no row of a matrix of plans.
    """

    iri: str
    published: int | None = None
    completeness: str = "unknown"
    is_plan: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Uses:
    """B[a,i] = 1 if action a rests on instrument i, and the same for what a plan says of itself (``own``).

    ``plan_of`` gives for each action the index of its plan. Actions, plans and instruments are sorted by IRI.
    """

    actions: tuple[str, ...]
    plans: tuple[Plan, ...]
    plan_of: Ints
    instruments: tuple[str, ...]
    table: Incidence
    own: Incidence
    basis: Basis

    def find_action(self, name: str) -> int:
        """The index of an action by its IRI or key.

        Raises:
            QueryError: there is no such action; with the nearest names.

        >>> uses = uses_of([("a/1", "x")], {"a/1": "p"})
        >>> uses.find_action("1")
        0
        >>> uses.find_action("2")
        Traceback (most recent call last):
        pan2kg.errors.QueryError: There is no action « 2 » in the graph. ...
        """
        return _find(name, self.actions, told("an-action"), "no-action-in-graph")

    def find_plan(self, name: str) -> int:
        """The index of a plan by its IRI or key.

        Raises:
            QueryError: there is no such plan; with the nearest names.
        """
        return _find(name, [plan.iri for plan in self.plans], told("a-plan"), "no-plan-in-graph")

    def find_work(self, name: str) -> str:
        """The IRI of a plan or of an action by its IRI or key.

        Raises:
            QueryError: there is neither; with the nearest names of both.

        >>> uses_of([("a/1", "x")], {"a/1": "p"}).find_work("2")
        Traceback (most recent call last):
        pan2kg.errors.QueryError: « 2 » is neither a plan nor an action. Name a plan or an action by its key or its IRI.
        """
        works = tuple(dict.fromkeys((*(plan.iri for plan in self.plans), *self.actions)))
        return works[_find(name, works, either([told("a-plan"), told("an-action")]), "no-plan-nor-action")]

    def has_plan(self, action: int) -> bool:
        """Whether an action belongs to a plan at all."""
        return self.plans[int(self.plan_of[action])].is_plan


def key(iri: str) -> str:
    """The last part of an IRI.

    >>> key("https://w3id.org/pan2kg/id/plan/lu-bhr-2")
    'lu-bhr-2'
    """
    return iri.replace("#", "/").rpartition("/")[2]


def _find(name: str, iris: Sequence[str], wanted: Message, missing: str) -> int:
    exact = [at for at, iri in enumerate(iris) if iri == name]
    exact = exact or [at for at, iri in enumerate(iris) if key(iri) == name]
    if len(exact) == 1:
        return exact[0]
    if exact:
        raise QueryError("may-mean", remedy="give-the-iri", name=name, named=either([iris[at] for at in exact[:3]]))
    near = get_close_matches(key(name), sorted({key(iri) for iri in iris}), n=3, cutoff=0.4)
    remedy = did_you_mean(near) if near else told("name-by-key", wanted=wanted)
    raise QueryError(missing, remedy=remedy, name=name)


def uses_of(
    pairs: Iterable[tuple[str, str]],
    plan_of: Mapping[str, str],
    *,
    plans: Iterable[Plan] = (),
    release: str = "",
    as_of: date | None = None,
) -> Uses:
    """The matrix of the given statements of use.

    ``pairs`` are (work, instrument), where a work is an action of ``plan_of`` or a plan; others are left
    out. ``plan_of`` names every action with its plan, with or without an instrument: n counts them all. An
    action that is its own plan has none. Of a plan not among ``plans`` the number of measures is unknown.

    >>> uses = uses_of([("a", "U"), ("a", "K"), ("p", "U")], {"a": "p", "b": "p"})
    >>> uses.basis.n, uses.basis.annotated, uses.instruments, uses.own.counts.tolist()
    (2, 1, ('K', 'U'), [0, 1])
    """
    known = {plan.iri: plan for plan in plans}
    known |= {iri: Plan(iri, is_plan=iri not in plan_of) for iri in plan_of.values() if iri not in known}
    actions, names = sorted(plan_of), sorted(known)
    row, place = {iri: at for at, iri in enumerate(actions)}, {iri: at for at, iri in enumerate(names)}
    stated = sorted({(work, one) for work, one in pairs if work in row or work in place})
    instruments = sorted({one for _, one in stated})
    table = _incidence(stated, row, instruments)
    basis = Basis(len(actions), int(np.count_nonzero(table.sizes)), _number(known.values()), release, as_of)
    return Uses(
        tuple(actions),
        tuple(known[iri] for iri in names),
        np.array([place[plan_of[iri]] for iri in actions], dtype=np.int64),
        tuple(instruments),
        table,
        _incidence(stated, place, instruments),
        basis,
    )


def limited(uses: Uses, kept: AbstractSet[tuple[str, str]]) -> Uses:
    """The same actions and plans with only some of the (work, instrument), and the basis of all.

    >>> both = uses_of([("a", "U"), ("a", "K")], {"a": "p"})
    >>> statements(limited(both, {("a", "K")})), limited(both, set()).basis.annotated
    ([('a', 'K')], 1)
    """
    home = {action: uses.plans[int(at)].iri for action, at in zip(uses.actions, uses.plan_of, strict=True)}
    pairs = [pair for pair in statements(uses) if pair in kept]
    return replace(uses_of(pairs, home, plans=uses.plans), basis=uses.basis)


def _number(plans: Iterable[Plan]) -> int:
    return sum(plan.is_plan for plan in plans)


def _incidence(stated: list[tuple[str, str]], rows: Mapping[str, int], instruments: list[str]) -> Incidence:
    columns = {iri: at for at, iri in enumerate(instruments)}
    places = [(rows[work], columns[one]) for work, one in stated if work in rows]
    return Incidence.of([a for a, _ in places], [i for _, i in places], shape=(len(rows), len(instruments)))


def statements(uses: Uses) -> list[tuple[str, str]]:
    """Every (work, instrument), the actions' first."""
    works = [uses.actions[at] for at in uses.table.rows] + [uses.plans[at].iri for at in uses.own.rows]
    columns = np.concatenate([uses.table.columns, uses.own.columns])
    return [(work, uses.instruments[at]) for work, at in zip(works, columns, strict=True)]
