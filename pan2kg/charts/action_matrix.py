"""Action × action: what the actions of one plan, or of two, share through the texts both name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pan2kg.charts.drawing import Box, Font, Group, Label, Mark, centred, shorten
from pan2kg.charts.frame import (
    PAPER,
    SHADE,
    SWATCH,
    Body,
    Caption,
    Picture,
    Sign,
    bits_signs,
    filled,
    frame,
    hatch_sign,
    hatched,
    level_mark,
    level_signs,
    on,
    shade,
)
from pan2kg.charts.grid import EDGE, HEAD, STRONG, named
from pan2kg.charts.subject import Cell, Names, Subject, find, focus_of, table, whole
from pan2kg.coherence.evidence import Cell as Reads
from pan2kg.coherence.weight import Weight
from pan2kg.errors import QueryError
from pan2kg.graph.labels import Name
from pan2kg.i18n.catalogue import decimal
from pan2kg.tables.figure_words import bits_words
from pan2kg.tables.figure_words import named as level_words
from pan2kg.turtle.vocabulary import key

CELL: Final = 24.0
SIDE: Final = (330.0, 540.0)
"""The least and the greatest width of the labels at the side."""

TOP: Final = 210.0
COLUMNS: Final = ("action_one", "action_one_label", "action_two", "action_two_label", "shares", "weight", "weight_high",
                  "weight_open", "weight_broad", "shared_texts", "evidence_level")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Meeting:
    """Two actions, by their rows, with what they share."""

    row: int
    column: int
    weight: Weight
    shares: Reads

    @property
    def texts(self) -> tuple[str, ...]:
        """The specific texts that give the weight."""
        return tuple(part.text for part in self.weight.contributions if not part.is_broad and part.bits > 0)


@dataclass(frozen=True, slots=True)
class Sides:
    """The actions down the side and along the top, by IRI; the same ones where there is one plan."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    plans: tuple[str, ...]
    left_out: int

    @property
    def is_one(self) -> bool:
        """Whether it is one plan with itself."""
        return len(self.plans) == 1

    @property
    def left(self) -> float:
        """Where the matrix begins: the fewer columns, the more room for the labels."""
        return min(max(960.0 - CELL * len(self.columns), SIDE[0]), SIDE[1])


def draw_action_matrix(subject: Subject, *, plan: str = "", other: str = "", top: object = 60) -> Picture:
    """What the actions of ``plan``, or those of ``plan`` and of ``other``, share through specific texts, in bits.

    With one plan the half below the diagonal shows weights, the half above how many texts are shared. Of a plan of
    more than ``top`` actions those that name most texts are drawn.

    Raises:
        QueryError: an unknown plan, with the nearest names; a plan without an action; ``top`` is no whole number.
    """
    sides = _sides(subject, (plan, other), whole(top, "top", least=2))
    names = subject.names([*sides.plans, *sides.rows, *sides.columns])
    meetings = _meetings(subject, sides)
    titles = [names[iri] for iri in sides.plans]
    kind = "action-matrix" if sides.is_one else "action-matrix-two"
    caption = Caption(
        subject.say(f"{kind}-title", **dict(zip(("one", "two"), (name.text for name in titles), strict=False))),
        subject.say(f"{kind}-lead", one=titles[0].key, two=titles[-1].key),
        _signs(subject, sides, _greatest(meetings)),
        _notes(subject, sides, meetings),
        named(subject, titles),
    )
    drawing = frame(subject, caption, _body(subject, names, sides, meetings))
    rows = (_row(names, sides, meeting) for meeting in meetings)
    return Picture("action-matrix", subject.language, drawing, table(COLUMNS, rows))


def _sides(subject: Subject, plans: tuple[str, str], top: int) -> Sides:
    first = focus_of(subject, plans[0])
    second = find(subject.graph, plans[1]) if plans[1] else first
    chosen = (first,) if first == second else (first, second)
    every = [members_of(subject, plan) for plan in chosen]
    texts = Counter(use.work for use in subject.known.uses)
    shown = [_shown(members, texts, top) for members in every]
    left_out = sum(map(len, every)) - sum(map(len, shown))
    return Sides(shown[0], shown[-1], chosen, left_out)


