"""What somebody can act on: the brief of a plan, up to five findings, and what there is to do about one thing.

A finding says what was found, what to write, to whom and until when. Its key stays the same from
one release to the next: it can be ticked off, and a later brief says which are new, which are still
open and which no longer hold.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from pan2kg import errors
from pan2kg.charts.subject import Subject
from pan2kg.coherence import bodies, citations, evidence, obligations
from pan2kg.coherence.known import Known, basis_line
from pan2kg.coherence.standing import Standing
from pan2kg.graph.graph import Graph
from pan2kg.i18n import catalogue, message
from pan2kg.store.queries import program_query
from pan2kg.tables import figure_words
from pan2kg.turtle.vocabulary import PAN, key

_WORDS: Final = catalogue.Messages("brief")
MOST: Final = 5
"""How many findings a brief has."""
QUOTES: Final = 2
"""How many quotations a finding has."""
_LEADING: Final = frozenset({"lead", "responsible"})
"""The parts in a work by which a body is addressed about it."""


@dataclass(frozen=True, slots=True)
class Advice:
    """A finding: on whose word it rests, and what mends it; ``bodies`` are addressed, as IRIs.

    ``quotations`` are words with their document; ``state`` is « new », « open » or « done » beside
    an earlier brief, and empty where there is none. ``level`` names the level of evidence, or is
    empty where the finding rests on no statement.
    """

    key: str
    title: str
    words: str
    quotations: tuple[tuple[str, str], ...]
    level: str
    proposal: str
    addressee: str
    until: str
    state: str = ""
    bodies: tuple[str, ...] = ()


class _Earlier(NamedTuple):
    # a finding of an earlier brief, as its file has it
    title: str
    is_done: bool


@dataclass(frozen=True, slots=True)
class Brief:
    """The findings about a plan, the most pressing kinds first, in one language.

    ``solved`` are titles of findings of an earlier brief that no longer hold, ``basis`` says what
    was counted, and ``rest`` how many more findings there are.
    """

    title: str
    language: catalogue.Language
    lead: str
    findings: tuple[Advice, ...]
    solved: tuple[str, ...]
    basis: str
    rest: str

    def followed(self, earlier: str, name: str) -> "Brief":
        """This brief beside an earlier one, given as JSON: what is new, open, done or solved.

        Raises:
            FormatError: the text is no brief; ``name`` is that of its file.

        >>> brief = Brief("", "en", "", (), (), "", "")
        >>> row = {"key": "citation:a:b", "title": "Cite the plan", "done": False}
        >>> brief.followed(json.dumps({"findings": [row]}), "brief.json").solved
        ('Cite the plan',)
        """
        before = _read_earlier(earlier, name)
        findings = []
        for advice in self.findings:
            state = "new"
            if advice.key in before:
                state = "done" if before[advice.key].is_done else "open"
            findings.append(replace(advice, state=state))
        keys = {advice.key for advice in findings}
        solved = [finding.title for at, finding in before.items() if at not in keys]
        return replace(self, findings=tuple(findings), solved=tuple(solved))

    def as_json(self) -> str:
        """The brief as a file to tick findings off in, which a later brief reads.

        >>> json.loads(Brief("PAN 2", "en", "", (), (), "", "").as_json())["title"]
        'PAN 2'
        """
        content = {
            "title": self.title,
            "language": self.language,
            "lead": self.lead,
            "findings": [_row(advice) for advice in self.findings],
            "basis": self.basis,
        }
        return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _row(advice: Advice) -> dict[str, object]:
    quoted = [{"words": words, "document": document} for words, document in advice.quotations]
    return {
        "key": advice.key,
        "title": advice.title,
        "words": advice.words,
        "level": advice.level,
        "quotations": quoted,
        "proposal": advice.proposal,
        "addressee": advice.addressee,
        "until": advice.until,
        "done": advice.state == "done",
    }


def _read_earlier(text: str, name: str) -> dict[str, _Earlier]:
    earlier: dict[str, _Earlier] = {}
    try:
        for row in json.loads(text)["findings"]:
            earlier[str(row["key"])] = _Earlier(str(row["title"]), bool(row["done"]))
    except (KeyError, TypeError, ValueError):
        place = errors.Place(name)
        raise errors.FormatError("no-brief", place=place, remedy="name-brief") from None
    return earlier


def write_brief(graph: Graph, plan: str = "", level: evidence.Level = evidence.HEADLINE) -> Brief:
    """The brief of a plan, by IRI or key, in the language of the graph; by default of its own plan.

    Raises:
        ProjectError: the graph has no action.
        QueryError: the plan is unknown, or none is named and the project has none of its own.

    >>> from pan2kg import open_graph
    >>> brief = write_brief(open_graph().spoken("en"), "lu-bhr-2")
    >>> 0 < len(brief.findings) <= MOST, brief.language
    (True, 'en')
    """
    if not graph.has_actions:
        raise errors.ProjectError("no-action-to-measure", remedy="add-plan")
    iri = _plan_of(graph, plan)
    known = graph.known(level)
    language = graph.language
    name = called(graph, iri)
    findings = _findings(graph, known, iri)
    reach = known.reach(iri)
    lead = _WORDS.say(
        "lead",
        language,
        n=reach.linked,
        cites=reach.cites,
        plan=name,
        cited=reach.cited,
        level=figure_words.according_to(level).say(language),
    )
    more = len(findings) - MOST
    return Brief(
        title=_WORDS.say("title", language, plan=name),
        language=language,
        lead=lead,
        findings=introduced(graph, findings[:MOST]),
        solved=(),
        basis=figure_words.basis_words(basis_line(known), language),
        rest=_WORDS.say("rest", language, n=more) if more > 0 else "",
    )


def _plan_of(graph: Graph, plan: str) -> str:
    if plan and graph.homes.get(plan) == plan:
        return plan
    iri = graph.plan(plan) if plan else graph.own_plan()
    if iri is None:
        raise errors.QueryError("no-plan-named", remedy="name-plan-option")
    return iri


def _findings(graph: Graph, known: Known, plan: str) -> list[Advice]:
    # the first of each kind, in the order of the kinds; then what each has more
    def concerns(occasion: citations.Occasion) -> bool:
        return plan in {occasion.source, occasion.target}

    uncited = list(_citations(graph, known, concerns))
    owed = duties(graph, known.level, plan)
    late = [duty(graph, margin) for margin in owed if is_late(margin)]
    return [*uncited[:1], *late[:1], *_of_plan(graph, known, plan), *uncited[1:], *late[1:]]


def introduced(graph: Graph, findings: Sequence[Advice]) -> tuple[Advice, ...]:
    """The findings with their addressees named: a body in full the first time, then by its short name.

    Where the short name is used further below, it stands in parentheses behind the full one.
    """
    addressed: list[Advice] = []
    for place, advice in enumerate(findings):
        before = {body for earlier in findings[:place] for body in earlier.bodies}
        after = {body for later in findings[place + 1 :] for body in later.bodies}
        names = [
            _in_full(graph, body, is_used_below=body in after)
            for body in advice.bodies
            if body not in before
        ]
        names += [called(graph, body) for body in advice.bodies if body in before]
        words = _joined(graph, names)
        addressed.append(replace(advice, addressee=words or advice.addressee))
    return tuple(addressed)


def _in_full(graph: Graph, body: str, *, is_used_below: bool) -> str:
    full = graph.label(body)
    short = called(graph, body)
    return f"{full} ({short})" if is_used_below and short != full else full


def called(graph: Graph, iri: str) -> str:
    """The short name of a thing in the language of the graph, that of a plan as pictures have it."""
    names: dict[str, str] = graph.once(("called in briefs", graph.language), dict)
    if iri not in names:
        if iri in graph.known().tables.works.plans:
            names[iri] = Subject(graph).brief(iri)
        else:
            names[iri] = graph.labels.brief(iri, graph.language).text
    return names[iri]


def _joined(graph: Graph, words: Iterable[str]) -> str:
    return catalogue.format_of("semicolon", graph.language).join(words)


def _listed(graph: Graph, iris: Iterable[str]) -> str:
    return _joined(graph, [called(graph, iri) for iri in iris])


def _level_name(graph: Graph, level: evidence.Level | None) -> str:
    return figure_words.named(level).say(graph.language) if level else ""


def of_pair(graph: Graph, known: Known, source: str, target: str) -> Iterator[Advice]:
    """What to write where two plans, by IRI, could be expected to cite each other and do not."""

    def is_theirs(occasion: citations.Occasion) -> bool:
        return {occasion.source, occasion.target} == {source, target}

    return _citations(graph, known, is_theirs)


def of_text(graph: Graph, known: Known, text: str) -> Iterator[Advice]:
    """What to do about a text, by IRI: its late duties, then citations between plans that rest on it."""
    for margin in graph.margins(known.level).rows:
        if is_late(margin) and margin.obligation.instrument == text:
            yield duty(graph, margin)

    def both_rest_on_it(occasion: citations.Occasion) -> bool:
        shares = known.weight(occasion.source, occasion.target).contributions
        return any(share.text == text for share in shares)

    yield from _citations(graph, known, both_rest_on_it)


def of_body(graph: Graph, known: Known, body: str) -> Iterator[Advice]:
    """What a body, by IRI, can act on: its late duties, then citations of plans it leads."""
    for margin in graph.margins(known.level).rows:
        if is_late(margin) and margin.obligation.holder == body:
            yield duty(graph, margin)
    led = set()
    for involvement in involved(graph, known.level, "body").get(body, ()):
        if involvement.roles & _LEADING:
            led.add(graph.homes.get(involvement.work, involvement.work))
    yield from _citations(graph, known, lambda occasion: occasion.source in led)


def of_topic(graph: Graph, known: Known, plans: Iterable[str]) -> Iterator[Advice]:
    """What to write where plans that deal with a topic could be expected to cite each other."""
    dealing = frozenset(plans)

    def is_among_them(occasion: citations.Occasion) -> bool:
        return {occasion.source, occasion.target} <= dealing

    return _citations(graph, known, is_among_them)


class _Lack(NamedTuple):
    # what an action lacks: its key in messages, in which reading it would have been seen, and the
    # links whose quotations show what there is instead
    key: str
    aspect: evidence.Aspect
    links: Sequence[str] = ()


def of_action(graph: Graph, known: Known, action: str) -> Iterator[Advice]:
    """What an action, by IRI, lacks: who leads it, a date, a text it rests on; none without a plan."""
    plan = known.tables.works.home.get(action)
    if plan is None:
        return
    language = graph.language
    whom = addressee(graph, known.level, plan)
    end = until(graph, plan)
    for lack in _lacks(graph, known, action):
        extent = known.tables.readings.extent(action, lack.aspect, plan)
        proposal = _WORDS.say(f"action-{lack.key}-write", language)
        if extent is not evidence.Extent.FULL:
            caveat = _WORDS.say("action-read-first", language, plan=called(graph, plan))
            proposal = f"{caveat} {proposal}"
        words = _WORDS.say("action-lack", language, extent=figure_words.named(extent).say(language))
        yield Advice(
            key=f"{lack.key}:{key(action)}",
            title=_WORDS.say(f"action-{lack.key}-title", language),
            words=words,
            quotations=quotations(graph, lack.links),
            level="",
            proposal=proposal,
            addressee=whom,
            until=end,
        )


def _lacks(graph: Graph, known: Known, action: str) -> Iterator[_Lack]:
    involvements = involved(graph, known.level, "work").get(action, ())
    if not any("lead" in involvement.roles for involvement in involvements):
        links = [involvement.iri for involvement in involvements]
        yield _Lack("lead", evidence.Aspect.BODIES, links)
    if not graph.statements.values(action, f"{PAN}hasTimeline"):
        yield _Lack("date", evidence.Aspect.MEASURES)
    resting = graph.once(("used", known.level), lambda: {use.work for use in known.uses})
    if action not in resting:
        yield _Lack("text", evidence.Aspect.TEXTS)


def _citations(
    graph: Graph, known: Known, is_wanted: Callable[[citations.Occasion], bool]
) -> Iterator[Advice]:
    # a plan could be expected to cite another, and is not seen to
    for occasion in _unseen(graph, known):
        if is_wanted(occasion):
            yield _citation(graph, known, occasion)


def _unseen(graph: Graph, known: Known) -> list[citations.Occasion]:
    def unseen() -> list[citations.Occasion]:
        expected = [occasion for occasion in known.occasions if occasion.is_expected]
        return [occasion for occasion in expected if occasion.state is not Standing.STATED]

    return graph.once(("unseen", known.level), unseen)


def _citation(graph: Graph, known: Known, occasion: citations.Occasion) -> Advice:
    language = graph.language
    state = occasion.state.value
    source = occasion.source
    target = occasion.target
    names = {"citing": called(graph, source), "cited": called(graph, target)}
    texts = known.weight(source, target).texts
    shared = _listed(graph, texts)
    days = {"day": _adopted(graph, known, source), "other": _adopted(graph, known, target)}
    words = [_WORDS.say(f"citation-{state}", language, **names, **days)]
    proposals = []
    if occasion.state is Standing.UNREAD:
        proposals.append(_WORDS.say("citation-read-first", language, **names))
    if shared:
        words.append(_WORDS.say("citation-texts", language, texts=shared))
        proposals.append(_WORDS.say("citation-write-text", language, **names, texts=shared))
    else:
        proposals.append(_WORDS.say("citation-write", language, **names, texts=shared))
    links = [statement.link for statement in known.between(source, target)]
    # beside the statements between both, how each names what weighs most, the cited one first
    for text in texts[:1]:
        for plan in (target, source):
            links += [use.link for use in known.giving(plan, text)]
    return Advice(
        key=f"citation:{key(source)}:{key(target)}",
        title=_WORDS.say(f"citation-title-{state}", language, **names),
        words=" ".join(words),
        quotations=quotations(graph, links),
        level=_level_name(graph, known.link_level(source, target)),
        proposal=" ".join(proposals),
        addressee=addressee(graph, known.level, source),
        until=until(graph, source),
        bodies=leading(graph, known.level, source),
    )


def duties(graph: Graph, level: evidence.Level, plan: str) -> list[obligations.Margin]:
    """The duties of the texts a plan, by IRI, its actions or its mandate name, the most overdue first."""

    def owed() -> list[obligations.Margin]:
        texts = {use.text for use, _ in graph.known(level).used.get(plan, ())}
        naming = {plan, *texts}
        for work, text in graph.read(program_query("findings/named-texts")):
            if work in naming:
                texts.add(text)
        margins = graph.margins(level).rows
        of_texts = [margin for margin in margins if margin.obligation.instrument in texts]
        return sorted(of_texts, key=lambda margin: (-(margin.overdue or 0), margin.obligation.iri))

    return graph.once(("duties", level, plan), owed)


def is_late(margin: obligations.Margin) -> bool:
    """Whether the day of a duty has passed, an answer was looked for, and none was seen."""
    return margin.is_unanswered


def duty(graph: Graph, margin: obligations.Margin) -> Advice:
    """What to do about a duty whose day has passed.

    Raises:
        ValueError: it has no day by which it is due.
    """
    obligation = margin.obligation
    if obligation.due is None:
        raise ValueError(obligation.iri)
    language = graph.language
    act = called(graph, obligation.instrument)
    day = message.in_words(obligation.due, language)
    holders = (obligation.holder,) if obligation.holder else ()
    return Advice(
        key=f"duty:{key(obligation.iri)}",
        title=_WORDS.say("duty-title", language, duty=graph.label(obligation.iri)),
        words=_WORDS.say("duty", language, act=act, day=day, n=margin.overdue),
        quotations=(),
        level="",
        proposal=_WORDS.say("duty-write", language, act=act),
        addressee=_listed(graph, holders) or _WORDS.say("addressee-unknown", language),
        until=_WORDS.say("until-passed", language, day=day),
        bodies=holders,
    )


def _of_plan(graph: Graph, known: Known, plan: str) -> Iterator[Advice]:
    neighbour = _neighbour(graph, known, plan)
    if neighbour:
        yield _shared(graph, known, plan, neighbour)
    yield from _unled(graph, known, plan)
    yield from _unread(graph, known, plan)


def _neighbour(graph: Graph, known: Known, plan: str) -> str:
    # the plan of the same country it shares most with, empty where there is none
    near: list[tuple[float, str]] = []
    for partner in known.partners.get(plan, ()):
        bits = known.shared.get((min(plan, partner), max(plan, partner)), 0.0)
        if bits > 0 and graph.country_of.get(partner) == graph.country_of.get(plan):
            near.append((-bits, partner))
    return min(near)[1] if near else ""


def _shared(graph: Graph, known: Known, plan: str, neighbour: str) -> Advice:
    language = graph.language
    texts = known.weight(plan, neighbour).texts
    names = {"plan": called(graph, plan), "other": called(graph, neighbour)}
    # the words by which both name what weighs most
    links = []
    for end in (plan, neighbour):
        links += [use.link for use in known.giving(end, texts[0])[:1]]
    return Advice(
        key=f"shared:{key(plan)}:{key(neighbour)}",
        title=_WORDS.say("shared-title", language, **names),
        words=_WORDS.say("shared", language, **names, n=len(texts), texts=_listed(graph, texts)),
        quotations=quotations(graph, links),
        level=_level_name(graph, known.link_level(plan, neighbour)),
        proposal=_WORDS.say("shared-write", language, **names),
        addressee=addressee(graph, known.level, plan),
        until=until(graph, plan),
        bodies=leading(graph, known.level, plan),
    )


def _unled(graph: Graph, known: Known, plan: str) -> Iterator[Advice]:
    # how many of its actions nobody is said to lead
    language = graph.language
    by_work = involved(graph, known.level, "work")
    actions = known.members.get(plan, ())
    unled = 0
    for action in actions:
        if not any("lead" in involvement.roles for involvement in by_work.get(action, ())):
            unled += 1
    if not unled:
        return
    counted = {"n": unled, "of": len(actions)}
    extent = known.tables.readings.extent(plan, evidence.Aspect.BODIES)
    extent_name = figure_words.named(extent).say(language)
    yield Advice(
        key=f"lead:{key(plan)}",
        title=_WORDS.say("lead-title", language, **counted),
        words=_WORDS.say("leads", language, **counted, extent=extent_name),
        quotations=(),
        level="",
        proposal=_WORDS.say("lead-write", language, plan=called(graph, plan)),
        addressee=addressee(graph, known.level, plan),
        until=until(graph, plan),
        bodies=leading(graph, known.level, plan),
    )


def _unread(graph: Graph, known: Known, plan: str) -> Iterator[Advice]:
    # it was not read in full for texts or for references
    language = graph.language
    texts = known.tables.readings.extent(plan, evidence.Aspect.TEXTS)
    references = known.tables.readings.extent(plan, evidence.Aspect.REFERENCES)
    if texts is references is evidence.Extent.FULL:
        return
    extents = {
        "texts": figure_words.named(texts).say(language),
        "references": figure_words.named(references).say(language),
    }
    yield Advice(
        key=f"reading:{key(plan)}",
        title=_WORDS.say("reading-title", language),
        words=_WORDS.say("reading", language, **extents),
        quotations=(),
        level="",
        proposal=_WORDS.say("reading-write", language, plan=called(graph, plan), key=key(plan)),
        addressee=_WORDS.say("addressee-readers", language),
        until=_WORDS.say("until-any", language),
    )


def quotations(graph: Graph, links: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Up to :data:`QUOTES` quotations of links, by IRI, each with the name of its document."""

    def read() -> dict[str, list[tuple[str, str]]]:
        passages: dict[str, list[tuple[str, str]]] = {}
        for link, quote, document in sorted(graph.read(program_query("findings/quotations"))):
            passages.setdefault(link, []).append((quote, document))
        return passages

    by_link = graph.once("quotations by link", read)
    distinct: dict[str, tuple[str, str]] = {}
    for link in dict.fromkeys(links):
        for quote, document in by_link.get(link, ()):
            # one sentence is often quoted twice, with other marks between its parts
            letters = "".join(filter(str.isalnum, quote))
            distinct.setdefault(letters, (quote, graph.label(document)))
    return tuple(distinct.values())[:QUOTES]


