"""What was read: in full, in part or not, so that « no » is only said where somebody looked.

« Full » is only ever asserted, by a reading with its document, day and reader, and never inferred. Without one, a work
is read in part where any statement of that aspect is recorded for it, else not read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pan2kg.coherence.texts import Works


class Aspect(StrEnum):
    """What of a work was read, by the key of the concept in the scheme ``aspect``."""

    MEASURES = "measures"
    TEXTS = "texts"
    REFERENCES = "references"
    BODIES = "bodies"
    WEB_PAGE = "web-page"


class Extent(StrEnum):
    """How far it was read, by the key of the concept in the scheme ``readingextent``."""

    FULL = "full"
    PART = "part"
    NONE = "none"


class Cell(StrEnum):
    """What a table may say of a work and a text, two plans, an action and a body."""

    YES = "yes"
    NO = "no"
    UNREAD = "unread"


@dataclass(frozen=True, slots=True)
class Reading:
    """Somebody read an aspect of a plan or action, to an extent, in a document, on a day."""

    work: str
    aspect: Aspect
    extent: Extent
    document: str = ""
    day: date | None = None
    reader: str = ""


@dataclass(frozen=True, slots=True)
class Readings:
    """What is asserted to have been read, and for which works anything of an aspect is recorded at all.

    ``complete`` names the plans whose list of measures is complete.
    """

    asserted: tuple[Reading, ...] = ()
    noted: frozenset[tuple[str, Aspect]] = frozenset()
    complete: frozenset[str] = frozenset()

    def extent(self, work: str, aspect: Aspect, plan: str | None = None) -> Extent:
        """How far a work was read for an aspect; an action inherits « full » from its ``plan``.

        >>> made = Readings((Reading("p", Aspect.TEXTS, Extent.FULL),), frozenset({("b", Aspect.TEXTS)}))
        >>> [made.extent(work, Aspect.TEXTS, plan).value for work, plan in (("p", None), ("a", "p"), ("b", "q"))]
        ['full', 'full', 'part']
        """
        said = {one.extent for one in self.asserted if one.aspect is aspect and one.work == work}
        above = {one.extent for one in self.asserted if one.aspect is aspect and one.work == plan}
        if Extent.FULL in said | above:
            return Extent.FULL
        if Extent.PART in said or (work, aspect) in self.noted:
            return Extent.PART
        return Extent.NONE

    def cell(self, work: str, aspect: Aspect, plan: str | None = None, *, is_there: bool) -> Cell:
        """Yes, no, or unread: « no » only where the work was read in full and it is not there.

        >>> Readings().cell("p", Aspect.TEXTS, is_there=False)
        <Cell.UNREAD: 'unread'>
        """
        if is_there:
            return Cell.YES
        return Cell.NO if self.extent(work, aspect, plan) is Extent.FULL else Cell.UNREAD


def read_in_full(readings: Readings, works: Works) -> frozenset[str]:
    """The works read in full for texts: an action by itself or its plan, a plan with its own text and all its measures.

    The measures of a plan are all read only where the list of them is complete.

    >>> from pan2kg.coherence.texts import Works
    >>> full = Reading("p", Aspect.TEXTS, Extent.FULL)
    >>> made = Readings((full,), complete=frozenset({"p"}))
    >>> works = Works(("p",), {"a": "p"})
    >>> sorted(read_in_full(made, works)), sorted(read_in_full(Readings((full,)), works))
    (['a', 'p'], ['a'])
    """
    said = {one.work for one in readings.asserted if one.aspect is Aspect.TEXTS and one.extent is Extent.FULL}
    actions = {action for action, plan in works.home.items() if action in said or plan in said}
    plans = {plan for plan in works.plans if plan in said and plan in readings.complete}
    return frozenset(actions | plans)


@dataclass(frozen=True, slots=True)
class Extents:
    """How many works were read in full, in part, and not: they add up to all."""

    full: int
    part: int
    none: int

    @property
    def known(self) -> int:
        """How many have at least one statement."""
        return self.full + self.part


def coverage(readings: Readings, works: Works, aspect: Aspect, plans: AbstractSet[str] | None = None) -> Extents:
    """How far the measures of some plans, or of all, were read for an aspect.

    >>> from pan2kg.coherence.texts import Works
    >>> coverage(Readings(noted=frozenset({("a", Aspect.BODIES)})), Works(("p",), {"a": "p", "b": "p"}), Aspect.BODIES)
    Extents(full=0, part=1, none=1)
    """
    wanted = set(works.plans) if plans is None else plans
    return _extents(readings.extent(action, aspect, plan) for action, plan in works.home.items() if plan in wanted)


def _extents(found: Iterable[Extent]) -> Extents:
    every = list(found)
    return Extents(*(every.count(extent) for extent in Extent))


def listed(works: Works, published: Mapping[str, int], plan: str) -> float | None:
    """The measures of a plan in the graph, of those it publishes; None where it publishes no count. May exceed 1.

    >>> from pan2kg.coherence.texts import Works
    >>> works = Works(("p", "q"), {"a": "p"})
    >>> listed(works, {"p": 4}, "p"), listed(works, {}, "q")
    (0.25, None)
    """
    count = published.get(plan)
    return sum(home == plan for home in works.home.values()) / count if count else None
