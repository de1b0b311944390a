"""Reports of some files, of what a change has added since a revision of git, and those kept between commands."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from pan2kg.cli.main import main
from pan2kg.errors import ProjectError
from pan2kg.project import Project
from pan2kg.site import quality
from pan2kg.validation.changes import CheckedChange, check_change, named_files
from pan2kg.validation.check import check, look
from pan2kg.validation.check_report import heading
from pan2kg.validation.kept import find_kept, kept_report, state_name
from pan2kg.validation.report import Kind, Report
from tests.conftest import start
from tests.copies import ROOT

if TYPE_CHECKING:
    from tests.conftest import Cli

PLAN: Final = "graph/plans/a"
FILES: Final = {
    "plan.ttl": """
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix pan: <https://w3id.org/pan2kg/ontology#> .
@prefix plan: <https://w3id.org/pan2kg/id/plan/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

plan:a a pan:Plan ;
    dcterms:identifier "a" ;
    skos:prefLabel "Un plan"@fr .
""",
    "details.ttl": """
@prefix pan: <https://w3id.org/pan2kg/ontology#> .
@prefix timeline: <https://w3id.org/pan2kg/id/timeline/> .
@prefix timelineclass: <https://w3id.org/pan2kg/id/timelineclass/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

timeline:a a pan:Timeline ;
    pan:timelineClass timelineclass:dated ;
    pan:text "2020"@en ;
    pan:endDate "2020-12-31"^^xsd:date .
