"""What a reader is told, and how much a file may cost."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from pan2kg.errors import OutlineError

MEGABYTE: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """How much reading one file may take: processor seconds, megabytes of memory, pages, megabytes unpacked."""

    seconds: int = 60
    memory: int = 1000
    pages: int = 2000
    unpacked: int = 200


@dataclass(frozen=True, slots=True)
class Options:
    """Which pages are read, counted from 1 and both included, the password of a locked file, and the limits."""

    first: int = 1
    last: int | None = None
    password: str = ""
    limits: Limits = field(default_factory=Limits)


def page_range(text: str) -> tuple[int, int | None]:
    """The first and the last page of ``3-20``, ``3-`` or ``7``.

    >>> page_range("3-20"), page_range("3-"), page_range("7")
    ((3, 20), (3, None), (7, 7))

    Raises:
        OutlineError: the text names no pages.
    """
    first, dash, last = text.strip().partition("-")
    if first.isdecimal() and (not last or last.isdecimal()):
        numbers = int(first), int(last) if last else None if dash else int(first)
        if 0 < numbers[0] <= (numbers[1] or numbers[0]):
            return numbers
    raise OutlineError("no-pages", remedy="pages-form", text=text)
