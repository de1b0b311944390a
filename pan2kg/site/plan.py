"""The page of a plan: its actions, whom it cites and meets; and that of its brief, with the report behind it.

An export has brief and report of the plan a project is about; a server makes them for any plan with actions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from pan2kg.charts.registry import draw_on
from pan2kg.coherence.evidence import HEADLINE, Aspect, Level
from pan2kg.graph.parts import LevelCount, Outline, Part, natural, place
from pan2kg.i18n.catalogue import Messages
from pan2kg.report.brief import Brief, write_brief
from pan2kg.report.writing import brief_bytes, report_files
from pan2kg.site import entity
from pan2kg.site import explore as exploring
from pan2kg.site.basis import Notes, basis, mark
from pan2kg.site.connections import Connection, connection, kind_of_link, links_of
from pan2kg.site.dossiers import of_plan
from pan2kg.site.page import CSV, HTML, JSON, File, Values, View, frame
from pan2kg.site.values import EVIDENCE, dated
from pan2kg.site.weights import Way, in_bits, ways
from pan2kg.store.queries import fill
from pan2kg.tables.answers import write_answer
from pan2kg.tables.figure_words import named
from pan2kg.tables.template import markup, render
from pan2kg.turtle.vocabulary import PAN

if TYPE_CHECKING:
    from markupsafe import Markup

    from pan2kg.coherence.figures import Meeting as Met
    from pan2kg.graph.labels import Entry
    from pan2kg.site.page_context import PageContext
    from pan2kg.site.site_context import SiteContext


WORD: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_WORDS: Final = Messages("brief")


def brief_keys(site_context: SiteContext) -> Iterable[str]:
    """The plan a project is about, if it has actions."""
    own = site_context.graph.own_plan()
    entry = site_context.graph.labels.entry(own) if own and own in site_context.graph.home_of.values() else None
    return [entry.key] if entry else []


def has_brief(context: PageContext, plan: str) -> bool:
    """Whether there is a brief of a plan, by its key, on these pages."""
    if context.site_context.mode == "served":
        entry = context.graph.labels.find("plan", plan)
        return entry is not None and entry.iri in context.graph.home_of.values()
    return plan in brief_keys(context.site_context)


def _brief(context: PageContext) -> Brief | None:
    key, language = context.request.key, context.request.language
    if not has_brief(context, key):
        return None
    graph = context.site_context.graph.spoken(language)
    return context.site_context.once(f"brief of {key} in {language}", lambda: write_brief(graph, key))


def brief_page(context: PageContext) -> Values | None:
    """The brief of a plan, with what it can be had as and the report behind it."""
    made, key, language = _brief(context), context.request.key, context.request.language
    if made is None:
        return None
    found = [
        (context.href(f"report/{key}.html"), context.t("brief-report")),
        (context.href(f"brief/{key}.json"), context.t("brief-json")),
    ]
    if context.site_context.mode == "served" and find_spec("docx") is not None:
        found.insert(0, (context.href(f"brief/{key}.docx"), context.t("brief-word")))
    entry = context.graph.labels.find("plan", key)
    return {
        "title": made.title,
        "plan": entry.iri if entry else "",
        "brief": made,
        "words": lambda name: _WORDS.say(name, language),
        "downloads": found,
    }


def brief_document(context: PageContext) -> bytes | None:
    """The brief as a Word document.

    Raises:
        FormatError: the extra « docx » is not installed.
    """
    made = _brief(context)
    return brief_bytes(made, ".docx", context.graph.as_of) if made else None


def brief_data(context: PageContext) -> str | None:
    """The brief as data, whose findings can be ticked off and followed."""
    made = _brief(context)
    return made.as_json() if made else None


def report_page(context: PageContext) -> str | None:
    """The report on a plan, a page that needs nothing else."""
    if not has_brief(context, context.request.key):
        return None
    return report_of(context)[f"report.{context.request.language}.html"]


def report_of(context: PageContext, level: Level = HEADLINE) -> dict[str, str]:
    """The report on a plan as files: its page as it is printed, with its figures as tables below.

    Raises:
        QueryError: an unknown plan, with the nearest names.
    """
    graph, bundle = context.site_context.graph.spoken(context.request.language), context.site_context.bundle
    page = render("plan.html", {**frame(context, {}), "section": "plans", **(values(context) or {})})
    style = (bundle.folder / bundle.name("site.css")).read_text(encoding="utf-8") if bundle else ""
    return report_files(graph, graph.plan(context.request.key), page, style, level)


STATUS: Final = "http://www.w3.org/ns/adms#status"
Placed = tuple[list[tuple[int, str]], str, str]
"""The place of what a link starts from, the link, and the plan or document at its other end."""
Words = tuple[str, str, tuple[str, ...]]
"""Who cites what, and in which passages."""


@dataclass(frozen=True, slots=True)
class Line:
    """An action in the list of a plan: what it rests on, who is in it, by when, and how firmly it is linked.

    ``link`` is the mark of the firmest level at which it is linked with another plan; empty where no link was seen,
    and ``extent`` then says how far its texts were read.
    """

    iri: str
    texts: tuple[str, ...]
    bodies: tuple[str, ...]
    until: str
    link: Markup
    extent: str


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a plan and the actions under it; no heading for those in none."""

    iri: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Branch:
    """A part of a plan in its outline: the number of actions under it, those directly under it, and the parts below."""

    iri: str
    number: int
    actions: tuple[str, ...]
    below: tuple[Branch, ...]


