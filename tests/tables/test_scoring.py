"""Figures of experts' scores on any scale: influence, chains, groups, agreement, and scores stored on their scale."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from pan2kg.errors import Pan2kgError
from pan2kg.graph.graph import Graph
from pan2kg.project import Project
from pan2kg.scores.matrix import Scores
from pan2kg.tables.registry import TABLES, TableChoice
from pan2kg.validation.check import look
from tests.tables.test_ledger import KEYS, matrix
from tests.tables.test_traps import PLANS, material, score

Run = Callable[..., str]
WORKED = ",a,b,c\na,,2,-1\nb,1,,3\nc,0,-2,\n"
ON_SCALE = """
scale:zero-to-100 a pan:Scale ; skos:prefLabel "de 0 à 100"@fr ; pan:minimum 0 ; pan:maximum 100 .
"""


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture
def worked(tmp_path: Path) -> str:
    (tmp_path / "ministry.csv").write_text(WORKED, encoding="utf-8")
    return str(tmp_path / "ministry.csv")


@pytest.fixture
def ask(few: Graph, run: Run) -> Run:
    """Ask for figures of matrices with labels of their own, for which it does not matter what a graph holds."""

    def asked(figure: str, *arguments: str) -> str:
        return run(
            figure,
            *arguments,
            "--free-labels",
            "--project",
            str(few.project.root),
            "--format",
            "csv",
            "--language",
            "en",
        )

    return asked


def test_the_four_vectors_of_the_worked_matrix_are_printed(ask: Run, worked: str) -> None:
    found = rows(ask("dematel", worked))
    assert [row["given_positive"] for row in found] == ["0.74359", "0.769231", "0.0"]
    assert [row["taken_negative"] for row in found] == ["-0.102564", "-0.589744", "-0.282051"]
    assert {(row["prominence"], row["cause"], row["coverage"]) for row in found} == {("", "", "1.0")}


def test_the_chains_of_the_worked_matrix_are_printed_with_their_scores(ask: Run, worked: str) -> None:
    found = {(row["action"], row["other_action"]): row for row in rows(ask("chains", worked))}
    assert len(found) == 6
    assert (found["a", "c"]["score"], found["a", "c"]["chained"], found["a", "c"]["chains"]) == ("-1", "0.333333", "2")
    assert found["a", "c"]["greatest"] == "a → b → c (+2 × +3: +0.667); a → c (−1: −0.333)"
    assert found["a", "b"]["greatest"] == "a → b (+2: +0.667); a → c → b (−1 × −2: +0.222)"
    assert {row["chains"] for row in rows(ask("chains", worked, "--cut", "0.7"))} == {"1"}


def test_a_scale_can_be_said_on_the_command_line_and_in_the_file(ask: Run, worked: str, tmp_path: Path) -> None:
    wide = rows(ask("chains", worked, "--scale=-6..6"))
    assert max(float(row["chained"]) for row in wide) == pytest.approx(0.5 - 1 / 36, abs=0.1)
    (tmp_path / "own.csv").write_text("# scale 0..10 decimal\n;a;b\na;;7,5\nb;NA;\n", encoding="utf-8")
    found = rows(ask("interaction", str(tmp_path / "own.csv")))
    assert [(row["given_net"], row["rank"], row["best"], row["worst"]) for row in found] == [
        ("7.5", "1", "1", "2"), ("0.0", "2", "1", "2"),
    ]  # fmt: skip


def test_what_acts_on_itself_is_shown_apart(ask: Run, tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text(",a,b\na,3,1\nb,,0\n", encoding="utf-8")
    with pytest.raises(Pan2kgError, match="--self"):
        ask("interaction", str(tmp_path / "own.csv"))
    found = rows(ask("interaction", str(tmp_path / "own.csv"), "--self"))
    assert [(row["itself"], row["given_net"]) for row in found] == [("3", "1.0"), ("0", "0.0")]


def test_groups_are_read_from_a_file_and_a_label_without_one_is_refused(ask: Run, worked: str, tmp_path: Path) -> None:
    groups = tmp_path / "groups.csv"
    groups.write_text("a,G\nb,G\nc,H\n", encoding="utf-8")
    found = {(row["group"], row["other_group"]): row for row in rows(ask("groups", worked, "--groups", str(groups)))}
    assert list(found) == [("G", "G"), ("G", "H"), ("H", "G")]
    across = found["G", "H"]
    assert [across[key] for key in ("positive", "negative", "net", "scored", "cells")] == [
        "3.0",
        "-1.0",
        "2.0",
        "2",
        "2",
    ]
    groups.write_text("a,G\nb,G\n", encoding="utf-8")
    with pytest.raises(Pan2kgError, match="« c » has no group"):
        ask("groups", worked, "--groups", str(groups))
    groups.write_text("a,G\na,H\n", encoding="utf-8")
    with pytest.raises(Pan2kgError, match=r"groups.csv:2: This line does not give one new label one group"):
        ask("groups", worked, "--groups", str(groups))


def test_agreement_is_given_at_five_levels_sign_first(ask: Run, worked: str, tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text(WORKED.replace("2,-1", "3,-3"), encoding="utf-8")
    found = rows(ask("agreement", worked, str(other)))
    assert [row["difference"] for row in found] == ["sign", "nominal", "ordinal", "interval", "ratio"]
    assert (found[0]["alpha"], found[4]["alpha"], found[0]["units"]) == ("1.0", "", "6")
    assert 0 < float(found[1]["alpha"]) < 1
    cells = rows(ask("disagreement", worked, str(other)))
    first = cells[0]
    assert [first[key] for key in ("mean_score", "lowest", "highest", "spread", "assessors")] == [
        "-2.0",
        "-3",
        "-1",
        "2",
        "2",
    ]
    assert (len(cells), len(rows(ask("disagreement", worked, "--all")))) == (6, 6)
    assert rows(ask("agreement", worked)) == []


def test_in_a_file_endless_influence_is_refused_and_in_the_graph_it_is_said(ask: Run, tmp_path: Path) -> None:
    (tmp_path / "ring.csv").write_text(",a,b\na,,2\nb,2,\n", encoding="utf-8")
    with pytest.raises(Pan2kgError, match="« ring », indirect influence never dies out"):
        ask("dematel", str(tmp_path / "ring.csv"))
    given = material(PLANS, score("s", "action:a", "action:b", 2), score("t", "action:b", "action:a", 2))
    table = TABLES["dematel"].make(given, TableChoice())
    assert table.rows == ()
    assert any("never dies out" in note.say("en") for note in table.notes)


def on_scale(name: str, one: str, two: str, value: str, assessor: str = "body:x") -> str:
    return (
        f"link:{name} a pan:Link ; pan:linkType linktype:interaction ; pan:from {one} ; pan:to {two} ; "
        f"pan:score {value} ; pan:onScale scale:zero-to-100 ; pan:assessor {assessor} ; "
        'pan:rationale "Motif"@fr ; pan:status linkstatus:accepted .\n'
    )


def test_scores_on_a_declared_scale_are_read_and_those_outside_are_left_out() -> None:
    given = material(
        PLANS, ON_SCALE, on_scale("s", "action:a", "action:b", "62.5"), on_scale("t", "action:b", "action:a", "101"),
        score("u", "action:b", "action:a", 4), score("v", "action:b", "action:c", -2),
    )  # fmt: skip
    old, new = sorted(given.scores, key=lambda one: one.scale.name)
    assert (old.scale.name, old.scale.range, [cell[2] for cell in old.cells()]) == ("nilsson-2016", "−3…+3", [-2])
    assert (new.scale.name, new.scale.step, [cell[2] for cell in new.cells()]) == ("zero-to-100", None, [62.5])


def test_scores_of_two_scales_are_never_added_up_nor_compared() -> None:
    given = material(
        PLANS, ON_SCALE, on_scale("s", "action:a", "action:b", "60", "body:y"), score("u", "action:a", "action:b", 2)
    )
    (cell,) = TABLES["matrix"].make(given, TableChoice()).rows
    assert (cell["positive"], cell["scored"]) == (2.0, 1)
    assert TABLES["disagreement"].make(given, TableChoice()).rows == ()
    assert any("same scale" in note.say("en") for note in TABLES["agreement"].make(given, TableChoice()).notes)


def test_scores_are_stored_with_their_scale_checked_and_read_back(
    own: Path,
    run: Run,
    tmp_path: Path,
) -> None:
    text = "# scale -10..10 decimal\n" + matrix({(0, 1): "7.5: why", (1, 0): "-10: why", (2, 0): "0: why"})
    (tmp_path / "maee.csv").write_text(text, encoding="utf-8")
    target = own / "graph" / "interaction" / "maee.ttl"
    target.parent.mkdir()
    written = []
    for _ in range(2):
        run("interaction", str(tmp_path / "maee.csv"), "--project", str(own), "--write", str(target))
        written.append(target.read_text(encoding="utf-8"))
    assert written[0] == written[1]
    assert written[0].count("scale:minus-10-to-10-decimal a pan:Scale ;") == 1
    assert "pan:score 7.5 ;" in written[0]
    assert "pan:step" not in written[0]
    project = Project.at(own)
    assert not look(project, only=["graph/interaction/maee.ttl"]).findings
    (scores,) = read_back(project)
    assert (scores.scale.name, scores.scale.highest) == ("minus-10-to-10-decimal", 10)
    assert {(a.rpartition("/")[2], b.rpartition("/")[2]): score for a, b, score in scores.cells()} == {
        (KEYS[0], KEYS[1]): 7.5, (KEYS[1], KEYS[0]): -10, (KEYS[2], KEYS[0]): 0,
    }  # fmt: skip


def read_back(project: Project) -> tuple[Scores, ...]:
    from pan2kg.store.rules import derive
    from pan2kg.store.store import open_store

    return Graph(project, open_store(project, derive)).scores
