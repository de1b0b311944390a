"""Who leads what: bodies that take part in actions, and what they might coordinate.

Worded neutrally: to coordinate, not to blame. A lead is what a source calls so; nothing is
inferred.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from operator import attrgetter
from typing import NamedTuple

import numpy as np

from pan2kg.coherence import citations, evidence
from pan2kg.coherence.texts import Incidence, cells
from pan2kg.coherence.use_matrix import Uses


class Profile(NamedTuple):
    """What a work is about, whom it is for, who leads it, and who else takes part in it."""

    work: str
    topics: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    leads: frozenset[str] = frozenset()
    bodies: frozenset[str] = frozenset()

    @property
    def everybody(self) -> frozenset[str]:
        """The bodies that lead it or take part in it."""
        return self.bodies | self.leads


LEAD = "lead"
"""The key of the role by which a source calls a body so."""


class Involvement(NamedTuple):
    """A body's part in a work, in roles named by their keys, and the firmest level that is said at."""

    iri: str
    work: str
    body: str
    roles: frozenset[str]
    level: evidence.Level | None


def at_level(
    profiles: Iterable[Profile], involvements: Iterable[Involvement], at: evidence.Level
) -> tuple[Profile, ...]:
    """The profiles with those leads and bodies alone that are said at the level or on a firmer word."""
    involved = set()
    led = set()
    for involvement in involvements:
        if not evidence.counts(involvement.level, at):
            continue
        involved.add((involvement.work, involvement.body))
        if LEAD in involvement.roles:
            led.add((involvement.work, involvement.body))
    at_this_level = []
    for profile in profiles:
        work = profile.work
        leads = frozenset(body for body in profile.leads if (work, body) in led)
        bodies = frozenset(body for body in profile.bodies if (work, body) in involved)
        at_this_level.append(profile._replace(leads=leads, bodies=bodies))
    return tuple(at_this_level)


def with_body(involvements: Iterable[Involvement], at: evidence.Level) -> frozenset[str]:
    """The works of which a body is known at a level, whatever its part: the one count of those that have one.

    >>> told = Involvement("i", "a", "b", frozenset({"consulted"}), evidence.Level.OFFICIAL)
    >>> sorted(with_body([told], evidence.HEADLINE)), sorted(with_body([told], evidence.Level.PLAN))
    (['a'], [])
    """
    return frozenset(
        involvement.work for involvement in involvements if evidence.counts(involvement.level, at)
    )


