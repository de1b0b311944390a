"""Checking a project: house style, shapes and quality queries brought together in one report."""

import io
import re
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from pan2kg.errors import EndpointError, Place, ProjectError, QueryError
from pan2kg.i18n.catalogue import LANGUAGES, SOURCE_LANGUAGE, Messages, Text
from pan2kg.project import FOLDERS, Project, read_text
from pan2kg.store import (
    LocalStore,
    Query,
    Store,
    derive,
    program_query,
    read_query,
    remote,
    select,
    store as stores,
)
from pan2kg.store.links import ALL
from pan2kg.turtle import blocks as turtle, vocabulary, writer
from pan2kg.validation import compilation, lines, quotations, report
from pan2kg.validation.report import Finding, Kind, Names, Report, Rule, RuleUse, Severity

KINDS: Final = (Kind.STYLE, Kind.TEXT, Kind.SHAPE, Kind.QUALITY)
MANY: Final = 200
"""Up to how many things are named in queries; of more, it costs less to look at all and choose."""
_CHECK: Final = Messages("check")
_BARE: Final = re.compile(r'"([^"]*)"\^\^xsd:(?:integer|decimal|boolean)')
_IRI: Final = re.compile(r"[a-z]+:[^\s<>\"{}|^`\\]+")
_QUALITY: Final = "quality/*-violation.rq"
_ASKED: Final = 500
"""So many things are named in one query; Virtuoso takes some thousand."""

Index = Mapping[str, Sequence[tuple[turtle.TurtleFile, turtle.SourceBlock]]]
Unasked = dict[Rule, EndpointError | QueryError]
"""The rules an endpoint cannot be asked for, each with what it says."""


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
    """Check the files of a project, or those ``kinds`` of rules, and say everything that is wrong with them.

    What ``baseline`` accepts is set apart, and entries of it that no longer occur are reported. A
    file of the graph that is not Turtle is a violation; the others are checked as if what it
    describes were there.

    >>> check(Project.packaged()).solved
    ()
    """
    accepted = report.read_baseline(baseline) if baseline else None
    looked = look(project, kinds=kinds, engine=engine)
    whole = replace(looked.report(looked.findings), fail_on=fail_on)
    return whole if accepted is None else report.compare(whole, accepted, file=str(baseline))


