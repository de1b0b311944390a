"""The last reports of a project, kept between commands: what has not changed need not be checked again.

A report is found again by everything a check reads: the files of the project with its questions, shapes and texts,
the program itself, its engine, and the day, since some rules ask what is to come. What is kept is a text that says what
the report does; one that is damaged or of another form is made anew.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import astuple
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from pan2kg.errors import Place, ProjectError
from pan2kg.i18n.catalogue import Text
from pan2kg.project import PACKAGE, Project, write_atomically
from pan2kg.store.cache import project_folder
from pan2kg.validation.report import Finding, Kind, Names, Report, Rule, Severity, Use

REPORTS: Final = 2
"""So many reports of a project are kept: of the state before a change and the one after it."""
_PREFIX: Final = "check-"
_OF_PROGRAM: Final = (".po", ".py", ".toml")
_DAMAGED: Final = (ValueError, KeyError, TypeError, IndexError, AttributeError)
"""What reading a text gives that is not what was written."""


def kept_report(project: Project, folder: Path | None, make: Callable[[], Report]) -> Report:
    """The report of a project as it was made of the same files, else as it is made now, and kept.

    Without a folder it is made. A folder that cannot be written is done without.
    """
    if folder is None:
        return make()
    name = state_name(project)
    path = _path(project, folder, name)
    if report_before := _found(path):
        return report_before
    report = make()
    # not where a file was changed meanwhile: nobody knows which state was checked
    if state_name(project) == name:
        with suppress(OSError, ProjectError):
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, json.dumps(_said(report), ensure_ascii=False))
            newest = sorted(path.parent.glob(f"{_PREFIX}*.json"), key=lambda file: file.stat().st_mtime, reverse=True)
            for file_too_many in newest[REPORTS:]:
                file_too_many.unlink(missing_ok=True)
    return report


def find_kept(project: Project, folder: Path) -> Report | None:
    return _found(_path(project, folder, state_name(project)))


def _path(project: Project, folder: Path, name: str) -> Path:
    return project_folder(project, folder) / f"{_PREFIX}{name}.json"


def _found(path: Path) -> Report | None:
    with suppress(OSError, *_DAMAGED):
        report = _read(path.read_text("utf-8"))
        path.touch()
        return report
    return None


def state_name(project: Project) -> str:
    digest = hashlib.sha256(f"{sys.version} {ox.__version__} {datetime.now(UTC).date()}".encode())
    for path in _files(project):
        with suppress(OSError):  # one that is gone or cannot be read is told by the check
            digest.update(f"{path}\0".encode() + path.read_bytes() + b"\0")
    for path in sorted(PACKAGE.rglob("*")):
        if path.suffix in _OF_PROGRAM:
            at = path.stat()
            digest.update(f"{path} {at.st_size} {at.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:32]


def _files(project: Project) -> Iterator[Path]:
    for member in project.members:
        yield from member.data
        yield from member.loaded_files()
        yield from member.shape_files()
        yield member.ontology / "prefixes.ttl"
        for folder, ending in ((member.queries, "*.rq"), (member.texts, "*")):
            yield from sorted(path for path in folder.rglob(ending) if path.is_file())
    yield from sorted(Project.packaged().queries.rglob("*.rq"))


def _said(report: Report) -> dict[str, object]:
    rules = list(dict.fromkeys((*report.rules, *(finding.rule for finding in report.findings))))
    places = {rule: place for place, rule in enumerate(rules)}
    return {
        "made": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "rules": [
            (rule.key, rule.kind, rule.severity, rule.message.by_language(), rule.remedy.by_language(), rule.query,
             rule.use)
            for rule in rules
        ],
        "asked": [places[rule] for rule in report.rules],
        "findings": [
            (places[entry.rule], entry.focus, entry.path, entry.value, entry.place and astuple(entry.place),
             entry.component, entry.expected.by_language(), entry.times)
            for entry in report.findings
        ],
        "looked_at": dict(report.looked_at),
        "statistics": dict(report.statistics),
        "prefixes": dict(report.names.prefixes),
        "labels": {iri: text.by_language() for iri, text in report.names.labels.items()},
    }  # fmt: skip


def _read(text: str) -> Report:
    content = json.loads(text)
    rules = [
        Rule(key, Kind(kind), Severity(severity), Text.of(message), Text.of(remedy), query, Use(use))
        for key, kind, severity, message, remedy, query, use in content["rules"]
    ]
    findings = [
        Finding(rules[rule], focus, path, value, place and Place(*place), component, Text.of(expected), times)
        for rule, focus, path, value, place, component, expected, times in content["findings"]
    ]
    return Report(
        rules=tuple(rules[place] for place in content["asked"]),
        findings=tuple(findings),
        looked_at=content["looked_at"],
        names=Names(content["prefixes"], {iri: Text.of(words) for iri, words in content["labels"].items()}),
        statistics=content["statistics"],
        made=content["made"],
    )
