"""What two works share, in bits: the weight of a pair, all pairs of plans, all pairs of actions.

Two plans meet in the texts both name. A text weighs more the fewer plans name it, and as much as the weaker of the
two ties: carried out 1, served ½, only mentioned ¼. Everything is computed from uses and the steps of the tree, each
with its level of evidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from pan2kg.coherence.evidence import HEADLINE, Level, counts, firmest
from pan2kg.coherence.matrix import Bools, Floats, Incidence, Indices, Ints, cells, common, overlaps
from pan2kg.coherence.texts import CARRIES_OUT, MENTIONS, SERVES, Use, Weights, Works

CLASSES: Final = ((0.25, MENTIONS), (0.25, SERVES), (0.5, CARRIES_OUT))
"""(δ, θ): min(x, y) = Σ δ·[x ≥ θ]·[y ≥ θ] for x and y in {0, ¼, ½, 1}, so that three sparse products do."""

Texts = tuple[dict[int, float], dict[int, Level]]
"""The texts of a work by their places, with r, and with the firmest level at which it reaches them."""

HUB: Final = 500
"""A text in no more actions than these links every two of them, however many such texts there are."""
LINKED: Final = 5_000_000
"""A text in more actions does so too, as long as all texts up to it join no more pairs of actions than these."""


def widest(counts: Ints) -> int:
    """In how many actions a text may be to link every two of them by itself, from the numbers of actions of all texts.

    What is left out then is measured by what it would cost, and not by a number of actions that is large in one graph
    and common in another; it counts in full in every pair that is linked by something else, and between plans.

    >>> widest(np.array([600, 20])), widest(np.array([600, 3000, 9000])), widest(np.array([500] * 1000))
    (600, 3000, 500)
    """
    sizes = np.sort(counts)
    over = sizes[np.cumsum(sizes * (sizes - 1) // 2) > LINKED]
    within = sizes[sizes < over[0]] if len(over) else sizes
    return max(HUB, int(within[-1]) if len(within) else 0)


@dataclass(frozen=True, slots=True, eq=False)
class Ties:
    """r[x,t] in {¼, ½, 1} for rows of works and columns of texts: ``reached[k]`` has a one where r ≥ θ_k.

    ``firm`` is the firmest level, as a number, at which the row reaches the text at all, in the order of the places
    of ``reached[0]``.
    """

    reached: tuple[Incidence, Incidence, Incidence]
    firm: Ints

    def row(self, at: int) -> dict[int, float]:
        """The texts of one row with r."""
        found: dict[int, float] = {}
        for (_, theta), table in zip(CLASSES, self.reached, strict=True):
            found |= dict.fromkeys(table.row(at).tolist(), theta)
        return found

    def levels(self, at: int) -> dict[int, Level]:
        """The texts of one row with the firmest level at which it reaches them."""
        table = self.reached[0]
        run = slice(int(table.starts[at]), int(table.starts[at + 1]))
        pairs = zip(table.columns[run].tolist(), self.firm[run].tolist(), strict=True)
        return {text: Level(level) for text, level in pairs}

    def stacked(self, wanted: Sequence[Bools] | None = None) -> Incidence:
        """The three tables side by side, so that one product of weighted incidences is the sum of all three."""
        width = self.reached[0].width
        rows, columns = [], []
        for k, table in enumerate(self.reached):
            keep = slice(None) if wanted is None else wanted[k]
            rows.append(table.rows[keep])
            columns.append(table.columns[keep] + k * width)
        shape = (self.reached[0].height, 3 * width)
        return Incidence.of(np.concatenate(rows), np.concatenate(columns), shape=shape)


@dataclass(frozen=True, slots=True, eq=False)
class Potential:
    """What works share at one level: the rows of actions, of what plans say of themselves, and of whole plans.

    ``read`` names the works that were read in full for texts; ``home`` gives for each action the index of its plan.
    ``founded`` is plans × texts: what a plan is founded on, whatever the level, see :func:`foundations`.
    """

    works: Works
    weights: Weights
    level: Level
    actions: Ties
    own: Ties
    plans: Ties
    names: tuple[str, ...]
    home: Ints
    read: frozenset[str]
    founded: Incidence


def potential(
    works: Works,
    weights: Weights,
    uses: Iterable[Use],
    *,
    at: Level = HEADLINE,
    read: AbstractSet[str] = frozenset(),
) -> Potential:
    """What works share at a level: only uses and steps that are as firm or firmer.

    >>> from pan2kg.coherence.texts import weigh
    >>> works = Works(("p", "q"), {"a": "p", "b": "q"})
    >>> uses = [Use("a", "K", 1.0, Level.PLAN), Use("b", "K", 0.25, Level.OTHER)]
    >>> made = potential(works, weigh(works, uses), uses, at=Level.OTHER)
    >>> round(weight(made, "p", "q").low, 6), weight(made, "p", "q").level
    (0.103759, <Level.OTHER: 3>)
    """
    uses = tuple(uses)
    names = works.actions
    plan = {iri: at for at, iri in enumerate(works.plans)}
    row = {iri: at for at, iri in enumerate(names)}
    place = {text: at for at, text in enumerate(weights.texts)}
    known = [use for use in uses if use.share > 0 and counts(use.level, at) and use.text in place]
    above = np.where(weights.step <= at, weights.above, -1)
    done = [(row[use.work], use) for use in known if use.work in row]
    said = [(plan[use.work], use) for use in known if use.work in plan]
    home = np.array([plan[works.home[name]] for name in names], dtype=np.int64)
    whole = [*((int(home[a]), use) for a, use in done), *said]

    def ties(rows: list[tuple[int, Use]], height: int) -> Ties:
        return _ties(rows, place, above, weights.step, height)

    carried = [
        (plan[use.work], use)
        for use in uses
        if use.work in plan and use.text in place and use.share > 0 and counts(use.level, Level.EDITORS)
    ]
    founded = _ties(carried, place, weights.above, weights.step, len(plan)).reached[2]

    return Potential(
        works, weights, at, ties(done, len(names)), ties(said, len(plan)), ties(whole, len(plan)), names, home,
        frozenset(read), founded.keep(weights.above[founded.columns] < 0),
    )  # fmt: skip


def _ties(given: list[tuple[int, Use]], place: Mapping[str, int], above: Ints, step: Ints, height: int) -> Ties:
    """The rows of uses with every node above, at the greatest class and the firmest level of the ways there."""
    rows = np.array([at for at, _ in given], dtype=np.int64)
    columns = np.array([place[use.text] for _, use in given], dtype=np.int64)
    share = np.array([use.share for _, use in given], dtype=np.float64)
    level = np.array([use.level or 0 for _, use in given], dtype=np.int64)
    parts = [(rows, columns, share, level)]
    while len(columns):
        inner = above[columns] >= 0
        level = np.maximum(level[inner], step[columns[inner]])
        rows, columns, share = rows[inner], above[columns[inner]], share[inner]
        parts.append((rows, columns, share, level))
    rows, columns, share, level = (np.concatenate([part[k] for part in parts]) for k in range(4))
    shape = (height, len(above))
    reached = [Incidence.of(rows[share >= t], columns[share >= t], shape=shape) for _, t in CLASSES]
    keys, at = np.unique(rows * shape[1] + columns, return_inverse=True)
    firm = np.full(len(keys), int(Level.MACHINE), dtype=np.int64)
    np.minimum.at(firm, at, level)
    return Ties((reached[0], reached[1], reached[2]), firm)


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one text gives to a pair: min(one, two) · gain bits, on the word of the weaker side.

    ``is_broad``: a general text, or for two actions the foundation of one of their plans, which is shown apart.
    """

    text: str
    one: float
    two: float
    gain: float
    level: Level
    is_broad: bool

    @property
    def bits(self) -> float:
        """min(r_X, r_Y) · gain, ≥ 0."""
        return min(self.one, self.two) * self.gain


