"""What a check found: rules, findings, the report that holds both, and the list of accepted findings.

That list, the baseline, is lines of text a person reviews, comments on and shortens; so a project with old findings
can still fail on new ones.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import groupby
from pathlib import Path
from typing import Final

from pan2kg.errors import Place, ProjectError
from pan2kg.i18n.catalogue import Messages, Text
from pan2kg.project import read_text, write_atomically
from pan2kg.turtle.vocabulary import thing
from pan2kg.turtle.writer import iri, string

_CHECK: Final = Messages("check")

_BRACKETED = re.compile(r"<([^<>\s]*)>")


class Severity(StrEnum):
    """How much a finding weighs: violation = incoherent, warning = incomplete, info = to look at.

    >>> Severity.VIOLATION.reaches(Severity.WARNING), Severity.INFO.reaches(Severity.WARNING)
    (True, False)
    """

    VIOLATION = "violation"
    WARNING = "warning"
    INFO = "info"

    def reaches(self, severity: Severity) -> bool:
        return self.rank <= severity.rank

    @property
    def rank(self) -> int:
        return list(Severity).index(self)


class Kind(StrEnum):
    STYLE = "style"
    TEXT = "text"
    SHAPE = "shape"
    QUALITY = "quality"
    BASELINE = "baseline"


class RuleUse(StrEnum):
    EDIT = "edit"
    GAP = "gap"
    STATISTIC = "statistic"


@dataclass(frozen=True, slots=True)
class Rule:
    key: str
    kind: Kind
    severity: Severity
    message: Text
    remedy: Text = Text()  # noqa: RUF009 - frozen
    query: str = ""
    use: RuleUse = RuleUse.EDIT


def worded_rules(messages: Messages, kind: Kind, keys: Iterable[str], warnings: Collection[str]) -> dict[str, Rule]:
    return {
        key: Rule(
            key,
            kind,
            Severity.WARNING if key in warnings else Severity.VIOLATION,
            messages.text(key),
            messages.text(f"{key}.remedy"),
        )
        for key in keys
    }


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: the rule it breaks, and where.

    ``focus`` is the IRI of the thing (of the file's named graph where the fault is the file's);
    ``path`` a property's IRI or a path in SPARQL's notation; ``value`` a term as N-Triples writes it;
    ``component`` the SHACL constraint component, and ``expected`` what it asks for. Of a plan, ``times`` says how many
    things in it lack what nobody has recorded.
    """

    rule: Rule
    focus: str
    path: str = ""
    value: str = ""
    place: Place | None = None
    component: str = ""
    expected: Text = Text()  # noqa: RUF009 - frozen
    times: int = 1

    @property
    def severity(self) -> Severity:
        return self.rule.severity

    @property
    def message(self) -> Text:
        return self.rule.message

    @property
    def remedy(self) -> Text:
        if self.rule.remedy or not self.expected:
            return self.rule.remedy
        return Text.of(
            {language: _CHECK.say("replace", language, expected=words) for language, words in self.expected.words}
        )

    @property
    def part(self) -> str:
        """The plan the fault stands in, by the folder of its file; empty outside the plans.

        >>> rule = Rule("x", Kind.STYLE, Severity.INFO, Text())
        >>> Finding(rule, "", place=Place("graph/plans/lu-bhr-2/actions.ttl", 3)).part
        'lu-bhr-2'
        """
        folders = self.place.file.split("/") if self.place else []
        return folders[2] if len(folders) > 3 and folders[:2] == ["graph", "plans"] else ""


