"""Ministry × plan: in how many actions of a plan a ministry has a part, and how many it leads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from pan2kg.charts.drawing import Box, Group, Mark
from pan2kg.charts.frame import PAPER, RAMP, SWATCH, Body, Caption, Picture, Sign, frame, step
from pan2kg.charts.grid import (
    Choice,
    choose,
    filled,
    filters,
    hatch_sign,
    hatched,
    heads_of,
    notes,
    ramp_signs,
    row_head,
    tilted,
)
from pan2kg.charts.subject import Cell, Subject, table, whole
from pan2kg.coherence.evidence import counts
from pan2kg.graph.labels import Name

if TYPE_CHECKING:
    from pan2kg.coherence.bodies import Involvement

CELL: Final = (62.0, 44.0)
HEAD: Final = 330.0
FAINT: Final = "#f7f7f7"
BOUNDS: Final = (1.0, 3.0, 6.0, 12.0)

COLUMNS: Final = ("ministry", "ministry_label", "plan", "plan_label", "assessed", "involved", "led", "whole_plan",
                  "actions_with_body", "actions")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Parts:
    """What is known of the bodies of a plan's actions: for each body how many, and how many it leads.

    ``plan_wide`` are the bodies that have a part in the plan as a whole; ``known`` counts actions with a body.
    """

    involved: Mapping[str, int]
    led: Mapping[str, int]
    plan_wide: frozenset[str]
    known: int
    actions: int

    @property
    def is_known(self) -> bool:
        """Whether any body is known at all."""
        return bool(self.known or self.plan_wide)

    def has(self, body: str) -> bool:
        """Whether a body has a part in the plan or in one of its actions."""
        return body in self.involved or body in self.plan_wide


def draw_ministries(
    subject: Subject, *, plan: str = "", plans: str | Sequence[str] = (), top: object = 10, bodies: object = 24
) -> Picture:
    """The ministries with most to do in the plans named, or in ``plan`` and those most linked to it.

    ``bodies`` is how many ministries are drawn: those in most plans first, then those in most actions.

    Raises:
        QueryError: as for :func:`pan2kg.charts.grid.choose`.
    """
    choice = choose(subject, plan=plan, plans=plans, top=top)
    parts = _parts(subject, choice)
    every = [body for body in subject.graph.ministries if any(part.has(body) for part in parts)]
    every.sort(key=lambda body: (-sum(part.has(body) for part in parts), -_total(parts, body), body))
    shown = every[: whole(bodies, "bodies")]
    iris = choice.plans
    names = subject.names([*iris, *every])
    columns, rows = [names[iri] for iri in iris], [names[body] for body in shown]
    left_out = (subject.say("ministries-left-out", n=len(every) - len(shown)),) if len(every) > len(shown) else ()
    caption = Caption(
        subject.say("ministries-title"),
        subject.say("ministries-lead"),
        _signs(subject),
        (_summary(subject, parts), *left_out, *notes(subject, choice)),
        filters(subject, choice, columns),
    )
    drawing = frame(subject, caption, _body(subject, rows, columns, parts))
    return Picture("ministries", subject.language, drawing, table(COLUMNS, _rows(rows, columns, parts)))


def _total(parts: Sequence[Parts], body: str) -> int:
    return sum(part.involved.get(body, 0) for part in parts)


def _parts(subject: Subject, choice: Choice) -> tuple[Parts, ...]:
    """What is said of bodies at the level of the picture: a part nobody's word stands for counts nowhere."""
    works = subject.known.tables.works
    said: dict[str, list[Involvement]] = {}
    for one in subject.graph.involvements:
        if counts(one.level, subject.level):
            said.setdefault(one.work, []).append(one)
    members = {plan: [action for action, home in works.home.items() if home == plan] for plan in choice.plans}
    return tuple(_part(members[plan], plan, said) for plan in choice.plans)


def _part(actions: Sequence[str], plan: str, said: Mapping[str, Sequence[Involvement]]) -> Parts:
    involved, led = Counter[str](), Counter[str]()
    for action in actions:
        involved.update({one.body for one in said.get(action, ())})
        led.update({one.body for one in said.get(action, ()) if "lead" in one.roles})
    known = sum(action in said for action in actions)
    return Parts(involved, led, frozenset(one.body for one in said.get(plan, ())), known, len(actions))


