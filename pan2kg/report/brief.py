"""The brief of a plan for who has ten minutes: up to five findings, what to write, to whom, until when.

A finding is an object with a key that stays the same from one release to the next: it can be ticked off, and a later
brief says which are new, which are still open and which no longer hold.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING, Final

from pan2kg.charts.subject import Subject
from pan2kg.coherence.evidence import HEADLINE, Level, counts
from pan2kg.coherence.known import Known, basis_line
from pan2kg.coherence.obligations import Margin, Met
from pan2kg.coherence.occasions import Occasion, State
from pan2kg.coherence.reading_state import Aspect
from pan2kg.coherence.uses import key
from pan2kg.errors import FormatError, Place, ProjectError, QueryError
from pan2kg.i18n.catalogue import LANGUAGES, Language, Messages, format_of
from pan2kg.i18n.days import in_words
from pan2kg.store.queries import program_query
from pan2kg.tables.figure_words import according_to, basis_words, named

if TYPE_CHECKING:
    from pan2kg.graph.graph import Graph

_WORDS: Final = Messages("brief")
MOST: Final = 5
"""How many findings a brief has."""
QUOTES: Final = 2
"""How many quotations a finding shows."""


@dataclass(frozen=True, slots=True)
class Quotation:
    """Words of a document, and what it is called."""

    words: str
    document: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found, on whose word, and what mends it.

    ``state`` is « new », « open » or « done » where an earlier brief was given, else empty. ``until`` and
    ``addressee`` are in words, also where they are not known: then they say so. ``bodies`` are addressed, as IRIs.
    """

    key: str
    title: str
    words: str
    quotations: tuple[Quotation, ...]
    level: str
    proposal: str
    addressee: str
    until: str
    state: str = ""
    bodies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Brief:
    """The findings of a plan, in the order of what can be acted on, and what they rest on.

    ``solved`` are findings of the earlier brief that no longer hold, by their titles.
    """

    title: str
    language: Language
    lead: str
    findings: tuple[Finding, ...]
    solved: tuple[str, ...]
    basis: str
    rest: str


def write_brief(graph: Graph, plan: str = "", level: Level = HEADLINE) -> Brief:
    """The brief of a plan, the home plan where none is named, in the language of the graph.

    Raises:
        QueryError: an unknown plan, or none is named and the profile names none.
        ProjectError: the graph holds no action.
    """
    if not graph.has_actions:
        raise ProjectError("no-action-to-measure", remedy="add-plan")
    found = graph.plan(plan) if plan else graph.own_plan()
    if found is None:
        raise QueryError("no-plan-named", remedy="name-plan-option")
    known, language, name = graph.known(level), graph.language, called(graph, found)
    overdue = (duty(graph, margin) for margin in duties(graph, level, found) if is_late(margin))
    every = _mixed(
        _citations(graph, known, found), overdue, _shared(graph, known, found), _leads(graph, known, found),
        _readings(graph, known, found),
    )  # fmt: skip
    reach = known.reach(found)
    return Brief(
        _WORDS.say("title", language, plan=name),
        language,
        _WORDS.say("lead", language, n=reach.linked, cites=reach.cites, plan=name, cited=reach.cited,
                   level=according_to(level).say(language)),
        introduced(graph, every[:MOST]),
        (),
        basis_words(basis_line(known), language),
        _WORDS.say("rest", language, n=len(every) - MOST) if len(every) > MOST else "",
    )  # fmt: skip


def _mixed(*kinds: Iterable[Finding]) -> list[Finding]:
    """The first of each kind, in the order of the kinds; then what each has more."""
    found = [list(kind) for kind in kinds]
    return [*(one for kind in found for one in kind[:1]), *(one for kind in found for one in kind[1:])]


