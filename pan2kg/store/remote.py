"""A store behind a SPARQL 1.1 endpoint: the one door to SPARQLWrapper; and a project's graph brought to one.

Name and password, or a token, come from the environment and never stand in an address: addresses
are printed. A graph is brought there by the Graph Store Protocol or by SPARQL Update, at the
address that engines have beside that of queries, unless it is named; what was put is looked for by
a query. Graphs of others are left alone. Before a project is brought there, its engine is asked the
stored questions over an invented project whose answers are known; what it gets wrong is kept beside
the project, and refused by name from then on.
"""

import hashlib
import os
import shutil
import tempfile
from base64 import b64encode
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPException, HTTPResponse, IncompleteRead
from time import monotonic, sleep
from typing import Any, Final, NamedTuple, cast
from urllib import request as web
from urllib.parse import quote, urlsplit

import pyoxigraph as ox

from pan2kg import store as stores
from pan2kg.errors import EndpointError, Place, QueryError
from pan2kg.project import Project, read_text
from pan2kg.store import LocalStore, Result, is_true, plain, program_query, select
from pan2kg.store.store import is_derived, refuse_fetching
from pan2kg.turtle import DCTERMS, tokens

TIMEOUT: Final = 60
BUSY: Final = frozenset((429, 503))
"""What an endpoint answers that wants to be asked again (RFC 6585, 4; RFC 9110, 15.6.4)."""
WAITS: Final = (1.0, 2.0, 4.0)
"""Seconds before one asks again where the endpoint does not say how long, as often as there are numbers."""
LONGEST: Final = 30.0
"""An endpoint that asks for more seconds than these is not waited for."""
_TESTED: Final = ["3", "2", "11", "1", "2"]
"""What the query that needs no data has for an answer."""
_MOST_GRAPHS: Final = 100
"""So many graphs are named with a query: engines look for every pattern in each, one after the other."""
_RESULTS: Final = "application/sparql-results+json"
_TRIPLES: Final = "application/n-triples"
_FORMS: Final = frozenset(("SELECT", "ASK", "CONSTRUCT", "DESCRIBE"))
_PIECE: Final = 1 << 16
_CANNOT: Final = "HTTP 500"
_STATUS: Final = {
    "Unauthorized": "HTTP 401",
    "EndPointNotFound": "HTTP 404",
    "URITooLong": "HTTP 414",
}
"""The status a fault of the library stands for; it names its classes after them."""


def credentials(environment: Mapping[str, str] = os.environ) -> tuple[str, str, str]:
    """Name, password, and the header that tells them, from the environment; a token goes before a name.

    >>> credentials({"PAN2KG_ENDPOINT_TOKEN": "t"})
    ('', '', 'Bearer t')
    >>> credentials({"PAN2KG_ENDPOINT_USER": "a", "PAN2KG_ENDPOINT_PASSWORD": "b"})
    ('a', 'b', 'Basic YTpi')
    """
    user, password, token = (
        environment.get(name, "").strip("\r\n")
        for name in ("PAN2KG_ENDPOINT_USER", "PAN2KG_ENDPOINT_PASSWORD", "PAN2KG_ENDPOINT_TOKEN")
    )
    basic = f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}" if user else ""
    return user, password, f"Bearer {token}" if token else basic


def pause(attempts: int, retry_after: str | None, *, now: datetime | None = None) -> float | None:
    """How many seconds to wait before asking again after so many refusals; None where one does not ask again.

    ``retry_after`` is the header of that name, seconds or a day (RFC 9110, 10.2.3).

    >>> pause(0, "3"), pause(1, None), pause(0, "3600"), pause(3, "0")
    (3.0, 2.0, None, None)
    >>> pause(0, "Wed, 21 Oct 2015 07:28:00 GMT", now=datetime(2015, 10, 21, 7, 27, 50, tzinfo=UTC))
    10.0
    """
    if attempts >= len(WAITS):
        return None
    seconds = WAITS[attempts]
    text = (retry_after or "").strip()
    if text.isdecimal():
        seconds = float(text)
    elif text:
        try:
            seconds = (parsedate_to_datetime(text) - (now or datetime.now(UTC))).total_seconds()
        except (ValueError, TypeError):  # a header nobody understands is no header
            seconds = WAITS[attempts]
    return max(seconds, 0.0) if seconds <= LONGEST else None


