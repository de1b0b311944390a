"""What goes when something goes: what is part of it, what is about it, and what only it was shown by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

import pyoxigraph as ox

from pan2kg.store.dates_dates import ELI, ORG, Node
from pan2kg.store.store import LocalStore
from pan2kg.turtle.vocabulary import PAN

NEEDS: Final = (
    PAN + "inPlan",
    PAN + "inReview",
    PAN + "involvedIn",
    PAN + "involves",
    PAN + "from",
    PAN + "to",
    PAN + "between",
    PAN + "implements",
    PAN + "milestoneOf",
    PAN + "underInstrument",
    ELI + "is_part_of",
    ORG + "member",
    ORG + "organization",
    ORG + "resultingOrganization",
)
"""Properties without whose object the subject is not there: a link without an end, a provision without its act."""

OWNS: Final = (
    PAN + "hasTimeline",
    PAN + "hasIndicator",
    PAN + "hasExpectedResult",
    PAN + "hasVerificationSource",
    PAN + "hasPosition",
    PAN + "inCategory",
    PAN + "evidence",
    "http://www.w3.org/ns/adms#identifier",
)
"""Properties whose object goes with the last of its subjects: a passage nobody cites any more."""

ABOUT: Final = (PAN + "concerns",)
"""Properties whose subject goes with the last of its objects: a conflict about things that are all gone."""

Ties = dict[Node, list[Node]]


def follow(store: LocalStore, gone: Iterable[Node]) -> set[Node]:
    """All that is gone once some things are: these, and what cannot be without them.

    >>> link, end = ox.NamedNode("http://e/link"), ox.NamedNode("http://e/end")
    >>> store = LocalStore(ox.Store())
    >>> store.add("http://e/graph", [ox.Triple(link, ox.NamedNode(PAN + "from"), end)])
    >>> sorted(node.value for node in follow(store, [end]))
    ['http://e/end', 'http://e/link']
    """
    needing = _ties(store, NEEDS, backward=True)
    weak = [(_ties(store, OWNS), _ties(store, OWNS, backward=True)),
            (_ties(store, ABOUT, backward=True), _ties(store, ABOUT))]  # fmt: skip
    found = set(gone)
    left = list(found)
    while left:
        one = left.pop()
        also = [*needing.get(one, ()), *(other for ties, held in weak for other in _unheld(one, ties, held, found))]
        new = [other for other in also if other not in found]
        found.update(new)
        left += new
    return found


def _unheld(one: Node, ties: Ties, held: Ties, gone: set[Node]) -> list[Node]:
    """What hung on ``one`` and has nothing else left that holds it."""
    return [other for other in ties.get(one, ()) if all(holder in gone for holder in held[other])]


def _ties(store: LocalStore, predicates: Iterable[str], *, backward: bool = False) -> Ties:
    found: Ties = defaultdict(list)
    for predicate in predicates:
        for quad in store.inner.quads_for_pattern(None, ox.NamedNode(predicate), None, None):
            one, two = (quad.object, quad.subject) if backward else (quad.subject, quad.object)
            if isinstance(one, Node) and isinstance(two, Node):
                found[one].append(two)
    return found
