"""Which document describes a thing, and which thing a document describes.

A thing at ``/id/plan/lu-bhr-2`` is described at ``/doc/plan/lu-bhr-2``. An instrument or body whose IRI is somebody
else's is described under its key (``/doc/instrument/reg-2017-821``); a thing without a key under its IRI in base64
(``/doc/iri/…``), since an IRI has characters a path segment cannot hold. A named graph is its own document, and so is
the ontology, whose terms are fragments of it.
"""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Final

import pyoxigraph as ox

from pan2kg.graph.dataset import own_profile, read_profiles
from pan2kg.graph.labels import INSTRUMENTS
from pan2kg.server.protocol import is_absolute
from pan2kg.store.queries import program_query
from pan2kg.store.store import Store, plain, select
from pan2kg.turtle.vocabulary import PAN, ROOT, is_ours

ONTOLOGY: Final = PAN.removesuffix("#")
OTHERS: Final = "doc/iri/"
OFFICIAL: Final[Mapping[str, frozenset[str]]] = {
    "instrument": INSTRUMENTS,
    "provision": frozenset({PAN + "Provision"}),
    "body": frozenset({PAN + "PublicBody", PAN + "Organisation"}),
}
"""The kinds of things that may have their IRI from others, with their classes."""


def space_of(store: Store) -> str:
    """What the IRIs of the project a store holds begin with; of several, those of the first.

    Raises:
        Pan2kgError: the store does not answer.
    """
    return own_profile(read_profiles(store), None).space


def document_of(iri: str, space: str = ROOT) -> str:
    """The path of the document about an IRI, from the IRI alone; the project's own IRIs begin with ``space``.

    >>> document_of(ROOT + "id/plan/lu-bhr-2"), document_of(ROOT + "graph/conflicts"), document_of(PAN + "Plan")
    ('doc/plan/lu-bhr-2', 'graph/conflicts', 'ontology')
    >>> document_of(ROOT + "dataset"), document_of("http://e/x")
    ('doc/dataset', 'doc/iri/aHR0cDovL2UveA')
    """
    if iri == ONTOLOGY or iri.startswith((PAN, f"{ONTOLOGY}/")):
        return "ontology"
    for start in (space, ROOT):
        if iri.startswith(start):
            rest = iri.removeprefix(start)
            return rest if rest.startswith("graph/") else f"doc/{rest.removeprefix('id/')}"
    return _encoded(iri)


def _encoded(iri: str) -> str:
    return OTHERS + urlsafe_b64encode(iri.encode()).decode().rstrip("=")


def find_document(store: Store, iri: str) -> str | None:
    """The path of the document about an IRI the graph knows; None where it does not know it.

    Raises:
        Pan2kgError: the store does not answer.
    """
    if not knows(store, iri):
        return None
    space = space_of(store)
    if iri.startswith((space, ROOT)):
        return _told_apart(store, iri, space)
    rows = select(store, program_query("things/keys-of", thing=iri)).rows
    keyed = ((plain(key), _kind(plain(kind))) for key, kind in rows)
    return next((f"doc/{kind}/{key}" for key, kind in keyed if kind), document_of(iri, space))


def _told_apart(store: Store, iri: str, space: str) -> str:
    """The document of an IRI of ours; by its whole where a thing of the project has the path of one of pan2kg."""
    found = document_of(iri, space)
    same = space + iri.removeprefix(ROOT)
    if not iri.startswith(space) and iri.startswith(ROOT) and found != "ontology" and knows(store, same):
        return _encoded(iri)
    return found


def _kind(class_: str) -> str:
    return next((kind for kind, classes in OFFICIAL.items() if class_ in classes), "")


def find_thing(store: Store, rest: str) -> str | None:
    """The IRI a document is about, from its path below ``doc/``; None where the graph knows no such thing.

    Raises:
        Pan2kgError: the store does not answer.

    >>> from pan2kg.graph.graph import open_graph
    >>> store = open_graph().store
    >>> find_thing(store, "instrument/reg-2017-821"), find_thing(store, "plan/nowhere")
    ('http://data.europa.eu/eli/reg/2017/821/oj', None)
    """
    named = _decoded(rest) if rest.startswith("iri/") else ""
    space = space_of(store)
    starts = dict.fromkeys((space, ROOT))
    for iri in (named,) if named else [start + path for start in starts for path in (f"id/{rest}", rest)]:
        if is_absolute(iri) and knows(store, iri) and _told_apart(store, iri, space) == f"doc/{rest}":
            return iri
    kind, _, key = rest.partition("/")
    if kind not in OFFICIAL or not key:
        return None
    rows = select(store, program_query("things/with-key", key=key)).rows
    found = {plain(thing) for thing, class_ in rows if plain(class_) in OFFICIAL[kind]}
    return min((iri for iri in found if is_absolute(iri) and not is_ours(iri)), default=None)


def _decoded(rest: str) -> str:
    token = rest.removeprefix("iri/")
    try:
        return urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
    except (binascii.Error, UnicodeError):
        return ""


def knows(store: Store, iri: str) -> bool:
    """Whether an IRI is spoken of in the graph, or names a part of it.

    Raises:
        Pan2kgError: the store does not answer.
    """
    if not is_absolute(iri):
        return False
    try:
        ox.NamedNode(iri)
    except ValueError:  # as of a stray percent sign
        return False
    return bool(store.query(program_query("things/is-known", thing=iri)))