def checked(url: str) -> str:
    """The address of an endpoint, where it is one.

    Raises:
        EndpointError: it is no address by HTTP, or has a name or password in it.

    >>> checked("http://localhost:7200/query")
    'http://localhost:7200/query'
    >>> checked("http://me:secret@localhost/query")
    Traceback (most recent call last):
    pan2kg.errors.EndpointError: ...
    """
    try:
        address = urlsplit(url)
        fits = address.scheme in ("http", "https") and bool(address.hostname) and address.port != 0
        fits = fits and url.isascii() and url.isprintable() and " " not in url
    except ValueError:
        fits = False
    if not fits:
        raise EndpointError(
            "no-endpoint-address", place=Place(url or "''"), remedy="write-endpoint"
        )
    if "@" in address.netloc:
        bare = address._replace(netloc=address.netloc.rpartition("@")[2]).geturl()
        raise EndpointError("secret-in-address", place=Place(bare), remedy="set-credentials")
    return url


def fault(url: str, key: str, /, remedy: str = "check-address", **values: object) -> EndpointError:
    """A fault of an endpoint; ``code`` is the status of its answer, which may ask for credentials or for time."""
    if code := values.pop("code", None):
        remedy = (
            "set-credentials" if code in (401, 403) else "ask-later" if code in BUSY else remedy
        )
        values["status"] = f"HTTP {code}"
    return EndpointError(key, place=Place(url), remedy=remedy, **values)


def _unreachable(url: str, cause: BaseException) -> EndpointError:
    while not getattr(cause, "strerror", None) and (below := cause.__cause__ or cause.__context__):
        cause = below
    reason = getattr(cause, "strerror", None) or str(cause) or type(cause).__name__
    return fault(url, "endpoint-unreachable", reason=reason.lower())


def is_of_query(error: EndpointError | QueryError) -> bool:
    """Whether a fault says that the engine cannot answer this query, and not that it answers none."""
    refused = (
        error.message.key == "endpoint-refuses" and error.message.values.get("status") == _CANNOT
    )
    return refused or error.message.key in ("endpoint-slow", "query-faulty-there", "engine-errs")


