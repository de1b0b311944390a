"""Which document describes which thing, and its content: a thing, a named graph or the ontology, serialised.

A thing at ``/id/plan/lu-bhr-2`` is described at ``/doc/plan/lu-bhr-2``. An instrument or body whose IRI is somebody
else's is described under its key (``/doc/instrument/reg-2017-821``); a thing without a key under its IRI in base64
(``/doc/iri/…``), since an IRI has characters a path segment cannot hold. A named graph is its own document, and so is
the ontology, whose terms are fragments of it.

The description of a thing holds its statements from all named graphs; the statements that point to it; the links and
involvements that join it to other things, complete; the names of all things mentioned; and its provenance: the named
graphs, the document each was taken from, the dataset and its licence.
"""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

import pyoxigraph as ox

from pan2kg.graph.dataset import dataset_of, own_profile, read_profiles
from pan2kg.graph.labels import INSTRUMENTS
from pan2kg.i18n.catalogue import LANGUAGES
from pan2kg.publish.vocabulary import write as write_compact
from pan2kg.server.evaluation import GRAPH_FORMATS, used
from pan2kg.server.negotiation import FORMATS, GRAPHS, Choice, Form, choose, quality_of, read_accept
from pan2kg.server.protocol import is_absolute
from pan2kg.store.queries import program_query
from pan2kg.store.store import Store, construct, plain, select
from pan2kg.turtle.vocabulary import DCTERMS, PAN, RDF, RDFS, ROOT, SKOS, is_ours

ONTOLOGY: Final = PAN.removesuffix("#")
OTHERS: Final = "doc/iri/"
OFFICIAL: Final[Mapping[str, frozenset[str]]] = {
    "instrument": INSTRUMENTS,
    "provision": frozenset({PAN + "Provision"}),
    "body": frozenset({PAN + "PublicBody", PAN + "Organisation"}),
}
"""The kinds of things that may have their IRI from others, with their classes."""


def space_of(store: Store) -> str:
    """What the IRIs of the project a store holds begin with; of several, those of the first.

    Raises:
        Pan2kgError: the store does not answer.
    """
    return own_profile(read_profiles(store), None).space


def document_of(iri: str, space: str = ROOT) -> str:
    """The path of the document about an IRI, from the IRI alone; the project's own IRIs begin with ``space``.

    >>> document_of(ROOT + "id/plan/lu-bhr-2"), document_of(ROOT + "graph/conflicts"), document_of(PAN + "Plan")
    ('doc/plan/lu-bhr-2', 'graph/conflicts', 'ontology')
    >>> document_of(ROOT + "dataset"), document_of("http://e/x")
    ('doc/dataset', 'doc/iri/aHR0cDovL2UveA')
    """
    if iri == ONTOLOGY or iri.startswith((PAN, f"{ONTOLOGY}/")):
        return "ontology"
    for start in (space, ROOT):
        if iri.startswith(start):
            rest = iri.removeprefix(start)
            return rest if rest.startswith("graph/") else f"doc/{rest.removeprefix('id/')}"
    return _encoded(iri)


def _encoded(iri: str) -> str:
    return OTHERS + urlsafe_b64encode(iri.encode()).decode().rstrip("=")


def find_document(store: Store, iri: str) -> str | None:
    """The path of the document about an IRI the graph knows; None where it does not know it.

    Raises:
        Pan2kgError: the store does not answer.
    """
    if not knows(store, iri):
        return None
    space = space_of(store)
    if iri.startswith((space, ROOT)):
        return _told_apart(store, iri, space)
    rows = select(store, program_query("things/keys-of", thing=iri)).rows
    keyed = ((plain(key), _kind(plain(kind))) for key, kind in rows)
    return next((f"doc/{kind}/{key}" for key, kind in keyed if kind), document_of(iri, space))


def _told_apart(store: Store, iri: str, space: str) -> str:
    """The document of an IRI of ours; by its whole where a thing of the project has the path of one of pan2kg."""
    found = document_of(iri, space)
    same = space + iri.removeprefix(ROOT)
    if not iri.startswith(space) and iri.startswith(ROOT) and found != "ontology" and knows(store, same):
        return _encoded(iri)
    return found


def _kind(class_: str) -> str:
    return next((kind for kind, classes in OFFICIAL.items() if class_ in classes), "")


