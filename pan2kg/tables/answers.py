"""Writing an answer: as a table for a person, or in the formats of SPARQL and RDF."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from pan2kg.errors import FormatError
from pan2kg.i18n.catalogue import Language, Messages
from pan2kg.store.queries import Query
from pan2kg.store.store import Result, Table, Term, Triples, plain
from pan2kg.tables.formats import Grid, Value, write_markdown, write_text
from pan2kg.turtle.vocabulary import XSD

_NATIVE = {
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
}
_GRAPH = {"turtle": ox.RdfFormat.TURTLE, "jsonld": ox.RdfFormat.JSON_LD}
_PRINTING: Final = Messages("printing")
_HEADINGS: Final = Messages("heading")
_NUMBERS: Final = frozenset(("integer", "decimal", "double", "float", "int", "long"))
_DIGITS: Final = 15
"""How many digits a spreadsheet keeps of a number."""


@dataclass(frozen=True, slots=True)
class Style:
    """How an answer is shown: its language, the prefixes that shorten IRIs, and how wide a line may be.

    ``own_names`` keeps the columns named as in the query, as who wrote it expects.
    """

    language: Language = "en"
    prefixes: Mapping[str, str] | None = None
    width: int = 0
    own_names: bool = False


def write_answer(result: Result, form: str, style: Style = Style()) -> str:
    """An answer in one of :data:`FORMATS`.

    Solutions and booleans are written as table, csv, tsv, json, xml or md; triples as turtle or
    jsonld, and as rows of subject, predicate and object in a table, csv, tsv or md.

    Raises:
        FormatError: the format does not fit the form of the query.

    >>> solutions = ox.Store().query('SELECT ?plan ?plan_label { VALUES (?plan ?plan_label) { (1 "PAN 1") } }')
    >>> print(write_answer(solutions, "md"), end="")
    | plan |
    | --- |
    | PAN 1 |
    """
    if isinstance(result, list):
        return _triples(result, form, style)
    if form in _GRAPH:
        fault = "rows-not-as" if isinstance(result, ox.QuerySolutions) else "yes-or-no-not-as"
        raise FormatError(fault, remedy="use-answer-forms", form=form)
    if form in _NATIVE:
        return _bytes(result.serialize(format=_NATIVE[form])).decode()
    if isinstance(result, ox.QueryBoolean):
        return _PRINTING.say("yes" if result else "no", style.language) + "\n"
    columns = tuple(variable.value for variable in result.variables)
    return write_table(Table(columns, tuple(tuple(row) for row in result)), form, style)


def taken(query: Query, values: Collection[str], language: Language) -> str:
    """Which defaults a question was asked with, as they would be typed; empty where all was said or nothing restricts.

    >>> from pan2kg.store.queries import Parameter
    >>> query = Query("x", "", "", "", parameters=(Parameter("plan", "plan:lu-bhr-2", "the plan"),))
    >>> taken(query, [], "en"), taken(query, ["plan"], "en")
    ('Not told otherwise, the question was asked with --plan lu-bhr-2.', '')
    """
    words = [
        f"--{one.option} {_typed(one.default)}"
        for one in query.parameters
        if one.name not in ("language", *values) and one.default != "pan:any"
    ]
    return _PRINTING.say("taken", language, options=" ".join(words)) if words else ""


def _typed(default: str) -> str:
    """A default as a user types it: the key of a thing of ours, else the IRI or the value.

    >>> _typed("plan:lu-bhr-2"), _typed("<http://e/x>"), _typed('"fr"')
    ('lu-bhr-2', 'http://e/x', 'fr')
    """
    return re.sub("^[a-z]+:", "", default) if default[0] not in '<"' else default[1:-1]


def _bytes(value: bytes | None) -> bytes:
    return value or b""


def _triples(triples: Triples, form: str, style: Style) -> str:
    if form in _GRAPH:
        ordered = sorted(triples, key=str)
        return _bytes(ox.serialize(ordered, format=_GRAPH[form], prefixes=_used(ordered, style))).decode()
    if form in ("json", "xml"):
        raise FormatError("triples-not-as", remedy="use-triple-forms", form=form)
    rows = tuple((t.subject, t.predicate, t.object) for t in sorted(triples, key=str))
    table = Table(("subject", "predicate", "object"), rows)  # type: ignore[arg-type]  # no quoted triples: RDF 1.1
    return write_table(table, form, style) if form in ("table", "md") else _separated(table, form)


def _used(triples: Triples, style: Style) -> dict[str, str]:
    iris = {
        term.value for t in triples for term in (t.subject, t.predicate, t.object) if isinstance(term, ox.NamedNode)
    }
    return {name: space for name, space in (style.prefixes or {}).items() if any(iri.startswith(space) for iri in iris)}


def _separated(table: Table, form: str) -> str:
    variables = " ".join(f"?{column}" for column in table.columns)
    rows = " ".join(f"({' '.join(str(term) for term in row)})" for row in table.rows)
    solutions = ox.Store().query(f"SELECT {variables} WHERE {{ VALUES ({variables}) {{ {rows} }} }}")
    if not isinstance(solutions, ox.QuerySolutions):
        raise FormatError("triples-form", form=form)
    return _bytes(solutions.serialize(format=_NATIVE[form])).decode()


def write_table(table: Table, form: str, style: Style = Style()) -> str:
    """Rows as a text table or a Markdown table.

    In a text table a first cell that repeats the one above is left empty. A column ``x`` that has
    a column ``x_label`` beside it is shown by its label; other IRIs are shortened by the prefixes.
    """
    shown = [i for i, name in enumerate(table.columns) if f"{name}_label" not in table.columns]
    heads = [heading(table.columns[i], "en" if style.own_names else style.language) for i in shown]
    rows = [[_cell(row[i], style) for i in shown] for row in table.rows]
    if form == "md":
        return write_markdown(Grid(heads, rows))
    counted = f"{len(rows)} {_PRINTING.say('rows', style.language, n=len(rows))}"
    return f"{write_text(Grid(heads, rows), style.width)}\n\n{counted}\n"


def grid_of(result: Result, style: Style = Style()) -> Grid:
    """An answer as a table of values for a spreadsheet: numbers and booleans as such, addresses beside names.

    >>> solutions = ox.Store().query('SELECT ?plan ?plan_label ?n { VALUES (?plan ?plan_label ?n) { (1 "A" 2.5) } }')
    >>> grid = grid_of(solutions)
    >>> grid.columns, list(grid.rows)
    (['plan (id)', 'plan', 'n'], [[1, 'A', 2.5]])
    """
    if isinstance(result, ox.QueryBoolean):
        return Grid(["answer"], [[bool(result)]])
    if isinstance(result, list):
        rows = ([str(term) for term in (t.subject, t.predicate, t.object)] for t in sorted(result, key=str))
        return Grid(["subject", "predicate", "object"], rows)
    columns = [variable.value for variable in result.variables]
    heads = columns if style.own_names else [_whole_heading(name, columns, style.language) for name in columns]
    return Grid(heads, ([_value(term) for term in solution] for solution in result))


def _whole_heading(name: str, columns: Collection[str], language: Language) -> str:
    return f"{heading(name, language)} (id)" if f"{name}_label" in columns else heading(name, language)


def _value(term: Term | None) -> Value:
    """A term as a value; what a number could not hold exactly stays text."""
    kind = term.datatype.value.removeprefix(XSD) if isinstance(term, ox.Literal) else ""
    text = plain(term)
    if kind == "boolean":
        return text in ("true", "1")
    if kind in _NUMBERS and len(text) <= _DIGITS:
        return float(text) if kind in ("decimal", "double", "float") else int(text)
    return text or None


def heading(column: str, language: Language) -> str:
    """What a column of a stored question is called; in English, and where no other name is known, its own words.

    >>> heading("plan_label", "en"), heading("with_body", "fr"), heading("with_body", "de"), heading("my_own", "fr")
    ('plan', 'avec un organisme', 'mit Stelle', 'my own')
    """
    name = column.removesuffix("_label")
    return _HEADINGS.say(name, language) if _HEADINGS.has(name) else name.replace("_", " ")


def _cell(term: Term | None, style: Style) -> str:
    value = plain(term)
    if isinstance(term, ox.NamedNode):
        fitting = [(len(space), name) for name, space in (style.prefixes or {}).items() if value.startswith(space)]
        if fitting:
            length, name = max(fitting)
            return f"{name}:{value[length:]}"
    return " ".join(value.split())
