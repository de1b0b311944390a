"""What a command writes to, reads from and is told by a terminal: closed streams, control characters, an interrupt."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tests.conftest import PATIENCE

if TYPE_CHECKING:
    from tests.conftest import Cli

PROGRAM: Final = f"'{sys.executable}' -m pan2kg.cli.main"
LABEL: Final = "Plan \x1b[2J\x9b1m\x07\r\u202edraft"


@pytest.mark.parametrize(
    "command", ["ask plans --limit 1", "--help", "sparql 'ASK {}'", "find MAEE", "mcp", "sparql -"]
)
@pytest.mark.parametrize("closed", [">&-", "<&-", ">&- <&-", ">&- <&- 2>&-"])
def test_a_closed_stream_is_one_sentence_at_most(command: str, closed: str, tmp_path: Path) -> None:
    run = subprocess.run(
        ["bash", "-c", f"{PROGRAM} {command} {closed}"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd=tmp_path, check=False,
    )  # fmt: skip
    assert "Traceback" not in run.stderr
    assert "Exception ignored" not in run.stderr
    if command == "sparql -":
        assert run.returncode == 2, "an empty query is none"
    elif command == "mcp":
        assert run.returncode == 0, "nobody asks anything"
    elif ">&-" in closed:
        assert run.returncode == 2
        assert "2>&-" in closed or run.stderr.endswith("Cannot write the answer (bad file descriptor).\n")
    else:
        assert run.returncode == 0
        assert run.stdout


def test_a_file_takes_the_answer_where_standard_output_is_closed(tmp_path: Path) -> None:
    subprocess.run(["bash", "-c", f"{PROGRAM} ask plans -o plans.txt >&- <&-"], cwd=tmp_path, check=True)
    assert len((tmp_path / "plans.txt").read_text(encoding="utf-8")) > 1_000


@pytest.fixture
def hostile(own_project: Path) -> tuple[str, ...]:
    escaped = json.dumps(LABEL)
    block = " ;\n    ".join(("plan:x a pan:Plan", f"skos:prefLabel {escaped}@fr", f"pan:shortName {escaped}@fr"))
    (own_project / "graph" / "plans" / "x.ttl").write_text(
        "@prefix pan: <https://w3id.org/pan2kg/ontology#> .\n@prefix plan: <https://w3id.org/pan2kg/id/plan/> .\n"
        f"@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n\n{block} .\n",
        encoding="utf-8",
    )
    return ("--project", str(own_project), "--no-cache", "--language", "fr")


@pytest.mark.parametrize(
    "command",
    [("ask", "plans"), ("ask", "plans", "--format", "md"), ("sparql", "SELECT * { ?plan ?p ?o }"), ("find", "x")],
)
def test_control_characters_of_the_data_do_not_reach_a_terminal(
    cli: Cli, hostile: tuple[str, ...], command: tuple[str, ...]
) -> None:
    run = cli(*command, *hostile)
    assert run.returncode == 0, run.stderr
    assert "[2J" in run.stdout
    assert not set("\x1b\x9b\x07\r\u202e") & set(run.stdout + run.stderr)


def test_control_characters_of_a_fault_do_not_reach_a_terminal(cli: Cli) -> None:
    run = cli("ask", "plans", "--plan\x1b[2J", "x")
    assert run.returncode == 2
    assert "\x1b" not in run.stderr


def test_data_keep_every_character(cli: Cli, hostile: tuple[str, ...]) -> None:
    query = ("sparql", "SELECT ?label { ?plan ?says ?label FILTER(CONTAINS(STR(?label), '2J')) } LIMIT 1")
    table = json.loads(cli(*query, *hostile, "--format", "json").stdout)
    assert table["results"]["bindings"][0]["label"]["value"] == LABEL
    assert "\x1b[2J" in cli(*query, *hostile, "--format", "csv").stdout


LONG: Final = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
ROWLESS: Final = "SELECT * { ?a ?b ?c . ?d ?e ?f FILTER(STR(?c) < STR(?f) && STR(?f) < STR(?c)) }"


@pytest.mark.parametrize("query", [LONG, ROWLESS])
def test_a_long_query_is_interrupted(query: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pan2kg.cli.main", "sparql", query, "--no-cache"]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        # who runs tests in the background has them ignore it
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as run:  # fmt: skip
        try:
            time.sleep(8)  # it loads the graph, and asks
            run.send_signal(signal.SIGINT)
            answer, remarks = run.communicate(timeout=PATIENCE)  # the answer would take hours
        finally:
            run.kill()
    assert (run.returncode, answer) == (130, "")
    assert "Traceback" not in remarks
