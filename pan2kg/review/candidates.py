"""What a plan’s document suggests as links, each with its words: nothing of it is a statement before a person decides.

From every section of an action there is one candidate for each relation and target, with all passages; from text
outside of actions one of the plan. The relation is proposed from the words before the mention. Mentions of other plans
come first: they are the truest links of all. A body becomes the candidate of a part in the action, where its field or
the words beside it say which one.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pan2kg.coherence.uses import key
from pan2kg.extract.acts import either
from pan2kg.extract.mentions import find_mentions
from pan2kg.extract.names import RULES, Mention, Names, Thing
from pan2kg.extract.sections import Named, Section, sections
from pan2kg.i18n.message import Message
from pan2kg.review.parts import INVOLVEMENT, KnownParts, Role, part_key, place_key, rank_of, role_of
from pan2kg.store.queries import program_query
from pan2kg.turtle.vocabulary import link_iri
from pan2kg.validation.rights import LONGEST

if TYPE_CHECKING:
    from pan2kg.extract.document import Document
    from pan2kg.graph.graph import Graph

USES: Final = "uses-instrument"
_AROUND: Final = 32
_LONGEST, _WORDS = LONGEST
_BEFORE: Final = 160
_SENTENCE: Final = re.compile(r"(?<=[^\s.]{3}[.!?…])\s+(?=[«“„\"(]?[A-ZÀ-Ü0-9])|[\n\t]+")


@dataclass(frozen=True, slots=True)
class CandidatePassage:
    """Words of the canonical text that name the target: their place and what stands around.

    ``page`` counts from 1, None where the format has no pages; ``label`` is the number printed on it.
    """

    start: int
    end: int
    quote: str
    page: int | None
    label: str
    prefix: str
    suffix: str
    path: tuple[str, ...]

    def place(self, sha: str) -> str:
        """The key of the passage it becomes, of a file with this hash."""
        return place_key(sha, self.start, self.end)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A link a document suggests: ``action_or_plan`` and ``target`` are its ends by IRI, type and relation keys.

    That a body takes part is of the type ``involvement``: its relation is the role, ``said`` the words that say it.
    ``target`` is an identifier where the graph does not have it; ``choices`` are the IRIs of what else may be meant.
    ``key`` is that of the link it would become. ``rank`` is how often its rule was right on labelled text, in [0, 1],
    ``remarks`` what to look at before deciding.
    """

    key: str
    action_or_plan: str
    type: str
    relation: str
    target: str
    reason: Message
    rule: str
    rank: float
    passages: tuple[CandidatePassage, ...]
    remarks: tuple[Message, ...] = ()
    choices: tuple[str, ...] = ()
    said: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """The candidates of a document, and what was passed over: how many mentions for each reason, by its key."""

    candidates: tuple[Candidate, ...]
    skipped: Mapping[str, int]
    mentions: tuple[Mention, ...]


def propose(graph: Graph, document: Document, plan: str) -> tuple[Candidate, ...]:
    """What a document suggests as links of a plan, given by IRI, and of its actions: plans first, then the surest."""
    return proposal(graph, document, plan).candidates


def proposal(graph: Graph, document: Document, plan: str) -> Proposal:
    """The candidates with all that was found and passed over."""
    names = graph.names
    own = names.things.get(plan)
    day, country = (own.start, own.country) if own else (None, "")
    mentions = find_mentions(document, names, date=day, country=country, plan=plan)
    parts = sections(document, plan, named_actions(graph, plan))
    known = _Known.of(graph, plan)
    skipped: Counter[str] = Counter()
    groups: dict[tuple[str, str, str, str], list[Mention]] = {}
    made = _bodies(graph, document, [one for one in mentions if one.kind == "body"], parts, plan, skipped)
    for mention in mentions:
        if mention.kind == "body":
            continue
        for target in mention.targets or mention.choices[:1]:
            work = _section(parts, mention).iri
            why = _passed_over(mention, target, work, plan, names)
            if why:
                skipped[why] += 1
                continue
            type_, relation, _ = relation_of(
                document.text, mention, names.things.get(target), own if work == plan else None
            )
            groups.setdefault((work, type_, relation, target), []).append(mention)
    made += [
        one for group, of_group in groups.items()
        if (one := _candidate(graph, document, group, of_group, known=known, skipped=skipped)) is not None
    ]  # fmt: skip
    return Proposal(tuple(sorted(made, key=_order)), skipped, mentions)


