"""Which series of a document holds its actions: signs are weighed for each, and reasons told.

A sign is a share in [0, 1]: of a series, or of its members for which it holds. Its weight, what
it is worth, stands in ``signs.toml``; the sum of what all are worth is the score. A series is taken
without asking where its score is high enough and no other comes near.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

from pan2kg.extract.document import Document, DocumentBlock, folded, noted, table
from pan2kg.extract.numbering import BULLET, readings
from pan2kg.extract.sections import field_match, is_below, is_field_table, sections_of
from pan2kg.extract.series import (
    ALIKE,
    ColumnNumbers,
    Columns,
    Series,
    SeriesMember,
    are_same,
    leaps_in,
    series_of,
)
from pan2kg.extract.signs import (
    begins_as_action,
    begins_with_verb,
    field_kind,
    group_of,
    is_chapter,
    limit,
    speaks_of_measures,
    words,
)
from pan2kg.i18n import Message

_BARE = 4  # words a heading that only announces has at most
_LIST = 0.6  # the share of a plain text in items and headings that makes it a list of actions
_EXAMPLES = 2  # how many titles of a series are shown
_EXAMPLE_LENGTH = 70  # characters
# a whole number before a word; a year has four digits, and a number within another is none
_COUNTED = re.compile(r"(?<![\w.,/–-])(\d{1,3})\s+([^\W\d_]+)")
_NUMBER_WITHIN = re.compile(r"(?<![\d.,/])\d{1,3}(?![\d.,/%])")
# which of the signs are told in the same words
_TOLD = {
    "running-text": "title-form", "capitals": "title-form", "short": "title-form", "chapter-words": "chapter",
    "chapter-label": "chapter", "few": "number", "good-number": "number", "counted": "again", "listed-twice": "again",
    "verb-below-chapter": "verb-title", "under-measures": "announced",
}  # fmt: skip


class SignReason(NamedTuple):
    """For how much of a series a sign holds, from 0 to 1, and what that is worth."""

    share: float
    worth: float


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A series as the actions; ``reasons`` are by signs of ``signs.toml``.

    ``refusal`` is why it is never taken without asking, whatever its score.
    """

    series: Series
    score: float
    reasons: Mapping[str, SignReason]
    refusal: Message | None = None

    @property
    def told(self) -> Message:
        """The series in a line: its name, number, first titles and score."""
        titles = [member.title or member.number for member in self.series.members]
        return noted(
            "hypothesis",
            name=self.series.name,
            number=str(len(titles)),
            examples=" / ".join(title[:_EXAMPLE_LENGTH] for title in titles[:_EXAMPLES]),
            score=f"{self.score:.1f}",
            form=noted(f"form.{self.series.form.removeprefix('numbered-')}"),
        )

    @property
    def reasons_told(self) -> list[Message]:
        """A line a reason, first why it is refused, then by what they are worth."""
        reasons = [self.refusal] if self.refusal else []
        for sign in sorted(self.reasons, key=lambda sign: -abs(self.reasons[sign].worth)):
            reason = self.reasons[sign]
            share = str(round(100 * reason.share))
            key = f"sign.{_TOLD.get(sign, sign)}"
            reasons.append(noted(key, share=share, worth=f"{reason.worth:+.1f}"))
        return [noted("because", reason=reason) for reason in reasons]


# Weighing


def hypotheses(document: Document, columns: ColumnNumbers | None = None) -> tuple[Hypothesis, ...]:
    """The series of a document as its actions, the best one first; of those that are the same the best alone.

    ``columns`` are numbers of columns of its tables, from 1, by kinds of fields.
    """
    every = series_of(document, columns)
    signs = _Signs(document, every)
    distinct: list[Hypothesis] = []
    for hypothesis in sorted(map(signs.hypothesis, every), key=_rank):
        same = _first_same(hypothesis.series, distinct)
        if same is None:
            distinct.append(hypothesis)
        else:
            distinct[same] = _listed_again(distinct[same], hypothesis.series)
    return tuple(sorted(distinct, key=_rank))


