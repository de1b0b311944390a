"""A store that holds what is derived as well is checked as the files are, as far as it is no matter of files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from pan2kg.validation.check import check, check_store
from pan2kg.validation.report import Finding, Kind

if TYPE_CHECKING:
    from pan2kg.graph.graph import Graph


def told(findings: Iterable[Finding]) -> Counter[tuple[str, str, str, str]]:
    return Counter((one.rule.key, one.focus, one.path, one.value) for one in findings)


def test_the_shapes_and_quality_queries_find_the_same_as_over_the_files(few: Graph) -> None:
    """Of a copy from which plans were taken: it has findings of many rules."""
    there = check_store(few.project, few.store)
    here = check(few.project, kinds=(Kind.SHAPE, Kind.QUALITY))
    assert len({one.rule.key for one in here.findings}) > 3
    assert told(there.findings) == told(here.findings)
    assert not any(one.place for one in there.findings)
