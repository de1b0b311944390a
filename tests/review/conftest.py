"""Projects to write to: copies of the shipped one, most with a few plans, whose store is one opened for all tests."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import pan2kg
from pan2kg.graph.graph import Graph, open_graph
from pan2kg.project import Project
from pan2kg.review.candidates import graph_candidates
from pan2kg.review.decision import Candidate
from pan2kg.review.desk import submit
from pan2kg.review.entry import Outcome
from pan2kg.store.rules import derive
from pan2kg.store.store import Store, open_store
from tests.copies import FEW, copy

TOKEN = "correct horse battery staple"
DAY = date(2026, 5, 4)
EVIDENCE = {
    "quote": "l’action 2.2 du PAN 1", "quote_language": "fr", "page": "12", "channel": "text",
    "type": "cross-reference", "direction": "back",
    "document": "globalnaps-org-country-issue-luxembourg-workers-rights",
}  # fmt: skip
CANDIDATE = """
link:00000000000000ca a pan:Link ;
    pan:linkType linktype:cross-reference ;
    pan:relation relation:references ;
    pan:from plan:lu-bhr-2 ;
    pan:to plan:lu-climate-pact-2012 ;
    pan:channel channel:web ;
    pan:confidence 0.8 ;
    pan:status linkstatus:candidate ;
    pan:evidence passage:lu-bhr-2-lu-bhr-1 ;
    pan:certainty certainty:derived .
"""


@dataclass(frozen=True)
class WritableProject:
    """A project and what it is sent."""

    project: Project
    store: Store
    read: Graph | None = None
    """What was read of the store already, where other tests have the same."""

    def send(self, **form: str) -> Outcome:
        return submit(self.project, self.store, form, DAY, language="fr")

    def decide(self, item: Candidate, verdict: str = "accept", **form: str) -> Outcome:
        given = {"form": "decision", "item": item.key, "verdict": verdict, "reviewer": "A. Weber", **form}
        return self.send(**(EVIDENCE if verdict == "accept" else {"direction": EVIDENCE["direction"]}) | given)

    def reopened(self) -> WritableProject:
        """The same with what its files say now."""
        return WritableProject(self.project, open_store(self.project, derive))

    @property
    def material(self) -> Graph:
        return self.read or Graph(self.project, self.store, language="fr", as_of=DAY)

    @property
    def queue(self) -> list[Candidate]:
        return graph_candidates(self.material)

    def file(self, name: str) -> Path:
        return self.project.root / name

    def add(self, name: str, text: str) -> None:
        path = self.file(name)
        path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")

    def with_candidate(self) -> WritableProject:
        """The same with a candidate link in it."""
        self.add("graph/plans/lu-bhr-2/links.ttl", CANDIDATE)
        return self.reopened()

    def state(self) -> dict[str, bytes]:
        """Every file of the graph, to see that none has changed."""
        return {
            self.project.name_of(path): path.read_bytes() for path in self.project.graph.rglob("*") if path.is_file()
        }


@pytest.fixture(scope="session")
def with_texts(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    """A few plans with all texts and bodies, for tests that find these by their names."""
    return open_graph(copy(tmp_path_factory.mktemp("few") / "few", FEW, all_else=True), language="fr")


@pytest.fixture(scope="session")
def read(few: pan2kg.Graph) -> Graph:
    """The store all copies begin with, as of the day of the tests: what is read of it is read once."""
    return Graph(few.project, few.store, language="fr", as_of=DAY)


@pytest.fixture
def writable(tmp_path: Path, read: Graph) -> WritableProject:
    """A copy of the shipped project with a few plans."""
    return WritableProject(Project.at(copy(tmp_path / "copy", FEW)), read.store, read)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Such a copy for the tests of one module."""
    return copy(tmp_path_factory.mktemp("served") / "copy", FEW)


@contextmanager
def serving(folder: Path, *options: str, token: str = "") -> Iterator[int]:
    """Where the service of a project that may be written to listens."""
    command = [sys.executable, "-m", "pan2kg.cli.main", "serve", "--no-browser", "--port", "0", "--writable", *options]
    environment = {name: value for name, value in os.environ.items() if name != "PAN2KG_TOKEN"}
    with subprocess.Popen(
        [*command, "--project", str(folder)], stdout=subprocess.PIPE, text=True,
        env=environment | ({"PAN2KG_TOKEN": token} if token else {}),
    ) as process:  # fmt: skip
        assert process.stdout
        port = urlsplit(process.stdout.readline().strip()).port
        assert port, "the service did not start"
        yield port
        process.terminate()


@pytest.fixture(scope="module")
def port(folder: Path) -> Iterator[int]:
    """Where a writable service over the copy of a module listens."""
    with serving(folder, token=TOKEN) as port:
        yield port


@pytest.fixture
def with_candidate(writable: WritableProject) -> WritableProject:
    """The same with a candidate link in it."""
    return writable.with_candidate()


Refused = Callable[..., None]


@pytest.fixture
def refused(writable: WritableProject) -> Refused:
    """Send a form that must be refused with this code, and leave every file as it was."""

    def expect(code: str, **form: str) -> None:
        before = writable.state()
        outcome = writable.send(**form)
        assert (outcome.code, outcome.is_done) == (code, False)
        assert all(outcome.said.by_language().values())
        assert writable.state() == before

    return expect
