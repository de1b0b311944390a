"""Where plans meet, from columns of numbers alone; and the one door to PySpark, which shares out their rows.

The figures are those of :mod:`pan2kg.coherence.weight`; here nothing is held but arrays, and pairs of actions are
counted in blocks of rows that know nothing of each other, so that a cluster may share them out.

The cluster decides nothing of what is counted: a worker does with a block what this process would do with it, and the
counts are whole numbers, so that the answer does not depend on who counted what. pan2kg must be installed there too.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np

from pan2kg.coherence.evidence import HEADLINE, Level
from pan2kg.coherence.matrix import BLOCK, Bools, Floats, Incidence, Ints, Partners, order_of, overlaps
from pan2kg.coherence.weight import CLASSES, widest
from pan2kg.errors import EndpointError, FormatError, Place

_DENSE: Final = 4_096
"""Up to so many plans, sums of all pairs are held as one square."""
_COMMON: Final = 12
"""A text that more than this part of the plans name is summed as a dense product, which costs less then."""
_SLAB: Final = 1_024
"""So many texts make one dense product."""


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Plans, actions, texts and uses as numbers.

    ``home`` is the plan of each action. A use is one of ``work``, ``text``, ``share`` in {0, ¼, ½, 1} and ``level``, 1
    to 5 or 0 where it has none; a work is the number of an action, or that of a plan after all actions. ``above`` is
    the next text up, −1 at a root, ``step`` the level of that step; ``general`` texts link nobody.
    """

    plans: tuple[str, ...]
    home: Ints
    work: Ints
    text: Ints
    share: Floats
    level: Ints
    above: Ints
    step: Ints
    general: Bools

    @property
    def plan(self) -> Ints:
        """The plan of each use: that of the action, or the plan itself."""
        actions = len(self.home)
        own = self.work >= actions
        return np.where(own, self.work - actions, self.home[np.where(own, 0, self.work)]) if actions else self.work


@dataclass(frozen=True, slots=True, eq=False)
class PlanPairs:
    """Pairs of plans ``one`` < ``two``: bits shared specifically and through general texts, linked pairs of actions."""

    one: Ints
    two: Ints
    low: Floats
    broad: Floats
    links: Ints

    def __len__(self) -> int:
        return len(self.one)


