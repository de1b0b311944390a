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
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import islice, product
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlencode

import pyoxigraph as ox

from pan2kg.coherence import evidence
from pan2kg.errors import Pan2kgError, Place, QueryError
from pan2kg.graph.labels import relative
from pan2kg.i18n import catalogue, message
from pan2kg.project import Project
from pan2kg.site import figure_pages, ontology, page
from pan2kg.store import (
    Parameter,
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


@dataclass(frozen=True, slots=True)
class Permalink:
    query: str
    values: Mapping[str, str]
    release: str
    day: date | None = None
    language: catalogue.Language = catalogue.LANGUAGES[0]

    @property
    def typed(self) -> list[str]:
        return [f"--{name.replace('_', '-')}={value}" for name, value in self.values.items()]

    def __str__(self) -> str:
        fixed = {RELEASE: self.release} | ({DAY: self.day.isoformat()} if self.day else {})
        values = {
            name.replace("_", "-"): value
            for name, value in self.values.items()
            if name != "language"
        }
        if values.keys() & {DAY, RELEASE, VIEW}:
            raise QueryError(
                "reserved-parameter", remedy="rename-parameter", day=DAY, release=RELEASE, view=VIEW
            )
        pairs = [
            f"{name}={quote(value, safe=':')}" for name, value in sorted((fixed | values).items())
        ]
        return f"{self.language}/question/{self.query}.html?{'&'.join(pairs)}"


def read_permalink(address: str) -> Permalink:
    match = _ADDRESS.fullmatch(address)
    language = next(
        (tag for tag in catalogue.LANGUAGES if match and tag == match["language"]), None
    )
    if match is None or language is None:
        raise QueryError("no-question-link", place=Place(address), remedy="link-form")
    pairs = parse_qsl(match["asked"] or match["query"] or "", keep_blank_values=True)
    values = dict(pairs)
    if len(values) < len(pairs):
        raise QueryError("link-twice", place=Place(address), remedy="leave-one-out")
    values.pop(VIEW, "")
    release = values.pop(RELEASE, "")
    text = values.pop(DAY, "")
    if not release:
        raise QueryError("link-no-release", place=Place(address), remedy="add-release")
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        raise QueryError("no-day", place=Place(address), remedy="write-as-of", text=text) from None
    typed = {name.replace("-", "_"): value for name, value in values.items()}
    return Permalink(match["name"], typed, release, day, language)


def fix(
    query: Query, values: Mapping[str, str], *, store: Store, project: Project
) -> dict[str, str]:
    fixed = {}
    for parameter in _parameters(query):
        name = parameter.name
        usual = parameter.default
        if not usual.startswith("<") and not re.match(r"[\w-]*:", usual):
            fixed[name] = values.get(name, usual.strip('"'))
            continue
        iri = find_thing(values.get(name, usual), store, project)
        fitting = [
            (space, prefix)
            for prefix, space in writer.read_prefixes(project).items()
            if iri.startswith(space)
        ]
        space, prefix = max(fitting, key=lambda pair: len(pair[0]), default=("", ""))
        local = iri.removeprefix(space)
        is_simple = prefix and re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", local)
        fixed[name] = f"{prefix}:{local}" if is_simple else iri
    return fixed


def notice(link: Permalink, loaded: str, language: catalogue.Language) -> str:
    is_same = link.release == loaded
    return (
        ""
        if is_same
        else _PAGE.say("other-release", language, made=link.release, loaded=loaded or "?")
    )


def _parameters(query: Query) -> list[Parameter]:
    return [parameter for parameter in query.parameters if parameter.name != "language"]


def _chosen(context: page.PageContext, query: Query) -> dict[str, str]:
    arguments = context.request.arguments
    values = {}
    for parameter in _parameters(query):
        if value := arguments.get(parameter.name) or arguments.get(parameter.option, ""):
            title = " ".join(value.split()).casefold()
            entries = (
                entry for kind in parameter.kinds for entry in context.graph.labels.of_kind(kind)
            )
            named = (
                entry.key
                for entry in entries
                if " ".join(context.name(entry.iri).split()).casefold() == title
            )
            values[parameter.name] = next(named, value)
    return values


def _key(context: page.PageContext, value: str) -> str:
    prefix, _, local = value.strip("<>").partition(":")
    space = writer.read_prefixes(context.graph.project).get(prefix, "")
    entry = context.graph.labels.entry(space + local if space else value.strip("<>"))
    return entry.key if entry else value


def _default(context: page.PageContext, parameter: Parameter) -> str:
    token = next(writer.tokens(parameter.default))
    if token.kind not in _THINGS:
        return token.text.strip("\"'")
    return (
        ""
        if token.kind == "name" and token.text.endswith(":any")
        else _key(context, token.text.strip("<>"))
    )


def _fields(context: page.PageContext, query: Query) -> tuple[list[dict[str, Any]], str]:
    chosen = _chosen(context, query)
    language = context.request.language
    fields: list[dict[str, Any]] = []

    def offers(kind: str, value: str) -> list[tuple[str, str, str]]:
        if kind == LEVEL:
            return [
                (level.key, _FIGURE.say(f"level.{level.key}", language), "")
                for level in evidence.FIGURED
            ]
        # in an export the script offers all things, by the names that searches have; the page has
        # the one chosen
        every = context.graph.labels.of_kind(kind)
        is_served = context.site_context.mode == "served"
        options = [
            (of.key, context.called(of.iri), of.iri) for of in every if is_served or of.key == value
        ]
        return (
            options
            if kind == "action"
            else sorted(options, key=lambda row: " ".join(row[1].split()).casefold())
        )

    for parameter in _parameters(query):
        meaning = parameter.meaning_in(language)
        value = chosen.get(parameter.name, "")
        usual = _default(context, parameter)
        is_word = next(writer.tokens(parameter.default)).kind not in _THINGS
        if value and not is_word:
            value = _key(context, value)
        elif is_word or parameter.kinds == ("plan",):
            value = value or usual
        groups = [(kind, offers(kind, value)) for kind in parameter.kinds]
        # of a level without the keys that a command line takes: here they are chosen by name
        meaning = meaning.partition(":")[0].rstrip() if LEVEL in parameter.kinds else meaning
        fields.append(
            {
                "name": parameter.name,
                "meaning": meaning,
                "value": value,
                "offers": groups,
                "is_word": is_word,
                "is_needed": bool(usual) and _is_needed(parameter),
                "is_known": not value
                or any(option[0] == value for _, options in groups for option in options),
            }
        )
    wanted = (field["meaning"] for field in fields if field["is_needed"] and not field["value"])
    return fields, context.t("question-and").join(wanted)


def _is_needed(parameter: Parameter) -> bool:
    is_thing = next(writer.tokens(parameter.default)).kind in _THINGS
    return is_thing and parameter.kinds != ("plan",) and parameter.default != "pan:any"


def _filled(context: page.PageContext, query: Query) -> str:
    values = _chosen(context, query)
    if wanted := _fields(context, query)[1]:
        raise QueryError("choose-first", what=wanted)
    if any(parameter.name == "language" for parameter in query.parameters):
        values["language"] = context.request.data
    return fill(query, values, store=context.graph.store, resolve=context.graph.resolve)


def grid(result: Result, context: page.PageContext) -> page.Values:
    language = context.request.language
    if isinstance(result, ox.QueryBoolean):
        return {
            "heads": [context.t("answer")],
            "rows": [[context.t("yes" if result else "no")]],
            "cut": False,
        }
    keys = ["subject", "predicate", "object"]
    if not isinstance(result, list):
        keys = [variable.value for variable in result.variables]
    most = context.most or MOST
    rows = [dict(zip(keys, cells, strict=True)) for cells in islice(result, most + 1)]
    shown = [
        key
        for key in keys
        if key.removesuffix("_label") == key or key.removesuffix("_label") not in keys
    ]

    def cell(row: Mapping[str, Term | None], key: str) -> page.Markup:
        term = row[key]
        label = row.get(f"{key}_label")
        literal = term
        address = ""
        column = key
        if isinstance(term, ox.NamedNode):
            entry = context.graph.labels.entry(term.value)
            is_short = entry and entry.kind in ("plan", "instrument") and entry.brief.get(language)
            if is_short or not isinstance(label, ox.Literal) or label.value == term.value:
                return context.link(term.value)
            literal = label
            address = context.address(term.value)
            column = ""
        if not isinstance(literal, ox.Literal):
            return markup(escape(str(literal) if isinstance(literal, ox.Triple) else ""))
        words = escape(answers.word_of(literal.value, column, language))
        strange = literal.language or ""
        html = markup(
            f'<span lang="{escape(strange)}">{words}</span>'
            if strange not in {"", language}
            else words
        )
        if literal.datatype.value in vocabulary.NUMBERS:
            html = markup(f'<span class="figure">{words}</span>')
        return context.lead(address, html) if isinstance(term, ox.NamedNode) else html

    cells = [[cell(row, key) for key in shown] for row in rows[:most]]
    return {
        "heads": [answers.heading(key, language) for key in shown],
        "rows": cells,
        "cut": len(rows) > most,
    }


def names(site_context: page.SiteContext) -> Iterable[str]:
    return (query.name for query in site_context.graph.queries.values() if query.group != "quality")


def _store(context: page.PageContext) -> tuple[Store, tuple[str, ...]]:
    day = context.request.arguments.get(DAY, "")
    if not day:
        return context.graph.store, ()
    try:
        moment = context.graph.at(message.a_day(day))
    except ArgumentTypeError as error:
        raise QueryError("sentence", error=error.args[0]) from None
    return moment.store, moment.notes(context.request.language)


def _answer(context: page.PageContext, text: str) -> Result:
    store, _ = _store(context)
    if context.site_context.mode == "served":
        return store.query(text)
    once = context.site_context.once
    first = catalogue.LANGUAGES[0]
    tag = context.request.data
    # asked in one language, where another one changes the names beside things alone, and not their
    # order
    columns = dict(_LABEL.findall(text))
    in_first = text.replace(f'BIND("{tag}" AS', f'BIND("{first}" AS')
    is_same = text.count("?language") == len(columns) + 1 and sorted(columns) == sorted(
        _OWN.findall(text)
    )
    is_same &= not re.search("_(?:label|name)", text.rpartition("ORDER BY")[2])
    asked = in_first if is_same else text
    kept = once(
        f"answer to {asked}", lambda: writers.write_answer(store.query(asked), "json").encode()
    )
    if asked != text:
        kept = once(f"answer to {text}", lambda: _renamed(context, kept, columns))
    return ox.parse_query_results(kept, format=ox.QueryResultsFormat.JSON)


def _renamed(context: page.PageContext, answer: bytes, columns: Mapping[str, str]) -> bytes:
    def read() -> dict[tuple[str, str], dict[str, str]]:
        names = {}
        for thing, preferred, main, mark in select(
            context.graph.store, program_query("site/names")
        ).rows:
            name = preferred or main or mark
            if isinstance(thing, ox.NamedNode) and isinstance(name, ox.Literal):
                tag = {"xml:lang": name.language} if name.language else {}
                at = thing.value, "" if main else f"{'mark-' if mark else ''}{name.language or ''}"
                names[at] = {"type": "literal", "value": name.value, **tag}
        return names

    content = json.loads(answer)
    names = context.site_context.once("names", read)
    for row, (column, marking) in product(content["results"]["bindings"], columns.items()):
        thing = row.get(column, {"type": ""})
        label = f"{column}_label"
        if thing["type"] == "uri" and label in row:
            name = names.get((thing["value"], context.request.data)) or names.get(
                (thing["value"], "")
            )
            row[label] = name or {"type": "literal", "value": thing["value"]}
            if (
                marking
                and name
                and (mark := names.get((thing["value"], f"mark-{name.get('xml:lang', '')}")))
            ):
                row[label] = name | {"value": f"{name['value']} ({mark['value']})"}
    return json.dumps(content).encode()


def _questions(context: page.PageContext) -> page.Values:
    language = context.request.language
    titles = _TABLES.group("title.", language)
    groups: dict[str, list[tuple[str, str, str]]] = {}
    for name in sorted(names(context.site_context)):
        query = context.graph.queries[name]
        card = (
            context.href(f"question/{name}.html"),
            query.question(language),
            query.summary_in(language),
        )
        groups.setdefault(query.group, []).append(card)
    listed = [(context.t(f"group-{group}"), cards) for group, cards in sorted(groups.items())]
    figures = (
        (context.href(f"figure/{name}.html"), titles[name], name) for name in figure_pages.NAMES
    )
    shown = [(address, title, summary_of(name).say(language)) for address, title, name in figures]
    return {"title": context.t("menu-questions"), "groups": listed, "figures": shown}


def _question(context: page.PageContext) -> page.Values | None:
    graph = context.graph
    arguments = context.request.arguments
    query = graph.queries.get(context.request.key)
    if query is None or query.group == "quality":
        return None
    language = context.request.language
    chosen = _chosen(context, query)
    (fields, wanted) = _fields(context, query)
    fault = ""
    text = query.text
    link = ""
    table = None
    # where the address was made with another release, that is said
    remarks = [
        notice(Permalink("", {}, arguments.get(RELEASE) or graph.release), graph.release, language)
    ]
    if not wanted:
        try:
            text = _filled(context, query)
            table = grid(_answer(context, text), context)
            fixed = fix(query, chosen, store=graph.store, project=graph.project)
            day = message.a_day(arguments[DAY]) if arguments.get(DAY) else None
            path, _, asked = str(
                Permalink(query.name, fixed, graph.release, day, language)
            ).partition("?")
            view = context.chosen(VIEW)
            link = f"{relative(context.request.path, path)}?{asked}{f'&{urlencode(view)}' if view else ''}"
            remarks += _store(context)[1]
        except Pan2kgError as error:
            fault = error.say(language)
    usual = {parameter.name: _default(context, parameter) for parameter in _parameters(query)}
    example = context.href(
        f"question/{query.name}.html", **{name: value for name, value in usual.items() if value}
    )
    handed = chosen | context.chosen(DAY)
    path = f"question/{query.name}"
    forms: list[tuple[str, str, dict[str, str]]] = [
        ("csv", "CSV", {}),
        ("json.gz", "JSON (gzip)", {}),
    ]
    # what a graph says of the things in an answer, a release has in its documents and its dump
    if context.site_context.mode == "served":
        forms[1:] = [
            ("json", "JSON", {}),
            ("ttl", "question-ttl", {}),
            ("csv", "question-csv-local", {LOCAL: "1"}),
            ("xlsx", "XLSX", {}),
        ]
    # what the browser needs to answer itself, with what is to be said of a link that fixes another
    # release, or a day
    in_language = {
        parameter.name: language for parameter in query.parameters if parameter.name == "language"
    }
    # without the lines that tell pan2kg about it
    template = _HEAD.sub("", fill(query, in_language, store=graph.store, resolve=graph.resolve))
    variables = sorted(set(_VARIABLE.findall(template.partition("WHERE")[0])))
    words = {name: of for name in variables if (of := answers.words_of(name, language))}
    iris = [
        of.iri
        for field in fields
        for kind, _ in field["offers"]
        for of in graph.labels.of_kind(kind)
    ]
    prefixes = {
        name: space
        for name, space in writer.read_prefixes(graph.project).items()
        if any(iri.startswith(space) for iri in iris)
    }
    elsewhere = notice(Permalink("", {}, "{}"), graph.release, language)
    said = {RELEASE: elsewhere, DAY: _PAGE.say("dayless", language, day="{}")}
    return {
        "title": query.question(language),
        "lead": query.summary_in(language),
        "fields": fields,
        "open": message.told("choose-first", what=wanted).say(language) if wanted else "",
        "example": example if wanted else "",
        "fault": fault,
        "table": table,
        "text": text,
        "shown": _HEAD.sub("", text).strip(),
        "editor": context.href("sparql.html"),
        "view": arguments.get(VIEW, ""),
        "day": arguments.get(DAY, ""),
        "remarks": [remark for remark in remarks if remark],
        "permalink": link,
        "results": context.href(f"{path}.{forms[1][0]}", **handed),
        "downloads": [
            (
                context.href(f"{path}.{form}", **handed, **more),
                context.t(key) if key.startswith("question") else key,
            )
            for form, key, more in forms
        ],
        "data": page.embedded(
            {
                "query": template,
                "prefixes": prefixes,
                "ids": f"{graph.project.space}id/",
                "heads": {name: answers.heading(name, language) for name in variables},
                "words": words,
                "release": graph.release,
                "said": said,
                "view": _TABS.get(query.header.get("view", ""), "table"),
            }
        ),
    }


def _file(context: page.PageContext, form: str) -> str | bytes | None:
    language = context.request.language
    query = context.graph.queries.get(context.request.key)
    if query is None or query.group == "quality":
        return None
    result = _answer(context, _filled(context, query))
    if form == "ttl":
        rows = result if isinstance(result, ox.QuerySolutions) else ()
        things = sorted(
            {term.value for row in rows for term in row if isinstance(term, ox.NamedNode)}
        )
        text = program_query("things/statements", thing=things)
        store = _store(context)[0]
        style = writers.Style(prefixes=writer.read_prefixes(context.graph.project))
        return writers.write_answer(construct(store, text), "turtle", style)
    if form == "xlsx" or (form == "csv" and context.request.arguments.get(LOCAL)):
        table = writers.laid_out(answers.answer(result), writers.Style(language))
        is_csv = form == "csv"
        return (
            formats.write_local_csv(table, language)
            if is_csv
            else spreadsheet.write_spreadsheet([("data", table)])
        )
    written = writers.write_answer(result, form.removesuffix(figure_pages.PACKED))
    return page.packed(written.encode()) if form.endswith(figure_pages.PACKED) else written


def _editor(context: page.PageContext) -> page.Values:
    site_context = context.site_context
    language = context.request.language
    graph = context.graph
    asked = context.request.arguments.get("query", "")
    table = None
    fault = ""
    hints: list[str] = []
    if asked and site_context.mode == "served":
        try:
            table = grid(graph.store.query(asked), context)
            hints = [hint.say(language) for hint in graph.known_terms.hints(asked)]
        except Pan2kgError as error:
            fault = error.say(language)

    def example(words: str, text: str, number: int = 0) -> dict[str, Any]:
        return {
            "words": words,
            "text": text,
            "number": number,
            "address": urlencode({"query": text}),
        }

    # our classes that have instances, those with most first, each with the query for its things
    of_class = program_query("site/of-class")
    numbers = ontology.tallied(graph.store, "counts/classes")
    classes = [
        example(
            context.name(term),
            of_class.replace("pan:Plan", f"pan:{term.removeprefix(vocabulary.PAN)}"),
            number,
        )
        for (term,), number in numbers.items()
        if term.startswith(vocabulary.PAN)
    ]
    # our own terms with their names for completion, then those of others that the graph uses
    terms = [
        {
            "name": f"pan:{term.removeprefix(vocabulary.PAN)}",
            "label": context.name(term),
            "kind": "class" if entry.type.endswith("#Class") else "property",
        }
        for term, entry in graph.labels.entries.items()
        if term.startswith(vocabulary.PAN)
    ] + site_context.once("terms of others", partial(_foreign_terms, site_context))
    return {
        "title": context.t("menu-sparql"),
        "query": asked or program_query("site/first-query"),
        "table": table,
        "fault": fault,
        "hints": hints,
        "examples": [
            example(
                graph.queries[name].question(language),
                _HEAD.sub("", graph.queries[name].text).strip(),
            )
            for name in sorted(names(site_context))
        ],
        "classes": sorted(classes, key=lambda row: (-row["number"], row["words"])),
        "completion": page.embedded(
            {"prefixes": graph.prefixes, "terms": terms, "ids": f"{graph.project.space}id/"}
        ),
        "words": page.embedded(
            {"words": {column: answers.words_of(column, language) for column in answers.WORDED}}
        ),
    }


def _foreign_terms(site_context: page.SiteContext) -> list[dict[str, str]]:
    graph = site_context.graph
    prefixes = writer.read_prefixes(site_context.graph.project)
    rows = []
    for kind, query in (("class", "ontology/classes"), ("property", "ontology/properties")):
        terms = select(graph.store, program_query(query)).values("term")
        names = {
            writer.iri(term, prefixes) for term in terms if not term.startswith(vocabulary.PAN)
        }
        rows += [
            {"name": name, "label": "", "kind": kind}
            for name in sorted(names)
            if not name.startswith("<")
        ]
    return rows


PAGES: Final = (
    page.View("questions", _questions, section="questions", menu=4),
    page.View("question", _question, names, section="questions"),
    page.View("sparql", _editor, section="questions", below=2),
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
        lambda site: [
            name
            for name in names(site)
            if not any(map(_is_needed, _parameters(site.graph.queries[name])))
        ],
        exported=form in ("csv", "json.gz"),
    )
    for form, media in _FORMS.items()
)
