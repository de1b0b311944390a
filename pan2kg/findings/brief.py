"""What somebody can act on: the brief of a plan, up to five findings, and what there is to do about one thing.

A finding says what was found, what to write, to whom and until when. Its key stays the same from
one release to the next: it can be ticked off, and a later brief says which are new, which are still
open and which no longer hold.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from pan2kg import errors
from pan2kg.charts.subject import Subject
from pan2kg.coherence import bodies, citations, evidence, obligations
from pan2kg.coherence.known import Known, basis_line
from pan2kg.graph.graph import Graph
from pan2kg.i18n import catalogue, message
from pan2kg.store.queries import program_query
from pan2kg.tables import figure_words
from pan2kg.turtle.vocabulary import PAN, key

_WORDS: Final = catalogue.Messages("brief")
MOST: Final = 5  # findings in a brief
QUOTES: Final = 2  # quotations in a finding


@dataclass(frozen=True, slots=True)
class Advice:
    """A finding: on whose word it rests, and what mends it; ``bodies`` are addressed, as IRIs.

    ``quotations`` are words with their document; ``state`` is « new », « open » or « done » beside
    an earlier brief.
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


@dataclass(frozen=True, slots=True)
class Brief:
    title: str
    language: catalogue.Language
    lead: str
    findings: tuple[Advice, ...]
    solved: tuple[str, ...]
    basis: str
    rest: str

    def followed(self, earlier: str, name: str) -> "Brief":
        try:
            rows = json.loads(earlier)["findings"]
            before = {str(row["key"]): (str(row["title"]), bool(row["done"])) for row in rows}
        except (KeyError, TypeError, ValueError):
            raise errors.FormatError(
                "no-brief", place=errors.Place(name), remedy="name-brief"
            ) from None
        ticked = {True: "done", False: "open", None: "new"}
        states = {at: done for at, (_, done) in before.items()}
        findings = tuple(
            replace(advice, state=ticked[states.get(advice.key)]) for advice in self.findings
        )
        keys = {advice.key for advice in findings}
        solved = tuple(title for at, (title, _) in before.items() if at not in keys)
        return replace(self, findings=findings, solved=solved)

    def as_json(self) -> str:
        findings = [
            {
                "key": advice.key,
                "title": advice.title,
                "words": advice.words,
                "level": advice.level,
                "quotations": [
                    {"words": words, "document": document} for words, document in advice.quotations
                ],
                "proposal": advice.proposal,
                "addressee": advice.addressee,
                "until": advice.until,
                "done": advice.state == "done",
            }
            for advice in self.findings
        ]
        content = {
            "title": self.title,
            "language": self.language,
            "lead": self.lead,
            "findings": findings,
        }
        return json.dumps({**content, "basis": self.basis}, ensure_ascii=False, indent=2) + "\n"


def write_brief(graph: Graph, plan: str = "", level: evidence.Level = evidence.HEADLINE) -> Brief:
    if not graph.has_actions:
        raise errors.ProjectError("no-action-to-measure", remedy="add-plan")
    iri = (
        plan
        if plan and graph.homes.get(plan) == plan
        else graph.plan(plan)
        if plan
        else graph.own_plan()
    )
    if iri is None:
        raise errors.QueryError("no-plan-named", remedy="name-plan-option")
    known = graph.known(level)
    language = graph.language
    name = called(graph, iri)
    uncited = list(
        _citations(graph, known, lambda occasion: iri in {occasion.source, occasion.target})
    )
    late = [duty(graph, margin) for margin in duties(graph, level, iri) if is_late(margin)]
    # the first of each kind, in the order of the kinds; then what each has more
    every = [*uncited[:1], *late[:1], *_of_plan(graph, known, iri), *uncited[1:], *late[1:]]
    reach = known.reach(iri)
    return Brief(
        _WORDS.say("title", language, plan=name),
        language,
        _WORDS.say(
            "lead",
            language,
            n=reach.linked,
            cites=reach.cites,
            plan=name,
            cited=reach.cited,
            level=figure_words.according_to(level).say(language),
        ),
        introduced(graph, every[:MOST]),
        (),
        figure_words.basis_words(basis_line(known), language),
        _WORDS.say("rest", language, n=len(every) - MOST) if len(every) > MOST else "",
    )


