"""A store behind a SPARQL 1.1 endpoint: the one door to SPARQLWrapper; who one is there, and how long one waits.

Name and password, or a token, come from the environment and never stand in an address: addresses are printed.
"""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPException, HTTPResponse, IncompleteRead
from time import monotonic, sleep
from typing import TYPE_CHECKING, Final, cast
from urllib import request as web
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit

import pyoxigraph as ox

from pan2kg.errors import EndpointError, Place, QueryError
from pan2kg.store.queries import program_query
from pan2kg.store.store import Result, is_true, plain, refuse_fetching, select
from pan2kg.turtle.writer import tokens

if TYPE_CHECKING:
    from SPARQLWrapper import SPARQLWrapper

TIMEOUT: Final = 60
"""Seconds a query may take, if nothing else is said."""
BUSY: Final = frozenset((429, 503))
"""What an endpoint answers that wants to be asked again (RFC 6585, 4; RFC 9110, 15.6.4)."""
WAITS: Final = (1.0, 2.0, 4.0)
"""Seconds before one asks again where the endpoint does not say how long; as often one asks again at most."""
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
_STATUS: Final = {"Unauthorized": "HTTP 401", "EndPointNotFound": "HTTP 404", "URITooLong": "HTTP 414"}
"""The status a fault of the library stands for; it names its classes after them."""


