"""What scripts say: words and the pieces of pages they put together themselves, as one script a language.

The words are messages of the pages, grouped by the script that says them.
"""

from collections.abc import Iterable, Mapping

from pan2kg.charts import Subject, frame as framed
from pan2kg.i18n import Language, Messages, format_of
from pan2kg.site.frame import frame
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
_IN_PIECES = (
    "contents",
    "dossier-data-title",
    "interface-language",
    "run-in-sparql",
    "tagline",
)
"""The words of a page's frame that scripts say."""
_SHARED: Mapping[str, Mapping[str, str]] = {
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

    Scripts put them into pages below a kind, so the links in them are those of any such page.
    """

    def make(site_context: SiteContext, _: Mapping[str, str]) -> bytes:
        context = PageContext(site_context, Request(f"{language}/kind/key.html", language))
        pieces: dict[str, str] = {"things": ID}
        for key in _IN_PIECES:
            pieces[key] = context.t(key)
        for section in sorted(sections):
            values = frame(context, pages, section, has_menu=True)
            pieces[f"menu-{section}"] = render("_menu.html", values)
            pieces["foot"] = render("_foot.html", values)
        return page_words(language, site_context, frame=pieces)

    return CommonFile(f"data/words-{language}.js", JAVASCRIPT, make)


def page_words(
    language: Language, site_context: SiteContext | None = None, **pieces: Mapping[str, str]
) -> bytes:
    """The words of all groups as a script; of a site, also what its pictures say.

    >>> page_words("en")[:45]
    b'window.pan2kgWords={"copy":{"copy":"Copy","do'
    """
    groups = {name: script_words(language, name) for name in _GROUPS}
    if site_context:
        subject = Subject(site_context.graph.spoken(language))
        groups["picture"] |= framed.script_words(subject)
    return f"window.pan2kgWords={embedded(groups | pieces)};\n".encode()


def script_words(language: Language, name: str) -> dict[str, str]:
    """The words of a group; what is filled in stands in braces.

    >>> script_words("en", "copy")
    {'done': 'Copied', 'failed': 'Copying is not allowed here', 'copy': 'Copy'}
    """
    words = _PAGE.group(f"script-{name}-", language)
    for key, shared in _SHARED.get(name, {}).items():
        words[key] = _PAGE.template(shared, language)
    if name == "search":
        words |= _kinds(language)
    if name == "network":
        words = {**_kinds(language), **words, "colon": format_of("colon", language)}
    return words


def _kinds(language: Language) -> dict[str, str]:
    kinds = _PAGE.group("kind-", language)
    return {f"type-{key}": word for key, word in kinds.items()}
