"""Findings compared with those that were accepted, or found before.

The list of accepted findings, the baseline, is lines of text a person reviews, comments on and
shortens; so a project with old findings can still fail on new ones. A finding is known by its
:func:`fingerprint`, which does not change where lines move.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from pan2kg.errors import Place, ProjectError
from pan2kg.i18n import Messages
from pan2kg.project import read_text, write_atomically
from pan2kg.turtle import string
from pan2kg.validation.report import Finding, Kind, Names, Report, Rule, Severity, in_order

_CHECK = Messages("check")
_HEAD = """\
# Findings of `pan2kg check` that are accepted, one a line: rule, thing, property, value.
# A comment directly above a line belongs to it and stays when this file is written anew.
"""
_RULE = re.compile(r"[\w-]*:\S+|(?:style|text)-[\w-]+|[\w-]+-violation")
"""How the key of a rule looks: that of a shape, of the house style or of words, of a quality query."""


class AcceptedFinding(NamedTuple):
    """A finding that is accepted, or was there before: its fingerprint, and where that is said.

    ``comments`` are the lines directly above it in a baseline.
    """

    fingerprint: str
    place: Place | None
    comments: tuple[str, ...] = ()


class MatchedFindings(NamedTuple):
    """Findings against what was accepted: those that are new, those that are not, and what no longer occurs."""

    added: list[Finding]
    accepted: list[Finding]
    solved: list[Finding]


def fingerprint(finding: Finding, names: Names) -> str:
    """What a finding is known by from one run to the next, whatever lines move."""
    terms = map(names.short, (finding.focus, finding.path, finding.value))
    return " ".join(filter(None, (finding.rule.key, *terms)))


def read_baseline(path: Path) -> list[AcceptedFinding]:
    """The findings a list accepts, with their lines and the comments directly above them.

    Raises:
        ProjectError: a line names no rule, so that the file is something else.
    """
    entries = []
    comments = []
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        words = line.strip(" \t\r")
        if words.startswith("#"):
            comments.append(words)
            continue
        place = Place(str(path), number)
        if words:
            if not _RULE.fullmatch(_rule_key(words)):
                raise ProjectError("baseline-unchecked", place=place, remedy="write-baseline")
            entries.append(AcceptedFinding(words, place, tuple(comments)))
        comments = []
    return entries


def _rule_key(name: str) -> str:
    """The key of the rule with which a fingerprint begins."""
    return name.split(maxsplit=1)[0]


def matched(
    findings: Iterable[Finding], names: Names, accepted: Collection[AcceptedFinding], key: str
) -> MatchedFindings:
    """The findings compared with what was ``accepted``, each entry of which answers one finding.

    ``key`` is that of the rule by which an entry that no longer occurs is told.
    """
    unmatched = Counter(entry.fingerprint for entry in accepted)
    outcome = MatchedFindings([], [], [])
    for finding in findings:
        name = fingerprint(finding, names)
        if unmatched[name]:
            unmatched[name] -= 1
            outcome.accepted.append(finding)
        else:
            outcome.added.append(finding)
    rule = Rule(key, Kind.BASELINE, Severity.INFO, _CHECK.text(key), _CHECK.text(f"{key}-remedy"))
    for entry in accepted:
        if unmatched[entry.fingerprint]:
            unmatched[entry.fingerprint] -= 1
            value = string(entry.fingerprint)
            outcome.solved.append(Finding(rule, "", value=value, place=entry.place))
    return outcome


def compare(report: Report, entries: Sequence[AcceptedFinding]) -> Report:
    """A report in which findings that a list accepts are set apart; what it accepts in vain is reported.

    Raises:
        ProjectError: the list names none of the rules that were asked.
    """
    keys = {rule.key for rule in report.rules}
    if entries and not any(_rule_key(entry.fingerprint) in keys for entry in entries):
        place = entries[0].place
        file = Place(place.file) if place else None
        raise ProjectError("baseline-unchecked", place=file, remedy="write-baseline")
    outcome = matched(report.findings, report.names, entries, "baseline-solved")
    findings = in_order([*outcome.added, *outcome.solved])
    return replace(report, findings=findings, accepted=tuple(outcome.accepted), compared=True)


def write_baseline(report: Report, path: Path) -> None:
    """Write the list that accepts every finding of a report; comments stay where their finding does.

    Raises:
        ProjectError: another file stands there, which is left as it is.
    """
    comments = {}
    if path.exists():
        comments = {entry.fingerprint: entry.comments for entry in read_baseline(path)}
    names = []
    for finding in (*report.findings, *report.accepted):
        if finding.rule.kind is not Kind.BASELINE:
            names.append(fingerprint(finding, report.names))
    lines = [_HEAD]
    for name in sorted(names):
        above = comments.pop(name, ())
        if above:
            lines.append("")
        lines += [*above, name]
    write_atomically(path, "\n".join(lines) + "\n")
