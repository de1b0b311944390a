"""The sentences of the catalogue, from the table beside the code."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pyoxigraph as ox

from pan2kg.i18n.text import Text
from pan2kg.publish.catalogue.terms import said


@cache
def _read() -> Mapping[str, Text]:
    rows = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
    return {name: Text(row["fr"], row["en"]) for name, row in rows.items()}


def words(name: str) -> Text:
    """What is said under a name, in both languages.

    >>> words("protocol").en
    'SPARQL 1.1 Protocol'
    """
    return _read()[name]


def literals(name: str) -> list[ox.Literal]:
    """The same as literals, French first."""
    return said(words(name).fr, words(name).en)