@dataclass(frozen=True, slots=True)
class Names:
    """How IRIs are shown: by the house's prefixes, and by labels.

    >>> names = Names({"plan": "https://w3id.org/pan2kg/id/plan/"})
    >>> names.short("https://w3id.org/pan2kg/id/plan/lu-bhr-2")
    'plan:lu-bhr-2'
    >>> names.short('"2020"^^<https://w3id.org/pan2kg/id/plan/x>')
    '"2020"^^plan:x'
    """

    prefixes: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, Text] = field(default_factory=dict)

    def short(self, term: str) -> str:
        if term.startswith(("http:", "https:")):
            return iri(term, self.prefixes)
        return _BRACKETED.sub(lambda match: iri(match.group(1), self.prefixes), term)

    def plan(self, key: str) -> str:
        """The IRI of the plan with a key, in the project whose prefixes these are.

        >>> Names({"plan": "https://data.example/id/plan/"}).plan("be-bhr-1")
        'https://data.example/id/plan/be-bhr-1'
        """
        return f"{self.prefixes.get('plan', thing('plan', ''))}{key}"

    def label(self, term: str) -> Text:
        return self.labels.get(term.removeprefix("<").removesuffix(">"), Text())


@dataclass(frozen=True, slots=True)
class Report:
    """Everything a check found, sorted; ``accepted`` holds what the baseline lets pass.

    ``looked_at`` says by a rule's key how many nodes, files, blocks or statements it looked at, ``statistics`` how many
    of them a rule only counts.
    """

    rules: tuple[Rule, ...] = ()
    findings: tuple[Finding, ...] = ()
    looked_at: Mapping[str, int] = field(default_factory=dict)
    names: Names = field(default_factory=Names)
    accepted: tuple[Finding, ...] = ()
    fail_on: Severity = Severity.VIOLATION
    compared: bool = False
    statistics: Mapping[str, int] = field(default_factory=dict)
    since: str = ""
    """The revision since which findings are told, where only the new ones are."""
    of_some: bool = False
    """Whether some files were looked at by themselves."""
    made: str = ""
    """When it was made, where it is one that was kept of the same files."""

    @property
    def conforms(self) -> bool:
        """Whether nothing was found that weighs as much as ``fail_on``.

        >>> Report().conforms
        True
        """
        return not any(finding.severity.reaches(self.fail_on) for finding in self.findings)

    @property
    def counts(self) -> dict[Severity, int]:
        counts = Counter(finding.severity for finding in self.findings if finding.rule.use is not RuleUse.GAP)
        return {severity: counts[severity] for severity in Severity}

    @property
    def gaps(self) -> int:
        return sum(finding.rule.use is RuleUse.GAP for finding in self.findings)

    @property
    def solved(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.rule.kind is Kind.BASELINE)

    @property
    def idle(self) -> tuple[Rule, ...]:
        return () if self.of_some else tuple(rule for rule in self.rules if not self.looked_at.get(rule.key, 0))

    def failing(self, rule: Rule) -> int:
        if rule.key in self.statistics:
            return self.statistics[rule.key]
        times: dict[tuple[str, bool], int] = {}
        for finding in self.findings:
            if finding.rule.key == rule.key:
                name = (finding.focus, finding.times > 1)  # a plan may lack itself what things in it lack
                times[name] = max(finding.times, times.get(name, 0))
        return sum(times.values())

    def groups(self) -> Iterator[tuple[Rule, list[tuple[str, list[Finding]]]]]:
        for _, findings in groupby(self.findings, key=lambda finding: finding.rule.key):
            of_rule = sorted(findings, key=lambda finding: (not finding.part, finding.part))
            by_part = [(plan, list(group)) for plan, group in groupby(of_rule, key=lambda finding: finding.part)]
            yield of_rule[0].rule, by_part


def gathered(findings: Iterable[Finding], plans: Mapping[str, str]) -> Iterator[Finding]:
    """The findings, those of a gap in several things of a plan as one of the plan; ``plans`` says in which a thing is.

    >>> gap = Rule("x", Kind.SHAPE, Severity.WARNING, Text(), use=RuleUse.GAP)
    >>> found = gathered([Finding(gap, "a"), Finding(gap, "b"), Finding(gap, "c")], {"a": "p", "b": "p"})
    >>> [(finding.focus, finding.times) for finding in found]
    [('p', 2), ('c', 1)]
    """
    groups: dict[tuple[str, ...], list[Finding]] = {}
    for number, finding in enumerate(findings):
        is_gap = finding.rule.use is RuleUse.GAP and finding.focus in plans
        of_plan = (finding.rule.key, plans.get(finding.focus, ""), finding.path, finding.value, finding.component)
        groups.setdefault(of_plan if is_gap else (str(number),), []).append(finding)
    for key, alike in groups.items():
        yield alike[0] if len(alike) == 1 else replace(alike[0], focus=key[1], times=len(alike), place=None)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=_rank))


