"""The dossier of each kind of thing: a plan, an action, a body, a text, a topic, two plans."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pan2kg.charts.time_map import draw_narrow_time_map
from pan2kg.coherence.citations import State
from pan2kg.coherence.evidence import Aspect, Level, counts, coverage
from pan2kg.coherence.obligations import Margin, Met
from pan2kg.coherence.texts import CARRIES_OUT, MENTIONS, SERVES, Use
from pan2kg.i18n.days import in_words
from pan2kg.report import brief as advice
from pan2kg.report.brief import duties, is_late
from pan2kg.site.connections import COUNTING
from pan2kg.site.dossier import Dossier, Drawn, Sentence, counted, dossier, homes, listed, picture_of, proofs, said
from pan2kg.site.values import dated, value
from pan2kg.site.weights import bits_said
from pan2kg.tables.figure_words import named
from pan2kg.tables.template import markup
from pan2kg.turtle.vocabulary import DCTERMS, PAN, kind_and_key

if TYPE_CHECKING:
    from markupsafe import Markup

    from pan2kg.coherence.known import Known
    from pan2kg.graph.labels import Entry
    from pan2kg.site.page_context import PageContext

NEIGHBOURS: Final = 8
"""How many plans the picture of a plan shows beside it, so that the page stays short."""
CHANGING: Final = frozenset({"amends", "supplements", "transposes", "repeals"})
"""What a later text does to an earlier one, by the keys of the relations."""
TYPE: Final = f"{DCTERMS}type"
DATES: Final = ("date_document", "first_date_entry_in_force")
"""The days of a text that are told first, as ELI names them."""
_ELI: Final = "http://data.europa.eu/eli/ontology#"


def of_plan(context: PageContext, plan: str, facts: Iterable[tuple[str, Markup | str]]) -> Dossier:
    """What a plan meets, whom it cites and could cite, who leads, what is due, and what was never read."""
    known, key = context.graph.known(), context.key(plan)
    reach, widest = known.reach(plan), context.graph.known("editors").reach(plan)
    name = context.site_context.subject(context.request.language, context.picture_address).brief(plan)
    wanted = [one for one in known.occasions if plan in {one.source, one.target} and one.is_expected]
    missing = Counter(one.state for one in wanted if one.state is not State.SEEN)
    graph = context.site_context.graph.spoken(context.request.language)
    made = context.site_context.once(f"brief of {key} in {graph.language}", lambda: advice.write_brief(graph, key))
    return dossier(
        context,
        (
            said(context, "plan-reach", reach.linked, "#meets", plan=name, more=widest.linked - reach.linked),
            said(context, "plan-cites", reach.cites, "#cites", plan=name),
            said(context, "plan-cited", reach.cited, "#cited", plan=name),
            counted(context, "plan-missing", missing.total(), "#attention", plan=name,
                    absent=missing[State.ABSENT], open=missing[State.OPEN]),
            *_of_actions(context, known, plan),
            _due(context, known, plan),
        ),
        facts=facts,
        picture=_time_map(context, key) if reach.linked else None,
        attention=made.findings,
        proofs=proofs(context, _said_of_plan(context, known, plan)),
    )  # fmt: skip


def _of_actions(context: PageContext, known: Known, plan: str) -> Iterator[Sentence]:
    """Who leads the actions of a plan, and of how many nobody has read what they rest on."""
    actions = context.graph.parts.actions.get(plan, ())
    if not actions:
        return
    own = set(actions)
    led = {
        one.work for one in context.graph.involvements
        if one.work in own and "lead" in one.roles and counts(one.level, known.level)
    }  # fmt: skip
    yield said(context, "plan-led", len(led), "#actions", of=len(actions))
    read = coverage(known.tables.readings, known.tables.works, Aspect.TEXTS, {plan})
    yield counted(context, "plan-unread", len(actions) - read.full, "#actions", of=len(actions))


def _due(context: PageContext, known: Known, plan: str) -> Sentence | None:
    """The obligations its brief speaks of: past their date without a known answer, and those nothing is known of."""
    rows = duties(context.graph, known.level, plan)
    if not rows:
        return None
    address = context.href("obligations.html")
    return counted(context, "plan-due", sum(map(is_late, rows)), address, of=len(rows), unknown=_unknown(rows))


def _unknown(rows: Iterable[Margin]) -> int:
    """Of how many obligations nothing is known of what was done."""
    return sum(one.met in {Met.UNKNOWN, Met.UNRECORDED} for one in rows)


def _said_of_plan(context: PageContext, known: Known, plan: str) -> Iterator[tuple[str, Markup, Level | None]]:
    """The citations of a plan and to it, then what its works rest on."""
    home = known.tables.works.home
    for one in known.statements:
        ends = home.get(one.source, one.source), home.get(one.target, one.target)
        if one.is_citation and plan in ends:
            yield one.link, _pair(context, *ends), one.level
    for use in known.uses:
        if known.tables.works.plan(use.work) == plan:
            yield use.link, _pair(context, use.work, use.text), use.level


def _pair(context: PageContext, one: str, two: str) -> Markup:
    return markup(f"{context.short(one)} → {context.short(two)}")


def _beside(context: PageContext, found: Sequence[str]) -> Sentence:
    """The bodies of the same kind that work on the same texts, by name; that none was seen where there is none."""
    if not found:
        return said(context, "body-alone", 0, "#who")
    return said(context, "body-beside", len(found), "#who", names=listed(context, found))


def _time_map(context: PageContext, key: str) -> Drawn:
    """A plan among those it meets, for wide screens and for small ones."""
    subject = context.site_context.subject(context.request.language, context.picture_address)
    narrow = draw_narrow_time_map(subject, plan=key, top=NEIGHBOURS)
    drawn = picture_of(context, "time-map", "plan-time", plan=key, top=NEIGHBOURS)
    return replace(drawn, narrow=markup(narrow.svg))


def of_action(context: PageContext, action: str, until: str, picture: Markup) -> Dossier:
    """What an action wants, who, until when, on what it rests, what it meets, and what happened since."""
    known, statements = context.graph.known(), context.graph.statements
    parts = [one for one in context.graph.involvements if one.work == action and counts(one.level, known.level)]
    leads = list(dict.fromkeys(one.body for one in parts if "lead" in one.roles))
    bodies = dict.fromkeys([*leads, *(one.body for one in parts)])
    uses = [use for use in known.uses if use.work == action]
    texts = dict.fromkeys(use.text for use in uses)
    met = _met(known, action)
    happened = statements.pointing(action, f"{PAN}implements")
    graph = context.site_context.graph.spoken(context.request.language)
    return dossier(
        context,
        (
            said(context, "action-bodies", len(bodies), "#who", names=listed(context, bodies)),
            said(context, "action-texts", len(texts), "#rests", names=listed(context, texts)),
            said(context, "action-meets", len(met), "#picture" if picture else "#links",
                 plans=len(homes(known, met)), names=listed(context, sorted(homes(known, met)))),
            said(context, "action-since", len(happened), "#measured"),
        ),
        facts=(
            (context.t("dossier-lead"), _links(context, leads) or context.t("dossier-lead-unknown")),
            (context.t("plan-until"), until or context.t("unknown")),
            (context.t("dossier-results"), _results(context, action)),
        ),
        picture=Drawn("picture", context.t("part-around"), picture) if picture else None,
        attention=advice.of_action(graph, known, action),
        proofs=proofs(context, (
            *((use.link, context.short(use.text), use.level) for use in uses),
            *((one.iri, context.short(one.body), one.level) for one in parts),
        )),
    )  # fmt: skip


def _links(context: PageContext, things: Iterable[str]) -> Markup | str:
    found = list(things)
    return context.links(found) if found else ""


def _results(context: PageContext, action: str) -> Markup | str:
    """What is expected of an action, in the words that were noted of its plan."""
    statements, words = context.graph.statements, []
    for result in statements.values(action, f"{PAN}hasExpectedResult"):
        terms = [one.value for one in statements.by_property(result).get(f"{PAN}text", ())]
        words += [value(context, term) for term in terms]
    return markup("; ").join(words) if words else ""


def _met(known: Known, action: str) -> list[str]:
    """The actions of other plans that share a specific text with an action."""
    names, pairs = known.potential.names, known.actions
    ends = zip(pairs.one.tolist(), pairs.two.tolist(), pairs.low.tolist(), strict=True)
    return [
        names[b] if names[a] == action else names[a] for a, b, low in ends if low > 0 and action in (names[a], names[b])
    ]


def of_body(context: PageContext, body: str) -> Dossier:
    """What a body leads, takes part in and is asked for; with whom it shares texts and no action."""
    known, key = context.graph.known(), context.key(body)
    parts = [one for one in context.graph.involvements if one.body == body and counts(one.level, known.level)]
    led = {one.work for one in parts if "lead" in one.roles}
    others = {one.work for one in parts} - led
    held = [one for one in context.graph.margins(known.level).rows if one.obligation.holder == body]
    beside = _working_beside(context, known, body, led | others)
    graph = context.site_context.graph.spoken(context.request.language)
    return dossier(
        context,
        (
            said(context, "body-leads", len(led), "#who", plans=len(homes(known, led))),
            said(context, "body-parts", len(others), "#who", plans=len(homes(known, others))),
            counted(context, "body-asked", len(held), context.href("obligations.html"),
                    late=sum(map(is_late, held)), unknown=_unknown(held)) if held else None,
            _beside(context, beside) if parts else None,
        ),
        facts=((context.t("dossier-kind"), _links(context, context.graph.statements.values(body, TYPE))),),
        picture=picture_of(context, "plans-of", "dossier-body-picture", thing=key) if parts else None,
        attention=advice.of_body(graph, known, body),
        proofs=proofs(context, ((one.iri, context.short(one.work), one.level) for one in parts)),
    )  # fmt: skip


def _working_beside(context: PageContext, known: Known, body: str, works: set[str]) -> list[str]:
    """The bodies of its kind and country whose works name a text its works name too, without a work of both.

    Those that share most texts come first, then by IRI.
    """
    texts, bodies = _texts_by_work(context, known), dict[str, set[str]]()
    country_of = context.graph.country_of
    countries = {country_of.get(work) for work in works}
    for one in context.graph.involvements:
        if counts(one.level, known.level) and country_of.get(one.work) in countries:
            bodies.setdefault(one.body, set()).add(one.work)
    own = {text for work in works for text in texts.get(work, ())}
    kinds = context.graph.statements.values(body, TYPE)
    shared = {
        other: len({text for work in its for text in texts.get(work, ())} & own)
        for other, its in bodies.items()
        if other != body and not its & works and context.graph.statements.values(other, TYPE) == kinds
    }  # fmt: skip
    return sorted((other for other, number in shared.items() if number), key=lambda one: (-shared[one], one))


def _texts_by_work(context: PageContext, known: Known) -> Mapping[str, set[str]]:
    """The specific texts each work names at a level."""

    def read() -> Mapping[str, set[str]]:
        found: dict[str, set[str]] = {}
        for use in known.uses:
            if use.text not in known.tables.general:
                found.setdefault(use.work, set()).add(use.text)
        return found

    return context.site_context.once(f"texts by work at {known.level.key}", read)


def of_text(context: PageContext, text: str) -> Dossier:
    """Who rests on a text and how, what it asks and when, and what changed it."""
    known, key = context.graph.known(), context.key(text)
    uses = [use for use in known.uses if text in known.potential.weights.reached(use.text, known.level)]
    best: dict[str, float] = {}
    for use in uses:
        if plan := known.tables.works.plan(use.work):
            best[plan] = max(best.get(plan, 0.0), use.share)
    how = Counter(best.values())
    asked = [one for one in context.graph.margins(known.level).rows if one.obligation.instrument == text]
    changing = _changing(context, text)
    graph = context.site_context.graph.spoken(context.request.language)
    return dossier(
        context,
        (
            said(context, "text-plans", len(best), "#picture" if best else "#rests",
                 carry=how[CARRIES_OUT], serve=how[SERVES], mention=how[MENTIONS]),
            counted(context, "text-asks", len(asked), context.href("obligations.html"),
                    late=sum(map(is_late, asked)), unknown=_unknown(asked)) if asked else None,
            _coming(context, asked),
            said(context, "text-changed", len(changing), "#links", names=listed(context, changing))
            if changing else None,
        ),
        facts=(
            (context.t("dossier-kind"), _links(context, context.graph.statements.values(text, TYPE))),
            *((context.t(f"dossier-{name}"), _date(context, text, name)) for name in DATES),
        ),
        picture=picture_of(context, "plans-of", "dossier-text-picture", thing=key) if best else None,
        attention=advice.of_text(graph, known, text),
        proofs=proofs(context, ((use.link, context.short(use.work), use.level) for use in _firm(uses))),
    )  # fmt: skip


def _coming(context: PageContext, rows: Iterable[Margin]) -> Sentence | None:
    """The next day a text sets, in words."""
    days = [day for one in rows if (day := one.coming) and day >= context.graph.as_of]
    if not days:
        return None
    return Sentence(
        "text-coming", "", context.t("dossier-text-coming", day=in_words(min(days), context.request.language))
    )


def _date(context: PageContext, text: str, name: str) -> str:
    return dated(context, context.graph.statements.one(text, f"{_ELI}{name}"))


def _firm(uses: Iterable[Use]) -> list[Use]:
    """Uses, those that carry the text out first, then the firmest."""
    return sorted(uses, key=lambda use: (-use.share, use.level or 0, use.work))


def _changing(context: PageContext, text: str) -> list[str]:
    """The texts that amend, supplement, transpose or repeal a text, as far as a link says so."""
    statements, found = context.graph.statements, []
    for link in statements.pointing(text, f"{PAN}to"):
        counting = kind_and_key(statements.one(link, f"{PAN}status"))[1] in COUNTING
        if counting and kind_and_key(statements.one(link, f"{PAN}relation"))[1] in CHANGING:
            found += statements.values(link, f"{PAN}from")
    return sorted(set(found))


def of_topic(context: PageContext, topic: str) -> Dossier:
    """Which plans deal with a topic, by which actions, and where they do not cite each other."""
    known, key = context.graph.known(), context.key(topic)
    works = [one.work for one in context.graph.profiles if topic in one.topics]
    plans, actions = homes(known, works), [one for one in works if one in known.tables.works.home]
    inside = [one for one in known.occasions if one.is_expected and {one.source, one.target} <= plans]
    missing = Counter(one.state for one in inside if one.state is not State.SEEN)
    graph = context.site_context.graph.spoken(context.request.language)
    return dossier(
        context,
        (
            said(context, "topic-plans", len(plans), "#picture" if plans else "#what"),
            said(context, "topic-actions", len(actions), "#what"),
            counted(context, "topic-missing", missing.total(), "#attention",
                    absent=missing[State.ABSENT], open=missing[State.OPEN]) if plans else None,
            Sentence("topic-editors", "", context.t("dossier-topic-editors")),
        ),
        picture=picture_of(context, "plans-of", "dossier-topic-picture", thing=key) if plans else None,
        attention=advice.of_topic(graph, known, plans),
    )  # fmt: skip


def of_pair(context: PageContext, known: Known, ends: tuple[str, str], bridge: Markup) -> Dossier:
    """What two plans share, the citation each could make of the other, and which actions meet."""
    one, two = ends
    weight = known.weight(one, two)
    texts = [part for part in weight.contributions if part.bits > 0 and not part.is_broad]
    subject = context.site_context.subject(context.request.language, context.picture_address)
    names = {"one": subject.brief(one), "two": subject.brief(two)}
    graph = context.site_context.graph.spoken(context.request.language)
    firmest = [use for part in texts for plan in ends for use in known.giving(plan, part.text)[:1]]
    return dossier(
        context,
        (
            said(context, "pair-texts", len(texts), "#weight", bits=bits_said(context, weight.low),
                 names=listed(context, (part.text for part in texts)), **names),
            *(_citing(context, known, *way) for way in (ends, ends[::-1])),
            *(_meeting(context, known, *way) for way in (ends, ends[::-1])),
        ),
        level=known.level,
        picture=Drawn("bridge", context.t("pair-bridge"), bridge),
        attention=advice.of_pair(graph, known, one, two),
        proofs=proofs(context, (
            *((said_by.link, _pair(context, said_by.source, said_by.target), said_by.level)
              for said_by in known.between(one, two)),
            *((use.link, _pair(context, use.work, use.text), use.level) for use in firmest),
        )),
    )  # fmt: skip


def _citing(context: PageContext, known: Known, source: str, target: str) -> Sentence:
    """Whether one plan cites the other, or could: in words, since it is no number."""
    subject = context.site_context.subject(context.request.language, context.picture_address)
    found = known.way(source, target)
    names = {"source": subject.brief(source), "target": subject.brief(target)}
    if found.is_expected or found.state is State.SEEN:
        words = context.t(f"dossier-pair-{found.state.value}", **names)
    else:
        words = context.t("dossier-pair-cannot", why=named(found.verdict).say(context.request.language), **names)
    return Sentence(f"pair-{found.state.value}", "", words, "#citing")


def _meeting(context: PageContext, known: Known, plan: str, other: str) -> Sentence | None:
    """How many actions of a plan name a text the other names too, of how many that are known."""
    actions = context.graph.parts.actions.get(plan, ())
    if not actions:
        return None
    met = [work for work in known.brought(plan, other) if work != plan]
    subject = context.site_context.subject(context.request.language, context.picture_address)
    return said(context, "pair-actions", len(met), "#side-by-side", of=len(actions), plan=subject.brief(plan))


def dossier_of(context: PageContext, entry: Entry, until: str, ego: Markup) -> Dossier | None:
    """The dossier of a thing by its kind; None for kinds that have none, and for what was retired.

    ``until`` is when an action is due, in words, and ``ego`` its picture; both are empty for other things.
    """
    if entry.is_retired or not context.graph.has_actions:
        return None
    if entry.kind == "action":
        return of_action(context, entry.iri, until, ego)
    made = {"body": of_body, "instrument": of_text, "topic": of_topic}.get(entry.kind)
    return made(context, entry.iri) if made else None
