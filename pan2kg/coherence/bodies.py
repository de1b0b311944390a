"""Who rests on what and who leads it: actions × instruments, bodies to coordinate, actions one by one, editions.

Worded neutrally: to coordinate, not to blame. A lead is what a source calls so; nothing is
inferred. Similar titles are no source of links: among five that are nearest, hardly one is a link
that is known. They only put what a person is looking for near the beginning of a list.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from itertools import combinations, permutations
from operator import attrgetter
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pan2kg.coherence import citations, evidence
from pan2kg.coherence.known import Known
from pan2kg.coherence.texts import Incidence, Use, cells, summed
from pan2kg.coherence.weight import Pairs, Potential, Weight
from pan2kg.errors import QueryError


class PlanEntry(NamedTuple):
    """A plan, and how many measures its published text has where that is known.

    ``is_plan`` is false for what stands in for the plan of an action that has none: it makes no row
    of a matrix of plans.
    """

    iri: str
    published: int | None = None
    completeness: str = "unknown"
    is_plan: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Uses:
    """B[a,i] = 1 if action a rests on instrument i, and the same for what a plan says of itself (``own``).

    ``home`` names the plan of each action, ``homes`` that of each action that has one and of each
    plan itself: what an action's text says, its plan says; ``stated`` are the pairs of work and
    instrument. All are sorted by IRI.
    """

    home: Mapping[str, str]
    homes: Mapping[str, str]
    actions: tuple[str, ...]
    plans: tuple[PlanEntry, ...]
    instruments: tuple[str, ...]
    table: Incidence
    own: Incidence
    stated: tuple[tuple[str, str], ...]
    basis: evidence.Basis


def uses_of(
    pairs: Iterable[tuple[str, str]],
    plan_of: Mapping[str, str],
    *,
    plans: Iterable[PlanEntry] = (),
    release: str = "",
    as_of: date | None = None,
) -> Uses:
    """The matrix of pairs of work and instrument, a work being an action of ``plan_of`` or a plan; others are left out.

    ``plan_of`` names every action with its plan, with or without an instrument: n counts them all.
    An action that is its own plan has none. Of a plan not among ``plans`` the number of measures is
    unknown.
    """
    plan_by_iri = {plan.iri: plan for plan in plans}
    plan_by_iri |= {
        iri: PlanEntry(iri, is_plan=iri not in plan_of)
        for iri in plan_of.values()
        if iri not in plan_by_iri
    }
    actions = sorted(plan_of)
    iris = sorted(plan_by_iri)
    stated = sorted(
        {(work, text) for work, text in pairs if work in plan_of or work in plan_by_iri}
    )
    instruments = sorted({text for _, text in stated})
    table, own = (Incidence.named(stated, rows, instruments) for rows in (actions, iris))
    number = sum(plan.is_plan for plan in plan_by_iri.values())
    basis = evidence.Basis(len(actions), int(np.count_nonzero(table.sizes)), number, release, as_of)
    home = {action: plan_of[action] for action in actions}
    entries = tuple(plan_by_iri[iri] for iri in iris)
    homes = {plan.iri: plan.iri for plan in plan_by_iri.values() if plan.is_plan}
    homes |= {action: plan for action, plan in home.items() if plan in homes}
    return Uses(
        home, homes, tuple(actions), entries, tuple(instruments), table, own, tuple(stated), basis
    )


class Profile(NamedTuple):
    work: str
    topics: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    leads: frozenset[str] = frozenset()
    bodies: frozenset[str] = frozenset()

    @property
    def everybody(self) -> frozenset[str]:
        return self.bodies | self.leads


LEAD: Final = "lead"  # the key of the role by which a source calls a body so


class Involvement(NamedTuple):
    iri: str
    work: str
    body: str
    roles: frozenset[str]
    level: evidence.Level | None


def at_level(
    profiles: Iterable[Profile], involvements: Iterable[Involvement], at: evidence.Level
) -> tuple[Profile, ...]:
    valid = [involvement for involvement in involvements if evidence.counts(involvement.level, at)]
    involved = {(involvement.work, involvement.body) for involvement in valid}
    led = {
        (involvement.work, involvement.body) for involvement in valid if LEAD in involvement.roles
    }
    return tuple(
        profile._replace(
            leads=frozenset(body for body in profile.leads if (profile.work, body) in led),
            bodies=frozenset(body for body in profile.bodies if (profile.work, body) in involved),
        )
        for profile in profiles
    )


def meeting(profiles: Iterable[Profile]) -> set[tuple[str, str]]:
    return {pair for profile in profiles for pair in combinations(sorted(profile.everybody), 2)}


def co_led(
    home: Mapping[str, str],
    involvements: Iterable[Involvement],
    at: evidence.Level = evidence.HEADLINE,
) -> dict[citations.Ordered, int]:
    """How many pairs of their actions have a lead in common, for each pair of plans of which leads are known.

    Only a lead on somebody's word at the level counts; a pair is missing where one plan's leads are
    not known.
    """
    led = {
        (involvement.work, involvement.body)
        for involvement in involvements
        if involvement.work in home
        and LEAD in involvement.roles
        and evidence.counts(involvement.level, at)
    }
    works = sorted({work for work, _ in led})
    plans = sorted({home[work] for work in works})
    place = {plan: at for at, plan in enumerate(plans)}
    lower, upper, _ = cells(Incidence.named(led, works, sorted({body for _, body in led})))
    plan_of = np.array([place[home[work]] for work in works], dtype=np.int64)
    ends = (
        np.sort(np.stack([plan_of[lower], plan_of[upper]]), axis=0)
        if len(works)
        else np.zeros((2, 0), np.int64)
    )
    keys, number = np.unique(ends[0] * len(plans) + ends[1], return_counts=True)
    joint = dict(zip(keys.tolist(), number.tolist(), strict=True))
    return {
        pair: joint.get(place[pair[0]] * len(plans) + place[pair[1]], 0)
        for pair in combinations(plans, 2)
    }


class Coordination(NamedTuple):
    """What bodies might coordinate: a fragmented topic, two actions that overlap, or two bodies that should talk.

    ``kind`` is « fragmentation », « overlap », « duplication » (topic, target group and instrument
    are all shared), « edition » (one action is of an earlier edition of the plan of the other,
    which it may well take up) or « talk ». ``known`` of ``of`` actions name a lead; ``value`` is F
    of a topic, or the bits two bodies share.
    """

    kind: str
    topics: tuple[str, ...] = ()
    bodies: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    instruments: tuple[str, ...] = ()
    value: float | None = None
    known: int | None = None
    of: int | None = None
    country: str = ""

    @property
    def place(self) -> tuple[str, ...]:
        if self.kind == "fragmentation":
            return (*self.topics, self.country)
        return (
            self.bodies if self.kind == "talk" else (*self.actions, str(self.kind == "duplication"))
        )


def fragmentation(
    uses: Uses, profiles: Iterable[Profile], country: Mapping[str, str] | None = None
) -> tuple[Coordination, ...]:
    """For each topic with two leads or more in a country, F = 1 − Σ_b share_b², in [0, 1 − 1/leads].

    share_b = the part of the leads on the topic's actions that are b's. Bodies are in the order of
    how many they lead. Highest first, then by IRI of the topic and of the country, as ``country``
    tells whose a work is.

    Source: Simpson, E. H. (1949). Measurement of diversity. Nature 163, 688; the word is that of US
    GAO, Fragmentation, Overlap, and Duplication: An Evaluation and Management Guide, GAO-15-49SP
    (2015).
    """
    on_topic: dict[tuple[str, str], list[Profile]] = {}
    actions = set(uses.actions)
    for profile in sorted(profiles, key=attrgetter("work")):
        for topic in profile.topics if profile.work in actions else ():
            on_topic.setdefault((topic, (country or {}).get(profile.work, "")), []).append(profile)
    findings = []
    for (topic, of), on in on_topic.items():
        number = Counter(lead for profile in on for lead in profile.leads)
        if len(number) > 1:
            bodies = tuple(sorted(number, key=lambda body: (-number[body], body)))
            led = tuple(profile.work for profile in on if profile.leads)
            value = 1.0 - sum((number[body] / number.total()) ** 2 for body in bodies)
            findings.append(
                Coordination(
                    "fragmentation", (topic,), bodies, led, (), (), value, len(led), len(on), of
                )
            )
    return tuple(
        sorted(
            findings, key=lambda finding: (-(finding.value or 0.0), finding.topics, finding.country)
        )
    )


def overlaps(
    uses: Uses,
    profiles: Iterable[Profile],
    bits: Mapping[str, float],
    line: Mapping[str, str] | None = None,
    *,
    said: Iterable[Profile] = (),
    country: Mapping[str, str] | None = None,
) -> tuple[Coordination, ...]:
    """Pairs of actions to coordinate: same topic, same target group or text with ``bits``, no lead in common.

    Only actions whose lead is known can overlap. ``line`` names the line of editions of a plan:
    actions of two editions are told apart. ``said`` are the profiles on whoever's word, where
    ``profiles`` are those of a level: actions that have a lead in common there do not overlap
    either. Nor do actions of two countries. Sorted by the two actions.

    Source: US GAO, GAO-15-49SP (2015), as for :func:`fragmentation`.
    """
    actions = set(uses.actions)
    led = [profile for profile in profiles if profile.leads and profile.work in actions]
    led.sort(key=attrgetter("work"))
    leads = {profile.work: profile.leads for profile in (*led, *said)}
    country = country or {}
    texts_of = _weighing_texts(uses, bits)
    findings = []
    for one, two in _same_topic(led):
        works = (one.work, two.work)
        is_abroad = _differ(country, works)
        if leads[one.work] & leads[two.work] or is_abroad:
            continue
        groups = tuple(sorted(one.groups & two.groups))
        texts = texts_of(*works)
        if not groups and not texts:
            continue
        if _are_editions(line or {}, uses.home[one.work], uses.home[two.work]):
            kind = "edition"
        elif groups and texts:
            kind = "duplication"
        else:
            kind = "overlap"
        topics = tuple(sorted(one.topics & two.topics))
        bodies = (*sorted(one.leads), *sorted(two.leads))
        findings.append(Coordination(kind, topics, bodies, works, groups, texts, None, 2, 2))
    return tuple(findings)


def _same_topic(profiles: Sequence[Profile]) -> Iterator[tuple[Profile, Profile]]:
    # each two profiles with a topic in common, in their order
    pairs = [(profile.work, topic) for profile in profiles for topic in profile.topics]
    works = [profile.work for profile in profiles]
    table = Incidence.named(pairs, works, sorted({topic for _, topic in pairs}))
    lower, upper, _ = cells(table)
    for one, two in zip(lower.tolist(), upper.tolist(), strict=True):
        yield profiles[one], profiles[two]


def _weighing_texts(uses: Uses, bits: Mapping[str, float]) -> Callable[[str, str], tuple[str, ...]]:
    # the texts with weight that two actions rest on
    place = {action: at for at, action in enumerate(uses.actions)}

    def shared(one: str, two: str) -> tuple[str, ...]:
        columns = np.intersect1d(uses.table.row(place[one]), uses.table.row(place[two]))
        texts = (uses.instruments[at] for at in columns.tolist())
        return tuple(text for text in texts if bits.get(text, 0.0) > 0)

    return shared


def _differ(value: Mapping[str, str], works: tuple[str, str]) -> bool:
    # whether both have a value, and not the same
    one, two = (value.get(work) for work in works)
    return one is not None and two is not None and one != two


def _are_editions(line: Mapping[str, str], plan: str, other_plan: str) -> bool:
    return plan != other_plan and plan in line and line[plan] == line.get(other_plan)


def who_should_talk(
    uses: Uses,
    profiles: Iterable[Profile],
    bits: Mapping[str, float],
    earlier: Iterable[tuple[str, str]],
    *,
    only: Iterable[str] | None = None,
    country: Mapping[str, str] | None = None,
) -> tuple[Coordination, ...]:
    """Pairs of bodies whose works rest on the same text while no work involves both; most bits first, then by IRIs.

    ``bits`` gives what each text weighs: a text without weight, such as a code or a whole agenda,
    joins nobody. ``earlier`` pairs each body with those whose name or remit it took over, over any
    number of changes: they are one; two that took over from the same one are not. Where
    ``profiles`` are those of a level, pairs that meet on a weaker word (:func:`meeting`) stand
    among them: they have met all the same. ``only`` restricts to some bodies. Works of two
    countries bring nobody together.

    Source: this project's definition, the same as that of the question « who-should-talk ».
    """
    chosen = None if only is None else frozenset(only)
    of = country or {}
    texts_of: dict[str, set[str]] = {}
    for work, text in uses.stated:
        if bits.get(text, 0.0) > 0:
            texts_of.setdefault(work, set()).add(text)
    # the works of each body that rest on each text
    resting: dict[str, dict[str, list[str]]] = {}
    together = {(min(pair), max(pair)) for pair in earlier}
    for profile in profiles:
        bodies = sorted(profile.everybody if chosen is None else profile.everybody & chosen)
        together.update(combinations(bodies, 2))
        for body in bodies:
            texts = resting.setdefault(body, {})
            for text in texts_of.get(profile.work, ()):
                texts.setdefault(text, []).append(profile.work)
    findings = []
    actions = set(uses.actions)
    for pair in combinations(sorted(resting), 2):
        texts_a, texts_b = (resting[body] for body in pair)
        if pair in together:
            continue
        shared = []
        works = set[str]()
        for text in sorted(texts_a.keys() & texts_b.keys()):
            # of which country a work is may not be known: it may be of any
            lands_a, lands_b = (
                {of.get(work, "") for work in side[text]} for side in (texts_a, texts_b)
            )
            if lands_a & lands_b or "" in lands_a | lands_b:
                shared.append(text)
                works.update(texts_a[text], texts_b[text])
        if shared:
            value = sum(bits[text] for text in shared)
            findings.append(
                Coordination(
                    "talk", (), pair, tuple(sorted(works & actions)), (), tuple(shared), value
                )
            )
    return tuple(sorted(findings, key=lambda finding: (-(finding.value or 0.0), finding.bodies)))


def participation(
    shares: Potential, pairs: Pairs
) -> tuple[tuple[str, str, float, float, int], ...]:
    """P_a = 1 − Σ_q (s_aq/s_a)² over the plans q other than its own that action a is linked to, in [0,1).

    s_aq = Σ_{b∈q} of the specific bits of a and b. Of each linked action: its plan, P, what it
    shares in bits, with how many plans; highest P first, then by IRI. 0 when all links go to one
    plan.

    Source: Guimerà, R. & Amaral, L. A. N. (2005). Functional cartography of complex metabolic
    networks. Nature 433, 895.
    """
    names = shares.names
    plans = shares.works.plans
    home = shares.home
    is_linked = pairs.low > 0
    lower, upper = (side[is_linked].astype(np.int64) for side in (pairs.one, pairs.two))
    bits = pairs.low[is_linked]
    # what each action shares with each plan: each side of a pair is added up for itself
    limit = len(names) * len(plans)
    sides = [
        summed(a * len(plans) + home[b], bits, limit) for a, b in ((lower, upper), (upper, lower))
    ]
    keys = np.union1d(sides[0][0], sides[1][0])
    sums = np.zeros(len(keys))
    for places, values in sides:
        sums[np.searchsorted(keys, places)] += values
    actions = keys // max(len(plans), 1)
    spread, total, squares = (
        np.bincount(actions, weights=values, minlength=len(names))
        for values in (None, sums, sums**2)
    )
    linked = np.flatnonzero(spread)
    value = np.zeros(len(names))
    value[linked] = np.clip(1.0 - squares[linked] / total[linked] ** 2, 0.0, 1.0)
    value[spread == 1] = 0.0
    order = linked[np.lexsort((linked, -np.round(value[linked], 12)))]
    return tuple(
        (names[a], plans[home[a]], float(value[a]), float(total[a]), int(spread[a])) for a in order
    )


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
    shares: Potential, uses: Iterable[Use], duties: Mapping[str, Collection[str]] | None = None
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
    for duty, answering in sorted((duties or {}).items()):
        works = set(answering)
        if len(works) == 1 and works <= names:
            under[works.pop()].append(duty)
    cut = _cut_plans(shares, holders)
    lost = (alone, under, cut)
    return tuple(
        Loss(action, home[action], *(tuple(kind.get(action, ())) for kind in lost))
        for action in sorted(alone.keys() | under.keys() | cut.keys())
    )


def _holders(shares: Potential) -> dict[tuple[str, str], list[str]]:
    # the works of each plan that reach each text: its actions, and the plan itself as an empty name
    home = shares.works.home
    texts = shares.weights.texts
    holders: dict[tuple[str, str], list[str]] = defaultdict(list)
    table = shares.actions.table
    for row, column in zip(table.rows.tolist(), table.columns.tolist(), strict=True):
        action = shares.names[row]
        holders[home[action], texts[column]].append(action)
    carried = shares.own.table
    for row, column in zip(carried.rows.tolist(), carried.columns.tolist(), strict=True):
        holders[shares.works.plans[row], texts[column]].append("")
    return holders


def _cut_plans(
    shares: Potential, holders: Mapping[tuple[str, str], Sequence[str]]
) -> dict[str, list[str]]:
    # the plans an action's own would no longer share a text with: it alone holds all they share
    weights = shares.weights
    weighing = set[str]()
    for text, general, gain in zip(weights.texts, weights.general, weights.gain, strict=True):
        if not general and gain > 0:
            weighing.add(text)
    texts: dict[str, set[str]] = defaultdict(set)
    for plan, text in holders:
        if text in weighing:
            texts[plan].add(text)
    cut: dict[str, list[str]] = defaultdict(list)
    for plan, neighbour in permutations(sorted(texts), 2):
        works = set[str]()
        for text in texts[plan] & texts[neighbour]:
            works.update(holders[plan, text])
        if len(works) == 1 and "" not in works:
            cut[works.pop()].append(neighbour)
    return cut


FIELDS: Final = (
    "indicator",
    "verification source",
    "expected result",
    "timeline",
    "means",
)  # what an action can have


class Presence(StrEnum):
    PRESENT = "present"
    VAGUE = "vague"
    ABSENT = "absent"
    UNREAD = "unread"


ActionField = tuple[str, str, Presence]  # what was recorded of one of the five fields of an action


class Completeness(NamedTuple):
    """The five fields of one action.

    ``annotated`` is false where nothing at all was recorded of them. ``share`` is that of the five
    which is present, in [0,1], None where one of them was not read.
    """

    action: str
    plan: str
    fields: tuple[tuple[str, Presence], ...]
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
    best: dict[tuple[str, str], Presence] = {}
    for action, name, presence in fields:
        best[action, name] = min(
            best.get((action, name), Presence.UNREAD), presence, key=list(Presence).index
        )
    annotated = {action for action, _ in best}
    rows = []
    for plan, action in sorted((plan, action) for action, plan in home.items()):
        unrecorded = Presence.ABSENT if action in read else Presence.UNREAD
        presences = tuple((name, best.get((action, name), unrecorded)) for name in FIELDS)
        counted = Counter(presence for _, presence in presences)
        share = None if counted[Presence.UNREAD] else counted[Presence.PRESENT] / len(FIELDS)
        rows.append(Completeness(action, plan, presences, action in annotated, share))
    return tuple(rows)


# One edition of a plan and the next, on the same weights; and how similar two titles are


@dataclass(frozen=True, slots=True)
class Titles:
    """Titles to be put in order: the weights of their runs as a sparse matrix, in the order of titles.

    A title is the vector of its runs of 3 to 5 characters with weights tf · (ln((1 + N)/(1 + df)) +
    1) over these N titles; similarity is the cosine. Case makes no difference. It is made once for
    a list, and asked for each title that is looked for: that is one product of the matrix with a
    vector.

    Source: the weighting of Salton, G. and Buckley, C. (1988), Term-weighting approaches in
    automatic text retrieval, with the smoothed idf that is usual for short texts.
    """

    number: Mapping[str, int]
    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    weight: NDArray[np.float64]
    weighed: NDArray[np.float64]
    lengths: NDArray[np.float64]

    @classmethod
    def read(cls, titles: Sequence[str]) -> "Titles":
        runs_of = [_runs(title) for title in titles]
        number = {
            run: place
            for place, run in enumerate(dict.fromkeys(run for runs in runs_of for run in runs))
        }
        rows = np.array([row for row, runs in enumerate(runs_of) for _ in runs], dtype=np.intp)
        columns = np.array([number[run] for runs in runs_of for run in runs], dtype=np.intp)
        frequency = np.array(
            [count for runs in runs_of for count in runs.values()], dtype=np.float64
        )
        weight = np.log((1 + len(titles)) / (1 + np.bincount(columns, minlength=len(number)))) + 1
        weighed = frequency * weight[columns]
        return cls(
            number,
            rows,
            columns,
            weight,
            weighed,
            np.sqrt(np.bincount(rows, weighed**2, len(titles))),
        )

    def nearest(self, title: str, most: int | None = None) -> list[int]:
        """The places of the titles, the most similar first; ``most`` of them, or all.

        >>> Titles.read(["Acheter durable", "Formation des juges", "Juger"]).nearest("Former les juges")
        [1, 2, 0]
        """
        of_title = np.zeros(len(self.number))
        for run, count in _runs(title).items():
            if run in self.number:
                of_title[self.number[run]] = count * self.weight[self.number[run]]
        shared = np.bincount(
            self.rows, self.weighed * of_title[self.columns], minlength=len(self.lengths)
        )
        likeness = np.divide(
            shared, self.lengths, out=np.zeros(len(self.lengths)), where=self.lengths > 0
        )
        return [int(place) for place in np.argsort(-likeness, kind="stable")[:most]]


@lru_cache(maxsize=1 << 8)  # of a plan they are compared with those of each plan it meets
def _runs(title: str) -> Counter[str]:
    words = f" {' '.join(title.casefold().split())} "
    return Counter(
        [words[at : at + size] for size in (3, 4, 5) for at in range(len(words) - size + 1)]
    )


_EXTENDING: Final = frozenset({"extends", "merges", "splits", "complements", "builds-on"})


class Succession(NamedTuple):
    """A link by which an action takes up an earlier one, or an earlier plan as a whole."""

    later: str
    earlier: str
    relation: str = "continues"
    level: evidence.Level | None = evidence.Level.PLAN
    link: str = ""

    @property
    def ground(self) -> str:
        if self.level is evidence.Level.MACHINE:
            return "suggested"
        return "stated" if self.level and self.level < evidence.Level.EDITORS else "concluded"


class Fate(StrEnum):
    """What became of an action of the earlier edition, or where one of the later comes from."""

    RETAINED = "retained"
    EXTENDED = "extended"
    DROPPED = "dropped"
    NEW = "new"
    CONTINUING_PLAN = "continuing-plan"
    NOT_SEEN = "not-seen"
    NOT_ASSESSED = "not-assessed"


class ActionFate(NamedTuple):
    """An action of either edition, its fate, its counterparts in the other, and the firmest ground of what aligns them.

    ``similar`` is the action of the other edition with the most similar title, where each is the
    most similar of the other: a suggestion, and no counterpart. ``links`` say what the fate is.
    """

    action: str
    fate: Fate
    others: tuple[str, ...]
    ground: str = ""
    similar: str = ""
    links: tuple[str, ...] = ()


def fates(
    home: Mapping[str, str],
    base: str,
    later_plan: str,
    successions: Iterable[Succession],
    *,
    is_read: bool = True,
) -> tuple[ActionFate, ...]:
    """The actions of the base edition as retained, extended or dropped, those of the new one that are new.

    An action of the new one that takes up no action, but the base edition as a whole, is neither new
    nor without a predecessor: it continues the plan. Where no succession between actions of the two
    is recorded at all, nothing can be said of the others: « not assessed ». Unless both lists are
    complete and the new edition was read to its end for what it refers to (``is_read``), an action
    without a counterpart is neither dropped nor new: none was seen. What a program only suggests
    aligns nothing.

    Source: this project's definition.
    """
    early = {action for action, plan in home.items() if plan == base}
    late = {action for action, plan in home.items() if plan == later_plan}
    aligned: dict[str, list[Succession]] = defaultdict(list)
    continuing: dict[str, list[Succession]] = defaultdict(list)
    for pair in sorted(successions, key=lambda pair: (pair.earlier, pair.later, pair.relation)):
        if pair.later not in late or pair.ground == "suggested":
            continue
        if pair.earlier in early:
            aligned[pair.earlier].append(pair)
        elif pair.earlier == base:
            continuing[pair.later].append(pair)
    if not aligned:
        dropped = fresh = Fate.NOT_ASSESSED
    elif is_read:
        dropped = Fate.DROPPED
        fresh = Fate.NEW
    else:
        dropped = fresh = Fate.NOT_SEEN
    rows = []
    for action in sorted(early):
        if action in aligned:
            rows.append(_continued(action, aligned[action]))
        else:
            rows.append(ActionFate(action, dropped, ()))
    followers = {pair.later for pairs in aligned.values() for pair in pairs}
    for action in sorted(late - followers):
        if action in continuing:
            rows.append(_continuing_plan(action, continuing[action]))
        else:
            rows.append(ActionFate(action, fresh, ()))
    return tuple(rows)


def _continued(action: str, pairs: Sequence[Succession]) -> ActionFate:
    counterparts = tuple(dict.fromkeys(pair.later for pair in pairs))
    is_extended = len(counterparts) > 1 or any(pair.relation in _EXTENDING for pair in pairs)
    fate = Fate.EXTENDED if is_extended else Fate.RETAINED
    return ActionFate(action, fate, counterparts, _firmest_ground(pairs), links=_links(pairs))


def _continuing_plan(action: str, pairs: Sequence[Succession]) -> ActionFate:
    ground = _firmest_ground(pairs)
    return ActionFate(action, Fate.CONTINUING_PLAN, (), ground, links=_links(pairs))


def _firmest_ground(pairs: Iterable[Succession]) -> str:
    return max(pair.ground for pair in pairs)  # « stated » comes after « concluded »


def _links(pairs: Iterable[Succession]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(pair.link for pair in pairs if pair.link))


def suggested(
    rows: Iterable[ActionFate], base: Mapping[str, str], later: Mapping[str, str]
) -> tuple[ActionFate, ...]:
    """The same with suggestions for the actions without a counterpart, by their titles in one language.

    Two titles suggest each other where each is the most similar of the other edition's: that aligns
    nothing.
    """
    similar: dict[str, str] = {}
    if base and later:
        ways = []
        for titles, counterparts in ((base, later), (later, base)):
            actions = sorted(counterparts)
            listed = Titles.read([counterparts[action] for action in actions])
            ways.append(
                {action: actions[listed.nearest(title, 1)[0]] for action, title in titles.items()}
            )
        pairs = [
            (action, counterpart)
            for action, counterpart in ways[0].items()
            if ways[1][counterpart] == action
        ]
        similar = dict(pairs) | {counterpart: action for action, counterpart in pairs}
    return tuple(
        row if row.others else row._replace(similar=similar.get(row.action, "")) for row in rows
    )


def retention(rows: Iterable[ActionFate]) -> float | None:
    """(retained + extended) / actions of the base edition, in [0,1].

    None where it was not assessed, or not read to its end. An action that continues the base
    edition as a whole is one of the later, and retains no action.
    """
    number = Counter(row.fate for row in rows)
    if number[Fate.NOT_ASSESSED] or number[Fate.NOT_SEEN]:
        return None
    taken_up = number[Fate.RETAINED] + number[Fate.EXTENDED]
    of_base = taken_up + number[Fate.DROPPED]
    return taken_up / of_base if of_base else None


class Compared(NamedTuple):
    """Two editions against one other plan: what each shares with it, in bits by the same weights.

    ``added`` and ``removed`` are the texts that are not general which one edition only shares with
    it.
    """

    other: str
    base: Weight
    new: Weight
    added: tuple[str, ...]
    removed: tuple[str, ...]
    is_linked: bool


def compare(facts: Known, base: str, later: str) -> tuple[tuple[Compared, ...], tuple[int, int]]:
    """Two editions of a plan, by IRI, against every other plan, at a level; and how many texts are known of each.

    Both are weighed by the weights of this graph, so that only what they name differs: the
    fixed-base principle of index numbers. A better annotated plan looks more coherent: that is told
    beside what changed.

    Source: ILO et al. (2004). Consumer Price Index Manual: Theory and Practice, ch. 15 (Laspeyres).
    """
    if base == later:
        raise QueryError("same-given-twice", remedy="name-two-plans", one=base)
    works = facts.tables.works
    rows = []
    for plan in works.plans:
        if plan not in (base, later):
            then = facts.weight(base, plan)
            now = facts.weight(later, plan)
            before = set(then.texts)
            after = set(now.texts)
            added, removed = (tuple(sorted(texts)) for texts in (after - before, before - after))
            rows.append(Compared(plan, then, now, added, removed, then.low > 0 or now.low > 0))
    texts = [
        len({use.text for use in facts.uses if works.plan(use.work) == plan})
        for plan in (base, later)
    ]
    return tuple(rows), (texts[0], texts[1])
