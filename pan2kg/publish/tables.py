"""Which tables a release has and which columns, read from the table beside the code."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal, cast

from pan2kg.i18n.text import Text

Kind = Literal["value", "text", "thing", "iri"]
_COLUMN: Final = re.compile(r"(\S+) (?:(\S+:\S+) )?(value|text|thing|iri)(?: > (\S+))?")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, its property, what stands in it, and the table whose rows it refers to."""

    name: str
    property: str
    kind: Kind
    refers: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """A table: a row a thing of some classes, or a row a statement of one property (``pairs``)."""

    name: str
    title: Text
    columns: tuple[Column, ...]
    classes: tuple[str, ...] = ()
    having: str = ""
    pairs: str = ""


@cache
def plans() -> tuple[Plan, ...]:
    """The tables of a release in their order.

    >>> plans()[0].name, plans()[0].columns[0]
    ('plans', Column(name='key', property='dcterms:identifier', kind='value', refers=''))
    """
    rows = tomllib.loads(Path(__file__).with_name("tables.toml").read_text(encoding="utf-8"))
    return tuple(
        Plan(
            name,
            Text(row["fr"], row["en"]),
            tuple(_column(text) for text in row["columns"]),
            tuple(row.get("classes", ())),
            row.get("having", ""),
            row.get("pairs", ""),
        )
        for name, row in rows.items()
    )


def _column(text: str) -> Column:
    match = _COLUMN.fullmatch(text)
    if not match:
        raise ValueError(f"« {text} » is no column")
    return Column(match[1], match[2] or "", cast(Kind, match[3]), match[4] or "")
