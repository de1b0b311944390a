"""Every series of a document as a hypothesis “these are the actions”, with a score and its reasons; and sections.

The best hypothesis is taken only where it reaches a least score and leads by a margin; else it is for a person to say.
A wrong list that nobody doubted costs more than a question.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final, NamedTuple

from pan2kg.extract import numbering
from pan2kg.extract.document import BETWEEN_CELLS, BETWEEN_ROWS, Document, DocumentBlock, folded, noted
from pan2kg.extract.numbering import BULLET, field_kind, group_of, limit
from pan2kg.extract.series import Member, Series, columns_of, leaps_in, markers_of, series_of
from pan2kg.i18n.message import Message

FIELD: Final = re.compile(r"([^\W\d_][^:.\n]{0,60}?)\s?:\s*(?=\S|$)")
_BARE: Final = 4  # A heading that only announces has at most as many words
_ALIKE: Final = 0.8  # two series of which as much is the same are one
_LIST: Final = 0.6  # A plain text of which as much is in its items is a list of actions already
_LONGEST_CHAPTER: Final = 200


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A series as the actions: its score, the reasons, and what refuses it however high the score.

    A reason is a sign by its name in ``signs.toml``, with what share of the members show it and what that is worth.
    """

    series: Series
    score: float
    reasons: Mapping[str, tuple[float, float]]
    refusal: Message | None = None

    @property
    def told(self) -> Message:
        titles = [member.title or member.number for member in self.series.members]
        examples = " / ".join(title[:70] for title in titles[:2])
        form = noted(f"form.{self.series.form}")
        score = f"{self.score:.1f}"
        name, number = self.series.name, str(len(titles))
        return noted("hypothesis", name=name, number=number, examples=examples, score=score, form=form)

    @property
    def reasons_told(self) -> list[Message]:
        ranked = sorted(self.reasons.items(), key=lambda row: -abs(row[1][1]))
        signs = [noted(f"sign.{sign}", share=str(round(100 * share)), worth=f"{worth:+.1f}")
                 for sign, (share, worth) in ranked]  # fmt: skip
        return [noted("because", reason=reason) for reason in ([self.refusal] if self.refusal else []) + signs]


def hypotheses(document: Document, columns: Mapping[str, int] | None = None) -> tuple[Hypothesis, ...]:
    every = series_of(document, columns)
    signs = _Signs(document, every)
    distinct: list[Hypothesis] = []
    for hypothesis in sorted(map(signs.hypothesis, every), key=_rank):
        series = hypothesis.series
        twin = next((at for at, other in enumerate(distinct) if _is_same(series, other.series)), None)
        if twin is None:
            distinct.append(hypothesis)
            continue
        other = distinct[twin]
        is_apart = not {m.block for m in series.members} & {m.block for m in other.series.members}
        if is_apart and "listed-twice" not in other.reasons:
            worth = numbering.weights()["listed-twice"]
            reasons = {**other.reasons, "listed-twice": (1.0, worth)}
            distinct[twin] = replace(other, score=other.score + worth, reasons=reasons)
    return tuple(sorted(distinct, key=_rank))


def _rank(hypothesis: Hypothesis) -> tuple[float, str]:
    return -hypothesis.score, hypothesis.series.name


def _is_same(series: Series, other: Series) -> bool:
    titles, others = ({folded(member.title) for member in each.members} for each in (series, other))
    places, other_places = series.places, other.places
    overlap = len(places & other_places) >= _ALIKE * len(places | other_places)
    return not series.is_version_of(other) and (overlap or len(titles & others) >= _ALIKE * len(titles | others))


def chosen(ranked: Sequence[Hypothesis]) -> Hypothesis | None:
    """The hypothesis that is taken without asking; None where none is good enough or two are as good.

    The same things together with the chapters above them, set alike, are no rival of those things.
    """
    if not ranked or ranked[0].score < limit("least-score") or ranked[0].refusal:
        return None
    best = ranked[0].series

    def is_rival(series: Series) -> bool:
        own, inner = series.places, best.places
        blocks = {block for block, _ in inner}
        chapters = sorted(block for block, _ in own - inner)
        bounds = [*chapters[1:], max(block for block, _ in own) + 1]
        # those actions and the chapters above them, set alike: some of them are below each
        with_chapters = inner < own and all(
            any(low < block < high for block in blocks) for low, high in zip(chapters, bounds, strict=True)
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
        hypothesis for hypothesis in ranked
        if hypothesis.series.language == language or not any(map(hypothesis.series.is_version_of, wanted))
    )  # fmt: skip


def languages_of(ranked: Sequence[Hypothesis]) -> tuple[str, ...]:
    if not ranked:
        return ()
    best = ranked[0].series
    others = (other.series.language for other in ranked[1:] if best.is_version_of(other.series))
    return tuple(dict.fromkeys((best.language, *others)))