@dataclass(frozen=True, slots=True)
class Looked:
    parts: tuple[Report, ...]
    findings: tuple[Finding, ...]
    store: LocalStore
    index: Index
    plans: Mapping[str, str]
    names: Names

    def report(self, findings: Iterable[Finding]) -> Report:
        every = list(placed(report.gathered(findings, self.plans), self.index, self.names))
        return report.joined(
            self.parts, every, replace(self.names, labels=_labels(self.store, every, self.names))
        )


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
    broken = {error.place.file for error in unread if error.place}
    files = _near(project, store, only, broken) if only else turtle.read_turtle_files(project)
    chosen = [file for file in files if file.name in only] if only else files
    if unread and engine is not Engine.SPARQL:
        raise unread[0]  # the reference reads the files itself, each to its end
    for path in project.shape_files():
        stores.load(ox.Store(), path, project.graph_iri(path), name=project.name_of(path))
    names = Names(writer.read_prefixes(project))
    reports = list[Report]()
    of_members = [
        (
            turtle.read_turtle_files(member) if project.others else chosen,
            writer.read_prefixes(member),
        )
        for member in project.members
    ]
    # what a mark before the first line makes of a file is said once, as a fault of style
    marked = {
        file.name for file in files if any(fault.rule == turtle.BYTE_ORDER for fault in file.faults)
    }
    untold = [
        error
        for error in unread
        if not (Kind.STYLE in kinds and error.place and error.place.file in marked)
    ]
    if Kind.TEXT in kinds or unread:
        faults = [*lines.not_turtle(untold)]
        for member_files, prefixes in of_members:
            faults += lines.check_wording(member_files, prefixes)
        text_rules = tuple(lines.TEXT_RULES.values())
        numbers = lines.looked_at(chosen, Kind.TEXT)
        reports.append(Report(text_rules, tuple(faults), numbers))
    if Kind.TEXT in kinds:
        texts = [quotations.kept_texts(member) for member in reversed(project.members)]
        kept = {key: text for of_member in texts for key, text in of_member.items()}
        reports += [
            quotations.check_quotations(chosen, kept),
            quotations.check_rights(chosen, kept, files),
        ]
    tell("check-shapes")
    subjects = (
        dict.fromkeys(file.expand(block.subject) for file in chosen for block in file.blocks)
        if only
        else {}
    )
    narrow = list(subjects) if len(subjects) <= MANY else []
    if Kind.SHAPE in kinds:
        reports.append(findings_of_shapes(project, store, names, engine, only=narrow))
    tell("check-quality")
    if Kind.QUALITY in kinds:
        # the shipped queries read nothing that is derived; one of a project's own may
        if any(
            not lines.is_shipped(path, project.name_of(path))
            for path in sorted(project.queries.glob(_QUALITY))
        ):
            _derived(store, project)
        reports.append(findings_of_quality(project, store, names, only=narrow))
    tell("check-questions")
    if Kind.STYLE in kinds:
        style_rules = (*lines.STYLE_RULES.values(), *lines.QUESTION_RULES.values())
        among = files if len(chosen) < len(files) else ()
        numbers = lines.looked_at(chosen, Kind.STYLE)
        style = [
            fault
            for part, prefixes in of_members
            for fault in lines.check_style(part, prefixes, among=among)
        ]
        if not only or any(name.endswith(".rq") for name in only):
            # what columns hold shows in the strongest links as well
            question_faults, asked = lines.check_questions(
                project, lambda: _derived(store, project, limit=0)
            )
            style = style + question_faults
            numbers = numbers | asked
        reports.insert(0, Report(style_rules, tuple(style), numbers))
    index = turtle.index_blocks(files)
    core = {
        subject for path in project.core_files() for subject, _ in writer.subjects(read_text(path))
    }
    every = placed((finding for part in reports for finding in part.findings), index, names)
    findings = [finding for finding in every if finding.place or finding.focus not in core]
    if unread:
        # what an unread file describes is not said to be missing
        lost = {
            iri for iri, blocks in index.items() if all(file.name in broken for file, _ in blocks)
        }
        findings = [
            finding
            for finding in findings
            if finding.rule.kind in (Kind.STYLE, Kind.TEXT)
            or lost.isdisjoint((finding.focus, finding.value.strip("<>")))
        ]
    of_chosen = tuple(
        finding
        for finding in findings
        if not only or (finding.place and finding.place.file in only)
    )
    in_plan = store.inner.quads_for_pattern(None, ox.NamedNode(vocabulary.PAN + "inPlan"), None)
    ends = ((quad.subject, quad.object) for quad in in_plan)
    plans = {
        a.value: b.value
        for a, b in ends
        if isinstance(a, ox.NamedNode) and isinstance(b, ox.NamedNode)
    }
    return Looked(tuple(reports), of_chosen, store, index, plans, names)


def _near(
    project: Project, store: LocalStore, only: Collection[str], broken: Collection[str]
) -> list[turtle.TurtleFile]:
    listed = (*project.ontology_files(), *project.shape_files(), *project.graph_files())
    paths = {project.name_of(path): path for path in listed}
    names = {project.graph_iri(path): name for name, path in paths.items()}
    files: dict[str, turtle.TurtleFile] = {}
    waiting = [name for name in paths if name in only or name in broken]
    firsts = {*waiting}
    while waiting:
        name = waiting.pop()
        if name in files:
            continue
        nested = paths[name].is_relative_to(project.ontology)
        file = files[name] = turtle.read_turtle_file(read_text(paths[name]), name, nested=nested)
        for block in file.blocks if name in firsts else ():
            for quad in store.inner.quads_for_pattern(
                ox.NamedNode(file.expand(block.subject)), None, None
            ):
                graph = quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else ""
                waiting += [names[graph]] if names.get(graph, name) not in files else []
    return [files[name] for name in paths if name in files]


