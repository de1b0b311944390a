"""Reports and briefs as files: a web page that needs nothing else, Markdown, JSON, and, by python-docx, a document.

A report is built beside its folder first, then put in place file by file; nothing is left half-written.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pan2kg.errors import FormatError, Place, ProjectError
from pan2kg.i18n.catalogue import Messages, format_of
from pan2kg.i18n.days import in_words
from pan2kg.i18n.message import there_are, told
from pan2kg.project import reason
from pan2kg.report.blocks import (
    INLINE,
    Block,
    Drawn,
    Fold,
    Headline,
    Headlines,
    Measures,
    PlanReport,
    Points,
    Prose,
    Section,
    Shown,
    anchors,
)
from pan2kg.report.brief import Brief, Finding, as_json
from pan2kg.tables.cells import clean, resting
from pan2kg.tables.markup import html_foot, html_table, html_text, md_foot, md_table, md_text
from pan2kg.tables.template import filled, markup, render

if TYPE_CHECKING:
    from markupsafe import Markup


_WORDS: Final = Messages("report")


def files_of(report: PlanReport) -> dict[str, str]:
    """What a report consists of, by the name of the file: the page, the text, the pictures beside the text."""
    pictures = {picture_file(report, drawn): drawn.plain for drawn in report.pictures()}
    return {
        f"report.{report.language}.html": write_page(report),
        f"report.{report.language}.md": write_text(report),
    } | pictures


def write_files(folder: Path, files: Mapping[str, str]) -> list[Path]:
    """Write files into a folder, which is made where it is missing: all of them are written before one is put in place.

    Raises:
        ProjectError: the folder cannot be made or written, a file is in the way, or the disk is full.
    """
    missing = next((one for one in (folder, *folder.parents) if one.parent.is_dir()), folder)
    new = not missing.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return _put(folder, files)
    except FileExistsError as error:
        raise ProjectError(
            "report-file-in-way", place=Place(str(error.filename or folder)), remedy="name-a-folder"
        ) from None
    except OSError as error:
        if new:
            shutil.rmtree(missing, ignore_errors=True)
        raise ProjectError(
            "cannot-write-report",
            place=Place(str(error.filename2 or error.filename or folder)),
            remedy="make-room",
            reason=reason(error),
        ) from None


def _put(folder: Path, files: Mapping[str, str]) -> list[Path]:
    for name in files:
        if (folder / name).is_dir():
            raise IsADirectoryError(21, str(told("folder-in-way")), str(folder / name))
    with tempfile.TemporaryDirectory(dir=folder, prefix=".pan2kg-") as made:
        work = Path(made)
        for name, text in files.items():
            with (work / name).open("w", encoding="utf-8", newline="\n") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
        for name in files:
            (work / name).replace(folder / name)
    return [folder / name for name in files]


def write_page(report: PlanReport) -> str:
    """The report as HTML; the template escapes every text."""
    page = _Page(report)
    values = {
        "report": report,
        "title": clean(report.title),
        "language": report.language,
        "style": markup(Path(__file__).with_name("report.css").read_text(encoding="utf-8")),
        "say": lambda key, **values: clean(_WORDS.say(f"page.{key}", report.language, **values)),
        "clean": clean,
        "kind_of": _kind,
        "text": partial(html_text, language=report.language),
        "foot": partial(html_foot, language=report.language),
        "basis": lambda figures: resting(figures, report.language),
        "picture": _picture,
        "inline": page.inline,
        "headline": page.headline,
        "named": page.named,
        "table": page.table,
        "data": page.data,
    }
    return render("report.html", values) + "\n"


def _kind(block: Block) -> str:
    return type(block).__name__


def _picture(drawn: Drawn) -> Markup:
    """The picture, which was escaped when it was drawn."""
    return markup(drawn.svg)


class _Page:
    """The pieces of a page that lead somewhere, and what its links can lead to."""

    def __init__(self, report: PlanReport) -> None:
        self.report = report
        self.known = report.names()

    def inline(self, text: str) -> Markup:
        """A sentence with its links and its pieces of code."""
        made, at, text = filled(""), 0, clean(text)
        for found in INLINE.finditer(text):
            said, name, code = found.groups()
            made += text[at : found.start()]
            made += filled("<code>{}</code>", code) if code else self._link(name, said)
            at = found.end()
        return made + text[at:]

    def headline(self, figure: Headline) -> Markup:
        """The number of a figure that stands out, which leads to the rows behind it."""
        of = filled(' <span class="of">{}</span>', figure.of) if figure.of else ""
        number = filled('<span class="value">{}</span>{}', figure.value, of)
        return self._link(figure.leads, number)

    def named(self, address: str, label: str) -> Markup:
        """What a thing is called, in the language of its name."""
        tongue = self.report.tongues.get(address, "")
        return filled('<span lang="{}">{}</span>', tongue, clean(label)) if tongue else filled("{}", clean(label))

    def table(self, shown: Shown) -> Markup:
        """A table whose rows can be found and whose cells lead to the rows behind them."""
        ties = anchors(shown.name, self.known, self.report.tongues)
        caption = html_text(shown.figures.title, self.report.language)
        return html_table(shown.figures, self.report.language, ties, caption=caption)

    def data(self, drawn: Drawn) -> Markup:
        """The table a picture was drawn from."""
        return self.table(Shown(drawn.data, f"{drawn.name}-data"))

    def _link(self, name: str, said: str | Markup) -> Markup:
        return filled('<a href="#{}">{}</a>', name, said) if name in self.known else filled("{}", said)


def picture_file(report: PlanReport, drawn: Drawn) -> str:
    """The name of the file a picture is in, beside the text."""
    return f"{drawn.name}.{report.language}.svg"


def write_text(report: PlanReport) -> str:
    """The report as Markdown."""
    text = _Text(report)
    parts = (
        f"# {md_text(report.title)}\n",
        f"{md_text(report.kicker)}\n",
        f"{md_text(report.lead)}\n",
        text.contents(),
        *(part for section in report.sections for part in text.section(section, 2)),
    )
    return "\n".join(part for part in parts if part)


class _Text:
    """The pieces of a text, and what its links can lead to."""

    def __init__(self, report: PlanReport) -> None:
        self.report = report
        self.language = report.language
        self.known = report.names()

    def contents(self) -> str:
        """The table of contents, two levels deep."""
        lines = [f'<a id="contents"></a>\n\n**{_WORDS.say("page.contents", self.language)}**\n\n']
        for at, section in enumerate(self.report.sections, start=1):
            lines.append(f"{at}. [{md_text(section.title)}](#{section.name})\n")
            lines += [f"    - [{md_text(part.title)}](#{part.name})\n" for part in section.parts if part.listed]
        return "".join(lines)

    def section(self, section: Section, level: int) -> Iterator[str]:
        """A section with its parts below it."""
        yield f'<a id="{section.name}"></a>\n\n{"#" * level} {md_text(section.title)}\n'
        for block in section.blocks:
            yield from self.block(block)
        for part in section.parts:
            yield from self.section(part, level + 1)

    def block(self, block: Block) -> Iterator[str]:
        """One block of a section."""
        if isinstance(block, Prose):
            yield f"{self.inline(block.text)}\n"
        elif isinstance(block, Points):
            yield "".join(f"- {self.inline(item)}\n" for item in block.items)
        elif isinstance(block, Headlines):
            yield "".join(
                f"- **{self._link(one.leads, md_text(f'{one.value} {one.of}'))}** {md_text(one.words)}\n"
                for one in block.figures
            )
        elif isinstance(block, Measures):
            yield from self._measures(block)
        elif isinstance(block, Shown):
            yield f"{md_text(block.figures.summary.say(self.language))}\n" if block.figures.summary else ""
            yield self._table(block)
            yield md_foot(block.figures, self.language)
        elif isinstance(block, Fold):
            summary = f"{block.figure} · {' ↔ '.join(label for _, label in block.things)}"
            yield f'<a id="{block.name}"></a>\n\n**{md_text(summary)}**\n'
            yield "".join(f"- {md_text(note)}\n" for note in block.notes)
            yield self._table(block.shown)
            yield f"{md_text(resting(block.shown.figures, self.language))}\n"
        else:
            yield from self._drawn(block)

    def inline(self, text: str) -> str:
        """A sentence with its links and its pieces of code."""
        parts, at = [], 0
        for found in INLINE.finditer(text):
            parts.append(_escaped(text[at : found.start()]))
            words, name, code = found.groups()
            parts.append(f"`{code}`" if code else self._link(name, md_text(words)))
            at = found.end()
        return "".join((*parts, _escaped(text[at:])))

    def _link(self, name: str, words: str) -> str:
        return f"[{words}](#{name})" if name in self.known else words

    def _table(self, shown: Shown) -> str:
        return md_table(shown.figures, self.language, anchors(shown.name, self.known, {}))

    def _measures(self, block: Measures) -> Iterator[str]:
        for one in block.entries:
            source = md_text(_WORDS.say("page.formula-source", self.language, source=one.source))
            yield f"**{md_text(one.name)}**\n\n    {one.formula}\n\n{md_text(one.words)} {source}.\n"

    def _drawn(self, block: Drawn) -> Iterator[str]:
        file = picture_file(self.report, block)
        yield f'<a id="{block.name}"></a>\n\n![{md_text(block.title)}]({file})\n'
        yield f"{md_text(block.description)}\n"


def _escaped(part: str) -> str:
    """A part of a sentence, with the spaces at its ends."""
    words = part.strip(" ")
    before, after = part[: len(part) - len(part.lstrip(" "))], part[len(part.rstrip(" ")) :]
    return f"{before}{md_text(words)}{after}" if words else part


_BRIEF: Final = Messages("brief")


def brief_bytes(brief: Brief, suffix: str, day: date) -> bytes:
    """The brief in the format an ending names: ``.docx``, ``.html`` or ``.json``; ``day`` stands at its head.

    Raises:
        FormatError: an unknown ending; a Word document without the extra « docx ».
    """
    write = _WRITERS.get(suffix.lower())
    if write is None:
        raise FormatError("brief-format", remedy=there_are(_WRITERS), name=suffix or "–")
    return write(brief, day)


def _html(brief: Brief, day: date) -> bytes:
    values = {
        "brief": brief,
        "title": brief.title,
        "language": brief.language,
        "day": in_words(day, brief.language),
        "style": markup(Path(__file__).with_name("brief.css").read_text(encoding="utf-8")),
        "say": lambda key: _BRIEF.say(key, brief.language),
    }
    return (render("brief.html", values) + "\n").encode()


def _json(brief: Brief, _: date) -> bytes:
    return as_json(brief).encode()


def _docx(brief: Brief, day: date) -> bytes:
    try:
        import docx
        from docx.shared import Cm, Pt, RGBColor
    except ImportError:
        raise FormatError("extra-docx", remedy="install-docx") from None
    document: Any = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    for side in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
        setattr(section, side, Cm(2))
    document.styles["Normal"].font.name = "Liberation Sans"
    document.styles["Normal"].font.size = Pt(10)
    document.styles["Normal"].paragraph_format.space_after = Pt(4)
    core = document.core_properties
    core.title, core.author, core.language = clean(brief.title), "pan2kg", brief.language
    # a fixed day: the same graph gives the same file
    core.created = core.modified = _noon(day)
    page = _WordDocument(document, RGBColor(0x57, 0x60, 0x6A), Pt(8.5))
    _fill(page, brief, day)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


@dataclass(frozen=True, slots=True)
class _WordDocument:
    """A Word document that is written from top to bottom, and how small print looks in it."""

    document: Any
    colour: Any
    size: Any

    def put(self, text: str, style: str | None = None, *, soft: bool = False) -> None:
        run = self.document.add_paragraph(style=style).add_run(clean(text))
        if soft:
            run.font.color.rgb, run.font.size = self.colour, self.size

    def head(self, text: str, level: int) -> None:
        self.document.add_heading(clean(text), level=level)

    def line(self, name: str, text: str) -> None:
        paragraph = self.document.add_paragraph()
        paragraph.add_run(f"{clean(name)} ").bold = True
        paragraph.add_run(clean(text))


def _fill(page: _WordDocument, brief: Brief, day: date) -> None:
    language = brief.language
    page.put(f"pan2kg · {in_words(day, language)}", soft=True)
    page.head(brief.title, 1)
    page.put(brief.lead)
    for number, one in enumerate(brief.findings, 1):
        page.head(f"{number}. {_head(brief, one)}", 2)
        page.put(f"{one.words} ({one.level})" if one.level else one.words)
        for quoted in one.quotations:
            page.put(_BRIEF.say("quoted", language, words=quoted.words), "Quote")
            page.put(quoted.document, soft=True)
        for key, text in (("proposal", one.proposal), ("addressee", one.addressee), ("until", one.until)):
            page.line(f"{_BRIEF.say(key, language)}{format_of('colon', language)}", text)
    for text in filter(None, ("" if brief.findings else _BRIEF.say("none", language), brief.rest)):
        page.put(text)
    if brief.solved:
        page.head(_BRIEF.say("solved", language), 2)
    for title in brief.solved:
        page.put(title, "List Bullet")
    page.put(f"{brief.basis} {_BRIEF.say('annex', language)}", soft=True)


def _noon(day: date) -> datetime:
    """Noon of a day as the library wants it: in universal time, which it does not say."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC).replace(tzinfo=None)


def _head(brief: Brief, one: Finding) -> str:
    return f"{one.title} [{_BRIEF.say(f'state-{one.state}', brief.language)}]" if one.state else one.title


_WRITERS: Final[Mapping[str, Callable[[Brief, date], bytes]]] = {".docx": _docx, ".html": _html, ".json": _json}
