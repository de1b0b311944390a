"""The list of accepted findings: lines of text a person reviews, comments and shortens.

One line a finding: rule, thing, property and value, without line numbers, sorted; the same line twice
accepts two. A comment directly above a line belongs to it and stays when the list is written anew.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from pan2kg.errors import Place, ProjectError
from pan2kg.i18n.text import wording
from pan2kg.project import read_text, write_atomically
from pan2kg.turtle.writer import string
from pan2kg.validation.report import Finding, Kind, Names, Report, Rule, Severity, in_order

_HEAD: Final = """\
# Findings of `pan2kg check` that are accepted, one a line: rule, thing, property, value.
# A comment directly above a line belongs to it and stays when this file is written anew.
"""


_RULE: Final = re.compile(r"[\w-]*:\S+|style-[\w-]+|[\w-]+-violation")
"""How the name of a rule looks: that of a shape, of the house style, of a quality query."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An accepted finding: its fingerprint, the line it stands on, and the comments above it."""

    fingerprint: str
    line: int
    comments: tuple[str, ...] = ()


def fingerprint(finding: Finding, names: Names) -> str:
    """What a finding is known by from one run to the next, whatever lines move.

    >>> from pan2kg.i18n.text import Text
    >>> rule = Rule("pan:PlanShape-label", Kind.SHAPE, Severity.INFO, Text("", ""))
    >>> fingerprint(Finding(rule, "http://e/x", "http://e/p", '"a"@fr', Place("f", 3)), Names({"e": "http://e/"}))
    'pan:PlanShape-label e:x e:p "a"@fr'
    """
    parts = (finding.rule.key, *(names.short(term) for term in (finding.focus, finding.path, finding.value)))
    return " ".join(part for part in parts if part)


def read_baseline(path: Path) -> list[Entry]:
    """The entries of a baseline file.

    Raises:
        ProjectError: the file cannot be read, or a line of it names no rule.
    """
    entries, comments = [], []
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        words = line.strip(" \t\r")
        if words.startswith("#"):
            comments.append(words)
        else:
            if words and not _RULE.fullmatch(words.split(maxsplit=1)[0]):
                raise ProjectError(
                    "This is no list of accepted findings: the line names no rule.",
                    place=Place(str(path), number),
                    remedy="Write one with `pan2kg check --write-baseline FILE`.",
                )
            if words:
                entries.append(Entry(words, number, tuple(comments)))
            comments = []
    return entries


def compare(report: Report, entries: Iterable[Entry], *, file: str) -> Report:
    """The report without what the baseline accepts, and with a finding for each entry that is solved.

    Raises:
        ProjectError: entries name rules, but none of those that were checked.
    """
    entries = list(entries)
    keys = {rule.key for rule in report.rules}
    if entries and not any(entry.fingerprint.split(maxsplit=1)[0] in keys for entry in entries):
        raise ProjectError(
            "This is no list of accepted findings: it names no rule that was checked.",
            place=Place(file),
            remedy="Write one with `pan2kg check --write-baseline FILE`.",
        )
    left = Counter(entry.fingerprint for entry in entries)
    new, accepted = [], []
    for finding in report.findings:
        name = fingerprint(finding, report.names)
        if left[name]:
            left[name] -= 1
            accepted.append(finding)
        else:
            new.append(finding)
    solved = [_solved(entry, file) for entry in reversed(entries) if _take(left, entry.fingerprint)]
    return replace(report, findings=in_order(new + solved), accepted=tuple(accepted), compared=True)


def _take(left: Counter[str], name: str) -> bool:
    left[name] -= 1
    return left[name] >= 0


def _solved(entry: Entry, file: str) -> Finding:
    message, remedy = wording("baseline-solved"), wording("baseline-solved-remedy")
    rule = Rule("baseline-solved", Kind.BASELINE, Severity.INFO, message, remedy)
    return Finding(rule, "", value=string(entry.fingerprint), place=Place(file, entry.line))


def write_baseline(report: Report, path: Path) -> int:
    """Accept everything a report found: write its findings to ``path`` and say how many there are.

    Raises:
        ProjectError: the file that is there cannot be read, or the new one cannot be written.
    """
    comments = {entry.fingerprint: entry.comments for entry in read_baseline(path)} if path.exists() else {}
    found = [*report.findings, *report.accepted]
    names = sorted(fingerprint(f, report.names) for f in found if f.rule.kind is not Kind.BASELINE)
    write_atomically(path, baseline_text(names, comments))
    return len(names)


def baseline_text(names: Iterable[str], comments: dict[str, tuple[str, ...]]) -> str:
    """The text of a baseline file; an entry with comments stands apart, so that they stay its own.

    >>> print(baseline_text(["a", "b"], {"b": ("# known since 2020",)}).partition("anew.")[2])
    <BLANKLINE>
    <BLANKLINE>
    a
    <BLANKLINE>
    # known since 2020
    b
    <BLANKLINE>
    """
    lines = [_HEAD]
    for name in names:
        above = comments.pop(name, ())
        lines += ["", *above, name] if above else [name]
    return "\n".join(lines) + "\n"
