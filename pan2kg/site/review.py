"""The pages of review: « to review », one candidate at a time, and the matrix in which scores are entered.

What a document suggests comes first, then what the graph does. All state of a review stands in the
address, so that everything works without scripts: which candidate is shown, what was put off, and
how the review is done.
"""

import re
from collections.abc import Mapping, Sequence
from functools import partial
from time import time
from typing import Final
from urllib.parse import urlencode

from pan2kg.coherence import citations, evidence
from pan2kg.errors import Pan2kgError
from pan2kg.graph.graph import Graph
from pan2kg.graph.scores import SCALE, Scale, plain
from pan2kg.i18n import catalogue, message
from pan2kg.review import (
    cards,
    decision,
    desk as desks,
    fields,
    forms,
    outcomes,
    proposals,
    suggestions,
    work,
)
from pan2kg.scores import review as scoring
from pan2kg.site.page import NOTHING, Option, PageContext, Values, View
from pan2kg.store.queries import program_query
from pan2kg.tables.figure_words import bits_words, named
from pan2kg.turtle.vocabulary import ID, PAN, key

SEAL = "form_token"
FAULT = "fault"
SIGNED = "signed"
KNOWN = "known"
FIELD = "fault_field"
PREVIEW = "preview"
RESERVED: Final = frozenset((SEAL, FAULT, SIGNED, KNOWN, FIELD, PREVIEW))
"""What only the service hands to a page and no address can set: the secret of the session, why nothing was written,
the name used last, that of who has signed in, the field that is wrong, and the lines that would be
written."""
TYPED: Final = "typed:"
REVIEW_MOST: Final = 100
LATER_MOST: Final = 60
"""How many candidates an address can put at the end; the one that was put there first waits in its place again."""
MODES: Final = ("reader", "second", "control", "order")
CHOSEN: Final = "on:"
_IN_LIST: Final = 60
_IN_LINE: Final = 28
"""How long the beginning of a name is that tells two apart in a list, and in a line that has both."""
_TONGUES: Final = catalogue.Messages("tongue")
_REVIEW: Final = catalogue.Messages("review")
_DESK: Final = catalogue.Messages("desk")
_FILE: Final = re.compile(
    r"graph/plans/[a-z0-9][a-z0-9-]*/(?:reviewed|scores)\.ttl|work/[a-z0-9][a-z0-9-]*/(?:journal|by-hand)\.jsonl"
)

ScoreCell = tuple[str, str, str]
"""A field of the matrix: its name, what stands in it, and what it is called."""


def _form_state(context: PageContext, page: str) -> dict[str, object]:
    """What both forms are filled in with: whether one can write, what was typed, and what was written last."""
    arguments = context.arguments
    language = context.language
    seal = ""
    fault = ""
    done = ""
    if context.is_served and context.site_context.writable:
        seal = arguments.get(SEAL, "")
        fault = arguments.get(FAULT, "")
        done = _done(context)
    # what was typed when a session ended is handed on to the form by which the next one begins
    typed: list[tuple[str, str]] = []
    if fault and not seal:
        for name, text in arguments.items():
            if name not in RESERVED:
                typed.append((f"{TYPED}{name}", text))
    return {
        "state": _state(context, seal),
        "seal": seal,
        "signed": arguments.get(SIGNED, "") if seal else "",
        "known": bool(seal and arguments.get(KNOWN)),
        "action": context.href(page),
        "fault": fault,
        "kept": typed,
        "done": done,
        "tongues": [(tag, _TONGUES.say(tag, language)) for tag in fields.TONGUES],
        "limits": fields.LIMITS,
        "called": lambda name: _REVIEW.say(f"field.{name}", language),
        "desk_says": lambda name, **values: _DESK.say(name, language, **values),
        "reasons": decision.REASONS,
    }


def _state(context: PageContext, seal: str) -> str:
    if seal:
        return "open"
    if not context.is_served:
        return "static"
    return "closed" if context.site_context.writable else "read-only"


def _done(context: PageContext) -> str:
    """What was written last, by the address the service sent the reader to; nothing where that was made up."""
    arguments = context.arguments
    code = arguments.get("written", "")
    files = arguments.get("files", "")
    if code not in outcomes.DONE or not all(map(_FILE.fullmatch, files.split(" "))):
        return ""
    outcome = outcomes.sentence(code, {"files": files.replace(" ", ", ")})
    sentence = outcome.say(context.language)
    if arguments.get("shown") == "no":
        return f"{sentence} {context.t('desk-not-shown')}"
    return sentence