def _derived(store: LocalStore, project: Project, limit: int = ALL) -> LocalStore:
    if not any(stores.is_derived(str(name)[1:-1]) for name in store.inner.named_graphs()):
        derive(store, project, limit=limit)
    return store


def check_store(
    project: Project,
    store: Store,
    *,
    fail_on: Severity = Severity.VIOLATION,
    baseline: Path | None = None,
) -> Report:
    """What the shapes and quality queries of a project find in a store that holds what is derived as well."""
    accepted = report.read_baseline(baseline) if baseline else None
    names = Names(writer.read_prefixes(project))
    unasked = Unasked()
    of_shapes = findings_of_shapes(project, store, names, Engine.SPARQL, unasked=unasked)
    stated = {
        iri
        for (iri,) in _about(
            store, "endpoint/stated", (finding.focus for finding in of_shapes.findings)
        )
    }
    of_stated = [
        finding
        for finding in of_shapes.findings
        if finding.focus in stated or not _IRI.fullmatch(finding.focus)
    ]
    table = select(store, program_query("endpoint/parts"))
    core = {
        subject for path in project.core_files() for subject, _ in writer.subjects(read_text(path))
    }
    plans = dict(zip(table.values("part"), table.values("plan"), strict=True))
    quality = findings_of_quality(project, store, names, unasked=unasked)
    findings = [
        finding
        for of_kind in (of_stated, quality.findings)
        for finding in report.gathered(of_kind, plans)
        if finding.focus not in core
    ]
    not_asked = {}
    for rule, error in unasked.items():
        reason = Text.of({language: error.message.say(language) for language in LANGUAGES})
        message = _CHECK.text("not-asked", rule=rule.key, reason=reason)
        remedy = _CHECK.text("not-asked-remedy")
        not_asked[Rule(f"not-asked:{rule.key}", rule.kind, Severity.VIOLATION, message, remedy)] = 1
    findings += [Finding(rule, "") for rule in not_asked]
    unanswered = Report(
        tuple(not_asked), looked_at={rule.key: number for rule, number in not_asked.items()}
    )
    labelled = replace(names, labels=_labels(store, findings, names))
    whole = replace(
        report.joined((of_shapes, quality, unanswered), findings, labelled), fail_on=fail_on
    )
    return whole if accepted is None else report.compare(whole, accepted, file=str(baseline))


def placed(findings: Iterable[Finding], index: Index, names: Names) -> Iterator[Finding]:
    for finding in findings:
        if finding.place:
            yield finding
            continue
        blocks = index.get(finding.focus, ())
        # what several things lack stands at no line of their plan
        predicate = names.short(finding.path) if finding.times == 1 else ""
        value = names.short(finding.value)
        places = [
            (
                statement.object not in (value, _BARE.sub(r"\1", value)),
                Place(file.name, statement.line),
            )
            for file, block in blocks
            for statement in block.statements
            if statement.predicate == predicate
        ]
        place = min(places, key=lambda candidate: candidate[0])[1] if places else None
        if blocks and not place:
            place = Place(blocks[0][0].name, blocks[0][1].line)
        elif not place and (file_name := vocabulary.path_of(finding.focus)):
            place = Place(f"graph/{file_name}.ttl")
        yield replace(finding, place=place)


def _about(store: Store, query: str, iris: Iterable[str]) -> Iterator[tuple[str, ...]]:
    ordered = sorted({iri for iri in iris if _IRI.fullmatch(iri)})
    for start in range(0, len(ordered), _ASKED):
        table = select(store, program_query(query, thing=ordered[start : start + _ASKED]))
        yield from zip(*(table.values(column) for column in table.columns), strict=True)


