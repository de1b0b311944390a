"""How a table of figures is made: the words its name and columns stand for, its cells, its notes and its basis.

Each function of :mod:`pan2kg.tables.kinds` hands :func:`make` the keys of its columns and its rows. From
a key follow heading and meaning of a column, whether its cells are things, codes, weights or plain
values, and what codes are called.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, cast

from pan2kg.coherence.evidence import BITS, Basis, Level
from pan2kg.coherence.standing import Standing, Subject
from pan2kg.i18n import Filling, Language, Messages, Text, format_of
from pan2kg.tables.table import SILENT, Column, Cross, Row, Table, Value
from pan2kg.turtle import vocabulary
from pan2kg.turtle.writer import prefixes_used

if TYPE_CHECKING:
    from pan2kg.coherence.known import Known
    from pan2kg.graph.graph import Graph

_TABLES = Messages("table")
_HELP = Messages("help")
_FIGURES = Messages("figure")
_FIGURE_CODES = {
    "level": "level",
    "level_back": "level",
    "tie_level": "level",
    "expectation": "verdict",
    "expectation_back": "verdict",
    "citation": "state",
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
"""The columns whose codes have the names that all figures give them, and the key of these names."""
_CODES_OF = {
    "acknowledged_back": "acknowledged_there",
    "met": "standing",
    "overdue": "standing",
}
"""The columns whose codes have the names of those of another column."""
_SAID_OF: Mapping[str, Subject] = {"field": "field", "standing": "duty"}
"""Of what a :class:`Standing` is said, by the key of the names of its column; of all others it is a citation."""
_HEADING_OF = {
    "one": "plan", "other_plan": "two", "general_bits": "general", "told": "value", "gaps_of": "of",
    "kind": "obligation_kind", "subject": "what",
}  # fmt: skip
"""The columns with the heading of another one."""
_CALLED_AS = {
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
        "followed_by",
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
        "opposed_by",
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
    if query:
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
        line=basis_line(evidence) if evidence else None,
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


def _cell(graph: Graph, key: str, value: object) -> Row:
    label = f"{key}_label"
    if isinstance(value, dict):
        return value
    if _is_several(value):
        iris = list(cast("Iterable[str]", value))
        between = format_of("semicolon", graph.language)
        return {key: " ".join(iris), label: between.join(map(graph.label, iris))}
    if isinstance(value, Enum) or _is_coded(key):
        code = _code(key, value)
        if not code:
            return {key: None, label: None}
        return {key: code, label: coded(key, code).say(graph.language)}
    if key in _THINGS:
        if isinstance(value, str) and value:
            return {key: value, label: graph.label(value)}
        return {key: None, label: None}
    return {key: _value(graph, key, value)}


def _is_several(value: object) -> bool:
    """Whether a cell holds a list of things."""
    return isinstance(value, Iterable) and not isinstance(value, str)


def _is_coded(key: str) -> bool:
    """Whether a column holds codes."""
    return key not in _THINGS and bool(codes(key))


def _code(key: str, value: object) -> str:
    """How files call what a column of codes holds; empty where nothing is known."""
    if isinstance(value, Level):
        return value.key
    if isinstance(value, Standing):
        return value.code(_SAID_OF.get(_words_of(key), "citation"))
    if isinstance(value, Enum):
        return str(value.value)
    return str(value or "")


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
    if key in _THINGS or _is_coded(key):
        return (Column(key, heading, meaning), Column(f"{key}_label", heading, names=key))
    return (Column(key, heading, meaning),)


def _heading(table: str, key: str) -> Text:
    if key in _CALLED_AS:
        name = _CALLED_AS[key]
        called = _TABLES.text(name) if _TABLES.has(name) else _FIGURES.text(name)
        return Text(tuple((language, _capital(words)) for language, words in called.words))
    of_table = f"column.{table}-{key}"
    if _TABLES.has(of_table):
        return _TABLES.text(of_table)
    return _TABLES.text(f"column.{_HEADING_OF.get(key, key)}")


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
    if key in _FIGURE_CODES:
        return _FIGURES.keys(f"{_words_of(key)}.")
    return _TABLES.keys(f"value.{_words_of(key)}.")


def _words_of(key: str) -> str:
    """What the codes of a column are called by: the key of its words, or that of another column's."""
    return _FIGURE_CODES.get(key) or _CODES_OF.get(key, key)


@cache
def coded(key: str, code: str) -> Text:
    """What a code of a column is called.

    >>> coded("standing", "late").say("en")
    'late'
    """
    if key in _FIGURE_CODES:
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
