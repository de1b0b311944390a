"""Every format carries the same nodes, edges and attributes, whatever stands in a label; and what a network holds."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ET
import zipfile
from datetime import date
from random import Random

import networkx as nx
import pytest
from hypothesis import given, settings, strategies as st

import pan2kg
from pan2kg.coherence.evidence import FIGURED
from pan2kg.errors import FormatError, QueryError
from pan2kg.graph.graph import Graph
from pan2kg.project import Project
from pan2kg.tables.network import EDGE_COLUMNS, NODE_COLUMNS, Row, caption, select_network, tables
from pan2kg.tables.network_files import FORMS, export_network
from pan2kg.turtle.vocabulary import ID, key
from tests.coherence.worlds import store_of
from tests.lots import TIMES

PIECES = st.sampled_from(
    [
        '"',
        "'",
        "<",
        ">",
        "&",
        "&amp;",
        "\\",
        "\\n",
        "\n",
        "\r",
        "\t",
        "\x00",
        "\x0b",
        "\ufffe",
        "]]>",
        "#quot;",
        "`*_~",
        "[a](http://e)",
        "1. ",
        "- ",
        "end",
        "$$",
        "%%",
        "{",
        "}",
        "|",
        ";",
        "é",
        "𝔸",
        " ",
        "œuvre",
        "direction LR",
    ]
)
TEXTS = st.lists(PIECES, max_size=6).map("".join) | st.text(
    st.characters(exclude_categories=["Cs"]), max_size=12
)
TYPES = st.sampled_from(["Plan", "Action", "LegalAct", "Review"])
GEXF = "{http://gexf.net/1.3}"
VALUE = f"{GEXF}attvalue"
IRIS = st.sampled_from(
    [
        f"{ID}plan/p",
        f"{ID}action/p-1",
        f"{ID}action/p-2",
        "http://data.europa.eu/eli/x/oj",
        "http://e/a?b=c&d#e",
    ]
)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)

often = settings(max_examples=25 * TIMES, deadline=None)


def _values(
    columns: dict[str, type], **given_: st.SearchStrategy[object]
) -> st.SearchStrategy[dict[str, object]]:
    kinds: dict[type, st.SearchStrategy[object]] = {
        str: TEXTS,
        float: NUMBERS,
        int: st.integers(-3, 3),
        bool: st.booleans(),
    }
    return st.fixed_dictionaries(
        {}, optional={name: kinds[kind] for name, kind in columns.items()} | given_
    )


@st.composite
def networks(draw: st.DrawFn) -> nx.MultiDiGraph[str]:
    made: nx.MultiDiGraph[str] = nx.MultiDiGraph(language=draw(TEXTS), filters=draw(TEXTS))
    for iri in draw(st.lists(IRIS, min_size=1, unique=True)):
        made.add_node(iri, **draw(_values(NODE_COLUMNS, label=TEXTS, type=TYPES, plan=IRIS)))
    ends = st.sampled_from(sorted(made))
    for number, (one, two) in enumerate(draw(st.lists(st.tuples(ends, ends), max_size=5))):
        made.add_edge(
            one, two, key=f"{ID}link/{number}", **draw(_values(EDGE_COLUMNS, type_label=TEXTS))
        )
    return made


@pytest.fixture(scope="module")
def real(few: pan2kg.Graph) -> nx.MultiDiGraph[str]:
    return few.spoken("en").network(evidence="editors")


@pytest.fixture(scope="module")
def shipped(graph: pan2kg.Graph) -> nx.MultiDiGraph[str]:
    return graph.network(evidence="editors")


def without(row: Row, *names: str) -> Row:
    return {name: value for name, value in row.items() if name not in names}


def plain(row: Row, *left_out: str) -> dict[str, str]:
    cells = {name: str(v).lower() if isinstance(v, bool) else str(v) for name, v in row.items()}
    return {name: value for name, value in cells.items() if name not in left_out}


@often
@given(networks())
def test_networkx_reads_the_same_network_from_graphml(network: nx.MultiDiGraph[str]) -> None:
    back = nx.parse_graphml(export_network(network, "graphml").decode(), force_multigraph=True)
    table = tables(network)
    assert (
        back.graph.items() >= {name: value for name, value in table.head.items() if value}.items()
    )
    assert dict(back.nodes(data=True)) == {row["id"]: without(row, "id") for row in table.nodes}
    assert {
        link: (one, two, data) for one, two, link, data in back.edges(keys=True, data=True)
    } == {
        row["id"]: (row["source"], row["target"], without(row, "id", "source", "target"))
        for row in table.edges
    }


@often
@given(networks())
def test_networkx_reads_the_same_network_from_gexf(network: nx.MultiDiGraph[str]) -> None:
    table = tables(network)
    root = ET.fromstring(export_network(network, "gexf", released=date(2026, 11, 25)))
    assert root[0].attrib == {"lastmodifieddate": "2026-11-25"}
    titles = {
        (columns.attrib["class"], column.attrib["id"]): column.attrib["title"]
        for columns in root.iter(f"{GEXF}attributes")
        for column in columns
    }

    def rows(kind: str) -> list[dict[str, str]]:
        return [
            {
                **item.attrib,
                **{
                    f"for {titles[kind, one.attrib['for']]}": one.attrib["value"]
                    for one in item.iter(VALUE)
                },
            }
            for item in root.iter(GEXF + kind)
        ]

    def told(row: Row, *own: str) -> dict[str, str]:
        cells = plain(row)
        kept = {name: cells.pop(name) for name in own if name in cells}
        if cells.pop("directed", ""):
            kept |= {
                "type": "directed" if row["directed"] else "undirected",
                "for networkx_key": str(row["id"]),
            }
            cells |= {"link_type": cells.pop("type")} if "type" in cells else {}
        return kept | {f"for {name}": value for name, value in cells.items()}

    assert rows("node") == [told(row, "id", "label") for row in table.nodes]
    ends = ("id", "source", "target", "label", "weight")
    found = {row["id"]: row for row in rows("edge")}
    assert found == {str(row["id"]): told(row, *ends) for row in table.edges}


@often
@given(networks())
def test_cytoscape_json_is_read_by_networkx(network: nx.MultiDiGraph[str]) -> None:
    content = json.loads(export_network(network, "cytoscape"))
    table = tables(network)
    assert [item["data"] for item in content["elements"]["nodes"]] == [
        {**row, "name": caption(row), "value": row["id"]} for row in table.nodes
    ]
    back = nx.cytoscape_graph(content)
    assert sorted(back.edges(keys=True)) == sorted(
        (row["source"], row["target"], row["id"]) for row in table.edges
    )


def csv_rows(text: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.decode(), newline="")))


@often
@given(networks())
def test_csv_has_the_same_cells(network: nx.MultiDiGraph[str]) -> None:
    table = tables(network)
    nodes = csv_rows(export_network(network, "nodes"))
    edges = csv_rows(export_network(network, "edges"))
    heads = {
        "id": "Id",
        "label": "Label",
        "source": "Source",
        "target": "Target",
        "type": "link_type",
    }
    assert [{name: cell for name, cell in row.items() if cell} for row in nodes] == [
        {
            heads[name] if name in ("id", "label") else name: cell
            for name, cell in plain(row).items()
            if cell
        }
        for row in table.nodes
    ]
    assert [{name: cell for name, cell in row.items() if cell} for row in edges] == [
        {heads.get(name, name): cell for name, cell in plain(row, "directed").items() if cell}
        | {"Type": "Directed" if row["directed"] else "Undirected"}
        for row in table.edges
    ]


@often
@given(networks(), st.randoms(use_true_random=False))
def test_the_same_network_gives_the_same_bytes_in_whatever_order_it_was_made(
    network: nx.MultiDiGraph[str], random: Random
) -> None:
    nodes = list(network.nodes(data=True))
    edges = list(network.edges(keys=True, data=True))
    random.shuffle(nodes)
    random.shuffle(edges)
    other: nx.MultiDiGraph[str] = nx.MultiDiGraph(**network.graph)
    other.add_nodes_from(nodes)
    other.add_edges_from(edges)
    assert [export_network(other, form) for form in FORMS] == [
        export_network(network, form) for form in FORMS
    ]


def test_the_zip_holds_nodes_edges_and_what_they_rest_on(real: nx.MultiDiGraph[str]) -> None:
    network = select_network(real, plans=("lu-bhr-2",))
    with zipfile.ZipFile(
        io.BytesIO(export_network(network, "csv", title="PAN 2", released=date(2026, 1, 2)))
    ) as archive:
        assert archive.namelist() == ["nodes.csv", "edges.csv", "about.csv"]
        assert archive.read("nodes.csv") == export_network(network, "nodes")
        assert archive.read("edges.csv") == export_network(network, "edges")
        about = {row["name"]: row["value"] for row in csv_rows(archive.read("about.csv"))}
    assert about["title"] == "PAN 2"
    assert about["plans"] == "lu-bhr-2"
    assert about["evidence"] == "editors"
    assert about["released"] == "2026-01-02"


def test_a_network_without_nodes_can_be_written_and_an_unknown_form_names_those_there_are() -> None:
    assert all(export_network(nx.MultiDiGraph(), form) for form in FORMS)
    with pytest.raises(
        FormatError, match=r"as pdf\..*graphml, gexf, cytoscape, csv, nodes, edges\."
    ):
        export_network(nx.MultiDiGraph(), "pdf")


def homes(network: nx.MultiDiGraph[str]) -> set[str]:
    plans = {
        str(data.get("plan") or node)
        for node, data in network.nodes(data=True)
        if data["type"] in ("Plan", "Action")
    }
    return {plan.removeprefix(f"{ID}plan/") for plan in plans}


def test_a_pair_of_plans_leaves_out_every_third_plan(shipped: nx.MultiDiGraph[str]) -> None:
    pair = select_network(shipped, plans=("lu-bhr-1", f"{ID}plan/lu-bhr-2"))
    assert homes(pair) == {"lu-bhr-1", "lu-bhr-2"}
    assert {"LegalAct", "SoftLaw"} <= {kind for _, kind in pair.nodes(data="type")}
    assert pair.graph["plans"] == "lu-bhr-1 lu-bhr-2"


def test_one_plan_keeps_all_its_actions_and_links_and_no_link_among_others(
    shipped: nx.MultiDiGraph[str],
) -> None:
    whole = shipped
    part = select_network(whole, plans=("lu-bhr-2",))
    own = {
        node
        for node, data in whole.nodes(data=True)
        if f"{ID}plan/lu-bhr-2" in (node, data.get("plan"))
    }
    assert len(own) == 21
    assert own <= set(part)
    incident = {edge for edge in whole.edges(keys=True) if own & set(edge[:2])}
    assert incident <= set(part.edges(keys=True))
    others = {
        data["type"]
        for _, _, data in part.edges(set(part) - own, data=True)
        if data["type"] != "shared-topic"
    }
    works = [
        e
        for e in part.edges()
        if not own & set(e) and {part.nodes[n]["type"] for n in e} & {"Plan", "Action"}
    ]
    assert "instrument-relation" in others
    assert not works


def test_a_selection_leaves_the_network_as_it_was(real: nx.MultiDiGraph[str]) -> None:
    before = real.copy()
    part = select_network(real, plans=("lu-bhr-2",), types=("succession",))
    # an action that meets nobody stays, a text does not
    assert {kind for _, kind in part.nodes(data="type")} == {"Plan", "Action"}
    assert sum(kind == "Action" for _, kind in part.nodes(data="type")) >= 20
    assert {kind for _, _, kind in part.edges(data="type")} == {"succession"}
    assert nx.utils.graphs_equal(real, before)
    assert nx.utils.graphs_equal(select_network(real), real)


def test_an_unknown_plan_or_type_is_answered_with_the_nearest_names(
    real: nx.MultiDiGraph[str],
) -> None:
    with pytest.raises(
        QueryError, match=r"There is no plan « lu-bhr-3 » in the graph\. Did you mean lu-bhr-2"
    ):
        select_network(real, plans=("lu-bhr-3",))
    with pytest.raises(QueryError, match=r"no type of link « shared-act » .* Did you mean shared-"):
        select_network(real, types=("shared-act",))
    with pytest.raises(QueryError, match="There are: none"):
        select_network(nx.MultiDiGraph(), plans=("lu-bhr-2",))


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


def test_candidates_rejected_and_unverified_links_are_left_out(
    network: nx.MultiDiGraph[str],
) -> None:
    assert sorted(link.removeprefix(f"{ID}link/") for _, _, link in network.edges(keys=True))[
        -3:
    ] == ["s", "u1", "u2"]
    assert "cross-reference" not in {data["type"] for _, _, data in network.edges(data=True)}


def test_a_link_by_a_shared_text_has_its_weight_its_level_and_both_ends_words(
    network: nx.MultiDiGraph[str],
) -> None:
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
        "language": "fr",
        "release": "7",
        "evidence": "editors",
        "plans_known": 2,
        "actions": 3,
        "texts_full": 0,
        "texts_part": 2,
        "texts_none": 1,
    }


def test_what_rests_on_a_weaker_word_than_asked_for_is_left_out(project: Project) -> None:
    facts = FACTS.replace("dcterms:source document:d , document:e", "dcterms:source document:e")
    facts = facts.replace("pan:evidence passage:one ; ", "")
    graph = Graph(project, store_of(facts))
    levels = {
        level: {key(link) for _, _, link in graph.network(evidence=level).edges(keys=True)}
        for level in KEYS
    }
    assert "u1" not in levels["plan"] | levels["official"]
    assert {"u1", "u2"} <= levels["other"]
    assert "s" in levels["editors"] - levels["other"]
    shared = {
        level: [
            data["weight"]
            for *_, data in graph.network(evidence=level).edges(data=True)
            if "weight" in data
        ]
        for level in KEYS
    }
    assert shared == {"plan": [], "official": [], "other": [0.415037], "editors": [0.415037]}


def test_labels_are_in_the_language_or_else_the_main_ones(
    project: Project, graph: pan2kg.Graph
) -> None:
    english = Graph(project, store_of(FACTS)).network("en")
    labels = {node.removeprefix(ID): label for node, label in english.nodes(data="label")}
    assert (labels["action/a"], labels["action/b"]) == ("Act", "Bâtir")
    assert (
        "Text of the plan"
        in english.edges[f"{ID}action/a", f"{ID}instrument/law", f"{ID}link/u1"]["evidence"]
    )
    act = "http://data.europa.eu/eli/reg/2017/821/oj"
    french, shipped = map(graph.network, ("fr", "en"))
    assert (french.nodes[act]["type_label"], shipped.nodes[act]["type_label"]) == (
        "acte juridique",
        "legal act",
    )
    kinds = {data["type"]: data["type_label"] for _, _, data in shipped.edges(data=True)}
    assert kinds["shared-instrument"] == "shared instrument"
    bare = [
        node
        for node, data in shipped.nodes(data=True)
        if not data.get("type") or not data.get("label")
    ]
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
