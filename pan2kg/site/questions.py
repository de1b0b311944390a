"""Pages of questions: each stored question as a form, its answer as a table and as files; and the page for SPARQL.

A permanent link fixes a question with its parameters, day, language and release, so that it answers
the same later: ``fr/question/who-should-talk.html?as-of=2021-06-30&body=body:maee&release=0.1.0``
is the address of a page below the root of a site. Every parameter is written out, defaults too, and
sorted, so that one question has one link. Whatever graph is loaded answers it, and says where it is
another release: with the data of its own it answers the same.
"""

import json
import re
from argparse import ArgumentTypeError
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import islice
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, quote, urlencode

import pyoxigraph as ox

from pan2kg.coherence import evidence
from pan2kg.errors import Pan2kgError, Place, QueryError
from pan2kg.graph.labels import relative
from pan2kg.i18n import catalogue, message
from pan2kg.project import Project
from pan2kg.site import figure_pages, ontology, page
from pan2kg.store import (
    Query,
    Result,
    Store,
    Term,
    construct,
    fill,
    find_thing,
    program_query,
    select,
)
from pan2kg.store.queries import Parameter
from pan2kg.tables import answers, formats, spreadsheet, summary_of, writers
from pan2kg.templates import escape, markup
from pan2kg.turtle import vocabulary, writer

MOST: Final = 1000
DAY: Final = "as-of"
RELEASE: Final = "release"
VIEW: Final = "view"
LEVEL: Final = "level"
LOCAL: Final = "local"
"""What asks, in the address of a CSV file, for the one spreadsheets of the language expect."""
_ADDRESS: Final = re.compile(
    r"(?:.*/)?(?P<language>[a-z]{2})/question/(?P<name>[a-z0-9-]+)\.html(?:\?(?P<query>[^#]*))?(?:#(?P<asked>.*))?"
)
_TABS: Final = {"bar": "chart", "timeline": "timeline", "network": "network"}
_THINGS: Final = ("name", "iri")
_OWN: Final = re.compile(
    r"\{ \?(\w+?)(?:_key)? skos:prefLabel \?\1_own FILTER\(LANG\(\?\1_own\) = \?language\) \}"
)
"""How a stored question names a thing in the language that is asked for; in a column beside it, as ``_LABEL`` says."""
_LABEL: Final = re.compile(
    r"BIND\(COALESCE\(\?(\w+)_own, \?\1_main, STR\(\?\w+\)\) AS \?\1_(?:label\)|name\)"
    r"(\s*OPTIONAL {\s*\?\1 adms:status \?\1_standing \.\s*\?\1_standing skos:prefLabel \?\1_mark \."
    r"\s*FILTER\(\?\1_standing != planstatus:adopted && LANG\(\?\1_mark\) = LANG\(\?\1_name\)\)\s*}"
    r'\s*BIND\(IF\(BOUND\(\?\1_mark\), STRLANG\(CONCAT\(STR\(\?\1_name\), " \(", \?\1_mark, "\)"\), '
    r"LANG\(\?\1_name\)\), \?\1_name\) AS \?\1_label\)))"
)
"""That column; of a plan, whose name says where it was not adopted, with what says so."""
_HEAD: Final = re.compile(r"^#\+.*\n", re.MULTILINE)
_VARIABLE: Final = re.compile(r"[?$](\w+)")
_PAGE: Final = catalogue.Messages("page")
_FIGURE: Final = catalogue.Messages("figure")
_TABLES: Final = catalogue.Messages("table")


# Links that fix a question


@dataclass(frozen=True, slots=True)
class Permalink:
    """A link that fixes a question: its name, the values of its parameters, and release, day and language.

    >>> link = Permalink("plans", {"country": "LUX"}, "0.1.0", date(2021, 6, 30))
    >>> str(link)
    'fr/question/plans.html?as-of=2021-06-30&country=LUX&release=0.1.0'
    >>> link.typed
    ['--country=LUX']
    """

    query: str
    values: Mapping[str, str]
    release: str
    day: date | None = None
    language: catalogue.Language = catalogue.LANGUAGES[0]

    @property
    def typed(self) -> list[str]:
        """The values as options of the command line."""
        return [f"--{name.replace('_', '-')}={value}" for name, value in self.values.items()]

    def __str__(self) -> str:
        values = {}
        for name, value in self.values.items():
            if name != "language":
                values[name.replace("_", "-")] = value
        if values.keys() & {DAY, RELEASE, VIEW}:
            raise QueryError(
                "reserved-parameter", remedy="rename-parameter", day=DAY, release=RELEASE, view=VIEW
            )
        values[RELEASE] = self.release
        if self.day:
            values[DAY] = self.day.isoformat()
        pairs = [f"{name}={quote(value, safe=':')}" for name, value in sorted(values.items())]
        return f"{self.language}/question/{self.query}.html?{'&'.join(pairs)}"


