"""The page of a plan, that of its brief with the report behind it, and that of what changed since an earlier edition.

An export has brief and report of the plan a project is about; a server makes them for any plan with
actions.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from typing import NamedTuple

from pan2kg import templates
from pan2kg.charts.frame import Picture
from pan2kg.coherence import evidence, figures, succession
from pan2kg.coherence.reading import Citation
from pan2kg.findings.brief import Brief
from pan2kg.graph import plan_parts
from pan2kg.graph.labels import Entry
from pan2kg.i18n.catalogue import Messages
from pan2kg.site import (
    action_dossier,
    brief_files,
    entity,
    explore,
    link_text,
    plan_dossier,
    plan_ties,
    printing,
    values,
)
from pan2kg.site.dossier import Fact, Sentence, sentence
from pan2kg.site.frame import frame
from pan2kg.site.page import (
    CSV,
    HTML,
    JSON,
    Download,
    File,
    Markup,
    PageContext,
    SiteContext,
    Values,
    View,
)
from pan2kg.store.queries import fill
from pan2kg.tables import editions, figure_words, table, writers
from pan2kg.turtle.vocabulary import ID, PAN

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_KEYS = partial(entity.keys, kind="plan")
_WORDS = Messages("brief")
_STATUS = "http://www.w3.org/ns/adms#status"
_ALIGNED = ("stated", "concluded")
"""The grounds of what a later edition takes up."""
_SURE_FATES = (succession.Fate.CONTINUING_PLAN, succession.Fate.DROPPED, succession.Fate.NEW)
_FATES = (*_ALIGNED, *_SURE_FATES, "open-earlier", "open-later")
"""The groups of the page of changes: taken up by ground, those that are sure, those nothing can be said of."""
_UNKNOWN_FATES = (succession.Fate.NOT_SEEN, succession.Fate.NOT_ASSESSED)

NaturalPlace = tuple[list[tuple[int, str]], str]
"""The number a thing bears, in pieces that are compared as numbers, and its IRI."""


# What other pages ask of a plan


def period(context: PageContext, plan: str) -> str:
    """From when until when a plan runs, in words of the page; empty where neither is known."""
    ends = [context.graph.statements.one(plan, PAN + name) for name in ("periodStart", "periodEnd")]
    return "–".join(values.dated(context, end) for end in ends) if any(ends) else ""


def place(context: PageContext, iri: str) -> NaturalPlace:
    """Where a thing stands among others: by its printed number, else by its key, then by its IRI."""
    entry = context.entry(iri)
    number = plan_parts.natural(entry.notation or entry.key) if entry else []
    return number, iri


def ordered(context: PageContext, iris: Iterable[str]) -> list[str]:
    """Things by their printed numbers, 2.10 after 2.9."""
    return sorted(iris, key=partial(place, context))


def brief_keys(site_context: SiteContext) -> Sequence[str]:
    """The key of the plan an export has a brief of: the project's own, none where it has no action."""
    graph = site_context.graph
    own = graph.own_plan()
    if not own or own not in graph.home_of.values():
        return []
    entry = graph.labels.entry(own)
    return [entry.key] if entry else []


# Its brief, and the report behind it


def _plan_entry(context: PageContext) -> Entry | None:
    return context.graph.labels.find("plan", context.request.key)


def _brief(context: PageContext) -> Brief | None:
    entry = _plan_entry(context)
    if entry is None:
        return None
    site_context = context.site_context
    if context.is_served:
        has_brief = entry.iri in context.graph.home_of.values()
    else:
        keys = site_context.once("briefs", lambda: brief_keys(site_context))
        has_brief = context.request.key in keys
    return plan_dossier.brief_of(context, entry.iri) if has_brief else None


