"""An answer as a table: its columns and words, what its question says of itself, and what it rests on.

What it rests on is counted here by one quick query, since a question asked on the command line
waits for no matrices; a test holds it to :func:`pan2kg.coherence.known.basis_line`.
"""

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from textwrap import fill, wrap
from typing import TYPE_CHECKING, Any, Final, Literal, cast

import pyoxigraph as ox
from markupsafe import Markup

from pan2kg.coherence.evidence import Level
from pan2kg.errors import FormatError, QueryError
from pan2kg.graph.answer import Answer
from pan2kg.i18n import (
    LANGUAGES,
    Language,
    Messages,
    Text,
    did_you_mean,
    format_of,
    in_words,
    there_are,
    with_days,
)
from pan2kg.store import Query, Result, Store, Triples, plain, program_query, select
from pan2kg.tables import PRINTING, Grid, clean, formats, md_escape, say, table as layout
from pan2kg.tables.table import TABLES, Column, Row, Table, TableChoice, Term, Value
from pan2kg.templates import escape, filled, markup, render
from pan2kg.turtle.vocabulary import NUMBERS, XSD, is_ours

if TYPE_CHECKING:
    from pan2kg.graph.graph import Graph

_FIGURE: Final = Messages("figure")
_HEADINGS: Final = Messages("heading")


def answer(
    result: Result,
    question: str = "",
    summary: str = "",
    notes: Iterable[str] = (),
    basis: str = "",
) -> Table:
    # with what is said around it: the question with its caveats, and what it rests on
    terms: Literal["yes-no", "triples", "rows"]
    rows: list[Mapping[str, Any]] = []
    if isinstance(result, ox.QueryBoolean):
        keys = ["answer"]
        terms = "yes-no"
    elif isinstance(result, list):
        keys = ["subject", "predicate", "object"]
        terms = "triples"
        triples = [
            (triple.subject, triple.predicate, triple.object) for triple in sorted(result, key=str)
        ]
        rows = [dict(zip(keys, triple, strict=True)) for triple in triples]
    else:
        keys = [variable.value for variable in result.variables]
        terms = "rows"
        rows = [dict(zip(keys, solution, strict=True)) for solution in result]
    columns = []
    for key in keys:
        thing = key.removesuffix("_label")
        words = Text(tuple((language, heading(thing, language)) for language in LANGUAGES))
        columns.append(Column(key, words, names=thing if thing != key and thing in keys else ""))
    return Table(
        "",
        tuple(columns),
        tuple(rows),
        Text.of(question),
        Text.of(summary),
        tuple(map(Text.of, notes)),
        rests=Text.of(basis),
        terms=terms,
        outcome=isinstance(result, ox.QueryBoolean) and bool(result),
    )


_OF_FIGURES: Final = {
    "action": "action", "actions": "actions", "bodies": "bodies", "change": "change", "document": "document",
    "due": "due", "force": "force", "kind": "obligation_kind", "obligation": "obligation", "plan": "plan",
    "plans": "plans", "provision": "provision", "topic": "topic", "value": "value", "citations": "references",
    "link": "dependency", "part_level": "stage", "national_act": "is_act", "other_plan": "two", "read_at": "address",
    "until": "until",
}  # fmt: skip
"""The columns of questions that are called as those of figures are."""


def heading(column: str, language: Language) -> str:
    """What a column of a stored question is called; in English, and where no other name is known, its own words.

    >>> heading("plan_label", "en"), heading("other_body", "fr"), heading("other_body", "de"), heading("my_own", "fr")
    ('plan', 'autre organisme', 'andere Stelle', 'my own')
    """
    name = column.removesuffix("_label")
    if _HEADINGS.has(name):
        return _HEADINGS.say(name, language)
    return (
        layout.in_words(_OF_FIGURES[name], language)
        if name in _OF_FIGURES
        else name.replace("_", " ")
    )


WORDED: Final = {
    "returned": "cell", "covered": "cell", "annotated": "cell", "common": "cell", "answered": "cell",
    "verdict": "verdict", "kind": "kind",
}  # fmt: skip
"""The columns of stored questions that hold keys of words, by what the words stand under."""
_UNTOLD: Final = frozenset({"cell.yes", "cell.no"})
"""What a table of figures shows by signs, and an answer says."""


