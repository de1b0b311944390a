"""A release is the same bytes every time, checks itself, takes its place whole or not at all, and knows the one before.
Its dumps are the graph in several serialisations. A version is never used twice, and what leads to
it can be applied."""

import gzip
import hashlib
import json
import multiprocessing
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
import tracemalloc
import zipfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import feedparser
import pyoxigraph as ox
import pytest

import pan2kg
from pan2kg.errors import Place, ProjectError
from pan2kg.project import PACKAGE
from pan2kg.publish import dumps, quad_lines
from pan2kg.publish.edition import Addresses, Edition, File
from pan2kg.publish.processes import apart
from pan2kg.publish.products import PRODUCT_FORMS, PRODUCTS
from pan2kg.publish.published import ReleaseOptions
from pan2kg.publish.release import publish
from pan2kg.publish.release_parts import SITE, change_part
from pan2kg.publish.reviewer_roles import name_roles
from pan2kg.publish.version_folders import versions_in
from pan2kg.publish.versions import propose
from pan2kg.publish.vocabulary import FORMATS
from pan2kg.site.quality_measures import Criterion, read_quality
from pan2kg.store.project_files import read_quads
from pan2kg.store.store import LocalStore
from pan2kg.turtle.vocabulary import PAN, ROOT, is_derived
from tests.conftest import ROOT as REPOSITORY
from tests.publish.conftest import BASE, ENDPOINT, PARTS, Publish, edition_of, numbered

AUTHORS = {
    "fr": "Contributeurs de pan2kg",
    "en": "pan2kg contributors",
    "de": "Mitwirkende an pan2kg",
}