def _brief_page(context: PageContext) -> Values | None:
    brief = _brief(context)
    if brief is None:
        return None
    key = context.request.key
    entry = _plan_entry(context)
    downloads = [
        Download(context.href(f"report/{key}.html"), context.t("brief-report")),
        Download(context.href(f"brief/{key}.json"), context.t("brief-json")),
    ]
    if context.is_served and find_spec("docx") is not None:
        word = Download(context.href(f"brief/{key}.docx"), context.t("brief-word"))
        downloads.insert(0, word)
    return {
        "title": brief.title,
        "plan": entry.iri if entry else "",
        "brief": brief,
        "words": lambda name: _WORDS.say(name, context.language),
        "downloads": downloads,
    }


def _brief_document(context: PageContext) -> bytes | None:
    brief = _brief(context)
    return brief_files.brief_bytes(brief, ".docx", context.graph.as_of) if brief else None


def _brief_json(context: PageContext) -> str | None:
    brief = _brief(context)
    return brief.as_json() if brief else None


def _report(context: PageContext) -> str | None:
    if _brief(context) is None:
        return None
    return report_of(context)[f"report.{context.language}.html"]


def report_of(context: PageContext, level: evidence.Level = evidence.HEADLINE) -> dict[str, str]:
    """The files of the report of the plan whose page is asked for, by their names, as ``printing`` makes them.

    Its tables are taken at the level. Raises :exc:`~pan2kg.errors.QueryError` where there is no
    such plan.
    """
    graph = context.spoken
    bundle = context.site_context.bundle
    # what is printed has all of it in one place
    context = PageContext(replace(context.site_context, document=None), context.request)
    filled = {**frame(context, {}), "section": "plans", **(_plan(context) or {})}
    page = templates.render("plan.html", filled)
    page = page.replace(" data-cards", "")  # there is no script to name the cells of a row
    style = ""
    if bundle:
        style = (bundle.folder / bundle.name("site.css")).read_text(encoding="utf-8")
    return printing.report_files(graph, graph.plan(context.request.key), page, style, level)


# The page of a plan


def _plan(context: PageContext) -> Values | None:
    entry = _plan_entry(context)
    if entry is None:
        return None
    plan = entry.iri
    graph = context.graph
    actions = graph.parts.actions.get(plan, ())
    notes = values.Notes(context, is_marked=not context.document(plan))
    dossier = None
    if graph.has_actions:
        dossier = plan_dossier.of_plan(context, plan, _facts(context, plan))
    # where a document tells the rest, words that stand as evidence are not quoted again
    quoted: set[str] = set()
    if dossier and not notes.is_marked:
        quoted.update(proof.quote.words for proof in dossier.proofs)
    # the notes of citations have the first numbers, those of what is said of the plan the next
    cites, cited = _citations(notes, plan, quoted)
    filled = entity.page(context, entry, notes)
    meetings = _meetings(context, plan)
    outline = context.site_context.once(("outline", plan), lambda: graph.parts.outline(plan))
    extent = graph.tables.readings.extent(plan, evidence.Aspect.REFERENCES)
    return {
        **filled,
        "dossier": dossier,
        "known": len(actions),
        "outline": [_branch(context, branch) for branch in outline],
        "levels": _levels(context, plan),
        "headings": _headings(context, actions),
        "cites": cites,
        "cited": cited,
        "meetings": meetings,
        "met": len(meetings),
        "read": figure_words.named(extent).say(context.language),
        "pictures": _pictures(context, entry.key) if actions else {},
        "downloads": _downloads(context, entry.key),
    }


def _facts(context: PageContext, plan: str) -> list[Fact]:
    """What stands at the top of the page, each with its heading; what is not known is empty."""
    statements = context.graph.statements
    t = context.t
    status = statements.one(plan, _STATUS)
    completeness = statements.one(plan, PAN + "listCompleteness")
    extent = context.extent(plan)
    if completeness:
        extent = templates.markup(f"{context.link(completeness)}{t('colon')} {extent}")
    before = _editions_joined(context, plan, "to")
    after = _editions_joined(context, plan, "from")
    return [
        Fact(t("plan-period"), period(context, plan)),
        Fact(t("plan-adopted"), values.dated(context, statements.one(plan, PAN + "adoptedOn"))),
        Fact(t("plan-status"), context.label(status) if status else ""),
        Fact(t("plan-before", n=len(before)), context.links(before)),
        Fact(t("plan-after", n=len(after)), context.links(after)),
        Fact(t("changes-since"), _links_to_changes(context, plan, before)),
        Fact(t("plan-completeness"), extent),
    ]


