"""The pages of review: « to review », one candidate at a time, and the matrix in which scores are entered.

What a document suggests comes first, then what the graph does. All state of a review stands in the
address, so that everything works without scripts: which candidate is shown, what was put off, and
how the review is done.
"""

import re
from collections.abc import Sequence
from time import time
from typing import Final
from urllib.parse import urlencode

from pan2kg.coherence import citations, evidence
from pan2kg.errors import Pan2kgError
from pan2kg.graph.graph import Graph
from pan2kg.i18n import catalogue, message
from pan2kg.review import decision, desk as desks, files as entry, scores as scoring, work
from pan2kg.scores.matrix import SCALE, Scale, plain
from pan2kg.site.page import NOTHING, PageContext, Values, View
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
_TONGUES: Final = catalogue.Messages("tongue")
_REVIEW: Final = catalogue.Messages("review")
_DESK: Final = catalogue.Messages("desk")
_FILE: Final = re.compile(
    r"graph/plans/[a-z0-9][a-z0-9-]*/(?:reviewed|scores)\.ttl|work/[a-z0-9][a-z0-9-]*/(?:journal|by-hand)\.jsonl"
)


def _form_state(context: PageContext, page: str) -> dict[str, object]:
    site_context = context.site_context
    arguments = context.request.arguments
    language = context.request.language
    is_served = site_context.mode == "served"
    writable = is_served and site_context.writable
    seal, fault = (arguments.get(name, "") if writable else "" for name in (SEAL, FAULT))
    # what was written last, by the address the service sent the reader to; nothing where the
    # address was made up
    done = ""
    code = arguments.get("written", "")
    files = arguments.get("files", "")
    if writable and code in entry.DONE and all(map(_FILE.fullmatch, files.split(" "))):
        done = entry.sentence(code, {"files": files.replace(" ", ", ")}).say(language)
        done = f"{done} {context.t('desk-not-shown')}" if arguments.get("shown") == "no" else done
    is_kept = writable and fault and not seal
    return {
        "state": "open"
        if seal
        else "closed"
        if writable
        else "read-only"
        if is_served
        else "static",
        "seal": seal,
        "signed": arguments.get(SIGNED, "") if seal else "",
        "known": bool(seal and arguments.get(KNOWN)),
        "action": context.href(page),
        "fault": fault,
        "kept": [
            (f"{TYPED}{name}", value)
            for name, value in arguments.items()
            if is_kept and name not in RESERVED
        ],
        "done": done,
        "tongues": [(tag, _TONGUES.say(tag, language)) for tag in entry.TONGUES],
        "limits": entry.LIMITS,
        "called": lambda name: _REVIEW.say(f"field.{name}", language),
        "desk_says": lambda name, **values: _DESK.say(name, language, **values),
        "reasons": decision.REASONS,
    }


def _card(
    context: PageContext, candidate: decision.Candidate, *, is_open: bool
) -> dict[str, object]:
    arguments = context.request.arguments
    language = context.request.language
    strength = ""
    if candidate.rank is not None:
        confidence = catalogue.numeral(f"{candidate.rank:.2f}", language)
        strength = confidence if candidate.link else bits_words(candidate.rank, language)
    names = [context.name(end) for end in candidate.ends]
    expected = candidate.expected if all(candidate.expected) else ()
    return {
        "candidate": candidate,
        "ends": [
            (context.link(end), context.link(plan) if plan and plan != end else context.links(()))
            for end, plan in zip(candidate.ends, candidate.plans, strict=True)
        ],
        # the beginning of a name, long enough to tell two apart in a list, or in a line that has
        # both
        "short": [name if len(name) <= 60 else f"{name[:59].rstrip()}…" for name in names],
        "brief": [name if len(name) <= 28 else f"{name[:27].rstrip()}…" for name in names],
        "via": context.links(candidate.via),
        "type": context.label(f"{ID}linktype/{candidate.linked_as}") if candidate.linked_as else "",
        "strength": strength,
        "mark": context.mark(evidence.level(candidate.level)),
        "expected": [named(citations.Verdict(words)).say(language) for words in expected],
        "has_passage": is_open and bool(decision.passage_document(context.spoken, candidate)),
        "typed": arguments if arguments.get("item") == candidate.key else NOTHING,
    }