def _body(subject: Subject, rows: Sequence[Name], columns: Sequence[Name], parts: Sequence[Parts]) -> Body:
    wide, high = CELL
    heads, up, out = tilted(heads_of(columns), HEAD, wide)
    marks: list[Mark] = [*heads]
    known = [f"{part.known}/{part.actions}" for part in parts]
    for at, (text, column) in enumerate(zip(known, columns, strict=True)):
        box = Box(HEAD + wide * at, 0, wide, 22)
        title = f"{column.full}\n{subject.say('bodies-known')}"
        marks.append(Group(tuple(filled(box, FAINT, (text,), size=10)), title))
    for at, name in enumerate(rows):
        y = 22 + high * at
        detail = subject.say("in-plans", n=sum(part.has(name.iri) for part in parts))
        marks.append(row_head(Box(-20, y, HEAD + 10, high), "", name, detail))
        for place, (column, part) in enumerate(zip(columns, parts, strict=True)):
            marks.append(_cell(subject, Box(HEAD + wide * place, y, wide, high), name, column, part))
    return Body(HEAD + wide * len(columns) + out, up + 22 + high * len(rows), (Group(tuple(marks), shift=(0, up)),))


def _cell(subject: Subject, box: Box, row: Name, column: Name, part: Parts) -> Group:
    leads = subject.leads(row.iri, column.iri)
    title = f"{row.text} – {column.full}"
    if not part.is_known:
        return Group(tuple(hatched(box)), f"{title}\n{subject.say('bodies-unknown')}", leads)
    number, led = part.involved.get(row.iri, 0), part.led.get(row.iri, 0)
    words = subject.say("involved", number=number, led=led, known=part.known, actions=part.actions)
    if not part.has(row.iri):
        sure = part.known == part.actions
        return Group(tuple(filled(box, PAPER, ("0" if sure else "–",), size=11)), f"{title}\n{words}", leads)
    lines = [str(number) if number else subject.say("whole-plan-short")]
    lines += [subject.say("leads-short", led=led)] if led else []
    whole_plan = f"\n{subject.say('whole-plan')}" if row.iri in part.plan_wide else ""
    marks = filled(box, RAMP[step(max(number, 1), BOUNDS)], lines, size=12.5 if number else 10.0)
    return Group(tuple(marks), f"{title}\n{words}{whole_plan}", leads)


def _signs(subject: Subject) -> tuple[Sign, ...]:
    bounds = [int(bound) for bound in BOUNDS]
    classes = [subject.say("actions-none")]
    classes.append(subject.say("actions-one", n=bounds[0]))
    classes += [subject.say("actions-to", low=low + 1, high=high) for low, high in pairwise(bounds)]
    classes.append(subject.say("actions-above", low=bounds[-1] + 1))
    dash = Sign(tuple(filled(Box(0, 0, *SWATCH), PAPER, ("–",), size=11)), subject.say("sign-dash"))
    head = Sign(tuple(filled(Box(0, 0, *SWATCH), FAINT, ("5/9",), size=10)), subject.say("sign-known"))
    return (*ramp_signs(classes), dash, head, hatch_sign(subject.say("sign-hatch-body")))


def _summary(subject: Subject, parts: Sequence[Parts]) -> str:
    known, actions = sum(part.known for part in parts), sum(part.actions for part in parts)
    return subject.say("ministries-summary", known=known, actions=actions)


def _rows(rows: Sequence[Name], columns: Sequence[Name], parts: Sequence[Parts]) -> list[tuple[Cell, ...]]:
    found: list[tuple[Cell, ...]] = []
    for row in rows:
        for column, part in zip(columns, parts, strict=True):
            numbers: tuple[Cell, ...] = (None, None, None)
            if part.is_known:
                sure = part.has(row.iri) or part.known == part.actions
                counts = (part.involved.get(row.iri, 0), part.led.get(row.iri, 0)) if sure else (None, None)
                numbers = (*counts, "true" if row.iri in part.plan_wide else "false")
            ends = (row.iri, row.text, column.iri, column.text)
            found.append((*ends, "true" if part.is_known else "false", *numbers, part.known, part.actions))
    return found
