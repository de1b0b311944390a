"""What pictures of plans as a grid have in common: which plans they show, and heads, cells and legends.

With many plans not all can be legible, so that a picture shows some of them and says how many it leaves out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from pan2kg.charts.drawing import (
    LEADING,
    Box,
    Dot,
    Font,
    Group,
    Hatch,
    Label,
    Mark,
    Pen,
    centred,
    diamond,
    height_of,
    measure,
    paragraph,
    shorten,
    wrap,
)
from pan2kg.charts.frame import GREY, INK, PAPER, RAMP, RULE, SWATCH, Sign, on, step
from pan2kg.charts.subject import Subject, whole
from pan2kg.coherence.evidence import FIGURED, Level
from pan2kg.coherence.figures import Unit
from pan2kg.errors import QueryError
from pan2kg.graph.labels import Name
from pan2kg.tables.figure_words import amount, bits_words
from pan2kg.tables.figure_words import named as named_as
from pan2kg.turtle.vocabulary import key

if TYPE_CHECKING:
    from pan2kg.graph.graph import Graph


MOST: Final = 24
"""How many plans a picture of plans can hold."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The plans shown, by IRI in the order of drawing, and how many others there are.

    ``focus`` is the plan the others were chosen for; None where they were named one by one.
    """

    plans: tuple[str, ...]
    left_out: int
    focus: str | None


def choose(subject: Subject, *, plan: str = "", plans: str | Sequence[str] = (), top: object = 10) -> Choice:
    """The plans named in ``plans``, else ``plan`` and those most linked to it, ``top`` in all.

    First come plans that share most with it at the level of the picture, then with what the editors concluded; then
    those linked without a shared text; then those that are linked with most others. Ties go to the first IRI.

    Raises:
        QueryError: an unknown plan, with the nearest names; fewer than two plans; more than a picture holds.
    """
    every = subject.known.tables.works.plans
    named = [name.strip() for name in (plans.split(",") if isinstance(plans, str) else plans) if name.strip()]
    if named:
        chosen = tuple(dict.fromkeys(find(subject.graph, name) for name in named))
        _check(len(chosen))
        return Choice(chosen, len(every) - len(chosen), None)
    number = whole(top, "top", least=2)
    _check(number)
    focus = focus_of(subject, plan)
    ranked = sorted((one for one in every if one != focus), key=_ranks(subject, focus).__getitem__)
    chosen = (focus, *ranked[: number - 1])
    if len(chosen) < 2:
        raise QueryError("one-plan-alone", remedy="add-another-plan")
    return Choice(chosen, len(every) - len(chosen), focus)


def _check(number: int) -> None:
    if not 2 <= number <= MOST:
        raise QueryError("too-many-plans", remedy="name-fewer", most=MOST, number=number)


def focus_of(subject: Subject, plan: str) -> str:
    """The plan named, else the home plan, else the plan of which most actions name a text.

    Raises:
        QueryError: an unknown plan, with the nearest names; or the graph has no plan.
        ProjectError: the graph holds no action.
    """
    if plan:
        return find(subject.graph, plan)
    own = subject.graph.own_plan()
    if own:
        return own
    works = subject.known.tables.works
    if not works.plans:
        raise QueryError("no-plan-to-draw", remedy="add-plan")
    counts = Counter(works.home[work] for work in {use.work for use in subject.known.uses} & works.home.keys())
    return min(works.plans, key=lambda one: (-counts[one], one))


def find(graph: Graph, plan: str) -> str:
    """The IRI of a plan; what stands in for the plan of an action without one is none.

    Raises:
        QueryError: there is no such plan; with the nearest names.
    """
    one = graph.uses.plans[graph.uses.find_plan(plan)]
    if not one.is_plan:
        raise QueryError("measure-without-plan", remedy="name-a-plan", plan=plan)
    return one.iri


def _ranks(subject: Subject, focus: str) -> dict[str, tuple[float, float, bool, int, str]]:
    known, weak = subject.known, subject.graph.known(Level.EDITORS)
    degree = Counter(one for pair in known.linked for one in pair)
    pairs = {one: (min(one, focus), max(one, focus)) for one in known.tables.works.plans}
    return {
        one: (-known.shared.get(pair, 0.0), -weak.shared.get(pair, 0.0), pair not in known.linked, -degree[one], one)
        for one, pair in pairs.items()
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


def known_words(subject: Subject, plan: str) -> str:
    """How many of a plan's measures are in the graph, and of how many."""
    tables = subject.known.tables
    found = sum(home == plan for home in tables.works.home.values())
    if tables.published.get(plan):
        return subject.say("measures-of", n=tables.published[plan], found=found)
    return subject.say("measures-all" if tables.lists.get(plan) == "complete" else "measures-seen", n=found)


def level_mark(x: float, y: float, level: Level, colour: str) -> list[Mark]:
    """On whose word a link rests, as a mark around a point: the emptier, the weaker."""
    pen = Pen(colour, 1.1)
    if level is Level.PLAN:
        return [Dot(x, y, 3.2, colour)]
    if level is Level.OFFICIAL:
        return [Dot(x, y, 3.2, pen=pen), Dot(x, y, 1.3, colour)]
    return [Dot(x, y, 3.2, pen=pen)] if level is Level.OTHER else [diamond(x, y, 3.8, pen=pen)]


def level_signs(subject: Subject) -> tuple[Sign, ...]:
    """The legend of these marks, as far as the level of the picture goes."""
    middle = SWATCH[0] / 2, SWATCH[1] / 2
    return tuple(
        Sign(tuple(level_mark(*middle, level, INK)), named_as(level).say(subject.language))
        for level in FIGURED if level <= subject.level
    )  # fmt: skip


def bits_signs(subject: Subject, greatest: float) -> tuple[Sign, ...]:
    """The classes of shade of what is shared: fifths of the greatest weight shown."""
    if greatest <= 0:
        return ()
    language, ends = subject.language, [part * greatest for part in FIFTHS]
    meanings = [
        subject.say("bits-to", low=amount(low, Unit.BITS, language), high=bits_words(high, language))
        for low, high in pairwise((0.0, *ends))
    ]
    return tuple(
        Sign((Box(0, 0, *SWATCH, fill=fill, pen=EDGE),), meaning)
        for fill, meaning in zip(RAMP[1:], meanings, strict=True)
    )


def shade(bits: float, greatest: float) -> str:
    """The colour of a weight: by its part of the greatest shown."""
    return RAMP[min(step(bits / greatest, FIFTHS), len(RAMP) - 1)] if greatest > 0 else RAMP[0]


def thick(pen: Pen, bits: float, greatest: float) -> Pen:
    """The pen of a line of a weight: up to four times as wide for the greatest shown."""
    return replace(pen, width=pen.width * (1 + 3 * bits / greatest)) if greatest > 0 else pen


FIFTHS: Final = (0.2, 0.4, 0.6, 0.8, 1.0)
"""Where the classes of shade end, as parts of the greatest weight shown."""


def heads_of(names: Sequence[Name]) -> list[str]:
    """Numbered keys, for the heads of columns whose rows carry the whole label."""
    return [f"{at} · {name.key or key(name.iri)}" for at, name in enumerate(names, 1)]
