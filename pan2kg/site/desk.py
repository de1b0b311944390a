"""The page « to review »: one candidate at a time, of documents and of the graph, and the state of its forms.

What a document suggests comes first, then what the graph does. All state of a review stands in the address, so that
everything works without scripts: which candidate is shown, what was put off, and how the review is done.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from pan2kg.coherence.citations import Verdict
from pan2kg.coherence.evidence import level
from pan2kg.errors import Pan2kgError
from pan2kg.i18n.catalogue import Messages, decimal, with_mark
from pan2kg.i18n.message import today
from pan2kg.review.candidates import graph_candidates
from pan2kg.review.decision import TYPES, Candidate, Origin
from pan2kg.review.desk import CHANNELS, TOGETHER, Desk, Wanted, documents, open_desk, passage_document
from pan2kg.review.entry import DONE, LIMITS, TONGUES, sentence
from pan2kg.review.work import Material, now, read_material
from pan2kg.site.page import NOTHING, PageContext
from pan2kg.tables.figure_words import bits_words, named
from pan2kg.turtle.vocabulary import ID, PAN, key

if TYPE_CHECKING:
    from pan2kg.graph.graph import Graph
    from pan2kg.site.page import Values


_TONGUES: Final = Messages("tongue")
_REVIEW: Final = Messages("review")

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
    site_context, arguments = context.site_context, context.request.arguments
    writable = site_context.mode == "served" and site_context.writable
    seal = arguments.get(SEAL, "") if writable else ""
    return {
        "state": ("open" if seal else "closed")
        if writable
        else "static"
        if site_context.mode == "static"
        else "read-only",
        "seal": seal,
        "signed": arguments.get(SIGNED, "") if seal else "",
        "known": bool(seal and arguments.get(KNOWN)),
        "action": context.href(page),
        "fault": arguments.get(FAULT, "") if writable else "",
        "kept": [(f"{TYPED}{name}", value) for name, value in arguments.items() if name not in RESERVED]
        if writable and not seal and arguments.get(FAULT)
        else [],
        "done": _done(context) if writable else "",
        "tongues": [(tag, _TONGUES.say(tag, context.request.language)) for tag in TONGUES],
        "limits": LIMITS,
        "called": lambda name: _REVIEW.say(f"field.{name}", context.request.language),
    }


def _done(context: PageContext) -> str:
    """What was written last, by the address the service sent the reader to; nothing where the address was made up."""
    code, files = context.request.arguments.get("written", ""), context.request.arguments.get("files", "")
    if code not in DONE or not all(_FILE.fullmatch(file) for file in files.split(" ")):
        return ""
    words = sentence(code, {"files": files.replace(" ", ", ")}).say(context.request.language)
    return words if context.request.arguments.get("shown") != "no" else f"{words} {context.t('desk-not-shown')}"


def queue_card(context: PageContext, candidate: Candidate, *, is_open: bool) -> dict[str, object]:
    """What is shown of what the graph suggests, with what was typed into its form, where there is one."""
    arguments, language = context.request.arguments, context.request.language
    strength = ""
    if candidate.rank is not None:
        confidence = with_mark(f"{candidate.rank:.2f}", language)
        strength = confidence if candidate.link else bits_words(candidate.rank, language)
    names = [context.name(end) for end in candidate.ends]
    expected = candidate.expected if all(candidate.expected) else ()
    return {
        "candidate": candidate,
        "ends": [
            (context.link(end), context.link(plan) if plan and plan != end else context.links(()))
            for end, plan in zip(candidate.ends, candidate.plans, strict=True)
        ],
        # the beginning of a name, long enough to tell two apart in a list, or in a line that has both
        "short": [name if len(name) <= 60 else f"{name[:59].rstrip()}…" for name in names],
        "brief": [name if len(name) <= 28 else f"{name[:27].rstrip()}…" for name in names],
        "via": context.links(candidate.via),
        "type": context.label(f"{ID}linktype/{candidate.linked_as}") if candidate.linked_as else "",
        "strength": strength,
        "mark": context.mark(level(candidate.level)),
        "expected": [named(Verdict(words)).say(language) for words in expected],
        "has_passage": is_open and bool(passage_document(context.graph.spoken(language), candidate)),
        "typed": arguments if arguments.get("item") == candidate.key else NOTHING,
    }


_DESK: Final = Messages("desk")
REVIEW_MOST: Final = 100
"""How many items a page lists."""
LATER_MOST: Final = 60
"""How many candidates an address can put at the end; the one that was put there first waits in its place again."""
MODES: Final = ("reader", "second", "control", "order")
"""The arguments that say how the review is done."""
CHOSEN: Final = ("candidate", "passage", "later", *MODES)


def values(context: PageContext) -> Values:
    """What waits, the one that is shown with its form, and how the review is done."""
    graph, arguments = context.graph.spoken(context.request.language), context.request.arguments
    shared = form_state(context, "review.html")
    is_open = shared["state"] == "open"
    queue = graph_candidates(graph)
    return {
        "title": context.t("reviewing-title"),
        **shared,
        "desk": _desk(context, graph) if is_open else None,
        "field": arguments.get(FIELD, "") if is_open else "",
        "cards": []
        if is_open
        else [queue_card(context, suggested, is_open=False) for suggested in queue[:REVIEW_MOST]],
        "typed": arguments if is_open else NOTHING,
        "number": len(queue),
        "more": max(0, len(queue) - REVIEW_MOST),
        "types": [(name, context.name(f"{ID}linktype/{name}")) for name in TYPES],
        "channels": [(name, context.name(f"{ID}channel/{name}")) for name in CHANNELS],
        "documents": [(name, context.name(iri)) for name, iri in (documents(graph) if is_open else {}).items()],
    }


def _desk(context: PageContext, graph: Graph) -> Mapping[str, object] | None:
    arguments, language = context.request.arguments, context.request.language
    reader = arguments.get(KNOWN) or arguments.get("reader") or arguments.get(SIGNED, "")
    reader = " ".join(reader.split())[: LIMITS["reviewer"]]
    try:
        material = read_material(graph, graph.project)
    except Pan2kgError:
        # what is wrong with the files of candidates is said where they are read, on the command line
        material = Material(graph)
    try:
        desk = open_desk(material, graph.project, reader, today(), Wanted.read(arguments), lambda: graph)
    except Pan2kgError:
        return None
    desk.suggest()
    suggested = [candidate for candidate in desk.waiting if candidate.origin is Origin.GRAPH]
    keys = [candidate.key for candidate in desk.waiting]
    put_off = [name for name in dict.fromkeys(arguments.get("later", "").split()) if name in keys][-LATER_MOST:]
    desk.put_off(put_off)
    keys = [candidate.key for candidate in desk.waiting]
    agreement = desk.compare()
    alpha = "–" if agreement.alpha is None else decimal(agreement.alpha, language)
    pace, controls = desk.pace, desk.controls
    about: dict[str, object] = {
        "wanted": desk.wanted,
        "reader": reader,
        "modes": [(name, arguments.get(name, "")) for name in MODES],
        "since": int(now()),
        "put_off": " ".join(put_off),
        "preview": arguments.get(PREVIEW, ""),
        "measured": [
            *([_DESK.say("controls", language, **controls)] if controls["met"] else []),
            *([_DESK.say("pace", language, seconds=round(pace))] if pace is not None else []),
        ],
        "empty": not keys,
        "suggestion": None,
        "following": "",
        "list": [],
        "agreement": _DESK.say("agreement", language, n=agreement.both, alpha=alpha) if agreement.both else "",
        # on what they do not agree, where nobody is reading a second time who could see it
        "apart": [
            {
                "start": graph.label(candidate.ends[0], language),
                "target": graph.label(candidate.ends[1], language),
                "said": [_DESK.say(f"{status}-by", language, by=name) for name, status in (first, second)],
            }
            for candidate, first, second in (() if desk.wanted.second else agreement.apart)
        ],
    }
    if not keys:
        return about
    wanted = [name for name in (arguments.get("item", ""), arguments.get("candidate", "")) if name in keys]
    desk.show(wanted[0] if wanted else keys[0])
    current_key, following = keys[desk.at], keys[(desk.at + 1) % len(keys)]
    current = desk.waiting[desk.at]
    about |= {
        "key": current_key,
        "count": _DESK.say("counts", language, **desk.progress),
        "before": _address(context, keys[desk.at - 1], put_off),
        "behind": _address(context, following, put_off),
        "later": _address(
            context, following, [*(name for name in put_off if name != current_key), current_key][-LATER_MOST:]
        ),
        "following": following,
        "typed": arguments if arguments.get("item") == current_key else NOTHING,
        "list": [
            (_address(context, suggested.key, put_off), *map(context.name, suggested.ends)) for suggested in suggested
        ],
    }
    if desk.is_graph_shown:
        return about | {"suggestion": queue_card(context, current, is_open=True)}
    return about | _candidate(context, graph, desk, put_off)


def _address(context: PageContext, candidate: str, later: Sequence[str], **more: int) -> str:
    arguments = context.request.arguments
    query: dict[str, object] = {"candidate": candidate, **({"later": " ".join(later)} if later else {}), **more}
    query |= {name: arguments[name] for name in MODES if arguments.get(name)}
    return f"{context.href('review.html')}?{urlencode(query)}#candidate"


def _candidate(context: PageContext, graph: Graph, desk: Desk, put_off: Sequence[str]) -> dict[str, object]:
    arguments, current = context.request.arguments, desk.waiting[desk.at]
    desk.show_passage(arguments.get("passage", ""))
    card = desk.card(context.request.language)
    passages = card.passages if card else 0
    scheme = f"{ID}{current.scheme}/"
    names = [(key(iri), context.name(iri)) for iri in graph.labels.entries if iri.startswith(scheme)]
    # the page of the passage can be opened where the document was read as a PDF
    document, page = desk.material.documents.get(current.plan, ""), desk.quotation.page
    read_at = context.graph.statements.values(document, f"{PAN}readAt") if document else ()
    pdfs = [link for link in read_at if link.startswith(("https://", "http://")) and link.lower().endswith(".pdf")]
    return {
        "proposal": current,
        "card": card,
        "passages": [
            _address(context, current.key, put_off, passage=number)
            for number in (range(passages) if passages > 1 else ())
        ],
        "passage": desk.passage,
        "where": f"{pdfs[0]}#page={page}" if pdfs and page else "",
        "relation": arguments.get("relation") or (current.relation if current.relation in dict(names) else ""),
        "relations": sorted(names, key=lambda pair: pair[1].casefold()),
        "any_ticked": any(name.startswith(TOGETHER) for name in arguments),
        "alike": [
            (f"{TOGETHER}{twin.key}", context.name(twin.ends[0]), twin.quotations[0].words,
             bool(arguments.get(f"{TOGETHER}{twin.key}")))
            for twin in desk.alike()
        ],
    }  # fmt: skip
