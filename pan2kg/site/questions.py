"""Pages of questions: each stored question as a form, and its answer as a table and as files.

An address has the values of the parameters, which ``question_form`` reads, and the day for which
the graph is asked. An answer comes with the link that fixes all of it, see
:mod:`pan2kg.site.permalink`. In an export a script asks; pages of questions that need no choice
have their answer without it.
"""

import re
from argparse import ArgumentTypeError
from collections.abc import Iterable, Sequence
from functools import partial
from typing import NamedTuple
from urllib.parse import urlencode

import pyoxigraph as ox

from pan2kg.errors import Pan2kgError, QueryError
from pan2kg.i18n import LANGUAGES, Messages, error_message, parse_day
from pan2kg.site import answer_names, figure_pages, page, question_form
from pan2kg.site.addresses import relative_path
from pan2kg.site.answer_grid import result_grid
from pan2kg.site.permalink import (
    DAY,
    RELEASE,
    VIEW,
    Permalink,
    fixed_values,
    parameters_of,
    release_notice,
)
from pan2kg.store import Query, Result, Store, construct, fill, program_query
from pan2kg.tables import answers, formats, spreadsheet, summary_of, writers
from pan2kg.turtle import writer

_LOCAL_ARGUMENT = "local"
"""What asks, in the address of a CSV file, for the one spreadsheets of the language expect."""
_TAB_BY_VIEW = {"bar": "chart", "timeline": "timeline", "network": "network"}
"""How a script shows an answer first, by the view a question names; any other as a table."""
_HEADER_LINE = re.compile(r"^#\+.*\n", re.MULTILINE)
"""The lines of a stored question that tell the program about it, such as ``#+ group: plans``."""
_VARIABLE = re.compile(r"[?$](\w+)")
_PAGE = Messages("page")
_TABLES = Messages("table")


# Which questions have pages


def question_names(site_context: page.SiteContext) -> list[str]:
    """The names of the questions that have pages: all but those of quality."""
    queries = site_context.graph.queries.values()
    return [query.name for query in queries if query.group != "quality"]


def _requested_query(context: page.PageContext) -> Query | None:
    """The question whose page or file is asked for; None where it has none."""
    query = context.graph.queries.get(context.request.key)
    return query if query and query.group != "quality" else None


def displayed_text(text: str) -> str:
    """The text of a question as a reader sees it, without the lines that tell the program about it."""
    return _HEADER_LINE.sub("", text).strip()


# Its answer


class AskedGraph(NamedTuple):
    """The graph as it was on the day that is asked for, and what is to be said of that."""

    store: Store
    remarks: Sequence[str] = ()


def _asked_graph(context: page.PageContext) -> AskedGraph:
    day = context.arguments.get(DAY, "")
    if not day:
        return AskedGraph(context.graph.store)
    try:
        moment = context.graph.at(parse_day(day))
    except ArgumentTypeError as error:
        raise QueryError("sentence", error=error.args[0]) from None
    return AskedGraph(moment.store, moment.notes(context.language))


def _answer(context: page.PageContext, text: str) -> Result:
    """The answer to a question; in an export it is asked once, in one language where another changes names alone."""
    store = _asked_graph(context).store
    if context.is_served:
        return store.query(text)
    once = context.site_context.cached
    columns = answer_names.named_columns(text)
    asked = text
    if answer_names.differs_only_in_names(text, columns):
        spoken = f'BIND("{context.request.data}" AS'
        asked = text.replace(spoken, f'BIND("{LANGUAGES[0]}" AS')
    answer = once(
        f"answer to {asked}", lambda: writers.write_answer(store.query(asked), "json").encode()
    )
    if asked != text:
        rename = partial(answer_names.translate_names, context, answer, columns)
        answer = once(f"answer to {text}", rename)
    return ox.parse_query_results(answer, format=ox.QueryResultsFormat.JSON)


# The pages


class QuestionCard(NamedTuple):
    """What leads to a question or a figure: its address, what it is called, and what it tells."""

    address: str
    title: str
    summary: str


