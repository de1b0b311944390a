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
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from typing import Final, NamedTuple

from pan2kg.extract import (
    BULLET,
    Marker,
    field_kind,
    group_of,
    limit,
    numbering,
    readings,
    resolve,
    table as tables,
)
from pan2kg.extract.document import (
    BETWEEN_CELLS,
    BETWEEN_ROWS,
    Document,
    DocumentBlock,
    block_language,
    folded,
    noted,
)
from pan2kg.i18n.message import Message

_LEARNED: Final = 3  # A word that is not known is a label where as many numbers rise behind it
_TITLE_LENGTH: Final = 250
_LEAST: Final = 3  # fewer members are no version of a plan
_ALIKE: Final = (
    0.8  # two series of which as much is the same are one, or versions of one in two languages
)
_READ: Final = 1500  # how many characters behind a title are read for its language


@dataclass(frozen=True, slots=True)
class Member:
    block: int
    number: str
    label: str
    title: str
    start: int
    row: int | None = None
    values: tuple[int, ...] = ()

    @property
    def place(self) -> tuple[int, int | None]:
        return self.block, self.row


class Columns(NamedTuple):
    title: int
    number: int | None
    kinds: tuple[str, ...]

    @classmethod
    def of(cls, head: Sequence[str], by_name: Mapping[str, int] | None = None) -> "Columns | None":
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
            kinds[kinds.index("action")] = (
                "number"  # “Mesure | Intitulé”: the first column has the number
            )
        return cls(title, kinds.index("number") if "number" in kinds else None, tuple(kinds))


@dataclass(frozen=True, slots=True)
class Series:
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

    def is_version_of(self, other: "Series") -> bool:
        is_foreign = bool(self.language and other.language and self.language != other.language)
        return is_foreign and _are_alike(self.members, other.members)


def markers_of(document: Document) -> dict[int, Marker]:
    return resolve(
        {
            at: tuple(marker for marker in readings(block.text) if not marker.style.is_bullet)
            for at, block in enumerate(document.blocks)
            if block.kind in ("heading", "item", "paragraph")
        }
    )


def series_of(document: Document, columns: Mapping[str, int] | None = None) -> tuple[Series, ...]:
    markers = markers_of(document)
    blocks = document.blocks
    every = list(_marked(document, markers))
    bullets = [
        at
        for at, block in enumerate(blocks)
        if block.marker == BULLET
        and block.kind == "item"
        and not (at in markers and markers[at].style.word)
    ]
    depths = sorted({blocks[at].level for at in bullets})
    for depth in depths:
        members = tuple(_member(document, at, None) for at in bullets if blocks[at].level == depth)
        every.append(
            Series("bullets" if depth == depths[0] else f"bullets:{depth}", "bullets", members)
        )
    for level in sorted({block.level for block in blocks if block.kind == "heading"}):
        places = (
            at
            for at, block in enumerate(blocks)
            if block.kind == "heading" and block.level == level
        )
        members = tuple(_member(document, at, markers) for at in places)
        every.append(Series(f"headings:{level}", "headings", members))
    every += [*_rows(document, columns), *_cards(document)]
    return tuple(
        version
        for series in every
        if len(series.members) > 1
        for version in _parted(document, series)
    )


