"""The writers of tables: each format a function, in one list for figures and in one for answers.

A table of figures is written for a terminal, a page or a program; the answer to a question also as
the formats of SPARQL 1.1 results and, where it is triples, as RDF.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from difflib import get_close_matches
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import pyoxigraph as ox

from pan2kg.coherence.evidence import Level
from pan2kg.errors import FormatError, QueryError
from pan2kg.graph.answer import Answer
from pan2kg.i18n import Language, did_you_mean, format_days_in, there_are
from pan2kg.store import Result, plain
from pan2kg.tables import Grid, formats, md_escape, say
from pan2kg.tables.answers import answer, heading, word_of
from pan2kg.tables.exhibit import html_figures, md_table, remarks, rests_on
from pan2kg.tables.kinds import TableChoice, table_kinds
from pan2kg.tables.table import Table, Term, Value
from pan2kg.tables.terminal import write_terminal
from pan2kg.templates import render
from pan2kg.turtle.vocabulary import NUMBERS, XSD

if TYPE_CHECKING:
    from pan2kg.graph.graph import Graph


@dataclass(frozen=True, slots=True)
class Style:
    """How a table is written: its language, the prefixes that shorten IRIs, and how wide a line may be, 0 for any.

    ``own_names`` keeps the columns of an answer named as in the query, as who wrote it expects.
    """

    language: Language = "en"
    prefixes: Mapping[str, str] | None = None
    width: int = 0
    own_names: bool = False


FORMS = ("table", "csv", "csv-local", "tsv", "json", "md", "html", "xlsx")
"""The formats of figures; answers have xml, turtle and jsonld as well."""


def write(table: Table, form: str, style: Style) -> str | bytes:
    """The table in one of :data:`FORMS`, of an answer also « xml », of triples « turtle » or « jsonld ».

    A spreadsheet (« xlsx ») is bytes, all else is text.

    Raises:
        FormatError: there is no such format, or the answer has none in it.

    >>> from pan2kg.tables.table import Column
    >>> write(Table("bits", (Column("bits"),), ({"bits": 2.5},)), "csv", Style())
    'bits\\r\\n2.5\\r\\n'
    """
    if form == "xlsx":
        return _spreadsheet(table, style)
    if form == "csv-local":
        return formats.write_local_csv(laid_out(table, style), style.language)
    if table.terms:
        _refuse(table, form)
        return _ANSWER_WRITERS[form](table, form, style)
    if form not in _FIGURE_WRITERS:
        names = ", ".join(FORMS)
        raise FormatError("no-form", remedy="use-names", form=form, names=names)
    return _FIGURE_WRITERS[form](table, style)


def write_answer(result: Result, form: str, style: Style = Style()) -> str:
    """The result of a query as it comes, without a question, notes or a basis around it."""
    if form in _RESULTS and not isinstance(result, list):
        return (result.serialize(format=_RESULTS[form]) or b"").decode()
    return str(write(answer(result), form, style))


# Spreadsheets, and CSV for those of a language

_YES_OR_NO = {True: "yes", False: "no"}
_EXACT_DIGITS = 15
"""How many digits a spreadsheet keeps of a number."""


def _spreadsheet(table: Table, style: Style) -> bytes:
    from pan2kg.tables.spreadsheet import write_spreadsheet

    sheets = [("data", laid_out(table, style))]
    if not style.own_names:
        sheets.append(("about", _about(table, style.language)))
    return write_spreadsheet(sheets)


def laid_out(table: Table, style: Style) -> Grid:
    """Heads and cells for a spreadsheet: terms as values, the columns of things marked « (id) »."""
    heads = []
    for column in table.columns:
        mark = " (id)" if column.key in table.things else ""
        heads.append(f"{column.heading.say(style.language)}{mark}")
    if not table.terms:
        return Grid(heads, [[row.get(key) for key in table.keys] for row in table.rows])
    if table.terms == "triples":
        return Grid(table.keys, [[str(cell) for cell in row.values()] for row in table.rows])
    if style.own_names:
        heads = [*table.keys]
    if table.terms == "yes-no":
        return Grid(heads, [[_truth(table.outcome, style)]])
    rows = [[_value_of(row[key], key, style) for key in table.keys] for row in table.solutions]
    return Grid(heads, rows)


def _truth(outcome: bool, style: Style) -> bool | str:  # noqa: FBT001 - it is what is written
    return outcome if style.own_names else say(_YES_OR_NO[outcome], style.language)


def _value_of(term: Term, key: str, style: Style) -> Value:
    """A term as a value; what a number could not hold exactly stays text."""
    text = plain(term)
    datatype = term.datatype.value if isinstance(term, ox.Literal) else ""
    if datatype == f"{XSD}boolean":
        return _truth(text in ("true", "1"), style)
    if datatype in NUMBERS and len(text) <= _EXACT_DIGITS:
        is_decimal = datatype.removeprefix(XSD) in ("decimal", "double", "float")
        return float(text) if is_decimal else int(text)
    if style.own_names:
        return text or None
    return word_of(text, key, style.language) or None


def _about(table: Table, language: Language) -> Grid:
    """The second sheet: what is said of the table, of figures also what columns mean."""
    notes = [note.say(language) for note in remarks(table, language)]
    title = table.title.say(language)
    summary = table.summary.say(language)
    basis = rests_on(table, language)
    if table.terms:
        lines = [title, summary, *notes, basis]
        return Grid((heading("note", language),), [[line] for line in lines if line])
    pairs = [("title", title), ("summary", summary), ("basis", basis)]
    pairs += [("note", note) for note in notes]
    for column in table.columns:
        pairs.append((column.heading.say(language), column.meaning.say(language)))
    pairs.append(("query", table.sparql))
    return Grid(("name", "value"), [pair for pair in pairs if pair[1]])


# Figures

FigureWriter = Callable[[Table, Style], str]


def _data(table: Table) -> Grid:
    return Grid(table.keys, ([row.get(key) for key in table.keys] for row in table.rows))


def _figures_as_json(table: Table, style: Style) -> str:
    columns = [
        {
            "key": column.key,
            "heading": column.heading.by_language(),
            "meaning": column.meaning.by_language(),
            "thing": column.key in table.things,
        }
        for column in table.columns
        if not column.names
    ]
    content = {
        "name": table.name,
        "language": style.language,
        "title": table.title.by_language(),
        "summary": table.summary.by_language(),
        "basis": _basis_as_json(table),
        "columns": columns,
        "rows": [{key: row.get(key) for key in table.keys} for row in table.rows],
        "notes": [note.by_language() for note in table.notes],
        "sparql": table.sparql or None,
    }
    return formats.write_json(content)


def _basis_as_json(table: Table) -> dict[str, object]:
    basis = table.basis
    return {
        "n": basis.n,
        "annotated": basis.annotated,
        "share": basis.share,
        "plans": basis.plans,
        "release": basis.release or None,
        "as_of": basis.as_of.isoformat() if basis.as_of else None,
        "weights": basis.weights or None,
        "filters": dict(basis.filters),
        "line": _line_as_json(table),
    }


def _line_as_json(table: Table) -> dict[str, object] | None:
    """The basis line of a table that shows links, in numbers and in words; None of others."""
    from pan2kg.tables.figure_words import basis_words, in_each

    line = table.line
    if line is None:
        return None
    content = {field.name: getattr(line, field.name) for field in fields(line)}
    content["level"] = line.level.key
    content["texts"] = asdict(line.texts)
    content["as_of"] = line.as_of.isoformat() if line.as_of else None
    content["words"] = in_each(basis_words, line).by_language()
    return content


_FIGURE_WRITERS: Mapping[str, FigureWriter] = {
    "table": lambda table, style: write_terminal(table, style.language, style.width),
    "csv": lambda table, _: formats.write_csv(_data(table)),
    "tsv": lambda table, _: formats.write_tsv(_data(table)),
    "json": _figures_as_json,
    "md": lambda table, style: md_table(table, style.language),
    "html": lambda table, style: html_figures(table, style.language),
}
"""What writes figures in each format."""


# Answers

AnswerWriter = Callable[[Table, str, Style], str]

_RESULTS = {
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
}
"""The formats of SPARQL 1.1 results."""
_RDF = {"turtle": ox.RdfFormat.TURTLE, "jsonld": ox.RdfFormat.JSON_LD}
_ROWS_ONLY = ("json", "xml", "html")
"""The formats triples do not have."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def _refuse(table: Table, form: str) -> None:
    """Say why an answer cannot be written in a format, where it cannot."""
    if form in _RDF and table.terms != "triples":
        fault = "rows-not-as" if table.terms == "rows" else "yes-or-no-not-as"
        raise FormatError(fault, remedy="use-answer-forms", form=form)
    if form in _ROWS_ONLY and table.terms == "triples":
        raise FormatError("no-form", remedy="use-names", form=form, names=", ".join(_RDF))
    if form not in _ANSWER_WRITERS:
        raise FormatError("no-form", form=form)