def _editions_joined(context: PageContext, plan: str, side: str) -> list[str]:
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
            for end in values.ENDS:
                for plan in statements.values(link, end):
                    by_plan.setdefault(plan, []).append(link)
        return by_plan

    return context.site_context.once("successions", read)


def _links_to_changes(context: PageContext, plan: str, earlier: Iterable[str]) -> Markup:
    """What leads to the pages of changes since earlier editions, where actions of both are known."""
    actions = context.graph.parts.actions
    links = []
    for edition in earlier:
        if actions.get(edition) and actions.get(plan):
            address = context.href(f"changes/{context.key(edition)}--{context.key(plan)}.html")
            links.append(context.lead(address, context.called(edition)))
    return templates.markup(", ").join(links)


def _branch(context: PageContext, outline: plan_parts.Outline) -> Values:
    return {
        "iri": outline.part.iri,
        "number": outline.number,
        "actions": ordered(context, outline.actions),
        "below": [_branch(context, branch) for branch in outline.below],
    }


def _levels(context: PageContext, plan: str) -> list[Values]:
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
    above = {action: under.get(action, ()) for action in actions}
    for parts in above.values():
        for iri in parts:
            schemes[iri] = (every[iri].scheme or every[iri].level) if iri in every else ""
            counted[schemes[iri]] += 1
    main = min(counted, key=lambda scheme: (-counted[scheme], scheme), default="")
    by_heading: dict[str, list[str]] = {}
    for action, parts in above.items():
        heading = next((iri for iri in parts if schemes[iri] == main), "")
        by_heading.setdefault(heading, []).append(action)

    headings: list[Values] = []
    for heading in sorted(by_heading, key=partial(_heading_order, every)):
        lines = [_action_line(context, iri) for iri in ordered(context, by_heading[heading])]
        headings.append({"iri": heading, "lines": lines})
    return headings


def _heading_order(every: Mapping[str, plan_parts.Part], iri: str) -> tuple[object, ...]:
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
        "link": context.mark(graph.linked_actions.get(action)),
        "extent": figure_words.named(extent).say(context.language),
    }


def _pictures(context: PageContext, key: str) -> dict[str, Picture]:
    pictures = {}
    for name in ("lanes", "ego"):
        picture = context.draw(name, plan=key)
        if picture:
            pictures[name] = picture
    return pictures


def _downloads(context: PageContext, key: str) -> list[Download]:
    """What leads to the brief, the files, the question and the network of a plan, as far as there are such."""
    site_context = context.site_context
    chosen = {"plan": key} if context.is_served else {}
    downloads = [
        Download(context.href(f"plan/{key}.csv"), context.t("plan-csv")),
        Download(
            context.href("question/actions-of-plan.html", **chosen), context.t("plan-question")
        ),
    ]
    networks = site_context.once("networks", lambda: set(explore.keys(site_context)))
    if f"plan--{key}" in networks:
        address = context.href(f"network/plan--{key}.html")
        downloads.append(Download(address, context.t("plan-network")))
    if _brief(context):
        address = context.href(f"brief/{key}.html")
        downloads.insert(0, Download(address, context.t("plan-brief")))
    return downloads


# Which plans a plan meets


