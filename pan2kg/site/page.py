"""A page: where it stands, what kind of file it is, its bytes; and what is asked of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType

from pan2kg.i18n.catalogue import Language

HTML = "text/html; charset=utf-8"
NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Page:
    """A file of the site: its path below the root (``fr/plan/lu-bhr-2.html``), media type and bytes."""

    path: str
    media: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Request:
    """Which page is wanted: its language, the key in its address, and what was typed after the question mark.

    ``data`` is the language titles are wanted in, by default that of the interface.

    >>> Request("fr/plan/lu-bhr-2.html", "fr", "lu-bhr-2", {"data": "en"}).data
    'en'
    """

    path: str
    language: Language
    key: str = ""
    arguments: Mapping[str, str] = field(default_factory=lambda: NOTHING)

    @property
    def data(self) -> str:
        """The language titles are wanted in."""
        return self.arguments.get("data") or self.language

    @property
    def folder(self) -> str:
        """The folder the page stands in, as far as ways to others depend on it."""
        return folder(self.path)


@lru_cache(maxsize=1 << 10)
def folder(path: str) -> str:
    """The folder of a page, without names that ways to others do not depend on: equally deep ones lead there alike.

    >>> folder("fr/plan/lu-bhr-2.html"), folder("fr/index.html"), folder("index.html")
    ('fr/*/', 'fr/', '')
    """
    first, *more = path.split("/")[:-1] or [""]
    return "/".join([first, *["*"] * len(more), ""]) if first else ""
