"""A store behind a SPARQL 1.1 endpoint: the one door to SPARQLWrapper."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, replace
from http.client import HTTPException, HTTPResponse, IncompleteRead
from time import monotonic, sleep
from typing import TYPE_CHECKING, Final, cast
from urllib.error import HTTPError, URLError
from urllib.request import (
    HTTPDigestAuthHandler,
    HTTPPasswordMgrWithDefaultRealm,
    HTTPRedirectHandler,
    OpenerDirector,
    Request,
    build_opener,
    urlopen,
)

import pyoxigraph as ox

from pan2kg.errors import EndpointError, Place, QueryError
from pan2kg.store.access import BUSY, TIMEOUT, Credentials, checked, credentials, fault, pause
from pan2kg.store.queries import program_query
from pan2kg.store.store import Result, is_true, plain, refuse_fetching, select
from pan2kg.turtle.tokens import tokens

if TYPE_CHECKING:
    from SPARQLWrapper import SPARQLWrapper

_RESULTS = "application/sparql-results+json"
_TRIPLES = "application/n-triples"


@dataclass(frozen=True, slots=True)
class RemoteStore:
    """A store somewhere else; ``timeout`` in seconds bounds each query.

    Queries are meant for the union of its named graphs. Where the endpoint does not offer that as its default graph,
    ``graphs`` are named with every query (SPARQL 1.1 Protocol, 2.1.4), which makes it so; see :func:`open_remote`.
    """

    url: str
    timeout: int = TIMEOUT
    graphs: tuple[str, ...] = ()

    def query(self, text: str) -> Result:
        """Ask the endpoint.

        Raises:
            QueryError: the endpoint finds fault with the query.
            EndpointError: it cannot be reached, or does not answer as a SPARQL endpoint does.
        """
        refuse_fetching(text)
        kind, body = self._ask(text)
        try:
            result = _read(kind, body)
            return _truth(result) if _form(text) == "ASK" else result
        except (SyntaxError, ValueError, OSError):
            raise fault(self.url, "answer-breaks-off" if kind else "answer-no-result", kind=kind) from None

    def _ask(self, text: str) -> tuple[str, bytes]:
        who, tried, digest = credentials(), 0, False
        while True:
            try:
                return self._once(text, who, digest=digest)
            except HTTPError as error:
                wait = pause(tried, error.headers.get("Retry-After")) if error.code in BUSY else None
                if wait is None:
                    raise refusal(self.url, error.code, str(error.reason)) from None
                tried += 1
                sleep(wait)
            except _UnknownHereError as error:
                # a name is told in the way every endpoint can read; one that wants another says no first
                if digest or not who.user:
                    raise refusal(self.url, 401, error.words) from None
                digest = True

    def _once(self, text: str, who: Credentials, *, digest: bool) -> tuple[str, bytes]:
        from SPARQLWrapper import SPARQLExceptions

        try:
            response = _call(self._prepared(text, who, digest=digest), _opener(self.url, who if digest else None))
            return _media_type(response), _content(response, monotonic() + self.timeout)
        except SPARQLExceptions.QueryBadFormed as error:
            raise QueryError(
                "query-faulty-there", place=Place(self.url), remedy="mend-query", error=_said(error)
            ) from None
        except SPARQLExceptions.Unauthorized as error:
            raise _UnknownHereError(_said(error)) from None
        except SPARQLExceptions.SPARQLWrapperException as error:
            status = _status(error)
            remedy = "ask-files" if status == _CANNOT else "check-address"
            raise fault(self.url, "endpoint-refuses", remedy, status=status, words=_said(error)) from None
        except HTTPError:
            raise
        except (URLError, OSError, HTTPException) as error:
            raise broken(self.url, error, self.timeout) from None

    def _prepared(self, text: str, who: Credentials, *, digest: bool) -> SPARQLWrapper:
        from SPARQLWrapper import POST, SPARQLWrapper

        wrapper = SPARQLWrapper(checked(self.url), agent="pan2kg")
        wrapper.setQuery(text)
        # the library takes the first word that may be one of these, in a comment or a name too
        wrapper.queryType = _form(text)
        # an address has a limit of some thousand characters at most servers, and queries with VALUES exceed it
        wrapper.setMethod(POST)
        wrapper.setTimeout(self.timeout)
        for graph in self.graphs:
            wrapper.addDefaultGraph(graph)
            wrapper.addNamedGraph(graph)
        wrapper.setReturnFormat("n3" if wrapper.queryType in ("CONSTRUCT", "DESCRIBE") else "json")
        # one type only: Virtuoso answers ASK with a row as soon as two are named
        wrapper.addCustomHttpHeader("Accept", _TRIPLES if wrapper.queryType in ("CONSTRUCT", "DESCRIBE") else _RESULTS)
        if who.header and not digest:
            wrapper.addCustomHttpHeader("Authorization", who.header)
        return wrapper


def _form(text: str) -> str:
    """The form of a query; that of one which has none is SELECT, so that the endpoint says what is wrong with it.

    >>> _form("# ASK DELETE\\nPREFIX insert: <http://e/> CONSTRUCT { ?s ?p 'select' } WHERE { ?s ?p ?o }")
    'CONSTRUCT'
    """
    words = (token.text.upper() for token in tokens(text) if token.kind == "word")
    return next((word for word in words if word in _FORMS), "SELECT")


_FORMS: Final = frozenset(("SELECT", "ASK", "CONSTRUCT", "DESCRIBE"))


class _UnknownHereError(Exception):
    """The endpoint wants to know who asks, and says so in these words."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


