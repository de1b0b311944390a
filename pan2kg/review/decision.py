"""A decision on a candidate link or part of a body: from a document, from the graph, or stated by hand.

One place refuses what cannot be, for all of them: a text cannot cite what was adopted after it, and
that it cites is seen in its own words. One place writes: what is accepted, with its words, what is
rejected, so that it does not come back, and what is taken back. Blocks are added, none is changed
and none is taken away.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Final, NamedTuple

from pan2kg.coherence.citations import CROSS_REFERENCES
from pan2kg.errors import ProjectError
from pan2kg.extract.document import Document, Quotation
from pan2kg.graph.graph import Graph
from pan2kg.graph.labels import shortened
from pan2kg.i18n.message import Message
from pan2kg.project import Project
from pan2kg.review import files as turtle_files
from pan2kg.review.files import (
    Filed,
    Form,
    ProjectFiles,
    RefusedError,
    addition,
    read_choice,
    read_field,
)
from pan2kg.store import is_true, program_query, text_rows as rows
from pan2kg.turtle.blocks import read_turtle_file
from pan2kg.turtle.vocabulary import DCTERMS, ID, PAN, key, kind_and_key, link_iri, thing
from pan2kg.turtle.writer import Block, TurtleLine, iri, read_prefixes, string, text
from pan2kg.validation.quotations import Comparison, judge, texts_of_members

REVIEWED: Final = "reviewed.ttl"
INVOLVEMENT: Final = "involvement"  # the type of a candidate that says a body takes part
CITATION: Final = "cross-reference"
USE: Final = "uses-instrument"
THIRD: Final = (
    "external-statement"  # what somebody else states of two texts; the words may be anybody's
)
MENTION: Final = "references"  # the relation of what is named and no more
WORKS: Final = frozenset(("plan", "action", "part", "category"))
"""The kinds of what cites by a cross-reference, where it names another of them; a text is used."""
TYPES: Final = (
    *CROSS_REFERENCES,
    "builds-on",
    THIRD,
)  # the types of link a suggestion of the graph can become
SETTLED: Final = frozenset((*TYPES, "succession"))
"""The types of which an accepted or rejected link settles what was suggested of its ends."""
CHANNELS: Final = ("text", "annex", "web")
DIRECTIONS: Final = ("forth", "back")
REASONS: Final = ("not-meant", "wrong-edition", "only-repeated", "too-vague", "other-reason")
"""Why something is rejected, by the keys 1 to 5."""
_DERIVED: Final = frozenset(("derived", "note-latest-edition", "note-refers-back"))
"""The remarks of a candidate whose target follows from a rule and not from the words alone."""
_TAKEN_OVER: Final = (
    "relation",
    "from",
    "to",
    "between",
    "via",
    "score",
    "scale",
    "onScale",
    "assessor",
    "rationale",
)
"""What a decision takes over from the candidate link it is about, besides type, channel and evidence."""
_SOURCE: Final = DCTERMS + "source"
_FOLDER: Final = re.compile(r"[a-z0-9][a-z0-9-]*")


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
    ends: tuple[str, str]
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
    def matter(self) -> tuple[str, str]:
        """What is decided on: both ends of a link, or a work and the key of a body's part in it.

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
    matter: tuple[str, str]
    status: str
    relation: str
    passages: frozenset[str]
    reviewer: str
    group: str
    plan: str
    place: int


