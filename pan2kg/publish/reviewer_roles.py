"""Who reviewed, published as a role: « reviewer-1 » stands for a person who did not agree to be named.

Who agreed stands in ``graph/catalogue.ttl``, as a ``foaf:Person`` or ``foaf:Agent`` of that name.
"""

import pyoxigraph as ox

from pan2kg.publish.vocabulary import FOAF, node
from pan2kg.store import LocalStore
from pan2kg.turtle import PAN

_REVIEWED_BY = node(PAN + "reviewedBy")
_REVIEWED_ON = node(PAN + "reviewedOn")
_NO_DAY = "9999"
"""Stands after every day."""


def name_roles(store: LocalStore) -> None:
    """Write a role, « reviewer-1 », for each person who reviewed and did not agree to be named.

    Numbers follow the first day on which somebody reviewed, so that a later release keeps those of
    the one before.
    """
    reviews = list(store.inner.quads_for_pattern(None, _REVIEWED_BY, None))
    begun: dict[str, str] = {}
    for review in reviews:
        reviewer = _text_of(review)
        days = store.inner.quads_for_pattern(review.subject, _REVIEWED_ON, None)
        day = min(map(_text_of, days), default=_NO_DAY)
        begun[reviewer] = min(day, begun.get(reviewer, _NO_DAY))
    unnamed = begun.keys() - _agreed_names(store)
    ordered = sorted(unnamed, key=lambda reviewer: (begun[reviewer], reviewer))
    roles = {reviewer: f"reviewer-{number}" for number, reviewer in enumerate(ordered, 1)}
    for review in reviews:
        if role := roles.get(_text_of(review)):
            store.inner.remove(review)
            store.inner.add(
                ox.Quad(review.subject, review.predicate, ox.Literal(role), review.graph_name)
            )


def _text_of(quad: ox.Quad) -> str:
    return getattr(quad.object, "value", "")


def _agreed_names(store: LocalStore) -> set[str]:
    quads = store.inner.quads_for_pattern(None, node(FOAF + "name"), None)
    return {quad.object.value for quad in quads if isinstance(quad.object, ox.Literal)}
