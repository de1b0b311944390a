"""What became of the figures from one state of the graph to another, both on the weights of the earlier.

Texts become commoner as more plans are read, so that figures on each state's own weights would differ where no plan
changed. A release has published its weights; those of another state are computed from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pan2kg.coherence.evidence import FIGURED, HEADLINE
from pan2kg.coherence.figures import figures
from pan2kg.coherence.known import BasisLine, basis_line, known
from pan2kg.coherence.known_tables import read_tables
from pan2kg.coherence.texts import Earlier
from pan2kg.graph.dataset import read_release
from pan2kg.publish.diff.states import graph_name
from pan2kg.store.profile import own_profile, read_profiles
from pan2kg.store.store import LocalStore, is_derived

if TYPE_CHECKING:
    from pan2kg.coherence.figures import Taken
    from pan2kg.coherence.known import Tables
    from pan2kg.publish.diff.states import Change, Side


@dataclass(frozen=True, slots=True)
class Refigured:
    """The figures that changed, each as it was and as it is, at the level of the headline; ``line`` is their basis."""

    line: BasisLine
    changed: tuple[tuple[Taken, Taken], ...]


def refigured(change: Change, earlier: Earlier | None = None) -> Refigured | None:
    """The figures of both states, on the weights ``earlier`` where they were published, else on those of the old one.

    None where a state has no plan, or nothing of what rules derive: without levels of evidence it has no figures.
    """
    old, new = map(_tables, (change.old, change.new))
    if old is None or new is None:
        return None
    scale = earlier or weights_of(old, change.old.name)
    before, after = ({at: known(tables, at, weights=scale) for at in FIGURED} for tables in (old, new))
    pairs = zip(figures(before), figures(after), strict=True)
    changed = [(one, two) for one, two in pairs if _rounded(one) != _rounded(two)]
    return Refigured(basis_line(after[HEADLINE]), tuple(changed))


def weights_of(tables: Tables, name: str) -> Earlier:
    """The weights of a state, as a release of it would publish them; called as the release, else as the state."""
    own = known(tables).potential.weights
    cells = zip(own.texts, own.d.tolist(), own.ic.tolist(), own.gain.tolist(), strict=True)
    return Earlier(tables.release or name, own.n, {text: (d, ic, gain) for text, d, ic, gain in cells})


def _tables(side: Side) -> Tables | None:
    if not any(is_derived(graph_name(quad)) for quad in side.quads):
        return None
    store = LocalStore(ox.Store())
    store.inner.bulk_extend(side.quads)
    said = read_release(store)
    day = date.fromisoformat(said.day) if said.day else None
    home = own_profile(read_profiles(store), None).home_plan
    found = read_tables(store, release=said.number, as_of=day, focus=home)
    return found if found.works.plans else None


def _rounded(taken: Taken) -> list[float | None]:
    # published weights have six decimals: what differs beyond the fifth is no change
    return [None if one is None else round(one, 5) for one in taken.value]
