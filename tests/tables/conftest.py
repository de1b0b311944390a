"""A project of one's own, and figures asked of it as on the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pan2kg.cli.arguments import project_of
from pan2kg.cli.coherence import inquire
from pan2kg.cli.main import build_parser
from tests.copies import copy

Run = Callable[..., str]


@pytest.fixture
def run() -> Run:
    def inquired(*arguments: str) -> str:
        options = build_parser().parse_args(["coherence", *arguments])
        return str(inquire(project_of(options), options, 100))

    return inquired


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """The shipped project with the plan the scores are about and no other."""
    return copy(tmp_path / "own", ["lu-bhr-2"])
