"""A document that has its actions twice, in two languages, in halves or side by side: each version is a series.

A series that goes through both versions would have every action twice. It is parted where its members are in two
languages, as many in one as in the other and under the same numbers; whoever drafts says which language is meant.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Final

from pan2kg.extract.document import BETWEEN_CELLS, BETWEEN_ROWS, Document, block_language
from pan2kg.extract.series import Columns, Member, Series

_LEAST: Final = 3
"""Fewer members are no version of a plan."""
_ALIKE: Final = 0.8
"""The share of numbers two versions have in common at least."""
_READ: Final = 1500
"""How many characters behind a title are read for its language."""


def parted(document: Document, found: Iterable[Series]) -> Iterator[Series]:
    """The series, those through two versions parted, each with the language most of its members are in."""
    for series in found:
        columns = list(_by_column(document, series))
        if len(columns) > 1:
            yield from columns
            continue
        spoken = _languages(document, series.members)
        versions = _versions(series.members, spoken)
        if len(versions) > 1:
            for language, members in versions.items():
                yield replace(series, name=f"{series.name}@{language}", members=members, language=language)
        else:
            most = Counter(one for one in spoken if one).most_common(1)
            yield replace(series, language=most[0][0]) if most else series


def are_versions(one: Series, other: Series) -> bool:
    """Whether two series are the same list in two languages: as many, and the same numbers where they have some."""
    if not one.language or not other.language or one.language == other.language:
        return False
    return _are_alike(one.members, other.members)


def _are_alike(one: Sequence[Member], other: Sequence[Member]) -> bool:
    sizes = sorted((len(one), len(other)))
    if sizes[0] < _LEAST or sizes[1] - sizes[0] > max(1, (1 - _ALIKE) / 2 * sizes[1]):
        return False
    numbers = [{member.number for member in members if member.number} for members in (one, other)]
    return not any(numbers) or len(numbers[0] & numbers[1]) >= _ALIKE * len(numbers[0] | numbers[1])


def _languages(document: Document, members: Sequence[Member]) -> list[str]:
    """The language of each member with what follows it; where that tells none, the language of the one before."""
    text, starts = document.text, [one.start for one in members]
    found: list[str] = []
    for at, one in enumerate(members):
        end = starts[at + 1] if at + 1 < len(starts) and starts[at + 1] > one.start else one.start + _READ
        if one.row is not None:
            block = document.blocks[one.block]
            words = BETWEEN_CELLS.join(block.rows[one.row])
        else:
            words = text[one.start : min(end, one.start + _READ)]
        own = block_language(one.title) or block_language(words)
        found.append(own or (found[-1] if found else ""))
    first = next((one for one in found if one), "")
    return [one or first for one in found]


def _versions(members: Sequence[Member], spoken: Sequence[str]) -> dict[str, tuple[Member, ...]]:
    """The members by language, where two languages have the same list; what is in a third goes nowhere."""
    groups: dict[str, list[Member]] = defaultdict(list)
    for member, language in zip(members, spoken, strict=True):
        if language:
            groups[language].append(member)
    large = [language for language, own in groups.items() if len(own) >= _LEAST]
    pairs = [pair for pair in combinations(large, 2) if _are_alike(groups[pair[0]], groups[pair[1]])]
    if not pairs or sum(len(groups[one]) for one in set().union(*pairs)) < (1 - (1 - _ALIKE) / 2) * len(members):
        return {}
    return {language: tuple(groups[language]) for language in dict.fromkeys(one for pair in pairs for one in pair)}


def _by_column(document: Document, series: Series) -> Iterator[Series]:
    """The rows of a table that has the titles in two columns, a language each: a series for each column."""
    if series.columns is None:
        return
    titled = [at for at, kind in enumerate(series.columns.kinds) if kind in ("title", "action")]
    for column in titled:
        words = " ".join(document.blocks[one.block].rows[one.row or 0][column] for one in series.members)
        language = block_language(words)
        if language and len(titled) > 1:
            kinds = tuple(
                "title" if at == column else "other-title" if at in titled else kind
                for at, kind in enumerate(series.columns.kinds)
            )
            columns = Columns(column, series.columns.number, kinds)
            members = tuple(_in_column(document, one, column) for one in series.members)
            yield replace(series, name=f"{series.name}@{language}", members=members, columns=columns, language=language)


def _in_column(document: Document, member: Member, column: int) -> Member:
    """A row with the title that stands in another column."""
    block, row = document.blocks[member.block], member.row or 0
    above = sum(len(BETWEEN_CELLS.join(one)) + len(BETWEEN_ROWS) for one in block.rows[:row])
    before = sum(len(one) + len(BETWEEN_CELLS) for one in block.rows[row][:column])
    title = block.rows[row][column]
    start = block.start + above + before
    return replace(member, title=title, start=start, end=start + len(title))