def introduced(graph: Graph, findings: Sequence[Advice]) -> tuple[Advice, ...]:
    # bodies are named in full the first time, beside the short name where that is used further
    # below
    addressed: list[Advice] = []
    for at, advice in enumerate(findings):
        before = {body for earlier in findings[:at] for body in earlier.bodies}
        after = {body for later in findings[at + 1 :] for body in later.bodies}
        names = []
        for body in (body for body in advice.bodies if body not in before):
            full = graph.label(body)
            short = called(graph, body)
            names.append(f"{full} ({short})" if body in after and short != full else full)
        names += [called(graph, body) for body in advice.bodies if body in before]
        words = catalogue.format_of("semicolon", graph.language).join(names)
        addressed.append(replace(advice, addressee=words or advice.addressee))
    return tuple(addressed)


def called(graph: Graph, iri: str) -> str:
    names: dict[str, str] = graph.once(("called in briefs", graph.language), dict)
    if iri not in names:
        is_plan = iri in graph.known().tables.works.plans
        names[iri] = (
            Subject(graph).brief(iri) if is_plan else graph.labels.brief(iri, graph.language).text
        )
    return names[iri]


def _listed(graph: Graph, iris: Iterable[str]) -> str:
    return catalogue.format_of("semicolon", graph.language).join(called(graph, iri) for iri in iris)


def of_pair(graph: Graph, known: Known, source: str, target: str) -> Iterator[Advice]:
    return _citations(
        graph, known, lambda occasion: {occasion.source, occasion.target} == {source, target}
    )


def of_text(graph: Graph, known: Known, text: str) -> Iterator[Advice]:
    late = filter(is_late, graph.margins(known.level).rows)
    weight = known.weight
    yield from (duty(graph, margin) for margin in late if margin.obligation.instrument == text)
    # plans that both rest on it
    yield from _citations(
        graph,
        known,
        lambda at: any(share.text == text for share in weight(at.source, at.target).contributions),
    )


def of_body(graph: Graph, known: Known, body: str) -> Iterator[Advice]:
    late = filter(is_late, graph.margins(known.level).rows)
    yield from (duty(graph, margin) for margin in late if margin.obligation.holder == body)
    parts = involved(graph, known.level, "body").get(body, ())
    led = {
        graph.homes.get(part.work, part.work)
        for part in parts
        if part.roles & {"lead", "responsible"}
    }
    yield from _citations(graph, known, lambda occasion: occasion.source in led)


def of_topic(graph: Graph, known: Known, plans: Iterable[str]) -> Iterator[Advice]:
    dealing = frozenset(plans)
    return _citations(graph, known, lambda occasion: {occasion.source, occasion.target} <= dealing)


def of_action(graph: Graph, known: Known, action: str) -> Iterator[Advice]:
    plan = known.tables.works.home.get(action)
    language = graph.language
    if plan is None:
        return
    parts = involved(graph, known.level, "work").get(action, ())
    used = graph.once(("used", known.level), lambda: {use.work for use in known.uses})
    lacking: list[tuple[str, evidence.Aspect, list[str]]] = []
    if not any("lead" in involvement.roles for involvement in parts):
        lacking.append(("lead", evidence.Aspect.BODIES, [involvement.iri for involvement in parts]))
    if not graph.statements.values(action, f"{PAN}hasTimeline"):
        lacking.append(("date", evidence.Aspect.MEASURES, []))
    if action not in used:
        lacking.append(("text", evidence.Aspect.TEXTS, []))
    name = called(graph, plan)
    whom = (addressee(graph, known.level, plan), until(graph, plan))
    for lack, aspect, links in lacking:
        extent = known.tables.readings.extent(action, aspect, plan)
        is_read = extent is evidence.Extent.FULL
        caveat = "" if is_read else _WORDS.say("action-read-first", language, plan=name)
        write = _WORDS.say(f"action-{lack}-write", language)
        yield Advice(
            f"{lack}:{key(action)}",
            _WORDS.say(f"action-{lack}-title", language),
            _WORDS.say("action-lack", language, extent=figure_words.named(extent).say(language)),
            quotations(graph, links),
            "",
            " ".join(filter(None, (caveat, write))),
            *whom,
        )


