"""A table: what it shows, its columns and rows, what it rests on; which part of it is written; and all there are.

It is the same for the answer to a query, whose cells are terms, and for figures, whose cells are
values of Python. Columns are flat: what a thing is called stands in a column of its own, which says
what it names.

All that is said of a table beside its own words stands here once: the command line, README's table
of questions and the site read it. A function is imported when its table is made, since ``pan2kg
coherence --help`` names them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from difflib import get_close_matches
from enum import Enum
from functools import cache
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple, cast

from pan2kg.coherence.evidence import BITS, HEADLINE, Basis, Level
from pan2kg.coherence.standing import Standing, Subject as StandingOf
from pan2kg.errors import QueryError
from pan2kg.graph import later_rooms
from pan2kg.i18n import Filling, Language, Messages, Text, format_of, there_are, told
from pan2kg.turtle import vocabulary
from pan2kg.turtle.writer import prefixes_used

if TYPE_CHECKING:
    import pyoxigraph as ox

    from pan2kg.coherence.known import BasisLine, Known
    from pan2kg.graph.graph import Graph
    from pan2kg.graph.scores import Scale

Value = str | int | float | bool | None
"""What a cell of figures holds: ``None`` is « not assessed » or « unknown », never 0."""
if TYPE_CHECKING:
    Term = ox.NamedNode | ox.BlankNode | ox.Literal | None
else:
    Term = object  # the engine is not loaded to tell what tables there are
Row = Mapping[str, Value]
Ordered = tuple[str, str]
SILENT = Text()
"""No words."""
LINES = ("csv", "tsv")
"""The formats whose first line names the columns, and can be left out."""
_TABLES = Messages("table")
_HELP = Messages("help")
_FIGURES = Messages("figure")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its key (snake_case, as in CSV and JSON), its heading, and what its figures mean.

    ``names`` is the key of the column whose things are called so here: of several in one cell the
    addresses are separated by spaces, and the names by semicolons.
    """

    key: str
    heading: Text = SILENT
    meaning: Text = SILENT
    names: str = ""


class Cross(NamedTuple):
    """Pairs as rows and columns: what each of them is called, its marks row by row, and what these mean."""

    heads: tuple[str, ...]
    marks: tuple[tuple[str, ...], ...]
    legend: tuple[Text, ...]


_NOTHING = Basis(0, 0, 0)


