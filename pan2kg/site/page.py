"""A page: where it stands, what it is made of, its bytes; and what is asked of one.

A module of pages lists its own in ``PAGES`` and ``FILES``, which :mod:`pan2kg.site.registry` gathers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pan2kg.site.library import Library
    from pan2kg.site.speaker import Speaker


HTML = "text/html; charset=utf-8"
CSV = "text/csv; charset=utf-8"
JSON = "application/json"
SVG = "image/svg+xml"
TURTLE = "text/turtle; charset=utf-8"
JAVASCRIPT = "text/javascript; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Page:
    """A file of the site: its path below the root (``fr/plan/lu-bhr-2.html``), media type and bytes."""

    path: str
    media: str
    body: bytes


Values = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class View:
    """A kind of page: its name in an address, and all that is to be said of it.

    ``values`` gives what the template needs, with ``title`` always among it, or None where there is no such page.
    Without ``keys`` there is one page a language, ``fr/plans.html``; with them many, ``fr/plan/lu-bhr-2.html``, of
    which an export has those that are listed. ``template`` is that of the name where none is given, ``section`` the
    entry of the menu that is marked, ``menu`` the page's own place there. On a page where something can be written
    down, ``chosen`` lists what may be chosen in its address, and nothing else of it is handed on.
    """

    name: str
    values: Callable[[Speaker], Values | None]
    keys: Callable[[Library], Iterable[str]] | None = None
    template: str = ""
    section: str = ""
    menu: int = 0
    chosen: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class File:
    """A file in a language that is no page: name or folder in its address, ending, media type, and what writes it.

    ``make`` gives None where there is no such file; a file without ``keys`` is one a language. One that is not
    ``exported`` is made only where there is a server.
    """

    name: str
    ending: str
    media: str
    make: Callable[[Speaker], str | bytes | None]
    keys: Callable[[Library], Iterable[str]] | None = None
    exported: bool = True


@dataclass(frozen=True, slots=True)
class Whole:
    """A file for all languages: its path, its media type, and what writes it; ``exported`` where it is whole."""

    path: str
    media: str
    make: Callable[[Library, Mapping[str, str]], bytes]
    exported: bool = True
