"""The page « to review »: one candidate at a time, of documents and of the graph, and the state of its forms.

What a document suggests comes first, then what the graph does. All state of a review stands in the address, so that
everything works without scripts: which candidate is shown, what was put off, and how the review is done.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from pan2kg.coherence.evidence import level
from pan2kg.coherence.feasible import Verdict
from pan2kg.coherence.uses import key
from pan2kg.errors import Pan2kgError
from pan2kg.i18n.catalogue import Messages, decimal, with_mark
from pan2kg.i18n.days import today
from pan2kg.review.decisions import CHANNELS, REVIEWED, Item, documents, passage_document, read_queue
from pan2kg.review.desk import Desk, open_desk
from pan2kg.review.desk_input import TOGETHER, read_wanted
from pan2kg.review.entry import DONE, LIMITS, TONGUES, called, sentence
from pan2kg.review.filing import now
from pan2kg.review.proposals import Material, Proposal, read_material
from pan2kg.site.page import NOTHING, PageContext
from pan2kg.tables.figure_words import bits_words, named
from pan2kg.turtle.vocabulary import ID, PAN

if TYPE_CHECKING:
    from markupsafe import Markup

    from pan2kg.graph.graph import Graph
    from pan2kg.site.page import Values


_TONGUES: Final = Messages("tongue")

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
PREVIEW: Final = "preview"
"""The argument by which the service hands a page the lines that would be written."""
RESERVED: Final = frozenset((SEAL, FAULT, SIGNED, KNOWN, FIELD, PREVIEW))
TYPED: Final = "typed:"
"""How the fields begin by which what was typed outlives a session that has ended."""

_FILE: Final = re.compile(
    r"graph/plans/[a-z0-9][a-z0-9-]*/(?:reviewed|scores)\.ttl|work/[a-z0-9][a-z0-9-]*/(?:journal|by-hand)\.jsonl"
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
        "kept": [(f"{TYPED}{name}", value) for name, value in given.items() if name not in RESERVED]
        if writable and not seal and given.get(FAULT)
        else [],
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


@dataclass(frozen=True, slots=True)
class QueueCard:
    """An item as it is shown; ``typed`` is what was typed into its form before.

    ``expected`` is said of a citation from the first plan to the second and back; empty where nothing can be said.
    """

    item: Item
    ends: tuple[tuple[Markup, Markup], ...]
    short: tuple[str, str]
    brief: tuple[str, str]
    via: Markup
    type: Markup | str
    strength: str
    mark: Markup
    expected: tuple[str, ...]
    has_passage: bool
    typed: Mapping[str, str]


def queue_card(context: PageContext, item: Item, *, is_open: bool) -> QueueCard:
    """What is shown of an item, with what was typed into its form, where there is one."""
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
        (_short(context, item.ends[0], 28), _short(context, item.ends[1], 28)),
        context.links(item.via),
        context.label(f"{ID}linktype/{item.type}") if item.type else "",
        strength,
        context.mark(level(item.level)),
        _expected(context, item),
        is_open and bool(passage_document(graph, item)),
        given if given.get("item") == item.key else NOTHING,
    )


def _expected(context: PageContext, item: Item) -> tuple[str, ...]:
    """What can be said of a citation from the first plan of a suggestion to the second and back, in words."""
    if not all(item.expected):
        return ()
    return tuple(named(Verdict(said)).say(context.request.language) for said in item.expected)


def _short(context: PageContext, iri: str, most: int = 60) -> str:
    """The beginning of a name, long enough to tell two apart in a list, or in a line that has both."""
    name = context.name(iri)
    return name if len(name) <= most else f"{name[: most - 1].rstrip()}…"


_DESK: Final = Messages("desk")
REVIEW_MOST: Final = 100
"""How many items a page lists."""
LATER_MOST: Final = 60
"""How many candidates an address can put at the end; the one that was put there first waits in its place again."""
MODES: Final = ("reader", "second", "control", "order")
"""The arguments that say how the review is done."""
CHOSEN: Final = ("candidate", "passage", "later", *MODES)


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits at the desk: candidates of documents, then items of the graph, by key; which one is shown."""

    desk: Desk
    items: Sequence[Item]
    put_off: tuple[str, ...]
    shown: str

    @property
    def keys(self) -> list[str]:
        """The keys in their order, those that were put off last."""
        listed = [*(one.key for one in self.desk.waiting), *(item.key for item in self.items)]
        return [*(one for one in listed if one not in self.put_off), *self.put_off]


