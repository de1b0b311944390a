"""Lists: plans, pairs of plans with the page of each, actions without a link, obligations, figures, gaps; the search.

The calendar of obligations is iCalendar (RFC 5545), so that due dates can be subscribed to by
whoever must keep them. A pair of plans that is not linked has no page of its own in an export, nor
has one of two plans of other countries: such pairs grow with the square of the plans, and the row
of a linked one in the list of pairs tells its figures.
"""

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import cache, partial
from typing import Any, Final

from pan2kg import templates
from pan2kg.coherence import bodies, evidence
from pan2kg.graph import labels
from pan2kg.graph.links import COMPARED, DECLARED, INFERRED, Tie
from pan2kg.graph.statements import grounds_of
from pan2kg.i18n.catalogue import Messages, numeral
from pan2kg.site import definitions, entity, home, page, plan, values
from pan2kg.store.store import plain
from pan2kg.tables import figure_words, gaps, spreadsheet, table, writers
from pan2kg.turtle.vocabulary import DCTERMS, ID, PAN

_TABLES: Final = Messages("table")
PACKED: Final = ".gz"  # behind the name of a file that programs read and an export has packed
_ALWAYS: Final = ("plan", "body", "instrument")
NAMES: Final = tuple(name for name, kind in table.TABLES.items() if not kind.alone)
ASPECTS: Final[Mapping[str, tuple[str, ...]]] = {
    "instrument": ("restsOn",),
    "body": ("involvesBody", "ledBy"),
    "topic": ("hasTopic",),
    "group": ("hasTargetGroup",),
}


def _plans(context: page.PageContext) -> page.Values:
    statements = context.graph.statements
    knowledge = context.known
    lines = []
    for iri in context.by_name(home.shown_plans(context.site_context, home.chosen(context))):
        reach = knowledge.reach(iri)
        lines.append(
            {
                "iri": iri,
                "countries": statements.values(iri, DCTERMS + "spatial"),
                "period": plan.period(context, iri),
                "types": statements.values(iri, DCTERMS + "type"),
                "known": len(context.graph.parts.actions.get(iri, ())),
                "published": statements.one(iri, PAN + "measureCount"),
                "completeness": statements.one(iri, PAN + "listCompleteness"),
                "linked": reach.linked,
                "cites": reach.cites,
                "cited": reach.cited,
            }
        )
    return {
        "title": context.t("plans-title"),
        "lines": lines,
        "time": context.draw("time-map") if context.graph.has_actions else None,
        "caption": context.caption(knowledge.level),
        "basis": context.basis(knowledge),
    }


def _pairs(context: page.PageContext) -> page.Values:
    graph = context.graph
    choice = home.chosen(context)
    site_context = context.site_context
    among = {*home.shown_plans(site_context, choice)}
    knowledge = graph.known(choice.level)
    tables = graph.tables
    met = [meeting for meeting in graph.meetings if among.issuperset(meeting.plans)]
    linked = [row for row in met if row.level <= choice.level]
    weakest = graph.known(evidence.FIGURED[-1])
    number = len(among) * (len(among) - 1) // 2

    degree = Counter(iri for meeting in linked for iri in meeting.plans)
    return {
        "title": context.t("pairs-title"),
        "linked": [definitions.meeting(context, knowledge, row) for row in linked],
        "weaker": [
            definitions.meeting(context, weakest, row) for row in met if row.level > choice.level
        ],
        "number": number,
        "apart": number - len(linked),
        # with how many others no link was seen, how many actions are known, and of how many a text
        # was read
        "plans": [
            {
                "plan": iri,
                "others": len(among) - 1 - degree[iri],
                "known": len(graph.parts.actions.get(iri, ())),
                "recorded": evidence.coverage(
                    tables.readings, tables.works, evidence.Aspect.TEXTS, {iri}
                ).known,
            }
            for iri in context.by_name(among)
        ],
        "restricts": bool(choice.topic or choice.body or choice.year),
        "paged": site_context.pairs if site_context.mode == "static" else None,
        "caption": context.caption(choice.level),
        "basis": context.basis(knowledge),
    }


