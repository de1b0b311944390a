"""The graph as files beside the pages: one to take along, one for the browser to load, and the words for both.

Pages of prose: what this is and who made it, and how accessible it is.

The page of what can be taken along, how to cite it, what changed, and how to reach it by machine.
"""

from __future__ import annotations

import base64
import gzip
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import pyoxigraph as ox

from pan2kg.i18n.message import in_words
from pan2kg.site.page import JAVASCRIPT, TURTLE, CommonFile, Values, View, embedded
from pan2kg.store.queries import program_query
from pan2kg.store.store import LocalStore, dump, load, plain, select
from pan2kg.turtle.vocabulary import DCTERMS, ID, PAN
from pan2kg.turtle.writer import read_prefixes

if TYPE_CHECKING:
    from pan2kg.graph.dataset import Notice
    from pan2kg.project import Project
    from pan2kg.site.page import PageContext, SiteContext
from pan2kg.store.store import Store, Term


def quads(store: Store) -> bytes:
    """The whole graph, derived links included, as sorted N-Quads.

    Raises:
        QueryError: a store somewhere else does not give them.
    """
    if isinstance(store, LocalStore):
        return dump(store, "nquads", {})
    lines = sorted(f"{_quad(*row)} .\n" for row in select(store, program_query("graphs/quads")).rows)
    return "".join(lines).encode()


def _quad(graph: Term | None, subject: Term | None, predicate: Term | None, value: Term | None) -> str:
    return " ".join(str(term) for term in (subject, predicate, value, graph))


def packed(site_context: SiteContext) -> bytes:
    """The same, compressed; the same graph gives the same bytes."""
    return site_context.once("packed", lambda: gzip.compress(quads(site_context.graph.store), mtime=0))


def script(site_context: SiteContext) -> bytes:
    """The same as a classic script: a page opened from disk may not fetch, but may load a script."""
    return b'pan2kgGraph("' + base64.b64encode(packed(site_context)) + b'");\n'


def ontology(project: Project) -> bytes:
    """The ontology with its alignments and schemes as one Turtle file, sorted."""
    return _joined(project, project.ontology_files())


def shapes(project: Project) -> bytes:
    """All SHACL shapes as one Turtle file, sorted."""
    return _joined(project, project.shape_files())


def _joined(project: Project, paths: Iterable[Path]) -> bytes:
    store = ox.Store()
    for path in paths:
        load(store, path, "urn:x", name=project.name_of(path))
    dataset = ox.Dataset(ox.Quad(*quad.triple) for quad in store)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)  # else blank nodes are named anew each time
    triples = sorted((quad.triple for quad in dataset), key=str)
    return ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=read_prefixes(project)) or b""


_LISTED: Final = ("keywords", "license")
_DOWNLOADS: Final = (
    ("data/pan2kg.nq.gz", "application/n-quads", "data-graph"),
    ("data/ontology.ttl", "text/turtle", "data-ontology"),
    ("data/shapes.ttl", "text/turtle", "data-shapes"),
)
"""What a site has of the whole: where, its media type, and the key of what it is."""


def dataset(context: PageContext) -> Values:
    """What the page shows."""
    graph, language = context.graph, context.request.language
    labels, notice = graph.labels, graph.notice
    changed = date.fromisoformat(notice.modified) if notice.modified else None
    return {
        "title": context.t("menu-data"),
        "files": [
            (context.out("data/pan2kg.nq.gz"), "N-Quads (gzip)", context.t("data-graph")),
            (context.out("data/ontology.ttl"), "Turtle", context.t("data-ontology")),
            (context.out("data/shapes.ttl"), "Turtle", context.t("data-shapes")),
        ],
        "counts": (len(labels.of_kind("plan")), len(graph.uses.actions), len(labels.of_kind("instrument"))),
        "creators": ", ".join(notice.texts("creator", language)),
        "name": next(iter(notice.texts("name", language)), ""),
        "year": (changed or graph.as_of).year,
        "iri": graph.dataset_iri,
        "changed": in_words(changed, language) if changed else "",
        "notes": notice.texts("notes", language),
        "dataset": embedded(_described(context, notice)),
    }