def contents(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def two(two_countries: pan2kg.Graph, tmp_path: Path) -> Path:
    # with what a catalogue says; without topics and groups, a third of the terms
    project = shutil.copytree(two_countries.project.root, tmp_path / "two")
    for scheme in ("topic", "group"):
        (project / "ontology" / "schemes" / f"{scheme}.ttl").unlink()
    shutil.copyfile(REPOSITORY / "graph" / "catalogue.ttl", project / "graph" / "catalogue.ttl")
    return project


def test_without_a_base_the_zip_leads_to_the_root_of_our_addresses_and_404_to_that_of_its_host(
    command: Publish, tmp_path: Path
) -> None:
    pages = {
        "fr/plan/lu-bhr-2.html": b'<a href="../index.html">f</a><a href=../../doc/dataset.html?fr>d</a>',
        "fr/index.html": b'<a href="../en/index.html">en</a><a href="../data/pan2kg.nq.gz">q</a>',
        "en/index.html": b'<a href="../fr/index.html">fr</a>',
    }
    command("-o", str(tmp_path / "r"), parts=[lambda _: iter(pages.items())])
    with zipfile.ZipFile(tmp_path / "r" / "site.zip") as packed:
        names = packed.namelist()
        plan = packed.read("fr/plan/lu-bhr-2.html").decode()
        front = packed.read("fr/index.html").decode()
    assert "fr/index.html" in names
    assert not [name for name in names if name.startswith(("en/", "doc/", "data/pan2kg"))]
    root = "https://w3id.org/pan2kg/"
    assert f'href="../index.html">f</a><a href={root}doc/dataset.html?fr>' in plan
    assert f'href="{root}en/index.html"' in front
    assert f'href="{root}data/pan2kg.nq.gz"' in front
    missing = (tmp_path / "r" / "404.html").read_text("utf-8")
    assert 'href="/release.css"' in missing
    assert 'href="/index.html#fr"' in missing


def test_two_processes_give_the_same_bytes_on_other_days(two: Path, tmp_path: Path) -> None:
    by_hand(str(two), str(tmp_path / "1"), "2030-01-01")
    run = "import sys; from tests.publish.test_release import by_hand; by_hand(*sys.argv[1:])"
    command = [sys.executable, "-c", run, str(two), str(tmp_path / "2"), "2031-05-05"]
    # the other process orders its sets otherwise
    subprocess.run(command, check=True, env={"PYTHONHASHSEED": "1"}, cwd=REPOSITORY, timeout=600)
    assert contents(tmp_path / "1") == contents(tmp_path / "2")


def by_hand(project: str, target: str, today: str) -> None:
    options = ReleaseOptions(date.fromisoformat(today), has_base=True)
    publish(
        edition_of(pan2kg.open_graph(project, language="fr")), Path(target), options, parts=PARTS
    )


def test_all_parts_are_there_and_the_checksums_name_every_file(
    few_folder: Path, few_edition: Edition
) -> None:
    held = contents(few_folder)
    lines = held.pop("CHECKSUMS").decode().splitlines()
    assert {line[66:]: line[:64] for line in lines} == {
        path: hashlib.sha256(content).hexdigest() for path, content in held.items()
    }
    wanted = """README.md catalogue.ttl catalogue.rdf catalogue.jsonld void.ttl dataset.jsonld service.ttl queries.ttl
        sitemap.xml site.zip w3id/.htaccess .well-known/void index.html 404.html 410.html doc/plan/lu-b.ttl
        doc/plan/lu-b.jsonld doc/plan/lu-b.html doc/topic/all.ttl robots.txt favicon.svg graph/plans/lu-bhr-2.ttl.gz
        nginx.conf version/0.1.0/index.html ontology/shapes/plan.ttl tables/csv-metadata.json release.json"""
    assert set(wanted.split()) <= held.keys()
    turtle, *others = (
        {
            quad.triple
            for quad in ox.parse(held[f"ontology/pan2kg.{ending}"], format=FORMATS[ending])
        }
        for ending in ("ttl", "rdf", "jsonld")
    )
    assert others == [turtle, turtle]
    released = pan2kg.open_graph(few_folder)
    graph = few_edition.graph
    assert released.ask("plans").rows == graph.ask("plans").rows, "it answers like a project"
    assert released.questions() == graph.questions()


def test_the_dumps_are_the_whole_graph_and_what_sources_state_of_it(
    few_folder: Path, few_edition: Edition
) -> None:
    stated = {
        quad.triple for quad in few_edition.store.inner if not is_derived(quad.graph_name.value)
    }
    for path in dumps.DUMPS:
        content = (few_folder / path).read_bytes()
        content = gzip.decompress(content) if path.endswith(".gz") else content
        if path == dumps.QUADS:
            assert content.splitlines() == sorted(set(content.splitlines()))
            assert set(read_quads(few_folder / path)) == set(few_edition.store.inner)
        else:
            assert {
                quad.triple for quad in ox.parse(content, format=FORMATS[dumps.ending_of(path)])
            } == stated, path
    by_graph: dict[str, set[ox.Triple]] = {}
    for quad in few_edition.store.inner:
        place = "/".join(str(quad.graph_name)[1:-1].removeprefix(ROOT).split("/")[:3])
        by_graph.setdefault(f"{place}.ttl.gz", set()).add(quad.triple)
    derived = {place for place in by_graph if place.startswith("graph/derived/")}
    assert len(derived) > 10
    assert not (few_folder / "graph" / "derived").exists(), (
        "they stand in the dump that names graphs"
    )
    for place, triples in ((place, by_graph[place]) for place in by_graph.keys() - derived):
        content = gzip.decompress((few_folder / place).read_bytes())
        assert {quad.triple for quad in ox.parse(content, format=FORMATS["ttl"])} == triples, place


def store_of(text: str) -> LocalStore:
    store = ox.Store()
    store.load(text.encode(), format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(ROOT + "graph/a"))
    return LocalStore(store)


def test_what_nobody_can_cite_is_refused_and_another_base_changes_iris_and_no_text() -> None:
    for text in ("<http://e/a> <http://e/p> [] .", "<file:///a> <http://e/p> 1 ."):
        with pytest.raises(ProjectError, match="nobody can cite"):
            dumps.read_content(store_of(text), Addresses())
    stated, _ = dumps.read_content(
        store_of('<http://e/a> <http://e/p> "a _:b <file:c>" .'), Addresses()
    )
    assert len(stated.text.splitlines(keepends=True)) == 1, (
        "a text that looks like a blank node is none"
    )
    text = f'<{ROOT}id/a> <{ROOT}ontology#p> <{ROOT}id/b> , "see <{ROOT}id/b>" .'
    stated, _ = dumps.read_content(store_of(text), Addresses(root="https://d.example/"))
    assert stated.text.splitlines(keepends=True) == [
        f'<https://d.example/id/a> <https://d.example/ontology#p> "see <{ROOT}id/b>" .\n'.encode(),
        b"<https://d.example/id/a> <https://d.example/ontology#p> <https://d.example/id/b> .\n",
    ]


@pytest.mark.parametrize("path", dumps.DUMPS)
def test_a_dump_that_is_not_what_it_was_written_from_is_found(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pan2kg.publish.quad_lines._LINES", 2)
    told = " ".join(f'<http://e/{n}> <http://e/p> "text {n}" .' for n in range(7))
    content, less = (
        dumps.read_content(store_of(f"{told} {more}"), Addresses())[1]
        for more in ("<http://e/z> a 1 .", "")
    )
    whole = dumps.Dump(path, content)
    assert whole in list(dumps.write_dumps(dumps.GraphContent(content, content), tmp_path, {}))
    assert not dumps.differs(whole, tmp_path)
    assert dumps.differs(dumps.Dump(path, less), tmp_path), "one more"
    lesser = dumps.GraphContent(less, less)
    assert len(list(dumps.write_dumps(lesser, tmp_path / "less", {}))) == len(dumps.DUMPS)
    assert dumps.differs(whole, tmp_path / "less"), "one less"
    plain = gzip.decompress((tmp_path / path).read_bytes())
    (tmp_path / path).write_bytes(gzip.compress(plain.replace(b"text 3", b"text 4")))
    assert dumps.differs(whole, tmp_path), "another"


def test_a_release_takes_the_place_of_an_older_one_and_of_nothing_else(
    command: Publish, released: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (numbered(released, "0.9.0") / "left over").touch()
    command("-o", str(released), "--version", "0.10.0")
    before = contents(released)
    assert json.loads(before["release.json"])["version"] == "0.10.0"
    assert "left over" not in before
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "thesis.txt").touch()
    shutil.copytree(released, tmp_path / "around" / "kept")
    refused: dict[tuple[object, ...], str] = {
        (released, "--version", "0.9.0"): r"holds a newer release \(0\.10\.0",
        (tmp_path / "own",): "something that is no release",
        (tmp_path / "own" / "thesis.txt",): "no folder",
        (tmp_path / "around",): r"holds another release \(kept\)",
        **{
            (released / inner,): r"lies inside a release \(.*release\)\."
            for inner in ("sub", "fr/sub", "../own/../release/sub")
        },
    }
    for words, message in refused.items():
        with pytest.raises(ProjectError, match=message):
            command("-o", *map(str, words))
    assert contents(released) == before
    assert list(contents(tmp_path / "own")) == ["thesis.txt"]
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert command("-o", ".") == 0, "the folder one is in"
    assert (tmp_path / "here" / "release.json").is_file()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".pan2kg")] == []


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere all is made in one process")
def test_what_is_made_apart_comes_back_or_is_raised_and_is_stopped_with_this_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail() -> None:
        raise ProjectError("is-no-folder", place=Place("x"))

    def interrupt() -> None:
        time.sleep(1)  # by then the other waits
        os.kill(os.getppid(), signal.SIGALRM)
        time.sleep(60)

    with ThreadPoolExecutor(1) as threads:
        assert threads.submit(apart, os.getpid).result() == os.getpid(), (
            "another thread might hold a lock"
        )
    monkeypatch.setattr("threading.active_count", lambda: 1)
    others = {*multiprocessing.active_children()}  # of other tests in this process
    assert apart(os.getpid) != os.getpid()
    with pytest.raises(ProjectError, match=r"^x: This is no folder"):
        apart(fail)
    with pytest.raises(OSError, match="Cannot allocate memory"):
        apart(lambda: os.kill(os.getpid(), signal.SIGKILL))
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            apart(interrupt)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert {*multiprocessing.active_children()} <= others, "the process apart was not ended"