def _review(context: PageContext) -> Values:
    graph = context.spoken
    state = _form_state(context, "review.html")
    queue = proposals.graph_candidates(graph)
    desk: Values | None = None
    typed = NOTHING
    listed: list[Values] = []
    documents: Mapping[str, str] = {}
    if state["state"] == "open":
        desk = _desk(context, graph)
        typed = context.arguments
        documents = suggestions.documents(graph)
    else:
        listed = [_card(context, candidate, is_open=False) for candidate in queue[:REVIEW_MOST]]
    return {
        **state,
        "desk": desk,
        "field": typed.get(FIELD, ""),
        "cards": listed,
        "typed": typed,
        "number": len(queue),
        "more": max(0, len(queue) - REVIEW_MOST),
        "types": [(name, context.name(f"{ID}linktype/{name}")) for name in decision.TYPES],
        "channels": [(name, context.name(f"{ID}channel/{name}")) for name in decision.CHANNELS],
        "documents": [(name, context.name(iri)) for name, iri in documents.items()],
    }


def _card(context: PageContext, candidate: decision.Candidate, *, is_open: bool) -> Values:
    """A proposed link of the graph: its ends in three lengths, how strong it is, and what was expected of the plans."""
    language = context.language
    ends = []
    short = []
    brief = []
    for end, plan in zip(candidate.ends, candidate.plans, strict=True):
        is_of_plan = bool(plan) and plan != end
        ends.append((context.link(end), context.links([plan] if is_of_plan else [])))
        short.append(_cut(context.name(end), _IN_LIST))
        brief.append(_cut(context.name(end), _IN_LINE))
    linked_as = candidate.linked_as
    expected: list[str] = []
    if all(candidate.expected):
        verdicts = map(citations.Verdict, candidate.expected)
        expected = [named(verdict).say(language) for verdict in verdicts]
    return {
        "candidate": candidate,
        "ends": ends,
        "short": short,
        "brief": brief,
        "via": context.links(candidate.via),
        "type": context.label(f"{ID}linktype/{linked_as}") if linked_as else "",
        "strength": _strength(candidate, language),
        "mark": context.mark(evidence.level(candidate.level)),
        "expected": expected,
        "has_passage": is_open and bool(suggestions.passage_document(context.spoken, candidate)),
        "typed": _typed_for(context, candidate.key),
    }


def _typed_for(context: PageContext, candidate: str) -> Mapping[str, str]:
    arguments = context.arguments
    return arguments if arguments.get("item") == candidate else NOTHING


def _cut(name: str, most: int) -> str:
    return name if len(name) <= most else f"{name[: most - 1].rstrip()}…"


def _strength(candidate: decision.Candidate, language: catalogue.Language) -> str:
    """The confidence of what made a link, or the bits that two works share; empty where it has no rank."""
    if candidate.rank is None:
        return ""
    if candidate.link:
        return catalogue.numeral(f"{candidate.rank:.2f}", language)
    return bits_words(candidate.rank, language)


def _desk(context: PageContext, graph: Graph) -> Values | None:
    """The desk: what is asked of all candidates, then the one that is shown; None where it cannot be opened."""
    arguments = context.arguments
    desk = _open_desk(graph, arguments)
    if desk is None:
        return None
    desk.suggest()
    suggested = []
    for candidate in desk.waiting:
        if candidate.origin is decision.Origin.GRAPH:
            suggested.append(candidate)
    put_off = _put_off(desk, arguments.get("later", ""))
    desk.put_off(put_off)
    values = {
        "wanted": desk.wanted,
        "reader": desk.reviewer,
        "modes": [(name, arguments.get(name, "")) for name in MODES],
        "since": int(time()),
        "put_off": " ".join(put_off),
        "preview": arguments.get(PREVIEW, ""),
        "empty": not desk.waiting,
        "suggestion": None,
        "following": "",
        "list": [],
        **_measured(context, desk),
    }
    if not desk.waiting:
        return values
    keys = [candidate.key for candidate in desk.waiting]
    # what a form was sent for comes before what the address names
    asked = [arguments.get("item", ""), arguments.get("candidate", "")]
    desk.show(next((name for name in asked if name in keys), keys[0]))
    values |= _among_others(context, desk, put_off)
    listed = []
    for candidate in suggested:
        start, target = map(context.name, candidate.ends)
        listed.append((_address(context, candidate.key, put_off), start, target))
    values["list"] = listed
    current = desk.waiting[desk.at]
    if desk.is_graph_shown:
        values["suggestion"] = _card(context, current, is_open=True)
        return values
    return {**values, **_candidate(context, desk, put_off)}


