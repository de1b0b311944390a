"""What is being done is said on a terminal and nowhere else."""

from __future__ import annotations

import sys

import pytest

from pan2kg.cli.arguments import Progress


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