@dataclass(frozen=True, slots=True)
class RemoteStore:
    """A store somewhere else; ``timeout`` in seconds bounds each query.

    Where the endpoint does not offer the union of its named graphs as its default graph, ``graphs``
    are named with every query, which makes it so (SPARQL 1.1 Protocol, 2.1.4). The stored questions
    in ``wrong``, which its engine was found to answer otherwise than the files do, are refused;
    ``questions`` says which ones it was asked then.
    """

    url: str
    timeout: int = TIMEOUT
    graphs: tuple[str, ...] = ()
    wrong: frozenset[str] = frozenset()
    questions: str = ""

    def refuse(self, question: str) -> None:
        """Refuse a question that the engine was found to answer otherwise than the files do.

        Raises:
            EndpointError: it is one of them.
        """
        if question in self.wrong:
            raise fault(self.url, "engine-errs", "ask-files", names=question)

    def query(self, text: str) -> Result:
        """Solutions, a boolean or triples.

        Raises:
            EndpointError: the endpoint refuses, is silent or too slow, or answers something else.
            QueryError: the query is faulty, or refused before it is sent.
        """
        refuse_fetching(text)
        form, kind, body = self._ask(text)
        try:
            if kind == _TRIPLES:
                return [quad.triple for quad in ox.parse(body, format=ox.RdfFormat.N_TRIPLES)]
            if kind not in (_RESULTS, "application/json"):
                raise ValueError(kind)
            result = ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)
            if isinstance(result, ox.QuerySolutions):  # a first reading finds a broken answer
                rows = list(result)
                result = ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)
            if form != "ASK" or isinstance(result, ox.QueryBoolean):
                return result
            # yes or no, also of an engine that gives it as a table of one number
            cells = [plain(term) for row in rows for term in row]
            if len(cells) != 1 or cells[0] not in ("0", "1", "true", "false"):
                raise ValueError(cells)
            written = b'{"head":{},"boolean":%s}' % (b"true" if is_true(cells[0]) else b"false")
            return cast(
                "ox.QueryBoolean",
                ox.parse_query_results(written, format=ox.QueryResultsFormat.JSON),
            )
        except (SyntaxError, ValueError, OSError):
            raise fault(self.url, "answer-no-result") from None

    def _ask(self, text: str) -> tuple[str, str, bytes]:
        # the form of the query, the media type of the answer, and its bytes
        from SPARQLWrapper import SPARQLExceptions as Faults

        url = checked(self.url)
        user, password, header = credentials()
        passwords = web.HTTPPasswordMgrWithDefaultRealm()
        passwords.add_password(None, url, user, password)
        handlers: list[web.BaseHandler] = []
        attempts = 0
        while True:
            opener = web.build_opener(_Stays, *handlers)
            try:
                return self._exchange(text, opener, "" if handlers else header)
            except Faults.Unauthorized as error:
                # a name is told in the way every endpoint can read; one that wants another says no
                # first
                if handlers or not user:
                    words = _words(error)
                    raise fault(url, "endpoint-refuses", code=401, words=words) from None
                handlers = [web.HTTPDigestAuthHandler(passwords)]
            except web.HTTPError as error:
                wait = None
                if error.code in BUSY:
                    wait = pause(attempts, error.headers.get("Retry-After"))
                if wait is None:
                    raise self._fault_of(error) from None
                attempts += 1
                sleep(wait)
            except (Faults.SPARQLWrapperException, OSError, HTTPException) as error:
                raise self._fault_of(error) from None

    def _exchange(
        self, text: str, opener: web.OpenerDirector, header: str
    ) -> tuple[str, str, bytes]:
        before = _OPENER.set(opener)
        try:
            wrapper = self._prepared(text, header)
            response: HTTPResponse = wrapper.query().response
        finally:
            _OPENER.reset(before)
        # the limit is one of all waiting: an endpoint that sends a little now and then ends too
        content = bytearray()
        until = monotonic() + self.timeout
        while piece := response.read1(_PIECE):
            content += piece
            if monotonic() > until:
                raise TimeoutError
        if response.length:
            raise IncompleteRead(b"", response.length)
        stated = response.headers.get("Content-Type") or ""
        media_type = stated.partition(";")[0].strip().lower()
        return str(wrapper.queryType), media_type, bytes(content)

    def _fault_of(self, error: Exception) -> EndpointError | QueryError:
        """What is said of an exchange that failed."""
        from SPARQLWrapper import SPARQLExceptions as Faults

        if isinstance(error, Faults.QueryBadFormed):
            return QueryError("query-faulty-there", place=Place(self.url), error=_words(error))
        if isinstance(error, Faults.SPARQLWrapperException):
            status = _STATUS.get(type(error).__name__, _CANNOT)
            remedy = "ask-files" if status == _CANNOT else "check-address"
            words = _words(error)
            return fault(self.url, "endpoint-refuses", remedy, status=status, words=words)
        if isinstance(error, web.HTTPError):
            words = str(error.reason)
            return fault(self.url, "endpoint-refuses", code=error.code, words=words)
        cause = getattr(error, "reason", error)
        if isinstance(cause, TimeoutError):
            return fault(self.url, "endpoint-slow", "allow-time", seconds=str(self.timeout))
        if isinstance(cause, IncompleteRead):
            return fault(self.url, "answer-no-result", "ask-later")
        return _unreachable(self.url, cause if isinstance(cause, BaseException) else error)

    def _prepared(self, text: str, authorization: str) -> Any:  # noqa: ANN401 - of a library that is imported when it is asked
        from SPARQLWrapper import POST, SPARQLWrapper, Wrapper

        # by this name the library opens addresses; what urllib is told to open them with is
        # everybody's
        Wrapper.urlopener = _open  # type: ignore[attr-defined, assignment]
        wrapper = SPARQLWrapper(self.url, agent="pan2kg")
        wrapper.setQuery(text)
        # the library takes the first word that may be one of these, in a comment or a name too
        words = (token.text.upper() for token in tokens(text) if token.kind == "word")
        wrapper.queryType = next((word for word in words if word in _FORMS), "SELECT")
        # an address has a limit of some thousand characters at most servers, and queries with
        # VALUES exceed it
        wrapper.setMethod(POST)
        wrapper.setTimeout(self.timeout)
        for graph in self.graphs:
            wrapper.addDefaultGraph(graph)
            wrapper.addNamedGraph(graph)
        is_graph = wrapper.queryType in ("CONSTRUCT", "DESCRIBE")
        wrapper.setReturnFormat("n3" if is_graph else "json")
        # one type only: Virtuoso answers ASK with a row as soon as two are named
        wrapper.addCustomHttpHeader("Accept", _TRIPLES if is_graph else _RESULTS)
        if authorization:
            wrapper.addCustomHttpHeader("Authorization", authorization)
        return wrapper


