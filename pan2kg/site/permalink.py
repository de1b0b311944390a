"""A link that fixes a question with its parameters, day, language and release, so that it answers the same later.

``fr/question/who-should-talk.html?as-of=2021-06-30&body=body:maee&release=0.1.0`` is the address of a page below the
root of a site. Every parameter is written out, defaults too, since a default may change; parameters are sorted, so
that one question has one link. The release is that of the graph.

A link is answered by whatever graph is loaded. Where that is another release, the answer says so
(:func:`notice`), and pages without a server, which know no days, say that (:func:`dayless`). It answers the same
with the data of its own release: ``pan2kg ask LINK --project RELEASE``, where RELEASE is the folder of that release,
answers the questions of the release from its dump.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from urllib.parse import parse_qsl, quote

from pan2kg.errors import Place, QueryError
from pan2kg.i18n.catalogue import LANGUAGES, Language, Messages
from pan2kg.project import Project
from pan2kg.store.queries import Query, find_thing
from pan2kg.store.store import Store
from pan2kg.turtle.writer import read_prefixes

DAY: Final = "as-of"
RELEASE: Final = "release"
VIEW: Final = "view"
"""How the answer is shown on a page, which changes nothing of it."""
_ADDRESS: Final = re.compile(
    r"(?:.*/)?(?P<language>[a-z]{2})/question/(?P<name>[a-z0-9-]+)\.html(?:\?(?P<query>[^#]*))?(?:#(?P<asked>.*))?"
)
_PAGE: Final = Messages("page")


@dataclass(frozen=True, slots=True)
class Permalink:
    """A question by name, its parameters as text, the release it was asked of, and the day it is about."""

    query: str
    values: Mapping[str, str]
    release: str
    day: date | None = None
    language: Language = LANGUAGES[0]

    @property
    def typed(self) -> list[str]:
        """Its parameters as they would be typed after ``pan2kg ask``."""
        return [f"--{name.replace('_', '-')}={value}" for name, value in self.values.items()]

    def __str__(self) -> str:
        return permalink(self.query, self.values, self.release, self.day, language=self.language)


def permalink(
    query: str, values: Mapping[str, str], release: str, day: date | None = None, *, language: Language = LANGUAGES[0]
) -> str:
    """The link that fixes a question; its inverse is :func:`read_permalink`.

    Raises:
        QueryError: a parameter bears a name that the link uses for itself.

    >>> permalink("who-should-talk", {"body": "body:maee"}, "0.1.0", date(2021, 6, 30), language="de")
    'de/question/who-should-talk.html?as-of=2021-06-30&body=body:maee&release=0.1.0'
    """
    fixed = {RELEASE: release} | ({DAY: day.isoformat()} if day else {})
    named = {name.replace("_", "-"): value for name, value in values.items() if name != "language"}
    if named.keys() & {DAY, RELEASE, VIEW}:
        raise QueryError("reserved-parameter", remedy="rename-parameter", day=DAY, release=RELEASE, view=VIEW)
    pairs = sorted((fixed | named).items())
    return f"{language}/question/{query}.html?" + "&".join(f"{name}={quote(value, safe=':')}" for name, value in pairs)


def read_permalink(address: str) -> Permalink:
    """What a link fixes, with or without the address of the site before it.

    Pages without a server write behind ``#`` what was asked in them, which counts before the rest. How a page shows
    the answer (``view=chart``) is no part of what is asked.

    Raises:
        QueryError: it is no such link.

    >>> read_permalink("https://e/x/de/question/plans.html?release=0.1.0&as-of=2021-06-30").day
    datetime.date(2021, 6, 30)
    >>> read_permalink("de/question/plans.html")
    Traceback (most recent call last):
    pan2kg.errors.QueryError: de/question/plans.html: This link fixes no release. Add &release=, as in release=0.1.0.
    """
    match = _ADDRESS.fullmatch(address)
    language = next((tag for tag in LANGUAGES if match and tag == match["language"]), None)
    if match is None or language is None:
        raise QueryError("no-question-link", place=Place(address), remedy="link-form")
    pairs = parse_qsl(match["asked"] or match["query"] or "", keep_blank_values=True)
    values = dict(pairs)
    if len(values) < len(pairs):
        raise QueryError("link-twice", place=Place(address), remedy="leave-one")
    values.pop(VIEW, "")
    release, text = values.pop(RELEASE, ""), values.pop(DAY, "")
    if not release:
        raise QueryError("link-no-release", place=Place(address), remedy="add-release")
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        raise QueryError("no-day", place=Place(address), remedy="write-as-of", text=text) from None
    return Permalink(
        match["name"], {name.replace("-", "_"): value for name, value in values.items()}, release, day, language
    )


def fix(query: Query, values: Mapping[str, str], *, store: Store, project: Project) -> dict[str, str]:
    """Every parameter of a question but its language, as a link writes it: defaults too, and things by prefixed name.

    Raises:
        QueryError: a value that nothing in the graph answers to.
    """
    fixed = {}
    for parameter in query.parameters:
        name, default = parameter.name, parameter.default
        if name == "language":
            continue
        if not default.startswith("<") and not re.match(r"[\w-]*:", default):
            fixed[name] = values.get(name, default.strip('"'))
            continue
        iri = find_thing(values.get(name, default), store, project)
        fitting = [(space, prefix) for prefix, space in read_prefixes(project).items() if iri.startswith(space)]
        space, prefix = max(fitting, key=lambda pair: len(pair[0]), default=("", ""))
        local = iri.removeprefix(space)
        is_simple = prefix and re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", local)
        fixed[name] = f"{prefix}:{local}" if is_simple else iri
    return fixed


def notice(link: Permalink, loaded: str, language: Language) -> str:
    """What is to be said where a link is answered by another release than its own; else nothing.

    >>> notice(Permalink("plans", {}, "0.1.0"), "0.2.0", "en")
    'This link was made with release 0.1.0; the answer is from release 0.2.0 and may differ.'
    """
    if link.release == loaded:
        return ""
    return _PAGE.say("other-release", language, made=link.release, loaded=loaded or "?")


def dayless(day: str, language: Language) -> str:
    """What is to be said where a link fixes a day and no view of that day can be made, as on pages without a server."""
    return _PAGE.say("dayless", language, day=day)
