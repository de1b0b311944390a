"""Decisions: what is written where, what it changes in figures, and what is refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pan2kg.coherence.evidence import FIGURED, level
from pan2kg.store.queries import find_query
from pan2kg.store.store import select
from pan2kg.turtle.blocks import read_turtle_file
from pan2kg.turtle.vocabulary import link_iri
from pan2kg.turtle.writer import read_prefixes
from pan2kg.validation.lines import check_style
from tests.review.conftest import EVIDENCE, Refused, WritableProject

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


def test_an_accepted_link_counts_in_figures_and_is_not_proposed_again(writable: WritableProject) -> None:
    item = writable.queue[0]
    ends = item.ends[1], item.ends[0]
    assert ends not in {(one.source, one.target) for one in writable.material.citations}
    outcome = writable.decide(item)
    assert (outcome.code, outcome.files) == ("accepted", (REVIEWED,))
    after = writable.reopened()
    assert ends in {(one.source, one.target) for one in after.material.citations}
    assert item.key not in {one.key for one in after.queue}
    assert bool(
        after.store.query(f"ASK {{ <{item.ends[1]}> <https://w3id.org/pan2kg/ontology#cites> <{item.ends[0]}> }}")
    )


def test_a_rejected_link_keeps_its_reason_and_is_not_proposed_again(writable: WritableProject) -> None:
    item = writable.queue[0]
    outcome = writable.decide(item, "reject", **REASON)
    assert outcome.code == "rejected"
    text = writable.file(REVIEWED).read_text(encoding="utf-8")
    assert 'pan:reviewReason "Le texte nomme un autre plan."@fr ;' in text
    assert link_iri("cross-reference", *item.ends).rpartition("/")[2] not in text, "that IRI is for what is so"
    after = writable.reopened()
    assert item.key not in {one.key for one in after.queue}
    assert len(after.queue) == len(writable.queue) - 1
    assert not after.store.query(
        f"ASK {{ <{item.ends[0]}> <https://w3id.org/pan2kg/ontology#cites> <{item.ends[1]}> }}"
    )


@pytest.mark.parametrize(
    ("code", "change"),
    [
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
    ],
)  # fmt: skip
def test_what_is_missing_unknown_or_hostile_is_refused(
    writable: WritableProject, refused: Refused, code: str, change: dict[str, str]
) -> None:
    item = writable.queue[0].key
    given = {"form": "decision", "item": item, "verdict": "accept", "reviewer": "A. Weber", **EVIDENCE}
    refused(code, **given | change)


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


def test_an_old_file_keeps_every_byte_but_for_prefixes_it_lacks(writable: WritableProject) -> None:
    first, second = writable.queue[:2]
    writable.decide(first, "reject", **REASON)
    path = writable.file(REVIEWED)
    old = path.read_text(encoding="utf-8") + "\n# Remarque de la main : à revoir en juin – « oui »\n\n# Fin\n"
    path.write_text(old, encoding="utf-8")
    path.chmod(0o640)
    writable.decide(second)
    new = path.read_text(encoding="utf-8")
    fresh = {line for line in new.split("\n") if line.startswith("@prefix") and line not in old}
    assert {re.sub(r"@prefix (\w+):.*", r"\1", line) for line in fresh} == {"channel", "dcterms", "document", "passage"}
    assert "".join(line for line in new.splitlines(keepends=True) if line.strip("\n") not in fresh).startswith(old)
    assert path.stat().st_mode & 0o777 == 0o640
    assert list(check_style([read_turtle_file(new, REVIEWED)], read_prefixes(writable.project))) == []


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("not-turtle", "@prefix pan: <https://w3id.org/pan2kg/ontology#> .\n\npan:x a pan:\n"),
        ("other-prefix", "@prefix pan: <http://elsewhere.example/> .\n\npan:x a pan:Y .\n"),
    ],
)
def test_an_old_file_that_cannot_be_added_to_is_left_alone(writable: WritableProject, code: str, text: str) -> None:
    writable.file(REVIEWED).write_text(text, encoding="utf-8")
    outcome = writable.decide(writable.queue[0])
    assert outcome.code == code
    assert REVIEWED in outcome.said.say("fr")
    assert writable.file(REVIEWED).read_text(encoding="utf-8") == text


def test_a_file_that_cannot_be_written_is_told_in_a_sentence(writable: WritableProject, tmp_path: Path) -> None:
    folder = writable.file("graph/plans/lu-bhr-2")
    folder.rename(tmp_path / "away")
    folder.write_text("a file in the place of the folder", encoding="utf-8")
    outcome = writable.decide(writable.queue[0])
    assert outcome.code == "not-written"
    assert "exist" in outcome.said.say("en") or "directory" in outcome.said.say("en")
    assert folder.read_text(encoding="utf-8") == "a file in the place of the folder"


def test_a_candidate_is_replaced_by_the_decision_and_no_longer_listed(with_candidate: WritableProject) -> None:
    item = next(item for item in with_candidate.queue if item.link)
    assert (item.type, item.rank) == ("cross-reference", 0.8)
    old = with_candidate.file("graph/plans/lu-bhr-2/links.ttl").read_bytes()
    outcome = with_candidate.send(form="decision", item=item.key, verdict="accept", reviewer="A. Weber")
    assert outcome.files == ("graph/plans/lu-bhr-2/reviewed.ttl",)
    text = with_candidate.file(outcome.files[0]).read_text(encoding="utf-8")
    assert (
        "dcterms:replaces link:00000000000000ca ;\n    pan:evidence passage:lu-bhr-2-lu-bhr-1 ;\n    dcterms:source"
        in text
    )
    assert "pan:relation relation:references ;" in text
    assert "pan:channel channel:web ;" in text
    assert "pan:confidence" not in text
    assert with_candidate.file("graph/plans/lu-bhr-2/links.ttl").read_bytes() == old
    after = with_candidate.reopened()
    assert not any(one.link for one in after.queue)
    query = find_query(after.project, "suggested-links")
    assert item.link not in select(after.store, query.text).values("link")


def test_a_dump_is_not_written_to(writable: WritableProject) -> None:
    from pan2kg.project import Project

    dumped = Project(writable.project.root, (writable.file("graph.nq"),))
    assert WritableProject(dumped, writable.store).decide(writable.queue[0]).code == "read-only"
