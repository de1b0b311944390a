"""An answer as a table of a page: things are links, numbers are set as figures, foreign words have their language."""

from collections.abc import Mapping
from itertools import islice
from typing import NamedTuple

import pyoxigraph as ox

from pan2kg.site.page import Markup, PageContext
from pan2kg.store import Result, Term
from pan2kg.tables import answers
from pan2kg.templates import escape, markup
from pan2kg.turtle.vocabulary import NUMBERS

_MOST_ROWS = 1000
"""How many rows of an answer a page has at most, unless the service says less."""


class AnswerGrid(NamedTuple):
    """The heads and rows of an answer, and whether rows were cut off."""

    heads: list[str]
    rows: list[list[Markup]]
    cut: bool


def result_grid(result: Result, context: PageContext) -> AnswerGrid:
    """An answer as a table of a page.

    A column with the names of things is left out: they are the words of the links.
    """
    if isinstance(result, ox.QueryBoolean):
        words = context.t("yes" if result else "no")
        return AnswerGrid([context.t("answer")], [[markup(escape(words))]], cut=False)
    if isinstance(result, list):
        keys = ["subject", "predicate", "object"]
    else:
        keys = [variable.value for variable in result.variables]
    most = context.row_limit or _MOST_ROWS
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
    return AnswerGrid(heads, cells, len(rows) > most)


def _cell(context: PageContext, row: Mapping[str, Term | None], key: str) -> Markup:
    term = row[key]
    if isinstance(term, ox.NamedNode):
        return _thing_cell(context, term.value, row.get(f"{key}_label"))
    if isinstance(term, ox.Literal):
        return _literal_cell(context, term, key)
    return markup(escape(str(term) if isinstance(term, ox.Triple) else ""))


def _thing_cell(context: PageContext, iri: str, label: Term | None) -> Markup:
    entry = context.entry(iri)
    is_brief = False
    if entry and entry.kind in ("plan", "instrument"):
        is_brief = bool(entry.brief.get(context.language))
    if is_brief or not isinstance(label, ox.Literal) or label.value == iri:
        return context.link(iri)
    return context.link_to(context.address(iri), _literal_cell(context, label))


def _literal_cell(context: PageContext, literal: ox.Literal, column: str = "") -> Markup:
    words = escape(answers.word_of(literal.value, column, context.language))
    if literal.datatype.value in NUMBERS:
        return markup(f'<span class="figure">{words}</span>')
    if literal.language and literal.language != context.language:
        return markup(f'<span lang="{escape(literal.language)}">{words}</span>')
    return markup(words)
