"""Reports that are kept between commands: what has not changed is told again, and everything else is looked at."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from pan2kg.cli.main import main
from pan2kg.project import Project
from pan2kg.site import quality
from pan2kg.validation.check import check
from pan2kg.validation.report import find_kept, kept_report, state_name
from tests.conftest import start

if TYPE_CHECKING:
    from pathlib import Path

    from pan2kg.validation.report import Report


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return Project.at(start(tmp_path_factory.mktemp("kept") / "mine"))


@pytest.fixture(scope="module")
def found(begun: Project) -> Report:
    return check(begun)


def refused() -> Report:
    raise AssertionError


def test_the_report_of_unchanged_files_says_the_same_without_looking(
    begun: Project, found: Report, tmp_path: Path
) -> None:
    made = kept_report(begun, tmp_path, lambda: found)
    again = kept_report(begun, tmp_path, refused)
    assert not made.made
    assert again.made
    for part in ("rules", "findings", "looked_at", "statistics", "names"):
        assert getattr(again, part) == getattr(found, part), part


def test_pages_tell_the_report_that_was_kept(begun: Project, found: Report, tmp_path: Path) -> None:
    assert find_kept(begun, tmp_path) is None
    kept_report(begun, tmp_path, lambda: replace(found, findings=()))
    told = quality._checked(begun, "kept", tmp_path)
    assert told
    assert (told["rules"], told["failing"]) == (len(found.rules), [])


def test_one_that_was_damaged_is_made_anew(begun: Project, found: Report, tmp_path: Path) -> None:
    for damage in ("", "[]", "{", '{"rules": [[1]]}', '{"rules": [], "findings": [[0]]}'):
        kept_report(begun, tmp_path, lambda: found)
        (kept,) = tmp_path.rglob("check-*.json")
        kept.write_text(damage, "utf-8")
        assert not kept_report(begun, tmp_path, lambda: found).made
        assert kept_report(begun, tmp_path, refused).made
    (tmp_path / "file").write_text("", "utf-8")  # a folder that cannot be written is done without
    assert kept_report(begun, tmp_path / "file", lambda: found) == found


def test_whatever_a_check_reads_makes_another_state(begun: Project, tmp_path: Path) -> None:
    project = Project.at(shutil.copytree(begun.root, tmp_path / "copy"))
    (project.texts).mkdir(exist_ok=True)
    seen = {state_name(project)}
    changed = [
        "graph/profile.ttl", "graph/new.ttl", "ontology/prefixes.ttl", "ontology/shapes/new.ttl", "queries/own/new.rq",
        "queries/quality/new-violation.rq", "texts/a.txt",
    ]  # fmt: skip
    for name in changed:
        path = project.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text((path.read_text("utf-8") if path.exists() else "") + "# more\n", "utf-8")
        seen.add(state_name(project))
    assert len(seen) == 1 + len(changed)


def test_the_two_states_used_last_are_kept_and_none_that_changed_meanwhile(
    begun: Project, found: Report, tmp_path: Path
) -> None:
    project = Project.at(shutil.copytree(begun.root, tmp_path / "copy"))

    def edited() -> Report:
        (project.graph / "more.ttl").write_text("# more\n", "utf-8")
        return found

    kept_report(project, tmp_path / "cache", edited)
    assert not list((tmp_path / "cache").rglob("check-*.json"))
    for number in range(3):
        (project.graph / "more.ttl").write_text(f"# {number}\n", "utf-8")
        kept_report(project, tmp_path / "cache", lambda: found)
    assert len(list((tmp_path / "cache").rglob("check-*.json"))) == 2


def test_the_command_says_that_nothing_has_changed_and_does_not_look_where_it_is_not_to(
    begun: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAN2KG_CACHE", str(tmp_path))
    command, codes, said = ["check", "--project", str(begun.root)], [], []
    for more in ([], [], ["--no-cache"], ["--language", "fr"]):
        codes.append(main([*command, *more]))
        said.append(capsys.readouterr().out.partition("\n"))
    assert [head.count("unchanged since it was checked at 20") for head, *_ in said] == [0, 1, 0, 0]
    assert "inchangé depuis sa vérification du 20" in said[3][0]
    assert len({body for _, _, body in said[:3]}) == 1
    assert len({*codes}) == 1
