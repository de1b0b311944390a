"""A plan's report, from its headline figures to how it is cited, and the report of gaps.

Gaps are one table for each kind, each with its number and its query. What cannot be computed is said, not left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from pan2kg.charts.subject import Subject
from pan2kg.coherence.evidence import HEADLINE, Level
from pan2kg.coherence.known import basis_line
from pan2kg.coherence.occasions import State, debt, index, index_cells
from pan2kg.coherence.uses import key
from pan2kg.errors import QueryError
from pan2kg.graph.graph import Graph
from pan2kg.i18n.catalogue import Language, Messages, Text, grouped
from pan2kg.i18n.days import in_words
from pan2kg.report import sections as part
from pan2kg.report.blocks import (
    Block,
    Headline,
    Headlines,
    Measure,
    Measures,
    PlanReport,
    Points,
    Prose,
    Section,
    Shown,
    leading,
    name,
    only,
)
from pan2kg.report.evidence import annex, sources, tables_of, tongues
from pan2kg.report.sections import address
from pan2kg.store.queries import program_query
from pan2kg.tables.cells import dated
from pan2kg.tables.coverage import trust
from pan2kg.tables.figure_words import according_to, bits_words, interval
from pan2kg.tables.gaps import KINDS, gaps
from pan2kg.tables.obligations import duties
from pan2kg.tables.table import Choice, FigureTable, coded

_WORDS: Final = Messages("report")
_MEASURES: Final = tuple(key for key in _WORDS.keys("measure.") if "." not in key)


def gap_report(graph: Graph, plan: str, level: Level = HEADLINE) -> Section:
    """The gaps of a plan: all kinds at a glance, one by one, and what cannot be told."""
    language = graph.language
    choice = Choice(plans=(plan,), evidence=level)
    whole = gaps(graph, choice)
    counts = {str(row["gap"]): (row["gaps_number"], row["gaps_of"]) for row in whole.rows}
    glance = leading(
        only(whole, "gap", "gaps_number", "gaps_of"),
        gap=lambda row: f"gap-{row['gap']}",
        gaps_number=lambda row: f"gap-{row['gap']}",
    )
    parts = (
        Section(
            "gaps-all", _WORDS.say("section.gaps-all", language), (Shown(replace(glance, notes=()), "gaps-table"),)
        ),
        *(_kind(graph, replace(choice, part=kind), counts[kind]) for kind in KINDS),
        Section("unknown", _WORDS.say("section.unknown", language), (_unknown(graph, whole, counts),)),
    )
    return Section("gaps", _WORDS.say("section.gaps", language), (Prose(_WORDS.say("prose.gaps", language)),), parts)


def _kind(graph: Graph, choice: Choice, counts: tuple[object, object]) -> Section:
    language, kind = graph.language, choice.part
    listed = gaps(graph, choice)
    when = in_words(graph.as_of, language)
    if counts[1] is None:
        counted = _WORDS.say("prose.gap-none", language, day=when)
    else:
        among = _WORDS.say("prose.gap-among", language, n=int(str(counts[1])))
        counted = _WORDS.say("prose.gap-count", language, n=int(str(counts[0])), among=among, day=when)
    blocks: list[Block] = [Prose(counted), Shown(_listed(kind, listed), f"gap-table-{kind}")]
    return Section(f"gap-{kind}", coded("gap", kind).say(language), tuple(blocks), listed=False)


def _listed(kind: str, listed: FigureTable) -> FigureTable:
    """The list without columns nothing stands in, and without what the sentence above it says."""
    filled = [one.key for one in listed.columns if one.key != "gap" and any(row.get(one.key) for row in listed.rows)]
    basis = replace(listed.basis, filters=tuple(one for one in listed.basis.filters if one[0] != "gap"))
    table = only(listed, *(filled or ["subject"]))
    return replace(table, title=coded("gap", kind), summary=Text(), notes=listed.notes[1:], basis=basis)


def _unknown(graph: Graph, whole: FigureTable, counts: Mapping[str, tuple[object, object]]) -> Points:
    """What cannot be computed, and why; with the kinds of gap that could not be assessed."""
    language = graph.language
    reasons = [dated(note).say(language) for note in whole.notes]
    open_kinds = [
        _WORDS.say("prose.gap-open", language, gap=coded("gap", kind).say(language))
        for kind, (_, of) in counts.items()
        if of is None
    ]
    return Points((*reasons, *open_kinds))


def method(language: Language) -> Section:
    """Every measure with its formula, and the caveats that hold for all."""
    measures = Measures(tuple(_measure(one, language) for one in _MEASURES))
    caveats = Points(tuple(_WORDS.say(f"caveat.{one}", language) for one in _WORDS.keys("caveat.")))
    parts = (Section("caveats", _WORDS.say("prose.method-caveats", language), (caveats,)),)
    return Section(
        "method", _WORDS.say("section.method", language), (Prose(_WORDS.say("prose.method", language)), measures), parts
    )


def _measure(one: str, language: Language) -> Measure:
    formula, words, source = (_WORDS.say(f"measure.{one}.{part}", language) for part in ("formula", "words", "source"))
    return Measure(_WORDS.say(f"measure.{one}", language), formula, words, source)


def used_sources(graph: Graph, tables: Iterable[FigureTable]) -> Section:
    """The documents everything was read in."""
    shown = Shown(sources(graph, tables), "sources-table")
    return Section(
        "sources",
        _WORDS.say("section.sources", graph.language),
        (Prose(_WORDS.say("prose.sources", graph.language)), shown),
    )


def citing(graph: Graph, plan: str, title: str, level: Level) -> Section:
    """How the report is cited, and how it is made again."""
    language, when = graph.language, in_words(graph.as_of, graph.language)
    notice = graph.notice
    creators = "".join(f"{name}, " for name in notice.texts("creator", language))
    named = f", {notice.licence[1]}" if notice.licence else ""
    told = {"creators": creators, "release": graph.release, "day": when, "licence": named}
    cited = _WORDS.say("prose.cite", language, title=title, **told)
    shown = "" if level is HEADLINE else f" --evidence {level.key}"
    when_and_where = f"--as-of {graph.as_of.isoformat()} -o DIR"
    command = f"pan2kg report --plan {key(plan)}{shown} --language {language} {when_and_where}"
    again = _WORDS.say("prose.cite-again", language, command=command)
    licence = (
        _WORDS.say("prose.cite-licence", language, licence=notice.licence[1])
        if notice.licence
        else _WORDS.say("prose.cite-licence-unknown", language)
    )
    return Section("cite", _WORDS.say("section.cite", language), (Prose(cited), Prose(again), Prose(licence)))


def compose(graph: Graph, plan: str = "", level: Level = HEADLINE) -> PlanReport:
    """The report on a plan, the home plan of the project where none is named; its links at a level of evidence.

    Raises:
        QueryError: an unknown plan, with the nearest names; or none is named and the profile names none.
        ProjectError: the graph holds no action.
    """
    language = graph.language
    own = graph.plan(plan) if plan else graph.own_plan()
    if own is None:
        raise QueryError("no-plan-named", remedy="name-plan-option")
    label, when = graph.label(own), in_words(graph.as_of, language)
    title = _WORDS.say("page.of", language, title=_WORDS.say("page.title", language), plan=label)
    before = _before(graph, own)
    statements = annex(graph, frozenset(filter(None, (own, before))), own, level)
    sections = _sections(graph, (own, before), statements, level)
    tables = [figures for section in (*sections, statements) for figures in tables_of(section)]
    rest = (statements, method(language), used_sources(graph, tables), citing(graph, own, title, level))
    return PlanReport(
        title=title,
        lead=_WORDS.say("page.lead", language, plan=label),
        kicker=_WORDS.say(
            "page.kicker", language, release=graph.release, day=when, level=according_to(level).say(language)
        ),
        language=language,
        sections=(_summary(graph, own, level), *sections, *rest),
        tongues=tongues(graph),
    )


def _sections(graph: Graph, plans: tuple[str, str], statements: Section, level: Level) -> tuple[Section, ...]:
    own, before = plans
    trusted = part.trusted(graph, own, level)
    known = PlanReport("", "", "", graph.language, (statements, trusted)).names()
    subject = Subject(graph, address(known), level)
    case = part.Case(graph, subject, own, before)
    return (
        part.looked_for(case),
        part.plans(case),
        part.owed(case),
        part.index(case),
        part.actions(case),
        part.responsible(case),
        part.due(case),
        part.editions(case),
        gap_report(graph, own, level),
        trusted,
    )


def _before(graph: Graph, plan: str) -> str:
    """The edition a plan succeeds; empty where the graph knows none."""
    known = {one.iri for one in graph.uses.plans if one.is_plan}
    found = (
        earlier
        for later, earlier, kind, _ in graph.read(program_query("tables/dependencies"))
        if later == plan and earlier in known and key(kind) == "succession"
    )
    return next(found, "")


def _summary(graph: Graph, plan: str, level: Level) -> Section:
    figures = (_trust(graph, plan, level), _debt(graph, plan, level), _index(graph, plan, level), _duties(graph, level))
    words = (Prose(_WORDS.say(f"prose.summary-{one}", graph.language)) for one in ("trust", "layers", "nought"))
    return Section("summary", _WORDS.say("section.summary", graph.language), (Headlines(figures), *words))


def _figure(graph: Graph, called: str, counted: tuple[int, int], leads: str, **values: str | int) -> Headline:
    language, (value, of) = graph.language, counted
    if not of:
        return Headline("–", "", _WORDS.say(f"headline.{called}-none", language, **values), leads)
    return Headline(
        grouped(value, language),
        _WORDS.say("headline.of", language, of=of),
        _WORDS.say(f"headline.{called}", language, **values),
        leads,
    )


def _trust(graph: Graph, plan: str, level: Level) -> Headline:
    made = trust(graph, Choice(plans=(plan,), evidence=level))
    row = made.rows[0]
    counted = int(str(row["with_text"])), int(str(row["in_graph"]))
    texts = basis_line(graph.known(level)).texts
    told = {"annotated": texts.known, "n": texts.known + texts.none, "full": texts.full}
    return _figure(graph, "trust", counted, name("plan", plan), **told)


def _debt(graph: Graph, plan: str, level: Level) -> Headline:
    found = [one for one in graph.occasions(level) if one.is_expected and plan in (one.source, one.target)]
    states = Counter(one.state for one in found)
    bits = bits_words(debt(found), graph.language)
    absent, unseen = states[State.ABSENT], states[State.OPEN]
    return _figure(graph, "debt", (absent + unseen, len(found)), "wanted", absent=absent, open=unseen, bits=bits)


def _index(graph: Graph, plan: str, level: Level) -> Headline:
    known = graph.known(level)
    cells = index_cells(known.chronology, known.linked, known.tables.readings, at=known.level)
    found = index(cells, frozenset((plan,)))
    told = interval(found.value, graph.language)
    return _figure(graph, "index", (found.counts[State.SEEN], found.m), "pairwise", n=found.pairs, index=told)


def _duties(graph: Graph, level: Level) -> Headline:
    standings = [str(row["standing"]) for row in duties(graph, Choice(evidence=level)).rows]
    counts = {one: standings.count(one) for one in ("uncovered", "late", "vague")}
    known = len(standings) - standings.count("not-assessed")
    when = in_words(graph.as_of, graph.language)
    return _figure(graph, "obligations", (sum(counts.values()), known), "duties", day=when, **counts)
