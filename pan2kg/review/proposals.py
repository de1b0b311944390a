"""What is proposed for a decision: statements the words of a document suggest.

A text or plan that is named may become a link, a body a part in a work; which work says so follows
from the section the words stand in. Nothing of this is more than a proposal: what is proposed says
its reason and how likely the rule is right, and waits for a person. What the graph itself suggests
is found by :mod:`pan2kg.review.suggested`.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from pan2kg.extract import Document, Mention, Quotation, roles, sections
from pan2kg.extract.mentions import find_mentions
from pan2kg.extract.names import RULES
from pan2kg.graph.graph import Graph
from pan2kg.i18n import Message
from pan2kg.review.decision import INVOLVEMENT, MENTION, USE, ByEnds, Candidate, part_key
from pan2kg.review.relations import SentenceSpan, rank_of_rule, relation_of, sentence_at
from pan2kg.store import program_query
from pan2kg.turtle.vocabulary import key, link_iri

_LEAD = "lead"
_ORDER = {USE: 1, INVOLVEMENT: 2}
"""Links of plans and actions are proposed before uses of texts, and these before parts of bodies."""


class DocumentSearch(NamedTuple):
    """What a document suggests: candidates, in the order in which they are shown, and all it names.

    ``skipped`` counts the mentions that propose nothing, by reason.
    """

    candidates: tuple[Candidate, ...]
    skipped: Mapping[str, int]
    mentions: tuple[Mention, ...]

    def since(self, graph: Graph, day: date) -> "DocumentSearch":
        """The same without candidates whose target began before a day; these are counted as ``older``."""
        recent = []
        for candidate in self.candidates:
            target = graph.names.things.get(candidate.ends[1])
            is_early = target is not None and target.start is not None and target.start < day
            if not is_early:
                recent.append(candidate)
        skipped = dict(self.skipped)
        older = len(self.candidates) - len(recent)
        if older:
            skipped["older"] = older
        return self._replace(candidates=tuple(recent), skipped=skipped)


def search(graph: Graph, document: Document, plan: str) -> DocumentSearch:
    """What a document, the text of a ``plan`` given by IRI, suggests that the graph does not say yet.

    What was rejected comes back only with words nobody has looked at.
    """
    home = graph.names.things.get(plan)
    mentions = find_mentions(
        document,
        graph.names,
        date=home.start if home else None,
        country=home.country if home else "",
        plan=plan,
    )
    bodies = [mention for mention in mentions if mention.kind == "body"]
    works = _WorksOfText.read(graph, document, plan)
    statements = _Statements(graph, document, plan)
    for mention in mentions:
        work = works.work_at(mention.start)
        if mention.kind == "body":
            statements.take_body(mention, work, bodies)
        else:
            statements.take_text(mention, work)
    candidates = [*statements.parts_proposed(), *statements.links_proposed()]
    candidates.sort(key=_place_among_candidates)
    return DocumentSearch(tuple(candidates), statements.skipped, mentions)


def _place_among_candidates(candidate: Candidate) -> tuple[int, float, int]:
    begin = candidate.quotations[0].start
    return _ORDER.get(candidate.type, 0), -(candidate.rank or 0.0), begin


class _WorksOfText(NamedTuple):
    """Which work the words of a document are those of: an action in its section, else the plan."""

    starts: list[int]
    sections: Sequence[sections.Section]

    @classmethod
    def read(cls, graph: Graph, document: Document, plan: str) -> "_WorksOfText":
        titles: dict[str, list[str]] = {}
        numbers: dict[str, str] = {}
        listed = graph.read(program_query("review/titles-of-actions", plan=plan))
        for action, number, title in listed:
            titles.setdefault(action, []).append(title)
            numbers.setdefault(action, number)
        named = [
            sections.Named(action, numbers[action], tuple(words))
            for action, words in titles.items()
        ]
        in_order = sections.sections(document, plan, named)
        return cls([section.start for section in in_order], in_order)

    def work_at(self, position: int) -> str:
        return self.sections[bisect_right(self.starts, position) - 1].iri


class _PartEnds(NamedTuple):
    """A body's part in a work, as it may be stated."""

    work: str
    body: str
    role: str


class _SaidRole(NamedTuple):
    """A body that is named, and the role the text says it has there."""

    mention: Mention
    role: roles.Role


