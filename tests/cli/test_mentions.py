"""The commands that search a document: what they print, what they write, and what they refuse in one sentence."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Final

import pytest

import pan2kg
from tests.copies import FEW, copy

Run = Callable[..., CompletedProcess[str]]
TEXT: Final = "Le plan met en œuvre la directive 2014/24/UE et contribue à l’ODD 8.\n"


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "plan.txt"
    path.write_text(TEXT, "utf-8")
    return path


def test_mentions_are_told_as_a_table_as_csv_and_as_json(cli: Run, few: pan2kg.Graph, plan: Path) -> None:
    command = ("mentions", str(plan), "--project", str(few.project.root))
    table = cli(*command, "--language", "en")
    assert table.returncode == 0, table.stderr
    assert "directive 2014/24/UE" in table.stdout
    rows = list(csv.DictReader(io.StringIO(cli(*command, "--format", "csv", "--language", "en").stdout)))
    assert [row["words of the document"] for row in rows] == ["directive 2014/24/UE", "ODD 8"]
    lines = cli(*command, "--format", "jsonl").stdout.splitlines()
    assert [json.loads(line)["target"][-12:] for line in lines] == ["r/2014/24/oj", "nun.org/sdg/8"[-12:]]


def test_candidates_are_written_beside_the_graph_and_counted(cli: Run, plan: Path, tmp_path: Path) -> None:
    folder = copy(tmp_path / "few", FEW)
    told = ("--project", str(folder), "--language", "en")
    made = cli("candidates", str(plan), "--plan", "lu-bhr-2", *told)
    assert made.returncode == 0, made.stderr
    assert made.stdout.startswith("2 candidates\n")
    kept = folder / "work" / "lu-bhr-2"
    assert sorted(path.name for path in kept.iterdir()) == ["candidates.jsonl", "document.json", "mentions.jsonl"]
    again = cli("candidates", "--plan", "lu-bhr-2", *told)
    assert again.stdout == made.stdout
    assert cli("mentions", "--plan", "lu-bhr-2", *told).stdout.count("2014/24/UE") == 1
    shutil.rmtree(kept)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (("mentions",), "No document is named. Name a file"),
        (("mentions", "--plan", "lu-bhr-2"), "No document of lu-bhr-2 was read. Name the file"),
        (("mentions", "nowhere.txt"), "nowhere.txt"),
        (("candidates", "x.txt"), "--plan"),
        (("candidates", "x.txt", "--plan", "xx-nothing-1"), "xx-nothing-1"),
    ],
)
def test_bad_input_is_one_sentence(cli: Run, tmp_path: Path, typed: tuple[str, ...], words: str) -> None:
    folder = copy(tmp_path / "few", FEW)
    made = cli(*typed, "--project", str(folder), "--language", "en")
    assert made.returncode == 2
    assert words in made.stderr
    assert made.stderr.count("\n") == 1
    assert not (folder / "work").exists()