def _rank(hypothesis: Hypothesis) -> tuple[float, str]:
    return -hypothesis.score, hypothesis.series.name


def _first_same(series: Series, distinct: Sequence[Hypothesis]) -> int | None:
    for at, hypothesis in enumerate(distinct):
        if _is_same(series, hypothesis.series):
            return at
    return None


def _is_same(series: Series, better: Series) -> bool:
    """Whether two series are the same things, by their places or by their titles, in one language."""
    if series.is_version_of(better):
        return False
    titles = {folded(member.title) for member in series.members}
    better_titles = {folded(member.title) for member in better.members}
    return are_same(series.places, better.places) or are_same(titles, better_titles)


def _listed_again(hypothesis: Hypothesis, series: Series) -> Hypothesis:
    """A hypothesis whose things are listed in another place too, which speaks for it once."""
    blocks = {member.block for member in hypothesis.series.members}
    is_apart = blocks.isdisjoint(member.block for member in series.members)
    if not is_apart or "listed-twice" in hypothesis.reasons:
        return hypothesis
    worth = table("signs")["weights"]["listed-twice"]
    reasons = {**hypothesis.reasons, "listed-twice": SignReason(1.0, worth)}
    return replace(hypothesis, score=hypothesis.score + worth, reasons=reasons)


# Choosing


def chosen(ranked: Sequence[Hypothesis]) -> Hypothesis | None:
    """The hypothesis that is taken without asking; None where none is good enough or two are as good."""
    if not ranked or ranked[0].score < limit("least-score") or ranked[0].refusal:
        return None
    best = ranked[0]
    for hypothesis in ranked[1:]:
        series = hypothesis.series
        if not _has_chapters_too(series, best.series) and not _is_torn(series, best.series):
            is_clear = best.score - hypothesis.score >= limit("margin")
            return best if is_clear else None
    return best


def _has_chapters_too(series: Series, best: Series) -> bool:
    """Whether it is the best series with the chapters above it, set alike: some of its things are below each."""
    places = series.places
    inner = best.places
    if not inner < places:
        return False
    blocks = {block for block, _ in inner}
    chapters = sorted(block for block, _ in places - inner)
    end = max(block for block, _ in places) + 1
    return all(
        any(chapter < block < following for block in blocks)
        for chapter, following in pairwise([*chapters, end])
    )


def _is_torn(series: Series, best: Series) -> bool:
    """Whether it is some of the best series, which counts without a leap: those that happen to be set alike."""
    places = series.places
    counted = [member.values for member in best.members]
    shared = [member.values for member in best.members if member.place in places]
    if not len(places) == len(shared) < len(counted):
        return False
    return leaps_in(counted) < leaps_in(shared)


def in_language(ranked: Sequence[Hypothesis], language: str) -> tuple[Hypothesis, ...]:
    """The hypotheses without those that have a version in this language."""
    wanted = [hypothesis.series for hypothesis in ranked if hypothesis.series.language == language]
    remaining = []
    for hypothesis in ranked:
        series = hypothesis.series
        if series.language == language or not any(map(series.is_version_of, wanted)):
            remaining.append(hypothesis)
    return tuple(remaining)


def languages_of(ranked: Sequence[Hypothesis]) -> tuple[str, ...]:
    """The language of the best hypothesis, and those in which it has versions."""
    if not ranked:
        return ()
    best = ranked[0].series
    languages = [best.language]
    for hypothesis in ranked[1:]:
        if best.is_version_of(hypothesis.series):
            languages.append(hypothesis.series.language)
    return tuple(dict.fromkeys(languages))


# Signs


class _Case(NamedTuple):
    """A member for which a sign may hold, and what stands below it."""

    series: Series
    member: SeriesMember
    section: Sequence[DocumentBlock]


