"""Plans on an axis of years: a plan among those it meets, with who cites whom and who could, or a whole country."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from pan2kg.charts.drawing import (
    Box,
    Font,
    Group,
    Label,
    Line,
    Mark,
    Pen,
    Point,
    arrow,
    height_of,
    measure,
    paragraph,
    shorten,
    wrap,
)
from pan2kg.charts.frame import (
    BLUE,
    GREY,
    INK,
    NARROW_SHEET,
    VERMILION,
    WIDE_SHEET,
    Body,
    Caption,
    Picture,
    Sign,
    frame,
)
from pan2kg.charts.grid import find, hatch_sign, hatched, level_mark, level_signs
from pan2kg.charts.subject import Cell, Names, Subject, quoted, table, tags, whole
from pan2kg.charts.time_axis import Axis, Life, axis_of, bar, draw_country, lives, open_end_sign, place_of, plan_tags
from pan2kg.coherence.citations import Occasion, State, Verdict
from pan2kg.tables.figure_words import bits_words, named
from pan2kg.turtle.vocabulary import key

SAYS: Final = 310.0
TOP: Final = 24.0
HIGH: Final = 15.0
NAME: Final = Font(12)
CHOSEN: Final = Font(12, bold=True)
TAKE: Final = Font(11.5, bold=True)
FINE: Final = Font(11, colour=GREY)

PALE: Final = "#dde4ee"
BAND: Final = "#f3dfc1"
OPEN: Final = "#8a5a00"
PENS: Final = {
    State.SEEN: Pen(BLUE, 2.0),
    State.ABSENT: Pen(VERMILION, 1.8, (6, 4)),
    State.OPEN: Pen(OPEN, 1.5, (8, 3, 2, 3)),
    State.UNDATED: Pen(GREY, 1.3, (1.5, 3)),
    State.IMPOSSIBLE: Pen("#9a9a9a", 1.0),
}
"""The line of a citation: solid where it was seen, dashed where it was not, dotted where the dates are not known."""

TOLD: Final = (State.ABSENT, State.OPEN, State.SEEN)
"""What is told of a citation in words, what asks for something first."""

COLUMNS: Final = (
    "plan", "plan_label", "adopted_from", "adopted_to", "starts", "ends", "bits", "texts", "cited_by_chosen",
    "cites_chosen", "verdict_of_chosen", "verdict_of_plan", "drawn",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Layout:
    """Where names and bars stand, in pixels: names in a column of ``head`` pixels or, where there is none, above bars.

    Curves pass to the right of the axis, which is ``span`` wide, within ``room``; ``low`` is how far below the middle
    of its row a bar stands.
    """

    head: float
    span: float
    row: float
    room: float
    low: float = 0.0

    @property
    def left(self) -> float:
        """Where the axis begins."""
        return self.head + 16 if self.head else 10.0

    @property
    def right(self) -> float:
        """How far curves reach."""
        return self.left + self.span + self.room


WIDE: Final = Layout(head=220.0, span=440.0, row=40.0, room=6.0)
NARROW: Final = Layout(head=0.0, span=262.0, row=34.0, room=42.0, low=8.0)
"""For a screen of 360 pixels: the whole picture is as wide as that leaves, and no letter is smaller than 10 pixels."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A plan the chosen one meets: what each could say of the other, what they share in bits and in texts."""

    plan: str
    out: Occasion
    back: Occasion
    texts: int

    @property
    def bits(self) -> float:
        """What the two share, in bits, ≥ 0."""
        return max(self.out.bits, self.back.bits)

    @property
    def is_abroad(self) -> bool:
        """Whether it is a plan of another country, which nobody asks to be cited."""
        return Verdict.ABROAD in {self.out.verdict, self.back.verdict}


def draw_time_map(subject: Subject, *, plan: str = "", top: object = 12) -> Picture:
    """A plan among those it meets, each at its time; without a plan all plans of the country by fields of policy.

    Plans of the same country come first, then those that share most; ``top`` of them are drawn.

    Raises:
        QueryError: an unknown plan, with the nearest names; a number that is none.
    """
    most = whole(top, "top")
    return _drawn(subject, find(subject.graph, plan), most, WIDE) if plan else draw_country(subject)


