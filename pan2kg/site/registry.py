"""The registry of pages and files, the site, which makes any of them by its path, and the site as a folder."""

import gc
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final

from pan2kg.errors import Place, ProjectError
from pan2kg.i18n.catalogue import LANGUAGES, Language
from pan2kg.project import reason, replaced, write_atomically
from pan2kg.site import (
    definitions,
    entity,
    explore,
    figure_pages,
    home,
    lists,
    ontology_page,
    pair,
    plan,
    plan_matrix,
    quality,
    questions,
    review,
    script_words,
    search_page,
)
from pan2kg.site.page import (
    ASKED,
    HTML,
    CommonFile,
    File,
    PageContext,
    Request,
    SiteContext,
    SiteFile,
    View,
    frame,
)
from pan2kg.templates import render

_VIEWS: Final[tuple[View, ...]] = (
    *home.PAGES,
    *plan_matrix.PAGES,
    *lists.PAGES,
    *search_page.PAGES,
    *questions.PAGES,
    *explore.PAGES,
    *figure_pages.PAGES,
    *definitions.PAGES,
    *review.PAGES,
    *quality.PAGES,
    *ontology_page.PAGES,
    *pair.PAGES,
    *plan.PAGES,
    home.COUNTRIES,
    *entity.PAGES,
)
_FILES: Final[tuple[File | CommonFile, ...]] = (
    *plan.FILES,
    *plan_matrix.FILES,
    *home.FILES,
    *lists.FILES,
    *figure_pages.FILES,
    *search_page.FILES,
    *questions.FILES,
    *explore.FILES,
    *definitions.FILES,
    *quality.FILES,
    *ontology_page.FILES,
)
PAGES: Final[Mapping[str, View]] = {view.name: view for view in _VIEWS if view.keys is None}
SERIES: Final[Mapping[str, View]] = {view.name: view for view in _VIEWS if view.keys}
"""Pages of which there are many, by the folder in their address: ``plan`` for ``fr/plan/lu-bhr-2.html``."""
FILES: Final[Mapping[tuple[str, str], File]] = {
    (file.name, file.ending): file for file in _FILES if isinstance(file, File)
}
COMMON_FILES: Final[Mapping[str, CommonFile]] = {
    file.path: file
    for file in (
        *(file for file in _FILES if isinstance(file, CommonFile)),
        *(
            script_words.words_file(
                tag, PAGES, {view.section for view in SERIES.values()} | {"plans"}
            )
            for tag in LANGUAGES
        ),
    )
}
MARK: Final = "data/pan2kg.nq.gz"
"""The file by which a folder is known to hold a site: it may be replaced, any other folder may not."""
_CHOSEN: Final = frozenset({"data", *ASKED, "plan", "country", "all", "local", "q", "plans"})
_OPEN: Final = frozenset({"question", "sparql", "review", "scores"})
_TAGS: Final[Mapping[str, Language]] = {tag: tag for tag in LANGUAGES}
_WELCOME: Final = View("welcome", lambda _: {"title": "pan2kg"})

Progress = Callable[[int], None]


def canonical(path: str, arguments: Mapping[str, str]) -> Mapping[str, str]:
    """Those of the arguments of an address that a page or file reads, in one order: others make no other page.

    >>> canonical("fr/index.html", {"utm_source": "letter", "year": "2021", "evidence": "plan"})
    {'evidence': 'plan', 'year': '2021'}
    >>> canonical("fr/question/plans.html", {"country": "LUX", "a": "b"})
    {'country': 'LUX', 'a': 'b'}
    """
    name = path.partition("/")[2].partition(".")[0].partition("/")[0]
    if path in COMMON_FILES or name in _OPEN:
        return arguments
    return {key: arguments[key] for key in sorted(arguments) if key in _CHOSEN}


