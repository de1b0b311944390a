"""``pan2kg report`` as a user runs it: one page that needs nothing else, and a Markdown text."""

import os
import re
import resource
import signal
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

import pytest

import pan2kg
from pan2kg.errors import ProjectError
from pan2kg.i18n import LANGUAGES
from pan2kg.site.printing import report_tables, write_report
from pan2kg.tables.exhibit import md_text
from pan2kg.tables.formats import clean
from tests.conftest import Cli

DAY: Final = "2026-01-31"
PLAN: Final = "lu-bhr-2"


def elements(text: str) -> list[ET.Element]:
    text = re.sub(r"<((?:meta|link|br|hr|img|input)\b[^<>]*?)/?>", r"<\1/>", text.partition(">")[2])
    return list(ET.fromstring(re.sub(r" (open|hidden)(?=[ >])(?=[^<>]*>)", r' \1=""', text)).iter())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_that_of_the_plan_with_every_figure_and_needs_nothing_else(
    cli: Cli, few: pan2kg.Graph, tmp_path: Path, language: str
) -> None:
    usual = ("--plan", PLAN, "--language", language, "--project", str(few.project.root))
    done = cli("report", "-o", "made/one", *usual, "--as-of", DAY)
    assert done.returncode == 0, done.stderr
    folder = tmp_path / "made" / "one"
    names = {f"report.{language}.{form}" for form in ("html", "md")}
    assert {tmp_path / line for line in done.stdout.splitlines()} == {
        folder / name for name in names
    }
    page, markdown = ((folder / name).read_text(encoding="utf-8") for name in sorted(names))
    page = page.replace("\xa0", " ")
    markdown = markdown.replace("\xa0", " ")
    listed = elements(page)
    tags = [element.tag.rpartition("}")[2] for element in listed]
    ids = [element.attrib["id"] for element in listed if "id" in element.attrib]
    assert len(ids) == len(set(ids))
    links = [element.get("href", "#") for element in listed if element.tag == "a"]
    labels = {name for element in listed for name in element.get("aria-labelledby", "").split()}
    assert {href[1:] for href in links if href[1:] and href.startswith("#")} | labels <= set(ids)
    assert all(href.startswith(("#", "https://", "http://")) for href in links)
    assert {*tags}.isdisjoint(
        {"script", "iframe", "object", "embed", "img", "image", "form", "button", "link"}
    )
    assert not [
        name
        for element in listed
        for name in element.attrib
        if name == "src" or name.startswith("on")
    ]
    assert (listed[0].tag, listed[0].attrib) == ("html", {"lang": language})
    assert (tags.count("h1"), tags.count("main"), tags.count("svg") > 1) == (1, 1, True)
    assert {"brief", "attention", "actions", "cites", "meets"} <= set(ids)
    graph = few.spoken(language)
    text = "".join(element.text or "" for element in listed)
    for table in report_tables(graph, graph.plan(PLAN)):
        title = clean(table.title.say(language)).replace("\xa0", " ")
        assert title in text
        assert f"## {md_text(title)}".replace("\xa0", " ") in markdown
    headings = re.findall("^## .*", markdown, re.MULTILINE)
    assert len(headings) == len(set(headings)), "each list of gaps is called by its kind"
    assert markdown.count("0.2.0") > markdown.count("\n## "), "every table says what it rests on"
    if language == "en":
        assert cli("report", "-o", "again", *usual, "--as-of", "31/01/2026").returncode == 0
        assert all(
            (tmp_path / "again" / name).read_bytes() == (folder / name).read_bytes()
            for name in names
        )
        assert cli("report", "-o", "all", *usual, "--evidence", "editors").returncode == 0
        assert "with what the editors concluded" in (tmp_path / "all" / "report.en.md").read_text(
            encoding="utf-8"
        )


def test_what_cannot_be_written_is_one_sentence_and_changes_nothing(
    cli: Cli, tmp_path: Path, two_countries: pan2kg.Graph
) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "folder" / "report.en.md").mkdir(parents=True)
    (tmp_path / "closed").mkdir(mode=0o500)
    closed = "/proc/none" if os.geteuid() == 0 else "closed/made"
    usual = ("--plan", "be-two-1", "--as-of", DAY, "--project", str(two_countries.project.root))
    for folder, said in (
        ("file", "in the way"),
        ("folder", "in the way"),
        (closed, "Cannot write there"),
    ):
        done = cli("report", "-o", folder, *usual)
        assert (done.returncode, said in done.stderr, done.stderr.count("\n")) == (2, True, 1)
    assert (tmp_path / "file").read_text() == "mine"
    assert [path.name for path in (tmp_path / "folder").iterdir()] == ["report.en.md"]
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    before, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, most))  # as on a full disk
    try:
        with pytest.raises(ProjectError, match="Cannot write there"):
            write_report(tmp_path / "made", {"a": "short", "b": "x" * 100_000})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (before, most))
    assert not (tmp_path / "made").exists()
