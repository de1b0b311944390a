"""What the items of a plan are: categories, actions, or steps below an action.

From a row of numbered lines to a tree: which item stands below which, and which are the actions.

A word before the number may say it (“Axe”, “Mesure”). Where none does, the level whose items mostly hold
numbered items is that of a category, and the first one that does not is that of the actions.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from pan2kg.extract.entries import Entry
from pan2kg.extract.layout import Remark, folded, noted
from pan2kg.extract.numbering import HEADING, Marker, Style, Values

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


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a plan: a category, an action, or a step below an action.

    ``number`` and ``label`` are as printed (“4.3”, “Mesure”), empty where the plan prints none.
    """

    kind: str
    number: str
    label: str
    title: str
    line: int
    children: tuple[Item, ...] = ()

    def walk(self) -> Iterator[Item]:
        """The item and everything below it, in the order of the text."""
        yield self
        for child in self.children:
            yield from child.walk()


def arrange(entries: Sequence[Entry], *, title_line: int = 0) -> tuple[tuple[Item, ...], list[Remark]]:
    """The tree of the entries, and remarks on numbers that do not follow each other.

    ``title_line`` is where the plan's title stands: it is no heading of a list that has others.
    """
    entries, remarks = _with_headings(entries, title_line)
    tree = _tree(entries)
    remarks += _without_repeats(entries, tree)
    kinds = Kinds.of(entries, tree)
    remarks += _remarks_on_numbers(entries, tree)

    def build(index: int, kind: str) -> Item:
        below = tuple(build(child, kinds.below(child, kind)) for child in tree[index])
        marker = entries[index].marker
        return Item(kind, marker.number, marker.label, entries[index].title, entries[index].line, below)

    roots = tuple(build(index, kinds.below(index, CATEGORY)) for index in tree[ROOT])
    return roots, remarks + _remarks_on_kinds(roots)


def _tree(entries: Sequence[Entry]) -> Tree:
    tree: Tree = defaultdict(list)
    opened: list[int] = []
    for index, entry in enumerate(entries):
        following = entries[index + 1] if index + 1 < len(entries) else None
        del opened[_depth(entry, [entries[one] for one in opened], following) :]
        tree[opened[-1] if opened else ROOT].append(index)
        opened.append(index)
    return tree


def _depth(entry: Entry, opened: Sequence[Entry], following: Entry | None) -> int:
    """How many of the open items stay open when this one comes: the depth at which it stands."""
    alike = [at for at, one in enumerate(opened) if one.style == entry.style]
    if entry.style == HEADING:
        return alike[0] if alike else _depth(following, opened, None) if following else len(opened)
    if entry.style.is_bullet:
        return alike[-1] if alike else len(opened)
    while opened and opened[-1].style.is_bullet:
        opened = opened[:-1]
    if (prefix := _below_its_number(entry, opened)) is not None:
        return prefix
    if alike and not _opens_inner_list(entry, opened, alike[-1]):
        return _among_its_like(entry, opened, alike, following)
    if alike:
        return len(opened)
    keep = len(opened)
    while keep and not _may_hold(opened[keep - 1].marker, entry.marker):
        keep -= 1
    return keep


def _below_its_number(entry: Entry, opened: Sequence[Entry]) -> int | None:
    """4.3 stands beside an open 4.2, else below an open 4, whatever word or numeral that 4 is printed with."""
    alike = [at for at, one in enumerate(opened) if one.style == entry.style]
    if alike and len(entry.values) > 1 and opened[alike[-1]].values[:-1] == entry.values[:-1]:
        return alike[-1]
    for at in range(alike[-1] if alike else len(opened), 0, -1):
        one = opened[at - 1]
        shorter = 0 < len(one.values) < len(entry.values) and entry.values[: len(one.values)] == one.values
        if shorter and not one.style.is_minor:
            return at
    return None


def _opens_inner_list(entry: Entry, opened: Sequence[Entry], alike: int) -> bool:
    """Whether a 1 is the first of a list inside an item such as 1.1, and no new start of its own level."""
    inside = alike < len(opened) - 1 and not opened[-1].style.is_minor
    return inside and entry.values[-1] == 1 and entry.heading is None and len(entry.values) == 1


def _among_its_like(entry: Entry, opened: Sequence[Entry], alike: Sequence[int], following: Entry | None) -> int:
    next_to = [at for at in alike if opened[at].values[-1] + 1 == entry.values[-1]]
    goes_below = following is not None and 0 < len(entry.values) < len(following.values)
    if len(next_to) > 1 and goes_below and following and following.values[: len(entry.values)] == entry.values:
        return next_to[0]
    return next_to[-1] if next_to else alike[-1]


def _may_hold(above: Marker, marker: Marker) -> bool:
    if above.group == ACTION and marker.group == CATEGORY:
        return False
    one_word = above.style.word != "" and above.style.word == marker.style.word
    if one_word or (above.style.is_plain and marker.style.is_plain):
        return len(above.style.kinds) < len(marker.style.kinds)
    major = bool(marker.style.word) or marker.style.kinds[:1] == "R" or len(marker.style.kinds) > 1
    return not (above.style.is_minor and major and not marker.style.is_minor)


