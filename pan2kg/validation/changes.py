"""What a change brings about: the check of some files, of what is new since a revision, of texts not yet written."""

import io
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pyoxigraph as ox

from pan2kg.errors import Place, ProjectError
from pan2kg.project import FOLDERS, Project, read_text
from pan2kg.store import LocalStore
from pan2kg.store.project_files import withdraw
from pan2kg.turtle import writer
from pan2kg.turtle.blocks import TurtleFile, read_turtle_file
from pan2kg.validation import compilation, wording
from pan2kg.validation.baseline import AcceptedFinding, fingerprint, matched
from pan2kg.validation.check import look
from pan2kg.validation.evaluation import (
    MANY,
    Engine,
    FocusCounts,
    evaluate,
    findings_of_quality,
    foci_of_values,
    is_iri,
    naming,
)
from pan2kg.validation.report import Finding, Names, Report, RuleUse, Severity, in_order
from pan2kg.validation.shapes import read_rules, read_shapes

# Some files


def named_files(project: Project, arguments: Sequence[str], start: Path) -> tuple[str, ...]:
    """The files of a project that arguments name, by the names the project has for them.

    An argument is a file or a folder, seen from the folder ``start`` or from the project's own.

    Raises:
        ProjectError: there is no such file, it is none that is checked, or several projects are open.
    """
    if arguments and project.others:
        raise ProjectError("several-open", remedy="open-one")
    checked = (*project.ontology_files(), *project.shape_files(), *project.graph_files())
    questions = sorted(project.queries.rglob("*.rq"))
    paths = {project.name_of(path): path for path in (*checked, *questions)}
    chosen = {}
    for argument in arguments:
        names = _at(_place(project, argument, start), project, paths)
        if not names:
            raise ProjectError("not-checked", place=Place(argument), remedy="name-file-of-project")
        chosen.update(dict.fromkeys(names))
    return tuple(chosen)


def _place(project: Project, argument: str, start: Path) -> Path:
    for place in (start / argument, project.root / argument):
        if place.exists():
            return place.resolve()
    raise ProjectError("no-such-file", place=Place(argument), remedy="name-file-of-project")


def _at(place: Path, project: Project, paths: Mapping[str, Path]) -> list[str]:
    """The names of the files that are this one, or stand below this folder."""
    root = project.root.resolve()
    if place == root:
        return list(paths)
    if place.is_relative_to(root):
        below = f"{place.relative_to(root).as_posix()}/"
        names = [name for name in paths if f"{name}/".startswith(below)]
        if names:
            return names
    # a file of the project may be a link to it
    resolved = {name: path.resolve() for name, path in paths.items()}
    return [name for name, path in resolved.items() if path == place or place in path.parents]


# What is new since a revision


@dataclass(frozen=True, slots=True)
class CheckedChange:
    """What of a project is checked: ``files`` by their names, all where there are none, as new ``since`` a revision."""

    files: tuple[str, ...] = ()
    since: str = ""


def check_change(
    project: Project,
    change: CheckedChange,
    *,
    fail_on: Severity = Severity.VIOLATION,
    engine: Engine = Engine.SPARQL,
    tell: Callable[[str], None],
) -> Report:
    """Check some files of a project, or all; with a revision, report what is new since then and what is solved.

    ``tell`` is told the key of each step as it begins.

    Raises:
        ProjectError: the folder is no repository of git, or the revision is none or held no project.
    """
    if not change.since:
        looked = look(project, engine=engine, only=change.files, tell=tell)
        return replace(looked.report(looked.findings), fail_on=fail_on, of_some=bool(change.files))
    # the revision comes first, so that one that is none is said at once
    with at_revision(project, change.since) as before:
        looked = look(project, engine=engine, only=change.files, tell=tell)
        tell("check-before")
        files_before = tuple(name for name in change.files if (before.root / name).exists())
        looked_before = look(before, engine=engine, only=files_before)
    has_been = bool(files_before) or not change.files
    accepted = []
    if has_been:
        for finding in looked_before.findings:
            name = fingerprint(finding, looked_before.names)
            accepted.append(AcceptedFinding(name, finding.place))
    outcome = matched(looked.findings, looked.names, accepted, "since-solved")
    whole = looked.report(outcome.added)
    return replace(
        whole,
        findings=in_order([*whole.findings, *outcome.solved]),
        fail_on=fail_on,
        since=change.since,
        of_some=bool(change.files),
    )


