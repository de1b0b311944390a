"""Checking a project: house style, shapes and quality queries brought together in one report."""

from __future__ import annotations

import io
import re
import subprocess
import tarfile
import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from pan2kg.errors import Place, ProjectError, TurtleError
from pan2kg.i18n.catalogue import LANGUAGES, Messages, Text
from pan2kg.project import FOLDERS, Project, read_text
from pan2kg.store.links import ALL
from pan2kg.store.queries import program_query
from pan2kg.store.rules import derive
from pan2kg.store.store import LocalStore, Store, is_derived, load, load_readable, needs, select, withdraw
from pan2kg.turtle.blocks import (
    BYTE_ORDER,
    TurtleFile,
    index_blocks,
    read_turtle_file,
    read_turtle_files,
)
from pan2kg.turtle.blocks import (
    SourceBlock as Block,
)
from pan2kg.turtle.vocabulary import PAN, path_of
from pan2kg.turtle.writer import read_prefixes, string, subjects
from pan2kg.validation.compilation import compile_near, compile_shapes, refused
from pan2kg.validation.evaluation import (
    MANY,
    FocusCounts,
    Unasked,
    differences,
    evaluate,
    findings_of_quality,
    foci_of_values,
)
from pan2kg.validation.lines import (
    check_questions,
    check_style,
    check_wording,
    count_looked_at,
    looked_at,
    not_turtle,
    question_rules,
    style_rules,
    text_rules,
)
from pan2kg.validation.quotations import Kept, check_quotations, check_rights, kept_texts
from pan2kg.validation.report import (
    Finding,
    Kind,
    Names,
    Report,
    Rule,
    RuleUse,
    Severity,
    compare,
    fingerprint,
    gathered,
    in_order,
    read_baseline,
)
from pan2kg.validation.shapes import read_rules, read_shapes

KINDS: Final = (Kind.STYLE, Kind.TEXT, Kind.SHAPE, Kind.QUALITY)
_CHECK: Final = Messages("check")
_BARE = re.compile(r'"([^"]*)"\^\^xsd:(?:integer|decimal|boolean)')
IRI = re.compile(r"[a-z]+:[^\s<>\"{}|^`\\]+")

Index = Mapping[str, Sequence[tuple[TurtleFile, Block]]]


class Engine(StrEnum):
    SPARQL = "sparql"
    PYSHACL = "pyshacl"
    BOTH = "both"


_ENGINES: Final = {Engine.SPARQL: "SPARQL", Engine.PYSHACL: "pySHACL"}


def _silent(_: str) -> None:
    """Tell nobody."""


def check(
    project: Project,
    *,
    kinds: Collection[Kind] = KINDS,
    fail_on: Severity = Severity.VIOLATION,
    baseline: Path | None = None,
    engine: Engine = Engine.SPARQL,
) -> Report:
    """Check the files of a project and say everything that is wrong with them.

    ``kinds`` narrows the check; the house style alone takes a tenth of the time. What ``baseline``
    accepts is set apart, and entries of it that no longer occur are reported. Where ``engine`` is both, what only one
    of the two engines finds is a violation too.

    A file of the graph that is not Turtle is a violation; the others are checked as if what it describes were there.

    >>> check(Project.packaged()).solved
    ()
    """
    accepted = read_baseline(baseline) if baseline else None
    check_of = look(project, kinds=kinds, engine=engine)
    report = replace(check_of.report(check_of.findings), fail_on=fail_on)
    return report if accepted is None else compare(report, accepted, file=str(baseline))


@dataclass(frozen=True, slots=True)
class Looked:
    """What was looked at: every finding by itself, with its place, and what it takes to make a report of some of them.

    ``plans`` says in which plan a thing is, ``index`` where its blocks stand.
    """

    parts: tuple[Report, ...]
    findings: tuple[Finding, ...]
    store: LocalStore
    index: Index
    plans: Mapping[str, str]
    names: Names

    def report(self, findings: Iterable[Finding]) -> Report:
        placed = list(_placed(gathered(findings, self.plans), self.index, self.names))
        return Report(
            rules=tuple(rule for report in self.parts for rule in report.rules),
            findings=in_order(placed),
            looked_at={key: number for report in self.parts for key, number in report.looked_at.items()},
            names=replace(self.names, labels=_labels(self.store, placed, self.names)),
            statistics={key: number for report in self.parts for key, number in report.statistics.items()},
        )