def _citations(
    graph: Graph, known: Known, wanted: Callable[[citations.Occasion], bool]
) -> Iterator[Advice]:
    language = graph.language
    open_ = citations.State.OPEN
    unseen = graph.once(
        ("unseen", known.level),
        lambda: [
            occasion
            for occasion in known.occasions
            if occasion.is_expected and occasion.state is not citations.State.SEEN
        ],
    )
    for occasion in filter(wanted, unseen):
        ends = occasion.source, occasion.target
        names = {"citing": called(graph, ends[0]), "cited": called(graph, ends[1])}
        texts = known.weight(*ends).texts
        shared = _listed(graph, texts)
        level = known.link_level(*ends)
        links = [statement.link for statement in known.between(*ends)]
        links += [
            use.link
            for text in texts[:1]
            for plan in ends[::-1]
            for use in known.giving(plan, text)
        ]
        days_of = dict(
            zip(("day", "other"), (_adopted(graph, known, plan) for plan in ends), strict=True)
        )
        words = [_WORDS.say(f"citation-{occasion.state.value}", language, **names, **days_of)]
        words += [_WORDS.say("citation-texts", language, texts=shared)] if shared else []
        write = (
            [_WORDS.say("citation-read-first", language, **names)]
            if occasion.state is open_
            else []
        )
        write += [
            _WORDS.say(
                "citation-write-text" if shared else "citation-write",
                language,
                **names,
                texts=shared,
            )
        ]
        yield Advice(
            f"citation:{key(ends[0])}:{key(ends[1])}",
            _WORDS.say(f"citation-title-{occasion.state.value}", language, **names),
            " ".join(words),
            quotations(graph, links),
            figure_words.named(level).say(language) if level else "",
            " ".join(write),
            addressee(graph, known.level, ends[0]),
            until(graph, ends[0]),
            bodies=leading(graph, known.level, ends[0]),
        )


def duties(graph: Graph, level: evidence.Level, plan: str) -> list[obligations.Margin]:
    def owed() -> list[obligations.Margin]:
        texts = {use.text for use, _ in graph.known(level).used.get(plan, ())}
        naming = {plan, *texts}
        named = graph.read(program_query("findings/named-texts"))
        texts |= {text for work_naming, text in named if work_naming in naming}
        owed = [
            margin for margin in graph.margins(level).rows if margin.obligation.instrument in texts
        ]
        return sorted(owed, key=lambda margin: (-(margin.overdue or 0), margin.obligation.iri))

    return graph.once(("duties", level, plan), owed)


def is_late(margin: obligations.Margin) -> bool:
    return margin.met is obligations.Met.OPEN


def duty(graph: Graph, margin: obligations.Margin) -> Advice:
    language = graph.language
    due = margin.obligation.due
    if due is None:
        raise ValueError(margin.obligation.iri)
    act = called(graph, margin.obligation.instrument)
    day = message.in_words(due, language)
    holders = tuple(filter(None, [margin.obligation.holder]))
    return Advice(
        f"duty:{key(margin.obligation.iri)}",
        _WORDS.say("duty-title", language, duty=graph.label(margin.obligation.iri)),
        _WORDS.say("duty", language, act=act, day=day, n=margin.overdue),
        (),
        "",
        _WORDS.say("duty-write", language, act=act),
        _listed(graph, holders) or _WORDS.say("addressee-unknown", language),
        _WORDS.say("until-passed", language, day=day),
        bodies=holders,
    )


def _of_plan(graph: Graph, known: Known, plan: str) -> Iterator[Advice]:
    language = graph.language
    readings = known.tables.readings
    name = called(graph, plan)
    whom = addressee(graph, known.level, plan), until(graph, plan)
    bodies = leading(graph, known.level, plan)
    # the plan of the same country it shares most with, and the words by which both name what weighs
    # most
    near = sorted(
        (-bits, end)
        for end in known.partners.get(plan, ())
        if (bits := known.shared.get((min(plan, end), max(plan, end)), 0.0)) > 0
        and graph.country_of.get(end) == graph.country_of.get(plan)
    )
    for _, neighbour in near[:1]:
        texts = known.weight(plan, neighbour).texts
        level = known.link_level(plan, neighbour)
        links = [use.link for end in (plan, neighbour) for use in known.giving(end, texts[0])[:1]]
        names = {"plan": name, "other": called(graph, neighbour)}
        yield Advice(
            f"shared:{key(plan)}:{key(neighbour)}",
            _WORDS.say("shared-title", language, **names),
            _WORDS.say("shared", language, **names, n=len(texts), texts=_listed(graph, texts)),
            quotations(graph, links),
            figure_words.named(level).say(language) if level else "",
            _WORDS.say("shared-write", language, **names),
            *whom,
            bodies=bodies,
        )
    by_work = involved(graph, known.level, "work")
    actions = known.members.get(plan, ())
    unled = sum(
        all("lead" not in part.roles for part in by_work.get(action, ())) for action in actions
    )
    counted = {"n": unled, "of": len(actions)}
    if unled:
        extent = figure_words.named(readings.extent(plan, evidence.Aspect.BODIES)).say(language)
        yield Advice(
            f"lead:{key(plan)}",
            _WORDS.say("lead-title", language, **counted),
            _WORDS.say("leads", language, **counted, extent=extent),
            (),
            "",
            _WORDS.say("lead-write", language, plan=name),
            *whom,
            bodies=bodies,
        )
    aspects = evidence.Aspect.TEXTS, evidence.Aspect.REFERENCES
    extents = [readings.extent(plan, aspect) for aspect in aspects]
    if any(extent is not evidence.Extent.FULL for extent in extents):
        texts_read, references_read = (
            figure_words.named(extent).say(language) for extent in extents
        )
        yield Advice(
            f"reading:{key(plan)}",
            _WORDS.say("reading-title", language),
            _WORDS.say("reading", language, texts=texts_read, references=references_read),
            (),
            "",
            _WORDS.say("reading-write", language, plan=name, key=key(plan)),
            _WORDS.say("addressee-readers", language),
            _WORDS.say("until-any", language),
        )


