"""Checking a project: house style, texts, shapes and quality queries, brought together in one report."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox

from pan2kg.errors import Place, TurtleError
from pan2kg.i18n import LANGUAGES, Messages, Text
from pan2kg.project import Project, read_text
from pan2kg.store import LocalStore, Store, derive, program_query, project_files, select
from pan2kg.store.links import ALL
from pan2kg.turtle import blocks, vocabulary, writer
from pan2kg.turtle.blocks import SourceBlock, TurtleFile
from pan2kg.turtle.vocabulary import is_derived
from pan2kg.turtle.writer import Prefixes
from pan2kg.validation import questions, quotations, report, rights, style, wording
from pan2kg.validation.baseline import compare, read_baseline
from pan2kg.validation.evaluation import (
    MANY,
    QUALITY,
    Engine,
    Unasked,
    findings_of_quality,
    findings_of_shapes,
    is_iri,
)
from pan2kg.validation.report import Finding, Kind, Names, Report, Rule, Severity

KINDS = (Kind.STYLE, Kind.TEXT, Kind.SHAPE, Kind.QUALITY)
"""The kinds of rules, in the order in which a report tells them."""
_ASKED = 500
"""So many things are named in one query; Virtuoso takes some thousand."""
_BARE = re.compile(r'"([^"]*)"\^\^xsd:(?:integer|decimal|boolean)')
"""A number or a truth value, which files write without quotes and datatype."""
_CHECK = Messages("check")

Index = Mapping[str, Sequence[tuple[TurtleFile, SourceBlock]]]
"""Where each thing is described, by its IRI: files and blocks, the main one first."""


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
    accepted = read_baseline(baseline) if baseline else None
    looked = look(project, kinds=kinds, engine=engine)
    whole = replace(looked.report(looked.findings), fail_on=fail_on)
    return whole if accepted is None else compare(whole, accepted)


# What is looked at


class Member(NamedTuple):
    """One of the projects that are open together: its files of Turtle, and its prefixes."""

    files: Sequence[TurtleFile]
    prefixes: Prefixes


@dataclass(frozen=True, slots=True)
class CheckedProject:
    """Everything the checks of a project look at, read once."""

    project: Project
    engine: Engine
    kinds: Collection[Kind]
    only: Collection[str]
    """The names of the files that are judged, where it is not all of them."""
    store: LocalStore
    unread: Sequence[TurtleError]
    """Why files are no Turtle, each with its place."""
    files: list[TurtleFile]
    """The files that are known: all, or those that are judged and what else speaks of the same things."""
    chosen: Sequence[TurtleFile]
    """The files that are judged."""
    members: Sequence[Member]
    names: Names

    def narrow(self) -> list[str]:
        """The things the judged files describe, where they are some of all and not too many to be named."""
        if not self.only:
            return []
        subjects = {
            file.expand(block.subject): None for file in self.chosen for block in file.blocks
        }
        return list(subjects) if len(subjects) <= MANY else []


def _read(
    project: Project, engine: Engine, kinds: Collection[Kind], only: Collection[str]
) -> CheckedProject:
    store, unread = project_files.load_readable(project)
    files = _near(project, store, only, unread) if only else blocks.read_turtle_files(project)
    chosen = [file for file in files if file.name in only] if only else files
    if unread and engine is not Engine.SPARQL:
        raise unread[0]  # the reference reads the files itself, each to its end
    for path in project.shape_files():
        # shapes that are no Turtle are an error and no finding: without them nothing is checked
        project_files.load(ox.Store(), path, project.graph_iri(path), name=project.name_of(path))
    names = Names(writer.read_prefixes(project))
    members = []
    for member in project.members:
        of_member = blocks.read_turtle_files(member) if project.others else chosen
        members.append(Member(of_member, writer.read_prefixes(member)))
    return CheckedProject(
        project, engine, kinds, only, store, unread, files, chosen, members, names
    )


def _broken(unread: Iterable[TurtleError]) -> set[str]:
    """The names of the files that are no Turtle."""
    return {error.place.file for error in unread if error.place}


def _near(
    project: Project, store: LocalStore, only: Collection[str], unread: Iterable[TurtleError]
) -> list[TurtleFile]:
    """The files of these names, those that cannot be read, and all that say something of the same things."""
    listed = (*project.ontology_files(), *project.shape_files(), *project.graph_files())
    paths = {project.name_of(path): path for path in listed}
    name_of_graph = {project.graph_iri(path): name for name, path in paths.items()}
    broken = _broken(unread)
    firsts = [name for name in paths if name in only or name in broken]
    waiting = [*firsts]
    files = {}
    while waiting:
        name = waiting.pop()
        if name in files:
            continue
        nested = paths[name].is_relative_to(project.ontology)
        files[name] = blocks.read_turtle_file(read_text(paths[name]), name, nested=nested)
        if name not in firsts:
            continue
        for block in files[name].blocks:
            subject = ox.NamedNode(files[name].expand(block.subject))
            for quad in store.inner.quads_for_pattern(subject, None, None):
                graph = quad.graph_name
                if isinstance(graph, ox.NamedNode) and graph.value in name_of_graph:
                    waiting.append(name_of_graph[graph.value])
    return [files[name] for name in paths if name in files]


# The checks, one of each kind


class Check(NamedTuple):
    """A kind of rules: the step it tells as it begins, if any, and how it is run."""

    kind: Kind
    step: str
    run: Callable[[CheckedProject], list[Report]]


def _texts(material: CheckedProject) -> list[Report]:
    chosen = material.chosen
    faults = list(wording.not_turtle(_untold(material)))
    for member in material.members:
        faults += wording.check_wording(member.files, member.prefixes)
    of_words = Report(tuple(wording.TEXT_RULES.values()), tuple(faults), wording.looked_at(chosen))
    if Kind.TEXT not in material.kinds:
        return [of_words]  # that a file is no Turtle is told whatever is asked
    kept = quotations.texts_of_members(material.project)
    return [
        of_words,
        quotations.check_quotations(chosen, kept),
        rights.check_rights(chosen, kept, material.files),
    ]


def _untold(material: CheckedProject) -> list[TurtleError]:
    """What is not Turtle, but for a file with a mark before its first line: that is said once, as a fault of style."""
    if Kind.STYLE not in material.kinds:
        return list(material.unread)
    marked = set()
    for file in material.files:
        if any(fault.rule == blocks.BYTE_ORDER for fault in file.faults):
            marked.add(file.name)
    return [error for error in material.unread if not error.place or error.place.file not in marked]


def _shapes(material: CheckedProject) -> list[Report]:
    narrow = material.narrow()
    project = material.project
    return [
        findings_of_shapes(project, material.store, material.names, material.engine, only=narrow)
    ]


def _quality(material: CheckedProject) -> list[Report]:
    project = material.project
    # the shipped queries read nothing that is derived; one of a project's own may
    paths = sorted(project.queries.glob(QUALITY))
    if not all(questions.is_shipped(path, project.name_of(path)) for path in paths):
        _derive_once(material.store, project)
    narrow = material.narrow()
    return [findings_of_quality(project, material.store, material.names, only=narrow)]


def _style(material: CheckedProject) -> list[Report]:
    # what is described twice is looked for in all files that are known
    among = material.files if len(material.chosen) < len(material.files) else ()
    faults = list[Finding]()
    for member in material.members:
        faults += style.check_style(member.files, member.prefixes, among=among)
    of_files = Report(
        tuple(style.STYLE_RULES.values()), tuple(faults), style.looked_at(material.chosen)
    )
    of_questions = Report(tuple(questions.QUESTION_RULES.values()))
    if not material.only or any(name.endswith(".rq") for name in material.only):
        # what columns hold shows in the strongest links as well
        of_questions = questions.check_questions(
            material.project, lambda: _derive_once(material.store, material.project, limit=0)
        )
    return [of_files, of_questions]


def _derive_once(store: LocalStore, project: Project, limit: int = ALL) -> LocalStore:
    if not any(is_derived(str(name)[1:-1]) for name in store.inner.named_graphs()):
        derive(store, project, limit=limit)
    return store


# The checks in the order in which they are run: what quality queries and questions need is derived
# into the store, and the shapes are to see it as it was read.
_CHECKS = (
    Check(Kind.TEXT, "", _texts),
    Check(Kind.SHAPE, "check-shapes", _shapes),
    Check(Kind.QUALITY, "check-quality", _quality),
    Check(Kind.STYLE, "check-questions", _style),
)


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look at a project found, with what is needed to tell it or some of it as a report."""

    parts: tuple[Report, ...]
    findings: tuple[Finding, ...]
    store: LocalStore
    index: Index
    plans: Mapping[str, str]
    names: Names

    def report(self, findings: Iterable[Finding]) -> Report:
        """The report of these of the findings, with the names of the things they are about."""
        every = list(placed(report.gathered(findings, self.plans), self.index, self.names))
        names = replace(self.names, labels=_labels(self.store, every, self.names))
        return report.joined(self.parts, every, names)


