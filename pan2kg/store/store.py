"""Where triples are held and queried: in this process, or behind any SPARQL 1.1 endpoint; and how RDF files are loaded.

Both answer to one small interface, :class:`Store`. Each file of a project is a named graph, and the default graph of a
query is the union of them all, so that a question need not know which file states what. A query that would fetch
something from another host, or change data, is refused before the engine sees it.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Final, Protocol, TypeVar

import pyoxigraph as ox

from pan2kg.errors import Place, ProjectError, QueryError, TurtleError
from pan2kg.i18n.message import Message, told
from pan2kg.project import Project, reason
from pan2kg.store.withdrawal import bury, withdraw
from pan2kg.turtle.tokens import calls, line_of, tokens
from pan2kg.turtle.vocabulary import path_of, rule_of

FORMATS: Final = {
    ".nq": ox.RdfFormat.N_QUADS,
    ".trig": ox.RdfFormat.TRIG,
    ".ttl": ox.RdfFormat.TURTLE,
    ".nt": ox.RdfFormat.N_TRIPLES,
}
_WHERE: Final = re.compile(r"^Parser error (?:at|between) line[^:]*: ")


def read_quads(path: Path) -> Iterator[ox.Quad]:
    """The quads of an RDF file; a file without graphs fills the default graph.

    Raises:
        ProjectError: the file cannot be read, or its ending names no format.
        TurtleError: the file is not what its ending says; with the line.
    """
    ending = Path(path.name.removesuffix(".gz")).suffix
    if ending not in FORMATS:
        raise ProjectError("no-rdf-ending", place=Place(str(path)), remedy="use-one-packed", names=", ".join(FORMATS))
    try:
        yield from ox.parse(_content(path), format=FORMATS[ending])
    except SyntaxError as error:
        raise TurtleError(
            "not-rdf-as",
            place=Place(str(path), error.lineno, error.offset),
            remedy="mend-line-or-ending",
            ending=ending,
            value=" ".join(_WHERE.sub("", error.msg).split()).rstrip("."),
        ) from None


def _content(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ProjectError("cannot-read-file", place=Place(str(path)), reason=reason(error)) from None
    return _unpack(content, path) if path.suffix == ".gz" else content


def _unpack(content: bytes, path: Path) -> bytes:
    import gzip

    try:
        return gzip.decompress(content)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise ProjectError("no-gzip", place=Place(str(path)), remedy="fetch-again") from None


Term = ox.NamedNode | ox.BlankNode | ox.Literal
Row = tuple[Term | None, ...]
Triples = list[ox.Triple]
Result = ox.QuerySolutions | ox.QueryBoolean | Triples
_Found = ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples
Made = TypeVar("Made")

_POSITION = re.compile(r"^error at (\d+):(\d+): (?:expected )?(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of terms under named columns; ``None`` where a row has no value."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def values(self, column: str) -> list[str]:
        """The values of one column as plain text, empty where there is none."""
        index = self.columns.index(column)
        return [plain(row[index]) for row in self.rows]


class Store(Protocol):
    """Anything that answers SPARQL 1.1 queries."""

    def query(self, text: str) -> Result:
        """Solutions, a boolean or triples, as the form of the query asks.

        Raises:
            QueryError: the query has a syntax error, or asks for something that is refused.
            EndpointError: a remote store does not answer as it should.
        """


class OwnQuery(str):
    """A query of the program's own: what rules it needs is said beside its text, which readers are shown as it is."""

    __slots__ = ("needs",)
    needs: tuple[str, ...]

    def __new__(cls, text: str, needs: Iterable[str] = ()) -> OwnQuery:
        """The query of a text."""
        made = super().__new__(cls, text)
        made.needs = tuple(needs)
        return made


@dataclass(frozen=True, slots=True)
class Waiting:
    """What rules derive and a store does not hold yet: the names of these rules, and what adds it to the store."""

    rules: frozenset[str]
    add: Callable[[LocalStore], None]


