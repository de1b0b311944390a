"""Actions one by one: which joins plans, what would be lost without one, and how fully each is described."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import permutations
from typing import NamedTuple

import numpy as np

from pan2kg.coherence.standing import SAID_OF, Standing
from pan2kg.coherence.texts import Use, summed
from pan2kg.coherence.weight import Pairs, Potential

_DECIMALS = 12
"""To how many decimals participation is compared: what differs beyond comes from rounding."""


class Participation(NamedTuple):
    """How evenly the links of an action are spread over plans other than its own.

    ``value`` is P in [0,1), ``bits`` what it shares with them, ``plans_number`` with how many.
    """

    action: str
    plan: str
    value: float
    bits: float
    plans_number: int


def participation(shares: Potential, pairs: Pairs) -> tuple[Participation, ...]:
    """P_a = 1 − Σ_q (s_aq/s_a)² over the plans q other than its own that action a is linked to, in [0,1).

    s_aq = Σ_{b∈q} of the specific bits of a and b. Of linked actions alone; highest P first, then
    by IRI. 0 when all links go to one plan.

    Source: Guimerà, R. & Amaral, L. A. N. (2005). Functional cartography of complex metabolic
    networks. Nature 433, 895.
    """
    names = shares.names
    plans = shares.works.plans
    home = shares.home
    is_linked = pairs.low > 0
    lower = pairs.one[is_linked].astype(np.int64)
    upper = pairs.two[is_linked].astype(np.int64)
    bits = pairs.low[is_linked]
    # what each action shares with each plan: each side of a pair is added up for itself
    limit = len(names) * len(plans)
    lower_keys, lower_sums = summed(lower * len(plans) + home[upper], bits, limit)
    upper_keys, upper_sums = summed(upper * len(plans) + home[lower], bits, limit)
    keys = np.union1d(lower_keys, upper_keys)
    sums = np.zeros(len(keys))
    sums[np.searchsorted(keys, lower_keys)] += lower_sums
    sums[np.searchsorted(keys, upper_keys)] += upper_sums
    # of each action: with how many plans it shares, how much, and how it is spread over them
    actions = keys // max(len(plans), 1)
    plans_number = np.bincount(actions, minlength=len(names))
    total = np.bincount(actions, weights=sums, minlength=len(names))
    squares = np.bincount(actions, weights=sums**2, minlength=len(names))
    linked = np.flatnonzero(plans_number)
    value = np.zeros(len(names))
    value[linked] = np.clip(1.0 - squares[linked] / total[linked] ** 2, 0.0, 1.0)
    value[plans_number == 1] = 0.0
    # equal but for rounding is equal: then the IRI decides
    order = linked[np.lexsort((linked, -np.round(value[linked], _DECIMALS)))]
    rows = []
    for place in order:
        action = names[place]
        plan = plans[home[place]]
        number = int(plans_number[place])
        rows.append(Participation(action, plan, float(value[place]), float(total[place]), number))
    return tuple(rows)


class Loss(NamedTuple):
    """What would be lost if an action were dropped.

    These are the texts that neither another action of its plan nor the plan itself names, the
    obligations that no other work answers, and the plans its plan shares a text with by this action
    alone.
    """

    action: str
    plan: str
    instruments: tuple[str, ...] = ()
    obligations: tuple[str, ...] = ()
    plans: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.instruments or self.obligations or self.plans)


def losses(
    shares: Potential, uses: Iterable[Use], duties: Mapping[str, Collection[str]] = {}
) -> tuple[Loss, ...]:
    """What each action alone holds, for the actions that hold something, by IRI.

    ``uses`` are those that count at the level, ``duties`` gives for each obligation the works that
    answer it: it is lost with the only one. A pair of plans counts as linked while it shares a text
    that is not general.

    Source: this project's definition (criticality by removal).
    """
    home = shares.works.home
    names = set(shares.names)
    holders = _holders(shares)
    alone: dict[str, list[str]] = defaultdict(list)
    for work, text in sorted({(use.work, use.text) for use in uses}):
        if work in names and holders.get((home[work], text)) == [work]:
            alone[work].append(text)
    under: dict[str, list[str]] = defaultdict(list)
    for duty, answering in sorted(duties.items()):
        works = set(answering)
        if len(works) == 1 and works <= names:
            under[works.pop()].append(duty)
    cut = _cut_plans(shares, holders)
    rows = []
    for action in sorted(alone.keys() | under.keys() | cut.keys()):
        lost = Loss(
            action,
            home[action],
            instruments=tuple(alone[action]),
            obligations=tuple(under[action]),
            plans=tuple(cut[action]),
        )
        rows.append(lost)
    return tuple(rows)


_PLAN_ITSELF = ""
"""What stands among the actions that reach a text where the plan names it of itself."""


def _holders(shares: Potential) -> dict[tuple[str, str], list[str]]:
    """The works of each plan that reach each text, by plan and text: its actions, and :data:`_PLAN_ITSELF`."""
    home = shares.works.home
    texts = shares.weights.texts
    holders: dict[tuple[str, str], list[str]] = defaultdict(list)
    table = shares.actions.table
    for row, column in zip(table.rows.tolist(), table.columns.tolist(), strict=True):
        action = shares.names[row]
        holders[home[action], texts[column]].append(action)
    carried = shares.own.table
    for row, column in zip(carried.rows.tolist(), carried.columns.tolist(), strict=True):
        holders[shares.works.plans[row], texts[column]].append(_PLAN_ITSELF)
    return holders


def _cut_plans(
    shares: Potential, holders: Mapping[tuple[str, str], Sequence[str]]
) -> defaultdict[str, list[str]]:
    """The plans an action's own would no longer share a text with: it alone holds all they share."""
    weights = shares.weights
    weighing = set()
    for text, general, gain in zip(weights.texts, weights.general, weights.gain, strict=True):
        if not general and gain > 0:
            weighing.add(text)
    texts: dict[str, set[str]] = defaultdict(set)
    for plan, text in holders:
        if text in weighing:
            texts[plan].add(text)
    cut = defaultdict[str, list[str]](list)
    for plan, neighbour in permutations(sorted(texts), 2):
        works = set[str]()
        for text in texts[plan] & texts[neighbour]:
            works.update(holders[plan, text])
        if len(works) == 1 and _PLAN_ITSELF not in works:
            cut[works.pop()].append(neighbour)
    return cut


