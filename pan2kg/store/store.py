"""Where triples are held and queried: in this process, or behind any SPARQL 1.1 endpoint; and how RDF files are loaded.

Both answer to one small interface, :class:`Store`. Each file of a project is a named graph, and the
default graph of a query is the union of them all. A query that would fetch something from another
host, or change data, is refused before the engine sees it. What was withdrawn or deprecated is
taken out when files are loaded; the files keep every line.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Protocol, cast

import pyoxigraph as ox

from pan2kg.errors import Pan2kgError, Place, ProjectError, QueryError, TurtleError
from pan2kg.i18n.message import Message, told
from pan2kg.project import Project, reason
from pan2kg.turtle import DCTERMS, ID, PAN, RDF, SKOS, tokens
from pan2kg.turtle.vocabulary import path_of, rule_of
from pan2kg.turtle.writer import calls, line_of

if TYPE_CHECKING:
    import rdflib

FORMATS = {
    ".nq": ox.RdfFormat.N_QUADS,
    ".trig": ox.RdfFormat.TRIG,
    ".ttl": ox.RdfFormat.TURTLE,
    ".nt": ox.RdfFormat.N_TRIPLES,
}
Term = ox.NamedNode | ox.BlankNode | ox.Literal
Row = tuple[Term | None, ...]
Triples = list[ox.Triple]
Result = ox.QuerySolutions | ox.QueryBoolean | Triples
ReadRows = Callable[[str], list[list[str]]]
"""Gives the rows of a query as text, as :func:`text_rows` does of a store."""

UPDATES = ("LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "INSERT", "DELETE")
"""The words updates begin with."""
_REFUSED = {"SERVICE": "no-fetching"} | dict.fromkeys(UPDATES, "read-only")
_ALONE = r"(?<![^\W\d])(?:{})(?!\w)"
"""A word that is no part of a longer one, as ``add`` is of ``pan:addressee``; a number may stand before it."""
_FROM = re.compile("(?<![:?$])" + _ALONE.format("FROM"), re.IGNORECASE)
"""Behind a colon it is a name, as in ``pan:from``, behind a question mark a variable."""
_SUSPECT = re.compile(f"SERVICE|{_ALONE.format('|'.join(UPDATES))}", re.IGNORECASE)
"""Words that are looked for before a query is read token by token."""
_POSITION = re.compile(r"^error at (\d+):(\d+): (?:expected )?(.*)", re.DOTALL)
_WHERE = re.compile(r"^Parser error (?:at|between) line[^:]*: ")


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
        union = not ("FROM" in text.upper() and _FROM.search(text) and _names_graphs(text))
        try:
            yield self.inner.query(text, use_default_graph_as_union=union)
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
            self.add(
                graph, (quad.triple for quad in ox.parse(answer, format=ox.RdfFormat.N_TRIPLES))
            )
        elif answer:
            # read by the engine in half the time it takes to make each term here; it wrote these
            # itself
            self.inner.load(
                answer, format=ox.RdfFormat.N_TRIPLES, to_graph=ox.NamedNode(graph), lenient=True
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


def refuse_fetching(text: str) -> None:
    """Refuse a query that would fetch from another host, or change data.

    Raises:
        QueryError: with the place of the word that is refused.

    >>> refuse_fetching("SELECT * { ?s <http://e/add> ?o }")
    >>> refuse_fetching("DROP ALL")
    Traceback (most recent call last):
    pan2kg.errors.QueryError: ...
    """
    upper = text.upper()
    if not any(word in upper for word in _REFUSED) or not _SUSPECT.search(text):
        return  # as most queries: this one need not be read token by token
    updates = ((token, token.text.upper()) for token in tokens(text) if token.kind == "word")
    for token, word in (*((call, "SERVICE") for call in calls(text, "SERVICE")), *updates):
        if word in _REFUSED:
            place = Place("query", *line_of(text, token.start))
            why = told(_REFUSED[word])
            raise QueryError(
                "refused-here", place=place, remedy="ask-this-store", word=word, refused=why
            )


def _names_graphs(text: str) -> bool:
    depth = 0
    for token in tokens(text):
        word = token.text.upper()
        depth += (word == "{") - (word == "}")
        if token.kind == "word" and (word == "FROM" or (word == "WHERE" and not depth)):
            return word == "FROM"
    return False


def syntax_error(text: str, message: str) -> QueryError:
    """The fault that a query is no SPARQL, with line and column as the engine tells them, in words of ours."""

    def brief(complaint: str) -> str | Message:
        words = " ".join(complaint.split()).removesuffix("{}").strip().rstrip(".")
        if "Prefix not found" in words:
            return told("declared-prefix")
        words = ", ".join(
            choice for choice in words.removeprefix("one of ").split(", ") if choice != "[_]"
        )
        return (words if len(words) < 120 else words[:117] + "…") or told("more-expected")

    match = _POSITION.match(message)
    if not match:
        return QueryError("not-sparql", place=Place("query"), message=brief(message))
    line = int(match[1])
    column = int(match[2])
    lines = text.splitlines() or [""]
    near = lines[min(line, len(lines)) - 1][max(column - 1, 0) :].strip()[:30]
    key = "not-sparql-near" if near else "not-sparql-at-end"
    place = Place("query", line, column)
    return QueryError(key, place=place, found=near, wanted=brief(match[3]))


# --- loading


def _unread(error: OSError | SyntaxError, name: str, ending: str = "") -> Pan2kgError:
    if isinstance(error, OSError):
        return ProjectError("cannot-read-file", place=Place(name), reason=reason(error))
    place = Place(name, error.lineno, error.offset)
    value = " ".join(_WHERE.sub("", error.msg).split()).rstrip(".")
    key = "not-rdf-as" if ending else "no-turtle"
    return TurtleError(key, place=place, remedy="mend-line", ending=ending, value=value)


def read_quads(path: Path) -> Iterator[ox.Quad]:
    """The quads of a file, packed by gzip or not; its ending says in which format.

    Raises:
        ProjectError: another ending, a file that cannot be read, or a broken archive.
        TurtleError: the content is not as the ending says.
    """
    ending = Path(path.name.removesuffix(".gz")).suffix
    place = Place(str(path))
    if ending not in FORMATS:
        raise ProjectError(
            "no-rdf-ending", place=place, remedy="use-one-packed", names=", ".join(FORMATS)
        )
    try:
        import gzip

        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            yield from ox.parse(cast("IO[bytes]", file), format=FORMATS[ending])
    except (OSError, SyntaxError, EOFError, zlib.error) as error:
        if isinstance(error, (EOFError, zlib.error)) or type(error).__name__ == "BadGzipFile":
            raise ProjectError("no-gzip", place=place, remedy="fetch-again") from None
        raise _unread(error, str(path), ending) from None


def load(store: ox.Store, path: Path, graph: str, *, name: str = "") -> None:
    """Load a Turtle file into a named graph; ``name`` is how a fault calls the file.

    Raises:
        ProjectError: the file cannot be read.
        TurtleError: it is not Turtle.
    """
    try:
        store.load(path=path, format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(graph))
    except (OSError, SyntaxError) as error:
        raise _unread(error, name or str(path)) from None


def load_project(project: Project) -> LocalStore:
    """What the files or dumps of a project state, of several that are open together; nothing is derived.

    Raises:
        ProjectError: a file cannot be read, or two projects state a graph differently.
        TurtleError: a file is not Turtle.
    """
    store = ox.Store()
    if not project.others:
        _load_member(store, project)
        return LocalStore(store)
    owner_of: dict[str, Project] = {}
    for member in project.members:
        loaded = ox.Store()
        _load_member(loaded, member)
        for name in loaded.named_graphs():
            graph = name.value if isinstance(name, ox.NamedNode) else ""
            if graph in owner_of and path_of(graph).startswith("ontology/"):
                # what the words mean is said by the first, though the others may be of another
                # release
                continue
            quads = set(loaded.quads_for_pattern(None, None, None, name))
            if graph in owner_of and quads != set(store.quads_for_pattern(None, None, None, name)):
                one = owner_of[graph].root
                other = member.root
                raise ProjectError(
                    "graph-in-both", remedy="one-base-each", name=graph, one=one, other=other
                )
            owner_of.setdefault(graph, member)
            store.extend(quads)
    return LocalStore(store)


def load_readable(project: Project) -> tuple[LocalStore, list[TurtleError]]:
    """The same of a project whose files may be faulty: what can be read, and the faults of the others.

    Raises:
        TurtleError: a file of the ontology, a dump, or one of several projects is not Turtle.
    """
    errors = list[TurtleError]()
    try:
        return load_project(project), errors
    except TurtleError:
        if project.others or project.data:
            raise
    store = ox.Store()
    _load_member(store, project, errors)
    return LocalStore(store), errors


def _load_member(
    store: ox.Store, project: Project, errors: list[TurtleError] | None = None
) -> None:
    # where the project has rules, what a dump says was derived is dropped and derived again:
    # the rules may have changed since it was written
    anew = (project.queries / "rules").is_dir()
    for path in project.data:
        # the name of the default graph has no rule's path either
        store.extend(
            quad
            for quad in read_quads(path)
            if not (anew and is_derived(str(quad.graph_name).strip("<>")))
        )
    for path in project.loaded_files():
        try:
            load(store, path, project.graph_iri(path), name=project.name_of(path))
        except TurtleError as error:
            if errors is None or path.is_relative_to(project.ontology):
                raise
            errors.append(error)
    withdraw(store)
    for deprecation in list(store.quads_for_pattern(None, _DEPRECATED, None)):
        subject = deprecation.subject
        is_said = getattr(deprecation.object, "value", "") in ("true", "1")
        if is_said and isinstance(subject, ox.NamedNode):
            _bury(store, subject)


def _bury(store: ox.Store, thing: ox.NamedNode) -> None:
    """Leave of a thing that is deprecated its tombstone: names, notes and what replaces it; a link to it is over.

    Deprecated terms and concepts stay what they are: statements made with them are still read.
    """
    quads = list(store.quads_for_pattern(thing, None, None))
    kinds = []
    for quad in quads:
        is_ours = quad.predicate == _TYPE and str(quad.object).startswith(f"<{PAN}")
        if is_ours and quad.object != _RETIRED:
            kinds.append(quad)
    if not kinds:
        return
    tombstone = [quad for quad in quads if quad.predicate in _TOMBSTONE]
    if any(quad.predicate == _REPLACED for quad in tombstone):
        tombstone.append(ox.Quad(thing, _TYPE, _RETIRED, kinds[0].graph_name))
    for quad in quads:
        store.remove(quad)
    store.extend(tombstone)
    for predicate in _JOINING:
        joining = {quad.subject for quad in store.quads_for_pattern(None, predicate, thing)}
        for joined in joining:
            _end(store, joined)


_STATUS, _TYPE, _WITHDRAWS, _SUPERSEDED, _INVOLVEMENT, _DEPRECATED, _REPLACED, _RETIRED = map(
    ox.NamedNode,
    (
        f"{PAN}status",
        f"{RDF}type",
        f"{PAN}withdraws",
        f"{ID}linkstatus/superseded",
        f"{PAN}Involvement",
        "http://www.w3.org/2002/07/owl#deprecated",
        f"{DCTERMS}isReplacedBy",
        f"{PAN}RetiredIdentifier",
    ),
)
_NAMES = (ox.NamedNode(SKOS + name) for name in ("prefLabel", "altLabel", "editorialNote"))
_TOMBSTONE = frozenset((_DEPRECATED, _REPLACED, *_NAMES))
_JOINING = tuple(
    ox.NamedNode(PAN + name) for name in ("from", "to", "between", "involves", "involvedIn")
)


def _end(store: ox.Store, joined: ox.NamedNode | ox.BlankNode | ox.Triple) -> None:
    is_involvement = any(store.quads_for_pattern(joined, _TYPE, _INVOLVEMENT))
    for quad in list(store.quads_for_pattern(joined, None if is_involvement else _STATUS, None)):
        store.remove(quad)
        if not is_involvement:
            store.add(ox.Quad(joined, _STATUS, _SUPERSEDED, quad.graph_name))


def withdraw(store: ox.Store) -> None:
    """Take out what decisions withdraw: a link becomes superseded, an involvement goes."""
    links = {quad.object for quad in store.quads_for_pattern(None, _WITHDRAWS, None)}
    for link in links:
        if isinstance(link, ox.NamedNode):  # the shapes tell of others
            _end(store, link)


def fingerprint(project: Project) -> str:
    """What names a state of a project: 32 digits of all that its graph, which program and engine make, is made from."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        program = version("pan2kg")
    except PackageNotFoundError:  # run from its folder, without having been installed
        program = ""
    # another version of the engine may lay its files out differently, another of the program read
    # files otherwise
    digest = hashlib.sha256(f"{ox.__version__} {program}".encode())
    for path in state_files(project):
        digest.update(project.name_of(path).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:32]