def decided(files: ProjectFiles, *things: str, plan: str = "") -> Iterator[Held]:
    """The decisions that hold, of all files or of those that speak of all these things, by IRI.

    Where a ``plan`` is named, by IRI, they have their places in its file of decisions.
    """
    project = files.project
    prefixes = read_prefixes(project)
    lines = dict[tuple[str, str], int]()
    if plan:
        name = project.name_of(project.graph / "plans" / key(plan) / REVIEWED)
        content = files.texts.get(name, "")
        blocks = read_turtle_file(content, name).blocks if content else ()
        lines = {(name, block.subject): block.line for block in blocks}

    def held(filed: Filed, matter: tuple[str, str], status: str, relation: str) -> Held:
        return Held(
            filed=filed,
            matter=matter,
            status=status,
            relation=relation,
            passages=frozenset(map(key, filed.values("evidence"))),
            reviewer=filed.one("reviewedBy"),
            group=filed.one("decidedWith") or filed.iri,
            plan=plan,
            place=lines.get((filed.file, iri(filed.iri, prefixes)), 0),
        )

    for link in files.of_kind("link", *things):
        if link.status in ("accepted", "rejected"):
            ends = link.one("from"), link.one("to")
            yield held(link, ends, link.status, key(link.one("relation")))
    for part in files.of_kind(INVOLVEMENT, *things):
        if part.iri in files.withdrawn:
            continue
        work = part.one("involvedIn")
        body = part.one("involves")
        for role in map(key, part.values("role")):
            yield held(part, (work, part_key(work, body, role)), "accepted", role)
    for refusal in files.of_kind("decision", *things):
        body = refusal.one("rejectedBody")
        if not body or refusal.iri in files.withdrawn:
            continue
        work = refusal.one("rejectedWork")
        role = key(refusal.one("rejectedRole"))
        yield held(refusal, (work, part_key(work, body, role)), "rejected", role)


@dataclass(frozen=True, slots=True)
class Settled:
    """What decisions settle, by matter: relations accepted, keys of passages looked at, who looked."""

    accepted: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    passages: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    reviewers: dict[tuple[str, str], set[str]] = field(default_factory=dict)

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


class _DecisionCase(NamedTuple):
    """A decision that is to be written, with all that may speak against it.

    ``document`` is the text read of the plan, ``replaced`` the block of the candidate link that the
    decision takes the place of, None where there is none.
    """

    graph: Graph
    files: ProjectFiles
    decision: Decision
    document: Document | None
    replaced: Filed | None

    @property
    def candidate(self) -> Candidate:
        return self.decision.candidate

    @property
    def is_new_link(self) -> bool:
        return self.decision.status == "accepted" and not self.candidate.is_part


def refuse(
    graph: Graph, files: ProjectFiles, decision: Decision, document: Document | None
) -> Filed | None:
    """Refuse what cannot be written: the first of the reasons against it, in one order for each origin.

    Gives the block of the candidate link that the decision replaces, None where it replaces none.
    """
    candidate = decision.candidate
    replaced = None
    if candidate.origin is Origin.GRAPH and candidate.link:
        for link in files.of_kind("link", *candidate.ends):
            if link.iri == candidate.link:
                replaced = link
                break
    case = _DecisionCase(graph, files, decision, document, replaced)
    for reason in _REASONS[candidate.origin]:
        reason(case)
    return replaced


def _passage_read(case: _DecisionCase) -> tuple[Quotation, Document]:
    """The passage somebody looked at and the text it stands in; refused where no document is known."""
    quotation = case.decision.quotation
    if quotation is None or not quotation.document or case.document is None:
        plan = key(case.candidate.plan)
        raise ProjectError("text-of-no-document", remedy="anchor-first", name=plan)
    return quotation, case.document


def _refuse_unknown_target(case: _DecisionCase) -> None:
    _, end = case.candidate.ends
    if not end.startswith("http") or not case.graph.labels.entry(end):
        raise ProjectError("target-not-in-graph", remedy="add-or-edit", name=end or "–")


def _refuse_settled_suggestion(case: _DecisionCase) -> None:
    file = _taken_in(case.files, case.candidate, "")
    if file:
        raise RefusedError("decided-meanwhile", file=file)


def _refuse_lost_link(case: _DecisionCase) -> None:
    """A candidate link must still stand in a file, and wait there."""
    is_waiting = case.replaced is not None and case.replaced.status == "candidate"
    if case.candidate.link and not is_waiting:
        raise RefusedError("unknown-item")


def _refuse_younger_text(case: _DecisionCase) -> None:
    if case.is_new_link:
        replaced = case.replaced
        relation = key(replaced.one("relation")) if replaced else case.candidate.relation
        _refuse_younger(case.graph, case.candidate, relation)


