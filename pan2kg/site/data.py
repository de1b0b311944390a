"""The graph as files beside the pages, and the pages about it: what can be taken along, its sources, what this is."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pyoxigraph as ox

from pan2kg.i18n.message import in_words
from pan2kg.project import Project
from pan2kg.site.page import JAVASCRIPT, TURTLE, CommonFile, PageContext, SiteContext, Values, View, embedded
from pan2kg.store import queries
from pan2kg.store import store as stores
from pan2kg.turtle import vocabulary, writer

MEMORY: Final = f"{vocabulary.ID}sourcekind/memory"
"""The kind of what is no document: somebody knew it and it still has to be verified."""
_DOWNLOADS: Final = (
    ("data/pan2kg.nq.gz", "application/n-quads", "N-Quads (gzip)", "data-graph"),
    ("data/ontology.ttl", "text/turtle", "Turtle", "data-ontology"),
    ("data/shapes.ttl", "text/turtle", "Turtle", "data-shapes"),
)
"""What a site has of the whole: where, its media type and what people call that, and the key of what it is."""


def packed(site_context: SiteContext) -> bytes:
    def make() -> bytes:
        store = site_context.graph.store
        if isinstance(store, stores.LocalStore):
            return gzip.compress(stores.dump(store, "nquads", {}), mtime=0)
        rows = stores.select(store, queries.program_query("graphs/quads")).rows
        lines = sorted(f"{subject} {predicate} {value} {graph} .\n" for graph, subject, predicate, value in rows)
        return gzip.compress("".join(lines).encode(), mtime=0)

    return site_context.once("packed", make)


def joined(project: Project, paths: Iterable[Path]) -> bytes:
    store = ox.Store()
    for path in paths:
        stores.load(store, path, "urn:x", name=project.name_of(path))
    dataset = ox.Dataset(ox.Quad(*quad.triple) for quad in store)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)  # else blank nodes are named anew each time
    triples = sorted((quad.triple for quad in dataset), key=str)
    return ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=writer.read_prefixes(project)) or b""


def _data(context: PageContext) -> Values:
    graph, language, notice = context.graph, context.request.language, context.graph.notice
    changed = date.fromisoformat(notice.modified) if notice.modified else None
    counts = len(graph.labels.of_kind("plan")), len(graph.uses.actions), len(graph.labels.of_kind("instrument"))

    # the dataset as schema.org says it, for search engines: what the graph states, in the language of the page
    stated = {key: notice.texts(key, language) for key in notice.stated if key != "notes"}
    dataset: dict[str, object] = {
        "@context": "https://schema.org/", "@type": "Dataset", "@id": graph.dataset_iri,
        "identifier": graph.dataset_iri, "url": graph.profile.space, "version": graph.release,
        "isAccessibleForFree": True,
    }  # fmt: skip
    dataset |= {key: texts if key in ("keywords", "license") else texts[0] for key, texts in stated.items() if texts}
    if "creator" in stated:
        dataset["creator"] = [{"@type": "Organization", "name": name} for name in stated["creator"]]
    dataset["distribution"] = [
        {"@type": "DataDownload", "contentUrl": context.out(path), "encodingFormat": media, "name": context.t(key)}
        for path, media, _, key in _DOWNLOADS
    ]
    if country := graph.profile.country:
        dataset["spatialCoverage"] = {"@type": "Place", "name": context.name(country)}
    years = stores.select(graph.store, queries.program_query("site/years-of-plans")).rows[0]
    since, until = (stores.plain(term)[:4] for term in years)
    if since and until:
        dataset["temporalCoverage"] = f"{since}/{until}"
    return {
        "title": context.t("menu-data"),
        "files": [(context.out(path), form, context.t(key)) for path, _, form, key in _DOWNLOADS], "counts": counts,
        "creators": ", ".join(notice.texts("creator", language)),
        "name": next(iter(notice.texts("name", language)), ""), "year": (changed or graph.as_of).year,
        "iri": graph.dataset_iri, "changed": in_words(changed, language) if changed else "",
        "notes": notice.texts("notes", language), "dataset": embedded(dataset),
    }  # fmt: skip


def _about(context: PageContext) -> Values:
    graph, profile = context.graph, context.graph.profile
    action = graph.labels.label(profile.coherence_action, context.request.language)
    return {
        "title": context.t("about-title"),
        "country": context.name(profile.country) if profile.country else "",
        "asking": action if action.notation else None,
        "asking_plan": context.name(graph.plan_of(profile.coherence_action) or "") if action.notation else "",
    }


def _sources(context: PageContext) -> Values:
    """All documents by name, those from memory apart; only addresses on the web lead anywhere."""
    statements, documents = context.graph.statements, []
    for entry in context.graph.labels.of_kind("document"):
        publishers = [text for name in (vocabulary.PAN + "publisherName", vocabulary.DCTERMS + "publisher")
                      for text in statements.values(entry.iri, name)]  # fmt: skip
        addresses = []
        for text in statements.values(entry.iri, vocabulary.PAN + "readAt"):
            host = urlsplit(text).hostname if text.startswith(("http://", "https://")) else None
            addresses.append((text, host or text) if text.startswith(("http://", "https://")) else ("", text))
        documents.append({
            "iri": entry.iri, "key": entry.key, "day": statements.one(entry.iri, vocabulary.DCTERMS + "date"),
            "publishers": [context.name(text) if text.startswith("http") else text for text in publishers],
            "kind": statements.one(entry.iri, vocabulary.PAN + "sourceKind"), "addresses": addresses,
            "statements": context.graph.resting[entry.iri],
            "passages": len(statements.pointing(entry.iri, vocabulary.PAN + "inDocument")),
        })  # fmt: skip
    sources = [document for document in documents if document["kind"] != MEMORY]
    return {
        "title": context.t("sources-title"),
        "sources": sorted(sources, key=lambda row: (context.name(str(row["iri"])).casefold(), str(row["key"]))),
        "remembered": [document for document in documents if document["kind"] == MEMORY],
        "dated": any(document["day"] for document in sources),
        "published": any(document["publishers"] for document in sources),
    }


PAGES: Final = (
    View("sources", _sources, section="data", below=3),
    View("data", _data, section="data", menu=6),
    View("about", _about, section="data", below=4),
    # what was tested, and what is not yet as it should be
    View("accessibility", lambda context: {"title": context.t("accessibility")}),
    View("404", lambda context: {"title": context.t("missing-title")}),
)
FILES: Final = (
    # a page opened from disk may not fetch, but may load a script
    CommonFile(
        "data/graph.js", JAVASCRIPT, lambda site, _: b'pan2kgGraph("' + base64.b64encode(packed(site)) + b'");\n'
    ),
    CommonFile("data/pan2kg.nq.gz", "application/gzip", lambda site, _: packed(site)),
    CommonFile(
        "data/ontology.ttl", TURTLE, lambda site, _: joined(site.graph.project, site.graph.project.ontology_files())
    ),
    CommonFile("data/shapes.ttl", TURTLE, lambda site, _: joined(site.graph.project, site.graph.project.shape_files())),
)
