"""The dossier of a body, at the top of its page: what it leads, has part in and must do, and who is beside it."""

from collections.abc import Collection, Iterable, Mapping
from functools import partial

from pan2kg.coherence import evidence, known
from pan2kg.findings import brief, wording
from pan2kg.site.dossier import (
    TYPE,
    Dossier,
    Groups,
    Saying,
    fact_of_kind,
    first_names,
    known_facts,
    leads,
    lists,
    proofs,
    sentence,
    sentences_on_duties,
    titled,
    works_by_plan,
)
from pan2kg.site.page import PageContext


def of_body(context: PageContext, body: str) -> Dossier:
    """The dossier of a body, by IRI."""
    graph = context.graph
    knowledge = graph.known()
    involvements = wording.involvements_by_body(graph, evidence.HEADLINE).get(body, [])
    works = {involvement.work for involvement in involvements}
    led = {involvement.work for involvement in leads(involvements)}
    supported = works - led
    plans_led = len(works_by_plan(knowledge, led))
    plans_supported = len(works_by_plan(knowledge, supported))
    margins = graph.margins(knowledge.level).rows
    duties = [margin for margin in margins if margin.obligation.holder == body]
    sentences = [
        sentence(context, "body-leads", len(led), "#who", plans=plans_led),
        sentence(context, "body-parts", len(supported), "#who", plans=plans_supported),
        *sentences_on_duties(context, "body-asked", duties),
    ]
    drawing = None
    if involvements:
        drawing = context.draw("plans-of", thing=context.key(body))
        beside = context.site_context.cached(
            ("beside", body), partial(_bodies_beside, context, knowledge, body, works)
        )
        name = "body-beside" if beside else "body-alone"
        names = first_names(context, beside)
        sentences.append(sentence(context, name, len(beside), "#who", names=names))
    sayings = []
    for involvement in involvements:
        sayings.append(Saying(involvement.iri, involvement.level, (involvement.work,)))
    return Dossier(
        context.level_caption(evidence.HEADLINE),
        sentences,
        attention=[*brief.of_body(context.localized_graph, knowledge, body)],
        facts=known_facts([fact_of_kind(context, body)]),
        picture=titled(context, "dossier-picture", drawing),
        proofs=proofs(context, (body,), sayings),
        lists=lists(context, {"who": works_by_plan(knowledge, works)}),
    )


def _bodies_beside(
    context: PageContext, knowledge: known.Known, body: str, works: Collection[str]
) -> list[str]:
    """Bodies of the kind of this one that name texts its works name, those with most such texts first.

    They take part in no work with it, but in works of its countries.
    """
    once = context.site_context.cached
    texts_by_work = once("specific texts by work", partial(_specific_texts, knowledge))
    own_texts = _texts_named(texts_by_work, works)
    if not own_texts:
        return []
    country_of = context.graph.country_of
    countries = {country_of.get(work) for work in works}
    shared = {}
    by_kind = once("bodies by kind", partial(_works_by_kind, context))
    for peer, works_of_peer in by_kind[_kinds_of(context, body)].items():
        if peer == body or not works_of_peer.isdisjoint(works):
            continue
        near = [work for work in works_of_peer if country_of.get(work) in countries]
        number = len(_texts_named(texts_by_work, near) & own_texts)
        if number:
            shared[peer] = number
    return sorted(shared, key=lambda peer: (-shared[peer], peer))


def _specific_texts(knowledge: known.Known) -> Groups:
    """The texts that each work names, but those that are too general to join two works."""
    by_work: Groups = {}
    for use in knowledge.uses:
        if use.text not in knowledge.tables.general:
            by_work.setdefault(use.work, []).append(use.text)
    return by_work


def _texts_named(texts_by_work: Groups, works: Iterable[str]) -> set[str]:
    return set().union(*(texts_by_work.get(work, ()) for work in works))


def _works_by_kind(context: PageContext) -> Mapping[str, Mapping[str, set[str]]]:
    """By kind of body, the bodies with the works they take part in."""
    by_kind: dict[str, dict[str, set[str]]] = {}
    involved = wording.involvements_by_body(context.graph, evidence.HEADLINE)
    for body, involvements in involved.items():
        works = {involvement.work for involvement in involvements}
        by_kind.setdefault(_kinds_of(context, body), {})[body] = works
    return by_kind


def _kinds_of(context: PageContext, body: str) -> str:
    return " ".join(context.graph.statements.values(body, TYPE))