def _refuse_words_of_another(case: _DecisionCase) -> None:
    quotation = case.decision.quotation
    if not case.is_new_link or case.candidate.type == THIRD:
        return
    if quotation and quotation.document:
        _refuse_foreign_words(case.graph, case.candidate, quotation.document)


def _refuse_loop(case: _DecisionCase) -> None:
    if case.is_new_link and case.candidate.type == "builds-on":
        start, end = case.candidate.ends
        if _leads(case.files, end, start):
            raise RefusedError("loop")


def _refuse_moved_words(case: _DecisionCase) -> None:
    """The text may have been read anew since the candidate was found in it."""
    quotation, document = _passage_read(case)
    if document.text[quotation.start : quotation.end] != quotation.words:
        words = shortened(quotation.words)
        plan = key(case.candidate.plan)
        raise ProjectError("words-moved", remedy="find-candidates", name=plan, words=words)


def _refuse_invented_words(case: _DecisionCase) -> None:
    if case.decision.quotation:
        refuse_invented(case.files.project, case.decision.quotation)


def _refuse_settled_passage(case: _DecisionCase) -> None:
    quotation, document = _passage_read(case)
    file = _taken_in(case.files, case.candidate, quotation.key(document.sha256))
    if file:
        raise RefusedError("decided-meanwhile", file=file)


def _refuse_second(case: _DecisionCase) -> None:
    """What is stated by hand may not stand in any file yet."""
    files = case.files
    candidate = case.candidate
    prefixes = read_prefixes(files.project)
    if not candidate.is_part:
        space = files.project.space
        subject = link_iri(
            candidate.type, *candidate.ends, relation=candidate.relation, space=space
        )
        if subject in files.places:
            name = iri(subject, prefixes)
            raise ProjectError("link-stands", name=name, file=files.places[subject])
        return
    roles = candidate.relation, *candidate.further_roles
    parts = {part_key(*candidate.ends, role) for role in roles}
    for verdict in decided(files, *candidate.ends):
        if verdict.status == "accepted" and verdict.matter[1] in parts:
            name = iri(verdict.filed.iri, prefixes)
            raise ProjectError("block-stands", name=name, file=verdict.filed.file)


# What is wrong with a link whatever its origin: that it cannot be comes first, then that its words
# are those of another, then what follows from all links together.
_AGAINST_LINKS: Final = (_refuse_younger_text, _refuse_words_of_another, _refuse_loop)

# The reasons against a decision, in the order in which a person is told the first that holds. What
# makes the rest pointless comes first: without a document or a target nothing can be judged, and on
# what somebody else has settled meanwhile there is nothing to mend. Then comes what is wrong with
# the link, which another choice in the form mends, then with the words. Only what is right in itself
# is compared with what stands already.
_REASONS: Final[Mapping[Origin, Sequence[Callable[[_DecisionCase], object]]]] = {
    Origin.DOCUMENT: (
        _passage_read,
        _refuse_unknown_target,
        *_AGAINST_LINKS,
        _refuse_moved_words,
        _refuse_settled_passage,
    ),
    Origin.GRAPH: (
        _refuse_settled_suggestion,
        _refuse_lost_link,
        *_AGAINST_LINKS,
        _refuse_invented_words,
    ),
    Origin.HAND: (*_AGAINST_LINKS, _refuse_invented_words, _refuse_second),
}


def _refuse_younger(graph: Graph, candidate: Candidate, relation: str) -> None:
    subject = f"{ID}relation/{relation}" if relation else f"{PAN}none"
    start, end = candidate.ends
    values = {
        "from": start,
        "to": end,
        "type": f"{ID}linktype/{candidate.type}",
        "relation": subject,
    }
    for own_day, day in rows(graph.store, program_query("review/younger", **values)):
        why = ProjectError(
            "cites-younger",
            remedy="reject-or-announce",
            name=key(end),
            day=day,
            citing=key(start),
            other=own_day,
        )
        is_suggestion = candidate.origin is Origin.GRAPH and not candidate.link
        raise RefusedError("not-taken", field="direction" if is_suggestion else "", why=why)


