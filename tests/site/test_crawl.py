"""Every page renders the same twice, every link inside leads somewhere, the markup is sound; a full disk is told."""

import gzip
import html
import os
import posixpath
import random
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import permutations
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

import pytest

import pan2kg
from pan2kg.graph.labels import KINDS
from pan2kg.site import quality
from pan2kg.site.registry import Site
from pan2kg.store.store import select
from tests.lots import by_lot
from tests.once import SHIPPED, checked
from tests.server.conftest import PATIENCE
from tests.site.conftest import Parsed, Reader, site_of

ROOT: Final = Path(__file__).resolve().parents[2]
SAMPLES = (*KINDS, "pair", "plans", "pairs", "unlinked", "sources")
NAMED = "SELECT ?one (COUNT(*) AS ?times) { GRAPH ?graph { ?other ?says ?one } FILTER(isIRI(?one)) } GROUP BY ?one"
BARE = re.compile(r"https?://w3id\.org|https?://data\.europa\.eu/eli")
INSIDE = re.compile(
    r'<style|<[a-z-]+ [^>]*\b(?:style|on[a-z]+)="|<script(?! defer src=| type="application/(?:ld\+)?json")'
)
TWICE: Final = """
import sys
from hashlib import sha256
from tests.site.test_crawl import SHIPPED, checked, of_each_kind, pan2kg, quality, site_of

quality._run_check = lambda *_: quality.summarise(checked(SHIPPED))  # that it is the same is for tests of checks
site = site_of(pan2kg.open_graph(sys.argv[1]), "served" if sys.argv[2:] else "static").site
for path in sys.argv[2:] or of_each_kind(site):
    if page := site.page(path):
        print(path, sha256(page.body).hexdigest())
"""
TIES: Final = (
    "fr/index.html", "fr/pair/es-bhr-1--lt-bhr-1.html", "fr/pair/be-bhr-2--lu-bhr-2.html", "fr/matrix.html",
    "fr/report/lu-bhr-2.html",
)  # fmt: skip
"""Pages where things have the same number, place or name, so that only their address orders them."""
FULL: Final = """
import resource, sys
from pathlib import Path
from pan2kg.errors import ProjectError
from pan2kg.cli.main import main
from pan2kg.site.registry import write_zip
resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000))
if sys.argv[1] == "site":
    sys.exit(main(sys.argv[1:]))
try:
    write_zip(Path(sys.argv[2]), Path(sys.argv[3]))
except ProjectError as error:
    sys.exit(f"Cannot write: {error}")
"""


@pytest.fixture(scope="module")
def pages(reader: Reader) -> dict[str, str]:
    assert len(reader.paths()) > 1900
    graph = reader.graph
    table = select(graph.store, NAMED)
    times = dict(zip(table.values("one"), map(int, table.values("times")), strict=True))
    paths = [path for path in chosen_of(reader) if series_of(path) in SAMPLES]
    for kind in KINDS:
        most = sorted(graph.labels.of_kind(kind), key=lambda entry: -times.get(entry.iri, 0))[:5]
        paths += [f"fr/{kind}/{entry.key}.html" for entry in most]
        if kind == "plan":
            paths += [
                f"fr/pair/{plan.key}--{partner.key}.html" for plan, partner in permutations(most, 2)
            ]
    return {path: reader[path] for path in paths if path in set(reader.listed)}


@pytest.fixture(scope="module")
def smaller(few: pan2kg.Graph) -> Reader:
    return site_of(few)


