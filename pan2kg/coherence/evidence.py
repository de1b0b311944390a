"""How firmly something is known, in five levels of one order; what was read; and on what a figure rests.

Every use, link and involvement has one level or is outside every figure (``None``: rejected,
superseded, unverified). The level of one statement is made by a rule over the store
(``pan:evidenceLevel``); here stands what a conclusion from several statements is worth, and which
statements a figure at a level may use.

« No » is only said where somebody looked: « full » is only ever asserted, by a reading with its
document, day and reader, and never inferred. Without one, a work is read in part where any
statement of that aspect is recorded for it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date
from enum import IntEnum, StrEnum
from typing import Generic, NamedTuple, TypeVar


class Level(IntEnum):
    """On whose word it rests, from firm to weak: a smaller number is firmer."""

    PLAN = 1  # said by the plan: its own text, annex or page, or a copy or translation of it
    # another official source: law, parliament, court, ministry, authority, international
    # organisation
    OFFICIAL = 2
    OTHER = 3  # a third party: press, association, company, encyclopedia
    EDITORS = 4  # concluded by the editors: a reading, a comparison, a tie
    MACHINE = 5  # suggested by a machine: a candidate, which enters no figure whatever its score

    @property
    def key(self) -> str:
        """The name in data, queries and options: the key of the concept in the scheme ``evidencelevel``."""
        return self.name.lower()


FIGURED = (Level.PLAN, Level.OFFICIAL, Level.OTHER, Level.EDITORS)
"""The four levels a figure can be taken at, from firm to weak: their values are nested."""
HEADLINE = Level.OFFICIAL
"""The level of a number that stands alone: according to plans and official sources."""
_BY_KEY = {level.key: level for level in Level}


def level(key: str) -> Level | None:
    """The level a key, or the IRI of its concept, names; None where it names none, so that it is outside."""
    return _BY_KEY.get(key.rpartition("/")[2])


def firmest(levels: Iterable[Level | None]) -> Level | None:
    return min((level for level in levels if level is not None), default=None)


def counts(level: Level | None, at: Level) -> bool:
    """Whether a figure at a level may use what is known at another: what is as firm or firmer, never a candidate."""
    return level is not None and level <= at and level is not Level.MACHINE


class Aspect(StrEnum):
    """What of a work was read, by the key of the concept in the scheme ``aspect``."""

    MEASURES = "measures"
    TEXTS = "texts"
    REFERENCES = "references"
    BODIES = "bodies"
    WEB_PAGE = "web-page"


class Extent(StrEnum):
    """How far it was read, by the key of the concept in the scheme ``readingextent``.

    It is said of a reading and not of what was looked for in it: from « full » follows that what was
    not seen is absent, from the others that it is unread (:class:`~pan2kg.coherence.Standing`).
    """

    FULL = "full"
    PART = "part"
    NONE = "none"


class Works(NamedTuple):
    """The plans, and the plan of each action that has one, both by IRI."""

    plans: tuple[str, ...]
    home: Mapping[str, str]

    @property
    def actions(self) -> tuple[str, ...]:
        plans = set(self.plans)
        return tuple(sorted(action for action, plan in self.home.items() if plan in plans))

    def plan(self, work: str) -> str | None:
        plan = self.home.get(work, work)
        return plan if plan in self.plans else None


class Reading(NamedTuple):
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
        """How far a work was read for an aspect; an action inherits « full » from its ``plan``."""
        extents = {
            reading.extent
            for reading in self.asserted
            if reading.aspect is aspect and reading.work == work
        }
        of_plan = {
            reading.extent
            for reading in self.asserted
            if reading.aspect is aspect and reading.work == plan
        }
        if Extent.FULL in extents | of_plan:
            return Extent.FULL
        return (
            Extent.PART if Extent.PART in extents or (work, aspect) in self.noted else Extent.NONE
        )

    def read_in_full(self, works: Works) -> frozenset[str]:
        """The works read in full for texts: an action by itself or its plan, a plan with its text and all its measures.

        The measures of a plan are all read only where the list of them is complete.
        """
        full = {
            reading.work
            for reading in self.asserted
            if reading.aspect is Aspect.TEXTS and reading.extent is Extent.FULL
        }
        actions = {action for action, plan in works.home.items() if action in full or plan in full}
        return frozenset(actions | (full & self.complete).intersection(works.plans))


@dataclass(frozen=True, slots=True)
class Extents:
    """How many works were read in full, in part, and not: they add up to all; ``known`` are those read at all."""

    full: int
    part: int
    none: int
    known: int


def coverage(
    readings: Readings, works: Works, aspect: Aspect, plans: AbstractSet[str] | None = None
) -> Extents:
    wanted = set(works.plans) if plans is None else plans
    number = Counter(
        readings.extent(action, aspect, plan)
        for action, plan in works.home.items()
        if plan in wanted
    )
    full, partly, none = (number[extent] for extent in Extent)
    return Extents(full, partly, none, full + partly)


def listed(works: Works, published: Mapping[str, int], plan: str) -> float | None:
    """The measures of a plan in the graph, of those it publishes; None where it publishes no count. May exceed 1."""
    count = published.get(plan)
    return sum(home == plan for home in works.home.values()) / count if count else None


BITS = "bits: −log2((d+1)/(n+2))"
"""How texts are weighed: of n plans that name any text, d name this one or one below it, and what the text above weighs
is taken off (:class:`pan2kg.coherence.texts.Weights`)."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What must be printed beside a figure so that it can be read and repeated.

    ``n`` counts actions, ``annotated`` those of them with at least one instrument, ``plans`` the
    plans. ``weights`` says how texts are weighed, empty for a figure in which nothing is.
    ``filters`` holds what was left out or chosen, as pairs of a name and a value.
    """

    n: int
    annotated: int
    plans: int
    release: str = ""
    as_of: date | None = None
    weights: str = ""
    filters: tuple[tuple[str, str], ...] = (
        ("status", "accepted, derived"),
        ("unverified", "left out"),
    )

    @property
    def share(self) -> float:
        """The share of actions with at least one instrument, in [0,1]; 0/0 = 0."""
        return self.annotated / self.n if self.n else 0.0

    def also(self, name: str, value: object) -> "Basis":
        """The same with one more filter or choice; a later value of the same name replaces the earlier."""
        filters = tuple(pair for pair in self.filters if pair[0] != name)
        return replace(self, filters=(*filters, (name, str(value))))


T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Measured(Generic[T_co]):
    basis: Basis
    rows: tuple[T_co, ...]

    def __iter__(self) -> Iterator[T_co]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)
