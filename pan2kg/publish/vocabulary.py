"""The vocabularies of a release, how triples are written in their order, and the code lists a catalogue refers to.

French stands first wherever a value is given in several languages: the portal's software takes the
first literal for the title, whatever its language. Every concept of a code list is given its type,
label and scheme in the catalogue itself, since the DCAT-AP shapes look for them in the file they
validate and fetch nothing.
"""

import json
import re
import tomllib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from pan2kg.i18n.catalogue import Messages, Text
from pan2kg.templates import markup, render
from pan2kg.turtle import DCTERMS, RDF, RDFS, SKOS, XSD, countries as codes

ADMS: Final = "http://www.w3.org/ns/adms#"
DCAT: Final = "http://www.w3.org/ns/dcat#"
DCATAP: Final = "http://data.europa.eu/r5r/"
FOAF: Final = "http://xmlns.com/foaf/0.1/"
GEO: Final = "http://www.opengis.net/ont/geosparql#"
MEDIA: Final = "https://www.iana.org/assignments/media-types/"
OWL: Final = "http://www.w3.org/2002/07/owl#"
SCHEMA: Final = "https://schema.org/"
SD: Final = "http://www.w3.org/ns/sparql-service-description#"
SH: Final = "http://www.w3.org/ns/shacl#"
SPDX: Final = "http://spdx.org/rdf/terms#"
VCARD: Final = "http://www.w3.org/2006/vcard/ns#"
VOID: Final = "http://rdfs.org/ns/void#"

PREFIXES: Final[Mapping[str, str]] = {
    "adms": ADMS,
    "dcat": DCAT,
    "dcatap": DCATAP,
    "dcterms": DCTERMS,
    "foaf": FOAF,
    "geo": GEO,
    "owl": OWL,
    "rdf": RDF,
    "rdfs": RDFS,
    "skos": SKOS,
    "spdx": SPDX,
    "vcard": VCARD,
    "xsd": XSD,
}
"""The prefixes of the catalogue's own serialisations."""

TYPE: Final = ox.NamedNode(RDF + "type")
RELEASE: Final = Messages("release")
"""What a release says of itself."""
RELEASED: Final = tuple(RELEASE.text("page").by_language())
"""The languages in which a release speaks of itself: those whose catalogue has these messages, the first one first."""
FORMATS: Final = {
    "ttl": ox.RdfFormat.TURTLE,
    "rdf": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
    "nt": ox.RdfFormat.N_TRIPLES,
    "nq": ox.RdfFormat.N_QUADS,
}
"""How a file is written and read, by its ending."""

Term = ox.NamedNode | ox.BlankNode | ox.Literal


node: Final = ox.NamedNode


def literals(text: Text) -> list[ox.Literal]:
    """A text of ours as literals, in the order of its languages."""
    return [ox.Literal(words, language=language) for language, words in text.by_language().items()]


def filled(
    template: str, prefixes: Mapping[str, str], values: Mapping[str, object]
) -> list[ox.Triple]:
    """The statements of a template of Turtle, in its order and each once.

    In it ``p("dcterms:title", terms)`` writes a property with its values, which is nothing where there
    is none, ``iri(text)`` an address, ``text(words)`` a text, ``typed(value, "date")`` a typed value,
    and ``said(key)`` the words of a message in every language.
    """

    def p(name: str, terms: object) -> str:
        several = terms if isinstance(terms, Sequence) and not isinstance(terms, str) else [terms]
        return markup(f"{name} {', '.join(map(str, several))} ;" if several else "")

    head = "".join(f"@prefix {name}: <{space}> .\n" for name, space in prefixes.items())
    body = render(
        template,
        {
            "p": p,
            "iri": lambda address: markup(str(node(address))),
            "text": lambda words: markup(str(ox.Literal(words))),
            "typed": lambda value, kind: markup(
                str(ox.Literal(str(value), datatype=node(XSD + kind)))
            ),
            "said": lambda key: literals(RELEASE.text(key)),
            "dcterms": DCTERMS,
            **values,
        },
    )
    return list(
        dict.fromkeys(quad.triple for quad in ox.parse(head + body, format=ox.RdfFormat.TURTLE))
    )


