"""The links of a graph as a networkx network, for centralities, paths, communities and other programs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from pan2kg.coherence.links import shared_links
from pan2kg.coherence.uses import key
from pan2kg.store.queries import program_query

if TYPE_CHECKING:
    import networkx as nx

    from pan2kg.coherence.uses import Uses

_PREFIXES: Final = """
PREFIX certainty: <https://w3id.org/pan2kg/id/certainty/>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX linkstatus: <https://w3id.org/pan2kg/id/linkstatus/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX pan: <https://w3id.org/pan2kg/ontology#>
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""

Read = Callable[[str], list[list[str]]]
"""Answers a query with rows of plain text."""


def build_network(
    read: Read, labels: Mapping[str, str], uses: Uses | None = None, *, language: str = "fr"
) -> nx.MultiDiGraph[str]:
    """The network of accepted and derived links: nodes and link nodes by IRI.

    A node carries ``type``, ``label`` and, for an action, ``plan``; an edge has the link's IRI as
    key and carries ``type``, ``status`` and ``directed``. A symmetric link stands once, from the end
    that sorts first. Candidates, rejected and unverified links are left out.

    Where the graph says so, a node has ``notation``, ``review`` and ``certainty`` too, and an edge
    ``relation``, ``certainty``, ``via`` (IRIs, by spaces), ``evidence`` (one quotation a line, with its document),
    ``documents`` (IRIs, by spaces), ``score``, and for two actions on the same instrument ``strength`` and ``bits``.
    ``labels`` say in ``language`` what everything is called. What the strengths rest on, ``uses``, stands in the
    network's own attributes. Every attribute is a text, a number or a boolean, so that networkx can write the network
    as it is. :meth:`pan2kg.graph.graph.Graph.network` calls this with what it has read.

    >>> build_network(lambda query: [], {}).number_of_nodes()
    0
    """
    import networkx as nx

    network: nx.MultiDiGraph[str] = nx.MultiDiGraph(language=language)
    _add_nodes(network, read(program_query("network/nodes")), labels)
    _add_edges(network, read(program_query("network/links")), labels)
    untyped = {node for node, data in network.nodes(data=True) if "type" not in data}
    _add_nodes(network, (row for row in read(program_query("network/ends")) if row[0] in untyped), labels)
    if uses is not None:
        _add_strengths(network, uses)
    found = {link: data for _, _, link, data in network.edges(keys=True, data=True)}
    _add_via(found, read(program_query("network/via")), labels)
    _add_evidence(found, read(program_query("network/evidence")), read(program_query("network/documents")), labels)
    return network


def _add_nodes(network: nx.MultiDiGraph[str], found: Iterable[list[str]], labels: Mapping[str, str]) -> None:
    for node, type_, notation, plan, review, certainty in found:
        extra = {"notation": notation, "plan": plan, "review": review, "certainty": key(certainty)}
        kind = {"type": key(type_), "type_label": labels.get(type_, key(type_)), "label": labels.get(node, "")}
        network.add_node(node, **kind, **_given(extra))


def _add_edges(network: nx.MultiDiGraph[str], found: Iterable[list[str]], labels: Mapping[str, str]) -> None:
    for link, type_, one, two, directed, status, relation, certainty, strength, bits, score in found:
        extra = {"relation": key(relation), "relation_label": labels.get(relation, ""), "certainty": key(certainty)}
        numbers = {"strength": float(strength or 0), "bits": float(bits or 0), "score": float(score or 0)}
        stated = {"strength": strength, "bits": bits, "score": score}
        network.add_edge(
            one,
            two,
            key=link,
            type=key(type_),
            type_label=labels.get(type_, key(type_)),
            status=key(status),
            directed=directed == "true",
            **_given(extra),
            **{name: value for name, value in numbers.items() if stated[name]},
        )


def _given(values: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}


def _add_strengths(network: nx.MultiDiGraph[str], uses: Uses) -> None:
    """Strength and bits of the links by a shared instrument, and in the network what they rest on.

    A strength the link states itself stays. Both are rounded to six decimals: the same on every machine.
    """
    basis = uses.basis
    filters = "; ".join(f"{name}: {value}" for name, value in basis.filters)
    network.graph.update(actions=basis.n, annotated=basis.annotated, weights=basis.weights, filters=filters)
    network.graph.update(_given({"release": basis.release}))
    for link in shared_links(uses, hub=max(2, basis.n + len(uses.plans))):
        if link.strength is not None and link.bits is not None and network.has_edge(link.one, link.two, link.iri):
            data = network.edges[link.one, link.two, link.iri]
            data.setdefault("strength", round(float(link.strength), 6))
            data.setdefault("bits", round(float(link.bits), 6))


def _add_via(found: Mapping[str, dict[str, object]], pairs: Iterable[list[str]], labels: Mapping[str, str]) -> None:
    for link, shared in _gathered(pairs):
        if link in found:
            found[link]["via"] = " ".join(one for (one,) in shared)
            found[link]["via_label"] = "; ".join(_name(one, labels) for (one,) in shared)


def _add_evidence(
    found: Mapping[str, dict[str, object]],
    passages_of: Iterable[list[str]],
    sources_of: Iterable[list[str]],
    labels: Mapping[str, str],
) -> None:
    """The quotations a link rests on, then the sources it names without quoting them."""
    quoted = dict(_gathered(passages_of))
    sources = dict(_gathered(sources_of))
    for link, data in found.items():
        passages = quoted.get(link, [])
        documents = dict.fromkeys(document for document, _, _ in passages)
        bare = [document for (document,) in sources.get(link, []) if document not in documents]
        lines = [_quotation(passage, labels) for passage in passages] + [_name(one, labels) for one in bare]
        data.update(_given({"evidence": "\n".join(lines), "documents": " ".join([*documents, *bare])}))


def _quotation(passage: list[str], labels: Mapping[str, str]) -> str:
    document, page, quote = passage
    return f"« {quote} » — {_name(document, labels)}{f', p. {page}' if page else ''}"


def _name(iri: str, labels: Mapping[str, str]) -> str:
    return labels.get(iri) or iri


def _gathered(sorted_rows: Iterable[list[str]]) -> Iterator[tuple[str, list[list[str]]]]:
    """The rows of each first value, without it, in their order."""
    found: dict[str, list[list[str]]] = {}
    for first, *rest in sorted_rows:
        found.setdefault(first, []).append(rest)
    yield from found.items()
