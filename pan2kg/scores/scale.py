"""The scale of interaction scores: two bounds or none, and whole numbers or decimals; how it is typed and shown."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final, NamedTuple

SCALE: Final = "nilsson-2016"
"""Seven steps from −3 (cancelling) to +3 (indivisible): Nilsson, M., Griggs, D. & Visbeck, M. (2016).
Map the interactions between Sustainable Development Goals. Nature 534, 320–322."""
LOWEST: Final = -3
HIGHEST: Final = 3

_NUMBER: Final = r"[+-]?\d{1,9}(?:\.\d{1,6})?"
_DECLARED: Final = re.compile(rf"(?:(count)|({_NUMBER})\s*(?:\.\.|…)\s*({_NUMBER}))?\s*(decimal)?", re.IGNORECASE)


class Scale(NamedTuple):
    """What scores may be: from ``lowest`` to ``highest``, None where there is no bound, by ``step``, None for any.

    ``name`` is what links are said to be scored on: two scales of one name are one scale.
    """

    lowest: float | None = LOWEST
    highest: float | None = HIGHEST
    step: float | None = 1
    name: str = SCALE

    @property
    def is_whole(self) -> bool:
        """Whether only whole numbers are scores."""
        return self.step is not None and float(self.step).is_integer()

    @property
    def range(self) -> str:
        """The bounds as they are shown; « count » where there is none."""
        if self.lowest is None or self.highest is None:
            return "count"
        return f"{signed(self.lowest)}…{signed(self.highest)}"

    def holds(self, score: float) -> bool:
        """Whether a score lies within the bounds."""
        return (self.lowest is None or self.lowest <= score) and (self.highest is None or score <= self.highest)

    def has_step(self, score: float) -> bool:
        """Whether a score is one of the steps, counted from 0."""
        return self.step is None or abs(score / self.step - round(score / self.step)) < 1e-9


DEFAULT: Final = Scale()


def scale_between(lowest: float | None, highest: float | None, *, decimal: bool = False) -> Scale:
    """The scale of these bounds; from −3 to +3 in whole numbers it is that of Nilsson et al.

    >>> scale_between(-4, 4, decimal=True).name, scale_between(None, None).name, scale_between(-3, 3).name
    ('minus-4-to-4-decimal', 'count', 'nilsson-2016')
    """
    step = None if decimal else 1
    if (lowest, highest, step) == (LOWEST, HIGHEST, 1):
        return DEFAULT
    name = declaration(Scale(lowest, highest, step)).replace("..", "-to-").replace(" ", "-")
    return Scale(lowest, highest, step, re.sub(r"(^|(?<=to-))-", "minus-", name))


def declaration(scale: Scale) -> str:
    """A scale as it is typed: ``-3..3``, ``count decimal``."""
    is_bounded = scale.lowest is not None and scale.highest is not None
    bounds = f"{plain(scale.lowest or 0)}..{plain(scale.highest or 0)}" if is_bounded else "count"
    return bounds if scale.is_whole else f"{bounds} decimal"


def read_scale(text: str) -> Scale:
    """A scale as it is typed: ``-3..3``, any two bounds, or ``count``; ``decimal`` after it allows decimals.

    Raises:
        ValueError: the text is no scale, its bounds are not in order, or are no whole numbers on a scale of such.

    >>> read_scale("-10..11").highest, read_scale("0..1 decimal").step, read_scale("decimal").name
    (11.0, None, 'minus-3-to-3-decimal')
    """
    match = _DECLARED.fullmatch(text.strip().replace("−", "-"))
    if not match or not text.strip():
        raise ValueError(text)
    decimal = bool(match[4])
    if match[1]:
        return scale_between(None, None, decimal=decimal)
    lowest, highest = (float(match[2]), float(match[3])) if match[2] else (float(LOWEST), float(HIGHEST))
    if lowest >= highest or not (decimal or (lowest.is_integer() and highest.is_integer())):
        raise ValueError(text)
    return scale_between(lowest, highest, decimal=decimal)


def whole(score: float) -> float:
    """A score as a whole number where it is one, so that 2 is written and not 2.0."""
    return int(score) if float(score).is_integer() else float(score)


def plain(score: float) -> str:
    """A score as it is typed and stored, never with an exponent.

    >>> plain(2.0), plain(-1.5), plain(0.000001)
    ('2', '-1.5', '0.000001')
    """
    return format(Decimal(str(whole(score))), "f")


def signed(score: float) -> str:
    """A score as it is shown, with its sign: +2, −1.5, 0."""
    return ("+" if score > 0 else "") + plain(score).replace("-", "−")
