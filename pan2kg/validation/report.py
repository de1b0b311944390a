"""What a check found: rules, findings, the report that holds both, the list of accepted findings, and kept reports.

That list, the baseline, is lines of text a person reviews, comments on and shortens; so a project
with old findings can still fail on new ones. The last reports of a project are kept between
commands and found again by everything a check reads: the files of the project, the program, its
engine, and the day, since some rules ask what is to come.
"""

import hashlib
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import astuple, dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from itertools import groupby
from pathlib import Path
from typing import Final, Self

import pyoxigraph as ox

from pan2kg import project as projects
from pan2kg.errors import Place, ProjectError
from pan2kg.i18n.catalogue import Messages, Text
from pan2kg.project import Project
from pan2kg.turtle import iri, string
from pan2kg.turtle.vocabulary import thing
from pan2kg.turtle.writer import Prefixes

_CHECK = Messages("check")
_BRACKETED = re.compile(r"<([^<>\s]*)>")


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
        """The plan the fault stands in, by the folder of its file; empty outside the plans."""
        folders = self.place.file.split("/") if self.place else []
        return folders[2] if len(folders) > 3 and folders[:2] == ["graph", "plans"] else ""


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


@dataclass(slots=True)
class Report:
    """Everything a check found, sorted; ``accepted`` is what the baseline lets pass."""

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

    def groups(self) -> Iterator[tuple[Rule, list[tuple[str, list[Finding]]]]]:
        """The findings by rule, and by the plan they stand in; those outside the plans come first."""
        for _, findings in groupby(self.findings, key=lambda finding: finding.rule.key):
            of_rule = sorted(findings, key=lambda finding: (not finding.part, finding.part))
            by_part = [
                (plan, list(group))
                for plan, group in groupby(of_rule, key=lambda finding: finding.part)
            ]
            yield of_rule[0].rule, by_part


def joined(reports: Iterable[Report], findings: Iterable[Finding], names: Names) -> Report:
    """One report of several: what they looked at and counted, with these findings."""
    parts = list(reports)
    return Report(
        rules=tuple(rule for report in parts for rule in report.rules),
        findings=in_order(findings),
        looked_at={key: number for report in parts for key, number in report.looked_at.items()},
        names=names,
        statistics={key: number for report in parts for key, number in report.statistics.items()},
    )


def gathered(findings: Iterable[Finding], plans: Mapping[str, str]) -> Iterator[Finding]:
    """The findings, those of a gap in several things of a plan as one; ``plans`` says in which a thing is."""
    groups: dict[tuple[str, ...], list[Finding]] = {}
    for number, finding in enumerate(findings):
        is_gap = finding.rule.use is RuleUse.GAP and finding.focus in plans
        of_plan = (
            finding.rule.key,
            plans.get(finding.focus, ""),
            finding.path,
            finding.value,
            finding.component,
        )
        groups.setdefault(of_plan if is_gap else (str(number),), []).append(finding)
    for key, alike in groups.items():
        if len(alike) > 1:
            yield replace(alike[0], focus=key[1], times=len(alike), place=None)
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


_HEAD = """\
# Findings of `pan2kg check` that are accepted, one a line: rule, thing, property, value.
# A comment directly above a line belongs to it and stays when this file is written anew.
"""
_RULE = re.compile(r"[\w-]*:\S+|(?:style|text)-[\w-]+|[\w-]+-violation")
"""How the name of a rule looks: that of a shape, of the house style or of words, of a quality query."""


def fingerprint(finding: Finding, names: Names) -> str:
    """What a finding is known by from one run to the next, whatever lines move."""
    terms = map(names.short, (finding.focus, finding.path, finding.value))
    return " ".join(filter(None, (finding.rule.key, *terms)))


def read_baseline(path: Path) -> list[tuple[str, int, tuple[str, ...]]]:
    """The entries of a list of accepted findings: the finding, its line, and the comments directly above it.

    Raises:
        ProjectError: a line names no rule, so that the file is something else.
    """
    entries = []
    comments = list[str]()
    for number, line in enumerate(projects.read_text(path).split("\n"), start=1):
        words = line.strip(" \t\r")
        if words.startswith("#"):
            comments.append(words)
            continue
        if words and not _RULE.fullmatch(words.split(maxsplit=1)[0]):
            raise ProjectError(
                "baseline-unchecked", place=Place(str(path), number), remedy="write-baseline"
            )
        if words:
            entries.append((words, number, tuple(comments)))
        comments = []
    return entries


def matched(
    findings: Iterable[Finding],
    names: Names,
    accepted: Collection[tuple[str, Place | None]],
    key: str,
) -> tuple[list[Finding], list[Finding], list[Finding]]:
    """What is added, what is known and what is solved, against what was ``accepted``; each entry answers one finding.

    ``key`` is that of the rule by which an entry that no longer occurs is told.
    """
    unmatched = Counter(name for name, _ in accepted)
    added = list[Finding]()
    known = list[Finding]()
    solved = []
    for finding in findings:
        name = fingerprint(finding, names)
        (known if unmatched[name] else added).append(finding)
        unmatched[name] -= unmatched[name] > 0
    rule = Rule(key, Kind.BASELINE, Severity.INFO, _CHECK.text(key), _CHECK.text(f"{key}-remedy"))
    for name, place in accepted:
        if unmatched[name]:
            unmatched[name] -= 1
            solved.append(Finding(rule, "", value=string(name), place=place))
    return added, known, solved


