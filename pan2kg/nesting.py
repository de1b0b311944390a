"""From a row of numbered lines to a tree: which item stands below which, and which are the actions.

The levels are not known beforehand: they follow from the order in which styles of numbers open and return.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pan2kg.entry import Entry
from pan2kg.layout import Remark, folded
from pan2kg.numbering import HEADING, Marker, Style

CATEGORY = "category"
ACTION = "action"
STEP = "step"


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


Tree = dict[int, list[int]]
ROOT = -1


def arrange(entries: Sequence[Entry]) -> tuple[tuple[Item, ...], list[Remark]]:
    """The tree of the entries, and remarks on numbers that do not follow each other."""
    entries, remarks = _with_headings(entries)
    tree = _tree(entries)
    remarks += _without_repeats(entries, tree)
    kinds = _Kinds.of(entries, tree)
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
    for at in range(len(opened) - 1, -1, -1):
        one = opened[at]
        if one.style == entry.style and len(entry.values) > 1 and one.values[:-1] == entry.values[:-1]:
            return at
        shorter = 0 < len(one.values) < len(entry.values) and entry.values[: len(one.values)] == one.values
        if shorter and not _is_minor(one.style):
            return at + 1
    return None


def _opens_inner_list(entry: Entry, opened: Sequence[Entry], alike: int) -> bool:
    """Whether a 1 is the first of a list inside an item such as 1.1, and no new start of its own level."""
    inside = alike < len(opened) - 1 and not _is_minor(opened[-1].style)
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
    if above.style.is_plain and marker.style.is_plain or (above.style.word and above.style.word == marker.style.word):
        return len(above.style.kinds) < len(marker.style.kinds)
    major = bool(marker.style.word) or marker.style.kinds[:1] == "R" or len(marker.style.kinds) > 1
    return not (_is_minor(above.style) and major and not _is_minor(marker.style))


def _is_minor(style: Style) -> bool:
    """Bracketed numbers and small letters: the numbers of lists inside a text."""
    return not style.word and style != HEADING and (bool(style.form) or style.kinds[:1] in ("l", "r"))


def _with_headings(entries: Sequence[Entry]) -> tuple[list[Entry], list[Remark]]:
    """The entries with the headings that have no number, seen by numbers (or bullets) that start again below them."""
    starts = _starts(entries)
    result: list[Entry] = []
    for index, entry in enumerate(entries):
        if index in starts and entry.heading:
            result.append(Entry(Marker(HEADING, ""), entry.heading.text.rstrip(" \u00a0:"), entry.heading.number))
        result.append(entry)
    found = tuple(entry.line for entry in result if entry.style == HEADING)
    bare = [entries[index].line for index in sorted(starts) if not entries[index].heading]
    remarks = [Remark("read as headings, since the numbering or the list starts again below them", found)] * bool(found)
    if len(starts) > 1 and bare:
        remarks.append(Remark("the numbering starts here, and no heading was found above", tuple(bare)))
    return result, remarks


def _starts(entries: Sequence[Entry]) -> set[int]:
    if all(entry.style.is_bullet for entry in entries):
        return {index for index, entry in enumerate(entries) if entry.heading}
    starts: set[int] = set()
    for siblings in _tree(entries).values():
        for alike in _by_style(entries, siblings):
            again = [
                at
                for before, at in zip(alike, alike[1:], strict=False)
                if entries[at].values[-1] == 1 and entries[at].values != entries[before].values
            ]
            starts |= {alike[0], *again} if again else set()
    return starts


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
                dropped.append(entry.line)
    return [Remark("repeats an item read before, left out", tuple(dropped))] if dropped else []


@dataclass(frozen=True, slots=True)
class _Kinds:
    """Which styles are those of categories, and which entries hold items that may be actions."""

    entries: Sequence[Entry]
    categories: frozenset[Style]
    holding: frozenset[int]
    leading: frozenset[int]

    @classmethod
    def of(cls, entries: Sequence[Entry], tree: Tree) -> _Kinds:
        parent = {child: index for index, children in tree.items() for child in children}
        patterns = _patterns(entries, parent)
        holding = {parent[at] for at in parent if at not in patterns and _counts(entries, parent, at)}
        above_actions = {up for at in parent if entries[at].marker.group == ACTION for up in _ancestors(at, parent)}
        styles = Counter(entry.style for entry in entries)
        held = Counter(entries[at].style for at in holding if at != ROOT)
        categories = {style for style in styles if 2 * held[style] >= styles[style]}
        categories |= {entries[at].style for at in above_actions} | {
            entry.style for entry in entries if entry.marker.group == CATEGORY or entry.style == HEADING
        }
        categories -= {entry.style for entry in entries if entry.marker.group == ACTION}
        leading = {at for at in parent if _leads(entries, tree[parent[at]], at, parent[at] == ROOT, holding)}
        leading |= {at for at in parent if above_actions and entries[at].style in {entries[up].style for up in above_actions}}
        return cls(entries, frozenset(categories), frozenset(holding), frozenset(leading))

    def below(self, index: int, above: str) -> str:
        """The kind of an entry below one of the kind ``above``."""
        entry = self.entries[index]
        if above != CATEGORY:
            return STEP
        if entry.style not in self.categories:
            return ACTION
        named = entry.marker.group == CATEGORY or entry.style == HEADING
        return CATEGORY if named or index in self.holding or index in self.leading else ACTION


def _leads(entries: Sequence[Entry], siblings: Sequence[int], at: int, top: bool, holding: set[int]) -> bool:
    """Whether an item with nothing below it is nevertheless a category, as its siblings are."""
    return top or any(one in holding for one in siblings if entries[one].style == entries[at].style)


def _ancestors(index: int, parent: dict[int, int]) -> Iterator[int]:
    while (index := parent[index]) != ROOT:
        yield index


def _counts(entries: Sequence[Entry], parent: dict[int, int], index: int) -> bool:
    """Whether an entry can make the one above it a category: numbered, or a bullet right below a first heading."""
    if not entries[index].style.is_bullet or parent[index] == ROOT:
        return True
    above = entries[parent[index]]
    named = above.marker.group == CATEGORY or above.style == HEADING
    return not above.style.is_bullet and above.marker.group != ACTION and (named or parent[parent[index]] == ROOT)


def _patterns(entries: Sequence[Entry], parent: dict[int, int]) -> set[int]:
    """Entries that fill in a form, such as “a) Objectif” and “b) Échéance” below every action."""
    places: dict[tuple[Style, str], set[int]] = defaultdict(set)
    for index, above in parent.items():
        places[entries[index].style, _opening(entries[index])].add(above)
    return {
        at for at in parent if parent[at] != ROOT and len(places[entries[at].style, _opening(entries[at])]) > 1
    }


def _opening(entry: Entry) -> str:
    return folded(entry.title.partition(":")[0])


def _remarks_on_numbers(entries: Sequence[Entry], tree: Tree) -> list[Remark]:
    remarks = []
    ends: dict[Style, tuple[int, ...]] = {}
    for above, siblings in sorted(tree.items()):
        for alike in _by_style(entries, siblings):
            before = ends.get(entries[alike[0]].style)
            for index in alike:
                remarks += _remark_on_number(entries[index], before)
                before = entries[index].values
            ends[entries[alike[-1]].style] = entries[alike[-1]].values
        remarks += [remark for index in siblings for remark in _remark_on_place(entries, above, index)]
    return remarks


def _remark_on_number(entry: Entry, before: tuple[int, ...] | None) -> list[Remark]:
    *head, tail = entry.values
    follows = before is not None and before[:-1] == tuple(head) and tail in (before[-1], before[-1] + 1)
    if tail == 1 or (follows and (before != entry.values or not entry.marker.number.isdigit())):
        return []
    if before == entry.values:
        return [Remark(f"number {entry.marker.number} is used twice", (entry.line,))]
    return [Remark(f"number {entry.marker.number} does not follow the one before it", (entry.line,))]


def _remark_on_place(entries: Sequence[Entry], above: int, index: int) -> list[Remark]:
    if above == ROOT or len(entries[index].values) < 2:
        return []
    outer, inner = entries[above], entries[index]
    if not outer.values or outer.values == inner.values[: len(outer.values)]:
        return []
    return [Remark(f"number {inner.marker.number} stands below number {outer.marker.number}", (inner.line,))]


def _remarks_on_kinds(roots: Sequence[Item]) -> list[Remark]:
    items = [item for root in roots for item in root.walk()]
    empty = tuple(item.line for item in items if item.kind == CATEGORY and not item.children)
    steps = tuple(item.line for item in items if item.kind == STEP)
    untitled = tuple(item.line for item in items if not item.title)
    bulleted = tuple(item.line for item in items if item.kind == ACTION and not item.number)
    found = [
        Remark("headings with no action below them", empty),
        Remark("read as steps of the action above, not as actions", steps),
        Remark("a number without a title", untitled),
        Remark("actions without a number", bulleted),
    ]
    return [remark for remark in found if remark.lines]

