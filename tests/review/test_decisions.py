"""Decisions: what is written where, what it changes in figures, and what is refused, wherever a candidate is from."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pyoxigraph as ox
import pytest

import pan2kg
from pan2kg.coherence.evidence import FIGURED, level
from pan2kg.graph.graph import Graph
from pan2kg.project import Project
from pan2kg.review.decision import Candidate
from pan2kg.review.desk import Desk, open_desk
from pan2kg.review.keys import press
from pan2kg.review.work import Material, read_material
from pan2kg.store.store import select
from pan2kg.turtle.vocabulary import link_iri, thing
from pan2kg.validation.check import check
from tests.conftest import Cli
from tests.review.conftest import (
    DAY,
    EVIDENCE,
    FILE,
    PLAN,
    READ,
    Refused,
    WritableProject,
    cases,
    prepare,
)
from tests.review.test_scores import GIVEN as SCORED, ONE, THREE, TWO, cell

REASON = {"reason": "Le texte nomme un autre plan.", "language": "fr"}


def test_what_was_decided_counts_in_figures_or_not_and_is_not_proposed_again(
    writable: WritableProject,
) -> None:
    """The queue has actions of different plans that share a text, most bits first; of the first PAN 2 is younger."""
    suggested = [item for item in writable.queue if not item.link]
    ranks = [item.rank or 0.0 for item in suggested]
    assert ranks == sorted(ranks, reverse=True)
    assert min(ranks) > 0
    assert {level(item.level) for item in suggested} <= set(FIGURED)
    accepted, rejected, *_ = suggested
    assert (accepted.expected, bool(accepted.via), len({*accepted.plans})) == (
        ("edition", "edition"),
        True,
        2,
    )
    ends = accepted.ends[1], accepted.ends[0]
    assert ends not in {
        (citation.source, citation.target) for citation in writable.material.citations
    }
    outcome = writable.decide(accepted)
    assert (outcome.code, outcome.files) == ("accepted", (FILE,))
    outcome = writable.decide(rejected, "reject", **REASON)
    text = writable.file(outcome.files[0]).read_text(encoding="utf-8")
    assert 'pan:reviewReason "Le texte nomme un autre plan."@fr ;' in text
    assert link_iri("cross-reference", *rejected.ends).rpartition("/")[2] not in text, (
        "that IRI is for what is so"
    )
    after = writable.reopened()
    assert ends in {(citation.source, citation.target) for citation in after.material.citations}
    before, left = ({item.key for item in project.queue} for project in (writable, after))
    assert before - left == {accepted.key, rejected.key}
    cites = "ASK {{ <{}> <https://w3id.org/pan2kg/ontology#cites> <{}> }}"
    assert [bool(after.store.query(cites.format(*pair))) for pair in (ends, rejected.ends)] == [
        True,
        False,
    ]


def test_what_is_missing_unknown_or_hostile_is_refused(
    writable: WritableProject, refused: Refused
) -> None:
    form = {
        "form": "decision",
        "item": writable.queue[0].key,
        "verdict": "accept",
        "reviewer": "A. Weber",
        **EVIDENCE,
    }
    for case in cases("refused-decisions"):
        refused(case["code"], **form | case["change"])


HOSTILE = 'x" . <http://e/a> <http://e/b> "c" . # \\ """ \'\'\' \\u0041 \r\n@prefix pan: <http://evil/> .\r\n<script>'


def test_what_is_typed_stays_text(writable: WritableProject) -> None:
    name = f'O\'Neil "{"x" * 20}" \\'
    writable.decide(writable.queue[0], quote=HOSTILE, reason=HOSTILE, reviewer=name)
    store = writable.reopened().store
    found = select(
        store,
        "PREFIX pan: <https://w3id.org/pan2kg/ontology#> SELECT ?r ?q ?n "
        "{ ?l pan:reviewReason ?r ; pan:reviewedBy ?n ; pan:evidence/pan:quote ?q }",
    )
    typed = HOSTILE.replace("\r\n", "\n")
    assert [found.values(column) for column in ("r", "q", "n")] == [[typed], [typed], [name]]
    assert not store.query("ASK { <http://e/a> ?p ?o }")


