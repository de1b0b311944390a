"""What the pages say, in French, English and German, from the tables in ``texts/``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from pathlib import Path

from pan2kg.i18n.text import Language, put, read_rows


@cache
def _table() -> Mapping[str, Mapping[str, str]]:
    found: dict[str, Mapping[str, str]] = {}
    for path in sorted(Path(__file__).with_name("texts").glob("*.toml")):
        found |= read_rows(path)
    return found


@lru_cache(maxsize=1 << 14, typed=True)
def say(key: str, language: Language, /, **values: object) -> str:
    """The words kept under ``key``, filled in; where a number ``n`` is given, « one|many » is decided by it.

    French counts zero as one thing, English and German as several.

    >>> say("actions", "fr", n=0), say("actions", "en", n=0), say("actions", "de", n=1)
    ('0 action', '0 actions', '1 Maßnahme')
    """
    return put(_table()[key][language], language, **values)


@cache
def group(prefix: str, language: Language) -> Mapping[str, str]:
    """All words whose key begins with ``prefix`` and a hyphen, by the rest of the key: what a script needs.

    >>> sorted(group("script-copy", "en"))
    ['done', 'failed']
    """
    start = f"{prefix}-"
    return {key.removeprefix(start): row[language] for key, row in _table().items() if key.startswith(start)}


def chosen_words(keys: Iterable[str], language: Language) -> dict[str, str]:
    """The words kept under these keys as they are, not filled in.

    >>> chosen_words(["menu-plans"], "de")
    {'menu-plans': 'Pläne'}
    """
    return {key: _table()[key][language] for key in keys}
