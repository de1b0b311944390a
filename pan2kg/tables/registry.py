"""Every table that is computed: what it answers, what it can be told, and the function that makes it.

All that is said of a table beside its own words stands here once: the command line, README's table of questions and
the site read it. A function is imported when its table is made, since ``pan2kg coherence --help`` names them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from pan2kg.coherence.evidence import BITS, HEADLINE, Basis, Level
from pan2kg.i18n.catalogue import Filling, Messages, Text, format_of
from pan2kg.i18n.message import Message
from pan2kg.tables.table import SILENT, Column, Cross, Row, Table, Value
from pan2kg.turtle.vocabulary import key
from pan2kg.turtle.writer import prefixes_used

if TYPE_CHECKING:
    from pan2kg.coherence.citations import Ordered
    from pan2kg.coherence.known import BasisLine, Known
    from pan2kg.graph.graph import Graph
    from pan2kg.scores.scale import Scale
    from pan2kg.tables.table import Table

Option = Literal[
    "plans", "all", "least", "evidence", "two works", "any action", "two plans", "matrices", "write", "cut", "groups",
    "kind", "day", "country",
]  # fmt: skip
"""What tables can be told, as :mod:`pan2kg.cli.coherence` reads it."""


@dataclass(frozen=True, slots=True)
class TableKind:
    """A kind of table.

    ``function`` names a module of this room and the function there that makes it; ``part`` is an option of its own by
    which it shows a part. ``number`` is that of the thirty questions it answers, and ``example`` what README lets a
    reader type, with a mark of its footnote. ``whole`` is a table made from the whole graph whatever the day, and
    ``alone`` one that must be told what to look at, so that it has no page of its own.
    """

    name: str
    function: str
    options: tuple[Option, ...] = ()
    part: tuple[str, str] | None = None
    number: int | None = None
    example: str = ""
    whole: bool = False
    alone: bool = False

    @property
    def summary(self) -> str:
        # The key of what it answers, in the context « help », else of what it shows.
        return f"table.{self.name}" if _HELP.has(f"table.{self.name}") else f"question.{self.name}"

    @property
    def question(self) -> Message:
        return Message("help", f"question.{self.name}")

    def make(self, graph: Graph, choice: TableChoice) -> Table:
        """The table, made from what the graph holds and what was chosen of it."""
        module, _, name = self.function.partition(".")
        found: Callable[[Graph, TableChoice], Table] = getattr(import_module(f"pan2kg.tables.{module}"), name)
        return found(graph, choice)


_KINDS: Final = (
    TableKind("figures", "coverage.register", ("plans", "evidence"), part=("--figure", "part.figure")),
    TableKind("matrix", "plans.matrix", ("plans", "all", "evidence")),
    TableKind("debt", "plans.debt", ("plans", "evidence")),
    TableKind("unacknowledged", "plans.unacknowledged", ("plans", "least", "evidence"), number=4),
    TableKind("gaps", "gaps.gaps", ("kind", "plans", "country", "evidence")),
    TableKind("index", "plans.coherence_index", ("plans", "all", "evidence"), number=3),
    TableKind("explain", "plans.explanation", ("two works", "evidence"), number=18, example="… …", alone=True),
    TableKind("bodies", "actions.bodies", ("evidence",), part=("--finding", "part.finding")),
    TableKind("obligations", "gaps.duties", ("plans", "evidence"), part=("--standing", "part.standing"), whole=True),
    TableKind(
        "compare",
        "coverage.compared",
        ("two plans", "evidence"),
        part=("--part", "part.part"),
        number=17,
        example="… … ²",
        whole=True,
        alone=True,
    ),
    TableKind("interaction", "scores.interaction", ("matrices", "write"), example="scores.csv ¹", whole=True),
    TableKind("participation", "actions.bridges", ("plans", "evidence"), number=15),
    TableKind("loss", "actions.lost", ("any action", "plans", "evidence"), number=16, example="…"),
    TableKind("completeness", "actions.complete", ("plans", "all")),
    TableKind("parts", "plans.parts", ("plans",)),
    TableKind("target-groups", "coverage.target_groups", ("plans", "country"), number=24),
    TableKind("dependencies", "gaps.dependencies", ("plans", "evidence"), number=23),
    TableKind("recommendations", "gaps.recommendations", ("plans",), number=12),
    TableKind("ripple", "scores.ripple", ("matrices",), number=25, example="¹", whole=True),
    TableKind("chance", "plans.by_chance", ("plans", "all", "evidence"), number=27),
    TableKind("trust", "coverage.trust", ("plans", "evidence"), number=30),
    TableKind("as-of", "coverage.moment", ("day", "plans"), number=28, example="31/12/2021 ²", whole=True),
    TableKind(
        "other-countries", "coverage.other_countries", part=("--country", "part.country"), number=29, example="³"
    ),
    TableKind("dematel", "scores.influence", ("matrices",), example="¹", whole=True),
    TableKind("chains", "scores.chained", ("matrices", "cut"), example="¹", whole=True),
    TableKind("groups", "scores.groups", ("matrices", "groups"), example="¹", whole=True),
    TableKind("agreement", "scores.agreed", ("matrices",), example="¹", whole=True),
    TableKind("disagreement", "scores.disagreement", ("matrices", "all"), number=26, example="¹", whole=True),
    TableKind("opposed", "scores.opposed", ("matrices",), number=14, example="¹"),
)

TABLES: Final[Mapping[str, TableKind]] = {kind.name: kind for kind in _KINDS}
"""The tables by name, in the order in which they are listed.

