"""A project: the three folders a person edits, ``ontology/``, ``graph/`` and ``queries/``.

Found upward from the working folder as git finds its own; where there is none, the copy that was
installed with the package.
"""

import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from pan2kg.errors import Place, ProjectError

FOLDERS = ("ontology", "graph", "queries")
PACKAGE = Path(__file__).resolve().parent
BUNDLES = (PACKAGE / "data" / "web", PACKAGE.parent / "web" / "dist")
"""Where the style sheet and the scripts of pages lie: in a package that is installed, or in a clone."""
BUNDLE_RECORD = "build.json"
"""The file of a bundle that names the others."""
ROOT = "https://w3id.org/pan2kg/"
"""What the IRIs of pan2kg begin with: those of the ontology, of the concepts, and of what every country shares."""
APART = ("unverified", "reviewed", "readings", "scores")
"""What stands beside the file of a plan: unverified facts are asked for by graph, to the others programs append."""
_PLAN_FILE = re.compile(rf"plans/(?:([^/]+?)(?:-(?:{'|'.join(APART)}))?|([^/]+)/[^/]+)\.ttl")
_IMPORTS = re.compile(rf"^    pan:imports <({re.escape(ROOT)}graph/core)>", re.MULTILINE)
_LANGUAGE = re.compile(r'^    pan:labelLanguage "([^"]+)"', re.MULTILINE)
_PREFIX = re.compile(r"^@prefix ([\w-]*): <([^<>]*)> [.]$", re.MULTILINE)
_SPACE = re.compile(r'^    void:uriSpace "(https?://[^"\s]+/)"', re.MULTILINE)


class ProfileValue(NamedTuple):
    """A thing the profile names: as it is written there, and as an IRI."""

    words: str
    iri: str


