"""The graph with what rules derive, kept between commands and found again by what went into it.

Deriving costs several times what reading the kept graph does. It is kept as N-Quads behind a line with their digest in
the user's cache folder, the last two states of a project; a file that was cut short or changed is made anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import platformdirs
import pyoxigraph as ox

from pan2kg.errors import ProjectError
from pan2kg.project import write_atomically
from pan2kg.store.rules import derive
from pan2kg.store.store import LocalStore, fingerprint, open_store

if TYPE_CHECKING:
    from pan2kg.project import Project

VARIABLE: Final = "PAN2KG_CACHE"
"""The variable of the environment with the folder to use; empty, nothing is kept."""
STATES: Final = 2
"""So many states of a project are kept, those used last: the one before a change and the one after it."""


def open_kept(project: Project) -> LocalStore:
    """The project's graph with all that its rules derive, in memory.

    A cache that cannot be written is done without, since the answer does not depend on it.

    Raises:
        TurtleError: a file is not Turtle.
    """
    folder = cache_folder()
    if folder is None:
        return open_store(project, derive)
    path = folder / _key(project) / f"{fingerprint(project)}.nq"
    store = _read(path)
    if store is None:
        store = open_store(project, derive)
        _keep(store, path)
    return store


def cache_folder() -> Path | None:
    """The folder named in the environment, else the user's for this program; None where it is to do without."""
    given = os.environ.get(VARIABLE)
    if given is not None:
        return Path(given) if given else None
    return platformdirs.user_cache_path("pan2kg")


def _key(project: Project) -> str:
    """A name for a project, and those opened beside it, by where they lie: states of others do not displace its own."""
    places = "\n".join(str(one.root.resolve()) for one in project.members)
    return hashlib.sha256(places.encode()).hexdigest()[:16]


def _read(path: Path) -> LocalStore | None:
    """The kept graph; None where there is none, or where it is not what was written."""
    try:
        head, _, body = path.read_bytes().partition(b"\n")
    except OSError:
        return None
    if head != _head(body):
        return None
    store = ox.Store()
    store.bulk_load(body, format=ox.RdfFormat.N_QUADS)
    # a file that is somebody else's is used as well, and is displaced by its age
    with contextlib.suppress(OSError):
        os.utime(path)
    return LocalStore(store)


def _head(body: bytes) -> bytes:
    return b"# sha256 " + hashlib.sha256(body).hexdigest().encode()


def _keep(store: LocalStore, path: Path) -> None:
    body = store.inner.dump(format=ox.RdfFormat.N_QUADS) or b""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, _head(body) + b"\n" + body)
        kept = sorted(path.parent.glob("*.nq"), key=lambda one: one.stat().st_mtime, reverse=True)
        for old in kept[STATES:]:
            old.unlink(missing_ok=True)
    except (OSError, ProjectError):
        return