def word_of(text: str, column: str, language: Language) -> str:
    # anything that is no key of a word as it is
    if column not in WORDED:
        return text
    key = f"{WORDED[column]}.{text}"
    if key in _UNTOLD:
        return PRINTING.say(text, language)
    return _FIGURE.say(key, language) if _FIGURE.has(key) else text


def words_of(column: str, language: Language) -> dict[str, str]:
    keys = _FIGURE.keys(f"{WORDED[column]}.") if column in WORDED else ()
    return {key: word_of(key, column, language) for key in keys}


_DEFAULT: Final = re.compile(r'^(?:[a-z]+:(.*)|<(.*)>|"(.*)")$')
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
        # as a user types it: the key of a thing of ours, else the IRI or the value
        "--{} {}".format(parameter.option, _DEFAULT.sub(r"\1\2\3", parameter.default))
        for parameter in query.parameters
        if parameter.name not in ("language", *values)
        and parameter.default not in _RESTRICTS_NOTHING
    ]
    return PRINTING.say("taken", language, options=" ".join(words)) if words else ""


def level_of(query: Query, values: Mapping[str, str]) -> str:
    # the weakest, where the question does not ask for one
    levels = (
        parameter.default[1:-1] for parameter in query.parameters if parameter.name == "least_level"
    )
    return values.get("least_level", next(levels, "editors"))


def basis_of(
    store: Store, language: Language, *, release: str, day: date, level: str = "editors"
) -> str:
    # A sentence. Where no level is derived, as for a question that asks for none, every accepted
    # use counts.
    rows: dict[str, list[tuple[str, str]]] = {"plan": [], "action": [], "use": [], "read": []}
    for kind, work, value in select(store, program_query("answers/basis")).rows:
        rows[plain(kind)].append((plain(work), plain(value)))
    return _FIGURE.say(
        "basis",
        language,
        release=release or _FIGURE.say("unreleased", language),
        level=_FIGURE.say(f"at.{level}", language),
        day=in_words(day, language),
        **_counted(rows, level),
    )


_RANKS: Final = {name: at for at, name in enumerate(("", "plan", "official", "other", "editors"))}


def _counted(rows: Mapping[str, list[tuple[str, str]]], level: str) -> dict[str, int]:
    plans = {plan for plan, _ in rows["plan"]}
    published = {plan: int(count) for plan, count in rows["plan"] if count}
    home = {action: plan for action, plan in rows["action"] if plan in plans}
    ranked = [
        (work, _RANKS.get(level_said.rpartition("/")[2], 5)) for work, level_said in rows["use"]
    ]
    used, anywhere = (
        {work for work, rank in ranked if rank <= _RANKS[least]} for least in (level, "editors")
    )
    in_full, in_part = (
        {work for work, extent in rows["read"] if extent.endswith(end)}
        for end in ("/full", "/part")
    )
    full = {action for action, plan in home.items() if {action, plan} & in_full}
    piece = {action for action in home if action in anywhere | in_part} - full
    return {
        "plans": len(plans),
        "with_texts": len({home.get(work, work) for work in used} & plans),
        "listed": sum(plan in published for plan in home.values()),
        "published": sum(published.values()),
        "counted": len(published),
        "full": len(full),
        "part": len(piece),
        "none": len(home) - len(full) - len(piece),
    }


FORMS: Final = ("table", "csv", "csv-local", "tsv", "json", "md", "html", "xlsx")
"""The formats of figures; answers have xml, turtle and jsonld as well."""
_NATIVE: Final = {
    "csv": ox.QueryResultsFormat.CSV, "tsv": ox.QueryResultsFormat.TSV,
    "json": ox.QueryResultsFormat.JSON, "xml": ox.QueryResultsFormat.XML,
}  # fmt: skip
_GRAPH: Final = {"turtle": ox.RdfFormat.TURTLE, "jsonld": ox.RdfFormat.JSON_LD}
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_EXACT: Final = 15
"""How many digits a spreadsheet keeps of a number."""
_OUTCOME: Final = {True: "yes", False: "no"}


def _outside(_: Row, __: str, item: str) -> str:
    # a thing leads to the address it has from others, a law's to the law
    return item if item.startswith(("https://", "http://")) and not is_ours(item) else ""


