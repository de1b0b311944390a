"""What two works share, in bits: the weight of a pair, all pairs of plans, all pairs of actions.

Two plans meet in the texts both name. A text weighs more the fewer plans name it, and as much as
the weaker of the two ties: carried out 1, served ½, only mentioned ¼. Everything is computed from
uses and the steps of the tree, each with its level of evidence.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set as AbstractSet
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import NamedTuple

import numpy as np

from pan2kg.coherence import HEADLINE, Level, Works, firmest, texts
from pan2kg.coherence.standing import Standing
from pan2kg.coherence.texts import Bools, Floats, Incidence, Indices, Ints, Use, Weights
from pan2kg.errors import FormatError
from pan2kg.project import Project, read_text


class ShareClass(NamedTuple):
    """A step of how much a work uses a text: what it adds to the class below, and from which share it counts."""

    delta: float
    theta: float


CLASSES = (
    ShareClass(0.25, texts.MENTIONS),
    ShareClass(0.25, texts.SERVES),
    ShareClass(0.5, texts.CARRIES_OUT),
)
"""min(x, y) = Σ δ·[x ≥ θ]·[y ≥ θ] for x and y in {0, ¼, ½, 1}, so that three sparse products do."""
HUB = 500
"""A text in no more actions than these links every two of them, however many such texts there are."""
LINKED = 5_000_000
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


class TextTie(NamedTuple):
    """How much a work uses a text, ¼, ½ or 1, and the firmest level at which it reaches it at all."""

    share: float
    level: Level


class _Climb(NamedTuple):
    """Ties of works to texts at one height of the tree: row and column, share and level of each.

    A work may have several ties to one text.
    """

    rows: Ints
    columns: Ints
    share: Floats
    level: Ints

    def one_step_up(self, above: Ints, step: Ints) -> "_Climb":
        """The ties to the texts just above: with the same share, on the weaker word of tie and step."""
        has_above = above[self.columns] >= 0
        columns = self.columns[has_above]
        level = np.maximum(self.level[has_above], step[columns])
        return _Climb(self.rows[has_above], above[columns], self.share[has_above], level)


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
        uses: Iterable[Use],
        row_of: Mapping[str, int],
        weights: Weights,
        *,
        at: Level,
        height: int,
    ) -> "TextTies":
        """The ties by uses and steps of the tree that count at a level, of the works that have a row.

        Several works may stand in one row. A row reaches a text by the greatest share of all ways
        to it.
        """
        column_of = {text: column for column, text in enumerate(weights.texts)}
        above = np.where(weights.step <= at, weights.above, -1)
        named = []
        for use in uses:
            if use.counts(at) and use.work in row_of and use.text in column_of:
                place = (row_of[use.work], column_of[use.text])
                named.append((*place, use.share, int(use.level or 0)))
        rows, columns, share, level = np.array(named, dtype=np.float64).reshape(-1, 4).T
        climb = _Climb(
            rows.astype(np.int64), columns.astype(np.int64), share, level.astype(np.int64)
        )
        climbed = [climb]
        while len(climb.columns):
            climb = climb.one_step_up(above, weights.step)
            climbed.append(climb)
        every = _Climb(*(np.concatenate(side) for side in zip(*climbed, strict=True)))
        width = len(weights.texts)
        keys, key_of_tie = np.unique(every.rows * width + every.columns, return_inverse=True)
        greatest = np.zeros(len(keys))
        np.maximum.at(greatest, key_of_tie, every.share)
        firm = np.full(len(keys), int(Level.MACHINE), dtype=np.int64)
        np.minimum.at(firm, key_of_tie, every.level)
        table = Incidence.of(*np.divmod(keys, max(width, 1)), shape=(height, width))
        return cls(table, greatest, firm)

    def row(self, index: int) -> dict[int, TextTie]:
        """The ties of a row, by the place of the text."""
        run = slice(int(self.table.starts[index]), int(self.table.starts[index + 1]))
        columns = self.table.columns[run].tolist()
        ties = map(TextTie, self.share[run].tolist(), map(Level, self.firm[run].tolist()))
        return dict(zip(columns, ties, strict=True))

    def stacked(self, wanted: Bools | None = None) -> Incidence:
        """The rows of each of the :data:`CLASSES` side by side; with ``wanted`` of these ties alone."""
        width = self.table.width
        rows = []
        columns = []
        for place, share_class in enumerate(CLASSES):
            is_in_class = self.share >= share_class.theta
            if wanted is not None:
                is_in_class &= wanted
            rows.append(self.table.rows[is_in_class])
            columns.append(self.table.columns[is_in_class] + place * width)
        return Incidence.of(
            np.concatenate(rows), np.concatenate(columns), shape=(self.table.height, 3 * width)
        )


def _gains(weights: Weights) -> Floats:
    """What a text gives in each of the :data:`CLASSES`, in the order of the columns of a stacked table."""
    return np.concatenate([share_class.delta * weights.gain for share_class in CLASSES])


@dataclass(frozen=True, eq=False)
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

    @cached_property
    def row(self) -> Callable[[str], Mapping[int, TextTie]]:
        """The ties of an action, or of a plan with its actions, by the place of the text; read once for each."""

        def ties_of(work: str) -> Mapping[int, TextTie]:
            ties = self.actions if work in self.works.home else self.plans
            return ties.row(self.index[work])

        return cache(ties_of)

    def specific(self) -> Bools:
        """Which ties of actions tell them from others: no general text, no foundation of their plan."""
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
    """What works share at a level; ``read`` names those that were read in full for texts."""
    every = list(uses)
    names = works.actions
    plan_row = {iri: row for row, iri in enumerate(works.plans)}
    action_row = {iri: row for row, iri in enumerate(names)}
    row_of_plan = {action: plan_row[works.home[action]] for action in names} | plan_row
    height = len(plan_row)
    carried = TextTies.of(every, plan_row, weights, at=Level.EDITORS, height=height)
    is_root = weights.above[carried.table.columns] < 0
    return Potential(
        works,
        weights,
        at,
        actions=TextTies.of(every, action_row, weights, at=at, height=len(names)),
        own=TextTies.of(every, plan_row, weights, at=at, height=height),
        plans=TextTies.of(every, row_of_plan, weights, at=at, height=height),
        names=names,
        home=np.array([row_of_plan[action] for action in names], dtype=np.int64),
        read=frozenset(read),
        founded=carried.table.keep(is_root & (carried.share >= texts.CARRIES_OUT)),
        index=plan_row | action_row,
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
    apart = _apart(shares, work_a, work_b)
    contributions = _contributions(shares, work_a, work_b, apart)
    precise = [share for share in contributions if not share.is_broad]
    low = sum(share.bits for share in precise)
    high = _greatest(shares, work_a, work_b, apart, low)
    is_open = shares.read.isdisjoint((work_a, work_b))
    return Weight(
        work_a,
        work_b,
        low,
        high,
        broad=sum(share.bits for share in contributions if share.is_broad),
        is_open=is_open,
        level=firmest(share.level for share in precise if share.bits > 0),
        contributions=tuple(contributions),
        settled=_settled(low, high, is_open=is_open),
        texts=tuple(share.text for share in precise if share.bits > 0),
        meets=_meets(low, high, is_open=is_open),
    )


def _contributions(shares: Potential, work_a: str, work_b: str, apart: Bools) -> list[Contribution]:
    """What each text that both works reach gives, most bits first, then by IRI."""
    weights = shares.weights
    ties_a = shares.row(work_a)
    ties_b = shares.row(work_b)
    contributions = []
    for text in sorted(ties_a.keys() & ties_b.keys()):
        tie_a = ties_a[text]
        tie_b = ties_b[text]
        gain = float(weights.gain[text])
        contribution = Contribution(
            weights.texts[text],
            tie_a.share,
            tie_b.share,
            gain,
            level=max(tie_a.level, tie_b.level),
            is_broad=bool(apart[text]),
            bits=min(tie_a.share, tie_b.share) * gain,
        )
        contributions.append(contribution)
    contributions.sort(key=lambda share: (-share.bits, share.text))
    return contributions


def _greatest(shares: Potential, work_a: str, work_b: str, apart: Bools, low: float) -> float:
    """The bits two works could share at most, if what is unread of either names what the other does."""
    of_a = _specific_bits(shares, work_a, apart)
    of_b = _specific_bits(shares, work_b, apart)
    if work_a in shares.read and work_b in shares.read:
        return low
    if work_a in shares.read:
        return of_a
    if work_b in shares.read:
        return of_b
    return of_a + of_b - low


def _settled(low: float, high: float, *, is_open: bool) -> float | None:
    if high > 0:
        return low / high
    return None if is_open else 1.0


def _meets(low: float, high: float, *, is_open: bool) -> Standing:
    if low > 0:
        return Standing.STATED
    return Standing.UNREAD if high > 0 or is_open else Standing.ABSENT


def _apart(shares: Potential, work_a: str, work_b: str) -> Bools:
    """Which texts tell two works from no others: general ones, and what either plan of two actions is founded on."""
    home = shares.works.home
    if work_a not in home or work_b not in home:
        return shares.weights.general
    apart = shares.weights.general.copy()
    for plan in (home[work_a], home[work_b]):
        apart[shares.founded.row(shares.index[plan])] = True
    return apart


def _specific_bits(shares: Potential, work: str, apart: Bools) -> float:
    """What a work would share with one that reaches all its texts as firmly."""
    gain = shares.weights.gain
    ties = shares.row(work)
    return sum(tie.share * float(gain[text]) for text, tie in ties.items() if not apart[text])


class Pairs(NamedTuple):
    """Pairs of works by their places, ``one`` before ``two``, with the bits they share: specific, general."""

    one: Indices
    two: Indices
    low: Floats
    broad: Floats

    def named(self, names: Sequence[str]) -> Iterator["NamedPair"]:
        """The pairs by the names of the works."""
        ends = ([names[row] for row in side.tolist()] for side in (self.one, self.two))
        return map(NamedPair, *ends, self.low.tolist(), self.broad.tolist())


class NamedPair(NamedTuple):
    """Two works by name, the bits they share specifically, and those by general texts."""

    one: str
    two: str
    low: float
    broad: float


def plan_pairs(shares: Potential) -> Pairs:
    """All pairs of plans that share any text: ``low`` without general texts, ``broad`` by these."""
    table = shares.plans.stacked()
    gains = _gains(shares.weights)
    height = len(shares.works.plans)
    is_general = np.tile(shares.weights.general, 3)[table.columns]

    def shared(wanted: Bools) -> tuple[Ints, Floats]:
        """Each pair that shares something as one number, and its bits."""
        lower, upper, bits = texts.cells(table.keep(wanted), gains)
        return lower.astype(np.int64) * height + upper, bits

    precise_pairs, precise_bits = shared(~is_general)
    general_pairs, general_bits = shared(is_general)
    pairs = np.union1d(precise_pairs, general_pairs)
    low = np.zeros(len(pairs))
    low[np.searchsorted(pairs, precise_pairs)] = precise_bits
    broad = np.zeros(len(pairs))
    broad[np.searchsorted(pairs, general_pairs)] = general_bits
    lower, upper = np.divmod(pairs, max(height, 1))
    return Pairs(lower.astype(np.int32), upper.astype(np.int32), low, broad)


@lru_cache(maxsize=8)  # asked for each pair of plans
def plan_levels(shares: Potential) -> dict[tuple[str, str], Level]:
    """The firmest level at which each pair of plans, IRIs in order, shares something specific."""
    ties = shares.plans
    plans = shares.works.plans
    columns = ties.table.columns
    is_weighing = ~shares.weights.general[columns] & (shares.weights.gain[columns] > 0)
    levels = {}
    # from weak to firm, so that the firmer replaces the weaker
    for level in reversed([level for level in Level if level <= shares.level]):
        lower, upper, _ = texts.cells(ties.table.keep(is_weighing & (ties.firm <= level)))
        for first, second in zip(lower.tolist(), upper.tolist(), strict=True):
            levels[min(plans[first], plans[second]), max(plans[first], plans[second])] = level
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
    """The row of SQL by which :func:`pairs_of_plans` is told what to look for."""
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
