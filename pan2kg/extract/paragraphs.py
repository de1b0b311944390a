"""Paragraphs as the readers of formats give them, and what kind of block each is.

A file says of a heading that it is one, or it only sets it larger or in bold: then sizes are
levels, the largest first.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from pan2kg.extract import document as doc, numbering
from pan2kg.extract.document import BlockKind, DocumentBlock, canonical
from pan2kg.extract.numbering import BULLET

_LARGER = 1.08  # what is set larger than the body by less than this is not set apart
HEADING_LENGTH = 250  # characters a line that is only set as a heading has at most
_CONTENTS = 4  # entries that follow each other and are a list of contents
_LEADER = re.compile(r"(?:\.{3,}|…|(?:\s\.){3,}|_{3,}|·{3,})\s*(?:\d{1,4}|[ivxl]{1,6})$")
LIST_FORMS = {
    "1": "decimal",
    "I": "upperRoman",
    "i": "lowerRoman",
    "A": "upperLetter",
    "a": "lowerLetter",
}
"""The forms of numbers, as :func:`number_as` knows them, by the sign web pages and OpenDocument have for them."""
_ROMAN = {
    1000: "M", 900: "CM", 500: "D", 400: "CD", 100: "C", 90: "XC", 50: "L", 40: "XL", 10: "X", 9: "IX", 5: "V", 4: "IV",
    1: "I",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph, a note or a table, before its kind is known.

    ``number`` is the automatic one, with its full stop, or a bullet. ``outline`` is the level of a
    heading that the file calls one, 0 the title. ``size`` is in points, 0 unknown; ``lead`` how
    many characters are in bold at its beginning, where not all are.
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
    rows: doc.Rows = ()
    turns: doc.Turns = ()


class ParagraphReading(NamedTuple):
    """What the reader of a format gives of a file.

    ``pages`` is how many the file has, None where that is not known; ``contents`` how many lines of
    a list of contents are left out already.
    """

    paragraphs: list[Paragraph]
    pages: int | None = None
    contents: int = 0
    remarks: doc.Remarks = ()


class Run(NamedTuple):
    """Words that are set alike."""

    words: str
    bold: bool


class BoldLead(NamedTuple):
    """Whether all of a text is bold; else how many characters at its beginning are."""

    is_whole: bool
    lead: int


def text_of(runs: Iterable[Run]) -> str:
    return canonical("".join(run.words for run in runs))


def bold_lead(runs: Iterable[Run]) -> BoldLead:
    """The bold words a text begins with.

    >>> bold_lead([Run("Mesure 1 ", True), Run("Former", False)])
    BoldLead(is_whole=False, lead=8)
    """
    lead = ""
    for run in runs:
        if run.words.strip() and not run.bold:
            return BoldLead(is_whole=False, lead=len(canonical(lead)))
        lead += run.words
    return BoldLead(is_whole=True, lead=0)


class _Setting(NamedTuple):
    """How a title is set: its size in halves of a point, and whether in bold."""

    size: float
    bold: bool


def blocks_of(paragraphs: Sequence[Paragraph]) -> doc.Blocks:
    """The paragraphs as blocks; each setting of titles is a level below the headings the file calls so."""
    letters: Counter[float] = Counter()
    for paragraph in paragraphs:
        if paragraph.kind == "paragraph" and paragraph.size:
            letters[paragraph.size] += len(paragraph.text)
    body = letters.most_common(1)[0][0] if letters else 0  # the size most of the text is set in
    settings = {}
    for at, paragraph in enumerate(paragraphs):
        if _is_set_as_title(paragraph, body):
            size = round(2 * (paragraph.size or body)) / 2
            settings[at] = _Setting(size, paragraph.bold)
    largest_first = sorted(set(settings.values()), reverse=True)
    outermost = max((paragraph.outline or 0 for paragraph in paragraphs), default=0)
    blocks = []
    for at, paragraph in enumerate(paragraphs):
        level = paragraph.outline
        if at in settings:
            level = outermost + 1 + largest_first.index(settings[at])
        blocks.append(_block(paragraph, level))
    return tuple(blocks)


def _is_set_as_title(paragraph: Paragraph, body: float) -> bool:
    """Whether a paragraph that the file does not call a heading is set as one: larger than the body, or in bold."""
    is_plain = paragraph.kind == "paragraph" and paragraph.outline is None
    if not is_plain or paragraph.number == BULLET:
        return False
    is_larger = body > 0 and paragraph.size > _LARGER * body
    if not is_larger and not paragraph.bold:
        return False
    text = paragraph.text.rstrip()
    if text.endswith((";", ",")) or (text.endswith((".", ":")) and not is_larger):
        return False
    return len(paragraph.text) <= HEADING_LENGTH and any(map(str.isalpha, text))


def _block(paragraph: Paragraph, level: int | None) -> DocumentBlock:
    """A paragraph as a block, a heading where it has a level."""
    if paragraph.kind == "table":
        return doc.table_block(paragraph.rows, paragraph.page, paragraph.label)
    plain = canonical(paragraph.text)
    item = _note_item(paragraph, plain) if paragraph.kind == "note" else _item(paragraph, plain)
    kind: BlockKind
    if paragraph.kind == "note":
        kind = "note"
    elif level is not None:
        kind = "heading"
    else:
        kind = "item" if item.marker else "paragraph"
    # by how much the number, which may stand in the text or not, moves what is behind it
    shift = len(item.text) - len(plain)
    lead = max(min(paragraph.lead + shift, len(item.text)), 0) if paragraph.lead else 0
    return DocumentBlock(
        paragraph.page,
        paragraph.label,
        kind,
        item.text,
        paragraph.depth if level is None else level,
        item.marker,
        lead=lead,
        turns=tuple(turn._replace(offset=turn.offset + shift) for turn in paragraph.turns),
    )


class _ItemText(NamedTuple):
    """The text of a block with its number, and the number or bullet apart, empty for none."""

    text: str
    marker: str


def _item(paragraph: Paragraph, plain: str) -> _ItemText:
    """A text with its automatic number before it, or the number or bullet it begins with."""
    marker = paragraph.number
    text = plain
    if marker and marker != BULLET:
        text = canonical(f"{marker} {plain}")
    elif not marker and (bullet := numbering.marked(plain, bullet=True)):
        text = bullet.behind
        marker = BULLET
    if marker != BULLET:
        number = numbering.marked(text)
        marker = number.number if number else marker.rstrip(".)")
    return _ItemText(text, marker)


def _note_item(paragraph: Paragraph, plain: str) -> _ItemText:
    """A note without its number, which is printed raised before it, and stands in no text of a Word file."""
    text = _item(paragraph, plain).text
    behind = text.lstrip("0123456789")
    return _ItemText(behind.lstrip(" .)"), text[: len(text) - len(behind)])


def without_contents(paragraphs: Sequence[Paragraph]) -> list[Paragraph]:
    """The paragraphs without lists of contents: entries with a leader to a page that follow each other."""
    body = []
    entries = []
    for paragraph in paragraphs:
        if paragraph.kind == "paragraph" and _LEADER.search(paragraph.text):
            entries.append(paragraph)
            continue
        if len(entries) < _CONTENTS:
            body += entries
        entries = []
        body.append(paragraph)
    return body + entries if len(entries) < _CONTENTS else body


def number_as(value: int, form: str) -> str:
    """A number in one of the forms Word has.

    >>> number_as(4, "upperRoman"), number_as(28, "lowerLetter"), number_as(4, "decimalZero")
    ('IV', 'bb', '04')
    """
    if form == "none":
        return ""
    if value < 1:
        return str(value)
    if form.endswith("Letter"):
        # behind Z come AA, BB, CC
        times, place = divmod(value - 1, 26)
        letters = chr(ord("A") + place) * (times + 1)
    elif form.endswith("Roman"):
        letters = _roman(value)
    else:
        return f"{value:02}" if form == "decimalZero" else str(value)
    return letters if form.startswith("upper") else letters.lower()


def _roman(value: int) -> str:
    letters = ""
    for worth, sign in _ROMAN.items():
        letters += sign * (value // worth)
        value %= worth
    return letters
