"""An exhibit as a piece of a web page or of a Markdown text: every text escaped, every row to be found."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from html import escape

from pan2kg.i18n.catalogue import Language, Text
from pan2kg.tables.cells import Row, basis_line, clean, is_number, items, remarks, say
from pan2kg.tables.formats import Grid, Markdown, md_escape, write_markdown
from pan2kg.tables.table import Column, Exhibit
from pan2kg.turtle.vocabulary import ROOT


def _outside(_: Row, __: str, item: str) -> str:
    """Where a thing leads of itself: to the address it has from others, a law's to the law."""
    return item if item.startswith(("https://", "http://")) and not item.startswith(ROOT) else ""


def _unnamed(_: Row) -> str:
    return ""


def _unmarked(_: str) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Anchors:
    """How an exhibit hangs together with the page around it.

    ``name`` starts the ids made for it; ``row`` gives the id of a row, ``leads`` where an item of a cell leads,
    given the row, the column's key and the item; ``spoken`` the language of a thing's name or of a quotation where
    it is not that of the page. All are empty where there is none.
    """

    name: str = "exhibit"
    row: Callable[[Row], str] = _unnamed
    leads: Callable[[Row, str, str], str] = _outside
    spoken: Callable[[str], str] = _unmarked


def html_text(text: Text, language: Language) -> str:
    """Words for a page, marked where they are not in its language.

    >>> html_text(Text.of({"fr": "a < b"}), "en")
    '<span lang="fr">a &lt; b</span>'
    """
    spoken, words = text.spoken(language), escape(clean(text.say(language)))
    return words if spoken == language else f'<span lang="{spoken}">{words}</span>'


def html_exhibit(exhibit: Exhibit, language: Language, anchors: Anchors = Anchors()) -> str:
    """The exhibit as a fragment of a page: table, what its columns say, notes, basis and query."""
    caption = f"{html_text(exhibit.title, language)}"
    parts = [f"<p>{html_text(exhibit.summary, language)}</p>\n" if exhibit.summary else ""]
    parts.append(html_table(exhibit, language, anchors, caption=caption))
    parts.append(html_foot(exhibit, language))
    return f'<div class="exhibit" lang="{language}">\n{"".join(parts)}</div>\n'


def html_table(exhibit: Exhibit, language: Language, anchors: Anchors, *, caption: str) -> str:
    """The table alone, in a room of its own that scrolls sideways; ``caption`` is markup."""
    name = f"{escape(anchors.name)}-caption"
    if not exhibit.rows:
        return f'<p class="empty">{escape(say("empty", language))}</p>\n'
    numbers = {column.key for column in exhibit.columns if is_number(exhibit, column)}
    heads = "".join(
        f'<th scope="col"{_kind(column, numbers)}>{html_text(column.heading, language)}</th>'
        for column in exhibit.columns
    )
    body = "".join(_html_row(exhibit, row, language, anchors, numbers) for row in exhibit.rows)
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-labelledby="{name}">\n<table>\n'
        f'<caption id="{name}">{caption}</caption>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{body}</tbody>\n'
        "</table>\n</div>\n"
    )


def _kind(column: Column, numbers: Collection[str]) -> str:
    return ' class="number"' if column.key in numbers else ""


def _html_row(exhibit: Exhibit, row: Row, language: Language, anchors: Anchors, numbers: set[str]) -> str:
    name = anchors.row(row)
    cells = []
    for at, column in enumerate(exhibit.columns):
        tag, scope = ("th", ' scope="row"') if not at else ("td", "")
        label = f' data-name="{escape(clean(column.heading.say(language)))}"' if at else ""
        begin = f"<{tag}{scope}{_kind(column, numbers)}{label}>"
        cells.append(f"{begin}{_html_cell(row, column, language, anchors)}</{tag}>")
    return f"<tr{f' id={chr(34)}{escape(name)}{chr(34)}' if name else ''}>{''.join(cells)}</tr>\n"


def _html_cell(row: Row, column: Column, language: Language, anchors: Anchors) -> str:
    found = [_html_item(row, column, item, anchors) for item in items(row, column, language)]
    return found[0] if len(found) == 1 else f"<ul>{''.join(f'<li>{one}</li>' for one in found)}</ul>"


def _html_item(row: Row, column: Column, item: tuple[str, str], anchors: Anchors) -> str:
    address, words = item
    one = address or str(row.get(column.key) or "")
    leads, spoken = anchors.leads(row, column.key, one), anchors.spoken(one)
    marked = f' lang="{escape(spoken)}"' if spoken else ""
    if leads and words:
        return f'<a href="{escape(leads)}"{marked}>{escape(words)}</a>'
    return f"<span{marked}>{escape(words)}</span>" if marked else escape(words)