def _refuse_foreign_words(graph: Graph, candidate: Candidate, document: str) -> None:
    """Refuse words a document of the cited text, or of another plan, says in place of the text that cites."""
    start, end = candidate.ends
    query = program_query("review/speaks-for", **{"document": document, "from": start, "to": end})
    works = rows(graph.store, query)
    if any(is_true(is_citing) for _, is_citing, _, _ in works):
        return
    for work, _, is_cited, is_plan in works:
        if is_true(is_cited) or is_true(is_plan):
            why = ProjectError(
                "words-of-cited",
                remedy="quote-citing",
                document=key(document),
                name=key(work),
                citing=key(start),
            )
            is_typed = candidate.origin is Origin.GRAPH
            raise RefusedError("not-taken", field="document" if is_typed else "", why=why)


def refuse_invented(project: Project, quotation: Quotation) -> None:
    """Refuse a quotation whose document has a text that is kept and does not hold it."""
    if not quotation.words:
        return
    comparison = judge(quotation.words, [key(quotation.document)], texts_of_members(project))
    if comparison is Comparison.MISSING:
        values = {"document": key(quotation.document), "quote": shortened(quotation.words)}
        why = ProjectError(Message("sheet", "fault.not-verbatim", values))
        raise RefusedError("not-taken", field="quote", why=why)


def _leads(files: ProjectFiles, start: str, end: str) -> bool:
    steps: dict[str, set[str]] = {}
    for link in files.of_kind("link", "builds-on"):
        if link.type == "builds-on" and link.status == "accepted":
            steps.setdefault(link.one("from"), set()).add(link.one("to"))
    reached = {start}
    waiting = [start]
    while waiting:
        fresh = steps.get(waiting.pop(), set()) - reached
        reached |= fresh
        waiting += fresh
    return end in reached


def _taken_in(files: ProjectFiles, candidate: Candidate, passage: str) -> str:
    """The file with a decision that settles a candidate with this passage; empty where there is none."""
    for verdict in decided(files, *candidate.ends):
        if _settles(verdict, candidate, passage):
            return verdict.filed.file
    return ""


def _settles(verdict: Held, candidate: Candidate, passage: str) -> bool:
    if candidate.link:
        return candidate.link in verdict.filed.values(turtle_files.REPLACES)
    if candidate.origin is Origin.GRAPH:
        ends = set[str]()
        for name in ("from", "to", "between"):
            ends.update(verdict.filed.values(name))
        return verdict.filed.type in SETTLED and ends == {*candidate.ends}
    if verdict.matter != candidate.matter:
        return False
    is_same = candidate.is_part or verdict.relation == candidate.relation
    return (verdict.status == "accepted" and is_same) or passage in verdict.passages


class Composed(NamedTuple):
    """What decisions become: the IRIs they are written under, their blocks, and the file that changes."""

    iris: list[str]
    blocks: list[Block]
    change: turtle_files.Addition


def compose(
    graph: Graph,
    files: ProjectFiles,
    decisions: Sequence[Decision],
    texts: Mapping[str, Document] | None = None,
) -> Composed:
    """The blocks of decisions on candidates of one plan, made at once, all of them or none; ``texts`` by plan.

    Refused (:func:`refuse`) is the first that cannot be written.
    """
    prefixes = read_prefixes(files.project)
    names = list[str]()
    blocks = list[Block]()
    for intent in decisions:
        document = (texts or {}).get(intent.candidate.plan)
        decision = replace(intent, candidate=_with_known_relation(graph, intent.candidate))
        replaced = refuse(graph, files, decision, document)
        subject = _free_iri(files, decision, replaced, names)
        passage = _passage(graph, files, decision, document, subject)
        decision = replace(decision, quotation=passage.quotation)
        statements = tuple(_statements(decision, replaced, passage.name, names, prefixes))
        names.append(subject)
        blocks.append(Block(iri(subject, prefixes), statements))
        written = {block.subject for block in blocks}
        if passage.quotation and passage.is_new and passage.name not in written:
            blocks.append(passage.quotation.block(passage.name, prefixes))
    return Composed(names, blocks, _change(files.project, decisions[0], blocks))


