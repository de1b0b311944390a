"""What pictures of plans as a grid have in common: which plans they show, and heads, cells and legends.

With many plans not all can be legible, so that a picture shows some of them and says how many it leaves out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from pan2kg.charts.drawing import Box, Group, Hatch, Label, Mark, Pen, centred, height_of, paragraph
from pan2kg.charts.frame import GREY, PAPER, RAMP, RULE, SWATCH, Sign, on
from pan2kg.charts.subject import Subject, whole
from pan2kg.charts.text_width import LEADING, Font, measure, shorten, wrap
from pan2kg.coherence.citations import arcs
from pan2kg.coherence.matrix import Incidence, cells
from pan2kg.coherence.uses import key
from pan2kg.errors import QueryError
from pan2kg.graph.labels import Name

if TYPE_CHECKING:
    from pan2kg.coherence.pairs import Known
    from pan2kg.coherence.uses import Uses


FOCUS: Final = "lu-bhr-2"
"""The plan pictures start from where none is named, if the graph has it."""

MOST: Final = 24
"""How many plans a picture of plans can hold."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The plans shown, by their indices in the order of drawing, and how many others there are.

    ``focus`` is the plan the others were chosen for; None where they were named one by one.
    """

    plans: tuple[int, ...]
    left_out: int
    focus: int | None

    def iris(self, uses: Uses) -> tuple[str, ...]:
        """The plans shown, by IRI."""
        return tuple(uses.plans[at].iri for at in self.plans)


def choose(subject: Subject, *, plan: str = "", plans: str | Sequence[str] = (), top: object = 10) -> Choice:
    """The plans named in ``plans``, else ``plan`` and those most linked to it, ``top`` in all.

    First come plans that share an instrument with it or cite it or are cited, the more the earlier; then those that
    share most instruments with any plan; then those of which most actions name one. Ties go to the IRI that
    sorts first.

    Raises:
        QueryError: an unknown plan, with the nearest names; fewer than two plans; more than a picture holds.
    """
    uses = subject.graph.uses
    every = [at for at, one in enumerate(uses.plans) if one.is_plan]
    named = [name.strip() for name in (plans.split(",") if isinstance(plans, str) else plans) if name.strip()]
    if named:
        chosen = tuple(dict.fromkeys(find(uses, name) for name in named))
        _check(len(chosen))
        return Choice(chosen, len(every) - len(chosen), None)
    number = whole(top, "top", least=2)
    _check(number)
    focus = focus_of(uses, plan)
    ranked = sorted((at for at in every if at != focus), key=_ranks(subject, focus).__getitem__)
    chosen = (focus, *ranked[: number - 1])
    if len(chosen) < 2:
        raise QueryError("one-plan-alone", remedy="add-another-plan")
    return Choice(chosen, len(every) - len(chosen), focus)


def _check(number: int) -> None:
    if not 2 <= number <= MOST:
        raise QueryError("too-many-plans", remedy="name-fewer", most=MOST, number=number)


def focus_of(uses: Uses, plan: str) -> int:
    """The plan named, else PAN 2, else the plan of which most actions name an instrument.

    Raises:
        QueryError: an unknown plan, with the nearest names; or the graph has no plan.
    """
    if plan:
        return find(uses, plan)
    known = [at for at, one in enumerate(uses.plans) if one.is_plan]
    if not known:
        raise QueryError("no-plan-to-draw", remedy="add-plan")
    preferred = [at for at in known if uses.plans[at].iri.endswith(f"/{FOCUS}")]
    counts = annotated(uses)
    return preferred[0] if preferred else min(known, key=lambda at: (-counts[at], at))


def find(uses: Uses, plan: str) -> int:
    """The index of a plan; what stands in for the plan of an action without one is none.

    Raises:
        QueryError: there is no such plan; with the nearest names.
    """
    at = uses.find_plan(plan)
    if not uses.plans[at].is_plan:
        raise QueryError("measure-without-plan", remedy="name-a-plan", plan=plan)
    return at


def annotated(uses: Uses) -> list[int]:
    """For each plan how many of its actions name an instrument."""
    counts = np.bincount(uses.plan_of, weights=uses.table.sizes > 0, minlength=len(uses.plans))
    return [int(number) for number in counts]


def resting(uses: Uses) -> Incidence:
    """Plans × instruments: what a plan rests on, by its actions or of itself."""
    table = uses.plan_uses()
    rows, columns = np.concatenate([table.rows, uses.own.rows]), np.concatenate([table.columns, uses.own.columns])
    return Incidence.of(rows, columns, shape=(len(uses.plans), len(uses.instruments)))


def _ranks(subject: Subject, focus: int) -> dict[int, tuple[bool, int, int, int, int, int]]:
    uses = subject.graph.uses
    shared, with_focus, cited = Counter[int](), Counter[int](), Counter[int]()
    for one, two, number in zip(*(column.tolist() for column in cells(resting(uses))), strict=True):
        if uses.plans[one].is_plan and uses.plans[two].is_plan:
            shared.update({one: int(number), two: int(number)})
            with_focus.update({one + two - focus: int(number)} if focus in {one, two} else {})
    place = {one.iri: at for at, one in enumerate(uses.plans)}
    for arc in arcs(uses, subject.graph.citations):
        ends = {place[arc.citing], place[arc.cited]}
        cited.update(dict.fromkeys(ends - {focus}, arc.number) if focus in ends else {})
    counts = annotated(uses)
    return {
        at: (not with_focus[at] + cited[at], -with_focus[at], -cited[at], -shared[at], -counts[at], at)
        for at in range(len(uses.plans))
    }


def notes(subject: Subject, choice: Choice) -> tuple[str, ...]:
    """What a picture says of the plans it does not show."""
    return (subject.say("plans-left-out", n=choice.left_out),) if choice.left_out else ()


def filters(subject: Subject, choice: Choice, names: Iterable[Name]) -> tuple[str, ...]:
    """How the plans were chosen, for the source line; ``names`` are those of the plans shown."""
    shown = list(names)
    return named(subject, shown) if choice.focus is None else (subject.say("chosen-by", plan=shown[0].key),)


def named(subject: Subject, names: Sequence[Name]) -> tuple[str, ...]:
    """The plans that were chosen one by one, for the source line."""
    return (subject.say("chosen-plans", n=len(names), plans=", ".join(name.key for name in names)),)


EDGE: Final = Pen(RULE, 0.8)
HEAD: Final = Font(11.5)
STRONG: Final = Font(11.5, bold=True)
FINE: Final = Font(9.5, colour=GREY)
TILT: Final = 0.70710678


def tilted(
    heads: Sequence[str], left: float, cell: float, *, longest: float = 215.0
) -> tuple[list[Mark], float, float]:
    """Heads of columns, slanted; with how high they are and how far they stand out on the right.

    They are drawn above y = 0, each over the middle of its column.
    """
    marks: list[Mark] = []
    high = out = 0.0
    for at, head in enumerate(heads):
        text = shorten(head, longest, HEAD)
        x = left + cell * (at + 0.5)
        marks.append(Group((Label(x + 3, -6, text, HEAD, turn=-45),), title=head))
        reach = (measure(text, HEAD) + HEAD.size) * TILT
        high, out = max(high, reach + 8), max(out, x + 3 + reach - (left + cell * len(heads)))
    return marks, high, out


def row_head(box: Box, number: str, name: Name, detail: str) -> Group:
    """The head of a row: a number, the label in two lines at most, and a line of detail below."""
    wide = box.width - 34
    lines = wrap(name.text, wide, HEAD, 2)
    top = box.y + (box.height - height_of(len(lines), HEAD) - height_of(1, FINE)) / 2
    marks: list[Mark] = [Label(box.x + 22, top + HEAD.size, number, STRONG, "end")] if number else []
    marks += [
        Label(label.x, label.y, label.text, label.font, language=name.language)
        for label in paragraph(box.x + 30, top, lines, HEAD)
    ]
    below = top + height_of(len(lines), HEAD)
    marks += paragraph(box.x + 30, below, (shorten(detail, wide, FINE),), FINE)
    return Group(tuple(marks), title=f"{name.full}\n{detail}")


def filled(box: Box, fill: str, lines: Sequence[str], *, size: float = 12.0) -> list[Mark]:
    """A cell of a colour with a number in it, and finer print below."""
    colour = on(fill)
    marks: list[Mark] = [Box(box.x, box.y, box.width, box.height, fill, EDGE)]
    if len(lines) == 1:
        return [*marks, *centred(box, tuple(lines), Font(size, bold=True, colour=colour))]
    upper, lower = Font(size, bold=True, colour=colour), Font(9.5, colour=colour)
    top = box.y + (box.height - height_of(1, upper) - height_of(len(lines) - 1, lower)) / 2
    middle = box.x + box.width / 2
    marks.append(Label(middle, top + upper.size * 1.02, lines[0], upper, "middle"))
    start = top + height_of(1, upper)
    for at, text in enumerate(lines[1:]):
        marks.append(Label(middle, start + lower.size * (1.02 + LEADING * at), text, lower, "middle"))
    return marks


def hatched(box: Box) -> list[Mark]:
    """A cell that was not assessed. It holds no number: nothing is known, not even nought."""
    return [Box(box.x, box.y, box.width, box.height, PAPER, EDGE), Hatch(box.x, box.y, box.width, box.height)]


def ramp_signs(meanings: Sequence[str]) -> tuple[Sign, ...]:
    """The classes of the ramp, the first for nothing."""
    return tuple(
        Sign((Box(0, 0, *SWATCH, fill=fill, pen=EDGE),), meaning) for fill, meaning in zip(RAMP, meanings, strict=False)
    )


def hatch_sign(meaning: str) -> Sign:
    """The legend of what was not assessed."""
    return Sign(tuple(hatched(Box(0, 0, *SWATCH))), meaning)


def known_words(subject: Subject, known: Known) -> str:
    """How many of a plan's measures are in the graph, and of how many."""
    if known.published:
        return subject.say("measures-of", n=known.published, found=known.in_graph)
    return subject.say("measures-all" if known.completeness == "complete" else "measures-seen", n=known.in_graph)


def heads_of(names: Sequence[Name]) -> list[str]:
    """Numbered keys, for the heads of columns whose rows carry the whole label."""
    return [f"{at} · {name.key or key(name.iri)}" for at, name in enumerate(names, 1)]
