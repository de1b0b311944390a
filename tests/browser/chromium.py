"""A real browser for the tests of pages, which watches each page: no error, no failed request, none to another origin.

A test folder takes the fixtures by importing them in its ``conftest.py``; a page is opened with ``watch``.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final, Literal, Protocol, TypedDict, Unpack
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Playwright, ViewportSize, expect, sync_playwright

from tests.conftest import lack
from tests.lots import by_lot

ROOT: Final = Path(__file__).resolve().parents[2]
AXE: Final = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
POLICY: Final = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; worker-src 'self' blob:; font-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
SYSTEM: Final = (
    "chromium-headless-shell",  # the same engine without a window's parts, at a third of the cost a page
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "msedge",
)
FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--js-flags=--no-opt",  # the compiler that takes longest: no page runs for as long as it would save
)
HOW_TO_GET_ONE: Final = (
    "No browser to test with: install chromium or chrome, name one in PAN2KG_BROWSER, "
    "or run « playwright install chromium »."
)

TAGS: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
"""WCAG 2.2 at level AA, in axe's words."""
PLACED: Final = ("color-contrast", "link-in-text-block", "target-size")
"""The rules for which axe works out what stands where on the screen, which takes longer than all others together."""
BLANK: Final = "about:blank"
"""The address of no page, which costs nothing to stay at."""
PATIENCE: Final = 120_000
"""Milliseconds after which waiting in vain is ended: far beyond what anything takes, however busy the machine."""
ALIKE: Final = """most => {
    const named = ({ localName, className }) => [localName, className.baseVal ?? className].join();
    const kind = one => [one, ...one.querySelectorAll('*')].map(({ localName, className, lang, attributes }) =>
        [localName, className.baseVal ?? className, lang, [...attributes].map(({ name }) => name)].join());
    const like = one => [...new Set(kind(one))].sort().join('; ');
    const above = one => one === document.body ? '' : `${above(one.parentElement)} > ${named(one)}`;
    const needed = new Set(['label', 'legend', 'td', 'th', 'dt', 'dd']);  // by what stands beside them
    const everywhere = new Map();
    for (const parent of document.querySelectorAll('body *')) {
        if (!parent.isConnected) continue;
        const seen = new Map(), path = above(parent);
        for (const one of [...parent.children]) {
            const so = like(one), there = `${path} > ${so}`;
            seen.set(so, (seen.get(so) ?? 0) + 1);
            everywhere.set(there, (everywhere.get(there) ?? 0) + 1);
            const enough = everywhere.get(there) > 2 * most && !needed.has(one.localName) ? 1 : most;
            if (seen.get(so) > enough) one.remove();
        }
    }
}"""

expect.set_options(timeout=PATIENCE)


