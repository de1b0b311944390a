"""The pages of questions: each stored question as a form, its answer as a table, and files of it.

In an answer things are shown by name and lead to their pages, and every text is marked with its language. Without
JavaScript the answer is part of the page.
"""

from __future__ import annotations

import re
from argparse import ArgumentTypeError
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

import pyoxigraph as ox

from pan2kg.errors import Pan2kgError, QueryError
from pan2kg.graph.labels import relative
from pan2kg.i18n.message import a_day, told
from pan2kg.site.lists import listed
from pan2kg.site.page import CSV, TURTLE, File, Values, View, embedded
from pan2kg.site.permalink import DAY, RELEASE, VIEW, Permalink, dayless, fix, notice, permalink
from pan2kg.site.question_form import FormField, default, field, given, is_open
from pan2kg.store.queries import Query, fill, program_query
from pan2kg.store.store import Result, Store, Term, construct
from pan2kg.tables.answers import answer, heading, word_of, words_of
from pan2kg.tables.formats import Grid as Sheet
from pan2kg.tables.formats import write_local_csv
from pan2kg.tables.spreadsheet import SPREADSHEET, write_spreadsheet
from pan2kg.tables.template import escape, markup
from pan2kg.tables.writers import Style, laid_out, write_answer
from pan2kg.turtle.vocabulary import NUMBERS
from pan2kg.turtle.writer import read_prefixes

if TYPE_CHECKING:
    from markupsafe import Markup

    from pan2kg.site.page import PageContext, SiteContext


MOST: Final = 1000
"""How many rows a page shows; a download has them all."""


@dataclass(frozen=True, slots=True)
class AnswerGrid:
    """Headings, rows of markup, and whether there were more rows than are shown."""

    heads: tuple[str, ...]
    rows: tuple[tuple[Markup, ...], ...]
    cut: bool = False


def grid(result: Result, context: PageContext) -> AnswerGrid:
    """An answer as headings and cells. A column ``x`` is shown by the names in ``x_label`` beside it, a key by a word.

    Triples become rows of subject, predicate and object, a boolean one row with yes or no.
    """
    language = context.request.language
    if isinstance(result, ox.QueryBoolean):
        return AnswerGrid((context.t("answer"),), ((markup(escape(context.t("yes" if result else "no"))),),))
    if isinstance(result, list):
        columns: tuple[str, ...] = ("subject", "predicate", "object")
        rows: Iterable[tuple[Term | None, ...]] = ((_term(t.subject), t.predicate, _term(t.object)) for t in result)
    else:
        columns = tuple(variable.value for variable in result.variables)
        rows = (tuple(solution) for solution in result)
    first = list(islice(rows, MOST + 1))
    shown = [at for at, name in enumerate(columns) if not _is_name(name, columns)]
    names = {at: columns.index(f"{columns[at]}_label") for at in shown if f"{columns[at]}_label" in columns}
    made = tuple(tuple(_cell(row, at, names, columns[at], context) for at in shown) for row in first[:MOST])
    return AnswerGrid(tuple(heading(columns[at], language) for at in shown), made, len(first) > MOST)


def _is_name(name: str, columns: tuple[str, ...]) -> bool:
    return name.endswith("_label") and name.removesuffix("_label") in columns


