"""The folders of versions inside a release: that of the present one, and those of earlier ones.

The folder of the present version holds its dump and what describes it, and leads to the release for
the rest. Once another one follows, it gets what can be cited and loaded again: tables, packed,
ontology and change list. Other forms, pages and documents show the present state alone; those of an
older one are made from its dump. Files that two places share are one file on disk where the file
system allows it.
"""

import gzip
import os
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from pan2kg.publish.csv_tables import GROUP
from pan2kg.publish.dumps import QUADS, TURTLE
from pan2kg.publish.folder import LIST, VERSIONS, age, read_mark, walk, write_checksums

ONTOLOGY = "ontology"
FOLDERS = ("data", "tables", ONTOLOGY, "changes")
"""What an earlier version keeps files of."""
_DESCRIPTIONS = (
    "CITATION.cff",
    "LICENSE-DATA",
    "README.md",
    "catalogue.jsonld",
    "catalogue.rdf",
    "catalogue.ttl",
    "dataset.jsonld",
    "queries.ttl",
    "release.css",
    "release.json",
    "service.ttl",
    "void.ttl",
)
OWN = frozenset((*_DESCRIPTIONS, QUADS, "tables/weights.csv"))
"""What the folder of a version has from the beginning."""
UNKEPT = r"data/(?!pan2kg\.nq)[^/]+\.(?:js|ttl|xlsx|parquet|(?:nt|ttl|jsonld|rdf)\.gz)|ontology/[^/]+\.(?:html|svg|css)"
"""Files of a release that an earlier version has no more: they say in other forms what its dump and tables say."""
_NOT_TAKEN_OVER = re.compile(rf"{UNKEPT}|{ONTOLOGY}/[0-9][^/]*")
"""These, and the ontologies of earlier versions."""
_LINK_TO_RELEASE = re.compile(rb'(?<=href=")\.\./\.\./([^"#]+)(?=")')
"""A link of the front page of a version to the release around it, as in ``href="../../data/actions.csv"``."""


def versions_in(folder: Path) -> list[str]:
    """The versions a release keeps, the newest first."""
    kept = folder / VERSIONS
    names = [path.name for path in kept.iterdir()] if kept.is_dir() else []
    return sorted(names, key=age, reverse=True)


def at_version(path: str) -> str:
    """A path as the folder of a version leads to it: what the version does not keep stands above.

    >>> at_version("data/actions.csv"), at_version("https://e.org/a")
    ('../../data/actions.csv', 'https://e.org/a')
    """
    return path if path in OWN or "://" in path else f"../../{path}"


def add_version(work: Path, version: str, index: bytes) -> None:
    """Make the folder of the present version, with its front page."""
    target = work / VERSIONS / version
    shutil.rmtree(target, ignore_errors=True)
    _share(work, (path for path in OWN if (work / path).is_file()), target)
    (target / "index.html").write_bytes(index)
    write_checksums(target)


def keep_versions(work: Path, previous: Path | None, version_now: str) -> list[str]:
    """Take over the earlier versions; those are given whose tables are packed, as they are of each since 0.2.0."""
    if previous is None or not previous.is_dir():
        return []
    last_version = (read_mark(previous) or {}).get("version")
    earlier = [version for version in versions_in(previous) if version != version_now]
    for version in earlier:
        source = previous / VERSIONS / version
        target = work / VERSIONS / version
        _share(source, walk(source), target)
        if version == last_version and not (target / GROUP).is_file():
            _fill_version(previous, target)
    for path in sorted((previous / ONTOLOGY).glob("[0-9]*.ttl")):
        if not (work / ONTOLOGY / path.name).exists():
            _share(previous / ONTOLOGY, [path.name], work / ONTOLOGY)
    return [version for version in earlier if not (work / VERSIONS / version / TURTLE).is_file()]


def _fill_version(previous: Path, target: Path) -> None:
    """Give the version of the release before the files it was led to, since others stand there from now on."""
    for start in FOLDERS:
        if not (previous / start).is_dir():
            continue
        for path in walk(previous, f"{start}/"):
            if path in OWN or _NOT_TAKEN_OVER.fullmatch(path):
                continue
            if not path.endswith(".csv"):
                _share(previous, [path], target)
                continue
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            packed = gzip.compress((previous / path).read_bytes(), mtime=0)
            (target / f"{path}.gz").write_bytes(packed)
    _lead_to_own_files(target)


def _lead_to_own_files(target: Path) -> None:
    """Lead the front page of a version to its own files where it has them, and list its checksums anew."""

    def own_file(link: re.Match[bytes]) -> bytes:
        path = link[1].decode()
        for name in (path, f"{path}.gz"):
            if (target / name).is_file():
                return name.encode()
        return link[0]

    front = _LINK_TO_RELEASE.sub(own_file, (target / "index.html").read_bytes())
    # both are shared with the release before, which keeps them as they are
    for name in ("index.html", LIST):
        (target / name).unlink()
    (target / "index.html").write_bytes(front)
    write_checksums(target)


def _share(source: Path, paths: Iterable[str], target: Path) -> None:
    for path in paths:
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(source / path, target / path)
        except OSError:  # another file system, or one without links
            shutil.copyfile(source / path, target / path)
