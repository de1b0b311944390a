"""Decisions on candidates as they are written to ``reviewed.ttl``: accepted and rejected links, each with its words.

Blocks are added and none is taken away. To undo a decision is to give its link the status « superseded »: the one line
of it that changes. Then the candidate waits again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from itertools import count
from typing import Final

from pan2kg.coherence.uses import key
from pan2kg.errors import ProjectError
from pan2kg.extract.document import READER, Document
from pan2kg.i18n.catalogue import Messages
from pan2kg.project import Project, read_text
from pan2kg.review.anchoring import AROUND
from pan2kg.review.files import Filed, ProjectFiles, alone, append, write
from pan2kg.review.filing import FILE, plan_file
from pan2kg.review.parts import (
    REJECTED,
    WORK,
    Rejected,
    filed_parts,
    keep_rejected,
    part_iri,
    part_statements,
    read_rejected,
    without_part,
)
from pan2kg.review.proposals import CITATION, MENTION, USE, Found, Material, Proposal, Settled, is_described
from pan2kg.turtle.blocks import read_turtle_file
from pan2kg.turtle.editing import Edit, edited
from pan2kg.turtle.vocabulary import ID, link_iri, thing
from pan2kg.turtle.writer import Block, Statement, iri, read_prefixes, string, text

REASONS: Final = ("not-meant", "wrong-edition", "only-repeated", "too-vague", "other-reason")
"""Why something is rejected, by the keys 1 to 5."""
OPEN: Final = "superseded"
_DATA: Final = Messages("data")
_DESK: Final = Messages("desk")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What somebody decided of a candidate: the words it rests on, and the reason against it, empty where it holds."""

    proposal: Proposal
    passage: Found
    reviewer: str
    day: date
    reason: str = ""

    @property
    def status(self) -> str:
        """The status of the link that is written."""
        return "rejected" if self.reason else "accepted"


def settled(project: Project, plans: Mapping[str, Sequence[Proposal]]) -> Settled:
    """What was decided on these plans' candidates, in any file of the project."""
    files = ProjectFiles(project)
    accepted: dict[tuple[str, str], frozenset[str]] = {}
    seen: dict[tuple[str, str], frozenset[str]] = {}
    for link in (link for plan in plans for link in files.links(plan)):
        ends = link.one("from"), link.one("to")
        if link.status in ("accepted", "rejected"):
            seen[ends] = seen.get(ends, frozenset()) | frozenset(map(key, link.values("evidence")))
        if link.status == "accepted":
            accepted[ends] = accepted.get(ends, frozenset()) | {key(link.one("relation"))}
    for part in (part for plan in plans for part in filed_parts(files, plan)):
        for name, role in part.keys:
            accepted[part.work, name] = frozenset((role,))
    for plan, proposals in plans.items():
        rejected = read_rejected(project, plan)
        works = {one.matter[1]: one.start for one in proposals if one.is_part}
        for one in rejected:
            matter = works.get(one.key, plan), one.key
            seen[matter] = seen.get(matter, frozenset()) | {one.passage}
    return Settled(accepted, seen)


def write_verdict(material: Material, project: Project, verdict: Verdict) -> str:
    """Write a decision down; the IRI of the link or involvement, of a rejected part the one it would have.

    Raises:
        ProjectError: the target is not in the graph, the text is of no document of it, or somebody decided meanwhile.
        RefusedError: the file cannot be written.
    """
    proposal = replace(verdict.proposal, relation=_relation(verdict.proposal, material))
    verdict = replace(verdict, proposal=proposal)
    document = material.documents.get(proposal.plan, "")
    if not document:
        raise ProjectError("text-of-no-document", remedy="anchor-first", name=key(proposal.plan))
    if not is_described(material, proposal.target):
        raise ProjectError("target-not-in-graph", remedy="add-or-edit", name=proposal.target or "–")
    with alone(project):
        files = ProjectFiles(project)
        if proposal.is_part:
            return _write_part(material, verdict, document, files)
        passage = verdict.passage.key(material.sha(proposal))
        links = [link for link in files.links(*proposal.ends) if (link.one("from"), link.one("to")) == proposal.ends]
        taken = next((link for link in links if _decides(link, proposal.relation, passage)), None)
        if taken:
            raise ProjectError("decided-already", name=taken.file)
        made = _free(files, verdict)
        blocks = [*_blocks(material, verdict, made, document, files)]
        _append(material, verdict, blocks, files)
    return made


def _append(material: Material, verdict: Verdict, blocks: Sequence[Block], files: ProjectFiles) -> None:
    """Put blocks at the end of the file of decisions."""
    project, plan, prefixes = files.project, verdict.proposal.plan, read_prefixes(files.project)
    path = plan_file(material.graph, plan, FILE)
    name = project.name_of(path)
    header = Block(f"<{project.graph_iri(path)}>", tuple(_header(plan)))
    write(project, {path: append(files.texts.get(name, ""), [header], blocks, prefixes, name)}, prefixes)