class _Stays(web.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """Follow nothing, so that the answer is a refusal."""


_OPENER: Final[ContextVar[web.OpenerDirector | None]] = ContextVar("opener", default=None)


def _open(request: web.Request, timeout: float | None = None) -> HTTPResponse:
    opener = _OPENER.get()
    opened = opener.open if opener else web.urlopen  # what others ask by the library goes as it did
    return cast("HTTPResponse", opened(request, timeout=timeout))


def _words(error: Exception) -> str:
    answer = str(error).replace("\\n", "\n").rpartition("Response:")[2]
    lines = filter(
        None, (line.strip().removeprefix("b").strip("'\". ") for line in answer.splitlines())
    )
    return next(lines, type(error).__name__)[:200]


def open_remote(url: str, *, timeout: int = TIMEOUT, is_ours: bool = True) -> RemoteStore:
    """A store behind an endpoint, once it is known to answer: silence there must not be taken for "no".

    Asks what needs no data; whether plans are seen in the default graph, else in named graphs,
    which are then named with every query as long as they are few; and whether what the rules derive
    was loaded. Where it need not be a graph of ours, for queries somebody wrote, a store without
    plans or without what is derived is taken as it is.
    """
    store = RemoteStore(url, timeout)
    if is_ours:
        cells = [
            plain(term)
            for row in select(store, program_query("endpoint/self-test")).rows
            for term in row
        ]
        if cells != _TESTED:
            raise fault(url, "engine-errs", "ask-files", names="self-test")
    if not store.query(program_query("endpoint/plans")):
        graphs = [plain(graph) for (graph,) in select(store, program_query("endpoint/graphs")).rows]
        if not store.query(program_query("endpoint/plans-by-graph")):
            if is_ours:
                raise fault(url, "endpoint-without-plans", "load-derived")
            return store
        store = replace(store, graphs=tuple(sorted(graphs)))
        if len(graphs) > _MOST_GRAPHS or not store.query(program_query("endpoint/plans")):
            raise fault(url, "endpoint-without-union", "offer-union")
    if is_ours and not store.query(program_query("endpoint/derived")):
        raise fault(url, "endpoint-without-derived", "load-derived")
    # each the day, the questions, and which of them the engine gets wrong; or that a load did not
    # end
    verdicts = [
        text.split() for text in select(store, program_query("endpoint/verdict")).values("verdict")
    ]
    if any(len(words) < 2 for words in verdicts):
        raise fault(url, "engine-not-examined", "load-again")
    # an engine is one for all projects it holds
    for _, questions, *wrong in verdicts:
        store = replace(
            store, wrong=store.wrong.union(wrong), questions=f"{store.questions} {questions}"
        )
    return store


def not_examined(store: RemoteStore, project: Project) -> EndpointError | None:
    """What is to be said where nobody asked the engine these questions."""
    return (
        None
        if _fingerprint(project) in store.questions
        else fault(store.url, "engine-not-examined", "load-again")
    )


def insist_on_shapes(store: RemoteStore) -> None:
    """Refuse an engine by which shapes cannot be checked.

    Raises:
        EndpointError: it answers a query of known answer otherwise.
    """
    if store.query(program_query("endpoint/shape-test")):
        raise fault(store.url, "engine-errs", "ask-files", names="check")


# --- examining an engine

_UNFINISHED: Final = "unfinished"
_EXAM: Final = Project.packaged().queries / "program" / "endpoint" / "exam"


def _fingerprint(project: Project) -> str:
    # without the defaults, which are each project's own
    questions = sorted(stores.read_queries(project).items())
    lines = (f"{name} {line}" for name, query in questions for line in query.text.splitlines())
    texts = [
        *(line for line in lines if "# parameter:" not in line),
        read_text(_EXAM / "profile.ttl"),
    ]
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]