@dataclass(frozen=True, slots=True)
class LocalStore:
    """A store in this process.

    What rules derive by the square of what is stated may be ``waiting``: it is added when something is asked that may
    see it, which is everything but a query that says in its header what rules it ``needs``.
    """

    held: ox.Store
    waiting: list[Waiting] = field(default_factory=list, repr=False, compare=False)

    @property
    def inner(self) -> ox.Store:
        """The engine, with everything that is derived."""
        self.complete()
        return self.held

    def complete(self) -> None:
        """Add what waits, once for all threads."""
        if (
            not self.waiting
        ):  # also where it is just being added: to the same engine, by a store for which nothing waits
            return
        with _COMPLETING:
            for one in self.waiting:
                one.add(LocalStore(self.held))
            self.waiting.clear()

    def query(self, text: str) -> Result:
        """Answer a query over the union of all graphs, or over those its own FROM clauses name.

        >>> store = LocalStore(ox.Store())
        >>> bool(store.query("ASK { ?s ?p ?o }"))
        False
        """
        # read to the end here, so that a fault in the middle is raised where it is caught
        return self._evaluated(text, lambda found: list(found) if isinstance(found, ox.QueryTriples) else found)

    def _evaluated(self, text: str, read: Callable[[_Found], Made]) -> Made:
        """What is read of what the engine finds."""
        refuse_fetching(text)
        needed = needs(text) if self.waiting else []
        if any(needed is None or not one.rules.isdisjoint(needed) for one in self.waiting):
            self.complete()
        # with the union as default graph the engine would ignore the FROM clauses of a query
        union = not ("FROM" in text.upper() and _FROM.search(text) and _names_graphs(text))
        try:
            return read(self.held.query(text, use_default_graph_as_union=union))
        except SyntaxError as error:
            raise syntax_error(text, str(error)) from None
        except (OSError, RuntimeError, ValueError) as error:
            raise QueryError("cannot-evaluate", place=Place("query"), error=str(error)) from None

    def add(self, graph: str, triples: Iterable[ox.Triple]) -> None:
        """Put triples into a named graph."""
        name = ox.NamedNode(graph)
        self.held.extend(ox.Quad(t.subject, t.predicate, t.object, name) for t in triples)

    def fill(self, graph: str, text: str) -> None:
        """Put what a CONSTRUCT query gives into a named graph.

        Raises:
            QueryError: the query has another form, or as for :meth:`query`.
        """
        lines = self._evaluated(text, _lines)
        if b"_:" in lines:  # nodes without a name would get others
            self.add(graph, (quad.triple for quad in ox.parse(lines, format=ox.RdfFormat.N_TRIPLES)))
        elif lines:
            # read by the engine in half the time it takes to make each term here; it wrote these itself
            self.held.load(lines, format=ox.RdfFormat.N_TRIPLES, to_graph=ox.NamedNode(graph), lenient=True)

    def __len__(self) -> int:
        return len(self.inner)


def _lines(found: _Found) -> bytes:
    if not isinstance(found, ox.QueryTriples):
        raise _no_construct()
    return found.serialize(format=ox.RdfFormat.N_TRIPLES) or b""


def _no_construct() -> QueryError:
    return QueryError("no-construct", place=Place("query"), remedy="use-construct")


_COMPLETING: Final = Lock()


def needs(text: str) -> list[str] | None:
    """The rules a query or rule builds on, from its header; ``None`` where it does not say.

    >>> needs("#+ needs: main-label rests-on\\nSELECT * {}"), needs("SELECT * {}")
    (['main-label', 'rests-on'], None)
    """
    if isinstance(text, OwnQuery):
        return [*text.needs]
    head = _HEAD.match(text)
    match = _NEEDS.search(head[0]) if head else None
    return match[1].split() if match else None


