"""Dereferencing: the answer to a request for an IRI of ours, or for the document about a thing.

The IRI of a thing redirects (303) to its document, as the W3C note “Cool URIs for the Semantic Web” asks; the document
is sent in the format the client accepts, with headers that name its other formats and what it describes. Everything
here is a function of the call and of the data; HTTP itself is in :mod:`pan2kg.server.linked_data`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

import pyoxigraph as ox

from pan2kg.graph.dataset import dataset_of
from pan2kg.server.documents import (
    DATA,
    ONTOLOGY,
    PAGE,
    alternates,
    describe,
    document_of,
    ending_of,
    find_document,
    find_thing,
    knows,
    negotiate,
    page_of,
    read_graph,
    read_ontology,
    space_of,
    split,
    write,
)
from pan2kg.server.negotiation import Choice, Form, preferred_language
from pan2kg.server.protocol import is_absolute, read_form
from pan2kg.server.refusal import Refusal, why
from pan2kg.server.request import Headers, is_plain_path, matches
from pan2kg.server.settings import Release
from pan2kg.store.queries import program_query
from pan2kg.store.store import Store, is_true, plain, select
from pan2kg.turtle.vocabulary import DCTERMS, ROOT, is_ours

NO_CACHE: Final = (b"cache-control", b"no-cache")
"""May be kept, and is asked for again with its ETag."""
SUCCESSOR: Final = f"successor-version {DCTERMS}isReplacedBy"
"""How a retired thing leads to what replaces it: the registered relation (RFC 5829), and the exact one."""

Portray = Callable[[str, str, str], bytes]
"""Draws the page of a thing: its IRI, the path it will stand at, the language."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request: its path, what follows the question mark, the headers that count, and where the service stands.

    ``place`` is its absolute address, with a slash at the end; ``front`` is what a redirect begins with.
    """

    path: str
    query: bytes = b""
    accept: str = ""
    languages: str = ""
    condition: str = ""
    place: str = "http://localhost/"
    front: str = "/"


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers and content."""

    status: int
    headers: Headers
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class DataSource:
    """What is answered from; without ``portray`` there are no pages."""

    store: Store
    release: Release
    prefixes: Mapping[str, str]
    portray: Portray | None = None

    @property
    def has_pages(self) -> bool:
        """Whether there are pages."""
        return self.portray is not None


@dataclass(frozen=True, slots=True)
class Subject:
    """What a document is about, and its path; ``fixed`` is the one form its address asked for."""

    iri: str
    document: str
    fixed: Form | None = None

    @property
    def path(self) -> str:
        """The path as an address can hold it."""
        return quote(self.document)


def show(call: Call, source: DataSource, subject: Subject, make: Callable[[], list[ox.Triple]]) -> Answer | Refusal:
    """A document of the triples that ``make`` gives; a client that wants a page is led to it.

    Raises:
        Pan2kgError: the store does not answer.
    """
    choice = _choose(call, source, subject)
    if isinstance(choice, Refusal):
        return choice
    headers = _headers(call, source, subject, choice.form)
    if choice.form == PAGE:
        page = quote(page_of(subject.document, preferred_language(call.languages)))
        return Answer(303, [(b"location", f"{call.front}{page}".encode()), *headers])
    tag = source.release.tag("document", call.place, subject.document, choice.media)
    headers.append((b"etag", tag))
    if matches(call.condition, [tag]):
        return Answer(304, headers)
    return _filled(200, headers, choice, write(make(), choice.form.name, source.prefixes))


def answer_gone(call: Call, source: DataSource, subject: Subject, following: list[str]) -> Answer | Refusal:
    """What is left of a thing that was retired: its description, with what replaces it.

    Raises:
        Pan2kgError: the store does not answer.
    """
    choice = _choose(call, source, subject)
    if isinstance(choice, Refusal):
        return Refusal(410, why("retired", iri=subject.iri, why=choice.message))
    links = [f'<{header_safe(iri)}>; rel="{SUCCESSOR}"' for iri in following]
    headers = [_link([*links, _describes(subject)]), *_vary(subject, choice.form), NO_CACHE]
    if choice.form == PAGE and source.portray:
        language = preferred_language(call.languages)
        return _filled(410, headers, choice, source.portray(subject.iri, f"{subject.document}.html", language))
    triples = describe(source.store, subject.iri, call.place + subject.path)
    return _filled(410, headers, choice, write(triples, choice.form.name, source.prefixes))