def read_permalink(address: str) -> Permalink:
    """What a link fixes, with the host and folder before it or without.

    Raises :exc:`~pan2kg.errors.QueryError` where it leads to no question, fixes no release, gives a
    parameter twice, or has a day that is none.

    >>> link = read_permalink("https://host.example/en/question/plans.html?country=LUX&release=0.1.0")
    >>> link.query, link.values, link.release, link.language
    ('plans', {'country': 'LUX'}, '0.1.0', 'en')
    """
    place = Place(address)
    match = _ADDRESS.fullmatch(address)
    tag = match["language"] if match else ""
    language = next((language for language in catalogue.LANGUAGES if language == tag), None)
    if match is None or language is None:
        raise QueryError("no-question-link", place=place, remedy="link-form")
    pairs = parse_qsl(match["asked"] or match["query"] or "", keep_blank_values=True)
    values = dict(pairs)
    if len(values) < len(pairs):
        raise QueryError("link-twice", place=place, remedy="leave-one-out")
    values.pop(VIEW, "")
    release = values.pop(RELEASE, "")
    text = values.pop(DAY, "")
    if not release:
        raise QueryError("link-no-release", place=place, remedy="add-release")
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        raise QueryError("no-day", place=place, remedy="write-as-of", text=text) from None
    typed = {name.replace("-", "_"): value for name, value in values.items()}
    return Permalink(match["name"], typed, release, day, language)


def fix(
    query: Query, values: Mapping[str, str], *, store: Store, project: Project
) -> dict[str, str]:
    """The values of all parameters of a question as a link has them: defaults written out, things as names.

    A thing is a prefixed name where it has one, else an IRI. Raises
    :exc:`~pan2kg.errors.QueryError` where none is called as a value says.
    """
    prefixes = writer.read_prefixes(project)
    fixed = {}
    for parameter in _parameters(query):
        name = parameter.name
        usual = parameter.default
        if usual.startswith("<") or re.match(r"[\w-]*:", usual):
            iri = find_thing(values.get(name, usual), store, project)
            fixed[name] = _prefixed(iri, prefixes)
        else:
            fixed[name] = values.get(name, usual.strip('"'))
    return fixed


def _prefixed(iri: str, prefixes: Mapping[str, str]) -> str:
    # by the longest namespace; what would have to be escaped stays an IRI
    fitting = [(space, prefix) for prefix, space in prefixes.items() if iri.startswith(space)]
    space, prefix = max(fitting, key=lambda pair: len(pair[0]), default=("", ""))
    local = iri.removeprefix(space)
    is_simple = prefix and re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", local)
    return f"{prefix}:{local}" if is_simple else iri


def notice(release: str, loaded: str, language: catalogue.Language) -> str:
    """What says that a link was made with another release than the one that is loaded; empty where it was not.

    >>> notice("0.1.0", "0.1.0", "en")
    ''
    """
    if release == loaded:
        return ""
    return _PAGE.say("other-release", language, made=release, loaded=loaded or "?")


# What a reader fills in


class FormField(NamedTuple):
    """A parameter as a field of a form; ``offers``: by kind the values one can choose, their names and IRIs.

    One that ``is_word`` takes no thing; one that ``is_needed`` has no answer without a value; a
    value that ``is_known`` is among the offers.
    """

    name: str
    meaning: str
    value: str
    offers: Sequence[tuple[str, Sequence[tuple[str, str, str]]]]
    is_word: bool
    is_needed: bool
    is_known: bool


def _parameters(query: Query) -> list[Parameter]:
    return [parameter for parameter in query.parameters if parameter.name != "language"]


def _takes_thing(parameter: Parameter) -> bool:
    return next(writer.tokens(parameter.default)).kind in _THINGS


