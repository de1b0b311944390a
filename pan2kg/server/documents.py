"""Things, documents and named graphs: which describes which, its content, and the answer to a request for one.

A thing at ``/id/plan/lu-bhr-2`` is described at ``/doc/plan/lu-bhr-2``, to which its IRI redirects (303), as the W3C
note “Cool URIs for the Semantic Web” asks. An instrument or body whose IRI is somebody else's is described under its
key (``/doc/instrument/reg-2017-821``); a thing without a key under its IRI in base64 (``/doc/iri/…``), since an IRI has
characters a path segment cannot hold. A named graph is its own document, and so is the ontology, whose terms are
fragments of it.

The description of a thing holds its statements from all named graphs; the statements that point to it; the links and
involvements that join it to other things, complete; the names of all things mentioned; and its provenance: the named
graphs, the document each was taken from, the dataset and its licence.
"""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

import pyoxigraph as ox
from starlette.responses import Response

from pan2kg.graph.labels import INSTRUMENTS, dataset_of, own_profile, read_profiles
from pan2kg.i18n.catalogue import LANGUAGES
from pan2kg.publish import vocabulary
from pan2kg.server import protocol
from pan2kg.server.engine import GRAPH_FORMATS, used
from pan2kg.server.protocol import GRAPHS, Choice, Form, RefusalError, ServedRelease, choose, is_absolute, why
from pan2kg.server.web import matches
from pan2kg.store.queries import program_query
from pan2kg.store.store import Store, construct, is_true, plain, select
from pan2kg.turtle.vocabulary import DCTERMS, PAN, RDF, RDFS, ROOT, SKOS, is_ours

# the kinds of things that may have their IRI from others, with their classes
ONTOLOGY: Final = PAN.removesuffix("#")
OTHERS: Final = "doc/iri/"
OFFICIAL: Final[Mapping[str, frozenset[str]]] = {
    "instrument": INSTRUMENTS,
    "provision": frozenset({PAN + "Provision"}),
    "body": frozenset({PAN + "PublicBody", PAN + "Organisation"}),
}
# what is said of the named graphs a description rests on
FOAF: Final = "http://xmlns.com/foaf/0.1/"
VOID: Final = "http://rdfs.org/ns/void#"
NAMES: Final = (SKOS + "prefLabel", RDFS + "label", DCTERMS + "title", FOAF + "name")
_ORIGIN: Final = (RDF + "type", DCTERMS + "source", PAN + "certainty")
# how the addresses begin that are answered here
STARTS: Final = ("/id/", "/doc", "/graph/", "/ontology", "/dataset", "/catalogue", "/contributors")
# how a retired thing leads to what replaces it: the registered relation (RFC 5829), and the exact one
SUCCESSOR: Final = f"successor-version {DCTERMS}isReplacedBy"

# chosen only where nothing else will do: a wildcard is not answered with a media type nobody registered
_TURTLE: Final = GRAPHS[0]
DATA: Final = (Form(_TURTLE.name, _TURTLE.media[:1], _TURTLE.iri), *GRAPHS[1:4])
_BY_OTHER_NAMES: Final = Form(_TURTLE.name, _TURTLE.media[1:], _TURTLE.iri)
# the forms by the ending an address has where it wants one of them only
PAGE: Final = Form("html", ("text/html",), f"{protocol.FORMATS}HTML")
ENDINGS: Final[Mapping[str, Form]] = {"ttl": DATA[0], "nt": DATA[1], "rdf": DATA[2], "jsonld": DATA[3], "html": PAGE}


def space_of(store: Store) -> str:
    """What the IRIs of the project a store holds begin with; of several, those of the first."""
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
            path = iri.removeprefix(start)
            return path if path.startswith("graph/") else f"doc/{path.removeprefix('id/')}"
    return _encoded(iri)


def _encoded(iri: str) -> str:
    return OTHERS + urlsafe_b64encode(iri.encode()).decode().rstrip("=")


def find_document(store: Store, iri: str) -> str | None:
    """The path of the document about an IRI the graph knows; None where it does not know it."""
    if not knows(store, iri):
        return None
    space = space_of(store)
    if iri.startswith((space, ROOT)):
        return _told_apart(store, iri, space)
    for key, class_ in select(store, program_query("things/keys-of", thing=iri)).rows:
        kind = next((kind for kind, classes in OFFICIAL.items() if plain(class_) in classes), "")
        if kind:
            return f"doc/{kind}/{plain(key)}"
    return document_of(iri, space)


