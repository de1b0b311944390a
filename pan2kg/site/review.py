"""The pages of review: the queue of links that wait for a decision, and the matrix in which scores are entered.

Both share the state of their forms: whether this service writes, whether the reader has signed in, and what came of
the last attempt.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from pan2kg.coherence.evidence import level
from pan2kg.coherence.feasible import Verdict
from pan2kg.coherence.scale import SCALE, Scale, plain
from pan2kg.coherence.uses import key
from pan2kg.errors import Pan2kgError
from pan2kg.i18n.catalogue import Messages, with_mark
from pan2kg.i18n.days import today
from pan2kg.review.cards import Card
from pan2kg.review.decisions import CHANNELS, REVIEWED, Item, documents, passage_document, read_queue
from pan2kg.review.desk import Desk, open_desk
from pan2kg.review.entry import DONE, LIMITS, TONGUES, called, sentence
from pan2kg.review.proposals import WORK, Proposal, read_material
from pan2kg.review.scores import MOST, bodies, cell_name, known_scores, scale_named, steps
from pan2kg.site.levels import mark
from pan2kg.site.page import View
from pan2kg.site.page_context import NOTHING
from pan2kg.tables.figure_words import bits_words, named
from pan2kg.turtle.vocabulary import ID, PAN

if TYPE_CHECKING:
    from markupsafe import Markup

    from pan2kg.site.page import Values
    from pan2kg.site.page_context import PageContext

_TONGUES: Final = Messages("tongue")
_DESK: Final = Messages("desk")


SEAL: Final = "form_token"
"""The argument by which the service hands a page the secret of the session; no address can set it."""
FAULT: Final = "fault"
"""The argument by which the service hands a page why nothing was written."""
SIGNED: Final = "signed"
"""The argument by which the service hands a page the name used last in the session."""
KNOWN: Final = "known"
"""The argument by which the service hands a page the name of who has signed in, which is not to be typed."""
FIELD: Final = "fault_field"
"""The argument by which the service says at which field it went wrong."""
RESERVED: Final = frozenset((SEAL, FAULT, SIGNED, KNOWN, FIELD))
"""The languages somebody may write or quote in, in their own words."""

_FILE: Final = re.compile(
    r"graph/plans/[a-z0-9][a-z0-9-]*/(?:reviewed|scores)\.ttl|work/[a-z0-9][a-z0-9-]*/journal\.jsonl"
)


def form_state(context: PageContext, page: str) -> dict[str, object]:
    """What the template of the forms needs: state, notices, secret, and the name that was signed with before.

    The state is ``open`` for who has signed in, ``closed`` for who has not, ``read-only`` where the service does not
    write, and ``static`` where there is no service.
    """
    site_context, given = context.site_context, context.request.arguments
    writable = site_context.mode == "served" and site_context.writable
    seal = given.get(SEAL, "") if writable else ""
    return {
        "state": ("open" if seal else "closed")
        if writable
        else "static"
        if site_context.mode == "static"
        else "read-only",
        "seal": seal,
        "signed": given.get(SIGNED, "") if seal else "",
        "known": bool(seal and given.get(KNOWN)),
        "action": context.href(page),
        "fault": given.get(FAULT, "") if writable else "",
        "done": _done(context) if writable else "",
        "tongues": [(tag, _TONGUES.say(tag, context.request.language)) for tag in TONGUES],
        "limits": LIMITS,
        "called": lambda name: called(name).say(context.request.language),
    }


def _done(context: PageContext) -> str:
    """What was written last, by the address the service sent the reader to; nothing where the address was made up."""
    code, files = context.request.arguments.get("written", ""), context.request.arguments.get("files", "")
    if code not in DONE or not all(_FILE.fullmatch(file) for file in files.split(" ")):
        return ""
    said = sentence(code, {"files": files.replace(" ", ", ")}).say(context.request.language)
    return said if context.request.arguments.get("shown") != "no" else f"{said} {context.t('desk-not-shown')}"


REVIEW_MOST = 100
"""How many items a page lists."""
LATER_MOST: Final = 60
"""How many candidates an address can put at the end; the one that was put there first waits in its place again."""


@dataclass(frozen=True, slots=True)
class QueueCard:
    """An item as it is shown; ``typed`` is what was typed into its form before.

    ``expected`` is said of a citation from the first plan to the second and back; empty where nothing can be said.
    """

    item: Item
    ends: tuple[tuple[Markup, Markup], ...]
    short: tuple[str, str]
    via: Markup
    type: Markup | str
    strength: str
    mark: Markup
    expected: tuple[str, ...]
    has_passage: bool
    typed: Mapping[str, str]


def values(context: PageContext) -> Values:
    """What waits, and the forms."""
    graph = context.graph.spoken(context.request.language)
    queue = read_queue(graph)
    shared = form_state(context, "review.html")
    is_open = shared["state"] == "open"
    listed = documents(graph) if is_open else []
    return {
        "title": context.t("reviewing-title"),
        **shared,
        "desk": _desk(context) if is_open else None,
        "field": context.request.arguments.get(FIELD, "") if is_open else "",
        "cards": [_card(context, item, is_open=is_open) for item in queue[:REVIEW_MOST]],
        "number": len(queue),
        "more": max(0, len(queue) - REVIEW_MOST),
        "types": [(name, context.name(f"{ID}linktype/{name}")) for name in REVIEWED],
        "channels": [(name, context.name(f"{ID}channel/{name}")) for name in CHANNELS],
        "documents": [(iri.rpartition("/")[2], context.name(iri)) for iri in listed],
    }


@dataclass(frozen=True, slots=True)
class Candidate:
    """A candidate as the page shows it, with how far the review has come and what was typed into its form before.

    ``before``, ``behind`` and ``later`` are the addresses of its neighbours in the queue, the last one that which puts
    it at the end, and ``following`` the key of the next; ``passages`` are the addresses of all that speak for it, where
    there are several, ``where`` that of the page in the PDF, ``passage`` the number of the one that is shown, from 0,
    and ``put_off`` the keys at the end.
    """

    proposal: Proposal
    card: Card
    count: str
    before: str
    behind: str
    later: str
    following: str
    passages: Sequence[str]
    where: str
    passage: int
    put_off: str
    relation: str
    relations: Sequence[tuple[str, str]]
    typed: Mapping[str, str]


def _desk(context: PageContext) -> Candidate | None:
    """The candidate the address names, else the first that waits; None where none does."""
    given, language = context.request.arguments, context.request.language
    graph = context.graph.spoken(language)
    if graph.project is None or not (graph.project.root / WORK).is_dir():
        return None
    try:
        desk = open_desk(read_material(graph, graph.project), graph.project, "", today())
    except Pan2kgError:
        return None  # what is wrong with the files of candidates is said where they are read, on the command line
    known = {one.key for one in desk.waiting}
    put_off = [one for one in dict.fromkeys(given.get("later", "").split()) if one in known][-LATER_MOST:]
    desk.put_off(put_off)
    keys = [one.key for one in desk.waiting]
    wanted = given.get("item", "") if given.get("item", "") in keys else given.get("candidate", "")
    desk.at = keys.index(wanted) if wanted in keys else 0
    desk.show_passage(given.get("passage", ""))
    return _candidate(context, desk, put_off)


def _candidate(context: PageContext, desk: Desk, put_off: Sequence[str]) -> Candidate | None:
    """What is shown of the current candidate, None where none waits."""
    given, language = context.request.arguments, context.request.language
    graph = context.graph.spoken(language)
    card, proposal = desk.card(language), desk.current
    if card is None or proposal is None:
        return None
    keys, at = [one.key for one in desk.waiting], desk.at
    behind = keys[(at + 1) % len(keys)]

    def address(candidate: str, later: Sequence[str] = put_off, **more: int) -> str:
        asked = {"candidate": candidate, **({"later": " ".join(later)} if later else {}), **more}
        return f"{context.href('review.html')}?{urlencode(asked)}#candidate"

    names = [(key(one), context.name(one)) for one in graph.labels.entries if one.startswith(f"{ID}{proposal.scheme}/")]
    relation = given.get("relation") or (proposal.relation if proposal.relation in dict(names) else "")
    typed = given if given.get("item") == proposal.key else NOTHING
    return Candidate(
        proposal, card, _DESK.say("counts", language, **asdict(desk.progress)),
        address(keys[at - 1]), address(behind),
        address(behind, [*(one for one in put_off if one != proposal.key), proposal.key][-LATER_MOST:]), behind,
        [address(proposal.key, passage=number) for number in range(card.passages)] if card.passages > 1 else [],
        _where(context, desk, proposal), desk.passage, " ".join(put_off), relation,
        sorted(names, key=lambda one: one[1].casefold()), typed,
    )  # fmt: skip


def _where(context: PageContext, desk: Desk, proposal: Proposal) -> str:
    """Where the page of the passage can be opened: in the PDF the document was read at; empty where it is none."""
    page = proposal.passages[desk.passage].page if proposal.passages else None
    document = desk.material.documents.get(proposal.plan, "")
    found = context.graph.statements.values(document, f"{PAN}readAt") if document else ()
    pdf = next((one for one in found if one.startswith(("https://", "http://")) and one.lower().endswith(".pdf")), "")
    return f"{pdf}#page={page}" if pdf and page else ""


def _card(context: PageContext, item: Item, *, is_open: bool) -> QueueCard:
    given = context.request.arguments
    language, strength = context.request.language, ""
    if item.number is not None:
        strength = with_mark(f"{item.number:.2f}", language) if item.is_candidate else bits_words(item.number, language)
    graph = context.graph.spoken(context.request.language)
    return QueueCard(
        item,
        tuple(
            (context.link(end), context.link(plan) if plan and plan != end else context.links(()))
            for end, plan in zip(item.ends, item.plans, strict=True)
        ),
        (_short(context, item.ends[0]), _short(context, item.ends[1])),
        context.links(item.via),
        context.label(f"{ID}linktype/{item.type}") if item.type else "",
        strength,
        mark(context, level(item.level)),
        _expected(context, item),
        is_open and bool(passage_document(graph, item)),
        given if given.get("item") == item.key else NOTHING,
    )


def _expected(context: PageContext, item: Item) -> tuple[str, ...]:
    """What can be said of a citation from the first plan of a suggestion to the second and back, in words."""
    if not all(item.expected):
        return ()
    return tuple(named(Verdict(said)).say(context.request.language) for said in item.expected)


def _short(context: PageContext, iri: str) -> str:
    """The beginning of a name, long enough to tell two apart in a list."""
    name = context.name(iri)
    return name if len(name) <= 60 else f"{name[:59].rstrip()}…"


CHOSEN: Final = "on:"
"""How the fields begin by which actions are chosen."""


def scores_values(context: PageContext) -> Values:
    """The forms to choose plans, an assessor and actions, and the matrix where from 2 to 15 actions are chosen."""
    given, site_context = context.request.arguments, context.site_context
    shared = form_state(context, "scores.html")
    is_open = shared["state"] == "open"
    offered = _offered(context) if is_open else []
    chosen = [action for action in offered if given.get(CHOSEN + key(action)) or _is_typed(context, action)]
    if not chosen and len(offered) <= MOST:
        chosen = offered
    known = bodies(site_context.graph.spoken(context.request.language)) if is_open else []
    assessors = sorted(((key(body), context.name(body)) for body in known), key=lambda one: one[1].casefold())
    scale = scale_named(context.graph, given.get("scale", "") or SCALE)
    ready = 2 <= len(chosen) <= MOST and given.get("assessor", "") in dict(assessors)
    return {
        "title": context.t("scores-title"),
        **shared,
        "plans": _plans(context) if is_open else [],
        "assessors": assessors,
        "offered": [(CHOSEN + key(action), action, action in chosen) for action in offered],
        "most": MOST,
        "too_many": len(chosen) > MOST,
        "matrix": _matrix(context, chosen) if ready else [],
        "columns": chosen if ready else [],
        "typed": given,
        "steps": _steps(context, scale),
        "typing": not steps(scale),
        "bounds": scale,
        "scale": scale.name,
        "known": len(site_context.graph.spoken(context.request.language).scores),
    }


def _steps(context: PageContext, scale: Scale) -> list[tuple[str, str]]:
    """What can be chosen in a cell, and what it means; only the steps from −3 to +3 have words."""
    usual = steps(Scale())
    words = {score: context.t(f"scores-{score}") for score in usual} if steps(scale) == usual else {}
    return [("", context.t("scores-none")), *((str(score), words.get(score, "")) for score in steps(scale))]


def _plans(context: PageContext) -> list[tuple[str, str]]:
    """The plans that have actions, by name."""
    graph = context.graph.spoken(context.request.language)
    found = {plan for plan in graph.home_of.values() if graph.plan_of(plan)}
    return sorted(((key(plan), context.name(plan)) for plan in found), key=lambda one: one[1].casefold())


def _offered(context: PageContext) -> list[str]:
    """The actions of the one or two plans in the address, in their order."""
    given, graph = context.request.arguments, context.graph.spoken(context.request.language)
    wanted = list(dict.fromkeys(filter(None, (given.get("plan"), given.get("other")))))
    homes = {key(plan): plan for plan in graph.home_of.values() if graph.plan_of(plan)}
    return [
        action
        for name in wanted
        for action in sorted(a for a, plan in graph.home_of.items() if plan == homes.get(name))
    ]


def _is_typed(context: PageContext, action: str) -> bool:
    """Whether a matrix that came back with a fault has a field for an action."""
    start = f"score:{key(action)}:"
    return any(name.startswith(start) for name in context.request.arguments)


def _matrix(context: PageContext, chosen: Sequence[str]) -> list[tuple[str, list[tuple[str, str, str] | None]]]:
    """The rows: an action, and for each column the field's name, its value and its label, None on the diagonal."""
    given, graph = context.request.arguments, context.graph.spoken(context.request.language)
    assessors = {key(body): body for body in bodies(graph)}
    scores = known_scores(graph, assessors[given["assessor"]], given.get("scale", "") or SCALE)

    def cell(one: str, two: str) -> tuple[str, str, str] | None:
        if one == two:
            return None
        name, before = cell_name(one, two), scores.get((one, two))
        value = given.get(name, "" if before is None else plain(before))
        return name, value, context.t("scores-cell", one=context.name(one), two=context.name(two))

    return [(one, [cell(one, two) for two in chosen]) for one in chosen]


PAGES: Final = (
    View("review", values, section="gaps", chosen=("candidate", "passage", "later")),
    View("scores", scores_values, section="gaps", chosen=("plan", "other", "assessor", "scale", "on")),
)
