"""The page « to review »: one candidate at a time where one can write, else the list of what the graph suggests.

What a document suggests comes first, then what the graph does. All state of a review stands in the
address, so that everything works without scripts: which candidate is shown, what was put off, and
how the review is done. What is decided is sent as a form, see :mod:`pan2kg.review.forms`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import time
from typing import NamedTuple
from urllib.parse import urlencode

from pan2kg.coherence import citations, evidence
from pan2kg.errors import Pan2kgError
from pan2kg.i18n import Language, Messages, format_number, today
from pan2kg.review import cards, decision, desk, fields, forms, suggested, suggestions, work
from pan2kg.site.entry_form import (
    FAULT_FIELD,
    LAST_NAME,
    MEMBER_NAME,
    PREVIEW,
    form_state,
    session_seal,
)
from pan2kg.site.page import NO_ARGUMENTS, Markup, Option, PageContext, Values, View
from pan2kg.tables.figure_words import bits_words, named
from pan2kg.turtle.vocabulary import ID, PAN

_MOST_LISTED = 100
"""How many suggestions of the graph are listed where nobody can decide on them."""
_MOST_POSTPONED = 60
"""How many candidates an address can put at the end; the one that was put there first waits in its place again."""
_MODES = ("reader", "second", "control", "order")
"""The arguments by which a review is done: who reads, again or not, with controls or not, in which order."""
_LONGEST_IN_LIST = 60
_LONGEST_IN_LINE = 28
"""How many characters of a name tell two apart in a list, and in a line that has both."""
_DESK = Messages("desk")


# The page: with the desk, or with the list of suggestions


def _review_values(context: PageContext) -> Values:
    graph = context.localized_graph
    is_open = bool(session_seal(context))
    queue = suggested.graph_candidates(graph)
    listed = []
    documents = []
    if is_open:
        for name, iri in suggestions.documents(graph).items():
            documents.append(Option(name, context.name(iri)))
    else:
        listed = [_card_values(context, candidate) for candidate in queue[:_MOST_LISTED]]
    typed = context.arguments if is_open else NO_ARGUMENTS
    return {
        **form_state(context, "review.html"),
        "desk": _desk_values(context) if is_open else None,
        "field": typed.get(FAULT_FIELD, ""),
        "cards": listed,
        "typed": typed,
        "number": len(queue),
        "types": _named_options(context, "linktype", decision.TYPES),
        "channels": _named_options(context, "channel", decision.CHANNELS),
        "documents": documents,
    }


def _named_options(context: PageContext, scheme: str, keys: Sequence[str]) -> list[Option]:
    return [Option(name, context.name(f"{ID}{scheme}/{name}")) for name in keys]


# A link that the graph suggests


class CardEnd(NamedTuple):
    """An end of a link, and its plan unless the end is one, both as links; and its name cut for a list and a line."""

    link: Markup
    plan: Markup
    in_list: str
    in_line: str


def _card_values(context: PageContext, candidate: decision.Candidate) -> Values:
    """A link that the graph suggests: its ends, how strong it is, and what was expected of the plans."""
    ends = []
    for end, plan in zip(candidate.ends, candidate.plans, strict=True):
        name = context.name(end)
        link_of_plan = context.links([plan] if plan and plan != end else [])
        in_list = _cut_name(name, _LONGEST_IN_LIST)
        ends.append(
            CardEnd(context.link(end), link_of_plan, in_list, _cut_name(name, _LONGEST_IN_LINE))
        )
    expected = []
    if all(candidate.expected):
        verdicts = map(citations.Verdict, candidate.expected)
        expected = [named(verdict).say(context.language) for verdict in verdicts]
    linked_as = candidate.linked_as
    return {
        "candidate": candidate,
        "ends": ends,
        "via": context.links(candidate.via),
        "type": context.label(f"{ID}linktype/{linked_as}") if linked_as else "",
        "strength": _strength(candidate, context.language),
        "mark": context.level_badge(evidence.level(candidate.level)),
        "expected": expected,
        "typed": _typed_for(context, candidate),
    }


def _typed_for(context: PageContext, candidate: decision.Candidate) -> Mapping[str, str]:
    """What was typed into the form of a candidate that came back; nothing where another's did."""
    arguments = context.arguments
    return arguments if arguments.get("item") == candidate.key else NO_ARGUMENTS


def _cut_name(name: str, most: int) -> str:
    return name if len(name) <= most else f"{name[: most - 1].rstrip()}…"


