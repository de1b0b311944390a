"""Measures what the pages weigh and how soon they stand, in a headless browser, and prints a table.

    python benchmarks/pages.py            some twenty seconds

The home page is opened anew several times over HTTP from this machine, nothing kept from before;
the median counts. The network is one of 8 plans with 60 actions each and 1,200 links. It is never a
test.
"""

from __future__ import annotations

import gzip
import json
import math
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, Page, expect, sync_playwright

import pan2kg
from pan2kg.graph.graph import Graph
from pan2kg.site.front_end import HOW_TO_BUILD, Bundle, find_bundle
from pan2kg.site.page import SiteContext
from pan2kg.site.registry import Site

sys.path.append(str(Path(__file__).resolve().parents[1]))

from tests.browser.chromium import FLAGS, HOW_TO_GET_ONE, find_browser, serve

TIMES = 7
PLANS = 8
ACTIONS = 60
LINKS = 1200
WATCH = """() => new Promise(done => {
    let moved = 0;
    new PerformanceObserver(list => list.getEntries().forEach(one => { moved += one.value; }))
        .observe({ type: 'layout-shift', buffered: true });
    new PerformanceObserver(list => {
        const paint = list.getEntriesByName('first-contentful-paint')[0];
        if (paint) setTimeout(() => done([paint.startTime, moved]), 300);
    }).observe({ type: 'paint', buffered: true });
})"""
FILTER = """() => {
    const from = performance.now();
    const plans = document.querySelector('.filters select');
    plans.value = 'p1';
    plans.dispatchEvent(new Event('change'));
    document.querySelector('[data-thing]').click();
    return performance.now() - from;
}"""
POINTED = """() => new Promise(done => {
    const look = () => document.querySelector('.picture-tools:not([hidden])')
        ? done(performance.now()) : requestAnimationFrame(look);
    look();
})"""
DRAWN = "() => performance.now()"
MOVES = 120
FRAMES = """() => {
    const stood = globalThis.frames_stood = [];
    let before = performance.now();
    const frame = now => { stood.push(now - before); before = now; requestAnimationFrame(frame); };
    requestAnimationFrame(frame);
}"""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table; ``met`` is ``None`` where there is no target."""

    what: str
    target: str
    measured: str
    met: bool | None = None


def zipped(content: bytes) -> int:
    """How many bytes content has as a server sends it."""
    return len(gzip.compress(content, 6, mtime=0))


def fill(folder: Path, bundle: Bundle) -> Site:
    """Write what the measured pages need."""
    graph = pan2kg.open_graph()
    site = Site(
        SiteContext(
            Graph(graph.project, graph.store, language="fr", as_of=date(2026, 1, 1)),
            "static",
            bundle,
        )
    )
    (folder / "assets").mkdir()
    for name, path in bundle.files().items():
        shutil.copy(path, folder / "assets" / name)
    for name in ("fr/index.html", "fr/plans.html", "fr/network.html", "fr/network.js"):
        page = site.page(name)
        assert page
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(page.body)
    return site


def measure_weight(folder: Path, bundle: Bundle) -> Iterator[Row]:
    parts = {
        "HTML": (folder / "fr" / "index.html").read_bytes(),
        "CSS": (bundle.folder / bundle.name("site.css")).read_bytes(),
        "JavaScript": (bundle.folder / bundle.name("main.js")).read_bytes(),
    }
    sizes = {name: zipped(content) for name, content in parts.items()}
    each = ", ".join(f"{name} {size / 1000:.1f}" for name, size in sizes.items())
    total = sum(sizes.values())
    yield Row(
        f"home page before lazy parts, gzip ({each})",
        "≤ 60 KB",
        f"{total / 1000:.1f} KB",
        total <= 60_000,
    )
    page, data = (
        zipped((folder / "fr" / name).read_bytes()) / 1000
        for name in ("network.html", "network.js")
    )
    yield Row("page of the whole network, and its data, gzip", "", f"{page:.0f} KB, {data:.0f} KB")


def measure_paint(browser: Browser, address: str) -> Iterator[Row]:
    for width in (1280, 360):
        seen = []
        for _ in range(TIMES):
            context = browser.new_context(viewport={"width": width, "height": 900})
            page = context.new_page()
            page.goto(f"{address}fr/index.html")
            seen.append(page.evaluate(WATCH))
            context.close()
        paint = median(one[0] for one in seen)
        moved = max(one[1] for one in seen)
        worst = max(one[0] for one in seen)
        yield Row(
            f"home page, first drawing at {width} pixels (worst {worst:.0f} ms)",
            "≤ 1 s",
            f"{paint:.0f} ms",
            paint <= 1000,
        )
        yield Row(f"home page, layout shift at {width} pixels", "0", f"{moved:.4f}", moved < 0.001)


def measure_time_map(browser: Browser, address: str) -> Iterator[Row]:
    """Plans over time, all there are: opened, until what is pointed at is told and the choices are there."""
    seen = []
    for _ in range(TIMES):
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        page = context.new_page()
        page.goto(f"{address}fr/plans.html", wait_until="commit")
        seen.append(page.evaluate(POINTED))
        lanes = page.locator("section[aria-labelledby=time] svg [data-of]").count()
        context.close()
    took = median(seen)
    yield Row(
        f"time map of all plans ({lanes} marks), until it answers (worst {max(seen):.0f} ms)",
        "≤ 1 s",
        f"{took:.0f} ms",
        took <= 1000,
    )


def invented() -> str:
    """A network of plans with actions, on a spiral, each linked to others far away."""
    number = PLANS * ACTIONS
    nodes = [
        {
            "id": str(at),
            "label": f"Action {at}",
            "type": "action",
            "plan": f"p{at % PLANS}",
            "planLabel": f"Plan {at % PLANS}",
            "x": math.cos(at) * at,
            "y": math.sin(at) * at,
        }
        for at in range(number)
    ]
    edges = [
        {
            "id": f"e{at}",
            "source": str(at % number),
            "target": str((at * 7 + 3) % number),
            "type": "cites",
        }
        for at in range(LINKS)
    ]
    return json.dumps({"nodes": nodes, "edges": edges})


def measure_network(browser: Browser, folder: Path, address: str, bundle: Bundle) -> Iterator[Row]:
    (folder / "fr" / "invented.html").write_text(
        f'<!DOCTYPE html><html lang="en" data-root="../" data-mode="static"><head><meta charset="utf-8">'
        "<title>n</title>"
        f'<link rel="icon" href="data:,"><link rel="stylesheet" href="../assets/{bundle.name("site.css")}">'
        f'<script defer src="../assets/{bundle.name("main.js")}"></script></head><body><main><network-view>'
        f'<script type="application/json" class="network">{invented()}</script></network-view></main></body></html>',
        encoding="utf-8",
    )
    for what, name in (
        ("the shipped network", "network"),
        (f"{PLANS} plans × {ACTIONS} actions", "invented"),
    ):
        page = browser.new_page()
        page.goto(f"{address}fr/{name}.html")
        expect(page.locator("network-view[data-drawn=yes]")).to_have_count(1)
        yield Row(f"{what}: drawn after", "", f"{page.evaluate(DRAWN):.0f} ms")
        if name == "invented":
            spent = min(page.evaluate(FILTER) for _ in range(5))
            yield Row(
                f"{what}: filter by plan and choose a thing",
                "≤ 300 ms",
                f"{spent:.0f} ms",
                spent <= 300,
            )
            yield from measure_moving(page, what)
        page.close()


def measure_moving(page: Page, what: str) -> Iterator[Row]:
    """Drag the network about, then zoom in and out, and look at how long each frame stood."""
    box = page.locator("network-view canvas").first.bounding_box()
    assert box
    x = box["x"] + box["width"] / 2
    y = box["y"] + box["height"] / 2

    def drag(at: int) -> None:
        page.mouse.move(x + 120 * math.sin(at / 5), y + 80 * math.cos(at / 5))

    def zoom(at: int) -> None:
        page.mouse.wheel(0, 60 if at % 20 < 10 else -60)

    page.mouse.move(x, y)
    for how, move in (("dragged", drag), ("zoomed", zoom)):
        page.evaluate(FRAMES)
        (page.mouse.down if move is drag else page.mouse.up)()
        shown = page.locator("network-view").screenshot()
        for at in range(MOVES):
            move(at)
            page.wait_for_timeout(16)
        assert page.locator("network-view").screenshot() != shown, f"the network was not {how}"
        stood = sorted(page.evaluate("globalThis.frames_stood"))
        typical = stood[len(stood) // 2]
        late = stood[int(len(stood) * 0.95)]
        words = f"{what}: {how}, a frame stands (95th percentile {late:.0f} ms)"
        yield Row(words, "≤ 33 ms", f"{typical:.0f} ms", typical <= 33)


@contextmanager
def opened() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        program = find_browser(playwright)
        if not program:
            sys.exit(HOW_TO_GET_ONE)
        with playwright.chromium.launch(executable_path=program, args=list(FLAGS)) as browser:
            yield browser


def main() -> int:
    bundle = find_bundle()
    if bundle is None:
        sys.exit(str(HOW_TO_BUILD))
    print("| what | target | measured | met |\n|---|---|---|---|")
    kept = True
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        fill(folder, bundle)
        with serve(folder) as address, opened() as browser:
            for rows in (
                measure_weight(folder, bundle),
                measure_paint(browser, address),
                measure_time_map(browser, address),
                measure_network(browser, folder, address, bundle),
            ):
                for row in rows:
                    kept &= row.met is not False
                    met = {None: "", True: "yes", False: "no"}[row.met]
                    print(f"| {row.what} | {row.target} | {row.measured} | {met} |", flush=True)
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
