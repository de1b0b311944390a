"""What a shell needs to complete commands is asked of a real shell."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from pan2kg.cli.main import COMMANDS, SHELLS, main


@pytest.fixture(params=SHELLS)
def script(request: pytest.FixtureRequest, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[str, Path]:
    assert main(["completion", request.param]) == 0
    file = tmp_path / f"pan2kg.{request.param}"
    file.write_text(capsys.readouterr().out, encoding="utf-8")
    return request.param, file


def test_every_command_and_an_option_of_each_stand_in_it(script: tuple[str, Path]) -> None:
    shell, file = script
    text = file.read_text(encoding="utf-8")
    assert not [name for name in COMMANDS if name not in text]
    assert "-l before" in text if shell == "fish" else "--before" in text
    if found := shutil.which(shell):
        subprocess.run([found, "-n", file], check=True)


@pytest.mark.parametrize(
    ("typed", "found"),
    [("bri", "brief"), ("picture time-m", "time-map"), ("brief --bef", "--before"), ("check --eng", "--engine")],
)
def test_bash_completes_what_was_begun(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], typed: str, found: str
) -> None:
    assert main(["completion", "bash"]) == 0
    file = tmp_path / "pan2kg.bash"
    file.write_text(capsys.readouterr().out, encoding="utf-8")
    words = ["pan2kg", *typed.split()]
    asked = f"source {file}; COMP_WORDS=({' '.join(words)}); COMP_CWORD={len(words) - 1}; _shtab_pan2kg"
    asked += "; echo ${COMPREPLY[@]}"
    said = subprocess.run(["bash", "--norc", "-c", asked], capture_output=True, text=True, check=True)
    assert found in said.stdout.split()
