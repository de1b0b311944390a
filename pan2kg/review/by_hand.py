"""Candidates somebody types: ends, relation and words, which wait at the desk like those found in the document.

They stand in ``work/<plan>/by-hand.jsonl``, so that finding candidates anew leaves them alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from pan2kg.coherence.uses import key
from pan2kg.errors import Place, ProjectError, QueryError
from pan2kg.i18n.message import Message, pack
from pan2kg.project import Project, read_text, write_atomically
from pan2kg.review.anchoring import AROUND, Anchor, Quotation, find, fold
from pan2kg.review.parts import INVOLVEMENT, part_key
from pan2kg.review.proposals import BY_HAND, WORK, Found, Material, Proposal
from pan2kg.store.queries import KINDS, find_thing, program_query
from pan2kg.turtle.vocabulary import ID, PAN, link_iri

if TYPE_CHECKING:
    from pan2kg.extract.document import Document

RANK: Final = 1.0
"""How sure a candidate is that a person has typed: there is no rule that may be wrong."""


def propose_by_hand(material: Material, project: Project, typed: Mapping[str, str]) -> Proposal:
    """Keep a candidate that was typed as ``from``, ``relation``, ``to`` and ``words``; nothing is decided with it.

    Raises:
        QueryError: an end is not known, or what it starts from stands in no plan.
        ProjectError: there is no such relation or role, no text of the plan was read, or it does not have these words.
    """
    graph = material.graph
    start = find_thing(typed["from"], graph.store, project)
    target = find_thing(typed["to"], graph.store, project)
    plan = graph.plan_of(start)
    if not plan:
        raise QueryError("action-without-plan", remedy="name-a-plan", name=typed["from"])
    text = material.texts.get(plan)
    if text is None:
        raise ProjectError("no-document-of-plan", remedy="propose-from-file", plan=key(plan))
    is_part = _is_body(material, target)
    relation = typed["relation"]
    if graph.labels.entry(f"{ID}{'role' if is_part else 'relation'}/{relation}") is None:
        raise ProjectError("no-such-relation", name=relation)
    linked_as = INVOLVEMENT if is_part else ""
    found = _quoted(text, typed["words"])
    reason = Message("desk", "by-hand")
    one = Proposal("", plan, start, relation, target, reason, RANK, (found,), linked_as=linked_as)
    named = part_key(start, target, relation) if is_part else key(link_iri(one.type, *one.ends, relation=relation))
    _keep(project, one, named)
    return Proposal(named, plan, start, relation, target, reason, RANK, (found,), linked_as=linked_as)


def _is_body(material: Material, target: str) -> bool:
    rows = material.graph.read(program_query("things/classes-and-plan", thing=target))
    return any(row[0].removeprefix(PAN) in KINDS["body"] for row in rows)


def _quoted(text: Document, words: str) -> Found:
    place = find(fold(text), Quotation("", Place(""), words))
    if not isinstance(place, Anchor):
        raise ProjectError("words-not-in-text", name=words)
    whole, block = text.text, text.block_at(place.start)
    return Found(
        place.start, place.end, whole[place.start : place.end], place.page,
        whole[max(0, place.start - AROUND) : place.start], whole[place.end : place.end + AROUND],
        block.path if block else (),
    )  # fmt: skip


def _keep(project: Project, one: Proposal, named: str) -> None:
    path = project.root / WORK / key(one.plan) / BY_HAND
    told = {
        "key": named,
        "action_or_plan": one.start,
        "relation": one.relation,
        "target": one.target,
        "reason": pack(Message("desk", "by-hand")),
        "rank": one.number,
        "passages": [asdict(found) for found in one.passages],
        "type": one.linked_as,
    }
    old = read_text(path) if path.is_file() else ""
    write_atomically(path, f"{old}{json.dumps(told, ensure_ascii=False)}\n")
