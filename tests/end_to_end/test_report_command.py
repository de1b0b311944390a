"""``pan2kg report`` as a user runs it: one page that needs nothing else, a Markdown text whose links resolve."""

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
from tests.conftest import made_once
from tests.copies import copy

if TYPE_CHECKING:
    from tests.conftest import Cli, Commands

DAY: Final = "2026-01-31"
PLAN: Final = "lu-bhr-2"
WHOLE: Final = "fr"
"""In what language the report is on the whole graph."""
OTHERS: Final = sorted(set(LANGUAGES) - {WHOLE})
VOID: Final = {"meta", "link", "br", "hr", "img", "input"}
SECTIONS: Final = (
    "summary", "wanted", "plans", "debt", "index", "actions", "bodies", "obligations", "editions", "gaps", "trust",
    "evidence", "method", "sources", "cite",
)  # fmt: skip
PICTURES: Final = ("plan-matrix", "upset", "ego", "action-matrix", "lanes", "ministries", "timeline")


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
def held(graph: pan2kg.Graph, few: pan2kg.Graph, language: str) -> pan2kg.Graph:
    """What is reported on: in one language all there is, in the others a few plans."""
    return graph if language == WHOLE else few


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, language: str, held: pan2kg.Graph, commands: Commands) -> Path:
    """The report on PAN 2, written once a language."""

    def write(target: Path) -> None:
        given = ["--plan", PLAN, "--language", language, "--as-of", DAY, "--project", str(held.project.root)]
        done = commands.run(["report", "-o", str(target), *given], target.parent)
        assert done.returncode == 0, done.stderr

    return made_once(f"report-{language}", tmp_path_factory, write)


