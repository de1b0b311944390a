"""What can be decided, what somebody decided of it, and what holds of it in the files.

A candidate is a link, or a body's part in a work: from a document, from the graph, or stated by
hand. What cannot be decided is told by :mod:`pan2kg.review.refusals`; how a decision is written,
and taken back, by :mod:`pan2kg.review.filing`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from pan2kg.coherence.citations import CROSS_REFERENCES
from pan2kg.extract.document import Document, Quotation
from pan2kg.i18n import Message
from pan2kg.review.standing import Filed, ProjectFiles
from pan2kg.turtle.blocks import read_turtle_file
from pan2kg.turtle.vocabulary import key, kind_and_key
from pan2kg.turtle.writer import iri, read_prefixes

REVIEWED = "reviewed"
"""The part of a plan that holds what was decided of it."""
INVOLVEMENT = "involvement"
"""The type of a candidate that says a body takes part."""
CITATION = "cross-reference"
"""The type of a link by which a work cites another one."""
USE = "uses-instrument"
"""The type of a link by which a work uses a text."""
THIRD = "external-statement"
"""What somebody else states of two texts; the words may be anybody's."""
MENTION = "references"
"""The relation of what is named and no more."""
WORKS = frozenset(("plan", "action", "part", "category"))
"""The kinds of what cites by a cross-reference, where it names another of them; a text is used."""
TYPES = (*CROSS_REFERENCES, "builds-on", THIRD)
"""The types of link a suggestion of the graph can become."""
SETTLED = frozenset((*TYPES, "succession"))
"""The types of which an accepted or rejected link settles what was suggested of its ends."""
CHANNELS = ("text", "annex", "web")
"""Where a citation stands: in the text, an annex, or on a page beside it."""
DIRECTIONS = ("forth", "back")
"""From the first end of a suggestion to the second, or the other way round."""
REASONS = ("not-meant", "wrong-edition", "only-repeated", "too-vague", "other-reason")
"""Why something is rejected, by the keys 1 to 5."""
_DERIVED = frozenset(("derived", "note-latest-edition", "note-refers-back"))
"""The remarks of a candidate whose target follows from a rule and not from the words alone."""


Ends = tuple[str, str]
"""Both ends of a link by IRI, or a work and the body that takes part in it."""
ByEnds = dict[Ends, set[str]]
"""Relations, roles or passages by what is decided on."""
PlanTexts = Mapping[str, Document]
"""The texts that were read of plans, by IRI of the plan."""


class Origin(StrEnum):
    """Where a candidate comes from: words of a document, what the graph implies, or somebody's hand."""

    DOCUMENT = "document"
    GRAPH = "graph"
    HAND = "hand"


@dataclass(frozen=True, slots=True)
class Candidate:
    """What may be linked to what, how, why, and the passages that speak for it; things by IRI, relations by key.

    ``key`` is that of the link or part it would become, or of both ends of a suggestion.
    ``linked_as`` is the type of link as far as it was said. Of a part of a body the relation is the
    role, and ``said`` the words for it. ``rank`` is how likely the rule is right, in [0,1], the
    confidence of a candidate link, or the bits the ends of a suggestion share. Of what comes from
    the graph there are the candidate ``link``, the ``plans`` of both ends, the instruments ``via``
    which it is suggested, the ``level`` of evidence, and what is ``expected`` of a citation there
    and back. A control is planted, and never written.
    """

    key: str
    plan: str
    ends: Ends
    linked_as: str = ""
    relation: str = ""
    quotations: tuple[Quotation, ...] = ()
    origin: Origin = Origin.DOCUMENT
    reason: Message | str = ""
    rank: float | None = None
    rule: str = ""
    remarks: tuple[Message | str, ...] = ()
    choices: tuple[str, ...] = ()
    said: str = ""
    said_in: str = ""
    further_roles: tuple[str, ...] = ()
    link: str = ""
    plans: tuple[str, str] = ("", "")
    via: tuple[str, ...] = ()
    level: str = ""
    expected: tuple[str, str] = ("", "")
    is_control: bool = False

    @property
    def is_part(self) -> bool:
        """Whether it says that a body takes part in a work; else it is a link of two works or texts."""
        return self.linked_as == INVOLVEMENT

    @property
    def type(self) -> str:
        """The key of the type of link; of what a document says it follows from what is named.

        >>> from pan2kg.turtle import ID
        >>> a, b = f"{ID}action/x-1", f"{ID}plan/y"
        >>> Candidate("", "", (a, b)).type, Candidate("", "", (a, f"{ID}instrument/ilo-87")).type
        ('cross-reference', 'uses-instrument')
        >>> Candidate("", "", (a, b), origin=Origin.GRAPH).type  # nobody has said it yet
        ''
        """
        if self.is_part or self.origin is not Origin.DOCUMENT:
            return self.linked_as
        kind, _ = kind_and_key(self.ends[1])
        if kind not in WORKS:
            return USE
        is_said = self.linked_as not in ("", USE)
        return self.linked_as if is_said else CITATION

    @property
    def is_derived(self) -> bool:
        """Whether its target follows from a rule, such as that of the latest edition, not from words.

        >>> Candidate("", "", ("", ""), remarks=("too long", Message("candidate", "derived"))).is_derived
        True
        """
        keys = (remark.key if isinstance(remark, Message) else remark for remark in self.remarks)
        return not _DERIVED.isdisjoint(keys)

    @property
    def matter(self) -> Ends:
        """What is decided on: both ends of a link, or a work and the key of a body's part in it.

        >>> from pan2kg.turtle import ID
        >>> work, body = f"{ID}action/x-1", f"{ID}body/x-justice"
        >>> Candidate("", "", (work, body), INVOLVEMENT, "lead").matter[1]
        'x-1-x-justice-lead'
        """
        if self.is_part:
            work = self.ends[0]
            return work, part_key(*self.ends, self.relation)
        return self.ends


