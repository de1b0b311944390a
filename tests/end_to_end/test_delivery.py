"""The commands that hand over files: pictures and the network, whole, the same twice, or one sentence."""

from __future__ import annotations

import contextlib
import functools
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from pan2kg.charts.registry import PICTURES
from pan2kg.cli.main import main
from pan2kg.graph.labels import Labels, read_labels
from pan2kg.network import exports
from pan2kg.store import cache
from tests.conftest import BARE, PATIENCE, made_once

if TYPE_CHECKING:
    import pan2kg
    from pan2kg.store.store import Store
    from tests.conftest import Cli


FORMS = tuple(form for form in exports.FORMS if form != "mermaid")
DAY = ("--as-of", "2026-11-25")
COMMANDS = (
    *[("picture", name, "-o", f"{name}.svg", *DAY, "--language", "fr") for name in PICTURES],
    *[("picture", "timeline", "-o", f"timeline.{ending}", *DAY) for ending in ("png", "pdf", "csv")],
    *[("export", form, "-o", f"network-{form}") for form in FORMS],
)


def deliver(project: str) -> None:
    """Write all of it here, of a project that is read once for all commands, as are its labels."""
    kept: dict[int, tuple[Store, Labels]] = {}

    def labels_of(store: Store, links: Iterable[str] = ()) -> Labels:
        if id(store) not in kept:
            kept[id(store)] = store, read_labels(store, links)
        return kept[id(store)][1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cache, "open_kept", functools.cache(cache.open_kept))
        patch.setattr("pan2kg.graph.graph.read_labels", labels_of)
        for command in COMMANDS:
            assert main([*command, "--project", project]) == 0, f"{command} failed"


def test_a_picture_and_a_form_are_there_to_be_tested() -> None:
    assert len(PICTURES) >= 7
    assert len(FORMS) == 7


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory, few: pan2kg.Graph) -> tuple[Path, Path]:
    """Every picture and every form of the network of a few plans, by this process and one with other sets."""
    project = str(few.project.root)

    def here(folder: Path) -> None:
        folder.mkdir()
        with contextlib.chdir(folder):
            deliver(project)

    def apart(folder: Path) -> None:
        folder.mkdir()
        run = "import sys; from tests.end_to_end.test_delivery import deliver; deliver(sys.argv[1])"
        command = [sys.executable, "-c", run, project]
        subprocess.run(command, cwd=folder, env={**BARE, "PYTHONHASHSEED": "1"}, check=True, timeout=PATIENCE)

    return made_once("delivered-here", tmp_path_factory, here), made_once("delivered-apart", tmp_path_factory, apart)


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_the_same_twice_and_says_what_it_shows(twice: tuple[Path, Path], name: str) -> None:
    drawn, again = ((folder / f"{name}.svg").read_bytes() for folder in twice)
    assert drawn == again
    root = ET.fromstring(drawn)
    space = "{http://www.w3.org/2000/svg}"
    assert root.findtext(f"{space}title")
    assert root.findtext(f"{space}desc")
    assert b"<script" not in drawn


@pytest.mark.parametrize(("ending", "sign"), [("png", b"\x89PNG"), ("pdf", b"%PDF"), ("csv", b"")])
def test_a_picture_comes_in_other_formats(twice: tuple[Path, Path], ending: str, sign: bytes) -> None:
    drawn, again = ((folder / f"timeline.{ending}").read_bytes() for folder in twice)
    assert drawn.startswith(sign)
    assert drawn == again


@pytest.mark.parametrize("form", FORMS)
def test_the_network_is_written_whole_and_the_same_twice(twice: tuple[Path, Path], form: str) -> None:
    written, again = ((folder / f"network-{form}").read_bytes() for folder in twice)
    assert written
    assert written == again


def test_a_pair_of_plans_is_small_enough_for_mermaid(cli: Cli, few: pan2kg.Graph, tmp_path: Path) -> None:
    pair = ("--plan", "lu-bhr-1", "--plan", "lu-bhr-2", "--type", "shared-instrument")
    assert cli("export", "mermaid", "-o", "pair.mmd", *pair, "--project", str(few.project.root)).returncode == 0
    assert (tmp_path / "pair.mmd").read_text().startswith("flowchart LR")


@pytest.mark.parametrize("name", PICTURES)
def test_a_project_of_one_plan_is_drawn_or_told_in_a_sentence(cli: Cli, own_project: Path, name: str) -> None:
    (own_project / "plan.txt").write_text("1. Former\n1.1. Former les juges\n1.2. Former les avocats\n")
    target = own_project / "graph" / "plans" / "be-bhr-1.ttl"
    drafted = cli("draft", "plan.txt", "--plan", "be-bhr-1", "--language", "fr", "-o", str(target), cwd=own_project)
    assert drafted.returncode == 0, drafted.stderr
    done = cli("picture", name, "-o", "x.svg", "--project", ".", cwd=own_project)
    assert (done.returncode, done.stderr.count("\n")) in {(2, 1), (0, 0)}, done.stderr


@pytest.mark.parametrize("command", [["picture", "lanes", "-o", "x.svg"], ["export", "dot", "-o", "x.dot"]])
def test_an_empty_project_is_one_sentence_or_an_empty_file(cli: Cli, own_project: Path, command: list[str]) -> None:
    done = cli(*command, "--project", str(own_project))
    assert "Traceback" not in done.stderr
    assert (done.returncode, done.stderr.count("\n")) in {(2, 1), (0, 0)}