Whole are, of those made as of a day: ``as-of``, which tells of each plan whether it runs; ``obligations``, since what
answers one still does when a plan has ended; ``compare``, since an edition and the next never run on one day; and
experts' scores of actions, which hold whether or not a plan is still running.
"""


_TABLES: Final = Messages("table")
_HELP: Final = Messages("help")
_FIGURES: Final = Messages("figure")
_FIGURED: Final[Mapping[str, str]] = {
    "level": "level", "level_back": "level", "tie_level": "level", "expectation": "verdict",
    "expectation_back": "verdict",
    "citation": "state", "citation_back": "state", "text_there": "state", "text_back": "state", "web_there": "state",
    "web_back": "state", "cited_action": "state", "cited_mixed": "state", "cited_plan": "state",
    "cites_base": "state", "cites_new": "state", "references": "extent", "web_page": "extent", "list": "list",
}  # fmt: skip
"""The columns whose codes are called as all figures call them, and under which keys: levels, verdicts, states."""
_CODED: Final = {
    "verification_source": "indicator", "expected_result": "indicator", "timeline": "indicator", "means": "indicator",
    "acknowledged_back": "acknowledged_there",
}  # fmt: skip
"""The columns whose codes are called as those of another one."""
_SAME: Final = {
    "one": "plan", "other_plan": "two", "general_bits": "general", "told": "value", "gaps_of": "of",
    "kind": "obligation_kind", "subject": "what",
}  # fmt: skip
"""The columns with the heading of another one."""
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
class TableChoice:
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
DEFAULT: Final = TableChoice()
"""Nothing in particular: all plans, no files."""
DIGITS: Final = 6
"""To how many decimals figures are rounded, so that every machine writes the same."""


def number(value: float | None) -> float | None:
    """A figure as it is written: rounded, and never −0.

    >>> number(-1e-12), number(1 / 3), number(None)
    (0.0, 0.333333, None)
    """
    return None if value is None else round(value, DIGITS) + 0.0


def day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def thing(graph: Graph, column: str, iri: str | None) -> dict[str, Value]:
    """The two cells of a thing: its IRI and what it is called; both unknown where there is none."""
    return {column: iri or None, f"{column}_label": graph.label(iri) if iri else None}


def things(graph: Graph, column: str, iris: Iterable[str]) -> dict[str, Value]:
    """The two cells of several things: IRIs by spaces, what they are called by semicolons; empty where none."""
    addresses, between = list(iris), format_of("semicolon", graph.language)
    return {column: " ".join(addresses), f"{column}_label": between.join(map(graph.label, addresses))}


def code(graph: Graph, column: str, value: str) -> dict[str, Value]:
    """The two cells of a code: the code and what it is called; both unknown where there is none."""
    words = coded(column, value).say(graph.language) if value else None
    return {column: value or None, f"{column}_label": words}


def level_cells(graph: Graph, level: Level | None, column: str = "level") -> Row:
    return code(graph, column, level.key if level else "")


def keys(iris: Iterable[str]) -> str:
    return ", ".join(map(key, iris))


def note(key: str, **values: Filling) -> Text:
    return _TABLES.text(f"note.{key}", **values)


def make(
    graph: Graph,
    name: str,
    columns: Sequence[str],
    rows: Iterable[Row],
    notes: Sequence[Text] = (),
    query: str = "",
    evidence: Known | None = None,
    *,
    sparql: str = "",
    line: BasisLine | None = None,
    basis: Basis | None = None,
    cross: Cross | None = None,
    is_dated: bool = False,
) -> Table:
    """The table of that name; every row has every column, and a thing its name beside it.

    ``query`` names the query of the program that shows its statements; at the level of what is ``known`` it shows
    links. Unless its statements ``is_dated``, it says where a day was asked for that they are not.
    """
    # figures are made of what loads slowly, and the command line names the tables without it
    from pan2kg.coherence.known import basis_line
    from pan2kg.store.queries import program_query

    undated = [note("undated", day=graph.as_of.isoformat())] if graph.asked and not is_dated else []
    basis = basis or graph.uses.basis
    return Table(
        name, tuple(part for key in columns for part in column(name, key)), tuple(rows),
        title=_TABLES.text(f"title.{name}"), summary=_TABLES.text(f"summary.{name}"), notes=(*notes, *undated),
        basis=replace(basis, weights=BITS if _WEIGHED.intersection(columns) else basis.weights),
        line=line or (basis_line(evidence) if evidence else None),
        sparql=_shown(sparql or (program_query(query) if query else "")), cross=cross,
    )  # fmt: skip


def column(table: str, key: str) -> tuple[Column, ...]:
    """The column ``key``, with a heading of the table's own where there is one; of things also that of their names."""
    own = f"column.{table}-{key}"
    heading = _TABLES.text(own if _TABLES.has(own) else f"column.{_SAME.get(key, key)}")
    means = f"meaning.{'positive' if key == 'negative' else key}"
    meaning = _TABLES.text(means) if _TABLES.has(means) else SILENT
    names = (Column(f"{key}_label", heading, names=key),) if key in _THINGS or codes(key) else ()
    return (Column(key, heading, meaning), *names)