def _as_rdf(table: Table, form: str, style: Style) -> str:
    """Triples as RDF, with the prefixes that are used; they stand in the order they have."""
    solutions = cast("tuple[Mapping[str, Any], ...]", table.solutions)
    triples = [ox.Triple(row["subject"], row["predicate"], row["object"]) for row in solutions]
    iris = set()
    for row in table.solutions:
        iris |= {cell.value for cell in row.values() if isinstance(cell, ox.NamedNode)}
    spaces = (style.prefixes or {}).items()
    prefixes = {name: space for name, space in spaces if _begins_any(space, iris)}
    return (ox.serialize(triples, format=_RDF[form], prefixes=prefixes) or b"").decode()


def _begins_any(space: str, iris: set[str]) -> bool:
    return any(iri.startswith(space) for iri in iris)


def _as_results(table: Table, form: str, _: Style) -> str:
    """SPARQL 1.1 results, by the engine's own writer."""
    content: dict[str, Any]
    if table.terms == "yes-no":
        content = {"head": {}, "boolean": table.outcome}
    else:
        bindings = [_bindings(table, row) for row in table.solutions]
        content = {"head": {"vars": list(table.keys)}, "results": {"bindings": bindings}}
    results = ox.parse_query_results(json.dumps(content), format=ox.QueryResultsFormat.JSON)
    return (results.serialize(format=_RESULTS[form]) or b"").decode()


