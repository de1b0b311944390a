"""An axis of years with plans on it, each a dot and a bar; and all plans of a country on one, with their citations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from pan2kg.charts.drawing import Box, Dot, Font, Group, Label, Line, Mark, Pen, Point, measure, shorten, wrap
from pan2kg.charts.frame import GREY, INK, PAPER, RULE, SHADE, Body, Caption, Picture, Sign, frame
from pan2kg.charts.subject import Cell, Names, Subject, Tags, table, tags
from pan2kg.coherence.citations import Span, State, span
from pan2kg.errors import ProjectError

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
    """When a plan was issued, begins and ends, as far as known; ``end`` is the last day of its period."""

    issued: Span | None = None
    start: date | None = None
    end: date | None = None

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


HEAD: Final = 150.0
SPAN: Final = 1000.0
STEP: Final = 14.0
HIGH: Final = 8.0
TOP: Final = 24.0
LONGEST: Final = 190.0
NAME: Final = Font(9)
STRONG: Final = Font(9, bold=True)
LANE: Final = Font(11.5, bold=True)
FINE: Final = Font(9.5, colour=GREY)
CITED: Final = Pen("#7fb2d6", 1.1)

COLUMNS: Final = (
    "field", "field_label", "plan", "plan_label", "adopted_from", "adopted_to", "starts", "ends", "cites", "drawn",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Lane:
    """The plans of a field of policy: those on the axis in rows that do not overlap, and those without a date."""

    field: str
    rows: tuple[tuple[str, ...], ...]
    undated: tuple[str, ...]

    @property
    def plans(self) -> tuple[str, ...]:
        """All of them."""
        return (*(plan for row in self.rows for plan in row), *self.undated)


def draw_country(subject: Subject) -> Picture:
    """All plans of the country of the profile; of all countries where it names none.

    Raises:
        ProjectError: the graph holds no action, or no plan of the country.
    """
    graph, known = subject.graph, subject.known
    country = graph.profile.country
    of = [one for one in known.tables.works.plans if not country or graph.country_of.get(one) == country]
    if not of:
        raise ProjectError("no-action-to-measure", remedy="add-plan")
    found, names = lives(subject, of), subject.names(of)
    axis = axis_of(found.values(), graph.as_of, left=HEAD + 12, width=SPAN)
    lanes = _lanes(subject, of, names, (axis, found))
    cited = [(x, y) for x, y in known.chronology.cited if x in found and y in found and known.cites(x, y) is State.SEEN]
    dated = [one for one in of if found[one].is_dated or found[one].issued]
    caption = Caption(
        subject.say("country-map-title", n=len(of), cited=len(cited)),
        subject.say("country-map-lead"),
        _signs(subject, lanes),
        (subject.say("country-map-undated", n=len(of) - len(dated)),) if len(dated) < len(of) else (),
    )
    drawing = frame(subject, caption, _body(subject, names, lanes, (axis, found), cited))
    cells = (_row(subject, names, lane, plan, found[plan], cited) for lane in lanes for plan in lane.plans)
    return Picture("time-map", subject.language, drawing, table(COLUMNS, cells))


def colour_of(subject: Subject, field: str) -> str:
    """The colour of a field of policy, the same in every picture; white for none."""
    fields = sorted(set(subject.graph.policy_fields.values()))
    return FIELD_COLOURS[fields.index(field) % len(FIELD_COLOURS)] if field in fields else PAPER


def _lanes(
    subject: Subject, plans: Sequence[str], names: Names, where: tuple[Axis, Mapping[str, Life]]
) -> tuple[Lane, ...]:
    """A lane a field, that of the home plan first, then those with most plans; plans without a field last."""
    axis, found = where
    fields, home = subject.graph.policy_fields, subject.graph.profile.home_plan
    held: dict[str, list[str]] = {}
    for plan in plans:
        held.setdefault(fields.get(plan, ""), []).append(plan)
    own = fields.get(home, "")
    lanes = []
    for field in sorted(held, key=lambda one: (one == "", one != own, -len(held[one]), one)):
        drawn = sorted(
            (one for one in held[field] if found[one].is_dated or found[one].issued),
            key=lambda one: (place_of(axis, found[one]), one),
        )
        rows: list[tuple[float, list[str]]] = []
        for plan in drawn:
            left, right = _extent(axis, found[plan], names[plan].text)
            at = next((at for at, (end, _) in enumerate(rows) if end + 8 <= left), len(rows))
            row = rows[at][1] if at < len(rows) else []
            rows[at : at + 1] = [(right, [*row, plan])]
        undated = tuple(one for one in held[field] if one not in set(drawn))
        lanes.append(Lane(field, tuple(tuple(row) for _, row in rows), undated))
    return tuple(lanes)


def _extent(axis: Axis, life: Life, name: str) -> tuple[float, float]:
    """From where to where a plan and its name reach."""
    left, right = _bar_ends(axis, life)
    return left, right + 4 + min(measure(name, NAME), LONGEST)


def _bar_ends(axis: Axis, life: Life) -> tuple[float, float]:
    drawn = [mark for mark in bar(axis, life, 0, "", high=HIGH) if isinstance(mark, Box)]
    dot = place_of(axis, life)
    edges = [edge for box in drawn for edge in (box.x, box.x + box.width)]
    return min([dot - 4, *edges]), max([dot + 4, *edges])


def _body(
    subject: Subject, names: Names, lanes: Sequence[Lane], where: tuple[Axis, Mapping[str, Life]],
    cited: Sequence[tuple[str, str]],
) -> Body:  # fmt: skip
    axis, found = where
    back: list[Mark] = []
    front: list[Mark] = []
    places: dict[str, Point] = {}
    y = 0.0
    for at, lane in enumerate(lanes):
        high = _high(lane)
        back.append(Box(0, y, HEAD + SPAN + 12 + LONGEST, high, SHADE if at % 2 == 0 else PAPER))
        front += _head(subject, lane, y)
        for row, plans in enumerate(lane.rows):
            middle = y + 5 + STEP * (row + 0.5)
            for plan in plans:
                places[plan] = place_of(axis, found[plan]), middle
                front += _plan(subject, names, (axis, found[plan], middle), plan, lane.field)
        if lane.undated:
            said = subject.say("field-undated-plans", plans=subject.listed(names[plan].text for plan in lane.undated))
            below = y + 5 + STEP * (len(lane.rows) + 0.5) + 3.2
            front.append(Label(axis.left, below, shorten(said, SPAN + LONGEST, FINE), FINE))
        y += high
    ways = [mark for pair in cited for mark in _way(subject, names, pair, places)]
    lines = [*axis.marks(y), axis.today(subject.graph.as_of, y)]
    return Body(HEAD + SPAN + 12 + LONGEST, TOP + y, (Group((*back, *lines, *ways, *front), shift=(0, TOP)),))


def _high(lane: Lane) -> float:
    """How high a lane is: its rows and the line of those without a date, or the words at its head."""
    return max(STEP * (len(lane.rows) + bool(lane.undated)), 80.0) + 10


def _head(subject: Subject, lane: Lane, y: float) -> Iterator[Mark]:
    label = subject.names([lane.field])[lane.field].text if lane.field else subject.say("no-field")
    lines = wrap(label[:1].upper() + label[1:], HEAD - 24, LANE, 4)
    yield Box(0, y, 5, _high(lane), colour_of(subject, lane.field))
    for at, line in enumerate(lines):
        yield Label(12, y + 16 + 14 * at, line, LANE)
    said = [subject.say("field-plans", n=len(lane.plans))]
    said += [subject.say("field-undated", n=len(lane.undated))] if lane.undated else []
    for at, line in enumerate(said):
        yield Label(12, y + 17 + 14 * len(lines) + 12 * at, line, FINE)


def _plan(subject: Subject, names: Names, where: tuple[Axis, Life, float], plan: str, field: str) -> Iterator[Mark]:
    axis, life, y = where
    name, is_home = names[plan], plan == subject.graph.profile.home_plan
    font = STRONG if is_home else NAME
    right = _bar_ends(axis, life)[1]
    marks = bar(axis, life, y, INK if is_home else colour_of(subject, field), high=HIGH)
    marks.append(Label(right + 4, y + 3.2, shorten(name.text, LONGEST, font), font, language=name.language))
    yield Group(tuple(marks), title=name.full, address=subject.leads(plan), tags=plan_tags(subject, plan, life))


def _way(subject: Subject, names: Names, pair: tuple[str, str], places: Mapping[str, Point]) -> Iterator[Mark]:
    """A citation as a curve to the right of both; where one of the two has no date there is none."""
    if pair[0] in places and pair[1] in places:
        (x1, y1), (x2, y2) = places[pair[0]], places[pair[1]]
        out = max(x1, x2) + 14 + 0.08 * abs(y1 - y2)
        line = Line(((x1, y1), (out, y1), (out, y2), (x2, y2)), CITED, curved=True)
        words = subject.say("time-map-cites-pair", one=names[pair[0]].text, two=names[pair[1]].text)
        yield Group((line,), title=words, address=subject.leads(*pair), tags=tags(subject, pair, kind="seen"))


def _signs(subject: Subject, lanes: Sequence[Lane]) -> tuple[Sign, ...]:
    colour = next((colour_of(subject, lane.field) for lane in lanes), PAPER)
    whole = Life(start=date(2020, 1, 1), end=date(2022, 12, 31))
    return (
        Sign(tuple(bar(Axis(2020, 2022, 2, 26), whole, 9, colour, high=10)), subject.say("sign-period")),
        open_end_sign(subject, colour),
        Sign((Line(((0, 9), (30, 9)), CITED),), subject.say("sign-citation-seen")),
        Sign((Line(((15, 0), (15, 18)), Pen(INK, 1.2, (2, 3))),), subject.say("sign-as-of")),
    )  # fmt: skip


def _row(
    subject: Subject, names: Names, lane: Lane, plan: str, life: Life, cited: Sequence[tuple[str, str]]
) -> tuple[Cell, ...]:
    label = subject.names([lane.field])[lane.field].text if lane.field else None
    return (
        lane.field or None, label, plan, names[plan].text, life.issued.first if life.issued else None,
        life.issued.last if life.issued else None, life.start, life.end, sum(x == plan for x, _ in cited),
        "false" if plan in lane.undated else "true",
    )  # fmt: skip
