"""The home page, and the map in time of the project's plan as files.

It begins with findings and a picture of one plan among those it meets. Then it counts over the plans a
reader chose, and lists citations that nobody saw and the main figures of the register.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import islice
from typing import NamedTuple

from pan2kg.charts import Subject, country_map, registry, time_map
from pan2kg.coherence import figures
from pan2kg.coherence.known import Known
from pan2kg.coherence.standing import Standing
from pan2kg.site import definitions, plan_dossier, plan_ties, values
from pan2kg.site.country_page import country_links
from pan2kg.site.dossier import unseen_citations
from pan2kg.site.opening import (
    action_asking,
    citations_expected,
    exported_time_maps,
    link_counts,
    opening,
    pairs_among,
    shortcomings,
)
from pan2kg.site.page import (
    CHOICE_ARGUMENTS,
    CSV,
    SVG,
    File,
    Markup,
    Option,
    PageContext,
    Values,
    View,
)
from pan2kg.site.plan_choice import plan_sets, requested_filter, shown_plans
from pan2kg.site.plan_matrix import FIRST_PLANS, matrix_values
from pan2kg.store.names import folded
from pan2kg.tables.figure_words import bits_words

_FIGURES = (
    "linked-plan-pairs",
    "citing-pairs",
    "sharing-plan-pairs",
    "occasions",
    "citation-rate",
    "linked-actions",
)
"""The figures in the table at the end of the page."""
_LISTED = 12
"""How many occasions for a citation that nobody saw are listed."""
_REASONS = 2
"""How many statements that join two plans are told of such an occasion, beside the texts both name."""


class MeetingReason(NamedTuple):
    """Why two plans meet, in words, with a passage quoted if there is one, and on whose word that rests."""

    words: str
    quotes: Sequence[values.Quote]
    mark: Markup


class WantedCitation(NamedTuple):
    """An occasion at which a plan was to cite another: how it stands, what both share, and its page."""

    way: plan_ties.CitingWay
    texts: Sequence[str]
    reasons: Sequence[MeetingReason]
    bits: str
    address: str


class FieldCell(NamedTuple):
    """Pairs of plans of two fields: all, those that are linked, that cite, and of which both were read."""

    pairs: int
    linked: int
    cited: int
    read: int


class FieldRow(NamedTuple):
    """A field of policy, its colour in pictures, how many plans it has, and its cells in the order of the rows."""

    name: str
    colour: str
    plans: int
    cells: Sequence[FieldCell]


def _home(context: PageContext) -> Values:
    graph = context.graph
    site_context = context.site_context
    register = {row.figure.id: row for row in graph.figures(context.level)}
    expected = _by_part(register["occasions"])
    citing = _by_part(register["citations-made"])
    plans = shown_plans(site_context, requested_filter(context))
    counts = link_counts(site_context, context.level, plans)
    states = {state: citing[state.value] for state in Standing if state.value in citing}
    findings = [
        citations_expected(context, expected[""], states, "#wanted"),
        *shortcomings(context, counts, graph.margins(context.level).rows),
    ]
    plan = _plan_shown(context)
    # None where nobody has scored an interaction yet
    divergences = len(site_context.table_of("opposed", "fr").rows) if graph.scores else None
    return {
        "opening": opening(context, plan, findings),
        "asked": action_asking(context),
        "countries": country_links(context),
        "plans": _linked_plans(context) if context.is_served else [],
        "plan": context.key(plan or ""),
        **matrix_values(context, limit=FIRST_PLANS),
        "fields": _fields(context, context.known),
        "numbers": counts,
        "divergences": divergences,
        "handed": context.nonempty_arguments(*CHOICE_ARGUMENTS),
        "wanted": _wanted(context, context.known),
        "expected": expected,
        "made": citing,
        "figures": [definitions.register_line(context, register[name]) for name in _FIGURES],
        "briefs": [
            context.href(f"brief/{key}.html") for key in plan_dossier.brief_keys(site_context)
        ],
    }


def _by_part(row: figures.Taken) -> dict[str, int]:
    """The numbers of a figure by what they count, « seen » for one part; one that has no parts by an empty name."""
    numbers = {}
    for part, number in zip(row.figure.parts or ("",), row.value, strict=True):
        numbers[part.partition(".")[2]] = int(number or 0)
    return numbers


def _plan_shown(context: PageContext) -> str | None:
    """The plan an address names, else the one the project is about."""
    entry = context.graph.labels.find("plan", context.arguments.get("plan", ""))
    if entry and entry.iri in context.graph.tables.works.plans:
        return entry.iri
    return context.graph.own_plan()


def _linked_plans(context: PageContext) -> list[Option]:
    """The plans to choose from, those that are linked with another, in the order of their short names."""
    linked = {end for pair in context.graph.known().linked for end in pair}
    options = [Option(context.key(iri), context.brief_name(iri)) for iri in linked]
    return sorted(options, key=lambda option: (option.words.casefold(), option))


# Citations that nobody saw


def _wanted(context: PageContext, knowledge: Known) -> list[WantedCitation]:
    """The first occasions at which a plan was to cite another and was not seen to."""
    wanted = []
    for occasion in islice(unseen_citations(knowledge.occasions), _LISTED):
        ends = (occasion.source, occasion.target)
        shares = knowledge.weight(*ends).contributions
        citation = WantedCitation(
            way=plan_ties.citing_way(context, knowledge, *ends),
            texts=[share.text for share in shares if not share.is_broad],
            reasons=_reasons(context, knowledge, *ends),
            bits=bits_words(occasion.bits, context.language),
            address=context.pair_address(*ends),
        )
        wanted.append(citation)
    return wanted


def _reasons(
    context: PageContext, knowledge: Known, source: str, target: str
) -> list[MeetingReason]:
    """Why two plans meet beside the texts both name."""
    reasons = []
    for statement in knowledge.between(source, target)[:_REASONS]:
        passages = context.graph.statements.values(statement.link, values.PASSAGE)
        words = context.t("wanted-cited" if statement.is_citation else "wanted-together")
        quotes = values.quotes_of(context, passages)[:1]
        reasons.append(MeetingReason(words, quotes, context.level_badge(statement.level)))
    return reasons


# Fields of policy


def _fields(context: PageContext, knowledge: Known) -> list[FieldRow]:
    """The fields of policy of the country's plans, each with its cells: how the plans of two fields meet."""
    policy_fields = context.graph.policy_fields
    sets = plan_sets(context.site_context)
    field_of = {}
    for plan in sets.every:
        if plan in policy_fields and plan not in sets.foreign:
            field_of[plan] = policy_fields[plan]
    plans = Counter(field_of.values())
    plans_read = Counter(field_of[plan] for plan in sets.read & field_of.keys())
    linked = Counter[frozenset[str]]()
    cited = Counter[frozenset[str]]()
    for pair in knowledge.linked:
        if field_of.keys() >= set(pair):
            ends = frozenset(field_of[plan] for plan in pair)
            directions = (pair, pair[::-1])
            linked[ends] += 1
            cited[ends] += any(
                knowledge.chronology.seen(*direction, knowledge.level) for direction in directions
            )
    order = sorted(plans, key=lambda field: (folded(context.name(field)), field))
    rows = []
    for field in order:
        cells = []
        for partner in order:
            ends = frozenset((field, partner))
            pairs = _pairs_between(plans, field, partner)
            pairs_read = _pairs_between(plans_read, field, partner)
            cells.append(FieldCell(pairs, linked[ends], cited[ends], pairs_read))
        colour = country_map.colour_of(context.subject, field)
        rows.append(FieldRow(context.name(field), colour, plans[field], cells))
    return rows


def _pairs_between(plans: Mapping[str, int], field: str, partner: str) -> int:
    if field == partner:
        return pairs_among(plans[field])
    return plans[field] * plans[partner]


# The map in time as files


def _time_map(context: PageContext, suffix: str) -> bytes | None:
    plan = context.request.key
    if not context.graph.labels.find("plan", plan):
        return None
    subject = Subject(context.localized_graph, context.picture_address)
    return registry.picture_bytes(time_map.draw_time_map(subject, plan=plan), suffix)


PAGES = (View("index", _home, title="home-title", template="home.html", section="index", menu=1),)
FILES = (
    File("time-map", "csv", CSV, partial(_time_map, suffix=".csv"), exported_time_maps),
    File("time-map", "svg", SVG, partial(_time_map, suffix=".svg"), exported_time_maps),
)