def look(
    project: Project,
    *,
    kinds: Collection[Kind] = KINDS,
    engine: Engine = Engine.SPARQL,
    only: Collection[str] = (),
    tell: Callable[[str], None] = _silent,
) -> Looked:
    """Look at the files of a project, or at ``only`` some by their names, which are judged on the whole graph.

    ``tell`` is told what is done next, by the key of a message of « progress ».
    """
    tell("check-reads")
    store, unread = load_readable(project)
    files = _near(project, store, only, unread) if only else read_turtle_files(project)
    chosen_files = [file for file in files if file.name in only] if only else files
    if unread and engine is not Engine.SPARQL:
        raise unread[0]  # the reference reads the files itself, each to its end
    for path in project.shape_files():
        load(ox.Store(), path, project.graph_iri(path), name=project.name_of(path))
    names = Names(read_prefixes(project))
    faults = _untold(unread, files, kinds)
    reports = [_wording(project, chosen_files, faults) if Kind.TEXT in kinds or unread else Report()]
    if Kind.TEXT in kinds:
        texts = _kept(project)
        reports += [check_quotations(chosen_files, texts), check_rights(chosen_files, texts, files)]
    tell("check-shapes")
    subjects_named = (
        dict.fromkeys(file.expand(block.subject) for file in chosen_files for block in file.blocks) if only else {}
    )
    narrow = list(subjects_named) if len(subjects_named) <= MANY else []
    reports += [findings_of_shapes(project, store, names, engine, only=narrow)] if Kind.SHAPE in kinds else []
    tell("check-quality")
    reports += [_quality(project, store, names, narrow)] if Kind.QUALITY in kinds else []
    tell("check-questions")
    has_questions = not only or any(name.endswith(".rq") for name in only)
    reports[:0] = (
        [_style(project, chosen_files, files, store if has_questions else None)] if Kind.STYLE in kinds else []
    )
    index = index_blocks(files)
    placed = _own(_placed((finding for report in reports for finding in report.findings), index, names), project)
    findings = _known(placed, index, unread) if unread else placed
    chosen = tuple(finding for finding in findings if not only or (finding.place and finding.place.file in only))
    return Looked(tuple(reports), chosen, store, index, _plans(store), names)


def check_store(
    project: Project, store: Store, *, fail_on: Severity = Severity.VIOLATION, baseline: Path | None = None
) -> Report:
    """What the shapes and quality queries of a project find in a store that holds what is derived as well.

    There are no files: house style and texts are not looked at, and no finding has a place. A finding of a shape
    stands only where it is about something that is stated.
    """
    accepted = read_baseline(baseline) if baseline else None
    names = Names(read_prefixes(project))
    unasked: Unasked = {}
    shapes = findings_of_shapes(project, store, names, Engine.SPARQL, unasked=unasked)
    stated = _stated(store, {finding.focus for finding in shapes.findings})
    of_stated = tuple(one for one in shapes.findings if one.focus in stated or not IRI.fullmatch(one.focus))
    table = select(store, program_query("endpoint/parts"))
    plans = dict(zip(table.values("part"), table.values("plan"), strict=True))
    core = {subject for path in project.core_files() for subject, _ in subjects(read_text(path))}
    reports = [replace(shapes, findings=of_stated), findings_of_quality(project, store, names, unasked=unasked)]
    reports = [
        replace(part, findings=tuple(one for one in gathered(part.findings, plans) if one.focus not in core))
        for part in reports
    ]
    reports.append(_not_asked(unasked))
    report = Report(
        rules=tuple(rule for part in reports for rule in part.rules),
        findings=in_order(finding for part in reports for finding in part.findings),
        looked_at={key: number for part in reports for key, number in part.looked_at.items()},
        names=replace(names, labels=_labels(store, (one for part in reports for one in part.findings), names)),
        fail_on=fail_on,
        statistics={key: number for part in reports for key, number in part.statistics.items()},
    )
    return report if accepted is None else compare(report, accepted, file=str(baseline))


def _not_asked(unasked: Unasked) -> Report:
    findings = []
    for rule, error in unasked.items():
        reason = Text.of({language: error.message.say(language) for language in LANGUAGES})
        message, remedy = _CHECK.text("not-asked", rule=rule.key, reason=reason), _CHECK.text("not-asked-remedy")
        findings.append(Finding(Rule(f"not-asked:{rule.key}", rule.kind, Severity.VIOLATION, message, remedy), ""))
    return Report(
        tuple(finding.rule for finding in findings), tuple(findings), {finding.rule.key: 1 for finding in findings}
    )


