"""Compiled shapes and quality queries asked of a graph: what they find, and how many things each rule looks at.

Shapes are asked about what the files state, before any rule derives from it. The store may be a remote one: a query
holds all it needs. Values are those the store holds: of numbers and times, the canonical form, which the house style
asks for; pySHACL reads them as they are written.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from pan2kg.errors import EndpointError, Place, QueryError
from pan2kg.i18n.catalogue import LANGUAGES, SOURCE_LANGUAGE, Text, french
from pan2kg.project import Project, read_text
from pan2kg.store.queries import Query, program_query, read_query
from pan2kg.store.remote import is_of_query
from pan2kg.store.store import LocalStore, Solutions, Store, plain, select
from pan2kg.store.store import Term as Value
from pan2kg.validation.compilation import Compiled, focus_nodes
from pan2kg.validation.report import Finding, Kind, Names, Report, Rule, Severity, Use
from pan2kg.validation.shapes import Refused, Rules, written

_HANDING_ON: Final = ("property", "node")


UNCOUNTED: Final = -1
"""A number of nodes that an endpoint cannot count: there may be some."""
Unasked = dict[Rule, EndpointError | QueryError]
"""The rules an endpoint cannot be asked for, each with what it says."""


@dataclass(frozen=True, slots=True)
class FocusCounts:
    """The numbers of focus nodes in a store, each pattern asked once: many shapes look at the same nodes.

    Where ``only`` names nodes by their IRIs, no others are counted.
    """

    store: Store
    only: Collection[str] = ()
    known: dict[str, int] = field(default_factory=dict)

    def number(self, focus: str) -> int:
        if focus not in self.known:
            values = f"{_named(self.only)}\n" if self.only else ""
            text = f"SELECT (COUNT(DISTINCT ?this) AS ?number)\nWHERE {{\n{values}{focus}\n}}"
            self.known[focus] = self._asked(text) if focus else 0
        return self.known[focus]

    def _asked(self, text: str) -> int:
        try:
            return int(select(self.store, text).values("number")[0])
        except (EndpointError, QueryError) as error:
            if not is_of_query(error):
                raise
            return UNCOUNTED

    def by_rule(self, rules: Rules) -> dict[str, int]:
        """How many nodes each rule looks at, those among them at which its shape serves as a condition of sh:node.

        A circle of shapes that hand on to each other looks at nothing, as far as this is asked.
        """
        numbers = {}
        for constraint, shape in rules.owners.items():
            try:
                focus = focus_nodes(rules.shapes, shape, by=_HANDING_ON)
            except Refused:
                focus = ""
            numbers[rules.rules[constraint].key] = max(self.number(focus), 0)
        return numbers


def evaluate(
    queries: Iterable[Compiled], rules: Rules, counts: FocusCounts, *, unasked: Unasked | None = None
) -> Iterator[Finding]:
    """What the queries find in the store at the focus nodes that are counted, each finding once.

    Where these are named, no others are looked at, which costs what they cost. The rules of queries an endpoint cannot
    answer are put into ``unasked``, where there is one.
    """
    findings: dict[Finding, None] = {}
    for query in queries:
        # most shapes of a small graph look at nothing: a count that is known costs less than the question
        if counts.number(query.focus):
            text = _narrowed(query, counts.only) if counts.only else query.text
            try:
                findings.update(dict.fromkeys(_findings(query, rules, select(counts.store, text))))
            except (EndpointError, QueryError) as error:
                if unasked is None or not is_of_query(error):
                    raise
                unasked[rules.rule(query.shape, query.constraint)] = error
    yield from findings


def _narrowed(query: Compiled, only: Iterable[str]) -> str:
    pattern = "\n".join(f"    {line}" for line in query.focus.splitlines())
    return query.text.replace(pattern, f"    {_named(only)}\n{pattern}")


def _named(only: Iterable[str]) -> str:
    return f"VALUES ?this {{ {' '.join(str(ox.NamedNode(iri)) for iri in only)} }}"


def _findings(query: Compiled, rules: Rules, table: Solutions) -> Iterator[Finding]:
    for row in table.rows:
        cells = dict(zip(table.columns, row, strict=True))
        focus = cells["this"]
        if focus is not None:
            value = cells.get("value") or cells.get(query.value.removeprefix("?"))
            path_term = cells.get("path") or cells.get(query.path.removeprefix("?"))
            path = path_term.value if isinstance(path_term, ox.NamedNode) else query.fixed
            place = (_bare(focus), path, "" if value is None else written(value))
            yield rules.finding(query.shape, query.component, place, query.constraint)


def _bare(term: Value) -> str:
    return term.value if isinstance(term, ox.NamedNode) else written(term)


def by_value(findings: Iterable[Finding]) -> Mapping[tuple[str, str, str, str, str], Finding]:
    """Findings by what makes two of them the same: rule, focus node, path, value and component.

    Values are compared as a store compares them: ``"0.50"^^xsd:decimal`` is ``0.5``. Blank nodes are all alike, since
    each engine names them anew.

    >>> from pan2kg.validation.report import Kind, Rule, Severity
    >>> from pan2kg.i18n.catalogue import Text
    >>> rule = Rule("e:S", Kind.SHAPE, Severity.INFO, Text())
    >>> decimal = "^^<http://www.w3.org/2001/XMLSchema#decimal>"
    >>> len(by_value([Finding(rule, "http://e/x", value=f'"{n}"{decimal}') for n in ("0.50", "0.5")]))
    1
    """
    return {
        (finding.rule.key, alike(finding.focus), finding.path, alike(finding.value), finding.component): finding
        for finding in findings
    }


def alike(term: str) -> str:
    if term.startswith("_:"):
        return "_:"
    if "^^<" not in term:
        return term
    store = ox.Store()
    store.load(f"<http://e/> <http://e/> {term} .".encode(), format=ox.RdfFormat.N_TRIPLES)
    return "".join(str(quad.object) for quad in store)


def differences(
    findings: Iterable[Finding], findings_of_other: Iterable[Finding]
) -> tuple[list[Finding], list[Finding]]:
    by_key, second = by_value(findings), by_value(findings_of_other)
    return (
        [finding for key, finding in by_key.items() if key not in second],
        [finding for key, finding in second.items() if key not in by_key],
    )


MANY: Final = 200
"""Up to how many things are named in queries; of more, it costs less to look at all and choose."""


def findings_of_quality(
    project: Project,
    store: Store,
    names: Names,
    *,
    least: Severity = Severity.INFO,
    only: Collection[str] = (),
    unasked: Unasked | None = None,
) -> Report:
    """What the quality queries of a project find in a store, those that weigh at least so much.

    Where ``only`` names things by their IRIs, the program's own queries look at no others, which costs what these cost.
    The rules of queries an endpoint cannot answer are put into ``unasked``, where there is one.
    """
    rules, looked_at, members = [], {}, _members(store, only)
    findings: list[Finding] = []
    statistics: dict[str, int] = {}
    for path in _quality_files(project):
        query = read_query(path, name=project.name_of(path))
        rule = quality_rule(query)
        if not rule.severity.reaches(least):
            continue
        rules.append(rule)
        try:
            query_findings = list(_ask(rule, query, store, only if _is_shipped(path, query.text) else ()))
        except (EndpointError, QueryError) as error:
            if unasked is None or not is_of_query(error):
                raise
            unasked[rule] = error
            continue
        if rule.use is Use.STATISTIC:
            statistics[rule.key] = len({finding.focus for finding in query_findings})
        else:
            findings += query_findings
        looked_at[rule.key] = len(_looked_at(query, members, names))
    return Report(tuple(rules), tuple(findings), looked_at, statistics=statistics)


def quality_rule(query: Query) -> Rule:
    """The rule a quality query stands for, as its header says it.

    >>> quality_rule(Query("x-violation", "quality", "", "x.rq", {"message": "No.", "severity": "info"})).severity
    <Severity.INFO: 'info'>
    """
    head = query.header
    severity, use = head.get("severity", "violation"), head.get("use", "edit")
    if not head.get("message") or severity not in list(Severity) or use not in list(Use):
        raise QueryError("quality-header", place=Place(query.file, 1), remedy="write-quality-header")
    message, remedy = (_of_header(head, name) for name in ("message", "remedy"))
    return Rule(query.name, Kind.QUALITY, Severity(severity), message, remedy, query.text, Use(use))


def _of_header(head: Mapping[str, str], name: str) -> Text:
    words = {tag: head.get(f"{name}_{tag}", "") for tag in LANGUAGES} | {SOURCE_LANGUAGE: head.get(name, "")}
    return Text.of(words | {"fr": french(words.get("fr", ""))})


def _is_shipped(path: Path, text: str) -> bool:
    original = Project.packaged().queries / "quality" / path.name
    return original == path or (original.is_file() and read_text(original) == text)


def foci_of_values(
    project: Project, store: LocalStore, values: Collection[str], *, least: Severity = Severity.INFO
) -> set[str]:
    """The things at which the program's own quality queries that weigh so much may find one of some IRIs as a value.

    There are no others. Of queries that say ``value: object``, these are all things of which it is said.
    """
    subjects = (quad.subject for iri in values for quad in store.inner.quads_for_pattern(None, None, ox.NamedNode(iri)))
    foci = {subject.value for subject in subjects if isinstance(subject, ox.NamedNode)}
    for path in _quality_files(project):
        query = read_query(path, name=project.name_of(path))
        weighs = quality_rule(query).severity.reaches(least) and "?value" in query.text
        if weighs and query.header.get("value") != "object" and _is_shipped(path, query.text):
            table = _narrowed_rows(query.text, values, store, by="value")
            rows = zip(table.values("focus"), table.values("value"), strict=True)
            foci.update(focus for focus, value in rows if value in values)
    return foci


def _quality_files(project: Project) -> list[Path]:
    return sorted((project.queries / "quality").glob("*-violation.rq"))


def _narrowed_rows(text: str, only: Collection[str], store: Store, *, by: str = "focus") -> Solutions:
    try:
        return select(store, _naming(text, by, only))
    except QueryError:
        return select(store, text)


def _naming(text: str, name: str, iris: Iterable[str]) -> str:
    begin = re.compile(rf"\bSELECT\b[^{{}}]*\?{name}\b[^{{}}]*\bWHERE\s*\{{")
    values = " ".join(str(ox.NamedNode(iri)) for iri in iris)
    return begin.sub(lambda match: f"{match[0]} VALUES ?{name} {{ {values} }}", text)


def _ask(rule: Rule, query: Query, store: Store, only: Collection[str]) -> Iterator[Finding]:
    try:
        table = _narrowed_rows(query.text, only, store) if only else select(store, query.text)
    except QueryError as error:
        raise error.inside(query.file) from None
    if "focus" not in table.columns:
        raise QueryError("quality-focus", place=Place(query.file), remedy="select-focus")
    for row in table.rows:
        cells = dict(zip(table.columns, row, strict=True))
        value = cells.get("value")
        yield Finding(rule, plain(cells["focus"]), plain(cells.get("path")), str(value) if value is not None else "")


def _looked_at(query: Query, members: Mapping[str, set[str]], names: Names) -> set[str]:
    classes = [name.partition(":") for name in query.header.get("looks_at", "").split()]
    iris = (names.prefixes.get(prefix, f"{prefix}:") + local for prefix, _, local in classes)
    return set().union(*(members.get(iri, set()) for iri in iris))


def _members(store: Store, only: Collection[str]) -> dict[str, set[str]]:
    members: dict[str, set[str]] = {}
    query = program_query("things/members")
    rows = select(store, _naming(query, "thing", only) if only else query)
    for name, thing_ in zip(rows.values("class"), rows.values("thing"), strict=True):
        members.setdefault(name, set()).add(thing_)
    above = select(store, program_query("things/classes-above"))
    direct = {name: frozenset(rows) for name, rows in members.items()}
    for name, super_ in zip(above.values("class"), above.values("super"), strict=True):
        members.setdefault(super_, set()).update(direct.get(name, ()))
    return members
