"""The forms a document comes in: a page in each language, and one graph in four serialisations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import quote

from pan2kg.i18n.text import LANGUAGES
from pan2kg.server.negotiation import FORMATS, GRAPHS, Choice, Form, choose, quality_of, read_accept

_TURTLE: Final = GRAPHS[0]
DATA: Final = (Form(_TURTLE.name, _TURTLE.media[:1], _TURTLE.iri), *GRAPHS[1:4])
_BY_OLD_NAMES: Final = Form(_TURTLE.name, _TURTLE.media[1:], _TURTLE.iri)
"""Chosen only where nothing else will do: a wildcard is not answered with a media type nobody registered."""
PAGE: Final = Form("html", ("text/html",), f"{FORMATS}HTML")
ENDINGS: Final[Mapping[str, Form]] = {"ttl": DATA[0], "nt": DATA[1], "rdf": DATA[2], "jsonld": DATA[3], "html": PAGE}
"""The forms by the ending an address has where it wants one of them only."""


def negotiate(accept: str, *, has_page: bool = True) -> Choice | None:
    """The form for an Accept header: a page for who names it and no data before it, else data; None for a 406.

    >>> negotiate("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8").form.name
    'html'
    >>> negotiate("*/*").media, negotiate("text/html, text/turtle").media, negotiate("image/png, text/html;q=0.1").media
    ('text/turtle', 'text/turtle', 'text/html')
    >>> negotiate("image/png") is None
    True
    """
    page = choose(accept, (PAGE,)) if has_page else None
    if page and _asks_for_page(accept):
        return page
    return choose(accept, (*DATA, _BY_OLD_NAMES)) or page


def _asks_for_page(accept: str) -> bool:
    ranges = [one for one in read_accept(accept) if one.kind != "*"]
    is_named = any(one.subtype == "html" for one in ranges)
    return is_named and quality_of(PAGE.media[0], ranges) > max(
        quality_of(media, ranges) for form in DATA for media in form.media
    )


def split(path: str) -> tuple[str, Form | None]:
    """A path without the ending that names a form, and that form.

    >>> split("/doc/plan/lu-bhr-2.ttl")[0], split("/ontology/0.1.0")
    ('/doc/plan/lu-bhr-2', ('/ontology/0.1.0', None))
    """
    start, _, ending = path.rpartition(".")
    return (start, ENDINGS[ending]) if start and ending in ENDINGS else (path, None)


def page_of(document: str, language: str) -> str:
    """The path of the page that shows what a document describes, in a language.

    >>> page_of("doc/plan/lu-bhr-2", "fr"), page_of("graph/conflicts", "de")
    ('fr/plan/lu-bhr-2.html', 'de/graph/conflicts.html')
    """
    return f"{language}/{document.removeprefix('doc/')}.html"


def alternates(document: str, front: str, *, has_page: bool, skipped: str = "") -> Iterator[str]:
    """The other forms of a document, each as a value of a Link header (RFC 8288).

    >>> next(alternates("doc/plan/lu-bhr-2", "/", has_page=False))
    '</doc/plan/lu-bhr-2.ttl>; rel="alternate"; type="text/turtle"'
    """
    for ending, form in ENDINGS.items():
        if form in DATA and form.name != skipped:
            yield f'<{front}{quote(document)}.{ending}>; rel="alternate"; type="{form.media[0]}"'
    for language in LANGUAGES if has_page else ():
        page = quote(page_of(document, language))
        yield f'<{front}{page}>; rel="alternate"; type="text/html"; hreflang="{language}"'


def ending_of(form: Form) -> str:
    """The ending of an address that wants a form.

    >>> ending_of(DATA[3])
    'jsonld'
    """
    return next(ending for ending, one in ENDINGS.items() if one.name == form.name)