def _with_known_relation(graph: Graph, candidate: Candidate) -> Candidate:
    """A link of a document with a relation of the model, else with that of a text that is only named."""
    if candidate.origin is not Origin.DOCUMENT or candidate.is_part:
        return candidate
    relation = candidate.relation
    if relation and graph.labels.entry(f"{ID}relation/{relation}") is not None:
        return candidate
    return replace(candidate, relation=MENTION if candidate.type == USE else "")


class _Passage(NamedTuple):
    """The words of a decision, by what name they are evidence, and whether no block says them yet."""

    quotation: Quotation | None
    name: str = ""
    is_new: bool = False


def _passage(
    graph: Graph, files: ProjectFiles, decision: Decision, document: Document | None, subject: str
) -> _Passage:
    quotation = decision.quotation
    candidate = decision.candidate
    project = files.project
    prefixes = read_prefixes(project)
    if quotation is None or not quotation.words:
        return _Passage(quotation)
    if candidate.origin is Origin.DOCUMENT and document:
        located = Quotation.at(document, quotation.start, quotation.end)
        language = located.language or graph.language
        located = replace(located, document=quotation.document, language=language)
        full = thing("passage", located.key(document.sha256), project.space)
        return _Passage(located, iri(full, prefixes), is_new=not files.mentions(full))
    if candidate.origin is Origin.HAND:
        name = free_name(f"passage:{candidate.key}", files.places, prefixes)
    else:
        name = f"passage:reviewed-{key(subject)}"
    return _Passage(quotation, name, is_new=True)


def _change(project: Project, decision: Decision, blocks: Sequence[Block]) -> turtle_files.Addition:
    """The file that blocks are added to: that of reviews, or of what nobody signed that of its kind."""
    candidate = decision.candidate
    plan = candidate.plan
    if decision.reviewer:
        path = project.graph / "plans" / key(plan) / REVIEWED
        return addition(project, path, blocks, label="decisions", about=key(plan))
    if candidate.is_part:
        file = "involvements"
    elif candidate.type == USE:
        file = "instruments"
    else:
        file = "links"
    path = of_plan(project, plan, file, decision.certainty)
    source = decision.quotation.document if decision.quotation else ""
    return addition(project, path, blocks, label=file, about=key(plan), source=source)


def _statements(
    decision: Decision,
    replaced: Filed | None,
    passage: str,
    group: Sequence[str],
    prefixes: Mapping[str, str],
) -> Iterator[TurtleLine]:
    """What the block of a decision says: what is decided, by whom and why, with what, and from which words.

    ``passage`` is the name of its passage, ``group`` are the IRIs of what was decided with it before.
    """
    is_part = decision.candidate.is_part
    if not is_part:
        yield from _link_statements(decision, replaced, prefixes)
    elif decision.status == "rejected":
        yield from _rejected_part_statements(decision, prefixes)
    else:
        yield from _part_statements(decision, prefixes)
    yield from signed(decision.reviewer, decision.day)
    if not is_part and decision.reason:
        yield TurtleLine("pan:reviewReason", text(decision.reason, decision.language))
    if not is_part and decision.rejection:
        yield TurtleLine("pan:rejectionReason", f"rejectionreason:{decision.rejection}")
    if replaced:
        yield TurtleLine("dcterms:replaces", iri(replaced.iri, prefixes))
    if group:
        yield TurtleLine("pan:decidedWith", iri(group[0], prefixes))
    if decision.note:
        yield TurtleLine("skos:editorialNote", text(decision.note, decision.language))
    yield from _source_statements(decision, replaced, passage, prefixes)
    default = "stated" if decision.status == "accepted" else "derived"
    yield TurtleLine("pan:certainty", f"certainty:{decision.certainty or default}")