def _unlinked(context: page.PageContext) -> page.Values:
    choice = home.chosen(context)
    linked = context.graph.linked_actions
    readings = context.graph.tables.readings
    plans = []
    unread = 0
    read = 0
    for iri in context.by_name(home.shown_plans(context.site_context, choice)):
        actions = plan.ordered(context, context.graph.parts.actions.get(iri, ()))
        by_state: dict[bool, list[str]] = {True: [], False: []}
        for action in actions:
            if not evidence.counts(linked.get(action), choice.level):
                by_state[
                    readings.extent(action, evidence.Aspect.TEXTS, iri) is evidence.Extent.NONE
                ].append(action)
        unread = unread + len(by_state[True])
        read = read + len(by_state[False])
        if any(by_state.values()):
            plans.append(
                {
                    "plan": iri,
                    "key": context.key(iri),
                    "unread": by_state[True],
                    "read": by_state[False],
                    "of": len(actions),
                }
            )
    return {
        "title": context.t("unlinked-title"),
        "plans": plans,
        "number": unread + read,
        "unread": unread,
        "read": read,
        "caption": context.caption(choice.level),
        "basis": context.basis(context.known),
    }


def _search(context: page.PageContext) -> page.Values:
    asked = context.request.arguments.get("q", "")
    index = context.graph.labels
    entries = [entry for iri in context.graph.search.find(asked) if (entry := index.entry(iri))]
    groups: dict[str, list[labels.Entry]] = {}
    for kind in () if asked else _ALWAYS:
        iris = context.by_name(of.iri for of in index.of_kind(kind))
        groups[kind] = [entry for iri in iris if (entry := index.entry(iri))]
    for entry in entries:
        groups.setdefault(entry.kind, []).append(entry)
    return {
        "title": context.t("search-title"),
        "asked": asked,
        "groups": groups,
        "count": len(entries),
    }


def _names(
    site_context: page.SiteContext, arguments: Mapping[str, str], *, is_whole: bool
) -> bytes:
    graph = site_context.graph
    entry = site_context.graph.labels.entry
    if is_whole:
        # by these the script calls things otherwise: what has a short name has its own too, and
        # documents are not found
        documents = graph.labels.of_kind("document")
        rows = list[list[object]]()
        rows += [["document", of.key, of.texts] for of in documents if len(of.texts) > 1]
        for of, thing in ((of, thing) for thing in graph.search.things if (of := entry(thing.iri))):
            full = of.texts if of.brief else {}
            name = of.address.removeprefix(f"{of.kind}/").removesuffix(".html")
            row = _as_row(
                of,
                (also for also in dict.fromkeys(thing.names) if also not in (name, *full.values())),
            )
            cells = [full, *(row.get(cell, "") for cell in ("also", "notation", "iri"))]
            length = max((at for at, cell in enumerate(cells, 1) if cell), default=0)
            rows.append([of.kind, name, row["labels"], *cells[:length]])
        return f"pan2kgLabels({page.embedded(rows)}.map({_AS_OBJECT}));\n".encode()
    iris = graph.search.find(arguments.get("q", ""), limit=12)
    return str(page.embedded([_as_row(of) for of in map(entry, iris) if of])).encode()


_AS_OBJECT: Final = (
    "([type,key,labels,full,also,notation,iri])=>({type,labels,full,notation,iri,"
    'href:type==="document"?`sources.html#${key}`:`${type}/${key}.html`,'
    "also:[key,...Object.values(full||{}),...(also||[])]})"
)


def _as_row(entry: labels.Entry, names: Iterable[str] = ()) -> dict[str, object]:
    labels = {**entry.texts, **entry.brief}
    row: dict[str, object] = {"href": entry.address, "type": entry.kind, "labels": labels}
    if not entry.iri.endswith(f"/id/{entry.kind}/{entry.key}"):
        row["iri"] = entry.iri
    also = [name for name in names if name not in (*labels.values(), entry.notation)]
    return {
        **row,
        **({"notation": entry.notation} if entry.notation else {}),
        **({"also": also} if also else {}),
    }