_HEAD: Final = re.compile(r"(?:#[^\n]*\n|\n)+")
_NEEDS: Final = re.compile(r"^#\+ needs:(.*)$", re.MULTILINE)


def is_true(text: str) -> bool:
    """Whether a boolean says yes, as plain text; some engines answer 1 and 0 (Virtuoso has no booleans).

    >>> is_true("true"), is_true("1"), is_true("false"), is_true("0"), is_true("")
    (True, True, False, False, False)
    """
    return text in ("true", "1")


def plain(term: Term | None) -> str:
    """The text of a term: the value of a literal, the address of an IRI.

    >>> plain(ox.Literal("Loi", language="fr")), plain(ox.NamedNode("http://e/x")), plain(None)
    ('Loi', 'http://e/x', '')
    """
    if term is None:
        return ""
    return str(term) if isinstance(term, ox.BlankNode) else term.value


def select(store: Store, text: str) -> Table:
    """The answer to a SELECT query as a table.

    Raises:
        QueryError: the query is no SELECT query, or as for :meth:`Store.query`.

    >>> table = select(LocalStore(ox.Store()), "SELECT ?n WHERE { VALUES ?n { 1 2 } } ORDER BY ?n")
    >>> table.columns, table.values("n")
    (('n',), ['1', '2'])
    """
    result = store.query(text)
    if not isinstance(result, ox.QuerySolutions):
        raise QueryError("no-select", place=Place("query"), remedy="ask-with-select")
    columns = tuple(variable.value for variable in result.variables)
    return Table(columns, tuple(tuple(solution) for solution in result))


def text_rows(store: Store, text: str) -> list[list[str]]:
    """The rows of a SELECT query as plain text, empty where there is no value.

    Raises:
        QueryError: as for :func:`select`.

    >>> text_rows(LocalStore(ox.Store()), "SELECT ?n ?x WHERE { VALUES ?n { 1 2 } } ORDER BY ?n")
    [['1', ''], ['2', '']]
    """
    # as :func:`plain` says it, which would be called for each of thousands of terms
    return [
        ["" if term is None else str(term) if isinstance(term, ox.BlankNode) else term.value for term in row]
        for row in select(store, text).rows
    ]


def construct(store: Store, text: str) -> Triples:
    """The triples of a CONSTRUCT or DESCRIBE query.

    Raises:
        QueryError: the query has another form, or as for :meth:`Store.query`.
    """
    result = store.query(text)
    if not isinstance(result, list):
        raise _no_construct()
    return result


def refuse_fetching(text: str) -> None:
    """Refuse a query that would make the engine contact another host, or change data.

    Raises:
        QueryError: the query contains SERVICE, or an update operation.

    >>> refuse_fetching('SELECT * { ?s ?p "SERVICE" } # SERVICE')
    >>> refuse_fetching("SELECT * { SERVICE <http://e/> { ?s ?p ?o } }")
    Traceback (most recent call last):
    pan2kg.errors.QueryError: query:1:12: SERVICE is refused: ...
    """
    upper = text.upper()
    if not any(word in upper for word in _REFUSED) or not _SUSPECT.search(text):
        return  # as most queries: this one need not be read token by token
    updates = ((token, token.text.upper()) for token in tokens(text) if token.kind == "word")
    for token, word in (*((call, "SERVICE") for call in calls(text, "SERVICE")), *updates):
        if word in _REFUSED:
            raise QueryError(
                "refused-here",
                place=Place("query", *line_of(text, token.start)),
                remedy="ask-this-store",
                word=word,
                refused=told(_REFUSED[word]),
            )


