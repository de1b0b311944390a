"""The folder of a release, put in its place whole or not at all; its checksums, archive and earlier versions.

Sizes and SHA-512 sums go into the catalogue, SHA-256 sums into the list that ``sha256sum -c`` reads. A version holds
what can be cited and loaded again: dumps, tables, ontology, questions, catalogue, change list. Pages and documents show
the present state alone; those of an older one are made from its dump. Files that two places share are one file on disk
where the file system allows it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from pan2kg.errors import Place, ProjectError
from pan2kg.project import reason, replaced
from pan2kg.publish.edition import Issue

LIST: Final = "CHECKSUMS"
MARK: Final = "release.json"
"""The file that says that a folder is a release, and which."""
VERSIONS: Final = "version"
ONTOLOGY: Final = "ontology"
_FOLDERS: Final = ("data", "tables", ONTOLOGY, "queries", "changes")
_FILES: Final = (
    "CITATION.cff", "LICENSE-DATA", "README.md", "catalogue.jsonld", "catalogue.rdf", "catalogue.ttl", "dataset.jsonld",
    "queries.ttl", "release.css", "release.json", "service.ttl", "void.ttl",
)  # fmt: skip
_OF_PAGES: Final = (".js", "data/ontology.ttl", "data/shapes.ttl")
"""Files among the data that belong to the pages."""


def measure(path: Path) -> tuple[int, str]:
    """The size of a file in bytes and its SHA-512 in hexadecimal, as the catalogue says them."""
    state = path.stat()
    return state.st_size, _sha512(path, state.st_size, state.st_mtime_ns)


@lru_cache(maxsize=128)
def _sha512(path: Path, _size: int, _changed: int) -> str:
    # computed once for a state of a file: it is asked for when the file is described and when that is checked
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha512").hexdigest()


def walk(folder: Path, below: str = "") -> Iterator[str]:
    """The paths of all files below a folder, folder by folder in order: only one folder's names are held."""
    with os.scandir(folder / below) as entries:
        names = sorted((entry.name, entry.is_dir()) for entry in entries)
    for name, is_folder in names:
        if is_folder:
            yield from walk(folder, f"{below}{name}/")
        else:
            yield f"{below}{name}"


def write_checksums(folder: Path, sums: Mapping[str, str] = MappingProxyType({})) -> None:
    """Write the list of all files with their SHA-256, as far as it is not known already (``sums``)."""
    with (folder / LIST).open("w", encoding="utf-8", newline="\n") as target:
        for path in walk(folder):
            if path != LIST:
                digest = sums.get(path)
                if not digest:
                    with (folder / path).open("rb") as file:
                        digest = hashlib.file_digest(file, "sha256").hexdigest()
                target.write(f"{digest}  {path}\n")


def read_checksums(folder: Path) -> Iterator[tuple[str, str]]:
    with (folder / LIST).open(encoding="utf-8") as file:
        for line in file:
            digest, _, path = line.rstrip("\n").partition("  ")
            yield path, digest


def pack(target: Path, files: Mapping[str, str], content: Callable[[str], bytes], day: date) -> None:
    """Pack files into one archive: path in it → path of the file.

    Every entry has the release's day, so that the bytes depend on the content alone.
    """
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, (day.year, day.month, day.day, 0, 0, 0))
            # 3 is Unix: zipfile would note the system it runs on, and the bytes would depend on that
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3
            # level 6 takes half as long again for 4 % less
            archive.writestr(entry, content(files[name]), compresslevel=4)


