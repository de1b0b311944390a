"""A real browser for the tests of pages, which watches each page: no error, no failed request, none to another origin.
A test folder takes the fixtures by importing them in its ``conftest.py``; a page is opened with
``watch``."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final, Literal, TypeAlias, TypedDict, Unpack
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Dialog,
    Frame,
    Page,
    Playwright,
    Request,
    Response,
    expect,
    sync_playwright,
)

from tests.conftest import lack

ROOT: Final = Path(__file__).resolve().parents[2]
AXE: Final = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
POLICY: Final = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; worker-src 'self' blob:; font-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
SYSTEM: Final = (
    # the first is the same engine without a window's parts, at a third of the cost a page
    "chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome",
    "microsoft-edge", "msedge",
)  # fmt: skip
FLAGS: Final = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
    # the compiler that takes longest: no page runs for as long as it would save
    "--js-flags=--no-opt",
)  # fmt: skip
HOW_TO_GET_ONE: Final = (
    "No browser to test with: install chromium or chrome, name one in PAN2KG_BROWSER, "
    "or run « playwright install chromium »."
)

TAGS: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
"""WCAG 2.2 at level AA, in axe's words."""
PLACED: Final = ("color-contrast", "link-in-text-block", "target-size")
"""The rules for which axe works out what stands where on the screen."""
BLANK: Final = "about:blank"
"""The address of no page, which costs nothing to stay at."""
PATIENCE: Final = 120_000
"""Milliseconds after which waiting in vain is ended: far beyond what anything takes, however busy the machine."""
ELEMENTS: Final = {
    "network-view": "[data-drawn=yes]",
    "sparql-editor": "[data-editor=ready]",
}  # there, each says
INSIDE: Final = Path(__file__).with_name("page.js").read_text(encoding="utf-8")
"""What is done inside a page, where no locator is used: the first on a page brings a third of a megabyte with it."""

expect.set_options(timeout=PATIENCE)


