"""Which project was read is said where it was found nearby and nobody named it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.conftest import Cli

HERE = Path(__file__).parents[1] / "two-countries.ttl"


def test_a_project_found_nearby_is_named_and_one_that_was_typed_is_not(cli: Cli, tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    for name in ("ontology", "queries"):
        shutil.copytree(root / name, tmp_path / "mine" / name)
    (tmp_path / "mine" / "graph").mkdir()
    shutil.copy(HERE, tmp_path / "mine" / "graph" / "all.ttl")
    inside = tmp_path / "mine" / "graph"
    query = ("sparql", "ASK {}", "--no-cache")
    assert cli(*query, cwd=inside).stderr == f"Project: {tmp_path / 'mine'}\n"
    assert cli(*query, "--project", str(tmp_path / "mine"), cwd=inside).stderr == ""
    assert cli(*query, cwd=tmp_path).stderr == "", "the shipped project is the one everybody expects"
    refused = cli("ask", "plns", "--no-cache", cwd=inside)
    assert (refused.returncode, len(refused.stderr.splitlines())) == (2, 1)