def state_files(project: Project) -> list[Path]:
    """The files a graph is made from: data, rules, and the modules that read them."""
    rules = sorted((project.queries / "rules").glob("*.rq"))
    loaded = [path for member in project.members for path in (*member.data, *member.loaded_files())]
    return [*loaded, *rules, *sorted(Path(__file__).parent.glob("*.py"))]


def is_derived(graph: str) -> bool:
    """Whether the address of a graph is that of a rule.

    >>> is_derived("https://w3id.org/pan2kg/graph/derived/cites"), is_derived("https://w3id.org/pan2kg/graph/profile")
    (True, False)
    """
    return bool(rule_of(graph))


def is_unverified(graph: str) -> bool:
    """Whether the address of a graph is that of a file nobody has verified.

    >>> is_unverified("https://w3id.org/pan2kg/graph/plans/lu-bhr-2-unverified")
    True
    """
    return path_of(graph).endswith("unverified")


# --- giving away


def dump(store: LocalStore, form: str, prefixes: dict[str, str]) -> bytes:
    """All quads as N-Quads (``nquads``) or TriG, in an order that is the same in each run."""
    # the engine gives quads in the order of its own index, which differs between runs
    if form == "nquads":
        # as lines, which it writes itself: to make each quad here and write it takes twice as long
        lines = (store.inner.dump(format=ox.RdfFormat.N_QUADS) or b"").split(b"\n")
        return b"".join([line + b"\n" for line in sorted(lines) if line])
    return (
        ox.serialize(sorted(store.inner, key=str), format=ox.RdfFormat.TRIG, prefixes=prefixes)
        or b""
    )


