"""The weight of what works share: the set form against the sparse one, the laws, and the sparse tables themselves."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from pan2kg.coherence import texts
from pan2kg.coherence.action_measures import losses
from pan2kg.coherence.evidence import FIGURED, Level, Works, counts
from pan2kg.coherence.texts import Floats, Incidence, order_of, weigh
from pan2kg.coherence.weight import Potential, action_pairs, plan_pairs, potential, unsaid, weight
from tests.coherence.worlds import ACTIONS, EXAMPLE, OFFICIAL, PLANS, Slow, World, use, worlds
from tests.lots import TIMES

PAIRS = tuple(itertools.combinations(PLANS, 2))
CLOSE = 1e-9


def made(world: World, at: Level = OFFICIAL, read: frozenset[str] = frozenset()) -> Potential:
    weights = weigh(world.works, world.uses, world.steps, general=world.general)
    return potential(world.works, weights, world.uses, at=at, read=read)


def pairs(world: World, at: Level) -> dict[tuple[str, str], tuple[float, float]]:
    return {
        (a, b): (low, broad)
        for a, b, low, broad in plan_pairs(made(world, at)).named(world.works.plans)
    }


def actions(world: World, at: Level) -> dict[tuple[str, str], tuple[float, float]]:
    whole = made(world, at)
    return {(a, b): (low, broad) for a, b, low, broad in action_pairs(whole).named(whole.names)}


def test_the_worked_example_gives_its_weights_of_texts() -> None:
    found = weigh(EXAMPLE.works, EXAMPLE.uses, EXAMPLE.steps, general=EXAMPLE.general)
    assert found.n == 3
    assert dict(zip(found.texts, found.d.tolist(), strict=True)) == {
        "C": 2,
        "D": 2,
        "G": 3,
        "G4": 2,
        "K": 2,
        "N": 1,
    }
    rounded = dict(zip(found.texts, found.gain.round(6).tolist(), strict=True))
    assert rounded == {
        "C": 0.736966,
        "D": 0.736966,
        "G": 0.321928,
        "G4": 0.415037,
        "K": 0.736966,
        "N": 0.584963,
    }


def test_a_text_half_of_the_read_actions_name_asks_whether_the_plan_says_so_of_itself() -> None:
    world = World(
        Works(("P",), dict.fromkeys("abc", "P")),
        (use("a", "implements", "K"), use("b", "promotes", "K")),
    )
    assert unsaid(made(world)) == (("P", "K", 2, 2),)
    assert unsaid(made(replace(world, uses=(*world.uses, use("P", "implements", "K"))))) == ()
    assert unsaid(made(replace(world, uses=(*world.uses, use("P", "references", "K"))))) == (
        ("P", "K", 2, 2),
    )


# The sparse form against the sets, in random worlds


@settings(max_examples=30 * TIMES)
@given(worlds, st.sampled_from(FIGURED), st.frozensets(st.sampled_from(PLANS)))
def test_the_sparse_form_agrees_with_the_sets(
    world: World, at: Level, read: frozenset[str]
) -> None:
    slow = Slow(world, at)
    fast = pairs(world, at)
    found = made(world, at, read)
    for x, y in PAIRS:
        expected = slow.low(x, y), slow.low(x, y, broad=True)
        assert fast.get((x, y), (0.0, 0.0)) == pytest.approx(expected, abs=CLOSE)
        one = weight(found, x, y)
        assert (one.low, one.broad) == pytest.approx(expected, abs=CLOSE)
        assert one.high == pytest.approx(slow.high(x, y, read), abs=CLOSE)


@settings(max_examples=30 * TIMES)
@given(worlds, st.sampled_from(FIGURED))
def test_pairs_of_actions_agree_with_the_sets_in_both_projections(world: World, at: Level) -> None:
    slow = Slow(world, at)
    fast = actions(world, at)
    whole = made(world, at)
    for a, b in itertools.combinations(ACTIONS, 2):
        expected = slow.pair(a, b) if world.works.home[a] != world.works.home[b] else (0.0, 0.0)
        assert fast.get((a, b), (0.0, 0.0)) == pytest.approx(expected, abs=CLOSE)
        one = weight(whole, a, b)
        if world.works.home[a] != world.works.home[b]:
            assert (one.low, one.broad) == pytest.approx(expected, abs=CLOSE)


# Laws


@settings(max_examples=30 * TIMES)
@given(worlds, st.sampled_from(FIGURED))
def test_what_hangs_on_an_action_goes_with_it_and_nothing_else_does(
    world: World, at: Level
) -> None:
    whole = made(world, at)
    lost = {
        row.action: set(row.plans)
        for row in losses(whole, [use for use in world.uses if counts(use.level, at)])
    }
    for action, plan in world.works.home.items():
        left = potential(
            world.works, whole.weights, [use for use in world.uses if use.work != action], at=at
        )
        gone = {
            other
            for other in PLANS
            if other != plan
            and weight(whole, plan, other).low > CLOSE >= weight(left, plan, other).low
        }
        assert lost.get(action, set()) == gone


HEIGHT = 9
WIDTH = 7
PLACES = st.lists(st.tuples(st.integers(0, HEIGHT - 1), st.integers(0, WIDTH - 1)), max_size=60)
WEIGHTS = st.lists(
    st.sampled_from([0.0, 0.1, 0.2, 0.3, 1 / 3, 7.7]), min_size=WIDTH, max_size=WIDTH
)


def table_of(places: list[tuple[int, int]]) -> tuple[Incidence, Floats]:
    dense = np.zeros((HEIGHT, WIDTH))
    dense[tuple(np.array(places, dtype=np.int64).reshape(-1, 2).T)] = 1
    rows, columns = ([place[end] for place in places] for end in (0, 1))
    return Incidence.of(rows, columns, shape=(HEIGHT, WIDTH)), dense


@settings(max_examples=30 * TIMES)
@given(PLACES, PLACES, WEIGHTS, st.integers(1, 50))
def test_what_rows_share_is_the_product_of_matrices_whatever_the_block(
    places: list[tuple[int, int]], others: list[tuple[int, int]], weights: list[float], block: int
) -> None:
    (table, dense) = table_of(places)
    (other, dense_other) = table_of(others)
    values = np.array(weights)
    shared = np.zeros((HEIGHT, HEIGHT))
    ends = np.indices((HEIGHT, HEIGHT), dtype=np.int32).reshape(2, -1)
    for rows, columns, sums in texts.overlaps(table, values, block=block):
        shared[rows, columns] = sums
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(texts, "BLOCK", block)
        common = texts.common(table, values, *ends, other=other)
    assert shared == pytest.approx(np.triu(dense * values @ dense.T, 1))
    assert common.reshape(HEIGHT, HEIGHT) == pytest.approx(dense * values @ dense_other.T)


@settings(max_examples=20)
@given(
    st.integers(2_000, 4_000),
    st.sampled_from([1, 2**16, 2**16 + 1, 2**33, 2**50]),
    st.integers(0, 2**32 - 1),
)
def test_many_numbers_are_ordered_as_by_comparing(number: int, limit: int, seed: int) -> None:
    """Above the size where sixteen bits at a time are sorted, and with one, two, three and four such digits."""
    keys = np.random.default_rng(seed).integers(0, limit, number)
    assert np.array_equal(order_of(keys, limit), np.argsort(keys, kind="stable"))
