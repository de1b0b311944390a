"""Computed tables as pages and as files: each figure, each kind of gap, and the list of kinds.

A page of an export shows the first rows of a long table and offers all of them as a file; a server
shows any plan's share of a table, and all rows.
"""

from collections.abc import Iterable
from dataclasses import replace
from functools import cache, partial
from typing import Final

from pan2kg import templates
from pan2kg.graph.labels import Labels
from pan2kg.i18n.catalogue import Language
from pan2kg.site.page import (
    CSV,
    GZIP,
    JSON,
    File,
    Markup,
    PageContext,
    SiteContext,
    Values,
    View,
    packed,
)
from pan2kg.tables import exhibit, gaps, spreadsheet, table, writers

NAMES: Final = tuple(name for name, kind in table.table_kinds().items() if not kind.alone)
"""The tables that have a page of their own."""
PACKED: Final = ".gz"
"""What stands behind the name of a file that programs read and that an export has packed."""
_BRIEF_KINDS: Final = ("plan", "instrument")
"""What is called by its short name in tables, as in links to it elsewhere."""
_GAP_COLUMNS: Final = frozenset({"gap", "gap_label"})
"""The columns of gaps that say of what kind one is: on the page of a kind all rows have the same."""


def show(figures: table.Table, context: PageContext) -> Markup:
    """A table as it stands on a page: sortable, with links, and with what is left out counted below it."""
    language = context.language
    short = _short_names(context.graph.labels, language)
    spoken = partial(_foreign_language, context.graph.labels, language)
    address = cache(context.address)  # of what stands in many rows
    anchors = exhibit.Anchors(
        figures.name,
        leads=lambda _row, _column, iri: address(iri),
        spoken=cache(spoken),
        called=lambda iri: short.get(iri, ""),
    )
    head = figures.rows[: context.most]
    title = exhibit.html_text(figures.title, language)
    rows = exhibit.html_table(
        replace(figures, rows=head), language, anchors, caption=title, has_script=True
    )
    pieces = partial(templates.macro, "_macros.html")
    more = pieces("rest")(len(head), context.t)
    more += pieces("cut")(len(head), len(figures.rows), context.t)
    foot = exhibit.html_foot(figures, language)
    return templates.markup(f"<sortable-table>{rows}</sortable-table>\n{more}{foot}")


def json_download(context: PageContext, path: str, **asked: str) -> tuple[str, str]:
    """Where a table is as JSON, and what the link says: an export has it in one language, packed."""
    if not context.is_served:
        return context.shared(f"{path}{PACKED}", **asked), "JSON (gzip)"
    return context.shared(path, **asked), "JSON"


def _short_names(index: Labels, language: Language) -> dict[str, str]:
    short = {}
    for kind in _BRIEF_KINDS:
        for entry in index.of_kind(kind):
            if language in entry.brief:
                short[entry.iri] = entry.brief[language]
    return short


def _foreign_language(index: Labels, language: Language, iri: str) -> str:
    """The language of a thing's name where it has none in that of the page."""
    entry = index.entry(iri)
    if entry is None or not entry.texts or language in entry.texts:
        return ""
    return index.label(iri, language).language


def _table(context: PageContext) -> table.Table | None:
    key = context.request.key
    arguments = context.arguments
    if key not in NAMES:
        return None
    plans = (arguments["plan"],) if arguments.get("plan") else ()
    choice = table.TableChoice(plans=plans, everything=arguments.get("all") == "1")
    return context.site_context.figures(key, context.language, choice)


def _gap_table(context: PageContext) -> table.Table | None:
    key = context.request.key
    if key not in gaps.KINDS:
        return None
    choice = table.TableChoice(part=key)
    return context.site_context.figures("gaps", context.language, choice)


def _figure(context: PageContext) -> Values | None:
    name = context.request.key
    figures = _table(context)
    if figures is None:
        return None
    language = context.language
    asked = context.chosen("plan", "all")
    # what a figure shows, and what must not be read into it
    lead = figures.summary.say(language)
    if name == "trust":
        lead = f"{lead} {context.t('figure-trust-remark')}"
    return {
        "title": figures.title.say(language),
        "lead": lead.strip(),
        "table": show(figures, context),
        "plans": [
            (entry.key, context.name(entry.iri)) for entry in context.graph.labels.of_kind("plan")
        ],
        "plan": asked.get("plan", ""),
        "downloads": _downloads(context, f"figure/{name}", asked),
    }


