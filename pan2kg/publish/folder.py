"""The folder of a release, built beside its place and put there whole or not at all; its checksums and its archive.

Sizes and SHA-512 sums go into the catalogue, SHA-256 sums into the list that ``sha256sum -c`` reads. The static site is
also packed into one archive, which works from disk without a server.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from pan2kg.errors import Place, ProjectError
from pan2kg.project import reason, replaced
from pan2kg.publish.edition import Issue

LIST: Final = "CHECKSUMS"


@dataclass(frozen=True, slots=True)
class Measure:
    """How long a file is, and its SHA-512 in hexadecimal."""

    size: int
    sha512: str


def measure(path: Path) -> Measure:
    """What the catalogue says of a file.

    Raises:
        OSError: it cannot be read.
    """
    state = path.stat()
    return Measure(state.st_size, _sha512(path, state.st_size, state.st_mtime_ns))


@lru_cache(maxsize=128)
def _sha512(path: Path, _size: int, _changed: int) -> str:
    """Computed once for a state of a file: it is asked for when the file is described and when that is checked."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha512").hexdigest()


def sha256(path: Path) -> str:
    """The SHA-256 of a file in hexadecimal.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def walk(folder: Path, below: str = "") -> Iterator[str]:
    """The paths of all files below a folder, folder by folder in order: only one folder's names are held."""
    with os.scandir(folder / below) as entries:
        found = sorted((entry.name, entry.is_dir()) for entry in entries)
    for name, is_folder in found:
        if is_folder:
            yield from walk(folder, f"{below}{name}/")
        else:
            yield f"{below}{name}"


def write_checksums(folder: Path, known: Mapping[str, str] = MappingProxyType({})) -> None:
    """Write the list of all files with their SHA-256, as far as it is not ``known``.

    Raises:
        OSError: a file cannot be read, or the list not written.
    """
    with (folder / LIST).open("w", encoding="utf-8", newline="\n") as file:
        for path in walk(folder):
            if path != LIST:
                file.write(f"{known.get(path) or sha256(folder / path)}  {path}\n")


def read_checksums(folder: Path) -> Iterator[tuple[str, str]]:
    """The path and the SHA-256 of each file the list names.

    Raises:
        OSError: there is no list.
    """
    with (folder / LIST).open(encoding="utf-8") as file:
        for line in file:
            digest, _, path = line.rstrip("\n").partition("  ")
            yield path, digest


WELCOME: Final = "welcome.html"
"""The page of languages a site begins with: the front page of the archive, where that of the release is not."""
PATH: Final = "site.zip"
GRAPH: Final = "data/pan2kg.nq.gz"
"""The dump pages offer, which is in the archive too."""
_LEVEL: Final = 4
"""How hard to compress: 6 takes half as long again for 4 % less."""


