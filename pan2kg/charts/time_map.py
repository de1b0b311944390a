"""A plan among those it meets on an axis of years, with who cites whom and who could; or a whole country."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from pan2kg.charts import (
    choice as ch,
    country_map,
    frame as fr,
    lettering as lt,
    subject as sj,
    time_axis as ta,
)
from pan2kg.charts.drawing import Box, Group, Label, Line, Mark, Pen, Point
from pan2kg.charts.frame import Caption, Picture, PictureSize, Sign
from pan2kg.charts.lettering import Font
from pan2kg.charts.subject import Cell, Subject
from pan2kg.coherence.citations import Dates, Occasion, Verdict, feasible
from pan2kg.coherence.standing import Standing
from pan2kg.tables.figure_words import bits_words, named
from pan2kg.turtle.vocabulary import key

# sizes in pixels
SAYS = 310.0  # how wide the words beside the axis are
TOP = 24.0  # above the first plan, for the years
HIGH = 15.0  # how high the bar of a plan is
NAME = Font(12)
CHOSEN = Font(12, bold=True)
FINE = Font(11, colour=fr.GREY)
BAND = "#f3dfc1"
# the line of a citation: solid where it was seen, dashed where it was not, dotted where the dates
# are not known
PENS = {
    Standing.STATED: Pen(fr.BLUE, 2.0),
    Standing.ABSENT: Pen(fr.VERMILION, 1.8, (6, 4)),
    Standing.UNREAD: Pen("#8a5a00", 1.5, (8, 3, 2, 3)),
    Standing.UNDATED: Pen(fr.GREY, 1.3, (1.5, 3)),
    Standing.IMPOSSIBLE: Pen("#9a9a9a", 1.0),
}
# what is told of a citation in words, what asks for something first
TOLD = (Standing.ABSENT, Standing.UNREAD, Standing.STATED)

COLUMNS = (
    "plan",
    "plan_label",
    "adopted_from",
    "adopted_to",
    "starts",
    "ends",
    "bits",
    "texts",
    "cited_by_chosen",
    "cites_chosen",
    "verdict_of_chosen",
    "verdict_of_plan",
    "drawn",
)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where names and bars stand, in pixels.

    Names stand in a column of ``head`` pixels or, where there is none, above bars. The axis begins
    at ``left`` and is ``span`` wide, curves pass to its right as far as ``right``, and words stand
    beside them. A bar stands ``low`` below the middle of its ``row``.
    """

    head: float
    left: float
    span: float
    right: float
    row: float
    low: float = 0.0

    def out(self, start: Point, end: Point, at: int = 0) -> float:
        """How far to the right a curve passes: further the further apart its ends, and the next ones beyond.

        >>> WIDE.out((300.0, 20.0), (320.0, 120.0)), WIDE.out((300.0, 20.0), (680.0, 900.0))
        (362.0, 682.0)
        """
        beyond = max(start[0], end[0]) + 26 + 0.16 * abs(start[1] - end[1]) + 6.0 * at
        return min(beyond, self.right)


WIDE = Layout(head=220.0, left=236.0, span=440.0, right=682.0, row=40.0)
# in a page: what stands to the left of the words beside is as wide as a screen of 360 pixels
# leaves, where the page shows nothing else, and no letter is smaller than 10 pixels
IN_PAGE = Layout(head=0.0, left=13.0, span=259.0, right=314.0, row=34.0, low=8.0)


class Neighbour:
    """A plan that the chosen one meets, with the occasions to cite it and to be cited by it.

    ``texts`` counts what both share and ``bits`` weighs it; ``ways`` are the occasions of plans
    that are related, none where a document only names the two together.
    """

    def __init__(self, subject: Subject, chosen: str, plan: str) -> None:
        known = subject.known
        self.plan = plan
        self.out = known.way(chosen, plan)
        self.back = known.way(plan, chosen)
        self.texts = len(known.weight(chosen, plan).texts)
        self.bits = max(self.out.bits, self.back.bits)
        self.is_abroad = Verdict.ABROAD in {self.out.verdict, self.back.verdict}
        is_related = (chosen, plan) in known.ways or (plan, chosen) in known.ways
        self.ways = (self.out, self.back) if is_related else ()


