"""The network of a small graph: what is in it, what never is, and what stands on nodes and edges."""

from __future__ import annotations

import networkx as nx
import pytest

import pan2kg
from pan2kg.coherence.evidence import FIGURED
from pan2kg.graph.graph import Graph
from pan2kg.network.exports import select_network, tables
from pan2kg.project import Project
from pan2kg.turtle.vocabulary import ID, key
from tests.coherence.worlds import store_of

KEYS = [level.key for level in FIGURED]

FACTS = """
plan:p a pan:Plan ; skos:prefLabel "Plan P"@fr ; pan:certainty certainty:stated .
plan:q a pan:Plan ; skos:prefLabel "Plan Q"@fr , "Scheme Q"@en .
action:a a pan:Action ; skos:prefLabel "Agir"@fr , "Act"@en ; skos:notation "1.1" ; pan:inPlan plan:p .
action:b a pan:Action ; skos:prefLabel "Bâtir"@fr ; pan:inPlan plan:q .
action:c a pan:Action ; skos:prefLabel "Créer"@fr ; pan:inPlan plan:q .
instrument:law a pan:LegalAct ; skos:prefLabel "Loi"@fr , "Law"@en .
document:d skos:prefLabel "Texte du plan"@fr , "Text of the plan"@en ; pan:speaksFor plan:p , plan:q .
document:e skos:prefLabel "Page"@fr .
link:u1 a pan:Link ; pan:linkType linktype:uses-instrument ; pan:relation relation:implements ;
    pan:from action:a ; pan:to instrument:law ; pan:status linkstatus:accepted ; pan:certainty certainty:stated ;
    pan:evidence passage:one ; dcterms:source document:d , document:e .
link:u2 a pan:Link ; pan:linkType linktype:uses-instrument ; pan:relation relation:implements ;
    pan:from action:b ; pan:to instrument:law ; pan:status linkstatus:accepted ; pan:certainty certainty:stated ;
    dcterms:source document:d .
relation:implements pan:useClass 1 .
passage:one pan:quote "conformément à la loi"@fr ; pan:inDocument document:d ; pan:page "12" .
link:s a pan:Link ; pan:linkType linktype:interaction ; pan:from action:a ; pan:to action:b ; pan:score -2 ;
    pan:status linkstatus:accepted ; pan:certainty certainty:derived .
"""

HIDDEN = """
link:candidate a pan:Link ; pan:linkType linktype:cross-reference ; pan:from plan:p ; pan:to plan:q ;
    pan:status linkstatus:candidate ; pan:certainty certainty:stated .
link:rejected a pan:Link ; pan:linkType linktype:cross-reference ; pan:from plan:p ; pan:to plan:q ;
    pan:status linkstatus:rejected ; pan:certainty certainty:stated .
link:unverified a pan:Link ; pan:linkType linktype:cross-reference ; pan:from plan:p ; pan:to plan:q ;
    pan:status linkstatus:accepted ; pan:certainty certainty:unverified .
"""


@pytest.fixture(scope="module")
def network(project: Project) -> nx.MultiDiGraph[str]:
    return Graph(project, store_of(FACTS + HIDDEN), release="7").network(evidence="editors")


def edge(network: nx.MultiDiGraph[str], type_: str) -> dict[str, object]:
    (found,) = [data for _, _, data in network.edges(data=True) if data["type"] == type_]
    return dict(found)


def test_candidates_rejected_and_unverified_links_are_left_out(network: nx.MultiDiGraph[str]) -> None:
    assert sorted(link.removeprefix(f"{ID}link/") for _, _, link in network.edges(keys=True))[-3:] == ["s", "u1", "u2"]
    assert "cross-reference" not in {data["type"] for _, _, data in network.edges(data=True)}


