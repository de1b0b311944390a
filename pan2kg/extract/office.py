"""Word documents (docx) and OpenDocument texts (odt): paragraphs with their automatic numbers, headings, tables, notes.

Word keeps “1.1” in the numbering of the style and not in the text, and plans live on it: so the
counters are run here as Word runs them (ECMA-376, part 1, 17.9), those of OpenDocument as its
office does (ODF 1.3, part 3).

A document of 0.3 MB can unpack to 300 MB, and a document type can make a megabyte of text of ten
lines; a published plan needs neither.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, NamedTuple
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

from pan2kg.errors import OutlineError, Place
from pan2kg.extract.document import canonical
from pan2kg.extract.markup import LIST_FORMS, Paragraph, bold_lead, number_as
from pan2kg.extract.numbering import BULLET

MEGABYTE: Final = 1_000_000
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


def _cell_text(paragraphs: Iterator[Paragraph]) -> str:
    return canonical(
        " ".join(
            " ".join(" ".join(row) for row in paragraph.rows)
            if paragraph.kind == "table"
            else f"{'' if paragraph.number in ('', BULLET) else paragraph.number + ' '}{paragraph.text}"
            for paragraph in paragraphs
        )
    )


# Word

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_NOT_READ: Final = {f"{_W}del", f"{_W}moveFrom", f"{_W}instrText", f"{_W}delText", _FALLBACK}
_HEADING_NAME: Final = re.compile(r"heading ([1-9])", re.IGNORECASE)
_CONTENTS_NAME: Final = re.compile(
    r"toc \d|table of (?:figures|authorities)|toc heading", re.IGNORECASE
)

# A level of a list: its form, its text with places such as %1, what it starts with, whether all is
# decimal
_WordLevel = tuple[str, str, int, bool]
# A list: what counters it shares with others, its levels, and what it starts anew with
_WordList = tuple[str, Mapping[int, _WordLevel], Mapping[int, int]]


class _WordStyle(NamedTuple):
    name: str = ""
    outline: int | None = None
    number: tuple[str, int] | None = None
    bold: bool = False
    size: float = 0


def read_word(package: Package) -> tuple[list[Paragraph], int | None, int]:
    """The paragraphs, how many pages there are where that is known, and the lines of contents left out."""
    body = package.tree("word/document.xml").find(f"{_W}body")
    if body is None:
        raise damaged(package.source)
    reader = _WordReader(package.tree("word/styles.xml"), package.tree("word/numbering.xml"))
    paragraphs = list(reader.flow(body))
    pages = reader.page if reader.page > 1 else None
    if pages is None:
        paragraphs = [replace(paragraph, page=None) for paragraph in paragraphs]
    paragraphs += [
        Paragraph(text, kind="note")
        for entry in ("footnotes", "endnotes")
        for note in package.tree(f"word/{entry}.xml")
        if note.get(f"{_W}type") is None
        and (text := canonical(" ".join(map(_word_text, note.iter(f"{_W}p")))))
    ]
    return paragraphs, pages, reader.contents


def _value(properties: Element | None, name: str) -> str:
    element = properties.find(f"{_W}{name}") if properties is not None else None
    return element.get(f"{_W}val", "") if element is not None else ""


def _is_on(element: Element | None) -> bool:
    return element is not None and element.get(f"{_W}val", "1") not in ("0", "false", "none")


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
    def __init__(self, styles: Element, numbering: Element) -> None:
        self.page = 1
        self.contents = 0
        self.counters: dict[str, dict[int, int]] = {}
        self.begun: set[str] = set()
        self._raw = {style.get(f"{_W}styleId", ""): style for style in styles.iter(f"{_W}style")}
        size = _value(styles.find(f"{_W}docDefaults/{_W}rPrDefault/{_W}rPr"), "sz")
        self.default = self._plain = _WordStyle(size=float(size) / 2 if size else 10)
        self.styles: dict[str, _WordStyle] = {}
        for key, element in self._raw.items():
            style = self._style(key, frozenset())
            if element.get(f"{_W}default") == "1" and element.get(f"{_W}type") == "paragraph":
                self.default = style if self.default is self._plain else self.default
        shared = {
            element.get(f"{_W}abstractNumId", ""): self._levels(element)
            for element in numbering.iter(f"{_W}abstractNum")
        }
        self.lists: dict[str, _WordList] = {}
        for number in numbering.iter(f"{_W}num"):
            abstract = _value(number, "abstractNumId")
            levels = dict(shared.get(abstract, {}))
            anew = dict[int, int]()
            for override in number.iter(f"{_W}lvlOverride"):
                levels |= self._levels(override)
                if start := _value(override, "startOverride"):
                    anew[int(override.get(f"{_W}ilvl", "0"))] = int(start)
            self.lists[number.get(f"{_W}numId", "")] = abstract, levels, anew

    @staticmethod
    def _levels(element: Element) -> dict[int, _WordLevel]:
        return {
            int(level.get(f"{_W}ilvl", "0")): (
                _value(level, "numFmt") or "decimal",
                _value(level, "lvlText"),
                int(_value(level, "start") or 1),
                _is_on(level.find(f"{_W}isLgl")),
            )
            for level in element.findall(f"{_W}lvl")
        }

    def _style(self, key: str, below: frozenset[str]) -> _WordStyle:
        element = self._raw.get(key)
        if element is None or key in below:
            return self._plain
        if key not in self.styles:
            above = self._style(_value(element, "basedOn"), below | {key})
            name = _value(element, "name")
            paragraph = element.find(f"{_W}pPr")
            run = element.find(f"{_W}rPr")
            level = _value(paragraph, "outlineLvl")
            outline = int(level) + 1 if level else above.outline
            if heading := _HEADING_NAME.fullmatch(name):
                outline = int(heading[1])
            elif name.lower() == "title":
                outline = 0
            number = paragraph.find(f"{_W}numPr") if paragraph is not None else None
            listed = (
                _value(number, "numId") or (above.number or ("", 0))[0],
                int(_value(number, "ilvl") or 0),
            )
            bold = run.find(f"{_W}b") if run is not None else None
            size = _value(run, "sz")
            self.styles[key] = _WordStyle(
                name,
                None if outline is not None and outline > 9 else outline,
                listed if number is not None else above.number,
                _is_on(bold) if bold is not None else above.bold,
                float(size) / 2 if size else above.size,
            )
        return self.styles[key]

    def flow(self, parent: Element) -> Iterator[Paragraph]:
        for child in parent:
            if child.tag == f"{_W}p":
                yield from self._paragraph(child)
            elif child.tag == f"{_W}tbl":
                rows: list[tuple[str, ...]] = []
                for row in child.iter(f"{_W}tr"):
                    cells: list[str] = []
                    for cell in _inside(row, f"{_W}tc"):
                        text = _cell_text(self.flow(cell))
                        merged = cell.find(f"{_W}tcPr/{_W}vMerge")
                        goes_on = (
                            merged is not None and merged.get(f"{_W}val", "continue") == "continue"
                        )
                        span = int(_value(cell.find(f"{_W}tcPr"), "gridSpan") or 1)
                        cells += ["" if goes_on else text, *[""] * (span - 1)]
                    rows.append(tuple(cells))
                yield Paragraph("", self.page, kind="table", rows=tuple(rows))
            elif child.tag not in _NOT_READ:
                yield from self.flow(child)

    def _paragraph(self, element: Element) -> Iterator[Paragraph]:
        properties = element.find(f"{_W}pPr")
        style = self.styles.get(_value(properties, "pStyle"), self.default)
        runs: list[tuple[str, bool]] = []
        sizes: list[float] = []
        for run in _inside(element, f"{_W}r"):
            look = run.find(f"{_W}rPr")
            weight = look.find(f"{_W}b") if look is not None else None
            size = _value(look, "sz")
            words = _word_text(run)
            runs.append((words, _is_on(weight) if weight is not None else style.bold))
            sizes += [float(size) / 2 if size else style.size] if words.strip() else []
        text = canonical("".join(words for words, _ in runs))
        page = self.page
        breaks = sum(1 for _ in element.iter(f"{_W}lastRenderedPageBreak"))
        # whether a page begins before the first word
        page_break = f"{_W}lastRenderedPageBreak"
        inside = ((inner.tag, inner.text or "") for inner in _own(element))
        marks = (
            tag for tag, words in inside if tag == page_break or (tag == f"{_W}t" and words.strip())
        )
        if breaks and next(marks, "") == page_break:
            page += 1
        self.page += breaks
        listed = self._listed(properties, style)
        number = self._number(*listed) if text and listed else ""
        if _CONTENTS_NAME.match(style.name):
            self.contents += 1
        elif text:
            bold, lead = bold_lead(runs)
            level = _value(properties, "outlineLvl")
            outline = style.outline if not level else int(level) + 1 if int(level) < 9 else None
            yield Paragraph(
                text,
                page,
                None,
                number,
                outline,
                size=max(sizes, default=0),
                bold=bold,
                lead=lead,
                depth=listed[1] + 1 if listed and listed[0] not in ("", "0") else 0,
            )
        for box in element.iter(f"{_W}txbxContent"):
            if not any(box in list(fallback.iter(box.tag)) for fallback in element.iter(_FALLBACK)):
                yield from self.flow(box)

    def _listed(self, properties: Element | None, style: _WordStyle) -> tuple[str, int] | None:
        number = properties.find(f"{_W}numPr") if properties is not None else None
        if number is None:
            return style.number
        identifier, level = style.number or ("", 0)
        return _value(number, "numId") or identifier, int(_value(number, "ilvl") or level)

    def _number(self, identifier: str, level: int) -> str:
        shared, levels, anew = self.lists.get(identifier, ("", {}, {}))
        if identifier in ("", "0") or level not in levels:
            return ""
        counters = self.counters.setdefault(shared, {})
        if identifier not in self.begun:
            self.begun.add(identifier)
            counters |= {at: start - 1 for at, start in anew.items()}
        form, pattern, start, is_decimal = levels[level]
        counters[level] = counters.get(level, start - 1) + 1
        for deeper in [at for at in counters if at > level]:
            del counters[deeper]
        if form == "bullet":
            return BULLET

        def printed(match: re.Match[str]) -> str:
            at = int(match[1]) - 1
            own_form, _, own_start, _ = levels.get(at, levels[level])
            return number_as(
                counters.setdefault(at, own_start),
                "decimal" if is_decimal and at < level else own_form,
            )

        return canonical(re.sub(r"%([1-9])", printed, pattern))


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
# more columns a cell cannot span: a spreadsheet's empty rest of a row is no part of a table
_SPANS_LIMIT: Final = 100


@dataclass(frozen=True, slots=True)
class _ListLevel:
    form: str
    before: str = ""
    after: str = ""
    shown: int = 1
    start: int = 1

    def printed(self, depth: int, counters: list[int], levels: "Mapping[int, _ListLevel]") -> str:
        entries = [
            number_as(max(counters[at], 1), levels[at].form)
            for at in range(max(depth - self.shown + 1, 1), depth + 1)
            if at in levels and levels[at].form not in ("none", BULLET)
        ]
        return (
            f"{self.before}{'.'.join(filter(None, entries))}{self.after}".strip()
            if any(entries)
            else ""
        )


class _Setting(NamedTuple):
    bold: bool = False
    size: float = 12
    parent: str = ""


def read_opendocument(package: Package) -> tuple[list[Paragraph], int]:
    content = package.tree("content.xml")
    body = content.find(f"{_OFFICE}body/{_OFFICE}text")
    if body is None:
        raise damaged(package.source)
    reader = _OpenReader(package.tree("styles.xml"), content)
    paragraphs = list(reader.flow(body))
    return paragraphs + reader.notes, reader.contents


def _list_levels(element: Element) -> dict[int, _ListLevel]:
    levels: dict[int, _ListLevel] = {}
    for level in element:
        at = int(level.get(f"{_TEXT}level", "0"))
        if level.tag == f"{_TEXT}list-level-style-bullet":
            levels[at] = _ListLevel(BULLET)
        elif level.tag in (f"{_TEXT}list-level-style-number", f"{_TEXT}outline-level-style"):
            form = level.get(f"{_STYLE}num-format", "")
            pattern = level.get(f"{_LOEXT}num-list-format", "")
            before = level.get(f"{_STYLE}num-prefix", "")
            after = level.get(f"{_STYLE}num-suffix", "")
            if form and "%" in pattern:
                before = pattern.split("%")[0]
                after = pattern.rpartition("%")[2]
            shown, start = (
                int(level.get(f"{_TEXT}{name}", "1")) for name in ("display-levels", "start-value")
            )
            levels[at] = _ListLevel(LIST_FORMS.get(form, "none"), before, after, shown, start)
    return levels


class _OpenReader:
    def __init__(self, styles: Element, content: Element) -> None:
        trees = (styles, content)
        self._raw = {
            style.get(f"{_STYLE}name", ""): style
            for tree in trees
            for style in tree.iter(f"{_STYLE}style")
        }
        default = next(
            (
                style
                for style in styles.iter(f"{_STYLE}default-style")
                if style.get(f"{_STYLE}family") == "paragraph"
            ),
            None,
        )
        self._plain = _Setting() if default is None else self._set(default, _Setting())
        self.settings: dict[str, _Setting] = {}
        for name in self._raw:
            self._setting(name, frozenset())
        self.lists = {
            listed.get(f"{_STYLE}name", ""): _list_levels(listed)
            for tree in trees
            for listed in tree.iter(f"{_TEXT}list-style")
        }
        outline = next(styles.iter(f"{_TEXT}outline-style"), None)
        self.outline = _list_levels(outline) if outline is not None else {}
        self.counters: dict[
            str, list[int]
        ] = {}  # of lists by their identifiers, of the one being read under « * »
        self.last: dict[str, list[int]] = {}
        self.headings = [0] * 10
        self.contents = 0
        self.notes: list[Paragraph] = []

    def _set(self, element: Element, above: _Setting) -> _Setting:
        letters = element.find(f"{_STYLE}text-properties")
        weight = letters.get(f"{_FO}font-weight") if letters is not None else None
        size = letters.get(f"{_FO}font-size", "") if letters is not None else ""
        points = above.size
        if size.endswith("pt"):
            points = float(size[:-2])
        elif size.endswith("%"):
            points = above.size * float(size[:-1]) / 100
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
            if child.tag in (f"{_TEXT}p", f"{_TEXT}h"):
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
            if item.tag != f"{_TEXT}list-item":
                continue
            if (start := item.get(f"{_TEXT}start-value", "")).isdecimal():
                self.counters["*"][depth] = int(start) - 1
            is_first = True
            for child in item:
                if child.tag in (f"{_TEXT}p", f"{_TEXT}h"):
                    # the first paragraph of an item has the number
                    yield from self._paragraph(
                        child, self._next(style, depth) if is_first else "", depth
                    )
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
            outline = int(element.get(f"{_TEXT}outline-level", "1"))
            if text and not number and element.get(f"{_TEXT}is-list-header") != "true":
                level = self.outline.get(outline)
                counters = self.headings
                if outline < len(counters):
                    counters[outline] += 1
                    counters[outline + 1 :] = [0] * (len(counters) - outline - 1)
                number = (
                    level.printed(outline, counters, self.outline)
                    if level and level.form != "none"
                    else ""
                )
        elif name == "Title" or setting.parent == "Title":
            outline = 0
        if text:
            bold, lead = bold_lead(runs)
            yield Paragraph(text, None, None, number, outline, depth, setting.size, bold, lead)
        for box in (*element.iter(f"{_DRAW}text-box"), *element.iter(f"{_DRAW}custom-shape")):
            yield from self.flow(box)

    def _runs(self, element: Element, setting: _Setting) -> Iterator[tuple[str, bool]]:
        if element.text:
            yield element.text, setting.bold
        for child in element:
            if child.tag == f"{_TEXT}note":
                body = child.find(f"{_TEXT}note-body")
                words = (
                    canonical(" ".join("".join(inner.itertext()) for inner in body))
                    if body is not None
                    else ""
                )
                if words:
                    self.notes.append(Paragraph(words, kind="note"))
            elif child.tag in (f"{_TEXT}s", f"{_TEXT}tab", f"{_TEXT}line-break"):
                yield " ", setting.bold
            elif child.tag not in _LEFT_OUT:
                setting_of = self.settings.get(child.get(f"{_TEXT}style-name", ""), setting)
                yield from self._runs(child, setting_of if child.tag == f"{_TEXT}span" else setting)
            if child.tail:
                yield child.tail, setting.bold

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
                times = min(int(cell.get(f"{_TABLE}number-columns-repeated", "1")), _SPANS_LIMIT)
                if cell.tag == f"{_TABLE}table-cell":
                    cells += [_cell_text(self.flow(cell))] * times
                elif cell.tag == f"{_TABLE}covered-table-cell":
                    cells += [""] * times
            yield tuple(cells)
