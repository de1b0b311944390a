"""The Python interface: open a project or the shipped graph, ask, check, and take it along.

>>> import pan2kg
>>> graph = pan2kg.open_graph()
>>> graph.ask("actions-of-plan", plan="lu-bhr-2", language="en").rows[0]["action_label"]
'Communicating and raising awareness'
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pan2kg.project import Project
from pan2kg.store.queries import fill, find_query, read_queries
from pan2kg.store.rules import derive
from pan2kg.store.store import LocalStore, Store, Table, open_store, plain, select

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd
    import rdflib

    from pan2kg.validation.report import Report


@dataclass(frozen=True, slots=True)
class Answer:
    """The rows of an answer.

    >>> answer = open_graph().sparql("SELECT ?n WHERE { VALUES ?n { 1 2 } } ORDER BY ?n")
    >>> len(answer), answer.columns, answer.rows
    (2, ('n',), [{'n': '1'}, {'n': '2'}])
    """

    table: Table

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, in the order of the query."""
        return self.table.columns

    @property
    def rows(self) -> list[dict[str, str]]:
        """One dictionary a row: column → value as text, empty where there is none."""
        return [{name: plain(term) for name, term in zip(self.columns, row, strict=True)} for row in self.table.rows]

    def __len__(self) -> int:
        return len(self.table.rows)

    def __iter__(self) -> Iterator[dict[str, str]]:
        return iter(self.rows)

    def frame(self) -> pd.DataFrame:
        """The rows as a pandas frame, all values text.

        Raises:
            ImportError: pandas is not installed; the extra ``pandas`` brings it.

        >>> open_graph().sparql("SELECT ?n WHERE { VALUES ?n { 1 2 } }").frame().shape
        (2, 1)
        """
        import pandas as pd

        return pd.DataFrame(self.rows, columns=list(self.columns), dtype="str")


@dataclass(frozen=True, slots=True)
class Graph:
    """A project's graph, loaded, with the links its rules derive."""

    project: Project
    store: Store

    def questions(self, language: str = "en") -> dict[str, str]:
        """The stored questions: name → question in plain words.

        >>> "shared-instruments" in open_graph().questions()
        True
        """
        return {name: query.question(language) for name, query in read_queries(self.project).items()}

    def ask(self, name: str, **parameters: str) -> Answer:
        """The answer to a stored question.

        Raises:
            QueryError: an unknown question, parameter or value.

        >>> len(open_graph().ask("shared-instruments")) > 0
        True
        """
        query = find_query(self.project, name)
        return self.sparql(fill(query, parameters, store=self.store, project=self.project))

    def sparql(self, text: str) -> Answer:
        """The answer to a SELECT query.

        Raises:
            QueryError: no SELECT query, a syntax error, or something that is refused.
        """
        return Answer(select(self.store, text))

    def dataset(self) -> rdflib.Dataset:
        """A copy of the graph as an rdflib dataset: every file and every rule a named graph.

        Takes about 14 times the CPU time of loading the graph here.

        Raises:
            TypeError: the graph is behind an endpoint and is not held here.

        >>> from rdflib import SKOS
        >>> next(open_graph().dataset().quads((None, SKOS.notation, None, None))) is not None
        True
        """
        from pan2kg.store.rdf import to_dataset

        if not isinstance(self.store, LocalStore):
            raise TypeError("A graph behind an endpoint has no dataset here; open the project instead.")
        return to_dataset(self.store)

    def check(self) -> Report:
        """The report of house style, shapes and quality queries over the project's files."""
        from pan2kg.validation.check import check

        return check(self.project)

    def network(self) -> nx.MultiDiGraph[str]:
        """The accepted and derived links as a networkx network.

        >>> network = open_graph().network()
        >>> network.nodes["https://w3id.org/pan2kg/id/plan/lu-bhr-2"]["type"]
        'Plan'
        """
        from pan2kg.graph.network import build_network

        return build_network(self.store)


def open_graph(project: str | Path | None = None, *, endpoint: str | None = None) -> Graph:
    """Open the project in a folder, or without a folder the graph shipped with the package.

    With ``endpoint``, the address of a SPARQL 1.1 endpoint, questions go there.

    Raises:
        ProjectError: the folder is no project.
        TurtleError: a file of the project is not Turtle.

    >>> open_graph("/nowhere")
    Traceback (most recent call last):
    pan2kg.errors.ProjectError: /nowhere: There is no such folder. ...
    """
    found = Project.at(project) if project is not None else Project.packaged()
    if endpoint is not None:
        from pan2kg.store.remote import RemoteStore

        return Graph(found, RemoteStore(endpoint))
    return Graph(found, open_store(found, derive))
