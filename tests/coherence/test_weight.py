"""The weight of what works share: the worked example, the set form against the sparse one, and the laws."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pan2kg.coherence.bodies import losses
from pan2kg.coherence.evidence import FIGURED, Level, Works, counts
from pan2kg.coherence.texts import weigh
from pan2kg.coherence.weight import Potential, action_pairs, chance, plan_pairs, potential, unsaid, weight
from tests.coherence.worlds import (
    ACTIONS,
    EDITORS,
    EXAMPLE,
    OFFICIAL,
    PLAN,
    PLANS,
    Slow,
    World,
    use,
    worlds,
)
from tests.lots import TIMES

PAIRS = tuple(itertools.combinations(PLANS, 2))
CLOSE = 1e-9


def made(world: World, at: Level = OFFICIAL, read: frozenset[str] = frozenset()) -> Potential:
    weights = weigh(world.works, world.uses, world.steps, general=world.general)
    return potential(world.works, weights, world.uses, at=at, read=read)


def pairs(world: World, at: Level) -> dict[tuple[str, str], tuple[float, float]]:
    found = plan_pairs(made(world, at))
    ends = zip(found.one, found.two, found.low, found.broad, strict=True)
    return {(world.works.plans[a], world.works.plans[b]): (float(low), float(broad)) for a, b, low, broad in ends}


def actions(world: World, at: Level) -> dict[tuple[str, str], tuple[float, float]]:
    whole = made(world, at)
    found = action_pairs(whole)
    ends = zip(found.one, found.two, found.low, found.broad, strict=True)
    return {(whole.names[a], whole.names[b]): (float(low), float(broad)) for a, b, low, broad in ends}


def test_the_worked_example_gives_its_weights_of_texts() -> None:
    found = weigh(EXAMPLE.works, EXAMPLE.uses, EXAMPLE.steps, general=EXAMPLE.general)
    assert found.n == 3
    assert dict(zip(found.texts, found.d.tolist(), strict=True)) == {"C": 2, "D": 2, "G": 3, "G4": 2, "K": 2, "N": 1}
    rounded = dict(zip(found.texts, found.gain.round(6).tolist(), strict=True))
    assert rounded == {"C": 0.736966, "D": 0.736966, "G": 0.321928, "G4": 0.415037, "K": 0.736966, "N": 0.584963}


@pytest.mark.parametrize(
    ("pair", "values"),
    [
        ("PQ", (0.184241, 0.921207, 0.921207, 1.105448)),
        ("PR", (0, 0, 0.160964, 0.160964)),
        ("QR", (0, 0, 0, 0.080482)),
        ("PS", (0, 0, 0, 0)),
    ],
)
def test_the_worked_example_gives_its_pairs(pair: str, values: tuple[float, ...]) -> None:
    found = [weight(made(EXAMPLE, at), *pair).low for at in FIGURED]
    assert found == pytest.approx(values, abs=5e-7)
    assert [pairs(EXAMPLE, at).get((pair[0], pair[1]), (0.0, 0.0))[0] for at in FIGURED] == pytest.approx(found)


@pytest.mark.parametrize(
    ("pair", "values"),
    [
        ("PQ", (2.045859, 1.899619, 1.067448, 0.921207)),
        ("PR", (1.899619, 1.899619, 0, 0)),
        ("QR", (1.067448, 1.067448, 0, 0)),
        ("PS", (1.899619, 1.899619, 0, 0)),
    ],
)
def test_the_worked_example_gives_its_upper_bounds(pair: str, values: tuple[float, ...]) -> None:
    read = [frozenset[str](), frozenset(pair[0]), frozenset(pair[1]), frozenset(pair)]
    found = [weight(made(EXAMPLE, read=works), *pair) for works in read]
    assert [one.high for one in found] == pytest.approx(values, abs=5e-7)
    assert [one.is_open for one in found] == [True, False, False, False]


def test_the_worked_example_gives_what_is_broad_and_what_links_actions() -> None:
    assert [weight(made(EXAMPLE, at), "P", "Q").broad for at in FIGURED] == pytest.approx(
        [0, 0.184241, 0.184241, 0.184241], abs=5e-7
    )
    found = {at: actions(EXAMPLE, at) for at in FIGURED}
    assert found[PLAN] == {("a3", "b2"): pytest.approx((0.184241, 0), abs=5e-7)}
    assert found[OFFICIAL]["a1", "b1"] == pytest.approx((0.736966, 0), abs=5e-7)
    assert found[OFFICIAL]["a3", "b2"] == pytest.approx((0.184241, 0.184241), abs=5e-7)
    assert found[Level.OTHER]["a2", "c1"] == pytest.approx((0, 0.080482), abs=5e-7)
    assert found[EDITORS]["a2", "b1"] == pytest.approx((0.103759, 0.080482), abs=5e-7)
    assert found[EDITORS]["b1", "c1"] == pytest.approx((0.080482, 0), abs=5e-7)
    assert [len(found[at]) for at in FIGURED] == [1, 2, 3, 5]


def test_a_pair_is_explained_by_what_adds_up_to_it_on_the_word_of_the_weaker_side() -> None:
    found = weight(made(EXAMPLE, EDITORS), "P", "Q")
    assert [(part.text, part.level, part.is_broad) for part in found.contributions] == [
        ("K", OFFICIAL, False), ("C", OFFICIAL, True), ("D", PLAN, False),
        ("G4", EDITORS, False), ("G", EDITORS, False),
    ]  # fmt: skip
    assert found.level is PLAN
    assert (found.low + found.broad) == pytest.approx(sum(part.bits for part in found.contributions))


def test_a_text_half_of_the_read_actions_name_asks_whether_the_plan_says_so_of_itself() -> None:
    world = World(Works(("P",), dict.fromkeys("abc", "P")), (use("a", "implements", "K"), use("b", "promotes", "K")))
    assert unsaid(made(world)) == (("P", "K", 2, 2),)
    assert unsaid(made(replace(world, uses=(*world.uses, use("P", "implements", "K"))))) == ()
    assert unsaid(made(replace(world, uses=(*world.uses, use("P", "references", "K"))))) == (("P", "K", 2, 2),)


# The sparse form against the sets, in random worlds


@settings(max_examples=30 * TIMES)
@given(worlds, st.sampled_from(FIGURED), st.frozensets(st.sampled_from(PLANS)))
def test_the_sparse_form_agrees_with_the_sets(world: World, at: Level, read: frozenset[str]) -> None:
    slow, fast, found = Slow(world, at), pairs(world, at), made(world, at, read)
    for x, y in PAIRS:
        expected = slow.low(x, y), slow.low(x, y, broad=True)
        assert fast.get((x, y), (0.0, 0.0)) == pytest.approx(expected, abs=CLOSE)
        one = weight(found, x, y)
        assert (one.low, one.broad) == pytest.approx(expected, abs=CLOSE)
        assert one.high == pytest.approx(slow.high(x, y, read), abs=CLOSE)


@settings(max_examples=30 * TIMES)
@given(worlds, st.sampled_from(FIGURED))
def test_pairs_of_actions_agree_with_the_sets_in_both_projections(world: World, at: Level) -> None:
    slow, fast, whole = Slow(world, at), actions(world, at), made(world, at)
    for a, b in itertools.combinations(ACTIONS, 2):
        expected = slow.pair(a, b) if world.works.home[a] != world.works.home[b] else (0.0, 0.0)
        assert fast.get((a, b), (0.0, 0.0)) == pytest.approx(expected, abs=CLOSE)
        one = weight(whole, a, b)
        if world.works.home[a] != world.works.home[b]:
            assert (one.low, one.broad) == pytest.approx(expected, abs=CLOSE)


# Laws


@settings(max_examples=30 * TIMES)
@given(worlds)
def test_low_is_symmetric_nested_below_high_and_the_sum_of_its_parts(world: World) -> None:
    found = {at: made(world, at) for at in FIGURED}
    assert (found[PLAN].weights.gain >= -CLOSE).all()
    for x, y in PAIRS:
        nested = [weight(found[at], x, y) for at in FIGURED]
        for one, at in zip(nested, FIGURED, strict=True):
            assert one.low == pytest.approx(weight(found[at], y, x).low, abs=CLOSE)
            assert -CLOSE <= one.low <= one.high + CLOSE
            assert sum(part.bits for part in one.contributions) == pytest.approx(one.low + one.broad, abs=CLOSE)
        assert all(firm.low <= weak.low + CLOSE for firm, weak in itertools.pairwise(nested))


@settings(max_examples=30 * TIMES)
@given(worlds, st.sampled_from(FIGURED), st.frozensets(st.sampled_from(PLANS)), st.sampled_from(PLANS))
def test_reading_in_full_never_raises_high_and_never_changes_low(
    world: World, at: Level, read: frozenset[str], plan: str
) -> None:
    before, after = made(world, at, read), made(world, at, read | {plan})
    for x, y in PAIRS:
        one, two = weight(before, x, y), weight(after, x, y)
        assert two.low == one.low
        assert two.high <= one.high + CLOSE
    both = weight(made(world, at, frozenset(PLANS)), "P", "Q")
    assert both.high == pytest.approx(both.low, abs=CLOSE)


@settings(max_examples=30 * TIMES)
@given(worlds, st.sampled_from(FIGURED))
def test_what_hangs_on_an_action_goes_with_it_and_nothing_else_does(world: World, at: Level) -> None:
    whole = made(world, at)
    lost = {row.action: set(row.plans) for row in losses(whole, [use for use in world.uses if counts(use.level, at)])}
    for action, plan in world.works.home.items():
        left = potential(world.works, whole.weights, [use for use in world.uses if use.work != action], at=at)
        gone = {
            other for other in PLANS
            if other != plan and weight(whole, plan, other).low > CLOSE >= weight(left, plan, other).low
        }  # fmt: skip
        assert lost.get(action, set()) == gone


@settings(max_examples=20, deadline=None)
@given(worlds, st.sampled_from(FIGURED))
def test_chance_counts_every_use_alike_and_its_p_values_are_never_0(world: World, at: Level) -> None:
    found = made(world, at)
    for row in chance(world.works, found.weights, world.uses, at=at, draws=19):
        assert row.statistic >= weight(found, row.one, row.two).low - CLOSE
        assert 1 / 20 <= row.p <= row.adjusted <= 1
        assert row.attainable <= row.adjusted + CLOSE