def _open_desk(graph: Graph, arguments: Mapping[str, str]) -> desks.Desk | None:
    reader = arguments.get(KNOWN) or arguments.get("reader") or arguments.get(SIGNED, "")
    reader = " ".join(reader.split())[: fields.LIMITS["reviewer"]]
    try:
        material = work.read_material(graph, graph.project)
    except Pan2kgError:
        # what is wrong with files of candidates is said where they are read, on the command line
        material = work.Material(graph)
    wanted = desks.Wanted.read(arguments)
    try:
        return desks.open_desk(
            material, graph.project, reader, message.today(), wanted, lambda: graph
        )
    except Pan2kgError:
        return None


def _put_off(desk: desks.Desk, later: str) -> list[str]:
    """The keys put at the end, as the address has them: each once, the last ones where there are too many."""
    waiting = {candidate.key for candidate in desk.waiting}
    keys = [name for name in dict.fromkeys(later.split()) if name in waiting]
    return keys[-LATER_MOST:]


def _measured(context: PageContext, desk: desks.Desk) -> Values:
    """How well and how fast was decided, and how far second readers agree."""
    language = context.language
    controls, pace, agreement = desk.measured()
    lines = []
    if controls["met"]:
        lines.append(_DESK.say("controls", language, **controls))
    if pace is not None:
        lines.append(_DESK.say("pace", language, seconds=round(pace)))
    sentence = ""
    if agreement.both:
        alpha = "–"
        if agreement.alpha is not None:
            alpha = catalogue.numeral(agreement.alpha, language)
        sentence = _DESK.say("agreement", language, n=agreement.both, alpha=alpha)
    apart = []
    # who is reading a second time must not see on what the others do not agree
    disputed = [] if desk.wanted.second else agreement.apart
    for candidate, *readings in disputed:
        start, target = (context.spoken.label(end, language) for end in candidate.ends)
        verdicts = [_DESK.say(f"{status}-by", language, by=name) for name, status in readings]
        apart.append({"start": start, "target": target, "said": verdicts})
    return {"measured": lines, "agreement": sentence, "apart": apart}


def _address(context: PageContext, candidate: str, later: Sequence[str], **more: int) -> str:
    query: dict[str, object] = {"candidate": candidate}
    if later:
        query["later"] = " ".join(later)
    query |= {**more, **context.chosen(*MODES)}
    return f"{context.href('review.html')}?{urlencode(query)}#candidate"


def _among_others(context: PageContext, desk: desks.Desk, put_off: Sequence[str]) -> Values:
    """How far one has come, and the addresses of the candidates before and after the one that is shown."""
    keys = [candidate.key for candidate in desk.waiting]
    current = keys[desk.at]
    following = keys[(desk.at + 1) % len(keys)]
    later = [*(name for name in put_off if name != current), current]
    return {
        "key": current,
        "count": _DESK.say("counts", context.language, **desk.progress),
        "before": _address(context, keys[desk.at - 1], put_off),
        "behind": _address(context, following, put_off),
        "later": _address(context, following, later[-LATER_MOST:]),
        "following": following,
        "typed": _typed_for(context, current),
    }


def _candidate(context: PageContext, desk: desks.Desk, put_off: Sequence[str]) -> Values:
    """The candidate of a document: one of its passages, the relation that is proposed, and what else says the same."""
    arguments = context.arguments
    current = desk.waiting[desk.at]
    desk.show_passage(arguments.get("passage", ""))
    card = cards.card_of(desk, context.language)
    passages_number = card.passages if card else 0
    passages: list[str] = []
    if passages_number > 1:
        address = partial(_address, context, current.key, put_off)
        passages = [address(passage=number) for number in range(passages_number)]
    alike = []
    for twin in desk.alike():
        name = f"{forms.TOGETHER}{twin.key}"
        is_ticked = bool(arguments.get(name))
        alike.append((name, context.name(twin.ends[0]), twin.quotations[0].words, is_ticked))
    relations = _relations(context, "role" if current.is_part else "relation")
    proposed = current.relation if current.relation in dict(relations) else ""
    return {
        "proposal": current,
        "card": card,
        "passages": passages,
        "passage": desk.passage,
        "where": _page_of_passage(context, desk),
        "relation": arguments.get("relation") or proposed,
        "relations": relations,
        "any_ticked": any(name.startswith(forms.TOGETHER) for name in arguments),
        "alike": alike,
    }


