"""Computed tables as pages and as files: each table, the list of kinds of gaps, and the gaps of each kind.

A page of an export shows the first rows of a long table and offers all of them as a file; a server
shows any plan's share of a table, and all rows.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache, partial
from typing import NamedTuple

from pan2kg import templates
from pan2kg.graph.labels import Labels
from pan2kg.i18n import Language
from pan2kg.site.page import (
    CSV,
    GZIP,
    JSON,
    Download,
    File,
    Markup,
    Option,
    PageContext,
    SiteContext,
    Values,
    View,
    gzip_bytes,
)
from pan2kg.tables import exhibit, gaps, spreadsheet, writers
from pan2kg.tables.kinds import TableChoice, table_kinds
from pan2kg.tables.table import Table, Value

# what must be told what to look at has no page of its own
TABLE_NAMES = tuple(name for name, kind in table_kinds().items() if not kind.alone)
"""The tables that have a page of their own."""
GZIP_SUFFIX = ".gz"
"""What stands behind the name of a file that programs read and that an export has packed."""
_BRIEF_KINDS = ("plan", "instrument")
"""What is called by its short name in tables, as in links to it elsewhere."""
_GAP_COLUMNS = frozenset({"gap", "gap_label"})
"""The columns of gaps that say of what kind one is: on the page of a kind all rows have the same."""


class GapKind(NamedTuple):
    """A kind of gap in the list of kinds: its page, its name, how many there are, and of how many, if counted."""

    address: str
    name: Value
    number: Value
    population: Value


# Tables on pages of any kind


def table_html(table: Table, context: PageContext) -> Markup:
    """A table as it stands on a page: sortable, with links, and with what is left out counted below it."""
    language = context.language
    short = _short_names(context.graph.labels, language)
    spoken = partial(_foreign_language, context.graph.labels, language)
    address = cache(context.address)  # of what stands in many rows
    anchors = exhibit.Anchors(
        table.name,
        leads=lambda _row, _column, iri: address(iri),
        spoken=cache(spoken),
        called=lambda iri: short.get(iri, ""),
    )
    head = table.rows[: context.row_limit]
    title = exhibit.html_text(table.title, language)
    shown = exhibit.html_table(
        replace(table, rows=head), language, anchors, caption=title, has_script=True
    )
    macro = partial(templates.macro, "_macros.html")
    button_for_all = macro("rest")(len(head), context.t)
    rows_left_out = macro("cut")(len(head), len(table.rows), context.t)
    foot = exhibit.html_foot(table, language)
    return templates.markup(
        f"<sortable-table>{shown}</sortable-table>\n{button_for_all}{rows_left_out}{foot}"
    )


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


def table_downloads(context: PageContext, path: str, **asked: str) -> list[Download]:
    """A table as files: as CSV, and as JSON, which an export has in one language, packed."""
    csv = Download(context.href(f"{path}.csv", **asked), "CSV")
    if context.is_served:
        return [csv, Download(context.shared_href(f"{path}.json", **asked), "JSON")]
    return [csv, Download(context.shared_href(f"{path}.json{GZIP_SUFFIX}", **asked), "JSON (gzip)")]


# The page of a table


def _figure_values(context: PageContext) -> Values | None:
    name = context.request.key
    table = _requested_table(context)
    if table is None:
        return None
    asked = context.nonempty_arguments("plan", "all")
    # what a table shows, and what must not be read into it
    lead = table.summary.say(context.language)
    if name == "trust":
        lead = f"{lead} {context.t('figure-trust-remark')}"
    plans = context.graph.labels.of_kind("plan")
    return {
        "title": table.title.say(context.language),
        "lead": lead.strip(),
        "table": table_html(table, context),
        "plans": [Option(plan.key, context.name(plan.iri)) for plan in plans],
        "plan": asked.get("plan", ""),
        "downloads": _downloads(context, f"figure/{name}", asked),
    }


def _requested_table(context: PageContext) -> Table | None:
    """The table of the address, of the plan chosen there; None where it has no page."""
    key = context.request.key
    arguments = context.arguments
    if key not in TABLE_NAMES:
        return None
    plans = (arguments["plan"],) if arguments.get("plan") else ()
    choice = TableChoice(plans=plans, everything=arguments.get("all") == "1")
    return context.site_context.table_of(key, context.language, choice)


def _downloads(context: PageContext, path: str, asked: Mapping[str, str]) -> list[Download]:
    downloads = table_downloads(context, path, **asked)
    if context.is_served:
        local = context.href(f"{path}.csv", **asked, local="1")
        downloads.append(Download(local, context.t("question-csv-local")))
        downloads.append(Download(context.href(f"{path}.xlsx", **asked), "XLSX"))
    return downloads


# What is not known


def _gap_kinds_values(context: PageContext) -> Values:
    table_of = context.site_context.table_of
    kinds = []
    for row in table_of("gaps", context.language).rows:
        address = context.href(f"gap/{row['gap']}.html")
        kinds.append(GapKind(address, row["gap_label"], row["gaps_number"], row["gaps_of"]))
    return {
        "kinds": kinds,
        "opposed": table_html(table_of("opposed", context.language), context),
        "downloads": table_downloads(context, "figure/gaps"),
    }


def _gaps_values(context: PageContext) -> Values | None:
    kind = context.request.key
    table = _gaps_of_kind(context)
    if table is None:
        return None
    counted = context.site_context.table_of("gaps", context.language)
    total = next(row for row in counted.rows if row["gap"] == kind)
    number = total["gaps_number"]
    lead = ""
    if number is not None:
        lead = context.t("gap-lead", n=number, of=total["gaps_of"])
    columns = []
    for column in table.columns:
        is_filled = any(row.get(column.key) for row in table.rows)
        if is_filled and column.key not in _GAP_COLUMNS:
            columns.append(column)
    return {
        "title": str(total["gap_label"]),
        "lead": lead,
        "table": table_html(replace(table, columns=tuple(columns)), context),
        "plans": [],  # no plan is chosen
        "downloads": [Download(context.href(f"gap/{kind}.csv"), "CSV")],
    }


def _gaps_of_kind(context: PageContext) -> Table | None:
    """The gaps of the kind in the address; None where there is no such kind."""
    key = context.request.key
    if key not in gaps.KINDS:
        return None
    return context.site_context.table_of("gaps", context.language, TableChoice(part=key))


# The same as files


def _figure_file(context: PageContext, form: str) -> str | bytes | None:
    table = _requested_table(context)
    if table is None:
        return None
    if form == "csv":
        return _csv(context, table, "csv-local" if context.arguments.get("local") else "csv")
    text = writers.write(table, form.removesuffix(GZIP_SUFFIX), writers.Style(context.language))
    return gzip_bytes(str(text).encode()) if form.endswith(GZIP_SUFFIX) else text


def _gap_file(context: PageContext) -> str | bytes | None:
    table = _gaps_of_kind(context)
    return _csv(context, table, "csv") if table else None


def _csv(context: PageContext, table: Table, form: str) -> str | bytes:
    """A table as CSV, with plans and texts called by their short names, as they are on pages."""
    find = context.entry
    called = cache(context.brief_name)
    columns = [column for column in table.columns if column.names]
    rows = []
    for row in table.rows:
        cells = dict(row)
        for column in columns:
            entry = find(str(row.get(column.names)))
            if entry and entry.kind in _BRIEF_KINDS:
                cells[column.key] = called(entry.iri)
        rows.append(cells)
    named = replace(table, rows=tuple(rows))
    return writers.write(named, form, writers.Style(context.language))


def _table_keys(_: SiteContext) -> Iterable[str]:
    return TABLE_NAMES


def _gap_keys(_: SiteContext) -> Iterable[str]:
    return gaps.KINDS


def _table_file(ending: str, media: str, *, exported: bool = True, is_shared: bool = False) -> File:
    make = partial(_figure_file, form=ending)
    return File("figure", ending, media, make, _table_keys, exported, is_shared)


PAGES = (
    View("figure", _figure_values, _table_keys, section="questions"),
    View("gaps", _gap_kinds_values, title="gaps-title", section="gaps", menu=5),
    View("gap", _gaps_values, _gap_keys, template="figure.html", section="gaps"),
)
FILES = (
    _table_file("csv", CSV),
    _table_file("json", JSON, exported=False),
    _table_file(f"json{GZIP_SUFFIX}", GZIP, is_shared=True),
    _table_file("xlsx", spreadsheet.SPREADSHEET, exported=False),
    File("gap", "csv", CSV, _gap_file, _gap_keys),
)
