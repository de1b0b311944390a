"""Where triples are held and queried: in this process, or behind any SPARQL 1.1 endpoint.

Both answer to one small interface, :class:`Store`: :class:`LocalStore` is the one in this process,
:class:`~pan2kg.store.remote.RemoteStore` the other. Each file of a project is a named graph, and the
default graph of a query is the union of them all. A query that would fetch something from another
host, or change data, is refused before the engine sees it. :func:`select`, :func:`text_rows` and
:func:`construct` give answers in the form that is asked for.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

import pyoxigraph as ox

from pan2kg.errors import Place, QueryError
from pan2kg.store.query_text import names_graphs, refuse_fetching, syntax_error

Term = ox.NamedNode | ox.BlankNode | ox.Literal
Row = tuple[Term | None, ...]
Triples = list[ox.Triple]
Result = ox.QuerySolutions | ox.QueryBoolean | Triples
ReadRows = Callable[[str], list[list[str]]]
"""Gives the rows of a query as text, as :func:`text_rows` does of a store."""


@dataclass(frozen=True, slots=True)
class Solutions:
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def values(self, column: str) -> list[str]:
        """The texts of a column, row by row, as :func:`plain` gives them.

        Raises:
            ValueError: there is no such column.
        """
        index = self.columns.index(column)
        return [plain(row[index]) for row in self.rows]


class Store(Protocol):
    def query(self, text: str) -> Result:
        """Solutions, a boolean or triples, as the form of the query asks."""

    def refuse(self, question: str) -> None:
        """Refuse a stored question by its name where this store is known to answer it wrongly."""


@dataclass(frozen=True, slots=True)
class LocalStore:
    """A store in this process, in memory or on the disk: ``inner`` is the engine that holds it."""

    inner: ox.Store

    def query(self, text: str) -> Result:
        """Solutions, a boolean or triples; the union of all graphs is asked, unless FROM names some.

        Raises:
            QueryError: no SPARQL, an update, a service, or what the engine cannot evaluate.

        >>> bool(LocalStore(ox.Store()).query("ASK { ?s ?p ?o }"))
        False
        """
        with self._evaluated(text) as result:
            return list(result) if isinstance(result, ox.QueryTriples) else result

    @contextmanager
    def _evaluated(
        self, text: str
    ) -> Iterator[ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples]:
        refuse_fetching(text)
        # with the union as default graph the engine would ignore the FROM clauses of a query
        is_union = not names_graphs(text)
        try:
            yield self.inner.query(text, use_default_graph_as_union=is_union)
        except SyntaxError as error:
            raise syntax_error(text, str(error)) from None
        except (OSError, RuntimeError, ValueError) as error:
            raise QueryError("cannot-evaluate", place=Place("query"), error=str(error)) from None

    def refuse(self, question: str) -> None:
        """Nothing is refused: what answers here is what the program is tested with."""

    def add(self, graph: str, triples: Iterable[ox.Triple]) -> None:
        """Add triples to a named graph."""
        name = ox.NamedNode(graph)
        self.inner.extend(ox.Quad(t.subject, t.predicate, t.object, name) for t in triples)

    def fill(self, graph: str, text: str) -> None:
        """Add to a named graph the triples of a CONSTRUCT query that is asked of this store.

        Raises:
            QueryError: the query is of another form, or is refused.
        """
        with self._evaluated(text) as result:
            if not isinstance(result, ox.QueryTriples):
                raise QueryError("no-construct", place=Place("query"))
            answer = result.serialize(format=ox.RdfFormat.N_TRIPLES) or b""
        if b"_:" in answer:  # nodes without a name would get others
            quads = ox.parse(answer, format=ox.RdfFormat.N_TRIPLES)
            self.add(graph, (quad.triple for quad in quads))
        elif answer:
            self.load_triples(graph, answer)

    def load_triples(self, graph: str, lines: bytes) -> None:
        """Add to a named graph triples in N-Triples that the engine has written itself.

        It reads them in half the time it takes to make each term here; they are not looked at again.
        """
        self.inner.load(
            lines, format=ox.RdfFormat.N_TRIPLES, to_graph=ox.NamedNode(graph), lenient=True
        )

    def __len__(self) -> int:
        return len(self.inner)


# --- asking


def is_true(text: str) -> bool:
    """Whether the text of a literal is a true boolean, as engines write it.

    >>> is_true("true"), is_true("1"), is_true("false"), is_true("")
    (True, True, False, False)
    """
    return text in ("true", "1")


def plain(term: Term | None) -> str:
    """A term as text: the IRI or the value; empty where a column is unbound.

    >>> plain(ox.NamedNode("http://e/a")), plain(ox.Literal("un", language="fr")), plain(None)
    ('http://e/a', 'un', '')
    """
    if term is None:
        return ""
    return str(term) if isinstance(term, ox.BlankNode) else term.value


def select(store: Store, text: str) -> Solutions:
    """The answer to a SELECT query as a table.

    >>> table = select(LocalStore(ox.Store()), "SELECT ?n WHERE { VALUES ?n { 1 2 } } ORDER BY ?n")
    >>> table.columns, table.values("n")
    (('n',), ['1', '2'])
    """
    result = solutions(store, text)
    columns = tuple(variable.value for variable in result.variables)
    return Solutions(columns, tuple(tuple(solution) for solution in result))


def solutions(store: Store, text: str) -> ox.QuerySolutions:
    """The rows of a SELECT query, to be read one by one: at once many rows take more room than what is kept of them.

    Raises:
        QueryError: a query of another form.
    """
    result = store.query(text)
    if not isinstance(result, ox.QuerySolutions):
        raise QueryError("no-select", place=Place("query"))
    return result


def text_rows(store: Store, text: str) -> list[list[str]]:
    """The rows of a SELECT query as text, each cell as :func:`plain` gives it.

    >>> text_rows(LocalStore(ox.Store()), "SELECT ?n ?m WHERE { VALUES (?n ?m) { (1 UNDEF) } }")
    [['1', '']]
    """
    # as :func:`plain` says it, which would be called for each of thousands of terms
    return [
        [
            "" if term is None else str(term) if isinstance(term, ox.BlankNode) else term.value
            for term in row
        ]
        for row in solutions(store, text)
    ]


def construct(store: Store, text: str) -> Triples:
    """The triples of a CONSTRUCT or DESCRIBE query.

    Raises:
        QueryError: a query of another form.
    """
    result = store.query(text)
    if not isinstance(result, list):
        raise QueryError("no-construct", place=Place("query"))
    return result
