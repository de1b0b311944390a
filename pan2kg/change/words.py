"""What is said of a change, in French, English and German, from the table beside the code."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pan2kg.wording import Language, plural


@cache
def _table() -> Mapping[str, Any]:
    with Path(__file__).with_name("words.toml").open("rb") as file:
        return tomllib.load(file)


def say(key: str, language: Language, **values: str | int) -> str:
    """The words kept under ``key``, filled in; of « one|many » the one that suits ``n``.

    French counts zero as one thing, English and German as several.

    >>> say("count.added", "fr", n=0), say("count.added", "en", n=0), say("count.added", "de", n=1)
    ('0 élément ajouté', '0 things added', '1 Element hinzugefügt')
    """
    row: Any = _table()
    for part in key.split("."):
        row = row[part]
    words = str(row[language])
    return (plural(words, int(values["n"]), language) if "|" in words else words).format(**values)


def property_name(iri: str, language: Language) -> str:
    """What a borrowed property is called here; empty where it has no name.

    >>> property_name("http://www.w3.org/2004/02/skos/core#prefLabel", "de"), property_name("http://e/p", "de")
    ('Name', '')
    """
    return str(_table()["property"].get(iri, {}).get(language, ""))
