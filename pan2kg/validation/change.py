"""What concerns one edit: findings in some files, those it has added since a revision, those it would bring.

The files of a revision are read from git into a folder of their own and checked as they were, with their own shapes and
questions; findings are the same where their fingerprints are, whatever lines have moved.

Of files that are not written yet, only what their new or changed blocks bring about is looked at, so it costs a
fraction of a check: their words, their shapes, and what quality queries find at them or at what they refer to.
"""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from pan2kg.errors import Place, ProjectError
from pan2kg.i18n.catalogue import Messages
from pan2kg.project import FOLDERS, Project, read_text
from pan2kg.store.store import LocalStore, withdraw
from pan2kg.turtle.blocks import Block, TurtleFile, read_turtle_file
from pan2kg.turtle.writer import read_prefixes, string
from pan2kg.validation.check import IRI, Engine, look
from pan2kg.validation.compilation import compile_near
from pan2kg.validation.evaluation import MANY, FocusCounts, evaluate, findings_of_quality, foci_of_values
from pan2kg.validation.report import Finding, Kind, Names, Report, Rule, Severity, Use, fingerprint, in_order
from pan2kg.validation.shapes import read_rules, read_shapes
from pan2kg.validation.wording import check_wording

_CHECK: Final = Messages("check")


@dataclass(frozen=True, slots=True)
class Change:
    """What of a project is looked at: files by their names, all where there are none, and since which revision."""

    files: tuple[str, ...] = ()
    since: str = ""


def named_files(project: Project, given: Sequence[str], start: Path) -> tuple[str, ...]:
    """The files of a project that are meant by paths from ``start`` or from its folder; a folder stands for all in it.

    Raises:
        ProjectError: several projects are open, or there is no such file, or no checked one, in this one.
    """
    if given and project.others:
        raise ProjectError("several-open", remedy="open-one")
    known = {project.name_of(path): path for path in _checked(project)}
    root = project.root.resolve()
    found: dict[str, None] = {}
    for one in given:
        place = next((place.resolve() for place in (start / one, project.root / one) if place.exists()), None)
        if place is None:
            raise ProjectError("no-such-file", place=Place(one), remedy="name-file-of-project")
        below = place.relative_to(root).as_posix() if place.is_relative_to(root) else "/"
        names = [name for name in known if below == "." or f"{name}/".startswith(f"{below}/")]
        if not names:  # a file of the project may be a link to it
            resolved = ((name, path.resolve()) for name, path in known.items())
            names = [name for name, path in resolved if path == place or place in path.parents]
        if not names:
            raise ProjectError("not-checked", place=Place(one), remedy="name-file-of-project")
        found.update(dict.fromkeys(names))
    return tuple(found)


def _checked(project: Project) -> Iterator[Path]:
    yield from (*project.ontology_files(), *project.shape_files(), *project.graph_files())
    yield from sorted(project.queries.rglob("*.rq"))


def check_change(
    project: Project, change: Change, *, fail_on: Severity = Severity.VIOLATION, engine: Engine = Engine.SPARQL,
    tell: Callable[[str], None],
) -> Report:  # fmt: skip
    """What is wrong in some files, judged on the whole graph, or what is new since a revision.

    Raises:
        ProjectError: the project is not in a repository of git, or there is no such revision, or it held no project.
        TurtleError: a file of the ontology, now or then, is not Turtle.
    """
    if not change.since:
        looked = look(project, engine=engine, only=change.files, tell=tell)
        return replace(looked.report(looked.findings), fail_on=fail_on, of_some=bool(change.files))
    with at_revision(project, change.since) as before:  # first, so that a revision that is none is said at once
        looked = look(project, engine=engine, only=change.files, tell=tell)
        tell("check-before")
        then = look(before, engine=engine, only=_there(before, change.files))
        old = [] if change.files and not _there(before, change.files) else list(then.findings)
        names = then.names
    left = Counter(fingerprint(one, names) for one in old)
    new = list[Finding]()
    for finding in looked.findings:
        name = fingerprint(finding, looked.names)
        if left[name]:
            left[name] -= 1
        else:
            new.append(finding)
    report = looked.report(new)
    solved = list(_solved(old, left, names))
    return replace(
        report,
        findings=in_order([*report.findings, *solved]),
        fail_on=fail_on,
        since=change.since,
        of_some=bool(change.files),
    )


def _there(project: Project, files: Iterable[str]) -> tuple[str, ...]:
    return tuple(name for name in files if (project.root / name).exists())


def _solved(old: Iterable[Finding], left: Counter[str], names: Names) -> Iterator[Finding]:
    """What was found then and is not any more, as findings to be told."""
    message, remedy = _CHECK.text("since-solved"), _CHECK.text("since-solved-remedy")
    rule = Rule("since-solved", Kind.BASELINE, Severity.INFO, message, remedy)
    for finding in old:
        name = fingerprint(finding, names)
        if left[name]:
            left[name] -= 1
            yield Finding(rule, "", value=string(name), place=finding.place)


