"""Pages and assets: drawn once for a state of the data, kept, and sent as fits the client."""

from __future__ import annotations

import asyncio
import gc
import gzip
import hashlib
import logging
import mimetypes
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import parse_qsl

from starlette.responses import Response

from pan2kg.errors import Pan2kgError, QueryError
from pan2kg.i18n.catalogue import LANGUAGES
from pan2kg.i18n.days import today
from pan2kg.server.negotiation import preferred_language, takes_gzip
from pan2kg.server.refusal import Refusal, why
from pan2kg.server.request import PAGE_HEADERS, SMALL, Request, is_plain_path, matches, refuse, refuse_method, reply
from pan2kg.server.settings import HOMES, Release

CACHE_BYTES: Final = 64 * 2**20
"""Bytes of pages that are kept."""
ASSETS: Final = "/assets/"
SELDOM: Final = (100_000, 50, 50)
"""When Python looks for garbage in cycles while what all pages need is read; most of it stays."""

_LOG = logging.getLogger("pan2kg.service")
_COMPRESSED = ("text/", "application/json", "application/javascript", "application/ld+json", "image/svg+xml")


class Page(Protocol):
    """A page: its address below the root, its media type, its content."""

    @property
    def media(self) -> str:
        """The media type, with its charset where it is text."""

    @property
    def body(self) -> bytes:
        """The content."""

    @property
    def is_passing(self) -> bool:
        """Whether it will soon say something else of the same data, and is not to be kept."""


class Site(Protocol):
    """Whoever draws the pages; from any thread."""

    def page(self, path: str, arguments: Mapping[str, str], /) -> Page | None:
        """The page at an address below the root, None where there is none."""

    def missing(self, path: str, /) -> Page | None:
        """The page that says there is none at an address, None where nobody drew one."""


@dataclass(slots=True)
class RefreshedSite:
    """A site that is made anew when the data have changed or a new day has begun; for whoever draws pages."""

    make: Callable[[], Site]
    release: Release
    _state: str = ""
    _site: Site | None = None
    _held: Site | None = None
    _held_at: str = ""

    @property
    def state(self) -> str:
        """What the site depends on: the data, and the day."""
        return f"{self.release} {today()}"

    def site(self) -> Site:
        """The site over the data as they are now."""
        state = self.state
        if self._site is None or state != self._state:
            self._state, self._site = state, self.make()
        return self._site

    def desk(self) -> Site:
        """The same, or one that lacks only what the desk has decided on candidates since: that, it reads in the files.

        To make the site anew takes seconds, and a decision should take hardly longer than it takes to read.
        """
        if self._held is None or self._held_at != self.state:
            self._held, self._held_at = self.site(), self.state
        return self._held

    def change(self, bring_up: Callable[[], object]) -> None:
        """Do what brings the data up to decisions on candidates; the desk goes on with the site it has."""
        before = self.state
        bring_up()
        if self._held_at == before:
            self._held_at = self.state


@dataclass(frozen=True, slots=True)
class CachedPage:
    """A page as it is sent, plain and compressed; ``digest`` is of the plain one."""

    media: str
    body: bytes
    zipped: bytes | None
    digest: str
    is_passing: bool = False

    @property
    def size(self) -> int:
        """How much memory it takes, about."""
        return len(self.body) + len(self.zipped or b"") + 200

    def tag(self, coding: str = "") -> bytes:
        """The ETag in a coding: strong, so that it differs where the bytes do (RFC 9110, 8.8.3.3).

        >>> page = prepare("text/html", b"")
        >>> page.tag("gzip") == page.tag()
        False
        """
        return f'"{self.digest}{coding and "-"}{coding}"'.encode()


def prepare(media: str, body: bytes, *, is_passing: bool = False) -> CachedPage:
    """A page made ready to be sent.

    >>> prepare("text/html; charset=utf-8", b"x" * 5000).size < 5300
    True
    """
    worth = len(body) > SMALL and media.startswith(_COMPRESSED)
    zipped = gzip.compress(body, 6, mtime=0) if worth else None
    return CachedPage(media, body, zipped, hashlib.blake2b(body, digest_size=12).hexdigest(), is_passing)