def since(graph: Graph, made: Proposal, day: date) -> Proposal:
    """The candidates whose target is of a day or later, as far as its day is known; the others are passed over."""
    things = graph.names.things
    kept = [
        one for one in made.candidates if not ((thing := things.get(one.target)) and thing.start and thing.start < day)
    ]
    older = {"older": len(made.candidates) - len(kept)} if len(kept) < len(made.candidates) else {}
    return replace(made, candidates=tuple(kept), skipped={**made.skipped, **older})


def _order(one: Candidate) -> tuple[int, float, int]:
    return {USES: 1, INVOLVEMENT: 2}.get(one.type, 0), -one.rank, one.passages[0].start


def _bodies(
    graph: Graph, document: Document, mentions: Sequence[Mention], parts: Sequence[Section], plan: str,
    skipped: Counter[str],
) -> list[Candidate]:  # fmt: skip
    """The parts bodies take, one for each work, body and role; a body nothing gives a role is passed over."""
    own = graph.names.things.get(plan)
    known = KnownParts.of(graph, plan)
    groups: dict[tuple[str, str, str], list[tuple[Mention, Role]]] = {}
    for mention in mentions:
        target = mention.target or next(iter(mention.choices), "")
        thing = graph.names.things.get(target)
        if thing is None or not thing.is_valid(own.start if own else None):
            skipped["body-of-another-day"] += 1
        elif role := role_of(document, mention, mentions):
            groups.setdefault((_section(parts, mention).iri, target, role.key), []).append((mention, role))
        else:
            skipped["body"] += 1
    made = []
    for (work, target, role_key), found in groups.items():
        passages = tuple(_passages(document, (mention for mention, _ in found)))
        if why := known.settles(work, target, role_key, [one.place(document.sha256) for one in passages]):
            skipped[why] += len(found)
            continue
        made.append(_part(graph, (work, target, role_key), found, passages, known))
    return made


def _part(
    graph: Graph, group: tuple[str, str, str], found: Sequence[tuple[Mention, Role]],
    passages: tuple[CandidatePassage, ...], known: KnownParts,
) -> Candidate:  # fmt: skip
    work, target, role_key = group
    one, role = max(found, key=lambda pair: rank_of(pair[1]))
    how = Message("candidate", f"by-{one.rule}", {"words": one.surface})
    reason = Message("candidate", f"role-{role.how}", {"how": how, "said": role.said})
    mentions = [mention for mention, _ in found]
    remarks = list(_remarks(graph, work, target, mentions, rejected=known.was_rejected(group)))
    if known.has_other_lead(group):
        remarks.append(Message("candidate", "other-lead"))
    rank = rank_of(role) if one.target else round(rank_of(role) / (2 * max(1, len(one.choices))), 3)
    return Candidate(
        part_key(*group), work, INVOLVEMENT, role_key, target, reason, f"{one.rule}/{RULES}", rank, passages,
        tuple(remarks), tuple(dict.fromkeys(iri for mention in mentions for iri in mention.choices if iri != target)),
        "" if role.how == "default" else role.said,
    )  # fmt: skip


def named_actions(graph: Graph, plan: str) -> tuple[Named, ...]:
    """The actions of a plan with the titles and numbers they have in the graph."""
    titles: dict[str, list[str]] = {}
    numbers: dict[str, str] = {}
    for action, number, title in graph.read(program_query("review/titles-of-actions", plan=plan)):
        titles.setdefault(action, []).append(title)
        numbers.setdefault(action, number)
    return tuple(Named(action, numbers[action], tuple(said)) for action, said in titles.items())


