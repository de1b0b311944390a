"""Strength, bits, contributions, hubs and hoisting: the worked numbers of the definition, and its traps."""

from __future__ import annotations

import math
from itertools import combinations

import pytest

from pan2kg.coherence.basis import changes
from pan2kg.coherence.links import project, shared_links
from pan2kg.coherence.strength import Statement, explain, hoist, plan_links
from pan2kg.coherence.uses import Uses, restrict, uses_of
from pan2kg.errors import QueryError

PLAN_OF = {"a1": "P", "a2": "P", "a3": "P", "b1": "Q", "b2": "Q"}
WORKED = {"a1": "UK", "a2": "UW", "a3": "UT", "b1": "UKT", "b2": "UT"}
STRENGTHS = {("a1", "b1"): 0.642057, ("a3", "b1"): 0.357943, ("a3", "b2"): 1.0, ("b1", "b2"): 0.357943}


def worked() -> Uses:
    return uses_of([(action, one) for action, names in WORKED.items() for one in names], PLAN_OF)


def hub(actions: int) -> Uses:
    plan_of = {f"a{at:03}": f"p{at % 2}" for at in range(actions)}
    return uses_of([(action, "HUB") for action in plan_of] + [("a000", "K"), ("a001", "K")], plan_of)


def test_the_worked_weights() -> None:
    uses = worked()
    found = dict(zip(uses.instruments, uses.weights.tolist(), strict=True))
    assert found == pytest.approx({"U": 0.0, "K": math.log(5 / 2), "T": math.log(5 / 3), "W": math.log(5)})


@pytest.mark.parametrize("pair", list(combinations(sorted(PLAN_OF), 2)))
def test_the_worked_strengths(pair: tuple[str, str]) -> None:
    assert explain(worked(), *pair).strength == pytest.approx(STRENGTHS.get(pair, 0.0), abs=1e-6)
    assert explain(worked(), pair[1], pair[0]).strength == explain(worked(), *pair).strength


def test_the_projection_gives_the_worked_strengths() -> None:
    uses, links = worked(), project(worked())
    found = {
        (uses.actions[a], uses.actions[b]): s for a, b, s in zip(links.one, links.two, links.strength, strict=True)
    }
    assert found == pytest.approx(STRENGTHS, abs=1e-6)


def test_bits_of_the_worked_example() -> None:
    assert explain(worked(), "a1", "b1").bits == pytest.approx(math.log2(5 / 2))


def test_a_hub_that_links_all_links_nobody() -> None:
    uses = hub(40)
    assert explain(uses, "a002", "a003").strength == 0
    assert len(project(uses)) == 1


def test_a_hub_above_the_cut_is_announced_and_still_counted_in_the_strengths() -> None:
    plan_of = {f"a{at:03}": f"p{at % 2}" for at in range(40)}
    uses = uses_of([(a, "HUB") for a in sorted(plan_of)[:30]] + [("a000", "K"), ("a001", "K")], plan_of)
    cut = project(uses, hub=10)
    assert cut.hubs == ("HUB",)
    assert ("hub", "> 10 actions: 1 instruments not projected") in cut.basis.filters
    assert len(cut) == 1
    assert cut.strength[0] == pytest.approx(explain(uses, "a000", "a001").strength)


def test_contributions_add_up_and_weightless_instruments_are_listed() -> None:
    found = explain(worked(), "a1", "b1")
    assert [(part.instrument, round(part.share, 6)) for part in found.contributions] == [("K", 0.642057), ("U", 0.0)]
    assert math.fsum(part.share for part in found.contributions) == pytest.approx(found.strength)


def test_an_explanation_gives_the_path_and_the_statements() -> None:
    said = [Statement("l1", "b1", "K", ("b1", "law", "K"), quote="la loi"), Statement("l2", "a1", "K", ("a1", "K"))]
    part = explain(worked(), "a1", "b1", said).contributions[0]
    assert [statement.link for statement in part.statements] == ["l2", "l1"]
    assert part.paths == (("a1", "K", "law", "b1"),)


