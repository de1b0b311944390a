"""The commands that publish, compare and look back, as a user runs them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pan2kg
from tests.copies import FEW, copy

if TYPE_CHECKING:
    from tests.conftest import Cli

LINK_WEIGHTS = b"<https://w3id.org/pan2kg/graph/derived/link-weight> ."
TITLE = '"Communicating and raising awareness"@en'


def test_a_question_as_of_a_day_says_what_it_leaves_out(cli: Cli, few: pan2kg.Graph) -> None:
    plans = ("ask", "plans", "--project", str(few.project.root))
    today, then = cli(*plans), cli(*plans, "--as-of", "31/12/2015")
    assert then.returncode == 0
    assert "As of 31 December 2015, left out:" in then.stdout
    rows = [int(found) for said in (then, today) for found in re.findall(r"^(\d+) rows$", said.stdout, re.MULTILINE)]
    assert 0 < rows[0] < rows[1]
    data = cli(*plans, "--as-of", "2015-12-31", "--format", "csv")
    assert ("left out" in data.stdout, "left out" in data.stderr) == (False, True)


LINK = "https://e.lu/fr/question/who-should-talk.html?as-of=2021-06-30&body=body:mj&release={}"


def test_a_permanent_link_is_answered_as_the_question_it_fixes(cli: Cli, few: pan2kg.Graph) -> None:
    form = ("--format", "csv", "--project", str(few.project.root))
    typed = cli("ask", "who-should-talk", "--body", "mj", "--as-of", "2021-06-30", "--language", "fr", *form)
    linked = cli("ask", LINK.format(few.release), *form)
    assert linked.returncode == 0
    assert linked.stdout == typed.stdout
    assert linked.stdout.count("\n") > 1
    assert linked.stderr == typed.stderr
    other = cli("ask", LINK.format("0.0.9"), "--project", str(few.project.root))
    assert (other.returncode, "Ce lien a été fait avec la version 0.0.9" in other.stdout) == (0, True)


def test_a_difference_is_told_and_its_patch_leads_from_old_to_new(cli: Cli, tmp_path: Path) -> None:
    old, new = copy(tmp_path / "old", FEW), copy(tmp_path / "new", FEW)
    file = next(path for path in (new / "graph").rglob("actions.ttl") if TITLE in path.read_text(encoding="utf-8"))
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(TITLE, '"Talking about it"@en'), encoding="utf-8")
    told = cli("diff", str(old), str(new))
    assert told.returncode == 0
    assert "Talking about it" in told.stdout
    patch, made, wanted = (tmp_path / name for name in ("patch.trig", "made.nq", "wanted.nq"))
    assert cli("diff", str(old), str(new), "--format", "rdf", "-o", str(patch)).returncode == 0
    assert cli("diff", "--apply", str(patch), str(old), "-o", str(made)).returncode == 0
    assert cli("dump", "--project", str(new), "-o", str(wanted)).returncode == 0
    # Projects are compared as they would be released, with the weights of their links; a dump has none.
    told_lines = [line for line in made.read_bytes().splitlines() if LINK_WEIGHTS not in line]
    assert told_lines == wanted.read_bytes().splitlines()


def test_a_port_in_use_is_told(cli: Cli) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = cli("serve", "--no-browser", "--port", str(taken.getsockname()[1]))
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr
