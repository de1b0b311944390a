"""The dossier of a text, at the top of its page: the plans that rest on it, what it asks for, what has changed it."""

from collections import Counter
from collections.abc import Mapping
from functools import partial

from pan2kg.coherence import evidence, known, texts
from pan2kg.findings import brief
from pan2kg.i18n import format_day
from pan2kg.site import link_text, values
from pan2kg.site.dossier import (
    Dossier,
    Fact,
    Saying,
    Sentence,
    fact_of_kind,
    first_names,
    known_facts,
    lists,
    proofs,
    remark,
    sentence,
    sentences_on_duties,
    titled,
    works_by_plan,
)
from pan2kg.site.page import PageContext
from pan2kg.turtle.vocabulary import PAN, kind_and_key

_CHANGING = frozenset({"amends", "supplements", "transposes", "repeals"})
"""What a later text does to an earlier one, by the keys of the relations."""
_ELI = "http://data.europa.eu/eli/ontology#"


def of_text(context: PageContext, text: str) -> Dossier:
    """The dossier of a text, by IRI; a use of what stands below it is a use of it."""
    knowledge = context.graph.known()
    uses_by_text = context.site_context.cached("uses by text", partial(_uses_by_text, knowledge))
    uses = uses_by_text.get(text, [])
    shares = _greatest_shares(knowledge, uses)
    drawing = context.draw("plans-of", thing=context.key(text)) if shares else None
    plans_by_share = Counter(shares.values())
    plans = sentence(
        context,
        "text-plans",
        len(shares),
        "#picture" if drawing else "#rests",
        carry=plans_by_share[texts.CARRIES_OUT],
        serve=plans_by_share[texts.SERVES],
        mention=plans_by_share[texts.MENTIONS],
    )
    facts = [fact_of_kind(context, text)]
    for name in ("date_document", "first_date_entry_in_force"):
        day = context.graph.statements.one(text, _ELI + name)
        facts.append(Fact(context.t(f"dossier-{name}"), values.day_words(context, day)))
    # those that carry the text out first, then the firmest
    ranked = sorted(uses, key=lambda use: (-use.share, use.level or 0, use.work))
    sayings = [Saying(use.link, use.level, (use.work,)) for use in ranked]
    works = [use.work for use in uses]
    return Dossier(
        context.level_caption(evidence.HEADLINE),
        [plans, *_sentences_on_duties(context, text), *_sentences_on_changes(context, text)],
        attention=[*brief.of_text(context.localized_graph, knowledge, text)],
        facts=known_facts(facts),
        picture=titled(context, "dossier-picture", drawing),
        proofs=proofs(context, (text,), sayings),
        lists=lists(context, {"rests": works_by_plan(knowledge, works)}),
    )


def _uses_by_text(knowledge: known.Known) -> Mapping[str, list[texts.Use]]:
    """The uses of each text and of what stands below it."""
    reached = partial(knowledge.potential.weights.reached, at=knowledge.level)
    by_text: dict[str, list[texts.Use]] = {}
    for use in knowledge.uses:
        for text in reached(use.text):
            by_text.setdefault(text, []).append(use)
    return by_text


def _greatest_shares(knowledge: known.Known, uses: list[texts.Use]) -> Mapping[str, float]:
    """How much of a use each plan has at most, by its works: whether it carries out, serves or mentions the text."""
    shares: dict[str, float] = {}
    for use in uses:
        plan = knowledge.tables.works.plan(use.work)
        if plan:
            shares[plan] = max(shares.get(plan, 0.0), use.share)
    return shares


def _sentences_on_duties(context: PageContext, text: str) -> list[Sentence]:
    """What a text asks for, and the next day on which something falls due."""
    graph = context.graph
    duties = [row for row in graph.margins().rows if row.obligation.instrument == text]
    sentences = sentences_on_duties(context, "text-asks", duties)
    coming = [row.coming for row in duties if row.coming and row.coming >= graph.as_of]
    if coming:
        day = format_day(min(coming), context.language)
        sentences.append(remark(context, "text-coming", day=day))
    return sentences


def _sentences_on_changes(context: PageContext, text: str) -> list[Sentence]:
    """The texts that amend, supplement, transpose or repeal one, as far as a link says so."""
    statements = context.graph.statements
    changing: set[str] = set()
    for link in statements.pointing(text, f"{PAN}to"):
        _, status = kind_and_key(statements.one(link, f"{PAN}status"))
        _, relation = kind_and_key(statements.one(link, f"{PAN}relation"))
        if status in link_text.COUNTING and relation in _CHANGING:
            changing.update(statements.values(link, f"{PAN}from"))
    if not changing:
        return []
    names = first_names(context, sorted(changing))
    return [sentence(context, "text-changed", len(changing), "#links", names=names)]
