"""``pan2kg report`` as a user runs it: one page that needs nothing else, and a Markdown text."""

from __future__ import annotations

import os
import re
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


def test_the_page_is_whole_needs_nothing_else_and_leads_to_no_other_page_of_the_site(page: Page, language: str) -> None:
    ids = page.all("id")
    assert len(ids) == len(set(ids))
    targets = {href[1:] for href in page.all("href") if href.startswith("#")}
    assert targets | {name for names in page.all("aria-labelledby") for name in names.split()} <= set(ids)
    tags = [tag for tag, _ in page.tags]
    assert {*tags}.isdisjoint({"script", "iframe", "object", "embed", "img", "image", "form", "button", "link"})
    assert page.all("src") == []
    links = [attributes.get("href") or "#" for tag, attributes in page.tags if tag == "a"]
    assert all(href.startswith(("#", "https://", "http://")) for href in links)
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
    assert page.tags[0] == ("html", {"lang": language})
    levels = [int(tag[1]) for tag in tags if re.fullmatch(r"h[1-6]", tag)]
    assert (levels[0], levels.count(1), tags.count("main")) == (1, 1, 1)
    assert all(after <= before + 1 for before, after in pairwise(levels))


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


def test_what_cannot_be_written_is_one_sentence_and_changes_nothing(
    cli: Cli, tmp_path: Path, two_countries: pan2kg.Graph
) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "folder" / "report.en.md").mkdir(parents=True)
    (tmp_path / "closed").mkdir(mode=0o500)
    closed = "/proc/none" if os.geteuid() == 0 else "closed/made"
    usual = ("--plan", "be-two-1", "--as-of", DAY, "--project", str(two_countries.project.root))
    for folder, said in (("file", "in the way"), ("folder", "in the way"), (closed, "Cannot write the report")):
        done = cli("report", "-o", folder, *usual)
        assert (done.returncode, said in done.stderr, done.stderr.count("\n")) == (2, True, 1)
    assert (tmp_path / "file").read_text() == "mine"
    assert [path.name for path in (tmp_path / "folder").iterdir()] == ["report.en.md"]