def test_a_link_by_a_shared_text_has_its_weight_its_level_and_both_ends_words(network: nx.MultiDiGraph[str]) -> None:
    data = edge(network, "shared-instrument")
    assert data["weight"] == data["weightHigh"] == pytest.approx(0.415037)
    assert (data["weightBroad"], data["evidenceLevel"]) == (0.0, "plan")
    assert (data["via"], data["via_label"]) == (f"{ID}instrument/law", "Loi")
    assert data["evidence"] == "« conformément à la loi » — Texte du plan, p. 12"
    assert (data["directed"], data["status"], data["certainty"]) == (False, "derived", "derived")

    used = network.edges[f"{ID}action/a", f"{ID}instrument/law", f"{ID}link/u1"]
    assert used["evidence"] == "« conformément à la loi » — Texte du plan, p. 12\nPage"
    assert used["documents"] == f"{ID}document/d {ID}document/e"
    assert used["relation"] == "implements"
    score = edge(network, "interaction")  # it keeps its sign, and is no weight
    assert (score["score"], "weight" in score) == (-2, False)


def test_the_network_says_what_its_weights_rest_on(network: nx.MultiDiGraph[str]) -> None:
    assert network.graph == {
        "language": "fr", "release": "7", "evidence": "editors", "plans_known": 2, "actions": 3, "texts_full": 0,
        "texts_part": 2, "texts_none": 1,
    }  # fmt: skip


def test_what_rests_on_a_weaker_word_than_asked_for_is_left_out(project: Project) -> None:
    facts = FACTS.replace("dcterms:source document:d , document:e", "dcterms:source document:e")
    facts = facts.replace("pan:evidence passage:one ; ", "")
    graph = Graph(project, store_of(facts))
    levels = {level: {key(link) for _, _, link in graph.network(evidence=level).edges(keys=True)} for level in KEYS}
    assert "u1" not in levels["plan"] | levels["official"]
    assert {"u1", "u2"} <= levels["other"]
    assert "s" in levels["editors"] - levels["other"]
    shared = {
        level: [data["weight"] for *_, data in graph.network(evidence=level).edges(data=True) if "weight" in data]
        for level in KEYS
    }
    assert shared == {"plan": [], "official": [], "other": [0.415037], "editors": [0.415037]}


def test_labels_are_in_the_language_or_else_the_main_ones(project: Project, graph: pan2kg.Graph) -> None:
    english = Graph(project, store_of(FACTS)).network("en")
    labels = {node.removeprefix(ID): label for node, label in english.nodes(data="label")}
    assert (labels["action/a"], labels["action/b"]) == ("Act", "Bâtir")
    assert "Text of the plan" in english.edges[f"{ID}action/a", f"{ID}instrument/law", f"{ID}link/u1"]["evidence"]
    act = "http://data.europa.eu/eli/reg/2017/821/oj"
    french, shipped = map(graph.network, ("fr", "en"))
    assert (french.nodes[act]["type_label"], shipped.nodes[act]["type_label"]) == ("acte juridique", "legal act")
    kinds = {data["type"]: data["type_label"] for _, _, data in shipped.edges(data=True)}
    assert kinds["shared-instrument"] == "shared instrument"
    bare = [node for node, data in shipped.nodes(data=True) if not data.get("type") or not data.get("label")]
    assert not bare, "a link leads to something without a class of ours or a prefLabel"


def test_links_of_one_key_get_a_number_each() -> None:
    many: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for other, name in (("b", "k"), ("c", "k"), ("d", "k"), ("e", "k#2")):
        many.add_edge("a", other, key=name)
    assert [edge["id"] for edge in tables(many).edges] == ["k", "k#2", "k#3", "k#2#2"]


def test_a_part_with_a_link_is_a_node_of_its_plan_and_no_text(two_countries: Graph) -> None:
    part = "https://w3id.org/pan2kg/id/part/be-two-1-axis-1"
    network = two_countries.network("en")
    assert network.nodes[part]["type"] == "PlanPart"
    assert network.nodes[part]["plan"].endswith("/be-two-1")
    assert part in select_network(network, plans=["be-two-1"])
    assert part not in select_network(network, plans=["lu-two-1"])
