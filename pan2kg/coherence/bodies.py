"""Who leads what, where leads should be coordinated, and which bodies should talk.

Worded neutrally: to coordinate, not to blame. A lead is what a source calls so; nothing is inferred.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from pan2kg.coherence.evidence import Level, Measured, counts
from pan2kg.coherence.matrix import Incidence, cells
from pan2kg.coherence.uses import Uses, statements


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of an action or plan beside its instruments: topics, target groups, leads, bodies."""

    work: str
    topics: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    leads: frozenset[str] = frozenset()
    bodies: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Involvement:
    """The part a body has in a work, with its roles; ``level`` says on whose word it rests, None if on nobody's."""

    iri: str
    work: str
    body: str
    roles: frozenset[str]
    level: Level | None


def at_level(profiles: Iterable[Profile], parts: Iterable[Involvement], at: Level) -> tuple[Profile, ...]:
    """The profiles with only those leads and bodies that have a part at a level of evidence or firmer.

    >>> one = Profile("a", bodies=frozenset({"x", "y"}), leads=frozenset({"x"}))
    >>> parts = [Involvement("i", "a", "x", frozenset({"lead"}), Level.OTHER)]
    >>> parts.append(Involvement("j", "a", "y", frozenset({"partner"}), Level.PLAN))
    >>> (made,) = at_level([one], parts, Level.OFFICIAL)
    >>> sorted(made.bodies), sorted(made.leads)
    (['y'], [])
    """
    involved, led = set[tuple[str, str]](), set[tuple[str, str]]()
    for part in parts:
        if counts(part.level, at):
            involved.add((part.work, part.body))
            if "lead" in part.roles:
                led.add((part.work, part.body))
    return tuple(
        replace(
            profile,
            leads=frozenset(body for body in profile.leads if (profile.work, body) in led),
            bodies=frozenset(body for body in profile.bodies if (profile.work, body) in involved),
        )
        for profile in profiles
    )


def meeting(profiles: Iterable[Profile]) -> set[tuple[str, str]]:
    """The pairs of bodies that have a part in one work.

    >>> meeting([Profile("a", bodies=frozenset({"y"}), leads=frozenset({"x"}))])
    {('x', 'y')}
    """
    return {pair for profile in profiles for pair in combinations(sorted(profile.bodies | profile.leads), 2)}


