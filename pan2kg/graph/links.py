"""Every link between two plans, declared or inferred, read once; and links as a networkx network."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

from pan2kg.coherence.citations import CROSS_REFERENCES
from pan2kg.coherence.evidence import Level, counts, level
from pan2kg.coherence.known import Known, basis_line
from pan2kg.graph.labels import Labels, plain_words
from pan2kg.store import Store, gathered, is_true, plain, program_query, select
from pan2kg.turtle.vocabulary import key

if TYPE_CHECKING:
    import networkx as nx

    from pan2kg.store.links import LinkKind


DECLARED: Final = (*CROSS_REFERENCES, "builds-on", "succession", "external-statement")
"""Kinds of links a document states: in the plan, its annexes or elsewhere."""
COMPARED: Final = "comparison"
"""A link of these kinds that no document states: editors concluded it, and it is inferred as a rule's are."""


def usual_kinds(kinds: Mapping[str, LinkKind]) -> tuple[str, ...]:
    """The kinds of links between plans that are shown where nothing is chosen: declared, and the firm derived ones.

    >>> usual_kinds({})[-2:]
    ('external-statement', 'comparison')
    """
    derived = (kind.name for kind in kinds.values() if kind.is_shown_first)
    return (*DECLARED, COMPARED, *derived)


@dataclass(frozen=True, slots=True)
class Tie:
    """A link that joins two plans: its kind, the two things it joins, and their plans, in the order of the plans.

    ``level`` says on whose word it rests; None where it is outside every figure.
    """

    iri: str
    kind: str
    ends: tuple[str, str]
    plans: tuple[str, str]
    level: Level | None = None


@dataclass(frozen=True)
class GraphTies:
    every: tuple[Tie, ...]

    @cached_property
    def by_pair(self) -> Mapping[tuple[str, str], tuple[Tie, ...]]:
        by_pair: dict[tuple[str, str], list[Tie]] = {}
        for tie in self.every:
            by_pair.setdefault(tie.plans, []).append(tie)
        return {pair: tuple(ties) for pair, ties in sorted(by_pair.items())}


def read_ties(store: Store) -> GraphTies:
    """The accepted and derived links between plans, by type and address; of a shared text the finest."""
    ends: dict[tuple[str, str, Level | None], dict[str, str]] = {}
    rows = select(store, program_query("links/ties")).rows
    for iri, of, end, plan, stated, words in (map(plain, row) for row in rows):
        kind = of.rpartition("/")[2]
        kind = kind if is_true(stated) or kind not in DECLARED else COMPARED
        ends.setdefault((iri, kind, level(words)), {}).setdefault(end, plan)
    ties = []
    for (link, kind, at), joined in ends.items():
        # of one plan, as the query orders them
        for source, target in combinations(sorted(joined, key=joined.__getitem__), 2):
            if joined[source] != joined[target]:
                ties.append(Tie(link, kind, (source, target), (joined[source], joined[target]), at))
    return GraphTies(tuple(_at_the_finest(ties)))


def _at_the_finest(ties: Sequence[Tie]) -> Iterator[Tie]:
    """The links without those by a text that say of a whole plan what pairs of its actions say already.

    Two plans are linked by texts as often as pairs of their actions are, which is how
    :class:`pan2kg.coherence.weight.Potential` counts; a text the plans rest on as wholes links them
    where no pair is.
    """
    shared = [tie for tie in ties if tie.kind == "shared-instrument"]
    finer = {tie.plans for tie in shared if not set(tie.ends) & set(tie.plans)}
    whole = {tie for tie in shared if tie.plans in finer and set(tie.ends) & set(tie.plans)}
    return (tie for tie in ties if tie not in whole)


def read_quotes(store: Store) -> dict[str, str]:
    """What links quote, the first of several passages."""
    rows = select(store, program_query("links/quotes")).rows
    passages = [tuple(map(plain, row)) for row in rows]
    passages.sort(reverse=True)  # the first of several is set last, and stays
    return {link: words for link, _, words in passages}


_SHARED: Final = "shared-instrument"


