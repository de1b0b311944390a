"""What a request to the endpoint asks for, the form its answer takes, why there is none, and how a worker answers.

The operation is read as the SPARQL 1.1 Protocol has it (https://www.w3.org/TR/sparql11-protocol/),
the form by the Accept header (RFC 9110, 12.5.1); the description follows
https://www.w3.org/TR/sparql11-service-description/. No web framework is imported here: the
processes that hold the graph need none.

The engine contacts the addresses of SERVICE whenever it is told to and has no switch for it, so
they are found among the tokens and refused; nor can a worker open a connection
(:mod:`pan2kg.server.workers`). An answer is sent piece by piece, its end says that it is whole and
in which form: who asked keeps it until then, so that a limit reached late is a refusal like any
other.
"""

import fcntl
import hashlib
import io
import itertools
import json
import os
import re
import socket
import struct
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qs

import pyoxigraph as ox

from pan2kg.i18n import catalogue, message
from pan2kg.store.store import UPDATES, syntax_error
from pan2kg.turtle import XSD, tokens
from pan2kg.turtle.writer import calls, line_of

QUERY: Final = "application/sparql-query"
UPDATE: Final = "application/sparql-update"
FORM: Final = "application/x-www-form-urlencoded"
METHODS: Final = "GET, HEAD, POST, OPTIONS"
READS: Final = "GET, HEAD, OPTIONS"
# so many elements of a header are looked at
ELEMENTS: Final = 64
_ABSOLUTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|\\^`]*")
_SEGMENT: Final = re.compile(r"[^/\\\x00-\x1f]+")


class RefusalError(Exception):
    """Why there is no answer: a status of HTTP, a sentence, where it can be told a place in the query, and headers.

    The sentence is a message, or the key of one of the service's with its ``values``.
    """

    def __init__(
        self,
        status: int,
        reason: str | message.Message,
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

    def body(
        self, accept: str = "", language: catalogue.Language = catalogue.SOURCE_LANGUAGE
    ) -> tuple[str, bytes]:
        """The media type and the bytes that tell it: JSON (RFC 9457) for who takes that, else a sentence."""
        sentence = self.message.say(language)
        if "json" not in accept:
            return "text/plain; charset=utf-8", f"{sentence}\n".encode()
        problem = {
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": sentence,
        }
        place = {"line": self.line, "column": self.column} if self.line is not None else {}
        return "application/problem+json", json.dumps(
            problem | place, ensure_ascii=False
        ).encode() + b"\n"

    def pack(self) -> bytes:
        """It as bytes, to be sent from one process to another."""
        return json.dumps(
            [self.status, message.pack(self.message), self.line, self.column, self.headers]
        ).encode()

    @classmethod
    def unpack(cls, packed: bytes) -> "RefusalError":
        """What ``pack`` has made of one."""
        status, reason, line, column, headers = json.loads(packed)
        reason = message.unpack(reason)
        return cls(status, reason, line=line, column=column, headers=headers)


def why(key: str, /, **values: object) -> message.Message:
    """A sentence of the service's, to be said in the reader's language."""
    return message.Message("server", key, values)


def busy(reason: str | message.Message, seconds: int = 5, /, **values: object) -> RefusalError:
    """A refusal for now (503): it may be asked again after so many seconds."""
    sentence = why(reason, **values) if isinstance(reason, str) else reason
    return RefusalError(503, sentence, headers={"retry-after": str(seconds)})


class Form(NamedTuple):
    """A form an answer comes in, with its media types, the best known first.

    ``engine`` is what the engine calls it: a format of rows or of triples, none for a page.
    """

    name: str
    media: tuple[str, ...]
    engine: Any = None


# formats of solutions and booleans
TABLES: Final = (
    Form(
        "json", ("application/sparql-results+json", "application/json"), ox.QueryResultsFormat.JSON
    ),
    Form(
        "xml",
        ("application/sparql-results+xml", "application/xml", "text/xml"),
        ox.QueryResultsFormat.XML,
    ),
    Form("csv", ("text/csv",), ox.QueryResultsFormat.CSV),
    Form("tsv", ("text/tab-separated-values",), ox.QueryResultsFormat.TSV),
)
# formats of graphs
GRAPHS: Final = (
    Form("turtle", ("text/turtle", "application/x-turtle"), ox.RdfFormat.TURTLE),
    Form("ntriples", ("application/n-triples",), ox.RdfFormat.N_TRIPLES),
    Form("rdfxml", ("application/rdf+xml", "application/xml", "text/xml"), ox.RdfFormat.RDF_XML),
    Form("jsonld", ("application/ld+json", "application/json"), ox.RdfFormat.JSON_LD),
    Form("trig", ("application/trig",), ox.RdfFormat.TRIG),
    Form("nquads", ("application/n-quads",), ox.RdfFormat.N_QUADS),
)
FORMATS: Final = {form.name: form.engine for form in (*TABLES, *GRAPHS)}


class Choice(NamedTuple):
    """A form, and by which of its media types it is sent."""

    form: Form
    media: str

    @property
    def content_type(self) -> str:
        """The header, with the character set where it is text."""
        return f"{self.media}; charset=utf-8" if self.media.startswith("text/") else self.media


def _elements(header: str) -> Iterator[tuple[str, float, list[str]]]:
    """The elements of a header, each with its quality and its other parameters; those of no quality are passed over."""
    for element in header.lower().split(",")[:ELEMENTS]:
        name, *parameters = (word.strip() for word in element.split(";"))
        digits = next((word[2:].strip() for word in parameters if word.startswith("q=")), "1")
        plain = digits.replace(".", "", 1)
        if plain.isascii() and plain.isdigit() and len(digits) <= 5 and float(digits) <= 1:
            yield (
                name,
                float(digits),
                [word for word in parameters if word and not word.startswith("q=")],
            )


def read_accept(header: str) -> list[tuple[str, float, int]]:
    """The media ranges of an Accept header: each with its quality in [0, 1], and how narrow it is from 0 to 5.

    >>> read_accept("text/html;q=0.5, */*")
    [('text/html', 0.5, 4), ('*/*', 1.0, 0)]
    """
    ranges = []
    for media, quality, parameters in _elements(header):
        kind, slash, subtype = media.partition("/")
        if slash and kind and subtype and (kind != "*" or subtype == "*"):
            ranges.append(
                (media, quality, 2 * ((kind != "*") + (subtype != "*")) + bool(parameters))
            )
    return ranges


def quality_of(media: str, ranges: list[tuple[str, float, int]]) -> float:
    """The quality of a media type by the narrowest range it fits; 0 where it fits none (RFC 9110, 12.5.1).

    >>> quality_of("text/html", read_accept("text/html;q=0.5, */*"))
    0.5
    """
    fitting = ("*/*", f"{media.partition('/')[0]}/*", media)
    return max(
        ((narrow, quality) for name, quality, narrow in ranges if name in fitting), default=(0, 0.0)
    )[1]


@lru_cache(maxsize=128)
def choose(accept: str, forms: tuple[Form, ...]) -> Choice | None:
    """The form a client likes best, of several the first; None where none fits. Without a header anything fits."""
    ranges = read_accept(accept) if accept.strip() else [("*/*", 1.0, 0)]
    best = None
    highest = 0.0
    for choice in [Choice(form, media) for form in forms for media in form.media]:
        quality = quality_of(choice.media, ranges)
        if quality > highest:
            best = choice
            highest = quality
    return best


def insist(accept: str, forms: tuple[Form, ...]) -> Choice:
    """What is chosen; where nothing fits, a refusal that names what there is."""
    choice = choose(accept, forms)
    if choice is None:
        raise RefusalError(406, "comes-as", names=", ".join(form.media[0] for form in forms))
    return choice


@lru_cache(maxsize=128)
def preferred_language(header: str, languages: tuple[str, ...] = catalogue.LANGUAGES) -> str:
    """The language of the interface for an Accept-Language header; the first one where nothing fits.

    >>> preferred_language("de-CH, en;q=0.7"), preferred_language("lb, en;q=0.1, fr;q=0.5"), preferred_language("")
    ('de', 'fr', 'fr')
    """
    tags = [(quality, tag.partition("-")[0]) for tag, quality, _ in _elements(header)]
    wanted = [(quality, tag) for quality, tag in tags if tag in languages and quality]
    return max(wanted, key=lambda pair: pair[0])[1] if wanted else languages[0]


def prefers(accept: str, forms: tuple[Form, ...], *, strictly: bool = False) -> bool:
    """Whether a client names pages and would rather have one than data in these forms, as a browser does.

    >>> prefers("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", TABLES + GRAPHS)
    True
    >>> prefers("*/*", GRAPHS), prefers("text/turtle, text/html;q=0.5", GRAPHS)
    (False, False)
    """
    ranges = [
        media_range for media_range in read_accept(accept) if not media_range[0].startswith("*")
    ]
    page = quality_of("text/html", ranges)
    data = max(quality_of(media, ranges) for form in forms for media in form.media)
    return page > data if strictly else page >= data and page > 0


def is_absolute(iri: str) -> bool:
    """Whether a text is an absolute IRI, as far as its signs tell (RFC 3987)."""
    return _ABSOLUTE.fullmatch(iri) is not None


def is_plain_path(path: str) -> bool:
    """Whether a path names something below the root: no empty, hidden or upward parts, nothing escaped.

    >>> is_plain_path("/fr/index.html"), is_plain_path("/../secret"), is_plain_path("/a//b"), is_plain_path("/.env")
    (True, False, False, False)
    """
    return all(
        _SEGMENT.fullmatch(step) and step[0] != "." for step in path.removeprefix("/").split("/")
    )


# a query, or empty what the service can do; and over which default and named graphs
Operation = tuple[str, tuple[str, ...], tuple[str, ...]]


def read_form(encoded: bytes) -> dict[str, list[str]]:
    """The fields of a form or of the query part of an address, each with its values in order.

    Raises:
        RefusalError: 400 where it is no UTF-8, or has more than 2,000 fields.

    >>> read_form(b"a=1&a=2&b=")
    {'a': ['1', '2'], 'b': ['']}
    """
    try:
        return parse_qs(
            encoded.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=2000
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
    pairs = (word.partition("=") for word in parameters)
    return media, next(
        (value.strip().strip('"') for name, _, value in pairs if name.strip() == "charset"), ""
    )


def read_operation(method: str, address: bytes, media_type: str, body: bytes) -> Operation:
    """What a request asks of the endpoint (SPARQL 1.1 Protocol, 2.1).

    Raises:
        RefusalError: 400, 403 for an update, or 415 for another media type or encoding.
    """
    parameters = read_form(address)
    if method == "POST":
        media, charset = read_media_type(media_type)
        if media not in (FORM, QUERY, UPDATE):
            raise RefusalError(
                415,
                "post-media",
                form=FORM,
                query=QUERY,
                headers={"accept-post": f"{FORM}, {QUERY}"},
            )
        if charset not in ("", "utf-8", "utf8"):
            raise RefusalError(415, "sparql-encoding", charset=charset)
        try:
            sent = (
                read_form(body)
                if media == FORM
                else {media.rpartition("-")[2]: [body.decode("utf-8")]}
            )
        except UnicodeDecodeError as error:
            raise RefusalError(400, "body-encoding", byte=str(error.start + 1)) from None
        for name, values in sent.items():
            parameters.setdefault(name, []).extend(values)
    if "update" in parameters:
        raise RefusalError(403, "update-refused")
    queries = parameters.get("query", [])
    if len(queries) > 1:
        raise RefusalError(400, "send-one", number=str(len(queries)))
    if queries and (stray := next((name for name in parameters if name.startswith("using-")), "")):
        raise RefusalError(400, "not-with-query", name=stray)
    default, named = (
        tuple(parameters.get(name, ())) for name in ("default-graph-uri", "named-graph-uri")
    )
    faulty = next((iri for iri in default + named if not is_absolute(iri)), None)
    if faulty is not None:
        raise RefusalError(400, "no-absolute-iri", iri=faulty[:200])
    return "".join(queries), default, named


PREFIXES: Final = {
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "void": "http://rdfs.org/ns/void#",
    "xsd": XSD,
}
_PREFIXES: Final = "".join(f"@prefix {name}: <{space}> .\n" for name, space in PREFIXES.items())


def describe_endpoint(
    endpoint: str, counts: Mapping[str, int], *, union: bool = True
) -> list[ox.Triple]:
    """What the endpoint can do, and its graphs with their numbers of triples (SPARQL 1.1 Service Description)."""
    # as https://www.w3.org/ns/formats/ has them: the engine knows JSON-LD by another address
    names = (form.engine.iri.rpartition("/")[2] for form in (*TABLES, *GRAPHS))
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


# --- how a worker answers

MEGABYTE: Final = 2**20
# the head of a message: a letter and the length of what follows
HEAD: Final = struct.Struct("!cI")
# what is to be done; a piece of an answer; its end, with its form, whether it may differ, and its
# state; a refusal
TASK = b"T"
PIECE = b"P"
WHOLE = b"W"
FAILED = b"F"
# an answer is sent in pieces of about so many bytes
SENT_BYTES: Final = 256 * 1024

# what stands between or after the rows of a format, in values of CSV alone; and how many rows more
# there are
ROW_MARKS: Final = {
    "json": (b'}},{"', 1),
    "xml": (b"<result>", 0),
    "csv": (b"\r\n", -1),
    "tsv": (b"\n", -1),
}
# of so many triples it is worth looking which prefixes they need
FEW: Final = 2000

_HINTS: Final = ("service", "from", *map(str.lower, UPDATES))
_SUSPECT: Final = re.compile(rf"service|(?:from|{'|'.join(UPDATES)})(?!\w)", re.IGNORECASE)
# two answers to a query that calls one of these may differ
VOLATILE: Final = re.compile(r"\b(?:now|rand|uuid|struuid|bnode)\s*\(", re.IGNORECASE)
_CALLED: Final = re.compile(
    r"service(?:\s|\#[^\n\r]*)*+(?:silent(?:\s|\#[^\n\r]*)*+)?<([^<>]*)>", re.IGNORECASE
)
_LOCAL: Final = re.compile(r"[^/#]*$")


class Limits(NamedTuple):
    """Of a query: seconds, rows and bytes of its answer, bytes of memory beside the graph; and bytes of all together.

    Without ``total`` all together may take three quarters of what the machine has free once the
    graph is loaded.
    """

    seconds: float = 30.0
    rows: int = 1_000_000
    size: int = 256 * MEGABYTE
    memory: int = 1024 * MEGABYTE
    total: int = 0


class Task(NamedTuple):
    """A ``query`` to answer, or a ``graph`` to write out (the default graph if ``text`` is empty).

    ``default`` and ``named`` are None where the request names no graphs; ``table`` and ``graph``
    are the formats the client accepts for rows and for triples, empty where it accepts none.
    ``own`` is what a page asks to be made: it may have as many rows and bytes as there are.
    ``number`` tells it from all others.
    """

    kind: str
    text: str
    base: str = ""
    union: bool = True
    default: tuple[str, ...] | None = None
    named: tuple[str, ...] | None = None
    table: str = ""
    graph: str = ""
    own: bool = False
    number: int = 0


def pack(kind: bytes, payload: bytes = b"") -> bytes:
    """A message between processes: a letter, the length of what follows, and that."""
    return HEAD.pack(kind, len(payload)) + payload


def receive(link: socket.socket) -> tuple[bytes, bytes] | None:
    """The next message, as letter and content; None where the other side has ended."""
    message = bytearray()
    size = HEAD.size
    while len(message) < size:
        try:
            piece = link.recv(min(size - len(message), MEGABYTE))
        except (ConnectionError, InterruptedError):
            return None
        if not piece:
            return None
        message += piece
        if len(message) == HEAD.size:
            size += HEAD.unpack(message)[1]
    return bytes(message[:1]), bytes(message[HEAD.size :])


def send(link: socket.socket, data: bytes) -> None:
    """Send messages to who asked; from here on this process does not end when they hang up, but is told."""
    fcntl.fcntl(link, fcntl.F_SETFL, fcntl.fcntl(link, fcntl.F_GETFL) & ~os.O_ASYNC)
    link.sendall(data)


def free_memory() -> int:
    """Bytes that this process and its like may still take: what the machine has free, or its group of processes.

    A group is that of a container or of a unit of systemd (cgroup version 2), as are all that it is
    part of; its files in memory give way. 0 where the system does not say.
    """
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        free = next(
            int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")
        )
        name = Path("/proc/self/cgroup").read_text(encoding="utf-8").rpartition("0::/")[2].strip()
    except (OSError, StopIteration, ValueError):
        return 0
    root = Path("/sys/fs/cgroup")
    for group in (root / name, *(root / name).parents):
        try:
            most, current, parts = (
                (group / f"memory.{kind}").read_text(encoding="ascii")
                for kind in ("max", "current", "stat")
            )
            files = re.search(r"^inactive_file (\d+)", parts, re.MULTILINE)
            free = min(free, int(most) - int(current) + int(files[1] if files else 0))
        except (OSError, ValueError):  # "max": there is no limit
            continue
    return max(free, 0)


def inspect_query(text: str, services: frozenset[str] = frozenset()) -> bool:
    """Whether a query names its graphs with FROM.

    Raises:
        RefusalError: 403 where it would ask a service that is not among ``services``, or change something.
    """
    lower = text.lower()  # plain searches take a tenth of the time of the expressions
    if not any(hint in lower for hint in _HINTS) or not _SUSPECT.search(text):
        return False
    words = [(token.start, token.text.upper()) for token in tokens(text) if token.kind == "word"]
    endpoints = [(call.start, _CALLED.match(text, call.start)) for call in calls(text, "SERVICE")]
    refused = [
        (start, "SERVICE", "refused-fetch")
        for start, url in endpoints
        if not url or url[1] not in services
    ]
    refused += [(start, word, "refused-change") for start, word in words if word in UPDATES]
    for start, word, key in refused:
        line, column = line_of(text, start)
        raise RefusalError(
            403, why(key, word=word, line=str(line), column=str(column)), line=line, column=column
        )
    return any(word == "FROM" for _, word in words)


class AnswerWriter(io.BytesIO):
    """Takes an answer from the engine and sends it on in pieces, as far as the limits let it."""

    def __init__(self, link: socket.socket, form: str, limits: Limits, *, is_bounded: bool) -> None:
        self.link = link
        self.form = form
        self.seconds = limits.seconds
        self.most_rows, self.most = (
            (limits.rows, limits.size) if is_bounded else (sys.maxsize, sys.maxsize)
        )
        self.mark, self.rows = ROW_MARKS.get(form, (b"", 0))
        self.deadline = time.monotonic() + limits.seconds
        self.pieces: list[bytes] = []
        self.waiting = self.size = 0

    def write(self, piece: Any) -> int:  # noqa: ANN401  # whatever has a buffer
        """Take a piece.

        Raises:
            RefusalError: the answer is too large (413), has too many rows, or takes too long (503).
        """
        data = bytes(piece)
        self.pieces.append(data)
        self.waiting += len(data)
        self.size += len(data)
        if self.mark:
            self.count(data.count(self.mark))
        if self.size > self.most:
            raise RefusalError(413, "answer-too-large", size=f"{round(self.most / MEGABYTE, 2):g}")
        if time.monotonic() > self.deadline:
            raise busy("too-slow", 30, seconds=f"{self.seconds:g}")
        if self.waiting > SENT_BYTES:
            send(self.link, pack(PIECE, b"".join(self.pieces)))
            self.pieces.clear()
            self.waiting = 0
        return len(data)

    def count(self, rows: int) -> None:
        """Count rows or triples; RefusalError (413) where there are too many."""
        self.rows += rows
        if self.rows > self.most_rows:
            raise RefusalError(413, "too-many-rows", rows=str(self.most_rows))

    def finish(self, state: str, *, is_volatile: bool) -> None:
        """Send the rest and the end, which says that the answer is whole; a short one leaves in one piece."""
        ending = json.dumps([self.form, is_volatile, state]).encode()
        send(self.link, pack(PIECE, b"".join(self.pieces)) + pack(WHOLE, ending))


@dataclass(slots=True)
class Evaluator:
    """The store and what goes with every answer; ``services`` may be asked with SERVICE, by no page of ours.

    Every answer says from which ``state`` of the data it is.
    """

    store: ox.Store
    limits: Limits
    prefixes: dict[str, str]
    services: frozenset[str] = frozenset()
    state: str = ""

    def answer(self, task: Task, link: socket.socket) -> None:
        """Answer a task on a connection, or say on it why not."""
        try:
            (self._graph if task.kind == "graph" else self._query)(task, link)
            return
        except RefusalError as error:
            refusal = error
        except SyntaxError as error:
            fault = syntax_error(task.text, str(error))
            line, column = (fault.place.line, fault.place.column) if fault.place else (None, None)
            values = {**fault.message.values, "line": str(line), "column": str(column)}
            refusal = RefusalError(
                400, why(f"query-{fault.message.key}", **values), line=line, column=column
            )
        except MemoryError:
            refusal = busy("query-memory-or-depth", 30)
        except ConnectionError:
            raise
        except (OSError, RuntimeError, ValueError) as error:
            refusal = RefusalError(400, "query-failed", error=str(error).rstrip("."))
        send(link, pack(FAILED, refusal.pack()))

    def _query(self, task: Task, link: socket.socket) -> None:
        names_graphs = inspect_query(task.text, frozenset() if task.own else self.services)
        dataset: dict[str, object] = {}
        if task.default is not None or task.named is not None:
            dataset = {
                "default_graph": [ox.NamedNode(iri) for iri in task.default or ()],
                "named_graphs": [ox.NamedNode(iri) for iri in task.named or ()],
            }
        elif task.union and not names_graphs:
            dataset = {"use_default_graph_as_union": True}
        result = self.store.query(task.text, base_iri=task.base or None, **dataset)  # type: ignore[arg-type]
        if isinstance(result, ox.QueryTriples):
            self._triples(result, task, link)
        elif not task.table:
            raise RefusalError(406, "tables-not-acceptable")
        else:
            writer = AnswerWriter(link, task.table, self.limits, is_bounded=not task.own)
            result.serialize(output=writer, format=FORMATS[task.table])
            writer.finish(self.state, is_volatile=bool(VOLATILE.search(task.text)))

    def _graph(self, task: Task, link: socket.socket) -> None:
        name = ox.NamedNode(task.text) if task.text else ox.DefaultGraph()
        if task.text and not self.store.contains_named_graph(name):
            raise RefusalError(404, "no-graph", iri=task.text)
        everything = task.union and not task.text
        quads = self.store.quads_for_pattern(None, None, None, None if everything else name)
        self._triples((quad.triple for quad in quads), task, link)

    def _triples(self, triples: Iterable[ox.Triple], task: Task, link: socket.socket) -> None:
        if not task.graph:
            raise RefusalError(406, "triples-not-acceptable")
        writer = AnswerWriter(link, task.graph, self.limits, is_bounded=not task.own)

        def counting() -> Iterator[ox.Triple]:
            for triple in triples:
                writer.count(1)
                yield triple

        counted = counting()
        # a short answer declares only the prefixes it uses; a long one cannot be read ahead to find
        # them
        beginning = list(itertools.islice(counted, FEW))
        prefixes = self.prefixes if len(beginning) == FEW else used(beginning, self.prefixes)
        triples = itertools.chain(beginning, counted)
        form = FORMATS[task.graph]
        ox.serialize(triples, output=writer, format=form, prefixes=prefixes or None)
        writer.finish(
            self.state, is_volatile=task.kind == "query" and bool(VOLATILE.search(task.text))
        )


def used(triples: list[ox.Triple], prefixes: dict[str, str]) -> dict[str, str]:
    """The prefixes that shorten something.

    >>> triple = ox.Triple(ox.NamedNode("http://e/a"), ox.NamedNode("http://f/b"), ox.Literal("c"))
    >>> used([triple], {"e": "http://e/", "g": "http://g/"})
    {'e': 'http://e/'}
    """
    terms = {
        term for triple in triples for term in (triple.subject, triple.predicate, triple.object)
    }
    spaces = {_LOCAL.sub("", term.value) for term in terms if isinstance(term, ox.NamedNode)}
    spaces |= {
        _LOCAL.sub("", term.datatype.value) for term in terms if isinstance(term, ox.Literal)
    }
    return {name: space for name, space in prefixes.items() if space in spaces}
