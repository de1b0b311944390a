"""A brief as a file: a page that stands alone, data, or a document for a word processor."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from pan2kg import templates
from pan2kg.errors import FormatError
from pan2kg.findings.brief import Brief, BriefFinding
from pan2kg.i18n import Messages, format_day, format_of, there_are
from pan2kg.project import read_text
from pan2kg.tables.formats import clean

_BRIEF = Messages("brief")
_MARGIN = 2
"""In centimetres, as the size of the page."""
_WIDTH = 21
_HEIGHT = 29.7


def brief_bytes(brief: Brief, suffix: str, day: date) -> bytes:
    """A brief in the format a suffix names, .html, .json or .docx; ``day`` stands in it.

    Raises:
        FormatError: there is no such format, or the library that writes it is not installed.
    """
    write = _WRITERS.get(suffix.lower())
    if write is None:
        raise FormatError("no-form", remedy=there_are(_WRITERS), form=suffix or "–")
    return write(brief, day)


def brief_style() -> object:
    """The style sheet of a brief that stands alone."""
    return templates.markup(read_text(Path(__file__).with_name("brief.css")))


def _json(brief: Brief, _: date) -> bytes:
    return brief.as_json().encode()


def _html(brief: Brief, day: date) -> bytes:
    values = {
        "brief": brief,
        "title": brief.title,
        "language": brief.language,
        "day": format_day(day, brief.language),
        "style": brief_style(),
        "say": lambda name: _BRIEF.say(name, brief.language),
    }
    return (templates.render("brief.html", values) + "\n").encode()


def _docx(brief: Brief, day: date) -> bytes:
    if find_spec("docx") is None:
        raise FormatError("needs-extra", remedy="install-extra", extra="docx")
    return _WordDocument(brief, day).written()


class _WordDocument:
    # a brief as a document of a word processor, with the words of its page

    def __init__(self, brief: Brief, day: date) -> None:
        import docx

        self.brief = brief
        self.day = day
        self.document = docx.Document()

    def written(self) -> bytes:
        self.lay_out()
        self.describe()
        self.fill()
        target = BytesIO()
        self.document.save(target)
        return target.getvalue()

    def say(self, key: str, **values: object) -> str:
        return _BRIEF.say(key, self.brief.language, **values)

    def lay_out(self) -> None:
        from docx.shared import Cm, Pt

        section = self.document.sections[0]
        section.page_width = Cm(_WIDTH)
        section.page_height = Cm(_HEIGHT)
        section.left_margin = Cm(_MARGIN)
        section.right_margin = Cm(_MARGIN)
        section.top_margin = Cm(_MARGIN)
        section.bottom_margin = Cm(_MARGIN)
        styles: Any = self.document.styles
        normal = styles["Normal"]
        normal.font.name = "Liberation Sans"
        normal.font.size = Pt(10)
        normal.paragraph_format.space_after = Pt(4)

    def describe(self) -> None:
        properties = self.document.core_properties
        properties.title = clean(self.brief.title)
        properties.author = "pan2kg"
        properties.language = self.brief.language
        # a fixed time, noon as the library wants it: the same graph gives the same file
        day = self.day
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC).replace(tzinfo=None)
        properties.created = noon
        properties.modified = noon

    def fill(self) -> None:
        brief = self.brief
        self.put_soft(f"pan2kg · {format_day(self.day, brief.language)}")
        self.head(brief.title, level=1)
        self.put(brief.lead)
        for number, finding in enumerate(brief.findings, 1):
            self.put_finding(number, finding)
        if not brief.findings:
            self.put(self.say("none"))
        if brief.unlisted:
            self.put(brief.unlisted)
        if brief.solved:
            self.head(self.say("solved"), level=2)
        for title in brief.solved:
            self.put(title, "List Bullet")
        self.put_soft(f"{brief.basis} {self.say('annex')}")

    def put_finding(self, number: int, finding: BriefFinding) -> None:
        title = f"{number}. {finding.title}"
        if finding.state:
            title += f" [{self.say(f'state-{finding.state}')}]"
        self.head(title, level=2)
        self.put(f"{finding.words} ({finding.level})" if finding.level else finding.words)
        for words, source in finding.quotations:
            self.put(self.say("quoted", words=words), "Quote")
            self.put_soft(source)
        self.put_entry("proposal", finding.proposal)
        self.put_entry("addressee", finding.addressee)
        self.put_entry("until", finding.until)

    def head(self, words: str, *, level: int) -> None:
        self.document.add_heading(clean(words), level=level)

    def put(self, words: str, style: str | None = None) -> None:
        self.document.add_paragraph(style=style).add_run(clean(words))

    def put_soft(self, words: str) -> None:
        from docx.shared import Pt, RGBColor

        run = self.document.add_paragraph().add_run(clean(words))
        run.font.color.rgb = RGBColor(0x57, 0x60, 0x6A)
        run.font.size = Pt(8.5)

    def put_entry(self, key: str, words: str) -> None:
        paragraph = self.document.add_paragraph()
        head = self.say(key) + format_of("colon", self.brief.language)
        paragraph.add_run(f"{clean(head)} ").bold = True
        paragraph.add_run(clean(words))


_WRITERS: Final[Mapping[str, Callable[[Brief, date], bytes]]] = {
    ".docx": _docx,
    ".html": _html,
    ".json": _json,
}
