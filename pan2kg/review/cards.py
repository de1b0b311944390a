"""How a candidate is shown: as one sentence with its reason and words, beside what is known of what it names.

The terminal and the pages show the same; each lays it out in its own way.
"""

from typing import NamedTuple

from pan2kg.coherence import citations, evidence, likeness
from pan2kg.extract.document import Quotation
from pan2kg.graph.graph import Graph
from pan2kg.graph.labels import shortened
from pan2kg.i18n import Language, Message, Messages, format_day, format_number
from pan2kg.review import decision
from pan2kg.review.desk import Desk
from pan2kg.store import program_query
from pan2kg.tables.figure_words import bits_words, named
from pan2kg.turtle import ID, key, kind_and_key

_NEAREST = 5
"""How many actions of a plan are offered in its place, those with the most similar titles."""
_NAMES = 4
"""How many other names of a thing are shown."""
_DESK = Messages("desk")


class NearAction(NamedTuple):
    """An action that may be meant in the place of what is named."""

    key: str
    label: str


class Card(NamedTuple):
    """A candidate as it is shown: the statement as one sentence, why, one of its passages, and what is named.

    ``facts`` say what is known of the target, ``others`` what else rests on it, ``nearer`` which
    actions may be meant instead, ``own_words`` where its own text says its title;
    ``previous`` how the same words were decided on for other statements.
    """

    statement: str
    reason: str
    remarks: tuple[str, ...]
    passage: Quotation
    passages: int
    target: str
    facts: list[str]
    others: list[str]
    nearer: list[NearAction]
    own_words: Quotation | None
    previous: list[str]


def card_of(desk: Desk, language: Language) -> Card | None:
    """The candidate of a document that lies on the desk; None where nothing waits, or the graph suggests it."""
    current = desk.current
    if current is None or desk.is_graph_shown:
        return None
    graph = desk.material.graph
    start, target = current.ends
    label = _label(graph, target, language)
    facts = []
    citing = []
    if target.startswith("http"):
        facts = _facts(graph, target, label, language)
        cited_by = graph.read(program_query("review/cited-by", target=target))
        citing = [graph.label(row[0], language) for row in cited_by if row[0] != start]
    return Card(
        statement(graph, current, language),
        _said(current.reason, language),
        tuple(_said(remark, language) for remark in current.remarks),
        desk.quotation.around(desk.material.texts.get(current.plan)),
        len(current.quotations),
        label,
        facts,
        citing,
        _nearer_actions(graph, current, language),
        _own_words(desk, target),
        _previous(desk, current, language),
    )


def _said(words: Message | str, language: Language) -> str:
    return words.say(language) if isinstance(words, Message) else words


def _label(graph: Graph, target: str, language: Language) -> str:
    label = graph.label(target, language) if target else ""
    return label or _DESK.say("unknown-target", language)


def _facts(graph: Graph, target: str, label: str, language: Language) -> list[str]:
    """Since when and until when a thing has been, and what else it is called than its ``label``."""
    facts = []
    entity = graph.names.things.get(target)
    if entity and entity.start:
        facts.append(_DESK.say("since", language, day=format_day(entity.start, language)))
    if entity and entity.end:
        facts.append(_DESK.say("until", language, day=format_day(entity.end, language)))
    listed = graph.read(program_query("review/names-of", thing=target))
    names = [row[0] for row in listed if row[0] != label]
    if names:
        facts.append(_DESK.say("called", language, names=" ; ".join(names[:_NAMES])))
    return facts


def _nearer_actions(
    graph: Graph, candidate: decision.Candidate, language: Language
) -> list[NearAction]:
    """The actions of another plan that may be meant, most similar title first."""
    start, target = candidate.ends
    kind, _ = kind_and_key(target)
    if kind == "plan":
        plan = target
    elif kind in decision.WORKS:
        plan = graph.plan_of(target) or ""
    else:
        plan = ""
    if not plan or plan == candidate.plan:
        return []
    listed = graph.read(program_query("review/actions-of-plan", plan=plan))
    actions = [row[0] for row in listed if row[0] != target]
    titles = [graph.label(action, language) for action in actions]
    order = likeness.Titles.read(titles).nearest(graph.label(start, language), _NEAREST)
    return [NearAction(key(actions[place]), titles[place]) for place in order]


