"""Which document describes which thing: from an IRI to the path of its document, and from a path to the IRI.

A thing at ``/id/plan/lu-bhr-2`` is described at ``/doc/plan/lu-bhr-2``. An instrument or body whose
IRI is somebody else's is described under its key (``/doc/instrument/reg-2017-821``); a thing
without a key under its IRI in base64 (``/doc/iri/…``), since an IRI has characters a path segment
cannot hold. A named graph is its own document, and so is the ontology, whose terms are fragments of
it. The requests for these paths are answered by :mod:`pan2kg.server.documents`.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from contextlib import suppress

import pyoxigraph as ox

from pan2kg.graph.datasets import own_profile, read_profiles
from pan2kg.graph.labels import INSTRUMENTS
from pan2kg.server.protocol import is_absolute
from pan2kg.store import Store, plain, program_query, select
from pan2kg.turtle.vocabulary import PAN, ROOT, is_ours

ONTOLOGY = PAN.removesuffix("#")
# the kinds of things that may have their IRI from others, with their classes
OFFICIAL: Mapping[str, frozenset[str]] = {
    "instrument": INSTRUMENTS,
    "provision": frozenset({PAN + "Provision"}),
    "body": frozenset({PAN + "PublicBody", PAN + "Organisation"}),
}


def space_of(store: Store) -> str:
    """How the IRIs of the project begin that a store holds."""
    return own_profile(read_profiles(store), None).space


def knows(store: Store, iri: str) -> bool:
    """Whether a store says anything of an IRI; not of what is no IRI."""
    try:
        ox.NamedNode(iri)
    except ValueError:  # as of a stray percent sign
        return False
    return is_absolute(iri) and bool(store.query(program_query("things/is-known", thing=iri)))


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
            path = iri.removeprefix(start)
            return path if path.startswith("graph/") else f"doc/{path.removeprefix('id/')}"
    return _encoded(iri)


def _encoded(iri: str) -> str:
    return f"doc/iri/{urlsafe_b64encode(iri.encode()).decode().rstrip('=')}"


def find_document(store: Store, iri: str) -> str | None:
    """The path of the document about an IRI; None where the graph says nothing of it."""
    if not knows(store, iri):
        return None
    space = space_of(store)
    document = document_of(iri, space)
    if iri.startswith(space):
        return document
    if iri.startswith(ROOT):
        # the whole IRI where a thing of the project has the same path as this one of pan2kg
        is_ambiguous = document != "ontology" and knows(store, space + iri.removeprefix(ROOT))
        return _encoded(iri) if is_ambiguous else document
    for key, class_ in select(store, program_query("things/keys-of", thing=iri)).rows:
        for kind, classes in OFFICIAL.items():
            if plain(class_) in classes:
                return f"doc/{kind}/{plain(key)}"
    return document


def find_thing(store: Store, path: str) -> str | None:
    """The IRI that the document below ``doc/`` is about, by its own key or an official one; None without."""
    space = space_of(store)
    for iri in _candidates(path, space):
        # what has its IRI from others answers to it in base64, although it may have a key
        is_others = is_absolute(iri) and not iri.startswith((space, ROOT)) and knows(store, iri)
        document = document_of(iri, space) if is_others else find_document(store, iri)
        if document == f"doc/{path}":
            return iri
    return _find_official(store, path)


def _candidates(path: str, space: str) -> list[str]:
    """The IRIs that a path below ``doc/`` may stand for: the one it has in base64, or those with that path."""
    if path.startswith("iri/"):
        token = path.removeprefix("iri/")
        with suppress(ValueError):  # no base64, or no text in it
            iri = urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
            if iri:
                return [iri]
    candidates = []
    for start in dict.fromkeys((space, ROOT)):
        candidates += [f"{start}id/{path}", start + path]
    return candidates


def _find_official(store: Store, path: str) -> str | None:
    """The IRI, somebody else's, of what has this kind and key."""
    kind, _, key = path.partition("/")
    if kind not in OFFICIAL or not key:
        return None
    iris = set()
    for thing, class_ in select(store, program_query("things/with-key", key=key)).rows:
        iri = plain(thing)
        if plain(class_) in OFFICIAL[kind] and is_absolute(iri) and not is_ours(iri):
            iris.add(iri)
    return min(iris, default=None)


def find_ours(store: Store, path: str) -> str:
    """The IRI of the project, or of pan2kg, that has this path; empty where nothing is said of it.

    A project that imports the core answers for it too, as the addresses of pan2kg need not lead here.
    """
    for start in dict.fromkeys((space_of(store), ROOT)):
        if knows(store, start + path):
            return start + path
    return ""
