"""Screenshots compared with those that were kept, so that what moved or changed its colour is seen and nothing else.

A page is compared by the mean colours of small blocks: letters that another version of the browser smooths in another
way, or sets half a pixel further, leave them as they are. What is kept is half as large as the page, in few colours.
"""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from PIL import Image, ImageDraw

from tests.conftest import lack

if TYPE_CHECKING:
    from playwright.sync_api import Page

FONT: Final = "DejaVu Sans"
"""What the pages are set in for a picture: Debian's package « fonts-dejavu-core » has it, and most systems."""
BLOCK: Final = 5
"""The side of a block in pixels of a kept picture; twice that on the page."""
FAR: Final = 26
"""From how far apart of 255, in red, green or blue, two blocks differ."""
MOST: Final = 12
"""So many blocks may differ: a letter or two that came to stand in the next block."""
STILL: Final = f"""
    *, *::before, *::after {{
        font-family: "{FONT}" !important; animation: none !important; transition: none !important;
        caret-color: transparent !important;
    }}
    pre, pre *, code, .iri, textarea {{ font-family: "{FONT} Mono" !important; }}
    .network-picture {{ visibility: hidden !important; }}
"""
"""One font for all, nothing that moves, and no canvas, whose letters follow no style sheet."""
SET: Final = """async css => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    document.adoptedStyleSheets = [sheet];
    await document.fonts.ready;
}"""


def need_font() -> None:
    """Skip or fail the test where the font is not installed."""
    lister = shutil.which("fc-list")
    found = subprocess.run([lister, ":", "family"], capture_output=True, text=True, check=True).stdout if lister else ""
    if FONT not in found or f"{FONT} Mono" not in found:
        lack(f"{FONT} is not installed; apt-get install fonts-dejavu-core fontconfig.")


def taken(page: Page, extra: str = "", *, to_keep: bool = False) -> Image.Image:
    """The whole page at the size in which it is kept, with more rules of style if wanted.

    One that is only compared is a JPEG, which takes the browser far less: the mean colours of blocks are the same.
    """
    page.evaluate(SET, STILL + extra)
    kind: Literal["png", "jpeg"]
    kind, quality = ("png", None) if to_keep else ("jpeg", 90)
    shot = page.screenshot(type=kind, quality=quality, full_page=True, animations="disabled", caret="hide")
    picture = Image.open(io.BytesIO(shot)).convert("RGB")
    return picture.resize((picture.width // 2, picture.height // 2), Image.Resampling.BOX)


def keep(picture: Image.Image, target: Path) -> None:
    """Write a picture in few colours."""
    target.parent.mkdir(exist_ok=True)
    picture.quantize(64, dither=Image.Dither.NONE).save(target, optimize=True)


def differing(before: Image.Image, now: Image.Image) -> list[tuple[int, int]]:
    """The blocks in which two pictures differ, by row and column; what only one of them has differs from white."""
    high, wide = (-(-max(sizes) // BLOCK) for sizes in ((before.height, now.height), (before.width, now.width)))
    blocks = []
    for picture in (before, now):
        sheet = Image.new("RGB", (wide * BLOCK, high * BLOCK), "#ffffff")
        sheet.paste(picture.convert("RGB"), (0, 0))
        blocks.append(np.asarray(sheet.reduce(BLOCK), dtype=np.int16))
    apart = np.abs(blocks[0] - blocks[1]).max(axis=2)
    return [(int(row), int(column)) for row, column in np.argwhere(apart > FAR)]


def is_like(one: Image.Image, two: Image.Image) -> bool:
    """Whether two pictures show the same page."""
    return len(differing(one, two)) <= MOST


def show(one: Image.Image, two: Image.Image, target: Path) -> Path:
    """Write what was kept and what is seen beside each other, with what differs framed in both."""
    gap = 10
    sheet = Image.new("RGB", (one.width + gap + two.width, max(one.height, two.height)), "#808080")
    sheet.paste(one.convert("RGB"), (0, 0))
    sheet.paste(two.convert("RGB"), (one.width + gap, 0))
    pen = ImageDraw.Draw(sheet)
    for row, column in differing(one, two):
        for shift in (0, one.width + gap):
            left, top = shift + column * BLOCK, row * BLOCK
            pen.rectangle((left, top, left + BLOCK - 1, top + BLOCK - 1), outline="#ff0000")
    sheet.save(target)
    return target
