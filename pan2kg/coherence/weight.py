"""What two works share, in bits: the weight of a pair, all pairs of plans, all pairs of actions.

Two plans meet in the texts both name. A text weighs more the fewer plans name it, and as much as
the weaker of the two ties: carried out 1, served ½, only mentioned ¼. Everything is computed from
uses and the steps of the tree, each with its level of evidence.
"""

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set as AbstractSet
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np

from pan2kg.coherence import HEADLINE, Level, Works, firmest, texts
from pan2kg.coherence.standing import Standing
from pan2kg.coherence.texts import Bools, Floats, Incidence, Indices, Ints, Use, Weights
from pan2kg.errors import FormatError
from pan2kg.project import Project, read_text

CLASSES: Final = ((0.25, texts.MENTIONS), (0.25, texts.SERVES), (0.5, texts.CARRIES_OUT))
"""(δ, θ): min(x, y) = Σ δ·[x ≥ θ]·[y ≥ θ] for x and y in {0, ¼, ½, 1}, so that three sparse products do."""
HUB: Final = 500
"""A text in no more actions than these links every two of them, however many such texts there are."""
LINKED: Final = 5_000_000
"""A text in more actions does so too, as long as all texts up to it join no more pairs of actions than these."""


def widest(sizes: Ints) -> int:
    """In how many actions a text may be to link every two of them by itself, from the numbers of actions of all texts.

    What is left out then is measured by what it would cost, and not by a number of actions that is
    large in one graph and common in another; it counts in full in every pair that is linked by
    something else, and between plans.
    """
    ascending = np.sort(sizes)
    over = ascending[np.cumsum(ascending * (ascending - 1) // 2) > LINKED]
    within = ascending[ascending < over[0]] if len(over) else ascending
    return max(HUB, int(within[-1]) if len(within) else 0)


@dataclass(frozen=True, slots=True, eq=False)
class TextTies:
    """r[x,t] in {¼, ½, 1} for rows of works and columns of texts: ``share`` of each one of ``table``.

    ``firm`` is the firmest level, as a number, at which the row reaches the text at all.
    """

    table: Incidence
    share: Floats
    firm: Ints

    @classmethod
    def of(
        cls,
        named: Iterable[tuple[int, Use]],
        place: Mapping[str, int],
        above: Ints,
        step: Ints,
        height: int,
    ) -> "TextTies":
        pairs = [(row, place[use.text], use.share, int(use.level or 0)) for row, use in named]
        rows, columns, share, level = np.array(pairs, dtype=np.float64).reshape(-1, 4).T
        rows = rows.astype(np.int64)
        columns = columns.astype(np.int64)
        level = level.astype(np.int64)
        climbed = [(rows, columns, share, level)]
        while len(columns):
            inner = above[columns] >= 0
            level = np.maximum(level[inner], step[columns[inner]])
            rows = rows[inner]
            columns = above[columns[inner]]
            share = share[inner]
            climbed.append((rows, columns, share, level))
        rows, columns, share, level = (np.concatenate(side) for side in zip(*climbed, strict=True))
        width = len(above)
        keys, place_of = np.unique(rows * width + columns, return_inverse=True)
        greatest = np.zeros(len(keys))
        firm = np.full(len(keys), int(Level.MACHINE), dtype=np.int64)
        np.maximum.at(greatest, place_of, share)
        np.minimum.at(firm, place_of, level)
        return cls(
            Incidence.of(*np.divmod(keys, max(width, 1)), shape=(height, width)), greatest, firm
        )

    def row(self, index: int) -> dict[int, tuple[float, Level]]:
        run = slice(int(self.table.starts[index]), int(self.table.starts[index + 1]))
        columns, shares, levels = (
            side[run].tolist() for side in (self.table.columns, self.share, self.firm)
        )
        return {
            text: (r, _LEVELS[firm]) for text, r, firm in zip(columns, shares, levels, strict=True)
        }

    def stacked(self, wanted: Bools | None = None) -> Incidence:
        width = self.table.width
        rows = []
        columns = []
        for k, (_, theta) in enumerate(CLASSES):
            is_class = self.share >= theta if wanted is None else wanted & (self.share >= theta)
            rows.append(self.table.rows[is_class])
            columns.append(self.table.columns[is_class] + k * width)
        return Incidence.of(
            np.concatenate(rows), np.concatenate(columns), shape=(self.table.height, 3 * width)
        )


_LEVELS: Final = {int(level): level for level in Level}


def _gains(weights: Weights) -> Floats:
    return np.concatenate([delta * weights.gain for delta, _ in CLASSES])


@dataclass(frozen=True, slots=True, eq=False)
class Potential:
    """What works share at one level: the rows of actions, of what plans say of themselves, and of whole plans.

    ``founded`` is plans × texts: the root texts of which it is known, at any level but a machine's,
    that the plan carries them out. Such a text does not link the actions of the plan with
    everybody. Like the weights it does not depend on the level of the figures: else a pair of
    actions could be specific according to the plans, and no longer so once others say what one of
    them is founded on. ``read`` names the works that were read in full for texts; ``home`` gives
    for each action the index of its plan, ``index`` the row of each plan among plans and of each
    action among actions.
    """

    works: Works
    weights: Weights
    level: Level
    actions: TextTies
    own: TextTies
    plans: TextTies
    names: tuple[str, ...]
    home: Ints
    read: frozenset[str]
    founded: Incidence
    index: Mapping[str, int]
    rows: dict[str, dict[int, tuple[float, Level]]] = field(default_factory=dict, repr=False)

    def row(self, work: str) -> Mapping[int, tuple[float, Level]]:
        if work not in self.rows:
            ties = self.actions if work in self.works.home else self.plans
            self.rows[work] = ties.row(self.index[work])
        return self.rows[work]

    def specific(self) -> Bools:
        table = self.actions.table
        width = len(self.weights.texts)
        is_founded = np.zeros((self.founded.height, width), dtype=np.bool_)
        is_founded[self.founded.rows, self.founded.columns] = True
        return ~(
            is_founded[self.home[table.rows], table.columns] | self.weights.general[table.columns]
        )


def potential(
    works: Works,
    weights: Weights,
    uses: Iterable[Use],
    *,
    at: Level = HEADLINE,
    read: AbstractSet[str] = frozenset(),
) -> Potential:
    names = works.actions
    plan = {iri: row for row, iri in enumerate(works.plans)}
    action = {iri: row for row, iri in enumerate(names)}
    place = {text: column for column, text in enumerate(weights.texts)}
    uses_there = [use for use in uses if use.counts(Level.EDITORS) and use.text in place]
    own_uses = [(plan[use.work], use) for use in uses_there if use.work in plan]
    carried = TextTies.of(own_uses, place, weights.above, weights.step, len(plan))
    by_actions = [
        (action[use.work], use) for use in uses_there if use.work in action and use.counts(at)
    ]
    by_plans = [(row, use) for row, use in own_uses if use.counts(at)]
    home = np.array([plan[works.home[name]] for name in names], dtype=np.int64)
    above = np.where(weights.step <= at, weights.above, -1)
    whole = [*((int(home[row]), use) for row, use in by_actions), *by_plans]
    ties = [
        TextTies.of(uses_of, place, above, weights.step, height)
        for uses_of, height in ((by_actions, len(names)), (by_plans, len(plan)), (whole, len(plan)))
    ]
    is_root = weights.above[carried.table.columns] < 0
    founded = carried.table.keep(is_root & (carried.share >= texts.CARRIES_OUT))
    return Potential(
        works,
        weights,
        at,
        ties[0],
        ties[1],
        ties[2],
        names,
        home,
        frozenset(read),
        founded,
        plan | action,
    )


class Contribution(NamedTuple):
    """What one text gives to a pair: min(one, two) · gain bits, on the word of the weaker side.

    ``is_broad``: a general text, or for two actions the foundation of one of their plans, which is
        shown apart.
    """

    text: str
    one: float
    two: float
    gain: float
    level: Level
    is_broad: bool
    bits: float


class Weight(NamedTuple):
    """A pair of works: what documents establish, what it could become, and what gives it.

    ``low`` ≤ ``high`` in bits; ``broad`` through general texts only. For two actions ``low`` is
    what is specific, without the foundations of their plans, and ``broad`` the rest. ``is_open``:
    neither side was read in full, so texts unread in both could add more; otherwise ``high`` is a
    true upper bound. ``level`` is that of the best text, None where none is shared. ``settled`` is
    the part of ``high`` that is established, None where all is open; ``texts`` are those specific
    to the two; ``meets`` says no only where nothing is left to be read.
    """

    one: str
    two: str
    low: float
    high: float
    broad: float
    is_open: bool
    level: Level | None
    contributions: tuple[Contribution, ...] = ()

    settled: float | None = None
    texts: tuple[str, ...] = ()
    meets: Standing = Standing.UNREAD


def weight(shares: Potential, work_a: str, work_b: str) -> Weight:
    """What two works share, in bits: at least, at most, and through general texts; text by text.

    low = Σ min(r_A, r_B)·gain over the texts both reach, without general ones and, of two actions,
    without what either plan is founded on; those make up broad. high = Σ min(x, y)·gain with x =
    r_X where X was read in full, else max(r_X, r_Y).
    """
    weights = shares.weights
    apart = _apart(shares, work_a, work_b)
    ties_a = shares.row(work_a)
    ties_b = shares.row(work_b)
    contributions = []
    for text in sorted(ties_a.keys() & ties_b.keys()):
        r_a, level_a = ties_a[text]
        r_b, level_b = ties_b[text]
        gain = float(weights.gain[text])
        values = r_a, r_b, gain, max(level_a, level_b), bool(apart[text]), min(r_a, r_b) * gain
        contributions.append(Contribution(weights.texts[text], *values))
    contributions.sort(key=lambda share: (-share.bits, share.text))
    precise = [share for share in contributions if not share.is_broad]
    low = sum(share.bits for share in precise)
    broad = sum(share.bits for share in contributions if share.is_broad)
    of_a = _specific_bits(weights, ties_a, apart)
    of_b = _specific_bits(weights, ties_b, apart)
    is_unread = work_a not in shares.read and work_b not in shares.read
    if is_unread:
        high = of_a + of_b - low
    elif work_b not in shares.read:
        high = of_a
    elif work_a not in shares.read:
        high = of_b
    else:
        high = low
    settled: float | None = 1.0
    if high > 0:
        settled = low / high
    elif is_unread:
        settled = None
    if low > 0:
        meets = Standing.STATED
    elif high <= 0 and not is_unread:
        meets = Standing.ABSENT
    else:
        meets = Standing.UNREAD
    return Weight(
        work_a,
        work_b,
        low,
        high,
        broad,
        is_unread,
        firmest(share.level for share in precise if share.bits > 0),
        tuple(contributions),
        settled,
        tuple(share.text for share in precise if share.bits > 0),
        meets,
    )


def _apart(shares: Potential, work_a: str, work_b: str) -> Bools:
    # the texts that tell two works from no others: general ones, and what either plan of two
    # actions is founded on
    home = shares.works.home
    if work_a not in home or work_b not in home:
        return shares.weights.general
    apart = shares.weights.general.copy()
    for plan in (home[work_a], home[work_b]):
        apart[shares.founded.row(shares.index[plan])] = True
    return apart


def _specific_bits(
    weights: Weights, ties: Mapping[int, tuple[float, Level]], apart: Bools
) -> float:
    # what a work would share with one that reaches all its texts as firmly
    gain = weights.gain
    return sum(r * float(gain[text]) for text, (r, _) in ties.items() if not apart[text])


class Pairs(NamedTuple):
    one: Indices
    two: Indices
    low: Floats
    broad: Floats

    def named(self, names: Sequence[str]) -> Iterator[tuple[str, str, float, float]]:
        ends = ([names[row] for row in side.tolist()] for side in (self.one, self.two))
        return zip(*ends, self.low.tolist(), self.broad.tolist(), strict=True)


def plan_pairs(shares: Potential) -> Pairs:
    table = shares.plans.stacked()
    gains = _gains(shares.weights)
    height = len(shares.works.plans)
    is_general = np.tile(shares.weights.general, 3)[table.columns]
    sides = []
    for wanted in (~is_general, is_general):
        lower, upper, bits = texts.cells(table.keep(wanted), gains)
        sides.append((lower.astype(np.int64) * height + upper, bits))
    keys = np.union1d(sides[0][0], sides[1][0])
    low = np.zeros(len(keys))
    broad = np.zeros(len(keys))
    for values, (pair, bits) in zip((low, broad), sides, strict=True):
        values[np.searchsorted(keys, pair)] = bits
    lower, upper = (side.astype(np.int32) for side in np.divmod(keys, max(height, 1)))
    return Pairs(lower, upper, low, broad)


@lru_cache(maxsize=8)  # asked for each pair of plans
def plan_levels(shares: Potential) -> dict[tuple[str, str], Level]:
    ties = shares.plans
    plans = shares.works.plans
    columns = ties.table.columns
    weighing = ~shares.weights.general[columns] & (shares.weights.gain[columns] > 0)
    levels: dict[tuple[str, str], Level] = {}
    for level in reversed([level for level in Level if level <= shares.level]):
        lower, upper, _ = texts.cells(ties.table.keep(weighing & (ties.firm <= level)))
        pairs = ((plans[a], plans[b]) for a, b in zip(lower.tolist(), upper.tolist(), strict=True))
        levels.update(dict.fromkeys(((min(pair), max(pair)) for pair in pairs), level))
    return levels


def action_pairs(shares: Potential) -> Pairs:
    """All pairs of actions of two plans that share any text: ``low`` what is specific, ``broad`` what is general.

    General are general texts and the foundations of either plan; only what is specific makes a
    link. A text more actions use than :func:`widest` says makes no pair by itself, and counts in
    full in every pair that is here. Costs Σ d² over the other texts, in blocks, so that the memory
    stays bounded.

    Source: Newman, M. E. J. (2010). Networks, §6.6 (one-mode projection). Oxford University Press;
    min(x, y) over classes as a sum of products of indicators.
    """
    sizes = shares.actions.table.counts
    gains = _gains(shares.weights)
    is_specific = shares.specific()
    table = shares.actions.stacked()
    specific = shares.actions.stacked(is_specific)
    broad_table = shares.actions.stacked(~is_specific)
    narrow = table.keep(~np.tile(sizes > widest(sizes), 3)[table.columns])
    lower, upper, whole = texts.cells(narrow, gains)
    is_linked = (shares.home[lower] != shares.home[upper]) & (whole > 0)
    lower = lower[is_linked]
    upper = upper[is_linked]
    # not specific on one side at least is apart · all + specific · apart: a sum of what is ≥ 0,
    # without residues
    broad = texts.common(broad_table, gains, lower, upper, other=table)
    broad += texts.common(specific, gains, lower, upper, other=broad_table)
    return Pairs(lower, upper, texts.common(specific, gains, lower, upper), broad)


class Unsaid(NamedTuple):
    """A text that ``naming`` of the ``annotated`` actions of a plan name, and the plan not of itself."""

    plan: str
    text: str
    naming: int
    annotated: int


def unsaid(shares: Potential) -> tuple[Unsaid, ...]:
    """The texts that half of the annotated actions of a plan name, or more, and that it does not say of itself.

    A question to the editors, no figure. Annotated are the actions with any text; at least two, as
    one says nothing of a plan. Only a text the plan carries out by its own words is said.
    """
    table = shares.actions.table
    stated = shares.own
    plans = shares.works.plans
    annotated = np.bincount(shares.home[table.sizes > 0], minlength=len(plans))
    naming = np.zeros((len(plans), table.width), dtype=np.int64)
    np.add.at(naming, (shares.home[table.rows], table.columns), 1)
    carried = stated.table.keep(stated.share >= texts.CARRIES_OUT)
    naming[carried.rows, carried.columns] = 0
    rows, columns = np.nonzero(
        (naming * 2 >= annotated[:, None]) & (naming > 0) & (annotated[:, None] > 1)
    )
    return tuple(
        Unsaid(
            plans[plan], shares.weights.texts[text], int(naming[plan, text]), int(annotated[plan])
        )
        for plan, text in zip(rows.tolist(), columns.tolist(), strict=True)
    )


# Where plans meet, from columns of numbers alone: one SQL text, which DuckDB runs here and Spark on
# many machines

PlanPair = tuple[str, str, float, float, int]
"""Two plans by IRI, the bits they share specifically and through general texts, and their linked pairs of actions."""


def choice(at: Level = HEADLINE, hub: int = HUB, linked: int = LINKED) -> str:
    return f"SELECT {int(at)} AS level, {hub} AS hub, {linked} AS linked"


def pairs_of_plans(
    tables: Mapping[str, object], at: Level = HEADLINE, *, hub: int = HUB, linked: int = LINKED
) -> list[PlanPair]:
    """What plans share at a level, and how many pairs of their actions a specific text links.

    ``tables`` are plans, texts, paths and uses, as Arrow tables or whatever else DuckDB scans. The
    figures are those of :func:`plan_pairs`, and of :func:`action_pairs` with something specific.
    """
    try:
        import duckdb
    except ImportError:
        raise FormatError("needs-extra", remedy="install-extra", extra="parquet") from None
    # without a folder of its own it would write what memory does not hold into the current one
    settings: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "temp_directory": tempfile.gettempdir(),
    }
    with duckdb.connect(":memory:", config=settings) as connection:
        for name, table in tables.items():
            connection.register(name, table)
        connection.execute(f"CREATE VIEW choice AS {choice(at, hub, linked)}")
        return connection.execute(
            read_text(Project.packaged().queries / "columns" / "pairs-of-plans.sql")
        ).fetchall()
