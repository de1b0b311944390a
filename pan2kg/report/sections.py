"""Pictures of a dossier: drawn once with marks that lead to rows, once without, and their data as a table."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pan2kg.charts.registry import draw_on
from pan2kg.errors import QueryError
from pan2kg.i18n.text import Text
from pan2kg.report.blocks import Block, Drawn, Prose
from pan2kg.report.row import name
from pan2kg.report.words import has, say, text
from pan2kg.tables.table import Column, Exhibit, Value
from pan2kg.tables.words import coded, codes
from pan2kg.turtle.vocabulary import XSD

if TYPE_CHECKING:
    from pan2kg.charts.frame_frame import Picture
    from pan2kg.charts.ground import Address, Ground
    from pan2kg.coherence.basis import Basis
    from pan2kg.i18n.text import Language
    from pan2kg.store.store import Table, Term


def picture(ground: Ground, kind: str, **parameters: object) -> Block:
    """A picture; a sentence where the graph does not have what it would show."""
    try:
        led = draw_on(ground, kind, **parameters)
        plain = draw_on(replace(ground, address=None), kind, **parameters)
    except QueryError:
        return Prose(say("page", "no-picture", ground.language))
    data = read_data(led, ground.uses.basis, ground.language)
    return Drawn(f"figure-{kind}", led.title, led.description, led.svg, plain.svg, data)


def address(known: frozenset[str]) -> Address:
    """Where marks lead: two actions or plans to their pair, one to what is said of it; nowhere else."""

    def leads(things: tuple[str, ...]) -> str:
        kinds = ("pair", "pairs", "matrix") if len(things) == 2 else ("action", "plan")
        wanted = (name(kind, *things) for kind in kinds)
        return next((f"#{one}" for one in wanted if one in known), "")

    return leads


def read_data(drawn: Picture, basis: Basis, language: Language) -> Exhibit:
    """The data of a picture as a table; what is hatched because it was not assessed is left out."""
    columns = [one for one in drawn.table.columns if not one.endswith("_label") and one != "drawn"]
    return Exhibit(
        name=f"data-{drawn.name}",
        title=Text.same(drawn.title),
        summary=Text("", ""),
        basis=basis,
        columns=tuple(Column(one, text("data", one), thing=f"{one}_label" in drawn.table.columns) for one in columns),
        rows=tuple(row for row in _rows(drawn.table, language) if not _hatched(row)),
    )


_PAIR = frozenset({"shared_instruments", "citations_one_to_two", "citations_two_to_one"})


def _hatched(row: dict[str, Value]) -> bool:
    silent = row.keys() >= _PAIR and all(row[one] is None for one in _PAIR)
    return silent or row.get("assessed") is False


def _rows(table: Table, language: Language) -> list[dict[str, Value]]:
    return [
        {one: _value(term, one, language) for one, term in zip(table.columns, row, strict=True)} for row in table.rows
    ]


def _value(term: Term | None, column: str, language: Language) -> Value:
    if term is None:
        return None
    if not isinstance(term, ox.Literal):
        return str(term.value)
    if term.datatype.value == f"{XSD}integer":
        return int(term.value)
    if term.datatype.value == f"{XSD}decimal":
        return float(term.value)
    return _code(term.value, column, language)


def _code(value: str, column: str, language: Language) -> Value:
    if value in ("true", "false"):
        return value == "true"
    if column == "standing" and value.replace(" ", "-") in codes("standing"):
        return coded("standing", value.replace(" ", "-")).say(language)
    return say("code", value, language) if column in _CODED and has("code", value) else value


_CODED = frozenset({"basis", "direction", "kind"})