@pytest.fixture(scope="module")
def page(folder: Path, language: str) -> Page:
    return Page((folder / f"report.{language}.html").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def text(folder: Path, language: str) -> str:
    return (folder / f"report.{language}.md").read_text(encoding="utf-8")


def test_the_folder_holds_page_text_and_pictures(folder: Path, language: str) -> None:
    pictures = {f"figure-{name}.{language}.svg" for name in PICTURES}
    assert {path.name for path in folder.iterdir()} == pictures | {
        f"report.{language}.{form}" for form in ("html", "md")
    }


def test_ids_are_unique_and_every_link_has_its_target(page: Page) -> None:
    ids = page.all("id")
    assert len(ids) == len(set(ids))
    wanted = {href[1:] for href in page.all("href") if href.startswith("#")}
    labels = {name for names in page.all("aria-labelledby") for name in names.split()}
    assert wanted | labels <= set(ids)
    assert len(wanted) > 100


def test_the_page_needs_nothing_else(page: Page, folder: Path, language: str) -> None:
    assert {tag for tag, _ in page.tags}.isdisjoint({"script", "iframe", "object", "embed", "img", "image", "use"})
    assert page.all("src") == []
    styles = re.findall(r"<style>(.*?)</style>", (folder / f"report.{language}.html").read_text(), re.DOTALL)
    assert "url(" not in "".join(styles)
    assert "@import" not in "".join(styles)
    assert [a for tag, a in page.tags if tag == "link"] == []
    assert not [name for _, a in page.tags for name in a if name.startswith("on")]


def test_what_leads_elsewhere_is_a_law_or_a_source_that_is_cited(page: Page, text: str) -> None:
    out = {href for href in page.all("href") if not href.startswith("#")}
    assert all(href.startswith(("https://", "http://")) for href in out)
    sources = text[text.index('<a id="sources">') :]
    known = {address.replace("&amp;", "&") for address in re.findall(r"\]\(<([^>]+)>\)", sources)}
    assert {href for href in out if not re.match(r"https?://[^/]+/eli/", href)} <= known


def test_language_headings_and_landmarks_are_in_order(page: Page, language: str) -> None:
    assert page.tags[0] == ("html", {"lang": language})
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert [tag for tag, _ in page.tags if tag in ("header", "nav", "main")] == ["header", "nav", "main"]
    first = next(a for tag, a in page.tags if tag == "a")
    assert first == {"class": "skip", "href": "#content"}


def test_every_section_is_there_and_in_the_contents(page: Page) -> None:
    heads = [a.get("id") for tag, a in page.tags if tag == "h2"]
    assert heads == ["contents-title", *SECTIONS]
    assert set(page.all("href")) >= {f"#{name}" for name in SECTIONS}


def test_every_picture_is_in_the_page_with_its_name_and_its_data(page: Page) -> None:
    figures = [a.get("id") for tag, a in page.tags if tag == "figure"]
    assert set(figures) == {f"figure-{name}" for name in PICTURES}
    assert sum(tag == "svg" for tag, _ in page.tags) == len(PICTURES)
    assert {f"figure-{name}-data-caption" for name in PICTURES} <= set(page.all("id"))


def test_the_four_headline_figures_lead_to_their_rows(page: Page, text: str) -> None:
    found = re.findall(r"^- \*\*\[[^\]]+\]\(#([\w-]+)\)\*\*", text, re.MULTILINE)
    assert found == ["plan-lu-bhr-2", "wanted", "pairwise", "duties"]
    assert set(found) <= set(page.all("id"))


def test_what_two_actions_share_leads_to_the_words_behind_it(page: Page, held: pan2kg.Graph) -> None:
    pairs = {name for name in page.all("id") if name.startswith("pair-")}
    known = held.known()
    (figure,) = (one.figure for one in held.figures() if one.figure.id == "linked-action-pairs")
    shared = [row[:2] for row in figure.rows(known)]
    keys = [sorted(str(end).rpartition("/")[2] for end in row) for row in shared]
    assert pairs == {f"pair-{one}--{two}" for one, two in keys if "lu-bhr-2-" in one + two}
    assert pairs
    assert {f"#{name}" for name in pairs} & set(page.all("href"))


def test_every_kind_of_gap_has_its_list_and_its_query(page: Page) -> None:
    from pan2kg.tables.gaps import KINDS

    assert {f"gap-{kind}" for kind in KINDS} <= set(page.all("id"))
    assert "".join(page.text).count("SELECT DISTINCT") > len(KINDS)


def test_things_are_called_by_name_not_by_address(page: Page) -> None:
    assert not [said for said in page.text if said.startswith("https://w3id.org/pan2kg/id/")]


def test_nothing_known_is_never_0(page: Page, language: str) -> None:
    said = {"fr": "ce n’est pas un zéro", "en": "this is not nought", "de": "das ist keine Null"}[language]
    assert said in "".join(page.text)


BASES: Final = {
    "fr": r"(Version 0\.1\.0, selon|Base : \d).*\b31 janvier 2026\b",
    "en": r"(Release 0\.1\.0, according to|Basis: \d).*\b31 January 2026\b",
    "de": r"(Version 0\.1\.0, nach|Grundlage: \d).*\b31\. Januar 2026\b",
}


def test_every_table_of_the_page_has_the_line_that_says_what_it_rests_on(folder: Path, language: str) -> None:
    page = re.sub(r"<svg.*?</svg>", "", (folder / f"report.{language}.html").read_text("utf-8"), flags=re.DOTALL)
    _, *after = page.split("<table")
    assert len(after) > 25
    for table in after:
        line = re.search(r'<p class="basis">([^<]*)</p>', table)
        caption = re.search(r"<caption[^>]*>(.*?)</caption>", table, re.DOTALL)
        assert line, f"add the basis line under {caption and caption[1]}"
        assert re.search(BASES[language], plain_spaces(line[1])), line[1]


def test_every_table_of_the_markdown_has_the_line_too(text: str, language: str) -> None:
    prose = re.sub(r"^(`{3,})sparql\n.*?^\1$", "", text, flags=re.MULTILINE | re.DOTALL)
    _, *after = re.split(r"^\|(?: ?:?-+:? ?\|)+$", prose, flags=re.MULTILINE)
    assert len(after) > 20
    for table in after:
        assert re.search(BASES[language], plain_spaces(table)), f"add the basis line under {table[:200]}"


def plain_spaces(words: str) -> str:
    return words.replace("\u00a0", " ").replace("\u202f", " ").replace("\\", "")


@pytest.mark.parametrize("language", [WHOLE], indirect=True)
def test_the_citations_to_look_for_come_before_the_figures_with_the_words_that_bring_the_plans_together(
    text: str, language: str, held: pan2kg.Graph
) -> None:
    section = text[text.index('<a id="wanted">') : text.index('<a id="plans">')]
    wanted = [one for one in held.occasions() if one.is_expected and one.state.value != "seen"]
    own = [one for one in wanted if any(end.endswith("/lu-bhr-2") for end in (one.source, one.target))]
    assert own
    for one in own:
        keys = [end.rpartition("/")[2] for end in (one.source, one.target)]
        assert re.search(rf"^\| .*#plan-{keys[0]}>.*#plan-{keys[1]}>", section, re.MULTILINE)
    assert "Adoption d’un second plan d’action national sur les entreprises et les droits de l’homme" in section
    assert re.search(rf"\b{len(wanted)}\b[^|]*`pan2kg coherence debt`", section), language


def test_a_weaker_level_of_evidence_shows_more_and_says_so(cli: Cli, tmp_path: Path) -> None:
    """Of three plans, a citation between two of which is to be looked for by what the editors concluded alone."""
    project = copy(tmp_path / "copy", ("lu-child-rights-2022", "lu-bhr-1", PLAN))
    given = ("report", "--plan", PLAN, "--language", "fr", "--as-of", DAY, "--project", str(project))

    def text_of(*more: str) -> str:
        done = cli(*given, "-o", "made", *more)
        assert done.returncode == 0, done.stderr
        return (tmp_path / "made" / "report.fr.md").read_text(encoding="utf-8")

    text, weaker = text_of(), text_of("--evidence", "editors")
    official, editors = (
        [line for line in one.splitlines() if re.match(r"Version 0\.1\.0,", line)] for one in (text, weaker)
    )
    assert official
    assert not [line for line in official if "rédacteurs" in line]
    assert editors
    assert not [line for line in editors if "rédacteurs" not in line]
    assert "--evidence editors" in weaker
    wanted = [one[one.index('<a id="wanted">') : one.index('<a id="plans">')].count("\n| [") for one in (text, weaker)]
    assert wanted[0] < wanted[1]


def test_links_of_the_markdown_resolve(text: str, folder: Path) -> None:
    ids = re.findall(r'<a id="([^"]+)"></a>', text)
    assert len(ids) == len(set(ids))
    prose = re.sub(r"^(`{3,})sparql\n.*?^\1$", "", text, flags=re.MULTILINE | re.DOTALL)
    inside = set(re.findall(r"\]\(<?#([^)>]+)>?\)", prose))
    assert inside <= set(ids)
    files = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", prose)
    assert len(files) == len(PICTURES)
    assert all((folder / file).is_file() for file in files)


@pytest.mark.parametrize("language", OTHERS, indirect=True)
def test_the_same_day_gives_the_same_bytes(
    folder: Path, language: str, held: pan2kg.Graph, cli: Cli, tmp_path: Path
) -> None:
    """A few plans fill every section and draw every picture."""
    given = ("--plan", PLAN, "--language", language, "--as-of", "31/01/2026", "--project", str(held.project.root))
    done = cli("report", "-o", "again", *given)
    assert done.returncode == 0, done.stderr
    for path in folder.iterdir():
        assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes(), path.name


def test_the_files_written_are_named_and_nothing_else_is_left(
    cli: Cli, tmp_path: Path, two_countries: pan2kg.Graph
) -> None:
    done = cli(
        "report", "-o", "made/here", "--plan", "be-two-1", "--as-of", DAY, "--project", str(two_countries.project.root)
    )
    assert done.returncode == 0, done.stderr
    written = {tmp_path / line for line in done.stdout.splitlines()}
    assert written == set((tmp_path / "made" / "here").iterdir())


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
    from pan2kg.report.writing import write_files

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