@dataclass(frozen=True, slots=True)
class Fragmentation:
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

    >>> from pan2kg.coherence.uses import uses_of
    >>> topic = frozenset({"t"})
    >>> known = [Profile(a, topic, leads=frozenset({body})) for a, body in zip("abc", "xxy")]
    >>> found = fragmentation(uses_of([], dict.fromkeys("abc", "p")), known)
    >>> [(row.topic, row.leads, round(row.value, 4)) for row in found]
    [('t', (('x', 2), ('y', 1)), 0.4444)]
    """
    on_topic: dict[tuple[str, str], list[Profile]] = {}
    for profile in _actions(uses, profiles):
        for topic in profile.topics:
            on_topic.setdefault((topic, (country or {}).get(profile.work, "")), []).append(profile)
    rows = (_fragmentation(*place, found) for place, found in on_topic.items())
    kept = sorted((row for row in rows if len(row.leads) > 1), key=lambda row: (-row.value, row.topic, row.country))
    return Measured(uses.basis, tuple(kept))


def _actions(uses: Uses, profiles: Iterable[Profile]) -> list[Profile]:
    known = set(uses.actions)
    return sorted((profile for profile in profiles if profile.work in known), key=lambda profile: profile.work)


def _fragmentation(topic: str, country: str, found: list[Profile]) -> Fragmentation:
    counted = Counter(lead for profile in found for lead in profile.leads)
    leads = tuple(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])))
    whole = counted.total()
    value = 1.0 - sum((number / whole) ** 2 for _, number in leads) if whole else 0.0
    return Fragmentation(topic, leads, value, sum(bool(profile.leads) for profile in found), len(found), country)


@dataclass(frozen=True, slots=True)
class Overlap:
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
        """Whether all three are shared."""
        return bool(self.topics and self.groups and self.instruments)


def overlaps(
    uses: Uses,
    profiles: Iterable[Profile],
    bits: Mapping[str, float],
    line: Mapping[str, str] | None = None,
    *,
    said: Iterable[Profile] = (),
    country: Mapping[str, str] | None = None,
) -> Measured[Overlap]:
    """Pairs of actions to coordinate: same topic, same target group or instrument, no lead in common.

    Only actions whose lead is known can overlap; a text without ``bits``, as for :func:`who_should_talk`, is not
    counted as shared. ``line`` names the line of editions of a plan (:class:`pan2kg.coherence.feasible.Chronology`):
    actions of two editions are told apart. ``said`` are the profiles on whoever's word, where ``profiles`` are those of
    a level: actions that have a lead in common there do not overlap either. Nor do actions of two countries, where
    ``country`` tells whose each is. Sorted by the two actions.

    Source: US GAO, GAO-15-49SP (2015), as for :func:`fragmentation`.

    >>> from pan2kg.coherence.uses import uses_of
    >>> topic, group = frozenset({"t"}), frozenset({"g"})
    >>> known = [Profile("a", topic, group, frozenset({"x"})), Profile("b", topic, group, frozenset({"y"}))]
    >>> found = overlaps(uses_of([], {"a": "p", "b": "q"}), known, {})
    >>> [(row.one, row.two, row.is_duplication_candidate) for row in found]
    [('a', 'b', False)]
    """
    led = [profile for profile in _actions(uses, profiles) if profile.leads]
    topics = _incidence([profile.topics for profile in led])
    place = {action: at for at, action in enumerate(uses.actions)}
    one, two, _ = cells(topics)
    home = {action: uses.plans[int(at)].iri for action, at in zip(uses.actions, uses.plan_of, strict=True)}
    leads = {profile.work: profile.leads for profile in (*led, *said)}
    pairs = ((led[a], led[b]) for a, b in zip(one, two, strict=True))
    rows = (
        _overlap(uses, place, bits, pair)
        for pair in pairs
        if not leads[pair[0].work] & leads[pair[1].work] and not _abroad(country, pair[0].work, pair[1].work)
    )
    kept = (row for row in rows if row.groups or row.instruments)
    told = (replace(row, is_edition=_are_editions((home[row.one], home[row.two]), line or {})) for row in kept)
    return Measured(uses.basis, tuple(told))


def _abroad(country: Mapping[str, str] | None, one: str, two: str) -> bool:
    """Whether two works are known to be of two countries, which have nothing to coordinate with each other."""
    of = country or {}
    return one in of and two in of and of[one] != of[two]


def _are_editions(plans: tuple[str, str], line: Mapping[str, str]) -> bool:
    """Whether two plans are two editions of one, as for the verdict « edition »."""
    one, two = plans
    return one != two and one in line and line[one] == line.get(two)


def _overlap(uses: Uses, place: Mapping[str, int], bits: Mapping[str, float], ends: tuple[Profile, Profile]) -> Overlap:
    one, two = ends
    shared = np.intersect1d(uses.table.row(place[one.work]), uses.table.row(place[two.work]))
    return Overlap(
        one.work,
        two.work,
        tuple(sorted(one.topics & two.topics)),
        tuple(sorted(one.groups & two.groups)),
        tuple(name for name in (uses.instruments[i] for i in shared) if bits.get(name, 0.0) > 0),
        (tuple(sorted(one.leads)), tuple(sorted(two.leads))),
    )


def _incidence(sets: list[frozenset[str]]) -> Incidence:
    columns = {name: at for at, name in enumerate(sorted(frozenset().union(*sets)))}
    places = [(row, columns[name]) for row, names in enumerate(sets) for name in names]
    return Incidence.of([row for row, _ in places], [at for _, at in places], shape=(len(sets), len(columns)))


@dataclass(frozen=True, slots=True)
class Talk:
    """Two bodies that should talk: they share linking instruments and no action or plan."""

    one: str
    two: str
    instruments: tuple[str, ...]
    bits: float


def who_should_talk(
    uses: Uses,
    profiles: Iterable[Profile],
    bits: Mapping[str, float],
    earlier: Iterable[tuple[str, str]],
    *,
    only: Iterable[str] | None = None,
    country: Mapping[str, str] | None = None,
) -> Measured[Talk]:
    """Pairs of bodies whose works rest on the same text while no work involves both.

    ``bits`` gives what each text weighs: a text without weight, such as a code or a whole agenda, joins nobody.
    ``earlier`` pairs each body with those whose name or remit it took over, over any number of changes: they are
    one. Two bodies that took over from the same one are not, since both are there to talk. Where ``profiles`` are those
    of a level, pairs that meet on a weaker word (:func:`meeting`) are to stand among them: they have met all the same.
    ``only`` restricts to some bodies, such as the ministries. ``country`` tells whose a work is: works of two countries
    bring nobody together. Most bits first, then by IRIs.

    Source: this project's definition, the same as that of the question « who-should-talk ».

    >>> from pan2kg.coherence.uses import uses_of
    >>> uses = uses_of([("a", "K"), ("b", "K"), ("c", "L")], {"a": "p", "b": "q", "c": "q"})
    >>> known = [Profile("a", bodies=frozenset({"x"})), Profile("b", bodies=frozenset({"y"}))]
    >>> [(row.one, row.two, row.instruments) for row in who_should_talk(uses, known, {"K": 0.5}, [])]
    [('x', 'y', ('K',))]
    >>> len(who_should_talk(uses, known, {"K": 0.0}, [])), len(who_should_talk(uses, known, {"K": 0.5}, [("y", "x")]))
    (0, 0)
    """
    chosen = None if only is None else frozenset(only)
    resting: dict[str, Places] = {}
    together = {(min(pair), max(pair)) for pair in earlier}
    rows = _rows(uses, bits)
    for profile in profiles:
        everybody = profile.bodies | profile.leads
        named = sorted(everybody if chosen is None else everybody & chosen)
        together.update(combinations(named, 2))
        for body in named:
            texts = resting.setdefault(body, {})
            for text in rows.get(profile.work, ()):
                texts.setdefault(text, set()).add((country or {}).get(profile.work, ""))
    pairs = (pair for pair in combinations(sorted(resting), 2) if pair not in together)
    found = [_talk(one, two, _joining(resting[one], resting[two]), bits) for one, two in pairs]
    kept = [talk for talk in found if talk.instruments]
    return Measured(uses.basis, tuple(sorted(kept, key=lambda talk: (-talk.bits, talk.one, talk.two))))


Places = dict[str, set[str]]
"""The texts the works of a body rest on, each with the countries of these works, empty for one that is not known."""


def _joining(one: Places, two: Places) -> set[str]:
    """The texts that works of the same country, or of one that is not known, rest on."""
    return {text for text in one.keys() & two if one[text] & two[text] or "" in one[text] | two[text]}


def _rows(uses: Uses, bits: Mapping[str, float]) -> dict[str, set[str]]:
    """For each work the texts with a weight it rests on."""
    rows: dict[str, set[str]] = {}
    for work, text in statements(uses):
        if bits.get(text, 0.0) > 0:
            rows.setdefault(work, set()).add(text)
    return rows


def _talk(one: str, two: str, shared: set[str], bits: Mapping[str, float]) -> Talk:
    return Talk(one, two, tuple(sorted(shared)), sum(bits[text] for text in sorted(shared)))