@dataclass(frozen=True, slots=True)
class Anchors:
    """How a table hangs together with the page around it.

    ``name`` starts the ids made for it; ``leads`` says where an item of a cell leads, given the
        row, the column's key
    and the item; ``spoken`` the language of a thing's name where it is not that of the page;
    ``called`` its short name.
    """

    name: str = "exhibit"
    leads: Callable[[Row, str, str], str] = _outside
    spoken: Callable[[str], str] = lambda _: ""
    called: Callable[[str], str] = lambda _: ""


@dataclass(frozen=True, slots=True)
class Style:
    """How a table is written: its language, the prefixes that shorten IRIs, and how wide a line may be, 0 for any.

    ``own_names`` keeps the columns of an answer named as in the query, as who wrote it expects.
    """

    language: Language = "en"
    prefixes: Mapping[str, str] | None = None
    width: int = 0
    own_names: bool = False


def write(table: Table, form: str, style: Style) -> str | bytes:
    # One of FORMS; an answer also as xml, triples as turtle or jsonld; xlsx is bytes.
    if form == "xlsx":
        from pan2kg.tables.spreadsheet import write_spreadsheet

        sheets = [("data", laid_out(table, style))]
        return write_spreadsheet(
            sheets if style.own_names else [*sheets, ("about", _about(table, style.language))]
        )
    if form == "csv-local":
        return formats.write_local_csv(laid_out(table, style), style.language)
    return _answer(table, form, style) if table.terms else _figures(table, form, style)


def write_answer(result: Result, form: str, style: Style = Style()) -> str:
    if form in _NATIVE and not isinstance(result, list):
        return (result.serialize(format=_NATIVE[form]) or b"").decode()
    return str(write(answer(result), form, style))


def laid_out(table: Table, style: Style) -> Grid:
    if table.terms == "yes-no":
        outcome = table.outcome if style.own_names else say(_OUTCOME[table.outcome], style.language)
        return Grid(
            [table.keys[0] if style.own_names else table.columns[0].heading.say(style.language)],
            [[outcome]],
        )
    if table.terms == "triples":
        return Grid(table.keys, [[str(cell) for cell in row.values()] for row in table.rows])
    ids = dict.fromkeys(table.things, " (id)")
    heads = [
        f"{column.heading.say(style.language)}{ids.get(column.key, '')}" for column in table.columns
    ]
    if not table.terms:
        return Grid(heads, [[row.get(key) for key in table.keys] for row in table.rows])
    cells = (
        [_typed_writers(row[key], key, style) for key in table.keys] for row in table.solutions
    )
    return Grid(table.keys if style.own_names else heads, list(cells))


def _typed_writers(term: Term, key: str, style: Style) -> Value:
    # A term as a value; what a number could not hold exactly stays text, and yes and no are words
    # of the reader.
    kind = term.datatype.value.removeprefix(XSD) if isinstance(term, ox.Literal) else ""
    text = plain(term)
    if kind == "boolean":
        outcome = text in ("true", "1")
        return outcome if style.own_names else say(_OUTCOME[outcome], style.language)
    if f"{XSD}{kind}" in NUMBERS and len(text) <= _EXACT:
        return float(text) if kind in ("decimal", "double", "float") else int(text)
    return (text if style.own_names else word_of(text, key, style.language)) or None


def _about(table: Table, language: Language) -> Grid:
    notes = [note.say(language) for note in remarks(table, language)]
    title = table.title.say(language)
    summary = table.summary.say(language)
    if table.terms:
        words = [title, summary, *notes, table.rests.say(language)]
        return Grid((heading("note", language),), [[line] for line in words if line])
    pairs = [("title", title), ("summary", summary), ("basis", rests_on(table, language))]
    pairs += [("note", note) for note in notes]
    pairs += [
        (column.heading.say(language), column.meaning.say(language)) for column in table.columns
    ]
    return Grid(("name", "value"), [pair for pair in (*pairs, ("query", table.sparql)) if pair[1]])


def rests_on(table: Table, language: Language) -> str:
    if table.terms:
        return table.rests.say(language)
    from pan2kg.tables.figure_words import resting

    return resting(table, language)


def remarks(table: Table, language: Language) -> list[Text]:
    if table.terms:
        return [note for note in table.notes if note.say(language)]
    notes = [
        Text(tuple((tag, with_days(words, tag)) for tag, words in note.words))
        for note in table.notes
    ]
    cells = [row.get(column.key) for row in table.rows for column in table.shown]
    if None in cells:
        notes.append(formats.PRINTING.text("none"))
    if any(isinstance(cell, float) for cell in cells):
        notes.append(formats.PRINTING.text("rounded"))
    return [note for note in notes if note.say(language)]


