"""What shapes and quality queries find in a store: each query is put to it, each row becomes a finding.

A store may be the embedded one or an endpoint. Where only some things are asked about, their names are
put into the queries: that costs less than to look at everything and choose.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox

from pan2kg.errors import EndpointError, Place, ProjectError, QueryError
from pan2kg.i18n import LANGUAGES, SOURCE_LANGUAGE, Text
from pan2kg.project import Project
from pan2kg.store import LocalStore, Query, Store, program_query, remote, select
from pan2kg.store.queries import read_query
from pan2kg.store.store import Solutions, plain
from pan2kg.validation import compilation, questions
from pan2kg.validation.conditions import Refused
from pan2kg.validation.report import Finding, Kind, Names, Report, Rule, RuleUse, Severity
from pan2kg.validation.shapes import (
    PLACE,
    FoundTerms,
    Rules,
    Shapes,
    Term,
    read_rules,
    read_shapes,
    written,
)

QUALITY = "quality/*-violation.rq"
"""Where the quality queries of a project stand, below its folder of queries."""
MANY = 200
"""Up to how many things are named in queries; of more, it costs less to look at all and choose."""
_MAY_BE_SOME = -1
_IRI = re.compile(r"[a-z]+:[^\s<>\"{}|^`\\]+")

Unasked = dict[Rule, EndpointError | QueryError]
"""The rules an endpoint cannot be asked for, each with what it says."""


class Engine(StrEnum):
    """What asks the shapes: queries they are compiled to, or pySHACL, the reference of these."""

    SPARQL = "sparql"
    PYSHACL = "pyshacl"


def naming(variable: str, iris: Iterable[str]) -> str:
    """The pattern by which a variable is one of some things; empty where none are named.

    >>> naming("this", ["http://e/a", "http://e/b"])
    'VALUES ?this { <http://e/a> <http://e/b> }'
    >>> naming("this", [])
    ''
    """
    terms = " ".join(str(ox.NamedNode(iri)) for iri in iris)
    return f"VALUES ?{variable} {{ {terms} }}" if terms else ""


def is_iri(focus: str) -> bool:
    """Whether what a finding is about can be named in a query; a literal or a blank node cannot.

    >>> is_iri("https://example.org/id/plan/a"), is_iri('"2021"'), is_iri("_:b1")
    (True, False, False)
    """
    return bool(_IRI.fullmatch(focus))


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
    """What the shapes of a project find, at ``only`` some things where any are named.

    pySHACL reads the files of the project itself, each to its end, and looks at all there is. The
    rules an endpoint cannot answer are put into ``unasked``, where there is one.

    Raises:
        ProjectError: there are no shapes, or some that cannot be compiled.
    """
    shapes = read_shapes(project.shape_files())
    rules = read_rules(shapes, names)
    counts = FocusCounts(store, naming("this", only))
    if not rules.rules:
        raise ProjectError("no-shapes", place=PLACE, remedy="put-shapes-back")
    if engine is Engine.PYSHACL:
        findings = _by_pyshacl(project, shapes, rules)
    else:
        compiled = compilation.compile_shapes(shapes)
        if compiled.refusals:
            raise compilation.refused(project, shapes, compiled.refusals)
        findings = tuple(evaluate(compiled.queries, rules, counts, unasked=unasked))
    # a finding may have a rule of its own, where a shape without a name hands on
    used = dict.fromkeys((*rules.rules.values(), *(finding.rule for finding in findings)))
    return Report(tuple(used), findings, counts.by_rule(rules))


def _by_pyshacl(project: Project, shapes: Shapes, rules: Rules) -> tuple[Finding, ...]:
    from pan2kg.validation import reference

    paths: dict[str, Path] = {}
    for member in reversed(project.members):
        paths |= {member.graph_iri(path): path for path in member.loaded_files()}
    quads = (
        quad
        for path in sorted(paths.values())
        for quad in ox.parse(path=path, format=ox.RdfFormat.TURTLE, rename_blank_nodes=True)
    )
    return reference.find(reference.to_graph(quads), reference.shapes_graph(shapes), rules)


@dataclass(frozen=True, slots=True)
class FocusCounts:
    """How many nodes of a store a pattern of focus nodes matches, asked once; ``only`` narrows each pattern."""

    store: Store
    only: str = ""
    known: dict[str, int] = field(default_factory=dict)

    def number(self, focus: str) -> int:
        """How many nodes a pattern matches; less than zero where the endpoint could not count them."""
        if not focus:
            return 0
        if focus not in self.known:
            self.known[focus] = self._count(focus)
        return self.known[focus]

    def _count(self, focus: str) -> int:
        pattern = f"{self.only}\n{focus}" if self.only else focus
        query = f"SELECT (COUNT(DISTINCT ?this) AS ?number)\nWHERE {{\n{pattern}\n}}"
        try:
            return int(select(self.store, query).values("number")[0])
        except (EndpointError, QueryError) as error:
            if not remote.is_of_query(error):
                raise
            return _MAY_BE_SOME

    def by_rule(self, rules: Rules) -> dict[str, int]:
        """How many things each rule looks at, by the name of the rule."""
        numbers = {}
        for constraint, shape in rules.owners.items():
            focus = ""
            with suppress(Refused):  # a circle of shapes looks at nothing
                focus = compilation.focus_nodes(rules.shapes, shape, by=("property", "node"))
            numbers[rules.rules[constraint].key] = max(self.number(focus), 0)
        return numbers

    def narrowed(self, query: compilation.Compiled) -> str:
        """The text of a query that looks at what this counts."""
        if not self.only:
            return query.text
        pattern = "\n".join(f"    {line}" for line in query.focus.splitlines())
        return query.text.replace(pattern, f"    {self.only}\n{pattern}")


def evaluate(
    queries: Iterable[compilation.Compiled],
    rules: Rules,
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
        try:
            table = select(counts.store, counts.narrowed(query))
        except (EndpointError, QueryError) as error:
            if unasked is None or not remote.is_of_query(error):
                raise
            unasked[rules.rule(query.shape, query.constraint)] = error
            continue
        for row in table.rows:
            cells = dict(zip(table.columns, row, strict=True))
            node = cells["this"]
            if node is not None:
                findings[_finding(query, rules, node, cells)] = None
    yield from findings


def _finding(
    query: compilation.Compiled, rules: Rules, node: Term, cells: Mapping[str, Term | None]
) -> Finding:
    path = cells.get("path")
    value = cells.get("value") or cells.get(query.value.removeprefix("?"))
    terms = FoundTerms(
        node.value if isinstance(node, ox.NamedNode) else written(node),
        path.value if isinstance(path, ox.NamedNode) else query.fixed,
        "" if value is None else written(value),
    )
    return rules.finding(query.shape, query.component, terms, query.constraint)


# Quality queries


class QualityQuery(NamedTuple):
    """A stored query that finds faults, with the rule its header states."""

    query: Query
    rule: Rule
    is_shipped: bool
    """Whether it is one of pan2kg's own, which can be asked about some things alone."""


