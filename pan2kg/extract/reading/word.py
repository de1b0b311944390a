"""Word documents (docx): paragraphs with the numbers Word makes, headings by their styles, tables, notes.

Word keeps “1.1” in the numbering of the style and not in the text, and plans live on it: so the counters are run here
as Word runs them (ECMA-376, part 1, 17.9).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final
from xml.etree.ElementTree import Element

from pan2kg.extract.document import Remark, canonical
from pan2kg.extract.layout import noted
from pan2kg.extract.reading.options import Package, damaged
from pan2kg.extract.reading.paragraphs import BULLET, Paragraph, number_as

W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_LEFT_OUT: Final = {f"{W}del", f"{W}moveFrom", f"{W}instrText", f"{W}delText", _FALLBACK}
_HEADING_NAME: Final = re.compile(r"heading ([1-9])", re.IGNORECASE)
_CONTENTS_NAME: Final = re.compile(r"toc \d|table of (?:figures|authorities)|toc heading", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Level:
    """A level of a list: its form, its text with places such as %1, and what it starts with."""

    form: str
    text: str
    start: int
    legal: bool


@dataclass(frozen=True, slots=True)
class _List:
    """A list: what counters it shares with others, its levels, and what it starts anew with."""

    shared: str
    levels: Mapping[int, _Level]
    anew: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class _Style:
    """A style with what it inherits."""

    name: str = ""
    outline: int | None = None
    number: tuple[str, int] | None = None
    bold: bool = False
    size: float = 0


@dataclass(slots=True)
class _Reading:
    """What is known while the text is gone through: counters, page, and what was left out."""

    styles: Mapping[str, _Style]
    lists: Mapping[str, _List]
    default: _Style
    counters: dict[str, dict[int, int]] = field(default_factory=dict)
    begun: set[str] = field(default_factory=set)
    page: int = 1
    contents: int = 0


def read_word(package: Package) -> tuple[list[Paragraph], int | None, tuple[Remark, ...]]:
    """The paragraphs of a document, its pages where Word wrote them down, and what was left out.

    Raises:
        OutlineError: a part is damaged or has a document type.
    """
    root = package.tree("word/document.xml")
    body = root.find(f"{W}body")
    if body is None:
        raise damaged(package.source)
    styles, default = _styles(package.tree("word/styles.xml"))
    reading = _Reading(styles, _lists(package.tree("word/numbering.xml")), default)
    found = list(_flow(body, reading))
    pages = reading.page if reading.page > 1 else None
    notes = [
        Paragraph(text, number="", kind="note")
        for part in ("footnotes", "endnotes")
        for note in package.tree(f"word/{part}.xml")
        if note.get(f"{W}type") is None and (text := canonical(" ".join(_text(one) for one in note.iter(f"{W}p"))))
    ]
    if pages is None:
        found = [replace(one, page=None) for one in found]
    remarks = (Remark(noted("contents-left", lines=str(reading.contents))),) if reading.contents else ()
    return found + notes, pages, remarks


def _flow(parent: Element, reading: _Reading) -> Iterator[Paragraph]:
    """The paragraphs and tables below an element, those of content controls and insertions among them."""
    for child in parent:
        if child.tag == f"{W}p":
            yield from _paragraph(child, reading)
        elif child.tag == f"{W}tbl":
            rows = tuple(_rows(child, reading))
            yield Paragraph("", reading.page, kind="table", rows=rows)
        elif child.tag not in _LEFT_OUT:
            yield from _flow(child, reading)


def _paragraph(element: Element, reading: _Reading) -> Iterator[Paragraph]:
    properties = element.find(f"{W}pPr")
    style = reading.styles.get(_value(properties, "pStyle"), reading.default)
    page = reading.page
    runs = [(_text(run), *_run_setting(run, style)) for run in _runs(element)]
    text = "".join(words for words, _, _ in runs)
    breaks = list(element.iter(f"{W}lastRenderedPageBreak"))
    if breaks and _begins_with_break(element):
        page += 1
    reading.page += len(breaks)
    number = _number(properties, style, reading) if canonical(text) else ""
    if _CONTENTS_NAME.match(style.name):
        reading.contents += 1
    elif canonical(text):
        bold = all(is_bold for words, is_bold, _ in runs if words.strip())
        size = max((size for words, _, size in runs if words.strip()), default=0)
        yield Paragraph(
            canonical(text), page, None, number, _outline(properties, style), size=size, bold=bold,
            depth=_depth(properties, style), lead=0 if bold else _lead(runs),
        )  # fmt: skip
    for box in (one for one in element.iter(f"{W}txbxContent") if not _in_fallback(one, element)):
        yield from _flow(box, reading)


def _in_fallback(box: Element, element: Element) -> bool:
    return any(box in list(fallback.iter(box.tag)) for fallback in element.iter(_FALLBACK))


def _lead(runs: list[tuple[str, bool, float]]) -> int:
    """How many characters at the beginning are in bold."""
    found = ""
    for words, is_bold, _ in runs:
        if words.strip() and not is_bold:
            break
        found += words
    return len(canonical(found))


def _runs(element: Element) -> Iterator[Element]:
    for child in element:
        if child.tag == f"{W}r":
            yield child
        elif child.tag not in _LEFT_OUT and child.tag != f"{W}pPr":
            yield from _runs(child)


def _own(element: Element) -> Iterator[Element]:
    """What belongs to a paragraph itself, not to a text box anchored in it."""
    for child in element:
        if child.tag not in _LEFT_OUT and child.tag != f"{W}txbxContent":
            yield child
            yield from _own(child)


def _begins_with_break(element: Element) -> bool:
    """Whether a page begins before the first word of a paragraph."""
    for one in _own(element):
        if one.tag == f"{W}lastRenderedPageBreak":
            return True
        if one.tag == f"{W}t" and (one.text or "").strip():
            return False
    return False


def _text(element: Element) -> str:
    words: list[str] = []
    if element.tag == f"{W}r" and _on(element.find(f"{W}rPr/{W}vanish")):
        return ""
    for one in _own(element):
        if one.tag == f"{W}t":
            words.append(one.text or "")
        elif one.tag in (f"{W}tab", f"{W}br", f"{W}cr"):
            words.append(" ")
        elif one.tag == f"{W}noBreakHyphen":
            words.append("-")
    return "".join(words)


def _rows(table: Element, reading: _Reading) -> Iterator[tuple[str, ...]]:
    """The rows of a table; the text of merged cells stands once, in the first."""
    for row in table.iter(f"{W}tr"):
        cells: list[str] = []
        for cell in (one for one in _cells(row)):
            words = [
                f"{'' if one.number in ('', BULLET) else one.number + ' '}{one.text}"
                if one.kind != "table" else " ".join(" ".join(line) for line in one.rows)
                for one in _flow(cell, reading)
            ]  # fmt: skip
            merged = cell.find(f"{W}tcPr/{W}vMerge")
            goes_on = merged is not None and merged.get(f"{W}val", "continue") == "continue"
            cells.append("" if goes_on else canonical(" ".join(words)))
            cells += [""] * (int(_value(cell.find(f"{W}tcPr"), "gridSpan") or 1) - 1)
        yield tuple(cells)


def _cells(row: Element) -> Iterator[Element]:
    for child in row:
        if child.tag == f"{W}tc":
            yield child
        elif child.tag not in _LEFT_OUT:
            yield from _cells(child)


def _value(properties: Element | None, name: str) -> str:
    found = properties.find(f"{W}{name}") if properties is not None else None
    return found.get(f"{W}val", "") if found is not None else ""


def _on(element: Element | None) -> bool:
    return element is not None and element.get(f"{W}val", "1") not in ("0", "false", "none")


def _run_setting(run: Element, style: _Style) -> tuple[bool, float]:
    properties = run.find(f"{W}rPr")
    bold = properties.find(f"{W}b") if properties is not None else None
    size = _value(properties, "sz")
    return _on(bold) if bold is not None else style.bold, float(size) / 2 if size else style.size


def _styles(root: Element) -> tuple[dict[str, _Style], _Style]:
    raw = {one.get(f"{W}styleId", ""): one for one in root.iter(f"{W}style")}
    base = root.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr")
    size = _value(base, "sz")
    plain = _Style(size=float(size) / 2 if size else 10)
    found: dict[str, _Style] = {}

    def read(key: str, seen: frozenset[str]) -> _Style:
        element = raw.get(key)
        if element is None or key in seen:
            return plain
        if key not in found:
            above = read(_value(element, "basedOn"), seen | {key})
            found[key] = _style(element, above)
        return found[key]

    for key in raw:
        read(key, frozenset())
    normal = [key for key, one in raw.items() if one.get(f"{W}default") == "1" and one.get(f"{W}type") == "paragraph"]
    return found, found[normal[0]] if normal else plain


def _style(element: Element, above: _Style) -> _Style:
    name = _value(element, "name")
    paragraph, run = element.find(f"{W}pPr"), element.find(f"{W}rPr")
    bold = run.find(f"{W}b") if run is not None else None
    size = _value(run, "sz")
    heading = _HEADING_NAME.fullmatch(name)
    level = _value(paragraph, "outlineLvl")
    outline = int(level) + 1 if level else above.outline
    if heading:
        outline = int(heading[1])
    elif name.lower() == "title":
        outline = 0
    number = paragraph.find(f"{W}numPr") if paragraph is not None else None
    listed = (_value(number, "numId") or (above.number or ("", 0))[0], int(_value(number, "ilvl") or 0))
    return _Style(
        name,
        None if outline is not None and outline > 9 else outline,
        listed if number is not None else above.number,
        _on(bold) if bold is not None else above.bold,
        float(size) / 2 if size else above.size,
    )


def _lists(root: Element) -> dict[str, _List]:
    shared = {one.get(f"{W}abstractNumId", ""): _levels(one) for one in root.iter(f"{W}abstractNum")}
    found: dict[str, _List] = {}
    for number in root.iter(f"{W}num"):
        abstract = _value(number, "abstractNumId")
        levels = dict(shared.get(abstract, {}))
        anew: dict[int, int] = {}
        for override in number.iter(f"{W}lvlOverride"):
            levels |= _levels(override)
            if start := _value(override, "startOverride"):
                anew[int(override.get(f"{W}ilvl", "0"))] = int(start)
        found[number.get(f"{W}numId", "")] = _List(abstract, levels, anew)
    return found


def _levels(element: Element) -> dict[int, _Level]:
    return {
        int(one.get(f"{W}ilvl", "0")): _Level(
            _value(one, "numFmt") or "decimal",
            _value(one, "lvlText"),
            int(_value(one, "start") or 1),
            _on(one.find(f"{W}isLgl")),
        )
        for one in element.findall(f"{W}lvl")
    }


def _listed(properties: Element | None, style: _Style) -> tuple[str, int] | None:
    number = properties.find(f"{W}numPr") if properties is not None else None
    if number is None:
        return style.number
    level = _value(number, "ilvl")
    identifier = _value(number, "numId") or (style.number[0] if style.number else "")
    return identifier, int(level) if level else (style.number[1] if style.number else 0)


def _number(properties: Element | None, style: _Style, reading: _Reading) -> str:
    """The number Word prints before a paragraph, or a bullet; the counters go on."""
    listed = _listed(properties, style)
    if listed is None or listed[0] in ("", "0") or listed[0] not in reading.lists:
        return ""
    identifier, level = listed
    chosen = reading.lists[identifier]
    if level not in chosen.levels:
        return ""
    counters = reading.counters.setdefault(chosen.shared, {})
    if identifier not in reading.begun:
        reading.begun.add(identifier)
        for at, start in chosen.anew.items():
            counters[at] = start - 1
    here = chosen.levels[level]
    counters[level] = counters.get(level, here.start - 1) + 1
    for deeper in [at for at in counters if at > level]:
        del counters[deeper]
    if here.form == "bullet":
        return BULLET

    def printed(match: re.Match[str]) -> str:
        at = int(match[1]) - 1
        one = chosen.levels.get(at, here)
        value = counters.setdefault(at, one.start)
        return number_as(value, "decimal" if here.legal and at < level else one.form)

    return canonical(re.sub(r"%([1-9])", printed, here.text))


def _outline(properties: Element | None, style: _Style) -> int | None:
    level = _value(properties, "outlineLvl")
    if level:
        return int(level) + 1 if int(level) < 9 else None
    return style.outline


def _depth(properties: Element | None, style: _Style) -> int:
    listed = _listed(properties, style)
    return listed[1] + 1 if listed and listed[0] not in ("", "0") else 0