def values(context: PageContext) -> Values:
    """What waits, the one that is shown with its form, and how the review is done."""
    graph, given = context.graph.spoken(context.request.language), context.request.arguments
    shared = form_state(context, "review.html")
    is_open = shared["state"] == "open"
    queue = read_queue(graph)
    listed = documents(graph) if is_open else []
    return {
        "title": context.t("reviewing-title"),
        **shared,
        "desk": _desk(context, graph, queue) if is_open else None,
        "field": given.get(FIELD, "") if is_open else "",
        "cards": [] if is_open else [queue_card(context, item, is_open=False) for item in queue[:REVIEW_MOST]],
        "typed": given if is_open else NOTHING,
        "number": len(queue),
        "more": max(0, len(queue) - REVIEW_MOST),
        "types": [(name, context.name(f"{ID}linktype/{name}")) for name in REVIEWED],
        "channels": [(name, context.name(f"{ID}channel/{name}")) for name in CHANNELS],
        "documents": [(iri.rpartition("/")[2], context.name(iri)) for iri in listed],
    }


def _reader(context: PageContext) -> str:
    """Who reviews, as far as anybody has said so: in the address, or with the last decision."""
    given = context.request.arguments
    name = given.get(KNOWN) or given.get("reader") or given.get(SIGNED, "")
    return " ".join(name.split())[: LIMITS["reviewer"]]


def _desk(context: PageContext, graph: Graph, items: Sequence[Item]) -> Mapping[str, object] | None:
    """What the template shows of the desk; None where there is no project to write to."""
    given = context.request.arguments
    if graph.project is None:
        return None
    try:
        material = read_material(graph, graph.project)
    except Pan2kgError:
        # what is wrong with the files of candidates is said where they are read, on the command line
        material = Material(graph)
    try:
        desk = open_desk(material, graph.project, _reader(context), today(), read_wanted(given))
    except Pan2kgError:
        return None
    # of the graph, the site may not know yet what was decided a moment ago; the files do
    decided = {frozenset(one.matter) for one in desk.decisions}
    open_items = [item for item in items if item.is_candidate or frozenset(item.ends) not in decided]
    waiting = () if desk.wanted.second else open_items
    known = {*(one.key for one in desk.waiting), *(item.key for item in waiting)}
    put_off = tuple(one for one in dict.fromkeys(given.get("later", "").split()) if one in known)[-LATER_MOST:]
    queue = Queue(desk, waiting, put_off, "")
    keys = queue.keys
    wanted = given.get("item", "") if given.get("item", "") in keys else given.get("candidate", "")
    shown = wanted if wanted in keys else next(iter(keys), "")
    return _shown(context, Queue(desk, waiting, put_off, shown))


def _address(context: PageContext, candidate: str, later: Sequence[str], **more: int) -> str:
    given = context.request.arguments
    asked: dict[str, object] = {"candidate": candidate, **({"later": " ".join(later)} if later else {}), **more}
    asked |= {name: given[name] for name in MODES if given.get(name)}
    return f"{context.href('review.html')}?{urlencode(asked)}#candidate"


