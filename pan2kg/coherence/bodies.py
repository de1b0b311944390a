"""Who rests on what and who leads it: actions × instruments, bodies that should coordinate, actions one by one.

Worded neutrally: to coordinate, not to blame. A lead is what a source calls so; nothing is inferred.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from enum import StrEnum
from itertools import combinations
from typing import Final, NamedTuple

import numpy as np

from pan2kg.coherence.citations import Ordered
from pan2kg.coherence.evidence import HEADLINE, Basis, Level, Measured, counts
from pan2kg.coherence.texts import Incidence, Ints, Use, cells, summed
from pan2kg.coherence.weight import Pairs, Potential
from pan2kg.errors import QueryError
from pan2kg.i18n.message import Message, did_you_mean, either, told
from pan2kg.turtle.vocabulary import key


class PlanEntry(NamedTuple):
    """A plan, and how many measures its published text has where that is known.

    ``is_plan`` is false for what stands in for the plan of an action that has none (one reported in a
    review, for instance): such an action has links, but it makes no row of a matrix of plans.
    """

    iri: str
    published: int | None = None
    completeness: str = "unknown"
    is_plan: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Uses:
    """B[a,i] = 1 if action a rests on instrument i, and the same for what a plan says of itself (``own``).

    ``plan_of`` gives for each action the index of its plan. Actions, plans and instruments are sorted by IRI.
    """

    actions: tuple[str, ...]
    plans: tuple[PlanEntry, ...]
    plan_of: Ints
    instruments: tuple[str, ...]
    table: Incidence
    own: Incidence
    basis: Basis

    def find_action(self, name: str) -> int:
        """The index of an action by its IRI or key.

        Raises:
            QueryError: there is no such action; with the nearest names.

        >>> uses = uses_of([("a/1", "x")], {"a/1": "p"})
        >>> uses.find_action("1")
        0
        >>> uses.find_action("2")
        Traceback (most recent call last):
        pan2kg.errors.QueryError: There is no action « 2 » in the graph. ...
        """
        return _find(name, self.actions, told("an-action"), "no-action-in-graph")

    def find_plan(self, name: str) -> int:
        """The index of a plan by its IRI or key.

        Raises:
            QueryError: there is no such plan; with the nearest names.
        """
        return _find(name, [plan.iri for plan in self.plans], told("a-plan"), "no-plan-in-graph")

    def find_work(self, name: str) -> str:
        """The IRI of a plan or of an action by its IRI or key.

        Raises:
            QueryError: there is neither; with the nearest names of both.
        """
        works = tuple(dict.fromkeys((*(plan.iri for plan in self.plans), *self.actions)))
        return works[_find(name, works, either([told("a-plan"), told("an-action")]), "no-plan-nor-action")]

    def has_plan(self, action: int) -> bool:
        return self.plans[int(self.plan_of[action])].is_plan

    def home(self) -> dict[str, str]:
        return {action: self.plans[row].iri for action, row in zip(self.actions, self.plan_of.tolist(), strict=True)}

    def homes(self) -> dict[str, str]:
        """The plan of each action, and of each plan itself: what an action's text says, its plan says.

        Actions without a plan are not among them.
        """
        own = {plan.iri: plan.iri for plan in self.plans if plan.is_plan}
        return own | {action: plan for action, plan in self.home().items() if plan in own}

    def statements(self) -> list[tuple[str, str]]:
        works = [self.actions[row] for row in self.table.rows] + [self.plans[row].iri for row in self.own.rows]
        columns = np.concatenate([self.table.columns, self.own.columns]).tolist()
        return [(work, self.instruments[column]) for work, column in zip(works, columns, strict=True)]


def _find(name: str, iris: Sequence[str], wanted: Message, missing: str) -> int:
    exact = [place for place, iri in enumerate(iris) if iri == name]
    exact = exact or [place for place, iri in enumerate(iris) if key(iri) == name]
    if len(exact) == 1:
        return exact[0]
    if exact:
        candidates = either([iris[place] for place in exact[:3]])
        raise QueryError("may-mean", remedy="give-the-iri", name=name, named=candidates)
    near = get_close_matches(key(name), sorted({key(iri) for iri in iris}), n=3, cutoff=0.4)
    raise QueryError(missing, remedy=did_you_mean(near) if near else told("name-by-key", wanted=wanted), name=name)


def uses_of(
    pairs: Iterable[tuple[str, str]], plan_of: Mapping[str, str], *, plans: Iterable[PlanEntry] = (), release: str = "",
    as_of: date | None = None,
) -> Uses:  # fmt: skip
    """The matrix of the given statements of use.

    ``pairs`` are (work, instrument), where a work is an action of ``plan_of`` or a plan; others are left
    out. ``plan_of`` names every action with its plan, with or without an instrument: n counts them all. An
    action that is its own plan has none. Of a plan not among ``plans`` the number of measures is unknown.

    >>> uses = uses_of([("a", "U"), ("a", "K"), ("p", "U")], {"a": "p", "b": "p"})
    >>> uses.basis.n, uses.basis.annotated, uses.instruments, uses.own.counts.tolist()
    (2, 1, ('K', 'U'), [0, 1])
    """
    plan_by_iri = {plan.iri: plan for plan in plans}
    plan_by_iri |= {
        iri: PlanEntry(iri, is_plan=iri not in plan_of) for iri in plan_of.values() if iri not in plan_by_iri
    }  # fmt: skip
    actions, iris = sorted(plan_of), sorted(plan_by_iri)
    row, place = {iri: at for at, iri in enumerate(actions)}, {iri: at for at, iri in enumerate(iris)}
    stated = sorted({(work, text) for work, text in pairs if work in row or work in place})
    instruments = sorted({text for _, text in stated})
    table, own = (incidence(stated, rows, instruments) for rows in (row, place))
    number = sum(plan.is_plan for plan in plan_by_iri.values())
    basis = Basis(len(actions), int(np.count_nonzero(table.sizes)), number, release, as_of)
    home = np.array([place[plan_of[iri]] for iri in actions], dtype=np.int64)
    return Uses(tuple(actions), tuple(plan_by_iri[iri] for iri in iris), home, tuple(instruments), table, own, basis)


def incidence(pairs: Iterable[tuple[str, str]], rows: Mapping[str, int], names: Sequence[str]) -> Incidence:
    """The table with a one for each (row, name) of which the row is among ``rows``."""
    column = {name: at for at, name in enumerate(names)}
    places = [(rows[row], column[name]) for row, name in pairs if row in rows]
    return Incidence.of([row for row, _ in places], [at for _, at in places], shape=(len(rows), len(names)))


def limited(uses: Uses, wanted: AbstractSet[tuple[str, str]]) -> Uses:
    """The same actions and plans with only some of the (work, instrument), and the basis of all."""
    pairs = [pair for pair in uses.statements() if pair in wanted]
    return replace(uses_of(pairs, uses.home(), plans=uses.plans), basis=uses.basis)


class Profile(NamedTuple):
    """What is known of an action or plan beside its instruments: topics, target groups, leads, bodies."""

    work: str
    topics: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    leads: frozenset[str] = frozenset()
    bodies: frozenset[str] = frozenset()


LEAD: Final = "lead"
"""The key of the role by which a source calls a body the lead."""


class Involvement(NamedTuple):
    """The part a body has in a work, with its roles; ``level`` says on whose word it rests, None if on nobody's."""

    iri: str
    work: str
    body: str
    roles: frozenset[str]
    level: Level | None