def write(triples: Iterable[ox.Triple], ending: str, prefixes: Mapping[str, str]) -> bytes:
    r"""Statements in the form of an ending.

    >>> write([ox.Triple(node("http://e/a"), TYPE, node("http://e/B"))], "nt", {})[-15:]
    b'<http://e/B> .\n'
    """
    return (
        ox.serialize(triples, format=FORMATS[ending], prefixes=dict(prefixes)) or b""
    ).rstrip() + b"\n"


_JSON: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_KEY: Final = re.compile(r"\w[\w.~/-]*", re.ASCII)
_LOCAL: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*", re.ASCII)
_NUMBER: Final = {
    XSD + "integer": re.compile(r"[+-]?\d+"),
    XSD + "decimal": re.compile(r"[+-]?\d*\.\d+"),
    XSD + "boolean": re.compile("true|false"),
}
"""The values that Turtle writes as they are."""
StatementRow = tuple[str, str, str]
"""A subject, a predicate, and what is said of it by that: an IRI or a literal, as N-Triples has it."""
Stated = tuple[str, str, str]
"""A predicate, what is said by it, as N-Triples has it, and the graph that says it."""


def things_in(
    lines: Iterable[str], named: Callable[[str], str] = str
) -> Iterator[tuple[str, list[Stated]]]:
    r"""The things of sorted N-Quads without blank nodes, each with its statements.

    Predicates are as they are ``named``; those without a name are left out. Terms are cut out of lines,
    which takes a quarter of the time in which the engine makes each.

    >>> list(things_in(['<http://e/a> <http://e/p> "b"@en <http://e/g> .\n']))
    [('http://e/a', [('http://e/p', '"b"@en', 'http://e/g')])]
    """
    plain = cache(lambda raw: named(raw[1:-1]))
    graph_of = cache(lambda raw: raw[2:-4])
    subject = ""
    statements = list[Stated]()
    terms = dict[str, str]()
    for line in lines:
        name, raw, rest = line.split(" ", 2)
        if name != subject:
            if subject:
                yield subject[1:-1], statements
            subject = name
            statements = []
        if (predicate := plain(raw)) and not rest.startswith("<<"):
            end = rest.rindex(" <")
            term = rest[:end]
            # what is named again and again is held once
            statements.append((predicate, terms.setdefault(term, term), graph_of(rest[end:])))
    if subject:
        yield subject[1:-1], statements


def value_of(term: str) -> tuple[str, str, str]:
    """The text of a term of N-Triples, its language and its datatype.

    >>> value_of('"Plan"@fr'), value_of("<http://e/a>")
    (('Plan', 'fr', ''), ('http://e/a', '', ''))
    """
    if term[0] == "<":
        return term[1:-1], "", ""
    quoted, _, sign = term.rpartition('"')
    text = json.loads(f'{quoted}"') if "\\" in quoted else quoted[1:]
    return (
        text,
        sign[1:] if sign.startswith("@") else "",
        sign[3:-1] if sign.startswith("^") else "",
    )