def refusal(url: str, code: int, words: str) -> EndpointError:
    """What an endpoint says no with, and what may mend it."""
    if code in (401, 403):
        return fault(url, "endpoint-refuses-code", "set-credentials", code=str(code), words=words)
    if code in BUSY:
        return fault(url, "endpoint-refuses-code", "ask-later", code=str(code), words=words)
    return fault(url, "endpoint-refuses-code", code=str(code), words=words)


def broken(url: str, error: OSError | HTTPException, seconds: int) -> EndpointError:
    """Why there is no answer: it was not there in time, broke off, or nobody is there."""
    cause = error.reason if isinstance(error, URLError) else error
    if isinstance(cause, TimeoutError):
        return fault(url, "endpoint-slow", "allow-time", seconds=str(seconds))
    if isinstance(cause, IncompleteRead):
        return fault(url, "answer-no-result", "ask-later")
    return fault(url, "endpoint-unreachable", reason=_cause(error))


def _content(response: HTTPResponse, until: float) -> bytes:
    """The whole answer. The limit is one of all waiting: an endpoint that sends a little now and then ends too."""
    parts = []
    while part := response.read1(_PART):
        parts.append(part)
        if monotonic() > until:
            raise TimeoutError
    if response.length:
        raise IncompleteRead(b"", response.length)
    return b"".join(parts)


_PART: Final = 1 << 16


def open_remote(url: str, *, timeout: int = TIMEOUT, is_ours: bool = True) -> RemoteStore:
    """A store behind an endpoint, once it is known to answer: silence there must not be taken for "no".

    Asks whether plans are seen in the default graph, else in named graphs, which are then named with every query as
    long as they are few, and whether what the rules derive was loaded: every thing with a label has a derived one.
    Where it need not be a graph of ours, for queries somebody wrote, a store without plans or without what is derived
    is taken as it is.

    Raises:
        EndpointError: it cannot be reached, holds no plan, lacks the derived statements, or has its plans in more named
            graphs than can be named and does not show them together.
    """
    store = RemoteStore(url, timeout)
    if is_ours:
        _test(store)
    if not store.query(program_query("endpoint/plans")):
        graphs = [plain(graph) for (graph,) in select(store, program_query("endpoint/graphs")).rows]
        if not store.query(program_query("endpoint/plans-by-graph")):
            if is_ours:
                raise fault(url, "endpoint-without-plans", "load-dump")
            return store
        store = replace(store, graphs=tuple(sorted(graphs)))
        if len(graphs) > _MOST_GRAPHS or not store.query(program_query("endpoint/plans")):
            raise fault(url, "endpoint-without-union", "offer-union")
    if is_ours and not store.query(program_query("endpoint/derived")):
        raise fault(url, "endpoint-without-derived", "load-derived")
    return store


def insist_on_shapes(store: RemoteStore) -> None:
    """Ask whether a plan is one where a shape asks for its class.

    Raises:
        EndpointError: it is not, so that shapes would find fault with nearly everything; or it does not answer.
    """
    if store.query(program_query("endpoint/shape-test")):
        raise fault(store.url, "endpoint-fails-shapes", "ask-files")


def _test(store: RemoteStore) -> None:
    """Ask what needs no data and has one answer.

    Raises:
        EndpointError: another one is given.
    """
    table = select(store, program_query("endpoint/self-test"))
    found = [plain(term) for row in table.rows for term in row]
    if found != _TESTED:
        values = {"found": ", ".join(found), "wanted": ", ".join(_TESTED)}
        raise fault(store.url, "endpoint-fails-test", "use-another-engine", **values)


