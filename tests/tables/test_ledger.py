"""Scores stored as links: the file is in the house style, passes the check, and is read back as it was."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from pan2kg.errors import Pan2kgError
from pan2kg.project import Project
from pan2kg.validation.check import look

Run = Callable[..., str]

KEYS = ("lu-bhr-2-4-1", "lu-bhr-2-4-2", "lu-bhr-2-4-3")


def matrix(cells: dict[tuple[int, int], str]) -> str:
    lines = [",".join(["row acts on column", *KEYS])]
    for row, key in enumerate(KEYS):
        lines.append(",".join([key, *(cells.get((row, column), "") for column in range(len(KEYS)))]))
    return "\n".join(lines) + "\n"


GIVEN = matrix({(0, 1): '"+2: le suivi s’appuie sur l’étude"', (1, 0): "0: sans effet", (2, 0): "-1: retarde l’étude"})


def test_scores_are_stored_checked_and_read_back(own: Path, tmp_path: Path, run: Run) -> None:
    (tmp_path / "maee.csv").write_text(GIVEN, encoding="utf-8")
    target = own / "graph" / "interaction" / "maee.ttl"
    target.parent.mkdir()
    shared = ["--project", str(own), "--format", "csv", "--language", "fr", "--as-of", "2026-01-01"]
    direct = run("interaction", str(tmp_path / "maee.csv"), *shared, "--write", str(target))
    assert target.read_text(encoding="utf-8").count(" a pan:Link ;") == 3
    stored = run("interaction", *shared)
    figures = [[row["action"], row["given_net"], row["second"]] for row in csv.DictReader(io.StringIO(stored))]
    assert figures == [[row["action"], row["given_net"], row["second"]] for row in csv.DictReader(io.StringIO(direct))]
    assert len(figures) == 3
    assert not look(Project.at(own), only=["graph/interaction/maee.ttl"]).findings


def test_writing_twice_gives_the_same_bytes(own: Path, tmp_path: Path, run: Run) -> None:
    (tmp_path / "maee.csv").write_text(GIVEN, encoding="utf-8")
    target = tmp_path / "out.ttl"
    written = []
    for _ in range(2):
        run("interaction", str(tmp_path / "maee.csv"), "--project", str(own), "--write", str(target))
        written.append(target.read_bytes())
    assert written[0] == written[1]


@pytest.mark.parametrize(
    ("text", "more", "message"),
    [
        (GIVEN, ["--assessor", "nobody-at-all"], "There is no body « nobody-at-all »"),
        (matrix({(0, 1): "2"}), ["--assessor", "maee"], "the score +2 has no reason"),
    ],
)
def test_what_cannot_be_stored_leaves_no_file(
    own: Path, tmp_path: Path, run: Run, text: str, more: list[str], message: str
) -> None:
    (tmp_path / "m.csv").write_text(text, encoding="utf-8")
    with pytest.raises(Pan2kgError) as caught:
        run("interaction", str(tmp_path / "m.csv"), "--project", str(own), "--write", str(tmp_path / "out.ttl"), *more)
    assert message in str(caught.value)
    assert not (tmp_path / "out.ttl").exists()


def test_without_a_matrix_there_is_nothing_to_store(own: Path, tmp_path: Path, run: Run) -> None:
    with pytest.raises(Pan2kgError, match="No matrix is given"):
        run("interaction", "--project", str(own), "--write", str(tmp_path / "out.ttl"))
