"""The names this package uses for its own terms, things and named graphs.

What the words mean stands in ``ontology/``; here are only the addresses the code needs.
"""

import re
from typing import NamedTuple

from pan2kg.project import ROOT as ROOT

PAN = ROOT + "ontology#"
ID = ROOT + "id/"
GRAPH = ROOT + "graph/"
DERIVED = GRAPH + "derived/"
_THING = re.compile(r"https?://[^ ]+?/id/([a-z]+)/([^/ ]+)")
CORE = "graph/core/"
"""The folder of what is free of any country: texts, duties, goals, reference lists and their documents."""
NAMES = ("graph/names/", CORE + "names/")
"""The folders of the short names the editors give to what other files describe."""

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
XSD = "http://www.w3.org/2001/XMLSchema#"
NUMBERS = frozenset(
    f"{XSD}{name}" for name in ("integer", "decimal", "double", "float", "int", "long")
)
"""The datatypes whose values are shown and sorted as numbers."""
SKOS = "http://www.w3.org/2004/02/skos/core#"
DCTERMS = "http://purl.org/dc/terms/"
SH = "http://www.w3.org/ns/shacl#"


def thing(kind: str, key: str, space: str = ROOT) -> str:
    return f"{space}id/{kind}/{key}"


def key(iri: str) -> str:
    return iri.replace("#", "/").rpartition("/")[2]


def graph_of(path: str, space: str = ROOT) -> str:
    return f"{space}graph/{path.removesuffix('.ttl')}"


def path_of(graph: str) -> str:
    """The path that names a graph, whatever project it is of; empty where the address is no graph of a file or rule.

    >>> path_of("https://data.example/graph/plans/be-bhr-1"), path_of("https://data.example/id/plan/x")
    ('plans/be-bhr-1', '')
    """
    space, mark, path = graph.partition("/graph/")
    return path if mark and space.startswith(("https://", "http://")) else ""


def rule_of(graph: str) -> str:
    """The rule that has derived what a named graph holds; empty where none has."""
    path = path_of(graph)
    return path.removeprefix("derived/") if path.startswith("derived/") else ""


def is_derived(graph: str) -> bool:
    """Whether the address of a graph is that of a rule.

    >>> is_derived("https://w3id.org/pan2kg/graph/derived/cites"), is_derived("https://w3id.org/pan2kg/graph/profile")
    (True, False)
    """
    return bool(rule_of(graph))


def is_unverified(graph: str) -> bool:
    """Whether the address of a graph is that of a file nobody has verified.

    >>> is_unverified("https://w3id.org/pan2kg/graph/plans/lu-bhr-2-unverified")
    True
    """
    return path_of(graph).endswith("unverified")


_ADDING = ("unverified.ttl", "alignments.ttl", "by-rule.ttl")
"""How the names of files end that only add to what others describe."""


class Precedence(NamedTuple):
    """The rank of a file among those that describe a thing; the least says what it is."""

    only_adds: bool
    is_outside_core: bool


def precedence(name: str) -> Precedence:
    """Which of several files says what a thing is: not one that only adds to it, and first one of the core.

    >>> sorted(["graph/names/a.ttl", "graph/a.ttl", "graph/core/a.ttl"], key=precedence)
    ['graph/core/a.ttl', 'graph/a.ttl', 'graph/names/a.ttl']
    """
    only_adds = name.endswith(_ADDING) or name.startswith(NAMES)
    return Precedence(only_adds, not name.startswith(CORE))


class KindAndKey(NamedTuple):
    """The two parts of the IRI of a thing: ``action`` and ``lu-bhr-2-4-3``."""

    kind: str
    key: str


def kind_and_key(iri: str) -> KindAndKey:
    """Kind and key of a thing of a project from its IRI; empty for others.

    >>> kind_and_key("https://w3id.org/pan2kg/id/action/lu-bhr-2-4-3")
    KindAndKey(kind='action', key='lu-bhr-2-4-3')
    >>> kind_and_key("http://e/id/x")
    KindAndKey(kind='', key='')
    """
    match = _THING.fullmatch(iri)
    return KindAndKey(match[1], match[2]) if match else KindAndKey("", "")


def is_ours(iri: str) -> bool:
    """Whether an IRI is one of pan2kg or of a project, and not the address somebody else has given."""
    return iri.startswith(ROOT) or bool(_THING.fullmatch(iri))


def link_iri(
    link_type: str,
    start: str,
    end: str,
    *,
    relation: str = "",
    scale: str = "",
    assessor: str = "",
    space: str = ROOT,
) -> str:
    """The IRI of a link: stable across rebuilds, since it is made from what the link says.

    The ends of a symmetric link (one without relation, scale and assessor whose type is shared-…)
    are sorted first, so that both directions give one IRI. The rules in ``queries/rules/`` compute
    the same value in SPARQL with ``SHA256``.

    >>> a, b = thing("action", "a"), thing("action", "b")
    >>> link_iri("shared-topic", a, b) == link_iri("shared-topic", b, a)
    True
    >>> link_iri("cross-reference", a, b) == link_iri("cross-reference", b, a)
    False
    """
    import hashlib

    if link_type.startswith("shared-"):
        start, end = sorted((start, end))
    text = f"{link_type}|{relation}|{start}|{end}|{scale}|{assessor}"
    return thing("link", hashlib.sha256(text.encode()).hexdigest()[:16], space)
