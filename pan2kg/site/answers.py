"""An answer as a table of a page: things by name and leading to their pages, every text with its language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from pan2kg.tables.answers import heading
from pan2kg.tables.template import escape, markup
from pan2kg.turtle.vocabulary import XSD

if TYPE_CHECKING:
    from markupsafe import Markup

    from pan2kg.site.speaker import Speaker
    from pan2kg.store.store import Result, Term

MOST: Final = 1000
"""How many rows a page shows; a download has them all."""
_NUMBERS: Final = frozenset(XSD + name for name in ("integer", "decimal", "double", "float", "int", "long"))


@dataclass(frozen=True, slots=True)
class Grid:
    """Headings, rows of markup, and whether there were more rows than are shown."""

    heads: tuple[str, ...]
    rows: tuple[tuple[Markup, ...], ...]
    cut: bool = False


def grid(result: Result, speaker: Speaker) -> Grid:
    """An answer as headings and cells. A column ``x`` is shown by the names in ``x_label`` beside it.

    Triples become rows of subject, predicate and object, a boolean one row with yes or no.
    """
    language = speaker.request.language
    if isinstance(result, ox.QueryBoolean):
        return Grid((speaker.t("answer"),), ((markup(escape(speaker.t("yes" if result else "no"))),),))
    if isinstance(result, list):
        columns: tuple[str, ...] = ("subject", "predicate", "object")
        rows: Iterable[tuple[Term | None, ...]] = ((_term(t.subject), t.predicate, _term(t.object)) for t in result)
    else:
        columns = tuple(variable.value for variable in result.variables)
        rows = (tuple(solution) for solution in result)
    first = list(islice(rows, MOST + 1))
    shown = [at for at, name in enumerate(columns) if not _is_name(name, columns)]
    names = {at: columns.index(f"{columns[at]}_label") for at in shown if f"{columns[at]}_label" in columns}
    made = tuple(tuple(_cell(row, at, names, speaker) for at in shown) for row in first[:MOST])
    return Grid(tuple(heading(columns[at], language) for at in shown), made, len(first) > MOST)


def _is_name(name: str, columns: tuple[str, ...]) -> bool:
    return name.endswith("_label") and name.removesuffix("_label") in columns


def _term(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> Term:
    return ox.Literal(str(term)) if isinstance(term, ox.Triple) else term


def _cell(row: tuple[Term | None, ...], at: int, names: dict[int, int], speaker: Speaker) -> Markup:
    term = row[at]
    label = row[names[at]] if at in names else None
    if isinstance(term, ox.NamedNode):
        if isinstance(label, ox.Literal) and label.value != term.value:
            return speaker.lead(speaker.address(term.value), _literal(label, speaker))
        return speaker.link(term.value)
    return _literal(term, speaker) if isinstance(term, ox.Literal) else markup("")


def _literal(term: ox.Literal, speaker: Speaker) -> Markup:
    tag = f' lang="{escape(term.language)}"' if term.language and term.language != speaker.request.language else ""
    words = escape(term.value)
    if term.datatype.value in _NUMBERS:
        return markup(f'<span class="figure">{words}</span>')
    return markup(f"<span{tag}>{words}</span>" if tag else words)
