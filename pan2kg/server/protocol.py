"""What a SPARQL request asks for, what graphs it sends, and how the endpoint describes itself.

The operation is read from method, address, media type and body as the SPARQL 1.1 Protocol has it
(https://www.w3.org/TR/sparql11-protocol/); the graphs from the body or, for several, from the parts of a form; the
description follows SPARQL 1.1 Service Description (https://www.w3.org/TR/sparql11-service-description/). Everything
here is a function of its arguments.
"""

from __future__ import annotations

import re
from binascii import a2b_qp
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import HTTP
from typing import Final, Literal
from urllib.parse import parse_qsl, unquote_to_bytes

import pyoxigraph as ox

from pan2kg.server.evaluation import GRAPH_FORMATS, WRITTEN
from pan2kg.server.negotiation import GRAPHS, TABLES
from pan2kg.server.refusal import Refusal, why
from pan2kg.turtle.vocabulary import RDF, XSD

QUERY: Final = "application/sparql-query"
UPDATE: Final = "application/sparql-update"
FORM: Final = "application/x-www-form-urlencoded"
METHODS: Final = "GET, HEAD, POST, OPTIONS"

Parameters = dict[str, list[str]]

_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|\\^`]*")


@dataclass(frozen=True, slots=True)
class Operation:
    """What is asked: a query, an update, or what the service can do; and over which graphs.

    ``default`` and ``named`` are the protocol's graphs (for an update its ``using-`` graphs).
    """

    kind: Literal["query", "update", "description"]
    text: str = ""
    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()


def read_operation(method: str, address: bytes, media: str | None, body: bytes) -> Operation | Refusal:
    """The operation of a request to the endpoint: ``address`` is what follows the question mark.

    >>> read_operation("GET", b"query=ASK%20%7B%7D&default-graph-uri=http://e/g", None, b"")
    Operation(kind='query', text='ASK {}', default=('http://e/g',), named=())
    >>> read_operation("GET", b"update=CLEAR+ALL", None, b"").status
    400
    """
    if method not in ("GET", "HEAD", "POST"):
        return Refusal(405, why("ask-get-post", method=method), headers=(("allow", METHODS),))
    parameters = read_form(address, "address")
    if isinstance(parameters, Refusal):
        return parameters
    if method != "POST":
        if "update" in parameters:
            return Refusal(400, why("update-by-post"))
        return _operation(parameters)
    return _posted(parameters, media, body)


def _posted(parameters: Parameters, media: str | None, body: bytes) -> Operation | Refusal:
    kind, charset = read_media_type(media or "")
    if kind.startswith("multipart/"):
        return Refusal(415, why("form-with-parts"))
    if kind not in (FORM, QUERY, UPDATE):
        message = why("post-media", form=FORM, query=QUERY, update=UPDATE)
        return Refusal(415, message, headers=(("accept-post", f"{FORM}, {QUERY}, {UPDATE}"),))
    if charset not in ("", "utf-8", "utf8"):
        return Refusal(415, why("sparql-encoding", charset=charset))
    if kind == FORM:
        form = read_form(body, "form")
        if isinstance(form, Refusal):
            return form
        return _operation({name: parameters.get(name, []) + form.get(name, []) for name in {**parameters, **form}})
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        return Refusal(400, why("body-encoding", byte=str(error.start + 1)))
    name = "query" if kind == QUERY else "update"
    if "query" in parameters or "update" in parameters:
        return Refusal(400, why(f"{name}-in-body"))
    return _operation({**parameters, name: [text]})


def _operation(parameters: Parameters) -> Operation | Refusal:
    queries, updates = parameters.get("query", []), parameters.get("update", [])
    if len(queries) + len(updates) > 1:
        return Refusal(400, why("send-one", number=len(queries) + len(updates)))
    kind: Literal["query", "update", "description"] = "update" if updates else "query" if queries else "description"
    own, other = ("using-", "default-") if updates else ("", "using-")
    default = f"{own}graph-uri" if updates else "default-graph-uri"
    wrong = [name for name in parameters if name.endswith("graph-uri") and name.startswith(other)]
    wrong += ["named-graph-uri"] if updates and "named-graph-uri" in parameters else []
    if wrong and kind != "description":
        return Refusal(400, why("not-with-update" if updates else "not-with-query", name=wrong[0]))
    graphs = tuple(parameters.get(default, [])), tuple(parameters.get(f"{own}named-graph-uri", []))
    faulty = next((iri for iri in (*graphs[0], *graphs[1]) if not is_absolute(iri)), None)
    if faulty is not None:
        return Refusal(400, why("no-graph-iri", iri=faulty[:200]))
    return Operation(kind, (queries + updates + [""])[0], *graphs)


def is_absolute(iri: str) -> bool:
    """Whether a text is an absolute IRI.

    >>> is_absolute("http://e/g"), is_absolute("g"), is_absolute("http://e/ g")
    (True, False, False)
    """
    return _ABSOLUTE.fullmatch(iri) is not None


def read_form(encoded: bytes, what: Literal["address", "form"]) -> Parameters | Refusal:
    """The parameters of an address or of a form, each with all its values.

    >>> read_form(b"a=1&a=%C3%A9", "address")
    {'a': ['1', 'é']}
    >>> read_form(b"a=%E9", "address").sentence
    'The address is not UTF-8.'
    """
    found: Parameters = {}
    try:
        if encoded.startswith(b"query=") and b"&" not in encoded:  # what nearly all requests are
            return {"query": [_unquote(encoded[6:]).decode("utf-8")]}
        pairs = parse_qsl(encoded.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=2000)
    except UnicodeDecodeError:
        return Refusal(400, why(f"{what}-encoding"))
    except ValueError:
        return Refusal(400, why(f"{what}-fields"))
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def _unquote(encoded: bytes) -> bytes:
    """What was percent-encoded in a form.

    Quoted-printable differs by its mark alone, and its decoder takes a twentieth of the time. What it would read in
    another way, broken escapes and ends of lines, is left to the long way.

    >>> _unquote(b"a+b%20c=%C3%A9%2B100%")
    b'a b c=\\xc3\\xa9+100%'
    """
    plain = encoded.replace(b"+", b" ")
    found = a2b_qp(plain.replace(b"=", b"=3D").replace(b"%", b"="))
    is_whole = len(plain) - len(found) == 2 * plain.count(b"%") and b"\n" not in plain and b"\r" not in plain
    return found if is_whole else unquote_to_bytes(plain)


def read_media_type(header: str) -> tuple[str, str]:
    """Media type and charset of a Content-Type header, in lower case.

    >>> read_media_type('Application/SPARQL-Query; Charset="UTF-16"')
    ('application/sparql-query', 'utf-16')
    """
    media, *parameters = (part.strip() for part in header.lower().split(";"))
    given = (part.partition("=") for part in parameters)
    charset = next((value.strip().strip('"') for name, _, value in given if name.strip() == "charset"), "")
    return media, charset


SD: Final = "http://www.w3.org/ns/sparql-service-description#"
VOID: Final = "http://rdfs.org/ns/void#"
PREFIXES: Final = {"sd": SD, "void": VOID, "xsd": XSD}


def describe(
    endpoint: str, counts: Mapping[str, int], *, union: bool = True, writable: bool = False
) -> list[ox.Triple]:
    """The description of an endpoint over graphs of so many triples.

    >>> triples = describe("http://e/sparql", {"http://e/g": 3})
    >>> str(triples[1])
    '<http://e/sparql#service> <http://www.w3.org/ns/sparql-service-description#endpoint> <http://e/sparql>'
    """
    service, dataset, default = (ox.NamedNode(f"{endpoint}#{part}") for part in ("service", "dataset", "default-graph"))
    features = ["UnionDefaultGraph"] if union else []
    languages = ["SPARQL11Query", *(["SPARQL11Update"] if writable else [])]
    size = ox.Literal(str(sum(counts.values()) if union else 0), datatype=ox.NamedNode(XSD + "integer"))
    return [
        ox.Triple(service, ox.NamedNode(RDF + "type"), _sd("Service")),
        ox.Triple(service, _sd("endpoint"), ox.NamedNode(endpoint)),
        *(ox.Triple(service, _sd("supportedLanguage"), _sd(language)) for language in languages),
        *(ox.Triple(service, _sd("feature"), _sd(feature)) for feature in features),
        *(ox.Triple(service, _sd("resultFormat"), ox.NamedNode(form.iri)) for form in (*TABLES, *GRAPHS)),
        *(ox.Triple(service, _sd("inputFormat"), ox.NamedNode(form.iri)) for form in GRAPHS[:4] if writable),
        ox.Triple(service, _sd("defaultDataset"), dataset),
        ox.Triple(dataset, ox.NamedNode(RDF + "type"), _sd("Dataset")),
        ox.Triple(dataset, _sd("defaultGraph"), default),
        ox.Triple(default, ox.NamedNode(RDF + "type"), _sd("Graph")),
        ox.Triple(default, ox.NamedNode(VOID + "triples"), size),
        *_named(endpoint, dataset, counts),
    ]


def _named(endpoint: str, dataset: ox.NamedNode, counts: Mapping[str, int]) -> Iterator[ox.Triple]:
    for number, (name, size) in enumerate(sorted(counts.items()), 1):
        entry, graph = ox.NamedNode(f"{endpoint}#named-graph-{number}"), ox.NamedNode(f"{endpoint}#graph-{number}")
        yield ox.Triple(dataset, _sd("namedGraph"), entry)
        yield ox.Triple(entry, ox.NamedNode(RDF + "type"), _sd("NamedGraph"))
        yield ox.Triple(entry, _sd("name"), ox.NamedNode(name))
        yield ox.Triple(entry, _sd("graph"), graph)
        yield ox.Triple(graph, ox.NamedNode(RDF + "type"), _sd("Graph"))
        count = ox.Literal(str(size), datatype=ox.NamedNode(XSD + "integer"))
        yield ox.Triple(graph, ox.NamedNode(VOID + "triples"), count)


def _sd(word: str) -> ox.NamedNode:
    return ox.NamedNode(SD + word)


def read_counts(rows: bytes) -> dict[str, int]:
    """The counts from the CSV answer to ``graphs/sizes``.

    >>> read_counts(b"graph,triples\\r\\nhttp://e/g,3\\r\\n")
    {'http://e/g': 3}
    """
    lines: Iterable[str] = rows.decode().splitlines()[1:]
    pairs = (line.rpartition(",") for line in lines)
    return {name.strip('"'): int(count) for name, _, count in pairs if ":" in name}


_NAMES = {form: name for name, form in GRAPH_FORMATS.items() if name in WRITTEN}

Parts = list[tuple[str, str]]


def read_parts(header: str, body: bytes) -> Parts | Refusal:
    """The format and the text of each graph that is sent.

    >>> read_parts("text/turtle; charset=utf-8", b"<a> <b> <c> .")
    [('turtle', '<a> <b> <c> .')]
    >>> read_parts("text/plain", b"").status
    415
    """
    media, charset = read_media_type(header)
    if media != "multipart/form-data":
        part = _read(media, charset, body)
        return part if isinstance(part, Refusal) else [part]
    message = message_from_bytes(b"content-type: " + header.encode() + b"\r\n\r\n" + body, policy=HTTP)
    if not message.is_multipart():
        return Refusal(400, why("form-no-parts"))
    parts: Parts = []
    for one in message.iter_parts():
        content = one.get_payload(decode=True)
        media, charset = read_media_type(str(one.get("content-type", "")))
        read = _read(media or _by_name(one.get_filename()), charset, content if isinstance(content, bytes) else b"")
        if isinstance(read, Refusal):
            return read
        parts.append(read)
    return parts


def _by_name(name: str | None) -> str:
    form = ox.RdfFormat.from_extension((name or "").rpartition(".")[2])
    return form.media_type if form else ""


def _read(media: str, charset: str, body: bytes) -> tuple[str, str] | Refusal:
    known = ox.RdfFormat.from_media_type(media) if media != "text/plain" else None
    form = _NAMES.get(known) if known else None
    if form is None:
        return Refusal(415, why("graph-media"))
    if charset not in ("", "utf-8", "utf8"):
        return Refusal(415, why("graph-charset", charset=charset))
    try:
        return form, body.decode("utf-8")
    except UnicodeDecodeError as error:
        return Refusal(400, why("graph-encoding", byte=str(error.start + 1)))
