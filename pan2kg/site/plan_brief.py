"""The brief of a plan, as a page and as files, and the report behind it.

An export has both of the plan a project is about; a server makes them for any plan with actions. The
command ``report`` takes its files from :func:`report_of`.
"""

from dataclasses import replace
from importlib.util import find_spec

from pan2kg import templates
from pan2kg.coherence import evidence
from pan2kg.findings.brief import Brief
from pan2kg.i18n import Messages
from pan2kg.site import brief_files, plan, plan_dossier, printing
from pan2kg.site.frame import frame_values
from pan2kg.site.page import HTML, JSON, Download, File, PageContext, Values, View

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_WORDS = Messages("brief")


def report_of(context: PageContext, level: evidence.Level = evidence.HEADLINE) -> dict[str, str]:
    """The files of the report of the plan whose page is asked for, by their names, as ``printing`` makes them.

    Its tables are taken at the level. Raises :exc:`~pan2kg.errors.QueryError` where there is no
    such plan.
    """
    graph = context.localized_graph
    iri = graph.plan(context.request.key)
    bundle = context.site_context.bundle
    # what is printed has all of it in one place
    context = PageContext(replace(context.site_context, document_place=None), context.request)
    filled = {**frame_values(context, {}), "section": "plans", **(plan.plan_values(context) or {})}
    page = templates.render("plan.html", filled)
    page = page.replace(" data-cards", "")  # there is no script to name the cells of a row
    style = ""
    if bundle:
        style = (bundle.folder / bundle.name("site.css")).read_text(encoding="utf-8")
    return printing.report_files(graph, iri, page, style, level)


def _brief(context: PageContext) -> Brief | None:
    entry = context.graph.labels.find("plan", context.request.key)
    if entry is None or not plan_dossier.has_brief(context, entry.iri):
        return None
    return plan_dossier.brief_of(context, entry.iri)


def _brief_page(context: PageContext) -> Values | None:
    brief = _brief(context)
    if brief is None:
        return None
    key = context.request.key
    downloads = []
    if context.is_served and find_spec("docx") is not None:
        downloads.append(Download(context.href(f"brief/{key}.docx"), context.t("brief-word")))
    downloads += [
        Download(context.href(f"report/{key}.html"), context.t("brief-report")),
        Download(context.href(f"brief/{key}.json"), context.t("brief-json")),
    ]
    return {
        "title": brief.title,
        "plan": context.graph.plan(key),
        "brief": brief,
        "words": lambda name: _WORDS.say(name, context.language),
        "downloads": downloads,
    }


def _brief_document(context: PageContext) -> bytes | None:
    brief = _brief(context)
    return brief_files.brief_bytes(brief, ".docx", context.graph.as_of) if brief else None


def _brief_json(context: PageContext) -> str | None:
    brief = _brief(context)
    return brief.as_json() if brief else None


def _report(context: PageContext) -> str | None:
    if _brief(context) is None:
        return None
    return report_of(context)[f"report.{context.language}.html"]


_KEYS = plan_dossier.brief_keys
PAGES = (View("brief", _brief_page, _KEYS, template="brief-page.html", section="plans"),)
FILES = (
    File("brief", "docx", _WORD, _brief_document, _KEYS, exported=False),
    File("brief", "json", JSON, _brief_json, _KEYS),
    File("report", "html", HTML, _report, _KEYS),
)