def _strength(candidate: decision.Candidate, language: Language) -> str:
    """The confidence of what made a link, or the bits that two works share; empty where it has no rank."""
    if candidate.rank is None:
        return ""
    if candidate.link:
        return format_number(f"{candidate.rank:.2f}", language)
    return bits_words(candidate.rank, language)


# The desk


@dataclass(frozen=True, slots=True)
class DeskView:
    """A desk as the address lays it out: ``postponed`` are the keys of the candidates that are put at the end."""

    context: PageContext
    desk: desk.Desk
    postponed: Sequence[str]

    def address(self, candidate: str, passage: int | None = None) -> str:
        """What shows a candidate, by key, with all else as it is; with one of its passages, numbered from 0."""
        return self.address_after(self.postponed, candidate, passage)

    def address_after(
        self, postponed: Sequence[str], candidate: str, passage: int | None = None
    ) -> str:
        """The same with other candidates put at the end."""
        query: dict[str, object] = {"candidate": candidate}
        if postponed:
            query["later"] = " ".join(postponed)
        if passage is not None:
            query["passage"] = passage
        query |= self.context.nonempty_arguments(*_MODES)
        return f"{self.context.href('review.html')}?{urlencode(query)}#candidate"


def _desk_values(context: PageContext) -> Values | None:
    """The desk: how the review goes, and the candidate that is shown; None where it cannot be opened."""
    arguments = context.arguments
    opened = _open_desk(context)
    if opened is None:
        return None
    # in this order: what the graph suggests can be put off, and what was put off can be shown
    opened.suggest()
    suggested = [waiting for waiting in opened.waiting if _is_of_graph(waiting)]
    postponed = _postponed_keys(opened, arguments.get("later", ""))
    opened.put_off(postponed)
    _show_requested(opened, arguments)

    view = DeskView(context, opened, postponed)
    current = opened.current
    suggestion = None
    proposal = None
    has_passage = False
    if current and opened.is_graph_shown:
        suggestion = _card_values(context, current)
        has_passage = bool(suggestions.passage_document(context.localized_graph, current))
    elif current:
        proposal = _proposal_values(view, current)
    return {
        "wanted": opened.wanted,
        "reader": opened.reviewer,
        "modes": [(name, arguments.get(name, "")) for name in _MODES],
        "since": int(time()),
        "postponed": " ".join(postponed),
        "preview": arguments.get(PREVIEW, ""),
        "measured": _measured_review(context, opened),
        "position": _desk_position(view, current) if current else None,
        "suggestion": suggestion,
        "has_passage": has_passage,
        "proposal": proposal,
        "suggested": [_suggested_link(view, candidate) for candidate in suggested],
    }


def _open_desk(context: PageContext) -> desk.Desk | None:
    graph = context.localized_graph
    arguments = context.arguments
    reader = arguments.get(MEMBER_NAME) or arguments.get("reader") or arguments.get(LAST_NAME, "")
    reader = " ".join(reader.split())[: fields.LIMITS["reviewer"]]
    try:
        material = work.read_material(graph, graph.project)
    except Pan2kgError:
        # what is wrong with files of candidates is said where they are read, on the command line
        material = work.Material(graph)
    wanted = desk.Wanted.read(arguments)
    try:
        return desk.open_desk(material, graph.project, reader, today(), wanted, lambda: graph)
    except Pan2kgError:
        return None


def _is_of_graph(candidate: decision.Candidate) -> bool:
    return candidate.origin is decision.Origin.GRAPH


def _postponed_keys(opened: desk.Desk, later: str) -> list[str]:
    """The keys put at the end, as the address has them: each once, the last ones where there are too many."""
    waiting = {candidate.key for candidate in opened.waiting}
    keys = [name for name in dict.fromkeys(later.split()) if name in waiting]
    return keys[-_MOST_POSTPONED:]


def _show_requested(opened: desk.Desk, arguments: Mapping[str, str]) -> None:
    """Show the candidate for which a form was sent, else the one the address names, else the first."""
    waiting = {candidate.key for candidate in opened.waiting}
    for argument in ("item", "candidate"):
        name = arguments.get(argument, "")
        if name in waiting:
            opened.show(name)
            return


class SuggestedLink(NamedTuple):
    """What leads to a suggestion of the graph, and the names of its ends."""

    address: str
    start: str
    target: str


def _suggested_link(view: DeskView, candidate: decision.Candidate) -> SuggestedLink:
    start, target = map(view.context.name, candidate.ends)
    return SuggestedLink(view.address(candidate.key), start, target)


# How the review goes