""",
}


def git(project: Project, *command: str) -> None:
    options = ("-c", "user.name=A. Weber", "-c", "user.email=a@weber.example")
    subprocess.run(["git", *options, *command], cwd=project.root, check=True, capture_output=True)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder = start(tmp_path_factory.mktemp("repository") / "mine")
    for query in (folder / "queries").rglob("*.rq"):
        if query.stem != "timeline-words-violation":
            query.unlink()
    for shapes in (folder / "ontology" / "shapes").glob("*.ttl"):
        if shapes.stem not in {"conditions", "fact", "plan", "shapes", "timeline"}:
            shapes.unlink()
    (folder / PLAN).mkdir(parents=True)
    for name, text in FILES.items():
        (folder / PLAN / name).write_text(text.lstrip("\n"), "utf-8")
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "As it was"]):
        git(Project(folder), *command)
    return Project.at(folder)


@pytest.fixture
def edited(project: Project) -> Project:
    git(project, "checkout", "-q", ".")
    details = project.root / PLAN / "details.ttl"
    changed = details.read_text("utf-8").replace(
        'pan:endDate "2020-12-31"', 'pan:endDate "2021-12-31"', 1
    )
    details.write_text("\n\n" + changed, "utf-8")
    return project


def test_the_findings_of_some_files_are_those_of_the_whole_that_stand_there(
    project: Project,
) -> None:
    names = (f"{PLAN}/plan.ttl", f"{PLAN}/details.ttl")
    whole = [
        (one.place.file, one)
        for one in look(project).findings
        if one.place and one.place.file in names
    ]
    assert whole
    for some in (names, names[:1]):
        assert set(look(project, only=some).findings) == {
            one for file, one in whole if file in some
        }


def test_what_a_change_has_added_and_mended_is_told_and_nothing_that_was_there(
    edited: Project,
) -> None:
    report = check_change(edited, CheckedChange(since="HEAD"), tell=print)
    assert {one.rule.key for one in report.findings} == {
        "timeline-words-violation",
        "style-blank-line",
    }
    assert not report.conforms
    git(edited, "commit", "-aqm", "With a fault")
    same = check_change(edited, CheckedChange(since="HEAD"), tell=print)
    assert (same.findings, same.conforms) == ((), True)
    git(edited, "checkout", "-q", "HEAD~1", "--", ".")
    report = check_change(edited, CheckedChange((f"{PLAN}/details.ttl",), "HEAD"), tell=print)
    git(edited, "reset", "-q", "--hard", "HEAD~1")
    assert {one.rule.kind for one in report.findings} == {Kind.BASELINE}
    assert any("timeline-words-violation" in one.value for one in report.findings)
    assert report.conforms


def test_the_first_line_names_the_project_and_what_of_it_is_looked_at(
    cli: Cli, edited: Project
) -> None:
    found = cli(
        "check", f"{PLAN}/details.ttl", "--since", "HEAD", "--language", "fr", cwd=edited.root
    )
    first, second, third = found.stdout.splitlines()[:3]
    assert (found.returncode, first) == (1, "mine\u00a0; 1 fichier\u00a0; depuis HEAD")
    assert second.startswith("Le graphe n’est pas conforme")
    assert third.startswith("Depuis HEAD\u00a0: ")
    alone = cli("check", "details.ttl", cwd=edited.root / PLAN)
    assert (alone.returncode, alone.stdout.splitlines()[0], alone.stderr) == (1, "mine; 1 file", "")
    assert "timeline-words-violation" in alone.stdout
    # a project is called as its catalogue calls it
    shipped = Project.at(ROOT)
    assert (
        heading(shipped, CheckedChange(), "en") == "pan2kg: a knowledge graph of policy coherence"
    )
    assert heading(shipped, CheckedChange(since="v1"), "de").endswith("; seit v1")


def test_files_are_named_from_where_one_is_or_from_the_project_and_folders_stand_for_theirs(
    project: Project, tmp_path: Path
) -> None:
    here = project.root / PLAN
    for name in ("plan.ttl", f"{PLAN}/plan.ttl"):
        assert named_files(project, [name], here) == (f"{PLAN}/plan.ttl",)
    assert len(named_files(project, ["."], here)) == len(list(here.glob("*.ttl")))
    assert len(named_files(project, ["."], project.root)) > 30
    with pytest.raises(ProjectError, match="none of the files that are checked"):
        named_files(project, [str(tmp_path)], here)
    (tmp_path / "kept-elsewhere.ttl").touch()
    link = here / "linked.ttl"
    link.symlink_to(tmp_path / "kept-elsewhere.ttl")
    try:
        assert named_files(project, [str(tmp_path / "kept-elsewhere.ttl")], here) == (
            f"{PLAN}/linked.ttl",
        )
    finally:
        link.unlink()


def test_what_cannot_be_looked_at_is_one_sentence(
    cli: Cli, project: Project, own_project: Path
) -> None:
    outside = ("--project", str(own_project), "--language", "de")
    for arguments, expected in (
        (["nowhere.ttl"], "nowhere.ttl: There is no such file"),
        (["README.md"], "none of the files that are checked"),
        (["--since", "nope"], "no revision « nope »"),
        (["--since=--output=x"], "no revision « --output=x »"),
        (["--since", "HEAD", "--baseline", "x"], "accepted failures is that of a whole project"),
        (["--since", "HEAD", *outside], "Git-Repositorium"),
    ):
        done = cli("check", *arguments, cwd=project.root)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr
        assert expected in done.stderr


# Reports that are kept: what has not changed is told again, and everything else is looked at


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return Project.at(start(tmp_path_factory.mktemp("kept") / "mine"))


@pytest.fixture(scope="module")
def found(begun: Project) -> Report:
    return check(begun)


def refused() -> Report:
    raise AssertionError


def test_the_report_of_unchanged_files_says_the_same_without_looking_and_pages_tell_it(
    begun: Project, found: Report, tmp_path: Path
) -> None:
    assert find_kept(begun, tmp_path) is None
    assert not kept_report(begun, tmp_path, lambda: found).made
    again = kept_report(begun, tmp_path, refused)
    assert again.made
    for part in ("rules", "findings", "looked_at", "statistics", "names"):
        assert getattr(again, part) == getattr(found, part), part
    kept_report(begun, tmp_path / "other", lambda: replace(found, findings=()))
    told = quality._run_check(begun, "kept", tmp_path / "other")
    assert told
    assert (told.rules, told.failing) == (len(found.rules), [])


def test_one_that_was_damaged_is_made_anew(begun: Project, found: Report, tmp_path: Path) -> None:
    for damage in ("", "[]", "{", '{"rules": [[1]]}', '{"rules": [], "findings": [[0]]}'):
        kept_report(begun, tmp_path, lambda: found)
        (kept,) = tmp_path.rglob("check-*.json")
        kept.write_text(damage, "utf-8")
        assert not kept_report(begun, tmp_path, lambda: found).made
        assert kept_report(begun, tmp_path, refused).made
    (tmp_path / "file").write_text("", "utf-8")  # a folder that cannot be written is done without
    assert kept_report(begun, tmp_path / "file", lambda: found) == found


def test_whatever_a_check_reads_makes_another_state_and_the_two_used_last_are_kept(
    begun: Project, found: Report, tmp_path: Path
) -> None:
    project = Project.at(shutil.copytree(begun.root, tmp_path / "copy"))
    cache = tmp_path / "cache"
    seen = {state_name(project)}
    changed = [
        "graph/profile.ttl",
        "graph/new.ttl",
        "ontology/prefixes.ttl",
        "ontology/shapes/new.ttl",
        "queries/own/new.rq",
        "queries/quality/new-violation.rq",
        "texts/a.txt",
    ]

    def change(name: str) -> Report:
        path = project.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text((path.read_text("utf-8") if path.exists() else "") + "# more\n", "utf-8")
        return found

    for name in changed:
        change(name)
        seen.add(state_name(project))
        kept_report(project, cache, lambda: found)
    assert len(seen) == 1 + len(changed)
    states = set(cache.rglob("check-*.json"))
    change(changed[0])
    kept_report(
        project, cache, lambda: change(changed[1])
    )  # while it is made: nobody knows of which state it is
    assert (len(states), set(cache.rglob("check-*.json"))) == (2, states)


def test_the_command_says_that_nothing_has_changed_and_does_not_look_where_it_is_not_to(
    begun: Project,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PAN2KG_CACHE", str(tmp_path))
    command = ["check", "--project", str(begun.root)]
    codes = []
    said = []
    for more in ([], [], ["--no-cache"], ["--language", "fr"]):
        codes.append(main([*command, *more]))
        said.append(capsys.readouterr().out.partition("\n"))
    assert [head.count("unchanged since it was checked at 20") for head, *_ in said] == [0, 1, 0, 0]
    assert "inchangé depuis sa vérification du 20" in said[3][0]
    assert len({body for _, _, body in said[:3]}) == 1
    assert len({*codes}) == 1
