"""Every kind of page: single ones by name, series by the folder they stand in, and files that are no pages."""

from __future__ import annotations

from collections.abc import Mapping

from pan2kg.graph.place import KINDS
from pan2kg.site import data as files
from pan2kg.site import data_data as data
from pan2kg.site import editor, exploring, home, lanes, lists, pair, plan, prose, questions, scores, sources
from pan2kg.site import entity_entity as entity
from pan2kg.site import figures_figures as figures
from pan2kg.site import matrix_matrix as matrix
from pan2kg.site import names as search
from pan2kg.site import obligations_obligations as obligations
from pan2kg.site import ontology_page_ontology as ontology
from pan2kg.site import quality_site_quality as quality
from pan2kg.site import review_review as review
from pan2kg.site.view import File, View, Whole

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
    "scores": View("scores.html", scores.values, section="gaps"),
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
