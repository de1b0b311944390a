"""Laws of reports and of the house style, whatever a label, a value or a message holds."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

import rdflib
from hypothesis import given
from hypothesis import strategies as st
from rdflib import SH

from pan2kg.errors import Place
from pan2kg.i18n.catalogue import Text
from pan2kg.report.check import write_report
from pan2kg.turtle.blocks import read_turtle_file
from pan2kg.turtle.writer import Block, Statement, string, text, write_turtle
from pan2kg.validation.report import (
    Finding,
    Kind,
    Names,
    Report,
    Rule,
    Severity,
    compare,
    in_order,
    read_baseline,
    write_baseline,
)
from pan2kg.validation.style import check_style

PREFIXES: Final = {"e": "http://e/", "pan": "http://pan/", "skos": "http://skos/"}
words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)
keys = st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True)
names = st.from_regex(r"(style-|pan:)[a-z0-9-]{1,8}|[a-z]{1,8}-violation", fullmatch=True)


@st.composite
def findings(draw: st.DrawFn) -> Finding:
    """A finding of any kind, with any words in it."""
    rule = Rule(
        draw(names),
        draw(st.sampled_from(Kind)),
        draw(st.sampled_from(Severity)),
        Text.of({"fr": draw(words), "en": draw(words)}),
    )
    place = draw(st.none() | st.builds(Place, words, st.integers(1, 999)))
    return Finding(rule, f"http://e/{draw(keys)}", value=draw(st.just("") | words.map(string)), place=place)


def report(found: list[Finding], label: str = "") -> Report:
    """A report on these findings."""
    found = [finding for finding in found if finding.rule.kind is not Kind.BASELINE]
    labels = {finding.focus: Text.of({"fr": label, "en": label}) for finding in found}
    return Report(tuple({f.rule.key: f.rule for f in found}.values()), in_order(found), {}, Names(PREFIXES, labels))


@given(st.lists(findings(), max_size=5), words)
def test_github_gets_one_command_a_finding(found: list[Finding], label: str) -> None:
    made = report(found, label)
    lines = write_report(made, "github", language="en").split("\n")
    assert len([line for line in lines if line.startswith("::")]) == len(made.findings)
    assert len(lines) == len(made.findings) + 2


@given(st.lists(findings(), max_size=5), words)
def test_junit_is_always_xml(found: list[Finding], label: str) -> None:
    ET.fromstring(write_report(report(found, label), "junit", language="fr"))


@given(st.lists(findings(), max_size=5), words)
def test_json_holds_every_finding(found: list[Finding], label: str) -> None:
    made = report(found, label)
    assert len(json.loads(write_report(made, "json"))["findings"]) == len(made.findings)


@given(st.lists(findings(), max_size=5))
def test_turtle_is_always_turtle_with_every_finding(found: list[Finding]) -> None:
    made = report(found)
    graph = rdflib.Graph().parse(data=write_report(made, "turtle"), format="turtle")
    assert len(list(graph.objects(None, SH.result))) == len(made.findings)


@given(st.lists(findings(), max_size=8))
def test_a_baseline_accepts_what_it_was_written_from(found: list[Finding]) -> None:
    made = report(found)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "accepted.txt"
        write_baseline(made, path)
        assert compare(made, read_baseline(path), file="accepted.txt").findings == ()


@given(st.lists(st.tuples(keys, words), min_size=1, max_size=5, unique_by=lambda pair: pair[0]))
def test_what_the_house_writes_keeps_its_style(things: list[tuple[str, str]]) -> None:
    blocks = [
        Block(f"e:{key}", (Statement("a", "pan:Plan"), Statement("skos:prefLabel", text(label, "fr"))))
        for key, label in things
    ]
    file = read_turtle_file(write_turtle(blocks, PREFIXES), "graph/x.ttl")
    assert [(finding.rule.key, finding.place) for finding in check_style([file], PREFIXES)] == []