def compare(
    report: Report, entries: Collection[tuple[str, int, tuple[str, ...]]], *, file: str
) -> Report:
    """A report in which findings that a list accepts are set apart; what it accepts in vain is reported.

    Raises:
        ProjectError: the list names none of the rules that were asked.
    """
    keys = {rule.key for rule in report.rules}
    if entries and not any(name.split(maxsplit=1)[0] in keys for name, *_ in entries):
        raise ProjectError("baseline-unchecked", place=Place(file), remedy="write-baseline")
    named = [(name, Place(file, line)) for name, line, _ in entries]
    added, accepted, solved = matched(report.findings, report.names, named, "baseline-solved")
    return replace(
        report, findings=in_order([*added, *solved]), accepted=tuple(accepted), compared=True
    )


def write_baseline(report: Report, path: Path) -> None:
    """Write the list that accepts every finding of a report; comments stay where their finding does.

    Raises:
        ProjectError: another file stands there, which is left as it is.
    """
    comments = {name: above for name, _, above in read_baseline(path)} if path.exists() else {}
    findings = [*report.findings, *report.accepted]
    lines = [_HEAD]
    accepted = (finding for finding in findings if finding.rule.kind is not Kind.BASELINE)
    for name in sorted(fingerprint(finding, report.names) for finding in accepted):
        above = comments.pop(name, ())
        lines += ["", *above, name] if above else [name]
    projects.write_atomically(path, "\n".join(lines) + "\n")


# Reports that are kept

REPORTS: Final = 2
"""So many reports of a project are kept: of the state before a change and the one after it."""
_OF_PROGRAM = (".po", ".py", ".toml")


def kept_report(project: Project, folder: Path | None, make: Callable[[], Report]) -> Report:
    """The report of a project as it was made of the same files, else as it is made now, and kept."""
    if folder is None:
        return make()
    path, kept = find_kept(project, folder)
    if kept:
        return kept
    report = make()
    # not where a file was changed meanwhile: nobody knows which state was checked
    if path.stem.endswith(state_name(project)):
        with suppress(OSError, ProjectError):
            path.parent.mkdir(parents=True, exist_ok=True)
            projects.write_atomically(path, json.dumps(_said(report), ensure_ascii=False))
            newest = sorted(
                path.parent.glob("check-*.json"),
                key=lambda file: file.stat().st_mtime,
                reverse=True,
            )
            for file_too_many in newest[REPORTS:]:
                file_too_many.unlink(missing_ok=True)
    return report


def find_kept(project: Project, folder: Path) -> tuple[Path, Report | None]:
    """Where the report of the files as they are is kept, and the report, unless it is damaged or not there."""
    from pan2kg.store.cache import project_folder

    path = project_folder(project, folder) / f"check-{state_name(project)}.json"
    with suppress(OSError, ValueError, KeyError, TypeError, IndexError, AttributeError):
        content = json.loads(path.read_text("utf-8"))
        rules = [
            Rule(
                key,
                Kind(kind),
                Severity(severity),
                Text.of(dict(*text)),
                Text.of(dict(*remedy)),
                query,
                RuleUse(use),
            )
            for key, kind, severity, text, remedy, query, use in content["rules"]
        ]
        findings = [
            Finding(
                rules[rule],
                focus,
                way,
                value,
                place and Place(*place),
                component,
                Text.of(dict(*expected)),
                times,
            )
            for rule, focus, way, value, place, component, expected, times in content["findings"]
        ]
        path.touch()
        labels = {iri: Text.of(words) for iri, words in content["labels"].items()}
        return path, Report(
            tuple(rules[place] for place in content["asked"]),
            tuple(findings),
            content["looked_at"],
            Names(content["prefixes"], labels),
            statistics=content["statistics"],
            made=content["made"],
        )
    return path, None


def state_name(project: Project) -> str:
    """A name for all that a check reads, of 32 digits: it changes with a file, the program, the engine or the day."""
    digest = hashlib.sha256(f"{sys.version} {ox.__version__} {datetime.now(UTC).date()}".encode())
    files: list[Path] = []
    for member in project.members:
        files += (
            *member.data,
            *member.loaded_files(),
            *member.shape_files(),
            member.ontology / "prefixes.ttl",
        )
        for folder, ending in ((member.queries, "*.rq"), (member.texts, "*")):
            files += sorted(path for path in folder.rglob(ending) if path.is_file())
    for path in (*files, *sorted(Project.packaged().queries.rglob("*.rq"))):
        with suppress(OSError):  # one that is gone or cannot be read is told by the check
            digest.update(f"{path}\0".encode() + path.read_bytes() + b"\0")
    for path in sorted(projects.PACKAGE.rglob("*")):
        if path.suffix in _OF_PROGRAM:
            at = path.stat()
            digest.update(f"{path} {at.st_size} {at.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:32]


def _said(report: Report) -> dict[str, object]:
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
