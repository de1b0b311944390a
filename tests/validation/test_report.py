"""Reports: what they say of findings, how each format writes them, and what a baseline accepts."""

import json
import re
import tempfile
from dataclasses import replace
from pathlib import Path
from string import ascii_lowercase, digits
from typing import Final
from xml.etree import ElementTree as ET

import pytest
import rdflib
from hypothesis import given, strategies as st
from rdflib import RDF, SH, Literal, URIRef

from pan2kg.errors import FormatError, Place, ProjectError
from pan2kg.i18n import LANGUAGES, Text
from pan2kg.turtle.writer import string
from pan2kg.validation import baseline, report as reports
from pan2kg.validation.check_report import FORMATS, write_report
from pan2kg.validation.report import Finding, Kind, Names, Report, Rule, Severity

PAN: Final = "https://w3id.org/pan2kg/ontology#"
PLAN: Final = "https://w3id.org/pan2kg/id/plan/lu-bhr-2"
NASTY: Final = '<script>alert("1")</script> & 100 %, a:b\nline'
NAMES: Final = Names(
    {"pan": PAN, "plan": "https://w3id.org/pan2kg/id/plan/"},
    {PLAN: Text.of({"fr": "Plan <b>2</b>", "en": "Plan 2, second: 100 %"})},
)
SHAPE: Final = Rule(
    "pan:PlanShape-label",
    Kind.SHAPE,
    Severity.VIOLATION,
    Text.of({"fr": "Un plan a un libellé.", "en": "A plan has a label."}),
)
QUALITY: Final = Rule(
    "twice-violation",
    Kind.QUALITY,
    Severity.WARNING,
    Text.of({"fr": "Deux fois.", "en": "Twice."}),
    Text.of({"fr": "Un.", "en": "One."}),
    "SELECT <x> {}",
)
STYLE: Final = Rule(
    "style-tab",
    Kind.STYLE,
    Severity.INFO,
    Text.of({"fr": "Sans.", "en": NASTY}),
    Text.of({"fr": "Ôter.", "en": "Remove."}),
)
IDLE: Final = Rule(
    "pan:IdleShape-x", Kind.SHAPE, Severity.INFO, Text.of({"fr": "Rien.", "en": "Nothing."})
)
FOUND: Final = (
    Finding(
        SHAPE,
        PLAN,
        PAN + "label",
        '"1"^^<http://www.w3.org/2001/XMLSchema#gYear>',
        Place("graph/plans/lu-bhr-2.ttl", 7),
        str(SH.MinCountConstraintComponent),
        Text.of({"fr": "au moins 1", "en": "at least 1"}),
    ),
    Finding(QUALITY, PLAN, value=f"<{PLAN}-x>", place=Place("graph/plans/lu-bhr-2.ttl", 3)),
    Finding(
        STYLE,
        "https://w3id.org/pan2kg/graph/x",
        value='"a \\"b\\""',
        place=Place("graph/a,b:c.ttl", 1),
    ),
)


def report(*findings: Finding, fail_on: Severity = Severity.VIOLATION) -> Report:
    looked_at = {SHAPE.key: 12, QUALITY.key: 3, STYLE.key: 4}
    return Report(
        (SHAPE, QUALITY, STYLE, IDLE), reports.in_order(findings), looked_at, NAMES, fail_on=fail_on
    )


def test_a_report_conforms_below_what_it_fails_on_and_has_an_order() -> None:
    cases = (
        ((), Severity.INFO, True),
        (FOUND[:1], Severity.VIOLATION, False),
        (FOUND[1:], Severity.VIOLATION, True),
        (FOUND[1:2], Severity.WARNING, False),
        (FOUND[2:], Severity.WARNING, True),
    )
    for found, fail_on, conforms in cases:
        assert report(*found, fail_on=fail_on).conforms is conforms
    assert reports.in_order(reversed(FOUND)) == reports.in_order(FOUND) == FOUND
    places = [Place("graph/a.ttl", 9), Place("graph/a.ttl", 10), Place("graph/plans/p/x.ttl", 2)]
    of_rule = [Finding(STYLE, f"http://e/{9 - at}", place=place) for at, place in enumerate(places)]
    assert [finding.place for finding in reports.in_order(reversed(of_rule))] == places
    # what stands outside the plans is told after them
    assert [[part for part, _ in parts] for _, parts in report(*of_rule).groups()] == [["p", ""]]