def at_level(profiles: Iterable[Profile], involvements: Iterable[Involvement], at: Level) -> tuple[Profile, ...]:
    """The profiles with only those leads and bodies that have a part at a level of evidence or firmer."""
    valid = [involvement for involvement in involvements if counts(involvement.level, at)]
    involved = {(involvement.work, involvement.body) for involvement in valid}
    led = {(involvement.work, involvement.body) for involvement in valid if LEAD in involvement.roles}
    return tuple(
        profile._replace(
            leads=frozenset(body for body in profile.leads if (profile.work, body) in led),
            bodies=frozenset(body for body in profile.bodies if (profile.work, body) in involved),
        )
        for profile in profiles
    )


def meeting(profiles: Iterable[Profile]) -> set[tuple[str, str]]:
    """The pairs of bodies that have a part in one work."""
    return {pair for profile in profiles for pair in combinations(sorted(profile.bodies | profile.leads), 2)}


def co_led(home: Mapping[str, str], involvements: Iterable[Involvement], at: Level = HEADLINE) -> dict[Ordered, int]:
    """How many pairs of their actions have a lead in common, for each pair of plans of which leads are known.

    Only a lead on somebody's word at the level counts; a pair is missing where one plan's leads are not known.
    """
    led = {
        (involvement.work, involvement.body) for involvement in involvements
        if LEAD in involvement.roles and involvement.work in home and counts(involvement.level, at)
    }  # fmt: skip
    works = sorted({work for work, _ in led})
    plans = sorted({home[work] for work in works})
    row, place = {work: at for at, work in enumerate(works)}, {plan: at for at, plan in enumerate(plans)}
    lower, upper, _ = cells(incidence(led, row, sorted({body for _, body in led})))
    plan_of = np.array([place[home[work]] for work in works], dtype=np.int64)
    ends = np.sort(np.stack([plan_of[lower], plan_of[upper]]), axis=0) if len(works) else np.zeros((2, 0), np.int64)
    keys, number = np.unique(ends[0] * len(plans) + ends[1], return_counts=True)
    joint = dict(zip(keys.tolist(), number.tolist(), strict=True))
    return {pair: joint.get(place[pair[0]] * len(plans) + place[pair[1]], 0) for pair in combinations(plans, 2)}


