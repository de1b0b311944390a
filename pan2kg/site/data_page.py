"""The pages about the data: what can be taken along and its files, its sources, and what this is."""

import base64
import gzip
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import pyoxigraph as ox

from pan2kg.graph.labels import Entry
from pan2kg.i18n import format_day
from pan2kg.project import Project
from pan2kg.site.page import (
    JAVASCRIPT,
    TURTLE,
    CommonFile,
    PageContext,
    SiteContext,
    Values,
    View,
    embedded,
)
from pan2kg.site.quality_measures import years_of_plans
from pan2kg.store import LocalStore, Store, program_query, select
from pan2kg.store.exports import dump
from pan2kg.store.project_files import load
from pan2kg.turtle import DCTERMS, ID, PAN, writer

MEMORY = f"{ID}sourcekind/memory"
"""The kind of what is no document: somebody knew it and it still has to be verified."""


class GraphDownload(NamedTuple):
    """A file of the whole: its path, media type and what people call that, and the message that says what it has."""

    path: str
    media: str
    form: str
    message: str


class ReadAddress(NamedTuple):
    """Where a document was read: its address, empty where that leads nowhere, such as a shelf, and words."""

    address: str
    words: str


_DOWNLOADS = (
    GraphDownload("data/pan2kg.nq.gz", "application/n-quads", "N-Quads (gzip)", "data-graph"),
    GraphDownload("data/ontology.ttl", "text/turtle", "Turtle", "data-ontology"),
    GraphDownload("data/shapes.ttl", "text/turtle", "Turtle", "data-shapes"),
)


# Files of the whole


def graph_nquads_gzip(site_context: SiteContext) -> bytes:
    """The graph as N-Quads, packed; made once."""

    def make() -> bytes:
        store = site_context.graph.store
        if isinstance(store, LocalStore):
            return gzip.compress(dump(store, "nquads", {}), mtime=0)
        lines = []
        for graph, subject, predicate, value in select(store, program_query("graphs/quads")).rows:
            lines.append(f"{subject} {predicate} {value} {graph} .\n")
        return gzip.compress("".join(sorted(lines)).encode(), mtime=0)

    return site_context.cached("packed", make)


def graph_script(site_context: SiteContext, _: object) -> bytes:
    """The graph as a script: a page opened from disk may not fetch, but may load one."""
    store: Store = site_context.graph.store
    quads: Iterable[ox.Quad]
    if isinstance(store, LocalStore):
        quads = _graph_by_graph(store)
    else:
        quads = ox.parse(
            gzip.decompress(graph_nquads_gzip(site_context)), format=ox.RdfFormat.N_QUADS
        )
    # graph by graph and by prefixes it takes least room
    prefixes = writer.read_prefixes(site_context.graph.project)
    text = ox.serialize(quads, format=ox.RdfFormat.TRIG, prefixes=prefixes)
    return b'pan2kgGraph("' + base64.b64encode(gzip.compress(text or b"", mtime=0)) + b'");\n'


def _graph_by_graph(store: LocalStore) -> Iterator[ox.Quad]:
    inner = store.inner
    for graph in (ox.DefaultGraph(), *sorted(inner.named_graphs(), key=str)):
        yield from sorted(inner.quads_for_pattern(None, None, None, graph), key=str)


def merge_turtle(project: Project, files: Callable[[Project], Iterable[Path]]) -> bytes:
    """Turtle files of a project as one, with the same bytes each time."""
    store = ox.Store()
    for path in files(project):
        load(store, path, "urn:x", name=project.name_of(path))
    dataset = ox.Dataset(ox.Quad(*quad.triple) for quad in store)
    # else blank nodes are named anew each time
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    triples = sorted((quad.triple for quad in dataset), key=str)
    prefixes = writer.read_prefixes(project)
    return ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=prefixes) or b""


def _graph_file(site_context: SiteContext, _: object) -> bytes:
    return graph_nquads_gzip(site_context)


def _merged_file(
    site_context: SiteContext, _: object, files: Callable[[Project], Iterable[Path]]
) -> bytes:
    return merge_turtle(site_context.graph.project, files)


# What can be taken along


def _data_values(context: PageContext) -> Values:
    graph = context.graph
    language = context.language
    notice = graph.notice
    changed = date.fromisoformat(notice.modified) if notice.modified else None
    return {
        "files": _DOWNLOADS,
        "plans_number": len(graph.labels.of_kind("plan")),
        "actions_number": len(graph.uses.actions),
        "instruments_number": len(graph.labels.of_kind("instrument")),
        "creators": ", ".join(notice.texts("creator", language)),
        "name": " ".join(notice.texts("name", language)[:1]),
        "year": (changed or graph.as_of).year,
        "iri": graph.dataset_iri,
        "changed": format_day(changed, language) if changed else "",
        "notes": notice.texts("notes", language),
        "dataset": embedded(_schema_org_dataset(context)),
    }


