"""Every series of like things in a document: what might be its actions.

A series is made by the same word before a number, the same style of number, bullets, headings of
one level, or the rows of a table whose head has a column of actions. Which one holds the actions is
not said here.

A document may have its actions twice, in two languages, in halves or side by side. A series that
goes through both versions would have every action twice: it is parted where its members are in two
languages, as many in one as in the other and under the same numbers; whoever drafts says which
language is meant.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from typing import NamedTuple

from pan2kg.extract.document import (
    BETWEEN_CELLS,
    Document,
    DocumentBlock,
    block_language,
    folded,
)
from pan2kg.extract.numbering import BULLET, Marker, Values, readings, resolve
from pan2kg.extract.signs import field_kind, group_of

ALIKE = 0.8
"""Two series of which as much is the same are one, or versions of one in two languages."""
_LEARNED = 3  # a word that is not known is a label where as many numbers rise behind it
_TITLE_LENGTH = 250  # characters a line below a label has at most that is its title
_LEAST = 3  # members; a series of fewer is no version of a plan
_READ = 1500  # characters behind a title that are read for its language
_TITLE_KINDS = ("title", "action")

ColumnNumbers = Mapping[str, int]
"""The numbers of columns a person names, from 1, by kinds of fields."""
Markers = Mapping[int, Marker]
"""The numbers that blocks begin with, by the place of the block."""


class MemberPlace(NamedTuple):
    """Where a thing of a series begins: its block, and its row of a table."""

    block: int
    row: int | None


@dataclass(frozen=True, slots=True)
class SeriesMember:
    """A thing of a series: the block it begins with, of a table the row, and how it is called there.

    ``start`` is where its title stands in the text, or would stand.
    """

    block: int
    number: str
    label: str
    title: str
    start: int
    row: int | None = None
    values: Values = ()

    @property
    def place(self) -> MemberPlace:
        return MemberPlace(self.block, self.row)


class Columns(NamedTuple):
    """What the columns of a table are about: those of titles and numbers, and the kind of each, empty for unknown."""

    title: int
    number: int | None
    kinds: tuple[str, ...]

    @classmethod
    def of(cls, head: Sequence[str], by_name: ColumnNumbers | None = None) -> "Columns | None":
        """The columns below a head, or by the numbers, from 1, a person names; None where none has titles.

        >>> Columns.of(("N°", "Mesure", "Responsable"))
        Columns(title=1, number=0, kinds=('number', 'action', 'responsible'))
        >>> Columns.of(("Alpha", "Beta")), Columns.of(("Alpha", "Beta"), {"title": 2})
        (None, Columns(title=1, number=None, kinds=('', 'title')))
        """
        kinds = [field_kind(cell) for cell in head]
        if not by_name and sum(map(bool, kinds)) < 2:
            return None
        for kind, column in (by_name or {}).items():
            if column <= len(kinds):
                kinds[column - 1] = kind
        if "title" in kinds:
            title = kinds.index("title")
        elif "action" in kinds:
            title = kinds.index("action")
        else:
            return None
        if "number" not in kinds and "action" in kinds and kinds.index("action") != title:
            # “Mesure | Intitulé”: the first column has the number
            kinds[kinds.index("action")] = "number"
        number = kinds.index("number") if "number" in kinds else None
        return cls(title, number, tuple(kinds))


@dataclass(frozen=True, slots=True)
class Series:
    """Like things of a document in their order.

    ``name`` is what a person calls it by, ``form`` what makes it: label, numbers, numbered-headings,
    bullets, headings, rows or cards. ``language`` is that of most members, empty for unknown.
    """

    name: str
    form: str
    members: tuple[SeriesMember, ...]
    columns: Columns | None = None
    language: str = ""

    @property
    def places(self) -> set[MemberPlace]:
        return {member.place for member in self.members}

    @property
    def label(self) -> str:
        """The label more than half of the members have, empty for none."""
        labels = Counter(member.label for member in self.members if member.label)
        for label, number in labels.most_common(1):
            if 2 * number > len(self.members):
                return label
        return ""

    def is_version_of(self, other: "Series") -> bool:
        """Whether both have the same members, as far as numbers tell, in two languages."""
        is_foreign = bool(self.language and other.language and self.language != other.language)
        return is_foreign and _are_alike(self.members, other.members)


def markers_of(document: Document) -> dict[int, Marker]:
    """The numbers that blocks begin with, by the place of the block; tables and bullets have none."""
    lines = {}
    for at, block in enumerate(document.blocks):
        if block.kind in ("heading", "item", "paragraph"):
            lines[at] = [marker for marker in readings(block.text) if not marker.style.is_bullet]
    return resolve(lines)


def series_of(document: Document, columns: ColumnNumbers | None = None) -> tuple[Series, ...]:
    """Every series with two members at least; ``columns`` are numbers of columns, from 1, by kinds of fields."""
    markers = markers_of(document)
    every = [
        *_labelled(document, markers),
        *_numbered(document, markers),
        *_bulleted(document, markers),
        *_headings(document, markers),
        *_rows(document, columns),
        *_cards(document),
    ]
    versions = []
    for series in every:
        if len(series.members) > 1:
            versions += _versions(document, series)
    return tuple(versions)


# By words and numbers


def _labelled(document: Document, markers: Markers) -> Iterator[Series]:
    places_of = defaultdict(list)
    for at, marker in markers.items():
        if marker.style.word and marker.group != "caption":
            places_of[marker.style.word].append(at)
    for word, places in places_of.items():
        if not _is_label(word, [markers[at].values for at in places]):
            continue
        members = _latest([_member(document, at, markers) for at in places])
        blocks = [document.blocks[member.block] for member in members]
        if 2 * sum(0 < block.lead < len(block.text) for block in blocks) >= len(members):
            # most run into the text: those whose bold words fill their lines end in a full stop
            members = [replace(member, title=member.title.rstrip(" .:–—-")) for member in members]
        yield Series(f"label:{word.replace(' ', '-')}", "label", tuple(members))


def _is_label(word: str, numbers: Sequence[Values]) -> bool:
    if group_of(word) in ("action", "category"):
        return True
    rising = sum(before < after for before, after in pairwise(numbers))
    return len(numbers) >= _LEARNED and rising >= _LEARNED - 1


def _latest(members: Sequence[SeriesMember]) -> list[SeriesMember]:
    """The members without those that a list before the text names already: the later ones are followed by text."""
    latest = {(member.number, folded(member.title)): at for at, member in enumerate(members)}
    return [members[at] for at in sorted(latest.values())]


class _NumberSetting(NamedTuple):
    """How a number without a word is set."""

    kinds: str
    form: str
    is_heading: bool


def _numbered(document: Document, markers: Markers) -> Iterator[Series]:
    places_of = defaultdict(list)
    for at, marker in markers.items():
        style = marker.style
        if not style.word:
            is_heading = document.blocks[at].kind == "heading"
            places_of[_NumberSetting(style.kinds, style.form, is_heading)].append(at)
    for setting, places in places_of.items():
        # headings and paragraphs together where only both of them count without a leap
        counterpart = places_of.get(setting._replace(is_heading=not setting.is_heading), [])
        if _count_together(markers, places, counterpart):
            if not setting.is_heading:
                continue
            places = sorted([*places, *counterpart])
        kind = "headings" if setting.is_heading else "numbers"
        name = f"{kind}:{markers[places[0]].number}{setting.form}"
        form = "numbered-headings" if setting.is_heading else "numbers"
        yield Series(name, form, tuple(_member(document, at, markers) for at in places))


def _count_together(markers: Markers, places: Sequence[int], counterpart: Sequence[int]) -> bool:
    if not counterpart:
        return False
    numbers = [markers[at].values for at in places]
    counterpart_numbers = [markers[at].values for at in counterpart]
    together = [markers[at].values for at in sorted([*places, *counterpart])]
    if len(set(together)) < len(together):
        return False
    return leaps_in(together) < leaps_in(numbers) + leaps_in(counterpart_numbers)


def leaps_in(numbers: Sequence[Values]) -> int:
    """How often a number neither is 1 nor follows the one before it, by its last component.

    >>> leaps_in([(1, 1), (1, 2), (2, 1), (2, 3)]), leaps_in([(2,), (3,)])
    (1, 1)
    """
    tails = [0, *(values[-1] if values else 0 for values in numbers)]
    return sum(after not in (1, before + 1) for before, after in pairwise(tails))


def _bulleted(document: Document, markers: Markers) -> Iterator[Series]:
    places_of = defaultdict(list)
    for at, block in enumerate(document.blocks):
        is_labelled = at in markers and markers[at].style.word
        if block.marker == BULLET and block.kind == "item" and not is_labelled:
            places_of[block.level].append(at)
    for number, depth in enumerate(sorted(places_of)):
        members = tuple(_member(document, at, {}) for at in places_of[depth])
        name = f"bullets:{depth}" if number else "bullets"
        yield Series(name, "bullets", members)


def _headings(document: Document, markers: Markers) -> Iterator[Series]:
    places_of = defaultdict(list)
    for at, block in enumerate(document.blocks):
        if block.kind == "heading":
            places_of[block.level].append(at)
    for level in sorted(places_of):
        members = tuple(_member(document, at, markers) for at in places_of[level])
        yield Series(f"headings:{level}", "headings", members)


class _Title(NamedTuple):
    words: str
    start: int


def _member(document: Document, at: int, markers: Markers) -> SeriesMember:
    block = document.blocks[at]
    marker = markers.get(at)
    words = marker.behind if marker else block.text
    title = ""
    if 0 < block.lead < len(block.text):
        # bold words before the text
        title = block.text[len(block.text) - len(words) : block.lead].strip(" .:–—-")
    title = title or words.rstrip(" :")
    if marker is None:
        return SeriesMember(at, "", "", title, block.start)
    start = block.start + max(block.text.find(title), 0)
    if not title:
        title, start = _title_below(document, at, markers)
    return SeriesMember(at, marker.number, marker.label, title, start, values=marker.values)


def _title_below(document: Document, at: int, markers: Markers) -> _Title:
    """The title below a label that stands alone: the next line, or what a table calls the title."""
    if at + 1 == len(document.blocks):
        return _Title("", document.blocks[at].end)
    below = document.blocks[at + 1]
    titled = _titled_row(below, 0, _TITLE_KINDS)
    if titled:
        return titled
    is_line = below.kind != "table" and len(below.text) <= _TITLE_LENGTH
    is_item = at + 1 in markers or below.marker == BULLET
    return _Title(below.text if is_line and not is_item else "", below.start)


# By tables


@dataclass(slots=True)
class _Listing:
    """The rows below one head: those of the tables that have it, and of those that go on with them."""

    columns: Columns
    members: list[SeriesMember]


def _rows(document: Document, by_name: ColumnNumbers | None) -> Iterator[Series]:
    listings: dict[tuple[str, ...], _Listing] = {}
    head: tuple[str, ...] = ()
    previous = -2  # the table whose rows were taken before
    for at, block in enumerate(document.blocks):
        if block.kind != "table" or len(block.rows[0]) < 2:
            continue
        top_row = tuple(map(folded, block.rows[0]))
        goes_on = previous == at - 1 and len(top_row) == len(head)
        columns = _columns_of(block, by_name)
        if goes_on and not _is_head(block.rows[0], listings[head].columns):
            columns = None
        if columns:
            head = top_row
            listings.setdefault(head, _Listing(columns, [])).columns = columns
        elif not goes_on:
            continue
        previous = at
        listing = listings[head]
        first_row = 1 if top_row == head else 0
        listing.members += _row_members(block, at, listing.columns, first_row)
    for number, listing in enumerate(listings.values(), 1):
        name = "rows" if len(listings) == 1 else f"rows:{number}"
        yield Series(name, "rows", tuple(listing.members), listing.columns)


def _columns_of(block: DocumentBlock, by_name: ColumnNumbers | None) -> Columns | None:
    # a narrow table with labels of fields down its first column is about one thing
    labels = sum(bool(field_kind(row[0])) for row in block.rows)
    if len(block.rows[0]) < 4 and labels > 1 and 2 * labels >= len(block.rows):
        return None
    return Columns.of(block.rows[0], by_name) or _guessed(block)


def _is_head(row: Sequence[str], above: Columns) -> bool:
    """Whether the first row of a table that may go on with the one above is a head of its own."""
    if sum(bool(field_kind(cell)) for cell in row) < 2:
        return False
    # a row that has a number where its table has them is no head, whatever words its cells have
    return above.number is None or not any(map(str.isdigit, row[above.number]))


def _guessed(block: DocumentBlock) -> Columns | None:
    """The longest texts of a table with unknown heads as titles, so that it can be shown; no sign speaks for them."""
    rows = block.rows[1:]
    if len(rows) < _LEARNED:
        return None
    columns = list(zip(*rows, strict=True))
    widths = [sum(map(len, cells)) for cells in columns]
    title = widths.index(max(widths))
    number = None
    for at, cells in enumerate(columns):
        if at != title and all(re.fullmatch(r"[\w.\-]{1,6}", cell) for cell in cells):
            number = at
            break
    kinds = tuple("title" if at == title else "" for at in range(len(columns)))
    return Columns(title, number, kinds)


def _row_members(
    block: DocumentBlock, at: int, columns: Columns, first_row: int
) -> Iterator[SeriesMember]:
    for number, row in enumerate(block.rows[first_row:], first_row):
        is_head = tuple(map(field_kind, row)) == columns.kinds
        if row[columns.title] and sum(map(bool, row)) > 1 and not is_head:
            yield _row_member(block, at, columns, number)


def _row_member(block: DocumentBlock, at: int, columns: Columns, number: int) -> SeriesMember:
    row = block.rows[number]
    printed = row[columns.title]
    marker = _number_before(printed)
    title = marker.behind if marker else printed
    start = block.cell_start(number, columns.title) + printed.find(title)
    cell = ""
    if columns.number is not None:
        # a narrow column may break “A.1” behind its full stop
        cell = re.sub(r"(?<=\w\.)\s+(?=\w{1,3}$)", "", row[columns.number])
    beside = next((reading for reading in readings(cell) if not reading.behind), None)
    if beside:
        printed_number = beside.number
    elif cell:
        printed_number = cell.rstrip(".)")
    else:
        printed_number = marker.number if marker else ""
    label = marker.label if marker else ""
    if beside and not label:
        label = beside.label
    return SeriesMember(at, printed_number, label, title, start, number)


def _number_before(printed: str) -> Marker | None:
    """The number a cell begins with: “1.2 développer …” has one, “2 années” none."""
    for marker in readings(printed):
        if marker.style.is_bullet or not marker.behind:
            continue
        if not marker.weak or len(marker.values) > 1:
            return marker
    return None


def _cards(document: Document) -> Iterator[Series]:
    """A small table an action, with its label and number on top and its fields below."""
    members = []
    for at, block in enumerate(document.blocks):
        if block.kind == "table" and len(block.rows[0]) <= 3 and (card := _card(document, at)):
            members.append(card)
    yield Series("cards", "cards", tuple(members))


def _card(document: Document, at: int) -> SeriesMember | None:
    block = document.blocks[at]
    printed = ": ".join(cell for cell in block.rows[0] if cell)
    marker = next((reading for reading in readings(printed) if reading.style.word), None)
    if marker is None:
        return None
    # of a card that the end of a page cuts, the fields stand in the table that follows
    following = document.blocks[at + 1 : at + 2]
    below = following[0].rows if following and following[0].kind == "table" else ()
    if not any(field_kind(row[0]) for row in (*block.rows[1:], *below)):
        return None
    title = marker.behind.lstrip(" :–-")
    start = block.start + max(block.text.find(title), 0)
    if not title:
        title, start = _titled_row(block, 1, ("title",)) or _Title(title, start)
    return SeriesMember(at, marker.number, marker.label, title, start, None, marker.values)


def _titled_row(block: DocumentBlock, first: int, kinds: Sequence[str]) -> _Title | None:
    """What a table says is the title, in the first of its rows from one on whose label is of these kinds."""
    for number, row in enumerate(block.rows[first:], first):
        values = [cell for cell in row[1:] if cell]
        if values and field_kind(row[0]) in kinds:
            return _Title(values[0], block.cell_start(number, row.index(values[0], 1)))
    return None


# Versions in several languages


def _versions(document: Document, series: Series) -> list[Series]:
    """A series, or the versions of it in two languages: in columns of a table, or by the languages of its members."""
    by_column = _versions_by_column(document, series)
    if len(by_column) > 1:
        return by_column
    groups = _by_language(series.members, _spoken(document, series))
    versions = _versions_among(groups)
    if sum(len(groups[language]) for language in versions) >= (1 + ALIKE) / 2 * len(series.members):
        parted = []
        for language in versions:
            name = f"{series.name}@{language}"
            members = tuple(groups[language])
            parted.append(replace(series, name=name, members=members, language=language))
        return parted
    most = max(groups, key=lambda language: len(groups[language]), default="")
    return [replace(series, language=most)] if most else [series]


def _versions_by_column(document: Document, series: Series) -> list[Series]:
    columns = series.columns
    if columns is None:
        return []
    titled = [at for at, kind in enumerate(columns.kinds) if kind in _TITLE_KINDS]
    versions = []
    for column in titled if len(titled) > 1 else ():
        members = [_in_column(document, member, column) for member in series.members]
        language = block_language(" ".join(member.title for member in members))
        if not language:
            continue
        kinds = list(columns.kinds)
        for at in titled:
            kinds[at] = "title" if at == column else "other-title"
        version = replace(
            series,
            name=f"{series.name}@{language}",
            members=tuple(members),
            columns=Columns(column, columns.number, tuple(kinds)),
            language=language,
        )
        versions.append(version)
    return versions


def _in_column(document: Document, member: SeriesMember, column: int) -> SeriesMember:
    block = document.blocks[member.block]
    row = member.row or 0
    return replace(member, title=block.rows[row][column], start=block.cell_start(row, column))


def _spoken(document: Document, series: Series) -> list[str]:
    """The language of each member; that of the one before where its words do not tell, empty for unknown."""
    text = document.text
    starts = [member.start for member in series.members]
    spoken: list[str] = []
    for member, following in zip(series.members, [*starts[1:], 0], strict=True):
        if member.row is not None:
            words = BETWEEN_CELLS.join(document.blocks[member.block].rows[member.row])
        else:
            end = member.start + _READ
            words = text[member.start : min(end, following) if following > member.start else end]
        before = spoken[-1] if spoken else ""
        spoken.append(block_language(member.title) or block_language(words) or before)
    return spoken


def _by_language(
    members: Sequence[SeriesMember], spoken: Sequence[str]
) -> dict[str, list[SeriesMember]]:
    earliest = next(filter(None, spoken), "")
    groups: dict[str, list[SeriesMember]] = {}
    for member, language in zip(members, spoken, strict=True):
        if language or earliest:
            groups.setdefault(language or earliest, []).append(member)
    return groups


def _versions_among(groups: Mapping[str, Sequence[SeriesMember]]) -> list[str]:
    """The languages that have the same list as another one; what is in a third goes nowhere."""
    large = [language for language, members in groups.items() if len(members) >= _LEAST]
    versions: list[str] = []
    for language, counterpart in combinations(large, 2):
        if _are_alike(groups[language], groups[counterpart]):
            versions += (language, counterpart)
    return list(dict.fromkeys(versions))


def _are_alike(members: Sequence[SeriesMember], counterpart: Sequence[SeriesMember]) -> bool:
    few, many = sorted((len(members), len(counterpart)))
    if few < _LEAST or many - few > max(1, (1 - ALIKE) / 2 * many):
        return False
    numbers = {member.number for member in members if member.number}
    counterpart_numbers = {member.number for member in counterpart if member.number}
    return are_same(numbers, counterpart_numbers)


def are_same(values: Set[object], counterpart: Set[object]) -> bool:
    """Whether of all there is in two sets almost everything is in both; of two empty ones it is.

    >>> are_same({1, 2, 3, 4, 5}, {1, 2, 3, 4}), are_same({1, 2}, {2, 3}), are_same(set(), set())
    (True, False, True)
    """
    return len(values & counterpart) >= ALIKE * len(values | counterpart)