def _review(context: PageContext) -> Values:
    graph = context.spoken
    arguments = context.request.arguments
    state = _form_state(context, "review.html")
    is_open = state["state"] == "open"
    queue = work.graph_candidates(graph)
    cards = (
        []
        if is_open
        else [_card(context, candidate, is_open=False) for candidate in queue[:REVIEW_MOST]]
    )
    return {
        "title": context.t("reviewing-title"),
        **state,
        "desk": _desk(context, graph) if is_open else None,
        "field": arguments.get(FIELD, "") if is_open else "",
        "cards": cards,
        "typed": arguments if is_open else NOTHING,
        "number": len(queue),
        "more": max(0, len(queue) - REVIEW_MOST),
        "types": [(name, context.name(f"{ID}linktype/{name}")) for name in decision.TYPES],
        "channels": [(name, context.name(f"{ID}channel/{name}")) for name in decision.CHANNELS],
        "documents": [
            (name, context.name(iri)) for name, iri in decision.documents(graph).items() if is_open
        ],
    }


def _desk(context: PageContext, graph: Graph) -> dict[str, object] | None:
    arguments = context.request.arguments
    language = context.request.language
    reader = arguments.get(KNOWN) or arguments.get("reader") or arguments.get(SIGNED, "")
    reader = " ".join(reader.split())[: entry.LIMITS["reviewer"]]
    try:
        material = work.read_material(graph, graph.project)
    except Pan2kgError:
        # what is wrong with the files of candidates is said where they are read, on the command
        # line
        material = work.Material(graph)
    try:
        desk = desks.open_desk(
            material,
            graph.project,
            reader,
            message.today(),
            desks.Wanted.read(arguments),
            lambda: graph,
        )
    except Pan2kgError:
        return None
    desk.suggest()
    suggested = [
        candidate for candidate in desk.waiting if candidate.origin is decision.Origin.GRAPH
    ]
    keys = [candidate.key for candidate in desk.waiting]
    put_off = [name for name in dict.fromkeys(arguments.get("later", "").split()) if name in keys][
        -LATER_MOST:
    ]
    desk.put_off(put_off)
    keys = [candidate.key for candidate in desk.waiting]
    controls, pace, agreement = desk.measured()
    alpha = "–" if agreement.alpha is None else catalogue.numeral(agreement.alpha, language)
    measured = [_DESK.say("controls", language, **controls)] if controls["met"] else []
    measured += [_DESK.say("pace", language, seconds=round(pace))] if pace is not None else []
    values: dict[str, object] = {
        "wanted": desk.wanted,
        "reader": reader,
        "modes": [(name, arguments.get(name, "")) for name in MODES],
        "since": int(time()),
        "put_off": " ".join(put_off),
        "preview": arguments.get(PREVIEW, ""),
        "measured": measured,
        "empty": not keys,
        "suggestion": None,
        "following": "",
        "list": [],
        "agreement": _DESK.say("agreement", language, n=agreement.both, alpha=alpha)
        if agreement.both
        else "",
        # on what they do not agree, where nobody is reading a second time who could see it
        "apart": [
            {
                "start": graph.label(candidate.ends[0], language),
                "target": graph.label(candidate.ends[1], language),
                "said": [_DESK.say(f"{status}-by", language, by=name) for name, status in readings],
            }
            for candidate, *readings in (() if desk.wanted.second else agreement.apart)
        ],
    }
    if not keys:
        return values

    def address(candidate: str, later: Sequence[str] = put_off, **more: int) -> str:
        query: dict[str, object] = {
            "candidate": candidate,
            **({"later": " ".join(later)} if later else {}),
            **more,
        }
        return (
            f"{context.href('review.html')}?{urlencode(query | context.chosen(*MODES))}#candidate"
        )

    wanted = [
        name for name in (arguments.get("item", ""), arguments.get("candidate", "")) if name in keys
    ]
    desk.show(wanted[0] if wanted else keys[0])
    shown = keys[desk.at]
    following = keys[(desk.at + 1) % len(keys)]
    values |= {
        "key": shown,
        "count": _DESK.say("counts", language, **desk.progress),
        "before": address(keys[desk.at - 1]),
        "behind": address(following),
        "later": address(
            following, [*(name for name in put_off if name != shown), shown][-LATER_MOST:]
        ),
        "following": following,
        "typed": arguments if arguments.get("item") == shown else NOTHING,
        "list": [
            (address(candidate.key), *map(context.name, candidate.ends)) for candidate in suggested
        ],
    }
    current = desk.waiting[desk.at]
    if desk.is_graph_shown:
        return values | {"suggestion": _card(context, current, is_open=True)}
    desk.show_passage(arguments.get("passage", ""))
    card = desk.card(language)
    passages = card.passages if card else 0
    scheme = f"{ID}{'role' if current.is_part else 'relation'}/"
    relations = [
        (key(iri), context.name(iri)) for iri in graph.labels.entries if iri.startswith(scheme)
    ]
    # the page of the passage can be opened where the document was read as a PDF
    document = desk.material.documents.get(current.plan, "")
    page = desk.quotation.page
    read_at = context.graph.statements.values(document, f"{PAN}readAt") if document else ()
    pdfs = [
        link
        for link in read_at
        if link.startswith(("https://", "http://")) and link.lower().endswith(".pdf")
    ]
    return values | {
        "proposal": current,
        "card": card,
        "passages": [address(shown, passage=number) for number in range(passages) if passages > 1],
        "passage": desk.passage,
        "where": f"{pdfs[0]}#page={page}" if pdfs and page else "",
        "relation": arguments.get("relation")
        or (current.relation if current.relation in dict(relations) else ""),
        "relations": sorted(relations, key=lambda pair: pair[1].casefold()),
        "any_ticked": any(name.startswith(desks.TOGETHER) for name in arguments),
        "alike": [
            (
                f"{desks.TOGETHER}{twin.key}",
                context.name(twin.ends[0]),
                twin.quotations[0].words,
                bool(arguments.get(f"{desks.TOGETHER}{twin.key}")),
            )
            for twin in desk.alike()
        ],
    }


