"""What a check found, said to a reader: the sentences, and one page of them that needs nothing else."""

from __future__ import annotations

import re
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pan2kg.i18n.catalogue import Language, Messages, Text, format_of, french, grouped
from pan2kg.project import Project, read_text
from pan2kg.tables.template import filled, markup, render
from pan2kg.turtle.blocks import read_turtle_file
from pan2kg.turtle.vocabulary import path_of
from pan2kg.validation.check import Change
from pan2kg.validation.report import Finding, Kind, Names, Report, Rule, Severity

if TYPE_CHECKING:
    from markupsafe import Markup

_CHECK: Final = Messages("check")
_TITLE: Final = re.compile(r'"([^"]*)"@(\w+)')

EXAMPLES: Final = 2
"""How many findings of a rule are shown before a reader asks for all of them."""


def heading(project: Project, change: Change, language: Language, *, made: str = "") -> str:
    """The name of a project, as its catalogue has it, else that of its folder, and what of it was looked at.

    ``made`` says when that was, where nothing has changed since.
    """
    said: dict[str, str] = {}
    file = project.graph / "catalogue.ttl"
    if file.is_file():
        for block in read_turtle_file(read_text(file), file.name).blocks:
            if block.statements and block.statements[0].object == "dcat:Dataset":
                titles = (one.object for one in block.statements if one.predicate == "dcterms:title")
                said |= {tag: words for title in titles for words, tag in _TITLE.findall(title)}
    name = Text.of(said).say(language) or project.root.name
    parts = [_CHECK.counted(len(change.files), "file", language)] if change.files else []
    parts += [_CHECK.say("since-revision", language, revision=change.since)] if change.since else []
    parts += [_CHECK.say("unchanged", language, made=made)] if made else []
    return format_of("semicolon", language).join([name, *parts])


def verdict(report: Report, language: Language) -> str:
    """The report in one sentence.

    >>> verdict(Report(), "fr")
    'Le graphe est conforme\xa0: aucun manquement (0 règle vérifiée).'
    """
    counts = [_CHECK.counted(number, severity.value, language) for severity, number in report.counts.items() if number]
    key = "conforms" if report.conforms else "differs"
    counts += [_CHECK.counted(report.gaps, "gap", language)] if report.gaps else []
    found = ", ".join(counts) or _CHECK.say("clean", language)
    return _CHECK.say(key, language, counts=found, rules=_CHECK.counted(len(report.rules), "rule", language))


def summary(report: Report, language: Language) -> str:
    """What is new, accepted and solved since the baseline, or since a revision."""
    solved = len(report.solved)
    new = len(report.findings) - solved
    if report.since:
        return _CHECK.say("since", language, new=new, solved=solved, revision=report.since)
    return _CHECK.say("compared", language, new=new, accepted=len(report.accepted), solved=solved)


def statistics(report: Report, language: Language) -> list[str]:
    """What is only counted, a sentence a rule."""
    rules = {rule.key: rule for rule in report.rules if report.statistics.get(rule.key)}
    return [
        _CHECK.say("statistic", language, n=report.statistics[key], rule=key, message=rule.message.say(language))
        for key, rule in rules.items()
    ]


def severity_word(severity: Severity, language: Language) -> str:
    """What a severity is called.

    >>> severity_word(Severity.INFO, "fr")
    'point à examiner'
    """
    return _CHECK.say(severity.value, language)


def names_thing(finding: Finding) -> bool:
    """Whether a finding is about a thing, rather than about a file that its place names already."""
    return bool(finding.focus) and not (finding.place and path_of(finding.focus))


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
    if finding.times > 1:
        parts.append(_CHECK.counted(finding.times, "in-plan", language))
    return format_of("semicolon", language).join(parts)


def _value(names: Names, finding: Finding, language: Language) -> str:
    if finding.rule.kind in (Kind.STYLE, Kind.TEXT, Kind.BASELINE):
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
    return names.label(names.plan(part)).say(language) or part


def write_page(report: Report, language: Language) -> str:
    """The report as HTML.

    >>> page = write_page(Report(), "fr")
    >>> '<html lang="fr">' in page, "<script" in page
    (True, False)
    """
    values = {
        "report": report,
        "language": language,
        "title": _CHECK.say("title", language),
        "style": markup(Path(__file__).with_name("check.css").read_text(encoding="utf-8")),
        "verdict": verdict(report, language),
        "summary": summary(report, language),
        "statistics": statistics(report, language),
        "kinds": list(dict.fromkeys(rule.kind for rule in report.rules)),
        "most": EXAMPLES,
        "examples": _examples,
        "say": lambda key, **values: _CHECK.say(key, language, **values),
        "count": lambda number, key: _CHECK.counted(number, key, language),
        "grouped": partial(grouped, language=language),
        "severity": partial(_severity, language=language),
        "part_name": partial(part_name, report.names, language=language),
        "prose": french,
        "text": partial(_text, language=language),
        "told": partial(_told, report.names, language=language),
    }
    return render("check.html", values) + "\n"


def _examples(parts: list[tuple[str, list[Finding]]]) -> list[Finding]:
    return list(islice(chain.from_iterable(found for _, found in parts), EXAMPLES))


def _severity(rule: Rule, language: Language) -> str:
    return severity_word(rule.severity, language)


def _text(text: Text, language: Language) -> Markup:
    """Words, marked where they are not in the language of the page."""
    spoken, words = text.spoken(language), french(text.say(language))
    return filled("{}", words) if spoken == language else filled('<span lang="{}">{}</span>', spoken, words)


def _told(names: Names, finding: Finding, language: Language) -> list[str]:
    """The lines that tell a finding: the thing, what is wrong with it, and the place; without those that are empty."""
    short: str = names.short(finding.focus) if names_thing(finding) else ""
    if short and finding.focus.startswith(("http://", "https://")):
        short = filled('<a href="{}">{}</a>', finding.focus, short)
    named = names.label(finding.focus)
    thing = filled("{} · {}", _text(named, language), short) if named else short
    place = filled('<span class="place">{}</span>', finding.place) if finding.place else ""
    return [part for part in (thing, detail(names, finding, language), place) if part]
