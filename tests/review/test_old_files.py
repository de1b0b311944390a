"""The files of a review that people have from release 0.1.0: what waits, what was decided, and what is undone."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pan2kg
from pan2kg.graph.graph import Graph
from pan2kg.project import Project
from pan2kg.review.desk import Desk, Wanted, open_desk, press
from pan2kg.review.work import CANDIDATES, read_material
from pan2kg.store.rules import derive
from pan2kg.store.store import open_store
from pan2kg.turtle.vocabulary import thing
from tests.copies import FEW, GRAPH, copy
from tests.review.conftest import DAY, EVIDENCE
from tests.review.desk import prepare

OLD = Path(__file__).parents[1] / "data" / "review-0.1.0"
"""Made by its program: links and parts of documents, of the graph and typed; accepted, rejected, undone, read twice."""
PLAN = thing("plan", "lu-bhr-2")


def test_a_review_goes_on_where_release_0_1_0_left_it(tmp_path: Path, few: pan2kg.Graph) -> None:
    root = prepare(copy(tmp_path / "copy", FEW))
    reviewed = root / "graph" / "plans" / "lu-bhr-2" / "reviewed.ttl"
    shutil.copyfile(OLD / reviewed.name, reviewed)
    for path in OLD.glob("*.json*"):
        shutil.copyfile(path, root / "work" / "lu-bhr-2" / path.name)
    project = Project.at(root)
    material = read_material(Graph(project, few.store, language="fr", as_of=DAY), project)
    material.__dict__["documents"] = {PLAN: thing("document", "mae-gouvernement-lu-fr-pan-2")}

    def opened(reviewer: str, *, second: bool = False) -> Desk:
        return open_desk(material, project, reviewer, DAY, Wanted(second=second))

    desk = opened("A. Weber")
    assert [one.key for one in desk.waiting] == ["lu-bhr-2-4-1-ccdh-partner", "c4-2", "c4-4"]
    assert desk.progress == {"number": 8, "total": 10, "accepted": 5, "rejected": 2}
    assert [opened(name).controls["met"] for name in ("A. Weber", "C. Klein")] == [0, 1]
    agreement = desk.compare()
    assert (agreement.both, [one.key for one, _, _ in agreement.apart]) == (2, ["c4-3"])
    assert opened("B. Muller", second=True).waiting == []
    before = reviewed.read_text("utf-8")
    assert [press(desk, key).key for key in "uuuuuuu"] == ["said.undone"] * 6 + ["outcome.nothing-to-undo"]
    assert [press(opened("C. Klein"), key).key for key in "u"] == ["said.undone"]
    assert reviewed.read_text("utf-8").startswith(before)
    assert press(desk, "a").key == "said.accepted"


def test_equal_decisions_write_the_same_bytes_as_release_0_1_0(tmp_path: Path) -> None:
    """Links and parts accepted, rejected and undone, of a document, typed and of the graph, by two people."""
    root = prepare(copy(tmp_path / "copy", FEW))
    for name in ("organisations/advisory-bodies.ttl", "names/bodies.ttl"):
        shutil.copyfile(GRAPH / name, root / "graph" / name)
    links = root / "graph" / "plans" / "lu-bhr-2" / "links.ttl"
    links.write_text(links.read_text("utf-8") + "\n" + (OLD / "candidate-links.ttl").read_text("utf-8"), "utf-8")
    work = root / "work" / "lu-bhr-2"
    shutil.copyfile(OLD / CANDIDATES, work / CANDIDATES)
    project, day = Project.at(root), date(2026, 11, 29)
    graph = Graph(project, open_store(project, derive), language="fr", as_of=day)
    accept = "a cross-reference | back | text | {document} | 12 | {quote}".format(**EVIDENCE)
    sessions = {
        "A. Weber": ("a", "r4", "u", "n lu-bhr-2-4-1 | references | ungp | Principes directeurs et de l’Agenda", "a",
                     "n lu-bhr-2-4-2 | lead | ccdh | l’Agenda 2030", "r2", "b 1", "a", "g", accept,
                     "r Deux publics différents.", "u", "a of the first"),
        "C. Klein": ("j", "j", "j", "r1"),
    }  # fmt: skip
    for reviewer, typed in sessions.items():
        material = read_material(graph, project)
        desk = open_desk(material, project, reviewer, day, Wanted(plan=PLAN), lambda: graph)
        for key in typed:
            if key.endswith("of the first"):
                desk = open_desk(material, project, reviewer, day)
                desk.show("e1")
            press(desk, key.partition(" of ")[0])
    reviewed = root / "graph" / "plans" / "lu-bhr-2" / "reviewed.ttl"
    assert reviewed.read_text("utf-8") == (OLD / "reviewed.ttl").read_text("utf-8")
    typed_before = [json.loads(line) for line in (OLD / "by-hand.jsonl").read_text("utf-8").splitlines()]
    typed_now = [json.loads(line) for line in (work / "by-hand.jsonl").read_text("utf-8").splitlines()]
    for line in typed_now:
        assert [passage.pop("label") for passage in line["passages"]] == ["12"]
    assert typed_now == typed_before