class Disputed(NamedTuple):
    """A candidate on which two readers do not agree: the names of its ends, and what each reader decided."""

    start: str
    target: str
    verdicts: list[str]


class MeasuredReview(NamedTuple):
    """How well and how fast was decided, a sentence each; how far second readers agree, and on what they do not."""

    lines: list[str]
    agreement: str
    disputed: list[Disputed]


def _measured_review(context: PageContext, opened: desk.Desk) -> MeasuredReview:
    language = context.language
    controls, pace, agreement = opened.measured()
    lines = []
    if controls["met"]:
        lines.append(_DESK.say("controls", language, **controls))
    if pace is not None:
        lines.append(_DESK.say("pace", language, seconds=round(pace)))
    sentence = ""
    if agreement.both:
        alpha = "–"
        if agreement.alpha is not None:
            alpha = format_number(agreement.alpha, language)
        sentence = _DESK.say("agreement", language, n=agreement.both, alpha=alpha)
    disputed = []
    # who is reading a second time must not see on what the others do not agree
    for candidate, *readings in () if opened.wanted.second else agreement.apart:
        start, target = (context.localized_graph.label(end, language) for end in candidate.ends)
        verdicts = [_DESK.say(f"{status}-by", language, by=name) for name, status in readings]
        disputed.append(Disputed(start, target, verdicts))
    return MeasuredReview(lines, sentence, disputed)


class DeskPosition(NamedTuple):
    """How far one has come, and the neighbours of the candidate that is shown.

    ``before`` and ``behind`` are addresses; ``following`` is the key of the one behind, and
    ``later`` the address that shows it and puts off the one that is shown now.
    """

    progress: str
    before: str
    behind: str
    later: str
    following: str


def _desk_position(view: DeskView, current: decision.Candidate) -> DeskPosition:
    opened = view.desk
    keys = [candidate.key for candidate in opened.waiting]
    previous = keys[opened.at - 1]
    following = keys[(opened.at + 1) % len(keys)]
    later = [*(name for name in view.postponed if name != current.key), current.key]
    return DeskPosition(
        progress=_DESK.say("counts", view.context.language, **opened.progress),
        before=view.address(previous),
        behind=view.address(following),
        later=view.address_after(later[-_MOST_POSTPONED:], following),
        following=following,
    )


# The candidate of a document


class Twin(NamedTuple):
    """A candidate that says the same of another work: the field that ticks it, the work, its words, if it is ticked."""

    field: str
    start: str
    words: str
    is_ticked: bool


def _proposal_values(view: DeskView, current: decision.Candidate) -> Values:
    """The candidate of a document: one of its passages, the relation that is proposed, and what else says the same."""
    context = view.context
    arguments = context.arguments
    view.desk.show_passage(arguments.get("passage", ""))
    passages = []
    if len(current.quotations) > 1:
        numbers = range(len(current.quotations))
        passages = [view.address(current.key, number) for number in numbers]
    twins = []
    for twin in view.desk.alike():
        field = f"{forms.TOGETHER}{twin.key}"
        words = twin.quotations[0].words
        twins.append(Twin(field, context.name(twin.ends[0]), words, bool(arguments.get(field))))
    relations = _relation_options(context, "role" if current.is_part else "relation")
    proposed = current.relation if current.relation in dict(relations) else ""
    return {
        "candidate": current,
        "card": cards.card_of(view.desk, context.language),
        "passages": passages,
        "passage": view.desk.passage,
        "address_of_page": _address_of_page(view, current),
        "relation": arguments.get("relation") or proposed,
        "relations": relations,
        "twins": twins,
        "any_ticked": any(name.startswith(forms.TOGETHER) for name in arguments),
        "typed": _typed_for(context, current),
    }


def _relation_options(context: PageContext, scheme: str) -> list[Option]:
    start = f"{ID}{scheme}/"
    return context.options([iri for iri in context.graph.labels.entries if iri.startswith(start)])


def _address_of_page(view: DeskView, current: decision.Candidate) -> str:
    """Where the page of the passage opens, if the document was read as a PDF that is on the web."""
    document = view.desk.material.documents.get(current.plan, "")
    page = view.desk.quotation.page
    if not document or not page:
        return ""
    for link in view.context.graph.statements.values(document, f"{PAN}readAt"):
        if link.startswith(("https://", "http://")) and link.lower().endswith(".pdf"):
            return f"{link}#page={page}"
    return ""


PAGES = (
    View(
        "review",
        _review_values,
        title="reviewing-title",
        section="gaps",
        chosen=("candidate", "passage", "later", *_MODES),
    ),
)