def _labels(store: Store, findings: Collection[Finding], names: Names) -> dict[str, Text]:
    wanted = {iri for finding in findings for iri in (finding.focus, finding.value.strip("<>"))}
    wanted |= {names.plan(finding.part) for finding in findings if finding.part}
    labels: dict[str, dict[str, str]] = {}
    for iri, language, label in _about(store, "things/labels-by-language", wanted):
        labels.setdefault(iri, {})[language] = " ".join(label.split())
    return {iri: Text.of(words) for iri, words in labels.items()}


# Shapes


def findings_of_shapes(
    project: Project,
    store: Store,
    names: Names,
    engine: Engine,
    *,
    only: Collection[str] = (),
    unasked: Unasked | None = None,
) -> Report:
    described = report.read_shapes(project.shape_files())
    of_shapes = report.read_rules(described, names)
    counts = FocusCounts(store, naming("this", only))
    if not of_shapes.rules:
        raise ProjectError("no-shapes", place=Place("ontology/shapes"), remedy="put-shapes-back")
    if engine is Engine.PYSHACL:
        from pan2kg.validation import reference

        files = {
            member.graph_iri(path): path
            for member in reversed(project.members)
            for path in member.loaded_files()
        }
        quads = (
            quad
            for _, path in sorted(files.items(), key=lambda file: file[1])
            for quad in ox.parse(path=path, format=ox.RdfFormat.TURTLE, rename_blank_nodes=True)
        )
        findings = reference.find(
            reference.to_graph(quads), reference.shapes_graph(described), of_shapes
        )
    else:
        queries, refusals = compilation.compile_shapes(described)
        if refusals:
            raise compilation.refused(project, described, refusals)
        findings = tuple(evaluate(queries, of_shapes, counts, unasked=unasked))
    rules_told = dict.fromkeys((*of_shapes.rules.values(), *(finding.rule for finding in findings)))
    return Report(tuple(rules_told), findings, counts.by_rule(of_shapes))


def naming(name: str, iris: Iterable[str]) -> str:
    terms = " ".join(str(ox.NamedNode(iri)) for iri in iris)
    return f"VALUES ?{name} {{ {terms} }}" if terms else ""


@dataclass(frozen=True, slots=True)
class FocusCounts:
    store: Store
    only: str = ""
    known: dict[str, int] = field(default_factory=dict)

    def number(self, focus: str) -> int:
        if focus and focus not in self.known:
            pattern = "\n".join(filter(None, (self.only, focus)))
            try:
                table = select(
                    self.store,
                    f"SELECT (COUNT(DISTINCT ?this) AS ?number)\nWHERE {{\n{pattern}\n}}",
                )
                self.known[focus] = int(table.values("number")[0])
            except (EndpointError, QueryError) as error:
                if not remote.is_of_query(error):
                    raise
                self.known[focus] = -1  # there may be some
        return self.known.get(focus, 0)

    def by_rule(self, rules: report.Rules) -> dict[str, int]:
        numbers = {}
        for constraint, shape in rules.owners.items():
            focus = ""
            with suppress(compilation.Refused):  # a circle of shapes looks at nothing
                focus = compilation.focus_nodes(rules.shapes, shape, by=("property", "node"))
            numbers[rules.rules[constraint].key] = max(self.number(focus), 0)
        return numbers


