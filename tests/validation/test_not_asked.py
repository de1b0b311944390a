"""A store that holds what is derived is checked as the files are; what it cannot be asked for is told, rule by rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from pan2kg.errors import EndpointError
from pan2kg.store.remote import fault
from pan2kg.validation.check import check, check_store
from pan2kg.validation.report import Finding, Kind, Report

if TYPE_CHECKING:
    from pan2kg.graph.graph import Graph
    from pan2kg.store.store import Result, Store


@dataclass(frozen=True)
class Choosy:
    inner: Store
    words: str
    error: EndpointError

    def query(self, text: str) -> Result:
        if self.words in text:
            raise self.error
        return self.inner.query(text)


SLOW = fault("http://e", "endpoint-slow", "allow-time", seconds="1")
REFUSED = fault("http://e", "endpoint-refuses", status="HTTP 500", words="Stack overflow")
GONE = fault("http://e", "endpoint-unreachable", reason="refused")


def told(findings: Iterable[Finding]) -> Counter[tuple[str, str, str, str]]:
    return Counter((one.rule.key, one.focus, one.path, one.value) for one in findings)


def test_the_shapes_and_quality_queries_find_the_same_as_over_the_files(few: Graph, whole: Report) -> None:
    here = check(few.project, kinds=(Kind.SHAPE, Kind.QUALITY))
    assert len({one.rule.key for one in here.findings}) > 3
    assert told(whole.findings) == told(here.findings)
    assert not any(one.place for one in whole.findings)


def keys(report: Report) -> set[str]:
    return {finding.rule.key for finding in report.findings}


@pytest.fixture(scope="module")
def whole(few: Graph) -> Report:
    return check_store(few.project, few.store)


@pytest.mark.parametrize("error", [SLOW, REFUSED])
def test_a_rule_that_is_not_answered_is_a_violation_and_the_others_are_asked(
    few: Graph, whole: Report, error: EndpointError
) -> None:
    found = check_store(few.project, Choosy(few.store, "ontology#speaksFor", error))
    words = {key for key in keys(found) if key.startswith("not-asked:")}
    assert words
    assert not found.conforms
    assert {key.removeprefix("not-asked:") for key in words}.isdisjoint(keys(found))
    assert keys(found) - words == keys(whole) - {key.removeprefix("not-asked:") for key in words}
    said = next(finding for finding in found.findings if finding.rule.key in words)
    assert error.message.say("fr") in said.message.say("fr")


def test_an_endpoint_that_is_gone_is_not_asked_any_further(few: Graph) -> None:
    with pytest.raises(EndpointError, match="cannot be reached"):
        check_store(few.project, Choosy(few.store, "ontology#speaksFor", GONE))
