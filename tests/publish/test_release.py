"""A release is the same bytes every time, checks itself, and takes its place whole or not at all."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import resource
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import pyoxigraph as ox
import pytest

import pan2kg
from pan2kg.errors import ProjectError
from pan2kg.project import PACKAGE
from pan2kg.publish.edition import Edition, File, name_roles
from pan2kg.publish.release import ReleaseOptions, change_part, publish
from pan2kg.publish.tables import PRODUCTS, product_forms
from pan2kg.site.quality import Criterion, read_quality
from pan2kg.store.store import LocalStore
from pan2kg.turtle.vocabulary import PAN, ROOT
from tests.conftest import ROOT as REPOSITORY
from tests.publish.conftest import BASE, PARTS, Publish, edition_of, numbered


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def two(two_countries: pan2kg.Graph, tmp_path: Path) -> Path:
    """The project of two countries, with what a catalogue says; without topics and groups, a third of the terms."""
    project = shutil.copytree(two_countries.project.root, tmp_path / "two")
    for scheme in ("topic", "group"):
        (project / "ontology" / "schemes" / f"{scheme}.ttl").unlink()
    shutil.copyfile(REPOSITORY / "graph" / "catalogue.ttl", project / "graph" / "catalogue.ttl")
    return project


def test_two_processes_give_the_same_bytes_on_other_days(two: Path, tmp_path: Path) -> None:
    """The other process orders its sets otherwise."""
    by_hand(str(two), str(tmp_path / "1"), "2030-01-01")
    run = "import sys; from tests.publish.test_release import by_hand; by_hand(*sys.argv[1:])"
    command = [sys.executable, "-c", run, str(two), str(tmp_path / "2"), "2031-05-05"]
    subprocess.run(command, check=True, env={"PYTHONHASHSEED": "1"}, cwd=REPOSITORY, timeout=600)
    assert contents(tmp_path / "1") == contents(tmp_path / "2")


def by_hand(project: str, target: str, today: str) -> None:
    """What a process of its own runs."""
    options = ReleaseOptions(date.fromisoformat(today), has_base=True)
    publish(edition_of(pan2kg.open_graph(project, language="fr")), Path(target), options, parts=PARTS)


def test_checksums_name_every_file(folder: Path) -> None:
    lines = (folder / "CHECKSUMS").read_text(encoding="utf-8").splitlines()
    listed = {line[66:]: line[:64] for line in lines}
    held = contents(folder)
    del held["CHECKSUMS"]
    assert listed == {path: hashlib.sha256(content).hexdigest() for path, content in held.items()}


def test_the_parts_of_the_requirement_are_there(folder: Path) -> None:
    held = contents(folder).keys()
    wanted = {
        "README.md", "catalogue.ttl", "catalogue.rdf", "catalogue.jsonld", "void.ttl",
        "dataset.jsonld", "service.ttl", "queries.ttl", "sitemap.xml", "site.zip", "w3id/.htaccess", ".well-known/void",
        "index.html", "404.html", "410.html", "doc/plan/lu-bhr.ttl", "doc/plan/lu-bhr.jsonld",
        "doc/plan/lu-bhr.html", "robots.txt", "favicon.svg",
        "graph/plans/lu-bhr-2/actions.ttl", "nginx.conf", "version/0.1.0/index.html",
        "ontology/pan2kg.ttl", "ontology/pan2kg.rdf", "ontology/pan2kg.jsonld", "ontology/shapes/plan.ttl",
        "tables/csv-metadata.json", "release.json",
    }  # fmt: skip
    assert wanted <= held


def test_the_ontology_is_the_same_graph_in_every_form(folder: Path) -> None:
    forms = {"ttl": ox.RdfFormat.TURTLE, "rdf": ox.RdfFormat.RDF_XML, "jsonld": ox.RdfFormat.JSON_LD}
    graphs = [
        {quad.triple for quad in ox.parse((folder / f"ontology/pan2kg.{ending}").read_bytes(), format=form)}
        for ending, form in forms.items()
    ]
    assert graphs[0] == graphs[1] == graphs[2]


def test_a_release_takes_the_place_of_an_older_one(command: Publish, released: Path, tmp_path: Path) -> None:
    (numbered(released, "0.9.0") / "left over").touch()
    command("-o", str(released), "--version", "0.10.0")
    assert json.loads((released / "release.json").read_text(encoding="utf-8"))["version"] == "0.10.0"
    assert not (released / "left over").exists()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".pan2kg")] == []


def test_what_is_no_older_release_is_left_alone(command: Publish, released: Path, tmp_path: Path) -> None:
    before = contents(numbered(released, "0.10.0"))
    with pytest.raises(ProjectError, match=r"holds a newer release \(0\.10\.0"):
        command("-o", str(released), "--version", "0.9.0")
    assert contents(released) == before
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "thesis.txt").touch()
    with pytest.raises(ProjectError, match="something that is no release"):
        command("-o", str(tmp_path / "own"))
    with pytest.raises(ProjectError, match="no folder"):
        command("-o", str(tmp_path / "own" / "thesis.txt"))
    assert list(contents(tmp_path / "own")) == ["thesis.txt"]


@pytest.mark.parametrize("inner", ["sub", "fr/sub", "../other/../release/sub"])
def test_a_release_is_not_written_inside_a_release(command: Publish, released: Path, inner: str) -> None:
    before = contents(released)
    with pytest.raises(ProjectError, match=r"lies inside a release \(.*release\)\. Name a folder outside of it"):
        command("-o", str(released / inner))
    assert contents(released) == before
    assert not (released / "sub").exists()


def test_a_release_does_not_take_another_within_it_along(command: Publish, released: Path, tmp_path: Path) -> None:
    shutil.copytree(released, tmp_path / "inner").rename(released / "kept")
    before = contents(released)
    with pytest.raises(ProjectError, match=r"holds another release \(kept\)"):
        command("-o", str(released))
    assert contents(released) == before


@pytest.mark.parametrize("kind", ["disk", "interrupt"])
def test_a_full_disk_or_an_interruption_leaves_what_was_there(
    command: Publish, released: Path, tmp_path: Path, kind: str
) -> None:
    before = contents(released)

    def part(_: Edition) -> Iterator[File]:
        yield "fr/index.html", b""
        raise KeyboardInterrupt

    words = r"\(file too large\)\. What was there before" if kind == "disk" else r"Interrupted\. What was there"
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    if kind == "disk":
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, limits[1]))
    try:
        with pytest.raises(ProjectError, match=f"{words} is unchanged"):
            command("-o", str(released), parts=[part] if kind == "interrupt" else [])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert contents(released) == before
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".pan2kg")] == []


def test_a_release_may_be_written_into_the_folder_one_is_in(
    command: Publish, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert command("-o", ".") == 0
    assert (tmp_path / "here" / "release.json").is_file()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".pan2kg")] == []


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--contact", "a b<c>", "neither an e-mail address nor that of a page"),
        ("--contact", "nobody", "neither an e-mail address nor that of a page"),
        ("--version", "../x y", "no version such as 1.0.0"),
    ],
)
def test_what_can_be_no_address_is_refused(
    command: Publish, tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str, value: str, words: str
) -> None:
    with pytest.raises(SystemExit):
        command("-o", str(tmp_path / "r"), option, value)
    assert words in capsys.readouterr().err


def test_a_terminal_is_told_from_the_start_what_is_done_and_what_is_missing(
    command: Publish, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert command("-o", str(tmp_path / "r")) == 0
    said = capsys.readouterr().err
    assert said.startswith("\r\x1b[Kloading the graph …")
    assert "checking the release …\r\x1b[K" in said
    for gap in ("names no contact point", "announces no SPARQL endpoint", "Without --base"):
        assert gap in said
    assert command("-o", str(tmp_path / "r"), "--base", BASE, "--endpoint", f"{BASE}sparql") == 0, "below the files"


def test_the_day_may_be_that_of_the_sources(command: Publish, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1790000000")
    command("-o", str(tmp_path / "r"))
    assert '"modified": "2026-09-21"' in (tmp_path / "r" / "release.json").read_text(encoding="utf-8")
    with pytest.raises(ProjectError, match="2999-01-01, which lies in the future"):
        command("-o", str(tmp_path / "r"), "--date", "2999-01-01")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "soon")
    with pytest.raises(ProjectError, match="no number of seconds"):
        command("-o", str(tmp_path / "r"))


def test_a_page_that_points_nowhere_stops_the_release(command: Publish, tmp_path: Path) -> None:
    def part(_: Edition) -> Iterator[File]:
        yield "fr/index.html", b'<a href="plan/none.html">PAN</a>'

    with pytest.raises(ProjectError, match=r"not sound: fr/index\.html points to plan/none\.html"):
        command("-o", str(tmp_path / "r"), parts=[part])
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


@pytest.mark.parametrize("path", ["../out.txt", "/out.txt", "README.md", "tables/plans.csv"])
def test_a_part_writes_neither_outside_nor_over_another(command: Publish, tmp_path: Path, path: str) -> None:
    with pytest.raises(ProjectError, match="give this file"):
        command("-o", str(tmp_path / "r"), parts=[lambda _: [(path, b"")]])
    assert not (tmp_path / "r").exists()


def test_another_base_for_our_iris_is_everywhere(command: Publish, tmp_path: Path) -> None:
    command("-o", str(tmp_path / "r"), "--id-base", "https://data.example/pan", "--base", BASE)
    for path, content in contents(tmp_path / "r").items():
        if "data/" not in path and not path.endswith(("LICENSE-DATA", "CITATION.cff")):
            # what a graph says in words stays as it was said
            assert (f"<{ROOT}" if path.startswith("graph/") else ROOT).encode() not in content, path
    assert b"<https://data.example/pan/dataset> a dcat:Dataset" in (tmp_path / "r" / "catalogue.ttl").read_bytes()
    dump = gzip.decompress((tmp_path / "r" / "data" / "pan2kg.nt.gz").read_bytes())
    assert f"<{ROOT}".encode() not in dump
    assert b'"https://data.example/pan/ontology#"' in dump, "the namespace the ontology says it has"


def test_a_release_answers_like_a_project(folder: Path, few_edition: Edition) -> None:
    released, graph = pan2kg.open_graph(folder), few_edition.graph
    assert released.ask("plans").rows == graph.ask("plans").rows
    assert released.questions() == graph.questions()


def test_what_changed_is_told_where_a_release_before_is_named(two: Path, released: Path) -> None:
    edition = edition_of(pan2kg.open_graph(two))
    later = dict(change_part(replace(edition, previous=released)))
    endings = Counter(path.rpartition(".")[2] for path in later)
    assert endings == {"atom": 3, "csv": 3, "md": 3, "ru": 1}
    assert b"be-two-1" in later["changes/changes.fr.csv"]
    assert [path for path, _ in change_part(edition)] == [f"changes/feed.{tag}.atom" for tag in ("fr", "en", "de")]


def test_pages_are_judged_by_what_the_release_offers(command: Publish, tmp_path: Path) -> None:
    seen: list[Criterion] = []

    def part(edition: Edition) -> Iterator[File]:
        seen.extend(read_quality(edition.graph, catalogue=edition.catalogue)["criteria"])
        return iter(())

    command("-o", str(tmp_path / "release"), parts=[part])
    judged = {key: words for key, is_met, words in seen if is_met}
    number = len(PRODUCTS) * len(product_forms()) + 2
    assert judged.keys() >= {"open-format", "available", "documentation"}
    assert judged["documentation"] == f"{number}/{number}"


def test_no_kept_text_goes_out(few_edition: Edition, few_folder: Path) -> None:
    (text,) = (path.read_text("utf-8") for path in few_edition.project.texts.glob("*.txt"))
    lines = list(filter(None, map(str.strip, text.splitlines())))
    ends = ("\n", "\r\n", "\\n")
    runs = {second: [f"{first}{end}{second}".encode() for end in ends] for first, second in pairwise(lines)}
    assert len(runs) == len(lines) - 1, "no line stands twice"
    for name, body in contents(few_folder).items():
        plain = gzip.decompress(body) if name.endswith(".gz") else body
        assert not any(run in plain for end, those in runs.items() if end.encode() in plain for run in those), name
        assert not name.startswith(("texts/", "work/")), name
    rooms = [path for room in ("site", "publish", "server", "tables") for path in (PACKAGE / room).rglob("*.py")]
    reads = re.compile(r"project\.texts\b|kept_texts|read_kept")
    assert [path.name for path in rooms if reads.search(path.read_text("utf-8"))] == []


def test_a_text_quoted_whole_stops_the_release(command: Publish, small: Path, tmp_path: Path) -> None:
    prefixes = "".join(f"@prefix {one}: <{ROOT}id/{one}/> .\n" for one in ("document", "passage"))
    block = f'passage:x a pan:Passage ;\n    pan:quote "{"mot " * 800}"@fr ;\n    pan:inDocument document:x .\n'
    (small / "graph" / "x.ttl").write_text(f"{prefixes}@prefix pan: <{ROOT}ontology#> .\n\n{block}", "utf-8")
    with pytest.raises(ProjectError, match="x would be published whole"):
        command("-o", str(tmp_path / "r"))
    assert not (tmp_path / "r").exists()


def test_who_reviewed_is_published_as_a_role_unless_the_graph_names_them() -> None:
    store, name = ox.Store(), ox.NamedNode("http://xmlns.com/foaf/0.1/name")
    decisions = [("a", "Zoe", "2026-02-01"), ("b", "Adam", "2026-03-01"), ("c", "Zoe", "2026-01-01"), ("d", "Eve", "")]
    for link, reviewer, day in decisions:
        subject, graph = ox.NamedNode(f"{ROOT}id/link/{link}"), ox.NamedNode(f"{ROOT}graph/reviewed")
        store.add(ox.Quad(subject, ox.NamedNode(f"{PAN}reviewedBy"), ox.Literal(reviewer), graph))
        if day:
            store.add(ox.Quad(subject, ox.NamedNode(f"{PAN}reviewedOn"), ox.Literal(day), graph))
    store.add(ox.Quad(ox.NamedNode(f"{ROOT}id/agent/eve"), name, ox.Literal("Eve"), ox.DefaultGraph()))
    name_roles(LocalStore(store))
    reviewers = store.quads_for_pattern(None, ox.NamedNode(f"{PAN}reviewedBy"), None, None)
    told = {str(quad.subject)[-2]: getattr(quad.object, "value", "") for quad in reviewers}
    assert told == {"a": "reviewer-1", "b": "reviewer-2", "c": "reviewer-1", "d": "Eve"}
