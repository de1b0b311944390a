"""The sentences a report is made of, for the writers of text and of pages."""

from __future__ import annotations

import re
from typing import Final

from pan2kg.i18n.catalogue import Language, Messages, format_of
from pan2kg.turtle.vocabulary import GRAPH, thing
from pan2kg.validation.report import Finding, Kind, Names, Report, Severity

_CHECK: Final = Messages("check")


def verdict(report: Report, language: Language) -> str:
    """The report in one sentence.

    >>> verdict(Report(), "fr")
    'Le graphe est conforme\xa0: aucun manquement (0 règle vérifiée).'
    """
    counts = [_CHECK.counted(number, severity.value, language) for severity, number in report.counts.items() if number]
    key = "conforms" if report.conforms else "differs"
    found = ", ".join(counts) or _CHECK.say("clean", language)
    return _CHECK.say(key, language, counts=found, rules=_CHECK.counted(len(report.rules), "rule", language))


def summary(report: Report, language: Language) -> str:
    """What is new, accepted and solved since the baseline."""
    solved = len(report.solved)
    new = len(report.findings) - solved
    return _CHECK.say("compared", language, new=new, accepted=len(report.accepted), solved=solved)


def severity_word(severity: Severity, language: Language) -> str:
    """What a severity is called.

    >>> severity_word(Severity.INFO, "fr")
    'point à examiner'
    """
    return _CHECK.say(severity.value, language)


def names_thing(finding: Finding) -> bool:
    """Whether a finding is about a thing, rather than about a file that its place names already."""
    return bool(finding.focus) and not (finding.place and finding.focus.startswith(GRAPH))


def thing_name(names: Names, finding: Finding, language: Language) -> str:
    """The thing a fault is about, with its label; nothing where it is the file that is at fault."""
    if not names_thing(finding):
        return ""
    named = names.label(finding.focus).say(language)
    shown = names.short(finding.focus)
    return f"{shown} « {named} »" if named else shown


def detail(names: Names, finding: Finding, language: Language) -> str:
    """On which property the fault is, what was found there, and what was expected.

    >>> from pan2kg.validation.report import Rule
    >>> from pan2kg.i18n.catalogue import Text
    >>> rule = Rule("x", Kind.SHAPE, Severity.INFO, Text())
    >>> detail(Names({"e": "http://e/"}), Finding(rule, "http://e/a", "http://e/p", '"1"'), "en")
    'property: e:p; found: "1"'
    """
    parts = []
    if finding.path:
        parts.append(_CHECK.say("on", language, path=names.short(finding.path)))
    if finding.value and finding.value != f"<{finding.focus}>":
        parts.append(_CHECK.say("found", language, value=_value(names, finding, language)))
    if finding.expected:
        parts.append(_CHECK.say("expected", language, expected=finding.expected.say(language)))
    return format_of("semicolon", language).join(parts)


def _value(names: Names, finding: Finding, language: Language) -> str:
    if finding.rule.kind in (Kind.STYLE, Kind.BASELINE):
        return re.sub(r"\\(.)", r"\1", finding.value[1:-1])
    named = names.label(finding.value).say(language) if finding.value.startswith("<") else ""
    shown = names.short(finding.value)
    return f"{shown} « {named} »" if named else shown


def part_name(names: Names, part: str, language: Language) -> str:
    """How the plan is called in which findings stand.

    >>> part_name(Names(), "lu-bhr-2", "en"), part_name(Names(), "", "en")
    ('lu-bhr-2', 'Outside the plans')
    """
    if not part:
        return _CHECK.say("elsewhere", language)
    return names.label(thing("plan", part)).say(language) or part
