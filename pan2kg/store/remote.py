"""A store behind a SPARQL 1.1 endpoint: the one door to SPARQLWrapper."""

from __future__ import annotations

from dataclasses import dataclass, replace
from http.client import HTTPException
from typing import TYPE_CHECKING, Final
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit

import pyoxigraph as ox

from pan2kg.errors import EndpointError, Place, QueryError
from pan2kg.store.queries import program_query
from pan2kg.store.store import Result, plain, refuse_fetching, select

if TYPE_CHECKING:
    from http.client import HTTPResponse

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
    timeout: int = 60
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
            return _read(kind, body)
        except (SyntaxError, ValueError, OSError):
            raise _fault(self.url, "answer-breaks-off" if kind else "answer-no-result", kind=kind) from None

    def _ask(self, text: str) -> tuple[str, bytes]:
        from SPARQLWrapper import POST, SPARQLExceptions, SPARQLWrapper

        wrapper = SPARQLWrapper(_checked(self.url), agent="pan2kg")
        wrapper.setQuery(text)
        # an address has a limit of some thousand characters at most servers, and queries with VALUES exceed it
        wrapper.setMethod(POST)
        wrapper.setTimeout(self.timeout)
        for graph in self.graphs:
            wrapper.addDefaultGraph(graph)
            wrapper.addNamedGraph(graph)
        wrapper.setReturnFormat("n3" if wrapper.queryType in ("CONSTRUCT", "DESCRIBE") else "json")
        wrapper.addCustomHttpHeader("Accept", f"{_RESULTS}, {_TRIPLES}")
        try:
            response: HTTPResponse = _call(wrapper)
            return _media_type(response), response.read()
        except SPARQLExceptions.QueryBadFormed as error:
            raise QueryError(
                "query-faulty-there", place=Place(self.url), remedy="mend-query", error=_said(error)
            ) from None
        except SPARQLExceptions.SPARQLWrapperException as error:
            raise _fault(self.url, "endpoint-refuses", status=_status(error), words=_said(error)) from None
        except HTTPError as error:
            raise _fault(self.url, "endpoint-refuses-code", code=str(error.code), words=str(error.reason)) from None
        except (URLError, OSError, HTTPException) as error:
            raise _fault(self.url, "endpoint-unreachable", reason=_cause(error)) from None


def _fault(url: str, key: str, /, remedy: str = "check-address", **values: object) -> EndpointError:
    return EndpointError(key, place=Place(url), remedy=remedy, **values)


def open_remote(url: str, *, timeout: int = 60, is_ours: bool = True) -> RemoteStore:
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
    if not store.query(program_query("endpoint/plans")):
        graphs = [plain(graph) for (graph,) in select(store, program_query("endpoint/graphs")).rows]
        if not store.query(program_query("endpoint/plans-by-graph")):
            if is_ours:
                raise _fault(url, "endpoint-without-plans", "load-dump")
            return store
        store = replace(store, graphs=tuple(sorted(graphs)))
        if len(graphs) > _MOST_GRAPHS or not store.query(program_query("endpoint/plans")):
            raise _fault(url, "endpoint-without-union", "offer-union")
    if is_ours and not store.query(program_query("endpoint/derived")):
        raise _fault(url, "endpoint-without-derived", "load-derived")
    return store


_MOST_GRAPHS: Final = 100
"""So many graphs are named with a query: engines look for every pattern in each, one after the other."""


_STATUS = {"Unauthorized": "HTTP 401", "EndPointNotFound": "HTTP 404", "URITooLong": "HTTP 414"}


def _status(error: Exception) -> str:
    """The status a fault of the library stands for; it names its classes after them."""
    return _STATUS.get(type(error).__name__, "HTTP 500")


def _call(wrapper: SPARQLWrapper) -> HTTPResponse:
    response: HTTPResponse = wrapper.query().response
    return response


def _checked(url: str) -> str:
    try:
        parts = urlsplit(url)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        fits = fits and url.isascii() and url.isprintable() and " " not in url
    except ValueError:
        fits = False
    if not fits:
        raise EndpointError("no-endpoint-address", place=Place(url or "''"), remedy="write-endpoint")
    return url


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


def _said(error: Exception) -> str:
    lines = [line.strip() for line in str(error).replace("\\n", "\n").splitlines() if line.strip()]
    return (lines[-1] if lines else type(error).__name__).strip("b'\".")[:200]


def _cause(error: OSError | HTTPException) -> str:
    cause = error.reason if isinstance(error, URLError) else error
    text = getattr(cause, "strerror", None) or str(cause) or type(cause).__name__
    return text.lower()
