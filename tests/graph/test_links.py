"""Links between plans, of a few plans: in which order they are read, and which say what others say already."""

from __future__ import annotations

import random

import pyoxigraph as ox

from pan2kg.graph.graph import Graph
from pan2kg.graph.links import GraphTies, Tie, read_ties
from pan2kg.store.store import LocalStore
from pan2kg.turtle.vocabulary import PAN

HEAD = """
@prefix pan: <https://w3id.org/pan2kg/ontology#> .
@prefix linktype: <https://w3id.org/pan2kg/id/linktype/> .
@prefix linkstatus: <https://w3id.org/pan2kg/id/linkstatus/> .
@prefix certainty: <https://w3id.org/pan2kg/id/certainty/> .
@prefix e: <http://e/> .
e:p a pan:Plan . e:q a pan:Plan . e:r a pan:Plan .
"""


def ties_of(*turtle: str) -> GraphTies:
    store = ox.Store()
    store.load(HEAD + "\n".join(turtle), format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode("http://e/g"))
    return read_ties(LocalStore(store))


def link(name: str, kind: str, *ends: str, status: str = "derived", stated: bool = False) -> str:
    """A link without direction between things of these keys."""
    said = "".join(f" ; pan:between e:{end}" for end in ends) + " ; pan:certainty certainty:stated" * stated
    return f"e:{name} pan:linkType linktype:{kind} ; pan:status linkstatus:{status}{said} ."


def actions(plan: str, *names: str) -> str:
    return "".join(f"e:{name} a pan:Action ; pan:inPlan e:{plan} .\n" for name in names)


def ends(ties: GraphTies) -> list[str]:
    return ["-".join(end.removeprefix("http://e/") for end in tie.ends) for tie in ties.every]


def test_pairs_of_a_link_of_many_ends_come_by_plan_and_address() -> None:
    mixed = ["q1", "p3", "q2", "p1", "p2", "q3"]
    random.Random(5).shuffle(mixed)
    found = ties_of(actions("p", "p1", "p2", "p3"), actions("q", "q1", "q2", "q3"), link("x", "shared-topic", *mixed))
    assert ends(found) == [f"p{one}-q{two}" for one in (1, 2, 3) for two in (1, 2, 3)]


def test_ends_stand_in_the_order_of_their_plans_whatever_they_are_called() -> None:
    found = ties_of(actions("p", "z"), actions("q", "a"), link("x", "shared-topic", "a", "z"))
    assert found.every == (
        Tie("http://e/x", "shared-topic", ("http://e/z", "http://e/a"), ("http://e/p", "http://e/q")),
    )


def test_pairs_of_plans_are_sorted_whatever_their_links_are() -> None:
    found = ties_of(
        actions("p", "a"), actions("q", "b"), actions("r", "c"),
        link("1", "shared-body", "b", "c"), link("2", "shared-topic", "a", "b"), link("3", "shared-group", "a", "c"),
    )  # fmt: skip
    assert [pair[0][-1] + pair[1][-1] for pair in found.by_pair] == ["pq", "pr", "qr"]


def test_a_text_whole_plans_share_is_not_counted_beside_pairs_of_their_actions() -> None:
    world = (actions("p", "a"), actions("q", "b"), actions("r", "c"))
    whole, finer = link("w", "shared-instrument", "p", "q"), link("f", "shared-instrument", "a", "b")
    elsewhere = link("o", "shared-instrument", "p", "r")
    assert ends(ties_of(*world, whole, elsewhere)) == ["p-r", "p-q"]
    assert ends(ties_of(*world, whole, elsewhere, finer)) == ["a-b", "p-r"]
    topic = link("t", "shared-topic", "p", "q")
    assert "p-q" in ends(ties_of(*world, topic, finer)), "another kind of link says something else"


def test_links_within_a_plan_and_those_nobody_accepted_join_no_plans() -> None:
    found = ties_of(
        actions("p", "a", "b"), actions("q", "c"),
        link("1", "cross-reference", "a", "b", status="accepted"),
        link("2", "cross-reference", "a", "c", status="candidate"),
        link("3", "cross-reference", "a", "c", status="rejected"),
    )  # fmt: skip
    assert found.every == ()


def test_what_no_document_states_counts_as_a_comparison() -> None:
    world = (actions("p", "a"), actions("q", "b"))
    for stated, kind in ((True, "builds-on"), (False, "comparison")):
        (tie,) = ties_of(*world, link("x", "builds-on", "a", "b", status="accepted", stated=stated)).every
        assert (tie.kind, tie.is_declared) == (kind, stated)


def test_the_words_a_link_quotes_are_those_of_its_first_passage(few: Graph) -> None:
    said = few.statements
    links = {one.thing for one in said.every if one.predicate == f"{PAN}linkType"}
    first = {link: [said.values(one, f"{PAN}quote") for one in said.values(link, f"{PAN}evidence")] for link in links}
    wanted = {link: words for link, found in first.items() if (words := next((w for of in found for w in of), ""))}
    assert few.quotes == wanted
    assert wanted