def find_browser(playwright: Playwright) -> str | None:
    """The program: the one of PAN2KG_BROWSER, else one of the system, else Playwright's own."""
    named = os.environ.get("PAN2KG_BROWSER")
    if named:
        return shutil.which(named)
    found = next(filter(None, map(shutil.which, SYSTEM)), None)
    own = Path(playwright.chromium.executable_path)
    return found or (str(own) if own.is_file() else None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser a worker; without one the test is skipped, or fails where programs are required.

    While Playwright runs, no other test of the worker can begin an event loop: those that need one start a process.
    """
    with sync_playwright() as playwright:
        program = find_browser(playwright)
        if not program:
            lack(HOW_TO_GET_ONE)
        with playwright.chromium.launch(executable_path=program, args=list(FLAGS)) as opened:
            yield opened


@dataclass
class Watched:
    """A page and what went wrong on it."""

    page: Page
    origin: str
    problems: list[str] = field(default_factory=list)

    def listen(self) -> None:
        """Note every error, failed request and request to another origin from now on."""
        page = self.page
        page.on("pageerror", lambda error: self.problems.append(f"error on the page: {error}"))
        page.on("console", lambda said: self._console(said.type, said.text))
        page.on("request", lambda request: self._request(request.url))
        page.on("requestfailed", lambda request: self._failed(request.url, request.failure or ""))
        page.on("response", lambda response: self._response(response.url, response.status))

    def _console(self, kind: str, text: str) -> None:
        if kind == "error" and not text.startswith("Failed to load resource"):
            self.problems.append(f"error in the console: {text}")

    def _request(self, address: str) -> None:
        if urlsplit(address).scheme not in {"data", "blob"} and origin_of(address) != self.origin:
            self.problems.append(f"request to another origin: {address}")

    def _failed(self, address: str, why: str) -> None:
        if "ERR_ABORTED" not in why:
            self.problems.append(f"failed request: {address} ({why})")

    def _response(self, address: str, status: int) -> None:
        if status >= 400:
            self.problems.append(f"answer {status}: {address}")

    def forgive(self, words: str) -> None:
        """Take back the problems that hold these words, which the test expects."""
        before = len(self.problems)
        self.problems[:] = [problem for problem in self.problems if words not in problem]
        assert len(self.problems) < before, f"No problem says « {words} »: {self.problems}"


class Look(TypedDict, total=False):
    """How a page is looked at, in Playwright's words."""

    color_scheme: Literal["light", "dark"]
    reduced_motion: Literal["reduce", "no-preference"]
    java_script_enabled: bool
    locale: str
    permissions: list[str]


class Watch(Protocol):
    """Open a page by its address and watch it."""

    def __call__(self, address: str, *, width: int = 1280, height: int = 900, **look: Unpack[Look]) -> Watched: ...


@pytest.fixture
def watch(browser: Browser) -> Iterator[Watch]:
    """Open a page by its address; at the end of the test each must have gone without a problem."""
    watched: list[Watched] = []

    def open_page(address: str, *, width: int = 1280, height: int = 900, **look: Unpack[Look]) -> Watched:
        watched.append(_open(browser, address, width, height, look))
        watched[-1].page.goto(address)
        return watched[-1]

    yield open_page
    problems = told(watched)
    for one in watched:
        one.page.context.close()
    assert not problems, "\n".join(problems)


@pytest.fixture(scope="module")
def windows() -> Iterator[dict[str, Watched]]:
    """The windows that stay open for the tests of a module, by from where they have a page and how they look at it."""
    kept: dict[str, Watched] = {}
    yield kept
    for one in kept.values():
        one.page.context.close()


@pytest.fixture
def window(browser: Browser, windows: dict[str, Watched]) -> Iterator[Watch]:
    """The same in a window that is kept, which is far cheaper: a new one begins a process and reads all scripts.

    For tests that leave nothing behind but what pages store, which is thrown away, and need no page beside theirs.
    """
    used: list[Watched] = []

    def open_page(address: str, *, width: int = 1280, height: int = 900, **look: Unpack[Look]) -> Watched:
        # From a page that is served to one on disk a window begins another process.
        name = f"{urlsplit(address).scheme} {sorted(look.items())}"
        one = windows[name] = windows.get(name) or _open(browser, address, width, height, look)
        one.origin = origin_of(address)
        size: ViewportSize = {"width": width, "height": height}
        if one.page.viewport_size != size:
            one.page.set_viewport_size(size)
        if one.page.url != BLANK and one.page.url.partition("#")[0] == address.partition("#")[0]:
            one.page.goto(BLANK)  # or only a place on the page would be gone to
        if address != BLANK or one.page.url != BLANK:
            one.page.goto(address)
        used.append(one)
        return one

    yield open_page
    problems = told(used)
    for one in used:
        if not one.page.url.startswith("about:"):
            one.page.evaluate("localStorage.clear(); sessionStorage.clear()")
        one.page.goto(BLANK)  # which ends whatever still runs
        one.page.context.clear_cookies()
        one.problems.clear()
    assert not problems, "\n".join(problems)


def _open(browser: Browser, address: str, width: int, height: int, look: Look) -> Watched:
    look.setdefault("locale", "en-US")  # engines differ in what language they ask for unless told
    context = browser.new_context(viewport={"width": width, "height": height}, **look)
    context.set_default_timeout(PATIENCE)
    one = Watched(context.new_page(), origin_of(address))
    one.listen()
    return one


def told(watched: list[Watched]) -> list[str]:
    """The problems of some pages as lines."""
    return [f"{one.page.url}: {problem}" for one in watched for problem in one.problems]


def origin_of(address: str) -> str:
    """Scheme, host and port; all files are one origin here.

    >>> origin_of("http://127.0.0.1:80/a/b.html"), origin_of("file:///a.html")
    ('http://127.0.0.1:80', 'file://')
    """
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def shortened(page: Page, most: int = 4) -> Page:
    """A page with only the first of what stands beside each other alike, which takes long to look at.

    Alike is what has the same elements with the same classes, languages and attributes in it. Where a place of a kind
    was met often enough on the page, each further one keeps but one of them.
    """
    page.evaluate(ALIKE, most)
    return page


@cache
def _axe() -> str:
    return AXE.read_text(encoding="utf-8")


def faults_of_access(page: Page, *, best_practice: bool = True, but: Sequence[str] = ()) -> list[str]:
    """What axe finds that keeps people out, as lines; skips the test where axe-core is not installed.

    Beside the rules of WCAG 2.2 at level AA it holds pages to good habits, unless told not to. Rules may be left out:
    where a page was looked at in one language, what is one of style need not be found again in another.
    """
    tags = [*TAGS, *(["best-practice"] if best_practice else [])]
    return _found(page, {"runOnly": tags, "rules": {rule: {"enabled": False} for rule in but}})


def faults_of_places(page: Page) -> list[str]:
    """The same of ``PLACED`` alone, for a page at a width at which it was looked at for all else."""
    return _found(page, {"runOnly": {"type": "rule", "values": PLACED}})


def _found(page: Page, options: dict[str, object]) -> list[str]:
    if not AXE.is_file():
        lack("axe-core is not installed; run « npm ci » in web/.")
    if not page.evaluate("'axe' in window"):
        page.evaluate(_axe())
    # Reading style sheets again is for rules on sound and on turned screens, which are not asked for.
    options = {**options, "resultTypes": ["violations"], "preload": False}
    found = page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{fault['id']}: {fault['help']}: {node['target']} {node['failureSummary']}"
        for fault in found["violations"]
        for node in fault["nodes"]
    ]