def _described(context: PageContext, notice: Notice) -> Values:
    """The dataset as schema.org says it, for search engines: what the graph states, in the language of the page."""
    said = {key: notice.texts(key, context.request.language) for key in notice.stated if key != "notes"}
    graph = context.graph
    described: dict[str, object] = {"@context": "https://schema.org/", "@type": "Dataset", "@id": graph.dataset_iri}
    described |= {"identifier": graph.dataset_iri, "url": graph.profile.space}
    described |= {"version": graph.release, "isAccessibleForFree": True}
    described |= {key: texts if key in _LISTED else texts[0] for key, texts in said.items() if texts}
    if "creator" in said:
        described["creator"] = [{"@type": "Organization", "name": name} for name in said["creator"]]
    described["distribution"] = [
        {"@type": "DataDownload", "contentUrl": context.out(path), "encodingFormat": media, "name": context.t(words)}
        for path, media, words in _DOWNLOADS
    ]
    if country := graph.profile.country:
        described["spatialCoverage"] = {"@type": "Place", "name": context.name(country)}
    since, until = (plain(term)[:4] for term in select(graph.store, program_query("site/years-of-plans")).rows[0])
    return {**described, "temporalCoverage": f"{since}/{until}"} if since and until else described


def about(context: PageContext) -> Values:
    """What the graph is for, what its figures can bear, and whose words it holds."""
    graph = context.graph
    profile, action = graph.profile, graph.labels.label(graph.profile.coherence_action, context.request.language)
    return {
        "title": context.t("about-title"),
        "country": context.name(profile.country) if profile.country else "",
        "asking": action if action.notation else None,
        "asking_plan": context.name(graph.plan_of(profile.coherence_action) or "") if action.notation else "",
    }


def accessibility(context: PageContext) -> Values:
    """The accessibility statement: what was tested, and what is not yet as it should be."""
    return {"title": context.t("accessibility")}


def missing(context: PageContext) -> Values:
    """What is shown where there is no page."""
    return {"title": context.t("missing-title")}


MEMORY: Final = f"{ID}sourcekind/memory"
"""The kind of what is no document: somebody knew it and it still has to be verified."""


@dataclass(frozen=True, slots=True)
class ListedSource:
    """A document: publisher, date and kind where known; where it was read; what rests on it."""

    iri: str
    key: str
    publishers: tuple[str, ...]
    day: str
    kind: str
    addresses: tuple[tuple[str, str], ...]
    statements: int
    passages: int


def sources(context: PageContext) -> Values:
    """All documents, by name; what was written down from memory, with no document, stands apart."""
    documents = context.graph.labels.of_kind("document")
    every = [source(context, entry.iri, entry.key) for entry in documents]
    found = [one for one in every if one.kind != MEMORY]
    return {
        "title": context.t("sources-title"),
        "sources": sorted(found, key=lambda one: (context.name(one.iri).casefold(), one.key)),
        "remembered": [one for one in every if one.kind == MEMORY],
        "dated": any(one.day for one in found),
        "published": any(one.publishers for one in found),
    }


def source(context: PageContext, iri: str, key: str) -> ListedSource:
    """One document."""
    statements = context.graph.statements
    publishers = (*statements.values(iri, PAN + "publisherName"), *statements.values(iri, DCTERMS + "publisher"))
    return ListedSource(
        iri,
        key,
        tuple(context.name(one) if one.startswith("http") else one for one in publishers),
        statements.one(iri, DCTERMS + "date"),
        statements.one(iri, PAN + "sourceKind"),
        tuple(_addresses(statements.values(iri, PAN + "readAt"))),
        context.graph.resting[iri],
        len(statements.pointing(iri, PAN + "inDocument")),
    )


def _addresses(texts: Iterable[str]) -> Iterable[tuple[str, str]]:
    """Addresses on the web and their hosts; anything else leads nowhere and is shown as it is."""
    for text in texts:
        parts = urlsplit(text) if text.startswith(("http://", "https://")) else None
        yield (text, parts.hostname or text) if parts else ("", text)


PAGES: Final = (
    View("sources", sources, section="data", below=3),
    View("data", dataset, section="data", menu=6),
    View("about", about, section="data", below=4),
    View("accessibility", accessibility),
    View("404", missing),
)
FILES: Final = (
    CommonFile("data/graph.js", JAVASCRIPT, lambda site_context, _: script(site_context)),
    CommonFile("data/pan2kg.nq.gz", "application/gzip", lambda site_context, _: packed(site_context)),
    CommonFile("data/ontology.ttl", TURTLE, lambda site_context, _: ontology(site_context.graph.project)),
    CommonFile("data/shapes.ttl", TURTLE, lambda site_context, _: shapes(site_context.graph.project)),
)
