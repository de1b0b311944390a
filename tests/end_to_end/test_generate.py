"""The invented graph of the benchmarks is a project like any other, of the size that was asked for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pan2kg.graph.graph import open_graph
from pan2kg.project import Project
from pan2kg.store.store import load_project
from pan2kg.validation.check import check
from pan2kg.validation.report import Severity

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "generate.py"
QUADS = 3000


def generate(folder: Path, *, seed: int = 0) -> Project:
    command = [sys.executable, str(SCRIPT), str(folder), "--quads", str(QUADS), "--seed", str(seed)]
    subprocess.run(command, check=True, capture_output=True)
    return Project.at(folder)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return generate(tmp_path_factory.mktemp("invented") / "first")


def contents(project: Project) -> dict[str, bytes]:
    return {project.name_of(path): path.read_bytes() for path in project.graph_files()}


def test_it_has_the_size_asked_for_and_at_most_a_plan_more(project: Project) -> None:
    ontology = len([quad for quad in load_project(project).inner if "/graph/ontology/" in quad.graph_name.value])
    assert QUADS <= len(load_project(project)) - ontology < QUADS + 1500


def test_a_seed_gives_the_same_bytes_and_plans_that_share_instruments(project: Project, tmp_path: Path) -> None:
    assert contents(generate(tmp_path / "again")) == contents(project) != contents(generate(tmp_path / "1", seed=1))
    graph = open_graph(project.root)
    assert {len(graph.ask("actions-of-plan", plan=plan.name)) for plan in (project.graph / "plans").iterdir()} == {20}
    assert len(graph.ask("shared-instruments")) > 0


def test_it_is_coherent(project: Project) -> None:
    found = [f for f in check(project).findings if f.rule.severity is Severity.VIOLATION]
    assert not [f for f in found if f.place is None or f.place.file.startswith("graph/")]