class _Signs:
    def __init__(self, document: Document, every: Sequence[Series]) -> None:
        self.document = document
        self.title = plan_title(document)
        self.labels = _field_labels(document)
        self.is_list = _is_list(document)
        # the names of the series of which a block begins a member
        self.begun: defaultdict[int, set[str]] = defaultdict(set)
        for series in every:
            for member in series.members:
                self.begun[member.block].add(series.name)
        # of the signs that are asked of each member, in which cases they hold
        self.tests: dict[str, Callable[[_Case], bool]] = {
            "with-fields": self._has_fields,
            "announced": self._is_announced,
            "verb-title": lambda case: begins_as_action(case.member.title),
            "verb-below-chapter": _begins_below_chapter,
            "under-measures": self._is_under_measures,
            "chapter-words": lambda case: is_chapter(case.member.title),
            "running-text": lambda case: len(case.member.title) > limit("running-characters"),
            "capitals": lambda case: case.member.title.isupper(),
            "short": lambda case: len(case.member.title.split()) < 3,
        }

    def hypothesis(self, series: Series) -> Hypothesis:
        weights = table("signs")["weights"]
        reasons = {}
        for sign, share in self._shares(series).items():
            if share and weights[sign]:
                reasons[sign] = SignReason(share, round(weights[sign] * share, 2))
        score = round(sum(reason.worth for reason in reasons.values()), 2)
        return Hypothesis(series, score, reasons, _refusal(series.members))

    def _shares(self, series: Series) -> dict[str, float]:
        members = series.members
        group = group_of(series.label)
        shares = {
            "action-label": float(group == "action"),
            "action-table": self._action_table(series),
            "chapter-label": float(group == "category"),
            "good-number": float(limit("enough-members") <= len(members) <= limit("many-members")),
            "few": float(len(members) < limit("few-members")),
            "unnumbered": float(not any(member.number for member in members)),
            "counted": float(self._is_counted(members)),
            "is-list": float(self.is_list),
        }
        sections = sections_of(series, self.document)
        cases = [
            _Case(series, member, section)
            for member, section in zip(members, sections, strict=True)
        ]
        for sign, holds in self.tests.items():
            shares[sign] = sum(map(holds, cases)) / len(members)
        shares["holds-others"] = self._holding(series)
        return shares

    # of a series

    def _action_table(self, series: Series) -> float:
        """Whether a table has columns of actions and of who, when or how; half of that where one is only of titles."""
        columns = series.columns
        if series.form != "rows" or columns is None:
            return 0
        if not {"responsible", "timeline", "indicator"} & {*columns.kinds}:
            return 0
        head = self.document.blocks[series.members[0].block].rows[0]
        is_of_actions = any(field_kind(label) == "action" for label in _labels_of(head, columns))
        return 1 if series.label or is_of_actions else 0.5

    def _is_counted(self, members: Sequence[SeriesMember]) -> bool:
        """Whether the text says how many measures there are, and it is as many: “12 actions”."""
        begun = {member.block for member in members}
        measures = words("measures")
        for at, block in enumerate(self.document.blocks):
            if at in begun:
                continue
            for number, word in _COUNTED.findall(folded(block.text)):
                if int(number) == len(members) and word in measures:
                    return True
        return False

    def _holding(self, series: Series) -> float:
        """The share of members below which another series has two members at least."""
        if series.form in ("rows", "cards"):
            return 0
        blocks = self.document.blocks
        starts = sorted({member.block for member in series.members})
        holding = 0
        for start, end in pairwise([*starts, len(blocks)]):
            below: Counter[str] = Counter()
            for at in range(start + 1, end):
                if blocks[at].kind == "heading" and not is_below(blocks[at], blocks[start]):
                    break
                below.update(self.begun[at] - {series.name})
            holding += any(number > 1 for number in below.values())
        return holding / len(starts)

    # of a member

    def _has_fields(self, case: _Case) -> bool:
        if case.series.form == "rows":
            return False
        for block in case.section:
            if block.kind == "heading":
                return False  # what stands below it is of a part of this one
            if block.kind == "table" and is_field_table(block):
                return True
            match = field_match(block)
            if match and folded(match[1]) in self.labels:
                return True
        return False

    def _is_announced(self, case: _Case) -> bool:
        """Whether the line above a list says that measures follow."""
        if case.series.form not in ("bullets", "numbers"):
            return False
        above = self._above_list(case)
        if above is None or not speaks_of_measures(above.text):
            return False
        if above.text.rstrip().endswith(":"):
            return True
        # “Mesures” alone above them says it too; “Mesure 3 – …” is one itself, and they are its
        # parts
        is_bare = above.kind == "heading" and len(above.text.split()) <= _BARE
        markers = readings(above.text)
        return is_bare and not any(marker.number for marker in markers if not marker.weak)

    def _above_list(self, case: _Case) -> DocumentBlock | None:
        """The block above the list a member stands in; None where it is a part of another item."""
        blocks = self.document.blocks
        level = blocks[case.member.block].level
        for block in reversed(blocks[: case.member.block]):
            is_of_list = block.marker == BULLET or case.series.form == "numbers"
            if block.kind != "item" or not (is_of_list or block.level > level):
                return block
            if 0 < block.level < level:
                return None  # it is a part of another one, which is announced
        return None

    def _is_under_measures(self, case: _Case) -> bool:
        if case.series.form == "rows":
            return False
        # the title of the whole speaks of actions in every plan
        headings = self.document.blocks[case.member.block].path
        return any(speaks_of_measures(heading) for heading in headings if heading != self.title)