def _schema_org_dataset(context: PageContext) -> dict[str, object]:
    """The dataset as schema.org says it, for search engines: what the graph states, in the language of the page."""
    graph = context.graph
    notice = graph.notice
    dataset: dict[str, object] = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": graph.dataset_iri,
        "identifier": graph.dataset_iri,
        "url": graph.profile.space,
        "version": graph.release,
        "isAccessibleForFree": True,
    }
    for key in notice.stated:
        texts = notice.texts(key, context.language)
        if key == "creator":
            dataset[key] = [{"@type": "Organization", "name": name} for name in texts]
        elif key == "notes" or not texts:
            continue
        elif key in ("keywords", "license"):
            dataset[key] = texts
        else:
            dataset[key] = texts[0]
    distribution = []
    for download in _DOWNLOADS:
        distribution.append(
            {
                "@type": "DataDownload",
                "contentUrl": context.site_href(download.path),
                "encodingFormat": download.media,
                "name": context.t(download.message),
            }
        )
    dataset["distribution"] = distribution
    country = graph.profile.country
    if country:
        dataset["spatialCoverage"] = {"@type": "Place", "name": context.name(country)}
    since, until = years_of_plans(graph.store)
    if since and until:
        dataset["temporalCoverage"] = f"{since}/{until}"
    return dataset


# What this is, and its sources


def _about_values(context: PageContext) -> Values:
    graph = context.graph
    coherence_action = graph.profile.coherence_action
    action = graph.labels.label(coherence_action, context.request.language)
    plan = ""
    if action.notation:
        plan = context.name(graph.plan_of(coherence_action) or "")
    return {
        "asking": action if action.notation else None,
        "asking_plan": plan,
    }


@dataclass(frozen=True, slots=True)
class SourceDocument:
    """A document statements rest on: who published it, where it was read, and how much rests on it."""

    iri: str
    key: str
    day: str
    publishers: list[str]
    kind: str
    addresses: list[ReadAddress]
    statements: int
    passages: int


def _sources_values(context: PageContext) -> Values:
    sources = []
    remembered = []
    for entry in context.graph.labels.of_kind("document"):
        document = _source_document(context, entry)
        if document.kind == MEMORY:
            remembered.append(document)
        else:
            sources.append(document)
    sources.sort(key=lambda document: (context.name(document.iri).casefold(), document.key))
    return {
        "sources": sources,
        "remembered": remembered,
        "dated": any(document.day for document in sources),
        "published": any(document.publishers for document in sources),
    }


def _source_document(context: PageContext, entry: Entry) -> SourceDocument:
    statements = context.graph.statements
    publishers = []
    for name in (PAN + "publisherName", DCTERMS + "publisher"):
        for text in statements.values(entry.iri, name):
            publishers.append(context.name(text) if text.startswith("http") else text)
    addresses = []
    for text in statements.values(entry.iri, PAN + "readAt"):
        if text.startswith(("http://", "https://")):
            addresses.append(ReadAddress(text, urlsplit(text).hostname or text))
        else:
            addresses.append(ReadAddress("", text))
    return SourceDocument(
        entry.iri,
        entry.key,
        statements.one(entry.iri, DCTERMS + "date"),
        publishers,
        statements.one(entry.iri, PAN + "sourceKind"),
        addresses,
        context.graph.resting[entry.iri],
        len(statements.pointing(entry.iri, PAN + "inDocument")),
    )


PAGES = (
    View("sources", _sources_values, title="sources-title", section="data", below=3),
    View("data", _data_values, title="menu-data", section="data", menu=6),
    View("about", _about_values, title="about-title", section="data", below=4),
    # what was tested, and what is not yet as it should be
    View("accessibility", lambda _: {}, title="accessibility"),
    View("404", lambda _: {}, title="missing-title"),
)
FILES = (
    CommonFile("data/graph.js", JAVASCRIPT, graph_script),
    CommonFile("data/pan2kg.nq.gz", "application/gzip", _graph_file),
    CommonFile("data/ontology.ttl", TURTLE, partial(_merged_file, files=Project.ontology_files)),
    CommonFile("data/shapes.ttl", TURTLE, partial(_merged_file, files=Project.shape_files)),
)
