"""The versions of a release beside each other: each keeps its own files under its number, below ``version/``.

A version holds what can be cited and loaded again: dumps, tables, ontology, questions, catalogue, change list. Pages
and documents show the present state alone; those of an older one are made from its dump. Files that two places share
are one file on disk where the file system allows it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pan2kg.publish.folder import LIST, walk, write_checksums

VERSIONS: Final = "version"
ONTOLOGY: Final = "ontology"
_FOLDERS: Final = ("data", "tables", ONTOLOGY, "queries", "changes")
_FILES: Final = (
    "CITATION.cff", "LICENSE-DATA", "README.md", "catalogue.jsonld", "catalogue.rdf", "catalogue.ttl", "dataset.jsonld",
    "queries.ttl", "release.css", "release.json", "service.ttl", "void.ttl",
)  # fmt: skip
_OF_PAGES: Final = (".js", "data/ontology.ttl", "data/shapes.ttl")
"""Files among the data that belong to the pages."""


def versions_in(folder: Path) -> list[str]:
    """The numbers of the versions a release keeps, the newest first."""
    found = [path.name for path in (folder / VERSIONS).iterdir()] if (folder / VERSIONS).is_dir() else []
    return sorted(found, key=age, reverse=True)


def age(version: str) -> tuple[tuple[int, int | str], ...]:
    """What versions are put in order by.

    >>> age("0.10.0") > age("0.9.1"), age("1.0.0") > age("1.0.0-rc.1")
    (True, True)
    """
    import re

    number, _, early = version.partition("-")
    parts = re.findall(r"\d+|[a-z]+", number.lower())
    found = [(1, int(part)) if part.isdigit() else (0, part) for part in parts]
    return (*found, (-1, early) if early else (0, ""))


def keep_versions(work: Path, previous: Path | None) -> None:
    """Take the versions of the release before into the new one, and the files of older versions of the ontology.

    Raises:
        OSError: a file cannot be read or written.
    """
    if previous is None or not previous.is_dir():
        return
    for version in versions_in(previous):
        for path in walk(previous / VERSIONS / version):
            _share(previous / VERSIONS / version / path, work / VERSIONS / version / path)
    for older in sorted((previous / ONTOLOGY).glob("[0-9]*.ttl")):
        if not (work / ONTOLOGY / older.name).exists():
            _share(older, work / ONTOLOGY / older.name)


def add_version(work: Path, version: str, index: bytes) -> None:
    """Put the files of a release under its own number, with a front page of their own and a list of checksums.

    Raises:
        OSError: a file cannot be read or written.
    """
    target = work / VERSIONS / version
    shutil.rmtree(target, ignore_errors=True)
    for path in _own(work):
        _share(work / path, target / path)
    (target / "index.html").write_bytes(index)
    write_checksums(target)


def _own(work: Path) -> Iterator[str]:
    yield from (path for path in _FILES if (work / path).is_file())
    for folder in _FOLDERS:
        if (work / folder).is_dir():
            paths = (f"{folder}/{path}" for path in walk(work / folder))
            yield from (path for path in paths if not path.endswith(_OF_PAGES) and path != LIST)


def _share(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:  # another file system, or one without links
        shutil.copyfile(source, target)
