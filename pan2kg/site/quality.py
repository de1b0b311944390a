"""What the links of the graph rest on: rules or sources, with or without evidence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pan2kg.store.store import Store, plain, select
from pan2kg.turtle.vocabulary import ID, PAN

_LINKS: Final = f"""
PREFIX pan: <{PAN}>
SELECT ?type ?status ?certainty ?evident (COUNT(DISTINCT ?link) AS ?n) WHERE {{
    ?link a pan:Link ; pan:linkType ?type ; pan:status ?status .
    OPTIONAL {{ ?link pan:certainty ?certainty }}
    BIND(EXISTS {{ ?link pan:evidence ?passage }} AS ?evident)
}} GROUP BY ?type ?status ?certainty ?evident ORDER BY ?type ?status ?certainty ?evident
"""


@dataclass(frozen=True, slots=True)
class Balance:
    """Links of a type: ``derived`` by rules, ``concluded`` by editors and ``declared`` by a source, and the rest.

    ``evident`` counts the declared ones with a passage. ``unverified`` ones are not among the declared, nor are
    ``candidates``, which no measure counts. Rejected and superseded links are in the total only.
    """

    type: str
    total: int = 0
    derived: int = 0
    concluded: int = 0
    declared: int = 0
    evident: int = 0
    unverified: int = 0
    candidates: int = 0

    @property
    def unsupported(self) -> int:
        """Declared links without a passage.

        >>> Balance("x", total=3, declared=3, evident=1).unsupported
        2
        """
        return self.declared - self.evident


def balances(store: Store) -> tuple[Balance, ...]:
    """The links of each type, by type."""
    found: dict[str, Balance] = {}
    for kind, status, certainty, evident, number in select(store, _LINKS).rows:
        name = plain(kind)
        so_far = found.get(name, Balance(name))
        state, n = plain(status).removeprefix(f"{ID}linkstatus/"), int(plain(number))
        is_unverified = plain(certainty) == f"{ID}certainty/unverified"
        accepted = n if state == "accepted" and not is_unverified else 0
        declared = accepted if plain(certainty) == f"{ID}certainty/stated" else 0
        found[name] = Balance(
            name,
            so_far.total + n,
            so_far.derived + (n if state == "derived" else 0),
            so_far.concluded + accepted - declared,
            so_far.declared + declared,
            so_far.evident + (declared if plain(evident) == "true" else 0),
            so_far.unverified + (n if is_unverified else 0),
            so_far.candidates + (n if state == "candidate" else 0),
        )
    return tuple(found[name] for name in sorted(found))


def total(rows: Iterable[Balance]) -> Balance:
    """All types together.

    >>> total([Balance("a", total=1, derived=1), Balance("b", total=2, declared=2)]).total
    3
    """
    found = tuple(rows)
    numbers = (
        sum(getattr(row, name) for row in found)
        for name in ("total", "derived", "concluded", "declared", "evident", "unverified", "candidates")
    )
    return Balance("", *numbers)