class Fragmentation(NamedTuple):
    """A topic with two leads or more in a country, empty where it is not known: F = 1 − Σ share²."""

    topic: str
    leads: tuple[tuple[str, int], ...]
    value: float
    known: int
    actions: int
    country: str = ""


def fragmentation(
    uses: Uses, profiles: Iterable[Profile], country: Mapping[str, str] | None = None
) -> Measured[Fragmentation]:
    """For each topic with two leads or more, F = 1 − Σ_b share_b², in [0, 1 − 1/leads].

    ``country`` tells whose a work is: leads of two countries split nothing, so each country has its own F.

    share_b = the part of the leads on the topic's actions that are b's. ``known`` of ``actions`` on the
    topic name a lead at all. Highest first, then by IRI of the topic and of the country.

    Source: Simpson, E. H. (1949). Measurement of diversity. Nature 163, 688; the word is that of US GAO,
    Fragmentation, Overlap, and Duplication: An Evaluation and Management Guide, GAO-15-49SP (2015).
    """
    on_topic: dict[tuple[str, str], list[Profile]] = {}
    for profile in _actions(uses, profiles):
        for topic in profile.topics:
            on_topic.setdefault((topic, (country or {}).get(profile.work, "")), []).append(profile)
    rows = []
    for (topic, of), on in on_topic.items():
        number = Counter(lead for profile in on for lead in profile.leads)
        if len(number) > 1:
            leads = sorted(number.items(), key=lambda pair: (-pair[1], pair[0]))
            value = 1.0 - sum((count / number.total()) ** 2 for _, count in leads)
            with_lead = sum(bool(profile.leads) for profile in on)
            rows.append(Fragmentation(topic, tuple(leads), value, with_lead, len(on), of))
    rows.sort(key=lambda row: (-row.value, row.topic, row.country))
    return Measured(uses.basis, tuple(rows))


