"""What reviewers have withdrawn, taken out of what holds when files are loaded; the files keep every line.

A decision that withdraws (``pan:withdraws``) is a block of its own. In a store a link it names counts as superseded,
and an involvement, which has no status, no longer says anything; a withdrawn decision stays, and whoever reads
decisions looks whether one is.
"""

from __future__ import annotations

from typing import Final

import pyoxigraph as ox

from pan2kg.turtle.vocabulary import DCTERMS, ID, PAN, RDF, SKOS

_WITHDRAWS: Final = ox.NamedNode(f"{PAN}withdraws")
_STATUS: Final = ox.NamedNode(f"{PAN}status")
_SUPERSEDED: Final = ox.NamedNode(f"{ID}linkstatus/superseded")
_TYPE: Final = ox.NamedNode(f"{RDF}type")
_INVOLVEMENT: Final = ox.NamedNode(f"{PAN}Involvement")


def withdraw(store: ox.Store) -> None:
    """Let what a decision withdraws no longer hold; doing so twice changes nothing.

    >>> store = ox.Store()
    >>> d, l, p = (ox.NamedNode(f"http://e/{name}") for name in "dlp")
    >>> store.extend([ox.Quad(d, _WITHDRAWS, l), ox.Quad(l, _STATUS, d), ox.Quad(d, _WITHDRAWS, p)])
    >>> store.extend([ox.Quad(p, _TYPE, _INVOLVEMENT), ox.Quad(p, _STATUS, d)])
    >>> withdraw(store)
    >>> [quad.object.value for quad in store.quads_for_pattern(l, None, None)], len(store)
    (['https://w3id.org/pan2kg/id/linkstatus/superseded'], 3)
    """
    for thing in {quad.object for quad in store.quads_for_pattern(None, _WITHDRAWS, None)}:
        if not isinstance(thing, ox.NamedNode):
            continue  # the shapes tell of it
        if any(store.quads_for_pattern(thing, _TYPE, _INVOLVEMENT)):
            for quad in list(store.quads_for_pattern(thing, None, None)):
                store.remove(quad)
        for quad in list(store.quads_for_pattern(thing, _STATUS, None)):
            store.remove(quad)
            store.add(ox.Quad(thing, _STATUS, _SUPERSEDED, quad.graph_name))


def bury(store: ox.Store) -> None:
    """Leave of what is said to be deprecated its tombstone: names, notes and what replaces it; a link to it is over.

    Terms and concepts that are deprecated stay what they are: statements made with them are still read.

    >>> store = ox.Store()
    >>> a, b, l = (ox.NamedNode(f"http://e/{name}") for name in "abl")
    >>> store.extend([ox.Quad(a, _TYPE, ox.NamedNode(PAN + "Action")), ox.Quad(a, _DEPRECATED, ox.Literal(True))])
    >>> store.extend([ox.Quad(l, ox.NamedNode(PAN + "from"), a), ox.Quad(l, _STATUS, b)])
    >>> bury(store)
    >>> [quad.object.value for quad in store.quads_for_pattern(l, _STATUS, None)]
    ['https://w3id.org/pan2kg/id/linkstatus/superseded']
    >>> list(store.quads_for_pattern(a, _TYPE, None))
    []
    """
    for marked in list(store.quads_for_pattern(None, _DEPRECATED, None)):
        thing = marked.subject
        if not isinstance(thing, ox.NamedNode) or getattr(marked.object, "value", "") not in ("true", "1"):
            continue
        kinds = [quad for quad in store.quads_for_pattern(thing, _TYPE, None) if _is_of_ours(quad.object)]
        if not kinds:
            continue
        kept = [quad for quad in store.quads_for_pattern(thing, None, None) if quad.predicate in _TOMBSTONE]
        replaced = any(quad.predicate == _REPLACED for quad in kept)
        for quad in list(store.quads_for_pattern(thing, None, None)):
            store.remove(quad)
        store.extend([*kept, *(ox.Quad(thing, _TYPE, _RETIRED, quad.graph_name) for quad in kinds[:1] if replaced)])
        _end(store, thing)


def _end(store: ox.Store, thing: ox.NamedNode) -> None:
    """Let links to and from a thing be over, and forget parts that were had in it."""
    for predicate in _JOINING:
        for joined in {quad.subject for quad in store.quads_for_pattern(None, predicate, thing)}:
            is_part = any(store.quads_for_pattern(joined, _TYPE, _INVOLVEMENT))
            for quad in list(store.quads_for_pattern(joined, None if is_part else _STATUS, None)):
                store.remove(quad)
                if not is_part:
                    store.add(ox.Quad(joined, _STATUS, _SUPERSEDED, quad.graph_name))


def _is_of_ours(kind: object) -> bool:
    return isinstance(kind, ox.NamedNode) and kind.value.startswith(PAN) and kind != _RETIRED


_DEPRECATED: Final = ox.NamedNode("http://www.w3.org/2002/07/owl#deprecated")
_REPLACED: Final = ox.NamedNode(DCTERMS + "isReplacedBy")
_RETIRED: Final = ox.NamedNode(PAN + "RetiredIdentifier")
_TOMBSTONE: Final = frozenset(
    (_DEPRECATED, _REPLACED, *(ox.NamedNode(SKOS + name) for name in ("prefLabel", "altLabel", "editorialNote")))
)
_JOINING: Final = tuple(ox.NamedNode(PAN + name) for name in ("from", "to", "between", "involves", "involvedIn"))
