"""Checking a project: house style, shapes and quality queries brought together in one report."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from pan2kg.errors import Place, ProjectError, TurtleError
from pan2kg.i18n.catalogue import LANGUAGES, Messages, Text
from pan2kg.project import Project, read_text
from pan2kg.store.derived_links import ALL
from pan2kg.store.queries import program_query
from pan2kg.store.rules import derive
from pan2kg.store.store import LocalStore, Store, is_derived, load, load_readable, needs, select
from pan2kg.turtle.blocks import BYTE_ORDER, Block, TurtleFile, index_blocks, read_turtle_file, read_turtle_files
from pan2kg.turtle.vocabulary import PAN, path_of
from pan2kg.turtle.writer import read_prefixes, subjects
from pan2kg.validation.compilation import compile_shapes
from pan2kg.validation.evaluation import MANY, FocusCounts, Unasked, differences, evaluate, findings_of_quality
from pan2kg.validation.explanation import refused
from pan2kg.validation.questions import check_questions, question_rules
from pan2kg.validation.quotations import Kept, check_quotations, kept_texts
from pan2kg.validation.report import (
    Finding,
    Kind,
    Names,
    Report,
    Rule,
    Severity,
    compare,
    gathered,
    in_order,
    read_baseline,
)
from pan2kg.validation.rights import check_rights
from pan2kg.validation.shapes import read_rules, read_shapes
from pan2kg.validation.style import check_style, count_looked_at, style_rules
from pan2kg.validation.wording import check_wording, looked_at, not_turtle, text_rules

KINDS: Final = (Kind.STYLE, Kind.TEXT, Kind.SHAPE, Kind.QUALITY)
_CHECK: Final = Messages("check")
_BARE = re.compile(r'"([^"]*)"\^\^xsd:(?:integer|decimal|boolean)')
IRI = re.compile(r"[a-z]+:[^\s<>\"{}|^`\\]+")

Index = Mapping[str, Sequence[tuple[TurtleFile, Block]]]


class Engine(StrEnum):
    """What asks the shapes of the graph: their compiled queries, pySHACL as the reference, or both, compared."""

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

    Raises:
        TurtleError: a file of the ontology is not Turtle.
        QueryError: a quality query cannot be asked.
        ProjectError: a file cannot be read, a shape is malformed, or there is none; or the baseline is none.

    >>> check(Project.packaged()).solved
    ()
    """
    accepted = read_baseline(baseline) if baseline else None
    looked = look(project, kinds=kinds, engine=engine)
    report = replace(looked.report(looked.findings), fail_on=fail_on)
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
        """A report of some of the findings: gaps told once a plan, all in order."""
        told = list(_placed(gathered(findings, self.plans), self.index, self.names))
        return Report(
            rules=tuple(rule for part in self.parts for rule in part.rules),
            findings=in_order(told),
            looked_at={key: number for part in self.parts for key, number in part.looked_at.items()},
            names=replace(self.names, labels=_labels(self.store, told, self.names)),
            statistics={key: number for part in self.parts for key, number in part.statistics.items()},
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

    Raises:
        TurtleError: a file of the ontology is not Turtle.
        QueryError: a quality query cannot be asked.
        ProjectError: a file cannot be read, a shape is malformed, or there is none.
    """
    tell("check-reads")
    store, unread = load_readable(project)
    files = _near(project, store, only, unread) if only else read_turtle_files(project)
    read = [file for file in files if file.name in only] if only else files
    if unread and engine is not Engine.SPARQL:
        raise unread[0]  # the reference reads the files itself, each to its end
    for path in project.shape_files():
        load(ox.Store(), path, project.graph_iri(path), name=project.name_of(path))
    names = Names(read_prefixes(project))
    told = _untold(unread, files, kinds)
    parts = [_wording(project, read, told) if Kind.TEXT in kinds or unread else Report()]
    if Kind.TEXT in kinds:
        kept = _kept(project)
        parts += [check_quotations(read, kept), check_rights(read, kept, files)]
    tell("check-shapes")
    named = dict.fromkeys(file.expand(block.subject) for file in read for block in file.blocks) if only else {}
    narrow = list(named) if len(named) <= MANY else []
    parts += [findings_of_shapes(project, store, names, engine, only=narrow)] if Kind.SHAPE in kinds else []
    tell("check-quality")
    parts += [_quality(project, store, names, narrow)] if Kind.QUALITY in kinds else []
    tell("check-questions")
    asked = not only or any(name.endswith(".rq") for name in only)
    parts[:0] = [_style(project, read, files, store if asked else None)] if Kind.STYLE in kinds else []
    index = index_blocks(files)
    placed = _own(_placed((one for part in parts for one in part.findings), index, names), project)
    found = _known(placed, index, unread) if unread else placed
    chosen = tuple(one for one in found if not only or (one.place and one.place.file in only))
    return Looked(tuple(parts), chosen, store, index, _plans(store), names)


def check_store(
    project: Project, store: Store, *, fail_on: Severity = Severity.VIOLATION, baseline: Path | None = None
) -> Report:
    """What the shapes and quality queries of a project find in a store that holds what is derived as well.

    There are no files: house style and texts are not looked at, and no finding has a place. A finding of a shape
    stands only where it is about something that is stated.

    Raises:
        EndpointError: a remote store does not answer as it should.
        QueryError: a query cannot be asked.
        ProjectError: a shape is malformed, or there is none; or the baseline is none.
    """
    accepted = read_baseline(baseline) if baseline else None
    names = Names(read_prefixes(project))
    unasked: Unasked = {}
    shapes = findings_of_shapes(project, store, names, Engine.SPARQL, unasked=unasked)
    stated = _stated(store, {finding.focus for finding in shapes.findings})
    kept = tuple(one for one in shapes.findings if one.focus in stated or not IRI.fullmatch(one.focus))
    table = select(store, program_query("endpoint/parts"))
    plans = dict(zip(table.values("part"), table.values("plan"), strict=True))
    core = {subject for path in project.core_files() for subject, _ in subjects(read_text(path))}
    parts = [replace(shapes, findings=kept), findings_of_quality(project, store, names, unasked=unasked)]
    parts = [
        replace(part, findings=tuple(one for one in gathered(part.findings, plans) if one.focus not in core))
        for part in parts
    ]
    parts.append(_not_asked(unasked))
    report = Report(
        rules=tuple(rule for part in parts for rule in part.rules),
        findings=in_order(finding for part in parts for finding in part.findings),
        looked_at={key: number for part in parts for key, number in part.looked_at.items()},
        names=replace(names, labels=_labels(store, (one for part in parts for one in part.findings), names)),
        fail_on=fail_on,
        statistics={key: number for part in parts for key, number in part.statistics.items()},
    )
    return report if accepted is None else compare(report, accepted, file=str(baseline))


def _not_asked(unasked: Unasked) -> Report:
    """The rules an endpoint could not be asked for, each a violation: silence is no pass."""
    findings = []
    for rule, error in unasked.items():
        reason = Text.of({language: error.message.say(language) for language in LANGUAGES})
        message, remedy = _CHECK.text("not-asked", rule=rule.key, reason=reason), _CHECK.text("not-asked-remedy")
        findings.append(Finding(Rule(f"not-asked:{rule.key}", rule.kind, Severity.VIOLATION, message, remedy), ""))
    return Report(tuple(one.rule for one in findings), tuple(findings), {one.rule.key: 1 for one in findings})


def _stated(store: Store, things: Collection[str]) -> set[str]:
    """Those of some things of which something is said in a graph that no rule filled, asked in pieces."""
    asked = sorted(thing for thing in things if IRI.fullmatch(thing))
    found = set[str]()
    for start in range(0, len(asked), _ASKED):
        query = program_query("endpoint/stated", thing=asked[start : start + _ASKED])
        found.update(select(store, query).values("thing"))
    return found


_ASKED: Final = 500
"""So many things are named in one query; Virtuoso takes some thousand."""


def _near(
    project: Project, store: LocalStore, only: Collection[str], unread: Iterable[TurtleError]
) -> list[TurtleFile]:
    """The files that are looked at, those that speak of the same things, and those that cannot be read."""
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
    project: Project, read: Sequence[TurtleFile], files: Sequence[TurtleFile], store: LocalStore | None
) -> Report:
    """What the house style finds in the files that are read, and in the stored questions, where there is a store."""
    rules = (*style_rules().values(), *question_rules().values())
    among = files if len(read) < len(files) else ()
    faults = [fault for some, prefixes in _each(project, read) for fault in check_style(some, prefixes, among=among)]
    if store is None:
        return Report(rules, tuple(faults), count_looked_at(read))
    # what columns hold shows in the strongest links as well
    asked, looked_at = check_questions(project, partial(_derived, store, project, limit=0))
    return Report(rules, (*faults, *asked), count_looked_at(read) | looked_at)


def _derived(store: LocalStore, project: Project, limit: int = ALL) -> LocalStore:
    """The store, derived unless a quality query has asked for it; of more than ``limit`` links the strongest."""
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
        text, same = read_text(path), shipped / path.name
        if needs(text) or (needs(text) is None and not (same.exists() and read_text(same) == text)):
            _derived(store, project)
            break
    return findings_of_quality(project, store, names, only=only)


def _plans(store: LocalStore) -> dict[str, str]:
    """The plan each action and part belongs to."""
    quads = store.inner.quads_for_pattern(None, ox.NamedNode(PAN + "inPlan"), None)
    stated = [(quad.subject, quad.object) for quad in quads]
    return {a.value: b.value for a, b in stated if isinstance(a, ox.NamedNode) and isinstance(b, ox.NamedNode)}


def _each(project: Project, files: Sequence[TurtleFile]) -> Iterator[tuple[Sequence[TurtleFile], Mapping[str, str]]]:
    """The files of each project that is open, with its prefixes; ``files`` are those of one that is open alone."""
    for one in project.members:
        yield read_turtle_files(one) if project.others else files, read_prefixes(one)


def _wording(project: Project, files: Sequence[TurtleFile], unread: Sequence[TurtleError]) -> Report:
    found = [fault for read, prefixes in _each(project, files) for fault in check_wording(read, prefixes)]
    return Report(tuple(text_rules().values()), (*not_turtle(unread), *found), looked_at(files))


def _kept(project: Project) -> dict[str, Kept]:
    """The texts that are kept by each project that is open."""
    return {key: kept for one in reversed(project.members) for key, kept in kept_texts(one).items()}


def _untold(unread: Iterable[TurtleError], files: Iterable[TurtleFile], kinds: Collection[Kind]) -> list[TurtleError]:
    """The files that cannot be read for another reason than a byte order mark, of which the house style tells."""
    marked = {file.name for file in files if any(fault.rule == BYTE_ORDER for fault in file.faults)}
    return [one for one in unread if not (Kind.STYLE in kinds and one.place and one.place.file in marked)]


def _known(findings: Iterable[Finding], index: Index, unread: Sequence[TurtleError]) -> Iterator[Finding]:
    """The findings that do not come from a file that could not be read: what it describes is there all the same."""
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

    Raises:
        ProjectError: there is no shape, or one is malformed or not compiled.
        QueryError: the query of a shape is no SPARQL.
    """
    shapes = read_shapes(project.shape_files())
    rules = read_rules(shapes, names)
    if not rules.rules:
        raise ProjectError("no-shapes", place=Place("ontology/shapes"), remedy="put-shapes-back")
    counts, found = FocusCounts(store, only), dict[Engine, tuple[Finding, ...]]()
    if engine is not Engine.PYSHACL:
        compiled = compile_shapes(shapes)
        if compiled.refusals:
            raise refused(project, shapes, compiled.refusals)
        found[Engine.SPARQL] = tuple(evaluate(compiled.queries, rules, counts, unasked=unasked))
    if engine is not Engine.SPARQL:
        from pan2kg.validation.reference import validate

        found[Engine.PYSHACL] = validate(_checked(project), rules)
    findings = next(iter(found.values()))
    if engine is Engine.BOTH:
        findings += tuple(_differences(found[Engine.SPARQL], found[Engine.PYSHACL]))
    told = dict.fromkeys((*rules.rules.values(), *(finding.rule for finding in findings)))
    return Report(tuple(told), findings, counts.by_rule(rules))


def _checked(project: Project) -> list[Path]:
    """The files shapes look at: what every open project loads, what several of them share once."""
    files = {one.graph_iri(path): path for one in reversed(project.members) for path in one.loaded_files()}
    return sorted(files.values())


def _differences(compiled: Iterable[Finding], reference: Iterable[Finding]) -> Iterator[Finding]:
    """What only one of the two engines has found, as findings of rules of their own."""
    for name, found in zip((Engine.SPARQL, Engine.PYSHACL), differences(compiled, reference), strict=True):
        for finding in found:
            message = _CHECK.text("only-by", engine=_ENGINES[name], rule=finding.rule.key)
            remedy = _CHECK.text("only-by-remedy")
            rule = Rule(f"only-{name}:{finding.rule.key}", Kind.SHAPE, Severity.VIOLATION, message, remedy)
            yield replace(finding, rule=rule)


def _placed(findings: Iterable[Finding], index: Index, names: Names) -> Iterator[Finding]:
    """The findings with the file and line each stands at, where that is known."""
    for finding in findings:
        # what several things lack stands at no line of their plan
        sought = finding if finding.times == 1 else replace(finding, path="")
        yield finding if finding.place else replace(finding, place=find_place(sought, index, names))


def _own(findings: Iterable[Finding], project: Project) -> Iterator[Finding]:
    """The findings on what stands in the project's own files: the core it imports is nobody's to edit there."""
    core = {subject for path in project.core_files() for subject, _ in subjects(read_text(path))}
    return (finding for finding in findings if finding.place or finding.focus not in core)


def find_place(finding: Finding, index: Index, names: Names) -> Place | None:
    """Where a finding stands: the statement it is about, else the first line of the thing's block."""
    blocks = index.get(finding.focus, ())
    predicate, value = names.short(finding.path), names.short(finding.value)
    written = {value, _BARE.sub(r"\1", value)}
    lines = [
        (statement.object not in written, Place(file.name, statement.line))
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
    """The labels of what the findings speak of, and of the plans they stand in."""
    wanted = set()
    for finding in findings:
        wanted |= {finding.focus, finding.value.removeprefix("<").removesuffix(">")}
        if finding.part:
            wanted.add(names.plan(finding.part))
    wanted = {iri for iri in wanted if IRI.fullmatch(iri)}
    found: dict[str, dict[str, str]] = {}
    asked = sorted(wanted)
    for start in range(0, len(asked), _ASKED):
        table = select(store, program_query("things/labels-by-language", thing=asked[start : start + _ASKED]))
        for iri, language, label in zip(*(table.values(column) for column in table.columns), strict=True):
            found.setdefault(iri, {})[language] = " ".join(label.split())
    return {iri: Text.of(said) for iri, said in found.items()}
