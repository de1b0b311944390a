"""A plan told as files: its brief as a page, data or a document, its report as the page of the plan with its tables.

The report is the page of the site as it is printed, without what leads elsewhere, and the figures
of the plan as tables below; as Markdown it is the tables. All files are written before one is put
in place.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from html import escape
from html.parser import HTMLParser
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from pan2kg import templates
from pan2kg.coherence import evidence
from pan2kg.errors import FormatError, Place, ProjectError
from pan2kg.findings.brief import Brief
from pan2kg.graph.graph import Graph
from pan2kg.i18n import Messages, format_of, message
from pan2kg.project import reason
from pan2kg.tables import (
    Table,
    TableChoice,
    coded,
    exhibit,
    figure_words,
    formats,
    gaps,
    table_kinds,
)
from pan2kg.turtle.vocabulary import key

_BRIEF: Final = Messages("brief")
FIGURES: Final = (
    "trust",
    "debt",
    "index",
    "participation",
    "loss",
    "completeness",
    "obligations",
    "gaps",
)
"""The tables of a report; the gaps are listed kind by kind as well."""
_EMPTY: Final = frozenset(("br", "col", "hr", "img", "input", "link", "meta"))
_UNPRINTED: Final = frozenset(("form", "script", "button", "nav", "template"))


def tables_of(
    graph: Graph, plan: str, level: evidence.Level = evidence.HEADLINE
) -> Iterator[Table]:
    choice = TableChoice(plans=(key(plan),), evidence=level)
    yield from (table_kinds()[name].make(graph, choice) for name in FIGURES)
    for kind in gaps.KINDS:
        listed = table_kinds()["gaps"].make(
            graph, TableChoice(plans=choice.plans, part=kind, evidence=level)
        )
        if listed.rows:
            listed.title = coded("gap", kind)
            yield listed


def report_files(
    graph: Graph, plan: str, page: str, style: str = "", level: evidence.Level = evidence.HEADLINE
) -> dict[str, str]:
    """What a report consists of, by the name of the file.

    ``page`` is that of the plan, by its IRI, in the language of the graph, and ``style`` the style
    sheet of the site.

    >>> from pan2kg import open_graph
    >>> graph = open_graph().spoken("en")
    >>> list(report_files(graph, graph.plan("lu-bhr-2"), "<main><h1>PAN 2</h1></main>"))
    ['report.en.html', 'report.en.md']
    """
    language = graph.language
    tables = list(tables_of(graph, plan, level))
    title = _BRIEF.say("report-title", language, plan=graph.label(plan))
    basis = _BRIEF.say(
        "report-basis",
        language,
        release=graph.release,
        day=message.in_words(graph.as_of, language),
        level=figure_words.according_to(level).say(language),
    )
    names = (exhibit.Anchors(f"table-{at}") for at, _ in enumerate(tables, start=1))
    pieces = [
        exhibit.html_figures(table, language, name)
        for table, name in zip(tables, names, strict=False)
    ]
    titles = [exhibit.html_text(table.title, language) for table in tables]
    parser = _Printed()
    parser.feed(page)
    parser.close()
    values = {
        "title": title,
        "language": language,
        "basis": basis,
        "style": templates.markup(style) or _style("brief.css"),
        "page": templates.markup("".join(parser.pieces)),
        "tables": list(zip(titles, pieces, strict=True)),
    }
    text = [f"# {exhibit.md_text(title)}\n", f"{exhibit.md_text(basis)}\n"]
    text += [exhibit.md_table(table, language) for table in tables]
    whole = templates.render("report.html", values) + "\n"
    return {f"report.{language}.html": whole, f"report.{language}.md": "\n".join(text)}


class _Printed(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.inside = self.hidden = self.drawn = 0
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside += tag == "main"
        self.drawn += tag == "svg"
        if tag in _UNPRINTED:
            self.hidden += 1
        if not self.inside or self.hidden or tag == "main":
            return
        values = dict(attrs)
        if tag == "a":
            address = values.pop("href", None) or ""
            leads = address.startswith(("#", "https://", "http://"))
            values |= {"href": address} if leads else {}
            self.links.append("a" if leads else "g" if self.drawn else "span")
            tag = self.links[-1]
        if tag == "details":
            values["open"] = None
        attributes = (
            f" {name}" if text is None else f' {name}="{escape(text)}"'
            for name, text in values.items()
        )
        self.pieces.append(f"<{tag}{''.join(attributes)}>")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.inside and not self.hidden:
            attributes_text = "".join(f' {name}="{escape(text or "")}"' for name, text in attrs)
            self.pieces.append(f"<{tag}{attributes_text}/>")

    def handle_endtag(self, tag: str) -> None:
        self.drawn -= tag == "svg"
        if tag == "main":
            self.inside -= 1
        elif tag in _UNPRINTED:
            self.hidden -= 1
        elif self.inside and not self.hidden and tag not in _EMPTY:
            self.pieces.append(f"</{self.links.pop() if tag == 'a' else tag}>")

    def handle_data(self, data: str) -> None:
        if self.inside and not self.hidden:
            self.pieces.append(escape(data, quote=False))


def _style(name: str) -> object:
    return templates.markup(Path(__file__).with_name(name).read_text(encoding="utf-8"))


def write_files(folder: Path, files: Mapping[str, str]) -> list[Path]:
    missing = next((path for path in (folder, *folder.parents) if path.parent.is_dir()), folder)
    was_there = missing.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in files:
            if (folder / name).is_dir():
                raise IsADirectoryError(21, str(message.told("folder-in-way")), str(folder / name))
        with tempfile.TemporaryDirectory(dir=folder, prefix=".pan2kg-") as work:
            for name, text in files.items():
                with (Path(work) / name).open("w", encoding="utf-8", newline="\n") as file:
                    file.write(text)
                    file.flush()
                    os.fsync(file.fileno())
            for name in files:
                (Path(work) / name).replace(folder / name)
    except FileExistsError as error:
        place = Place(str(error.filename or folder))
        raise ProjectError("report-file-in-way", place=place, remedy="name-new-folder") from None
    except OSError as error:
        if not was_there:
            shutil.rmtree(missing, ignore_errors=True)
        place = Place(str(error.filename2 or error.filename or folder))
        raise ProjectError(
            "cannot-write-there", place=place, remedy="make-room", reason=reason(error)
        ) from None
    return [folder / name for name in files]


def brief_bytes(brief: Brief, suffix: str, day: date) -> bytes:
    write = _WRITERS.get(suffix.lower())
    if write is None:
        raise FormatError("no-form", remedy=message.there_are(_WRITERS), form=suffix or "–")
    return write(brief, day)


def _html(brief: Brief, day: date) -> bytes:
    values = {
        "brief": brief,
        "title": brief.title,
        "language": brief.language,
        "day": message.in_words(day, brief.language),
        "style": _style("brief.css"),
        "say": lambda name: _BRIEF.say(name, brief.language),
    }
    return (templates.render("brief.html", values) + "\n").encode()


def _docx(brief: Brief, day: date) -> bytes:
    if find_spec("docx") is None:
        raise FormatError("needs-extra", remedy="install-extra", extra="docx")
    import docx
    from docx.shared import Cm, Pt, RGBColor

    language = brief.language
    document = docx.Document()
    styles: Any = document.styles
    section = document.sections[0]
    section.page_width = Cm(21)
    section.page_height = Cm(29.7)
    for side in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
        setattr(section, side, Cm(2))
    styles["Normal"].font.name = "Liberation Sans"
    styles["Normal"].font.size = Pt(10)
    styles["Normal"].paragraph_format.space_after = Pt(4)
    core = document.core_properties
    core.title = formats.clean(brief.title)
    core.author = "pan2kg"
    core.language = language
    # a fixed time, noon as the library wants it: the same graph gives the same file
    core.created = core.modified = datetime(day.year, day.month, day.day, 12, tzinfo=UTC).replace(
        tzinfo=None
    )

    def put(text: str, style: str | None = None, *, soft: bool = False) -> None:
        run = document.add_paragraph(style=style).add_run(formats.clean(text))
        if soft:
            run.font.color.rgb = RGBColor(0x57, 0x60, 0x6A)
            run.font.size = Pt(8.5)

    put(f"pan2kg · {message.in_words(day, language)}", soft=True)
    document.add_heading(formats.clean(brief.title), level=1)
    put(brief.lead)
    for number, advice in enumerate(brief.findings, 1):
        state = f" [{_BRIEF.say(f'state-{advice.state}', language)}]" if advice.state else ""
        document.add_heading(formats.clean(f"{number}. {advice.title}{state}"), level=2)
        put(f"{advice.words} ({advice.level})" if advice.level else advice.words)
        for words, source in advice.quotations:
            put(_BRIEF.say("quoted", language, words=words), "Quote")
            put(source, soft=True)
        for name, text in (
            ("proposal", advice.proposal),
            ("addressee", advice.addressee),
            ("until", advice.until),
        ):
            paragraph = document.add_paragraph()
            head = _BRIEF.say(name, language) + format_of("colon", language)
            paragraph.add_run(f"{formats.clean(head)} ").bold = True
            paragraph.add_run(formats.clean(text))
    if not brief.findings:
        put(_BRIEF.say("none", language))
    if brief.rest:
        put(brief.rest)
    if brief.solved:
        document.add_heading(formats.clean(_BRIEF.say("solved", language)), level=2)
    for title in brief.solved:
        put(title, "List Bullet")
    put(f"{brief.basis} {_BRIEF.say('annex', language)}", soft=True)
    target = BytesIO()
    document.save(target)
    return target.getvalue()


_WRITERS: Final[Mapping[str, Callable[[Brief, date], bytes]]] = {
    ".docx": _docx,
    ".html": _html,
    ".json": lambda brief, _: brief.as_json().encode(),
}
