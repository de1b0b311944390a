"""The pages of figures on coherence, and the same figures as CSV, JSON and spreadsheet.

On a page the things of a table lead to their own pages, and its notes, basis and query stand below it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from pan2kg.i18n.catalogue import Messages
from pan2kg.site.page import CSV, JSON, File, Values, View
from pan2kg.tables.gaps import KINDS
from pan2kg.tables.making import Choice
from pan2kg.tables.registry import TABLES
from pan2kg.tables.spreadsheet import SPREADSHEET
from pan2kg.tables.table import Row, Table
from pan2kg.tables.template import macro, markup
from pan2kg.tables.writers import Anchors, Style, html_foot, html_table, html_text, write

if TYPE_CHECKING:
    from markupsafe import Markup

    from pan2kg.site.page_context import PageContext
    from pan2kg.site.site_context import SiteContext

_TABLES: Final = Messages("table")


def show(figures: Table, context: PageContext) -> Markup:
    """Rows, notes, basis and query of a table, as markup; its name starts the ids made for it."""
    language = context.request.language
    anchors = Anchors(figures.name, leads=partial(_leads, context), spoken=partial(_spoken, context))
    caption = html_text(figures.title, language)
    return markup(
        f"<sortable-table>{html_table(figures, language, anchors, caption=caption)}</sortable-table>\n"
        f"{macro('_macros.html', 'rest')(len(figures.rows), context.t)}"
        f"{html_foot(figures, language)}"
    )


def _leads(context: PageContext, _: Row, __: str, item: str) -> str:
    return context.address(item)


def _spoken(context: PageContext, item: str) -> str:
    entry = context.graph.labels.entry(item)
    if entry is None or not entry.texts or context.request.language in entry.texts:
        return ""
    return context.graph.labels.label(item, context.request.language).language


def names(_: SiteContext) -> Iterable[str]:
    """The figures that have a page; one that must be told what to look at stands on the pages of that."""
    return (name for name, kind in TABLES.items() if not kind.alone)


def _figures(context: PageContext, name: str) -> Table | None:
    if name not in TABLES or TABLES[name].alone:
        return None
    return context.site_context.figures(name, context.request.language, _choice(context))


def _choice(context: PageContext) -> Choice:
    plan = context.request.arguments.get("plan", "")
    return Choice(plans=(plan,) if plan else (), everything=context.request.arguments.get("all") == "1")


def values(context: PageContext) -> Values | None:
    """A figure as a page, for all plans or for the one in the address."""
    name = context.request.key
    figures = _figures(context, name)
    if figures is None:
        return None
    chosen = context.chosen("plan", "all")
    return {
        "title": figures.title.say(context.request.language),
        "lead": _lead(context, name, figures),
        "table": show(figures, context),
        "plans": [(entry.key, context.name(entry.iri)) for entry in context.graph.labels.of_kind("plan")],
        "plan": chosen.get("plan", ""),
        "downloads": _downloads(context, name, chosen),
    }


def _lead(context: PageContext, name: str, figures: Table) -> str:
    """What a figure shows, and what must not be read into it."""
    summary = figures.summary.say(context.request.language)
    return f"{summary} {context.t('figure-trust-remark')}".strip() if name == "trust" else summary


def _downloads(context: PageContext, name: str, chosen: dict[str, str]) -> list[tuple[str, str]]:
    """What a figure can be had as; for spreadsheets too where there is a server."""
    found = [(context.href(f"figure/{name}.{form}", **chosen), form.upper()) for form in ("csv", "json")]
    if context.site_context.mode == "served":
        found.append((context.href(f"figure/{name}.csv", **chosen, local="1"), context.t("question-csv-local")))
        found.append((context.href(f"figure/{name}.xlsx", **chosen), context.t("question-xlsx")))
    return found


def _written(form: str, context: PageContext) -> str | bytes | None:
    """A figure whole, with its basis; as the spreadsheets of the language expect it where the address asks for that."""
    figures = _figures(context, context.request.key)
    local = "-local" if form == "csv" and context.request.arguments.get("local") else ""
    return write(figures, f"{form}{local}", Style(context.request.language)) if figures else None


def listed(context: PageContext) -> list[tuple[str, str, str]]:
    """Every figure with a page: address, title and summary."""
    language = context.request.language
    return [
        (
            context.href(f"figure/{name}.html"),
            _TABLES.say(f"title.{name}", language),
            _TABLES.say(f"summary.{name}", language),
        )
        for name in names(context.site_context)
    ]


def gap_kinds(_: SiteContext) -> Iterable[str]:
    """The kinds of gaps, each with a page that lists them."""
    return KINDS


def gaps(context: PageContext) -> Values:
    """The page of gaps: how many of each kind; what waits for a review; what is opposed."""
    site_context, language = context.site_context, context.request.language
    counted = site_context.figures("gaps", language)
    return {
        "title": context.t("gaps-title"),
        "table": show(counted, context),
        "kinds": [(context.href(f"gap/{row['gap']}.html"), row["gap_label"], row["gaps_number"], row["gaps_of"])
                  for row in counted.rows],
        "opposed": show(site_context.figures("opposed", language), context),
        "downloads": [(context.href(f"figure/gaps.{form}"), form.upper()) for form in ("csv", "json")],
    }  # fmt: skip


def gap(context: PageContext) -> Values | None:
    """The gaps of one kind, which need not be said of each; columns with nothing in them are left out."""
    site_context, language, kind = context.site_context, context.request.language, context.request.key
    if kind not in KINDS:
        return None
    figures = site_context.figures("gaps", language, Choice(part=kind))
    row = next(row for row in site_context.figures("gaps", language).rows if row["gap"] == kind)
    number, of = row["gaps_number"], row["gaps_of"]
    columns = (column for column in figures.columns if column.key not in {"gap", "gap_label"}
               and any(row.get(column.key) for row in figures.rows))  # fmt: skip
    return {
        "title": str(row["gap_label"]),
        "lead": context.t("gap-lead", n=number, of=of) if number is not None else "",
        "table": show(replace(figures, columns=tuple(columns)), context),
        "plans": [],
        "plan": "",
        "downloads": [(context.href(f"gap/{kind}.csv"), "CSV")],
    }


def gap_csv(context: PageContext) -> str | None:
    """The gaps of one kind as CSV."""
    kind, language = context.request.key, context.request.language
    if kind not in KINDS:
        return None
    return str(write(context.site_context.figures("gaps", language, Choice(part=kind)), "csv", Style(language)))


PAGES: Final = (
    View("figure", values, names, section="questions"),
    View("gaps", gaps, section="gaps", menu=5),
    View("gap", gap, gap_kinds, template="figure.html", section="gaps"),
)
FILES: Final = (
    File("figure", "csv", CSV, partial(_written, "csv"), names),
    File("figure", "json", JSON, partial(_written, "json"), names),
    File("figure", "xlsx", SPREADSHEET, partial(_written, "xlsx"), names, exported=False),
    File("gap", "csv", CSV, gap_csv, gap_kinds),
)
