"""What is being done is said on a terminal and nowhere else."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from pan2kg.cli.arguments import Progress
from pan2kg.cli.main import main

if TYPE_CHECKING:
    from pan2kg.graph.graph import Graph


@pytest.mark.parametrize("terminal", [True, False])
def test_progress_is_shown_on_a_terminal_only(
    terminal: bool,  # noqa: FBT001
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    progress = Progress()
    progress("reading " + "x" * 200)
    progress.finish()
    said = capsys.readouterr().err
    assert bool(said) == terminal
    assert len(said.split("…", maxsplit=1)[0]) < 85
    assert not terminal or said.endswith("\r\x1b[K")


@pytest.mark.parametrize("found", [None, (12, 345)])
def test_a_dump_of_the_strongest_links_alone_says_so_and_still_loads(
    few: Graph, found: tuple[int, int] | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("pan2kg.store.links.missing_links", lambda _: found)
    for form, kind in (("nq", ox.RdfFormat.N_QUADS), ("trig", ox.RdfFormat.TRIG)):
        file = tmp_path / f"dump.{form}"
        assert main(["dump", "--project", str(few.project.graph.parent), "--no-cache", "-o", str(file)]) == 0
        first = file.read_text(encoding="utf-8").partition("\n")[0]
        assert first.startswith("# ") is bool(found)
        assert not found or ("12" in first and "345" in first)
        store = ox.Store()
        store.load(path=file, format=kind)
        assert len(store) > 0
