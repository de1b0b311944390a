"""The CONSTRUCT rules define the links; the table of uses must give the same, on the shipped graph and on any."""

from __future__ import annotations

from functools import cache
from itertools import combinations
from pathlib import Path

import pyoxigraph as ox
from hypothesis import given, settings
from hypothesis import strategies as st

from pan2kg.coherence.bodies import Uses
from pan2kg.coherence.reading import read_citations, read_uses
from pan2kg.project import Project
from pan2kg.store.rules import derive
from pan2kg.store.store import LocalStore, open_store
from pan2kg.store.store import text_rows as rows
from pan2kg.turtle.vocabulary import ID, PAN, RDF, graph_of, link_iri, thing
from tests.lots import TIMES

PROJECT = Project.at(Path(__file__).resolve().parents[2])
ELI = "http://data.europa.eu/eli/ontology#"
DERIVED_LINKS = f"""
PREFIX pan: <{PAN}>
SELECT DISTINCT ?link ?one ?two ?via WHERE {{
    ?link pan:linkType <{ID}linktype/shared-instrument> ; pan:between ?one , ?two ; pan:via ?via .
    FILTER(STR(?one) < STR(?two))
}}
"""
CITES = f"""
PREFIX pan: <{PAN}>
SELECT DISTINCT ?one ?two WHERE {{ ?one pan:cites ?two . ?one a pan:Plan . ?two a pan:Plan }}
"""


@cache
def shipped() -> LocalStore:
    return open_store(PROJECT, derive)


def by_rule(store: LocalStore) -> set[tuple[str, ...]]:
    return {tuple(row) for row in rows(store, DERIVED_LINKS)}


def by_table(uses: Uses) -> set[tuple[str, ...]]:
    """Link, its ends and the text of any two works of different plans that rest on the same text."""
    home, users = uses.homes(), dict[str, list[str]]()
    for work, text in sorted(uses.statements()):
        users.setdefault(text, []).append(work)
    return {
        (link_iri("shared-instrument", one, two), one, two, text)
        for text, works in users.items()
        for one, two in combinations(works, 2)
        if home.get(one, one) != home.get(two, two)
    }


def test_rules_and_table_give_the_same_links_on_the_shipped_graph() -> None:
    found = by_rule(shipped())
    assert len(found) > 50
    assert by_table(read_uses(shipped())) == found


def test_rules_and_table_give_the_same_citations_on_the_shipped_graph() -> None:
    uses = read_uses(shipped())
    plans = set(uses.homes()) - set(uses.actions)
    found = {(one, two) for one, two in rows(shipped(), CITES) if {one, two} <= plans}
    home = uses.homes()
    ends = {(home.get(one.source, ""), home.get(one.target, "")) for one in read_citations(shipped())}
    assert {(citing, cited) for citing, cited in ends if citing and cited and citing != cited} == found


Triple = tuple[str, str, str]
names = st.integers(0, 4)
uses_links = st.tuples(
    st.sampled_from(["action", "plan"]),
    names,
    st.sampled_from(["instrument", "provision"]),
    names,
    st.sampled_from(["accepted", "accepted", "accepted", "candidate", "rejected"]),
    st.sampled_from(["stated", "stated", "derived", "unverified"]),
    st.sampled_from(["references", "promotes", "related-to"]),
)
relations = st.tuples(st.integers(0, 3), st.integers(1, 4), st.sampled_from(["transposes", "implements", "amends"]))


@st.composite
def graphs(draw: st.DrawFn) -> list[Triple]:
    """Plans, actions with and without a plan, provisions, acts and their transpositions, links of every status."""
    plan_of = draw(st.lists(st.one_of(st.none(), st.integers(0, 2)), min_size=5, max_size=5))
    triples = [(thing("plan", str(at)), RDF + "type", PAN + "Plan") for at in range(5)]
    for at, plan in enumerate(plan_of):
        triples.append((thing("action", str(at)), RDF + "type", PAN + "Action"))
        triples += [(thing("action", str(at)), PAN + "inPlan", thing("plan", str(plan)))] if plan is not None else []
        whole = draw(names)
        triples.append((thing("provision", str(at)), ELI + "is_part_of", thing("instrument", str(whole))))
    for kind, work, what, number, status, certainty, relation in draw(st.lists(uses_links, max_size=14)):
        ends = thing(kind, str(work)), thing(what, str(number))
        triples += _link("uses-instrument", *ends, status=status, certainty=certainty, relation=relation)
    for low, up, relation in draw(st.lists(relations, max_size=4)):
        ends = thing("instrument", str(low)), thing("instrument", str(min(low + up, 4)))
        triples += _link("instrument-relation", *ends, relation=relation)
    return triples


def _link(
    kind: str, start: str, end: str, *, status: str = "accepted", certainty: str = "stated", relation: str = ""
) -> list[Triple]:
    node = thing(
        "link", "-".join((kind, start[len(ID) :], end[len(ID) :], status, certainty, relation)).replace("/", "-")
    )
    said = [("linkType", thing("linktype", kind)), ("from", start), ("to", end)]
    said += [("status", thing("linkstatus", status)), ("certainty", thing("certainty", certainty))]
    said += [("relation", thing("relation", relation))] if relation else []
    return [(node, PAN + name, value) for name, value in said]


@settings(max_examples=50 * TIMES, deadline=None)
@given(graphs())
def test_rules_and_table_give_the_same_links_on_random_graphs(triples: list[Triple]) -> None:
    store = LocalStore(ox.Store())
    store.add(graph_of("random"), [ox.Triple(*map(ox.NamedNode, triple)) for triple in triples])
    derive(store, PROJECT)
    assert by_table(read_uses(store)) == by_rule(store)