@dataclass(frozen=True, slots=True)
class Weight:
    """A pair of works: what documents establish, what it could become, and what gives it.

    ``low`` ≤ ``high`` in bits; ``broad`` through general texts only. For two actions ``low`` is what is specific,
    without the foundations of their plans, and ``broad`` the rest. ``is_open``: neither side was read in full, so
    texts unread in both could add more; otherwise ``high`` is a true upper bound. ``level`` is that of the best
    text, None where none is shared.
    """

    one: str
    two: str
    low: float
    high: float
    broad: float
    is_open: bool
    level: Level | None
    contributions: tuple[Contribution, ...] = ()

    @property
    def settled(self) -> float | None:
        """low/high in [0,1]; 1 where nothing is to be known and one side is read; None where neither is."""
        if self.high > 0:
            return self.low / self.high
        return None if self.is_open else 1.0


def weight(made: Potential, one: str, two: str) -> Weight:
    """The weight of a pair of plans, or of two actions, with the contributions, the greatest first.

    Raises:
        KeyError: a work that is neither plan nor action of a plan.
    """
    return Weighing(made).weight(one, two)


@dataclass(frozen=True, slots=True)
class Weighing:
    """The weights of many pairs, for which the row of each work is read once; to be thrown away afterwards."""

    made: Potential
    rows: dict[str, Texts] = field(default_factory=dict)

    def weight(self, one: str, two: str) -> Weight:
        """What :func:`weight` gives of a pair.

        Raises:
            KeyError: a work that is neither plan nor action of a plan.
        """
        for work in (one, two):
            if work not in self.rows:
                self.rows[work] = _row(self.made, work)
        return _weighed(self.made, (one, two), self.rows[one], self.rows[two])


