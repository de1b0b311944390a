"""What a shell needs to complete commands is asked of a real shell."""

import shutil
import subprocess
from pathlib import Path

import pytest

from pan2kg.cli.main import COMMANDS, SHELLS, main

BEGUN = {
    "bri": "brief",
    "picture time-m": "time-map",
    "brief --bef": "--before",
    "check --eng": "--engine",
}


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_completes_what_was_begun(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], shell: str
) -> None:
    assert main(["completion", shell]) == 0
    file = tmp_path / f"pan2kg.{shell}"
    text = capsys.readouterr().out
    file.write_text(text, encoding="utf-8")
    assert not [name for name in COMMANDS if name not in text]
    assert "-l before" in text if shell == "fish" else "--before" in text
    if program := shutil.which(shell):
        subprocess.run([program, "-n", file], check=True)
    for typed, completed in BEGUN.items() if shell == "bash" else ():
        words = f"COMP_WORDS=(pan2kg {typed}); COMP_CWORD={len(typed.split())}"
        asked = f"source {file}; {words}; _shtab_pan2kg; echo ${{COMPREPLY[@]}}"
        said = subprocess.run(
            ["bash", "--norc", "-c", asked], capture_output=True, text=True, check=True
        )
        assert completed in said.stdout.split()