def _begins_below_chapter(case: _Case) -> bool:
    member = case.member
    return len(member.values) > 1 and begins_with_verb(member.title)


def _labels_of(head: Sequence[str], columns: Columns) -> list[str]:
    """What the head calls the column of titles: all of it, and each word, as “Title of the action” names both."""
    title = head[columns.title]
    labels = [title, *title.split()]
    # “Mesure | Intitulé”: the column of actions has the number and stands right before
    if columns.title and columns.number == columns.title - 1:
        labels.append(head[columns.title - 1])
    return labels


def _field_labels(document: Document) -> set[str]:
    """The labels of lines “Label: value” that are known or come back, folded."""
    numbers: Counter[str] = Counter()
    for block in document.blocks:
        match = field_match(block)
        if match and len(match[1].split()) <= 5:
            numbers[folded(match[1])] += 1
    return {label for label, number in numbers.items() if number > 1 or field_kind(label)}


def _is_list(document: Document) -> bool:
    """Whether a plain text is little more than items and the headings above them."""
    if document.format != "txt":
        return False
    listed = [block.text for block in document.blocks if block.kind in ("item", "heading")]
    return _printed_length("".join(listed)) >= _LIST * _printed_length(document.text)


def _printed_length(text: str) -> int:
    return sum(not char.isspace() for char in text)


def plan_title(document: Document) -> str:
    """The first heading, where there are more and it alone is of its level; else empty."""
    headings = [block for block in document.blocks if block.kind == "heading"]
    if len(headings) < 2:
        return ""
    outermost = min(heading.level for heading in headings)
    title, *below = headings
    is_alone = title.level == outermost and all(heading.level > outermost for heading in below)
    return title.text if is_alone else ""


def _refusal(members: Sequence[SeriesMember]) -> Message | None:
    """Why the titles of a series cannot be right: their numbers or labels were not understood, or many are missing."""
    titles = [folded(member.title) for member in members]
    if len(titles) < 3:
        return None
    if _are_numbered_within(titles) or _begin_alike(titles):
        return noted("label-unknown")
    return noted("untitled-members") if 5 * titles.count("") > len(titles) else None


def _are_numbered_within(titles: Sequence[str]) -> bool:
    numbers = []
    for title in titles:
        if match := _NUMBER_WITHIN.search(title):
            numbers.append(int(match[0]))
    rising = sum(after == before + 1 for before, after in pairwise(numbers))
    return len(numbers) >= ALIKE * len(titles) and rising >= ALIKE * (len(numbers) - 1)


def _begin_alike(titles: Sequence[str]) -> bool:
    beginnings = Counter(" ".join(title.split()[:3]) for title in titles)
    most = max(beginnings.values())
    return len(titles) > 3 and most >= ALIKE * len(titles)