def _section(parts: Sequence[Section], mention: Mention) -> Section:
    return parts[bisect_right([one.start for one in parts], mention.start) - 1]


def _passed_over(mention: Mention, target: str, work: str, plan: str, names: Names) -> str:
    """Why a mention becomes no candidate, by the key of the reason; empty where it becomes one."""
    thing = names.things.get(target)
    if target in (plan, work):
        return "itself"
    return "" if thing or not target.startswith("http") or mention.kind in ("eu-act", "sdg") else "no-end"


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("relations.toml").read_text(encoding="utf-8"))


@cache
def _rules() -> tuple[tuple[re.Pattern[str], Mapping[str, Any]], ...]:
    return tuple(
        (re.compile(rf"(?<!\w){either(one['words'])}(?!\w)", re.IGNORECASE), one) for one in _table()["relation"]
    )


def relation_of(text: str, mention: Mention, target: Thing | None, own: Thing | None) -> tuple[str, str, str]:
    """The type of link, the relation and the words that propose it: those nearest before the mention, in its sentence.

    ``own`` is the plan whose text it is, None where it is that of an action.

    >>> text, act = "afin de transposer la directive 2014/24/UE", "http://data.europa.eu/eli/dir/2014/24/oj"
    >>> relation_of(text, Mention(22, 42, text[22:42], act, "eu-act", "eu-number"), None, None)
    ('uses-instrument', 'supports-transposition-of', 'transposer')
    """
    start, _ = sentence_at(text, mention.start, mention.end)
    before = text[max(start, mention.start - _BEFORE) : mention.start]
    side = "plan" if target is not None and target.kind == "plan" else "text"
    found = [
        (place.end(), -number, place[0], rule)
        for number, (pattern, rule) in enumerate(_rules())
        if side in rule and (place := _last(pattern, before))
    ]
    _, _, said, rule = max(found, key=lambda one: one[:2], default=(0, 0, "", _table()["default"]))
    if side == "text":
        return USES, _fitting(str(rule["text"]), mention, target), said
    type_, relation = rule["plan"]
    if type_ == "succession" and not (own and target and own.family == target.family):
        return "cross-reference", "continues", said
    # what an action says of a plan is a citation of it; links of plans among themselves have types of their own
    return str(type_) if own else "cross-reference", str(relation), said


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    last = None
    for last in pattern.finditer(text):  # noqa: B007 - the last one is what is wanted
        pass
    return last


def _fitting(relation: str, mention: Mention, target: Thing | None) -> str:
    """The relation, or the plainer one where the target is of another kind: only directives are transposed."""
    kind = target.type if target else ""
    address = target.iri if target else mention.target
    if relation == "supports-transposition-of" and not (kind == "eu-directive" or "/eli/dir" in address):
        return "implements"
    if relation in ("plans-ratifying", "considers-ratifying") and mention.kind not in ("ilo", "instrument"):
        return "references"
    return relation


@dataclass(frozen=True, slots=True)
class _Known:
    """What is decided already: accepted relations by both ends, and the words of rejected ones."""

    accepted: Mapping[tuple[str, str], frozenset[str]]
    rejected: Mapping[tuple[str, str], frozenset[str]]

    @classmethod
    def of(cls, graph: Graph, plan: str) -> _Known:
        accepted: dict[tuple[str, str], set[str]] = {}
        rejected: dict[tuple[str, str], set[str]] = {}
        for start, _, relation, end, status, quote in graph.read(program_query("review/links-of-plan", plan=plan)):
            if key(status) == "accepted":
                accepted.setdefault((start, end), set()).add(key(relation) if relation else "")
            if key(status) == "rejected":
                rejected.setdefault((start, end), set()).add(quote)
        return cls(
            {ends: frozenset(said) for ends, said in accepted.items()},
            {ends: frozenset(said) for ends, said in rejected.items()},
        )


