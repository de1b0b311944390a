"""Laws the measures keep, whatever the graph."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from dataclasses import fields, is_dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pan2kg.coherence import links as links_module
from pan2kg.coherence import matrix
from pan2kg.coherence.agreement import alpha
from pan2kg.coherence.basis import changes
from pan2kg.coherence.chance import adjust, chance, curveball
from pan2kg.coherence.citations import Citation, arcs
from pan2kg.coherence.debt import debts
from pan2kg.coherence.editions import reweighted
from pan2kg.coherence.interaction import coverage, ranks, second_order, sums
from pan2kg.coherence.links import project, shared_links
from pan2kg.coherence.pairs import plan_matrix
from pan2kg.coherence.participation import losses, participation
from pan2kg.coherence.scores import Scores, scores_of
from pan2kg.coherence.strength import explain, hoist
from pan2kg.coherence.uses import Uses, uses_of

ACTIONS = tuple("abcdefgh")
INSTRUMENTS = tuple("KLMNO")
Pairs = frozenset[tuple[str, str]]
Homes = dict[str, str]

pairs = st.frozensets(st.tuples(st.sampled_from(ACTIONS), st.sampled_from(INSTRUMENTS)), max_size=24)
homes = st.lists(st.sampled_from("PQR"), min_size=8, max_size=8).map(
    lambda plans: dict(zip(ACTIONS, plans, strict=True))
)
scores = st.dictionaries(
    st.tuples(st.sampled_from("abcd"), st.sampled_from("abcd")).filter(lambda ends: ends[0] != ends[1]),
    st.integers(-3, 3),
).map(lambda cells: scores_of(cells, labels="abcd", assessor="x"))
citations = st.lists(
    st.tuples(
        st.sampled_from([*ACTIONS, *"PQR"]), st.sampled_from([*ACTIONS, *"PQR"]), st.sampled_from(["text", "web"])
    ),
    max_size=6,
).map(lambda given: [Citation(f"{at}", *ends) for at, ends in enumerate(given)])


def strengths(uses: Uses) -> dict[tuple[str, str], float]:
    links = project(uses)
    ends = zip(links.one, links.two, links.strength, strict=True)
    return {(min(pair), max(pair)): float(s) for a, b, s in ends for pair in [(uses.actions[a], uses.actions[b])]}


@given(pairs, homes)
def test_the_projection_agrees_with_the_definition_on_every_pair(given_pairs: Pairs, plan_of: Homes) -> None:
    uses = uses_of(given_pairs, plan_of)
    found = strengths(uses)
    for at, one in enumerate(ACTIONS):
        for two in ACTIONS[at + 1 :]:
            s = explain(uses, one, two).strength
            assert 0 <= s <= 1
            assert explain(uses, two, one).strength == s
            assert found.get((one, two), 0.0) == pytest.approx(s, abs=1e-12)


@given(pairs, homes)
def test_contributions_sum_to_the_strength(given_pairs: Pairs, plan_of: Homes) -> None:
    found = explain(uses_of(given_pairs, plan_of), "a", "b")
    assert math.fsum(part.share for part in found.contributions) == pytest.approx(found.strength, abs=1e-12)
    assert math.fsum(part.bits for part in found.contributions) == pytest.approx(found.bits, abs=1e-12)


@given(pairs, homes, st.permutations(ACTIONS), citations)
def test_permuting_or_renaming_changes_nothing(
    given_pairs: Pairs, plan_of: Homes, order: list[str], said: list[Citation]
) -> None:
    name = {old: f"http://e/{new}" for old, new in zip(ACTIONS, order, strict=True)} | {
        p: f"http://p/{p}" for p in "PQR"
    }
    one = uses_of(given_pairs, plan_of)
    renamed = [(name[a], {"K": "Z"}.get(i, i)) for a, i in sorted(given_pairs, reverse=True)]
    two = uses_of(renamed, {name[a]: name[p] for a, p in plan_of.items()})
    cited = [replace(c, source=name[c.source], target=name[c.target]) for c in said]
    expected = {tuple(sorted((name[a], name[b]))): s for (a, b), s in strengths(one).items()}
    assert strengths(two) == pytest.approx(expected)
    owed = {
        (name[d.citing], name[d.cited]): (d.total, d.action, d.mixed, d.plan) for d in debts(one, project(one), said)
    }
    again = {(d.citing, d.cited): (d.total, d.action, d.mixed, d.plan) for d in debts(two, project(two), cited)}
    assert again.keys() == owed.keys()
    assert all(again[pair] == pytest.approx(owed[pair]) for pair in owed)
    bridging = {name[row.action]: row.value for row in participation(one, project(one))}
    assert {row.action: row.value for row in participation(two, project(two))} == pytest.approx(bridging)
    assert Counter(map(bool, losses(one, project(one)))) == Counter(map(bool, losses(two, project(two))))


@given(pairs, homes)
def test_a_universal_instrument_changes_no_strength(given_pairs: Pairs, plan_of: Homes) -> None:
    more = given_pairs | {(action, "everywhere") for action in ACTIONS}
    assert strengths(uses_of(more, plan_of)) == pytest.approx(strengths(uses_of(given_pairs, plan_of)))


@given(pairs)
def test_duplicating_a_plan_leaves_strengths_within_it_equal(given_pairs: Pairs) -> None:
    twice = given_pairs | {(f"copy-{a}", i) for a, i in given_pairs}
    plan_of = dict.fromkeys(ACTIONS, "P")
    found = strengths(uses_of(twice, plan_of | {f"copy-{a}": "copy" for a in ACTIONS}))
    within = {pair: s for pair, s in found.items() if not any(end.startswith("copy") for end in pair)}
    assert within == pytest.approx(strengths(uses_of(given_pairs, plan_of)))


@given(pairs, homes)
def test_with_base_weights_duplicating_one_plan_of_several_changes_nothing_either(
    given_pairs: Pairs, plan_of: Homes
) -> None:
    copied = [action for action in ACTIONS if plan_of[action] == "P"]
    twice = given_pairs | {(f"copy-{a}", i) for a, i in given_pairs if a in copied}
    base = uses_of(given_pairs, plan_of)
    found = strengths(reweighted(uses_of(twice, plan_of | {f"copy-{a}": "copy" for a in copied}), base))
    assert {p: s for p, s in found.items() if not any(e.startswith("copy") for e in p)} == pytest.approx(
        strengths(base)
    )


@given(pairs, homes, st.data())
def test_removing_any_evidence_of_a_link_removes_the_link(
    given_pairs: Pairs, plan_of: Homes, data: st.DataObject
) -> None:
    found = {
        (end, via, link.iri)
        for link in shared_links(uses_of(given_pairs, plan_of))
        for via in link.via
        for end in (link.one, link.two)
    }
    if found:
        action, instrument, iri = data.draw(st.sampled_from(sorted(found)))
        left = shared_links(uses_of(given_pairs - {(action, instrument)}, plan_of))
        assert (iri, instrument) not in {(link.iri, via) for link in left for via in link.via}


@given(pairs, homes)
def test_adding_an_unrelated_plan_is_announced(given_pairs: Pairs, plan_of: Homes) -> None:
    before = uses_of(given_pairs, plan_of)
    after = uses_of(given_pairs | {("z", "elsewhere")}, plan_of | {"z": "Z"})
    assert {"n", "plans"} <= {change.what for change in changes(before.basis, after.basis)}
    assert strengths(reweighted(after, before)) == pytest.approx(strengths(before))


@given(pairs, homes, st.integers(2, 8))
def test_a_hub_cut_only_leaves_out_pairs_and_says_so(given_pairs: Pairs, plan_of: Homes, hub: int) -> None:
    uses = uses_of(given_pairs, plan_of)
    whole, cut = project(uses), project(uses, hub=hub)
    all_of_them = dict(zip(zip(whole.one, whole.two, strict=True), whole.strength, strict=True))
    for pair, s in zip(zip(cut.one, cut.two, strict=True), cut.strength, strict=True):
        assert s == pytest.approx(all_of_them[pair])
    assert len(cut) == len(whole) or ("hub" in dict(cut.basis.filters))


@given(pairs, homes, citations)
def test_working_in_small_parts_changes_nothing(given_pairs: Pairs, plan_of: Homes, said: list[Citation]) -> None:
    uses = uses_of(given_pairs, plan_of)
    links = project(uses)
    whole = debts(uses, links, said).rows, plan_matrix(uses, links).rows, participation(uses, links).rows
    with pytest.MonkeyPatch.context() as patch:
        for module, name in ((matrix, "PART"), (links_module, "PART"), (matrix, "BLOCK")):
            patch.setattr(module, name, 1)
        blocks = list(matrix.overlaps(uses.table, uses.weights, block=1))
        parts = debts(uses, links, said).rows, plan_matrix(uses, links).rows, participation(uses, links).rows
    assert [int(row) for rows, _, _ in blocks for row in rows] == links.one.tolist()
    for one, other in zip(itertools.chain(*whole), itertools.chain(*parts), strict=True):
        assert flat(one) == pytest.approx(flat(other))


def flat(row: object) -> list[float]:
    """Every number of a row, in order."""
    if is_dataclass(row):
        return [number for field in fields(row) for number in flat(getattr(row, field.name))]
    if isinstance(row, tuple):
        return [number for part in row for number in flat(part)]
    return [float(row)] if isinstance(row, int | float) else []


@given(pairs, homes, citations)
def test_debt_lies_between_0_and_all_and_falls_from_level_to_level(
    given_pairs: Pairs, plan_of: Homes, said: list[Citation]
) -> None:
    uses = uses_of(given_pairs, plan_of)
    links = project(uses)
    bare = {(debt.citing, debt.cited): debt for debt in debts(uses, links, [])}
    for debt in debts(uses, links, said):
        assert debt.total + 1e-9 >= debt.action >= debt.mixed - 1e-9
        assert debt.mixed + 1e-9 >= debt.plan >= 0
        assert bare[debt.citing, debt.cited].action == debt.total
    cited = {(arc.citing, arc.cited) for arc in arcs(uses, said)}
    assert all((debt.plan == 0) == ((debt.citing, debt.cited) in cited) for debt in debts(uses, links, said))


@given(pairs, homes)
def test_the_matrix_adds_up_to_the_links_between_plans(given_pairs: Pairs, plan_of: Homes) -> None:
    uses = uses_of(given_pairs, plan_of)
    links = project(uses).across(uses)
    found = plan_matrix(uses, project(uses)).rows
    assert sum(cell.potential.linked for cell in found) == len(links)
    assert sum(cell.potential.total for cell in found) == pytest.approx(float(links.strength.sum()))
    assert all(cell.potential.mean is None or 0 <= cell.potential.mean <= 1 + 1e-12 for cell in found)
    assert all(cell.potential.maximum <= cell.potential.total + 1e-12 for cell in found)


@given(pairs, homes)
def test_participation_stays_below_its_bound(given_pairs: Pairs, plan_of: Homes) -> None:
    uses = uses_of(given_pairs, plan_of)
    assert all(0 <= row.value <= 1 - 1 / row.plans + 1e-9 for row in participation(uses, project(uses)))


@given(pairs, homes)
def test_hoisting_only_takes_away(given_pairs: Pairs, plan_of: Homes) -> None:
    uses = uses_of(given_pairs, plan_of)
    hoisted, founded = hoist(uses, least=2)
    assert hoisted.weights.tolist() == uses.weights.tolist()
    gone = sum(
        round(one.share * plan_of_size) for one in founded for plan_of_size in [Counter(plan_of.values())[one.plan]]
    )
    assert len(uses.table.columns) - len(hoisted.table.columns) == gone


@given(scores)
def test_out_sums_are_the_in_sums_of_the_transpose_and_both_sides_give_the_net(given_scores: Scores) -> None:
    turned = Scores(given_scores.labels, given_scores.values.T)
    for one, other in zip(sums(given_scores), sums(turned), strict=True):
        assert (one.given, one.taken) == (other.taken, other.given)
        assert one.given.positive + one.given.negative == one.given.net
        assert one.given.negative <= 0 <= one.given.positive


@given(scores)
def test_the_direct_part_of_the_second_order_is_the_net_and_weight_0_is_the_first(given_scores: Scores) -> None:
    for row, first in zip(second_order(given_scores, weight=0), sums(given_scores), strict=True):
        assert row.direct == row.total == row.without_return == first.given.net


@given(scores)
def test_ranks_lie_in_their_intervals_and_full_coverage_closes_them(given_scores: Scores) -> None:
    rows = ranks(given_scores)
    assert all(row.best is not None and row.worst is not None for row in rows)
    assert all((row.best or 0) <= row.place <= (row.worst or 0) for row in rows)
    assert coverage(given_scores) != 1 or all(row.best == row.worst for row in rows)


@given(st.lists(st.lists(st.one_of(st.none(), st.integers(-3, 3)), min_size=4, max_size=4), min_size=2, max_size=4))
def test_alpha_is_at_most_1_and_knows_no_order_of_assessors(ratings: list[list[int | None]]) -> None:
    found = alpha(ratings)
    assert found is None or found <= 1 + 1e-12
    assert found == (None if found is None else pytest.approx(alpha(ratings[::-1])))


@given(st.lists(st.frozensets(st.integers(0, 6)), min_size=1, max_size=6), st.integers(0, 2**32 - 1))
def test_a_curveball_keeps_all_sums_and_its_seed(table: list[frozenset[int]], seed: int) -> None:
    dealt = curveball(table, np.random.default_rng(seed), trades=20)
    assert [len(row) for row in dealt] == [len(row) for row in table]
    assert Counter(one for row in dealt for one in row) == Counter(one for row in table for one in row)
    assert dealt == curveball(table, np.random.default_rng(seed), trades=20)


@settings(max_examples=25, deadline=None)
@given(pairs, homes)
def test_p_values_are_never_0_and_adjusting_only_raises_them(given_pairs: Pairs, plan_of: Homes) -> None:
    rows = chance(uses_of(given_pairs, plan_of), draws=19).rows
    assert all(1 / 20 <= row.p <= row.adjusted <= 1 for row in rows)
    assert all(row.attainable <= row.adjusted + 1e-12 for row in rows)


@given(st.lists(st.floats(0, 1), max_size=20))
def test_adjusted_values_keep_the_order(p: list[float]) -> None:
    values = np.array(p)
    adjusted = adjust(values)
    order = np.argsort(values, kind="stable")
    assert (np.diff(adjusted[order]) >= 0).all()
    assert (adjusted >= values - 1e-15).all()
