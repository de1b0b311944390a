"""What is known of a country before anything is written about it: codes, names, official languages, gazette.

The rows stand in ``table.toml``. No graph is read here: a project that has a profile says all this itself.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from pan2kg.errors import QueryError
from pan2kg.i18n.catalogue import Text

AUTHORITY: Final = "http://publications.europa.eu/resource/authority/"
"""The lists of the Publications Office of the European Union."""


@dataclass(frozen=True, slots=True)
class Country:
    """A country: its code as a key begins with it, its IRI, its names, and its official languages.

    ``box`` and ``centre`` are well-known text, longitude first; they and the gazette are empty where nobody gave them.
    """

    code: str
    authority: str
    names: Text
    languages: tuple[str, ...]
    is_member: bool
    gazette: Mapping[str, str] = field(default_factory=dict)
    gazette_space: str = ""
    box: str = ""
    centre: str = ""

    @property
    def iri(self) -> str:
        """Its IRI in the list of the Publications Office."""
        return f"{AUTHORITY}country/{self.authority}"


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language: its tag, its code in the list of the Publications Office, and its names."""

    tag: str
    authority: str
    names: Text

    @property
    def iri(self) -> str:
        """Its IRI in the list of the Publications Office."""
        return f"{AUTHORITY}language/{self.authority}"


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("table.toml").read_text(encoding="utf-8"))


@cache
def countries() -> Mapping[str, Country]:
    """The countries by code.

    >>> countries()["be"].languages, countries()["be"].iri
    (('nl', 'fr', 'de'), 'http://publications.europa.eu/resource/authority/country/BEL')
    """
    return {code: _country(code, row) for code, row in _table()["country"].items()}


def _country(code: str, row: Mapping[str, Any]) -> Country:
    return Country(
        code, row["authority"], Text.of(row["names"]), tuple(row["languages"]), row["is_member"],
        row.get("gazette", {}), row.get("gazette_space", ""), row.get("box", ""), row.get("centre", ""),
    )  # fmt: skip


@cache
def tongues() -> Mapping[str, Tongue]:
    """The languages by tag.

    >>> tongues()["nl"].names.say("fr")
    'néerlandais'
    """
    rows = _table()["language"].items()
    return {tag: Tongue(tag, row["authority"], Text.of(row)) for tag, row in rows}


def country_of_key(key: str) -> Country | None:
    """The country a key begins with; None of one that begins with none, as those of the Union."""
    return countries().get(key.partition("-")[0])


def find_country(code: str) -> Country:
    """The country of a code of two or three letters, whatever their case.

    Raises:
        QueryError: no such country; with those there are.

    >>> find_country("BE").code, find_country("bel").code, find_country("gb").code
    ('be', 'be', 'uk')
    """
    wanted = code.strip().lower()
    for one in countries().values():
        if wanted in {one.code, one.authority.lower(), *_table()["country"][one.code].get("other", ())}:
            return one
    raise QueryError("no-country", remedy="there-are", code=code, names=", ".join(countries()))
