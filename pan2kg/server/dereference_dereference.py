"""Dereferencing: what is answered to a request for an IRI of ours, or for the document about a thing.

Everything here is a function of a request and a store (https://www.w3.org/TR/cooluris/, RFC 9110). A thing leads to its
document with 303, a document is negotiated, and a thing that was retired is gone (410): its description says so, and
what replaces it.

Identity and place are kept apart. The IRIs in an answer are those of the graph, wherever it is served: a query copied
from a document finds the same thing at the endpoint, and two services speak of one thing. Only addresses of documents –
redirects, links, the document's own IRI – begin with the base of the service (``--base``). Who publishes the data under
a base of his own renames the things with ``pan2kg publish --id-base``.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

import pyoxigraph as ox

from pan2kg.server.addresses import ONTOLOGY, document_of, find_document, find_thing, knows
from pan2kg.server.dereference import NO_CACHE, Answer, Call, Holding, Subject, bury, show
from pan2kg.server.documents import DATASET, OWL, describe, read_graph, read_ontology
from pan2kg.server.protocol import is_absolute, read_form
from pan2kg.server.request import Refusal
from pan2kg.server.safety import is_plain_path
from pan2kg.server.variant import split
from pan2kg.store.store import Store, plain, select
from pan2kg.turtle.vocabulary import DCTERMS, ROOT

STARTS: Final = ("/id/", "/doc", "/graph/", "/ontology", "/dataset", "/catalogue", "/contributors")
"""How the addresses begin that are answered here."""
_UNKNOWN: Final = "The graph says nothing of <{}>."
_RETIRED: Final = """
SELECT ?mark ?next WHERE {{ {iri} <{owl}deprecated> ?mark OPTIONAL {{ {iri} <{dcterms}isReplacedBy> ?next }} }}
"""
_VERSION: Final = f"ASK {{{{ <{ONTOLOGY}> <{OWL}versionIRI>|<{OWL}versionInfo> {{}} }}}}"


def answer(call: Call, holding: Holding) -> Answer | Refusal:
    """Answer a request for an IRI of ours or for a document.

    Raises:
        Pan2kgError: the store does not answer.

    >>> from pan2kg.graph.graph import open_graph
    >>> from pan2kg.server.settings import Release
    >>> holding = Holding(open_graph().store, Release("1"), {})
    >>> dict(answer(Call("/id/plan/lu-bhr-2"), holding).headers)[b"location"]
    b'/doc/plan/lu-bhr-2'
    >>> answer(Call("/doc/plan/lu-bhr-2", accept="text/turtle;q=0.5"), holding).status
    200
    >>> answer(Call("/id/plan/nowhere"), holding).sentence
    'The graph says nothing of <https://w3id.org/pan2kg/id/plan/nowhere>.'
    """
    if call.path in ("/doc", "/doc/"):
        return _look_up(call, holding)
    if not is_plain_path(call.path):
        return Refusal(404, "This is no address of a thing.")
    first, _, rest = call.path[1:].partition("/")
    if first == "doc":
        return _describe(call, holding, rest)
    if first == "graph":
        return _graph(call, holding)
    if first == "ontology" or split(call.path[1:])[0] == "ontology":
        return _ontology(call, holding)
    return _thing(call, holding)


def _look_up(call: Call, holding: Holding) -> Answer | Refusal:
    """Lead from any IRI of the graph to its document."""
    parameters = read_form(call.query, "The address")
    if isinstance(parameters, Refusal):
        return parameters
    given = parameters.get("iri", [])
    if len(given) != 1:
        return Refusal(400, "Say which IRI: /doc?iri= followed by one IRI of the graph.")
    iri = given[0]
    if not is_absolute(iri):
        return Refusal(400, f"« {iri[:200]} » is no absolute IRI.")
    found = find_document(holding.store, iri)
    if found is None:
        return Refusal(404, _UNKNOWN.format(iri))
    fragment = iri.partition("#")[2] if found == "ontology" else ""
    return _lead(call, quote(found) + (f"#{quote(fragment)}" if fragment else ""))


def _thing(call: Call, holding: Holding) -> Answer | Refusal:
    """Lead from a thing of ours to its document, and from the version that is served to the dataset."""
    iri = ROOT + call.path[1:]
    version = iri.removeprefix(f"{DATASET}/")
    if version != iri and _is_current(holding.store, ox.Literal(version)):
        return _lead(call, document_of(DATASET))
    if not knows(holding.store, iri):
        return Refusal(404, _UNKNOWN.format(iri))
    subject = Subject(iri, document_of(iri))
    following = _replacements(holding.store, iri)
    return _lead(call, subject.path) if following is None else bury(call, holding, subject, following)


def _lead(call: Call, path: str) -> Answer:
    address = f"{call.front}{path}".encode()
    link = b"<" + address + b'>; rel="describedby"'
    return Answer(303, [(b"location", address), (b"link", link), (b"vary", b"Accept"), NO_CACHE])


def _describe(call: Call, holding: Holding, rest: str) -> Answer | Refusal:
    """The document about a thing."""
    key, fixed = split(rest)
    iri = find_thing(holding.store, key)
    if iri is None:
        return Refusal(404, f"There is no document about « {key[:200]} » here.")
    subject = Subject(iri, f"doc/{key}", fixed)
    following = _replacements(holding.store, iri) if iri.startswith(ROOT) else None
    if following is not None:
        return bury(call, holding, subject, following)
    return show(call, holding, subject, lambda: describe(holding.store, iri, call.place + subject.path))


def _graph(call: Call, holding: Holding) -> Answer | Refusal:
    """A named graph, which is its own document."""
    document, fixed = split(call.path[1:])
    iri = ROOT + document
    if not knows(holding.store, iri):
        return Refusal(404, f"There is no graph <{iri}> here.")
    return show(call, holding, Subject(iri, document, fixed), lambda: read_graph(holding.store, iri))


def _ontology(call: Call, holding: Holding) -> Answer | Refusal:
    """The ontology, under its own IRI or that of the version that is served."""
    path, fixed = split(call.path[1:])
    known = knows(holding.store, ROOT + path)
    if not known or (path != "ontology" and not _is_current(holding.store, ox.NamedNode(ROOT + path))):
        return Refusal(404, f"There is no ontology <{ROOT}{path}> here.")
    return show(call, holding, Subject(ONTOLOGY, "ontology", fixed), lambda: read_ontology(holding.store))


def _is_current(store: Store, version: ox.Literal | ox.NamedNode) -> bool:
    """Whether the ontology, and so the data written in it, is of this version."""
    return bool(store.query(_VERSION.format(version)))


def _replacements(store: Store, iri: str) -> list[str] | None:
    """What replaces a thing that was retired, maybe nothing; None where it was not retired."""
    rows = select(store, _RETIRED.format(iri=ox.NamedNode(iri), owl=OWL, dcterms=DCTERMS)).rows
    following = [plain(successor) for mark, successor in rows if plain(mark) in ("true", "1")]
    return sorted({one for one in following if is_absolute(one)}) if following else None