def html_foot(exhibit: Exhibit, language: Language) -> str:
    """What stands below a table: what its columns say, notes, basis and query."""
    meanings = "".join(
        f"<dt>{html_text(column.heading, language)}</dt><dd>{html_text(column.meaning, language)}</dd>\n"
        for column in exhibit.columns
        if column.meaning and exhibit.rows
    )
    notes = "".join(f"<li>{html_text(note, language)}</li>\n" for note in remarks(exhibit, language))
    parts = [
        f"<ul>\n{notes}</ul>\n" if notes else "",
        f'<p class="basis">{escape(basis_line(exhibit.basis, language))}</p>\n',
        _details(say("columns", language), f"<dl>\n{meanings}</dl>\n") if meanings else "",
        _details(say("query", language), f"<pre>{escape(exhibit.sparql.strip())}</pre>\n") if exhibit.sparql else "",
    ]
    return f'<div class="foot">\n{"".join(parts)}</div>\n'


def _details(summary: str, content: str) -> str:
    return f"<details><summary>{escape(summary)}</summary>\n{content}</details>\n"


def md_text(text: str) -> str:
    """Words for Markdown: what would be read as markup is escaped, HTML too.

    >>> md_text("<b> *x* a|b")
    '&lt;b&gt; \\\\*x\\\\* a\\\\|b'
    """
    return md_escape(clean(text))


def md_exhibit(exhibit: Exhibit, language: Language, anchors: Anchors = Anchors(), *, level: int = 2) -> str:
    """The exhibit as Markdown below a heading of that level."""
    title = f"{'#' * level} {md_text(exhibit.title.say(language))}\n"
    summary = f"{md_text(exhibit.summary.say(language))}\n" if exhibit.summary else ""
    parts = [title, summary, md_table(exhibit, language, anchors), md_foot(exhibit, language)]
    return "\n".join(part for part in parts if part)


def md_table(exhibit: Exhibit, language: Language, anchors: Anchors) -> str:
    """The table alone."""
    if not exhibit.rows:
        return f"{md_text(say('empty', language))}\n"
    heads = [clean(column.heading.say(language)) for column in exhibit.columns]
    rows = [list(_md_row(exhibit, row, language, anchors)) for row in exhibit.rows]
    numbers = [at for at, column in enumerate(exhibit.columns) if is_number(exhibit, column)]
    return write_markdown(Grid(heads, rows), numbers)


def _md_row(exhibit: Exhibit, row: Row, language: Language, anchors: Anchors) -> Iterator[Markdown]:
    name = anchors.row(row)
    for at, column in enumerate(exhibit.columns):
        found = "; ".join(_md_item(row, column, item, anchors) for item in items(row, column, language))
        yield Markdown(f'<a id="{escape(name)}"></a>{found}' if name and not at else found)


def _md_item(row: Row, column: Column, item: tuple[str, str], anchors: Anchors) -> str:
    address, words = item
    leads = anchors.leads(row, column.key, address or str(row.get(column.key) or ""))
    return f"[{md_text(words)}](<{_md_address(leads)}>)" if leads and words else md_text(words)


def _md_address(address: str) -> str:
    return clean(address).replace("<", "%3C").replace(">", "%3E").replace("|", "%7C").replace("\\", "%5C")


def md_foot(exhibit: Exhibit, language: Language) -> str:
    """What stands below a table: notes, what its columns say, basis and query."""
    notes = [f"- {md_text(note.say(language))}\n" for note in remarks(exhibit, language)]
    colon = say("colon", language)
    meanings = [
        f"- **{md_text(column.heading.say(language))}**{colon}{md_text(column.meaning.say(language))}\n"
        for column in exhibit.columns
        if column.meaning and exhibit.rows
    ]
    parts = [
        "".join(notes),
        f"{say('columns', language)}{colon.rstrip()}\n\n{''.join(meanings)}" if meanings else "",
        f"{md_text(basis_line(exhibit.basis, language))}\n",
        _fenced(exhibit.sparql, language),
    ]
    return "\n".join(part for part in parts if part)


def _fenced(sparql: str, language: Language) -> str:
    if not sparql:
        return ""
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", sparql)), default=0))
    return f"{say('query', language)}{say('colon', language).rstrip()}\n\n{fence}sparql\n{sparql.strip()}\n{fence}\n"
