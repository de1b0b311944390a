"""What matrices of plans have in common: heads of columns and rows, hatched cells, legends of colour."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from pan2kg.charts.canvas import Box, Group, Hatch, Label, Mark, Pen, centred, height_of, paragraph
from pan2kg.charts.frame import GREY, PAPER, RAMP, RULE, on
from pan2kg.charts.frame_frame import SWATCH, Sign
from pan2kg.charts.ground import Ground
from pan2kg.charts.names import Name
from pan2kg.charts.text_width import LEADING, Font, measure, shorten, wrap
from pan2kg.coherence.uses import key

if TYPE_CHECKING:
    from pan2kg.coherence.pairs import Known

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
    lines = wrap(name.label, wide, HEAD, 2)
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
        Sign((Box(0, 0, *SWATCH, fill=fill, pen=EDGE),), meaning)
        for fill, meaning in zip(RAMP, meanings, strict=False)
    )


def hatch_sign(meaning: str) -> Sign:
    """The legend of what was not assessed."""
    return Sign(tuple(hatched(Box(0, 0, *SWATCH))), meaning)


def known_words(ground: Ground, known: Known) -> str:
    """How many of a plan's measures are in the graph, and of how many."""
    if known.published:
        return ground.say("measures-of", n=known.published, found=known.in_graph)
    return ground.say("measures-all" if known.completeness == "complete" else "measures-seen", n=known.in_graph)


def heads_of(names: Sequence[Name]) -> list[str]:
    """Numbered keys, for the heads of columns whose rows carry the whole label."""
    return [f"{at} · {name.key or key(name.iri)}" for at, name in enumerate(names, 1)]
