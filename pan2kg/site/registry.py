"""Every kind of page: single ones by name, series by the folder they stand in, and files that are no pages.

The site: every page by its path, made when it is asked for; served and exported alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pan2kg.graph.labels import KINDS
from pan2kg.i18n.catalogue import LANGUAGES, Language
from pan2kg.site import (
    data,
    editor,
    entity,
    figures,
    home,
    lanes,
    lists,
    matrix,
    obligations,
    pair,
    plan,
    prose,
    quality,
    questions,
    review,
)
from pan2kg.site import data as files
from pan2kg.site import explore as exploring
from pan2kg.site import names as search
from pan2kg.site import ontology_page as ontology
from pan2kg.site import prose as sources
from pan2kg.site import review as scores
from pan2kg.site.frame import frame
from pan2kg.site.page import HTML, NOTHING, Page, Request
from pan2kg.site.speaker import Speaker
from pan2kg.site.view import File, View, Whole
from pan2kg.tables.template import render

if TYPE_CHECKING:
    from pan2kg.site.library import Library


PAGES: Mapping[str, View] = {
    "index": View("home.html", home.values, section="index"),
    "matrix": View("matrix.html", home.whole, section="index"),
    "plans": View("plans.html", lists.plans, section="plans"),
    "pairs": View("pairs.html", lists.pairs, section="index"),
    "unlinked": View("unlinked.html", lists.unlinked, section="index"),
    "sources": View("sources.html", sources.values, section="data"),
    "obligations": View("obligations.html", obligations.values, section="obligations"),
    "questions": View("questions.html", questions.cards, section="questions"),
    "network": View("network.html", exploring.whole, section="network"),
    "sparql": View("sparql.html", editor.values, section="sparql"),
    "gaps": View("gaps.html", figures.gaps, section="gaps"),
    "review": View("review.html", review.values, section="gaps"),
    "scores": View("scores.html", scores.scores_values, section="gaps"),
    "search": View("search.html", search.values),
    "data": View("data.html", data.values, section="data"),
    "ontology": View("ontology.html", ontology.values, section="data"),
    "quality": View("quality.html", quality.values, section="data"),
    "about": View("about.html", prose.about, section="about"),
    "accessibility": View("accessibility.html", prose.accessibility),
    "404": View("404.html", prose.missing),
}
"""Pages of which there is one a language, by the name in their address."""

SERIES: Mapping[str, View] = {
    "question": View("question.html", questions.values, questions.names, section="questions"),
    "figure": View("figure.html", figures.values, figures.names, section="questions"),
    "network": View("network.html", exploring.around, exploring.keys, section="network"),
    "pair": View("pair.html", pair.values, pair.keys, section="plans"),
    "plan": View("plan.html", plan.values, entity.keys("plan"), section="plans"),
    **{kind: View("entity.html", entity.values(kind), entity.keys(kind)) for kind in KINDS if kind != "plan"},
    "gap": View("figure.html", figures.gap, figures.gap_kinds, section="gaps"),
}
"""Pages of which there are many, by the folder in their address: ``plan`` for ``fr/plan/lu-bhr-2.html``."""

_CSV = "text/csv; charset=utf-8"
_JSON = "application/json"
_SVG = "image/svg+xml"

FILES: Mapping[tuple[str, str], File] = {
    ("plan", "csv"): File(_CSV, plan.csv, entity.keys("plan")),
    ("matrix", "csv"): File(_CSV, matrix.csv),
    ("matrix", "svg"): File(_SVG, matrix.svg),
    ("matrix", "png"): File("image/png", matrix.png, exported=False),
    ("matrix", "pdf"): File("application/pdf", matrix.pdf, exported=False),
    ("lanes", "csv"): File(_CSV, lanes.csv, lanes.keys),
    ("lanes", "svg"): File(_SVG, lanes.svg, lanes.keys),
    ("obligations", "ics"): File("text/calendar; charset=utf-8", obligations.calendar),
    ("question", "csv"): File(_CSV, questions.csv, questions.names),
    ("question", "json"): File("application/sparql-results+json", questions.json, questions.names),
    ("question", "ttl"): File("text/turtle; charset=utf-8", questions.turtle, questions.names),
    ("gap", "csv"): File(_CSV, figures.gap_csv, figures.gap_kinds),
    ("figure", "csv"): File(_CSV, figures.csv, figures.names),
    ("figure", "json"): File(_JSON, figures.json, figures.names),
}
"""Files in a language, by the name or folder in their address and their ending."""

WHOLE: Mapping[str, Whole] = {
    "search.json": Whole(
        _JSON, lambda library, arguments: search.suggestions(library, arguments.get("q", "")).encode(), exported=False
    ),
    "data/labels.js": Whole("text/javascript; charset=utf-8", lambda library, _: search.labels(library).encode()),
    "data/graph.js": Whole("text/javascript; charset=utf-8", lambda library, _: files.script(library)),
    "data/pan2kg.nq.gz": Whole("application/gzip", lambda library, _: files.packed(library)),
    "data/ontology.ttl": Whole("text/turtle; charset=utf-8", lambda library, _: files.ontology(library.project)),
    "data/shapes.ttl": Whole("text/turtle; charset=utf-8", lambda library, _: files.shapes(library.project)),
}
"""Files for all languages, by their path."""


_TAGS: Final[Mapping[str, Language]] = {tag: tag for tag in LANGUAGES}


@dataclass(frozen=True, slots=True)
class Site:
    """All pages over a library.

    >>> from datetime import date
    >>> from pan2kg.graph.graph import open_graph
    >>> from pan2kg.site.library import Library
    >>> graph = open_graph()
    >>> site = Site(Library(graph.project, graph.store, date(2026, 1, 1)))
    >>> site.page("fr/index.html").media, site.page("fr/nowhere.html")
    ('text/html; charset=utf-8', None)
    """

    library: Library

    def paths(self) -> Iterator[str]:
        """Every page and file an export has, each once, in a stable order."""
        yield "index.html"
        for language in LANGUAGES:
            yield from (f"{language}/{name}.html" for name in PAGES)
            for name, view in SERIES.items():
                yield from (f"{language}/{name}/{key}.html" for key in view.keys(self.library))
            for (name, ending), file in FILES.items():
                if not file.exported:
                    continue
                keys = file.keys(self.library) if file.keys else [""]
                yield from (f"{language}/{name}/{key}.{ending}".replace("/.", ".") for key in keys)
        yield from (path for path, whole in WHOLE.items() if whole.exported)

    def page(self, path: str, arguments: Mapping[str, str] = NOTHING) -> Page | None:
        """The page or file at a path below the root, or None where there is none.

        Raises:
            Pan2kgError: a file is asked for with parameters that mean nothing.
        """
        if path in WHOLE:
            return Page(path, WHOLE[path].media, WHOLE[path].make(self.library, arguments))
        if path == "index.html":
            return self._rendered("welcome.html", {"title": "pan2kg"}, Request(path, "fr"))
        tag, _, rest = path.partition("/")
        name, _, ending = rest.rpartition(".")
        if tag not in _TAGS:
            return None
        series, _, key = name.partition("/")
        request = Request(path, _TAGS[tag], key, arguments)
        return self._html(series, request) if ending == "html" else self._file(series, ending, request)

    def missing(self, path: str) -> Page:
        """The page that says there is none at a path, in the language of that; its ways lead on from there."""
        language = _TAGS.get(path.partition("/")[0], "fr")
        request = Request(path, language)
        return self._rendered("404.html", prose.missing(Speaker(self.library, request)), request)

    def _html(self, series: str, request: Request) -> Page | None:
        view = SERIES.get(series) if request.key else PAGES.get(series)
        values = view.values(Speaker(self.library, request)) if view else None
        if view is None or values is None:
            return None
        return self._rendered(view.template, {"section": view.section, **values}, request)

    def _file(self, series: str, ending: str, request: Request) -> Page | None:
        file = FILES.get((series, ending))
        if file is None or bool(request.key) != bool(file.keys):
            return None
        content = file.make(Speaker(self.library, request))
        if content is None:
            return None
        return Page(request.path, file.media, content if isinstance(content, bytes) else content.encode())

    def _rendered(self, template: str, values: Mapping[str, object], request: Request) -> Page:
        speaker = Speaker(self.library, request)
        return Page(request.path, HTML, render(template, {**frame(speaker), **values}).encode())