class _Signs:
    def __init__(self, document: Document, every: Sequence[Series]) -> None:
        self.document = document
        self.begun: dict[int, set[str]] = {}
        for series in every:
            for member in series.members:
                self.begun.setdefault(member.block, set()).add(series.name)
        # labels of lines “Label: value” that are known or come back
        matches = ((FIELD.match(block.text)) for block in document.blocks if block.kind in ("paragraph", "item"))
        labels = Counter(folded(match[1]) for match in matches if match and len(match[1].split()) <= 5)
        self.labels = {label for label, number in labels.items() if number > 1 or field_kind(label)}
        self.title = plan_title(document)
        # a plain text that is little more than items and the headings above them is no document with a list in it
        marked = "".join(block.text for block in document.blocks if block.kind in ("item", "heading"))
        printed = sum(not char.isspace() for char in document.text)
        self.is_list = document.format == "txt" and sum(not char.isspace() for char in marked) >= _LIST * printed

    def hypothesis(self, series: Series) -> Hypothesis:
        members, blocks = series.members, self.document.blocks
        own = {member.block for member in members}
        label = group_of(series.label)
        shares: dict[str, float] = {
            "action-label": float(label == "action"),
            "action-table": self._action_table(series),
            "chapter-label": float(label == "category"),
            "good-number": float(limit("enough-members") <= len(members) <= limit("many-members")),
            "few": float(len(members) < limit("few-members")),
            "unnumbered": float(not any(member.number for member in members)),
            "counted": float(any(
                len(members) in numbering.counted_measures(block.text)
                for at, block in enumerate(blocks) if at not in own
            )),
            "is-list": float(self.is_list),
        }  # fmt: skip
        tests: dict[str, Callable[[Member, Sequence[DocumentBlock]], bool]] = {
            "with-fields": lambda _, section: series.form != "rows" and self._has_fields(section),
            "announced": lambda member, _: series.form in ("bullets", "numbers") and self._is_announced(member, series),
            "verb-title": lambda member, _: numbering.begins_as_action(member.title),
            "verb-below-chapter": lambda member, _: (
                len(member.values) > 1 and numbering.begins_with_verb(member.title)
            ),
            "under-measures": lambda member, _: (
                # the title of the whole speaks of actions in every plan
                series.form != "rows" and any(
                    numbering.speaks_of_measures(text) for text in blocks[member.block].path if text != self.title
                )
            ),
            "chapter-words": lambda member, _: numbering.is_chapter(member.title),
            "running-text": lambda member, _: len(member.title) > limit("running-characters"),
            "capitals": lambda member, _: member.title.isupper() and not member.title.islower(),
            "short": lambda member, _: len(member.title.split()) < 3,
        }  # fmt: skip
        sections = sections_of(series, self.document)
        for sign, holds in tests.items():
            shares[sign] = sum(map(holds, members, sections)) / len(members)
        shares["holds-others"] = 0 if series.form in ("rows", "cards") else self._holding(series)
        weights = numbering.weights()
        reasons = {
            sign: (share, round(weights[sign] * share, 2)) for sign, share in shares.items() if share and weights[sign]
        }
        score = round(sum(worth for _, worth in reasons.values()), 2)
        return Hypothesis(series, score, reasons, _refusal(members))

    def _action_table(self, series: Series) -> float:
        """Whether a table has columns of actions and of who, when or how; half of that where one is only of titles.

        A list of plans or of texts has titles, dates and authorities too.
        """
        columns = series.columns
        if series.form != "rows" or not columns or not {"responsible", "timeline", "indicator"} & {*columns.kinds}:
            return 0
        head = self.document.blocks[series.members[0].block].rows[0]
        # “Mesure | Intitulé”: the column of actions has the number and stands right before
        before = head[columns.title - 1] if columns.title and columns.number == columns.title - 1 else ""
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
        blocks, at = self.document.blocks, member.block - 1
        level = blocks[member.block].level
        while at >= 0 and blocks[at].kind == "item" and (
            blocks[at].marker == BULLET or series.form == "numbers" or blocks[at].level > level
        ):  # fmt: skip
            if 0 < blocks[at].level < level:
                return False  # it is a part of another one, which is announced
            at -= 1
        if at < 0 or not numbering.speaks_of_measures(blocks[at].text):
            return False
        # “Mesures” alone above them says it too; “Mesure 3 – …” is one itself, and they are its parts
        text = blocks[at].text
        is_bare = blocks[at].kind == "heading" and len(text.split()) <= _BARE
        is_bare = is_bare and not any(marker.number for marker in numbering.readings(text) if not marker.weak)
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
    outermost = [block for block in headings if block.level == min(heading.level for heading in headings)]
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
    first = [int(inside[0]) for inside in numbers if inside]
    rising = sum(after == before + 1 for before, after in pairwise(first))
    if len(first) >= _ALIKE * len(titles) and rising >= _ALIKE * (len(first) - 1):
        return noted("number-inside")
    begins = Counter(" ".join(title.split()[:3]) for title in titles)
    if begins.most_common(1)[0][1] >= _ALIKE * len(titles) and len(titles) > 3:
        return noted("begin-alike")
    return noted("untitled-members") if 5 * sum(not title for title in titles) > len(titles) else None