def _meetings(context: PageContext, plan: str) -> list[Values]:
    """The plans linked with a plan at any level, each with the firmest, in the order of every list."""
    once = context.site_context.once
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
        tell = partial(plan_ties.citing, context, knowledge, *ends)
        ways.append(context.site_context.once(("way", context.language, ends), tell))
    return {
        "plan": partner,
        "mark": context.mark(meeting.level),
        "bits": plan_ties.bits_shown(context, meeting.low(evidence.HEADLINE)),
        "all_bits": plan_ties.bits_shown(context, meeting.bits[-1]),
        "ways": ways,
        "address": context.pair(plan, partner),
    }


# What a plan cites, and what cites it


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


def _citations(notes: values.Notes, plan: str, quoted: Collection[str]) -> PlanCitations:
    """What a plan or an action of it cites, and what cites it; words that are ``quoted`` stand elsewhere on the page.

    Of citations with one source, between the same plans, in the same passages, the first stands for
    all.
    """
    context = notes.context
    graph = context.graph
    homes = graph.homes
    cites: dict[object, _PlacedCitation] = {}
    cited: dict[object, _PlacedCitation] = {}
    by_plan = context.site_context.once(
        "citations of plans", partial(_citations_by_plan, graph.citations, homes)
    )
    for citation in by_plan.get(plan, ()):
        source = homes.get(citation.source, citation.source)
        target = homes.get(citation.target, citation.target)
        if source == target:
            continue
        passages = graph.statements.values(citation.link, values.PASSAGE)
        same = (citation.source, target, tuple(passages) or (citation.link,))
        number, _ = place(context, citation.source)
        if plan == source:
            cites.setdefault(same, _PlacedCitation(number, citation.link, target))
        else:
            cited.setdefault(same, _PlacedCitation(number, citation.link, source))
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
    notes: values.Notes, citations: Iterable[_PlacedCitation], quoted: Collection[str]
) -> CitedList:
    context = notes.context
    statements = context.graph.statements
    plans = []
    others = []
    for citation in citations:
        quotes = []
        if quoted:
            passages = statements.values(citation.link, values.PASSAGE)
            quotes = values.quotes(context, passages)
        is_quoted = bool(quotes) and all(quote.words in quoted for quote in quotes)
        link = link_text.link_of(context, citation.link)
        words = link.written(notes, has_anchor=False, is_quoted=is_quoted)
        entry = context.entry(citation.partner)
        is_plan = entry is not None and entry.kind == "plan"
        if is_plan:
            plans.append(words)
        else:
            others.append(words)
    return CitedList(plans, others)


# Its actions as a table


def _csv(context: PageContext) -> str | None:
    graph = context.graph
    query = graph.queries.get("actions-of-plan")
    entry = _plan_entry(context)
    if query is None or entry is None:
        return None
    chosen = {"plan": entry.iri, "language": context.request.data}
    asked = fill(query, chosen, store=graph.store, resolve=lambda iri, _: iri)

    def ask() -> str:
        return writers.write_answer(graph.store.query(asked), "csv")

    if graph.parts.actions.get(entry.iri):
        return ask()
    # of all plans without actions the answer is the same
    return context.site_context.once("csv without actions", ask)


# What changed since an earlier edition


class EditionPair(NamedTuple):
    """An edition of a plan and a later one, by IRI."""

    base: str
    later: str


def _editions(site_context: SiteContext) -> dict[str, EditionPair]:
    """The pairs of editions of which actions are known, by the key of their page."""
    graph = site_context.graph
    if not graph.has_actions:
        return {}
    with_actions = set(graph.home_of.values())
    pairs = []
    for base, later_editions in graph.known().chronology.later.items():
        for later in later_editions:
            if base in with_actions and later in with_actions:
                pairs.append(EditionPair(base, later))
    by_key = {}
    for pair in sorted(pairs):
        entries = [entry for entry in map(graph.labels.entry, pair) if entry]
        by_key["--".join(entry.key for entry in entries)] = pair
    return by_key


