"""A project of one's own, and figures asked of it as on the command line."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pan2kg.cli.coherence import inquire
from pan2kg.cli.main import build_parser
from pan2kg.project import Project

Run = Callable[..., str]


@pytest.fixture
def run() -> Run:
    def inquired(*arguments: str) -> str:
        options = build_parser().parse_args(["coherence", *arguments])
        return str(inquire(Project.at(options.project), options, 100))

    return inquired


@pytest.fixture
def own(tmp_path: Path, project: Project) -> Path:
    folder = tmp_path / "own"
    for name in ("ontology", "graph", "queries"):
        shutil.copytree(project.root / name, folder / name)
    return folder


@pytest.fixture
def one_plan(own: Path) -> Path:
    """The same with the plan the scores are about and no other, which takes a check a fraction of the time."""
    for plan in (own / "graph" / "plans").iterdir():
        if plan.name != "lu-bhr-2":
            shutil.rmtree(plan)
    return own