def draw_narrow_time_map(subject: Subject, *, plan: str, top: int) -> Picture:
    """The same of a plan for a small screen: names above the bars, and without the words at the right.

    Raises:
        QueryError: an unknown plan, with the nearest names.
    """
    return _drawn(subject, find(subject.graph, plan), top, NARROW)


def _drawn(subject: Subject, chosen: str, most: int, layout: Layout) -> Picture:
    every = _neighbours(subject, chosen)
    shown = every[:most]
    found = lives(subject, (chosen, *(one.plan for one in every)))
    rows = sorted(
        (chosen, *(one.plan for one in shown)),
        key=lambda one: (found[one].first is None and not found[one].issued, _begins(found[one]), one),
    )
    names = subject.names((chosen, *(one.plan for one in every)))
    caption = Caption(
        _title(subject, subject.brief(chosen), every),
        subject.say("time-map-lead"),
        _signs(subject, shown, is_hatched=any(not found[one].is_dated and not found[one].issued for one in rows)),
        ((subject.say("neighbours-left-out", n=len(every) - len(shown)),) if len(every) > len(shown) else ()),
        (subject.say("chosen-by", plan=names[chosen].key),),
    )
    scene = Scene(names, rows, {one.plan: one for one in shown}, found, layout)
    sheet = WIDE_SHEET if layout.head else NARROW_SHEET
    drawn = {one.plan for one in shown}
    cells = (_row(names, one, found[one.plan], is_drawn=one.plan in drawn) for one in every)
    drawing = frame(subject, caption, _body(subject, scene), sheet)
    return Picture("time-map", subject.language, drawing, table(COLUMNS, cells))


def _begins(life: Life) -> date:
    return life.issued.first if life.issued else life.first or life.end or date.max


def _neighbours(subject: Subject, chosen: str) -> tuple[Neighbour, ...]:
    """The plans it meets, those of its own country first, then by what is shared, then by IRI."""
    known = subject.known
    ways = {(one.source, one.target): one for one in known.occasions if chosen in {one.source, one.target}}
    others = sorted({end for pair in ways for end in pair} - {chosen})
    found = []
    for other in others:
        out, back = (ways.get(pair) or known.way(*pair) for pair in ((chosen, other), (other, chosen)))
        shared = known.weight(chosen, other).contributions
        found.append(Neighbour(other, out, back, sum(one.bits > 0 and not one.is_broad for one in shared)))
    return tuple(sorted(found, key=lambda one: (one.is_abroad, -one.bits, one.plan)))


def _title(subject: Subject, name: str, every: Sequence[Neighbour]) -> str:
    """What is to be taken from it: how many plans it meets, how many it cites, how many that could cite it do."""
    backs = [one.back for one in every if one.back.is_expected]
    at_home = sum(not one.is_abroad for one in every)
    said = [subject.say("time-map-meets", plan=name, n=len(every), home=at_home)]
    said.append(subject.say("time-map-cites", n=sum(one.out.state is State.SEEN for one in every)))
    if backs:
        seen = sum(one.state is State.SEEN for one in backs)
        said.append(subject.say("time-map-cited", n=len(backs), seen=seen))
    else:
        said.append(subject.say("time-map-none-could"))
    return " ".join(said)


def state_of(one: Occasion) -> State:
    """How a citation is drawn: seen; absent or open where it can be expected; else by why it cannot."""
    if one.state is State.SEEN:
        return State.SEEN
    if one.is_expected:
        return State.ABSENT if one.state is State.ABSENT else State.OPEN
    return State.UNDATED if one.verdict is Verdict.UNDATED else State.IMPOSSIBLE


@dataclass(frozen=True, slots=True)
class Scene:
    """What is drawn: plans from top to bottom with their names and times, those met among them, and where it stands."""

    names: Names
    rows: Sequence[str]
    shown: Mapping[str, Neighbour]
    found: Mapping[str, Life]
    layout: Layout


