"""A table of figures as a reader sees it on a page: the items of a cell, HTML, Markdown, and what stands below."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from markupsafe import Markup

from pan2kg.i18n import Language, Text, format_days_in, format_of
from pan2kg.tables import PRINTING, Grid, clean, md_escape, say
from pan2kg.tables.formats import shown, write_markdown
from pan2kg.tables.table import Column, Row, Table
from pan2kg.templates import escape, filled, markup, render
from pan2kg.turtle.vocabulary import is_ours


def rests_on(table: Table, language: Language) -> str:
    """What a table rests on, as a sentence: of an answer the one it came with."""
    if table.terms:
        return table.rests.say(language)
    # figures are slow to load, and an answer does not need their words
    from pan2kg.tables.figure_words import resting

    return resting(table, language)


def remarks(table: Table, language: Language) -> list[Text]:
    """The notes on a table that say something in a language.

    On figures also that a dash is not known, and that decimals are rounded, where it has them.
    """
    notes = list(table.notes)
    if not table.terms:
        notes = [_with_days(note) for note in notes]
        cells = [row.get(column.key) for row in table.rows for column in table.shown]
        if None in cells:
            notes.append(PRINTING.text("none"))
        if any(isinstance(cell, float) for cell in cells):
            notes.append(PRINTING.text("rounded"))
    return [note for note in notes if note.say(language)]


def _with_days(note: Text) -> Text:
    return Text(
        tuple((language, format_days_in(words, language)) for language, words in note.words)
    )


# The cells of a row

_cleaned = lru_cache(maxsize=1 << 10)(clean)
"""For names of things, which stand in many rows."""


class CellItem(NamedTuple):
    """A thing in a cell: its address, empty for a plain value, and the words the cell says."""

    address: str
    words: str


def items(row: Row, column: Column, language: Language) -> list[CellItem]:
    """The items of a cell; one without an address for a plain value, and where addresses and names do not match.

    >>> column = Column("plan_label", names="plan")
    >>> items({"plan": "a b", "plan_label": "A; B"}, column, "en")
    [CellItem(address='a', words='A'), CellItem(address='b', words='B')]
    >>> items({"bits": None}, Column("bits"), "en")
    [CellItem(address='', words='–')]
    """
    value = row.get(column.key)
    address = row.get(column.names)
    if value is None or not isinstance(address, str):
        return [CellItem("", shown(value, language))]
    iris = address.split()
    labels = [str(value)]
    if len(iris) > 1:
        labels = re.split(r"[ \u00a0]?; ", str(value))
    if len(labels) != len(iris):
        return [CellItem("", clean(str(value)))]
    return [*map(CellItem, iris, map(_cleaned, labels))]


def _is_number(table: Table, column: Column) -> bool:
    cells = [row[column.key] for row in table.rows if row.get(column.key) is not None]
    kinds = {type(cell) for cell in cells}
    return bool(kinds) and kinds <= {int, float}


def _address_elsewhere(_: Row, __: str, item: str) -> str:
    """A thing leads to the address it has from others, a law's to the law; a thing of ours nowhere."""
    is_address = item.startswith(("https://", "http://"))
    return item if is_address and not is_ours(item) else ""


@dataclass(frozen=True, slots=True)
class Anchors:
    """How a table hangs together with the page around it.

    ``name`` starts the ids made for it; ``leads`` says where an item of a cell leads, given the
    row, the column's key and the item; ``spoken`` the language of a thing's name where it is not
    that of the page; ``called`` its short name.
    """

    name: str = "exhibit"
    leads: Callable[[Row, str, str], str] = _address_elsewhere
    spoken: Callable[[str], str] = lambda _: ""
    called: Callable[[str], str] = lambda _: ""


# HTML


def html_text(text: Text, language: Language) -> Markup:
    """Words, escaped, and marked where they are not in the language of the page."""
    spoken = text.language_for(language)
    words = clean(text.say(language))
    if spoken == language:
        return filled("{}", words)
    return filled('<span lang="{}">{}</span>', spoken, words)


def html_figures(table: Table, language: Language, anchors: Anchors = Anchors()) -> Markup:
    """A table of figures as a piece of a page: its question, its rows, and what stands below."""
    summary = filled("")
    if table.summary:
        summary = filled("<p>{}</p>\n", html_text(table.summary, language))
    rows = html_table(table, language, anchors, caption=html_text(table.title, language))
    foot = html_foot(table, language)
    return filled('<div class="exhibit" lang="{}">\n{}{}{}</div>\n', language, summary, rows, foot)


class _CellTags(NamedTuple):
    """How the cells of a column are written: what stands before and behind their items."""

    column: Column
    begin: Markup
    end: Markup


