"""The folder of a release: built beside where it is to stand, and put there whole or not at all."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pan2kg.errors import Place, ProjectError
from pan2kg.project import reason
from pan2kg.publish.catalogue.issue import Issue

MARK: Final = "release.json"
"""The file that says that a folder is a release, and which."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where the files of a release are put while it is built."""

    root: Path

    def put(self, path: str, content: bytes) -> None:
        """Write one file.

        Raises:
            ProjectError: its path leads out of the release, or another part has put a file there.
            OSError: it cannot be written.
        """
        target = self.root / path
        if Path(path).is_absolute() or ".." in Path(path).parts or target.exists():
            raise ProjectError("Two parts of the release give this file, or it leads out of it.", place=Place(path))
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def build(folder: Path, fill: Callable[[Path], None]) -> None:
    """Let ``fill`` write a release into a folder beside ``folder``, then put it in its place.

    Raises:
        ProjectError: it cannot be written; what was there before is still there.
    """
    work: Path | None = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".pan2kg-"))
        fill(work)
        work.chmod(0o755)
        _replace(folder, work)
    except OSError as error:
        raise ProjectError(
            f"Cannot write the release ({_bare(error)}).",
            place=Place(str(folder)),
            remedy="What was there before is unchanged.",
        ) from None
    finally:
        if work:
            shutil.rmtree(work, ignore_errors=True)


def _bare(error: OSError) -> str:
    """What the system says, without the number the engine's writer adds."""
    return re.sub(r" \(os error \d+\)$", "", reason(error))


def _replace(folder: Path, work: Path) -> None:
    """Put the new folder where the old one is; if that fails or is interrupted, the old one goes back."""
    if not folder.exists():
        work.replace(folder)
        return
    aside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".pan2kg-old-"))
    try:
        folder.replace(aside)
        work.replace(folder)
    finally:
        if not folder.exists():
            aside.replace(folder)
        shutil.rmtree(aside, ignore_errors=True)


def refuse_target(folder: Path, issue: Issue) -> None:
    """Refuse a folder that may not be replaced.

    Raises:
        ProjectError: it is a file, holds something that is no release, a newer release, or another release within
            it; or it lies within a release.
    """
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise ProjectError("This is no folder.", place=Place(str(folder)), remedy="Name a new folder.")
    _refuse_nested(folder)
    if not folder.is_dir() or not any(folder.iterdir()):
        return
    there = read_mark(folder)
    if there is None:
        raise ProjectError(
            "This folder holds something that is no release.",
            place=Place(str(folder)),
            remedy="Name a new or an empty folder; nothing was changed.",
        )
    theirs, ours = _age(there["version"], there["modified"]), _age(issue.version, str(issue.modified))
    if theirs > ours:
        raise ProjectError(
            f"This folder holds a newer release ({there['version']} of {there['modified']}; this would be "
            f"{issue.version} of {issue.modified}).",
            place=Place(str(folder)),
            remedy="Name another folder, or raise the version; nothing was changed.",
        )


def _refuse_nested(folder: Path) -> None:
    """Refuse a release within a release: the outer one would be unsound, and replaced it takes the inner along."""
    around = next((parent for parent in folder.resolve().parents if read_mark(parent)), None)
    if around:
        raise ProjectError(
            f"This folder lies inside a release ({around}).",
            place=Place(str(folder)),
            remedy="Name a folder outside of it; nothing was changed.",
        )
    held = sorted(mark.parent for mark in folder.glob(f"*/**/{MARK}") if read_mark(mark.parent))
    if held:
        raise ProjectError(
            f"This folder holds another release ({held[0].relative_to(folder)}), which would go with it.",
            place=Place(str(folder)),
            remedy="Move that one elsewhere, or name another folder; nothing was changed.",
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
