"""The register of figures as pages: what each means, its list, how counts add up, and an example followed.

The tables of ``figure/`` answer questions with rows of their own; a figure of the register has its
page under ``definition/``, since some of them are called like a table.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from pan2kg.coherence import citations, evidence, figures, known
from pan2kg.coherence.standing import Standing
from pan2kg.i18n import catalogue
from pan2kg.site import values
from pan2kg.site.page import CSV, GZIP, File, Markup, PageContext, SiteContext, Values, View, packed
from pan2kg.site.plan_ties import CitingWay, SharedText, citing, shared
from pan2kg.tables import formats, table
from pan2kg.tables.figure_words import amount, bits_words, named, value_words

_FIGURE: Final = catalogue.Messages("figure")
_BY_ID: Final = {figure.id: figure for figure in figures.FIGURES}
_LARGE: Final = ("broad-action-pairs",)
"""Figures with so long a list that an export has it packed."""

# what stands in a column of a list, by its name
_THINGS: Final = frozenset({"plan", "other_plan", "action", "other_action"})
_NUMBERS: Final = frozenset({"texts", "measures", "published"})
_YES_OR_NO: Final = frozenset({"text", "web", "in_statement", "sharing"})
_Term = evidence.Level | evidence.Extent | citations.Verdict | Standing
_TERMS: Final[Mapping[str, Callable[[str], _Term | None]]] = {
    "level": evidence.level,
    "cites_at": evidence.level,
    "cited_at": evidence.level,
    "verdict": citations.Verdict,
    "verdict_back": citations.Verdict,
    "state": Standing,
}
_APART: Final = (citations.Verdict.EDITION, citations.Verdict.FRAMEWORK, citations.Verdict.ABROAD)
"""Verdicts on pairs of plans of which nobody expects that one cites the other."""


# The register, and a figure of it


@dataclass(frozen=True, slots=True)
class RegisterLine:
    """A figure as a line of the register; ``at`` is the place of the level that was chosen in ``nested``."""

    address: str
    name: str
    at: int
    nested: list[str]
    population: str


def line(context: PageContext, row: figures.Taken) -> RegisterLine:
    """A figure as a line of the register: its name with a link, and its value at each level."""
    return RegisterLine(
        address=context.href(f"definition/{row.figure.id}.html", **context.handed),
        name=row.figure.name(context.graph.asked_by).say(context.language),
        at=evidence.FIGURED.index(row.level),
        nested=[value_words(value, row, context.language) for value in row.nested],
        population=_population(context, row),
    )


def _population(context: PageContext, row: figures.Taken) -> str:
    return "–" if row.population is None else context.figure(row.population)


def _index(context: PageContext) -> Values:
    return {
        "lines": [line(context, row) for row in context.graph.figures(context.level)],
    }


def _figure_asked_for(context: PageContext) -> figures.Figure | None:
    key = context.request.key
    return _BY_ID.get(figures.FORMER.get(key, key))


def _values(context: PageContext) -> Values | None:
    figure = _figure_asked_for(context)
    if figure is None:
        return None
    row = next(row for row in context.graph.figures(context.level) if row.figure is figure)
    rows = figure.rows(context.known)
    is_packed = figure.id in _LARGE and context.site_context.mode == "static"
    ending = "csv.gz" if is_packed else "csv"
    address = context.href(f"definition/{figure.id}.{ending}", **context.handed)
    words = {
        part: figure.message(part).say(context.language) for part in ("meaning", "formula", "among")
    }
    return {
        "title": figure.name(context.graph.asked_by).say(context.language),
        **words,
        "value": value_words(row.value, row, context.language),
        "population": _population(context, row),
        "at_levels": _at_levels(context, row),
        "is_interval": figure.unit is not figures.Unit.COUNT,
        "number": len(rows),
        "columns": [(name, _heading(context, name)) for name in figure.columns],
        "shown": [_cells(context, figure, cells) for cells in rows[: context.most]],
        "downloads": [(address, "CSV")],
    }


@dataclass(frozen=True, slots=True)
class LevelValue:
    """What a figure is at a level, and what that adds to the firmer one."""

    words: str
    value: str
    added: str
    is_shown: bool


def _at_levels(context: PageContext, row: figures.Taken) -> list[LevelValue]:
    # only what is one count says what each level adds to the firmer one
    is_count = row.figure.unit is figures.Unit.COUNT and len(row.value) == 1
    values_shown = []
    for level, value, more in zip(evidence.FIGURED, row.nested, row.breakdown(), strict=True):
        words = value_words(value, row, context.language)
        added = ""
        if is_count:
            added = amount(more[0], figures.Unit.COUNT, context.language)
        is_shown = level is row.level
        values_shown.append(LevelValue(context.caption(level), words, added, is_shown))
    return values_shown


def _heading(context: PageContext, column: str) -> str:
    # as tables call a column, where a figure has no words of its own for it
    key = f"column.{column}"
    if _FIGURE.has(key):
        return _FIGURE.say(key, context.language)
    return table.column("", column)[0].heading.say(context.language)


def _cells(
    context: PageContext, figure: figures.Figure, row: Sequence[figures.Scalar]
) -> list[Markup | str]:
    columns = zip(figure.columns, row, strict=True)
    return [_cell(context, column, value) for column, value in columns]


def _cell(context: PageContext, column: str, value: figures.Scalar) -> Markup | str:
    language = context.language
    text = str(value)
    if column in _THINGS:
        return context.link(text)
    if column in _YES_OR_NO:
        return context.t("list-seen" if value else "list-not-seen")
    if value is None:
        return context.t("unknown")
    if not isinstance(value, str):
        unit = figures.Unit.COUNT if column in _NUMBERS else figures.Unit.BITS
        return amount(value, unit, language)
    if column in _TERMS:
        term = _TERMS[column](text)
        return named(term).say(language) if term else context.t("list-not-seen")
    if column == "ways":
        ways = [named(citations.Way(direction)).say(language) for direction in text.split()]
        return ", ".join(ways) or context.t("list-not-seen")
    return _FIGURE.say(f"{column}.{text}", language)


# Its list as a file


def _csv(context: PageContext) -> str | None:
    figure = _figure_asked_for(context)
    if figure is None:
        return None
    # beside each thing stands its name in short, as on pages
    head: list[str] = []
    for column in figure.columns:
        head.append(column)
        if column in _THINGS:
            head.append(f"{column}_label")
    in_short = partial(values.in_short, context)
    rows: list[list[table.Value]] = []
    for cells in figure.rows(context.known):
        row: list[table.Value] = []
        for column, value in zip(figure.columns, cells, strict=True):
            row.append(value)
            if column in _THINGS:
                name = context.once("outline", str(value), in_short).words
                row.append(name)
        rows.append(row)
    return formats.write_csv(formats.Grid(tuple(head), rows))


def _packed_csv(context: PageContext) -> bytes:
    return packed((_csv(context) or "").encode())


def _exported_as_text(_: SiteContext) -> list[str]:
    return sorted(_BY_ID.keys() - set(_LARGE))


# How counts add up


def _reconciled(context: PageContext) -> Values:
    known_at = {level: context.graph.known(level) for level in evidence.FIGURED}
    accounts = []
    for number, account in enumerate(figures.reconcile(known_at, context.level), 1):
        parts = [_part(context, part) for part in account.parts]
        accounts.append((f"account-{number}", _part(context, account.whole), parts))
    return {
        "accounts": accounts,
    }


@dataclass(frozen=True, slots=True)
class PartLine:
    """A part of a count in words; ``address`` leads to the figure it is, if it is one."""

    words: str
    number: str
    address: str


def _part(context: PageContext, part: figures.CountPart) -> PartLine:
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
        address = context.href(f"definition/{part.figure}.html", **context.handed)
    return PartLine(words, context.figure(part.number), address)


# What levels and verdicts mean, with an example


def _meaning(context: PageContext) -> Values:
    knowledge = context.known
    pair = example(knowledge)
    rules = []
    for name in sorted(context.graph.rules):
        rules.append((name, *values.rule_words(context, name)))
    levels = [
        (context.mark(level), context.t(f"level-means-{level.key}")) for level in evidence.Level
    ]
    states = (Standing.STATED, Standing.ABSENT, Standing.UNREAD)
    return {
        "rules": rules,
        "sentences": [_FIGURE.say(key, context.language) for key in ("weight", "weight-high")],
        "example": _followed(context, pair) if pair else None,
        "levels": levels,
        "extents": _terms(context, "extent", evidence.Extent),
        "verdicts": _terms(context, "verdict", citations.Verdict),
        "states": _terms(context, "state", states),
    }


def _terms(
    context: PageContext,
    kind: str,
    terms: Iterable[_Term],
) -> list[tuple[str, str]]:
    # what each is called, and what it means
    lines = []
    for term in terms:
        key = f"way-why-{term}" if term in _APART else f"{kind}-means-{term}"
        lines.append((named(term).say(context.language), context.t(key)))
    return lines


@dataclass(frozen=True, slots=True)
class FollowedPair:
    """A pair of plans followed from the texts both use to its bits, and to whether one cites the other.

    ``first`` is the text that weighs most, told in full; ``low`` and ``high`` are the ends of what
    all texts weigh.
    """

    one: str
    two: str
    first: SharedText
    others: Sequence[SharedText]
    is_open: bool
    low: str
    high: str
    ways: Sequence[CitingWay]
    address: str


def _followed(context: PageContext, pair: citations.Ordered) -> FollowedPair:
    knowledge = context.known
    weight = knowledge.weight(*pair)
    texts = [text for text in shared(context, knowledge, pair) if not text.is_broad]
    return FollowedPair(
        *pair,
        first=texts[0],
        others=texts[1:],
        is_open=weight.is_open,
        low=bits_words(weight.low, context.language),
        high=bits_words(weight.high, context.language),
        ways=[citing(context, knowledge, *ends) for ends in (pair, pair[::-1])],
        address=context.pair(*pair),
    )


def example(knowledge: known.Known) -> citations.Ordered | None:
    """The pair of plans that shows best what is shared: most bits, of those one of which could cite the other.

    Where a citation is expected of none, it is any pair that is not set apart.
    """

    def rank(pair: citations.Ordered) -> tuple[bool, float, citations.Ordered]:
        there = knowledge.way(*pair)
        back = knowledge.way(*pair[::-1])
        is_expected = there.is_expected or back.is_expected
        return not is_expected, -knowledge.shared[pair], pair

    chronology = knowledge.chronology
    pairs = [
        pair for pair in knowledge.shared if citations.verdict(chronology, *pair) not in _APART
    ]
    return min(pairs, key=rank, default=None)


PAGES: Final = (
    View("definitions", _index, title="definitions-title", section="data"),
    View("reconciled", _reconciled, title="reconciled-title", section="data"),
    View("definition", _values, lambda _: _BY_ID, section="data"),
    View("meaning", _meaning, title="meaning-title", section="data"),
)
FILES: Final = (
    File("definition", "csv", CSV, _csv, _exported_as_text),
    File("definition", "csv.gz", GZIP, _packed_csv, lambda _: _LARGE),
)
