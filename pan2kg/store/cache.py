"""The graph of a project, kept between commands and found again by what went into it.

A state is one database with everything its rules derive, opened to be read: the fastest start of a
command that does not change the graph. The last two states of a project lie in the user's cache
folder; one is kept when it is met for the second time, since whoever edits asks each but once. What
is damaged, cut short or cannot be written is done without. A state is built beside its place and
renamed, so that another command never sees half of it. Commands and the service open a project by
:func:`open_kept`.

The folder of a project holds::

    last.json        by stamp of the files as they were lately, the fingerprint of their state
    <state>.seen     a state that was met once, and is kept when it is met again
    <state>/         a state: its database, and made.json, locked by whoever reads it
    building-…/      a state that is being made
"""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox

from pan2kg.errors import ProjectError
from pan2kg.project import Project, write_atomically
from pan2kg.store.project_files import fingerprint
from pan2kg.store.rules import open_store
from pan2kg.store.store import LocalStore

VARIABLE = "PAN2KG_CACHE"
"""The variable of the environment with the folder to use; empty, nothing is kept."""
STATES = 2
"""So many states of a project are kept, those used last: the one before a change and the one after it."""
_LAST = "last.json"
_SEEN = "seen"
_BUILDING = "building-"
_DISK = "disk"
"""The folder of the database of a state."""
_MADE = "made.json"
"""The file that says what the files of the database were when it was whole."""
_QUADS = "graph.nq"
"""The quads of a state on their way into its database."""
_SETTLED = 2.0
"""Seconds after which a file that was not changed since is taken as it is by its size and times: a clock has steps."""


class KeptState(NamedTuple):
    """The folder of a state that is kept, and the open file by which it is locked against being removed."""

    folder: Path
    lock: int


_read: list[KeptState] = []
"""The states this process reads from the disk."""


def open_kept(
    project: Project, folder: Path | None, *, links: bool = True, read_only: bool = False
) -> LocalStore:
    """The project's graph with what its rules derive; perhaps with more, where no ``links`` are asked for.

    Where it may be ``read_only`` it is the database of a state that is kept. A store in memory, which
    can be changed and is asked faster, is made from the files.
    """
    state = _find(project, folder) if read_only and folder is not None else None
    if state is None:
        return open_store(project, links=links)
    _read.append(state)  # for as long as the process lives, since the store may
    return LocalStore(ox.Store.read_only(str(state.folder / _DISK)))


def cache_folder() -> Path | None:
    """The folder of the user in which states are kept; None where nothing is to be."""
    folder = os.environ.get(VARIABLE)
    if folder is not None:
        return Path(folder) if folder else None
    import platformdirs

    return platformdirs.user_cache_path("pan2kg")


def project_folder(project: Project, folder: Path) -> Path:
    """The folder of the states of a project, named for where its files lie."""
    places = "\n".join(
        str(path.resolve()) for member in project.members for path in (member.root, *member.data)
    )
    return folder / hashlib.sha256(places.encode()).hexdigest()[:16]


def _find(project: Project, folder: Path) -> KeptState | None:
    """The state of a project as it stands, made where it is met for the second time; None where it is not kept."""
    base = project_folder(project, folder)
    try:
        base.mkdir(parents=True, exist_ok=True)
        name = _name(project, base)
        state = _take(base / name)
        if state is not None:
            return state
        seen = base / f"{name}.{_SEEN}"
        if not seen.exists():
            _note_first_sight(seen)
            return None
        # removed before the state is made: where the disk is full, only every other command tries
        seen.unlink(missing_ok=True)
        # what commands left that were killed while they made a state: nobody has it locked
        for unfinished in base.glob(f"{_BUILDING}*"):
            _remove(unfinished)
        _build(project, base, name)
        _remove_earlier(base, name)
        return _take(base / name)
    except (OSError, ProjectError):
        return None


def _note_first_sight(seen: Path) -> None:
    """Note down that a state was met once, in place of what was noted before."""
    for earlier in seen.parent.glob(f"*.{_SEEN}"):
        earlier.unlink(missing_ok=True)
    seen.touch()


def _remove_earlier(base: Path, name: str) -> None:
    """Remove the states beside this one but those used last."""
    states = []
    for marker in base.glob(f"*/{_MADE}"):
        if marker.parent.name != name and not marker.parent.name.startswith(_BUILDING):
            states.append(marker)
    states.sort(key=lambda marker: marker.stat().st_mtime, reverse=True)
    for marker in states[STATES - 1 :]:
        _remove(marker.parent)