def _obligations(context: page.PageContext) -> page.Values:
    figures = context.site_context.figures("obligations", context.request.language)
    notes = values.Notes(context)
    statements = context.graph.statements
    dues = []
    for obligation in (entry.iri for entry in context.graph.labels.of_kind("obligation")):
        days = [
            row
            for row in statements.about(obligation)
            if row.predicate == PAN + "dueDate" and not row.rule
        ]
        deadlines = [
            row.thing
            for row in statements.towards(obligation)
            if row.predicate == PAN + "deadlineOf"
        ]
        days += [
            row
            for deadline in deadlines
            for row in statements.about(deadline)
            if row.predicate == PAN + "date"
        ]
        starts = sorted(
            filter(None, (statements.one(deadline, PAN + "validFrom") for deadline in deadlines))
        )
        often = values.lasting(context, statements.one(obligation, PAN + "recursEvery"))
        quoted = values.quotes(context, statements.values(obligation, values.PASSAGE))
        for row in days:
            day = plain(row.value)
            since = statements.one(row.thing, PAN + "validFrom")
            later = next((start for start in starts if since and start > since), "")
            dues.append(
                (
                    (day, obligation, row.graph),
                    {
                        "obligation": obligation,
                        "day": values.dated(context, day),
                        "often": often,
                        "act": statements.one(row.thing, PAN + "setBy"),
                        "since": values.dated(context, since),
                        "moved": values.dated(context, later),
                        "mark": notes.mark(row).written,
                        "documents": grounds_of(statements, row).sources,
                        "quotes": quoted,
                    },
                )
            )
    return {
        "title": context.t("obligations-title"),
        "picture": context.draw("timeline") if figures.rows else None,
        "table": show(gaps.for_pages(figures), context),
        "dues": [due for _, due in sorted(dues, key=lambda due: due[0])],
        "notes": notes,
        "downloads": [
            (context.href("obligations.ics"), context.t("download-calendar")),
            (context.href("figure/obligations.csv"), "CSV"),
            _json(context, "figure/obligations.json"),
        ],
    }


def _calendar(context: page.PageContext) -> str:
    every = context.spoken.obligations
    name = context.name
    events = [
        (row.due, f"{row.iri}@pan2kg", name(row.iri), name(row.instrument), row.every)
        for row in every
        if row.due
    ]
    return write_calendar(
        sorted(events), name=context.t("obligations-title"), stamp=context.graph.as_of
    )


def write_calendar(
    events: Iterable[tuple[date, str, str, str, int]], *, name: str, stamp: date
) -> str:
    marks = str.maketrans({mark: f"\\{mark}" for mark in "\\;,"})
    title = " ".join(name.translate(marks).split())
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//pan2kg//obligations//EN", f"NAME:{title}"]
    for day, uid, *texts, every in events:
        summary, description = (" ".join(text.translate(marks).split()) for text in texts)
        # a day that a month does not have falls on its last (RFC 5545, 3.3.10)
        days = ",".join(map(str, range(28, day.day + 1))) if day.day > 28 else ""
        rule = f"RRULE:FREQ=MONTHLY;INTERVAL={every}" + (
            f";BYMONTHDAY={days};BYSETPOS=-1" if days else ""
        )
        lines += [
            "BEGIN:VEVENT",
            f"UID:{uid}",
            f"DTSTAMP:{stamp:%Y%m%d}T000000Z",
            f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
            f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}",
            *([rule] if every else []),
            f"SUMMARY:{summary}",
            *([f"DESCRIPTION:{description}"] if description else []),
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    # no line is longer than 75 bytes, and no character is cut in two (RFC 5545, 3.1)
    folded = []
    for line in [*lines, "END:VCALENDAR"]:
        chunk = ""
        size = 0
        for character in line:
            width = len(character.encode())
            if size + width > 75:
                folded.append(chunk)
                chunk = " "
                size = 1
            chunk = chunk + character
            size = size + width
        folded.append(chunk)
    return "".join(f"{chunk}\r\n" for chunk in folded)


