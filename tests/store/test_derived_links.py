"""The view of derived links gives what the rules give that define them, and of too many the strongest, whole."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import pan2kg
from pan2kg.project import Project
from pan2kg.store import rules
from pan2kg.store.derived_links import KINDS, LINK_RULES, derive_links, missing_links, read_incidences, read_links
from pan2kg.store.link_view import read_view
from pan2kg.store.rules import derive, linear_rules
from pan2kg.store.store import LocalStore, load_project
from pan2kg.turtle.vocabulary import ROOT, graph_of

SHIPPED = Project.packaged()
GRAPHS = {rule: graph_of(f"derived/{rule}") for rule in LINK_RULES}
PREFIXES = """
@prefix authorkind: <https://w3id.org/pan2kg/id/authorkind/> .
@prefix certainty: <https://w3id.org/pan2kg/id/certainty/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix evidencelevel: <https://w3id.org/pan2kg/id/evidencelevel/> .
@prefix linkstatus: <https://w3id.org/pan2kg/id/linkstatus/> .
@prefix linktype: <https://w3id.org/pan2kg/id/linktype/> .
@prefix pan: <https://w3id.org/pan2kg/ontology#> .
@prefix relation: <https://w3id.org/pan2kg/id/relation/> .
@prefix role: <https://w3id.org/pan2kg/id/role/> .
@prefix e: <http://e/> .
"""
HEAD = """
e:p a pan:Plan . e:q a pan:Plan . e:r a pan:Plan . e:v pan:inReview e:review .
e:a a pan:Action ; pan:inPlan e:p . e:a-1 a pan:Action ; pan:inPlan e:p , e:q . e:b a pan:Action ; pan:inPlan e:q .
e:d a pan:Action ; pan:inPlan e:p , e:q .
e:c a pan:Action . e:v a pan:Action ; pan:inPlan e:r . e:part pan:partLevel e:axis ; pan:inPlan e:r .
e:press pan:authorKind authorkind:other . e:law pan:authorKind authorkind:public-authority .
e:own pan:speaksFor e:p , e:q , e:r .
relation:references pan:useClass 0.25 .
"""
WORKS = st.sampled_from(("p", "q", "r", "a", "a-1", "b", "c", "d", "v", "part"))
SOURCED = st.tuples(
    WORKS,
    st.sampled_from(("one", "two", "three")),
    st.sampled_from(("own", "law", "press", "")),
    st.sampled_from(("stated", "stated", "derived", "unverified")),
)
TAGS = st.tuples(WORKS, st.sampled_from(("Topic", "TargetGroup")), st.sampled_from("tuv"), st.booleans())
STATED = st.tuples(
    st.sampled_from(("uses-instrument", "builds-on", "shared-topic", "shared-instrument", "shared-body")),
    WORKS,
    WORKS,
    st.sampled_from(("accepted", "candidate", "rejected")),
    st.sampled_from(("between", "from")),
)


def as_written(store: LocalStore, project: Project) -> None:
    """What rules derive, run as they are written."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rules, "_joining", lambda *_: ([], ""))
        derive(store, project)


def quads(store: LocalStore) -> set[str]:
    return set(map(str, store.inner))


def test_a_few_plans_have_the_links_of_the_rules(few: pan2kg.Graph) -> None:
    ruled = load_project(few.project)
    as_written(ruled, few.project)
    assert quads(few.held) == quads(ruled)
    named = {str(graph) for graph in ruled.inner.named_graphs()}
    assert named >= {f"<{GRAPHS[rule]}>" for rule in LINK_RULES if rule != "shared-target-group"}


def load(store: LocalStore, lines: list[str], graph: str) -> None:
    store.inner.load("\n".join((PREFIXES, *lines)), format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(graph))


@settings(max_examples=25, deadline=None)
@example([(work, "one", "law", "stated") for work in ("a-1", "d")], [], [], [])
@given(
    st.lists(SOURCED, max_size=8),
    st.lists(SOURCED, max_size=8),
    st.lists(TAGS, max_size=8),
    st.lists(STATED, max_size=4),
)
def test_random_graphs_have_the_links_of_the_rules(
    uses: list[tuple[str, ...]],
    parts: list[tuple[str, ...]],
    tags: list[tuple[str, str, str, bool]],
    stated: list[tuple[str, ...]],
) -> None:
    lines = [HEAD]
    for at, (work, text, document, certainty) in enumerate(uses):
        lines.append(
            f"e:l{at} pan:linkType linktype:uses-instrument ; pan:relation relation:references ; pan:from e:{work} ;"
            f" pan:to e:{text} ; pan:status linkstatus:accepted ; pan:certainty certainty:{certainty}{_by(document)} ."
        )
    for at, (work, body, document, certainty) in enumerate(parts):
        lines.append(
            f"e:i{at} pan:involvedIn e:{work} ; pan:involves e:{body} ; pan:role role:lead ;"
            f" pan:certainty certainty:{certainty}{_by(document)} ."
        )
    for at, (kind, one, two, status, how) in enumerate(stated):
        ends = f"pan:between e:{one} , e:{two}" if how == "between" else f"pan:from e:{one} ; pan:to e:{two}"
        lines.append(
            f"e:s{at} pan:linkType linktype:{kind} ; {ends} ; pan:status linkstatus:{status} ; pan:via e:one ;"
            f" pan:certainty certainty:stated ; dcterms:source e:law ."
        )
    stores = [LocalStore(ox.Store()) for _ in range(2)]
    for store in stores:
        load(store, lines, "http://e/graph/stated")
        for work, kind, tag, verified in tags:
            graph = "http://e/graph/stated" if verified else "http://e/graph/unverified"
            load(store, [f"e:{work} pan:has{kind} e:{tag} ."], graph)
    derive(stores[0], SHIPPED)
    as_written(stores[1], SHIPPED)
    assert quads(stores[0]) == quads(stores[1])
    view = read_view(stores[1], ROOT, ROOT)
    if view is None:
        assert any(kind.startswith("shared-") for kind, *_ in stated), "else the view is that of the rules"
    else:
        said = {str(ox.Quad(ox.NamedNode(one.link), ox.NamedNode(one.property), one.value, ox.NamedNode(one.graph)))
                for link in view.links for one in view.about(link)}  # fmt: skip
        of_links = {GRAPHS[rule] for rule in LINK_RULES if not rule.startswith("linked-to")}
        assert said == {str(quad) for quad in stores[1].inner if quad.graph_name.value in of_links}


