"""Laws of reports and of the house style, whatever a label, a value or a message holds."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from string import ascii_lowercase, digits
from typing import Final
from xml.etree import ElementTree as ET

import rdflib
from hypothesis import given
from hypothesis import strategies as st
from rdflib import SH

from pan2kg.errors import Place
from pan2kg.i18n.catalogue import Text
from pan2kg.report.check import write_report
from pan2kg.turtle.writer import string
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

PREFIXES: Final = {"e": "http://e/", "pan": "http://pan/", "skos": "http://skos/"}
words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)
ends = st.text(f"{ascii_lowercase}{digits}-", min_size=1, max_size=8)
keys = st.tuples(st.sampled_from(ascii_lowercase), st.just("") | ends).map("".join)
names = st.tuples(st.sampled_from(("style-", "pan:")), ends).map("".join) | ends.map(lambda end: f"x{end}-violation")


@st.composite
def findings(draw: st.DrawFn) -> Finding:
    rule = Rule(
        draw(names),
        draw(st.sampled_from(Kind)),
        draw(st.sampled_from(Severity)),
        Text.of({"fr": draw(words), "en": draw(words)}),
    )
    place = draw(st.none() | st.builds(Place, words, st.integers(1, 999)))
    return Finding(rule, f"http://e/{draw(keys)}", value=draw(st.just("") | words.map(string)), place=place)


def report(found: list[Finding], label: str = "") -> Report:
    found = [finding for finding in found if finding.rule.kind is not Kind.BASELINE]
    labels = {finding.focus: Text.of({"fr": label, "en": label}) for finding in found}
    return Report(tuple({f.rule.key: f.rule for f in found}.values()), in_order(found), {}, Names(PREFIXES, labels))


@given(st.lists(findings(), max_size=8), words)
def test_whatever_is_found_each_format_says_all_of_it_and_a_baseline_accepts_it(
    found: list[Finding], label: str
) -> None:
    made = report(found, label)
    number = len(made.findings)
    lines = write_report(made, "github", language="en").split("\n")
    assert len([line for line in lines if line.startswith("::")]) == number
    assert len(lines) == number + 2
    assert ET.fromstring(write_report(made, "junit", language="fr")) is not None
    assert len(json.loads(write_report(made, "json"))["findings"]) == number
    graph = rdflib.Graph().parse(data=write_report(made, "turtle"), format="turtle")
    assert len(list(graph.objects(None, SH.result))) == number
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "accepted.txt"
        write_baseline(made, path)
        assert compare(made, read_baseline(path), file="accepted.txt").findings == ()
