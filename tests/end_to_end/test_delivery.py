"""The commands that hand over files: pictures and the network, whole, the same twice, or one sentence."""

from __future__ import annotations

import contextlib
import functools
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from pan2kg.charts.registry import PICTURES
from pan2kg.cli.main import main
from pan2kg.graph.labels import Labels, read_labels
from pan2kg.store import cache
from pan2kg.tables import network_files
from tests.conftest import BARE, PATIENCE, made_once

if TYPE_CHECKING:
    import pan2kg
    from pan2kg.store.store import Store
    from tests.conftest import Cli


FORMS = network_files.FORMS
DAY = ("--as-of", "2026-11-25")
COMMANDS = (
    *[("picture", name, "-o", f"{name}.svg", *DAY, "--language", "fr") for name in PICTURES],
    *[
        ("picture", "timeline", "-o", f"timeline.{ending}", *DAY)
        for ending in ("png", "pdf", "csv")
    ],
    *[("export", form, "-o", f"network-{form}") for form in FORMS],
)


def deliver(project: str) -> None:
    kept: dict[int, tuple[Store, Labels]] = {}

    def labels_of(store: Store) -> Labels:
        if id(store) not in kept:
            kept[id(store)] = store, read_labels(store)
        return kept[id(store)][1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cache, "open_kept", functools.cache(cache.open_kept))
        patch.setattr("pan2kg.graph.labels.read_labels", labels_of)
        for command in COMMANDS:
            assert main([*command, "--project", project]) == 0, f"{command} failed"


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory, few: pan2kg.Graph) -> tuple[Path, Path]:
    project = str(few.project.root)

    def here(folder: Path) -> None:
        folder.mkdir()
        with contextlib.chdir(folder):
            deliver(project)

    def apart(folder: Path) -> None:
        folder.mkdir()
        run = "import sys; from tests.end_to_end.test_delivery import deliver; deliver(sys.argv[1])"
        command = [sys.executable, "-c", run, project]
        subprocess.run(
            command, cwd=folder, env={**BARE, "PYTHONHASHSEED": "1"}, check=True, timeout=PATIENCE
        )

    return made_once("delivered-here", tmp_path_factory, here), made_once(
        "delivered-apart", tmp_path_factory, apart
    )


def test_what_is_delivered_is_whole_and_the_same_twice(twice: tuple[Path, Path]) -> None:
    assert (len(PICTURES) >= 7, len(FORMS)) == (True, 6)
    signs = {".svg": b"<", ".png": b"\x89PNG", ".pdf": b"%PDF"}
    for command in COMMANDS:
        delivered, again = ((folder / command[3]).read_bytes() for folder in twice)
        assert delivered == again, command
        assert len(delivered) > 0
        assert delivered.startswith(signs.get(Path(command[3]).suffix, b""))
        if command[3].endswith(".svg"):
            root = ET.fromstring(delivered)
            space = "{http://www.w3.org/2000/svg}"
            assert root.findtext(f"{space}title")
            drawn = {part.get("id"): "".join(part.itertext()) for part in root.iter()}
            assert all(drawn[name] for name in root.attrib["aria-labelledby"].split())
            assert b"<script" not in delivered


def test_a_project_of_one_plan_or_none_is_drawn_and_reported_or_told_in_a_sentence(
    cli: Cli, own_project: Path
) -> None:
    commands = [
        *(("picture", name, "-o", "x.svg") for name in PICTURES),
        ("export", "gexf", "-o", "x.gexf"),
    ]
    (own_project / "plan.txt").write_text(
        "1. Former\n1.1. Former les <b>juges</b>\n1.2. Former les avocats\n"
    )
    draft = (
        "draft",
        "plan.txt",
        "--plan",
        "be-bhr-1",
        "--language",
        "fr",
        "-o",
        "graph/plans/be-bhr-1.ttl",
    )
    for preparation in ((), draft):
        assert not preparation or cli(*preparation, cwd=own_project).returncode == 0
        for command in (*commands, ("report", "-o", "made", "--plan", "be-bhr-1")):
            done = cli(*command, "--project", ".", cwd=own_project)
            assert (done.returncode, done.stderr.count("\n")) in {(2, 1), (0, 0)}, done.stderr
    page = (own_project / "made" / "report.en.html").read_text(encoding="utf-8")
    assert ("Former les &lt;b&gt;juges&lt;/b&gt;" in page, "<b>juges" in page) == (True, False)
