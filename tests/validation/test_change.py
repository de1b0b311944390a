"""Findings of some files, and those a change has added since a revision of git."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from pan2kg.errors import ProjectError
from pan2kg.project import Project
from pan2kg.report.check import heading
from pan2kg.validation.check import CheckedChange, check_change, look, named_files
from pan2kg.validation.report import Kind
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
GIT: Final = ("git", "-c", "user.name=A. Weber", "-c", "user.email=a@weber.example")


def silent(_: str) -> None:
    """Tell nobody."""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    repository = tmp_path_factory.mktemp("repository")
    folder = start(repository / "mine")
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
        subprocess.run([*GIT, *command], cwd=repository, check=True, capture_output=True)
    return Project.at(folder)


@pytest.fixture
def edited(project: Project) -> Project:
    restore = ["git", "checkout", "-q", "."]
    subprocess.run(restore, cwd=project.root, check=True)
    details = project.root / PLAN / "details.ttl"
    details.write_text(
        "\n\n" + details.read_text("utf-8").replace('pan:endDate "2020-12-31"', 'pan:endDate "2021-12-31"', 1), "utf-8"
    )
    return project


def test_the_findings_of_some_files_are_those_of_the_whole_that_stand_there(project: Project) -> None:
    names = (f"{PLAN}/plan.ttl", f"{PLAN}/details.ttl")
    whole = [one for one in look(project).findings if one.place and one.place.file in names]
    assert whole
    assert set(look(project, only=names).findings) == set(whole)
    assert set(look(project, only=names[:1]).findings) == {
        one for one in whole if one.place and one.place.file == names[0]
    }


def test_what_a_change_has_added_is_told_and_nothing_that_was_there(edited: Project) -> None:
    report = check_change(edited, CheckedChange(since="HEAD"), tell=silent)
    rules = [one.rule.key for one in report.findings]
    assert "timeline-words-violation" in rules
    assert set(rules) == {"timeline-words-violation", "style-blank-line"}
    assert not report.conforms
    subprocess.run(["git", "checkout", "-q", "."], cwd=edited.root, check=True)
    same = check_change(edited, CheckedChange(since="HEAD"), tell=silent)
    assert (same.findings, same.conforms) == ((), True)


def test_what_a_change_has_mended_is_told(edited: Project) -> None:
    subprocess.run([*GIT, "commit", "-aqm", "With a fault"], cwd=edited.root, check=True)
    subprocess.run(["git", "checkout", "-q", "HEAD~1", "--", "."], cwd=edited.root, check=True)
    report = check_change(edited, CheckedChange((f"{PLAN}/details.ttl",), "HEAD"), tell=silent)
    assert {one.rule.kind for one in report.findings} == {Kind.BASELINE}
    assert any("timeline-words-violation" in one.value for one in report.findings)
    assert report.conforms
    subprocess.run(["git", "reset", "-q", "--hard", "HEAD~1"], cwd=edited.root, check=True)


def test_the_first_line_names_the_project_and_what_of_it_is_looked_at(cli: Cli, edited: Project) -> None:
    found = cli("check", f"{PLAN}/details.ttl", "--since", "HEAD", "--language", "fr", cwd=edited.root)
    first, second, third = found.stdout.splitlines()[:3]
    assert first == "mine\u00a0; 1 fichier\u00a0; depuis HEAD"
    assert found.returncode == 1
    assert second.startswith("Le graphe n’est pas conforme")
    assert third.startswith("Depuis HEAD\u00a0: ")
    alone = cli("check", "details.ttl", cwd=edited.root / PLAN)
    assert alone.returncode == 1
    assert alone.stdout.splitlines()[0] == "mine; 1 file"
    assert re.search("timeline-words-violation", alone.stdout)
    assert alone.stderr == ""


def test_files_are_named_from_where_one_is_or_from_the_project_and_folders_stand_for_theirs(
    project: Project, tmp_path: Path
) -> None:
    here = project.root / PLAN
    assert named_files(project, ["plan.ttl"], here) == (f"{PLAN}/plan.ttl",)
    assert named_files(project, [f"{PLAN}/plan.ttl"], here) == (f"{PLAN}/plan.ttl",)
    assert len(named_files(project, ["."], here)) == len(list(here.glob("*.ttl")))
    assert len(named_files(project, ["."], project.root)) > 30
    with pytest.raises(ProjectError, match="none of the files that are checked"):
        named_files(project, [str(tmp_path)], here)
    (tmp_path / "kept-elsewhere.ttl").touch()
    link = here / "linked.ttl"
    link.symlink_to(tmp_path / "kept-elsewhere.ttl")
    try:
        assert named_files(project, [str(tmp_path / "kept-elsewhere.ttl")], here) == (f"{PLAN}/linked.ttl",)
    finally:
        link.unlink()


def test_what_cannot_be_looked_at_is_one_sentence(cli: Cli, project: Project) -> None:
    cases = (
        (["nowhere.ttl"], "nowhere.ttl: There is no such file"), (["README.md"], "none of the files that are checked"),
        (["--since", "nope"], "no revision « nope »"), (["--since=--output=x"], "no revision « --output=x »"),
        (["--since", "HEAD", "--baseline", "x"], "accepted failures is that of a whole project"),
    )  # fmt: skip
    for arguments, expected in cases:
        done = cli("check", *arguments, cwd=project.root)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr
        assert expected in done.stderr


def test_a_project_outside_of_git_says_so(cli: Cli, own_project: Path) -> None:
    done = cli("check", "--since", "HEAD", "--project", str(own_project), "--language", "de")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "Git-Repositorium" in done.stderr


def test_a_project_is_called_as_its_catalogue_calls_it(project: Project) -> None:
    shipped = Project.at(ROOT)
    assert heading(shipped, CheckedChange(), "en") == "pan2kg: a knowledge graph of policy coherence"
    assert heading(shipped, CheckedChange(since="v1"), "de").endswith("; seit v1")
    assert heading(project, CheckedChange(), "fr") == "mine"
