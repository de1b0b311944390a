"""What two plans share and whether one could cite the other, as pages show it: texts with quotes, ways with dates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pan2kg.coherence.citations import Span, State, Verdict, span, years
from pan2kg.coherence.figures import Unit
from pan2kg.coherence.texts import CARRIES_OUT, MENTIONS, SERVES, Use
from pan2kg.i18n.catalogue import format_of, with_mark
from pan2kg.i18n.days import in_words
from pan2kg.site.basis import mark
from pan2kg.site.values import EVIDENCE, Quote, quotes
from pan2kg.tables.figure_words import amount, bits_words, named
from pan2kg.turtle.vocabulary import PAN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from markupsafe import Markup

    from pan2kg.coherence.known import Known
    from pan2kg.coherence.weight import Contribution
    from pan2kg.site.page_context import PageContext

TIES: Final = {CARRIES_OUT: "carries-out", SERVES: "serves", MENTIONS: "mentions"}
"""What the classes of relations are called, by their share."""


@dataclass(frozen=True, slots=True)
class Said:
    """A use of a text: who names it, by what relation, which text, how firmly, on whose word, and the words quoted."""

    work: str
    relation: Markup
    text: str
    tie: str
    mark: Markup
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Commonness:
    """How common a text is: ``d`` of the ``n`` plans with a known text name it, with what follows from that.

    ``share`` = (d+1)/(n+2), ``ic`` = −log2 of it; ``above`` is the ic of the text it stands below, empty at a root.
    """

    d: int
    n: int
    share: str
    ic: str
    above: str


@dataclass(frozen=True, slots=True)
class Shared:
    """A text two works share: what it gives, by the weaker of the two ties, and who names it on either side."""

    text: str
    bits: str
    gain: str
    is_broad: bool
    mark: Markup
    tie: str
    commonness: Commonness
    sides: tuple[tuple[Said, ...], tuple[Said, ...]]


@dataclass(frozen=True, slots=True)
class Way:
    """A citation that one plan could make of another: what can be said of it in a word, and why.

    ``state`` is « seen », « absent » or « open »; where no citation is expected and none was seen it is empty.
    """

    source: str
    target: str
    verdict: Verdict
    state: str
    words: str
    why: str


def in_bits(context: PageContext, value: float | None) -> str:
    """A number of bits in the language of the page."""
    return amount(value, Unit.BITS, context.request.language)


def bits_said(context: PageContext, value: float | None) -> str:
    """The same with its unit, as it stands in a sentence."""
    return bits_words(value, context.request.language)


def shared(context: PageContext, known: Known, one: str, two: str) -> list[Shared]:
    """The texts two plans share, the greatest contribution first."""
    return [_shared(context, known, (one, two), part) for part in known.weight(one, two).contributions]


def _shared(context: PageContext, known: Known, ends: tuple[str, str], part: Contribution) -> Shared:
    uses = [tuple(_said(context, use) for use in known.giving(end, part.text)) for end in ends]
    weights = known.potential.weights
    at = weights.texts.index(part.text)
    d, n, above = int(weights.d[at]), weights.n, int(weights.above[at])
    share = with_mark(f"{(d + 1) / (n + 2):.3f}", context.request.language)
    over = in_bits(context, float(weights.ic[above])) if above >= 0 else ""
    return Shared(
        part.text, bits_said(context, part.bits), bits_said(context, part.gain), part.is_broad,
        mark(context, part.level), _tie(context, min(part.one, part.two)),
        Commonness(d, n, share, bits_said(context, float(weights.ic[at])), over), (uses[0], uses[1]),
    )  # fmt: skip


def _said(context: PageContext, use: Use) -> Said:
    statements = context.graph.statements
    relation = context.links(statements.values(use.link, PAN + "relation"))
    quoted = quotes(context, statements.values(use.link, EVIDENCE))
    return Said(use.work, relation, use.text, _tie(context, use.share), mark(context, use.level), quoted)


def _tie(context: PageContext, share: float) -> str:
    return context.t(f"use-{TIES[share]}")


def ways(context: PageContext, known: Known, one: str, two: str) -> tuple[Way, Way]:
    """What can be said of a citation each way between two plans."""
    return way(context, known, one, two), way(context, known, two, one)


def way(context: PageContext, known: Known, source: str, target: str) -> Way:
    """What can be said of a citation from one plan to another, with the dates that decide it."""
    found = known.way(source, target)
    is_met = found.state is State.SEEN or (source, target) in known.related
    is_told = is_met and (found.is_expected or found.state is State.SEEN)
    if found.is_expected and not is_met:
        key, words = "way-why-unmet", context.t("way-unmet")
    else:
        said = found.state.value if is_told else found.verdict.value
        words = context.t(f"way-{said}") if is_told else named(found.verdict).say(context.request.language)
        key = f"way-why-{said}"
    dates = {plan: one.issued for plan, one in known.chronology.dates.items()}
    edition = earliest(dates.get(plan) for plan in known.chronology.later.get(target, ()))
    given = {"source": dates.get(source), "target": dates.get(target), "later": edition}
    why = context.t(key, **{name: issued(context, one) for name, one in given.items()})
    return Way(source, target, found.verdict, found.state.value if is_told else "", words, why)


def earliest(spans: Iterable[Span | None]) -> Span | None:
    """The first of several days by their last day; what is not known is left out, None where nothing is."""
    return min((one for one in spans if one is not None), key=lambda one: (one.last, one.first), default=None)


def issued(context: PageContext, found: Span | None) -> str:
    """When a plan was issued, as far as that is known: a day, a month, a year, or between two days."""
    if found is None:
        return context.t("issued-unknown")
    language, first, last = context.request.language, found.first, found.last
    if first == last:
        return context.t("issued-on", day=in_words(first, language))
    if found == years(first.year):
        return context.t("issued-year", year=str(first.year))
    if found == span(f"{first:%Y-%m}"):
        return context.t("issued-month", month=format_of(f"month.{first.month}", language), year=str(first.year))
    return context.t("issued-between", first=in_words(first, language), last=in_words(last, language))