def quality_queries(project: Project, least: Severity = Severity.INFO) -> Iterator[QualityQuery]:
    """The quality queries of a project whose findings weigh at ``least`` so much, by the names of their files.

    Raises:
        QueryError: a header without a message, or of no severity or use there is.
    """
    for path in sorted(project.queries.glob(QUALITY)):
        file = project.name_of(path)
        query = read_query(path, name=file)
        rule = _rule(query, file)
        if rule.severity.reaches(least):
            yield QualityQuery(query, rule, questions.is_shipped(path, file))


def _rule(query: Query, file: str) -> Rule:
    head = query.header
    severity = head.get("severity", Severity.VIOLATION)
    use = head.get("use", RuleUse.EDIT)
    if not head.get("message") or severity not in list(Severity) or use not in list(RuleUse):
        raise QueryError("quality-header", place=Place(file, 1), remedy="write-quality-header")
    return Rule(
        query.name,
        Kind.QUALITY,
        Severity(severity),
        _in_languages(head, "message"),
        _in_languages(head, "remedy"),
        query=query.text,
        use=RuleUse(use),
    )


def _in_languages(head: Mapping[str, str], name: str) -> Text:
    words = {language: head.get(f"{name}_{language}", "") for language in LANGUAGES}
    return Text.of(words | {SOURCE_LANGUAGE: head.get(name, "")})