def _shown(context: PageContext, queue: Queue) -> Mapping[str, object]:
    """The candidate that is shown with its neighbours, and how far the review has come."""
    keys, desk, language = queue.keys, queue.desk, context.request.language
    about: dict[str, object] = {
        "wanted": desk.wanted,
        "reader": _reader(context),
        "modes": [(name, context.request.arguments.get(name, "")) for name in MODES],
        "since": int(now()),
        "put_off": " ".join(queue.put_off),
        "preview": context.request.arguments.get(PREVIEW, ""),
        "measured": list(_measured(context, desk)),
        "empty": not keys,
        "suggestion": None,
        "following": "",
        "list": [],
        **_agreement(context, desk),
    }
    if not keys:
        return about
    at = keys.index(queue.shown)
    behind = keys[(at + 1) % len(keys)]
    put_off = [*(one for one in queue.put_off if one != queue.shown), queue.shown][-LATER_MOST:]
    progress = {**asdict(desk.progress), "total": desk.total + len(queue.items)}
    progress["number"] = min(progress["total"], progress["total"] - len(keys) + at + 1)
    about |= {
        "key": queue.shown,
        "count": _DESK.say("counts", language, **progress),
        "before": _address(context, keys[at - 1], queue.put_off),
        "behind": _address(context, behind, queue.put_off),
        "later": _address(context, behind, put_off),
        "following": behind,
        "typed": context.request.arguments if context.request.arguments.get("item") == queue.shown else NOTHING,
        "list": [(_address(context, item.key, queue.put_off), *_ends(context, item)) for item in queue.items],
    }
    item = next((item for item in queue.items if item.key == queue.shown), None)
    if item is not None:
        return about | {"suggestion": queue_card(context, item, is_open=True)}
    return about | _candidate(context, queue)


def _ends(context: PageContext, item: Item) -> tuple[str, str]:
    return context.name(item.ends[0]), context.name(item.ends[1])


def _candidate(context: PageContext, queue: Queue) -> dict[str, object]:
    """What is shown of a candidate of a document."""
    given, language, desk = context.request.arguments, context.request.language, queue.desk
    graph = context.graph.spoken(language)
    desk.at = next(number for number, one in enumerate(desk.waiting) if one.key == queue.shown)
    desk.show_passage(given.get("passage", ""))
    one, card = desk.waiting[desk.at], desk.card(language)
    passages = card.passages if card else 0
    names = [(key(iri), context.name(iri)) for iri in graph.labels.entries if iri.startswith(f"{ID}{one.scheme}/")]
    relation = given.get("relation") or (one.relation if one.relation in dict(names) else "")
    return {
        "proposal": one,
        "card": card,
        "passages": [
            _address(context, one.key, queue.put_off, passage=number)
            for number in (range(passages) if passages > 1 else ())
        ],
        "passage": desk.passage,
        "where": _where(context, desk, one),
        "relation": relation,
        "relations": sorted(names, key=lambda pair: pair[1].casefold()),
        "any_ticked": any(name.startswith(TOGETHER) for name in given),
        "alike": [
            (f"{TOGETHER}{other.key}", context.name(other.start), other.passages[0].quote,
             bool(given.get(f"{TOGETHER}{other.key}")))
            for other in desk.alike()
        ],
    }  # fmt: skip


def _measured(context: PageContext, desk: Desk) -> Sequence[str]:
    """What is known of this reader's attention and pace, as sentences."""
    language = context.request.language
    said = [_DESK.say("controls", language, **desk.controls)] if desk.controls["met"] else []
    pace = desk.pace
    return [*said, *([_DESK.say("pace", language, seconds=round(pace))] if pace is not None else [])]


def _agreement(context: PageContext, desk: Desk) -> Mapping[str, object]:
    """How far second readers agree; on what they do not, where nobody is reading a second time who could see it."""
    found, language = desk.compare(), context.request.language
    if not found.both:
        return {"agreement": "", "apart": []}
    value = "–" if found.alpha is None else decimal(found.alpha, language)
    graph = context.graph.spoken(language)
    listed = () if desk.wanted.second else found.apart
    apart = [
        {
            "start": graph.label(one.proposal.start, language),
            "target": graph.label(one.proposal.target, language),
            "said": [
                _DESK.say(f"{status}-by", language, by=name) for name, status in (one.first, one.second)
            ],
        }
        for one in listed
    ]  # fmt: skip
    return {"agreement": _DESK.say("agreement", language, n=found.both, alpha=value), "apart": apart}


def _where(context: PageContext, desk: Desk, proposal: Proposal) -> str:
    """Where the page of the passage can be opened: in the PDF the document was read at; empty where it is none."""
    page = proposal.passages[desk.passage].page if proposal.passages else None
    document = desk.material.documents.get(proposal.plan, "")
    found = context.graph.statements.values(document, f"{PAN}readAt") if document else ()
    pdf = next((one for one in found if one.startswith(("https://", "http://")) and one.lower().endswith(".pdf")), "")
    return f"{pdf}#page={page}" if pdf and page else ""