def show(figures: table.Table, context: page.PageContext) -> page.Markup:
    language = context.request.language
    index = context.graph.labels

    def spoken(iri: str) -> str:
        entry = index.entry(iri)
        return (
            index.label(iri, language).language
            if entry and entry.texts and language not in entry.texts
            else ""
        )

    # plans and texts are called by their short names, as links to them are elsewhere
    entries = (entry for kind in ("plan", "instrument") for entry in index.of_kind(kind))
    short = {entry.iri: entry.brief[language] for entry in entries if language in entry.brief}
    address = cache(context.address)  # of what stands in many rows

    def find(_: object, __: object, iri: str) -> str:
        return address(iri)

    def called(iri: str) -> str:
        return short.get(iri, "")

    shown = figures.rows[: context.most]
    pieces = partial(templates.macro, "_macros.html")
    part = replace(figures, rows=shown)
    title = writers.html_text(figures.title, language)
    anchors = writers.Anchors(figures.name, find, cache(spoken), called)
    rows = writers.html_table(part, language, anchors, caption=title, has_script=True)
    more = pieces("rest")(len(shown), context.t) + pieces("cut")(
        len(shown), len(figures.rows), context.t
    )
    return templates.markup(
        f"<sortable-table>{rows}</sortable-table>\n{more}{writers.html_foot(figures, language)}"
    )


def _table(context: page.PageContext, *, is_gap: bool = False) -> table.Table | None:
    key = context.request.key
    arguments = context.request.arguments
    if key not in (gaps.KINDS if is_gap else NAMES):
        return None
    plans = (arguments["plan"],) if arguments.get("plan") else ()
    is_whole = arguments.get("all") == "1"
    choice = (
        table.TableChoice(part=key)
        if is_gap
        else table.TableChoice(plans=plans, everything=is_whole)
    )
    return context.site_context.figures("gaps" if is_gap else key, context.request.language, choice)


def _figure(context: page.PageContext) -> page.Values | None:
    name = context.request.key
    figures = _table(context)
    language = context.request.language
    if figures is None:
        return None
    asked = context.chosen("plan", "all")
    # what a figure shows, and what must not be read into it
    lead = f"{figures.summary.say(language)} {context.t('figure-trust-remark') if name == 'trust' else ''}".strip()
    downloads = [(context.href(f"figure/{name}.csv", **asked), "CSV")]
    downloads.append(_json(context, f"figure/{name}.json", **asked))
    if context.site_context.mode == "served":
        downloads.append(
            (
                context.href(f"figure/{name}.csv", **asked, local="1"),
                context.t("question-csv-local"),
            )
        )
        downloads.append((context.href(f"figure/{name}.xlsx", **asked), "XLSX"))
    return {
        "title": figures.title.say(language),
        "lead": lead,
        "table": show(figures, context),
        "plans": [
            (entry.key, context.name(entry.iri)) for entry in context.graph.labels.of_kind("plan")
        ],
        "plan": asked.get("plan", ""),
        "downloads": downloads,
    }


def _file(context: page.PageContext, form: str, *, is_gap: bool = False) -> str | bytes | None:
    figures = _table(context, is_gap=is_gap)
    language = context.request.language
    if figures is None:
        return None
    is_local = form == "csv" and not is_gap and context.request.arguments.get("local")
    if form == "csv":
        # plans and texts are called by their short names, as they are on pages
        find = context.graph.labels.entry
        called = cache(context.called)
        named = [column for column in figures.columns if column.names]
        figures = replace(
            figures,
            rows=tuple(
                {
                    **row,
                    **{
                        column.key: called(of.iri)
                        for column in named
                        if (of := find(str(row.get(column.names))))
                        and of.kind in ("plan", "instrument")
                    },
                }
                for row in figures.rows
            ),
        )
    text = writers.write(
        figures, f"{form}-local" if is_local else form.removesuffix(PACKED), writers.Style(language)
    )
    return page.packed(str(text).encode()) if form.endswith(PACKED) else text


def _json(context: page.PageContext, path: str, **asked: str) -> tuple[str, str]:
    # an export has it in one language, packed
    is_packed = context.site_context.mode == "static"
    return context.shared(f"{path}{PACKED * is_packed}", **asked), f"JSON{' (gzip)' * is_packed}"


def _gaps(context: page.PageContext) -> page.Values:
    site_context = context.site_context
    language = context.request.language
    counted = site_context.figures("gaps", language)
    return {
        "title": context.t("gaps-title"),
        "kinds": [
            (
                context.href(f"gap/{row['gap']}.html"),
                row["gap_label"],
                row["gaps_number"],
                row["gaps_of"],
            )
            for row in counted.rows
        ],
        "opposed": show(site_context.figures("opposed", language), context),
        "downloads": [(context.href("figure/gaps.csv"), "CSV"), _json(context, "figure/gaps.json")],
    }


