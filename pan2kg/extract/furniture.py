"""What belongs to the pages of a document and not to its text: heads, feet, page numbers, lists of contents.

Lengths are in points, heights count from the foot of a page.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from pan2kg.extract import signs
from pan2kg.extract.document import canonical, folded
from pan2kg.extract.lines import PageLine

# Heads and feet

_MARGIN = 0.12  # the share of a page, above and below, in which heads and feet stand
_PAGES_SHARE = 0.4  # the share of the pages on which a head stands at least
_AGAIN_SHARE = 0.8  # of the lines at the height of heads of chapters, those that come again
_HEIGHTS = 3  # points; heights that are nearer are one
_COUNTED = 4  # lines that count something other than pages
# the share of lines whose number goes on with the pages, from which it is that of the page
_PAGE_SHARE = 0.8
# “12”, “– xii –”, “Page 3 of 40”
_PAGE_ALONE = re.compile(
    r"""
    \W*
    (?:
        [ivxlc]+
        | (?:page|seite|pagina|p\.)?\s*\d{1,4}(?:\s*(?:/|sur|of|von|di|de|van)\s*\d{1,4})?
    )
    \W*
    """,
    re.IGNORECASE | re.VERBOSE,
)


class _OuterLine(NamedTuple):
    """A line at the top or bottom of its page, with its words, in which each number is a sign alike."""

    line: PageLine
    words: str


def heads_of(lines: Sequence[PageLine], pages: int) -> set[int]:
    """The lines, each by its identity, that are heads and feet of pages, and no text."""
    outer = [
        _OuterLine(line, re.sub(r"\d+", "#", canonical(line.text)))
        for line in lines
        if not line.rows and _is_outer(line)
    ]
    least = max(min(3, pages), 2, _PAGES_SHARE * pages)
    heads = _heads_that_return(outer, least)
    if pages > 3:
        heads |= _heads_of_chapters(outer, least)
    heads -= _numbered_titles(outer)
    return heads | _page_numbers(outer, lines)


def _is_outer(line: PageLine) -> bool:
    height = line.page.height
    return not _MARGIN * height < line.base < (1 - _MARGIN) * height


class _PlacedWords(NamedTuple):
    """The words of lines at one height, which counts in steps from the foot."""

    words: str
    height: int


def _heads_that_return(outer: Sequence[_OuterLine], least: float) -> set[int]:
    """Lines whose words stand at one height on so many pages; heights that round apart are one."""
    on_pages = defaultdict(set)
    for line, words in outer:
        height = round(line.base / _HEIGHTS)
        on_pages[_PlacedWords(words, height)].add(line.page.number)
        on_pages[_PlacedWords(words, height + 1)].add(line.page.number)
    heads = set()
    for line, words in outer:
        height = round(line.base / _HEIGHTS)
        here = on_pages[_PlacedWords(words, height)]
        if len(here | on_pages[_PlacedWords(words, height + 1)]) >= least:
            heads.add(id(line))
    return heads


class _HeadSetting(NamedTuple):
    """Where heads stand and how large they are set."""

    height: int
    size: float


def _heads_of_chapters(outer: Sequence[_OuterLine], least: float) -> set[int]:
    """Heads that change with the chapter: most words at a height that many pages use stand there again."""
    slots = defaultdict(list)
    for entry in outer:
        slots[_HeadSetting(round(entry.line.base), entry.line.size)].append(entry)
    heads = set()
    for slot in slots.values():
        times = Counter(entry.words for entry in slot)
        again = [entry for entry in slot if times[entry.words] > 1]
        on_pages = {entry.line.page.number for entry in slot}
        if len(on_pages) >= least and len(again) >= _AGAIN_SHARE * len(slot):
            heads |= {id(entry.line) for entry in again}
    return heads


def _numbered_titles(outer: Sequence[_OuterLine]) -> set[int]:
    """Lines that count something other than pages, as “Card 14” at the top of each: these are titles.

    The number of a page goes on with the pages, and a head that numbers the chapter comes again on
    the next page.
    """
    alike: dict[str, list[PageLine]] = defaultdict(list)
    for line, words in outer:
        if re.search(r"[^\W\d_]{3}", line.text):
            alike[words].append(line)
    titles = set()
    for numbered in alike.values():
        numbers = [tuple(map(int, re.findall(r"\d{1,4}", line.text))) for line in numbered]
        if len(numbered) < _COUNTED or not all(numbers) or len(set(numbers)) < len(numbered):
            continue
        ahead: Counter[int] = Counter()
        for line, number in zip(numbered, numbers, strict=True):
            ahead[number[0] - line.page.number] += 1
            ahead[number[-1] - line.page.number] += 1
        if ahead.most_common(1)[0][1] < _PAGE_SHARE * len(numbered):
            titles |= {id(line) for line in numbered}
    return titles


def _page_numbers(outer: Sequence[_OuterLine], lines: Sequence[PageLine]) -> set[int]:
    """Lines that hold the number of a page alone, and are the first or the last of it."""
    numbers = set()
    for line, _ in outer:
        if _PAGE_ALONE.fullmatch(line.text):
            heights = [neighbour.base for neighbour in lines if neighbour.page is line.page]
            if line.base in (min(heights), max(heights)):
                numbers.add(id(line))
    return numbers


# Lists of contents

_CONTENTS_LINES = 4  # a list of contents has as many lines at least
_ENTRY_LINES = 3  # an entry of it has as many at most
_SET_OFF = 1.2  # a number behind a wider gap, in sizes of its line, is set off at the right
_RISING_SHARE = 0.9  # of the page numbers of a list those that do not go back
_TO_PAGE = re.compile(r"(?P<leader>[\s.…_·]*)(?<!\d)(?P<page>\d{1,4}|[ivxl]{1,6})\s*$")
_LEADER = re.compile(r"\.{3}|…|(?:\s\.){3}|_{3}")
_LEADER_AT_END = re.compile(r"(?:\.{3}|…|(?:\s\.){3}|_{3}|(?:\s·){3})\s*$")


def contents_of(lines: Sequence[PageLine], pages: int) -> set[int]:
    """The places of the lines that are lists of contents, in a document of so many pages."""
    listed = set()
    for run in _runs_to_pages(lines):
        if _is_contents(lines, run, pages):
            start = run[0]
            if start and _is_contents_heading(lines[start - 1]):
                start -= 1
            listed |= set(range(start, run[-1] + 1))
    return listed


def _runs_to_pages(lines: Sequence[PageLine]) -> Iterator[list[int]]:
    """The places of lines that lead to pages and follow each other, with other lines of an entry between."""
    run = []
    for at, line in enumerate(lines):
        if not line.rows and _page_at(lines, at) is not None:
            run.append(at)
        elif not run or not _goes_on_to_page(lines, run[-1], at):
            yield run
            run = []
    yield run


def _goes_on_to_page(lines: Sequence[PageLine], before: int, at: int) -> bool:
    """Whether an entry goes on from a line to its page in one of the next lines, set as this."""
    line = lines[at]
    if line.rows or at - before > _ENTRY_LINES:
        return False
    near = range(at + 1, min(at + _ENTRY_LINES, len(lines)))
    return any(
        _page_at(lines, place) is not None and lines[place].size == line.size for place in near
    )


def _is_contents(lines: Sequence[PageLine], run: Sequence[int], pages: int) -> bool:
    """Whether lines that lead to pages are a list of contents, and no table with numbers at its right."""
    numbers = [number for at in run if (number := _page_at(lines, at))]
    # the number printed on a page may be greater than those of the file
    if len(run) < _CONTENTS_LINES or max(numbers, default=0) > 2 * pages + 50:
        return False
    rising = sum(before <= number for before, number in pairwise(numbers))
    if rising < _RISING_SHARE * (len(numbers) - 1):
        return False
    if any(_is_contents_heading(lines[at]) for at in range(max(run[0] - 3, 0), run[0])):
        return True
    dotted = 0
    apart = 0
    for at in run:
        is_below_leader = _page_at(lines, at) != _to_page(lines[at])
        dotted += is_below_leader or _LEADER.search(lines[at].text) is not None
        apart += lines[at].gap > _SET_OFF
    return 2 * max(dotted, apart) > len(run)


def _is_contents_heading(line: PageLine) -> bool:
    return folded(line.text).rstrip(" :") in signs.words("contents")


def _page_at(lines: Sequence[PageLine], at: int) -> int | None:
    """The page a line leads to, as :func:`_to_page`; the number may stand alone below a leader."""
    alone = lines[at].text.strip()
    if at and alone.isdecimal() and len(alone) < 5 and _LEADER_AT_END.search(lines[at - 1].text):
        return int(alone)
    return _to_page(lines[at])


def _to_page(line: PageLine) -> int | None:
    """The page a line ends with: 0 for one in roman numerals, None where it leads to none."""
    match = _TO_PAGE.search(line.text)
    if not match:
        return None
    dots = sum(3 if char == "…" else char in "._·" for char in match["leader"])
    is_alone = not line.text[: match.start()].strip()
    is_set_off = line.gap >= _SET_OFF or bool(match["leader"])
    if dots < 3 and (is_alone or not is_set_off):
        return None
    return int(match["page"]) if match["page"].isdecimal() else 0