def _term(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> Term:
    return ox.Literal(str(term)) if isinstance(term, ox.Triple) else term


def _cell(row: tuple[Term | None, ...], at: int, names: dict[int, int], column: str, context: PageContext) -> Markup:
    term = row[at]
    label = row[names[at]] if at in names else None
    if isinstance(term, ox.NamedNode):
        if isinstance(label, ox.Literal) and label.value != term.value:
            return context.lead(context.address(term.value), _literal(label, context))
        return context.link(term.value)
    return _literal(term, context, column) if isinstance(term, ox.Literal) else markup("")


def _literal(term: ox.Literal, context: PageContext, column: str = "") -> Markup:
    tag = f' lang="{escape(term.language)}"' if term.language and term.language != context.request.language else ""
    words = escape(word_of(term.value, column, context.request.language))
    if term.datatype.value in NUMBERS:
        return markup(f'<span class="figure">{words}</span>')
    return markup(f"<span{tag}>{words}</span>" if tag else words)


_TABS: Final = {"bar": "chart", "timeline": "timeline", "network": "network"}
"""The tab of an answer that is shown first, by what a question calls its view; else the table."""
_VARIABLE: Final = re.compile(r"[?$](\w+)")
FORMS: Final = ("csv", "json", "ttl")
"""How an answer is downloaded, by the ending of the file."""
LOCAL: Final = "local"
"""What asks, in the address of a CSV file, for the one spreadsheets of the language expect."""


def names(site_context: SiteContext) -> Iterable[str]:
    """The questions that have a page; rules about quality stand on the quality page."""
    return (query.name for query in site_context.graph.queries.values() if query.group != "quality")


def cards(context: PageContext) -> Values:
    """All questions by the folder they stand in, and all figures."""
    language = context.request.language
    groups: dict[str, list[tuple[str, str, str]]] = {}
    for name in sorted(names(context.site_context)):
        query = context.graph.queries[name]
        card = (context.href(f"question/{name}.html"), query.question(language), query.summary_in(language))
        groups.setdefault(query.group, []).append(card)
    return {
        "title": context.t("menu-questions"),
        "groups": [(context.t(f"group-{group}"), found) for group, found in sorted(groups.items())],
        "figures": listed(context),
    }


def values(context: PageContext) -> Values | None:
    """One question: form, answer, query, downloads, and the link that fixes them."""
    query = _query(context)
    if query is None:
        return None
    language, chosen = context.request.language, given(context, query)
    fault, text, link = "", query.text, ""
    table, remarks = None, _notice(context)
    fields = _fields(context, query)
    wanted = _wanted(context, fields)
    if not wanted:
        try:
            text = _filled(context, query)
            table = grid(_answer(context, text), context)
            link = _permalink(context, query)
            remarks += _store(context)[1]
        except Pan2kgError as error:
            fault = error.say(language)
    handed = chosen | context.chosen(DAY)
    return {
        "title": query.question(language),
        "lead": query.summary_in(language),
        "fields": fields,
        "open": told("choose-first", what=wanted).say(language) if wanted else "",
        "example": _example(context, query) if wanted else "",
        "fault": fault,
        "table": table,
        "text": text,
        "shown": _without_heads(text),
        "editor": context.href("sparql.html"),
        "view": context.request.arguments.get(VIEW, ""),
        "day": context.request.arguments.get(DAY, ""),
        "remarks": remarks,
        "permalink": link,
        "results": context.href(f"question/{query.name}.json", **handed),
        "downloads": _downloads(context, query, handed),
        "data": embedded(_template(context, query)),
    }


def _example(context: PageContext, query: Query) -> str:
    """The address of the answer with what the profile of the project says where nobody chose."""
    said = {one.name: default(context, one) for one in query.parameters if one.name != "language"}
    return context.href(f"question/{query.name}.html", **{name: value for name, value in said.items() if value})


def _downloads(context: PageContext, query: Query, handed: dict[str, str]) -> list[tuple[str, str]]:
    """What an answer can be had as; for spreadsheets too where there is a server."""
    path = f"question/{query.name}"
    found = [(context.href(f"{path}.{form}", **handed), context.t(f"question-{form}")) for form in FORMS]
    if context.site_context.mode == "served":
        found.append((context.href(f"{path}.csv", **handed, **{LOCAL: "1"}), context.t("question-csv-local")))
        found.append((context.href(f"{path}.xlsx", **handed), context.t("question-xlsx")))
    return found


def _without_heads(text: str) -> str:
    """A query without the lines that tell pan2kg about it."""
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("#+")).strip()


def csv(context: PageContext) -> str | None:
    """The answer as CSV, for the parameters in the address; as the spreadsheets of the language expect it if asked."""
    if not context.request.arguments.get(LOCAL):
        return _written(context, "csv")
    found = _values(context)
    return write_local_csv(found, context.request.language) if found else None


def xlsx(context: PageContext) -> bytes | None:
    """The answer as a spreadsheet, for the parameters in the address."""
    found = _values(context)
    return write_spreadsheet([("data", found)]) if found else None


def _values(context: PageContext) -> Sheet | None:
    query = _query(context)
    if query is None:
        return None
    return laid_out(answer(_answer(context, _filled(context, query))), Style(context.request.language))


def json(context: PageContext) -> str | None:
    """The answer as SPARQL results in JSON, for the parameters in the address."""
    return _written(context, "json")


def turtle(context: PageContext) -> str | None:
    """All the graph says of the things in the answer as Turtle, for the parameters in the address."""
    query = _query(context)
    if query is None:
        return None
    site_context, (store, _) = context.site_context, _store(context)
    answer = _answer(context, _filled(context, query))
    rows = answer if isinstance(answer, ox.QuerySolutions) else ()
    things = sorted({term.value for row in rows for term in row if isinstance(term, ox.NamedNode)})
    text = program_query("things/statements", thing=things)
    write = partial(_said, store, text, read_prefixes(site_context.graph.project))
    return write() if site_context.mode == "served" else site_context.once(f"turtle of {text}", write)


def _said(store: Store, text: str, prefixes: Mapping[str, str]) -> str:
    """What a query makes, as Turtle."""
    return write_answer(construct(store, text), "turtle", Style(prefixes=prefixes))


