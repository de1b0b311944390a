"""What somebody can act on: the brief of a plan, up to five findings, and what there is to do about one thing.

A finding says what was found, what to write, to whom and until when. Its key stays the same from
one release to the next: it can be ticked off, and a later brief says which are new, which are still
open and which no longer hold. How a finding is put into words stands in
:mod:`pan2kg.findings.wording`; pages, files and command line take findings from here.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from pan2kg import errors
from pan2kg.coherence import citations, evidence, obligations
from pan2kg.coherence.known import Known, basis_line, in_order
from pan2kg.coherence.standing import Standing
from pan2kg.findings.wording import (
    LEADING,
    WORDS,
    QuotedWords,
    addressee,
    adopted,
    called,
    extent_name,
    involvements_by_body,
    involvements_by_work,
    joined,
    leading,
    level_name,
    listed,
    quotations,
    until,
)
from pan2kg.graph.graph import Graph
from pan2kg.i18n import Language, format_day
from pan2kg.store import program_query
from pan2kg.tables import figure_words
from pan2kg.turtle.vocabulary import PAN, key

MOST = 5
"""How many findings a brief has at most."""


# The brief as a record and as a file


@dataclass(frozen=True, slots=True)
class BriefFinding:
    """What was found, on whose word it rests, and what mends it; ``bodies`` are addressed, as IRIs.

    ``state`` is « new », « open » or « done » beside an earlier brief, and empty where there is
    none. ``level`` names the level of evidence, or is empty where the finding rests on no
    statement.
    """

    key: str
    title: str
    words: str
    proposal: str
    addressee: str = ""
    until: str = ""
    quotations: tuple[QuotedWords, ...] = ()
    level: str = ""
    state: str = ""
    bodies: tuple[str, ...] = ()

    def for_leads(self, graph: Graph, level: evidence.Level, plan: str) -> "BriefFinding":
        """The same finding, addressed to who leads a plan, until the plan can be changed."""
        leads = leading(graph, level, plan)
        return replace(
            self, addressee=addressee(graph, leads), until=until(graph, plan), bodies=leads
        )

    def as_row(self) -> dict[str, object]:
        """The finding as a brief in JSON has it."""
        return {
            "key": self.key,
            "title": self.title,
            "words": self.words,
            "level": self.level,
            "quotations": [quotation._asdict() for quotation in self.quotations],
            "proposal": self.proposal,
            "addressee": self.addressee,
            "until": self.until,
            "done": self.state == "done",
        }


class _EarlierFinding(NamedTuple):
    """A finding of an earlier brief, as its file has it."""

    title: str
    is_done: bool


@dataclass(frozen=True, slots=True)
class Brief:
    """The findings about a plan, the most pressing kinds first, in one language.

    ``solved`` are titles of findings of an earlier brief that no longer hold, ``basis`` says what
    was counted, and ``unlisted`` how many more findings there are, empty where there are none.
    """

    title: str
    language: Language
    lead: str
    findings: tuple[BriefFinding, ...]
    solved: tuple[str, ...]
    basis: str
    unlisted: str

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
        for finding in self.findings:
            state = "new"
            if finding.key in before:
                state = "done" if before[finding.key].is_done else "open"
            findings.append(replace(finding, state=state))
        current_keys = {finding.key for finding in findings}
        solved = [past.title for past_key, past in before.items() if past_key not in current_keys]
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
            "findings": [finding.as_row() for finding in self.findings],
            "basis": self.basis,
        }
        return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _read_earlier(text: str, name: str) -> dict[str, _EarlierFinding]:
    """The findings of an earlier brief by key."""
    earlier = {}
    try:
        for row in json.loads(text)["findings"]:
            earlier[str(row["key"])] = _EarlierFinding(str(row["title"]), bool(row["done"]))
    except (KeyError, TypeError, ValueError):
        place = errors.Place(name)
        raise errors.FormatError("no-brief", place=place, remedy="name-brief") from None
    return earlier


# The brief of a plan


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
    lead = WORDS.say(
        "lead",
        language,
        n=reach.linked,
        cites=reach.cites,
        plan=name,
        cited=reach.cited,
        level=figure_words.according_to(level).say(language),
    )
    unlisted = len(findings) - MOST
    return Brief(
        title=WORDS.say("title", language, plan=name),
        language=language,
        lead=lead,
        findings=introduced(graph, findings[:MOST]),
        solved=(),
        basis=figure_words.basis_words(basis_line(known), language),
        unlisted=WORDS.say("rest", language, n=unlisted) if unlisted > 0 else "",
    )


def _plan_of(graph: Graph, plan: str) -> str:
    if plan and graph.homes.get(plan) == plan:
        return plan
    iri = graph.plan(plan) if plan else graph.own_plan()
    if iri is None:
        raise errors.QueryError("no-plan-named", remedy="name-plan-option")
    return iri


def _findings(graph: Graph, known: Known, plan: str) -> list[BriefFinding]:
    """The first finding of each kind, in the order of the kinds; then what each kind has more."""
    first = []
    further = []
    for find in _KINDS_OF_PLAN:
        findings = list(find(graph, known, plan))
        first += findings[:1]
        further += findings[1:]
    return first + further


def introduced(graph: Graph, findings: Sequence[BriefFinding]) -> tuple[BriefFinding, ...]:
    """The findings with their addressees named: a body in full the first time, then by its short name.

    Where the short name is used further below, it stands in parentheses behind the full one.
    """
    addressed = []
    for place, finding in enumerate(findings):
        before = {body for earlier in findings[:place] for body in earlier.bodies}
        after = {body for later in findings[place + 1 :] for body in later.bodies}
        names = []
        for body in finding.bodies:
            if body not in before:
                names.append(_in_full(graph, body, is_used_below=body in after))
        names += [called(graph, body) for body in finding.bodies if body in before]
        words = joined(graph, names)
        addressed.append(replace(finding, addressee=words or finding.addressee))
    return tuple(addressed)


def _in_full(graph: Graph, body: str, *, is_used_below: bool) -> str:
    full = graph.label(body)
    short = called(graph, body)
    return f"{full} ({short})" if is_used_below and short != full else full


# What there is to do about one thing, for its page


def of_pair(graph: Graph, known: Known, source: str, target: str) -> Iterator[BriefFinding]:
    """What to write where two plans, by IRI, could be expected to cite each other and do not."""

    def is_theirs(occasion: citations.Occasion) -> bool:
        return {occasion.source, occasion.target} == {source, target}

    return _uncited(graph, known, is_theirs)


def of_text(graph: Graph, known: Known, text: str) -> Iterator[BriefFinding]:
    """What to do about a text, by IRI: its late duties, then citations between plans that rest on it."""
    for duty in graph.margins(known.level).rows:
        if duty.is_unanswered and duty.obligation.instrument == text:
            yield _late_duty(graph, duty)

    def both_rest_on_it(occasion: citations.Occasion) -> bool:
        shares = known.weight(occasion.source, occasion.target).contributions
        return any(share.text == text for share in shares)

    yield from _uncited(graph, known, both_rest_on_it)


def of_body(graph: Graph, known: Known, body: str) -> Iterator[BriefFinding]:
    """What a body, by IRI, can act on: its late duties, then citations of plans it leads."""
    for duty in graph.margins(known.level).rows:
        if duty.is_unanswered and duty.obligation.holder == body:
            yield _late_duty(graph, duty)
    led = set()
    for involvement in involvements_by_body(graph, known.level).get(body, ()):
        if involvement.roles & LEADING:
            led.add(graph.homes.get(involvement.work, involvement.work))
    yield from _uncited(graph, known, lambda occasion: occasion.source in led)


def of_topic(graph: Graph, known: Known, plans: Iterable[str]) -> Iterator[BriefFinding]:
    """What to write where plans that deal with a topic could be expected to cite each other."""
    dealing = frozenset(plans)

    def is_among_them(occasion: citations.Occasion) -> bool:
        return {occasion.source, occasion.target} <= dealing

    return _uncited(graph, known, is_among_them)


class _Lack(NamedTuple):
    """What an action lacks: its key in messages, in which reading it would have been seen.

    ``links`` are those whose quotations show what there is instead.
    """

    key: str
    aspect: evidence.Aspect
    links: Sequence[str] = ()


def of_action(graph: Graph, known: Known, action: str) -> Iterator[BriefFinding]:
    """What an action, by IRI, lacks: who leads it, a date, a text it rests on; none without a plan."""
    plan = known.tables.works.home.get(action)
    if plan is None:
        return
    language = graph.language
    for lack in _lacks(graph, known, action):
        extent = known.tables.readings.extent(action, lack.aspect, plan)
        proposal = WORDS.say(f"action-{lack.key}-write", language)
        if extent is not evidence.Extent.FULL:
            caveat = WORDS.say("action-read-first", language, plan=called(graph, plan))
            proposal = f"{caveat} {proposal}"
        yield BriefFinding(
            key=f"{lack.key}:{key(action)}",
            title=WORDS.say(f"action-{lack.key}-title", language),
            words=WORDS.say("action-lack", language, extent=extent_name(graph, extent)),
            proposal=proposal,
            addressee=addressee(graph, leading(graph, known.level, plan)),
            until=until(graph, plan),
            quotations=quotations(graph, lack.links),
        )


def _lacks(graph: Graph, known: Known, action: str) -> Iterator[_Lack]:
    involvements = involvements_by_work(graph, known.level).get(action, ())
    if not any("lead" in involvement.roles for involvement in involvements):
        links = [involvement.iri for involvement in involvements]
        yield _Lack("lead", evidence.Aspect.BODIES, links)
    if not graph.statements.values(action, f"{PAN}hasTimeline"):
        yield _Lack("date", evidence.Aspect.MEASURES)
    works_with_text = graph.once(
        ("works with text", known.level), lambda: {use.work for use in known.uses}
    )
    if action not in works_with_text:
        yield _Lack("text", evidence.Aspect.TEXTS)


# Citations that are expected and not seen


def _uncited_by_plan(graph: Graph, known: Known, plan: str) -> Iterator[BriefFinding]:
    def concerns_plan(occasion: citations.Occasion) -> bool:
        return plan in {occasion.source, occasion.target}

    return _uncited(graph, known, concerns_plan)


def _uncited(
    graph: Graph, known: Known, is_wanted: Callable[[citations.Occasion], bool]
) -> Iterator[BriefFinding]:
    """Where a plan could be expected to cite another, and is not seen to."""
    for occasion in _unseen(graph, known):
        if is_wanted(occasion):
            yield _citation(graph, known, occasion)


def _unseen(graph: Graph, known: Known) -> list[citations.Occasion]:
    def unseen() -> list[citations.Occasion]:
        expected = [occasion for occasion in known.occasions if occasion.is_expected]
        return [occasion for occasion in expected if occasion.state is not Standing.STATED]

    return graph.once(("unseen", known.level), unseen)


def _citation(graph: Graph, known: Known, occasion: citations.Occasion) -> BriefFinding:
    language = graph.language
    state = occasion.state.value
    source = occasion.source
    target = occasion.target
    names = {"citing": called(graph, source), "cited": called(graph, target)}
    days = {"day": adopted(graph, known, source), "other": adopted(graph, known, target)}
    words = [WORDS.say(f"citation-{state}", language, **names, **days)]
    proposals = []
    if occasion.state is Standing.UNREAD:
        proposals.append(WORDS.say("citation-read-first", language, **names))
    texts = known.weight(source, target).texts
    shared = listed(graph, texts)
    if shared:
        words.append(WORDS.say("citation-texts", language, texts=shared))
        proposals.append(WORDS.say("citation-write-text", language, **names, texts=shared))
    else:
        proposals.append(WORDS.say("citation-write", language, **names, texts=shared))
    links = [statement.link for statement in known.between(source, target)]
    # beside the statements between both, how each names what weighs most, the cited one first
    for text in texts[:1]:
        for plan in (target, source):
            links += [use.link for use in known.giving(plan, text)]
    finding = BriefFinding(
        key=f"citation:{key(source)}:{key(target)}",
        title=WORDS.say(f"citation-title-{state}", language, **names),
        words=" ".join(words),
        proposal=" ".join(proposals),
        quotations=quotations(graph, links),
        level=level_name(graph, known.link_level(source, target)),
    )
    return finding.for_leads(graph, known.level, source)


# Duties whose day has passed


def duties(graph: Graph, level: evidence.Level, plan: str) -> list[obligations.Margin]:
    """The duties of the texts a plan, by IRI, its actions or its mandate name, the most overdue first."""

    def gather() -> list[obligations.Margin]:
        texts = {use.text for use, _ in graph.known(level).used.get(plan, ())}
        naming = {plan, *texts}
        for work, text in graph.read(program_query("findings/named-texts")):
            if work in naming:
                texts.add(text)
        every = graph.margins(level).rows
        of_texts = [duty for duty in every if duty.obligation.instrument in texts]
        return sorted(of_texts, key=lambda duty: (-(duty.overdue or 0), duty.obligation.iri))

    return graph.once(("duties", level, plan), gather)


def _late_duties(graph: Graph, known: Known, plan: str) -> Iterator[BriefFinding]:
    for duty in duties(graph, known.level, plan):
        if duty.is_unanswered:
            yield _late_duty(graph, duty)


def _late_duty(graph: Graph, duty: obligations.Margin) -> BriefFinding:
    """What to do about a duty whose day has passed.

    Raises:
        ValueError: it has no day by which it is due.
    """
    obligation = duty.obligation
    if obligation.due is None:
        raise ValueError(obligation.iri)
    language = graph.language
    act = called(graph, obligation.instrument)
    day = format_day(obligation.due, language)
    holders = (obligation.holder,) if obligation.holder else ()
    return BriefFinding(
        key=f"duty:{key(obligation.iri)}",
        title=WORDS.say("duty-title", language, duty=graph.label(obligation.iri)),
        words=WORDS.say("duty", language, act=act, day=day, n=duty.overdue),
        proposal=WORDS.say("duty-write", language, act=act),
        addressee=addressee(graph, holders),
        until=WORDS.say("until-passed", language, day=day),
        bodies=holders,
    )


# What a plan shares, and what is missing from what is known of it


def _shared(graph: Graph, known: Known, plan: str) -> Iterator[BriefFinding]:
    """What the plan shares with the plan of its country it shares most with, if there is one."""
    neighbour = _neighbour(graph, known, plan)
    if neighbour is None:
        return
    language = graph.language
    texts = known.weight(plan, neighbour).texts
    names = {"plan": called(graph, plan), "other": called(graph, neighbour)}
    # the words by which both name what weighs most
    links = []
    for end in (plan, neighbour):
        links += [use.link for use in known.giving(end, texts[0])[:1]]
    finding = BriefFinding(
        key=f"shared:{key(plan)}:{key(neighbour)}",
        title=WORDS.say("shared-title", language, **names),
        words=WORDS.say("shared", language, **names, n=len(texts), texts=listed(graph, texts)),
        proposal=WORDS.say("shared-write", language, **names),
        quotations=quotations(graph, links),
        level=level_name(graph, known.link_level(plan, neighbour)),
    )
    yield finding.for_leads(graph, known.level, plan)


def _neighbour(graph: Graph, known: Known, plan: str) -> str | None:
    """The plan of the same country a plan shares most bits with, the first by IRI of several."""
    bits_with = {}
    for partner in known.partners.get(plan, ()):
        bits = known.shared.get(in_order(plan, partner), 0.0)
        if bits > 0 and graph.country_of.get(partner) == graph.country_of.get(plan):
            bits_with[partner] = bits
    return min(bits_with, key=lambda partner: (-bits_with[partner], partner), default=None)


def _unled(graph: Graph, known: Known, plan: str) -> Iterator[BriefFinding]:
    """How many actions of the plan nobody is said to lead."""
    language = graph.language
    by_work = involvements_by_work(graph, known.level)
    actions = known.members.get(plan, ())
    unled = 0
    for action in actions:
        if not any("lead" in involvement.roles for involvement in by_work.get(action, ())):
            unled += 1
    if not unled:
        return
    counted = {"n": unled, "of": len(actions)}
    extent = known.tables.readings.extent(plan, evidence.Aspect.BODIES)
    finding = BriefFinding(
        key=f"lead:{key(plan)}",
        title=WORDS.say("lead-title", language, **counted),
        words=WORDS.say("leads", language, **counted, extent=extent_name(graph, extent)),
        proposal=WORDS.say("lead-write", language, plan=called(graph, plan)),
    )
    yield finding.for_leads(graph, known.level, plan)


def _unread(graph: Graph, known: Known, plan: str) -> Iterator[BriefFinding]:
    """That the plan was not read in full for texts or for references."""
    language = graph.language
    readings = known.tables.readings
    texts = readings.extent(plan, evidence.Aspect.TEXTS)
    references = readings.extent(plan, evidence.Aspect.REFERENCES)
    if texts is references is evidence.Extent.FULL:
        return
    extents = {"texts": extent_name(graph, texts), "references": extent_name(graph, references)}
    yield BriefFinding(
        key=f"reading:{key(plan)}",
        title=WORDS.say("reading-title", language),
        words=WORDS.say("reading", language, **extents),
        proposal=WORDS.say("reading-write", language, plan=called(graph, plan), key=key(plan)),
        addressee=WORDS.say("addressee-readers", language),
        until=WORDS.say("until-any", language),
    )


_KINDS_OF_PLAN = (_uncited_by_plan, _late_duties, _shared, _unled, _unread)
"""What finds each kind of finding about a plan, the most pressing kind first."""