UPDATES = ("LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "INSERT", "DELETE")
"""The words updates begin with."""
_REFUSED = {"SERVICE": "no-fetching"} | dict.fromkeys(UPDATES, "read-only")


_ALONE: Final = r"(?<![^\W\d])(?:{})(?!\w)"
"""A word that is no part of a longer one, as ``add`` is of ``pan:addressee``; a number may stand before it."""
_FROM = re.compile("(?<![:?$])" + _ALONE.format("FROM"), re.IGNORECASE)
"""Behind a colon it is a name, as in ``pan:from``, behind a question mark a variable."""
_SUSPECT = re.compile(f"SERVICE|{_ALONE.format('|'.join(UPDATES))}", re.IGNORECASE)
"""Words that are looked for before a query is read token by token."""


def _names_graphs(text: str) -> bool:
    """Whether a query has FROM clauses, which stand before its own WHERE, if it has that word.

    >>> _names_graphs("SELECT (EXISTS { SELECT * WHERE {} } AS ?x) FROM <http://e/g> { ?s ?p ?o }")
    True
    >>> _names_graphs("SELECT * # from there\\nWHERE { ?from ?p ?o }")
    False
    """
    depth = 0
    for token in tokens(text):
        word = token.text.upper()
        depth += (word == "{") - (word == "}")
        if token.kind == "word" and (word == "FROM" or (word == "WHERE" and not depth)):
            return word == "FROM"
    return False


def syntax_error(text: str, message: str) -> QueryError:
    """The engine's complaint about a query as one sentence with line and column."""
    match = _POSITION.match(message)
    if not match:
        return QueryError("not-sparql", place=Place("query"), remedy="mend-there", message=_short(message))
    line, column = int(match.group(1)), int(match.group(2))
    lines = text.splitlines() or [""]
    found = lines[min(line, len(lines)) - 1][max(column - 1, 0) :].strip()[:30]
    return QueryError(
        "not-sparql-near" if found else "not-sparql-at-end",
        place=Place("query", line, column),
        remedy="mend-there",
        found=found,
        wanted=_short(match.group(3)),
    )


def _short(message: str) -> str | Message:
    words = " ".join(message.split()).removesuffix("{}").strip().rstrip(".")
    if "Prefix not found" in words:
        return told("declared-prefix")
    words = ", ".join(part for part in words.removeprefix("one of ").split(", ") if part != "[_]")
    return (words if len(words) < 120 else words[:117] + "…") or told("more-expected")


def load(store: ox.Store, path: Path, graph: str, *, name: str = "") -> None:
    """Load a Turtle file into a named graph.

    Raises:
        TurtleError: the file is not Turtle; with the line.
        ProjectError: the file cannot be read.
    """
    try:
        store.load(path=path, format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(graph))
    except SyntaxError as error:
        message = re.sub(r"^Parser error at line \d+ between columns \d+ and \d+: ", "", error.msg)
        raise TurtleError(
            "no-turtle",
            place=Place(name or str(path), error.lineno, error.offset),
            remedy="mend-line-not-loaded",
            value=" ".join(message.split()).rstrip("."),
        ) from None
    except OSError as error:
        raise ProjectError("cannot-read-file", place=Place(name or str(path)), reason=reason(error)) from None


def load_project(project: Project) -> LocalStore:
    """Every file of the graph and of the ontology in a store in memory, each in its named graph; or a dump of them.

    Raises:
        TurtleError: a file is not Turtle, or a dump is not what its ending says.
    """
    store = ox.Store()
    _load_all(store, project)
    return LocalStore(store)


def load_readable(project: Project) -> tuple[LocalStore, list[TurtleError]]:
    """What of a project can be read, in a store as :func:`load_project` fills it, and the files that are not Turtle.

    Raises:
        TurtleError: a file of the ontology is not Turtle, one of several projects, or a dump.
    """
    try:
        return load_project(project), []
    except TurtleError:
        if project.others or project.data:
            raise
    store, errors = ox.Store(), list[TurtleError]()
    for path in project.loaded_files():
        try:
            load(store, path, project.graph_iri(path), name=project.name_of(path))
        except TurtleError as error:
            if path.is_relative_to(project.ontology):
                raise
            errors.append(error)
    withdraw(store)
    bury(store)
    return LocalStore(store), errors


def _load_all(store: ox.Store, project: Project) -> None:
    if not project.others:
        _load_one(store, project)
        return
    whose: dict[str, Project] = {}
    for one in project.members:
        loaded = ox.Store()
        _load_one(loaded, one)
        for name in loaded.named_graphs():
            graph = name.value if isinstance(name, ox.NamedNode) else ""
            if graph in whose and path_of(graph).startswith("ontology/"):
                continue  # what the words mean is said by the first, though the others may be of another release
            quads = set(loaded.quads_for_pattern(None, None, None, name))
            if graph in whose and quads != set(store.quads_for_pattern(None, None, None, name)):
                raise ProjectError(
                    "graph-in-both", remedy="one-base-each", name=graph, one=whose[graph].root, other=one.root
                )
            whose.setdefault(graph, one)
            store.extend(quads)


def _load_one(store: ox.Store, project: Project) -> None:
    # where the project has rules, what a dump says was derived is dropped and derived again:
    # the rules may have changed since it was written
    anew = _derives(project)
    for path in project.data:
        store.extend(quad for quad in read_quads(path) if not (anew and is_derived(_graph(quad))))
    for path in project.loaded_files():
        load(store, path, project.graph_iri(path), name=project.name_of(path))
    withdraw(store)
    bury(store)


def _derives(project: Project) -> bool:
    """Whether a project has rules, so that what a dump has derived is derived anew rather than believed."""
    return (project.queries / "rules").is_dir()


def _graph(quad: ox.Quad) -> str:
    return quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else ""


Derive = Callable[[LocalStore, Project], None]


def open_store(project: Project, derive: Derive) -> LocalStore:
    """The project's graph in memory with what ``derive`` adds to it.

    Raises:
        TurtleError: a file is not Turtle.
    """
    store = load_project(project)
    derive(store, project)
    return store


def fingerprint(project: Project) -> str:
    """A name for the state of a project: equal when every file that is loaded or derives, and who does it, is equal."""
    import hashlib
    from importlib.metadata import PackageNotFoundError, version

    try:
        program = version("pan2kg")
    except PackageNotFoundError:  # run from its folder, without having been installed
        program = ""
    # another version of the engine may lay its files out differently, another of the program read files otherwise
    digest = hashlib.sha256(f"{ox.__version__} {program}".encode())
    for path in state_files(project):
        digest.update(project.name_of(path).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:32]


def state_files(project: Project) -> list[Path]:
    """The files that make a state of a project what it is: those that are loaded, the rules, and who reads them."""
    rules = sorted((project.queries / "rules").glob("*.rq"))
    loaded = [path for one in project.members for path in (*one.data, *one.loaded_files())]
    return [*loaded, *rules, *sorted(Path(__file__).parent.glob("*.py"))]


def is_derived(graph: str) -> bool:
    """Whether a named graph was computed by a rule.

    >>> is_derived("https://w3id.org/pan2kg/graph/derived/shared-topic")
    True
    """
    return bool(rule_of(graph))


def is_unverified(graph: str) -> bool:
    """Whether a named graph holds facts nobody has verified yet.

    >>> is_unverified("https://w3id.org/pan2kg/graph/plans/lu-bhr-2/unverified")
    True
    """
    return path_of(graph).endswith("unverified")


def dump(store: LocalStore, form: str, prefixes: dict[str, str]) -> bytes:
    """The whole store as sorted N-Quads (``nquads``) or as TriG (``trig``): the same bytes for the same graph."""
    # the engine gives quads in the order of its own index, which differs between runs
    if form == "nquads":
        # as lines, which it writes itself: to make each quad here and write it takes twice as long
        lines = (store.inner.dump(format=ox.RdfFormat.N_QUADS) or b"").split(b"\n")
        return b"".join([line + b"\n" for line in sorted(lines) if line])
    return ox.serialize(sorted(store.inner, key=str), format=ox.RdfFormat.TRIG, prefixes=prefixes) or b""