def _scores(context: PageContext) -> Values:
    typed = context.request.arguments
    graph = context.spoken
    t = context.t
    state = _form_state(context, "scores.html")
    is_open = state["state"] == "open"
    most = scoring.MOST
    # plans that have actions, and in their order those of the one or two plans in the address
    plans = {key(plan): plan for plan in graph.home_of.values() if is_open and graph.plan_of(plan)}
    wanted = dict.fromkeys(filter(None, (typed.get("plan"), typed.get("other"))))
    offered = [
        action
        for name in wanted
        for action in sorted(graph.home_of)
        if name in plans and graph.home_of[action] == plans[name]
    ]
    # chosen, or with a field in a matrix that came back with a fault
    chosen = [
        action
        for action in offered
        if typed.get(CHOSEN + key(action))
        or any(name.startswith(f"score:{key(action)}:") for name in typed)
    ] or (offered if len(offered) <= most else [])
    bodies = {key(row[0]): row[0] for row in graph.read(program_query("tables/bodies")) if is_open}
    assessor = bodies.get(typed.get("assessor", ""))
    scale_name = typed.get("scale", "") or SCALE
    scale = scoring.scale_named(context.graph, scale_name)
    is_ready = 2 <= len(chosen) <= most and assessor is not None
    known = scoring.known_scores(graph, assessor, scale_name) if is_ready and assessor else {}

    def cell(row: str, column: str) -> tuple[str, str, str] | None:
        if row == column:
            return None
        name = scoring.cell_name(row, column)
        before = known.get((row, column))
        label = t("scores-cell", one=context.name(row), two=context.name(column))
        return name, typed.get(name, "" if before is None else plain(before)), label

    # what can be chosen in a cell, and what it means; only the steps from −3 to +3 have words
    usual = scoring.steps(Scale())
    steps = scoring.steps(scale)
    options = [(str(score), t(f"scores-{score}") if steps == usual else "") for score in steps]
    by_name = {
        name: sorted(
            ((code, context.name(iri)) for code, iri in of.items()),
            key=lambda option: option[1].casefold(),
        )
        for name, of in (("plans", plans), ("assessors", bodies))
    }
    return {
        "title": t("scores-title"),
        **state,
        **by_name,
        "offered": [(CHOSEN + key(action), action, action in chosen) for action in offered],
        "most": most,
        "too_many": len(chosen) > most,
        "matrix": [(row, [cell(row, column) for column in chosen]) for row in chosen]
        if is_ready
        else [],
        "columns": chosen if is_ready else [],
        "typed": typed,
        "steps": [("", ""), *options],
        "typing": not steps,
        "bounds": scale,
        "scale": scale.name,
        "number": len(graph.scores),
    }


PAGES: Final = (
    View("review", _review, section="gaps", chosen=("candidate", "passage", "later", *MODES)),
    View("scores", _scores, section="gaps", chosen=("plan", "other", "assessor", "scale", "on")),
)
