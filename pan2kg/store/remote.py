"""A store behind a SPARQL 1.1 endpoint: the one door to SPARQLWrapper.

:func:`open_remote` gives the store of an endpoint once it is known to answer; :class:`RemoteStore`
asks it, again where it is busy, and says of each failure what it was. Name and password, or a token,
come from the environment and never stand in an address: addresses are printed. How a graph is brought
to an endpoint says :mod:`pan2kg.store.loading`.
"""

import os
from base64 import b64encode
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPException, HTTPResponse, IncompleteRead
from time import monotonic, sleep
from typing import Any, NamedTuple, cast
from urllib import request as web
from urllib.parse import urlsplit

import pyoxigraph as ox

from pan2kg.errors import EndpointError, Place, QueryError
from pan2kg.store.program import program_query
from pan2kg.store.query_text import refuse_fetching
from pan2kg.store.store import Result, is_true, plain, select, text_rows
from pan2kg.turtle import tokens

TIMEOUT = 60
"""Seconds for which an answer is waited for, where nobody says how long."""
BUSY = frozenset((429, 503))
"""What an endpoint answers that wants to be asked again (RFC 6585, 4; RFC 9110, 15.6.4)."""
WAITS = (1.0, 2.0, 4.0)
"""Seconds before one asks again where the endpoint does not say how long, as often as there are numbers."""
LONGEST = 30.0
"""An endpoint that asks for more seconds than these is not waited for."""
MOST_GRAPHS = 100
"""So many graphs are named with a query: engines look for every pattern in each, one after the other."""
_TESTED = [["3", "2", "11", "1", "2"]]
"""What the query that needs no data has for an answer."""
_RESULTS = "application/sparql-results+json"
_TRIPLES = "application/n-triples"
_FORMS = frozenset(("SELECT", "ASK", "CONSTRUCT", "DESCRIBE"))
_PIECE = 1 << 16
"""Bytes of an answer that are read at once."""
_LONGEST_WORDS = 200
"""Characters of what an endpoint says of a failure that are passed on."""
_CANNOT = "HTTP 500"
_STATUS = {
    "Unauthorized": "HTTP 401",
    "EndPointNotFound": "HTTP 404",
    "URITooLong": "HTTP 414",
}
"""The status a fault of the library stands for, by the name of its class; of any other :data:`_CANNOT`."""


class Credentials(NamedTuple):
    """Who asks: name and password, and the header that tells them or a token; empty where nobody says it."""

    user: str
    password: str
    authorization: str


def credentials(environment: Mapping[str, str] = os.environ) -> Credentials:
    """Who asks, from the environment; a token goes before a name.

    >>> credentials({"PAN2KG_ENDPOINT_TOKEN": "t"}).authorization
    'Bearer t'
    >>> credentials({"PAN2KG_ENDPOINT_USER": "a", "PAN2KG_ENDPOINT_PASSWORD": "b"})
    Credentials(user='a', password='b', authorization='Basic YTpi')
    """
    user, password, token = (
        environment.get(f"PAN2KG_ENDPOINT_{name}", "").strip("\r\n")
        for name in ("USER", "PASSWORD", "TOKEN")
    )
    if token:
        authorization = f"Bearer {token}"
    elif user:
        authorization = f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"
    else:
        authorization = ""
    return Credentials(user, password, authorization)


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
    is_plain = url.isascii() and url.isprintable() and " " not in url
    try:
        address = urlsplit(url)
        is_web = address.scheme in ("http", "https") and bool(address.hostname)
        fits = is_plain and is_web and address.port != 0
    except ValueError:
        fits = False
    if not fits:
        raise fault(url or "''", "no-endpoint-address", "write-endpoint")
    if "@" in address.netloc:
        bare = address._replace(netloc=address.netloc.rpartition("@")[2]).geturl()
        raise fault(bare, "secret-in-address", "set-credentials")
    return url


def fault(url: str, key: str, /, remedy: str = "check-address", **values: object) -> EndpointError:
    """A fault of an endpoint, with the values its message names."""
    return EndpointError(key, place=Place(url), remedy=remedy, **values)


def refusal(url: str, code: int, words: str) -> EndpointError:
    """The fault that an endpoint refuses, by the status of its answer, which may ask for credentials or for time.

    >>> refusal("http://e/query", 401, "Unauthorized").message.values["status"]
    'HTTP 401'
    """
    if code in (401, 403):
        remedy = "set-credentials"
    elif code in BUSY:
        remedy = "ask-later"
    else:
        remedy = "check-address"
    return fault(url, "endpoint-refuses", remedy, status=f"HTTP {code}", words=words)


