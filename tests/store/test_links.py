"""Derived links are what the rules say that define them, as triples and as they are read; of too many the strongest."""

from collections import defaultdict
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import example, given, settings, strategies as st

import pan2kg
from pan2kg.project import Project
from pan2kg.store import links, rules
from pan2kg.store.rules import derive, open_store
from pan2kg.store.store import LocalStore
from pan2kg.turtle.vocabulary import PAN, ROOT, graph_of, rule_of
from pan2kg.turtle.writer import read_prefixes

SHIPPED = Project.packaged()
GRAPHS = {rule: graph_of(f"derived/{rule}") for rule in links.LINK_RULES}
PREFIXES = read_prefixes(SHIPPED) | {"e": "http://e/"}
HEAD = """
e:p a pan:Plan . e:q a pan:Plan . e:r a pan:Plan . e:v pan:inReview e:review .
e:a a pan:Action ; pan:inPlan e:p . e:a-1 a pan:Action ; pan:inPlan e:p , e:q . e:b a pan:Action ; pan:inPlan e:q .
e:d a pan:Action ; pan:inPlan e:p , e:q .
e:c a pan:Action . e:v a pan:Action ; pan:inPlan e:r . e:part pan:partLevel e:axis ; pan:inPlan e:r .
e:press pan:authorKind authorkind:other . e:law pan:authorKind authorkind:public-authority .
e:own pan:speaksFor e:p , e:q , e:r .
relation:references pan:useClass 0.25 .
"""
ONE_LINK = "e:a pan:hasTopic e:t . e:b pan:hasTopic e:t ."
WORKS = st.sampled_from(("p", "q", "r", "a", "a-1", "b", "c", "d", "v", "part"))
SOURCED = st.tuples(
    WORKS,
    st.sampled_from(("one", "two", "three")),
    st.sampled_from(("own", "law", "press", "")),
    st.sampled_from(("stated", "stated", "derived", "unverified")),
)
TAGS = st.tuples(
    WORKS, st.sampled_from(("Topic", "TargetGroup")), st.sampled_from("tuv"), st.booleans()
)
STATED = st.tuples(
    st.sampled_from(("uses-instrument", "builds-on", "shared-topic")),
    WORKS,
    WORKS,
    st.sampled_from(("accepted", "candidate", "rejected")),
    st.sampled_from(("between", "from")),
)


def loaded(
    *lines: str, graph: str = "http://e/graph/stated", into: LocalStore | None = None
) -> LocalStore:
    store = into or LocalStore(ox.Store())
    head = (f"@prefix {name}: <{space}> ." for name, space in PREFIXES.items())
    store.inner.load(
        "\n".join((*head, *lines)), format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(graph)
    )
    return store


def as_written(store: LocalStore, project: Project = SHIPPED) -> LocalStore:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rules, "_joining", lambda *_: ([], ""))
        derive(store, project)
    return store


def quads(store: LocalStore) -> set[str]:
    return set(map(str, store.inner))


@settings(max_examples=25, deadline=None)
@example([(work, "one", "law", "stated") for work in ("a-1", "d")], [], [], [])
@given(
    *(
        st.lists(some, max_size=most)
        for some, most in ((SOURCED, 8), (SOURCED, 8), (TAGS, 8), (STATED, 4))
    )
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
            f" pan:to e:{text} ; pan:status linkstatus:accepted ; pan:certainty certainty:{certainty}"
            + (f" ; dcterms:source e:{document} ." if document else " .")
        )
    for at, (work, body, document, certainty) in enumerate(parts):
        lines.append(
            f"e:i{at} pan:involvedIn e:{work} ; pan:involves e:{body} ; pan:role role:lead ;"
            f" pan:certainty certainty:{certainty}"
            + (f" ; dcterms:source e:{document} ." if document else " .")
        )
    for at, (kind, one, two, status, how) in enumerate(stated):
        ends = (
            f"pan:between e:{one} , e:{two}"
            if how == "between"
            else f"pan:from e:{one} ; pan:to e:{two}"
        )
        lines.append(
            f"e:s{at} pan:linkType linktype:{kind} ; {ends} ; pan:status linkstatus:{status} ; pan:via e:one ;"
            f" pan:certainty certainty:stated ; dcterms:source e:law ."
        )
    made = loaded(*lines)
    ruled = loaded(*lines)
    for store in (made, ruled):
        for work, kind, tag, verified in tags:
            graph = "stated" if verified else "unverified"
            loaded(f"e:{work} pan:has{kind} e:{tag} .", graph=f"http://e/graph/{graph}", into=store)
    derive(made, SHIPPED)
    assert quads(made) == quads(as_written(ruled))


