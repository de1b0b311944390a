"""An axis of years, and a plan on it: its adoption as a dot, its period as a bar."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from pan2kg.charts.drawing import Box, Dot, Label, Line, Mark, Pen
from pan2kg.charts.frame import GREY, INK, PAPER, RULE, Sign
from pan2kg.charts.subject import Subject, Tags, tags
from pan2kg.charts.text_width import Font
from pan2kg.coherence.spans import Span, span

if TYPE_CHECKING:
    from collections.abc import Mapping

TICK: Final = Font(11, colour=GREY)
OPEN_END: Final = 1.0
"""For how many years the bar of a plan is drawn whose end is not known; its edge is dashed."""
AHEAD: Final = 10
"""How many years beyond the day of the picture the axis reaches: what ends later runs out of it."""

FIELD_COLOURS: Final = ("#56b4e9", "#999999", "#009e73", "#0072b2", "#cc79a7", "#e69f00")
"""A colour a field of policy, in the order of their keys; apart for colour-blind readers, and never alone."""


@dataclass(frozen=True, slots=True)
class Axis:
    """Where a day stands: whole years from ``first`` to the end of ``last``, ``width`` pixels from ``left``."""

    first: int
    last: int
    left: float
    width: float

    def x(self, on: date) -> float:
        """The place of a day in pixels; days beyond an end of the axis stand at that end.

        >>> axis = Axis(2021, 2024, 100, 1461)
        >>> axis.x(date(2021, 1, 11)), axis.x(date(2050, 1, 1))
        (110.0, 1561.0)
        """
        start, end = date(self.first, 1, 1).toordinal(), date(self.last, 12, 31).toordinal() + 1
        part = (on.toordinal() - start) / (end - start)
        return self.left + self.width * min(max(part, 0.0), 1.0)

    def years(self) -> range:
        """The years that are written out: not more than fit beside each other."""
        most = max(self.width / 42, 1)
        every = next(n for n in (1, 2, 5, 10, 20, 50, 100, 500, 1000, 5000) if (self.last - self.first + 1) / n <= most)
        return range(-(-self.first // every) * every, self.last + 1, every)

    def marks(self, bottom: float) -> Iterator[Mark]:
        """The years above y = 0 with a thin line each down to ``bottom``."""
        for year in self.years():
            x = self.x(date(year, 1, 1))
            yield Line(((x, -4), (x, bottom)), Pen(RULE, 0.7))
            yield Label(x, -9, str(year), TICK, "middle")

    def today(self, on: date, bottom: float) -> Line:
        """The day of the picture, as a dotted line."""
        return Line(((self.x(on), -4), (self.x(on), bottom)), Pen(INK, 1.2, (2, 3)))


@dataclass(frozen=True, slots=True)
class Life:
    """When a plan was issued, begins and ends, as far as known; ``end`` is the last day of its period.

    ``is_adoption``: ``issued`` is when it was adopted, and not only concluded from the year it begins.
    """

    issued: Span | None = None
    start: date | None = None
    end: date | None = None
    is_adoption: bool = False

    @property
    def first(self) -> date | None:
        """From when it is drawn; None where nothing is known."""
        days = [day for day in (self.start, self.issued.first if self.issued else None) if day]
        return self.start or min(days, default=None)

    @property
    def is_dated(self) -> bool:
        """Whether anything of it can stand on the axis."""
        return self.first is not None or self.end is not None


def plan_tags(subject: Subject, plan: str, life: Life) -> Tags:
    """What the mark of a plan stands for: the plan, its field of policy, the years it is drawn over."""
    years = (("from", life.first), ("to", life.end))
    found = tuple((name, str(day.year)) for name, day in years if day)
    return (*tags(subject, (plan,), field=subject.graph.policy_fields.get(plan, "")), *found)


def lives(subject: Subject, plans: Iterable[str]) -> Mapping[str, Life]:
    """What is known of the time of each plan."""
    dates = subject.known.chronology.dates
    found = {}
    for plan in plans:
        _, since, until = subject.graph.periods.get(plan, ("", "", ""))
        begins, ends, made = span(since), span(until), dates.get(plan)
        found[plan] = Life(
            made.issued if made else None,
            begins.first if begins else None,
            ends.last if ends else None,
            bool(made and made.adopted),
        )
    return found


def axis_of(found: Iterable[Life], today: date, *, left: float, width: float) -> Axis:
    """An axis on which the lives stand, from the first of them to at most :data:`AHEAD` years after today."""
    days = [today]
    for life in found:
        days += [day for day in (life.first, life.end, life.issued.last if life.issued else None) if day]
    latest = today.year + AHEAD
    return Axis(min(day.year for day in days), min(max(day.year for day in days), latest), left, width)


def bar(axis: Axis, life: Life, y: float, colour: str, *, high: float) -> list[Mark]:
    """The period around the height ``y``, its edge dashed where the end is not known, and the adoption as a dot.

    The dot is hollow where only a span of days is known: it stands in the middle, with a line over the span.
    """
    marks: list[Mark] = []
    if life.is_dated:
        left, right = _ends(axis, life)
        edge = Pen(GREY, 0.9) if life.end and life.first else Pen(GREY, 0.9, (3, 2))
        marks.append(Box(left, y - high / 2, right - left, high, colour, edge))
    if life.issued:
        first, last = axis.x(life.issued.first), axis.x(life.issued.last)
        if life.issued.first == life.issued.last:
            marks.append(Dot(first, y, high * 0.26 + 1.2, INK, Pen(PAPER, 0.8)))
        else:
            marks.append(Line(((first, y), (last, y)), Pen(INK, 1.0)))
            marks.append(Dot((first + last) / 2, y, high * 0.22 + 1.0, PAPER, Pen(INK, 1.0)))
    return marks


def _ends(axis: Axis, life: Life) -> tuple[float, float]:
    """Where the bar of a plan begins and ends; an end that is not known stands a little beyond the other."""
    stub = axis.width / (axis.last - axis.first + 1) * OPEN_END
    left = axis.x(life.first) if life.first else None
    right = axis.x(life.end) if life.end else None
    if left is None:
        return max((right or axis.left) - stub, axis.left), right or axis.left
    return left, max(left + stub if right is None else right, left + 3)


def place_of(axis: Axis, life: Life) -> float:
    """Where curves to a plan end: at its adoption, else at the beginning or the end of its bar."""
    if life.issued:
        return (axis.x(life.issued.first) + axis.x(life.issued.last)) / 2
    day = life.first or life.end
    return axis.x(day) if day else axis.left


def open_end_sign(subject: Subject, colour: str) -> Sign:
    """The legend of a bar of which one end is not known."""
    life = Life(start=date(2020, 1, 1))
    return Sign(tuple(bar(Axis(2020, 2021, 2, 26), life, 9, colour, high=10)), subject.say("sign-open-end"))
