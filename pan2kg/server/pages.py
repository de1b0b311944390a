"""Pages and assets: drawn once for a state of the data, kept, and sent as fits the client.

After a change whose things are known only what speaks of them is drawn anew. The home pages are kept between starts
too, so that who opens the service need not wait for them: found again by all that they depend on, the files of the
project, the program with its templates, the front end, and the day. What is damaged or cannot be written is done
without.
"""

from __future__ import annotations

import asyncio
import gc
import gzip
import hashlib
import json
import logging
import mimetypes
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Protocol
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from pan2kg.errors import Pan2kgError, ProjectError, QueryError
from pan2kg.i18n.catalogue import FOLDER_VARIABLE, LANGUAGES
from pan2kg.i18n.message import today
from pan2kg.project import PACKAGE, Project, write_atomically
from pan2kg.server.protocol import RefusalError, ServedRelease, is_plain_path, preferred_language, why
from pan2kg.server.web import SMALL, header, matches, path_of, root_of
from pan2kg.server.workers import Keeper
from pan2kg.site.page import find_bundle
from pan2kg.store.cache import project_folder
from pan2kg.validation.report import state_name

# the addresses of the home pages below the root
HOMES: Final = tuple(f"{language}/index.html" for language in LANGUAGES)
# bytes of pages that are kept
CACHE_BYTES: Final = 64 * 2**20
# when Python looks for garbage in cycles while what all pages need is read; most of it stays
ASSETS: Final = "/assets/"
SELDOM: Final = (100_000, 50, 50)
_COMPRESSED: Final = ("text/", "application/json", "application/javascript", "application/ld+json", "image/svg+xml")
_LOG = logging.getLogger("pan2kg.service")


class DrawingSite(Protocol):
    """Whoever draws the pages; from any thread. A page has its ``media`` type, its ``body``, and ``is_passing``."""

    def page(self, path: str, arguments: Mapping[str, str], /) -> Any:  # noqa: ANN401  # see above
        """The page at an address below the root, None where there is none."""

    def missing(self, path: str, /) -> Any:  # noqa: ANN401  # see above
        """The page that says there is none at an address, None where nobody drew one."""


class RefreshedSite:
    """A site that is made anew when the data have changed or a new day has begun, as pages look back from today."""

    def __init__(self, make: Callable[[], DrawingSite], release: ServedRelease) -> None:
        self.make, self.release = make, release
        self._lock = threading.Lock()
        self._site: tuple[str, DrawingSite] | None = None
        self._desk: tuple[str, DrawingSite] | None = None

    @property
    def state(self) -> str:
        """What the site depends on: the data, and the day."""
        return f"{self.release} {today()}"

    def site(self) -> DrawingSite:
        """The site over the data as they are now."""
        with self._lock:
            state = self.state
            if self._site is None or self._site[0] != state:
                self._site = state, self.make()
            return self._site[1]

    def desk(self) -> DrawingSite:
        """The same, or one that lacks only what the desk has decided on candidates since: that, it reads in the files.

        To make the site anew takes seconds, and a decision should take hardly longer than it takes to read.
        """
        if self._desk is None or self._desk[0] != self.state:
            self._desk = self.state, self.site()
        return self._desk[1]

    def change(self, bring_up: Callable[[], object]) -> None:
        """Do what brings the data up to decisions on candidates; the desk goes on with the site it has."""
        before = self.state
        bring_up()
        if self._desk and self._desk[0] == before:
            self._desk = self.state, self._desk[1]


class CachedPage:
    """A page as it is sent, plain and compressed."""

    def __init__(self, media: str, body: bytes, *, is_passing: bool = False) -> None:
        self.media, self.body, self.is_passing = media, body, is_passing
        self.tag = f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
        is_worth = len(body) > SMALL and media.startswith(_COMPRESSED)
        self.zipped = gzip.compress(body, 6, mtime=0) if is_worth else None
        self.size = len(body) + len(self.zipped or b"") + 200