def _write_part(material: Material, verdict: Verdict, document: str, files: ProjectFiles) -> str:
    """The part of a body: accepted in the file of decisions, rejected beside the candidates."""
    one, prefixes, project = verdict.proposal, read_prefixes(files.project), files.project
    name, passage = one.matter[1], verdict.passage.key(material.sha(one))
    taken = next((part.file for part in filed_parts(files, *one.ends) if (name, one.relation) in part.keys), "")
    before = read_rejected(project, one.plan)
    if taken or any((was.key, was.passage) == (name, passage) for was in before):
        raise ProjectError("decided-already", name=taken or f"{WORK}/{key(one.plan)}/{REJECTED}")
    made = part_iri(files, name)
    if verdict.reason:
        path = project.name_of(plan_file(material.graph, one.plan, FILE))
        lines = len(files.texts.get(path, "").splitlines())
        day = verdict.day.isoformat()
        rejected = Rejected(name, passage, verdict.reviewer, day, verdict.reason, lines)
        keep_rejected(project, one.plan, [*before, rejected])
        return made
    read, found = material.texts[one.plan], verdict.passage
    quoted = thing("passage", passage, project.space)
    block = read.block_at(found.start)
    language = (block.language if block else None) or material.graph.language
    statements = [
        *part_statements(one.ends, one.relation, (one.said, language) if one.said else None, prefixes),
        *_signed(verdict),
        *_basis(iri(quoted, prefixes), iri(document, prefixes), "stated"),
    ]
    blocks = [Block(iri(made, prefixes), tuple(statements))]
    if not files.mentions(quoted):
        words = tuple(_passage(read, found, material.graph.language, iri(document, prefixes)))
        blocks.append(Block(iri(quoted, prefixes), words))
    _append(material, verdict, blocks, files)
    return made


def _signed(verdict: Verdict) -> Iterator[Statement]:
    yield Statement("pan:reviewedBy", string(verdict.reviewer))
    yield Statement("pan:reviewedOn", f'"{verdict.day.isoformat()}"^^xsd:date')


def _basis(passage: str, document: str, certainty: str) -> Iterator[Statement]:
    yield Statement("pan:evidence", passage)
    yield Statement("dcterms:source", document)
    yield Statement("pan:certainty", f"certainty:{certainty}")


def _decides(link: Filed, relation: str, passage: str) -> bool:
    """Whether a link of the same ends decides on this: it says the same, or somebody looked at these words."""
    if link.status not in ("accepted", "rejected"):
        return False
    return passage in map(key, link.values("evidence")) or (
        link.status == "accepted" and key(link.one("relation")) == relation
    )


def _header(plan: str) -> Iterator[Statement]:
    yield Statement("a", "pan:SourceGraph")
    for tag, words in _DATA.text("decisions", name=key(plan)).words:
        yield Statement("rdfs:label", text(words, tag))
    yield Statement("pan:certainty", "certainty:stated")


def _relation(proposal: Proposal, material: Material) -> str:
    """The relation that is written: a concept of the model, else the one of a text that is named and no more."""
    relation = proposal.relation
    if proposal.is_part:
        return relation
    known = relation and material.graph.labels.entry(f"{ID}relation/{relation}") is not None
    return relation if known else MENTION if proposal.type == USE else ""


def _free(files: ProjectFiles, verdict: Verdict) -> str:
    """The IRI of the link: that of what it says, signed where that one is taken, and always where it is rejected."""
    proposal, signed = verdict.proposal, f"|{verdict.reviewer}"
    for number in count(1 if verdict.reason else 0):
        assessor = ("", signed, f"{signed}|{number}")[min(number, 2)]
        relation = proposal.relation
        made = link_iri(proposal.type, *proposal.ends, relation=relation, assessor=assessor, space=files.project.space)
        if not files.mentions(made):
            return made
    raise AssertionError


def _blocks(material: Material, verdict: Verdict, link: str, document: str, files: ProjectFiles) -> Iterator[Block]:
    proposal, prefixes, found = verdict.proposal, read_prefixes(files.project), verdict.passage
    read = material.texts[proposal.plan]
    passage = thing("passage", found.key(read.sha256), files.project.space)
    language = material.graph.language
    statements = [
        Statement("a", "pan:Link"),
        Statement("pan:linkType", f"linktype:{proposal.type}"),
        *([Statement("pan:relation", f"relation:{proposal.relation}")] if proposal.relation else []),
        Statement("pan:from", iri(proposal.start, prefixes)),
        Statement("pan:to", iri(proposal.target, prefixes)),
        *([Statement("pan:channel", "channel:text")] if proposal.type == CITATION else []),
        Statement("pan:status", f"linkstatus:{verdict.status}"),
        *_signed(verdict),
    ]
    if verdict.reason:
        statements += [
            Statement("pan:reviewReason", text(_DESK.say(f"reason.{verdict.reason}", language), language)),
            Statement("pan:rejectionReason", f"rejectionreason:{verdict.reason}"),
        ]
    certainty = "derived" if verdict.reason else "stated"
    statements += _basis(iri(passage, prefixes), iri(document, prefixes), certainty)
    yield Block(iri(link, prefixes), tuple(statements))
    if not files.mentions(passage):
        yield Block(iri(passage, prefixes), tuple(_passage(read, found, language, iri(document, prefixes))))


