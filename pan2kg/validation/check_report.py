"""Writing a report: for a reader, a program, a pull request, a test runner, or as SHACL.

``text`` shows two examples a rule; the other formats hold every finding.
"""

import json
import re
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup

from pan2kg import templates
from pan2kg.errors import FormatError, Place
from pan2kg.i18n import (
    LANGUAGES,
    Language,
    Messages,
    Text,
    format_number,
    format_of,
    with_french_spaces,
)
from pan2kg.project import Project, read_text
from pan2kg.turtle import blocks, vocabulary, writer
from pan2kg.validation.baseline import fingerprint
from pan2kg.validation.changes import CheckedChange
from pan2kg.validation.report import (
    Finding,
    Kind,
    Names,
    PlanFindings,
    Report,
    Rule,
    RuleFindings,
    Severity,
)

_CHECK = Messages("check")

EXAMPLES = 2
"""How many findings of a rule are shown before a reader asks for all of them."""
FORMATS = ("text", "json", "github", "html", "junit", "turtle")
PLANS = 5
"""How many of the plans a rule fails in are named before a reader asks for all of them."""
IDLE_SHOWN = 12
"""How many of the rules that had nothing to look at are named."""
_LEVELS = {Severity.VIOLATION: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


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
    >>> print(write_report(Report(), "turtle"), end="")  # doctest: +ELLIPSIS
    @prefix sh: <http://www.w3.org/ns/shacl#> .
    ...
        sh:conforms true .

    Raises:
        FormatError: there is no such format.
    """
    if form == "text":
        return "\n".join(_text(report, language, examples)) + "\n"
    writers = {
        "json": _json,
        "github": _github,
        "html": _html,
        "junit": _junit,
        "turtle": _turtle,
    }
    if form not in writers:
        raise FormatError("no-form", remedy="use-names", form=form, names=", ".join(FORMATS))
    return writers[form](report, language)


def _joined(separator: str, phrases: Iterable[str]) -> str:
    return separator.join(phrase for phrase in phrases if phrase)


# For a reader, as text


def _text(report: Report, language: Language, examples: int | None) -> Iterator[str]:
    yield verdict(report, language)
    if report.compared or report.since:
        yield summary(report, language)
    for of_rule in report.groups():
        yield from _text_of_rule(report, of_rule.rule, language)
        yield f"  {_plans_failing(of_rule.plans, language, examples)}"
        yield from _text_of_findings(report.names, of_rule, language, examples)
    for sentence in statistics(report, language):
        yield f"\n{sentence}"
    idle = [rule.key for rule in report.idle if rule.kind not in (Kind.STYLE, Kind.TEXT)]
    if idle:
        yield "\n" + _CHECK.say("empty", language, rules=_first_names(idle, language))


def _text_of_rule(report: Report, rule: Rule, language: Language) -> Iterator[str]:
    numbers = [_CHECK.say_number(report.failing(rule), "failure", language)]
    if rule.key in report.looked_at:
        numbers.append(_CHECK.say_number(report.looked_at[rule.key], "node", language))
    severity = _CHECK.say(rule.severity.value, language).upper()
    yield f"\n{severity} {rule.key} ({_joined(' / ', numbers)})"
    yield f"  {rule.message.say(language)}"
    if rule.remedy:
        yield f"  {_CHECK.say('remedy', language, remedy=rule.remedy.say(language))}"


class _PlanFailures(NamedTuple):
    plan: str
    times: int


def _plans_failing(plans: list[PlanFindings], language: Language, examples: int | None) -> str:
    """The plans in which a rule fails, with how often, those where it fails most first."""
    failures = []
    for plan, findings in plans:
        name = plan or _CHECK.say("elsewhere", language)
        failures.append(_PlanFailures(name, sum(finding.times for finding in findings)))
    failures.sort(key=lambda failure: -failure.times)
    shown = failures
    if examples is not None:
        shown = failures[:PLANS]
    phrases = [f"{failure.plan} ({format_number(failure.times, language)})" for failure in shown]
    hidden = len(failures) - len(shown)
    if hidden:
        phrases.append(f"… {_CHECK.say_number(hidden, 'more-plans', language)}")
    return ", ".join(phrases)


def _text_of_findings(
    names: Names, of_rule: RuleFindings, language: Language, examples: int | None
) -> Iterator[str]:
    findings = of_rule.findings
    shown = findings
    if examples is not None:
        # of each plan one before a second of any
        firsts = [of_plan[0] for _, of_plan in of_rule.plans]
        later = [finding for finding in findings if finding not in firsts]
        shown = [*firsts, *later][:examples]
    for finding in shown:
        place = str(finding.place or "")
        yield f"    {_joined(': ', (place, thing_name(names, finding, language)))}"
        detail_words = detail(names, finding, language)
        if detail_words:
            yield f"      {detail_words}"
    if len(shown) < len(findings):
        yield f"    … {_CHECK.say_number(len(findings) - len(shown), 'more', language)}"


def _first_names(names: list[str], language: Language) -> str:
    shown = ", ".join(names[:IDLE_SHOWN])
    hidden = len(names) - IDLE_SHOWN
    if hidden <= 0:
        return shown
    return f"{shown}, … {_CHECK.say_number(hidden, 'more', language)}"


# For a reader, as a page


def _html(report: Report, language: Language) -> str:
    style = Path(__file__).with_name("check_report.css").read_text(encoding="utf-8")
    kinds = dict.fromkeys(rule.kind for rule in report.rules)
    values = {
        "report": report,
        "language": language,
        "title": _CHECK.say("title", language),
        "style": templates.markup(style),
        "verdict": verdict(report, language),
        "summary": summary(report, language),
        "statistics": statistics(report, language),
        "kinds": list(kinds),
        "most": EXAMPLES,
        "say": partial(_say, language),
        "count": partial(_CHECK.say_number, language=language),
        "grouped": partial(format_number, language=language),
        "part_name": partial(part_name, report.names, language=language),
        "prose": with_french_spaces,
        "text": partial(_words_of, language=language),
        "told": partial(_finding_phrases, report.names, language=language),
    }
    return templates.render("check.html", values) + "\n"


def _say(language: Language, key: str, **values: object) -> str:
    return _CHECK.say(key, language, **values)


def _words_of(text: Text, language: Language) -> Markup:
    """What a text says, marked where it is said in another language than was asked for."""
    words = with_french_spaces(text.say(language))
    spoken = text.language_for(language)
    if spoken == language:
        return templates.filled("{}", words)
    return templates.filled('<span lang="{}">{}</span>', spoken, words)


def _finding_phrases(names: Names, finding: Finding, language: Language) -> list[str]:
    """What a finding is about, what was found, and where; what is not known is left out."""
    phrases = [_linked_name(names, finding, language), detail(names, finding, language)]
    if finding.place:
        phrases.append(templates.filled('<span class="place">{}</span>', finding.place))
    return [phrase for phrase in phrases if phrase]


def _linked_name(names: Names, finding: Finding, language: Language) -> str:
    short_name = ""
    if names_thing(finding):
        short_name = names.short(finding.focus)
    if short_name and finding.focus.startswith(("http://", "https://")):
        short_name = templates.filled('<a href="{}">{}</a>', finding.focus, short_name)
    label = names.label(finding.focus)
    if not label:
        return short_name
    return templates.filled("{} · {}", _words_of(label, language), short_name)


# For a program


def _json(report: Report, _: Language) -> str:
    content = {
        "conforms": report.conforms,
        "fail_on": report.fail_on,
        "verdict": {language: verdict(report, language) for language in LANGUAGES},
        "counts": report.counts,
        "gaps": report.gaps,
        "statistics": dict(report.statistics),
        "rules": [_json_rule(report, rule) for rule in report.rules],
        "findings": [_json_finding(report.names, finding) for finding in report.findings],
        "accepted": [_json_finding(report.names, finding) for finding in report.accepted],
    }
    return json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _json_rule(report: Report, rule: Rule) -> dict[str, object]:
    return {
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


def _json_finding(names: Names, finding: Finding) -> dict[str, object]:
    expected = None
    if finding.expected:
        expected = finding.expected.by_language()
    place = None
    if finding.place:
        place = {"file": finding.place.file, "line": finding.place.line}
    return {
        "rule": finding.rule.key,
        "severity": finding.severity,
        "focus": finding.focus,
        "label": names.label(finding.focus).by_language(),
        "path": finding.path or None,
        "value": finding.value or None,
        "component": finding.component or None,
        "expected": expected,
        "message": finding.message.by_language(),
        "remedy": finding.remedy.by_language(),
        "plan": finding.part or None,
        "times": finding.times,
        "place": place,
        "fingerprint": fingerprint(finding, names),
    }


# For a pull request: commands of a workflow, a line a finding


def _github(report: Report, language: Language) -> str:
    lines = [_command(report.names, finding, language) for finding in report.findings]
    lines.append(verdict(report, language))
    return "\n".join(lines) + "\n"


def _command(names: Names, finding: Finding, language: Language) -> str:
    place = finding.place or Place("")
    properties = {"file": place.file, "line": str(place.line or ""), "title": finding.rule.key}
    fields = []
    for key, value in properties.items():
        if value:
            escaped = _escaped(value).replace(":", "%3A").replace(",", "%2C")
            fields.append(f"{key}={escaped}")
    name = thing_name(names, finding, language)
    detail_words = detail(names, finding, language)
    sentences = []
    if name:
        sentences.append(f"{name}:")
    sentences.append(finding.message.say(language))
    if detail_words:
        sentences.append(f"({detail_words})")
    sentences.append(finding.rule.remedy.say(language))
    words = _escaped(_joined(" ", sentences))
    return f"::{_LEVELS[finding.severity]} {','.join(fields)}::{words}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


# For a test runner: a suite a kind of rule, a case a rule


def _junit(report: Report, language: Language) -> str:
    findings_of: dict[str, list[Finding]] = {}
    rules = dict.fromkeys(report.rules)
    for finding in report.findings:
        findings_of.setdefault(finding.rule.key, []).append(finding)
        rules[finding.rule] = None
    suites = []
    for kind in dict.fromkeys(rule.kind for rule in rules):
        cases = []
        failures = 0
        for rule in rules:
            if rule.kind is kind:
                findings = findings_of.get(rule.key, [])
                cases.append(_case(report, rule, findings, language))
                failures += bool(findings) and rule.severity.reaches(report.fail_on)
        name = f'"{templates.xml_value(_CHECK.say(f"kind-{kind}", language))}"'
        numbers = f'tests="{len(cases)}" failures="{failures}"'
        suites.append(f"  <testsuite name={name} {numbers}>\n{''.join(cases)}  </testsuite>\n")
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    title = templates.xml_value(_CHECK.say("title", language))
    return f'{head}<testsuites name="{title}">\n{"".join(suites)}</testsuites>\n'


def _case(report: Report, rule: Rule, findings: list[Finding], language: Language) -> str:
    """A rule as a test case: its findings are a failure, or output where they do not reach ``fail_on``."""
    head = f'    <testcase classname="pan2kg.{rule.kind}" name="{templates.xml_value(rule.key)}"'
    if not findings:
        return f"{head}/>\n"
    lines = []
    for finding in findings:
        name = thing_name(report.names, finding, language)
        detail_words = detail(report.names, finding, language)
        lines.append(_joined(" ", (str(finding.place or ""), name, detail_words)))
    body = templates.xml_text("\n".join(lines))
    if rule.severity.reaches(report.fail_on):
        message = templates.xml_value(rule.message.say(language))
        outcome = f'<failure type="{rule.severity}" message="{message}">{body}</failure>'
    else:
        outcome = f"<system-out>{body}</system-out>"
    return f"{head}>\n      {outcome}\n    </testcase>\n"


# As SHACL: a validation report, which as there conforms only if it has no result at all


def _turtle(report: Report, _: Language) -> str:
    links = []
    results = []
    for number, finding in enumerate(report.findings, start=1):
        links.append(f" ;\n    sh:result _:result{number}")
        results.append(f"\n_:result{number} {_result(finding, report.names)}")
    conforms = str(not results).lower()
    head = f"@prefix sh: <{vocabulary.SH}> .\n\n_:report a sh:ValidationReport ;\n"
    return f"{head}    sh:conforms {conforms}{''.join(links)} .\n{''.join(results)}"


def _result(finding: Finding, names: Names) -> str:
    rule = _rule_node(finding.rule, names)
    component = _node(finding.component) or rule
    if finding.rule.kind is Kind.QUALITY:
        component = "sh:SPARQLConstraintComponent"
    statements = ["a sh:ValidationResult", f"sh:focusNode {_node(finding.focus) or rule}"]
    if re.fullmatch(r"\^<[^<>]*>", finding.path):
        statements.append(f"sh:resultPath [ sh:inversePath {finding.path[1:]} ]")
    elif finding.path.startswith(("http:", "https:")):
        statements.append(f"sh:resultPath {_node(finding.path)}")
    if finding.value:
        statements.append(f"sh:value {finding.value}")
    for tag, words in finding.message.by_language().items():
        if words:
            statements.append(f"sh:resultMessage {writer.text(words, tag)}")
    statements.append(f"sh:resultSeverity sh:{finding.severity.capitalize()}")
    statements.append(f"sh:sourceConstraintComponent {component}")
    statements.append(f"sh:sourceShape {rule}")
    return " ;\n    ".join(statements) + " .\n"


def _rule_node(rule: Rule, names: Names) -> str:
    prefix, _, local = rule.key.partition(":")
    if prefix in names.prefixes:
        return f"<{names.prefixes[prefix]}{local}>"
    return f"<{vocabulary.ROOT}rule/{rule.key}>"


def _node(term: str) -> str:
    if not term or term.startswith("_:"):
        return term
    return f"<{term}>"


# What every format says: heading, verdict, what was compared, and what a finding is about

_TITLE = re.compile(r'"([^"]*)"@(\w+)')


def heading(project: Project, change: CheckedChange, language: Language, *, made: str = "") -> str:
    """The name of a project, as its catalogue has it, else that of its folder, and what of it was looked at.

    ``made`` says when that was, where nothing has changed since.
    """
    phrases = [Text.of(_titles(project.catalogue)).say(language) or project.root.name]
    if change.files:
        phrases.append(_CHECK.say_number(len(change.files), "file", language))
    if change.since:
        phrases.append(_CHECK.say("since-revision", language, revision=change.since))
    if made:
        phrases.append(_CHECK.say("unchanged", language, made=made))
    return format_of("semicolon", language).join(phrases)


def _titles(catalogue: Path) -> dict[str, str]:
    """The titles of a data set by language; none where there is no catalogue."""
    titles: dict[str, str] = {}
    if not catalogue.is_file():
        return titles
    for block in blocks.read_turtle_file(read_text(catalogue), catalogue.name).blocks:
        if not block.statements or block.statements[0].object != "dcat:Dataset":
            continue
        for statement in block.statements:
            if statement.predicate == "dcterms:title":
                titles |= {tag: words for words, tag in _TITLE.findall(statement.object)}
    return titles


def verdict(report: Report, language: Language) -> str:
    """Whether the graph conforms, with how many findings of each severity, gaps and rules.

    >>> verdict(Report(), "de")
    'Der Graph ist konform: keine Mängel (0 geprüfte Regeln).'
    """
    counts = []
    for severity, number in report.counts.items():
        if number:
            counts.append(_CHECK.say_number(number, severity.value, language))
    if report.gaps:
        counts.append(_CHECK.say_number(report.gaps, "gap", language))
    words = ", ".join(counts) or _CHECK.say("clean", language)
    rules = _CHECK.say_number(len(report.rules), "rule", language)
    key = "conforms" if report.conforms else "differs"
    return _CHECK.say(key, language, counts=words, rules=rules)


def summary(report: Report, language: Language) -> str:
    """What is new, accepted and solved since the baseline, or since a revision."""
    solved = len(report.solved)
    added = len(report.findings) - solved
    if report.since:
        return _CHECK.say("since", language, new=added, solved=solved, revision=report.since)
    return _CHECK.say("compared", language, new=added, accepted=len(report.accepted), solved=solved)


def statistics(report: Report, language: Language) -> list[str]:
    """A sentence a statistic that is not 0, in the order of the rules."""
    sentences = {}
    for rule in report.rules:
        number = report.statistics.get(rule.key)
        if number:
            message = rule.message.say(language)
            sentences[rule.key] = _CHECK.say(
                "statistic", language, n=number, rule=rule.key, message=message
            )
    return list(sentences.values())


def names_thing(finding: Finding) -> bool:
    """Whether a finding is about a thing of the graph, rather than about a file it names the place in.

    >>> rule = Rule("style-tabs", Kind.STYLE, Severity.WARNING, Text())
    >>> names_thing(Finding(rule, "http://e/a")), names_thing(Finding(rule, ""))
    (True, False)
    """
    return bool(finding.focus) and not (finding.place and vocabulary.path_of(finding.focus))


def thing_name(names: Names, finding: Finding, language: Language) -> str:
    """What a finding is about, by short IRI and label; empty where it is about a file.

    >>> rule = Rule("e:shape", Kind.SHAPE, Severity.WARNING, Text())
    >>> names = Names({"e": "http://e/"}, {"http://e/a": Text.of({"en": "Act"})})
    >>> thing_name(names, Finding(rule, "http://e/a"), "en")
    'e:a « Act »'
    >>> thing_name(names, Finding(rule, "http://e/b"), "en")
    'e:b'
    """
    if not names_thing(finding):
        return ""
    return _named(names, finding.focus, names.label(finding.focus), language)


def detail(names: Names, finding: Finding, language: Language) -> str:
    """What was found: the property, its value, what was expected, and in how many things of a plan.

    >>> rule = Rule("e:shape", Kind.SHAPE, Severity.WARNING, Text())
    >>> detail(Names(), Finding(rule, "http://e/a"), "en")
    ''
    """
    phrases = []
    if finding.path:
        phrases.append(_CHECK.say("on", language, path=names.short(finding.path)))
    if finding.value and finding.value != f"<{finding.focus}>":
        phrases.append(_CHECK.say("found", language, value=_value(names, finding, language)))
    if finding.expected:
        phrases.append(_CHECK.say("expected", language, expected=finding.expected.say(language)))
    if finding.times > 1:
        phrases.append(_CHECK.say_number(finding.times, "in-plan", language))
    return format_of("semicolon", language).join(phrases)


def _value(names: Names, finding: Finding, language: Language) -> str:
    if finding.rule.kind in (Kind.STYLE, Kind.TEXT, Kind.BASELINE):
        # these findings quote a string, which is shown without its escapes
        return re.sub(r"\\(.)", r"\1", finding.value[1:-1])
    label = Text()
    if finding.value.startswith("<"):
        label = names.label(finding.value)
    return _named(names, finding.value, label, language)


def _named(names: Names, term: str, label: Text, language: Language) -> str:
    words = label.say(language)
    if not words:
        return names.short(term)
    return f"{names.short(term)} « {words} »"


def part_name(names: Names, plan_key: str, language: Language) -> str:
    """What a plan is called by the name of its folder; for no plan, that it stands outside of them.

    >>> part_name(Names(), "lu-bhr-2", "en"), part_name(Names(), "", "en")
    ('lu-bhr-2', 'Outside the plans')
    """
    if not plan_key:
        return _CHECK.say("elsewhere", language)
    return names.label(names.plan(plan_key)).say(language) or plan_key