class PlanMap:
    """Which plans are drawn around the chosen one, in which row each, and where on the axis.

    ``every`` neighbour stands in the table, those of the same country first, then those that share
    most; the first are ``drawn``. ``ends`` are where lines to a plan begin and end, in pixels.
    """

    def __init__(self, subject: Subject, plan: str, most: int, layout: Layout) -> None:
        self.subject = subject
        self.layout = layout
        self.chosen = ch.find(subject.graph, plan)
        self.every = _neighbours(subject, self.chosen)
        self.drawn = self.every[:most]
        self.names = subject.names((self.chosen, *(near.plan for near in self.every)))
        self.life_of = ta.lives(subject, self.names)
        plans = (self.chosen, *(near.plan for near in self.drawn))
        self.rows = sorted(plans, key=self.begins)
        lives = [self.life_of[plan] for plan in self.rows]
        self.axis = ta.axis_of(lives, subject.today, left=layout.left, width=layout.span)
        self.ends: dict[str, Point] = {}
        for row, plan in enumerate(self.rows):
            x = ta.place_of(self.axis, self.life_of[plan])
            self.ends[plan] = (x, layout.row * (row + 0.5) + layout.low)
        self.greatest = max((near.bits for near in self.drawn), default=0.0)

    def begins(self, plan: str) -> tuple[bool, date, str]:
        """What rows are sorted by: the day of adoption, or else of what is known; undated plans last."""
        life = self.life_of[plan]
        day = life.issued.first if life.issued else life.first or life.end or date.max
        return life.first is None, day, plan


def draw_time_map(subject: Subject, *, plan: str = "", top: object = 12) -> Picture:
    """A plan among the ``top`` plans it has most to do with, or without one all of the country.

    Raises:
        QueryError: an unknown plan, or a limit that is no whole number from 1.
        ProjectError: there is no plan to draw.
    """
    most = ch.whole(top, "top")
    if plan:
        return draw_plan_map(subject, plan, most, WIDE)
    return country_map.draw_country(subject)


def draw_plan_map(subject: Subject, plan: str, most: int, layout: Layout) -> Picture:
    """A plan and at most so many of those it meets, each a bar from its adoption to its end.

    Raises:
        QueryError: an unknown plan.
    """
    drawn = PlanMap(subject, plan, most, layout)
    bottom = layout.row * len(drawn.rows)
    marks: list[Mark] = [
        *drawn.axis.marks(bottom, subject.today),
        Group(tuple(_bands(drawn))),
        Group(tuple(_bars(drawn))),
        Group(tuple(_curves(drawn))),
        Group(tuple(_beside(drawn)), tags=() if layout.head else (("beside", "1"),)),
    ]
    undrawn = len(drawn.every) - len(drawn.drawn)
    note = subject.say("left-out", what=subject.say("field-plans", n=undrawn))
    caption = Caption(
        " ".join(_title(drawn)),
        subject.say("time-map-lead"),
        tuple(_signs(drawn)),
        (note,) if undrawn else (),
        (subject.say("chosen-by", plan=drawn.names[drawn.chosen].key),),
    )
    size = PictureSize(layout.right + 10 + SAYS, TOP + bottom + layout.low, TOP)
    return Picture(subject, "time-map", caption, size, marks, COLUMNS, lambda: _table_rows(drawn))


def _neighbours(subject: Subject, chosen: str) -> list[Neighbour]:
    # the same in each language and at each width
    def meet() -> list[Neighbour]:
        return [Neighbour(subject, chosen, plan) for plan in subject.known.partners.get(chosen, ())]

    met = subject.graph.once(f"met/{subject.level.key}/{chosen}", meet)
    return sorted(met, key=lambda near: (near.is_abroad, -near.bits, near.plan))


# What is said of one plan citing another


def state_of(occasion: Occasion) -> Standing:
    """Which of the five lines of :data:`PENS` shows it: what nobody expects is impossible or undated."""
    if occasion.state is Standing.STATED:
        return Standing.STATED
    if occasion.is_expected:
        return Standing.ABSENT if occasion.state is Standing.ABSENT else Standing.UNREAD
    return Standing.UNDATED if occasion.verdict is Verdict.UNDATED else Standing.IMPOSSIBLE


def words_of(subject: Subject, occasion: Occasion) -> str:
    """What is seen or missing, or else why no citation is expected."""
    state = state_of(occasion)
    if state in TOLD:
        return subject.say(f"kind-{state.value}")
    return named(occasion.verdict).say(subject.language)


