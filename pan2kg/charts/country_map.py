"""All plans of a country on an axis of years, a lane a field of policy, with their citations.

It is what the picture ``time-map`` draws where no plan is chosen. The colours of fields are those of
the home page and of the network to explore.
"""

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from pan2kg.charts import frame as fr, lettering as lt, subject as sj, time_axis as ta
from pan2kg.charts.drawing import Box, Group, Label, Mark, Pen, Point
from pan2kg.charts.frame import Caption, Picture, PictureSize, Sign
from pan2kg.charts.lettering import Font
from pan2kg.charts.subject import Cell, Subject
from pan2kg.charts.ties import CitationEnds
from pan2kg.errors import ProjectError
from pan2kg.i18n import format_of

COLUMNS = (
    "field",
    "field_label",
    "plan",
    "plan_label",
    "adopted_from",
    "adopted_to",
    "starts",
    "ends",
    "cites",
    "drawn",
)
# sizes in pixels
TOP = 24.0  # above the first lane, for the years
HEAD = 150.0  # how wide the names of the fields are
SPAN = 1000.0  # how long the axis is
LONGEST = 190.0  # how wide the name of a plan may be, to the right of its bar
WIDE = HEAD + SPAN + 12 + LONGEST
STEP = 14.0  # from one row of a lane to the next
PAD = 5.0  # above the first row of a lane, and below its last
LEAST = 80.0  # how low a lane may be
THIN = 8.0  # how high a bar is
NAME = Font(9)
HOME = Font(9, bold=True)
CITED = Pen("#7fb2d6", 1.1)
# a colour a field of policy, in the order of their keys; apart for colour-blind readers, and never
# alone
FIELD_COLOURS = ("#56b4e9", "#999999", "#009e73", "#0072b2", "#cc79a7", "#e69f00")


class PlacedPlan(NamedTuple):
    """A plan on the axis: where its bar begins, where it ends and its name follows, in pixels."""

    plan: str
    start: float
    right: float


class FieldLane(NamedTuple):
    """The plans of a field of policy, those with a date on rows; ``field`` is empty where none is known."""

    field: str
    plans: list[str]
    rows: list[list[PlacedPlan]]
    undated: list[str]
    top: float
    high: float

    def middle(self, row: int) -> float:
        """How far down the middle of a row is."""
        return self.top + PAD + STEP * (row + 0.5)


class CountryMap:
    """The plans of a country, when each was in force, who cites whom, and the lanes they stand in.

    ``places`` are where lines to a plan with a date begin and end, in pixels; ``cites`` counts how
    many plans each plan cites.
    """

    def __init__(self, subject: Subject) -> None:
        graph = subject.graph
        self.subject = subject
        self.home = graph.profile.home_plan
        self.plans = _plans_of_country(subject)
        self.life_of = ta.lives(subject, self.plans)
        self.names = subject.names([*self.plans, *graph.policy_fields.values()])
        lives = self.life_of.values()
        self.axis = ta.axis_of(lives, subject.today, left=HEAD + 12, width=SPAN)
        self.citations = _citations(subject, self.plans)
        self.cites = Counter(pair.citing for pair in self.citations)
        self.lanes = list(self.stacked())
        self.bottom = self.lanes[-1].top + self.lanes[-1].high
        self.places: dict[str, Point] = {}
        for lane in self.lanes:
            for row, on_row in enumerate(lane.rows):
                for placed in on_row:
                    x = ta.place_of(self.axis, self.life_of[placed.plan])
                    self.places[placed.plan] = (x, lane.middle(row))

    def stacked(self) -> Iterator[FieldLane]:
        """The lanes from top to bottom: that of the home plan, then those with most plans, no field last."""
        fields = self.subject.graph.policy_fields
        by_field: dict[str, list[str]] = {}
        for plan in self.plans:
            by_field.setdefault(fields.get(plan, ""), []).append(plan)
        home = fields.get(self.home, "")
        order = sorted(
            by_field, key=lambda field: (field == "", field != home, -len(by_field[field]), field)
        )
        top = 0.0
        for field in order:
            plans = by_field[field]
            rows = self.rowed(plans)
            undated = [plan for plan in plans if not self.life_of[plan].is_drawn]
            high = max(STEP * (len(rows) + bool(undated)), LEAST) + 2 * PAD
            yield FieldLane(field, plans, rows, undated, top, high)
            top += high

    def rowed(self, plans: Sequence[str]) -> list[list[PlacedPlan]]:
        """Plans with a date on as few rows as keep their names and bars apart."""
        placed = [self.placed(plan) for plan in plans if self.life_of[plan].is_drawn]
        dots = {plan: ta.place_of(self.axis, self.life_of[plan]) for plan in plans}
        rows: list[list[PlacedPlan]] = []
        ends: list[float] = []
        for bar in sorted(placed, key=lambda bar: (dots[bar.plan], bar.plan)):
            name_room = lt.measure(self.names[bar.plan].text, NAME)
            end = bar.right + 4 + min(name_room, LONGEST)
            free = [row for row, row_end in enumerate(ends) if row_end + 8 <= bar.start]
            if free:
                rows[free[0]].append(bar)
                ends[free[0]] = end
            else:
                rows.append([bar])
                ends.append(end)
        return rows

    def placed(self, plan: str) -> PlacedPlan:
        """How far the bar of a plan and the dot of its adoption reach."""
        dot = ta.place_of(self.axis, self.life_of[plan])
        edges = [dot - 4, dot + 4]
        for mark in ta.bar(self.axis, self.life_of[plan], 0, "", high=THIN):
            if isinstance(mark, Box):
                edges += [mark.x, mark.x + mark.width]
        return PlacedPlan(plan, min(edges), max(edges))