def _marked(document: Document, markers: Mapping[int, Marker]) -> Iterator[Series]:
    labelled: dict[str, list[int]] = defaultdict(list)
    styles: dict[tuple[str, str, bool], list[int]] = defaultdict(list)
    for at, marker in markers.items():
        if marker.group == "caption":
            continue
        if marker.style.word:
            labelled[marker.style.word].append(at)
        elif not marker.style.is_bullet:
            styles[
                marker.style.kinds, marker.style.form, document.blocks[at].kind == "heading"
            ].append(at)
    for word, places in labelled.items():
        values = [markers[at].values for at in places]
        rises = len(values) >= _LEARNED and sum(a < b for a, b in pairwise(values)) >= _LEARNED - 1
        if rises or group_of(word) in ("action", "category"):
            members = [_member(document, at, markers) for at in places]
            # without those that a list before the text names already: the later ones are followed
            # by text
            latest = {
                (member.number, folded(member.title)): at for at, member in enumerate(members)
            }
            members = [members[at] for at in sorted(latest.values())]
            # without the full stop of those whose bold words fill their lines, where most run into
            # the text
            blocks = [document.blocks[member.block] for member in members]
            if 2 * sum(0 < block.lead < len(block.text) for block in blocks) >= len(members):
                members = [
                    replace(member, title=member.title.rstrip(" .:–—-")) for member in members
                ]
            yield Series(f"label:{word.replace(' ', '-')}", "label", tuple(members))
    for (kinds, form, is_heading), styled in styles.items():
        # headings and paragraphs together where only both of them count without a leap
        counterpart = styles.get((kinds, form, not is_heading), [])
        together = sorted([*styled, *counterpart])
        counted = [
            [markers[at].values for at in places] for places in (together, styled, counterpart)
        ]
        whole, leaps, second = map(leaps_in, counted)
        is_whole = (
            bool(counterpart) and len(set(counted[0])) == len(together) and whole < leaps + second
        )
        if is_whole and not is_heading:
            continue
        places = together if is_whole else styled
        name = f"{'headings' if is_heading else 'numbers'}:{markers[places[0]].number}{form}"
        members = [_member(document, at, markers) for at in places]
        yield Series(name, "numbered-headings" if is_heading else "numbers", tuple(members))


def leaps_in(numbers: Sequence[tuple[int, ...]]) -> int:
    tails = [0, *(values[-1] if values else 0 for values in numbers)]
    return sum(after not in (1, before + 1) for before, after in pairwise(tails))


def _member(document: Document, at: int, markers: Mapping[int, Marker] | None) -> Member:
    block = document.blocks[at]
    marker = (markers or {}).get(at)
    words = marker.rest if marker else block.text
    title = ""
    if 0 < block.lead < len(block.text):
        title = block.text[len(block.text) - len(words) : block.lead].strip(
            " .:–—-"
        )  # bold words before the text
    title = title or words.rstrip(" :")
    if marker is None or markers is None:
        return Member(at, "", "", title, block.start)
    start = block.start + max(block.text.find(title), 0)
    if not title and at + 1 < len(document.blocks):
        # a label that stands alone: the next line, or what a table below calls the title
        below = document.blocks[at + 1]
        is_text = (
            below.kind != "table" and at + 1 not in markers and len(below.text) <= _TITLE_LENGTH
        )
        title = below.text if is_text and below.marker != BULLET else ""
        start = below.start
        for number, row in enumerate(below.rows):
            values = [cell for cell in row[1:] if cell]
            if field_kind(row[0]) in ("title", "action") and values:
                title = values[0]
                start = below.cell_start(number, row.index(values[0], 1))
                break
    elif not title:
        start = block.end
    return Member(at, marker.number, marker.label, title, start, values=marker.values)


def _rows(document: Document, by_name: Mapping[str, int] | None) -> Iterator[Series]:
    groups: dict[tuple[str, ...], list[Member]] = defaultdict(list)
    columns_by_head: dict[tuple[str, ...], Columns] = {}
    head: tuple[str, ...] = ()
    previous = -2
    for at, block in enumerate(document.blocks):
        if block.kind != "table" or len(block.rows[0]) < 2:
            continue
        folded_head = tuple(map(folded, block.rows[0]))
        goes_on = previous == at - 1 and len(folded_head) == len(head)
        # a narrow table with labels of fields down its first column is about one thing
        labels = sum(bool(field_kind(row[0])) for row in block.rows)
        is_card = len(block.rows[0]) < 4 and labels > 1 and 2 * labels >= len(block.rows)
        columns = None if is_card else Columns.of(block.rows[0], by_name) or _guessed(block)
        if columns and goes_on:
            is_head = sum(bool(field_kind(cell)) for cell in block.rows[0]) > 1
            number = columns_by_head[head].number
            # a row that has a number where its table has them is no head, whatever words its cells
            # have
            if not is_head or (number is not None and any(map(str.isdigit, block.rows[0][number]))):
                columns = None
        if columns:
            head = folded_head
            columns_by_head[head] = columns
        elif not goes_on:
            continue
        previous = at
        groups[head] += _row_members(block, at, columns_by_head[head], int(folded_head == head))
    for at, (head, members) in enumerate(groups.items(), 1):
        yield Series(
            "rows" if len(groups) == 1 else f"rows:{at}",
            "rows",
            tuple(members),
            columns_by_head[head],
        )