def _answer(table: Table, form: str, style: Style) -> str:
    # Readers that go through the text once refuse what they do not know after the rows.
    if form in _GRAPH and table.terms != "triples":
        fault = "rows-not-as" if table.terms == "rows" else "yes-or-no-not-as"
        raise FormatError(fault, remedy="use-answer-forms", form=form)
    if form in ("json", "xml", "html") and table.terms == "triples":
        raise FormatError("no-form", remedy="use-names", form=form, names=", ".join(_GRAPH))
    if form in _GRAPH:
        solutions: list[Mapping[str, Any]] = [*table.solutions]
        triples: Triples = [
            ox.Triple(row["subject"], row["predicate"], row["object"]) for row in solutions
        ]
        iris = {
            cell.value
            for row in table.solutions
            for cell in row.values()
            if isinstance(cell, ox.NamedNode)
        }
        prefixes = {
            name: space
            for name, space in (style.prefixes or {}).items()
            if any(iri.startswith(space) for iri in iris)
        }
        return (ox.serialize(triples, format=_GRAPH[form], prefixes=prefixes) or b"").decode()
    language = style.language
    question, *caveats, basis = [
        text.say(language) for text in (table.title, table.summary, *table.notes, table.rests)
    ]
    if form in _NATIVE:
        if table.terms == "yes-no":
            content: dict[str, Any] = {"head": {}, "boolean": table.outcome}
        else:
            bindings = [
                {
                    key: _binding(cell)
                    for key, cell in row.items()
                    if cell is not None and key in table.keys
                }
                for row in table.solutions
            ]
            content = {"head": {"vars": list(table.keys)}, "results": {"bindings": bindings}}
        results = ox.parse_query_results(json.dumps(content), format=ox.QueryResultsFormat.JSON)
        text_written = (results.serialize(format=_NATIVE[form]) or b"").decode()
        about = {"question": question, "summary": caveats[0], "notes": caveats[1:], "basis": basis}
        about = {name: words for name, words in about.items() if words}
        if form != "json" or not about:
            return text_written
        content = json.loads(text_written)
        content["head"] |= {"about": about}
        return formats.write_json(content)
    caveats = [words for words in caveats if words]
    outcome = say(_OUTCOME[table.outcome], language) if table.terms == "yes-no" else ""
    heads = [column.heading.say("en" if style.own_names else language) for column in table.shown]
    rows = [
        [_said(row[column.key], column.key, style) for column in table.shown]
        for row in table.solutions
    ]
    if form == "html":
        values = {
            "language": language,
            "question": question,
            "caveats": caveats,
            "basis": basis,
            "columns": heads,
        }
        return render("answer.html", values | {"rows": [[outcome]] if outcome else rows})
    if form == "md":
        text = f"{outcome}\n" if outcome else formats.write_markdown(Grid(heads, rows))
        above = "".join(f"{md_escape(words)}\n\n" for words in caveats)
        return f"{above}{text}" + (f"\n{md_escape(basis)}\n" if basis else "")
    if form != "table":
        raise FormatError("no-form", form=form)
    counted = f"{len(rows)} {say('rows', language, n=len(rows))}"
    text = (
        f"{outcome}\n"
        if outcome
        else f"{formats.write_text(Grid(heads, rows), style.width)}\n\n{counted}\n"
    )
    paragraphs = [
        fill(words, style.width) if style.width else words
        for words in (question, *caveats)
        if words
    ]
    below = f"\n{fill(basis, style.width) if style.width else basis}\n" if basis else ""
    return "\n\n".join([*paragraphs, f"{text}{below}"])


def _binding(cell: Term) -> dict[str, str]:
    if isinstance(cell, ox.NamedNode):
        return {"type": "uri", "value": cell.value}
    if isinstance(cell, ox.BlankNode):
        return {"type": "bnode", "value": cell.value}
    term = cast("ox.Literal", cell)
    if term.language:
        return {"type": "literal", "value": term.value, "xml:lang": term.language}
    return {"type": "literal", "value": term.value, "datatype": term.datatype.value}


