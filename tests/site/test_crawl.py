"""Every page renders, every link inside leads somewhere, and the markup is sound."""

from __future__ import annotations

import gzip
import html
import posixpath
import re
from collections import Counter
from collections.abc import Iterator
from itertools import permutations
from urllib.parse import unquote, urlsplit

import pytest

import pan2kg
from pan2kg.graph.labels import KINDS
from pan2kg.site import quality
from pan2kg.site.page import SiteContext
from pan2kg.site.registry import Site
from pan2kg.store.store import select
from tests.lots import by_lot
from tests.once import SHIPPED, checked
from tests.site.conftest import DAY, Parsed, Reader

SAMPLES = (*KINDS, "pair", "plans", "pairs", "unlinked", "sources")
NAMED = "SELECT ?one (COUNT(*) AS ?times) { GRAPH ?graph { ?other ?says ?one } FILTER(isIRI(?one)) } GROUP BY ?one"
BARE = re.compile(r"https?://w3id\.org|https?://data\.europa\.eu/eli")


@pytest.fixture(scope="module")
def pages(reader: Reader) -> dict[str, str]:
    """Pages of the things of the shipped graph, and those that are named most."""
    assert sum(1 for _ in reader.paths()) > 1900
    chosen = [path for path in chosen_of(reader) if series_of(path) in SAMPLES]
    return {path: reader[path] for path in (*chosen, *full(reader))}


@pytest.fixture(scope="module")
def smaller(few: pan2kg.Graph) -> Reader:
    """The site of a few plans, which has every kind of page."""
    return Reader(Site(SiteContext(pan2kg.Graph(few.project, few.held, language="fr", as_of=DAY))))


