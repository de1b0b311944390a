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

from pan2kg.graph.labels import KINDS
from pan2kg.store.store import select
from tests.lots import by_lot
from tests.site.conftest import Parsed, Reader

SAMPLES = (*KINDS, "pair", "plans", "pairs", "unlinked", "sources")
NAMED = "SELECT ?one (COUNT(*) AS ?times) { GRAPH ?graph { ?other ?says ?one } FILTER(isIRI(?one)) } GROUP BY ?one"


@pytest.fixture(scope="module")
def pages(reader: Reader) -> dict[str, str]:
    """Pages of one language: each that is no series; of a series the ends, what is named most, and six by lot."""
    listed: dict[str, list[str]] = {}
    for path in reader.paths():
        listed.setdefault(path.partition("/")[2].rpartition("/")[0], []).append(path)
    assert sum(map(len, listed.values())) > 1900
    chosen = listed.pop("")
    for paths in listed.values():
        chosen += [paths[0], paths[-1], *by_lot(paths, 6)]
    return {path: reader[path] for path in (*chosen, *full(reader))}


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
    """A place is looked for on the pages that were chosen, and on some more to which these lead, drawn by lot."""
    led = {
        path: [one for one in led_to(path, page) if not one[0].startswith("assets/")] for path, page in pages.items()
    }
    anchored = {place for links in led.values() for place, anchor in links if anchor and "=" not in anchor}
    more = by_lot(sorted((anchored & reader.known) - pages.keys()), 30)
    ids = {path: set(re.findall(r' id="([^"]*)"', reader[path])) for path in (*pages, *more)}
    broken: Counter[str] = Counter()
    for path, links in led.items():
        for place, anchor in links:
            if place not in reader.known or (anchor and "=" not in anchor and anchor not in ids.get(place, {anchor})):
                broken[f"{place}#{anchor} (from {path})"] += 1
    assert not broken, f"{len(broken)} links lead nowhere, such as {sorted(broken)[:20]}"


def led_to(path: str, page: str) -> Iterator[tuple[str, str]]:
    """The pages of the site a page leads to, with the places on them."""
    for target in map(html.unescape, set(re.findall(r'<a [^>]*href="([^"]*)"', page))):
        parts = urlsplit(target)
        if not parts.scheme and not parts.netloc:
            there = posixpath.join(posixpath.dirname(path), unquote(parts.path)) if parts.path else path
            yield posixpath.normpath(there), parts.fragment


def test_links_outside_are_web_addresses(pages: dict[str, str]) -> None:
    targets = (target for page in pages.values() for target in re.findall(r'<a [^>]*href="([^"]*)"', page))
    schemes = {urlsplit(html.unescape(target)).scheme for target in targets}
    assert schemes <= {"", "http", "https"}


def test_no_id_stands_twice_on_a_page(pages: dict[str, str]) -> None:
    twice = [path for path, page in pages.items() if max(Counter(re.findall(r' id="([^"]*)"', page)).values()) > 1]
    assert not twice, f"Ids stand twice on {twice[:5]}"


def test_no_style_or_script_stands_inside_a_page(pages: dict[str, str]) -> None:
    inside = re.compile(r'<style|<[a-z-]+ [^>]*\b(?:style|on[a-z]+)="|<script(?! defer src=| type="application/json")')
    ours = {path: page for path, page in pages.items() if path.split("/")[1].split(".")[0] in SAMPLES}
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
            if any("iri" in element.split(".", 1)[1].split() or element.startswith("pre.") for element in within):
                continue
            assert not re.search(r"https?://w3id\.org|https?://data\.europa\.eu/eli", words), f"{path}: {words}"


def test_no_page_of_a_thing_is_heavy(pages: dict[str, str]) -> None:
    ours = [path for path in pages if path.split("/")[1].split(".")[0] in SAMPLES]
    heaviest = sorted(ours, key=lambda path: -len(pages[path]))[:8]
    sizes = {path: len(gzip.compress(pages[path].encode())) for path in heaviest}
    assert not {path: size for path, size in sizes.items() if size > 60_000}


@pytest.mark.parametrize("path", ["fr/plan/nowhere.html", "de/nowhere.html", "nowhere", "fr/a/b/c.html", "xx/y.html"])
def test_the_page_for_what_is_not_there_leads_on_from_any_address(reader: Reader, path: str) -> None:
    page = reader.site.missing(path).body.decode()
    known = {*reader.site.paths(), path, *(f"{tag}/{path.partition('/')[2]}" for tag in ("fr", "en", "de"))}
    assert not [place for place, _ in led_to(path, page) if place not in known]
    assert f'<html lang="{path[:2] if path[:2] in ("fr", "de") else "fr"}"' in page