def _stated(store: Store, iris: Collection[str]) -> set[str]:
    sorted_iris = sorted(iri for iri in iris if IRI.fullmatch(iri))
    stated = set[str]()
    for start in range(0, len(sorted_iris), _ASKED):
        query = program_query("endpoint/stated", thing=sorted_iris[start : start + _ASKED])
        stated.update(select(store, query).values("thing"))
    return stated


_ASKED: Final = 500
"""So many things are named in one query; Virtuoso takes some thousand."""


def _near(
    project: Project, store: LocalStore, only: Collection[str], unread: Iterable[TurtleError]
) -> list[TurtleFile]:
    wanted = {*only, *(error.place.file for error in unread if error.place)}
    listed = (*project.ontology_files(), *project.shape_files(), *project.graph_files())
    paths = {project.name_of(path): path for path in listed}
    names = {project.graph_iri(path): name for name, path in paths.items()}

    def read(name: str) -> TurtleFile:
        return read_turtle_file(read_text(paths[name]), name, nested=paths[name].is_relative_to(project.ontology))

    chosen = {name: read(name) for name in paths if name in wanted}
    for subject in [file.expand(block.subject) for file in chosen.values() for block in file.blocks]:
        for quad in store.inner.quads_for_pattern(ox.NamedNode(subject), None, None):
            name = names.get(quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else "", "")
            if name and name not in chosen:
                chosen[name] = read(name)
    return [chosen[name] for name in paths if name in chosen]


def _style(
    project: Project, chosen: Sequence[TurtleFile], files: Sequence[TurtleFile], store: LocalStore | None
) -> Report:
    rules = (*style_rules().values(), *question_rules().values())
    among = files if len(chosen) < len(files) else ()
    faults = [
        fault
        for member_files, prefixes in _each(project, chosen)
        for fault in check_style(member_files, prefixes, among=among)
    ]
    if store is None:
        return Report(rules, tuple(faults), count_looked_at(chosen))
    # what columns hold shows in the strongest links as well
    question_faults, looked_at = check_questions(project, partial(_derived, store, project, limit=0))
    return Report(rules, (*faults, *question_faults), count_looked_at(chosen) | looked_at)


def _derived(store: LocalStore, project: Project, limit: int = ALL) -> LocalStore:
    if not any(is_derived(str(name)[1:-1]) for name in store.inner.named_graphs()):
        derive(store, project, limit=limit)
    return store


def _quality(project: Project, store: LocalStore, names: Names, only: Collection[str]) -> Report:
    """The quality queries, asked of what is stated; of what is derived too where a project has one that may need it.

    The shipped ones read nothing that is derived. One of a project's own may, unless its header says what it needs.
    ``only`` names the things that are looked at, where they are few.
    """
    shipped = Project.packaged().queries / "quality"
    for path in sorted((project.queries / "quality").glob("*-violation.rq")):
        text, original = read_text(path), shipped / path.name
        if needs(text) or (needs(text) is None and not (original.exists() and read_text(original) == text)):
            _derived(store, project)
            break
    return findings_of_quality(project, store, names, only=only)


def _plans(store: LocalStore) -> dict[str, str]:
    quads = store.inner.quads_for_pattern(None, ox.NamedNode(PAN + "inPlan"), None)
    stated = [(quad.subject, quad.object) for quad in quads]
    return {a.value: b.value for a, b in stated if isinstance(a, ox.NamedNode) and isinstance(b, ox.NamedNode)}


def _each(project: Project, files: Sequence[TurtleFile]) -> Iterator[tuple[Sequence[TurtleFile], Mapping[str, str]]]:
    for member in project.members:
        yield read_turtle_files(member) if project.others else files, read_prefixes(member)


def _wording(project: Project, files: Sequence[TurtleFile], unread: Sequence[TurtleError]) -> Report:
    faults = [
        fault for member_files, prefixes in _each(project, files) for fault in check_wording(member_files, prefixes)
    ]
    return Report(tuple(text_rules().values()), (*not_turtle(unread), *faults), looked_at(files))