@cache
def coded(column: str, code: str) -> Text:
    """What a code of a column is called.

    >>> coded("standing", "late").say("en")
    'late'
    """
    if column in _FIGURED:
        return _FIGURES.text(f"{_FIGURED[column]}.{code}")
    key = f"value.{_CODED.get(column, column)}.{code}"
    # on a day an obligation has the standing that it has in the table of obligations
    return _TABLES.text(key if _TABLES.has(key) else f"value.standing.{code}")


def codes(column: str) -> tuple[str, ...]:
    return (
        _FIGURES.keys(f"{_FIGURED[column]}.")
        if column in _FIGURED
        else _TABLES.keys(f"value.{_CODED.get(column, column)}.")
    )


def _shown(sparql: str) -> str:
    # a query is shown without the prefixes it does not use, and without empty lines
    used = prefixes_used(sparql)
    lines = (line.lstrip() if line.startswith(" SELECT") else line.rstrip() for line in sparql.splitlines())
    return "\n".join(
        line for line in lines if line and (not line.startswith("PREFIX ") or line.split()[1].rstrip(":") in used)
    )


def action_bits(evidence: Known) -> dict[Ordered, tuple[float, float]]:
    pairs = evidence.actions.named(evidence.potential.names)
    return {(one, two): (low, broad) for one, two, low, broad in pairs}


def plan_order(graph: Graph) -> Callable[[str, str], tuple[object, ...]]:
    # Never by what could be, a mean, or a ratio to what is known of a plan.
    first, last = graph.known(HEADLINE), graph.known(Level.EDITORS)

    def order(one: str, two: str) -> tuple[object, ...]:
        pair = min(one, two), max(one, two)
        level = last.link_level(*pair)
        bits = [-round(evidence.shared.get(pair) or 0.0, 9) for evidence in (first, last)]
        return (*bits, level or Level.MACHINE, one, two)

    return order


def action_order(graph: Graph) -> Callable[[str, str], tuple[object, ...]]:
    levels = [action_bits(graph.known(level)) for level in (HEADLINE, Level.EDITORS)]

    def order(one: str, two: str) -> tuple[object, ...]:
        pair = min(one, two), max(one, two)
        bits = [-round(shared.get(pair, (0.0, 0.0))[at], 9) for at in (0, 1) for shared in levels]
        return (*bits, one, two)

    return order