def _passage(read: Document, found: Found, language: str, document: str) -> Iterator[Statement]:
    """The words with their place, as ``pan2kg anchor`` writes it."""
    block = read.block_at(found.start)
    words = read.text[found.start : found.end]
    yield Statement("a", "pan:Passage")
    yield Statement("pan:quote", text(" ".join(words.split()), (block.language if block else None) or language))
    if block and block.page and block.label:
        yield Statement("pan:page", string(block.label))
    if block and block.page:
        yield Statement("pan:pageIndex", str(block.page))
    before, behind = read.text[max(0, found.start - AROUND) : found.start], read.text[found.end : found.end + AROUND]
    around = {"prefix": before, "suffix": behind}
    for name, value in around.items():
        if value:
            yield Statement(f"pan:{name}", string(value))
    yield Statement("pan:start", str(found.start))
    yield Statement("pan:end", str(found.end))
    yield Statement("pan:readerVersion", string(READER))
    yield Statement("pan:quoteHash", string(sha256(words.encode()).hexdigest()))
    yield Statement("pan:inDocument", document)


@dataclass(frozen=True, slots=True)
class Last:
    """A decision that holds: the file it stands in, what it settles, its status, and its place among all others."""

    file: str
    matter: tuple[str, str]
    status: str
    order: tuple[str, int, int]
    link: Filed | None = None
    part: str = ""
    plan: str = ""


def last_verdict(project: Project, plans: Mapping[str, Sequence[Proposal]], reviewer: str) -> Last | None:
    """The last decision of somebody that still holds, whenever it was made; None where there is none."""
    files = ProjectFiles(project)
    found = [one for plan in plans for one in _decided(files, plan, reviewer, plans[plan])]
    return max(found, key=lambda one: one.order, default=None)


def _decided(files: ProjectFiles, plan: str, reviewer: str, proposals: Sequence[Proposal]) -> Iterator[Last]:
    """The decisions of somebody on the candidates of a plan that hold."""
    project, prefixes = files.project, read_prefixes(files.project)
    name = project.name_of(project.graph / "plans" / key(plan) / FILE)
    content = files.texts.get(name, "")
    lines = {block.subject: block.line for block in read_turtle_file(content, name).blocks}
    for link in files.links(plan) if content else ():
        line = lines.get(iri(link.iri, prefixes), 0)
        is_own = link.file == name and reviewer in link.values("reviewedBy")
        if line and is_own and link.status in ("accepted", "rejected"):
            ends = link.one("from"), link.one("to")
            yield Last(name, ends, link.status, (link.one("reviewedOn"), line, 0), link=link)
    for part in filed_parts(files, plan) if content else ():
        line = lines.get(iri(part.iri, prefixes), 0)
        if line and part.file == name and part.reviewer == reviewer:
            matter = part.work, min(part.keys)[0]
            yield Last(name, matter, "accepted", (part.day, line, 0), part=part.iri)
    works = {one.matter[1]: one.start for one in proposals if one.is_part}
    for number, was in enumerate(read_rejected(project, plan), start=1):
        if was.reviewer == reviewer:
            file, matter = f"{WORK}/{key(plan)}/{REJECTED}", (works.get(was.key, plan), was.key)
            yield Last(file, matter, "rejected", (was.day, was.lines, number), plan=plan)


def undo(project: Project, last: Last) -> None:
    """Take a decision back, so that its candidate waits again: a link becomes « superseded », a part goes.

    Raises:
        ProjectError: the block is no longer there as it was written.
        RefusedError: the file cannot be written.
    """
    with alone(project):
        if last.plan:
            kept = read_rejected(project, last.plan)
            del kept[last.order[2] - 1]
            keep_rejected(project, last.plan, kept)
            return
        path, prefixes = project.root / last.file, read_prefixes(project)
        old = read_text(path)
        if last.link is None:
            write(project, {path: without_part(old, last.file, last.part, prefixes)}, prefixes)
            return
        status = f"linkstatus:{last.status}"
        edit = Edit(iri(last.link.iri, prefixes), "pan:status", (status,), (f"linkstatus:{OPEN}",))
        write(project, {path: edited(old, last.file, [edit])}, prefixes)
