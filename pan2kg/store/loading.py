"""A project's graph brought to an endpoint, once its engine was examined.

Graphs of others are left alone; what was put is looked for by a query. Before, the engine is asked the
stored questions over an invented project whose answers are known; what it gets wrong is kept beside
the project as a :class:`~pan2kg.store.remote.EngineVerdict`, and refused by name from then on.
"""

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import NamedTuple

import pyoxigraph as ox

from pan2kg.errors import EndpointError, Place, QueryError
from pan2kg.project import Project, read_text
from pan2kg.store import remote
from pan2kg.store.destination import Destination, Target
from pan2kg.store.program import program_query
from pan2kg.store.queries import Query, read_queries
from pan2kg.store.remote import RemoteStore, checked, credentials, fault, is_of_query, read_verdicts
from pan2kg.store.rules import open_store
from pan2kg.store.store import LocalStore, Store, plain, select, text_rows
from pan2kg.turtle import DCTERMS
from pan2kg.turtle.vocabulary import is_derived

Graphs = Mapping[str, list[ox.Triple]]
"""Triples by the address of their named graph, in the order in which they are put."""
ELSEWHERE = frozenset((400, 401, 403, 404, 405, 406, 409, 415, 501))
"""What is answered where no graphs are taken."""
OWN = (
    "http://www.openlinksw.com/schemas/", "http://www.w3.org/ns/ldp#", "http://www.w3.org/2002/07/owl#",
    "urn:activitystreams-owl:", "urn:core:services:",
)  # fmt: skip
"""Graphs an engine has from the start; they are nobody's data. Virtuoso has another, the address of its files."""
_VIRTUOSO_FILES = "/DAV/"
_UNFINISHED = "unfinished"
"""What stands in place of the verdict until a load has ended."""
EXAM = Project.packaged().queries / "program" / "endpoint" / "exam"
"""The invented project's graph."""


class LoadOutcome(NamedTuple):
    """What a load has done: how many graphs and statements were put, and by which address.

    ``dropped`` graphs were there that the project no longer has; ``wrong`` are the questions the
    engine gets wrong.
    """

    graphs: int
    statements: int
    dropped: int
    way: str
    wrong: tuple[str, ...]


def load_graph(
    store: LocalStore,
    target: Target,
    space: str,
    note: Callable[[int, int], None],
    project: Project | None = None,
) -> LoadOutcome:
    """Bring every named graph of a store to an endpoint, what was derived last; the project's begin with ``space``.

    ``note`` is told how many graphs of how many are there. With a ``project`` the engine is asked
    its questions before, and the verdict brought with it.

    Raises:
        EndpointError: the endpoint holds other graphs, takes none, stops, or lacks some afterwards.
    """
    there = RemoteStore(checked(target.url), target.timeout)
    graphs = _in_order(store)
    before = _look(there, target, graphs, space)
    verdict = f"{space}exam/verdict"
    destination = _first_that_takes(target, verdict, _saying(verdict, _UNFINISHED))
    for graph in before.exam - {verdict}:  # left behind where one broke off
        destination.drop(graph)
    questions = fingerprint(project) if project else ""
    wrong = before.verdicts.get(questions, ())
    # once: what another load found out about these questions holds
    if project and questions not in before.verdicts:
        wrong = _examine(project, destination, there, space, len(graphs))
    gone = sorted(before.ours - graphs.keys())
    _put(destination, graphs, gone, note)
    _insist_on_all(there, graphs)
    if project:  # in place of the mark, now that all is there
        words = (str(datetime.now(UTC).date()), questions, *wrong)
        destination.put(verdict, _saying(verdict, " ".join(words)))
    else:
        destination.drop(verdict)
    statements = sum(map(len, graphs.values()))
    return LoadOutcome(len(graphs), statements, len(gone), destination.door.address, wrong)


