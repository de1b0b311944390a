"""Word documents (docx) and OpenDocument texts (odt): paragraphs with their automatic numbers, headings, tables, notes.

Word keeps “1.1” in the numbering of the style and not in the text, and plans live on it: so the
counters are run here as Word runs them (ECMA-376, part 1, 17.9), those of OpenDocument as its
office does (ODF 1.3, part 3).

A document of 0.3 MB can unpack to 300 MB, and a document type can make a megabyte of text of ten
lines; a published plan needs neither.
"""

import io
import math
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, NamedTuple
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

from pan2kg.errors import OutlineError, Place
from pan2kg.extract.document import canonical
from pan2kg.extract.markup import LIST_FORMS, Paragraph, Run, bold_lead, number_as
from pan2kg.extract.numbering import BULLET

MEGABYTE: Final = 1_000_000
# more columns a cell cannot span: a spreadsheet's empty rest of a row is no part of a table
_SPANS_LIMIT: Final = 100
_DAMAGED: Final = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    KeyError,
    ValueError,
)


class Package:
    def __init__(self, data: bytes, source: str, unpacked: int) -> None:
        self.source = source
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
            entries = self._archive.infolist()
        except _DAMAGED:
            raise damaged(source) from None
        if any(entry.flag_bits & 1 for entry in entries):
            raise OutlineError(
                "password-needed", place=Place(source), remedy="save-without-password"
            )
        size = sum(entry.file_size for entry in entries)
        if size > unpacked * MEGABYTE:
            raise too_large(source, size, unpacked)

    def tree(self, name: str) -> Element:
        if name not in self._archive.namelist():
            return Element("none")
        builder = _WithoutDoctype()
        builder.source = self.source
        parser = XMLParser(target=builder)  # noqa: S314 - document types are refused
        try:
            parser.feed(self._archive.read(name))
            root: Element = parser.close()
        except ParseError as error:
            raise damaged(self.source, error.position[0]) from None
        except _DAMAGED:
            raise damaged(self.source) from None
        return root

    def whole(self, value: str, default: int) -> int:
        """The whole number an attribute holds, ``default`` where it is empty.

        Raises:
            OutlineError: it holds something else.
        """
        try:
            return int(value) if value else default
        except ValueError:
            raise damaged(self.source) from None

    def size(self, value: str, default: float) -> float:
        """The size an attribute holds, as :meth:`whole`."""
        try:
            size = float(value) if value else default
        except ValueError:
            raise damaged(self.source) from None
        if not math.isfinite(size):
            raise damaged(self.source)
        return size


class _WithoutDoctype(TreeBuilder):
    source = ""

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:  # noqa: ARG002 - the parser's call
        raise OutlineError("has-document-type", place=Place(self.source), remedy="save-again")


def damaged(source: str, line: int | None = None) -> OutlineError:
    return OutlineError("damaged-document", place=Place(source, line), remedy="save-again")