def _actions(uses: Uses, profiles: Iterable[Profile]) -> list[Profile]:
    actions = set(uses.actions)
    return sorted((profile for profile in profiles if profile.work in actions), key=lambda profile: profile.work)


class Overlap(NamedTuple):
    """Two actions with the same topic, and the same target group or instrument, under different leads.

    ``is_edition``: one is of an earlier edition of the plan of the other, which it may well take up; no overlap then.
    """

    one: str
    two: str
    topics: tuple[str, ...]
    groups: tuple[str, ...]
    instruments: tuple[str, ...]
    leads: tuple[tuple[str, ...], tuple[str, ...]]
    is_edition: bool = False

    @property
    def is_duplication_candidate(self) -> bool:
        return bool(self.topics and self.groups and self.instruments)


def overlaps(
    uses: Uses, profiles: Iterable[Profile], bits: Mapping[str, float], line: Mapping[str, str] | None = None, *,
    said: Iterable[Profile] = (), country: Mapping[str, str] | None = None,
) -> Measured[Overlap]:  # fmt: skip
    """Pairs of actions to coordinate: same topic, same target group or instrument, no lead in common.

    Only actions whose lead is known can overlap; a text without ``bits``, as for :func:`who_should_talk`, is not
    counted as shared. ``line`` names the line of editions of a plan (:class:`pan2kg.coherence.citations.Chronology`):
    actions of two editions are told apart. ``said`` are the profiles on whoever's word, where ``profiles`` are those of
    a level: actions that have a lead in common there do not overlap either. Nor do actions of two countries, where
    ``country`` tells whose each is. Sorted by the two actions.

    Source: US GAO, GAO-15-49SP (2015), as for :func:`fragmentation`.
    """
    led = [profile for profile in _actions(uses, profiles) if profile.leads]
    row = {profile.work: at for at, profile in enumerate(led)}
    pairs = [(profile.work, topic) for profile in led for topic in profile.topics]
    lower, upper, _ = cells(incidence(pairs, row, sorted({topic for _, topic in pairs})))
    place, home, line = {action: at for at, action in enumerate(uses.actions)}, uses.home(), line or {}
    leads, of = {profile.work: profile.leads for profile in (*led, *said)}, country or {}
    rows = []
    for left, right in ((led[a], led[b]) for a, b in zip(lower.tolist(), upper.tolist(), strict=True)):
        a, b = left.work, right.work
        if leads[a] & leads[b] or (a in of and b in of and of[a] != of[b]):
            continue
        groups = tuple(sorted(left.groups & right.groups))
        shared = np.intersect1d(uses.table.row(place[a]), uses.table.row(place[b])).tolist()
        instruments = tuple(
            uses.instruments[column] for column in shared if bits.get(uses.instruments[column], 0.0) > 0
        )
        if groups or instruments:
            plans = home[a], home[b]
            is_edition = plans[0] != plans[1] and plans[0] in line and line[plans[0]] == line.get(plans[1])
            topics, both = (
                tuple(sorted(left.topics & right.topics)),
                (tuple(sorted(left.leads)), tuple(sorted(right.leads))),
            )
            rows.append(Overlap(a, b, topics, groups, instruments, both, is_edition))
    return Measured(uses.basis, tuple(rows))


class Talk(NamedTuple):
    """Two bodies that should talk: they share linking instruments and no action or plan."""

    one: str
    two: str
    instruments: tuple[str, ...]
    bits: float


