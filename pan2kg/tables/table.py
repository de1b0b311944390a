"""A table of figures, with everything a reader needs to trust and cite it, and what tables of links share.

What computes tables and what prints them both import this, and nothing else of each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pan2kg.coherence.evidence import BITS, HEADLINE, Basis, Level
from pan2kg.i18n.catalogue import Filling, Messages, Text, format_of
from pan2kg.tables.formats import Value
from pan2kg.turtle.vocabulary import key
from pan2kg.turtle.writer import prefixes_used

if TYPE_CHECKING:
    from pan2kg.coherence.citations import Ordered
    from pan2kg.coherence.known import BasisLine, Known
    from pan2kg.graph.graph import Graph
    from pan2kg.scores.scale import Scale


_TABLES: Final = Messages("table")
_FIGURES: Final = Messages("figure")
_FIGURED: Final[Mapping[str, str]] = {
    "level": "level", "level_back": "level", "tie_level": "level", "expectation": "verdict",
    "expectation_back": "verdict",
    "citation": "state", "citation_back": "state", "text_there": "state", "text_back": "state", "web_there": "state",
    "web_back": "state", "cited_action": "state", "cited_mixed": "state", "cited_plan": "state",
    "cites_base": "state", "cites_new": "state", "references": "extent", "web_page": "extent",
}  # fmt: skip
"""The columns whose codes are called as all figures call them, and under which keys: levels, verdicts, states."""
_WEIGHED: Final = frozenset((
    "bits", "contribution", "debt", "difference_bits", "gain", "general", "high", "low", "low_base", "low_new",
    "participation", "statistic", "total",
))  # fmt: skip
"""The columns whose figures are, or follow from, weights of texts in bits."""
_THINGS: Final = frozenset((
    "action", "actions", "answer", "answers", "bodies", "chapter", "cited", "citing", "counterparts", "countries",
    "document", "earlier", "figure", "group", "groups", "holder", "instrument", "instruments", "instruments_added",
    "instruments_removed", "force", "later", "named", "national", "obligation", "obligation_kind",
    "obligations", "of_what", "one", "other", "other_action", "other_group", "other_plan", "over", "pages", "path",
    "plan", "plans", "provision", "recommendation", "relation", "review", "similar", "stage", "subject", "told",
    "topic", "topics", "touching", "two", "ways", "what",
))  # fmt: skip
"""The columns that hold IRIs; those that hold codes are the ones whose values have a name."""
SILENT = Text()
"""No words."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its key (snake_case, as in CSV and JSON), its heading, and what its figures mean.

    ``thing`` marks a column of IRIs or codes: the row has what they are called under the key ``<key>_label``.
    Several IRIs stand in one cell separated by spaces, and their labels by « ; ».
    """

    key: str
    heading: Text
    meaning: Text = SILENT
    thing: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of its cells in a row: of a thing also that of what it is called.

        >>> Column("plan", SILENT, thing=True).keys, Column("bits", SILENT).keys
        (('plan', 'plan_label'), ('bits',))
        """
        return (self.key, f"{self.key}_label") if self.thing else (self.key,)


@dataclass(frozen=True, slots=True)
class Cross:
    """Pairs as rows and columns, for a terminal: what each row and column is called, marks, and what these mean."""

    heads: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]
    legend: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class FigureTable:
    """A table of figures: what it shows, what it rests on, its rows, caveats, and the query that shows it.

    ``rows`` are mappings from column key to value; a column of things has ``<key>_label`` beside it.
    ``sparql`` is a query that shows the statements behind the figures, empty where there is none. ``line`` is the basis
    line of a table that shows links, which then stands in place of the basis: it says at which level of evidence.
    ``cross`` is what a terminal is shown in place of the rows.
    """

    name: str
    title: Text
    summary: Text
    basis: Basis
    columns: tuple[Column, ...]
    rows: tuple[Mapping[str, Value], ...]
    notes: tuple[Text, ...] = ()
    sparql: str = ""
    line: BasisLine | None = None
    cross: Cross | None = None