def members_of(subject: Subject, plan: str) -> tuple[str, ...]:
    """The actions of a plan in the order of the numbers in their keys: 2.9 before 2.10, m2 before m10.

    Raises:
        QueryError: the graph has no action of this plan.
    """
    found = [action for action, home in subject.known.tables.works.home.items() if home == plan]
    if not found:
        raise QueryError("no-action-of-plan", remedy="name-plan-with-actions", key=key(plan))
    return tuple(sorted(found, key=natural))


def _shown(members: Sequence[str], texts: Counter[str], top: int) -> tuple[str, ...]:
    """The ``top`` actions that name most texts, in the order given."""
    kept = set(sorted(members, key=lambda action: -texts[action])[:top])
    return tuple(action for action in members if action in kept)


def natural(text: str) -> tuple[tuple[int, str], ...]:
    """A key to sort by that takes digits as numbers.

    >>> sorted(["m10", "m2"], key=natural)
    ['m2', 'm10']
    """
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", text))


def _meetings(subject: Subject, sides: Sides) -> tuple[Meeting, ...]:
    """Every pair, once; of one plan those below the diagonal."""
    found = []
    for row, one in enumerate(sides.rows):
        for column, two in enumerate(sides.columns[:row] if sides.is_one else sides.columns):
            weight = subject.known.weight(one, two)
            found.append(Meeting(row, column, weight, subject.known.meets(weight)))
    return tuple(found)


def _greatest(meetings: Sequence[Meeting]) -> float:
    return max((meeting.weight.low for meeting in meetings), default=0.0)


def _body(subject: Subject, names: Names, sides: Sides, meetings: Sequence[Meeting]) -> Body:
    rows, columns = ([names[action] for action in side] for side in (sides.rows, sides.columns))
    texts = subject.names({iri for meeting in meetings for iri in meeting.texts})
    heads, up = _heads(columns, sides)
    marks = [*heads, *(_side(subject, sides.left, at, name) for at, name in enumerate(rows))]
    if sides.is_one:
        marks += [_own(sides.left, at, name) for at, name in enumerate(rows)]
    greatest = _greatest(meetings)
    for meeting in meetings:
        title = _title(subject, (rows[meeting.row], columns[meeting.column]), meeting, texts)
        leads = subject.leads(rows[meeting.row].iri, columns[meeting.column].iri)
        marks += [Group(tuple(cell), title, leads) for cell in _cells(subject, sides, meeting, greatest)]
    size = sides.left + CELL * len(columns), up + CELL * len(rows)
    return Body(*size, (Group(tuple(marks), shift=(0, up)),))


def _heads(columns: Sequence[Name], sides: Sides) -> tuple[list[Mark], float]:
    """Along the top the numbers alone where the labels stand at the side, else number and label, upright."""
    wide = TOP if not sides.is_one else 48.0
    marks: list[Mark] = []
    for at, name in enumerate(columns):
        text = shorten(name.short if sides.is_one else f"{name.short} · {name.text}", wide - 12, HEAD)
        x = sides.left + CELL * (at + 0.5) + HEAD.size * 0.36
        spoken = "" if sides.is_one else name.language
        marks.append(Group((Label(x, -6, text, HEAD, turn=-90, language=spoken),), title=name.full))
    return marks, wide


def _side(subject: Subject, left: float, at: int, name: Name) -> Group:
    y = CELL * at + CELL / 2 + 4
    text = shorten(name.text, left - 62, HEAD)
    number = Label(44, y, shorten(name.short, 44, STRONG), STRONG, "end")
    return Group((number, Label(52, y, text, HEAD, language=name.language)), name.full, subject.leads(name.iri))


def _own(left: float, at: int, name: Name) -> Group:
    box = Box(left + CELL * at, CELL * at, CELL, CELL, SHADE, EDGE)
    font = Font(8.5)
    return Group((box, *centred(box, (shorten(name.short, CELL - 2, font),), font)), title=name.full)


