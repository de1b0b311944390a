"""A plan's report as one web page that needs nothing else; its template escapes every text."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pan2kg.i18n.catalogue import Messages
from pan2kg.report.blocks import INLINE, Block, Drawn, Headline, PlanReport, Shown, anchors
from pan2kg.tables.cells import clean
from pan2kg.tables.markup import html_foot, html_table, html_text
from pan2kg.tables.template import filled, markup, render

if TYPE_CHECKING:
    from markupsafe import Markup

_WORDS: Final = Messages("report")


def write_page(report: PlanReport) -> str:
    """The report as HTML."""
    links = _Links(report)
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
        "picture": _picture,
        "inline": links.inline,
        "headline": links.headline,
        "named": links.named,
        "table": links.table,
        "data": links.data,
    }
    return render("report.html", values) + "\n"


def _kind(block: Block) -> str:
    return type(block).__name__


def _picture(drawn: Drawn) -> Markup:
    """The picture, which was escaped when it was drawn."""
    return markup(drawn.svg)


class _Links:
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
