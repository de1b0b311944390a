"""An axis of years, plans on it as dots and bars, and two pictures: plans tied to a thing, obligations over time.

Only what was seen is drawn: a plan that is not there may not have been read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from enum import IntEnum
from typing import TYPE_CHECKING, Final

from pan2kg.charts import frame as fr
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
    height_of,
    measure,
    paragraph,
    shorten,
    wrap,
)
from pan2kg.charts.frame import BLUE, GREEN, GREY, INK, PAPER, RULE, SHADE, VERMILION, Body, Caption, Picture, Sign
from pan2kg.charts.subject import Cell, Names, Subject, Tags, table, tags, whole
from pan2kg.coherence.citations import Span, span
from pan2kg.coherence.evidence import Level, counts
from pan2kg.coherence.obligations import DutyStanding as Standing
from pan2kg.coherence.obligations import Margin
from pan2kg.coherence.texts import CARRIES_OUT, SERVES
from pan2kg.errors import ProjectError, QueryError
from pan2kg.graph.graph import bare
from pan2kg.i18n.message import either, in_words, with_days

if TYPE_CHECKING:
    from pan2kg.graph.labels import Entry

TICK: Final = Font(11, colour=GREY)
OPEN_END: Final = 1.0
"""For how many years the bar of a plan is drawn whose end is not known; its edge is dashed."""
AHEAD: Final = 10
"""How many years beyond the day of the picture the axis reaches: what ends later runs out of it."""
PALE: Final = "#dde4ee"
TODAY: Final = Pen(INK, 1.2, (2, 3))


def ticks(first: int, last: int, most: float) -> int:
    """Every how many years one is written, so that there are at most so many."""
    return next(n for n in (1, 2, 5, 10, 20, 50, 100, 500, 1000, 5000) if (last - first + 1) / n <= most)


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
        share = (on.toordinal() - start) / (end - start)
        return self.left + self.width * min(max(share, 0.0), 1.0)

    def marks(self, bottom: float, today: date) -> list[Mark]:
        """The years, and the day the picture looks back from."""
        every, lines = ticks(self.first, self.last, max(self.width / 42, 1)), list[Mark]()
        for year in range(-(-self.first // every) * every, self.last + 1, every):
            x = self.x(date(year, 1, 1))
            lines += [Line(((x, -4), (x, bottom)), Pen(RULE, 0.7)), Label(x, -9, str(year), TICK, "middle")]
        return [*lines, Line(((self.x(today), -4), (self.x(today), bottom)), TODAY)]


@dataclass(frozen=True, slots=True)
class Life:
    """When a plan was adopted, as far as that is known, and from when to when it runs."""

    issued: Span | None = None
    start: date | None = None
    end: date | None = None

    @property
    def first(self) -> date | None:
        return self.start or (self.issued.first if self.issued else None)

    @property
    def is_dated(self) -> bool:
        return self.first is not None or self.end is not None

    @property
    def is_drawn(self) -> bool:
        return self.is_dated or self.issued is not None

    def tags(self, subject: Subject, plan: str) -> Tags:
        years = ((name, str(day.year)) for name, day in (("from", self.first), ("to", self.end)) if day)
        return (*tags(subject, (plan,), field=subject.graph.policy_fields.get(plan, "")), *years)


def lives(subject: Subject, plans: Iterable[str]) -> Mapping[str, Life]:
    dates, life_of = subject.known.chronology.dates, {}
    for plan in plans:
        _, since, until = subject.graph.periods.get(plan, ("", "", ""))
        begins, ends, dated = span(since), span(until), dates.get(plan)
        life_of[plan] = Life(
            dated.issued if dated else None, begins.first if begins else None, ends.last if ends else None
        )
    return life_of


def axis_of(every: Iterable[Life], today: date, *, left: float, width: float) -> Axis:
    days = [today]
    for life in every:
        days += [day for day in (life.first, life.end, life.issued.last if life.issued else None) if day]
    latest = today.year + AHEAD
    return Axis(min(day.year for day in days), min(max(day.year for day in days), latest), left, width)


def bar(axis: Axis, life: Life, y: float, colour: str, *, high: float) -> list[Mark]:
    """The period around the height ``y``, its edge dashed where the end is not known, and the adoption as a dot.

    The dot is hollow where only a span of days is known: it stands in the middle, with a line over the span.
    """
    marks: list[Mark] = []
    if life.is_dated:
        stub = axis.width / (axis.last - axis.first + 1) * OPEN_END
        right = axis.x(life.end) if life.end else None
        if life.first is None:
            start, right = max((right or axis.left) - stub, axis.left), right or axis.left
        else:
            start = axis.x(life.first)
            right = max(start + stub if right is None else right, start + 3)
        edge = Pen(GREY, 0.9) if life.end and life.first else Pen(GREY, 0.9, (3, 2))
        marks.append(Box(start, y - high / 2, right - start, high, colour, edge))
    if life.issued:
        earliest, latest = axis.x(life.issued.first), axis.x(life.issued.last)
        if life.issued.first == life.issued.last:
            marks.append(Dot(earliest, y, high * 0.26 + 1.2, INK, Pen(PAPER, 0.8)))
        else:
            marks.append(Line(((earliest, y), (latest, y)), Pen(INK, 1.0)))
            marks.append(Dot((earliest + latest) / 2, y, high * 0.22 + 1.0, PAPER, Pen(INK, 1.0)))
    return marks


def place_of(axis: Axis, life: Life) -> float:
    if life.issued:
        return (axis.x(life.issued.first) + axis.x(life.issued.last)) / 2
    day = life.first or life.end
    return axis.x(day) if day else axis.left


def open_end_sign(subject: Subject, colour: str) -> Sign:
    life = Life(start=date(2020, 1, 1))
    return Sign(tuple(bar(Axis(2020, 2021, 2, 26), life, 9, colour, high=10)), subject.say("sign-open-end"))


# The plans that name a text, a body has a part in or deal with a topic: each at its time, with a mark a work.

HEAD: Final = 220.0
SPAN: Final = 330.0
SAYS: Final = 340.0
ROW: Final = 36.0
TOP: Final = 24.0
HIGH: Final = 14.0
GAP: Final = 15.0
"""How far the marks of works are apart."""
MARKED: Final = 14
"""How many works of a plan have a mark of their own; the words beside say how many there are."""
NAME: Final = Font(12)
KINDS: Final = ("body", "instrument", "topic")
"""What the picture can be about."""
PLAN_COLUMNS: Final = ("plan", "plan_label", "work", "work_label", "part", "evidence_level", "starts", "ends", "drawn")


class RolePart(IntEnum):
    """How strongly a work is tied to the thing: it leads or carries out, takes part or serves, or only mentions."""

    FIRST = 1
    SECOND = 2
    THIRD = 3


Tied = tuple[str, RolePart, Level | None]
"""A plan, or an action of one, and how it is tied to the thing, on whose word."""


def draw_plans_of(subject: Subject, *, thing: str = "", top: object = 12) -> Picture:
    """The plans that name a text, in which a body has a part, or that deal with a topic; ``thing`` is its key or IRI.

    Without one it is the text that most plans name. ``top`` plans are drawn, those with most works, in the order of
    their adoption.
    """
    if not subject.graph.has_actions:
        raise ProjectError("no-action-to-measure", remedy="add-plan")
    entry, most = _entry(subject, thing), whole(top, "top")
    kind, by_plan = entry.kind, tied_works(subject, entry.kind, entry.iri)
    every = sorted(by_plan, key=lambda plan: (-len(by_plan[plan]), plan))
    life_of = lives(subject, every)
    rows = sorted(every[:most], key=lambda plan: (life_of[plan].first or date.max, plan))
    names = subject.names([entry.iri, *every, *(work for works in by_plan.values() for work, _, _ in works)])
    undrawn = len(every) - len(rows)

    axis = axis_of([life_of[plan] for plan in rows], subject.graph.as_of, left=HEAD + 16, width=SPAN)
    bottom = ROW * len(rows)
    marks = axis.marks(bottom, subject.graph.as_of)
    for at, plan in enumerate(rows):
        y, name, life = ROW * (at + 0.5), names[plan], life_of[plan]
        lines = wrap(name.text, HEAD - 4, NAME, 2)
        labels = paragraph(0, y - height_of(len(lines), NAME) / 2, lines, NAME)
        unknown = Box(axis.left + 4, y - HIGH / 2, axis.width - 8, HIGH)
        period = bar(axis, life, y, PALE, high=HIGH) if life.is_drawn else fr.hatched(unknown)
        spoken = fr.spoken(name, labels, x=HEAD, anchor="end")
        marks.append(Group((*spoken, *period), title=name.full, address=subject.leads(plan)))
        x, works = HEAD + 16 + SPAN + 32, by_plan[plan]
        for place, (work, role, _) in enumerate(works[:MARKED]):
            title = f"{names[work].full}\n{subject.say(f'plans-of-{kind}-{int(role)}')}"
            mark = _part_mark(x + GAP * place, y - 7, role, is_plan=work == plan)
            marks.append(Group((mark,), title=title, address=subject.leads(work)))
        roles = Counter(role for work, role, _ in works if work != plan)
        words = [subject.say(f"plans-of-{kind}-{int(role)}-whole") for work, role, _ in works if work == plan]
        words += [subject.say(f"plans-of-{kind}-{int(role)}-n", n=n) for role, n in sorted(roles.items())]
        marks.append(Label(x - 6, y + 11, shorten(subject.listed(words), SAYS - 20, TICK), TICK))
    body = Body(HEAD + 16 + SPAN + 24 + SAYS, TOP + bottom, (Group(tuple(marks), shift=(0, TOP)),))

    signs = [
        Sign((_part_mark(15, 9, role),), subject.say(f"plans-of-{kind}-{int(role)}"))
        for role in sorted({role for plan in rows for _, role, _ in by_plan[plan]})
    ]
    if any(work == plan for plan in rows for work, _, _ in by_plan[plan]):
        signs.append(Sign((_part_mark(15, 9, RolePart.SECOND, is_plan=True),), subject.say("plans-of-whole")))
    lives_drawn = [life_of[plan] for plan in rows]
    if any(life.is_dated and not (life.first and life.end) for life in lives_drawn):
        signs.append(open_end_sign(subject, PALE))
    if any(not life.is_drawn for life in lives_drawn):
        signs.append(fr.hatch_sign(subject.say("sign-hatch-date")))
    caption = Caption(
        subject.say(f"plans-of-{kind}", thing=names[entry.iri].text, n=len(every)),
        subject.say("plans-of-lead"),
        tuple(signs),
        ((subject.say("neighbours-left-out", n=undrawn),) if undrawn else ()),
        (subject.say("chosen-thing", thing=names[entry.iri].text),),
        is_levelled=kind != "topic",
    )
    cells: Iterator[tuple[Cell, ...]] = (
        (plan, names[plan].text, work, names[work].text, role.name.lower(), level.key if level else None,
         life_of[plan].first, life_of[plan].end, "true" if plan in rows else "false")
        for plan in every for work, role, level in by_plan[plan]
    )  # fmt: skip
    return Picture("plans-of", subject.language, fr.frame(subject, caption, body), table(PLAN_COLUMNS, cells))


def _entry(subject: Subject, thing: str) -> Entry:
    """What is called so; without a name the text most plans name at the level, the first of equals."""
    labels, name = subject.graph.labels, bare(thing)
    if not thing:
        works = subject.known.tables.works
        plans = Counter(text for text, _ in {(use.text, works.plan(use.work)) for use in subject.known.uses})
        name = min(plans, key=lambda text: (-plans[text], text), default="")
    entry = next((entry for kind in KINDS if (entry := labels.find(kind, name))), None) or labels.entry(name)
    if entry is None or entry.kind not in KINDS:
        near = get_close_matches(
            name, [candidate.key for kind in KINDS for candidate in labels.of_kind(kind)], n=2, cutoff=0.5
        )
        remedy = {"remedy": "did-you-mean", "names": either(near)} if near else {"remedy": "name-thing-drawn"}
        raise QueryError("no-thing-drawn", name=thing, **remedy)
    return entry


def tied_works(subject: Subject, kind: str, thing: str) -> Mapping[str, tuple[Tied, ...]]:
    """The works tied to a body, text or topic at the level of the picture, by plan; the strongest tie of each work."""
    ties: list[Tied] = []
    if kind == "body":
        ties = [
            (row.work, RolePart.FIRST if "lead" in row.roles else RolePart.SECOND, row.level)
            for row in subject.graph.involvements if row.body == thing and counts(row.level, subject.level)
        ]  # fmt: skip
    elif kind == "topic":
        ties = [(row.work, RolePart.SECOND, None) for row in subject.graph.profiles if thing in row.topics]
    else:
        for use in subject.known.uses:
            if thing in subject.known.potential.weights.reached(use.text, subject.level):
                role = {CARRIES_OUT: RolePart.FIRST, SERVES: RolePart.SECOND}.get(use.share, RolePart.THIRD)
                ties.append((use.work, role, use.level))
    best: dict[str, Tied] = {}
    for tie in ties:
        best[tie[0]] = min(best.get(tie[0], tie), tie, key=lambda tie: (tie[1], tie[2] or 0))
    by_plan: dict[str, list[Tied]] = {}
    for work in sorted(best):
        if plan := subject.known.tables.works.plan(work):
            by_plan.setdefault(plan, []).append(best[work])
    return {plan: tuple(sorted(ties_of, key=lambda tie: (tie[1], tie[0]))) for plan, ties_of in by_plan.items()}


def _part_mark(x: float, y: float, role: RolePart, *, is_plan: bool = False) -> Box | Dot:
    """A dot for an action, a square for a plan as a whole; filled, outlined or dashed by how strongly it is tied."""
    fill, pen = {
        RolePart.FIRST: (BLUE, None), RolePart.SECOND: (PAPER, Pen(BLUE, 1.8)),
        RolePart.THIRD: (PAPER, Pen(GREY, 1.0, (2, 2))),
    }[role]  # fmt: skip
    return Box(x - 5, y - 5, 10, 10, fill, pen) if is_plan else Dot(x, y, 5.2, fill, pen)


# Obligations over time: when each falls due, what answers it and when, and how late that is.

DUTY_HEAD: Final = 390.0
DUTY_SPAN: Final = 560.0
DUTY_SAYS: Final = 220.0
DUTY_ROW: Final = 50.0
AXIS: Final = 30.0
COLOURS: Final = {Standing.ON_TIME: GREEN, Standing.LATE: VERMILION}
AS_OF: Final = Pen(BLUE, 1.6, (2, 3))
DUTY_COLUMNS: Final = ("obligation", "obligation_label", "instrument", "instrument_label", "due", "standing", "answer",
                       "answer_label", "answered_on", "margin_days", "overdue_days", "as_of")  # fmt: skip


def draw_timeline(subject: Subject, *, rows: object = 40) -> Picture:
    """Every obligation with its due date, the national act or action that answers it, and the margin in days.

    Only whole days are drawn as dates; what is vague, not ratified or not known is written in words. ``rows``
    is how many obligations are drawn, first due first: those a country recorded or something answers, if there are any.
    """
    graph, as_of = subject.graph, subject.graph.as_of
    margins = graph.margins(subject.level).rows
    every = tuple(row for row in margins if row.obligation.is_recorded or row.response) or margins
    drawn_rows = every[: whole(rows, "rows")]
    iris = {iri for row in every for iri in (row.obligation.iri, row.obligation.instrument)}
    names = subject.names(iris | {row.response.work for row in every if row.response})

    days = [as_of, *(row.obligation.due for row in drawn_rows if row.obligation.due)]
    days += [row.response.day for row in drawn_rows if row.response and row.response.day and row.standing in COLOURS]
    from_year, to_year = min(days).year, max(days).year
    start, end = date(from_year, 1, 1).toordinal(), date(min(to_year + 1, 9999), 1, 1).toordinal()

    def place(day: date) -> float:
        return DUTY_HEAD + DUTY_SPAN * (day.toordinal() - start) / max(end - start, 1)

    bottom, wide = DUTY_ROW * len(drawn_rows), DUTY_HEAD + DUTY_SPAN + DUTY_SAYS
    marks: list[Mark] = []
    for at, row in enumerate(drawn_rows):
        marks.append(Box(0, DUTY_ROW * at, wide, DUTY_ROW, SHADE if at % 2 == 0 else PAPER))
        duty, text = names[row.obligation.iri], names[row.obligation.instrument].text
        head = Box(-20, DUTY_ROW * at, DUTY_HEAD + 10, DUTY_ROW)
        marks.append(fr.row_head(head, "", duty, text, subject.leads(duty.iri)))
    for year in range(from_year, to_year + 1, ticks(from_year, to_year, 13)):
        x = place(date(year, 1, 1))
        marks += [Line(((x, -4), (x, bottom)), Pen(RULE, 0.8)), Label(x + 3, -8, str(year), Font(11))]
    x, words, font = (
        place(as_of),
        subject.say("as-of", day=in_words(as_of, subject.language)),
        Font(10, bold=True, colour=BLUE),
    )
    label_x = min(max(x - measure(words, font) / 2, DUTY_HEAD), wide - measure(words, font))
    marks += [Line(((x, -4), (x, bottom)), AS_OF), Label(label_x, -21, words, font)]
    for at, row in enumerate(drawn_rows):
        y, due, drawn = DUTY_ROW * (at + 0.5), row.obligation.due, list[Mark]()
        colour = COLOURS.get(row.standing, VERMILION if row.overdue else GREY)
        if row.standing is Standing.DUE_UNKNOWN or due is None:
            drawn += fr.hatched(Box(DUTY_HEAD + 8, y - 9, DUTY_SPAN - 16, 18))
        else:
            x = place(due)
            if row.response and row.response.day and row.standing in COLOURS:
                answered = place(row.response.day)
                drawn.append(Line(((x, y), (answered, y)), Pen(colour, 5)))
                is_act, edge = row.response.is_act, Pen(PAPER, 1)
                box = Box(answered - 6, y - 6, 12, 12, colour, edge)
                drawn.append(Dot(answered, y, 6.5, colour, edge) if is_act else box)
            elif row.overdue:
                drawn.append(Line(((x, y), (place(row.as_of) - 5, y)), Pen(colour, 3, (6, 4))))
                drawn.append(arrow((place(row.as_of), y), 0.0, colour, 9))
            drawn.append(diamond(x, y, 7, fill=INK, pen=Pen(PAPER, 1)))
        # To the right of the axis the standing in bold, then the day and what answers.
        lines = _duty_words(subject, names, row)
        fonts = [Font(11, bold=True), Font(9.5, colour=GREY), Font(9.5, colour=GREY)]
        texts = [shorten(line, DUTY_SAYS - 12, font) for line, font in zip(lines, fonts, strict=False)]
        beside = Box(DUTY_HEAD + DUTY_SPAN + 6, y - DUTY_ROW / 2, DUTY_SAYS - 6, DUTY_ROW)
        labels = centred(beside, tuple(texts), Font(11), anchor="start", pad=4)
        drawn += [Label(label.x, label.y, label.text, font) for label, font in zip(labels, fonts, strict=False)]
        title = "\n".join((names[row.obligation.iri].text, names[row.obligation.instrument].text, *lines))
        marks.append(Group(tuple(drawn), title))
    if not drawn_rows:
        marks.append(Label(0, 20, subject.say("no-obligation"), Font(11)))
    body = Body(wide, AXIS + max(bottom, DUTY_ROW), (Group(tuple(marks), shift=(0, AXIS)),))

    standings = Counter(row.standing for row in every)
    counted = [subject.say(f"count-{_key(at)}", n=standings[at]) for at in Standing if standings[at]]
    notes = [subject.say("timeline-summary", n=len(every), parts=", ".join(counted) or "0")]
    notes += (
        [subject.say("obligations-left-out", n=len(margins) - len(drawn_rows))]
        if len(margins) > len(drawn_rows)
        else []
    )
    overdue = Line(((0, 9), (23, 9)), Pen(VERMILION, 3, (6, 4))), arrow((29, 9), 0.0, VERMILION, 9)
    signs = (
        Sign((diamond(15, 9, 7, fill=INK),), subject.say("sign-due")),
        Sign((Dot(15, 9, 6.5, GREY),), subject.say("sign-act")),
        Sign((Box(9, 3, 12, 12, GREY),), subject.say("sign-action")),
        fr.line_sign(Pen(GREEN, 5), subject.say("sign-on-time")),
        fr.line_sign(Pen(VERMILION, 5), subject.say("sign-late")),
        Sign(overdue, subject.say("sign-overdue")),
        fr.day_sign(AS_OF, subject.say("sign-as-of")),
        fr.hatch_sign(subject.say("sign-hatch-due")),
    )
    caption = Caption(subject.say("timeline-title"), subject.say("timeline-lead"), signs, tuple(notes))
    cells: list[tuple[Cell, ...]] = []
    for row in every:
        ends = [cell for iri in (row.obligation.iri, row.obligation.instrument) for cell in (iri, names[iri].text)]
        answer = row.response
        cells.append((
            *ends, row.obligation.due, str(row.standing.value), answer.work if answer else None,
            names[answer.work].text if answer else None, answer.day if answer else None, row.margin,
            row.overdue or None, row.as_of,
        ))  # fmt: skip
    return Picture("timeline", subject.language, fr.frame(subject, caption, body), table(DUTY_COLUMNS, cells))


def _key(standing: Standing) -> str:
    return standing.value.replace(" ", "-")


def _duty_words(subject: Subject, names: Names, row: Margin) -> Sequence[str]:
    """Its standing, when it is due, and what answers it or for how long nothing has."""
    duty, language = row.obligation, subject.language
    if row.standing is Standing.DUE_UNKNOWN:
        is_open = duty.needs_ratification and not duty.binds(row.as_of)
        return (subject.say("standing-not-ratified" if is_open else "standing-due-unknown"),)
    standing, due = f"standing-{_key(row.standing)}", ""
    if duty.due is not None:
        due = subject.say("due", day=in_words(duty.due, language))
        if row.coming is not None and row.coming != duty.due:
            # Two days in words are wider than the column.
            due = subject.say("due-again", day=duty.due.isoformat(), then=row.coming.isoformat())
            due = with_days(due, language)
    if row.margin is not None and row.response is not None and row.response.day is not None:
        kind, name = "act" if row.response.is_act else "action", names[row.response.work].text
        answer = subject.say(f"answer-{kind}", day=in_words(row.response.day, language), name=name)
        return (subject.say(standing, n=abs(row.margin)), due, answer)
    passed = subject.say("overdue", n=row.overdue) if row.overdue else subject.say("not-yet-due")
    return (subject.say(standing, n=len(row.responses)), due, passed)
