"""Where the plans of the country meet by fields of policy: a table that fits on a screen, whatever their number."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING

from pan2kg.charts.time_axis import colour_of
from pan2kg.graph.search import folded
from pan2kg.site.filtering import every_plan, is_foreign, read

if TYPE_CHECKING:
    from pan2kg.coherence.known import Known
    from pan2kg.site.page_context import PageContext


@dataclass(frozen=True, slots=True)
class FieldCell:
    """The pairs of plans of two fields: how many there are, linked, with a citation, and both read in full."""

    pairs: int
    linked: int
    cited: int
    read: int


@dataclass(frozen=True, slots=True)
class FieldRow:
    """A field of policy with its colour, its plans, and its cells with every field, itself among them."""

    name: str
    colour: str
    plans: int
    cells: tuple[FieldCell, ...]


def fields(context: PageContext, known: Known) -> tuple[FieldRow, ...]:
    """A row a field in the order of their names; plans of other countries and without a field are left out."""
    site_context, of = context.site_context, context.graph.policy_fields
    plans = [plan for plan in every_plan(site_context) if plan in of and not is_foreign(site_context, plan)]
    order = sorted({of[plan] for plan in plans}, key=lambda one: folded(context.name(one)))
    held, full = Counter(of[plan] for plan in plans), Counter(of[plan] for plan in read(site_context) & set(plans))
    linked, cited = Counter[frozenset[str]](), Counter[frozenset[str]]()
    for one, two in known.linked:
        if one in of and two in of and not (is_foreign(site_context, one) or is_foreign(site_context, two)):
            ends = frozenset({of[one], of[two]})
            linked[ends] += 1
            cited[ends] += any(known.chronology.seen(*way, known.level) for way in ((one, two), (two, one)))
    cells = {
        frozenset({one, two}): FieldCell(
            _pairs(held, one, two), linked[frozenset({one, two})], cited[frozenset({one, two})], _pairs(full, one, two)
        )
        for one, two in combinations_with_replacement(order, 2)
    }
    subject = site_context.subject(context.request.language, context.picture_address)
    return tuple(
        FieldRow(
            context.name(one), colour_of(subject, one), held[one],
            tuple(cells[frozenset({one, two})] for two in order),
        )
        for one in order
    )  # fmt: skip


def _pairs(held: Counter[str], one: str, two: str) -> int:
    """How many pairs the plans of two fields make."""
    return held[one] * (held[one] - 1) // 2 if one == two else held[one] * held[two]