def _kept(project: Project) -> dict[str, Kept]:
    return {key: kept_text for member in reversed(project.members) for key, kept_text in kept_texts(member).items()}


def _untold(unread: Iterable[TurtleError], files: Iterable[TurtleFile], kinds: Collection[Kind]) -> list[TurtleError]:
    marked = {file.name for file in files if any(fault.rule == BYTE_ORDER for fault in file.faults)}
    return [error for error in unread if not (Kind.STYLE in kinds and error.place and error.place.file in marked)]


def _known(findings: Iterable[Finding], index: Index, unread: Sequence[TurtleError]) -> Iterator[Finding]:
    broken = {error.place.file for error in unread if error.place}
    lost = {iri for iri, blocks in index.items() if all(file.name in broken for file, _ in blocks)}
    for finding in findings:
        by_line = finding.rule.kind in (Kind.STYLE, Kind.TEXT)
        if by_line or lost.isdisjoint((finding.focus, finding.value.removeprefix("<").removesuffix(">"))):
            yield finding


def findings_of_shapes(
    project: Project, store: Store, names: Names, engine: Engine, *,
    only: Collection[str] = (), unasked: Unasked | None = None,
) -> Report:  # fmt: skip
    """What the shapes of a project find in a store that holds what it states, and nothing derived.

    ``only`` names the nodes that are looked at, where they are few; the reference looks at all. The rules an endpoint
    cannot be asked for are put into ``unasked``, where there is one.
    """
    shapes = read_shapes(project.shape_files())
    rules = read_rules(shapes, names)
    if not rules.rules:
        raise ProjectError("no-shapes", place=Place("ontology/shapes"), remedy="put-shapes-back")
    counts, by_engine = FocusCounts(store, only), dict[Engine, tuple[Finding, ...]]()
    if engine is not Engine.PYSHACL:
        compiled = compile_shapes(shapes)
        if compiled.refusals:
            raise refused(project, shapes, compiled.refusals)
        by_engine[Engine.SPARQL] = tuple(evaluate(compiled.queries, rules, counts, unasked=unasked))
    if engine is not Engine.SPARQL:
        from pan2kg.validation.reference import validate

        by_engine[Engine.PYSHACL] = validate(_checked(project), rules)
    findings = next(iter(by_engine.values()))
    if engine is Engine.BOTH:
        findings += tuple(_differences(by_engine[Engine.SPARQL], by_engine[Engine.PYSHACL]))
    rules_told = dict.fromkeys((*rules.rules.values(), *(finding.rule for finding in findings)))
    return Report(tuple(rules_told), findings, counts.by_rule(rules))


def _checked(project: Project) -> list[Path]:
    files = {member.graph_iri(path): path for member in reversed(project.members) for path in member.loaded_files()}
    return sorted(files.values())


def _differences(compiled: Iterable[Finding], reference: Iterable[Finding]) -> Iterator[Finding]:
    for name, findings in zip((Engine.SPARQL, Engine.PYSHACL), differences(compiled, reference), strict=True):
        for finding in findings:
            message = _CHECK.text("only-by", engine=_ENGINES[name], rule=finding.rule.key)
            remedy = _CHECK.text("only-by-remedy")
            rule = Rule(f"only-{name}:{finding.rule.key}", Kind.SHAPE, Severity.VIOLATION, message, remedy)
            yield replace(finding, rule=rule)


def _placed(findings: Iterable[Finding], index: Index, names: Names) -> Iterator[Finding]:
    for finding in findings:
        # what several things lack stands at no line of their plan
        sought = finding if finding.times == 1 else replace(finding, path="")
        yield finding if finding.place else replace(finding, place=find_place(sought, index, names))


def _own(findings: Iterable[Finding], project: Project) -> Iterator[Finding]:
    core = {subject for path in project.core_files() for subject, _ in subjects(read_text(path))}
    return (finding for finding in findings if finding.place or finding.focus not in core)


def find_place(finding: Finding, index: Index, names: Names) -> Place | None:
    blocks = index.get(finding.focus, ())
    predicate, value = names.short(finding.path), names.short(finding.value)
    spellings = {value, _BARE.sub(r"\1", value)}
    lines = [
        (statement.object not in spellings, Place(file.name, statement.line))
        for file, block in blocks
        for statement in block.statements
        if statement.predicate == predicate
    ]
    if lines:
        return min(lines, key=lambda line: line[0])[1]
    if blocks:
        return Place(blocks[0][0].name, blocks[0][1].line)
    file = path_of(finding.focus)
    return Place(f"graph/{file}.ttl") if file else None


