"""How firmly something is known, in five levels of one order, and on what a figure rests.

Every use, link and involvement has one level or is outside every figure (``None``: rejected, superseded, unverified).
The level of one statement is made by a rule over the store (``pan:evidenceLevel``); here stands what a conclusion
from several statements is worth, and which statements a figure at a level may use.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import IntEnum
from typing import Final, Generic, TypeVar


class Level(IntEnum):
    """On whose word it rests, from firm to weak: a smaller number is firmer.

    >>> Level.PLAN < Level.OFFICIAL < Level.OTHER < Level.EDITORS < Level.MACHINE
    True
    >>> Level.OFFICIAL.key
    'official'
    """

    PLAN = 1
    """Said by the plan: its own text, annex or page, or a copy or translation of it."""
    OFFICIAL = 2
    """Said by another official source: law, parliament, court, ministry, authority, international organisation."""
    OTHER = 3
    """Said by a third party: press, association, company, encyclopedia."""
    EDITORS = 4
    """Concluded by the editors: a reading, a comparison, a tie."""
    MACHINE = 5
    """Suggested by a machine: a candidate, which enters no figure whatever its score."""

    @property
    def key(self) -> str:
        """The name in data, queries and options: the key of the concept in the scheme ``evidencelevel``."""
        return self.name.lower()


FIGURED: Final = (Level.PLAN, Level.OFFICIAL, Level.OTHER, Level.EDITORS)
"""The four levels a figure can be taken at, from firm to weak: their values are nested."""

HEADLINE: Final = Level.OFFICIAL
"""The level of a number that stands alone: according to plans and official sources."""


def level(key: str) -> Level | None:
    """The level a key, or the IRI of its concept, names; None where it names none, so that it is outside.

    >>> level("editors"), level("https://w3id.org/pan2kg/id/evidencelevel/plan"), level("")
    (<Level.EDITORS: 4>, <Level.PLAN: 1>, None)
    """
    return _BY_KEY.get(key.rpartition("/")[2])


_BY_KEY: Final = {one.key: one for one in Level}


def firmest(levels: Iterable[Level | None]) -> Level | None:
    """What a conclusion is worth that several ways lead to, each enough by itself: the firmest of them.

    >>> firmest([Level.EDITORS, Level.OFFICIAL, None]), firmest([None])
    (<Level.OFFICIAL: 2>, None)
    """
    return min((one for one in levels if one is not None), default=None)


def counts(found: Level | None, at: Level) -> bool:
    """Whether a figure at a level may use what is known at another: only what is as firm or firmer, never a candidate.

    >>> counts(Level.PLAN, Level.OFFICIAL), counts(Level.OTHER, Level.OFFICIAL), counts(Level.MACHINE, Level.MACHINE)
    (True, False, False)
    """
    return found is not None and found <= at and found is not Level.MACHINE


T_co = TypeVar("T_co", covariant=True)

BITS: Final = "bits: −log2((d+1)/(n+2))"
"""How texts are weighed: of n plans that name any text, d name this one or one below it, and what the text above weighs
is taken off (:class:`pan2kg.coherence.texts.Weights`)."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What must be printed beside a figure so that it can be read and repeated.

    ``n`` counts actions, ``annotated`` those of them with at least one instrument, ``plans`` the plans.
    ``weights`` says how texts are weighed, empty for a figure in which nothing is. ``filters`` holds what was left out
    or chosen, as pairs of a name and a value.

    >>> Basis(n=5, annotated=5, plans=2).share
    1.0
    """

    n: int
    annotated: int
    plans: int
    release: str = ""
    as_of: date | None = None
    weights: str = ""
    filters: tuple[tuple[str, str], ...] = (("status", "accepted, derived"), ("unverified", "left out"))

    @property
    def share(self) -> float:
        """The share of actions with at least one instrument, in [0,1]; 0/0 = 0."""
        return self.annotated / self.n if self.n else 0.0

    def also(self, name: str, value: object) -> Basis:
        """The same with one more filter or choice; a later value of the same name replaces the earlier.

        >>> Basis(1, 1, 1, filters=()).also("hub", 500).also("hub", 200).filters
        (('hub', '200'),)
        """
        kept = tuple(pair for pair in self.filters if pair[0] != name)
        return replace(self, filters=(*kept, (name, str(value))))


@dataclass(frozen=True, slots=True)
class Measured(Generic[T_co]):
    """Rows of a measure together with what they rest on.

    >>> len(Measured(Basis(0, 0, 0), ("a", "b")))
    2
    """

    basis: Basis
    rows: tuple[T_co, ...]

    def __iter__(self) -> Iterator[T_co]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)
