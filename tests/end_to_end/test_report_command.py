"""``pan2kg report`` as a user runs it: one page that needs nothing else, and a Markdown text."""

from __future__ import annotations

import os
import re
import shutil
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

import pan2kg
from pan2kg.i18n.catalogue import LANGUAGES
from pan2kg.report.writing import tables_of, write_files
from pan2kg.tables.formats import clean
from pan2kg.tables.writers import md_text
from tests.conftest import made_once

if TYPE_CHECKING:
    from tests.conftest import Cli, Commands

DAY: Final = "2026-01-31"
PLAN: Final = "lu-bhr-2"
VOID: Final = {"meta", "link", "br", "hr", "img", "input"}


class Page(HTMLParser):
    """The elements of a page with their attributes, and whether they nest."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(text)
        assert not self.open, f"{self.open} is never closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> has an attribute twice"
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> in line {self.getpos()[0]} closes something else"

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def all(self, attribute: str) -> list[str]:
        return [str(attributes[attribute]) for _, attributes in self.tags if attribute in attributes]


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, language: str, few: pan2kg.Graph, commands: Commands) -> Path:
    """The report on PAN 2 in a graph of a few plans, written once a language."""

    def write(target: Path) -> None:
        given = ["--plan", PLAN, "--language", language, "--as-of", DAY, "--project", str(few.project.root)]
        done = commands.run(["report", "-o", str(target), *given], target.parent)
        assert done.returncode == 0, done.stderr

    return made_once(f"report-{language}", tmp_path_factory, write)


@pytest.fixture(scope="module")
def page(folder: Path, language: str) -> Page:
    return Page((folder / f"report.{language}.html").read_text(encoding="utf-8"))


def test_ids_are_unique_and_every_link_has_its_target(page: Page) -> None:
    ids = page.all("id")
    assert len(ids) == len(set(ids))
    wanted = {href[1:] for href in page.all("href") if href.startswith("#")}
    labels = {name for names in page.all("aria-labelledby") for name in names.split()}
    assert wanted | labels <= set(ids)


def test_the_page_needs_nothing_else_and_leads_to_no_other_page_of_the_site(page: Page) -> None:
    tags = {tag for tag, _ in page.tags}
    assert tags.isdisjoint({"script", "iframe", "object", "embed", "img", "image", "form", "button", "link"})
    assert page.all("src") == []
    assert all(href.startswith(("#", "https://", "http://")) for tag, a in page.tags if tag == "a"
               for href in [a.get("href") or "#"])  # fmt: skip
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]


def test_language_headings_and_landmarks_are_in_order(page: Page, language: str) -> None:
    assert page.tags[0] == ("html", {"lang": language})
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert [tag for tag, _ in page.tags if tag == "main"] == ["main"]


def test_it_has_the_page_of_the_plan_its_pictures_and_every_figure_with_its_basis(
    page: Page, folder: Path, language: str, few: pan2kg.Graph
) -> None:
    graph = few.spoken(language)
    assert {"brief", "attention", "actions", "cites", "meets"} <= set(page.all("id"))
    assert [tag for tag, _ in page.tags].count("svg") > 1
    text = "".join(page.text).replace("\xa0", " ")
    markdown = (folder / f"report.{language}.md").read_text(encoding="utf-8").replace("\xa0", " ")
    for table in tables_of(graph, graph.plan(PLAN)):
        title = clean(table.title.say(language)).replace("\xa0", " ")
        assert title in text
        assert f"## {md_text(title)}".replace("\xa0", " ") in markdown
    assert markdown.count("0.1.0") > markdown.count("\n## "), "every table says what it rests on"


@pytest.mark.parametrize("language", ["en"], indirect=True)
def test_the_same_day_gives_the_same_bytes_and_names_the_files(
    folder: Path, language: str, few: pan2kg.Graph, cli: Cli, tmp_path: Path
) -> None:
    given = ("--plan", PLAN, "--language", language, "--as-of", "31/01/2026", "--project", str(few.project.root))
    done = cli("report", "-o", "made/again", *given)
    assert done.returncode == 0, done.stderr
    target = tmp_path / "made" / "again"
    assert {tmp_path / line for line in done.stdout.splitlines()} == set(target.iterdir())
    assert {path.name for path in target.iterdir()} == {f"report.{language}.{form}" for form in ("html", "md")}
    for path in folder.iterdir():
        assert (target / path.name).read_bytes() == path.read_bytes(), path.name


def test_a_weaker_level_of_evidence_is_said(cli: Cli, tmp_path: Path, few: pan2kg.Graph) -> None:
    given = ("--plan", PLAN, "--as-of", DAY, "--evidence", "editors", "--project", str(few.project.root))
    done = cli("report", "-o", "made", *given)
    assert done.returncode == 0, done.stderr
    assert "with what the editors concluded" in (tmp_path / "made" / "report.en.md").read_text(encoding="utf-8")


def test_wrong_use_is_one_sentence_and_leaves_nothing(cli: Cli, tmp_path: Path) -> None:
    for given, said in (
        (("--plan", "lu-bhr-22"), "Did you mean lu-bhr-2"),
        (("--as-of", "yesterday"), "is no day such as"),
        (("--language", "it"), "invalid choice"),
    ):
        done = cli("report", "-o", "made", *given)
        assert done.returncode == 2
        assert said in done.stderr
        assert done.stderr.count("\n") == 1
        assert not (tmp_path / "made").exists()


def test_a_file_or_a_folder_in_the_way_changes_nothing(cli: Cli, tmp_path: Path, two_countries: pan2kg.Graph) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "folder" / "report.en.md").mkdir(parents=True)
    for name in ("file", "folder"):
        done = cli(
            "report", "-o", name, "--plan", "be-two-1", "--as-of", DAY, "--project", str(two_countries.project.root)
        )
        assert done.returncode == 2
        assert "in the way" in done.stderr
        assert done.stderr.count("\n") == 1
    assert (tmp_path / "file").read_text() == "mine"
    assert [path.name for path in (tmp_path / "folder").iterdir()] == ["report.en.md"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
def test_a_full_disk_is_one_sentence(tmp_path: Path) -> None:
    from pan2kg.errors import ProjectError

    before = resource_limit(1000)
    try:
        with pytest.raises(ProjectError, match="Cannot write the report"):
            write_files(tmp_path / "made", {"a": "short", "b": "x" * 100_000})
    finally:
        resource_limit(before)
    assert not (tmp_path / "made").exists()


def resource_limit(size: int) -> int:
    """How large a file may become, set anew; what it was before."""
    import resource
    import signal

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    before, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, most))
    return before


def test_a_plan_alone_in_a_graph_of_its_own_has_a_report(cli: Cli, own_project: Path, tmp_path: Path) -> None:
    done = cli("report", "-o", "made", "--project", str(own_project))
    assert done.returncode == 2
    assert "no action" in done.stderr
    plan = tmp_path / "plan.txt"
    plan.write_text("Plan national\n\n1. Former\n1.1. Former les <b>juges</b>\n1.2. Former les avocats\n")
    graph = own_project / "graph" / "plans" / "be-bhr-1.ttl"
    graph.parent.mkdir(exist_ok=True)
    drafted = cli(
        "draft", str(plan), "--plan", "be-bhr-1", "--language", "fr", "-o", str(graph), "--project", str(own_project)
    )
    assert drafted.returncode == 0, drafted.stderr
    done = cli("report", "-o", "made", "--plan", "be-bhr-1", "--project", str(own_project), "--as-of", DAY)
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "made" / "report.en.html").read_text(encoding="utf-8")
    assert "Former les &lt;b&gt;juges&lt;/b&gt;" in page
    assert "<b>juges" not in page
    Page(page)


def test_a_folder_that_cannot_be_written_is_said(cli: Cli, tmp_path: Path, two_countries: pan2kg.Graph) -> None:
    given = ("--plan", "be-two-1", "--as-of", DAY, "--project", str(two_countries.project.root))
    if shutil.which("id") and os.geteuid() == 0:
        done = cli("report", "-o", "/proc/none", *given)
    else:
        (tmp_path / "closed").mkdir(mode=0o500)
        done = cli("report", "-o", "closed/made", *given)
    assert done.returncode == 2
    assert "Cannot write the report" in done.stderr
    assert done.stderr.count("\n") == 1
