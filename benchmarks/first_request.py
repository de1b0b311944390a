"""Measures what the first request of every type of page costs in CPU, and what the page weighs.

    python benchmarks/first_request.py                      every type of page, some two minutes
    python benchmarks/first_request.py ontology network     some of them python
    benchmarks/first_request.py --language en        in another language than that of the country

A process opens the graph as it is kept and draws the home pages, as a service does before anybody
asks. For each page it is forked: the child draws that page and nothing else, so that no page has
what another has read. CPU time is that of the child and of processes it starts, user and system.
Prints a table in Markdown, the dearest first; the exit code says whether all keep the target. It is
never a test.
"""

from __future__ import annotations

import argparse
import gc
import gzip
import os
import pickle
import sys
from pathlib import Path
from typing import Final

from pan2kg.graph.graph import open_graph
from pan2kg.i18n import LANGUAGES
from pan2kg.site.front_end import find_bundle
from pan2kg.site.page import SiteContext
from pan2kg.site.registry import PAGES, SERIES, Site
from pan2kg.store.cache import cache_folder

sys.path.append(str(Path(__file__).resolve().parents[1]))

from tests.pages import EXAMPLES

MOST: Final = 1.0
"""Seconds of CPU a first request may take."""


def opened() -> Site:
    """The site of the shipped graph as a service has it when it is ready."""
    site = Site(
        SiteContext(
            open_graph(), "served", find_bundle(), is_writable=True, reports_folder=cache_folder()
        )
    )
    for language in LANGUAGES:
        site.page(f"{language}/index.html")
    return site


def drawn_apart(site: Site, path: str) -> tuple[float, bytes]:
    """CPU seconds of a page drawn by a fork of this process, and the page; no bytes where it could not be drawn."""
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        with os.fdopen(reading, "rb") as told:
            content = told.read()
        os.waitpid(child, 0)
        spent, body = pickle.loads(content) if content else (0.0, b"")
        return float(spent), bytes(body)
    began = sum(os.times()[:4])
    page = site.page(path)
    spent = sum(os.times()[:4]) - began
    with os.fdopen(writing, "wb") as telling:
        pickle.dump((spent, page.body if page else b""), telling)
    os._exit(0)


def main() -> int:
    """Measure the pages that are named, else one of every type."""
    parser = argparse.ArgumentParser(
        description="what the first request of every type of page costs"
    )
    parser.add_argument(
        "pages", nargs="*", help="pages without ending, such as plan/lu-bhr-2; else every type"
    )
    parser.add_argument("--language", default="fr", choices=LANGUAGES)
    chosen = parser.parse_args()
    wanted = chosen.pages or [*PAGES, *(f"{series}/{EXAMPLES[series]}" for series in SERIES)]
    site = opened()
    gc.freeze()  # else a child copies what its parent holds only because it looks for garbage there
    rows = []
    for name in wanted:
        spent, body = drawn_apart(site, f"{chosen.language}/{name}.html")
        if not body:
            sys.exit(
                f"There is no page « {name} »; the name is that in the address, without folder of the language."
            )
        rows.append((spent, name, len(body), len(gzip.compress(body, 6, mtime=0))))
    print("| page | CPU of the first request | bytes | gzip |\n|---|---|---|---|")
    for spent, name, size, packed in sorted(rows, reverse=True):
        print(f"| {name} | {spent:.2f} s | {size / 1000:.0f} KB | {packed / 1000:.1f} KB |")
    late = [name for spent, name, *_ in rows if spent > MOST]
    print(f"\nabove {MOST:.0f} s: {', '.join(late) or 'none'} of {len(rows)}")
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())