Row = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Scoring:
    """How matrices of scores are read and looked at.

    ``scale`` is that of the files, None where they say it or it is the usual one; ``keep_diagonal`` lets them say what
    acts on itself. ``cut`` is where chains are cut, and ``groups`` the file that says which group a label is of.
    """

    scale: Scale | None = None
    keep_diagonal: bool = False
    cut: float | None = None
    groups: Path | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """What a table is told: plans, actions and files by name, a part of it, and whether to show empty rows too.

    ``assessors`` name who filled in the matrices in ``files``, in their order; else the file names do. ``scoring`` says
    how these are read. ``evidence`` is the level links are shown at, that of the headline where nobody chose another.
    ``country`` is that whose plans are looked at, by the end of its IRI; :data:`EVERYWHERE` means all of them.
    """

    plans: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()
    assessors: tuple[str, ...] = ()
    part: str = ""
    least: float | None = None
    everything: bool = False
    scoring: Scoring = Scoring()
    evidence: Level = HEADLINE
    country: str = ""


EVERYWHERE: Final = "all"
"""What is said instead of a country to look at the plans of all."""

DEFAULT = Choice()
"""Nothing in particular: all plans, no files."""

DIGITS = 6
"""To how many decimals figures are rounded, so that every machine writes the same."""


def number(value: float | None) -> float | None:
    """A figure as it is written: rounded, and never −0.

    >>> number(-1e-12), number(1 / 3), number(None)
    (0.0, 0.333333, None)
    """
    return None if value is None else round(value, DIGITS) + 0.0


def day(value: date | None) -> str | None:
    """A day as it is written in data.

    >>> day(date(2021, 12, 17)), day(None)
    ('2021-12-17', None)
    """
    return value.isoformat() if value else None


def thing(graph: Graph, column: str, iri: str | None) -> dict[str, Value]:
    """The two cells of a thing: its IRI and what it is called; both unknown where there is none."""
    return {column: iri or None, f"{column}_label": graph.label(iri) if iri else None}


def things(graph: Graph, column: str, iris: Iterable[str]) -> dict[str, Value]:
    """The two cells of several things: IRIs by spaces, what they are called by semicolons; empty where none."""
    given, between = list(iris), format_of("semicolon", graph.language)
    return {
        column: " ".join(given),
        f"{column}_label": between.join(map(graph.label, given)),
    }


def code(graph: Graph, column: str, value: str) -> dict[str, Value]:
    """The two cells of a code: the code and what it is called; both unknown where there is none."""
    if not value:
        return {column: None, f"{column}_label": None}
    return {column: value, f"{column}_label": coded(column, value).say(graph.language)}


def keys(iris: Iterable[str]) -> str:
    """The keys of things, as filters name them.

    >>> keys(["http://e/plan/a", "http://e/plan/b"])
    'a, b'
    """
    return ", ".join(map(key, iris))


def note(key: str, **values: Filling) -> Text:
    """A caveat in both languages."""
    return _TABLES.text(f"note.{key}", **values)


def make(
    name: str,
    basis: Basis,
    columns: Sequence[str],
    rows: Iterable[Row],
    *,
    notes: Sequence[Text] = (),
    sparql: str = "",
    line: BasisLine | None = None,
    cross: Cross | None = None,
) -> FigureTable:
    """The table of that name; every row has every column, and a thing its label beside it."""
    kept = tuple(rows)
    return FigureTable(
        name=name,
        title=_TABLES.text(f"title.{name}"),
        summary=_TABLES.text(f"summary.{name}"),
        basis=replace(basis, weights=BITS if _WEIGHED.intersection(columns) else basis.weights),
        columns=tuple(column(name, key) for key in columns),
        rows=kept,
        notes=tuple(notes),
        sparql=shown(sparql),
        line=line,
        cross=cross,
    )


