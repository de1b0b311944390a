"""What a request to the endpoint asks for, the form its answer takes, and why there is none; in any process.

The operation is read as the SPARQL 1.1 Protocol has it (https://www.w3.org/TR/sparql11-protocol/), the form by the
Accept header (RFC 9110, 12.5.1); the description follows https://www.w3.org/TR/sparql11-service-description/. No web
framework is imported here: the processes that hold the graph need none.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from typing import Final, NamedTuple
from urllib.parse import parse_qsl

import pyoxigraph as ox

from pan2kg.i18n import catalogue, message
from pan2kg.turtle.vocabulary import XSD

QUERY: Final = "application/sparql-query"
UPDATE: Final = "application/sparql-update"
FORM: Final = "application/x-www-form-urlencoded"
METHODS: Final = "GET, HEAD, POST, OPTIONS"
FORMATS: Final = "http://www.w3.org/ns/formats/"
# so many elements of a header are looked at
ELEMENTS: Final = 64
_ABSOLUTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|\\^`]*")
_SEGMENT: Final = re.compile(r"[^/\\\x00-\x1f]+")


class RefusalError(Exception):
    def __init__(
        self, status: int, reason: message.Message, line: int | None = None, column: int | None = None, **headers: str
    ) -> None:
        super().__init__()  # without the sentence: a worker may open no file to find it
        self.status, self.message, self.line, self.column = status, reason, line, column
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    def __str__(self) -> str:
        return str(self.message)

    sentence = property(__str__)

    def body(self, accept: str = "", language: catalogue.Language = catalogue.SOURCE_LANGUAGE) -> tuple[str, bytes]:
        sentence = self.message.say(language)
        if "json" not in accept:
            return "text/plain; charset=utf-8", f"{sentence}\n".encode()
        problem = {"title": HTTPStatus(self.status).phrase, "status": self.status, "detail": sentence}
        place = {"line": self.line, "column": self.column} if self.line is not None else {}
        return "application/problem+json", json.dumps(problem | place, ensure_ascii=False).encode() + b"\n"

    def pack(self) -> bytes:
        return json.dumps([self.status, message.pack(self.message), self.line, self.column, self.headers]).encode()

    @classmethod
    def unpack(cls, packed: bytes) -> RefusalError:
        status, reason, line, column, headers = json.loads(packed)
        return cls(status, message.unpack(reason), line, column, **headers)


def why(key: str, /, **values: object) -> message.Message:
    return message.Message("server", key, values)


def busy(reason: message.Message, seconds: int = 5) -> RefusalError:
    return RefusalError(503, reason, retry_after=str(seconds))


class Form(NamedTuple):
    name: str
    media: tuple[str, ...]
    iri: str


# formats of solutions and booleans
TABLES: Final = (
    Form("json", ("application/sparql-results+json", "application/json"), FORMATS + "SPARQL_Results_JSON"),
    Form("xml", ("application/sparql-results+xml", "application/xml", "text/xml"), FORMATS + "SPARQL_Results_XML"),
    Form("csv", ("text/csv",), FORMATS + "SPARQL_Results_CSV"),
    Form("tsv", ("text/tab-separated-values",), FORMATS + "SPARQL_Results_TSV"),
)
# formats of graphs
GRAPHS: Final = (
    Form("turtle", ("text/turtle", "application/x-turtle"), FORMATS + "Turtle"),
    Form("ntriples", ("application/n-triples",), FORMATS + "N-Triples"),
    Form("rdfxml", ("application/rdf+xml", "application/xml", "text/xml"), FORMATS + "RDF_XML"),
    Form("jsonld", ("application/ld+json", "application/json"), FORMATS + "JSON-LD"),
    Form("trig", ("application/trig",), FORMATS + "TriG"),
    Form("nquads", ("application/n-quads",), FORMATS + "N-Quads"),
)


class Choice(NamedTuple):
    form: Form
    media: str

    @property
    def content_type(self) -> str:
        return f"{self.media}; charset=utf-8" if self.media.startswith("text/") else self.media


def read_accept(header: str) -> list[tuple[str, float, int]]:
    ranges = []
    for element in header.lower().split(",")[:ELEMENTS]:
        media, *parameters = (word.strip() for word in element.split(";"))
        kind, slash, subtype = media.partition("/")
        quality = _quality(parameters)
        if slash and kind and subtype and quality is not None and (kind != "*" or subtype == "*"):
            is_bound = any(word and not word.startswith("q=") for word in parameters)
            ranges.append((media, quality, 2 * ((kind != "*") + (subtype != "*")) + is_bound))
    return ranges


def _quality(parameters: list[str]) -> float | None:
    digits = next((word[2:].strip() for word in parameters if word.startswith("q=")), "1")
    plain = digits.replace(".", "", 1)
    if not (plain.isascii() and plain.isdigit()) or len(digits) > 5 or float(digits) > 1:
        return None
    return float(digits)


def quality_of(media: str, ranges: list[tuple[str, float, int]]) -> float:
    fitting = ("*/*", f"{media.partition('/')[0]}/*", media)
    return max(((narrow, quality) for name, quality, narrow in ranges if name in fitting), default=(0, 0.0))[1]


@lru_cache(maxsize=128)
def choose(accept: str, forms: tuple[Form, ...]) -> Choice | None:
    ranges = read_accept(accept) if accept.strip() else [("*/*", 1.0, 0)]
    best, highest = None, 0.0
    for form in forms:
        for media in form.media:
            quality = quality_of(media, ranges)
            if quality > highest:
                best, highest = Choice(form, media), quality
    return best


def prefers(accept: str, forms: tuple[Form, ...], *, strictly: bool = False) -> bool:
    """Whether a client names pages and would rather have one than data in these forms, as a browser does.

    >>> prefers("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", TABLES + GRAPHS)
    True
    >>> prefers("*/*", GRAPHS), prefers("text/turtle, text/html;q=0.5", GRAPHS)
    (False, False)
    """
    ranges = [media_range for media_range in read_accept(accept) if not media_range[0].startswith("*")]
    page = quality_of("text/html", ranges)
    data = max(quality_of(media, ranges) for form in forms for media in form.media)
    return page > data if strictly else page >= data and page > 0


@lru_cache(maxsize=128)
def preferred_language(header: str, languages: tuple[str, ...] = catalogue.LANGUAGES) -> str:
    """The language of the interface for an Accept-Language header; the first one where nothing fits.

    >>> preferred_language("de-CH, en;q=0.7"), preferred_language("lb, en;q=0.1, fr;q=0.5"), preferred_language("")
    ('de', 'fr', 'fr')
    """
    wanted = []
    for rank, element in enumerate(header.lower().split(",")[:ELEMENTS]):
        tag, *parameters = (word.strip() for word in element.split(";"))
        quality = _quality(parameters)
        if tag.partition("-")[0] in languages and quality:
            wanted.append((-quality, rank, tag.partition("-")[0]))
    return min(wanted)[2] if wanted else languages[0]


def is_absolute(iri: str) -> bool:
    return _ABSOLUTE.fullmatch(iri) is not None


def is_plain_path(path: str) -> bool:
    """Whether a path names something below the root: no empty, hidden or upward parts, nothing escaped.

    >>> is_plain_path("/fr/index.html"), is_plain_path("/../secret"), is_plain_path("/a//b"), is_plain_path("/.env")
    (True, False, False, False)
    """
    return all(_SEGMENT.fullmatch(step) and step[0] != "." for step in path.removeprefix("/").split("/"))


# a query, or empty what the service can do; and over which default and named graphs
Operation = tuple[str, tuple[str, ...], tuple[str, ...]]


def read_form(encoded: bytes) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    try:
        pairs = parse_qsl(encoded.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=2000)
    except UnicodeDecodeError:
        raise RefusalError(400, why("no-utf-8")) from None
    except ValueError:
        raise RefusalError(400, why("too-many-fields")) from None
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values


def read_media_type(header: str) -> tuple[str, str]:
    media, *parameters = (word.strip() for word in header.lower().split(";"))
    pairs = (word.partition("=") for word in parameters)
    return media, next((value.strip().strip('"') for name, _, value in pairs if name.strip() == "charset"), "")


def read_operation(method: str, address: bytes, media_type: str, body: bytes) -> Operation:
    parameters = read_form(address)
    if method == "POST":
        media, charset = read_media_type(media_type)
        if media not in (FORM, QUERY, UPDATE):
            raise RefusalError(415, why("post-media", form=FORM, query=QUERY), accept_post=f"{FORM}, {QUERY}")
        if charset not in ("", "utf-8", "utf8"):
            raise RefusalError(415, why("sparql-encoding", charset=charset))
        try:
            text = {} if media == FORM else {"query" if media == QUERY else "update": [body.decode("utf-8")]}
        except UnicodeDecodeError as error:
            raise RefusalError(400, why("body-encoding", byte=str(error.start + 1))) from None
        for name, values in (text or read_form(body)).items():
            parameters.setdefault(name, []).extend(values)
    if "update" in parameters:
        raise RefusalError(403, why("update-refused"))
    queries = parameters.get("query", [])
    if len(queries) > 1:
        raise RefusalError(400, why("send-one", number=str(len(queries))))
    if queries and (stray := next((name for name in parameters if name.startswith("using-")), "")):
        raise RefusalError(400, why("not-with-query", name=stray))
    default, named = (tuple(parameters.get(name, ())) for name in ("default-graph-uri", "named-graph-uri"))
    faulty = next((iri for iri in default + named if not is_absolute(iri)), None)
    if faulty is not None:
        raise RefusalError(400, why("no-absolute-iri", iri=faulty[:200]))
    return "".join(queries), default, named


PREFIXES: Final = {
    "sd": "http://www.w3.org/ns/sparql-service-description#", "void": "http://rdfs.org/ns/void#", "xsd": XSD
}  # fmt: skip
_PREFIXES: Final = "".join(f"@prefix {name}: <{space}> .\n" for name, space in PREFIXES.items())


def describe_endpoint(endpoint: str, counts: Mapping[str, int], *, union: bool = True) -> list[ox.Triple]:
    formats = "".join(f" ; sd:resultFormat <{form.iri}>" for form in (*TABLES, *GRAPHS))
    text = f"""{_PREFIXES}
        <#service> a sd:Service ; sd:endpoint <{endpoint}> ; sd:supportedLanguage sd:SPARQL11Query{formats}
            {"; sd:feature sd:UnionDefaultGraph" if union else ""} ; sd:defaultDataset <#dataset> .
        <#dataset> a sd:Dataset ; sd:defaultGraph <#default-graph> .
        <#default-graph> a sd:Graph ; void:triples {sum(counts.values()) if union else 0} ."""
    for number, (name, size) in enumerate(sorted(counts.items()), 1):
        text += f"""<#dataset> sd:namedGraph <#named-graph-{number}> .
        <#named-graph-{number}> a sd:NamedGraph ; sd:name {ox.NamedNode(name)} ; sd:graph <#graph-{number}> .
        <#graph-{number}> a sd:Graph ; void:triples {size} ."""
    return [quad.triple for quad in ox.parse(text, format=ox.RdfFormat.TURTLE, base_iri=endpoint)]


@dataclass
class ServedRelease:
    """The state of the data: the release that was loaded, and how often it changed since, as ``changes`` says.

    Where the data are somewhere else and nobody says when they change, they are taken to be the same for so many
    ``seconds``.
    """

    name: str
    changes: Callable[[], str] = str
    seconds: int = 0

    def __str__(self) -> str:
        return f"{self.name}+{int(time.time()) // self.seconds if self.seconds else self.changes()}"

    def tag(self, *words: str, state: str | None = None) -> str:
        # weak, as rows may come in any order
        name = str(self) if state is None else f"{self.name}+{state}"
        digest = hashlib.blake2b("\x1f".join((name, *words)).encode(), digest_size=12).hexdigest()
        return f'W/"{digest}"'
