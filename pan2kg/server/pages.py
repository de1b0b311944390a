"""Pages and assets as they are sent: drawn once for a state of the data, and sent as fits the client.

The site is that of :mod:`pan2kg.site`, made anew once the data have changed, or the day. What was
drawn is kept by :mod:`pan2kg.server.kept_pages`.
"""

import gc
import mimetypes
import re
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

from pan2kg.errors import Pan2kgError
from pan2kg.i18n import LANGUAGES, today
from pan2kg.server.keeper import Keeper
from pan2kg.server.kept_pages import ASSETS, HOMES, CachedPage, HomePages, PageCache, PageKey
from pan2kg.server.protocol import (
    RefusalError,
    ServedRelease,
    is_plain_path,
    preferred_language,
    read_fields,
)
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
from pan2kg.store import queries

# pages and files of questions that a table answers now: they lead to its own
_FORMER = re.compile(rf"/({'|'.join(LANGUAGES)})/question/({'|'.join(queries.FORMER)})\.(\w+)")
# how long a browser may keep an asset, whose name changes with its content
_ASSET_CONTROL = "public, max-age=31536000, immutable"


class _MadeSite(NamedTuple):
    """A site, and the state of the pages it was made for."""

    state: str
    site: Any


class RefreshedSite:
    """The site over the data as they are: what ``make`` makes anew once they have changed, or the day.

    It has the page at an address below the root (``page``), and the one that says there is none
    there (``missing``).
    """

    def __init__(self, make: Callable[[], Any], release: ServedRelease) -> None:
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
        homes: HomePages | None = None,
        keeper: Keeper | None = None,
    ) -> None:
        self.site = site
        self.canonical = canonical
        self.homes = homes
        self.assets = lru_cache(1)(assets)
        self.threads = Threads(4, "page")
        self.cache = PageCache(keeper)
        self.cache.bring_up(site.state)
        if homes:
            for path, page in homes.read().items():
                self.cache.keep(PageKey(path), page)

    async def answer(self, request: Request) -> Response:
        """A page or an asset, the way to one, or a page that says there is none.

        Raises:
            RefusalError: 404 where there is none and no page was asked for.
        """
        path = request_path(request)
        accepted = header(request, "accept-language")
        language = path[1:].removesuffix("/") or preferred_language(accepted)
        if language in LANGUAGES:
            address = f"{root_of(request)}/{language}/index.html"
            headers = {"location": address, "vary": "Accept-Language"}
            return Response(status_code=302, headers=headers)
        query = request.scope["query_string"]
        page = await self._find(path[1:], query) if is_plain_path(path) else None
        if page is None:
            return _lead_on(request, path, query) or await self._tell_missing(request, path[1:])
        control = _ASSET_CONTROL if path.startswith(f"/{ASSETS}") else "no-cache"
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
        state = self.site.state
        self.cache.bring_up(state)
        arguments = read_fields(query)
        key = PageKey(path, urlencode(self.canonical(path, arguments)) if query else "")
        page = self.cache.find(key)
        if page is None:
            page = await self.threads.run(self._draw, path, arguments)
            if page and not page.is_passing and state == self.cache.state:
                self.cache.keep(key, page)
        return page

    def _draw(self, path: str, arguments: Mapping[str, str]) -> CachedPage | None:
        if path.startswith(ASSETS):
            return self._read_asset(path.removeprefix(ASSETS))
        page = self.site.site().page(path, arguments)
        return CachedPage(page.media, page.body, is_passing=page.is_passing) if page else None

    def _read_asset(self, name: str) -> CachedPage | None:
        file = self.assets().get(name)
        if file is None:
            return None
        media = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        if media.startswith("text/"):
            media += "; charset=utf-8"
        try:
            return CachedPage(media, file.read_bytes())
        except OSError:
            raise RefusalError(404, "asset-gone") from None

    def warm(self) -> None:
        """Draw the home pages before anybody asks, so that the first reader does not wait for what all pages need."""
        from pan2kg.site import registry

        state = self.site.state
        drawn = {}
        with registry.rare_collections(), suppress(Pan2kgError):  # it is told to who asks for one
            missing = [path for path in HOMES if PageKey(path) not in self.cache]
            for path in missing or HOMES[:1]:
                if page := self._draw(path, {}):
                    drawn[path] = page
        if self.homes and self.site.state == state:
            self.homes.write(drawn)
        gc.collect()
        # what the pages are drawn from stays: looking through it again would stop everything for
        # 0.1 s
        gc.freeze()


def _lead_on(request: Request, path: str, query: bytes) -> Response | None:
    """Lead from the page or file of a question that a table answers now to that table; None from all others."""
    former = _FORMER.fullmatch(path)
    if former is None:
        return None
    language, name, ending = former.groups()
    table_ending = "html" if ending == "ttl" else ending
    address = f"{language}/figure/{queries.FORMER[name].table}.{table_ending}"
    if query:
        address += f"?{query.decode('latin-1')}"
    return lead(request, address, 301)