def _rows(store: stores.Store, text: str) -> list[list[str]]:
    # an engine without booleans writes numbers, which is understood
    numbers = {"true": "1", "false": "0"}
    return [[numbers.get(cell, cell) for cell in row] for row in stores.text_rows(store, text)]


def _examine(
    project: Project, destination: "_Destination", there: RemoteStore, space: str, graphs: int
) -> list[str]:
    """Which questions of a project an engine answers otherwise than this process does.

    They are asked of an invented project, in graphs of its own that are taken away. So many
    ``graphs`` are to follow: the union of all must be the default graph where they are too many to
    be named with each query.
    """
    with tempfile.TemporaryDirectory() as folder:
        for source, name in (
            (project.ontology, "ontology"),
            (project.queries, "queries"),
            (_EXAM, "graph"),
        ):
            shutil.copytree(source, f"{folder}/{name}")
        invented = Project.at(folder)
        held = stores.load_project(invented)
        stores.derive(held, invented)
        questions = stores.read_queries(invented)
    local = LocalStore(ox.Store())
    invention = dict[str, list[ox.Triple]]()
    wrong = list[str]()
    for quad in held.inner:
        name = "graph/derived/all" if is_derived(str(quad.graph_name)[1:-1]) else "stated"
        invention.setdefault(f"{space}exam/{name}", []).append(quad.triple)
    is_alone = not there.query(program_query("endpoint/plans"))
    try:
        for graph, triples in invention.items():
            local.add(graph, triples)
            destination.put(graph, triples)
        has_union = bool(there.query(program_query("endpoint/plans")))
        if not has_union and graphs > _MOST_GRAPHS:
            raise fault(there.url, "endpoint-without-union", "offer-union")
        # as the project is asked later, unless there is another one beside it
        asked = there if is_alone and has_union else replace(there, graphs=tuple(invention))
        for name, query in questions.items():
            try:
                is_right = _rows(asked, query.text) == _rows(local, query.text)
            except (EndpointError, QueryError) as error:
                if not is_of_query(error) and error.message.key != "answer-no-result":
                    raise
                is_right = False
            wrong += [] if is_right else [name]
    finally:
        for graph in invention:
            destination.drop(graph)
    return wrong


# --- bringing a graph there

