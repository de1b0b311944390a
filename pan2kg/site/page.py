"""A page: where it stands, what kind of file it is, its bytes; and what is asked of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from pan2kg.wording import Language

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
        """Where the page stands: the pages of one folder lead to others by the same way.

        >>> Request("fr/plan/lu-bhr-2.html", "fr").folder
        'fr/plan/'
        """
        return self.path[: self.path.rfind("/") + 1]
