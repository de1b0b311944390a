"""The parts of bodies as they are decided on: what is there, what was rejected, and the blocks that are written.

What is accepted is a ``pan:Involvement`` in ``reviewed.ttl``, with the passage it rests on. What is rejected says
nothing of the world: it is a ``pan:Decision`` there, so that it does not come back, on no machine.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from pan2kg.coherence.uses import key
from pan2kg.store.queries import program_query
from pan2kg.turtle.vocabulary import thing
from pan2kg.turtle.writer import Statement, iri, text

if TYPE_CHECKING:
    from pan2kg.graph.graph import Graph
    from pan2kg.review.files import ProjectFiles

INVOLVEMENT: Final = "involvement"
"""The type of a candidate that says a body takes part."""
LEAD: Final = "lead"


def part_key(work: str, body: str, role: str) -> str:
    """The key of a body's part in a work, given by IRI, in one role.

    >>> part_key("https://w3id.org/pan2kg/id/action/x-1", "https://w3id.org/pan2kg/id/body/x-justice", "lead")
    'x-1-x-justice-lead'
    """
    return f"{key(work)}-{key(body)}-{role}"


def place_key(sha: str, start: int, end: int) -> str:
    """The key of the passage of a file with this hash, from and to a place of its canonical text."""
    return sha256(f"{sha}|{start}|{end}".encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class KnownParts:
    """What is known of the parts of a plan: the roles of a body in a work, who leads, and the passages rejected."""

    roles: Mapping[tuple[str, str], frozenset[str]]
    rejected: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, graph: Graph, plan: str) -> KnownParts:
        """What the graph and the folder of the plan say."""
        roles: dict[tuple[str, str], set[str]] = {}
        for work, body, role in graph.read(program_query("review/parts-of-plan", plan=plan)):
            roles.setdefault((work, body), set()).add(key(role))
        rejected: dict[str, set[str]] = {}
        for work, body, role, passage in graph.read(program_query("review/rejected-parts", plan=plan)):
            rejected.setdefault(part_key(work, body, key(role)), set()).add(key(passage))
        return cls(
            {ends: frozenset(said) for ends, said in roles.items()},
            {name: frozenset(said) for name, said in rejected.items()},
        )

    def settles(self, work: str, body: str, role: str, passages: Iterable[str]) -> str:
        """Why a part is not proposed: ``accepted``, ``rejected`` on these passages, or empty."""
        if role in self.roles.get((work, body), ()):
            return "accepted"
        before = self.rejected.get(part_key(work, body, role))
        return "rejected" if before is not None and before.issuperset(passages) else ""

    def was_rejected(self, group: tuple[str, str, str]) -> bool:
        """Whether somebody rejected it on other passages."""
        return part_key(*group) in self.rejected

    def has_other_lead(self, group: tuple[str, str, str]) -> bool:
        """Whether it would be a second lead."""
        work, body, role = group
        leads = (ends for ends, roles in self.roles.items() if LEAD in roles)
        return role == LEAD and any(one == work and other != body for one, other in leads)


@dataclass(frozen=True, slots=True)
class FiledPart:
    """An involvement as it stands in a file: its IRI, work, body, roles, passages, and who accepted it on which day."""

    iri: str
    work: str
    body: str
    roles: tuple[str, ...]
    passages: tuple[str, ...]
    reviewer: str
    day: str
    file: str

    @property
    def keys(self) -> frozenset[tuple[str, str]]:
        """What it decides on: the key of each part with its role."""
        return frozenset((part_key(self.work, self.body, role), role) for role in self.roles)


def filed_parts(files: ProjectFiles, *names: str) -> Iterator[FiledPart]:
    """The involvements in whose files all of these things are spoken of, but for those that were withdrawn."""
    for one in files.of_kind(INVOLVEMENT, *names):
        if one.iri in files.withdrawn:
            continue
        yield FiledPart(
            one.iri, one.one("involvedIn"), one.one("involves"), tuple(map(key, one.values("role"))),
            tuple(map(key, one.values("evidence"))), one.one("reviewedBy"), one.one("reviewedOn"), one.file,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class RejectedPart:
    """A part somebody rejected, as it stands in a file: what it would have said, the passages looked at, who, when."""

    iri: str
    work: str
    key: str
    role: str
    passages: tuple[str, ...]
    reviewer: str
    day: str
    file: str


def rejected_parts(files: ProjectFiles, *names: str) -> Iterator[RejectedPart]:
    """The rejected parts in whose files all of these things are spoken of, but for those that were withdrawn."""
    for one in files.of_kind("decision", *names):
        work, body, role = (one.one(f"rejected{name}") for name in ("Work", "Body", "Role"))
        if body and one.iri not in files.withdrawn:
            yield RejectedPart(
                one.iri, work, part_key(work, body, key(role)), key(role), tuple(map(key, one.values("evidence"))),
                one.one("reviewedBy"), one.one("reviewedOn"), one.file,
            )  # fmt: skip


def part_iri(files: ProjectFiles, name: str, taken: Collection[str] = ()) -> str:
    """The IRI of an involvement that nobody has yet, nor is among ``taken``, from the key of what it says."""
    space, number, free = files.project.space, 1, name
    while thing(INVOLVEMENT, free, space) in taken or any(
        f"{INVOLVEMENT}:{free} " in content for content in files.texts.values()
    ):
        number += 1
        free = f"{name}-{number}"
    return thing(INVOLVEMENT, free, space)


def part_statements(
    ends: tuple[str, str], role: str, said: tuple[str, str] | None, prefixes: Mapping[str, str]
) -> Iterator[Statement]:
    """What an involvement says first: body, work, role, and the words of the source with their language."""
    yield Statement("a", "pan:Involvement")
    yield Statement("pan:involves", iri(ends[1], prefixes))
    yield Statement("pan:involvedIn", iri(ends[0], prefixes))
    yield Statement("pan:role", f"role:{role}")
    if said:
        yield Statement("pan:roleAsStated", text(*said))
