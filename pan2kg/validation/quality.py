"""Quality queries: what each finds in a store, the rule it stands for, and how many things it looked at."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from pan2kg.errors import EndpointError, Place, QueryError
from pan2kg.i18n.catalogue import LANGUAGES, SOURCE_LANGUAGE, Text, french
from pan2kg.project import Project, read_text
from pan2kg.store.queries import Query, program_query, read_query
from pan2kg.store.remote import is_of_query
from pan2kg.store.store import Store, Table, plain, select
from pan2kg.validation.evaluation import Unasked
from pan2kg.validation.report import Finding, Kind, Names, Report, Rule, Severity, Use

_WHERE: Final = re.compile(r"\bWHERE\s*\{")


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

    Raises:
        QueryError: a query cannot be asked, or its header does not say what it finds.
    """
    rules, looked_at, members = [], {}, _members(store)
    findings: list[Finding] = []
    statistics: dict[str, int] = {}
    for path in sorted((project.queries / "quality").glob("*-violation.rq")):
        query = read_query(path, name=project.name_of(path))
        rule = quality_rule(query)
        if not rule.severity.reaches(least):
            continue
        rules.append(rule)
        try:
            asked = list(_ask(rule, query, store, only if _is_shipped(path, query.text) else ()))
        except (EndpointError, QueryError) as error:
            if unasked is None or not is_of_query(error):
                raise
            unasked[rule] = error
            continue
        if rule.use is Use.STATISTIC:
            statistics[rule.key] = len({finding.focus for finding in asked})
        else:
            findings += asked
        looked = _looked_at(query, members, names)
        looked_at[rule.key] = len(looked.intersection(only) if only else looked)
    return Report(tuple(rules), tuple(findings), looked_at, statistics=statistics)


def quality_rule(query: Query) -> Rule:
    """The rule a quality query stands for, as its header says it.

    Raises:
        QueryError: the header lacks a message or names an unknown severity or use.

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
    """What a header says under a name, in English, and under the name with the tag of another language."""
    said = {tag: head.get(f"{name}_{tag}", "") for tag in LANGUAGES} | {SOURCE_LANGUAGE: head.get(name, "")}
    return Text.of(said | {"fr": french(said.get("fr", ""))})


def _is_shipped(path: Path, text: str) -> bool:
    same = Project.packaged().queries / "quality" / path.name
    return same == path or (same.is_file() and read_text(same) == text)


def _narrowed(text: str, only: Collection[str], store: Store) -> Table:
    """What a query finds at some things alone: they are named first, where its focus is no name that it gives."""
    nodes = " ".join(str(ox.NamedNode(iri)) for iri in only)
    named = _WHERE.sub(lambda where: f"{where[0]} VALUES ?focus {{ {nodes} }}", text, count=1)
    try:
        return select(store, named)
    except QueryError:
        return select(store, text)


def _ask(rule: Rule, query: Query, store: Store, only: Collection[str]) -> Iterator[Finding]:
    try:
        table = _narrowed(query.text, only, store) if only else select(store, query.text)
    except QueryError as error:
        raise error.inside(query.file) from None
    if "focus" not in table.columns:
        raise QueryError("quality-focus", place=Place(query.file), remedy="select-focus")
    for row in table.rows:
        said = dict(zip(table.columns, row, strict=True))
        value = said.get("value")
        yield Finding(rule, plain(said["focus"]), plain(said.get("path")), str(value) if value is not None else "")


def _looked_at(query: Query, members: Mapping[str, set[str]], names: Names) -> set[str]:
    """The things of the classes a query says it looks at."""
    classes = [name.partition(":") for name in query.header.get("looks_at", "").split()]
    iris = (names.prefixes.get(prefix, f"{prefix}:") + local for prefix, _, local in classes)
    return set().union(*(members.get(iri, set()) for iri in iris))


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