@pytest.fixture(scope="module")
def other(smaller: Reader) -> Iterator[dict[str, str]]:
    """Its pages of no thing: what they show of a whole graph, in parts that are the same for more plans."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(quality, "_checked", lambda *_: quality.summarise(checked(SHIPPED)))
        yield {path: smaller[path] for path in chosen_of(smaller) if series_of(path) not in SAMPLES}


def chosen_of(reader: Reader) -> list[str]:
    """Pages of one language: each that is of no series; of a series the ends, and six by lot."""
    listed: dict[str, list[str]] = {}
    for path in reader.paths():
        listed.setdefault(path.partition("/")[2].rpartition("/")[0], []).append(path)
    chosen = listed.pop("")
    for paths in listed.values():
        chosen += [paths[0], paths[-1], *by_lot(paths, 6)]
    return chosen


def series_of(path: str) -> str:
    """The series of a page, or the name of one that is of none."""
    return path.split("/")[1].split(".")[0]


def full(reader: Reader) -> list[str]:
    """The pages likely to be the largest: of each kind the five things that are named most, pairs of those plans."""
    table = select(reader.site.site_context.graph.store, NAMED)
    times = dict(zip(table.values("one"), map(int, table.values("times")), strict=True))
    found: list[str] = []
    for kind in KINDS:
        most = sorted(reader.site.site_context.graph.labels.of_kind(kind), key=lambda one: -times.get(one.iri, 0))[:5]
        found += [f"fr/{kind}/{one.key}.html" for one in most]
        if kind == "plan":
            found += [f"fr/pair/{one.key}--{two.key}.html" for one, two in permutations(most, 2)]
    return [path for path in found if path in reader.known]


def of_series(pages: dict[str, str], series: str) -> list[str]:
    """The pages chosen of a series, the first and the last of it before others, or the one page of that name."""
    return [path for path in pages if path.startswith(f"fr/{series}/")] or [f"fr/{series}.html"]


def test_every_kind_of_thing_has_pages(reader: Reader) -> None:
    known = {kind for kind in KINDS if reader.site.site_context.graph.labels.of_kind(kind)}
    assert {path.split("/")[1] for path in reader.paths()} >= {*known, "pair"}
    assert len(known) >= len(KINDS) - 1


def test_every_link_inside_leads_to_a_page_and_a_place_on_it(pages: dict[str, str], reader: Reader) -> None:
    broken = led_nowhere(pages, reader)
    assert not broken, f"{len(broken)} links lead nowhere, such as {sorted(broken)[:20]}"


def test_every_link_of_a_page_of_no_thing_leads_to_a_page_and_a_place_on_it(
    other: dict[str, str], smaller: Reader
) -> None:
    assert {"index", "matrix", "network", "ontology", "report", "quality"} <= set(map(series_of, other))
    broken = led_nowhere(other, smaller)
    assert not broken, f"{len(broken)} links lead nowhere, such as {sorted(broken)[:20]}"


def led_nowhere(pages: dict[str, str], reader: Reader) -> Counter[str]:
    """The links of some pages that lead to no page, or to no place on one.

    A place is looked for on these pages, and on those to which they lead: each of no series, of others 30 by lot.
    """
    led = {
        path: [one for one in led_to(path, page) if not one[0].startswith("assets/")] for path, page in pages.items()
    }
    anchored = {place for links in led.values() for place, anchor in links if anchor and "=" not in anchor}
    further = sorted((anchored & reader.known) - pages.keys())
    more = {path for path in further if path.count("/") == 1}.union(by_lot(further, 30))
    ids = {path: set(re.findall(r' id="([^"]*)"', reader[path])) for path in (*pages, *more)}
    broken: Counter[str] = Counter()
    for path, links in led.items():
        for place, anchor in links:
            if place not in reader.known or (anchor and "=" not in anchor and anchor not in ids.get(place, {anchor})):
                broken[f"{place}#{anchor} (from {path})"] += 1
    return broken


def led_to(path: str, page: str) -> Iterator[tuple[str, str]]:
    """The pages of the site a page leads to, with the places on them."""
    for target in map(html.unescape, set(re.findall(r'<a [^>]*href="([^"]*)"', page))):
        parts = urlsplit(target)
        if not parts.scheme and not parts.netloc:
            there = posixpath.join(posixpath.dirname(path), unquote(parts.path)) if parts.path else path
            yield posixpath.normpath(there), parts.fragment


def test_links_outside_are_web_addresses(pages: dict[str, str], other: dict[str, str]) -> None:
    targets = (
        target for page in (*pages.values(), *other.values()) for target in re.findall(r'<a [^>]*href="([^"]*)"', page)
    )
    schemes = {urlsplit(html.unescape(target)).scheme for target in targets}
    assert schemes <= {"", "http", "https"}


def test_no_id_stands_twice_on_a_page(pages: dict[str, str], other: dict[str, str]) -> None:
    every = (*pages.items(), *other.items())
    twice = [path for path, page in every if max(Counter(re.findall(r' id="([^"]*)"', page)).values()) > 1]
    assert not twice, f"Ids stand twice on {twice[:5]}"


def test_no_style_or_script_stands_inside_a_page(pages: dict[str, str]) -> None:
    inside = re.compile(r'<style|<[a-z-]+ [^>]*\b(?:style|on[a-z]+)="|<script(?! defer src=| type="application/json")')
    ours = {path: page for path, page in pages.items() if series_of(path) in SAMPLES}
    assert not [path for path, page in ours.items() if inside.search(page)]


@pytest.mark.parametrize("series", SAMPLES)
def test_markup_is_sound(pages: dict[str, str], series: str) -> None:
    paths = of_series(pages, series)
    for path in {*paths[:2], max(paths, key=lambda path: len(pages[path])), *by_lot(paths, 1)}:
        parsed = Parsed(pages[path])
        assert not parsed.open, path
        assert parsed.headings.count(1) == 1, path
        assert all(b - a <= 1 for a, b in zip(parsed.headings, parsed.headings[1:], strict=False)), path
        for at, (tag, said) in enumerate(parsed.elements):
            if tag == "table":
                assert "aria-labelledby" in said or parsed.elements[at + 1][0] == "caption", path
            if "aria-labelledby" in said:
                assert set(said["aria-labelledby"].split()) <= set(parsed.ids), path


@pytest.mark.parametrize("series", SAMPLES)
def test_no_bare_iri_is_read(pages: dict[str, str], series: str) -> None:
    for path in by_lot(of_series(pages, series), 12):
        for words, within in Parsed(pages[path]).text:
            if BARE.search(words):
                marked = ("iri" in one.split(".", 1)[1].split() or one.startswith("pre.") for one in within)
                assert any(marked), f"{path}: {words}"


def test_no_page_of_a_thing_is_heavy(pages: dict[str, str]) -> None:
    ours = [path for path in pages if series_of(path) in SAMPLES]
    heaviest = sorted(ours, key=lambda path: -len(pages[path]))[:8]
    sizes = {path: len(gzip.compress(pages[path].encode())) for path in heaviest}
    assert not {path: size for path, size in sizes.items() if size > 60_000}


@pytest.mark.parametrize("path", ["fr/plan/nowhere.html", "de/nowhere.html", "nowhere", "fr/a/b/c.html", "xx/y.html"])
def test_the_page_for_what_is_not_there_leads_on_from_any_address(reader: Reader, path: str) -> None:
    page = reader.site.missing(path).body.decode()
    known = {*reader.known, path, *(f"{tag}/{path.partition('/')[2]}" for tag in ("fr", "en", "de"))}
    assert not [place for place, _ in led_to(path, page) if place not in known]
    assert f'<html lang="{path[:2] if path[:2] in ("fr", "de") else "fr"}"' in page