ELSEWHERE: Final = frozenset((400, 401, 403, 404, 405, 406, 409, 415, 501))
"""What is answered where no graphs are taken."""
PIECE: Final = 2_000
"""So many statements go into one update: engines limit the length of a query."""
SENT: Final = 400_000
"""Statements of so many characters are sent at once: Virtuoso says no before it has read a longer request."""
OWN: Final = (
    "http://www.openlinksw.com/schemas/", "http://www.w3.org/ns/ldp#", "http://www.w3.org/2002/07/owl#",
    "urn:activitystreams-owl:", "urn:core:services:",
)  # fmt: skip
"""Graphs an engine has from the start; they are nobody's data. Virtuoso has another, the address of its files."""
_VIRTUOSO_FILES: Final = "/DAV/"


@dataclass(frozen=True, slots=True)
class Target:
    """Where to, with the addresses of graphs and of updates where they are named.

    ``replace``: graphs of the project that are there give way. ``beside``: graphs of others may be
        there, and stay.
    """

    url: str
    graphs: str = ""
    updates: str = ""
    replace: bool = False
    beside: bool = False
    timeout: int = TIMEOUT

    def ways(self, *, has_name: bool = False) -> Iterator[tuple[str, bool]]:
        """The addresses graphs may be taken at, those that engines have beside their queries; true for updates.

        >>> next(iter(Target("http://localhost/query").ways()))
        ('http://localhost/store', False)
        """
        if self.graphs or self.updates:
            yield from (
                (address, at == 1)
                for at, address in enumerate((self.graphs, self.updates))
                if address
            )
            return
        url = self.url.rstrip("/")
        above = url.rpartition("/")[0]
        crud = ["/sparql-graph-crud-auth", "/sparql-graph-crud"][:: 1 if has_name else -1]
        # Oxigraph and pan2kg; Fuseki; Virtuoso; GraphDB and RDF4J; Neptune
        stores = (f"{above}/store", f"{above}/data", *(above + path for path in crud))
        yield from (
            (address, False) for address in (*stores, f"{url}/rdf-graphs/service", f"{url}/gsp/")
        )
        yield from ((address, True) for address in (f"{above}/update", f"{url}/statements", url))


@dataclass(slots=True)
class _Destination:
    address: str
    is_update: bool
    timeout: int
    auth: Any = None

    def put(self, graph: str, triples: list[ox.Triple]) -> None:
        if self.is_update:
            self.drop(graph)
            for piece in pieces(triples, PIECE):
                lines = " .\n".join(map(str, piece))
                self.send(
                    "", "POST", f"INSERT DATA {{ GRAPH <{graph}> {{\n{lines} .\n}} }}".encode()
                )
            return
        for at, piece in enumerate(pieces(triples, SENT, lambda triple: len(str(triple)))):
            self.send(
                graph,
                "POST" if at else "PUT",
                ox.serialize(piece, format=ox.RdfFormat.N_TRIPLES) or b"",
            )

    def drop(self, graph: str) -> None:
        if self.is_update:
            self.send("", "POST", f"DROP SILENT GRAPH <{graph}>".encode())
        else:
            self.send(graph, "DELETE")

    def send(self, graph: str, method: str, body: bytes = b"") -> None:
        import httpx

        user, password, authorization = credentials()
        address = (
            self.address if self.is_update else f"{self.address}?graph={quote(graph, safe='')}"
        )
        # N-Triples are Turtle, which every engine takes
        kind = (
            {"Content-Type": "application/sparql-update" if self.is_update else "text/turtle"}
            if body
            else {}
        )
        headers = {"User-Agent": "pan2kg"} | kind
        if authorization.startswith("Bearer"):
            headers["Authorization"] = authorization
        # a name is told in the way that is asked for
        schemes = {"digest": httpx.DigestAuth, "basic": httpx.BasicAuth} if user else {}
        attempts = 0
        while True:
            try:
                answer = httpx.request(
                    method,
                    address,
                    content=body or None,
                    headers=headers,
                    auth=self.auth,
                    timeout=self.timeout,
                )
            except httpx.TimeoutException:
                raise fault(
                    self.address, "endpoint-slow", "allow-time", seconds=str(self.timeout)
                ) from None
            except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
                raise _unreachable(self.address, error) from None
            code = answer.status_code
            wants = answer.headers.get("WWW-Authenticate", "").lower()
            scheme = next((name for name in schemes if name in wants), None)
            if scheme and code == httpx.codes.UNAUTHORIZED:
                self.auth = schemes.pop(scheme)(user, password)
                continue
            wait = pause(attempts, answer.headers.get("Retry-After")) if code in BUSY else None
            if wait is None:
                if not answer.is_success:
                    raise fault(
                        self.address, "endpoint-refuses", code=code, words=answer.reason_phrase
                    )
                return
            attempts += 1
            sleep(wait)