class CompactWriter:
    """Writes things in their order, each once: by key below the base, else by a prefix; our own terms by name."""

    def __init__(self, prefixes: Mapping[str, str], base: str = "") -> None:
        self.prefixes = prefixes
        self.base = base
        self.space = prefixes.get("pan", "")
        self.spaces = {space: name for name, space in prefixes.items()}
        self.used = set[str]()
        self.short, self.term = cache(self._short), cache(self._term)
        # other kinds of things are named beside these
        self.parent = base[: base.find("/id/") + len("/id/")] if "/id/" in base else "\0"

    def _short(self, iri: str) -> tuple[str, str]:
        key = iri[len(self.base) :] if self.base and iri.startswith(self.base) else ""
        if _KEY.fullmatch(key):
            return f"<{key}>", key
        start = max(iri.rfind("/"), iri.rfind("#")) + 1
        prefix = self.spaces.get(iri[:start])
        if not prefix or not _LOCAL.fullmatch(iri, start):
            return f"<{iri}>", iri
        self.used.add(prefix)
        return (f"{prefix}:{iri[start:]}",) * 2

    def _term(self, iri: str) -> tuple[str, str]:
        if iri == TYPE.value:
            return "a", "@type"
        name = iri.removeprefix(self.space) if self.space else iri
        if name == iri or not _LOCAL.fullmatch(name):
            return self.short(iri)
        # what is called as a prefix would be taken for that
        return f":{name}", self.short(iri)[1] if name in self.prefixes else name

    def turtle(self, rows: Iterable[StatementRow]) -> bytes:
        """Rows that follow each other by subject as Turtle, each thing once."""
        things = dict[str, dict[str, list[str]]]()
        before = ""
        properties = dict[str, list[str]]()
        for subject, predicate, term in rows:
            if subject != before:
                before = subject
                properties = things.setdefault(self.short(subject)[0], {})
            if term[0] == "<":
                text = (self.term if predicate == TYPE.value else self.short)(term[1:-1])[0]
            elif term[-1] != ">":
                text = term
            else:
                quoted, _, sign = term.rpartition('"')
                kind = sign[3:-1]
                value = quoted[1:]
                is_number = kind in _NUMBER and _NUMBER[kind].fullmatch(value)
                text = value if is_number else f'{quoted}"^^{self.short(kind)[0]}'
            properties.setdefault(self.term(predicate)[0], []).append(text)
        body = list[str]()
        for name, properties in things.items():
            # what a rule made is told in a line
            between = "; " if ":derivedBy" in properties else ";\n "
            statements = (
                f"{predicate} {','.join(values)}" for predicate, values in properties.items()
            )
            body.append(f"{name} {between.join(statements)} .\n")
        named = sorted(
            (name, self.prefixes[name].replace(self.parent, "../")) for name in self.used
        )
        head = [f"@base <{self.base}> .\n"] if self.base else []
        head += [
            f"@prefix {name}: <{space}> .\n" for name, space in [("", self.space), *named] if space
        ]
        return "".join([*head, *body]).encode()

    def jsonld(self, rows: Sequence[StatementRow], things: Collection[str]) -> bytes:
        """The rows as JSON-LD, of which what points to the ``things`` stands with them.

        The context says what the values of a property are where all are of one kind: then they
        stand as they are. Links that rules made stand with their type.
        """
        coercions = _coercions(rows)
        nodes = dict[str, Any]()
        for row in rows:
            self._add_to_node(nodes, row, things, coercions[row[1]])
        context = self._context(coercions)
        links = defaultdict[str, list[str]](list)
        lines = list[str]()
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
        subject, predicate, term = row
        name = self.term(predicate)[1]
        target = term[1:-1] if term[0] == "<" else ""
        is_reverse = target in things and subject not in things
        node = nodes.setdefault(self.short(target if is_reverse else subject)[1], {})
        if is_reverse:
            node = node.setdefault("@reverse", {})
        value: object
        if target:
            shorten = self.term if name == "@type" else self.short
            address = shorten(subject if is_reverse else target)[1]
            value = address if coercion == "@id" else {"@id": address}
        else:
            text, language, datatype = value_of(term)
            value = text
            if coercion == "@language":
                node = node.setdefault(name, {})
                name = language
            elif coercion == _MIXED and language:
                value = {"@language": language, "@value": text}
            elif coercion == _MIXED and datatype:
                value = {"@type": self.short(datatype)[1], "@value": text}
        # one value as it is, several as a list
        if name not in node:
            node[name] = value
        elif isinstance(node[name], list):
            node[name].append(value)
        else:
            node[name] = [node[name], value]

    def _context(self, coercions: Mapping[str, str]) -> dict[str, object]:
        coerced = dict[str, object]()
        for predicate, coercion in sorted(coercions.items()):
            if coercion in (_MIXED, "") or predicate == TYPE.value:
                continue
            name = self.term(predicate)[1]
            if coercion == "@language":
                coerced[name] = {"@container": "@language"}
            elif coercion == "@id":
                coerced[name] = {"@type": "@id"}
            else:
                coerced[name] = {"@type": self.short(coercion[3:-1])[1]}
        context: dict[str, object] = {"@base": self.base, "@vocab": self.space}
        if self.base.startswith(self.parent):
            context["id"] = self.parent
        # those used by what stands above too
        for name in sorted(self.used):
            context[name] = self.prefixes[name].replace(self.parent, "id:")
        return context | coerced


