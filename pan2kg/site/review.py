"""The page of the matrix in which scores are entered, and the entry of both pages of review."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from pan2kg.review.scores import MOST, bodies, cell_name, known_scores, scale_named, steps
from pan2kg.scores.matrix import SCALE, Scale, plain
from pan2kg.site.desk import CHOSEN as DESK_CHOSEN
from pan2kg.site.desk import form_state
from pan2kg.site.desk import values as desk_values
from pan2kg.site.page import Values, View
from pan2kg.turtle.vocabulary import key

if TYPE_CHECKING:
    from pan2kg.site.page import PageContext

CHOSEN: Final = "on:"
"""How the fields begin by which actions are chosen."""


def scores_values(context: PageContext) -> Values:
    """The forms to choose plans, an assessor and actions, and the matrix where from 2 to 15 actions are chosen."""
    given, site_context = context.request.arguments, context.site_context
    shared = form_state(context, "scores.html")
    is_open = shared["state"] == "open"
    offered = _offered(context) if is_open else []
    chosen = [action for action in offered if given.get(CHOSEN + key(action)) or _is_typed(context, action)]
    if not chosen and len(offered) <= MOST:
        chosen = offered
    known = bodies(site_context.graph.spoken(context.request.language)) if is_open else []
    assessors = sorted(((key(body), context.name(body)) for body in known), key=lambda one: one[1].casefold())
    scale = scale_named(context.graph, given.get("scale", "") or SCALE)
    ready = 2 <= len(chosen) <= MOST and given.get("assessor", "") in dict(assessors)
    return {
        "title": context.t("scores-title"),
        **shared,
        "plans": _plans(context) if is_open else [],
        "assessors": assessors,
        "offered": [(CHOSEN + key(action), action, action in chosen) for action in offered],
        "most": MOST,
        "too_many": len(chosen) > MOST,
        "matrix": _matrix(context, chosen) if ready else [],
        "columns": chosen if ready else [],
        "typed": given,
        "steps": _steps(context, scale),
        "typing": not steps(scale),
        "bounds": scale,
        "scale": scale.name,
        "known": len(site_context.graph.spoken(context.request.language).scores),
    }


def _steps(context: PageContext, scale: Scale) -> list[tuple[str, str]]:
    """What can be chosen in a cell, and what it means; only the steps from −3 to +3 have words."""
    usual = steps(Scale())
    words = {score: context.t(f"scores-{score}") for score in usual} if steps(scale) == usual else {}
    return [("", context.t("scores-none")), *((str(score), words.get(score, "")) for score in steps(scale))]


def _plans(context: PageContext) -> list[tuple[str, str]]:
    """The plans that have actions, by name."""
    graph = context.graph.spoken(context.request.language)
    found = {plan for plan in graph.home_of.values() if graph.plan_of(plan)}
    return sorted(((key(plan), context.name(plan)) for plan in found), key=lambda one: one[1].casefold())


def _offered(context: PageContext) -> list[str]:
    """The actions of the one or two plans in the address, in their order."""
    given, graph = context.request.arguments, context.graph.spoken(context.request.language)
    wanted = list(dict.fromkeys(filter(None, (given.get("plan"), given.get("other")))))
    homes = {key(plan): plan for plan in graph.home_of.values() if graph.plan_of(plan)}
    return [
        action
        for name in wanted
        for action in sorted(a for a, plan in graph.home_of.items() if plan == homes.get(name))
    ]


def _is_typed(context: PageContext, action: str) -> bool:
    """Whether a matrix that came back with a fault has a field for an action."""
    start = f"score:{key(action)}:"
    return any(name.startswith(start) for name in context.request.arguments)


def _matrix(context: PageContext, chosen: Sequence[str]) -> list[tuple[str, list[tuple[str, str, str] | None]]]:
    """The rows: an action, and for each column the field's name, its value and its label, None on the diagonal."""
    given, graph = context.request.arguments, context.graph.spoken(context.request.language)
    assessors = {key(body): body for body in bodies(graph)}
    scores = known_scores(graph, assessors[given["assessor"]], given.get("scale", "") or SCALE)

    def cell(one: str, two: str) -> tuple[str, str, str] | None:
        if one == two:
            return None
        name, before = cell_name(one, two), scores.get((one, two))
        value = given.get(name, "" if before is None else plain(before))
        return name, value, context.t("scores-cell", one=context.name(one), two=context.name(two))

    return [(one, [cell(one, two) for two in chosen]) for one in chosen]


PAGES: Final = (
    View("review", desk_values, section="gaps", chosen=DESK_CHOSEN),
    View("scores", scores_values, section="gaps", chosen=("plan", "other", "assessor", "scale", "on")),
)