def who_should_talk(
    uses: Uses, profiles: Iterable[Profile], bits: Mapping[str, float], earlier: Iterable[tuple[str, str]], *,
    only: Iterable[str] | None = None, country: Mapping[str, str] | None = None,
) -> Measured[Talk]:  # fmt: skip
    """Pairs of bodies whose works rest on the same text while no work involves both.

    ``bits`` gives what each text weighs: a text without weight, such as a code or a whole agenda, joins nobody.
    ``earlier`` pairs each body with those whose name or remit it took over, over any number of changes: they are
    one. Two bodies that took over from the same one are not, since both are there to talk. Where ``profiles`` are those
    of a level, pairs that meet on a weaker word (:func:`meeting`) are to stand among them: they have met all the same.
    ``only`` restricts to some bodies, such as the ministries. ``country`` tells whose a work is: works of two countries
    bring nobody together. Most bits first, then by IRIs.

    Source: this project's definition, the same as that of the question « who-should-talk ».

    >>> uses = uses_of([("a", "K"), ("b", "K"), ("c", "L")], {"a": "p", "b": "q", "c": "q"})
    >>> profiles = [Profile("a", bodies=frozenset({"x"})), Profile("b", bodies=frozenset({"y"}))]
    >>> [(row.one, row.two, row.instruments) for row in who_should_talk(uses, profiles, {"K": 0.5}, [])]
    [('x', 'y', ('K',))]
    """
    chosen, of = None if only is None else frozenset(only), country or {}
    bodies_named: dict[str, set[str]] = {}
    for work, text in uses.statements():
        if bits.get(text, 0.0) > 0:
            bodies_named.setdefault(work, set()).add(text)
    # the texts the works of each body rest on, each with the countries of these works, empty where it is not known
    resting: dict[str, dict[str, set[str]]] = {}
    together = {(min(pair), max(pair)) for pair in earlier}
    for profile in profiles:
        everybody = profile.bodies | profile.leads
        bodies = sorted(everybody if chosen is None else everybody & chosen)
        together.update(combinations(bodies, 2))
        for body in bodies:
            texts = resting.setdefault(body, {})
            for text in bodies_named.get(profile.work, ()):
                texts.setdefault(text, set()).add(of.get(profile.work, ""))
    rows = []
    for body_a, body_b in combinations(sorted(resting), 2):
        texts_a, right = resting[body_a], resting[body_b]
        if (body_a, body_b) not in together and texts_a.keys() & right.keys():
            shared = [
                text for text in sorted(texts_a.keys() & right.keys())
                if texts_a[text] & right[text] or "" in texts_a[text] | right[text]
            ]  # fmt: skip
            if shared:
                rows.append(Talk(body_a, body_b, tuple(shared), sum(bits[text] for text in shared)))
    return Measured(uses.basis, tuple(sorted(rows, key=lambda row: (-row.bits, row.one, row.two))))


class Participation(NamedTuple):
    """How the links of an action spread over other plans: P in [0,1), what it shares in bits, how many plans."""

    action: str
    plan: str
    value: float
    total: float
    plans: int


