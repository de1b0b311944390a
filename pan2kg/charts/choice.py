"""Which plans and actions a picture is of: those named, or else those around the project's own plan.

Commands, pages and the service hand on what a reader wrote; a name or number that will not do is
refused here, before anything is drawn.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pan2kg.charts.subject import Subject
from pan2kg.coherence import Level
from pan2kg.errors import QueryError
from pan2kg.graph.graph import Graph
from pan2kg.graph.labels import Name
from pan2kg.turtle.vocabulary import key

MOST = 24
"""How many plans a picture of plans can hold."""


class ChoiceWords(NamedTuple):
    """The notes below a picture, and what its source line says was chosen."""

    notes: tuple[str, ...]
    filters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlanChoice:
    """The plans a picture shows, how many it leaves out, and the one they were chosen around, if any."""

    plans: tuple[str, ...]
    left_out: int
    focus: str | None

    def words(self, subject: Subject, names: Sequence[Name]) -> ChoiceWords:
        """What a picture says of the choice; ``names`` are those of the plans."""
        notes = (subject.say("plans-left-out", n=self.left_out),) if self.left_out else ()
        if self.focus is None:
            return ChoiceWords(notes, plans_named(subject, names))
        return ChoiceWords(notes, (subject.say("chosen-by", plan=names[0].key),))


def plans_named(subject: Subject, names: Sequence[Name]) -> tuple[str, ...]:
    """What the source line says of plans that were chosen by name."""
    return (subject.say("chosen-plans", n=len(names), plans=", ".join(name.key for name in names)),)


def choose(
    subject: Subject, *, plan: str = "", plans: str | Sequence[str] = (), top: object = 10
) -> PlanChoice:
    """The ``plans`` named, as text with commas or a list; or else a plan with the ``top`` - 1 nearest to it.

    Raises:
        QueryError: an unknown plan, fewer than two or more than :data:`MOST`, or no whole number.
    """
    listed = plans.split(",") if isinstance(plans, str) else plans
    names = [name.strip() for name in listed if name.strip()]
    if names:
        focus = None
        chosen = tuple(dict.fromkeys(find(subject.graph, name) for name in names))
        _check_number(len(chosen))
    else:
        number = whole(top, "top", least=2)
        _check_number(number)
        focus = focus_of(subject, plan)
        chosen = (focus, *_nearest(subject, focus)[: number - 1])
        if len(chosen) < 2:
            raise QueryError("one-plan-alone", remedy="add-another-plan")
    left_out = len(subject.known.tables.works.plans) - len(chosen)
    return PlanChoice(chosen, left_out, focus)


def _check_number(number: int) -> None:
    if not 2 <= number <= MOST:
        raise QueryError("too-many-plans", remedy="name-fewer", most=MOST, number=number)


def _nearest(subject: Subject, focus: str) -> list[str]:
    """The other plans, those first that share most with the focus at the level of the picture.

    Then come those that share most by what the editors concluded, those linked without a shared
    text, and those that are linked with most others; ties go to the first IRI.
    """
    known = subject.known
    weak = subject.graph.known(Level.EDITORS)
    degree = Counter(end for pair in known.linked for end in pair)
    ranks = {}
    for plan in known.tables.works.plans:
        pair = (min(plan, focus), max(plan, focus))
        shared = known.shared.get(pair, 0.0)
        weakly_shared = weak.shared.get(pair, 0.0)
        ranks[plan] = (-shared, -weakly_shared, pair not in known.linked, -degree[plan], plan)
    ranks.pop(focus, None)
    return sorted(ranks, key=ranks.__getitem__)


def focus_of(subject: Subject, plan: str) -> str:
    """The plan of that name, or else the project's own, or else the one with most works that name a text.

    Raises:
        QueryError: an unknown plan, or no plan at all.
    """
    if plan:
        return find(subject.graph, plan)
    if home := subject.graph.own_plan():
        return home
    works = subject.known.tables.works
    if not works.plans:
        raise QueryError("no-plan-to-draw", remedy="add-plan")
    counts = Counter(
        works.home[work] for work in {use.work for use in subject.known.uses} & works.home.keys()
    )
    return min(works.plans, key=lambda iri: (-counts[iri], iri))


def find(graph: Graph, plan: str) -> str:
    """The IRI of a plan by key, IRI or name.

    Raises:
        QueryError: it is unknown, or an action whose plan is.
    """
    if graph.homes.get(plan) == plan:
        return plan
    return graph.once(f"plan named {plan}", lambda: graph.plan(plan))


def actions_of(subject: Subject, plan: str) -> tuple[str, ...]:
    """The actions of a plan in the order of their keys, in which digits count as numbers.

    Raises:
        QueryError: the plan has no action.
    """
    actions = subject.known.members.get(plan, ())
    if not actions:
        total = sum(map(len, subject.known.members.values()))
        raise QueryError(
            "no-action-of-plan", remedy="name-plan-with-actions", key=key(plan), total=total
        )
    return tuple(sorted(actions, key=_by_number))


def _by_number(action: str) -> list[tuple[int, str]]:
    pieces = re.split(r"(\d+)", action)
    return [(int(piece), "") if piece.isdecimal() else (-1, piece) for piece in pieces]


def whole(value: object, name: str, *, least: int = 1) -> int:
    """A limit, which may be given as text.

    Raises:
        QueryError: it is no whole number, or less than ``least``.

    >>> whole(" 12 ", "top")
    12
    """
    text = str(value).strip()
    if not text.isascii() or not text.isdecimal() or int(text) < least:
        raise QueryError(
            "no-value-for", remedy="whole-number-from", value=value, name=name, least=least
        )
    return int(text)