def _told_apart(store: Store, iri: str, space: str) -> str:
    """The document of an IRI of ours; by its whole where a thing of the project has the path of one of pan2kg."""
    document = document_of(iri, space)
    rival = space + iri.removeprefix(ROOT)
    if not iri.startswith(space) and iri.startswith(ROOT) and document != "ontology" and knows(store, rival):
        return _encoded(iri)
    return document


def find_thing(store: Store, path: str) -> str | None:
    """The IRI a document is about, from its path below ``doc/``; None where the graph knows no such thing.

    >>> from pan2kg.graph.graph import open_graph
    >>> store = open_graph().store
    >>> find_thing(store, "instrument/reg-2017-821"), find_thing(store, "plan/nowhere")
    ('http://data.europa.eu/eli/reg/2017/821/oj', None)
    """
    space, candidates = space_of(store), list[str]()
    if path.startswith("iri/"):
        token = path.removeprefix("iri/")
        try:
            candidates = [urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()]
        except (binascii.Error, UnicodeError):
            candidates = []
    if not any(candidates):
        candidates = [start + name for start in dict.fromkeys((space, ROOT)) for name in (f"id/{path}", path)]
    for iri in candidates:
        if is_absolute(iri) and knows(store, iri) and _told_apart(store, iri, space) == f"doc/{path}":
            return iri
    kind, _, key = path.partition("/")
    if kind not in OFFICIAL or not key:
        return None
    rows = select(store, program_query("things/with-key", key=key)).rows
    iris = {plain(thing) for thing, class_ in rows if plain(class_) in OFFICIAL[kind]}
    return min((iri for iri in iris if is_absolute(iri) and not is_ours(iri)), default=None)


def knows(store: Store, iri: str) -> bool:
    """Whether an IRI is spoken of in the graph, or names a part of it."""
    try:
        ox.NamedNode(iri)
    except ValueError:  # as of a stray percent sign
        return False
    return is_absolute(iri) and bool(store.query(program_query("things/is-known", thing=iri)))


def describe(store: Store, iri: str, document: str) -> list[ox.Triple]:
    """The concise description of a thing, with the statements on the document itself; the thing comes first.

    >>> from pan2kg.graph.graph import open_graph
    >>> plan = "https://w3id.org/pan2kg/id/plan/lu-bhr-2"
    >>> triples = describe(open_graph().store, plan, "http://localhost/doc/plan/lu-bhr-2")
    >>> triples[0].subject.value == plan, any(triple.predicate.value == DCTERMS + "license" for triple in triples)
    (True, True)
    """
    about, graphs = set[ox.Triple](), set[str]()
    query = program_query("things/description", thing=iri, value=iri, joined=iri)
    for graph, subject, predicate, value in select(store, query).rows:
        if value is not None and isinstance(predicate, ox.NamedNode) and not isinstance(subject, ox.Literal | None):
            about.add(ox.Triple(subject, predicate, value))
            graphs |= {plain(graph)} - {""}
    about |= _of_each(store, graphs, _ORIGIN)
    terms = {term for triple in about for term in (triple.subject, triple.object)}
    mentioned = {term.value for term in terms if isinstance(term, ox.NamedNode)}
    about |= _of_each(store, mentioned, NAMES)
    # what is said of the document itself
    page, dataset = ox.NamedNode(document), dataset_of(space_of(store))
    about.add(ox.Triple(page, ox.NamedNode(RDF + "type"), ox.NamedNode(FOAF + "Document")))
    about.add(ox.Triple(page, ox.NamedNode(FOAF + "primaryTopic"), ox.NamedNode(iri)))
    about |= {ox.Triple(page, ox.NamedNode(DCTERMS + "source"), ox.NamedNode(graph)) for graph in graphs}
    for (licence,) in select(store, program_query("dataset/licence", dataset=dataset)).rows:
        about.add(ox.Triple(page, ox.NamedNode(VOID + "inDataset"), ox.NamedNode(dataset)))
        if licence is not None:
            about.add(ox.Triple(page, ox.NamedNode(DCTERMS + "license"), licence))
    return _sorted(about, iri)


