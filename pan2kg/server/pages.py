"""Pages and assets: drawn once for a state of the data, kept, and sent as fits the client.

After a change whose things are known only what speaks of them is drawn anew. The home pages are
kept between starts too, so that who opens the service need not wait for them: found again by all
that they depend on, the files of the project, the program with its templates, the front end, and
the day. What is damaged or cannot be written is done without.
"""

import gc
import gzip
import hashlib
import json
import mimetypes
import os
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

from pan2kg.errors import Pan2kgError, ProjectError
from pan2kg.i18n import LANGUAGES, today
from pan2kg.i18n.catalogue import FOLDER_VARIABLE
from pan2kg.project import BUNDLE_RECORD, BUNDLES, PACKAGE, Project, write_atomically
from pan2kg.server import protocol
from pan2kg.server.edge import SMALL_BYTES
from pan2kg.server.keeper import Keeper
from pan2kg.server.protocol import RefusalError
from pan2kg.server.web import (
    Request,
    Response,
    Threads,
    header,
    insist_changed,
    lead,
    request_path,
    root_of,
)
from pan2kg.store import cache, queries

# the addresses of the home pages below the root, and how those of assets begin
HOMES = tuple(f"{language}/index.html" for language in LANGUAGES)
ASSETS = "assets/"
# bytes of pages that are kept
CACHE_BYTES = 64 * 2**20
# the kinds of things whose page speaks of one thing and what is said of it, with the names of all
# it is joined to
ENTITIES = frozenset(
    {
        "action",
        "body",
        "category",
        "document",
        "graph",
        "instrument",
        "part",
        "passage",
        "provision",
    }
)
_COMPRESSED = (
    "text/",
    "application/json",
    "application/javascript",
    "application/ld+json",
    "image/svg+xml",
)


# bytes a page takes in memory beside its own
_PAGE_BYTES = 200


class _MadeSite(NamedTuple):
    """A site, and the state of the pages it was made for."""

    state: str
    site: Any


class RefreshedSite:
    """The site over the data as they are: what ``make`` makes anew once they have changed, or the day.

    It has the page at an address below the root (``page``), and the one that says there is none
    there (``missing``).
    """

    def __init__(self, make: Callable[[], Any], release: protocol.ServedRelease) -> None:
        self.make = make
        self.release = release
        self._lock = threading.Lock()
        self._made = _MadeSite("", None)
        self._desk = self._made

    @property
    def state(self) -> str:
        """What tells a state of the pages from another: the release, how often it changed, the day."""
        return f"{self.release} {today()}"

    def site(self, *, is_desk: bool = False) -> Any:  # noqa: ANN401  # its module is read where it is drawn
        """The site over the data as they are now.

        That of the desk may lack what the desk has decided on candidates since: that, it reads in
        the files. To make the site anew takes seconds, and a decision should take hardly longer
        than it takes to read.
        """
        state = self.state
        desk = self._desk
        if is_desk and desk.state == state:
            return desk.site
        with self._lock:
            if self._made.state != state:
                self._made = _MadeSite(state, self.make())
            if is_desk:
                self._desk = self._made
            return self._made.site

    def change(self, bring_up: Callable[[], object]) -> None:
        """Bring the data up to a change; the desk goes on with the site it has."""
        before = self.state
        bring_up()
        if self._desk.state == before:
            self._desk = _MadeSite(self.state, self._desk.site)


class CachedPage:
    """A page with its ETag, and compressed where that is worth it; one that ``is_passing`` is not kept."""

    def __init__(self, media: str, body: bytes, *, is_passing: bool = False) -> None:
        self.media = media
        self.body = body
        self.is_passing = is_passing
        self.tag = f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
        is_small = len(body) <= SMALL_BYTES or not media.startswith(_COMPRESSED)
        self.zipped = None if is_small else gzip.compress(body, 6, mtime=0)
        self.size = len(body) + len(self.zipped or b"") + _PAGE_BYTES


# pages and files of questions that a table answers now: they lead to its own
_FORMER = re.compile(rf"/({'|'.join(LANGUAGES)})/question/({'|'.join(queries.FORMER)})\.(\w+)")


class PageKey(NamedTuple):
    """What a page is kept by: its path, and the arguments that change something on it."""

    path: str
    query: str = ""


