"""What the graph suggests, decided in the terminal: the same queue and the same refusals as on the page."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from pan2kg.graph.graph import Graph
from pan2kg.project import Project
from pan2kg.review.desk import Wanted, open_desk
from pan2kg.review.proposals import Material
from pan2kg.review.suggested import Queue
from tests.conftest import Cli
from tests.copies import FEW, copy
from tests.review.conftest import DAY, EVIDENCE, WritableProject

FILE = "graph/plans/lu-bhr-2/reviewed.ttl"
ACCEPT = "a {type} | {direction} | {channel} | {document} | {page} | {quote}".format(**EVIDENCE)


def same(graph: Graph) -> Graph:
    return graph


def queue_of(writable: WritableProject, *, second: bool = False, plan: str = "", kind: str = "") -> Queue:
    graph = Graph(writable.project, writable.store, language="fr", as_of=DAY)
    desk = open_desk(Material(graph), writable.project, "A. Weber", DAY, Wanted(second=second))
    return Queue(desk, partial(same, graph), plan, kind)


def pressed(queue: Queue, *typed: str) -> list[str]:
    return [queue.press(one).key for one in typed]


def test_nothing_is_suggested_before_somebody_asks_for_it(writable: WritableProject) -> None:
    queue = queue_of(writable)
    assert (queue.current, queue.progress.total) == (None, 0)
    assert pressed(queue, "j", "g") == ["said.moved", "said.suggested"]
    assert queue.current == writable.queue[0]
    assert (queue.progress.number, queue.progress.total) == (1, len(writable.queue))
    shown = "\n".join(queue.lines("en"))
    assert "texts in common: " in shown
    assert "lu-bhr-1" in shown
    assert "earlier edition" in shown or "edition" in shown


def test_what_is_decided_is_written_as_from_the_page_and_undone(writable: WritableProject) -> None:
    queue = queue_of(writable)
    pressed(queue, "g")
    first, many = queue.current, len(queue.items)
    assert pressed(queue, ACCEPT, "r Deux publics différents.") == ["said.accepted", "said.rejected"]
    text = writable.file(FILE).read_text(encoding="utf-8")
    assert 'pan:quote "l’action 2.2 du PAN 1"@fr ;\n    pan:page "12" ;' in text
    rejected = next(one for one in writable.project.graph.glob("plans/*/reviewed.ttl") if "publics" in one.read_text())
    assert len(queue.items) == many - 2
    assert queue.desk.decided == {"accepted": 1, "rejected": 1}
    assert pressed(queue, "u", "u") == ["said.undone", "said.undone"]
    assert (len(queue.items), queue.current) == (many, first)
    assert queue.desk.decided == {"accepted": 0, "rejected": 0}
    assert "pan:withdraws" in rejected.read_text(encoding="utf-8")
    assert pressed(queue, ACCEPT) == ["said.accepted"], "what was undone is decided anew"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("a", "said.which-suggested"),
        ("a cross-reference | back", "said.which-suggested"),
        ("r", "said.which-why"),
        ("e to lu-bhr-2", "help-suggested"),
        ("?", "help-suggested"),
        (ACCEPT.replace("| back |", "| forth |"), "said.refused"),
        (ACCEPT.replace("| back |", "| up |"), "said.refused"),
        (ACCEPT.replace(EVIDENCE["quote"], ""), "said.refused"),
        (ACCEPT.replace(EVIDENCE["document"], "globalnaps-org-country-issue-luxembourg-trade"), "said.refused"),
        (ACCEPT.replace(EVIDENCE["document"], "no-such"), "said.refused"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_written(writable: WritableProject, typed: str, said: str) -> None:
    queue = queue_of(writable)
    pressed(queue, "g")
    before = writable.state()
    assert pressed(queue, typed) == [said]
    assert (writable.state(), queue.at) == (before, 0)


def test_one_moves_through_both_and_none_is_lost(writable: WritableProject) -> None:
    queue = queue_of(writable)
    pressed(queue, "g")
    first, last = queue.items[0], queue.items[-1]
    pressed(queue, "k")
    assert queue.current == last
    pressed(queue, "j", "s")
    assert (queue.items[-1], queue.current != first, len(set(queue.items))) == (first, True, len(writable.queue))


def test_a_candidate_of_the_graph_with_a_passage_needs_no_words(with_candidate: WritableProject) -> None:
    queue = queue_of(with_candidate)
    pressed(queue, "g")
    queue.at = next(number for number, one in enumerate(queue.items) if one.is_candidate)
    assert "confidence 0.80" in queue.lines("en")
    assert pressed(queue, "a") == ["said.accepted"]
    assert "dcterms:replaces link:00000000000000ca ;" in with_candidate.file(FILE).read_text(encoding="utf-8")


def test_only_what_is_asked_for_is_suggested_and_nothing_to_a_second_reader(writable: WritableProject) -> None:
    assert pressed(queue_of(writable, second=True), "g") == ["said.suggested"]
    queue = queue_of(writable, plan="https://w3id.org/pan2kg/id/plan/lu-climate-pact-2012")
    pressed(queue, "g")
    assert not queue.items
    queue = queue_of(writable, kind="plan")
    pressed(queue, "g")
    assert not queue.items


def test_a_project_without_documents_is_reviewed_by_what_its_graph_suggests(tmp_path: Path, cli: Cli) -> None:
    root = copy(tmp_path / "copy", FEW)
    done = cli(
        "review", "--suggested", "--by", "A. Weber", "--language", "en", cwd=root, stdin=f"{ACCEPT}\nr No.\nu\nq\n"
    )
    assert done.returncode == 0
    assert "Accepted: 1, rejected: 0; left: " in done.stderr
    assert "Suggested by the graph" in done.stdout
    assert done.stdout.count("Undone: it waits again.") == 1
    assert Project.at(root).graph.joinpath("plans/lu-bhr-2/reviewed.ttl").is_file()