def _body(subject: Subject, scene: Scene) -> Body:
    layout, rows, shown, found = scene.layout, scene.rows, scene.shown, scene.found
    axis = axis_of([found[one] for one in rows], subject.graph.as_of, left=layout.left, width=layout.span)
    bottom = layout.row * len(rows)
    chosen = next(one for one in rows if one not in shown)
    heights = {one: layout.row * (at + 0.5) + layout.low for at, one in enumerate(rows)}
    ends = {one: (place_of(axis, found[one]), heights[one]) for one in rows}
    greatest = max((one.bits for one in shown.values()), default=0.0)
    brief = subject.brief(chosen)
    marks: list[Mark] = [*axis.marks(bottom), axis.today(subject.graph.as_of, bottom)]
    for other in shown.values():
        band = _band(layout, (ends[chosen], ends[other.plan]), other.bits, greatest)
        marks += [Group(tuple(band), tags=tags(subject, (other.plan,)))] if band else []
    for one in rows:
        marks += _plan(subject, scene, (axis, heights[one]), one, is_chosen=one == chosen)
    for other in shown.values():
        marks += _curves(subject, scene, (chosen, other), ends)
        said = tuple(_says(subject, brief, other, (layout.right + 12, heights[other.plan]))) if layout.head else ()
        marks += [Group(said, tags=tags(subject, (other.plan,)))] if said else []
    width = layout.right + (10 + SAYS if layout.head else 0)
    return Body(width, TOP + bottom, (Group(tuple(marks), shift=(0, TOP)),))


def _plan(subject: Subject, scene: Scene, where: tuple[Axis, float], plan: str, *, is_chosen: bool) -> Iterator[Mark]:
    axis, y = where
    life, name, font = scene.found[plan], scene.names[plan], CHOSEN if is_chosen else NAME
    marks: list[Mark] = [replace(one, language=name.language) for one in _named(scene.layout, name.text, y, font)]
    if life.is_dated or life.issued:
        marks += bar(axis, life, y, BLUE if is_chosen else PALE, high=HIGH)
    else:
        marks += hatched(Box(axis.left + 4, y - HIGH / 2, axis.width - 8, HIGH))
    yield Group(tuple(marks), title=name.full, address=subject.leads(plan), tags=plan_tags(subject, plan, life))


def _named(layout: Layout, name: str, y: float, font: Font) -> Iterator[Label]:
    """The name of a plan: in its column to the left of the bar, else in one line above it."""
    if not layout.head:
        yield Label(0, y - layout.low - 4, shorten(name, layout.right, font), font)
        return
    lines = wrap(name, layout.head - 4, font, 2)
    for one in paragraph(0, y - height_of(len(lines), font) / 2, lines, font):
        yield replace(one, x=layout.head, anchor="end")


def _course(layout: Layout, start: Point, end: Point, lean: float) -> tuple[Point, Point, Point, Point]:
    """A curve from one plan to another that passes to the right of both, the further the more rows it passes."""
    out = min(max(start[0], end[0]) + 26 + 0.16 * abs(start[1] - end[1]) + lean, layout.right)
    return start, (out, start[1]), (out, end[1]), end


def _band(layout: Layout, between: tuple[Point, Point], bits: float, greatest: float) -> list[Mark]:
    if bits <= 0 or greatest <= 0:
        return []
    return [Line(_course(layout, *between, 0.0), Pen(BAND, 3 + 11 * bits / greatest), curved=True)]


def _curves(
    subject: Subject, scene: Scene, ends_of: tuple[str, Neighbour], ends: Mapping[str, Point]
) -> Iterator[Mark]:
    """The citations either way; one grey line where neither could be expected and none was seen."""
    names, (chosen, one) = scene.names, ends_of
    ways = [(state_of(way), way) for way in (one.out, one.back)]
    told = [(state, way) for state, way in ways if state is not State.IMPOSSIBLE] or ways[:1]
    for at, (state, way) in enumerate(told):
        start, end = ends[way.source], ends[way.target]
        course = _course(scene.layout, start, end, 6.0 * at)
        marks: list[Mark] = [Line(course, PENS[state], curved=True)]
        if state in TOLD:
            marks.append(arrow((end[0] + 5, end[1]), math.pi, PENS[state].colour, 8))
        words = subject.say(
            "time-map-way", one=names[way.source].text, two=names[way.target].text, state=words_of(subject, way)
        )
        level = subject.known.link_level(way.source, way.target)
        told_of = tags(subject, (chosen, one.plan), kind=state.value, level=level)
        words += _quoted(subject, way) if state is State.SEEN else ""
        yield Group(tuple(marks), title=words, address=subject.leads(chosen, one.plan), tags=told_of)


