"""Tables of actions one by one: how their links spread over plans, and what is lost without one."""

from collections.abc import Iterable, Iterator

from pan2kg.coherence import action_measures, evidence, obligations
from pan2kg.coherence.action_measures import Loss
from pan2kg.coherence.evidence import Level, firmest
from pan2kg.coherence.known import Known
from pan2kg.errors import QueryError
from pan2kg.graph.graph import Graph
from pan2kg.tables import DEFAULT, Table, TableChoice, make, note
from pan2kg.tables.pairs import action_pairs

BRIDGES = ("action", "plan", "participation", "total", "reached", "level")


def bridges(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    """How the links of each linked action spread over other plans.

    ``participation`` is in [0, 1], ``total`` in bits, ``reached`` a number of plans; ``level`` is the
    firmest at which the action is linked. With plans named, of their actions only.
    """
    plans = graph.plans(choice.plans)
    knowledge = graph.known(choice.evidence)
    levels = _firmest_links(knowledge)
    spread = action_measures.participation(knowledge.potential, knowledge.actions)
    rows = []
    for action, plan, participation, total, reached in spread:
        if not plans or plan in plans:
            rows.append((action, plan, participation, total, reached, levels.get(action)))
    notes = [note("linked-actions", n=len(spread), of=len(knowledge.tables.works.actions))]
    return make(graph, "participation", BRIDGES, rows, notes, "coherence/text-uses", knowledge)


def _firmest_links(knowledge: Known) -> dict[str, Level]:
    """The firmest level at which each action shares a precise text with another one."""
    levels = dict[str, Level]()
    for ends, pair in action_pairs(knowledge).items():
        level = knowledge.weight(*ends).level if pair.low > 0 else None
        if level is None:
            continue
        for action in ends:
            levels[action] = min(level, levels.get(action, level))
    return levels


LOSS = ("action", "plan", "instruments", "obligations", "plans", "level")


def lost(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    """What only one action holds: of the actions named, else of every one that holds something.

    Without actions, plans named restrict it to theirs.

    Raises:
        QueryError: an action named is in no plan.
    """
    knowledge = graph.known(choice.evidence)
    plans = graph.plans(choice.plans)
    answering = _answering(graph, choice.evidence)
    losses = action_measures.losses(knowledge.potential, knowledge.uses, answering)
    if choice.actions:
        losses = _of_actions(graph, choice.actions, losses)
    elif plans:
        losses = tuple(loss for loss in losses if loss.plan in plans)
    rows = []
    notes = []
    for loss in losses:
        plan = graph.plan_of(loss.action)
        level = firmest(_levels_behind(graph, knowledge, loss))
        rows.append((loss.action, plan, loss.instruments, loss.obligations, loss.plans, level))
        if not loss:
            notes.append(note("nothing-lost", action=graph.label(loss.action)))
    notes = notes or [note("lost-means")]
    return make(graph, "loss", LOSS, rows, notes, "coherence/text-uses", knowledge)


def _answering(graph: Graph, level: Level) -> dict[str, set[str]]:
    """The works that answer each obligation of law at a level; none for other obligations.

    An act stays whatever action is dropped, so that an obligation with one has no only answer to
    lose: it stands here under an empty name, which is that of no action.
    """
    works = dict[str, set[str]]()
    for response in graph.responses:
        is_answer = response.relation in obligations.ANSWERING
        if is_answer and evidence.counts(response.level, level):
            answer = "" if response.is_act else response.work
            works.setdefault(response.instrument, set()).add(answer)
    answering = {}
    for duty in graph.obligations:
        answering[duty.iri] = works.get(duty.instrument, set()) if duty.by_law else set()
    return answering


def _of_actions(graph: Graph, names: Iterable[str], losses: Iterable[Loss]) -> tuple[Loss, ...]:
    by_action = {loss.action: loss for loss in losses}
    home = graph.tables.works.home
    chosen = []
    for name in names:
        action = graph.action(name)
        if action not in home:
            raise QueryError("action-without-plan", remedy="name-a-plan", name=action)
        chosen.append(by_action.get(action, Loss(action, home[action])))
    return tuple(chosen)


def _levels_behind(graph: Graph, knowledge: Known, loss: Loss) -> Iterator[Level | None]:
    """On whose word it rests: that of all uses where plans are lost, else of the texts lost."""
    for use in knowledge.uses:
        if use.work == loss.action and (loss.plans or use.text in loss.instruments):
            yield use.level
    duties = set(loss.obligations)
    instruments = {duty.instrument for duty in graph.obligations if duty.iri in duties}
    for response in graph.responses:
        if response.work == loss.action and response.instrument in instruments:
            yield response.level