def pieces(
    triples: Iterable[ox.Triple], most: int, size: Callable[[ox.Triple], int] = lambda _: 1
) -> Iterator[list[ox.Triple]]:
    """Triples in pieces of a size; those with a blank node, which is known within one request, all in the first.

    >>> a, b, c = ox.NamedNode("http://e/a"), ox.BlankNode("b"), ox.Literal("c")
    >>> [len(piece) for piece in pieces([ox.Triple(a, a, c)] * 3 + [ox.Triple(b, a, c)], 2)]
    [1, 2, 1]
    """
    blank = list[ox.Triple]()
    grounded = list[ox.Triple]()
    for triple in triples:
        has_blank = isinstance(triple.subject, ox.BlankNode) or isinstance(
            triple.object, ox.BlankNode
        )
        (blank if has_blank else grounded).append(triple)
    if blank:
        yield blank
    piece = list[ox.Triple]()
    total = 0
    for triple in grounded:
        if piece and total + size(triple) > most:
            yield piece
            piece = []
            total = 0
        piece.append(triple)
        total += size(triple)
    if piece:
        yield piece


class _Found(NamedTuple):
    """What is at an endpoint before a load: graphs of the project, those of an exam that broke off, what was examined.

    ``verdicts`` has by the fingerprint of questions the names of those the engine gets wrong.
    """

    ours: frozenset[str]
    exam: frozenset[str]
    verdicts: dict[str, list[str]]


def load_graph(
    store: LocalStore,
    target: Target,
    space: str,
    note: Callable[[int, int], None],
    project: Project | None = None,
) -> dict[str, str]:
    """Bring every named graph of a store to an endpoint, what was derived last; the project's begin with ``space``.

    ``note`` is told how many graphs of how many are there. With a ``project`` the engine is asked
    its questions before, and the verdict brought with it. Says how many graphs and statements were
    put, how many graphs were dropped that the project no longer has, and by which address.

    Raises:
        EndpointError: the endpoint holds other graphs, takes none, stops, or lacks some afterwards.
    """
    there = RemoteStore(checked(target.url), target.timeout)
    quads: dict[str, list[ox.Triple]] = {}
    for quad in store.inner:
        if isinstance(quad.graph_name, ox.NamedNode):
            quads.setdefault(quad.graph_name.value, []).append(quad.triple)
    order = sorted(
        quads, key=lambda graph: (is_derived(graph), graph.endswith("/main-label"), graph)
    )
    found = _look(there, target, quads, space)
    verdict = ox.NamedNode(f"{space}exam/verdict")
    description = ox.NamedNode(f"{DCTERMS}description")
    mark = ox.Triple(verdict, description, ox.Literal(_UNFINISHED))
    destination = _first_way(target, verdict.value, [mark])
    for graph in found.exam - {verdict.value}:  # left behind where one broke off
        destination.drop(graph)
    asked = _fingerprint(project) if project else ""
    # once: what another load found out about these questions holds
    if project and asked not in found.verdicts:
        found.verdicts[asked] = _examine(project, destination, there, space, len(order))
    gone = sorted(found.ours - quads.keys())
    _put(destination, {graph: quads[graph] for graph in order}, gone, note)
    _insist_on_all(there, order, quads)
    if project:  # in place of the mark, now that all is there
        words = (str(datetime.now(UTC).date()), asked, *found.verdicts[asked])
        outcome = ox.Literal(" ".join(words))
        destination.put(verdict.value, [ox.Triple(verdict, description, outcome)])
    else:
        destination.drop(verdict.value)
    return {
        "graphs": str(len(order)),
        "statements": str(sum(map(len, quads.values()))),
        "dropped": str(len(gone)),
        "way": destination.address,
        "wrong": " ".join(found.verdicts.get(asked, [])),
    }