def _bindings(table: Table, row: Mapping[str, Term]) -> dict[str, dict[str, str]]:
    bindings = {}
    for key, cell in row.items():
        if cell is not None and key in table.keys:
            bindings[key] = _binding(cell)
    return bindings


def _binding(cell: Term) -> dict[str, str]:
    if isinstance(cell, ox.NamedNode):
        return {"type": "uri", "value": cell.value}
    if isinstance(cell, ox.BlankNode):
        return {"type": "bnode", "value": cell.value}
    term = cast("ox.Literal", cell)
    if term.language:
        return {"type": "literal", "value": term.value, "xml:lang": term.language}
    return {"type": "literal", "value": term.value, "datatype": term.datatype.value}


def _as_json(table: Table, form: str, style: Style) -> str:
    """SPARQL 1.1 results in JSON, with what is said of the answer in their head.

    Readers that go through the text once refuse what they do not know after the rows.
    """
    text = _as_results(table, form, style)
    words = AnswerWords.of(table, style.language)
    about = {name: said for name, said in words._asdict().items() if said}
    if not about:
        return text
    content = json.loads(text)
    content["head"] |= {"about": about}
    return formats.write_json(content)


class AnswerWords(NamedTuple):
    """What is said around an answer, in one language; a sentence that is empty is not said."""

    question: str
    summary: str
    notes: list[str]
    basis: str

    @classmethod
    def of(cls, table: Table, language: Language) -> "AnswerWords":
        return cls(
            table.title.say(language),
            table.summary.say(language),
            [note.say(language) for note in table.notes],
            table.rests.say(language),
        )

    @property
    def caveats(self) -> list[str]:
        """The summary and the notes that say something."""
        return [words for words in (self.summary, *self.notes) if words]


def _grid(table: Table, style: Style) -> Grid:
    """The columns a reader sees, and what each cell says."""
    language = "en" if style.own_names else style.language
    heads = [column.heading.say(language) for column in table.shown]
    rows = []
    for row in table.solutions:
        rows.append([_said(row[column.key], column.key, style) for column in table.shown])
    return Grid(heads, rows)


def _said(term: Term, key: str, style: Style) -> str:
    """A term for a reader: yes or no, a day as usual, a code's word, an IRI by its prefix."""
    text = plain(term)
    if isinstance(term, ox.Literal) and not style.own_names:
        if term.datatype.value == f"{XSD}boolean":
            return say(_YES_OR_NO[text in ("true", "1")], style.language)
        if _DAY.fullmatch(text):
            return format_days_in(text, style.language)
        return word_of(formats.harmless(text), key, style.language)
    if isinstance(term, ox.NamedNode):
        spaces = []
        for name, space in (style.prefixes or {}).items():
            if text.startswith(space):
                spaces.append((len(space), name))
        if spaces:
            length, prefix = max(spaces)
            return f"{prefix}:{text[length:]}"
    return formats.harmless(text)


