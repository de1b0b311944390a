"""Descriptions of a release for machines: stored questions, ontology, dataset, site map and SPARQL endpoint.

* the questions as ``sh:SPARQLExecutable``, all in one file: a query editor that reads such descriptions
  offers them as examples, with the prefixes, without being configured;
* the ontology as it is edited, and in the formats its IRI is answered with;
* the dataset in schema.org's vocabulary and the addresses of the pages, for search engines;
* the endpoint as SPARQL 1.1 Service Description and VoID describe it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

import pyoxigraph as ox

from pan2kg.countries.table import countries
from pan2kg.project import read_text, turtle_files
from pan2kg.publish.catalogue.description import Distribution
from pan2kg.publish.catalogue.facts import forms
from pan2kg.publish.catalogue.terms import (
    DCAT,
    FOAF,
    PREFIXES,
    RELEASED,
    SCHEMA,
    SD,
    VOID,
    OrderedTriples,
    Term,
    node,
    said,
    typed,
    write,
)
from pan2kg.publish.edition import Edition, File, Issue
from pan2kg.publish.void import Statistics
from pan2kg.store.queries import Query, read_queries
from pan2kg.store.rules import rule_files
from pan2kg.tables.formats import xml_text
from pan2kg.turtle.vocabulary import DCTERMS, RDFS, SH

WHOLE: Final = "queries.ttl"
_PREFIX: Final = re.compile(r"^\s*PREFIX\s+([\w-]*):\s*<([^>]*)>", re.MULTILINE | re.IGNORECASE)
_ASK: Final = re.compile(r"^\s*(SELECT|ASK|CONSTRUCT|DESCRIBE)\b", re.MULTILINE | re.IGNORECASE)
_KINDS: Final = {"select": "Select", "ask": "Ask", "construct": "Construct", "describe": "Describe"}


def example_files(edition: Edition) -> Iterator[File]:
    """Each question as it is stored, the descriptions of all of them in one file, and the rules.

    Raises:
        ProjectError: a question or a rule cannot be read.
    """
    whole = OrderedTriples()
    prefixes = {**PREFIXES, "sh": SH, "schema": SCHEMA}
    for query in sorted(read_queries(edition.project).values(), key=lambda query: query.name):
        text = edition.issue.addresses.moved(query.text)
        _describe(whole, edition, query, text)
        yield f"queries/{query.group}/{query.name}.rq", text.encode()
    for path in rule_files(edition.project):
        yield f"queries/rules/{path.name}", edition.issue.addresses.moved(read_text(path)).encode()
    yield WHOLE, write(whole.triples, "ttl", prefixes)


def _question(query: Query) -> list[ox.Literal]:
    return [ox.Literal(query.question(language), language=language) for language in RELEASED]


def _describe(described: OrderedTriples, edition: Edition, query: Query, text: str) -> None:
    places = edition.issue.addresses
    about = node(f"{places.root}query/{query.name}")
    form = (_ASK.search(text) or ["", "select"])[1].lower()
    described.add_types(about, SH + "SPARQLExecutable", f"{SH}SPARQL{_KINDS[form]}Executable")
    described.add(about, RDFS + "label", *_question(query))
    described.add(about, RDFS + "comment", *_question(query))
    if query.header.get("summary"):
        described.add(about, DCTERMS + "description", ox.Literal(query.header["summary"], language="en"))
    for word in query.header.get("tags", "").replace(",", " ").split():
        described.add(about, SCHEMA + "keywords", ox.Literal(word))
    described.add(about, SH + form, ox.Literal(text))
    if places.endpoint:
        described.add(about, SCHEMA + "target", node(places.endpoint))
    declared = node(places.root + "prefixes")
    described.add(about, SH + "prefixes", declared)
    for name, space in _PREFIX.findall(text):
        one = node(f"{declared.value}#{name}")
        described.add(declared, SH + "declare", one)
        described.add(one, SH + "prefix", ox.Literal(name))
        described.add(one, SH + "namespace", typed(space, "anyURI"))


FORMS: Final = {"rdf": ox.RdfFormat.RDF_XML, "jsonld": ox.RdfFormat.JSON_LD, "nt": ox.RdfFormat.N_TRIPLES}


def ontology_files(edition: Edition) -> Iterator[File]:
    """Every file of ``ontology/``, and the ontology proper in three more serialisations.

    Raises:
        ProjectError: a file cannot be read.
    """
    folder, places = edition.project.ontology, edition.issue.addresses
    for path in [*turtle_files(folder), *sorted(folder.glob("*.jsonld"))]:
        text = places.moved(read_text(path))
        yield f"ontology/{path.relative_to(folder).as_posix()}", text.encode()
    whole = folder / "pan2kg.ttl"
    if whole.is_file():
        text = places.moved(read_text(whole))
        triples = sorted((quad.triple for quad in ox.parse(text, format=ox.RdfFormat.TURTLE)), key=str)
        for ending, form in FORMS.items():
            written = ox.serialize(triples, format=form, prefixes=dict(edition.prefixes())) or b""
            yield f"ontology/pan2kg.{ending}", written


PATH: Final = "dataset.jsonld"


def write_dataset(edition: Edition, distributions: Sequence[Distribution]) -> bytes:
    """The description as JSON-LD."""
    return (json.dumps(describe_dataset(edition, distributions), ensure_ascii=False, indent=1) + "\n").encode()


def describe_dataset(edition: Edition, distributions: Sequence[Distribution]) -> dict[str, object]:
    """The dataset as schema.org says it, with what it covers and what it can be had as."""
    issue, facts = edition.issue, edition.facts
    places = issue.addresses
    described: dict[str, object] = {
        "@context": {"@vocab": "https://schema.org/"},
        "@type": "Dataset",
        "@id": issue.dataset,
        "identifier": issue.dataset,
        "url": places.base,
        "name": _texts(facts.of(facts.dataset, DCTERMS + "title")),
        "description": _texts(facts.of(facts.dataset, DCTERMS + "description")),
        "keywords": _texts(facts.of(facts.dataset, DCAT + "keyword")),
        "license": [value.value for value in facts.of(facts.dataset, DCTERMS + "license")],
        "creator": [_agent(edition, value) for value in facts.of(facts.dataset, DCTERMS + "creator")],
        "publisher": [_agent(edition, value) for value in facts.of(facts.dataset, DCTERMS + "publisher")],
        "version": issue.version,
        "datePublished": str(issue.issued),
        "dateModified": str(issue.modified),
        "isAccessibleForFree": True,
        "inLanguage": list(RELEASED),
        "distribution": [_download(edition, one) for one in distributions],
    }
    if facts.covers:
        described["temporalCoverage"] = "/".join(str(day) for day in facts.covers)
    if places_ := [_place(value) for value in facts.of(facts.dataset, DCTERMS + "spatial")]:
        described["spatialCoverage"] = places_
    return described


def _place(value: Term) -> dict[str, object]:
    """A place, with its name and, where it is a country we know, the box around it."""
    country = next((one for one in countries().values() if one.iri == value.value), None)
    if country is None:
        return {"@type": "Place", "@id": value.value}
    names = [{"@language": tag, "@value": country.names.say(tag)} for tag in RELEASED]
    return {"@type": "Place", "@id": value.value, "name": names}


def _texts(values: Sequence[Term]) -> list[dict[str, str]]:
    return [
        {"@language": value.language or "und", "@value": value.value}
        for value in values
        if isinstance(value, ox.Literal)
    ]


def _agent(edition: Edition, agent: Term) -> dict[str, object]:
    names = _texts(edition.facts.of(agent.value, FOAF + "name"))
    return {"@type": "Organization", "@id": edition.issue.addresses.own(agent.value), "name": names}


def _download(edition: Edition, one: Distribution) -> dict[str, object]:
    return {
        "@type": "DataDownload",
        "name": one.title.say(RELEASED[0]),
        "contentUrl": edition.issue.addresses.file(one.path),
        "encodingFormat": forms()[one.form].media,
        "contentSize": f"{one.size} B",
    }


MOST: Final = 50_000
"""How many addresses one file may hold (the limit of the sitemap protocol)."""
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SPACE: Final = ' xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def map_files(paths: Iterable[str], issue: Issue, most: int = MOST) -> Iterator[File]:
    """The site map; past the limit of one file, parts of it and a list of the parts.

    >>> from datetime import date
    >>> files = list(map_files(["a.html", "b.html"], Issue("1", date(2026, 1, 1), date(2026, 1, 1)), most=1))
    >>> [path for path, _ in files]
    ['sitemap-1.xml', 'sitemap-2.xml', 'sitemap.xml']
    """
    rest, parts = iter(paths), 0
    first = list(islice(rest, most))
    second = list(islice(rest, most))
    if not second:
        yield "sitemap.xml", _pages(first, issue)
        return
    while first:
        parts += 1
        yield f"sitemap-{parts}.xml", _pages(first, issue)
        first, second = second, list(islice(rest, most))
    listed = "".join(
        f"<sitemap><loc>{issue.addresses.file(f'sitemap-{n}.xml')}</loc></sitemap>\n" for n in range(1, parts + 1)
    )
    yield "sitemap.xml", f"{_HEAD}<sitemapindex{_SPACE}>\n{listed}</sitemapindex>\n".encode()


def _pages(paths: list[str], issue: Issue) -> bytes:
    day = issue.modified
    lines = "".join(
        f"<url><loc>{xml_text(issue.addresses.file(path))}</loc><lastmod>{day}</lastmod></url>\n" for path in paths
    )
    return f"{_HEAD}<urlset{_SPACE}>\n{lines}</urlset>\n".encode()


SERVICE_PATH: Final = "service.ttl"
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
    described, service, whole = OrderedTriples(), node(issue.catalogue + "#service"), node(issue.catalogue + "#served")
    described.add_types(service, SD + "Service")
    described.add(service, DCTERMS + "title", *said("service"))
    described.add(service, SD + "endpoint", node(places.endpoint))
    described.add(service, SD + "supportedLanguage", node(SD + "SPARQL11Query"))
    described.add(service, SD + "resultFormat", *(node(FORMATS + name) for name in RESULTS))
    described.add(service, SD + "feature", node(SD + "UnionDefaultGraph"))
    described.add(service, SD + "defaultDataset", whole)
    described.add_types(whole, SD + "Dataset")
    described.add(whole, SD + "defaultGraph", node(issue.dataset))
    described.add_types(node(issue.dataset), SD + "Graph", VOID + "Dataset")
    described.add(node(issue.dataset), VOID + "triples", typed(str(counted.triples), "integer"))
    names = sorted(name.value for name in edition.store.inner.named_graphs() if isinstance(name, ox.NamedNode))
    for name in names:
        graph = node(places.own(name))
        part = node(f"{issue.catalogue}#graph-{graph.value.removeprefix(places.root + 'graph/').replace('/', '-')}")
        described.add(whole, SD + "namedGraph", part)
        described.add_types(part, SD + "NamedGraph")
        described.add(part, SD + "name", graph)
    return write(described.triples, "ttl", {**PREFIXES, "sd": SD, "void": VOID})