def _downloads(context: PageContext, path: str, asked: dict[str, str]) -> list[tuple[str, str]]:
    downloads = [
        (context.href(f"{path}.csv", **asked), "CSV"),
        json_download(context, f"{path}.json", **asked),
    ]
    if context.is_served:
        local = context.href(f"{path}.csv", **asked, local="1")
        downloads.append((local, context.t("question-csv-local")))
        downloads.append((context.href(f"{path}.xlsx", **asked), "XLSX"))
    return downloads


def _gaps(context: PageContext) -> Values:
    language = context.language
    figures = context.site_context.figures
    kinds = []
    for row in figures("gaps", language).rows:
        address = context.href(f"gap/{row['gap']}.html")
        kinds.append((address, row["gap_label"], row["gaps_number"], row["gaps_of"]))
    return {
        "kinds": kinds,
        "opposed": show(figures("opposed", language), context),
        "downloads": [
            (context.href("figure/gaps.csv"), "CSV"),
            json_download(context, "figure/gaps.json"),
        ],
    }


def _gap(context: PageContext) -> Values | None:
    kind = context.request.key
    figures = _gap_table(context)
    if figures is None:
        return None
    counted = context.site_context.figures("gaps", context.language)
    total = next(row for row in counted.rows if row["gap"] == kind)
    number = total["gaps_number"]
    lead = ""
    if number is not None:
        lead = context.t("gap-lead", n=number, of=total["gaps_of"])
    columns = []
    for column in figures.columns:
        is_filled = any(row.get(column.key) for row in figures.rows)
        if is_filled and column.key not in _GAP_COLUMNS:
            columns.append(column)
    return {
        "title": str(total["gap_label"]),
        "lead": lead,
        "table": show(replace(figures, columns=tuple(columns)), context),
        "plans": [],
        "plan": "",
        "downloads": [(context.href(f"gap/{kind}.csv"), "CSV")],
    }


def _figure_file(context: PageContext, form: str) -> str | bytes | None:
    figures = _table(context)
    if figures is None:
        return None
    style = writers.Style(context.language)
    if form == "csv":
        is_local = bool(context.arguments.get("local"))
        figures = _with_short_names(figures, context)
        return writers.write(figures, "csv-local" if is_local else "csv", style)
    text = writers.write(figures, form.removesuffix(PACKED), style)
    return packed(str(text).encode()) if form.endswith(PACKED) else text


def _gap_file(context: PageContext) -> str | bytes | None:
    figures = _gap_table(context)
    if figures is None:
        return None
    figures = _with_short_names(figures, context)
    return writers.write(figures, "csv", writers.Style(context.language))


def _with_short_names(figures: table.Table, context: PageContext) -> table.Table:
    """The table with plans and texts called by their short names, as they are on pages."""
    find = context.entry
    called = cache(context.called)
    columns = [column for column in figures.columns if column.names]
    rows = []
    for row in figures.rows:
        cells = dict(row)
        for column in columns:
            entry = find(str(row.get(column.names)))
            if entry and entry.kind in _BRIEF_KINDS:
                cells[column.key] = called(entry.iri)
        rows.append(cells)
    return replace(figures, rows=tuple(rows))


def _names(_: SiteContext) -> Iterable[str]:
    return NAMES


def _kinds(_: SiteContext) -> Iterable[str]:
    return gaps.KINDS


def _file(ending: str, media: str, *, exported: bool = True, is_shared: bool = False) -> File:
    make = partial(_figure_file, form=ending)
    return File("figure", ending, media, make, _names, exported, is_shared)


PAGES: Final = (
    View("figure", _figure, _names, section="questions"),
    View("gaps", _gaps, title="gaps-title", section="gaps", menu=5),
    View("gap", _gap, _kinds, template="figure.html", section="gaps"),
)
FILES: Final = (
    _file("csv", CSV),
    _file("json", JSON, exported=False),
    _file(f"json{PACKED}", GZIP, is_shared=True),
    _file("xlsx", spreadsheet.SPREADSHEET, exported=False),
    File("gap", "csv", CSV, _gap_file, _kinds),
)