def _said(term: Term, key: str, style: Style) -> str:
    text = plain(term)
    if isinstance(term, ox.Literal) and not style.own_names:
        if term.datatype.value == f"{XSD}boolean":
            return say(_OUTCOME[text in ("true", "1")], style.language)
        if _DAY.fullmatch(text):
            return with_days(text, style.language)
        return word_of(formats.harmless(text), key, style.language)
    if isinstance(term, ox.NamedNode):
        spaces = [
            (len(space), name)
            for name, space in (style.prefixes or {}).items()
            if text.startswith(space)
        ]
        if spaces:
            length, name = max(spaces)
            return f"{name}:{text[length:]}"
    return formats.harmless(text)


def _figures(table: Table, form: str, style: Style) -> str:
    data = Grid(table.keys, ([row.get(key) for key in table.keys] for row in table.rows))
    if form == "table":
        return "\n\n".join(_text(table, style.language, style.width)) + "\n"
    if form == "csv":
        return formats.write_csv(data)
    if form == "tsv":
        return formats.write_tsv(data)
    if form == "json":
        return formats.write_json(_content(table, style.language))
    if form == "md":
        return md_table(table, style.language)
    if form == "html":
        return html_figures(table, style.language)
    raise FormatError("no-form", remedy="use-names", form=form, names=", ".join(FORMS))


def _content(table: Table, language: Language) -> dict[str, object]:
    basis = table.basis
    line = table.line
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
    lined: dict[str, object] | None = None
    if line is not None:
        from pan2kg.tables.figure_words import basis_words, in_each

        lined = {field.name: getattr(line, field.name) for field in fields(line)}
        lined |= {"level": line.level.key, "texts": asdict(line.texts)}
        lined |= {"as_of": line.as_of.isoformat() if line.as_of else None}
        lined |= {"words": in_each(basis_words, line).by_language()}
    return {
        "name": table.name,
        "language": language,
        "title": table.title.by_language(),
        "summary": table.summary.by_language(),
        "basis": {
            "n": basis.n,
            "annotated": basis.annotated,
            "share": basis.share,
            "plans": basis.plans,
            "release": basis.release or None,
            "as_of": basis.as_of.isoformat() if basis.as_of else None,
            "weights": basis.weights or None,
            "filters": dict(basis.filters),
            "line": lined,
        },
        "columns": columns,
        "rows": [{key: row.get(key) for key in table.keys} for row in table.rows],
        "notes": [note.by_language() for note in table.notes],
        "sparql": table.sparql or None,
    }


def _text(table: Table, language: Language, width: int) -> Iterator[str]:
    yield _wrapped(table.title.say(language), width)
    if table.summary:
        yield _wrapped(table.summary.say(language), width)
    between = format_of("semicolon", language)
    if table.cross:
        yield _crossed(table.cross(), language, width).rstrip("\n")
    elif not table.rows:
        yield say("empty", language)
    else:
        heads = [clean(column.heading.say(language)) for column in table.shown]
        cells = (
            [
                between.join(words for _, words in items(row, column, language))
                for column in table.shown
            ]
            for row in table.rows
        )
        yield formats.write_text(Grid(heads, cells), width).rstrip("\n")
    notes = [_wrapped(note.say(language), width, first="- ") for note in remarks(table, language)]
    if notes:
        yield "\n".join(
            [f"{say('notes', language)}{format_of('colon', language)}".rstrip(), *notes]
        )
    yield _wrapped(rests_on(table, language), width)


def _wrapped(text: str, width: int, first: str = "") -> str:
    words = clean(text)
    if not width:
        return first + words
    return "\n".join(wrap(words, width, initial_indent=first, subsequent_indent=" " * len(first)))


