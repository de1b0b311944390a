"""The dossier of a plan, at the top of its page: its links, who cites whom, what is led, unread and due.

The brief of a plan has the same findings; here it is said which plans have a page of it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from pan2kg.charts import time_map
from pan2kg.coherence import evidence, known, texts
from pan2kg.coherence.citations import Occasion
from pan2kg.coherence.standing import Standing
from pan2kg.findings import brief, wording
from pan2kg.site.dossier import (
    Dossier,
    Fact,
    Saying,
    Sentence,
    bodies_and_texts,
    known_facts,
    leads,
    lists,
    proofs,
    sentence,
    sentence_on_missing,
    sentences_on_duties,
    titled,
    unseen_citations,
)
from pan2kg.site.page import PageContext, SiteContext

_NEIGHBOURS = 8
"""How many plans the picture shows beside this one, so that the page stays short."""


def of_plan(context: PageContext, plan: str, facts: Iterable[Fact]) -> Dossier:
    """The dossier of a plan, by IRI, with the facts that stand at its top."""
    graph = context.graph
    knowledge = graph.known()
    uses = _uses_by_plan(context, knowledge).get(plan, [])
    sayings = [*_citations_by_plan(context, knowledge).get(plan, ())]
    sayings += [Saying(use.link, use.level, (use.work, use.text)) for use in uses]
    drawing = None
    if knowledge.reach(plan).linked:
        drawing = time_map.draw_plan_map(context.subject, plan, _NEIGHBOURS, time_map.IN_PAGE)
    # what is said of the plan as a work, not of its actions
    involvements = wording.involvements_by_work(graph, evidence.HEADLINE).get(plan, [])
    named_texts = [use.text for use in uses if use.work == plan]
    duties = brief.duties(graph, evidence.HEADLINE, plan)
    return Dossier(
        context.level_caption(evidence.HEADLINE),
        [
            *_sentences_on_links(context, knowledge, plan),
            *_sentences_on_actions(context, knowledge, plan),
            *sentences_on_duties(context, "plan-due", duties, counts_late=True),
        ],
        attention=brief_of(context, plan).findings,
        facts=known_facts(facts),
        picture=titled(context, "plan-time", drawing),
        proofs=proofs(context, (plan,), sayings),
        lists=lists(context, bodies_and_texts(context, involvements, named_texts)),
    )


def brief_of(context: PageContext, plan: str) -> brief.Brief:
    """The brief of a plan in the language of the page, written once."""
    graph = context.localized_graph
    write = partial(brief.write_brief, graph, plan)
    return context.site_context.cached(f"brief of {plan} in {graph.language}", write)


def has_brief(context: PageContext, plan: str) -> bool:
    """Whether a plan has a page of its brief: on a server where it has actions, in an export if it is the project's."""
    if context.is_served:
        return plan in context.graph.home_of.values()
    site_context = context.site_context
    return context.key(plan) in site_context.cached("briefs", partial(brief_keys, site_context))


def brief_keys(site_context: SiteContext) -> Sequence[str]:
    """The key of the plan an export has a brief of: the project's own, none where it has no action."""
    graph = site_context.graph
    own = graph.own_plan()
    if not own or own not in graph.home_of.values():
        return []
    entry = graph.labels.entry(own)
    return [entry.key] if entry else []


def _sentences_on_links(context: PageContext, knowledge: known.Known, plan: str) -> list[Sentence]:
    """How many plans a plan is linked with, how many it cites or is cited by, and what is missing."""
    name = context.subject.brief(plan)
    reach = knowledge.reach(plan)
    more = context.graph.known("editors").reach(plan).linked - reach.linked
    missing = context.site_context.cached(
        "unseen by plan", partial(_unseen_by_plan, knowledge.occasions)
    )
    return [
        sentence(context, "plan-reach", reach.linked, "#meets", plan=name, more=more),
        sentence(context, "plan-cites", reach.cites, "#cites", plan=name),
        sentence(context, "plan-cited", reach.cited, "#cited", plan=name),
        sentence_on_missing(context, "plan-missing", missing.get(plan, Counter()), plan=name),
    ]


def _unseen_by_plan(occasions: Iterable[Occasion]) -> Mapping[str, Counter[Standing]]:
    by_plan: dict[str, Counter[Standing]] = {}
    for occasion in unseen_citations(occasions):
        for plan in (occasion.source, occasion.target):
            by_plan.setdefault(plan, Counter())[occasion.state] += 1
    return by_plan


def _sentences_on_actions(
    context: PageContext, knowledge: known.Known, plan: str
) -> list[Sentence]:
    """How many actions of a plan have a lead, and how many were not read to their end for texts."""
    actions = set(context.graph.parts.actions.get(plan, ()))
    if not actions:
        return []
    by_work = wording.involvements_by_work(context.graph, evidence.HEADLINE)
    led = [action for action in actions if leads(by_work.get(action, ()))]
    tables = knowledge.tables
    read = evidence.coverage(tables.readings, tables.works, evidence.Aspect.TEXTS, {plan})
    number = len(actions)
    unread = number - read.full
    return [
        sentence(context, "plan-led", len(led), "#actions", of=number),
        sentence(context, "plan-unread", unread, "#actions", is_known=True, of=number),
    ]


def _uses_by_plan(context: PageContext, knowledge: known.Known) -> Mapping[str, list[texts.Use]]:
    """The uses of texts by plans and by their actions."""

    def by_plan() -> Mapping[str, list[texts.Use]]:
        uses: dict[str, list[texts.Use]] = {}
        for use in knowledge.uses:
            uses.setdefault(knowledge.tables.works.plan(use.work) or "", []).append(use)
        return uses

    return context.site_context.cached("uses by plan", by_plan)


def _citations_by_plan(context: PageContext, knowledge: known.Known) -> Mapping[str, list[Saying]]:
    """The citations by the plans they join, each said of these plans."""
    home = knowledge.tables.works.home

    def by_plan() -> Mapping[str, list[Saying]]:
        citations: dict[str, list[Saying]] = {}
        for statement in knowledge.statements:
            if statement.is_citation:
                source = home.get(statement.source, statement.source)
                target = home.get(statement.target, statement.target)
                saying = Saying(statement.link, statement.level, (source, target))
                for plan in {source, target}:
                    citations.setdefault(plan, []).append(saying)
        return citations

    return context.site_context.cached("citations by plan", by_plan)