def _gap(context: page.PageContext) -> page.Values | None:
    figures = _table(context, is_gap=True)
    kind = context.request.key
    language = context.request.language
    if figures is None:
        return None
    total = next(
        row for row in context.site_context.figures("gaps", language).rows if row["gap"] == kind
    )
    number = total["gaps_number"]
    of = total["gaps_of"]
    columns = (
        column
        for column in figures.columns
        if column.key not in {"gap", "gap_label"}
        and any(row.get(column.key) for row in figures.rows)
    )
    return {
        "title": str(total["gap_label"]),
        "lead": context.t("gap-lead", n=number, of=of) if number is not None else "",
        "table": show(replace(figures, columns=tuple(columns)), context),
        "plans": [],
        "plan": "",
        "downloads": [(context.href(f"gap/{kind}.csv"), "CSV")],
    }


def _keys(site_context: page.SiteContext) -> Iterable[str]:
    entry = site_context.graph.labels.entry
    paged = sorted(pair for pair, has_page in site_context.pairs.items() if has_page)
    pairs = ([home.key for home in map(entry, pair) if home] for pair in paged)
    return [labels.pair_key(*pair) for pair in pairs if len(pair) == 2]


def _pair(context: page.PageContext) -> page.Values | None:
    names = context.request.key.split("--")
    graph = context.graph
    site_context = context.site_context
    t = context.t
    plans = [entry.iri for entry in (graph.labels.find("plan", name) for name in names) if entry]
    if len(plans) != 2 or labels.pair_key(*names) != context.request.key:
        return None
    ties = graph.ties.by_pair.get((min(plans), max(plans)))
    if not ties:
        return None
    pair = (plans[0], plans[1])
    knowledge = context.known
    language = context.request.language
    is_chosen = bool(context.request.arguments.get(page.EVIDENCE))
    firm = [tie for tie in ties if not is_chosen or evidence.counts(tie.level, knowledge.level)]

    # in a release documents tell on what each link rests
    notes = values.Notes(context, is_marked=not site_context.document)
    picture = context.draw("bridge", knowledge.level, plan=names[0], other=names[1])
    dossier = entity.of_pair(context, knowledge, pair, picture)
    # words are quoted once: where they are needed again, a link leads there
    places = {proof["quote"]["words"]: "proofs" for proof in dossier["proofs"]}
    by_plans = site_context.once(
        "citations",
        lambda: values.gathered(
            (
                f"{graph.homes.get(citation.source)} {graph.homes.get(citation.target)}",
                citation.link,
            )
            for citation in graph.citations
        ),
    )
    cites = [sorted({*by_plans.get(" ".join(ends), ())}) for ends in (pair, pair[::-1])]
    told, likened = (
        {tie.iri for tie in firm if tie.kind in kinds}
        for kinds in (DECLARED, frozenset({COMPARED}))
    )
    quoted = {
        iri
        for iri in told.union(likened, *cites)
        if (quotes := values.quotes(context, graph.statements.values(iri, values.PASSAGE)))
        and all(quote["words"] in places for quote in quotes)
    }
    declared = values.grouped(notes, sorted(told), quoted=quoted)
    compared = values.grouped(notes, sorted(likened), quoted=quoted)
    groups = {
        kind: group
        for kind in INFERRED
        if kind != COMPARED
        if (group := _by_things(context, kind, pair, [tie for tie in firm if tie.kind == kind]))
    }
    weight = knowledge.weight(*pair)
    by_text = groups.pop("shared-instrument", None)
    low, high, broad = (
        figure_words.bits_words(bits, language) for bits in (weight.low, weight.high, weight.broad)
    )
    texts = definitions.shared(context, knowledge, pair)
    others = {meeting["thing"]: meeting for meeting in by_text["meetings"]} if by_text else {}
    for number, row in enumerate(texts, 1):
        others.pop(row["text"], None)
        for use in itertools.chain(*row["sides"]):
            quotes = use["quotes"]
            use["mark"] = "" if use["mark"] == row["mark"] else use["mark"]
            use["quotes"] = [quote for quote in quotes if quote["words"] not in places]
            use["above"] = next(
                (places[quote["words"]] for quote in quotes if quote["words"] in places), ""
            )
            places.update(
                dict.fromkeys((quote["words"] for quote in use["quotes"]), f"text-{number}")
            )
    listed = {meeting["thing"] for group in groups.values() for meeting in group["meetings"]}
    listed |= others.keys() | {row["text"] for row in texts}
    having = {aspect: [_has(context, iri, aspect) for iri in pair] for aspect in ASPECTS}

    sides: list[page.Values] = []
    actions: dict[str, list[str]] = {}
    for iri, partner in (pair, pair[::-1]):
        actions[iri] = plan.ordered(context, graph.parts.actions.get(iri, ()))
        sides.append(
            {
                "plan": iri,
                "number": len(actions[iri]),
                # those that are no declared links, which are told of both plans at once
                "cites": [
                    values.link_of(context, link).written(
                        notes, has_anchor=False, is_quoted=link in quoted
                    )
                    for link in cites[len(sides)]
                    if link not in told
                ],
                "way": definitions.citing(context, knowledge, iri, partner),
            }
        )
    # beside each action those of the other plan with the most similar titles, which says nothing of
    # links
    beside = []
    if all(actions.values()):
        ours, theirs = (
            tuple(graph.label(action, language) for action in actions[iri]) for iri in pair
        )
        # most are called the same in each language
        index = site_context.once(("titles", theirs), lambda: bodies.Titles.read(theirs))
        nearest = site_context.once(
            ("nearest", ours, theirs), lambda: [index.nearest(title, 3) for title in ours]
        )
        in_short = partial(values.in_short, context)
        for action, likest in zip(actions[pair[0]], nearest, strict=True):
            alike = action, *(actions[pair[1]][at] for at in likest)
            beside.append([context.kept("outline", iri, in_short)[1] for iri in alike])
    # the measures that say something of the two: strength of their links, what each owes the other
    # in citations
    asked = {"plan": names[0]} if site_context.mode == "served" else {}
    figures = [
        (context.href(f"figure/{name}.html", **asked), _TABLES.say(f"title.{name}", language))
        for name in ("matrix", "debt")
    ]
    return {
        "title": t("pair-title", one=context.name(pair[0]), two=context.name(pair[1])),
        "one": pair[0],
        "two": pair[1],
        "evidence": context.handed.get("evidence", ""),
        "options": context.level_options,
        "is_chosen": is_chosen,
        "caption": context.caption(knowledge.level),
        "dossier": dossier,
        # ``low`` and ``broad`` are empty where nothing shared was seen
        "weight": {
            "low": low if weight.low > 0 else "",
            "high": high,
            "broad": broad if weight.broad > 0 else "",
            "settled": "" if weight.settled is None else numeral(f"{weight.settled:.2f}", language),
            "is_open": weight.is_open,
            "texts": texts,
            "others": [*others.values()],
        },
        "declared": declared,
        "compared_links": compared,
        "by_text": by_text,
        "weak": [*groups.values()],
        "sides": sides,
        "beside": beside,
        # plans whose list of actions was not read to its end: how many are known, of how many if
        # that is known
        "partly": [
            (iri, len(actions[iri]), graph.statements.one(iri, PAN + "measureCount"))
            for iri in pair
            if iri not in home.plan_sets(site_context).whole
        ],
        # what only one has, its actions included, what both have, what only the other has
        "compared": [
            {
                "aspect": aspect,
                "first": len(mine - theirs),
                "both": len(mine & theirs),
                "unlisted": context.by_name((mine & theirs) - listed),
                "second": len(theirs - mine),
            }
            for aspect, (mine, theirs) in having.items()
        ],
        "figures": figures,
        "notes": notes,
        "section": "plans",
    }


