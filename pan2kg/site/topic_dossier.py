"""The dossier of a topic, at the top of its page: plans and actions that deal with it, citations among these."""

from collections import Counter

from pan2kg.coherence import evidence
from pan2kg.coherence.standing import Standing
from pan2kg.findings import brief
from pan2kg.site.dossier import (
    Dossier,
    lists,
    remark,
    sentence,
    sentence_on_missing,
    titled,
    unseen_citations,
    works_by_plan,
)
from pan2kg.site.page import PageContext


def of_topic(context: PageContext, topic: str) -> Dossier:
    """The dossier of a topic, by IRI; it proves nothing, since topics were given by the editors."""
    knowledge = context.graph.known()
    works = [profile.work for profile in context.graph.profiles if topic in profile.topics]
    by_plan = works_by_plan(knowledge, works)
    actions = [work for work in works if work in knowledge.tables.works.home]
    drawing = context.draw("plans-of", thing=context.key(topic)) if by_plan else None
    place = "#picture" if drawing else "#what"
    sentences = [
        sentence(context, "topic-plans", len(by_plan), place),
        sentence(context, "topic-actions", len(actions), "#what"),
    ]
    if by_plan:
        missing: Counter[Standing] = Counter()
        for occasion in unseen_citations(knowledge.occasions):
            if by_plan.keys() >= {occasion.source, occasion.target}:
                missing[occasion.state] += 1
        sentences.append(sentence_on_missing(context, "topic-missing", missing))
    sentences.append(remark(context, "topic-editors"))
    return Dossier(
        context.level_caption(evidence.HEADLINE),
        sentences,
        attention=[*brief.of_topic(context.localized_graph, knowledge, by_plan)],
        picture=titled(context, "dossier-picture", drawing),
        lists=lists(context, {"what": by_plan}),
    )