def _quoted(subject: Subject, way: Occasion) -> str:
    """The words of a citation from one plan, or an action of it, to another."""
    homes = subject.graph.homes
    said = [
        one for one in subject.known.between(way.source, way.target)
        if one.is_citation and homes.get(one.source, one.source) == way.source
    ]  # fmt: skip
    return next((words for one in said if (words := quoted(subject, one.link))), "")


def words_of(subject: Subject, way: Occasion) -> str:
    """What is known of a citation: whether it was seen, where it can be expected, else why it cannot."""
    state = state_of(way)
    return subject.say(f"sign-citation-{state.value}") if state in TOLD else named(way.verdict).say(subject.language)


def _says(subject: Subject, chosen: str, one: Neighbour, at: Point) -> Iterator[Mark]:
    """To the right: whether it could cite the chosen plan and does, then whether that cites it; and what is shared."""
    x, y = at
    back, out = state_of(one.back), state_of(one.out)
    said = [subject.say(f"time-map-back-{_said(one.back, back)}", plan=chosen)]
    if out in TOLD:
        said.append(subject.say(f"time-map-out-{out.value}", plan=chosen))
    if back not in TOLD and measure(" · ".join(said), TAKE) > SAYS - 20:
        said = said[1:]
    worst = next((state for state in TOLD if state in {back, out}), None)
    colour = PENS[worst].colour if worst else GREY
    yield Label(x, y - 2, shorten(" · ".join(said), SAYS - 20, TAKE), replace(TAKE, colour=colour))
    level = subject.known.link_level(one.plan, one.out.source if one.out.source != one.plan else one.back.source)
    bits = bits_words(one.bits, subject.language)
    shared = subject.say("time-map-shared", n=one.texts, bits=bits) if one.texts else subject.say("time-map-no-text")
    if level:
        yield from level_mark(x + 4, y + 8.5, level, INK)
    yield Label(x + 13, y + 12, shorten(shared, SAYS - 30, FINE), FINE)


def _said(way: Occasion, state: State) -> str:
    return way.verdict.value if state is State.IMPOSSIBLE else state.value


def _signs(subject: Subject, shown: Sequence[Neighbour], *, is_hatched: bool) -> tuple[Sign, ...]:
    """The legend of what is drawn: « possible and absent » always, since that nothing is so drawn says something."""
    there = {State.ABSENT, *(state_of(way) for one in shown for way in (one.out, one.back))}
    lines = [
        Sign((Line(((0, 9), (30, 9)), pen),), subject.say(f"sign-citation-{state.value}"))
        for state, pen in PENS.items() if state in there
    ]  # fmt: skip
    return (
        Sign((Line(((0, 9), (30, 9)), Pen(BAND, 10)),), subject.say("sign-band")),
        *lines,
        *level_signs(subject),
        open_end_sign(subject, PALE),
        Sign((Line(((15, 0), (15, 18)), Pen(INK, 1.2, (2, 3))),), subject.say("sign-as-of")),
        *([hatch_sign(subject.say("sign-hatch-date"))] if is_hatched else []),
    )  # fmt: skip


def _row(names: Names, one: Neighbour, life: Life, *, is_drawn: bool) -> tuple[Cell, ...]:
    issued = life.issued
    return (
        one.plan, names[one.plan].text or key(one.plan), issued.first if issued else None,
        issued.last if issued else None, life.start, life.end, one.bits, one.texts, one.out.state.value,
        one.back.state.value, one.out.verdict.value, one.back.verdict.value, "true" if is_drawn else "false",
    )  # fmt: skip