def faults_of_what_is_alike(page: Page, widths: Sequence[int], *, whole: bool) -> list[str]:
    """What axe finds on the page cut short, which is left so, at each width.

    Of a page that was looked at as a whole, at the last width and but for ``PLACED``, these alone are new; they are
    looked for at one of the widths, drawn by lot. Of another they are not: the style is the same in every language.
    """
    shortened(page)
    found, placed = [], by_lot(widths, 1) if whole else []
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        if not whole or width != widths[-1]:
            faults = faults_of_access(page, best_practice=False, but=() if width in placed else PLACED)
        else:
            faults = faults_of_places(page) if width in placed else []
        found += [f"{width}: {fault}" for fault in faults]
    return found


LOOKS: Final = """() => {
    const faults = [], range = document.createRange();
    const apart = '.off-screen, .skip, .nothing, svg, pre, code, .iri, textarea, .editor, .permalink';
    const isShown = one => one.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }) && !one.closest(apart);
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const parent = node.parentElement;
        // an address or an identifier has no place to break but inside
        const isWords = /\\p{L}{5}/u.test(node.data) && !/\\w[/_.]\\w|\\p{Ll}\\p{Lu}/u.test(node.data);
        if (!parent || !isWords) {
            continue;
        }
        range.selectNodeContents(node);
        if (range.getClientRects().length < 2 || !isShown(parent) || getComputedStyle(parent).hyphens === 'auto') {
            continue;
        }
        for (const { 0: word, index } of node.data.matchAll(/[\\p{L}]{5,}/gu)) {
            range.setStart(node, index);
            range.setEnd(node, index + word.length);
            const boxes = [...range.getClientRects()].filter(box => box.width > 0);
            if (new Set(boxes.map(box => Math.round(box.top))).size > 1) {
                faults.push(`the word ${word} is broken`);
            }
        }
    }
    for (const one of document.querySelectorAll('main *, header *')) {
        const isText = !one.childElementCount && one.textContent.trim() && one.scrollWidth > one.clientWidth + 1;
        if (isText && ['hidden', 'clip'].includes(getComputedStyle(one).overflowX) && isShown(one)) {
            faults.push(`${one.textContent.trim().slice(0, 40)} is cut off`);
        }
    }
    const high = document.querySelector('h1').getBoundingClientRect().height;
    if (high > (innerWidth > 500 ? 120 : 200)) {
        faults.push(`the heading is ${high} pixels high`);
    }
    const network = document.querySelector('network-view[data-drawn=yes]')?.canvas?.cy;
    if (network) {
        const boxOf = (one, isName) => one.renderedBoundingBox(
            { includeNodes: !isName, includeLabels: isName, includeEdges: false, includeOverlays: false },
        );
        // the library leaves a margin around names
        const touch = (one, two) => Math.min(one.x2 - two.x1, two.x2 - one.x1, one.y2 - two.y1, two.y2 - one.y1) > 4;
        const clear = network.nodes().not('.off, .dim');
        const things = clear.map(one => ({ one, box: boxOf(one, false) }));
        const names = clear.filter('.named').map(one => ({ one, box: boxOf(one, true) }));
        for (const { one, box } of names.filter(({ one }) => !one.hasClass('chosen'))) {
            const over = things.find(other => other.one !== one && touch(box, other.box));
            const through = names.find(other => other.one !== one && touch(box, other.box));
            if (over || through) {
                const other = (over ?? through).one.data('label');
                faults.push(`the name ${one.data('label')} stands over ${other}${over ? '' : ', a name'}`);
            }
        }
        const unnamed = network.nodes('.chosen').not('.named');
        faults.push(...unnamed.map(one => `${one.data('label')} is chosen and has no name`));
        if (things.length && !names.length) {
            faults.push('nothing in the network has a name');
        }
    }
    return faults;
}"""


def faults_of_looks(page: Page, widths: Sequence[int]) -> list[str]:
    """What a reader sees to be wrong at each width: words broken inside, text that is cut off, a heading too high.

    In a network also names over things or each other, and what is chosen without a name: only its may cover others.
    """
    found = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        found += [f"{width}: {fault}" for fault in page.evaluate(LOOKS)]
    return found


class Handler(SimpleHTTPRequestHandler):
    """Files under the pages' content policy; a test that answers more builds on it."""

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("X-Content-Type-Options", "nosniff")
        if self.path.partition("?")[0].endswith(".html"):
            # Two tests of one second may write a page of one name: neither may see the other's.
            self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serve(folder: Path, handler: type[SimpleHTTPRequestHandler] = Handler) -> Iterator[str]:
    """Serve a folder under the pages' content policy; gives its address, ending in a slash."""

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()
