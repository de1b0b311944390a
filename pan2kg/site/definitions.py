"""The register of figures as pages and files: what each means, its list, and how counts add up.

The tables of ``figure/`` answer questions with rows of their own; a figure of the register has its
page under ``definition/``, since some of them are called like a table.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, NamedTuple

from pan2kg.coherence import citations, evidence, figures
from pan2kg.coherence.standing import Standing
from pan2kg.i18n import Messages
from pan2kg.site import values
from pan2kg.site.page import (
    CSV,
    GZIP,
    Download,
    File,
    Markup,
    PageContext,
    SiteContext,
    Values,
    View,
    gzip_bytes,
)
from pan2kg.tables import formats, making
from pan2kg.tables.figure_words import amount, named, value_words

_FIGURE = Messages("figure")
_FIGURES_BY_ID = {figure.id: figure for figure in figures.FIGURES}
_PACKED_FIGURES = ("broad-action-pairs",)
"""Figures with so long a list that an export has it packed."""

# by the names of the columns of lists: things, counts (other numbers are bits), what is seen or
# not, and terms with a name of their own
_THING_COLUMNS = frozenset({"plan", "other_plan", "action", "other_action"})
_COUNT_COLUMNS = frozenset({"texts", "measures", "published"})
_SEEN_COLUMNS = frozenset({"text", "web", "in_statement", "sharing"})
_Term = evidence.Level | evidence.Extent | citations.Verdict | Standing
_TERM_BY_COLUMN: Final[Mapping[str, Callable[[str], _Term | None]]] = {
    "level": evidence.level,
    "cites_at": evidence.level,
    "cited_at": evidence.level,
    "verdict": citations.Verdict,
    "verdict_back": citations.Verdict,
    "state": Standing,
}


# The register, and a figure of it


@dataclass(frozen=True, slots=True)
class RegisterLine:
    """A figure as a line of the register: ``nested`` is its value at each level, ``at`` the place of the one chosen."""

    address: str
    name: str
    at: int
    nested: list[str]
    population: str


def register_line(context: PageContext, row: figures.Taken) -> RegisterLine:
    """A figure as a line of the register: its name with a link, and its value at each level."""
    return RegisterLine(
        address=context.href(f"definition/{row.figure.id}.html", **context.level_arguments),
        name=row.figure.name(context.graph.asked_by).say(context.language),
        at=evidence.FIGURED.index(row.level),
        nested=[value_words(value, row, context.language) for value in row.nested],
        population=_population(context, row),
    )


def _population(context: PageContext, row: figures.Taken) -> str:
    return "–" if row.population is None else context.number(row.population)


def _register_values(context: PageContext) -> Values:
    return {"lines": [register_line(context, row) for row in context.graph.figures(context.level)]}


def _requested_figure(context: PageContext) -> figures.Figure | None:
    key = context.request.key
    return _FIGURES_BY_ID.get(figures.FORMER.get(key, key))


def _figure_values(context: PageContext) -> Values | None:
    figure = _requested_figure(context)
    if figure is None:
        return None
    taken = next(row for row in context.graph.figures(context.level) if row.figure is figure)
    rows = figure.rows(context.known)
    is_packed = figure.id in _PACKED_FIGURES and context.site_context.mode == "static"
    ending = "csv.gz" if is_packed else "csv"
    address = context.href(f"definition/{figure.id}.{ending}", **context.level_arguments)
    return {
        "title": figure.name(context.graph.asked_by).say(context.language),
        "meaning": figure.message("meaning").say(context.language),
        "formula": figure.message("formula").say(context.language),
        "among": figure.message("among").say(context.language),
        "value": value_words(taken.value, taken, context.language),
        "population": _population(context, taken),
        "at_levels": _level_values(context, taken),
        "is_interval": figure.unit is not figures.Unit.COUNT,
        "number": len(rows),
        "columns": [(name, _heading(context, name)) for name in figure.columns],
        "shown": [_cells(context, figure, cells) for cells in rows[: context.row_limit]],
        "downloads": [Download(address, "CSV")],
    }


@dataclass(frozen=True, slots=True)
class LevelValue:
    """What a figure is at a level, and what that adds to the firmer one."""

    words: str
    value: str
    added: str
    is_shown: bool


def _level_values(context: PageContext, row: figures.Taken) -> list[LevelValue]:
    # only what is one count says what each level adds to the firmer one
    is_count = row.figure.unit is figures.Unit.COUNT and len(row.value) == 1
    values_shown = []
    for level, value, more in zip(evidence.FIGURED, row.nested, row.breakdown(), strict=True):
        words = value_words(value, row, context.language)
        added = ""
        if is_count:
            added = amount(more[0], figures.Unit.COUNT, context.language)
        is_shown = level is row.level
        values_shown.append(LevelValue(context.level_caption(level), words, added, is_shown))
    return values_shown


def _heading(context: PageContext, column: str) -> str:
    # where the register has no words of its own for a column, it is called as in tables
    key = f"column.{column}"
    if _FIGURE.has(key):
        return _FIGURE.say(key, context.language)
    return making.column("", column)[0].heading.say(context.language)


def _cells(
    context: PageContext, figure: figures.Figure, row: Sequence[figures.Scalar]
) -> list[Markup | str]:
    cells = []
    for column, value in zip(figure.columns, row, strict=True):
        cells.append(_cell(context, column, value))
    return cells


def _cell(context: PageContext, column: str, value: figures.Scalar) -> Markup | str:
    language = context.language
    text = str(value)
    if column in _THING_COLUMNS:
        return context.link(text)
    if column in _SEEN_COLUMNS:
        return context.t("list-seen" if value else "list-not-seen")
    if value is None:
        return context.t("unknown")
    if not isinstance(value, str):
        unit = figures.Unit.COUNT if column in _COUNT_COLUMNS else figures.Unit.BITS
        return amount(value, unit, language)
    if column in _TERM_BY_COLUMN:
        term = _TERM_BY_COLUMN[column](text)
        return named(term).say(language) if term else context.t("list-not-seen")
    if column == "ways":
        ways = [named(citations.Way(direction)).say(language) for direction in text.split()]
        return ", ".join(ways) or context.t("list-not-seen")
    return _FIGURE.say(f"{column}.{text}", language)


# Its list as a file


def _csv(context: PageContext) -> str | None:
    figure = _requested_figure(context)
    if figure is None:
        return None
    # beside each thing stands its name in short, as on pages
    head = []
    for column in figure.columns:
        head.append(column)
        if column in _THING_COLUMNS:
            head.append(f"{column}_label")
    in_short = partial(values.short_name, context)
    rows = []
    for cells in figure.rows(context.known):
        row = []
        for column, value in zip(figure.columns, cells, strict=True):
            row.append(value)
            if column in _THING_COLUMNS:
                name = context.cached("outline", str(value), in_short).words
                row.append(name)
        rows.append(row)
    return formats.write_csv(formats.Grid(tuple(head), rows))


def _packed_csv(context: PageContext) -> bytes:
    return gzip_bytes((_csv(context) or "").encode())


def _unpacked_keys(_: SiteContext) -> list[str]:
    return sorted(_FIGURES_BY_ID.keys() - set(_PACKED_FIGURES))


# How counts add up


def _accounts_values(context: PageContext) -> Values:
    known_at = {level: context.graph.known(level) for level in evidence.FIGURED}
    accounts = []
    for number, account in enumerate(figures.reconcile(known_at, context.level), 1):
        whole = _part_line(context, account.whole)
        parts = [_part_line(context, part) for part in account.parts]
        accounts.append(AccountLines(f"account-{number}", whole, parts))
    return {"accounts": accounts}


@dataclass(frozen=True, slots=True)
class PartLine:
    """A part of a count in words; ``address`` leads to the figure it is, if it is one."""

    words: str
    number: str
    address: str


class AccountLines(NamedTuple):
    """A count and the parts that add up to it; ``anchor`` is its place on the page."""

    anchor: str
    whole: PartLine
    parts: Sequence[PartLine]


def _part_line(context: PageContext, part: figures.CountPart) -> PartLine:
    kind, _, verdict = part.key.partition(".")
    level = None
    if part.key.startswith("only-"):
        level = evidence.level(part.key.removeprefix("only-"))
    if kind == "verdict":
        words = named(citations.Verdict(verdict)).say(context.language)
    elif level:
        words = context.t("part-only-level", level=named(level).say(context.language))
    else:
        words = context.t(f"part-{part.key}")
    address = ""
    if part.figure:
        address = context.href(f"definition/{part.figure}.html", **context.level_arguments)
    return PartLine(words, context.number(part.number), address)


PAGES = (
    View("definitions", _register_values, title="definitions-title", section="data"),
    View("reconciled", _accounts_values, title="reconciled-title", section="data"),
    View("definition", _figure_values, lambda _: _FIGURES_BY_ID, section="data"),
)
FILES = (
    File("definition", "csv", CSV, _csv, _unpacked_keys),
    File("definition", "csv.gz", GZIP, _packed_csv, lambda _: _PACKED_FIGURES),
)