def html_table(
    table: Table, language: Language, anchors: Anchors, *, caption: Markup, has_script: bool = False
) -> Markup:
    """The rows as a table of HTML that scrolls sideways; with a script, as one that shows cards.

    The first cell is the head of its row; the others say their column, unless a script says it.
    """
    heads = []
    tags = list[_CellTags]()
    for column in table.shown:
        kind = filled(' class="number"') if _is_number(table, column) else filled("")
        heads.append((html_text(column.heading, language), kind))
        if not tags:
            tag = _CellTags(column, filled('<th scope="row"{}>', kind), filled("</th>"))
        elif has_script:
            tag = _CellTags(column, filled("<td{}>", kind), filled("</td>"))
        else:
            name = clean(column.heading.say(language))
            begin = filled('<td{} data-name="{}">', kind, name)
            tag = _CellTags(column, begin, filled("</td>"))
        tags.append(tag)
    rows = []
    for row in table.rows:
        cells = []
        for column, begin, end in tags:
            pairs = items(row, column, language)
            cells.append((begin, [_html_item(anchors, row, column, *pair) for pair in pairs], end))
        rows.append(cells)
    values = {
        "name": anchors.name,
        "caption": caption,
        "heads": heads,
        "empty": say("empty", language),
        "cards": has_script,
        "rows": rows,
    }
    return markup(render("table.html", values))


def _html_item(anchors: Anchors, row: Row, column: Column, address: str, words: str) -> str:
    """Markup where it leads somewhere or is marked, else words, which the template escapes."""
    key = column.names or column.key
    thing = address or str(row.get(key) or "")
    leads = anchors.leads(row, key, thing)
    short_name = anchors.called(thing)
    spoken = "" if short_name else anchors.spoken(thing)
    words = short_name or words
    # put together by hand: a long table has tens of thousands of these
    language = f' lang="{escape(spoken)}"' if spoken else ""
    if leads and words:
        return markup(f'<a href="{escape(leads)}"{language}>{escape(words)}</a>')
    if language:
        return markup(f"<span{language}>{escape(words)}</span>")
    return words


def html_foot(table: Table, language: Language) -> Markup:
    """What stands below a table: notes, what it rests on, what columns mean, and the query."""
    meanings = [
        (html_text(column.heading, language), html_text(column.meaning, language))
        for column in _explained(table)
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


def _explained(table: Table) -> list[Column]:
    """The columns that say what their figures mean, where there are any figures."""
    return [column for column in table.columns if column.meaning] if table.rows else []


# Markdown

_IN_ADDRESS = str.maketrans({"<": "%3C", ">": "%3E", "|": "%7C", "\\": "%5C"})
"""What would end a link in Markdown or its cell."""


def md_text(text: str) -> str:
    """A text on one line of Markdown, with what would be read as markup escaped.

    >>> md_text("*a*\\n b")
    '\\\\*a\\\\* b'
    """
    return md_escape(clean(text))


def md_table(table: Table, language: Language) -> str:
    """A table of figures as a section of Markdown, from its heading to the query."""
    blocks = [f"## {md_text(table.title.say(language))}\n"]
    if table.summary:
        blocks.append(f"{md_text(table.summary.say(language))}\n")
    if table.rows:
        blocks.append(_md_rows(table, language))
    else:
        blocks.append(f"{md_text(say('empty', language))}\n")
    notes = [f"- {md_text(note.say(language))}\n" for note in remarks(table, language)]
    if notes:
        blocks.append("".join(notes))
    colon = format_of("colon", language)
    meanings = []
    for column in _explained(table):
        name = md_text(column.heading.say(language))
        meanings.append(f"- **{name}**{colon}{md_text(column.meaning.say(language))}\n")
    if meanings:
        blocks.append(f"{say('columns', language)}{colon.rstrip()}\n\n{''.join(meanings)}")
    blocks.append(f"{md_text(rests_on(table, language))}\n")
    if table.sparql:
        # a fence is longer than any run of backticks within
        runs = re.findall("`+", table.sparql)
        fence = "`" * max(3, 1 + max(map(len, runs), default=0))
        query = f"{fence}sparql\n{table.sparql.strip()}\n{fence}\n"
        blocks.append(f"{say('query', language)}{colon.rstrip()}\n\n{query}")
    return "\n".join(blocks)


def _md_rows(table: Table, language: Language) -> str:
    between = format_of("semicolon", language)
    heads = [clean(column.heading.say(language)) for column in table.shown]
    numbers = [place for place, column in enumerate(table.shown) if _is_number(table, column)]
    rows = []
    for row in table.rows:
        cells = []
        for column in table.shown:
            pairs = items(row, column, language)
            cells.append(between.join(_md_item(row, column, *pair) for pair in pairs))
        rows.append(cells)
    return write_markdown(Grid(heads, rows), numbers, is_escaped=True)


def _md_item(row: Row, column: Column, address: str, words: str) -> str:
    key = column.names or column.key
    leads = clean(_address_elsewhere(row, key, address or str(row.get(key) or "")))
    if leads and words:
        return f"[{md_text(words)}](<{leads.translate(_IN_ADDRESS)}>)"
    return md_text(words)
