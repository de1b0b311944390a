"""Pairs that share bodies and topics only have no page of their own in an export, and are told by what they share."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pan2kg.graph.labels import pair_key
from pan2kg.site.registry import canonical

WEAK = {"shared-body", "shared-target-group", "shared-topic"}

if TYPE_CHECKING:
    import pan2kg
    from tests.site.conftest import Reader


def weak(graph: pan2kg.Graph) -> tuple[str, str]:
    """A pair of plans that shares a body and nothing firmer."""
    return next(
        pair for pair, ties in graph.ties.by_pair.items()
        if {tie.kind for tie in ties} <= WEAK and any(tie.kind == "shared-body" for tie in ties)
    )  # fmt: skip


def key(graph: pan2kg.Graph, pair: tuple[str, str]) -> str:
    entries = [graph.labels.entry(plan) for plan in pair]
    return pair_key(*(entry.key for entry in entries if entry))


def test_an_export_has_pages_of_pairs_that_share_more_than_bodies_and_topics(reader: Reader) -> None:
    graph = reader.site.site_context.graph
    exported = {path.split("/")[2].removesuffix(".html") for path in reader.of("pair")}
    linked = {key(graph, met.plans) for met in graph.meetings}
    assert linked == exported
    assert key(graph, weak(graph)) not in exported
    assert len(exported) < len(graph.ties.by_pair) / 3


def test_a_server_draws_any_pair_when_it_is_asked_for(served: Reader) -> None:
    name = key(served.site.site_context.graph, weak(served.site.site_context.graph))
    assert 'id="brief"' in served[f"fr/pair/{name}.html"]


def test_what_two_plans_share_beside_texts_is_told_on_one_page(reader: Reader, served: Reader) -> None:
    graph = reader.site.site_context.graph
    pair = weak(graph)
    keys = key(graph, pair).split("--")
    whole = reader["fr/shared.html"]
    both = [row for row in re.findall(r'<tr data-plans="([^"]*)">', whole) if set(keys) <= set(row.split())]
    assert both
    made = served.site.page("fr/shared.html", {"plans": "--".join(keys)})
    assert made
    assert re.findall(r'<tr data-plans="([^"]*)">', made.body.decode()) == both


def test_an_address_that_is_decorated_gives_the_same_page(served: Reader) -> None:
    plain, decorated = (served.site.page("fr/plans.html", given) for given in ({}, {"utm_source": "x", "fbclid": "y"}))
    assert plain
    assert plain == decorated
    assert canonical("fr/plans.html", {"year": "2021", "evidence": "plan"}) == {"evidence": "plan", "year": "2021"}