def _is_needed(parameter: Parameter) -> bool:
    is_optional = parameter.kinds == ("plan",) or parameter.default == "pan:any"
    return _takes_thing(parameter) and not is_optional


def _chosen(context: page.PageContext, query: Query) -> dict[str, str]:
    """The values in the address; what is the name of a thing there becomes its key."""
    arguments = context.arguments
    values = {}
    for parameter in _parameters(query):
        value = arguments.get(parameter.name) or arguments.get(parameter.option, "")
        if value:
            values[parameter.name] = _key_of_name(context, parameter.kinds, value) or value
    return values


def _key_of_name(context: page.PageContext, kinds: Iterable[str], name: str) -> str:
    title = _folded(name)
    for kind in kinds:
        for entry in context.graph.labels.of_kind(kind):
            if _folded(context.name(entry.iri)) == title:
                return entry.key
    return ""


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _key(context: page.PageContext, value: str) -> str:
    """The key of a thing that is given by its prefixed name or IRI; the value itself for any other."""
    prefix, _, local = value.strip("<>").partition(":")
    space = writer.read_prefixes(context.graph.project).get(prefix, "")
    entry = context.entry(space + local if space else value.strip("<>"))
    return entry.key if entry else value


def _default(context: page.PageContext, parameter: Parameter) -> str:
    token = next(writer.tokens(parameter.default))
    if token.kind not in _THINGS:
        return token.text.strip("\"'")
    if token.kind == "name" and token.text.endswith(":any"):
        return ""
    return _key(context, token.text.strip("<>"))


def _fields(context: page.PageContext, query: Query) -> list[FormField]:
    chosen = _chosen(context, query)
    return [
        _field(context, parameter, chosen.get(parameter.name, ""))
        for parameter in _parameters(query)
    ]


def _field(context: page.PageContext, parameter: Parameter, value: str) -> FormField:
    usual = _default(context, parameter)
    is_word = not _takes_thing(parameter)
    if value and not is_word:
        value = _key(context, value)
    elif is_word or parameter.kinds == ("plan",):
        value = value or usual
    offers = [(kind, _offers(context, kind, value)) for kind in parameter.kinds]
    offered: set[str] = set()
    for _, options in offers:
        offered.update(option[0] for option in options)
    meaning = parameter.meaning_in(context.language)
    if LEVEL in parameter.kinds:
        # without the keys that a command line takes: here levels are chosen by name
        meaning = meaning.partition(":")[0].rstrip()
    is_needed = bool(usual) and _is_needed(parameter)
    is_known = not value or value in offered
    return FormField(parameter.name, meaning, value, offers, is_word, is_needed, is_known)


def _offers(context: page.PageContext, kind: str, value: str) -> list[tuple[str, str, str]]:
    """The things of a kind one can choose: keys, names and IRIs; levels of evidence have no IRI.

    In an export the script offers all things, by the names that searches have; the page has the one
    that is chosen.
    """
    if kind == LEVEL:
        language = context.language
        levels = evidence.FIGURED
        return [(level.key, _FIGURE.say(f"level.{level.key}", language), "") for level in levels]
    offers = []
    for entry in context.graph.labels.of_kind(kind):
        if context.is_served or entry.key == value:
            offers.append((entry.key, context.called(entry.iri), entry.iri))
    if kind != "action":
        offers.sort(key=lambda offer: _folded(offer[1]))
    return offers


def _wanted(context: page.PageContext, fields: Iterable[FormField]) -> str:
    """What must be chosen first, in words; empty where the question can be asked."""
    wanted = [field.meaning for field in fields if field.is_needed and not field.value]
    return context.t("question-and").join(wanted)


def _filled(context: page.PageContext, query: Query) -> str:
    """The question with what was chosen; raises QueryError where something must be chosen first."""
    values = _chosen(context, query)
    wanted = _wanted(context, _fields(context, query))
    if wanted:
        raise QueryError("choose-first", what=wanted)
    if any(parameter.name == "language" for parameter in query.parameters):
        values["language"] = context.request.data
    return fill(query, values, store=context.graph.store, resolve=context.graph.resolve)


# Its answer