def _in_order(store: LocalStore) -> Graphs:
    """The named graphs of a store: those that rules fill last, and of these the one a load is known by."""
    graphs: dict[str, list[ox.Triple]] = {}
    for quad in store.inner:
        if isinstance(quad.graph_name, ox.NamedNode):
            graphs.setdefault(quad.graph_name.value, []).append(quad.triple)

    def order(graph: str) -> tuple[bool, bool, str]:
        return is_derived(graph), graph.endswith("/main-label"), graph

    return {graph: graphs[graph] for graph in sorted(graphs, key=order)}


def _saying(verdict: str, words: str) -> list[ox.Triple]:
    description = ox.NamedNode(f"{DCTERMS}description")
    return [ox.Triple(ox.NamedNode(verdict), description, ox.Literal(words))]


# --- what is there before


class _Before(NamedTuple):
    """What is at an endpoint before a load: graphs of the project, those of an exam that broke off.

    ``verdicts`` has by the fingerprint of questions the names of those the engine gets wrong.
    """

    ours: frozenset[str]
    exam: frozenset[str]
    verdicts: Mapping[str, tuple[str, ...]]


def _look(there: RemoteStore, target: Target, graphs: Collection[str], space: str) -> _Before:
    """What is at the endpoint; refused where it holds what the target does not allow for."""
    present = graph_sizes(there)
    ours = {graph for graph in present if graph in graphs or graph.startswith(space)}
    others = []
    for graph in sorted(present.keys() - ours):
        if not graph.startswith(OWN) and not graph.endswith(_VIRTUOSO_FILES):
            others.append(graph)
    if others and not target.beside:
        number = len(others)
        raise fault(there.url, "endpoint-holds-others", "load-beside", n=number, graph=others[0])
    exam = {graph for graph in ours if graph.startswith(f"{space}exam/")}
    ours -= exam
    if ours and not target.replace:
        raise fault(there.url, "endpoint-holds-graphs", "load-replace", n=len(ours))
    verdicts = {verdict.questions: verdict.wrong for verdict in read_verdicts(there) if verdict}
    return _Before(frozenset(ours), frozenset(exam), verdicts)


def graph_sizes(store: RemoteStore) -> dict[str, int]:
    """How many statements each named graph of an endpoint has."""
    return {
        plain(graph): int(plain(number))
        for graph, number in select(store, program_query("endpoint/sizes")).rows
    }


def _first_that_takes(target: Target, graph: str, triples: list[ox.Triple]) -> Destination:
    """The first address of a target that takes a graph, which a query then sees."""
    refused: EndpointError | None = None
    for door in target.doors(has_name=bool(credentials().user)):
        checked(door.address)
        destination = Destination(door, target.timeout)
        try:
            destination.put(graph, triples)
        except EndpointError as error:
            code = int(str(error.message.values.get("status", 0)).removeprefix("HTTP "))
            is_closed = code in ELSEWHERE or (code and refused)
            if not is_closed:
                raise
            # who may not is told so, unless another address takes graphs
            if code in (401, 403) and refused is None:
                refused = error
            continue
        there = RemoteStore(target.url, target.timeout)
        if there.query(f"ASK {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}"):
            return destination
    raise refused or fault(target.url, "endpoint-takes-none", "name-store")


# --- examining an engine


class _Exam(NamedTuple):
    """An invented project: its graphs as they are put at an endpoint, a store that holds them here, its questions."""

    graphs: Graphs
    local: LocalStore
    questions: Mapping[str, Query]


def _invent(project: Project, space: str) -> _Exam:
    """The exam in the questions of a project, in two graphs whose addresses begin with ``space``."""
    folders = {"ontology": project.ontology, "queries": project.queries, "graph": EXAM}
    with tempfile.TemporaryDirectory() as folder:
        for name, source in folders.items():
            shutil.copytree(source, f"{folder}/{name}")
        invented = Project.at(folder)
        quads = open_store(invented).inner
        questions = read_queries(invented)
    graphs: dict[str, list[ox.Triple]] = {}
    for quad in quads:
        name = "graph/derived/all" if is_derived(str(quad.graph_name)[1:-1]) else "stated"
        graphs.setdefault(f"{space}exam/{name}", []).append(quad.triple)
    local = LocalStore(ox.Store())
    for graph, triples in graphs.items():
        local.add(graph, triples)
    return _Exam(graphs, local, questions)