def _with_headings(entries: Sequence[Entry], title_line: int) -> tuple[list[Entry], list[Remark]]:
    """The entries with the headings that have no number, seen by what starts (again) below them."""
    firsts, again = _starts(entries)
    if not again and _is_flat(entries, title_line):
        firsts = {index for index, entry in enumerate(entries) if entry.heading}
    result: list[Entry] = []
    for index, entry in enumerate(entries):
        if index in firsts | again and entry.heading:
            result.append(Entry(Marker(HEADING, ""), entry.heading.text.rstrip(" \u00a0:"), (entry.heading.number,)))
        result.append(entry)
    found = tuple(entry.line for entry in result if entry.style == HEADING)
    bare = tuple(entries[index].line for index in sorted(again) if not entries[index].heading)
    remarks = [
        Remark(noted("unnumbered-headings"), found),
        Remark(noted("numbering-restarts"), bare),
    ]
    return result, [remark for remark in remarks if remark.lines]


def _is_flat(entries: Sequence[Entry], title_line: int) -> bool:
    """Whether one list runs through the whole text below lines of their own that can only be its headings."""
    if all(entry.style.is_bullet for entry in entries):
        return True
    headed = [entry for entry in entries if entry.heading]
    first = entries[0].heading
    one_list = len({entry.style for entry in entries}) == 1 and first is not None and first.number != title_line
    return one_list and 1 < len(headed) < len(entries)


def _starts(entries: Sequence[Entry]) -> tuple[set[int], set[int]]:
    """The entries that open a series beside another one under the same heading: the first of it, and the later ones."""
    firsts: set[int] = set()
    again: set[int] = set()
    for above, siblings in _tree(entries).items():
        first = (*entries[above].values, 1) if above != ROOT and entries[above].values else None
        for alike in _by_style(entries, siblings):
            later = {at for before, at in pairwise(alike) if _starts_again(entries[at], entries[before], first)}
            firsts |= {alike[0]} if later else set()
            again |= later
    return firsts, again


def _starts_again(entry: Entry, before: Entry, first: Values | None) -> bool:
    """Whether a number ends in 1 that neither repeats an item nor is the first one of the item above."""
    return entry.values[-1] == 1 and entry.values != first and folded(entry.title) != folded(before.title)


def _by_style(entries: Sequence[Entry], siblings: Sequence[int]) -> list[list[int]]:
    groups: dict[Style, list[int]] = defaultdict(list)
    for index in siblings:
        if entries[index].values:
            groups[entries[index].style].append(index)
    return list(groups.values())


def _without_repeats(entries: Sequence[Entry], tree: Tree) -> list[Remark]:
    """Drops an item that stands twice below the same heading, and says so."""
    dropped: list[int] = []
    for siblings in tree.values():
        first: dict[tuple[Style, str, str], int] = {}
        for index in list(siblings):
            entry = entries[index]
            key = (entry.style, entry.marker.number, folded(entry.title))
            if first.setdefault(key, index) != index and not tree.get(index):
                siblings.remove(index)
                dropped += entry.lines
    return [Remark(noted("repeated"), tuple(dropped))] if dropped else []


def _remarks_on_numbers(entries: Sequence[Entry], tree: Tree) -> list[Remark]:
    remarks = []
    ends: dict[Style, Entry] = {}
    for above, siblings in sorted(tree.items()):
        for alike in _by_style(entries, siblings):
            before = ends.get(entries[alike[0]].style)
            for index in alike:
                remarks += _remark_on_number(entries[index], before)
                before = entries[index]
            ends[entries[alike[-1]].style] = entries[alike[-1]]
        remarks += [remark for index in siblings for remark in _remark_on_place(entries, above, index)]
    return remarks


def _remark_on_number(entry: Entry, before: Entry | None) -> list[Remark]:
    *head, tail = entry.values
    number = entry.marker.number
    if before and before.marker.number == number and tail != 1:
        return [Remark(noted("used-twice", number=number), (entry.line,))]
    follows = before and before.values[:-1] == tuple(head) and tail in (before.values[-1], before.values[-1] + 1)
    if tail == 1 or follows:
        return []
    return [Remark(noted("not-following", number=number), (entry.line,))]


def _remark_on_place(entries: Sequence[Entry], above: int, index: int) -> list[Remark]:
    if above == ROOT or len(entries[index].values) < 2:
        return []
    outer, inner = entries[above], entries[index]
    if not outer.values or outer.values == inner.values[: len(outer.values)]:
        return []
    numbers = {"inner": inner.marker.number, "outer": outer.marker.number}
    return [Remark(noted("misplaced", **numbers), (inner.line,))]


def _remarks_on_kinds(roots: Sequence[Item]) -> list[Remark]:
    items = [item for root in roots for item in root.walk()]
    empty = tuple(item.line for item in items if item.kind == CATEGORY and not item.children)
    steps = tuple(item.line for item in items if item.kind == STEP)
    untitled = tuple(item.line for item in items if not item.title)
    bulleted = tuple(item.line for item in items if item.kind == ACTION and not item.number)
    found = [
        Remark(noted("empty-headings"), empty),
        Remark(noted("steps"), steps),
        Remark(noted("untitled"), untitled),
        Remark(noted("unnumbered"), bulleted),
    ]
    return [remark for remark in found if remark.lines]