def grid(result: Result, context: page.PageContext) -> page.Values:
    """An answer as a table of a page: heads, rows of markup, and whether rows were ``cut`` off.

    A column with the names of things is left out: they are the words of the links.
    """
    if isinstance(result, ox.QueryBoolean):
        words = context.t("yes" if result else "no")
        return {"heads": [context.t("answer")], "rows": [[words]], "cut": False}
    if isinstance(result, list):
        keys = ["subject", "predicate", "object"]
    else:
        keys = [variable.value for variable in result.variables]
    most = context.most or MOST
    rows = [dict(zip(keys, cells, strict=True)) for cells in islice(result, most + 1)]
    columns = []
    for key in keys:
        thing = key.removesuffix("_label")
        if thing == key or thing not in keys:
            columns.append(key)
    cells = []
    for row in rows[:most]:
        cells.append([_cell(context, row, key) for key in columns])
    heads = [answers.heading(key, context.language) for key in columns]
    return {"heads": heads, "rows": cells, "cut": len(rows) > most}


def _cell(context: page.PageContext, row: Mapping[str, Term | None], key: str) -> page.Markup:
    term = row[key]
    if isinstance(term, ox.NamedNode):
        return _thing_cell(context, term.value, row.get(f"{key}_label"))
    if isinstance(term, ox.Literal):
        return _literal_cell(context, term, key)
    return markup(escape(str(term) if isinstance(term, ox.Triple) else ""))


def _thing_cell(context: page.PageContext, iri: str, label: Term | None) -> page.Markup:
    entry = context.entry(iri)
    is_brief = False
    if entry and entry.kind in ("plan", "instrument"):
        is_brief = bool(entry.brief.get(context.language))
    if is_brief or not isinstance(label, ox.Literal) or label.value == iri:
        return context.link(iri)
    return context.lead(context.address(iri), _literal_cell(context, label))


def _literal_cell(context: page.PageContext, literal: ox.Literal, column: str = "") -> page.Markup:
    words = escape(answers.word_of(literal.value, column, context.language))
    if literal.datatype.value in vocabulary.NUMBERS:
        return markup(f'<span class="figure">{words}</span>')
    if literal.language and literal.language != context.language:
        return markup(f'<span lang="{escape(literal.language)}">{words}</span>')
    return markup(words)


def _store(context: page.PageContext) -> tuple[Store, tuple[str, ...]]:
    """The graph as it was on the day that is asked for, and what is to be said of that."""
    day = context.arguments.get(DAY, "")
    if not day:
        return context.graph.store, ()
    try:
        moment = context.graph.at(message.a_day(day))
    except ArgumentTypeError as error:
        raise QueryError("sentence", error=error.args[0]) from None
    return moment.store, moment.notes(context.language)


def _answer(context: page.PageContext, text: str) -> Result:
    """The answer to a question; in an export it is asked once, in one language where another changes names alone."""
    store, _ = _store(context)
    if context.is_served:
        return store.query(text)
    once = context.site_context.once
    columns = dict(_LABEL.findall(text))
    asked = text
    if _differs_in_names(text, columns):
        spoken = f'BIND("{context.request.data}" AS'
        asked = text.replace(spoken, f'BIND("{catalogue.LANGUAGES[0]}" AS')
    answer = once(
        f"answer to {asked}", lambda: writers.write_answer(store.query(asked), "json").encode()
    )
    if asked != text:
        answer = once(f"answer to {text}", partial(_renamed, context, answer, columns))
    return ox.parse_query_results(answer, format=ox.QueryResultsFormat.JSON)


def _differs_in_names(text: str, columns: Mapping[str, str]) -> bool:
    """Whether another language changes in the answer the names beside things alone, and not their order."""
    order = text.rpartition("ORDER BY")[2]
    return (
        text.count("?language") == len(columns) + 1
        and sorted(columns) == sorted(_OWN.findall(text))
        and not re.search("_(?:label|name)", order)
    )


def _renamed(context: page.PageContext, answer: bytes, columns: Mapping[str, str]) -> bytes:
    """An answer in JSON with the names of another language, in the columns whose names, and marks, are known."""
    names = context.site_context.once("names", partial(_read_names, context.graph.store))
    content = json.loads(answer)
    for row in content["results"]["bindings"]:
        for column, marking in columns.items():
            _rename(row, column, names, context.request.data, is_marked=bool(marking))
    return json.dumps(content).encode()


