"""A project: the three folders a person edits, ``ontology/``, ``graph/`` and ``queries/``.

Starting a project of one's own: the same ontology, shapes and questions, and an empty graph.

Found upward from the working folder as git finds its own; where there is none, the copy that was
installed with the package.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pan2kg.errors import Place, ProjectError
from pan2kg.i18n.message import say

FOLDERS = ("ontology", "graph", "queries")
PACKAGE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Project:
    """A folder with ``ontology/``, ``graph/`` and ``queries/`` in it.

    >>> Project.packaged().is_packaged
    True
    """

    root: Path
    data: tuple[Path, ...] = ()
    """Dumps that stand in place of the Turtle files of ``graph/`` and ``ontology/``: those of a release."""

    @property
    def ontology(self) -> Path:
        """What the words mean."""
        return self.root / "ontology"

    @property
    def graph(self) -> Path:
        """What is known."""
        return self.root / "graph"

    @property
    def queries(self) -> Path:
        """What can be asked."""
        return self.root / "queries"

    @property
    def is_packaged(self) -> bool:
        """Whether this is the copy shipped with the package, or the clone it was installed from."""
        return self.root == Project.packaged().root and not self.data

    @classmethod
    def packaged(cls) -> Project:
        """The project shipped with the package: beside the modules in a wheel, above them in a clone."""
        beside = PACKAGE / "data"
        return cls(beside if _is_project(beside) else PACKAGE.parent)

    @classmethod
    def at(cls, folder: str | Path) -> Project:
        """The project in ``folder``; of a release or a dump, its data under its own questions, else the nearest ones.

        Raises:
            ProjectError: the folder lacks one of the three folders, and is no release.
        """
        root = Path(folder).resolve()
        missing = [name for name in FOLDERS if not (root / name).is_dir()]
        dumps = dumps_in(root) if missing else []
        if dumps:
            return cls(cls.find().root if {"ontology", "queries"} & {*missing} else root, tuple(dumps))
        if not root.is_dir():
            raise ProjectError("no-such-folder", place=Place(str(folder)), remedy="name-project")
        if missing:
            names = " and ".join(f"{name}/" for name in missing)
            raise ProjectError("no-project", place=Place(str(folder)), remedy="name-project", names=names)
        return cls(root)

    @classmethod
    def find(cls, start: str | Path = ".") -> Project:
        """The nearest project at or above ``start``, else the one shipped with the package."""
        here = Path(start).resolve()
        for folder in (here, *here.parents):
            if _is_project(folder):
                return cls(folder)
        return cls.packaged()

    def graph_files(self) -> list[Path]:
        """The Turtle files of the graph, in a stable order."""
        return [] if self.data else turtle_files(self.graph)

    def ontology_files(self) -> list[Path]:
        """The Turtle files of the ontology with its schemes, without shapes and the prefix list."""
        return (
            []
            if self.data
            else [
                path
                for path in turtle_files(self.ontology)
                if path.name != "prefixes.ttl" and "shapes" not in path.relative_to(self.ontology).parts
            ]
        )

    def shape_files(self) -> list[Path]:
        """The Turtle files of the SHACL shapes."""
        return turtle_files(self.ontology / "shapes")

    def name_of(self, path: Path) -> str:
        """The path as a person in the project's folder would write it."""
        return _below(path, self.root) or str(path)

    def graph_path(self, path: Path) -> str:
        """The path below ``graph/`` (or ``ontology/…``) that names the file's graph."""
        return _below(path, self.graph) or _below(path, self.root) or path.relative_to(self.root).as_posix()


def _below(path: Path, folder: Path) -> str:
    """What ``relative_to`` gives, with slashes, empty where it fails; ten times as fast, and asked of every file."""
    start, text = f"{folder}{os.sep}", str(path)
    return text[len(start) :].replace(os.sep, "/") if text.startswith(start) else ""


def _is_project(folder: Path) -> bool:
    return all((folder / name).is_dir() for name in FOLDERS) and (folder / "ontology" / "prefixes.ttl").is_file()


DUMPS = (".nq", ".nq.gz", ".trig", ".trig.gz")
"""The endings of a dump that keeps the names of graphs, best first."""


def dumps_in(path: Path) -> list[Path]:
    """The dump a path stands for: the file itself, or what a release folder holds, stated before derived.

    Raises:
        ProjectError: a folder holds several dumps that say different things.
    """
    if path.is_file():
        return [path] if path.name.endswith(DUMPS) else []
    for ending in DUMPS:
        found = [file for part in ("data", "dumps", "") for file in sorted((path / part).glob(f"*{ending}"))]
        stated = [file for file in found if not file.name.endswith(f"-derived{ending}")]
        if len(stated) > 1:
            names = " and ".join(file.name for file in stated[:3])
            raise ProjectError("several-dumps", place=Place(str(path)), remedy="name-one-file", names=names)
        if stated:
            name = stated[0].name.removesuffix(ending)
            return [*stated, *(file for file in found if file.name == f"{name}-derived{ending}")]
    return []


