"""The invented graph of the benchmarks is a project like any other, of the size that was asked for."""

import subprocess
import sys
from pathlib import Path

from pan2kg.graph.graph import open_graph
from pan2kg.project import Project
from pan2kg.store.project_files import load_project
from pan2kg.validation.check import check
from pan2kg.validation.report import Severity

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "generate.py"
QUADS = 3000


def test_it_has_the_size_asked_for_is_coherent_and_a_seed_gives_the_same_bytes(
    tmp_path: Path,
) -> None:
    contents = []
    for name, seed in (("first", 0), ("again", 0), ("other", 1)):
        command = [
            sys.executable,
            str(SCRIPT),
            str(tmp_path / name),
            "--quads",
            str(QUADS),
            "--seed",
            str(seed),
        ]
        subprocess.run(command, check=True, capture_output=True)
        made = Project.at(tmp_path / name)
        contents.append({made.name_of(path): path.read_bytes() for path in made.graph_files()})
    assert contents[0] == contents[1] != contents[2]
    project = Project.at(tmp_path / "first")
    held = load_project(project)
    ontology = len([quad for quad in held.inner if "/graph/ontology/" in quad.graph_name.value])
    assert QUADS <= len(held) - ontology < QUADS + 1500, "at most a plan more"
    violations = [f for f in check(project).findings if f.rule.severity is Severity.VIOLATION]
    assert not [f for f in violations if f.place is None or f.place.file.startswith("graph/")]
    graph = open_graph(project.root)
    assert {
        len(graph.ask("actions-of-plan", plan=plan.name))
        for plan in (project.graph / "plans").iterdir()
    } == {20}
    assert len(graph.ask("shared-instruments")) > 0
