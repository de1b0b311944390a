"""Pages of the web as paragraphs: without menus, with the numbers of lists, tables as rows of cells."""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from html.parser import HTMLParser

from pan2kg.extract import document as doc
from pan2kg.extract.document import Remark, canonical
from pan2kg.extract.numbering import BULLET
from pan2kg.extract.paragraphs import (
    LIST_FORMS,
    Paragraph,
    ParagraphReading,
    Run,
    bold_lead,
    number_as,
    text_of,
)

_CHARSET = re.compile(rb"<meta[^>]{0,200}charset=[\"']?\s*([\w-]{1,40})", re.IGNORECASE)
_LEFT_OUT = {"script", "style", "template", "noscript", "svg", "select", "head", "iframe"}
_ASIDE = {"nav", "header", "footer"}
_ENDS_PARAGRAPH = {
    "p", "div", "li", "ul", "ol", "dl", "dt", "dd", "table", "section", "article", "main", "aside", "blockquote", "hr",
    "figure", "figcaption", "pre", "address", "form", "fieldset", "h1", "h2", "h3", "h4", "h5", "h6", "body", "html",
    "details", "summary",
}  # fmt: skip
_VOID = {
    "br",
    "hr",
    "img",
    "input",
    "meta",
    "link",
    "area",
    "base",
    "col",
    "embed",
    "source",
    "track",
    "wbr",
}
_IN_BOLD = ("b", "strong")
_WIDEST = 100  # more columns or rows a cell cannot span
_WHOLE = re.compile(r"-?\d{1,9}")


def read_html(data: bytes, source: str) -> ParagraphReading:
    """The paragraphs of a page, and how many words of menus were left out.

    Raises:
        OutlineError: it is in no encoding that is read.
    """
    charset = _CHARSET.search(data[:4096])
    text = ""
    remarks: doc.Remarks = ()
    if charset and not data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        # it may name one that is not so: then it is tried as any other text
        with suppress(LookupError, UnicodeDecodeError):
            text = data.decode(charset[1].decode("ascii"))
    if not text:
        text, remarks = doc.decode_text(data, source=source)
    reader = _PageReader()
    reader.feed(text)
    reader.close()
    reader.end_paragraph()
    if reader.aside_words:
        remarks = (*remarks, Remark(doc.noted("menus-left", words=str(reader.aside_words))))
    return ParagraphReading(reader.paragraphs, remarks=remarks)


_Attributes = Mapping[str, str]


class _OpenTable:
    """A table that is being read, and its open cell; a cell that spans others leaves these empty."""

    def __init__(self) -> None:
        self.rows: list[list[str]] = []
        self.cell: list[str] | None = None
        self._columns_wide = 1
        self._rows_high = 1
        # how many rows a column has that a cell spans to its end
        self._covered: dict[int, int] = {}

    def begin(self, tag: str, attributes: _Attributes) -> None:
        if tag == "tr":
            self.end_cell()
            self.rows.append([])
        elif tag in ("td", "th"):
            self.end_cell()
            self.cell = []
            self._columns_wide = _span(attributes, "colspan")
            self._rows_high = _span(attributes, "rowspan")
            self.rows = self.rows or [[]]

    def end_cell(self) -> None:
        if self.cell is None:
            return
        row = self.rows[-1]
        text = canonical("".join(self.cell))
        self.cell = None
        while self._covered.get(len(row), 0) >= len(self.rows):
            row.append("")
        for at in range(self._columns_wide):
            if self._rows_high > 1:
                self._covered[len(row)] = len(self.rows) + self._rows_high - 1
            row.append("" if at else text)


def _span(attributes: _Attributes, name: str) -> int:
    return min(max(_whole(attributes.get(name, ""), 1), 1), _WIDEST)


def _whole(text: str, default: int) -> int:
    """The whole number an attribute holds; pages of the web hold anything."""
    return int(text) if _WHOLE.fullmatch(text) else default


@dataclass
class _OpenList:
    """A list that is being read: the form of its numbers, empty for bullets, and the latest of them."""

    form: str
    latest: int

    def next_number(self, attributes: _Attributes) -> str:
        """The number of the next item as printed, or a bullet."""
        if not self.form:
            return BULLET
        value = _whole(attributes.get("value", ""), -1)
        self.latest = value if value >= 0 else self.latest + 1
        return f"{number_as(self.latest, self.form)}."


