"""Controls and second readers: whether somebody still reads, and how far two people decide alike."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from random import Random
from typing import TYPE_CHECKING, Final

from pan2kg.coherence.agreement import Level, alpha
from pan2kg.coherence.uses import key
from pan2kg.review.parts import part_key
from pan2kg.turtle.vocabulary import link_iri

if TYPE_CHECKING:
    from pan2kg.review.proposals import Proposal
    from pan2kg.review.record import Held

CONTROL: Final = 20
"""One in so many that are shown is a control, where controls are wanted."""
SECOND: Final = 0.1
"""The share of what was decided that a second reader decides again."""


def with_controls(waiting: Sequence[Proposal], proposals: Sequence[Proposal], met: Collection[str]) -> list[Proposal]:
    """What waits with one planted among each twenty: words of one candidate with the target of another.

    Where it is planted and what it names follows from ``proposals``, all candidates in their order, so that it is the
    same whenever the desk is opened; what somebody has ``met``, by key, is not planted again. Its key is what a link of
    these ends would have, which tells nobody that it is a control. Nothing is planted where there are no two targets,
    or where the other target is proposed for the same work too.
    """
    # of few the one in the middle
    hosts = proposals[min(CONTROL // 2, len(proposals) // 2) :: CONTROL - 1]
    planted = {one.key: control for one in hosts if (control := _of(one, proposals))}
    shown: list[Proposal] = []
    for one in waiting:
        control = planted.get(one.key)
        if control and control.key not in met:
            shown.append(control)
        shown.append(one)
    return shown


def _of(one: Proposal, proposals: Iterable[Proposal]) -> Proposal | None:
    """The control that is planted before a candidate."""
    listed = list(proposals)
    proposed = {other.ends for other in listed}
    targets = sorted({
        other.target for other in listed
        if other.is_part == one.is_part and (one.start, other.target) not in proposed
        and other.target.startswith("http")
    })  # fmt: skip
    if not targets:
        return None
    target = Random(one.key).choice(targets)  # noqa: S311 - the same whenever it is asked for
    changed = replace(one, target=target, remarks=(), is_control=True)
    made = part_key(one.start, target, one.relation) if one.is_part else ""
    return replace(changed, key=made or key(link_iri(changed.type, *changed.ends, relation=one.relation)))


def for_second_reader(decided: Sequence[Proposal]) -> list[Proposal]:
    """What a second reader decides without seeing the first decision: a tenth by lot, and all that is derived.

    The lot is drawn from the keys, so that it is the same for all who read a second time.
    """
    by_lot = sorted(decided, key=lambda one: sha256(one.key.encode()).digest())
    drawn = {one.key for one in by_lot[: round(SECOND * len(decided))]}
    return [one for one in decided if one.is_derived or one.key in drawn]


@dataclass(frozen=True, slots=True)
class Apart:
    """Something two people decided otherwise: the first, whose decision holds, and the second, with their names."""

    proposal: Proposal
    first: tuple[str, str]
    second: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Comparison:
    """How far second readers agree: Krippendorff's alpha, None where it has no value, and what they disagree on."""

    both: int
    alpha: float | None
    apart: tuple[Apart, ...]


def compare_readers(
    proposals: Iterable[Proposal], decisions: Iterable[Held], second: Mapping[tuple[str, str], str]
) -> Comparison:
    """The decisions that hold beside those of second readers, which are given by candidate and name."""
    first = {one.matter: (one.reviewer, one.status) for one in decisions}
    known = {one.key: one for one in proposals}
    pairs = [
        Apart(known[name], first[known[name].matter], (reader, status))
        for (name, reader), status in second.items()
        if name in known and known[name].matter in first and first[known[name].matter][0] != reader
    ]
    ratings = [[float(said == "accepted") for said in side] for side in zip(
        *((one.first[1], one.second[1]) for one in pairs), strict=True
    )]  # fmt: skip
    apart = tuple(one for one in pairs if one.first[1] != one.second[1])
    return Comparison(len(pairs), alpha(ratings, Level.NOMINAL) if pairs else None, apart)