def test_a_node_without_a_name_and_a_rule_of_the_projects_own_are_left_to_the_rules_as_written(
    own_project: Path,
) -> None:
    lines = HEAD, "e:p pan:hasTopic [] . e:p pan:hasTopic e:t . e:q pan:hasTopic e:t ."
    store = loaded(*lines)
    derive(store, SHIPPED)
    assert len(quads(store)) == len(quads(as_written(loaded(*lines))))
    assert any("derived/shared-topic>" in quad for quad in quads(store))
    rule = own_project / "queries" / "rules" / "42-shared-topic.rq"
    rule.write_text(
        rule.read_text(encoding="utf-8").replace("?one pan:hasTopic", "?one pan:hasOtherTopic", 1)
    )
    store = loaded(HEAD, "e:a pan:hasOtherTopic e:t . e:b pan:hasTopic e:t .")
    derive(store, Project.at(own_project))
    (link,) = store.inner.quads_for_pattern(None, ox.NamedNode(f"{PAN}via"), None, None)
    ends = store.inner.quads_for_pattern(link.subject, ox.NamedNode(f"{PAN}between"), None, None)
    assert {str(quad.object) for quad in ends} == {"<http://e/a>", "<http://e/b>"}


@pytest.fixture(scope="module")
def ready(few: pan2kg.Graph) -> LocalStore:
    return open_store(few.project, links=False)


def test_of_too_many_links_each_work_has_its_strongest_with_all_that_is_said_of_them(
    ready: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    every, ways = links.read_links(ready, ROOT)
    assert ways == sum(len(link.shared) for link in every.values()), "counted without making them"
    strong, number = links.read_links(ready, ROOT, limit=0, top=2)
    assert number == ways > len(every) > len(strong)
    assert all(every[iri] == link for iri, link in strong.items())
    works: dict[tuple[str, str], set[str]] = defaultdict(set)
    for link in every.values():
        for shared in link.shared:
            works[link.kind, shared].update(link.ends)
    best = defaultdict[tuple[str, str], list[int]](list)
    has = defaultdict[tuple[str, str], list[int]](list)
    for listed, ranks in ((every, best), (strong, has)):
        for link in listed.values():
            for end in link.ends:
                ranks[link.kind, end].append(
                    min(len(works[link.kind, shared]) for shared in link.shared)
                )
    assert all(sorted(has[place])[:2] == sorted(ranks)[:2] for place, ranks in best.items())
    assert links.missing_links(ready) is None, "none was to be"
    for limit in (ways, 0):
        store = LocalStore(ox.Store())
        store.inner.bulk_extend(ready.inner)
        assert links.derive_links(store, GRAPHS, ROOT, limit=limit, top=1)
        monkeypatch.setattr(links, "ALL", limit)
        made = links.read_links(ready, ROOT, limit=limit, top=1)[0]
        assert links.missing_links(store) == (None if limit else (len(made), ways))
        graphs = (
            ox.NamedNode(GRAPHS[rule]) for rule in (*links.SHARED, "derived-from", "derived-level")
        )
        assert {
            quad.subject.value  # type: ignore[union-attr]
            for graph in graphs
            for quad in store.inner.quads_for_pattern(None, None, None, graph)
        } == made.keys()


def test_a_store_opened_without_links_lacks_what_the_rules_of_links_derive_and_nothing_else(
    few: pan2kg.Graph, ready: LocalStore
) -> None:
    rules_of_links = {
        name
        for name, path in rules.rule_files(few.project).items()
        if rules.needs_links(path.read_text(encoding="utf-8"))
    }
    assert rules_of_links == {*links.LINK_RULES}
    without = {
        str(quad) for quad in few.held.inner if rule_of(quad.graph_name.value) not in rules_of_links
    }
    assert quads(ready) == without