def _own_words(desk: Desk, target: str) -> Quotation | None:
    """Where the text of the target's plan, if it was read, says the title of the target."""
    graph = desk.material.graph
    plan = graph.plan_of(target) if target.startswith("http") else None
    document = desk.material.texts.get(plan) if plan and plan != target else None
    if document is None:
        return None
    label = graph.label(target, graph.language)
    start = document.text.find(label) if label else -1
    if start < 0:
        return None
    return Quotation(label, start=start, end=start + len(label)).around(document)


def _previous(desk: Desk, candidate: decision.Candidate, language: Language) -> list[str]:
    """What was decided on other statements of the passage that is shown; a second reader is not to know."""
    if desk.wanted.second:
        return []
    material = desk.material
    passage = desk.quotation.key(material.sha(candidate))
    by_matter = {listed.matter: listed for listed in material.plans.get(candidate.plan, ())}
    previous = []
    for verdict in desk.decisions:
        neighbour = by_matter.get(verdict.matter)
        is_same = verdict.matter == candidate.matter
        if neighbour is None or is_same or passage not in verdict.passages:
            continue
        words = statement(material.graph, neighbour, language)
        decided = _DESK.say(f"{verdict.status}-by", language, by=verdict.reviewer)
        day = verdict.filed.one("reviewedOn")
        previous.append(
            _DESK.say("was-decided", language, decided=decided, day=day, statement=words)
        )
    return previous


def statement(graph: Graph, candidate: decision.Candidate, language: Language) -> str:
    """What a candidate says, as one sentence: start, relation or role, and target."""
    scheme = "role" if candidate.is_part else "relation"
    concept = f"{ID}{scheme}/{candidate.relation}"
    if candidate.relation and graph.labels.entry(concept):
        relation = graph.label(concept, language)
    elif candidate.type == decision.CITATION:
        relation = _DESK.say("cites", language)
    else:
        relation = _DESK.say("names", language)
    start = graph.label(candidate.ends[0], language)
    target = _label(graph, candidate.ends[1], language)
    return _DESK.say("statement", language, start=start, relation=relation, target=target)


def suggestion(desk: Desk, language: Language) -> list[str]:
    """The suggestion of the graph that lies on the desk, in lines; none where it is none."""
    current = desk.current
    graph = desk.graph
    if current is None or graph is None:
        return []
    waiting = sum(candidate.origin is decision.Origin.GRAPH for candidate in desk.waiting)
    lines = [_DESK.say("suggested", language, n=waiting), ""]
    for end, plan in zip(current.ends, current.plans, strict=True):
        home = f" ({shortened(graph.label(plan, language))}, {key(plan)})" if plan else ""
        lines.append(f"{graph.label(end, language)}{home}")
    lines.append("")
    if current.link:
        return [*lines, *_about_link(graph, current, language)]
    return [*lines, *_about_pair(graph, current, language)]


def _about_link(graph: Graph, link: decision.Candidate, language: Language) -> list[str]:
    lines = [graph.label(f"{ID}linktype/{link.linked_as}", language)]
    if link.rank is not None:
        confidence = format_number(f"{link.rank:.2f}", language)
        lines.append(_DESK.say("confidence", language, number=confidence))
    return lines


def _about_pair(graph: Graph, pair: decision.Candidate, language: Language) -> list[str]:
    """Why two actions are suggested: the bits and texts they share, and the citation that is expected."""
    shared = _DESK.say("shares", language, number=bits_words(pair.rank, language))
    strength = evidence.level(pair.level)
    if strength:
        shared = f"{shared} · {named(strength).say(language)}"
    lines = [shared]
    lines += [f"  · {graph.label(text, language)}" for text in pair.via]
    if all(pair.expected):
        there, back = (named(citations.Verdict(words)).say(language) for words in pair.expected)
        lines.append(_DESK.say("expected", language, there=there, back=back))
    return lines
