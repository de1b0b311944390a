"""What waits for a decision: links a document suggests, each with its words, and what the graph suggests.

From every section of an action there is one candidate for each relation and target, with all passages; from text
outside of actions one of the plan. The relation is proposed from the words before the mention. Mentions of other plans
come first: they are the truest links of all. A body becomes the candidate of a part in the action, where its field or
the words beside it say which one. Of the graph there are candidate links nobody has decided on, and pairs of actions
that share much and do not cite each other. Nothing of it is a statement before a person decides.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from pan2kg.coherence.evidence import Level
from pan2kg.extract import names as roles
from pan2kg.extract.document import Document, Quotation
from pan2kg.extract.hypotheses import Named, sections
from pan2kg.extract.mentions import find_mentions
from pan2kg.extract.names import RULES, Mention, Thing, either
from pan2kg.graph.graph import Graph
from pan2kg.i18n.message import Message
from pan2kg.review.decision import CITATION, INVOLVEMENT, MENTION, SETTLED, USE, Candidate, Origin, part_key
from pan2kg.store.queries import program_query
from pan2kg.store.store import text_rows as rows
from pan2kg.tables.plans import linked_pairs, silent_pairs
from pan2kg.tables.table import TableChoice, number
from pan2kg.turtle.vocabulary import key, link_iri
from pan2kg.validation.quotations import LONGEST

_LONGEST, _WORDS = LONGEST
_BEFORE: Final = 160
_SENTENCE: Final = re.compile(r"(?<=[^\s.]{3}[.!?…])\s+(?=[«“„\"(]?[A-ZÀ-Ü0-9])|[\n\t]+")
_LEAD: Final = "lead"


class DocumentSearch(NamedTuple):
    candidates: tuple[Candidate, ...]
    skipped: Mapping[str, int]
    mentions: tuple[Mention, ...]

    def since(self, graph: Graph, day: date) -> DocumentSearch:
        things = graph.names.things
        recent = tuple(
            candidate
            for candidate in self.candidates
            if not ((entity := things.get(candidate.ends[1])) and entity.start and entity.start < day)
        )
        older = len(self.candidates) - len(recent)
        return self._replace(candidates=recent, skipped={**self.skipped, **({"older": older} if older else {})})


def search(graph: Graph, document: Document, plan: str) -> DocumentSearch:
    names = graph.names
    home = names.things.get(plan)
    day, country = (home.start, home.country) if home else (None, "")
    mentions = find_mentions(document, names, date=day, country=country, plan=plan)
    bodies = [mention for mention in mentions if mention.kind == "body"]
    titles: dict[str, list[str]] = {}
    numbers: dict[str, str] = {}
    for action, number_, title in graph.read(program_query("review/titles-of-actions", plan=plan)):
        titles.setdefault(action, []).append(title)
        numbers.setdefault(action, number_)
    places = sections(
        document, plan, tuple(Named(action, numbers[action], tuple(words)) for action, words in titles.items())
    )
    starts = [section.start for section in places]
    skipped: Counter[str] = Counter()
    links: dict[tuple[str, str, str, str], list[Mention]] = {}
    parts: dict[tuple[str, str, str], list[tuple[Mention, roles.Role]]] = {}
    for mention in mentions:
        work = places[bisect_right(starts, mention.start) - 1].iri
        if mention.kind == "body":
            target = mention.target or next(iter(mention.choices), "")
            entity = names.things.get(target)
            if entity is None or not entity.is_valid(day):
                skipped["body-of-another-day"] += 1
            elif role := roles.role_of(document, mention, bodies):
                parts.setdefault((work, target, role.key), []).append((mention, role))
            else:
                skipped["body"] += 1
            continue
        for target in mention.targets or mention.choices[:1]:
            entity = names.things.get(target)
            if target in (plan, work):
                skipped["itself"] += 1
            elif not entity and target.startswith("http") and mention.kind not in ("eu-act", "sdg"):
                skipped["no-end"] += 1
            else:
                type_, relation, _ = relation_of(document.text, mention, entity, home if work == plan else None)
                links.setdefault((work, type_, relation, target), []).append(mention)
    results = [*_parts(graph, document, plan, parts, skipped), *_links(graph, document, plan, links, skipped)]
    order = {USE: 1, INVOLVEMENT: 2}
    results.sort(key=lambda one: (order.get(one.type, 0), -(one.rank or 0.0), one.quotations[0].start))
    return DocumentSearch(tuple(results), skipped, mentions)


def _parts(
    graph: Graph, document: Document, plan: str,
    groups: Mapping[tuple[str, str, str], Sequence[tuple[Mention, roles.Role]]], skipped: Counter[str],
) -> Iterator[Candidate]:  # fmt: skip
    roles_of: dict[tuple[str, str], set[str]] = {}
    for work, body, role_iri in graph.read(program_query("review/parts-of-plan", plan=plan)):
        roles_of.setdefault((work, body), set()).add(key(role_iri))
    rejected: dict[str, set[str]] = {}
    for work, body, role_iri, passage in graph.read(program_query("review/rejected-parts", plan=plan)):
        rejected.setdefault(part_key(work, body, key(role_iri)), set()).add(key(passage))
    for (work, body, role_key), group in groups.items():
        identifier = part_key(work, body, role_key)
        mentions = [mention for mention, _ in group]
        quotations = _quotations(document, mentions)
        before = rejected.get(identifier)
        if role_key in roles_of.get((work, body), ()):
            skipped["accepted"] += len(group)
            continue
        if before is not None and before.issuperset(quotation.key(document.sha256) for quotation in quotations):
            skipped["rejected"] += len(group)
            continue
        mention, role = max(group, key=lambda pair: pair[1].rank)
        how = Message("candidate", f"by-{mention.rule}", {"words": mention.surface})
        remarks = _remarks(graph, work, body, mentions, rejected=before is not None)
        leads = (ends for ends, roles_ in roles_of.items() if _LEAD in roles_)
        if role_key == _LEAD and any(led == work and rival != body for led, rival in leads):
            remarks.append(Message("candidate", "other-lead"))
        candidate = _candidate(identifier, plan, (work, body), INVOLVEMENT, role_key, mention, mentions, quotations)
        yield replace(
            candidate, reason=Message("candidate", f"role-{role.how}", {"how": how, "said": role.said}),
            rank=_rank(mention, role.rank), remarks=tuple(remarks),
            said="" if role.how == "default" else role.said,
        )  # fmt: skip


def _links(
    graph: Graph, document: Document, plan: str, groups: Mapping[tuple[str, str, str, str], Sequence[Mention]],
    skipped: Counter[str],
) -> Iterator[Candidate]:  # fmt: skip
    accepted: dict[tuple[str, str], set[str]] = {}
    rejected: dict[tuple[str, str], set[str]] = {}
    for start, _, relation, end, status, quote in graph.read(program_query("review/links-of-plan", plan=plan)):
        if key(status) == "accepted":
            accepted.setdefault((start, end), set()).add(key(relation) if relation else "")
        if key(status) == "rejected":
            rejected.setdefault((start, end), set()).add(quote)
    for (work, type_, relation, target), mentions in groups.items():
        ends = work, target
        # a mere mention says no more than any accepted relation to the same text
        if relation in accepted.get(ends, ()) or (relation == MENTION and ends in accepted):
            skipped["accepted"] += len(mentions)
            continue
        quotations = _quotations(document, mentions)
        before = rejected.get(ends)
        if before is not None and all(quotation.words in before for quotation in quotations):
            skipped["rejected"] += len(mentions)
            continue
        things = graph.names.things
        mention = max(mentions, key=lambda one: _rank(one, float(_table()["rank"].get(one.rule, 0.5))))
        words = relation_of(document.text, mention, things.get(target), things.get(work))[2]
        how = Message("candidate", f"by-{mention.rule}", {"words": mention.surface})
        identifier = key(link_iri(type_, work, target, relation=relation, space=graph.project.space))
        yield replace(
            _candidate(identifier, plan, ends, type_, relation, mention, mentions, quotations),
            reason=Message("candidate", "because-said" if words else "because", {"how": how, "said": words}),
            rank=_rank(mention, float(_table()["rank"].get(mention.rule, 0.5))),
            remarks=tuple(_remarks(graph, work, target, mentions, rejected=before is not None)),
        )


def _candidate(
    identifier: str, plan: str, ends: tuple[str, str], type_: str, relation: str, mention: Mention,
    mentions: Sequence[Mention], quotations: tuple[Quotation, ...],
) -> Candidate:  # fmt: skip
    choices = dict.fromkeys(iri for mention in mentions for iri in mention.choices if iri != ends[1])
    return Candidate(
        identifier, plan, ends, type_, relation, quotations, rule=f"{mention.rule}/{RULES}", choices=tuple(choices)
    )


def _rank(mention: Mention, rank: float) -> float:
    return rank if mention.target else round(rank / (2 * max(1, len(mention.choices))), 3)


def _remarks(graph: Graph, work: str, target: str, mentions: Iterable[Mention], *, rejected: bool) -> list[Message]:
    names, remarks = graph.names, list[Message]()
    entity = names.things.get(target)
    plan = names.things.get(work) or names.things.get(graph.plan_of(work) or "")
    if entity is None:
        remarks.append(Message("candidate", "not-in-graph", {"target": target}))
    if entity and plan and entity.start and plan.start and entity.start > plan.start:
        remarks.append(Message("candidate", "younger", {"day": entity.start.isoformat()}))
    notes = dict.fromkeys(mention.note for mention in mentions if mention.note not in ("", "not-in-graph"))
    remarks += [Message("candidate", f"note-{note}") for note in notes]
    return [*remarks, Message("candidate", "rejected-before")] if rejected else remarks


def _quotations(document: Document, mentions: Iterable[Mention]) -> tuple[Quotation, ...]:
    places: dict[tuple[int, int], int] = {}
    for mention in mentions:
        places.setdefault(sentence_at(document.text, mention.start, mention.end), mention.start)
    return tuple(Quotation.at(document, start, end, of=at) for (start, end), at in places.items())


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("relations.toml").read_text(encoding="utf-8"))


@cache
def _rules() -> tuple[tuple[re.Pattern[str], Mapping[str, Any]], ...]:
    return tuple(
        (re.compile(rf"(?<!\w){either(rule['words'])}(?!\w)", re.IGNORECASE), rule) for rule in _table()["relation"]
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
    nearest = [
        (places[-1].end(), -number_, places[-1][0], rule)
        for number_, (pattern, rule) in enumerate(_rules())
        if side in rule and (places := list(pattern.finditer(before)))
    ]
    _, _, words, rule = max(nearest, key=lambda ranked: ranked[:2], default=(0, 0, "", _table()["default"]))
    if side == "text":
        relation, address = str(rule["text"]), target.iri if target else mention.target
        # only directives are transposed, and only conventions ratified
        is_directive = (target.type if target else "") == "eu-directive" or "/eli/dir" in address
        if relation == "supports-transposition-of" and not is_directive:
            relation = "implements"
        if relation in ("plans-ratifying", "considers-ratifying") and mention.kind not in ("ilo", "instrument"):
            relation = MENTION
        return USE, relation, words
    type_, relation = rule["plan"]
    if type_ == "succession" and not (own and target and own.family == target.family):
        return CITATION, "continues", words
    # what an action says of a plan is a citation of it; links of plans among themselves have types of their own
    return str(type_) if own else CITATION, str(relation), words


def sentence_at(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the sentence round a place begins and ends; of a long one what is nearest, 300 characters or 60 words.

    >>> text = "Rien ici. La directive 2014/24/UE s’applique. Autre chose."
    >>> text[slice(*sentence_at(text, 13, 33))]
    'La directive 2014/24/UE s’applique.'
    """
    low, high = max(0, start - 2 * _LONGEST), min(len(text), end + 2 * _LONGEST)
    begin, finish = low, high
    for boundary in _SENTENCE.finditer(text, low, high):
        if boundary.end() <= start:
            begin = boundary.end()
        elif boundary.start() >= end:
            finish = boundary.start()
            break
    while finish - begin > _LONGEST or len(text[begin:finish].split()) > _WORDS:
        before, behind = start - begin, finish - end
        if before <= 0 and behind <= 0:
            break
        if before >= behind:
            space = text.find(" ", begin + 1, start)
            begin = space + 1 if space >= 0 else start
        else:
            space = text.rfind(" ", end, finish - 1)
            finish = space if space >= 0 else end
    return begin, finish


def graph_candidates(graph: Graph) -> list[Candidate]:
    waiting = [
        Candidate(
            key(link), "", (start, end), key(type_), origin=Origin.GRAPH, link=link,
            plans=(graph.plan_of(start) or "", graph.plan_of(end) or ""),
            rank=float(confidence) if confidence else None,
        )
        for link, type_, start, end, confidence in rows(graph.store, program_query("review/candidates"))
    ]  # fmt: skip
    if not graph.uses.actions:
        return waiting
    decided = rows(graph.store, program_query("review/decided"))
    settled = {frozenset(ends) for type_, *ends in decided if key(type_) in SETTLED}
    # A suggestion enters no figure: whoever reviews it sees what the editors concluded too, most bits first.
    choice = TableChoice(evidence=Level.EDITORS)
    for ends, plans, weight, texts, _, expected in silent_pairs(graph, choice, linked_pairs(graph, choice)):
        if frozenset(ends) not in settled:
            level = weight.level.key if weight.level else ""
            waiting.append(
                Candidate(
                    "--".join(map(key, ends)), "", ends, origin=Origin.GRAPH, rank=number(weight.low),
                    plans=plans, via=texts, level=level, expected=expected,
                )
            )  # fmt: skip
    return waiting
