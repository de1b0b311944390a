"""What two plans share in bits, and whether one could cite the other, in words of a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from pan2kg.coherence import citations, figures, known, texts
from pan2kg.coherence.standing import Standing
from pan2kg.i18n import format_day, format_number, format_of
from pan2kg.site import values
from pan2kg.site.page import Markup, PageContext
from pan2kg.tables.figure_words import amount, bits_words, named
from pan2kg.turtle.vocabulary import PAN

TIES = {texts.CARRIES_OUT: "carries-out", texts.SERVES: "serves", texts.MENTIONS: "mentions"}
"""How firmly a work uses a text, by the share of its bits that gives: keys of messages."""


# Whether one could cite the other


@dataclass(frozen=True, slots=True)
class CitingWay:
    """Whether a plan cites another: in ``words``, and ``why`` it is so.

    ``state`` is empty where only the dates of both were compared.
    """

    source: str
    target: str
    state: str
    words: str
    why: str


def citing_way(context: PageContext, knowledge: known.Known, source: str, target: str) -> CitingWay:
    """Whether a plan cites another or could, by what was seen, else by when both were issued."""
    occasion = knowledge.way(source, target)
    is_seen = occasion.state is Standing.STATED
    is_met = is_seen or (source, target) in knowledge.related
    state = ""
    if occasion.is_expected and not is_met:
        key = "unmet"
        words = context.t("way-unmet")
    elif is_met and (occasion.is_expected or is_seen):
        state = occasion.state.value
        key = state
        words = context.t(f"way-{state}")
    else:
        key = occasion.verdict.value
        words = named(occasion.verdict).say(context.language)

    dates = knowledge.chronology.dates
    issued = {plan: dates[plan].issued for plan in (source, target) if plan in dates}
    why = context.t(
        f"way-why-{key}",
        source=_day_issued(context, issued.get(source)),
        target=_day_issued(context, issued.get(target)),
        later=_day_issued(context, _next_edition(knowledge, target)),
    )
    return CitingWay(source, target, state, words, why)


def _next_edition(knowledge: known.Known, plan: str) -> citations.Span | None:
    # when the first of the later editions of a plan was issued, by its last day
    dates = knowledge.chronology.dates
    spans = []
    for edition in knowledge.chronology.later.get(plan, ()):
        issued = dates[edition].issued if edition in dates else None
        if issued is not None:
            spans.append(issued)
    return min(spans, key=lambda span: (span.last, span.first), default=None)


def _day_issued(context: PageContext, span: citations.Span | None) -> str:
    key = ("issued", context.language, span)
    return context.site_context.cached(key, partial(_day_words, context, span))


def _day_words(context: PageContext, span: citations.Span | None) -> str:
    """When a plan was issued: a day, a month, a year, or between which days."""
    if span is None:
        return context.t("issued-unknown")
    day = span.first
    if span.first == span.last:
        key = "on"
    elif span == citations.years(day.year):
        key = "year"
    elif span == citations.span(f"{day:%Y-%m}"):
        key = "month"
    else:
        key = "between"
    first = _in_words(context, span.first)
    return context.t(
        f"issued-{key}",
        day=first,
        first=first,
        last=_in_words(context, span.last),
        year=str(day.year),
        month=format_of(f"month.{day.month}", context.language),
    )


def _in_words(context: PageContext, day: date) -> str:
    return format_day(day, context.language)


# What two plans share


@dataclass(frozen=True, slots=True)
class MeetingLine:
    """A linked pair of plans as a line of a list: its level, what both share, how each cites the other."""

    plans: tuple[str, str]
    mark: Markup | str
    address: str
    bits: str
    ways: Sequence[CitingWay]


def shared_bits(context: PageContext, bits: float) -> str:
    """What two plans share; empty where nothing shared was seen."""
    return amount(bits, figures.Unit.BITS, context.language) if bits > 0 else ""


def meeting_line(
    context: PageContext, knowledge: known.Known, met: figures.PlanMeeting
) -> MeetingLine:
    """The line of a linked pair; bits are empty where nothing shared was seen."""
    bits = shared_bits(context, met.low(knowledge.level))
    ways = [citing_way(context, knowledge, *ends) for ends in (met.plans, met.plans[::-1])]
    return MeetingLine(
        met.plans, context.level_badge(met.level), context.pair_address(*met.plans), bits, ways
    )


@dataclass(frozen=True, slots=True)
class ShownUse:
    """How a plan or an action of it uses a text, with the words that say so.

    A page may leave out ``quotes`` that stand on it already; ``above`` is where.
    """

    work: str
    text: str
    tie: str
    relation: str
    mark: Markup | str
    quotes: Sequence[values.Quote]
    above: str = ""


@dataclass(frozen=True, slots=True)
class SharedText:
    """A text that two plans use, with the uses by each, and how its bits come about.

    Of ``n`` plans read, ``d`` use it, which makes its information content ``ic``; ``above`` is that
    of the text it is a part of. The weaker of the two uses, its ``tie``, gives a share of it:
    ``gain``, of which ``bits`` are counted.
    """

    text: str
    is_broad: bool
    sides: Sequence[Sequence[ShownUse]]
    d: int
    n: int
    bits: str
    gain: str
    mark: Markup | str
    share: str
    tie: str
    ic: str
    above: str


def shared_texts(
    context: PageContext, knowledge: known.Known, plans: tuple[str, str]
) -> list[SharedText]:
    """The texts two plans share, those first that weigh most."""
    language = context.language
    weights = knowledge.potential.weights
    rows = []
    for contribution in knowledge.weight(*plans).contributions:
        sides = []
        for plan in plans:
            uses = knowledge.giving(plan, contribution.text)
            sides.append([_text_use(context, use) for use in uses])
        at = weights.texts.index(contribution.text)
        users_number = int(weights.d[at])
        parent = int(weights.above[at])
        above = ""
        if parent >= 0:
            above = amount(float(weights.ic[parent]), figures.Unit.BITS, language)
        weaker_tie = TIES[min(contribution.one, contribution.two)]
        row = SharedText(
            text=contribution.text,
            is_broad=contribution.is_broad,
            sides=sides,
            d=users_number,
            n=weights.n,
            bits=bits_words(contribution.bits, language),
            gain=bits_words(contribution.gain, language),
            mark=context.level_badge(contribution.level),
            share=format_number(f"{(users_number + 1) / (weights.n + 2):.3f}", language),
            tie=context.t(f"use-{weaker_tie}"),
            ic=bits_words(float(weights.ic[at]), language),
            above=above,
        )
        rows.append(row)
    return rows


def _text_use(context: PageContext, use: texts.Use) -> ShownUse:
    statements = context.graph.statements
    relations = map(context.name, statements.values(use.link, PAN + "relation"))
    return ShownUse(
        use.work,
        use.text,
        tie=context.t(f"use-{TIES[use.share]}"),
        relation=", ".join(relations),
        mark=context.level_badge(use.level),
        quotes=values.quotes_of(context, statements.values(use.link, values.PASSAGE)),
    )
