"""How decisions are written to the files of the graph, and taken back there.

A decision becomes a block, with a block of its words where no file has them: what is accepted, with
its words, what is rejected, so that it does not come back, and what is taken back. Blocks are added,
none is changed and none is taken away.
"""

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import replace
from datetime import date
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import NamedTuple

from pan2kg.coherence.citations import CROSS_REFERENCES
from pan2kg.errors import ProjectError
from pan2kg.extract.document import Document, Quotation
from pan2kg.graph.graph import Graph
from pan2kg.project import Project
from pan2kg.review import files as turtle_files
from pan2kg.review.decision import (
    INVOLVEMENT,
    MENTION,
    REVIEWED,
    USE,
    Candidate,
    Decision,
    Held,
    Origin,
    PlanTexts,
    part_key,
)
from pan2kg.review.files import addition
from pan2kg.review.outcomes import RefusedError
from pan2kg.review.refusals import refuse
from pan2kg.review.standing import Filed, ProjectFiles
from pan2kg.turtle.vocabulary import DCTERMS, ID, key, link_iri, thing
from pan2kg.turtle.writer import (
    Block,
    Prefixes,
    TurtleLine,
    expanded,
    iri,
    read_prefixes,
    string,
    text,
)

_TAKEN_OVER = (
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
_SOURCE = DCTERMS + "source"
_FOLDER = re.compile(r"[a-z0-9][a-z0-9-]*")


class Composed(NamedTuple):
    """What decisions become: the IRIs they are written under, their blocks, and the file that changes."""

    iris: list[str]
    blocks: list[Block]
    change: turtle_files.Addition


def compose(
    graph: Graph,
    files: ProjectFiles,
    decisions: Sequence[Decision],
    texts: PlanTexts | None = None,
) -> Composed:
    """The blocks of decisions on candidates of one plan, made at once, all of them or none; ``texts`` by plan.

    Refused (:func:`refuse`) is the first that cannot be written.
    """
    prefixes = read_prefixes(files.project)
    names = list[str]()
    blocks = []
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
        path = project.plan_file(key(plan), REVIEWED)
        return addition(project, path, blocks, label="decisions", about=key(plan))
    if candidate.is_part:
        file = "involvements"
    elif candidate.type == USE:
        file = "instruments"
    else:
        file = "links"
    path = of_plan(project, plan, decision.certainty)
    source = decision.quotation.document if decision.quotation else ""
    return addition(project, path, blocks, label=file, about=key(plan), source=source)


def _statements(
    decision: Decision,
    replaced: Filed | None,
    passage: str,
    group: Sequence[str],
    prefixes: Prefixes,
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
    decision: Decision, replaced: Filed | None, prefixes: Prefixes
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


def _rejected_part_statements(decision: Decision, prefixes: Prefixes) -> Iterator[TurtleLine]:
    work, body = decision.candidate.ends
    yield TurtleLine("a", "pan:Decision")
    yield TurtleLine("pan:rejectedWork", iri(work, prefixes))
    yield TurtleLine("pan:rejectedBody", iri(body, prefixes))
    yield TurtleLine("pan:rejectedRole", f"role:{decision.candidate.relation}")
    yield TurtleLine("pan:rejectionReason", f"rejectionreason:{decision.rejection}")


def _part_statements(decision: Decision, prefixes: Prefixes) -> Iterator[TurtleLine]:
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
    decision: Decision, replaced: Filed | None, passage: str, prefixes: Prefixes
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


def free_name(base: str, taken: Container[str], prefixes: Prefixes) -> str:
    """A name with a prefix, followed by the first number from 2 with which its IRI is not ``taken``.

    >>> free_name("p:x", {"http://p/x": "a.ttl", "http://p/x-2": "a.ttl"}, {"p": "http://p/"})
    'p:x-3'
    """
    name = base
    number = 1
    while expanded(name, prefixes) in taken:
        number += 1
        name = f"{base}-{number}"
    return name


def decide(graph: Graph, decisions: Sequence[Decision], texts: PlanTexts | None = None) -> Composed:
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
    path = project.plan_file(key(plan), REVIEWED)
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


def plan_of(graph: Graph, ends: tuple[str, ...]) -> str:
    """The plan in whose file what links these ends is filed: that of the first that has a plan.

    Refused where none has any, or its key is no name of a file.
    """
    for end in ends:
        plan = graph.plan_of(end)
        if plan and _FOLDER.fullmatch(key(plan)):
            return plan
        if plan:
            break
    raise RefusedError("homeless")


def of_plan(project: Project, plan: str, certainty: str) -> Path:
    """The file of a plan, by IRI, for facts of this certainty: what nobody has verified has its own.

    >>> [of_plan(Project.packaged(), f"{ID}plan/x", certainty).name
    ...     for certainty in ("stated", "unverified")]
    ['x.ttl', 'x-unverified.ttl']
    """
    if not _FOLDER.fullmatch(key(plan)):
        raise ProjectError("plan-names-no-folder", name=key(plan))
    apart = turtle_files.UNVERIFIED if certainty == turtle_files.UNVERIFIED else ""
    return project.plan_file(key(plan), apart)
