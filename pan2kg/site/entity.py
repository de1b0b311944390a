"""The page of any thing: a dossier that says in brief what matters, then everything said of it, and on what that rests.

A dossier has sentences with numbers, a picture, what to look at, and the words it rests on. Its
numbers are those of what is known at the headline level, so that a page says what the register of
figures says.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, Final
from urllib.parse import quote, urlsplit

from pan2kg import templates
from pan2kg.charts import time_map
from pan2kg.charts.frame import Picture
from pan2kg.coherence import bodies, evidence, known, obligations, texts
from pan2kg.coherence.citations import State
from pan2kg.findings import brief as advice
from pan2kg.graph import labels, statements as outlines
from pan2kg.i18n.message import in_words
from pan2kg.site import link_text, values
from pan2kg.site.page import Markup, PageContext, SiteContext, Values, View, piece
from pan2kg.store import plain
from pan2kg.tables import figure_words, table
from pan2kg.turtle.vocabulary import DCTERMS, ID, PAN, SKOS, is_ours, kind_and_key

ANCHORS: Final = frozenset({"brief", "picture", "attention", "proofs"})
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
DEPRECATED: Final = "http://www.w3.org/2002/07/owl#deprecated"
REPLACED: Final = DCTERMS + "isReplacedBy"
_involved: Final = partial(advice.involved, level=evidence.HEADLINE)
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
_OWN: Final = """\
SELECT ?graph ?property ?value WHERE {{
    GRAPH ?graph {{ <{iri}> ?property ?value }}
}} ORDER BY ?graph ?property ?value
"""

Sentence = dict[str, Any]
"""``words`` with their ``figure``, which leads to the rows it counts."""
Saying = tuple[str, evidence.Level | None, *tuple[str, ...]]
"""A statement, its level, and of what it says something: a thing, or two, from which to which."""


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
    figure = "" if number is None else context.t("list-not-seen")
    if number or (is_known and number is not None):
        figure = context.figure(number)
    words = context.t(f"dossier-{key or name}", n=number or 0, **numbers)
    if numbers.get("names") == "":  # where none is seen, no names follow the colon
        words = words.rstrip(": \u00a0\u202f")
    return {"figure": figure, "words": words, "address": address, "is_number": figure[:1].isdigit()}


def _dossier(
    context: PageContext,
    subjects: tuple[str, ...],
    brief: Iterable[Sentence | None],
    *,
    facts: Iterable[tuple[str, str]] = (),
    picture: tuple[str, Picture | None] | None = None,
    attention: Iterable[advice.Advice] = (),
    sayings: Iterable[Saying] = (),
    level: evidence.Level = evidence.HEADLINE,
    lists: Iterable[tuple[str, Mapping[str, list[str]]]] = (),
) -> dict[str, Any]:
    statements = context.graph.statements
    proofs = []
    for ends, level_said, passage, at in context.site_context.once(
        ("proofs", *subjects, level), partial(_proofs, statements, sayings)
    ):
        # when its document was published, else when it was read
        days = (
            context.t(f"dossier-{key}", day=values.dated(context, day))
            for document in statements.values(passage, f"{PAN}inDocument")
            for name, key in ((f"{DCTERMS}issued", "published-on"), (f"{PAN}readOn", "read-on"))
            if (day := statements.one(document, name))
        )
        proofs.append(
            {
                "about": templates.markup(" → ").join(map(context.short, ends)),
                "day": next(days, ""),
                "quote": values.quotes(context, [passage])[at],
                "mark": context.mark(level_said),
            }
        )
    drawn = None
    if picture and picture[1]:
        anchor = "bridge" if picture[0] == "pair-bridge" else "picture"
        drawn = {"anchor": anchor, "title": context.t(picture[0]), "drawing": picture[1]}
    return {
        "facts": [(name, words) for name, words in facts if words],
        "brief": [remark for remark in brief if remark],
        "picture": drawn,
        "attention": list(attention),
        "proofs": proofs,
        "caption": context.caption(level),
        "lists": [
            (
                key,
                sum(map(len, by_head.values())),
                [
                    (
                        context.link(head)
                        if kind_and_key(head)[0] == "plan"
                        else context.label(head),
                        list(things),
                    )
                    for head, things in sorted(
                        by_head.items(), key=lambda listed: (context.name(listed[0]), listed[0])
                    )
                ],
            )
            for key, by_head in (lists if context.site_context.document else ())
            if by_head
        ],
    }


def _proofs(
    statements: outlines.Statements, sayings: Iterable[Saying]
) -> list[tuple[list[str], evidence.Level | None, str, int]]:
    # the first passage on each thing comes before the second on any: with those of enough things
    # all are found
    turns = Counter[str]()
    spoken = set[str]()
    proofs: list[tuple[int, int, list[str], evidence.Level | None, str, int]] = []
    for iri, level_said, *ends in sayings:
        for passage in statements.values(iri, values.PASSAGE):
            for at, quotation in enumerate(statements.by_property(passage).get(f"{PAN}quote", ())):
                letters = "".join(filter(str.isalnum, plain(quotation.value)))
                if letters not in spoken:
                    spoken.add(letters)
                    about = " ".join(ends)
                    proofs.append((turns[about], len(proofs), ends, level_said, passage, at))
                    turns[about] += 1
        if len(turns) >= QUOTED:
            break
    return [proof[2:] for proof in sorted(proofs, key=lambda proof: proof[:2])[:QUOTED]]


def in_short(context: PageContext, things: Iterable[str], most: int = 3) -> str:
    listed = list(things)
    names = ", ".join(context.called(thing) for thing in listed[:most])
    return (
        context.t("dossier-and-more", names=names, n=len(listed) - most)
        if len(listed) > most
        else names
    )


def _homes(knowledge: known.Known, works: Iterable[str]) -> dict[str, list[str]]:
    # by their plans, which are works too
    by_plan: dict[str, list[str]] = {}
    for work in sorted(set(works), key=lambda work: (outlines.natural(work), work)):
        if plan := knowledge.tables.works.plan(work):
            by_plan.setdefault(plan, []).extend([work] if work != plan else ())
    return by_plan


def _duties(
    context: PageContext, name: str, rows: list[obligations.Margin], *, tells_late: bool = False
) -> Sentence | None:
    if not rows:
        return None
    late = sum(map(advice.is_late, rows))
    unknown = sum(row.met in {obligations.Met.UNKNOWN, obligations.Met.UNRECORDED} for row in rows)
    number = late if tells_late else len(rows)
    address = context.href("obligations.html")
    return sentence(
        context, name, number, address, is_known=True, late=late, of=len(rows), unknown=unknown
    )


def brief_of(context: PageContext, plan: str) -> advice.Brief:
    graph = context.spoken
    return context.site_context.once(
        f"brief of {plan} in {graph.language}", lambda: advice.write_brief(graph, plan)
    )


def of_plan(context: PageContext, plan: str, facts: Iterable[tuple[str, str]]) -> dict[str, Any]:
    knowledge = context.graph.known()
    graph = context.graph
    works = knowledge.tables.works
    own = set(context.graph.parts.actions.get(plan, ()))
    reach = knowledge.reach(plan)
    widest = graph.known("editors").reach(plan)
    name = context.subject.brief(plan)
    once = context.site_context.once
    missing = Counter(
        once(
            "unseen by plan",
            lambda: values.gathered(
                (end, occasion.state)
                for occasion in knowledge.occasions
                if occasion.is_expected and occasion.state is not State.SEEN
                for end in (occasion.source, occasion.target)
            ),
        ).get(plan, ())
    )
    sentences: list[Sentence | None] = [
        sentence(
            context,
            "plan-reach",
            reach.linked,
            "#meets",
            plan=name,
            more=widest.linked - reach.linked,
        ),
        sentence(context, "plan-cites", reach.cites, "#cites", plan=name),
        sentence(context, "plan-cited", reach.cited, "#cited", plan=name),
        sentence(
            context,
            "plan-missing",
            missing.total(),
            "#attention",
            is_known=True,
            plan=name,
            absent=missing[State.ABSENT],
            open=missing[State.OPEN],
        ),
    ]
    if own:
        by_work = _involved(graph, end="work")
        led = [work for work in own if any("lead" in part.roles for part in by_work.get(work, ()))]
        full = evidence.coverage(
            knowledge.tables.readings, works, evidence.Aspect.TEXTS, {plan}
        ).full
        sentences.append(sentence(context, "plan-led", len(led), "#actions", of=len(own)))
        sentences.append(
            sentence(
                context, "plan-unread", len(own) - full, "#actions", is_known=True, of=len(own)
            )
        )
    sentences.append(
        _duties(context, "plan-due", advice.duties(graph, knowledge.level, plan), tells_late=True)
    )
    cited: dict[str, list[Saying]] = once(
        "citations by plan",
        lambda: values.gathered(
            (end, (statement.link, statement.level, *ends))
            for statement in knowledge.statements
            if statement.is_citation
            for ends in [
                tuple(works.home.get(end, end) for end in (statement.source, statement.target))
            ]
            for end in dict.fromkeys(ends)
        ),
    )
    uses = once(
        "uses by plan",
        lambda: values.gathered((works.plan(use.work) or "", use) for use in knowledge.uses),
    )
    sayings = [
        *cited.get(plan, ()),
        *((use.link, use.level, use.work, use.text) for use in uses.get(plan, ())),
    ]
    picture = None
    if reach.linked:
        picture = (
            "plan-time",
            time_map.draw_plan_map(context.subject, plan, NEIGHBOURS, time_map.IN_PAGE),
        )
    findings = brief_of(context, plan).findings
    lists = _around(
        context,
        _involved(context.graph, end="work").get(plan, []),
        [use.text for use in uses.get(plan, ()) if use.work == plan],
    )
    return _dossier(
        context,
        (plan,),
        sentences,
        facts=facts,
        picture=picture,
        attention=findings,
        sayings=sayings,
        lists=lists,
    )


def _around(
    context: PageContext, involvements: Iterable[bodies.Involvement], named: Iterable[str]
) -> list[tuple[str, dict[str, list[str]]]]:
    # the bodies that take part by their roles, and the texts by their kinds
    roles = (
        (f"{ID}role/{role}", part.body) for part in involvements for role in sorted(part.roles)
    )
    kinds = (
        (context.graph.statements.one(text, f"{DCTERMS}type"), text)
        for text in dict.fromkeys(named)
    )
    return [("who", values.gathered(roles)), ("rests", values.gathered(kinds))]


def _of_action(context: PageContext, action: str) -> dict[str, Any]:
    knowledge = context.graph.known()
    statements = context.graph.statements
    involvements = _involved(context.graph, end="work").get(action, [])
    leads = list(
        dict.fromkeys(
            involvement.body for involvement in involvements if "lead" in involvement.roles
        )
    )
    involved = dict.fromkeys([*leads, *(involvement.body for involvement in involvements)])
    by_work = context.site_context.once(
        "uses", lambda: values.gathered((use.work, use) for use in knowledge.uses)
    )
    uses = by_work.get(action, [])
    named_texts = dict.fromkeys(use.text for use in uses)
    # the actions of other plans that share a specific text with it
    names = knowledge.potential.names
    pairs = knowledge.actions

    met = context.site_context.once(
        "actions by action",
        lambda: values.gathered(
            (names[work], names[partner])
            for one, two, low in zip(
                pairs.one.tolist(), pairs.two.tolist(), pairs.low.tolist(), strict=True
            )
            if low > 0
            for work, partner in ((one, two), (two, one))
        ),
    ).get(action, [])
    plans = _homes(knowledge, met)
    results = [
        values.value(context, statement.value)
        for result in statements.values(action, f"{PAN}hasExpectedResult")
        for statement in statements.by_property(result).get(f"{PAN}text", ())
    ]
    # a picture is drawn around what rests on a text, cites or is cited
    stated = context.graph.citations
    cited = context.site_context.once(
        "cited", lambda: {end for row in stated for end in (row.source, row.target)}
    )
    is_drawable = action in context.graph.home_of and (
        action in context.site_context.resting or action in cited
    )
    picture = context.draw("ego", action=action) if is_drawable else None
    return _dossier(
        context,
        (action,),
        [
            sentence(
                context, "action-bodies", len(involved), "#who", names=in_short(context, involved)
            ),
            sentence(
                context,
                "action-texts",
                len(named_texts),
                "#rests",
                names=in_short(context, named_texts),
            ),
            sentence(
                context,
                "action-meets",
                len(met),
                "#picture" if picture else "#links",
                names=in_short(context, sorted(plans)),
            ),
            sentence(
                context,
                "action-since",
                len(statements.pointing(action, f"{PAN}implements")),
                "#measured",
            ),
        ],
        facts=[
            (context.t("dossier-lead"), context.links(leads)),
            (
                context.t("dossier-until"),
                until(context, action)
                or context.t("unknown") * bool(statements.values(action, f"{PAN}hasTimeline")),
            ),
            (context.t("dossier-results"), templates.markup("; ").join(results)),
        ],
        picture=("part-around", picture),
        lists=_around(context, involvements, named_texts),
        attention=advice.of_action(context.spoken, knowledge, action),
        sayings=[
            *((use.link, use.level, use.text) for use in uses),
            *(
                (involvement.iri, involvement.level, involvement.body)
                for involvement in involvements
            ),
        ],
    )


def _of_body(context: PageContext, body: str) -> dict[str, Any]:
    knowledge = context.graph.known()
    graph = context.graph
    statements = context.graph.statements
    involvements = _involved(context.graph, end="body").get(body, [])
    led = {involvement.work for involvement in involvements if "lead" in involvement.roles}
    supported = {involvement.work for involvement in involvements} - led
    sentences = [
        sentence(context, "body-leads", len(led), "#who", plans=len(_homes(knowledge, led))),
        sentence(
            context, "body-parts", len(supported), "#who", plans=len(_homes(knowledge, supported))
        ),
        _duties(
            context,
            "body-asked",
            [r for r in graph.margins(knowledge.level).rows if r.obligation.holder == body],
        ),
    ]
    picture = None
    if involvements:
        picture = "dossier-picture", context.draw("plans-of", thing=context.key(body))
        # bodies of its kind and country whose works name a text its works name too, without a work
        # of both
        by_work = context.site_context.once(
            f"texts by work at {knowledge.level.key}",
            lambda: values.gathered(
                (use.work, use.text)
                for use in knowledge.uses
                if use.text not in knowledge.tables.general
            ),
        )

        def beside() -> list[str]:
            works = led | supported
            countries = {graph.country_of.get(work) for work in works}
            own = {text for work in works for text in by_work.get(work, ())}
            by_kind = context.site_context.once(
                "bodies by kind",
                lambda: values.gathered(
                    (
                        " ".join(statements.values(one, f"{DCTERMS}type")),
                        (one, {part.work for part in parts}),
                    )
                    for one, parts in _involved(graph, end="body").items()
                ),
            )
            shared = Counter[str]()
            for rival, theirs in (
                by_kind[" ".join(statements.values(body, f"{DCTERMS}type"))] if own else ()
            ):
                if rival != body and works.isdisjoint(theirs):
                    near = (work for work in theirs if graph.country_of.get(work) in countries)
                    shared[rival] = len(
                        {text for work in near for text in by_work.get(work, ())} & own
                    )
            return sorted(
                (rival for rival, n in shared.items() if n),
                key=lambda rival: (-shared[rival], rival),
            )

        near = context.site_context.once(("beside", body), beside)
        name = "body-beside" if near else "body-alone"
        sentences.append(sentence(context, name, len(near), "#who", names=in_short(context, near)))
    return _dossier(
        context,
        (body,),
        sentences,
        picture=picture,
        attention=advice.of_body(context.spoken, knowledge, body),
        lists=[("who", _homes(knowledge, led | supported))],
        facts=[
            (
                context.t("script-network-kind"),
                context.links(statements.values(body, f"{DCTERMS}type")),
            )
        ],
        sayings=(
            (involvement.iri, involvement.level, involvement.work) for involvement in involvements
        ),
    )


def _of_text(context: PageContext, text: str) -> dict[str, Any]:
    knowledge = context.graph.known()
    graph = context.graph
    statements = context.graph.statements
    reached = partial(knowledge.potential.weights.reached, at=knowledge.level)
    uses = context.site_context.once(
        "uses by text",
        lambda: values.gathered(
            (above, use) for use in knowledge.uses for above in reached(use.text)
        ),
    ).get(text, [])
    best: dict[str, float] = {}
    for use in uses:
        if plan := knowledge.tables.works.plan(use.work):
            best[plan] = max(best.get(plan, 0.0), use.share)
    how = Counter(best.values())
    asked = [
        row for row in graph.margins(knowledge.level).rows if row.obligation.instrument == text
    ]
    picture = context.draw("plans-of", thing=context.key(text)) if best else None
    sentences = [
        sentence(
            context,
            "text-plans",
            len(best),
            "#picture" if picture else "#rests",
            carry=how[texts.CARRIES_OUT],
            serve=how[texts.SERVES],
            mention=how[texts.MENTIONS],
        ),
        _duties(context, "text-asks", asked),
    ]
    if days := [day for row in asked if (day := row.coming) and day >= graph.as_of]:
        sentences.append(
            sentence(context, "text-coming", day=in_words(min(days), context.request.language))
        )
    # the texts that amend, supplement, transpose or repeal it, as far as a link says so
    changing: set[str] = set()
    for link in statements.pointing(text, f"{PAN}to"):
        status, relation = (
            kind_and_key(statements.one(link, PAN + name))[1] for name in ("status", "relation")
        )
        if status in values.COUNTING and relation in CHANGING:
            changing.update(statements.values(link, f"{PAN}from"))
    if changing:
        names = in_short(context, sorted(changing))
        sentences.append(sentence(context, "text-changed", len(changing), "#links", names=names))
    # those that carry the text out first, then the firmest
    firm = sorted(uses, key=lambda use: (-use.share, use.level or 0, use.work))
    facts: list[tuple[str, str]] = [
        (
            context.t("script-network-kind"),
            context.links(statements.values(text, f"{DCTERMS}type")),
        ),
        *(
            (context.t(f"dossier-{name}"), values.dated(context, statements.one(text, _ELI + name)))
            for name in ("date_document", "first_date_entry_in_force")
        ),
    ]
    return _dossier(
        context,
        (text,),
        sentences,
        facts=facts,
        picture=("dossier-picture", picture),
        attention=advice.of_text(context.spoken, knowledge, text),
        lists=[("rests", _homes(knowledge, (use.work for use in uses)))],
        sayings=((use.link, use.level, use.work) for use in firm),
    )


def _of_topic(context: PageContext, topic: str) -> dict[str, Any]:
    knowledge = context.graph.known()
    works = [profile.work for profile in context.graph.profiles if topic in profile.topics]
    by_plan = _homes(knowledge, works)
    actions = [work for work in works if work in knowledge.tables.works.home]
    missing = Counter(
        occasion.state
        for occasion in knowledge.occasions
        if occasion.is_expected
        and by_plan.keys() >= {occasion.source, occasion.target}
        and occasion.state is not State.SEEN
    )
    picture = context.draw("plans-of", thing=context.key(topic)) if by_plan else None
    sentences = [
        sentence(context, "topic-plans", len(by_plan), "#picture" if picture else "#what"),
        sentence(context, "topic-actions", len(actions), "#what"),
        sentence(
            context,
            "topic-missing",
            missing.total(),
            "#attention",
            is_known=True,
            absent=missing[State.ABSENT],
            open=missing[State.OPEN],
        )
        if by_plan
        else None,
        sentence(context, "topic-editors"),
    ]
    attention = advice.of_topic(context.spoken, knowledge, {*by_plan})
    drawn = ("dossier-picture", picture)
    return _dossier(
        context, (topic,), sentences, picture=drawn, attention=attention, lists=[("what", by_plan)]
    )


def of_pair(
    context: PageContext, knowledge: known.Known, plans: tuple[str, str], bridge: Picture | None
) -> dict[str, Any]:
    weight = knowledge.weight(*plans)
    brief = context.subject.brief
    specific = [
        shared for shared in weight.contributions if shared.bits > 0 and not shared.is_broad
    ]
    language = context.request.language
    ways = (plans, plans[::-1])
    sentences = [
        sentence(
            context,
            "pair-texts",
            len(specific),
            "#weight",
            bits=figure_words.bits_words(weight.low, language),
            names=in_short(context, (shared.text for shared in specific)),
            one=brief(plans[0]),
            two=brief(plans[1]),
        )
    ]
    for source, target in ways:
        direction = knowledge.way(source, target)
        key = "" if direction.is_expected or direction.state is State.SEEN else "pair-cannot"
        why = figure_words.named(direction.verdict).say(language)
        name = f"pair-{direction.state.value}"
        ends = (brief(source), brief(target))
        sentences.append(
            sentence(
                context, name, None, "#citing", key=key, why=why, source=ends[0], target=ends[1]
            )
        )
    for plan, other in ways:
        if actions := context.graph.parts.actions.get(plan, ()):
            met = sum(work != plan for work in knowledge.brought(plan, other))
            sentences.append(
                sentence(
                    context, "pair-actions", met, "#side-by-side", of=len(actions), plan=brief(plan)
                )
            )
    firmest = [
        use
        for shared in specific
        for plan in plans
        for use in knowledge.giving(plan, shared.text)[:1]
    ]
    sayings: list[Saying] = [
        *(
            (statement.link, statement.level, statement.source, statement.target)
            for statement in knowledge.between(*plans)
        ),
        *((use.link, use.level, use.work, use.text) for use in firmest),
    ]
    return _dossier(
        context,
        plans,
        sentences,
        level=knowledge.level,
        picture=("pair-bridge", bridge),
        attention=advice.of_pair(context.spoken, knowledge, *plans),
        sayings=sayings,
    )


_DOSSIERS: Final[dict[str, Callable[[PageContext, str], dict[str, Any]]]] = {
    "action": _of_action,
    "body": _of_body,
    "instrument": _of_text,
    "topic": _of_topic,
}


def until(context: PageContext, action: str) -> str:
    statements = context.graph.statements
    timelines = statements.values(action, PAN + "hasTimeline")
    ends = [end for timeline in timelines for end in statements.values(timeline, PAN + "endDate")]
    if ends:
        return values.dated(context, max(ends))
    return "; ".join(
        words for timeline in timelines for words in statements.values(timeline, PAN + "text")
    )


def values_of(context: PageContext, iri: str) -> Values | None:
    statements = context.graph.statements
    if not statements.about(iri) and not statements.towards(iri):
        return None
    return page(
        context,
        context.graph.labels.entry(iri) or labels.Entry(iri, *kind_and_key(iri), "", "", {}),
    )


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
    quoted: object = ()
    if not document:
        quoted = values.quotes(context, statements.values(iri, values.PASSAGE))
    return {
        "title": labels.shortened(context.called(iri), LONGEST),
        "entry": entry,
        "heading": context.heading(iri),
        "kind": _kind_name(context, entry),
        "kinds": _address_of_kind(context, entry),
        "within": [outer for name in _WITHIN for outer in statements.values(iri, name)],
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


def _unlink_absent(dossier: Mapping[str, Any], parts: Iterable[Mapping[str, object]]) -> None:
    # sentences lead to nothing that does not stand on the page
    listed: set[object] = {*ANCHORS}
    listed.update(part["key"] for part in parts)
    listed.update(key for key, *_ in dossier["lists"])
    for remark in dossier["brief"]:
        address = remark["address"]
        if address.startswith("#") and address[1:] not in listed:
            remark["address"] = ""


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


def _parts_of(notes: values.Notes, entry: labels.Entry) -> list[dict[str, object]]:
    context = notes.context
    statements = notes.context.graph.statements
    elsewhere: frozenset[str] = _ELSEWHERE.get(entry.kind, frozenset())
    back = elsewhere | _IN_SHORT if entry.has_page else frozenset()
    links = values.gathered(
        ("rests" if statements.link_type(link) in RESTS else "links", link)
        for link in statements.pointing(entry.iri, *values.ENDS)
    )

    parts = []
    rule = context.t("certainty-rule")
    for key, rows in values.rows_of(
        notes, entry.iri, out=elsewhere | {DEPRECATED, REPLACED}, back=back
    ):
        if not rows and key not in links:
            continue
        folded = []
        why = ""
        groups = link_text.grouped(notes, links.get(key, ()), entry.iri)
        # of who is who a long list is folded; on the page of a body, what rules repeat of it
        if key == "who" and sum(len(cells) + more for _, cells, more in rows) > UNFOLDED:
            ruled = [
                row for row in rows if all(mark and mark.words == rule for _, _, mark in row[1])
            ]
            if entry.kind != "body" or len(ruled) == len(rows):
                folded = rows
                rows = []
                why = "list-show"
            elif ruled:
                folded = ruled
                rows = [row for row in rows if row not in ruled]
                why = "part-ruled"
        parts.append(
            {
                "key": key,
                "rows": values.table_of(context, rows, key),
                "groups": groups,
                "folded": values.table_of(context, folded, key),
                "why": why,
                "number": sum(len(cells) + more for _, cells, more in folded),
            }
        )
    return parts


def _gaps(context: PageContext, entry: labels.Entry) -> list[Markup]:
    gap = piece("gap")
    t = context.t
    language = context.request.language
    site_context = context.site_context
    gaps = []
    home = context.graph.home_of.get(entry.iri) if context.graph.has_actions else None
    if entry.kind == "action" and not entry.is_retired and home:
        if entry.iri not in site_context.recorded:
            gaps.append(gap(t("gap-unread"), "", "", "", t))
        level = context.graph.linked_actions.get(entry.iri)
        if level is None or level > evidence.HEADLINE:
            address = (
                f"unlinked.html#{context.key(home)}"
                if context.graph.labels.entry(home)
                else "unlinked.html"
            )
            gaps.append(gap(t("gap-unlinked"), context.href(address), "", "", t))
    for kind, other, detail in site_context.lacks.get(entry.iri, ()):
        with_ = context.graph.labels.entry(other) if other else None
        if entry.kind == "plan" and with_ and with_.kind == "action":
            continue
        is_own = entry.kind == "action" and with_ is not None and with_.kind == "plan"
        gaps.append(
            gap(
                table.coded("gap", kind).say(language),
                context.href(f"gap/{kind}.html"),
                context.link(other) if with_ and not is_own else "",
                detail.say(language) if detail else "",
                t,
            )
        )
    return gaps


def _machine(context: PageContext, entry: labels.Entry) -> Values:
    iri = entry.iri
    statements = context.graph.statements
    is_served = context.site_context.mode == "served"
    file = context.out(f"doc/{entry.kind}/{entry.key}") if is_served and entry.kind else ""
    query = ""
    if not iri.startswith("_:") and not any(mark in iri for mark in '<>"{}|\\^` \n'):
        # behind the hash for the browser, with a server before it too
        text = _OWN.format(iri=iri)
        query = context.href(f"sparql.html#of={quote(iri, safe=':/')}")
        if is_served:
            query = context.href(f"sparql.html#query={quote(text, safe='')}", query=text)
    official = []
    if entry.has_page and iri.startswith(("http://", "https://")) and not is_ours(iri):
        official.append((iri, urlsplit(iri).hostname or context.t("outside")))
    for node in statements.values(iri, "http://www.w3.org/ns/adms#identifier"):
        if statements.one(node, f"{PAN}identifierScheme").endswith("/celex"):
            number = statements.one(node, f"{SKOS}notation")
            language = context.request.language.upper()
            address = (
                f"https://eur-lex.europa.eu/legal-content/{language}/TXT/?uri=CELEX:{quote(number)}"
            )
            official.append((address, f"CELEX {number}"))
    turtle, json = (f"{file}.ttl", f"{file}.jsonld") if file else ("", "")
    is_foreign = iri != f"{ID}{entry.kind}/{entry.key}"
    return {
        "iri": iri,
        "turtle": turtle,
        "json": json,
        "query": query,
        "official": official,
        "is_foreign": is_foreign,
    }


def keys(site_context: SiteContext, kind: str) -> list[str]:
    index = site_context.graph.labels
    return [entry.key for entry in (*index.of_kind(kind), *index.of_kind(kind, is_retired=True))]


def _thing(context: PageContext) -> Values | None:
    entry = context.graph.labels.find(context.request.path.split("/")[1], context.request.key)
    return page(context, entry) if entry else None


PAGES: Final = tuple(
    View(kind, _thing, partial(keys, kind=kind), template="entity.html")
    for kind in labels.KINDS
    if kind != "plan"
)
