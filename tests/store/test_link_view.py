"""Derived links as they are read: what the rules say of each, with no triple of it held until something sees it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

import pan2kg
from pan2kg.graph.graph import Graph, open_graph
from pan2kg.project import Project
from pan2kg.site import quality
from pan2kg.site.page import SiteContext
from pan2kg.site.quality import balances
from pan2kg.site.registry import Site
from pan2kg.store.link_view import read_view
from pan2kg.store.rules import derive, derive_when_asked, linear_rules
from pan2kg.store.store import LocalStore, load_project, needs, open_store
from pan2kg.turtle.vocabulary import PAN, ROOT, rule_of

SHIPPED = Project.packaged()
PROGRAM = SHIPPED.queries / "program"
ANYTHING = "SELECT * { ?s ?p ?o } LIMIT 1"
IN_A_TEXT = "SELECT * { ?s ?p '''\n#+ needs:\n''' }"
LINK = """
@prefix pan: <https://w3id.org/pan2kg/ontology#> .
@prefix linktype: <https://w3id.org/pan2kg/id/linktype/> .
@prefix e: <http://e/> .
e:p a pan:Plan . e:q a pan:Plan .
e:a a pan:Action ; pan:inPlan e:p ; pan:hasTopic e:t .
e:b a pan:Action ; pan:inPlan e:q ; pan:hasTopic e:t .
"""


@pytest.fixture(scope="module")
def whole(few: pan2kg.Graph) -> Graph:
    """The same few plans with every derived link as triples, and no view of them."""
    graph = Graph(few.project, open_store(few.project, derive))
    graph.once("links", lambda: None)
    return graph


@pytest.fixture(scope="module")
def fresh(few: pan2kg.Graph) -> Graph:
    """The same few plans, of which nobody has asked anything."""
    return open_graph(few.project.root)


def test_links_statements_and_network_are_those_of_the_triples(fresh: Graph, whole: Graph) -> None:
    assert fresh.links
    assert fresh.links.links
    assert fresh.ties == whole.ties
    assert fresh.ties.every
    things = {one.thing for one in whole.statements.every} | {one.target for one in whole.statements.every}
    for thing in things - {""}:
        assert fresh.statements.about(thing) == whole.statements.about(thing)
        assert fresh.statements.towards(thing) == whole.statements.towards(thing)
    assert fresh.labels.entries == whole.labels.entries
    one, two = fresh.network(evidence="editors"), whole.network(evidence="editors")
    assert list(one.edges(keys=True, data=True)) == list(two.edges(keys=True, data=True))
    assert list(one.nodes(data=True)) == list(two.nodes(data=True))


def test_links_that_are_triples_already_are_not_read_twice(few: pan2kg.Graph, whole: Graph) -> None:
    graph = Graph(few.project, whole.held)  # as a service or after a query of one's own: triples and view
    assert graph.links
    assert graph.ties == whole.ties
    assert len(graph.network().edges) == len(whole.network().edges)
    thing = next(iter(graph.links.by_end))
    assert graph.statements.about(thing) == whole.statements.about(thing)
    assert graph.statements.towards(thing) == whole.statements.towards(thing)
    assert balances(graph.store, graph.links) == balances(whole.store)


def test_pages_hold_no_derived_link(few: pan2kg.Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quality, "_checked", lambda *_: None)  # a check reads the files into a store of its own
    graph = open_graph(few.project.root)
    site, store = Site(SiteContext(graph)), graph.held
    plan = next(iter(graph.ties.by_pair))[0].rpartition("/")[2]
    for path in ("fr/index.html", f"fr/plan/{plan}.html", "fr/pairs.html", "fr/quality.html"):
        site.page(path, {})
    derived = [quad for quad in store.held if rule_of(quad.graph_name.value)]
    assert len(derived) <= 0.3 * (len(store.held) - len(derived))
    assert not any(store.held.quads_for_pattern(None, ox.NamedNode(PAN + "derivedBy"), None))


def test_whatever_may_see_derived_links_is_answered_with_them() -> None:
    every = _loaded(LINK)
    derive(every, SHIPPED)
    assert any(every.held.quads_for_pattern(None, ox.NamedNode(PAN + "derivedBy"), None))
    for see in (_asks(ANYTHING), _asks(f"#+ needs: linked-to\n{ANYTHING}"), _asks(IN_A_TEXT), len, _inner):
        store = _loaded(LINK)
        derive_when_asked(store, SHIPPED)
        for blind in (f"#+ needs: main-label\n{ANYTHING}", f"#+ needs:\n{ANYTHING}"):
            store.query(blind)
        assert store.waiting
        see(store)
        assert {*map(str, store.held)} == {*map(str, every.held)}


def test_a_graph_that_tests_share_answers_with_derived_links_and_does_not_come_to_hold_them(few: pan2kg.Graph) -> None:
    of_links = ox.NamedNode(PAN + "derivedBy")
    asked = f"ASK {{ ?link <{PAN}derivedBy> ?rule }}"
    assert bool(few.store.query(asked))
    assert not bool(few.store.query(f"#+ needs:\n{asked}"))
    assert any(few.held.inner.quads_for_pattern(None, of_links, None))
    assert not any(few.held.held.quads_for_pattern(None, of_links, None))


def _asks(query: str) -> Callable[[LocalStore], object]:
    return lambda store: store.query(query)


def _inner(store: LocalStore) -> object:
    return store.inner


def _loaded(text: str) -> LocalStore:
    store = LocalStore(ox.Store())
    store.held.load(text, format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode("http://e/graph/x"))
    return store


def _names() -> Iterator[str]:
    for path in sorted(PROGRAM.rglob("*.rq")):
        yield str(path.relative_to(PROGRAM).with_suffix(""))


SEEN_IN_PARTS = {"links/ties", "network/links", "network/via", "network/evidence", "network/ends",
                 "ontology/properties", "ontology/types", "site/links-by-evidence"}  # fmt: skip
"""What the view adds to after it was asked."""


def test_queries_of_the_program_say_that_they_see_derived_links(few: pan2kg.Graph, whole: Graph) -> None:
    linear = LocalStore(ox.Store())
    linear.held.bulk_extend(load_project(few.project).held)
    derive(linear, few.project, linear_rules(few.project))
    blind = []
    for name in _names():
        text = (PROGRAM / f"{name}.rq").read_text(encoding="utf-8")
        if not needs(text) and _answer(linear, text) != _answer(whole.held, text):
            blind.append(name)
    assert {*blind} <= SEEN_IN_PARTS, "they see derived links: give them the line `#+ needs:` with the rules"


def _answer(store: LocalStore, text: str) -> list[str]:
    found = store.query(text)
    rows = [str(bool(found))] if isinstance(found, ox.QueryBoolean) else map(str, found)
    return sorted("".join(sorted(row)) for row in rows)  # what stands in one cell together has no order


@pytest.mark.parametrize(
    ("more", "seen"),
    [("", True), ("e:l pan:linkType linktype:shared-topic ; pan:between e:a , e:b .", False),
     ("<{link}> pan:score 1 .", False), ("e:c pan:hasTopic [] ; a pan:Action ; pan:inPlan e:p .", False)],
)  # fmt: skip
def test_who_speaks_of_a_derived_link_has_it_as_triples(more: str, seen: bool) -> None:  # noqa: FBT001
    view = read_view(_loaded(LINK), ROOT, ROOT)
    assert view is not None
    (link,) = view.links
    found = read_view(_loaded(LINK + more.replace("{link}", link)), ROOT, ROOT)
    assert (found is not None) == seen


def test_rules_of_ones_own_are_run_as_they_are_written(few: pan2kg.Graph, tmp_path: Path) -> None:
    project = Project.at(Path(shutil.copytree(few.project.root, tmp_path / "own")))
    rule = project.queries / "rules" / "42-shared-topic.rq"
    rule.write_text(rule.read_text(encoding="utf-8").replace("shared-topic 1", "shared-topic 2"), encoding="utf-8")
    graph = open_graph(project.root)
    assert graph.links is None
    assert any(one.kind == "shared-topic" for one in graph.ties.every)
