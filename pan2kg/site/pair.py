"""The page of two plans, with what links them and on whose word; and the list of what any plans share.

The page argues from firm to weak: which plan cites the other, on which texts both rest and what
that weighs, what somebody declared, what editors compared, and what only bodies, groups and topics
suggest. A function below makes each of these sections.

Two plans that are not linked have no page of their own in an export, nor have two plans of other
countries: such pairs grow with the square of the plans, and the row of a linked one in the list of
pairs tells its figures.
"""

import itertools
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from pan2kg.coherence import evidence, likeness
from pan2kg.coherence.known import Known
from pan2kg.graph.links import COMPARED, DECLARED, Tie
from pan2kg.i18n import Messages, format_number
from pan2kg.site import addresses, link_text, pair_dossier, plan_ties, values
from pan2kg.site.notes import Notes
from pan2kg.site.page import EVIDENCE, Download, Markup, PageContext, SiteContext, Values, View
from pan2kg.site.plan import sorted_by_number
from pan2kg.site.plan_choice import plan_sets
from pan2kg.tables.figure_words import bits_words
from pan2kg.turtle.vocabulary import ID, PAN

_TABLES = Messages("table")
_SHARED_TEXTS = "shared-instrument"
_MOST_SIMILAR = 3
"""How many actions of the second plan stand beside one of the first."""
_FIGURES = ("matrix", "debt")
"""The figures that say something of two plans: strength of their links, what each owes the other in citations."""
ASPECTS: Mapping[str, tuple[str, ...]] = {
    "instrument": ("restsOn",),
    "body": ("involvesBody", "ledBy"),
    "topic": ("hasTopic",),
    "group": ("hasTargetGroup",),
}
"""In what plans are compared, and by which properties a plan or an action has a thing of it."""

PlanPair = tuple[str, str]


class PairLinks(NamedTuple):
    """The links that count on the page of two plans, by how they are told.

    ``citing`` has by source and target the links by which one plan cites the other; of those in
    ``quoted`` all words stand among the proofs already.
    """

    ties: Sequence[Tie]
    declared: set[str]
    compared: set[str]
    citing: Mapping[PlanPair, Sequence[str]]
    quoted: set[str]


class JoiningThing(NamedTuple):
    """A thing that makes links of one kind between two plans: how many, their levels, and what of each plan it joins.

    ``ends`` is empty where the thing has a page, which says whose it is.
    """

    thing: str
    number: int
    levels: tuple[Markup, ...]
    ends: Sequence[Sequence[str]]


class LinkGroup(NamedTuple):
    """The links of one kind between two plans by what makes them; ``levels`` are those that all of these have."""

    kind: str
    name: str
    number: int
    meetings: Sequence[JoiningThing]
    levels: tuple[Markup, ...]


class SharedThing(NamedTuple):
    """What several plans have, and the keys of these as the script of the page reads them."""

    thing: str
    plans: Sequence[str]
    plan_keys: str


def _pair_keys(site_context: SiteContext) -> Iterable[str]:
    index = site_context.graph.labels
    keys = []
    for pair in sorted(pair for pair, has_page in site_context.pairs.items() if has_page):
        plans = [entry.key for entry in map(index.entry, pair) if entry]
        if len(plans) == len(pair):
            keys.append(addresses.pair_key(*plans))
    return keys


