"""What a command writes to, reads from and is told by a terminal: closed streams, control characters, an interrupt."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox
import pytest

from pan2kg.cli.main import main
from pan2kg.cli.output import Progress
from tests.conftest import BARE, PATIENCE, ROOT

if TYPE_CHECKING:
    from pan2kg.graph.graph import Graph
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
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert not [words for words in ("Traceback", "Exception ignored") if words in run.stderr]
    # an empty query is none, nobody asks an assistant anything, and an answer nobody gets is an
    # error
    fails = command == "sparql -" or (command != "mcp" and ">&-" in closed)
    assert run.returncode == (2 if fails else 0)
    if command not in ("sparql -", "mcp") and "2>&-" not in closed:
        assert (
            run.stderr.endswith("Cannot write there (bad file descriptor).\n")
            if fails
            else run.stdout
        )


def test_control_characters_do_not_reach_a_terminal_and_data_keep_them(
    cli: Cli, own_project: Path
) -> None:
    escaped = json.dumps(LABEL)
    (own_project / "graph" / "plans" / "x.ttl").write_text(
        "@prefix pan: <https://w3id.org/pan2kg/ontology#> .\n@prefix plan: <https://w3id.org/pan2kg/id/plan/> .\n"
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n\n"
        f"plan:x a pan:Plan ;\n    skos:prefLabel {escaped}@fr ;\n    pan:shortName {escaped}@fr .\n",
        encoding="utf-8",
    )
    hostile = ("--project", str(own_project), "--no-cache", "--language", "fr")
    plans = ("ask", "plans")
    every = ("sparql", "SELECT * { ?plan ?p ?o }")
    for command in (plans, (*plans, "--format", "md"), every, ("find", "x")):
        run = cli(*command, *hostile)
        assert (run.returncode, "[2J" in run.stdout) == (0, True), run.stderr
        assert not set("\x1b\x9b\x07\r\u202e") & set(run.stdout + run.stderr)
    run = cli("ask", "plans", "--plan\x1b[2J", "x")
    assert (run.returncode, "\x1b" in run.stderr) == (2, False)
    query = (
        "sparql",
        "SELECT ?label { ?plan ?says ?label FILTER(CONTAINS(STR(?label), '2J')) } LIMIT 1",
    )
    table = json.loads(cli(*query, *hostile, "--format", "json").stdout)
    assert table["results"]["bindings"][0]["label"]["value"] == LABEL
    assert "\x1b[2J" in cli(*query, *hostile, "--format", "csv").stdout


def test_a_long_query_is_interrupted(tmp_path: Path) -> None:
    query = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    command = [sys.executable, "-m", "pan2kg.cli.main", "sparql", query, "--no-cache"]
    with subprocess.Popen(
        command,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # who runs tests in the background has them ignore it
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as run:
        try:
            time.sleep(8)  # it loads the graph, and asks
            run.send_signal(signal.SIGINT)
            answer, remarks = run.communicate(timeout=PATIENCE)  # the answer would take hours
        finally:
            run.kill()
    assert (run.returncode, answer, "Traceback" in remarks) == (130, "", False)


INTERRUPTED: Final = """
import sys

class Interrupt:
    def find_spec(self, name, *_):
        if name == sys.argv[1]:
            raise KeyboardInterrupt

sys.meta_path.insert(0, Interrupt())
sys.argv[1:] = [sys.argv[1], "ask", "plans"]
from pan2kg.cli import start
del sys.argv[1]
sys.exit(start())
"""


@pytest.mark.parametrize(
    "module", ["argparse", "pan2kg.cli.main", "pan2kg.cli.ask", "pan2kg.store.store"]
)
def test_an_interrupt_while_modules_are_imported_is_no_fault(module: str, tmp_path: Path) -> None:
    """Ctrl-C a tenth of a second after a command was typed meets an import."""
    code = INTERRUPTED.replace("name == sys.argv[1]", f"name == {module!r}")
    run = subprocess.run(
        [sys.executable, "-c", code, module],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert (run.returncode, run.stdout, run.stderr) == (130, "", "")


def test_the_installed_program_begins_where_an_interrupt_is_caught() -> None:
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["scripts"]
    assert scripts == {"pan2kg": "pan2kg.cli:start"}


def test_what_stands_at_the_other_end_is_no_fault_of_the_answer(tmp_path: Path) -> None:
    def run(words: str, **environment: str) -> tuple[int, str]:
        done = subprocess.run(
            ["bash", "-c", f"{PROGRAM} ask {words}"],
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
            cwd=tmp_path,
            check=False,
            env={**BARE, **environment},
        )
        return done.returncode, done.stderr

    assert run("plans -o plans.txt >&- <&-") == (0, "")
    assert len((tmp_path / "plans.txt").read_text(encoding="utf-8")) > 1_000
    assert run("who-does-what | head -1") == (0, "")
    assert run("plans --language fr > narrow.txt", PYTHONIOENCODING="ascii") == (0, "")
    if Path("/dev/full").exists():
        code, remark = run("plans > /dev/full")
        assert (code, "Cannot write there" in remark, remark.count("\n")) == (2, True, 1)


def test_progress_is_shown_on_a_terminal_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for terminal in (True, False):
        monkeypatch.setattr(sys.stderr, "isatty", lambda terminal=terminal: terminal)
        progress = Progress()
        progress("reading " + "x" * 200)
        progress.finish()
        said = capsys.readouterr().err
        assert (bool(said), said.endswith("\r\x1b[K"), len(said.split("…")[0]) < 85) == (
            terminal,
            terminal,
            True,
        )


@pytest.mark.parametrize("found", [None, (12, 345)])
def test_a_dump_of_the_strongest_links_alone_says_so_and_still_loads(
    few: Graph, found: tuple[int, int] | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("pan2kg.store.links.missing_links", lambda _: found)
    for form, kind in (("nq", ox.RdfFormat.N_QUADS), ("trig", ox.RdfFormat.TRIG)):
        file = tmp_path / f"dump.{form}"
        assert (
            main(["dump", "--project", str(few.project.root), "--no-cache", "-o", str(file)]) == 0
        )
        first = file.read_text(encoding="utf-8").partition("\n")[0]
        assert first.startswith("# ") is bool(found)
        assert not found or ("12" in first and "345" in first)
        store = ox.Store()
        store.load(path=file, format=kind)
        assert len(store) > 0
