"""Deriving: the CONSTRUCT files of ``queries/rules/``, run in the order of their names.

Each rule fills a named graph of its own, so that what is computed is never mistaken for what a
source says. Later rules may use what earlier ones derived.
"""

from __future__ import annotations

from pathlib import Path

from pan2kg.errors import Place, QueryError
from pan2kg.project import Project, read_text
from pan2kg.store import LocalStore, construct
from pan2kg.vocabulary import DERIVED


def rule_files(project: Project) -> list[Path]:
    """The rules of a project in the order they run."""
    return sorted((project.queries / "rules").glob("*.rq"))


def rule_graph(path: Path) -> str:
    """The named graph a rule fills; the number that orders the files is left out.

    >>> rule_graph(Path("queries/rules/20-shared-topic.rq"))
    'https://w3id.org/pan2kg/graph/derived/shared-topic'
    """
    return DERIVED + path.stem.lstrip("0123456789-")


def derive(store: LocalStore, project: Project) -> None:
    """Run every rule over the store and add what it derives.

    Raises:
        QueryError: a rule is not a CONSTRUCT query; with its file.
    """
    for path in rule_files(project):
        try:
            triples = construct(store, read_text(path))
        except QueryError as error:
            place = error.place or Place("query")
            where = Place(project.name_of(path), place.line, place.column)
            raise QueryError(error.message, place=where, remedy=error.remedy) from None
        store.add(rule_graph(path), triples)