def pack(folder: Path, paths: Sequence[str], day: date) -> bool:
    """Pack the pages of a release; every entry has the release's day, so that the bytes depend on the content alone.

    Returns:
        Whether there are any.

    Raises:
        OSError: they cannot be read or written.
    """
    if not paths:
        return False
    with zipfile.ZipFile(folder / PATH, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted((*paths, GRAPH)):
            name = "index.html" if path == WELCOME else path
            entry = zipfile.ZipInfo(name, (day.year, day.month, day.day, 0, 0, 0))
            # 3 is Unix: zipfile would note the system it runs on, and the bytes would depend on that
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3
            archive.writestr(entry, (folder / path).read_bytes(), compresslevel=_LEVEL)
    (folder / WELCOME).unlink(missing_ok=True)
    return True


MARK: Final = "release.json"
"""The file that says that a folder is a release, and which."""


@dataclass(frozen=True, slots=True)
class ReleaseFolder:
    """Where the files of a release are put while it is built, with the SHA-256 of each that was put."""

    root: Path
    sums: dict[str, str] = field(default_factory=dict)
    _made: set[str] = field(default_factory=set)

    def put(self, path: str, content: bytes) -> None:
        """Write one file.

        Raises:
            ProjectError: its path leads out of the release, or another part has put a file there.
            OSError: it cannot be written.
        """
        folder = path.rpartition("/")[0]
        if path.startswith("/") or ".." in path.split("/") or path in self.sums:
            raise ProjectError("two-parts-one-file", place=Place(path))
        if folder not in self._made:
            (self.root / folder).mkdir(parents=True, exist_ok=True)
            self._made.add(folder)
        try:
            with open(f"{self.root}/{path}", "xb") as file:  # noqa: PTH123  # a path object of each of 60,000 files is dear
                file.write(content)
        except FileExistsError:
            raise ProjectError("two-parts-one-file", place=Place(path)) from None
        self.sums[path] = hashlib.sha256(content).hexdigest()


def build(folder: Path, fill: Callable[[Path], None]) -> None:
    """Let ``fill`` write a release into a folder beside ``folder``, then put it in its place.

    Raises:
        ProjectError: it cannot be written; what was there before is still there.
    """
    try:
        with replaced(folder) as work:
            fill(work)
    except OSError as error:
        raise ProjectError(
            "cannot-write-release", place=Place(str(folder)), remedy="before-unchanged", error=_bare(error)
        ) from None


def _bare(error: OSError) -> str:
    """What the system says, without the number the engine's writer adds."""
    return re.sub(r" \(os error \d+\)$", "", reason(error))


def refuse_target(folder: Path, issue: Issue) -> None:
    """Refuse a folder that may not be replaced.

    Raises:
        ProjectError: it is a file, holds something that is no release, a newer release, or another release within
            it; or it lies within a release.
    """
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise ProjectError("is-no-folder", place=Place(str(folder)), remedy="name-fresh-folder")
    _refuse_nested(folder)
    if not folder.is_dir() or not any(folder.iterdir()):
        return
    there = read_mark(folder)
    if there is None:
        raise ProjectError("holds-no-release", place=Place(str(folder)), remedy="name-new-folder-unchanged")
    theirs, ours = _age(there["version"], there["modified"]), _age(issue.version, str(issue.modified))
    if theirs > ours:
        raise ProjectError(
            "holds-newer-release",
            place=Place(str(folder)),
            remedy="raise-version",
            held=there["version"],
            held_on=there["modified"],
            version=issue.version,
            modified=issue.modified,
        )


def _refuse_nested(folder: Path) -> None:
    """Refuse a release within a release: the outer one would be unsound, and replaced it takes the inner along."""
    around = next((parent for parent in folder.resolve().parents if read_mark(parent)), None)
    if around:
        raise ProjectError("inside-release", place=Place(str(folder)), remedy="name-folder-outside", around=around)
    found = (mark.parent for mark in folder.glob(f"*/**/{MARK}") if read_mark(mark.parent))
    held = sorted(one for one in found if one.parent != folder / "version")
    if held:
        raise ProjectError(
            "holds-another-release", place=Place(str(folder)), remedy="move-release", value=held[0].relative_to(folder)
        )


def read_mark(folder: Path) -> Mapping[str, str] | None:
    """Version and day of the release in a folder; ``None`` where there is none."""
    with suppress(OSError, ValueError):
        found = json.loads((folder / MARK).read_text(encoding="utf-8"))
        if isinstance(found, dict) and all(isinstance(found.get(name), str) for name in ("version", "modified")):
            return {name: value for name, value in found.items() if isinstance(value, str)}
    return None


def _age(version: str, day: str) -> tuple[tuple[tuple[int, int | str], ...], str]:
    """What releases are compared by: the numbers of the version, then the day.

    >>> _age("0.10.0", "") > _age("0.9.1", "")
    True
    """
    parts = re.findall(r"\d+|[a-z]+", version.lower())
    return tuple((1, int(part)) if part.isdigit() else (0, part) for part in parts), day
