"""The report of a plan as files: the page of the plan as it is printed, with its figures as tables below.

The page stands there without what leads elsewhere; as Markdown the report is the tables. All files
are written before one is put in place.
"""

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from html import escape
from html.parser import HTMLParser
from pathlib import Path

from pan2kg import templates
from pan2kg.coherence import evidence
from pan2kg.errors import Place, ProjectError
from pan2kg.graph.graph import Graph
from pan2kg.i18n import Messages, error_message, format_day
from pan2kg.project import reason
from pan2kg.site.brief_files import brief_style
from pan2kg.tables import (
    Table,
    TableChoice,
    coded,
    exhibit,
    figure_words,
    gaps,
    table_kinds,
)
from pan2kg.turtle.vocabulary import key

_BRIEF = Messages("brief")
REPORT_TABLES = (
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
_VOID_ELEMENTS = frozenset(("br", "col", "hr", "img", "input", "link", "meta"))
_UNPRINTED_ELEMENTS = frozenset(("form", "script", "button", "nav", "template"))


def report_tables(
    graph: Graph, plan: str, level: evidence.Level = evidence.HEADLINE
) -> Iterator[Table]:
    """The tables of a plan's report: its figures, then each kind of gap it has."""
    kinds = table_kinds()
    choice = TableChoice(plans=(key(plan),), evidence=level)
    for name in REPORT_TABLES:
        yield kinds[name].make(graph, choice)
    for kind in gaps.KINDS:
        listed = kinds["gaps"].make(graph, replace(choice, part=kind))
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
    tables = list(report_tables(graph, plan, level))
    title = _BRIEF.say("report-title", language, plan=graph.label(plan))
    basis = _BRIEF.say(
        "report-basis",
        language,
        release=graph.release,
        day=format_day(graph.as_of, language),
        level=figure_words.according_to(level).say(language),
    )
    figures = []
    for number, table in enumerate(tables, start=1):
        title_words = exhibit.html_text(table.title, language)
        anchors = exhibit.Anchors(f"table-{number}")
        figures.append((title_words, exhibit.html_figures(table, language, anchors)))
    values = {
        "title": title,
        "language": language,
        "basis": basis,
        "style": templates.markup(style) or brief_style(),
        "page": templates.markup(_printable_html(page)),
        "tables": figures,
    }
    markdown = [f"# {exhibit.md_text(title)}\n", f"{exhibit.md_text(basis)}\n"]
    markdown += [exhibit.md_table(table, language) for table in tables]
    return {
        f"report.{language}.html": templates.render("report.html", values) + "\n",
        f"report.{language}.md": "\n".join(markdown),
    }


def _printable_html(page: str) -> str:
    """What stands in the main part of a page, without forms and scripts, and without links to other pages."""
    parser = _PrintedPage()
    parser.feed(page)
    parser.close()
    return "".join(parser.pieces)


class _PrintedPage(HTMLParser):
    # counts how many open elements it is in: the main part, what is not printed, pictures

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.mains = 0
        self.unprinted = 0
        self.pictures = 0
        # for each open link the element that stands in its place
        self.links: list[str] = []

    @property
    def is_printed(self) -> bool:
        return self.mains > 0 and self.unprinted == 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "main":
            self.mains += 1
            return
        if tag == "svg":
            self.pictures += 1
        if tag in _UNPRINTED_ELEMENTS:
            self.unprinted += 1
        if not self.is_printed:
            return
        attributes = dict(attrs)
        if tag == "a":
            tag = self.open_link(attributes)
        if tag == "details":
            attributes["open"] = None
        self.pieces.append(f"<{tag}{_attributes(attributes.items())}>")

    def open_link(self, attributes: dict[str, str | None]) -> str:
        # a link to another page is none in print: its words stay, in a picture as a group
        address = attributes.pop("href", None) or ""
        if address.startswith(("#", "https://", "http://")):
            attributes["href"] = address
            element = "a"
        elif self.pictures:
            element = "g"
        else:
            element = "span"
        self.links.append(element)
        return element

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.is_printed:
            texts = [(name, text or "") for name, text in attrs]
            self.pieces.append(f"<{tag}{_attributes(texts)}/>")

    def handle_endtag(self, tag: str) -> None:
        if tag == "svg":
            self.pictures -= 1
        if tag == "main":
            self.mains -= 1
        elif tag in _UNPRINTED_ELEMENTS:
            self.unprinted -= 1
        elif self.is_printed and tag not in _VOID_ELEMENTS:
            element = self.links.pop() if tag == "a" else tag
            self.pieces.append(f"</{element}>")

    def handle_data(self, data: str) -> None:
        if self.is_printed:
            self.pieces.append(escape(data, quote=False))


def _attributes(attributes: Iterable[tuple[str, str | None]]) -> str:
    written = []
    for name, text in attributes:
        written.append(f" {name}" if text is None else f' {name}="{escape(text)}"')
    return "".join(written)


def write_report(folder: Path, files: Mapping[str, str]) -> list[Path]:
    """Write texts by file name into a folder, which is made where there is none; gives their paths.

    Raises:
        ProjectError: something stands in the way, or nothing can be written there; then no folder
            was made.
    """
    parents = [path for path in (folder, *folder.parents) if path.parent.is_dir()]
    first_made = parents[0] if parents else folder
    was_there = first_made.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write_all(folder, files)
    except FileExistsError as error:
        place = Place(str(error.filename or folder))
        raise ProjectError("report-file-in-way", place=place, remedy="name-new-folder") from None
    except OSError as error:
        if not was_there:
            shutil.rmtree(first_made, ignore_errors=True)
        place = Place(str(error.filename2 or error.filename or folder))
        raise ProjectError(
            "cannot-write-there", place=place, remedy="make-room", reason=reason(error)
        ) from None
    return [folder / name for name in files]


def _write_all(folder: Path, files: Mapping[str, str]) -> None:
    # beside their places first, so that a full disk leaves what stood there
    for name in files:
        if (folder / name).is_dir():
            raise IsADirectoryError(21, str(error_message("folder-in-way")), str(folder / name))
    with tempfile.TemporaryDirectory(dir=folder, prefix=".pan2kg-") as beside:
        for name, text in files.items():
            with (Path(beside) / name).open("w", encoding="utf-8", newline="\n") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
        for name in files:
            (Path(beside) / name).replace(folder / name)
