"""What a figure rests on: how many actions, which filters, which data, as of when."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

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
