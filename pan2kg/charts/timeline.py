"""Obligations over time: when each falls due, what answers it and when, and how late that is."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date

from pan2kg.charts import choice as ch, drawing as dw, frame as fr, lettering as lt
from pan2kg.charts.drawing import Box, Dot, Group, Label, Line, Mark, Pen
from pan2kg.charts.frame import Caption, Picture, PictureSize, Sign
from pan2kg.charts.lettering import Font
from pan2kg.charts.subject import Cell, Names, Subject
from pan2kg.charts.time_axis import Axis, ticks
from pan2kg.coherence.obligations import Margin
from pan2kg.coherence.standing import SAID_OF, Standing
from pan2kg.i18n import format_day, format_days_in, format_of
from pan2kg.tables import PRINTING, coded, in_words

COLUMNS = (
    "obligation",
    "obligation_label",
    "instrument",
    "instrument_label",
    "due",
    "standing",
    "standing_label",
    "answer",
    "answer_label",
    "answered_on",
    "margin_days",
    "overdue_days",
    "as_of",
)
# in pixels: how wide the heads of rows, the axis, and what is said to its right are
HEAD = 390.0
SPAN = 560.0
SAYS = 220.0
WIDE = HEAD + SPAN + SAYS
# how high a row is, and what stands above the first
ROW = 50.0
AXIS = 30.0
# what an answer with a day is drawn in
COLOURS = {Standing.IN_TIME: fr.GREEN, Standing.LATE: fr.VERMILION}
AS_OF = Pen(fr.BLUE, 1.6, (2, 3))
OVERDUE = Pen(fr.VERMILION, 3, (6, 4))
WORDS = Font(11)
STANDING = Font(11, bold=True)
DAY = Font(10, bold=True, colour=fr.BLUE)


def draw_timeline(subject: Subject, *, rows: object = 40) -> Picture:
    """The obligations a country recorded or something answers, else all of them.

    At most ``rows`` are drawn, those first that are due first; the table has every one.

    Only whole days are drawn as dates; what is vague, not ratified or not known is said in words.

    Raises:
        QueryError: no whole number from 1.
    """
    margins = subject.graph.margins(subject.level).rows
    every = [row for row in margins if row.obligation.is_recorded or row.response] or list(margins)
    drawn = every[: ch.whole(rows, "rows")]
    things = set[str]()
    for row in every:
        things.update(_things(row))
    names = subject.names(sorted(things))

    axis = _axis(subject, drawn)
    bottom = ROW * len(drawn)
    marks: list[Mark] = [
        *_row_heads(subject, names, drawn),
        *_years(axis, bottom),
        *_today(subject, axis, bottom),
    ]
    for at, row in enumerate(drawn):
        y = ROW * (at + 0.5)
        words = _duty_words(subject, names, row)
        duty = names[row.obligation.iri].text
        instrument = names[row.obligation.instrument].text
        on_axis = (*_duty_marks(axis, row, y), *_beside(words, y))
        marks.append(Group(on_axis, "\n".join((duty, instrument, *words))))
    if not drawn:
        marks.append(Label(0, 20, PRINTING.say("empty", subject.language), WORDS))

    caption = Caption(
        subject.say("timeline-title"),
        subject.say("timeline-lead"),
        _signs(subject),
        tuple(_notes(subject, every, len(margins) - len(drawn))),
    )
    size = PictureSize(WIDE, AXIS + max(bottom, ROW), AXIS)
    return Picture(
        subject, "timeline", caption, size, marks, COLUMNS, lambda: _rows(subject, names, every)
    )


def _things(row: Margin) -> Iterator[str]:
    yield row.obligation.iri
    yield row.obligation.instrument
    if row.response:
        yield row.response.work


def _answered(row: Margin) -> date | None:
    # the day of the answer, where it is drawn
    return row.response.day if row.response and row.standing in COLOURS else None


def _axis(subject: Subject, drawn: Sequence[Margin]) -> Axis:
    days = [subject.graph.as_of]
    for row in drawn:
        days += [day for day in (row.obligation.due, _answered(row)) if day]
    return Axis(min(days).year, max(days).year, HEAD, SPAN)


# Marks


def _row_heads(subject: Subject, names: Names, drawn: Sequence[Margin]) -> Iterator[Mark]:
    for at, row in enumerate(drawn):
        y = ROW * at
        yield Box(0, y, WIDE, ROW, fr.SHADE if at % 2 == 0 else fr.PAPER)
        duty = names[row.obligation.iri]
        instrument = names[row.obligation.instrument].text
        box = Box(-20, y, HEAD + 10, ROW)
        yield fr.row_head(box, "", duty, instrument, subject.leads(duty.iri))


def _years(axis: Axis, bottom: float) -> Iterator[Mark]:
    for year in range(axis.first, axis.last + 1, ticks(axis.first, axis.last, 13)):
        x = axis.x(date(year, 1, 1))
        yield Line(((x, -4), (x, bottom)), Pen(fr.RULE, 0.8))
        yield Label(x + 3, -8, str(year), WORDS)


def _today(subject: Subject, axis: Axis, bottom: float) -> Iterator[Mark]:
    # its words stand above the line, but not beyond the axis and what is said beside it
    day = format_day(subject.graph.as_of, subject.language)
    words = PRINTING.say("basis-as-of", subject.language, day=day)
    wide = lt.measure(words, DAY)
    x = axis.x(subject.graph.as_of)
    yield Line(((x, -4), (x, bottom)), AS_OF)
    yield Label(min(max(x - wide / 2, HEAD), WIDE - wide), -21, words, DAY)


def _duty_marks(axis: Axis, row: Margin, y: float) -> Iterator[Mark]:
    # when it is due, and from there to its answer or, while none is known, to the day of the picture
    if row.standing is Standing.DAY_UNKNOWN or row.obligation.due is None:
        yield from fr.hatched(Box(HEAD + 8, y - 9, SPAN - 16, 18))
        return
    due = axis.x(row.obligation.due)
    if day := _answered(row):
        yield from _answer(row, due, axis.x(day), y)
    elif row.overdue:
        today = axis.x(row.as_of)
        colour = COLOURS.get(row.standing, fr.VERMILION)
        yield Line(((due, y), (today - 5, y)), OVERDUE._replace(colour=colour))
        yield Line.arrow((today, y), 0.0, colour, 9)
    yield Line.diamond(due, y, 7, fill=fr.INK, pen=Pen(fr.PAPER, 1))


def _answer(row: Margin, due: float, answered: float, y: float) -> Iterator[Mark]:
    # an act is a dot, an action a box
    colour = COLOURS[row.standing]
    edge = Pen(fr.PAPER, 1)
    yield Line(((due, y), (answered, y)), Pen(colour, 5))
    if row.response and row.response.is_act:
        yield Dot(answered, y, 6.5, colour, edge)
    else:
        yield Box(answered - 6, y - 6, 12, 12, colour, edge)


def _beside(words: Sequence[str], y: float) -> Iterator[Mark]:
    # to the right of the axis the standing in bold, then the day and what answers
    box = Box(HEAD + SPAN + 6, y - ROW / 2, SAYS - 6, ROW)
    fonts = (STANDING, fr.FINE, fr.FINE)[: len(words)]
    lines = [lt.shorten(line, SAYS - 12, font) for line, font in zip(words, fonts, strict=True)]
    labels = dw.centred(box, lines, WORDS, anchor="start", pad=4)
    for label, font in zip(labels, fonts, strict=True):
        yield Label(label.x, label.y, label.text, font)


# What is said of an obligation


def _duty_words(subject: Subject, names: Names, row: Margin) -> tuple[str, ...]:
    # its standing, the day it is due, and what answers it
    say = subject.say
    duty = row.obligation
    if row.standing is Standing.DAY_UNKNOWN:
        if duty.needs_ratification and not duty.binds(row.as_of):
            return (say("standing-not-ratified"),)
        return (_named(subject, row.standing),)
    lines = (
        _standing_words(subject, row),
        _due_words(subject, row),
        _answer_words(subject, names, row),
    )
    return tuple(line for line in lines if line)


def _standing_words(subject: Subject, row: Margin) -> str:
    """How it stands, with the days before or after its day, or the number of answers without a day."""
    if row.margin is not None:
        return subject.say(f"standing-{row.standing.code('duty')}", n=abs(row.margin))
    if row.standing is Standing.VAGUE:
        return subject.say("standing-vague", n=len(row.responses))
    return _named(subject, row.standing)


def _due_words(subject: Subject, row: Margin) -> str:
    language = subject.language
    due = row.obligation.due
    if due is None:
        return ""
    if row.coming is None or row.coming == due:
        return subject.say("due", day=format_day(due, language))
    # two days in words are wider than the column
    words = subject.say("due-again", day=due.isoformat(), then=row.coming.isoformat())
    return format_days_in(words, language)


def _answer_words(subject: Subject, names: Names, row: Margin) -> str:
    answer = row.response
    if row.margin is not None and answer is not None and answer.day is not None:
        kind = "act" if answer.is_act else "action"
        day = format_day(answer.day, subject.language)
        return subject.say(f"answer-{kind}", day=day, name=names[answer.work].text)
    if row.overdue:
        return subject.say("overdue", n=row.overdue)
    # what the line in bold says already is not said twice
    return "" if row.met is row.standing else _named(subject, row.met)


def _named(subject: Subject, standing: Standing) -> str:
    return coded("standing", standing.code("duty")).say(subject.language)


# Legend, notes and table


def _signs(subject: Subject) -> tuple[Sign, ...]:
    say = subject.say
    overdue = (
        Line(((0, 9), (23, 9)), OVERDUE),
        Line.arrow((29, 9), 0.0, fr.VERMILION, 9),
    )
    return (
        Sign((Line.diamond(15, 9, 7, fill=fr.INK),), say("sign-due")),
        Sign((Dot(15, 9, 6.5, fr.GREY),), in_words("is_act", subject.language)),
        Sign((Box(9, 3, 12, 12, fr.GREY),), say("sign-action")),
        fr.sign(Pen(fr.GREEN, 5), _named(subject, Standing.IN_TIME)),
        fr.sign(Pen(fr.VERMILION, 5), _named(subject, Standing.LATE)),
        Sign(overdue, say("sign-overdue")),
        fr.sign(AS_OF, say("sign-as-of"), upright=True),
        fr.sign("", say("sign-hatch-due")),
    )


def _notes(subject: Subject, every: Sequence[Margin], undrawn: int) -> Iterator[str]:
    numbers = Counter(row.standing for row in every)
    colon = format_of("colon", subject.language)
    counted = [
        f"{_named(subject, standing)}{colon}{numbers[standing]}"
        for standing in SAID_OF["duty"]
        if numbers[standing]
    ]
    yield subject.say("timeline-summary", n=len(every), parts=", ".join(counted) or "0")
    if undrawn:
        yield subject.say("obligations-left-out", n=undrawn)


def _rows(subject: Subject, names: Names, every: Sequence[Margin]) -> Iterator[tuple[Cell, ...]]:
    for row in every:
        duty = row.obligation
        answer = row.response
        yield (
            duty.iri,
            names[duty.iri].text,
            duty.instrument,
            names[duty.instrument].text,
            duty.due,
            row.standing.code("duty"),
            _named(subject, row.standing),
            answer.work if answer else None,
            names[answer.work].text if answer else None,
            answer.day if answer else None,
            row.margin,
            row.overdue or None,
            row.as_of,
        )