def _outcome(table: Table, style: Style) -> str:
    """The yes or no of an answer, a word; empty where it has rows."""
    if table.terms != "yes-no":
        return ""
    return say(_YES_OR_NO[table.outcome], style.language)


def _as_html(table: Table, _: str, style: Style) -> str:
    words = AnswerWords.of(table, style.language)
    grid = _grid(table, style)
    outcome = _outcome(table, style)
    values = {
        "language": style.language,
        "question": words.question,
        "caveats": words.caveats,
        "basis": words.basis,
        "columns": grid.columns,
        "rows": [[outcome]] if outcome else grid.rows,
    }
    return render("answer.html", values)


def _as_markdown(table: Table, _: str, style: Style) -> str:
    words = AnswerWords.of(table, style.language)
    outcome = _outcome(table, style)
    rows = f"{outcome}\n" if outcome else formats.write_markdown(_grid(table, style))
    above = "".join(f"{md_escape(caveat)}\n\n" for caveat in words.caveats)
    below = f"\n{md_escape(words.basis)}\n" if words.basis else ""
    return f"{above}{rows}{below}"


def _for_terminal(table: Table, _: str, style: Style) -> str:
    def wrapped(text: str) -> str:
        return fill(text, style.width) if style.width else text

    words = AnswerWords.of(table, style.language)
    outcome = _outcome(table, style)
    if outcome:
        rows = f"{outcome}\n"
    else:
        number = len(table.solutions)
        counted = f"{number} {say('rows', style.language, n=number)}"
        rows = f"{formats.write_text(_grid(table, style), style.width)}\n\n{counted}\n"
    if words.basis:
        rows = f"{rows}\n{wrapped(words.basis)}\n"
    paragraphs = [wrapped(text) for text in (words.question, *words.caveats) if text]
    return "\n\n".join([*paragraphs, rows])


_ANSWER_WRITERS: Mapping[str, AnswerWriter] = {
    "table": _for_terminal,
    "csv": _as_results,
    "tsv": _as_results,
    "xml": _as_results,
    "json": _as_json,
    "md": _as_markdown,
    "html": _as_html,
    "turtle": _as_rdf,
    "jsonld": _as_rdf,
}
"""What writes answers in each format; which answers have one is for :func:`_refuse` to say."""


# Tables for Python

_LISTS = ("plans", "actions", "assessors", "files")
_CHOICES = (*_LISTS, "part", "least", "everything", "country")


def answer_of(
    graph: "Graph",
    name: str,
    *,
    evidence: Level | str = "",
    **chosen: Any,  # noqa: ANN401
) -> Answer[dict[str, Value]]:
    """The table of that name; ``chosen`` are fields of :class:`~pan2kg.tables.kinds.TableChoice`.

    Where a field takes several names, one name may be given alone.

    Raises:
        QueryError: there is no such table or choice, or nothing of a name that was given.

    >>> from pan2kg.graph.graph import open_graph
    >>> answer_of(open_graph(), "matrx")
    Traceback (most recent call last):
    pan2kg.errors.QueryError: There is no table « matrx ». Did you mean matrix?
    """
    kinds = table_kinds()
    if name not in kinds:
        near = get_close_matches(name, kinds, n=2, cutoff=0.5) or list(kinds)
        raise QueryError("no-table", remedy=did_you_mean(near), name=name)
    for key in chosen:
        if key not in _CHOICES:
            raise QueryError("no-choice", remedy=there_are(_CHOICES), name=key)
    for key in _LISTS:
        if key in chosen:
            texts = _several(chosen[key])
            chosen[key] = tuple(map(Path, texts)) if key == "files" else tuple(texts)
    choice = TableChoice(evidence=graph.known(evidence).level, **chosen)
    language = graph.language
    table = kinds[name].make(graph, choice)
    rows = [{key: row.get(key) for key in table.keys} for row in table.rows]
    meanings = {}
    for column in table.columns:
        if column.meaning:
            meanings[column.key] = column.meaning.say(language)
    return Answer(
        table.keys,
        rows,
        [tuple(row.values()) for row in rows],
        table.title.say(language),
        table.summary.say(language),
        meanings,
        tuple(note.say(language) for note in remarks(table, language)),
        rests_on(table, language),
        table.sparql,
        lambda form: str(write(table, form, Style(language, width=120))),
    )


def _several(value: object) -> list[str]:
    """One name is a list of one."""
    if isinstance(value, str | Path) or not isinstance(value, Iterable):
        return [str(value)]
    return [str(item) for item in value]
