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


def test_an_accepted_link_is_written_in_house_style(writable: WritableProject) -> None:
    item = writable.queue[0]
    outcome = writable.decide(item)
    assert (outcome.code, outcome.files) == ("accepted", (REVIEWED,))
    text = writable.file(REVIEWED).read_text(encoding="utf-8")
    assert list(check_style([read_turtle_file(text, REVIEWED)], read_prefixes(writable.project))) == []
    assert "<https://w3id.org/pan2kg/graph/plans/lu-bhr-2/reviewed> a pan:SourceGraph ;" in text
    assert 'pan:reviewedBy "A. Weber" ;\n    pan:reviewedOn "2026-05-04"^^xsd:date ;' in text
    assert 'pan:quote "l’action 2.2 du PAN 1"@fr ;\n    pan:page "12" ;' in text
    assert link_iri("cross-reference", item.ends[1], item.ends[0]).rpartition("/")[2] in text


def test_an_accepted_link_counts_in_figures_and_is_not_proposed_again(writable: WritableProject) -> None:
    item = writable.queue[0]
    ends = item.ends[1], item.ends[0]
    assert ends not in {(one.source, one.target) for one in writable.material.citations}
    writable.decide(item)
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


def test_the_direction_chosen_decides_in_whose_folder_a_link_stands(writable: WritableProject) -> None:
    item = writable.queue[0]
    outcome = writable.decide(item, direction="back", type="builds-on", channel="")
    assert outcome.files == ("graph/plans/lu-bhr-2/reviewed.ttl",)
    text = writable.file(outcome.files[0]).read_text(encoding="utf-8")
    one, two = (end.rpartition("/")[2] for end in item.ends)
    assert one.startswith("lu-bhr-1-")
    assert f"pan:linkType linktype:builds-on ;\n    pan:from action:{two} ;\n    pan:to action:{one} ;" in text
    assert "pan:channel" not in text


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("missing", {"quote": " "}),
        ("missing", {"document": ""}),
        ("missing", {"channel": ""}),
        ("missing", {"direction": ""}),
        ("missing", {"reviewer": ""}),
        ("missing", {"verdict": ""}),
        ("unknown", {"verdict": "delete"}),
        ("unknown", {"document": "http://evil.example/> ; a <x"}),
        ("unknown", {"type": "succession"}),
        ("unknown", {"direction": "up"}),
        ("unknown", {"channel": 'text ; pan:x "y"'}),
        ("unknown", {"language": 'fr . <a> <b> "c"@fr'}),
        ("unknown", {"quote_language": "x-klingon"}),
        ("unknown-item", {"item": "lu-bhr-1-m3--../../etc"}),
        ("unknown-item", {"item": ""}),
        ("too-long", {"quote": "x" * 3001}),
        ("too-long", {"quote": "x" * 10**6}),
        ("too-long", {"reviewer": "x" * 101}),
        ("hidden-character", {"reason": "a\x00b"}),
        ("hidden-character", {"reviewer": "a\x1bb"}),
        ("hidden-character", {"quote": "a\u202eb"}),
        ("hidden-character", {"quote": "a\ud800b"}),
        ("hidden-character", {"page": "\ufffe"}),
    ],
)
def test_what_is_missing_unknown_or_hostile_is_refused(
    writable: WritableProject, refused: Refused, code: str, change: dict[str, str]
) -> None:
    item = writable.queue[0].key
    given = {"form": "decision", "item": item, "verdict": "accept", "reviewer": "A. Weber", **EVIDENCE}
    refused(code, **given | change)


def test_a_plan_cites_none_that_is_younger(writable: WritableProject, refused: Refused) -> None:
    item = writable.queue[0]
    given = {"form": "decision", "item": item.key, "verdict": "accept", "reviewer": "A. Weber", **EVIDENCE}
    for type_ in ("cross-reference", "in-line-with", "builds-on"):
        refused("not-taken", **given | {"type": type_, "direction": "forth"})
    outcome = writable.send(**given | {"direction": "forth"})
    assert outcome.values["field"] == "direction"
    assert re.search(r"lu-bhr-2-\S+ date du 2019-12-11 et lu-bhr-1-\S+ du 2018-\d\d-\d\d", outcome.said.say("fr"))
    assert writable.decide(item, type="external-statement", direction="forth").code == "accepted"