@dataclass(slots=True)
class Pages:
    """Sends pages and assets; ``assets`` are the files of the front end by their hashed names.

    ``make`` gives the site anew when the data have changed or a new day has begun, as pages look back
    from today. ``canonical`` gives the query of an address, where it has one, without what changes nothing on its page,
    so that a page is drawn and kept once however its address is decorated. ``drawn`` is given the home pages of one
    state of the data.
    """

    make: Callable[[], Site]
    release: Release
    assets: Mapping[str, Path] = field(default_factory=dict)
    threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(4, "page"))
    leaving: Callable[[], bool] = lambda: False
    canonical: Callable[[str, bytes], bytes] = lambda _, query: query
    drawn: Callable[[Mapping[str, Page]], None] = lambda _: None
    _state: str = ""
    _site: Site | None = None
    _cache: OrderedDict[tuple[str, bytes], CachedPage] = field(default_factory=OrderedDict)
    _size: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    async def answer(self, request: Request) -> Response:
        """Answer one request."""
        if request.method not in ("GET", "HEAD"):
            return refuse_method(request, "GET, HEAD")
        language = request.path[1:].removesuffix("/") or preferred_language(request.header("accept-language"))
        if language in LANGUAGES:
            where = f"{request.root}/{language}/index.html".encode()
            return reply(302, [(b"location", where), (b"vary", b"Accept-Language"), *PAGE_HEADERS])
        path = request.path.removeprefix("/")
        found = await self._find(path, request.query) if is_plain_path(path) else None
        if isinstance(found, CachedPage):
            lasting = request.path.startswith(ASSETS)
            return self._send(request, found, b"public, max-age=31536000, immutable" if lasting else b"no-cache")
        return await self._refuse(request, found or Refusal(404, why("no-page")))

    async def _find(self, path: str, query: bytes) -> CachedPage | Refusal | None:
        state = self._current()
        key = (path, self.canonical(path, query) if query else query)
        if key in self._cache:
            self._cache.move_to_end(key)
            return self._cache[key]
        loop = asyncio.get_running_loop()
        made = await loop.run_in_executor(self.threads, self._draw, path, query)
        is_new = state == self._state and key not in self._cache
        if is_new and isinstance(made, CachedPage) and not made.is_passing:
            self._keep(key, made)
        return made

    def _current(self) -> str:
        """The state of the data and the day; what was drawn of another one is let go."""
        state = f"{self.release} {today()}"
        if state != self._state:
            self._state, self._site, self._size = state, None, 0
            self._cache.clear()
            gc.unfreeze()  # what the site before was made of can go
        return state

    def _keep(self, key: tuple[str, bytes], made: CachedPage) -> None:
        self._cache[key] = made
        self._size += made.size
        while self._size > CACHE_BYTES:
            self._size -= self._cache.popitem(last=False)[1].size

    def begin_with(self, pages: Mapping[str, Page]) -> None:
        """Send these pages, by their addresses, as long as the data are those they were drawn of before."""
        self._current()
        for path, page in pages.items():
            self._keep((path, b""), prepare(page.media, page.body))

    def warm(self) -> None:
        """Draw the home pages before anybody asks, so that the first reader does not wait for what all pages need."""
        self.threads.submit(self._warm)

    def _warm(self) -> None:
        usual, state = gc.get_threshold(), str(self.release)
        gc.set_threshold(*SELDOM)
        try:
            made = {path: self._draw(path, b"") for path in HOMES}
        finally:
            gc.set_threshold(*usual)
        if str(self.release) == state:
            self.drawn({path: page for path, page in made.items() if isinstance(page, CachedPage)})
        gc.collect()
        gc.freeze()  # what the pages are drawn from stays: looking through it again would stop everything for 0.1 s

    def site(self) -> Site:
        """The site over the data as they are now."""
        with self._lock:
            site = self._site or self.make()
            self._site = site
            return site

    def _draw(self, path: str, query: bytes) -> CachedPage | Refusal | None:
        if path.startswith(ASSETS[1:]):
            return self._asset(path.removeprefix(ASSETS[1:]))
        try:
            arguments = dict(parse_qsl(query.decode("utf-8"), keep_blank_values=True, errors="strict"))
        except ValueError:
            return Refusal(400, why("address-encoding"))
        try:
            page = self.site().page(path, arguments)
        except QueryError as error:
            return Refusal(400, error.told)
        except Pan2kgError as error:
            if not self.leaving():
                _LOG.warning("%s: %s", path, error)
            return Refusal(503, why("no-page-now", why=error.told), headers=(("retry-after", "5"),))
        return prepare(page.media, page.body, is_passing=page.is_passing) if page else None

    def _asset(self, name: str) -> CachedPage | Refusal | None:
        if name not in self.assets:
            return None
        media = mimetypes.guess_type(name)[0] or "application/octet-stream"
        media += "; charset=utf-8" if media.startswith("text/") else ""
        try:
            return prepare(media, self.assets[name].read_bytes())
        except OSError:
            return Refusal(404, why("asset-gone"))

    def _send(self, request: Request, page: CachedPage, caching: bytes) -> Response:
        zipped = page.zipped if takes_gzip(request.header("accept-encoding")) else None
        tag = page.tag("" if zipped is None else "gzip")
        headers = [(b"etag", tag), (b"cache-control", caching), *PAGE_HEADERS]
        is_known = matches(request.header("if-none-match"), [tag])
        if zipped or is_known:  # else it is said where others are compressed
            headers.append((b"vary", b"Accept-Encoding"))
        if is_known:
            return reply(304, headers)
        coding = [] if zipped is None else [(b"content-encoding", b"gzip")]
        return reply(200, [(b"content-type", page.media.encode()), *headers, *coding], zipped or page.body)

    async def _refuse(self, request: Request, refusal: Refusal) -> Response:
        """Say it on a page, in the language of the address and with ways that lead on from there."""
        page = None
        if refusal.status == 404 and "html" in request.header("accept"):
            loop = asyncio.get_running_loop()
            page = await loop.run_in_executor(self.threads, self._missing, request.path.removeprefix("/"))
        if page is None:
            return refuse(request, refusal, PAGE_HEADERS)
        return reply(404, [(b"content-type", page.media.encode()), *PAGE_HEADERS], page.body)

    def _missing(self, path: str) -> Page | None:
        try:
            return self.site().missing(path)
        except Pan2kgError:
            return None
