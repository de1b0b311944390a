"""All linked pairs of actions at once, and the links between plans to write down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pan2kg.coherence.matrix import PART, Floats, Incidence, Indices, Ints, cells, common, gathered, overlaps
from pan2kg.coherence.uses import Uses
from pan2kg.turtle.vocabulary import link_iri

if TYPE_CHECKING:
    from pan2kg.coherence.basis import Basis

HUB = 500
"""Above how many actions an instrument is a hub, if nothing else is said."""


@dataclass(frozen=True, slots=True, eq=False)
class Links:
    """Pairs of actions with a strength above 0: ``one`` < ``two`` as indices, sorted, each pair once.

    ``hubs`` are the instruments that were not projected: a pair that shares nothing else is not here,
    while the strength of every pair that is here counts them in full.
    """

    one: Indices
    two: Indices
    strength: Floats
    hubs: tuple[str, ...]
    basis: Basis

    def __len__(self) -> int:
        return len(self.one)

    def across(self, uses: Uses) -> Links:
        """Only the pairs of different plans."""
        wanted = uses.plan_of[self.one] != uses.plan_of[self.two]
        return Links(self.one[wanted], self.two[wanted], self.strength[wanted], self.hubs, self.basis)

    def parts(self) -> Iterator[Links]:
        """The same pairs in runs, for sums that need not hold them all at once."""
        for at in range(0, len(self), PART):
            run = slice(at, at + PART)
            yield Links(self.one[run], self.two[run], self.strength[run], self.hubs, self.basis)


def between(uses: Uses, links: Links) -> tuple[Ints, Ints, Floats, Floats]:
    """For each linked pair of plans p < q, as p · plans + q ascending: L, Σs and max s.

    >>> from pan2kg.coherence.uses import uses_of
    >>> uses = uses_of([("a", "K"), ("b", "K"), ("c", "L")], {"a": "p", "b": "q", "c": "q"})
    >>> [column.tolist() for column in between(uses, project(uses))]
    [[1], [1], [1.0], [1.0]]
    """
    return gathered(_between(uses, run.across(uses)) for run in links.parts())


def _between(uses: Uses, links: Links) -> tuple[Ints, Floats]:
    one, two = uses.plan_of[links.one], uses.plan_of[links.two]
    return np.minimum(one, two) * len(uses.plans) + np.maximum(one, two), links.strength


def project(uses: Uses, *, hub: int = HUB) -> Links:
    """Every pair with s(a,b) > 0, as in :func:`pan2kg.coherence.strength.strength`, by sparse products.

    N = B·diag(w)·Bᵀ gives Σ_{A∩B} w; with row sums r, s = N / (r_a + r_b − N). Costs Σ d² over the
    instruments that are no hubs: no more than what it finds, and memory stays bounded by blocks.
    An instrument more than ``hub`` actions use makes no pair by itself; the basis announces how many there are.

    Source: Newman, M. E. J. (2010). Networks, §6.6 (one-mode projection). Oxford University Press.

    Raises:
        ValueError: ``hub`` is below 2.

    >>> from pan2kg.coherence.uses import uses_of
    >>> found = project(uses_of([("a", "K"), ("b", "K"), ("c", "L")], {"a": "p", "b": "q", "c": "q"}))
    >>> found.one.tolist(), found.two.tolist(), found.strength.tolist()
    ([0], [1], [1.0])
    """
    if hub < 2:
        raise ValueError("hub must be at least 2")
    wide = uses.table.counts > hub
    narrow = uses.table.keep(~wide[uses.table.columns])
    hubs = uses.table.keep(wide[uses.table.columns])
    sums = uses.table.sums(uses.weights)
    parts = [_strengths(block, hubs, uses.weights, sums) for block in overlaps(narrow, uses.weights)]
    names = tuple(uses.instruments[at] for at in np.flatnonzero(wide))
    basis = uses.basis.also("hub", f"> {hub} actions: {len(names)} instruments not projected") if names else uses.basis
    return Links(_joined([p[0] for p in parts]), _joined([p[1] for p in parts]), _values(parts), names, basis)


def _joined(parts: list[Indices]) -> Indices:
    return np.concatenate(parts) if parts else np.zeros(0, np.int32)


def _values(parts: list[tuple[Indices, Indices, Floats]]) -> Floats:
    return np.concatenate([part[2] for part in parts]) if parts else np.zeros(0)


def _strengths(
    block: tuple[Indices, Indices, Floats], hubs: Incidence, weights: Floats, sums: Floats
) -> tuple[Indices, Indices, Floats]:
    one, two, shared = block
    if len(hubs.columns):
        shared = shared + common(hubs, weights, one, two)
    return one, two, np.minimum(shared / (sums[one] + sums[two] - shared), 1.0)


@dataclass(frozen=True, slots=True)
class SharedLink:
    """A link to write down: its IRI, its ends in the order of their IRIs, and what both rest on.

    ``strength`` and ``bits`` are given for two actions; a link with a plan at an end has none.
    """

    iri: str
    one: str
    two: str
    via: tuple[str, ...]
    strength: float | None
    bits: float | None


def shared_links(uses: Uses, *, hub: int = HUB) -> tuple[SharedLink, ...]:
    """Every pair of works of different plans on the same instrument, as the rule « shared-instrument » has it.

    Works are actions and plans. A pair stands here too when what it shares weighs nothing (strength 0):
    it is shared, and it does not count. Sorted by the two IRIs; one link a pair.

    Source: ``queries/rules/40-shared-instrument.rq``, the definition this must agree with.

    >>> from pan2kg.coherence.uses import uses_of
    >>> [link.via for link in shared_links(uses_of([("a", "K"), ("b", "K")], {"a": "p", "b": "q"}))]
    [('K',)]
    """
    table = uses.table.below(uses.own)
    names = [*uses.actions, *(plan.iri for plan in uses.plans)]
    home = np.concatenate([uses.plan_of, np.arange(len(uses.plans))])
    narrow = table.keep(table.counts[table.columns] <= hub)
    one, two, _ = cells(narrow)
    apart = home[one] != home[two]
    found = [_link(uses, table, names, int(a), int(b)) for a, b in zip(one[apart], two[apart], strict=True)]
    return tuple(sorted(found, key=lambda link: (link.one, link.two)))


def link_rows(uses: Uses, links: Links) -> Iterator[SharedLink]:
    """The pairs of different plans among ``links`` as links to write down.

    >>> from pan2kg.coherence.uses import uses_of
    >>> uses = uses_of([("a", "K"), ("b", "K"), ("c", "L")], {"a": "p", "b": "q", "c": "q"})
    >>> [(row.one, row.two, row.via, row.strength) for row in link_rows(uses, project(uses))]
    [('a', 'b', ('K',), 1.0)]
    """
    names, apart = list(uses.actions), links.across(uses)
    for one, two in zip(apart.one.tolist(), apart.two.tolist(), strict=True):
        yield _link(uses, uses.table, names, one, two)


def _link(uses: Uses, table: Incidence, names: list[str], at: int, other: int) -> SharedLink:
    one, two = sorted((names[at], names[other]))
    common_columns = np.intersect1d(table.row(at), table.row(other), assume_unique=True)
    via = tuple(uses.instruments[i] for i in common_columns)
    if max(at, other) >= len(uses.actions):
        return SharedLink(link_iri("shared-instrument", one, two), one, two, via, None, None)
    shared = float(uses.weights[common_columns].sum())
    whole = float(uses.weights[np.union1d(table.row(at), table.row(other))].sum())
    return SharedLink(
        link_iri("shared-instrument", one, two), one, two, via, shared / whole if whole else 0.0, shared / np.log(2)
    )
