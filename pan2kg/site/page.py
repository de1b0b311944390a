"""A page: where it stands, what it is made of, and what stands around it: menu, languages, search, source line.

A module of pages lists its own in ``PAGES`` and ``FILES``, which :mod:`pan2kg.site.registry` gathers.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Final

from pan2kg.graph.labels import root
from pan2kg.i18n.catalogue import LANGUAGES, Language, Messages, format_of
from pan2kg.i18n.days import in_words
from pan2kg.tables.template import markup

if TYPE_CHECKING:
    from markupsafe import Markup

    from pan2kg.site.page_context import PageContext
    from pan2kg.site.site_context import SiteContext


HTML = "text/html; charset=utf-8"
CSV = "text/csv; charset=utf-8"
JSON = "application/json"
SVG = "image/svg+xml"
TURTLE = "text/turtle; charset=utf-8"
JAVASCRIPT = "text/javascript; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Page:
    """A file of the site: its path below the root (``fr/plan/lu-bhr-2.html``), media type and bytes.

    One that ``is_passing`` says what is being computed, and soon something else of the same data.
    """

    path: str
    media: str
    body: bytes
    is_passing: bool = False


Values = Mapping[str, object]
Entry = tuple[str, str, str, bool]


@dataclass(frozen=True, slots=True)
class View:
    """A kind of page: its name in an address, and all that is to be said of it.

    ``values`` gives what the template needs, with ``title`` always among it, or None where there is no such page.
    Without ``keys`` there is one page a language, ``fr/plans.html``; with them many, ``fr/plan/lu-bhr-2.html``, of
    which an export has those that are listed. ``template`` is that of the name where none is given, ``section`` the
    entry of the menu that is marked, ``menu`` the page's own place there, ``below`` its place in the line of those that
    belong to one entry. On a page where something can be written down, ``chosen`` lists what may be chosen in its
    address, and nothing else of it is handed on.
    """

    name: str
    values: Callable[[PageContext], Values | None]
    keys: Callable[[SiteContext], Iterable[str]] | None = None
    template: str = ""
    section: str = ""
    menu: int = 0
    below: int = 0
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
    make: Callable[[PageContext], str | bytes | None]
    keys: Callable[[SiteContext], Iterable[str]] | None = None
    exported: bool = True


@dataclass(frozen=True, slots=True)
class CommonFile:
    """A file for all languages: its path, its media type, and what writes it; ``exported`` where it is whole."""

    path: str
    media: str
    make: Callable[[SiteContext, Mapping[str, str]], bytes]
    exported: bool = True


_PAGE: Final = Messages("page")
_EVERYWHERE: Final = ("copy", "table", "search")
"""The groups of words for the scripts of every page."""

ENDONYMS: Final[Mapping[Language, str]] = {one: format_of("name", one) for one in LANGUAGES}


def frame(context: PageContext, pages: Mapping[str, View]) -> dict[str, object]:
    """The values every template can use; ``pages`` are those with one a language, by name."""
    request, site_context = context.request, context.site_context
    inside = request.path.partition("/")[2] or "index.html"
    asked = _asked(context, pages.get(inside.removesuffix(".html")))
    return {
        "say": context,
        "t": context.t,
        "language": request.language,
        "data_language": request.arguments.get("data", ""),
        "in_address": asked,
        "languages": [
            (tag, ENDONYMS[tag], context.out(f"{tag}/{inside}", **asked), tag == request.language) for tag in LANGUAGES
        ],
        "endonyms": ENDONYMS,
        "menu": _entries(context, pages.values(), lambda view: view.menu),
        "section_pages": partial(_below, context, pages.values()),
        "section": "",
        "root": root(request.path),
        "mode": site_context.mode,
        "path": request.path,
        "release": site_context.graph.release,
        "licence": site_context.graph.notice.licence,
        "as_of": in_words(site_context.graph.as_of, request.language),
        "style": site_context.asset("site.css"),
        "script": site_context.asset("main.js"),
        "page_words": partial(page_words, request.language),
    }


def _entries(context: PageContext, views: Iterable[View], place: Callable[[View], int]) -> list[Entry]:
    """The pages that have a place, in its order: name, address, words, and whether it is the page that is shown."""
    shown = [(view.name, f"{view.name}.html") for view in sorted(filter(place, views), key=place)]
    inside = context.request.path.partition("/")[2]
    return [(name, context.href(path), context.t(f"menu-{name}"), inside == path) for name, path in shown]


def _below(context: PageContext, views: Iterable[View], section: str) -> list[Entry]:
    """The line of pages that belong to an entry of the menu, with that first; nothing where it stands alone."""
    line = _entries(context, (view for view in views if view.section == section), lambda view: view.below)
    first = _entries(context, (view for view in views if view.name == section), lambda view: view.menu)
    return [*first, *line] if line else []


def page_words(language: Language, scripts: Iterable[str] = ()) -> Markup:
    """What the scripts of a page say, as JSON by group: those every page has, and others it names."""
    return _page_words(language, (*_EVERYWHERE, *scripts))


@cache
def _page_words(language: Language, scripts: tuple[str, ...]) -> Markup:
    """Once for all pages with the same scripts."""
    return embedded({name: script_words(language, name) for name in scripts})


def script_words(language: Language, name: str) -> dict[str, str]:
    """The words of one group, by key; of a message with plural forms both, with a bar between them.

    >>> script_words("fr", "copy")["done"], script_words("de", "network")["links"]
    ('Copié', '{n} Verknüpfung|{n} Verknüpfungen')
    """
    own = {"colon": format_of("colon", language)} if name == "network" else {}
    return _PAGE.group(f"script-{name}-", language) | own


def _asked(context: PageContext, view: View | None) -> dict[str, str]:
    """What the address asks for beside the language of titles, so that another language shows the same.

    On the pages of forms that write, only what is chosen there: the secret of a session, what was typed, and what came
    of it must stand in no link.
    """
    given = {name: value for name, value in context.request.arguments.items() if name != "data"}
    if view is None or view.chosen is None:
        return given
    return {name: value for name, value in given.items() if name.partition(":")[0] in view.chosen}


def embedded(value: object) -> Markup:
    """A value as JSON that may stand inside a script element: nothing in it can end the element.

    >>> str(embedded({"a": "</script>"}))
    '{"a":"\\\\u003c/script>"}'
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return markup(text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))