@dataclass(frozen=True, slots=True)
class Project:
    """A folder with ``ontology/``, ``graph/`` and ``queries/`` in it.

    >>> Project.packaged().is_packaged
    True
    """

    root: Path
    data: tuple[Path, ...] = ()
    """Dumps that stand in place of the Turtle files of ``graph/`` and ``ontology/``: those of a release."""
    others: "tuple[Project, ...]" = ()
    """Projects that are open beside it: their graphs are compared with its own, its profile and questions hold."""

    ontology: Path = field(init=False, repr=False, compare=False)
    graph: Path = field(init=False, repr=False, compare=False)
    queries: Path = field(init=False, repr=False, compare=False)
    texts: Path = field(init=False, repr=False, compare=False)
    profile: Path = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for name in (*FOLDERS, "texts"):
            object.__setattr__(self, name, self.root / name)
        object.__setattr__(self, "profile", self.graph / "profile.ttl")

    @property
    def space(self) -> str:
        return _said_by(self.profile, _SPACE) or ROOT

    @property
    def language(self) -> str:
        return _said_by(self.profile, _LANGUAGE) or "en"

    def said(self, property_: str) -> "ProfileValue":
        """What the profile says under a property of ours; empty for nothing.

        >>> Project.packaged().said("homePlan")
        ProfileValue(words='plan:lu-bhr-2', iri='https://w3id.org/pan2kg/id/plan/lu-bhr-2')
        """
        words = _said_by(
            self.profile, re.compile(rf"^    pan:{property_} (\S+) [;.]$", re.MULTILINE)
        )
        if not words or words.startswith("<"):
            return ProfileValue(words, words[1:-1])
        prefix, _, local = words.partition(":")
        space = _said_by(
            self.profile, re.compile(rf"^@prefix {prefix}: <([^<>]*)> [.]$", re.MULTILINE)
        )
        return ProfileValue(words, space + local)

    @property
    def is_packaged(self) -> bool:
        return self.root == Project.packaged().root and not self.data

    @classmethod
    @cache
    def packaged(cls) -> "Project":
        beside = PACKAGE / "data"
        return cls(beside if _is_project(beside) else PACKAGE.parent)

    @classmethod
    def at(cls, folder: str | Path) -> "Project":
        root = Path(folder).resolve()
        missing = [name for name in FOLDERS if not (root / name).is_dir()]
        # the Turtle of a release tells the graphs of a folder together: only its dump keeps them
        # apart
        dumps = dumps_in(root) if missing or (root / "release.json").is_file() else []
        if dumps:
            return cls(
                cls.find().root if {"ontology", "queries"} & {*missing} else root, tuple(dumps)
            )
        if not root.is_dir():
            raise ProjectError("no-such-folder", place=Place(str(folder)), remedy="name-project")
        if missing:
            names = " and ".join(f"{name}/" for name in missing)
            raise ProjectError(
                "no-project", place=Place(str(folder)), remedy="name-project", names=names
            )
        return cls(root)

    @classmethod
    def together(cls, folders: Sequence[str | Path]) -> "Project":
        project, *further = (cls.at(folder) for folder in dict.fromkeys(folders))
        return replace(project, others=tuple(further))

    @property
    def members(self) -> "tuple[Project, ...]":
        return (replace(self, others=()), *self.others) if self.others else (self,)

    def _owner(self, path: Path) -> "Project":
        return next((project for project in self.others if _below(path, project.root)), self)

    @classmethod
    def find(cls, start: str | Path = ".") -> "Project":
        here = Path(start).resolve()
        for folder in (here, *here.parents):
            if _is_project(folder):
                return cls(folder)
        return cls.packaged()

    def graph_files(self) -> list[Path]:
        files = [] if self.data else turtle_files(self.graph)
        return [*files, *(path for project in self.others for path in project.graph_files())]

    def ontology_files(self) -> list[Path]:
        files = [] if self.data else turtle_files(self.ontology)
        shapes = self.ontology / "shapes"
        return [path for path in files if path.name != "prefixes.ttl" and not _below(path, shapes)]

    def core_files(self) -> list[Path]:
        packaged = Project.packaged()
        if self.data or self.root == packaged.root or not _said_by(self.profile, _IMPORTS):
            return []
        return turtle_files(packaged.graph / "core")

    def loaded_files(self) -> list[Path]:
        return [*self.ontology_files(), *self.core_files(), *self.graph_files()]

    @property
    def catalogue(self) -> Path:
        """The file in which the graph says what dataset it is."""
        return self.graph / "catalogue.ttl"

    def scheme_file(self, scheme: str) -> Path:
        """The file of the concepts of a scheme, such as ``linktype``."""
        return self.ontology / "schemes" / f"{scheme}.ttl"

    def plan_file(self, plan: str, apart: str = "") -> Path:
        """The file of a plan, by its key, or the one beside it for what stands ``apart``, such as ``unverified``.

        In the layout before version 0.4 a plan is a folder: its block stands in ``plan.ttl`` there.

        >>> project = Project.packaged()
        >>> [project.name_of(project.plan_file("lu-bhr-2", apart)) for apart in ("", "reviewed")]
        ['graph/plans/lu-bhr-2.ttl', 'graph/plans/lu-bhr-2-reviewed.ttl']
        """
        plans = self.graph / "plans"
        former = plans / plan / "plan.ttl"
        if former.is_file():
            return former.with_name(f"{apart}.ttl") if apart else former
        return plans / (f"{plan}-{apart}.ttl" if apart else f"{plan}.ttl")

    def plan_files(self, plan: str) -> list[Path]:
        """All files of a plan, by its key: its own, and those of what stands apart."""
        return [path for path in self.graph_files() if plan_of_file(self.graph_path(path)) == plan]

    def place_of(self, thing: str) -> Path | None:
        """The file in which the block of a thing stands, by its IRI or its name as files write it; None without one.

        A block that nobody has verified counts where there is no other.

        >>> place = Project.packaged().place_of("https://w3id.org/pan2kg/id/action/lu-bhr-2-4-3")
        >>> place == Project.packaged().plan_file("lu-bhr-2")
        True
        >>> Project.packaged().place_of("action:nobody-1")
        """
        files = [*self.loaded_files(), *self.shape_files()]
        for path in sorted(files, key=lambda path: path.stem.endswith("unverified")):
            text = read_text(path)
            if any(f"\n{name} " in text for name in _names_in(text, thing)):
                return path
        return None

    def shape_files(self) -> list[Path]:
        return turtle_files(self.ontology / "shapes")

    def name_of(self, path: Path) -> str:
        owner = self._owner(path)
        of_core = _below(path, Project.packaged().root)
        if owner is not self:
            return f"{owner.root.name}:{owner.name_of(path)}"
        return _below(path, self.root) or (f"pan2kg:{of_core}" if of_core else str(path))

    def graph_path(self, path: Path) -> str:
        owner = self._owner(path)
        if owner is not self:
            return owner.graph_path(path)
        relative_path = _below(path, self.graph) or _below(path, self.root)
        return (
            relative_path
            or _below(path, Project.packaged().graph)
            or path.relative_to(self.root).as_posix()
        )

    def graph_iri(self, path: Path) -> str:
        owner = self._owner(path)
        if owner is not self:
            return owner.graph_iri(path)
        is_own = bool(_below(path, self.graph))
        return f"{self.space if is_own else ROOT}graph/{self.graph_path(path).removesuffix('.ttl')}"


def plan_of_file(path: str) -> str:
    """The key of the plan a file is of, by its path below ``graph/``; empty where it is of none.

    >>> [plan_of_file(path) for path in ("plans/lu-ai-2-reviewed.ttl", "plans/lu-ai-2/links.ttl", "conflicts.ttl")]
    ['lu-ai-2', 'lu-ai-2', '']
    """
    match = _PLAN_FILE.fullmatch(path)
    return match[1] or match[2] if match else ""


