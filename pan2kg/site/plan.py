"""The page of a plan, that of its brief with the report behind it, and that of what changed since an earlier edition.

An export has brief and report of the plan a project is about; a server makes them for any plan with
actions.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from typing import Any, Final

from pan2kg import templates
from pan2kg.coherence import bodies, evidence, figures
from pan2kg.findings.brief import Brief
from pan2kg.graph import statements as outlines
from pan2kg.i18n.catalogue import Messages
from pan2kg.site import definitions, entity, explore, link_text, printing, values
from pan2kg.site.page import (
    CSV,
    HTML,
    JSON,
    File,
    Markup,
    PageContext,
    SiteContext,
    Values,
    View,
    frame,
)
from pan2kg.store.queries import fill
from pan2kg.tables import editions, figure_words, table, writers
from pan2kg.turtle.vocabulary import ID, PAN

WORD: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_KEYS: Final = partial(entity.keys, kind="plan")
_WORDS: Final = Messages("brief")


def period(context: PageContext, plan: str) -> str:
    ends = [context.graph.statements.one(plan, PAN + name) for name in ("periodStart", "periodEnd")]
    return "–".join(values.dated(context, end) for end in ends) if any(ends) else ""


def place(context: PageContext, iri: str) -> tuple[list[tuple[int, str]], str]:
    entry = context.graph.labels.entry(iri)
    return outlines.natural(entry.notation or entry.key) if entry else [], iri


def ordered(context: PageContext, iris: Iterable[str]) -> list[str]:
    return sorted(iris, key=partial(place, context))


def brief_keys(site_context: SiteContext) -> Iterable[str]:
    own = site_context.graph.own_plan()
    entry = (
        site_context.graph.labels.entry(own)
        if own and own in site_context.graph.home_of.values()
        else None
    )
    return [entry.key] if entry else []


def _brief(context: PageContext) -> Brief | None:
    key = context.request.key
    site_context = context.site_context
    entry = context.graph.labels.find("plan", key)
    if entry is None:
        return None
    briefs = site_context.once("briefs", lambda: [*brief_keys(site_context)])
    is_served = site_context.mode == "served"
    has_brief = entry.iri in context.graph.home_of.values() if is_served else key in briefs
    return entity.brief_of(context, entry.iri) if has_brief else None


def _brief_page(context: PageContext) -> Values | None:
    brief = _brief(context)
    key = context.request.key
    language = context.request.language
    if brief is None:
        return None
    downloads = [
        (context.href(f"report/{key}.html"), context.t("brief-report")),
        (context.href(f"brief/{key}.json"), context.t("brief-json")),
    ]
    if context.site_context.mode == "served" and find_spec("docx") is not None:
        downloads.insert(0, (context.href(f"brief/{key}.docx"), context.t("brief-word")))
    entry = context.graph.labels.find("plan", key)
    return {
        "title": brief.title,
        "plan": entry.iri if entry else "",
        "brief": brief,
        "words": lambda name: _WORDS.say(name, language),
        "downloads": downloads,
    }


def _brief_file(context: PageContext, form: str) -> str | bytes | None:
    brief = _brief(context)
    if brief is None:
        return None
    if form == "docx":
        return printing.brief_bytes(brief, ".docx", context.graph.as_of)
    return (
        brief.as_json()
        if form == "json"
        else report_of(context)[f"report.{context.request.language}.html"]
    )


def report_of(context: PageContext, level: evidence.Level = evidence.HEADLINE) -> dict[str, str]:
    graph = context.spoken
    bundle = context.site_context.bundle
    # what is printed has all of it in one place
    context = PageContext(replace(context.site_context, document=None), context.request)
    page = templates.render(
        "plan.html", {**frame(context, {}), "section": "plans", **(_plan(context) or {})}
    )
    page = page.replace(" data-cards", "")  # there is no script to name the cells of a row
    style = (bundle.folder / bundle.name("site.css")).read_text(encoding="utf-8") if bundle else ""
    return printing.report_files(graph, graph.plan(context.request.key), page, style, level)


def _plan(context: PageContext) -> Values | None:
    entry = context.graph.labels.find("plan", context.request.key)
    if entry is None:
        return None
    plan = entry.iri
    graph = context.graph
    t = context.t
    language = context.request.language
    actions = graph.parts.actions.get(plan, ())
    statements = graph.statements
    notes = values.Notes(context, is_marked=not context.document(plan))
    dossier = entity.of_plan(context, plan, _facts(context, plan)) if graph.has_actions else None
    # words that stand as evidence are not quoted again, but where there is no document that tells
    # more
    proofs = dossier["proofs"] if dossier and not notes.is_marked else ()
    cites, cited = _citations(notes, plan, {proof["quote"]["words"] for proof in proofs})
    # at any level, each with the firmest, in the order of every list; citations are told at the
    # level at which the two are linked, or the headline
    meetings = []
    once = context.site_context.once
    met_by = once(
        "meetings by plan",
        lambda: values.gathered((end, met) for met in graph.meetings for end in met.plans),
    )
    for met in met_by.get(plan, ()):
        partner = met.seen_from(plan)[0]
        knowledge = graph.known(max(met.level, evidence.HEADLINE))
        bits, all_bits = (
            figure_words.amount(low, figures.Unit.BITS, language) if low > 0 else ""
            for low in (met.low(evidence.HEADLINE), met.bits[-1])
        )
        meetings.append(
            {
                "plan": partner,
                "mark": context.mark(met.level),
                "bits": bits,
                "all_bits": all_bits,
                "ways": [
                    once(
                        ("way", language, ends),
                        partial(definitions.citing, context, knowledge, *ends),
                    )
                    for ends in ((plan, partner), (partner, plan))
                ],
                "address": context.pair(plan, partner),
            }
        )
    # how many parts of each level, and actions, are in the graph, of how many that sources count
    measures = statements.one(plan, PAN + "measureCount")
    levels = []
    for level in graph.parts.levels(plan, published=int(measures) if measures else None):
        key = "level-known-of" if level.published else "level-known"
        published = {"of": t("list-or").join(map(str, level.published))} if level.published else {}
        levels.append({"iri": level.level, "words": t(key, n=level.known, **published)})

    def branch(outline: outlines.Outline) -> Values:
        return {
            "iri": outline.part.iri,
            "number": outline.number,
            "actions": ordered(context, outline.actions),
            "below": list(map(branch, outline.below)),
        }

    served = context.site_context.mode == "served"
    outline = once(("outline", plan), lambda: graph.parts.outline(plan))
    question = context.href(
        "question/actions-of-plan.html", **({"plan": entry.key} if served else {})
    )
    downloads = [
        (context.href(f"plan/{entry.key}.csv"), t("plan-csv")),
        (question, t("plan-question")),
    ]
    if f"plan--{entry.key}" in context.site_context.once(
        "networks", lambda: {*explore.keys(context.site_context)}
    ):
        downloads.append((context.href(f"network/plan--{entry.key}.html"), t("plan-network")))
    if _brief(context):
        downloads.insert(0, (context.href(f"brief/{entry.key}.html"), t("plan-brief")))
    return {
        **entity.page(context, entry, notes),
        "dossier": dossier,
        "known": len(actions),
        "outline": list(map(branch, outline)),
        "levels": levels,
        "headings": _headings(context, actions),
        "cites": cites,
        "cited": cited,
        "meetings": meetings,
        "met": len(meetings),
        "read": figure_words.named(
            graph.tables.readings.extent(plan, evidence.Aspect.REFERENCES)
        ).say(language),
        "basis_line": context.basis(graph.known()),
        "pictures": {
            name: picture
            for name in ("lanes", "ego")
            if actions and (picture := context.draw(name, plan=entry.key))
        },
        "downloads": downloads,
    }


def _facts(context: PageContext, plan: str) -> list[tuple[str, str]]:
    statements = context.graph.statements
    t = context.t
    actions = context.graph.parts.actions
    links = context.site_context.once(
        "successions",
        lambda: values.gathered(
            (plan, link)
            for link in statements.pointing(f"{ID}linktype/succession", PAN + "linkType")
            for end in values.ENDS
            for plan in statements.values(link, end)
        ),
    )
    before, after = (
        sorted(
            {
                edition
                for link in links.get(plan, ())
                for edition in statements.values(link, PAN + end)
            }
            - {plan}
        )
        for end in ("to", "from")
    )
    changes = [
        context.lead(
            context.href(f"changes/{context.key(edition)}--{context.key(plan)}.html"),
            context.called(edition),
        )
        for edition in before
        if actions.get(edition) and actions.get(plan)
    ]
    status, completeness = (
        statements.one(plan, name)
        for name in ("http://www.w3.org/ns/adms#status", PAN + "listCompleteness")
    )
    extent = context.extent(plan)
    if completeness:
        extent = templates.markup(f"{context.link(completeness)}{t('colon')} {extent}")
    return [
        (t("plan-period"), period(context, plan)),
        (t("plan-adopted"), values.dated(context, statements.one(plan, PAN + "adoptedOn"))),
        (t("plan-status"), context.label(status) if status else ""),
        (t("plan-before", n=len(before)), context.links(before)),
        (t("plan-after", n=len(after)), context.links(after)),
        (t("changes-since"), templates.markup(", ").join(changes)),
        (t("plan-completeness"), extent),
    ]


def _headings(context: PageContext, actions: Iterable[str]) -> list[Values]:
    graph = context.graph
    statements = context.graph.statements
    language = context.request.language
    every = graph.parts.every
    above = {action: graph.parts.under.get(action, ()) for action in actions}
    scheme_of = {
        iri: (every[iri].scheme or every[iri].level) if iri in every else ""
        for iris in above.values()
        for iri in iris
    }
    counted = Counter(scheme_of[iri] for iris in above.values() for iri in iris)
    main = min(counted, key=lambda scheme: (-counted[scheme], scheme)) if counted else ""
    under = values.gathered(
        (next((iri for iri in iris if scheme_of[iri] == main), ""), action)
        for action, iris in above.items()
    )

    def line(action: str) -> Values:
        texts, leads, involved = (
            statements.values(action, PAN + name)
            for name in ("usesInstrument", "ledBy", "involvesBody")
        )
        extent = graph.tables.readings.extent(
            action, evidence.Aspect.TEXTS, graph.tables.works.home.get(action)
        )
        return {
            "iri": action,
            "texts": texts,
            "bodies": list(dict.fromkeys([*leads, *involved])),
            "until": entity.until(context, action),
            "link": context.mark(graph.linked_actions.get(action)),
            "extent": figure_words.named(extent).say(language),
        }

    order = sorted(
        under, key=lambda iri: (not iri, outlines.place(every[iri]) if iri in every else (), iri)
    )
    return [{"iri": iri, "lines": list(map(line, ordered(context, under[iri])))} for iri in order]


def _citations(notes: values.Notes, plan: str, quoted: set[str]) -> list[Mapping[str, Any]]:
    context = notes.context
    graph = notes.context.graph
    ways: tuple[dict[object, tuple[list[tuple[int, str]], str, str]], ...] = {}, {}
    by_plan = context.site_context.once(
        "citations of plans",
        lambda: values.gathered(
            (end, citation)
            for citation in graph.citations
            for end in {graph.homes.get(iri, iri) for iri in (citation.source, citation.target)}
        ),
    )
    for citation in by_plan.get(plan, ()):
        source, target = (graph.homes.get(iri, iri) for iri in (citation.source, citation.target))
        if source == target:
            continue
        passages = tuple(graph.statements.values(citation.link, values.PASSAGE)) or (citation.link,)
        placed = (
            place(context, citation.source)[0],
            citation.link,
            target if plan == source else source,
        )
        ways[plan == target].setdefault((citation.source, target, passages), placed)
    lists: list[Mapping[str, Any]] = []
    for direction in ways:
        links: dict[bool, list[Markup]] = {True: [], False: []}
        for _, link, end in sorted(direction.values()):
            entry = graph.labels.entry(end)
            quotes = (
                values.quotes(context, graph.statements.values(link, values.PASSAGE))
                if quoted
                else ()
            )
            is_quoted = bool(quotes) and all(quote["words"] in quoted for quote in quotes)
            words = link_text.link_of(context, link).written(
                notes, has_anchor=False, is_quoted=is_quoted
            )
            links[entry is not None and entry.kind == "plan"].append(words)
        counted = {"n": len(links[True]), "others": len(links[False])}
        lists.append({"plans": links[True], "others": links[False], "counted": counted})
    return lists


def _csv(context: PageContext) -> str | None:
    query = context.graph.queries.get("actions-of-plan")
    graph = context.graph
    entry = graph.labels.find("plan", context.request.key)
    if query is None or entry is None:
        return None
    chosen = {"plan": entry.iri, "language": context.request.data}

    def ask() -> str:
        filled = fill(query, chosen, store=graph.store, resolve=lambda iri, _: iri)
        return writers.write_answer(graph.store.query(filled), "csv")

    # of all plans without actions the answer is the same
    return (
        ask()
        if graph.parts.actions.get(entry.iri)
        else context.site_context.once("csv without actions", ask)
    )


def _editions(site_context: SiteContext) -> dict[str, tuple[str, str]]:
    graph = site_context.graph
    with_actions = set(graph.home_of.values())
    entry = graph.labels.entry
    later = graph.known().chronology.later if graph.has_actions else {}
    pairs = sorted(
        (base, new) for base, ends in later.items() for new in ends if {base, new} <= with_actions
    )
    return {"--".join(plan.key for plan in map(entry, pair) if plan): pair for pair in pairs}


def _changes(context: PageContext) -> Values | None:
    pair = _editions(context.site_context).get(context.request.key)
    if not pair:
        return None
    (base, later) = pair
    graph = context.graph
    knowledge = context.graph.known()
    language = context.request.language
    rows = editions.aligned(context.spoken, knowledge, base, later)
    subject = context.subject
    sentence = entity.sentence
    # taken up by ground, dropped, new, and those nothing can be said of
    groups: dict[str, list[bodies.ActionFate]] = {
        key: [] for key in ("stated", "concluded", "dropped", "new", "open-earlier", "open-later")
    }
    for row in rows:
        is_settled = row.fate in {bodies.Fate.DROPPED, bodies.Fate.NEW}
        is_earlier = graph.home_of.get(row.action) == base
        unsettled = "open-earlier" if is_earlier else "open-later"
        groups[row.ground or (row.fate.value if is_settled else unsettled)].append(row)
    kept = [row for row in rows if row.fate in {bodies.Fate.RETAINED, bodies.Fate.EXTENDED}]
    stated = sum(row.ground == "stated" for row in kept)
    anchor = "#stated" if stated else "#concluded" if kept else ""
    brief = [
        sentence(
            context, "changes-taken", len(kept), anchor, stated=stated, concluded=len(kept) - stated
        )
    ]
    brief += [
        sentence(context, f"changes-{key}", len(group), f"#{key}", is_known=True)
        for key, group in groups.items()
        if group and key not in ("stated", "concluded")
    ]
    similar = sum(bool(row.similar) for row in rows if graph.home_of.get(row.action) == base)
    anchor = "#open-earlier" if similar else ""
    brief.append(sentence(context, "changes-similar", similar, anchor, is_known=True))

    def lines(group: list[bodies.ActionFate]) -> list[Values]:
        by_action = {row.action: row for row in group}
        return [
            {
                "action": action,
                "fate": table.coded("change", row.fate.value).say(language),
                "others": row.others,
                "similar": row.similar,
            }
            for action in ordered(context, by_action)
            if (row := by_action[action])
        ]

    extent = figure_words.named(
        knowledge.tables.readings.extent(later, evidence.Aspect.REFERENCES)
    ).say(language)
    return {
        "title": context.t("changes-title", one=subject.brief(base), two=subject.brief(later)),
        "plans": pair,
        "brief": brief,
        "groups": [{"key": key, "lines": lines(group)} for key, group in groups.items() if group],
        "read": context.t("changes-read", plan=subject.brief(later), extent=extent),
        "pair": context.pair(base, later),
        "is_sure": not any(
            row.fate in {bodies.Fate.NOT_SEEN, bodies.Fate.NOT_ASSESSED} for row in rows
        ),
    }


PAGES: Final = (
    View("plan", _plan, _KEYS, section="plans"),
    View("brief", _brief_page, brief_keys, template="brief-page.html", section="plans"),
    View("changes", _changes, _editions, section="plans"),
)
FILES: Final = (
    File("plan", "csv", CSV, _csv, _KEYS),
    File("brief", "docx", WORD, partial(_brief_file, form="docx"), brief_keys, exported=False),
    File("brief", "json", JSON, partial(_brief_file, form="json"), brief_keys),
    File("report", "html", HTML, partial(_brief_file, form="html"), brief_keys),
)
