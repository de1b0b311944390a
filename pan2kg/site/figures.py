"""A table of figures as a piece of a page: its things lead to their pages, its notes, basis and query stand below.

Figures on coherence as pages of their own, with the same figures as CSV, JSON and spreadsheet.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from pan2kg.i18n.catalogue import Messages
from pan2kg.site.page import CSV, JSON, File, View
from pan2kg.tables.gaps import KINDS
from pan2kg.tables.markup import Anchors, html_foot, html_table, html_text
from pan2kg.tables.registry import TABLES
from pan2kg.tables.spreadsheet import SPREADSHEET, write_figures_spreadsheet
from pan2kg.tables.table import Choice
from pan2kg.tables.template import markup
from pan2kg.tables.writers import write_figures

if TYPE_CHECKING:
    from markupsafe import Markup

    from pan2kg.site.library import Library
    from pan2kg.site.page import Values
    from pan2kg.site.speaker import Speaker
    from pan2kg.tables.cells import Row
    from pan2kg.tables.table import FigureTable

_TABLES: Final = Messages("table")


def show(figures: FigureTable, speaker: Speaker, *, name: str = "") -> Markup:
    """Rows, notes, basis and query of a table, as markup; ``name`` starts the ids made for it."""
    language = speaker.request.language
    anchors = Anchors(name or figures.name, leads=partial(_leads, speaker), spoken=partial(_spoken, speaker))
    caption = html_text(figures.title, language)
    return markup(
        f"<sortable-table>{html_table(figures, language, anchors, caption=caption)}</sortable-table>\n"
        f"{html_foot(figures, language)}"
    )


def _leads(speaker: Speaker, _: Row, __: str, item: str) -> str:
    return speaker.address(item)


def _spoken(speaker: Speaker, item: str) -> str:
    entry = speaker.graph.labels.entry(item)
    if entry is None or not entry.texts or speaker.request.language in entry.texts:
        return ""
    return speaker.graph.labels.label(item, speaker.request.language).language


def names(_: Library) -> Iterable[str]:
    """The figures that have a page; one that must be told what to look at stands on the pages of that."""
    return (name for name, kind in TABLES.items() if not kind.alone)


def _figures(speaker: Speaker, name: str) -> FigureTable | None:
    if name not in TABLES or TABLES[name].alone:
        return None
    return speaker.library.figures(name, speaker.request.language, _choice(speaker))


def _choice(speaker: Speaker) -> Choice:
    plan = speaker.request.arguments.get("plan", "")
    return Choice(plans=(plan,) if plan else (), everything=speaker.request.arguments.get("all") == "1")


def values(speaker: Speaker) -> Values | None:
    """A figure as a page, for all plans or for the one in the address."""
    name = speaker.request.key
    figures = _figures(speaker, name)
    if figures is None:
        return None
    chosen = speaker.chosen("plan", "all")
    return {
        "title": figures.title.say(speaker.request.language),
        "lead": _lead(speaker, name, figures),
        "table": show(figures, speaker),
        "plans": [(entry.key, speaker.name(entry.iri)) for entry in speaker.graph.labels.of_kind("plan")],
        "plan": chosen.get("plan", ""),
        "downloads": [(speaker.href(f"figure/{name}.{form}", **chosen), form.upper()) for form in _forms(speaker)],
    }


def _lead(speaker: Speaker, name: str, figures: FigureTable) -> str:
    """What a figure shows, and what must not be read into it."""
    summary = figures.summary.say(speaker.request.language)
    return f"{summary} {speaker.t('figure-trust-remark')}".strip() if name == "trust" else summary


def _forms(speaker: Speaker) -> list[str]:
    """What a figure can be had as; a spreadsheet where a server has what writes it."""
    made = speaker.library.mode == "served" and find_spec("xlsxwriter") is not None
    return ["csv", "json", *(["xlsx"] if made else [])]


def xlsx(speaker: Speaker) -> bytes | None:
    """A figure as a spreadsheet, whole, with its basis."""
    figures = _figures(speaker, speaker.request.key)
    return write_figures_spreadsheet(figures, speaker.request.language) if figures else None


def csv(speaker: Speaker) -> str | None:
    """A figure as CSV, whole."""
    figures = _figures(speaker, speaker.request.key)
    return write_figures(figures, "csv", language=speaker.request.language) if figures else None


def json(speaker: Speaker) -> str | None:
    """A figure as JSON, whole, with its basis."""
    figures = _figures(speaker, speaker.request.key)
    return write_figures(figures, "json", language=speaker.request.language) if figures else None


def listed(speaker: Speaker) -> list[tuple[str, str, str]]:
    """Every figure with a page: address, title and summary."""
    language = speaker.request.language
    return [
        (
            speaker.href(f"figure/{name}.html"),
            _TABLES.say(f"title.{name}", language),
            _TABLES.say(f"summary.{name}", language),
        )
        for name in names(speaker.library)
    ]


def gap_kinds(_: Library) -> Iterable[str]:
    """The kinds of gaps, each with a page that lists them."""
    return KINDS


def gaps(speaker: Speaker) -> Values:
    """The page of gaps: how many of each kind; what waits for a review; what is opposed."""
    library, language = speaker.library, speaker.request.language
    counted = library.figures("gaps", language)
    return {
        "title": speaker.t("gaps-title"),
        "table": show(counted, speaker),
        "kinds": [(speaker.href(f"gap/{row['gap']}.html"), row["gap_label"], row["gaps_number"], row["gaps_of"])
                  for row in counted.rows],
        "opposed": show(library.figures("opposed", language), speaker),
        "downloads": [(speaker.href(f"figure/gaps.{form}"), form.upper()) for form in ("csv", "json")],
    }  # fmt: skip


def gap(speaker: Speaker) -> Values | None:
    """The gaps of one kind, which need not be said of each; columns with nothing in them are left out."""
    library, language, kind = speaker.library, speaker.request.language, speaker.request.key
    if kind not in KINDS:
        return None
    figures = library.figures("gaps", language, Choice(part=kind))
    row = next(row for row in library.figures("gaps", language).rows if row["gap"] == kind)
    number, of = row["gaps_number"], row["gaps_of"]
    columns = (column for column in figures.columns[1:] if any(one.get(column.key) for one in figures.rows))
    return {
        "title": str(row["gap_label"]),
        "lead": speaker.t("gap-lead", n=number, of=of) if number is not None else "",
        "table": show(replace(figures, columns=tuple(columns)), speaker),
        "plans": [],
        "plan": "",
        "downloads": [(speaker.href(f"gap/{kind}.csv"), "CSV")],
    }


def gap_csv(speaker: Speaker) -> str | None:
    """The gaps of one kind as CSV."""
    kind, language = speaker.request.key, speaker.request.language
    if kind not in KINDS:
        return None
    return write_figures(speaker.library.figures("gaps", language, Choice(part=kind)), "csv", language=language)


PAGES: Final = (
    View("figure", values, names, section="questions"),
    View("gaps", gaps, section="gaps", menu=7),
    View("gap", gap, gap_kinds, template="figure.html", section="gaps"),
)
FILES: Final = (
    File("figure", "csv", CSV, csv, names),
    File("figure", "json", JSON, json, names),
    File("figure", "xlsx", SPREADSHEET, xlsx, names, exported=False),
    File("gap", "csv", CSV, gap_csv, gap_kinds),
)