def _labels(store: Store, findings: Iterable[Finding], names: Names) -> dict[str, Text]:
    wanted = set()
    for finding in findings:
        wanted |= {finding.focus, finding.value.removeprefix("<").removesuffix(">")}
        if finding.part:
            wanted.add(names.plan(finding.part))
    wanted = {iri for iri in wanted if IRI.fullmatch(iri)}
    labels: dict[str, dict[str, str]] = {}
    iris = sorted(wanted)
    for start in range(0, len(iris), _ASKED):
        table = select(store, program_query("things/labels-by-language", thing=iris[start : start + _ASKED]))
        for iri, language, label in zip(*(table.values(column) for column in table.columns), strict=True):
            labels.setdefault(iri, {})[language] = " ".join(label.split())
    return {iri: Text.of(words) for iri, words in labels.items()}


@dataclass(frozen=True, slots=True)
class CheckedChange:
    files: tuple[str, ...] = ()
    since: str = ""


def named_files(project: Project, arguments: Sequence[str], start: Path) -> tuple[str, ...]:
    if arguments and project.others:
        raise ProjectError("several-open", remedy="open-one")
    checked_files = {project.name_of(path): path for path in _files_checked(project)}
    root = project.root.resolve()
    chosen: dict[str, None] = {}
    for argument in arguments:
        place = next((place.resolve() for place in (start / argument, project.root / argument) if place.exists()), None)
        if place is None:
            raise ProjectError("no-such-file", place=Place(argument), remedy="name-file-of-project")
        below = place.relative_to(root).as_posix() if place.is_relative_to(root) else "/"
        names = [name for name in checked_files if below == "." or f"{name}/".startswith(f"{below}/")]
        if not names:  # a file of the project may be a link to it
            resolved = ((name, path.resolve()) for name, path in checked_files.items())
            names = [name for name, path in resolved if path == place or place in path.parents]
        if not names:
            raise ProjectError("not-checked", place=Place(argument), remedy="name-file-of-project")
        chosen.update(dict.fromkeys(names))
    return tuple(chosen)


def _files_checked(project: Project) -> Iterator[Path]:
    yield from (*project.ontology_files(), *project.shape_files(), *project.graph_files())
    yield from sorted(project.queries.rglob("*.rq"))


def check_change(
    project: Project, change: CheckedChange, *, fail_on: Severity = Severity.VIOLATION, engine: Engine = Engine.SPARQL,
    tell: Callable[[str], None],
) -> Report:  # fmt: skip
    if not change.since:
        check_of = look(project, engine=engine, only=change.files, tell=tell)
        return replace(check_of.report(check_of.findings), fail_on=fail_on, of_some=bool(change.files))
    with at_revision(project, change.since) as before:  # first, so that a revision that is none is said at once
        check_of = look(project, engine=engine, only=change.files, tell=tell)
        tell("check-before")
        then = look(before, engine=engine, only=_there(before, change.files))
        earlier = [] if change.files and not _there(before, change.files) else list(then.findings)
        names = then.names
    unmatched = Counter(fingerprint(one, names) for one in earlier)
    added = list[Finding]()
    for finding in check_of.findings:
        name = fingerprint(finding, check_of.names)
        if unmatched[name]:
            unmatched[name] -= 1
        else:
            added.append(finding)
    report = check_of.report(added)
    solved = list(_solved(earlier, unmatched, names))
    return replace(
        report,
        findings=in_order([*report.findings, *solved]),
        fail_on=fail_on,
        since=change.since,
        of_some=bool(change.files),
    )


def _there(project: Project, files: Iterable[str]) -> tuple[str, ...]:
    return tuple(name for name in files if (project.root / name).exists())


def _solved(earlier: Iterable[Finding], unmatched: Counter[str], names: Names) -> Iterator[Finding]:
    message, remedy = _CHECK.text("since-solved"), _CHECK.text("since-solved-remedy")
    rule = Rule("since-solved", Kind.BASELINE, Severity.INFO, message, remedy)
    for finding in earlier:
        name = fingerprint(finding, names)
        if unmatched[name]:
            unmatched[name] -= 1
            yield Finding(rule, "", value=string(name), place=finding.place)


