"""Writing a report: for a reader, a program, a pull request, a test runner, or as SHACL.

``text`` shows two examples a rule; the other formats hold every finding.
"""

import json
import re
from collections.abc import Iterator
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Final

from markupsafe import Markup

from pan2kg import templates
from pan2kg.errors import FormatError, Place
from pan2kg.i18n.catalogue import LANGUAGES, Language, Messages, Text, format_of, french, numeral
from pan2kg.project import Project, read_text
from pan2kg.turtle import blocks, vocabulary, writer
from pan2kg.validation.changes import CheckedChange
from pan2kg.validation.report import Finding, Kind, Names, Report, Rule, Severity, fingerprint

_CHECK: Final = Messages("check")

EXAMPLES: Final = 2
"""How many findings of a rule are shown before a reader asks for all of them."""
FORMATS: Final = ("text", "json", "github", "html", "junit", "turtle")
PLANS: Final = 5
IDLE_SHOWN: Final = 12
_LEVELS: Final = {Severity.VIOLATION: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def write_report(
    report: Report,
    form: str = "text",
    *,
    language: Language = LANGUAGES[0],
    examples: int | None = EXAMPLES,
) -> str:
    """A report in one of :data:`FORMATS`; ``examples=None`` shows every finding as text.

    >>> print(write_report(Report(), language="en"), end="")
    The graph conforms: no failures (0 rules checked).
    """
    if form == "text":
        return "\n".join(_text(report, language, examples)) + "\n"
    if form == "html":
        values = {
            "report": report,
            "language": language,
            "title": _CHECK.say("title", language),
            "style": templates.markup(
                Path(__file__).with_name("check_report.css").read_text(encoding="utf-8")
            ),
            "verdict": verdict(report, language),
            "summary": summary(report, language),
            "statistics": statistics(report, language),
            "kinds": list(dict.fromkeys(rule.kind for rule in report.rules)),
            "most": EXAMPLES,
            "examples": lambda by_plan: list(
                islice(chain.from_iterable(faults for _, faults in by_plan), EXAMPLES)
            ),
            "say": lambda key, **values: _CHECK.say(key, language, **values),
            "count": lambda number, key: _CHECK.counted(number, key, language),
            "grouped": partial(numeral, language=language),
            "severity": lambda rule: _CHECK.say(rule.severity.value, language),
            "part_name": partial(part_name, report.names, language=language),
            "prose": french,
            "text": partial(_words_of, language=language),
            "told": partial(_told, report.names, language=language),
        }
        return templates.render("check.html", values) + "\n"
    if form == "github":
        commands = (_command(report.names, finding, language) for finding in report.findings)
        return "".join(f"{line}\n" for line in (*commands, verdict(report, language)))
    writers = {"json": _json, "junit": _junit, "turtle": _turtle}
    if form not in writers:
        raise FormatError("no-form", remedy="use-names", form=form, names=", ".join(FORMATS))
    return writers[form](report, language)


def _text(report: Report, language: Language, examples: int | None) -> Iterator[str]:
    yield verdict(report, language)
    if report.compared or report.since:
        yield summary(report, language)
    for rule, by_plan in report.groups():
        looked_at = (
            _CHECK.counted(report.looked_at[rule.key], "node", language)
            if rule.key in report.looked_at
            else ""
        )
        numbers = " / ".join(
            filter(None, (_CHECK.counted(report.failing(rule), "failure", language), looked_at))
        )
        yield f"\n{_CHECK.say(rule.severity.value, language).upper()} {rule.key} ({numbers})"
        yield f"  {rule.message.say(language)}"
        if rule.remedy:
            yield f"  {_CHECK.say('remedy', language, remedy=rule.remedy.say(language))}"
        yield f"  {_parts(by_plan, language, examples)}"
        findings = [finding for _, of_plan in by_plan for finding in of_plan]
        examples_first = [of_plan[0] for _, of_plan in by_plan]
        more = [
            finding
            for finding in findings
            if examples is not None and finding not in examples_first
        ]
        findings_shown = findings if examples is None else [*examples_first, *more][:examples]
        for finding in findings_shown:
            place = str(finding.place) if finding.place else ""
            yield f"    {': '.join(filter(None, (place, thing_name(report.names, finding, language))))}"
            if detail_words := detail(report.names, finding, language):
                yield f"      {detail_words}"
        if len(findings_shown) < len(findings):
            yield f"    … {_CHECK.counted(len(findings) - len(findings_shown), 'more', language)}"
    for sentence in statistics(report, language):
        yield f"\n{sentence}"
    if idle := [rule.key for rule in report.idle if rule.kind not in (Kind.STYLE, Kind.TEXT)]:
        idle_shown = ", ".join(idle[:IDLE_SHOWN])
        hidden = (
            f", … {_CHECK.counted(len(idle) - IDLE_SHOWN, 'more', language)}"
            if len(idle) > IDLE_SHOWN
            else ""
        )
        yield "\n" + _CHECK.say("empty", language, rules=idle_shown + hidden)


def _parts(
    by_plan: list[tuple[str, list[Finding]]], language: Language, examples: int | None
) -> str:
    times = (
        (entry or _CHECK.say("elsewhere", language), sum(of.times for of in findings))
        for entry, findings in by_plan
    )
    most = sorted(times, key=lambda entry: -entry[1])[: None if examples is None else PLANS]
    words = [f"{plan} ({numeral(number, language)})" for plan, number in most]
    others_count = len(by_plan) - len(most)
    return ", ".join(
        words
        + ([f"… {_CHECK.counted(others_count, 'more-plans', language)}"] if others_count else [])
    )


def _json(report: Report, _: Language) -> str:
    content = {
        "conforms": report.conforms,
        "fail_on": report.fail_on,
        "verdict": {language: verdict(report, language) for language in LANGUAGES},
        "counts": report.counts,
        "gaps": report.gaps,
        "statistics": dict(report.statistics),
        "rules": [
            {
                "rule": rule.key,
                "kind": rule.kind,
                "severity": rule.severity,
                "use": rule.use,
                "looked_at": report.looked_at.get(rule.key, 0),
                "failing": report.failing(rule),
                "message": rule.message.by_language(),
                "remedy": rule.remedy.by_language(),
                "query": rule.query or None,
            }
            for rule in report.rules
        ],
        "findings": [_json_finding(report.names, finding) for finding in report.findings],
        "accepted": [_json_finding(report.names, finding) for finding in report.accepted],
    }
    return json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _json_finding(names: Names, finding: Finding) -> dict[str, object]:
    place = finding.place
    return {
        "rule": finding.rule.key,
        "severity": finding.severity,
        "focus": finding.focus,
        "label": names.label(finding.focus).by_language(),
        "path": finding.path or None,
        "value": finding.value or None,
        "component": finding.component or None,
        "expected": finding.expected.by_language() if finding.expected else None,
        "message": finding.message.by_language(),
        "remedy": finding.remedy.by_language(),
        "plan": finding.part or None,
        "times": finding.times,
        "place": {"file": place.file, "line": place.line} if place else None,
        "fingerprint": fingerprint(finding, names),
    }


def _command(names: Names, finding: Finding, language: Language) -> str:
    place = finding.place or Place("")
    properties = {"file": place.file, "line": str(place.line or ""), "title": finding.rule.key}
    escaped = {
        key: _data(value).replace(":", "%3A").replace(",", "%2C")
        for key, value in properties.items()
        if value
    }
    written = ",".join(f"{key}={value}" for key, value in escaped.items())
    detail_words = detail(names, finding, language)
    sentences = (
        thing_name(names, finding, language) and f"{thing_name(names, finding, language)}:",
        finding.message.say(language),
        detail_words and f"({detail_words})",
        finding.rule.remedy.say(language),
    )
    return f"::{_LEVELS[finding.severity]} {written}::{_data(' '.join(filter(None, sentences)))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _junit(report: Report, language: Language) -> str:
    # A test suite a kind of rule, a test case a rule; what does not reach fail_on is output, not
    # failure.
    rules = list(dict.fromkeys([*report.rules, *(finding.rule for finding in report.findings)]))
    suites = []
    for kind in dict.fromkeys(rule.kind for rule in rules):
        cases = [_case(report, rule, language) for rule in rules if rule.kind is kind]
        counted = f'tests="{len(cases)}" failures="{sum("<failure" in case for case in cases)}"'
        name = f'"{templates.xml_value(_CHECK.say(f"kind-{kind}", language))}"'
        suites.append(f"  <testsuite name={name} {counted}>\n{''.join(cases)}  </testsuite>\n")
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    title = templates.xml_value(_CHECK.say("title", language))
    return f'{head}<testsuites name="{title}">\n{"".join(suites)}</testsuites>\n'


def _case(report: Report, rule: Rule, language: Language) -> str:
    findings = [finding for finding in report.findings if finding.rule.key == rule.key]
    head = f'    <testcase classname="pan2kg.{rule.kind}" name="{templates.xml_value(rule.key)}"'
    if not findings:
        return f"{head}/>\n"
    lines = "\n".join(
        " ".join(
            filter(
                None,
                (
                    str(finding.place or ""),
                    thing_name(report.names, finding, language),
                    detail(report.names, finding, language),
                ),
            )
        )
        for finding in findings
    )
    body = f"<system-out>{templates.xml_text(lines)}</system-out>"
    if rule.severity.reaches(report.fail_on):
        message = templates.xml_value(rule.message.say(language))
        body = f'<failure type="{rule.severity}" message="{message}">{body[12:-13]}</failure>'
    return f"{head}>\n      {body}\n    </testcase>\n"


def _turtle(report: Report, _: Language) -> str:
    # A validation report in the vocabulary of SHACL; as there, it conforms only if it has no result
    # at all.
    links = "".join(
        f" ;\n    sh:result _:result{number}" for number in range(1, len(report.findings) + 1)
    )
    conforms = f"    sh:conforms {str(not links).lower()}{links} .\n"
    head = f"@prefix sh: <{vocabulary.SH}> .\n\n_:report a sh:ValidationReport ;\n{conforms}"
    results = (
        f"\n_:result{n} {_result(f, report.names)}" for n, f in enumerate(report.findings, start=1)
    )
    return head + "".join(results)


def _result(finding: Finding, names: Names) -> str:
    prefix, _, local = finding.rule.key.partition(":")
    space = names.prefixes.get(prefix, "")
    rule = (
        f"<{space}{local}>"
        if prefix in names.prefixes
        else f"<{vocabulary.ROOT}rule/{finding.rule.key}>"
    )
    is_quality = finding.rule.kind is Kind.QUALITY
    component = "sh:SPARQLConstraintComponent" if is_quality else _node(finding.component)
    statements = ["a sh:ValidationResult", f"sh:focusNode {_node(finding.focus) or rule}"]
    if re.fullmatch(r"\^<[^<>]*>", finding.path):
        statements.append(f"sh:resultPath [ sh:inversePath {finding.path[1:]} ]")
    elif finding.path.startswith(("http:", "https:")):
        statements.append(f"sh:resultPath {_node(finding.path)}")
    statements += [f"sh:value {finding.value}"] if finding.value else []
    messages = finding.message.by_language()
    statements += [
        f"sh:resultMessage {writer.text(words, tag)}" for tag, words in messages.items() if words
    ]
    statements += [f"sh:resultSeverity sh:{finding.severity.capitalize()}"]
    statements += [f"sh:sourceConstraintComponent {component or rule}", f"sh:sourceShape {rule}"]
    return " ;\n    ".join(statements) + " .\n"


def _node(term: str) -> str:
    return term if not term or term.startswith("_:") else f"<{term}>"


_TITLE: Final = re.compile(r'"([^"]*)"@(\w+)')


def heading(project: Project, change: CheckedChange, language: Language, *, made: str = "") -> str:
    """The name of a project, as its catalogue has it, else that of its folder, and what of it was looked at.

    ``made`` says when that was, where nothing has changed since.
    """
    values: dict[str, str] = {}
    file = project.catalogue
    if file.is_file():
        for block in blocks.read_turtle_file(read_text(file), file.name).blocks:
            if block.statements and block.statements[0].object == "dcat:Dataset":
                titles = (
                    statement.object
                    for statement in block.statements
                    if statement.predicate == "dcterms:title"
                )
                values |= {tag: words for title in titles for words, tag in _TITLE.findall(title)}
    name = Text.of(values).say(language) or project.root.name
    phrases = [_CHECK.counted(len(change.files), "file", language)] if change.files else []
    phrases += (
        [_CHECK.say("since-revision", language, revision=change.since)] if change.since else []
    )
    phrases += [_CHECK.say("unchanged", language, made=made)] if made else []
    return format_of("semicolon", language).join([name, *phrases])


def verdict(report: Report, language: Language) -> str:
    counts = [
        _CHECK.counted(number, severity.value, language)
        for severity, number in report.counts.items()
        if number
    ]
    key = "conforms" if report.conforms else "differs"
    counts += [_CHECK.counted(report.gaps, "gap", language)] if report.gaps else []
    words = ", ".join(counts) or _CHECK.say("clean", language)
    return _CHECK.say(
        key, language, counts=words, rules=_CHECK.counted(len(report.rules), "rule", language)
    )


def summary(report: Report, language: Language) -> str:
    # What is new, accepted and solved since the baseline, or since a revision.
    solved = len(report.solved)
    added = len(report.findings) - solved
    if report.since:
        return _CHECK.say("since", language, new=added, solved=solved, revision=report.since)
    return _CHECK.say("compared", language, new=added, accepted=len(report.accepted), solved=solved)


def statistics(report: Report, language: Language) -> list[str]:
    rules = {rule.key: rule for rule in report.rules if report.statistics.get(rule.key)}
    return [
        _CHECK.say(
            "statistic",
            language,
            n=report.statistics[key],
            rule=key,
            message=rule.message.say(language),
        )
        for key, rule in rules.items()
    ]


def names_thing(finding: Finding) -> bool:
    return bool(finding.focus) and not (finding.place and vocabulary.path_of(finding.focus))


def thing_name(names: Names, finding: Finding, language: Language) -> str:
    if not names_thing(finding):
        return ""
    label = names.label(finding.focus).say(language)
    short_name = names.short(finding.focus)
    return f"{short_name} « {label} »" if label else short_name


def detail(names: Names, finding: Finding, language: Language) -> str:
    phrases = []
    if finding.path:
        phrases.append(_CHECK.say("on", language, path=names.short(finding.path)))
    if finding.value and finding.value != f"<{finding.focus}>":
        phrases.append(_CHECK.say("found", language, value=_value(names, finding, language)))
    if finding.expected:
        phrases.append(_CHECK.say("expected", language, expected=finding.expected.say(language)))
    if finding.times > 1:
        phrases.append(_CHECK.counted(finding.times, "in-plan", language))
    return format_of("semicolon", language).join(phrases)


def _value(names: Names, finding: Finding, language: Language) -> str:
    if finding.rule.kind in (Kind.STYLE, Kind.TEXT, Kind.BASELINE):
        return re.sub(r"\\(.)", r"\1", finding.value[1:-1])
    label = names.label(finding.value).say(language) if finding.value.startswith("<") else ""
    short_value = names.short(finding.value)
    return f"{short_value} « {label} »" if label else short_value


def part_name(names: Names, plan_key: str, language: Language) -> str:
    if not plan_key:
        return _CHECK.say("elsewhere", language)
    return names.label(names.plan(plan_key)).say(language) or plan_key


def _words_of(text: Text, language: Language) -> Markup:
    spoken = text.spoken(language)
    words = french(text.say(language))
    return (
        templates.filled("{}", words)
        if spoken == language
        else templates.filled('<span lang="{}">{}</span>', spoken, words)
    )


def _told(names: Names, finding: Finding, language: Language) -> list[str]:
    short: str = names.short(finding.focus) if names_thing(finding) else ""
    if short and finding.focus.startswith(("http://", "https://")):
        short = templates.filled('<a href="{}">{}</a>', finding.focus, short)
    label = names.label(finding.focus)
    name = templates.filled("{} · {}", _words_of(label, language), short) if label else short
    place = (
        templates.filled('<span class="place">{}</span>', finding.place) if finding.place else ""
    )
    return [phrase for phrase in (name, detail(names, finding, language), place) if phrase]
