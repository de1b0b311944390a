"""What is said of a change, in French, English and German, from the table beside the code."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from pan2kg.i18n.text import Language, put, read_rows

_WORDS: Final = Path(__file__).with_name("words.toml")


def say(key: str, language: Language, **values: str | int) -> str:
    """The words kept under ``key``, filled in; of « one|many » the one that suits ``n``.

    French counts zero as one thing, English and German as several.

    >>> say("count.added", "fr", n=0), say("count.added", "en", n=0), say("count.added", "de", n=1)
    ('0 élément ajouté', '0 things added', '1 Element hinzugefügt')
    """
    row: Any = read_rows(_WORDS)
    for part in key.split("."):
        row = row[part]
    return put(row[language], language, **values)


def property_name(iri: str, language: Language) -> str:
    """What a borrowed property is called here; empty where it has no name.

    >>> property_name("http://www.w3.org/2004/02/skos/core#prefLabel", "de"), property_name("http://e/p", "de")
    ('Name', '')
    """
    return str(read_rows(_WORDS)["property"].get(iri, {}).get(language, ""))
