"""The dossier of an action, at the top of its page: its bodies, its texts, the actions it meets, until when it runs."""

from collections.abc import Mapping
from functools import partial

from pan2kg import templates
from pan2kg.charts.frame import Picture
from pan2kg.coherence import evidence, known
from pan2kg.findings import brief, wording
from pan2kg.site import values
from pan2kg.site.dossier import (
    Dossier,
    Fact,
    Groups,
    Saying,
    bodies_and_texts,
    first_names,
    known_facts,
    leads,
    lists,
    proofs,
    sentence,
    titled,
    works_by_plan,
)
from pan2kg.site.page import Markup, PageContext
from pan2kg.store import gathered
from pan2kg.turtle.vocabulary import PAN


def of_action(context: PageContext, action: str) -> Dossier:
    """The dossier of an action, by IRI."""
    graph = context.graph
    knowledge = graph.known()
    once = context.site_context.cached
    involvements = wording.involvements_by_work(graph, evidence.HEADLINE).get(action, [])
    leading = dict.fromkeys(involvement.body for involvement in leads(involvements))
    taking_part = dict.fromkeys(involvement.body for involvement in involvements)
    involved = [*(leading | taking_part)]
    uses_by_work = once("uses", lambda: gathered((use.work, use) for use in knowledge.uses))
    uses = uses_by_work.get(action, [])
    named_texts = [*dict.fromkeys(use.text for use in uses)]
    met = once("actions by action", partial(_actions_met, knowledge)).get(action, [])
    measured = graph.statements.pointing(action, f"{PAN}implements")
    drawing = _draw_action(context, action)
    names_of_bodies = first_names(context, involved)
    names_of_texts = first_names(context, named_texts)
    names_of_plans = first_names(context, sorted(works_by_plan(knowledge, met)))
    place_of_met = "#picture" if drawing else "#links"
    sayings = [Saying(use.link, use.level, (use.text,)) for use in uses]
    for involvement in involvements:
        sayings.append(Saying(involvement.iri, involvement.level, (involvement.body,)))
    return Dossier(
        context.level_caption(evidence.HEADLINE),
        [
            sentence(context, "action-bodies", len(involved), "#who", names=names_of_bodies),
            sentence(context, "action-texts", len(named_texts), "#rests", names=names_of_texts),
            sentence(context, "action-meets", len(met), place_of_met, names=names_of_plans),
            sentence(context, "action-since", len(measured), "#measured"),
        ],
        attention=[*brief.of_action(context.localized_graph, knowledge, action)],
        facts=known_facts(
            [
                Fact(context.t("dossier-lead"), context.links(leading)),
                Fact(context.t("dossier-until"), _until_or_unknown(context, action)),
                Fact(context.t("dossier-results"), _results(context, action)),
            ]
        ),
        picture=titled(context, "part-around", drawing),
        proofs=proofs(context, (action,), sayings),
        lists=lists(context, bodies_and_texts(context, involvements, named_texts)),
    )


def until(context: PageContext, action: str) -> str:
    """Until when an action runs: the last day that is known, else the words of its schedules, else nothing."""
    statements = context.graph.statements
    days = []
    words = []
    for timeline in statements.values(action, PAN + "hasTimeline"):
        days += statements.values(timeline, PAN + "endDate")
        words += statements.values(timeline, PAN + "text")
    return values.day_words(context, max(days)) if days else "; ".join(words)


def _actions_met(knowledge: known.Known) -> Mapping[str, list[str]]:
    """By action the actions of other plans that share a specific text with it."""
    names = knowledge.potential.names
    pairs = knowledge.actions
    met: Groups = {}
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
    cited = context.site_context.cached("cited", partial(_citing_or_cited, context))
    is_joined = action in context.site_context.actions_with_texts or action in cited
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
            results.append(values.value_html(context, statement.value))
    return templates.markup("; ").join(results)