def credentials(environment: Mapping[str, str] = os.environ) -> tuple[str, str, str]:
    """Name, password and the value of the header Authorization (RFC 7617, RFC 6750), empty where there is none.

    >>> credentials({"PAN2KG_ENDPOINT_TOKEN": "abc"})
    ('', '', 'Bearer abc')
    >>> credentials({"PAN2KG_ENDPOINT_USER": "ann", "PAN2KG_ENDPOINT_PASSWORD": "secret"})[2]
    'Basic YW5uOnNlY3JldA=='
    """
    user, password, token = (
        environment.get(f"PAN2KG_ENDPOINT_{name}", "").strip("\r\n") for name in ("USER", "PASSWORD", "TOKEN")
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
    seconds, text = WAITS[attempts], (retry_after or "").strip()
    if text.isdecimal():
        seconds = float(text)
    elif text:
        try:
            seconds = (parsedate_to_datetime(text) - (now or datetime.now(UTC))).total_seconds()
        except (ValueError, TypeError):  # a header nobody understands is no header
            seconds = WAITS[attempts]
    return max(seconds, 0.0) if seconds <= LONGEST else None


def checked(url: str) -> str:
    """The address of an endpoint, if it is one and holds neither name nor password, which is not repeated.

    >>> checked("http://ann:secret@host/sparql")
    Traceback (most recent call last):
    pan2kg.errors.EndpointError: http://host/sparql: A name or a password stands in the address. ...
    """
    try:
        address = urlsplit(url)
        fits = address.scheme in ("http", "https") and bool(address.hostname) and address.port != 0
        fits = fits and url.isascii() and url.isprintable() and " " not in url
    except ValueError:
        fits = False
    if not fits:
        raise EndpointError("no-endpoint-address", place=Place(url or "''"), remedy="write-endpoint")
    if "@" in address.netloc:
        bare = address._replace(netloc=address.netloc.rpartition("@")[2]).geturl()
        raise EndpointError("secret-in-address", place=Place(bare), remedy="set-credentials")
    return url


def fault(url: str, key: str, /, remedy: str = "check-address", **values: object) -> EndpointError:
    """A fault of the endpoint at an address."""
    return EndpointError(key, place=Place(url), remedy=remedy, **values)


def refusal(url: str, code: int, words: str) -> EndpointError:
    """What an endpoint says no with, and what may mend it."""
    remedy = "set-credentials" if code in (401, 403) else "ask-later" if code in BUSY else "check-address"
    return fault(url, "endpoint-refuses-code", remedy, code=str(code), words=words)


def is_of_query(error: EndpointError | QueryError) -> bool:
    """Whether an endpoint cannot read or answer one query, or not in time, and may well answer the next.

    >>> is_of_query(fault("http://e", "endpoint-slow")), is_of_query(fault("http://e", "endpoint-unreachable"))
    (True, False)
    """
    refused = error.message.key == "endpoint-refuses" and error.message.values.get("status") == _CANNOT
    return refused or error.message.key in ("endpoint-slow", "query-faulty-there")


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
        """Ask the endpoint."""
        refuse_fetching(text)
        kind, body = self._ask(text)
        try:
            if kind == _TRIPLES:
                return [quad.triple for quad in ox.parse(body, format=ox.RdfFormat.N_TRIPLES)]
            if kind not in (_RESULTS, "application/json"):
                raise ValueError(kind)
            result = ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)
            if isinstance(result, ox.QuerySolutions):  # a first reading finds a broken answer
                rows = list(result)
                result = ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)
            if _form(text) != "ASK" or isinstance(result, ox.QueryBoolean):
                return result
            # yes or no, also of an engine that gives it as a table of one number
            cells = [plain(term) for row in rows for term in row]
            if len(cells) != 1 or cells[0] not in ("0", "1", "true", "false"):
                raise ValueError(cells)
            written = b'{"head":{},"boolean":%s}' % (b"true" if is_true(cells[0]) else b"false")
            return cast("ox.QueryBoolean", ox.parse_query_results(written, format=ox.QueryResultsFormat.JSON))
        except (SyntaxError, ValueError, OSError):
            raise fault(self.url, "answer-breaks-off" if kind else "answer-no-result", kind=kind) from None

    def _ask(self, text: str) -> tuple[str, bytes]:
        """The media type of the answer, and the whole of it; again where the endpoint is busy."""
        from SPARQLWrapper import SPARQLExceptions as Faults

        url, (user, password, header) = checked(self.url), credentials()
        attempts, digest = 0, False
        while True:
            passwords = web.HTTPPasswordMgrWithDefaultRealm()
            passwords.add_password(None, url, user, password)
            opener = web.build_opener(_Stays, *([web.HTTPDigestAuthHandler(passwords)] if digest else []))
            try:
                response = _call(self._prepared(text, "" if digest else header), opener)
                media_type = (response.headers.get("Content-Type") or "").partition(";")[0].strip().lower()
                return media_type, _content(response, monotonic() + self.timeout)
            except Faults.QueryBadFormed as error:
                place = Place(self.url)
                raise QueryError("query-faulty-there", place=place, remedy="mend-query", error=_words(error)) from None
            except Faults.Unauthorized as error:
                # a name is told in the way every endpoint can read; one that wants another says no first
                if digest or not user:
                    raise refusal(self.url, 401, _words(error)) from None
                digest = True
            except Faults.SPARQLWrapperException as error:
                status = _STATUS.get(type(error).__name__, _CANNOT)
                remedy = "ask-files" if status == _CANNOT else "check-address"
                raise fault(self.url, "endpoint-refuses", remedy, status=status, words=_words(error)) from None
            except HTTPError as error:
                wait = pause(attempts, error.headers.get("Retry-After")) if error.code in BUSY else None
                if wait is None:
                    raise refusal(self.url, error.code, str(error.reason)) from None
                attempts += 1
                sleep(wait)
            except (URLError, OSError, HTTPException) as error:
                cause = error.reason if isinstance(error, URLError) else error
                if isinstance(cause, TimeoutError):
                    raise fault(self.url, "endpoint-slow", "allow-time", seconds=str(self.timeout)) from None
                if isinstance(cause, IncompleteRead):
                    raise fault(self.url, "answer-no-result", "ask-later") from None
                reason = getattr(cause, "strerror", None) or str(cause) or type(cause).__name__
                raise fault(self.url, "endpoint-unreachable", reason=reason.lower()) from None

    def _prepared(self, text: str, authorization: str) -> SPARQLWrapper:
        from SPARQLWrapper import POST, SPARQLWrapper

        wrapper = SPARQLWrapper(self.url, agent="pan2kg")
        wrapper.setQuery(text)
        # the library takes the first word that may be one of these, in a comment or a name too
        wrapper.queryType = _form(text)
        # an address has a limit of some thousand characters at most servers, and queries with VALUES exceed it
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