def _link_statements(
    decision: Decision, replaced: Filed | None, prefixes: Mapping[str, str]
) -> Iterator[TurtleLine]:
    candidate = decision.candidate
    yield TurtleLine("a", "pan:Link")
    yield TurtleLine("pan:linkType", f"linktype:{candidate.type}")
    if replaced:
        yield from replaced.written(_TAKEN_OVER, prefixes)
    else:
        if candidate.relation:
            yield TurtleLine("pan:relation", f"relation:{candidate.relation}")
        start, end = candidate.ends
        yield TurtleLine("pan:from", iri(start, prefixes))
        yield TurtleLine("pan:to", iri(end, prefixes))
    is_cited = candidate.origin is not Origin.GRAPH and candidate.type in CROSS_REFERENCES
    channel = "text" if is_cited else decision.channel
    if channel:
        yield TurtleLine("pan:channel", f"channel:{channel}")
    elif replaced:
        yield from replaced.written(["channel"], prefixes)
    yield TurtleLine("pan:status", f"linkstatus:{decision.status}")


def _rejected_part_statements(
    decision: Decision, prefixes: Mapping[str, str]
) -> Iterator[TurtleLine]:
    work, body = decision.candidate.ends
    yield TurtleLine("a", "pan:Decision")
    yield TurtleLine("pan:rejectedWork", iri(work, prefixes))
    yield TurtleLine("pan:rejectedBody", iri(body, prefixes))
    yield TurtleLine("pan:rejectedRole", f"role:{decision.candidate.relation}")
    yield TurtleLine("pan:rejectionReason", f"rejectionreason:{decision.rejection}")


def _part_statements(decision: Decision, prefixes: Mapping[str, str]) -> Iterator[TurtleLine]:
    candidate = decision.candidate
    work, body = candidate.ends
    yield TurtleLine("a", "pan:Involvement")
    yield TurtleLine("pan:involves", iri(body, prefixes))
    yield TurtleLine("pan:involvedIn", iri(work, prefixes))
    for role in (candidate.relation, *candidate.further_roles):
        yield TurtleLine("pan:role", f"role:{role}")
    if candidate.said:
        quoted_in = decision.quotation.language if decision.quotation else ""
        yield TurtleLine("pan:roleAsStated", text(candidate.said, candidate.said_in or quoted_in))


def _source_statements(
    decision: Decision, replaced: Filed | None, passage: str, prefixes: Mapping[str, str]
) -> Iterator[TurtleLine]:
    has_source = False
    if passage:
        yield TurtleLine("pan:evidence", passage)
    elif replaced:
        has_source = bool(replaced.values(_SOURCE))
        yield from replaced.written(["evidence", _SOURCE], prefixes)
    document = decision.quotation.document if decision.quotation else ""
    if document and not has_source:
        yield TurtleLine("dcterms:source", iri(document, prefixes))


def signed(reviewer: str, day: date | None) -> Iterator[TurtleLine]:
    """Who decided and when; nothing where either is not known.

    >>> [str(line.object) for line in signed("A. Weber", date(2026, 5, 4))]
    ['"A. Weber"', '"2026-05-04"^^xsd:date']
    """
    if reviewer and day:
        yield TurtleLine("pan:reviewedBy", string(reviewer))
        yield TurtleLine("pan:reviewedOn", f'"{day.isoformat()}"^^xsd:date')


def _free_iri(
    files: ProjectFiles, decision: Decision, replaced: Filed | None, occupied: Sequence[str]
) -> str:
    """The IRI of a decision, which is neither in a file nor among those that are ``occupied``."""
    candidate = decision.candidate
    if not candidate.is_part:
        return _free_link_iri(files, decision, replaced, occupied)
    if decision.status == "rejected":
        return _decision_iri(files, f"rejects|{candidate.matter[1]}|{decision.reviewer}", occupied)
    base = "-".join((part_key(*candidate.ends, candidate.relation), *candidate.further_roles))
    for number in count(1):
        local = base if number == 1 else f"{base}-{number}"
        subject = thing(INVOLVEMENT, local, files.project.space)
        if subject not in occupied and subject not in files.places:
            break
    return subject