_MIXED: Final = "+"
"""What the values of a property are that are of several kinds."""


def _coercions(rows: Iterable[StatementRow]) -> dict[str, str]:
    """What the values of each property are: IRIs, texts with a language, of a datatype, plain, or of several kinds."""
    kinds = dict[str, str]()
    for _, predicate, term in rows:
        if term[0] == "<":
            kind = "@id"
        else:
            kind = term[term.rindex('"') + 1 :]
            if kind.startswith("@"):
                kind = "@language"
        if kinds.setdefault(predicate, kind) != kind:
            kinds[predicate] = _MIXED
    return kinds


def table_of(name: str) -> dict[str, dict[str, str]]:
    """The rows of a TOML file beside this module."""
    rows: dict[str, dict[str, str]] = tomllib.loads(
        Path(__file__).with_name(f"{name}.toml").read_text("utf-8")
    )
    return rows


OFFERED_FORMS: Final = table_of("form")
"""Each format by the ending of its files: its media type, its EU file type, and what it is called."""


Scheme = tuple[str, str, Text, str, Mapping[str, Text]]
"""A code list: its address, its class, what it is called, what its concepts begin with, and their names by key."""


@cache
def schemes() -> Mapping[str, Scheme]:
    """The code lists a catalogue refers to, by name; those of countries and languages from what is known of these."""
    coded_by_list: list[codes.Country | codes.Tongue] = [
        *codes.countries().values(),
        *codes.tongues().values(),
    ]
    schemes: dict[str, Scheme] = {}
    for name, row in table_of("authority").items():
        listed = row.get("concept")
        concepts = dict(listed) if isinstance(listed, dict) else {}
        for coded in coded_by_list:
            if coded.iri.startswith(f"{row['iri']}/"):
                concepts[coded.authority] = {tag: coded.names.say(tag) for tag in ("fr", "en")}
        texts = {key: Text.of(words) for key, words in concepts.items()}
        names = Text.of({tag: str(words) for tag, words in row.items()})
        at = row.get("concepts_at") or f"{row['iri']}/"
        schemes[name] = row["iri"], row["class"], names, at, texts
    return schemes


def concept(scheme: str, key: str) -> ox.NamedNode:
    """The IRI of a concept of a code list."""
    return node(schemes()[scheme][3] + key)


def explained(
    terms: Iterable[ox.NamedNode], labels: Mapping[str, Sequence[ox.Literal]]
) -> Iterator[ox.Triple]:
    """Type, label and scheme of every concept among these terms, and the box of a place."""
    places = {place.iri: place for place in codes.countries().values()}
    for term in terms:
        if term.value.startswith(MEDIA):
            yield ox.Triple(term, TYPE, node(DCTERMS + "MediaType"))
            yield ox.Triple(term, node(RDFS + "label"), ox.Literal(term.value.removeprefix(MEDIA)))
            continue
        fits = (
            row
            for row in schemes().values()
            if term.value.startswith(row[3]) and term.value != row[0]
        )
        if not (scheme := next(fits, None)):
            continue
        iri, scheme_kind, titles, start, concepts = scheme
        key = term.value.removeprefix(start)
        names = literals(concepts[key]) if key in concepts else labels.get(term.value, ())
        for kind in sorted({SKOS + "Concept", scheme_kind}):
            yield ox.Triple(term, TYPE, node(kind))
        for predicate in (SKOS + "prefLabel", RDFS + "label"):
            yield from (ox.Triple(term, node(predicate), name) for name in names)
        yield ox.Triple(term, node(SKOS + "inScheme"), node(iri))
        place = places.get(term.value)
        for predicate, wkt in (("bbox", place.box), ("centroid", place.centre)) if place else ():
            if wkt:
                yield ox.Triple(
                    term, node(DCAT + predicate), ox.Literal(wkt, datatype=node(GEO + "wktLiteral"))
                )
        yield ox.Triple(node(iri), TYPE, node(SKOS + "ConceptScheme"))
        for title in literals(titles):
            yield ox.Triple(node(iri), node(DCTERMS + "title"), title)