# Marks


def _bands(drawn: PlanMap) -> Iterator[Mark]:
    # what is shared, the broader the more
    for near in drawn.drawn:
        if near.bits > 0:
            start = drawn.ends[drawn.chosen]
            end = drawn.ends[near.plan]
            pen = Pen(BAND, 3 + 11 * near.bits / drawn.greatest)
            band = fr.bow(start, end, pen, drawn.layout.out(start, end))
            yield Group((band,), tags=sj.tags(drawn.subject, (near.plan,)))


def _bars(drawn: PlanMap) -> Iterator[Mark]:
    subject = drawn.subject
    axis = drawn.axis
    for plan in drawn.rows:
        y = drawn.ends[plan][1]
        life = drawn.life_of[plan]
        name = drawn.names[plan]
        if life.is_drawn:
            colour = fr.BLUE if plan == drawn.chosen else ta.PALE
            bar = ta.bar(axis, life, y, colour, high=HIGH)
        else:
            bar = fr.hatched(Box(axis.left + 4, y - HIGH / 2, axis.width - 8, HIGH))
        label = fr.spoken(name, [_name_label(drawn, plan, y)])
        tags = sj.tags(subject, (plan,), life=life)
        yield Group((*label, *bar), title=name.full, address=subject.leads(plan), tags=tags)


def _name_label(drawn: PlanMap, plan: str, y: float) -> Label:
    layout = drawn.layout
    text = drawn.names[plan].text
    font = CHOSEN if plan == drawn.chosen else NAME
    if not layout.head:
        return Label(0, y - layout.low - 4, lt.shorten(text, layout.right, font), font)
    lines = lt.wrap(text, layout.head - 4, font, 2)
    top = y - lt.height_of(len(lines), font) / 2
    return Label(layout.head, top + font.size, "\n".join(lines), font, "end")


def _curves(drawn: PlanMap) -> Iterator[Mark]:
    # where neither could cite the other, one line says so
    for near in drawn.drawn:
        possible = [way for way in near.ways if state_of(way) is not Standing.IMPOSSIBLE]
        for at, occasion in enumerate(possible or near.ways[:1]):
            yield _curve(drawn, near, occasion, at)


def _curve(drawn: PlanMap, near: Neighbour, occasion: Occasion, at: int) -> Group:
    subject = drawn.subject
    state = state_of(occasion)
    start = drawn.ends[occasion.source]
    end = drawn.ends[occasion.target]
    pen = PENS[state]
    marks: list[Mark] = [fr.bow(start, end, pen, drawn.layout.out(start, end, at))]
    if state in TOLD:
        marks.append(Line.arrow((end[0] + 5, end[1]), math.pi, pen.colour, 8))
    words = subject.say(
        "time-map-way",
        one=drawn.names[occasion.source].text,
        two=drawn.names[occasion.target].text,
        state=words_of(subject, occasion),
    )
    if state is Standing.STATED:
        words += sj.quoted(subject, _links(subject, occasion))
    plans = (drawn.chosen, near.plan)
    level = subject.known.link_level(occasion.source, occasion.target)
    tags = sj.tags(subject, plans, kind=state.value, level=level)
    return Group(tuple(marks), title=words, address=subject.leads(*plans), tags=tags)


def _links(subject: Subject, occasion: Occasion) -> Iterator[str]:
    # those by which the source, or a work of it, cites the target
    homes = subject.graph.homes
    for statement in subject.known.between(occasion.source, occasion.target):
        home = homes.get(statement.source, statement.source)
        if statement.is_citation and home == occasion.source:
            yield statement.link


def _beside(drawn: PlanMap) -> Iterator[Mark]:
    x = drawn.layout.right + 12
    for near in drawn.drawn:
        y = drawn.ends[near.plan][1]
        marks = (*_cited_words(drawn, near, x, y), *_shared_words(drawn, near, x, y))
        yield Group(marks, tags=sj.tags(drawn.subject, (near.plan,)))


def _cited_words(drawn: PlanMap, near: Neighbour, x: float, y: float) -> Iterator[Mark]:
    # in the colour of what asks most for something
    subject = drawn.subject
    colour = fr.GREY
    if near.ways:
        states = {state_of(occasion) for occasion in near.ways}
        if told := [state for state in TOLD if state in states]:
            colour = PENS[told[0]].colour
        words = _states_in_words(subject, subject.brief(drawn.chosen), near)
    else:
        words = subject.say("time-map-together")
    yield Label(
        x, y - 2, lt.shorten(words, SAYS - 20, fr.STRONG), fr.STRONG._replace(colour=colour)
    )


