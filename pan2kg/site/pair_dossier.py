"""The dossier of two plans, at the top of their page: texts both name, who cites whom, actions on these texts."""

from pan2kg.charts.frame import Picture
from pan2kg.coherence import known
from pan2kg.coherence.standing import Standing
from pan2kg.findings import brief
from pan2kg.site.dossier import (
    Dossier,
    Saying,
    Sentence,
    first_names,
    proofs,
    remark,
    sentence,
    titled,
)
from pan2kg.site.page import PageContext
from pan2kg.tables import figure_words


def of_pair(
    context: PageContext, knowledge: known.Known, plans: tuple[str, str], bridge: Picture | None
) -> Dossier:
    """The dossier of two plans, by IRI, as they are known at a level, with the picture of what joins them."""
    weight = knowledge.weight(*plans)
    specific = []
    for contribution in weight.contributions:
        if contribution.bits > 0 and not contribution.is_broad:
            specific.append(contribution.text)
    called = context.subject.brief
    shared = sentence(
        context,
        "pair-texts",
        len(specific),
        "#weight",
        bits=figure_words.bits_words(weight.low, context.language),
        names=first_names(context, specific),
        one=called(plans[0]),
        two=called(plans[1]),
    )
    directions = (plans, plans[::-1])
    sentences = [shared]
    sentences += [_sentence_on_citing(context, knowledge, *ends) for ends in directions]
    for ends in directions:
        sentences += _sentences_on_actions(context, knowledge, *ends)
    sayings = []
    for statement in knowledge.between(*plans):
        joined = (statement.source, statement.target)
        sayings.append(Saying(statement.link, statement.level, joined))
    for text in specific:
        for plan in plans:
            for use in knowledge.giving(plan, text)[:1]:  # the firmest
                sayings.append(Saying(use.link, use.level, (use.work, use.text)))
    return Dossier(
        context.level_caption(knowledge.level),
        sentences,
        attention=[*brief.of_pair(context.localized_graph, knowledge, *plans)],
        picture=titled(context, "pair-bridge", bridge, "bridge"),
        proofs=proofs(context, plans, sayings, knowledge.level),
    )


def _sentence_on_citing(
    context: PageContext, knowledge: known.Known, source: str, target: str
) -> Sentence:
    """Whether one plan cites another; where it could not be expected to and none is seen, why not."""
    direction = knowledge.way(source, target)
    name = "pair-cannot"
    if direction.is_expected or direction.state is Standing.STATED:
        name = f"pair-{direction.state.value}"
    return remark(
        context,
        name,
        "#citing",
        why=figure_words.named(direction.verdict).say(context.language),
        source=context.subject.brief(source),
        target=context.subject.brief(target),
    )


def _sentences_on_actions(
    context: PageContext, knowledge: known.Known, plan: str, partner: str
) -> list[Sentence]:
    """How many actions of a plan name what it shares with its partner; nothing where it has no action."""
    actions = context.graph.parts.actions.get(plan, ())
    if not actions:
        return []
    sharing = [work for work in knowledge.brought(plan, partner) if work != plan]
    counted = sentence(
        context,
        "pair-actions",
        len(sharing),
        "#side-by-side",
        of=len(actions),
        plan=context.subject.brief(plan),
    )
    return [counted]