def _free_link_iri(
    files: ProjectFiles, decision: Decision, replaced: Filed | None, occupied: Sequence[str]
) -> str:
    # what is accepted gets the IRI everyone computes; where that is taken, and for what is
    # rejected, the reviewer is part of what it is made from
    candidate = decision.candidate
    space = files.project.space
    relation = candidate.relation
    scale = ""
    assessor = ""
    if candidate.origin is Origin.HAND:  # that it is free was seen before
        return link_iri(candidate.type, *candidate.ends, relation=relation, space=space)
    if replaced:
        relation = key(replaced.one("relation"))
        assessor = replaced.one("assessor")
        scale = replaced.one("scale") or key(replaced.one("onScale"))
    by_reviewer = f"{assessor}|{decision.reviewer}"
    for number in count(0 if decision.status == "accepted" else 1):
        if number == 0:
            assessed_by = assessor
        elif number == 1:
            assessed_by = by_reviewer
        else:
            assessed_by = f"{by_reviewer}|{number}"
        subject = link_iri(
            candidate.type,
            *candidate.ends,
            relation=relation,
            scale=scale,
            assessor=assessed_by,
            space=space,
        )
        if subject not in occupied and not files.mentions(subject):
            break
    return subject


def _decision_iri(files: ProjectFiles, content: str, occupied: Sequence[str] = ()) -> str:
    for number in count():
        digest = sha256(f"{content}|{number}".encode()).hexdigest()[:16]
        subject = thing("decision", digest, files.project.space)
        if subject not in occupied and not files.mentions(subject):
            break
    return subject


def free_name(base: str, taken: Mapping[str, str], prefixes: Mapping[str, str]) -> str:
    """A name with a prefix, followed by the first number from 2 with which its IRI is not ``taken``.

    >>> free_name("p:x", {"http://p/x": "a.ttl", "http://p/x-2": "a.ttl"}, {"p": "http://p/"})
    'p:x-3'
    """
    prefix, _, local = base.partition(":")
    numbered = local
    number = 1
    while prefixes[prefix] + numbered in taken:
        number += 1
        numbered = f"{local}-{number}"
    return f"{prefix}:{numbered}"


def decide(
    graph: Graph, decisions: Sequence[Decision], texts: Mapping[str, Document] | None = None
) -> Composed:
    """Write decisions on candidates of one plan, as :func:`compose` makes them, while nobody else writes."""
    project = graph.project
    with turtle_files.alone(project):
        composed = compose(graph, ProjectFiles(project), decisions, texts)
        change = composed.change
        turtle_files.write(project, {change.path: change.new}, read_prefixes(project))
    return composed


def withdraw(graph: Graph, last: Sequence[Held], reviewer: str, day: date) -> str:
    """Take back decisions of one plan that were made at once; gives the name of the file that says so.

    Refused where somebody has taken back one of them meanwhile.
    """
    project = graph.project
    plan = last[0].plan
    path = project.graph / "plans" / key(plan) / REVIEWED
    prefixes = read_prefixes(project)
    with turtle_files.alone(project):
        files = ProjectFiles(project)
        names = [verdict.filed.iri for verdict in last]
        if files.withdrawn.intersection(names):
            raise RefusedError("decided-meanwhile", file=project.name_of(path))
        subject = _decision_iri(files, f"withdraws|{names[0]}|{reviewer}")
        statements = (
            TurtleLine("a", "pan:Decision"),
            *(TurtleLine("pan:withdraws", iri(name, prefixes)) for name in names),
            *signed(reviewer, day),
        )
        block = Block(iri(subject, prefixes), statements)
        change = addition(project, path, [block], label="decisions", about=key(plan))
        turtle_files.write(project, {path: change.new}, prefixes)
    return change.name


