"""``pan2kg add reading``: what it shows, writes and refuses, and what the figures say after it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

import pan2kg
from tests.copies import FEW, copy

if TYPE_CHECKING:
    from tests.conftest import Cli

DOCUMENT: Final = "mae-gouvernement-lu-fr-pan-2"
READ: Final = ("--extent", "full", "--document", DOCUMENT, "--by", "A. Weber", "--date", "2026-05-04")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped project with a few plans, to be written to."""
    return copy(tmp_path / "copy", FEW)


def _files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*.ttl"))}


def test_a_reading_is_shown_and_written_beside_its_plan_and_passes_the_check(cli: Cli, folder: Path) -> None:
    before = _files(folder)
    done = cli("add", "reading", "lu-bhr-2", "--aspect", "references", *READ, "--project", str(folder))
    assert (done.returncode, done.stderr) == (0, "Written to graph/plans/lu-bhr-2/readings.ttl.\n")
    new = (folder / "graph" / "plans" / "lu-bhr-2" / "readings.ttl").read_text(encoding="utf-8")
    assert [line[1:] for line in done.stdout.splitlines()[3:]] == new.splitlines(), "what was shown is what stands"
    assert new.endswith(
        "reading:lu-bhr-2-references-2026-05-04 a pan:Reading ;\n"
        "    pan:readsWork plan:lu-bhr-2 ;\n"
        "    pan:aspect aspect:references ;\n"
        "    pan:extent readingextent:full ;\n"
        f"    pan:inDocument document:{DOCUMENT} ;\n"
        '    pan:readOn "2026-05-04"^^xsd:date ;\n'
        '    pan:reader "A. Weber" .\n'
    )
    assert {name: text for name, text in _files(folder).items() if name in before} == before, "nothing else changed"
    found = json.loads(cli("check", "--project", str(folder), "--format", "json").stdout)["findings"]
    assert found, "what is cited of plans that are not in the copy"
    assert [one for one in found if "lu-bhr-2-references-2026" in str(one) or "readings" in str(one)] == []


def test_a_second_reading_is_one_block_more_and_the_same_one_is_refused(cli: Cli, folder: Path) -> None:
    action = ("add", "reading", "lu-bhr-2-4-3", "--project", str(folder), "--aspect")
    assert cli(*action, "texts", *READ).returncode == 0
    file = folder / "graph" / "plans" / "lu-bhr-2" / "readings.ttl"
    first = file.read_text(encoding="utf-8")
    second = cli(*action, "bodies", *READ, "--document", "globalnaps-org-country-issue-luxembourg-workers-rights")
    assert [line for line in second.stdout.splitlines()[2:] if line.startswith("-")] == []
    assert file.read_text(encoding="utf-8").startswith(first)
    both = file.read_text(encoding="utf-8")
    assert both.count("pan:inDocument") == 3
    again = cli(*action, "texts", *READ)
    assert (again.returncode, again.stdout) == (2, "")
    assert "stands in graph/plans/lu-bhr-2/readings.ttl already" in again.stderr
    other = cli(*action, "texts", *READ[:-3], "B. Klein", *READ[-2:])
    assert "reading:lu-bhr-2-4-3-texts-2026-05-04-2 a pan:Reading" in other.stdout, "another reader on the same day"


def test_what_was_not_read_becomes_no_once_every_plan_was_read_in_full(cli: Cli, tmp_path: Path) -> None:
    """« Not read » turns into « no », in questions and in the matrix, by readings alone, plan after plan."""
    plans = ("lu-child-rights-2022", "lu-bhr-2", "lu-bhr-1")
    project = copy(tmp_path / "copy", plans)
    for file in (project / "graph" / "plans").rglob("plan.ttl"):  # the list of each is said to be complete
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace("completeness:partial", "completeness:complete"), encoding="utf-8")

    def read(plan: str) -> None:
        for aspect in ("texts", "references"):
            assert cli("add", "reading", plan, "--aspect", aspect, *READ, "--project", str(project)).returncode == 0

    def said() -> tuple[str, str, set[str], set[str], object]:
        graph = pan2kg.open_graph(project)  # asked four times, and read once
        covered = {row["principle"].rpartition("/")[2]: row for row in graph.ask("uncovered-principles")}
        assert covered["ungp-6"]["covered"] == "yes"
        duties = {row["answered"] for row in graph.ask("obligations-without-action")}
        returned = {
            row["returned"] for row in graph.ask("plan-citations") if row["cited_plan"].rpartition("/")[2] in plans
        }
        (cell,) = [
            row["text_back"] for row in graph.table("matrix").rows
            if [str(row[end]).rpartition("/")[2] for end in ("one", "two")] == ["lu-bhr-1", "lu-child-rights-2022"]
        ]  # fmt: skip
        first = covered["ungp-4"]
        return first["covered"], first["actions"], duties, returned, cell

    assert said() == ("unread", "", {"unread"}, {"unread"}, "open")
    read(plans[0])
    assert said() == ("unread", "", {"unread"}, {"unread"}, "absent")
    for plan in plans[1:]:
        read(plan)
    assert said() == ("no", "0", {"no"}, {"no"}, "absent")


def test_a_plan_whose_list_is_not_complete_is_said_not_to_be_read_as_a_whole(cli: Cli, folder: Path) -> None:
    graph = pan2kg.open_graph(folder).tables
    plan = next(plan for plan, how in sorted(graph.lists.items()) if how == "partial").rpartition("/")[2]
    done = cli("add", "reading", plan, "--aspect", "texts", *READ, "--project", str(folder), "--language", "fr")
    assert done.returncode == 0
    assert "n’est pas donnée pour complète" in done.stderr


def test_a_file_that_uses_a_prefix_otherwise_is_left_as_it_is(cli: Cli, folder: Path) -> None:
    file = folder / "graph" / "plans" / "lu-bhr-2" / "readings.ttl"
    file.write_text("@prefix reading: <http://elsewhere.example/> .\n", encoding="utf-8")
    before = _files(folder)
    refused = cli("add", "reading", "lu-bhr-2", "--aspect", "bodies", *READ, "--project", str(folder))
    assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (2, "", 1)
    assert "readings.ttl" in refused.stderr
    assert _files(folder) == before
