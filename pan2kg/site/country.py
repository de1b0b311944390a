"""The page of a country: four findings about its plans, the one most linked among those it meets, and its plans."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pan2kg.coherence.citations import State
from pan2kg.report.brief import is_late
from pan2kg.site.basis import basis, shown
from pan2kg.site.choice import Choice
from pan2kg.site.home import Finding, around, asked, country_pages, numbers
from pan2kg.site.page import Values, View
from pan2kg.site.plan import period
from pan2kg.tables.figure_words import according_to
from pan2kg.turtle.vocabulary import key

if TYPE_CHECKING:
    from pan2kg.coherence.known import Known, Reach
    from pan2kg.site.page_context import PageContext
    from pan2kg.site.site_context import SiteContext


@dataclass(frozen=True, slots=True)
class Line:
    """A plan of the country: its period, and what it meets at the level of the page."""

    plan: str
    period: str
    reach: Reach


def plans_of(site_context: SiteContext) -> Mapping[str, tuple[str, ...]]:
    """The plans of each country, by the key of the country: the code of its authority in lower case."""
    found: dict[str, list[str]] = {}
    graph = site_context.graph
    for plan in graph.known().tables.works.plans if graph.has_actions else ():
        if country := graph.country_of.get(plan):
            found.setdefault(key(country).lower(), []).append(plan)
    return {code: tuple(plans) for code, plans in sorted(found.items())}


def keys(site_context: SiteContext) -> Iterable[str]:
    """The keys of the countries that have plans."""
    return plans_of(site_context)


def values(context: PageContext) -> Values | None:
    """What fills the page of a country."""
    plans = plans_of(context.site_context).get(context.request.key, ())
    if not plans:
        return None
    graph, known = context.graph, shown(context)
    country, own = graph.country_of[plans[0]], graph.own_plan()
    reach = {plan: known.reach(plan) for plan in plans}
    first = own if own in reach else min(plans, key=lambda plan: (-reach[plan].linked, plan))
    order = sorted(plans, key=lambda plan: (-reach[plan].linked, context.called(plan).casefold(), plan))
    name = context.name(country)
    return {
        "title": context.t("country-title", country=name),
        "opening": around(context, known.level, first, _findings(context, known, (country, frozenset(plans)))),
        "asked": asked(context) if country == graph.profile.country else "",
        "lines": [Line(plan, period(context, plan), reach[plan]) for plan in order],
        "countries": country_pages(context),
        "caption": according_to(known.level).say(context.request.language),
        "basis": basis(context, known),
    }


def _findings(context: PageContext, known: Known, of: tuple[str, frozenset[str]]) -> list[Finding]:
    """Citations between plans of the country, actions of these without a link seen, duties past their date."""
    (country, plans), graph = of, context.graph
    expected = [one for one in known.occasions if one.is_expected and {one.source, one.target} <= plans]
    states = Counter(one.state for one in expected)
    parts = {"seen": states[State.SEEN], "absent": states[State.ABSENT], "open": states[State.OPEN]}
    counted = numbers(context.site_context, Choice(known.level), sorted(plans))
    duties = [one for one in graph.margins(known.level).rows if one.obligation.terms.country == country]
    late = sum(map(is_late, duties))
    number = len(expected)
    words = context.t("finding-expected", n=number, **parts)
    found = [Finding("expected", number, words, context.href("index.html#wanted"))]
    if counted.actions:
        alone = counted.unlinked_actions
        words = context.t("finding-unlinked", n=alone, of=counted.actions)
        found.append(Finding("unlinked", alone, words, context.href("unlinked.html")))
    if duties:
        words = context.t("finding-overdue", n=late, of=len(duties))
        found.append(Finding("overdue", late, words, context.href("obligations.html")))
    return found


PAGES: Final = (View("country", values, keys, section="index"),)