@pytest.fixture(scope="module")
def other(smaller: Reader) -> Iterator[dict[str, str]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(quality, "_run_check", lambda *_: quality.summarise(checked(SHIPPED)))
        yield {path: smaller[path] for path in chosen_of(smaller) if series_of(path) not in SAMPLES}


def chosen_of(reader: Reader) -> list[str]:
    listed: dict[str, list[str]] = {}
    for path in reader.paths():
        listed.setdefault(path.partition("/")[2].rpartition("/")[0], []).append(path)
    chosen = listed.pop("")
    for paths in listed.values():
        chosen += [paths[0], paths[-1], *by_lot(paths, 6)]
    return chosen


def series_of(path: str) -> str:
    return path.split("/")[1].split(".")[0]


def led_to(path: str, page: str) -> Iterator[tuple[str, str]]:
    for target in map(html.unescape, set(re.findall(r'<a [^>]*href="([^"]*)"', page))):
        parts = urlsplit(target)
        assert parts.scheme in {"", "http", "https"}, target
        if not parts.scheme and not parts.netloc:
            inside = (
                posixpath.join(posixpath.dirname(path), unquote(parts.path)) if parts.path else path
            )
            yield posixpath.normpath(inside), parts.fragment


@pytest.mark.parametrize("of", ["pages", "other"])
def test_every_link_inside_leads_to_a_page_and_a_place_on_it(
    request: pytest.FixtureRequest, reader: Reader, smaller: Reader, of: str
) -> None:
    pages: dict[str, str] = request.getfixturevalue(of)
    site = reader if of == "pages" else smaller
    every = set(site.listed)
    led = {
        path: [to for to in led_to(path, page) if to[0][:7] != "assets/"]
        for path, page in pages.items()
    }
    anchored = {
        place for links in led.values() for place, anchor in links if anchor and "=" not in anchor
    }
    further = sorted((anchored & every) - pages.keys())
    more = {path for path in further if path.count("/") == 1}.union(by_lot(further, 30))
    ids = {path: set(re.findall(r' id="([^"]*)"', site[path])) for path in (*pages, *more)}
    broken = {
        f"{place}#{anchor} (from {path})"
        for path, links in led.items()
        for place, anchor in links
        if place not in every
        or (anchor and "=" not in anchor and anchor not in ids.get(place, {anchor}))
    }
    assert not broken, f"{len(broken)} links lead nowhere, such as {sorted(broken)[:20]}"


def test_every_kind_of_thing_has_light_pages_without_style_or_script_inside_and_no_id_twice(
    reader: Reader, pages: dict[str, str], other: dict[str, str]
) -> None:
    kinds = {kind for kind in KINDS if reader.graph.labels.of_kind(kind)}
    assert {path.split("/")[1] for path in reader.paths()} >= {*kinds, "pair"}
    assert {"index", "matrix", "network", "ontology", "report", "quality"} <= set(
        map(series_of, other)
    )
    for path, page in (*pages.items(), *other.items()):
        assert max(Counter(re.findall(r' id="([^"]*)"', page)).values()) == 1, path
        assert path.startswith("fr/report/") or not INSIDE.search(page), path
    for path, page in sorted(pages.items(), key=lambda item: len(item[1]))[-8:]:
        # the list of sources has title, publisher and date of each of some 900 documents
        most = 90_000 if path.endswith("/sources.html") else 60_000
        assert len(gzip.compress(page.encode())) <= most, path


@pytest.mark.parametrize("series", SAMPLES)
def test_markup_is_sound_and_no_bare_iri_is_read(pages: dict[str, str], series: str) -> None:
    paths = [path for path in pages if path.startswith(f"fr/{series}/")] or [f"fr/{series}.html"]
    for path in {*paths[:2], max(paths, key=lambda path: len(pages[path])), *by_lot(paths, 1)}:
        parsed = Parsed(pages[path])
        assert not parsed.open, path
        assert parsed.headings.count(1) == 1, path
        assert all(
            b - a <= 1 for a, b in zip(parsed.headings, parsed.headings[1:], strict=False)
        ), path
        for at, (tag, attributes) in enumerate(parsed.elements):
            if tag == "table":
                assert "aria-labelledby" in attributes or parsed.elements[at + 1][0] == "caption", (
                    path
                )
            assert set(attributes.get("aria-labelledby", "").split()) <= set(parsed.ids), path
        for text, within in parsed.text:
            marked = (
                "iri" in element.split(".", 1)[1].split() or element.startswith("pre.")
                for element in within
            )
            assert not BARE.search(text) or any(marked), f"{path}: {text}"


@pytest.mark.parametrize(
    "path", ["fr/plan/nowhere.html", "de/nowhere.html", "nowhere", "fr/a/b/c.html", "xx/y.html"]
)
def test_the_page_for_what_is_not_there_leads_on_from_any_address(
    reader: Reader, path: str
) -> None:
    page = reader.site.missing(path).body.decode()
    places = {
        *reader.listed,
        path,
        *(f"{tag}/{path.partition('/')[2]}" for tag in ("fr", "en", "de")),
    }
    assert not [place for place, _ in led_to(path, page) if place not in places]
    assert f'<html lang="{path[:2] if path[:2] in ("fr", "de") else "fr"}"' in page


def of_each_kind(site: Site) -> Iterable[str]:
    paths: dict[str, str] = {}
    for path in site.paths():
        language, _, inside = path.partition("/")
        kind = f"{inside.split('/')[0]} {path.rpartition('.')[2]}" if "/" in inside else path
        if language in ("fr", "data", "index.html"):
            paths.setdefault(kind, path)
    return paths.values()


@pytest.mark.parametrize("paths", [(), TIES], ids=["of each kind", "where only addresses order"])
def test_two_processes_that_order_sets_differently_make_the_same_bytes(
    few: pan2kg.Graph, paths: tuple[str, ...]
) -> None:
    command = [sys.executable, "-c", TWICE, str(ROOT if paths else few.project.root), *paths]
    runs = []
    for seed in "12":
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        runs.append(
            subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=environment)
        )
    one, two = (run.communicate()[0].splitlines() for run in runs)
    assert len(one) == len(paths) if paths else len(one) > 50
    assert one == two, f"Not the same twice: {sorted(set(one) ^ set(two))}"


@pytest.mark.parametrize("form", ["site", "zip"])
def test_what_does_not_fit_on_a_disk_leaves_the_one_before(
    form: str, tmp_path: Path, two_countries: pan2kg.Graph
) -> None:
    (tmp_path / "site" / "data").mkdir(parents=True)
    (tmp_path / "site" / "data" / "pan2kg.nq.gz").write_bytes(random.Random(1).randbytes(100_000))
    (tmp_path / "site.zip").write_bytes(b"the zip of before")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    target = ["--project", str(two_countries.project.root), "-o"] if form == "site" else []
    target += [str(tmp_path / "site"), *([str(tmp_path / "site.zip")] if form == "zip" else [])]
    command = [sys.executable, "-c", FULL, form, *target]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (
        {"site": 2, "zip": 1}[form],
        "",
        1,
    )
    assert "Cannot write" in done.stderr
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