JsonTerm = dict[str, str]
"""A term as it stands in an answer in JSON: its type and value, of a literal its language."""
Names = Mapping[tuple[str, str], JsonTerm]
"""The names of things by language, under no language the main one, under ``mark-fr`` what marks one in French."""


def _read_names(store: Store) -> Names:
    names: dict[tuple[str, str], JsonTerm] = {}
    for thing, preferred, main, mark in select(store, program_query("site/names")).rows:
        name = preferred or main or mark
        if not isinstance(thing, ox.NamedNode) or not isinstance(name, ox.Literal):
            continue
        term = {"type": "literal", "value": name.value}
        if name.language:
            term["xml:lang"] = name.language
        manner = name.language or ""
        if main:
            manner = ""
        elif mark:
            manner = f"mark-{manner}"
        names[thing.value, manner] = term
    return names


def _rename(
    row: dict[str, JsonTerm], column: str, names: Names, language: str, *, is_marked: bool
) -> None:
    label = f"{column}_label"
    thing = row.get(column)
    if thing is None or thing["type"] != "uri" or label not in row:
        return
    iri = thing["value"]
    name = names.get((iri, language)) or names.get((iri, ""))
    if name is None:
        row[label] = {"type": "literal", "value": iri}
        return
    row[label] = name
    mark = names.get((iri, f"mark-{name.get('xml:lang', '')}")) if is_marked else None
    if mark:
        row[label] = name | {"value": f"{name['value']} ({mark['value']})"}


# The pages


def names(site_context: page.SiteContext) -> Iterable[str]:
    """The names of the questions that have pages: all but those of quality."""
    return (query.name for query in site_context.graph.queries.values() if query.group != "quality")


def _asked(context: page.PageContext) -> Query | None:
    query = context.graph.queries.get(context.request.key)
    return query if query and query.group != "quality" else None


def _questions(context: page.PageContext) -> page.Values:
    language = context.language
    titles = _TABLES.group("title.", language)
    groups: dict[str, list[tuple[str, str, str]]] = {}
    for name in sorted(names(context.site_context)):
        query = context.graph.queries[name]
        address = context.href(f"question/{name}.html")
        card = (address, query.question(language), query.summary_in(language))
        groups.setdefault(query.group, []).append(card)
    figures = []
    for name in figure_pages.NAMES:
        address = context.href(f"figure/{name}.html")
        figures.append((address, titles[name], summary_of(name).say(language)))
    listed = [(context.t(f"group-{group}"), cards) for group, cards in sorted(groups.items())]
    return {"groups": listed, "figures": figures}


def _question(context: page.PageContext) -> page.Values | None:
    query = _asked(context)
    if query is None:
        return None
    graph = context.graph
    language = context.language
    arguments = context.arguments
    fields = _fields(context, query)
    wanted = _wanted(context, fields)
    # where the address was made with another release, that is said
    release = arguments.get(RELEASE) or graph.release
    remarks = [notice(release, graph.release, language)]
    text = query.text
    table = None
    link = ""
    fault = ""
    if not wanted:
        try:
            text = _filled(context, query)
            table = grid(_answer(context, text), context)
            link = _address_of_permalink(context, query)
            remarks += _store(context)[1]
        except Pan2kgError as error:
            fault = error.say(language)
    downloads = _downloads(context, query)
    return {
        "title": query.question(language),
        "lead": query.summary_in(language),
        "fields": fields,
        "open": message.told("choose-first", what=wanted).say(language) if wanted else "",
        "example": _address_of_example(context, query) if wanted else "",
        "fault": fault,
        "table": table,
        "text": text,
        "shown": _HEAD.sub("", text).strip(),
        "editor": context.href("sparql.html"),
        "view": arguments.get(VIEW, ""),
        "day": arguments.get(DAY, ""),
        "remarks": [remark for remark in remarks if remark],
        "permalink": link,
        "results": downloads[1][0],
        "downloads": downloads,
        "data": page.embedded(_for_script(context, query, fields)),
    }


def _address_of_permalink(context: page.PageContext, query: Query) -> str:
    """The way to the link that fixes what is asked, with the view a reader chose."""
    graph = context.graph
    asked_day = context.arguments.get(DAY)
    day = message.a_day(asked_day) if asked_day else None
    fixed = fix(query, _chosen(context, query), store=graph.store, project=graph.project)
    permalink = Permalink(query.name, fixed, graph.release, day, context.language)
    path, _, asked = str(permalink).partition("?")
    link = f"{relative(context.request.path, path)}?{asked}"
    view = context.chosen(VIEW)
    return f"{link}&{urlencode(view)}" if view else link


