"""The rules and the fast engine are two implementations of one thing: who rests on which text, and what two share.

The rules make an act, its provisions and its national transposition one text; the engine has them as a tree and climbs
it. So they agree on the roots of that tree, at every level of evidence, on the shipped graph and on small random ones.
"""

from __future__ import annotations

from collections.abc import Mapping

import pyoxigraph as ox
from hypothesis import given, settings
from hypothesis import strategies as st

import pan2kg
from pan2kg.coherence.evidence import FIGURED, Level, level
from pan2kg.coherence.weight import TextTies
from pan2kg.project import Project
from pan2kg.store.queries import program_query
from pan2kg.store.rules import derive
from pan2kg.store.store import LocalStore, Store
from pan2kg.store.store import text_rows as rows
from tests.lots import TIMES

PAN = "PREFIX pan: <https://w3id.org/pan2kg/ontology#>"
AT = {one: f"restsOnAt{one.key.title()}" for one in FIGURED}
HEAD = """
@prefix authorkind: <https://w3id.org/pan2kg/id/authorkind/> .
@prefix certainty: <https://w3id.org/pan2kg/id/certainty/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix eli: <http://data.europa.eu/eli/ontology#> .
@prefix linkstatus: <https://w3id.org/pan2kg/id/linkstatus/> .
@prefix linktype: <https://w3id.org/pan2kg/id/linktype/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix pan: <https://w3id.org/pan2kg/ontology#> .
@prefix relation: <https://w3id.org/pan2kg/id/relation/> .
@prefix e: <http://e/> .
e:p a pan:Plan . e:q a pan:Plan . e:r a pan:Plan .
e:a a pan:Action ; pan:inPlan e:p . e:b a pan:Action ; pan:inPlan e:q . e:c a pan:Action ; pan:inPlan e:r .
e:press pan:authorKind authorkind:other . e:law pan:authorKind authorkind:public-authority .
e:own pan:speaksFor e:p ; pan:speaksFor e:q ; pan:speaksFor e:r .
relation:implements pan:useClass 1.0 . relation:references pan:useClass 0.25 . relation:related-to pan:useClass 0.0 .
e:C a pan:LegalAct . e:N a pan:LegalAct . e:D a pan:LegalAct . e:E a pan:LegalAct .
e:K a pan:Treaty ; dcterms:identifier "k" ; owl:sameAs e:L .
e:D1 eli:is_part_of e:D . e:K1 eli:is_part_of e:K .
"""
USES = st.tuples(
    st.sampled_from("pqrabc"),
    st.sampled_from(("N", "C", "D", "D1", "E", "K", "K1", "L")),
    st.sampled_from(("implements", "references", "related-to")),
    st.sampled_from(("own", "law", "press", "")),
    st.sampled_from(("stated", "stated", "derived", "unverified")),
)


def of_engine(graph: pan2kg.Graph) -> dict[tuple[str, str], Level]:
    """The firmest level at which each work reaches each root of the tree of texts."""
    made = graph.known("editors").potential
    own, actions = zip(made.works.plans, range(len(made.works.plans)), strict=True), enumerate(made.names)
    found: dict[tuple[str, str], Level] = {}

    def take(work: str, ties: TextTies, row: int) -> None:
        for text, (_, firm) in ties.row(row).items():
            if made.weights.above[text] < 0:
                found[work, made.weights.texts[text]] = firm

    for plan, row in own:
        take(plan, made.own, row)
    for row, action in actions:
        take(action, made.actions, row)
    return found


def of_rules(store: Store) -> dict[tuple[str, str], Level]:
    """The same from the plain triples for each level."""
    found: dict[tuple[str, str], Level] = {}
    for at in sorted(AT, reverse=True):
        for work, root in rows(store, f"{PAN} SELECT DISTINCT ?w ?t {{ ?w pan:{AT[at]} ?t }}"):
            found[work, root] = at
    return found


def links_by_rules(store: Store) -> dict[frozenset[str], Level]:
    """The level of each derived link through texts that has one."""
    text = f"""{PAN} PREFIX linktype: <https://w3id.org/pan2kg/id/linktype/>
        SELECT DISTINCT ?one ?two ?level {{
            ?link pan:linkType linktype:shared-instrument ; pan:between ?one , ?two ; pan:evidenceLevel ?level .
            FILTER(STR(?one) < STR(?two)) }}"""
    found = {frozenset((one, two)): level(said) for one, two, said in rows(store, text)}
    return {pair: at for pair, at in found.items() if at is not None}


