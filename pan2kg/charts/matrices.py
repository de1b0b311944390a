"""Grids: plan × plan, action × action, ministry × plan, and UpSet: which plans share which texts.

UpSet after Lex, A. et al. (2014). UpSet: Visualization of Intersecting Sets. IEEE TVCG 20(12),
1983–1992.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from pan2kg.charts import Cell, Subject, drawing as dw, frame as fr, subject as sj
from pan2kg.coherence import citations, evidence, figures
from pan2kg.i18n.catalogue import numeral
from pan2kg.tables import figure_words, table as layout

NO = evidence.CellState.NO
YES = evidence.CellState.YES
UNREAD = evidence.CellState.UNREAD
SHARED_COLUMNS: Final = (
    "shares",
    "weight",
    "weight_high",
    "weight_open",
    "weight_broad",
    "shared_texts",
    "evidence_level",
)
PLAN_COLUMNS: Final = (
    "plan_one", "plan_one_label", "plan_two", "plan_two_label", *SHARED_COLUMNS, "citation_one_to_two",
    "channels_one_to_two", "verdict_one_to_two", "citation_two_to_one", "channels_two_to_one", "verdict_two_to_one",
)  # fmt: skip
ACTION_COLUMNS: Final = (
    "action_one",
    "action_one_label",
    "action_two",
    "action_two_label",
    *SHARED_COLUMNS,
)
MINISTRY_COLUMNS: Final = (
    "ministry",
    "ministry_label",
    "plan",
    "plan_label",
    "assessed",
    "involved",
    "led",
    "whole_plan",
    "actions_with_body",
    "actions",
)
UPSET_COLUMNS: Final = (
    "combination",
    "plans",
    "instrument",
    "instrument_label",
    "shared_by",
    "bits",
    "drawn",
)


class SharedCell:
    def __init__(self, subject: Subject, row: int, column: int, ends: tuple[str, str]) -> None:
        self.row = row
        self.column = column
        self.weight = subject.known.weight(*ends)
        weight = self.weight
        self.shares = self.weight.meets
        self.texts = self.weight.texts
        is_read = self.shares is not UNREAD
        self.cells: tuple[Cell, ...] = (
            self.shares.value,
            weight.low if is_read else None,
            weight.high,
            "true" if weight.is_open else "false",
            weight.broad or None,
            len(self.texts) if is_read else None,
            weight.level.key if weight.level else None,
        )

    def said(self, subject: Subject, kind: str) -> list[str]:
        say = subject.say
        weight = self.weight
        lines = list[str]()
        low, high = (
            figure_words.bits_words(bits, subject.language) for bits in (weight.low, weight.high)
        )
        bits = say("weight-open" if weight.is_open else "weight-to", low=low, high=high)
        level = (
            [figure_words.named(weight.level).say(subject.language)]
            if weight.level is not None
            else []
        )
        texts = [f"– {name.text}" for name in subject.names(self.texts).values()]
        broad = figure_words.bits_words(weight.broad, subject.language)
        if kind == "plans":
            lines = [say("texts-unknown")] if self.shares is UNREAD else []
            return [
                *lines,
                bits,
                *level,
                *([say("weight-broad", bits=broad)] if weight.broad > 0 else []),
                *texts,
            ]
        if self.shares is YES:
            lines = [bits, *level, *texts]
        else:
            lines = [say("texts-unknown" if self.shares is UNREAD else "nothing-shared")]
        return [*lines, *([say("weight-broad", bits=broad)] if weight.broad > 0 else [])]


# Plan × plan: below the diagonal what two plans share, above it who cites whom.

PLAN_CELL: Final = (62.0, 50.0)
PLAN_HEAD: Final = 300.0
CITED: Final = "#fff3d1"


def draw_plan_matrix(
    subject: Subject, *, plan: str = "", plans: str | Sequence[str] = (), top: object = 10
) -> fr.Picture:
    # What two plans share stands below the diagonal, darker the more it is of the greatest weight
    # shown. A citation is drawn where one is recorded; what nobody has read in full is hatched.
    say = subject.say
    measured = subject.known
    choice = sj.choose(subject, plan=plan, plans=plans, top=top)
    names = [subject.names([iri])[iri] for iri in choice.plans]
    pairs = ((row, column) for column in range(len(choice.plans)) for row in range(column))
    meetings = [
        SharedCell(subject, row, column, (choice.plans[row], choice.plans[column]))
        for row, column in pairs
    ]
    greatest = max((meeting.weight.low for meeting in meetings), default=0.0)

    (wide, high) = PLAN_CELL
    states = Counter[citations.State]()
    tables = measured.tables
    rows: list[tuple[Cell, ...]] = []
    heads, up, out = fr.tilted(names, PLAN_HEAD, wide)
    marks: list[dw.Mark] = [dw.Group(tuple(heads))]
    for at, name in enumerate(names):
        count = sum(home == name.iri for home in tables.works.home.values())
        measures = say(
            "measures-all" if tables.lists.get(name.iri) == "complete" else "measures-seen", n=count
        )
        if published := tables.published.get(name.iri):
            measures = say("measures-of", n=published, found=count)
        head = dw.Box(0, at * high, PLAN_HEAD, high)
        number = str(at + 1)
        marks.append(fr.row_head(head, number, name, f"{name.key} · {measures}"))
        diagonal = fr.filled(
            dw.Box(PLAN_HEAD + at * wide, at * high, wide, high), fr.SHADE, (number,)
        )
        marks.append(dw.Group(tuple(diagonal), title=name.full, address=subject.leads(name.iri)))
    for meeting in meetings:
        name_a = names[meeting.row]
        name_b = names[meeting.column]
        leads = subject.leads(name_a.iri, name_b.iri)
        ends = tuple[Cell, ...]()
        below = dw.Box(PLAN_HEAD + meeting.row * wide, meeting.column * high, wide, high)
        title = "\n".join((f"{name_a.full} – {name_b.full}", *meeting.said(subject, "plans")))
        marks.append(dw.Group(tuple(_shared_cell(subject, meeting, below, greatest)), title, leads))
        upper = dw.Box(PLAN_HEAD + meeting.column * wide, meeting.row * high, wide, high / 2)
        for sign, citing, cited in (("→", name_a, name_b), ("←", name_b, name_a)):
            box = upper if sign == "→" else upper._replace(y=upper.y + high / 2)
            state, channels = measured.cites(citing.iri, cited.iri)
            if state is citations.State.SEEN:
                words = ", ".join(say(f"channel-{channel}") for channel in channels)
                text = f"{sign} {say('cited-' + (channels[0].value if len(channels) == 1 else 'both'))}"
                cell: list[dw.Mark] = [box._replace(fill=CITED, pen=fr.EDGE)]
                cell += dw.centred(box, (text,), dw.Font(10.5, bold=True))
            else:
                words = say(f"citation-{state}")
                absent = (fr.PAPER, f"{sign} –")
                impossible = (fr.SHADE, "×")
                texts = {
                    citations.State.ABSENT: absent,
                    citations.State.IMPOSSIBLE: impossible,
                }.get(state)
                cell = fr.filled(box, texts[0], (texts[1],)) if texts else fr.hatched(box)
            states[state] += 1
            marks.append(
                dw.Group(
                    tuple(cell), say("cites", citing=citing.full, cited=cited.full) + words, leads
                )
            )
            judged = citations.verdict(measured.chronology, citing.iri, cited.iri).value
            ends += (state.value, " ".join(channels) or None, judged)
        rows.append((name_a.iri, name_a.text, name_b.iri, name_b.text, *meeting.cells, *ends))

    box = dw.Box(0, 0, *fr.SWATCH, pen=fr.EDGE)
    cite = (box._replace(fill=CITED), dw.Label(15, 13, "→", dw.Font(11, bold=True), "middle"))
    crossed = (box._replace(fill=fr.SHADE), dw.Line(((0, 0), fr.SWATCH), fr.EDGE))
    summary = say(
        "plan-matrix-summary",
        pairs=len(meetings),
        sharing=sum(meeting.shares is YES for meeting in meetings),
        cited=states[citations.State.SEEN],
        ways=states.total(),
        impossible=states[citations.State.IMPOSSIBLE],
    )
    signs = (
        *fr.weight_signs(subject, greatest),
        fr.Sign(cite, say("sign-citation")),
        fr.sign(fr.SHADE, say("sign-impossible"), "×"),
        fr.sign(fr.PAPER, say("sign-none"), "–"),
        fr.sign("", say("sign-hatch")),
        fr.Sign(crossed, say("sign-diagonal")),
    )
    notes, filters = choice.words(subject, names)
    caption = fr.Caption(
        say("plan-matrix-title"), say("plan-matrix-lead"), signs, (summary, *notes), filters
    )
    size = PLAN_HEAD + wide * len(names) + out, up + high * len(names), up
    return fr.Picture(
        subject, "plan-matrix", caption, size, marks, lambda: sj.table(PLAN_COLUMNS, rows)
    )


def _shared_cell(
    subject: Subject, meeting: SharedCell, box: dw.Box, greatest: float
) -> list[dw.Mark]:
    weight = meeting.weight
    if meeting.shares is NO:
        return fr.filled(box, fr.PAPER, ("–",))
    if meeting.shares is UNREAD:
        marks = fr.hatched(box)
        if weight.broad > 0:
            low = dw.Box(
                box.x, box.y + box.height / 2, box.width, box.height / 2, fr.PAPER, fr.EDGE
            )
            marks += [
                low,
                *dw.centred(
                    low, (layout.coded("potential", "general").say(subject.language),), fr.FINE
                ),
            ]
        return marks
    fill = fr.shade(weight.low / greatest if greatest else 0.0, fr.FIFTHS)
    number = figure_words.amount(weight.low, figures.Unit.BITS, subject.language)
    texts = len(meeting.texts)
    marks = fr.filled(box, fill, (number, subject.say("texts", n=texts)), size=13)
    if weight.level is not None:
        marks += fr.level_mark(box.x + box.width - 7, box.y + 7, weight.level, fr.on(fill))
    return marks


# Action × action: what the actions of one plan, or of two, share through the texts both name.

CELL: Final = 24.0
SIDE: Final = (330.0, 540.0)  # the least and the greatest width of the labels at the side


def draw_action_matrix(
    subject: Subject, *, plan: str = "", other: str = "", top: object = 60
) -> fr.Picture:
    # With one plan the half below the diagonal shows weights, the half above how many texts are
    # shared. Of a plan of more than top actions those that name most texts are drawn.
    say = subject.say
    most = sj.whole(top, "top", least=2)
    plan_a = sj.focus_of(subject, plan)
    plan_b = sj.find(subject.graph, other) if other else plan_a
    plans = tuple(dict.fromkeys((plan_a, plan_b)))
    is_one = plan_a == plan_b
    uses = Counter(use.work for use in subject.known.uses)
    drawn = []
    left_out = 0
    for iri in plans:
        members = sj.actions_of(subject, iri)
        busiest = set(sorted(members, key=lambda action: -uses[action])[:most])
        drawn.append([action for action in members if action in busiest])
        left_out += len(members) - len(drawn[-1])
    sides = (drawn[0], drawn[-1])
    works = {*drawn[0], *drawn[-1]}
    pairs = (
        (row, column)
        for row in range(len(sides[0]))
        for column in range(row if is_one else len(sides[1]))
    )
    meetings = [
        SharedCell(subject, row, column, (sides[0][row], sides[1][column])) for row, column in pairs
    ]
    greatest = max((meeting.weight.low for meeting in meetings), default=0.0)
    names = subject.names([*plans, *sides[0], *sides[1]])
    rows, columns = ([names[action] for action in side] for side in sides)

    # The fewer columns, the more room for the labels at the side.
    left = min(max(960.0 - CELL * len(columns), SIDE[0]), SIDE[1])
    up = 48.0 if is_one else 210.0
    marks = list[dw.Mark]()
    for at, name in enumerate(columns):
        text = dw.shorten(name.short if is_one else f"{name.short} · {name.text}", up - 12, fr.HEAD)
        x = left + CELL * (at + 0.5) + fr.HEAD.size * 0.36
        label = dw.Label(x, -6, text, fr.HEAD, turn=-90, language="" if is_one else name.language)
        marks.append(dw.Group((label,), title=name.full))
    for at, name in enumerate(rows):
        y = CELL * at + CELL / 2 + 4
        number = dw.Label(44, y, dw.shorten(name.short, 44, fr.STRONG), fr.STRONG, "end")
        label = dw.Label(
            52, y, dw.shorten(name.text, left - 62, fr.HEAD), fr.HEAD, language=name.language
        )
        marks.append(dw.Group((number, label), name.full, subject.leads(name.iri)))
    for at, name in enumerate(rows if is_one else ()):
        box = dw.Box(left + CELL * at, CELL * at, CELL, CELL, fr.SHADE, fr.EDGE)
        font = dw.Font(8.5)
        digits = dw.centred(box, (dw.shorten(name.short, CELL - 2, font),), font)
        marks.append(dw.Group((box, *digits), title=name.full))
    for meeting in meetings:
        ends = rows[meeting.row], columns[meeting.column]
        both = " – ".join(f"{name.short} {name.text}" for name in ends)
        title = "\n".join((both, *meeting.said(subject, "actions")))
        # weights below the diagonal, above it the number of texts
        for row, column, most_bits in (
            (meeting.row, meeting.column, greatest),
            (meeting.column, meeting.row, None),
        ):
            if is_one or most_bits is not None:
                box = dw.Box(left + CELL * column, CELL * row, CELL, CELL)
                cell = tuple(_action_cell(subject, meeting, box, most_bits))
                marks.append(dw.Group(cell, title, subject.leads(ends[0].iri, ends[1].iri)))

    states = Counter(meeting.shares for meeting in meetings)
    summary = say(
        "action-matrix-summary",
        n=len(works),
        named=len(works & uses.keys()),
        linked=states[YES],
        unread=states[UNREAD],
    )
    titles = [names[iri] for iri in plans]
    kind = "action-matrix" if is_one else "action-matrix-two"
    signs = (
        *fr.weight_signs(subject, greatest),
        *((fr.sign(fr.PAPER, say("sign-shared"), "2", 10),) if is_one else ()),
        fr.sign(fr.PAPER, say("sign-none"), "–", 10),
        fr.sign("", say("sign-hatch")),
    )
    caption = fr.Caption(
        say(
            f"{kind}-title",
            **dict(zip(("one", "two"), (name.text for name in titles), strict=False)),
        ),
        say(f"{kind}-lead", one=titles[0].key, two=titles[-1].key),
        signs,
        (summary, *((say("actions-left-out", n=left_out),) if left_out else ())),
        sj.plans_named(subject, titles),
    )
    cells = []
    for meeting in meetings:
        row_name = rows[meeting.row]
        column_name = columns[meeting.column]
        cells.append(
            (row_name.iri, row_name.text, column_name.iri, column_name.text, *meeting.cells)
        )
    size = left + CELL * len(columns), up + CELL * len(rows), up
    return fr.Picture(
        subject, "action-matrix", caption, size, marks, lambda: sj.table(ACTION_COLUMNS, cells)
    )


def _action_cell(
    subject: Subject, meeting: SharedCell, box: dw.Box, greatest: float | None
) -> list[dw.Mark]:
    if meeting.shares is UNREAD:
        return fr.hatched(box)
    weight = meeting.weight
    fill = fr.PAPER
    text = str(len(meeting.texts))
    if meeting.shares is NO:
        text = "–"
    elif greatest is not None:
        # One decimal is what a cell has room for; what is more than nought is never rounded to it.
        fill = fr.shade(weight.low / greatest if greatest else 0.0, fr.FIFTHS)
        text = numeral(max(weight.low, 0.1), subject.language, 1)
    font = dw.Font(9.5 if len(text) < 3 else 8.5, bold=text != "–", colour=fr.on(fill))
    room = dw.Box(box.x, box.y + 6, box.width, box.height - 6)
    marks: list[dw.Mark] = [box._replace(fill=fill, pen=fr.EDGE), *dw.centred(room, (text,), font)]
    if weight.level and greatest is not None and meeting.shares is not NO:
        marks += fr.level_mark(box.x + CELL / 2, box.y + 5, weight.level, fr.on(fill))
    return marks