def _adopted(graph: Graph, known: Known, plan: str) -> str:
    # the day of a plan in words, or the years it may be of, with what other sources say
    dates = known.tables.dates.get(plan)
    issued = dates.issued if dates else None
    if issued is None:
        return _WORDS.say("day-unknown", graph.language)
    if issued.first != issued.last:
        return "–".join(str(year) for year in sorted({issued.first.year, issued.last.year}))
    day = message.in_words(issued.first, graph.language)
    spelled = [issued.first.isoformat()]
    for language in catalogue.LANGUAGES:
        spelled.append(_plain_spaces(message.in_words(issued.first, language)))
    disputes = _joined(graph, dict.fromkeys(_differing(graph, plan, spelled)))
    if not disputes:
        return day
    return _WORDS.say("day-disputed", graph.language, day=day, others=disputes)


def _plain_spaces(text: str) -> str:
    return text.replace("\xa0", " ")


def _differing(graph: Graph, plan: str, spelled: Sequence[str]) -> Iterator[str]:
    # what other sources say, quoted, where a recorded conflict about the plan is one about its
    # day: a position of the conflict says that day, in one of the ways it is spelled
    for positions in _conflicts(graph, plan).values():
        differing = []
        for texts in positions.values():
            whole = "\n".join(texts.values())
            if not any(day in whole for day in spelled):
                differing.append(texts)
        if len(differing) == len(positions):
            continue
        for texts in differing:
            tag = next(tag for tag in (graph.language, "en", *texts) if tag in texts)
            yield _WORDS.say("quoted", graph.language, words=texts[tag])