def _relations(context: PageContext, scheme: str) -> list[Option]:
    start = f"{ID}{scheme}/"
    return context.options([iri for iri in context.graph.labels.entries if iri.startswith(start)])


def _page_of_passage(context: PageContext, desk: desks.Desk) -> str:
    """Where the page of the passage opens, if the document was read as a PDF that is on the web."""
    document = desk.material.documents.get(desk.waiting[desk.at].plan, "")
    page = desk.quotation.page
    if not document or not page:
        return ""
    for link in context.graph.statements.values(document, f"{PAN}readAt"):
        if link.startswith(("https://", "http://")) and link.lower().endswith(".pdf"):
            return f"{link}#page={page}"
    return ""


def _scores(context: PageContext) -> Values:
    typed = context.arguments
    graph = context.spoken
    state = _form_state(context, "scores.html")
    is_open = state["state"] == "open"
    plans: dict[str, str] = {}
    assessors: dict[str, str] = {}
    if is_open:
        plans = {key(plan): plan for plan in graph.home_of.values() if graph.plan_of(plan)}
        assessors = {key(row[0]): row[0] for row in graph.read(program_query("tables/bodies"))}
    offered = _actions_offered(graph, plans, typed)
    actions = _actions_chosen(offered, typed)
    assessor = assessors.get(typed.get("assessor", ""), "")
    scale = scoring.scale_named(context.graph, typed.get("scale", "") or SCALE)
    # only the steps of the usual scale, from −3 to +3, have words
    steps = scoring.steps(scale)
    has_words = steps == scoring.steps(Scale())
    options = [("", "")]
    for score in steps:
        options.append((str(score), context.t(f"scores-{score}") if has_words else ""))
    columns: list[str] = []
    matrix: list[tuple[str, list[ScoreCell | None]]] = []
    if assessor and 2 <= len(actions) <= scoring.MOST:
        columns = actions
        matrix = _score_matrix(context, actions, scoring.known_scores(graph, assessor, scale.name))
    return {
        **state,
        "plans": context.options(plans.values()),
        "assessors": context.options(assessors.values()),
        "offered": [(CHOSEN + key(action), action, action in actions) for action in offered],
        "most": scoring.MOST,
        "too_many": len(actions) > scoring.MOST,
        "matrix": matrix,
        "columns": columns,
        "typed": typed,
        "steps": options,
        "typing": not steps,
        "bounds": scale,
        "scale": scale.name,
        "number": len(graph.scores),
    }


def _actions_offered(graph: Graph, plans: Mapping[str, str], typed: Mapping[str, str]) -> list[str]:
    """The actions of the one or two plans in the address, in the order of these."""
    offered = []
    for name in dict.fromkeys((typed.get("plan", ""), typed.get("other", ""))):
        if name in plans:
            of_plan = [action for action, plan in graph.home_of.items() if plan == plans[name]]
            offered += sorted(of_plan)
    return offered


def _actions_chosen(offered: Sequence[str], typed: Mapping[str, str]) -> list[str]:
    """What was ticked, or has a field in a matrix that came back with a fault.

    Where nothing was, all that are offered, if a matrix can have so many.
    """
    actions = []
    for action in offered:
        fields = f"score:{key(action)}:"
        if typed.get(CHOSEN + key(action)) or any(name.startswith(fields) for name in typed):
            actions.append(action)
    if actions or len(offered) > scoring.MOST:
        return actions
    return list(offered)


def _score_matrix(
    context: PageContext, actions: Sequence[str], known: Mapping[tuple[str, str], float]
) -> list[tuple[str, list[ScoreCell | None]]]:
    """Each action with its cells: what came back from the form, else the score that is known."""

    def cell(row: str, column: str) -> ScoreCell | None:
        if row == column:
            return None
        name = scoring.cell_name(row, column)
        score = known.get((row, column))
        text = context.arguments.get(name, "" if score is None else plain(score))
        label = context.t("scores-cell", one=context.name(row), two=context.name(column))
        return name, text, label

    rows = []
    for row in actions:
        cells = [cell(row, column) for column in actions]
        rows.append((row, cells))
    return rows


PAGES: Final = (
    View(
        "review",
        _review,
        title="reviewing-title",
        section="gaps",
        chosen=("candidate", "passage", "later", *MODES),
    ),
    View(
        "scores",
        _scores,
        title="scores-title",
        section="gaps",
        chosen=("plan", "other", "assessor", "scale", "on"),
    ),
)
