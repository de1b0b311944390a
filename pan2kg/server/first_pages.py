"""The home pages as they were drawn before, kept between starts of the service: who opens it need not wait for them.

They are found again by all that they depend on: the files of the project, the program with its templates, the front
end, and the day. Only a service that takes no changes keeps them. What is damaged or cannot be written is done without.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pan2kg.errors import ProjectError
from pan2kg.i18n.catalogue import FOLDER_VARIABLE
from pan2kg.i18n.days import today
from pan2kg.project import PACKAGE, Project, write_atomically
from pan2kg.server.settings import HOMES
from pan2kg.site.bundle import find_bundle
from pan2kg.store.cache import project_folder
from pan2kg.validation.kept import state_name

if TYPE_CHECKING:
    from pan2kg.server.pages import Page, Pages

_PREFIX: Final = "home-"


@dataclass(frozen=True, slots=True)
class FirstPage:
    """A page as it was drawn: its media type, its content."""

    media: str
    body: bytes
    is_passing: bool = False


@dataclass(frozen=True, slots=True)
class FirstPages:
    """The home pages of a project as its files were when the service began; with no ``folder`` nothing is kept."""

    project: Project
    folder: Path | None
    name: str

    @classmethod
    def of(cls, project: Project, folder: Path | None) -> FirstPages:
        """Those of the files as they are now, to be called before they are loaded.

        Nothing is kept where catalogues of somebody's own are tried.
        """
        kept = None if os.environ.get(FOLDER_VARIABLE) else folder
        return cls(project, kept, _name(project) if kept else "")

    def hand_to(self, pages: Pages) -> None:
        """Let pages begin with those that are kept, and keep what they draw, if the files are still as they were."""
        if self.folder and _name(self.project) == self.name:
            pages.begin_with(self.read())
            pages.drawn = self.write

    @property
    def path(self) -> Path:
        """Where they lie.

        Raises:
            FileNotFoundError: nowhere.
        """
        if self.folder is None:
            raise FileNotFoundError
        return project_folder(self.project, self.folder) / f"{_PREFIX}{self.name}.json"

    def read(self) -> dict[str, FirstPage]:
        """The pages by their addresses; nothing where they are not all there as they were written."""
        with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
            said = json.loads(self.path.read_bytes())
            pages = {path: FirstPage(said[path]["media"], said[path]["body"].encode()) for path in HOMES}
            if said["digest"] == _digest(pages):
                return pages
        return {}

    def write(self, pages: Mapping[str, Page]) -> None:
        """Keep the pages in place of those of an earlier state: all of them, where no file was changed meanwhile."""
        if not pages.keys() >= {*HOMES} or _name(self.project) != self.name:
            return
        with suppress(OSError, ProjectError):
            said = {path: {"media": pages[path].media, "body": pages[path].body.decode()} for path in HOMES}
            self.path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(self.path, json.dumps(said | {"digest": _digest(pages)}, ensure_ascii=False))
            for old in self.path.parent.glob(f"{_PREFIX}*.json"):
                if old != self.path:
                    old.unlink(missing_ok=True)


def _name(project: Project) -> str:
    """A name for all that the pages depend on."""
    templates = [path for path in sorted((PACKAGE / "site").rglob("*")) if path.suffix in (".html", ".css")]
    bundle = find_bundle()
    stamps = [f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in templates]
    told = (state_name(project), str(today()), *(bundle.files() if bundle else ()), *stamps)
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:32]


def _digest(pages: Mapping[str, Page]) -> str:
    return hashlib.sha256(b"\0".join(pages[path].body for path in HOMES)).hexdigest()
