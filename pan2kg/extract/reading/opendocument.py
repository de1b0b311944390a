"""OpenDocument texts (odt): paragraphs with the numbers the office makes, headings, tables, notes (ODF 1.3, part 3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from xml.etree.ElementTree import Element

from pan2kg.extract.document import Remark, canonical
from pan2kg.extract.layout import noted
from pan2kg.extract.reading.options import Package, damaged
from pan2kg.extract.reading.paragraphs import BULLET, Paragraph, number_as

_BASE: Final = "urn:oasis:names:tc:opendocument:xmlns:"
TEXT: Final = f"{{{_BASE}text:1.0}}"
TABLE: Final = f"{{{_BASE}table:1.0}}"
STYLE: Final = f"{{{_BASE}style:1.0}}"
FO: Final = f"{{{_BASE}xsl-fo-compatible:1.0}}"
OFFICE: Final = f"{{{_BASE}office:1.0}}"
DRAW: Final = f"{{{_BASE}drawing:1.0}}"
LOEXT: Final = "{urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0}"
_XML_ID: Final = "{http://www.w3.org/XML/1998/namespace}id"
_INDEXES: Final = {
    f"{TEXT}{name}"
    for name in ("table-of-content", "illustration-index", "table-index", "alphabetical-index", "user-index")
}
_LEFT_OUT: Final = {
    f"{TEXT}note", f"{TEXT}tracked-changes", f"{OFFICE}annotation", f"{DRAW}frame", f"{DRAW}custom-shape",
    f"{TEXT}bibliography-mark-extension",
}  # fmt: skip
_FORMS: Final = {"1": "decimal", "I": "upperRoman", "i": "lowerRoman", "A": "upperLetter", "a": "lowerLetter"}
_SPANS_LIMIT: Final = 100
"""More columns a cell cannot span: a spreadsheet's empty rest of a row is no part of a table."""


@dataclass(frozen=True, slots=True)
class _Level:
    """A level of a list: its form, or a bullet; what stands before and after; how many levels are shown."""

    form: str
    before: str = ""
    after: str = ""
    shown: int = 1
    start: int = 1


@dataclass(frozen=True, slots=True)
class _Setting:
    """What a style says of letters and lists, with what it inherits."""

    bold: bool = False
    size: float = 0
    list_style: str = ""
    parent: str = ""


@dataclass(slots=True)
class _Reading:
    """What is known while the text is gone through."""

    styles: Mapping[str, _Setting]
    lists: Mapping[str, Mapping[int, _Level]]
    outline: Mapping[int, _Level]
    counters: dict[str, list[int]] = field(default_factory=dict)
    last: dict[str, list[int]] = field(default_factory=dict)
    headings: list[int] = field(default_factory=lambda: [0] * 10)
    contents: int = 0
    notes: list[Paragraph] = field(default_factory=list)


def read_opendocument(package: Package) -> tuple[list[Paragraph], tuple[Remark, ...]]:
    """The paragraphs of a text, and what was left out; what page they stand on is not written down for certain.

    Raises:
        OutlineError: a part is damaged or has a document type.
    """
    content = package.tree("content.xml")
    body = content.find(f"{OFFICE}body/{OFFICE}text")
    if body is None:
        raise damaged(package.source)
    trees = (package.tree("styles.xml"), content)
    reading = _Reading(_settings(trees), _list_styles(trees), _outline_style(trees[0]))
    found = list(_flow(body, reading))
    remarks = (Remark(noted("contents-left", lines=str(reading.contents))),) if reading.contents else ()
    return found + reading.notes, remarks


def _flow(parent: Element, reading: _Reading) -> Iterator[Paragraph]:
    for child in parent:
        if child.tag in (f"{TEXT}p", f"{TEXT}h"):
            yield from _paragraph(child, reading, "", 0)
        elif child.tag == f"{TEXT}list":
            yield from _list(child, reading, "", 1)
        elif child.tag == f"{TABLE}table":
            yield Paragraph("", kind="table", rows=tuple(_rows(child, reading)))
        elif child.tag in _INDEXES:
            reading.contents += sum(1 for _ in child.iter(f"{TEXT}p"))
        elif child.tag not in _LEFT_OUT:
            yield from _flow(child, reading)