def read_network(read: Callable[[str], list[list[str]]], known: Known) -> nx.MultiDiGraph[str]:
    """The accepted and derived links at a level, in no language: what is called something stands there by its IRI."""
    import networkx as nx

    network: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    _add_nodes(network, read(program_query("network/nodes")))
    rows = read(program_query("network/links"))
    for link, type_, *ends, directed, status, relation, certainty, words, score in rows:
        # What a shared text links has its level from what is known, by its best text.
        if key(type_) == _SHARED or counts(level(words), known.level):
            extra = {"relation": relation, "certainty": key(certainty), "evidenceLevel": key(words)}
            number = {"score": float(score)} if score else {}
            values = {"type": type_, "status": key(status), "directed": is_true(directed)}
            network.add_edge(*ends, key=link, **values, **_given(extra), **number)
    untyped = sorted(node for node, data in network.nodes(data=True) if "type" not in data)
    _add_nodes(network, read(program_query("network/ends", node=untyped)) if untyped else ())
    _add_weights(network, known)
    texts = gathered((link, via) for link, via in read(program_query("network/via")))
    quoted = gathered((link, words) for link, *words in read(program_query("network/evidence")))
    sources = gathered(
        (link, document) for link, document in read(program_query("network/documents"))
    )
    for *_, link, data in network.edges(keys=True, data=True):
        data |= {
            "via": texts.get(link, ()),
            "quoted": quoted.get(link, ()),
            "documents": sources.get(link, ()),
        }
    return network


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
        said = dict(data)
        type_ = data.get("type", "")
        if type_:
            said["type"] = key(type_)
            said["type_label"] = called(type_) or key(type_)
            said["label"] = called(node)
        network.add_node(node, **said)
    for source, target, link, data in uncalled.edges(keys=True, data=True):
        words = _words_of_edge(data, called)
        left_out = {*words, "quoted"}
        others = {name: value for name, value in data.items() if name not in left_out}
        network.add_edge(source, target, key=link, **others, **_given(words))
    return network


def _words_of_edge(data: Mapping[str, Any], called: Callable[[str], str]) -> dict[str, str]:
    """What is said of a link in words: its type, what it goes through, and what it rests on, a quotation a line."""
    documents: dict[str, None] = {}
    lines = []
    for document, page, quote in data["quoted"]:
        documents[document] = None
        place = f", p. {page}" if page else ""
        lines.append(f"« {quote} » — {called(document) or document}{place}")
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


def _add_nodes(network: nx.MultiDiGraph[str], rows: Iterable[list[str]]) -> None:
    for node, type_, notation, plan, review, certainty in rows:
        extra = {"notation": notation, "plan": plan, "review": review, "certainty": key(certainty)}
        network.add_node(node, type=type_, **_given(extra))


def _given(values: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}


def _add_weights(network: nx.MultiDiGraph[str], known: Known) -> None:
    """What links by a shared text weigh, and in the network what they rest on; those without a specific text go.

    Bits are rounded to six decimals: the same on every machine.
    """
    line = basis_line(known)
    works = known.tables.works
    plans = frozenset(works.plans)
    network.graph.update(evidence=known.level.key, plans_known=line.plans, actions=line.measures)
    network.graph.update(
        texts_full=line.texts.full, texts_part=line.texts.part, texts_none=line.texts.none
    )
    network.graph.update(_given({"release": line.release}))
    for source, target, link, data in list(network.edges(keys=True, data=True)):
        if key(data["type"]) != _SHARED:
            continue
        is_known = plans.issuperset(
            (works.home.get(source, source), works.home.get(target, target))
        )
        weight = known.weight(source, target) if is_known else None
        if weight is None or weight.low <= 0:
            network.remove_edge(source, target, link)
            continue
        bits = {"weight": weight.low, "weightHigh": weight.high, "weightBroad": weight.broad}
        data.update({name: round(float(value), 6) for name, value in bits.items()})
        data.update(_given({"evidenceLevel": weight.level.key if weight.level else ""}))


def communities(edges: Iterable[tuple[str, str, float]], *, seed: int = 7) -> dict[str, int]:
    """Which nodes of a network are linked more with each other than with the rest: a number a community, from 0.

    ``edges`` are (one, two, weight > 0). Blondel, Guillaume, Lambiotte and Lefebvre, “Fast
    unfolding of communities in large networks”, Journal of Statistical Mechanics (2008) P10008. The
    largest community is 0; among equals the one with the first name comes first. The same edges and
    seed give the same communities.

    >>> found = communities([("a", "b", 1.0), ("b", "c", 1.0), ("a", "c", 1.0), ("d", "e", 1.0)])
    >>> sorted(found.items())
    [('a', 0), ('b', 0), ('c', 0), ('d', 1), ('e', 1)]
    """
    import networkx as nx

    graph = nx.Graph()
    for source, target, weight in sorted(edges):
        before = graph.get_edge_data(source, target, {}).get("weight", 0.0)
        graph.add_edge(source, target, weight=before + weight)
    groups = [sorted(group) for group in nx.community.louvain_communities(graph, seed=seed)]
    groups.sort(key=lambda group: (-len(group), group[0]))
    return {node: at for at, group in enumerate(groups) for node in group}
