"""Figures of experts' scores on any scale: influence, chains, groups, agreement, and scores stored as links."""

import csv
import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pan2kg.cli.coherence import inquire
from pan2kg.cli.main import build_parser
from pan2kg.cli.opening import project_of
from pan2kg.errors import Pan2kgError
from pan2kg.graph.graph import Graph, open_graph
from pan2kg.graph.scores import declaration
from pan2kg.project import Project
from pan2kg.tables.kinds import TableChoice, table_kinds
from pan2kg.validation.check import look
from tests.copies import copy
from tests.tables.test_traps import PLANS, make, material, score

Run = Callable[..., str]
WORKED = ",a,b,c\na,,2,-1\nb,1,,3\nc,0,-2,\n"
ON_SCALE = 'scale:zero-to-100 a pan:Scale ; skos:prefLabel "de 0 à 100"@fr ; pan:minimum 0 ; pan:maximum 100 .\n'
KEYS = ("lu-bhr-2-4-1", "lu-bhr-2-4-2", "lu-bhr-2-4-3")


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def matrix(cells: dict[tuple[int, int], str]) -> str:
    lines = [",".join(["row acts on column", *KEYS])]
    lines += [
        ",".join([key, *(cells.get((at, to), "") for to in range(3))])
        for at, key in enumerate(KEYS)
    ]
    return "\n".join(lines) + "\n"


def run(*arguments: str) -> str:
    options = build_parser().parse_args(["coherence", *arguments])
    return str(inquire(project_of(options), options, 100))


@pytest.fixture
def file(tmp_path: Path) -> Run:
    def write(text: str, name: str = "ministry.csv") -> str:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return str(tmp_path / name)

    return write


@pytest.fixture
def ask(few: Graph) -> Run:
    # matrices with labels of their own, for which it does not matter what a graph holds
    more = (
        "--free-labels",
        "--project",
        str(few.project.root),
        "--format",
        "csv",
        "--language",
        "en",
    )
    return lambda *arguments: run(*arguments, *more).replace("\r\n", "\n")


CASES = {
    "dematel": (WORKED,),
    "chains": (WORKED,),
    "groups": (WORKED,),
    "ripple": (WORKED,),
    "interaction": (WORKED,),
    "agreement": (WORKED, WORKED.replace("2,-1", "3,-3")),
    "disagreement": (WORKED, WORKED.replace("2,-1", "3,-3")),
}


@pytest.mark.parametrize("figure", CASES)
def test_what_is_made_of_the_worked_matrix_is_the_golden_answer(
    figure: str, ask: Run, file: Run
) -> None:
    files = [
        file(text, f"{name}.csv")
        for text, name in zip(CASES[figure], ("ministry", "other"), strict=False)
    ]
    groups = ["--groups", file("a,G\nb,G\nc,H\n", "groups.csv")] if figure == "groups" else []
    golden = Path(__file__).parent / "golden" / f"worked-{figure}.csv"
    written = ask(figure, *files, *groups)
    if os.environ.get("PAN2KG_REWRITE"):
        golden.write_text(written, encoding="utf-8")
    assert written == golden.read_text(encoding="utf-8")


def test_a_scale_and_a_cut_can_be_said_and_the_diagonal_is_shown_apart(ask: Run, file: Run) -> None:
    wide = rows(ask("chains", file(WORKED), "--scale=-6..6"))
    assert max(float(row["chained"]) for row in wide) == pytest.approx(0.5 - 1 / 36, abs=0.1)
    assert {row["chains"] for row in rows(ask("chains", file(WORKED), "--cut", "0.7"))} == {"1"}
    found = rows(ask("interaction", file("# scale 0..10 decimal\n;a;b\na;;7,5\nb;NA;\n")))
    told = [[row[key] for key in ("given_net", "rank", "best", "worst")] for row in found]
    assert told == [["7.5", "1", "1", "2"], ["0.0", "2", "1", "2"]]
    own = file(",a,b\na,3,1\nb,,0\n")
    with pytest.raises(Pan2kgError, match="--self"):
        ask("interaction", own)
    itself = [(row["itself"], row["given_net"]) for row in rows(ask("interaction", own, "--self"))]
    assert itself == [("3", "1.0"), ("0", "0.0")]
    with pytest.raises(Pan2kgError, match="« c » has no group"):
        ask("groups", file(WORKED), "--groups", file("a,G\nb,G\n", "groups.csv"))


