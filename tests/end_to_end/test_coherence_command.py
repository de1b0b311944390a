"""``pan2kg coherence`` as a user runs it: every figure, every form, and what it refuses in one sentence."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pan2kg.cli.main import COMMANDS

if TYPE_CHECKING:
    from tests.conftest import Cli

WORKED = "row acts on column,a,b,c\na,,2,-1\nb,1,,3\nc,0,-2,\n"


def test_a_figure_says_what_it_rests_on_and_explain_prints_the_query_that_shows_it(
    cli: Cli, tmp_path: Path
) -> None:
    basis = json.loads(
        cli("coherence", "debt", "--format", "json", "--as-of", "2026-01-01").stdout
    )["basis"]
    assert (basis["as_of"], basis["weights"]) == ("2026-01-01", "bits: −log2((d+1)/(n+2))")
    assert basis["n"] > 200
    assert all(basis[name] for name in ("release", "filters"))
    done = cli("coherence", "explain", "action:lu-bhr-2-4-3", "lu-bhr-1-m5", "--format", "json")
    answer = json.loads(done.stdout)
    (tmp_path / "shown.rq").write_text(answer["sparql"], encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(cli("sparql", "shown.rq", "--format", "csv").stdout)))
    assert {row["quote"] for row in answer["rows"]} <= {row["quote"] for row in rows}


def test_an_empty_graph_is_one_sentence(cli: Cli, own_project: Path) -> None:
    for figure in ("matrix", "gaps", "trust", "interaction"):
        done = cli("coherence", figure, "--project", str(own_project))
        assert (done.returncode, done.stdout) == (2, "")
        assert (
            done.stderr
            == "pan2kg: The graph holds no action to measure. Add a plan with its actions first.\n"
        )


HEAVY = ("rdflib", "networkx", "pyshacl", "numpy", "scipy", "pandas", "SPARQLWrapper", "pyoxigraph")


def test_help_names_every_command_and_loads_nothing_heavy() -> None:
    for arguments in (["--help"], ["coherence", "--help"], ["coherence", "debt", "--help"]):
        code = (
            "import sys, pan2kg.cli.main\n"
            f"try: pan2kg.cli.main.main({arguments})\n"
            "except SystemExit: pass\n"
            f"print([name for name in {HEAVY} if name in sys.modules])"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )
        assert done.stdout.endswith("[]\n"), arguments
        listed = {"--help": COMMANDS, "coherence": ("matrix", "debt", "index", "interaction")}.get(
            arguments[0], ()
        )
        assert len(arguments) > 2 or not [
            name for name in listed if f"\n    {name}" not in done.stdout
        ]


def test_matrices_typed_in_files_give_the_worked_figures(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text(WORKED, encoding="utf-8")
    (tmp_path / "two.csv").write_text(WORKED.replace("3", "11"), encoding="utf-8")
    done = cli("coherence", "interaction", "one.csv", "--free-labels", "--format", "csv")
    figures = ("direct", "second", "second_without")
    rows = {
        row["action"]: tuple(float(row[key]) for key in figures)
        for row in csv.DictReader(io.StringIO(done.stdout))
    }
    assert rows == {"a": (1, 6, 5), "b": (4, 1.5, 3.5), "c": (-2, -6, -3)}
    french = ("--free-labels", "--language", "fr")
    for given in (
        ["--scale", "-10..11"],
        ["--scale=-10..11"],
        ["--scale", "count"],
    ):  # no sign before a hyphen
        chains = cli("coherence", "chains", "two.csv", *french, *given, "--format", "csv").stdout
        assert "b → c (+11: +1)" in chains
        assert "a → b (+2: +0,182)" in chains
    (tmp_path / "two.csv").write_text(WORKED, encoding="utf-8")
    answer = json.loads(
        cli("coherence", "disagreement", "one.csv", "two.csv", *french, "--format", "json").stdout
    )
    assert any(
        "alpha de Krippendorff, ordinal)\u00a0: 1,00" in note["fr"] for note in answer["notes"]
    )
    assert len(answer["rows"]) == 6
    more = cli(
        "coherence", "interaction", "one.csv", "--free-labels", "--assessor", "x", "--assessor", "y"
    )
    assert (more.returncode, more.stderr.count("\n")) == (2, 1)
    same = cli("coherence", "interaction", "one.csv", "one.csv", "--free-labels")
    assert "Two matrices have the same assessor" in same.stderr