def _pair_values(context: PageContext) -> Values | None:
    pair = _plans_in_address(context)
    linking = _pair_ties(context, pair) if pair else []
    if pair is None or not linking:
        return None
    knowledge = context.known
    keys = [context.key(plan) for plan in pair]
    picture = context.draw("bridge", knowledge.level, plan=keys[0], other=keys[1])
    dossier = pair_dossier.of_pair(context, knowledge, pair, picture)
    # words are quoted once: where they are needed again, a link leads to where they stand
    places = {proof.quote.words: "proofs" for proof in dossier.proofs}
    links = _pair_links(context, pair, _counted_ties(context, linking), places)
    # in a release documents tell on what each link rests; notes are numbered as sections need them
    notes = Notes(context, is_marked=not context.site_context.document_place)
    declared = link_text.link_groups(notes, sorted(links.declared), quoted=links.quoted)
    compared = link_text.link_groups(notes, sorted(links.compared), quoted=links.quoted)

    texts = _quote_once(plan_ties.shared_texts(context, knowledge, pair), places)
    groups = _link_groups(context, pair, links.ties)
    by_text = groups.pop(_SHARED_TEXTS, None)
    weak = list(groups.values())
    weighed = {text.text for text in texts}
    unweighed = []
    for meeting in by_text.meetings if by_text else ():
        if meeting.thing not in weighed:
            unweighed.append(meeting)
    # what both have is listed: texts with their weight, those that weigh nothing, what makes other links
    meetings = itertools.chain(unweighed, *(group.meetings for group in weak))
    listed = weighed.union(meeting.thing for meeting in meetings)

    actions = {
        plan: sorted_by_number(context, context.graph.parts.actions.get(plan, ())) for plan in pair
    }
    sides = []
    for ends in (pair, pair[::-1]):
        sides.append(_side_values(notes, knowledge, links, ends, len(actions[ends[0]])))
    return {
        "title": context.t("pair-title", one=context.name(pair[0]), two=context.name(pair[1])),
        "pair": pair,
        "is_chosen": bool(context.arguments.get(EVIDENCE)),
        "dossier": dossier,
        "weight": _weight_values(context, knowledge, pair),
        "texts": texts,
        "unweighed": unweighed,
        "declared": declared,
        "compared_links": compared,
        "by_text": by_text,
        "weak": weak,
        "sides": sides,
        "beside": _similar_actions(context, pair, actions),
        "partly": _partly_known(context, actions),
        "compared": _compared_aspects(context, pair, listed),
        "figures": _figures(context, keys[0]),
        "notes": notes,
        "section": "plans",
    }


def _plans_in_address(context: PageContext) -> PlanPair | None:
    """The two plans whose keys make the key of the page; None where these are no plans, or in another order."""
    keys = context.request.key.split("--")
    if len(keys) != 2 or addresses.pair_key(*keys) != context.request.key:
        return None
    first, second = (context.graph.labels.find("plan", key) for key in keys)
    return (first.iri, second.iri) if first and second else None


def _pair_ties(context: PageContext, pair: PlanPair) -> Sequence[Tie]:
    """All that links two plans, at any level."""
    return context.graph.ties.by_pair.get((min(pair), max(pair)), ())


def _counted_ties(context: PageContext, linking: Sequence[Tie]) -> Sequence[Tie]:
    """The links that count at the level chosen; all where none was."""
    if not context.arguments.get(EVIDENCE):
        return linking
    return [tie for tie in linking if evidence.counts(tie.level, context.known.level)]


def _pair_links(
    context: PageContext,
    pair: PlanPair,
    ties: Sequence[Tie],
    places: Mapping[str, str],
) -> PairLinks:
    declared = set()
    compared = set()
    for tie in ties:
        if tie.kind in DECLARED:
            declared.add(tie.iri)
        elif tie.kind == COMPARED:
            compared.add(tie.iri)
    citing = {ends: _citing_links(context, ends) for ends in (pair, pair[::-1])}
    quoted = set()
    for iri in declared.union(compared, *citing.values()):
        quotes = values.quotes_of(context, context.graph.statements.values(iri, values.PASSAGE))
        if quotes and all(quote.words in places for quote in quotes):
            quoted.add(iri)
    return PairLinks(ties, declared, compared, citing, quoted)


def _citing_links(context: PageContext, ends: PlanPair) -> list[str]:
    """The links by which the first plan or an action of it cites the second."""
    graph = context.graph

    def by_plans() -> Mapping[tuple[str | None, str | None], set[str]]:
        citing: dict[tuple[str | None, str | None], set[str]] = defaultdict(set)
        for citation in graph.citations:
            plans = (graph.homes.get(citation.source), graph.homes.get(citation.target))
            citing[plans].add(citation.link)
        return citing

    return sorted(context.site_context.cached("citations", by_plans).get(ends, ()))


def _side_values(
    notes: Notes, knowledge: Known, links: PairLinks, ends: PlanPair, actions_number: int
) -> Values:
    """How one plan cites the other, by links that are not declared: these are told of both plans at once."""
    context = notes.context
    cites = []
    for iri in links.citing[ends]:
        if iri not in links.declared:
            link = link_text.find_link_text(context, iri)
            cites.append(link.list_item(notes, has_anchor=False, is_quoted=iri in links.quoted))
    return {
        "plan": ends[0],
        "number": actions_number,
        "cites": cites,
        "way": plan_ties.citing_way(context, knowledge, *ends),
    }