def _look(there: RemoteStore, target: Target, quads: Collection[str], space: str) -> _Found:
    """What is at the endpoint; refused where it holds what the target does not allow for."""
    before = graph_sizes(there)
    ours = {graph for graph in before if graph in quads or graph.startswith(space)}
    others = []
    for graph in sorted(before.keys() - ours):
        if not graph.startswith(OWN) and not graph.endswith(_VIRTUOSO_FILES):
            others.append(graph)
    if others and not target.beside:
        number = len(others)
        raise fault(there.url, "endpoint-holds-others", "load-beside", n=number, graph=others[0])
    exam = {graph for graph in ours if graph.startswith(f"{space}exam/")}
    ours -= exam
    if ours and not target.replace:
        raise fault(there.url, "endpoint-holds-graphs", "load-replace", n=len(ours))
    verdicts = {}
    for text in select(there, program_query("endpoint/verdict")).values("verdict"):
        words = text.split()
        if len(words) > 1:
            verdicts[words[1]] = words[2:]
    return _Found(frozenset(ours), frozenset(exam), verdicts)


def _put(
    destination: _Destination,
    quads: Mapping[str, list[ox.Triple]],
    gone: Iterable[str],
    note: Callable[[int, int], None],
) -> None:
    done = 0
    try:
        for graph, triples in quads.items():
            destination.put(graph, triples)
            done += 1
            note(done, len(quads))
        for graph in gone:
            destination.drop(graph)
    except EndpointError as error:
        place = error.place or Place("")
        counts = {"done": str(done), "whole": str(len(quads))}
        raise fault(
            place.file, "load-stopped", "load-again", reason=error.message, **counts
        ) from None


def _insist_on_all(
    there: RemoteStore, order: Iterable[str], quads: Mapping[str, list[ox.Triple]]
) -> None:
    after = graph_sizes(there)
    lacking = [graph for graph in order if after.get(graph, 0) != len(quads[graph])]
    if lacking:
        graph = lacking[0]
        number = str(after.get(graph, 0))
        sent = str(len(quads[graph]))
        raise fault(
            there.url,
            "endpoint-lacks",
            "load-again",
            n=len(lacking),
            graph=graph,
            there=number,
            sent=sent,
        )


def graph_sizes(store: RemoteStore) -> dict[str, int]:
    """How many statements each named graph of an endpoint has."""
    return {
        plain(graph): int(plain(number))
        for graph, number in select(store, program_query("endpoint/sizes")).rows
    }


def _first_way(target: Target, graph: str, triples: list[ox.Triple]) -> _Destination:
    refused: EndpointError | None = None
    for address, is_update in target.ways(has_name=bool(credentials()[0])):
        destination = _Destination(checked(address), is_update, target.timeout)
        try:
            destination.put(graph, triples)
        except EndpointError as error:
            code = int(str(error.message.values.get("status", 0)).removeprefix("HTTP "))
            if not code or (code not in ELSEWHERE and refused is None):
                raise
            if code in (401, 403) and refused is None:
                refused = error
            continue
        if bool(
            RemoteStore(target.url, target.timeout).query(
                f"ASK {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}"
            )
        ):
            return destination
    raise refused or fault(target.url, "endpoint-takes-none", "name-store")
