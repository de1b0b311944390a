"""Pairs of plans from columns, by the one SQL text, are those the objects give; files not whole are one sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from hypothesis import given, settings

from pan2kg.coherence.evidence import FIGURED, Level, Works
from pan2kg.coherence.texts import Use, cells, weigh
from pan2kg.coherence.weight import PlanPair, Potential, pairs_of_plans, plan_pairs, potential
from pan2kg.errors import ProjectError
from pan2kg.tables.parquet import columns_of, paths_of, read_columns, write_columns
from tests.coherence.worlds import World, worlds

if TYPE_CHECKING:
    from pan2kg import Graph
    from tests.conftest import Cli

HUB = 2
Rows = dict[tuple[str, str], tuple[float, float, int]]


def tables_from(works: Works, uses: Iterable[Use], potential: Potential) -> dict[str, object]:
    plan, row, text = (
        {iri: at for at, iri in enumerate(names)}
        for names in (works.plans, (*works.actions, *works.plans), potential.weights.texts)
    )
    above = potential.weights.above.tolist()
    step = potential.weights.step.tolist()
    kept = [
        (
            row[use.work],
            plan[works.home.get(use.work, use.work)],
            use.work in plan,
            text[use.text],
            use.share,
            int(use.level or 0),
        )
        for use in uses
        if use.text in text
    ]
    columns = ("work_row", "plan_row", "is_own", "text_row", "share", "level")
    general = potential.weights.general.tolist()
    return {
        "plans": pa.table({"plan": works.plans, "plan_row": range(len(plan))}),
        "texts": pa.table(
            {"text_row": range(len(text)), "above_row": above, "is_general": general}
        ),
        "paths": pa.table(paths_of(above, step)),
        "uses": pa.table({name: [use[at] for use in kept] for at, name in enumerate(columns)}),
    }


def expected(potential: Potential, *, hub: int) -> Rows:
    pairs = plan_pairs(potential)
    names = potential.works.plans
    table = potential.actions.table
    is_narrow = (table.counts <= hub) & (potential.weights.gain > 0)
    one, two, _ = cells(table.keep(potential.specific() & is_narrow[table.columns]))
    apart = potential.home[one] != potential.home[two]
    ends = zip(
        potential.home[one[apart]].tolist(), potential.home[two[apart]].tolist(), strict=True
    )
    links = Counter((names[min(pair)], names[max(pair)]) for pair in ends)
    bits = {
        (names[a], names[b]): (float(low), float(broad))
        for a, b, low, broad in zip(pairs.one, pairs.two, pairs.low, pairs.broad, strict=True)
    }
    return {pair: (*bits.get(pair, (0.0, 0.0)), links[pair]) for pair in bits.keys() | links.keys()}


def assert_same(rows: list[PlanPair], wanted: Rows) -> None:
    assert [row[:2] for row in rows] == sorted(wanted)
    for plan, other, low, broad, links in rows:
        assert (low, broad) == pytest.approx(wanted[plan, other][:2], abs=1e-12)
        assert links == wanted[plan, other][2]


@settings(max_examples=8)
@given(worlds)
def test_columns_give_what_the_objects_give(world: World) -> None:
    weights = weigh(world.works, world.uses, world.steps, world.general)
    for at in FIGURED:
        weighed = potential(world.works, weights, world.uses, at=at)
        rows = pairs_of_plans(tables_from(world.works, world.uses, weighed), at, hub=HUB, linked=0)
        assert_same(rows, expected(weighed, hub=HUB))


def test_the_shipped_graph_gives_the_same_from_its_files(graph: Graph, tmp_path: Path) -> None:
    write_columns(columns_of(graph), tmp_path)
    for at in (Level.OFFICIAL, Level.EDITORS):
        assert_same(
            pairs_of_plans(read_columns(tmp_path), at), expected(graph.known(at).potential, hub=500)
        )


@pytest.fixture
def folder(few: Graph, tmp_path: Path) -> Path:
    write_columns(columns_of(few), tmp_path / "columns")
    return tmp_path / "columns"


@pytest.mark.parametrize("name", ["plans", "texts", "paths", "uses"])
def test_a_file_that_is_cut_short_is_one_sentence(folder: Path, name: str) -> None:
    path = folder / f"{name}.parquet"
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(
        ProjectError, match=rf"{name}.parquet: The file is cut short.*Export it again"
    ):
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