def _quote_once(
    texts: Iterable[plan_ties.SharedText], places: Mapping[str, str]
) -> list[plan_ties.SharedText]:
    """Texts whose uses have only words not quoted before, and a level only where it is not the text's.

    ``places`` says by words where on the page they stand before the texts are told.
    """
    above = dict(places)
    told = []
    for number, text in enumerate(texts, 1):
        sides = []
        for uses in text.sides:
            side = []
            for use in uses:
                lean = _without_repeated(use, text, above)
                above |= {quote.words: f"text-{number}" for quote in lean.quotes}
                side.append(lean)
            sides.append(side)
        told.append(replace(text, sides=sides))
    return told


def _without_repeated(
    use: plan_ties.ShownUse, text: plan_ties.SharedText, above: Mapping[str, str]
) -> plan_ties.ShownUse:
    """A use of a text without words that stand above: it leads to the first of the places where these do."""
    fresh = []
    repeated = []
    for quote in use.quotes:
        if quote.words in above:
            repeated.append(above[quote.words])
        else:
            fresh.append(quote)
    mark = "" if use.mark == text.mark else use.mark
    return replace(use, mark=mark, quotes=fresh, above=repeated[0] if repeated else "")


def _weight_values(context: PageContext, knowledge: Known, pair: PlanPair) -> Values:
    """What the texts shared weigh; ``low`` and ``broad`` are empty where nothing shared was seen."""
    language = context.language
    weight = knowledge.weight(*pair)
    low = ""
    broad = ""
    settled = ""
    if weight.low > 0:
        low = bits_words(weight.low, language)
    if weight.broad > 0:
        broad = bits_words(weight.broad, language)
    if weight.settled is not None:
        settled = format_number(f"{weight.settled:.2f}", language)
    return {
        "low": low,
        "high": bits_words(weight.high, language),
        "broad": broad,
        "settled": settled,
        "is_open": weight.is_open,
    }


def _link_groups(context: PageContext, pair: PlanPair, ties: Sequence[Tie]) -> dict[str, LinkGroup]:
    """The inferred links by their kinds, without those editors compared, which are told one by one."""
    of_kind: dict[str, list[Tie]] = {kind: [] for kind in context.graph.link_kinds}
    for tie in ties:
        if tie.kind in of_kind:
            of_kind[tie.kind].append(tie)
    groups = {}
    for kind, members in of_kind.items():
        group = _link_group(context, kind, pair, members)
        if group:
            groups[kind] = group
    return groups


def _link_group(
    context: PageContext, kind: str, pair: PlanPair, ties: Sequence[Tie]
) -> LinkGroup | None:
    by_thing: dict[str, list[Tie]] = {}
    for tie in ties:
        for shared in context.graph.statements.values(tie.iri, PAN + "via"):
            by_thing.setdefault(shared, []).append(tie)
    if not by_thing:
        return None
    joining = [_joining_thing(context, shared, links, pair) for shared, links in by_thing.items()]
    joining.sort(key=lambda row: (-row.number, context.name(row.thing).casefold(), row.thing))
    # levels that all have stand once
    distinct = {row.levels for row in joining}
    return LinkGroup(
        kind=kind,
        name=context.name(f"{ID}linktype/{kind}"),
        number=len({tie.iri for tie in ties}),
        meetings=joining,
        levels=distinct.pop() if len(distinct) == 1 else (),
    )


def _joining_thing(
    context: PageContext, shared: str, links: Sequence[Tie], pair: PlanPair
) -> JoiningThing:
    entry = context.entry(shared)
    ends = []
    if not (entry and entry.has_page):
        works: dict[str, set[str]] = {plan: set() for plan in pair}
        for tie in links:
            for end, plan in zip(tie.ends, tie.plans, strict=True):
                works[plan].add(end)
        ends = [sorted_by_number(context, works[plan]) for plan in pair]
    levels = sorted({tie.level for tie in links if tie.level is not None})
    number = len({tie.iri for tie in links})
    return JoiningThing(shared, number, tuple(map(context.level_badge, levels)), ends)


