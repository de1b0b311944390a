"""The graph of a project, kept between commands and found again by what went into it.

A state is one database with everything its rules derive, opened to be read: the fastest start of a
command that does not change the graph. The last two states of a project lie in the user's cache
folder; one is kept when it is met for the second time, since whoever edits asks each but once. What
is damaged, cut short or cannot be written is done without. A state is built beside its place and
renamed, so that another command never sees half of it.
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
from typing import Final

import pyoxigraph as ox

from pan2kg.errors import ProjectError
from pan2kg.project import Project, write_atomically
from pan2kg.store.rules import open_store
from pan2kg.store.store import LocalStore, fingerprint

VARIABLE: Final = "PAN2KG_CACHE"
"""The variable of the environment with the folder to use; empty, nothing is kept."""
STATES: Final = 2
"""So many states of a project are kept, those used last: the one before a change and the one after it."""
_DISK = "disk"
_QUADS = "graph.nq"
_MADE = "made.json"
_SEEN = "seen"
_LAST = "last.json"
_BUILDING: Final = "building-"
_SETTLED: Final = 2.0
"""Seconds after which a file that was not changed since is taken as it is by its size and times: a clock has steps."""
_State = tuple[Path, int]
"""The folder of a state that is kept, and the open file by which it is locked against being removed."""
_read: Final[list[_State]] = []
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
    return LocalStore(ox.Store.read_only(str(state[0] / _DISK)))


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


def _find(project: Project, folder: Path) -> _State | None:
    base = project_folder(project, folder)
    try:
        base.mkdir(parents=True, exist_ok=True)
        name = _name(project, base)
        stamp = base / f"{name}.{_SEEN}"
        if state := _take(base / name):
            return state
        if not stamp.exists():
            for earlier in base.glob(f"*.{_SEEN}"):
                earlier.unlink(missing_ok=True)
            stamp.touch()
            return None
        # removed first: where the disk is full, only every other command tries
        stamp.unlink(missing_ok=True)
        # what commands left that were killed while they made a state: nobody has it locked
        for unfinished in base.glob(f"{_BUILDING}*"):
            _remove(unfinished)
        _build(project, base, name)
        states = [path.parent for path in base.glob(f"*/{_MADE}")]
        states = [
            path for path in states if path.name != name and not path.name.startswith(_BUILDING)
        ]
        states.sort(key=lambda path: (path / _MADE).stat().st_mtime, reverse=True)
        for state_folder in states[STATES - 1 :]:
            _remove(state_folder)
        return _take(base / name)
    except (OSError, ProjectError):
        return None


def _name(project: Project, base: Path) -> str:
    """The fingerprint of the project, read off where by size, times and number on the disk no file has changed since.

    These are believed once all files have been left alone for a moment: a file can change twice
    within a step of the clock.
    """
    began = time.time()
    stamp, newest = _stamp(project)
    names = _json(base / _LAST)
    if isinstance(name := names.get(stamp), str):
        return name
    name = fingerprint(project)
    if began - newest > _SETTLED:
        write_atomically(
            base / _LAST, json.dumps(dict([*names.items(), (stamp, name)][-2 * STATES :]))
        )
    return name


def _stamp(project: Project) -> tuple[str, float]:
    folders = [folder for member in project.members for folder in (member.graph, member.ontology)]
    folders += [Project.packaged().graph / "core", project.queries / "rules", Path(__file__).parent]
    files = [(str(path), path.stat()) for member in project.members for path in member.data]
    files[:0] = [file for folder in folders for file in _stats(folder)]
    lines = (
        f"{name}\0{at.st_size} {at.st_mtime_ns} {at.st_ctime_ns} {at.st_ino}\n"
        for name, at in files
    )
    digest = hashlib.sha256("".join(lines).encode()).hexdigest()[:32]
    return digest, max((max(at.st_mtime_ns, at.st_ctime_ns) for _, at in files), default=0) / 1e9


def _stats(folder: str | Path) -> Iterator[tuple[str, os.stat_result]]:
    try:
        with os.scandir(folder) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except FileNotFoundError:
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            if entry.name != "__pycache__":
                yield from _stats(entry.path)
        elif entry.name.endswith((".ttl", ".rq", ".py")):
            yield entry.path, entry.stat()


def _json(path: Path) -> dict[str, object]:
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _take(folder: Path) -> _State | None:
    marker = folder / _MADE
    try:
        lock = os.open(marker, os.O_RDONLY)
    except OSError:
        _remove(folder)
        return None
    # an error: another process removes it, or a file of it is gone
    with contextlib.suppress(OSError):
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        if (
            _json(marker) == {"files": _written(folder)}
            and marker.stat().st_ino == os.fstat(lock).st_ino
        ):
            os.utime(marker)
            return folder, lock
    os.close(lock)
    _remove(folder)
    return None


def _written(state: Path) -> dict[str, list[int]]:
    files = [path for path in sorted((state / _DISK).iterdir()) if not path.name.startswith("LOG")]
    stats = [(path.name, path.stat()) for path in files]
    return {name: [at.st_size, at.st_mtime_ns, at.st_ctime_ns] for name, at in stats}


def _build(project: Project, base: Path, name: str) -> None:
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
    if not (state / _MADE).exists():
        shutil.rmtree(state, ignore_errors=True)
    with contextlib.suppress(OSError), (state / _MADE).open("r+", encoding="utf-8") as marker:
        fcntl.flock(marker, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(state, ignore_errors=True)