class Pages:
    """Sends pages and assets; ``assets`` gives the files of the front end by their hashed names, when one is asked for.

    ``canonical`` gives the arguments of an address without what changes nothing on its page, such
    as the name of a campaign, so that a page is drawn and kept once however its address is
    decorated. ``homes`` keeps the home pages between starts, ``keeper`` knows what changes were
    about.
    """

    def __init__(
        self,
        site: RefreshedSite,
        assets: Callable[[], Mapping[str, Path]],
        *,
        canonical: Callable[[str, Mapping[str, str]], Mapping[str, str]] = lambda _, arguments: (
            arguments
        ),
        homes: "HomePages | None" = None,
        keeper: Keeper | None = None,
    ) -> None:
        self.site = site
        self.canonical = canonical
        self.homes = homes
        self.keeper = keeper
        self.assets = lru_cache(1)(assets)
        self.threads = Threads(4, "page")
        self._state = ""
        self._version = 0
        self._size = 0
        self._cache: OrderedDict[PageKey, CachedPage] = OrderedDict()
        self._current()
        for path, page in (homes.read() if homes else {}).items():
            self._keep(PageKey(path), page)

    async def answer(self, request: Request) -> Response:
        """A page or an asset, the way to one, or a page that says there is none.

        Raises:
            RefusalError: 404 where there is none and no page was asked for.
        """
        path = request_path(request)
        language = path[1:].removesuffix("/") or protocol.preferred_language(
            header(request, "accept-language")
        )
        if language in LANGUAGES:
            address = f"{root_of(request)}/{language}/index.html"
            return Response(
                status_code=302, headers={"location": address, "vary": "Accept-Language"}
            )
        query = request.scope["query_string"]
        page = await self._find(path[1:], query) if protocol.is_plain_path(path) else None
        if page is None:
            return _lead_on(request, path, query) or await self._tell_missing(request, path[1:])
        control = "no-cache"
        if path.startswith(f"/{ASSETS}"):
            control = "public, max-age=31536000, immutable"
        headers = {"content-type": page.media, "etag": page.tag, "cache-control": control}
        insist_changed(request, {**headers, "vary": "Accept-Encoding"})
        if page.zipped is None or "gzip" not in header(request, "accept-encoding"):
            return Response(page.body, headers=headers)
        headers |= {"content-encoding": "gzip", "vary": "Accept-Encoding"}
        return Response(page.zipped, headers=headers)

    async def _tell_missing(self, request: Request, path: str) -> Response:
        """Say that there is no page: on one, in the language of the address, with ways that lead on from it."""
        if "html" in header(request, "accept"):
            with suppress(Pan2kgError):
                page = await self.threads.run(lambda: self.site.site().missing(path))
                if page:
                    return Response(page.body, 404, {"content-type": page.media})
        raise RefusalError(404, "no-page")

    async def _find(self, path: str, query: bytes) -> CachedPage | None:
        """The page at a path, drawn where it is not kept; None where there is none."""
        state = self._current()
        arguments = protocol.read_fields(query)
        key = PageKey(path, urlencode(self.canonical(path, arguments)) if query else "")
        if key in self._cache:
            self._cache.move_to_end(key)
            return self._cache[key]
        page = await self.threads.run(self._draw, path, arguments)
        if page and not page.is_passing and state == self._state:
            self._keep(key, page)
        return page

    def _current(self) -> str:
        """The state of the pages now; what was drawn of another is let go, unless no change was about it."""
        state = self.site.state
        if state == self._state:
            return state
        version = self.keeper.version if self.keeper else 0
        is_same_day = self._state.rpartition(" ")[2] == state.rpartition(" ")[2]
        marks = self._marks_until(version) if is_same_day else None
        if marks is None:
            self._cache.clear()
            self._size = 0
            gc.unfreeze()  # what the site before was made of can go
        else:
            for key, page in list(self._cache.items()):
                if _may_differ(key.path, page, marks):
                    del self._cache[key]
                    self._size -= page.size
        self._state = state
        self._version = version
        return state

    def _marks_until(self, version: int) -> set[bytes] | None:
        """What the changes up to this version were about; None where there is none, or one that does not say."""
        if self.keeper is None or version == self._version:
            return None
        marks = set[bytes]()
        for number in range(self._version + 1, version + 1):
            touched = self.keeper.touched.get(number)
            if touched is None:
                return None
            marks.update(mark.encode() for mark in touched)
        return marks

    def _keep(self, key: PageKey, page: CachedPage) -> None:
        if self._cache.setdefault(key, page) is page:
            self._size += page.size
        while self._size > CACHE_BYTES:
            self._size -= self._cache.popitem(last=False)[1].size

    def warm(self) -> None:
        """Draw the home pages before anybody asks, so that the first reader does not wait for what all pages need."""
        from pan2kg.site import registry

        state = self.site.state
        drawn = {}
        with registry.seldom_collected(), suppress(Pan2kgError):  # it is told to who asks for one
            missing = [path for path in HOMES if PageKey(path) not in self._cache]
            drawn = {path: self._draw(path, {}) for path in missing or HOMES[:1]}
        if self.homes and self.site.state == state:
            self.homes.write({path: page for path, page in drawn.items() if page})
        gc.collect()
        # what the pages are drawn from stays: looking through it again would stop everything for
        # 0.1 s
        gc.freeze()

    def _draw(self, path: str, arguments: Mapping[str, str]) -> CachedPage | None:
        if path.startswith(ASSETS):
            file = self.assets().get(path.removeprefix(ASSETS))
            if file is None:
                return None
            media = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
            media += "; charset=utf-8" if media.startswith("text/") else ""
            try:
                return CachedPage(media, file.read_bytes())
            except OSError:
                raise RefusalError(404, "asset-gone") from None
        page = self.site.site().page(path, arguments)
        return CachedPage(page.media, page.body, is_passing=page.is_passing) if page else None