def meeting(profiles: Iterable[Profile]) -> set[tuple[str, str]]:
    """The pairs of bodies that some work involves both, each in the order of its IRIs.

    >>> sorted(meeting([Profile("a", leads=frozenset("z"), bodies=frozenset("yx"))]))
    [('x', 'y'), ('x', 'z'), ('y', 'z')]
    """
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
    led = set()
    for involvement in involvements:
        is_lead = LEAD in involvement.roles and involvement.work in home
        if is_lead and evidence.counts(involvement.level, at):
            led.add((involvement.work, involvement.body))
    works = sorted({work for work, _ in led})
    plans = sorted({home[work] for work in works})
    place = {plan: at for at, plan in enumerate(plans)}
    lower, upper, _ = cells(Incidence.named(led, works, sorted({body for _, body in led})))
    plan_of = np.array([place[home[work]] for work in works], dtype=np.int64)
    # each pair of plans has a number of its own, whichever of the two actions comes first
    ends = np.sort(np.stack([plan_of[lower], plan_of[upper]]), axis=0)
    keys, number = np.unique(ends[0] * len(plans) + ends[1], return_counts=True)
    joint = dict(zip(keys.tolist(), number.tolist(), strict=True))
    return {
        (plan, later): joint.get(place[plan] * len(plans) + place[later], 0)
        for plan, later in combinations(plans, 2)
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
        """What a finding is about: topic and country, two bodies, or two actions and whether all is shared."""
        if self.kind == "fragmentation":
            return (*self.topics, self.country)
        if self.kind == "talk":
            return self.bodies
        return (*self.actions, str(self.kind == "duplication"))


_Countries = Mapping[str, str]
"""The country of a work, where it is known."""


def fragmentation(
    uses: Uses, profiles: Iterable[Profile], country: Mapping[str, str] = {}
) -> tuple[Coordination, ...]:
    """For each topic with two leads or more in a country, F = 1 − Σ_b share_b², in [0, 1 − 1/leads].

    share_b = the part of the leads on the topic's actions that are b's. Bodies are in the order of
    how many they lead. Highest first, then by IRI of the topic and of the country, as ``country``
    tells whose a work is.

    Source: Simpson, E. H. (1949). Measurement of diversity. Nature 163, 688; the word is that of US
    GAO, Fragmentation, Overlap, and Duplication: An Evaluation and Management Guide, GAO-15-49SP
    (2015).
    """
    actions = set(uses.actions)
    on_topic: dict[tuple[str, str], list[Profile]] = defaultdict(list)
    for profile in sorted(profiles, key=attrgetter("work")):
        if profile.work not in actions:
            continue
        for topic in profile.topics:
            on_topic[topic, country.get(profile.work, "")].append(profile)
    findings = []
    for (topic, land), acting in on_topic.items():
        number = Counter(lead for profile in acting for lead in profile.leads)
        if len(number) < 2:
            continue
        bodies = tuple(sorted(number, key=lambda body: (-number[body], body)))
        led = tuple(profile.work for profile in acting if profile.leads)
        finding = Coordination(
            "fragmentation",
            topics=(topic,),
            bodies=bodies,
            actions=led,
            value=1.0 - sum((number[body] / number.total()) ** 2 for body in bodies),
            known=len(led),
            of=len(acting),
            country=land,
        )
        findings.append(finding)
    findings.sort(key=lambda finding: (-(finding.value or 0.0), finding.topics, finding.country))
    return tuple(findings)


def overlaps(
    uses: Uses,
    profiles: Iterable[Profile],
    bits: Mapping[str, float],
    line: Mapping[str, str] = {},
    *,
    said: Iterable[Profile] = (),
    country: Mapping[str, str] = {},
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
    shared_texts = _weighing_texts(uses, bits)
    findings = []
    for first, second in _same_topic(led):
        works = (first.work, second.work)
        if leads[first.work] & leads[second.work] or _are_abroad(country, works):
            continue
        groups = tuple(sorted(first.groups & second.groups))
        texts = shared_texts(*works)
        if not groups and not texts:
            continue
        if _are_editions(line, uses.home[first.work], uses.home[second.work]):
            kind = "edition"
        elif groups and texts:
            kind = "duplication"
        else:
            kind = "overlap"
        finding = Coordination(
            kind,
            topics=tuple(sorted(first.topics & second.topics)),
            bodies=(*sorted(first.leads), *sorted(second.leads)),
            actions=works,
            groups=groups,
            instruments=texts,
            known=2,
            of=2,
        )
        findings.append(finding)
    return tuple(findings)


def _same_topic(profiles: Sequence[Profile]) -> Iterator[tuple[Profile, Profile]]:
    """Each two profiles with a topic in common, in their order."""
    pairs = [(profile.work, topic) for profile in profiles for topic in profile.topics]
    works = [profile.work for profile in profiles]
    table = Incidence.named(pairs, works, sorted({topic for _, topic in pairs}))
    lower, upper, _ = cells(table)
    for first, second in zip(lower.tolist(), upper.tolist(), strict=True):
        yield profiles[first], profiles[second]


def _weighing_texts(uses: Uses, bits: Mapping[str, float]) -> Callable[[str, str], tuple[str, ...]]:
    """What gives the texts with weight that two actions rest on."""
    place = {action: at for at, action in enumerate(uses.actions)}

    def shared(first: str, second: str) -> tuple[str, ...]:
        columns = np.intersect1d(uses.table.row(place[first]), uses.table.row(place[second]))
        texts = (uses.instruments[at] for at in columns.tolist())
        return tuple(text for text in texts if bits.get(text, 0.0) > 0)

    return shared


def _are_abroad(countries: _Countries, works: tuple[str, str]) -> bool:
    """Whether both have a country, and not the same."""
    first, second = (countries.get(work) for work in works)
    return first is not None and second is not None and first != second


def _are_editions(line: Mapping[str, str], plan: str, other_plan: str) -> bool:
    return plan != other_plan and plan in line and line[plan] == line.get(other_plan)


def who_should_talk(
    uses: Uses,
    profiles: Iterable[Profile],
    bits: Mapping[str, float],
    earlier: Iterable[tuple[str, str]],
    *,
    only: Iterable[str] | None = None,
    country: Mapping[str, str] = {},
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
    profiles = tuple(profiles)
    chosen = None if only is None else frozenset(only)
    works_of = _works_by_text(profiles, _texts_of_works(uses, bits), chosen)
    together = meeting(profiles)
    together.update((min(pair), max(pair)) for pair in earlier)
    actions = set(uses.actions)
    findings = []
    for pair in combinations(sorted(works_of), 2):
        if pair in together:
            continue
        first, second = (works_of[body] for body in pair)
        shared = []
        works = set[str]()
        for text in sorted(first.keys() & second.keys()):
            if _may_be_of_one_country(country, first[text], second[text]):
                shared.append(text)
                works.update(first[text], second[text])
        if not shared:
            continue
        finding = Coordination(
            "talk",
            bodies=pair,
            actions=tuple(sorted(works & actions)),
            instruments=tuple(shared),
            value=sum(bits[text] for text in shared),
        )
        findings.append(finding)
    findings.sort(key=lambda finding: (-(finding.value or 0.0), finding.bodies))
    return tuple(findings)


def _texts_of_works(uses: Uses, bits: Mapping[str, float]) -> dict[str, set[str]]:
    """The texts with weight that each work rests on, plans among the works."""
    texts_of: dict[str, set[str]] = defaultdict(set)
    for work, text in uses.stated:
        if bits.get(text, 0.0) > 0:
            texts_of[work].add(text)
    return texts_of


def _works_by_text(
    profiles: Iterable[Profile],
    texts_of: Mapping[str, Iterable[str]],
    chosen: Container[str] | None,
) -> dict[str, dict[str, list[str]]]:
    """Of each body, or each that is chosen, the works that rest on each text."""
    works_of: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for profile in profiles:
        for body in profile.everybody:
            if chosen is not None and body not in chosen:
                continue
            for text in texts_of.get(profile.work, ()):
                works_of[body][text].append(profile.work)
    return works_of


def _may_be_of_one_country(
    countries: _Countries, works: Iterable[str], other_works: Iterable[str]
) -> bool:
    """Whether works may be of one country: one whose country is not known may be of any."""
    lands = {countries.get(work, "") for work in works}
    other_lands = {countries.get(work, "") for work in other_works}
    return bool(lands & other_lands) or "" in lands | other_lands