def _address_of_example(context: page.PageContext, query: Query) -> str:
    values = {}
    for parameter in _parameters(query):
        usual = _default(context, parameter)
        if usual:
            values[parameter.name] = usual
    return context.href(f"question/{query.name}.html", **values)


def _downloads(context: page.PageContext, query: Query) -> list[tuple[str, str]]:
    """The files with an answer, CSV and JSON first.

    What a graph says of the things in an answer, a release has in its documents and its dump.
    """
    file = partial(context.href, **_chosen(context, query), **context.chosen(DAY))
    path = f"question/{query.name}"
    table = (file(f"{path}.csv"), "CSV")
    if not context.is_served:
        return [table, (file(f"{path}.json.gz"), "JSON (gzip)")]
    return [
        table,
        (file(f"{path}.json"), "JSON"),
        (file(f"{path}.ttl"), context.t("question-ttl")),
        (file(f"{path}.csv", **{LOCAL: "1"}), context.t("question-csv-local")),
        (file(f"{path}.xlsx"), "XLSX"),
    ]


def _for_script(
    context: page.PageContext, query: Query, fields: Iterable[FormField]
) -> dict[str, object]:
    """What a browser needs to answer by itself: the question, what shortens it, and the words of its answer.

    It is told too what is to be said of a link that fixes another release, or a day.
    """
    graph = context.graph
    language = context.language
    in_language = {}
    if any(parameter.name == "language" for parameter in query.parameters):
        in_language["language"] = language
    text = fill(query, in_language, store=graph.store, resolve=graph.resolve)
    # without the lines that tell pan2kg about it
    template = _HEAD.sub("", text)
    variables = sorted(set(_VARIABLE.findall(template.partition("WHERE")[0])))
    words = {}
    for name in variables:
        words_of_column = answers.words_of(name, language)
        if words_of_column:
            words[name] = words_of_column
    elsewhere = notice("{}", graph.release, language)
    return {
        "query": template,
        "prefixes": _prefixes_of_offers(context, fields),
        "ids": f"{graph.project.space}id/",
        "heads": {name: answers.heading(name, language) for name in variables},
        "words": words,
        "release": graph.release,
        "said": {RELEASE: elsewhere, DAY: _PAGE.say("dayless", language, day="{}")},
        "view": _TABS.get(query.header.get("view", ""), "table"),
    }


def _prefixes_of_offers(context: page.PageContext, fields: Iterable[FormField]) -> dict[str, str]:
    """The prefixes of the things one can choose, those too that a script offers."""
    graph = context.graph
    iris: list[str] = []
    for field in fields:
        for kind, _ in field.offers:
            iris += [entry.iri for entry in graph.labels.of_kind(kind)]
    known = writer.read_prefixes(graph.project)
    return {prefix: space for prefix, space in known.items() if _begins_any(space, iris)}


def _begins_any(space: str, iris: list[str]) -> bool:
    return any(iri.startswith(space) for iri in iris)


# Its answer as a file


def _file(context: page.PageContext, form: str) -> str | bytes | None:
    query = _asked(context)
    if query is None:
        return None
    result = _answer(context, _filled(context, query))
    if form == "ttl":
        return _turtle(context, result)
    is_local = form == "csv" and bool(context.arguments.get(LOCAL))
    if form == "xlsx" or is_local:
        table = writers.laid_out(answers.answer(result), writers.Style(context.language))
        if is_local:
            return formats.write_local_csv(table, context.language)
        return spreadsheet.write_spreadsheet([("data", table)])
    if form.endswith(figure_pages.PACKED):
        text = writers.write_answer(result, form.removesuffix(figure_pages.PACKED))
        return page.packed(text.encode())
    return writers.write_answer(result, form)


def _turtle(context: page.PageContext, result: Result) -> str:
    """What is said of the things in an answer."""
    things: set[str] = set()
    for row in result if isinstance(result, ox.QuerySolutions) else ():
        things.update(term.value for term in row if isinstance(term, ox.NamedNode))
    text = program_query("things/statements", thing=sorted(things))
    store, _ = _store(context)
    style = writers.Style(prefixes=writer.read_prefixes(context.graph.project))
    return writers.write_answer(construct(store, text), "turtle", style)