def test_a_citation_is_quoted_from_the_side_that_cites(writable: WritableProject, refused: Refused) -> None:
    item = writable.queue[0]
    given = {"form": "decision", "item": item.key, "verdict": "accept", "reviewer": "A. Weber", **EVIDENCE}
    cited, citing = (next(iter(documents_of(writable, plan))) for plan in item.plans)
    refused("not-taken", **given | {"document": cited})
    outcome = writable.send(**given | {"document": cited})
    assert outcome.values["field"] == "document"
    assert f"{cited} porte les termes de lu-bhr-1" in outcome.said.say("fr")
    assert writable.decide(item, document=citing).code == "accepted"


def documents_of(writable: WritableProject, plan: str) -> list[str]:
    """The keys of the documents that carry the words of a plan and of nothing else."""
    query = f"""SELECT ?document WHERE {{ ?document <https://w3id.org/pan2kg/ontology#speaksFor> <{plan}>
        FILTER NOT EXISTS {{ ?document <https://w3id.org/pan2kg/ontology#speaksFor> ?other FILTER(?other != <{plan}>) }}
        }} ORDER BY ?document"""
    return [one.rpartition("/")[2] for one in select(writable.store, query).values("document")]


def test_a_form_of_another_kind_is_refused(refused: Refused) -> None:
    refused("unknown", form="delete-everything")
    refused("missing", item="x")


def test_a_rejection_without_reason_is_refused(writable: WritableProject, refused: Refused) -> None:
    refused("missing", form="decision", item=writable.queue[0].key, verdict="reject", reviewer="A. Weber")


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


def test_a_second_decision_is_told_of_the_first(writable: WritableProject) -> None:
    item = writable.queue[0]
    writable.decide(item)
    before = writable.state()
    outcome = writable.decide(item, "reject", direction="back", **REASON)
    assert (outcome.code, outcome.values) == ("decided-meanwhile", {"file": REVIEWED})
    assert REVIEWED in outcome.said.say("de")
    assert writable.state() == before


def test_a_decision_written_by_hand_elsewhere_counts_too(writable: WritableProject) -> None:
    item = writable.queue[0]
    ends = [end.rpartition("/")[2] for end in item.ends]
    writable.add(
        "graph/plans/lu-bhr-2/links.ttl",
        f"""
link:00000000000000cb a pan:Link ;
    pan:linkType linktype:builds-on ;
    pan:from action:{ends[1]} ;
    pan:to action:{ends[0]} ;
    pan:status linkstatus:accepted ;
    pan:evidence passage:lu-bhr-2-lu-bhr-1 ;
    dcterms:source document:globalnaps-org-country-issue-luxembourg-workers-rights ;
    pan:certainty certainty:stated .
""",
    )
    assert writable.decide(item).code == "decided-meanwhile"
    assert item.key not in {one.key for one in writable.reopened().queue}


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


def test_a_loop_of_what_builds_on_what_is_not_closed(writable: WritableProject) -> None:
    item = writable.queue[0]
    one, two = (end.rpartition("/")[2] for end in item.ends)
    writable.add(
        "graph/plans/lu-bhr-2/links.ttl",
        f"""
link:00000000000000cc a pan:Link ;
    pan:linkType linktype:builds-on ;
    pan:from action:{one} ;
    pan:to action:lu-bhr-2-1-1 ;
    pan:status linkstatus:accepted .

link:00000000000000cd a pan:Link ;
    pan:linkType linktype:builds-on ;
    pan:from action:lu-bhr-2-1-1 ;
    pan:to action:{two} ;
    pan:status linkstatus:accepted .
""",
    )
    assert writable.decide(item, type="builds-on").code == "loop"
    assert writable.decide(item).code == "accepted", "to cite closes no loop"


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


def test_a_candidate_can_be_rejected_once(with_candidate: WritableProject) -> None:
    item = next(item for item in with_candidate.queue if item.link)
    assert with_candidate.decide(item, "reject", **REASON).code == "rejected"
    assert with_candidate.decide(item, "reject", **REASON).code == "decided-meanwhile"
    assert not any(one.link for one in with_candidate.reopened().queue)


def test_a_dump_is_not_written_to(writable: WritableProject) -> None:
    from pan2kg.project import Project

    dumped = Project(writable.project.root, (writable.file("graph.nq"),))
    assert WritableProject(dumped, writable.store).decide(writable.queue[0]).code == "read-only"