def test_a_file_that_cannot_be_added_to_is_left_alone_and_told(
    writable: WritableProject, tmp_path: Path
) -> None:
    for code, text in (
        ("not-turtle", "@prefix pan: <https://w3id.org/pan2kg/ontology#> .\n\npan:x a pan:\n"),
        ("other-prefix", "@prefix pan: <http://elsewhere.example/> .\n\npan:x a pan:Y .\n"),
    ):
        writable.file(FILE).write_text(text, encoding="utf-8")
        outcome = writable.decide(writable.queue[0])
        assert (outcome.code, FILE in outcome.said.say("fr")) == (code, True)
        assert writable.file(FILE).read_text(encoding="utf-8") == text
    folder = writable.file("graph/plans")
    folder.rename(tmp_path / "away")
    folder.write_text("a file in the place of the folder", encoding="utf-8")
    outcome = writable.decide(writable.queue[0])
    assert (outcome.code, outcome.said.say("en").count("\n")) == ("not-written", 0)
    assert folder.read_text(encoding="utf-8") == "a file in the place of the folder"
    dumped = Project(writable.project.root, (writable.file("graph.nq"),))
    assert WritableProject(dumped, writable.store).decide(writable.queue[0]).code == "read-only"


def test_decisions_of_every_kind_bring_no_finding(with_candidate: WritableProject) -> None:
    """In a few plans, where much is missing that is cited: the same before and after."""
    writable = with_candidate

    def findings() -> set[tuple[str, str, str, str]]:
        listed = check(writable.project).findings
        return {
            (finding.rule.key, finding.focus, finding.path, finding.value) for finding in listed
        }

    before = findings()
    first, second, third, fourth = [item for item in writable.queue if not item.link][:4]
    done = [
        writable.decide(first, reason="Le texte le dit."),
        writable.decide(second, "reject", **REASON),
        writable.decide(third, type="builds-on"),
        writable.decide(fourth, type="external-statement", direction="back"),
        writable.send(
            **SCORED, **cell(ONE, THREE, "-2"), **cell(THREE, ONE, "3"), **cell(ONE, TWO, "0")
        ),
        writable.reopened().send(**SCORED, **cell(ONE, THREE, "1")),
    ]
    assert [outcome.is_done for outcome in done] == [True] * 6
    assert findings() <= before


OF_THE_FIRST = "globalnaps-org-country-issue-luxembourg-policy-coherence"
"""A document that carries the words of PAN 1 alone."""
INVENTED = "de ne citer aucun autre plan"
WORK = thing("action", f"{PLAN}-4-1")
YOUNGER = "lu-cooperation-gender-2021"


def accepted(number: int, kind: str, start: str, end: str, *more: str) -> str:
    lines = f"a pan:Link|pan:linkType linktype:{kind}|pan:from {start}|pan:to {end}|pan:status linkstatus:accepted"
    return f"\nlink:00000000000000{number} " + " ;\n    ".join((*lines.split("|"), *more)) + " .\n"


@dataclass(frozen=True)
class Room:
    """A copy to be written to, and the three ways to write a link into it."""

    writable: WritableProject
    cli: Cli
    few: pan2kg.Graph

    def desk(self, document: str = READ, **change: object) -> Desk:
        """A desk with one candidate of a document, from an action of PAN 2 to PAN 1 where nothing else is said."""
        root = self.writable.project.root
        project = Project.at(root if (root / "work").exists() else prepare(root))
        read = read_material(Graph(project, self.few.store, language="fr", as_of=DAY), project)
        plan, (first, *_) = next(iter(read.plans.items()))
        candidate = replace(first, **{"relation": "references"} | change)  # type: ignore[arg-type]
        material = Material(read.graph, {plan: (candidate,)}, read.texts)
        material.__dict__["documents"] = {plan: thing("document", document)}
        return open_desk(material, project, "A. Weber", DAY)

    def by_document(self, document: str = READ, **change: object) -> str:
        return press(self.desk(document, **change), "a").say("en")

    def by_graph(self, **form: str) -> str:
        return self.writable.decide(self.first, **form).said.say("fr")

    def by_hand(
        self, end: str, document: str = READ, quote: str = "Principes directeurs", *more: str
    ) -> str:
        words = ("--document", document, "--quote", quote, "--language", "en", *more)
        done = self.cli("add", "link", f"{PLAN}-4-1", end, *words, cwd=self.writable.project.root)
        assert (done.returncode == 0) == (not done.stderr.startswith("pan2kg: "))
        return done.stderr

    @property
    def first(self) -> Candidate:
        return self.writable.queue[0]


