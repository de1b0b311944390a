"""A view: which template a page has, what fills it, and of which keys there are such pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pan2kg.site.library import Library
    from pan2kg.site.speaker import Speaker

Values = Mapping[str, object]


def _none(_: Library) -> Iterable[str]:
    return ()


@dataclass(frozen=True, slots=True)
class View:
    """A kind of page.

    ``values`` gives what the template needs, with ``title`` always among it, or None where there is no such page.
    ``keys`` lists the keys that have a page in an export; a view without keys is one page a language.
    """

    template: str
    values: Callable[[Speaker], Values | None]
    keys: Callable[[Library], Iterable[str]] = _none
    section: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """A file in a language that is no page: its media type, the function that writes it, and of which keys it exists.

    ``make`` gives None where there is no such file; a file without keys is one a language. One that is not
    ``exported`` is made only where there is a server.
    """

    media: str
    make: Callable[[Speaker], str | bytes | None]
    keys: Callable[[Library], Iterable[str]] | None = None
    exported: bool = True


@dataclass(frozen=True, slots=True)
class Whole:
    """A file for all languages: its media type and the function that writes it; ``exported`` only where it is whole."""

    media: str
    make: Callable[[Library, Mapping[str, str]], bytes]
    exported: bool = True