def header_safe(iri: str) -> str:
    """An IRI as a header can hold it.

    >>> header_safe("http://e/é#x")
    'http://e/%C3%A9#x'
    """
    return quote(iri, safe="/:?#[]@!$&'()*+,;=%~")


def _choose(call: Call, source: DataSource, subject: Subject) -> Choice | Refusal:
    if subject.fixed == PAGE and not source.has_pages:
        return Refusal(404, why("no-pages"))
    if subject.fixed:
        return Choice(subject.fixed, subject.fixed.media[0])
    names = ", ".join(form.media[0] for form in (*DATA, *([PAGE] if source.has_pages else [])))
    chosen = negotiate(call.accept, has_page=source.has_pages)
    return chosen or Refusal(406, why("comes-as", names=names))


def _headers(call: Call, source: DataSource, subject: Subject, form: Form) -> Headers:
    """The headers every form of a document has."""
    links = list(alternates(subject.path, call.front, has_page=source.has_pages, skipped=form.name))
    links += [f'<{call.front}{subject.path}>; rel="canonical"', _describes(subject)]
    headers = [_link(links), *_vary(subject, form), NO_CACHE]
    if form != PAGE and not subject.fixed:
        headers.append((b"content-location", f"{call.front}{subject.path}.{ending_of(form)}".encode()))
    return headers


def _vary(subject: Subject, form: Form) -> Headers:
    """On what the form depends: on nothing where the address names it; a page on the language too."""
    names = [*([] if subject.fixed else ["Accept"]), *(["Accept-Language"] if form == PAGE else [])]
    return [(b"vary", ", ".join(names).encode())] if names else []


def _describes(subject: Subject) -> str:
    return f'<{header_safe(subject.iri)}>; rel="describes"'


def _link(links: list[str]) -> tuple[bytes, bytes]:
    return b"link", ", ".join(links).encode()


def _filled(status: int, headers: Headers, choice: Choice, body: bytes) -> Answer:
    return Answer(status, [*headers, (b"content-type", choice.content_type.encode())], body)


STARTS: Final = ("/id/", "/doc", "/graph/", "/ontology", "/dataset", "/catalogue", "/contributors")
"""How the addresses begin that are answered here."""


def answer(call: Call, source: DataSource) -> Answer | Refusal:
    """Answer a request for an IRI of ours or for a document.

    Raises:
        Pan2kgError: the store does not answer.

    >>> from pan2kg.graph.graph import open_graph
    >>> from pan2kg.server.settings import Release
    >>> source = DataSource(open_graph().store, Release("1"), {})
    >>> dict(answer(Call("/id/plan/lu-bhr-2"), source).headers)[b"location"]
    b'/doc/plan/lu-bhr-2'
    >>> answer(Call("/doc/plan/lu-bhr-2", accept="text/turtle;q=0.5"), source).status
    200
    >>> answer(Call("/id/plan/nowhere"), source).sentence
    'The graph says nothing of <https://w3id.org/pan2kg/id/plan/nowhere>.'
    """
    if call.path in ("/doc", "/doc/"):
        return _look_up(call, source)
    if not is_plain_path(call.path):
        return Refusal(404, why("no-thing-address"))
    first, _, rest = call.path[1:].partition("/")
    if first == "doc":
        return _describe(call, source, rest)
    if first == "graph":
        return _graph(call, source)
    if first == "ontology" or split(call.path[1:])[0] == "ontology":
        return _ontology(call, source)
    return _thing(call, source)


def _look_up(call: Call, source: DataSource) -> Answer | Refusal:
    """Lead from any IRI of the graph to its document."""
    parameters = read_form(call.query, "address")
    if isinstance(parameters, Refusal):
        return parameters
    given = parameters.get("iri", [])
    if len(given) != 1:
        return Refusal(400, why("say-which-iri"))
    iri = given[0]
    if not is_absolute(iri):
        return Refusal(400, why("no-absolute-iri", iri=iri[:200]))
    found = find_document(source.store, iri)
    if found is None:
        return Refusal(404, why("graph-says-nothing", iri=iri))
    fragment = iri.partition("#")[2] if found == "ontology" else ""
    return _lead(call, quote(found) + (f"#{quote(fragment)}" if fragment else ""))