def _written(context: PageContext, form: str) -> str | None:
    query = _query(context)
    if query is None:
        return None
    return write_answer(_answer(context, _filled(context, query)), form)


def _answer(context: PageContext, text: str) -> Result:
    """The answer to a query; page and files of an export show the same one, which is asked for once."""
    store, _ = _store(context)
    if context.site_context.mode == "served":
        return store.query(text)
    kept = context.site_context.once(f"answer to {text}", lambda: write_answer(store.query(text), "json").encode())
    return ox.parse_query_results(kept, format=ox.QueryResultsFormat.JSON)


def _query(context: PageContext) -> Query | None:
    found = context.graph.queries.get(context.request.key)
    return found if found and found.group != "quality" else None


def _store(context: PageContext) -> tuple[Store, tuple[str, ...]]:
    """The graph, or what of it was in force on the day in the address, with what that leaves out in words."""
    day = context.request.arguments.get(DAY, "")
    if not day:
        return context.graph.store, ()
    try:
        moment = context.graph.at(a_day(day))
    except ArgumentTypeError as error:
        raise QueryError("sentence", error=error.args[0]) from None
    return moment.store, moment.notes(context.request.language)


def _permalink(context: PageContext, query: Query) -> str:
    """The link that fixes the question with its parameters, day, language and release."""
    site_context, day = context.site_context, context.request.arguments.get(DAY, "")
    fixed = fix(query, given(context, query), store=site_context.graph.store, project=site_context.graph.project)
    when = a_day(day) if day else None
    link = permalink(query.name, fixed, site_context.graph.release, when, language=context.request.language)
    path, _, asked = link.partition("?")
    view = context.chosen(VIEW)
    return f"{relative(context.request.path, path)}?{asked}{f'&{urlencode(view)}' if view else ''}"


def _notice(context: PageContext) -> list[str]:
    """What is said where the address was made with another release."""
    made = context.request.arguments.get(RELEASE, "")
    if not made:
        return []
    said = notice(Permalink("", {}, made), context.graph.release, context.request.language)
    return [said] if said else []


def _fields(context: PageContext, query: Query) -> list[FormField]:
    """The fields of the form."""
    chosen = given(context, query)
    return [field(context, parameter, chosen) for parameter in query.parameters if parameter.name != "language"]


def _wanted(context: PageContext, fields: Iterable[FormField]) -> str:
    """What somebody has still to choose, in words; empty where all is chosen."""
    return context.t("question-and").join(one.meaning for one in fields if one.is_open)


def _filled(context: PageContext, query: Query) -> str:
    """The query with what was chosen.

    Raises:
        QueryError: what it is about was not chosen, or what was chosen is nothing.
    """
    values = given(context, query)
    if wanted := _wanted(context, _fields(context, query)):
        raise QueryError("choose-first", what=wanted)
    if any(parameter.name == "language" for parameter in query.parameters):
        values["language"] = context.request.data
    return fill(query, values, store=context.graph.store, project=context.graph.project)


def answered(site_context: SiteContext) -> Iterable[str]:
    """The questions that have an answer before anybody chose anything."""
    queries = site_context.graph.queries
    return (name for name in names(site_context) if not is_open(queries[name]))


def _template(context: PageContext, query: Query) -> dict[str, object]:
    """What the browser needs to answer itself: the query, with titles in the language of the page.

    With it goes what is to be said of a link that fixes another release, or a day.
    """
    text, language = query.text, context.request.language
    if any(parameter.name == "language" for parameter in query.parameters):
        only = {"language": language}
        text = fill(query, only, store=context.graph.store, project=context.graph.project)
    names_in = sorted(set(_VARIABLE.findall(text)))
    heads = {name: heading(name, language) for name in names_in}
    words = {name: found for name in names_in if (found := words_of(name, language))}
    release = context.graph.release
    said = {RELEASE: notice(Permalink("", {}, "{}"), release, language), DAY: dayless("{}", language)}
    prefixes = read_prefixes(context.graph.project)
    view = _TABS.get(query.header.get("view", ""), "table")
    return {
        "query": text, "prefixes": prefixes, "heads": heads, "words": words, "release": release, "said": said,
        "view": view,
    }  # fmt: skip


PAGES: Final = (
    View("questions", cards, section="questions", menu=4),
    View("question", values, names, section="questions"),
)
FILES: Final = (
    File("question", "csv", CSV, csv, answered),
    File("question", "json", "application/sparql-results+json", json, answered),
    File("question", "ttl", TURTLE, turtle, answered),
    File("question", "xlsx", SPREADSHEET, xlsx, answered, exported=False),
)