def passage_document(graph: Graph | None, candidate: Candidate | None) -> str:
    """The IRI of the document a candidate link quotes already, so that nobody has to quote it again; else empty.

    A citation is taken from what its own text says, so of one only a document with words counts.
    """
    if graph is None or candidate is None or not candidate.link:
        return ""
    listed = graph.read(program_query("review/passage-documents", link=candidate.link))
    for document, quote in listed:
        if quote or candidate.type not in CROSS_REFERENCES:
            return document
    return ""


def documents(graph: Graph) -> dict[str, str]:
    """The IRIs of the documents of the graph by their keys."""
    return {key(row[0]): row[0] for row in graph.read(program_query("review/documents"))}


def fill(graph: Graph, candidate: Candidate, form: Form, today: date) -> Decision:
    """The decision on a suggestion of the graph as a form has it.

    Refused is what is missing or unknown in a field of the form; whether it can be written is asked
    by :func:`refuse`.
    """
    is_accepted = read_choice(form, "verdict", ("accept", "reject")) == "accept"
    # nothing is chosen for who accepts; what is rejected is that the first cites the second, where
    # nothing else is said
    default_type = "" if is_accepted else CITATION
    type_ = candidate.linked_as or read_choice(form, "type", TYPES, default=default_type)
    ends = candidate.ends
    if not candidate.link:
        default_direction = "" if is_accepted else "forth"
        if read_choice(form, "direction", DIRECTIONS, default=default_direction) == "back":
            ends = ends[::-1]
    reviewer = read_field(form, "reviewer")
    reason = read_field(form, "reason", needed=not is_accepted)
    quotation = _typed_passage(graph, candidate, form) if is_accepted else None
    # where the words stand is needed of a citation, and possible where a text builds on another
    channel = form.get("channel", "").strip()
    takes_channel = type_ in CROSS_REFERENCES or (bool(channel) and type_ != THIRD)
    if quotation and quotation.words and takes_channel:
        channel = read_choice(form, "channel", CHANNELS)
    else:
        channel = ""
    changed = replace(candidate, ends=ends, linked_as=type_, plan=plan_of(graph, ends))
    return Decision(
        changed,
        quotation,
        reviewer,
        today,
        status="accepted" if is_accepted else "rejected",
        reason=reason,
        language=read_choice(form, "language", turtle_files.TONGUES, default=graph.language),
        channel=channel,
    )


def _typed_passage(graph: Graph, candidate: Candidate, form: Form) -> Quotation:
    # a candidate link may have a passage already, a suggestion has none
    is_typed = any(form.get(name, "").strip() for name in ("quote", "document", "page"))
    document = passage_document(graph, candidate)
    if document and not is_typed:
        return Quotation("", document)
    words = read_field(form, "quote")
    page = read_field(form, "page", needed=False)
    listed = documents(graph)
    document = listed[read_choice(form, "document", listed)]
    language = read_choice(form, "quote_language", turtle_files.TONGUES, default=graph.language)
    return Quotation(words, document, language, page)


def plan_of(graph: Graph, ends: tuple[str, ...]) -> str:
    """The plan in whose folder what links these ends is filed: that of the first that has a plan.

    Refused where none has any, or its key is no name of a folder.
    """
    for end in ends:
        plan = graph.plan_of(end)
        if plan and _FOLDER.fullmatch(key(plan)):
            return plan
        if plan:
            break
    raise RefusedError("homeless")


def of_plan(project: Project, plan: str, file: str, certainty: str = "stated") -> Path:
    """The file of a plan, by IRI, for facts of one kind; what nobody has verified has its own.

    >>> [of_plan(Project.packaged(), f"{ID}plan/x", "links", certainty).name
    ...     for certainty in ("stated", "unverified")]
    ['links.ttl', 'unverified.ttl']
    """
    if not _FOLDER.fullmatch(key(plan)):
        raise ProjectError("plan-names-no-folder", name=key(plan))
    name = turtle_files.UNVERIFIED if certainty == turtle_files.UNVERIFIED else file
    return project.plan_file(key(plan), name)
