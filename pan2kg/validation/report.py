"""What a check found: rules, findings, and the report that holds both.

The checks of this room make a :class:`Report` each, which :func:`joined` makes one; how it is
written is told by :mod:`pan2kg.validation.check_report`, what of it is accepted by
:mod:`pan2kg.validation.baseline`, and how it is kept by :mod:`pan2kg.validation.kept`.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import groupby
from typing import NamedTuple, Self

from pan2kg.errors import Place
from pan2kg.i18n import Messages, Text
from pan2kg.project import plan_of_file
from pan2kg.turtle import iri
from pan2kg.turtle.vocabulary import thing
from pan2kg.turtle.writer import Prefixes

_CHECK = Messages("check")
_BRACKETED = re.compile(r"<([^<>\s]*)>")
"""How the names of files begin that stand in the folder of a plan."""


class Severity(StrEnum):
    """How much a finding weighs: violation = incoherent, warning = incomplete, info = to look at."""

    VIOLATION = "violation"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """Its place from the gravest, which is 0."""
        return _SEVERITIES.index(self)

    def reaches(self, severity: Self) -> bool:
        """Whether it weighs as much as another, or more.

        >>> Severity.WARNING.reaches(Severity.INFO), Severity.WARNING.reaches(Severity.VIOLATION)
        (True, False)
        """
        return self.rank <= severity.rank


_SEVERITIES = list(Severity)


class Kind(StrEnum):
    """Where a rule is written down: house style, words, shapes, quality queries, or the list of what is accepted."""

    STYLE = "style"
    TEXT = "text"
    SHAPE = "shape"
    QUALITY = "quality"
    BASELINE = "baseline"


class RuleUse(StrEnum):
    """What a finding is for: to be mended, to be known as a gap, or to be counted."""

    EDIT = "edit"
    GAP = "gap"
    STATISTIC = "statistic"


@dataclass(frozen=True, slots=True)
class Rule:
    """What is to hold, with its message and remedy; ``query`` is that of a quality query."""

    key: str
    kind: Kind
    severity: Severity
    message: Text
    remedy: Text = Text()  # noqa: RUF009 - frozen
    query: str = ""
    use: RuleUse = RuleUse.EDIT


def worded_rules(
    messages: Messages,
    kind: Kind,
    keys: Iterable[str],
    warnings: Collection[str],
    counted: Iterable[str] = (),
) -> dict[str, Rule]:
    """The rules of these keys, in the words of the catalogues; those ``counted`` are statistics."""
    rules = {}
    for key in keys:
        severity = Severity.WARNING if key in warnings else Severity.VIOLATION
        rules[key] = Rule(key, kind, severity, messages.text(key), messages.text(f"{key}.remedy"))
    for key in counted:
        rules[key] = Rule(key, kind, Severity.INFO, messages.text(key), use=RuleUse.STATISTIC)
    return rules


@dataclass(frozen=True, slots=True)
class Finding:
    """What breaks a rule: the thing it is about, property and value as written, and where it stands.

    ``times`` says how many things lack the same, where a gap is told once for a plan.
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
        """How much its rule weighs."""
        return self.rule.severity

    @property
    def message(self) -> Text:
        """What is to hold, in the words of its rule."""
        return self.rule.message

    @property
    def remedy(self) -> Text:
        """What to do: as its rule says, else to write what was expected."""
        if self.rule.remedy or not self.expected:
            return self.rule.remedy
        words = {
            tag: _CHECK.say("replace", tag, expected=expected)
            for tag, expected in self.expected.words
        }
        return Text.of(words)

    @property
    def part(self) -> str:
        """The plan the fault stands in, by its file; empty outside the plans."""
        return plan_of_file(self.place.file.removeprefix("graph/")) if self.place else ""


@dataclass(frozen=True, slots=True)
class Names:
    """What things are called: prefixes for their IRIs, labels of those a report speaks of."""

    prefixes: Prefixes = field(default_factory=dict)
    labels: Mapping[str, Text] = field(default_factory=dict)

    def short(self, term: str) -> str:
        """A term with prefixes in place of addresses.

        >>> Names({"e": "http://e/"}).short("http://e/a"), Names({"e": "http://e/"}).short("<http://e/a>/<http://e/b>")
        ('e:a', 'e:a/e:b')
        """
        if term.startswith(("http:", "https:")):
            return iri(term, self.prefixes)
        return _BRACKETED.sub(lambda match: iri(match.group(1), self.prefixes), term)

    def plan(self, key: str) -> str:
        """The IRI of a plan by the name of its folder."""
        return f"{self.prefixes.get('plan', thing('plan', ''))}{key}"

    def label(self, term: str) -> Text:
        """What a thing is called; empty where it has no label, or the report does not speak of it."""
        return self.labels.get(term.removeprefix("<").removesuffix(">"), Text())


