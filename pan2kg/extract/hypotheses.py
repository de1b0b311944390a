"""Every series of a document as a hypothesis “these are the actions”, with a score and its reasons.

The best one is taken only where it reaches a least score and leads by a margin; else it is for a person to say. A wrong
list that nobody doubted costs more than a question.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from pan2kg.extract.document import Block, Document
from pan2kg.extract.layout import folded, noted
from pan2kg.extract.numbering import readings
from pan2kg.extract.reading.paragraphs import BULLET
from pan2kg.extract.series import Member, Series, leaps_in, series_of
from pan2kg.extract.signs import (
    begins_as_action,
    begins_with_verb,
    counted_measures,
    field_kind,
    is_chapter,
    limit,
    names_actions,
    names_chapters,
    speaks_of_measures,
    weights,
)
from pan2kg.extract.versions import are_versions, parted
from pan2kg.i18n.message import Message

FIELD: Final = re.compile(r"([^\W\d_][^:.\n]{0,60}?)\s?:\s*(?=\S|$)")
_BARE: Final = 4
"""A heading that only announces has at most as many words."""
_ALIKE: Final = 0.8
"""Two series of which as much is the same are one."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A sign that was seen: its name in ``signs.toml``, what share of the members show it, what that is worth."""

    sign: str
    share: float
    worth: float

    @property
    def told(self) -> Message:
        """The reason in words."""
        values = {"share": str(round(100 * self.share)), "worth": f"{self.worth:+.1f}"}
        return Message("draft", f"sign.{self.sign}", values)


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A series as the actions: its score, the reasons, and what refuses it however high the score."""

    series: Series
    score: float
    reasons: tuple[Reason, ...]
    refusal: Message | None = None

    @property
    def told(self) -> Message:
        """What the series is, how many there are, and two of them."""
        titles = [one.title or one.number for one in self.series.members]
        examples = " / ".join(title[:70] for title in titles[:2])
        values = {"name": self.series.name, "number": str(len(titles)), "examples": examples,
                  "score": f"{self.score:.1f}", "form": noted(f"form.{self.series.form}")}  # fmt: skip
        return Message("draft", "hypothesis", values)


@dataclass(frozen=True, slots=True)
class _Shown:
    """What a document shows of its members: which block begins a member of which series."""

    document: Document
    begun: Mapping[int, frozenset[str]]
    labels: frozenset[str]


def hypotheses(document: Document, columns: Mapping[str, int] | None = None) -> tuple[Hypothesis, ...]:
    """The hypotheses of a document, the best first; two series with the same titles are one."""
    every = tuple(parted(document, series_of(document, columns)))
    begun: dict[int, set[str]] = {}
    for series in every:
        for member in series.members:
            begun.setdefault(member.block, set()).add(series.name)
    shown = _Shown(document, {at: frozenset(names) for at, names in begun.items()}, _field_labels(document))
    scored = sorted((_hypothesis(series, shown) for series in every), key=lambda one: (-one.score, one.series.name))
    kept: list[Hypothesis] = []
    for one in scored:
        twin = next((at for at, other in enumerate(kept) if _is_same(one.series, other.series)), None)
        if twin is None:
            kept.append(one)
        elif not {m.block for m in one.series.members} & {m.block for m in kept[twin].series.members}:
            kept[twin] = _with(kept[twin], Reason("listed-twice", 1, weights()["listed-twice"]))
    return tuple(sorted(kept, key=lambda one: (-one.score, one.series.name)))


def chosen(found: Sequence[Hypothesis]) -> Hypothesis | None:
    """The hypothesis that is taken without asking; None where none is good enough or two are as good.

    The same things together with the chapters above them, set alike, are no rival of those things.
    """
    if not found or found[0].score < limit("least-score") or found[0].refusal:
        return None
    best = found[0].series
    rivals = [one for one in found[1:] if not (_is_with_chapters(one.series, best) or _is_torn(one.series, best))]
    lead = found[0].score - rivals[0].score if rivals else limit("margin")
    return found[0] if lead >= limit("margin") else None


def in_language(found: Sequence[Hypothesis], language: str) -> tuple[Hypothesis, ...]:
    """The hypotheses without those whose list stands in the document in the language that is asked for too."""
    wanted = [one.series for one in found if one.series.language == language]
    return tuple(
        one for one in found
        if one.series.language == language or not any(are_versions(one.series, other) for other in wanted)
    )  # fmt: skip


def languages_of(found: Sequence[Hypothesis]) -> tuple[str, ...]:
    """The languages of the best hypothesis and of those that are the same list in another one; one where none is."""
    if not found:
        return ()
    best = found[0].series
    others = (one.series.language for one in found[1:] if are_versions(best, one.series))
    return tuple(dict.fromkeys((best.language, *others)))


def _is_torn(series: Series, whole: Series) -> bool:
    """Whether a series is some of another that counts without a leap: those that happen to be set alike."""
    own = {(m.block, m.row) for m in series.members}
    kept = [m.values for m in whole.members if (m.block, m.row) in own]
    return len(own) == len(kept) < len(whole.members) and leaps_in([m.values for m in whole.members]) < leaps_in(kept)


def _is_with_chapters(series: Series, actions: Series) -> bool:
    """Whether a series is those actions and the chapters above them, set alike: one of each more is below each."""
    own, inner = {(m.block, m.row) for m in series.members}, {(m.block, m.row) for m in actions.members}
    if not inner < own:
        return False
    rest = sorted(block for block, _ in own - inner)
    bounds = [*rest[1:], max(block for block, _ in own) + 1]
    return all(any(low < block < high for block, _ in inner) for low, high in zip(rest, bounds, strict=True))


def _with(one: Hypothesis, reason: Reason) -> Hypothesis:
    if any(known.sign == reason.sign for known in one.reasons):
        return one
    return Hypothesis(one.series, one.score + reason.worth, (*one.reasons, reason), one.refusal)


def _is_same(one: Series, other: Series) -> bool:
    """Whether two series are the same things: the same places, or the same titles."""
    if are_versions(one, other):
        return False
    places = {(m.block, m.row) for m in one.members}, {(m.block, m.row) for m in other.members}
    titles = {folded(m.title) for m in one.members}, {folded(m.title) for m in other.members}
    return any(len(a & b) >= _ALIKE * len(a | b) for a, b in (places, titles))


def _hypothesis(series: Series, shown: _Shown) -> Hypothesis:
    members = series.members
    shares: dict[str, float] = {
        "action-label": float(names_actions(_label(series))),
        "action-table": _is_action_table(series, shown.document),
        "chapter-label": float(names_chapters(_label(series))),
        "good-number": float(limit("enough-members") <= len(members) <= limit("many-members")),
        "few": float(len(members) < limit("few-members")),
        "unnumbered": float(not any(one.number for one in members)),
        "counted": float(_is_counted(series, shown.document)),
    }
    tests: dict[str, Callable[[Member, Sequence[Block]], bool]] = {
        "with-fields": lambda _, section: _has_fields(series, section, shown),
        "announced": lambda one, _: _is_announced(one, series, shown),
        "verb-title": lambda one, _: begins_as_action(one.title),
        "verb-below-chapter": lambda one, _: len(one.values) > 1 and begins_with_verb(one.title),
        "under-measures": lambda one, _: any(map(speaks_of_measures, _above(one, series, shown))),
        "chapter-words": lambda one, _: is_chapter(one.title),
        "running-text": lambda one, _: len(one.title) > limit("running-characters"),
        "capitals": lambda one, _: one.title.isupper() and not one.title.islower(),
        "short": lambda one, _: len(one.title.split()) < 3,
    }
    sections = sections_of(series, shown.document)
    for sign, holds in tests.items():
        shares[sign] = sum(holds(one, section) for one, section in zip(members, sections, strict=True)) / len(members)
    shares["holds-others"] = _holding(series, shown)
    worth = weights()
    reasons = tuple(
        Reason(sign, share, round(worth[sign] * share, 2)) for sign, share in shares.items() if share and worth[sign]
    )
    return Hypothesis(series, round(sum(one.worth for one in reasons), 2), reasons, _refusal(members))


def _label(series: Series) -> str:
    labels = Counter(one.label for one in series.members if one.label)
    most = labels.most_common(1)
    return most[0][0] if most and 2 * most[0][1] > len(series.members) else ""


def _is_counted(series: Series, document: Document) -> bool:
    """Whether the document says elsewhere that it has so many measures."""
    own, number = {one.block for one in series.members}, len(series.members)
    return any(number in counted_measures(block.text) for at, block in enumerate(document.blocks) if at not in own)


def _is_action_table(series: Series, document: Document) -> float:
    """Whether a table has columns of actions and of who, when or how; half of that where one is only of titles.

    A list of plans or of texts has titles, dates and authorities too.
    """
    columns = series.columns
    if series.form != "rows" or not columns or not {"responsible", "timeline", "indicator"} & {*columns.kinds}:
        return 0
    head = document.blocks[series.members[0].block].rows[0]
    # “Mesure | Intitulé”: the column of actions has the number and stands right before
    before = head[columns.title - 1] if columns.title and columns.number == columns.title - 1 else ""
    # “Title of the action” names both
    words = [head[columns.title], before, *head[columns.title].split()]
    is_named = any(field_kind(one) == "action" for one in words)
    return 1 if is_named or _label(series) else 0.5


def sections_of(series: Series, document: Document) -> list[tuple[Block, ...]]:
    """What stands below each member: to the next one, or to a heading that is not below it.

    Of a member that is a table it is the table, and those that follow at once, where the end of a page cut it.
    """
    starts = {one.block for one in series.members}
    found: list[tuple[Block, ...]] = []
    for one in series.members:
        own = document.blocks[one.block]
        section: list[Block] = []
        for at in range(one.block if own.kind == "table" else one.block + 1, len(document.blocks)):
            block = document.blocks[at]
            if (at in starts and at != one.block) or (own.kind == "table" and block.kind != "table"):
                break
            if block.kind == "heading" and (own.kind != "heading" or block.level <= own.level):
                break
            section.append(block)
        found.append(tuple(section))
    return found


def _field_labels(document: Document) -> frozenset[str]:
    """The labels of lines “Label: value” that are known or come back."""
    labels = Counter(
        folded(found[1])
        for block in document.blocks
        if block.kind in ("paragraph", "item") and (found := FIELD.match(block.text)) and len(found[1].split()) <= 5
    )
    return frozenset(label for label, number in labels.items() if number > 1 or field_kind(label))


def _has_fields(series: Series, section: Sequence[Block], shown: _Shown) -> bool:
    if series.form == "rows":
        return False
    for block in section:
        if block.kind == "heading":
            return False  # what stands below it is of a part of this one
        if block.kind == "table" and is_field_table(block):
            return True
        found = FIELD.match(block.text) if block.kind in ("paragraph", "item") else None
        if found and folded(found[1]) in shown.labels:
            return True
    return False


def is_field_table(block: Block) -> bool:
    """Whether a table has labels of fields in its first column, or in its first row."""
    down = sum(bool(field_kind(row[0])) for row in block.rows)
    across = sum(bool(field_kind(cell)) for cell in block.rows[0])
    return (len(block.rows[0]) in (2, 3) and 2 * down >= len(block.rows) and down > 1) or across > 1


def _is_announced(one: Member, series: Series, shown: _Shown) -> bool:
    """Whether the line before a run of bullets or numbers says that measures follow."""
    if series.form not in ("bullets", "numbers"):
        return False
    at = one.block - 1
    blocks = shown.document.blocks
    level = blocks[one.block].level
    while at >= 0 and blocks[at].kind == "item" and (blocks[at].marker == BULLET or series.form == "numbers" or
                                                      blocks[at].level > level):  # fmt: skip
        if 0 < blocks[at].level < level:
            return False  # it is a part of another one, which is announced
        at -= 1
    if at < 0 or not speaks_of_measures(blocks[at].text):
        return False
    # “Mesures” alone above them says it too; “Mesure 3 – …” is one itself, and they are its parts
    heading = blocks[at].text
    is_bare = (
        blocks[at].kind == "heading"
        and len(heading.split()) <= _BARE
        and not any(one.number for one in readings(heading) if not one.weak)
    )
    return blocks[at].text.rstrip().endswith(":") or is_bare


def _above(one: Member, series: Series, shown: _Shown) -> tuple[str, ...]:
    """The headings above a member, without the title of the whole, which speaks of actions in every plan."""
    if series.form == "rows":
        return ()
    path = shown.document.blocks[one.block].path
    title = plan_title(shown.document)
    return tuple(text for text in path if text != title)


def plan_title(document: Document) -> str:
    """The heading that stands alone on the outermost level above all others; empty where there is none."""
    headings = [block for block in document.blocks if block.kind == "heading"]
    if len(headings) < 2:
        return ""
    outermost = min(block.level for block in headings)
    first = [block for block in headings if block.level == outermost]
    return first[0].text if len(first) == 1 and first[0] is headings[0] else ""


def _holding(series: Series, shown: _Shown) -> float:
    """The share of members with at least two members of one other series below them."""
    starts = sorted({one.block for one in series.members})
    if series.form in ("rows", "cards"):
        return 0
    blocks = shown.document.blocks
    holding = 0
    for number, at in enumerate(starts):
        end = starts[number + 1] if number + 1 < len(starts) else len(blocks)
        level = blocks[at].level
        inside: Counter[str] = Counter()
        for place in range(at + 1, end):
            if blocks[at].kind == "heading" and blocks[place].kind == "heading" and blocks[place].level <= level:
                break
            if blocks[at].kind != "heading" and blocks[place].kind == "heading":
                break
            inside.update(shown.begun.get(place, frozenset()) - {series.name})
        holding += any(count > 1 for count in inside.values())
    return holding / len(starts)


def _refusal(members: Sequence[Member]) -> Message | None:
    """Why a series is not taken whatever its score: its label was not understood."""
    titles = [folded(one.title) for one in members]
    if len(titles) < 3:
        return None
    numbers = [re.findall(r"(?<![\d.,/])\d{1,3}(?![\d.,/%])", title) for title in titles]
    first = [int(found[0]) for found in numbers if found]
    rising = sum(b == a + 1 for a, b in pairwise(first))
    if len(first) >= _ALIKE * len(titles) and rising >= _ALIKE * (len(first) - 1):
        return noted("number-inside")
    begins = Counter(" ".join(title.split()[:3]) for title in titles)
    if begins.most_common(1)[0][1] >= _ALIKE * len(titles) and len(titles) > 3:
        return noted("begin-alike")
    return noted("untitled-members") if 5 * sum(not title for title in titles) > len(titles) else None