@contextmanager
def at_revision(project: Project, revision: str) -> Iterator[Project]:
    """The project as it was at a revision of its repository, in a folder that is gone afterwards."""
    if project.others:
        raise ProjectError("several-open", remedy="open-one")
    root = project.root
    if not _git(root, "rev-parse", "--is-inside-work-tree"):
        raise ProjectError("no-repository", place=Place(str(root)), remedy="check-without-since")
    # a revision is never read as an option
    verified = ("--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    commit = _git(root, "rev-parse", *verified).decode().strip()
    if not commit:
        raise ProjectError("no-revision", remedy="name-revision", revision=revision)
    wanted = (*FOLDERS, "texts")
    listed = _git(root, "ls-tree", "--name-only", commit, "--", *wanted).decode().split("\n")
    folders = [name for name in wanted if name in listed]
    if not set(FOLDERS) <= set(folders):
        raise ProjectError("revision-no-project", remedy="name-revision", revision=revision)
    with tempfile.TemporaryDirectory(prefix="pan2kg-") as folder:
        _unpack(_git(root, "archive", "--format=tar", commit, "--", *folders), Path(folder))
        yield Project.at(folder)


def _git(root: Path, *arguments: str) -> bytes:
    """What git says; nothing where it is not there or finds a fault. Whose git it is says the user's own path."""
    try:
        command = ["git", "-C", str(root), *arguments]
        done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603
    except OSError:
        return b""
    return done.stdout if done.returncode == 0 else b""


def _unpack(archive: bytes, folder: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(archive)) as packed:
        for member in packed:
            content = packed.extractfile(member) if member.isfile() else None
            if content:
                path = folder / member.name  # names in a tree of git lead nowhere else
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content.read())


# Texts not yet written


def objections(
    project: Project, store: LocalStore, texts: Mapping[Path, str]
) -> tuple[Finding, ...]:
    """The violations and warnings that new texts of files would bring about, worst first; the texts are Turtle.

    ``store`` holds the project as it stands, and afterwards the texts. A fault that was there
    before is not counted, nor one that is only a gap.
    """
    names = Names(writer.read_prefixes(project))
    texts_before = {path: read_text(path) if path.exists() else "" for path in texts}
    before = _files(project, texts_before)
    after = _files(project, texts)
    changed = _changed(before, after)
    touched = changed | _named(after, changed)
    _put(project, store, texts)
    faults = _faults(project, store, names, after, changed, touched)
    if faults:
        _put(project, store, texts_before)
        faults_before = {
            fingerprint(finding, names)
            for finding in _faults(project, store, names, before, changed, touched)
        }
        _put(project, store, texts)
        faults = [finding for finding in faults if fingerprint(finding, names) not in faults_before]
    weighty = (finding for finding in faults if finding.severity.reaches(Severity.WARNING))
    return in_order(finding for finding in weighty if finding.rule.use is RuleUse.EDIT)


def _files(project: Project, texts: Mapping[Path, str]) -> list[TurtleFile]:
    return [read_turtle_file(text, project.name_of(path)) for path, text in texts.items()]


def _changed(before: Iterable[TurtleFile], after: Iterable[TurtleFile]) -> set[str]:
    """The things of which a file comes to say something else."""
    earlier = _statements(before)
    return {
        subject
        for (file, subject), said in _statements(after).items()
        if earlier.get((file, subject)) != said
    }


def _statements(
    files: Iterable[TurtleFile],
) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """What each file says of each thing: predicates and objects as they are written, in their order."""
    statements: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for file in files:
        for block in file.blocks:
            said = statements.setdefault((file.name, file.expand(block.subject)), [])
            said += ((line.predicate, line.object) for line in block.statements)
    return statements


def _named(files: Iterable[TurtleFile], subjects: Collection[str]) -> set[str]:
    """The things that are named where something is said of these subjects."""
    named = set[str]()
    for file in files:
        for block in file.blocks:
            if file.expand(block.subject) in subjects:
                objects = (line.object for line in block.statements)
                named.update(file.expand(term) for term in objects if not term.startswith('"'))
    return named


def _put(project: Project, store: LocalStore, texts: Mapping[Path, str]) -> None:
    """Let the store hold these texts of files, and nothing that was derived from others."""
    for path, text in texts.items():
        graph = ox.NamedNode(project.graph_iri(path))
        store.inner.remove_graph(graph)
        if text.strip():
            store.inner.load(text.encode(), format=ox.RdfFormat.TURTLE, to_graph=graph)
    withdraw(store.inner)


def _faults(
    project: Project,
    store: LocalStore,
    names: Names,
    files: Sequence[TurtleFile],
    changed: Collection[str],
    touched: Collection[str],
) -> list[Finding]:
    """The faults of what these files and the store say of what changed, and of what a change touches."""
    faults = [
        finding
        for finding in wording.check_wording(files, names.prefixes)
        if finding.focus in changed
    ]
    shapes = read_shapes(project.shape_files())
    counts = FocusCounts(store, naming("this", sorted(changed)))
    near = compilation.compile_near(shapes, counts.number)
    faults += evaluate(near, read_rules(shapes, names), counts)
    foci = {iri for iri in touched if is_iri(iri)}
    foci |= foci_of_values(project, store, changed, least=Severity.WARNING)
    only = sorted(foci) if len(foci) <= MANY else ()
    quality = findings_of_quality(project, store, names, least=Severity.WARNING, only=only)
    for finding in quality.findings:
        if finding.focus in touched or finding.value.strip("<>") in changed:
            faults.append(finding)
    return faults