def turtle_files(folder: Path) -> list[Path]:
    """Every ``.ttl`` file below ``folder``, sorted by path.

    Raises:
        ProjectError: one is a pipe or a device, which would be waited for without end; or a folder cannot be read.
    """
    found = []
    for entry in _entries(str(folder)) if folder.is_dir() else ():
        if not entry.is_file() and Path(entry).exists() and not entry.is_dir():
            raise ProjectError("no-regular-file", place=Place(entry.path), remedy="take-it-away")
        found.append(Path(entry))
    return found


def _entries(folder: str) -> Iterator[os.DirEntry[str]]:
    """What is named ``.ttl`` below a folder, in the order of paths; links to folders are not followed.

    The system says with each name what it is; asking it of every file, as :meth:`Path.rglob` does, takes twice as long.
    """
    try:
        with os.scandir(folder) as listed:
            entries = sorted(listed, key=lambda entry: entry.name)
    except OSError as error:
        raise ProjectError("cannot-read-file", place=Place(folder), reason=reason(error)) from None
    for entry in entries:
        if entry.name.endswith(".ttl"):
            yield entry
        if entry.is_dir(follow_symlinks=False):
            yield from _entries(entry.path)


def read_text(path: Path) -> str:
    """The text of a UTF-8 file.

    Raises:
        ProjectError: the file is missing, cannot be read, or is not UTF-8.
    """
    try:
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        raise ProjectError("cannot-read-file", place=Place(str(path)), reason=reason(error)) from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ProjectError("not-utf8", place=Place(str(path), line), remedy="save-as-utf8") from None


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write ``content`` to ``path`` whole or not at all: to a temporary file beside it, then renamed.

    A device or a pipe is written to as it is: a file in its place would take it from everybody.

    Raises:
        ProjectError: the folder is missing or read-only, or the disk is full. What was there stays.
    """
    import tempfile

    data = content.encode("utf-8") if isinstance(content, str) else content
    name = ""
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(data)
            return
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".pan2kg-", delete=False) as file:
            name = file.name
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            os.fchmod(file.fileno(), _mode(path))
        Path(name).replace(path)
    except OSError as error:
        if name:
            Path(name).unlink(missing_ok=True)
        raise ProjectError(
            "cannot-write-file", place=Place(str(path)), remedy="nothing-changed", reason=reason(error)
        ) from None


@contextmanager
def replaced(folder: Path) -> Iterator[Path]:
    """A new folder beside ``folder``, to be filled, which takes its place at the end: whole or not at all.

    Whatever goes wrong meanwhile, or interrupts, what was there stays.

    Raises:
        OSError: it cannot be made or put in place.
    """
    import tempfile

    folder.parent.mkdir(parents=True, exist_ok=True)
    # beside the target: a rename is atomic only within one file system
    work = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".pan2kg-"))
    aside = None
    try:
        yield work
        # mkdtemp makes a folder only its owner may enter, which a web server could not read
        work.chmod(0o755)
        if folder.exists():
            aside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".pan2kg-old-"))
            folder.replace(aside)
        work.replace(folder)
    finally:
        if aside and not folder.exists():
            aside.replace(folder)
        for left in filter(None, (work, aside)):
            shutil.rmtree(left, ignore_errors=True)


def reason(error: OSError) -> str:
    """What the system says of a failed file operation, in lower case without the path.

    >>> reason(FileNotFoundError(2, "No such file or directory"))
    'no such file or directory'
    """
    return (error.strerror or str(error)).lower()


def _mode(path: Path) -> int:
    if path.exists():
        return path.stat().st_mode & 0o777
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask


def copies(source: Path, target: Path) -> Iterator[tuple[Path, Path]]:
    """Pairs (file, where it goes) of a folder that is to be copied, in a stable order."""
    for path in sorted(source.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path, target / path.relative_to(source)


def start(folder: Path) -> Iterator[str]:
    """Write an empty project into ``folder`` and yield what to do next, line by line.

    Raises:
        ProjectError: the folder holds something already, or cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ProjectError("something-there", place=Place(str(folder)), remedy="name-new-folder")
    try:
        with replaced(folder) as work:
            _fill(work, Project.packaged())
    except OSError as error:
        raise ProjectError("cannot-write-there", place=Place(str(folder)), reason=reason(error)) from None
    yield say("progress", "project-stands", folder=folder)
    yield say("progress", "project-next", folder=folder)


def _fill(folder: Path, shipped: Project) -> None:
    (folder / "graph" / "plans").mkdir(parents=True)
    for name in ("ontology", "queries"):
        for source, target in copies(shipped.root / name, folder / name):
            if source.is_relative_to(shipped.queries / "program"):
                continue  # what the program asks for itself is part of the software, and nobody's to change
            target.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(target, source.read_bytes())
    write_atomically(folder / "README.md", say("progress", "project-readme"))
