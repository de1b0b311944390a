"""Checking a project: house style, shapes and quality queries brought together in one report."""

from __future__ import annotations

import io
import re
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from pan2kg.errors import EndpointError, Place, ProjectError, QueryError, TurtleError
from pan2kg.i18n.catalogue import LANGUAGES, SOURCE_LANGUAGE, Messages, Text, french
from pan2kg.project import FOLDERS, Project, read_text
from pan2kg.store import store as stores
from pan2kg.store.links import ALL
from pan2kg.store.queries import Query, program_query, read_query
from pan2kg.store.remote import is_of_query
from pan2kg.store.rules import derive
from pan2kg.store.store import LocalStore, Store, select
from pan2kg.turtle import blocks as turtle
from pan2kg.turtle import writer
from pan2kg.turtle.blocks import SourceBlock, TurtleFile
from pan2kg.turtle.vocabulary import PAN, path_of
from pan2kg.validation import compilation, lines, quotations, report
from pan2kg.validation.compilation import FocusCounts, Unasked
from pan2kg.validation.report import Finding, Kind, Names, Report, Rule, RuleUse, Severity, joined
from pan2kg.validation.shapes import read_rules, read_shapes

KINDS: Final = (Kind.STYLE, Kind.TEXT, Kind.SHAPE, Kind.QUALITY)
MANY: Final = 200
"""Up to how many things are named in queries; of more, it costs less to look at all and choose."""
_CHECK: Final = Messages("check")
_BARE: Final = re.compile(r'"([^"]*)"\^\^xsd:(?:integer|decimal|boolean)')
_IRI: Final = re.compile(r"[a-z]+:[^\s<>\"{}|^`\\]+")
_ASKED: Final = 500
"""So many things are named in one query; Virtuoso takes some thousand."""

Index = Mapping[str, Sequence[tuple[TurtleFile, SourceBlock]]]