def _guessed(block: DocumentBlock) -> Columns | None:
    """The longest texts of a table with unknown heads as titles, so that it can be shown; no sign speaks for them."""
    rows = block.rows[1:]
    width = range(len(block.rows[0]))
    if len(rows) < _LEARNED:
        return None
    title = max(width, key=lambda column: sum(len(row[column]) for row in rows))
    is_number = [
        all(re.fullmatch(r"[\w.\-]{1,6}", row[column]) for row in rows) for column in width
    ]
    number = next((column for column in width if column != title and is_number[column]), None)
    return Columns(title, number, tuple("title" if at == title else "" for at in width))


def _row_members(block: DocumentBlock, at: int, columns: Columns, top: int) -> Iterator[Member]:
    for number, row in enumerate(block.rows[top:], top):
        printed = row[columns.title]
        if (
            not printed
            or sum(map(bool, row)) < 2
            or [field_kind(cell) for cell in row] == list(columns.kinds)
        ):
            continue
        # “1.2 développer …” begins with a number in a cell, “2 années” with none
        numbers = (
            marker for marker in readings(printed) if not marker.style.is_bullet and marker.rest
        )
        marker = next(
            (marker for marker in numbers if not marker.weak or len(marker.values) > 1), None
        )
        title = marker.rest if marker else printed
        # a narrow column may break “A.1” behind its full stop
        cell = (
            re.sub(r"(?<=\w\.)\s+(?=\w{1,3}$)", "", row[columns.number])
            if columns.number is not None
            else ""
        )
        beside = (
            next((reading for reading in readings(cell) if not reading.rest), None)
            if cell
            else None
        )
        printed_number = (
            (beside.number if beside else cell.rstrip(".)"))
            if cell
            else marker.number
            if marker
            else ""
        )
        label = (marker.label if marker else "") or (beside.label if beside else "")
        start = block.cell_start(number, columns.title) + printed.find(title)
        yield Member(at, printed_number, label, title, start, number)


def _cards(document: Document) -> Iterator[Series]:
    members = []
    for at, block in enumerate(document.blocks):
        if block.kind != "table" or len(block.rows[0]) > 3:
            continue
        cells = [cell for cell in block.rows[0] if cell]
        marker = next(
            (reading for reading in readings(": ".join(cells)) if reading.style.word), None
        )
        # of a card that the end of a page cuts, the fields stand in the table that follows
        below = [
            row
            for table in document.blocks[at + 1 : at + 2]
            if table.kind == "table"
            for row in table.rows
        ]
        if marker is None or not any(field_kind(row[0]) for row in [*block.rows[1:], *below]):
            continue
        title = marker.rest.lstrip(" :–-")
        place = block.start + max(block.text.find(title), 0)
        titled = [row for row in block.rows[1:] if field_kind(row[0]) == "title" and any(row[1:])]
        if not title and titled:
            title = next(cell for cell in titled[0][1:] if cell)
            place = block.cell_start(block.rows.index(titled[0]), titled[0].index(title, 1))
        members.append(Member(at, marker.number, marker.label, title, place, None, marker.values))
    yield Series("cards", "cards", tuple(members))


# Versions in several languages


