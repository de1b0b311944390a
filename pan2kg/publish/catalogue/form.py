"""A description as Turtle, RDF/XML and JSON-LD: one graph, and French first in each of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Final

import pyoxigraph as ox

from pan2kg.publish.catalogue.terms import TYPE, Term
from pan2kg.turtle.vocabulary import XSD

FORMATS: Final = {"ttl": ox.RdfFormat.TURTLE, "rdf": ox.RdfFormat.RDF_XML}


def write(triples: Iterable[ox.Triple], ending: str, prefixes: Mapping[str, str]) -> bytes:
    """The triples in the order given, in the format of a file with this ending: ``ttl``, ``rdf`` or ``jsonld``.

    >>> triple = ox.Triple(ox.NamedNode("http://e/a"), ox.NamedNode("http://p/b"), ox.Literal("c", language="fr"))
    >>> print(write([triple], "jsonld", {"p": "http://p/"}).decode(), end="")
    {
     "@context": {"p": "http://p/"},
     "@graph": [
      {"@id": "http://e/a", "p:b": {"@language": "fr", "@value": "c"}}
     ]
    }
    """
    if ending == "jsonld":
        return _json(triples, prefixes)
    return (ox.serialize(triples, format=FORMATS[ending], prefixes=dict(prefixes)) or b"").rstrip() + b"\n"


def canonical(content: bytes, ending: str) -> str:
    """The RDFC-1.0 form of a serialisation: equal for equal graphs, whatever their blank nodes are called."""
    formats = {**FORMATS, "jsonld": ox.RdfFormat.JSON_LD, "nt": ox.RdfFormat.N_TRIPLES, "nq": ox.RdfFormat.N_QUADS}
    dataset = ox.Dataset(ox.parse(content, format=formats.get(ending, ox.RdfFormat.TRIG)))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return "".join(sorted(f"{quad} .\n" for quad in dataset))


def _json(triples: Iterable[ox.Triple], prefixes: Mapping[str, str]) -> bytes:
    nodes: dict[str, dict[str, object]] = {}
    for triple in triples:
        name = _reference(triple.subject)
        sheet = nodes.setdefault(name, {"@id": name})
        if triple.predicate == TYPE and isinstance(triple.object, ox.NamedNode):
            _add(sheet, "@type", _short(triple.object.value, prefixes))
        elif not isinstance(triple.object, ox.Triple):
            _add(sheet, _short(triple.predicate.value, prefixes), _value(triple.object, prefixes))
    context = json.dumps(dict(sorted(prefixes.items())), ensure_ascii=False)
    lines = ",\n  ".join(json.dumps(sheet, ensure_ascii=False) for sheet in nodes.values())
    return f'{{\n "@context": {context},\n "@graph": [\n  {lines}\n ]\n}}\n'.encode()


def _reference(term: ox.NamedNode | ox.BlankNode | ox.Triple) -> str:
    return term.value if isinstance(term, ox.NamedNode) else str(term)


def _short(iri: str, prefixes: Mapping[str, str]) -> str:
    for prefix, space in prefixes.items():
        if iri.startswith(space) and iri != space:
            return f"{prefix}:{iri[len(space) :]}"
    return iri


def _value(term: Term, prefixes: Mapping[str, str]) -> object:
    if not isinstance(term, ox.Literal):
        return {"@id": _reference(term)}
    if term.language:
        return {"@language": term.language, "@value": term.value}
    if term.datatype.value == XSD + "string":
        return term.value
    return {"@type": _short(term.datatype.value, prefixes), "@value": term.value}


def _add(sheet: dict[str, object], key: str, value: object) -> None:
    """One value as it is, several as a list: the shortest a reader of JSON-LD understands."""
    if key not in sheet:
        sheet[key] = value
        return
    known = sheet[key]
    sheet[key] = [*known, value] if isinstance(known, list) else [known, value]
