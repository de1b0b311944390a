"""Writing an exhibit: as text for a terminal, as data, or as a piece of a page.

``table`` is for a terminal, ``md`` and ``html`` for a text or a page; they round decimals and say things by
name. ``csv`` and ``json`` hold every value whole, with the addresses of things beside their names.
"""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap
from typing import Final

from pan2kg.errors import FormatError
from pan2kg.i18n.catalogue import Language, format_of
from pan2kg.tables.cells import basis_line, clean, items, remarks, say
from pan2kg.tables.formats import Grid, write_csv, write_json, write_text, write_tsv
from pan2kg.tables.markup import html_exhibit, md_exhibit
from pan2kg.tables.table import Exhibit

FORMS: Final = ("table", "csv", "tsv", "json", "md", "html")


def write_exhibit(exhibit: Exhibit, form: str, *, language: Language, width: int = 0) -> str:
    """An exhibit in one of :data:`FORMS`; ``width`` is how wide a line of text may be, 0 for any.

    Raises:
        FormatError: the form is unknown.

    >>> from pan2kg.coherence.basis import Basis
    >>> from pan2kg.tables.table import Column
    >>> from pan2kg.i18n.catalogue import Text
    >>> name, linked = Column("plan", Text.same("plan")), Column("linked", Text.of({"fr": "liées", "en": "linked"}))
    >>> rows = ({"plan": "PAN 1", "linked": 0}, {"plan": "PAN 2", "linked": None})
    >>> exhibit = Exhibit("x", Text.of({"fr": "Titre", "en": "Title"}), Text(), Basis(3, 2, 2), (name, linked), rows)
    >>> print(write_exhibit(exhibit, "csv", language="fr"), end="")
    plan,linked
    PAN 1,0
    PAN 2,
    """
    if form == "table":
        return "\n\n".join(_text(exhibit, language, width)) + "\n"
    if form == "csv":
        return write_csv(_whole(exhibit))
    if form == "tsv":
        return write_tsv(_whole(exhibit))
    if form == "json":
        return write_json(_content(exhibit, language))
    if form == "md":
        return md_exhibit(exhibit, language)
    if form == "html":
        return html_exhibit(exhibit, language)
    raise FormatError("figures-form", remedy="use-names", form=form, names=", ".join(FORMS))


def _text(exhibit: Exhibit, language: Language, width: int) -> Iterator[str]:
    yield _filled(exhibit.title.say(language), width)
    if exhibit.summary:
        yield _filled(exhibit.summary.say(language), width)
    yield _rows(exhibit, language, width).rstrip("\n")
    notes = [_filled(note.say(language), width, first="- ") for note in remarks(exhibit, language)]
    if notes:
        yield "\n".join([f"{say('notes', language)}{format_of('colon', language)}".rstrip(), *notes])
    yield _filled(basis_line(exhibit.basis, language), width)


def _filled(text: str, width: int, first: str = "") -> str:
    words = clean(text)
    if not width:
        return first + words
    return "\n".join(wrap(words, width, initial_indent=first, subsequent_indent=" " * len(first)))


def _rows(exhibit: Exhibit, language: Language, width: int) -> str:
    if not exhibit.rows:
        return say("empty", language)
    heads = [clean(column.heading.say(language)) for column in exhibit.columns]
    rows = (
        ["; ".join(words for _, words in items(row, column, language)) for column in exhibit.columns]
        for row in exhibit.rows
    )
    return write_text(Grid(heads, rows), width)


def _keys(exhibit: Exhibit) -> list[str]:
    """The keys of all cells in their order, that of a thing with its label after it."""
    return [key for column in exhibit.columns for key in _of(column.key, thing=column.thing)]


def _of(key: str, *, thing: bool) -> tuple[str, ...]:
    return (key, f"{key}_label") if thing else (key,)


def _whole(exhibit: Exhibit) -> Grid:
    """The exhibit as data: every value whole, the addresses of things beside their names."""
    keys = _keys(exhibit)
    return Grid(keys, ([row.get(key) for key in keys] for row in exhibit.rows))


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
