"""The register of figures as pages: one a figure, all of them, how they agree, and what they mean by an example.

The tables of ``figure/`` answer questions with rows of their own; a figure of the register has its page under
``definition/``, since some of them are called like a table.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pan2kg.coherence.citations import Ordered, State, Verdict, Way, verdict
from pan2kg.coherence.evidence import FIGURED, Extent, Level, level
from pan2kg.coherence.figures import FIGURES, FORMER, Figure, Part, Scalar, Taken, Unit, breakdown, reconcile
from pan2kg.i18n.catalogue import Messages
from pan2kg.site.basis import basis, handed, mark, options, shown
from pan2kg.site.choice import level_in
from pan2kg.site.page import CSV, File, Values, View
from pan2kg.site.weights import bits_said, shared, ways
from pan2kg.tables.figure_words import according_to, amount, named, value_words
from pan2kg.tables.formats import Grid, Value, write_csv

if TYPE_CHECKING:
    from markupsafe import Markup

    from pan2kg.coherence.known import Known
    from pan2kg.site.page_context import PageContext
    from pan2kg.site.site_context import SiteContext


_FIGURE: Final = Messages("figure")
_BY_ID: Final = {figure.id: figure for figure in FIGURES}
_THINGS: Final = frozenset({"plan", "other_plan", "action", "other_action"})
_NUMBERS: Final = frozenset({"texts", "measures", "published"})
_SEEN: Final = frozenset({"text", "web", "in_statement", "sharing"})


@dataclass(frozen=True, slots=True)
class Line:
    """A figure in a table: where its definition stands, its name, and its four values from firm to weak.

    ``at`` is the place of the one the page shows among them.
    """

    address: str
    name: str
    at: int
    nested: tuple[str, ...]
    population: str


@dataclass(frozen=True, slots=True)
class AtLevel:
    """The value of a figure at a level, what the level adds to the firmer one, and whether it is the one shown."""

    words: str
    value: str
    added: str
    is_shown: bool


def ids(_: SiteContext) -> Iterable[str]:
    """The figures of the register."""
    return _BY_ID


def line(context: PageContext, taken: Taken) -> Line:
    """A figure with its four values, leading to its definition."""
    language = context.request.language
    return Line(
        address(context, taken.figure.id),
        taken.figure.name(context.graph.asked_by).say(language),
        FIGURED.index(taken.level),
        tuple(value_words(one, taken, language) for one in taken.nested),
        "–" if taken.population is None else context.figure(taken.population),
    )


def address(context: PageContext, figure: str) -> str:
    """Where the definition of a figure stands."""
    return context.href(f"definition/{figure}.html", **handed(context))


def taken(context: PageContext, figure: str) -> Taken:
    """A figure of the register at the level the page shows.

    Raises:
        KeyError: the register has no such figure.
    """
    every = {one.figure.id: one for one in context.graph.figures(level_in(context.request.arguments))}
    return every[figure]


def index(context: PageContext) -> Values:
    """All figures of the register with their four values."""
    language, at = context.request.language, level_in(context.request.arguments)
    return {
        "title": context.t("definitions-title"),
        "lines": [line(context, one) for one in context.graph.figures(at)],
        "levels": [according_to(one).say(language) for one in FIGURED],
        "caption": according_to(at).say(language),
        "basis": basis(context, shown(context)),
    }


def values(context: PageContext) -> Values | None:
    """A figure: what it means, how it is counted and among what, its four values, its list, and what it rests on."""
    figure = _BY_ID.get(FORMER.get(context.request.key, context.request.key))
    if figure is None:
        return None
    language, known, found = context.request.language, shown(context), taken(context, context.request.key)
    return {
        "title": figure.name(context.graph.asked_by).say(language),
        "meaning": figure.meaning.say(language),
        "formula": figure.formula.say(language),
        "among": figure.among.say(language),
        "population": "–" if found.population is None else context.figure(found.population),
        "value": value_words(found.value, found, language),
        "at_levels": at_levels(context, found),
        "is_interval": figure.unit is not Unit.COUNT,
        "caption": according_to(found.level).say(language),
        "evidence": handed(context).get("evidence", ""),
        "options": options(context),
        "columns": [(name, column(context, name)) for name in figure.columns],
        "rows": [_cells(context, figure, row) for row in figure.rows(known)],
        "basis": basis(context, known),
        "downloads": [(context.href(f"definition/{figure.id}.csv", **handed(context)), "CSV")],
    }


def at_levels(context: PageContext, found: Taken) -> list[AtLevel]:
    """The four values of a figure, from firm to weak; only what is one count says what each level adds."""
    language = context.request.language
    is_count = found.figure.unit is Unit.COUNT and len(found.value) == 1
    added = [amount(one[0], Unit.COUNT, language) if is_count else "" for one in breakdown(found)]
    return [
        AtLevel(according_to(at).say(language), value_words(value, found, language), more, at is found.level)
        for at, value, more in zip(FIGURED, found.nested, added, strict=True)
    ]


def column(context: PageContext, name: str) -> str:
    """The heading of a column of a list."""
    return _FIGURE.say(f"column.{name}", context.request.language)


def _cells(context: PageContext, figure: Figure, row: tuple[Scalar, ...]) -> list[Markup | str]:
    return [_cell(context, name, value) for name, value in zip(figure.columns, row, strict=True)]


def _cell(context: PageContext, name: str, value: Scalar) -> Markup | str:
    """A cell of a list: a thing by its name, a code by its words, a number; what is not known says so."""
    if name in _THINGS:
        return context.link(str(value))
    if isinstance(value, str) or name in _SEEN:
        return _coded(context, name, value)
    if value is None:
        return context.t("unknown")
    return amount(value, Unit.COUNT if name in _NUMBERS else Unit.BITS, context.request.language)


def _coded(context: PageContext, name: str, value: Scalar) -> str:
    language = context.request.language
    if name in _SEEN:
        return context.t("list-seen" if value else "list-not-seen")
    if name in {"level", "cites_at", "cited_at"}:
        found = level(str(value))
        return named(found).say(language) if found else context.t("list-not-seen")
    if name in {"verdict", "verdict_back"}:
        return named(Verdict(str(value))).say(language)
    if name == "state":
        return named(State(str(value))).say(language)
    if name == "ways":
        said = [named(Way(one)).say(language) for one in str(value).split()]
        return ", ".join(said) or context.t("list-not-seen")
    return _FIGURE.say(f"{name}.{value}", language)


def csv(context: PageContext) -> str | None:
    """The list behind a figure as CSV, things by address and name, at the level of the address."""
    figure = _BY_ID.get(FORMER.get(context.request.key, context.request.key))
    if figure is None:
        return None
    head = [part for name in figure.columns for part in ([name, f"{name}_label"] if name in _THINGS else [name])]
    rows: list[list[Value]] = [
        [
            part
            for name, value in zip(figure.columns, row, strict=True)
            for part in ([value, context.name(str(value))] if name in _THINGS else [value])
        ]
        for row in figure.rows(shown(context))
    ]
    return write_csv(Grid(tuple(head), rows))


@dataclass(frozen=True, slots=True)
class Told:
    """A whole or a part of one: its words, how many, and the definition of the figure it is, empty where it is none."""

    words: str
    number: str
    address: str


def reconciled(context: PageContext) -> Values:
    """Why one count of links is not another: wholes with their parts, which add up."""
    at = level_in(context.request.arguments)
    accounts = reconcile({one: context.graph.known(one) for one in FIGURED}, at)
    return {
        "title": context.t("reconciled-title"),
        "accounts": [
            (f"account-{n}", _told(context, one.whole), [_told(context, part) for part in one.parts])
            for n, one in enumerate(accounts, 1)
        ],
        "caption": according_to(at).say(context.request.language),
        "evidence": handed(context).get("evidence", ""),
        "options": options(context),
        "basis": basis(context, shown(context)),
    }


def _told(context: PageContext, part: Part) -> Told:
    """The words of a part: those of a verdict or a level where it is one, else its own."""
    language = context.request.language
    kind, _, key = part.key.partition("-")
    found = level(key) if kind == "only" else None
    if part.key.startswith("verdict."):
        words = named(Verdict(part.key.removeprefix("verdict."))).say(language)
    elif isinstance(found, Level):
        words = context.t("part-only-level", level=named(found).say(language))
    else:
        words = context.t(f"part-{part.key}")
    return Told(words, context.figure(part.number), address(context, part.figure) if part.figure else "")


_APART: Final = (Verdict.EDITION, Verdict.FRAMEWORK, Verdict.ABROAD)


def meaning(context: PageContext) -> Values:
    """What the page shows; without two plans that share a text there is no example."""
    known, language = shown(context), context.request.language
    pair = example(known)
    return {
        "title": context.t("meaning-title"),
        "sentences": [_FIGURE.say(key, language) for key in ("weight", "weight-high")],
        "example": _followed(context, known, pair) if pair else None,
        "levels": [(mark(context, one), context.t(f"level-means-{one.key}")) for one in Level],
        "shown": options(context),
        "extents": [(named(one).say(language), context.t(f"extent-means-{one}")) for one in Extent],
        "verdicts": [(named(one).say(language), context.t(f"verdict-means-{one}")) for one in Verdict],
        "states": [
            (named(one).say(language), context.t(f"state-means-{one}"))
            for one in (State.SEEN, State.ABSENT, State.OPEN)
        ],
        "caption": according_to(known.level).say(language),
        "basis": basis(context, known),
    }


def example(known: Known) -> Ordered | None:
    """The pair of plans to follow: of those that share something the most, one that could cite the other before others.

    Editions of one plan and frameworks are left out; None where nothing is left.
    """
    found = [
        (not any(known.way(*way).is_expected for way in (pair, pair[::-1])), -bits, pair)
        for pair, bits in known.shared.items() if verdict(known.chronology, *pair) not in _APART
    ]  # fmt: skip
    return min(found)[2] if found else None


def _followed(context: PageContext, known: Known, pair: Ordered) -> Values:
    """A pair from what its plans say to its number."""
    found = known.weight(*pair)
    texts = [one for one in shared(context, known, *pair) if not one.is_broad]
    return {
        "one": pair[0],
        "two": pair[1],
        "first": texts[0],
        "others": texts[1:],
        "low": bits_said(context, found.low),
        "high": bits_said(context, found.high),
        "is_open": found.is_open,
        "ways": ways(context, known, *pair),
        "address": context.pair(*pair),
    }


PAGES: Final = (
    View("definitions", index, section="data"),
    View("reconciled", reconciled, section="data"),
    View("definition", values, ids, section="data"),
    View("meaning", meaning, section="data"),
)
FILES: Final = (File("definition", "csv", CSV, csv, ids),)