def _rank(finding: Finding) -> tuple[int, str, str, int, str, str, str, str]:
    place = finding.place or Place("")
    key, weight = finding.rule.key, finding.severity.rank
    return weight, key, place.file, place.line or 0, finding.focus, finding.path, finding.value, finding.component


_HEAD: Final = """\
# Findings of `pan2kg check` that are accepted, one a line: rule, thing, property, value.
# A comment directly above a line belongs to it and stays when this file is written anew.
"""


_RULE: Final = re.compile(r"[\w-]*:\S+|(?:style|text)-[\w-]+|[\w-]+-violation")
"""How the name of a rule looks: that of a shape, of the house style or of words, of a quality query."""


@dataclass(frozen=True, slots=True)
class BaselineEntry:
    fingerprint: str
    line: int
    comments: tuple[str, ...] = ()


def fingerprint(finding: Finding, names: Names) -> str:
    """What a finding is known by from one run to the next, whatever lines move.

    >>> from pan2kg.i18n.catalogue import Text
    >>> rule = Rule("pan:PlanShape-label", Kind.SHAPE, Severity.INFO, Text())
    >>> fingerprint(Finding(rule, "http://e/x", "http://e/p", '"a"@fr', Place("f", 3)), Names({"e": "http://e/"}))
    'pan:PlanShape-label e:x e:p "a"@fr'
    """
    words = (finding.rule.key, *(names.short(term) for term in (finding.focus, finding.path, finding.value)))
    return " ".join(word for word in words if word)


def read_baseline(path: Path) -> list[BaselineEntry]:
    entries, comments = [], []
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        words = line.strip(" \t\r")
        if words.startswith("#"):
            comments.append(words)
        else:
            if words and not _RULE.fullmatch(words.split(maxsplit=1)[0]):
                raise ProjectError("baseline-line", place=Place(str(path), number), remedy="write-baseline")
            if words:
                entries.append(BaselineEntry(words, number, tuple(comments)))
            comments = []
    return entries


def compare(report: Report, entries: Iterable[BaselineEntry], *, file: str) -> Report:
    entries = list(entries)
    keys = {rule.key for rule in report.rules}
    if entries and not any(entry.fingerprint.split(maxsplit=1)[0] in keys for entry in entries):
        raise ProjectError("baseline-unchecked", place=Place(file), remedy="write-baseline")
    unmatched = Counter(entry.fingerprint for entry in entries)
    added, accepted = [], []
    for finding in report.findings:
        name = fingerprint(finding, report.names)
        if unmatched[name]:
            unmatched[name] -= 1
            accepted.append(finding)
        else:
            added.append(finding)
    solved = [_solved(entry, file) for entry in entries if _take(unmatched, entry.fingerprint)]
    return replace(report, findings=in_order(added + solved), accepted=tuple(accepted), compared=True)


def _take(unmatched: Counter[str], name: str) -> bool:
    unmatched[name] -= 1
    return unmatched[name] >= 0


def _solved(entry: BaselineEntry, file: str) -> Finding:
    message, remedy = _CHECK.text("baseline-solved"), _CHECK.text("baseline-solved-remedy")
    rule = Rule("baseline-solved", Kind.BASELINE, Severity.INFO, message, remedy)
    return Finding(rule, "", value=string(entry.fingerprint), place=Place(file, entry.line))


def write_baseline(report: Report, path: Path) -> int:
    comments = {entry.fingerprint: entry.comments for entry in read_baseline(path)} if path.exists() else {}
    findings = [*report.findings, *report.accepted]
    names = sorted(fingerprint(f, report.names) for f in findings if f.rule.kind is not Kind.BASELINE)
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
