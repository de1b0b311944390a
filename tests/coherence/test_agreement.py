"""The CONSTRUCT rules define links and citations; the tables give the same, on the shipped graph and on any."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

import pan2kg
from pan2kg.coherence.bodies import Uses
from pan2kg.coherence.reading import read_uses
from pan2kg.store.store import Store, text_rows
from pan2kg.turtle.vocabulary import ID, PAN, link_iri
from tests.coherence.worlds import store_of
from tests.lots import TIMES

LINKS = f"""PREFIX pan: <{PAN}> SELECT DISTINCT ?link ?one ?two ?via WHERE {{
    ?link pan:linkType <{ID}linktype/shared-instrument> ; pan:between ?one , ?two ; pan:via ?via .
    FILTER(STR(?one) < STR(?two))
}}"""
CITES = f"PREFIX pan: <{PAN}> SELECT DISTINCT ?one ?two {{ ?one pan:cites ?two . ?one a pan:Plan . ?two a pan:Plan }}"


def agree(store: Store, uses: Uses) -> set[tuple[str, ...]]:
    """The links by shared texts, by rule, which are any two works of different plans that rest on the same text."""
    home, users = uses.homes, dict[str, list[str]]()
    for work, text in uses.stated:
        users.setdefault(text, []).append(work)
    by_rule = {tuple(row) for row in text_rows(store, LINKS)}
    assert by_rule == {
        (link_iri("shared-instrument", one, two), one, two, text)
        for text, works in users.items() for one, two in combinations(works, 2)
        if home.get(one, one) != home.get(two, two)
    }  # fmt: skip
    return by_rule


def test_rules_and_tables_give_the_same_on_the_shipped_graph(graph: pan2kg.Graph) -> None:
    home = graph.uses.homes
    assert len(agree(graph.store, graph.uses)) > 50
    ends = {(home.get(one.source, ""), home.get(one.target, "")) for one in graph.citations}
    plans = set(home) - set(graph.uses.actions)
    by_rule = {(one, two) for one, two in text_rows(graph.store, CITES) if {one, two} <= plans}
    assert {(citing, cited) for citing, cited in ends if citing and cited and citing != cited} == by_rule


names = st.integers(0, 4)
statuses = st.sampled_from(["accepted", "accepted", "accepted", "candidate", "rejected"])
certainties = st.sampled_from(["stated", "stated", "derived", "unverified"])
uses_links = st.builds(
    "link:u-{}-{} pan:linkType linktype:uses-instrument ; pan:from {}:{} ; pan:to {}:{} ; pan:status linkstatus:{} ;"
    " pan:certainty certainty:{} ; pan:relation relation:{} .".format,
    names, names, st.sampled_from(["action", "plan"]), names, st.sampled_from(["instrument", "provision"]), names,
    statuses, certainties, st.sampled_from(["references", "promotes", "related-to"]),
)  # fmt: skip
relations = st.builds(
    "link:r-{0}-{1} pan:linkType linktype:instrument-relation ; pan:from instrument:{0} ; pan:to instrument:{1} ;"
    " pan:status linkstatus:accepted ; pan:certainty certainty:stated ; pan:relation relation:{2} .".format,
    st.integers(0, 1), st.integers(2, 4), st.sampled_from(["transposes", "implements", "amends"]),
)  # fmt: skip
homes = st.lists(st.none() | st.integers(0, 2), min_size=5, max_size=5)


@settings(max_examples=50 * TIMES, deadline=None)
@given(homes, st.lists(names, min_size=5, max_size=5), st.lists(uses_links, max_size=14), st.lists(relations))
def test_rules_and_tables_give_the_same_links_on_random_graphs(
    plan_of: list[int | None], wholes: list[int], uses: list[str], related: list[str]
) -> None:
    lines = [f"plan:{at} a pan:Plan . action:{at} a pan:Action ." for at in range(5)]
    lines += [f"action:{at} pan:inPlan plan:{plan} ." for at, plan in enumerate(plan_of) if plan is not None]
    lines += [f"provision:{at} eli:is_part_of instrument:{whole} ." for at, whole in enumerate(wholes)]
    store = store_of("\n".join([*lines, *uses, *related]))
    agree(store, read_uses(store))
