"""Word documents (docx): paragraphs with their automatic numbers, headings, tables, notes.

Word keeps “1.1” in the numbering of the style and not in the text, and plans live on it: so the
counters are run here as Word runs them (ECMA-376, part 1, 17.9).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple
from xml.etree.ElementTree import Element

from pan2kg.extract.document import canonical
from pan2kg.extract.numbering import BULLET
from pan2kg.extract.package import SPANS_LIMIT, Package, cell_text, damaged
from pan2kg.extract.paragraphs import (
    Paragraph,
    ParagraphReading,
    Run,
    bold_lead,
    number_as,
    text_of,
)

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_NOT_READ = {"del", "moveFrom", "instrText", "delText", _FALLBACK}
_PAGE_BREAK = "lastRenderedPageBreak"
_LEVELS = 9  # a deeper outline is that of the body of a text
_HEADING_NAME = re.compile(r"heading ([1-9])", re.IGNORECASE)
_CONTENTS_NAME = re.compile(r"toc \d|table of (?:figures|authorities)|toc heading", re.IGNORECASE)


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
    """A run, and its size in points."""

    run: Run
    size: float


class _WordStyle(NamedTuple):
    """A style of paragraphs: the level of headings and the list it belongs to, how it is set, its size in points."""

    name: str = ""
    outline: int | None = None
    number: _WordNumber | None = None
    bold: bool = False
    size: float = 0


def read_word(package: Package) -> ParagraphReading:
    """The paragraphs and notes of a document, without its list of contents.

    Raises:
        OutlineError: the document is damaged.
    """
    body = _tree(package, "word/document.xml").find("body")
    if body is None:
        raise damaged(package.source)
    reader = _WordReader(package)
    paragraphs = list(reader.flow(body))
    pages = reader.page if reader.page > 1 else None
    if pages is None:
        paragraphs = [replace(paragraph, page=None) for paragraph in paragraphs]
    return ParagraphReading(paragraphs + list(_word_notes(package)), pages, reader.contents)


def _tree(package: Package, name: str) -> Element:
    """A part of a document whose tags and attributes have no namespace where that is Word’s own."""
    root = package.tree(name)
    for element in root.iter():
        element.tag = element.tag.removeprefix(_WORD)
        attributes = element.attrib
        element.attrib = {key.removeprefix(_WORD): value for key, value in attributes.items()}
    return root


def _word_notes(package: Package) -> Iterator[Paragraph]:
    for entry in ("footnotes", "endnotes"):
        for note in _tree(package, f"word/{entry}.xml"):
            text = canonical(" ".join(map(_word_text, note.iter("p"))))
            # those with a type are lines that part notes from the text
            if text and note.get("type") is None:
                yield Paragraph(text, kind="note")


def _value(properties: Element | None, name: str) -> str:
    element = properties.find(name) if properties is not None else None
    return element.get("val", "") if element is not None else ""


def _is_on(element: Element | None) -> bool:
    return element is not None and element.get("val", "1") not in ("0", "false", "none")


def _is_bold(look: Element | None, *, default: bool) -> bool:
    weight = look.find("b") if look is not None else None
    return default if weight is None else _is_on(weight)


def _begins_with_break(element: Element) -> bool:
    """Whether a page begins before the first word of a paragraph."""
    for inner in _own(element):
        if inner.tag == _PAGE_BREAK:
            return True
        if inner.tag == "t" and (inner.text or "").strip():
            return False
    return False


def _boxes(element: Element) -> Iterator[Element]:
    """The boxes with text in a paragraph, without those for programs that know no boxes."""
    repeated = set[Element]()
    for fallback in element.iter(_FALLBACK):
        repeated.update(fallback.iter("txbxContent"))
    for box in element.iter("txbxContent"):
        if box not in repeated:
            yield box


def _own(element: Element) -> Iterator[Element]:
    """What stands in an element, however deep, without what was deleted and without boxes."""
    for child in element:
        if child.tag not in _NOT_READ and child.tag != "txbxContent":
            yield child
            yield from _own(child)


def _word_text(element: Element) -> str:
    if element.tag == "r" and _is_on(element.find("rPr/vanish")):
        return ""
    spaces = {"tab": " ", "br": " ", "cr": " ", "noBreakHyphen": "-"}
    return "".join(
        (inner.text or "") if inner.tag == "t" else spaces.get(inner.tag, "")
        for inner in _own(element)
    )


def _inside(parent: Element, tag: str) -> Iterator[Element]:
    """The elements of a tag in another one that stand in none of their own."""
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag not in _NOT_READ and child.tag != "pPr":
            yield from _inside(child, tag)


class _WordReader:
    """Reads a document from its first paragraph to its last, and counts its pages and the items of its lists."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.page = 1
        self.contents = 0
        self.counters: dict[str, dict[int, int]] = {}  # the numbers come to, by list and level
        self.begun: set[str] = set()
        styles = _tree(package, "word/styles.xml")
        self._raw = {style.get("styleId", ""): style for style in styles.iter("style")}
        size = _value(styles.find("docDefaults/rPrDefault/rPr"), "sz")
        self._plain = _WordStyle(size=self._points(size, 10))
        self.styles: dict[str, _WordStyle] = {}
        for key in self._raw:
            self._style(key, frozenset())
        self.default = self._default()
        self.lists = self._lists(_tree(package, "word/numbering.xml"))

    def _points(self, half_points: str, default: float) -> float:
        return self.package.size(half_points, 2 * default) / 2

    def _default(self) -> _WordStyle:
        """The style of paragraphs that name none: the first that is said to be it."""
        for key, element in self._raw.items():
            is_default = element.get("default") == "1"
            if is_default and element.get("type") == "paragraph":
                return self.styles[key]
        return self._plain

    def _lists(self, numbering: Element) -> dict[str, _WordList]:
        shared = {}
        for element in numbering.iter("abstractNum"):
            shared[element.get("abstractNumId", "")] = self._levels(element)
        lists = {}
        for number in numbering.iter("num"):
            abstract = _value(number, "abstractNumId")
            levels = dict(shared.get(abstract, {}))
            anew = {}
            for override in number.iter("lvlOverride"):
                levels |= self._levels(override)
                if start := _value(override, "startOverride"):
                    level = self.package.whole(override.get("ilvl", ""), 0)
                    anew[level] = self.package.whole(start, 1)
            lists[number.get("numId", "")] = _WordList(abstract, levels, anew)
        return lists

    def _levels(self, element: Element) -> dict[int, _WordLevel]:
        levels = {}
        for level in element.findall("lvl"):
            levels[self.package.whole(level.get("ilvl", ""), 0)] = _WordLevel(
                form=_value(level, "numFmt") or "decimal",
                pattern=_value(level, "lvlText"),
                start=self.package.whole(_value(level, "start"), 1),
                is_decimal=_is_on(level.find("isLgl")),
            )
        return levels

    def _style(self, key: str, below: frozenset[str]) -> _WordStyle:
        element = self._raw.get(key)
        if element is None or key in below:
            return self._plain
        if key not in self.styles:
            above = self._style(_value(element, "basedOn"), below | {key})
            name = _value(element, "name")
            paragraph = element.find("pPr")
            run = element.find("rPr")
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
            if child.tag == "p":
                yield from self._paragraph(child)
            elif child.tag == "tbl":
                rows = tuple(tuple(self._cells(row)) for row in child.iter("tr"))
                yield Paragraph("", self.page, kind="table", rows=rows)
            elif child.tag not in _NOT_READ:
                yield from self.flow(child)

    def _cells(self, row: Element) -> list[str]:
        cells = []
        for cell in _inside(row, "tc"):
            text = cell_text(self.flow(cell))
            merged = cell.find("tcPr/vMerge")
            if merged is not None and merged.get("val", "continue") == "continue":
                text = ""  # it goes on with the cell above
            span = self.package.whole(_value(cell.find("tcPr"), "gridSpan"), 1)
            cells += [text, *[""] * (min(span, SPANS_LIMIT) - 1)]
        return cells

    def _paragraph(self, element: Element) -> Iterator[Paragraph]:
        properties = element.find("pPr")
        style = self.styles.get(_value(properties, "pStyle"), self.default)
        runs = [self._run(run, style) for run in _inside(element, "r")]
        text = text_of(sized.run for sized in runs)
        page = self._turn_pages(element)
        listed = self._listed(properties, style, style.number.level if style.number else 0)
        number = self._number(listed) if text and listed else ""
        if _CONTENTS_NAME.match(style.name):
            self.contents += 1
        elif text:
            bold = bold_lead(sized.run for sized in runs)
            yield Paragraph(
                text,
                page,
                None,
                number,
                self._outline(properties, style),
                size=max((sized.size for sized in runs if sized.run.words.strip()), default=0),
                bold=bold.is_whole,
                lead=bold.lead,
                depth=listed.level + 1 if listed and listed.is_listed else 0,
            )
        for box in _boxes(element):
            yield from self.flow(box)

    def _run(self, run: Element, style: _WordStyle) -> _WordRun:
        look = run.find("rPr")
        size = self._points(_value(look, "sz"), style.size)
        return _WordRun(Run(_word_text(run), _is_bold(look, default=style.bold)), size)

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
        number = properties.find("numPr") if properties is not None else None
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
            """What stands for “%1”: the number of the outermost level, from 1."""
            at = int(place[1]) - 1
            counted = levels.get(at, level)
            form = "decimal" if level.is_decimal and at < listed.level else counted.form
            return number_as(counters.setdefault(at, counted.start), form)

        return canonical(re.sub(r"%([1-9])", printed, level.pattern))
