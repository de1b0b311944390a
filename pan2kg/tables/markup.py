"""A table of figures as a piece of a web page or of a Markdown text: every text escaped, every row to be found."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pan2kg.i18n.catalogue import Language, Text, format_of
from pan2kg.tables.cells import Row, clean, is_number, items, remarks, resting, say
from pan2kg.tables.formats import Grid, Markdown, md_escape, write_markdown
from pan2kg.tables.table import Column, FigureTable
from pan2kg.tables.template import filled, markup, render
from pan2kg.turtle.vocabulary import is_ours

if TYPE_CHECKING:
    from markupsafe import Markup


def _outside(_: Row, __: str, item: str) -> str:
    """Where a thing leads of itself: to the address it has from others, a law's to the law."""
    return item if item.startswith(("https://", "http://")) and not is_ours(item) else ""


def _unnamed(_: Row) -> str:
    return ""


def _unmarked(_: str) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Anchors:
    """How a table hangs together with the page around it.

    ``name`` starts the ids made for it; ``row`` gives the id of a row, ``leads`` where an item of a cell leads,
    given the row, the column's key and the item; ``spoken`` the language of a thing's name or of a quotation where
    it is not that of the page. All are empty where there is none.
    """

    name: str = "exhibit"
    row: Callable[[Row], str] = _unnamed
    leads: Callable[[Row, str, str], str] = _outside
    spoken: Callable[[str], str] = _unmarked


def html_text(text: Text, language: Language) -> Markup:
    """Words for a page, escaped, and marked where they are not in its language.

    >>> html_text(Text.of({"fr": "a < b"}), "en")
    Markup('<span lang="fr">a &lt; b</span>')
    """
    spoken, words = text.spoken(language), clean(text.say(language))
    return filled("{}", words) if spoken == language else filled('<span lang="{}">{}</span>', spoken, words)


def html_figures(figures: FigureTable, language: Language, anchors: Anchors = Anchors()) -> Markup:
    """The table as a fragment of a page: table, what its columns say, notes, basis and query."""
    summary = filled("<p>{}</p>\n", html_text(figures.summary, language)) if figures.summary else ""
    table = html_table(figures, language, anchors, caption=html_text(figures.title, language))
    foot = html_foot(figures, language)
    return filled('<div class="exhibit" lang="{}">\n{}{}{}</div>\n', language, summary, table, foot)


def html_table(figures: FigureTable, language: Language, anchors: Anchors, *, caption: Markup) -> Markup:
    """The table alone, in a box of its own that scrolls sideways."""
    heads = [_Head(html_text(one.heading, language), _number(figures, one)) for one in figures.columns]
    tags = [_tags(column, heads[at].kind, language, is_first=not at) for at, column in enumerate(figures.columns)]
    columns = list(zip(figures.columns, tags, strict=True))
    rows = [
        (
            anchors.row(row),
            [(begin, _html_items(row, column, language, anchors), end) for column, (begin, end) in columns],
        )
        for row in figures.rows
    ]
    values = {"name": anchors.name, "caption": caption, "heads": heads, "empty": say("empty", language)}
    return markup(render("table.html", values | {"rows": rows}))


@dataclass(frozen=True, slots=True)
class _Head:
    """The heading of a column, and the class of its cells as an attribute."""

    shown: Markup
    kind: Markup


def _number(figures: FigureTable, column: Column) -> Markup:
    return filled(' class="number"') if is_number(figures, column) else filled("")


def _tags(column: Column, kind: Markup, language: Language, *, is_first: bool) -> tuple[Markup, Markup]:
    """What a cell of the column begins and ends with: the first is the head of its row, the others say their column."""
    if is_first:
        return filled('<th scope="row"{}>', kind), filled("</th>")
    return filled('<td{} data-name="{}">', kind, clean(column.heading.say(language))), filled("</td>")


def _html_items(row: Row, column: Column, language: Language, anchors: Anchors) -> list[str]:
    return [_html_item(row, column, item, anchors) for item in items(row, column, language)]