def find_thing(store: Store, rest: str) -> str | None:
    """The IRI a document is about, from its path below ``doc/``; None where the graph knows no such thing.

    Raises:
        Pan2kgError: the store does not answer.

    >>> from pan2kg.graph.graph import open_graph
    >>> store = open_graph().store
    >>> find_thing(store, "instrument/reg-2017-821"), find_thing(store, "plan/nowhere")
    ('http://data.europa.eu/eli/reg/2017/821/oj', None)
    """
    named = _decoded(rest) if rest.startswith("iri/") else ""
    space = space_of(store)
    starts = dict.fromkeys((space, ROOT))
    for iri in (named,) if named else [start + path for start in starts for path in (f"id/{rest}", rest)]:
        if is_absolute(iri) and knows(store, iri) and _told_apart(store, iri, space) == f"doc/{rest}":
            return iri
    kind, _, key = rest.partition("/")
    if kind not in OFFICIAL or not key:
        return None
    rows = select(store, program_query("things/with-key", key=key)).rows
    found = {plain(thing) for thing, class_ in rows if plain(class_) in OFFICIAL[kind]}
    return min((iri for iri in found if is_absolute(iri) and not is_ours(iri)), default=None)


def _decoded(rest: str) -> str:
    token = rest.removeprefix("iri/")
    try:
        return urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
    except (binascii.Error, UnicodeError):
        return ""


def knows(store: Store, iri: str) -> bool:
    """Whether an IRI is spoken of in the graph, or names a part of it.

    Raises:
        Pan2kgError: the store does not answer.
    """
    if not is_absolute(iri):
        return False
    try:
        ox.NamedNode(iri)
    except ValueError:  # as of a stray percent sign
        return False
    return bool(store.query(program_query("things/is-known", thing=iri)))


FOAF: Final = "http://xmlns.com/foaf/0.1/"
VOID: Final = "http://rdfs.org/ns/void#"
NAMES: Final = (SKOS + "prefLabel", RDFS + "label", DCTERMS + "title", FOAF + "name")

_ORIGIN: Final = (RDF + "type", DCTERMS + "source", PAN + "certainty")
"""What is said of the named graphs a description rests on."""


@dataclass(frozen=True, slots=True)
class StatedTriple:
    """A triple and the named graph that says it; empty where it stands in none."""

    triple: ox.Triple
    graph: str


def describe(store: Store, iri: str, document: str) -> list[ox.Triple]:
    """The concise description of a thing, with the statements on the document itself; the thing comes first.

    Raises:
        Pan2kgError: the store does not answer.

    >>> from pan2kg.graph.graph import open_graph
    >>> plan = "https://w3id.org/pan2kg/id/plan/lu-bhr-2"
    >>> triples = describe(open_graph().store, plan, "http://localhost/doc/plan/lu-bhr-2")
    >>> triples[0].subject.value == plan, any(triple.predicate.value == DCTERMS + "license" for triple in triples)
    (True, True)
    """
    found = list(_said(store, iri))
    graphs = {one.graph for one in found if one.graph}
    about = {one.triple for one in found} | _of_each(store, graphs, _ORIGIN)
    about |= _of_each(store, _mentioned(about), NAMES)
    about |= set(_colophon(store, iri, document, graphs))
    return sorted(about, key=lambda triple: (plain_subject(triple) != iri, str(triple)))


def plain_subject(triple: ox.Triple) -> str:
    """The IRI of the subject; empty where it has none."""
    return triple.subject.value if isinstance(triple.subject, ox.NamedNode) else ""


def _said(store: Store, iri: str) -> Iterator[StatedTriple]:
    query = program_query("things/description", thing=iri, value=iri, joined=iri)
    for graph, thing, predicate, value in select(store, query).rows:
        if value is not None and isinstance(predicate, ox.NamedNode) and not isinstance(thing, ox.Literal | None):
            yield StatedTriple(ox.Triple(thing, predicate, value), plain(graph))


def _of_each(store: Store, iris: Iterable[str], properties: tuple[str, ...]) -> set[ox.Triple]:
    """The statements on each of several things with one of some properties."""
    things = sorted(filter(is_absolute, iris))
    return set(construct(store, program_query("things/some-statements", thing=things, property=properties)))


def _mentioned(triples: Iterable[ox.Triple]) -> set[str]:
    terms = {term for triple in triples for term in (triple.subject, triple.object)}
    return {term.value for term in terms if isinstance(term, ox.NamedNode)}


def _colophon(store: Store, iri: str, document: str, graphs: Iterable[str]) -> Iterator[ox.Triple]:
    """What is said of the document itself."""
    about = ox.NamedNode(document)
    yield ox.Triple(about, ox.NamedNode(RDF + "type"), ox.NamedNode(FOAF + "Document"))
    yield ox.Triple(about, ox.NamedNode(FOAF + "primaryTopic"), ox.NamedNode(iri))
    for graph in graphs:
        yield ox.Triple(about, ox.NamedNode(DCTERMS + "source"), ox.NamedNode(graph))
    dataset = dataset_of(space_of(store))
    for (licence,) in select(store, program_query("dataset/licence", dataset=dataset)).rows:
        yield ox.Triple(about, ox.NamedNode(VOID + "inDataset"), ox.NamedNode(dataset))
        if licence is not None:
            yield ox.Triple(about, ox.NamedNode(DCTERMS + "license"), licence)


