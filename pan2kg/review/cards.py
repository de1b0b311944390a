"""What is shown of a candidate: the statement as one sentence, the words in their surroundings, and what is known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pan2kg.coherence.editions import nearest
from pan2kg.i18n.catalogue import Language, Messages
from pan2kg.i18n.days import in_words
from pan2kg.i18n.message import Message
from pan2kg.review.proposals import CITATION, WORKS, Found, Material, Proposal
from pan2kg.store.queries import program_query
from pan2kg.turtle.vocabulary import ID, key, kind_and_key

if TYPE_CHECKING:
    from pan2kg.extract.document import Document
    from pan2kg.review.record import Held

AROUND: Final = 2
"""How many paragraphs are shown before and after the one the words stand in."""
NEAREST: Final = 5
"""How many actions of a plan are offered in its place, those with the most similar titles."""
NAMES: Final = 4
"""How many other names of a thing are shown."""
_DESK: Final = Messages("desk")


@dataclass(frozen=True, slots=True)
class Passage:
    """Words in their surroundings: what stands before, the words, what stands behind, and where that is."""

    before: str
    words: str
    behind: str
    page: str
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """What is named, as far as it is known: its label, days and other names, and where its own text says its title.

    ``others`` are the labels of what else rests on it, ``nearer`` the keys and labels of actions in it that may be
    meant, those with the most similar titles first.
    """

    label: str
    facts: tuple[str, ...]
    others: tuple[str, ...]
    nearer: tuple[tuple[str, str], ...] = ()
    passage: Passage | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """A candidate as it is shown: the statement as one sentence, why, the passage, and what is named.

    ``previous`` says how the same words were decided on for other statements.
    """

    statement: str
    reason: str
    remarks: tuple[str, ...]
    passage: Passage
    passages: int
    target: Target
    relation: str
    previous: tuple[str, ...] = ()


def make_card(
    material: Material, one: Proposal, found: Found, decisions: Iterable[Held], language: Language
) -> Card:  # fmt: skip
    """The card of a candidate with one of its passages."""
    told = [part.say(language) if isinstance(part, Message) else part for part in (one.reason, *one.remarks)]
    return Card(
        statement(material, one, language), told[0], tuple(told[1:]), in_text(material.texts.get(one.plan), found),
        len(one.passages), _target(material, one, language), relation_words(material, one, language),
        tuple(_previous(material, one, found, decisions, language)),
    )  # fmt: skip


def statement(material: Material, one: Proposal, language: Language) -> str:
    """What a candidate states, as one sentence."""
    start, verb = material.graph.label(one.start, language), relation_words(material, one, language)
    words = {"start": start, "relation": verb, "target": _label(material, one.target, language)}
    return Message("desk", "statement", words).say(language)


def relation_words(material: Material, one: Proposal, language: Language) -> str:
    """The relation or role in words."""
    named = f"{ID}{one.scheme}/{one.relation}"
    if one.relation and material.graph.labels.entry(named):
        return material.graph.label(named, language)
    return str(_DESK.say("cites" if one.type == CITATION else "names", language))


def _label(material: Material, target: str, language: Language) -> str:
    label = material.graph.label(target, language) if target else ""
    return label or _DESK.say("unknown-target", language)


def _target(material: Material, one: Proposal, language: Language) -> Target:
    label = _label(material, one.target, language)
    if not one.target.startswith("http"):
        return Target(label, (), ())
    others = material.others(one.target, one.start)
    return Target(
        label, tuple(_facts(material, one.target, label, language)),
        tuple(material.graph.label(other, language) for other in others), _nearer(material, one, language),
        _own_words(material, one.target),
    )  # fmt: skip


def _facts(material: Material, target: str, label: str, language: Language) -> list[str]:
    """From when to when a thing is there, and how else it is called."""
    thing = material.graph.names.things.get(target)
    facts = []
    if thing and thing.start:
        facts.append(_DESK.say("since", language, day=in_words(thing.start, language)))
    if thing and thing.end:
        facts.append(_DESK.say("until", language, day=in_words(thing.end, language)))
    names = [row[0] for row in material.graph.read(program_query("review/names-of", thing=target)) if row[0] != label]
    if names:
        facts.append(_DESK.say("called", language, names=" ; ".join(names[:NAMES])))
    return facts


def _nearer(material: Material, one: Proposal, language: Language) -> tuple[tuple[str, str], ...]:
    """The actions of a plan that is named, or beside an action that is, in the order of similar titles."""
    kind, _ = kind_and_key(one.target)
    if kind not in WORKS:
        return ()
    graph = material.graph
    plan = one.target if kind == "plan" else graph.plan_of(one.target) or ""
    if not plan or plan == one.plan:
        return ()
    rows = graph.read(program_query("review/actions-of-plan", plan=plan))
    actions = [row[0] for row in rows if row[0] != one.target]
    titles = [graph.label(action, language) for action in actions]
    order = nearest(graph.label(one.start, language), titles)[:NEAREST]
    return tuple((key(actions[at]), titles[at]) for at in order)


def _own_words(material: Material, target: str) -> Passage | None:
    """Where the text of a plan says the title of an action of it; None where that text is not at hand."""
    plan = material.graph.plan_of(target)
    text = material.texts.get(plan) if plan else None
    if text is None or target == plan:
        return None
    label = material.graph.label(target, material.graph.language)
    start = text.text.find(label) if label else -1
    return in_text(text, Found(start, start + len(label), label)) if start >= 0 else None


def _previous(
    material: Material, one: Proposal, found: Found, decisions: Iterable[Held], language: Language
) -> Iterable[str]:
    """How the same words were decided on before, for other statements."""
    passage = found.key(material.sha(one))
    known = {other.matter: other for other in material.plans.get(one.plan, ())}
    for decision in decisions:
        other = known.get(decision.matter)
        if passage in decision.passages and decision.matter != one.matter and other:
            said = statement(material, other, language)
            values = {"statement": said, "by": decision.reviewer, "day": decision.day}
            yield _DESK.say(f"was-{decision.status}", language, **values)


def in_text(text: Document | None, found: Found) -> Passage:
    """Words with the paragraphs around them, or alone where the text is not at hand."""
    page = str(found.page or "")
    at = next((n for n, one in enumerate(text.blocks) if one.start <= found.start < one.end), None) if text else None
    if text is None or at is None:
        return Passage(found.prefix, found.quote, found.suffix, page, found.path)
    blocks = text.blocks[max(0, at - AROUND) : at + AROUND + 1]
    start, end = blocks[0].start, max(blocks[-1].end, found.end)
    block = text.blocks[at]
    whole = text.text
    return Passage(
        whole[start : found.start],
        whole[found.start : found.end],
        whole[found.end : end],
        block.label or str(block.page or page),
        block.path,
    )