@pytest.mark.parametrize("kind", ["disk", "interrupt"])
def test_a_full_disk_or_an_interruption_leaves_what_was_there(
    command: Publish, released: Path, tmp_path: Path, kind: str
) -> None:
    before = contents(released)

    def part(_: Edition) -> Iterator[File]:
        yield "fr/index.html", b""
        raise KeyboardInterrupt

    words = (
        r"\(file too large\)\. What was there before is"
        if kind == "disk"
        else r"Interrupted\. Nothing was"
    )
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    if kind == "disk":
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, limits[1]))
    try:
        with pytest.raises(ProjectError, match=rf"{words} (un)?changed"):
            command("-o", str(released), parts=[part] if kind == "interrupt" else [])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert contents(released) == before
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".pan2kg")] == []


def test_a_terminal_is_told_what_is_done_what_is_missing_and_what_can_be_no_address(
    command: Publish,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert command("-o", str(tmp_path / "r")) == 0
    said = capsys.readouterr().err
    assert said.startswith("\r\x1b[Kloading the graph …")
    gaps = ("names no contact point", "announces no SPARQL endpoint", "Without --base")
    for words in ("checking the release …\r\x1b[K", *gaps):
        assert words in said
    assert command("-o", str(tmp_path / "r"), "--base", BASE, "--endpoint", f"{BASE}sparql") == 0, (
        "below the files"
    )
    for option, value in (
        ("--contact", "a b<c>"),
        ("--contact", "nobody"),
        ("--version", "../x y"),
    ):
        with pytest.raises(SystemExit):
            command("-o", str(tmp_path / "r"), option, value)
        no_address = (
            "no version such as 1.0.0"
            if option == "--version"
            else "neither an e-mail address nor that of"
        )
        assert no_address in capsys.readouterr().err


def test_the_day_may_be_that_of_the_sources(
    command: Publish, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1790000000")
    command("-o", str(tmp_path / "r"))
    assert '"modified": "2026-09-21"' in (tmp_path / "r" / "release.json").read_text(
        encoding="utf-8"
    )
    with pytest.raises(ProjectError, match="2999-01-01, which lies in the future"):
        command("-o", str(tmp_path / "r"), "--date", "2999-01-01")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "soon")
    with pytest.raises(ProjectError, match="no number of seconds"):
        command("-o", str(tmp_path / "r"))


def test_a_part_points_somewhere_and_writes_neither_outside_nor_over_another(
    command: Publish, tmp_path: Path
) -> None:
    files = {
        "fr/index.html": (
            b'<a href="plan/none.html">PAN</a>',
            r"not sound: fr/index\.html points to plan/none\.html",
        ),
        **dict.fromkeys(
            ("../out.txt", "/out.txt", "README.md", "tables/plans.csv"), (b"", "give this file")
        ),
    }
    for path, (content, message) in files.items():
        with pytest.raises(ProjectError, match=message):
            command("-o", str(tmp_path / "r"), parts=[lambda _, file=(path, content): [file]])
        assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_another_base_for_our_iris_is_everywhere(command: Publish, tmp_path: Path) -> None:
    command("-o", str(tmp_path / "r"), "--id-base", "https://data.example/pan", "--base", BASE)
    for path, content in contents(tmp_path / "r").items():
        if "data/" not in path and not path.endswith(("LICENSE-DATA", "CITATION.cff")):
            # what a graph says in words stays as it was said
            text = gzip.decompress(content) if path.endswith(".gz") else content
            assert (f"<{ROOT}" if path.startswith("graph/") else ROOT).encode() not in text, path
    assert (
        b"<https://data.example/pan/dataset> a dcat:Dataset"
        in (tmp_path / "r" / "catalogue.ttl").read_bytes()
    )
    lines = gzip.decompress((tmp_path / "r" / "data" / "pan2kg.nt.gz").read_bytes())
    assert f"<{ROOT}".encode() not in lines
    assert b'"https://data.example/pan/ontology#"' in lines, (
        "the namespace the ontology says it has"
    )


def test_another_base_for_our_iris_is_that_of_who_publishes_the_endpoint(
    command: Publish, tmp_path: Path
) -> None:
    arguments = ("--id-base", "https://data.example/pan", "--endpoint", ENDPOINT)
    command("-o", str(tmp_path / "r"), *arguments)
    for name in ("catalogue.ttl", "void.ttl", "service.ttl"):
        assert ROOT not in (tmp_path / "r" / name).read_text("utf-8"), name
    quads = ox.parse(path=tmp_path / "r" / "catalogue.ttl")
    publishers = {str(quad.object) for quad in quads if quad.predicate.value.endswith("/publisher")}
    assert publishers == {"<https://data.example/pan/contributors>"}


def test_pages_that_documents_lead_to_are_made_and_judged_by_what_the_release_offers(
    command: Publish, few_edition: Edition, tmp_path: Path
) -> None:
    pages = {path for part in SITE for path in part.pages(few_edition)}
    seen = list[Criterion]()
    assert "fr/plan/lu-bhr-2.html" in pages
    assert "index.html" not in pages, "that of the release stands there"

    class Promising:
        def pages(self, _: Edition) -> list[str]:
            return ["fr/never.html"]

        def __call__(self, edition: Edition) -> list[File]:
            seen.extend(read_quality(edition.graph, catalogue=edition.catalogue).criteria)
            return []

    with pytest.raises(
        ProjectError, match=r"not sound: doc points to fr/never\.html, which is not in the release"
    ):
        command("-o", str(tmp_path / "other"), parts=[Promising()])
    judged = {key: words for key, is_met, words in seen if is_met}
    number = len(PRODUCTS) * len(PRODUCT_FORMS) + 2
    assert judged.keys() >= {"open-format", "available", "documentation"}
    assert judged["documentation"] == f"{number}/{number}"


def test_no_kept_text_goes_out_and_none_that_is_quoted_whole(
    few_edition: Edition, few_folder: Path, command: Publish, small: Path, tmp_path: Path
) -> None:
    (text,) = (path.read_text("utf-8") for path in few_edition.project.texts.glob("*.txt"))
    lines = list(filter(None, map(str.strip, text.splitlines())))
    runs = {
        second: [f"{first}{end}{second}".encode() for end in ("\n", "\r\n", "\\n")]
        for first, second in pairwise(lines)
    }
    assert len(runs) == len(lines) - 1, "no line stands twice"
    for name, body in contents(few_folder).items():
        plain = gzip.decompress(body) if name.endswith(".gz") else body
        assert not any(
            run in plain for end, those in runs.items() if end.encode() in plain for run in those
        ), name
        assert not name.startswith(("texts/", "work/")), name
    rooms = [
        path
        for room in ("site", "publish", "server", "tables")
        for path in (PACKAGE / room).rglob("*.py")
    ]
    reads = re.compile(r"project\.texts\b|kept_texts|read_kept")
    assert [path.name for path in rooms if reads.search(path.read_text("utf-8"))] == []
    prefixes = "".join(f"@prefix {one}: <{ROOT}id/{one}/> .\n" for one in ("document", "passage"))
    block = f'passage:x a pan:Passage ;\n    pan:quote "{"mot " * 800}"@fr ;\n    pan:inDocument document:x .\n'
    (small / "graph" / "x.ttl").write_text(
        f"{prefixes}@prefix pan: <{ROOT}ontology#> .\n\n{block}", "utf-8"
    )
    with pytest.raises(ProjectError, match="x would be published whole"):
        command("-o", str(tmp_path / "r"))
    assert not (tmp_path / "r").exists()


def test_who_reviewed_is_published_as_a_role_unless_the_graph_names_them() -> None:
    decisions = {
        "a": ("Zoe", "2026-02-01"),
        "b": ("Adam", "2026-03-01"),
        "c": ("Zoe", "2026-01-01"),
        "d": ("Eve", ""),
    }
    text = f'<{ROOT}id/agent/eve> <http://xmlns.com/foaf/0.1/name> "Eve" .'
    for link, (reviewer, day) in decisions.items():
        text += f'<{ROOT}id/link/{link}> <{PAN}reviewedBy> "{reviewer}" .'
        text += f'<{ROOT}id/link/{link}> <{PAN}reviewedOn> "{day}" .' if day else ""
    store = store_of(text)
    name_roles(store)
    reviewers = store.inner.quads_for_pattern(None, ox.NamedNode(f"{PAN}reviewedBy"), None, None)
    told = {str(quad.subject)[-2]: getattr(quad.object, "value", "") for quad in reviewers}
    assert told == {"a": "reviewer-1", "b": "reviewer-2", "c": "reviewer-1", "d": "Eve"}


def add_keyword(project: Path, word: str = "coherence studies") -> None:
    facts = project / "graph" / "catalogue.ttl"
    line = '    dcat:keyword "knowledge graph"@en ;\n'
    text = facts.read_text("utf-8")
    assert line in text
    facts.write_text(text.replace(line, f'{line}    dcat:keyword "{word}"@en ;\n'), "utf-8")


def test_a_version_is_not_used_for_something_else_and_never_goes_back(
    command: Publish, small: Path, released: Path, tmp_path: Path
) -> None:
    command("-o", str(released), "--contact", "data@host.example")
    assert json.loads((released / "release.json").read_text("utf-8"))["previous"] == "", (
        "the same, written again"
    )
    assert b"previousVersion" not in (released / "catalogue.ttl").read_bytes()
    add_keyword(small)
    with pytest.raises(ProjectError, match=r"0\.2\.0 is published already.*--version 0\.2\.1"):
        command("-o", str(released))
    command("-o", str(released), "--version", "0.2.1")
    mark = json.loads((released / "release.json").read_text("utf-8"))
    assert (mark["version"], mark["previous"]) == ("0.2.1", "0.2.0")
    with pytest.raises(ProjectError, match=r"0\.2\.0 is lower than 0\.2\.1"):
        command("-o", str(tmp_path / "two"), "--version", "0.2.0", "--previous", str(released))
    assert not (tmp_path / "two").exists()
    for version, following in {"0.1.0": "0.2.0", "1.2.3": "1.3.0", "1.0.0-rc.1": "1.1.0"}.items():
        assert propose(version, None) == following


def test_of_two_states_that_are_compared_only_what_differs_is_held(
    few_edition: Edition, tmp_path: Path
) -> None:
    line = f"<http://e/{{}}> <http://e/p> <http://e/o> <{ROOT}graph/derived/many> .\n"
    lines = [
        line.format(f"a-thing-that-has-a-name-of-some-length/{at:05}").encode()
        for at in range(40_000)
    ]
    (tmp_path / dumps.QUADS).parent.mkdir()
    (tmp_path / dumps.QUADS).write_bytes(quad_lines.compressed(lines))
    edition = replace(few_edition, previous=tmp_path, packed=quad_lines.compressed(lines[:-1]))
    tracemalloc.start()
    try:
        files = dict(change_part(edition))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert files["changes/changes.ru"].decode().count("a-thing") == 1
    size = sum(map(sys.getsizeof, lines))
    assert peak < 2.5 * size, "both as quads take four times as much"


def test_versions_keep_their_files_an_update_leads_from_one_to_the_next_and_a_feed_tells_of_all(
    command: Publish, small: Path, released: Path
) -> None:
    states = [set(read_quads(released / dumps.QUADS))]
    for version, word in (("0.3.0", r"a \"quoted\" word\nand a line"), ("0.4.0", "another word")):
        add_keyword(small, word)
        command("-o", str(released), "--version", version, parts=[change_part])
        states.append(set(read_quads(released / dumps.QUADS)))
        store = ox.Store()
        store.bulk_extend(states[-2])
        store.update((released / "changes" / "changes.ru").read_text("utf-8"))
        assert set(store) == states[-1] != states[-2]
    changes_told = (released / "changes" / "changes.en.md").read_text("utf-8")
    assert changes_told.startswith("# Changes from 0.3.0 to 0.4.0\n"), (
        "no folder of who published is told"
    )
    endings = Counter(path.suffix for path in (released / "changes").iterdir())
    assert endings == {".atom": 3, ".csv": 3, ".md": 3, ".ru": 1}
    versions = ["0.4.0", "0.3.0", "0.2.0"]
    assert versions_in(released) == versions
    assert [
        set(read_quads(released / "version" / one / dumps.QUADS)) for one in versions
    ] == states[::-1]
    assert 'href="version/0.2.0/index.html"' in (released / "index.html").read_text("utf-8")
    feed = feedparser.parse((released / "changes/feed.de.atom").read_bytes())
    ids = [entry.id for entry in feed.entries]
    assert len(ids) == len(set(ids)) > 2
    assert [one.rpartition("/")[2] for one in ids if "/dataset/" in one] == ["0.4.0", "0.3.0"], (
        "as far as one was made"
    )


def test_a_reader_of_feeds_finds_nothing_to_mend(few_folder: Path) -> None:
    for language, author in AUTHORS.items():
        read = feedparser.parse((few_folder / f"changes/feed.{language}.atom").read_bytes())
        assert (read.bozo, read.version) == (False, "atom10"), read.get("bozo_exception")
        assert (read.feed.language, read.feed.author) == (language, author)
        assert [link.href for link in read.feed.links if link.rel == "self"] == [
            f"{BASE}changes/feed.{language}.atom"
        ]
        for entry in read.entries:
            assert all(
                entry.get(name) for name in ("id", "title", "link", "updated_parsed", "summary")
            )
        assert read.entries[0].id.endswith("/dataset/0.1.0")