@dataclass(frozen=True, slots=True)
class LevelLine:
    """A level of a plan: how many parts of it are in the graph, and how many sources count, in words."""

    iri: str
    words: str


@dataclass(frozen=True, slots=True)
class Cited:
    """References from or to plans, and from or to other documents: positions, reports, reviews."""

    plans: list[Connection]
    others: list[Connection]

    @property
    def counted(self) -> Mapping[str, int]:
        """How many passages are listed about plans and about others: of plans, the register counts each once."""
        return {"n": len(self.plans), "others": len(self.others)}


@dataclass(frozen=True, slots=True)
class Meeting:
    """Another plan: on whose word they are linked, what they share, the citations each way; the page of the two.

    ``bits`` is what they share at the headline level, ``all_bits`` with what the editors concluded; empty for nothing.
    """

    plan: str
    level: Level
    mark: Markup
    bits: str
    all_bits: str
    ways: tuple[Way, Way]
    address: str


def values(context: PageContext) -> Values | None:
    """What fills the page of a plan."""
    entry = context.graph.labels.find("plan", context.request.key)
    if entry is None:
        return None
    actions = actions_of(context, entry.iri)
    notes = Notes(context)
    cites, cited = citations(notes, entry.iri)
    return {
        **entity.page(context, entry, notes),
        "dossier": of_plan(context, entry.iri, facts(context, entry.iri)) if context.graph.has_actions else None,
        "known": len(actions),
        "outline": outline(context, entry.iri),
        "levels": levels(context, entry.iri),
        "headings": headings(context, actions),
        "cites": cites,
        "cited": cited,
        "meetings": (met := meetings(context, entry.iri)),
        "met": len(met),
        "read": named(context.graph.tables.readings.extent(entry.iri, Aspect.REFERENCES)).say(context.request.language),
        "basis_line": basis(context, context.graph.known()),
        "pictures": pictures(context, entry, actions),
        "downloads": _downloads(context, entry.key),
        **entity.on_what(notes, entry.iri),
    }


def _changes(context: PageContext, plan: str, before: Iterable[str]) -> Markup | str:
    """The pages of what changed since the editions before, of those whose actions are known."""
    actions = context.graph.parts.actions
    return markup(", ").join(
        context.lead(context.href(f"changes/{context.key(one)}--{context.key(plan)}.html"), context.called(one))
        for one in before
        if actions.get(one) and actions.get(plan)
    )


def facts(context: PageContext, plan: str) -> Iterator[tuple[str, Markup | str]]:
    """What is told of a plan in a line: when, its standing, the editions beside it, how much of it is in the graph."""
    statements, t = context.graph.statements, context.t
    before, after = editions(context, plan)
    status, completeness = (statements.one(plan, name) for name in (STATUS, PAN + "listCompleteness"))
    known, published = len(actions_of(context, plan)), statements.one(plan, PAN + "measureCount")
    counted = t("plan-known-of", n=known, of=published) if published else t("plan-known", n=known)
    yield t("plan-period"), period(context, plan)
    yield t("plan-adopted"), dated(context, statements.one(plan, PAN + "adoptedOn"))
    yield t("plan-status"), context.label(status) if status else ""
    yield t("plan-before", n=len(before)), context.links(before) if before else ""
    yield t("plan-after", n=len(after)), context.links(after) if after else ""
    yield t("changes-since"), _changes(context, plan, before)
    extent = markup(f"{context.link(completeness)}{t('colon')} {counted}") if completeness else counted
    yield t("plan-completeness"), extent