def findings_of_quality(
    project: Project,
    store: Store,
    names: Names,
    *,
    least: Severity = Severity.INFO,
    only: Collection[str] = (),
    unasked: Unasked | None = None,
) -> Report:
    """What the quality queries of a project find, at ``only`` some things where any are named.

    What a query merely counts is a statistic of the report and no finding. The rules an endpoint
    cannot answer are put into ``unasked``, where there is one.

    Raises:
        QueryError: a query that is not SPARQL, or names no ``?focus``.
    """
    members = _members(store, only)
    rules = []
    findings = []
    looked_at = {}
    statistics = {}
    for query, rule, is_shipped in quality_queries(project, least):
        rules.append(rule)
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
        of_query = list(_of_rows(rule, table))
        if rule.use is RuleUse.STATISTIC:
            statistics[rule.key] = len({finding.focus for finding in of_query})
        else:
            findings += of_query
        looked_at[rule.key] = len(_looked_at(query, names, members))
    return Report(tuple(rules), tuple(findings), looked_at, statistics=statistics)


def _of_rows(rule: Rule, table: Solutions) -> Iterator[Finding]:
    for row in table.rows:
        cells = dict(zip(table.columns, row, strict=True))
        value = cells.get("value")
        written_value = str(value) if value is not None else ""
        yield Finding(rule, plain(cells["focus"]), plain(cells.get("path")), written_value)


def _members(store: Store, only: Collection[str]) -> dict[str, set[str]]:
    """The things of each class, those of its narrower classes among them."""
    table = _narrowed(program_query("things/members"), "thing", only, store)
    above = select(store, program_query("things/classes-above"))
    wider = defaultdict[str, set[str]](set)
    for name, class_above in zip(above.values("class"), above.values("super"), strict=True):
        wider[name].add(class_above)
    members = defaultdict[str, set[str]](set)
    for name, thing in zip(table.values("class"), table.values("thing"), strict=True):
        for class_ in {name, *wider[name]}:
            members[class_].add(thing)
    return members


def _looked_at(query: Query, names: Names, members: Mapping[str, set[str]]) -> set[str]:
    things = set()
    for name in query.header.get("looks_at", "").split():
        prefix, _, local = name.partition(":")
        things |= members.get(names.prefixes.get(prefix, f"{prefix}:") + local, set())
    return things


def foci_of_values(
    project: Project, store: LocalStore, values: Collection[str], *, least: Severity = Severity.INFO
) -> set[str]:
    """The things a quality query may find something at because of what is said of these values.

    Those are the things that name them, and those a query itself leads to from its ``?value``.
    """
    foci = set()
    for iri in values:
        for quad in store.inner.quads_for_pattern(None, None, ox.NamedNode(iri)):
            if isinstance(quad.subject, ox.NamedNode):
                foci.add(quad.subject.value)
    for query, _, is_shipped in quality_queries(project, least):
        has_value = "?value" in query.text and query.header.get("value") != "object"
        if is_shipped and has_value:
            table = _narrowed(query.text, "value", values, store)
            rows = zip(table.values("focus"), table.values("value"), strict=True)
            foci.update(focus for focus, value in rows if value in values)
    return foci


def _narrowed(text: str, variable: str, iris: Collection[str], store: Store) -> Solutions:
    """The answer to a query in which a variable is one of some things, where any are named; whole where that fails."""
    if iris:
        begin = re.compile(rf"\bSELECT\b[^{{}}]*\?{variable}\b[^{{}}]*\bWHERE\s*\{{")
        narrowed = begin.sub(lambda match: f"{match[0]} {naming(variable, iris)}", text)
        with suppress(QueryError):
            return select(store, narrowed)
    return select(store, text)
