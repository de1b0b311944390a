"""A brief as a file: HTML that needs nothing else, a Word document, or JSON. The one door to python-docx."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from pan2kg.errors import FormatError
from pan2kg.i18n.catalogue import Messages, format_of
from pan2kg.i18n.days import in_words
from pan2kg.i18n.message import there_are
from pan2kg.report.brief import Brief, Finding, as_json
from pan2kg.tables.cells import clean
from pan2kg.tables.template import markup, render

_WORDS: Final = Messages("brief")


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
        "say": lambda key: _WORDS.say(key, brief.language),
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
    page = _Page(document, RGBColor(0x57, 0x60, 0x6A), Pt(8.5))
    _fill(page, brief, day)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


@dataclass(frozen=True, slots=True)
class _Page:
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


def _fill(page: _Page, brief: Brief, day: date) -> None:
    language = brief.language
    page.put(f"pan2kg · {in_words(day, language)}", soft=True)
    page.head(brief.title, 1)
    page.put(brief.lead)
    for number, one in enumerate(brief.findings, 1):
        page.head(f"{number}. {_head(brief, one)}", 2)
        page.put(f"{one.words} ({one.level})" if one.level else one.words)
        for quoted in one.quotations:
            page.put(_WORDS.say("quoted", language, words=quoted.words), "Quote")
            page.put(quoted.document, soft=True)
        for key, text in (("proposal", one.proposal), ("addressee", one.addressee), ("until", one.until)):
            page.line(f"{_WORDS.say(key, language)}{format_of('colon', language)}", text)
    for text in filter(None, ("" if brief.findings else _WORDS.say("none", language), brief.rest)):
        page.put(text)
    if brief.solved:
        page.head(_WORDS.say("solved", language), 2)
    for title in brief.solved:
        page.put(title, "List Bullet")
    page.put(f"{brief.basis} {_WORDS.say('annex', language)}", soft=True)


def _noon(day: date) -> datetime:
    """Noon of a day as the library wants it: in universal time, which it does not say."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC).replace(tzinfo=None)


def _head(brief: Brief, one: Finding) -> str:
    return f"{one.title} [{_WORDS.say(f'state-{one.state}', brief.language)}]" if one.state else one.title


_WRITERS: Final[Mapping[str, Callable[[Brief, date], bytes]]] = {".docx": _docx, ".html": _html, ".json": _json}