def _html_item(row: Row, column: Column, item: tuple[str, str], anchors: Anchors) -> str:
    """An item as markup where it leads somewhere or is marked, else as words, which the template escapes."""
    address, words = item
    one = address or str(row.get(column.key) or "")
    leads, spoken = anchors.leads(row, column.key, one), anchors.spoken(one)
    marked = filled(' lang="{}"', spoken) if spoken else ""
    if leads and words:
        return filled('<a href="{}"{}>{}</a>', leads, marked, words)
    return filled("<span{}>{}</span>", marked, words) if marked else words


def html_foot(figures: FigureTable, language: Language) -> Markup:
    """What stands below a table: what its columns say, notes, basis and query."""
    meant = [column for column in figures.columns if column.meaning and figures.rows]
    values = {
        "notes": [html_text(note, language) for note in remarks(figures, language)],
        "basis": resting(figures, language),
        "columns": say("columns", language),
        "meanings": [(html_text(one.heading, language), html_text(one.meaning, language)) for one in meant],
        "query": say("query", language),
        "sparql": figures.sparql.strip(),
    }
    return markup(render("table-foot.html", values) + "\n")


def md_text(text: str) -> str:
    """Words for Markdown: what would be read as markup is escaped, HTML too.

    >>> md_text("<b> *x* a|b")
    '&lt;b&gt; \\\\*x\\\\* a\\\\|b'
    """
    return md_escape(clean(text))


def md_figures(figures: FigureTable, language: Language, anchors: Anchors = Anchors()) -> str:
    """The table as Markdown below a heading of the second level."""
    title = f"## {md_text(figures.title.say(language))}\n"
    summary = f"{md_text(figures.summary.say(language))}\n" if figures.summary else ""
    parts = [title, summary, md_table(figures, language, anchors), md_foot(figures, language)]
    return "\n".join(part for part in parts if part)


def md_table(figures: FigureTable, language: Language, anchors: Anchors) -> str:
    """The table alone."""
    if not figures.rows:
        return f"{md_text(say('empty', language))}\n"
    heads = [clean(column.heading.say(language)) for column in figures.columns]
    rows = [list(_md_row(figures, row, language, anchors)) for row in figures.rows]
    numbers = [at for at, column in enumerate(figures.columns) if is_number(figures, column)]
    return write_markdown(Grid(heads, rows), numbers)


def _md_row(figures: FigureTable, row: Row, language: Language, anchors: Anchors) -> Iterator[Markdown]:
    name = anchors.row(row)
    for at, column in enumerate(figures.columns):
        found = format_of("semicolon", language).join(
            _md_item(row, column, item, anchors) for item in items(row, column, language)
        )
        anchor = filled('<a id="{}"></a>', name) if name and not at else ""
        yield Markdown(f"{anchor}{found}")


def _md_item(row: Row, column: Column, item: tuple[str, str], anchors: Anchors) -> str:
    address, words = item
    leads = anchors.leads(row, column.key, address or str(row.get(column.key) or ""))
    return f"[{md_text(words)}](<{_md_address(leads)}>)" if leads and words else md_text(words)


def _md_address(address: str) -> str:
    return clean(address).replace("<", "%3C").replace(">", "%3E").replace("|", "%7C").replace("\\", "%5C")


def md_foot(figures: FigureTable, language: Language) -> str:
    """What stands below a table: notes, what its columns say, basis and query."""
    notes = [f"- {md_text(note.say(language))}\n" for note in remarks(figures, language)]
    colon = format_of("colon", language)
    meanings = [
        f"- **{md_text(column.heading.say(language))}**{colon}{md_text(column.meaning.say(language))}\n"
        for column in figures.columns
        if column.meaning and figures.rows
    ]
    parts = [
        "".join(notes),
        f"{say('columns', language)}{colon.rstrip()}\n\n{''.join(meanings)}" if meanings else "",
        f"{md_text(resting(figures, language))}\n",
        _fenced(figures.sparql, language),
    ]
    return "\n".join(part for part in parts if part)


def _fenced(sparql: str, language: Language) -> str:
    if not sparql:
        return ""
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", sparql)), default=0))
    return (
        f"{say('query', language)}{format_of('colon', language).rstrip()}\n\n{fence}sparql\n{sparql.strip()}\n{fence}\n"
    )