def _examine(
    project: Project, destination: Destination, there: RemoteStore, space: str, graphs: int
) -> tuple[str, ...]:
    """Which questions of a project an engine answers otherwise than this process does.

    They are asked of an invented project, in graphs of its own that are taken away. So many
    ``graphs`` are to follow: the union of all must be the default graph where they are too many to
    be named with each query.
    """
    exam = _invent(project, space)
    is_alone = not there.query(program_query("endpoint/plans"))
    try:
        for graph, triples in exam.graphs.items():
            destination.put(graph, triples)
        has_union = bool(there.query(program_query("endpoint/plans")))
        if not has_union and graphs > remote.MOST_GRAPHS:
            raise fault(there.url, "endpoint-without-union", "offer-union")
        # as the project is asked later, unless there is another one beside it
        asked = there if is_alone and has_union else replace(there, graphs=tuple(exam.graphs))
        wrong = []
        for name, query in exam.questions.items():
            if not _is_right(query.text, asked, exam.local):
                wrong.append(name)
    finally:
        for graph in exam.graphs:
            destination.drop(graph)
    return tuple(wrong)


def _is_right(text: str, asked: RemoteStore, local: LocalStore) -> bool:
    """Whether an endpoint answers a query as this process does; false too where it cannot answer this one."""
    try:
        return _rows(asked, text) == _rows(local, text)
    except (EndpointError, QueryError) as error:
        if not is_of_query(error) and error.message.key != "answer-no-result":
            raise
        return False


def _rows(store: Store, text: str) -> list[list[str]]:
    # an engine without booleans writes numbers, which is understood
    numbers = {"true": "1", "false": "0"}
    return [[numbers.get(cell, cell) for cell in row] for row in text_rows(store, text)]


def fingerprint(project: Project) -> str:
    """What names the questions of a project, without the defaults, which are each project's own, and the exam."""
    lines = []
    for name, query in sorted(read_queries(project).items()):
        for line in query.text.splitlines():
            if "# parameter:" not in line:
                lines.append(f"{name} {line}")
    lines.append(read_text(EXAM / "profile.ttl"))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def not_examined(store: RemoteStore, project: Project) -> EndpointError | None:
    """What is to be said where nobody asked the engine these questions; None where somebody did."""
    if fingerprint(project) in store.questions:
        return None
    return fault(store.url, "engine-not-examined", "load-again")


# --- bringing it there


def _put(
    destination: Destination, graphs: Graphs, gone: Iterable[str], note: Callable[[int, int], None]
) -> None:
    """Put all graphs, then drop those that are gone; a failure says how far it came."""
    done = 0
    try:
        for graph, triples in graphs.items():
            destination.put(graph, triples)
            done += 1
            note(done, len(graphs))
        for graph in gone:
            destination.drop(graph)
    except EndpointError as error:
        place = error.place or Place("")
        counts = {"done": str(done), "whole": str(len(graphs))}
        raise fault(
            place.file, "load-stopped", "load-again", reason=error.message, **counts
        ) from None


def _insist_on_all(there: RemoteStore, graphs: Graphs) -> None:
    """Refuse an endpoint that has not all statements of each graph afterwards, with the first that lacks some."""
    sizes = graph_sizes(there)
    lacking = [graph for graph, triples in graphs.items() if sizes.get(graph, 0) != len(triples)]
    if lacking:
        graph = lacking[0]
        raise fault(
            there.url,
            "endpoint-lacks",
            "load-again",
            n=len(lacking),
            graph=graph,
            there=str(sizes.get(graph, 0)),
            sent=str(len(graphs[graph])),
        )
