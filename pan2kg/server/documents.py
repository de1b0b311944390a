"""The answers to requests for things, documents, named graphs and the VoID description.

The IRI of a thing redirects (303) to the document that describes it, as the W3C note “Cool URIs for
the Semantic Web” asks. Which document that is says :mod:`pan2kg.server.document_paths`, what stands
in it :mod:`pan2kg.server.descriptions`. A document comes in the form its ending names, or the
client likes best; a page it leads to (303), as a page has its own address in each language. What
was retired leads to what took its place (301), or is gone (410).
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote

import pyoxigraph as ox

from pan2kg.errors import ProjectError
from pan2kg.graph.datasets import dataset_of
from pan2kg.i18n import LANGUAGES
from pan2kg.project import Project
from pan2kg.server.descriptions import VOID, count, describe, describe_dataset, in_order, write
from pan2kg.server.document_paths import (
    ONTOLOGY,
    document_of,
    find_document,
    find_ours,
    find_thing,
    knows,
    space_of,
)
from pan2kg.server.protocol import (
    GRAPHS,
    READS,
    Choice,
    Form,
    RefusalError,
    ServedRelease,
    choose,
    insist,
    insist_absolute,
    is_absolute,
    is_plain_path,
    preferred_language,
    prefers,
    read_form,
)
from pan2kg.server.web import (
    Request,
    Response,
    Route,
    Threads,
    header,
    insist_changed,
    lead,
    request_path,
    root_of,
    route,
)
from pan2kg.store import Store, construct, is_true, plain, program_query, select
from pan2kg.turtle.vocabulary import DCTERMS, ROOT, is_ours, path_of

VOID_PATH = "/.well-known/void"
# how the addresses begin that are answered here
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
# how a retired thing leads to what replaces it: the registered relation (RFC 5829), and the exact
# one
SUCCESSOR = f"successor-version {DCTERMS}isReplacedBy"

_TURTLE = GRAPHS[0]
DATA = (_TURTLE._replace(media=_TURTLE.media[:1]), *GRAPHS[1:4])
# chosen only where nothing else will do: a wildcard is not answered with a media type nobody
# registered
_BY_OTHER_NAMES = _TURTLE._replace(media=_TURTLE.media[1:])
PAGE = Form("html", ("text/html",))
# the forms by the ending an address has where it wants one of them only
ENDINGS: Mapping[str, Form] = {
    "ttl": DATA[0],
    "nt": DATA[1],
    "rdf": DATA[2],
    "jsonld": DATA[3],
    "html": PAGE,
}
_ENDING_OF = {form.name: ending for ending, form in ENDINGS.items()}
# what of an IRI a header can hold as it is
_SAFE = "/:?#[]@!$&'()*+,;=%~"
_VERSION = re.compile(r"\d{1,9}(?:\.\d{1,9}){1,3}")

# draws the page of a thing: its IRI, the path it will stand at, the language
Portray = Callable[[str, str, str], bytes]


def routes(source: "DataSource") -> list[Route]:
    """What answers for things and documents, by how their addresses begin; in threads, as the store is waited for."""
    threads = Threads(4, "document")

    async def answer(request: Request) -> Response:
        return await threads.run(source.answer, request)

    return [route(f"{start}{{rest:path}}", answer, READS) for start in STARTS]


class _Document(NamedTuple):
    """A document that is asked for: its path, the form its ending asks for, if one, and the thing it is about."""

    path: str
    fixed: Form | None = None
    iri: str = ""


def _read_ending(path: str) -> _Document:
    """The document at a path, which may end as one of the forms; of the thing it is about nothing is known yet."""
    stem, _, ending = path.rpartition(".")
    if stem and ending in ENDINGS:
        return _Document(stem, ENDINGS[ending])
    return _Document(path)


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
        release: ServedRelease,
        prefixes: Mapping[str, str],
        portray: Portray | None = None,
    ) -> None:
        self.project = project
        self.store = store
        self.release = release
        self.prefixes = prefixes
        self.portray = portray
        self._counted = lru_cache(1)(lambda _: count(self.store))  # once for a state of the data

    def answer(self, request: Request) -> Response:
        """The answer to a request below one of ``STARTS``.

        Raises:
            RefusalError: 404 for what nothing is said of, 406 where no form fits, 410 for what was retired.
        """
        place = request_path(request)
        if place.startswith(VOID_PATH):
            return self._void(request)
        if place in ("/doc", "/doc/"):
            return self._look_up(request)
        if not is_plain_path(place):
            raise RefusalError(404, "no-page")
        path = place[1:]
        kind, _, below = path.partition("/")
        if kind == "doc":
            return self._describe(request, _read_ending(below))
        asked = _read_ending(path)
        if kind == "graph":
            return self._graph(request, asked)
        if kind == "ontology" or asked.path == "ontology":
            return self._ontology(request, asked)
        return self._thing(request, path)

    def _void(self, request: Request) -> Response:
        choice = insist(header(request, "accept"), DATA)
        root = f"{root_of(request)}/"
        tag = self.release.tag("void", root, choice.media)
        headers = {"vary": "Accept", "cache-control": "no-cache", "etag": tag}
        insist_changed(request, headers)
        statistics = self._counted(str(self.release))
        try:
            triples = describe_dataset(self.project, self.store, root, statistics)
        except ProjectError as error:
            raise RefusalError(404, "no-dataset-facts", why=error.message) from None
        body = write(triples, choice.form.name, {**self.prefixes, "void": VOID})
        return Response(body, headers={**headers, "content-type": choice.content_type})

    def _look_up(self, request: Request) -> Response:
        """Lead to the document about the IRI that a request names (``/doc?iri=…``)."""
        iris = read_form(request.scope["query_string"]).get("iri", [])
        if len(iris) != 1:
            raise RefusalError(400, "say-which-iri")
        iri = iris[0]
        insist_absolute(iri)
        document = find_document(self.store, iri)
        if document is None:
            raise RefusalError(404, "graph-says-nothing", iri=iri)
        address = quote(document)
        term = iri.partition("#")[2]
        if document == "ontology" and term:
            address += f"#{quote(term)}"
        return _lead_to_document(request, address)

    def _graph(self, request: Request, asked: _Document) -> Response:
        """A named graph, which is its own document; one that was retired leads to the first that took its place."""
        iri = find_ours(self.store, asked.path)
        if not iri:
            raise RefusalError(404, "no-graph", iri=space_of(self.store) + asked.path)
        retirement = self._retirement(iri)
        if retirement and retirement.following:
            place = f"graph/{path_of(retirement.following[0])}"
            return _see_other(request.scope["front"] + quote(place))
        return self._show(request, asked._replace(iri=iri))

    def _ontology(self, request: Request, asked: _Document) -> Response:
        """The ontology, under its own IRI or that of the version that is served; an earlier one is in its release."""
        iri = ROOT + asked.path
        if not asked.fixed and self._is_earlier(asked.path.removeprefix("ontology/")):
            return _see_other(f"{iri}.ttl")
        is_served = asked.path == "ontology" or iri in self._versions()
        if not is_served or not knows(self.store, iri):
            raise RefusalError(404, "graph-says-nothing", iri=iri)
        return self._show(request, _Document("ontology", asked.fixed, ONTOLOGY))

    def _thing(self, request: Request, path: str) -> Response:
        """The way from the IRI of a thing to its document, or to what took its place."""
        space = space_of(self.store)
        dataset = dataset_of(space)
        version = (space + path).removeprefix(f"{dataset}/")
        if version != space + path:
            if version in self._versions(dataset):
                return _lead_to_document(request, document_of(dataset, space))
            if self._is_earlier(version, dataset):
                return _see_other(f"{space}version/{version}/")
        iri = find_ours(self.store, path)
        if not iri:
            raise RefusalError(404, "graph-says-nothing", iri=space + path)
        document = document_of(iri, space)
        retirement = self._retirement(iri)
        if retirement is None:
            return _lead_to_document(request, quote(document))
        if retirement.successor:
            path = retirement.successor.removeprefix(space).removeprefix(ROOT)
            return _lead_to_successor(request, quote(path))
        return self._show_retired(request, _Document(document, iri=iri), retirement)

    def _describe(self, request: Request, asked: _Document) -> Response:
        """The document at a path below ``/doc/``, or the way to that of what took the place of its thing."""
        iri = find_thing(self.store, asked.path)
        if iri is None:
            raise RefusalError(404, "no-document", key=asked.path[:200])
        document = _Document(f"doc/{asked.path}", asked.fixed, iri)
        retirement = self._retirement(iri)
        if retirement is None:
            return self._show(request, document)
        if not retirement.successor:
            return self._show_retired(request, document, retirement)
        path = document_of(retirement.successor, space_of(self.store))
        if asked.fixed:
            path += f".{_ENDING_OF[asked.fixed.name]}"
        return _lead_to_successor(request, quote(path))

    def _versions(self, *datasets: str) -> list[str]:
        """The versions that are served, of the ontology and of these datasets."""
        query = program_query("dataset/versions", thing=[ONTOLOGY, *datasets])
        return list(select(self.store, query).values("version"))

    def _is_earlier(self, version: str, *datasets: str) -> bool:
        """Whether a version is earlier than the one served: its release has it, where the permanent addresses lead."""
        if not _VERSION.fullmatch(version):
            return False
        served = filter(_VERSION.fullmatch, self._versions(*datasets))
        number = _version_number(version)
        return any(number < _version_number(later) for later in served)

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
        if page and prefers(accept, DATA, strictly=True):
            return page
        data = choose(accept, (*DATA, _BY_OTHER_NAMES))
        forms = (*DATA, PAGE) if self.portray else DATA
        return data or page or insist(accept, forms)

    def _show(self, request: Request, asked: _Document) -> Response:
        """A document as data; or the way to its page."""
        choice = self._choose(header(request, "accept"), asked.fixed)
        front = request.scope["front"]
        headers = _headers(choice, asked, self._links(asked, choice.form, front))
        if choice.form == PAGE:
            language = preferred_language(header(request, "accept-language"))
            headers["location"] = _page_address(front, asked, language)
            return Response(status_code=303, headers=headers)
        if not asked.fixed:
            ending = _ENDING_OF[choice.form.name]
            headers["content-location"] = f"{front}{quote(asked.path)}.{ending}"
        root = f"{root_of(request)}/"
        headers["etag"] = self.release.tag("document", root, asked.path, choice.media)
        insist_changed(request, headers)
        triples = self._triples(asked, root + quote(asked.path))
        body = write(triples, choice.form.name, self.prefixes)
        return Response(body, 200, {**headers, "content-type": choice.content_type})

    def _links(self, asked: _Document, shown: Form, front: str) -> list[str]:
        """The other forms of a document and its own address, each as a value of a Link header (RFC 8288)."""
        address = front + quote(asked.path)
        links = []
        for ending, form in ENDINGS.items():
            if form.name not in (PAGE.name, shown.name):
                links.append(f'<{address}.{ending}>; rel="alternate"; type="{form.media[0]}"')
        if self.portray:
            for tag in LANGUAGES:
                page = _page_address(front, asked, tag)
                links.append(f'<{page}>; rel="alternate"; type="text/html"; hreflang="{tag}"')
        links.append(f'<{address}>; rel="canonical"')
        return links

    def _triples(self, asked: _Document, address: str) -> list[ox.Triple]:
        """What stands in a document: the ontology and a graph are there as they are, a thing is described."""
        if asked.iri == ONTOLOGY:
            return in_order(construct(self.store, program_query("graphs/ontology")), ONTOLOGY)
        if asked.path.startswith("graph/"):
            query = program_query("graphs/statements", graph=asked.iri)
            return in_order(construct(self.store, query))
        return describe(self.store, asked.iri, address)

    def _show_retired(
        self, request: Request, asked: _Document, retirement: _Retirement
    ) -> Response:
        """What was retired is gone (410): its description, or its page, says what replaces it."""
        try:
            choice = self._choose(header(request, "accept"), asked.fixed)
        except RefusalError as refusal:
            raise RefusalError(410, "retired", iri=asked.iri, why=refusal.message) from None
        links = [
            f'<{quote(thing, safe=_SAFE)}>; rel="{SUCCESSOR}"' for thing in retirement.following
        ]
        headers = {**_headers(choice, asked, links), "content-type": choice.content_type}
        if choice.form == PAGE and self.portray:
            language = preferred_language(header(request, "accept-language"))
            body = self.portray(asked.iri, f"{asked.path}.html", language)
        else:
            address = f"{root_of(request)}/{quote(asked.path)}"
            triples = describe(self.store, asked.iri, address)
            body = write(triples, choice.form.name, self.prefixes)
        return Response(body, 410, headers)


def _version_number(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _see_other(address: str) -> Response:
    return Response(status_code=303, headers={"location": address})


def _lead_to_document(request: Request, path: str) -> Response:
    """Lead from a thing to the document at a path below the root, which describes it."""
    link = f'<{request.scope["front"]}{path}>; rel="describedby"'
    headers = {"link": link, "vary": "Accept", "cache-control": "no-cache"}
    return lead(request, path, 303, **headers)


def _lead_to_successor(request: Request, path: str) -> Response:
    """Lead from what was retired to what took its place, at a path below the root."""
    link = f'<{request.scope["front"]}{path}>; rel="{SUCCESSOR}"'
    headers = {"link": link, "cache-control": "no-cache"}
    return lead(request, path, 301, **headers)


def _page_address(front: str, asked: _Document, language: str) -> str:
    return front + quote(f"{language}/{asked.path.removeprefix('doc/')}.html")


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
