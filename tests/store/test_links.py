"""Derived links are what the rules say that define them, as triples and as they are read; of too many the strongest."""

import re
from collections import defaultdict
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import example, given, settings, strategies as st

import pan2kg
from pan2kg.coherence.evidence import Level
from pan2kg.graph.graph import open_graph
from pan2kg.graph.links import usual_kinds
from pan2kg.project import Project
from pan2kg.site.page import SiteContext
from pan2kg.site.registry import Site
from pan2kg.store import links, rules
from pan2kg.store.rules import derive, open_store
from pan2kg.store.store import LocalStore
from pan2kg.turtle.vocabulary import PAN, ROOT, graph_of, rule_of
from pan2kg.turtle.writer import read_prefixes
from tests.copies import FEW, copy

SHIPPED = Project.packaged()
SCHEME = (SHIPPED.ontology / "schemes" / "linktype.ttl").read_text(encoding="utf-8")
KINDS = ("shared-instrument", "shared-body", "shared-target-group", "shared-topic")


def graph_of_rule(name: str) -> str:
    return graph_of(f"derived/{name}")


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
    if into is None:
        scheme = ox.NamedNode(graph_of("ontology/schemes/linktype"))
        store.inner.load(SCHEME, format=ox.RdfFormat.TURTLE, to_graph=scheme)
    head = (f"@prefix {name}: <{space}> ." for name, space in PREFIXES.items())
    store.inner.load(
        "\n".join((*head, *lines)), format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(graph)
    )
    return store


def as_written(store: LocalStore, project: Project = SHIPPED) -> LocalStore:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rules, "_shipped_rules", lambda *_: None)
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
    rule = own_project / "queries" / "rules" / "40-shared.rq"
    rule.write_text(
        rule.read_text(encoding="utf-8").replace(
            "{ ?one ?property ?shared }", "{ ?one pan:hasOtherTopic ?shared }", 1
        )
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
    every = links.read_links(ready, ROOT)
    ways = links.read_shared(ready).ways()
    assert ways == sum(len(link.shared) for link in every.values()), "counted without making them"
    strong = links.read_links(ready, ROOT, limit=0, top=2)
    assert ways > len(every) > len(strong)
    assert all(every[iri] == link for iri, link in strong.items())
    works: dict[tuple[str, str], set[str]] = defaultdict(set)
    for link in every.values():
        for shared in link.shared:
            works[link.kind.name, shared].update(link.ends)
    best = defaultdict[tuple[str, str], list[int]](list)
    has = defaultdict[tuple[str, str], list[int]](list)
    for listed, ranks in ((every, best), (strong, has)):
        for link in listed.values():
            for end in link.ends:
                ranks[link.kind.name, end].append(
                    min(len(works[link.kind.name, shared]) for shared in link.shared)
                )
    assert all(sorted(has[place])[:2] == sorted(ranks)[:2] for place, ranks in best.items())
    assert links.missing_links(ready) is None, "none was to be"
    for limit in (ways, 0):
        store = LocalStore(ox.Store())
        store.inner.bulk_extend(ready.inner)
        assert links.derive_links(store, links.LINK_RULES, graph_of_rule, ROOT, limit=limit, top=1)
        monkeypatch.setattr(links, "ALL", limit)
        made = links.read_links(ready, ROOT, limit=limit, top=1)
        assert links.missing_links(store) == (None if limit else (len(made), ways))
        graphs = (
            ox.NamedNode(graph_of_rule(name)) for name in (*KINDS, "derived-from", "derived-level")
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
    names = {*rules_of_links, *links.link_kinds(few.store)}
    without = {str(quad) for quad in few.held.inner if rule_of(quad.graph_name.value) not in names}
    assert quads(ready) == without


DEADLINE = """
linktype:shared-deadline a skos:Concept ;
    skos:notation "shared-deadline" ;
    skos:prefLabel "échéance commune"@fr , "shared deadline"@en , "gemeinsame Frist"@de ;
    skos:definition "Deux éléments ont la même échéance."@fr , "Two things have the same deadline."@en ;
    skos:inScheme scheme:linktype ;
    skos:topConceptOf scheme:linktype ;
    pan:joins pan:dueIn ;
    pan:strengthRank 5 ;
    pan:levelOfLink "editors" ;
    pan:shownFirst true .
"""
DUE = """
@prefix action: <https://w3id.org/pan2kg/id/action/> .
@prefix pan: <https://w3id.org/pan2kg/ontology#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

action:lu-bhr-2-4-3 pan:dueIn "2030"^^xsd:gYear .

action:lu-bhr-1-m3 pan:dueIn "2030"^^xsd:gYear .
"""


def test_an_invented_kind_gets_its_links_network_and_page_from_its_concept_alone(
    tmp_path: Path,
) -> None:
    root = copy(tmp_path / "few", FEW)
    shipped = open_graph(root)
    kinds = root / "ontology" / "schemes" / "linktype.ttl"
    is_link = kinds.is_symlink()
    text = kinds.read_text(encoding="utf-8")
    if is_link:
        kinds.unlink()
    kinds.write_text(text + DEADLINE, encoding="utf-8")
    (root / "graph" / "due.ttl").write_text(DUE, encoding="utf-8")
    graph = open_graph(root)
    ends = sorted(f"{ROOT}id/action/{key}" for key in ("lu-bhr-2-4-3", "lu-bhr-1-m3"))
    assert [*graph.link_kinds] == [*KINDS, "shared-deadline"]
    (tie,) = (tie for tie in graph.ties.every if tie.kind == "shared-deadline")
    assert (sorted(tie.ends), tie.level) == (ends, Level.EDITORS)
    assert "shared-deadline" in usual_kinds(graph.link_kinds)
    edges = graph.network("en", "editors", kinds=["shared-deadline"]).edges(data=True)
    assert [sorted(edge[:2]) for edge in edges] == [ends]
    graphs = {name.value for name in graph.held.inner.named_graphs()}
    assert graph_of_rule("shared-deadline") in graphs
    assert graph.rules["shared-deadline"] == "Two things have the same deadline."
    site = Site(SiteContext(graph))

    def page(path: str) -> str:
        served = site.page(path, {})
        assert served, path
        return served.body.decode("utf-8")

    assert "Two things have the same deadline." in page("en/meaning.html")
    assert "shared deadline" in page("en/pair/lu-bhr-1--lu-bhr-2.html")
    assert "shared-deadline" in page("en/network.js")
    others = {tie for tie in graph.ties.every if tie.kind != "shared-deadline"}
    assert others == {*shipped.ties.every}, "and nothing else changes"


SOURCES = ("*.py", "*.rq", "*.ttl", "*.ts", "*.html", "*.po", "*.toml")


def test_a_kind_is_named_in_at_most_eight_files() -> None:
    """What somebody touches who adds a kind: the files that name one that nothing is said of beside."""
    folders = ("pan2kg", "queries", "ontology", "web/src")
    naming = [
        path.relative_to(SHIPPED.root).as_posix()
        for folder in folders
        for form in SOURCES
        for path in (SHIPPED.root / folder).rglob(form)
        if re.search(r"\bshared-(body|target-group)\b", path.read_text(encoding="utf-8"))
    ]
    assert len(naming) <= 8, naming
