"""The page of a plan: what it is, its parts and actions, the plans it meets, what it cites and is cited by.

Beside it stands a table of its actions as CSV. ``entity`` says what is stated of the plan itself,
``plan_dossier`` what heads the page; other pages take from here the period of a plan, and the order
of things by their numbers.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from functools import partial
from typing import NamedTuple

from pan2kg import templates
from pan2kg.charts.frame import Picture
from pan2kg.coherence import evidence, figures
from pan2kg.coherence.reading import Citation
from pan2kg.graph import plan_parts
from pan2kg.graph.labels import Entry
from pan2kg.i18n import Messages
from pan2kg.site import (
    action_dossier,
    entity,
    explore,
    link_text,
    plan_dossier,
    plan_ties,
    values,
)
from pan2kg.site.dossier import Fact
from pan2kg.site.notes import Notes
from pan2kg.site.page import (
    CSV,
    Download,
    File,
    Markup,
    PageContext,
    Values,
    View,
)
from pan2kg.store.filling import fill
from pan2kg.tables import figure_words, writers
from pan2kg.turtle.vocabulary import ID, PAN

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_PLAN_KEYS = partial(entity.keys_of_kind, kind="plan")
_WORDS = Messages("brief")
_STATUS = "http://www.w3.org/ns/adms#status"
# What other pages ask of a plan


def period_words(context: PageContext, plan: str) -> str:
    """From when until when a plan runs, in words of the page; empty where neither is known."""
    ends = [context.graph.statements.one(plan, PAN + name) for name in ("periodStart", "periodEnd")]
    return "–".join(values.day_words(context, end) for end in ends) if any(ends) else ""


def sorted_by_number(context: PageContext, iris: Iterable[str]) -> list[str]:
    """Things by their printed numbers, 2.10 after 2.9."""
    return sorted(iris, key=lambda iri: (_number(context, iri), iri))


def _number(context: PageContext, iri: str) -> list[tuple[int, str]]:
    """The number a thing bears, or else its key, as :func:`~pan2kg.graph.plan_parts.natural` puts it in order."""
    entry = context.entry(iri)
    return plan_parts.natural(entry.notation or entry.key) if entry else []


# The page of a plan


def plan_values(context: PageContext) -> Values | None:
    """What the page of a plan is filled in with; None where there is no such plan."""
    entry = context.graph.labels.find("plan", context.request.key)
    if entry is None:
        return None
    plan = entry.iri
    graph = context.graph
    actions = graph.parts.actions.get(plan, ())
    notes = Notes(context, is_marked=not context.document_address(plan))
    dossier = None
    if graph.has_actions:
        dossier = plan_dossier.of_plan(context, plan, _facts(context, plan))
    # where a document tells the rest, words that stand as evidence are not quoted again
    quoted: set[str] = set()
    if dossier and not notes.is_marked:
        quoted.update(proof.quote.words for proof in dossier.proofs)
    # the notes of citations have the first numbers, those of what is said of the plan the next
    cites, cited = _citations(notes, plan, quoted)
    filled = entity.entity_values(context, entry, notes)
    meetings = _meetings(context, plan)
    outline = context.site_context.cached(("outline", plan), lambda: graph.parts.outline(plan))
    extent = graph.tables.readings.extent(plan, evidence.Aspect.REFERENCES)
    return {
        **filled,
        "dossier": dossier,
        "known": len(actions),
        "outline": [_outline_values(context, branch) for branch in outline],
        "levels": _level_lines(context, plan),
        "headings": _headings(context, actions),
        "cites": cites,
        "cited": cited,
        "meetings": meetings,
        "met": len(meetings),
        "read": figure_words.named(extent).say(context.language),
        "pictures": _pictures(context, entry.key) if actions else {},
        "downloads": _downloads(context, entry),
    }


def _facts(context: PageContext, plan: str) -> list[Fact]:
    """What stands at the top of the page, each with its heading; what is not known is empty."""
    statements = context.graph.statements
    t = context.t
    status = statements.one(plan, _STATUS)
    completeness = statements.one(plan, PAN + "listCompleteness")
    extent = context.extent_words(plan)
    if completeness:
        extent = templates.markup(f"{context.link(completeness)}{t('colon')} {extent}")
    before = _linked_editions(context, plan, "to")
    after = _linked_editions(context, plan, "from")
    return [
        Fact(t("plan-period"), period_words(context, plan)),
        Fact(t("plan-adopted"), values.day_words(context, statements.one(plan, PAN + "adoptedOn"))),
        Fact(t("plan-status"), context.label(status) if status else ""),
        Fact(t("plan-before", n=len(before)), context.links(before)),
        Fact(t("plan-after", n=len(after)), context.links(after)),
        Fact(t("changes-since"), _links_to_changes(context, plan, before)),
        Fact(t("plan-completeness"), extent),
    ]


def _linked_editions(context: PageContext, plan: str, side: str) -> list[str]:
    """The editions that successions of a plan lead ``to``, or come ``from``."""
    statements = context.graph.statements
    joined: set[str] = set()
    for link in _successions(context).get(plan, ()):
        joined.update(statements.values(link, PAN + side))
    return sorted(joined - {plan})


def _successions(context: PageContext) -> Mapping[str, list[str]]:
    """The successions by each of their ends."""
    statements = context.graph.statements

    def read() -> Mapping[str, list[str]]:
        by_plan: dict[str, list[str]] = {}
        for link in statements.pointing(f"{ID}linktype/succession", PAN + "linkType"):
            for end in link_text.ENDS:
                for plan in statements.values(link, end):
                    by_plan.setdefault(plan, []).append(link)
        return by_plan

    return context.site_context.cached("successions", read)


def _links_to_changes(context: PageContext, plan: str, earlier: Iterable[str]) -> Markup:
    """What leads to the pages of changes since earlier editions, where actions of both are known."""
    actions = context.graph.parts.actions
    links = []
    for edition in earlier:
        if actions.get(edition) and actions.get(plan):
            address = context.href(f"changes/{context.key(edition)}--{context.key(plan)}.html")
            links.append(context.link_to(address, context.brief_name(edition)))
    return templates.markup(", ").join(links)


def _outline_values(context: PageContext, outline: plan_parts.Outline) -> Values:
    return {
        "iri": outline.part.iri,
        "number": outline.number,
        "actions": sorted_by_number(context, outline.actions),
        "below": [_outline_values(context, branch) for branch in outline.below],
    }


def _level_lines(context: PageContext, plan: str) -> list[Values]:
    """How many parts of each level, and actions, are in the graph, of how many that sources count."""
    measures = context.graph.statements.one(plan, PAN + "measureCount")
    published = int(measures) if measures else None
    levels: list[Values] = []
    for level in context.graph.parts.levels(plan, published=published):
        if level.published:
            counts = context.t("list-or").join(map(str, level.published))
            words = context.t("level-known-of", n=level.known, of=counts)
        else:
            words = context.t("level-known", n=level.known)
        levels.append({"iri": level.level, "words": words})
    return levels


def _headings(context: PageContext, actions: Iterable[str]) -> list[Values]:
    """The actions by the parts they stand under, of the scheme or level most of them have; those of none come last."""
    every = context.graph.parts.every
    under = context.graph.parts.under
    schemes: dict[str, str] = {}
    counted: Counter[str] = Counter()
    for action in actions:
        for iri in under.get(action, ()):
            schemes[iri] = (every[iri].scheme or every[iri].level) if iri in every else ""
            counted[schemes[iri]] += 1
    main = min(counted, key=lambda scheme: (-counted[scheme], scheme), default="")
    by_heading: dict[str, list[str]] = {}
    for action in actions:
        of_main = [iri for iri in under.get(action, ()) if schemes[iri] == main]
        by_heading.setdefault(of_main[0] if of_main else "", []).append(action)

    headings: list[Values] = []
    for heading in sorted(by_heading, key=partial(_heading_place, every)):
        lines = [
            _action_line(context, iri) for iri in sorted_by_number(context, by_heading[heading])
        ]
        headings.append({"iri": heading, "lines": lines})
    return headings


def _heading_place(every: Mapping[str, plan_parts.Part], iri: str) -> tuple[object, ...]:
    """Where a part stands in its plan; one of another plan stands before, and no part at all behind."""
    return not iri, plan_parts.place(every[iri]) if iri in every else (), iri


def _action_line(context: PageContext, action: str) -> Values:
    graph = context.graph
    statements = graph.statements
    leads = statements.values(action, PAN + "ledBy")
    involved = statements.values(action, PAN + "involvesBody")
    home = graph.tables.works.home.get(action)
    extent = graph.tables.readings.extent(action, evidence.Aspect.TEXTS, home)
    return {
        "iri": action,
        "texts": statements.values(action, PAN + "usesInstrument"),
        "bodies": list(dict.fromkeys([*leads, *involved])),
        "until": action_dossier.until(context, action),
        "link": context.level_badge(graph.linked_actions.get(action)),
        "extent": figure_words.named(extent).say(context.language),
    }


def _pictures(context: PageContext, key: str) -> dict[str, Picture]:
    pictures = {}
    for name in ("lanes", "ego"):
        picture = context.draw(name, plan=key)
        if picture:
            pictures[name] = picture
    return pictures


def _downloads(context: PageContext, entry: Entry) -> list[Download]:
    """What leads to the brief, the files, the question and the network of a plan, as far as there are such."""
    site_context = context.site_context
    downloads = []
    if plan_dossier.has_brief(context, entry.iri):
        address = context.href(f"brief/{entry.key}.html")
        downloads.append(Download(address, context.t("plan-brief")))
    downloads.append(Download(context.href(f"plan/{entry.key}.csv"), context.t("plan-csv")))
    chosen = {"plan": entry.key} if context.is_served else {}
    question = context.href("question/actions-of-plan.html", **chosen)
    downloads.append(Download(question, context.t("plan-question")))
    networks = site_context.cached("networks", lambda: set(explore.network_keys(site_context)))
    if f"plan--{entry.key}" in networks:
        address = context.href(f"network/plan--{entry.key}.html")
        downloads.append(Download(address, context.t("plan-network")))
    return downloads


# Which plans a plan meets


def _meetings(context: PageContext, plan: str) -> list[Values]:
    """The plans linked with a plan at any level, each with the firmest, in the order of every list."""
    once = context.site_context.cached
    by_plan = once("meetings by plan", partial(_meetings_by_plan, context.graph.meetings))
    return [_meeting(context, plan, meeting) for meeting in by_plan.get(plan, ())]


def _meetings_by_plan(
    meetings: Iterable[figures.PlanMeeting],
) -> Mapping[str, list[figures.PlanMeeting]]:
    by_plan: dict[str, list[figures.PlanMeeting]] = {}
    for meeting in meetings:
        for plan in meeting.plans:
            by_plan.setdefault(plan, []).append(meeting)
    return by_plan


def _meeting(context: PageContext, plan: str, meeting: figures.PlanMeeting) -> Values:
    partner = meeting.seen_from(plan).plan
    # citations are told at the level at which the two are linked, or the headline
    knowledge = context.graph.known(max(meeting.level, evidence.HEADLINE))
    ways = []
    for ends in ((plan, partner), (partner, plan)):
        tell = partial(plan_ties.citing_way, context, knowledge, *ends)
        ways.append(context.site_context.cached(("way", context.language, ends), tell))
    return {
        "plan": partner,
        "mark": context.level_badge(meeting.level),
        "bits": plan_ties.shared_bits(context, meeting.low(evidence.HEADLINE)),
        "all_bits": plan_ties.shared_bits(context, meeting.bits[-1]),
        "ways": ways,
        "address": context.pair_address(plan, partner),
    }


# What a plan cites, and what cites it


class _CitedPassages(NamedTuple):
    # what makes citations one of which stands for all: their source, the plan or text they cite, and
    # their passages; a citation without passages is like no other
    source: str
    target: str
    passages: tuple[str, ...]


class _PlacedCitation(NamedTuple):
    # a citation as it is listed: by the number of what cites, with the plan or text at its other end
    place: list[tuple[int, str]]
    link: str
    partner: str


class CitedList(NamedTuple):
    """Citations as links, those with plans apart from those with others."""

    plans: list[Markup]
    others: list[Markup]

    @property
    def counted(self) -> Mapping[str, int]:
        """How many these are, as messages name them."""
        return {"n": len(self.plans), "others": len(self.others)}


class PlanCitations(NamedTuple):
    """What a plan or an action of it cites, and what cites it."""

    cites: CitedList
    cited: CitedList


def _citations(notes: Notes, plan: str, quoted: Collection[str]) -> PlanCitations:
    """What a plan or an action of it cites, and what cites it; words ``quoted`` stand elsewhere on the page."""
    context = notes.context
    graph = context.graph
    homes = graph.homes
    cites: dict[_CitedPassages, _PlacedCitation] = {}
    cited: dict[_CitedPassages, _PlacedCitation] = {}
    by_plan = context.site_context.cached(
        "citations of plans", partial(_citations_by_plan, graph.citations, homes)
    )
    for citation in by_plan.get(plan, ()):
        source = homes.get(citation.source, citation.source)
        target = homes.get(citation.target, citation.target)
        if source == target:
            continue
        passages = graph.statements.values(citation.link, values.PASSAGE) or (citation.link,)
        passages_cited = _CitedPassages(citation.source, target, tuple(passages))
        number = _number(context, citation.source)
        if plan == source:
            cites.setdefault(passages_cited, _PlacedCitation(number, citation.link, target))
        else:
            cited.setdefault(passages_cited, _PlacedCitation(number, citation.link, source))
    return PlanCitations(
        _cited_list(notes, sorted(cites.values()), quoted),
        _cited_list(notes, sorted(cited.values()), quoted),
    )


def _citations_by_plan(
    citations: Iterable[Citation], homes: Mapping[str, str]
) -> Mapping[str, list[Citation]]:
    by_plan: dict[str, list[Citation]] = {}
    for citation in citations:
        for plan in {homes.get(iri, iri) for iri in (citation.source, citation.target)}:
            by_plan.setdefault(plan, []).append(citation)
    return by_plan


def _cited_list(
    notes: Notes, citations: Iterable[_PlacedCitation], quoted: Collection[str]
) -> CitedList:
    context = notes.context
    statements = context.graph.statements
    listed = CitedList([], [])
    for citation in citations:
        quotes = []
        if quoted:
            passages = statements.values(citation.link, values.PASSAGE)
            quotes = values.quotes_of(context, passages)
        is_quoted = bool(quotes) and all(quote.words in quoted for quote in quotes)
        link = link_text.find_link_text(context, citation.link)
        words = link.list_item(notes, has_anchor=False, is_quoted=is_quoted)
        partner = context.entry(citation.partner)
        is_plan = partner is not None and partner.kind == "plan"
        (listed.plans if is_plan else listed.others).append(words)
    return listed


# Its actions as a table


def _csv(context: PageContext) -> str | None:
    graph = context.graph
    query = graph.queries.get("actions-of-plan")
    entry = graph.labels.find("plan", context.request.key)
    if query is None or entry is None:
        return None
    chosen = {"plan": entry.iri, "language": context.request.data}
    asked = fill(query, chosen, store=graph.store, resolve=lambda iri, _: iri)

    def ask() -> str:
        return writers.write_answer(graph.store.query(asked), "csv")

    if graph.parts.actions.get(entry.iri):
        return ask()
    # of all plans without actions the answer is the same
    return context.site_context.cached("csv without actions", ask)


PAGES = (View("plan", plan_values, _PLAN_KEYS, section="plans"),)
FILES = (File("plan", "csv", CSV, _csv, _PLAN_KEYS),)
