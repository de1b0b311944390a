"""Candidates as a person types them: proposed by hand, or changed before they are decided on.

The desk asks it, for the terminal and the pages alike. Ends may be keys, labels or IRIs; words must
stand in the text of the plan.
"""

from dataclasses import replace

from pan2kg.errors import ProjectError, QueryError
from pan2kg.extract.document import Document, Quotation, quoted
from pan2kg.graph.graph import Graph
from pan2kg.i18n import Message
from pan2kg.review.decision import INVOLVEMENT, Candidate
from pan2kg.review.fields import Form
from pan2kg.review.work import Material
from pan2kg.store import program_query
from pan2kg.store.queries import KINDS
from pan2kg.turtle import ID, PAN, key, link_iri

HAND = ("from", "relation", "to", "words")
"""What is typed of a candidate that is proposed by hand."""
_CERTAIN = 1.0
"""The rank of a candidate a person has typed: there is no rule that may be wrong."""


def typed_candidate(material: Material, typed: Form) -> Candidate:
    """The candidate somebody typed, by the names of :data:`HAND`.

    Raises:
        QueryError: an end is unknown, or the first one is in no plan.
        ProjectError: there is no text of the plan, the words do not stand in it, or there is no
            such relation.
    """
    graph = material.graph
    start = graph.resolve(typed["from"])
    target = graph.resolve(typed["to"])
    plan = graph.plan_of(start)
    if not plan:
        raise QueryError("action-without-plan", remedy="name-a-plan", name=typed["from"])
    document = material.texts.get(plan)
    if document is None:
        raise ProjectError("no-document-of-plan", remedy="propose-from-file", plan=key(plan))
    classes = graph.read(program_query("things/classes-and-plan", thing=target))
    is_part = any(row[0].removeprefix(PAN) in KINDS["body"] for row in classes)
    relation = _known_relation(graph, typed["relation"], is_part=is_part)
    candidate = Candidate(
        "",
        plan,
        (start, target),
        INVOLVEMENT if is_part else "",
        relation,
        (_words_in(document, typed["words"]),),
        reason=Message("desk", "by-hand"),
        rank=_CERTAIN,
    )
    if is_part:
        _, name = candidate.matter
    else:
        name = key(link_iri(candidate.type, start, target, relation=relation))
    return replace(candidate, key=name)


def changed(
    material: Material, candidate: Candidate, aspect: str, value: str, passage: Quotation
) -> Candidate:
    """A candidate with another ``relation`` or target (``to``), or else other words in place of a passage of it.

    Raises:
        QueryError: the target is unknown.
        ProjectError: there is no such relation, or the words do not stand in the text of the plan.
    """
    if aspect == "relation":
        relation = _known_relation(material.graph, value, is_part=candidate.is_part)
        # the words of the source said another role
        return replace(candidate, relation=relation, said="")
    if aspect == "to":
        target = material.graph.resolve(value)
        return replace(candidate, ends=(candidate.ends[0], target))
    quotation = _words_in(material.texts.get(candidate.plan), value)
    quotation = replace(quotation, path=passage.path)
    return replace(candidate, quotations=(quotation, *candidate.quotations))


def _known_relation(graph: Graph, name: str, *, is_part: bool) -> str:
    """The key of a role, of a part a body has, or of a relation; an error where there is none."""
    scheme = "role" if is_part else "relation"
    if graph.labels.entry(f"{ID}{scheme}/{name}") is None:
        raise ProjectError("no-such-relation", name=name)
    return name


def _words_in(document: Document | None, words: str) -> Quotation:
    """Words as they stand in a text; an error where they do not, or there is none."""
    quotation = quoted(document, words) if document else None
    if quotation is None:
        raise ProjectError("words-not-in-text", name=words)
    return quotation