def _weighed(made: Potential, pair: tuple[str, str], left: Texts, right: Texts) -> Weight:
    one, two = pair
    gain, general = made.weights.gain, made.weights.general
    apart = general | _founded(made, one, two)
    shared = sorted(left[0].keys() & right[0].keys())
    parts = [
        Contribution(
            made.weights.texts[t], left[0][t], right[0][t], float(gain[t]),
            max(left[1][t], right[1][t]), bool(apart[t]),
        )
        for t in shared
    ]  # fmt: skip
    parts.sort(key=lambda part: (-part.bits, part.text))
    low = sum(part.bits for part in parts if not part.is_broad)
    full = one in made.read, two in made.read
    sums = [sum(r * float(gain[t]) for t, r in side[0].items() if not apart[t]) for side in (left, right)]
    high = _high(low, sums[0], sums[1], full)
    broad = sum(part.bits for part in parts if part.is_broad)
    level = firmest(part.level for part in parts if not part.is_broad and part.bits > 0)
    return Weight(one, two, low, high, broad, not any(full), level, tuple(parts))


def _high(low: float, one: float, two: float, full: tuple[bool, bool]) -> float:
    """Σ min(x, y)·gain with x = r_X where X was read in full, else max(r_X, r_Y); from the sums of both sides."""
    if all(full):
        return low
    if any(full):
        return one if full[0] else two
    return one + two - low


def texts_of(made: Potential, work: str) -> dict[str, float]:
    """The texts a plan with its actions, or an action, reaches, with r in {¼, ½, 1}.

    Raises:
        KeyError: a work that is neither plan nor action of a plan.
    """
    return {made.weights.texts[t]: r for t, r in _row(made, work)[0].items()}


def own_texts(made: Potential, plan: str) -> dict[str, float]:
    """The texts a plan names of itself, and those above them, with r in {¼, ½, 1}."""
    return {made.weights.texts[t]: r for t, r in made.own.row(made.works.plans.index(plan)).items()}


def _row(made: Potential, work: str) -> Texts:
    for ties, names in ((made.plans, made.works.plans), (made.actions, made.names)):
        if work in names:
            at = names.index(work)
            return ties.row(at), ties.levels(at)
    raise KeyError(work)


def _founded(made: Potential, one: str, two: str) -> Bools:
    """Which texts the plan of either action is founded on; none for plans."""
    found = np.zeros(len(made.weights.texts), dtype=np.bool_)
    if {one, two} <= made.works.home.keys():
        for plan in (made.works.home[one], made.works.home[two]):
            found[made.founded.row(made.works.plans.index(plan))] = True
    return found