def _candidate(
    graph: Graph, document: Document, group: tuple[str, str, str, str], mentions: Sequence[Mention], *,
    known: _Known, skipped: Counter[str],
) -> Candidate | None:  # fmt: skip
    """The candidate of all mentions of one target in one section, None where it is decided already."""
    work, type_, relation, target = group
    ends = (work, target)
    # a mere mention says no more than any accepted relation to the same text
    if relation in known.accepted.get(ends, ()) or (relation == "references" and ends in known.accepted):
        skipped["accepted"] += len(mentions)
        return None
    passages = tuple(_passages(document, mentions))
    before = known.rejected.get(ends)
    if before is not None and all(one.quote in before for one in passages):
        skipped["rejected"] += len(mentions)
        return None
    one = max(mentions, key=_rank)
    said = relation_of(document.text, one, graph.names.things.get(target), graph.names.things.get(work))[2]
    return Candidate(
        key(link_iri(type_, work, target, relation=relation, space=graph.project.space)), work, type_, relation, target,
        _reason(one, said), f"{one.rule}/{RULES}", _rank(one), passages,
        tuple(_remarks(graph, work, target, mentions, rejected=before is not None)),
        tuple(dict.fromkeys(iri for mention in mentions for iri in mention.choices if iri != target)),
    )  # fmt: skip


def _rank(mention: Mention) -> float:
    known = float(_table()["rank"].get(mention.rule, 0.5))
    return known if mention.target else round(known / (2 * max(1, len(mention.choices))), 3)


def _reason(mention: Mention, said: str) -> Message:
    how = Message("candidate", f"by-{mention.rule}", {"words": mention.surface})
    return Message("candidate", "because-said" if said else "because", {"how": how, "said": said})


def _remarks(graph: Graph, work: str, target: str, mentions: Iterable[Mention], *, rejected: bool) -> Iterator[Message]:
    """What to look at before deciding."""
    names = graph.names
    thing = names.things.get(target)
    plan = names.things.get(work) or names.things.get(graph.plan_of(work) or "")
    if thing is None:
        yield Message("candidate", "not-in-graph", {"target": target})
    if thing and plan and thing.start and plan.start and thing.start > plan.start:
        yield Message("candidate", "younger", {"day": thing.start.isoformat()})
    notes = dict.fromkeys(one.note for one in mentions if one.note not in ("", "not-in-graph"))
    for note in notes:
        yield Message("candidate", f"note-{note}")
    if rejected:
        yield Message("candidate", "rejected-before")


def _passages(document: Document, mentions: Iterable[Mention]) -> Iterator[CandidatePassage]:
    """The sentence of each mention, each sentence once."""
    text = document.text
    seen: set[tuple[int, int]] = set()
    for mention in mentions:
        place = sentence_at(text, mention.start, mention.end)
        if place in seen:
            continue
        seen.add(place)
        start, end = place
        block = document.block_at(mention.start)
        yield CandidatePassage(
            start, end, text[start:end], document.page_at(mention.start), (block.label or "") if block else "",
            text[max(0, start - _AROUND) : start], text[end : end + _AROUND], block.path if block else (),
        )  # fmt: skip


def sentence_at(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the sentence round a place begins and ends; of a long one what is nearest, 300 characters or 60 words.

    >>> text = "Rien ici. La directive 2014/24/UE s’applique. Autre chose."
    >>> text[slice(*sentence_at(text, 13, 33))]
    'La directive 2014/24/UE s’applique.'
    """
    low, high = max(0, start - 2 * _LONGEST), min(len(text), end + 2 * _LONGEST)
    first, last = low, high
    for found in _SENTENCE.finditer(text, low, high):
        if found.end() <= start:
            first = found.end()
        elif found.start() >= end:
            last = found.start()
            break
    while last - first > _LONGEST or len(text[first:last].split()) > _WORDS:
        left, right = start - first, last - end
        if left <= 0 and right <= 0:
            break
        if left >= right:
            space = text.find(" ", first + 1, start)
            first = space + 1 if space >= 0 else start
        else:
            space = text.rfind(" ", end, last - 1)
            last = space if space >= 0 else end
    return first, last