FIELDS = (
    "indicator",
    "verification source",
    "expected result",
    "timeline",
    "means",
)
"""What an action can have."""


class ActionField(NamedTuple):
    """What was recorded of one of the five fields of an action, and how far."""

    action: str
    name: str
    presence: Standing


class Completeness(NamedTuple):
    """The five fields of one action.

    ``annotated`` is false where nothing at all was recorded of them. ``share`` is that of the five
    which is present, in [0,1], None where one of them was not read.
    """

    action: str
    plan: str
    fields: Mapping[str, Standing]
    annotated: bool
    share: float | None


def completeness(
    home: Mapping[str, str], fields: Iterable[ActionField], read: Collection[str] = ()
) -> tuple[Completeness, ...]:
    """For each action, each of the five fields as present, vague, absent or not read; the best of several counts.

    ``home`` gives the plan of each action. Of those in ``read`` all measures say was read: what was
    not recorded of them is absent. By plan and action.

    Source: the fields of PAN 2's own tables; presence as in the scheme « presence » of the
        ontology.
    """
    best: dict[tuple[str, str], Standing] = {}
    for action, name, presence in fields:
        best[action, name] = min(
            best.get((action, name), Standing.UNREAD), presence, key=SAID_OF["field"].index
        )
    annotated = {action for action, _ in best}
    rows = []
    for plan, action in sorted((plan, action) for action, plan in home.items()):
        unrecorded = Standing.ABSENT if action in read else Standing.UNREAD
        presences = {name: best.get((action, name), unrecorded) for name in FIELDS}
        counted = Counter(presences.values())
        share = None if counted[Standing.UNREAD] else counted[Standing.STATED] / len(FIELDS)
        rows.append(Completeness(action, plan, presences, action in annotated, share))
    return tuple(rows)