def _questions_values(context: page.PageContext) -> page.Values:
    language = context.language
    groups: dict[str, list[QuestionCard]] = {}
    for name in sorted(question_names(context.site_context)):
        query = context.graph.queries[name]
        address = context.href(f"question/{name}.html")
        card = QuestionCard(address, query.question(language), query.summary_in(language))
        groups.setdefault(query.group, []).append(card)
    titles = _TABLES.group("title.", language)
    figures = []
    for name in figure_pages.TABLE_NAMES:
        address = context.href(f"figure/{name}.html")
        figures.append(QuestionCard(address, titles[name], summary_of(name).say(language)))
    named = [(context.t(f"group-{group}"), cards) for group, cards in sorted(groups.items())]
    return {"groups": named, "figures": figures}


def _question_values(context: page.PageContext) -> page.Values | None:
    query = _requested_query(context)
    if query is None:
        return None
    graph = context.graph
    language = context.language
    arguments = context.arguments
    fields = question_form.form_fields(context, query)
    wanted = question_form.missing_values(context, fields)
    # where the address was made with another release, that is said
    release = arguments.get(RELEASE) or graph.release
    remarks = [release_notice(release, graph.release, language)]
    text = query.text
    table = None
    link = ""
    fault = ""
    if not wanted:
        try:
            text = question_form.filled_query(context, query)
            table = result_grid(_answer(context, text), context)
            link = _address_of_permalink(context, query)
            remarks += _asked_graph(context).remarks
        except Pan2kgError as error:
            fault = error.say(language)
    downloads = _downloads(context, query)
    return {
        "title": query.question(language),
        "lead": query.summary_in(language),
        "fields": fields,
        "open": error_message("choose-first", what=wanted).say(language) if wanted else "",
        "example": _address_of_example(context, query) if wanted else "",
        "fault": fault,
        "table": table,
        "text": text,
        "shown": displayed_text(text),
        "editor": context.href("sparql.html"),
        "view": arguments.get(VIEW, ""),
        "day": arguments.get(DAY, ""),
        "remarks": [remark for remark in remarks if remark],
        "permalink": link,
        "results": downloads[1].address,
        "downloads": downloads,
        "data": page.embedded(_script_data(context, query, fields)),
    }


def _address_of_permalink(context: page.PageContext, query: Query) -> str:
    """The way to the link that fixes what is asked, with the view a reader chose."""
    graph = context.graph
    asked_day = context.arguments.get(DAY)
    day = parse_day(asked_day) if asked_day else None
    fixed = fixed_values(
        query, question_form.chosen_values(context, query), store=graph.store, project=graph.project
    )
    permalink = Permalink(query.name, fixed, graph.release, day, context.language)
    path, _, asked = str(permalink).partition("?")
    link = f"{relative_path(context.request.path, path)}?{asked}"
    view = context.nonempty_arguments(VIEW)
    return f"{link}&{urlencode(view)}" if view else link


def _address_of_example(context: page.PageContext, query: Query) -> str:
    values = {}
    for parameter in parameters_of(query):
        usual = question_form.default_value(context, parameter)
        if usual:
            values[parameter.name] = usual
    return context.href(f"question/{query.name}.html", **values)


def _downloads(context: page.PageContext, query: Query) -> list[page.Download]:
    """The files with an answer, CSV and JSON first.

    What a graph says of the things in an answer, a release has in its documents and its dump.
    """
    address = partial(
        context.href,
        **question_form.chosen_values(context, query),
        **context.nonempty_arguments(DAY),
    )
    path = f"question/{query.name}"
    table = page.Download(address(f"{path}.csv"), "CSV")
    if not context.is_served:
        return [table, page.Download(address(f"{path}.json.gz"), "JSON (gzip)")]
    local = address(f"{path}.csv", **{_LOCAL_ARGUMENT: "1"})
    return [
        table,
        page.Download(address(f"{path}.json"), "JSON"),
        page.Download(address(f"{path}.ttl"), context.t("question-ttl")),
        page.Download(local, context.t("question-csv-local")),
        page.Download(address(f"{path}.xlsx"), "XLSX"),
    ]


