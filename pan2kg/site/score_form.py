"""The page on which scores are entered: a matrix of actions, each cell the score of what one means for another.

The address chooses one or two plans, the actions of these if they are too many for a matrix, who
judges, and the scale. What the form of the matrix does stands in :mod:`pan2kg.scores.review`.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pan2kg.graph.graph import Graph
from pan2kg.graph.scores import SCALE, Scale, plain
from pan2kg.scores import review as scoring
from pan2kg.site.entry_form import form_state, session_seal
from pan2kg.site.page import Option, PageContext, Values, View
from pan2kg.store import program_query
from pan2kg.turtle.vocabulary import key

_TICK_PREFIX = "on:"
"""How the names of the fields begin by which actions are chosen for the matrix."""
_FEWEST_ACTIONS = 2
"""How many actions a matrix has at least: nothing is scored against itself."""


class OfferedAction(NamedTuple):
    """An action of the plans chosen: the field that ticks it, its IRI, and whether it is in the matrix."""

    field: str
    iri: str
    is_chosen: bool


class ScoreField(NamedTuple):
    """A field of the matrix: its name, what stands in it, and what it is called."""

    name: str
    text: str
    label: str


class ScoreRow(NamedTuple):
    """What one action means for the others, a field a column; None where it would be scored against itself."""

    action: str
    fields: list[ScoreField | None]


def _scores_values(context: PageContext) -> Values:
    graph = context.localized_graph
    state = {**form_state(context, "scores.html"), "number": len(graph.scores)}
    if not session_seal(context):
        return state
    typed = context.arguments
    plans = {key(plan): plan for plan in graph.home_of.values() if graph.plan_of(plan)}
    assessors = {key(row[0]): row[0] for row in graph.read(program_query("tables/bodies"))}
    offered = _offered_actions(graph, plans, typed)
    actions = _chosen_actions(offered, typed)
    scale = scoring.scale_named(context.graph, typed.get("scale", "") or SCALE)
    assessor = assessors.get(typed.get("assessor", ""), "")
    has_matrix = bool(assessor) and _FEWEST_ACTIONS <= len(actions) <= scoring.MOST
    steps = scoring.steps(scale)
    return {
        **state,
        "plans": context.options(plans.values()),
        "assessors": context.options(assessors.values()),
        "offered": [
            OfferedAction(_TICK_PREFIX + key(action), action, action in actions)
            for action in offered
        ],
        "most": scoring.MOST,
        "too_many": len(actions) > scoring.MOST,
        "matrix": _score_matrix(context, actions, assessor, scale) if has_matrix else [],
        "columns": actions,
        "typed": typed,
        "steps": _step_options(context, steps),
        "typing": not steps,
        "bounds": scale,
        "scale": scale.name,
    }


def _offered_actions(graph: Graph, plans: Mapping[str, str], typed: Mapping[str, str]) -> list[str]:
    """The actions of the one or two plans in the address, in the order of these."""
    offered = []
    for name in dict.fromkeys((typed.get("plan", ""), typed.get("other", ""))):
        if name in plans:
            of_plan = [action for action, plan in graph.home_of.items() if plan == plans[name]]
            offered += sorted(of_plan)
    return offered


def _chosen_actions(offered: Sequence[str], typed: Mapping[str, str]) -> list[str]:
    """What was ticked, or has a field in a matrix that came back with a fault.

    Where nothing was, all that are offered, if a matrix can have so many.
    """
    actions = []
    for action in offered:
        fields = f"score:{key(action)}:"
        if typed.get(_TICK_PREFIX + key(action)) or any(name.startswith(fields) for name in typed):
            actions.append(action)
    if actions or len(offered) > scoring.MOST:
        return actions
    return list(offered)


def _step_options(context: PageContext, steps: Sequence[int]) -> list[Option]:
    """The scores one can choose, after none; only the steps of the usual scale, from −3 to +3, have words."""
    has_words = steps == scoring.steps(Scale())
    options = [Option("", "")]
    for score in steps:
        options.append(Option(str(score), context.t(f"scores-{score}") if has_words else ""))
    return options


def _score_matrix(
    context: PageContext, actions: Sequence[str], assessor: str, scale: Scale
) -> list[ScoreRow]:
    """Each action with its fields: what came back from the form, else the score the assessor gave before."""
    scores = scoring.known_scores(context.localized_graph, assessor, scale.name)

    def field(row: str, column: str) -> ScoreField | None:
        if row == column:
            return None
        name = scoring.cell_name(row, column)
        score = scores.get((row, column))
        text = context.arguments.get(name, "" if score is None else plain(score))
        label = context.t("scores-cell", one=context.name(row), two=context.name(column))
        return ScoreField(name, text, label)

    rows = []
    for row in actions:
        fields = [field(row, column) for column in actions]
        rows.append(ScoreRow(row, fields))
    return rows


PAGES = (
    View(
        "scores",
        _scores_values,
        title="scores-title",
        section="gaps",
        chosen=("plan", "other", "assessor", "scale", "on"),
    ),
)
