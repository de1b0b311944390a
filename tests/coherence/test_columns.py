"""Pairs of plans from columns are those the objects give; files that are not whole are one sentence."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from pyarrow import parquet

from pan2kg.coherence.columns import Columns, PlanPairs, pairs_of_plans
from pan2kg.coherence.evidence import FIGURED, Level
from pan2kg.coherence.texts import Step, Use, Works, weigh
from pan2kg.coherence.weight import Potential, linked_actions, plan_pairs, potential
from pan2kg.errors import ProjectError
from pan2kg.tables.parquet import columns_of, read_columns, write_columns

if TYPE_CHECKING:
    from pan2kg import Graph
    from tests.conftest import Cli

HUB = 6
Rows = dict[tuple[int, int], tuple[float, float, int]]


def world(seed: int) -> tuple[Works, list[Use], list[Step], frozenset[str]]:
    """Plans and actions that name texts at every level and class, texts below others, a general one, foundations."""
    rng = np.random.default_rng(seed)
    home = {f"a{at:02}": f"p{at % 5}" for at in range(30)}
    works = Works(tuple(sorted(set(home.values()))), home)
    names = [*home, *works.plans]
    uses = [
        Use(
            names[rng.integers(len(names))],
            f"t{rng.integers(12):02}",
            float(rng.choice([0, 0.25, 0.5, 1])),
            Level(int(at)),
        )
        for at in rng.integers(1, 6, 90)
    ]
    steps = [Step("t03", "t01", Level.PLAN), Step("t05", "t03", Level.OTHER), Step("t06", "t02", Level.EDITORS)]
    return works, uses, steps, frozenset({"t02"})


def columns_from(works: Works, uses: list[Use], made: Potential) -> Columns:
    row = {name: at for at, name in enumerate((*works.actions, *works.plans))}
    text = {name: at for at, name in enumerate(made.weights.texts)}
    kept = [use for use in uses if use.text in text]
    return Columns(
        works.plans, made.home, np.array([row[use.work] for use in kept]), np.array([text[use.text] for use in kept]),
        np.array([use.share for use in kept]), np.array([int(use.level or 0) for use in kept]), made.weights.above,
        made.weights.step, made.weights.general,
    )  # fmt: skip


def expected(made: Potential, *, hub: int) -> Rows:
    plans, actions = plan_pairs(made), linked_actions(made, hub=hub)
    ends = (sorted((int(made.home[a]), int(made.home[b]))) for a, b in zip(actions.one, actions.two, strict=True))
    links = Counter((one, two) for one, two in ends)
    bits = {
        (int(a), int(b)): (float(low), float(broad))
        for a, b, low, broad in zip(plans.one, plans.two, plans.low, plans.broad, strict=True)
    }
    return {pair: (*bits.get(pair, (0.0, 0.0)), links[pair]) for pair in bits.keys() | links.keys()}


def found(pairs: PlanPairs) -> Rows:
    sides = (pairs.one, pairs.two, pairs.low, pairs.broad, pairs.links)
    rows = zip(*(side.tolist() for side in sides), strict=True)
    return {(one, two): (low, broad, links) for one, two, low, broad, links in rows}


def same(
    mine: dict[tuple[int, int], tuple[float, float, int]], theirs: dict[tuple[int, int], tuple[float, float, int]]
) -> None:
    assert mine.keys() == theirs.keys()
    for pair, (low, broad, links) in theirs.items():
        assert mine[pair][:2] == pytest.approx((low, broad), abs=1e-12), pair
        assert mine[pair][2] == links, pair


@pytest.mark.parametrize("seed", range(6))
def test_columns_give_what_the_objects_give(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """At every level, with dense products for common texts and, for odd worlds, without any."""
    monkeypatch.setattr("pan2kg.coherence.columns._DENSE", 0 if seed % 2 else 4_096)
    works, uses, steps, general = world(seed)
    weights = weigh(works, uses, steps, general)
    for at in FIGURED:
        made = potential(works, weights, uses, at=at)
        pairs = pairs_of_plans(columns_from(works, uses, made), at, hub=HUB)
        same(found(pairs), expected(made, hub=HUB))


def test_a_text_named_by_six_hundred_actions_links_them_all() -> None:
    """Two plans of 300 actions, and a third one that keeps the text from being everybody's."""
    works = Works(("p", "q", "r"), {f"a{at:03}": "p" if at < 300 else "q" for at in range(600)} | {"b": "r"})
    uses = [Use(name, "hub", 1.0, Level.PLAN) for name in works.home if name != "b"] + [Use("b", "x", 1.0, Level.PLAN)]
    made = potential(works, weigh(works, uses), uses, at=Level.PLAN)
    linked = linked_actions(made)
    assert (len(linked), linked.hubs) == (90_000, ())
    assert linked.low == pytest.approx(np.full(90_000, made.weights.gain[made.weights.texts.index("hub")]))
    pairs = pairs_of_plans(columns_from(works, uses, made), Level.PLAN)
    assert found(pairs)[0, 1][2] == 90_000
    assert linked_actions(made, hub=500).hubs == ("hub",)