def read_graph(store: Store, iri: str) -> list[ox.Triple]:
    """The statements of a named graph, sorted.

    Raises:
        Pan2kgError: the store does not answer.
    """
    return sorted(set(construct(store, program_query("graphs/statements", graph=iri))), key=str)


def read_ontology(store: Store) -> list[ox.Triple]:
    """The named graph that declares the ontology, sorted: its header and its terms.

    Raises:
        Pan2kgError: the store does not answer.
    """
    triples = set(construct(store, program_query("graphs/ontology")))
    return sorted(triples, key=lambda triple: (plain_subject(triple) != PAN[:-1], str(triple)))


def write(triples: list[ox.Triple], form: str, prefixes: Mapping[str, str]) -> bytes:
    """Triples in one of the formats of documents, with the prefixes they need; JSON-LD with its context.

    >>> triple = ox.Triple(ox.NamedNode("http://e/x"), ox.NamedNode(RDFS + "label"), ox.Literal("x"))
    >>> write([triple], "turtle", {"rdfs": RDFS, "skos": SKOS}).decode().splitlines()[0]
    '@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .'
    """
    needed = used(triples, dict(prefixes))
    if form == "jsonld":
        return write_compact(triples, form, needed)
    return ox.serialize(triples, format=GRAPH_FORMATS[form], prefixes=needed or None) or b""


_TURTLE: Final = GRAPHS[0]
DATA: Final = (Form(_TURTLE.name, _TURTLE.media[:1], _TURTLE.iri), *GRAPHS[1:4])
_BY_OLD_NAMES: Final = Form(_TURTLE.name, _TURTLE.media[1:], _TURTLE.iri)
"""Chosen only where nothing else will do: a wildcard is not answered with a media type nobody registered."""
PAGE: Final = Form("html", ("text/html",), f"{FORMATS}HTML")
ENDINGS: Final[Mapping[str, Form]] = {"ttl": DATA[0], "nt": DATA[1], "rdf": DATA[2], "jsonld": DATA[3], "html": PAGE}
"""The forms by the ending an address has where it wants one of them only."""


def negotiate(accept: str, *, has_page: bool = True) -> Choice | None:
    """The form for an Accept header: a page for who names it and no data before it, else data; None for a 406.

    >>> negotiate("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8").form.name
    'html'
    >>> negotiate("*/*").media, negotiate("text/html, text/turtle").media, negotiate("image/png, text/html;q=0.1").media
    ('text/turtle', 'text/turtle', 'text/html')
    >>> negotiate("image/png") is None
    True
    """
    page = choose(accept, (PAGE,)) if has_page else None
    if page and _asks_for_page(accept):
        return page
    return choose(accept, (*DATA, _BY_OLD_NAMES)) or page


def _asks_for_page(accept: str) -> bool:
    ranges = [one for one in read_accept(accept) if one.kind != "*"]
    is_named = any(one.subtype == "html" for one in ranges)
    return is_named and quality_of(PAGE.media[0], ranges) > max(
        quality_of(media, ranges) for form in DATA for media in form.media
    )


def split(path: str) -> tuple[str, Form | None]:
    """A path without the ending that names a form, and that form.

    >>> split("/doc/plan/lu-bhr-2.ttl")[0], split("/ontology/0.1.0")
    ('/doc/plan/lu-bhr-2', ('/ontology/0.1.0', None))
    """
    start, _, ending = path.rpartition(".")
    return (start, ENDINGS[ending]) if start and ending in ENDINGS else (path, None)


def page_of(document: str, language: str) -> str:
    """The path of the page that shows what a document describes, in a language.

    >>> page_of("doc/plan/lu-bhr-2", "fr"), page_of("graph/conflicts", "de")
    ('fr/plan/lu-bhr-2.html', 'de/graph/conflicts.html')
    """
    return f"{language}/{document.removeprefix('doc/')}.html"


def alternates(document: str, front: str, *, has_page: bool, skipped: str = "") -> Iterator[str]:
    """The other forms of a document, each as a value of a Link header (RFC 8288).

    >>> next(alternates("doc/plan/lu-bhr-2", "/", has_page=False))
    '</doc/plan/lu-bhr-2.ttl>; rel="alternate"; type="text/turtle"'
    """
    for ending, form in ENDINGS.items():
        if form in DATA and form.name != skipped:
            yield f'<{front}{quote(document)}.{ending}>; rel="alternate"; type="{form.media[0]}"'
    for language in LANGUAGES if has_page else ():
        page = quote(page_of(document, language))
        yield f'<{front}{page}>; rel="alternate"; type="text/html"; hreflang="{language}"'


def ending_of(form: Form) -> str:
    """The ending of an address that wants a form.

    >>> ending_of(DATA[3])
    'jsonld'
    """
    return next(ending for ending, one in ENDINGS.items() if one.name == form.name)
