"""The pages of questions: each stored question as a form, its answer as a table, and a page for own SPARQL.

In an answer things are shown by name and lead to their pages, and every text is marked with its language. Without
JavaScript the answer is part of the page.
"""

from __future__ import annotations

import re
from argparse import ArgumentTypeError
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from itertools import islice
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

import pyoxigraph as ox

from pan2kg.coherence.evidence import FIGURED
from pan2kg.errors import Pan2kgError, QueryError
from pan2kg.graph.labels import relative
from pan2kg.i18n.catalogue import Messages
from pan2kg.i18n.days import a_day
from pan2kg.site.figures import listed
from pan2kg.site.page import CSV, TURTLE, File, View, embedded
from pan2kg.site.permalink import DAY, RELEASE, VIEW, Permalink, dayless, fix, notice, permalink
from pan2kg.store.queries import Parameter, Query, fill, program_query
from pan2kg.store.store import construct, select
from pan2kg.tables.answers import Style, every_word, grid_of, heading, word_of, words_of, write_answer
from pan2kg.tables.formats import Grid as Sheet
from pan2kg.tables.formats import write_local_csv
from pan2kg.tables.spreadsheet import SPREADSHEET, write_spreadsheet
from pan2kg.tables.template import escape, markup
from pan2kg.turtle.tokens import tokens
from pan2kg.turtle.vocabulary import PAN, XSD
from pan2kg.turtle.writer import iri, read_prefixes

if TYPE_CHECKING:
    from markupsafe import Markup

    from pan2kg.graph.labels import Entry
    from pan2kg.site.page import Values
    from pan2kg.site.page_context import PageContext
    from pan2kg.site.site_context import SiteContext
    from pan2kg.store.store import Result, Store, Term


MOST: Final = 1000
"""How many rows a page shows; a download has them all."""
_NUMBERS: Final = frozenset(XSD + name for name in ("integer", "decimal", "double", "float", "int", "long"))


@dataclass(frozen=True, slots=True)
class Grid:
    """Headings, rows of markup, and whether there were more rows than are shown."""

    heads: tuple[str, ...]
    rows: tuple[tuple[Markup, ...], ...]
    cut: bool = False


def grid(result: Result, context: PageContext) -> Grid:
    """An answer as headings and cells. A column ``x`` is shown by the names in ``x_label`` beside it, a key by a word.

    Triples become rows of subject, predicate and object, a boolean one row with yes or no.
    """
    language = context.request.language
    if isinstance(result, ox.QueryBoolean):
        return Grid((context.t("answer"),), ((markup(escape(context.t("yes" if result else "no"))),),))
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
    return Grid(tuple(heading(columns[at], language) for at in shown), made, len(first) > MOST)


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
    if term.datatype.value in _NUMBERS:
        return markup(f'<span class="figure">{words}</span>')
    return markup(f"<span{tag}>{words}</span>" if tag else words)


_TABS: Final = {"bar": "chart", "timeline": "timeline", "network": "network"}
"""The tab of an answer that is shown first, by what a question calls its view; else the table."""
_VARIABLE: Final = re.compile(r"[?$](\w+)")
FORMS: Final = ("csv", "json", "ttl")
"""How an answer is downloaded, by the ending of the file."""
LOCAL: Final = "local"
"""What asks, in the address of a CSV file, for the one spreadsheets of the language expect."""
LEVEL: Final = "level"
"""The kind of parameter that is a level of evidence."""
_FIGURE: Final = Messages("figure")