def introduced(graph: Graph, findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Findings for readers of another house: bodies addressed are named in full the first time, then by short names.

    The short name stands beside the full one where it is used further below.
    """
    found: list[Finding] = []
    for at, one in enumerate(findings):
        before = {body for other in findings[:at] for body in other.bodies}
        after = {body for other in findings[at + 1 :] for body in other.bodies}
        names = [_in_full(graph, body, is_used=body in after) for body in one.bodies if body not in before]
        names += [called(graph, body) for body in one.bodies if body in before]
        words = format_of("semicolon", graph.language).join(names)
        found.append(replace(one, addressee=words or one.addressee))
    return tuple(found)


def _in_full(graph: Graph, body: str, *, is_used: bool) -> str:
    full, brief = graph.label(body), called(graph, body)
    return f"{full} ({brief})" if is_used and brief != full else full


def followed(brief: Brief, earlier: str, name: str) -> Brief:
    """The same beside an earlier brief, as JSON: what is new, what is still open, what was ticked off, what is solved.

    Raises:
        FormatError: the text is no brief; ``name`` is its file's.
    """
    try:
        before = {str(one["key"]): (str(one["title"]), bool(one["done"])) for one in json.loads(earlier)["findings"]}
    except (KeyError, TypeError, ValueError):
        raise FormatError("no-brief", place=Place(name), remedy="name-brief") from None
    findings = tuple(replace(one, state=_state(before, one.key)) for one in brief.findings)
    now = {one.key for one in findings}
    return replace(
        brief, findings=findings, solved=tuple(title for one, (title, _) in before.items() if one not in now)
    )


def _state(before: Mapping[str, tuple[str, bool]], one: str) -> str:
    if one not in before:
        return "new"
    return "done" if before[one][1] else "open"


def as_json(brief: Brief) -> str:
    """The brief as JSON; ``done`` is for whoever ticks a finding off, and is read back by :func:`followed`."""
    findings = [
        {
            "key": one.key, "title": one.title, "words": one.words, "level": one.level,
            "quotations": [{"words": quoted.words, "document": quoted.document} for quoted in one.quotations],
            "proposal": one.proposal, "addressee": one.addressee, "until": one.until, "done": one.state == "done",
        }
        for one in brief.findings
    ]  # fmt: skip
    made = {"title": brief.title, "language": brief.language, "lead": brief.lead, "findings": findings}
    return json.dumps({**made, "basis": brief.basis}, ensure_ascii=False, indent=2) + "\n"


def called(graph: Graph, iri: str) -> str:
    """A thing by its short name, a plan by the first part of it where no other plan’s begins so."""
    return (
        Subject(graph).brief(iri)
        if iri in graph.known().tables.works.plans
        else graph.labels.brief(iri, graph.language).text
    )


def _citations(graph: Graph, known: Known, plan: str) -> Iterator[Finding]:
    """The citations of the plan and to it that can be expected and were not seen, those that weigh most first."""
    for one in known.occasions:
        if one.is_expected and one.state is not State.SEEN and plan in {one.source, one.target}:
            yield citation(graph, known, one)


def citation(graph: Graph, known: Known, one: Occasion) -> Finding:
    """A citation that can be expected and was not seen, as a finding."""
    language = graph.language
    names = {"citing": called(graph, one.source), "cited": called(graph, one.target)}
    texts = [
        part.text for part in known.weight(one.source, one.target).contributions if part.bits > 0 and not part.is_broad
    ]
    shared = _listed(graph, texts)
    links = [said.link for said in known.between(one.source, one.target)]
    links += [use.link for text in texts[:1] for plan in (one.target, one.source) for use in known.giving(plan, text)]
    level = known.link_level(one.source, one.target)
    words = _WORDS.say(f"citation-{one.state.value}", language, **names, day=_adopted(graph, known, one.source),
                       other=_adopted(graph, known, one.target))  # fmt: skip
    if shared:
        words = f"{words} {_WORDS.say('citation-texts', language, texts=shared)}"
    write = _WORDS.say("citation-write-text" if shared else "citation-write", language, **names, texts=shared)
    first = _WORDS.say("citation-read-first", language, **names) if one.state is State.OPEN else ""
    return Finding(
        f"citation:{key(one.source)}:{key(one.target)}",
        _WORDS.say(f"citation-title-{one.state.value}", language, **names),
        words,
        quotations(graph, links),
        named(level).say(language) if level else "",
        " ".join(part for part in (first, write) if part),
        addressee(graph, known.level, one.source),
        until(graph, one.source),
        bodies=leading(graph, known.level, one.source),
    )


def duties(graph: Graph, level: Level, plan: str) -> list[Margin]:
    """The duties of texts that the plan, an action of it or its mandate names, the longest overdue first."""
    texts = {use.text for use in graph.known(level).uses if graph.homes.get(use.work, use.work) == plan}
    above = graph.read(program_query("report/named-texts"))
    texts |= {text for named, text in above if named in {plan, *texts}}
    owed = [margin for margin in graph.margins(level).rows if margin.obligation.instrument in texts]
    return sorted(owed, key=lambda margin: (-margin.overdue, margin.obligation.iri))


def late(graph: Graph, level: Level) -> list[Margin]:
    """The duties past their date to which no answer is known, at a level."""
    return [margin for margin in graph.margins(level).rows if is_late(margin)]


def is_late(margin: Margin) -> bool:
    """Whether a duty is past its date and no answer to it is known."""
    return margin.met is Met.OPEN


def duty(graph: Graph, found: Margin) -> Finding:
    """A duty past its date as a finding.

    Raises:
        ValueError: it has no date.
    """
    language, due = graph.language, found.obligation.due
    if due is None:
        raise ValueError(found.obligation.iri)
    name, act = graph.label(found.obligation.iri), called(graph, found.obligation.instrument)
    return Finding(
        f"duty:{key(found.obligation.iri)}",
        _WORDS.say("duty-title", language, duty=name),
        _WORDS.say("duty", language, act=act, day=in_words(due, language), n=found.overdue),
        (),
        "",
        _WORDS.say("duty-write", language, act=act),
        _listed(graph, filter(None, [found.obligation.holder])) or _WORDS.say("addressee-unknown", language),
        _WORDS.say("until-passed", language, day=in_words(due, language)),
        bodies=tuple(filter(None, [found.obligation.holder])),
    )


def _shared(graph: Graph, known: Known, plan: str) -> Iterator[Finding]:
    """The plan of the same country it shares most with, and the words by which both name what weighs most."""
    language, of = graph.language, graph.country_of
    pairs = [pair for pair in known.shared if plan in pair and known.shared[pair] > 0]
    near = sorted(
        (other for pair in pairs for other in pair if other != plan and of.get(other) == of.get(plan)),
        key=lambda other: (-known.shared[min(plan, other), max(plan, other)], other),
    )
    for other in near[:1]:
        parts = [part for part in known.weight(plan, other).contributions if part.bits > 0 and not part.is_broad]
        links = [use.link for one in (plan, other) for use in known.giving(one, parts[0].text)[:1]]
        names = {"plan": called(graph, plan), "other": called(graph, other)}
        level = known.link_level(plan, other)
        yield Finding(
            f"shared:{key(plan)}:{key(other)}",
            _WORDS.say("shared-title", language, **names),
            _WORDS.say("shared", language, **names, n=len(parts), texts=_listed(graph, [one.text for one in parts])),
            quotations(graph, links),
            named(level).say(language) if level else "",
            _WORDS.say("shared-write", language, **names),
            addressee(graph, known.level, plan),
            until(graph, plan),
            bodies=leading(graph, known.level, plan),
        )


def _leads(graph: Graph, known: Known, plan: str) -> Iterator[Finding]:
    """The actions of the plan nobody is known to lead."""
    language = graph.language
    led = {one.work for one in graph.involvements if "lead" in one.roles and counts(one.level, known.level)}
    own = sorted(action for action, home in known.tables.works.home.items() if home == plan)
    alone = [action for action in own if action not in led]
    if alone:
        extent = known.tables.readings.extent(plan, Aspect.BODIES)
        yield Finding(
            f"lead:{key(plan)}",
            _WORDS.say("lead-title", language, n=len(alone), of=len(own)),
            _WORDS.say("leads", language, n=len(alone), of=len(own), extent=named(extent).say(language)),
            (),
            "",
            _WORDS.say("lead-write", language, plan=called(graph, plan)),
            addressee(graph, known.level, plan),
            until(graph, plan),
            bodies=leading(graph, known.level, plan),
        )


def _readings(graph: Graph, known: Known, plan: str) -> Iterator[Finding]:
    """What of the plan was not read to its end, so that nothing can be said to be absent."""
    language, readings = graph.language, known.tables.readings
    extents = {aspect: readings.extent(plan, aspect).value for aspect in (Aspect.TEXTS, Aspect.REFERENCES)}
    if all(extent == "full" for extent in extents.values()):
        return
    yield Finding(
        f"reading:{key(plan)}",
        _WORDS.say("reading-title", language),
        _WORDS.say("reading", language, texts=named(readings.extent(plan, Aspect.TEXTS)).say(language),
                   references=named(readings.extent(plan, Aspect.REFERENCES)).say(language)),
        (),
        "",
        _WORDS.say("reading-write", language, plan=called(graph, plan), key=key(plan)),
        _WORDS.say("addressee-readers", language),
        _WORDS.say("until-any", language),
    )  # fmt: skip


def _listed(graph: Graph, things: Iterable[str]) -> str:
    return format_of("semicolon", graph.language).join(called(graph, one) for one in things)


def quotations(graph: Graph, links: Iterable[str]) -> tuple[Quotation, ...]:
    """The first words that were quoted for some links, each once, with the document they stand in."""
    asked = [link for link in dict.fromkeys(links) if link]
    if not asked:
        return ()
    rows = graph.read(program_query("report/meeting", link=sorted(asked)))
    said = sorted((asked.index(link), quote, document) for link, quote, document, _ in rows if quote and document)
    found: dict[str, Quotation] = {}
    for _, quote, document in said:
        # one sentence is often quoted twice, with other marks between its parts
        found.setdefault("".join(filter(str.isalnum, quote)), Quotation(quote, graph.label(document)))
    return tuple(islice(found.values(), QUOTES))


def _adopted(graph: Graph, known: Known, plan: str) -> str:
    """When a plan was issued, in words, as far as known."""
    issued = known.tables.dates[plan].issued if plan in known.tables.dates else None
    if issued is None:
        return _WORDS.say("day-unknown", graph.language)
    if issued.first == issued.last:
        day = in_words(issued.first, graph.language)
        others = _disputed(graph, plan, issued.first)
        return _WORDS.say("day-disputed", graph.language, day=day, others=others) if others else day
    years = sorted({issued.first.year, issued.last.year})
    return "–".join(str(year) for year in years)


def _disputed(graph: Graph, plan: str, day: date) -> str:
    """What other sources say, quoted, where a recorded conflict about the plan is one about this day; else empty."""
    conflicts: dict[str, dict[str, dict[str, str]]] = {}
    for concerned, conflict, position, language, text in graph.read(program_query("report/conflicts")):
        if concerned == plan:
            conflicts.setdefault(conflict, {}).setdefault(position, {})[language] = text.replace("\xa0", " ")
    spelled = {day.isoformat(), *(in_words(day, language).replace("\xa0", " ") for language in LANGUAGES)}
    others: dict[str, None] = {}
    for positions in conflicts.values():
        agreeing = [
            at for at, texts in positions.items() if any(day in text for text in texts.values() for day in spelled)
        ]
        for position, texts in positions.items() if agreeing else ():
            if position not in agreeing:
                words = next((texts[tag] for tag in (graph.language, "en", *texts) if tag in texts), "")
                others[_WORDS.say("quoted", graph.language, words=words)] = None
    return format_of("semicolon", graph.language).join(others)


def leading(graph: Graph, level: Level, plan: str) -> tuple[str, ...]:
    """The bodies that lead a plan as a whole, at the level."""
    found = {one.body for one in graph.involvements
             if one.work == plan and one.roles & {"lead", "responsible"} and counts(one.level, level)}  # fmt: skip
    return tuple(sorted(found))


def addressee(graph: Graph, level: Level, plan: str) -> str:
    """Who leads a plan as a whole, at the level; that nobody is known where that is so."""
    return _listed(graph, leading(graph, level, plan)) or _WORDS.say("addressee-unknown", graph.language)


def until(graph: Graph, plan: str) -> str:
    """Until the end of the period of a plan; with its next edition where that has passed or is not known."""
    ends = graph.periods.get(plan, ("", "", ""))[2]
    if ends[:4].isdecimal() and int(ends[:4]) >= graph.as_of.year:
        return _WORDS.say("until-period", graph.language, year=ends[:4])
    return _WORDS.say("until-edition", graph.language)