def _lead_on(request: Request, path: str, query: bytes) -> Response | None:
    """Lead from the page or file of a question that a table answers now to that table; None from all others."""
    former = _FORMER.fullmatch(path)
    if former is None:
        return None
    language, name, ending = former.groups()
    table_ending = "html" if ending == "ttl" else ending
    address = f"{language}/figure/{queries.FORMER[name][0]}.{table_ending}"
    if query:
        address += f"?{query.decode('latin-1')}"
    return lead(request, address, 301)


def _may_differ(path: str, page: CachedPage, marks: set[bytes]) -> bool:
    """Whether a page may differ after a change that was about these things.

    A page that is not below those of a kind, such as ``fr/action/…``, tells of all things together,
    whatever it speaks of by name.
    """
    if path.startswith(ASSETS):
        return False
    folder = path.partition("/")[2].rpartition("/")[0]
    is_summary = folder.partition("/")[0] not in ENTITIES
    return is_summary or any(mark in page.body for mark in marks)


class HomePages:
    """The home pages of a project as its files were when the service began; with no ``folder`` nothing is kept.

    To be made before they are loaded. Nothing is kept where catalogues of somebody's own are tried.
    """

    def __init__(self, project: Project, folder: Path | None) -> None:
        self.project = project
        is_shipped = not os.environ.get(FOLDER_VARIABLE)
        self.folder = cache.project_folder(project, folder) if folder and is_shipped else None
        self.name = self._name() if self.folder else ""

    def _name(self) -> str:
        from pan2kg.validation.kept import state_name

        templates = [
            path
            for path in sorted((PACKAGE / "site").rglob("*"))
            if path.suffix in (".html", ".css")
        ]
        builds = [folder / BUNDLE_RECORD for folder in BUNDLES]
        files = ((path, path.stat()) for path in (*templates, *filter(Path.is_file, builds)))
        stamps = [f"{path} {at.st_size} {at.st_mtime_ns}" for path, at in files]
        words = (state_name(self.project), str(today()), *stamps)
        return hashlib.sha256("\n".join(words).encode()).hexdigest()[:32]

    def read(self) -> dict[str, CachedPage]:
        """The home pages that were kept, by path; none where they are of another state or damaged."""
        with suppress(OSError, ValueError):
            if self.folder:
                digest, homes = json.loads((self.folder / f"home-{self.name}.json").read_bytes())
                if digest == hashlib.sha256(json.dumps(homes).encode()).hexdigest():
                    return {path: CachedPage(media, body.encode()) for path, media, body in homes}
        return {}

    def write(self, pages: Mapping[str, CachedPage]) -> None:
        """Keep the home pages, all of them or none, and forget those of other states."""
        if self.folder is None or not pages.keys() >= {*HOMES} or self._name() != self.name:
            return
        with suppress(OSError, ProjectError):
            homes = [(path, pages[path].media, pages[path].body.decode()) for path in HOMES]
            digest = hashlib.sha256(json.dumps(homes).encode()).hexdigest()
            self.folder.mkdir(parents=True, exist_ok=True)
            path = self.folder / f"home-{self.name}.json"
            write_atomically(path, json.dumps([digest, homes], ensure_ascii=False))
            for former in self.folder.glob("home-*.json"):
                if former != path:
                    former.unlink(missing_ok=True)
