"""Paragraphs as a reader finds them, with their setting, and what kind of block each is.

A file says of a heading that it is one, or it only sets it larger or in bold: then sizes are levels, the largest first.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from pan2kg.extract.document import Block, BlockKind, canonical, table_text
from pan2kg.extract.numbering import Marker, readings

BULLET: Final = "•"
_HEADING_LENGTH: Final = 250
_LARGER: Final = 1.08
"""What is set larger than the body by less than this is not set apart."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph, a note or a table, before its kind is known.

    ``number`` is the automatic one, with its full stop, or a bullet. ``outline`` is the level of a heading that the
    file calls one, 0 the title, None where it does not. ``size`` is in points, 0 unknown; ``lead`` how many characters
    of ``text`` are in bold at its beginning, where not all are.
    """

    text: str
    page: int | None = None
    label: str | None = None
    number: str = ""
    outline: int | None = None
    depth: int = 0
    size: float = 0
    bold: bool = False
    lead: int = 0
    kind: Literal["paragraph", "note", "table"] = "paragraph"
    rows: tuple[tuple[str, ...], ...] = ()
    turns: tuple[tuple[int, int], ...] = ()


Setting = tuple[float, bool]


def blocks_of(paragraphs: Sequence[Paragraph]) -> tuple[Block, ...]:
    """The blocks of paragraphs, in their order.

    >>> flow = [Paragraph("Axe", size=14), Paragraph("Former", number="1."), Paragraph("Texte. " * 9, size=10)]
    >>> [(block.kind, block.level, block.text[:9]) for block in blocks_of(flow)]
    [('heading', 1, 'Axe'), ('item', 0, '1. Former'), ('paragraph', 0, 'Texte. Te')]
    """
    body = _body_size(paragraphs)
    outermost = max((one.outline or 0 for one in paragraphs), default=0)
    apart = {_setting(one, body) for one in paragraphs if _is_set_apart(one, body)}
    levels = {setting: outermost + at for at, setting in enumerate(sorted(apart, key=lambda s: (-s[0], not s[1])), 1)}
    return tuple(_block(one, _level(one, body, levels)) for one in paragraphs)


_LEADER = re.compile(r"(?:\.{3,}|…|(?:\s\.){3,}|_{3,}|·{3,})\s*(?:\d{1,4}|[ivxl]{1,6})$")


def without_contents(paragraphs: Sequence[Paragraph]) -> tuple[list[Paragraph], int]:
    """The paragraphs without a list of contents that was typed by hand, with leaders, and how many lines it had."""
    left: set[int] = set()
    run: list[int] = []
    for at, one in enumerate([*paragraphs, Paragraph("")]):
        if one.kind == "paragraph" and _LEADER.search(one.text):
            run.append(at)
            continue
        left |= set(run) if len(run) > 3 else set()
        run = []
    return [one for at, one in enumerate(paragraphs) if at not in left], len(left)


def _level(one: Paragraph, body: float, levels: dict[Setting, int]) -> int | None:
    if one.outline is not None:
        return one.outline
    return levels[_setting(one, body)] if _is_set_apart(one, body) else None


def _body_size(paragraphs: Iterable[Paragraph]) -> float:
    """The size most of the text is set in."""
    letters: Counter[float] = Counter()
    for one in paragraphs:
        if one.kind == "paragraph" and one.size:
            letters[one.size] += len(one.text)
    return letters.most_common(1)[0][0] if letters else 0


def _setting(one: Paragraph, body: float) -> Setting:
    return round(2 * (one.size or body)) / 2, one.bold


def _is_set_apart(one: Paragraph, body: float) -> bool:
    """Whether a paragraph that the file calls none looks like a heading: larger than the body or wholly in bold."""
    if one.kind != "paragraph" or one.outline is not None or one.number == BULLET:
        return False
    larger = body > 0 and one.size > _LARGER * body
    ends_well = not one.text.rstrip().endswith((";", ",")) and (larger or not one.text.rstrip().endswith((".", ":")))
    return (larger or one.bold) and ends_well and len(one.text) <= _HEADING_LENGTH and any(map(str.isalpha, one.text))


def _block(one: Paragraph, level: int | None) -> Block:
    if one.kind == "table":
        return Block(one.page, one.label, "table", table_text(one.rows), rows=one.rows)
    text, marker = canonical(one.text), one.number
    if marker and marker != BULLET:
        text = canonical(f"{marker} {text}")
    elif not marker and (bullet := bulleted(text)):
        text, marker = bullet.rest, BULLET
    found = numbered(text)
    if one.kind == "note":
        # printed raised before a note, and not at all in a Word file's text of it
        marker = text[: len(text) - len(text.lstrip("0123456789"))]
        text = text[len(marker) :].lstrip(" .)")
    elif marker != BULLET:
        marker = found.number if found else marker.rstrip(".)")
    kind: BlockKind = "note" if one.kind == "note" else "heading" if level is not None else "paragraph"
    if kind == "paragraph" and marker:
        kind = "item"
    shift = len(text) - len(canonical(one.text))
    lead = max(min(one.lead + shift, len(text)), 0) if one.lead else 0
    turns = tuple((offset + shift, page) for offset, page in one.turns)
    deep = one.depth if level is None else level
    return Block(one.page, one.label, kind, text, deep, marker, lead=lead, turns=turns)


def numbered(text: str) -> Marker | None:
    """The likeliest number at the beginning of a text; none where nothing else would bear it out."""
    return next((one for one in readings(text) if not one.weak and not one.style.is_bullet), None)


def bulleted(text: str) -> Marker | None:
    """The bullet at the beginning of a text, if one stands there."""
    return next((one for one in readings(text) if not one.weak and one.style.is_bullet), None)


def number_as(value: int, form: str) -> str:
    """A number of a list in the form that a word processor or a page asks for.

    >>> [number_as(4, form) for form in ("decimal", "upperRoman", "lowerLetter", "decimalZero", "none")]
    ['4', 'IV', 'd', '04', '']
    >>> number_as(28, "upperLetter")
    'BB'
    """
    if form == "none" or value < 1:
        return "" if form == "none" else str(value)
    if form.endswith("Roman"):
        roman = _roman(value)
        return roman if form.startswith("upper") else roman.lower()
    if form.endswith("Letter"):
        letters = chr(ord("A") + (value - 1) % 26) * ((value - 1) // 26 + 1)
        return letters if form.startswith("upper") else letters.lower()
    return f"{value:02}" if form == "decimalZero" else str(value)


def _roman(value: int) -> str:
    worth = ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"),
             (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))  # fmt: skip
    found = ""
    for number, letters in worth:
        found += letters * (value // number)
        value %= number
    return found