def _list(element: Element, reading: _Reading, style: str, depth: int) -> Iterator[Paragraph]:
    """The items of a list; the counters of one are kept where a later list goes on with them."""
    style = element.get(f"{TEXT}style-name", style)
    if depth == 1:
        counters = _begin(element, reading, style)
        reading.counters["*"] = counters
        reading.last[style] = counters
        if identifier := element.get(_XML_ID):
            reading.counters[identifier] = counters
    counters = reading.counters["*"]
    for item in element:
        if item.tag == f"{TEXT}list-item":
            if (start := item.get(f"{TEXT}start-value", "")).isdecimal():
                counters[depth] = int(start) - 1
            yield from _item(item, reading, style, depth)
        elif item.tag == f"{TEXT}list-header":
            yield from _flow(item, reading)


def _item(item: Element, reading: _Reading, style: str, depth: int) -> Iterator[Paragraph]:
    """What stands in an item; its first paragraph has the number."""
    first = True
    for child in item:
        if child.tag in (f"{TEXT}p", f"{TEXT}h"):
            yield from _paragraph(child, reading, _next(reading, style, depth) if first else "", depth)
            first = False
        elif child.tag == f"{TEXT}list":
            yield from _list(child, reading, style, depth + 1)


def _begin(element: Element, reading: _Reading, style: str) -> list[int]:
    goes_on = reading.counters.get(element.get(f"{TEXT}continue-list", ""))
    if goes_on is None and element.get(f"{TEXT}continue-numbering") == "true":
        goes_on = reading.last.get(style)
    return goes_on if goes_on is not None else [-1] * 12


def _next(reading: _Reading, style: str, depth: int) -> str:
    """The number of the next item at a depth of the list being read."""
    levels = reading.lists.get(style, {})
    level = levels.get(depth)
    counters = reading.counters["*"]
    if level is None or depth >= len(counters):
        return BULLET if level is None and not levels else ""
    counters[depth] = (level.start - 1 if counters[depth] < 0 else counters[depth]) + 1
    counters[depth + 1 :] = [-1] * (len(counters) - depth - 1)
    if level.form == BULLET:
        return BULLET
    first = max(depth - level.shown + 1, 1)
    parts = [
        number_as(max(counters[at], 1), levels[at].form)
        for at in range(first, depth + 1)
        if at in levels and levels[at].form not in ("none", BULLET)
    ]
    return f"{level.before}{'.'.join(filter(None, parts))}{level.after}".strip() if any(parts) else ""


def _paragraph(element: Element, reading: _Reading, number: str, depth: int) -> Iterator[Paragraph]:
    setting = reading.styles.get(element.get(f"{TEXT}style-name", ""), _Setting())
    runs = list(_runs(element, setting, reading))
    text = canonical("".join(words for words, _ in runs))
    outline: int | None = None
    if element.tag == f"{TEXT}h":
        outline = int(element.get(f"{TEXT}outline-level", "1"))
        listed = element.get(f"{TEXT}is-list-header") == "true"
        if text and not number and not listed:
            number = _heading_number(reading, outline)
    elif _is_title(element, reading):
        outline = 0
    if text:
        bold = all(is_bold for words, is_bold in runs if words.strip())
        lead = 0 if bold else _lead(runs)
        yield Paragraph(text, None, None, number, outline, depth, setting.size, bold, lead)
    for box in (*element.iter(f"{DRAW}text-box"), *element.iter(f"{DRAW}custom-shape")):
        yield from _flow(box, reading)


def _is_title(element: Element, reading: _Reading) -> bool:
    name = element.get(f"{TEXT}style-name", "")
    return name == "Title" or (name in reading.styles and reading.styles[name].parent == "Title")


def _lead(runs: list[tuple[str, bool]]) -> int:
    found = ""
    for words, is_bold in runs:
        if words.strip() and not is_bold:
            break
        found += words
    return len(canonical(found))


def _heading_number(reading: _Reading, outline: int) -> str:
    level = reading.outline.get(outline)
    counters = reading.headings
    if outline < len(counters):
        counters[outline] += 1
        counters[outline + 1 :] = [0] * (len(counters) - outline - 1)
    if level is None or level.form == "none":
        return ""
    first = max(outline - level.shown + 1, 1)
    parts = [
        number_as(max(counters[at], 1), reading.outline[at].form)
        for at in range(first, outline + 1)
        if at in reading.outline and reading.outline[at].form != "none"
    ]
    return f"{level.before}{'.'.join(parts)}{level.after}".strip()