@contextmanager
def seldom_collected() -> Iterator[None]:
    usual = gc.get_threshold()
    gc.set_threshold(50_000, 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


@dataclass(frozen=True, slots=True)
class Site:
    site_context: SiteContext

    def paths(self) -> Iterator[str]:
        yield "index.html"
        for language in LANGUAGES:
            yield from (f"{language}/{name}.html" for name in PAGES)
            for name, view in SERIES.items():
                keys = view.keys(self.site_context) if view.keys else ()
                yield from (f"{language}/{name}/{key}.html" for key in keys)
            for (name, ending), file in FILES.items():
                if file.exported and not (file.is_shared and language != LANGUAGES[0]):
                    keys = file.keys(self.site_context) if file.keys else [""]
                    yield from (
                        f"{language}/{name}/{key}.{ending}".replace("/.", ".") for key in keys
                    )
        yield from (path for path, whole in COMMON_FILES.items() if whole.exported)

    def page(self, path: str, arguments: Mapping[str, str] | None = None) -> SiteFile | None:
        arguments = canonical(path, arguments or {})
        if path in COMMON_FILES:
            return SiteFile(
                path,
                COMMON_FILES[path].media,
                COMMON_FILES[path].make(self.site_context, arguments),
            )
        tag, _, inside = path.partition("/")
        is_front = path == "index.html"
        if tag not in _TAGS and not is_front:
            return None
        # an ending may have two parts, as that of a file that is packed
        folder, _, name = inside.rpartition("/")
        name, _, ending = name.partition(".")
        series, key = (folder, name) if folder else (name, "")
        request = (
            Request(path, LANGUAGES[0]) if is_front else Request(path, _TAGS[tag], key, arguments)
        )
        context = PageContext(self.site_context, request)
        file = FILES.get((series, ending))
        if is_front or (ending == "html" and not file):
            view = _WELCOME if is_front else SERIES.get(series) if key else PAGES.get(series)
            values = view.values(context) if view else None
            return None if view is None or values is None else self._rendered(context, view, values)
        content = file.make(context) if file and bool(key) == bool(file.keys) else None
        if file is None or content is None:
            return None
        return SiteFile(
            path, file.media, content if isinstance(content, bytes) else content.encode()
        )

    def missing(self, path: str) -> SiteFile:
        request = Request(path, _TAGS.get(path.partition("/")[0], LANGUAGES[0]))
        view = PAGES["404"]
        context = PageContext(self.site_context, request)
        return self._rendered(context, view, view.values(context) or {})

    def _rendered(self, context: PageContext, view: View, values: Mapping[str, object]) -> SiteFile:
        section = str(values.get("section", view.section))
        body = render(
            view.template or f"{view.name}.html", {**frame(context, PAGES, section), **values}
        ).encode()
        return SiteFile(context.request.path, HTML, body, bool(values.get("is_passing")))


def write_site(site: Site, folder: Path, *, progress: Progress = lambda _: None) -> int:
    if folder.exists() and not folder.is_dir():
        raise ProjectError("is-no-folder", place=Place(str(folder)), remedy="name-new-folder")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MARK).is_file():
        raise ProjectError("holds-no-site", place=Place(str(folder)), remedy="name-new-folder")
    bundle = site.site_context.bundle
    number = 0
    try:
        with replaced(folder) as work, seldom_collected():
            pages = (
                (path, page.body) for path in site.paths() if (page := site.page(path)) is not None
            )
            files = bundle.files() if bundle else {}
            assets = ((f"assets/{name}", file.read_bytes()) for name, file in files.items())
            for number, (path, body) in enumerate(chain(pages, assets), 1):
                target = work / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(body)
                progress(number)
    except OSError as error:
        raise ProjectError(
            "cannot-write-there",
            place=Place(str(folder)),
            remedy="nothing-changed",
            reason=reason(error),
        ) from None
    return number


def write_zip(folder: Path, target: Path) -> None:
    with tempfile.SpooledTemporaryFile(max_size=256_000_000) as spool:
        with zipfile.ZipFile(spool, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            for path in sorted(path for path in folder.rglob("*") if path.is_file()):
                # all files bear one day, so that the same site gives the same bytes
                info = zipfile.ZipInfo(
                    f"pan2kg-site/{path.relative_to(folder).as_posix()}", (1980, 1, 1, 0, 0, 0)
                )
                info.compress_type = zipfile.ZIP_DEFLATED
                info.external_attr = 0o644 << 16
                archive.writestr(info, path.read_bytes())
        spool.seek(0)
        write_atomically(target, spool.read())
