"""Checking a project: house style, shapes and quality queries brought together in one report."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from pan2kg.errors import Place, ProjectError, QueryError
from pan2kg.i18n.catalogue import LANGUAGES, SOURCE_LANGUAGE, Text, french
from pan2kg.project import Project
from pan2kg.store.queries import Query, program_query, read_query
from pan2kg.store.rules import derive
from pan2kg.store.store import Store, load, open_store, plain, select
from pan2kg.turtle.blocks import Block, TurtleFile, index_blocks, read_turtle_files
from pan2kg.turtle.vocabulary import DCTERMS, GRAPH, RDFS, SKOS, graph_of, thing
from pan2kg.turtle.writer import read_prefixes
from pan2kg.validation.questions import check_questions, question_rules
from pan2kg.validation.report import Finding, Kind, Names, Report, Rule, Severity, compare, in_order, read_baseline
from pan2kg.validation.style import check_style, count_looked_at, style_rules

KINDS: Final = (Kind.STYLE, Kind.SHAPE, Kind.QUALITY)
_LABELS: Final = (RDFS + "label", DCTERMS + "title", SKOS + "prefLabel")
_BARE = re.compile(r'"([^"]*)"\^\^xsd:(?:integer|decimal|boolean)')
_IRI = re.compile(r"[a-z]+:[^\s<>\"{}|^`\\]+")

Index = Mapping[str, Sequence[tuple[TurtleFile, Block]]]


def check(
    project: Project,
    *,
    kinds: Collection[Kind] = KINDS,
    fail_on: Severity = Severity.VIOLATION,
    baseline: Path | None = None,
) -> Report:
    """Check the files of a project and say everything that is wrong with them.

    ``kinds`` narrows the check; the house style alone takes a tenth of the time. What ``baseline``
    accepts is set apart, and entries of it that no longer occur are reported.

    Raises:
        TurtleError: a file is not Turtle.
        QueryError: a quality query cannot be asked.
        ProjectError: a file cannot be read, a shape is malformed, or there is none; or the baseline is none.

    >>> check(Project.packaged(), kinds=[Kind.STYLE]).solved
    ()
    """
    accepted = read_baseline(baseline) if baseline else None
    files = read_turtle_files(project)
    store = open_store(project, derive)
    for path in project.shape_files():
        load(ox.Store(), path, graph_of(project.graph_path(path)), name=project.name_of(path))
    names = Names(read_prefixes(project))
    parts = [_CHECKS[kind](project, files, store, names) for kind in KINDS if kind in kinds]
    report = Report(
        rules=tuple(rule for part in parts for rule in part.rules),
        findings=in_order(_placed(parts, index_blocks(files), names)),
        looked_at={key: number for part in parts for key, number in part.looked_at.items()},
        names=replace(names, labels=_labels(store, parts)),
        fail_on=fail_on,
    )
    return report if accepted is None else compare(report, accepted, file=str(baseline))


def _style(project: Project, files: Sequence[TurtleFile], store: Store, names: Names) -> Report:
    asked, looked_at = check_questions(project, store)
    rules = (*style_rules().values(), *question_rules().values())
    return Report(rules, (*check_style(files, names.prefixes), *asked), count_looked_at(files) | looked_at)


def _shapes(project: Project, files: Sequence[TurtleFile], store: Store, names: Names) -> Report:
    from pan2kg.validation.shapes import validate

    del files, store
    validation = validate([*project.ontology_files(), *project.graph_files()], project.shape_files(), names)
    if not validation.rules:
        raise ProjectError("no-shapes", place=Place("ontology/shapes"), remedy="put-shapes-back")
    return Report(validation.rules, validation.findings, validation.looked_at)


def _quality(project: Project, files: Sequence[TurtleFile], store: Store, names: Names) -> Report:
    del files
    rules, looked_at, members = [], {}, _members(store)
    findings: list[Finding] = []
    for path in sorted((project.queries / "quality").glob("*-violation.rq")):
        query = read_query(path, name=project.name_of(path))
        rule = quality_rule(query)
        rules.append(rule)
        findings += _ask(rule, query, store)
        looked_at[rule.key] = _looked_at(query, members, names)
    return Report(tuple(rules), tuple(findings), looked_at)


_CHECKS: Final[Mapping[Kind, Callable[[Project, Sequence[TurtleFile], Store, Names], Report]]] = {
    Kind.STYLE: _style,
    Kind.SHAPE: _shapes,
    Kind.QUALITY: _quality,
}


def quality_rule(query: Query) -> Rule:
    """The rule a quality query stands for, as its header says it.

    Raises:
        QueryError: the header lacks a message or names an unknown severity.

    >>> quality_rule(Query("x-violation", "quality", "", "x.rq", {"message": "No.", "severity": "info"})).severity
    <Severity.INFO: 'info'>
    """
    head = query.header
    severity = head.get("severity", "violation")
    if not head.get("message") or severity not in list(Severity):
        raise QueryError("quality-header", place=Place(query.file, 1), remedy="write-quality-header")
    message, remedy = (_of_header(head, name) for name in ("message", "remedy"))
    return Rule(query.name, Kind.QUALITY, Severity(severity), message, remedy, query.text)


def _of_header(head: Mapping[str, str], name: str) -> Text:
    """What a header says under a name, in English, and under the name with the tag of another language."""
    said = {tag: head.get(f"{name}_{tag}", "") for tag in LANGUAGES} | {SOURCE_LANGUAGE: head.get(name, "")}
    return Text.of(said | {"fr": french(said.get("fr", ""))})


def _ask(rule: Rule, query: Query, store: Store) -> Iterator[Finding]:
    try:
        table = select(store, query.text)
    except QueryError as error:
        raise error.inside(query.file) from None
    if "focus" not in table.columns:
        raise QueryError("quality-focus", place=Place(query.file), remedy="select-focus")
    for row in table.rows:
        said = dict(zip(table.columns, row, strict=True))
        value = said.get("value")
        yield Finding(rule, plain(said["focus"]), plain(said.get("path")), str(value) if value is not None else "")


def _looked_at(query: Query, members: Mapping[str, set[str]], names: Names) -> int:
    """How many things there are of the classes a query says it looks at."""
    classes = [name.partition(":") for name in query.header.get("looks_at", "").split()]
    iris = (names.prefixes.get(prefix, f"{prefix}:") + local for prefix, _, local in classes)
    return len(set().union(*(members.get(iri, set()) for iri in iris)))


def _members(store: Store) -> dict[str, set[str]]:
    """The things of each class, those of its subclasses included."""
    members: dict[str, set[str]] = {}
    things = select(store, program_query("things/members"))
    for name, thing_ in zip(things.values("class"), things.values("thing"), strict=True):
        members.setdefault(name, set()).add(thing_)
    above = select(store, program_query("things/classes-above"))
    own = {name: frozenset(things) for name, things in members.items()}
    for name, super_ in zip(above.values("class"), above.values("super"), strict=True):
        members.setdefault(super_, set()).update(own.get(name, ()))
    return members


def _placed(parts: Iterable[Report], index: Index, names: Names) -> Iterator[Finding]:
    """The findings with the file and line each stands at, where that is known."""
    for part in parts:
        for finding in part.findings:
            yield finding if finding.place else replace(finding, place=find_place(finding, index, names))


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
    file = finding.focus.removeprefix(GRAPH)
    return Place(f"graph/{file}.ttl") if finding.focus.startswith(GRAPH) else None


def _labels(store: Store, parts: Iterable[Report]) -> dict[str, Text]:
    """The labels of what the findings speak of, and of the plans they stand in."""
    wanted = set()
    for finding in (finding for part in parts for finding in part.findings):
        wanted |= {finding.focus, finding.value.removeprefix("<").removesuffix(">")}
        if finding.part:
            wanted.add(thing("plan", finding.part))
    wanted = {iri for iri in wanted if _IRI.fullmatch(iri)}
    found: dict[str, dict[str, str]] = {}
    for predicate in _LABELS:
        for iri, language, label in _labels_by(store, predicate, wanted):
            found.setdefault(iri, {})[language] = " ".join(label.split())
    return {iri: Text.of(said) for iri, said in found.items()}


def _labels_by(store: Store, predicate: str, wanted: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    table = select(store, program_query("things/labels-by-language", thing=sorted(wanted), property=predicate))
    return zip(*(table.values(column) for column in table.columns), strict=True)