def test_the_text_tells_verdict_rule_place_and_remedy_with_two_examples_and_counts_more() -> None:
    assert FOUND[0].remedy == Text.of({"fr": "Indiquer au moins 1.", "en": "Give at least 1."})
    text = write_report(report(*FOUND), language="en")
    assert text.startswith(
        "The graph does not conform: 1 violation, 1 warning, 1 point to look at (4 rules checked).\n"
    )
    assert (
        "VIOLATION pan:PlanShape-label (1 failure / 12 things looked at)\n  A plan has a label.\n"
        in text
    )
    assert "graph/plans/lu-bhr-2.ttl:7: plan:lu-bhr-2 « Plan 2, second: 100 % »\n" in text
    assert (
        'property: pan:label; found: "1"^^<http://www.w3.org/2001/XMLSchema#gYear>; expected: at least 1\n'
        in text
    )
    assert "  Remedy: One.\n  lu-bhr-2 (1)\n" in text
    assert "had nothing to look at (0 things): pan:IdleShape-x" in text
    many = [
        Finding(QUALITY, f"{PLAN}-{n}", place=Place(f"graph/plans/p{n % 7}/x.ttl", n))
        for n in range(30)
    ]
    text = write_report(report(*many), language="en")
    assert text.count(": plan:lu-bhr-2-") == 2
    assert "… 28 more\n" in text
    assert "… 2 more plans\n" in text
    assert write_report(report(*many), language="en", examples=None).count(": plan:lu-bhr-2-") == 30


def test_a_clean_report_is_one_sentence_in_each_language() -> None:
    clean = Report((SHAPE,), looked_at={SHAPE.key: 1})
    assert [write_report(clean, language=language) for language in ("fr", "de", "en")] == [
        "Le graphe est conforme\u00a0: aucun manquement (1 règle vérifiée).\n",
        "Der Graph ist konform: keine Mängel (1 geprüfte Regel).\n",
        "The graph conforms: no failures (1 rule checked).\n",
    ]


def test_json_holds_every_finding_in_both_languages() -> None:
    content = json.loads(write_report(report(*FOUND), "json"))
    assert content["conforms"] is False
    assert content["counts"] == {"violation": 1, "warning": 1, "info": 1}
    assert [rule["looked_at"] for rule in content["rules"]] == [12, 3, 4, 0]
    first = content["findings"][0]
    assert first["message"] == {"fr": "Un plan a un libellé.", "en": "A plan has a label."}
    assert first["place"] == {"file": "graph/plans/lu-bhr-2.ttl", "line": 7}
    assert first["plan"] == "lu-bhr-2"


def test_github_commands_hide_what_would_end_them() -> None:
    lines = write_report(report(*FOUND), "github", language="en").splitlines()
    assert len(lines) == 4
    assert lines[0].startswith(
        "::error file=graph/plans/lu-bhr-2.ttl,line=7,title=pan%3APlanShape-label::plan:"
    )
    assert "second: 100 %25 »: A plan has a label. (" in lines[0]
    assert lines[1].startswith("::warning ")
    assert lines[2].startswith("::notice file=graph/a%2Cb%3Ac.ttl,line=1,title=style-tab::<script>")
    assert "100 %25, a:b%0Aline" in lines[2]


def test_the_page_is_closed_escaped_and_needs_nothing_else() -> None:
    for language in LANGUAGES:
        text = write_report(report(*FOUND), "html", language=language)
        closed = re.sub(r"<(meta|br)([^>]*?)/?>", r"<\1\2/>", text.partition("\n")[2]).replace(
            "&nbsp;", " "
        )
        elements = list(ET.fromstring(closed).iter())
        assert not {"script", "link", "img", "iframe", "b", "x"} & {
            element.tag for element in elements
        }
        assert not [
            name
            for one in elements
            for name in one.attrib
            if name.startswith("on") or name == "src"
        ]
        assert elements[0].attrib["lang"] == language
        assert not re.search(r"url\(|@import", text)
        assert "<pre>SELECT &lt;x&gt; {}</pre>" in text
        assert re.search(r'pan:IdleShape-x</th>.*class="number zero"[^>]*>0<', text)
    names = Names(labels={PLAN: Text.of({"en": "Only English"})})
    text = write_report(Report((SHAPE,), FOUND[:1], {SHAPE.key: 1}, names), "html", language="fr")
    assert '<span lang="en">Only English</span>' in text


def test_junit_fails_a_rule_only_from_what_it_is_to_fail_on_and_is_xml_whatever_a_label_holds() -> (
    None
):
    tree = ET.fromstring(write_report(report(*FOUND), "junit", language="en"))
    cases = {case.get("name"): case for case in tree.iter("testcase")}
    assert set(cases) == {rule.key for rule in (SHAPE, QUALITY, STYLE, IDLE)}
    assert [name for name, case in cases.items() if case.find("failure") is not None] == [SHAPE.key]
    assert [suite.get("failures") for suite in tree] == ["1", "0", "0"]
    assert cases[STYLE.key].findtext("system-out") == 'graph/a,b:c.ttl:1 found: a "b"'
    names = Names(labels={PLAN: Text.of({"fr": "\x00\x1b]]>&<", "en": "\ufffe"})})
    for language in LANGUAGES:
        ET.fromstring(
            write_report(Report((SHAPE,), FOUND[:1], {}, names), "junit", language=language)
        )
    for form in FORMATS:
        assert write_report(Report(), form).endswith("\n")
    with pytest.raises(FormatError, match="text, json, github, html, junit, turtle"):
        write_report(Report(), "pdf")


