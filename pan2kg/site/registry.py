"""The registry of pages and files, the site, which makes any of them by its path, and the site as a folder."""

import gc
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from pan2kg.errors import Place, ProjectError
from pan2kg.i18n import LANGUAGES, Language
from pan2kg.project import reason, replaced, write_atomically
from pan2kg.site import (
    changes_page,
    country_page,
    data_page,
    definitions,
    entity,
    explore,
    figure_pages,
    home,
    lists,
    meaning,
    ontology_page,
    pair,
    plan,
    plan_brief,
    plan_matrix,
    plan_matrix_picture,
    quality,
    questions,
    review,
    score_form,
    script_words,
    search_page,
    sparql_page,
)
from pan2kg.site.frame import frame_values
from pan2kg.site.page import (
    CHOICE_ARGUMENTS,
    HTML,
    CommonFile,
    File,
    PageContext,
    Request,
    SiteContext,
    SiteFile,
    Values,
    View,
)
from pan2kg.templates import render

_VIEWS: tuple[View, ...] = (
    *home.PAGES,
    *plan_matrix.PAGES,
    *lists.PAGES,
    *search_page.PAGES,
    *questions.PAGES,
    *sparql_page.PAGES,
    *explore.PAGES,
    *figure_pages.PAGES,
    *definitions.PAGES,
    *meaning.PAGES,
    *review.PAGES,
    *score_form.PAGES,
    *quality.PAGES,
    *data_page.PAGES,
    *ontology_page.PAGES,
    *pair.PAGES,
    *plan.PAGES,
    *plan_brief.PAGES,
    *changes_page.PAGES,
    *country_page.PAGES,
    *entity.PAGES,
)
_FILES: tuple[File | CommonFile, ...] = (
    *plan.FILES,
    *plan_brief.FILES,
    *plan_matrix.FILES,
    *plan_matrix_picture.FILES,
    *home.FILES,
    *lists.FILES,
    *figure_pages.FILES,
    *search_page.FILES,
    *questions.FILES,
    *explore.FILES,
    *definitions.FILES,
    *data_page.FILES,
    *ontology_page.FILES,
)
PAGES: Mapping[str, View] = {view.name: view for view in _VIEWS if view.keys is None}
"""Pages of which there is one a language, by the name of their file."""
SERIES: Mapping[str, View] = {view.name: view for view in _VIEWS if view.keys}
"""Pages of which there are many, by the folder in their address: ``plan`` for ``fr/plan/lu-bhr-2.html``."""
FILES: Mapping[tuple[str, str], File] = {
    (file.name, file.ending): file for file in _FILES if isinstance(file, File)
}
"""Files beside the pages, by their name or that of their folder, and ending."""
_SECTIONS = {view.section for view in SERIES.values()} | {"plans"}
"""The entries of the menu that are marked on pages below a kind."""
COMMON_FILES: Mapping[str, CommonFile] = {
    file.path: file
    for file in (
        *(file for file in _FILES if isinstance(file, CommonFile)),
        *(script_words.words_file(language, PAGES, _SECTIONS) for language in LANGUAGES),
    )
}
"""Files that belong to no language, by their path."""
SITE_MARK = "data/pan2kg.nq.gz"
"""The file by which a folder is known to hold a site: it may be replaced, any other folder may not."""
_READ_ARGUMENTS = frozenset(
    {"data", *CHOICE_ARGUMENTS, "plan", "country", "all", "local", "q", "plans"}
)
"""The arguments that pages and files read, but those of forms and questions."""
_PAGES_WITH_ANY_ARGUMENT = frozenset({"question", "sparql", "review", "scores"})
"""The pages that read arguments of any name."""
_FRONT = "index.html"
_TAGS: Mapping[str, Language] = {tag: tag for tag in LANGUAGES}
_WELCOME = View("welcome", lambda _: {"title": "pan2kg"})

Progress = Callable[[int], None]


class PagePath(NamedTuple):
    """A path of a language taken apart; what is no series has no key, and an ending may have two parts."""

    language: Language
    series: str
    key: str
    ending: str

    @classmethod
    def read(cls, path: str) -> "PagePath | None":
        """The parts of a path; None where it begins with no language.

        >>> PagePath.read("fr/plan/lu-bhr-2.html")
        PagePath(language='fr', series='plan', key='lu-bhr-2', ending='html')
        >>> PagePath.read("en/gaps.html")
        PagePath(language='en', series='gaps', key='', ending='html')
        >>> PagePath.read("fr/figure/debt.json.gz").ending, PagePath.read("xx/gaps.html")
        ('json.gz', None)
        """
        tag, _, inside = path.partition("/")
        if tag not in _TAGS:
            return None
        folder, _, file = inside.rpartition("/")
        name, _, ending = file.partition(".")
        if folder:
            return cls(_TAGS[tag], folder, name, ending)
        return cls(_TAGS[tag], name, "", ending)


def canonical_arguments(path: str, arguments: Mapping[str, str]) -> Mapping[str, str]:
    """Those of the arguments of an address that a page or file reads, in one order: others make no other page.

    >>> canonical_arguments("fr/index.html", {"utm_source": "letter", "year": "2021", "evidence": "plan"})
    {'evidence': 'plan', 'year': '2021'}
    >>> canonical_arguments("fr/question/plans.html", {"country": "LUX", "a": "b"})
    {'country': 'LUX', 'a': 'b'}
    """
    name = path.partition("/")[2].partition(".")[0].partition("/")[0]
    if path in COMMON_FILES or name in _PAGES_WITH_ANY_ARGUMENT:
        return arguments
    return {key: arguments[key] for key in sorted(arguments) if key in _READ_ARGUMENTS}