def evaluate(
    queries: Iterable[compilation.Compiled],
    rules: report.Rules,
    counts: FocusCounts,
    *,
    unasked: Unasked | None = None,
) -> Iterator[Finding]:
    """What the queries find in the store at the focus nodes that are counted, each finding once.

    The rules of queries an endpoint cannot answer are put into ``unasked``, where there is one.
    """
    findings: dict[Finding, None] = {}
    for query in queries:
        # most shapes of a small graph look at nothing: a count that is known costs less than the
        # question
        if not counts.number(query.focus):
            continue
        text = query.text
        if counts.only:
            pattern = "\n".join(f"    {line}" for line in query.focus.splitlines())
            text = text.replace(pattern, f"    {counts.only}\n{pattern}")
        try:
            table = select(counts.store, text)
        except (EndpointError, QueryError) as error:
            if unasked is None or not remote.is_of_query(error):
                raise
            unasked[rules.rule(query.shape, query.constraint)] = error
            continue
        for row in table.rows:
            cells = dict(zip(table.columns, row, strict=True))
            node = cells["this"]
            way = cells.get("path")
            if node is not None:
                value = cells.get("value") or cells.get(query.value.removeprefix("?"))
                focus = node.value if isinstance(node, ox.NamedNode) else report.written(node)
                path = way.value if isinstance(way, ox.NamedNode) else query.fixed
                terms = (focus, path, "" if value is None else report.written(value))
                findings[rules.finding(query.shape, query.component, terms, query.constraint)] = (
                    None
                )
    yield from findings


# Some files, and what a change has added


@dataclass(frozen=True, slots=True)
class CheckedChange:
    files: tuple[str, ...] = ()
    since: str = ""


def named_files(project: Project, arguments: Sequence[str], start: Path) -> tuple[str, ...]:
    if arguments and project.others:
        raise ProjectError("several-open", remedy="open-one")
    checked = (*project.ontology_files(), *project.shape_files(), *project.graph_files())
    paths = {
        project.name_of(path): path for path in (*checked, *sorted(project.queries.rglob("*.rq")))
    }
    root = project.root.resolve()
    chosen: dict[str, None] = {}
    for argument in arguments:
        place = next(
            (
                place.resolve()
                for place in (start / argument, project.root / argument)
                if place.exists()
            ),
            None,
        )
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
    project: Project,
    change: CheckedChange,
    *,
    fail_on: Severity = Severity.VIOLATION,
    engine: Engine = Engine.SPARQL,
    tell: Callable[[str], None],
) -> Report:
    if not change.since:
        looked = look(project, engine=engine, only=change.files, tell=tell)
        return replace(looked.report(looked.findings), fail_on=fail_on, of_some=bool(change.files))
    with at_revision(
        project, change.since
    ) as before:  # first, so that a revision that is none is said at once
        looked = look(project, engine=engine, only=change.files, tell=tell)
        tell("check-before")
        files_before = tuple(name for name in change.files if (before.root / name).exists())
        then = look(before, engine=engine, only=files_before)
        earlier = then.findings if files_before or not change.files else ()
    accepted = [(report.fingerprint(finding, then.names), finding.place) for finding in earlier]
    added, _, solved = report.matched(looked.findings, looked.names, accepted, "since-solved")
    whole = looked.report(added)
    findings = report.in_order([*whole.findings, *solved])
    return replace(
        whole, findings=findings, fail_on=fail_on, since=change.since, of_some=bool(change.files)
    )


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
        raise ProjectError(
            "no-repository", place=Place(str(project.root)), remedy="check-without-since"
        )
    commit = (
        git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        .decode()
        .strip()
    )
    if not commit:
        raise ProjectError("no-revision", remedy="name-revision", revision=revision)
    listed = git("ls-tree", "--name-only", commit, "--", *FOLDERS, "texts").decode().split("\n")
    folders = [name for name in (*FOLDERS, "texts") if name in listed]
    if not set(FOLDERS) <= set(folders):
        raise ProjectError("revision-no-project", remedy="name-revision", revision=revision)
    with tempfile.TemporaryDirectory(prefix="pan2kg-") as folder:
        with tarfile.open(
            fileobj=io.BytesIO(git("archive", "--format=tar", commit, "--", *folders))
        ) as packed:
            for member in packed:
                if member.isfile() and (content := packed.extractfile(member)):
                    path = Path(folder, member.name)  # names in a tree of git lead nowhere else
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(content.read())
        yield Project.at(folder)