def _said_by(profile: Path, statement: re.Pattern[str]) -> str:
    """What a profile says in a statement, empty where there is none.

    It is read before there is a store to ask: the statement says how the files are to be loaded.
    Files are in house style, one statement a line.
    """
    try:
        state = profile.stat()
        return _searched(profile, statement, state.st_mtime_ns, state.st_size)
    except OSError:
        return ""


@lru_cache(maxsize=64)
def _searched(profile: Path, statement: re.Pattern[str], changed: int, size: int) -> str:
    del changed, size  # the state it is in; it is asked once for each file that is loaded
    match = statement.search(profile.read_text("utf-8", errors="replace"))
    return match[1] if match else ""


def _names_in(text: str, thing: str) -> list[str]:
    """How a file writes a thing: as it is given, in angle brackets, or with one of the file's prefixes."""
    address = thing.strip("<>")
    if "://" not in address:
        return [thing]
    names = [f"<{address}>"]
    for prefix, space in _PREFIX.findall(text):
        if address.startswith(space):
            names.append(f"{prefix}:{address[len(space) :]}")
    return names


def _below(path: Path, folder: Path) -> str:
    start = f"{folder}{os.sep}"
    text = str(path)
    return text[len(start) :].replace(os.sep, "/") if text.startswith(start) else ""


def _is_project(folder: Path) -> bool:
    return (
        all((folder / name).is_dir() for name in FOLDERS)
        and (folder / "ontology" / "prefixes.ttl").is_file()
    )


DUMPS = (".nq", ".nq.gz", ".trig", ".trig.gz")
"""The endings of a dump that keeps the names of graphs, best first."""


def dumps_in(path: Path) -> list[Path]:
    if path.is_file():
        return [path] if path.name.endswith(DUMPS) else []
    for ending in DUMPS:
        files = [
            file
            for folder in ("data", "dumps", "")
            for file in sorted((path / folder).glob(f"*{ending}"))
        ]
        stated = [file for file in files if not file.name.endswith(f"-derived{ending}")]
        if len(stated) > 1:
            names = " and ".join(file.name for file in stated[:3])
            raise ProjectError(
                "several-dumps", place=Place(str(path)), remedy="name-one-file", names=names
            )
        if stated:
            name = stated[0].name.removesuffix(ending)
            return [*stated, *(file for file in files if file.name == f"{name}-derived{ending}")]
    return []


def turtle_files(folder: Path) -> list[Path]:
    files = []
    for entry in _entries(str(folder)) if folder.is_dir() else ():
        if not entry.is_file() and Path(entry).exists() and not entry.is_dir():
            raise ProjectError("no-regular-file", place=Place(entry.path), remedy="take-it-away")
        files.append(Path(entry))
    return files


def _entries(folder: str) -> Iterator[os.DirEntry[str]]:
    """What is named ``.ttl`` below a folder, in the order of paths; links to folders are not followed.

    The system says with each name what it is; asking it of every file, as :meth:`Path.rglob` does,
    takes twice as long.
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
    try:
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        raise ProjectError(
            "cannot-read-file", place=Place(str(path)), reason=reason(error)
        ) from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ProjectError(
            "not-utf8", place=Place(str(path), line), remedy="save-as-utf8"
        ) from None


def cannot_write(path: Path, error: OSError) -> ProjectError:
    """What is said where the system does not let anything be written or removed at a place."""
    return ProjectError("cannot-write-there", place=Place(str(path)), reason=reason(error))


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write ``content`` to ``path`` whole or not at all: to a temporary file beside it, then renamed.

    A device or a pipe is written to as it is: a file in its place would take it from everybody.
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
            os.umask(umask := os.umask(0))
            os.fchmod(
                file.fileno(), path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~umask
            )
        Path(name).replace(path)
    except OSError as error:
        if name:
            Path(name).unlink(missing_ok=True)
        raise ProjectError(
            "cannot-write-there",
            place=Place(str(path)),
            remedy="nothing-changed",
            reason=reason(error),
        ) from None


@contextmanager
def replaced(folder: Path) -> Iterator[Path]:
    """A new folder beside ``folder``, to be filled, which takes its place at the end: whole or not at all.

    Whatever goes wrong meanwhile, or interrupts, what was there stays.
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
        for leftover in filter(None, (work, aside)):
            shutil.rmtree(leftover, ignore_errors=True)


def reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def copies(source: Path, target: Path) -> Iterator[tuple[Path, Path]]:
    for path in sorted(source.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path, target / path.relative_to(source)