def column(figures: str, key: str) -> Column:
    """The column ``key``, with a heading of the table's own where there is one.

    >>> column("debt", "plan").thing
    True
    """
    own = f"column.{figures}-{key}"
    heading = _TABLES.text(own if _TABLES.has(own) else f"column.{key}")
    meaning = _TABLES.text(f"meaning.{key}") if _TABLES.has(f"meaning.{key}") else SILENT
    return Column(key, heading, meaning, key in _THINGS or bool(codes(key)))


@cache
def coded(column: str, code: str) -> Text:
    """What a code of a column is called.

    >>> coded("standing", "late").say("en")
    'late'
    """
    if column in _FIGURED:
        return _FIGURES.text(f"{_FIGURED[column]}.{code}")
    return _TABLES.text(f"value.{column}.{code}")


def codes(column: str) -> tuple[str, ...]:
    """The codes of a column, in the order they are read.

    >>> codes("change")[:3]
    ('more', 'less', 'same')
    """
    return _FIGURES.keys(f"{_FIGURED[column]}.") if column in _FIGURED else _TABLES.keys(f"value.{column}.")


def undated(figures: FigureTable, graph: Graph) -> FigureTable:
    """The table with the remark that its statements have no dates, where a day was asked for."""
    if not graph.asked:
        return figures
    return replace(figures, notes=(*figures.notes, note("undated", day=graph.as_of.isoformat())))


def shown(sparql: str) -> str:
    """A query as it is shown: without the prefixes it does not use, and without empty lines.

    >>> shown("PREFIX a: <http://a/>\\nPREFIX b: <http://b/>\\n\\nSELECT * WHERE { ?s a:x ?o }")
    'PREFIX a: <http://a/>\\nSELECT * WHERE { ?s a:x ?o }'
    """
    used = prefixes_used(sparql)
    lines = (line.lstrip() if line.startswith(" SELECT") else line.rstrip() for line in sparql.splitlines())
    kept = (line for line in lines if not line.startswith("PREFIX ") or line.split()[1].rstrip(":") in used)
    return "\n".join(line for line in kept if line)


Bits = tuple[float, float]
"""What a pair shares in bits: what is specific, and what is general."""


def action_bits(made: Known) -> dict[Ordered, Bits]:
    """What each pair of actions of two plans shares, by their IRIs in order."""
    names, pairs = made.potential.names, made.actions
    columns = zip(pairs.one.tolist(), pairs.two.tolist(), pairs.low.tolist(), pairs.broad.tolist(), strict=True)
    return {(names[a], names[b]): (low, broad) for a, b, low, broad in columns}


def plan_order(graph: Graph) -> Callable[[str, str], tuple[object, ...]]:
    """The one order of pairs of plans: most bits at the headline level, then at the editors', then firmest, then key.

    Never by what could be, a mean, or a ratio to what is known of a plan.
    """
    first, last = graph.known(HEADLINE), graph.known(Level.EDITORS)

    def order(one: str, two: str) -> tuple[object, ...]:
        pair = min(one, two), max(one, two)
        level = last.link_level(*pair)
        return (-_rounded(first.shared.get(pair)), -_rounded(last.shared.get(pair)), level or Level.MACHINE, one, two)

    return order


def action_order(graph: Graph) -> Callable[[str, str], tuple[object, ...]]:
    """The same of pairs of actions: what is specific first, then what is general."""
    first, last = action_bits(graph.known(HEADLINE)), action_bits(graph.known(Level.EDITORS))

    def order(one: str, two: str) -> tuple[object, ...]:
        pair = min(one, two), max(one, two)
        bits = [-_rounded(found.get(pair, (0.0, 0.0))[at]) for at in (0, 1) for found in (first, last)]
        return (*bits, one, two)

    return order


def _rounded(bits: float | None) -> float:
    return round(bits or 0.0, 9)


def level_cells(graph: Graph, level: Level | None, column: str = "level") -> Row:
    """The two cells of a level of evidence; empty where there is none."""
    return code(graph, column, level.key if level else "")