@pytest.fixture
def room(writable: WritableProject, cli: Cli, few: pan2kg.Graph) -> Room:
    return Room(writable, cli, few)


REFUSED: list[tuple[Callable[[Room], str], str]] = [
    (lambda room: room.by_document(ends=(WORK, thing("plan", YOUNGER))), "is of 20"),
    (lambda room: room.by_graph(direction="forth"), "date du 20"),
    (lambda room: room.by_hand(YOUNGER), "is of 20"),
    (lambda room: room.by_document(OF_THE_FIRST), "carries the words of lu-bhr-1"),
    (lambda room: room.by_graph(document=OF_THE_FIRST), "porte les termes de lu-bhr-1"),
    (lambda room: room.by_hand("lu-bhr-1", OF_THE_FIRST), "carries the words of lu-bhr-1"),
    (lambda room: room.by_graph(document=READ, quote=INVENTED), INVENTED),
    (lambda room: room.by_hand("lu-climate-pact-2012", quote=INVENTED), INVENTED),
    (lambda room: room.by_document(ends=(WORK, "ilo:C122")), "nothing called ilo:C122"),
]


def test_what_cannot_be_is_refused_and_no_file_changes(room: Room) -> None:
    desk = room.desk()  # puts the text that was read into the project
    desk.waiting = [
        replace(
            desk.waiting[0], quotations=(replace(desk.quotation, start=desk.quotation.start + 1),)
        )
    ]
    before = room.writable.state()
    assert "read anew since" in press(desk, "a").say("en")
    for number, (ask, said) in enumerate(REFUSED):
        assert said in ask(room), number
        assert room.writable.state() == before, number
    changes = (
        {"direction": "forth"},
        {"document": OF_THE_FIRST},
        {"quote": INVENTED, "document": READ},
    )
    for change in changes:
        outcome = room.writable.decide(room.first, **change)
        assert (outcome.code, outcome.values["field"]) == ("not-taken", next(iter(change))), (
            "where a form went wrong"
        )
    desk = room.desk(ends=(WORK, thing("plan", YOUNGER)))
    first = desk.waiting[0]
    desk.waiting = [
        first,
        replace(first, key="other", ends=(thing("action", f"{PLAN}-4-2"), first.ends[1])),
    ]
    assert press(desk, "b 1").key == "said.ticked"
    assert "2021-05" in press(desk, "a").say("en")
    assert room.writable.state() == before, "none of several is written where one cannot be"
    assert press(desk, "r2").key == "said.rejected"


TOLD = {
    "loop": {"document": "close a loop", "graph": "fermerait une boucle", "hand": "close a loop"},
    "decided": {"document": "meanwhile", "graph": "entre-temps", "hand": "duplicate-link"},
}


