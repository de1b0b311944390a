"""The tree of texts, and how common each text is among plans: the weights every measure of potential rests on.

A provision stands below its act, a national act below the one act it transposes or implements. A use of a text is a
use of every node above it. The fewer plans use a text or a node below it, the more it weighs; logarithms are base 2.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from pan2kg.coherence.evidence import Level, counts
from pan2kg.coherence.matrix import Bools, Floats, Incidence, Ints

CARRIES_OUT: Final = 1.0
SERVES: Final = 0.5
MENTIONS: Final = 0.25


@dataclass(frozen=True, slots=True)
class Use:
    """A work names a text: ``share`` is the class of the relation in {0, ¼, ½, 1}; 0 is no use."""

    work: str
    text: str
    share: float
    level: Level | None
    link: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A text stands below another: a provision below its act, a national act below the one it transposes."""

    text: str
    above: str
    level: Level | None = Level.PLAN


@dataclass(frozen=True, slots=True)
class Works:
    """The plans, and the plan of each action that has one, both by IRI."""

    plans: tuple[str, ...]
    home: Mapping[str, str]

    @property
    def actions(self) -> tuple[str, ...]:
        """The actions of the plans, sorted."""
        known = set(self.plans)
        return tuple(sorted(action for action, plan in self.home.items() if plan in known))

    def plan(self, work: str) -> str | None:
        """The plan of an action, or the plan itself; None for anything else."""
        found = self.home.get(work, work)
        return found if found in self.plans else None


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """How common each text is, whatever the level: ``d`` of ``n`` plans use it or a node below it.

    ``ic`` = −log2((d+1)/(n+2)); ``gain`` = ic minus that of the node above, ≥ 0, and ic at a root. ``above`` is the
    index of the next node up, −1 at a root; ``step`` the level of that step, 0 at a root.
    ``release`` is the earlier one whose weights these are, empty where they are the graph's own, and ``fresh`` how many
    texts that one does not know.

    Source: information content of a concept, Resnik, P. (1995). Using information content to evaluate semantic
    similarity in a taxonomy. IJCAI, 448–453; (d+1)/(n+2) is Laplace's rule of succession.
    """

    texts: tuple[str, ...]
    above: Ints
    step: Ints
    general: Bools
    d: Ints
    n: int
    ic: Floats
    gain: Floats
    release: str = ""
    fresh: int = 0

    def reached(self, text: str, at: Level) -> tuple[str, ...]:
        """A text and the nodes above it, as far as steps at a level or firmer lead; nothing for one that has no weight.

        >>> works, used = Works(("p",), {}), [Use("p", "L", 1.0, Level.PLAN)]
        >>> weigh(works, used, [Step("L", "K", Level.OTHER)]).reached("L", Level.OFFICIAL)
        ('L',)
        """
        if text not in self.texts:
            return ()
        node = self.texts.index(text)
        found = [text]
        while self.above[node] >= 0 and self.step[node] <= at:
            node = int(self.above[node])
            found.append(self.texts[node])
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Earlier:
    """The weights a release published, to take the figures of a later one on: each text with d, IC and gain in bits."""

    release: str
    n: int
    texts: Mapping[str, tuple[int, float, float]]


def on_earlier(earlier: Earlier, own: Weights) -> Weights:
    """The weights of an earlier release in place of the graph's own; a text that one does not know keeps its own.

    The tree, and what is general, stay the graph's. So two releases differ by what their plans name and not because
    a text has become commoner.

    Source: ILO et al. (2004). Consumer Price Index Manual: Theory and Practice, ch. 15 (Laspeyres: a fixed base).

    >>> made = weigh(Works(("p",), {}), [Use("p", "K", 1.0, Level.PLAN), Use("p", "L", 1.0, Level.PLAN)])
    >>> kept = on_earlier(Earlier("0.1.0", 7, {"K": (0, 3.17, 3.17), "M": (1, 2.17, 2.17)}), made)
    >>> kept.texts, kept.gain.round(6).tolist(), kept.fresh
    (('K', 'L'), [3.17, 0.584963], 1)
    """
    d, ic, gain = own.d.copy(), own.ic.copy(), own.gain.copy()
    known = [(at, earlier.texts[text]) for at, text in enumerate(own.texts) if text in earlier.texts]
    for at, (plans, content, bits) in known:
        d[at], ic[at], gain[at] = plans, content, bits
    return replace(own, d=d, n=earlier.n, ic=ic, gain=gain, release=earlier.release, fresh=len(own.texts) - len(known))


def weigh(
    works: Works, uses: Iterable[Use], steps: Iterable[Step] = (), general: AbstractSet[str] = frozenset()
) -> Weights:
    """The weights of all texts that are used, and of those above them.

    >>> works = Works(("p", "q"), {"a": "p", "b": "q"})
    >>> one = weigh(works, [Use("a", "K", 1.0, Level.PLAN), Use("b", "K", 1.0, Level.PLAN), Use("b", "L", 1.0, None)])
    >>> one.texts, one.d.tolist(), one.n, one.gain.round(6).tolist()
    (('K',), [2], 2, [0.415037])
    """
    plan = {iri: at for at, iri in enumerate(works.plans)}
    home = {work: plan[iri] for work, iri in works.home.items() if iri in plan} | plan
    used = [use for use in uses if use.share > 0 and counts(use.level, Level.EDITORS) and use.work in home]
    up = _tree(steps)
    named = {use.text for use in used}
    texts = tuple(sorted(named.union(*(_path(text, up) for text in named))))
    place = {text: at for at, text in enumerate(texts)}
    above = np.array([place[up[text].above] if text in up else -1 for text in texts], dtype=np.int64)
    step = np.array([up[text].level or 0 if text in up else 0 for text in texts], dtype=np.int64)
    rows = np.array([home[use.work] for use in used], dtype=np.int64)
    at = np.array([place[use.text] for use in used], dtype=np.int64)
    whole = _climbed(rows, at, above)
    table = Incidence.of(*whole, shape=(len(works.plans), len(texts)))
    n, d = int(np.count_nonzero(table.sizes)), table.counts
    ic = -np.log2((d + 1) / (n + 2))
    gain = np.where(above >= 0, ic - ic[above], ic) if len(texts) else ic
    return Weights(texts, above, step, np.array([text in general for text in texts], dtype=np.bool_), d, n, ic, gain)


def _tree(steps: Iterable[Step]) -> dict[str, Step]:
    """One step up a text: the firmest, then the first by address; one that would close a circle is left out."""
    up: dict[str, Step] = {}
    usable = [step for step in steps if counts(step.level, Level.EDITORS)]
    for step in sorted(usable, key=lambda step: (step.text, step.level or 0, step.above)):
        if step.text not in up and step.text not in {step.above, *_path(step.above, up)}:
            up[step.text] = step
    return up


def _path(text: str, up: Mapping[str, Step]) -> list[str]:
    """The nodes above a text, from the next one to the root."""
    found = []
    while text in up:
        text = up[text].above
        found.append(text)
    return found


def _climbed(rows: Ints, columns: Ints, above: Ints) -> tuple[Ints, Ints]:
    """The same places, and those of every node above."""
    parts = [(rows, columns)]
    while len(columns):
        inner = above[columns] >= 0
        rows, columns = rows[inner], above[columns[inner]]
        parts.append((rows, columns))
    return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])