def _changes(context: PageContext) -> Values | None:
    pair = _editions(context.site_context).get(context.request.key)
    if not pair:
        return None
    base, later = pair
    knowledge = context.graph.known()
    fates = editions.aligned(context.spoken, knowledge, base, later)
    groups = _fates_by_group(context, fates, base)
    subject = context.subject
    extent = knowledge.tables.readings.extent(later, evidence.Aspect.REFERENCES)
    reading = figure_words.named(extent).say(context.language)
    return {
        "title": context.t("changes-title", one=subject.brief(base), two=subject.brief(later)),
        "plans": pair,
        "brief": _brief_of_changes(context, fates, groups, base),
        "groups": [
            {"key": key, "lines": _fate_lines(context, group)} for key, group in groups.items()
        ],
        "read": context.t("changes-read", plan=subject.brief(later), extent=reading),
        "pair": context.pair(base, later),
        "is_sure": not any(action.fate in _UNKNOWN_FATES for action in fates),
    }


def _fates_by_group(
    context: PageContext, fates: Iterable[succession.ActionFate], base: str
) -> dict[str, list[succession.ActionFate]]:
    """The actions of two editions by what became of them, in the order of the page, without empty groups."""
    groups: dict[str, list[succession.ActionFate]] = {key: [] for key in _FATES}
    for action in fates:
        if action.fate in _SURE_FATES:
            key = action.fate.value
        elif action.ground:
            key = action.ground
        elif context.graph.home_of.get(action.action) == base:
            key = "open-earlier"
        else:
            key = "open-later"
        groups[key].append(action)
    return {key: group for key, group in groups.items() if group}


def _brief_of_changes(
    context: PageContext,
    fates: Iterable[succession.ActionFate],
    groups: Mapping[str, list[succession.ActionFate]],
    base: str,
) -> list[Sentence]:
    taken_number = 0
    stated_number = 0
    similar_number = 0
    for action in fates:
        if action.fate in (succession.Fate.RETAINED, succession.Fate.EXTENDED):
            taken_number += 1
            stated_number += action.ground == "stated"
        if action.similar and context.graph.home_of.get(action.action) == base:
            similar_number += 1
    anchor = ""
    if stated_number:
        anchor = "#stated"
    elif taken_number:
        anchor = "#concluded"
    taken = sentence(
        context,
        "changes-taken",
        taken_number,
        anchor,
        stated=stated_number,
        concluded=taken_number - stated_number,
    )
    sentences = [taken]
    for key, group in groups.items():
        if key not in _ALIGNED:
            name = f"changes-{key}"
            sentences.append(sentence(context, name, len(group), f"#{key}", is_known=True))
    anchor = "#open-earlier" if similar_number else ""
    sentences.append(sentence(context, "changes-similar", similar_number, anchor, is_known=True))
    return sentences


def _fate_lines(context: PageContext, group: Iterable[succession.ActionFate]) -> list[Values]:
    by_action = {action.action: action for action in group}
    lines: list[Values] = []
    for iri in ordered(context, by_action):
        action = by_action[iri]
        fate = table.coded("change", action.fate.value).say(context.language)
        quotes = []
        if action.fate is succession.Fate.CONTINUING_PLAN:
            for link in action.links:
                passages = context.graph.statements.values(link, values.PASSAGE)
                quotes += values.quotes(context, passages)
        lines.append(
            {
                "action": iri,
                "fate": fate,
                "others": action.others,
                "similar": action.similar,
                "quotes": quotes,
            }
        )
    return lines


PAGES = (
    View("plan", _plan, _KEYS, section="plans"),
    View("brief", _brief_page, brief_keys, template="brief-page.html", section="plans"),
    View("changes", _changes, _editions, section="plans"),
)
FILES = (
    File("plan", "csv", CSV, _csv, _KEYS),
    File("brief", "docx", WORD, _brief_document, brief_keys, exported=False),
    File("brief", "json", JSON, _brief_json, brief_keys),
    File("report", "html", HTML, _report, brief_keys),
)