@dataclass(frozen=True, slots=True)
class Offer:
    """What a parameter may be: as it is written, what it is called, and its IRI, empty for a word."""

    value: str
    name: str
    iri: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the form: a parameter, its value, and what it may be, by kind.

    ``is_needed`` is whether nothing is answered until somebody chose it, ``is_word`` whether it is no thing.
    """

    name: str
    meaning: str
    value: str
    offers: tuple[tuple[str, tuple[Offer, ...]], ...]
    is_needed: bool = False
    is_word: bool = False

    @property
    def is_open(self) -> bool:
        """Whether somebody has still to choose it."""
        return self.is_needed and not self.value

    @property
    def is_known(self) -> bool:
        """Whether the value is among what is offered."""
        return not self.value or any(one.value == self.value for _, offers in self.offers for one in offers)


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
        "title": context.t("questions-title"),
        "groups": [(context.t(f"group-{group}"), found) for group, found in sorted(groups.items())],
        "figures": listed(context),
    }


def values(context: PageContext) -> Values | None:
    """One question: form, answer, query, downloads, and the link that fixes them."""
    query = _query(context)
    if query is None:
        return None
    language, given = context.request.language, _given(context, query)
    fault, text, link = "", query.text, ""
    table, remarks = None, _notice(context)
    fields = [_field(context, parameter, given) for parameter in query.parameters if parameter.name != "language"]
    open_ones = [field for field in fields if field.is_open]
    if not open_ones:
        try:
            text = _filled(context, query)
            table = grid(_answer(context, text), context)
            link = _permalink(context, query)
            remarks += _store(context)[1]
        except Pan2kgError as error:
            fault = error.say(language)
    handed = given | context.chosen(DAY)
    return {
        "title": query.question(language),
        "lead": query.summary_in(language),
        "fields": fields,
        "open": [field.meaning for field in open_ones],
        "example": _example(context, query) if open_ones else "",
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
    said = {one.name: _default(context, one) for one in query.parameters if one.name != "language"}
    return context.href(f"question/{query.name}.html", **{name: value for name, value in said.items() if value})


def _downloads(context: PageContext, query: Query, handed: dict[str, str]) -> list[tuple[str, str]]:
    """What an answer can be had as; for spreadsheets too where there is a server."""
    path = f"question/{query.name}"
    found = [(context.href(f"{path}.{form}", **handed), context.t(f"question-{form}")) for form in FORMS]
    if context.site_context.mode == "served":
        found.append((context.href(f"{path}.csv", **handed, **{LOCAL: "1"}), context.t("question-csv-local")))
        if find_spec("xlsxwriter") is not None:
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
    """The answer as a spreadsheet, for the parameters in the address.

    Raises:
        FormatError: the extra « xlsx » is not installed.
    """
    found = _values(context)
    return write_spreadsheet([("data", found)]) if found else None


def _values(context: PageContext) -> Sheet | None:
    query = _query(context)
    if query is None:
        return None
    return grid_of(_answer(context, _filled(context, query)), Style(context.request.language))


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


def _given(context: PageContext, query: Query) -> dict[str, str]:
    """The parameters in the address; a link that fixes a question writes their names as a command line does."""
    found = context.request.arguments
    wanted = [parameter for parameter in query.parameters if parameter.name != "language"]
    values = {one.name: found.get(one.name) or found.get(one.option, "") for one in wanted}
    return {one.name: _meant(context, one, values[one.name]) for one in wanted if values[one.name]}


def _meant(context: PageContext, parameter: Parameter, value: str) -> str:
    """The key of what has the title that was typed, with its printed number, as the form offers it."""
    typed = _plain(value)
    found = (entry for entry in _offered(context, parameter) if _plain(context.name(entry.iri)) == typed)
    return next((entry.key for entry in found), value)


def _plain(words: str) -> str:
    return " ".join(words.split()).casefold()


def _offered(context: PageContext, parameter: Parameter) -> list[Entry]:
    """The things a parameter may be."""
    return [entry for kind in parameter.kinds for entry in context.graph.labels.of_kind(kind)]


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
    fixed = fix(query, _given(context, query), store=site_context.graph.store, project=site_context.graph.project)
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


def _filled(context: PageContext, query: Query) -> str:
    values = _given(context, query)
    if any(parameter.name == "language" for parameter in query.parameters):
        values["language"] = context.request.data
    return fill(query, values, store=context.graph.store, project=context.graph.project)


def _field(context: PageContext, parameter: Parameter, given: dict[str, str]) -> Field:
    """The field of a parameter: what was chosen, else a level or plan as the profile says; another thing stays open."""
    meaning = parameter.meaning_in(context.request.language)
    value, default = given.get(parameter.name, ""), _default(context, parameter)
    offers = tuple((_kind(context, kind), _offers(context, kind)) for kind in parameter.kinds)
    if not _names_thing(parameter):
        return Field(parameter.name, meaning, value or default, offers, is_word=True)
    if _is_own(parameter):
        return Field(parameter.name, meaning, _key(context, value) if value else default, offers)
    return Field(parameter.name, meaning, value and _key(context, value), offers, is_needed=bool(default))


def _is_own(parameter: Parameter) -> bool:
    """Whether it is a plan: the one a project is about, where nobody chose another."""
    return parameter.kinds == ("plan",)


def _names_thing(parameter: Parameter) -> bool:
    return next(tokens(parameter.default)).kind in ("name", "iri")


def _kind(context: PageContext, kind: str) -> str:
    return "" if kind == LEVEL else context.t(f"kind-{kind}")


def _offers(context: PageContext, kind: str) -> tuple[Offer, ...]:
    """What a parameter of a kind may be, by name; levels from the firmest."""
    if kind == LEVEL:
        language = context.request.language
        return tuple(Offer(level.key, _FIGURE.say(f"level.{level.key}", language)) for level in FIGURED)
    entries = context.graph.labels.of_kind(kind)
    found = (Offer(entry.key, _brief(context, entry), entry.iri) for entry in entries)
    return tuple(sorted(found, key=lambda one: _plain(one.name))) if kind != "action" else tuple(found)


def _brief(context: PageContext, entry: Entry) -> str:
    """The short name of a thing, else its own with its printed number."""
    brief = context.graph.labels.brief(entry.iri, context.request.data)
    return brief.text if brief.whole else context.name(entry.iri)


def _key(context: PageContext, value: str) -> str:
    """The key of what was typed with a prefix or as an IRI; anything else as it was typed."""
    prefix, _, local = value.strip("<>").partition(":")
    space = read_prefixes(context.graph.project).get(prefix, "")
    entry = context.graph.labels.entry(space + local if space else value.strip("<>"))
    return entry.key if entry else value


def _is_open(query: Query) -> bool:
    """Whether a question waits for somebody to choose what it is about."""
    things = (one for one in query.parameters if one.name != "language" and _names_thing(one) and not _is_own(one))
    return any(one.default != "pan:any" for one in things)


def answered(site_context: SiteContext) -> Iterable[str]:
    """The questions that have an answer before anybody chose anything."""
    queries = site_context.graph.queries
    return (name for name in names(site_context) if not _is_open(queries[name]))


def _default(context: PageContext, parameter: Parameter) -> str:
    """The default as it would be typed: a key, a word or a number; empty where everything is meant."""
    first = next(tokens(parameter.default))
    if first.kind == "name":
        prefix, _, local = first.text.partition(":")
        entry = context.graph.labels.entry(read_prefixes(context.graph.project).get(prefix, "") + local)
        return "" if local == "any" else entry.key if entry else first.text
    if first.kind == "iri":
        entry = context.graph.labels.entry(first.text.strip("<>"))
        return entry.key if entry else first.text.strip("<>")
    return first.text.strip("\"'")


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


def editor(context: PageContext) -> Values:
    """What the page shows; with a query in the address, and a server behind it, its answer too."""
    site_context, language = context.site_context, context.request.language
    queries = site_context.graph.queries
    asked = context.request.arguments.get("query", "")
    table: Grid | None = None
    fault = ""
    if asked and site_context.mode == "served":
        try:
            table = grid(site_context.graph.store.query(asked), context)
        except Pan2kgError as error:
            fault = error.say(context.request.language)
    return {
        "title": context.t("sparql-title"),
        "query": asked or program_query("site/first-query"),
        "table": table,
        "fault": fault,
        "examples": [(queries[name].question(language), queries[name].text) for name in sorted(names(site_context))],
        "completion": embedded({"prefixes": read_prefixes(site_context.graph.project), "terms": _terms(context)}),
        "words": embedded({"words": every_word(context.request.language)}),
    }  # fmt: skip


def _terms(context: PageContext) -> list[dict[str, str]]:
    """Our own terms with their names, then the classes and properties of others that the graph uses, for completion."""
    own = [
        {
            "name": f"pan:{term.removeprefix(PAN)}",
            "label": context.name(term),
            "kind": "class" if entry.type.endswith("#Class") else "property",
        }
        for term, entry in context.graph.labels.entries.items()
        if term.startswith(PAN)
    ]
    return own + context.site_context.once("terms of others", lambda: _others(context.site_context))


def _others(site_context: SiteContext) -> list[dict[str, str]]:
    """The classes and properties that are not ours, by the prefixes of the project."""
    prefixes, found = read_prefixes(site_context.graph.project), []
    for kind, query in (("class", "ontology/classes"), ("property", "ontology/properties")):
        terms = select(site_context.graph.store, program_query(query)).values("term")
        names = {iri(term, prefixes) for term in terms if not term.startswith(PAN)}
        found += [{"name": name, "label": "", "kind": kind} for name in sorted(names) if not name.startswith("<")]
    return found


PAGES: Final = (
    View("questions", cards, section="questions", menu=4),
    View("question", values, names, section="questions"),
    View("sparql", editor, section="sparql", menu=6),
)
FILES: Final = (
    File("question", "csv", CSV, csv, answered),
    File("question", "json", "application/sparql-results+json", json, answered),
    File("question", "ttl", TURTLE, turtle, answered),
    File("question", "xlsx", SPREADSHEET, xlsx, answered, exported=False),
)
