"""What reviewers have withdrawn, taken out of what holds when files are loaded; the files keep every line.

A decision that withdraws (``pan:withdraws``) is a block of its own. In a store a link it names counts as superseded,
and an involvement, which has no status, no longer says anything; a withdrawn decision stays, and whoever reads
decisions looks whether one is.
"""

from __future__ import annotations

from typing import Final

import pyoxigraph as ox

from pan2kg.turtle.vocabulary import ID, PAN, RDF

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
