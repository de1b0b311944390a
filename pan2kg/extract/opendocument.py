"""OpenDocument texts (odt): paragraphs with their automatic numbers, headings, tables, notes.

The counters of lists are run as its office runs them (ODF 1.3, part 3).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple
from xml.etree.ElementTree import Element

from pan2kg.extract.document import canonical
from pan2kg.extract.numbering import BULLET
from pan2kg.extract.package import SPANS_LIMIT, Package, cell_text, damaged
from pan2kg.extract.paragraphs import (
    LIST_FORMS,
    Paragraph,
    ParagraphReading,
    Run,
    bold_lead,
    number_as,
    text_of,
)

_BASE = "urn:oasis:names:tc:opendocument:xmlns:"
_PREFIXES = {
    f"{_BASE}text:1.0": "text",
    f"{_BASE}table:1.0": "table",
    f"{_BASE}style:1.0": "style",
    f"{_BASE}xsl-fo-compatible:1.0": "fo",
    f"{_BASE}office:1.0": "office",
    f"{_BASE}drawing:1.0": "draw",
    "urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0": "loext",
    "http://www.w3.org/XML/1998/namespace": "xml",
}
"""The prefixes of the namespaces that are read."""
_PARAGRAPHS = ("text:p", "text:h")
_INDEXES = {
    "text:table-of-content",
    "text:illustration-index",
    "text:table-index",
    "text:alphabetical-index",
    "text:user-index",
}
_LEFT_OUT = {
    "text:note",
    "text:tracked-changes",
    "office:annotation",
    "draw:frame",
    "draw:custom-shape",
    "text:bibliography-mark-extension",
}


@dataclass(frozen=True, slots=True)
class _ListLevel:
    """A level of a list: its form, the words around a number, how many levels a number shows, its first one."""

    form: str
    before: str = ""
    after: str = ""
    shown: int = 1
    start: int = 1

    def printed(self, depth: int, counters: list[int], levels: "_ListLevels") -> str:
        """The number of the item the counters have come to, with those of the levels above that are shown."""
        entries = []
        for at in range(max(depth - self.shown + 1, 1), depth + 1):
            if at in levels and levels[at].form not in ("none", BULLET):
                entries.append(number_as(max(counters[at], 1), levels[at].form))
        words = ".".join(filter(None, entries))
        return f"{self.before}{words}{self.after}".strip() if words else ""


_ListLevels = dict[int, _ListLevel]
"""The levels of a list by their depth, 1 the outermost."""


class _OpenStyle(NamedTuple):
    """How a style sets a text, the size in points, and the name of the style it is based on."""

    bold: bool = False
    size: float = 12
    parent: str = ""


def read_opendocument(package: Package) -> ParagraphReading:
    """The paragraphs and notes of a text, without its lists of contents.

    Raises:
        OutlineError: the text is damaged.
    """
    content = _tree(package, "content.xml")
    body = _below(_below(content, "office:body"), "office:text")
    if body is None:
        raise damaged(package.source)
    reader = _OpenReader(package, content)
    paragraphs = list(reader.flow(body))
    return ParagraphReading(paragraphs + reader.notes, contents=reader.contents)


def _tree(package: Package, name: str) -> Element:
    """A part of a text whose tags and attributes are named as in the standard: “text:p”."""
    root = package.tree(name)
    for element in root.iter():
        element.tag = _prefixed(element.tag)
        attributes = element.attrib
        element.attrib = {_prefixed(key): value for key, value in attributes.items()}
    return root


def _prefixed(name: str) -> str:
    """A name “{address}p” with the prefix of its namespace; as it is where it is in none of those that are read."""
    space, _, local = name.rpartition("}")
    prefix = _PREFIXES.get(space.removeprefix("{"))
    return f"{prefix}:{local}" if prefix else name


def _below(element: Element | None, tag: str) -> Element | None:
    """The first child with a tag, None without one."""
    children = element if element is not None else ()
    return next((child for child in children if child.tag == tag), None)


class _OpenReader:
    """Reads a text from its first paragraph to its last, and counts its headings and the items of its lists."""

    def __init__(self, package: Package, content: Element) -> None:
        self.package = package
        styles = _tree(package, "styles.xml")
        trees = (styles, content)
        self._raw: dict[str, Element] = {}
        for tree in trees:
            for style in tree.iter("style:style"):
                self._raw[style.get("style:name", "")] = style
        self._plain = _OpenStyle()
        for style in styles.iter("style:default-style"):
            if style.get("style:family") == "paragraph":
                self._plain = self._set(style, _OpenStyle())
                break
        self.settings: dict[str, _OpenStyle] = {}
        for name in self._raw:
            self._setting(name, frozenset())
        self.lists: dict[str, _ListLevels] = {}
        for tree in trees:
            for listed in tree.iter("text:list-style"):
                self.lists[listed.get("style:name", "")] = self._list_levels(listed)
        outline = next(styles.iter("text:outline-style"), None)
        self.outline = self._list_levels(outline) if outline is not None else {}
        # of lists by their identifiers, of the one being read under « * »
        self.counters: dict[str, list[int]] = {}
        self.last: dict[str, list[int]] = {}
        self.headings = [0] * 11
        self.contents = 0
        self.notes: list[Paragraph] = []

    def _list_levels(self, element: Element) -> _ListLevels:
        levels = {}
        for level in element:
            at = self._whole(level, "text:level", 0)
            if level.tag == "text:list-level-style-bullet":
                levels[at] = _ListLevel(BULLET)
            elif level.tag in ("text:list-level-style-number", "text:outline-level-style"):
                levels[at] = self._numbered_level(level)
        return levels

    def _numbered_level(self, level: Element) -> _ListLevel:
        form = level.get("style:num-format", "")
        pattern = level.get("loext:num-list-format", "")
        before = level.get("style:num-prefix", "")
        after = level.get("style:num-suffix", "")
        if form and "%" in pattern:
            before = pattern.split("%")[0]
            after = pattern.rpartition("%")[2]
        return _ListLevel(
            LIST_FORMS.get(form, "none"),
            before,
            after,
            shown=self._whole(level, "text:display-levels", 1),
            start=self._whole(level, "text:start-value", 1),
        )

    def _whole(self, element: Element, name: str, default: int) -> int:
        return self.package.whole(element.get(name, ""), default)

    def _set(self, element: Element, above: _OpenStyle) -> _OpenStyle:
        letters = _below(element, "style:text-properties")
        look = letters.attrib if letters is not None else {}
        weight = look.get("fo:font-weight")
        size = look.get("fo:font-size", "")
        points = above.size
        if size.endswith("pt"):
            points = self.package.size(size[:-2], points)
        elif size.endswith("%"):
            points = above.size * self.package.size(size[:-1], 100) / 100
        bold = weight in ("bold", "600", "700", "800", "900") if weight else above.bold
        return _OpenStyle(bold, points, element.get("style:parent-style-name", ""))

    def _setting(self, name: str, below: frozenset[str]) -> _OpenStyle:
        element = self._raw.get(name)
        if element is None or name in below:
            return self._plain
        if name not in self.settings:
            above = self._setting(element.get("style:parent-style-name", ""), below | {name})
            self.settings[name] = self._set(element, above)
        return self.settings[name]

    def flow(self, parent: Element) -> Iterator[Paragraph]:
        for child in parent:
            if child.tag in _PARAGRAPHS:
                yield from self._paragraph(child, "", 0)
            elif child.tag == "text:list":
                yield from self._list(child, "", 1)
            elif child.tag == "table:table":
                yield Paragraph("", kind="table", rows=tuple(self._rows(child)))
            elif child.tag in _INDEXES:
                self.contents += sum(1 for _ in child.iter("text:p"))
            elif child.tag not in _LEFT_OUT:
                yield from self.flow(child)

    def _list(self, element: Element, style: str, depth: int) -> Iterator[Paragraph]:
        style = element.get("text:style-name", style)
        if depth == 1:
            goes_on = self.counters.get(element.get("text:continue-list", ""))
            if goes_on is None and element.get("text:continue-numbering") == "true":
                goes_on = self.last.get(style)
            counters = goes_on if goes_on is not None else [-1] * 12
            self.counters["*"] = self.last[style] = counters
            if identifier := element.get("xml:id"):
                self.counters[identifier] = counters
        for item in element:
            if item.tag == "text:list-header":
                yield from self.flow(item)
            elif item.tag == "text:list-item":
                yield from self._item(item, style, depth)

    def _item(self, item: Element, style: str, depth: int) -> Iterator[Paragraph]:
        start = item.get("text:start-value", "")
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
            elif child.tag == "text:list":
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
        name = element.get("text:style-name", "")
        setting = self.settings.get(name, _OpenStyle(size=0))
        runs = list(self._runs(element, setting))
        text = text_of(runs)
        outline = None
        if element.tag == "text:h":
            outline = self._whole(element, "text:outline-level", 1)
            if text and not number and element.get("text:is-list-header") != "true":
                number = self._heading_number(outline)
        elif name == "Title" or setting.parent == "Title":
            outline = 0
        if text:
            bold = bold_lead(runs)
            yield Paragraph(
                text,
                number=number,
                outline=outline,
                depth=depth,
                size=setting.size,
                bold=bold.is_whole,
                lead=bold.lead,
            )
        for box in (*element.iter("draw:text-box"), *element.iter("draw:custom-shape")):
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

    def _runs(self, element: Element, setting: _OpenStyle) -> Iterator[Run]:
        if element.text:
            yield Run(element.text, setting.bold)
        for child in element:
            if child.tag == "text:note":
                self._add_note(child)
            elif child.tag in ("text:s", "text:tab", "text:line-break"):
                yield Run(" ", setting.bold)
            elif child.tag not in _LEFT_OUT:
                inner = setting
                if child.tag == "text:span":
                    inner = self.settings.get(child.get("text:style-name", ""), setting)
                yield from self._runs(child, inner)
            if child.tail:
                yield Run(child.tail, setting.bold)

    def _add_note(self, note: Element) -> None:
        paragraphs = _below(note, "text:note-body")
        if paragraphs is None:
            return
        words = canonical(" ".join("".join(inner.itertext()) for inner in paragraphs))
        if words:
            self.notes.append(Paragraph(words, kind="note"))

    def _rows(self, table: Element) -> Iterator[tuple[str, ...]]:
        for child in table:
            if child.tag in (
                "table:table-header-rows",
                "table:table-rows",
                "table:table-row-group",
            ):
                yield from self._rows(child)
            if child.tag != "table:table-row":
                continue
            cells = []
            for cell in child:
                repeated = self._whole(cell, "table:number-columns-repeated", 1)
                times = min(repeated, SPANS_LIMIT)
                if cell.tag == "table:table-cell":
                    cells += [cell_text(self.flow(cell))] * times
                elif cell.tag == "table:covered-table-cell":
                    cells += [""] * times
            yield tuple(cells)