def _parted(document: Document, series: Series) -> Iterator[Series]:
    """A series, or the versions of it in two languages: in columns of a table, or by the languages of its members."""
    kinds = series.columns.kinds if series.columns else ()
    titled = [at for at, kind in enumerate(kinds) if kind in ("title", "action")]
    versions: list[Series] = []
    for column in titled if len(titled) > 1 else ():
        cells = [
            (member, document.blocks[member.block], member.row or 0) for member in series.members
        ]
        if language := block_language(" ".join(block.rows[row][column] for _, block, row in cells)):
            named = {at: "title" if at == column else "other-title" for at in titled}
            number = series.columns.number if series.columns else None
            columns = Columns(
                column, number, tuple(named.get(at, kind) for at, kind in enumerate(kinds))
            )
            members = tuple(
                replace(member, title=block.rows[row][column], start=block.cell_start(row, column))
                for member, block, row in cells
            )
            name = f"{series.name}@{language}"
            versions.append(
                replace(series, name=name, members=members, columns=columns, language=language)
            )
    if len(versions) > 1:
        yield from versions
        return
    spoken: list[str] = []
    text = document.text
    starts = [member.start for member in series.members]
    for at, member in enumerate(series.members):
        end = (
            starts[at + 1]
            if at + 1 < len(starts) and starts[at + 1] > member.start
            else member.start + _READ
        )
        words = text[member.start : min(end, member.start + _READ)]
        if member.row is not None:
            words = BETWEEN_CELLS.join(document.blocks[member.block].rows[member.row])
        own = block_language(member.title) or block_language(words)
        spoken.append(own or (spoken[-1] if spoken else ""))
    earliest = next(filter(None, spoken), "")
    groups: dict[str, list[Member]] = defaultdict(list)
    for member, language in zip(series.members, spoken, strict=True):
        if language or earliest:
            groups[language or earliest].append(member)
    # two languages have the same list; what is in a third goes nowhere
    large = [language for language, members in groups.items() if len(members) >= _LEAST]
    pairs = [
        pair for pair in combinations(large, 2) if _are_alike(groups[pair[0]], groups[pair[1]])
    ]
    parts = dict.fromkeys(language for pair in pairs for language in pair)
    if pairs and sum(len(groups[language]) for language in parts) >= (1 + _ALIKE) / 2 * len(
        series.members
    ):
        for language in parts:
            name = f"{series.name}@{language}"
            yield replace(series, name=name, members=tuple(groups[language]), language=language)
        return
    most = max(groups, key=lambda language: len(groups[language]), default="")
    yield replace(series, language=most) if most else series


def _are_alike(members: Sequence[Member], counterpart: Sequence[Member]) -> bool:
    few, many = sorted((len(members), len(counterpart)))
    if few < _LEAST or many - few > max(1, (1 - _ALIKE) / 2 * many):
        return False
    numbers, other_numbers = (
        {member.number for member in side if member.number} for side in (members, counterpart)
    )
    is_bare = not numbers and not other_numbers
    return is_bare or len(numbers & other_numbers) >= _ALIKE * len(numbers | other_numbers)