def participation(shares: Potential, pairs: Pairs) -> tuple[Participation, ...]:
    """P_a = 1 − Σ_q (s_aq/s_a)² over the plans q other than its own that action a is linked to, in [0,1).

    s_aq = Σ_{b∈q} of the specific bits of a and b. Only actions with a link are listed, highest first, then by IRI.
    0 when all links go to one plan.

    Source: Guimerà, R. & Amaral, L. A. N. (2005). Functional cartography of complex metabolic networks.
    Nature 433, 895–900.

    >>> from pan2kg.coherence.evidence import Works
    >>> from pan2kg.coherence.texts import weigh
    >>> from pan2kg.coherence.weight import action_pairs, potential
    >>> works = Works(("p", "q", "r"), {"a": "p", "b": "q", "c": "r"})
    >>> uses = [Use(action, "K", 1.0, Level.PLAN) for action in "abc"]
    >>> shares = potential(works, weigh(works, uses), uses)
    >>> [(row.action, row.value) for row in participation(shares, action_pairs(shares))]
    [('a', 0.5), ('b', 0.5), ('c', 0.5)]
    """
    names, plans, home = shares.names, shares.works.plans, shares.home
    is_linked = pairs.low > 0
    lower, upper, bits = (
        pairs.one[is_linked].astype(np.int64),
        pairs.two[is_linked].astype(np.int64),
        pairs.low[is_linked],
    )
    # what each action shares with each plan: each side of a pair is added up for itself
    limit = len(names) * len(plans)
    sides = [summed(a * len(plans) + home[b], bits, limit) for a, b in ((lower, upper), (upper, lower))]
    keys = np.union1d(sides[0][0], sides[1][0])
    sums = np.zeros(len(keys))
    for places, values in sides:
        sums[np.searchsorted(keys, places)] += values
    actions = keys // max(len(plans), 1)
    spread, total, squares = (
        np.bincount(actions, weights=values, minlength=len(names)) for values in (None, sums, sums**2)
    )
    linked = np.flatnonzero(spread)
    value = np.zeros(len(names))
    value[linked] = np.clip(1.0 - squares[linked] / total[linked] ** 2, 0.0, 1.0)
    value[spread == 1] = 0.0
    order = linked[np.lexsort((linked, -np.round(value[linked], 12)))]
    return tuple(
        Participation(names[a], plans[home[a]], float(value[a]), float(total[a]), int(spread[a])) for a in order
    )


class Loss(NamedTuple):
    """What would be lost if an action were dropped.

    ``instruments``: the texts no other action of its plan names and the plan does not name itself.
    ``obligations``: those that no other work answers.
    ``plans``: those its plan shares a text with by this action alone.
    """

    action: str
    plan: str
    instruments: tuple[str, ...]
    obligations: tuple[str, ...]
    plans: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.instruments or self.obligations or self.plans)


def losses(
    shares: Potential, uses: Iterable[Use], duties: Mapping[str, Collection[str]] | None = None
) -> tuple[Loss, ...]:
    """What each action alone holds, for the actions that hold something, by IRI.

    ``uses`` are those that count at the level, ``duties`` gives for each obligation the works that answer it: it is
    lost with the only one. A pair of plans counts as linked while it shares a text that is not general; weights stay
    what they are.

    Source: this project's definition (criticality by removal).

    >>> from pan2kg.coherence.evidence import Works
    >>> from pan2kg.coherence.texts import weigh
    >>> from pan2kg.coherence.weight import potential
    >>> works = Works(("p", "q"), {"a": "p", "b": "q", "c": "q"})
    >>> uses = [Use(*pair, 1.0, Level.PLAN) for pair in (("a", "K"), ("b", "K"), ("c", "L"))]
    >>> shares = potential(works, weigh(works, uses), uses)
    >>> [(row.action, row.instruments, row.plans) for row in losses(shares, uses, {"o": {"c"}})]
    [('a', ('K',), ('q',)), ('b', ('K',), ('p',)), ('c', ('L',), ())]
    """
    home, plans, weights, names = shares.works.home, shares.works.plans, shares.weights, set(shares.names)
    # the works of each plan that reach each text: its actions, and the plan itself as an empty name
    holders: dict[tuple[str, str], list[str]] = defaultdict(list)
    table, own = shares.actions.table, shares.own.table
    for row, column in zip(table.rows.tolist(), table.columns.tolist(), strict=True):
        holders[home[shares.names[row]], weights.texts[column]].append(shares.names[row])
    for row, column in zip(own.rows.tolist(), own.columns.tolist(), strict=True):
        holders[plans[row], weights.texts[column]].append("")
    alone: dict[str, list[str]] = defaultdict(list)
    for work, text in sorted({(use.work, use.text) for use in uses}):
        if work in names and holders.get((home[work], text)) == [work]:
            alone[work].append(text)
    under: dict[str, list[str]] = defaultdict(list)
    for duty, answering in sorted((duties or {}).items()):
        if len(only := set(answering)) == 1 and only <= names:
            under[only.pop()].append(duty)
    # the plans an action's own would no longer share a text with: it alone holds all they share
    weighing = {
        text for text, general, gain in zip(weights.texts, weights.general, weights.gain, strict=True)
        if not general and gain > 0
    }  # fmt: skip
    texts: dict[str, set[str]] = defaultdict(set)
    for plan, text in holders:
        if text in weighing:
            texts[plan].add(text)
    cut: dict[str, list[str]] = defaultdict(list)
    for plan, other in ((p, q) for p in sorted(texts) for q in sorted(texts) if p != q and texts[p] & texts[q]):
        works = {work for text in texts[plan] & texts[other] for work in holders[plan, text]}
        if len(works) == 1 and "" not in works:
            cut[works.pop()].append(other)
    return tuple(
        Loss(action, home[action], *(tuple(lost.get(action, ())) for lost in (alone, under, cut)))
        for action in sorted(alone.keys() | under.keys() | cut.keys())
    )


