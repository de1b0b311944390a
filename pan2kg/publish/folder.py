"""Sizes and checksums: what the catalogue says of a file, and the list ``sha256sum -c`` reads."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

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
    for entry in sorted((folder / below).iterdir()):
        path = f"{below}{entry.name}"
        if entry.is_dir():
            yield from walk(folder, f"{path}/")
        else:
            yield path


def write_checksums(folder: Path) -> None:
    """Write the list of all files with their SHA-256.

    Raises:
        OSError: a file cannot be read, or the list not written.
    """
    with (folder / LIST).open("w", encoding="utf-8", newline="\n") as file:
        for path in walk(folder):
            if path != LIST:
                file.write(f"{sha256(folder / path)}  {path}\n")


def read_checksums(folder: Path) -> Iterator[tuple[str, str]]:
    """The path and the SHA-256 of each file the list names.

    Raises:
        OSError: there is no list.
    """
    with (folder / LIST).open(encoding="utf-8") as file:
        for line in file:
            digest, _, path = line.rstrip("\n").partition("  ")
            yield path, digest
