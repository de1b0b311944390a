"""Beyond chance, and from edition to edition."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pan2kg.coherence.bodies import Fate, Succession, compare, fates, retention, suggested
from pan2kg.coherence.evidence import Level, Works
from pan2kg.coherence.known import Known, Tables, known
from pan2kg.coherence.texts import Use, weigh
from pan2kg.coherence.weight import Chance, adjust, chance, curveball


def drawn(pairs: int, shared: int, draws: int) -> tuple[Chance, ...]:
    """Pairs of plans that share texts with each other only."""
    home = {f"a{at:02}-{side}": f"p{at:02}-{side}" for at in range(pairs) for side in "xy"}
    uses = [Use(action, f"i{action[1:3]}-{n}", 0.25, Level.PLAN) for action in home for n in range(shared)]
    works = Works(tuple(sorted(home.values())), home)
    return chance(works, weigh(works, uses), uses, draws=draws)


def test_every_use_counts_alike_and_what_stands_above_a_text_follows_it() -> None:
    works = Works(("p", "q", "r"), {})
    uses = [Use("p", "K1", 0.25, Level.PLAN), Use("q", "K2", 1.0, Level.OFFICIAL), Use("r", "C", 1.0, Level.PLAN)]
    uses += [Use("p", "C", 1.0, Level.PLAN), Use("q", "K1", 1.0, Level.OTHER)]
    weights = weigh(works, uses, [("K1", "K", Level.PLAN), ("K2", "K", Level.PLAN)], general={"C"})
    seen = {(row.one, row.two): row.statistic for row in chance(works, weights, uses, draws=9)}
    gain = dict(zip(weights.texts, weights.gain.tolist(), strict=True))
    assert seen == pytest.approx({("p", "q"): gain["K"], ("p", "r"): 0.0, ("q", "r"): 0.0})
    assert gain["K"] > 0


def test_plans_that_share_far_more_than_chance_are_found() -> None:
    rows = drawn(10, 8, 999)
    beyond = {(row.one, row.two) for row in rows if row.verdict == "beyond"}
    assert beyond == {(f"p{at:02}-x", f"p{at:02}-y") for at in range(10)}


def test_benjamini_hochberg_is_scipys() -> None:
    from scipy import stats  # type: ignore[import-untyped]  # seconds, which only who runs this test need wait

    p = np.random.default_rng(3).random(50) ** 2
    assert adjust(p) == pytest.approx(stats.false_discovery_control(p))
    assert adjust(np.zeros(0)).tolist() == []


def test_a_curveball_reaches_every_table_about_equally_often() -> None:
    rng, rows = np.random.default_rng(5), [frozenset({0}), frozenset({1}), frozenset({2})]
    seen: dict[tuple[frozenset[int], ...], int] = {}
    for _ in range(1200):
        rows = curveball(rows, rng, trades=9)
        seen[tuple(rows)] = seen.get(tuple(rows), 0) + 1
    assert len(seen) == 6
    assert min(seen.values()) > 140


EDITIONS = {"a1": "P1", "a2": "P1", "b1": "P2", "b2": "P2", "c": "Q", "d": "Q"}


def editions() -> Known:
    pairs = (("a1", "K"), ("b1", "K"), ("b1", "L"), ("b2", "L"), ("c", "K"), ("d", "L"))
    uses = tuple(Use(*pair, 1.0, Level.PLAN) for pair in pairs)
    return known(Tables(Works(("P1", "P2", "Q"), EDITIONS), uses))


def test_editions_are_compared_with_the_same_weights() -> None:
    made = editions()
    (row,), texts = compare(made, "P1", "P2")
    gain = dict(zip(made.potential.weights.texts, made.potential.weights.gain.tolist(), strict=True))
    assert (row.other, row.added, row.removed, row.is_linked) == ("Q", ("L",), (), True)
    assert (row.base.low, row.new.low) == pytest.approx((gain["K"], gain["K"] + gain["L"]))
    assert texts == (1, 2)


def test_nothing_is_dropped_or_new_where_the_later_edition_was_not_read_to_its_end() -> None:
    rows = fates(EDITIONS, "P1", "P2", [Succession("b1", "a1")], is_read=False)
    assert [row.fate for row in rows] == [Fate.RETAINED, Fate.NOT_SEEN, Fate.NOT_SEEN]
    assert retention(rows) is None


def test_what_a_program_suggests_aligns_nothing_and_what_the_editors_conclude_is_told_apart() -> None:
    found = [Succession("b1", "a1", level=Level.MACHINE), Succession("b2", "a2", level=Level.EDITORS)]
    rows = {row.action: row for row in fates(EDITIONS, "P1", "P2", found)}
    assert (rows["a1"].fate, rows["a1"].ground) == (Fate.DROPPED, "")
    assert (rows["a2"].fate, rows["a2"].ground) == (Fate.RETAINED, "concluded")


def test_a_similar_title_is_a_suggestion_and_changes_no_fate() -> None:
    rows = fates(EDITIONS, "P1", "P2", [])
    told = suggested(rows, {"a1": "Train judges"}, {"b1": "Training judges", "b2": "Buy fairly"})
    assert {row.action: row.similar for row in told if row.similar} == {"a1": "b1", "b1": "a1"}
    assert [row.fate for row in told] == [row.fate for row in rows]
    assert all(not row.others and not row.ground for row in told)


@given(st.lists(st.frozensets(st.integers(0, 6)), min_size=1, max_size=6), st.integers(0, 2**32 - 1))
def test_a_curveball_keeps_all_sums_and_its_seed(table: list[frozenset[int]], seed: int) -> None:
    dealt = curveball(table, np.random.default_rng(seed), trades=20)
    assert [len(row) for row in dealt] == [len(row) for row in table]
    assert Counter(one for row in dealt for one in row) == Counter(one for row in table for one in row)
    assert dealt == curveball(table, np.random.default_rng(seed), trades=20)
