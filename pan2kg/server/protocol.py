"""What a request to the endpoint asks for, the form its answer takes, and why there is none.

The operation is read as the SPARQL 1.1 Protocol has it (https://www.w3.org/TR/sparql11-protocol/),
the form by the Accept header (RFC 9110, 12.5.1); the description follows
https://www.w3.org/TR/sparql11-service-description/. No web framework is imported here: the
processes that hold the graph need none, and refuse with the same :class:`RefusalError`.
"""

import hashlib
import json
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import parse_qs

import pyoxigraph as ox

from pan2kg.i18n import LANGUAGES, SOURCE_LANGUAGE, Language, Message
from pan2kg.i18n.message import pack_message, unpack_message
from pan2kg.turtle import XSD

QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"
FORM = "application/x-www-form-urlencoded"
METHODS = "GET, HEAD, POST, OPTIONS"
READS = "GET, HEAD, OPTIONS"
# so many elements of a header are looked at
ELEMENTS = 64
# so many fields a form may have
FIELDS = 2000
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|\\^`]*")
_SEGMENT = re.compile(r"[^/\\\x00-\x1f]+")


class RefusalError(Exception):
    """Why there is no answer: a status of HTTP, a sentence, where it can be told a place in the query, and headers.

    The sentence is a message, or the key of one of the service's with its ``values``.
    """

    def __init__(
        self,
        status: int,
        reason: str | Message,
        /,
        *,
        line: int | None = None,
        column: int | None = None,
        headers: Mapping[str, str] = MappingProxyType({}),
        **values: object,
    ) -> None:
        super().__init__()  # without the sentence: a worker may open no file to find it
        self.status = status
        self.message = why(reason, **values) if isinstance(reason, str) else reason
        self.line = line
        self.column = column
        self.headers = dict(headers)

    def __str__(self) -> str:
        return str(self.message)

    sentence = property(__str__)

    def body(self, accept: str = "", language: Language = SOURCE_LANGUAGE) -> tuple[str, bytes]:
        """The media type and the bytes that tell it: JSON (RFC 9457) for who takes that, else a sentence."""
        sentence = self.message.say(language)
        if "json" not in accept:
            return "text/plain; charset=utf-8", f"{sentence}\n".encode()
        problem: dict[str, object] = {
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": sentence,
        }
        if self.line is not None:
            problem |= {"line": self.line, "column": self.column}
        return "application/problem+json", f"{json.dumps(problem, ensure_ascii=False)}\n".encode()

    def pack(self) -> bytes:
        """This refusal as bytes, to be sent from one process to another."""
        sentence = pack_message(self.message)
        return json.dumps([self.status, sentence, self.line, self.column, self.headers]).encode()

    @classmethod
    def unpack(cls, packed: bytes) -> "RefusalError":
        """The refusal that was packed as these bytes."""
        status, sentence, line, column, headers = json.loads(packed)
        return cls(status, unpack_message(sentence), line=line, column=column, headers=headers)


def why(key: str, /, **values: object) -> Message:
    """A sentence of the service's, to be said in the reader's language."""
    return Message("server", key, values)


def busy(reason: str | Message, seconds: int = 5, /, **values: object) -> RefusalError:
    """A refusal for now (503): it may be asked again after so many seconds."""
    sentence = why(reason, **values) if isinstance(reason, str) else reason
    return RefusalError(503, sentence, headers={"retry-after": str(seconds)})


class Form(NamedTuple):
    """A form an answer comes in, with its media types, the best known first."""

    name: str
    media: tuple[str, ...]


# formats of solutions and booleans
TABLES = (
    Form("json", ("application/sparql-results+json", "application/json")),
    Form("xml", ("application/sparql-results+xml", "application/xml", "text/xml")),
    Form("csv", ("text/csv",)),
    Form("tsv", ("text/tab-separated-values",)),
)
# formats of graphs
GRAPHS = (
    Form("turtle", ("text/turtle", "application/x-turtle")),
    Form("ntriples", ("application/n-triples",)),
    Form("rdfxml", ("application/rdf+xml", "application/xml", "text/xml")),
    Form("jsonld", ("application/ld+json", "application/json")),
    Form("trig", ("application/trig",)),
    Form("nquads", ("application/n-quads",)),
)
# what the engine calls each, by its name
FORMATS: dict[str, Any] = {
    **{form.name: ox.QueryResultsFormat.from_media_type(form.media[0]) for form in TABLES},
    **{form.name: ox.RdfFormat.from_media_type(form.media[0]) for form in GRAPHS},
}


class Choice(NamedTuple):
    """A form, and the one of its media types by which it is sent."""

    form: Form
    media: str

    @property
    def content_type(self) -> str:
        """The header, with the character set where it is text."""
        return f"{self.media}; charset=utf-8" if self.media.startswith("text/") else self.media


class Element(NamedTuple):
    """An element of a header such as Accept: its quality in [0, 1], and whether other parameters narrow it.

    ``name`` is a media range (``text/*``) or a language.
    """

    name: str
    quality: float = 1.0
    is_narrowed: bool = False

    @property
    def narrowness(self) -> int:
        """How narrow a media range is: 0 for all types, to 5 for one type with parameters."""
        kind, _, subtype = self.name.partition("/")
        return 2 * ((kind != "*") + (subtype != "*")) + self.is_narrowed


def _elements(header: str) -> Iterator[Element]:
    """The elements of a header; one whose quality is no number in [0, 1] is passed over."""
    for element in header.lower().split(",")[:ELEMENTS]:
        name, *parameters = (word.strip() for word in element.split(";"))
        digits = "1"
        is_narrowed = False
        for parameter in reversed(parameters):  # of several qualities the first counts
            if parameter.startswith("q="):
                digits = parameter[2:].strip()
            elif parameter:
                is_narrowed = True
        plain = digits.replace(".", "", 1)
        if plain.isascii() and plain.isdigit() and len(digits) <= 5 and float(digits) <= 1:
            yield Element(name, float(digits), is_narrowed)


def read_accept(header: str) -> list[Element]:
    """The media ranges of an Accept header.

    >>> [(element.name, element.quality) for element in read_accept("text/html;q=0.5, */*, none")]
    [('text/html', 0.5), ('*/*', 1.0)]
    """
    ranges = []
    for element in _elements(header):
        kind, _, subtype = element.name.partition("/")
        if kind and subtype and (kind != "*" or subtype == "*"):
            ranges.append(element)
    return ranges


def quality_of(media: str, ranges: Iterable[Element]) -> float:
    """The quality of a media type by the narrowest range it fits; 0 where it fits none (RFC 9110, 12.5.1).

    >>> quality_of("text/html", read_accept("text/html;q=0.5, */*"))
    0.5
    """
    names = ("*/*", f"{media.partition('/')[0]}/*", media)
    fitting = [(element.narrowness, element.quality) for element in ranges if element.name in names]
    _, quality = max(fitting, default=(0, 0.0))
    return quality


@lru_cache(maxsize=128)
def choose(accept: str, forms: tuple[Form, ...]) -> Choice | None:
    """The form a client likes best, of several the first; None where none fits. Without a header anything fits."""
    ranges = read_accept(accept) if accept.strip() else [Element("*/*")]
    best = None
    highest = 0.0
    for form in forms:
        for media in form.media:
            quality = quality_of(media, ranges)
            if quality > highest:
                best = Choice(form, media)
                highest = quality
    return best


def insist(accept: str, forms: tuple[Form, ...]) -> Choice:
    """What is chosen; where nothing fits, a refusal that names what there is."""
    choice = choose(accept, forms)
    if choice is None:
        raise RefusalError(406, "comes-as", names=", ".join(form.media[0] for form in forms))
    return choice


@lru_cache(maxsize=128)
def preferred_language(header: str, languages: tuple[str, ...] = LANGUAGES) -> str:
    """The language of the interface for an Accept-Language header; the first one where nothing fits.

    >>> preferred_language("de-CH, en;q=0.7"), preferred_language("lb, en;q=0.1, fr;q=0.5"), preferred_language("")
    ('de', 'fr', 'fr')
    """
    preferred = languages[0]
    highest = 0.0
    for element in _elements(header):
        tag = element.name.partition("-")[0]
        if tag in languages and element.quality > highest:
            preferred = tag
            highest = element.quality
    return preferred


def prefers(accept: str, forms: tuple[Form, ...], *, strictly: bool = False) -> bool:
    """Whether a client names pages and would rather have one than data in these forms, as a browser does.

    ``strictly`` it has to like pages better than data, else as well is enough.

    >>> prefers("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", TABLES + GRAPHS)
    True
    >>> prefers("*/*", GRAPHS), prefers("text/turtle, text/html;q=0.5", GRAPHS)
    (False, False)
    """
    ranges = [element for element in read_accept(accept) if not element.name.startswith("*")]
    page = quality_of("text/html", ranges)
    data = max(quality_of(media, ranges) for form in forms for media in form.media)
    return page > data if strictly else page >= data and page > 0


def is_absolute(iri: str) -> bool:
    """Whether a text is an absolute IRI, as far as its signs tell (RFC 3987)."""
    return _ABSOLUTE.fullmatch(iri) is not None


def insist_absolute(iri: str) -> None:
    """Refuse (400) what is no absolute IRI."""
    if not is_absolute(iri):
        raise RefusalError(400, "no-absolute-iri", iri=iri[:200])


def is_plain_path(path: str) -> bool:
    """Whether a path names something below the root: no empty, hidden or upward parts, nothing escaped.

    >>> is_plain_path("/fr/index.html"), is_plain_path("/../secret"), is_plain_path("/a//b"), is_plain_path("/.env")
    (True, False, False, False)
    """
    return all(
        _SEGMENT.fullmatch(step) and step[0] != "." for step in path.removeprefix("/").split("/")
    )


class Operation(NamedTuple):
    """A query, or empty for what the service can do; and the default and named graphs a request names."""

    query: str
    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()


def read_form(encoded: bytes) -> dict[str, list[str]]:
    """The fields of a form or of the query part of an address, each with its values in order.

    Raises:
        RefusalError: 400 where it is no UTF-8, or has more than ``FIELDS`` fields.

    >>> read_form(b"a=1&a=2&b=")
    {'a': ['1', '2'], 'b': ['']}
    """
    try:
        return parse_qs(
            encoded.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=FIELDS
        )
    except ValueError as error:
        key = "no-utf-8" if isinstance(error, UnicodeDecodeError) else "too-many-fields"
        raise RefusalError(400, key) from None


def read_fields(encoded: bytes) -> dict[str, str]:
    """The same with one value each: of a field that is sent twice the last counts."""
    return {name: values[-1] for name, values in read_form(encoded).items()}


def read_media_type(header: str) -> tuple[str, str]:
    """The media type and the character set of a Content-Type header, in lower case.

    >>> read_media_type('Text/HTML; charset="UTF-8"')
    ('text/html', 'utf-8')
    """
    media, *parameters = (word.strip() for word in header.lower().split(";"))
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "charset":
            return media, value.strip().strip('"')
    return media, ""


def read_operation(method: str, address: bytes, media_type: str, body: bytes) -> Operation:
    """What a request asks of the endpoint (SPARQL 1.1 Protocol, 2.1).

    The parameters stand in the query part of its ``address`` and in its body.

    Raises:
        RefusalError: 400, 403 for an update, or 415 for another media type or encoding.

    >>> read_operation("GET", b"query=ASK%7B%7D&named-graph-uri=http://e/g", "", b"")
    Operation(query='ASK{}', default=(), named=('http://e/g',))
    """
    parameters = read_form(address)
    if method == "POST":
        for name, values in _read_post(media_type, body).items():
            parameters.setdefault(name, []).extend(values)
    if "update" in parameters:
        raise RefusalError(403, "update-refused")
    queries = parameters.get("query", [])
    if len(queries) > 1:
        raise RefusalError(400, "send-one", number=str(len(queries)))
    default = parameters.get("default-graph-uri", [])
    named = parameters.get("named-graph-uri", [])
    for name in parameters if queries else ():
        if name.startswith("using-"):
            raise RefusalError(400, "not-with-query", name=name)
    for iri in default + named:
        insist_absolute(iri)
    return Operation("".join(queries), tuple(default), tuple(named))


def _read_post(media_type: str, body: bytes) -> dict[str, list[str]]:
    """The parameters in the body of a request: a form of them, or the one that is called as its media type."""
    media, charset = read_media_type(media_type)
    if media not in (FORM, QUERY, UPDATE):
        accepted = {"accept-post": f"{FORM}, {QUERY}"}
        raise RefusalError(415, "post-media", form=FORM, query=QUERY, headers=accepted)
    if charset not in ("", "utf-8", "utf8"):
        raise RefusalError(415, "sparql-encoding", charset=charset)
    if media == FORM:
        return read_form(body)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RefusalError(400, "body-encoding", byte=str(error.start + 1)) from None
    return {"query" if media == QUERY else "update": [text]}


PREFIXES = {
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "void": "http://rdfs.org/ns/void#",
    "xsd": XSD,
}
_PREFIXES = "".join(f"@prefix {name}: <{space}> .\n" for name, space in PREFIXES.items())


def describe_endpoint(
    endpoint: str, counts: Mapping[str, int], *, union: bool = True
) -> list[ox.Triple]:
    """What the endpoint can do, and its graphs with their numbers of triples (SPARQL 1.1 Service Description)."""
    # as https://www.w3.org/ns/formats/ has them: the engine knows JSON-LD by another address
    names = (format_.iri.rpartition("/")[2] for format_ in FORMATS.values())
    formats = "".join(f" ; sd:resultFormat <http://www.w3.org/ns/formats/{name}>" for name in names)
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

    Where the data are somewhere else and nobody says when they change, they are taken to be the
    same for so many ``seconds``.
    """

    name: str
    changes: Callable[[], str] = str
    seconds: int = 0

    def __str__(self) -> str:
        return f"{self.name}+{int(time.time()) // self.seconds if self.seconds else self.changes()}"

    def tag(self, *words: str, state: str | None = None) -> str:
        """The ETag of what these words name in a state of the data, in that of now where none is said.

        It is weak, as rows may come in any order.
        """
        name = str(self) if state is None else f"{self.name}+{state}"
        digest = hashlib.blake2b("\x1f".join((name, *words)).encode(), digest_size=12).hexdigest()
        return f'W/"{digest}"'