def foundations(made: Potential) -> Incidence:
    """Plans × texts: the root texts of which it is known, at any level but a machine's, that the plan carries them out.

    Such a text does not link the actions of the plan with everybody; a provision of it is as precise as any. Like the
    weights it does not depend on the level of the figures: else a pair of actions could be specific according to the
    plans, and no longer so once others say what one of them is founded on, and figures would not grow with the level.
    """
    return made.founded


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Pairs of rows ``one`` < ``two`` with what they share in bits: ``low`` (specific) and ``broad`` (general)."""

    one: Indices
    two: Indices
    low: Floats
    broad: Floats
    hubs: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.one)


def plan_pairs(made: Potential) -> Pairs:
    """All pairs of plans that share a text, by the three sparse products δ·B diag(gain) Bᵀ.

    >>> from pan2kg.coherence.texts import weigh
    >>> works = Works(("p", "q"), {})
    >>> uses = [Use("p", "K", 1.0, Level.PLAN), Use("q", "K", 0.5, Level.PLAN)]
    >>> found = plan_pairs(potential(works, weigh(works, uses), uses))
    >>> found.one.tolist(), found.two.tolist(), found.low.round(6).tolist()
    ([0], [1], [0.207519])
    """
    table, gains = made.plans.stacked(), _gains(made.weights)
    general = np.tile(made.weights.general, 3)[table.columns]
    low, broad = (_summed(table.keep(wanted), gains) for wanted in (~general, general))
    keys = np.union1d(low[0], broad[0])
    values = np.zeros((2, len(keys)))
    for at, (found, bits) in enumerate((low, broad)):
        values[at, np.searchsorted(keys, found)] = bits
    one, two = (part.astype(np.int32) for part in np.divmod(keys, max(table.height, 1)))
    return Pairs(one, two, values[0], values[1])


def _summed(table: Incidence, gains: Floats) -> tuple[Ints, Floats]:
    """The pairs of rows that share anything, as one · height + two ascending, and how much."""
    one, two, bits = cells(table, gains)
    return one.astype(np.int64) * table.height + two, bits


def _gains(weights: Weights) -> Floats:
    """δ_k · gain for the three tables side by side."""
    made: Floats = np.concatenate([delta * weights.gain for delta, _ in CLASSES])
    return made


def _specific(made: Potential) -> list[Bools]:
    """For each of the three tables of actions: which places are no general text and no foundation of the own plan."""
    width = len(made.weights.texts)
    founded = foundations(made)
    marked = np.zeros((founded.height, width), dtype=np.bool_)
    marked[founded.rows, founded.columns] = True
    return [
        ~(marked[made.home[table.rows], table.columns] | made.weights.general[table.columns])
        for table in made.actions.reached
    ]


def linked_actions(made: Potential, *, hub: int | None = None) -> Pairs:
    """All pairs of actions of two plans that share a specific text, with what they share; ``broad`` is left at 0.

    A text more than ``hub`` actions use, else one wider than :func:`widest`, makes no pair by itself, and counts in
    full in every pair that is here.
    Costs Σ d² over the other texts, in blocks, so that the memory stays bounded.

    Source: Newman, M. E. J. (2010). Networks, §6.6 (one-mode projection). Oxford University Press; min(x, y) over
    classes as a sum of products of indicators.

    Raises:
        ValueError: ``hub`` is below 2.
    """
    hub = widest(made.actions.reached[0].counts) if hub is None else hub
    if hub < 2:
        raise ValueError("hub must be at least 2")
    table, gains = made.actions.stacked(_specific(made)), _gains(made.weights)
    wide = np.tile(made.actions.reached[0].counts > hub, 3)[table.columns]
    narrow, hubs = table.keep(~wide), table.keep(wide)
    parts = []
    for one, two, low in overlaps(narrow, gains):
        apart = made.home[one] != made.home[two]
        a, b, bits = one[apart], two[apart], low[apart]
        parts.append((a, b, bits + common(hubs, gains, a, b) if len(hubs.columns) else bits))
    names = tuple(made.weights.texts[t] for t in np.flatnonzero(made.actions.reached[0].counts > hub))
    if not parts:
        return Pairs(np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0), np.zeros(0), names)
    a, b, bits = map(np.concatenate, zip(*parts, strict=True))
    return Pairs(a, b, bits, np.zeros(len(a)), names)


def action_pairs(made: Potential) -> Pairs:
    """All pairs of actions of two plans that share any text: ``low`` what is specific, ``broad`` what is general.

    General are general texts and the foundations of either plan; only what is specific makes a link. A text more
    actions use than :func:`widest` says makes no pair by itself.
    """
    hub = widest(made.actions.reached[0].counts)
    wanted, gains = _specific(made), _gains(made.weights)
    table, specific = made.actions.stacked(), made.actions.stacked(wanted)
    narrow = table.keep(~np.tile(made.actions.reached[0].counts > hub, 3)[table.columns])
    one, two, whole = cells(narrow, gains)
    kept = (made.home[one] != made.home[two]) & (whole > 0)
    a, b = one[kept], two[kept]
    other = made.actions.stacked([~mask for mask in wanted])
    # Not specific on one side at least is apart · all + specific · apart: a sum of what is ≥ 0, without residues.
    broad = common(other, gains, a, b, other=table) + common(specific, gains, a, b, other=other)
    return Pairs(a, b, common(specific, gains, a, b), broad)


def unsaid(made: Potential) -> tuple[tuple[str, str, int, int], ...]:
    """Plan, text, and of how many read actions how many name it: half or more, and the plan does not say so of itself.

    A question to the editors, no figure. Read are the actions with any text; at least two, as one says nothing of a
    plan. Only a text the plan carries out by its own words is said.
    """
    table, many = made.actions.reached[0], len(made.works.plans)
    read = np.bincount(made.home[table.sizes > 0], minlength=many)
    named = np.zeros((many, table.width), dtype=np.int64)
    np.add.at(named, (made.home[table.rows], table.columns), 1)
    said = {(int(p), int(t)) for p, t in zip(made.own.reached[2].rows, made.own.reached[2].columns, strict=True)}
    plans, texts = np.nonzero((named * 2 >= read[:, None]) & (named > 0) & (read[:, None] > 1))
    return tuple(
        (made.works.plans[p], made.weights.texts[t], int(named[p, t]), int(read[p]))
        for p, t in zip(plans.tolist(), texts.tolist(), strict=True)
        if (p, t) not in said
    )