def _form(text: str) -> str:
    """The form of a query; that of one which has none is SELECT, so that the endpoint says what is wrong with it.

    >>> _form("# ASK DELETE\\nPREFIX insert: <http://e/> CONSTRUCT { ?s ?p 'select' } WHERE { ?s ?p ?o }")
    'CONSTRUCT'
    """
    words = (token.text.upper() for token in tokens(text) if token.kind == "word")
    return next((word for word in words if word in _FORMS), "SELECT")


class _Stays(web.HTTPRedirectHandler):
    """An address that leads elsewhere is not followed: it would be told who asks, and the query is lost on the way."""

    def redirect_request(self, *_: object) -> None:
        """Follow nothing, so that the answer is a refusal."""


_OPENER: Final[ContextVar[web.OpenerDirector | None]] = ContextVar("opener", default=None)


def _open(request: web.Request, timeout: float | None = None) -> HTTPResponse:
    opener = _OPENER.get()
    opened = opener.open if opener else web.urlopen  # what others ask by the library goes as it did
    return cast("HTTPResponse", opened(request, timeout=timeout))


def _call(wrapper: SPARQLWrapper, opener: web.OpenerDirector) -> HTTPResponse:
    from SPARQLWrapper import Wrapper

    # by this name the library opens addresses; what urllib is told to open them with is everybody's
    Wrapper.urlopener = _open  # type: ignore[attr-defined, assignment]
    before = _OPENER.set(opener)
    try:
        response: HTTPResponse = wrapper.query().response
        return response
    finally:
        _OPENER.reset(before)


def _content(response: HTTPResponse, until: float) -> bytes:
    """The whole answer. The limit is one of all waiting: an endpoint that sends a little now and then ends too."""
    content = bytearray()
    while piece := response.read1(_PIECE):
        content += piece
        if monotonic() > until:
            raise TimeoutError
    if response.length:
        raise IncompleteRead(b"", response.length)
    return bytes(content)


def _words(error: Exception) -> str:
    """The first line of what the endpoint said; the library puts words of its own before it."""
    answer = str(error).replace("\\n", "\n").rpartition("Response:")[2]
    lines = filter(None, (line.strip().removeprefix("b").strip("'\". ") for line in answer.splitlines()))
    return next(lines, type(error).__name__)[:200]


def open_remote(url: str, *, timeout: int = TIMEOUT, is_ours: bool = True) -> RemoteStore:
    """A store behind an endpoint, once it is known to answer: silence there must not be taken for "no".

    Asks what needs no data and has one answer; whether plans are seen in the default graph, else in named graphs, which
    are then named with every query as long as they are few; and whether what the rules derive was loaded: every thing
    with a label has a derived one. Where it need not be a graph of ours, for queries somebody wrote, a store without
    plans or without what is derived is taken as it is.
    """
    store = RemoteStore(url, timeout)
    if is_ours:
        cells = [plain(term) for row in select(store, program_query("endpoint/self-test")).rows for term in row]
        if cells != _TESTED:
            values = {"found": ", ".join(cells), "wanted": ", ".join(_TESTED)}
            raise fault(url, "endpoint-fails-test", "use-another-engine", **values)
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
    """Ask whether a plan is one where a shape asks for its class; else shapes find fault with nearly everything."""
    if store.query(program_query("endpoint/shape-test")):
        raise fault(store.url, "endpoint-fails-shapes", "ask-files")
