"""The page of any thing: a dossier that says in brief what matters, then everything said of it, and on what that rests.

A dossier has sentences with numbers, a picture, what to look at, and the words it rests on. Its
numbers are those of what is known at the headline level, so that a page says what the register of
figures says. There is one for plans and pairs, actions, bodies, texts and topics.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final, NamedTuple
from urllib.parse import quote, urlsplit

from pan2kg import templates
from pan2kg.charts import time_map
from pan2kg.charts.frame import Picture
from pan2kg.coherence import bodies, evidence, known, obligations, texts
from pan2kg.coherence.citations import Occasion
from pan2kg.coherence.standing import Standing
from pan2kg.findings import brief as advice
from pan2kg.graph import labels, statements as outlines
from pan2kg.i18n import Text
from pan2kg.i18n.message import in_words
from pan2kg.site import link_text, values
from pan2kg.site.page import Markup, PageContext, SiteContext, Values, View, piece
from pan2kg.store import plain
from pan2kg.tables import figure_words, table
from pan2kg.turtle.vocabulary import DCTERMS, ID, PAN, SKOS, is_ours, kind_and_key

ANCHORS: Final = frozenset({"brief", "picture", "attention", "proofs"})
"""The places that each page with a dossier has."""
QUOTED: Final = 3
"""How many passages stand as evidence; the others stand with the statements."""
NEIGHBOURS: Final = 8
"""How many plans the picture of a plan shows beside it, so that the page stays short."""
LONGEST: Final = 70
"""How many letters of a name stand in the title of a window: the heading has all."""
UNFOLDED: Final = 12
"""How many statements of who is who are listed without being folded."""
CHANGING: Final = frozenset({"amends", "supplements", "transposes", "repeals"})
"""What a later text does to an earlier one, by the keys of the relations."""
RESTS: Final = ("uses-instrument", "instrument-relation")
"""The kinds of links that are told where a page says on what a thing rests."""
DEPRECATED: Final = "http://www.w3.org/2002/07/owl#deprecated"
REPLACED: Final = DCTERMS + "isReplacedBy"
_involved: Final = partial(advice.involved, level=evidence.HEADLINE)
_TYPE: Final = DCTERMS + "type"
_ADMS: Final = "http://www.w3.org/ns/adms#"
_ELI: Final = "http://data.europa.eu/eli/ontology#"
_WITHIN: Final = (
    PAN + "inPlan",
    PAN + "inReview",
    PAN + "partOf",
    f"{_ELI}is_part_of",
    PAN + "underInstrument",
)
_IN_SHORT: Final = frozenset({PAN + "via", "http://www.w3.org/ns/prov#wasDerivedFrom"})
"""What is left out on the page of a thing: the links that pass by it stand on the pages of what they join."""
_ELSEWHERE: Final = {
    "plan": frozenset({PAN + "inPlan", PAN + "countIn"}),
    "conflict": frozenset({PAN + "hasPosition"}),
}
_LISTS: Final = {
    "plan": "plans.html",
    "body": "search.html#kind-body",
    "instrument": "search.html#kind-instrument",
    "obligation": "obligations.html",
}
_IN_PLAN: Final = {"action": "actions", "part": "outline", "category": "outline"}
_NOT_IN_IRIS: Final = frozenset('<>"{}|\\^` \n')
_Groups = dict[str, list[str]]
"""Addresses of things by what groups them, such as their plan, or the role of a body."""
_OWN: Final = """\
SELECT ?graph ?property ?value WHERE {{
    GRAPH ?graph {{ <{iri}> ?property ?value }}
}} ORDER BY ?graph ?property ?value
"""


# A dossier and what it consists of


class Sentence(NamedTuple):
    """A sentence of a dossier: its words and the figure before them, which leads to the rows it counts."""

    figure: str
    words: str
    address: str
    is_number: bool


class Saying(NamedTuple):
    """A statement, its level, and of what it says something: a thing, or two, from which to which."""

    statement: str
    level: evidence.Level | None
    ends: tuple[str, ...]


class Passage(NamedTuple):
    """A passage that proves what a statement says of ``ends``, by the place of its words among its quotations."""

    ends: tuple[str, ...]
    level: evidence.Level | None
    iri: str
    place: int


class Proof(NamedTuple):
    """Words that a dossier rests on: what they are about, when they were published or read, at which level."""

    about: Markup
    day: str
    quote: values.Quote
    mark: Markup


class DossierPicture(NamedTuple):
    """A picture with its title, and the place where it stands on the page."""

    anchor: str
    title: str
    drawing: Picture


class DossierList(NamedTuple):
    """What a page with a document beside it lists: the part of the page, how many things, and these by heading."""

    key: str
    number: int
    rows: Sequence[tuple[Markup, Sequence[str]]]


@dataclass(slots=True)
class Dossier:
    """What a page begins with; ``caption`` says according to whom its numbers count.

    ``facts`` are headings with words, and ``attention`` is what to look at.
    """

    caption: str
    brief: list[Sentence]
    facts: list[tuple[str, str]] = field(default_factory=list)
    picture: DossierPicture | None = None
    attention: list[advice.Advice] = field(default_factory=list)
    proofs: list[Proof] = field(default_factory=list)
    lists: list[DossierList] = field(default_factory=list)


def sentence(
    context: PageContext,
    name: str,
    number: int | None = None,
    address: str = "",
    *,
    is_known: bool = False,
    key: str = "",
    **numbers: object,
) -> Sentence:
    """A sentence of a dossier, by the name of its message or, where one is given, by the ``key`` of another.

    A number of 0 is « not seen » unless it is known to be 0; a sentence without a number has no
    figure.
    """
    if number is None:
        figure = ""
    elif number or is_known:
        figure = context.figure(number)
    else:
        figure = context.t("list-not-seen")
    words = context.t(f"dossier-{key or name}", n=number or 0, **numbers)
    if numbers.get("names") == "":  # where none is seen, no names follow the colon
        words = words.rstrip(": \u00a0\u202f")
    return Sentence(figure, words, address, figure[:1].isdigit())


def in_short(context: PageContext, things: Iterable[str], most: int = 3) -> str:
    """The names of the first of these things, and how many more there are."""
    listed = list(things)
    names = ", ".join(context.called(thing) for thing in listed[:most])
    if len(listed) <= most:
        return names
    return context.t("dossier-and-more", names=names, n=len(listed) - most)


def _duties(
    context: PageContext, name: str, rows: Sequence[obligations.Margin], *, tells_late: bool = False
) -> list[Sentence]:
    """How many duties there are, or how many of them are late; nothing where there is none."""
    if not rows:
        return []
    late = sum(map(advice.is_late, rows))
    unsaid = (Standing.DAY_UNKNOWN, Standing.UNREAD)
    said = sentence(
        context,
        name,
        late if tells_late else len(rows),
        context.href("obligations.html"),
        is_known=True,
        late=late,
        of=len(rows),
        unknown=sum(margin.met in unsaid for margin in rows),
    )
    return [said]


def _missing(
    context: PageContext, name: str, missing: Counter[Standing], plan: str = ""
) -> Sentence:
    """How many citations are not seen: those that are absent, and those nobody looked for."""
    return sentence(
        context,
        name,
        missing.total(),
        "#attention",
        is_known=True,
        absent=missing[Standing.ABSENT],
        open=missing[Standing.UNREAD],
        plan=plan,
    )


def _unseen(occasions: Iterable[Occasion]) -> Iterator[Occasion]:
    for occasion in occasions:
        if occasion.is_expected and occasion.state is not Standing.STATED:
            yield occasion


def _drawn(
    context: PageContext, title: str, drawing: Picture | None, anchor: str = "picture"
) -> DossierPicture | None:
    return DossierPicture(anchor, context.t(title), drawing) if drawing else None


def _proofs(
    context: PageContext,
    subjects: tuple[str, ...],
    sayings: Iterable[Saying],
    level: evidence.Level = evidence.HEADLINE,
) -> list[Proof]:
    """The words a dossier rests on; which these are is found once for all languages."""
    find = partial(_passages, context.graph.statements, sayings)
    proofs = []
    for passage in context.site_context.once(("proofs", *subjects, level), find):
        about = templates.markup(" → ").join(map(context.short, passage.ends))
        quotation = values.quotes(context, [passage.iri])[passage.place]
        day = _day_of(context, passage.iri)
        proofs.append(Proof(about, day, quotation, context.mark(passage.level)))
    return proofs


def _passages(statements: outlines.Statements, sayings: Iterable[Saying]) -> list[Passage]:
    # the first passage on each thing comes before the second on any: with those of enough things
    # all are found
    turns: Counter[tuple[str, ...]] = Counter()
    spoken: set[str] = set()
    ranked: list[tuple[int, Passage]] = []
    for saying in sayings:
        for iri in statements.values(saying.statement, values.PASSAGE):
            quotations = statements.by_property(iri).get(f"{PAN}quote", ())
            for place, quotation in enumerate(quotations):
                letters = "".join(filter(str.isalnum, plain(quotation.value)))
                if letters not in spoken:
                    spoken.add(letters)
                    passage = Passage(saying.ends, saying.level, iri, place)
                    ranked.append((turns[saying.ends], passage))
                    turns[saying.ends] += 1
        if len(turns) >= QUOTED:
            break
    ranked.sort(key=lambda proof: proof[0])
    return [passage for _, passage in ranked[:QUOTED]]


def _day_of(context: PageContext, passage: str) -> str:
    """When the document of a passage was published, else when it was read; empty where neither is known."""
    statements = context.graph.statements
    for document in statements.values(passage, f"{PAN}inDocument"):
        for name, key in ((f"{DCTERMS}issued", "published-on"), (f"{PAN}readOn", "read-on")):
            day = statements.one(document, name)
            if day:
                return context.t(f"dossier-{key}", day=values.dated(context, day))
    return ""


def _lists(
    context: PageContext, by_part: Mapping[str, Mapping[str, Sequence[str]]]
) -> list[DossierList]:
    """Things by part of the page and by heading, a plan or a kind; only a page with a document lists them so."""
    lists: list[DossierList] = []
    if not context.site_context.document:
        return lists
    for key, by_heading in by_part.items():
        rows = []
        for heading in sorted(by_heading, key=lambda iri: (context.name(iri), iri)):
            is_plan = kind_and_key(heading)[0] == "plan"
            words = context.link(heading) if is_plan else context.label(heading)
            rows.append((words, by_heading[heading]))
        if rows:
            lists.append(DossierList(key, sum(map(len, by_heading.values())), rows))
    return lists


def _homes(knowledge: known.Known, works: Iterable[str]) -> _Groups:
    """Works by their plans; a plan, which is a work too, is not listed below itself."""
    by_plan: _Groups = {}
    for work in sorted(set(works), key=lambda work: (outlines.natural(work), work)):
        plan = knowledge.tables.works.plan(work)
        if plan:
            listed = by_plan.setdefault(plan, [])
            if work != plan:
                listed.append(work)
    return by_plan


def _around(
    context: PageContext, involvements: Iterable[bodies.Involvement], named: Iterable[str]
) -> dict[str, _Groups]:
    """The bodies that take part by their roles, and the texts by their kinds."""
    roles: _Groups = {}
    for involvement in involvements:
        for role in sorted(involvement.roles):
            roles.setdefault(f"{ID}role/{role}", []).append(involvement.body)
    kinds: _Groups = {}
    for text in dict.fromkeys(named):
        kinds.setdefault(context.graph.statements.one(text, _TYPE), []).append(text)
    return {"who": roles, "rests": kinds}


# The dossier of a plan


def brief_of(context: PageContext, plan: str) -> advice.Brief:
    """The brief of a plan in the language of the page, written once."""
    graph = context.spoken
    write = partial(advice.write_brief, graph, plan)
    return context.site_context.once(f"brief of {plan} in {graph.language}", write)


def of_plan(context: PageContext, plan: str, facts: Iterable[tuple[str, str]]) -> Dossier:
    """The dossier of a plan, with facts that have their headings: what is linked, cited, led, unread and due."""
    graph = context.graph
    knowledge = graph.known()
    works = knowledge.tables.works
    once = context.site_context.once
    name = context.subject.brief(plan)
    reach = knowledge.reach(plan)
    more = graph.known("editors").reach(plan).linked - reach.linked
    unseen = once("unseen by plan", partial(_unseen_by_plan, knowledge.occasions))
    missing = unseen.get(plan, Counter())
    duties = advice.duties(graph, knowledge.level, plan)
    sentences = [
        sentence(context, "plan-reach", reach.linked, "#meets", plan=name, more=more),
        sentence(context, "plan-cites", reach.cites, "#cites", plan=name),
        sentence(context, "plan-cited", reach.cited, "#cited", plan=name),
        _missing(context, "plan-missing", missing, plan=name),
        *_sentences_on_actions(context, knowledge, plan),
        *_duties(context, "plan-due", duties, tells_late=True),
    ]

    citations = once("citations by plan", partial(_citations_by_plan, knowledge))
    uses_by_plan = once(
        "uses by plan",
        lambda: values.gathered((works.plan(use.work) or "", use) for use in knowledge.uses),
    )
    uses = uses_by_plan.get(plan, [])
    sayings = [*citations.get(plan, ())]
    sayings += [Saying(use.link, use.level, (use.work, use.text)) for use in uses]
    drawing = None
    if reach.linked:
        drawing = time_map.draw_plan_map(context.subject, plan, NEIGHBOURS, time_map.IN_PAGE)
    # what is said of the plan as a work, not of its actions
    involvements = _involved(graph, end="work").get(plan, [])
    own_texts = [use.text for use in uses if use.work == plan]
    return Dossier(
        context.caption(evidence.HEADLINE),
        sentences,
        facts=_known_facts(facts),
        picture=_drawn(context, "plan-time", drawing),
        attention=list(brief_of(context, plan).findings),
        proofs=_proofs(context, (plan,), sayings),
        lists=_lists(context, _around(context, involvements, own_texts)),
    )


def _sentences_on_actions(
    context: PageContext, knowledge: known.Known, plan: str
) -> list[Sentence]:
    """How many actions of a plan have a lead, and how many were not read to their end for texts."""
    actions = set(context.graph.parts.actions.get(plan, ()))
    if not actions:
        return []
    by_work = _involved(context.graph, end="work")
    led = [work for work in actions if _leads(by_work.get(work, ()))]
    tables = knowledge.tables
    full = evidence.coverage(tables.readings, tables.works, evidence.Aspect.TEXTS, {plan}).full
    number = len(actions)
    return [
        sentence(context, "plan-led", len(led), "#actions", of=number),
        sentence(context, "plan-unread", number - full, "#actions", is_known=True, of=number),
    ]


def _leads(involvements: Iterable[bodies.Involvement]) -> list[bodies.Involvement]:
    return [involvement for involvement in involvements if "lead" in involvement.roles]


def _known_facts(facts: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(heading, words) for heading, words in facts if words]


def _unseen_by_plan(occasions: Iterable[Occasion]) -> Mapping[str, Counter[Standing]]:
    by_plan: dict[str, Counter[Standing]] = {}
    for occasion in _unseen(occasions):
        for plan in (occasion.source, occasion.target):
            by_plan.setdefault(plan, Counter())[occasion.state] += 1
    return by_plan


def _citations_by_plan(knowledge: known.Known) -> Mapping[str, list[Saying]]:
    """The citations by the plans they join, each said of these plans."""
    home = knowledge.tables.works.home
    by_plan: dict[str, list[Saying]] = {}
    for statement in knowledge.statements:
        if statement.is_citation:
            source = home.get(statement.source, statement.source)
            target = home.get(statement.target, statement.target)
            saying = Saying(statement.link, statement.level, (source, target))
            for plan in dict.fromkeys(saying.ends):
                by_plan.setdefault(plan, []).append(saying)
    return by_plan


# The dossier of an action


def _of_action(context: PageContext, action: str) -> Dossier:
    graph = context.graph
    knowledge = graph.known()
    once = context.site_context.once
    involvements = _involved(graph, end="work").get(action, [])
    leads = dict.fromkeys(involvement.body for involvement in _leads(involvements))
    involved = [*leads, *(involvement.body for involvement in involvements)]
    involved = list(dict.fromkeys(involved))
    uses_by_work = once("uses", lambda: values.gathered((use.work, use) for use in knowledge.uses))
    uses = uses_by_work.get(action, [])
    named_texts = list(dict.fromkeys(use.text for use in uses))
    met = once("actions by action", partial(_actions_met, knowledge)).get(action, [])
    plans = in_short(context, sorted(_homes(knowledge, met)))
    measured = len(graph.statements.pointing(action, f"{PAN}implements"))
    drawing = _draw_action(context, action)
    names_of_bodies = in_short(context, involved)
    names_of_texts = in_short(context, named_texts)
    place = "#picture" if drawing else "#links"
    sentences = [
        sentence(context, "action-bodies", len(involved), "#who", names=names_of_bodies),
        sentence(context, "action-texts", len(named_texts), "#rests", names=names_of_texts),
        sentence(context, "action-meets", len(met), place, names=plans),
        sentence(context, "action-since", measured, "#measured"),
    ]
    facts = [
        (context.t("dossier-lead"), context.links(leads)),
        (context.t("dossier-until"), _until_or_unknown(context, action)),
        (context.t("dossier-results"), _results(context, action)),
    ]
    sayings = [Saying(use.link, use.level, (use.text,)) for use in uses]
    for involvement in involvements:
        sayings.append(Saying(involvement.iri, involvement.level, (involvement.body,)))
    return Dossier(
        context.caption(evidence.HEADLINE),
        sentences,
        facts=_known_facts(facts),
        picture=_drawn(context, "part-around", drawing),
        attention=list(advice.of_action(context.spoken, knowledge, action)),
        proofs=_proofs(context, (action,), sayings),
        lists=_lists(context, _around(context, involvements, named_texts)),
    )


def _actions_met(knowledge: known.Known) -> Mapping[str, list[str]]:
    """By action the actions of other plans that share a specific text with it."""
    names = knowledge.potential.names
    pairs = knowledge.actions
    met: _Groups = {}
    columns = (pairs.one.tolist(), pairs.two.tolist(), pairs.low.tolist())
    for first, second, low in zip(*columns, strict=True):
        if low > 0:
            met.setdefault(names[first], []).append(names[second])
            met.setdefault(names[second], []).append(names[first])
    return met


def _draw_action(context: PageContext, action: str) -> Picture | None:
    """A picture of what is around an action that rests on a text, cites or is cited."""
    if action not in context.graph.home_of:
        return None
    cited = context.site_context.once("cited", partial(_citing_or_cited, context))
    is_joined = action in context.site_context.resting or action in cited
    return context.draw("ego", action=action) if is_joined else None


def _citing_or_cited(context: PageContext) -> set[str]:
    ends: set[str] = set()
    for citation in context.graph.citations:
        ends.update((citation.source, citation.target))
    return ends


def _until_or_unknown(context: PageContext, action: str) -> str:
    """Until when an action runs; where it has a schedule that does not say so, that this is unknown."""
    words = until(context, action)
    if not words and context.graph.statements.values(action, f"{PAN}hasTimeline"):
        return context.t("unknown")
    return words


def _results(context: PageContext, action: str) -> Markup:
    statements = context.graph.statements
    results = []
    for result in statements.values(action, f"{PAN}hasExpectedResult"):
        for statement in statements.by_property(result).get(f"{PAN}text", ()):
            results.append(values.value(context, statement.value))
    return templates.markup("; ").join(results)


# The dossier of a body


def _of_body(context: PageContext, body: str) -> Dossier:
    graph = context.graph
    knowledge = graph.known()
    involvements = _involved(graph, end="body").get(body, [])
    works = {involvement.work for involvement in involvements}
    led = {involvement.work for involvement in _leads(involvements)}
    supported = works - led
    plans_led = len(_homes(knowledge, led))
    plans_supported = len(_homes(knowledge, supported))
    duties = []
    for margin in graph.margins(knowledge.level).rows:
        if margin.obligation.holder == body:
            duties.append(margin)
    sentences = [
        sentence(context, "body-leads", len(led), "#who", plans=plans_led),
        sentence(context, "body-parts", len(supported), "#who", plans=plans_supported),
        *_duties(context, "body-asked", duties),
    ]
    drawing = None
    if involvements:
        drawing = context.draw("plans-of", thing=context.key(body))
        beside = context.site_context.once(
            ("beside", body), partial(_bodies_beside, context, knowledge, body, works)
        )
        name = "body-beside" if beside else "body-alone"
        names = in_short(context, beside)
        sentences.append(sentence(context, name, len(beside), "#who", names=names))
    sayings = []
    for involvement in involvements:
        sayings.append(Saying(involvement.iri, involvement.level, (involvement.work,)))
    return Dossier(
        context.caption(evidence.HEADLINE),
        sentences,
        facts=_known_facts([_fact_of_kind(context, body)]),
        picture=_drawn(context, "dossier-picture", drawing),
        attention=list(advice.of_body(context.spoken, knowledge, body)),
        proofs=_proofs(context, (body,), sayings),
        lists=_lists(context, {"who": _homes(knowledge, works)}),
    )


def _fact_of_kind(context: PageContext, thing: str) -> tuple[str, str]:
    kinds = context.links(context.graph.statements.values(thing, _TYPE))
    return context.t("script-network-kind"), kinds


def _bodies_beside(
    context: PageContext, knowledge: known.Known, body: str, works: Collection[str]
) -> list[str]:
    """Bodies of the kind of this one that name texts its works name, those with most such texts first.

    They take part in no work with it, but in works of its countries.
    """
    once = context.site_context.once
    texts_by_work = once(
        f"texts by work at {knowledge.level.key}", partial(_specific_texts, knowledge)
    )
    own_texts = _texts_named(texts_by_work, works)
    if not own_texts:
        return []
    country_of = context.graph.country_of
    countries = {country_of.get(work) for work in works}
    shared: dict[str, int] = {}
    by_kind = once("bodies by kind", partial(_works_by_kind, context))
    for rival, their_works in by_kind[_kinds_of(context, body)].items():
        if rival == body or not their_works.isdisjoint(works):
            continue
        near = [work for work in their_works if country_of.get(work) in countries]
        number = len(_texts_named(texts_by_work, near) & own_texts)
        if number:
            shared[rival] = number
    return sorted(shared, key=lambda rival: (-shared[rival], rival))


def _specific_texts(knowledge: known.Known) -> Mapping[str, list[str]]:
    by_work: _Groups = {}
    for use in knowledge.uses:
        if use.text not in knowledge.tables.general:
            by_work.setdefault(use.work, []).append(use.text)
    return by_work


def _texts_named(texts_by_work: Mapping[str, list[str]], works: Iterable[str]) -> set[str]:
    return set().union(*(texts_by_work.get(work, ()) for work in works))


def _works_by_kind(context: PageContext) -> Mapping[str, Mapping[str, set[str]]]:
    """By kind of body, the bodies with the works they take part in."""
    by_kind: dict[str, dict[str, set[str]]] = {}
    for body, involvements in _involved(context.graph, end="body").items():
        works = {involvement.work for involvement in involvements}
        by_kind.setdefault(_kinds_of(context, body), {})[body] = works
    return by_kind


def _kinds_of(context: PageContext, body: str) -> str:
    return " ".join(context.graph.statements.values(body, _TYPE))


# The dossier of a text


def _of_text(context: PageContext, text: str) -> Dossier:
    graph = context.graph
    knowledge = graph.known()
    uses_by_text = context.site_context.once("uses by text", partial(_uses_by_text, knowledge))
    uses = uses_by_text.get(text, [])
    best: dict[str, float] = {}
    for use in uses:
        plan = knowledge.tables.works.plan(use.work)
        if plan:
            best[plan] = max(best.get(plan, 0.0), use.share)
    plans_by_share = Counter(best.values())
    drawing = context.draw("plans-of", thing=context.key(text)) if best else None
    plans = sentence(
        context,
        "text-plans",
        len(best),
        "#picture" if drawing else "#rests",
        carry=plans_by_share[texts.CARRIES_OUT],
        serve=plans_by_share[texts.SERVES],
        mention=plans_by_share[texts.MENTIONS],
    )
    facts = [_fact_of_kind(context, text)]
    for name in ("date_document", "first_date_entry_in_force"):
        day = values.dated(context, graph.statements.one(text, _ELI + name))
        facts.append((context.t(f"dossier-{name}"), day))
    # those that carry the text out first, then the firmest
    firm = sorted(uses, key=lambda use: (-use.share, use.level or 0, use.work))
    sayings = [Saying(use.link, use.level, (use.work,)) for use in firm]
    works = [use.work for use in uses]
    return Dossier(
        context.caption(evidence.HEADLINE),
        [plans, *_sentences_on_duties(context, knowledge, text), *_changes_of(context, text)],
        facts=_known_facts(facts),
        picture=_drawn(context, "dossier-picture", drawing),
        attention=list(advice.of_text(context.spoken, knowledge, text)),
        proofs=_proofs(context, (text,), sayings),
        lists=_lists(context, {"rests": _homes(knowledge, works)}),
    )


def _uses_by_text(knowledge: known.Known) -> Mapping[str, list[texts.Use]]:
    """The uses of each text and of what stands below it."""
    reached = partial(knowledge.potential.weights.reached, at=knowledge.level)
    by_text: dict[str, list[texts.Use]] = {}
    for use in knowledge.uses:
        for text in reached(use.text):
            by_text.setdefault(text, []).append(use)
    return by_text


def _sentences_on_duties(context: PageContext, knowledge: known.Known, text: str) -> list[Sentence]:
    """What a text asks for, and the next day on which something falls due."""
    asked = []
    days = []
    for margin in context.graph.margins(knowledge.level).rows:
        if margin.obligation.instrument == text:
            asked.append(margin)
            if margin.coming and margin.coming >= context.graph.as_of:
                days.append(margin.coming)
    sentences = _duties(context, "text-asks", asked)
    if days:
        day = in_words(min(days), context.language)
        sentences.append(sentence(context, "text-coming", day=day))
    return sentences


def _changes_of(context: PageContext, text: str) -> list[Sentence]:
    """The texts that amend, supplement, transpose or repeal one, as far as a link says so."""
    statements = context.graph.statements
    changing: set[str] = set()
    for link in statements.pointing(text, f"{PAN}to"):
        _, status = kind_and_key(statements.one(link, f"{PAN}status"))
        _, relation = kind_and_key(statements.one(link, f"{PAN}relation"))
        if status in values.COUNTING and relation in CHANGING:
            changing.update(statements.values(link, f"{PAN}from"))
    if not changing:
        return []
    names = in_short(context, sorted(changing))
    return [sentence(context, "text-changed", len(changing), "#links", names=names)]


# The dossier of a topic, and that of a pair of plans


def _of_topic(context: PageContext, topic: str) -> Dossier:
    knowledge = context.graph.known()
    works = [profile.work for profile in context.graph.profiles if topic in profile.topics]
    by_plan = _homes(knowledge, works)
    actions = [work for work in works if work in knowledge.tables.works.home]
    drawing = context.draw("plans-of", thing=context.key(topic)) if by_plan else None
    place = "#picture" if drawing else "#what"
    sentences = [
        sentence(context, "topic-plans", len(by_plan), place),
        sentence(context, "topic-actions", len(actions), "#what"),
    ]
    if by_plan:
        missing: Counter[Standing] = Counter()
        for occasion in _unseen(knowledge.occasions):
            if by_plan.keys() >= {occasion.source, occasion.target}:
                missing[occasion.state] += 1
        sentences.append(_missing(context, "topic-missing", missing))
    sentences.append(sentence(context, "topic-editors"))
    return Dossier(
        context.caption(evidence.HEADLINE),
        sentences,
        picture=_drawn(context, "dossier-picture", drawing),
        attention=list(advice.of_topic(context.spoken, knowledge, set(by_plan))),
        lists=_lists(context, {"what": by_plan}),
    )


def of_pair(
    context: PageContext, knowledge: known.Known, plans: tuple[str, str], bridge: Picture | None
) -> Dossier:
    """The dossier of two plans at a level, with the picture of what joins them: texts, citations, actions."""
    brief = context.subject.brief
    weight = knowledge.weight(*plans)
    specific = []
    for contribution in weight.contributions:
        if contribution.bits > 0 and not contribution.is_broad:
            specific.append(contribution.text)
    shared = sentence(
        context,
        "pair-texts",
        len(specific),
        "#weight",
        bits=figure_words.bits_words(weight.low, context.language),
        names=in_short(context, specific),
        one=brief(plans[0]),
        two=brief(plans[1]),
    )
    directions = (plans, plans[::-1])
    sentences = [shared]
    sentences += [_sentence_on_citing(context, knowledge, *ends) for ends in directions]
    for plan, partner in directions:
        actions = context.graph.parts.actions.get(plan, ())
        if actions:
            brought = [work for work in knowledge.brought(plan, partner) if work != plan]
            number = len(brought)
            sentences.append(
                sentence(
                    context,
                    "pair-actions",
                    number,
                    "#side-by-side",
                    of=len(actions),
                    plan=brief(plan),
                )
            )
    sayings = []
    for statement in knowledge.between(*plans):
        ends = (statement.source, statement.target)
        sayings.append(Saying(statement.link, statement.level, ends))
    for text in specific:
        for plan in plans:
            for use in knowledge.giving(plan, text)[:1]:  # the firmest
                sayings.append(Saying(use.link, use.level, (use.work, use.text)))
    return Dossier(
        context.caption(knowledge.level),
        sentences,
        picture=_drawn(context, "pair-bridge", bridge, "bridge"),
        attention=list(advice.of_pair(context.spoken, knowledge, *plans)),
        proofs=_proofs(context, plans, sayings, knowledge.level),
    )


def _sentence_on_citing(
    context: PageContext, knowledge: known.Known, source: str, target: str
) -> Sentence:
    """Whether one plan cites another; where it could not be expected to and none is seen, why not."""
    direction = knowledge.way(source, target)
    is_told = direction.is_expected or direction.state is Standing.STATED
    return sentence(
        context,
        f"pair-{direction.state.value}",
        None,
        "#citing",
        key="" if is_told else "pair-cannot",
        why=figure_words.named(direction.verdict).say(context.language),
        source=context.subject.brief(source),
        target=context.subject.brief(target),
    )


_DOSSIERS: Final[Mapping[str, Callable[[PageContext, str], Dossier]]] = {
    "action": _of_action,
    "body": _of_body,
    "instrument": _of_text,
    "topic": _of_topic,
}
"""The dossiers by kind of thing; that of a plan is made on its page, that of a pair on the page of two plans."""


def until(context: PageContext, action: str) -> str:
    """Until when an action runs: the last day that is known, else the words of its schedules, else nothing."""
    statements = context.graph.statements
    days: list[str] = []
    words: list[str] = []
    for timeline in statements.values(action, PAN + "hasTimeline"):
        days += statements.values(timeline, PAN + "endDate")
        words += statements.values(timeline, PAN + "text")
    return values.dated(context, max(days)) if days else "; ".join(words)


# The page of a thing


def values_of(context: PageContext, iri: str) -> Values | None:
    """What the page of anything is filled in with; None where nothing is said of it and nothing points to it."""
    statements = context.graph.statements
    if not statements.about(iri) and not statements.towards(iri):
        return None
    entry = context.entry(iri) or labels.Entry(iri, *kind_and_key(iri), "", "", {})
    return page(context, entry)


def page(context: PageContext, entry: labels.Entry, notes: values.Notes | None = None) -> Values:
    """What the page of a thing is filled in with: its dossier where its kind has one, and its statements.

    ``notes`` are those of the page it is shown on, by default of its own.
    """
    iri = entry.iri
    statements = context.graph.statements
    document = context.document(iri)
    notes = notes or values.Notes(context, is_marked=not document)
    is_told = context.graph.has_actions and not entry.is_retired
    dossier = None
    if is_told and entry.kind in _DOSSIERS:
        dossier = _DOSSIERS[entry.kind](context, iri)
    if document and is_told and (dossier or entry.kind == "plan"):
        parts = _links_alone(notes, iri) if dossier else []
    else:
        parts = _parts_of(notes, entry)
    if dossier:
        _unlink_absent(dossier, parts)
    replaced = statements.values(iri, REPLACED)
    is_retired = replaced or statements.one(iri, DEPRECATED) in ("true", "1")
    positions = []
    for position in statements.values(iri, PAN + "hasPosition"):
        words = values.unfold(notes, position, frozenset(), is_marked=True)
        positions.append((words, context.links(statements.values(position, DCTERMS + "source"))))
    quoted: list[values.Quote] = []
    if not document:
        quoted = values.quotes(context, statements.values(iri, values.PASSAGE))
    within: list[str] = []
    for name in _WITHIN:
        within += statements.values(iri, name)
    return {
        "title": labels.shortened(context.called(iri), LONGEST),
        "entry": entry,
        "heading": context.heading(iri),
        "kind": _kind_name(context, entry),
        "kinds": _address_of_kind(context, entry),
        "within": within,
        "retired": replaced if is_retired else None,
        "gaps": _gaps(context, entry),
        "parts": parts,
        "positions": positions,
        "dossier": dossier,
        "document": document,
        "statements": statements.number(iri),
        "machine": _machine(context, entry),
        "notes": notes,
        "quoted": quoted,
        "section": "plans" if entry.kind in ("action", "category", "part", "plan") else "",
    }


def _links_alone(notes: values.Notes, iri: str) -> list[dict[str, object]]:
    # beside what a dossier lists, links, but those by which texts are used
    statements = notes.context.graph.statements
    links = []
    for link in statements.pointing(iri, *values.ENDS):
        if statements.link_type(link) != RESTS[0]:
            links.append(link)
    groups = link_text.grouped(notes, links, iri, is_lean=True)
    return [{"key": "links", "rows": "", "folded": "", "groups": groups}] if groups else []


def _unlink_absent(dossier: Dossier, parts: Iterable[Mapping[str, object]]) -> None:
    # sentences lead to nothing that does not stand on the page
    listed: set[object] = {*ANCHORS}
    listed.update(part["key"] for part in parts)
    listed.update(group.key for group in dossier.lists)
    sentences = []
    for remark in dossier.brief:
        is_here = remark.address.startswith("#")
        if is_here and remark.address[1:] not in listed:
            remark = remark._replace(address="")
        sentences.append(remark)
    dossier.brief = sentences


def _kind_name(context: PageContext, entry: labels.Entry) -> str:
    if entry.has_page and not entry.is_retired:
        return context.t(f"kind-{entry.kind}")
    return context.name(entry.type) if entry.type else ""


def _address_of_kind(context: PageContext, entry: labels.Entry) -> str:
    # where all of its kind are listed: actions and parts on the page of their plan
    if entry.kind in _IN_PLAN:
        plan = context.graph.statements.one(entry.iri, PAN + "inPlan")
        return f"{context.address(plan)}#{_IN_PLAN[entry.kind]}" if plan else ""
    return context.href(_LISTS[entry.kind]) if entry.kind in _LISTS else ""


# What is said of it, part by part


def _parts_of(notes: values.Notes, entry: labels.Entry) -> list[dict[str, object]]:
    """The parts of the page that have statements or links, in the order of every page."""
    context = notes.context
    statements = context.graph.statements
    elsewhere: frozenset[str] = _ELSEWHERE.get(entry.kind, frozenset())
    back = elsewhere | _IN_SHORT if entry.has_page else frozenset()
    links: _Groups = {}
    for link in statements.pointing(entry.iri, *values.ENDS):
        section = "rests" if statements.link_type(link) in RESTS else "links"
        links.setdefault(section, []).append(link)

    parts: list[dict[str, object]] = []
    out = elsewhere | {DEPRECATED, REPLACED}
    for key, rows in values.rows_of(notes, entry.iri, out=out, back=back):
        if not rows and key not in links:
            continue
        groups = link_text.grouped(notes, links.get(key, ()), entry.iri)
        fold = _fold(context, entry, rows) if key == "who" else _Fold(rows)
        parts.append(
            {
                "key": key,
                "rows": values.table_of(context, fold.rows, key),
                "groups": groups,
                "folded": values.table_of(context, fold.folded, key),
                "why": fold.why,
                "number": _number_of(fold.folded),
            }
        )
    return parts


class _Fold(NamedTuple):
    # rows that are listed, those that are folded, and the message that says why
    rows: Sequence[values.Row]
    folded: Sequence[values.Row] = ()
    why: str = ""


def _fold(context: PageContext, entry: labels.Entry, rows: Sequence[values.Row]) -> _Fold:
    """Of who is who a long list is folded; on the page of a body, what rules repeat of it."""
    if _number_of(rows) <= UNFOLDED:
        return _Fold(rows)
    rule = context.t("certainty-rule")
    ruled: list[values.Row] = []
    stated: list[values.Row] = []
    for row in rows:
        is_ruled = all(cell.mark and cell.mark.words == rule for cell in row.cells)
        (ruled if is_ruled else stated).append(row)
    if entry.kind != "body" or not stated:
        return _Fold([], rows, "list-show")
    if ruled:
        return _Fold(stated, ruled, "part-ruled")
    return _Fold(rows)


def _number_of(rows: Iterable[values.Row]) -> int:
    return sum(len(listed.cells) + listed.more for listed in rows)


# What is not known of it


def _gaps(context: PageContext, entry: labels.Entry) -> list[Markup]:
    gaps = _gaps_of_action(context, entry) if entry.kind == "action" else []
    for kind, counterpart, detail in context.site_context.lacks.get(entry.iri, ()):
        partner = context.entry(counterpart) if counterpart else None
        partner_kind = partner.kind if partner else ""
        # what an action lacks is told on its own page
        if entry.kind == "plan" and partner_kind == "action":
            continue
        is_own = entry.kind == "action" and partner_kind == "plan"
        link = context.link(counterpart) if partner and not is_own else ""
        gaps.append(_gap_of_kind(context, kind, link, detail))
    return gaps


def _gap_of_kind(context: PageContext, kind: str, link: str, detail: Text | None) -> Markup:
    words = table.coded("gap", kind).say(context.language)
    said = detail.say(context.language) if detail else ""
    return piece("gap")(words, context.href(f"gap/{kind}.html"), link, said, context.t)


def _gaps_of_action(context: PageContext, entry: labels.Entry) -> list[Markup]:
    """Whether an action was read for anything, and whether it is linked with another plan."""
    graph = context.graph
    t = context.t
    home = graph.home_of.get(entry.iri) if graph.has_actions else None
    if entry.is_retired or not home:
        return []
    gap = piece("gap")
    gaps = []
    if entry.iri not in context.site_context.recorded:
        gaps.append(gap(t("gap-unread"), "", "", "", t))
    level = graph.linked_actions.get(entry.iri)
    if level is None or level > evidence.HEADLINE:
        place = f"#{context.key(home)}" if context.entry(home) else ""
        gaps.append(gap(t("gap-unlinked"), context.href(f"unlinked.html{place}"), "", "", t))
    return gaps


# What programs read of it


def _machine(context: PageContext, entry: labels.Entry) -> Values:
    """Where a thing is told to programs: its IRI, its files, a query for what is said of it, what is official."""
    iri = entry.iri
    turtle = ""
    json = ""
    if context.is_served and entry.kind:
        file = context.out(f"doc/{entry.kind}/{entry.key}")
        turtle = f"{file}.ttl"
        json = f"{file}.jsonld"
    return {
        "iri": iri,
        "turtle": turtle,
        "json": json,
        "query": _address_of_query(context, iri),
        "official": _official(context, entry),
        "is_foreign": iri != f"{ID}{entry.kind}/{entry.key}",
    }


def _address_of_query(context: PageContext, iri: str) -> str:
    """The page for SPARQL with the query for a thing; empty for what has no IRI that a query can name."""
    if iri.startswith("_:") or not _NOT_IN_IRIS.isdisjoint(iri):
        return ""
    # behind the hash for the browser, with a server before it too
    if context.is_served:
        text = _OWN.format(iri=iri)
        return context.href(f"sparql.html#query={quote(text, safe='')}", query=text)
    return context.href(f"sparql.html#of={quote(iri, safe=':/')}")


def _official(context: PageContext, entry: labels.Entry) -> list[tuple[str, str]]:
    """The addresses under which others publish a thing, with what they are called."""
    iri = entry.iri
    statements = context.graph.statements
    official = []
    if entry.has_page and iri.startswith(("http://", "https://")) and not is_ours(iri):
        official.append((iri, urlsplit(iri).hostname or context.t("outside")))
    for node in statements.values(iri, f"{_ADMS}identifier"):
        if statements.one(node, f"{PAN}identifierScheme").endswith("/celex"):
            number = statements.one(node, f"{SKOS}notation")
            place = f"legal-content/{context.language.upper()}/TXT/?uri=CELEX:{quote(number)}"
            official.append((f"https://eur-lex.europa.eu/{place}", f"CELEX {number}"))
    return official


def keys(site_context: SiteContext, kind: str) -> list[str]:
    """The keys of all things of a kind, the retired ones last."""
    index = site_context.graph.labels
    entries = [*index.of_kind(kind), *index.of_kind(kind, is_retired=True)]
    return [entry.key for entry in entries]


def _thing(context: PageContext) -> Values | None:
    _, kind, _ = context.request.path.split("/", 2)
    entry = context.graph.labels.find(kind, context.request.key)
    return page(context, entry) if entry else None


PAGES: Final = tuple(
    View(kind, _thing, partial(keys, kind=kind), template="entity.html")
    for kind in labels.KINDS
    if kind != "plan"
)