def _conflicts(graph: Graph, plan: str) -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    # conflict → position → language → its text
    conflicts: dict[str, dict[str, dict[str, str]]] = {}
    rows = graph.read(program_query("findings/conflicts"))
    for concerned, conflict, position, language, text in rows:
        if concerned == plan:
            positions = conflicts.setdefault(conflict, {})
            positions.setdefault(position, {})[language] = _plain_spaces(text)
    return conflicts


def involved(
    graph: Graph, level: evidence.Level, end: str
) -> Mapping[str, list[bodies.Involvement]]:
    """The involvements that count at a level, by their ``end``: the « body » that takes part, or the « work »."""

    def read() -> dict[str, list[bodies.Involvement]]:
        by_end: dict[str, list[bodies.Involvement]] = {}
        for involvement in graph.involvements:
            if evidence.counts(involvement.level, level):
                by_end.setdefault(getattr(involvement, end), []).append(involvement)
        return by_end

    return graph.once(("involved", level, end), read)


def leading(graph: Graph, level: evidence.Level, plan: str) -> tuple[str, ...]:
    """The bodies, by IRI, that lead a plan or are responsible for it, in order."""
    parts = involved(graph, level, "work").get(plan, ())
    return tuple(
        sorted({involvement.body for involvement in parts if involvement.roles & _LEADING})
    )


def addressee(graph: Graph, level: evidence.Level, plan: str) -> str:
    """Who is addressed about a plan, by short names; in words where nobody is known."""
    names = _listed(graph, leading(graph, level, plan))
    return names or _WORDS.say("addressee-unknown", graph.language)


def until(graph: Graph, plan: str) -> str:
    """By when a plan can be changed: before its period ends, or that it has ended, and when.

    Where no end is known it is the next edition.
    """
    end = graph.periods.get(plan, ("", "", ""))[2]
    year = end[:4]
    if not year.isdecimal():
        return _WORDS.say("until-edition", graph.language)
    # an end may be a day, a month or a year, and lasts to its last day
    today = graph.as_of.isoformat()
    if end < today[: len(end)]:
        return _WORDS.say("until-ended", graph.language, year=year)
    return _WORDS.say("until-period", graph.language, year=year)
