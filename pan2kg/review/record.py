"""What was decided on the candidates of plans and still holds, as the files of a project say it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pan2kg.coherence.uses import key
from pan2kg.review.files import ProjectFiles
from pan2kg.review.filing import FILE
from pan2kg.review.parts import INVOLVEMENT
from pan2kg.review.parts import part_key as key_of_part
from pan2kg.review.proposals import Settled
from pan2kg.turtle.blocks import read_turtle_file
from pan2kg.turtle.writer import iri, read_prefixes

if TYPE_CHECKING:
    from pan2kg.review.files import Filed

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
    name = files.project.name_of(files.project.graph / "plans" / key(plan) / FILE)
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