def _similar_actions(
    context: PageContext, pair: PlanPair, actions: Mapping[str, Sequence[str]]
) -> list[list[Markup]]:
    """Each action of the first plan with those of the second whose titles are most similar, linked or not."""
    first = actions[pair[0]]
    second = actions[pair[1]]
    if not first or not second:
        return []
    language = context.language
    once = context.site_context.cached
    # most are called the same in each language
    titles = tuple(context.graph.label(action, language) for action in first)
    titles_of_second = tuple(context.graph.label(action, language) for action in second)
    index = once(("titles", titles_of_second), partial(likeness.Titles.read, titles_of_second))
    nearest = once(
        ("nearest", titles, titles_of_second),
        lambda: [index.nearest(title, _MOST_SIMILAR) for title in titles],
    )
    in_short = partial(values.short_name, context)
    rows = []
    for action, places in zip(first, nearest, strict=True):
        alike = [action, *(second[place] for place in places)]
        rows.append([context.cached("outline", iri, in_short).link for iri in alike])
    return rows


class PartlyKnown(NamedTuple):
    """A plan whose list of actions was not read to its end: how many are known, of how many if that is known."""

    plan: str
    known: int
    published: str


def _partly_known(context: PageContext, actions: Mapping[str, Sequence[str]]) -> list[PartlyKnown]:
    whole = plan_sets(context.site_context).whole
    partly = []
    for plan, known in actions.items():
        if plan not in whole:
            published = context.graph.statements.one(plan, PAN + "measureCount")
            partly.append(PartlyKnown(plan, len(known), published))
    return partly


def _compared_aspects(
    context: PageContext, pair: PlanPair, listed: Collection[str]
) -> list[Values]:
    """How much only one plan has, both have, and only the other has, actions included.

    What both have is named where it is not among what the page has ``listed``.
    """
    rows: list[Values] = []
    for aspect in ASPECTS:
        first, second = (_things_of_plan(context, plan, aspect) for plan in pair)
        both = first & second
        rows.append(
            {
                "aspect": aspect,
                "first": len(first - second),
                "both": len(both),
                "unlisted": context.sorted_by_name(both.difference(listed)),
                "second": len(second - first),
            }
        )
    return rows


def _figures(context: PageContext, key: str) -> list[Download]:
    asked = {"plan": key} if context.is_served else {}
    figures = []
    for name in _FIGURES:
        address = context.href(f"figure/{name}.html", **asked)
        figures.append(Download(address, _TABLES.say(f"title.{name}", context.language)))
    return figures


def _things_of_plan(context: PageContext, plan: str, aspect: str) -> frozenset[str]:
    """The things of an aspect that a plan or one of its actions has."""

    def things_of_works() -> frozenset[str]:
        statements = context.graph.statements
        having: set[str] = set()
        for work in (plan, *context.graph.parts.actions.get(plan, ())):
            for name in ASPECTS[aspect]:
                having.update(statements.values(work, PAN + name))
        return frozenset(having)

    return context.site_context.cached((aspect, plan), things_of_works)


def _shared_values(context: PageContext) -> Values:
    """What several plans share; of two plans named in the address, only what both have."""
    keys = frozenset(context.arguments.get("plans", "").split("--"))
    entries = [context.graph.labels.find("plan", key) for key in keys]
    plans = [entry.iri for entry in entries if entry]
    pair = sorted(plans) if len(plans) == len(keys) == 2 else []
    return {
        "two": pair,
        "kinds": [(aspect, _shared_things(context, aspect, pair)) for aspect in sorted(ASPECTS)],
    }


def _shared_things(context: PageContext, aspect: str, pair: Collection[str]) -> list[SharedThing]:
    plans: dict[str, list[str]] = {}
    for plan in plan_sets(context.site_context).every:
        for shared in _things_of_plan(context, plan, aspect):
            plans.setdefault(shared, []).append(plan)
    common = []
    for shared, members in plans.items():
        if len(members) > 1 and set(pair) <= set(members):
            plan_keys = " ".join(map(context.key, members))
            common.append(SharedThing(shared, members, plan_keys))
    common.sort(key=lambda row: (-len(row.plans), context.name(row.thing).casefold(), row.thing))
    return common


PAGES = (
    View("pair", _pair_values, _pair_keys, section="plans"),
    View("shared", _shared_values, title="shared-title", section="plans"),
)
