"""Grids: plan × plan, action × action, ministry × plan, and UpSet: which plans share which texts.

UpSet after Lex, A. et al. (2014). UpSet: Visualization of Intersecting Sets. IEEE TVCG 20(12), 1983–1992.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from pan2kg.charts import frame as fr
from pan2kg.charts.drawing import Box, Dot, Font, Group, Label, Line, Mark, Pen, centred, shorten
from pan2kg.charts.frame import BLUE, EDGE, GREY, ORANGE, PAPER, RULE, SHADE, SWATCH, Body, Caption, Picture, Sign
from pan2kg.charts.subject import Cell, Names, Subject, choose, find, focus_of, plans_named, table, whole
from pan2kg.coherence.citations import State, verdict
from pan2kg.coherence.evidence import CellState as Reads
from pan2kg.coherence.evidence import counts
from pan2kg.coherence.figures import Unit
from pan2kg.coherence.known import Known
from pan2kg.coherence.weight import Weight
from pan2kg.errors import QueryError
from pan2kg.graph.labels import Name
from pan2kg.i18n.catalogue import decimal
from pan2kg.tables import figure_words
from pan2kg.tables.figure_words import bits_words
from pan2kg.turtle.vocabulary import key

SHARED_COLUMNS: Final = ("shares", "weight", "weight_high", "weight_open", "weight_broad", "shared_texts",
                         "evidence_level")  # fmt: skip
PLAN_COLUMNS: Final = (
    "plan_one", "plan_one_label", "plan_two", "plan_two_label", *SHARED_COLUMNS, "citation_one_to_two",
    "channels_one_to_two", "verdict_one_to_two", "citation_two_to_one", "channels_two_to_one", "verdict_two_to_one",
)  # fmt: skip
ACTION_COLUMNS: Final = ("action_one", "action_one_label", "action_two", "action_two_label", *SHARED_COLUMNS)
MINISTRY_COLUMNS: Final = ("ministry", "ministry_label", "plan", "plan_label", "assessed", "involved", "led",
                           "whole_plan", "actions_with_body", "actions")  # fmt: skip
UPSET_COLUMNS: Final = ("combination", "plans", "instrument", "instrument_label", "shared_by", "bits", "drawn")


def heads_of(names: Sequence[Name]) -> list[str]:
    """Numbered keys, for the heads of columns whose rows carry the whole label."""
    return [f"{at} · {name.key or key(name.iri)}" for at, name in enumerate(names, 1)]


@dataclass(frozen=True, slots=True)
class SharedCell:
    """Two works, by their row and column, with what they share."""

    row: int
    column: int
    weight: Weight
    shares: Reads

    @property
    def texts(self) -> tuple[str, ...]:
        """The specific texts that give the weight."""
        return tuple(
            contribution.text
            for contribution in self.weight.contributions
            if not contribution.is_broad and contribution.bits > 0
        )

    @property
    def cells(self) -> tuple[Cell, ...]:
        """What is shared, as the table has it."""
        weight, is_read = self.weight, self.shares is not Reads.UNREAD
        return (
            self.shares.value, weight.low if is_read else None, weight.high, "true" if weight.is_open else "false",
            weight.broad or None, len(self.texts) if is_read else None, weight.level.key if weight.level else None,
        )  # fmt: skip


def weight_words(subject: Subject, weight: Weight) -> str:
    low, high = (bits_words(bits, subject.language) for bits in (weight.low, weight.high))
    return subject.say("weight-open" if weight.is_open else "weight-to", low=low, high=high)


# Plan × plan: below the diagonal what two plans share, above it who cites whom.

PLAN_CELL: Final = (62.0, 50.0)
PLAN_HEAD: Final = 300.0
CITED: Final = "#fff3d1"


def draw_plan_matrix(subject: Subject, *, plan: str = "", plans: str | Sequence[str] = (), top: object = 10) -> Picture:
    """The coherence matrix of the plans named, or of ``plan`` and those most linked to it.

    What two plans share stands below the diagonal, darker the more it is of the greatest weight shown. A citation is
    drawn where one is recorded; what nobody has read in full is hatched.
    """
    measured, choice = subject.known, choose(subject, plan=plan, plans=plans, top=top)
    names = [subject.names([iri])[iri] for iri in choice.plans]
    meetings = []
    for column, second in enumerate(choice.plans):
        for row, plan_a in enumerate(choice.plans[:column]):
            weight = measured.weight(plan_a, second)
            meetings.append(SharedCell(row, column, weight, measured.meets(weight)))
    greatest = max((meeting.weight.low for meeting in meetings), default=0.0)

    (wide, high), marks, rows = PLAN_CELL, list[Mark](), list[tuple[Cell, ...]]()
    heads, up, out = fr.tilted(heads_of(names), PLAN_HEAD, wide)
    tables = measured.tables
    for at, name in enumerate(names):
        count = sum(home == name.iri for home in tables.works.home.values())
        if published := tables.published.get(name.iri):
            measures = subject.say("measures-of", n=published, found=count)
        else:
            is_whole = tables.lists.get(name.iri) == "complete"
            measures = subject.say("measures-all" if is_whole else "measures-seen", n=count)
        detail = f"{name.key} · {measures}"
        marks.append(fr.row_head(Box(0, at * high, PLAN_HEAD, high), str(at + 1), name, detail))
        diagonal = Box(PLAN_HEAD + at * wide, at * high, wide, high)
        digits = fr.filled(diagonal, SHADE, (str(at + 1),))
        marks.append(Group(tuple(digits), title=name.full, address=subject.leads(name.iri)))
    states = Counter[State]()
    for meeting in meetings:
        name_a, name_b = names[meeting.row], names[meeting.column]
        leads = subject.leads(name_a.iri, name_b.iri)
        below = Box(PLAN_HEAD + meeting.row * wide, meeting.column * high, wide, high)
        title = f"{name_a.full} – {name_b.full}\n{_plans_share(subject, meeting)}"
        marks.append(Group(tuple(_shared_cell(subject, meeting, below, greatest)), title, leads))
        upper = Box(PLAN_HEAD + meeting.column * wide, meeting.row * high, wide, high / 2)
        ends: tuple[Cell, ...] = ()
        for sign, citing, cited in (("→", name_a, name_b), ("←", name_b, name_a)):
            box = upper if sign == "→" else replace(upper, y=upper.y + high / 2)
            state, channels = measured.cites(citing.iri, cited.iri), measured.channels(citing.iri, cited.iri)
            if state is State.SEEN:
                words = ", ".join(subject.say(f"channel-{channel}") for channel in channels)
                channel_key = channels[0].value if len(channels) == 1 else "both"
                lines = (f"{sign} {subject.say(f'cited-{channel_key}')}",)
                cell: list[Mark] = [replace(box, fill=CITED, pen=EDGE), *centred(box, lines, Font(10.5, bold=True))]
            else:
                words = subject.say(f"citation-{state}")
                texts = {State.ABSENT: (PAPER, f"{sign} –"), State.IMPOSSIBLE: (SHADE, "×")}.get(state)
                cell = fr.filled(box, texts[0], (texts[1],)) if texts else fr.hatched(box)
            states[state] += 1
            citation = f"{subject.say('cites', citing=citing.full, cited=cited.full)}{words}"
            marks.append(Group(tuple(cell), citation, leads))
            judged = verdict(measured.chronology, citing.iri, cited.iri).value
            ends += (state.value, " ".join(channels) or None, judged)
        rows.append((name_a.iri, name_a.text, name_b.iri, name_b.text, *meeting.cells, *ends))
    body = Body(
        PLAN_HEAD + wide * len(names) + out,
        up + high * len(names),
        (Group((Group(tuple(heads)), *marks), shift=(0, up)),),
    )

    box = Box(0, 0, *SWATCH)
    cite = (replace(box, fill=CITED, pen=EDGE), Label(15, 13, "→", Font(11, bold=True), "middle"))
    summary = subject.say(
        "plan-matrix-summary", pairs=len(meetings), sharing=sum(meeting.shares is Reads.YES for meeting in meetings),
        cited=states[State.SEEN], ways=states.total(), impossible=states[State.IMPOSSIBLE],
    )  # fmt: skip
    caption = Caption(
        subject.say("plan-matrix-title"),
        subject.say("plan-matrix-lead"),
        (
            *fr.bits_signs(subject, greatest),
            *fr.level_signs(subject),
            Sign(cite, subject.say("sign-citation")),
            fr.swatch(SHADE, "×", subject.say("sign-impossible")),
            fr.swatch(PAPER, "–", subject.say("sign-none")),
            fr.hatch_sign(subject.say("sign-hatch")),
            Sign((replace(box, fill=SHADE, pen=EDGE), Line(((0, 0), SWATCH), EDGE)), subject.say("sign-diagonal")),
        ),
        (summary, *choice.notes(subject)),
        choice.filters(subject, names),
    )
    drawing = fr.frame(subject, caption, body)
    return Picture("plan-matrix", subject.language, drawing, table(PLAN_COLUMNS, rows))


def _shared_cell(subject: Subject, meeting: SharedCell, box: Box, greatest: float) -> list[Mark]:
    """What two plans share, in bits and texts; hatched where not all of at least one was read."""
    weight = meeting.weight
    if meeting.shares is Reads.NO:
        return fr.filled(box, PAPER, ("–",))
    if meeting.shares is Reads.UNREAD:
        marks = fr.hatched(box)
        if weight.broad > 0:
            broad = replace(box, y=box.y + box.height / 2, height=box.height / 2)
            marks += [replace(broad, fill=PAPER, pen=EDGE), *centred(broad, (subject.say("broad-short"),), fr.FINE)]
        return marks
    fill = fr.shade(weight.low, greatest)
    number = figure_words.amount(weight.low, Unit.BITS, subject.language)
    marks = fr.filled(box, fill, (number, subject.say("texts", n=len(meeting.texts))), size=13)
    if weight.level is not None:
        marks += fr.level_mark(box.x + box.width - 7, box.y + 7, weight.level, fr.on(fill))
    return marks


def _plans_share(subject: Subject, meeting: SharedCell) -> str:
    weight = meeting.weight
    lines = [subject.say("texts-unknown")] if meeting.shares is Reads.UNREAD else []
    lines.append(weight_words(subject, weight))
    if weight.level is not None:
        lines.append(figure_words.named(weight.level).say(subject.language))
    if weight.broad > 0:
        lines.append(subject.say("weight-broad", bits=bits_words(weight.broad, subject.language)))
    return "\n".join((*lines, *(f"– {name.text}" for name in subject.names(meeting.texts).values())))


# Action × action: what the actions of one plan, or of two, share through the texts both name.

CELL: Final = 24.0
SIDE: Final = (330.0, 540.0)
"""The least and the greatest width of the labels at the side."""


def members_of(subject: Subject, plan: str) -> tuple[str, ...]:
    """The actions of a plan in the order of the numbers in their keys: 2.9 before 2.10, m2 before m10."""
    actions = [action for action, home in subject.known.tables.works.home.items() if home == plan]
    if not actions:
        raise QueryError("no-action-of-plan", remedy="name-plan-with-actions", key=key(plan))
    return tuple(sorted(actions, key=natural))


def natural(text: str) -> tuple[tuple[int, str], ...]:
    """A key to sort by that takes digits as numbers.

    >>> sorted(["m10", "m2"], key=natural)
    ['m2', 'm10']
    """
    return tuple((int(piece), "") if piece.isdecimal() else (-1, piece) for piece in re.split(r"(\d+)", text))


def draw_action_matrix(subject: Subject, *, plan: str = "", other: str = "", top: object = 60) -> Picture:
    """What the actions of ``plan``, or those of ``plan`` and of ``other``, share through specific texts, in bits.

    With one plan the half below the diagonal shows weights, the half above how many texts are shared. Of a plan of
    more than ``top`` actions those that name most texts are drawn.
    """
    most = whole(top, "top", least=2)
    plan_a = focus_of(subject, plan)
    second = find(subject.graph, other) if other else plan_a
    plans, is_one = tuple(dict.fromkeys((plan_a, second))), plan_a == second
    uses = Counter(use.work for use in subject.known.uses)
    members_drawn, left_out = [], 0
    for iri in plans:
        members = members_of(subject, iri)
        busiest = set(sorted(members, key=lambda action: -uses[action])[:most])
        members_drawn.append(tuple(action for action in members if action in busiest))
        left_out += len(members) - len(members_drawn[-1])
    sides = members_drawn[0], members_drawn[-1]
    meetings = []
    for row, action_a in enumerate(sides[0]):
        for column, action_b in enumerate(sides[1][:row] if is_one else sides[1]):
            weight = subject.known.weight(action_a, action_b)
            meetings.append(SharedCell(row, column, weight, subject.known.meets(weight)))
    greatest = max((meeting.weight.low for meeting in meetings), default=0.0)
    names = subject.names([*plans, *sides[0], *sides[1]])
    rows, columns = ([names[action] for action in side] for side in sides)

    # The fewer columns, the more room for the labels at the side.
    matrix_x = min(max(960.0 - CELL * len(columns), SIDE[0]), SIDE[1])
    up, marks = (48.0 if is_one else 210.0), list[Mark]()
    for at, name in enumerate(columns):
        text = shorten(name.short if is_one else f"{name.short} · {name.text}", up - 12, fr.HEAD)
        x = matrix_x + CELL * (at + 0.5) + fr.HEAD.size * 0.36
        label = Label(x, -6, text, fr.HEAD, turn=-90, language="" if is_one else name.language)
        marks.append(Group((label,), title=name.full))
    for at, name in enumerate(rows):
        y = CELL * at + CELL / 2 + 4
        number = Label(44, y, shorten(name.short, 44, fr.STRONG), fr.STRONG, "end")
        text = shorten(name.text, matrix_x - 62, fr.HEAD)
        label = Label(52, y, text, fr.HEAD, language=name.language)
        marks.append(Group((number, label), name.full, subject.leads(name.iri)))
    if is_one:
        for at, name in enumerate(rows):
            box, font = Box(matrix_x + CELL * at, CELL * at, CELL, CELL, SHADE, EDGE), Font(8.5)
            marks.append(Group((box, *centred(box, (shorten(name.short, CELL - 2, font),), font)), title=name.full))
    texts = subject.names({iri for meeting in meetings for iri in meeting.texts})
    for meeting in meetings:
        ends = rows[meeting.row], columns[meeting.column]
        title, leads = _actions_share(subject, ends, meeting, texts), subject.leads(ends[0].iri, ends[1].iri)
        below = Box(matrix_x + CELL * meeting.column, CELL * meeting.row, CELL, CELL)
        marks.append(Group(tuple(_action_cell(subject, meeting, below, greatest)), title, leads))
        if is_one:
            above = Box(matrix_x + CELL * meeting.row, CELL * meeting.column, CELL, CELL)
            marks.append(Group(tuple(_action_cell(subject, meeting, above, None)), title, leads))
    size = matrix_x + CELL * len(columns), up + CELL * len(rows)

    works = {*sides[0], *sides[1]}
    states = Counter(meeting.shares for meeting in meetings)
    summary = subject.say(
        "action-matrix-summary", n=len(works), named=len(works & uses.keys()), linked=states[Reads.YES],
        unread=states[Reads.UNREAD],
    )  # fmt: skip
    titles = [names[iri] for iri in plans]
    kind = "action-matrix" if is_one else "action-matrix-two"
    caption = Caption(
        subject.say(f"{kind}-title", **dict(zip(("one", "two"), (name.text for name in titles), strict=False))),
        subject.say(f"{kind}-lead", one=titles[0].key, two=titles[-1].key),
        (
            *fr.bits_signs(subject, greatest),
            *fr.level_signs(subject),
            *((fr.swatch(PAPER, "2", subject.say("sign-shared"), 10),) if is_one else ()),
            fr.swatch(PAPER, "–", subject.say("sign-none"), 10),
            fr.hatch_sign(subject.say("sign-hatch-action")),
        ),
        (summary, *((subject.say("actions-left-out", n=left_out),) if left_out else ())),
        plans_named(subject, titles),
    )
    drawing = fr.frame(subject, caption, Body(*size, (Group(tuple(marks), shift=(0, up)),)))
    cells = [
        (rows[at.row].iri, rows[at.row].text, columns[at.column].iri, columns[at.column].text, *at.cells)
        for at in meetings
    ]
    return Picture("action-matrix", subject.language, drawing, table(ACTION_COLUMNS, cells))


def _actions_share(subject: Subject, ends: tuple[Name, Name], meeting: SharedCell, texts: Names) -> str:
    weight, lines = meeting.weight, [" – ".join(f"{name.short} {name.text}" for name in ends)]
    if meeting.shares is Reads.UNREAD:
        lines.append(subject.say("action-unknown"))
    elif meeting.shares is Reads.NO:
        lines.append(subject.say("nothing-shared"))
    else:
        lines.append(weight_words(subject, weight))
        lines += [figure_words.named(weight.level).say(subject.language)] if weight.level else []
        lines += [f"– {texts[iri].text}" for iri in meeting.texts]
    if weight.broad > 0:
        lines.append(subject.say("weight-broad-actions", bits=bits_words(weight.broad, subject.language)))
    return "\n".join(lines)


def _action_cell(subject: Subject, meeting: SharedCell, box: Box, greatest: float | None) -> list[Mark]:
    """The weight, or without a greatest one the number of texts; hatched where that was not read."""
    if meeting.shares is Reads.UNREAD:
        return fr.hatched(box)
    weight, fill, text = meeting.weight, PAPER, str(len(meeting.texts))
    if meeting.shares is Reads.NO:
        text = "–"
    elif greatest is not None:
        # One decimal is what a cell has room for; what is more than nought is never rounded to it.
        fill, text = fr.shade(weight.low, greatest), decimal(max(weight.low, 0.1), subject.language, 1)
    font = Font(9.5 if len(text) < 3 else 8.5, bold=text != "–", colour=fr.on(fill))
    room = Box(box.x, box.y + 6, box.width, box.height - 6)
    marks: list[Mark] = [replace(box, fill=fill, pen=EDGE), *centred(room, (text,), font)]
    if weight.level and greatest is not None and meeting.shares is not Reads.NO:
        marks += fr.level_mark(box.x + CELL / 2, box.y + 5, weight.level, fr.on(fill))
    return marks


# Ministry × plan: in how many actions of a plan a ministry has a part, and how many it leads.

MINISTRY_CELL: Final = (62.0, 44.0)
MINISTRY_HEAD: Final = 330.0
FAINT: Final = "#f7f7f7"
BOUNDS: Final = (1.0, 3.0, 6.0, 12.0)


class Roles:
    """What is known of the bodies of a plan: for each body in how many actions it takes part, and how many it leads.

    ``plan_wide`` are the bodies that have a part in the plan as a whole; ``known`` counts actions with a body.
    """

    def __init__(self, subject: Subject, plan: str) -> None:
        actions = {action for action, home in subject.known.tables.works.home.items() if home == plan}
        involvements = [row for row in subject.graph.involvements if counts(row.level, subject.level)]
        pairs = {(row.work, row.body) for row in involvements if row.work in actions}
        self.involved = Counter(body for _, body in pairs)
        leads = {(row.work, row.body) for row in involvements if row.work in actions and "lead" in row.roles}
        self.led = Counter(body for _, body in leads)
        self.plan_wide = frozenset(row.body for row in involvements if row.work == plan)
        self.known, self.actions = len({action for action, _ in pairs}), len(actions)
        self.is_known = bool(self.known or self.plan_wide)
        # A nought is said only of a list that was read to its end, each action of it with a body.
        is_whole = subject.known.tables.lists.get(plan) == "complete"
        self.is_certain = is_whole and 0 < self.known == self.actions

    def has(self, body: str) -> bool:
        return body in self.involved or body in self.plan_wide


def draw_ministries(
    subject: Subject, *, plan: str = "", plans: str | Sequence[str] = (), top: object = 10, bodies: object = 24
) -> Picture:
    """The ministries with most to do in the plans named, or in ``plan`` and those most linked to it.

    ``bodies`` is how many ministries are drawn: those in most plans first, then those in most actions.
    """
    choice = choose(subject, plan=plan, plans=plans, top=top)
    roles = [Roles(subject, iri) for iri in choice.plans]
    every = [body for body in subject.graph.ministries if any(role.has(body) for role in roles)]
    every.sort(
        key=lambda body: (-sum(role.has(body) for role in roles), -sum(role.involved[body] for role in roles), body)
    )
    ministries = every[: whole(bodies, "bodies")]
    names = subject.names([*choice.plans, *every])
    columns = [names[iri] for iri in choice.plans]

    (wide, high), marks, cells = MINISTRY_CELL, list[Mark](), list[tuple[Cell, ...]]()
    heads, up, out = fr.tilted(heads_of(columns), MINISTRY_HEAD, wide)
    marks += heads
    for at, (role, column) in enumerate(zip(roles, columns, strict=True)):
        box = Box(MINISTRY_HEAD + wide * at, 0, wide, 22)
        known_cell = fr.filled(box, FAINT, (f"{role.known}/{role.actions}",), size=10)
        marks.append(Group(tuple(known_cell), f"{column.full}\n{subject.say('bodies-known')}"))
    for at, body in enumerate(ministries):
        name, y = names[body], 22 + high * at
        detail = subject.say("in-plans", n=sum(role.has(body) for role in roles))
        marks.append(fr.row_head(Box(-20, y, MINISTRY_HEAD + 10, high), "", name, detail))
        for place, (column, role) in enumerate(zip(columns, roles, strict=True)):
            box = Box(MINISTRY_HEAD + wide * place, y, wide, high)
            marks.append(_ministry_cell(subject, box, (name, column), role))
            numbers: tuple[Cell, ...] = (None, None, None)
            if role.is_known:
                sure = role.has(body) or role.is_certain
                both = (role.involved[body], role.led[body]) if sure else (None, None)
                numbers = (*both, "true" if body in role.plan_wide else "false")
            assessed = "true" if role.is_known else "false"
            cells.append((body, name.text, column.iri, column.text, assessed, *numbers, role.known, role.actions))
    size = MINISTRY_HEAD + wide * len(columns) + out, up + 22 + high * len(ministries)

    bounds = [int(bound) for bound in BOUNDS]
    classes = [subject.say("actions-none"), subject.say("actions-one", n=bounds[0])]
    classes += [subject.say("actions-to", low=low + 1, high=high) for low, high in pairwise(bounds)]
    classes.append(subject.say("actions-above", low=bounds[-1] + 1))
    summary = subject.say(
        "ministries-summary", known=sum(role.known for role in roles), actions=sum(role.actions for role in roles)
    )
    undrawn = len(every) - len(ministries)
    left_out = (subject.say("ministries-left-out", n=undrawn),) if undrawn else ()
    caption = Caption(
        subject.say("ministries-title"),
        subject.say("ministries-lead"),
        (
            *fr.ramp_signs(fr.RAMP, classes),
            fr.swatch(PAPER, "–", subject.say("sign-dash"), 11),
            fr.swatch(FAINT, "5/9", subject.say("sign-known"), 10),
            fr.hatch_sign(subject.say("sign-hatch-body")),
        ),
        (summary, *left_out, *choice.notes(subject)),
        choice.filters(subject, columns),
    )
    drawing = fr.frame(subject, caption, Body(*size, (Group(tuple(marks), shift=(0, up)),)))
    return Picture("ministries", subject.language, drawing, table(MINISTRY_COLUMNS, cells))


def _ministry_cell(subject: Subject, box: Box, names: tuple[Name, Name], role: Roles) -> Group:
    body, plan = names
    title, leads = f"{body.text} – {plan.full}", subject.leads(body.iri, plan.iri)
    if not role.is_known:
        return Group(tuple(fr.hatched(box)), f"{title}\n{subject.say('bodies-unknown')}", leads)
    number, led = role.involved[body.iri], role.led[body.iri]
    title += f"\n{subject.say('involved', number=number, led=led, known=role.known, actions=role.actions)}"
    if not role.has(body.iri):
        nought = fr.filled(box, PAPER, ("0" if role.is_certain else "–",), size=11)
        return Group(tuple(nought), title, leads)
    lines = [str(number) if number else subject.say("whole-plan-short")]
    lines += [subject.say("leads-short", led=led)] if led else []
    title += f"\n{subject.say('whole-plan')}" if body.iri in role.plan_wide else ""
    fill = fr.RAMP[fr.step(max(number, 1), BOUNDS)]
    return Group(tuple(fr.filled(box, fill, lines, size=12.5 if number else 10.0)), title, leads)


# UpSet: which plans share which instruments, each combination of plans a column.

UPSET_HEAD: Final = 310.0
SIZES: Final = 130.0
ROW: Final = 46.0
COLUMN: Final = 34.0
BARS: Final = 150.0
NUMBER: Final = Font(11.5, bold=True)


def combinations_of(measured: Known, plans: Sequence[str]) -> list[tuple[tuple[int, ...], tuple[str, ...]]]:
    """Plans, by their rows, with the texts all of them and none of the others name, or one above it.

    General texts link nobody and are left out. Of several plans first, then the larger, then by rows.
    """
    users: dict[str, list[int]] = {}
    for row, plan in enumerate(plans):
        for text in frozenset(measured.texts_of(plan)) - measured.tables.general:
            users.setdefault(text, []).append(row)
    texts: dict[tuple[int, ...], list[str]] = {}
    for text, rows in sorted(users.items()):
        texts.setdefault(tuple(rows), []).append(text)
    listed = [(rows, tuple(names)) for rows, names in texts.items()]
    return sorted(listed, key=lambda pair: (len(pair[0]) == 1, -len(pair[1]), -len(pair[0]), pair[0]))


def draw_upset(
    subject: Subject, *, plan: str = "", plans: str | Sequence[str] = (), top: object = 8, columns: object = 24
) -> Picture:
    """The instruments of the plans named, or of ``plan`` and those most linked to it, by who shares them.

    Combinations of several plans come first, the larger the earlier; ``columns`` is how many are drawn.
    """
    choice = choose(subject, plan=plan, plans=plans, top=top)
    every = combinations_of(subject.known, choice.plans)
    drawn = every[: whole(columns, "columns")]
    names = subject.names([*choice.plans, *(iri for _, texts in every for iri in texts)])
    rows = [names[iri] for iri in choice.plans]

    marks, bars_x = list[Mark](), UPSET_HEAD + SIZES
    numbers = [sum(len(texts) for among, texts in every if at in among) for at in range(len(rows))]
    for at, (name, number) in enumerate(zip(rows, numbers, strict=True)):
        marks += _upset_row(subject, at, name, (number, max(numbers)), bars_x + COLUMN * len(drawn))
    most = max((len(texts) for _, texts in drawn), default=1)
    for at, (among, texts) in enumerate(drawn):
        x, colour = bars_x + COLUMN * (at + 0.5), BLUE if len(among) > 1 else ORANGE
        high = (BARS - 30) * len(texts) / most
        column: list[Mark] = [
            Box(x - 11, -8 - high, 22, high, colour),
            Label(x, -12 - high, str(len(texts)), NUMBER, "middle"),
        ]
        column += [Dot(x, ROW * (row + 0.5), 4, RULE) for row in range(len(rows)) if row not in among]
        if len(among) > 1:
            column.append(Line(((x, ROW * (among[0] + 0.5)), (x, ROW * (among[-1] + 0.5))), Pen(colour, 3)))
        column += [Dot(x, ROW * (row + 0.5), 8, colour) for row in among]
        listed = "\n".join(f"– {names[iri].text}" for iri in texts)
        title = f"{' + '.join(rows[row].key for row in among)}\n{subject.say('texts', n=len(texts))}\n{listed}"
        marks.append(Group(tuple(column), title, subject.leads(*(rows[row].iri for row in among))))
    size = bars_x + COLUMN * len(drawn) + 12, BARS + ROW * len(rows)

    common = sum(len(texts) for among, texts in every if len(among) > 1)
    notes = [subject.say("upset-summary", n=sum(len(texts) for _, texts in every), common=common)]
    if len(every) > len(drawn):
        notes.append(subject.say("combinations-left-out", n=len(every) - len(drawn)))
    signs = [(BLUE, "sign-common"), (ORANGE, "sign-alone")]
    caption = Caption(
        subject.say("upset-title"),
        subject.say("upset-lead"),
        (
            *(Sign((Box(0, 2, 8, 14, fill), Dot(21, 9, 7, fill)), subject.say(word)) for fill, word in signs),
            Sign((Box(0, 3, SWATCH[0], 12, GREY),), subject.say("sign-size")),
            fr.hatch_sign(subject.say("sign-hatch-text")),
        ),
        (*notes, *choice.notes(subject)),
        choice.filters(subject, rows),
    )
    drawing = fr.frame(subject, caption, Body(*size, (Group(tuple(marks), shift=(0, BARS)),)))
    weights = subject.known.potential.weights
    gain = dict(zip(weights.texts, weights.gain.tolist(), strict=True))
    cells: Iterator[tuple[Cell, ...]] = (
        (number, " + ".join(rows[row].key for row in among), iri, names[iri].text, len(among), gain[iri],
         "true" if number <= len(drawn) else "false")
        for number, (among, texts) in enumerate(every, 1)
        for iri in texts
    )  # fmt: skip
    return Picture("upset", subject.language, drawing, table(UPSET_COLUMNS, cells))


def _upset_row(subject: Subject, at: int, name: Name, size: tuple[int, int], right: float) -> list[Mark]:
    (number, most), y, end = size, ROW * at, UPSET_HEAD + SIZES - 12
    detail = f"{name.key} · {subject.say('texts', n=number) if number else subject.say('no-text-known')}"
    marks: list[Mark] = [Box(0, y, right, ROW, SHADE if at % 2 == 0 else PAPER)]
    marks.append(fr.row_head(Box(0, y, UPSET_HEAD - 10, ROW), "", name, detail))
    if not number:
        box = Box(end - 40, y + ROW / 2 - 8, 40, 16)
        return [*marks, Group(tuple(fr.hatched(box)), title=subject.say("no-text-known"))]
    long = (SIZES - 50) * number / most
    bar = Box(end - long, y + ROW / 2 - 8, long, 16, GREY)
    return [*marks, Group((bar, Label(end - long - 5, y + ROW / 2 + 4, str(number), NUMBER, "end")), detail)]