class _LinkEnds(NamedTuple):
    """A link of a work, as it may be stated."""

    work: str
    type: str
    relation: str
    target: str


class _DecidedLinks(NamedTuple):
    """What is decided of links by their ends: relations of accepted ones, words of rejected ones."""

    accepted: ByEnds
    rejected: ByEnds


@dataclass
class _Statements:
    """What the mentions of a document may state together, with the mentions that speak for each statement.

    ``skipped`` counts the mentions that state nothing, or nothing new, by reason.
    """

    graph: Graph
    document: Document
    plan: str
    parts: dict[_PartEnds, list[_SaidRole]] = field(default_factory=dict)
    links: dict[_LinkEnds, list[Mention]] = field(default_factory=dict)
    skipped: Counter[str] = field(default_factory=Counter)

    def take_body(self, mention: Mention, work: str, bodies: Sequence[Mention]) -> None:
        """A body takes part where it existed on the day of the plan and the text says its role."""
        things = self.graph.names.things
        home = things.get(self.plan)
        target = mention.target or next(iter(mention.choices), "")
        body = things.get(target)
        if body is None or not body.is_valid(home.start if home else None):
            self.skipped["body-of-another-day"] += 1
            return
        role = roles.role_of(self.document, mention, bodies)
        if role is None:
            self.skipped["body"] += 1
            return
        self.parts.setdefault(_PartEnds(work, target, role.key), []).append(
            _SaidRole(mention, role)
        )

    def take_text(self, mention: Mention, work: str) -> None:
        """Each text or plan that is named is linked; of several that may be meant, the first."""
        things = self.graph.names.things
        for target in mention.targets or mention.choices[:1]:
            entity = things.get(target)
            may_be_missing = mention.kind in ("eu-act", "sdg") or not target.startswith("http")
            if target in (self.plan, work):
                self.skipped["itself"] += 1
            elif entity is None and not may_be_missing:
                self.skipped["no-end"] += 1
            else:
                own = things.get(self.plan) if work == self.plan else None
                proposed = relation_of(self.document.text, mention, entity, own)
                ends = _LinkEnds(work, proposed.type, proposed.relation, target)
                self.links.setdefault(ends, []).append(mention)

    def parts_proposed(self) -> Iterator[Candidate]:
        stated = self._roles_stated()
        rejected = self._passages_of_rejected_parts()
        for ends, group in self.parts.items():
            work, body, role_key = ends
            identifier = part_key(*ends)
            mentions = [said.mention for said in group]
            quotations = self._quotations(mentions)
            looked_at = rejected.get(identifier)
            passages = {quotation.key(self.document.sha256) for quotation in quotations}
            if role_key in stated.get((work, body), ()):
                self.skipped["accepted"] += len(group)
                continue
            if looked_at is not None and passages <= looked_at:
                self.skipped["rejected"] += len(group)
                continue
            mention, role = max(group, key=lambda said: said.role.rank)
            remarks = self._remarks(work, body, mentions, was_rejected=looked_at is not None)
            if role_key == _LEAD and _has_another_lead(stated, work, body):
                remarks.append(Message("candidate", "other-lead"))
            values = {"how": _rule_told(mention), "said": role.said}
            yield Candidate(
                identifier,
                self.plan,
                (work, body),
                INVOLVEMENT,
                role_key,
                quotations,
                reason=Message("candidate", f"role-{role.how}", values),
                rank=_rank(mention, role.rank),
                rule=f"{mention.rule}/{RULES}",
                remarks=tuple(remarks),
                choices=_choices(mentions, body),
                said="" if role.how == "default" else role.said,
            )

    def _roles_stated(self) -> ByEnds:
        """The roles the graph states, by work and body."""
        stated: ByEnds = {}
        listed = self.graph.read(program_query("review/parts-of-plan", plan=self.plan))
        for work, body, role in listed:
            stated.setdefault((work, body), set()).add(key(role))
        return stated

    def _passages_of_rejected_parts(self) -> dict[str, set[str]]:
        """The keys of the passages somebody looked at when rejecting a part, by key of the part."""
        rejected: dict[str, set[str]] = {}
        listed = self.graph.read(program_query("review/rejected-parts", plan=self.plan))
        for work, body, role, passage in listed:
            rejected.setdefault(part_key(work, body, key(role)), set()).add(key(passage))
        return rejected

    def links_proposed(self) -> Iterator[Candidate]:
        decided = self._links_decided()
        things = self.graph.names.things
        for ends, mentions in self.links.items():
            work, type_, relation, target = ends
            relations = decided.accepted.get((work, target))
            # a mere mention says no more than any accepted relation to the same text
            if relations is not None and (relation == MENTION or relation in relations):
                self.skipped["accepted"] += len(mentions)
                continue
            quotations = self._quotations(mentions)
            looked_at = decided.rejected.get((work, target))
            if looked_at is not None and {quotation.words for quotation in quotations} <= looked_at:
                self.skipped["rejected"] += len(mentions)
                continue
            mention = max(mentions, key=_rank_of_text)
            proposed = relation_of(
                self.document.text, mention, things.get(target), things.get(work)
            )
            because = "because-said" if proposed.words else "because"
            values = {"how": _rule_told(mention), "said": proposed.words}
            remarks = self._remarks(work, target, mentions, was_rejected=looked_at is not None)
            space = self.graph.project.space
            yield Candidate(
                key(link_iri(type_, work, target, relation=relation, space=space)),
                self.plan,
                (work, target),
                type_,
                relation,
                quotations,
                reason=Message("candidate", because, values),
                rank=_rank_of_text(mention),
                rule=f"{mention.rule}/{RULES}",
                remarks=tuple(remarks),
                choices=_choices(mentions, target),
            )

    def _links_decided(self) -> _DecidedLinks:
        decided = _DecidedLinks({}, {})
        listed = self.graph.read(program_query("review/links-of-plan", plan=self.plan))
        for start, _, relation, end, status, quote in listed:
            if key(status) == "accepted":
                relation_key = key(relation) if relation else ""
                decided.accepted.setdefault((start, end), set()).add(relation_key)
            if key(status) == "rejected":
                decided.rejected.setdefault((start, end), set()).add(quote)
        return decided

    def _quotations(self, mentions: Iterable[Mention]) -> tuple[Quotation, ...]:
        """The sentences of mentions, each once, with the place of the first mention in it."""
        places: dict[SentenceSpan, int] = {}
        for mention in mentions:
            sentence = sentence_at(self.document.text, mention.start, mention.end)
            places.setdefault(sentence, mention.start)
        return tuple(
            Quotation.at(self.document, sentence.start, sentence.end, of=position)
            for sentence, position in places.items()
        )

    def _remarks(
        self, work: str, target: str, mentions: Iterable[Mention], *, was_rejected: bool
    ) -> list[Message]:
        """What whoever decides should know: that a target is missing or younger, was rejected, is derived."""
        things = self.graph.names.things
        remarks = []
        entity = things.get(target)
        plan = things.get(work) or things.get(self.graph.plan_of(work) or "")
        if entity is None:
            remarks.append(Message("candidate", "not-in-graph", {"target": target}))
        elif plan and entity.start and plan.start and entity.start > plan.start:
            remarks.append(Message("candidate", "younger", {"day": entity.start.isoformat()}))
        for note in dict.fromkeys(mention.note for mention in mentions):
            if note not in ("", "not-in-graph"):
                remarks.append(Message("candidate", f"note-{note}"))
        if was_rejected:
            remarks.append(Message("candidate", "rejected-before"))
        return remarks


def _has_another_lead(stated: ByEnds, work: str, body: str) -> bool:
    leading = [ends for ends, roles_ in stated.items() if _LEAD in roles_]
    return any(led == work and rival != body for led, rival in leading)


def _rank_of_text(mention: Mention) -> float:
    return _rank(mention, rank_of_rule(mention.rule))


def _rank(mention: Mention, rank: float) -> float:
    """How likely a rule is right; of several things that may be meant each is half as likely as its share."""
    if mention.target:
        return rank
    return round(rank / (2 * max(1, len(mention.choices))), 3)


def _rule_told(mention: Mention) -> Message:
    return Message("candidate", f"by-{mention.rule}", {"words": mention.surface})


def _choices(mentions: Iterable[Mention], target: str) -> tuple[str, ...]:
    """What else may be meant, by IRI."""
    choices = dict[str, None]()
    for mention in mentions:
        choices |= dict.fromkeys(mention.choices)
    choices.pop(target, None)
    return tuple(choices)