def test_the_shipped_graph_gives_the_same_from_its_files(graph: Graph, tmp_path: Path) -> None:
    write_columns(columns_of(graph), tmp_path)
    columns = read_columns(tmp_path)
    for at in (Level.OFFICIAL, Level.EDITORS):
        same(found(pairs_of_plans(columns, at)), expected(graph.known(at).potential, hub=500))


@pytest.fixture
def folder(few: Graph, tmp_path: Path) -> Path:
    write_columns(columns_of(few), tmp_path / "columns")
    return tmp_path / "columns"


def test_every_column_is_as_long_as_its_file_and_names_what_is_there(folder: Path) -> None:
    uses, texts = (parquet.read_table(folder / f"{name}.parquet").to_pydict() for name in ("uses", "texts"))
    assert len(uses["work"]) > 10
    assert [texts["text"][at] for at in uses["text_row"]] == uses["text"]
    assert [texts["text"][at] if at >= 0 else None for at in texts["above_row"]] == texts["above"]


@pytest.mark.parametrize("name", ["plans", "actions", "texts", "uses"])
def test_a_file_that_is_cut_short_is_one_sentence(folder: Path, name: str) -> None:
    path = folder / f"{name}.parquet"
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(ProjectError, match=rf"{name}.parquet: The file is cut short.*Export it again"):
        read_columns(folder)


def test_a_file_that_is_damaged_inside_is_one_sentence(folder: Path) -> None:
    path = folder / "uses.parquet"
    body = bytearray(path.read_bytes())
    at = parquet.ParquetFile(path).metadata.row_group(0).column(2).data_page_offset
    body[at + 40 : at + 50] = bytes(10)  # of the third column, which is read
    path.write_bytes(body)
    with pytest.raises(ProjectError, match="The file is cut short"):
        read_columns(folder)


def test_files_of_two_exports_do_not_fit(folder: Path, few: Graph) -> None:
    columns = columns_of(few)
    write_columns({"texts": {name: list(cells)[:1] for name, cells in columns["texts"].items()}}, folder)
    with pytest.raises(ProjectError, match="not of one export"):
        read_columns(folder)


def test_a_folder_without_columns_says_how_to_get_them(cli: Cli, tmp_path: Path) -> None:
    done = cli("coherence", "--from", str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert "pan2kg export parquet -o DIR" in done.stderr


def test_the_command_tells_pairs_of_plans_as_csv(cli: Cli, folder: Path) -> None:
    done = cli("coherence", "--from", str(folder), "--evidence", "editors")
    assert done.returncode == 0, done.stderr
    head, *rows = done.stdout.splitlines()
    assert head == "plan,other_plan,low,broad,linked_actions"
    assert any("lu-bhr-1" in row and "lu-bhr-2" in row for row in rows)


def test_a_figure_is_not_told_from_columns(cli: Cli, folder: Path) -> None:
    done = cli("coherence", "--from", str(folder), "matrix")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