@pytest.mark.parametrize("way", ["document", "graph", "hand"])
@pytest.mark.parametrize("what", TOLD)
def test_what_stands_in_files_refuses_a_decision(room: Room, way: str, what: str) -> None:
    """A loop of what builds on what may go by way of others; what somebody decided elsewhere, or wrote, counts too."""
    ends = "plan:lu-bhr-1", f"action:{PLAN}-4-1"
    if way == "graph":
        ends = tuple(f"action:{end.rpartition('/')[2]}" for end in room.first.ends)  # type: ignore[assignment]
    desk = room.desk(**{"linked_as": "builds-on"} if what == "loop" else {})
    kind = "builds-on" if way == "graph" or what == "loop" else "cross-reference"
    links = accepted(
        10, kind, *ends[::-1], "pan:relation relation:references", "pan:certainty certainty:stated"
    )
    if what == "loop":
        over = "plan:lu-climate-pact-2012"
        links = accepted(11, kind, ends[0], over) + accepted(12, kind, over, ends[1])
    room.writable.add(f"graph/plans/{PLAN}.ttl", links)
    before = room.writable.state()
    if way == "document":
        said = press(desk, "a").say("en")
    elif way == "graph":
        said = room.by_graph(type="builds-on", channel="") if what == "loop" else room.by_graph()
    else:
        more = ("--type", "builds-on") if what == "loop" else ("--relation", "references")
        said = room.by_hand("lu-bhr-1", READ, "Principes directeurs", *more)
    assert TOLD[what][way] in said
    assert room.writable.state() == before


def test_what_is_refused_of_a_link_may_be_rejected_announced_or_said_by_others(room: Room) -> None:
    assert press(room.desk(OF_THE_FIRST), "r2").key == "said.rejected", (
        "to reject needs no words of anybody"
    )
    assert (
        press(room.desk(ends=(WORK, thing("plan", YOUNGER)), relation="announces"), "a").key
        == "said.accepted"
    )
    assert (
        room.writable.decide(room.first, type="external-statement", direction="forth").code
        == "accepted"
    )


SCRIPT = """
import json, resource, signal, sys
from datetime import date
from pan2kg.project import Project
from pan2kg.review.forms import FORMS, submit
from pan2kg.scores.review import enter
from pan2kg.store.rules import open_store

project = Project.at(sys.argv[1])
store = open_store(project)
print("ready", flush=True)
forms = json.loads(sys.stdin.readline())
if len(sys.argv) > 2:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
known = {**FORMS, "scores": enter}
print(json.dumps([submit(project, store, form, date(2026, 5, 4), forms=known).code for form in forms]), flush=True)
"""


def run(folder: Path, forms: list[list[dict[str, str]]], *limit: str) -> list[list[str]]:
    """The answers to forms that processes send, a list each, all at once as soon as all are ready."""
    command = [sys.executable, "-c", SCRIPT, str(folder), *limit]
    people = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in forms
    ]
    for person in people:
        assert person.stdout
        assert person.stdout.readline() == "ready\n"
    for person, theirs in zip(people, forms, strict=True):
        assert person.stdin
        person.stdin.write(json.dumps(theirs) + "\n")
        person.stdin.flush()
    return [json.loads(person.communicate(timeout=600)[0]) for person in people]


def form(item: str, name: str) -> dict[str, str]:
    return {"form": "decision", "item": item, "verdict": "accept", "reviewer": name, **EVIDENCE}


def test_of_two_who_decide_on_the_same_links_one_is_told_and_a_full_disk_loses_nothing(
    writable: WritableProject,
) -> None:
    *items, last = [item.key for item in writable.queue if item.plans[0].endswith("/lu-bhr-1")]
    assert len(items) > 2
    root = writable.project.root
    answers = run(
        root, [[form(item, name) for item in items] for name in ("A. Weber", "B. Schmit")]
    )
    assert [sorted(pair) for pair in zip(*answers, strict=True)] == [
        ["accepted", "decided-meanwhile"]
    ] * len(items)
    text = writable.file(FILE).read_text(encoding="utf-8")
    assert (text.count(" a pan:Link ;"), text.count(" a pan:SourceGraph ;")) == (len(items), 1)
    assert len(list(ox.parse(text, format=ox.RdfFormat.TURTLE))) > 10 * len(items)
    before = writable.state()
    assert run(root, [[form(last, "A. Weber")]], "1000") == [["not-written"]]
    assert writable.state() == before
