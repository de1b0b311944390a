"""Obligations over time: when each falls due, what answers it and when, and how late that is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from pan2kg.charts.drawing import (
    Box,
    Dot,
    Font,
    Group,
    Label,
    Line,
    Mark,
    Pen,
    arrow,
    centred,
    diamond,
    measure,
    shorten,
)
from pan2kg.charts.frame import (
    BLUE,
    GREEN,
    GREY,
    INK,
    PAPER,
    RULE,
    SHADE,
    VERMILION,
    Body,
    Caption,
    Picture,
    Sign,
    frame,
)
from pan2kg.charts.grid import hatch_sign, hatched, row_head
from pan2kg.charts.subject import Cell, Names, Subject, table, whole
from pan2kg.coherence.obligations import Margin, Standing
from pan2kg.graph.labels import Name
from pan2kg.i18n.days import in_words, with_days

HEAD: Final = 390.0
SPAN: Final = 560.0
SAYS: Final = 220.0
ROW: Final = 50.0
AXIS: Final = 30.0
TICK: Final = Font(11)
NOTE: Final = Font(11)

COLUMNS: Final = ("obligation", "obligation_label", "instrument", "instrument_label", "due", "standing", "answer",
                  "answer_label", "answered_on", "margin_days", "overdue_days", "as_of")  # fmt: skip

COLOURS: Final = {Standing.ON_TIME: GREEN, Standing.LATE: VERMILION}


@dataclass(frozen=True, slots=True)
class Scale:
    """Where a day stands on the axis: whole years from ``first`` to the end of ``last``."""

    first: int
    last: int

    def x(self, on: date) -> float:
        """The place of a day, from the left edge of the head of the rows."""
        start, end = date(self.first, 1, 1).toordinal(), date(min(self.last + 1, 9999), 1, 1).toordinal()
        return HEAD + SPAN * (on.toordinal() - start) / max(end - start, 1)

    def years(self) -> range:
        """The years that are written out: not more than fit beside each other."""
        many = self.last - self.first + 1
        every = next(n for n in (1, 2, 5, 10, 20, 50, 100, 500, 1000, 5000) if many / n <= 13)
        return range(self.first, self.last + 1, every)


def draw_timeline(subject: Subject, *, rows: object = 40) -> Picture:
    """Every obligation with its due date, the national act or action that answers it, and the margin in days.

    Only whole days are drawn as dates; what is vague, not ratified or not known is written in words. ``rows``
    is how many obligations are drawn, first due first: those a country recorded or something answers, if there are any.

    Raises:
        QueryError: ``rows`` is no whole number.
    """
    graph, as_of = subject.graph, subject.graph.as_of
    known = graph.margins(subject.level).rows
    every = tuple(row for row in known if row.obligation.is_recorded or row.response) or known
    shown = every[: whole(rows, "rows")]
    things = {iri for row in every for iri in (row.obligation.iri, row.obligation.instrument)}
    names = subject.names(things | {row.response.work for row in every if row.response})
    rest = (subject.say("obligations-left-out", n=len(known) - len(shown)),) if len(known) > len(shown) else ()
    notes = (_summary(subject, every), *rest)
    said = subject.say("timeline-title"), subject.say("timeline-lead")
    caption = Caption(*said, _signs(subject), notes)
    drawing = frame(subject, caption, _body(subject, as_of, names, shown))
    return Picture("timeline", subject.language, drawing, table(COLUMNS, (_row(names, one) for one in every)))


def _body(subject: Subject, as_of: date, names: Names, shown: Sequence[Margin]) -> Body:
    scale = _scale(shown, as_of)
    bottom = ROW * len(shown)
    marks: list[Mark] = []
    for at, one in enumerate(shown):
        marks.append(Box(0, ROW * at, HEAD + SPAN + SAYS, ROW, SHADE if at % 2 == 0 else PAPER))
        duty, text = names[one.obligation.iri], names[one.obligation.instrument]
        head = row_head(Box(-20, ROW * at, HEAD + 10, ROW), "", duty, text.text)
        marks.append(replace(head, address=subject.leads(duty.iri)))
    marks += _axis(subject, scale, as_of, bottom)
    for at, one in enumerate(shown):
        marks.append(_duty(subject, scale, names, one, ROW * (at + 0.5)))
    if not shown:
        marks.append(Label(0, 20, subject.say("no-obligation"), NOTE))
    size = HEAD + SPAN + SAYS, AXIS + max(bottom, ROW)
    return Body(*size, (Group(tuple(marks), shift=(0, AXIS)),))


def _scale(shown: Sequence[Margin], as_of: date) -> Scale:
    days = [as_of, *(one.obligation.due for one in shown if one.obligation.due)]
    days += [one.response.day for one in shown if one.response and one.response.day and _is_dated(one)]
    return Scale(min(days).year, max(days).year)


def _is_dated(one: Margin) -> bool:
    return one.standing in COLOURS


def _axis(subject: Subject, scale: Scale, as_of: date, bottom: float) -> Iterator[Mark]:
    for year in scale.years():
        x = scale.x(date(year, 1, 1))
        yield Line(((x, -4), (x, bottom)), Pen(RULE, 0.8))
        yield Label(x + 3, -8, str(year), TICK)
    x = scale.x(as_of)
    words = subject.say("as-of", day=in_words(as_of, subject.language))
    font = Font(10, bold=True, colour=BLUE)
    wide = measure(words, font)
    left = min(max(x - wide / 2, HEAD), HEAD + SPAN + SAYS - wide)
    yield Line(((x, -4), (x, bottom)), Pen(BLUE, 1.6, (2, 3)))
    yield Label(left, -21, words, font)


def _duty(subject: Subject, scale: Scale, names: Names, one: Margin, y: float) -> Group:
    marks: list[Mark] = []
    due = one.obligation.due
    colour = COLOURS.get(one.standing, VERMILION if one.overdue else GREY)
    if one.standing is Standing.DUE_UNKNOWN or due is None:
        box = Box(HEAD + 8, y - 9, SPAN - 16, 18)
        marks += hatched(box)
    else:
        x = scale.x(due)
        answer = one.response.day if one.response and _is_dated(one) else None
        if answer:
            marks.append(Line(((x, y), (scale.x(answer), y)), Pen(colour, 5)))
            marks += _answer(one, scale.x(answer), y, colour)
        elif one.overdue:
            end = scale.x(one.as_of)
            marks.append(Line(((x, y), (end - 5, y)), Pen(colour, 3, (6, 4))))
            marks.append(arrow((end, y), 0.0, colour, 9))
        marks.append(diamond(x, y, 7, fill=INK, pen=Pen(PAPER, 1)))
    lines = _says(subject, names, one)
    marks += _beside(lines, y)
    title = "\n".join((names[one.obligation.iri].text, names[one.obligation.instrument].text, *lines))
    return Group(tuple(marks), title)


def _answer(one: Margin, x: float, y: float, colour: str) -> Iterator[Mark]:
    if one.response and one.response.is_act:
        yield Dot(x, y, 6.5, colour, Pen(PAPER, 1))
    else:
        yield Box(x - 6, y - 6, 12, 12, colour, Pen(PAPER, 1))


def _beside(lines: Sequence[str], y: float) -> list[Label]:
    """What can be said, to the right of the axis: the standing in bold, then the day and what answers."""
    box = Box(HEAD + SPAN + 6, y - ROW / 2, SAYS - 6, ROW)
    fonts = [Font(11, bold=True), Font(9.5, colour=GREY), Font(9.5, colour=GREY)]
    shown = [shorten(line, SAYS - 12, font) for line, font in zip(lines, fonts, strict=False)]
    places = centred(box, tuple(shown), Font(11), anchor="start", pad=4)
    return [Label(place.x, place.y, place.text, font) for place, font in zip(places, fonts, strict=False)]


def _says(subject: Subject, names: Names, one: Margin) -> tuple[str, ...]:
    standing = _key(one.standing)
    if one.standing is Standing.DUE_UNKNOWN:
        treaty = one.obligation.needs_ratification and not one.obligation.binds(one.as_of)
        return (subject.say("standing-not-ratified" if treaty else "standing-due-unknown"),)
    due = _due(subject, one)
    if one.margin is not None and one.response is not None and one.response.day is not None:
        said = subject.say(f"standing-{standing}", n=abs(one.margin))
        name: Name = names[one.response.work]
        kind = "act" if one.response.is_act else "action"
        answered = subject.say(f"answer-{kind}", day=in_words(one.response.day, subject.language), name=name.text)
        return (said, due, answered)
    said = subject.say(f"standing-{standing}", n=len(one.responses))
    passed = subject.say("overdue", n=one.overdue) if one.overdue else subject.say("not-yet-due")
    return (said, due, passed)


def _due(subject: Subject, one: Margin) -> str:
    """When it is due, and when it falls due after that where it recurs."""
    due, coming = one.obligation.due, one.coming
    if due is None:
        return ""
    if coming is None or coming == due:
        return subject.say("due", day=in_words(due, subject.language))
    # Two days in words are wider than the column.
    return with_days(subject.say("due-again", day=due.isoformat(), then=coming.isoformat()), subject.language)


def _key(standing: Standing) -> str:
    return standing.value.replace(" ", "-")


def _signs(subject: Subject) -> tuple[Sign, ...]:
    return (
        Sign((diamond(15, 9, 7, fill=INK),), subject.say("sign-due")),
        Sign((Dot(15, 9, 6.5, GREY),), subject.say("sign-act")),
        Sign((Box(9, 3, 12, 12, GREY),), subject.say("sign-action")),
        Sign((Line(((0, 9), (30, 9)), Pen(GREEN, 5)),), subject.say("sign-on-time")),
        Sign((Line(((0, 9), (30, 9)), Pen(VERMILION, 5)),), subject.say("sign-late")),
        Sign((Line(((0, 9), (23, 9)), Pen(VERMILION, 3, (6, 4))), arrow((29, 9), 0.0, VERMILION, 9)),
             subject.say("sign-overdue")),
        Sign((Line(((15, 0), (15, 18)), Pen(BLUE, 1.6, (2, 3))),), subject.say("sign-as-of")),
        hatch_sign(subject.say("sign-hatch-due")),
    )  # fmt: skip


def _summary(subject: Subject, every: Sequence[Margin]) -> str:
    counted = [(standing, sum(one.standing is standing for one in every)) for standing in Standing]
    parts = [subject.say(f"count-{_key(standing)}", n=number) for standing, number in counted if number]
    return subject.say("timeline-summary", n=len(every), parts=", ".join(parts) or "0")


def _row(names: Names, one: Margin) -> tuple[Cell, ...]:
    duty, text = names[one.obligation.iri], names[one.obligation.instrument]
    answer = names[one.response.work] if one.response else None
    return (
        duty.iri, duty.text, text.iri, text.text, one.obligation.due, str(one.standing.value),
        answer.iri if answer else None, answer.text if answer else None,
        one.response.day if one.response else None, one.margin, one.overdue or None, one.as_of,
    )  # fmt: skip