class PlanFindings(NamedTuple):
    """The findings that stand in a plan, by the name of its folder; empty for those outside the plans."""

    plan: str
    findings: list[Finding]


class RuleFindings(NamedTuple):
    """The findings of a rule, by the plan they stand in."""

    rule: Rule
    plans: list[PlanFindings]

    @property
    def findings(self) -> list[Finding]:
        """All of them, plan by plan."""
        findings = []
        for of_plan in self.plans:
            findings += of_plan.findings
        return findings


@dataclass(slots=True)
class Report:
    """Everything a check found, sorted: ``rules`` that were asked, and ``findings``.

    ``looked_at`` says how many things each rule looked at, ``statistics`` what is only counted, both
    by the key of the rule. ``accepted`` is what the baseline lets pass, where the report was
    ``compared`` with one; ``since`` the revision whose findings are left out; ``of_some`` whether
    only some files were judged. ``made`` is the moment at which a kept report was made.
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
    of_some: bool = False
    made: str = ""

    @property
    def conforms(self) -> bool:
        """Whether no finding weighs as much as ``fail_on``."""
        return not any(finding.severity.reaches(self.fail_on) for finding in self.findings)

    @property
    def counts(self) -> dict[Severity, int]:
        """How many findings there are of each severity, those that are gaps aside."""
        used = Counter(
            finding.severity for finding in self.findings if finding.rule.use is not RuleUse.GAP
        )
        return {severity: used[severity] for severity in Severity}

    @property
    def gaps(self) -> int:
        """How many findings are gaps."""
        return sum(finding.rule.use is RuleUse.GAP for finding in self.findings)

    @property
    def solved(self) -> tuple[Finding, ...]:
        """What was accepted, or found before, and no longer occurs."""
        return tuple(finding for finding in self.findings if finding.rule.kind is Kind.BASELINE)

    @property
    def idle(self) -> tuple[Rule, ...]:
        """The rules that had nothing to look at; none where only some files were judged."""
        if self.of_some:
            return ()
        return tuple(rule for rule in self.rules if not self.looked_at.get(rule.key, 0))

    def failing(self, rule: Rule) -> int:
        """How many things break a rule, each counted once; of what is only counted, how many there are."""
        if rule.key in self.statistics:
            return self.statistics[rule.key]
        times: dict[tuple[str, bool], int] = {}
        for finding in self.findings:
            if finding.rule.key == rule.key:
                # a plan may lack itself what things in it lack
                name = (finding.focus, finding.times > 1)
                times[name] = max(finding.times, times.get(name, 0))
        return sum(times.values())

    def groups(self) -> Iterator[RuleFindings]:
        """The findings by rule, and by the plan they stand in; those outside the plans come last."""
        for _, findings in groupby(self.findings, key=lambda finding: finding.rule.key):
            of_rule = sorted(findings, key=lambda finding: (not finding.part, finding.part))
            by_plan = [
                PlanFindings(plan, list(of_plan))
                for plan, of_plan in groupby(of_rule, key=lambda finding: finding.part)
            ]
            yield RuleFindings(of_rule[0].rule, by_plan)


def joined(reports: Iterable[Report], findings: Iterable[Finding], names: Names) -> Report:
    """One report of several: what they looked at and counted, with these findings."""
    rules = list[Rule]()
    looked_at = dict[str, int]()
    statistics = dict[str, int]()
    for report in reports:
        rules += report.rules
        looked_at |= report.looked_at
        statistics |= report.statistics
    return Report(tuple(rules), in_order(findings), looked_at, names, statistics=statistics)


class _GapOfPlan(NamedTuple):
    """What findings of a gap have in common that are told once for their plan."""

    rule: str
    plan: str
    path: str
    value: str
    component: str


def gathered(findings: Iterable[Finding], plans: Mapping[str, str]) -> Iterator[Finding]:
    """The findings, those of a gap in several things of a plan as one; ``plans`` says in which a thing is."""
    groups: dict[_GapOfPlan | int, list[Finding]] = {}
    for number, finding in enumerate(findings):
        name: _GapOfPlan | int = number
        if finding.rule.use is RuleUse.GAP and finding.focus in plans:
            plan = plans[finding.focus]
            name = _GapOfPlan(
                finding.rule.key, plan, finding.path, finding.value, finding.component
            )
        groups.setdefault(name, []).append(finding)
    for name, alike in groups.items():
        if isinstance(name, _GapOfPlan) and len(alike) > 1:
            yield replace(alike[0], focus=name.plan, times=len(alike), place=None)
        else:
            yield alike[0]


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings as they are told: the gravest first, then by rule, file and line."""
    return tuple(sorted(findings, key=_order))


def _order(finding: Finding) -> tuple[int | str, ...]:
    place = finding.place or Place("")
    return (
        finding.severity.rank,
        finding.rule.key,
        place.file,
        place.line or 0,
        finding.focus,
        finding.path,
        finding.value,
        finding.component,
    )
