"""What a check found: rules, findings, and the report that holds both."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby

from pan2kg.errors import Place
from pan2kg.i18n.text import LANGUAGES, Text, wording
from pan2kg.turtle.writer import iri

_BRACKETED = re.compile(r"<([^<>\s]*)>")


class Severity(StrEnum):
    """How much a finding weighs: violation = incoherent, warning = incomplete, info = to look at.

    >>> Severity.VIOLATION.reaches(Severity.WARNING), Severity.INFO.reaches(Severity.WARNING)
    (True, False)
    """

    VIOLATION = "violation"
    WARNING = "warning"
    INFO = "info"

    def reaches(self, other: Severity) -> bool:
        """Whether this weighs at least as much as ``other``."""
        return self.rank <= other.rank

    @property
    def rank(self) -> int:
        """0 for the weightiest."""
        return list(Severity).index(self)


class Kind(StrEnum):
    """Where a rule comes from: the house style, a SHACL shape, a quality query, or the baseline itself."""

    STYLE = "style"
    SHAPE = "shape"
    QUALITY = "quality"
    BASELINE = "baseline"


@dataclass(frozen=True, slots=True)
class Rule:
    """What is asked of the graph; ``key`` names it, ``query`` is the text of a quality query."""

    key: str
    kind: Kind
    severity: Severity
    message: Text
    remedy: Text = Text("", "")  # noqa: RUF009 - frozen
    query: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: the rule it breaks, and where.

    ``focus`` is the IRI of the thing (of the file's named graph where the fault is the file's);
    ``path`` a property's IRI or a path in SPARQL's notation; ``value`` a term as N-Triples writes it;
    ``component`` the SHACL constraint component, and ``expected`` what it asks for.
    """

    rule: Rule
    focus: str
    path: str = ""
    value: str = ""
    place: Place | None = None
    component: str = ""
    expected: Text = Text("", "")  # noqa: RUF009 - frozen

    @property
    def severity(self) -> Severity:
        """How much the finding weighs, as its rule says."""
        return self.rule.severity

    @property
    def message(self) -> Text:
        """What is wrong, as its rule says."""
        return self.rule.message

    @property
    def remedy(self) -> Text:
        """The rule's remedy, else to give what was expected."""
        if self.rule.remedy or not self.expected:
            return self.rule.remedy
        give = wording("replace")
        said = self.expected.by_language()
        return Text.of({tag: give.say(tag).format(expected=said[tag]) for tag in LANGUAGES if tag in said})

    @property
    def part(self) -> str:
        """The plan the fault stands in, by the folder of its file; empty outside the plans.

        >>> rule = Rule("x", Kind.STYLE, Severity.INFO, Text("", ""))
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
        """An IRI, a term or a path with its IRIs as prefixed names where they have one."""
        if term.startswith(("http:", "https:")):
            return iri(term, self.prefixes)
        return _BRACKETED.sub(lambda match: iri(match.group(1), self.prefixes), term)

    def label(self, term: str) -> Text:
        """The label of an IRI, empty where it has none."""
        return self.labels.get(term.removeprefix("<").removesuffix(">"), Text("", ""))


@dataclass(frozen=True, slots=True)
class Report:
    """Everything a check found, sorted; ``accepted`` holds what the baseline lets pass.

    ``looked_at`` says by a rule's key how many nodes, files, blocks or statements it looked at.
    """

    rules: tuple[Rule, ...] = ()
    findings: tuple[Finding, ...] = ()
    looked_at: Mapping[str, int] = field(default_factory=dict)
    names: Names = field(default_factory=Names)
    accepted: tuple[Finding, ...] = ()
    fail_on: Severity = Severity.VIOLATION
    compared: bool = False

    @property
    def conforms(self) -> bool:
        """Whether nothing was found that weighs as much as ``fail_on``.

        >>> Report().conforms
        True
        """
        return not any(finding.severity.reaches(self.fail_on) for finding in self.findings)

    @property
    def counts(self) -> dict[Severity, int]:
        """How many findings there are of each severity, the weightiest first."""
        found = Counter(finding.severity for finding in self.findings)
        return {severity: found[severity] for severity in Severity}

    @property
    def solved(self) -> tuple[Finding, ...]:
        """Entries of the baseline that no longer occur, as findings."""
        return tuple(finding for finding in self.findings if finding.rule.kind is Kind.BASELINE)

    @property
    def idle(self) -> tuple[Rule, ...]:
        """The rules that had nothing to look at."""
        return tuple(rule for rule in self.rules if not self.looked_at.get(rule.key, 0))

    def failing(self, rule: Rule) -> int:
        """How many nodes fail a rule."""
        return len({finding.focus for finding in self.findings if finding.rule.key == rule.key})

    def groups(self) -> Iterator[tuple[Rule, list[tuple[str, list[Finding]]]]]:
        """The findings by rule, then by plan, the weightiest rule first."""
        for _, found in groupby(self.findings, key=lambda finding: finding.rule.key):
            of_rule = sorted(found, key=lambda finding: (not finding.part, finding.part))
            parts = [(part, list(group)) for part, group in groupby(of_rule, key=lambda finding: finding.part)]
            yield of_rule[0].rule, parts


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings sorted by weight, rule, place and thing, so that two runs give the same report."""
    return tuple(sorted(findings, key=_rank))


def _rank(finding: Finding) -> tuple[int, str, str, int, str, str, str]:
    place = finding.place or Place("")
    key, weight = finding.rule.key, finding.severity.rank
    return weight, key, place.file, place.line or 0, finding.focus, finding.path, finding.value