def _of_each(store: Store, iris: Iterable[str], properties: tuple[str, ...]) -> set[ox.Triple]:
    """The statements on each of several things with one of some properties."""
    things = sorted(filter(is_absolute, iris))
    return set(construct(store, program_query("things/some-statements", thing=things, property=properties)))


def _sorted(triples: Iterable[ox.Triple], iri: str = "") -> list[ox.Triple]:
    """Triples in order, those on an IRI before all others."""
    subject = ox.NamedNode(iri) if iri else None
    return sorted(set(triples), key=lambda triple: (triple.subject != subject, str(triple)))


def write(triples: list[ox.Triple], form: str, prefixes: Mapping[str, str]) -> bytes:
    """Triples in one of the formats of documents, with the prefixes they need; JSON-LD with its context.

    >>> triple = ox.Triple(ox.NamedNode("http://e/x"), ox.NamedNode(RDFS + "label"), ox.Literal("x"))
    >>> write([triple], "turtle", {"rdfs": RDFS, "skos": SKOS}).decode().splitlines()[0]
    '@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .'
    """
    needed = used(triples, dict(prefixes))
    if form == "jsonld":
        return vocabulary.write(triples, form, needed)
    return ox.serialize(triples, format=GRAPH_FORMATS[form], prefixes=needed or None) or b""


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
    if page and protocol.prefers(accept, DATA, strictly=True):
        return page
    return choose(accept, (*DATA, _BY_OTHER_NAMES)) or page


def split(path: str) -> tuple[str, Form | None]:
    """A path without the ending that names a form, and that form.

    >>> split("/doc/plan/lu-bhr-2.ttl")[0], split("/ontology/0.1.0")
    ('/doc/plan/lu-bhr-2', ('/ontology/0.1.0', None))
    """
    start, _, ending = path.rpartition(".")
    return (start, ENDINGS[ending]) if start and ending in ENDINGS else (path, None)


def _ending_of(form: Form) -> str:
    return next(ending for ending, other_form in ENDINGS.items() if other_form.name == form.name)


def header_safe(iri: str) -> str:
    """An IRI as a header can hold it.

    >>> header_safe("http://e/é#x")
    'http://e/%C3%A9#x'
    """
    return quote(iri, safe="/:?#[]@!$&'()*+,;=%~")


# draws the page of a thing: its IRI, the path it will stand at, the language
Portray = Callable[[str, str, str], bytes]


@dataclass(frozen=True, slots=True)
class Call:
    """A request: its path, what follows the question mark, the headers that count, and where the service stands.

    ``place`` is its absolute address, with a slash at the end; ``front`` is what a redirect begins with.
    """

    path: str
    query: bytes = b""
    accept: str = ""
    languages: str = ""
    condition: str = ""
    place: str = "http://localhost/"
    front: str = "/"


