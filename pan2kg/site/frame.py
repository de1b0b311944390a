"""What stands around every page: menu, languages, search, and the line that says on what it rests."""

from __future__ import annotations

import json
from functools import cache, partial
from typing import TYPE_CHECKING, Final

from pan2kg.graph.labels import root
from pan2kg.i18n.catalogue import LANGUAGES, Language, Messages, format_of
from pan2kg.i18n.days import in_words
from pan2kg.tables.template import markup

if TYPE_CHECKING:
    from collections.abc import Mapping

    from markupsafe import Markup

    from pan2kg.site.page import View
    from pan2kg.site.speaker import Speaker

_PAGE: Final = Messages("page")

ENDONYMS: Final[Mapping[Language, str]] = {one: format_of("name", one) for one in LANGUAGES}


def frame(speaker: Speaker, pages: Mapping[str, View]) -> dict[str, object]:
    """The values every template can use; ``pages`` are those with one a language, by name."""
    request, library = speaker.request, speaker.library
    inside = request.path.partition("/")[2] or "index.html"
    asked = _asked(speaker, pages.get(inside.removesuffix(".html")))
    menu = sorted((view for view in pages.values() if view.menu), key=lambda view: view.menu)
    return {
        "say": speaker,
        "t": speaker.t,
        "language": request.language,
        "data_language": request.arguments.get("data", ""),
        "in_address": asked,
        "languages": [
            (tag, ENDONYMS[tag], speaker.out(f"{tag}/{inside}", **asked), tag == request.language) for tag in LANGUAGES
        ],
        "endonyms": ENDONYMS,
        "menu": [(view.name, speaker.href(f"{view.name}.html"), speaker.t(f"menu-{view.name}")) for view in menu],
        "section": "",
        "root": root(request.path),
        "mode": library.mode,
        "path": request.path,
        "release": library.graph.release,
        "licence": library.graph.notice.licence,
        "as_of": in_words(library.graph.as_of, request.language),
        "style": library.asset("site.css"),
        "script": library.asset("main.js"),
        "page_words": _page_words(request.language),
        "words": partial(_script_words, request.language),
    }


@cache
def _page_words(language: Language) -> Markup:
    """What the scripts of every page say."""
    return embedded({name: _PAGE.group(f"script-{name}-", language) for name in ("copy", "table")})


@cache
def _script_words(language: Language, name: str) -> Markup:
    """What one script says."""
    return embedded({**_PAGE.group(f"script-{name}-", language), "colon": format_of("colon", language)})


def _asked(speaker: Speaker, view: View | None) -> dict[str, str]:
    """What the address asks for beside the language of titles, so that another language shows the same.

    On the pages of forms that write, only what is chosen there: the secret of a session, what was typed, and what came
    of it must stand in no link.
    """
    given = {name: value for name, value in speaker.request.arguments.items() if name != "data"}
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