def find_browser(playwright: Playwright) -> str | None:
    named = os.environ.get("PAN2KG_BROWSER")
    if named:
        return shutil.which(named)
    found = next(filter(None, map(shutil.which, SYSTEM)), None)
    own = Path(playwright.chromium.executable_path)
    return found or (str(own) if own.is_file() else None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser a worker: while Playwright runs, no other test of it can begin an event loop, but in a process."""
    with ExitStack() as started:
        try:
            playwright = started.enter_context(sync_playwright())
        except Exception as error:  # noqa: BLE001 – the driver is a program of its own, which wants libraries of the system
            lack(f"Playwright does not start ({error}). {HOW_TO_GET_ONE}")
        program = find_browser(playwright)
        if not program:
            lack(HOW_TO_GET_ONE)
        with playwright.chromium.launch(executable_path=program, args=list(FLAGS)) as opened:
            yield opened


class Watched:
    def __init__(self, browser: Browser, width: int, height: int, look: Look) -> None:
        look.setdefault(
            "locale", "en-US"
        )  # engines differ in what language they ask for unless told
        context = browser.new_context(viewport={"width": width, "height": height}, **look)
        context.set_default_timeout(PATIENCE)
        self.page = context.new_page()
        self.origin = ""
        self.is_on_paper = False
        self.problems: list[str] = []
        self.documents: list[Response] = []  # every answer that is a page
        # Whether the page there is was that of another test: until the next is there, only that one
        # is watched.
        self.is_left = False
        page = self.page
        page.on("dialog", self._dialog)
        page.on("pageerror", lambda error: self._note(f"error on the page: {error}"))
        page.on("console", self._console)
        page.on("request", self._request)
        page.on("requestfailed", self._request)
        page.on("response", self._response)
        page.on("framenavigated", self._arrived)

    def open(self, address: str) -> None:
        page = self.page
        if self.is_left:
            self.problems.clear()
            self.documents.clear()
        self.origin = origin_of(address)
        if page.url != BLANK and page.url.partition("#")[0] == address.partition("#")[0]:
            page.goto(
                BLANK
            )  # or only a place on the page would be gone to, or what was typed be there again
        page.goto(address)

    def leave(self) -> None:
        self.is_left = True
        if not self.page.url.startswith("about:"):
            self.page.evaluate(inside("leave"))
        self.page.context.clear_cookies()
        if self.is_on_paper:
            self.page.emulate_media(media="null")
            self.is_on_paper = False

    def on_paper(self) -> Page:
        self.is_on_paper = True
        self.page.emulate_media(media="print")
        return self.page

    def forgive(self, words: str) -> None:
        before = len(self.problems)
        self.problems[:] = [problem for problem in self.problems if words not in problem]
        assert len(self.problems) < before, f"No problem says « {words} »: {self.problems}"

    def _arrived(self, frame: Frame) -> None:
        self.is_left = self.is_left and frame != self.page.main_frame

    def _note(self, problem: str, request: Request | None = None) -> None:
        if not self.is_left or (request and request.is_navigation_request()):
            self.problems.append(f"{self.page.url}: {problem}")

    def _dialog(self, dialog: Dialog) -> None:
        self._note(f"a dialog says {dialog.message}")
        dialog.dismiss()

    def _console(self, line: ConsoleMessage) -> None:
        if line.type == "error" and not line.text.startswith("Failed to load resource"):
            self._note(f"error in the console: {line.text}")

    def _request(self, request: Request) -> None:
        if request.failure and "ERR_ABORTED" not in request.failure:
            self._note(f"failed request: {request.url} ({request.failure})", request)
        elif (
            urlsplit(request.url).scheme not in {"data", "blob"}
            and origin_of(request.url) != self.origin
        ):
            self._note(f"request to another origin: {request.url}", request)

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self._note(f"answer {response.status}: {response.url}", response.request)
        is_old = self.is_left and not response.request.is_navigation_request()
        if "html" in response.headers.get("content-type", "") and not is_old:
            self.documents.append(response)


class Look(TypedDict, total=False):
    color_scheme: Literal["light", "dark"]
    reduced_motion: Literal["reduce", "no-preference"]
    java_script_enabled: bool
    locale: str
    permissions: list[str]


Watch: TypeAlias = Callable[..., Watched]
"""Open a page by its address at a width, a height and with a look, and watch it."""


@pytest.fixture
def watch(browser: Browser) -> Iterator[Watch]:
    watched: list[Watched] = []

    def open_page(
        address: str, *, width: int = 1280, height: int = 900, **look: Unpack[Look]
    ) -> Watched:
        watched.append(Watched(browser, width, height, look))
        watched[-1].open(address)
        return watched[-1]

    yield open_page
    problems = [problem for seen in watched for problem in seen.problems]
    for seen in watched:
        seen.page.context.close()
    assert not problems, "\n".join(problems)


@pytest.fixture(scope="session")
def windows() -> Iterator[dict[str, Watched]]:
    kept: dict[str, Watched] = {}
    yield kept
    for watched in kept.values():
        watched.page.context.close()


@pytest.fixture
def window(browser: Browser, windows: dict[str, Watched]) -> Iterator[Watch]:
    """The same in a window that is kept, which is far cheaper; what pages stored is thrown away."""
    used: dict[str, Watched] = {}

    def open_page(
        address: str, *, width: int = 1280, height: int = 900, **look: Unpack[Look]
    ) -> Watched:
        # From a page that is served to one on disk a window begins another process.
        name = f"{urlsplit(address).scheme} {sorted(look.items())}"
        watched = used[name] = windows[name] = windows.get(name) or Watched(
            browser, width, height, look
        )
        at_width(watched.page, width, height)
        watched.open(address)
        return watched

    yield open_page
    problems = [problem for seen in used.values() for problem in seen.problems]
    for seen in used.values():
        seen.leave()
    assert not problems, "\n".join(problems)


def inside(name: str) -> str:
    return f"argument => {{ {INSIDE}\nreturn {name}(argument); }}"


def at_width(page: Page, width: int, height: int = 900) -> Page:
    if page.viewport_size != {"width": width, "height": height}:
        page.set_viewport_size({"width": width, "height": height})
    return page


def settled(page: Page, *shown: str) -> Page:
    """A page whose larger elements are there, and one of each of what is shown, by its selector."""
    missing = page.evaluate(inside("settled"), [ELEMENTS, shown, PATIENCE])
    assert not missing, f"{page.url}: {missing}"
    return page


def origin_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def faults_of_access(page: Page, widths: Sequence[int] = (), *, most: int = 0) -> list[str]:
    """What axe finds that keeps people out, as lines, at each width, or as the page is and of good habits too. ``most``
    leaves so many of what is alike, and the page so."""
    if most:
        page.evaluate(inside("shorten"), most)
    if not widths:
        return faults_of_places(page, [*TAGS, "best-practice"])
    return [
        f"{width}: {fault}"
        for width in widths
        for fault in faults_of_places(at_width(page, width), TAGS)
    ]


def faults_of_places(page: Page, rules: Sequence[str] = PLACED) -> list[str]:
    """The same of how things lie on the page alone, or of these rules."""
    if not AXE.is_file():
        lack("axe-core is not installed; run « npm ci » in web/.")
    if not page.evaluate(inside("begin")):
        page.evaluate(inside("begin"), AXE.read_text(encoding="utf-8"))
    # reading style sheets again is for rules on sound and on turned screens, which are not asked
    # for
    options = {"runOnly": list(rules), "resultTypes": ["violations"], "preload": False}
    faults = page.evaluate("options => axe.run(options)", options)
    return [
        f"{fault['id']}: {fault['help']}: {node['target']} {node['failureSummary']}"
        for fault in faults["violations"]
        for node in fault["nodes"]
    ]


def too_wide(page: Page, widths: Sequence[int]) -> list[str]:
    wide = "Math.max(0, document.documentElement.scrollWidth - innerWidth)"
    found = [(width, int(at_width(page, width).evaluate(wide))) for width in widths]
    return [f"{width}: {pixels} pixels too wide" for width, pixels in found if pixels]


def faults_of_looks(page: Page, widths: Sequence[int]) -> list[str]:
    """What a reader sees to be wrong at each width: words broken inside, text cut off, names over others."""
    found = []
    for width in widths:
        at_width(page, width)
        found += [f"{width}: {fault}" for fault in page.evaluate(inside("looks"))]
    return found


class Handler(SimpleHTTPRequestHandler):
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
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()