def look(
    project: Project,
    *,
    kinds: Collection[Kind] = KINDS,
    engine: Engine = Engine.SPARQL,
    only: Collection[str] = (),
    tell: Callable[[str], None] = lambda _: None,
) -> Looked:
    """Look at the files of a project, or at ``only`` some by their names, which are judged on the whole graph.

    ``tell`` is told the key of each step as it begins.

    Raises:
        ProjectError: there are no shapes, or some that cannot be compiled.
        TurtleError: a file of shapes is no Turtle; with pySHACL, any file.
        QueryError: a quality query cannot be asked.
    """
    tell("check-reads")
    material = _read(project, engine, kinds, only)
    reports = {}
    for kind, step, run in _CHECKS:
        if step:
            tell(step)
        if kind in kinds or (kind is Kind.TEXT and material.unread):
            reports[kind] = run(material)
    parts = tuple(part for kind in KINDS for part in reports.get(kind, ()))
    index = blocks.index_blocks(material.files)
    found = (finding for part in parts for finding in part.findings)
    findings = _told(material, placed(found, index, material.names), index)
    plans = _plans(material.store)
    return Looked(parts, tuple(findings), material.store, index, plans, material.names)


def _told(material: CheckedProject, findings: Iterable[Finding], index: Index) -> Iterator[Finding]:
    """The findings that are told: in the judged files, not of the common core, not of what no file could say."""
    core = _core(material.project)
    broken = _broken(material.unread)
    lost = set()
    if broken:
        for iri, places in index.items():
            if all(file.name in broken for file, _ in places):
                lost.add(iri)
    for finding in findings:
        if not finding.place and finding.focus in core:
            continue
        file = finding.place.file if finding.place else ""
        if material.only and file not in material.only:
            continue
        is_of_files = finding.rule.kind in (Kind.STYLE, Kind.TEXT)
        things = (finding.focus, finding.value.strip("<>"))
        # what an unread file describes is not said to be missing
        if is_of_files or lost.isdisjoint(things):
            yield finding