def too_large(source: str, size: int, limit: int) -> OutlineError:
    values = {"megabytes": str(size // MEGABYTE), "limit": limit}
    return OutlineError(
        "unpacks-too-large", place=Place(source), remedy="give-smaller-file", **values
    )


def _cell_text(paragraphs: Iterable[Paragraph]) -> str:
    """The text of a cell with the numbers of its paragraphs; a table within it is text of the cell."""
    words: list[str] = []
    for paragraph in paragraphs:
        for row in paragraph.rows:
            words += row
        if paragraph.kind != "table":
            if paragraph.number != BULLET:
                words.append(paragraph.number)
            words.append(paragraph.text)
    return canonical(" ".join(words))


# Word

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_NOT_READ: Final = {f"{_W}del", f"{_W}moveFrom", f"{_W}instrText", f"{_W}delText", _FALLBACK}
_PAGE_BREAK: Final = f"{_W}lastRenderedPageBreak"
_LEVELS: Final = 9  # a deeper outline is that of the body of a text
_HEADING_NAME: Final = re.compile(r"heading ([1-9])", re.IGNORECASE)
_CONTENTS_NAME: Final = re.compile(
    r"toc \d|table of (?:figures|authorities)|toc heading", re.IGNORECASE
)


class _WordLevel(NamedTuple):
    """A level of a list: its form, its text with places such as %1, and what it starts with.

    ``is_decimal`` where the levels above are counted in digits, whatever their forms.
    """

    form: str
    pattern: str
    start: int
    is_decimal: bool


class _WordList(NamedTuple):
    """A list: the key of the counters it shares with others, its levels, and what it starts anew with."""

    shared: str
    levels: Mapping[int, _WordLevel]
    anew: Mapping[int, int]


class _WordNumber(NamedTuple):
    """Which list a paragraph is an item of, and on which level, from 0; list "" and "0" are none."""

    identifier: str
    level: int

    @property
    def is_listed(self) -> bool:
        return self.identifier not in ("", "0")


class _WordRun(NamedTuple):
    text: str
    bold: bool
    size: float


class _WordStyle(NamedTuple):
    name: str = ""
    outline: int | None = None
    number: _WordNumber | None = None
    bold: bool = False
    size: float = 0


def read_word(package: Package) -> tuple[list[Paragraph], int | None, int]:
    """The paragraphs, how many pages there are where that is known, and the lines of contents left out."""
    body = package.tree("word/document.xml").find(f"{_W}body")
    if body is None:
        raise damaged(package.source)
    reader = _WordReader(package)
    paragraphs = list(reader.flow(body))
    pages = reader.page if reader.page > 1 else None
    if pages is None:
        paragraphs = [replace(paragraph, page=None) for paragraph in paragraphs]
    return paragraphs + list(_word_notes(package)), pages, reader.contents


def _word_notes(package: Package) -> Iterator[Paragraph]:
    for entry in ("footnotes", "endnotes"):
        for note in package.tree(f"word/{entry}.xml"):
            text = canonical(" ".join(map(_word_text, note.iter(f"{_W}p"))))
            # those with a type are lines that part notes from the text
            if text and note.get(f"{_W}type") is None:
                yield Paragraph(text, kind="note")


def _value(properties: Element | None, name: str) -> str:
    element = properties.find(f"{_W}{name}") if properties is not None else None
    return element.get(f"{_W}val", "") if element is not None else ""


def _is_on(element: Element | None) -> bool:
    return element is not None and element.get(f"{_W}val", "1") not in ("0", "false", "none")


def _is_bold(look: Element | None, *, default: bool) -> bool:
    weight = look.find(f"{_W}b") if look is not None else None
    return default if weight is None else _is_on(weight)


def _begins_with_break(element: Element) -> bool:
    """Whether a page begins before the first word of a paragraph."""
    for inner in _own(element):
        if inner.tag == _PAGE_BREAK:
            return True
        if inner.tag == f"{_W}t" and (inner.text or "").strip():
            return False
    return False


def _boxes(element: Element) -> Iterator[Element]:
    """The boxes with text in a paragraph, without those for programs that know no boxes."""
    repeated = set[Element]()
    for fallback in element.iter(_FALLBACK):
        repeated.update(fallback.iter(f"{_W}txbxContent"))
    for box in element.iter(f"{_W}txbxContent"):
        if box not in repeated:
            yield box


def _own(element: Element) -> Iterator[Element]:
    for child in element:
        if child.tag not in _NOT_READ and child.tag != f"{_W}txbxContent":
            yield child
            yield from _own(child)


def _word_text(element: Element) -> str:
    if element.tag == f"{_W}r" and _is_on(element.find(f"{_W}rPr/{_W}vanish")):
        return ""
    spaces = {f"{_W}tab": " ", f"{_W}br": " ", f"{_W}cr": " ", f"{_W}noBreakHyphen": "-"}
    return "".join(
        (inner.text or "") if inner.tag == f"{_W}t" else spaces.get(inner.tag, "")
        for inner in _own(element)
    )


def _inside(parent: Element, tag: str) -> Iterator[Element]:
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag not in _NOT_READ and child.tag != f"{_W}pPr":
            yield from _inside(child, tag)


class _WordReader:
    def __init__(self, package: Package) -> None:
        self.package = package
        self.page = 1
        self.contents = 0
        self.counters: dict[str, dict[int, int]] = {}
        self.begun: set[str] = set()
        styles = package.tree("word/styles.xml")
        self._raw = {style.get(f"{_W}styleId", ""): style for style in styles.iter(f"{_W}style")}
        size = _value(styles.find(f"{_W}docDefaults/{_W}rPrDefault/{_W}rPr"), "sz")
        self._plain = _WordStyle(size=self._points(size, 10))
        self.styles: dict[str, _WordStyle] = {}
        for key in self._raw:
            self._style(key, frozenset())
        self.default = self._default()
        self.lists = self._lists(package.tree("word/numbering.xml"))

    def _points(self, half_points: str, default: float) -> float:
        return self.package.size(half_points, 2 * default) / 2

    def _default(self) -> _WordStyle:
        """The style of paragraphs that name none: the first that is said to be it."""
        for key, element in self._raw.items():
            is_default = element.get(f"{_W}default") == "1"
            if is_default and element.get(f"{_W}type") == "paragraph":
                return self.styles[key]
        return self._plain

    def _lists(self, numbering: Element) -> dict[str, _WordList]:
        shared: dict[str, Mapping[int, _WordLevel]] = {}
        for element in numbering.iter(f"{_W}abstractNum"):
            shared[element.get(f"{_W}abstractNumId", "")] = self._levels(element)
        lists: dict[str, _WordList] = {}
        for number in numbering.iter(f"{_W}num"):
            abstract = _value(number, "abstractNumId")
            levels = dict(shared.get(abstract, {}))
            anew: dict[int, int] = {}
            for override in number.iter(f"{_W}lvlOverride"):
                levels |= self._levels(override)
                if start := _value(override, "startOverride"):
                    level = self.package.whole(override.get(f"{_W}ilvl", ""), 0)
                    anew[level] = self.package.whole(start, 1)
            lists[number.get(f"{_W}numId", "")] = _WordList(abstract, levels, anew)
        return lists

    def _levels(self, element: Element) -> dict[int, _WordLevel]:
        levels: dict[int, _WordLevel] = {}
        for level in element.findall(f"{_W}lvl"):
            levels[self.package.whole(level.get(f"{_W}ilvl", ""), 0)] = _WordLevel(
                form=_value(level, "numFmt") or "decimal",
                pattern=_value(level, "lvlText"),
                start=self.package.whole(_value(level, "start"), 1),
                is_decimal=_is_on(level.find(f"{_W}isLgl")),
            )
        return levels

    def _style(self, key: str, below: frozenset[str]) -> _WordStyle:
        element = self._raw.get(key)
        if element is None or key in below:
            return self._plain
        if key not in self.styles:
            above = self._style(_value(element, "basedOn"), below | {key})
            name = _value(element, "name")
            paragraph = element.find(f"{_W}pPr")
            run = element.find(f"{_W}rPr")
            self.styles[key] = _WordStyle(
                name,
                self._style_outline(name, paragraph, above),
                self._listed(paragraph, above, 0),
                _is_bold(run, default=above.bold),
                self._points(_value(run, "sz"), above.size),
            )
        return self.styles[key]

    def _style_outline(self, name: str, paragraph: Element | None, above: _WordStyle) -> int | None:
        """The level of headings of a style: by its name, else as it says, else that of the style it is based on."""
        if heading := _HEADING_NAME.fullmatch(name):
            return int(heading[1])
        if name.lower() == "title":
            return 0
        return self._outline(paragraph, above)

    def flow(self, parent: Element) -> Iterator[Paragraph]:
        for child in parent:
            if child.tag == f"{_W}p":
                yield from self._paragraph(child)
            elif child.tag == f"{_W}tbl":
                rows = tuple(tuple(self._cells(row)) for row in child.iter(f"{_W}tr"))
                yield Paragraph("", self.page, kind="table", rows=rows)
            elif child.tag not in _NOT_READ:
                yield from self.flow(child)

    def _cells(self, row: Element) -> list[str]:
        cells: list[str] = []
        for cell in _inside(row, f"{_W}tc"):
            text = _cell_text(self.flow(cell))
            merged = cell.find(f"{_W}tcPr/{_W}vMerge")
            if merged is not None and merged.get(f"{_W}val", "continue") == "continue":
                text = ""  # it goes on with the cell above
            span = self.package.whole(_value(cell.find(f"{_W}tcPr"), "gridSpan"), 1)
            cells += [text, *[""] * (min(span, _SPANS_LIMIT) - 1)]
        return cells

    def _paragraph(self, element: Element) -> Iterator[Paragraph]:
        properties = element.find(f"{_W}pPr")
        style = self.styles.get(_value(properties, "pStyle"), self.default)
        runs = [self._run(run, style) for run in _inside(element, f"{_W}r")]
        text = canonical("".join(run.text for run in runs))
        page = self._turn_pages(element)
        listed = self._listed(properties, style, style.number.level if style.number else 0)
        number = self._number(listed) if text and listed else ""
        if _CONTENTS_NAME.match(style.name):
            self.contents += 1
        elif text:
            bold, lead = bold_lead((run.text, run.bold) for run in runs)
            yield Paragraph(
                text,
                page,
                None,
                number,
                self._outline(properties, style),
                size=max((run.size for run in runs if run.text.strip()), default=0),
                bold=bold,
                lead=lead,
                depth=listed.level + 1 if listed and listed.is_listed else 0,
            )
        for box in _boxes(element):
            yield from self.flow(box)

    def _run(self, run: Element, style: _WordStyle) -> _WordRun:
        look = run.find(f"{_W}rPr")
        size = self._points(_value(look, "sz"), style.size)
        return _WordRun(_word_text(run), _is_bold(look, default=style.bold), size)

    def _turn_pages(self, element: Element) -> int:
        """Counts the pages that begin in a paragraph, and gives the one its first word stands on."""
        page = self.page
        breaks = sum(1 for _ in element.iter(_PAGE_BREAK))
        self.page += breaks
        begins_page = breaks > 0 and _begins_with_break(element)
        return page + 1 if begins_page else page

    def _outline(self, properties: Element | None, style: _WordStyle) -> int | None:
        level = _value(properties, "outlineLvl")
        if not level:
            return style.outline
        outline = self.package.whole(level, 0) + 1
        return outline if outline <= _LEVELS else None

    def _listed(
        self, properties: Element | None, style: _WordStyle, level: int
    ) -> _WordNumber | None:
        """Which list something is an item of: as it says, else as its style does; on ``level`` where it says none."""
        number = properties.find(f"{_W}numPr") if properties is not None else None
        if number is None:
            return style.number
        identifier = style.number.identifier if style.number else ""
        level = self.package.whole(_value(number, "ilvl"), level)
        return _WordNumber(_value(number, "numId") or identifier, level)

    def _number(self, listed: _WordNumber) -> str:
        """The number of the next item of a list, as printed, a bullet or nothing."""
        numbered = self.lists.get(listed.identifier)
        if numbered is None or not listed.is_listed or listed.level not in numbered.levels:
            return ""
        levels = numbered.levels
        level = levels[listed.level]
        counters = self.counters.setdefault(numbered.shared, {})
        if listed.identifier not in self.begun:
            self.begun.add(listed.identifier)
            counters |= {at: start - 1 for at, start in numbered.anew.items()}
        counters[listed.level] = counters.get(listed.level, level.start - 1) + 1
        for deeper in [at for at in counters if at > listed.level]:
            del counters[deeper]
        if level.form == "bullet":
            return BULLET

        def printed(place: re.Match[str]) -> str:
            at = int(place[1]) - 1
            counted = levels.get(at, level)
            form = "decimal" if level.is_decimal and at < listed.level else counted.form
            return number_as(counters.setdefault(at, counted.start), form)

        return canonical(re.sub(r"%([1-9])", printed, level.pattern))


# OpenDocument

_BASE: Final = "urn:oasis:names:tc:opendocument:xmlns:"
_TEXT: Final = f"{{{_BASE}text:1.0}}"
_TABLE: Final = f"{{{_BASE}table:1.0}}"
_STYLE: Final = f"{{{_BASE}style:1.0}}"
_FO: Final = f"{{{_BASE}xsl-fo-compatible:1.0}}"
_OFFICE: Final = f"{{{_BASE}office:1.0}}"
_DRAW: Final = f"{{{_BASE}drawing:1.0}}"
_LOEXT: Final = "{urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0}"
_XML_ID: Final = "{http://www.w3.org/XML/1998/namespace}id"
_PARAGRAPHS: Final = (f"{_TEXT}p", f"{_TEXT}h")
_INDEXES: Final = {
    f"{_TEXT}{name}"
    for name in (
        "table-of-content",
        "illustration-index",
        "table-index",
        "alphabetical-index",
        "user-index",
    )
}
_LEFT_OUT: Final = {
    f"{_TEXT}note",
    f"{_TEXT}tracked-changes",
    f"{_OFFICE}annotation",
    f"{_DRAW}frame",
    f"{_DRAW}custom-shape",
    f"{_TEXT}bibliography-mark-extension",
}


@dataclass(frozen=True, slots=True)
class _ListLevel:
    form: str
    before: str = ""
    after: str = ""
    shown: int = 1
    start: int = 1

    def printed(self, depth: int, counters: list[int], levels: "_ListLevels") -> str:
        entries = []
        for at in range(max(depth - self.shown + 1, 1), depth + 1):
            if at in levels and levels[at].form not in ("none", BULLET):
                entries.append(number_as(max(counters[at], 1), levels[at].form))
        words = ".".join(filter(None, entries))
        return f"{self.before}{words}{self.after}".strip() if words else ""


_ListLevels = dict[int, _ListLevel]


class _Setting(NamedTuple):
    bold: bool = False
    size: float = 12
    parent: str = ""


def read_opendocument(package: Package) -> tuple[list[Paragraph], int]:
    content = package.tree("content.xml")
    body = content.find(f"{_OFFICE}body/{_OFFICE}text")
    if body is None:
        raise damaged(package.source)
    reader = _OpenReader(package, content)
    paragraphs = list(reader.flow(body))
    return paragraphs + reader.notes, reader.contents


class _OpenReader:
    def __init__(self, package: Package, content: Element) -> None:
        self.package = package
        styles = package.tree("styles.xml")
        trees = (styles, content)
        self._raw: dict[str, Element] = {}
        for tree in trees:
            for style in tree.iter(f"{_STYLE}style"):
                self._raw[style.get(f"{_STYLE}name", "")] = style
        self._plain = _Setting()
        for style in styles.iter(f"{_STYLE}default-style"):
            if style.get(f"{_STYLE}family") == "paragraph":
                self._plain = self._set(style, _Setting())
                break
        self.settings: dict[str, _Setting] = {}
        for name in self._raw:
            self._setting(name, frozenset())
        self.lists: dict[str, _ListLevels] = {}
        for tree in trees:
            for listed in tree.iter(f"{_TEXT}list-style"):
                self.lists[listed.get(f"{_STYLE}name", "")] = self._list_levels(listed)
        outline = next(styles.iter(f"{_TEXT}outline-style"), None)
        self.outline = self._list_levels(outline) if outline is not None else {}
        # of lists by their identifiers, of the one being read under « * »
        self.counters: dict[str, list[int]] = {}
        self.last: dict[str, list[int]] = {}
        self.headings = [0] * 11
        self.contents = 0
        self.notes: list[Paragraph] = []

    def _list_levels(self, element: Element) -> _ListLevels:
        levels: _ListLevels = {}
        for level in element:
            at = self._whole(level, f"{_TEXT}level", 0)
            if level.tag == f"{_TEXT}list-level-style-bullet":
                levels[at] = _ListLevel(BULLET)
            elif level.tag in (f"{_TEXT}list-level-style-number", f"{_TEXT}outline-level-style"):
                levels[at] = self._numbered_level(level)
        return levels

    def _numbered_level(self, level: Element) -> _ListLevel:
        form = level.get(f"{_STYLE}num-format", "")
        pattern = level.get(f"{_LOEXT}num-list-format", "")
        before = level.get(f"{_STYLE}num-prefix", "")
        after = level.get(f"{_STYLE}num-suffix", "")
        if form and "%" in pattern:
            before = pattern.split("%")[0]
            after = pattern.rpartition("%")[2]
        return _ListLevel(
            LIST_FORMS.get(form, "none"),
            before,
            after,
            shown=self._whole(level, f"{_TEXT}display-levels", 1),
            start=self._whole(level, f"{_TEXT}start-value", 1),
        )

    def _whole(self, element: Element, name: str, default: int) -> int:
        return self.package.whole(element.get(name, ""), default)

    def _set(self, element: Element, above: _Setting) -> _Setting:
        letters = element.find(f"{_STYLE}text-properties")
        look = letters.attrib if letters is not None else {}
        weight = look.get(f"{_FO}font-weight")
        size = look.get(f"{_FO}font-size", "")
        points = above.size
        if size.endswith("pt"):
            points = self.package.size(size[:-2], points)
        elif size.endswith("%"):
            points = above.size * self.package.size(size[:-1], 100) / 100
        bold = weight in ("bold", "600", "700", "800", "900") if weight else above.bold
        return _Setting(bold, points, element.get(f"{_STYLE}parent-style-name", ""))

    def _setting(self, name: str, below: frozenset[str]) -> _Setting:
        element = self._raw.get(name)
        if element is None or name in below:
            return self._plain
        if name not in self.settings:
            above = self._setting(element.get(f"{_STYLE}parent-style-name", ""), below | {name})
            self.settings[name] = self._set(element, above)
        return self.settings[name]

    def flow(self, parent: Element) -> Iterator[Paragraph]:
        for child in parent:
            if child.tag in _PARAGRAPHS:
                yield from self._paragraph(child, "", 0)
            elif child.tag == f"{_TEXT}list":
                yield from self._list(child, "", 1)
            elif child.tag == f"{_TABLE}table":
                yield Paragraph("", kind="table", rows=tuple(self._rows(child)))
            elif child.tag in _INDEXES:
                self.contents += sum(1 for _ in child.iter(f"{_TEXT}p"))
            elif child.tag not in _LEFT_OUT:
                yield from self.flow(child)

    def _list(self, element: Element, style: str, depth: int) -> Iterator[Paragraph]:
        style = element.get(f"{_TEXT}style-name", style)
        if depth == 1:
            goes_on = self.counters.get(element.get(f"{_TEXT}continue-list", ""))
            if goes_on is None and element.get(f"{_TEXT}continue-numbering") == "true":
                goes_on = self.last.get(style)
            counters = goes_on if goes_on is not None else [-1] * 12
            self.counters["*"] = self.last[style] = counters
            if identifier := element.get(_XML_ID):
                self.counters[identifier] = counters
        for item in element:
            if item.tag == f"{_TEXT}list-header":
                yield from self.flow(item)
            elif item.tag == f"{_TEXT}list-item":
                yield from self._item(item, style, depth)

    def _item(self, item: Element, style: str, depth: int) -> Iterator[Paragraph]:
        start = item.get(f"{_TEXT}start-value", "")
        counters = self.counters["*"]
        if start.isdecimal() and depth < len(counters):
            counters[depth] = self.package.whole(start, 1) - 1
        is_first = True
        for child in item:
            if child.tag in _PARAGRAPHS:
                # the first paragraph of an item has the number
                number = self._next(style, depth) if is_first else ""
                yield from self._paragraph(child, number, depth)
                is_first = False
            elif child.tag == f"{_TEXT}list":
                yield from self._list(child, style, depth + 1)

    def _next(self, style: str, depth: int) -> str:
        levels = self.lists.get(style, {})
        counters = self.counters["*"]
        level = levels.get(depth)
        if level is None or depth >= len(counters):
            return BULLET if level is None and not levels else ""
        counters[depth] = (level.start - 1 if counters[depth] < 0 else counters[depth]) + 1
        counters[depth + 1 :] = [-1] * (len(counters) - depth - 1)
        return BULLET if level.form == BULLET else level.printed(depth, counters, levels)

    def _paragraph(self, element: Element, number: str, depth: int) -> Iterator[Paragraph]:
        name = element.get(f"{_TEXT}style-name", "")
        setting = self.settings.get(name, _Setting(size=0))
        runs = list(self._runs(element, setting))
        text = canonical("".join(words for words, _ in runs))
        outline: int | None = None
        if element.tag == f"{_TEXT}h":
            outline = self._whole(element, f"{_TEXT}outline-level", 1)
            if text and not number and element.get(f"{_TEXT}is-list-header") != "true":
                number = self._heading_number(outline)
        elif name == "Title" or setting.parent == "Title":
            outline = 0
        if text:
            bold, lead = bold_lead(runs)
            yield Paragraph(text, None, None, number, outline, depth, setting.size, bold, lead)
        for box in (*element.iter(f"{_DRAW}text-box"), *element.iter(f"{_DRAW}custom-shape")):
            yield from self.flow(box)

    def _heading_number(self, outline: int) -> str:
        """The number of the next heading of a level, as printed."""
        counters = self.headings
        if not 0 <= outline < len(counters):
            return ""
        counters[outline] += 1
        counters[outline + 1 :] = [0] * (len(counters) - outline - 1)
        level = self.outline.get(outline)
        if level is None or level.form == "none":
            return ""
        return level.printed(outline, counters, self.outline)

    def _runs(self, element: Element, setting: _Setting) -> Iterator[Run]:
        if element.text:
            yield element.text, setting.bold
        for child in element:
            if child.tag == f"{_TEXT}note":
                self._add_note(child)
            elif child.tag in (f"{_TEXT}s", f"{_TEXT}tab", f"{_TEXT}line-break"):
                yield " ", setting.bold
            elif child.tag not in _LEFT_OUT:
                setting_of = self.settings.get(child.get(f"{_TEXT}style-name", ""), setting)
                yield from self._runs(child, setting_of if child.tag == f"{_TEXT}span" else setting)
            if child.tail:
                yield child.tail, setting.bold

    def _add_note(self, note: Element) -> None:
        paragraphs = note.find(f"{_TEXT}note-body")
        if paragraphs is None:
            return
        words = canonical(" ".join("".join(inner.itertext()) for inner in paragraphs))
        if words:
            self.notes.append(Paragraph(words, kind="note"))

    def _rows(self, table: Element) -> Iterator[tuple[str, ...]]:
        for child in table:
            if child.tag in (
                f"{_TABLE}table-header-rows",
                f"{_TABLE}table-rows",
                f"{_TABLE}table-row-group",
            ):
                yield from self._rows(child)
            if child.tag != f"{_TABLE}table-row":
                continue
            cells: list[str] = []
            for cell in child:
                repeated = self._whole(cell, f"{_TABLE}number-columns-repeated", 1)
                times = min(repeated, _SPANS_LIMIT)
                if cell.tag == f"{_TABLE}table-cell":
                    cells += [_cell_text(self.flow(cell))] * times
                elif cell.tag == f"{_TABLE}covered-table-cell":
                    cells += [""] * times
            yield tuple(cells)
