"""The page of a plan's brief, and the report that is its annex: what the commands of these names write.

An export has those of the plan a project is about; a server makes them for any plan with actions.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from pan2kg.i18n.catalogue import Messages
from pan2kg.report.brief import Brief, as_json, write_brief
from pan2kg.report.brief_files import brief_bytes
from pan2kg.report.compose import compose
from pan2kg.report.writing import write_page
from pan2kg.site.page import HTML, JSON, File, View

if TYPE_CHECKING:
    from pan2kg.site.page import Values
    from pan2kg.site.page_context import PageContext
    from pan2kg.site.site_context import SiteContext

WORD: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_WORDS: Final = Messages("brief")


def keys(site_context: SiteContext) -> Iterable[str]:
    """The plan a project is about, if it has actions."""
    own = site_context.graph.own_plan()
    entry = site_context.graph.labels.entry(own) if own and own in site_context.graph.home_of.values() else None
    return [entry.key] if entry else []


def has_brief(context: PageContext, plan: str) -> bool:
    """Whether there is a brief of a plan, by its key, on these pages."""
    if context.site_context.mode == "served":
        entry = context.graph.labels.find("plan", plan)
        return entry is not None and entry.iri in context.graph.home_of.values()
    return plan in keys(context.site_context)


def _brief(context: PageContext) -> Brief | None:
    key, language = context.request.key, context.request.language
    if not has_brief(context, key):
        return None
    graph = context.site_context.graph.spoken(language)
    return context.site_context.once(f"brief of {key} in {language}", lambda: write_brief(graph, key))


def values(context: PageContext) -> Values | None:
    """The brief of a plan, with what it can be had as and the report behind it."""
    made, key, language = _brief(context), context.request.key, context.request.language
    if made is None:
        return None
    found = [
        (context.href(f"report/{key}.html"), context.t("brief-report")),
        (context.href(f"brief/{key}.json"), context.t("brief-json")),
    ]
    if context.site_context.mode == "served" and find_spec("docx") is not None:
        found.insert(0, (context.href(f"brief/{key}.docx"), context.t("brief-word")))
    entry = context.graph.labels.find("plan", key)
    return {
        "title": made.title,
        "plan": entry.iri if entry else "",
        "brief": made,
        "words": lambda name: _WORDS.say(name, language),
        "downloads": found,
    }


def word(context: PageContext) -> bytes | None:
    """The brief as a Word document.

    Raises:
        FormatError: the extra « docx » is not installed.
    """
    made = _brief(context)
    return brief_bytes(made, ".docx", context.graph.as_of) if made else None


def data(context: PageContext) -> str | None:
    """The brief as data, whose findings can be ticked off and followed."""
    made = _brief(context)
    return as_json(made) if made else None


def report(context: PageContext) -> str | None:
    """The report on a plan, a page that needs nothing else."""
    if not has_brief(context, context.request.key):
        return None
    return write_page(compose(context.site_context.graph.spoken(context.request.language), context.request.key))


PAGES: Final = (View("brief", values, keys, template="brief-page.html", section="plans"),)
FILES: Final = (
    File("brief", "docx", WORD, word, keys, exported=False),
    File("brief", "json", JSON, data, keys),
    File("report", "html", HTML, report, keys),
)