def _name(project: Project, base: Path) -> str:
    """The fingerprint of the project, read off where by size, times and number on the disk no file has changed since.

    These are believed once all files have been left alone for a moment: a file can change twice
    within a step of the clock.
    """
    began = time.time()
    stamp = _stamp(project)
    names = _json(base / _LAST)
    name = names.get(stamp.digest)
    if isinstance(name, str):
        return name
    name = fingerprint(project)
    if began - stamp.last_change > _SETTLED:
        latest = [*names.items(), (stamp.digest, name)][-2 * STATES :]
        write_atomically(base / _LAST, json.dumps(dict(latest)))
    return name


class _FilesStamp(NamedTuple):
    """What stands for the files a state is made from; ``last_change`` is in seconds since 1970."""

    digest: str
    last_change: float


def _stamp(project: Project) -> _FilesStamp:
    folders = [Project.packaged().graph / "core", project.queries / "rules", Path(__file__).parent]
    paths = []
    for member in project.members:
        paths += [str(path) for path in member.data]
        folders += [member.graph, member.ontology]
    for folder in folders:
        paths += _paths(str(folder))
    digest = hashlib.sha256()
    last_change = 0
    for path in paths:
        stat = Path(path).stat()
        line = f"{path}\0{stat.st_size} {stat.st_mtime_ns} {stat.st_ctime_ns} {stat.st_ino}\n"
        digest.update(line.encode())
        last_change = max(last_change, stat.st_mtime_ns, stat.st_ctime_ns)
    return _FilesStamp(digest.hexdigest()[:32], last_change / 1e9)


def _paths(folder: str) -> Iterator[str]:
    """The files below a folder that a state depends on, in order."""
    try:
        with os.scandir(folder) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except FileNotFoundError:
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            if entry.name != "__pycache__":
                yield from _paths(entry.path)
        elif entry.name.endswith((".ttl", ".rq", ".py")):
            yield entry.path


def _json(path: Path) -> dict[str, object]:
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _take(folder: Path) -> KeptState | None:
    """Lock a state to read it; one that is not whole is removed."""
    marker = folder / _MADE
    try:
        lock = os.open(marker, os.O_RDONLY)
    except OSError:
        _remove(folder)
        return None
    # an error: another process removes it, or a file of it is gone
    with contextlib.suppress(OSError):
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        is_whole = _json(marker) == {"files": _written(folder)}
        if is_whole and marker.stat().st_ino == os.fstat(lock).st_ino:
            os.utime(marker)
            return KeptState(folder, lock)
    os.close(lock)
    _remove(folder)
    return None


def _written(state: Path) -> dict[str, list[int]]:
    """The files of a database with their sizes and times; its log is written by who reads it, too."""
    files = {}
    for path in sorted((state / _DISK).iterdir()):
        if not path.name.startswith("LOG"):
            stat = path.stat()
            files[path.name] = [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns]
    return files


def _build(project: Project, base: Path, name: str) -> None:
    """Make a state beside its place, and rename it where no file has changed meanwhile."""
    before = _stamp(project)
    work = Path(tempfile.mkdtemp(dir=base, prefix=_BUILDING))
    try:
        with (work / _MADE).open("w", encoding="utf-8") as marker:
            fcntl.flock(marker, fcntl.LOCK_EX)
            store = open_store(project)
            store.inner.dump(str(work / _QUADS), format=ox.RdfFormat.N_QUADS)
            del store  # both at once would take twice the memory
            disk = ox.Store(str(work / _DISK))
            disk.bulk_load(path=str(work / _QUADS), format=ox.RdfFormat.N_QUADS)
            disk.flush()
            del disk
            (work / _QUADS).unlink()
            json.dump({"files": _written(work)}, marker)
            marker.flush()
            if _stamp(project) == before and not (base / name).exists():
                work.replace(base / name)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _remove(state: Path) -> None:
    """Remove a state, unless another process has it locked."""
    if not (state / _MADE).exists():
        shutil.rmtree(state, ignore_errors=True)
    with contextlib.suppress(OSError), (state / _MADE).open("r+", encoding="utf-8") as marker:
        fcntl.flock(marker, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(state, ignore_errors=True)