def colour_of(subject: Subject, field: str) -> str:
    """The colour of a field of policy, ``#rrggbb``; that of the paper where there is none."""
    fields = sorted(set(subject.graph.policy_fields.values()))
    if field not in fields:
        return fr.PAPER
    return FIELD_COLOURS[fields.index(field) % len(FIELD_COLOURS)]


def draw_country(subject: Subject) -> Picture:
    """Every plan of the country of the project, or every plan where it names no country.

    Raises:
        ProjectError: there is none.
    """
    drawn = CountryMap(subject)
    marks: list[Mark] = [
        *_stripes(drawn),
        *drawn.axis.marks(drawn.bottom, subject.today),
        *_lines_of_citations(drawn),
    ]
    for lane in drawn.lanes:
        marks += _lane_head(drawn, lane)
        marks += _bars(drawn, lane)
        marks += _undated(drawn, lane)

    undrawn = sum(len(lane.undated) for lane in drawn.lanes)
    caption = Caption(
        subject.say("country-map-title", n=len(drawn.plans), cited=len(drawn.citations)),
        subject.say("country-map-lead"),
        tuple(_signs(drawn)),
        (subject.say("country-map-undated", n=undrawn),) if undrawn else (),
    )
    size = PictureSize(WIDE, TOP + drawn.bottom, TOP)
    return Picture(subject, "time-map", caption, size, marks, COLUMNS, lambda: _rows(drawn))


def _plans_of_country(subject: Subject) -> list[str]:
    country = subject.graph.profile.country
    plans = list(subject.known.tables.works.plans)
    if country:
        plans = [plan for plan in plans if subject.graph.country_of.get(plan) == country]
    if not plans:
        raise ProjectError("no-action-to-measure", remedy="add-plan")
    return plans


def _citations(subject: Subject, plans: Sequence[str]) -> list[CitationEnds]:
    """Which of these plans cite each other, as far as that counts at the level."""
    chronology = subject.known.chronology
    among = set(plans)
    citations = []
    for pair in itertools.starmap(CitationEnds, chronology.cited):
        if among.issuperset(pair) and chronology.seen(*pair, subject.known.level):
            citations.append(pair)
    return citations


# Marks


def _stripes(drawn: CountryMap) -> Iterator[Mark]:
    for at, lane in enumerate(drawn.lanes):
        yield Box(0, lane.top, WIDE, lane.high, fr.SHADE if at % 2 == 0 else fr.PAPER)


