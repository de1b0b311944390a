"""What reviewers write conforms to the shapes, the quality rules and the house style."""

from __future__ import annotations

from pan2kg.validation.check import check
from pan2kg.validation.report import Finding
from tests.review.conftest import WritableProject
from tests.review.test_decisions import REASON
from tests.review.test_scores import GIVEN, ONE, THREE, TWO, cell


def told(finding: Finding) -> tuple[str, str, str, str]:
    return finding.rule.key, finding.focus, finding.path, finding.value


def test_decisions_of_every_kind_bring_no_finding(writable: WritableProject) -> None:
    """In a few plans, where much is missing that is cited: the same before and after."""
    writable = writable.with_candidate()
    before = check(writable.project)
    first, second, third, fourth = [item for item in writable.queue if not item.link][:4]
    candidate = next(item for item in writable.queue if item.link)
    done = [
        writable.decide(first, reason="Le texte le dit."),
        writable.decide(second, "reject", **REASON),
        writable.decide(third, type="builds-on"),
        writable.decide(fourth, type="external-statement", direction="back"),
        writable.send(form="decision", item=candidate.key, verdict="accept", reviewer="A. Weber"),
        writable.send(**GIVEN, **cell(ONE, THREE, "-2"), **cell(THREE, ONE, "3"), **cell(ONE, TWO, "0")),
    ]
    done.append(writable.reopened().send(**GIVEN, **cell(ONE, THREE, "1")))
    assert [outcome.is_done for outcome in done] == [True] * 7
    after = check(writable.project)
    fresh = {told(finding) for finding in after.findings} - {told(finding) for finding in before.findings}
    assert fresh == set()
