"""The parts of bodies as they are decided on: what is there, what was rejected, and the blocks that are written.

What is accepted is a ``pan:Involvement`` in ``reviewed.ttl``, with the passage it rests on. An involvement has no
status, so to undo it is to take its block away again. What is rejected says nothing of the world and is no part of the
graph: it stands in ``work/<plan>/rejected.jsonl``, so that it does not come back.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pan2kg.coherence.uses import key
from pan2kg.errors import Place, ProjectError
from pan2kg.project import Project, read_text, write_atomically
from pan2kg.store.queries import program_query
from pan2kg.turtle.blocks import read_turtle_file
from pan2kg.turtle.tokens import prefixes_used
from pan2kg.turtle.vocabulary import thing
from pan2kg.turtle.writer import Statement, iri, text

if TYPE_CHECKING:
    from pan2kg.graph.graph import Graph
    from pan2kg.review.files import ProjectFiles

INVOLVEMENT: Final = "involvement"
"""The type of a candidate that says a body takes part."""
WORK: Final = "work"
REJECTED: Final = "rejected.jsonl"
LEAD: Final = "lead"
_PREFIX: Final = re.compile(r"^@prefix (?P<name>[^:\s]*): [^\n]*\n", re.MULTILINE)


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
class Rejected:
    """A part somebody rejected: the key it would have, the passage looked at, who, when, why.

    ``lines`` is how many lines the file of decisions had then, which says what was decided after what.
    """

    key: str
    passage: str
    reviewer: str
    day: str
    reason: str
    lines: int


def read_rejected(project: Project, plan: str) -> list[Rejected]:
    """The rejected parts of a plan, given by IRI, in the order they were.

    Raises:
        ProjectError: a line is none.
    """
    path = _journal(project, plan)
    if not path.is_file():
        return []
    found = []
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        try:
            found.append(Rejected(**json.loads(line)))
        except (ValueError, TypeError):
            place = Place(project.name_of(path), number)
            raise ProjectError("no-rejection", place=place, remedy="take-line-away") from None
    return found


def keep_rejected(project: Project, plan: str, rejected: Iterable[Rejected]) -> None:
    """Write all rejected parts of a plan."""
    lines = (json.dumps(asdict(one), ensure_ascii=False) for one in rejected)
    write_atomically(_journal(project, plan), "".join(f"{line}\n" for line in lines))


def _journal(project: Project, plan: str) -> Path:
    return project.root / WORK / key(plan) / REJECTED


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
        for one in read_rejected(graph.project, plan) if graph.project else ():
            rejected.setdefault(one.key, set()).add(one.passage)
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
    """The involvements in whose files all of these things are spoken of."""
    for one in files.of_kind(INVOLVEMENT, *names):
        yield FiledPart(
            one.iri, one.one("involvedIn"), one.one("involves"), tuple(map(key, one.values("role"))),
            tuple(map(key, one.values("evidence"))), one.one("reviewedBy"), one.one("reviewedOn"), one.file,
        )  # fmt: skip


def part_iri(files: ProjectFiles, name: str) -> str:
    """The IRI of an involvement that nobody has yet, from the key of what it says."""
    space, number, free = files.project.space, 1, name
    while any(f"{INVOLVEMENT}:{free} " in content for content in files.texts.values()):
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


def without_part(content: str, file: str, part: str, prefixes: Mapping[str, str]) -> str:
    """A file without an involvement, and without its passages where nothing else rests on them."""
    read = read_turtle_file(content, file)
    blocks = {block.subject: block for block in read.blocks}
    name = iri(part, prefixes)
    rests = [one.object for one in blocks[name].statements if one.predicate == "pan:evidence"]
    others = {
        one.object for block in read.blocks if block.subject != name for one in block.statements
        if one.predicate == "pan:evidence"
    }  # fmt: skip
    gone = [blocks[one] for one in (name, *rests) if one in blocks and one not in others]
    lines = content.splitlines(keepends=True)
    for block in sorted(gone, key=lambda one: -one.line):
        end = block.line
        while not lines[end - 1].rstrip().endswith(" ."):
            end += 1
        start = block.line - 1
        # the blank line before goes too
        del lines[start - 1 if start and not lines[start - 1].strip() else start : end]
    return _without_unused_prefixes("".join(lines))


def _without_unused_prefixes(content: str) -> str:
    used = prefixes_used(_PREFIX.sub("", content))
    return _PREFIX.sub(lambda found: found[0] if found["name"] in used else "", content)
