"""Links as a networkx network, and the communities of one.

A network is made in two steps, since the pages ask for it in three languages: :func:`read_network`
reads it with all things by their IRIs, and :func:`build_network` gives them names. Exports,
:meth:`pan2kg.graph.graph.Graph.network` and the page of the map take it from here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from pan2kg.coherence.evidence import Level, counts, level
from pan2kg.coherence.known import Known, basis_line
from pan2kg.graph.labels import Labels, plain_words
from pan2kg.store import ReadRows, gathered, is_true, program_query
from pan2kg.turtle.vocabulary import key

if TYPE_CHECKING:
    import networkx as nx

_SHARED = "shared-instrument"
"""The kind of links by a shared text: how strong one is follows from what is known, not from its statement."""


class _QuotedPassage(NamedTuple):
    """A passage a link quotes: its document, the page, empty where none is known, and the words."""

    document: str
    page: str
    words: str


def read_network(read: ReadRows, known: Known) -> nx.MultiDiGraph[str]:
    """The accepted and derived links at a level, in no language: what is called something stands there by its IRI."""
    import networkx as nx

    network: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    _add_nodes(network, read(program_query("network/nodes")))
    _add_links(network, read(program_query("network/links")), known.level)
    untyped = sorted(node for node, data in network.nodes(data=True) if "type" not in data)
    if untyped:
        _add_nodes(network, read(program_query("network/ends", node=untyped)))
    _add_basis(network, known)
    _add_weights(network, known)
    _add_grounds(network, read)
    return network


def _add_nodes(network: nx.MultiDiGraph[str], rows: Iterable[list[str]]) -> None:
    for node, type_, notation, plan, review, certainty in rows:
        extra = {"notation": notation, "plan": plan, "review": review, "certainty": key(certainty)}
        network.add_node(node, type=type_, **_without_empty(extra))


def _add_links(network: nx.MultiDiGraph[str], rows: Iterable[list[str]], at: Level) -> None:
    """Add the links that count at a level; of those by a shared text all, whose level follows with their weight."""
    for link, type_, source, target, directed, status, relation, certainty, word, score in rows:
        if key(type_) != _SHARED and not counts(level(word), at):
            continue
        attributes: dict[str, Any] = {
            "type": type_,
            "status": key(status),
            "directed": is_true(directed),
        }
        stated = {"relation": relation, "certainty": key(certainty), "evidenceLevel": key(word)}
        attributes |= _without_empty(stated)
        if score:
            attributes["score"] = float(score)
        network.add_edge(source, target, key=link, **attributes)


def _without_empty(texts: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in texts.items() if text}


def _add_basis(network: nx.MultiDiGraph[str], known: Known) -> None:
    """Write into the network what the weights of its links rest on."""
    line = basis_line(known)
    network.graph.update(
        evidence=known.level.key,
        plans_known=line.plans,
        actions=line.measures,
        texts_full=line.texts.full,
        texts_part=line.texts.part,
        texts_none=line.texts.none,
    )
    if line.release:
        network.graph["release"] = line.release


def _add_weights(network: nx.MultiDiGraph[str], known: Known) -> None:
    """Say of links by a shared text what they weigh, and on whose word; those without a specific text go.

    Bits are rounded to six decimals: the same on every machine.
    """
    works = known.tables.works
    plans = frozenset(works.plans)
    for source, target, link, data in list(network.edges(keys=True, data=True)):
        if key(data["type"]) != _SHARED:
            continue
        homes = (works.home.get(source, source), works.home.get(target, target))
        weight = known.weight(source, target) if plans.issuperset(homes) else None
        if weight is None or weight.low <= 0:
            network.remove_edge(source, target, link)
            continue
        bits = {"weight": weight.low, "weightHigh": weight.high, "weightBroad": weight.broad}
        data.update({name: round(float(value), 6) for name, value in bits.items()})
        if weight.level:
            data["evidenceLevel"] = weight.level.key


def _add_grounds(network: nx.MultiDiGraph[str], read: ReadRows) -> None:
    """Say of links what they go through, what they quote, and the documents they rest on."""
    texts = gathered((link, text) for link, text in read(program_query("network/via")))
    passages = gathered(
        (link, _QuotedPassage(document, page, words))
        for link, document, page, words in read(program_query("network/evidence"))
    )
    documents = gathered(
        (link, document) for link, document in read(program_query("network/documents"))
    )
    for _, _, link, data in network.edges(keys=True, data=True):
        data["via"] = texts.get(link, ())
        data["quoted"] = passages.get(link, ())
        data["documents"] = documents.get(link, ())


def build_network(
    uncalled: nx.MultiDiGraph[str], names: Labels, *, language: str
) -> nx.MultiDiGraph[str]:
    """The network of accepted and derived links, called something in a language: nodes and link nodes by IRI.

    A node carries ``type``, ``label`` and, for an action, ``plan``; an edge has the link's IRI as
    key and carries ``type``, ``status`` and ``directed``. A symmetric link stands once, from the
    end that sorts first. Candidates, rejected and unverified links are left out, and those that
    rest on a weaker word than the level asked for.

    Where the graph says so, a node has ``notation``, ``review`` and ``certainty`` too, and an edge
    ``relation``, ``certainty``, ``evidenceLevel``, ``via`` (IRIs, by spaces), ``evidence`` (one
    quotation a line, with its document), ``documents`` (IRIs, by spaces), ``score``, and for two
    actions that name the same specific text ``weight``, ``weightHigh`` and ``weightBroad`` in bits.
    What the weights rest on stands in the network's own attributes. Every attribute is a text, a
    number or a boolean, so that networkx can write the network as it is.
    """
    import networkx as nx

    @cache
    def called(iri: str) -> str:
        entry = names.entries.get(iri)
        return plain_words(names.label(iri, language).text) if entry and entry.texts else ""

    network: nx.MultiDiGraph[str] = nx.MultiDiGraph(language=language, **uncalled.graph)
    for node, data in uncalled.nodes(data=True):
        attributes = dict(data)
        type_ = data.get("type", "")
        if type_:
            attributes["type"] = key(type_)
            attributes["type_label"] = called(type_) or key(type_)
            attributes["label"] = called(node)
        network.add_node(node, **attributes)
    for source, target, link, data in uncalled.edges(keys=True, data=True):
        words = _words_of_edge(data, called)
        replaced = {*words, "quoted"}
        attributes = {name: value for name, value in data.items() if name not in replaced}
        network.add_edge(source, target, key=link, **attributes, **_without_empty(words))
    return network


def _words_of_edge(data: Mapping[str, Any], called: Callable[[str], str]) -> dict[str, str]:
    """What is said of a link in words: its type, what it goes through, and what it rests on, a quotation a line."""
    lines = []
    documents: dict[str, None] = {}
    for passage in data["quoted"]:
        documents[passage.document] = None
        place = f", p. {passage.page}" if passage.page else ""
        name = called(passage.document) or passage.document
        lines.append(f"« {passage.words} » — {name}{place}")
    for document in data["documents"]:
        if document not in documents:
            documents[document] = None
            lines.append(called(document) or document)
    relation = data.get("relation", "")
    return {
        "type": key(data["type"]),
        "type_label": called(data["type"]) or key(data["type"]),
        "relation": key(relation),
        "relation_label": called(relation),
        "via": " ".join(data["via"]),
        "evidence": "\n".join(lines),
        "via_label": "; ".join(called(iri) or iri for iri in data["via"]),
        "documents": " ".join(documents),
    }


_SEED = 7
"""What the draw of communities begins with, so that the same edges give the same ones."""


def communities(edges: Iterable[tuple[str, str, float]]) -> dict[str, int]:
    """Which nodes of a network are linked more with each other than with the rest: a number a community, from 0.

    ``edges`` are two nodes and a weight above 0. The largest community is 0; among equals the one
    with the first name comes first. The same edges give the same communities.

    Source: Blondel, Guillaume, Lambiotte and Lefebvre, “Fast unfolding of communities in large
        networks”, Journal of Statistical Mechanics (2008) P10008.

    >>> found = communities([("a", "b", 1.0), ("b", "c", 1.0), ("a", "c", 1.0), ("d", "e", 1.0)])
    >>> sorted(found.items())
    [('a', 0), ('b', 0), ('c', 0), ('d', 1), ('e', 1)]
    """
    import networkx as nx

    graph = nx.Graph()
    for source, target, weight in sorted(edges):
        before = graph.get_edge_data(source, target, {}).get("weight", 0.0)
        graph.add_edge(source, target, weight=before + weight)
    groups = [sorted(group) for group in nx.community.louvain_communities(graph, seed=_SEED)]
    groups.sort(key=lambda group: (-len(group), group[0]))
    return {node: number for number, group in enumerate(groups) for node in group}