def objections(
    project: Project, store: LocalStore, texts: Mapping[Path, str]
) -> tuple[Finding, ...]:
    """The violations and warnings that new texts of files would bring about, worst first; the texts are Turtle."""
    names = Names(writer.read_prefixes(project))
    statements = list[dict[tuple[str, str], list[tuple[str, str]]]]()
    texts_before = {path: read_text(path) if path.exists() else "" for path in texts}
    before, after = (
        [turtle.read_turtle_file(text, project.name_of(path)) for path, text in contents.items()]
        for contents in (texts_before, texts)
    )
    for files in (before, after):
        statements.append({})
        for file in files:
            for block in file.blocks:
                of_block = statements[-1].setdefault((file.name, file.expand(block.subject)), [])
                of_block += ((line.predicate, line.object) for line in block.statements)
    changed = {
        place[1]
        for place, of_block in statements[1].items()
        if statements[0].get(place) != of_block
    }
    touched = set(changed)
    for file in after:
        for block in file.blocks:
            if file.expand(block.subject) in changed:
                objects = (line.object for line in block.statements)
                touched.update(file.expand(term) for term in objects if not term.startswith('"'))

    def put(contents: Mapping[Path, str]) -> None:
        for path, text in contents.items():
            graph = ox.NamedNode(project.graph_iri(path))
            store.inner.remove_graph(graph)
            if text.strip():
                store.inner.load(text.encode(), format=ox.RdfFormat.TURTLE, to_graph=graph)
        stores.withdraw(store.inner)

    put(texts)
    faults = [
        finding
        for finding in lines.check_wording(after, names.prefixes)
        if finding.focus in changed
    ]
    faults += _asked(project, store, names, changed, touched)
    if faults:  # a fault that was there before is not ours
        put(texts_before)
        findings_before = list(_asked(project, store, names, changed, touched))
        findings_before += lines.check_wording(before, names.prefixes)
        put(texts)
        faults_before = {report.fingerprint(finding, names) for finding in findings_before}
        faults = [
            finding for finding in faults if report.fingerprint(finding, names) not in faults_before
        ]
    weighty = (finding for finding in faults if finding.severity.reaches(Severity.WARNING))
    return report.in_order(finding for finding in weighty if finding.rule.use is RuleUse.EDIT)


def _asked(
    project: Project, store: LocalStore, names: Names, changed: Collection[str], touched: set[str]
) -> Iterator[Finding]:
    described = report.read_shapes(project.shape_files())
    counts = FocusCounts(store, naming("this", sorted(changed)))
    yield from evaluate(
        compilation.compile_near(described, counts.number),
        report.read_rules(described, names),
        counts,
    )
    foci = {iri for iri in touched if _IRI.fullmatch(iri)}
    foci |= foci_of_values(project, store, changed, least=Severity.WARNING)
    only = sorted(foci) if len(foci) <= MANY else ()
    for finding in findings_of_quality(
        project, store, names, least=Severity.WARNING, only=only
    ).findings:
        if finding.focus in touched or finding.value.strip("<>") in changed:
            yield finding


# Quality queries


def quality_rules(project: Project, least: Severity) -> Iterator[tuple[Query, Rule, bool]]:
    for path in sorted(project.queries.glob(_QUALITY)):
        file = project.name_of(path)
        texts = dict[str, Text]()
        query = read_query(path, name=file)
        head = query.header
        severity = head.get("severity", "violation")
        use = head.get("use", "edit")
        if not head.get("message") or severity not in list(Severity) or use not in list(RuleUse):
            raise QueryError("quality-header", place=Place(file, 1), remedy="write-quality-header")
        for name in ("message", "remedy"):
            words = {tag: head.get(f"{name}_{tag}", "") for tag in LANGUAGES} | {
                SOURCE_LANGUAGE: head.get(name, "")
            }
            texts[name] = Text.of(words)
        rule = Rule(
            query.name,
            Kind.QUALITY,
            Severity(severity),
            **texts,
            query=query.text,
            use=RuleUse(use),
        )
        if rule.severity.reaches(least):
            yield query, rule, lines.is_shipped(path, file)