class ReleaseFolder:
    """Where the files of a release are put while it is built, with the SHA-256 of each that was put."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.sums: dict[str, str] = {}
        self._folders: set[str] = set()

    def put(self, path: str, content: bytes) -> None:
        folder = path.rpartition("/")[0]
        if path.startswith("/") or ".." in path.split("/") or path in self.sums:
            raise ProjectError("two-parts-one-file", place=Place(path))
        if folder not in self._folders:
            (self.root / folder).mkdir(parents=True, exist_ok=True)
            self._folders.add(folder)
        try:
            with open(f"{self.root}/{path}", "xb") as file:  # noqa: PTH123  # a path object of each of 12,000 files is dear
                file.write(content)
        except FileExistsError:
            raise ProjectError("two-parts-one-file", place=Place(path)) from None
        self.sums[path] = hashlib.sha256(content).hexdigest()


def build(folder: Path, fill: Callable[[Path], None]) -> None:
    """Let ``fill`` write a release into a folder beside ``folder``, then put it in its place."""
    try:
        with replaced(folder) as work:
            fill(work)
    except OSError as error:
        # what the system says, without the number the engine's writer adds
        reason_words = re.sub(r" \(os error \d+\)$", "", reason(error))
        raise ProjectError(
            "cannot-write-release", place=Place(str(folder)), remedy="before-unchanged", error=reason_words
        ) from None


def refuse_target(folder: Path, issue: Issue) -> None:
    place = Place(str(folder))
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise ProjectError("is-no-folder", place=place, remedy="name-new-folder")
    around = next((parent for parent in folder.resolve().parents if read_mark(parent)), None)
    if around:
        raise ProjectError("inside-release", place=place, remedy="name-folder-outside", around=around)
    inner = (mark.parent for mark in folder.glob(f"*/**/{MARK}") if read_mark(mark.parent))
    releases = sorted(release for release in inner if release.parent != folder / VERSIONS)
    if releases:
        raise ProjectError(
            "holds-another-release", place=place, remedy="move-release", value=releases[0].relative_to(folder)
        )
    if not folder.is_dir() or not any(folder.iterdir()):
        return
    mark = read_mark(folder)
    if mark is None:
        raise ProjectError("holds-no-release", place=place, remedy="name-new-folder")
    if (age(mark["version"]), mark["modified"]) > (age(issue.version), str(issue.modified)):
        raise ProjectError(
            "holds-newer-release", place=place, remedy="raise-version", held=mark["version"], held_on=mark["modified"],
            version=issue.version, modified=issue.modified,
        )  # fmt: skip


def read_mark(folder: Path) -> Mapping[str, str] | None:
    """Version and day of the release in a folder; ``None`` where there is none."""
    with suppress(OSError, ValueError):
        mark = json.loads((folder / MARK).read_text(encoding="utf-8"))
        if isinstance(mark, dict) and all(isinstance(mark.get(name), str) for name in ("version", "modified")):
            return {name: value for name, value in mark.items() if isinstance(value, str)}
    return None


def age(version: str) -> tuple[tuple[int, int | str], ...]:
    """What versions are put in order by."""
    number, _, early = version.partition("-")
    pieces = re.findall(r"\d+|[a-z]+", number.lower())
    ranked = [(1, int(piece)) if piece.isdigit() else (0, piece) for piece in pieces]
    return (*ranked, (-1, early) if early else (0, ""))


def versions_in(folder: Path) -> list[str]:
    """The numbers of the versions a release keeps, the newest first."""
    names = [path.name for path in (folder / VERSIONS).iterdir()] if (folder / VERSIONS).is_dir() else []
    return sorted(names, key=age, reverse=True)


def keep_versions(work: Path, previous: Path | None) -> None:
    """Take the versions of the release before into the new one, and the files of older versions of the ontology."""
    if previous is None or not previous.is_dir():
        return
    for version in versions_in(previous):
        _share(previous / VERSIONS / version, walk(previous / VERSIONS / version), work / VERSIONS / version)
    ontologies = sorted(path.name for path in (previous / ONTOLOGY).glob("[0-9]*.ttl"))
    _share(
        previous / ONTOLOGY,
        (ontology_version for ontology_version in ontologies if not (work / ONTOLOGY / ontology_version).exists()),
        work / ONTOLOGY,
    )


def add_version(work: Path, version: str, index: bytes) -> None:
    """Put the files of a release under its own number, with a front page of their own and a list of checksums."""
    target = work / VERSIONS / version
    shutil.rmtree(target, ignore_errors=True)
    _share(work, (path for path in _FILES if (work / path).is_file()), target)
    for folder in _FOLDERS:
        if (work / folder).is_dir():
            paths = (f"{folder}/{path}" for path in walk(work / folder))
            _share(work, (path for path in paths if not path.endswith(_OF_PAGES)), target)
    (target / "index.html").write_bytes(index)
    write_checksums(target)


def _share(source: Path, paths: Iterable[str], target: Path) -> None:
    for path in paths:
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(source / path, target / path)
        except OSError:  # another file system, or one without links
            shutil.copyfile(source / path, target / path)