def test_turtle_is_a_validation_report_of_shacl() -> None:
    graph = rdflib.Graph().parse(data=write_report(report(*FOUND), "turtle"), format="turtle")
    (whole,) = graph.subjects(RDF.type, SH.ValidationReport)
    assert (whole, SH.conforms, Literal(lexical_or_value=False)) in graph
    results = set(graph.objects(whole, SH.result))
    assert len(results) == 3
    for result in results:
        for one in (SH.focusNode, SH.resultSeverity, SH.sourceConstraintComponent):
            assert len(list(graph.objects(result, one))) == 1
        assert {
            m.language for m in graph.objects(result, SH.resultMessage) if isinstance(m, Literal)
        } == {"fr", "en"}
    assert set(graph.subjects(SH.sourceShape, URIRef(f"{PAN}PlanShape-label")))
    assert (None, SH.resultPath, URIRef(f"{PAN}label")) in graph
    empty = rdflib.Graph().parse(data=write_report(report(), "turtle"), format="turtle")
    assert list(empty.objects(None, SH.conforms)) == [Literal(lexical_or_value=True)]


def test_a_baseline_accepts_what_it_was_written_from_and_tells_what_is_solved_with_its_line(
    tmp_path: Path,
) -> None:
    path = tmp_path / "accepted.txt"
    baseline.write_baseline(report(*FOUND), path)
    moved = (
        replace(FOUND[0], place=Place("graph/other.ttl", 99)),
        *FOUND[1:],
    )  # lines move, fingerprints do not
    compared = baseline.compare(report(*moved), baseline.read_baseline(path))
    assert (compared.findings, len(compared.accepted), compared.conforms) == ((), 3, True)
    assert "0 to deal with, 3 already accepted, 0 solved." in write_report(compared, language="en")
    (solved,) = baseline.compare(report(*FOUND[1:]), baseline.read_baseline(path)).findings
    assert solved.place
    assert (
        path.read_text(encoding="utf-8")
        .splitlines()[(solved.place.line or 0) - 1]
        .startswith(SHAPE.key)
    )
    assert (solved.rule.key, solved.severity) == ("baseline-solved", Severity.INFO)
    baseline.write_baseline(report(FOUND[0]), path)  # it accepts as many as it has lines
    assert (
        len(baseline.compare(report(FOUND[0], FOUND[0]), baseline.read_baseline(path)).findings)
        == 1
    )


def test_a_new_baseline_keeps_the_comments_and_forgets_what_is_solved(tmp_path: Path) -> None:
    path = tmp_path / "accepted.txt"
    baseline.write_baseline(report(*FOUND), path)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("twice-", "# known since 2020\ntwice-"), encoding="utf-8")
    before = baseline.compare(report(*FOUND[1:]), baseline.read_baseline(path))
    baseline.write_baseline(before, path)
    entries = baseline.read_baseline(path)
    assert [entry.fingerprint.split()[0] for entry in entries] == ["style-tab", "twice-violation"]
    assert entries[1].comments == ("# known since 2020",)
    again = path.read_bytes()
    baseline.write_baseline(before, path)
    assert path.read_bytes() == again
    with pytest.raises(ProjectError, match="no such file"):
        baseline.read_baseline(tmp_path / "nowhere.txt")


PREFIXES: Final = {"e": "http://e/", "pan": "http://pan/", "skos": "http://skos/"}
words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)
ends = st.text(f"{ascii_lowercase}{digits}-", min_size=1, max_size=8)
keys = st.tuples(st.sampled_from(ascii_lowercase), st.just("") | ends).map("".join)
names = st.tuples(st.sampled_from(("style-", "pan:")), ends).map("".join) | ends.map(
    lambda end: f"x{end}-violation"
)
texts = st.tuples(words, words).map(
    lambda both: Text.of(dict(zip(("fr", "en"), both, strict=True)))
)
kinds = st.sampled_from([kind for kind in Kind if kind is not Kind.BASELINE])
rules = st.builds(Rule, names, kinds, st.sampled_from(Severity), texts)
findings = st.builds(
    Finding,
    rules,
    keys.map("http://e/{}".format),
    value=st.just("") | words.map(string),
    place=st.none() | st.builds(Place, words, st.integers(1, 999)),
)


@given(st.lists(findings, max_size=8), words)
def test_whatever_is_found_each_format_says_all_of_it_and_a_baseline_accepts_it(
    found: list[Finding], label: str
) -> None:
    labels = {finding.focus: Text.of({"fr": label, "en": label}) for finding in found}
    every = tuple({f.rule.key: f.rule for f in found}.values())
    made = Report(every, reports.in_order(found), {}, Names(PREFIXES, labels))
    number = len(found)
    lines = write_report(made, "github", language="en").split("\n")
    assert (len([line for line in lines if line.startswith("::")]), len(lines)) == (
        number,
        number + 2,
    )
    assert ET.fromstring(write_report(made, "junit", language="fr")) is not None
    assert len(json.loads(write_report(made, "json"))["findings"]) == number
    graph = rdflib.Graph().parse(data=write_report(made, "turtle"), format="turtle")
    assert len(list(graph.objects(None, SH.result))) == number
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "accepted.txt"
        baseline.write_baseline(made, path)
        assert baseline.compare(made, baseline.read_baseline(path)).findings == ()
