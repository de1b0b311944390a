"""One edition of a plan and the next: what became of each action, and what both share with other plans."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from pan2kg.coherence import evidence
from pan2kg.coherence.known import Known
from pan2kg.coherence.likeness import Titles
from pan2kg.coherence.weight import Weight
from pan2kg.errors import QueryError

_EXTENDING = frozenset({"extends", "merges", "splits", "complements", "builds-on"})
"""The relations by which an action does more than take up an earlier one."""


class Succession(NamedTuple):
    """A link by which an action takes up an earlier one, or an earlier plan as a whole."""

    later: str
    earlier: str
    relation: str = "continues"
    level: evidence.Level | None = evidence.Level.PLAN
    link: str = ""

    @property
    def ground(self) -> str:
        """Whether it is stated by a document, concluded by the editors or suggested by a program."""
        if self.level is evidence.Level.MACHINE:
            return "suggested"
        is_stated = self.level is not None and self.level < evidence.Level.EDITORS
        return "stated" if is_stated else "concluded"


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
    counterparts: tuple[str, ...] = ()
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
    without_later = Fate.DROPPED
    without_earlier = Fate.NEW
    if not aligned:
        without_later = without_earlier = Fate.NOT_ASSESSED
    elif not is_read:
        without_later = without_earlier = Fate.NOT_SEEN
    rows = []
    for action in sorted(early):
        if action in aligned:
            rows.append(_continued(action, aligned[action]))
        else:
            rows.append(ActionFate(action, without_later))
    followers = {pair.later for pairs in aligned.values() for pair in pairs}
    for action in sorted(late - followers):
        if action in continuing:
            rows.append(_continuing_plan(action, continuing[action]))
        else:
            rows.append(ActionFate(action, without_earlier))
    return tuple(rows)


def _continued(action: str, pairs: Sequence[Succession]) -> ActionFate:
    """The fate of an action of the base edition that some actions of the later one take up."""
    counterparts = tuple(dict.fromkeys(pair.later for pair in pairs))
    is_extended = len(counterparts) > 1 or any(pair.relation in _EXTENDING for pair in pairs)
    fate = Fate.EXTENDED if is_extended else Fate.RETAINED
    return ActionFate(action, fate, counterparts, _firmest_ground(pairs), links=_links(pairs))


def _continuing_plan(action: str, pairs: Sequence[Succession]) -> ActionFate:
    """The fate of an action of the later edition that takes up the base edition as a whole."""
    ground = _firmest_ground(pairs)
    return ActionFate(action, Fate.CONTINUING_PLAN, ground=ground, links=_links(pairs))


def _firmest_ground(pairs: Iterable[Succession]) -> str:
    return "stated" if any(pair.ground == "stated" for pair in pairs) else "concluded"


def _links(pairs: Iterable[Succession]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(pair.link for pair in pairs if pair.link))


def suggested(
    rows: Iterable[ActionFate], base: Mapping[str, str], later: Mapping[str, str]
) -> tuple[ActionFate, ...]:
    """The same with suggestions for the actions without a counterpart, by their titles in one language.

    Two titles suggest each other where each is the most similar of the other edition's: that aligns
    nothing.
    """
    similar = {}
    if base and later:
        nearest_later = _nearest_titles(base, later)
        nearest_base = _nearest_titles(later, base)
        for action, counterpart in nearest_later.items():
            if nearest_base[counterpart] == action:
                similar[action] = counterpart
                similar[counterpart] = action
    return tuple(
        row if row.counterparts else row._replace(similar=similar.get(row.action, ""))
        for row in rows
    )


def _nearest_titles(titles: Mapping[str, str], among: Mapping[str, str]) -> dict[str, str]:
    """For each action, that of the other edition whose title is the nearest."""
    actions = sorted(among)
    listed = Titles.read([among[action] for action in actions])
    return {action: actions[listed.nearest(title, 1)[0]] for action, title in titles.items()}


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


class EditionComparison(NamedTuple):
    """Two editions against each other plan, and how many texts are known of each edition."""

    neighbours: tuple[Compared, ...]
    texts_of_base: int
    texts_of_later: int


def compare(facts: Known, base: str, later: str) -> EditionComparison:
    """Two editions of a plan, by IRI, against every other plan, at a level.

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
        if plan in (base, later):
            continue
        then = facts.weight(base, plan)
        now = facts.weight(later, plan)
        before = set(then.texts)
        after = set(now.texts)
        compared = Compared(
            plan,
            then,
            now,
            added=tuple(sorted(after - before)),
            removed=tuple(sorted(before - after)),
            is_linked=then.low > 0 or now.low > 0,
        )
        rows.append(compared)
    texts: dict[str, set[str]] = {base: set(), later: set()}
    for use in facts.uses:
        home = works.plan(use.work)
        if home in texts:
            texts[home].add(use.text)
    return EditionComparison(tuple(rows), len(texts[base]), len(texts[later]))