@dataclass(frozen=True, slots=True)
class DataSource:
    """What is answered from; without ``portray`` there are no pages."""

    store: Store
    release: ServedRelease
    prefixes: Mapping[str, str]
    portray: Portray | None = None

    def answer(self, call: Call) -> Response:
        """Answer a request for an IRI of ours or for a document.

        Raises:
            RefusalError: there is no such thing, or not in such a form.
            Pan2kgError: the store does not answer.

        >>> from pan2kg.graph.graph import open_graph
        >>> source = DataSource(open_graph().store, ServedRelease("1"), {})
        >>> source.answer(Call("/id/plan/lu-bhr-2")).headers["location"]
        '/doc/plan/lu-bhr-2'
        >>> source.answer(Call("/doc/plan/lu-bhr-2", accept="text/turtle;q=0.5")).status_code
        200
        """
        if call.path in ("/doc", "/doc/"):
            return self._look_up(call)
        if not protocol.is_plain_path(call.path):
            raise RefusalError(404, why("no-thing-address"))
        start, _, path = call.path[1:].partition("/")
        if start == "doc":
            return self._describe(call, path)
        if start == "graph":
            return self._graph(call)
        if start == "ontology" or split(call.path[1:])[0] == "ontology":
            return self._ontology(call)
        return self._thing(call)

    def _look_up(self, call: Call) -> Response:
        """Lead from any IRI of the graph to its document."""
        iris = protocol.read_form(call.query, "address").get("iri", [])
        if len(iris) != 1:
            raise RefusalError(400, why("say-which-iri"))
        iri = iris[0]
        if not is_absolute(iri):
            raise RefusalError(400, why("no-absolute-iri", iri=iri[:200]))
        document = find_document(self.store, iri)
        if document is None:
            raise RefusalError(404, why("graph-says-nothing", iri=iri))
        fragment = iri.partition("#")[2] if document == "ontology" else ""
        return _lead(call, quote(document) + (f"#{quote(fragment)}" if fragment else ""))

    def _thing(self, call: Call) -> Response:
        """Lead from a thing of ours to its document, and from the version that is served to the dataset."""
        space = space_of(self.store)
        dataset, iri = dataset_of(space), space + call.path[1:]
        version = iri.removeprefix(f"{dataset}/")
        if version != iri and self._is_current(version, dataset):
            return _lead(call, document_of(dataset, space))
        # a project that imports the core answers for it too, as the addresses of pan2kg need not lead here
        iri = next((known for known in (iri, ROOT + call.path[1:]) if knows(self.store, known)), "")
        if not iri:
            raise RefusalError(404, why("graph-says-nothing", iri=space + call.path[1:]))
        following, successor = self._following(iri)
        if successor:
            return _moved(call, successor.removeprefix(space).removeprefix(ROOT))
        document = document_of(iri, space)
        return _lead(call, quote(document)) if following is None else self._gone(call, iri, document, None, following)

    def _describe(self, call: Call, path: str) -> Response:
        """The document about a thing."""
        key, fixed = split(path)
        iri = find_thing(self.store, key)
        if iri is None:
            raise RefusalError(404, why("no-document", key=key[:200]))
        following, successor = self._following(iri)
        if successor:
            document = document_of(successor, space_of(self.store))
            return _moved(call, f"{document}.{_ending_of(fixed)}" if fixed else document)
        document = f"doc/{key}"
        if following is not None:
            return self._gone(call, iri, document, fixed, following)
        return self._show(call, iri, document, fixed, lambda: describe(self.store, iri, call.place + quote(document)))

    def _graph(self, call: Call) -> Response:
        """A named graph, which is its own document."""
        document, fixed = split(call.path[1:])
        starts = dict.fromkeys((space_of(self.store), ROOT))
        iri = next((start + document for start in starts if knows(self.store, start + document)), "")
        if not iri:
            raise RefusalError(404, why("no-graph", iri=next(iter(starts)) + document))
        query = program_query("graphs/statements", graph=iri)
        return self._show(call, iri, document, fixed, lambda: _sorted(construct(self.store, query)))

    def _ontology(self, call: Call) -> Response:
        """The ontology, under its own IRI or that of the version that is served."""
        path, fixed = split(call.path[1:])
        iri = ROOT + path
        if not knows(self.store, iri) or (path != "ontology" and not self._is_current(iri)):
            raise RefusalError(404, why("no-ontology", iri=iri))
        query = program_query("graphs/ontology")
        return self._show(call, ONTOLOGY, "ontology", fixed, lambda: _sorted(construct(self.store, query), ONTOLOGY))

    def _is_current(self, version: str, *datasets: str) -> bool:
        """Whether the ontology, or a dataset that is named, is of this version."""
        return bool(self.store.query(program_query("dataset/is-version", given=version, thing=[ONTOLOGY, *datasets])))

    def _following(self, iri: str) -> tuple[list[str] | None, str]:
        """What replaces a thing of ours that was retired (None where it was not), and its one successor."""
        if not is_ours(iri):
            return None, ""
        rows = [
            (is_true(plain(mark)), plain(thing), is_true(plain(moved)))
            for mark, thing, moved in select(self.store, program_query("things/replacements", thing=iri)).rows
        ]
        successors = {thing for _, thing, moved in rows if moved}
        successor = next(iter(successors)) if len(successors) == 1 and all(map(is_ours, successors)) else ""
        replacing = [thing for mark, thing, _ in rows if mark]
        return sorted(set(filter(is_absolute, replacing))) if replacing else None, successor

    def _choose(self, call: Call, fixed: Form | None) -> Choice:
        has_page = self.portray is not None
        if fixed == PAGE and not has_page:
            raise RefusalError(404, why("no-pages"))
        choice = Choice(fixed, fixed.media[0]) if fixed else negotiate(call.accept, has_page=has_page)
        if choice is None:
            names = ", ".join(form.media[0] for form in (*DATA, *([PAGE] if has_page else [])))
            raise RefusalError(406, why("comes-as", names=names))
        return choice

    def _show(
        self, call: Call, iri: str, document: str, fixed: Form | None, make: Callable[[], list[ox.Triple]]
    ) -> Response:
        """A document of the triples that ``make`` gives; a client that wants a page is led to it."""
        choice = self._choose(call, fixed)
        path = quote(document)
        links = list(self._alternates(call.front + path, document, call.front, choice.form))
        headers = {
            "link": ", ".join([*links, f'<{call.front}{path}>; rel="canonical"', _describes(iri)]),
            "cache-control": "no-cache",
            **_vary(choice, fixed),
        }
        if choice.form == PAGE:
            language = protocol.preferred_language(call.languages)
            return Response(
                status_code=303, headers={"location": f"{call.front}{_page_of(document, language)}", **headers}
            )
        if not fixed:
            headers["content-location"] = f"{call.front}{path}.{_ending_of(choice.form)}"
        headers["etag"] = self.release.tag("document", call.place, document, choice.media)
        if matches(call.condition, headers["etag"]):
            return Response(status_code=304, headers=headers)
        body = write(make(), choice.form.name, self.prefixes)
        return Response(body, headers={**headers, "content-type": choice.content_type})

    def _alternates(self, address: str, document: str, front: str, left_out: Form) -> Iterator[str]:
        """The other forms of a document, each as a value of a Link header (RFC 8288)."""
        for ending, form in ENDINGS.items():
            if form in DATA and form.name != left_out.name:
                yield f'<{address}.{ending}>; rel="alternate"; type="{form.media[0]}"'
        for language in LANGUAGES if self.portray else ():
            page = f"{front}{_page_of(document, language)}"
            yield f'<{page}>; rel="alternate"; type="text/html"; hreflang="{language}"'

    def _gone(self, call: Call, iri: str, document: str, fixed: Form | None, following: list[str]) -> Response:
        """What is left of a thing that was retired: its description, with what replaces it."""
        try:
            choice = self._choose(call, fixed)
        except RefusalError as refusal:
            raise RefusalError(410, why("retired", iri=iri, why=refusal.message)) from None
        links = [f'<{header_safe(thing)}>; rel="{SUCCESSOR}"' for thing in following]
        headers = {"link": ", ".join([*links, _describes(iri)]), "cache-control": "no-cache", **_vary(choice, fixed)}
        if choice.form == PAGE and self.portray:
            body = self.portray(iri, f"{document}.html", protocol.preferred_language(call.languages))
        else:
            body = write(describe(self.store, iri, call.place + quote(document)), choice.form.name, self.prefixes)
        return Response(body, 410, {**headers, "content-type": choice.content_type})


def _page_of(document: str, language: str) -> str:
    return quote(f"{language}/{document.removeprefix('doc/')}.html")


def _describes(iri: str) -> str:
    return f'<{header_safe(iri)}>; rel="describes"'


def _vary(choice: Choice, fixed: Form | None) -> dict[str, str]:
    """On what the form depends: on nothing where the address names it; a page on the language too."""
    names = [*([] if fixed else ["Accept"]), *(["Accept-Language"] if choice.form == PAGE else [])]
    return {"vary": ", ".join(names)} if names else {}


def _lead(call: Call, path: str) -> Response:
    address = f"{call.front}{path}"
    link = f'<{address}>; rel="describedby"'
    headers = {"location": address, "link": link, "vary": "Accept", "cache-control": "no-cache"}
    return Response(status_code=303, headers=headers)


def _moved(call: Call, path: str) -> Response:
    """Lead on for good: the address is an earlier one of what stands at the path."""
    address = f"{call.front}{quote(path)}"
    headers = {"location": address, "link": f'<{address}>; rel="{SUCCESSOR}"', "cache-control": "no-cache"}
    return Response(status_code=301, headers=headers)