@contextmanager
def rare_collections() -> Iterator[None]:
    """While many pages are made, what is no longer used is looked for less often: they leave little of it."""
    usual = gc.get_threshold()
    gc.set_threshold(50_000, 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


@dataclass(frozen=True, slots=True)
class Site:
    """All pages and files over a graph, each made by its path when it is asked for."""

    site_context: SiteContext

    def paths(self) -> Iterator[str]:
        """The paths of an export, in an order that stays the same."""
        yield _FRONT
        for language in LANGUAGES:
            yield from (f"{language}/{name}.html" for name in PAGES)
            for name, view in SERIES.items():
                keys = view.keys(self.site_context) if view.keys else ()
                yield from (f"{language}/{name}/{key}.html" for key in keys)
            for file in FILES.values():
                is_of_language = language == LANGUAGES[0] or not file.is_shared
                if file.exported and is_of_language:
                    yield from self._file_paths(file, language)
        yield from (path for path, common in COMMON_FILES.items() if common.exported)

    def _file_paths(self, file: File, language: Language) -> Iterator[str]:
        if not file.keys:
            yield f"{language}/{file.name}.{file.ending}"
            return
        for key in file.keys(self.site_context):
            yield f"{language}/{file.name}/{key}.{file.ending}"

    def page(self, path: str, arguments: Mapping[str, str] | None = None) -> SiteFile | None:
        """The page or file of a path, with the arguments of its address; None where there is none."""
        arguments = canonical_arguments(path, arguments or {})
        common = COMMON_FILES.get(path)
        if common:
            return SiteFile(path, common.media, common.make(self.site_context, arguments))
        if path == _FRONT:
            return self._view(Request(path, LANGUAGES[0]), _WELCOME)
        parts = PagePath.read(path)
        if parts is None:
            return None
        request = Request(path, parts.language, parts.key, arguments)
        file = FILES.get((parts.series, parts.ending))
        if file:
            return self._file(request, file)
        view = SERIES.get(parts.series) if parts.key else PAGES.get(parts.series)
        return self._view(request, view) if view and parts.ending == "html" else None

    def missing(self, path: str) -> SiteFile:
        """The page that says that there is none at a path, in the language of this."""
        language = _TAGS.get(path.partition("/")[0], LANGUAGES[0])
        view = PAGES["404"]
        context = PageContext(self.site_context, Request(path, language))
        return _render_view(context, view, view.values(context) or {})

    def _view(self, request: Request, view: View) -> SiteFile | None:
        context = PageContext(self.site_context, request)
        values = view.values(context)
        return None if values is None else _render_view(context, view, values)

    def _file(self, request: Request, file: File) -> SiteFile | None:
        if bool(request.key) != bool(file.keys):
            return None
        content = file.make(PageContext(self.site_context, request))
        if content is None:
            return None
        body = content if isinstance(content, bytes) else content.encode()
        return SiteFile(request.path, file.media, body)


def _render_view(context: PageContext, view: View, values: Values) -> SiteFile:
    section = str(values.get("section", view.section))
    template = view.template or f"{view.name}.html"
    title = context.t(view.title) if view.title else ""
    text = render(template, {"title": title, **frame_values(context, PAGES, section), **values})
    return SiteFile(context.request.path, HTML, text.encode(), bool(values.get("is_passing")))


def write_site(site: Site, folder: Path, *, progress: Progress = lambda _: None) -> int:
    """Write all pages and files into a folder, in place of a site that stands there; gives how many these are.

    ``progress`` is told the number of each. Raises :exc:`~pan2kg.errors.ProjectError` where the
    folder holds anything but a site, or nothing can be written there; then nothing has changed.
    """
    if folder.exists() and not folder.is_dir():
        raise ProjectError("is-no-folder", place=Place(str(folder)), remedy="name-new-folder")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / SITE_MARK).is_file():
        raise ProjectError("holds-no-site", place=Place(str(folder)), remedy="name-new-folder")
    number = 0
    try:
        with replaced(folder) as work, rare_collections():
            for number, (path, body) in enumerate(_site_contents(site), 1):
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


def _site_contents(site: Site) -> Iterator[tuple[str, bytes]]:
    """The paths of an export with their content, the files of the front end last."""
    for path in site.paths():
        page = site.page(path)
        if page is not None:
            yield path, page.body
    bundle = site.site_context.bundle
    if bundle:
        for name, file in bundle.files().items():
            yield f"assets/{name}", file.read_bytes()


def write_zip(folder: Path, target: Path) -> None:
    """Pack the site in a folder; the same site gives the same bytes."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    with tempfile.SpooledTemporaryFile(max_size=256_000_000) as spool:
        with zipfile.ZipFile(spool, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            for path in files:
                # all files bear one day, so that the same site gives the same bytes
                name = f"pan2kg-site/{path.relative_to(folder).as_posix()}"
                info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
                info.compress_type = zipfile.ZIP_DEFLATED
                info.external_attr = 0o644 << 16
                archive.writestr(info, path.read_bytes())
        spool.seek(0)
        write_atomically(target, spool.read())
