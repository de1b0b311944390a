"""Colours that colour-blind readers and grey printers can tell apart; a number or a pattern always goes with them."""

from __future__ import annotations

from bisect import bisect_left
from typing import Final

INK: Final = "#1a1a1a"
GREY: Final = "#595959"
RULE: Final = "#c4c4c4"
PAPER: Final = "#ffffff"
SHADE: Final = "#efefef"

BLUE: Final = "#0072b2"
ORANGE: Final = "#e69f00"
GREEN: Final = "#009e73"
VERMILION: Final = "#d55e00"
PURPLE: Final = "#cc79a7"
"""Five of the eight colours of Okabe, M. & Ito, K. (2008), Color Universal Design."""

RAMP: Final = ("#ffffff", "#deebf7", "#b3d0e9", "#7db0d9", "#4a94cc", "#08519c")
"""From light to dark in one hue, so that it reads the same in grey."""


def step(value: float, bounds: tuple[float, ...]) -> int:
    """Which class of a ramp a value is in: 0 for nothing, then up to and including each bound.

    >>> [step(value, (0.1, 0.5)) for value in (0.0, 0.1, 0.3, 0.9)]
    [0, 1, 2, 3]
    """
    return 0 if value <= 0 else 1 + bisect_left(bounds, value - 1e-12)


def on(fill: str) -> str:
    """Black or white, whichever can be read on a colour.

    >>> on("#ffffff"), on("#08519c")
    ('#1a1a1a', '#ffffff')
    """
    red, green, blue = (_linear(int(fill[at : at + 2], 16) / 255) for at in (1, 3, 5))
    light = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return INK if (light + 0.05) / 0.06 > 1.05 / (light + 0.05) else PAPER


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