def unreachable(url: str, cause: BaseException) -> EndpointError:
    """The fault that an endpoint cannot be reached, in the words of the system where these are among the causes."""
    while not getattr(cause, "strerror", None):
        below = cause.__cause__ or cause.__context__
        if below is None:
            break
        cause = below
    reason = getattr(cause, "strerror", None) or str(cause) or type(cause).__name__
    return fault(url, "endpoint-unreachable", reason=reason.lower())


def is_of_query(error: EndpointError | QueryError) -> bool:
    """Whether a fault says that the engine cannot answer this query, and not that it answers none."""
    message = error.message
    if message.key == "endpoint-refuses":
        return message.values.get("status") == _CANNOT
    return message.key in ("endpoint-slow", "query-faulty-there", "engine-errs")


class _Reply(NamedTuple):
    """What an endpoint answered: the form of the query, the media type of the answer, and its bytes."""

    form: str
    media_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class RemoteStore:
    """A store somewhere else; ``timeout`` in seconds bounds each query.

    Where the endpoint does not offer the union of its named graphs as its default graph, ``graphs``
    are named with every query, which makes it so (SPARQL 1.1 Protocol, 2.1.4). The stored questions
    in ``wrong``, which its engine was found to answer otherwise than the files do, are refused;
    ``questions`` are the fingerprints of those it was asked then.
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
        reply = self._ask(text)
        try:
            return _result_of(reply)
        except (SyntaxError, ValueError, OSError):
            raise fault(self.url, "answer-no-result") from None

    def _ask(self, text: str) -> _Reply:
        """What the endpoint answers; it is asked again where it is busy, and once where it wants a digest."""
        from SPARQLWrapper import SPARQLExceptions as Faults

        url = checked(self.url)
        user, password, authorization = credentials()
        opener = web.build_opener(_NoRedirects)
        is_digest = False
        attempts = 0
        while True:
            try:
                return self._exchange(text, opener, authorization)
            except Faults.Unauthorized as error:
                # a name is told in the way every endpoint can read; one that wants another says no
                # first
                if is_digest or not user:
                    raise refusal(url, 401, _words(error)) from None
                is_digest = True
                authorization = ""
                passwords = web.HTTPPasswordMgrWithDefaultRealm()
                passwords.add_password(None, url, user, password)
                opener = web.build_opener(_NoRedirects, web.HTTPDigestAuthHandler(passwords))
            except web.HTTPError as error:
                seconds = None
                if error.code in BUSY:
                    seconds = pause(attempts, error.headers.get("Retry-After"))
                if seconds is None:
                    raise self._fault_of(error) from None
                attempts += 1
                sleep(seconds)
            except (Faults.SPARQLWrapperException, OSError, HTTPException) as error:
                raise self._fault_of(error) from None

    def _exchange(self, text: str, opener: web.OpenerDirector, authorization: str) -> _Reply:
        """Send a query once, and read the answer to its end."""
        before = _OPENER.set(opener)
        try:
            wrapper = self._prepared(text, authorization)
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
        return _Reply(str(wrapper.queryType), media_type, bytes(content))

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
            return refusal(self.url, error.code, str(error.reason))
        cause = getattr(error, "reason", error)
        if isinstance(cause, TimeoutError):
            return too_slow(self.url, self.timeout)
        if isinstance(cause, IncompleteRead):
            return fault(self.url, "answer-no-result", "ask-later")
        return unreachable(self.url, cause if isinstance(cause, BaseException) else error)

    def _prepared(self, text: str, authorization: str) -> Any:  # noqa: ANN401 - of a library that is imported when it is asked
        """The library’s form of a query, ready to be sent."""
        from SPARQLWrapper import POST, SPARQLWrapper, Wrapper

        # by this name the library opens addresses; what urllib is told to open them with is
        # everybody's
        Wrapper.urlopener = _open  # type: ignore[attr-defined, assignment]
        wrapper = SPARQLWrapper(self.url, agent="pan2kg")
        wrapper.setQuery(text)
        # by itself the library takes such a word in a comment or a name too
        wrapper.queryType = _form_of(text)
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


def _form_of(text: str) -> str:
    """The form of a query: the first of its words that says one."""
    for token in tokens(text):
        if token.kind == "word" and token.text.upper() in _FORMS:
            return token.text.upper()
    return "SELECT"


def _result_of(reply: _Reply) -> Result:
    """The answer as it is meant.

    Raises:
        SyntaxError, ValueError: it is of another media type, broken, or no answer to the query.
    """
    if reply.media_type == _TRIPLES:
        quads = ox.parse(reply.body, format=ox.RdfFormat.N_TRIPLES)
        return [quad.triple for quad in quads]
    if reply.media_type not in (_RESULTS, "application/json"):
        raise ValueError(reply.media_type)
    result = _parse_results(reply.body)
    if not isinstance(result, ox.QuerySolutions):
        return result
    rows = list(result)  # to read all of it finds a broken answer
    if reply.form == "ASK":
        return _boolean_of(rows)
    return _parse_results(reply.body)


def _parse_results(body: bytes) -> ox.QuerySolutions | ox.QueryBoolean:
    return ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)


def _boolean_of(rows: Sequence[ox.QuerySolution]) -> ox.QueryBoolean:
    """Yes or no of an engine that gives it as a table of one number."""
    cells = [plain(term) for row in rows for term in row]
    if len(cells) != 1 or cells[0] not in ("0", "1", "true", "false"):
        raise ValueError(cells)
    word = b"true" if is_true(cells[0]) else b"false"
    return cast("ox.QueryBoolean", _parse_results(b'{"head":{},"boolean":%s}' % word))


def too_slow(url: str, seconds: int) -> EndpointError:
    """The fault that an endpoint did not answer within its time."""
    return fault(url, "endpoint-slow", "allow-time", seconds=str(seconds))


class _NoRedirects(web.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """Follow nothing, so that the answer is a refusal."""


_OPENER: ContextVar[web.OpenerDirector | None] = ContextVar("opener", default=None)
"""What opens addresses during an exchange of ours, in this thread alone."""


def _open(request: web.Request, timeout: float | None = None) -> HTTPResponse:
    opener = _OPENER.get()
    opened = opener.open if opener else web.urlopen  # what others ask by the library goes as it did
    return cast("HTTPResponse", opened(request, timeout=timeout))


def _words(error: Exception) -> str:
    """The first line of what an endpoint said of a failure, as the library passes it on: a printed bytes literal."""
    answer = str(error).replace("\\n", "\n").rpartition("Response:")[2]
    for line in answer.splitlines():
        words = line.strip().removeprefix("b").strip("'\". ")
        if words:
            return words[:_LONGEST_WORDS]
    return type(error).__name__


def open_remote(url: str, *, timeout: int = TIMEOUT, is_ours: bool = True) -> RemoteStore:
    """A store behind an endpoint, once it is known to answer: silence there must not be taken for "no".

    For queries somebody wrote it need not be a graph of ours: a store without plans, or without what
    is derived, is then taken as it is.

    Raises:
        EndpointError: the engine errs, was not examined to the end, or plans or what the rules derive
            are not seen there.
    """
    store = RemoteStore(url, timeout)
    if is_ours and text_rows(store, program_query("endpoint/self-test")) != _TESTED:
        raise fault(url, "engine-errs", "ask-files", names="self-test")
    if not store.query(program_query("endpoint/plans")):
        if not store.query(program_query("endpoint/plans-by-graph")):
            if is_ours:
                raise fault(url, "endpoint-without-plans", "load-derived")
            return store
        store = _with_graphs_named(store)
    if is_ours and not store.query(program_query("endpoint/derived")):
        raise fault(url, "endpoint-without-derived", "load-derived")
    # an engine is one for all projects it holds
    for verdict in read_verdicts(store):
        if verdict is None:
            raise fault(url, "engine-not-examined", "load-again")
        store = replace(
            store,
            wrong=store.wrong.union(verdict.wrong),
            questions=f"{store.questions} {verdict.questions}",
        )
    return store


def _with_graphs_named(store: RemoteStore) -> RemoteStore:
    """A store whose named graphs are named with every query, as long as they are few and plans are then seen."""
    graphs = select(store, program_query("endpoint/graphs")).values("graph")
    named = replace(store, graphs=tuple(sorted(graphs)))
    if len(graphs) > MOST_GRAPHS or not named.query(program_query("endpoint/plans")):
        raise fault(store.url, "endpoint-without-union", "offer-union")
    return named


class EngineVerdict(NamedTuple):
    """What an exam found out: the fingerprint of the questions asked, and the names of those the engine gets wrong."""

    questions: str
    wrong: tuple[str, ...]


def read_verdicts(store: RemoteStore) -> list[EngineVerdict | None]:
    """The verdicts an endpoint keeps, one a project; None stands for a load that did not end."""
    verdicts = []
    for text in select(store, program_query("endpoint/verdict")).values("verdict"):
        # the day, the questions, those it gets wrong; a load that did not end leaves one word
        words = text.split()[1:]
        verdicts.append(EngineVerdict(words[0], tuple(words[1:])) if words else None)
    return verdicts


def insist_on_shapes(store: RemoteStore) -> None:
    """Refuse an engine by which shapes cannot be checked.

    Raises:
        EndpointError: it answers a query of known answer otherwise.
    """
    if store.query(program_query("endpoint/shape-test")):
        raise fault(store.url, "engine-errs", "ask-files", names="check")
