"""What the figures mean: three sentences, one example followed from a quotation to a number, and the words used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pan2kg.coherence.evidence import Level
from pan2kg.coherence.feasible import Verdict, verdict
from pan2kg.coherence.occasions import State
from pan2kg.coherence.reading_state import Extent
from pan2kg.i18n.catalogue import Messages
from pan2kg.site.levels import basis, mark, options, shown
from pan2kg.site.page import View
from pan2kg.site.weights import bits_said, shared, ways
from pan2kg.tables.figure_words import according_to, named

if TYPE_CHECKING:
    from pan2kg.coherence.feasible import Ordered
    from pan2kg.coherence.known import Known
    from pan2kg.site.page import Values
    from pan2kg.site.page_context import PageContext

_FIGURE: Final = Messages("figure")
_APART: Final = (Verdict.EDITION, Verdict.FRAMEWORK, Verdict.ABROAD)


def values(context: PageContext) -> Values:
    """What the page shows; without two plans that share a text there is no example."""
    known, language = shown(context), context.request.language
    pair = example(known)
    return {
        "title": context.t("meaning-title"),
        "sentences": [_FIGURE.say(key, language) for key in ("weight", "weight-high")],
        "example": _followed(context, known, pair) if pair else None,
        "levels": [(mark(context, one), context.t(f"level-means-{one.key}")) for one in Level],
        "shown": options(context),
        "extents": [(named(one).say(language), context.t(f"extent-means-{one}")) for one in Extent],
        "verdicts": [(named(one).say(language), context.t(f"verdict-means-{one}")) for one in Verdict],
        "states": [
            (named(one).say(language), context.t(f"state-means-{one}"))
            for one in (State.SEEN, State.ABSENT, State.OPEN)
        ],
        "caption": according_to(known.level).say(language),
        "basis": basis(context, known),
    }


def example(known: Known) -> Ordered | None:
    """The pair of plans to follow: of those that share something the most, one that could cite the other before others.

    Editions of one plan and frameworks are left out; None where nothing is left.
    """
    found = [
        (not any(known.way(*way).is_expected for way in (pair, pair[::-1])), -bits, pair)
        for pair, bits in known.shared.items() if verdict(known.chronology, *pair) not in _APART
    ]  # fmt: skip
    return min(found)[2] if found else None


def _followed(context: PageContext, known: Known, pair: Ordered) -> Values:
    """A pair from what its plans say to its number."""
    found = known.weight(*pair)
    texts = [one for one in shared(context, known, *pair) if not one.is_broad]
    return {
        "one": pair[0],
        "two": pair[1],
        "first": texts[0],
        "others": texts[1:],
        "low": bits_said(context, found.low),
        "high": bits_said(context, found.high),
        "is_open": found.is_open,
        "ways": ways(context, known, *pair),
        "address": context.pair(*pair),
    }


PAGES: Final = (View("meaning", values, section="data"),)