# Sections


def sections_of(series: Series, document: Document) -> list[tuple[DocumentBlock, ...]]:
    """What stands below each member: to the next one, or to a heading that is not below it.

    Of a member that is a table it is the table, and those that follow at once, where the end of a page cut it.
    """
    starts = {member.block for member in series.members}
    sections: list[tuple[DocumentBlock, ...]] = []
    for member in series.members:
        own = document.blocks[member.block]
        first = member.block if own.kind == "table" else member.block + 1
        end = first
        for end, block in enumerate(document.blocks[first:], first):
            is_other = end in starts and end != member.block
            if is_other or (block.kind == "heading" and not _is_below(block, own)):
                break
            if own.kind == "table" and block.kind != "table":
                break
        else:
            end = len(document.blocks)
        sections.append(document.blocks[first:end])
    return sections


class Named(NamedTuple):
    iri: str
    number: str
    titles: tuple[str, ...]


class Section(NamedTuple):
    iri: str
    start: int
    end: int


def sections(document: Document, plan: str, actions: Iterable[Named]) -> tuple[Section, ...]:
    """The whole text in sections, each of an action or of the plan, in their order.

    Actions are found by the titles they have in the graph. A title may stand several times, in a list of contents, a
    summary and the body: the place that is followed by most text is the one. It ends where a draft of the same document
    ends it: at a heading that is not below it, at a line with the label of a chapter, or with its row of a table.
    """
    titles = {plain: action.iri for action in actions for title in action.titles if len(plain := _plain(title)) > 3}
    longest_first = sorted(titles, key=len, reverse=True)  # one title may begin as another does
    # where a title stands: block, row of a table, place in the text, action
    begun: list[tuple[int, int, int, str]] = []
    for at, block in enumerate(document.blocks):
        start, bold = block.start, len(_plain(block.text[: block.lead]))
        for row, line in enumerate(block.text.split(BETWEEN_ROWS) if block.kind == "table" else [block.text]):
            words = _plain(line)
            for title in longest_first:
                before = words.find(title)
                # after its number and label, alone or in bold before the text; in a table it is the title of a cell
                behind = before + len(title)
                is_alone = before < _MOST_BEFORE and (len(words) <= behind + _MOST_BEFORE or behind <= bold)
                if before == 0 or (before > 0 and (is_alone or block.kind == "table")):
                    begun.append((at, row, start, titles[title]))
                    break
            start += len(line) + len(BETWEEN_ROWS)
    chapters = {at for at, marker in markers_of(document).items() if group_of(marker.label) == "category"}
    chapters -= {at for at, *_ in begun}
    longest: dict[str, Section] = {}
    for number, (at, row, start, action) in enumerate(begun):
        following = begun[number + 1][2] if number + 1 < len(begun) else len(document.text)
        end = min(following, _end(document, at, row, chapters))
        if action not in longest or end - start > longest[action].end - longest[action].start:
            longest[action] = Section(action, start, end)
    filled: list[Section] = []
    last = 0
    for section in sorted(longest.values(), key=lambda section: section.start):
        filled += [Section(plan, last, section.start), section]
        last = section.end
    filled.append(Section(plan, last, len(document.text)))
    return tuple(section for section in filled if section.start < section.end)


# by how many characters a line with a title may be longer than it: the number and the label before it
_MOST_BEFORE: Final = 60


def _end(document: Document, at: int, row: int, chapters: set[int]) -> int:
    own = document.blocks[at]
    if own.kind == "table" and (columns := columns_of(own.rows[0])) and row:
        # rows that go on with it have other cells, and none with a title
        for last in range(row + 1, len(own.rows) + 1):
            cells = own.rows[last] if last < len(own.rows) else ()
            if not cells or cells[columns.title] or sum(map(bool, cells)) < 2:
                return own.start + len(BETWEEN_ROWS.join(map(BETWEEN_CELLS.join, own.rows[:last])))
    for after, block in enumerate(document.blocks[at + 1 :], at + 1):
        is_above = block.kind == "heading" and not _is_below(block, own)
        is_chapter = after in chapters and len(block.text) < _LONGEST_CHAPTER
        # a table that is one action goes on overleaf, and ends with it
        if is_above or is_chapter or (own.kind == "table" and block.kind != "table"):
            return document.blocks[after - 1].end
    return len(document.text)


def _plain(text: str) -> str:
    return re.sub(r"[^\w]+", " ", folded(text)).strip()
