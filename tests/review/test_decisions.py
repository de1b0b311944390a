"""Decisions: what is written where, what it changes in figures, and what is refused."""

from __future__ import annotations

from pathlib import Path

from pan2kg.coherence.evidence import FIGURED, level
from pan2kg.project import Project
from pan2kg.store.store import select
from pan2kg.turtle.vocabulary import link_iri
from pan2kg.validation.check import check
from tests.review.conftest import EVIDENCE, Refused, WritableProject
from tests.review.test_scores import GIVEN as SCORED
from tests.review.test_scores import ONE, THREE, TWO, cell

REVIEWED = "graph/plans/lu-bhr-2/reviewed.ttl"
"""Of the first suggestion PAN 2 is the younger end, which alone can cite the other."""
REASON = {"reason": "Le texte nomme un autre plan.", "language": "fr"}


def test_the_queue_has_actions_of_different_plans_that_share_a_text_most_bits_first(writable: WritableProject) -> None:
    first = writable.queue[0]
    assert not first.link
    shared = [item.rank or 0.0 for item in writable.queue if not item.link]
    assert shared == sorted(shared, reverse=True)
    assert min(shared) > 0
    assert first.expected == ("edition", "edition")
    assert {level(item.level) for item in writable.queue if not item.link} <= set(FIGURED)
    assert first.via
    assert first.plans[0] != first.plans[1]


def test_what_was_decided_counts_in_figures_or_not_and_is_not_proposed_again(writable: WritableProject) -> None:
    accepted, rejected = writable.queue[0], writable.queue[1]
    ends = accepted.ends[1], accepted.ends[0]
    assert ends not in {(one.source, one.target) for one in writable.material.citations}
    outcome = writable.decide(accepted)
    assert (outcome.code, outcome.files) == ("accepted", (REVIEWED,))
    outcome = writable.decide(rejected, "reject", **REASON)
    text = writable.file(outcome.files[0]).read_text(encoding="utf-8")
    assert 'pan:reviewReason "Le texte nomme un autre plan."@fr ;' in text
    assert link_iri("cross-reference", *rejected.ends).rpartition("/")[2] not in text, "that IRI is for what is so"
    after = writable.reopened()
    assert ends in {(one.source, one.target) for one in after.material.citations}
    assert {accepted.key, rejected.key} == {one.key for one in writable.queue} - {one.key for one in after.queue}
    cites = "ASK {{ <{}> <https://w3id.org/pan2kg/ontology#cites> <{}> }}"
    assert [bool(after.store.query(cites.format(*pair))) for pair in (ends, rejected.ends)] == [True, False]


def test_what_is_missing_unknown_or_hostile_is_refused(writable: WritableProject, refused: Refused) -> None:
    cases: list[tuple[str, dict[str, str]]] = [
        *[("missing", {name: " "}) for name in ("quote", "document", "channel", "direction", "reviewer", "verdict")],
        ("unknown", {"verdict": "delete"}), ("unknown", {"document": "http://evil.example/> ; a <x"}),
        ("unknown", {"type": "succession"}), ("unknown", {"direction": "up"}),
        ("unknown", {"channel": 'text ; pan:x "y"'}), ("unknown", {"language": 'fr . <a> <b> "c"@fr'}),
        ("unknown", {"quote_language": "x-klingon"}), ("unknown-item", {"item": "lu-bhr-1-m3--../../etc"}),
        ("unknown-item", {"item": ""}), ("too-long", {"quote": "x" * 3001}), ("too-long", {"quote": "x" * 10**6}),
        ("too-long", {"reviewer": "x" * 101}), ("hidden-character", {"reason": "a\x00b"}),
        ("hidden-character", {"reviewer": "a\x1bb"}), ("hidden-character", {"quote": "a\u202eb"}),
        ("hidden-character", {"quote": "a\ud800b"}), ("hidden-character", {"page": "\ufffe"}),
        ("unknown", {"form": "delete-everything"}), ("missing", {"verdict": "reject"}),
    ]  # fmt: skip
    form = {"form": "decision", "item": writable.queue[0].key, "verdict": "accept", "reviewer": "A. Weber", **EVIDENCE}
    for code, change in cases:
        refused(code, **form | change)


HOSTILE = 'x" . <http://e/a> <http://e/b> "c" . # \\ """ \'\'\' \\u0041 \r\n@prefix pan: <http://evil/> .\r\n<script>'


def test_what_is_typed_stays_text(writable: WritableProject) -> None:
    item = writable.queue[0]
    writable.decide(item, quote=HOSTILE, reason=HOSTILE, reviewer=f'O\'Neil "{"x" * 20}" \\')
    store = writable.reopened().store
    found = select(store, "SELECT ?r ?q ?n { ?l <https://w3id.org/pan2kg/ontology#reviewReason> ?r ; "
        "<https://w3id.org/pan2kg/ontology#reviewedBy> ?n ; "
        "<https://w3id.org/pan2kg/ontology#evidence>/<https://w3id.org/pan2kg/ontology#quote> ?q }")  # fmt: skip
    typed = HOSTILE.replace("\r\n", "\n")
    assert [found.values(name) for name in ("r", "q")] == [[typed], [typed]]
    assert found.values("n") == [f'O\'Neil "{"x" * 20}" \\']
    assert not store.query("ASK { <http://e/a> ?p ?o }")


def test_a_file_that_cannot_be_added_to_is_left_alone_and_told(writable: WritableProject, tmp_path: Path) -> None:
    for code, text in (
        ("not-turtle", "@prefix pan: <https://w3id.org/pan2kg/ontology#> .\n\npan:x a pan:\n"),
        ("other-prefix", "@prefix pan: <http://elsewhere.example/> .\n\npan:x a pan:Y .\n"),
    ):
        writable.file(REVIEWED).write_text(text, encoding="utf-8")
        outcome = writable.decide(writable.queue[0])
        assert (outcome.code, REVIEWED in outcome.said.say("fr")) == (code, True)
        assert writable.file(REVIEWED).read_text(encoding="utf-8") == text
    folder = writable.file("graph/plans/lu-bhr-2")
    folder.rename(tmp_path / "away")
    folder.write_text("a file in the place of the folder", encoding="utf-8")
    outcome = writable.decide(writable.queue[0])
    assert (outcome.code, outcome.said.say("en").count("\n")) == ("not-written", 0)
    assert folder.read_text(encoding="utf-8") == "a file in the place of the folder"
    dumped = Project(writable.project.root, (writable.file("graph.nq"),))
    assert WritableProject(dumped, writable.store).decide(writable.queue[0]).code == "read-only"


def test_decisions_of_every_kind_bring_no_finding(with_candidate: WritableProject) -> None:
    """In a few plans, where much is missing that is cited: the same before and after."""
    writable, other = with_candidate, SCORED

    def findings() -> set[tuple[str, str, str, str]]:
        return {(one.rule.key, one.focus, one.path, one.value) for one in check(writable.project).findings}

    before = findings()
    first, second, third, fourth = [item for item in writable.queue if not item.link][:4]
    done = [
        writable.decide(first, reason="Le texte le dit."), writable.decide(second, "reject", **REASON),
        writable.decide(third, type="builds-on"), writable.decide(fourth, type="external-statement", direction="back"),
        writable.send(**other, **cell(ONE, THREE, "-2"), **cell(THREE, ONE, "3"), **cell(ONE, TWO, "0")),
        writable.reopened().send(**other, **cell(ONE, THREE, "1")),
    ]  # fmt: skip
    assert [outcome.is_done for outcome in done] == [True] * 6
    assert findings() <= before
