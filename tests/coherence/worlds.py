"""The worked worlds of the definition, random worlds for its laws, and the measures once more, by sets."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import pyoxigraph as ox
from hypothesis import strategies as st

from pan2kg.coherence.citations import Dates, PlanStatement, span
from pan2kg.coherence.evidence import Aspect, Extent, Level, Reading, Readings, Works, counts
from pan2kg.coherence.texts import TextStep, Use
from pan2kg.project import Project
from pan2kg.store.project_files import load
from pan2kg.store.rules import derive
from pan2kg.store.store import LocalStore
from pan2kg.turtle.vocabulary import graph_of
from pan2kg.turtle.writer import read_prefixes

PLAN = Level.PLAN
OFFICIAL = Level.OFFICIAL
OTHER = Level.OTHER
EDITORS = Level.EDITORS


PROJECT = Project.packaged()
PREFIXES = "".join(
    f"@prefix {name}: <{space}> .\n" for name, space in read_prefixes(PROJECT).items()
)


def store_of(*files: str | tuple[str, str], rules: Sequence[str] | None = None) -> LocalStore:
    """A store of some Turtle, each in a graph that may be named, with what the rules of the project derive, or some."""
    store = LocalStore(ox.Store())
    for file in files:
        name, turtle = ("g", file) if isinstance(file, str) else file
        triples = ox.parse((PREFIXES + turtle).encode(), format=ox.RdfFormat.TURTLE)
        store.add(
            graph_of(name),
            [ox.Triple(quad.subject, quad.predicate, quad.object) for quad in triples],
        )
    if rules is None:
        # whose concepts say what links are derived
        path = PROJECT.ontology / "schemes" / "linktype.ttl"
        load(store.inner, path, graph_of("ontology/schemes/linktype.ttl"))
    if rules is None or rules:
        derive(store, PROJECT, rules)
    return store


@dataclass(frozen=True, slots=True)
class World:
    """The small tables everything is computed from."""

    works: Works
    uses: tuple[Use, ...]
    steps: tuple[TextStep, ...] = ()
    general: frozenset[str] = frozenset()


SHARES = {
    "implements": 1.0, "prepares-implementation-of": 1.0, "supports-transposition-of": 1.0, "promotes": 0.5,
    "references": 0.25, "concerns": 0.25, "amends": 0.25,
}  # fmt: skip
"""The classes of the relations of the worked example."""


def use(work: str, relation: str, text: str, level: Level = PLAN) -> Use:
    return Use(work, text, SHARES[relation], level)


EXAMPLE = World(
    Works(
        ("P", "Q", "R", "S"),
        {"a1": "P", "a2": "P", "a3": "P", "b1": "Q", "b2": "Q", "c1": "R", "d1": "S"},
    ),
    (
        use("P", "implements", "G"),
        use("a1", "prepares-implementation-of", "K"),
        use("a2", "references", "G4"),
        use("a3", "supports-transposition-of", "D"),
        use("a3", "amends", "C"),
        use("b1", "implements", "K", OFFICIAL),
        use("b1", "references", "G4", EDITORS),
        use("b2", "concerns", "N"),
        use("b2", "amends", "C", OFFICIAL),
        use("c1", "promotes", "G", OTHER),
    ),
    (TextStep("G4", "G", PLAN), TextStep("N", "D", PLAN)),
    frozenset({"C"}),
)


def full(*works: str, aspect: Aspect = Aspect.TEXTS) -> tuple[Reading, ...]:
    return tuple(Reading(work, aspect, Extent.FULL, "d", date(2026, 1, 1), "r") for work in works)


DATED = {
    "P": Dates(adopted=span("2019-12-11"), page=span("2024-03-01")),
    "Q": Dates(adopted=span("2020-07")),
    "R": Dates(adopted=span("2021"), page=span("2023-05-05")),
    "S": Dates(),
}
SAID = (
    PlanStatement("Q", "P", "cross-reference", channel="text"),
    PlanStatement("P", "R", "external-statement", "named-together-with", level=OFFICIAL),
)
READ = Readings((*full("Q", aspect=Aspect.REFERENCES), *full("P", aspect=Aspect.WEB_PAGE)))


# The measures once more, by sets and the words of the definition


@dataclass(frozen=True, slots=True)
class Slow:
    """n, d, gain and r by sets, straight from the definition."""

    world: World
    at: Level

    def up(self, text: str, at: Level = EDITORS) -> set[str]:
        above = {text: (over, level) for text, over, level in self.world.steps}
        found = {text}
        while text in above and counts(above[text][1], at):
            text = above[text][0]
            found.add(text)
        return found

    def members(self, work: str) -> set[str]:
        return {work} | {action for action, plan in self.world.works.home.items() if plan == work}

    def used(self, work: str, at: Level) -> dict[str, float]:
        found: dict[str, float] = {}
        for one in self.world.uses:
            if one.work in self.members(work) and one.share > 0 and counts(one.level, at):
                for text in self.up(one.text, at):
                    found[text] = max(found.get(text, 0.0), one.share)
        return found

    @property
    def gain(self) -> dict[str, float]:
        by_plan = {plan: set(self.used(plan, EDITORS)) for plan in self.world.works.plans}
        n = sum(bool(texts) for texts in by_plan.values())
        ic = {
            text: -math.log2((sum(text in texts for texts in by_plan.values()) + 1) / (n + 2))
            for text in set().union(*by_plan.values())
        }
        root = {text: above for text, above, _ in self.world.steps}
        return {text: ic[text] - ic[root[text]] if text in root else ic[text] for text in ic}

    def founded(self, action: str) -> set[str]:
        plan = self.world.works.home[action]
        below = {text for text, *_ in self.world.steps}
        own = [
            one
            for one in self.world.uses
            if one.work == plan and one.share == 1 and counts(one.level, EDITORS)
        ]
        return set().union(*(self.up(one.text, EDITORS) for one in own)) - below

    def low(self, x: str, y: str, *, broad: bool = False, leave: Iterable[str] = ()) -> float:
        one = self.used(x, self.at)
        two = self.used(y, self.at)
        gain = self.gain
        apart = self.world.general | set(leave)
        return sum(
            min(one[t], two[t]) * gain[t] for t in one.keys() & two.keys() if (t in apart) == broad
        )

    def high(self, x: str, y: str, read: frozenset[str]) -> float:
        one = self.used(x, self.at)
        two = self.used(y, self.at)
        gain = self.gain
        total = 0.0
        for t in (one.keys() | two.keys()) - self.world.general:
            r = one.get(t, 0.0)
            s = two.get(t, 0.0)
            total += min(r if x in read else max(r, s), s if y in read else max(r, s)) * gain[t]
        return total

    def pair(self, a: str, b: str) -> tuple[float, float]:
        leave = self.founded(a) | self.founded(b)
        return self.low(a, b, leave=leave), self.low(a, b, broad=True, leave=leave)


ACTIONS = tuple("abcdefgh")
PLANS = tuple("PQRS")
TEXTS = tuple("GHIJKLMN")

_steps = st.lists(st.integers(-1, 6), min_size=7, max_size=7).flatmap(
    lambda above: st.lists(st.sampled_from([PLAN, OFFICIAL, EDITORS]), min_size=7, max_size=7).map(
        lambda levels: tuple(
            (TEXTS[at + 1], TEXTS[min(up, at)], level)
            for at, (up, level) in enumerate(zip(above, levels, strict=True))
            if up >= 0
        )
    )
)
uses = st.builds(
    Use, *map(st.sampled_from, ([*ACTIONS, *PLANS], TEXTS, [0.0, 0.25, 0.5, 1.0], [*Level, None]))
)
worlds = st.builds(
    World,
    st.lists(st.sampled_from(PLANS), min_size=8, max_size=8).map(
        lambda plans: Works(PLANS, dict(zip(ACTIONS, plans, strict=True)))
    ),
    st.lists(uses, max_size=24).map(tuple),
    _steps,
    st.frozensets(st.sampled_from(TEXTS), max_size=2),
)
