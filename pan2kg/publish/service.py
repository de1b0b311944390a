"""The description of the SPARQL endpoint, as a client that finds it wants to know it."""

from __future__ import annotations

from typing import Final

import pyoxigraph as ox

from pan2kg.publish.catalogue.form import write
from pan2kg.publish.catalogue.terms import PREFIXES, SD, VOID, Sheet, node, typed
from pan2kg.publish.catalogue.words import literals
from pan2kg.publish.edition import Edition
from pan2kg.publish.void import Statistics
from pan2kg.turtle.vocabulary import DCTERMS

PATH: Final = "service.ttl"
FORMATS: Final = "http://www.w3.org/ns/formats/"
RESULTS: Final = (
    "SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV", "Turtle", "N-Triples",
    "RDF_XML", "JSON-LD",
)  # fmt: skip


def write_service(edition: Edition, counted: Statistics) -> bytes:
    """The service description in Turtle; empty where no endpoint is named.

    Raises:
        OSError: the store cannot be read.
    """
    issue = edition.issue
    places = issue.addresses
    if not places.endpoint:
        return b""
    sheet, service, whole = Sheet(), node(issue.catalogue + "#service"), node(issue.catalogue + "#served")
    sheet.call(service, SD + "Service")
    sheet.say(service, DCTERMS + "title", *literals("service"))
    sheet.say(service, SD + "endpoint", node(places.endpoint))
    sheet.say(service, SD + "supportedLanguage", node(SD + "SPARQL11Query"))
    sheet.say(service, SD + "resultFormat", *(node(FORMATS + name) for name in RESULTS))
    sheet.say(service, SD + "feature", node(SD + "UnionDefaultGraph"))
    sheet.say(service, SD + "defaultDataset", whole)
    sheet.call(whole, SD + "Dataset")
    sheet.say(whole, SD + "defaultGraph", node(issue.dataset))
    sheet.call(node(issue.dataset), SD + "Graph", VOID + "Dataset")
    sheet.say(node(issue.dataset), VOID + "triples", typed(str(counted.triples), "integer"))
    names = sorted(name.value for name in edition.store.inner.named_graphs() if isinstance(name, ox.NamedNode))
    for name in names:
        graph = node(places.own(name))
        part = node(f"{issue.catalogue}#graph-{graph.value.removeprefix(places.root + 'graph/').replace('/', '-')}")
        sheet.say(whole, SD + "namedGraph", part)
        sheet.call(part, SD + "NamedGraph")
        sheet.say(part, SD + "name", graph)
    return write(sheet.triples, "ttl", {**PREFIXES, "sd": SD, "void": VOID})
