"""What the items of a plan are: categories, actions, or steps below an action.

A word before the number may say it (“Axe”, “Mesure”). Where none does, the level whose items mostly hold
numbered items is that of a category, and the first one that does not is that of the actions.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pan2kg.extract.entries import Entry
from pan2kg.extract.layout import folded
from pan2kg.extract.numbering import HEADING, Style

CATEGORY: Final = "category"
ACTION: Final = "action"
STEP: Final = "step"

Tree = dict[int, list[int]]
ROOT: Final = -1


@dataclass(frozen=True, slots=True)
class Kinds:
    """Which styles are those of categories, and which entries stay categories with nothing below them."""

    entries: Sequence[Entry]
    categories: frozenset[Style]
    fixed: frozenset[int]

    @classmethod
    def of(cls, entries: Sequence[Entry], tree: Tree) -> Kinds:
        """The kinds of a tree of entries, given as the children of each index."""
        parent = {child: index for index, children in tree.items() for child in children}
        holding = _holding(entries, parent)
        above_actions = {
            entries[up].style
            for at in parent
            if entries[at].marker.group == ACTION
            for up in _ancestors(at, parent)
            if entries[up].marker.group != ACTION
        }
        named = {entry.style for entry in entries if entry.marker.group == CATEGORY or entry.style == HEADING}
        actions = {entry.style for entry in entries if entry.marker.group == ACTION}
        lead = named | above_actions
        fixed = {
            at
            for at in parent
            if at in holding
            or entries[at].style in lead
            or parent[at] == ROOT
            or any(one in holding for one in tree[parent[at]] if entries[one].style == entries[at].style)
        }
        return cls(entries, frozenset((_mostly_holding(entries, holding) | lead) - actions), frozenset(fixed))

    def below(self, index: int, above: str) -> str:
        """The kind of an entry below one of the kind ``above``."""
        if above != CATEGORY:
            return STEP
        return CATEGORY if self.entries[index].style in self.categories and index in self.fixed else ACTION


def _holding(entries: Sequence[Entry], parent: Mapping[int, int]) -> dict[int, bool]:
    """The entries with items below them that may be actions; true where these are no list inside a text."""
    patterns = _patterns(entries, parent)
    holding: dict[int, bool] = {}
    for at, above in parent.items():
        if above != ROOT and at not in patterns and _counts(entries, parent, at):
            holding[above] = holding.get(above, False) or not entries[at].style.is_minor
    return holding


def _mostly_holding(entries: Sequence[Entry], holding: Mapping[int, bool]) -> set[Style]:
    """The styles half of whose items hold numbered items, or nearly all of them lists such as “a)” or “•”."""
    styles = Counter(entry.style for entry in entries)
    held = Counter(entries[at].style for at in holding)
    surely = Counter(entries[at].style for at, major in holding.items() if major)
    return {style for style, all_ in styles.items() if 2 * surely[style] >= all_ or 10 * held[style] >= 9 * all_}


def _ancestors(index: int, parent: Mapping[int, int]) -> Iterator[int]:
    while (index := parent[index]) != ROOT:
        yield index


def _counts(entries: Sequence[Entry], parent: Mapping[int, int], index: int) -> bool:
    """Whether an entry can make the one above it a category: numbered, or a bullet right below a first heading."""
    above = entries[parent[index]]
    if not entries[index].style.is_bullet:
        return True
    named = above.marker.group == CATEGORY or above.style == HEADING
    return not above.style.is_bullet and above.marker.group != ACTION and (named or parent[parent[index]] == ROOT)


def _patterns(entries: Sequence[Entry], parent: Mapping[int, int]) -> set[int]:
    """Entries that fill in a form, such as “a) Objectif” and “b) Échéance” below every action."""
    places: dict[tuple[Style, str], set[int]] = defaultdict(set)
    for at, above in parent.items():
        places[_key(entries[at])].add(above)
    return {at for at, above in parent.items() if above != ROOT and len(places[_key(entries[at])]) > 1}


def _key(entry: Entry) -> tuple[Style, str]:
    return entry.style, folded(entry.title.partition(":")[0])