def links_of(rests: Mapping[tuple[str, str], Level], home: Mapping[str, str]) -> dict[frozenset[str], Level]:
    """What follows for works of two plans: through one text the weaker side, through several the firmest text."""
    found: dict[frozenset[str], Level] = {}
    for one, text in rests:
        for two, other in rests:
            if text == other and one < two and home.get(one, one) != home.get(two, two):
                pair, weaker = frozenset((one, two)), max(rests[one, text], rests[two, text])
                found[pair] = min(weaker, found.get(pair, weaker))
    return found


def _one_address(graph: pan2kg.Graph, found: Mapping[tuple[str, str], Level]) -> dict[tuple[str, str], Level]:
    """Works and texts where a text of several addresses is called by the first of them."""
    same: dict[str, set[str]] = {}
    for one, other in rows(graph.store, program_query("coherence/text-addresses")):
        joined = same.get(one, {one}) | same.get(other, {other})
        same |= dict.fromkeys(joined, joined)
    return {(work, min(same.get(text, {text}))): at for (work, text), at in found.items()}


def test_rules_and_engine_agree_on_the_shipped_graph(graph: pan2kg.Graph) -> None:
    works = {*graph.tables.works.plans, *graph.tables.works.home}
    ruled = {pair: at for pair, at in of_rules(graph.store).items() if pair[0] in works}
    assert _one_address(graph, ruled) == _one_address(graph, of_engine(graph))
    links = {pair: at for pair, at in links_by_rules(graph.store).items() if pair <= works}
    assert links == links_of(ruled, graph.tables.works.home)


STEPS = (("N", "D"), ("D", "E"), ("N", "C"), ("N", "E"))
"""N can stand below three acts, one of them above D too: two or three steps up from one node."""


def _graph(uses: list[tuple[str, str, str, str, str]], steps: tuple[str, ...]) -> pan2kg.Graph:
    """Each of the steps on the word of a document, or without one, and not there at all where that is empty."""
    lines = [HEAD]
    lines += [
        f"e:s{low}{high} pan:linkType linktype:instrument-relation ; pan:relation relation:implements ;"
        f" pan:from e:{low} ; pan:to e:{high} ; pan:status linkstatus:accepted ; pan:certainty certainty:stated"
        f"{f' ; dcterms:source e:{step}' if step != 'nobody' else ''} ."
        for (low, high), step in zip(STEPS, steps, strict=True) if step
    ]  # fmt: skip
    for at, (work, text, relation, document, certainty) in enumerate(uses):
        source = f" ; dcterms:source e:{document}" if document else ""
        lines.append(
            f"e:l{at} pan:linkType linktype:uses-instrument ; pan:relation relation:{relation} ; pan:from e:{work} ;"
            f" pan:to e:{text} ; pan:status linkstatus:accepted ; pan:certainty certainty:{certainty}{source} ."
        )
    held = ox.Store()
    held.load("\n".join(lines), format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode("http://e/g"))
    store = LocalStore(held)
    derive(store, Project.packaged(), ["rests-on-at-level", "derived-level"])
    return pan2kg.Graph(Project.packaged(), store)


@settings(max_examples=30 * TIMES)
@given(
    st.lists(USES, min_size=1, max_size=9), st.tuples(*[st.sampled_from(("", "nobody", "law", "press"))] * len(STEPS))
)
def test_rules_and_engine_agree_on_small_random_graphs(
    uses: list[tuple[str, str, str, str, str]], steps: tuple[str, ...]
) -> None:
    graph = _graph(uses, steps)
    ruled = of_rules(graph.store)
    assert _one_address(graph, ruled) == _one_address(graph, of_engine(graph))
    assert links_by_rules(graph.store) == links_of(ruled, graph.tables.works.home)


def test_of_several_acts_above_the_firmest_known_counts_then_the_first_by_address() -> None:
    used = [("a", "N", "implements", "own", "stated"), ("b", "D", "implements", "own", "stated")]
    by_step = {
        ("law", "", "press", ""): "D", ("press", "", "law", ""): "C", ("law", "law", "law", "law"): "C",
        ("law", "press", "press", ""): "E", ("law", "", "nobody", ""): "D",
    }  # fmt: skip
    for steps, root in by_step.items():
        graph = _graph(used, steps)
        for found in (of_rules(graph.store), of_engine(graph)):
            assert [text for work, text in found if work == "http://e/a"] == [f"http://e/{root}"], steps