def loss(
    shares: Potential, uses: Iterable[Use], action: str, duties: Mapping[str, Collection[str]] | None = None
) -> Loss:
    """What is lost with one action, by IRI; empty when nothing is.

    Raises:
        KeyError: an action without a plan, or none.
    """
    by_action = {row.action: row for row in losses(shares, uses, duties)}
    return by_action.get(action, Loss(action, shares.works.home[action], (), (), ()))


FIELDS: Final = ("indicator", "verification source", "expected result", "timeline", "means")
"""The five things PAN 2 says of each action."""


class Presence(StrEnum):
    """How much the plan gives: something that can be verified, something vague, or nothing."""

    PRESENT = "present"
    VAGUE = "vague"
    ABSENT = "absent"

    @property
    def rank(self) -> int:
        """0 for absent, 2 for present."""
        return 2 - list(Presence).index(self)


class ActionField(NamedTuple):
    action: str
    name: str
    presence: Presence


class Completeness(NamedTuple):
    """The five fields of one action.

    ``annotated`` is false where nothing at all was recorded of them: then « absent » only means not read.
    """

    action: str
    plan: str
    fields: tuple[tuple[str, Presence], ...]
    annotated: bool

    def number(self, presence: Presence) -> int:
        return sum(given is presence for _, given in self.fields)

    @property
    def share(self) -> float | None:
        """The share of the five that is present, in [0,1]; None where nothing was recorded."""
        return self.number(Presence.PRESENT) / len(FIELDS) if self.annotated else None


def of_timeline(timeline: str) -> Presence:
    """What a timeline counts as: dated and relative ones are present, « as soon as possible » is vague."""
    presences = {"dated": Presence.PRESENT, "relative": Presence.PRESENT, "vague": Presence.VAGUE}
    return presences.get(timeline, Presence.ABSENT)


def completeness(home: Mapping[str, str], fields: Iterable[ActionField]) -> tuple[Completeness, ...]:
    """For each action, each of the five fields as present, vague or absent; the best of several counts.

    ``home`` gives the plan of each action. By plan and action.

    Source: the fields of PAN 2's own tables; presence as in the scheme « presence » of the ontology.

    >>> fields = [ActionField("a", "timeline", Presence.VAGUE), ActionField("a", "indicator", Presence.PRESENT)]
    >>> a, b = completeness({"a": "p", "b": "p"}, fields)
    >>> a.share, a.number(Presence.VAGUE), b.share
    (0.2, 1, None)
    """
    best: dict[tuple[str, str], Presence] = {}
    for field in fields:
        place = field.action, field.name
        best[place] = max(best.get(place, Presence.ABSENT), field.presence, key=lambda presence: presence.rank)
    annotated = {action for action, _ in best}
    return tuple(
        Completeness(
            action, plan, tuple((name, best.get((action, name), Presence.ABSENT)) for name in FIELDS),
            action in annotated,
        )
        for plan, action in sorted((plan, action) for action, plan in home.items())
    )  # fmt: skip