def _by(document: str) -> str:
    return f" ; dcterms:source e:{document}" if document else ""


def test_a_node_without_a_name_leaves_it_to_the_rules() -> None:
    stores = [LocalStore(ox.Store()) for _ in range(2)]
    for store in stores:
        load(store, [HEAD, "e:p pan:hasTopic [] . e:p pan:hasTopic e:t . e:q pan:hasTopic e:t ."], "http://e/graph/x")
    derive(stores[0], SHIPPED)
    as_written(stores[1], SHIPPED)
    assert len(stores[0]) == len(stores[1])
    assert any("derived/shared-topic>" in quad for quad in quads(stores[0]))


def test_a_rule_of_the_projects_own_takes_the_place_of_the_view(own_project: Path) -> None:
    rule = own_project / "queries" / "rules" / "42-shared-topic.rq"
    rule.write_text(rule.read_text(encoding="utf-8").replace("?one pan:hasTopic", "?one pan:hasOtherTopic", 1))
    store = LocalStore(ox.Store())
    load(store, [HEAD, "e:a pan:hasOtherTopic e:t . e:b pan:hasTopic e:t ."], "http://e/graph/x")
    derive(store, Project.at(own_project))
    (link,) = store.inner.quads_for_pattern(None, ox.NamedNode(f"{ROOT}ontology#via"), None, None)
    ends = store.inner.quads_for_pattern(link.subject, ox.NamedNode(f"{ROOT}ontology#between"), None, None)
    assert {str(quad.object) for quad in ends} == {"<http://e/a>", "<http://e/b>"}


@pytest.fixture(scope="module")
def ready(few: pan2kg.Graph) -> LocalStore:
    """A graph in which all rules have run that come before links."""
    store = load_project(few.project)
    derive(store, few.project, linear_rules(few.project))
    return store


def test_the_ways_are_counted_without_making_them(ready: LocalStore) -> None:
    for table in read_incidences(ready):
        assert table.ways == sum(len(shared) for shared in table.pairs().values())


def test_of_too_many_links_each_work_has_its_strongest_with_all_that_is_said_of_them(ready: LocalStore) -> None:
    every = {link.iri: link for link in read_links(ready, ROOT).every}
    held = read_links(ready, ROOT, limit=0, top=2)
    assert not held.is_whole
    assert len(held.every) < len(every)
    assert all(every[link.iri] == link for link in held.every)
    commonness = {
        table.kind: {thing: len(works) for thing, works in table.works.items()} for table in read_incidences(ready)
    }
    for kind in KINDS:
        rank = commonness[kind]
        best, has = defaultdict[str, list[int]](list), defaultdict[str, list[int]](list)
        for links, found in ((every.values(), best), (held.every, has)):
            for link in links:
                for end in link.ends if link.kind == kind else ():
                    found[end].append(min(rank[shared] for shared in link.shared))
        for work, ranks in best.items():
            assert sorted(has[work])[:2] == sorted(ranks)[:2], work


def test_of_too_many_links_the_triples_are_those_of_the_links_that_are_held(ready: LocalStore) -> None:
    store = LocalStore(ox.Store())
    store.inner.bulk_extend(ready.inner)
    held = derive_links(store, GRAPHS, ROOT, limit=0, top=1)
    made = {
        quad.subject.value
        for rule in (*KINDS, "derived-from", "derived-level")
        for quad in store.inner.quads_for_pattern(None, None, None, ox.NamedNode(GRAPHS[rule]))
        if isinstance(quad.subject, ox.NamedNode)
    }
    assert made == {link.iri for link in held.every}


def test_a_graph_with_too_many_links_says_how_many_it_holds(ready: LocalStore, monkeypatch: pytest.MonkeyPatch) -> None:
    assert missing_links(ready) is None, "none was to be"
    ways = sum(table.ways for table in read_incidences(ready))
    for limit, top in ((ways, 1), (0, 1)):
        store = LocalStore(ox.Store())
        store.inner.bulk_extend(ready.inner)
        held = derive_links(store, GRAPHS, ROOT, limit=limit, top=top)
        monkeypatch.setattr("pan2kg.store.derived_links.ALL", limit)
        assert missing_links(store) == (None if held.is_whole else (len(held.every), ways))