_TESTED: Final = ["3", "2", "11", "1", "2"]

_MOST_GRAPHS: Final = 100
"""So many graphs are named with a query: engines look for every pattern in each, one after the other."""


_STATUS = {"Unauthorized": "HTTP 401", "EndPointNotFound": "HTTP 404", "URITooLong": "HTTP 414"}


_CANNOT: Final = "HTTP 500"


def is_of_query(error: EndpointError | QueryError) -> bool:
    """Whether an endpoint cannot read or answer one query, or not in time, and may well answer the next.

    >>> is_of_query(fault("http://e", "endpoint-slow")), is_of_query(fault("http://e", "endpoint-unreachable"))
    (True, False)
    """
    refused = error.message.key == "endpoint-refuses" and error.message.values.get("status") == _CANNOT
    return refused or error.message.key in ("endpoint-slow", "query-faulty-there")


def _status(error: Exception) -> str:
    """The status a fault of the library stands for; it names its classes after them."""
    return _STATUS.get(type(error).__name__, _CANNOT)


class _Stays(HTTPRedirectHandler):
    """An address that leads elsewhere is not followed: it would be told who asks, and the query is lost on the way."""

    def redirect_request(self, *_: object) -> None:
        """Follow nothing, so that the answer is a refusal."""


def _opener(url: str, who: Credentials | None) -> OpenerDirector:
    """What opens the address of an endpoint; for a name that is told by digest, with that name."""
    known = HTTPPasswordMgrWithDefaultRealm()
    if who:
        known.add_password(None, url, who.user, who.password)
    return build_opener(_Stays, *([HTTPDigestAuthHandler(known)] if who else []))


_OPENER: Final[ContextVar[OpenerDirector | None]] = ContextVar("opener", default=None)


def _open(request: Request, timeout: float | None = None) -> HTTPResponse:
    opener = _OPENER.get()
    opened = opener.open if opener else urlopen  # what others ask by the library goes as it did
    return cast("HTTPResponse", opened(request, timeout=timeout))


def _call(wrapper: SPARQLWrapper, opener: OpenerDirector) -> HTTPResponse:
    from SPARQLWrapper import Wrapper

    # by this name the library opens addresses; what urllib is told to open them with is everybody's
    Wrapper.urlopener = _open  # type: ignore[attr-defined, assignment]
    before = _OPENER.set(opener)
    try:
        response: HTTPResponse = wrapper.query().response
        return response
    finally:
        _OPENER.reset(before)


def _media_type(response: HTTPResponse) -> str:
    return (response.headers.get("Content-Type") or "").partition(";")[0].strip().lower()


def _read(kind: str, body: bytes) -> Result:
    if kind == _TRIPLES:
        return [quad.triple for quad in ox.parse(body, format=ox.RdfFormat.N_TRIPLES)]
    if kind not in (_RESULTS, "application/json"):
        raise ValueError(kind)
    ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)  # a first reading finds a broken answer
    result = ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)
    if isinstance(result, ox.QuerySolutions):
        for _ in ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON):  # type: ignore[union-attr]
            pass
    return result


def _truth(result: Result) -> ox.QueryBoolean:
    """Yes or no, also of an engine that gives it as a table of one number.

    Raises:
        ValueError: neither.
    """
    if isinstance(result, ox.QueryBoolean):
        return result
    cells = [plain(term) for row in result for term in row] if isinstance(result, ox.QuerySolutions) else []
    if len(cells) != 1 or cells[0] not in ("0", "1", "true", "false"):
        raise ValueError(cells)
    written = b'{"head":{},"boolean":true}' if is_true(cells[0]) else b'{"head":{},"boolean":false}'
    return cast("ox.QueryBoolean", ox.parse_query_results(written, format=ox.QueryResultsFormat.JSON))


def _said(error: Exception) -> str:
    """The first line of what the endpoint said; the library puts words of its own before it."""
    said = str(error).replace("\\n", "\n").rpartition("Response:")[2]
    lines = filter(None, (line.strip().removeprefix("b").strip("'\". ") for line in said.splitlines()))
    return next(lines, type(error).__name__)[:200]


def _cause(error: OSError | HTTPException) -> str:
    cause = error.reason if isinstance(error, URLError) else error
    text = getattr(cause, "strerror", None) or str(cause) or type(cause).__name__
    return text.lower()
