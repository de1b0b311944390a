"""Plans on an axis of years: a plan among those it meets, with who cites whom and who could, or a whole country."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from pan2kg.charts import frame as fr
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
from pan2kg.charts.frame import BLUE, GREY, INK, PAPER, SHADE, VERMILION, Body, Caption, Picture, Sign
from pan2kg.charts.subject import Cell, Names, Subject, find, quoted, table, tags, whole
from pan2kg.charts.time_axis import PALE, TODAY, Axis, Life, axis_of, bar, lives, open_end_sign, place_of
from pan2kg.coherence.citations import Occasion, State, Verdict
from pan2kg.errors import ProjectError
from pan2kg.tables.figure_words import bits_words, named
from pan2kg.turtle.vocabulary import key

SAYS: Final = 310.0
TOP: Final = 24.0
HIGH: Final = 15.0
NAME: Final = Font(12)
CHOSEN: Final = Font(12, bold=True)
TAKE: Final = Font(11.5, bold=True)
FINE: Final = Font(11, colour=GREY)
BAND: Final = "#f3dfc1"
PENS: Final = {
    State.SEEN: Pen(BLUE, 2.0),
    State.ABSENT: Pen(VERMILION, 1.8, (6, 4)),
    State.OPEN: Pen("#8a5a00", 1.5, (8, 3, 2, 3)),
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
        return self.head + 16 if self.head else 10.0

    @property
    def right(self) -> float:
        return self.left + self.span + self.room

    def course(self, start: Point, end: Point, lean: float) -> tuple[Point, ...]:
        """A curve on the right of the bars, the further out the more it spans."""
        out = min(max(start[0], end[0]) + 26 + 0.16 * abs(start[1] - end[1]) + lean, self.right)
        return start, (out, start[1]), (out, end[1]), end


WIDE: Final = Layout(head=220.0, span=440.0, row=40.0, room=6.0)
NARROW: Final = Layout(head=0.0, span=262.0, row=34.0, room=42.0, low=8.0)
"""For a screen of 360 pixels: the whole picture is as wide as that leaves, and no letter is smaller than 10 pixels."""


class Neighbour:
    """A plan that could cite the chosen one, or be cited by it: either way, and what they share."""

    def __init__(self, subject: Subject, chosen: str, plan: str) -> None:
        measured = subject.known
        self.plan, self.out, self.back = plan, measured.way(chosen, plan), measured.way(plan, chosen)
        self.texts = sum(
            contribution.bits > 0 and not contribution.is_broad
            for contribution in measured.weight(chosen, plan).contributions
        )
        self.bits = max(self.out.bits, self.back.bits)
        self.is_abroad = Verdict.ABROAD in {self.out.verdict, self.back.verdict}
        # Two plans that a document only names together are linked, and owe each other no citation.
        occasions = {
            (occasion.source, occasion.target) for occasion in measured.occasions if occasion.source in (chosen, plan)
        }
        is_owed = not occasions.isdisjoint(((chosen, plan), (plan, chosen)))
        self.ways = (self.out, self.back) if is_owed else ()


def draw_time_map(subject: Subject, *, plan: str = "", top: object = 12) -> Picture:
    """A plan among those it meets, each at its time; without a plan all plans of the country by fields of policy.

    Plans of the same country come first, then those that share most; ``top`` of them are drawn.
    """
    most = whole(top, "top")
    return _draw(subject, find(subject.graph, plan), most, WIDE) if plan else draw_country(subject)


def draw_narrow_time_map(subject: Subject, *, plan: str, top: int) -> Picture:
    return _draw(subject, find(subject.graph, plan), top, NARROW)


def _draw(subject: Subject, chosen: str, most: int, layout: Layout) -> Picture:
    met = {pair[pair[0] == chosen] for pair in subject.known.linked if chosen in pair}
    every = [Neighbour(subject, chosen, plan) for plan in sorted(met)]
    every.sort(key=lambda near: (near.is_abroad, -near.bits, near.plan))
    neighbours = every[:most]
    names = subject.names((chosen, *(near.plan for near in every)))
    life_of = lives(subject, names)

    def rank(plan: str) -> tuple[bool, date, str]:
        life = life_of[plan]
        begins = life.issued.first if life.issued else life.first or life.end or date.max
        return life.first is None and not life.issued, begins, plan

    rows = sorted((chosen, *(near.plan for near in neighbours)), key=rank)
    axis = axis_of([life_of[plan] for plan in rows], subject.graph.as_of, left=layout.left, width=layout.span)
    bottom, name = layout.row * len(rows), subject.brief(chosen)
    ends = {plan: (place_of(axis, life_of[plan]), layout.row * (at + 0.5) + layout.low) for at, plan in enumerate(rows)}
    marks, greatest = axis.marks(bottom, subject.graph.as_of), max((near.bits for near in neighbours), default=0.0)
    for near in neighbours:
        if near.bits > 0:
            course = layout.course(ends[chosen], ends[near.plan], 0.0)
            band = Line(course, Pen(BAND, 3 + 11 * near.bits / greatest), curved=True)
            marks.append(Group((band,), tags=tags(subject, (near.plan,))))
    for plan in rows:
        y, life, font = ends[plan][1], life_of[plan], CHOSEN if plan == chosen else NAME
        if layout.head:
            lines = wrap(names[plan].text, layout.head - 4, font, 2)
            labels = paragraph(0, y - height_of(len(lines), font) / 2, lines, font)
            drawn: list[Mark] = [*fr.spoken(names[plan], labels, x=layout.head, anchor="end")]
        else:
            label = Label(0, y - layout.low - 4, shorten(names[plan].text, layout.right, font), font)
            drawn = [*fr.spoken(names[plan], [label])]
        if life.is_drawn:
            drawn += bar(axis, life, y, BLUE if plan == chosen else PALE, high=HIGH)
        else:
            drawn += fr.hatched(Box(axis.left + 4, y - HIGH / 2, axis.width - 8, HIGH))
        title, about = names[plan].full, life.tags(subject, plan)
        marks.append(Group(tuple(drawn), title=title, address=subject.leads(plan), tags=about))
    for near in neighbours:
        marks += _curves(subject, names, layout, (chosen, near), ends)
        if layout.head:
            beside = tuple(_beside(subject, name, near, (layout.right + 12, ends[near.plan][1])))
            marks.append(Group(beside, tags=tags(subject, (near.plan,))))
    width = layout.right + (10 + SAYS if layout.head else 0)
    body = Body(width, TOP + bottom, (Group(tuple(marks), shift=(0, TOP)),))

    states = {State.ABSENT, *(state_of(occasion) for near in neighbours for occasion in near.ways)}
    is_hatched = any(not life_of[plan].is_drawn for plan in rows)
    citations = [(pen, f"sign-citation-{state.value}") for state, pen in PENS.items() if state in states]
    caption = Caption(
        _title(subject, name, every),
        subject.say("time-map-lead"),
        (
            *(fr.line_sign(pen, subject.say(word)) for pen, word in [(Pen(BAND, 10), "sign-band"), *citations]),
            *fr.level_signs(subject),
            open_end_sign(subject, PALE),
            fr.day_sign(TODAY, subject.say("sign-as-of")),
            *([fr.hatch_sign(subject.say("sign-hatch-date"))] if is_hatched else []),
        ),
        ((subject.say("neighbours-left-out", n=len(every) - len(neighbours)),) if len(every) > len(neighbours) else ()),
        (subject.say("chosen-by", plan=names[chosen].key),),
    )
    cells: list[tuple[Cell, ...]] = []
    for near in every:
        life = life_of[near.plan]
        issued = (life.issued.first, life.issued.last) if life.issued else (None, None)
        cells.append((
            near.plan, names[near.plan].text or key(near.plan), *issued, life.start, life.end, near.bits, near.texts,
            near.out.state.value, near.back.state.value, near.out.verdict.value, near.back.verdict.value,
            "true" if near in neighbours else "false",
        ))  # fmt: skip
    drawing = fr.frame(subject, caption, body, fr.WIDE_SHEET if layout.head else fr.NARROW_SHEET)
    return Picture("time-map", subject.language, drawing, table(COLUMNS, cells))


def _title(subject: Subject, name: str, every: Sequence[Neighbour]) -> str:
    expected = [near.back for near in every if near.ways and near.back.is_expected]
    at_home = sum(not near.is_abroad for near in every)
    words = [subject.say("time-map-meets", plan=name, n=len(every), home=at_home)]
    words.append(subject.say("time-map-cites", n=sum(near.out.state is State.SEEN for near in every)))
    if expected:
        cited = sum(occasion.state is State.SEEN for occasion in expected)
        words.append(subject.say("time-map-cited", n=len(expected), seen=cited))
    else:
        words.append(subject.say("time-map-none-could"))
    return " ".join(words)


def state_of(occasion: Occasion) -> State:
    """How a citation is drawn: one that is not expected and not seen is undated, or could not be."""
    if occasion.state is State.SEEN:
        return State.SEEN
    if occasion.is_expected:
        return State.ABSENT if occasion.state is State.ABSENT else State.OPEN
    return State.UNDATED if occasion.verdict is Verdict.UNDATED else State.IMPOSSIBLE


def words_of(subject: Subject, occasion: Occasion) -> str:
    state = state_of(occasion)
    return (
        subject.say(f"sign-citation-{state.value}") if state in TOLD else named(occasion.verdict).say(subject.language)
    )


def _curves(
    subject: Subject, names: Names, layout: Layout, pair: tuple[str, Neighbour], ends: Mapping[str, Point]
) -> Iterator[Mark]:
    (chosen, near), homes = pair, subject.graph.homes
    ways = [(state_of(occasion), occasion) for occasion in near.ways]
    possible = [(state, occasion) for state, occasion in ways if state is not State.IMPOSSIBLE] or ways[:1]
    for at, (state, occasion) in enumerate(possible):
        start, end = ends[occasion.source], ends[occasion.target]
        marks: list[Mark] = [Line(layout.course(start, end, 6.0 * at), PENS[state], curved=True)]
        if state in TOLD:
            marks.append(arrow((end[0] + 5, end[1]), math.pi, PENS[state].colour, 8))
        words = subject.say(
            "time-map-way",
            one=names[occasion.source].text,
            two=names[occasion.target].text,
            state=words_of(subject, occasion),
        )
        level = subject.known.link_level(occasion.source, occasion.target)
        about = tags(subject, (chosen, near.plan), kind=state.value, level=level)
        if state is State.SEEN:
            links = (
                row.link for row in subject.known.between(occasion.source, occasion.target)
                if row.is_citation and homes.get(row.source, row.source) == occasion.source
            )  # fmt: skip
            words += next((quotation for link in links if (quotation := quoted(subject, link))), "")
        yield Group(tuple(marks), title=words, address=subject.leads(chosen, near.plan), tags=about)


def _beside(subject: Subject, chosen: str, near: Neighbour, at: Point) -> Iterator[Mark]:
    (x, y), back, out = at, state_of(near.back), state_of(near.out)
    verdict = near.back.verdict.value if back is State.IMPOSSIBLE else back.value
    words = [subject.say(f"time-map-back-{verdict}", plan=chosen)]
    if out in TOLD:
        words.append(subject.say(f"time-map-out-{out.value}", plan=chosen))
    if back not in TOLD and measure(" · ".join(words), TAKE) > SAYS - 20:
        words = words[1:]
    if not near.ways:
        words, back, out = [subject.say("time-map-together")], State.IMPOSSIBLE, State.IMPOSSIBLE
    worst = next((state for state in TOLD if state in {back, out}), None)
    font = replace(TAKE, colour=PENS[worst].colour if worst else GREY)
    yield Label(x, y - 2, shorten(" · ".join(words), SAYS - 20, TAKE), font)
    level = subject.known.link_level(near.plan, near.out.source if near.out.source != near.plan else near.back.source)
    bits = bits_words(near.bits, subject.language)
    shared = subject.say("time-map-shared", n=near.texts, bits=bits) if near.texts else subject.say("time-map-no-text")
    if level:
        yield from fr.level_mark(x + 4, y + 8.5, level, INK)
    yield Label(x + 13, y + 12, shorten(shared, SAYS - 30, FINE), FINE)


# All plans of the country, a lane a field of policy, with their citations.

COUNTRY_HEAD: Final = 150.0
COUNTRY_SPAN: Final = 1000.0
STEP: Final = 14.0
THIN: Final = 8.0
LONGEST: Final = 190.0
COUNTRY_NAME: Final = Font(9)
HOME: Final = Font(9, bold=True)
LANE: Final = Font(11.5, bold=True)
SMALL: Final = Font(9.5, colour=GREY)
CITED: Final = Pen("#7fb2d6", 1.1)
FIELD_COLOURS: Final = ("#56b4e9", "#999999", "#009e73", "#0072b2", "#cc79a7", "#e69f00")
"""A colour a field of policy, in the order of their keys; apart for colour-blind readers, and never alone."""
COUNTRY_COLUMNS: Final = (
    "field", "field_label", "plan", "plan_label", "adopted_from", "adopted_to", "starts", "ends", "cites", "drawn",
)  # fmt: skip


def colour_of(subject: Subject, field: str) -> str:
    fields = sorted(set(subject.graph.policy_fields.values()))
    return FIELD_COLOURS[fields.index(field) % len(FIELD_COLOURS)] if field in fields else PAPER


def draw_country(subject: Subject) -> Picture:
    graph, measured = subject.graph, subject.known
    country, fields = graph.profile.country, graph.policy_fields
    plans = [plan for plan in measured.tables.works.plans if not country or graph.country_of.get(plan) == country]
    if not plans:
        raise ProjectError("no-action-to-measure", remedy="add-plan")
    life_of, names = lives(subject, plans), subject.names([*plans, *fields.values()])
    axis = axis_of(life_of.values(), graph.as_of, left=COUNTRY_HEAD + 12, width=COUNTRY_SPAN)
    citations = [
        (x, y) for x, y in measured.chronology.cited
        if x in life_of and y in life_of and measured.cites(x, y) is State.SEEN
    ]  # fmt: skip
    cites, by_field = Counter(x for x, _ in citations), dict[str, list[str]]()
    for plan in plans:
        by_field.setdefault(fields.get(plan, ""), []).append(plan)
    home_field = fields.get(graph.profile.home_plan, "")
    order = sorted(by_field, key=lambda field: (field == "", field != home_field, -len(by_field[field]), field))

    wide = COUNTRY_HEAD + COUNTRY_SPAN + 12 + LONGEST
    back, front, places, y = list[Mark](), list[Mark](), dict[str, Point](), 0.0
    cells: list[tuple[Cell, ...]] = []
    for at, field in enumerate(order):
        rows = _rows(axis, life_of, names, by_field[field])
        undated = [plan for plan in by_field[field] if not life_of[plan].is_drawn]
        label, colour = names[field].text if field else "", colour_of(subject, field)
        high = max(STEP * (len(rows) + bool(undated)), 80.0) + 10
        back.append(Box(0, y, wide, high, SHADE if at % 2 == 0 else PAPER))
        front.append(Box(0, y, 5, high, colour))
        lines = wrap(label[:1].upper() + label[1:] if field else subject.say("no-field"), COUNTRY_HEAD - 24, LANE, 4)
        front += [Label(12, y + 16 + 14 * row, line, LANE) for row, line in enumerate(lines)]
        words = [subject.say("field-plans", n=len(by_field[field]))]
        words += [subject.say("field-undated", n=len(undated))] if undated else []
        below = y + 17 + 14 * len(lines)
        front += [Label(12, below + 12 * row, line, SMALL) for row, line in enumerate(words)]
        for row, on_row in enumerate(rows):
            middle = y + 5 + STEP * (row + 0.5)
            for plan in on_row:
                places[plan] = place_of(axis, life_of[plan]), middle
                is_home, life, name = plan == graph.profile.home_plan, life_of[plan], names[plan]
                font, right = HOME if is_home else COUNTRY_NAME, _bar_ends(axis, life)[1]
                marks = bar(axis, life, middle, INK if is_home else colour, high=THIN)
                text = shorten(name.text, LONGEST, font)
                marks.append(Label(right + 4, middle + 3.2, text, font, language=name.language))
                about = life.tags(subject, plan)
                front.append(Group(tuple(marks), title=name.full, address=subject.leads(plan), tags=about))
        if undated:
            text = subject.say("field-undated-plans", plans=subject.listed(names[plan].text for plan in undated))
            foot = y + 5 + STEP * (len(rows) + 0.5) + 3.2
            front.append(Label(axis.left, foot, shorten(text, COUNTRY_SPAN + LONGEST, SMALL), SMALL))
        for plan in (*(plan for on_row in rows for plan in on_row), *undated):
            life = life_of[plan]
            issued = (life.issued.first, life.issued.last) if life.issued else (None, None)
            ends = (life.start, life.end, cites[plan], "true" if life.is_drawn else "false")
            cells.append((field or None, label or None, plan, names[plan].text, *issued, *ends))
        y += high
    ways: list[Mark] = []
    for pair in citations:
        if pair[0] in places and pair[1] in places:
            (x1, y1), (x2, y2) = places[pair[0]], places[pair[1]]
            out = max(x1, x2) + 14 + 0.08 * abs(y1 - y2)
            line = Line(((x1, y1), (out, y1), (out, y2), (x2, y2)), CITED, curved=True)
            title = subject.say("time-map-cites-pair", one=names[pair[0]].text, two=names[pair[1]].text)
            about = tags(subject, pair, kind="seen")
            ways.append(Group((line,), title=title, address=subject.leads(*pair), tags=about))
    every = (*back, *axis.marks(y, graph.as_of), *ways, *front)

    undrawn = sum(not life_of[plan].is_drawn for plan in plans)
    period = bar(Axis(2020, 2022, 2, 26), Life(start=date(2020, 1, 1), end=date(2022, 12, 31)), 9,
                 colour_of(subject, order[0]), high=10)  # fmt: skip
    caption = Caption(
        subject.say("country-map-title", n=len(plans), cited=len(citations)),
        subject.say("country-map-lead"),
        (
            Sign(tuple(period), subject.say("sign-period")),
            open_end_sign(subject, colour_of(subject, order[0])),
            fr.line_sign(CITED, subject.say("sign-citation-seen")),
            fr.day_sign(TODAY, subject.say("sign-as-of")),
        ),
        (subject.say("country-map-undated", n=undrawn),) if undrawn else (),
    )
    drawing = fr.frame(subject, caption, Body(wide, TOP + y, (Group(every, shift=(0, TOP)),)))
    return Picture("time-map", subject.language, drawing, table(COUNTRY_COLUMNS, cells))


def _rows(axis: Axis, life_of: Mapping[str, Life], names: Names, plans: Sequence[str]) -> list[list[str]]:
    """The plans that have a place on the axis, on as few rows as keep names and bars apart."""
    drawn = [plan for plan in plans if life_of[plan].is_drawn]
    rows: list[list[str]] = []
    ends: list[float] = []
    for plan in sorted(drawn, key=lambda plan: (place_of(axis, life_of[plan]), plan)):
        start, right = _bar_ends(axis, life_of[plan])
        row = next((at for at, end in enumerate(ends) if end + 8 <= start), len(rows))
        if row == len(rows):
            rows.append([])
            ends.append(0.0)
        rows[row].append(plan)
        ends[row] = right + 4 + min(measure(names[plan].text, COUNTRY_NAME), LONGEST)
    return rows


def _bar_ends(axis: Axis, life: Life) -> tuple[float, float]:
    boxes = [mark for mark in bar(axis, life, 0, "", high=THIN) if isinstance(mark, Box)]
    dot = place_of(axis, life)
    edges = [edge for box in boxes for edge in (box.x, box.x + box.width)]
    return min([dot - 4, *edges]), max([dot + 4, *edges])