def to_dataset(store: LocalStore) -> rdflib.Dataset:
    """A copy as an rdflib dataset: every named graph of the store one of its own."""
    import rdflib

    dataset = rdflib.Dataset(default_union=True)
    nodes = dict[object, Any]()
    contexts = {}
    for quad in store.inner:
        if quad.graph_name not in contexts:
            contexts[quad.graph_name] = dataset.graph(to_term(quad.graph_name, nodes))  # type: ignore[arg-type]
        s, p, o = (to_term(term, nodes) for term in (quad.subject, quad.predicate, quad.object))
        contexts[quad.graph_name].add((s, p, o))
    return dataset


def to_graph(triples: Iterable[ox.Triple]) -> rdflib.Graph:
    """Triples as an rdflib graph."""
    import rdflib

    graph = rdflib.Graph()
    nodes = dict[object, Any]()
    for triple in triples:
        s, p, o = (
            to_term(term, nodes) for term in (triple.subject, triple.predicate, triple.object)
        )
        graph.add((s, p, o))
    return graph


def to_term(term: object, nodes: dict[object, rdflib.term.Node]) -> rdflib.term.Node:
    """A term as rdflib has it; ``nodes`` keeps those that were made.

    Raises:
        TypeError: a quoted triple, which RDF 1.1 does not have.
    """
    import rdflib

    if term in nodes:
        return nodes[term]
    if isinstance(term, ox.NamedNode):
        node: rdflib.term.Node = rdflib.URIRef(term.value)
    elif isinstance(term, ox.BlankNode):
        node = rdflib.BNode(term.value)
    elif not isinstance(term, ox.Literal):
        raise TypeError(f"no RDF 1.1 term: {term}")
    elif term.language:
        node = rdflib.Literal(term.value, lang=term.language)
    else:
        datatype = (
            None if term.datatype.value.endswith("#string") else rdflib.URIRef(term.datatype.value)
        )
        node = rdflib.Literal(term.value, datatype=datatype, normalize=False)
    nodes[term] = node
    return node
