"""A document as it is sent: in the form the client gets, with headers that say what it is and where its others are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

import pyoxigraph as ox

from pan2kg.server.documents import describe, write
from pan2kg.server.negotiation import Choice, Form, preferred_language
from pan2kg.server.request import Headers, Refusal
from pan2kg.server.request_request import matches
from pan2kg.server.settings import Release
from pan2kg.server.variant import DATA, PAGE, alternates, ending_of, negotiate, page_of
from pan2kg.store.store import Store
from pan2kg.turtle.vocabulary import DCTERMS

NO_CACHE: Final = (b"cache-control", b"no-cache")
"""May be kept, and is asked for again with its ETag."""
SUCCESSOR: Final = f"successor-version {DCTERMS}isReplacedBy"
"""How a retired thing leads to what replaces it: the registered relation (RFC 5829), and the exact one."""

Portray = Callable[[str, str, str], bytes]
"""Draws the page of a thing: its IRI, the path it will stand at, the language."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request: its path, what follows the question mark, the headers that count, and where the service stands.

    ``place`` is its absolute address, with a slash at the end; ``front`` is what a redirect begins with.
    """

    path: str
    query: bytes = b""
    accept: str = ""
    languages: str = ""
    condition: str = ""
    place: str = "http://localhost/"
    front: str = "/"


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers and content."""

    status: int
    headers: Headers
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Holding:
    """What is answered from; without ``portray`` there are no pages."""

    store: Store
    release: Release
    prefixes: Mapping[str, str]
    portray: Portray | None = None

    @property
    def has_pages(self) -> bool:
        """Whether there are pages."""
        return self.portray is not None


@dataclass(frozen=True, slots=True)
class Subject:
    """What a document is about, and its path; ``fixed`` is the one form its address asked for."""

    iri: str
    document: str
    fixed: Form | None = None

    @property
    def path(self) -> str:
        """The path as an address can hold it."""
        return quote(self.document)


def show(call: Call, holding: Holding, subject: Subject, make: Callable[[], list[ox.Triple]]) -> Answer | Refusal:
    """A document of the triples that ``make`` gives; a client that wants a page is led to it.

    Raises:
        Pan2kgError: the store does not answer.
    """
    choice = _choose(call, holding, subject)
    if isinstance(choice, Refusal):
        return choice
    headers = _headers(call, holding, subject, choice.form)
    if choice.form == PAGE:
        page = quote(page_of(subject.document, preferred_language(call.languages)))
        return Answer(303, [(b"location", f"{call.front}{page}".encode()), *headers])
    tag = holding.release.tag("document", call.place, subject.document, choice.media)
    headers.append((b"etag", tag))
    if matches(call.condition, [tag]):
        return Answer(304, headers)
    return _filled(200, headers, choice, write(make(), choice.form.name, holding.prefixes))


def bury(call: Call, holding: Holding, subject: Subject, following: list[str]) -> Answer | Refusal:
    """What is left of a thing that was retired: its description, with what replaces it.

    Raises:
        Pan2kgError: the store does not answer.
    """
    choice = _choose(call, holding, subject)
    if isinstance(choice, Refusal):
        return Refusal(410, f"<{subject.iri}> was retired. {choice.sentence}")
    links = [f'<{header_safe(iri)}>; rel="{SUCCESSOR}"' for iri in following]
    headers = [_link([*links, _describes(subject)]), *_vary(subject, choice.form), NO_CACHE]
    if choice.form == PAGE and holding.portray:
        language = preferred_language(call.languages)
        return _filled(410, headers, choice, holding.portray(subject.iri, f"{subject.document}.html", language))
    triples = describe(holding.store, subject.iri, call.place + subject.path)
    return _filled(410, headers, choice, write(triples, choice.form.name, holding.prefixes))


def header_safe(iri: str) -> str:
    """An IRI as a header can hold it.

    >>> header_safe("http://e/é#x")
    'http://e/%C3%A9#x'
    """
    return quote(iri, safe="/:?#[]@!$&'()*+,;=%~")


def _choose(call: Call, holding: Holding, subject: Subject) -> Choice | Refusal:
    if subject.fixed == PAGE and not holding.has_pages:
        return Refusal(404, "There are no pages here; ask for data.")
    if subject.fixed:
        return Choice(subject.fixed, subject.fixed.media[0])
    names = ", ".join(form.media[0] for form in (*DATA, *([PAGE] if holding.has_pages else [])))
    chosen = negotiate(call.accept, has_page=holding.has_pages)
    return chosen or Refusal(406, f"It comes as {names}.")


def _headers(call: Call, holding: Holding, subject: Subject, form: Form) -> Headers:
    """The headers every form of a document has."""
    links = list(alternates(subject.path, call.front, has_page=holding.has_pages, skipped=form.name))
    links += [f'<{call.front}{subject.path}>; rel="canonical"', _describes(subject)]
    headers = [_link(links), *_vary(subject, form), NO_CACHE]
    if form != PAGE and not subject.fixed:
        headers.append((b"content-location", f"{call.front}{subject.path}.{ending_of(form)}".encode()))
    return headers


def _vary(subject: Subject, form: Form) -> Headers:
    """On what the form depends: on nothing where the address names it; a page on the language too."""
    names = [*([] if subject.fixed else ["Accept"]), *(["Accept-Language"] if form == PAGE else [])]
    return [(b"vary", ", ".join(names).encode())] if names else []


def _describes(subject: Subject) -> str:
    return f'<{header_safe(subject.iri)}>; rel="describes"'


def _link(links: list[str]) -> tuple[bytes, bytes]:
    return b"link", ", ".join(links).encode()


def _filled(status: int, headers: Headers, choice: Choice, body: bytes) -> Answer:
    return Answer(status, [*headers, (b"content-type", choice.content_type.encode())], body)