def _crossed(cross: tuple[Any, ...], language: Language, width: int) -> str:
    # The matrix, columns numbered as the rows are; in blocks where not all columns fit side by
    # side.
    heads, marks, legend = cross
    if not heads:
        return say("empty", language)
    numbers = [str(at) for at in range(1, len(heads) + 1)]
    wide = max(len(numbers[-1]), *(len(cell) for row in marks for cell in row)) + 1
    room = width or 120
    name = min(max(map(len, heads)), max(room // 3, 12))
    fits = max((room - name - wide) // wide, 1)
    blocks = []
    for start in range(0, len(numbers), fits):
        run = slice(start, start + fits)
        lines = ["".join(f"{number:>{wide}}" for number in ["", *numbers[run]])]
        lines += [
            f"{number:>{wide - 1}} "
            + "".join(f"{cell:>{wide}}" for cell in cells[run])
            + f"  {head[:name]}"
            for number, head, cells in zip(numbers, heads, marks, strict=True)
        ]
        blocks.append("\n".join(line.rstrip() for line in lines))
    return "\n\n".join(
        [*blocks, "\n".join([_wrapped(words.say(language), width, first="  ") for words in legend])]
    )


_cleaned: Final = lru_cache(maxsize=1 << 10)(clean)
"""For names of things, which stand in many rows."""


def items(row: Row, column: Column, language: Language) -> list[tuple[str, str]]:
    # each as its address and what it is called; one pair without an address for a plain value
    value = row.get(column.key)
    address = row.get(column.names)
    if value is None or not isinstance(address, str):
        return [("", formats.shown(value, language))]
    iris = address.split()
    labels = re.split(r"[ \u00a0]?; ", str(value)) if len(iris) > 1 else [str(value)]
    if len(labels) != len(iris):
        return [("", clean(str(value)))]
    return [*zip(iris, map(_cleaned, labels), strict=True)]


def _is_number(table: Table, column: Column) -> bool:
    cells = [row[column.key] for row in table.rows if row.get(column.key) is not None]
    return bool(cells) and all(
        isinstance(cell, int | float) and not isinstance(cell, bool) for cell in cells
    )


def html_text(text: Text, language: Language) -> Markup:
    # escaped, and marked where they are not in the language of the page
    spoken = text.spoken(language)
    words = clean(text.say(language))
    return (
        filled("{}", words)
        if spoken == language
        else filled('<span lang="{}">{}</span>', spoken, words)
    )


def html_figures(table: Table, language: Language, anchors: Anchors = Anchors()) -> Markup:
    summary = filled("<p>{}</p>\n", html_text(table.summary, language)) if table.summary else ""
    rows = html_table(table, language, anchors, caption=html_text(table.title, language))
    foot = html_foot(table, language)
    return filled('<div class="exhibit" lang="{}">\n{}{}{}</div>\n', language, summary, rows, foot)


def html_table(
    table: Table, language: Language, anchors: Anchors, *, caption: Markup, has_script: bool = False
) -> Markup:
    def item(row: Row, column: Column, address: str, words: str) -> str:
        # markup where it leads somewhere or is marked, else words, which the template escapes
        key = column.names or column.key
        subject_iri = address or str(row.get(key) or "")
        leads = anchors.leads(row, key, subject_iri)
        short = anchors.called(subject_iri)
        words = short or words
        spoken = "" if short else anchors.spoken(subject_iri)
        # a long table has tens of thousands of these
        marked = f' lang="{escape(spoken)}"' if spoken else ""
        if leads and words:
            return markup(f'<a href="{escape(leads)}"{marked}>{escape(words)}</a>')
        return markup(f"<span{marked}>{escape(words)}</span>") if marked else words

    kinds = [
        filled(' class="number"') if _is_number(table, column) else filled("")
        for column in table.shown
    ]
    heads = [
        (html_text(column.heading, language), kind)
        for column, kind in zip(table.shown, kinds, strict=True)
    ]
    # the first cell is the head of its row, the others say their column, unless a script says it
    begins = [
        filled("<td{}>", kind)
        if has_script
        else filled('<td{} data-name="{}">', kind, clean(column.heading.say(language)))
        for column, kind in zip(table.shown, kinds, strict=True)
    ]
    tags = [(tag, filled("</td>")) for tag in begins]
    tags[:1] = [(filled('<th scope="row"{}>', kind), filled("</th>")) for kind in kinds[:1]]
    columns = [(column, *tag) for column, tag in zip(table.shown, tags, strict=True)]
    rows = [
        [
            (begin, [item(row, of, *pair) for pair in items(row, of, language)], end)
            for of, begin, end in columns
        ]
        for row in table.rows
    ]
    values = {
        "name": anchors.name,
        "caption": caption,
        "heads": heads,
        "empty": say("empty", language),
        "cards": has_script,
    }
    return markup(render("table.html", values | {"rows": rows}))


def html_foot(table: Table, language: Language) -> Markup:
    meanings = [
        (html_text(column.heading, language), html_text(column.meaning, language))
        for column in table.columns
        if column.meaning and table.rows
    ]
    values = {
        "notes": [html_text(note, language) for note in remarks(table, language)],
        "meanings": meanings,
        "basis": rests_on(table, language),
        "columns": say("columns", language),
        "query": say("query", language),
        "sparql": table.sparql.strip(),
    }
    return markup(render("table-foot.html", values) + "\n")


def md_text(text: str) -> str:
    return md_escape(clean(text))


def md_table(table: Table, language: Language) -> str:
    colon = format_of("colon", language)
    between = format_of("semicolon", language)

    def item(row: Row, column: Column, address: str, words: str) -> str:
        key = column.names or column.key
        leads = clean(_outside(row, key, address or str(row.get(key) or "")))
        for sign, code in (("<", "%3C"), (">", "%3E"), ("|", "%7C"), ("\\", "%5C")):
            leads = leads.replace(sign, code)
        return f"[{md_text(words)}](<{leads}>)" if leads and words else md_text(words)

    pieces = [f"## {md_text(table.title.say(language))}\n"]
    pieces += [f"{md_text(table.summary.say(language))}\n"] if table.summary else []
    if table.rows:
        heads = [clean(column.heading.say(language)) for column in table.shown]
        rows = [
            [
                between.join(item(row, column, *pair) for pair in items(row, column, language))
                for column in table.shown
            ]
            for row in table.rows
        ]
        numbers = [at for at, column in enumerate(table.shown) if _is_number(table, column)]
        pieces.append(formats.write_markdown(Grid(heads, rows), numbers, is_escaped=True))
    else:
        pieces.append(f"{md_text(say('empty', language))}\n")
    pieces.append(
        "".join(f"- {md_text(note.say(language))}\n" for note in remarks(table, language))
    )
    if meant := [column for column in table.columns if column.meaning and table.rows]:
        meanings = (
            (md_text(piece.heading.say(language)), md_text(piece.meaning.say(language)))
            for piece in meant
        )
        lines = (f"- **{name}**{colon}{meaning}\n" for name, meaning in meanings)
        pieces.append(f"{say('columns', language)}{colon.rstrip()}\n\n{''.join(lines)}")
    pieces.append(f"{md_text(rests_on(table, language))}\n")
    if table.sparql:
        fence = "`" * max(3, 1 + max(map(len, re.findall("`+", table.sparql)), default=0))
        pieces.append(
            f"{say('query', language)}{colon.rstrip()}\n\n{fence}sparql\n{table.sparql.strip()}\n{fence}\n"
        )
    return "\n".join(piece for piece in pieces if piece)


_LISTS: Final = ("plans", "actions", "assessors", "files")
_CHOICES: Final = (*_LISTS, "part", "least", "everything", "country")


def answer_of(
    graph: "Graph",
    name: str,
    *,
    evidence: Level | str = "",
    **chosen: Any,  # noqa: ANN401
) -> Answer[dict[str, Value]]:
    """The table of that name; ``chosen`` are fields of :class:`~pan2kg.tables.table.TableChoice`.

    >>> from pan2kg.graph.graph import open_graph
    >>> answer_of(open_graph(), "matrx")
    Traceback (most recent call last):
    pan2kg.errors.QueryError: There is no table « matrx ». Did you mean matrix?
    """
    if name not in TABLES:
        near = get_close_matches(name, TABLES, n=2, cutoff=0.5) or list(TABLES)
        raise QueryError("no-table", remedy=did_you_mean(near), name=name)
    if unknown := [key for key in chosen if key not in _CHOICES]:
        raise QueryError("no-choice", remedy=there_are(_CHOICES), name=unknown[0])
    for key in {*_LISTS} & chosen.keys():
        # one name is a list of one, and files are paths
        value = chosen[key]
        many = (
            [value]
            if isinstance(value, str | Path) or not isinstance(value, Iterable)
            else list(value)
        )
        chosen[key] = tuple((Path if key == "files" else str)(str(item)) for item in many)
    choice = TableChoice(evidence=graph.known(evidence).level, **chosen)
    language = graph.language
    table = TABLES[name].make(graph, choice)

    rows = [{key: row.get(key) for key in table.keys} for row in table.rows]
    meanings = {
        column.key: column.meaning.say(language) for column in table.columns if column.meaning
    }
    notes = tuple(remark.say(language) for remark in remarks(table, language))
    return Answer(
        table.keys,
        rows,
        [tuple(row.values()) for row in rows],
        table.title.say(language),
        table.summary.say(language),
        meanings,
        notes,
        rests_on(table, language),
        table.sparql,
        lambda form: str(write(table, form, Style(language, width=120))),
    )