def _core(project: Project) -> set[str]:
    """The things that the files every project begins with describe."""
    return {
        subject for path in project.core_files() for subject, _ in writer.subjects(read_text(path))
    }


def _plans(store: LocalStore) -> dict[str, str]:
    """The plan each thing is in, by their IRIs."""
    plans = {}
    in_plan = ox.NamedNode(vocabulary.PAN + "inPlan")
    for quad in store.inner.quads_for_pattern(None, in_plan, None):
        if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode):
            plans[quad.subject.value] = quad.object.value
    return plans


# Where a finding stands, and what its things are called


def placed(findings: Iterable[Finding], index: Index, names: Names) -> Iterator[Finding]:
    """The findings, each with the line it stands at where one can be told: of its statement, else of its thing."""
    for finding in findings:
        yield finding if finding.place else replace(finding, place=_place(finding, index, names))


def _place(finding: Finding, index: Index, names: Names) -> Place | None:
    occurrences = index.get(finding.focus, ())
    # what several things lack stands at no line of their plan
    if finding.path and finding.times == 1:
        of_statement = _place_of_statement(finding, occurrences, names)
        if of_statement:
            return of_statement
    if occurrences:
        file, block = occurrences[0]
        return Place(file.name, block.line)
    file_name = vocabulary.path_of(finding.focus)
    return Place(f"graph/{file_name}.ttl") if file_name else None