def part_key(work: str, body: str, role: str) -> str:
    """The key of a body's part in a work, given by IRI, in one role.

    >>> part_key("https://w3id.org/pan2kg/id/action/x-1", "https://w3id.org/pan2kg/id/body/x-justice", "lead")
    'x-1-x-justice-lead'
    """
    return f"{key(work)}-{key(body)}-{role}"


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided of a candidate, which is as it was decided on: direction, type, relation, target.

    The quotation is what was looked at, in its document; without words it is the document of the
    passage a candidate link has already. Nobody has signed what is stated by hand. ``rejection`` is
    one of :data:`REASONS`.
    """

    candidate: Candidate
    quotation: Quotation | None = None
    reviewer: str = ""
    day: date | None = None
    status: str = "accepted"
    rejection: str = ""
    reason: str = ""
    language: str = ""
    channel: str = ""
    certainty: str = ""
    note: str = ""


class Held(NamedTuple):
    """A decision that holds, as it stands in a file: what it settles, how, in which relation or role.

    ``group`` is the first of what was decided at once, ``place`` its line in the file of decisions
    of the ``plan``, 0 where it stands in another file.
    """

    filed: Filed
    matter: Ends
    status: str
    relation: str
    passages: frozenset[str]
    reviewer: str
    group: str
    plan: str
    place: int


class _Verdict(NamedTuple):
    """What a block of a file decides: how, on what, and in which relation or role."""

    filed: Filed
    matter: Ends
    status: str
    relation: str


def decided(files: ProjectFiles, *things: str, plan: str = "") -> Iterator[Held]:
    """The decisions that hold, of all files or of those that speak of all these things, by IRI.

    Where a ``plan`` is named, by IRI, they have their places in its file of decisions.
    """
    prefixes = read_prefixes(files.project)
    reviewed = files.project.name_of(files.project.plan_file(key(plan), REVIEWED)) if plan else ""
    content = files.texts.get(reviewed, "")
    blocks = read_turtle_file(content, reviewed).blocks if content else ()
    lines = {block.subject: block.line for block in blocks}
    for filed, matter, status, relation in _verdicts(files, things):
        is_reviewed = filed.file == reviewed
        yield Held(
            filed=filed,
            matter=matter,
            status=status,
            relation=relation,
            passages=frozenset(map(key, filed.values("evidence"))),
            reviewer=filed.one("reviewedBy"),
            group=filed.one("decidedWith") or filed.iri,
            plan=plan,
            place=lines.get(iri(filed.iri, prefixes), 0) if is_reviewed else 0,
        )


def _verdicts(files: ProjectFiles, things: Iterable[str]) -> Iterator[_Verdict]:
    """Links that are accepted or rejected, then parts of bodies that are stated, then those that are rejected."""
    for link in files.of_kind("link", *things):
        if link.status in ("accepted", "rejected"):
            ends = link.one("from"), link.one("to")
            yield _Verdict(link, ends, link.status, key(link.one("relation")))
    for part in files.of_kind(INVOLVEMENT, *things):
        if part.iri in files.withdrawn:
            continue
        work = part.one("involvedIn")
        body = part.one("involves")
        for role in map(key, part.values("role")):
            yield _Verdict(part, (work, part_key(work, body, role)), "accepted", role)
    for refusal in files.of_kind("decision", *things):
        body = refusal.one("rejectedBody")
        if not body or refusal.iri in files.withdrawn:
            continue
        work = refusal.one("rejectedWork")
        role = key(refusal.one("rejectedRole"))
        yield _Verdict(refusal, (work, part_key(work, body, role)), "rejected", role)


@dataclass(frozen=True, slots=True)
class Settled:
    """What decisions settle, by matter: relations accepted, keys of passages looked at, who looked."""

    accepted: ByEnds = field(default_factory=dict)
    passages: ByEnds = field(default_factory=dict)
    reviewers: ByEnds = field(default_factory=dict)

    @classmethod
    def by(cls, decisions: Iterable[Held]) -> "Settled":
        """What these decisions settle together."""
        settled = cls()
        for verdict in decisions:
            settled.passages.setdefault(verdict.matter, set()).update(verdict.passages)
            settled.reviewers.setdefault(verdict.matter, set()).add(verdict.reviewer)
            if verdict.status == "accepted":
                settled.accepted.setdefault(verdict.matter, set()).add(verdict.relation)
        return settled

    def holds(self, candidate: Candidate, sha: str) -> bool:
        """Whether nobody needs to decide on a candidate of the document with this SHA-256.

        A rejected pair comes back only with words nobody has looked at; a mention says no more
        than any relation.

        >>> from pan2kg.turtle import ID
        >>> ends = f"{ID}action/x-1", f"{ID}plan/y"
        >>> settled = Settled(accepted={ends: {"implements"}})
        >>> [settled.holds(Candidate("", "", ends, relation=name), "") for name in (MENTION, "amends")]
        [True, False]
        """
        accepted = self.accepted.get(candidate.matter)
        if accepted is not None:
            is_mention = candidate.relation == MENTION
            if is_mention or candidate.relation in accepted:
                return True
        looked_at = self.passages.get(candidate.matter, set())
        return any(quotation.key(sha) in looked_at for quotation in candidate.quotations)
