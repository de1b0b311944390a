"""What stands around every page: menu, languages, release, style sheet and scripts."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from pan2kg.i18n import LANGUAGES, format_day, format_of
from pan2kg.site.front_end import HOW_TO_BUILD
from pan2kg.site.page import PageContext, View


class MenuEntry(NamedTuple):
    """An entry of the menu: the page's name, the way there, its words, and whether it is the page one is on."""

    name: str
    address: str
    words: str
    is_here: bool


class LanguageLink(NamedTuple):
    """The page in a language: its tag, what it is called in itself, the way there, whether it is the page's."""

    language: str
    name: str
    address: str
    is_here: bool


def frame_values(
    context: PageContext, pages: Mapping[str, View], section: str = "", *, has_menu: bool = False
) -> dict[str, object]:
    """What the frame of a page is filled in with; ``pages`` are those of which there is one a language.

    ``section`` names the entry of the menu that the page belongs to. Without a server, pages below
    a kind leave to the script what all pages have, unless it is said that they ``has_menu``.
    """
    path = context.request.path
    graph = context.graph
    bundle = context.site_context.bundle
    # the page within its language; the first page of all stands outside each
    inside = path.partition("/")[2] or "index.html"
    in_address = _arguments_handed_on(context, pages.get(inside.removesuffix(".html")))
    languages = []
    for tag in LANGUAGES:
        address = context.site_href(f"{tag}/{inside}", **in_address)
        is_here = tag == context.language
        languages.append(LanguageLink(tag, format_of("name", tag), address, is_here))
    has_menu = has_menu or context.is_served or "/" not in inside
    views = pages.values() if has_menu else ()
    return {
        "say": context,
        "t": context.t,
        "language": context.language,
        "data_language": context.arguments.get("data", ""),
        "in_address": in_address,
        "languages": languages,
        "menu": _menu(context, views, inside),
        "section_pages": _pages_of_section(context, views, section, inside),
        "section": section,
        "root": "../" * path.count("/"),
        "mode": context.site_context.mode,
        "release": graph.release,
        "licence": graph.notice.licence,
        "as_of": format_day(graph.as_of, context.language),
        "has_menu": has_menu,
        "unbuilt": "" if bundle else HOW_TO_BUILD.say(context.language),
        "style": bundle.name("site.css") if bundle else "",
        "script": bundle.name("main.js") if bundle else "",
    }


def _arguments_handed_on(context: PageContext, view: View | None) -> dict[str, str]:
    """The arguments by which another language of the page shows alike, but the language of the data.

    On the pages of forms that write only what is chosen there: the secret of a session, what was
    typed, and what came of it must stand in no link.
    """
    in_address = {}
    for name, text in context.arguments.items():
        is_handed = view is None or view.chosen is None or name.partition(":")[0] in view.chosen
        if is_handed and name != "data":
            in_address[name] = text
    return in_address


def _menu(context: PageContext, views: Iterable[View], inside: str) -> list[MenuEntry]:
    entries = sorted((view for view in views if view.menu), key=lambda view: view.menu)
    return [_menu_entry(context, view, inside) for view in entries]


def _pages_of_section(
    context: PageContext, views: Iterable[View], section: str, inside: str
) -> list[MenuEntry]:
    """The entry of the menu a page belongs to and the pages below it; nothing where none are below it."""
    below = [view for view in views if view.section == section and view.below]
    if not below:
        return []
    below.sort(key=lambda view: view.below)
    above = [view for view in views if view.name == section and view.menu]
    return [_menu_entry(context, view, inside) for view in (*above, *below)]


def _menu_entry(context: PageContext, view: View, inside: str) -> MenuEntry:
    file = f"{view.name}.html"
    return MenuEntry(view.name, context.href(file), context.t(f"menu-{view.name}"), inside == file)