def actions_of(context: PageContext, plan: str) -> list[str]:
    """The actions of a plan."""
    return list(context.graph.parts.actions.get(plan, ()))


def period(context: PageContext, plan: str) -> str:
    """The period of a plan, open where an end is not known; empty where neither is."""
    statements = context.graph.statements
    ends = [statements.one(plan, PAN + name) for name in ("periodStart", "periodEnd")]
    return "–".join(dated(context, end) for end in ends) if any(ends) else ""


def editions(context: PageContext, plan: str) -> tuple[list[str], list[str]]:
    """The editions before and after a plan."""
    statements = context.graph.statements
    links = [link for link in links_of(context, plan) if kind_of_link(context, link) == "succession"]
    before = {iri for link in links for iri in statements.values(link, PAN + "to")} - {plan}
    after = {iri for link in links for iri in statements.values(link, PAN + "from")} - {plan}
    return sorted(before), sorted(after)


def ordered(context: PageContext, iris: Iterable[str]) -> list[str]:
    """Actions or headings in the order of the document: 2.10 after 2.9."""
    return sorted(iris, key=lambda iri: (_place(context, iri), iri))


def headings(context: PageContext, actions: Iterable[str]) -> list[Heading]:
    """The actions of a plan under the headings of its main scheme, in the order of the document."""
    parts = context.graph.parts
    of = {action: parts.under.get(action, ()) for action in actions}
    scheme_of = {iri: _arrangement(parts.every.get(iri)) for found in of.values() for iri in found}
    counted = Counter(scheme_of[iri] for found in of.values() for iri in found)
    main = min(counted, key=lambda scheme: (-counted[scheme], scheme)) if counted else ""
    under: dict[str, list[str]] = {}
    for action, found in of.items():
        under.setdefault(next((iri for iri in found if scheme_of[iri] == main), ""), []).append(action)
    order = sorted(under, key=lambda iri: (not iri, place(parts.every[iri]) if iri in parts.every else ()))
    return [Heading(iri, tuple(line(context, one) for one in ordered(context, under[iri]))) for iri in order]


def _arrangement(part: Part | None) -> str:
    """What arranges actions under a part: its scheme, else its level."""
    return (part.scheme or part.level) if part else ""


def outline(context: PageContext, plan: str) -> list[Branch]:
    """The parts of a plan in its own order, each with its actions; empty where none is known."""

    def branch(one: Outline) -> Branch:
        return Branch(one.part.iri, one.number, tuple(ordered(context, one.actions)), tuple(map(branch, one.below)))

    return [branch(one) for one in context.graph.parts.outline(plan)]


def levels(context: PageContext, plan: str) -> list[LevelLine]:
    """How many parts of each level, and actions, are in the graph, of how many that sources count."""
    published = context.graph.statements.one(plan, PAN + "measureCount")
    found = context.graph.parts.levels(plan, published=int(published) if published else None)
    return [LevelLine(one.level, _counted(context, one)) for one in found]


def _counted(context: PageContext, one: LevelCount) -> str:
    if not one.published:
        return context.t("level-known", n=one.known)
    said = context.t("list-or").join(map(str, one.published))
    return context.t("level-known-of" if len(one.published) == 1 else "level-known-differ", n=one.known, of=said)


def _place(context: PageContext, iri: str) -> list[tuple[int, str]]:
    entry = context.graph.labels.entry(iri)
    return natural(entry.notation or entry.key) if entry else []


def line(context: PageContext, action: str) -> Line:
    """An action in the list of its plan."""
    statements = context.graph.statements
    used = {name: statements.values(action, PAN + name) for name in ("usesInstrument", "ledBy", "involvesBody")}
    bodies = dict.fromkeys([*used["ledBy"], *used["involvesBody"]])
    level, tables = context.graph.linked_actions.get(action), context.graph.tables
    extent = tables.readings.extent(action, Aspect.TEXTS, tables.works.home.get(action))
    said = named(extent).say(context.request.language)
    texts = tuple(used["usesInstrument"])
    return Line(action, texts, tuple(bodies), entity.until(context, action), mark(context, level), said)