def quotations(graph: Graph, links: Iterable[str]) -> tuple[tuple[str, str], ...]:
    def read() -> dict[str, list[tuple[str, str]]]:
        by_link: dict[str, list[tuple[str, str]]] = {}
        for link, quote, document in sorted(graph.read(program_query("findings/quotations"))):
            by_link.setdefault(link, []).append((quote, document))
        return by_link

    by_link = graph.once("quotations by link", read)
    passages = dict[str, tuple[str, str]]()
    for quote, document in (
        passage for link in dict.fromkeys(links) for passage in by_link.get(link, ())
    ):
        # one sentence is often quoted twice, with other marks between its parts
        passages.setdefault("".join(filter(str.isalnum, quote)), (quote, graph.label(document)))
    return tuple(islice(passages.values(), QUOTES))


def _adopted(graph: Graph, known: Known, plan: str) -> str:
    issued = known.tables.dates[plan].issued if plan in known.tables.dates else None
    if issued is None:
        return _WORDS.say("day-unknown", graph.language)
    if issued.first != issued.last:
        return "–".join(str(year) for year in sorted({issued.first.year, issued.last.year}))
    # What other sources say, quoted, where a recorded conflict about the plan is one about this
    # day; else empty
    conflicts: dict[str, dict[str, dict[str, str]]] = {}
    for concerned, conflict, position, language, text in graph.read(
        program_query("findings/conflicts")
    ):
        if concerned == plan:
            conflicts.setdefault(conflict, {}).setdefault(position, {})[language] = text.replace(
                "\xa0", " "
            )
    spelled = [
        message.in_words(issued.first, language).replace("\xa0", " ")
        for language in catalogue.LANGUAGES
    ]
    spelled.append(issued.first.isoformat())
    differing: list[str] = []
    for positions in conflicts.values():
        joined = {at: "\n".join(texts.values()) for at, texts in positions.items()}
        agreeing = {at for at, text in joined.items() if any(form in text for form in spelled)}
        for texts in (texts for at, texts in positions.items() if agreeing and at not in agreeing):
            words = next(texts[tag] for tag in (graph.language, "en", *texts) if tag in texts)
            differing.append(_WORDS.say("quoted", graph.language, words=words))
    disputes = catalogue.format_of("semicolon", graph.language).join(dict.fromkeys(differing))
    day = message.in_words(issued.first, graph.language)
    return _WORDS.say("day-disputed", graph.language, day=day, others=disputes) if disputes else day


def involved(
    graph: Graph, level: evidence.Level, end: str
) -> Mapping[str, list[bodies.Involvement]]:
    # those that count at a level, by the body that takes part, or by the work
    def read() -> dict[str, list[bodies.Involvement]]:
        by_end: dict[str, list[bodies.Involvement]] = {}
        for involvement in graph.involvements:
            if evidence.counts(involvement.level, level):
                by_end.setdefault(getattr(involvement, end), []).append(involvement)
        return by_end

    return graph.once(("involved", level, end), read)


def leading(graph: Graph, level: evidence.Level, plan: str) -> tuple[str, ...]:
    parts = involved(graph, level, "work").get(plan, ())
    return tuple(sorted({part.body for part in parts if part.roles & {"lead", "responsible"}}))


def addressee(graph: Graph, level: evidence.Level, plan: str) -> str:
    return _listed(graph, leading(graph, level, plan)) or _WORDS.say(
        "addressee-unknown", graph.language
    )


def until(graph: Graph, plan: str) -> str:
    ends = graph.periods.get(plan, ("", "", ""))[2]
    if ends[:4].isdecimal() and int(ends[:4]) >= graph.as_of.year:
        return _WORDS.say("until-period", graph.language, year=ends[:4])
    return _WORDS.say("until-edition", graph.language)
