"""What scripts say: words and the pieces of pages they put together themselves, as one script a language.

The words are messages of the pages, grouped by the script that says them. The registry of the site
has a file of each language.
"""

from collections.abc import Iterable, Mapping

from pan2kg.charts import Subject, frame as framed
from pan2kg.i18n import Language, Messages, format_of
from pan2kg.site.frame import frame_values
from pan2kg.site.page import (
    JAVASCRIPT,
    CommonFile,
    PageContext,
    Request,
    SiteContext,
    View,
    embedded,
)
from pan2kg.templates import render
from pan2kg.turtle.vocabulary import ID

_PAGE = Messages("page")
_GROUPS = ("copy", "network", "picture", "search", "sparql", "table")
_FRAME_WORDS = (
    "contents",
    "dossier-data-title",
    "interface-language",
    "run-in-sparql",
    "tagline",
)
"""The words of a page's frame that scripts say."""
_PAGE_MESSAGES: Mapping[str, Mapping[str, str]] = {
    "copy": {"copy": "copy"},
    "network": {
        "all-plans": "plans-title", "declared": "evidence-is-declared", "document": "sources-document",
        "filter-plan": "kind-plan", "inferred": "evidence-is-inferred", "why": "why",
    },
    "picture": {"field": "fields-head"},
    "search": {"as-interface": "data-language-as-interface", "results": "search-found", "titles": "data-language"},
    "sparql": {"network": "menu-network", "no": "no", "not-shared": "script-copy-failed", "yes": "yes"},
    "table": {"count": "rows"},
}  # fmt: skip
"""By group and word of a script the message of the pages that says the same."""


def words_file(
    language: Language, pages: Mapping[str, View], sections: Iterable[str]
) -> CommonFile:
    """The script with all words of a language, and with the menus of these sections and the foot of a page.

    Scripts put menus and foot into pages below a kind, so the links in them are those of any such
    page.
    """

    def make(site_context: SiteContext, _: Mapping[str, str]) -> bytes:
        context = PageContext(site_context, Request(f"{language}/kind/key.html", language))
        framing = {key: context.t(key) for key in _FRAME_WORDS}
        framing["things"] = ID
        framing["foot"] = render("_foot.html", frame_values(context, pages, has_menu=True))
        for section in sections:
            values = frame_values(context, pages, section, has_menu=True)
            framing[f"menu-{section}"] = render("_menu.html", values)
        in_pictures = framed.script_words(Subject(site_context.graph.spoken(language)))
        picture = script_words(language, "picture") | in_pictures
        return page_words(language, frame=framing, picture=picture)

    return CommonFile(f"data/words-{language}.js", JAVASCRIPT, make)


def page_words(language: Language, **of_site: Mapping[str, str]) -> bytes:
    """The words of all groups as a script; those ``of_site`` are added, or stand for the ones of a name.

    >>> page_words("en")[:45]
    b'window.pan2kgWords={"copy":{"copy":"Copy","do'
    """
    groups = {name: script_words(language, name) for name in _GROUPS} | of_site
    return f"window.pan2kgWords={embedded(groups)};\n".encode()


def script_words(language: Language, group: str) -> dict[str, str]:
    """The words of a group; what is filled in stands in braces.

    >>> script_words("en", "copy")
    {'done': 'Copied', 'failed': 'Copying is not allowed here', 'copy': 'Copy'}
    """
    words = _PAGE.group(f"script-{group}-", language)
    for key, message in _PAGE_MESSAGES.get(group, {}).items():
        words[key] = _PAGE.template(message, language)
    if group in ("network", "search"):
        # what pages call a kind, unless the script has its own word
        kinds = _PAGE.group("kind-", language)
        words = {f"type-{kind}": word for kind, word in kinds.items()} | words
    if group == "network":
        words["colon"] = format_of("colon", language)
    return words
