"""Things as compact Turtle and JSON-LD, written from the text of their statements.

An engine would write every name of a thing in full, and break a thing up where its statements come
from several places.
"""

import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from pan2kg.publish.ntriples import StatementRow, value_of
from pan2kg.publish.vocabulary import TYPE
from pan2kg.turtle import XSD

_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_KEY = re.compile(r"\w[\w.~/-]*", re.ASCII)
_LOCAL = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*", re.ASCII)
_NUMBER = {
    XSD + "integer": re.compile(r"[+-]?\d+"),
    XSD + "decimal": re.compile(r"[+-]?\d*\.\d+"),
    XSD + "boolean": re.compile("true|false"),
}
"""The values that Turtle writes as they are."""
_MIXED = "+"
"""What the values of a property are that are of several kinds."""


class CompactName(NamedTuple):
    """What an IRI is called in Turtle, and in JSON-LD."""

    turtle: str
    json: str


class CompactWriter:
    """Writes things in their order, each once: by key below the base, else by a prefix; our own terms by name."""

    def __init__(self, prefixes: Mapping[str, str], base: str = "") -> None:
        self.prefixes = prefixes
        self.base = base
        self.space = prefixes.get("pan", "")
        self.spaces = {space: name for name, space in prefixes.items()}
        self.used = set[str]()
        self.short = cache(self._short)
        self.term = cache(self._term)
        # other kinds of things are named beside these
        self.parent = base[: base.find("/id/") + len("/id/")] if "/id/" in base else "\0"

    def _short(self, iri: str) -> CompactName:
        key = iri[len(self.base) :] if self.base and iri.startswith(self.base) else ""
        if _KEY.fullmatch(key):
            return CompactName(f"<{key}>", key)
        start = max(iri.rfind("/"), iri.rfind("#")) + 1
        prefix = self.spaces.get(iri[:start])
        if not prefix or not _LOCAL.fullmatch(iri, start):
            return CompactName(f"<{iri}>", iri)
        self.used.add(prefix)
        name = f"{prefix}:{iri[start:]}"
        return CompactName(name, name)

    def _term(self, iri: str) -> CompactName:
        """What a property or a class is called."""
        if iri == TYPE.value:
            return CompactName("a", "@type")
        name = iri.removeprefix(self.space) if self.space else iri
        if name == iri or not _LOCAL.fullmatch(name):
            return self.short(iri)
        # what is called as a prefix would be taken for that
        return CompactName(f":{name}", self.short(iri).json if name in self.prefixes else name)

    def turtle(self, rows: Iterable[StatementRow]) -> bytes:
        """Rows as Turtle, each thing once, in the order in which they are first spoken of."""
        things = dict[str, dict[str, list[str]]]()
        for subject, predicate, term in rows:
            properties = things.setdefault(self.short(subject).turtle, {})
            values = properties.setdefault(self.term(predicate).turtle, [])
            values.append(self._turtle_value(predicate, term))
        body = []
        for name, properties in things.items():
            # what a rule made is told in a line
            between = "; " if ":derivedBy" in properties else ";\n "
            statements = (
                f"{predicate} {','.join(values)}" for predicate, values in properties.items()
            )
            body.append(f"{name} {between.join(statements)} .\n")
        head = [f"@base <{self.base}> .\n"] if self.base else []
        if self.space:
            head.append(f"@prefix : <{self.space}> .\n")
        spaces = [(name, self.prefixes[name].replace(self.parent, "../")) for name in self.used]
        head += [f"@prefix {name}: <{space}> .\n" for name, space in sorted(spaces) if space]
        return "".join([*head, *body]).encode()

    def _turtle_value(self, predicate: str, term: str) -> str:
        if term[0] == "<":
            shorten = self.term if predicate == TYPE.value else self.short
            return shorten(term[1:-1]).turtle
        if term[-1] != ">":
            return term
        quoted, _, sign = term.rpartition('"')
        datatype = sign[3:-1]
        if datatype in _NUMBER and _NUMBER[datatype].fullmatch(quoted, 1):
            return quoted[1:]
        return f'{quoted}"^^{self.short(datatype).turtle}'

    def jsonld(self, rows: Sequence[StatementRow], things: Collection[str]) -> bytes:
        """The rows as JSON-LD, of which what points to the ``things`` stands with them.

        The context says what the values of a property are where all are of one kind: then they
        stand as they are. Links that rules made stand with their type.
        """
        coercions = _coercions(rows)
        nodes = dict[str, Any]()
        for row in rows:
            self._add_to_node(nodes, row, things, coercions[row.predicate])
        context = self._context(coercions)
        links = defaultdict(list)
        lines = []
        for name, node in nodes.items():
            if "derivedBy" in node and "linkType" in node:
                link_type = node.pop("linkType")
                links[link_type].append(_JSON.encode({"@id": name, **node}))
            else:
                lines.append(_JSON.encode({"@id": name, **node}))
        for name, listed in sorted(links.items()):
            joined = ",\n   ".join(listed)
            lines.append(f'{{"@id":"{name}","@reverse":{{"linkType":[\n   {joined}\n  ]}}}}')
        graph = ",\n  ".join(lines)
        head = _JSON.encode(context)
        return f'{{\n "@context": {head},\n "@graph": [\n  {graph}\n ]\n}}\n'.encode()

    def _add_to_node(
        self, nodes: dict[str, Any], row: StatementRow, things: Collection[str], coercion: str
    ) -> None:
        """Add a statement to the node of its subject, or of what it points to where that alone is told."""
        name = self.term(row.predicate).json
        target = row.term[1:-1] if row.term[0] == "<" else ""
        if target in things and row.subject not in things:
            node = nodes.setdefault(self.short(target).json, {})
            _append(
                node.setdefault("@reverse", {}), name, self._address(row.subject, name, coercion)
            )
            return
        node = nodes.setdefault(self.short(row.subject).json, {})
        if target:
            _append(node, name, self._address(target, name, coercion))
        elif coercion == "@language":
            text, language, _ = value_of(row.term)
            _append(node.setdefault(name, {}), language, text)
        else:
            _append(node, name, self._literal(row.term, coercion))

    def _address(self, iri: str, name: str, coercion: str) -> object:
        address = (self.term if name == "@type" else self.short)(iri).json
        return address if coercion == "@id" else {"@id": address}

    def _literal(self, term: str, coercion: str) -> object:
        text, language, datatype = value_of(term)
        if coercion == _MIXED and language:
            return {"@language": language, "@value": text}
        if coercion == _MIXED and datatype:
            return {"@type": self.short(datatype).json, "@value": text}
        return text

    def _context(self, coercions: Mapping[str, str]) -> dict[str, object]:
        coerced = {}
        for predicate, coercion in sorted(coercions.items()):
            if coercion in (_MIXED, "") or predicate == TYPE.value:
                continue
            name = self.term(predicate).json
            if coercion == "@language":
                coerced[name] = {"@container": "@language"}
            elif coercion == "@id":
                coerced[name] = {"@type": "@id"}
            else:
                coerced[name] = {"@type": self.short(coercion).json}
        context: dict[str, object] = {"@base": self.base, "@vocab": self.space}
        if self.base.startswith(self.parent):
            context["id"] = self.parent
        # the prefixes used above too
        for name in sorted(self.used):
            context[name] = self.prefixes[name].replace(self.parent, "id:")
        return context | coerced


def _append(node: dict[str, Any], name: str, value: object) -> None:
    """Add a value to a node of JSON-LD: one stands as it is, several in a list."""
    if name not in node:
        node[name] = value
    elif isinstance(node[name], list):
        node[name].append(value)
    else:
        node[name] = [node[name], value]


def _coercions(rows: Iterable[StatementRow]) -> dict[str, str]:
    """What the values of each property are, as JSON-LD has it.

    "@id" of IRIs, "@language" of texts with a language, a datatype, empty of plain texts, or
    ``_MIXED``.
    """
    kinds = dict[str, str]()
    for _, predicate, term in rows:
        if term[0] == "<":
            kind = "@id"
        else:
            _, language, kind = value_of(term)
            if language:
                kind = "@language"
        if kinds.setdefault(predicate, kind) != kind:
            kinds[predicate] = _MIXED
    return kinds