def test_in_a_file_endless_influence_is_refused_and_in_the_graph_it_is_said(
    ask: Run, file: Run
) -> None:
    with pytest.raises(Pan2kgError, match="« ministry », indirect influence never dies out"):
        ask("dematel", file(",a,b\na,,2\nb,2,\n"))
    given = material(
        PLANS, score("s", "action:a", "action:b", 2), score("t", "action:b", "action:a", 2)
    )
    table = table_kinds()["dematel"].make(given, TableChoice())
    assert table.rows == ()
    assert any("never dies out" in note.say("en") for note in table.notes)


def test_scores_of_two_scales_are_never_added_up_and_those_outside_their_scale_are_left_out() -> (
    None
):
    def wide(name: str, source: str, target: str, value: float) -> str:
        return (
            score(name, source, target, 0, "body:y")
            .replace("score 0", f"score {value}")
            .replace('pan:scale "nilsson-2016"', "pan:onScale scale:zero-to-100")
        )

    given = material(
        PLANS,
        ON_SCALE,
        wide("s", "action:a", "action:b", 62.5),
        wide("t", "action:b", "action:a", 101),
        score("u", "action:b", "action:a", 4),
        score("v", "action:a", "action:b", -2),
    )
    old, new = sorted(given.scores, key=lambda scores: scores.scale.name)
    assert (
        old.scale.name,
        declaration(old.scale, shown=True),
        [cell[2] for cell in old.cells()],
    ) == (
        "nilsson-2016",
        "−3…+3",
        [-2],
    )
    assert (new.scale.name, new.scale.step, [cell[2] for cell in new.cells()]) == (
        "zero-to-100",
        None,
        [62.5],
    )
    (cell,) = make("matrix", given).rows
    assert (cell["negative"], cell["scored"]) == (-2.0, 1)
    assert make("disagreement", given).rows == ()
    assert any("same scale" in note.say("en") for note in make("agreement", given).notes)


def test_scores_are_stored_with_their_scale_checked_and_read_back(
    tmp_path: Path, file: Run
) -> None:
    own = copy(tmp_path / "own", ["lu-bhr-2"])
    given = file(
        "# scale -10..10 decimal\n"
        + matrix({(0, 1): "7.5: why", (1, 0): "-10: why", (2, 0): "0: why"})
    )
    target = own / "graph" / "interaction" / "maee.ttl"
    target.parent.mkdir()
    shared = (
        "--project",
        str(own),
        "--format",
        "csv",
        "--language",
        "fr",
        "--as-of",
        "2026-01-01",
        "--assessor",
    )
    texts = []
    for _ in range(2):
        direct = run("interaction", given, *shared, "maee", "--write", str(target))
        texts.append(target.read_text(encoding="utf-8"))
    assert texts[0] == texts[1]
    assert texts[0].count("scale:minus-10-to-10-decimal a pan:Scale ;") == 1
    assert texts[0].count(" a pan:Link ;") == 3
    assert ("pan:score 7.5 ;" in texts[0], "pan:step" in texts[0]) == (True, False)
    assert not look(Project.at(own), only=["graph/interaction/maee.ttl"]).findings
    figures = [
        [[row[key] for key in ("action", "given_net", "second")] for row in rows(text)]
        for text in (direct, run("interaction", *shared[:-1]))
    ]
    assert len(figures[0]) == 3
    assert figures[0] == figures[1]
    (scores,) = open_graph(own).scores
    assert (scores.scale.name, scores.scale.highest) == ("minus-10-to-10-decimal", 10)
    cells = {
        tuple(KEYS.index(end.rpartition("/")[2]) for end in cell[:2]): cell[2]
        for cell in scores.cells()
    }
    assert cells == {(0, 1): 7.5, (1, 0): -10, (2, 0): 0}


def test_what_cannot_be_stored_leaves_no_file(few: Graph, tmp_path: Path, file: Run) -> None:
    for text, assessor, message in (
        (matrix({(0, 1): "2: why"}), "nobody-at-all", "bodies in the graph is « nobody-at-all »"),
        (matrix({(0, 1): "2"}), "maee", "the score \\+2 has no reason"),
        ("", "maee", "No matrix is given"),
    ):
        given = [file(text), "--assessor", assessor] if text else []
        with pytest.raises(Pan2kgError, match=message):
            run(
                "interaction",
                *given,
                "--project",
                str(few.project.root),
                "--write",
                str(tmp_path / "out.ttl"),
            )
        assert not (tmp_path / "out.ttl").exists()