def _lines_of_citations(drawn: CountryMap) -> Iterator[Mark]:
    subject = drawn.subject
    for pair in drawn.citations:
        if drawn.places.keys() >= set(pair):
            start = drawn.places[pair.citing]
            end = drawn.places[pair.cited]
            # the bend is beside the bars, and the farther the rows are apart the rounder
            out = max(start[0], end[0]) + 14 + 0.08 * abs(start[1] - end[1])
            citing = drawn.names[pair.citing].text
            cited = drawn.names[pair.cited].text
            title = subject.say("time-map-cites-pair", one=citing, two=cited)
            tags = sj.tags(subject, pair, kind="seen")
            line = fr.bow(start, end, CITED, out)
            yield Group((line,), title=title, address=subject.leads(*pair), tags=tags)


def _lane_head(drawn: CountryMap, lane: FieldLane) -> Iterator[Mark]:
    """Its colour and name, how many plans it has, and how many of them have no date."""
    say = drawn.subject.say
    yield Box(0, lane.top, 5, lane.high, colour_of(drawn.subject, lane.field))
    label = drawn.names[lane.field].text if lane.field else ""
    name = label[:1].upper() + label[1:] if lane.field else say("no-field")
    lines = lt.wrap(name, HEAD - 24, fr.STRONG, 4)
    for row, line in enumerate(lines):
        yield Label(12, lane.top + 16 + 14 * row, line, fr.STRONG)
    below = lane.top + 17 + 14 * len(lines)
    yield Label(12, below, say("field-plans", n=len(lane.plans)), fr.FINE)
    if lane.undated:
        yield Label(12, below + 12, say("field-undated", n=len(lane.undated)), fr.FINE)


def _bars(drawn: CountryMap, lane: FieldLane) -> Iterator[Mark]:
    subject = drawn.subject
    colour = colour_of(subject, lane.field)
    for row, on_row in enumerate(lane.rows):
        y = lane.middle(row)
        for placed in on_row:
            plan = placed.plan
            life = drawn.life_of[plan]
            name = drawn.names[plan]
            font = HOME if plan == drawn.home else NAME
            fill = fr.INK if plan == drawn.home else colour
            text = lt.shorten(name.text, LONGEST, font)
            label = Label(placed.right + 4, y + 3.2, text, font, language=name.language)
            bar = ta.bar(drawn.axis, life, y, fill, high=THIN)
            tags = sj.tags(subject, (plan,), life=life)
            yield Group((*bar, label), title=name.full, address=subject.leads(plan), tags=tags)


def _undated(drawn: CountryMap, lane: FieldLane) -> Iterator[Mark]:
    subject = drawn.subject
    if lane.undated:
        names = (drawn.names[plan].text for plan in lane.undated)
        listed = format_of("semicolon", subject.language).join(names)
        words = subject.say("field-undated-plans", plans=listed)
        text = lt.shorten(words, SPAN + LONGEST, fr.FINE)
        yield Label(drawn.axis.left, lane.middle(len(lane.rows)) + 3.2, text, fr.FINE)


# Legend and table


def _signs(drawn: CountryMap) -> Iterator[Sign]:
    subject = drawn.subject
    colour = colour_of(subject, drawn.lanes[0].field)
    life = sj.Life(start=date(2020, 1, 1), end=date(2022, 12, 31))
    period = ta.bar(ta.Axis(2020, 2022, 2, 26), life, 9, colour, high=10)
    yield Sign(tuple(period), subject.say("sign-period"))
    yield ta.open_end_sign(subject, colour)
    yield fr.sign(CITED, subject.say("kind-seen"))
    if subject.today:
        yield fr.sign(ta.TODAY, subject.say("sign-as-of"), upright=True)


def _rows(drawn: CountryMap) -> Iterator[tuple[Cell, ...]]:
    for lane in drawn.lanes:
        label = drawn.names[lane.field].text if lane.field else None
        dated = [placed.plan for on_row in lane.rows for placed in on_row]
        for plan in (*dated, *lane.undated):
            life = drawn.life_of[plan]
            yield (
                lane.field or None,
                label,
                plan,
                drawn.names[plan].text,
                *life.cells,
                drawn.cites[plan],
                "true" if life.is_drawn else "false",
            )