FIELD: Final = re.compile(r"([^\W\d_][^:.\n]{0,60}?)\s?:\s*(?=\S|$)")
_BARE: Final = 4  # A heading that only announces has at most as many words
_LIST: Final = 0.6  # A plain text of which as much is in its items is a list of actions already
_LONGEST_CHAPTER: Final = 200
# a whole number before a word; a year has four digits, and a number within another is none
_COUNTED: Final = re.compile(r"(?<![\w.,/–-])(\d{1,3})\s+([^\W\d_]+)")
# which of the signs are told in the same words
_TOLD: Final = {
    "running-text": "title-form", "capitals": "title-form", "short": "title-form", "chapter-words": "chapter",
    "chapter-label": "chapter", "few": "number", "good-number": "number", "counted": "again", "listed-twice": "again",
    "verb-below-chapter": "verb-title", "under-measures": "announced",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A series as the actions; a reason is a sign of ``signs.toml`` with its share and worth."""

    series: Series
    score: float
    reasons: Mapping[str, tuple[float, float]]
    refusal: Message | None = None

    @property
    def told(self) -> Message:
        titles = [member.title or member.number for member in self.series.members]
        examples = " / ".join(title[:70] for title in titles[:2])
        form = noted(f"form.{self.series.form.removeprefix('numbered-')}")
        name = self.series.name
        number = str(len(titles))
        score = f"{self.score:.1f}"
        return noted(
            "hypothesis", name=name, number=number, examples=examples, score=score, form=form
        )

    @property
    def reasons_told(self) -> list[Message]:
        signs = sorted(self.reasons.items(), key=lambda row: -abs(row[1][1]))
        reasons = [
            noted(
                f"sign.{_TOLD.get(sign, sign)}",
                share=str(round(100 * share)),
                worth=f"{worth:+.1f}",
            )
            for sign, (share, worth) in signs
        ]
        return [
            noted("because", reason=reason) for reason in filter(None, (self.refusal, *reasons))
        ]


def hypotheses(
    document: Document, columns: Mapping[str, int] | None = None
) -> tuple[Hypothesis, ...]:
    """The series of a document as its actions, the best one first; of those that are the same the best alone."""
    every = series_of(document, columns)
    signs = _Signs(document, every)
    distinct: list[Hypothesis] = []
    for hypothesis in sorted(map(signs.hypothesis, every), key=_rank):
        blocks = {member.block for member in hypothesis.series.members}
        for at, earlier in enumerate(distinct):
            if not _is_same(hypothesis.series, earlier.series):
                continue
            is_apart = blocks.isdisjoint(member.block for member in earlier.series.members)
            if is_apart and "listed-twice" not in earlier.reasons:
                worth = tables("signs")["weights"]["listed-twice"]
                reasons = {**earlier.reasons, "listed-twice": (1.0, worth)}
                distinct[at] = replace(earlier, score=earlier.score + worth, reasons=reasons)
            break
        else:
            distinct.append(hypothesis)
    return tuple(sorted(distinct, key=_rank))


def _rank(hypothesis: Hypothesis) -> tuple[float, str]:
    return -hypothesis.score, hypothesis.series.name


def _is_same(series: Series, other: Series) -> bool:
    titles, theirs = (
        {folded(member.title) for member in listing.members} for listing in (series, other)
    )
    places = series.places
    other_places = other.places
    overlap = len(places & other_places) >= _ALIKE * len(places | other_places)
    return not series.is_version_of(other) and (
        overlap or len(titles & theirs) >= _ALIKE * len(titles | theirs)
    )


def chosen(ranked: Sequence[Hypothesis]) -> Hypothesis | None:
    """The hypothesis that is taken without asking; None where none is good enough or two are as good.

    The same things together with the chapters above them, set alike, are no rival of those things.
    """
    if not ranked or ranked[0].score < limit("least-score") or ranked[0].refusal:
        return None
    best = ranked[0].series

    def is_rival(series: Series) -> bool:
        own = series.places
        inner = best.places
        blocks = {block for block, _ in inner}
        chapters = sorted(block for block, _ in own - inner)
        bounds = [*chapters[1:], max(block for block, _ in own) + 1]
        # those actions and the chapters above them, set alike: some of them are below each
        with_chapters = inner < own and all(
            any(low < block < high for block in blocks)
            for low, high in zip(chapters, bounds, strict=True)
        )
        # some of the actions, which count without a leap: those that happen to be set alike
        shared = [member.values for member in best.members if member.place in own]
        counted = [member.values for member in best.members]
        is_torn = len(own) == len(shared) < len(counted) and leaps_in(counted) < leaps_in(shared)
        return not with_chapters and not is_torn

    rival = next((hypothesis for hypothesis in ranked[1:] if is_rival(hypothesis.series)), None)
    return ranked[0] if rival is None or ranked[0].score - rival.score >= limit("margin") else None


def in_language(ranked: Sequence[Hypothesis], language: str) -> tuple[Hypothesis, ...]:
    wanted = [hypothesis.series for hypothesis in ranked if hypothesis.series.language == language]
    return tuple(
        hypothesis
        for hypothesis in ranked
        if hypothesis.series.language == language
        or not any(map(hypothesis.series.is_version_of, wanted))
    )


def languages_of(ranked: Sequence[Hypothesis]) -> tuple[str, ...]:
    best, *others = [hypothesis.series for hypothesis in ranked] or [Series("", "", ())]
    versions = (series.language for series in others if best.is_version_of(series))
    return tuple(dict.fromkeys((best.language, *versions))) if ranked else ()


class _Signs:
    def __init__(self, document: Document, every: Sequence[Series]) -> None:
        self.document = document
        self.begun: dict[int, set[str]] = {}
        for series in every:
            for member in series.members:
                self.begun.setdefault(member.block, set()).add(series.name)
        # labels of lines “Label: value” that are known or come back
        matches = (
            (FIELD.match(block.text))
            for block in document.blocks
            if block.kind in ("paragraph", "item")
        )
        labels = Counter(
            folded(match[1]) for match in matches if match and len(match[1].split()) <= 5
        )
        self.labels = {label for label, number in labels.items() if number > 1 or field_kind(label)}
        self.title = plan_title(document)
        # a plain text that is little more than items and the headings above them is no document
        # with a list in it
        marked = "".join(
            block.text for block in document.blocks if block.kind in ("item", "heading")
        )
        printed = sum(not char.isspace() for char in document.text)
        self.is_list = (
            document.format == "txt"
            and sum(not char.isspace() for char in marked) >= _LIST * printed
        )

    def hypothesis(self, series: Series) -> Hypothesis:
        members = series.members
        blocks = self.document.blocks
        begun = {member.block for member in members}
        label = group_of(series.label)
        measures = numbering.words("measures", table="signs")
        shares: dict[str, float] = {
            "action-label": float(label == "action"),
            "action-table": self._action_table(series),
            "chapter-label": float(label == "category"),
            "good-number": float(limit("enough-members") <= len(members) <= limit("many-members")),
            "few": float(len(members) < limit("few-members")),
            "unnumbered": float(not any(member.number for member in members)),
            "counted": float(
                any(
                    int(number) == len(members) and word in measures
                    for at, block in enumerate(blocks)
                    if at not in begun
                    for number, word in _COUNTED.findall(folded(block.text))
                )
            ),
            "is-list": float(self.is_list),
        }
        tests: dict[str, Callable[[Member, Sequence[DocumentBlock]], bool]] = {
            "with-fields": lambda _, section: series.form != "rows" and self._has_fields(section),
            "announced": lambda member, _: (
                series.form in ("bullets", "numbers") and self._is_announced(member, series)
            ),
            "verb-title": lambda member, _: numbering.begins(member.title),
            "verb-below-chapter": lambda m, _: (
                len(m.values) > 1 and numbering.begins(m.title, as_verb=True)
            ),
            "under-measures": lambda member, _: (
                # the title of the whole speaks of actions in every plan
                series.form != "rows"
                and any(
                    numbering.speaks_of_measures(text)
                    for text in blocks[member.block].path
                    if text != self.title
                )
            ),
            "chapter-words": lambda member, _: numbering.is_chapter(member.title),
            "running-text": lambda member, _: len(member.title) > limit("running-characters"),
            "capitals": lambda member, _: member.title.isupper() and not member.title.islower(),
            "short": lambda member, _: len(member.title.split()) < 3,
        }
        sections = sections_of(series, self.document)
        for sign, holds in tests.items():
            shares[sign] = sum(map(holds, members, sections)) / len(members)
        shares["holds-others"] = 0 if series.form in ("rows", "cards") else self._holding(series)
        weights = tables("signs")["weights"]
        reasons = {
            sign: (share, round(weights[sign] * share, 2))
            for sign, share in shares.items()
            if share and weights[sign]
        }
        score = round(sum(worth for _, worth in reasons.values()), 2)
        return Hypothesis(series, score, reasons, _refusal(members))

    def _action_table(self, series: Series) -> float:
        """Whether a table has columns of actions and of who, when or how; half of that where one is only of titles."""
        columns = series.columns
        if (
            series.form != "rows"
            or not columns
            or not {"responsible", "timeline", "indicator"} & {*columns.kinds}
        ):
            return 0
        head = self.document.blocks[series.members[0].block].rows[0]
        # “Mesure | Intitulé”: the column of actions has the number and stands right before
        before = (
            head[columns.title - 1] if columns.title and columns.number == columns.title - 1 else ""
        )
        # “Title of the action” names both
        words = [head[columns.title], before, *head[columns.title].split()]
        return 1 if series.label or any(field_kind(word) == "action" for word in words) else 0.5

    def _has_fields(self, section: Sequence[DocumentBlock]) -> bool:
        for block in section:
            if block.kind == "heading":
                return False  # what stands below it is of a part of this one
            if block.kind == "table" and is_field_table(block):
                return True
            match = FIELD.match(block.text) if block.kind in ("paragraph", "item") else None
            if match and folded(match[1]) in self.labels:
                return True
        return False

    def _is_announced(self, member: Member, series: Series) -> bool:
        blocks = self.document.blocks
        at = member.block - 1
        level = blocks[member.block].level
        while (
            at >= 0
            and blocks[at].kind == "item"
            and (
                blocks[at].marker == BULLET or series.form == "numbers" or blocks[at].level > level
            )
        ):
            if 0 < blocks[at].level < level:
                return False  # it is a part of another one, which is announced
            at -= 1
        if at < 0 or not numbering.speaks_of_measures(blocks[at].text):
            return False
        # “Mesures” alone above them says it too; “Mesure 3 – …” is one itself, and they are its
        # parts
        text = blocks[at].text
        is_bare = blocks[at].kind == "heading" and len(text.split()) <= _BARE
        is_bare = is_bare and not any(
            marker.number for marker in numbering.readings(text) if not marker.weak
        )
        return text.rstrip().endswith(":") or is_bare

    def _holding(self, series: Series) -> float:
        starts = sorted({member.block for member in series.members})
        blocks = self.document.blocks
        holding = 0
        for at, end in pairwise([*starts, len(blocks)]):
            inside: Counter[str] = Counter()
            for place in range(at + 1, end):
                if blocks[place].kind == "heading" and not _is_below(blocks[place], blocks[at]):
                    break
                inside.update(self.begun.get(place, set()) - {series.name})
            holding += any(count > 1 for count in inside.values())
        return holding / len(starts)


def _is_below(heading: DocumentBlock, block: DocumentBlock) -> bool:
    return block.kind == "heading" and heading.level > block.level


def plan_title(document: Document) -> str:
    headings = [block for block in document.blocks if block.kind == "heading"]
    outermost = [
        block for block in headings if block.level == min(heading.level for heading in headings)
    ]
    return headings[0].text if len(headings) > 1 and outermost == headings[:1] else ""


def is_field_table(block: DocumentBlock) -> bool:
    down = sum(bool(field_kind(row[0])) for row in block.rows)
    across = sum(bool(field_kind(cell)) for cell in block.rows[0])
    return (len(block.rows[0]) in (2, 3) and 2 * down >= len(block.rows) and down > 1) or across > 1


def _refusal(members: Sequence[Member]) -> Message | None:
    titles = [folded(member.title) for member in members]
    if len(titles) < 3:
        return None
    numbers = [re.findall(r"(?<![\d.,/])\d{1,3}(?![\d.,/%])", title) for title in titles]
    inner = [int(inside[0]) for inside in numbers if inside]
    rising = sum(after == before + 1 for before, after in pairwise(inner))
    if len(inner) >= _ALIKE * len(titles) and rising >= _ALIKE * (len(inner) - 1):
        return noted("label-unknown")
    begins = Counter(" ".join(title.split()[:3]) for title in titles)
    if begins.most_common(1)[0][1] >= _ALIKE * len(titles) and len(titles) > 3:
        return noted("label-unknown")
    return noted("untitled-members") if 5 * titles.count("") > len(titles) else None


# Sections


def sections_of(series: Series, document: Document) -> list[tuple[DocumentBlock, ...]]:
    """What stands below each member: to the next one, or to a heading that is not below it.

    Of a member that is a table it is the table, and those that follow at once, where the end of a
    page cut it.
    """
    starts = {member.block for member in series.members}
    sections: list[tuple[DocumentBlock, ...]] = []
    for member in series.members:
        head = document.blocks[member.block]
        begin = member.block if head.kind == "table" else member.block + 1
        end = begin
        for end, block in enumerate(document.blocks[begin:], begin):
            is_other = end in starts and end != member.block
            if is_other or (block.kind == "heading" and not _is_below(block, head)):
                break
            if head.kind == "table" and block.kind != "table":
                break
        else:
            end = len(document.blocks)
        sections.append(document.blocks[begin:end])
    return sections


class Named(NamedTuple):
    iri: str
    number: str
    titles: tuple[str, ...]


class Section(NamedTuple):
    iri: str
    start: int
    end: int


def _words(text: str) -> str:
    return re.sub(r"[^\w]+", " ", folded(text)).strip()


def sections(document: Document, plan: str, actions: Iterable[Named]) -> tuple[Section, ...]:
    """The whole text in sections, each of an action or of the plan, in their order.

    Actions are found by the titles they have in the graph. A title may stand several times, in a
    list of contents, a summary and the body: the place that is followed by most text is the one. It
    ends where a draft of the same document ends it: at a heading that is not below it, at a line
    with the label of a chapter, or with its row of a table.
    """
    pairs = ((_words(title), action.iri) for action in actions for title in action.titles)
    titles = {title: iri for title, iri in pairs if len(title) > 3}
    longest_first = sorted(titles, key=len, reverse=True)  # one title may begin as another does
    # where a title stands: block, row of a table, place in the text, action
    begun: list[tuple[int, int, int, str]] = []
    for at, block in enumerate(document.blocks):
        start = block.start
        bold = len(_words(block.text[: block.lead]))
        for row, line in enumerate(
            block.text.split(BETWEEN_ROWS) if block.kind == "table" else [block.text]
        ):
            words = _words(line)
            for title in longest_first:
                before = words.find(title)
                # after its number and label, alone or in bold before the text; in a table it is the
                # title of a cell
                behind = before + len(title)
                is_alone = before < _MOST_BEFORE and (
                    len(words) <= behind + _MOST_BEFORE or behind <= bold
                )
                if before == 0 or (before > 0 and (is_alone or block.kind == "table")):
                    begun.append((at, row, start, titles[title]))
                    break
            start += len(line) + len(BETWEEN_ROWS)
    chapters = {
        at for at, marker in markers_of(document).items() if group_of(marker.label) == "category"
    }
    chapters -= {at for at, *_ in begun}
    longest: dict[str, Section] = {}
    for (at, row, start, action), following in zip(begun, [*begun[1:], None], strict=False):
        end = min(
            following[2] if following else len(document.text), _end(document, at, row, chapters)
        )
        if action not in longest or end - start > longest[action].end - longest[action].start:
            longest[action] = Section(action, start, end)
    filled = list[Section]()
    end = 0
    for section in sorted(longest.values(), key=lambda section: section.start):
        filled += [Section(plan, end, section.start), section]
        end = section.end
    filled.append(Section(plan, end, len(document.text)))
    return tuple(section for section in filled if section.start < section.end)


# by how many characters a line with a title may be longer than it: the number and the label before
# it
_MOST_BEFORE: Final = 60


def _end(document: Document, at: int, row: int, chapters: set[int]) -> int:
    head = document.blocks[at]
    if head.kind == "table" and (columns := Columns.of(head.rows[0])) and row:
        # rows that go on with it have other cells, and none with a title
        for row_end in range(row + 1, len(head.rows) + 1):
            cells = head.rows[row_end] if row_end < len(head.rows) else ()
            if not cells or cells[columns.title] or sum(map(bool, cells)) < 2:
                return head.start + len(
                    BETWEEN_ROWS.join(map(BETWEEN_CELLS.join, head.rows[:row_end]))
                )
    for after, block in enumerate(document.blocks[at + 1 :], at + 1):
        is_above = block.kind == "heading" and not _is_below(block, head)
        is_chapter = after in chapters and len(block.text) < _LONGEST_CHAPTER
        # a table that is one action goes on overleaf, and ends with it
        if is_above or is_chapter or (head.kind == "table" and block.kind != "table"):
            return document.blocks[after - 1].end
    return len(document.text)
