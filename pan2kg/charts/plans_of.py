"""The plans that name a text, a body has a part in or deal with a topic: each at its time, with a mark a work.

Only what was seen is drawn: a plan that is not there may not have been read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from enum import IntEnum
from typing import TYPE_CHECKING, Final

from pan2kg.charts.drawing import Box, Dot, Font, Group, Label, Mark, Pen, height_of, paragraph, shorten, wrap
from pan2kg.charts.frame import BLUE, GREY, PAPER, Body, Caption, Picture, Sign, frame
from pan2kg.charts.grid import hatch_sign, hatched
from pan2kg.charts.subject import Cell, Names, Subject, table, whole
from pan2kg.charts.time_axis import Axis, Life, axis_of, bar, lives, open_end_sign
from pan2kg.coherence.evidence import Level, counts
from pan2kg.coherence.texts import CARRIES_OUT, SERVES
from pan2kg.errors import ProjectError, QueryError
from pan2kg.graph.graph import bare
from pan2kg.i18n.message import either

if TYPE_CHECKING:
    from pan2kg.graph.labels import Entry

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
PALE: Final = "#dde4ee"
NAME: Final = Font(12)
FINE: Final = Font(11, colour=GREY)
KINDS: Final = ("body", "instrument", "topic")
"""What the picture can be about."""
COLUMNS: Final = ("plan", "plan_label", "work", "work_label", "part", "evidence_level", "starts", "ends", "drawn")


class Part(IntEnum):
    """How strongly a work is tied to the thing: it leads or carries out, takes part or serves, or only mentions."""

    FIRST = 1
    SECOND = 2
    THIRD = 3


@dataclass(frozen=True, slots=True)
class Tied:
    """A plan, or an action of one, and how it is tied to the thing, on whose word."""

    work: str
    part: Part
    level: Level | None


def draw_plans_of(subject: Subject, *, thing: str = "", top: object = 12) -> Picture:
    """The plans that name a text, in which a body has a part, or that deal with a topic; ``thing`` is its key or IRI.

    Without one it is the text that most plans name. ``top`` plans are drawn, those with most works, in the order of
    their adoption.

    Raises:
        QueryError: no text, body or topic of that name, with the nearest; a number that is none.
        ProjectError: the graph holds no action.
    """
    if not subject.graph.has_actions:
        raise ProjectError("no-action-to-measure", remedy="add-plan")
    entry, most = _found(subject, thing), whole(top, "top")
    by_plan = tied_works(subject, entry.kind, entry.iri)
    every = sorted(by_plan, key=lambda plan: (-len(by_plan[plan]), plan))
    found = lives(subject, every)
    rows = sorted(every[:most], key=lambda plan: (found[plan].first or date.max, plan))
    names = subject.names([entry.iri, *every, *(one.work for works in by_plan.values() for one in works)])
    left = len(every) - len(rows)
    caption = Caption(
        subject.say(f"plans-of-{entry.kind}", thing=names[entry.iri].text, n=len(every)),
        subject.say("plans-of-lead"),
        (*_signs(subject, entry.kind, rows, by_plan), *_edges(subject, [found[one] for one in rows])),
        ((subject.say("neighbours-left-out", n=left),) if left else ()),
        (subject.say("chosen-thing", thing=names[entry.iri].text),),
        is_levelled=entry.kind != "topic",
    )
    body = _body(subject, entry.kind, names, {plan: (found[plan], by_plan[plan]) for plan in rows})
    cells = (_row(names, plan, one, found[plan], is_drawn=plan in rows) for plan in every for one in by_plan[plan])
    return Picture("plans-of", subject.language, frame(subject, caption, body), table(COLUMNS, cells))


def _found(subject: Subject, thing: str) -> Entry:
    labels, name = subject.graph.labels, bare(thing) if thing else _most_named(subject)
    found = next((one for kind in KINDS if (one := labels.find(kind, name))), None) or labels.entry(name)
    if found is None or found.kind not in KINDS:
        near = get_close_matches(name, [one.key for kind in KINDS for one in labels.of_kind(kind)], n=2, cutoff=0.5)
        remedy = {"remedy": "did-you-mean", "names": either(near)} if near else {"remedy": "name-thing-drawn"}
        raise QueryError("no-thing-drawn", name=thing, **remedy)
    return found


def _most_named(subject: Subject) -> str:
    """The text most plans name at the level, the first of equals; empty where none is named."""
    works = subject.known.tables.works
    named = Counter(text for text, _ in {(use.text, works.plan(use.work)) for use in subject.known.uses})
    return min(named, key=lambda text: (-named[text], text), default="")


def tied_works(subject: Subject, kind: str, thing: str) -> Mapping[str, tuple[Tied, ...]]:
    """The works tied to a body, text or topic at the level of the picture, by plan; the strongest tie of each work."""
    best: dict[str, Tied] = {}
    for one in _ties(subject, kind, thing):
        known = best.get(one.work)
        if known is None or (one.part, one.level or 0) < (known.part, known.level or 0):
            best[one.work] = one
    works, found = subject.known.tables.works, dict[str, list[Tied]]()
    for work in sorted(best):
        if plan := works.plan(work):
            found.setdefault(plan, []).append(best[work])
    return {plan: tuple(sorted(each, key=lambda one: (one.part, one.work))) for plan, each in found.items()}


def _ties(subject: Subject, kind: str, thing: str) -> Iterator[Tied]:
    if kind == "body":
        for one in subject.graph.involvements:
            if one.body == thing and counts(one.level, subject.level):
                yield Tied(one.work, Part.FIRST if "lead" in one.roles else Part.SECOND, one.level)
    elif kind == "topic":
        for profile in subject.graph.profiles:
            if thing in profile.topics:
                yield Tied(profile.work, Part.SECOND, None)
    else:
        for use in subject.known.uses:
            if thing in subject.known.potential.weights.reached(use.text, subject.level):
                part = {CARRIES_OUT: Part.FIRST, SERVES: Part.SECOND}.get(use.share, Part.THIRD)
                yield Tied(use.work, part, use.level)


def _body(subject: Subject, kind: str, names: Names, rows: Mapping[str, tuple[Life, tuple[Tied, ...]]]) -> Body:
    axis = axis_of([life for life, _ in rows.values()], subject.graph.as_of, left=HEAD + 16, width=SPAN)
    bottom = ROW * len(rows)
    marks: list[Mark] = [*axis.marks(bottom), axis.today(subject.graph.as_of, bottom)]
    for at, (plan, (life, works)) in enumerate(rows.items()):
        y = ROW * (at + 0.5)
        marks += _plan(subject, names, (axis, life, y), plan)
        marks += _works(subject, (kind, plan), names, works, y)
    return Body(HEAD + 16 + SPAN + 24 + SAYS, TOP + bottom, (Group(tuple(marks), shift=(0, TOP)),))


def _plan(subject: Subject, names: Names, where: tuple[Axis, Life, float], plan: str) -> Iterator[Mark]:
    axis, life, y = where
    name = names[plan]
    lines = wrap(name.text, HEAD - 4, NAME, 2)
    top = y - height_of(len(lines), NAME) / 2
    labels = [replace(one, x=HEAD, anchor="end", language=name.language) for one in paragraph(0, top, lines, NAME)]
    unknown = Box(axis.left + 4, y - HIGH / 2, axis.width - 8, HIGH)
    span = bar(axis, life, y, PALE, high=HIGH) if life.is_dated or life.issued else hatched(unknown)
    yield Group((*labels, *span), title=name.full, address=subject.leads(plan))


def _works(subject: Subject, where: tuple[str, str], names: Names, works: Sequence[Tied], y: float) -> Iterator[Mark]:
    (kind, plan), x = where, HEAD + 16 + SPAN + 32
    for at, one in enumerate(works[:MARKED]):
        title = f"{names[one.work].full}\n{_says(subject, kind, one.part)}"
        mark = _mark(x + GAP * at, y - 7, one.part, is_plan=one.work == plan)
        yield Group((mark,), title=title, address=subject.leads(one.work))
    number = Counter(one.part for one in works if one.work != plan)
    said = [subject.say(f"plans-of-{kind}-{int(one.part)}-whole") for one in works if one.work == plan]
    said += [subject.say(f"plans-of-{kind}-{int(part)}-n", n=n) for part, n in sorted(number.items())]
    yield Label(x - 6, y + 11, shorten(subject.listed(said), SAYS - 20, FINE), FINE)


def _mark(x: float, y: float, part: Part, *, is_plan: bool = False) -> Box | Dot:
    """A dot for an action, a square for a plan as a whole; filled, outlined or dashed by how strongly it is tied."""
    fill, pen = {
        Part.FIRST: (BLUE, None), Part.SECOND: (PAPER, Pen(BLUE, 1.8)), Part.THIRD: (PAPER, Pen(GREY, 1.0, (2, 2))),
    }[part]  # fmt: skip
    return Box(x - 5, y - 5, 10, 10, fill, pen) if is_plan else Dot(x, y, 5.2, fill, pen)


def _says(subject: Subject, kind: str, part: Part) -> str:
    return subject.say(f"plans-of-{kind}-{int(part)}")


def _signs(subject: Subject, kind: str, rows: Iterable[str], by_plan: Mapping[str, Sequence[Tied]]) -> Iterator[Sign]:
    there = {one.part for plan in rows for one in by_plan[plan]}
    for part in sorted(there):
        yield Sign((_mark(15, 9, part),), _says(subject, kind, part))
    if any(one.work == plan for plan in rows for one in by_plan[plan]):
        yield Sign((_mark(15, 9, Part.SECOND, is_plan=True),), subject.say("plans-of-whole"))


def _edges(subject: Subject, found: Sequence[Life]) -> Iterator[Sign]:
    if any(life.is_dated and not (life.first and life.end) for life in found):
        yield open_end_sign(subject, PALE)
    if any(not life.is_dated and not life.issued for life in found):
        yield hatch_sign(subject.say("sign-hatch-date"))


def _row(names: Names, plan: str, one: Tied, life: Life, *, is_drawn: bool) -> tuple[Cell, ...]:
    return (
        plan, names[plan].text, one.work, names[one.work].text, one.part.name.lower(),
        one.level.key if one.level else None, life.first, life.end, "true" if is_drawn else "false",
    )  # fmt: skip
