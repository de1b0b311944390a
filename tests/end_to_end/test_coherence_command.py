"""``pan2kg coherence`` as a user runs it: every figure, every form, and what it refuses in one sentence."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Cli

HEAVY = ("numpy", "scipy", "networkx", "pyoxigraph", "rdflib")
WORKED = "row acts on column,a,b,c\na,,2,-1\nb,1,,3\nc,0,-2,\n"


@pytest.mark.parametrize(
    "arguments", [["--help"], ["coherence", "--help"], ["coherence"], ["coherence", "debt", "--help"]]
)
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys, pan2kg.cli.main\n"
        f"try: pan2kg.cli.main.main({arguments})\n"
        "except SystemExit: pass\n"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("[]\n")
    assert "coherence" in done.stdout


def test_without_a_figure_the_figures_are_listed(cli: Cli) -> None:
    done = cli("coherence")
    assert (done.returncode, done.stderr) == (0, "")
    for figure in ("matrix", "debt", "gaps", "index", "explain", "bodies", "obligations", "compare", "interaction"):
        assert f"\n    {figure}" in done.stdout


def test_a_figure_says_what_it_rests_on(cli: Cli) -> None:
    answer = json.loads(cli("coherence", "debt", "--format", "json", "--as-of", "2026-01-01").stdout)
    basis = answer["basis"]
    assert basis["n"] > 200
    assert (basis["as_of"], basis["weights"]) == ("2026-01-01", "bits: −log2((d+1)/(n+2))")
    assert basis["release"]
    assert basis["filters"]


def test_a_figure_speaks_french_and_is_written_to_a_file(cli: Cli, tmp_path: Path) -> None:
    done = cli("coherence", "obligations", "--language", "fr", "-o", "o.txt")
    assert (done.returncode, done.stdout) == (0, "")
    written = (tmp_path / "o.txt").read_text(encoding="utf-8")
    assert written.startswith("Obligations et échéances\n")
    assert "en retard" in written
    assert "17/12/2021" in written


def test_explain_prints_the_query_that_shows_it(cli: Cli, tmp_path: Path) -> None:
    done = cli("coherence", "explain", "action:lu-bhr-2-4-3", "lu-bhr-1-m5", "--format", "json")
    answer = json.loads(done.stdout)
    (tmp_path / "shown.rq").write_text(answer["sparql"], encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(cli("sparql", "shown.rq", "--format", "csv").stdout)))
    assert {row["quote"] for row in answer["rows"]} <= {row["quote"] for row in rows}


def test_the_worked_matrix_gives_the_worked_figures(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text(WORKED, encoding="utf-8")
    done = cli("coherence", "interaction", "one.csv", "--free-labels", "--format", "csv")
    rows = {row["action"]: row for row in csv.DictReader(io.StringIO(done.stdout))}
    found = {
        name: tuple(float(row[key]) for key in ("direct", "second", "second_without")) for name, row in rows.items()
    }
    assert found == {"a": (1, 6, 5), "b": (4, 1.5, 3.5), "c": (-2, -6, -3)}


def test_a_scale_that_begins_with_a_hyphen_needs_no_sign_before_it(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text(WORKED.replace("3", "11"), encoding="utf-8")
    for given in (["--scale", "-10..11"], ["--scale=-10..11"], ["--scale", "count"]):
        done = cli("coherence", "chains", "one.csv", "--free-labels", *given, "--format", "csv", "--language", "fr")
        assert done.returncode == 0
        assert "b → c (+11: +1)" in done.stdout
        assert "a → b (+2: +0,182)" in done.stdout


def test_two_matrices_give_alpha(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text(WORKED, encoding="utf-8")
    (tmp_path / "two.csv").write_text(WORKED, encoding="utf-8")
    done = cli(
        "coherence", "disagreement", "one.csv", "two.csv", "--free-labels", "--language", "fr", "--format", "json"
    )
    answer = json.loads(done.stdout)
    assert any("alpha de Krippendorff, ordinal)\u00a0: 1,00" in note["fr"] for note in answer["notes"])
    assert len(answer["rows"]) == 6


ONE, TWO = "lu-bhr-2-4-1", "lu-bhr-2-4-2"
CELL = f"Row « {ONE} », column « {TWO} »"


def two_by_two(first: str, second: str = "") -> str:
    return f",{ONE},{TWO}\n{ONE},{first}\n{TWO},{second or ','}\n"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (two_by_two(",4"), f"m.csv:2:3: {CELL}: « 4 » is outside −3…+3. Say --scale=-3..4 or --scale=count."),
        (two_by_two(",x"), f"m.csv:2:3: {CELL}: « x » is no integer."),
        (two_by_two("1,"), f"m.csv:2:2: Row « {ONE} », column « {ONE} »: nothing acts on itself."),
        (two_by_two(",1,1"), f"m.csv:2: Row « {ONE} » has 3 cells for 2 columns."),
        (",a,b\na,,1\nb,,\n", "m.csv:2:1: Row 1, « a », is called like nothing in the graph."),
        ("", "m.csv: The matrix is empty."),
    ],
)
def test_a_cell_that_cannot_be_read_is_named_with_its_place(cli: Cli, tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / "m.csv").write_text(text, encoding="utf-8")
    done = cli("coherence", "interaction", "m.csv")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"pan2kg: {sentence}")
    assert done.stderr.count("\n") == 1


def test_an_assessor_a_file(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text(WORKED, encoding="utf-8")
    done = cli("coherence", "interaction", "one.csv", "--free-labels", "--assessor", "x", "--assessor", "y")
    assert done.returncode == 2
    assert "1 files and 2 assessors were given" in done.stderr or "one assessor a file" in done.stderr
    same = cli("coherence", "interaction", "one.csv", "one.csv", "--free-labels")
    assert "Two matrices have the same assessor" in same.stderr


def test_an_empty_graph_is_one_sentence(cli: Cli, own_project: Path) -> None:
    for figure in ("matrix", "gaps", "trust", "interaction"):
        done = cli("coherence", figure, "--project", str(own_project))
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == "pan2kg: The graph holds no action to measure. Add a plan with its actions first.\n"
