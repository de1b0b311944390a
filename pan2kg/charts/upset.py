"""UpSet: which plans share which instruments, each combination of plans a column.

After Lex, A. et al. (2014). UpSet: Visualization of Intersecting Sets. IEEE TVCG 20(12), 1983–1992.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pan2kg.charts.drawing import Box, Dot, Font, Group, Label, Line, Mark, Pen
from pan2kg.charts.frame import BLUE, GREY, ORANGE, PAPER, RULE, SHADE, SWATCH, Body, Caption, Picture, Sign, frame
from pan2kg.charts.grid import Choice, choose, filters, hatch_sign, hatched, notes, row_head
from pan2kg.charts.subject import Names, Subject, table, whole
from pan2kg.coherence.known import Known
from pan2kg.graph.labels import Name

HEAD: Final = 310.0
SIZES: Final = 130.0
ROW: Final = 46.0
COLUMN: Final = 34.0
BARS: Final = 150.0
NUMBER: Final = Font(11.5, bold=True)

COLUMNS: Final = ("combination", "plans", "instrument", "instrument_label", "shared_by", "bits", "drawn")


@dataclass(frozen=True, slots=True)
class Combination:
    """Plans, by their rows, and the instruments all of them and none of the other plans shown rest on."""

    rows: tuple[int, ...]
    instruments: tuple[str, ...]


def draw_upset(
    subject: Subject, *, plan: str = "", plans: str | Sequence[str] = (), top: object = 8, columns: object = 24
) -> Picture:
    """The instruments of the plans named, or of ``plan`` and those most linked to it, by who shares them.

    Combinations of several plans come first, the larger the earlier; ``columns`` is how many are drawn.

    Raises:
        QueryError: as for :func:`pan2kg.charts.grid.choose`.
    """
    choice = choose(subject, plan=plan, plans=plans, top=top)
    every = combinations_of(subject.known, choice.plans)
    shown = every[: whole(columns, "columns")]
    iris = choice.plans
    names = subject.names([*iris, *(iri for one in every for iri in one.instruments)])
    rows = [names[iri] for iri in iris]
    caption = Caption(
        subject.say("upset-title"),
        subject.say("upset-lead"),
        _signs(subject),
        (*_notes(subject, every, shown), *notes(subject, choice)),
        filters(subject, choice, rows),
    )
    drawing = frame(subject, caption, _body(subject, names, choice, shown))
    return Picture("upset", subject.language, drawing, table(COLUMNS, _rows(subject, rows, names, every, len(shown))))


def texts_of(known: Known, plan: str) -> frozenset[str]:
    """The texts a plan or its actions name, and those above them, without the general ones, which link nobody."""
    return frozenset(known.texts_of(plan)) - known.tables.general


def combinations_of(known: Known, plans: Sequence[str]) -> tuple[Combination, ...]:
    """Every combination that has a text: of several plans first, then the larger, then by rows."""
    users: dict[str, list[int]] = {}
    for row, plan in enumerate(plans):
        for text in texts_of(known, plan):
            users.setdefault(text, []).append(row)
    found: dict[tuple[int, ...], list[str]] = {}
    for text, rows in sorted(users.items()):
        found.setdefault(tuple(rows), []).append(text)
    made = (Combination(rows, tuple(names)) for rows, names in found.items())
    return tuple(sorted(made, key=lambda one: (len(one.rows) == 1, -len(one.instruments), -len(one.rows), one.rows)))


def _body(subject: Subject, names: Names, choice: Choice, shown: Sequence[Combination]) -> Body:
    rows = [names[iri] for iri in choice.plans]
    numbers = [len(texts_of(subject.known, plan)) for plan in choice.plans]
    marks: list[Mark] = []
    left = HEAD + SIZES
    for at, (name, number) in enumerate(zip(rows, numbers, strict=True)):
        marks += _row(subject, at, name, (number, max(numbers)), left + COLUMN * len(shown))
    most = max((len(one.instruments) for one in shown), default=1)
    for at, one in enumerate(shown):
        marks.append(_column(subject, names, rows, (left + COLUMN * (at + 0.5), most), one))
    size = left + COLUMN * len(shown) + 12, BARS + ROW * len(rows)
    return Body(*size, (Group(tuple(marks), shift=(0, BARS)),))


def _row(subject: Subject, at: int, name: Name, size: tuple[int, int], right: float) -> list[Mark]:
    number, most = size
    y = ROW * at
    detail = f"{name.key} · {subject.say('texts', n=number) if number else subject.say('no-text-known')}"
    marks: list[Mark] = [Box(0, y, right, ROW, SHADE if at % 2 == 0 else PAPER)]
    marks.append(row_head(Box(0, y, HEAD - 10, ROW), "", name, detail))
    room = SIZES - 50
    end = HEAD + SIZES - 12
    if not number:
        box = Box(end - 40, y + ROW / 2 - 8, 40, 16)
        return [*marks, Group(tuple(hatched(box)), title=subject.say("no-text-known"))]
    long = room * number / most
    bar = Box(end - long, y + ROW / 2 - 8, long, 16, GREY)
    return [*marks, Group((bar, Label(end - long - 5, y + ROW / 2 + 4, str(number), NUMBER, "end")), detail)]


def _column(subject: Subject, names: Names, rows: Sequence[Name], place: tuple[float, int], one: Combination) -> Group:
    x, most = place
    number = len(one.instruments)
    high = (BARS - 30) * number / most
    colour = BLUE if len(one.rows) > 1 else ORANGE
    marks: list[Mark] = [
        Box(x - 11, -8 - high, 22, high, colour),
        Label(x, -12 - high, str(number), NUMBER, "middle"),
    ]
    marks += [Dot(x, ROW * (at + 0.5), 4, RULE) for at in range(len(rows)) if at not in one.rows]
    ends = ((x, ROW * (one.rows[0] + 0.5)), (x, ROW * (one.rows[-1] + 0.5)))
    if len(one.rows) > 1:
        marks.append(Line(ends, Pen(colour, 3)))
    marks += [Dot(x, ROW * (at + 0.5), 8, colour) for at in one.rows]
    who = " + ".join(rows[at].key for at in one.rows)
    texts = "\n".join(f"– {names[iri].text}" for iri in one.instruments)
    leads = subject.leads(*(rows[at].iri for at in one.rows))
    return Group(tuple(marks), f"{who}\n{subject.say('texts', n=number)}\n{texts}", leads)


def _signs(subject: Subject) -> tuple[Sign, ...]:
    def dot(colour: str) -> tuple[Mark, ...]:
        return (Box(0, 2, 8, 14, colour), Dot(21, 9, 7, colour))

    return (
        Sign(dot(BLUE), subject.say("sign-common")),
        Sign(dot(ORANGE), subject.say("sign-alone")),
        Sign((Box(0, 3, SWATCH[0], 12, GREY),), subject.say("sign-size")),
        hatch_sign(subject.say("sign-hatch-text")),
    )


def _notes(subject: Subject, every: Sequence[Combination], shown: Sequence[Combination]) -> tuple[str, ...]:
    texts = sum(len(one.instruments) for one in every)
    common = sum(len(one.instruments) for one in every if len(one.rows) > 1)
    summary = subject.say("upset-summary", n=texts, common=common)
    rest = len(every) - len(shown)
    return (summary, subject.say("combinations-left-out", n=rest)) if rest else (summary,)


def _rows(
    subject: Subject, rows: Sequence[Name], names: Names, every: Sequence[Combination], shown: int
) -> list[tuple[str | int | float, ...]]:
    weights = subject.known.potential.weights
    gain = dict(zip(weights.texts, weights.gain.tolist(), strict=True))
    return [
        (number, " + ".join(rows[at].key for at in one.rows), iri, names[iri].text, len(one.rows), gain[iri],
         "true" if number <= shown else "false")
        for number, one in enumerate(every, 1)
        for iri in one.instruments
    ]  # fmt: skip
