"""Puts the lines of a plan together to entries: a marker, a whole title, and what stands between them.

A title may be wrapped over several lines. That a line goes on with it is seen by the words (a small letter,
“des” or a hyphen before the break, an open quotation mark) or by the setting (no room was left above).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pan2kg.extract.layout import SOFT_HYPHEN, Line, Remark, folded, joined, noted, page_width
from pan2kg.extract.numbering import Marker, Style, Values, every_word, readings, words

_FIELD = re.compile(r"([^\W\d_][^:.]{1,40}?)\s*:(?:\s|$)")
_OPENING = '«“„([‘"¿¡'
_LONG = 50
_HEADING_LENGTH = 120
_TITLE_LENGTH = 250


@dataclass(frozen=True, slots=True)
class Entry:
    """A marked line with its whole title, before its level is known.

    ``lines`` are those the title was printed on; ``heading`` is the line without number directly above, where
    it could be a heading.
    """

    marker: Marker
    title: str
    lines: tuple[int, ...]
    paged: bool = False
    heading: Line | None = None

    @property
    def line(self) -> int:
        """The line of its number."""
        return self.lines[0]

    @property
    def style(self) -> Style:
        """The style of its number."""
        return self.marker.style

    @property
    def values(self) -> Values:
        """The components of its number."""
        return self.marker.values


@dataclass(frozen=True, slots=True)
class Setting:
    """What has to be known of a whole text to read one of its lines.

    ``markers`` are the starts of items by line; lines ``apart`` (fields such as “Responsable : …”, captions,
    running heads) belong to no title.
    """

    markers: Mapping[int, Marker]
    apart: frozenset[int]
    fields: frozenset[int]
    captions: frozenset[int]
    connectors: frozenset[str]
    width: int | None
    text: str

    @classmethod
    def of(cls, lines: Sequence[Line], chosen: Mapping[int, Marker], *, language: str, text: str) -> Setting:
        """The setting of a text whose lines have been told apart."""
        captions = frozenset(number for number, marker in chosen.items() if marker.group == "caption")
        label = {line.number: _field_label(chosen.get(line.number), line.text) for line in lines}
        often = Counter(label.values())
        fields = frozenset(number for number, value in label.items() if value and often[value] > 1)
        bare = [line for line in lines if line.number not in chosen]
        repeated = Counter(line.text for line in bare if line.after_gap)
        contents = every_word("contents")
        heads = {one.number for one in bare if one.after_gap and repeated[one.text] > 2}
        odd = heads | {one.number for one in bare if folded(one.text).rstrip(" :") in contents}
        apart = fields | odd | captions
        markers = {number: marker for number, marker in chosen.items() if number not in apart}
        connectors = words("connector").get(language) or every_word("connector")
        return cls(markers, apart, fields, captions, connectors, page_width(lines), text)


def _field_label(marker: Marker | None, text: str) -> str:
    """What stands before the colon in “Responsable : …”, which is no item even behind a bullet."""
    if marker and not marker.style.is_bullet:
        return ""
    found = _FIELD.match(marker.rest if marker else text)
    return folded(found[1]) if found and len(found[1].split()) <= 5 else ""


@dataclass(frozen=True, slots=True)
class Gathered:
    """The entries of a text, what stands before the first, and what was left over."""

    title: str
    opening: tuple[Line, ...]
    entries: tuple[Entry, ...]
    text: tuple[Line, ...]
    remarks: tuple[Remark, ...]


@dataclass(frozen=True, slots=True)
class _Title:
    """A title put together from the lines it was wrapped over; the lines left are text below it."""

    text: str
    left: Sequence[Line]
    paged: bool = False
    remarks: tuple[Remark, ...] = ()


def candidates(lines: Sequence[Line]) -> dict[int, tuple[Marker, ...]]:
    """What each line may be; “2 years later” is no item where a sentence goes on from the line above."""
    found: dict[int, tuple[Marker, ...]] = {}
    connectors = every_word("connector")
    goes_on = False
    for line in lines:
        markers = readings(line.text)
        if goes_on and not line.after_gap:
            markers = tuple(marker for marker in markers if not (marker.weak and marker.rest[:1].islower()))
        found[line.number] = markers
        goes_on = not markers or folded(line.text).rpartition(" ")[2] in connectors
    return found


def gather(lines: Sequence[Line], setting: Setting) -> Gathered:
    """Each marked line with its whole title, the title of the plan, and the lines between."""
    starts = [at for at, line in enumerate(lines) if line.number in setting.markers]
    preamble = lines[: starts[0]] if starts else lines
    opening = tuple(line for line in preamble if line.number not in setting.apart)
    plan = _plan_title(opening, setting)
    entries: list[Entry] = []
    remarks = list(plan.remarks)
    left: Sequence[Line] = opening
    text = [*plan.left, *(line for line in preamble if line.number in setting.apart)]
    for at, end in zip(starts, [*starts, len(lines)][1:], strict=True):
        marker = setting.markers[lines[at].number]
        title = _take_title(lines[at], marker.rest, lines[at + 1 : end], setting)
        printed = tuple(line.number for line in lines[at : end - len(title.left)])
        entries.append(Entry(marker, title.text, printed, title.paged, _heading(left, setting)))
        left = title.left
        remarks += [*title.remarks, *_remark_on_columns(lines[at], marker)]
        text += left
    return Gathered(plan.text, opening, tuple(entries), tuple(text), tuple(remarks))


def _remark_on_columns(line: Line, marker: Marker) -> list[Remark]:
    if not line.cell or line.cell == marker.rest or not marker.rest.endswith(line.cell):
        return []
    return [Remark(noted("stands-apart", words=line.cell), (line.number,))]


def _plan_title(opening: Sequence[Line], setting: Setting) -> _Title:
    """The first lines of the text as its title, unless they are a sentence or a paragraph."""
    if not opening:
        return _Title("", opening)
    found = _take_title(opening[0], opening[0].text, opening[1:], setting)
    if len(found.text) > _TITLE_LENGTH or found.text.endswith((".", ";", ",")):
        return _Title("", opening)
    return found


def _take_title(start: Line, first: str, following: Sequence[Line], setting: Setting) -> _Title:
    text, above, remarks = first, start, []
    used = 0
    for at, line in enumerate(following):
        sure = _continues(text, above, line, start, setting)
        if not sure and not _may_continue(text, above, following[at:], start, setting):
            break
        if not sure or readings(line.text):
            remarks.append(Remark(noted("end-of-title"), (line.number,)))
        text, doubt = joined(text, line.text, text=setting.text)
        if doubt:
            remarks.append(Remark(noted("divided-word", word=doubt), (above.number,)))
        above, used = line, at + 1
    left = following[used:]
    if left and not remarks and _looks_left_over(text, left, setting):
        remarks.append(Remark(noted("may-belong"), (left[0].number,)))
    return _Title(text.rstrip(SOFT_HYPHEN), left, above.paged, tuple(remarks))


def _continues(text: str, above: Line, line: Line, start: Line, setting: Setting) -> bool:
    """Whether a line surely goes on with the title above it."""
    if line.number in setting.apart or above.paged:
        return False
    if not text:
        return True
    if line.after_gap:
        return False
    if not line.text or text.endswith(SOFT_HYPHEN) or line.text[0].islower() or _is_open(text, setting):
        return True
    return _was_full(above, line, setting) and line.indent > start.indent and not text.endswith((".", ":", ";"))


def _is_open(text: str, setting: Setting) -> bool:
    """Whether a title cannot end here: a bracket or quotation is open, a comma, a hyphen or “des” stands last."""
    for opening, closing in ("«»", "()", "„“", "“”"):
        if text.count(opening) > text.count(closing) and not (opening == "“" and "„" in text):
            return True
    last = text.split()[-1]
    small = last.islower() or (text.isupper() and len(text.split()) > 1)
    return text.endswith((",", "/", "&", "–", "-")) or (small and folded(last) in setting.connectors)


def _was_full(above: Line, line: Line, setting: Setting) -> bool:
    """Whether the first word of a line had no room left in the line above."""
    return setting.width is not None and above.width + 1 + len(line.text.split()[0]) > setting.width


def _may_continue(text: str, above: Line, rest: Sequence[Line], start: Line, setting: Setting) -> bool:
    """Whether one last line may belong to a title: it is indented or the line above was full, and stands alone."""
    line = rest[0]
    hangs = line.indent > start.indent
    fits_on = hangs or _was_full(above, line, setting)
    if line.after_gap or line.number in setting.apart or above.paged or not fits_on:
        return False
    alone = len(rest) == 1 or rest[1].after_gap or (hangs and rest[1].indent <= start.indent)
    return alone and not text.endswith((".", ":", ";")) and not line.text.endswith((".", ";", ":"))


def _looks_left_over(text: str, left: Sequence[Line], setting: Setting) -> bool:
    line = left[0]
    alone = len(left) == 1 or left[1].after_gap
    sentence = line.text.endswith((".", ";", ":"))
    return alone and not line.after_gap and len(text) > _LONG and not sentence and line.number not in setting.apart


def _heading(left: Sequence[Line], setting: Setting) -> Line | None:
    """The last line above an entry if it could be its heading: short, on its own, no sentence."""
    line = left[-1] if left else None
    if line is None or line.number in setting.apart or not (line.after_gap or len(left) == 1):
        return None
    starts_well = line.text[:1].isupper() or line.text[:1].isdigit() or line.text[:1] in _OPENING
    short = len(line.text) <= _HEADING_LENGTH and not line.text.endswith((".", ";", ","))
    return line if starts_well and short else None


def remarks_on_text(text: Sequence[Line], setting: Setting) -> list[Remark]:
    """Remarks on the lines that went into no item, by what they look like."""
    every = frozenset(line.number for line in text)
    fields, captions = every & setting.fields, every & setting.captions
    numbered = {line.number for line in text if line.text[:1].isdigit() or readings(line.text)} - fields - captions
    found = {
        "fields": fields,
        "captions": captions,
        "not-taken": numbered,
        "running-text": every - fields - captions - numbered,
    }
    return [Remark(noted(key), tuple(sorted(numbers))) for key, numbers in found.items() if numbers]
