"""The page of a country: what was found of its plans, and how far each of these reaches."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pan2kg.coherence.known import Reach
from pan2kg.coherence.standing import Standing
from pan2kg.site.opening import (
    OpeningFinding,
    action_asking,
    citations_expected,
    link_counts,
    opening,
    shortcomings,
)
from pan2kg.site.page import PageContext, SiteContext, Values, View
from pan2kg.site.plan import period_words
from pan2kg.turtle.vocabulary import key as code_of


class PlanLine(NamedTuple):
    """A plan of the country, its period in words, and how many plans it is linked with, cites and is cited by."""

    plan: str
    period: str
    reach: Reach


class CountryLink(NamedTuple):
    """The page of a country, and its name."""

    address: str
    name: str


def country_links(context: PageContext) -> list[CountryLink]:
    """The pages of all countries that have a plan, by name."""
    country_of = context.graph.country_of
    links = []
    for code, plans in _plans_by_country(context.site_context).items():
        address = context.href(f"country/{code}.html")
        links.append(CountryLink(address, context.name(country_of[plans[0]])))
    return sorted(links, key=lambda link: (link.name, link.address))


def _plans_by_country(site_context: SiteContext) -> Mapping[str, list[str]]:
    """The plans of each country that has any, by its code in small letters, in the order of the codes."""
    graph = site_context.graph
    plans: dict[str, list[str]] = {}
    if graph.has_actions:
        for plan in graph.tables.works.plans:
            country = graph.country_of.get(plan)
            if country:
                plans.setdefault(code_of(country).lower(), []).append(plan)
    return dict(sorted(plans.items()))


def _country(context: PageContext) -> Values | None:
    plans = _plans_by_country(context.site_context).get(context.request.key)
    if not plans:
        return None
    graph = context.graph
    country = graph.country_of[plans[0]]
    reach = {plan: context.known.reach(plan) for plan in plans}
    main = graph.own_plan()
    if main not in reach:
        main = min(plans, key=lambda plan: (-reach[plan].linked, plan))
    order = sorted(
        plans, key=lambda plan: (-reach[plan].linked, context.brief_name(plan).casefold(), plan)
    )
    return {
        "title": context.t("country-title", country=context.name(country)),
        "opening": opening(context, main, _findings(context, plans)),
        "asked": action_asking(context) if country == graph.profile.country else "",
        "lines": [PlanLine(plan, period_words(context, plan), reach[plan]) for plan in order],
        "countries": country_links(context),
    }


def _findings(context: PageContext, plans: Sequence[str]) -> list[OpeningFinding]:
    """Citations expected between plans of a country, their actions without a link, and its duties past their date."""
    graph = context.graph
    knowledge = context.known
    among = set(plans)
    states = Counter[Standing]()
    for occasion in knowledge.occasions:
        if occasion.is_expected and among.issuperset((occasion.source, occasion.target)):
            states[occasion.state] += 1
    wanted = context.href("index.html#wanted")
    counts = link_counts(context.site_context, knowledge.level, plans)
    country = graph.country_of[plans[0]]
    margins = graph.margins(knowledge.level).rows
    duties = [margin for margin in margins if margin.obligation.country == country]
    return [
        citations_expected(context, states.total(), states, wanted),
        *shortcomings(context, counts, duties),
    ]


PAGES = (View("country", _country, _plans_by_country, section="index"),)
