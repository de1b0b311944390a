"""Reports that are kept between commands, so that what has not changed is not checked again.

The last reports of a project are files in the folder of its cache. Each is found again by
everything a check reads: the files of the project, the program, its engine, and the day, since some
rules ask what is to come.
"""

import hashlib
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import astuple
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from pan2kg.errors import Place, ProjectError
from pan2kg.i18n import Text
from pan2kg.project import PACKAGE, Project, write_atomically
from pan2kg.validation.report import Finding, Kind, Names, Report, Rule, RuleUse, Severity

_REPORTS = 2
"""So many reports of a project are kept: of the state before a change and the one after it."""
_OF_PROGRAM = (".po", ".py", ".toml")
"""The files of the program from which a check may come out otherwise."""


def kept_report(project: Project, folder: Path | None, make: Callable[[], Report]) -> Report:
    """The report of a project as it was made of the same files, else as it is made now, and kept.

    ``folder`` is that of the cache; without one nothing is kept.
    """
    if folder is None:
        return make()
    path = _path_of(project, folder)
    report = _read_kept(path)
    if report:
        return report
    report = make()
    # not where a file was changed meanwhile: nobody knows which state was checked
    if path.stem.endswith(state_name(project)):
        with suppress(OSError, ProjectError):
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, json.dumps(_fields_of(report), ensure_ascii=False))
            _remove_older(path.parent)
    return report


def _remove_older(folder: Path) -> None:
    """Remove the reports that were used longest ago, but for those that are kept."""
    reports = list(folder.glob("check-*.json"))
    reports.sort(key=lambda file: file.stat().st_mtime, reverse=True)
    for path in reports[_REPORTS:]:
        path.unlink(missing_ok=True)


def find_kept(project: Project, folder: Path) -> Report | None:
    """The report that is kept of the files as they are; ``None`` where there is none, or it is damaged."""
    return _read_kept(_path_of(project, folder))


def _path_of(project: Project, folder: Path) -> Path:
    from pan2kg.store.cache import project_folder

    return project_folder(project, folder) / f"check-{state_name(project)}.json"


def state_name(project: Project) -> str:
    """A name for all that a check reads, of 32 digits: it changes with a file, the program, the engine or the day."""
    today = datetime.now(UTC).date()
    digest = hashlib.sha256(f"{sys.version} {ox.__version__} {today}".encode())
    for path in (*_files_of(project), *sorted(Project.packaged().queries.rglob("*.rq"))):
        with suppress(OSError):  # one that is gone or cannot be read is told by the check
            digest.update(f"{path}\0".encode() + path.read_bytes() + b"\0")
    for path in sorted(PACKAGE.rglob("*")):
        if path.suffix in _OF_PROGRAM:
            state = path.stat()
            digest.update(f"{path} {state.st_size} {state.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:32]


def _files_of(project: Project) -> Iterator[Path]:
    """The files of a project that a check reads, and of those that are open with it."""
    for member in project.members:
        yield from member.data
        yield from member.loaded_files()
        yield from member.shape_files()
        yield member.ontology / "prefixes.ttl"
        yield from sorted(path for path in member.queries.rglob("*.rq") if path.is_file())
        yield from sorted(path for path in member.texts.rglob("*") if path.is_file())


# How a report is written: a rule once, a finding with the place of its rule among all


def _fields_of(report: Report) -> dict[str, object]:
    rules = list(dict.fromkeys((*report.rules, *(finding.rule for finding in report.findings))))
    places = {rule: place for place, rule in enumerate(rules)}
    return {
        "made": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "rules": list(map(astuple, rules)),
        "asked": [places[rule] for rule in report.rules],
        "findings": [(places[finding.rule], *astuple(finding)[1:]) for finding in report.findings],
        "looked_at": dict(report.looked_at),
        "statistics": dict(report.statistics),
        "prefixes": dict(report.names.prefixes),
        "labels": {iri: text.by_language() for iri, text in report.names.labels.items()},
    }


def _read_kept(path: Path) -> Report | None:
    """The report of a file; ``None`` where there is no such file, or it holds something else."""
    with suppress(OSError, ValueError, KeyError, TypeError, IndexError, AttributeError):
        content = json.loads(path.read_text("utf-8"))
        rules = [_rule(fields) for fields in content["rules"]]
        findings = [_finding(fields, rules) for fields in content["findings"]]
        labels = {iri: Text.of(words) for iri, words in content["labels"].items()}
        # what is used stays longest
        path.touch()
        return Report(
            tuple(rules[place] for place in content["asked"]),
            tuple(findings),
            content["looked_at"],
            Names(content["prefixes"], labels),
            statistics=content["statistics"],
            made=content["made"],
        )
    return None


def _rule(fields: list[Any]) -> Rule:
    key, kind, severity, message, remedy, query, use = fields
    return Rule(
        key, Kind(kind), Severity(severity), _text(message), _text(remedy), query, RuleUse(use)
    )


def _finding(fields: list[Any], rules: Sequence[Rule]) -> Finding:
    rule, focus, path, value, place, component, expected, times = fields
    return Finding(
        rules[rule],
        focus,
        path,
        value,
        Place(*place) if place else None,
        component,
        _text(expected),
        times,
    )


def _text(fields: list[Any]) -> Text:
    """A text, whose one field is its words by language."""
    return Text.of(dict(*fields))
