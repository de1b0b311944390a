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
from pan2kg.site.addresses import relative
from pan2kg.site.answer_grid import grid
from pan2kg.site.permalink import DAY, RELEASE, VIEW, Permalink, fix, notice, parameters_of
from pan2kg.store import Query, Result, Store, construct, fill, program_query
from pan2kg.tables import answers, formats, spreadsheet, summary_of, writers
from pan2kg.turtle import writer

_LOCAL = "local"
"""What asks, in the address of a CSV file, for the one spreadsheets of the language expect."""
_TABS = {"bar": "chart", "timeline": "timeline", "network": "network"}
"""How a script shows an answer first, by the view a question names; any other as a table."""
_HEAD = re.compile(r"^#\+.*\n", re.MULTILINE)
"""The lines of a stored question that tell the program about it, such as ``#+ group: plans``."""
_VARIABLE = re.compile(r"[?$](\w+)")
_PAGE = Messages("page")
_TABLES = Messages("table")


# Which questions have pages


def names(site_context: page.SiteContext) -> list[str]:
    """The names of the questions that have pages: all but those of quality."""
    queries = site_context.graph.queries.values()
    return [query.name for query in queries if query.group != "quality"]


def _asked(context: page.PageContext) -> Query | None:
    """The question whose page or file is asked for; None where it has none."""
    query = context.graph.queries.get(context.request.key)
    return query if query and query.group != "quality" else None


def shown(text: str) -> str:
    """The text of a question as a reader sees it, without the lines that tell the program about it."""
    return _HEAD.sub("", text).strip()


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
    if answer_names.differs_in_names(text, columns):
        spoken = f'BIND("{context.request.data}" AS'
        asked = text.replace(spoken, f'BIND("{LANGUAGES[0]}" AS')
    answer = once(
        f"answer to {asked}", lambda: writers.write_answer(store.query(asked), "json").encode()
    )
    if asked != text:
        rename = partial(answer_names.renamed, context, answer, columns)
        answer = once(f"answer to {text}", rename)
    return ox.parse_query_results(answer, format=ox.QueryResultsFormat.JSON)


# The pages


class QuestionCard(NamedTuple):
    """What leads to a question or a figure: its address, what it is called, and what it tells."""

    address: str
    title: str
    summary: str


def _questions(context: page.PageContext) -> page.Values:
    language = context.language
    groups: dict[str, list[QuestionCard]] = {}
    for name in sorted(names(context.site_context)):
        query = context.graph.queries[name]
        address = context.href(f"question/{name}.html")
        card = QuestionCard(address, query.question(language), query.summary_in(language))
        groups.setdefault(query.group, []).append(card)
    titles = _TABLES.group("title.", language)
    figures = []
    for name in figure_pages.NAMES:
        address = context.href(f"figure/{name}.html")
        figures.append(QuestionCard(address, titles[name], summary_of(name).say(language)))
    named = [(context.t(f"group-{group}"), cards) for group, cards in sorted(groups.items())]
    return {"groups": named, "figures": figures}


def _question(context: page.PageContext) -> page.Values | None:
    query = _asked(context)
    if query is None:
        return None
    graph = context.graph
    language = context.language
    arguments = context.arguments
    fields = question_form.form_fields(context, query)
    wanted = question_form.wanted_first(context, fields)
    # where the address was made with another release, that is said
    release = arguments.get(RELEASE) or graph.release
    remarks = [notice(release, graph.release, language)]
    text = query.text
    table = None
    link = ""
    fault = ""
    if not wanted:
        try:
            text = question_form.filled(context, query)
            table = grid(_answer(context, text), context)
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
        "shown": shown(text),
        "editor": context.href("sparql.html"),
        "view": arguments.get(VIEW, ""),
        "day": arguments.get(DAY, ""),
        "remarks": [remark for remark in remarks if remark],
        "permalink": link,
        "results": downloads[1].address,
        "downloads": downloads,
        "data": page.embedded(_for_script(context, query, fields)),
    }


def _address_of_permalink(context: page.PageContext, query: Query) -> str:
    """The way to the link that fixes what is asked, with the view a reader chose."""
    graph = context.graph
    asked_day = context.arguments.get(DAY)
    day = parse_day(asked_day) if asked_day else None
    fixed = fix(
        query, question_form.chosen_values(context, query), store=graph.store, project=graph.project
    )
    permalink = Permalink(query.name, fixed, graph.release, day, context.language)
    path, _, asked = str(permalink).partition("?")
    link = f"{relative(context.request.path, path)}?{asked}"
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
    local = address(f"{path}.csv", **{_LOCAL: "1"})
    return [
        table,
        page.Download(address(f"{path}.json"), "JSON"),
        page.Download(address(f"{path}.ttl"), context.t("question-ttl")),
        page.Download(local, context.t("question-csv-local")),
        page.Download(address(f"{path}.xlsx"), "XLSX"),
    ]


def _for_script(
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
    return {prefix: space for prefix, space in known.items() if _begins_any(space, iris)}


def _begins_any(space: str, iris: list[str]) -> bool:
    return any(iri.startswith(space) for iri in iris)


# Its answer as a file


def _file(context: page.PageContext, form: str) -> str | bytes | None:
    query = _asked(context)
    if query is None:
        return None
    result = _answer(context, question_form.filled(context, query))
    if form == "ttl":
        return _turtle(context, result)
    is_local = form == "csv" and bool(context.arguments.get(_LOCAL))
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
    store = _asked_graph(context).store
    style = writers.Style(prefixes=writer.read_prefixes(context.graph.project))
    return writers.write_answer(construct(store, text), "turtle", style)


def _askable(site_context: page.SiteContext) -> list[str]:
    """The questions that have an answer although nothing was chosen."""
    askable = []
    for name in names(site_context):
        if not any(
            map(question_form.is_needed_first, parameters_of(site_context.graph.queries[name]))
        ):
            askable.append(name)
    return askable


PAGES = (
    page.View("questions", _questions, title="menu-questions", section="questions", menu=4),
    page.View("question", _question, names, section="questions"),
)
_FORMS = {
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
        _askable,
        exported=form in ("csv", "json.gz"),
    )
    for form, media in _FORMS.items()
)
