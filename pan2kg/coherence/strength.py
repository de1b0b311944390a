"""How strongly two actions are linked by the instruments both rest on, and which instrument gives how much."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pan2kg.coherence.uses import Uses
from pan2kg.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pan2kg.coherence.basis import Basis


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement of use: an action or plan, what it names, and the instrument that counts as.

    ``path`` goes from the work over what it names (a provision, a national act) to the instrument.
    """

    link: str
    work: str
    instrument: str
    path: tuple[str, ...]
    relation: str = ""
    quote: str = ""
    document: str = ""


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one shared instrument gives to a strength; all of them add up to it."""

    instrument: str
    weight: float
    share: float
    bits: float
    statements: tuple[Statement, ...] = ()

    @property
    def paths(self) -> tuple[tuple[str, ...], ...]:
        """The ways from one action to the other over this instrument, as far as statements were given."""
        works = list(dict.fromkeys(statement.work for statement in self.statements))
        if len(works) != 2:
            return ()
        there, back = ([s.path for s in self.statements if s.work == work] for work in works)
        return tuple(dict.fromkeys((*a, *reversed(b[:-1])) for a in there for b in back))


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why two actions are linked, and how strongly."""

    one: str
    two: str
    strength: float
    bits: float
    contributions: tuple[Contribution, ...]
    basis: Basis


def strength(uses: Uses, one: str, two: str) -> float:
    """How strongly two actions are linked, in [0,1], symmetric.

    s(a,b) = Σ_{i∈A∩B} w_i / Σ_{i∈A∪B} w_i with w_i = ln(n/d_i); 0/0 = 0. An instrument every action uses
    weighs nothing, so a hub links nobody. This is the weighted Jaccard (Ruzicka) similarity of two sets.

    Source: Ioffe, S. (2010). Improved consistent sampling, weighted minhash and L1 sketching. ICDM, 246–255.

    Raises:
        QueryError: an unknown action, with the nearest names; or the same action twice.

    >>> from pan2kg.coherence.uses import uses_of
    >>> pairs = [("a1", "U"), ("a1", "K"), ("a2", "U"), ("a2", "W"), ("a3", "U"), ("a3", "T")]
    >>> pairs += [("b1", "U"), ("b1", "K"), ("b1", "T"), ("b2", "U"), ("b2", "T")]
    >>> uses = uses_of(pairs, {"a1": "P", "a2": "P", "a3": "P", "b1": "Q", "b2": "Q"})
    >>> round(strength(uses, "a1", "b1"), 6), round(strength(uses, "a3", "b1"), 6), strength(uses, "a3", "b2")
    (0.642057, 0.357943, 1.0)
    >>> strength(uses, "a2", "b1")
    0.0
    """
    return explain(uses, one, two).strength


def bits(uses: Uses, one: str, two: str) -> float:
    """How surprising it is to find the same instruments in both, in bits, ≥ 0.

    bits(a,b) = Σ_{i∈A∩B} log2(n/d_i).

    Source: Shannon, C. E. (1948). A mathematical theory of communication. Bell System Technical Journal 27;
    each instrument counts with its self-information.

    Raises:
        QueryError: as for :func:`strength`.

    >>> from pan2kg.coherence.uses import uses_of
    >>> uses = uses_of([("a", "K"), ("b", "K"), ("c", "L"), ("d", "L")], dict.fromkeys("abcd", "p"))
    >>> bits(uses, "a", "b")
    1.0
    """
    return explain(uses, one, two).bits


def explain(uses: Uses, one: str, two: str, statements: Iterable[Statement] = ()) -> Explanation:
    """The strength of a pair with the contribution w_i / Σ_{A∪B} w of each shared instrument.

    Contributions add up to the strength. They are sorted by what they give, the greatest first, then by
    IRI. A shared instrument without weight is listed with 0: it is shared, and it links nobody.
    ``statements`` of either action, as ``reading.read_statements`` gives them, are put with their instrument.

    Raises:
        QueryError: an unknown action, with the nearest names; or the same action twice.

    >>> from pan2kg.coherence.uses import uses_of
    >>> found = explain(uses_of([("a", "K"), ("b", "K"), ("b", "L"), ("c", "M")], dict.fromkeys("abc", "p")), "a", "b")
    >>> [(part.instrument, round(part.share, 4)) for part in found.contributions]
    [('K', 0.2696)]
    """
    at, other = uses.find_action(one), uses.find_action(two)
    if at == other:
        raise QueryError(f"« {one} » is given twice.", remedy="Give two different actions.")
    left, right = set(uses.table.row(at).tolist()), set(uses.table.row(other).tolist())
    whole = math.fsum(float(uses.weights[i]) for i in sorted(left | right))
    given = tuple(statements)
    parts = sorted(
        (_contribution(uses, i, whole, (uses.actions[at], uses.actions[other]), given) for i in left & right),
        key=lambda part: (-part.share, part.instrument),
    )
    return Explanation(
        uses.actions[at],
        uses.actions[other],
        math.fsum(part.weight for part in parts) / whole if whole else 0.0,
        math.fsum(part.bits for part in parts),
        tuple(parts),
        uses.basis,
    )


def _contribution(
    uses: Uses, at: int, whole: float, ends: tuple[str, str], given: tuple[Statement, ...]
) -> Contribution:
    name, weight = uses.instruments[at], float(uses.weights[at])
    behind = [s for s in given if s.instrument == name and s.work in ends]
    behind.sort(key=lambda s: (ends.index(s.work), s.path, s.link))
    return Contribution(name, weight, weight / whole if whole else 0.0, weight / math.log(2), tuple(behind))
