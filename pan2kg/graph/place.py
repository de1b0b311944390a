"""Where pages stand, and how one leads to another: always relative, so that a folder works anywhere."""

from __future__ import annotations

from functools import lru_cache
from typing import Final
from urllib.parse import quote

from pan2kg.turtle.vocabulary import ID

KINDS: Final = (
    "plan", "action", "body", "instrument", "category", "provision", "topic", "group",
    "obligation", "review", "recommendation", "conflict",
)  # fmt: skip
"""Things that have a page of their own in the site; all others are shown on the pages of these."""


@lru_cache(maxsize=1 << 16)
def way(folder: str, target: str) -> str:
    """The address of a page or file for the pages of a folder, both below the root; ``*`` is a folder of any name.

    >>> way("fr/*/", "fr/question/où.html#x")
    '../question/o%C3%B9.html#x'
    """
    file, hash_, fragment = relative(folder, target).partition("#")
    return f"{quote(file)}{hash_}{fragment}"


def relative(start: str, target: str) -> str:
    """The way from one page to another, both as paths below the root.

    >>> relative("fr/plan/a.html", "fr/index.html"), relative("index.html", "fr/index.html")
    ('../index.html', 'fr/index.html')
    >>> relative("fr/plan/a.html", "fr/plan/b.html#x"), relative("fr/a.html", "fr/a.html#x")
    ('b.html#x', 'a.html#x')
    """
    here, there = start.split("/")[:-1], target.split("/")
    shared = 0
    while shared < len(here) and shared < len(there) - 1 and here[shared] == there[shared]:
        shared += 1
    return "/".join([".."] * (len(here) - shared) + there[shared:])


def root(path: str) -> str:
    """The way from a page to the root of the site.

    >>> root("fr/plan/a.html"), root("index.html")
    ('../../', '')
    """
    return "../" * path.count("/")


@lru_cache(maxsize=1 << 16)
def kind_and_key(iri: str) -> tuple[str, str]:
    """Kind and key of a thing of ours from its IRI; empty for others.

    >>> kind_and_key("https://w3id.org/pan2kg/id/action/lu-bhr-2-4-3")
    ('action', 'lu-bhr-2-4-3')
    """
    kind, _, key = iri.removeprefix(ID).partition("/") if iri.startswith(ID) else ("", "", "")
    return kind, key


def pair_key(one: str, two: str) -> str:
    """The key of the page of two plans, the same whichever comes first.

    >>> pair_key("lu-sd-3", "lu-bhr-2")
    'lu-bhr-2--lu-sd-3'
    """
    return "--".join(sorted((one, two)))
