"""A report as one web page that needs nothing else: no script, no other file, every text escaped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Final

from pan2kg.i18n.catalogue import Language, Messages, Text, grouped
from pan2kg.report.findings import detail, names_thing, part_name, severity_word, summary, verdict
from pan2kg.validation.report import Finding, Kind, Report, Rule

_CHECK: Final = Messages("check")

EXAMPLES: Final = 2


def write_page(report: Report, language: Language) -> str:
    """The report as HTML.

    >>> page = write_page(Report(), "fr")
    >>> '<html lang="fr">' in page, "<script" in page
    (True, False)
    """
    title = escape(_CHECK.say("title", language))
    css = Path(__file__).with_name("check.css").read_text(encoding="utf-8")
    return f"""<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
{css}</style>
</head>
<body>
<main>
<h1>{title}</h1>
{"".join(_body(report, language))}</main>
</body>
</html>
"""


def _body(report: Report, language: Language) -> Iterator[str]:
    state = "conforms" if report.conforms else "differs"
    yield f'<p class="verdict {state}">{_prose(verdict(report, language))}</p>\n'
    if report.compared:
        yield f"<p>{_prose(summary(report, language))}</p>\n"
    if report.findings:
        yield f"<h2>{escape(_CHECK.say('findings', language))}</h2>\n"
    for rule, parts in report.groups():
        yield from _rule(report, rule, parts, language)
    yield f"<h2>{escape(_CHECK.say('rules', language))}</h2>\n"
    for kind in dict.fromkeys(rule.kind for rule in report.rules):
        yield from _table(report, kind, language)


def _rule(report: Report, rule: Rule, parts: list[tuple[str, list[Finding]]], language: Language) -> Iterator[str]:
    severity = severity_word(rule.severity, language)
    yield f'<h3><span class="{rule.severity}">{escape(severity)}</span> {_text(rule.message, language)}</h3>\n'
    numbers = [_CHECK.counted(report.failing(rule), "failure", language)]
    if rule.key in report.looked_at:
        numbers.append(_CHECK.counted(report.looked_at[rule.key], "node", language))
    yield f'<p class="info">{escape(rule.key)} · {escape(" / ".join(numbers))}</p>\n'
    if rule.remedy:
        yield f"<p>{_prose(_CHECK.say('remedy', language, remedy=rule.remedy.say(language)))}</p>\n"
    if rule.query:
        asked = escape(_CHECK.say("query", language))
        yield f"<details><summary>{asked}</summary><pre>{escape(rule.query)}</pre></details>\n"
    findings = [finding for _, found in parts for finding in found]
    yield _items(report, findings[:EXAMPLES], language)
    if len(findings) > EXAMPLES:
        everything = escape(_CHECK.say("everything", language, count=len(findings)))
        yield f"<details><summary>{everything}</summary>\n"
        for part, found in parts:
            yield f"<h4>{escape(part_name(report.names, part, language))} ({grouped(len(found), language)})</h4>\n"
            yield _items(report, found, language)
        yield "</details>\n"


def _items(report: Report, findings: list[Finding], language: Language) -> str:
    return f"<ul>\n{''.join(_item(report, finding, language) for finding in findings)}</ul>\n"


def _item(report: Report, finding: Finding, language: Language) -> str:
    short = escape(report.names.short(finding.focus)) if names_thing(finding) else ""
    if short and finding.focus.startswith(("http://", "https://")):
        short = f'<a href="{escape(finding.focus)}">{short}</a>'
    named = report.names.label(finding.focus)
    parts = [f"{_text(named, language)} · {short}" if named else short, escape(detail(report.names, finding, language))]
    if finding.place:
        parts.append(f'<span class="place">{escape(str(finding.place))}</span>')
    return f"<li>{'<br>'.join(part for part in parts if part)}</li>\n"


def _text(text: Text, language: Language) -> str:
    """Words, marked where they are not in the language of the page."""
    spoken = text.spoken(language)
    words = _prose(text.say(language))
    return words if spoken == language else f'<span lang="{spoken}">{words}</span>'


def _prose(words: str) -> str:
    """Escaped, with the spaces of French punctuation kept from breaking a line."""
    return re.sub(r" (?=[:;!?»])|(?<=«) ", "\N{NO-BREAK SPACE}", escape(words))


def _table(report: Report, kind: Kind, language: Language) -> Iterator[str]:
    names = [escape(_CHECK.say(f"column-{name}", language)) for name in ("rule", "severity", "looked-at", "failing")]
    heads = "".join(f'<th scope="col">{name}</th>' for name in names)
    caption = escape(_CHECK.say(f"kind-{kind}", language))
    yield f"<table>\n<caption>{caption}</caption>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n"
    for rule in (rule for rule in report.rules if rule.kind is kind):
        looked, failing = report.looked_at.get(rule.key, 0), report.failing(rule)
        said = [grouped(number, language) for number in (looked, failing)]
        severity = escape(severity_word(rule.severity, language))
        yield (
            f'<tr><th scope="row">{escape(rule.key)}</th><td>{severity}</td>'
            f'<td class="number{"" if looked else " zero"}" data-name="{names[2]}">{said[0]}</td>'
            f'<td class="number{" violation" if failing else ""}" data-name="{names[3]}">{said[1]}</td></tr>\n'
        )
    yield "</tbody>\n</table>\n"
