"""The page of what changed since an earlier edition of a plan: which actions it takes up, drops or adds.

What can be said of an action, and what cannot, comes from :mod:`pan2kg.coherence.succession`. The
page of a plan leads here for each earlier edition of which actions are known.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from pan2kg.coherence import evidence, succession
from pan2kg.site import plan, values
from pan2kg.site.dossier import Sentence, sentence
from pan2kg.site.page import PageContext, SiteContext, Values, View
from pan2kg.tables import editions, figure_words, making

_ALIGNED = ("stated", "concluded")
"""The grounds of what a later edition takes up."""
_SURE_FATES = (succession.Fate.CONTINUING_PLAN, succession.Fate.DROPPED, succession.Fate.NEW)
_FATES = (*_ALIGNED, *_SURE_FATES, "open-earlier", "open-later")
"""The groups of the page of changes: taken up by ground, those that are sure, those nothing can be said of."""
_UNKNOWN_FATES = (succession.Fate.NOT_SEEN, succession.Fate.NOT_ASSESSED)


class EditionPair(NamedTuple):
    """An edition of a plan and a later one, by IRI."""

    base: str
    later: str


def _editions(site_context: SiteContext) -> dict[str, EditionPair]:
    """The pairs of editions of which actions are known, by the key of their page."""
    graph = site_context.graph
    if not graph.has_actions:
        return {}
    with_actions = set(graph.home_of.values())
    pairs = []
    for base, later_editions in graph.known().chronology.later.items():
        for later in later_editions:
            if base in with_actions and later in with_actions:
                pairs.append(EditionPair(base, later))
    by_key = {}
    for pair in sorted(pairs):
        entries = [entry for entry in map(graph.labels.entry, pair) if entry]
        by_key["--".join(entry.key for entry in entries)] = pair
    return by_key


def _changes_values(context: PageContext) -> Values | None:
    pair = _editions(context.site_context).get(context.request.key)
    if not pair:
        return None
    base, later = pair
    knowledge = context.graph.known()
    fates = editions.aligned(context.localized_graph, knowledge, base, later)
    groups = _fates_by_group(context, fates, base)
    subject = context.subject
    extent = knowledge.tables.readings.extent(later, evidence.Aspect.REFERENCES)
    reading = figure_words.named(extent).say(context.language)
    return {
        "title": context.t("changes-title", one=subject.brief(base), two=subject.brief(later)),
        "plans": pair,
        "brief": _brief_of_changes(context, fates, groups, base),
        "groups": [
            {"key": key, "lines": _fate_lines(context, group)} for key, group in groups.items()
        ],
        "read": context.t("changes-read", plan=subject.brief(later), extent=reading),
        "pair": context.pair_address(base, later),
        "is_sure": not any(action.fate in _UNKNOWN_FATES for action in fates),
    }


def _fates_by_group(
    context: PageContext, fates: Iterable[succession.ActionFate], base: str
) -> dict[str, list[succession.ActionFate]]:
    """The actions of two editions by what became of them, in the order of the page, without empty groups."""
    groups: dict[str, list[succession.ActionFate]] = {key: [] for key in _FATES}
    for action in fates:
        if action.fate in _SURE_FATES:
            key = action.fate.value
        elif action.ground:
            key = action.ground
        elif context.graph.home_of.get(action.action) == base:
            key = "open-earlier"
        else:
            key = "open-later"
        groups[key].append(action)
    return {key: group for key, group in groups.items() if group}


def _brief_of_changes(
    context: PageContext,
    fates: Iterable[succession.ActionFate],
    groups: Mapping[str, list[succession.ActionFate]],
    base: str,
) -> list[Sentence]:
    taken_number = 0
    stated_number = 0
    similar_number = 0
    for action in fates:
        if action.fate in (succession.Fate.RETAINED, succession.Fate.EXTENDED):
            taken_number += 1
            stated_number += action.ground == "stated"
        if action.similar and context.graph.home_of.get(action.action) == base:
            similar_number += 1
    anchor = ""
    if stated_number:
        anchor = "#stated"
    elif taken_number:
        anchor = "#concluded"
    taken = sentence(
        context,
        "changes-taken",
        taken_number,
        anchor,
        stated=stated_number,
        concluded=taken_number - stated_number,
    )
    sentences = [taken]
    for key, group in groups.items():
        if key not in _ALIGNED:
            name = f"changes-{key}"
            sentences.append(sentence(context, name, len(group), f"#{key}", is_known=True))
    anchor = "#open-earlier" if similar_number else ""
    sentences.append(sentence(context, "changes-similar", similar_number, anchor, is_known=True))
    return sentences


def _fate_lines(context: PageContext, group: Iterable[succession.ActionFate]) -> list[Values]:
    by_action = {action.action: action for action in group}
    lines: list[Values] = []
    for iri in plan.sorted_by_number(context, by_action):
        action = by_action[iri]
        fate = making.coded("change", action.fate.value).say(context.language)
        quotes = []
        if action.fate is succession.Fate.CONTINUING_PLAN:
            for link in action.links:
                passages = context.graph.statements.values(link, values.PASSAGE)
                quotes += values.quotes_of(context, passages)
        lines.append(
            {
                "action": iri,
                "fate": fate,
                "others": action.counterparts,
                "similar": action.similar,
                "quotes": quotes,
            }
        )
    return lines


PAGES = (View("changes", _changes_values, _editions, section="plans"),)