def findings_of_quality(
    project: Project,
    store: Store,
    names: Names,
    *,
    least: Severity = Severity.INFO,
    only: Collection[str] = (),
    unasked: Unasked | None = None,
) -> Report:
    looked_at = dict[str, int]()
    of_quality = []
    findings = list[Finding]()
    statistics = dict[str, int]()
    members: dict[str, set[str]] = {}
    table = _narrowed(program_query("things/members"), "thing", only, store)
    for name, iri in zip(table.values("class"), table.values("thing"), strict=True):
        members.setdefault(name, set()).add(iri)
    above = select(store, program_query("things/classes-above"))
    direct = {name: frozenset(things) for name, things in members.items()}
    for name, above_it in zip(above.values("class"), above.values("super"), strict=True):
        members.setdefault(above_it, set()).update(direct.get(name, ()))
    for query, rule, is_shipped in quality_rules(project, least):
        of_quality.append(rule)
        try:
            table = _narrowed(query.text, "focus", only if is_shipped else (), store)
        except (EndpointError, QueryError) as error:
            placed = error.inside(query.file) if isinstance(error, QueryError) else error
            if unasked is None or not remote.is_of_query(placed):
                raise placed from None
            unasked[rule] = placed
            continue
        if "focus" not in table.columns:
            raise QueryError("quality-focus", place=Place(query.file))
        of_query = list[Finding]()
        for row in table.rows:
            cells = dict(zip(table.columns, row, strict=True))
            focus = stores.plain(cells["focus"])
            path = stores.plain(cells.get("path"))
            value = cells.get("value")
            of_query.append(Finding(rule, focus, path, str(value) if value is not None else ""))
        if rule.use is RuleUse.STATISTIC:
            statistics[rule.key] = len({finding.focus for finding in of_query})
        else:
            findings += of_query
        classes = [name.partition(":") for name in query.header.get("looks_at", "").split()]
        iris = (names.prefixes.get(prefix, f"{prefix}:") + local for prefix, _, local in classes)
        looked_at[rule.key] = len(set[str]().union(*(members.get(iri, set()) for iri in iris)))
    return Report(tuple(of_quality), tuple(findings), looked_at, statistics=statistics)


def foci_of_values(
    project: Project, store: LocalStore, values: Collection[str], *, least: Severity = Severity.INFO
) -> set[str]:
    subjects = (
        quad.subject
        for iri in values
        for quad in store.inner.quads_for_pattern(None, None, ox.NamedNode(iri))
    )
    foci = {subject.value for subject in subjects if isinstance(subject, ox.NamedNode)}
    for query, _, is_shipped in quality_rules(project, least):
        if is_shipped and "?value" in query.text and query.header.get("value") != "object":
            table = _narrowed(query.text, "value", values, store)
            rows = zip(table.values("focus"), table.values("value"), strict=True)
            foci.update(focus for focus, value in rows if value in values)
    return foci


def _narrowed(text: str, name: str, iris: Collection[str], store: Store) -> stores.Solutions:
    """The answer to a query in which a variable is one of some things, where any are named; whole where that fails."""
    if iris:
        begin = re.compile(rf"\bSELECT\b[^{{}}]*\?{name}\b[^{{}}]*\bWHERE\s*\{{")
        narrowed = begin.sub(lambda match: f"{match[0]} {naming(name, iris)}", text)
        with suppress(QueryError):
            return select(store, narrowed)
    return select(store, text)
