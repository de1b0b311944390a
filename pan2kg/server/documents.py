"""Things, documents, named graphs and the VoID description: which describes which, and the answer to a request for one.

A thing at ``/id/plan/lu-bhr-2`` is described at ``/doc/plan/lu-bhr-2``, to which its IRI redirects
(303), as the W3C note “Cool URIs for the Semantic Web” asks. An instrument or body whose IRI is
somebody else's is described under its key (``/doc/instrument/reg-2017-821``); a thing without a key
under its IRI in base64 (``/doc/iri/…``), since an IRI has characters a path segment cannot hold. A
named graph is its own document, and so is the ontology, whose terms are fragments of it.

The description of a thing holds its statements from all named graphs; the statements that point to
it; the links and involvements that join it to other things, complete; the names of all things
mentioned; and its provenance: the named graphs, the document each was taken from, the dataset and
its licence. The VoID description is counted by queries, once for each state of the data, and
written by the code that writes it for a release.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import quote

import pyoxigraph as ox

from pan2kg.errors import ProjectError
from pan2kg.graph.datasets import dataset_of, own_profile, read_profiles
from pan2kg.graph.labels import INSTRUMENTS
from pan2kg.i18n.catalogue import LANGUAGES
from pan2kg.project import Project
from pan2kg.server import protocol, web
from pan2kg.server.answering import used
from pan2kg.server.protocol import (
    FORMATS,
    Choice,
    Form,
    RefusalError,
    choose,
    is_absolute,
)
from pan2kg.store import LocalStore, Store, Term, construct, is_true, plain, program_query, select
from pan2kg.turtle.vocabulary import DCTERMS, GRAPH, PAN, RDF, RDFS, ROOT, SKOS, is_ours, path_of

# the kinds of things that may have their IRI from others, with their classes
ONTOLOGY = PAN.removesuffix("#")
OTHERS = "doc/iri/"
OFFICIAL: Mapping[str, frozenset[str]] = {
    "instrument": INSTRUMENTS,
    "provision": frozenset({PAN + "Provision"}),
    "body": frozenset({PAN + "PublicBody", PAN + "Organisation"}),
}
FOAF = "http://xmlns.com/foaf/0.1/"
VOID = protocol.PREFIXES["void"]
NAMES = (SKOS + "prefLabel", RDFS + "label", DCTERMS + "title", FOAF + "name")
# what is said of the named graphs a description rests on
_ORIGIN = (RDF + "type", DCTERMS + "source", PAN + "certainty")
# how the addresses begin that are answered here
VOID_PATH = "/.well-known/void"
STARTS = (
    "/id/",
    "/doc",
    "/graph/",
    "/ontology",
    "/dataset",
    "/catalogue",
    "/contributors",
    VOID_PATH,
)
# what the service has of the graph as a file, below its root
DUMPS = ("data/pan2kg.nq.gz",)
# how a retired thing leads to what replaces it: the registered relation (RFC 5829), and the exact
# one
SUCCESSOR = f"successor-version {DCTERMS}isReplacedBy"

_TURTLE = protocol.GRAPHS[0]
DATA = (_TURTLE._replace(media=_TURTLE.media[:1]), *protocol.GRAPHS[1:4])
# chosen only where nothing else will do: a wildcard is not answered with a media type nobody
# registered
_BY_OTHER_NAMES = _TURTLE._replace(media=_TURTLE.media[1:])
# the forms by the ending an address has where it wants one of them only
PAGE = Form("html", ("text/html",))
ENDINGS: Mapping[str, Form] = {
    "ttl": DATA[0],
    "nt": DATA[1],
    "rdf": DATA[2],
    "jsonld": DATA[3],
    "html": PAGE,
}
# what of an IRI a header can hold as it is
_SAFE = "/:?#[]@!$&'()*+,;=%~"
_NUMBER = re.compile(r"\d{1,9}(?:\.\d{1,9}){1,3}")
_ENDING_OF = {form.name: ending for ending, form in ENDINGS.items()}


def space_of(store: Store) -> str:
    """How the IRIs of the project begin that a store holds."""
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
    """The path of the document about an IRI; None where the graph says nothing of it."""
    if not knows(store, iri):
        return None
    space = space_of(store)
    if iri.startswith((space, ROOT)):
        # by its whole where a thing of the project has the path of one of pan2kg
        document = document_of(iri, space)
        is_ambiguous = (
            not iri.startswith(space)
            and document != "ontology"
            and knows(store, space + iri[len(ROOT) :])
        )
        return _encoded(iri) if is_ambiguous else document
    for key, class_ in select(store, program_query("things/keys-of", thing=iri)).rows:
        kind = next((kind for kind, classes in OFFICIAL.items() if plain(class_) in classes), "")
        if kind:
            return f"doc/{kind}/{plain(key)}"
    return document_of(iri, space)


def find_thing(store: Store, path: str) -> str | None:
    """The IRI that the document below ``doc/`` is about, by its own key or an official one; None without."""
    space = space_of(store)
    candidates = []
    if path.startswith("iri/"):
        token = path.removeprefix("iri/")
        with suppress(ValueError):  # no base64, or no text in it
            candidates = [urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()]
    if not any(candidates):
        candidates = [
            start + name for start in dict.fromkeys((space, ROOT)) for name in (f"id/{path}", path)
        ]
    for iri in candidates:
        is_other = is_absolute(iri) and not iri.startswith((space, ROOT)) and knows(store, iri)
        document = document_of(iri, space) if is_other else find_document(store, iri)
        if document == f"doc/{path}":
            return iri
    kind, _, key = path.partition("/")
    if kind not in OFFICIAL or not key:
        return None
    rows = select(store, program_query("things/with-key", key=key)).rows
    iris = {plain(thing) for thing, class_ in rows if plain(class_) in OFFICIAL[kind]}
    return min((iri for iri in iris if is_absolute(iri) and not is_ours(iri)), default=None)


def knows(store: Store, iri: str) -> bool:
    """Whether a store says anything of an IRI; not of what is no IRI."""
    try:
        ox.NamedNode(iri)
    except ValueError:  # as of a stray percent sign
        return False
    return is_absolute(iri) and bool(store.query(program_query("things/is-known", thing=iri)))


def find_ours(store: Store, path: str) -> str:
    """The IRI of the project, or of pan2kg, that has this path; empty where nothing is said of it.

    A project that imports the core answers for it too, as the addresses of pan2kg need not lead here.
    """
    candidates = dict.fromkeys(start + path for start in (space_of(store), ROOT))
    return next((iri for iri in candidates if knows(store, iri)), "")


def describe(store: Store, iri: str, document: str) -> list[ox.Triple]:
    """The statements of a description, as the docstring of this module says, and those on the ``document`` itself."""
    about = set()
    graphs = set()

    def add(iris: Iterable[str], properties: tuple[str, ...]) -> None:
        things = sorted(filter(is_absolute, iris))
        about.update(
            construct(
                store, program_query("things/some-statements", thing=things, property=properties)
            )
        )

    query = program_query("things/description", thing=iri, value=iri, joined=iri)
    for graph, subject, predicate, value in select(store, query).rows:
        if (
            value is not None
            and isinstance(predicate, ox.NamedNode)
            and not isinstance(subject, ox.Literal | None)
        ):
            about.add(ox.Triple(subject, predicate, value))
            graphs |= {plain(graph)} - {""}
    add(graphs, _ORIGIN)
    terms = {term for triple in about for term in (triple.subject, triple.object)}
    add({term.value for term in terms if isinstance(term, ox.NamedNode)}, NAMES)
    dataset = dataset_of(space_of(store))
    # what is said of the document itself
    page = ox.NamedNode(document)

    def say_of_page(predicate: str, value: Term) -> None:
        about.add(ox.Triple(page, ox.NamedNode(predicate), value))

    say_of_page(RDF + "type", ox.NamedNode(FOAF + "Document"))
    say_of_page(FOAF + "primaryTopic", ox.NamedNode(iri))
    for source in graphs:
        say_of_page(DCTERMS + "source", ox.NamedNode(source))
    for (licence,) in select(store, program_query("dataset/licence", dataset=dataset)).rows:
        say_of_page(VOID + "inDataset", ox.NamedNode(dataset))
        if licence is not None:
            say_of_page(DCTERMS + "license", licence)
    return _sorted(about, iri)


def _sorted(triples: Iterable[ox.Triple], iri: str = "") -> list[ox.Triple]:
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


# draws the page of a thing: its IRI, the path it will stand at, the language
Portray = Callable[[str, str, str], bytes]


def lead(request: web.Request, path: str, status: int = 303) -> web.Response:
    """A redirection to a path below the root: 303 to what describes a thing, else to its successor."""
    varies, relation = ({"vary": "Accept"}, "describedby") if status == 303 else ({}, SUCCESSOR)
    link = f'<{request.scope["front"]}{path}>; rel="{relation}"'
    return web.lead(request, path, status, link=link, **varies, **{"cache-control": "no-cache"})


class _Document(NamedTuple):
    """A document that is asked for: the thing it is about, its path, and the form its ending asks for, if one."""

    iri: str
    path: str
    fixed: Form | None = None


class _Retirement(NamedTuple):
    """What replaces a thing that was retired: all that do, and the one to which its old address leads, or nothing."""

    following: list[str]
    successor: str


class DataSource:
    """Answers for things, documents, named graphs and the VoID description, from a store.

    ``portray`` draws the page of a thing; without it there are no pages.
    """

    def __init__(
        self,
        project: Project,
        store: Store,
        release: protocol.ServedRelease,
        prefixes: Mapping[str, str],
        portray: Portray | None = None,
    ) -> None:
        self.project = project
        self.store = store
        self.release = release
        self.prefixes = prefixes
        self.portray = portray
        self._counted = lru_cache(1)(lambda _: count(self.store))  # once for a state of the data

    def answer(self, request: web.Request) -> web.Response:
        """The answer to a request below one of ``STARTS``.

        Raises:
            RefusalError: 404 for what nothing is said of, 406 where no form fits, 410 for what was retired.
        """
        place = web.path_of(request)
        if place.startswith(VOID_PATH):
            return self._void(request)
        if place in ("/doc", "/doc/"):
            return self._look_up(request)
        if not protocol.is_plain_path(place):
            raise RefusalError(404, "no-page")
        kind, _, path = place[1:].partition("/")
        document = path if kind == "doc" else place[1:]
        stem, _, ending = document.rpartition(".")
        fixed = ENDINGS.get(ending) if stem else None
        document = stem if fixed else document
        if kind == "doc":
            return self._describe(request, document, fixed)
        if kind == "graph":  # which is its own document
            iri = find_ours(self.store, document)
            if not iri:
                raise RefusalError(404, "no-graph", iri=space_of(self.store) + document)
            retired = self._retirement(iri)
            if retired and retired.following:
                place = f"graph/{path_of(retired.following[0])}"
                location = request.scope["front"] + quote(place)
                return web.Response(status_code=303, headers={"location": location})
            query = program_query("graphs/statements", graph=iri)
            subject = ""
        elif kind == "ontology" or document == "ontology":
            # under its own IRI or that of the version that is served
            iri = ROOT + document
            if not fixed and self._is_earlier(document.removeprefix("ontology/")):
                return web.Response(status_code=303, headers={"location": f"{iri}.ttl"})
            is_served = document == "ontology" or iri in self._versions()
            if not is_served or not knows(self.store, iri):
                raise RefusalError(404, "graph-says-nothing", iri=iri)
            query = program_query("graphs/ontology")
            document = "ontology"
            iri = ONTOLOGY
            subject = ONTOLOGY
        else:
            return self._thing(request, place[1:])
        asked = _Document(iri, document, fixed)
        return self._show(request, asked, lambda: _sorted(construct(self.store, query), subject))

    def _void(self, request: web.Request) -> web.Response:
        from pan2kg.graph.graph import Graph
        from pan2kg.publish import edition, void

        choice = protocol.insist(web.header(request, "accept"), DATA)
        place = f"{web.root_of(request)}/"
        tag = self.release.tag("void", place, choice.media)
        headers = {"vary": "Accept", "cache-control": "no-cache", "etag": tag}
        web.insist_changed(request, headers)
        small = LocalStore(ox.Store())
        space = space_of(self.store)
        stated = construct(self.store, program_query("dataset/facts", dataset=dataset_of(space)))
        small.add(f"{GRAPH}catalogue", stated)
        try:
            facts = edition.read_facts(small, space)
        except ProjectError as error:
            raise RefusalError(404, "no-dataset-facts", why=error.message) from None
        issued, modified = (facts.day(DCTERMS + name) for name in ("issued", "modified"))
        addresses = edition.Addresses(facts.space, place, f"{place}sparql", facts.space)
        issue = edition.Issue(facts.version or "0", issued, modified, addresses)
        described = edition.Edition(Graph(self.project, small), facts, issue)
        turtle = void.write_void(described, self._counted(str(self.release)), DUMPS)
        triples = [quad.triple for quad in ox.parse(turtle, format=ox.RdfFormat.TURTLE)]
        body = write(triples, choice.form.name, {**self.prefixes, "void": VOID})
        return web.Response(body, headers={**headers, "content-type": choice.content_type})

    def _look_up(self, request: web.Request) -> web.Response:
        iris = protocol.read_form(request.scope["query_string"]).get("iri", [])
        if len(iris) != 1:
            raise RefusalError(400, "say-which-iri")
        iri = iris[0]
        if not is_absolute(iri):
            raise RefusalError(400, "no-absolute-iri", iri=iri[:200])
        document = find_document(self.store, iri)
        if document is None:
            raise RefusalError(404, "graph-says-nothing", iri=iri)
        fragment = iri.partition("#")[2] if document == "ontology" else ""
        return lead(request, quote(document) + (f"#{quote(fragment)}" if fragment else ""))

    def _thing(self, request: web.Request, path: str) -> web.Response:
        space = space_of(self.store)
        dataset = dataset_of(space)
        iri = space + path
        version = iri.removeprefix(f"{dataset}/")
        if version != iri and version in self._versions(dataset):
            return lead(request, document_of(dataset, space))
        if version != iri and self._is_earlier(version, dataset):
            return web.Response(status_code=303, headers={"location": f"{space}version/{version}/"})
        iri = find_ours(self.store, path)
        if not iri:
            raise RefusalError(404, "graph-says-nothing", iri=space + path)
        document = document_of(iri, space)
        retirement = self._retirement(iri)
        if retirement is None:
            return lead(request, quote(document))
        if retirement.successor:
            path = retirement.successor.removeprefix(space).removeprefix(ROOT)
            return lead(request, quote(path), 301)
        return self._show_retired(request, _Document(iri, document), retirement)

    def _describe(self, request: web.Request, key: str, fixed: Form | None) -> web.Response:
        iri = find_thing(self.store, key)
        if iri is None:
            raise RefusalError(404, "no-document", key=key[:200])
        asked = _Document(iri, f"doc/{key}", fixed)
        retirement = self._retirement(iri)
        if retirement is None:
            return self._show(request, asked)
        if not retirement.successor:
            return self._show_retired(request, asked, retirement)
        document = document_of(retirement.successor, space_of(self.store))
        if fixed:
            document += f".{_ENDING_OF[fixed.name]}"
        return lead(request, quote(document), 301)

    def _versions(self, *datasets: str) -> list[str]:
        query = program_query("dataset/versions", thing=[ONTOLOGY, *datasets])
        return list(select(self.store, query).values("version"))

    def _is_earlier(self, version: str, *datasets: str) -> bool:
        # one that is not served here: its release has it, to which the permanent addresses lead
        if not _NUMBER.fullmatch(version):
            return False
        served = filter(_NUMBER.fullmatch, self._versions(*datasets))
        numbers = [tuple(map(int, number.split("."))) for number in (version, *served)]
        return numbers[0] < max(numbers)

    def _retirement(self, iri: str) -> _Retirement | None:
        """What replaces a thing of ours that was retired; None where it was not."""
        if not is_ours(iri):
            return None
        is_retired = False
        following = set()
        successors = set()
        query = program_query("things/replacements", thing=iri)
        for row in select(self.store, query).rows:
            mark, thing, moved = map(plain, row)
            if is_true(mark):
                is_retired = True
                following.add(thing)
            if is_true(moved):
                successors.add(thing)
        if not is_retired:
            return None
        successor = successors.pop() if len(successors) == 1 else ""
        if not is_ours(successor):
            successor = ""
        return _Retirement(sorted(filter(is_absolute, following)), successor)

    def _choose(self, accept: str, fixed: Form | None) -> Choice:
        """The form a document is sent in: the one its ending asks for, or that the client likes best."""
        if fixed == PAGE and not self.portray:
            raise RefusalError(404, "no-pages")
        if fixed:
            return Choice(fixed, fixed.media[0])
        # a page for who names it and no data before it, else data
        page = choose(accept, (PAGE,)) if self.portray else None
        if page and protocol.prefers(accept, DATA, strictly=True):
            return page
        data = choose(accept, (*DATA, _BY_OTHER_NAMES))
        forms = (*DATA, PAGE) if self.portray else DATA
        return data or page or protocol.insist(accept, forms)

    def _show(
        self,
        request: web.Request,
        asked: _Document,
        make: Callable[[], list[ox.Triple]] | None = None,
    ) -> web.Response:
        """A document as data, as ``make`` gives them or as a description; or the way to its page."""
        choice = self._choose(web.header(request, "accept"), asked.fixed)
        front = request.scope["front"]
        address = front + quote(asked.path)
        # the other forms of a document, each as a value of a Link header (RFC 8288)
        links = [
            f'<{address}.{ending}>; rel="alternate"; type="{form.media[0]}"'
            for ending, form in ENDINGS.items()
            if form in DATA and form.name != choice.form.name
        ]
        pages = {}
        for tag in LANGUAGES:
            page = front + quote(f"{tag}/{asked.path.removeprefix('doc/')}.html")
            pages[tag] = page
            if self.portray:
                links.append(f'<{page}>; rel="alternate"; type="text/html"; hreflang="{tag}"')
        links.append(f'<{address}>; rel="canonical"')
        headers = _headers(choice, asked, links)
        if choice.form == PAGE:
            language = protocol.preferred_language(web.header(request, "accept-language"))
            return web.Response(status_code=303, headers={**headers, "location": pages[language]})
        if not asked.fixed:
            headers["content-location"] = f"{address}.{_ENDING_OF[choice.form.name]}"
        place = f"{web.root_of(request)}/"
        headers["etag"] = self.release.tag("document", place, asked.path, choice.media)
        web.insist_changed(request, headers)
        triples = make() if make else describe(self.store, asked.iri, place + quote(asked.path))
        body = write(triples, choice.form.name, self.prefixes)
        return web.Response(body, 200, {**headers, "content-type": choice.content_type})

    def _show_retired(
        self, request: web.Request, asked: _Document, retirement: _Retirement
    ) -> web.Response:
        """What was retired is gone (410): its description, or its page, says what replaces it."""
        try:
            choice = self._choose(web.header(request, "accept"), asked.fixed)
        except RefusalError as refusal:
            raise RefusalError(410, "retired", iri=asked.iri, why=refusal.message) from None
        links = [
            f'<{quote(thing, safe=_SAFE)}>; rel="{SUCCESSOR}"' for thing in retirement.following
        ]
        headers = {**_headers(choice, asked, links), "content-type": choice.content_type}
        if choice.form == PAGE and self.portray:
            language = protocol.preferred_language(web.header(request, "accept-language"))
            body = self.portray(asked.iri, f"{asked.path}.html", language)
        else:
            address = f"{web.root_of(request)}/{quote(asked.path)}"
            triples = describe(self.store, asked.iri, address)
            body = write(triples, choice.form.name, self.prefixes)
        return web.Response(body, 410, headers)


def _headers(choice: Choice, asked: _Document, links: list[str]) -> dict[str, str]:
    """The headers of a document in a form: how it may be kept, what else it depends on, and its links."""
    headers = {"cache-control": "no-cache"}
    varies = [] if asked.fixed else ["Accept"]
    if choice.form == PAGE:
        varies.append("Accept-Language")
    if varies:
        headers["vary"] = ", ".join(varies)
    headers["link"] = ", ".join([*links, f'<{quote(asked.iri, safe=_SAFE)}>; rel="describes"'])
    return headers


def count(store: Store) -> Any:  # noqa: ANN401 - statistics of a module that is read late
    """The numbers of a graph (``Statistics``), by queries; each triple once, in however many graphs it stands."""
    from pan2kg.publish import void

    totals = select(store, program_query("counts/totals")).rows[0]
    properties, classes = (
        Counter(
            {
                plain(name): int(plain(number))
                for name, number in select(store, program_query(query)).rows
            }
        )
        for query in ("counts/distinct-properties", "counts/distinct-classes")
    )
    links: Counter[tuple[str, str]] = Counter()
    targets = void.targets_of(own_profile(read_profiles(store), None))
    for _, name, value in select(
        store, program_query("counts/outgoing-statements", space=space_of(store))
    ).rows:
        links.update(
            (target, plain(name))
            for target, start in targets.items()
            if plain(value).startswith(start)
        )
    triples, subjects, objects = (int(plain(value)) for value in totals)
    return void.Statistics(triples, subjects, objects, properties, classes, links)


def routes(source: DataSource) -> list[web.Route]:
    """What answers for things and documents, by how their addresses begin; in threads, as the store is waited for."""
    threads = web.Threads(4, "document")

    async def answer(request: web.Request) -> web.Response:
        return await threads.run(source.answer, request)

    return [web.route(f"{start}{{rest:path}}", answer, protocol.READS) for start in STARTS]