class Engine(StrEnum):
    SPARQL = "sparql"
    PYSHACL = "pyshacl"


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
    accepts is set apart, and entries of it that no longer occur are reported.

    A file of the graph that is not Turtle is a violation; the others are checked as if what it describes were there.

    >>> check(Project.packaged()).solved
    ()
    """
    accepted = report.read_baseline(baseline) if baseline else None
    looked = look(project, kinds=kinds, engine=engine)
    whole = replace(looked.report(looked.findings), fail_on=fail_on)
    return whole if accepted is None else report.compare(whole, accepted, file=str(baseline))


@dataclass(frozen=True, slots=True)
class Looked:
    """What was looked at: every finding by itself, with its place, and what it takes to report some of them."""

    parts: tuple[Report, ...]
    findings: tuple[Finding, ...]
    store: LocalStore
    index: Index
    plans: Mapping[str, str]
    names: Names

    def report(self, findings: Iterable[Finding]) -> Report:
        placed = list(_placed(report.gathered(findings, self.plans), self.index, self.names))
        return joined(self.parts, placed, replace(self.names, labels=_labels(self.store, placed, self.names)))


def look(
    project: Project,
    *,
    kinds: Collection[Kind] = KINDS,
    engine: Engine = Engine.SPARQL,
    only: Collection[str] = (),
    tell: Callable[[str], None] = lambda _: None,
) -> Looked:
    """Look at the files of a project, or at ``only`` some by their names, which are judged on the whole graph."""
    tell("check-reads")
    store, unread = stores.load_readable(project)
    files = _near(project, store, only, unread) if only else turtle.read_turtle_files(project)
    chosen = [file for file in files if file.name in only] if only else files
    if unread and engine is not Engine.SPARQL:
        raise unread[0]  # the reference reads the files itself, each to its end
    for path in project.shape_files():
        stores.load(ox.Store(), path, project.graph_iri(path), name=project.name_of(path))
    names, reports = Names(writer.read_prefixes(project)), list[Report]()
    # what a mark before the first line makes of a file is said once, as a fault of style
    marked = {file.name for file in files if any(fault.rule == turtle.BYTE_ORDER for fault in file.faults)}
    untold = [error for error in unread if not (Kind.STYLE in kinds and error.place and error.place.file in marked)]
    if Kind.TEXT in kinds or unread:
        faults = [*lines.not_turtle(untold)]
        for member_files, prefixes in _each(project, chosen):
            faults += lines.check_wording(member_files, prefixes)
        reports.append(Report(tuple(lines.text_rules().values()), tuple(faults), lines.looked_at(chosen)))
    if Kind.TEXT in kinds:
        texts = [quotations.kept_texts(member) for member in reversed(project.members)]
        kept = {key: text for of_member in texts for key, text in of_member.items()}
        reports += [quotations.check_quotations(chosen, kept), quotations.check_rights(chosen, kept, files)]
    tell("check-shapes")
    subjects = dict.fromkeys(file.expand(block.subject) for file in chosen for block in file.blocks) if only else {}
    narrow = list(subjects) if len(subjects) <= MANY else []
    if Kind.SHAPE in kinds:
        reports.append(findings_of_shapes(project, store, names, engine, only=narrow))
    tell("check-quality")
    if Kind.QUALITY in kinds:
        # the shipped queries read nothing that is derived; one of a project's own may, unless its header says otherwise
        texts_of = {path: read_text(path) for path in _quality_files(project)}
        needed = {path: stores.needs(text) for path, text in texts_of.items()}
        if any(rules or (rules is None and not _is_shipped(path, texts_of[path])) for path, rules in needed.items()):
            _derived(store, project)
        reports.append(findings_of_quality(project, store, names, only=narrow))
    tell("check-questions")
    if Kind.STYLE in kinds:
        rules = (*lines.style_rules().values(), *lines.question_rules().values())
        among, numbers = files if len(chosen) < len(files) else (), lines.count_looked_at(chosen)
        style = [
            fault
            for member_files, prefixes in _each(project, chosen)
            for fault in lines.check_style(member_files, prefixes, among=among)
        ]
        if not only or any(name.endswith(".rq") for name in only):
            # what columns hold shows in the strongest links as well
            question_faults, asked = lines.check_questions(project, lambda: _derived(store, project, limit=0))
            style, numbers = style + question_faults, numbers | asked
        reports.insert(0, Report(rules, tuple(style), numbers))
    index = turtle.index_blocks(files)
    core = _core(project)
    placed = _placed((finding for part in reports for finding in part.findings), index, names)
    findings = [finding for finding in placed if finding.place or finding.focus not in core]
    if unread:
        # what an unread file describes is not said to be missing
        broken = {error.place.file for error in unread if error.place}
        lost = {iri for iri, blocks in index.items() if all(file.name in broken for file, _ in blocks)}
        findings = [
            finding for finding in findings
            if finding.rule.kind in (Kind.STYLE, Kind.TEXT) or lost.isdisjoint((finding.focus, _plain(finding.value)))
        ]  # fmt: skip
    kept_findings = tuple(finding for finding in findings if not only or (finding.place and finding.place.file in only))
    stated = [
        (quad.subject, quad.object) for quad in store.inner.quads_for_pattern(None, ox.NamedNode(PAN + "inPlan"), None)
    ]
    plans = {a.value: b.value for a, b in stated if isinstance(a, ox.NamedNode) and isinstance(b, ox.NamedNode)}
    return Looked(tuple(reports), kept_findings, store, index, plans, names)


def _near(
    project: Project, store: LocalStore, only: Collection[str], unread: Iterable[TurtleError]
) -> list[TurtleFile]:
    wanted = {*only, *(error.place.file for error in unread if error.place)}
    listed = (*project.ontology_files(), *project.shape_files(), *project.graph_files())
    paths = {project.name_of(path): path for path in listed}
    names = {project.graph_iri(path): name for name, path in paths.items()}

    def read(name: str) -> TurtleFile:
        nested = paths[name].is_relative_to(project.ontology)
        return turtle.read_turtle_file(read_text(paths[name]), name, nested=nested)

    chosen = {name: read(name) for name in paths if name in wanted}
    for subject in [file.expand(block.subject) for file in chosen.values() for block in file.blocks]:
        for quad in store.inner.quads_for_pattern(ox.NamedNode(subject), None, None):
            name = names.get(quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else "", "")
            if name and name not in chosen:
                chosen[name] = read(name)
    return [chosen[name] for name in paths if name in chosen]


def _each(project: Project, files: Sequence[TurtleFile]) -> Iterator[tuple[Sequence[TurtleFile], Mapping[str, str]]]:
    for member in project.members:
        yield turtle.read_turtle_files(member) if project.others else files, writer.read_prefixes(member)


def _derived(store: LocalStore, project: Project, limit: int = ALL) -> LocalStore:
    if not any(stores.is_derived(str(name)[1:-1]) for name in store.inner.named_graphs()):
        derive(store, project, limit=limit)
    return store


def _core(project: Project) -> set[str]:
    return {subject for path in project.core_files() for subject, _ in writer.subjects(read_text(path))}


def _plain(value: str) -> str:
    return value.removeprefix("<").removesuffix(">")


def check_store(
    project: Project, store: Store, *, fail_on: Severity = Severity.VIOLATION, baseline: Path | None = None
) -> Report:
    """What the shapes and quality queries of a project find in a store that holds what is derived as well."""
    accepted = report.read_baseline(baseline) if baseline else None
    names, unasked = Names(writer.read_prefixes(project)), Unasked()
    shapes = findings_of_shapes(project, store, names, Engine.SPARQL, unasked=unasked)
    stated = set[str]()
    for iris in _in_parts(finding.focus for finding in shapes.findings):
        stated.update(select(store, program_query("endpoint/stated", thing=iris)).values("thing"))
    of_stated = tuple(
        finding for finding in shapes.findings if finding.focus in stated or not _IRI.fullmatch(finding.focus)
    )
    table = select(store, program_query("endpoint/parts"))
    plans = dict(zip(table.values("part"), table.values("plan"), strict=True))
    core = _core(project)
    quality = findings_of_quality(project, store, names, unasked=unasked)
    findings = [
        finding
        for of_kind in (of_stated, quality.findings)
        for finding in report.gathered(of_kind, plans)
        if finding.focus not in core
    ]
    not_asked = []
    for rule, error in unasked.items():
        reason = Text.of({language: error.message.say(language) for language in LANGUAGES})
        message, remedy = _CHECK.text("not-asked", rule=rule.key, reason=reason), _CHECK.text("not-asked-remedy")
        not_asked.append(Finding(Rule(f"not-asked:{rule.key}", rule.kind, Severity.VIOLATION, message, remedy), ""))
    unanswered = Report(
        tuple(finding.rule for finding in not_asked), looked_at={finding.rule.key: 1 for finding in not_asked}
    )
    findings += not_asked
    labelled = replace(names, labels=_labels(store, findings, names))
    whole = replace(joined((shapes, quality, unanswered), findings, labelled), fail_on=fail_on)
    return whole if accepted is None else report.compare(whole, accepted, file=str(baseline))


def findings_of_shapes(
    project: Project, store: Store, names: Names, engine: Engine, *,
    only: Collection[str] = (), unasked: Unasked | None = None,
) -> Report:  # fmt: skip
    """What the shapes of a project find in a store that holds what it states, and nothing derived."""
    shapes = read_shapes(project.shape_files())
    rules, counts = read_rules(shapes, names), FocusCounts(store, only)
    if not rules.rules:
        raise ProjectError("no-shapes", place=Place("ontology/shapes"), remedy="put-shapes-back")
    if engine is Engine.PYSHACL:
        from pan2kg.validation.reference import validate

        files = {member.graph_iri(path): path for member in reversed(project.members) for path in member.loaded_files()}
        findings = validate(sorted(files.values()), rules)
    else:
        queries, refusals = compilation.compile_shapes(shapes)
        if refusals:
            raise compilation.refused(project, shapes, refusals)
        findings = tuple(compilation.evaluate(queries, rules, counts, unasked=unasked))
    rules_told = dict.fromkeys((*rules.rules.values(), *(finding.rule for finding in findings)))
    return Report(tuple(rules_told), findings, counts.by_rule(rules))


def _placed(findings: Iterable[Finding], index: Index, names: Names) -> Iterator[Finding]:
    for finding in findings:
        # what several things lack stands at no line of their plan
        sought = finding if finding.times == 1 else replace(finding, path="")
        yield finding if finding.place else replace(finding, place=find_place(sought, index, names))


def find_place(finding: Finding, index: Index, names: Names) -> Place | None:
    blocks = index.get(finding.focus, ())
    predicate, value = names.short(finding.path), names.short(finding.value)
    spellings = {value, _BARE.sub(r"\1", value)}
    places = [
        (statement.object not in spellings, Place(file.name, statement.line))
        for file, block in blocks
        for statement in block.statements
        if statement.predicate == predicate
    ]
    if places:
        return min(places, key=lambda place: place[0])[1]
    if blocks:
        return Place(blocks[0][0].name, blocks[0][1].line)
    file = path_of(finding.focus)
    return Place(f"graph/{file}.ttl") if file else None


def _in_parts(iris: Iterable[str]) -> Iterator[list[str]]:
    ordered = sorted({iri for iri in iris if _IRI.fullmatch(iri)})
    return (ordered[start : start + _ASKED] for start in range(0, len(ordered), _ASKED))


def _labels(store: Store, findings: Collection[Finding], names: Names) -> dict[str, Text]:
    wanted = {iri for finding in findings for iri in (finding.focus, _plain(finding.value))}
    wanted |= {names.plan(finding.part) for finding in findings if finding.part}
    labels: dict[str, dict[str, str]] = {}
    for iris in _in_parts(wanted):
        table = select(store, program_query("things/labels-by-language", thing=iris))
        for iri, language, label in zip(*(table.values(column) for column in table.columns), strict=True):
            labels.setdefault(iri, {})[language] = " ".join(label.split())
    return {iri: Text.of(words) for iri, words in labels.items()}


# Some files, and what a change has added


@dataclass(frozen=True, slots=True)
class CheckedChange:
    files: tuple[str, ...] = ()
    since: str = ""


def named_files(project: Project, arguments: Sequence[str], start: Path) -> tuple[str, ...]:
    if arguments and project.others:
        raise ProjectError("several-open", remedy="open-one")
    checked = (*project.ontology_files(), *project.shape_files(), *project.graph_files())
    paths = {project.name_of(path): path for path in (*checked, *sorted(project.queries.rglob("*.rq")))}
    root = project.root.resolve()
    chosen: dict[str, None] = {}
    for argument in arguments:
        place = next((place.resolve() for place in (start / argument, project.root / argument) if place.exists()), None)
        if place is None:
            raise ProjectError("no-such-file", place=Place(argument), remedy="name-file-of-project")
        below = place.relative_to(root).as_posix() if place.is_relative_to(root) else "/"
        names = [name for name in paths if below == "." or f"{name}/".startswith(f"{below}/")]
        if not names:  # a file of the project may be a link to it
            resolved = ((name, path.resolve()) for name, path in paths.items())
            names = [name for name, path in resolved if path == place or place in path.parents]
        if not names:
            raise ProjectError("not-checked", place=Place(argument), remedy="name-file-of-project")
        chosen.update(dict.fromkeys(names))
    return tuple(chosen)


def check_change(
    project: Project, change: CheckedChange, *, fail_on: Severity = Severity.VIOLATION, engine: Engine = Engine.SPARQL,
    tell: Callable[[str], None],
) -> Report:  # fmt: skip
    if not change.since:
        looked = look(project, engine=engine, only=change.files, tell=tell)
        return replace(looked.report(looked.findings), fail_on=fail_on, of_some=bool(change.files))
    with at_revision(project, change.since) as before:  # first, so that a revision that is none is said at once
        looked = look(project, engine=engine, only=change.files, tell=tell)
        tell("check-before")
        files_before = tuple(name for name in change.files if (before.root / name).exists())
        then = look(before, engine=engine, only=files_before)
        earlier = then.findings if files_before or not change.files else ()
        accepted = [report.fingerprint(finding, then.names) for finding in earlier]
    added, _, unmatched = report.matched(looked.findings, looked.names, accepted)
    message, remedy = _CHECK.text("since-solved"), _CHECK.text("since-solved-remedy")
    rule, solved = Rule("since-solved", Kind.BASELINE, Severity.INFO, message, remedy), list[Finding]()
    for finding, name in zip(earlier, accepted, strict=True):
        if unmatched[name]:
            unmatched[name] -= 1
            solved.append(Finding(rule, "", value=writer.string(name), place=finding.place))
    whole = looked.report(added)
    findings = report.in_order([*whole.findings, *solved])
    return replace(whole, findings=findings, fail_on=fail_on, since=change.since, of_some=bool(change.files))


@contextmanager
def at_revision(project: Project, revision: str) -> Iterator[Project]:
    if project.others:
        raise ProjectError("several-open", remedy="open-one")

    def git(*arguments: str) -> bytes:
        try:
            # whose git it is says the user's own path; a revision is never read as an option
            command = ["git", "-C", str(project.root), *arguments]
            done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603
        except OSError:
            return b""
        return done.stdout if done.returncode == 0 else b""

    if not git("rev-parse", "--is-inside-work-tree"):
        raise ProjectError("no-repository", place=Place(str(project.root)), remedy="check-without-since")
    commit = git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}").decode().strip()
    if not commit:
        raise ProjectError("no-revision", remedy="name-revision", revision=revision)
    listed = git("ls-tree", "--name-only", commit, "--", *FOLDERS, "texts").decode().split("\n")
    folders = [name for name in (*FOLDERS, "texts") if name in listed]
    if not set(FOLDERS) <= set(folders):
        raise ProjectError("revision-no-project", remedy="name-revision", revision=revision)
    with tempfile.TemporaryDirectory(prefix="pan2kg-") as folder:
        archive = git("archive", "--format=tar", commit, "--", *folders)
        with tarfile.open(fileobj=io.BytesIO(archive)) as packed:
            for member in packed:
                if member.isfile() and (content := packed.extractfile(member)):
                    path = Path(folder, member.name)  # names in a tree of git lead nowhere else
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(content.read())
        yield Project.at(folder)


def objections(project: Project, store: LocalStore, texts: Mapping[Path, str]) -> tuple[Finding, ...]:
    """The violations and warnings that new texts of files would bring about, worst first; the texts are Turtle."""
    names = Names(writer.read_prefixes(project))
    texts_before = {path: read_text(path) if path.exists() else "" for path in texts}

    def files_of(contents: Mapping[Path, str]) -> list[TurtleFile]:
        return [turtle.read_turtle_file(text, project.name_of(path)) for path, text in contents.items()]

    def said(block: SourceBlock) -> list[tuple[str, str]]:
        return [(statement.predicate, statement.object) for statement in block.statements]

    def put(contents: Mapping[Path, str]) -> None:
        for path, text in contents.items():
            graph = ox.NamedNode(project.graph_iri(path))
            store.inner.remove_graph(graph)
            if text.strip():
                store.inner.load(text.encode(), format=ox.RdfFormat.TURTLE, to_graph=graph)
        stores.withdraw(store.inner)

    before, after = files_of(texts_before), files_of(texts)
    changed, objects = set[str](), set[str]()
    for file, file_before in zip(after, before, strict=True):
        statements = {block.subject: said(block) for block in file_before.blocks}
        for block in file.blocks:
            if statements.get(block.subject) != said(block):
                changed.add(file.expand(block.subject))
    for file in after:
        for block in file.blocks:
            if file.expand(block.subject) in changed:
                objects |= {
                    file.expand(statement.object)
                    for statement in block.statements
                    if not statement.object.startswith('"')
                }
    put(texts)
    faults = [finding for finding in lines.check_wording(after, names.prefixes) if finding.focus in changed]
    faults += _asked(project, store, names, changed, changed | objects)
    if faults:  # a fault that was there before is not ours
        put(texts_before)
        findings_before = [
            *_asked(project, store, names, changed, changed | objects),
            *lines.check_wording(before, names.prefixes),
        ]
        put(texts)
        faults_before = {report.fingerprint(finding, names) for finding in findings_before}
        faults = [finding for finding in faults if report.fingerprint(finding, names) not in faults_before]
    weighty = (finding for finding in faults if finding.severity.reaches(Severity.WARNING))
    return report.in_order(finding for finding in weighty if finding.rule.use is RuleUse.EDIT)


def _asked(
    project: Project, store: LocalStore, names: Names, changed: Collection[str], touched: set[str]
) -> Iterator[Finding]:
    shapes = read_shapes(project.shape_files())
    counts = FocusCounts(store, sorted(changed))
    yield from compilation.evaluate(compilation.compile_near(shapes, counts.number), read_rules(shapes, names), counts)
    foci = {iri for iri in touched if _IRI.fullmatch(iri)}
    foci |= foci_of_values(project, store, changed, least=Severity.WARNING)
    only = sorted(foci) if len(foci) <= MANY else ()
    for finding in findings_of_quality(project, store, names, least=Severity.WARNING, only=only).findings:
        if finding.focus in touched or _plain(finding.value) in changed:
            yield finding


# Quality queries


def findings_of_quality(
    project: Project, store: Store, names: Names, *,
    least: Severity = Severity.INFO, only: Collection[str] = (), unasked: Unasked | None = None,
) -> Report:  # fmt: skip
    """What the quality queries of a project find in a store, those that weigh at least so much."""
    rules, looked_at, members = [], dict[str, int](), _members(store, only)
    findings: list[Finding] = []
    statistics: dict[str, int] = {}
    for path in _quality_files(project):
        query = read_query(path, name=project.name_of(path))
        rule = quality_rule(query)
        if not rule.severity.reaches(least):
            continue
        rules.append(rule)
        try:
            table = _narrowed(query.text, only if _is_shipped(path, query.text) else (), store)
        except (EndpointError, QueryError) as error:
            placed = error.inside(query.file) if isinstance(error, QueryError) else error
            if unasked is None or not is_of_query(placed):
                raise placed from None
            unasked[rule] = placed
            continue
        if "focus" not in table.columns:
            raise QueryError("quality-focus", place=Place(query.file), remedy="select-focus")
        of_query = list[Finding]()
        for row in table.rows:
            cells = dict(zip(table.columns, row, strict=True))
            focus, path_found, value = stores.plain(cells["focus"]), stores.plain(cells.get("path")), cells.get("value")
            of_query.append(Finding(rule, focus, path_found, str(value) if value is not None else ""))
        if rule.use is RuleUse.STATISTIC:
            statistics[rule.key] = len({finding.focus for finding in of_query})
        else:
            findings += of_query
        classes = [name.partition(":") for name in query.header.get("looks_at", "").split()]
        iris = (names.prefixes.get(prefix, f"{prefix}:") + local for prefix, _, local in classes)
        looked_at[rule.key] = len(set[str]().union(*(members.get(iri, set()) for iri in iris)))
    return Report(tuple(rules), tuple(findings), looked_at, statistics=statistics)


def quality_rule(query: Query) -> Rule:
    """The rule a quality query stands for, as its header says it."""
    head, texts = query.header, dict[str, Text]()
    severity, use = head.get("severity", "violation"), head.get("use", "edit")
    if not head.get("message") or severity not in list(Severity) or use not in list(RuleUse):
        raise QueryError("quality-header", place=Place(query.file, 1), remedy="write-quality-header")
    for name in ("message", "remedy"):
        words = {tag: head.get(f"{name}_{tag}", "") for tag in LANGUAGES} | {SOURCE_LANGUAGE: head.get(name, "")}
        texts[name] = Text.of(words | {"fr": french(words.get("fr", ""))})
    return Rule(query.name, Kind.QUALITY, Severity(severity), **texts, query=query.text, use=RuleUse(use))


def _quality_files(project: Project) -> list[Path]:
    return sorted((project.queries / "quality").glob("*-violation.rq"))


def _is_shipped(path: Path, text: str) -> bool:
    original = Project.packaged().queries / "quality" / path.name
    return original == path or (original.is_file() and read_text(original) == text)


def foci_of_values(
    project: Project, store: LocalStore, values: Collection[str], *, least: Severity = Severity.INFO
) -> set[str]:
    """The things at which the program's own quality queries that weigh so much may find one of some IRIs as a value."""
    subjects = (quad.subject for iri in values for quad in store.inner.quads_for_pattern(None, None, ox.NamedNode(iri)))
    foci = {subject.value for subject in subjects if isinstance(subject, ox.NamedNode)}
    for path in _quality_files(project):
        query = read_query(path, name=project.name_of(path))
        weighs = quality_rule(query).severity.reaches(least) and "?value" in query.text
        if weighs and query.header.get("value") != "object" and _is_shipped(path, query.text):
            table = _narrowed(query.text, values, store, by="value")
            rows = zip(table.values("focus"), table.values("value"), strict=True)
            foci.update(focus for focus, value in rows if value in values)
    return foci


def _narrowed(text: str, only: Collection[str], store: Store, *, by: str = "focus") -> stores.Solutions:
    try:
        return select(store, _naming(text, by, only) if only else text)
    except QueryError:
        if not only:
            raise
        return select(store, text)


def _naming(text: str, name: str, iris: Iterable[str]) -> str:
    begin = re.compile(rf"\bSELECT\b[^{{}}]*\?{name}\b[^{{}}]*\bWHERE\s*\{{")
    values = " ".join(str(ox.NamedNode(iri)) for iri in iris)
    return begin.sub(lambda match: f"{match[0]} VALUES ?{name} {{ {values} }}", text)


def _members(store: Store, only: Collection[str]) -> dict[str, set[str]]:
    members: dict[str, set[str]] = {}
    query = program_query("things/members")
    rows = select(store, _naming(query, "thing", only) if only else query)
    for name, iri in zip(rows.values("class"), rows.values("thing"), strict=True):
        members.setdefault(name, set()).add(iri)
    above = select(store, program_query("things/classes-above"))
    direct = {name: frozenset(things) for name, things in members.items()}
    for name, above_it in zip(above.values("class"), above.values("super"), strict=True):
        members.setdefault(above_it, set()).update(direct.get(name, ()))
    return members
