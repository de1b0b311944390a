"""What was decided on candidates and still holds; controls and second readers, who decide once more."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from random import Random
from typing import Final

from pan2kg.review.files import Filed, ProjectFiles
from pan2kg.review.filing import REVIEWED
from pan2kg.review.parts import INVOLVEMENT, part_key
from pan2kg.review.parts import part_key as key_of_part
from pan2kg.review.proposals import Proposal, Settled
from pan2kg.scores.measures import ScaleLevel as Level
from pan2kg.scores.measures import alpha
from pan2kg.turtle.blocks import read_turtle_file
from pan2kg.turtle.vocabulary import key, link_iri
from pan2kg.turtle.writer import iri, read_prefixes

_DECIDED = ("accepted", "rejected")


@dataclass(frozen=True, slots=True)
class Held:
    """A decision that holds: what was written by IRI, what it settles, how, the relation or role, and the passages.

    ``group`` is the first of what was decided at once, ``place`` its line in the file of decisions, 0 where it stands
    in another file; ``plan`` and ``matter`` are as those of a candidate.
    """

    iri: str
    plan: str
    matter: tuple[str, str]
    status: str
    relation: str
    passages: frozenset[str]
    reviewer: str
    day: str
    group: str
    place: int = 0


def held(files: ProjectFiles, plans: Iterable[str]) -> list[Held]:
    """All decisions on these plans, by IRI, in the order of the files."""
    return [one for plan in plans for one in _held(files, plan)]


def _held(files: ProjectFiles, plan: str) -> Iterator[Held]:
    name = files.project.name_of(files.project.graph / "plans" / key(plan) / REVIEWED)
    content, prefixes = files.texts.get(name, ""), read_prefixes(files.project)
    blocks = read_turtle_file(content, name).blocks if content else ()
    lines = {block.subject: block.line for block in blocks}

    def place(one: Filed) -> int:
        return lines.get(iri(one.iri, prefixes), 0) if one.file == name else 0

    for link in files.links(plan):
        if link.status in _DECIDED:
            ends = link.one("from"), link.one("to")
            yield _one(link, plan, ends, (link.status, key(link.one("relation"))), place(link))
    for part in files.of_kind(INVOLVEMENT, plan):
        if part.iri not in files.withdrawn:
            work = part.one("involvedIn")
            for role in map(key, part.values("role")):
                matter = work, key_of_part(work, part.one("involves"), role)
                yield _one(part, plan, matter, ("accepted", role), place(part))
    for no in files.of_kind("decision", plan):
        if no.values("rejectedBody") and no.iri not in files.withdrawn:
            work, role = no.one("rejectedWork"), key(no.one("rejectedRole"))
            matter = work, key_of_part(work, no.one("rejectedBody"), role)
            yield _one(no, plan, matter, ("rejected", role), place(no))


def _one(filed: Filed, plan: str, matter: tuple[str, str], how: tuple[str, str], place: int) -> Held:
    status, relation = how
    return Held(
        filed.iri, plan, matter, status, relation, frozenset(map(key, filed.values("evidence"))),
        filed.one("reviewedBy"), filed.one("reviewedOn"), filed.one("decidedWith") or filed.iri, place,
    )  # fmt: skip


def settled_by(decisions: Iterable[Held]) -> Settled:
    """What these decisions settle."""
    accepted: dict[tuple[str, str], frozenset[str]] = {}
    seen: dict[tuple[str, str], frozenset[str]] = {}
    by: dict[tuple[str, str], frozenset[str]] = {}
    for one in decisions:
        seen[one.matter] = seen.get(one.matter, frozenset()) | one.passages
        by[one.matter] = by.get(one.matter, frozenset()) | {one.reviewer}
        if one.status == "accepted":
            accepted[one.matter] = accepted.get(one.matter, frozenset()) | {one.relation}
    return Settled(accepted, seen, by)


def last_of(decisions: Sequence[Held], reviewer: str, when: Mapping[str, float]) -> list[Held]:
    """What somebody decided last in files of decisions and still holds; several where they were decided at once.

    ``when`` says when something was written, by IRI, where this machine knows; else the day and the place decide.
    """
    own = [one for one in decisions if one.reviewer == reviewer and one.place]
    if not own:
        return []
    last = max(own, key=lambda one: (one.day, when.get(one.iri, 0.0), one.place))
    return [one for one in own if one.group == last.group]


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