@dataclass(frozen=True, slots=True, eq=False)
class Linking:
    """What is needed to count the linked pairs of actions of a block of rows, whoever does it."""

    partners: Partners
    home: Ints
    plans: int

    def blocks(self, block: int = BLOCK) -> list[tuple[int, int]]:
        """The blocks of rows, of about so many products each."""
        return list(pairwise(self.partners.bounds(block)))

    def count(self, start: int, end: int) -> tuple[Ints, Ints]:
        """Pairs of plans, as lower · plans + higher, with the number of linked pairs of actions a block gives them."""
        rows, others, _, _ = self.partners.expanded(start, end)
        height = len(self.home)
        keys = rows * height + others
        keys = _distinct(keys[order_of(keys, (end - start) * height)])
        one, two = (self.home[at] for at in (keys // height + start, keys % height))
        apart = one != two
        low, high = np.minimum(one, two)[apart], np.maximum(one, two)[apart]
        pairs = low * self.plans + high
        return _counted(pairs, np.ones(len(pairs), dtype=np.int64), self.plans**2)


Counted = Iterable[tuple[Ints, Ints]]


def here(linking: Linking) -> Iterator[tuple[Ints, Ints]]:
    """The counts of all blocks, one after the other in this process."""
    for start, end in linking.blocks():
        yield linking.count(start, end)


def pairs_of_plans(
    columns: Columns, at: Level = HEADLINE, *, hub: int | None = None, count: Callable[[Linking], Counted] = here
) -> PlanPairs:
    """What plans share at a level, and how many pairs of their actions a specific text links.

    As :func:`~pan2kg.coherence.weight.plan_pairs` and :func:`~pan2kg.coherence.weight.linked_actions` have it: a text
    in more than ``hub`` actions links none of them by itself, nor one that is too wide. ``count`` gives the counts of
    all blocks, in any order.

    >>> ints, floats = np.array([0, 1, 0]), np.array([1.0, 0.5, 1.0])
    >>> none, flags = np.array([-1]), np.array([False])
    >>> uses = ints, ints * 0, floats, ints * 0 + 1
    >>> found = pairs_of_plans(Columns(("p", "q"), np.array([0, 1]), *uses, none, none + 1, flags))
    >>> found.one.tolist(), found.two.tolist(), found.low.round(6).tolist(), found.links.tolist()
    ([0], [1], [0.207519], [1])
    """
    gain = gains(columns)
    known = (columns.share > 0) & (columns.level >= 1) & (columns.level <= at)
    above = np.where(columns.step <= at, columns.above, -1)
    plan = columns.plan
    low, broad = _shared(columns, plan[known], known, above, gain)
    links = merged(count(linking(columns, known, above, gain, hub=hub)), len(columns.plans) ** 2)
    keys = np.unique(np.concatenate([low[0], broad[0], links[0]]))
    values = [np.zeros(len(keys)) for _ in range(3)]
    for made, (found, numbers) in zip(values, (low, broad, links), strict=True):
        made[np.searchsorted(keys, found)] = numbers
    one, two = np.divmod(keys, max(len(columns.plans), 1))
    return PlanPairs(one, two, values[0], values[1], values[2].astype(np.int64))


def gains(columns: Columns) -> Floats:
    """What each text adds to the one above it, in bits, as :func:`~pan2kg.coherence.texts.weigh` has it."""
    plan = columns.plan
    used = (columns.share > 0) & (columns.level >= 1) & (columns.level <= Level.EDITORS) & (plan >= 0)
    shape = (len(columns.plans), len(columns.above))
    named = Incidence.of(plan[used], columns.text[used], shape=shape)
    rows, texts, _ = _climbed(named.rows, named.columns, np.ones(len(named.columns)), columns.above)
    table = Incidence.of(rows, texts, shape=shape)
    ic = -np.log2((table.counts + 1) / (np.count_nonzero(table.sizes) + 2))
    made: Floats = np.where(columns.above >= 0, ic - ic[columns.above], ic) if len(ic) else ic
    return made


def linking(columns: Columns, known: Bools, above: Ints, gain: Floats, *, hub: int | None = None) -> Linking:
    """What links actions at a level: the places of specific texts, those of no hub."""
    done = known & (columns.work < len(columns.home))
    shape = (len(columns.home), len(above))
    rows, texts, _ = _climbed(columns.work[done], columns.text[done], columns.share[done], above)
    table = Incidence.of(rows, texts, shape=shape)
    hub = widest(table.counts) if hub is None else hub
    home, at = columns.home[table.rows], table.columns
    founded = _founded(columns)
    places = home * shape[1] + at
    if len(founded):
        own = founded[np.minimum(np.searchsorted(founded, places), len(founded) - 1)] == places
    else:
        own = np.zeros(len(places), dtype=np.bool_)
    kept = ~own & ~columns.general[at] & (gain[at] > 0) & (table.counts[at] <= hub) & (home >= 0)
    return Linking(Partners.of(table.keep(kept)), columns.home, len(columns.plans))


def _founded(columns: Columns) -> Ints:
    """Plan · texts + root text of all a plan is founded on, ascending; see ``weight.foundations``."""
    actions = len(columns.home)
    own = (columns.work >= actions) & (columns.share >= 1) & (columns.level >= 1) & (columns.level <= Level.EDITORS)
    rows, texts, _ = _climbed(columns.work[own] - actions, columns.text[own], columns.share[own], columns.above)
    root = columns.above[texts] < 0
    return np.unique(rows[root] * len(columns.above) + texts[root])


def _shared(
    columns: Columns, plan: Ints, known: Bools, above: Ints, gain: Floats
) -> tuple[tuple[Ints, Floats], tuple[Ints, Floats]]:
    """Pairs of plans with the bits of specific and of general texts."""
    rows, texts, share = _climbed(plan, columns.text[known], columns.share[known], above)
    kept = rows >= 0
    rows, texts, share = rows[kept], texts[kept], share[kept]
    width = len(above)
    shape = (len(columns.plans), width)
    tables = [Incidence.of(rows[share >= theta], texts[share >= theta], shape=shape) for _, theta in CLASSES]
    stacked_rows = np.concatenate([table.rows for table in tables])
    stacked = np.concatenate([table.columns + k * width for k, table in enumerate(tables)])
    weights = np.concatenate([delta * gain for delta, _ in CLASSES])
    is_general = columns.general[stacked % max(width, 1)]
    found = [
        _sums(Incidence.of(stacked_rows[part], stacked[part], shape=(shape[0], 3 * width)), weights)
        for part in (~is_general, is_general)
    ]
    return found[0], found[1]


def _sums(table: Incidence, weights: Floats) -> tuple[Ints, Floats]:
    """The pairs of rows that share anything, as one · height + two, and how much; common columns as dense products."""
    height = table.height
    if not 0 < height <= _DENSE:
        parts = [(one.astype(np.int64) * height + two, bits) for one, two, bits in overlaps(table, weights)]
        if not parts:
            return np.zeros(0, dtype=np.int64), np.zeros(0)
        return np.concatenate([keys for keys, _ in parts]), np.concatenate([bits for _, bits in parts])
    square = np.zeros((height, height))
    counts = table.counts
    common = np.flatnonzero(counts > max(height // _COMMON, 1))
    for start in range(0, len(common), _SLAB):
        some = common[start : start + _SLAB]
        place = np.full(table.width, -1, dtype=np.int64)
        place[some] = np.arange(len(some))
        at = place[table.columns]
        slab = np.zeros((height, len(some)))
        slab[table.rows[at >= 0], at[at >= 0]] = 1.0
        square += (slab * weights[some]) @ slab.T
    is_common = np.zeros(table.width, dtype=np.bool_)
    is_common[common] = True
    for one, two, bits in overlaps(table.keep(~is_common[table.columns]), weights):
        square[one, two] += bits
    square[np.tril_indices(height)] = 0
    keys = np.flatnonzero(square > 0)
    return keys.astype(np.int64), square.ravel()[keys]


def _climbed(rows: Ints, texts: Ints, share: Floats, above: Ints) -> tuple[Ints, Ints, Floats]:
    """The same places, and those of every text above."""
    parts = [(rows, texts, share)]
    while len(texts):
        inner = above[texts] >= 0
        rows, texts, share = rows[inner], above[texts[inner]], share[inner]
        parts.append((rows, texts, share))
    first, second, third = zip(*parts, strict=True)
    return np.concatenate(first), np.concatenate(second), np.concatenate(third)


def _distinct(ascending: Ints) -> Ints:
    is_first = np.ones(len(ascending), dtype=np.bool_)
    is_first[1:] = ascending[1:] != ascending[:-1]
    return ascending[is_first]


def _counted(keys: Ints, numbers: Ints, limit: int) -> tuple[Ints, Ints]:
    """The distinct keys, ascending, with the sum of the whole numbers of each."""
    order = order_of(keys, limit)
    ascending = keys[order]
    distinct = _distinct(ascending)
    edges = np.append(np.searchsorted(ascending, distinct), len(ascending))
    reached = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(numbers[order])])
    return distinct, reached[edges[1:]] - reached[edges[:-1]]


_GATHERED: Final = 4_000_000
"""So many keys of blocks are gathered before they are added up."""


def merged(parts: Counted, limit: int) -> tuple[Ints, Ints]:
    """The counts of all blocks added up; whole numbers, so that the order does not matter."""
    gathered, number = [(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))], 0
    for keys, numbers in parts:
        gathered.append((keys, numbers))
        number += len(keys)
        if number > _GATHERED:
            gathered, number = [_added(gathered, limit)], 0
    return _added(gathered, limit)


def _added(gathered: list[tuple[Ints, Ints]], limit: int) -> tuple[Ints, Ints]:
    keys, numbers = (np.concatenate([part[k] for part in gathered]) for k in (0, 1))
    return _counted(keys, numbers, limit)


_SHARES: Final = 8
"""So many shares a core: what a lost worker had done is a small part, and slow ones hold up little."""


def on_cluster(linking: Linking, master: str) -> Iterator[tuple[Ints, Ints]]:
    """The counts of all blocks, made by the cluster at an address such as ``spark://host:7077``.

    A share that is lost with its worker is done again by another, four times at most.

    Raises:
        FormatError: PySpark is not installed.
        EndpointError: there is no such cluster, there is no Java, or the job failed.
    """
    try:
        from py4j.protocol import Py4JError
        from pyspark import SparkConf, SparkContext
        from pyspark.errors import PySparkException
    except ImportError:
        raise FormatError("needs-pyspark", remedy="install-spark") from None
    # the workers of this machine run the same Python; elsewhere the environment of the cluster says which
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    settings = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.log.level": "FATAL"}
    context: Any = None
    try:
        context = SparkContext(conf=SparkConf().setMaster(master).setAppName("pan2kg").setAll(list(settings.items())))
        held, limit = context.broadcast(linking), linking.plans**2
        blocks = linking.blocks()
        shares = max(1, min(len(blocks), _SHARES * context.defaultParallelism))

        def count(part: Iterator[tuple[int, int]]) -> Iterator[tuple[Ints, Ints]]:
            yield merged((held.value.count(start, end) for start, end in part), limit)

        yield from context.parallelize(blocks, shares).mapPartitions(count).collect()
    except (Py4JError, PySparkException, OSError, TypeError) as error:
        said = str(getattr(error, "java_exception", None) or error).strip().splitlines()
        words = said[0][:200] if said else type(error).__name__
        raise EndpointError("cluster-fails", place=Place(master), remedy="look-at-cluster", error=words) from None
    finally:
        if context is not None:
            context.stop()
