"""An axis of years, plans on it as dots and bars, and two pictures: plans tied to a thing, obligations over time.

Only what was seen is drawn: a plan that is not there may not have been read.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Final

from pan2kg.charts import Cell, Names, Subject, drawing as dw, frame as fr, subject as sj
from pan2kg.coherence import citations, evidence, obligations, texts
from pan2kg.errors import ProjectError, QueryError
from pan2kg.graph.graph import bare
from pan2kg.graph.labels import Entry, shortened
from pan2kg.i18n import format_of, message
from pan2kg.tables import PRINTING, coded, in_words

TICK: Final = dw.Font(11, colour=fr.GREY)
OPEN_END: Final = (
    1.0  # for how many years the bar of a plan is drawn whose end is not known; its edge is dashed
)
# how many years beyond the day of the picture the axis reaches: what ends later runs out of it
AHEAD: Final = 10
PALE: Final = "#dde4ee"
TODAY: Final = dw.Pen(fr.INK, 1.2, (2, 3))


def ticks(first: int, last: int, most: float) -> int:
    return next(
        n for n in (1, 2, 5, 10, 20, 50, 100, 500, 1000, 5000) if (last - first + 1) / n <= most
    )


@dataclass(frozen=True, slots=True)
class Axis:
    first: int
    last: int
    left: float
    width: float

    def x(self, on: date) -> float:
        start = date(self.first, 1, 1).toordinal()
        end = date(self.last, 12, 31).toordinal() + 1
        share = (on.toordinal() - start) / (end - start)
        return self.left + self.width * min(max(share, 0.0), 1.0)

    def marks(self, bottom: float, today: date | None) -> list[dw.Mark]:
        every = ticks(self.first, self.last, max(self.width / 42, 1))
        years = range(-(-self.first // every) * every, self.last + 1, every)
        places = {year: self.x(date(year, 1, 1)) for year in years}
        lines = [dw.Line(((x, -4), (x, bottom)), dw.Pen(fr.RULE, 0.7)) for x in places.values()]
        labels = [dw.Label(x, -9, str(year), TICK, "middle") for year, x in places.items()]
        now = [dw.Line(((self.x(today), -4), (self.x(today), bottom)), TODAY)] if today else []
        return [*lines, *labels, *now]


def lives(subject: Subject, plans: Iterable[str]) -> Mapping[str, sj.Life]:
    dates = subject.known.chronology.dates
    life_of = {}
    known: dict[str, sj.Life] = subject.graph.once(
        f"lives {subject.level.key}", dict
    )  # the same in each language
    for plan in plans:
        if plan not in known:
            _, since, until = subject.graph.periods.get(plan, ("", "", ""))
            begins = citations.span(since)
            ends = citations.span(until)
            dated = dates.get(plan)
            first = begins.first if begins else None
            last = ends.last if ends else None
            known[plan] = sj.Life(dated.issued if dated else None, first, last)
        life_of[plan] = known[plan]
    return life_of


def axis_of(every: Collection[sj.Life], today: date | None, *, left: float, width: float) -> Axis:
    # the day is on it where there is one; without, and without a date, it has no years
    begun = [today] if today else [day for life in every if (day := life.first or life.end)]
    days = [
        day
        for life in every
        for day in (life.first, life.end, life.issued.last if life.issued else None)
        if day
    ]
    if not begun:
        return Axis(1, 0, left, width)
    first, last, latest = (
        day.year for day in (min([*begun, *days]), max([*begun, *days]), max(begun))
    )
    return Axis(first, min(last, latest + AHEAD), left, width)


def bar(axis: Axis, life: sj.Life, y: float, colour: str, *, high: float) -> list[dw.Mark]:
    # The dot is hollow where only a span of days is known: it stands in the middle, with a line
    # over the span.
    marks: list[dw.Mark] = []
    if life.first or life.end:
        stub = axis.width / (axis.last - axis.first + 1) * OPEN_END
        right = axis.x(life.end) if life.end else None
        if life.first is None:
            start = max((right or axis.left) - stub, axis.left)
            right = right or axis.left
        else:
            start = axis.x(life.first)
            right = max(start + stub if right is None else right, start + 3)
        edge = dw.Pen(fr.GREY, 0.9) if life.end and life.first else dw.Pen(fr.GREY, 0.9, (3, 2))
        marks.append(dw.Box(start, y - high / 2, right - start, high, colour, edge))
    if life.issued:
        earliest = axis.x(life.issued.first)
        latest = axis.x(life.issued.last)
        if life.issued.first == life.issued.last:
            marks.append(dw.Dot(earliest, y, high * 0.26 + 1.2, fr.INK, dw.Pen(fr.PAPER, 0.8)))
        else:
            marks.append(dw.Line(((earliest, y), (latest, y)), dw.Pen(fr.INK, 1.0)))
            marks.append(
                dw.Dot((earliest + latest) / 2, y, high * 0.22 + 1.0, fr.PAPER, dw.Pen(fr.INK, 1.0))
            )
    return marks


def place_of(axis: Axis, life: sj.Life) -> float:
    if life.issued:
        return (axis.x(life.issued.first) + axis.x(life.issued.last)) / 2
    day = life.first or life.end
    return axis.x(day) if day else axis.left


def open_end_sign(subject: Subject, colour: str) -> fr.Sign:
    life = sj.Life(start=date(2020, 1, 1))
    return fr.Sign(
        tuple(bar(Axis(2020, 2021, 2, 26), life, 9, colour, high=10)), subject.say("sign-open-end")
    )


# The plans that name a text, a body has a part in or deal with a topic: each at its time, with a
# mark a work.

HEAD: Final = 220.0
SPAN: Final = 330.0
SAYS: Final = 340.0
ROW: Final = 36.0
TOP: Final = 24.0
HIGH: Final = 14.0
GAP: Final = 15.0  # how far the marks of works are apart
MARKED: Final = (
    14  # how many works of a plan have a mark of their own; the words beside say how many there are
)
NAME: Final = dw.Font(12)
KINDS: Final = ("body", "instrument", "topic")  # what the picture can be about
PLAN_COLUMNS: Final = (
    "plan",
    "plan_label",
    "work",
    "work_label",
    "part",
    "evidence_level",
    "starts",
    "ends",
    "drawn",
)


# how strongly a work is tied to the thing: what that means depends on the kind of thing
FIRST = 1
SECOND = 2
THIRD = 3
TIED_AS: Final = {FIRST: "first", SECOND: "second", THIRD: "third"}
# A plan, or an action of one, and how it is tied to the thing, on whose word
Tied = tuple[str, int, evidence.Level | None]


def draw_plans_of(subject: Subject, *, thing: str = "", top: object = 12) -> fr.Picture:
    # Without one it is the text that most plans name. top plans are drawn, those with most works,
    # in the order of their adoption.
    if not subject.graph.has_actions:
        raise ProjectError("no-action-to-measure", remedy="add-plan")
    say = subject.say
    entry = _entry(subject, thing)
    most = sj.whole(top, "top")
    kind = entry.kind
    level = subject.level.key
    by_plan = subject.graph.once(f"tied {kind} {level}", lambda: tied_works(subject, kind)).get(
        entry.iri, {}
    )
    every = sorted(by_plan, key=lambda plan: (-len(by_plan[plan]), plan))
    life_of = lives(subject, every)
    rows = sorted(every[:most], key=lambda plan: (life_of[plan].first or date.max, plan))
    names = subject.names(
        [entry.iri, *every, *(work for works in by_plan.values() for work, _, _ in works)]
    )

    axis = axis_of([life_of[plan] for plan in rows], subject.today, left=HEAD + 16, width=SPAN)
    bottom = ROW * len(rows)
    drawn_as = set[int]()
    has_whole = False
    marks = axis.marks(bottom, subject.today)
    for at, plan in enumerate(rows):
        y = ROW * (at + 0.5)
        name = names[plan]
        life = life_of[plan]
        works = by_plan[plan]
        lines = dw.wrap(name.text, HEAD - 4, NAME, 2)
        top = y - dw.height_of(len(lines), NAME) / 2
        label = dw.Label(HEAD, top + NAME.size, "\n".join(lines), NAME, "end")
        unknown = dw.Box(axis.left + 4, y - HIGH / 2, axis.width - 8, HIGH)
        period = bar(axis, life, y, PALE, high=HIGH) if life.is_drawn else fr.hatched(unknown)
        head = [*fr.spoken(name, [label]), *period]
        title = name.full
        x = HEAD + 16 + SPAN + 32
        parts = list[dw.Mark]()
        for place, (work, role, _) in enumerate(works[:MARKED]):
            mark = _part_mark(x + GAP * place, y - 7, role, is_plan=work == plan)
            as_role = say(f"plans-of-{kind}-{role}")
            if work == plan:  # which leads where its name and its time lead
                head = [*head, mark]
                title = f"{title}\n{as_role}"
            else:
                called = f"{names[work].notation} {shortened(names[work].text)}\n{as_role}"
                parts.append(dw.Group((mark,), title=called.strip(), address=subject.leads(work)))
        marks += [
            dw.Group(tuple(head), title=title, address=subject.leads(plan)),
            dw.Group(tuple(parts)),
        ]
        roles = Counter(role for work, role, _ in works if work != plan)
        colon = format_of("colon", subject.language)
        roles_of_plan = [say(f"plans-of-{kind}-{role}") for work, role, _ in works if work == plan]
        words = [f"{say('plans-of-whole')}{colon}{role}" for role in roles_of_plan]
        has_whole = has_whole or bool(words)
        drawn_as = drawn_as | {role for _, role, _ in works}
        words += [say(f"plans-of-{kind}-{role}-n", n=n) for role, n in sorted(roles.items())]
        text = format_of("semicolon", subject.language).join(words)
        marks.append(dw.Label(x - 6, y + 11, dw.shorten(text, SAYS - 20, TICK), TICK))

    signs = [
        fr.Sign((_part_mark(15, 9, role),), say(f"plans-of-{kind}-{role}"))
        for role in sorted(drawn_as)
    ]
    signs += (
        [fr.Sign((_part_mark(15, 9, SECOND, is_plan=True),), say("plans-of-whole"))]
        if has_whole
        else []
    )
    signs += [open_end_sign(subject, PALE)] if any(life_of[plan].is_open for plan in rows) else []
    signs += (
        [fr.sign("", say("sign-hatch-date"))]
        if any(not life_of[plan].is_drawn for plan in rows)
        else []
    )
    called = names[entry.iri].text
    undrawn = len(every) - len(rows)
    caption = fr.Caption(
        say(f"plans-of-{kind}", thing=called, n=len(every)),
        say("plans-of-lead"),
        tuple(signs),
        ((say("left-out", what=say("field-plans", n=undrawn)),) if undrawn else ()),
        (say("chosen-thing", thing=called),),
        is_levelled=kind != "topic",
    )
    cells: Iterator[tuple[Cell, ...]] = (
        (
            plan,
            names[plan].text,
            work,
            names[work].text,
            TIED_AS[role],
            level.key if level else None,
            life_of[plan].first,
            life_of[plan].end,
            "true" if plan in rows else "false",
        )
        for plan in every
        for work, role, level in by_plan[plan]
    )
    size = HEAD + 16 + SPAN + 24 + SAYS, TOP + bottom, TOP
    tied = sum(map(len, by_plan.values()))
    return fr.Picture(
        subject,
        "plans-of",
        caption,
        size,
        marks,
        lambda: sj.table(PLAN_COLUMNS, cells),
        tells=tied > 1,
    )


def _entry(subject: Subject, thing: str) -> Entry:
    labels = subject.graph.labels
    name = bare(thing)
    if not thing:
        works = subject.known.tables.works
        plans = Counter(
            text for text, _ in {(use.text, works.plan(use.work)) for use in subject.known.uses}
        )
        name = min(plans, key=lambda text: (-plans[text], text), default="")
    entry = next(
        (entry for kind in KINDS if (entry := labels.find(kind, name))), None
    ) or labels.entry(name)
    if entry is None or entry.kind not in KINDS:
        keys = [candidate.key for kind in KINDS for candidate in labels.of_kind(kind)]
        near = get_close_matches(name, keys, n=2, cutoff=0.5)
        remedy = (
            {"remedy": "did-you-mean", "names": message.either(near)}
            if near
            else {"remedy": "name-thing-drawn"}
        )
        raise QueryError("no-thing-drawn", name=thing, **remedy)
    return entry


def tied_works(subject: Subject, kind: str) -> Mapping[str, Mapping[str, tuple[Tied, ...]]]:
    # of each thing of a kind the plans it is tied to, with their works: the same in each language
    ties = defaultdict[str, list[Tied]](list)
    level = subject.level
    if kind == "body":
        for row in subject.graph.involvements:
            if evidence.counts(row.level, level):
                ties[row.body].append(
                    (row.work, FIRST if "lead" in row.roles else SECOND, row.level)
                )
    elif kind == "topic":
        for profile in subject.graph.profiles:
            for topic in profile.topics:
                ties[topic].append((profile.work, SECOND, None))
    else:
        shares = {texts.CARRIES_OUT: FIRST, texts.SERVES: SECOND}
        for use in subject.known.uses:
            for text in subject.known.potential.weights.reached(use.text, level):
                ties[text].append((use.work, shares.get(use.share, THIRD), use.level))
    plans: dict[str, Mapping[str, tuple[Tied, ...]]] = {}
    for thing, ties_of in ties.items():
        best = dict[str, Tied]()
        by_plan = dict[str, list[Tied]]()
        for tie in ties_of:
            best[tie[0]] = min(best.get(tie[0], tie), tie, key=lambda tie: (tie[1], tie[2] or 0))
        for work in sorted(best):
            if plan := subject.known.tables.works.plan(work):
                by_plan.setdefault(plan, []).append(best[work])
        plans[thing] = {
            plan: tuple(sorted(rows, key=lambda tie: (tie[1], tie[0])))
            for plan, rows in by_plan.items()
        }
    return plans


def _part_mark(x: float, y: float, role: int, *, is_plan: bool = False) -> dw.Box | dw.Dot:
    fill, pen = {FIRST: (fr.BLUE, None), SECOND: (fr.PAPER, dw.Pen(fr.BLUE, 1.8))}.get(
        role, (fr.PAPER, dw.Pen(fr.GREY, 1.0, (2, 2)))
    )
    return dw.Box(x - 5, y - 5, 10, 10, fill, pen) if is_plan else dw.Dot(x, y, 5.2, fill, pen)


# Obligations over time: when each falls due, what answers it and when, and how late that is.

DUTY_HEAD: Final = 390.0
DUTY_SPAN: Final = 560.0
DUTY_SAYS: Final = 220.0
DUTY_ROW: Final = 50.0
AXIS: Final = 30.0
KEYS: Final = {standing: standing.value.replace(" ", "-") for standing in obligations.DutyStanding}
COLOURS: Final = {
    obligations.DutyStanding.ON_TIME: fr.GREEN,
    obligations.DutyStanding.LATE: fr.VERMILION,
}
AS_OF: Final = dw.Pen(fr.BLUE, 1.6, (2, 3))
DUTY_COLUMNS: Final = (
    "obligation",
    "obligation_label",
    "instrument",
    "instrument_label",
    "due",
    "standing",
    "answer",
    "answer_label",
    "answered_on",
    "margin_days",
    "overdue_days",
    "as_of",
)


def draw_timeline(subject: Subject, *, rows: object = 40) -> fr.Picture:
    # Only whole days are drawn as dates; what is vague, not ratified or not known is written in
    # words. rows is how many obligations are drawn, first due first: those a country recorded or
    # something answers, if there are any.
    say = subject.say
    as_of = subject.graph.as_of
    margins = subject.graph.margins(subject.level).rows
    every = tuple(row for row in margins if row.obligation.is_recorded or row.response) or margins
    drawn = every[: sj.whole(rows, "rows")]
    iris = {iri for row in every for iri in (row.obligation.iri, row.obligation.instrument)}
    names = subject.names(iris | {row.response.work for row in every if row.response})

    days = [as_of, *(row.obligation.due for row in drawn if row.obligation.due)]
    days += [
        row.response.day
        for row in drawn
        if row.response and row.response.day and row.standing in COLOURS
    ]
    axis = Axis(min(days).year, max(days).year, DUTY_HEAD, DUTY_SPAN)
    bottom = DUTY_ROW * len(drawn)
    wide = DUTY_HEAD + DUTY_SPAN + DUTY_SAYS
    marks: list[dw.Mark] = []
    for at, row in enumerate(drawn):
        marks.append(
            dw.Box(0, DUTY_ROW * at, wide, DUTY_ROW, fr.SHADE if at % 2 == 0 else fr.PAPER)
        )
        duty = names[row.obligation.iri]
        text = names[row.obligation.instrument].text
        head = dw.Box(-20, DUTY_ROW * at, DUTY_HEAD + 10, DUTY_ROW)
        marks.append(fr.row_head(head, "", duty, text, subject.leads(duty.iri)))
    for year in range(axis.first, axis.last + 1, ticks(axis.first, axis.last, 13)):
        x = axis.x(date(year, 1, 1))
        marks += [
            dw.Line(((x, -4), (x, bottom)), dw.Pen(fr.RULE, 0.8)),
            dw.Label(x + 3, -8, str(year), dw.Font(11)),
        ]
    x = axis.x(as_of)
    font = dw.Font(10, bold=True, colour=fr.BLUE)
    words = PRINTING.say(
        "basis-as-of", subject.language, day=message.in_words(as_of, subject.language)
    )
    label_x = min(max(x - dw.measure(words, font) / 2, DUTY_HEAD), wide - dw.measure(words, font))
    marks += [dw.Line(((x, -4), (x, bottom)), AS_OF), dw.Label(label_x, -21, words, font)]
    for at, row in enumerate(drawn):
        lines = _duty_words(subject, names, row)
        y = DUTY_ROW * (at + 0.5)
        title = "\n".join(
            (names[row.obligation.iri].text, names[row.obligation.instrument].text, *lines)
        )
        on_axis: list[dw.Mark] = []
        if row.standing is obligations.DutyStanding.DUE_UNKNOWN or row.obligation.due is None:
            on_axis += fr.hatched(dw.Box(DUTY_HEAD + 8, y - 9, DUTY_SPAN - 16, 18))
        else:
            x = axis.x(row.obligation.due)
            colour = COLOURS.get(row.standing, fr.VERMILION if row.overdue else fr.GREY)
            if row.response and row.response.day and row.standing in COLOURS:
                answered = axis.x(row.response.day)
                edge = dw.Pen(fr.PAPER, 1)
                on_axis.append(dw.Line(((x, y), (answered, y)), dw.Pen(colour, 5)))
                box = dw.Box(answered - 6, y - 6, 12, 12, colour, edge)
                dot = dw.Dot(answered, y, 6.5, colour, edge)
                on_axis.append(dot if row.response.is_act else box)
            elif row.overdue:
                on_axis.append(
                    dw.Line(((x, y), (axis.x(row.as_of) - 5, y)), dw.Pen(colour, 3, (6, 4)))
                )
                on_axis.append(dw.Line.arrow((axis.x(row.as_of), y), 0.0, colour, 9))
            on_axis.append(dw.Line.diamond(x, y, 7, fill=fr.INK, pen=dw.Pen(fr.PAPER, 1)))
        # To the right of the axis the standing in bold, then the day and what answers.
        fonts = [dw.Font(11, bold=True), dw.Font(9.5, colour=fr.GREY), dw.Font(9.5, colour=fr.GREY)]
        texts = tuple(
            dw.shorten(line, DUTY_SAYS - 12, font) for line, font in zip(lines, fonts, strict=False)
        )
        beside = dw.Box(DUTY_HEAD + DUTY_SPAN + 6, y - DUTY_ROW / 2, DUTY_SAYS - 6, DUTY_ROW)
        labels = zip(
            dw.centred(beside, texts, dw.Font(11), anchor="start", pad=4), fonts, strict=False
        )
        on_axis += [dw.Label(label.x, label.y, label.text, font) for label, font in labels]
        marks.append(dw.Group(tuple(on_axis), title))
    if not drawn:
        marks.append(dw.Label(0, 20, PRINTING.say("empty", subject.language), dw.Font(11)))

    standings = Counter(row.standing for row in every)
    colon = format_of("colon", subject.language)
    named = {
        at: coded("standing", KEYS[at]).say(subject.language) for at in obligations.DutyStanding
    }
    counted = [f"{words}{colon}{standings[at]}" for at, words in named.items() if standings[at]]
    notes = [say("timeline-summary", n=len(every), parts=", ".join(counted) or "0")]
    undrawn = len(margins) - len(drawn)
    notes += [say("obligations-left-out", n=undrawn)] if undrawn else []
    late = dw.Pen(fr.VERMILION, 3, (6, 4))
    tip = dw.Line.arrow((29, 9), 0.0, fr.VERMILION, 9)
    signs = (
        fr.Sign((dw.Line.diamond(15, 9, 7, fill=fr.INK),), say("sign-due")),
        fr.Sign((dw.Dot(15, 9, 6.5, fr.GREY),), in_words("is_act", subject.language)),
        fr.Sign((dw.Box(9, 3, 12, 12, fr.GREY),), say("sign-action")),
        fr.sign(dw.Pen(fr.GREEN, 5), named[obligations.DutyStanding.ON_TIME]),
        fr.sign(dw.Pen(fr.VERMILION, 5), named[obligations.DutyStanding.LATE]),
        fr.Sign((dw.Line(((0, 9), (23, 9)), late), tip), say("sign-overdue")),
        fr.sign(AS_OF, say("sign-as-of"), upright=True),
        fr.sign("", say("sign-hatch-due")),
    )
    caption = fr.Caption(say("timeline-title"), say("timeline-lead"), signs, tuple(notes))
    cells: list[tuple[Cell, ...]] = []
    for row in every:
        answer = row.response
        duty_of = row.obligation
        ends = [
            cell for iri in (duty_of.iri, duty_of.instrument) for cell in (iri, names[iri].text)
        ]
        answering = (answer.work, names[answer.work].text, answer.day) if answer else 3 * (None,)
        standing = str(row.standing.value)
        cells.append(
            (*ends, duty_of.due, standing, *answering, row.margin, row.overdue or None, row.as_of)
        )
    size = wide, AXIS + max(bottom, DUTY_ROW), AXIS
    return fr.Picture(
        subject, "timeline", caption, size, marks, lambda: sj.table(DUTY_COLUMNS, cells)
    )


def _duty_words(subject: Subject, names: Names, row: obligations.Margin) -> tuple[str, ...]:
    say = subject.say
    duty = row.obligation
    language = subject.language
    answer = row.response
    if row.standing is obligations.DutyStanding.DUE_UNKNOWN:
        is_open = duty.needs_ratification and not duty.binds(row.as_of)
        return (say("standing-not-ratified") if is_open else coded("met", "unknown").say(language),)
    due = say("due", day=message.in_words(duty.due, language)) if duty.due is not None else ""
    if duty.due is not None and row.coming is not None and row.coming != duty.due:
        # Two days in words are wider than the column.
        due = message.with_days(
            say("due-again", day=duty.due.isoformat(), then=row.coming.isoformat()), language
        )
    number = len(row.responses)
    last = say("overdue", n=row.overdue) if row.overdue else say("not-yet-due")
    if row.margin is not None and answer is not None and answer.day is not None:
        day = message.in_words(answer.day, language)
        name = names[answer.work].text
        number = abs(row.margin)
        last = say(f"answer-{'act' if answer.is_act else 'action'}", day=day, name=name)
    return (say(f"standing-{KEYS[row.standing]}", n=number), due, last)
