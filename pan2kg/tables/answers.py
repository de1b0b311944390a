"""Writing an answer: as a table for a person, or in the formats of SPARQL and RDF.

Around an answer to a stored question stands what the question says of itself: its summary with the caveats, what it was
asked with, and what the answer rests on. That is counted here by one quick query, since a question asked on the command
line waits for no matrices; a test holds it to :func:`pan2kg.coherence.known.basis_line`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import pyoxigraph as ox

from pan2kg.errors import FormatError
from pan2kg.i18n.catalogue import Language, Messages
from pan2kg.i18n.days import in_words, with_days
from pan2kg.store.queries import Query, program_query
from pan2kg.store.store import Result, Store, Table, Term, Triples, plain, select
from pan2kg.tables.formats import Grid, Value, md_escape, write_json, write_markdown, write_text
from pan2kg.turtle.vocabulary import NUMBERS, XSD

_NATIVE = {
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
}
_GRAPH = {"turtle": ox.RdfFormat.TURTLE, "jsonld": ox.RdfFormat.JSON_LD}
_PRINTING: Final = Messages("printing")
_FIGURE: Final = Messages("figure")
_HEADINGS: Final = Messages("heading")
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
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


@dataclass(frozen=True, slots=True)
class Around:
    """What is said around an answer: the question with its caveats above it, and below it what it rests on."""

    question: str = ""
    summary: str = ""
    notes: tuple[str, ...] = ()
    basis: str = ""

    @property
    def caveats(self) -> tuple[str, ...]:
        """What is to be known before the answer is read, a paragraph each."""
        return tuple(filter(None, (self.summary, *self.notes)))

    @property
    def said(self) -> tuple[str, ...]:
        """All that is said, without the question."""
        return tuple(filter(None, (*self.caveats, self.basis)))


def write_around(result: Result, form: str, style: Style, around: Around) -> str:
    """An answer with what is said around it, in the formats that can hold that: table, md, html and json.

    In JSON it stands in the head of SPARQL's own format, as « about »: readers that go through the text once refuse
    what they do not know after the rows.

    Raises:
        FormatError: the format does not fit the form of the query.

    >>> import json
    >>> yes = ox.Store().query("ASK {}")
    >>> print(write_around(yes, "table", Style("de"), Around("Frage?", "Alles.")), end="")
    Frage?
    <BLANKLINE>
    Alles.
    <BLANKLINE>
    ja
    """
    if form == "html":
        return _page(_for_people(result, style), style, around)
    written = write_answer(result, form, style)
    if form == "table":
        paragraphs = [_filled(words, style.width) for words in (around.question, *around.caveats) if words]
        below = f"\n{_filled(around.basis, style.width)}\n" if around.basis else ""
        return "\n\n".join([*paragraphs, f"{written}{below}"])
    if form == "md":
        above = "".join(f"{md_escape(words)}\n\n" for words in around.caveats)
        return f"{above}{written}" + (f"\n{md_escape(around.basis)}\n" if around.basis else "")
    if form == "json":
        import json

        said = {"question": around.question, "summary": around.summary, "notes": around.notes, "basis": around.basis}
        answer = json.loads(written)
        answer["head"] |= {"about": about} if (about := {name: words for name, words in said.items() if words}) else {}
        return write_json(answer)
    return written


def _filled(words: str, width: int) -> str:
    from textwrap import fill

    return fill(words, width) if width else words


def _page(grid: Grid, style: Style, around: Around) -> str:
    from pan2kg.tables.template import render

    values = {"language": style.language, "question": around.question, "columns": grid.columns, "rows": list(grid.rows)}
    return render("answer.html", values | {"caveats": around.caveats, "basis": around.basis})


def about_of(around: Around, style: Style) -> Grid:
    """What is said around an answer as a sheet of its own."""
    return Grid((heading("note", style.language),), [[words] for words in (around.question, *around.said) if words])


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
        return _yes_or_no(bool(result), style.language) + "\n"
    return write_table(_table(result), form, style)


def _table(result: ox.QuerySolutions) -> Table:
    columns = tuple(variable.value for variable in result.variables)
    return Table(columns, tuple(tuple(row) for row in result))


def _yes_or_no(value: bool, language: Language) -> str:  # noqa: FBT001 - it is what is said
    return _PRINTING.say("yes" if value else "no", language)


_RESTRICTS_NOTHING: Final = frozenset({"pan:any", '"editors"'})
"""Defaults that leave nothing out: any thing, and the weakest level of evidence."""


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
        if one.name not in ("language", *values) and one.default not in _RESTRICTS_NOTHING
    ]
    return _PRINTING.say("taken", language, options=" ".join(words)) if words else ""


def level_of(query: Query, values: Mapping[str, str]) -> str:
    """The key of the level of evidence a question is asked at: the weakest, where it does not ask for one.

    >>> from pan2kg.store.queries import Parameter
    >>> query = Query("x", "", "", "", parameters=(Parameter("least_level", '"official"', ""),))
    >>> level_of(query, {}), level_of(query, {"least_level": "plan"}), level_of(Query("x", "", "", ""), {})
    ('official', 'plan', 'editors')
    """
    asked = next((one.default[1:-1] for one in query.parameters if one.name == "least_level"), "editors")
    return values.get("least_level", asked)


def basis_of(store: Store, language: Language, *, release: str, day: date, level: str = "editors") -> str:
    """What an answer rests on, in a sentence; ``level`` is the key of the level of evidence the question was asked at.

    Where no level is derived, as for a question that asks for none, every accepted use of a text counts.

    Raises:
        QueryError: the store refuses the query.

    >>> from pan2kg.store.store import LocalStore
    >>> basis_of(LocalStore(ox.Store()), "en", release="0.1.0", day=date(2026, 1, 2)).partition(";")[0]
    'Release 0.1.0, with what the editors concluded'
    """
    rows: dict[str, list[tuple[str, str]]] = {"plan": [], "action": [], "use": [], "read": []}
    for kind, work, value in select(store, program_query("answers/basis")).rows:
        rows[plain(kind)].append((plain(work), plain(value)))
    return _FIGURE.say(
        "basis", language, release=release or _FIGURE.say("unreleased", language),
        level=_FIGURE.say(f"at.{level}", language), day=in_words(day, language), **_counted(rows, level),
    )  # fmt: skip


_RANKS: Final = {name: at for at, name in enumerate(("", "plan", "official", "other", "editors"))}


def _counted(rows: Mapping[str, list[tuple[str, str]]], level: str) -> dict[str, int]:
    """The numbers of a basis line from the rows of the query, kind by kind."""
    plans = {plan for plan, _ in rows["plan"]}
    published = {plan: int(count) for plan, count in rows["plan"] if count}
    home = {action: plan for action, plan in rows["action"] if plan in plans}
    used = {work for work, said in rows["use"] if _RANKS.get(said.rpartition("/")[2], 5) <= _RANKS[level]}
    extents = {
        extent: {work for work, one in rows["read"] if one.endswith(f"/{extent}")} for extent in ("full", "part")
    }
    anywhere = {work for work, said in rows["use"] if _RANKS.get(said.rpartition("/")[2], 5) <= _RANKS["editors"]}
    full = {action for action, plan in home.items() if {action, plan} & extents["full"]}
    part = {action for action in home if action in anywhere | extents["part"]} - full
    return {
        "plans": len(plans),
        "with_texts": len({home.get(work, work) for work in used} & plans),
        "listed": sum(plan in published for plan in home.values()),
        "published": sum(published.values()),
        "counted": len(published),
        "full": len(full),
        "part": len(part),
        "none": len(home) - len(full) - len(part),
    }


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
    grid = _shown(table, style)
    if form == "md":
        return write_markdown(grid)
    number = len(table.rows)
    counted = f"{number} {_PRINTING.say('rows', style.language, n=number)}"
    return f"{write_text(grid, style.width)}\n\n{counted}\n"


def _shown(table: Table, style: Style) -> Grid:
    """What a person is shown of an answer: names in place of addresses, and words in the language of the reader."""
    shown = [i for i, name in enumerate(table.columns) if f"{name}_label" not in table.columns]
    heads = [heading(table.columns[i], "en" if style.own_names else style.language) for i in shown]
    return Grid(heads, [[_cell(row[i], table.columns[i], style) for i in shown] for row in table.rows])


def _for_people(result: Result, style: Style) -> Grid:
    if isinstance(result, ox.QueryBoolean):
        return Grid([heading("answer", style.language)], [[_yes_or_no(bool(result), style.language)]])
    if isinstance(result, list):
        raise FormatError("triples-not-as", remedy="use-triple-forms", form="html")
    return _shown(_table(result), style)


def grid_of(result: Result, style: Style = Style()) -> Grid:
    """An answer as a table of values for a spreadsheet: numbers as such, addresses beside names.

    A yes or no is a word of the reader's language; where the query's own names are kept, a boolean.

    >>> solutions = ox.Store().query('SELECT ?plan ?plan_label ?n { VALUES (?plan ?plan_label ?n) { (1 "A" 2.5) } }')
    >>> grid = grid_of(solutions)
    >>> grid.columns, list(grid.rows)
    (['plan (id)', 'plan', 'n'], [[1, 'A', 2.5]])
    """
    if isinstance(result, ox.QueryBoolean):
        said = bool(result) if style.own_names else _yes_or_no(bool(result), style.language)
        return Grid(["answer" if style.own_names else heading("answer", style.language)], [[said]])
    if isinstance(result, list):
        rows = ([str(term) for term in (t.subject, t.predicate, t.object)] for t in sorted(result, key=str))
        return Grid(["subject", "predicate", "object"], rows)
    columns = [variable.value for variable in result.variables]
    heads = columns if style.own_names else [_whole_heading(name, columns, style.language) for name in columns]
    made = ([_value(term, name, style) for name, term in zip(columns, row, strict=True)] for row in result)
    return Grid(heads, made)


def _whole_heading(name: str, columns: Collection[str], language: Language) -> str:
    return f"{heading(name, language)} (id)" if f"{name}_label" in columns else heading(name, language)


def _value(term: Term | None, column: str, style: Style) -> Value:
    """A term as a value; what a number could not hold exactly stays text, and yes and no are words of the reader."""
    kind = term.datatype.value.removeprefix(XSD) if isinstance(term, ox.Literal) else ""
    text = plain(term)
    if kind == "boolean":
        return text in ("true", "1") if style.own_names else _yes_or_no(text in ("true", "1"), style.language)
    if f"{XSD}{kind}" in NUMBERS and len(text) <= _DIGITS:
        return float(text) if kind in ("decimal", "double", "float") else int(text)
    return (text if style.own_names else word_of(text, column, style.language)) or None


def heading(column: str, language: Language) -> str:
    """What a column of a stored question is called; in English, and where no other name is known, its own words.

    >>> heading("plan_label", "en"), heading("with_body", "fr"), heading("with_body", "de"), heading("my_own", "fr")
    ('plan', 'avec un organisme', 'mit Stelle', 'my own')
    """
    name = column.removesuffix("_label")
    return _HEADINGS.say(name, language) if _HEADINGS.has(name) else name.replace("_", " ")


_WORDED: Final = {
    "returned": "cell", "covered": "cell", "annotated": "cell", "common": "cell", "alone": "cell", "last_link": "cell",
    "answered": "cell",
    "body": "field", "indicator": "field", "timeline": "field",
    "verdict": "verdict",
    "kind": "kind",
}  # fmt: skip
"""The columns of stored questions that hold keys of words, by what the words stand under."""
_UNTOLD: Final = frozenset({"cell.yes", "cell.no"})
"""What a table of figures shows by signs, and an answer says."""


def word_of(text: str, column: str, language: Language) -> str:
    """What a key in a column of a stored question is called; anything else as it is.

    >>> word_of("unread", "returned", "fr"), word_of("no", "covered", "de"), word_of("unread", "plan", "en")
    ('non lu', 'nein', 'unread')
    """
    if column not in _WORDED:
        return text
    key = f"{_WORDED[column]}.{text}"
    if key in _UNTOLD:
        return _PRINTING.say(text, language)
    return _FIGURE.say(key, language) if _FIGURE.has(key) else text


def words_of(column: str, language: Language) -> dict[str, str]:
    """All that :func:`word_of` calls the keys of a column, by key; empty for a column that holds none.

    >>> words_of("returned", "fr"), words_of("plan", "fr")
    ({'yes': 'oui', 'no': 'non', 'unread': 'non lu'}, {})
    """
    keys = _FIGURE.keys(f"{_WORDED[column]}.") if column in _WORDED else ()
    return {key: word_of(key, column, language) for key in keys}


def every_word(language: Language) -> dict[str, dict[str, str]]:
    """The same of every column that holds keys, for a query of which nobody knows beforehand which columns it has."""
    return {column: words_of(column, language) for column in _WORDED}


def _cell(term: Term | None, column: str, style: Style) -> str:
    value = plain(term)
    if isinstance(term, ox.Literal) and not style.own_names:
        if term.datatype.value == f"{XSD}boolean":
            return _yes_or_no(value in ("true", "1"), style.language)
        if _DAY.fullmatch(value):
            return with_days(value, style.language)
        return word_of(" ".join(value.split()), column, style.language)
    if isinstance(term, ox.NamedNode):
        fitting = [(len(space), name) for name, space in (style.prefixes or {}).items() if value.startswith(space)]
        if fitting:
            length, name = max(fitting)
            return f"{name}:{value[length:]}"
    return " ".join(value.split())
