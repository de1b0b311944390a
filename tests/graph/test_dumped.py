"""A release or a dump in place of a project's files: the same questions, answered from it."""

from __future__ import annotations

import gzip
import shutil
from datetime import date
from pathlib import Path

import pyoxigraph as ox
import pytest

import pan2kg
from pan2kg.errors import Pan2kgError
from pan2kg.project import Project
from pan2kg.store.as_of import as_of
from pan2kg.store.queries import fill, find_query
from pan2kg.store.rules import derive
from pan2kg.store.store import LocalStore, dump, fingerprint, is_derived, load_project, open_store, select


@pytest.fixture(scope="module")
def project(few: pan2kg.Graph) -> Project:
    """The shipped project with a few plans: what is asked here does not depend on how many there are."""
    return few.project


@pytest.fixture(scope="module")
def store(few: pan2kg.Graph) -> LocalStore:
    """Its store, which is one of this process."""
    assert isinstance(few.store, LocalStore)
    return few.store


@pytest.fixture(scope="module")
def release(store: LocalStore, project: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder laid out as a release is: what is stated and what is derived apart, ontology and questions beside."""
    folder = tmp_path_factory.mktemp("release")
    (folder / "data").mkdir()
    whole = dump(store, "nquads", {}).splitlines(keepends=True)
    derived = [line for line in whole if b"<https://w3id.org/pan2kg/graph/derived/" in line]
    (folder / "data" / "pan2kg-derived.nq").write_bytes(b"".join(derived))
    stated = b"".join(line for line in whole if b"<https://w3id.org/pan2kg/graph/derived/" not in line)
    (folder / "data" / "pan2kg.nq").write_bytes(stated)
    (folder / "data" / "pan2kg.nq.gz").write_bytes(gzip.compress(stated))
    shutil.copytree(project.ontology, folder / "ontology")
    (folder / "queries").mkdir()
    for path in project.queries.glob("*/*.rq"):
        if path.parent.name != "rules":
            shutil.copy(path, folder / "queries")
    return folder


def quads(project: Project) -> set[ox.Quad]:
    return set(open_store(project, derive).inner)


def test_a_release_holds_what_the_project_did(release: Path, store: LocalStore) -> None:
    assert quads(Project.at(release)) == set(store.inner)


def test_a_release_is_asked_its_own_questions(release: Path, store: LocalStore, project: Project) -> None:
    own = Project.at(release)
    answers = []
    for one, held in ((own, open_store(own, derive)), (project, store)):
        query = find_query(one, "who-should-talk")
        answers.append(select(held, fill(query, {"body": "meco"}, store=held, project=one)).rows)
    assert own.queries.is_relative_to(release)
    assert answers[0] == answers[1]
    assert answers[0]


def test_a_release_that_brings_its_rules_derives_anew(
    release: Path, store: LocalStore, project: Project, tmp_path: Path
) -> None:
    own = tmp_path / "own"
    shutil.copytree(release, own)
    (own / "data" / "pan2kg-derived.nq").write_text(
        "<http://e/s> <http://e/p> <http://e/o> <https://w3id.org/pan2kg/graph/derived/linked-to> .\n"
    )
    shutil.copytree(project.queries / "rules", own / "queries" / "rules")
    assert quads(Project.at(own)) == set(store.inner)
    assert as_of(load_project(Project.at(own)), date(2021, 6, 30), Project.at(own)).gone


@pytest.mark.parametrize("name", ["graph.nq", "graph.nq.gz", "graph.trig"])
def test_a_dump_is_asked_the_nearest_questions(name: str, store: LocalStore, tmp_path: Path) -> None:
    content = dump(store, "trig" if name.endswith("trig") else "nquads", {})
    (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    opened = Project.at(tmp_path / name)
    assert opened.queries == Project.find().queries
    assert not opened.is_packaged
    assert quads(opened) == set(store.inner)


def test_what_a_dump_derived_is_not_believed_where_there_are_rules(tmp_path: Path) -> None:
    file = tmp_path / "graph.nq"
    file.write_text("<http://e/s> <http://e/p> <http://e/o> <https://w3id.org/pan2kg/graph/derived/linked-to> .\n")
    found = load_project(Project.at(file))
    assert not any(isinstance(q.graph_name, ox.NamedNode) and is_derived(q.graph_name.value) for q in found.inner)


def test_the_cache_tells_a_dump_from_another(tmp_path: Path) -> None:
    prints = set()
    for said in "ab":
        (tmp_path / "graph.nq").write_text(f"<http://e/{said}> <http://e/p> <http://e/o> <http://e/g> .\n")
        prints.add(fingerprint(Project.at(tmp_path / "graph.nq")))
    assert len(prints) == 2


def test_a_dump_that_cannot_be_read_is_told_in_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "graph.nq"
    file.write_text("<http://e/a> <http://e/p>\n")
    with pytest.raises(Pan2kgError, match=r"graph\.nq:2:1: This is not RDF as \.nq says"):
        open_store(Project.at(file), derive)
