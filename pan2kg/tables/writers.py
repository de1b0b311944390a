"""Writing an exhibit: as text for a terminal, as data, or as a piece of a page.

``table`` is for a terminal, ``md`` and ``html`` for a text or a page; they round decimals and say things by
name. ``csv`` and ``json`` hold every value whole, with the addresses of things beside their names.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from itertools import zip_longest
from textwrap import wrap
from typing import Final

from pan2kg.errors import FormatError
from pan2kg.i18n.text import Language
from pan2kg.tables.cells import basis_line, clean, items, remarks, say
from pan2kg.tables.markup import html_exhibit, md_exhibit
from pan2kg.tables.table import Exhibit, Value

FORMS: Final = ("table", "csv", "json", "md", "html")
_NARROW: Final = 18
"""How wide a column of text is at least, where its text is long."""
_LINES: Final = 4
"""Up to how many lines a cell takes in a column narrower than that."""
_GAP: Final = "  "


def write_exhibit(exhibit: Exhibit, form: str, *, language: Language, width: int = 0) -> str:
    """An exhibit in one of :data:`FORMS`; ``width`` is how wide a line of text may be, 0 for any.

    Raises:
        FormatError: the form is unknown.

    >>> from pan2kg.coherence.basis import Basis
    >>> from pan2kg.tables.table import Column
    >>> from pan2kg.i18n.text import Text
    >>> name, linked = Column("plan", Text("plan", "plan")), Column("linked", Text("liées", "linked"))
    >>> rows = ({"plan": "PAN 1", "linked": 0}, {"plan": "PAN 2", "linked": None})
    >>> exhibit = Exhibit("x", Text("Titre", "Title"), Text("", ""), Basis(3, 2, 2), (name, linked), rows)
    >>> print(write_exhibit(exhibit, "csv", language="fr"), end="")
    plan,linked
    PAN 1,0
    PAN 2,
    """
    if form == "table":
        return "\n\n".join(_text(exhibit, language, width)) + "\n"
    if form == "csv":
        return _csv(exhibit)
    if form == "json":
        return json.dumps(_content(exhibit, language), ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    if form == "md":
        return md_exhibit(exhibit, language)
    if form == "html":
        return html_exhibit(exhibit, language)
    raise FormatError(f"A table of figures cannot be written as « {form} ».", remedy=f"Use {', '.join(FORMS)}.")


def _text(exhibit: Exhibit, language: Language, width: int) -> Iterator[str]:
    yield _filled(exhibit.title.say(language), width)
    if exhibit.summary:
        yield _filled(exhibit.summary.say(language), width)
    yield _rows(exhibit, language, width).rstrip("\n")
    notes = [_filled(note.say(language), width, first="- ") for note in remarks(exhibit, language)]
    if notes:
        yield "\n".join([f"{say('notes', language)}{say('colon', language)}".rstrip(), *notes])
    yield _filled(basis_line(exhibit.basis, language), width)


def _filled(text: str, width: int, first: str = "") -> str:
    words = clean(text)
    if not width:
        return first + words
    return "\n".join(wrap(words, width, initial_indent=first, subsequent_indent=" " * len(first)))


def _rows(exhibit: Exhibit, language: Language, width: int) -> str:
    """The rows as a table, or one below the other where so many columns do not fit side by side."""
    if not exhibit.rows:
        return say("empty", language)
    heads = [clean(column.heading.say(language)) for column in exhibit.columns]
    rows = [
        ["; ".join(words for _, words in items(row, column, language)) for column in exhibit.columns]
        for row in exhibit.rows
    ]
    wanted = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    if not width:
        return _table(heads, rows, wanted)
    least = [max(_least(head), *(_least(row[at]) for row in rows)) for at, head in enumerate(heads)]
    room = width - len(_GAP) * (len(heads) - 1)
    if sum(least) > room:
        return "\n\n".join(_card(heads, row, width) for row in rows)
    return _table(heads, rows, _shares(wanted, least, room))


def _least(text: str) -> int:
    """How narrow a cell can be and still be read: its longest word, and some words a line where it has many."""
    longest = max(map(len, text.split()), default=1)
    return max(min(longest, _NARROW), min(len(text) // _LINES, _NARROW))


def _shares(wanted: list[int], least: list[int], room: int) -> list[int]:
    """How wide each column is: as narrow as it can be, then in turn one wider where it wants to be."""
    widths = [min(pair) for pair in zip(wanted, least, strict=True)]
    left = room - sum(widths)
    while left > 0 and (growing := [at for at, width in enumerate(widths) if width < wanted[at]]):
        for at in growing[:left]:
            widths[at] += 1
        left -= len(growing[:left])
    return widths


def _table(heads: list[str], rows: list[list[str]], widths: list[int]) -> str:
    lines = [*_line(heads, widths), _GAP.join("-" * width for width in widths)]
    above: list[str] = []
    for row in rows:
        same = next((at for at, cell in enumerate(row) if above[at : at + 1] != [cell]), 0)
        lines += _line([""] * same + row[same:], widths)
        above = row
    return "\n".join(lines)


def _line(cells: list[str], widths: list[int]) -> list[str]:
    wrapped = [wrap(cell, width) or [""] for cell, width in zip(cells, widths, strict=True)]
    padded = (
        (f"{part:{width}}" for part, width in zip(parts, widths, strict=True))
        for parts in zip_longest(*wrapped, fillvalue="")
    )
    return [_GAP.join(line).rstrip() for line in padded]


def _card(heads: list[str], row: list[str], width: int) -> str:
    margin = min(max(map(len, heads)), max(_NARROW, width // 3))
    room = max(_NARROW, width - margin - len(_GAP))
    return "\n".join(line for pair in zip(heads, row, strict=True) for line in _line(list(pair), [margin, room]))


def _keys(exhibit: Exhibit) -> list[str]:
    """The keys of all cells in their order, that of a thing with its label after it."""
    return [key for column in exhibit.columns for key in _of(column.key, thing=column.thing)]


def _of(key: str, *, thing: bool) -> tuple[str, ...]:
    return (key, f"{key}_label") if thing else (key,)


def _csv(exhibit: Exhibit) -> str:
    """RFC 4180: one header line, commas, CRLF; what is not known is empty."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    keys = _keys(exhibit)
    writer.writerow(keys)
    writer.writerows([_field(row.get(key)) for key in keys] for row in exhibit.rows)
    return file.getvalue()


def _field(value: Value) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _content(exhibit: Exhibit, language: Language) -> dict[str, object]:
    basis = exhibit.basis
    columns = [
        {"key": c.key, "heading": c.heading.by_language(), "meaning": c.meaning.by_language(), "thing": c.thing}
        for c in exhibit.columns
    ]
    return {
        "name": exhibit.name,
        "language": language,
        "title": exhibit.title.by_language(),
        "summary": exhibit.summary.by_language(),
        "basis": {
            "n": basis.n,
            "annotated": basis.annotated,
            "share": basis.share,
            "plans": basis.plans,
            "release": basis.release or None,
            "as_of": basis.as_of.isoformat() if basis.as_of else None,
            "weights": basis.weights,
            "filters": dict(basis.filters),
        },
        "columns": columns,
        "rows": [{key: row.get(key) for key in _keys(exhibit)} for row in exhibit.rows],
        "notes": [note.by_language() for note in exhibit.notes],
        "sparql": exhibit.sparql or None,
    }