def _by_things(
    context: page.PageContext, kind: str, pair: tuple[str, str], ties: list[Tie]
) -> dict[str, Any] | None:
    via: dict[str, list[Tie]] = {}
    for tie in ties:
        for shared in context.graph.statements.values(tie.iri, PAN + "via"):
            via.setdefault(shared, []).append(tie)
    meetings: list[tuple[tuple[int, str, str], dict[str, Any]]] = []
    for shared, links in via.items():
        ends = {(end, home) for tie in links for end, home in zip(tie.ends, tie.plans, strict=True)}
        sides = [plan.ordered(context, {end for end, home in ends if home == iri}) for iri in pair]
        entry = context.graph.labels.entry(shared)
        levels = sorted({tie.level for tie in links if tie.level is not None})
        number = len({tie.iri for tie in links})
        meetings.append(
            (
                (-number, context.name(shared).casefold(), shared),
                {
                    "thing": shared,
                    "number": number,
                    "levels": list(map(context.mark, levels)),
                    "sides": sides,
                    # the page of what has one says whose it is
                    "ends": [] if entry and entry.has_page else sides,
                },
            )
        )
    number = len({tie.iri for tie in ties})
    ranked = [meeting for _, meeting in sorted(meetings, key=lambda meeting: meeting[0])]
    # a level that all have stands once
    every = {tuple(meeting["levels"]) for meeting in ranked}
    return (
        {
            "kind": kind,
            "name": context.name(f"{ID}linktype/{kind}"),
            "number": number,
            "meetings": ranked,
            "levels": every.pop() if len(every) == 1 else (),
        }
        if meetings
        else None
    )