@dataclass(slots=True)
class Table:
    """What a table shows, what it rests on, its rows by key of column, caveats, and the query that shows it.

    ``terms`` says what form of query was answered, of which the cells are terms; of figures it is
    empty. ``outcome`` is the answer to a yes-or-no question. ``rests`` is the basis of an answer, a
    sentence. ``sparql`` is a query for the statements behind figures. ``line`` is the basis line of
    a table that shows links, which then stands in its place. ``cross`` makes what a terminal is
    shown in place of the rows.

    ``solutions`` are the rows of an answer, whose cells are terms; ``things`` the keys of columns
    whose things are called by names that stand beside them; ``shown`` the columns a reader sees,
    names in place of the things.
    """

    name: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    title: Text = SILENT
    summary: Text = SILENT
    notes: tuple[Text, ...] = ()
    basis: Basis = _NOTHING
    rests: Text = SILENT
    line: BasisLine | None = None
    sparql: str = ""
    cross: Callable[[], Cross] | None = None
    terms: Literal["", "rows", "triples", "yes-no"] = ""
    outcome: bool = False
    keys: tuple[str, ...] = field(init=False)
    solutions: tuple[Mapping[str, Term], ...] = field(init=False)
    things: frozenset[str] = field(init=False)
    shown: tuple[Column, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.keys = tuple(column.key for column in self.columns)
        self.solutions = cast("tuple[Mapping[str, Term], ...]", self.rows)
        self.things = frozenset(column.names for column in self.columns if column.names)
        self.shown = tuple(column for column in self.columns if column.key not in self.things)

    def only(self, keys: Iterable[str]) -> Table:
        # some of its columns, in the order given, those of things with their names
        wanted = [
            column for key in keys for column in self.columns if key in {column.key, column.names}
        ]
        return replace(self, columns=tuple(dict.fromkeys(wanted)))


@dataclass(frozen=True, slots=True)
class Selection:
    """What of a table is written; how an answer is shown changes, never what it says: notes and basis stay.

    ``columns`` are keys of columns in the order wanted, none for all; ``order`` are keys by which
    rows are sorted, the first foremost, with a hyphen before one that descends; ``limit`` is the
    greatest number of rows, None for all. Rows without a value come last either way. ``header`` is
    whether CSV and TSV name their columns.

    >>> bool(Selection()), bool(Selection(limit=3)), bool(Selection(header=False))
    (False, True, False)
    """

    columns: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    limit: int | None = None
    header: bool = True

    def __bool__(self) -> bool:
        return bool(self.columns or self.order or self.limit is not None)

    def written(self, text: str) -> str:
        r"""CSV or TSV as it is wanted: with its first line, or without.

        >>> Selection(header=False).written("a,b\r\n1,2\r\n")
        '1,2\r\n'
        """
        return text if self.header else text.partition("\n")[2]

    def of(self, table: Table) -> tuple[Table, int]:
        """The table as it is wanted, and how many of its rows were left out; rows are sorted by names.

        A thing comes with its name. In figures its name means it too; in an answer a name can stand
        alone. A key the table has no column of is refused with the nearest, as is an answer that
        has no rows.

        >>> table = Table("", (Column("a"), Column("b")), ({"a": 1, "b": "x"}, {"a": 2, "b": "y"}))
        >>> chosen, left_out = Selection(("b",), ("-a",), 1).of(table)
        >>> chosen.keys, chosen.rows, left_out
        (('b',), ({'a': 2, 'b': 'y'},), 1)
        """
        if not self:
            return table, 0
        self._refuse(table)
        rows = list(table.rows)
        # the foremost key last: sorting keeps the order of rows it does not tell apart
        for order in reversed(self.order):
            rows = _sorted_by(rows, order)
        shown = rows if self.limit is None else rows[: self.limit]
        columns = self._columns(table)
        selected = replace(table, columns=columns, rows=tuple(shown), cross=None)
        return selected, len(rows) - len(shown)

    def _refuse(self, table: Table) -> None:
        if table.terms in ("triples", "yes-no"):
            raise QueryError("no-rows-to-choose", remedy="leave-out-selection-of-rows")
        for typed in (*self.columns, *self.order):
            key = typed.removeprefix("-")
            if key in table.keys:
                continue
            near = get_close_matches(key, table.keys, n=1, cutoff=0.5)
            remedy = there_are(islice(table.keys, 12))
            if near:
                remedy = told("did-you-mean", names=near[0])
            raise QueryError("no-column", remedy=remedy, name=key)

    def _columns(self, table: Table) -> tuple[Column, ...]:
        """The columns chosen, all where none is; a thing comes with its name."""
        keys = []
        for key in self.columns:
            thing = key if table.terms else key.removesuffix("_label")
            keys += [thing, f"{thing}_label"]
        by_key = {column.key: column for column in table.columns}
        chosen = {key: by_key[key] for key in keys if key in by_key}
        columns = []
        for column in chosen.values():
            is_alone = column.names not in chosen
            columns.append(replace(column, names="") if is_alone else column)
        return tuple(columns) or table.columns


def _sorted_by(rows: Sequence[Row], order: str) -> list[Row]:
    """Rows by a key, with a hyphen before it from the greatest; those without a value come last."""
    key = order.removeprefix("-").removesuffix("_label")
    label = f"{key}_label"
    ranked = []
    without_value = []
    for row in rows:
        rank = _rank(row[label] if label in row else row.get(key))
        if rank is None:
            without_value.append(row)
        else:
            ranked.append((rank, row))
    ranked.sort(key=lambda pair: pair[0], reverse=order.startswith("-"))
    return [*(row for _, row in ranked), *without_value]


def _rank(cell: Value | Term) -> tuple[int, float, str] | None:
    """Where a cell stands: numbers before words, these without regard to case; None for nothing."""
    words: object = getattr(cell, "value", cell)
    datatype = getattr(getattr(cell, "datatype", None), "value", "")
    if datatype in vocabulary.NUMBERS:
        # what is typed as a number may be written as none
        with suppress(ValueError):
            return (0, float(str(words)), "")
    if words is None or words == "":
        return None
    if isinstance(words, int | float):
        return (0, float(words), "")
    return (1, 0.0, str(words).casefold())


# What a table is told


@dataclass(frozen=True, slots=True)
class Scoring:
    """How matrices of scores are read: on which scale, with what an action scores of itself or without.

    ``cut`` is the size below which a chain of effects is not followed, ``groups`` a file that names
    the group of each action.
    """

    scale: Scale | None = None
    keep_diagonal: bool = False
    cut: float | None = None
    groups: Path | None = None


@dataclass(frozen=True, slots=True)
class TableChoice:
    """What a table is told: plans, actions and files by name, a part of it, and whether to show empty rows too.

    ``assessors`` name who filled in the matrices in ``files``, in their order; else the file names
    do. ``scoring`` says how these are read. ``evidence`` is the level links are shown at, that of
    the headline where nobody chose another. ``country`` is that whose plans are looked at, by the
    end of its IRI; :data:`EVERYWHERE` means all of them.
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


EVERYWHERE = "all"
DEFAULT = TableChoice()


# Every table there is

Option = Literal[
    "plans", "all", "least", "evidence", "two works", "any action", "two plans", "matrices", "write", "cut", "groups",
    "kind", "day", "country",
]  # fmt: skip
"""What tables can be told, as :mod:`pan2kg.cli.coherence` reads it."""


@dataclass(frozen=True, slots=True)
class TableKind:
    """A kind of table: ``function`` in a module of its room makes it, ``part`` is an option that shows a part of it.

    ``number`` is that of the thirty questions it answers, and ``example`` what the guide lets a
    reader type, with the mark of a footnote. ``whole`` is a table made from the whole graph
    whatever the day: ``as-of`` tells of each plan whether it runs, what answers an obligation still
    does when a plan has ended, and an edition and the next never run on one day. ``alone`` is one
    that must be told what to look at.
    """

    name: str
    function: str
    options: tuple[Option, ...] = ()
    part: tuple[str, str] | None = None
    number: int | None = None
    example: str = ""
    whole: bool = False
    alone: bool = False
    room: str = "tables"

    def make(self, graph: Graph, choice: TableChoice) -> Table:
        """The table, made of a graph as a choice says; what can go wrong is that of its function."""
        module, _, name = self.function.partition(".")
        function: Callable[[Graph, TableChoice], Table] = getattr(
            import_module(f"pan2kg.{self.room}.{module}"), name
        )
        return function(graph, choice)


_KINDS = (
    TableKind(
        "figures", "register.register", ("plans", "evidence"), part=("--figure", "part.figure")
    ),
    TableKind("matrix", "plans.matrix", ("plans", "all", "evidence")),
    TableKind("debt", "cross_references.debt", ("plans", "evidence")),
    TableKind("unacknowledged", "pairs.unacknowledged", ("plans", "least", "evidence"), number=4),
    TableKind("gaps", "gaps.gaps", ("kind", "plans", "country", "evidence")),
    TableKind("index", "cross_references.coherence_index", ("plans", "all", "evidence"), number=3),
    TableKind(
        "explain",
        "pairs.explanation",
        ("two works", "evidence"),
        number=18,
        example="… …",
        alone=True,
    ),
    TableKind("bodies", "bodies.bodies", ("evidence",), part=("--finding", "part.finding")),
    TableKind(
        "obligations",
        "duties.duties",
        ("plans", "evidence"),
        part=("--standing", "part.standing"),
        whole=True,
    ),
    TableKind(
        "compare",
        "editions.compared",
        ("two plans", "evidence"),
        part=("--part", "part.part"),
        number=17,
        example="… … ²",
        whole=True,
        alone=True,
    ),
    TableKind("participation", "actions.bridges", ("plans", "evidence"), number=15),
    TableKind("loss", "actions.lost", ("any action", "plans", "evidence"), number=16, example="…"),
    TableKind("completeness", "coverage.complete", ("plans", "all"), number=13),
    TableKind("parts", "plans.parts", ("plans",)),
    TableKind("target-groups", "bodies.target_groups", ("plans", "country"), number=24),
    TableKind("dependencies", "duties.dependencies", ("plans", "evidence"), number=23),
    TableKind("recommendations", "duties.recommendations", ("plans",), number=12),
    TableKind("trust", "coverage.trust", ("plans", "evidence"), number=30),
    TableKind(
        "as-of", "editions.moment", ("day", "plans"), number=28, example="31/12/2021 ²", whole=True
    ),
    TableKind(
        "other-countries",
        "bodies.other_countries",
        part=("--country", "part.country"),
        number=29,
        example="³",
    ),
)


@cache
def table_kinds() -> Mapping[str, TableKind]:
    """The tables by name, in the order in which they are listed: those of this room, then those beside the core.

    >>> table_kinds()["debt"].options
    ('plans', 'evidence')
    """
    beside = later_rooms.offered("table_kinds")()
    return {kind.name: kind for kind in (*_KINDS, *beside)}


# How a table is made

_FIGURED = {
    "level": "level",
    "level_back": "level",
    "tie_level": "level",
    "expectation": "verdict",
    "expectation_back": "verdict",
    "citation": "state",
    "citation_back": "state",
    "text_there": "state",
    "text_back": "state",
    "web_there": "state",
    "web_back": "state",
    "cited_action": "state",
    "cited_mixed": "state",
    "cited_plan": "state",
    "cites_base": "state",
    "cites_new": "state",
    "references": "extent",
    "web_page": "extent",
    "list": "list",
    **dict.fromkeys(
        ("body", "indicator", "verification_source", "expected_result", "timeline", "means"),
        "field",
    ),
}
"""The columns whose codes are called as all figures call them, and under which keys: levels, verdicts, states."""
_CODED = {
    "acknowledged_back": "acknowledged_there",
    "met": "standing",
    "overdue": "standing",
}
"""The columns whose codes are called as those of another one."""
_SAID_OF: Mapping[str, StandingOf] = {"field": "field", "standing": "duty"}
"""Of what a :class:`Standing` is said, by what the codes of its column are called."""
_SAME = {
    "one": "plan", "other_plan": "two", "general_bits": "general", "told": "value", "gaps_of": "of",
    "kind": "obligation_kind", "subject": "what",
}  # fmt: skip
"""The columns with the heading of another one."""
_CALLED = {
    "at_plan": "at.plan", "at_official": "at.official", "at_other": "at.other", "at_editors": "at.editors",
    "cited_action": "way.action", "cited_mixed": "way.mixed", "cited_plan": "way.plan", "measures": "measures",
    "web_page": "channel.web", "text": "value.channel.text", "web": "value.channel.web",
}  # fmt: skip
"""The columns whose heading is what a figure or a value is called, and under which key."""
_WEIGHED = frozenset(
    (
        "bits",
        "contribution",
        "debt",
        "difference_bits",
        "gain",
        "general",
        "high",
        "high_base",
        "high_new",
        "low",
        "low_base",
        "low_new",
        "participation",
        "settled",
        "statistic",
        "total",
    )
)
"""The columns whose figures are, or follow from, weights of texts in bits."""
_THINGS = frozenset(
    (
        "action",
        "actions",
        "answer",
        "answers",
        "bodies",
        "chapter",
        "cited",
        "citing",
        "counterparts",
        "countries",
        "document",
        "earlier",
        "figure",
        "group",
        "groups",
        "holder",
        "instrument",
        "instruments",
        "instruments_added",
        "instruments_removed",
        "force",
        "later",
        "named",
        "national",
        "obligation",
        "obligation_kind",
        "obligations",
        "of_what",
        "one",
        "other",
        "other_action",
        "other_group",
        "other_plan",
        "over",
        "pages",
        "path",
        "plan",
        "plans",
        "provision",
        "recommendation",
        "relation",
        "review",
        "similar",
        "stage",
        "subject",
        "told",
        "topic",
        "topics",
        "touching",
        "two",
        "ways",
        "what",
    )
)
"""The columns that hold IRIs; those that hold codes are the ones whose values have a name."""
DIGITS = 6
"""To how many decimals figures are rounded, so that every machine writes the same."""


def make(
    graph: Graph,
    name: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[object] | Row],
    notes: Sequence[Text] = (),
    query: str = "",
    evidence: Known | None = None,
    *,
    sparql: str = "",
    line: BasisLine | None = None,
    basis: Basis | None = None,
    cross: Callable[[], Cross] | None = None,
    is_dated: bool = False,
) -> Table:
    """A table of figures: its columns and rows with the words its name stands for.

    A row is a mapping by key, or values in the order of ``columns`` (:func:`cells`). ``query``
    names the query of the program that shows its statements; with ``evidence`` it shows links, and
    has a basis line. Unless its statements are dated, it says where a day was asked for that they
    are not.
    """
    # figures are made of what loads slowly, and the command line names the tables without it
    from pan2kg.coherence.known import basis_line
    from pan2kg.store import program_query

    all_notes = list(notes)
    if graph.asked and not is_dated:
        all_notes.append(note("undated", day=graph.as_of.isoformat()))
    basis = basis or graph.uses.basis
    if _WEIGHED.intersection(columns):
        basis = replace(basis, weights=BITS)
    if evidence and not line:
        line = basis_line(evidence)
    if query and not sparql:
        sparql = program_query(query)
    all_columns = list[Column]()
    for key in columns:
        all_columns += column(name, key)
    return Table(
        name,
        tuple(all_columns),
        tuple(row if isinstance(row, Mapping) else cells(graph, columns, row) for row in rows),
        title=_TABLES.text(f"title.{name}"),
        summary=summary_of(name),
        notes=tuple(all_notes),
        basis=basis,
        line=line,
        sparql=_shown_query(sparql),
        cross=cross,
    )


def _shown_query(sparql: str) -> str:
    """A query without the prefixes it does not use, and without empty lines."""
    used = prefixes_used(sparql)
    lines = []
    for text in sparql.splitlines():
        line = text.lstrip() if text.startswith(" SELECT") else text.rstrip()
        is_unused = line.startswith("PREFIX ") and line.split()[1].rstrip(":") not in used
        if line and not is_unused:
            lines.append(line)
    return "\n".join(lines)


def cells(graph: Graph, columns: Sequence[str], values: Sequence[object]) -> Row:
    """The cells of a row by key: a thing and what it is called, a code and its words.

    Several things are separated by spaces, and their names by semicolons. Nothing known of one is
    None in both, and several of which there is none are empty. A figure is rounded, a mapping
    stands for itself.
    """
    row: dict[str, Value] = {}
    for key, value in zip(columns, values, strict=True):
        row |= _cell(graph, key, value)
    return row


def _cell(graph: Graph, key: str, value: object) -> dict[str, Value]:
    label = f"{key}_label"
    if isinstance(value, dict):
        return value
    if not isinstance(value, str | float | None) and isinstance(value, Iterable):
        iris = list(value)
        between = format_of("semicolon", graph.language)
        return {key: " ".join(iris), label: between.join(map(graph.label, iris))}
    if isinstance(value, Enum) or (key not in _THINGS and codes(key)):
        code = value.value if isinstance(value, Enum) else value
        if isinstance(value, Level):
            code = value.key
        elif isinstance(value, Standing):
            code = value.code(_SAID_OF.get(_words_of(key), "citation"))
        if not code:
            return {key: None, label: None}
        return {key: cast("str", code), label: coded(key, str(code)).say(graph.language)}
    if key in _THINGS:
        if isinstance(value, str) and value:
            return {key: value, label: graph.label(value)}
        return {key: None, label: None}
    return {key: _value(graph, key, value)}


def _value(graph: Graph, key: str, value: object) -> Value:
    """What is neither a thing nor a code: a number, a day or words."""
    if isinstance(value, float) or (isinstance(value, int) and key in _WEIGHED):
        return number(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Text):
        return value.say(graph.language)
    return cast("Value", value)


def number(value: float | None) -> float | None:
    """A figure as it is written: rounded, and never −0.

    >>> number(-1e-12), number(1 / 3), number(None)
    (0.0, 0.333333, None)
    """
    return None if value is None else float(round(value, DIGITS)) + 0.0


def column(table: str, key: str) -> tuple[Column, ...]:
    """A column of a table; of things and codes also the column of their names.

    It has a heading of the table's own where there is one, else the one such columns have.
    """
    heading = _heading(table, key)
    meaning = _TABLES.text(f"meaning.{key}") if _TABLES.has(f"meaning.{key}") else SILENT
    if key in _THINGS or codes(key):
        return (Column(key, heading, meaning), Column(f"{key}_label", heading, names=key))
    return (Column(key, heading, meaning),)


def _heading(table: str, key: str) -> Text:
    if key in _CALLED:
        name = _CALLED[key]
        called = _TABLES.text(name) if _TABLES.has(name) else _FIGURES.text(name)
        return Text(tuple((language, _capital(words)) for language, words in called.words))
    of_table = f"column.{table}-{key}"
    if _TABLES.has(of_table):
        return _TABLES.text(of_table)
    return _TABLES.text(f"column.{_SAME.get(key, key)}")


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def summary_of(name: str) -> Text:
    """What a table says of itself, or the question it answers where nothing else is said."""
    key = f"summary.{name}"
    return _TABLES.text(key) if _TABLES.has(key) else _HELP.text(f"question.{name}")


def in_words(key: str, language: Language) -> str:
    """The heading of a column within a sentence: in German as it is, else with a small letter.

    >>> in_words("plan", "fr"), in_words("plan", "de")
    ('plan', 'Plan')
    """
    words = _TABLES.say(f"column.{key}", language)
    return words if language == "de" else words[0].lower() + words[1:]


@cache
def codes(key: str) -> tuple[str, ...]:
    """The codes a column can hold; none for a column of things, numbers or words.

    >>> codes("tie_level"), codes("bits")
    (('plan', 'official', 'other', 'editors', 'machine'), ())
    """
    if key in _FIGURED:
        return _FIGURES.keys(f"{_words_of(key)}.")
    return _TABLES.keys(f"value.{_words_of(key)}.")


def _words_of(key: str) -> str:
    """What the codes of a column are called by: the key of its words, or that of another column's."""
    return _FIGURED.get(key) or _CODED.get(key, key)


@cache
def coded(key: str, code: str) -> Text:
    """What a code of a column is called.

    >>> coded("standing", "late").say("en")
    'late'
    """
    if key in _FIGURED:
        return _FIGURES.text(f"{_words_of(key)}.{code}")
    message = f"value.{_words_of(key)}.{code}"
    # on a day an obligation has the standing that it has in the table of obligations
    return _TABLES.text(message if _TABLES.has(message) else f"value.standing.{code}")


def note(key: str, **values: Filling) -> Text:
    """A note on a table, in every language, with values filled in."""
    return _TABLES.text(f"note.{key}", **values)


def among(graph: Graph, plans: Iterable[str]) -> Basis:
    """The basis of a table restricted to plans, by IRI; that of all without any."""
    titled = ", ".join(map(vocabulary.key, plans))
    return graph.uses.basis.also("plans", titled) if titled else graph.uses.basis


# In which order pairs are listed: never by what could be, a mean, or a ratio to what is known of a
# plan


def action_bits(evidence: Known) -> dict[Ordered, tuple[float, float]]:
    """The bits each pair of actions shares: by precise texts, and by general ones."""
    pairs = evidence.actions.named(evidence.potential.names)
    return {(pair.one, pair.two): (pair.low, pair.broad) for pair in pairs}


def plan_order(graph: Graph) -> Callable[[Ordered], tuple[object, ...]]:
    """What sorts pairs of plans: by bits at the headline level, then at the editors', then by level."""
    assessed = graph.known(HEADLINE), graph.known(Level.EDITORS)

    def order(ends: Ordered) -> tuple[object, ...]:
        pair = min(ends), max(ends)
        bits = [-round(evidence.shared.get(pair) or 0.0, 9) for evidence in assessed]
        return (*bits, assessed[-1].link_level(*pair) or Level.MACHINE, *ends)

    return order