@contextmanager
def at_revision(project: Project, revision: str) -> Iterator[Project]:
    """The project as it was in a revision, in a folder that is there as long as it is read.

    Raises:
        ProjectError: the project is not in a repository of git, or there is no such revision, or it held no project.
    """
    if project.others:
        raise ProjectError("several-open", remedy="open-one")
    if not _git(project, "rev-parse", "--is-inside-work-tree"):
        raise ProjectError("no-repository", place=Place(str(project.root)), remedy="check-without-since")
    sha = _git(project, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if not sha:
        raise ProjectError("no-revision", remedy="name-revision", revision=revision)
    commit = sha.decode().strip()
    listed = _git(project, "ls-tree", "--name-only", commit, "--", *FOLDERS, "texts").decode().split("\n")
    parts = [name for name in (*FOLDERS, "texts") if name in listed]
    if not set(FOLDERS) <= set(parts):
        raise ProjectError("revision-no-project", remedy="name-revision", revision=revision)
    with tempfile.TemporaryDirectory(prefix="pan2kg-") as folder:
        archive = _git(project, "archive", "--format=tar", commit, "--", *parts)
        with tarfile.open(fileobj=io.BytesIO(archive)) as packed:
            packed.extractall(folder, filter="data")
        yield Project.at(folder)


def _git(project: Project, *arguments: str) -> bytes:
    """What git answers, empty where it refuses or is not there."""
    try:
        # whose git it is says the user's own path; a revision is never read as an option
        command = ["git", "-C", str(project.root), *arguments]
        done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603
    except OSError:
        return b""
    return done.stdout if done.returncode == 0 else b""


def objections(project: Project, store: LocalStore, texts: Mapping[Path, str]) -> tuple[Finding, ...]:
    """The violations and warnings that new texts of files would bring about, worst first; the texts are Turtle.

    ``store`` holds what the project states now, and is left with the new texts in place of the old ones.

    Raises:
        ProjectError: a file cannot be read.
        QueryError: a shape or a quality query cannot be asked.
    """
    names = Names(read_prefixes(project))
    before = {path: _read(project, path, read_text(path) if path.exists() else "") for path in texts}
    after = {path: _read(project, path, text) for path, text in texts.items()}
    changed = {iri: block for path in texts for iri, block in _changed(before[path], after[path])}
    said = [one for one in check_wording(list(after.values()), names.prefixes) if one.focus in changed]
    touched = changed.keys() | set(_objects(after.values(), changed))
    _replace(project, store, texts)
    found = [*said, *_asked(project, store, names, changed, touched)]
    if found:  # a fault that was there before is not ours
        _replace(project, store, {path: read_text(path) if path.exists() else "" for path in texts})
        known = {fingerprint(one, names) for one in _asked(project, store, names, changed, touched)}
        known |= {fingerprint(one, names) for one in check_wording(list(before.values()), names.prefixes)}
        _replace(project, store, texts)
        found = [one for one in found if fingerprint(one, names) not in known]
    return in_order(one for one in found if one.severity.reaches(Severity.WARNING) and one.rule.use is Use.EDIT)


def _read(project: Project, path: Path, text: str) -> TurtleFile:
    return read_turtle_file(text, project.name_of(path))


def _changed(before: TurtleFile, after: TurtleFile) -> Iterator[tuple[str, Block]]:
    """The blocks of a file that are new, or say something else, by the IRI of their subject."""
    old = {block.subject: _said(block) for block in before.blocks}
    for block in after.blocks:
        if old.get(block.subject) != _said(block):
            yield after.expand(block.subject), block


def _said(block: Block) -> list[tuple[str, str]]:
    return [(one.predicate, one.object) for one in block.statements]


def _objects(files: Iterable[TurtleFile], changed: Mapping[str, Block]) -> Iterator[str]:
    """What the changed blocks refer to."""
    for file in files:
        for block in file.blocks:
            if file.expand(block.subject) in changed:
                yield from (file.expand(one.object) for one in block.statements if not one.object.startswith('"'))


def _replace(project: Project, store: LocalStore, texts: Mapping[Path, str]) -> None:
    """Put texts of files in the place of what a store holds of them."""
    for path, text in texts.items():
        graph = ox.NamedNode(project.graph_iri(path))
        store.inner.remove_graph(graph)
        if text.strip():
            store.inner.load(text.encode(), format=ox.RdfFormat.TURTLE, to_graph=graph)
    withdraw(store.inner)


def _asked(
    project: Project, store: LocalStore, names: Names, changed: Mapping[str, Block], touched: Iterable[str]
) -> Iterator[Finding]:
    """What shapes find at the changed things, and quality queries at these and at those they refer to."""
    shapes = read_shapes(project.shape_files())
    counts = FocusCounts(store, sorted(changed))
    yield from evaluate(compile_near(shapes, counts.number), read_rules(shapes, names), counts)
    near, least = set(touched), Severity.WARNING
    foci = {iri for iri in near if IRI.fullmatch(iri)} | foci_of_values(project, store, changed, least=least)
    only = sorted(foci) if len(foci) <= MANY else ()
    for finding in findings_of_quality(project, store, names, least=least, only=only).findings:
        if finding.focus in near or finding.value.removeprefix("<").removesuffix(">") in changed:
            yield finding
