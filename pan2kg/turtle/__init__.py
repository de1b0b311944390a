"""Turtle as people edit it: tokens, blocks with file and line, and the writer in house style.

The vocabulary, :mod:`pan2kg.turtle.vocabulary`, has the names of namespaces and says which kind of
thing an address is of; the writer, :mod:`pan2kg.turtle.writer`, reads tokens and writes terms and
blocks; :mod:`pan2kg.turtle.blocks` reads files line by line, :mod:`pan2kg.turtle.edits` changes
single statements of them, and :mod:`pan2kg.turtle.link_keys` finds links with another key than
theirs.
"""

from pan2kg.turtle.vocabulary import (
    DCTERMS,
    ID,
    PAN,
    RDF,
    RDFS,
    ROOT,
    SH,
    SKOS,
    XSD,
    graph_of,
    key,
    kind_and_key,
    link_iri,
)
from pan2kg.turtle.writer import Block, TurtleLine, iri, read_prefixes, string, text, tokens

__all__ = [
    "DCTERMS",
    "ID",
    "PAN",
    "RDF",
    "RDFS",
    "ROOT",
    "SH",
    "SKOS",
    "XSD",
    "Block",
    "TurtleLine",
    "graph_of",
    "iri",
    "key",
    "kind_and_key",
    "link_iri",
    "read_prefixes",
    "string",
    "text",
    "tokens",
]