def _states_in_words(subject: Subject, chosen: str, near: Neighbour) -> str:
    out = state_of(near.out)
    back = state_of(near.back)
    verdict = near.back.verdict
    if back in TOLD or verdict in {Verdict.IMPOSSIBLE, Verdict.EXPECTED}:
        reason = verdict.value if back is Standing.IMPOSSIBLE else back.value
        words = [subject.say(f"time-map-back-{reason}", plan=chosen)]
    else:
        words = [named(verdict).say(subject.language)]
    if out in TOLD:
        words.append(subject.say(f"time-map-out-{out.value}", plan=chosen))
    if back not in TOLD and lt.measure(" · ".join(words), fr.STRONG) > SAYS - 20:
        # why it does not cite the chosen one gives way
        words = words[1:]
    return " · ".join(words)


def _shared_words(drawn: PlanMap, near: Neighbour, x: float, y: float) -> Iterator[Mark]:
    subject = drawn.subject
    if near.texts:
        bits = bits_words(near.bits, subject.language)
        words = subject.say("time-map-shared", n=near.texts, bits=bits)
    else:
        words = subject.say("time-map-no-text")
    if level := subject.known.link_level(near.plan, drawn.chosen):
        yield from fr.level_mark(x + 4, y + 8.5, level, fr.INK)
    yield Label(x + 13, y + 12, lt.shorten(words, SAYS - 30, FINE), FINE)


# Title, legend and table


def _title(drawn: PlanMap) -> Iterator[str]:
    # how many it meets and cites; how many came later, and how many of these cite it
    say = drawn.subject.say
    every = drawn.every
    home = sum(not near.is_abroad for near in every)
    cites = sum(near.out.state is Standing.STATED for near in every)
    expected = [near.back for near in every if near.ways and near.back.is_expected]
    cited = sum(occasion.state is Standing.STATED for occasion in expected)
    chosen = drawn.subject.brief(drawn.chosen)
    yield say("time-map-meets", plan=chosen, n=len(every), home=home)
    yield say("time-map-cites", n=cites)
    others = _others(drawn)
    if others:
        when = drawn.subject.known.chronology
        later = sum(feasible(when, plan, drawn.chosen) is True for plan in others)
        of = len(others)
        yield say("time-map-later", n=later, of=of, ground=len(expected), seen=cited)


def _others(drawn: PlanMap) -> list[str]:
    # the other plans of its country, of another line of editions
    when = drawn.subject.known.chronology
    country = when.dates.get(drawn.chosen, Dates()).country
    line = when.line.get(drawn.chosen, drawn.chosen)
    return [
        plan
        for plan, dates in when.dates.items()
        if dates.country == country and when.line.get(plan, plan) != line and country
    ]


def _signs(drawn: PlanMap) -> Iterator[Sign]:
    # what is drawn; and what a missing citation looks like always
    subject = drawn.subject
    say = subject.say
    lives = [drawn.life_of[plan] for plan in drawn.rows]
    states = {Standing.ABSENT}
    states.update(state_of(occasion) for near in drawn.drawn for occasion in near.ways)
    if drawn.greatest:
        yield fr.sign(Pen(BAND, 10), say("sign-band"))
    for state, pen in PENS.items():
        if state in states:
            yield fr.sign(pen, say(f"kind-{state.value}"))
    yield from fr.weight_signs(subject, 0.0)
    if any(life.is_open for life in lives):
        yield ta.open_end_sign(subject, ta.PALE)
    if subject.today:
        yield fr.sign(ta.TODAY, say("sign-as-of"), upright=True)
    if any(not life.is_drawn for life in lives):
        yield fr.sign("", say("sign-hatch-date"))


def _table_rows(drawn: PlanMap) -> Iterator[tuple[Cell, ...]]:
    for near in drawn.every:
        yield (
            near.plan,
            drawn.names[near.plan].text or key(near.plan),
            *drawn.life_of[near.plan].cells,
            near.bits,
            near.texts,
            near.out.state.value,
            near.back.state.value,
            near.out.verdict.value,
            near.back.verdict.value,
            "true" if near in drawn.drawn else "false",
        )
