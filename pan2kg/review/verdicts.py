"""Decisions on candidates as they are written to ``reviewed.ttl``: accepted and rejected ones, each with its words.

Blocks are added, none is changed and none is taken away. To undo a decision is a decision too: it withdraws the link,
the involvement or the rejection, and the candidate waits again.
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
from pan2kg.extract.document import AROUND, READER, Document
from pan2kg.graph.labels import shortened
from pan2kg.i18n.catalogue import Messages
from pan2kg.project import Project
from pan2kg.review.decisions import refuse_foreign_words, refuse_younger
from pan2kg.review.files import Filed, ProjectFiles, alone, append, write
from pan2kg.review.filing import REVIEWED, plan_file, refuse_loop
from pan2kg.review.parts import filed_parts, part_iri, part_statements, rejected_parts
from pan2kg.review.proposals import MENTION, USE, Found, Material, Proposal, is_described
from pan2kg.review.statements import link_statements
from pan2kg.turtle.vocabulary import ID, link_iri, thing
from pan2kg.turtle.writer import Block, Statement, iri, read_prefixes, string, text, write_turtle

REASONS: Final = ("not-meant", "wrong-edition", "only-repeated", "too-vague", "other-reason")
"""Why something is rejected, by the keys 1 to 5."""
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


def write_verdicts(material: Material, project: Project, verdicts: Sequence[Verdict]) -> tuple[str, ...]:
    """Write down what was decided at once, all of it or nothing; the IRIs of links, involvements and decisions.

    They are of one plan; the first stands for all of them when they are withdrawn.

    Raises:
        ProjectError: a target is not in the graph, or younger than what cites it; the text is of no document of it,
            or of one of the cited side; or somebody decided meanwhile.
        RefusedError: the file cannot be written.
    """
    with alone(project):
        files = ProjectFiles(project)
        written = _Written(material, files)
        for verdict in verdicts:
            written.add(verdict)
        _append(material, verdicts[0].proposal.plan, written.blocks, files)
    return tuple(written.made)


def preview(material: Material, project: Project, verdicts: Sequence[Verdict]) -> str:
    """The lines that :func:`write_verdicts` would add, as they would stand in the file, without its prefixes.

    Raises:
        ProjectError: as there.
    """
    written = _Written(material, ProjectFiles(project))
    for verdict in verdicts:
        written.add(verdict)
    lines = write_turtle(written.blocks, read_prefixes(project)).splitlines()
    return "\n".join(line for line in lines if not line.startswith("@prefix")).strip()


def _append(material: Material, plan: str, blocks: Sequence[Block], files: ProjectFiles) -> str:
    """Put blocks at the end of the file of decisions of a plan; the name of the file."""
    project, prefixes = files.project, read_prefixes(files.project)
    path = plan_file(material.graph, plan, REVIEWED)
    name = project.name_of(path)
    header = Block(f"<{project.graph_iri(path)}>", tuple(_header(plan)))
    write(project, {path: append(files.texts.get(name, ""), [header], blocks, prefixes, name)}, prefixes)
    return name


def _header(plan: str) -> Iterator[Statement]:
    yield Statement("a", "pan:SourceGraph")
    for tag, words in _DATA.text("decisions", name=key(plan)).words:
        yield Statement("rdfs:label", text(words, tag))
    yield Statement("pan:certainty", "certainty:stated")


class _Written:
    """The blocks of what is decided at once: each knows which IRIs and passages those before it have taken."""

    def __init__(self, material: Material, files: ProjectFiles) -> None:
        self.material, self.files = material, files
        self.prefixes = read_prefixes(files.project)
        self.made: list[str] = []
        self.blocks: list[Block] = []
        self._quoted: set[str] = set()

    def add(self, verdict: Verdict) -> None:
        """Add the blocks of one verdict.

        Raises:
            ProjectError: it cannot be written as it stands.
        """
        one = verdict.proposal
        one = replace(one, relation=_relation(one, self.material))
        verdict = replace(verdict, proposal=one)
        document = self.material.documents.get(one.plan, "")
        if not document:
            raise ProjectError("text-of-no-document", remedy="anchor-first", name=key(one.plan))
        if not is_described(self.material, one.target):
            raise ProjectError("target-not-in-graph", remedy="add-or-edit", name=one.target or "–")
        if not (verdict.reason or one.is_part):
            refuse_younger(self.material.graph.store, one.ends, one.type, one.relation)
            refuse_foreign_words(self.material.graph.store, one.ends, one.type, document)
            refuse_loop(self.files, one.type, one.ends)
        self._refuse_moved(verdict)
        passage = verdict.passage.key(self.material.sha(one))
        taken = _part_taken(self.files, one, passage) if one.is_part else _link_taken(self.files, one, passage)
        if taken:
            raise ProjectError("decided-already", name=taken)
        quoted = thing("passage", passage, self.files.project.space)
        made, said = self._said(verdict)
        group = [Statement("pan:decidedWith", iri(self.made[0], self.prefixes))] if self.made else []
        certainty = "derived" if verdict.reason else "stated"
        basis = _basis(iri(quoted, self.prefixes), iri(document, self.prefixes), certainty)
        self.made.append(made)
        self.blocks.append(Block(iri(made, self.prefixes), (*said, *group, *basis)))
        if quoted not in self._quoted and not self.files.mentions(quoted):
            self._quoted.add(quoted)
            words = _passage(self.material, verdict, iri(document, self.prefixes))
            self.blocks.append(Block(iri(quoted, self.prefixes), tuple(words)))

    def _refuse_moved(self, verdict: Verdict) -> None:
        """Refuse words that do not stand in the text where the candidate says so: it may have been read anew."""
        found, read = verdict.passage, self.material.texts[verdict.proposal.plan]
        if read.text[found.start : found.end] != found.quote:
            words = shortened(found.quote)
            raise ProjectError(
                "words-moved", remedy="find-candidates-again", name=key(verdict.proposal.plan), words=words
            )

    def _said(self, verdict: Verdict) -> tuple[str, tuple[Statement, ...]]:
        """The IRI of what is written, and what it says before it names what it rests on."""
        one = verdict.proposal
        if not one.is_part:
            return self._link_iri(verdict), tuple(_link(verdict, self.material.graph.language, self.prefixes))
        if verdict.reason:
            made = decision_iri(self.files, f"rejects|{one.matter[1]}|{verdict.reviewer}", self.made)
            return made, tuple(_rejected_part(verdict, self.prefixes))
        block = self.material.texts[one.plan].block_at(verdict.passage.start)
        language = (block.language if block else None) or self.material.graph.language
        words = (one.said, language) if one.said else None
        said = part_statements(one.ends, one.relation, words, self.prefixes)
        return part_iri(self.files, one.matter[1], self.made), (*said, *_signed(verdict.reviewer, verdict.day))

    def _link_iri(self, verdict: Verdict) -> str:
        """That of what it says, signed where that one is taken, and always where it is rejected."""
        one, signed = verdict.proposal, f"|{verdict.reviewer}"
        space = self.files.project.space
        for number in count(1 if verdict.reason else 0):
            assessor = ("", signed, f"{signed}|{number}")[min(number, 2)]
            made = link_iri(one.type, *one.ends, relation=one.relation, assessor=assessor, space=space)
            if made not in self.made and not self.files.mentions(made):
                return made
        raise AssertionError


def decision_iri(files: ProjectFiles, what: str, taken: Sequence[str] = ()) -> str:
    """The IRI of a decision that nobody has yet, made from what it decides."""
    for number in count():
        made = thing("decision", sha256(f"{what}|{number}".encode()).hexdigest()[:16], files.project.space)
        if made not in taken and not files.mentions(made):
            return made
    raise AssertionError


def _part_taken(files: ProjectFiles, one: Proposal, passage: str) -> str:
    """The file in which somebody has decided on the part of a body, by words or by these; empty where nobody has."""
    name = one.matter[1]
    there = (part.file for part in filed_parts(files, *one.ends) if (name, one.relation) in part.keys)
    rejected = (part.file for part in rejected_parts(files, *one.ends) if part.key == name and passage in part.passages)
    return next(there, "") or next(rejected, "")


def _link_taken(files: ProjectFiles, one: Proposal, passage: str) -> str:
    links = (link for link in files.links(*one.ends) if (link.one("from"), link.one("to")) == one.ends)
    return next((link.file for link in links if _decides(link, one.relation, passage)), "")


def _decides(link: Filed, relation: str, passage: str) -> bool:
    """Whether a link of the same ends decides on this: it says the same, or somebody looked at these words."""
    if link.status not in ("accepted", "rejected"):
        return False
    return passage in map(key, link.values("evidence")) or (
        link.status == "accepted" and key(link.one("relation")) == relation
    )


def _relation(proposal: Proposal, material: Material) -> str:
    """The relation that is written: a concept of the model, else the one of a text that is named and no more."""
    relation = proposal.relation
    if proposal.is_part:
        return relation
    known = relation and material.graph.labels.entry(f"{ID}relation/{relation}") is not None
    return relation if known else MENTION if proposal.type == USE else ""


def _link(verdict: Verdict, language: str, prefixes: Mapping[str, str]) -> Iterator[Statement]:
    one = verdict.proposal
    yield from link_statements(one.type, one.relation, (one.start, one.target), verdict.status, prefixes)
    yield from _signed(verdict.reviewer, verdict.day)
    if verdict.reason:
        yield Statement("pan:reviewReason", text(_DESK.say(f"reason.{verdict.reason}", language), language))
        yield Statement("pan:rejectionReason", f"rejectionreason:{verdict.reason}")


def _rejected_part(verdict: Verdict, prefixes: Mapping[str, str]) -> Iterator[Statement]:
    one = verdict.proposal
    yield Statement("a", "pan:Decision")
    yield Statement("pan:rejectedWork", iri(one.start, prefixes))
    yield Statement("pan:rejectedBody", iri(one.target, prefixes))
    yield Statement("pan:rejectedRole", f"role:{one.relation}")
    yield Statement("pan:rejectionReason", f"rejectionreason:{verdict.reason}")
    yield from _signed(verdict.reviewer, verdict.day)


def _signed(reviewer: str, day: date) -> Iterator[Statement]:
    yield Statement("pan:reviewedBy", string(reviewer))
    yield Statement("pan:reviewedOn", f'"{day.isoformat()}"^^xsd:date')


def _basis(passage: str, document: str, certainty: str) -> Iterator[Statement]:
    yield Statement("pan:evidence", passage)
    yield Statement("dcterms:source", document)
    yield Statement("pan:certainty", f"certainty:{certainty}")


def _passage(material: Material, verdict: Verdict, document: str) -> Iterator[Statement]:
    """The words with their place, as ``pan2kg anchor`` writes it."""
    read: Document = material.texts[verdict.proposal.plan]
    found, language = verdict.passage, material.graph.language
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


def write_withdrawal(material: Material, project: Project, held: Sequence[str], plan: str, by: tuple[str, date]) -> str:
    """Write that these links, involvements and rejections no longer hold, in one block; the name of the file.

    Raises:
        ProjectError: somebody withdrew them meanwhile.
        RefusedError: the file cannot be written.
    """
    reviewer, day = by
    with alone(project):
        files = ProjectFiles(project)
        if files.withdrawn.intersection(held):
            raise ProjectError("decided-already", name=project.name_of(plan_file(material.graph, plan, REVIEWED)))
        prefixes = read_prefixes(project)
        made = decision_iri(files, f"withdraws|{held[0]}|{reviewer}")
        statements = (
            Statement("a", "pan:Decision"),
            *(Statement("pan:withdraws", iri(one, prefixes)) for one in held),
            *_signed(reviewer, day),
        )
        return _append(material, plan, [Block(iri(made, prefixes), statements)], files)