class _PageReader(HTMLParser):
    """Collects the paragraphs of a page while its tags are read."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.paragraphs: list[Paragraph] = []
        self.aside_words = 0
        self._runs: list[Run] = []
        self._outline: int | None = None
        self._number = ""
        self._depth = 0
        self._lists: list[_OpenList] = []
        self._tables: list[_OpenTable] = []
        self._bold = 0
        self._hidden: list[str] = []
        self._aside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            if tag == "hr":
                self.end_paragraph()
            elif tag == "br":
                self.handle_data(" ")
            return
        if self._hidden or tag in _LEFT_OUT:
            self._hidden.append(tag)
            return
        if tag in _ASIDE:
            self.end_paragraph()
            self._aside.append(tag)
        attributes = {name: value or "" for name, value in attrs}
        if tag in _ENDS_PARAGRAPH:
            cell = self._open_cell
            if cell is not None:
                cell.append(" ")
            else:
                self._begin(tag, attributes)
        if tag in _IN_BOLD:
            self._bold += 1
        elif tag == "table":
            self.end_paragraph()
            self._tables.append(_OpenTable())
        elif self._tables:
            self._tables[-1].begin(tag, attributes)

    def _begin(self, tag: str, attributes: _Attributes) -> None:
        is_empty_item = self._number and not any(run.words.strip() for run in self._runs)
        if not (is_empty_item and tag in ("p", "div")):
            self.end_paragraph()
        if re.fullmatch("h[1-6]", tag):
            self._outline = int(tag[1])
        elif tag == "ul":
            self._lists.append(_OpenList("", 0))
        elif tag == "ol":
            form = LIST_FORMS.get(attributes.get("type", "1"), "decimal")
            self._lists.append(_OpenList(form, _whole(attributes.get("start", ""), 1) - 1))
        elif tag == "li":
            self._depth = max(len(self._lists), 1)
            self._number = self._lists[-1].next_number(attributes) if self._lists else BULLET

    def handle_endtag(self, tag: str) -> None:
        if self._hidden:
            self._end_hidden(tag)
            return
        if self._aside and tag == self._aside[-1]:
            self._aside.pop()
        if tag in _IN_BOLD:
            self._bold = max(self._bold - 1, 0)
        elif self._tables and tag in ("td", "th", "tr"):
            self._tables[-1].end_cell()
        elif self._tables and tag == "table":
            self._end_table()
        elif tag in _ENDS_PARAGRAPH and self._open_cell is None:
            self.end_paragraph()
            if tag in ("ul", "ol") and self._lists:
                self._lists.pop()

    def _end_hidden(self, tag: str) -> None:
        """Ends the innermost hidden element of a name with those that are open within it."""
        for at in reversed(range(len(self._hidden))):
            if self._hidden[at] == tag:
                del self._hidden[at:]
                return

    def _end_table(self) -> None:
        table = self._tables.pop()
        table.end_cell()
        rows = [row for row in table.rows if any(row)]
        cell = self._open_cell
        if cell is not None:
            # a table within a table is text of its cell
            cell.append(" " + " ".join(" ".join(row) for row in rows) + " ")
        elif rows:
            self.paragraphs.append(Paragraph("", kind="table", rows=doc.table_block(rows).rows))

    @property
    def _open_cell(self) -> list[str] | None:
        """What stands so far in the cell that is open, None outside of cells."""
        return self._tables[-1].cell if self._tables else None

    def handle_data(self, data: str) -> None:
        if self._hidden:
            return
        cell = self._open_cell
        if self._aside:
            self.aside_words += len(data.split())
        elif cell is not None:
            cell.append(data)
        else:
            self._runs.append(Run(data, self._bold > 0))

    def end_paragraph(self) -> None:
        text = text_of(self._runs)
        if text:
            bold = bold_lead(self._runs)
            paragraph = Paragraph(
                text,
                number=self._number,
                outline=self._outline,
                depth=self._depth if self._number else 0,
                bold=bold.is_whole,
                lead=bold.lead,
            )
            self.paragraphs.append(paragraph)
        self._runs = []
        self._number = ""
        self._outline = None
        self._depth = 0
