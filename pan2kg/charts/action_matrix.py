"""Action × action: how strongly the actions of one plan, or of two, are linked by the texts both rest on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from pan2kg.charts.drawing import Box, Group, Label, Mark, centred
from pan2kg.charts.frame import PAPER, RAMP, SHADE, SWATCH, Body, Caption, Picture, Sign, frame, on, step
from pan2kg.charts.grid import EDGE, HEAD, STRONG, filled, find, focus_of, hatch_sign, hatched, named, ramp_signs
from pan2kg.charts.subject import Cell, Names, Subject, table, whole
from pan2kg.charts.text_width import Font, shorten
from pan2kg.coherence.strength import explain
from pan2kg.coherence.uses import key
from pan2kg.errors import QueryError
from pan2kg.graph.labels import Name
from pan2kg.i18n.catalogue import decimal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pan2kg.coherence.uses import Uses

CELL: Final = 24.0
SIDE: Final = (330.0, 540.0)
"""The least and the greatest width of the labels at the side."""

TOP: Final = 210.0
BOUNDS: Final = (0.1, 0.25, 0.5, 0.75)

COLUMNS: Final = ("action_one", "action_one_label", "action_two", "action_two_label", "assessed", "strength",
                  "shared_instruments", "bits")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Meeting:
    """Two actions, by their rows; ``strength`` is None where one of them has no text to compare."""

    row: int
    column: int
    strength: float | None
    bits: float | None
    instruments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sides:
    """The actions down the side and along the top, by index; the same ones where there is one plan."""

    rows: tuple[int, ...]
    columns: tuple[int, ...]
    plans: tuple[int, ...]
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
    """The strengths between the actions of ``plan``, or between those of ``plan`` and of ``other``.

    With one plan the half below the diagonal shows strengths, the half above how many texts are shared. Of a plan of
    more than ``top`` actions those that name most texts are drawn.

    Raises:
        QueryError: an unknown plan, with the nearest names; a plan without an action; ``top`` is no whole number.
    """
    uses = subject.graph.uses
    sides = _sides(uses, (plan, other), whole(top, "top", least=2))
    names = subject.names([*(uses.plans[at].iri for at in sides.plans), *_iris(uses, sides)])
    meetings = _meetings(subject, sides)
    titles = [names[uses.plans[at].iri] for at in sides.plans]
    kind = "action-matrix" if sides.is_one else "action-matrix-two"
    caption = Caption(
        subject.say(f"{kind}-title", **dict(zip(("one", "two"), (name.text for name in titles), strict=False))),
        subject.say(f"{kind}-lead", one=titles[0].key, two=titles[-1].key),
        _signs(subject, sides),
        _notes(subject, sides, meetings),
        (*named(subject, titles), subject.say("hoisted")),
    )
    drawing = frame(subject, caption, _body(subject, names, sides, meetings))
    rows = (_row(subject.graph.uses, names, sides, meeting) for meeting in meetings)
    return Picture("action-matrix", subject.language, drawing, table(COLUMNS, rows))


def _sides(uses: Uses, plans: tuple[str, str], top: int) -> Sides:
    first = focus_of(uses, plans[0])
    second = find(uses, plans[1]) if plans[1] else first
    chosen = (first,) if first == second else (first, second)
    every = [members_of(uses, at) for at in chosen]
    shown = [_shown(uses, members, top) for members in every]
    left_out = sum(map(len, every)) - sum(map(len, shown))
    return Sides(shown[0], shown[-1], chosen, left_out)


def members_of(uses: Uses, plan: int) -> tuple[int, ...]:
    """The actions of a plan in the order of the numbers in their keys: 2.9 before 2.10, m2 before m10.

    Raises:
        QueryError: the graph has no action of this plan.
    """
    found = np.flatnonzero(uses.plan_of == plan).tolist()
    if not found:
        raise QueryError("no-action-of-plan", remedy="name-plan-with-actions", key=key(uses.plans[plan].iri))
    return tuple(sorted(found, key=lambda at: natural(uses.actions[at])))


def _shown(uses: Uses, members: Sequence[int], top: int) -> tuple[int, ...]:
    """The ``top`` actions that name most texts, in the order given."""
    kept = set(sorted(members, key=lambda at: -int(uses.table.sizes[at]))[:top])
    return tuple(at for at in members if at in kept)


def natural(text: str) -> tuple[tuple[int, str], ...]:
    """A key to sort by that takes digits as numbers.

    >>> sorted(["m10", "m2"], key=natural)
    ['m2', 'm10']
    """
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", text))


def _iris(uses: Uses, sides: Sides) -> list[str]:
    return [uses.actions[at] for at in dict.fromkeys((*sides.rows, *sides.columns))]


def _meetings(subject: Subject, sides: Sides) -> tuple[Meeting, ...]:
    """Every pair, once; of one plan those below the diagonal."""
    found = []
    for row, one in enumerate(sides.rows):
        for column, two in enumerate(sides.columns[:row] if sides.is_one else sides.columns):
            found.append(_meeting(subject, (row, column), one, two))
    return tuple(found)


def _meeting(subject: Subject, place: tuple[int, int], one: int, two: int) -> Meeting:
    uses = subject.graph.uses
    if not (uses.table.sizes[one] and uses.table.sizes[two]):
        return Meeting(*place, None, None, ())
    why = explain(subject.graph.linking, uses.actions[one], uses.actions[two])
    return Meeting(*place, why.strength, why.bits, tuple(part.instrument for part in why.contributions))


def _body(subject: Subject, names: Names, sides: Sides, meetings: Sequence[Meeting]) -> Body:
    uses = subject.graph.uses
    rows, columns = ([names[uses.actions[at]] for at in side] for side in (sides.rows, sides.columns))
    texts = subject.names({iri for meeting in meetings for iri in meeting.instruments})
    heads, up = _heads(columns, sides)
    marks = [*heads, *(_side(subject, sides.left, at, name) for at, name in enumerate(rows))]
    if sides.is_one:
        marks += [_own(sides.left, at, name) for at, name in enumerate(rows)]
    for meeting in meetings:
        marks += _cells(subject, sides, (rows[meeting.row], columns[meeting.column]), meeting, texts)
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


def _cells(
    subject: Subject, sides: Sides, ends: tuple[Name, Name], meeting: Meeting, texts: Mapping[str, Name]
) -> Iterator[Mark]:
    one, two = ends
    leads = subject.leads(one.iri, two.iri)
    names = f"{one.short} {one.text} – {two.short} {two.text}"
    below = Box(sides.left + CELL * meeting.column, CELL * meeting.row, CELL, CELL)
    above = Box(sides.left + CELL * meeting.row, CELL * meeting.column, CELL, CELL)
    boxes = (below, above) if sides.is_one else (below,)
    if meeting.strength is None:
        yield from (Group(tuple(hatched(box)), f"{names}\n{subject.say('action-unknown')}", leads) for box in boxes)
        return
    shared = subject.listed(texts[iri].text for iri in meeting.instruments) or subject.say("nothing-shared")
    title = f"{names}\n{subject.say('strength', value=decimal(meeting.strength, subject.language))}\n{shared}"
    fill = RAMP[step(meeting.strength, BOUNDS)]
    yield Group(tuple(_numbered(below, fill, hundredths(meeting.strength))), title, leads)
    if sides.is_one:
        yield Group(tuple(_numbered(above, PAPER, str(len(meeting.instruments)))), title, leads)


def hundredths(strength: float) -> str:
    """A strength in hundredths; what is more than nought is never rounded to it, what is less than all never to all.

    >>> hundredths(0.0), hundredths(0.001), hundredths(0.642), hundredths(0.9999), hundredths(1.0)
    ('0', '1', '64', '99', '100')
    """
    if strength in (0.0, 1.0):
        return str(int(strength * 100))
    return str(min(max(round(strength * 100), 1), 99))


def _numbered(box: Box, fill: str, text: str) -> list[Mark]:
    font = Font(9.5 if len(text) < 3 else 8.5, bold=text != "0", colour=on(fill))
    return [Box(box.x, box.y, box.width, box.height, fill, EDGE), *centred(box, (text,), font)]


def _signs(subject: Subject, sides: Sides) -> tuple[Sign, ...]:
    bounds = [hundredths(bound) for bound in BOUNDS]
    classes = [subject.say("strength-none")]
    steps = zip(["0", *bounds], bounds, strict=False)
    classes += [subject.say("strength-to", low=low, high=high) for low, high in steps]
    classes.append(subject.say("strength-above", low=bounds[-1]))
    count = Sign(tuple(filled(Box(0, 0, *SWATCH), PAPER, ("2",), size=10)), subject.say("sign-shared"))
    return (*ramp_signs(classes), *((count,) if sides.is_one else ()), hatch_sign(subject.say("sign-hatch-action")))


def _notes(subject: Subject, sides: Sides, meetings: Sequence[Meeting]) -> tuple[str, ...]:
    given = subject.graph.uses.table.sizes
    every = dict.fromkeys((*sides.rows, *sides.columns))
    linked = sum(bool(meeting.strength) for meeting in meetings)
    with_text = sum(bool(given[at]) for at in every)
    assessed = sum(meeting.strength is not None for meeting in meetings)
    summary = subject.say("action-matrix-summary", n=len(every), named=with_text, assessed=assessed, linked=linked)
    rest = (subject.say("actions-left-out", n=sides.left_out),) if sides.left_out else ()
    return (summary, *rest)


def _row(uses: Uses, names: Names, sides: Sides, meeting: Meeting) -> tuple[Cell, ...]:
    one, two = (names[uses.actions[at]] for at in (sides.rows[meeting.row], sides.columns[meeting.column]))
    ends = (one.iri, one.text, two.iri, two.text)
    if meeting.strength is None:
        return (*ends, "false", None, None, None)
    return (*ends, "true", meeting.strength, len(meeting.instruments), meeting.bits)
