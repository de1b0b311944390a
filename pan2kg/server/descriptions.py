"""What the documents of a service say, made from its store: of a thing, and of the dataset as a whole (VoID).

The description of a thing holds its statements from all named graphs; the statements that point to
it; the links and involvements that join it to other things, complete; the names of all things
mentioned; and its provenance: the named graphs, the document each was taken from, the dataset and
its licence. The VoID description is counted by queries, and written by the code that writes it for
a release. Both are sent by :mod:`pan2kg.server.documents`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import pyoxigraph as ox

from pan2kg.graph.datasets import dataset_of, own_profile, read_profiles
from pan2kg.project import Project
from pan2kg.server.answering import used
from pan2kg.server.document_paths import space_of
from pan2kg.server.protocol import FORMATS, PREFIXES, is_absolute
from pan2kg.store import LocalStore, Store, construct, plain, program_query, select
from pan2kg.turtle.vocabulary import DCTERMS, GRAPH, PAN, RDF, RDFS, SKOS

FOAF = "http://xmlns.com/foaf/0.1/"
VOID = PREFIXES["void"]
NAMES = (SKOS + "prefLabel", RDFS + "label", DCTERMS + "title", FOAF + "name")
# what is said of the named graphs a description rests on
_ORIGIN = (RDF + "type", DCTERMS + "source", PAN + "certainty")
# what the service has of the graph as a file, below its root
_DUMPS = ("data/pan2kg.nq.gz",)


def describe(store: Store, iri: str, document: str) -> list[ox.Triple]:
    """The statements of a description, as the docstring of this module says, and those on the ``document`` itself."""
    statements = set[ox.Triple]()
    graphs = set()
    query = program_query("things/description", thing=iri, value=iri, joined=iri)
    for graph, subject, predicate, value in select(store, query).rows:
        if (
            value is not None
            and isinstance(predicate, ox.NamedNode)
            and not isinstance(subject, ox.Literal | None)
        ):
            statements.add(ox.Triple(subject, predicate, value))
            if graph is not None:
                graphs.add(plain(graph))
    statements.update(_statements_on(store, graphs, _ORIGIN))
    mentioned = set()
    for triple in statements:
        for term in (triple.subject, triple.object):
            if isinstance(term, ox.NamedNode):
                mentioned.add(term.value)
    statements.update(_statements_on(store, mentioned, NAMES))
    page = ox.NamedNode(document)
    said = [(RDF + "type", FOAF + "Document"), (FOAF + "primaryTopic", iri)]
    said += [(DCTERMS + "source", graph) for graph in graphs]
    dataset = dataset_of(space_of(store))
    for (licence,) in select(store, program_query("dataset/licence", dataset=dataset)).rows:
        said.append((VOID + "inDataset", dataset))
        if licence is not None:
            statements.add(ox.Triple(page, ox.NamedNode(DCTERMS + "license"), licence))
    for name, target in said:
        statements.add(ox.Triple(page, ox.NamedNode(name), ox.NamedNode(target)))
    return in_order(statements, iri)


def _statements_on(
    store: Store, iris: Iterable[str], properties: tuple[str, ...]
) -> Iterable[ox.Triple]:
    """What is said of these IRIs by these properties."""
    things = sorted(filter(is_absolute, iris))
    query = program_query("things/some-statements", thing=things, property=properties)
    return construct(store, query)


def in_order(triples: Iterable[ox.Triple], iri: str = "") -> list[ox.Triple]:
    """Triples once each, in an order that is always the same: those on one thing first, where one is named."""
    subject = ox.NamedNode(iri) if iri else None
    return sorted(set(triples), key=lambda triple: (triple.subject != subject, str(triple)))


def write(triples: list[ox.Triple], form: str, prefixes: Mapping[str, str]) -> bytes:
    """Triples in a form, with the prefixes they need."""
    needed = used(triples, dict(prefixes))
    if form == "jsonld":
        # for who asks for it: it takes as long to import as a document to write
        from pan2kg.publish import vocabulary

        return vocabulary.write(triples, form, needed)
    return ox.serialize(triples, format=FORMATS[form], prefixes=needed or None) or b""


def describe_dataset(
    project: Project,
    store: Store,
    root: str,
    statistics: Any,  # noqa: ANN401 - as count gives them
) -> list[ox.Triple]:
    """The VoID description of the data, for a service at the address ``root``.

    Raises:
        ProjectError: the catalogue does not say what a description needs.
    """
    from pan2kg.graph.graph import Graph
    from pan2kg.publish import edition, void

    stated = program_query("dataset/facts", dataset=dataset_of(space_of(store)))
    catalogue = LocalStore(ox.Store())
    catalogue.add(f"{GRAPH}catalogue", construct(store, stated))
    facts = edition.read_facts(catalogue, space_of(store))
    addresses = edition.Addresses(facts.space, root, f"{root}sparql", facts.space)
    issued = facts.day(DCTERMS + "issued")
    modified = facts.day(DCTERMS + "modified")
    issue = edition.Issue(facts.version or "0", issued, modified, addresses)
    described = edition.Edition(Graph(project, catalogue), facts, issue)
    turtle = void.write_void(described, statistics, _DUMPS)
    return [quad.triple for quad in ox.parse(turtle, format=ox.RdfFormat.TURTLE)]


def count(store: Store) -> Any:  # noqa: ANN401 - statistics of a module that is read late
    """The numbers of a graph (``Statistics``), by queries; each triple once, in however many graphs it stands."""
    from pan2kg.publish import void

    totals = select(store, program_query("counts/totals")).rows[0]
    triples, subjects, objects = (int(plain(value)) for value in totals)
    links: Counter[tuple[str, str]] = Counter()
    targets = void.targets_of(own_profile(read_profiles(store), None))
    outgoing = program_query("counts/outgoing-statements", space=space_of(store))
    for _, name, value in select(store, outgoing).rows:
        for target, start in targets.items():
            if plain(value).startswith(start):
                links[target, plain(name)] += 1
    return void.Statistics(
        triples,
        subjects,
        objects,
        _numbers(store, "counts/distinct-properties"),
        _numbers(store, "counts/distinct-classes"),
        links,
    )


def _numbers(store: Store, query: str) -> Counter[str]:
    """The number a query of the program gives for each IRI."""
    rows = select(store, program_query(query)).rows
    return Counter({plain(name): int(plain(number)) for name, number in rows})