def test_statements_of_one_action_stand_by_path_then_link() -> None:
    said = [Statement(link, "a1", "K", path) for link, path in (("l3", ("a1", "K")), ("l1", ("a1", "law", "K")))]
    part = explain(worked(), "a1", "b1", [*said, Statement("l2", "a1", "K", ("a1", "K"))]).contributions[0]
    assert [statement.link for statement in part.statements] == ["l2", "l3", "l1"]


def test_an_unknown_action_is_refused_with_the_nearest_names() -> None:
    with pytest.raises(QueryError, match=r"no action « a9 ».*Did you mean a3 or a2 or a1"):
        explain(worked(), "a9", "b1")
    with pytest.raises(QueryError, match="given twice"):
        explain(worked(), "a1", "a1")


def test_hoisting_takes_a_common_foundation_out_of_the_actions() -> None:
    plan_of = {f"p{at}": "P" for at in range(5)} | {f"q{at}": "Q" for at in range(5)} | {"r": "R"}
    uses = uses_of([(action, "UNGP") for action in plan_of if action not in ("p4", "r")], plan_of)
    hoisted, founded = hoist(uses)
    assert len(project(uses)) == 36
    assert len(project(hoisted)) == 0
    assert [(one.plan, one.share, one.hoisted) for one in founded] == [("P", 0.8, True), ("Q", 1.0, True)]
    assert [(link.one, link.two, link.both_founded) for link in plan_links(uses, founded)] == [("P", "Q", True)]


@pytest.mark.parametrize(("share", "members", "hoisted"), [(0.8, 5, True), (0.81, 5, False), (0.8, 4, False)])
def test_hoisting_starts_at_its_share_and_its_size(share: float, members: int, hoisted: bool) -> None:  # noqa: FBT001
    plan_of = {f"p{at}": "P" for at in range(members)}
    uses = uses_of([(action, "U") for action in sorted(plan_of)[: max(4, members - 1)]], plan_of)
    assert any(one.hoisted for one in hoist(uses, share=share)[1]) is hoisted


def test_hoisting_leaves_weights_as_they_were() -> None:
    plan_of = {f"p{at}": "P" for at in range(5)} | {"q": "Q"}
    uses = uses_of([(action, "U") for action in plan_of if action != "p4"], plan_of)
    assert hoist(uses)[0].weights.tolist() == uses.weights.tolist()


def test_a_plans_own_statement_is_a_foundation_but_no_action_level_link() -> None:
    uses = uses_of([("P", "K"), ("b1", "K")], PLAN_OF)
    assert len(project(uses)) == 0
    assert [(link.one, link.two) for link in plan_links(uses, hoist(uses)[1])] == [("P", "Q")]
    assert [(link.one, link.two, link.strength) for link in shared_links(uses)] == [("P", "b1", None)]


def test_shared_links_keep_what_weighs_nothing_apart_from_what_counts() -> None:
    links = {(link.one, link.two): link for link in shared_links(worked())}
    assert len(links) == 6
    assert links["a2", "b2"].via == ("U",)
    assert links["a2", "b2"].strength == 0
    assert links["a1", "b1"].strength == pytest.approx(0.642057, abs=1e-6)


def test_an_unrelated_plan_is_announced_never_silent() -> None:
    before = worked()
    pairs = [(action, one) for action, names in WORKED.items() for one in names]
    after = uses_of([*pairs, ("z", "Z")], PLAN_OF | {"z": "Z-plan"})
    assert explain(before, "a1", "b1").strength != explain(after, "a1", "b1").strength
    assert {change.what for change in changes(before.basis, after.basis)} == {"n", "annotated", "plans"}


def test_a_restriction_says_what_was_left_out() -> None:
    assert restrict(worked(), ["P"]).basis.filters[-1] == ("plans", "P")
    with pytest.raises(QueryError, match="no plan « X »"):
        restrict(worked(), ["X"])