def _title(subject: Subject, ends: tuple[Name, Name], meeting: Meeting, texts: Names) -> str:
    one, two = ends
    found = meeting.weight
    lines = [f"{one.short} {one.text} – {two.short} {two.text}"]
    if meeting.shares is Reads.UNREAD:
        lines.append(subject.say("action-unknown"))
    elif meeting.shares is Reads.NO:
        lines.append(subject.say("nothing-shared"))
    else:
        low, high = (bits_words(bits, subject.language) for bits in (found.low, found.high))
        lines.append(subject.say("weight-open" if found.is_open else "weight-to", low=low, high=high))
        lines += [level_words(found.level).say(subject.language)] if found.level else []
        lines += [f"– {texts[iri].text}" for iri in meeting.texts]
    if found.broad > 0:
        lines.append(subject.say("weight-broad-actions", bits=bits_words(found.broad, subject.language)))
    return "\n".join(lines)


def _cells(subject: Subject, sides: Sides, meeting: Meeting, greatest: float) -> Iterator[list[Mark]]:
    below = Box(sides.left + CELL * meeting.column, CELL * meeting.row, CELL, CELL)
    above = Box(sides.left + CELL * meeting.row, CELL * meeting.column, CELL, CELL)
    low, level = meeting.weight.low, meeting.weight.level
    fill = shade(low, greatest)
    for box, text in ((below, _tenths(low, subject)), (above, str(len(meeting.texts)))):
        if box is above and not sides.is_one:
            return
        if meeting.shares is Reads.UNREAD:
            yield hatched(box)
        elif meeting.shares is Reads.NO:
            yield _numbered(box, PAPER, "–")
        else:
            marks = _numbered(box, fill if box is below else PAPER, text)
            mark = level_mark(box.x + CELL / 2, box.y + 5, level, on(fill)) if level and box is below else []
            yield [*marks, *mark]


def _tenths(bits: float, subject: Subject) -> str:
    """Bits to one decimal, which is what a cell has room for; what is more than nought is never rounded to it."""
    return decimal(max(bits, 0.1), subject.language, 1)


def _numbered(box: Box, fill: str, text: str) -> list[Mark]:
    font = Font(9.5 if len(text) < 3 else 8.5, bold=text != "–", colour=on(fill))
    room = Box(box.x, box.y + 6, box.width, box.height - 6)
    return [Box(box.x, box.y, box.width, box.height, fill, EDGE), *centred(room, (text,), font)]


def _signs(subject: Subject, sides: Sides, greatest: float) -> tuple[Sign, ...]:
    count = Sign(tuple(filled(Box(0, 0, *SWATCH), PAPER, ("2",), size=10)), subject.say("sign-shared"))
    none = Sign(tuple(filled(Box(0, 0, *SWATCH), PAPER, ("–",), size=10)), subject.say("sign-none"))
    return (
        *bits_signs(subject, greatest),
        *level_signs(subject),
        *((count,) if sides.is_one else ()),
        none,
        hatch_sign(subject.say("sign-hatch-action")),
    )


def _notes(subject: Subject, sides: Sides, meetings: Sequence[Meeting]) -> tuple[str, ...]:
    every = {*sides.rows, *sides.columns}
    with_text = len(every & {use.work for use in subject.known.uses})
    states = [meeting.shares for meeting in meetings]
    summary = subject.say(
        "action-matrix-summary",
        n=len(every), named=with_text, linked=states.count(Reads.YES), unread=states.count(Reads.UNREAD),
    )  # fmt: skip
    rest = (subject.say("actions-left-out", n=sides.left_out),) if sides.left_out else ()
    return (summary, *rest)


def _row(names: Names, sides: Sides, meeting: Meeting) -> tuple[Cell, ...]:
    one, two = names[sides.rows[meeting.row]], names[sides.columns[meeting.column]]
    found, read = meeting.weight, meeting.shares is not Reads.UNREAD
    return (
        one.iri, one.text, two.iri, two.text, meeting.shares.value, found.low if read else None, found.high,
        "true" if found.is_open else "false", found.broad or None, len(meeting.texts) if read else None,
        found.level.key if found.level else None,
    )  # fmt: skip