@contextmanager
def at_revision(project: Project, revision: str) -> Iterator[Project]:
    if project.others:
        raise ProjectError("several-open", remedy="open-one")
    if not _git(project, "rev-parse", "--is-inside-work-tree"):
        raise ProjectError("no-repository", place=Place(str(project.root)), remedy="check-without-since")
    sha = _git(project, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if not sha:
        raise ProjectError("no-revision", remedy="name-revision", revision=revision)
    commit = sha.decode().strip()
    listed = _git(project, "ls-tree", "--name-only", commit, "--", *FOLDERS, "texts").decode().split("\n")
    folders = [name for name in (*FOLDERS, "texts") if name in listed]
    if not set(FOLDERS) <= set(folders):
        raise ProjectError("revision-no-project", remedy="name-revision", revision=revision)
    with tempfile.TemporaryDirectory(prefix="pan2kg-") as folder:
        archive = _git(project, "archive", "--format=tar", commit, "--", *folders)
        with tarfile.open(fileobj=io.BytesIO(archive)) as packed:
            packed.extractall(folder, filter="data")
        yield Project.at(folder)


def _git(project: Project, *arguments: str) -> bytes:
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
    """
    names = Names(read_prefixes(project))
    before = {path: _read(project, path, read_text(path) if path.exists() else "") for path in texts}
    after = {path: _read(project, path, text) for path, text in texts.items()}
    changed = {iri: block for path in texts for iri, block in _changed(before[path], after[path])}
    word_faults = [
        finding for finding in check_wording(list(after.values()), names.prefixes) if finding.focus in changed
    ]
    touched = changed.keys() | set(_objects(after.values(), changed))
    _replace(project, store, texts)
    faults = [*word_faults, *_asked(project, store, names, changed, touched)]
    if faults:  # a fault that was there before is not ours
        _replace(project, store, {path: read_text(path) if path.exists() else "" for path in texts})
        faults_before = {fingerprint(finding, names) for finding in _asked(project, store, names, changed, touched)}
        faults_before |= {
            fingerprint(finding, names) for finding in check_wording(list(before.values()), names.prefixes)
        }
        _replace(project, store, texts)
        faults = [finding for finding in faults if fingerprint(finding, names) not in faults_before]
    return in_order(
        finding for finding in faults if finding.severity.reaches(Severity.WARNING) and finding.rule.use is RuleUse.EDIT
    )


def _read(project: Project, path: Path, text: str) -> TurtleFile:
    return read_turtle_file(text, project.name_of(path))


def _changed(before: TurtleFile, after: TurtleFile) -> Iterator[tuple[str, Block]]:
    statements_before = {block.subject: _said(block) for block in before.blocks}
    for block in after.blocks:
        if statements_before.get(block.subject) != _said(block):
            yield after.expand(block.subject), block


def _said(block: Block) -> list[tuple[str, str]]:
    return [(statement.predicate, statement.object) for statement in block.statements]


def _objects(files: Iterable[TurtleFile], changed: Mapping[str, Block]) -> Iterator[str]:
    for file in files:
        for block in file.blocks:
            if file.expand(block.subject) in changed:
                yield from (
                    file.expand(statement.object)
                    for statement in block.statements
                    if not statement.object.startswith('"')
                )


def _replace(project: Project, store: LocalStore, texts: Mapping[Path, str]) -> None:
    for path, text in texts.items():
        graph = ox.NamedNode(project.graph_iri(path))
        store.inner.remove_graph(graph)
        if text.strip():
            store.inner.load(text.encode(), format=ox.RdfFormat.TURTLE, to_graph=graph)
    withdraw(store.inner)


def _asked(
    project: Project, store: LocalStore, names: Names, changed: Mapping[str, Block], touched: Iterable[str]
) -> Iterator[Finding]:
    shapes = read_shapes(project.shape_files())
    counts = FocusCounts(store, sorted(changed))
    yield from evaluate(compile_near(shapes, counts.number), read_rules(shapes, names), counts)
    near, least = set(touched), Severity.WARNING
    foci = {iri for iri in near if IRI.fullmatch(iri)} | foci_of_values(project, store, changed, least=least)
    only = sorted(foci) if len(foci) <= MANY else ()
    for finding in findings_of_quality(project, store, names, least=least, only=only).findings:
        if finding.focus in near or finding.value.removeprefix("<").removesuffix(">") in changed:
            yield finding
