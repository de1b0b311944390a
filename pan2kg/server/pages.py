"""Pages, assets and files of a release: drawn once for a state of the data, kept, and sent as fits the client.

After a change whose things are known only what speaks of them is drawn anew. The home pages are
kept between starts too, so that who opens the service need not wait for them: found again by all
that they depend on, the files of the project, the program with its templates, the front end, and
the day. What is damaged or cannot be written is done without.

A release is served as it is: every file with the ETag of its own checksum, and what plain files
cannot say, status and negotiation; what no file tells, a link that a rule made, is answered from
the graph.
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
from typing import Any, Final
from urllib.parse import urlencode

from starlette.responses import FileResponse

from pan2kg.errors import Pan2kgError, Place, ProjectError
from pan2kg.i18n import LANGUAGES, today
from pan2kg.i18n.catalogue import FOLDER_VARIABLE
from pan2kg.project import BUNDLE_RECORD, BUNDLES, PACKAGE, Project, reason, write_atomically
from pan2kg.server import protocol, web
from pan2kg.server.keeper import Keeper
from pan2kg.server.protocol import RefusalError
from pan2kg.store import cache, queries

# the addresses of the home pages below the root, and how those of assets begin
HOMES: Final = tuple(f"{language}/index.html" for language in LANGUAGES)
ASSETS: Final = "assets/"
# bytes of pages that are kept
CACHE_BYTES: Final = 64 * 2**20
# the kinds of things whose page speaks of one thing and what is said of it, with the names of all
# it is joined to
ENTITIES: Final = frozenset(
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
_COMPRESSED: Final = (
    "text/",
    "application/json",
    "application/javascript",
    "application/ld+json",
    "image/svg+xml",
)


class RefreshedSite:
    """The site over the data as they are: what ``make`` makes anew once they have changed, or the day.

    It has the page at an address below the root (``page``), and the one that says there is none
    there (``missing``).
    """

    def __init__(self, make: Callable[[], Any], release: protocol.ServedRelease) -> None:
        self.make = make
        self.release = release
        self._lock = threading.Lock()
        self._sites: dict[str, tuple[str, Any]] = {}

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
        if is_desk and self._sites.get("desk", ("",))[0] == state:
            return self._sites["desk"][1]
        with self._lock:
            if self._sites.get("", ("",))[0] != state:
                self._sites[""] = state, self.make()
            self._sites |= {"desk": self._sites[""]} if is_desk else {}
            return self._sites[""][1]

    def change(self, bring_up: Callable[[], object]) -> None:
        """Bring the data up to a change; the desk goes on with the site it has."""
        before = self.state
        bring_up()
        if (desk := self._sites.get("desk")) and desk[0] == before:
            self._sites["desk"] = self.state, desk[1]


class CachedPage:
    """A page with its ETag, and compressed where that is worth it; one that ``is_passing`` is not kept."""

    def __init__(self, media: str, body: bytes, *, is_passing: bool = False) -> None:
        self.media = media
        self.body = body
        self.is_passing = is_passing
        self.tag = f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
        is_small = len(body) <= web.SMALL or not media.startswith(_COMPRESSED)
        self.zipped = None if is_small else gzip.compress(body, 6, mtime=0)
        self.size = len(body) + len(self.zipped or b"") + 200


# pages and files of questions that a table answers now: they lead to its own
_FORMER: Final = re.compile(
    rf"/({'|'.join(LANGUAGES)})/question/({'|'.join(queries.FORMER)})\.(\w+)"
)


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
        self.threads = web.Threads(4, "page")
        self._state = ""
        self._version = 0
        self._size = 0
        self._cache: OrderedDict[tuple[str, str], CachedPage] = OrderedDict()
        self._current()
        for path, page in (homes.read() if homes else {}).items():
            self._keep((path, ""), page)

    async def answer(self, request: web.Request) -> web.Response:
        """A page or an asset, the way to one, or a page that says there is none.

        Raises:
            RefusalError: 404 where there is none and no page was asked for.
        """
        path = web.path_of(request)
        language = path[1:].removesuffix("/") or protocol.preferred_language(
            web.header(request, "accept-language")
        )
        if language in LANGUAGES:
            address = f"{web.root_of(request)}/{language}/index.html"
            return web.Response(
                status_code=302, headers={"location": address, "vary": "Accept-Language"}
            )
        query = request.scope["query_string"]
        page = await self._find(path[1:], query) if protocol.is_plain_path(path) else None
        if page is None and (former := _FORMER.fullmatch(path)):
            language, name, ending = former.groups()
            address = f"{language}/figure/{queries.FORMER[name][0]}.{'html' if ending == 'ttl' else ending}"
            return web.lead(
                request, f"{address}?{query.decode('latin-1')}" if query else address, 301
            )
        if page is None:
            # said on a page, in the language of the address and with ways that lead on from it
            with suppress(Pan2kgError):
                is_reader = "html" in web.header(request, "accept")
                if is_reader and (
                    drawn := await self.threads.run(lambda: self.site.site().missing(path[1:]))
                ):
                    return web.Response(drawn.body, 404, {"content-type": drawn.media})
            raise RefusalError(404, "no-page")
        control = (
            "public, max-age=31536000, immutable" if path.startswith(f"/{ASSETS}") else "no-cache"
        )
        headers = {"content-type": page.media, "etag": page.tag, "cache-control": control}
        web.insist_changed(request, {**headers, "vary": "Accept-Encoding"})
        if page.zipped is None or "gzip" not in web.header(request, "accept-encoding"):
            return web.Response(page.body, headers=headers)
        return web.Response(
            page.zipped, headers={**headers, "content-encoding": "gzip", "vary": "Accept-Encoding"}
        )

    async def _find(self, path: str, query: bytes) -> CachedPage | None:
        state = self._current()
        arguments = protocol.read_fields(query)
        key = (path, urlencode(self.canonical(path, arguments)) if query else "")
        if key in self._cache:
            self._cache.move_to_end(key)
            return self._cache[key]
        page = await self.threads.run(self._draw, path, arguments)
        if page and not page.is_passing and state == self._state:
            self._keep(key, page)
        return page

    def _current(self) -> str:
        # what was drawn of another state of the data or day is let go, unless no change was about
        # it
        state = self.site.state
        if state == self._state:
            return state
        version, touched = (self.keeper.version, self.keeper.touched) if self.keeper else (0, {})
        changes = [touched.get(number) for number in range(self._version + 1, version + 1)]
        is_same_day = self._state.rpartition(" ")[2] == state.rpartition(" ")[2]
        if changes and None not in changes and is_same_day:
            marks = [mark.encode() for mark in frozenset[str]().union(*filter(None, changes))]
            for (path, query), page in list(self._cache.items()):
                # a page that is not below those of a kind tells of all things together, whatever it
                # speaks of by name
                is_summary = (
                    path.partition("/")[2].rpartition("/")[0].partition("/")[0] not in ENTITIES
                )
                if not path.startswith(ASSETS) and (
                    is_summary or any(mark in page.body for mark in marks)
                ):
                    del self._cache[path, query]
                    self._size -= page.size
        else:
            self._cache.clear()
            self._size = 0
            gc.unfreeze()  # what the site before was made of can go
        self._state = state
        self._version = version
        return state

    def _keep(self, key: tuple[str, str], page: CachedPage) -> None:
        if self._cache.setdefault(key, page) is page:
            self._size += page.size
        while self._size > CACHE_BYTES:
            self._size -= self._cache.popitem(last=False)[1].size

    def warm(self) -> None:
        """Draw the home pages before anybody asks, so that the first reader does not wait for what all pages need."""
        from pan2kg.site import registry

        state = self.site.state
        drawn = dict[str, CachedPage | None]()
        with registry.seldom_collected(), suppress(Pan2kgError):  # it is told to who asks for one
            missing = [path for path in HOMES if (path, "") not in self._cache]
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


# what has several forms under one address that is no document of a thing
_ABOUT: Final = ("dataset", "catalogue", "contributors", "publisher", "profile")
_VARIANTS: Final[Mapping[str, Mapping[str, str]]] = {
    "ontology": {"html": "fr/ontology.html"}
    | {ending: f"ontology/pan2kg.{ending}" for ending in ("ttl", "jsonld", "rdf", "nt")},
    **dict.fromkeys(
        _ABOUT,
        {"html": "index.html"}
        | {ending: f"catalogue.{ending}" for ending in ("ttl", "jsonld", "rdf")},
    ),
}
_ENDING: Final = re.compile(r"\.(?:html|ttl|jsonld)$")
# where what is no file leads, if that is one: a thing, a version of the dataset or of the ontology,
# a question
_LED: Final = (
    ("id/(.+)", "doc/$1"),
    (r"dataset/([0-9][^/]*?)/?", "version/$1/"),
    ("ontology/([0-9][^/]*)", "ontology/$1.ttl"),
    ("(?:prefixes|query)(?:/.*)?", "queries.ttl"),
)


class ReleaseFiles:
    """The files of a release in a folder; what no file tells, ``otherwise`` is asked.

    Raises ProjectError where the folder holds no release.
    """

    def __init__(self, folder: Path, otherwise: web.Handler | None = None) -> None:
        from pan2kg.publish import document_places, host_rules
        from pan2kg.publish.folder import LIST, MARK, read_checksums

        try:
            mark = json.loads((folder / MARK).read_text(encoding="utf-8"))
            sums = dict(read_checksums(folder))
        except (OSError, ValueError) as error:
            fault = reason(error) if isinstance(error, OSError) else MARK
            raise ProjectError(
                "holds-no-release-to-serve", place=Place(str(folder)), error=fault
            ) from None
        shown = {path: digest for path, digest in sums.items() if not path.endswith(".htaccess")}
        # its files, and what was given up with what took its place
        self.folder = folder
        self.otherwise = otherwise
        self.sums = shown | {LIST: sums.get(MARK, "")}
        self.retired = mark.get("retired", {})
        texts = {
            ending: f"{media}; charset=utf-8" for ending, media in document_places.MEDIA.items()
        }
        self.media = texts | document_places.OTHER_MEDIA | {"gz": "application/gzip"}
        # the addresses of earlier releases, and those in the folder of a version
        packed = {
            path.split("/")[1]
            for path in shown
            if re.fullmatch(r"version/[^/]+/tables/.+\.csv\.gz", path)
        }
        self.rules = [
            *host_rules.MOVED,
            *host_rules.version_rules(str(mark.get("version")), sorted(packed)),
        ]
        self.rules += [*host_rules.GONE, *(host_rules.HostRule(*pair) for pair in _LED)]
        endings = ("html", "ttl", "jsonld", "rdf", "nt")
        self.forms = tuple(
            protocol.Form(ending, (document_places.MEDIA[ending],)) for ending in endings
        )

    async def answer(self, request: web.Request) -> web.Response:
        """What an address of the release answers: a file, the way to one, a form of a document, or nothing."""
        path = web.path_of(request).removeprefix("/")
        answer = self._retired(request, path) or self._file(request, path)
        if answer is not None:
            return answer
        # what is no file: a thing, a document in one form or another, a version, a named graph
        if path.startswith("graph/"):  # the graphs of a folder are one document
            path = "/".join(path.split("/")[:3])
        answer = self._lead(request, path)
        if answer is not None:
            return answer
        variants = self._variants(path)
        if variants and path.partition("/")[0] in ("doc", "graph", *_VARIANTS):
            return self._negotiate(request, variants)
        if self.otherwise and path.startswith(("id/", "doc/")):
            return await self.otherwise(request)
        return self._nothing(request, 404)

    def _retired(self, request: web.Request, path: str) -> web.Response | None:
        # what was given up leads to what took its place, or says that it is gone
        thing = _ENDING.sub("", path.removeprefix("id/").removeprefix("doc/"))
        if not path.startswith(("id/", "doc/")) or thing not in self.retired:
            return None
        if following := self.retired[thing]:
            return web.lead(request, following, 301, vary="Accept")
        # a release of old had a file for each where nothing took its place, or several things
        if path in self.sums:
            return self._send(request, path, 410)
        return self._nothing(request, 410)

    def _file(self, request: web.Request, path: str) -> web.Response | None:
        # a file, or the page of a folder
        if path in self.sums:
            return self._send(request, path)
        if f"{path.rstrip('/')}/index.html".lstrip("/") not in self.sums:
            return None
        if path and not path.endswith("/"):
            return web.lead(request, f"{path}/", 301, vary="Accept")
        return self._send(request, f"{path}index.html")

    def _lead(self, request: web.Request, path: str) -> web.Response | None:
        # where the first rule leads that leads to a file
        for rule in self.rules:
            led = rule.leads(path) or ""
            place = led.partition("#")[0]
            if place and self.sums.keys() & {place, f"{place}.html", f"{place}index.html"}:
                return web.lead(request, led, 301 if "#" in led else 303, vary="Accept")
        return None

    def _variants(self, path: str) -> Mapping[str, str]:
        # the file of each form a document comes in
        if path in _VARIANTS:
            return _VARIANTS[path]
        files = {form.name: f"{path}.{form.name}" for form in self.forms}
        return {name: file for name, file in files.items() if file in self.sums}

    def _negotiate(self, request: web.Request, variants: Mapping[str, str]) -> web.Response:
        forms = tuple(form for form in self.forms if variants.get(form.name) in self.sums)
        choice = protocol.insist(web.header(request, "accept"), forms)
        prefix = request.scope["root_path"]
        path = variants[choice.form.name]
        others = [(variants[form.name], form.media[0]) for form in forms if form != choice.form]
        alternates = ", ".join(
            f'<{prefix}/{file}>; rel="alternate"; type="{media}"' for file, media in others
        )
        more = {
            "vary": "Accept",
            "content-location": f"{prefix}/{path}",
            **({"link": alternates} if alternates else {}),
        }
        return self._send(request, path, 200, **more)

    def _nothing(self, request: web.Request, status: int) -> web.Response:
        page = f"{status}.html"
        if page in self.sums and "html" in web.header(request, "accept"):
            return self._send(request, page, status, vary="Accept")
        raise RefusalError(status, "no-page" if status == 404 else "retired-here")

    def _send(
        self, request: web.Request, path: str, status: int = 200, **more: str
    ) -> web.Response:
        # the media type, with its character set where it is text
        ending = "ttl" if path == ".well-known/void" else path.rpartition(".")[2]
        media = self.media.get(ending) or mimetypes.guess_type(path)[0] or "text/plain"
        media += "; charset=utf-8" if media.startswith("text/") and "charset" not in media else ""
        tag = f'"{self.sums[path][:32]}"'
        headers = {"content-type": media, "etag": tag, "cache-control": "no-cache", **more}
        if status == 200:
            web.insist_changed(request, headers)
        return FileResponse(self.folder / path, status, headers)
