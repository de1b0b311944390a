"""What plans have in common: bodies, topics, groups and texts, each with its plans.

A pair of plans that is not linked has no page of its own in an export: such pairs grow with the square of the plans,
this page with the plans. It shows what any two of them share, for an address that names the two.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pan2kg.site.filtering import every_plan
from pan2kg.site.page import View
from pan2kg.site.pair import ASPECTS, has

if TYPE_CHECKING:
    from pan2kg.site.page import Values
    from pan2kg.site.page_context import PageContext


@dataclass(frozen=True, slots=True)
class Common:
    """A body, topic or group that two plans or more have: itself or by their actions; ``keys`` are those plans'."""

    thing: str
    plans: tuple[str, ...]
    keys: str


def values(context: PageContext) -> Values:
    """What each thing joins, by kind; of the two plans of the address alone where it names two."""
    wanted = frozenset(context.request.arguments.get("plans", "").split("--"))
    found = [entry.iri for key in wanted if (entry := context.graph.labels.find("plan", key))]
    two = found if len(found) == len(wanted) == 2 else []
    return {
        "title": context.t("shared-title"),
        "two": sorted(two),
        "kinds": [(aspect, _common(context, aspect, frozenset(two))) for aspect in sorted(ASPECTS)],
    }


def _common(context: PageContext, aspect: str, two: frozenset[str]) -> list[Common]:
    """The things of a kind that several plans have, those of most plans first."""
    plans: dict[str, list[str]] = {}
    for plan in every_plan(context.site_context):
        for thing in has(context, plan, aspect):
            plans.setdefault(thing, []).append(plan)
    shared = {thing: tuple(of) for thing, of in plans.items() if len(of) > 1 and two <= set(of)}
    order = sorted(shared, key=lambda thing: (-len(shared[thing]), context.name(thing).casefold(), thing))
    return [Common(thing, shared[thing], " ".join(map(context.key, shared[thing]))) for thing in order]


PAGES: Final = (View("shared", values, section="plans"),)