def _runs(element: Element, setting: _Setting, reading: _Reading) -> Iterator[tuple[str, bool]]:
    """The words of a paragraph with whether they are bold; notes go to their own list."""
    if element.text:
        yield element.text, setting.bold
    for child in element:
        if child.tag == f"{TEXT}note":
            body = child.find(f"{TEXT}note-body")
            words = canonical(" ".join("".join(one.itertext()) for one in body)) if body is not None else ""
            if words:
                reading.notes.append(Paragraph(words, kind="note"))
        elif child.tag == f"{TEXT}s" or child.tag in (f"{TEXT}tab", f"{TEXT}line-break"):
            yield " ", setting.bold
        elif child.tag not in _LEFT_OUT:
            own = reading.styles.get(child.get(f"{TEXT}style-name", ""))
            inner = setting if child.tag != f"{TEXT}span" or own is None else own
            yield from _runs(child, inner, reading)
        if child.tail:
            yield child.tail, setting.bold


def _rows(table: Element, reading: _Reading) -> Iterator[tuple[str, ...]]:
    """The rows of a table; the text of merged cells stands once, in the first."""
    for row in _table_rows(table):
        cells: list[str] = []
        for cell in row:
            times = min(int(cell.get(f"{TABLE}number-columns-repeated", "1")), _SPANS_LIMIT)
            words = ""
            if cell.tag == f"{TABLE}table-cell":
                words = canonical(" ".join(_cell_words(one) for one in _flow(cell, reading)))
            elif cell.tag != f"{TABLE}covered-table-cell":
                continue
            cells += [words] * times
        yield tuple(cells)


def _cell_words(one: Paragraph) -> str:
    if one.kind == "table":
        return " ".join(" ".join(row) for row in one.rows)
    return one.text if one.number in ("", BULLET) else f"{one.number} {one.text}"


def _table_rows(table: Element) -> Iterator[Element]:
    for child in table:
        if child.tag == f"{TABLE}table-row":
            yield child
        elif child.tag in (f"{TABLE}table-header-rows", f"{TABLE}table-rows", f"{TABLE}table-row-group"):
            yield from _table_rows(child)


def _settings(trees: tuple[Element, ...]) -> dict[str, _Setting]:
    raw = {one.get(f"{STYLE}name", ""): one for tree in trees for one in tree.iter(f"{STYLE}style")}
    default = next((one for one in trees[0].iter(f"{STYLE}default-style")
                    if one.get(f"{STYLE}family") == "paragraph"), None)  # fmt: skip
    plain = _setting(default, _Setting(size=12)) if default is not None else _Setting(size=12)
    found: dict[str, _Setting] = {}

    def read(name: str, seen: frozenset[str]) -> _Setting:
        element = raw.get(name)
        if element is None or name in seen:
            return plain
        if name not in found:
            found[name] = _setting(element, read(element.get(f"{STYLE}parent-style-name", ""), seen | {name}))
        return found[name]

    for name in raw:
        read(name, frozenset())
    return found


def _setting(element: Element, above: _Setting) -> _Setting:
    letters = element.find(f"{STYLE}text-properties")
    weight = letters.get(f"{FO}font-weight") if letters is not None else None
    size = letters.get(f"{FO}font-size", "") if letters is not None else ""
    points = above.size
    if size.endswith("pt"):
        points = float(size[:-2])
    elif size.endswith("%"):
        points = above.size * float(size[:-1]) / 100
    return _Setting(
        weight in ("bold", "600", "700", "800", "900") if weight else above.bold,
        points,
        element.get(f"{STYLE}list-style-name", above.list_style),
        element.get(f"{STYLE}parent-style-name", ""),
    )


def _list_styles(trees: tuple[Element, ...]) -> dict[str, dict[int, _Level]]:
    return {one.get(f"{STYLE}name", ""): _levels(one) for tree in trees for one in tree.iter(f"{TEXT}list-style")}


def _outline_style(styles: Element) -> dict[int, _Level]:
    found = next(styles.iter(f"{TEXT}outline-style"), None)
    return _levels(found) if found is not None else {}


def _levels(element: Element) -> dict[int, _Level]:
    levels: dict[int, _Level] = {}
    for one in element:
        at = int(one.get(f"{TEXT}level", "0"))
        if one.tag == f"{TEXT}list-level-style-bullet":
            levels[at] = _Level(BULLET)
        elif one.tag in (f"{TEXT}list-level-style-number", f"{TEXT}outline-level-style"):
            form = one.get(f"{STYLE}num-format", "")
            pattern = one.get(f"{LOEXT}num-list-format", "")
            before, after = one.get(f"{STYLE}num-prefix", ""), one.get(f"{STYLE}num-suffix", "")
            if pattern and "%" in pattern and form:
                before, after = pattern.split("%")[0], pattern.rpartition("%")[2]
            levels[at] = _Level(
                _FORMS.get(form, "none"),
                before,
                after,
                int(one.get(f"{TEXT}display-levels", "1")),
                int(one.get(f"{TEXT}start-value", "1")),
            )
    return levels