def citations(notes: Notes, plan: str) -> tuple[Cited, Cited]:
    """What a plan and its actions cite, and what cites them, each with channel and quotation.

    The same words of the same work about the same plan or document stand once.
    """
    context = notes.context
    ways: tuple[dict[Words, Placed], dict[Words, Placed]] = {}, {}
    for citation in context.graph.citations:
        ends = tuple(context.graph.homes.get(iri, iri) for iri in (citation.source, citation.target))
        if ends[0] != ends[1] and plan in ends:
            way = ends.index(plan)
            read = tuple(context.graph.statements.values(citation.link, EVIDENCE)) or (citation.link,)
            placed = _place(context, citation.source), citation.link, ends[1 - way]
            ways[way].setdefault((citation.source, ends[1], read), placed)
    cites, cited = (_cited(notes, sorted(found.values())) for found in ways)
    return cites, cited


def _cited(notes: Notes, found: list[Placed]) -> Cited:
    made: tuple[list[Connection], list[Connection]] = [], []
    for _, link, other in found:
        entry = notes.context.graph.labels.entry(other)
        made[0 if entry and entry.kind == "plan" else 1].append(connection(notes, link, ""))
    return Cited(*made)


def meetings(context: PageContext, plan: str) -> list[Meeting]:
    """The other plans a plan is linked with at any level, each with the firmest, in the order of every list."""
    return [_meeting(context, met, plan) for met in context.graph.meetings if plan in met.plans]


def _meeting(context: PageContext, met: Met, plan: str) -> Meeting:
    """Another plan; what can be said of citations is said at the level at which the two are linked, or the headline."""
    other, _, _ = met.seen_from(plan)
    bits, all_bits = (in_bits(context, low) if low > 0 else "" for low in (met.low(HEADLINE), met.bits[-1]))
    known = context.graph.known(max(met.level, HEADLINE))
    return Meeting(
        other, met.level, mark(context, met.level), bits, all_bits, ways(context, known, plan, other),
        context.pair(plan, other),
    )  # fmt: skip


def pictures(context: PageContext, entry: Entry, actions: list[str]) -> dict[str, Markup]:
    """The lanes of a plan, and the action of it that has most around it; none for a plan without actions."""
    subject = context.site_context.subject(context.request.language, context.picture_address)
    return {name: markup(draw_on(subject, name, plan=entry.key).svg) for name in ("lanes", "ego") if actions}


def _downloads(context: PageContext, key: str) -> list[tuple[str, str]]:
    served = context.site_context.mode == "served"
    question = context.href("question/actions-of-plan.html", **({"plan": key} if served else {}))
    found = [(context.href(f"plan/{key}.csv"), context.t("plan-csv")), (question, context.t("plan-question"))]
    if f"plan--{key}" in context.site_context.once("networks", lambda: frozenset(exploring.keys(context.site_context))):
        found.append((context.href(f"network/plan--{key}.html"), context.t("plan-network")))
    if has_brief(context, key):
        found.insert(0, (context.href(f"brief/{key}.html"), context.t("plan-brief")))
    return found


def csv(context: PageContext) -> str | None:
    """The actions of a plan as CSV, by the stored question."""
    query = context.graph.queries.get("actions-of-plan")
    entry = context.graph.labels.find("plan", context.request.key)
    if query is None or entry is None:
        return None
    given, graph = {"plan": entry.iri, "language": context.request.data}, context.graph
    return write_answer(graph.store.query(fill(query, given, store=graph.store, project=graph.project)), "csv")


PAGES: Final = (
    View("plan", values, entity.keys("plan"), section="plans"),
    View("brief", brief_page, brief_keys, template="brief-page.html", section="plans"),
)
FILES: Final = (
    File("plan", "csv", CSV, csv, entity.keys("plan")),
    File("brief", "docx", WORD, brief_document, brief_keys, exported=False),
    File("brief", "json", JSON, brief_data, brief_keys),
    File("report", "html", HTML, report_page, brief_keys),
)