# The page for SPARQL


def _editor(context: page.PageContext) -> page.Values:
    language = context.language
    graph = context.graph
    site_context = context.site_context
    asked = context.arguments.get("query", "")
    table = None
    fault = ""
    hints: list[str] = []
    if asked and context.is_served:
        try:
            table = grid(graph.store.query(asked), context)
            hints = [hint.say(language) for hint in graph.known_terms.hints(asked)]
        except Pan2kgError as error:
            fault = error.say(language)
    examples = []
    for name in sorted(names(site_context)):
        query = graph.queries[name]
        examples.append(Example(query.question(language), _HEAD.sub("", query.text).strip()))
    foreign = site_context.once("terms of others", partial(_foreign_terms, site_context))
    completion = {
        "prefixes": graph.prefixes,
        "terms": [*_own_terms(context), *foreign],
        "ids": f"{graph.project.space}id/",
    }
    words = {column: answers.words_of(column, language) for column in answers.WORDED}
    return {
        "query": asked or program_query("site/first-query"),
        "table": table,
        "fault": fault,
        "hints": hints,
        "examples": examples,
        "classes": _class_examples(context),
        "completion": page.embedded(completion),
        "words": page.embedded({"words": words}),
    }


class Example(NamedTuple):
    """A query one can try: what it is called, and how many things it gives if that is known."""

    words: str
    text: str
    number: int = 0

    @property
    def address(self) -> str:
        """What asks it in the address of the page."""
        return urlencode({"query": self.text})


def _class_examples(context: page.PageContext) -> list[Example]:
    """Our classes that have instances, those with most first, each with the query for its things."""
    of_class = program_query("site/of-class")
    examples = []
    for (term,), number in ontology.tallied(context.graph.store, "counts/classes").items():
        if term.startswith(vocabulary.PAN):
            text = of_class.replace("pan:Plan", f"pan:{term.removeprefix(vocabulary.PAN)}")
            examples.append(Example(context.name(term), text, number))
    return sorted(examples, key=lambda example: (-example.number, example.words))


def _own_terms(context: page.PageContext) -> list[dict[str, str]]:
    """Our own terms with their names, for completion."""
    terms = []
    for iri, entry in context.graph.labels.entries.items():
        if iri.startswith(vocabulary.PAN):
            name = f"pan:{iri.removeprefix(vocabulary.PAN)}"
            kind = "class" if entry.type.endswith("#Class") else "property"
            terms.append({"name": name, "label": context.name(iri), "kind": kind})
    return terms


def _foreign_terms(site_context: page.SiteContext) -> list[dict[str, str]]:
    """The terms of others that the graph uses and that have a prefix."""
    graph = site_context.graph
    prefixes = writer.read_prefixes(graph.project)
    rows = []
    for kind, query in (("class", "ontology/classes"), ("property", "ontology/properties")):
        terms: set[str] = set()
        for term in select(graph.store, program_query(query)).values("term"):
            if not term.startswith(vocabulary.PAN):
                terms.add(writer.iri(term, prefixes))
        for name in sorted(terms):
            if not name.startswith("<"):
                rows.append({"name": name, "label": "", "kind": kind})
    return rows


def _askable(site_context: page.SiteContext) -> list[str]:
    """The questions that have an answer although nothing was chosen."""
    askable = []
    for name in names(site_context):
        if not any(map(_is_needed, _parameters(site_context.graph.queries[name]))):
            askable.append(name)
    return askable


PAGES: Final = (
    page.View("questions", _questions, title="menu-questions", section="questions", menu=4),
    page.View("question", _question, names, section="questions"),
    page.View("sparql", _editor, title="menu-sparql", section="questions", below=2),
)
_FORMS: Final = {
    "csv": page.CSV,
    "json": "application/sparql-results+json",
    "json.gz": page.GZIP,
    "ttl": page.TURTLE,
    "xlsx": spreadsheet.SPREADSHEET,
}
FILES: Final = tuple(
    page.File(
        "question",
        form,
        media,
        partial(_file, form=form),
        _askable,
        exported=form in ("csv", "json.gz"),
    )
    for form, media in _FORMS.items()
)
