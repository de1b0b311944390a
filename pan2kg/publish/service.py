"""What the SPARQL endpoint of a release can do, and the stored questions it can be asked.

The questions are ``sh:SPARQLExecutable``, all in one file: a query editor that reads it offers them
as examples.
"""

import re
from collections.abc import Iterator

import pyoxigraph as ox

from pan2kg.publish.edition import Edition, File
from pan2kg.publish.vocabulary import PREFIXES, RELEASED, SCHEMA, SD, SH, VOID, filled, node, write
from pan2kg.publish.void import Statistics
from pan2kg.store import Query, read_queries

_RESULTS = (
    "SPARQL_Results_JSON",
    "SPARQL_Results_XML",
    "SPARQL_Results_CSV",
    "SPARQL_Results_TSV",
    "Turtle",
    "N-Triples",
    "RDF_XML",
    "JSON-LD",
)
"""The formats of results, by their names at the W3C."""


def write_service(edition: Edition, counts: Statistics) -> bytes:
    """What the SPARQL endpoint can do, as Turtle (SPARQL 1.1 Service Description)."""
    places = edition.issue.addresses
    names = []
    for graph in edition.store.inner.named_graphs():
        if isinstance(graph, ox.NamedNode):
            names.append(graph.value)
    graphs = []
    for name in sorted(names):
        iri = places.own(name)
        graphs.append((iri, iri.removeprefix(f"{places.root}graph/").replace("/", "-")))
    prefixes = {**PREFIXES, "sd": SD, "void": VOID}
    values = {
        "issue": edition.issue,
        "triples": counts.triples,
        "formats": [node(f"http://www.w3.org/ns/formats/{name}") for name in _RESULTS],
        "graphs": graphs,
    }
    return write(filled("service.ttl", prefixes, values), "ttl", prefixes)


_PREFIX = re.compile(r"^\s*PREFIX\s+([\w-]*):\s*<([^>]*)>", re.MULTILINE | re.IGNORECASE)
_FORM = re.compile(r"^\s*(SELECT|ASK|CONSTRUCT|DESCRIBE)\b", re.MULTILINE | re.IGNORECASE)


def question_files(edition: Edition) -> Iterator[File]:
    """Each stored question as a query, and all of them described (SHACL Advanced Features, 5)."""
    places = edition.issue.addresses
    rows = []
    for query in sorted(read_queries(edition.project).values(), key=lambda query: query.name):
        text = places.moved(query.text)
        yield f"queries/{query.group}/{query.name}.rq", text.encode()
        rows.append(_question(query, text))
    prefixes = {**PREFIXES, "sh": SH, "schema": SCHEMA}
    values = {"queries": rows, "root": places.root, "endpoint": places.endpoint}
    yield "queries.ttl", write(filled("questions.ttl", prefixes, values), "ttl", prefixes)


def _question(query: Query, text: str) -> dict[str, object]:
    """A question as the template takes it; its text has the addresses of the release."""
    match = _FORM.search(text)
    form = match[1].lower() if match else "select"
    summary = query.header.get("summary")
    tags = query.header.get("tags", "").replace(",", " ").split()
    return {
        "name": query.name,
        "form": form,
        "kind": f"{SH}SPARQL{form.capitalize()}Executable",
        "text": text,
        "question": [ox.Literal(query.question(tag), language=tag) for tag in RELEASED],
        "summary": [ox.Literal(summary, language="en")] if summary else [],
        "prefixes": _PREFIX.findall(text),
        "words": [ox.Literal(tag) for tag in tags],
    }
