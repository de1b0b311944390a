"""Pages that were drawn: kept in memory for a state of the data, and the home pages between starts too.

After a change whose things are known only what speaks of them is let go. The home pages are kept in
a file, so that who opens the service need not wait for them: found again by all that they depend
on, the files of the project, the program with its templates, the front end, and the day. What is
damaged or cannot be written is done without. :mod:`pan2kg.server.pages` draws and sends pages.
"""

import gc
import gzip
import hashlib
import json
import os
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from pan2kg.errors import ProjectError
from pan2kg.i18n import LANGUAGES, today
from pan2kg.i18n.catalogue import FOLDER_VARIABLE
from pan2kg.project import BUNDLE_RECORD, BUNDLES, PACKAGE, Project, write_atomically
from pan2kg.server.edge import SMALL_BYTES
from pan2kg.server.keeper import Keeper
from pan2kg.store import cache

# the addresses of the home pages below the root, and how those of assets begin
HOMES = tuple(f"{language}/index.html" for language in LANGUAGES)
ASSETS = "assets/"
# bytes of pages that are kept in memory
CACHE_BYTES = 64 * 2**20
# bytes a page takes in memory beside its own
_PAGE_BYTES = 200
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
# the media types of what becomes smaller by compressing
_COMPRESSED = (
    "text/",
    "application/json",
    "application/javascript",
    "application/ld+json",
    "image/svg+xml",
)


class CachedPage:
    """A page with its ETag, and compressed where that is worth it; one that ``is_passing`` is not kept."""

    def __init__(self, media: str, body: bytes, *, is_passing: bool = False) -> None:
        self.media = media
        self.body = body
        self.is_passing = is_passing
        self.tag = f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
        self.zipped: bytes | None = None
        self.size = len(body) + _PAGE_BYTES
        if len(body) > SMALL_BYTES and media.startswith(_COMPRESSED):
            self.zipped = gzip.compress(body, 6, mtime=0)
            self.size += len(self.zipped)


class PageKey(NamedTuple):
    """What a page is kept by: its path, and the arguments that change something on it."""

    path: str
    query: str = ""


class PageCache:
    """The pages of one ``state`` in memory: those that were asked for last, up to ``CACHE_BYTES``.

    ``keeper`` knows what changes were about.
    """

    def __init__(self, keeper: Keeper | None) -> None:
        self.keeper = keeper
        self.state = ""
        self._version = 0
        self._size = 0
        self._pages = OrderedDict[PageKey, CachedPage]()

    def __contains__(self, key: PageKey) -> bool:
        return key in self._pages

    def find(self, key: PageKey) -> CachedPage | None:
        """The page that is kept by a key."""
        page = self._pages.get(key)
        if page:
            self._pages.move_to_end(key)
        return page

    def keep(self, key: PageKey, page: CachedPage) -> None:
        """Keep a page, unless there is one."""
        if self._pages.setdefault(key, page) is page:
            self._size += page.size
        while self._size > CACHE_BYTES:
            _, oldest = self._pages.popitem(last=False)
            self._size -= oldest.size

    def bring_up(self, state: str) -> None:
        """Let go what was drawn of another state, unless no change since was about it."""
        if state == self.state:
            return
        version = self.keeper.version if self.keeper else 0
        is_same_day = self.state.rpartition(" ")[2] == state.rpartition(" ")[2]
        marks = self._marks_until(version) if is_same_day else None
        if marks is None:
            self._pages.clear()
            self._size = 0
            gc.unfreeze()  # what the site before was made of can go
        else:
            for key, page in list(self._pages.items()):
                if _may_differ(key.path, page, marks):
                    del self._pages[key]
                    self._size -= page.size
        self.state = state
        self._version = version

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
        self.name = self._state_name() if self.folder else ""

    def _state_name(self) -> str:
        """What tells the state of all that the home pages depend on from others."""
        from pan2kg.validation.kept import state_name

        files = [
            path
            for path in sorted((PACKAGE / "site").rglob("*"))
            if path.suffix in (".html", ".css")
        ]
        files += filter(Path.is_file, (folder / BUNDLE_RECORD for folder in BUNDLES))
        words = [state_name(self.project), str(today())]
        for path in files:
            status = path.stat()
            words.append(f"{path} {status.st_size} {status.st_mtime_ns}")
        return hashlib.sha256("\n".join(words).encode()).hexdigest()[:32]

    def read(self) -> dict[str, CachedPage]:
        """The home pages that were kept, by path; none where they are of another state or damaged."""
        with suppress(OSError, ValueError):
            if self.folder:
                digest, homes = json.loads((self.folder / f"home-{self.name}.json").read_bytes())
                if digest == _digest(homes):
                    return {path: CachedPage(media, body.encode()) for path, media, body in homes}
        return {}

    def write(self, pages: Mapping[str, CachedPage]) -> None:
        """Keep the home pages, all of them or none, and forget those of other states."""
        if self.folder is None or not pages.keys() >= {*HOMES} or self._state_name() != self.name:
            return
        homes = [(path, pages[path].media, pages[path].body.decode()) for path in HOMES]
        path = self.folder / f"home-{self.name}.json"
        with suppress(OSError, ProjectError):
            self.folder.mkdir(parents=True, exist_ok=True)
            write_atomically(path, json.dumps([_digest(homes), homes], ensure_ascii=False))
            for former in self.folder.glob("home-*.json"):
                if former != path:
                    former.unlink(missing_ok=True)


def _digest(homes: object) -> str:
    return hashlib.sha256(json.dumps(homes).encode()).hexdigest()
