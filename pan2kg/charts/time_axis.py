"""An axis of years, and plans on it as dots and bars, for all pictures that show when plans were issued and run."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from pan2kg.charts import frame as fr
from pan2kg.charts.drawing import Box, Dot, Label, Line, Mark, Pen
from pan2kg.charts.frame import Sign
from pan2kg.charts.lettering import Font
from pan2kg.charts.subject import Life, Subject
from pan2kg.coherence import citations

TICK = Font(11, colour=fr.GREY)
# for how many years the bar of a plan is drawn whose end is not known; its edge is dashed
OPEN_END = 1.0
# how many years beyond the day of the picture the axis reaches: what ends later runs out of it
AHEAD = 10
PALE = "#dde4ee"
TODAY = Pen(fr.INK, 1.2, (2, 3))
DATED = Pen(fr.GREY, 0.9)
OPEN = Pen(fr.GREY, 0.9, (3, 2))
STEPS = (1, 2, 5, 10, 20, 50, 100, 500, 1000, 5000)


def ticks(first: int, last: int, most: float) -> int:
    """Every how many years a line is drawn, so that there are at most so many.

    >>> ticks(2010, 2030, 13), ticks(2010, 2012, 13)
    (2, 1)
    """
    return next(years for years in STEPS if (last - first + 1) / years <= most)


@dataclass(frozen=True, slots=True)
class Axis:
    """The years from the first to the last, both whole, over ``width`` pixels from ``left``.

    >>> axis = Axis(2020, 2021, left=10, width=731)
    >>> axis.x(date(2020, 1, 1)), axis.x(date(2020, 1, 31)), axis.x(date(2030, 1, 1))
    (10.0, 40.0, 741.0)
    """

    first: int
    last: int
    left: float
    width: float

    def x(self, on: date) -> float:
        """Where a day stands; what lies beyond either end stands at that end."""
        start = date(self.first, 1, 1).toordinal()
        end = date(self.last, 12, 31).toordinal() + 1
        share = (on.toordinal() - start) / (end - start)
        return self.left + self.width * min(max(share, 0.0), 1.0)

    def marks(self, bottom: float, today: date | None) -> list[Mark]:
        """A line and a number every few years, down to ``bottom``, and the line of the day if there is one."""
        every = ticks(self.first, self.last, max(self.width / 42, 1))
        years = range(-(-self.first // every) * every, self.last + 1, every)
        places = {year: self.x(date(year, 1, 1)) for year in years}
        lines = [Line(((x, -4), (x, bottom)), Pen(fr.RULE, 0.7)) for x in places.values()]
        labels = [Label(x, -9, str(year), TICK, "middle") for year, x in places.items()]
        marks: list[Mark] = [*lines, *labels]
        if today:
            x = self.x(today)
            marks.append(Line(((x, -4), (x, bottom)), TODAY))
        return marks


def lives(subject: Subject, plans: Collection[str]) -> Mapping[str, Life]:
    """When each plan was issued, begins and ends; read once for all languages."""
    known: dict[str, Life] = subject.graph.once(f"lives {subject.level.key}", dict)
    for plan in plans:
        if plan not in known:
            known[plan] = _life(subject, plan)
    return {plan: known[plan] for plan in plans}


def _life(subject: Subject, plan: str) -> Life:
    period = subject.graph.period(plan)
    begins = citations.span(period.since)
    ends = citations.span(period.until)
    dated = subject.known.chronology.dates.get(plan)
    return Life(
        dated.issued if dated else None,
        begins.first if begins else None,
        ends.last if ends else None,
    )


def axis_of(every: Collection[Life], today: date | None, *, left: float, width: float) -> Axis:
    """The axis on which some plans stand, and the day if there is one; without any day it has no years.

    >>> axis_of([Life(start=date(2020, 5, 1), end=date(2099, 1, 1))], None, left=0, width=100)
    Axis(first=2020, last=2030, left=0, width=100)
    >>> axis_of([], None, left=0, width=100)
    Axis(first=1, last=0, left=0, width=100)
    """
    if today:
        known = [today]
    else:
        known = [day for life in every if (day := life.first or life.end)]
    if not known:
        return Axis(1, 0, left, width)
    days = [*known]
    for life in every:
        issued = life.issued.last if life.issued else None
        days += [day for day in (life.first, life.end, issued) if day]
    # an end that is far away would leave no room for the rest
    last = min(max(days).year, max(known).year + AHEAD)
    return Axis(min(days).year, last, left, width)


def bar(axis: Axis, life: Life, y: float, colour: str, *, high: float) -> list[Mark]:
    """A bar from its beginning to its end, and a dot on the day it was issued.

    The edge is dashed where one end is not known. The dot is hollow where only a span of days is:
    it stands in the middle, with a line over the span.
    """
    marks: list[Mark] = []
    if life.first or life.end:
        start, right = _ends(axis, life)
        edge = DATED if life.end and life.first else OPEN
        marks.append(Box(start, y - high / 2, right - start, high, colour, edge))
    if life.issued:
        marks += _issued(axis, life.issued, y, high)
    return marks


def _ends(axis: Axis, life: Life) -> tuple[float, float]:
    stub = axis.width / (axis.last - axis.first + 1) * OPEN_END
    right = axis.x(life.end) if life.end else None
    if life.first is None:
        right = right or axis.left
        return max(right - stub, axis.left), right
    start = axis.x(life.first)
    return start, max(start + stub if right is None else right, start + 3)


def _issued(axis: Axis, issued: citations.Span, y: float, high: float) -> Iterator[Mark]:
    earliest = axis.x(issued.first)
    latest = axis.x(issued.last)
    if issued.first == issued.last:
        yield Dot(earliest, y, high * 0.26 + 1.2, fr.INK, Pen(fr.PAPER, 0.8))
    else:
        pen = Pen(fr.INK, 1.0)
        yield Line(((earliest, y), (latest, y)), pen)
        yield Dot((earliest + latest) / 2, y, high * 0.22 + 1.0, fr.PAPER, pen)


def place_of(axis: Axis, life: Life) -> float:
    """Where lines to a plan begin: at the day it was issued, else the first or the last known of it."""
    if life.issued:
        return (axis.x(life.issued.first) + axis.x(life.issued.last)) / 2
    day = life.first or life.end
    return axis.x(day) if day else axis.left


def open_end_sign(subject: Subject, colour: str) -> Sign:
    """The sign of a bar whose other end is not known."""
    marks = bar(Axis(2020, 2021, 2, 26), Life(start=date(2020, 1, 1)), 9, colour, high=10)
    return Sign(tuple(marks), subject.say("sign-open-end"))