def _thing(call: Call, source: DataSource) -> Answer | Refusal:
    """Lead from a thing of ours to its document, and from the version that is served to the dataset."""
    space = space_of(source.store)
    dataset, iri = dataset_of(space), space + call.path[1:]
    version = iri.removeprefix(f"{dataset}/")
    if version != iri and _is_current(source.store, version, dataset):
        return _lead(call, document_of(dataset, space))
    if not knows(source.store, iri):
        # a project that imports the core answers for it too, as the addresses of pan2kg need not lead here
        iri = next((one for one in (ROOT + call.path[1:],) if knows(source.store, one)), "")
    if not iri:
        return Refusal(404, why("graph-says-nothing", iri=space + call.path[1:]))
    subject = Subject(iri, document_of(iri, space))
    if successor := _successor(source.store, iri):
        return _moved(call, successor.removeprefix(space).removeprefix(ROOT))
    following = _replacements(source.store, iri)
    return _lead(call, subject.path) if following is None else answer_gone(call, source, subject, following)


def _lead(call: Call, path: str) -> Answer:
    address = f"{call.front}{path}".encode()
    link = b"<" + address + b'>; rel="describedby"'
    return Answer(303, [(b"location", address), (b"link", link), (b"vary", b"Accept"), NO_CACHE])


def _describe(call: Call, source: DataSource, rest: str) -> Answer | Refusal:
    """The document about a thing."""
    key, fixed = split(rest)
    iri = find_thing(source.store, key)
    if iri is None:
        return Refusal(404, why("no-document", key=key[:200]))
    if successor := _successor(source.store, iri):
        document = document_of(successor, space_of(source.store))
        return _moved(call, f"{document}.{ending_of(fixed)}" if fixed else document)
    subject = Subject(iri, f"doc/{key}", fixed)
    following = _replacements(source.store, iri) if is_ours(iri) else None
    if following is not None:
        return answer_gone(call, source, subject, following)
    return show(call, source, subject, lambda: describe(source.store, iri, call.place + subject.path))


def _graph(call: Call, source: DataSource) -> Answer | Refusal:
    """A named graph, which is its own document."""
    document, fixed = split(call.path[1:])
    starts = dict.fromkeys((space_of(source.store), ROOT))
    iri = next((start + document for start in starts if knows(source.store, start + document)), "")
    if not iri:
        return Refusal(404, why("no-graph", iri=next(iter(starts)) + document))
    return show(call, source, Subject(iri, document, fixed), lambda: read_graph(source.store, iri))


def _ontology(call: Call, source: DataSource) -> Answer | Refusal:
    """The ontology, under its own IRI or that of the version that is served."""
    path, fixed = split(call.path[1:])
    known = knows(source.store, ROOT + path)
    if not known or (path != "ontology" and not _is_current(source.store, ROOT + path)):
        return Refusal(404, why("no-ontology", iri=ROOT + path))
    return show(call, source, Subject(ONTOLOGY, "ontology", fixed), lambda: read_ontology(source.store))


def _is_current(store: Store, version: str, *things: str) -> bool:
    """Whether the ontology, or a dataset that is named, is of this version."""
    return bool(store.query(program_query("dataset/is-version", given=version, thing=[ONTOLOGY, *things])))


def _successor(store: Store, iri: str) -> str:
    """The one thing of ours that has taken the place of an identifier that was retired; empty for none or several."""
    if not is_ours(iri):
        return ""
    rows = select(store, program_query("things/replacements", thing=iri)).rows
    following = {plain(successor) for _, successor, moved in rows if is_true(plain(moved))}
    return next(iter(following)) if len(following) == 1 and all(map(is_ours, following)) else ""


def _moved(call: Call, path: str) -> Answer:
    """Lead on for good: the address is an old one of what stands at the path."""
    address = f"{call.front}{quote(path)}".encode()
    return Answer(301, [(b"location", address), (b"link", b"<" + address + f'>; rel="{SUCCESSOR}"'.encode()), NO_CACHE])


def _replacements(store: Store, iri: str) -> list[str] | None:
    """What replaces a thing that was retired, maybe nothing; None where it was not retired."""
    rows = select(store, program_query("things/replacements", thing=iri)).rows
    following = [plain(successor) for mark, successor, _ in rows if is_true(plain(mark))]
    return sorted({one for one in following if is_absolute(one)}) if following else None