def _script_data(
    context: page.PageContext, query: Query, fields: Iterable[question_form.FormField]
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
    template = _HEADER_LINE.sub("", text)
    variables = sorted(set(_VARIABLE.findall(template.partition("WHERE")[0])))
    words = {}
    for name in variables:
        words_of_column = answers.words_of(name, language)
        if words_of_column:
            words[name] = words_of_column
    elsewhere = release_notice("{}", graph.release, language)
    return {
        "query": template,
        "prefixes": _prefixes_of_offers(context, fields),
        "ids": f"{graph.project.space}id/",
        "heads": {name: answers.heading(name, language) for name in variables},
        "words": words,
        "release": graph.release,
        "said": {RELEASE: elsewhere, DAY: _PAGE.say("dayless", language, day="{}")},
        "view": _TAB_BY_VIEW.get(query.header.get("view", ""), "table"),
    }


def _prefixes_of_offers(
    context: page.PageContext, fields: Iterable[question_form.FormField]
) -> dict[str, str]:
    """The prefixes of the things one can choose, those too that a script offers."""
    graph = context.graph
    iris = []
    for field in fields:
        for of_kind in field.offers:
            iris += [entry.iri for entry in graph.labels.of_kind(of_kind.kind)]
    known = writer.read_prefixes(graph.project)
    return {prefix: space for prefix, space in known.items() if _is_namespace_of_any(space, iris)}


def _is_namespace_of_any(space: str, iris: list[str]) -> bool:
    return any(iri.startswith(space) for iri in iris)


# Its answer as a file


def _file(context: page.PageContext, form: str) -> str | bytes | None:
    query = _requested_query(context)
    if query is None:
        return None
    result = _answer(context, question_form.filled_query(context, query))
    if form == "ttl":
        return _turtle(context, result)
    is_local = form == "csv" and bool(context.arguments.get(_LOCAL_ARGUMENT))
    if form == "xlsx" or is_local:
        table = writers.laid_out(answers.answer(result), writers.Style(context.language))
        if is_local:
            return formats.write_local_csv(table, context.language)
        return spreadsheet.write_spreadsheet([("data", table)])
    if form.endswith(figure_pages.GZIP_SUFFIX):
        text = writers.write_answer(result, form.removesuffix(figure_pages.GZIP_SUFFIX))
        return page.gzip_bytes(text.encode())
    return writers.write_answer(result, form)


def _turtle(context: page.PageContext, result: Result) -> str:
    """What is said of the things in an answer."""
    things: set[str] = set()
    for row in result if isinstance(result, ox.QuerySolutions) else ():
        things.update(term.value for term in row if isinstance(term, ox.NamedNode))
    text = program_query("things/statements", thing=sorted(things))
    store = _asked_graph(context).store
    style = writers.Style(prefixes=writer.read_prefixes(context.graph.project))
    return writers.write_answer(construct(store, text), "turtle", style)


def _names_without_choice(site_context: page.SiteContext) -> list[str]:
    """The questions that have an answer although nothing was chosen."""
    askable = []
    for name in question_names(site_context):
        if not any(map(question_form.is_required, parameters_of(site_context.graph.queries[name]))):
            askable.append(name)
    return askable


PAGES = (
    page.View("questions", _questions_values, title="menu-questions", section="questions", menu=4),
    page.View("question", _question_values, question_names, section="questions"),
)
_MEDIA_BY_FORM = {
    "csv": page.CSV,
    "json": "application/sparql-results+json",
    "json.gz": page.GZIP,
    "ttl": page.TURTLE,
    "xlsx": spreadsheet.SPREADSHEET,
}
FILES = tuple(
    page.File(
        "question",
        form,
        media,
        partial(_file, form=form),
        _names_without_choice,
        exported=form in ("csv", "json.gz"),
    )
    for form, media in _MEDIA_BY_FORM.items()
)
