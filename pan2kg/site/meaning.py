"""The page on what words beside figures mean: levels, readings, verdicts and rules, with an example followed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pan2kg.coherence import citations, evidence, known
from pan2kg.coherence.standing import Standing
from pan2kg.i18n import Messages
from pan2kg.site import notes
from pan2kg.site.page import Markup, PageContext, Values, View
from pan2kg.site.plan_ties import CitingWay, SharedText, citing_way, shared_texts
from pan2kg.tables.figure_words import bits_words, named

_FIGURE = Messages("figure")
_NOT_EXPECTED = (citations.Verdict.EDITION, citations.Verdict.FRAMEWORK, citations.Verdict.ABROAD)
"""Verdicts on pairs of plans of which nobody expects that one cites the other."""


class Meaning(NamedTuple):
    """A term, as its name or its badge, and what it means."""

    term: Markup | str
    words: str


class MeaningOfRule(NamedTuple):
    """A rule by its name, what it says, and in which language where that is not the page's."""

    name: str
    words: str
    language: str


class _RankedPair(NamedTuple):
    # the least shows best what is shared: a citation is expected, and the plans share most bits
    is_unexpected: bool
    bits_below_zero: float
    pair: citations.Ordered


def _meaning_values(context: PageContext) -> Values:
    knowledge = context.known
    pair = example_pair(knowledge)
    rules = []
    for name in sorted(context.graph.rules):
        rules.append(MeaningOfRule(name, *notes.rule_text(context, name)))
    levels = []
    for level in evidence.Level:
        levels.append(Meaning(context.level_badge(level), context.t(f"level-means-{level.key}")))
    states = (Standing.STATED, Standing.ABSENT, Standing.UNREAD)
    return {
        "rules": rules,
        "sentences": [_FIGURE.say(key, context.language) for key in ("weight", "weight-high")],
        "example": _followed_pair(context, pair) if pair else None,
        "levels": levels,
        "extents": _terms(context, "extent", evidence.Extent),
        "verdicts": _terms(context, "verdict", citations.Verdict),
        "states": _terms(context, "state", states),
    }


def _terms(
    context: PageContext,
    kind: str,
    terms: Iterable[evidence.Extent | citations.Verdict | Standing],
) -> list[Meaning]:
    meanings = []
    for term in terms:
        key = f"way-why-{term}" if term in _NOT_EXPECTED else f"{kind}-means-{term}"
        meanings.append(Meaning(named(term).say(context.language), context.t(key)))
    return meanings


@dataclass(frozen=True, slots=True)
class FollowedPair:
    """A pair of plans followed from the texts both use to its bits, and to whether one cites the other.

    ``first`` is the text that weighs most, told in full; ``low`` and ``high`` are the ends of what
    all texts weigh.
    """

    one: str
    two: str
    first: SharedText
    others: Sequence[SharedText]
    is_open: bool
    low: str
    high: str
    ways: Sequence[CitingWay]
    address: str


def _followed_pair(context: PageContext, pair: citations.Ordered) -> FollowedPair:
    knowledge = context.known
    weight = knowledge.weight(*pair)
    texts = [text for text in shared_texts(context, knowledge, pair) if not text.is_broad]
    return FollowedPair(
        *pair,
        first=texts[0],
        others=texts[1:],
        is_open=weight.is_open,
        low=bits_words(weight.low, context.language),
        high=bits_words(weight.high, context.language),
        ways=[citing_way(context, knowledge, *ends) for ends in (pair, pair[::-1])],
        address=context.pair_address(*pair),
    )


def example_pair(knowledge: known.Known) -> citations.Ordered | None:
    """The pair of plans that shows best what is shared: most bits, of those one of which could cite the other.

    Where a citation is expected of none, it is any pair that is not set apart.
    """
    ranked = []
    for pair, bits in knowledge.shared.items():
        if citations.verdict(knowledge.chronology, *pair) not in _NOT_EXPECTED:
            ways = (knowledge.way(*pair), knowledge.way(*pair[::-1]))
            is_expected = any(way.is_expected for way in ways)
            ranked.append(_RankedPair(not is_expected, -bits, pair))
    return min(ranked).pair if ranked else None


PAGES = (View("meaning", _meaning_values, title="meaning-title", section="data"),)
