"""Plain text and Markdown as blocks.

A plain text says nothing of headings and items: numbers that the other lines bear out begin items,
and their titles may be wrapped. A text in Markdown marks its headings and tables; what stands
between them is read as plain text.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pan2kg.errors import OutlineError, Place
from pan2kg.extract import document as doc, numbering, signs
from pan2kg.extract.document import DocumentBlock, canonical
from pan2kg.extract.numbering import BULLET, Marker
from pan2kg.extract.paragraphs import HEADING_LENGTH

_BREAK = re.compile(r"\r\n|\n|\r")
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_SEPARATOR = re.compile("[\v\u0085\u2028\u2029]")
_BINARY = re.compile("[\0\ud800-\udfff]")
_MARKDOWN_SIGNS = re.compile(r"^#{1,6}\s+|\*\*")
_ROMAN_PAGE = re.compile(r"(?<=[.…_\s])[ivxl]{1,6}$")
_DOTS = " \t\u00a0\u202f.…_·"
_PAGE_NUMBER = re.compile(
    r"""
    (?:[-–—]\s*)?\d{1,4}(?:\s*[-–—])?  # “– 12 –”
    | \d{1,4}\s*/\s*\d{1,4}           # “12/40”
    | (?:page|seite|pagina|página|p\.)\s*\d{1,4}(?:\s*(?:/|sur|of|von|di|de)\s*\d{1,4})?
    """,
    re.IGNORECASE | re.VERBOSE,
)
_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*$")
_ROW = re.compile(r"\|.*\|")
_RULE = re.compile(r"\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?")
_EMPHASIS = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_FIELD_LABEL = re.compile(r"([^\W\d_][^:.]{1,40}?)\s*:(?:\s|$)")
_OPENING = '«“„([‘"¿¡'
_LOOKED_AT = 1000  # more characters than decide how a line goes on


@dataclass(frozen=True, slots=True)
class _TextLine:
    """A line without what belongs to the page; its text ends with a soft hyphen where it broke inside a word.

    A line that is ``paged`` led to a page, as in a list of contents: its leader and the number are
    left out. ``indent`` and ``width`` are in characters of the line as printed.
    """

    number: int
    text: str
    after_gap: bool
    paged: bool
    indent: int
    width: int

    @classmethod
    def of(cls, number: int, printed: str, *, after_gap: bool) -> "_TextLine":
        clean = _CONTROL.sub("", _INVISIBLE.sub("", printed.replace("\f", "")))
        clean = unicodedata.normalize("NFC", _SEPARATOR.sub(" ", clean)).rstrip()
        words = _MARKDOWN_SIGNS.sub("", clean.lstrip())
        entry = _contents_entry(words)
        if entry is not None:
            words = entry
        is_broken = words.endswith(doc.SOFT_HYPHEN)
        plain = re.sub(r"[ \t]{2,}|\t", " ", words.replace(doc.SOFT_HYPHEN, "")).strip()
        expanded = clean.expandtabs(8)
        return cls(
            number,
            plain + doc.SOFT_HYPHEN * is_broken,
            after_gap=after_gap,
            paged=entry is not None,
            indent=len(expanded) - len(expanded.lstrip()),
            width=len(expanded),
        )


def _contents_entry(line: str) -> str | None:
    """The words of an entry of a list of contents, without leader and page; None where a line is none.

    >>> _contents_entry("1. Former les juges ....... 12"), _contents_entry("Le délai est 2026")
    ('1. Former les juges', None)
    """
    words = line.rstrip("0123456789")
    page = line[len(words) :]
    roman = _ROMAN_PAGE.search(line)
    if roman:
        words = line[: roman.start()]
        page = roman[0]
    entry = words.rstrip(_DOTS)
    leader = words[len(entry) :]
    dots = sum(3 if char == "…" else char in "._·" for char in leader)
    if not page:
        is_entry = dots >= 4
    elif dots >= 3 and len(page) < 5:
        is_entry = True
    else:
        # a number that is set off at the right, if it may be one of a page
        is_set_off = "\t" in leader or len(leader) - dots >= 3
        is_entry = is_set_off and entry != "" and page.isdigit() and len(page) < 4
    return entry if is_entry else None


def read_plain(text: str, *, source: str, markdown: bool = False) -> Iterator[DocumentBlock]:
    """The blocks of a plain text, or of one in Markdown, with its headings and tables.

    >>> [(block.kind, block.text) for block in read_plain("# Plan\\n1. Lier", source="", markdown=True)]
    [('heading', 'Plan'), ('item', '1. Lier')]

    Raises:
        OutlineError: a line holds what stands in no text.
    """
    if markdown:
        yield from _markdown_blocks(text, source)
    else:
        lines = _text_lines(text, source)
        yield from _TextFlow(lines, text, has_titles=True).blocks()


def _printed_lines(text: str) -> list[str]:
    """The lines of a text, which are numbered so; what parts pages or sentences parts no lines."""
    return _BREAK.split(text.removeprefix("\ufeff"))


def _text_lines(text: str, source: str) -> list[_TextLine]:
    lines = []
    after_gap = True
    for number, printed in enumerate(_printed_lines(text), 1):
        if _BINARY.search(printed):
            raise OutlineError("binary-file", place=Place(source, number), remedy="save-as-utf8")
        line = _TextLine.of(number, printed, after_gap=after_gap or "\f" in printed)
        after_gap = not line.text and not line.paged
        if not after_gap:
            lines.append(line)
    return lines


def _markdown_blocks(text: str, source: str) -> Iterator[DocumentBlock]:
    printed = _printed_lines(text)
    run: list[_TextLine] = []
    rows: list[list[str]] = []
    for line in _text_lines(_EMPHASIS.sub(r"\2", text), source):
        marked = printed[line.number - 1].strip()
        heading = _HEADING.fullmatch(marked)
        is_row = _ROW.fullmatch(marked) is not None
        if rows and (not is_row or line.after_gap):
            yield doc.table_block(rows)
            rows = []
        if heading or is_row:
            yield from _TextFlow(run, text).blocks()
            run = []
        if heading:
            yield _markdown_heading(heading)
        elif not is_row:
            run.append(line)
        elif not _RULE.fullmatch(marked):
            rows.append(_markdown_cells(marked))
    yield from _TextFlow(run, text).blocks()
    if rows:
        yield doc.table_block(rows)


def _markdown_heading(heading: re.Match[str]) -> DocumentBlock:
    words = canonical(_EMPHASIS.sub(r"\2", heading[2]))
    marker = numbering.marked(words)
    number = marker.number if marker else ""
    return DocumentBlock(None, None, "heading", words, len(heading[1]), number)


def _markdown_cells(row: str) -> list[str]:
    return [canonical(_EMPHASIS.sub(r"\2", cell)) for cell in row.strip("|").split("|")]


class _JoinedLines:
    """Lines put together as :func:`doc.joined` puts two, however many: what stands far before the end is not moved."""

    def __init__(self, start: str, text: str) -> None:
        self.end = start
        self._finished: list[str] = []
        self._text = text

    def add(self, line: str) -> None:
        self.end = doc.joined(self.end, line, text=self._text)
        if len(self.end) > 2 * _LOOKED_AT:
            cut = len(self.end) - _LOOKED_AT
            while self.end[cut].isspace():  # an end that begins with a space would lose it
                cut -= 1
            self._finished.append(self.end[:cut])
            self.end = self.end[cut:]

    def __str__(self) -> str:
        return "".join([*self._finished, self.end])


class _TextFlow:
    """The lines of a plain text as blocks; what the start of a line is, is known by the number of the line."""

    def __init__(self, lines: Sequence[_TextLine], text: str, *, has_titles: bool = False) -> None:
        self.lines = [line for line in lines if not _PAGE_NUMBER.fullmatch(line.text)]
        self.text = text
        self.has_titles = has_titles
        self.connectors = signs.words("connector", doc.block_language(text) or "")
        self.markers = numbering.resolve(self._starts())
        self.fields = self._fields()
        self.captions = {
            number for number, marker in self.markers.items() if marker.group == "caption"
        }
        for number in self.fields | self.captions:
            self.markers.pop(number, None)
        self.width = self._set_width()

    def _fields(self) -> set[int]:
        """The lines that begin with the label of a field: one that comes again, or is known and is no item."""
        labels = {line.number: self._field_label(line) for line in self.lines}
        times = Counter(labels.values())
        fields = set()
        for number, label in labels.items():
            is_again = label != "" and times[label] > 1
            if is_again or (number not in self.markers and signs.field_kind(label)):
                fields.add(number)
        return fields

    def _starts(self) -> dict[int, tuple[Marker, ...]]:
        """What the start of each line may be, by the number of the line."""
        starts = {}
        goes_on = False
        for line in self.lines:
            markers = numbering.readings(line.text)
            if goes_on and not line.after_gap:
                # “2 years later” is no item where a sentence goes on from the line above
                markers = tuple(
                    marker
                    for marker in markers
                    if not (marker.weak and marker.behind[:1].islower())
                )
            starts[line.number] = markers
            final = doc.folded(line.text).rpartition(" ")[2]
            goes_on = not markers or final in signs.words("connector")
        return starts

    def _set_width(self) -> int:
        """The width the text was set to, 0 where no lines show one: few are full, or paragraphs are one line."""
        widths = [line.width for line in self.lines if not line.paged]
        widest = max(widths, default=0)
        full = [width for width in widths if width > widest - 12]
        return widest if widest <= 120 and len(full) > 2 else 0

    def _field_label(self, line: _TextLine) -> str:
        marker = self.markers.get(line.number)
        if marker and not marker.style.is_bullet:
            return ""
        match = _FIELD_LABEL.match(marker.behind if marker else line.text)
        return doc.folded(match[1]) if match and len(match[1].split()) <= 5 else ""

    def blocks(self) -> list[DocumentBlock]:
        groups = self._without_entries(self._groups())
        headings = self._headings(groups) if self.has_titles else {}
        bullets = []
        for group in groups:
            marker = self.markers.get(group[0].number)
            if marker and marker.style.form not in bullets:
                bullets.append(marker.style.form)
        return [self._block(group, headings.get(at), bullets) for at, group in enumerate(groups)]

    def _groups(self) -> list[list[_TextLine]]:
        """The lines of each block."""
        groups: list[list[_TextLine]] = []
        text = _JoinedLines("", self.text)
        for at, line in enumerate(self.lines):
            if groups and self._joins(text, groups[-1], at):
                text.add(line.text)
                groups[-1].append(line)
            else:
                groups.append([line])
                marker = self.markers.get(line.number)
                text = _JoinedLines(marker.behind if marker else line.text, self.text)
        return groups

    def _without_entries(self, groups: Sequence[list[_TextLine]]) -> list[list[_TextLine]]:
        """The groups without entries of a list of contents that the text repeats."""
        names = [re.sub(r"\W+", " ", doc.folded(self._words(group))).strip() for group in groups]
        latest = {name: at for at, name in enumerate(names)}
        remaining = []
        for at, group in enumerate(groups):
            is_entry = any(line.paged for line in group)
            if not is_entry or latest[names[at]] == at:
                remaining.append(group)
        return remaining

    def _words(self, group: Sequence[_TextLine]) -> str:
        words = _JoinedLines(group[0].text, self.text)
        for line in group[1:]:
            words.add(line.text)
        return str(words).rstrip(doc.SOFT_HYPHEN)

    def _block(
        self, group: Sequence[_TextLine], level: int | None, bullets: Sequence[str]
    ) -> DocumentBlock:
        start = group[0]
        marker = self.markers.get(start.number)
        words = self._words(group)
        if level is not None:
            return DocumentBlock(None, None, "heading", canonical(words).rstrip(" :"), level)
        if marker is None:
            is_field = start.number in self.fields
            bullet = numbering.marked(words, bullet=True) if is_field else None
            words = bullet.behind if bullet else words
            return DocumentBlock(None, None, "paragraph", canonical(words))
        if marker.style.is_bullet:
            words = words[len(start.text) - len(marker.behind) :]
            depth = bullets.index(marker.style.form) + 1
            return DocumentBlock(None, None, "item", canonical(words), depth, BULLET)
        return DocumentBlock(None, None, "item", canonical(words), marker=marker.number)

    def _joins(self, text: _JoinedLines, group: Sequence[_TextLine], at: int) -> bool:
        """Whether the line at a place goes on with a group of lines, whose words so far are ``text``."""
        line = self.lines[at]
        start = group[0]
        if self.lines[at - 1].paged or self._begins_block(line):
            return False
        is_title = start.number in self.markers or (self.has_titles and start is self.lines[0])
        if start.number in self.captions or not is_title:
            return not line.after_gap
        if not text.end:
            return True
        if line.after_gap:
            return False
        return self._is_unfinished(text, line) or self._is_wrapped(text, start, at)

    def _begins_block(self, line: _TextLine) -> bool:
        number = line.number
        return number in self.markers or number in self.fields or number in self.captions

    def _is_unfinished(self, text: _JoinedLines, line: _TextLine) -> bool:
        """Whether the words of a title need those of the next line, or these need them."""
        if not line.text or line.text[0].islower() or text.end.endswith(doc.SOFT_HYPHEN):
            return True
        return self._is_open(str(text))

    def _is_wrapped(self, text: _JoinedLines, start: _TextLine, at: int) -> bool:
        """Whether the setting tells that a line is the next of a title: it hangs, or the one above was full."""
        if text.end.endswith((".", ":", ";")):
            return False
        line = self.lines[at]
        above = self.lines[at - 1]
        hangs = line.indent > start.indent
        width = above.width + 1 + len(line.text.split()[0])
        was_full = 0 < self.width < width
        if hangs and was_full:
            return True
        # one of both is enough for one last line
        is_last = (hangs or was_full) and self._stands_alone(start, at, hangs=hangs)
        return is_last and not line.text.endswith((".", ";", ":"))

    def _stands_alone(self, start: _TextLine, at: int, *, hangs: bool) -> bool:
        """Whether no line like the one at a place stands below it."""
        if at + 1 == len(self.lines):
            return True
        following = self.lines[at + 1]
        if following.after_gap or following.number in self.markers:
            return True
        return hangs and following.indent <= start.indent

    def _is_open(self, text: str) -> bool:
        for opening, closing in ("«»", "()", "„“", "“”"):
            if text.count(opening) > text.count(closing) and not (opening == "“" and "„" in text):
                return True
        latest = text.split()[-1]
        small = latest.islower() or (text.isupper() and len(text.split()) > 1)
        return text.endswith((",", "/", "&", "–", "-")) or (
            small and doc.folded(latest) in self.connectors
        )

    def _headings(self, groups: Sequence[Sequence[_TextLine]]) -> dict[int, int]:
        above = []
        for at, (group, following) in enumerate(pairwise(groups)):
            marker = self.markers.get(following[0].number)
            opens = marker is not None and (marker.style.is_bullet or marker.values[-1] == 1)
            if opens and group[0].after_gap and self._is_short(group, 120):
                above.append(at)
        levels = dict.fromkeys(above, 2) if len(above) > 1 else {}
        if len(groups) > 1 and self.markers and self._is_short(groups[0], HEADING_LENGTH):
            levels.setdefault(0, 1)
        return levels

    def _is_short(self, group: Sequence[_TextLine], longest: int) -> bool:
        """Whether a group may be a heading: so short, no block of another kind, no sentence, no “Contents”."""
        words = self._words(group)
        begins = words[:1].isupper() or words[:1].isdigit() or words[:1] in _OPENING
        if not begins or len(words) > longest or self._begins_block(group[0]):
            return False
        if words.endswith((".", ";", ",", ":")) and len(words.split()) > 4:
            return False
        return doc.folded(words).rstrip(" :") not in signs.words("contents")
