"""Why a decision cannot be written: one place refuses what cannot be, for candidates of every origin.

A text cannot cite what was adopted after it, and that it cites is seen in its own words; words
stand in the text they are taken from, and nobody decides twice. Each reason is a function; the
first that holds is told.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from pan2kg.errors import ProjectError
from pan2kg.extract.document import Document, Quotation
from pan2kg.graph.graph import Graph
from pan2kg.graph.labels import shortened
from pan2kg.i18n import Message
from pan2kg.project import Project
from pan2kg.review.decision import (
    SETTLED,
    THIRD,
    Candidate,
    Decision,
    Held,
    Origin,
    decided,
    part_key,
)
from pan2kg.review.outcomes import RefusedError
from pan2kg.review.standing import REPLACES, Filed, ProjectFiles
from pan2kg.store import is_true, program_query, text_rows as rows
from pan2kg.turtle.vocabulary import ID, PAN, key, link_iri
from pan2kg.turtle.writer import iri, read_prefixes
from pan2kg.validation.quotations import Comparison, judge, texts_of_members


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
    if not case.is_new_link:
        return
    candidate = case.candidate
    replaced = case.replaced
    relation = key(replaced.one("relation")) if replaced else candidate.relation
    start, end = candidate.ends
    values = {
        "from": start,
        "to": end,
        "type": f"{ID}linktype/{candidate.type}",
        "relation": f"{ID}relation/{relation}" if relation else f"{PAN}none",
    }
    for own_day, day in rows(case.graph.store, program_query("review/younger", **values)):
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


def _refuse_words_of_another(case: _DecisionCase) -> None:
    """Refuse words a document of the cited text, or of another plan, says in place of the text that cites."""
    quotation = case.decision.quotation
    if not case.is_new_link or case.candidate.type == THIRD:
        return
    if not quotation or not quotation.document:
        return
    document = quotation.document
    start, end = case.candidate.ends
    query = program_query("review/speaks-for", **{"document": document, "from": start, "to": end})
    works = rows(case.graph.store, query)
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
            is_typed = case.candidate.origin is Origin.GRAPH
            raise RefusedError("not-taken", field="document" if is_typed else "", why=why)


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
_AGAINST_LINKS = (_refuse_younger_text, _refuse_words_of_another, _refuse_loop)

# The reasons against a decision, in the order in which a person is told the first that holds. What
# makes the rest pointless comes first: without a document or a target nothing can be judged, and on
# what somebody else has settled meanwhile there is nothing to mend. Then comes what is wrong with
# the link, which another choice in the form mends, then with the words. Only what is right in itself
# is compared with what stands already.
_REASONS: Mapping[Origin, Sequence[Callable[[_DecisionCase], object]]] = {
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
        return candidate.link in verdict.filed.values(REPLACES)
    if candidate.origin is Origin.GRAPH:
        ends = set()
        for name in ("from", "to", "between"):
            ends.update(verdict.filed.values(name))
        return verdict.filed.type in SETTLED and ends == {*candidate.ends}
    if verdict.matter != candidate.matter:
        return False
    is_same = candidate.is_part or verdict.relation == candidate.relation
    return (verdict.status == "accepted" and is_same) or passage in verdict.passages