def _has(context: page.PageContext, iri: str, aspect: str) -> frozenset[str]:
    statements = context.graph.statements
    return context.site_context.once(
        (aspect, iri),
        lambda: frozenset(
            shared
            for work in (iri, *context.graph.parts.actions.get(iri, ()))
            for name in ASPECTS[aspect]
            for shared in statements.values(work, PAN + name)
        ),
    )


def _shared_things(context: page.PageContext) -> page.Values:
    wanted = frozenset(context.request.arguments.get("plans", "").split("--"))
    named = [entry.iri for key in wanted if (entry := context.graph.labels.find("plan", key))]
    two = sorted(named) if len(named) == len(wanted) == 2 else []
    kinds = []
    for aspect in sorted(ASPECTS):
        plans: dict[str, list[str]] = {}
        for iri in home.plan_sets(context.site_context).every:
            for shared in _has(context, iri, aspect):
                plans.setdefault(shared, []).append(iri)
        common = [
            (shared, members)
            for shared, members in plans.items()
            if len(members) > 1 and {*two} <= {*members}
        ]
        common.sort(key=lambda row: (-len(row[1]), context.name(row[0]).casefold(), row[0]))
        kinds.append(
            (
                aspect,
                [
                    {
                        "thing": shared,
                        "plans": members,
                        "plan_keys": " ".join(map(context.key, members)),
                    }
                    for shared, members in common
                ],
            )
        )
    return {"title": context.t("shared-title"), "two": two, "kinds": kinds}


PAGES: Final = (
    page.View("plans", _plans, section="plans", menu=2),
    page.View("pairs", _pairs, section="index"),
    page.View("unlinked", _unlinked, section="index"),
    page.View("search", _search),
    page.View("obligations", _obligations, section="obligations", menu=3),
)
PAIRS: Final = (
    page.View("pair", _pair, _keys, section="plans"),
    page.View("shared", _shared_things, section="plans"),
)
FIGURES: Final = (
    page.View("figure", _figure, lambda _: NAMES, section="questions"),
    page.View("gaps", _gaps, section="gaps", menu=5),
    page.View("gap", _gap, lambda _: gaps.KINDS, template="figure.html", section="gaps"),
)
FILES: Final[tuple[page.File | page.CommonFile, ...]] = (
    page.File("obligations", "ics", "text/calendar; charset=utf-8", _calendar),
    page.File("figure", "csv", page.CSV, partial(_file, form="csv"), lambda _: NAMES),
    page.File(
        "figure", "json", page.JSON, partial(_file, form="json"), lambda _: NAMES, exported=False
    ),
    page.File(
        "figure",
        "json.gz",
        page.GZIP,
        partial(_file, form="json.gz"),
        lambda _: NAMES,
        is_shared=True,
    ),
    page.File(
        "figure",
        "xlsx",
        spreadsheet.SPREADSHEET,
        partial(_file, form="xlsx"),
        lambda _: NAMES,
        exported=False,
    ),
    page.File(
        "gap", "csv", page.CSV, partial(_file, form="csv", is_gap=True), lambda _: gaps.KINDS
    ),
    page.CommonFile("search.json", page.JSON, partial(_names, is_whole=False), exported=False),
    page.CommonFile("data/labels.js", page.JAVASCRIPT, partial(_names, is_whole=True)),
)
