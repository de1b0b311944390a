"""Projects to write to: copies of the shipped one, most with a few plans, and candidates of a text that was read."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest

import pan2kg
from pan2kg.graph.graph import Graph, open_graph
from pan2kg.project import Project
from pan2kg.review.decision import Candidate
from pan2kg.review.forms import submit
from pan2kg.review.outcomes import Outcome
from pan2kg.review.suggested import graph_candidates
from pan2kg.server.review import FORMS
from pan2kg.store.rules import open_store
from pan2kg.store.store import Store
from tests.copies import FEW, copy

TOKEN: Final = "correct horse battery staple"
DAY: Final = date(2026, 5, 4)
PLAN: Final = "lu-bhr-2"
FILE: Final = f"graph/plans/{PLAN}-reviewed.ttl"
SHA: Final = "36f12866b848582662a63651edc07c89b7133a96c1e80a00b4571ea089f04b22"
READ: Final = "mae-gouvernement-lu-fr-pan-2"
"""The document whose text was read."""
EVIDENCE: Final = {
    "quote": "l’action 2.2 du PAN 1", "quote_language": "fr", "page": "12", "channel": "text",
    "type": "cross-reference", "direction": "back",
    "document": "globalnaps-org-country-issue-luxembourg-workers-rights",
}  # fmt: skip
DATA: Final = Path(__file__).parents[1] / "data" / "review"


def cases(name: str) -> list[dict[str, Any]]:
    return [
        json.loads(line)
        for line in (DATA / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    ]


def prepare(root: Path) -> Path:
    """Put a text and its candidates into a project as ``pan2kg candidates`` leaves them."""
    shutil.copytree(DATA / "pan-2", root / "work" / PLAN)
    sources = root / "graph" / "sources" / "luxembourg-government.ttl"
    old = sources.read_text(encoding="utf-8")
    at = old.index('    pan:sha256 "', old.index(f"document:{READ} a"))
    end = old.index("\n", at)
    sources.write_text(f'{old[:at]}    pan:sha256 "{SHA}" ;{old[end:]}', encoding="utf-8")
    return root


@dataclass(frozen=True)
class WritableProject:
    """A project and what it is sent; ``read`` is what was read of its store where other tests have the same."""

    project: Project
    store: Store
    read: Graph | None = None

    def send(self, **form: str) -> Outcome:
        return submit(self.project, self.store, form, DAY, language="fr", forms=FORMS)

    def decide(self, item: Candidate, verdict: str = "accept", **form: str) -> Outcome:
        given = {
            "form": "decision",
            "item": item.key,
            "verdict": verdict,
            "reviewer": "A. Weber",
            **form,
        }
        return self.send(
            **(EVIDENCE if verdict == "accept" else {"direction": EVIDENCE["direction"]}) | given
        )

    def reopened(self) -> WritableProject:
        return WritableProject(self.project, open_store(self.project))

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

    def state(self) -> dict[str, bytes]:
        """Every file of the graph, to see that none has changed."""
        return {
            str(path): path.read_bytes() for path in self.project.graph.rglob("*") if path.is_file()
        }


@pytest.fixture(scope="session")
def with_texts(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    """A few plans with all texts and bodies, for tests that find these by their names."""
    return open_graph(
        copy(tmp_path_factory.mktemp("few") / "few", FEW, all_else=True), language="fr"
    )


@pytest.fixture(scope="session")
def read(few: pan2kg.Graph) -> Graph:
    """The store all copies begin with, as of the day of the tests: what is read of it is read once."""
    return Graph(few.project, few.store, language="fr", as_of=DAY)


@pytest.fixture
def writable(tmp_path: Path, read: Graph) -> WritableProject:
    return WritableProject(Project.at(copy(tmp_path / "copy", FEW)), read.store, read)


@pytest.fixture
def with_candidate(writable: WritableProject) -> WritableProject:
    """The same with a candidate link in it."""
    writable.add(
        "graph/plans/lu-bhr-2.ttl",
        "\n" + (DATA / "candidate.ttl").read_text(encoding="utf-8"),
    )
    return writable.reopened()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy(tmp_path_factory.mktemp("served") / "copy", FEW)


@contextmanager
def serving(folder: Path, *options: str, token: str = "") -> Iterator[int]:
    """The port at which a project that may be written to is served."""
    command = [
        sys.executable,
        "-m",
        "pan2kg.cli.main",
        "serve",
        "--no-browser",
        "--port",
        "0",
        "--writable",
        *options,
    ]
    environment = {name: value for name, value in os.environ.items() if name != "PAN2KG_TOKEN"}
    with subprocess.Popen(
        [*command, "--project", str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        env=environment | ({"PAN2KG_TOKEN": token} if token else {}),
    ) as process:
        assert process.stdout
        port = urlsplit(process.stdout.readline().strip()).port
        assert port, "the service did not start"
        yield port
        process.terminate()


@pytest.fixture(scope="module")
def port(folder: Path) -> Iterator[int]:
    with serving(folder, token=TOKEN) as port:
        yield port


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
