"""A decision on a candidate link or part of a body: from a document, from the graph, or stated by hand.

One place refuses what cannot be, for all of them: a text cannot cite what was adopted after it, and
that it cites is seen in its own words. One place writes: what is accepted, with its words, what is
rejected, so that it does not come back, and what is taken back. Blocks are added, none is changed
and none is taken away.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
        return self.linked_as == INVOLVEMENT

    @property
    def type(self) -> str:
        if self.is_part or self.origin is not Origin.DOCUMENT:
            return self.linked_as
        if kind_and_key(self.ends[1])[0] not in WORKS:
            return USE
        return self.linked_as if self.linked_as not in ("", USE) else CITATION

    @property
    def is_derived(self) -> bool:
        keys = (remark.key if isinstance(remark, Message) else remark for remark in self.remarks)
        return not _DERIVED.isdisjoint(keys)

    @property
    def matter(self) -> tuple[str, str]:
        return (self.ends[0], part_key(*self.ends, self.relation)) if self.is_part else self.ends


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
    prefixes = read_prefixes(files.project)
    lines = dict[tuple[str, str], int]()
    if plan:
        name = files.project.name_of(files.project.graph / "plans" / key(plan) / REVIEWED)
        content = files.texts.get(name, "")
        blocks = read_turtle_file(content, name).blocks if content else ()
        lines = {(name, block.subject): block.line for block in blocks}

    def held(filed: Filed, matter: tuple[str, str], status: str, relation: str) -> Held:
        passages = frozenset(map(key, filed.values("evidence")))
        place = (filed.file, iri(filed.iri, prefixes))
        group = filed.one("decidedWith") or filed.iri
        reviewer = filed.one("reviewedBy")
        return Held(
            filed, matter, status, relation, passages, reviewer, group, plan, lines.get(place, 0)
        )

    for link in files.of_kind("link", *things):
        if link.status in ("accepted", "rejected"):
            yield held(
                link, (link.one("from"), link.one("to")), link.status, key(link.one("relation"))
            )
    for part in files.of_kind(INVOLVEMENT, *things):
        work = part.one("involvedIn")
        body = part.one("involves")
        for role in map(key, part.values("role") if part.iri not in files.withdrawn else ()):
            yield held(part, (work, part_key(work, body, role)), "accepted", role)
    for refusal in files.of_kind("decision", *things):
        body = refusal.one("rejectedBody")
        if body and refusal.iri not in files.withdrawn:
            work = refusal.one("rejectedWork")
            role = key(refusal.one("rejectedRole"))
            yield held(refusal, (work, part_key(work, body, role)), "rejected", role)


@dataclass(frozen=True, slots=True)
class Settled:
    accepted: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    passages: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    reviewers: dict[tuple[str, str], set[str]] = field(default_factory=dict)

    @classmethod
    def by(cls, decisions: Iterable[Held]) -> "Settled":
        settled = cls()
        for verdict in decisions:
            settled.passages.setdefault(verdict.matter, set()).update(verdict.passages)
            settled.reviewers.setdefault(verdict.matter, set()).add(verdict.reviewer)
            if verdict.status == "accepted":
                settled.accepted.setdefault(verdict.matter, set()).add(verdict.relation)
        return settled

    def holds(self, candidate: Candidate, sha: str) -> bool:
        # a rejected pair comes back only with words nobody has looked at; a mention says no more
        # than any relation
        accepted = self.accepted.get(candidate.matter)
        if accepted is not None and (
            candidate.relation in accepted or candidate.relation == MENTION
        ):
            return True
        looked_at = self.passages.get(candidate.matter, set())
        return any(quotation.key(sha) in looked_at for quotation in candidate.quotations)


def refuse(
    graph: Graph, files: ProjectFiles, decision: Decision, document: Document | None
) -> Filed | None:
    """Refuse what cannot be written, in one order for all origins; gives the candidate link that is replaced."""
    candidate = decision.candidate
    quotation = decision.quotation
    project = files.project
    start, end = candidate.ends
    is_read = candidate.origin is Origin.DOCUMENT
    is_link = decision.status == "accepted" and not candidate.is_part
    if is_read and not (quotation and quotation.document and document):
        raise ProjectError("text-of-no-document", remedy="anchor-first", name=key(candidate.plan))
    if is_read and not (end.startswith("http") and graph.labels.entry(end)):
        raise ProjectError("target-not-in-graph", remedy="add-or-edit", name=end or "–")
    replaced = None
    if candidate.origin is Origin.GRAPH:
        if file := _taken_in(files, candidate, ""):
            raise RefusedError("decided-meanwhile", file=file)
        replaced = next(
            (link for link in files.of_kind("link", *candidate.ends) if link.iri == candidate.link),
            None,
        )
        if candidate.link and (replaced is None or replaced.status != "candidate"):
            raise RefusedError("unknown-item")
    if is_link:
        relation = key(replaced.one("relation")) if replaced else candidate.relation
        _refuse_younger(graph, candidate, relation)
        if quotation and quotation.document and candidate.type != THIRD:
            _refuse_foreign_words(graph, candidate, quotation.document)
        if candidate.type == "builds-on" and _leads(files, end, start):
            raise RefusedError("loop")
    if (
        is_read
        and quotation
        and document
        and document.text[quotation.start : quotation.end] != quotation.words
    ):
        # the text may have been read anew
        words = shortened(quotation.words)
        raise ProjectError(
            "words-moved", remedy="find-candidates", name=key(candidate.plan), words=words
        )
    if quotation and not is_read:
        refuse_invented(project, quotation)
    if (
        is_read
        and quotation
        and document
        and (file := _taken_in(files, candidate, quotation.key(document.sha256)))
    ):
        raise RefusedError("decided-meanwhile", file=file)
    if candidate.origin is Origin.HAND:
        _refuse_second(files, candidate)
    return replaced


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
            raise RefusedError(
                "not-taken", field="document" if candidate.origin is Origin.GRAPH else "", why=why
            )


def refuse_invented(project: Project, quotation: Quotation) -> None:
    """Refuse a quotation whose document has a text that is kept and does not hold it."""
    if not quotation.words:
        return
    comparison = judge(quotation.words, [key(quotation.document)], texts_of_members(project))
    if comparison is Comparison.MISSING:
        values = {"document": key(quotation.document), "quote": shortened(quotation.words)}
        raise RefusedError(
            "not-taken",
            field="quote",
            why=ProjectError(Message("sheet", "fault.not-verbatim", values)),
        )


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
    for verdict in decided(files, *candidate.ends):
        if candidate.link:
            settles = candidate.link in verdict.filed.values(turtle_files.REPLACES)
        elif candidate.origin is Origin.GRAPH:
            ends = {
                value for name in ("from", "to", "between") for value in verdict.filed.values(name)
            }
            settles = verdict.filed.type in SETTLED and ends == {*candidate.ends}
        else:
            says_it = verdict.status == "accepted" and (
                candidate.is_part or verdict.relation == candidate.relation
            )
            settles = verdict.matter == candidate.matter and (
                says_it or passage in verdict.passages
            )
        if settles:
            return verdict.filed.file
    return ""


def _refuse_second(files: ProjectFiles, candidate: Candidate) -> None:
    prefixes = read_prefixes(files.project)
    if not candidate.is_part:
        subject = link_iri(
            candidate.type, *candidate.ends, relation=candidate.relation, space=files.project.space
        )
        if subject in files.places:
            raise ProjectError(
                "link-stands", name=iri(subject, prefixes), file=files.places[subject]
            )
        return
    for verdict in decided(files, *candidate.ends):
        roles = candidate.relation, *candidate.further_roles
        if verdict.status == "accepted" and verdict.matter[1] in [
            part_key(*candidate.ends, role) for role in roles
        ]:
            raise ProjectError(
                "block-stands", name=iri(verdict.filed.iri, prefixes), file=verdict.filed.file
            )


Composed = tuple[
    list[str], list[Block], turtle_files.Addition
]  # the IRIs written, their blocks, the file that changes


def compose(
    graph: Graph,
    files: ProjectFiles,
    decisions: Sequence[Decision],
    texts: Mapping[str, Document] | None = None,
) -> Composed:
    """The blocks of decisions on candidates of one plan, made at once, all of them or none; ``texts`` by plan."""
    project = files.project
    prefixes = read_prefixes(files.project)
    names = list[str]()
    blocks = list[Block]()
    for intent in decisions:
        candidate = intent.candidate
        quotation = intent.quotation
        document = (texts or {}).get(candidate.plan)
        if candidate.origin is Origin.DOCUMENT and not candidate.is_part:
            # a concept of the model, else the relation of a text that is named and no more
            is_known = (
                candidate.relation
                and graph.labels.entry(f"{ID}relation/{candidate.relation}") is not None
            )
            unknown = MENTION if candidate.type == USE else ""
            candidate = replace(candidate, relation=candidate.relation if is_known else unknown)
        decision = replace(intent, candidate=candidate)
        replaced = refuse(graph, files, decision, document)
        subject = _free_iri(files, decision, replaced, names)
        passage = ""
        if quotation and quotation.words:
            if document and candidate.origin is Origin.DOCUMENT:
                located = Quotation.at(document, quotation.start, quotation.end)
                language = located.language or graph.language
                quotation = replace(located, document=quotation.document, language=language)
                decision = replace(decision, quotation=quotation)
                full = thing("passage", quotation.key(document.sha256), project.space)
                passage = iri(full, prefixes)
                is_new = not files.mentions(full)
            elif candidate.origin is Origin.HAND:
                base = f"passage:{candidate.key}"
                passage = free_name(base, files.places, prefixes)
                is_new = True
            else:
                passage = f"passage:reviewed-{key(subject)}"
                is_new = True
        statements = tuple(_statements(decision, replaced, passage, names, prefixes))
        names.append(subject)
        blocks.append(Block(iri(subject, prefixes), statements))
        if quotation and passage and is_new and passage not in {block.subject for block in blocks}:
            blocks.append(quotation.block(passage, prefixes))
    first = decisions[0]
    plan = first.candidate.plan
    if first.reviewer:
        path = project.graph / "plans" / key(plan) / REVIEWED
        change = addition(project, path, blocks, label="decisions", about=key(plan))
    else:
        file = (
            "involvements"
            if first.candidate.is_part
            else "instruments"
            if first.candidate.type == USE
            else "links"
        )
        path = of_plan(project, plan, file, first.certainty)
        source = first.quotation.document if first.quotation else ""
        change = addition(project, path, blocks, label=file, about=key(plan), source=source)
    return names, blocks, change


def _statements(
    decision: Decision,
    replaced: Filed | None,
    passage: str,
    group: Sequence[str],
    prefixes: Mapping[str, str],
) -> Iterator[TurtleLine]:
    candidate = decision.candidate
    quotation = decision.quotation
    start, end = (iri(end, prefixes) for end in candidate.ends)
    if not candidate.is_part:
        yield TurtleLine("a", "pan:Link")
        yield TurtleLine("pan:linkType", f"linktype:{candidate.type}")
        relation = (
            [TurtleLine("pan:relation", f"relation:{candidate.relation}")]
            if candidate.relation
            else []
        )
        own = (*relation, TurtleLine("pan:from", start), TurtleLine("pan:to", end))
        yield from replaced.written(_TAKEN_OVER, prefixes) if replaced else own
        is_cited = candidate.origin is not Origin.GRAPH and candidate.type in CROSS_REFERENCES
        if channel := "text" if is_cited else decision.channel:
            yield TurtleLine("pan:channel", f"channel:{channel}")
        elif replaced:
            yield from replaced.written(["channel"], prefixes)
        yield TurtleLine("pan:status", f"linkstatus:{decision.status}")
    elif decision.status == "rejected":
        yield TurtleLine("a", "pan:Decision")
        yield TurtleLine("pan:rejectedWork", start)
        yield TurtleLine("pan:rejectedBody", end)
        yield TurtleLine("pan:rejectedRole", f"role:{candidate.relation}")
        yield TurtleLine("pan:rejectionReason", f"rejectionreason:{decision.rejection}")
    else:
        yield TurtleLine("a", "pan:Involvement")
        yield TurtleLine("pan:involves", end)
        yield TurtleLine("pan:involvedIn", start)
        for role in (candidate.relation, *candidate.further_roles):
            yield TurtleLine("pan:role", f"role:{role}")
        if candidate.said:
            language = candidate.said_in or (quotation.language if quotation else "")
            yield TurtleLine("pan:roleAsStated", text(candidate.said, language))
    yield from signed(decision.reviewer, decision.day)
    if not candidate.is_part and decision.reason:
        yield TurtleLine("pan:reviewReason", text(decision.reason, decision.language))
    if not candidate.is_part and decision.rejection:
        yield TurtleLine("pan:rejectionReason", f"rejectionreason:{decision.rejection}")
    if replaced:
        yield TurtleLine("dcterms:replaces", iri(replaced.iri, prefixes))
    if group:
        yield TurtleLine("pan:decidedWith", iri(group[0], prefixes))
    if decision.note:
        yield TurtleLine("skos:editorialNote", text(decision.note, decision.language))
    if passage:
        yield TurtleLine("pan:evidence", passage)
    elif replaced:
        yield from replaced.written(["evidence", _SOURCE], prefixes)
    if (
        quotation
        and quotation.document
        and (passage or not (replaced and replaced.values(_SOURCE)))
    ):
        yield TurtleLine("dcterms:source", iri(quotation.document, prefixes))
    certainty = decision.certainty or ("stated" if decision.status == "accepted" else "derived")
    yield TurtleLine("pan:certainty", f"certainty:{certainty}")


def signed(reviewer: str, day: date | None) -> Iterator[TurtleLine]:
    if reviewer and day:
        yield TurtleLine("pan:reviewedBy", string(reviewer))
        yield TurtleLine("pan:reviewedOn", f'"{day.isoformat()}"^^xsd:date')


def _free_iri(
    files: ProjectFiles, decision: Decision, replaced: Filed | None, occupied: Sequence[str]
) -> str:
    # what is accepted gets the IRI everyone computes; where that is taken, and for what is
    # rejected, the reviewer is part of what it is made from
    candidate = decision.candidate
    space = files.project.space
    if candidate.is_part and decision.status == "rejected":
        return _decision_iri(files, f"rejects|{candidate.matter[1]}|{decision.reviewer}", occupied)
    if candidate.is_part:
        base = "-".join((part_key(*candidate.ends, candidate.relation), *candidate.further_roles))
        names = (
            thing(INVOLVEMENT, base if number == 1 else f"{base}-{number}", space)
            for number in count(1)
        )
        return next(name for name in names if name not in occupied and name not in files.places)
    relation = candidate.relation
    scale = ""
    assessor = ""
    if replaced:
        relation = key(replaced.one("relation"))
        assessor = replaced.one("assessor")
        scale = replaced.one("scale") or key(replaced.one("onScale"))
    signed = f"|{decision.reviewer}"
    if candidate.origin is Origin.HAND:  # that it is free was seen before
        return link_iri(candidate.type, *candidate.ends, relation=relation, space=space)
    for number in count(0 if decision.status == "accepted" else 1):
        by = assessor + ("", signed, f"{signed}|{number}")[min(number, 2)]
        subject = link_iri(
            candidate.type,
            *candidate.ends,
            relation=relation,
            scale=scale,
            assessor=by,
            space=space,
        )
        if subject not in occupied and not files.mentions(subject):
            break
    return subject


def _decision_iri(files: ProjectFiles, what: str, occupied: Sequence[str] = ()) -> str:
    hashes = (sha256(f"{what}|{number}".encode()).hexdigest()[:16] for number in count())
    names = (thing("decision", digest, files.project.space) for digest in hashes)
    return next(name for name in names if name not in occupied and not files.mentions(name))


def free_name(base: str, taken: Mapping[str, str], prefixes: Mapping[str, str]) -> str:
    prefix, _, local = base.partition(":")
    names = (local if number == 1 else f"{local}-{number}" for number in count(1))
    return f"{prefix}:{next(name for name in names if prefixes[prefix] + name not in taken)}"


def decide(
    graph: Graph, decisions: Sequence[Decision], texts: Mapping[str, Document] | None = None
) -> Composed:
    with turtle_files.alone(project := graph.project):
        composed = compose(graph, ProjectFiles(project), decisions, texts)
        change = composed[-1]
        turtle_files.write(project, {change.path: change.new}, read_prefixes(project))
    return composed


def withdraw(graph: Graph, last: Sequence[Held], reviewer: str, day: date) -> str:
    project = graph.project
    plan = last[0].plan
    path = project.graph / "plans" / key(plan) / REVIEWED
    prefixes = read_prefixes(project)
    with turtle_files.alone(project):
        files = ProjectFiles(project)
        names = [verdict.filed.iri for verdict in last]
        if files.withdrawn.intersection(names):
            raise RefusedError("decided-meanwhile", file=project.name_of(path))
        statements = (
            TurtleLine("a", "pan:Decision"),
            *(TurtleLine("pan:withdraws", iri(name, prefixes)) for name in names),
            *signed(reviewer, day),
        )
        block = Block(
            iri(_decision_iri(files, f"withdraws|{names[0]}|{reviewer}"), prefixes), statements
        )
        change = addition(project, path, [block], label="decisions", about=key(plan))
        turtle_files.write(project, {path: change.new}, prefixes)
    return change.name


def passage_document(graph: Graph | None, candidate: Candidate | None) -> str:
    if graph is None or candidate is None or not candidate.link:
        return ""
    listed = graph.read(program_query("review/passage-documents", link=candidate.link))
    return next((row[0] for row in listed if row[1] or candidate.type not in CROSS_REFERENCES), "")


def documents(graph: Graph) -> dict[str, str]:
    return {key(row[0]): row[0] for row in graph.read(program_query("review/documents"))}


def fill(graph: Graph, candidate: Candidate, form: Form, today: date) -> Decision:
    status = {"accept": "accepted", "reject": "rejected"}[
        read_choice(form, "verdict", ("accept", "reject"))
    ]
    is_accepted = status == "accepted"
    # nothing is chosen for who accepts; what is rejected is that one cites the other, where nothing
    # else is said
    default = "" if is_accepted else CITATION
    type_ = candidate.linked_as or read_choice(form, "type", TYPES, default=default)
    way = "" if is_accepted and not candidate.link else "forth"
    is_back = (
        not candidate.link and read_choice(form, "direction", DIRECTIONS, default=way) == "back"
    )
    reviewer = read_field(form, "reviewer")
    reason = read_field(form, "reason", needed=not is_accepted)
    quotation = None
    channel = form.get("channel", "").strip()
    if is_accepted:
        # a candidate may have a passage already, a suggestion has none
        is_typed = any(form.get(name, "").strip() for name in ("quote", "document", "page"))
        mine = passage_document(graph, candidate)
        if mine and not is_typed:
            quotation = Quotation("", mine)
        else:
            words = read_field(form, "quote")
            page = read_field(form, "page", needed=False)
            listed = documents(graph)
            document = listed[read_choice(form, "document", listed)]
            language = read_choice(
                form, "quote_language", turtle_files.TONGUES, default=graph.language
            )
            quotation = Quotation(words, document, language, page)
    # where the words stand is needed of a citation, and possible where one builds on the other
    has_channel = (
        quotation and quotation.words and type_ != THIRD and (channel or type_ in CROSS_REFERENCES)
    )
    channel = read_choice(form, "channel", CHANNELS) if has_channel else ""
    ends = candidate.ends[::-1] if is_back else candidate.ends
    changed = replace(candidate, ends=ends, linked_as=type_, plan=plan_of(graph, ends))
    language = read_choice(form, "language", turtle_files.TONGUES, default=graph.language)
    return Decision(
        changed,
        quotation,
        reviewer,
        today,
        status,
        reason=reason,
        language=language,
        channel=channel,
    )


def plan_of(graph: Graph, ends: tuple[str, ...]) -> str:
    plan = next((plan for end in ends if (plan := graph.plan_of(end))), None)
    if plan is None or not _FOLDER.fullmatch(key(plan)):
        raise RefusedError("homeless")
    return plan


def of_plan(project: Project, plan: str, file: str, certainty: str = "stated") -> Path:
    if not _FOLDER.fullmatch(key(plan)):
        raise ProjectError("plan-names-no-folder", name=key(plan))
    name = turtle_files.UNVERIFIED if certainty == turtle_files.UNVERIFIED else file
    return project.plan_file(key(plan), name)
