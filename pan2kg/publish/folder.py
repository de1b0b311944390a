"""The folder of a release, put in its place whole or not at all, with the checksums of its files.

Sizes and SHA-512 sums go into the catalogue, SHA-256 sums into the list that ``sha256sum -c``
reads. A file of its own says that a folder is a release, and which: whoever writes, reads or serves
a release asks for it here. ``version_folders`` keeps the earlier versions, ``dumps`` writes dumps.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NamedTuple

from pan2kg.errors import Place, ProjectError
from pan2kg.project import reason, replaced
from pan2kg.publish.edition import Issue

LIST = "CHECKSUMS"
MARK = "release.json"
"""The file that says that a folder is a release, and which."""
VERSIONS = "version"
"""The folder in which each version has one."""


@dataclass
class ReleaseFolder:
    """A folder that is being written, with the SHA-256 sums of its files."""

    root: Path
    sums: dict[str, str] = field(default_factory=dict)
    _folders: set[str] = field(default_factory=set)

    def put(self, path: str, content: bytes, last: Path | None = None) -> None:
        """Write a file; where it is the same in ``last``, the two are one file on disk.

        Raises:
            ProjectError: the file is there already, or would stand outside.
        """
        folder = path.rpartition("/")[0]
        if path.startswith("/") or ".." in path.split("/") or path in self.sums:
            raise ProjectError("two-parts-one-file", place=Place(path))
        if folder not in self._folders:
            (self.root / folder).mkdir(parents=True, exist_ok=True)
            self._folders.add(folder)
        is_shared = False
        if last:
            with suppress(OSError):  # where files cannot be linked it is written
                os.link(last / path, self.root / path)
                is_shared = True
        try:
            if not is_shared:
                with open(f"{self.root}/{path}", "xb") as file:  # noqa: PTH123  # a path of each of 12,000 files is dear
                    file.write(content)
        except FileExistsError:
            raise ProjectError("two-parts-one-file", place=Place(path)) from None
        self.sums[path] = hashlib.sha256(content).hexdigest()


@contextmanager
def building(folder: Path) -> Iterator[Path]:
    """A folder to write into, which takes the place of this one once nothing was raised.

    Raises:
        ProjectError: the system refuses a file.
    """
    try:
        with replaced(folder) as work:
            yield work
    except OSError as error:
        # what the system says, without the number the engine's writer adds
        reason_words = re.sub(r" \(os error \d+\)$", "", reason(error))
        raise ProjectError(
            "cannot-write-release",
            place=Place(str(folder)),
            remedy="before-unchanged",
            error=reason_words,
        ) from None


def refuse_target(folder: Path, issue: Issue) -> None:
    """Raise ProjectError where a release would overwrite what is none, or a newer one, or stand inside another."""
    place = Place(str(folder))
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise ProjectError("is-no-folder", place=place, remedy="name-new-folder")
    around = next((parent for parent in folder.resolve().parents if read_mark(parent)), None)
    if around:
        raise ProjectError("inside-release", place=place, remedy="name-new-folder", around=around)
    inner = (mark.parent for mark in folder.glob(f"*/**/{MARK}") if read_mark(mark.parent))
    releases = sorted(release for release in inner if release.parent != folder / VERSIONS)
    if releases:
        raise ProjectError(
            "holds-another-release",
            place=place,
            remedy="name-new-folder",
            value=releases[0].relative_to(folder),
        )
    if not folder.is_dir() or not any(folder.iterdir()):
        return
    mark = read_mark(folder)
    if mark is None:
        raise ProjectError("holds-no-release", place=place, remedy="name-new-folder")
    if (age(mark["version"]), mark["modified"]) > (age(issue.version), str(issue.modified)):
        raise ProjectError(
            "holds-newer-release",
            place=place,
            remedy="raise-version",
            held=mark["version"],
            held_on=mark["modified"],
            version=issue.version,
            modified=issue.modified,
        )


def read_mark(folder: Path) -> Mapping[str, str] | None:
    """What a release says of itself, as far as it is text: always ``version`` and ``modified``.

    None where the folder is no release.
    """
    with suppress(OSError, ValueError):
        mark = json.loads((folder / MARK).read_text(encoding="utf-8"))
        if isinstance(mark, dict):
            texts = {name: value for name, value in mark.items() if isinstance(value, str)}
            if texts.keys() >= {"version", "modified"}:
                return texts
    return None


def age(version: str) -> tuple[tuple[int, int | str], ...]:
    """What versions are ordered by: numbers before letters, what is ahead of a release before that.

    >>> sorted(["0.10.0", "0.9.1", "0.10.0-rc"], key=age)
    ['0.9.1', '0.10.0-rc', '0.10.0']
    """
    number, _, early = version.partition("-")
    pieces = re.findall(r"\d+|[a-z]+", number.lower())
    ranked = [(1, int(piece)) if piece.isdigit() else (0, piece) for piece in pieces]
    return (*ranked, (-1, early) if early else (0, ""))


def walk(folder: Path, below: str = "") -> Iterator[str]:
    """The paths of all files, in order, from the folder on; ``below`` is what they begin with."""
    with os.scandir(folder / below) as scanned:
        entries = sorted(scanned, key=lambda entry: entry.name)
    for entry in entries:
        if entry.is_dir():
            yield from walk(folder, f"{below}{entry.name}/")
        else:
            yield f"{below}{entry.name}"


def write_checksums(folder: Path, sums: Mapping[str, str] | None = None) -> None:
    """Write the list of the SHA-256 sums of all files in a folder; ``sums`` are those that are known."""
    known = sums or {}
    with (folder / LIST).open("w", encoding="utf-8", newline="\n") as target:
        for path in walk(folder):
            if path != LIST:
                digest = known.get(path) or _digest(folder / path, "sha256")
                target.write(f"{digest}  {path}\n")


class ListedFile(NamedTuple):
    """A path of a list of checksums, and the sum it has there."""

    path: str
    sha256: str


def read_checksums(folder: Path) -> Iterator[ListedFile]:
    """The files of a list of checksums."""
    with (folder / LIST).open(encoding="utf-8") as file:
        for line in file:
            digest, _, path = line.rstrip("\n").partition("  ")
            yield ListedFile(path, digest)


class Measure(NamedTuple):
    """The size of a file in bytes, and its SHA-512."""

    size: int
    sha512: str


class _FileState(NamedTuple):
    path: Path
    size: int
    modified_ns: int


def measure(path: Path) -> Measure:
    """The size and the SHA-512 of a file: asked for when it is described and when that is checked."""
    found = path.stat()
    return Measure(found.st_size, _sha512(_FileState(path, found.st_size, found.st_mtime_ns)))


@cache
def _sha512(state: _FileState) -> str:
    """Computed once for a state of a file."""
    return _digest(state.path, "sha512")


def _digest(path: Path, algorithm: str) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()
