"""Web pages, plain text and Markdown as blocks: headings, paragraphs, lists with their numbers, tables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

from pan2kg.extract.document import Block, BlockKind, Remark, canonical, table_text
from pan2kg.extract.layout import Line, decode_text, joined, noted, read_lines
from pan2kg.extract.numbering import Marker, readings
from pan2kg.extract.reading.paragraphs import BULLET, Paragraph, number_as, numbered

_CHARSET: Final = re.compile(rb"<meta[^>]{0,200}charset=[\"']?\s*([\w-]{1,40})", re.IGNORECASE)
_LEFT_OUT: Final = {"script", "style", "template", "noscript", "svg", "select", "head", "iframe"}
_ASIDE: Final = {"nav", "header", "footer"}
_ENDS_PARAGRAPH: Final = {
    "p", "div", "li", "ul", "ol", "dl", "dt", "dd", "table", "section", "article", "main", "aside", "blockquote", "hr",
    "figure", "figcaption", "pre", "address", "form", "fieldset", "h1", "h2", "h3", "h4", "h5", "h6", "body", "html",
    "details", "summary",
}  # fmt: skip
_FORMS: Final = {"1": "decimal", "I": "upperRoman", "i": "lowerRoman", "A": "upperLetter", "a": "lowerLetter"}
_VOID: Final = {"br", "hr", "img", "input", "meta", "link", "area", "base", "col", "embed", "source", "track", "wbr"}
_WIDEST: Final = 100


@dataclass(slots=True)
class _Listed:
    """A list that is open: its form, empty for bullets, and its last number."""

    form: str
    last: int


@dataclass(slots=True)
class _Table:
    """A table that is open: its rows, the cells still covered by one above, and the cell being read."""

    rows: list[list[str]] = field(default_factory=list)
    covered: dict[int, int] = field(default_factory=dict)
    cell: list[str] | None = None
    span: tuple[int, int] = (1, 1)


@dataclass(slots=True)
class _Text:
    """The words of a paragraph, which of them are bold, and what it is."""

    words: list[tuple[str, bool]] = field(default_factory=list)
    outline: int | None = None
    number: str = ""
    depth: int = 0


def read_html(data: bytes, source: str) -> tuple[list[Paragraph], tuple[Remark, ...]]:
    """The paragraphs of a page, and what was left out."""
    text, remarks = _decoded(data, source)
    reader = _Reader()
    reader.feed(text)
    reader.close()
    reader.end_paragraph()
    left = (Remark(noted("menus-left", words=str(reader.aside_words))),) if reader.aside_words else ()
    return reader.found, (*remarks, *left)


def _decoded(data: bytes, source: str) -> tuple[str, tuple[Remark, ...]]:
    """The text by the mark of the file, else the encoding the page names, else as any text."""
    named = _CHARSET.search(data[:4096])
    if named and not data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        try:
            return data.decode(named[1].decode("ascii")), ()
        except (LookupError, UnicodeDecodeError):
            pass  # it names one that is not so: tried as any other text
    text, remarks = decode_text(data, source=source)
    return text, tuple(Remark(one.told) for one in remarks)


class _Reader(HTMLParser):
    """Collects paragraphs while the page is gone through."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Paragraph] = []
        self.aside_words = 0
        self._text = _Text()
        self._lists: list[_Listed] = []
        self._tables: list[_Table] = []
        self._bold = 0
        self._hidden: list[str] = []
        self._aside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an element."""
        if tag in _VOID:
            self._void(tag)
            return
        if self._hidden or tag in _LEFT_OUT:
            self._hidden.append(tag)
            return
        if tag in _ASIDE:
            self.end_paragraph()
            self._aside.append(tag)
        given = {name: value or "" for name, value in attrs}
        if tag in _ENDS_PARAGRAPH:
            if self._tables and self._tables[-1].cell is not None:
                self._tables[-1].cell.append(" ")
            else:
                self._begin(tag, given)
        self._open(tag, given)

    def _void(self, tag: str) -> None:
        if tag == "hr":
            self.end_paragraph()
        elif tag == "br":
            self.handle_data(" ")

    def _begin(self, tag: str, given: dict[str, str]) -> None:
        """A paragraph ends where a block begins, but for the first one inside an item, which is its text."""
        empty_item = self._text.number and not any(words.strip() for words, _ in self._text.words)
        if not (empty_item and tag in ("p", "div")):
            self.end_paragraph()
        if re.fullmatch("h[1-6]", tag):
            self._text.outline = int(tag[1])
        elif tag == "ul":
            self._lists.append(_Listed("", 0))
        elif tag == "ol":
            start = given.get("start", "1")
            form = _FORMS.get(given.get("type", "1"), "decimal")
            self._lists.append(_Listed(form, int(start) - 1 if start.lstrip("-").isdecimal() else 0))
        elif tag == "li":
            self._text.number, self._text.depth = self._number(given), max(len(self._lists), 1)

    def _number(self, given: dict[str, str]) -> str:
        if not self._lists or not self._lists[-1].form:
            return BULLET
        listed = self._lists[-1]
        value = given.get("value", "")
        listed.last = int(value) if value.isdecimal() else listed.last + 1
        return f"{number_as(listed.last, listed.form)}."

    def _open(self, tag: str, given: dict[str, str]) -> None:
        if tag in ("b", "strong"):
            self._bold += 1
        elif tag == "table":
            self.end_paragraph()
            self._tables.append(_Table())
        elif self._tables and tag == "tr":
            self._end_cell()
            self._tables[-1].rows.append([])
        elif self._tables and tag in ("td", "th"):
            self._end_cell()
            table = self._tables[-1]
            table.cell = []
            table.span = _span(given, "colspan"), _span(given, "rowspan")
            if not table.rows:
                table.rows.append([])

    def handle_endtag(self, tag: str) -> None:
        """End an element."""
        if self._hidden:
            if tag in self._hidden:
                del self._hidden[len(self._hidden) - 1 - self._hidden[::-1].index(tag) :]
            return
        if self._aside and tag == self._aside[-1]:
            self._aside.pop()
        if tag in ("b", "strong"):
            self._bold = max(self._bold - 1, 0)
        elif tag in ("td", "th", "tr"):
            self._end_cell()
        elif tag == "table" and self._tables:
            self._end_table()
        elif tag in _ENDS_PARAGRAPH and not self._in_cell():
            self.end_paragraph()
            if tag in ("ul", "ol") and self._lists:
                self._lists.pop()

    def handle_data(self, data: str) -> None:
        """Take words."""
        if self._hidden:
            return
        if self._aside:
            self.aside_words += len(data.split())
        elif self._in_cell():
            cell = self._tables[-1].cell
            if cell is not None:
                cell.append(data)
        else:
            self._text.words.append((data, self._bold > 0))

    def _in_cell(self) -> bool:
        return bool(self._tables) and self._tables[-1].cell is not None

    def end_paragraph(self) -> None:
        """Keep the paragraph that was read, if it has words."""
        now, self._text = self._text, _Text()
        text = canonical("".join(words for words, _ in now.words))
        if not text:
            return
        bold = all(is_bold for words, is_bold in now.words if words.strip())
        lead = ""
        for words, is_bold in now.words:
            if words.strip() and not is_bold:
                break
            lead += words
        depth = now.depth if now.number else 0
        in_bold = 0 if bold else len(canonical(lead))
        self.found.append(Paragraph(text, None, None, now.number, now.outline, depth, 0, bold, in_bold))

    def _end_cell(self) -> None:
        """Put a cell into its row, behind the columns that cells of the rows above cover."""
        if not self._in_cell():
            return
        table = self._tables[-1]
        row = table.rows[-1]
        text, table.cell = canonical("".join(table.cell or [])), None
        while table.covered.get(len(row), 0) >= len(table.rows):
            row.append("")
        wide, high = table.span
        for at in range(wide):
            if high > 1:
                table.covered[len(row)] = len(table.rows) + high - 1
            row.append("" if at else text)

    def _end_table(self) -> None:
        self._end_cell()
        table = self._tables.pop()
        rows = [tuple(row) for row in table.rows if any(row)]
        if self._in_cell():  # a table within a table is text of its cell
            cell = self._tables[-1].cell
            if cell is not None:
                cell.append(" " + " ".join(" ".join(row) for row in rows) + " ")
        elif rows:
            width = max(map(len, rows))
            filled = tuple((*row, *[""] * (width - len(row))) for row in rows)
            self.found.append(Paragraph("", kind="table", rows=filled))


def _span(given: dict[str, str], name: str) -> int:
    value = given.get(name, "1")
    return min(max(int(value), 1), _WIDEST) if value.isdecimal() else 1


_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*$")
_ROW = re.compile(r"\|.*\|")
_RULE = re.compile(r"\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?")
_EMPHASIS = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")


@dataclass(slots=True)
class _Pending:
    """The lines of a block that is not at its end."""

    kind: BlockKind = "paragraph"
    text: str = ""
    marker: str = ""


def read_plain(text: str, *, markdown: bool = False, source: str = "") -> Iterator[Block]:
    """The blocks of a text.

    >>> [(block.kind, block.marker, block.text) for block in read_plain("Plan\\n\\n1. Former les\\njuges\\n• Lier\\n")]
    [('paragraph', '', 'Plan'), ('item', '1', '1. Former les juges'), ('item', '•', 'Lier')]

    Raises:
        OutlineError: the text holds a NUL or half a character.
    """
    lines, _ = read_lines(_EMPHASIS.sub(r"\2", text) if markdown else text, source=source)
    raw = text.splitlines() if markdown else []
    yield from _markdown(lines, raw, text) if markdown else _paragraphs(lines, text)


def _markdown(lines: Sequence[Line], raw: Sequence[str], text: str) -> Iterator[Block]:
    """Headings and tables between the paragraphs."""
    run: list[Line] = []
    rows: list[tuple[str, ...]] = []
    for line in lines:
        printed = raw[line.number - 1].strip() if line.number <= len(raw) else ""
        heading = _HEADING.fullmatch(printed)
        is_row = _ROW.fullmatch(printed) is not None
        if rows and (not is_row or line.after_gap):
            yield table(rows)
            rows = []
        if heading or is_row:
            yield from _paragraphs(run, text)
            run = []
        if heading:
            words = canonical(_EMPHASIS.sub(r"\2", heading[2]))
            marker = numbered(words)
            yield Block(None, None, "heading", words, len(heading[1]), marker.number if marker else "")
        elif is_row:
            if not _RULE.fullmatch(printed):
                rows.append(tuple(canonical(_EMPHASIS.sub(r"\2", cell)) for cell in printed.strip("|").split("|")))
        else:
            run.append(line)
    yield from _paragraphs(run, text)
    if rows:
        yield table(rows)


def table(rows: Sequence[tuple[str, ...]], page: int | None = None, label: str | None = None) -> Block:
    """A table as a block; rows of unequal length are filled up."""
    width = max(map(len, rows), default=0)
    filled = tuple((*row, *[""] * (width - len(row))) for row in rows)
    return Block(page, label, "table", table_text(filled), rows=filled)


def _paragraphs(lines: Sequence[Line], text: str) -> Iterator[Block]:
    pending = _Pending()
    for line in lines:
        found = next((one for one in readings(line.text) if not one.weak), None)
        if line.is_page_number:
            continue
        if pending.text and (line.after_gap or found):
            yield _block(pending)
            pending = _Pending()
        if not pending.text:
            bullet = found is not None and found.style.is_bullet
            words = found.rest if found and bullet else line.text
            pending = _Pending("item" if found else "paragraph", words, _marker(found))
        else:
            pending.text, _ = joined(pending.text, line.text, text=text)
    if pending.text:
        yield _block(pending)


def _marker(found: Marker | None) -> str:
    return (found.number or found.style.form) if found else ""


def _block(pending: _Pending) -> Block:
    return Block(None, None, pending.kind, canonical(pending.text), marker=pending.marker)