class Pages:
    """Sends pages and assets; ``assets`` are the files of the front end by their hashed names.

    ``canonical`` gives the query of an address, where it has one, without what changes nothing on its page, so that a
    page is drawn and kept once however its address is decorated. ``homes`` keeps the home pages between starts,
    ``keeper`` knows what changes were about.
    """

    def __init__(
        self,
        site: RefreshedSite,
        assets: Mapping[str, Path],
        *,
        canonical: Callable[[str, bytes], bytes] = lambda _, query: query,
        homes: HomePages | None = None,
        keeper: Keeper | None = None,
    ) -> None:
        self.site, self.assets, self.canonical, self.homes, self.keeper = site, assets, canonical, homes, keeper
        self.threads = ThreadPoolExecutor(4, "page")
        self.is_leaving: Callable[[], bool] = lambda: False
        self._state, self._version, self._size = "", 0, 0
        self._cache: OrderedDict[tuple[str, bytes], CachedPage] = OrderedDict()
        self._current()
        for path, page in (homes.read() if homes and homes.is_current() else {}).items():
            self._keep((path, b""), page)

    async def answer(self, request: Request) -> Response:
        """Answer one request."""
        path = path_of(request)
        language = path[1:].removesuffix("/") or preferred_language(header(request, "accept-language"))
        if language in LANGUAGES:
            address = f"{root_of(request)}/{language}/index.html"
            return Response(status_code=302, headers={"location": address, "vary": "Accept-Language"})
        try:
            page = await self._find(path[1:], request.scope["query_string"]) if is_plain_path(path) else None
            if page is None:
                raise RefusalError(404, why("no-page"))
        except RefusalError as refusal:
            if refusal.status != 404 or "html" not in header(request, "accept"):
                raise
            # said on a page, in the language of the address and with ways that lead on from it
            drawn = await asyncio.get_running_loop().run_in_executor(self.threads, self._missing, path[1:])
            if drawn is None:
                raise
            return Response(drawn.body, 404, {"content-type": drawn.media})
        lasting = path.startswith(ASSETS)
        headers = {
            "content-type": page.media,
            "etag": page.tag,
            "cache-control": "public, max-age=31536000, immutable" if lasting else "no-cache",
        }
        if matches(header(request, "if-none-match"), page.tag):
            return Response(status_code=304, headers={**headers, "vary": "Accept-Encoding"})
        if page.zipped is None or "gzip" not in header(request, "accept-encoding"):
            return Response(page.body, headers=headers)
        return Response(page.zipped, headers={**headers, "content-encoding": "gzip", "vary": "Accept-Encoding"})

    async def _find(self, path: str, query: bytes) -> CachedPage | None:
        state = self._current()
        key = (path, self.canonical(path, query) if query else query)
        if key in self._cache:
            self._cache.move_to_end(key)
            return self._cache[key]
        page = await asyncio.get_running_loop().run_in_executor(self.threads, self._draw, path, query)
        if page and not page.is_passing and state == self._state and key not in self._cache:
            self._keep(key, page)
        return page

    def _current(self) -> str:
        """The state of the data and the day; what was drawn of another one is let go, unless no change was about it."""
        state = self.site.state
        if state == self._state:
            return state
        version = self.keeper.version if self.keeper else 0
        changes = (
            [self.keeper.touched.get(number) for number in range(self._version + 1, version + 1)] if self.keeper else []
        )
        is_same_day = self._state.rpartition(" ")[2] == state.rpartition(" ")[2]
        if changes and None not in changes and is_same_day:
            marks = [mark.encode() for mark in frozenset[str]().union(*filter(None, changes))]
            for key, page in list(self._cache.items()):
                if not key[0].startswith(ASSETS[1:]) and (
                    is_summary(key[0]) or any(mark in page.body for mark in marks)
                ):
                    del self._cache[key]
                    self._size -= page.size
        else:
            self._cache.clear()
            self._size = 0
            gc.unfreeze()  # what the site before was made of can go
        self._state, self._version = state, version
        return state

    def _keep(self, key: tuple[str, bytes], page: CachedPage) -> None:
        self._cache[key] = page
        self._size += page.size
        while self._size > CACHE_BYTES:
            self._size -= self._cache.popitem(last=False)[1].size

    def warm(self) -> None:
        """Draw the home pages before anybody asks, so that the first reader does not wait for what all pages need."""
        self.threads.submit(self._warm)

    def _warm(self) -> None:
        usual, state = gc.get_threshold(), self.site.state
        gc.set_threshold(*SELDOM)
        try:
            drawn = {path: self._draw(path, b"") for path in HOMES}
        except RefusalError:  # it is told to who asks for one
            return
        finally:
            gc.set_threshold(*usual)
        if self.homes and self.site.state == state:
            self.homes.write({path: page for path, page in drawn.items() if page})
        gc.collect()
        gc.freeze()  # what the pages are drawn from stays: looking through it again would stop everything for 0.1 s

    def _draw(self, path: str, query: bytes) -> CachedPage | None:
        if path.startswith(ASSETS[1:]):
            return self._asset(path.removeprefix(ASSETS[1:]))
        try:
            arguments = dict(parse_qsl(query.decode("utf-8"), keep_blank_values=True, errors="strict"))
        except ValueError:
            raise RefusalError(400, why("address-encoding")) from None
        try:
            page = self.site.site().page(path, arguments)
        except QueryError as error:
            raise RefusalError(400, error.told) from None
        except Pan2kgError as error:
            if not self.is_leaving():
                _LOG.warning("%s: %s", path, error)
            raise RefusalError(503, why("no-page-now", why=error.told), retry_after="5") from None
        return CachedPage(page.media, page.body, is_passing=page.is_passing) if page else None

    def _asset(self, name: str) -> CachedPage | None:
        if name not in self.assets:
            return None
        media = mimetypes.guess_type(name)[0] or "application/octet-stream"
        media += "; charset=utf-8" if media.startswith("text/") else ""
        try:
            return CachedPage(media, self.assets[name].read_bytes())
        except OSError:
            raise RefusalError(404, why("asset-gone")) from None

    def _missing(self, path: str) -> Any:  # noqa: ANN401  # see above
        with suppress(Pan2kgError):
            return self.site.site().missing(path)