def _place_of_statement(
    finding: Finding, occurrences: Iterable[tuple[TurtleFile, SourceBlock]], names: Names
) -> Place | None:
    """Where the thing states the property of a finding: with its value, else the first time."""
    predicate = names.short(finding.path)
    value = names.short(finding.value)
    values = (value, _BARE.sub(r"\1", value))
    first = None
    for file, block in occurrences:
        for statement in block.said(predicate):
            place = Place(file.name, statement.line)
            if statement.object in values:
                return place
            first = first or place
    return first


def _about(store: Store, query: str, iris: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """The rows a query of the program gives about these things, as many of which are named at once as engines take."""
    ordered = sorted({iri for iri in iris if is_iri(iri)})
    for start in range(0, len(ordered), _ASKED):
        table = select(store, program_query(query, thing=ordered[start : start + _ASKED]))
        yield from zip(*(table.values(column) for column in table.columns), strict=True)


def _labels(store: Store, findings: Collection[Finding], names: Names) -> dict[str, Text]:
    things = set()
    for finding in findings:
        things |= {finding.focus, finding.value.strip("<>")}
        if finding.part:
            things.add(names.plan(finding.part))
    labels: dict[str, dict[str, str]] = {}
    for iri, language, label in _about(store, "things/labels-by-language", things):
        labels.setdefault(iri, {})[language] = " ".join(label.split())
    return {iri: Text.of(words) for iri, words in labels.items()}


# A store that holds what is derived as well


def check_store(
    project: Project,
    store: Store,
    *,
    fail_on: Severity = Severity.VIOLATION,
    baseline: Path | None = None,
) -> Report:
    """What the shapes and quality queries of a project find in a store that holds what is derived as well.

    A finding has no line there. A rule that an endpoint cannot answer is a violation; an endpoint
    that is gone is an error.
    """
    accepted = read_baseline(baseline) if baseline else None
    names = Names(writer.read_prefixes(project))
    unasked = Unasked()
    shapes = findings_of_shapes(project, store, names, Engine.SPARQL, unasked=unasked)
    of_stated = _stated(store, shapes.findings)
    in_plans = select(store, program_query("endpoint/parts"))
    plans = dict(zip(in_plans.values("part"), in_plans.values("plan"), strict=True))
    quality = findings_of_quality(project, store, names, unasked=unasked)
    unanswered = _unanswered(unasked)
    core = _core(project)
    findings = [
        finding
        for of_kind in (of_stated, quality.findings)
        for finding in report.gathered(of_kind, plans)
        if finding.focus not in core
    ]
    findings += unanswered.findings
    names = replace(names, labels=_labels(store, findings, names))
    joined = report.joined((shapes, quality, unanswered), findings, names)
    whole = replace(joined, fail_on=fail_on)
    return whole if accepted is None else compare(whole, accepted)


def _stated(store: Store, findings: Collection[Finding]) -> list[Finding]:
    """The findings at things that are stated; of what is derived, the shapes say nothing."""
    foci = (finding.focus for finding in findings)
    stated = {iri for (iri,) in _about(store, "endpoint/stated", foci)}
    return [finding for finding in findings if finding.focus in stated or not is_iri(finding.focus)]


def _unanswered(unasked: Unasked) -> Report:
    """A rule for each that was not answered, which is a violation and says why."""
    not_asked = []
    for rule, error in unasked.items():
        reason = Text.of({language: error.message.say(language) for language in LANGUAGES})
        message = _CHECK.text("not-asked", rule=rule.key, reason=reason)
        remedy = _CHECK.text("not-asked-remedy")
        not_asked.append(
            Rule(f"not-asked:{rule.key}", rule.kind, Severity.VIOLATION, message, remedy)
        )
    findings = tuple(Finding(rule, "") for rule in not_asked)
    return Report(tuple(not_asked), findings, {rule.key: 1 for rule in not_asked})
