"""The parts of bodies: which a text gives a body it names, which are decided, and the blocks that are written.

What is accepted is a ``pan:Involvement`` in ``reviewed.ttl``, with the passage it rests on. What is rejected says
nothing of the world: it is a ``pan:Decision`` there, so that it does not come back, on no machine.

A label says the role for all of its field. In a running sentence only a verb or noun of responsibility right before or
behind the name does; where there is none, nothing is proposed.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pan2kg.extract.acts import either
from pan2kg.extract.document import BETWEEN_CELLS, BETWEEN_ROWS, Block, Document
from pan2kg.store.queries import program_query
from pan2kg.turtle.vocabulary import key, thing
from pan2kg.turtle.writer import Statement, iri, text

if TYPE_CHECKING:
    from pan2kg.extract.names import Mention
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


_LABEL: Final = re.compile(r"(?:^|[;•|])\s*(?:[-–•*]\s*)?(?P<label>[^\W\d_][^:;.!?|]{1,48}?)\s?:\s")
_LONGEST: Final = 4
"""How many words a label has at most that no role is known for; what is longer introduces a sentence."""
_SENTENCE: Final = re.compile(r"[.!?…]\s+(?=[A-ZÀ-Ü«“„])|[\n\t:;]")
_NEAR: Final = 3
"""How many words may stand between a name and what says its role: articles, « le ministère de », « notably »."""
_AROUND: Final = 300
_WORD: Final = re.compile(r"[^\W_]+")
_CASE: Final = re.compile(r"\s*\((?:s|e|es|en|in|innen)\)|[·/](?:e|s|es|in|innen)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Role:
    """A role by its key, the words that say it, and what they are: ``field``, ``before``, ``after`` or ``default``."""

    key: str
    said: str
    how: str


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("roles.toml").read_text(encoding="utf-8"))


def rank_of(role: Role) -> float:
    """How sure a proposal is, in [0, 1]."""
    return float(_table()["rank"][role.how])


def keys() -> frozenset[str]:
    """All roles that may be proposed."""
    return frozenset(str(one["role"]) for one in (*_table()["role"], _table()["default"]))


@cache
def _patterns(side: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The roles with the pattern of what stands on a side of the name; a label is all there is."""
    ends = ("", "") if side == "field" else (r"(?<!\w)", r"(?!\w)")
    return tuple(
        (str(one["role"]), re.compile(f"{ends[0]}{either(one[side])}{ends[1]}", re.IGNORECASE))
        for one in _table()["role"] if side in one
    )  # fmt: skip


def role_of(document: Document, mention: Mention, others: Sequence[Mention] = ()) -> Role | None:
    """The role a document gives the body of a mention, None where nothing says one.

    ``others`` are the mentions of other bodies, which in a list stand between a name and its verb.

    >>> from pan2kg.extract.document import Block, Document, laid
    >>> from pan2kg.extract.names import Mention
    >>> text = "Chef de file : ministère de la Justice"
    >>> document = Document("plan.txt", "", "txt", None, laid([Block(None, None, "paragraph", text)]))
    >>> role_of(document, Mention(15, 38, text[15:], "i", "body", "name"))
    Role(key='lead', said='Chef de file', how='field')
    """
    block = document.block_at(mention.start)
    if block is None:
        return None
    at = mention.start - block.start
    labels = list(_labels(document, block, at))
    for label in labels:
        if role := _of_label(label):
            return Role(role, label, "field")
    if found := _beside(block.text, at, mention.end - block.start, _places(block, others)):
        return found
    short = [label for label in labels if len(label.split()) <= _LONGEST]
    return Role(str(_table()["default"]["role"]), short[0], "default") if short else None


def _of_label(label: str) -> str:
    """The role a label says, empty where it says none."""
    plain = _CASE.sub("", label).strip(" :*•–-")
    return next((role for role, pattern in _patterns("field") if pattern.fullmatch(plain)), "")


def _labels(document: Document, block: Block, at: int) -> Iterator[str]:
    """What may be the label of the field a place of a block stands in, the nearest first."""
    line_start = block.text.rfind(BETWEEN_ROWS, 0, at) + 1
    cell_start = max(line_start, block.text.rfind(BETWEEN_CELLS, 0, at) + 1)
    before = block.text[cell_start:at]
    found = list(_LABEL.finditer(before))
    if found and not re.search(r"[.!?]\s", before[found[-1].end() :]):
        yield found[-1]["label"].strip()
        return
    if block.kind == "table":
        yield from _heads(block, line_start, at)
    elif above := _block_before(document, block):
        yield above


def _heads(block: Block, line_start: int, at: int) -> Iterator[str]:
    """Of a cell of a table: the cell left of it where that is the label of a row, and the head of its column."""
    cells = block.text[line_start:at].split(BETWEEN_CELLS)
    if len(cells) > 1 and _of_label(cells[-2]):
        yield cells[-2].strip()
    first = block.text.split(BETWEEN_ROWS)[0].split(BETWEEN_CELLS)
    if line_start and len(cells) <= len(first) and _of_label(first[len(cells) - 1]):
        yield first[len(cells) - 1].strip()


def _block_before(document: Document, block: Block) -> str:
    """A line of its own that is the label of what follows, be it a list."""
    earlier = [one for one in document.blocks if one.start < block.start]
    for one in reversed(earlier):
        if one.kind == "item" and block.kind == "item" and not _of_label(one.text):
            continue
        return one.text.strip(" :") if _of_label(one.text) else ""
    return ""


def _places(block: Block, mentions: Sequence[Mention]) -> list[tuple[int, int]]:
    return [
        (one.start - block.start, one.end - block.start) for one in mentions if block.start <= one.start < block.end
    ]


def _beside(text: str, start: int, end: int, others: Sequence[tuple[int, int]]) -> Role | None:
    """The role the nearest words of responsibility give, before the name or behind it, in its sentence."""
    bounds = list(_SENTENCE.finditer(text))
    first = max((one.end() for one in bounds if one.end() <= start), default=0)
    last = min((one.start() for one in bounds if one.start() >= end), default=len(text))
    hidden = _without(text, others)
    sides = {"before": (max(first, start - _AROUND), start), "after": (end, min(last, end + _AROUND))}
    found = []
    for side, (low, high) in sides.items():
        for place, (role, pattern) in enumerate(_patterns(side)):
            for spot in pattern.finditer(hidden, low, high):
                between = (spot.end(), high) if side == "before" else (low, spot.start())
                distance = _words_between(hidden, between)
                if distance <= _NEAR:
                    found.append((distance, place, Role(role, text[spot.start() : spot.end()].strip(), side)))
    return min(found, key=lambda one: one[:2])[2] if found else None


def _without(text: str, places: Sequence[tuple[int, int]]) -> str:
    """A text with the names of bodies blanked: those of a list do not part a name from its verb."""
    for start, end in places:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _words_between(text: str, place: tuple[int, int]) -> int:
    return len(_WORD.findall(text[place[0] : place[1]]))
