"""Every series of like things in a document: what might be its actions.

A series is made by the same word before a number, the same style of number, bullets, headings of one level, or the rows
of a table whose head has a column of actions. Which one holds the actions is not said here.

A document may have its actions twice, in two languages, in halves or side by side. A series that goes through both
versions would have every action twice: it is parted where its members are in two languages, as many in one as in the
other and under the same numbers; whoever drafts says which language is meant.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from typing import Final, NamedTuple

from pan2kg.extract.document import BETWEEN_CELLS, Document, DocumentBlock, block_language, folded
from pan2kg.extract.numbering import BULLET, Marker, field_kind, group_of, readings, resolve

_LEARNED: Final = 3  # A word that is not known is a label where as many numbers rise behind it
_TITLE_LENGTH: Final = 250
_LEAST: Final = 3  # fewer members are no version of a plan
_ALIKE: Final = 0.8  # the share of numbers two versions have in common at least
_READ: Final = 1500  # how many characters behind a title are read for its language


@dataclass(frozen=True, slots=True)
class Member:
    """A thing of a series: its number and label as printed, its title, the block and row, and its place in the text.

    ``row`` is the row of a table, None elsewhere; ``start`` and ``end`` are where its title stands.
    """

    block: int
    number: str
    label: str
    title: str
    start: int
    end: int
    row: int | None = None
    values: tuple[int, ...] = ()

    @property
    def place(self) -> tuple[int, int | None]:
        return self.block, self.row


class Columns(NamedTuple):
    title: int
    number: int | None
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Series:
    """Like things: the name by which they are chosen, what they are, and the things in the order of the text.

    ``language`` is the one most of them are in, empty where it cannot be told.
    """

    name: str
    form: str
    members: tuple[Member, ...]
    columns: Columns | None = None
    language: str = ""

    @property
    def places(self) -> set[tuple[int, int | None]]:
        return {member.place for member in self.members}

    @property
    def label(self) -> str:
        labels = Counter(member.label for member in self.members if member.label).most_common(1)
        return labels[0][0] if labels and 2 * labels[0][1] > len(self.members) else ""

    def is_version_of(self, other: Series) -> bool:
        is_foreign = bool(self.language and other.language and self.language != other.language)
        return is_foreign and _are_alike(self.members, other.members)


def markers_of(document: Document) -> dict[int, Marker]:
    return resolve({
        at: tuple(marker for marker in readings(block.text) if not marker.style.is_bullet)
        for at, block in enumerate(document.blocks)
        if block.kind in ("heading", "item", "paragraph")
    })  # fmt: skip


def series_of(document: Document, columns: Mapping[str, int] | None = None) -> tuple[Series, ...]:
    """The series of a document, those through two versions parted, each with the language most of it is in.

    ``columns`` says which columns of its tables are what, where their heads do not.
    """
    markers = markers_of(document)
    every = [*_marked(document, markers), *_bullets(document, markers), *_headings(document, markers)]
    every += [*_rows(document, columns), *_cards(document)]
    return tuple(version for series in every if len(series.members) > 1 for version in _parted(document, series))


def _marked(document: Document, markers: Mapping[int, Marker]) -> Iterator[Series]:
    labelled: dict[str, list[int]] = defaultdict(list)
    styles: dict[tuple[str, str, bool], list[int]] = defaultdict(list)
    for at, marker in markers.items():
        if marker.group == "caption":
            continue
        if marker.style.word:
            labelled[marker.style.word].append(at)
        elif not marker.style.is_bullet:
            styles[marker.style.kinds, marker.style.form, document.blocks[at].kind == "heading"].append(at)
    for word, places in labelled.items():
        values = [markers[at].values for at in places]
        rises = len(values) >= _LEARNED and sum(a < b for a, b in pairwise(values)) >= _LEARNED - 1
        if rises or group_of(word) in ("action", "category"):
            members = [_member(document, at, markers) for at in places]
            # without those that a list before the text names already: the later ones are followed by text
            previous = {(member.number, folded(member.title)): at for at, member in enumerate(members)}
            members = [one for at, one in enumerate(members) if previous[one.number, folded(one.title)] == at]
            yield Series(f"label:{word.replace(' ', '-')}", "label", _as_run_in(document, members))
    for (kinds, form, is_heading), own in styles.items():
        # headings and paragraphs together where only both of them count without a leap
        counterpart = styles.get((kinds, form, not is_heading), [])
        together = sorted([*own, *counterpart])
        counted = [[markers[at].values for at in places] for places in (together, own, counterpart)]
        whole, first, second = map(leaps_in, counted)
        is_whole = bool(counterpart) and len(set(counted[0])) == len(together) and whole < first + second
        if is_whole and not is_heading:
            continue
        places = together if is_whole else own
        name = f"{'headings' if is_heading else 'numbers'}:{markers[places[0]].number}{form}"
        members = [_member(document, at, markers) for at in places]
        yield Series(name, "numbered-headings" if is_heading else "numbers", tuple(members))


def leaps_in(numbers: Sequence[tuple[int, ...]]) -> int:
    tails = [0, *(values[-1] if values else 0 for values in numbers)]
    return sum(after not in (1, before + 1) for before, after in pairwise(tails))


def _as_run_in(document: Document, members: Sequence[Member]) -> tuple[Member, ...]:
    blocks = [document.blocks[member.block] for member in members]
    if 2 * sum(0 < block.lead < len(block.text) for block in blocks) < len(members):
        return tuple(members)
    titles = [member.title.rstrip(" .:–—-") for member in members]
    return tuple(
        replace(member, title=title, end=member.start + len(title))
        for member, title in zip(members, titles, strict=True)
    )


def _member(document: Document, at: int, markers: Mapping[int, Marker]) -> Member:
    block, marker = document.blocks[at], markers[at]
    title = _cut(block, marker.rest)
    place = block.start + max(block.text.find(title), 0)
    if not title:
        title, place = _title_below(document, at, markers)
    return Member(at, marker.number, marker.label, title, place, place + len(title), values=marker.values)


def _cut(block: DocumentBlock, rest: str) -> str:
    run_in = ""
    if 0 < block.lead < len(block.text):
        run_in = block.text[len(block.text) - len(rest) : block.lead].strip(" .:–—-")
    return run_in or rest.rstrip(" :")


def _title_below(document: Document, at: int, markers: Mapping[int, Marker]) -> tuple[str, int]:
    following = document.blocks[at + 1] if at + 1 < len(document.blocks) else None
    if following is None:
        return "", document.blocks[at].end
    if following.kind == "table":
        for number, row in enumerate(following.rows):
            values = [cell for cell in row[1:] if cell]
            if field_kind(row[0]) in ("title", "action") and values:
                return values[0], following.cell_start(number, row.index(values[0], 1))
        return "", following.start
    if at + 1 in markers or len(following.text) > _TITLE_LENGTH or following.marker == BULLET:
        return "", following.start
    return following.text, following.start


def _plain(document: Document, at: int) -> Member:
    block = document.blocks[at]
    title = _cut(block, block.text)
    return Member(at, "", "", title, block.start, block.start + len(title))


def _bullets(document: Document, markers: Mapping[int, Marker]) -> Iterator[Series]:
    places = [
        at for at, block in enumerate(document.blocks)
        if block.marker == BULLET and block.kind == "item" and not (at in markers and markers[at].style.word)
    ]  # fmt: skip
    depths = sorted({document.blocks[at].level for at in places})
    for depth in depths:
        members = tuple(_plain(document, at) for at in places if document.blocks[at].level == depth)
        yield Series("bullets" if depth == depths[0] else f"bullets:{depth}", "bullets", members)


def _headings(document: Document, markers: Mapping[int, Marker]) -> Iterator[Series]:
    for level in sorted({block.level for block in document.blocks if block.kind == "heading"}):
        members = tuple(
            _member(document, at, markers) if at in markers else _plain(document, at)
            for at, block in enumerate(document.blocks)
            if block.kind == "heading" and block.level == level
        )
        yield Series(f"headings:{level}", "headings", members)


def _rows(document: Document, by_name: Mapping[str, int] | None) -> Iterator[Series]:
    groups: dict[tuple[str, ...], list[Member]] = defaultdict(list)
    columns_by_head: dict[tuple[str, ...], Columns] = {}
    head: tuple[str, ...] = ()
    previous = -2
    for at, block in enumerate(document.blocks):
        if block.kind != "table" or len(block.rows[0]) < 2:
            continue
        own = tuple(map(folded, block.rows[0]))
        goes_on = previous == at - 1 and len(own) == len(head)
        # a narrow table with labels of fields down its first column is about one thing
        labels = sum(bool(field_kind(row[0])) for row in block.rows)
        is_card = len(block.rows[0]) < 4 and labels > 1 and 2 * labels >= len(block.rows)
        columns = None if is_card else columns_of(block.rows[0], by_name) or _guessed(block)
        if columns and goes_on:
            is_head = sum(bool(field_kind(cell)) for cell in block.rows[0]) > 1
            number = columns_by_head[head].number
            # a row that has a number where its table has them is no head, whatever words its cells have
            if not is_head or (number is not None and any(map(str.isdigit, block.rows[0][number]))):
                columns = None
        if columns:
            head = own
            columns_by_head[head] = columns
        elif not goes_on:
            continue
        previous = at
        groups[head] += _row_members(block, at, columns_by_head[head], int(own == head))
    for at, (head, members) in enumerate(groups.items(), 1):
        yield Series("rows" if len(groups) == 1 else f"rows:{at}", "rows", tuple(members), columns_by_head[head])


def _guessed(block: DocumentBlock) -> Columns | None:
    """The columns of a table whose heads are not known, so that it can be shown: the longest texts as titles.

    No sign speaks for such rows, so they are never taken unless they are named.
    """
    rows = block.rows[1:]
    if len(rows) < _LEARNED:
        return None
    width = range(len(block.rows[0]))
    lengths = [sum(len(row[column]) for row in rows) for column in width]
    title = lengths.index(max(lengths))
    numbers = (
        column for column in width
        if column != title and all(re.fullmatch(r"[\w.\-]{1,6}", row[column]) for row in rows)
    )  # fmt: skip
    return Columns(title, next(numbers, None), tuple("title" if at == title else "" for at in width))


def columns_of(head: Sequence[str], by_name: Mapping[str, int] | None = None) -> Columns | None:
    kinds = [field_kind(cell) for cell in head]
    if not by_name and sum(map(bool, kinds)) < 2:
        return None
    for kind, column in (by_name or {}).items():
        if column <= len(kinds):
            kinds[column - 1] = kind
    title = next((kinds.index(kind) for kind in ("title", "action") if kind in kinds), None)
    if title is None:
        return None
    if "number" not in kinds and "action" in kinds and kinds.index("action") != title:
        kinds[kinds.index("action")] = "number"  # “Mesure | Intitulé”: the first column has the number
    return Columns(title, kinds.index("number") if "number" in kinds else None, tuple(kinds))


def _row_members(block: DocumentBlock, at: int, columns: Columns, first: int) -> Iterator[Member]:
    for number, row in enumerate(block.rows[first:], first):
        printed = row[columns.title]
        if not printed or sum(map(bool, row)) < 2 or [field_kind(cell) for cell in row] == list(columns.kinds):
            continue
        # “1.2 développer …” begins with a number in a cell, “2 années” with none
        numbers = (marker for marker in readings(printed) if not marker.style.is_bullet and marker.rest)
        marker = next((marker for marker in numbers if not marker.weak or len(marker.values) > 1), None)
        title = marker.rest if marker else printed
        # a narrow column may break “A.1” behind its full stop
        own = re.sub(r"(?<=\w\.)\s+(?=\w{1,3}$)", "", row[columns.number]) if columns.number is not None else ""
        beside = next((reading for reading in readings(own) if not reading.rest), None) if own else None
        printed_number = (beside.number if beside else own.rstrip(".)")) if own else marker.number if marker else ""
        label = (marker.label if marker else "") or (beside.label if beside else "")
        start = block.cell_start(number, columns.title) + printed.find(title)
        yield Member(at, printed_number, label, title, start, start + len(title), number)


def _cards(document: Document) -> Iterator[Series]:
    members = []
    for at, block in enumerate(document.blocks):
        if block.kind != "table" or len(block.rows[0]) > 3:
            continue
        cells = [cell for cell in block.rows[0] if cell]
        marker = next((reading for reading in readings(": ".join(cells)) if reading.style.word), None)
        # of a card that the end of a page cuts, the fields stand in the table that follows
        below = [row for table in document.blocks[at + 1 : at + 2] if table.kind == "table" for row in table.rows]
        if marker is None or not any(field_kind(row[0]) for row in [*block.rows[1:], *below]):
            continue
        title = marker.rest.lstrip(" :–-")
        place = block.start + max(block.text.find(title), 0)
        titled = [row for row in block.rows[1:] if field_kind(row[0]) == "title" and any(row[1:])]
        if not title and titled:
            title = next(cell for cell in titled[0][1:] if cell)
            place = block.cell_start(block.rows.index(titled[0]), titled[0].index(title, 1))
        members.append(Member(at, marker.number, marker.label, title, place, place + len(title), None, marker.values))
    yield Series("cards", "cards", tuple(members))


# Versions in several languages


def _parted(document: Document, series: Series) -> Iterator[Series]:
    columns = list(_by_column(document, series))
    if len(columns) > 1:
        yield from columns
        return
    spoken = _languages(document, series.members)
    groups: dict[str, list[Member]] = defaultdict(list)
    for member, language in zip(series.members, spoken, strict=True):
        if language:
            groups[language].append(member)
    # two languages have the same list; what is in a third goes nowhere
    large = [language for language, members in groups.items() if len(members) >= _LEAST]
    pairs = [pair for pair in combinations(large, 2) if _are_alike(groups[pair[0]], groups[pair[1]])]
    versions = dict.fromkeys(language for pair in pairs for language in pair)
    if pairs and sum(len(groups[language]) for language in versions) >= (1 + _ALIKE) / 2 * len(series.members):
        for language in versions:
            members = tuple(groups[language])
            yield replace(series, name=f"{series.name}@{language}", members=members, language=language)
        return
    most = Counter(filter(None, spoken)).most_common(1)
    yield replace(series, language=most[0][0]) if most else series


def _are_alike(members: Sequence[Member], counterpart: Sequence[Member]) -> bool:
    few, many = sorted((len(members), len(counterpart)))
    if few < _LEAST or many - few > max(1, (1 - _ALIKE) / 2 * many):
        return False
    numbers, other_numbers = ({member.number for member in side if member.number} for side in (members, counterpart))
    is_bare = not numbers and not other_numbers
    return is_bare or len(numbers & other_numbers) >= _ALIKE * len(numbers | other_numbers)


def _languages(document: Document, members: Sequence[Member]) -> list[str]:
    text, starts = document.text, [member.start for member in members]
    spoken: list[str] = []
    for at, member in enumerate(members):
        end = starts[at + 1] if at + 1 < len(starts) and starts[at + 1] > member.start else member.start + _READ
        words = text[member.start : min(end, member.start + _READ)]
        if member.row is not None:
            words = BETWEEN_CELLS.join(document.blocks[member.block].rows[member.row])
        own = block_language(member.title) or block_language(words)
        spoken.append(own or (spoken[-1] if spoken else ""))
    first = next(filter(None, spoken), "")
    return [language or first for language in spoken]


def _by_column(document: Document, series: Series) -> Iterator[Series]:
    if series.columns is None:
        return
    titled = [at for at, kind in enumerate(series.columns.kinds) if kind in ("title", "action")]
    for column in titled:
        cells = [(member, document.blocks[member.block], member.row or 0) for member in series.members]
        language = block_language(" ".join(block.rows[row][column] for _, block, row in cells))
        if not language or len(titled) < 2:
            continue
        kinds = tuple(
            "title" if at == column else "other-title" if at in titled else kind
            for at, kind in enumerate(series.columns.kinds)
        )
        members = []
        for member, block, row in cells:
            title, start = block.rows[row][column], block.cell_start(row, column)
            members.append(replace(member, title=title, start=start, end=start + len(title)))
        columns = Columns(column, series.columns.number, kinds)
        name = f"{series.name}@{language}"
        yield replace(series, name=name, members=tuple(members), columns=columns, language=language)