def is_summary(path: str) -> bool:
    """Whether a page tells of all things together, whatever it speaks of by name: it is not below that of a kind.

    >>> is_summary("fr/index.html"), is_summary("fr/action/lu-bhr-2-1.html"), is_summary("fr/question/gaps.html")
    (True, False, True)
    """
    folder = path.partition("/")[2].rpartition("/")[0].partition("/")[0]
    return folder not in ENTITIES


# the kinds of things whose page speaks of one thing and what is said of it, with the names of all it is joined to
ENTITIES: Final = frozenset(
    {"action", "body", "category", "document", "graph", "instrument", "part", "passage", "provision"}
)


class HomePages:
    """The home pages of a project as its files were when the service began; with no ``folder`` nothing is kept.

    To be made before they are loaded. Nothing is kept where catalogues of somebody's own are tried.
    """

    def __init__(self, project: Project, folder: Path | None) -> None:
        self.project = project
        self.folder = None if folder is None or os.environ.get(FOLDER_VARIABLE) else project_folder(project, folder)
        self.name = self._name() if self.folder else ""

    def _name(self) -> str:
        """A name for all that the pages depend on."""
        templates = [path for path in sorted((PACKAGE / "site").rglob("*")) if path.suffix in (".html", ".css")]
        bundle = find_bundle()
        stamps = [f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in templates]
        words = (state_name(self.project), str(today()), *(bundle.files() if bundle else ()), *stamps)
        return hashlib.sha256("\n".join(words).encode()).hexdigest()[:32]

    def is_current(self) -> bool:
        """Whether the files are still as they were."""
        return self.folder is not None and self._name() == self.name

    def read(self) -> dict[str, CachedPage]:
        """The pages by their addresses; nothing where they are not all there as they were written."""
        with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
            if self.folder:
                content = json.loads((self.folder / f"home-{self.name}.json").read_bytes())
                bodies = {path: (content[path]["media"], content[path]["body"].encode()) for path in HOMES}
                if content["digest"] == _digest([body for _, body in bodies.values()]):
                    return {path: CachedPage(*page) for path, page in bodies.items()}
        return {}

    def write(self, pages: Mapping[str, CachedPage]) -> None:
        """Keep the pages in place of those of an earlier state: all of them, where no file was changed meanwhile."""
        if self.folder is None or not pages.keys() >= {*HOMES} or not self.is_current():
            return
        with suppress(OSError, ProjectError):
            content = {path: {"media": pages[path].media, "body": pages[path].body.decode()} for path in HOMES}
            digest = {"digest": _digest([pages[path].body for path in HOMES])}
            self.folder.mkdir(parents=True, exist_ok=True)
            path = self.folder / f"home-{self.name}.json"
            write_atomically(path, json.dumps(content | digest, ensure_ascii=False))
            for former in self.folder.glob("home-*.json"):
                if former != path:
                    former.unlink(missing_ok=True)


def _digest(bodies: list[bytes]) -> str:
    return hashlib.sha256(b"\0".join(bodies)).hexdigest()
