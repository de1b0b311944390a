"""The site as a folder that works on any web host at any path, and from disk; and the same as a zip."""

from __future__ import annotations

import gc
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pan2kg.errors import Place, ProjectError
from pan2kg.project import reason, replaced, write_atomically

if TYPE_CHECKING:
    from pan2kg.site.registry import Site

MARK: Final = "data/pan2kg.nq.gz"
"""The file by which a folder is known to hold a site: it may be replaced, any other folder may not."""

_DAY: Final = (1980, 1, 1, 0, 0, 0)
"""The day all files of the zip bear, so that the same site gives the same bytes."""

_SELDOM: Final = (50_000, 20, 20)
"""How much is made before Python looks for garbage in cycles."""

Progress = Callable[[int], None]


def _silent(_: int) -> None:
    return None


def write_site(site: Site, folder: Path, *, progress: Progress = _silent) -> int:
    """Write every page and file of the site into ``folder``, whole or not at all; the number of files.

    ``progress`` is told after every file how many are written. A folder that holds a site is replaced.

    Raises:
        ProjectError: the folder holds something else, or cannot be written; what was there stays.
    """
    _refuse_other(folder)
    try:
        with replaced(folder) as work:
            number = _fill(site, work, progress)
    except OSError as error:
        raise ProjectError(
            "cannot-write-site", place=Place(str(folder)), remedy="nothing-changed", reason=reason(error)
        ) from None
    return number


def _refuse_other(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise ProjectError("is-a-file", place=Place(str(folder)), remedy="name-a-folder")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MARK).is_file():
        raise ProjectError("holds-no-site", place=Place(str(folder)), remedy="name-empty-folder")


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Meanwhile Python seldom looks for garbage in cycles: what pages and releases are made from is large and stays."""
    usual = gc.get_threshold()
    gc.set_threshold(*_SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def contents(site: Site) -> Iterator[tuple[str, bytes]]:
    """Every file of the site: path below its root, and bytes; in a stable order."""
    with seldom_collected():
        yield from _pages(site)


def _pages(site: Site) -> Iterator[tuple[str, bytes]]:
    for path in site.paths():
        page = site.page(path)
        if page is not None:
            yield path, page.body
    if site.site_context.bundle:
        for name, file in sorted(site.site_context.bundle.files().items()):
            yield f"assets/{name}", file.read_bytes()


def _fill(site: Site, folder: Path, progress: Progress) -> int:
    number = 0
    for path, body in contents(site):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(body)
        number += 1
        progress(number)
    return number


def write_zip(folder: Path, target: Path) -> None:
    """A written site as one zip with a folder in it: the same site, the same bytes.

    Raises:
        ProjectError: the file cannot be written; what was there stays.
    """
    with tempfile.SpooledTemporaryFile(max_size=256_000_000) as spool:
        with zipfile.ZipFile(spool, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            for path in sorted(path for path in folder.rglob("*") if path.is_file()):
                name = f"pan2kg-site/{path.relative_to(folder).as_posix()}"
                info = zipfile.ZipInfo(name, _DAY)
                info.compress_type = zipfile.ZIP_DEFLATED
                info.external_attr = 0o644 << 16
                archive.writestr(info, path.read_bytes())
        spool.seek(0)
        write_atomically(target, spool.read())
