"""The lines of all pages become paragraphs: heads and feet go, contents go, lines and tables go on in each other.

Lengths are in points, heights count from the foot of a page.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final, NamedTuple

from pan2kg.extract import numbering, signs
from pan2kg.extract.document import SOFT_HYPHEN, Remark, canonical, folded, noted
from pan2kg.extract.lines import Hyphens, Page, PageLine, page_lines
from pan2kg.extract.paragraphs import Paragraph, ParagraphReading
from pan2kg.extract.ruled import distinct, tables_of

_MARGIN: Final = 0.12  # the part of a page, above and below, in which heads and feet stand
_SHARE: Final = 0.4
_PITCH: Final = 1.22
_NOTE: Final = 0.85
_CONTENTS_RUN: Final = 4
_LARGER: Final = 1.08  # what is set larger than the text by more than this is a title
_COLUMN: Final = 100  # the edges of columns lie as many points apart
_STEP: Final = 9  # A bullet that is set in by more points than another is below it
_COUNTED: Final = (
    0.8  # the share of lines whose number goes on with the pages, from which it is that of the page
)
_ENTRY: Final = 3  # lines an entry of a list of contents may have
_PAGE_ALONE: Final = re.compile(
    r"\W*(?:[ivxlc]+|(?:page|seite|pagina|p\.)?\s*\d{1,4}(?:\s*(?:/|sur|of|von|di|de|van)\s*\d{1,4})?)\W*",
    re.IGNORECASE,
)
_TO_PAGE: Final = re.compile(r"(?P<leader>[\s.…_·]*)(?<!\d)(?P<page>\d{1,4}|[ivxl]{1,6})\s*$")
_LEADER: Final = re.compile(r"(?:\.{3}|…|(?:\s\.){3}|_{3}|(?:\s·){3})\s*$")
_OFTEN: Final = 0.15  # A distance of lines that as many of them have is no exception
_FULL_STOP: Final = (".", "!", "?", ":", ";")
_FIELD: Final = re.compile(r"[^\W\d_][^:.]{1,40}?\s?:(?:\s|$)")


def paragraphs_of(pages: Sequence[Page]) -> ParagraphReading:
    """The paragraphs of pages, and what is said of what was left out and of what is not sure."""
    hyphens = Hyphens(pages)
    lines: list[PageLine] = []
    unruled: list[int] = []
    strip: float | None = None
    for page in pages:
        tables, chars = tables_of(page, hyphens)
        of_page, strip = page_lines(page, chars, tables, strip)
        if _has_unruled_table(of_page):
            unruled.append(page.number)
        lines += of_page
    heads = _heads(lines, len(pages))
    head_lines = [line for line in lines if id(line) in heads]
    lines = [line for line in lines if id(line) not in heads]
    listed = _contents(lines, max((page.number for page in pages), default=0))
    contents = [lines[at] for at in sorted(listed)]
    lines = [line for at, line in enumerate(lines) if at not in listed]
    remarks = []
    if head_lines:
        first = head_lines[0].text
        remarks.append(Remark(noted("heads-left", lines=str(len(head_lines)), first=first)))
    if contents:
        on_pages = tuple(sorted({line.page.number for line in contents}))
        remarks.append(Remark(noted("contents-left", lines=str(len(contents))), on_pages))
    if unruled:
        remarks.append(Remark(noted("unruled-table"), tuple(unruled)))
    return ParagraphReading(_Flow(lines, hyphens).paragraphs(), remarks=tuple(remarks))


def _has_unruled_table(lines: Sequence[PageLine]) -> bool:
    """Whether three rows or more have three pieces or more: a table without lines, which is not guessed."""
    rows = 0
    for line in lines:
        rows += not line.rows and line.pieces > 2 and "..." not in line.text
    return rows > 2


class _OuterLine(NamedTuple):
    """A line at the top or bottom of its page, with its words, in which each number is a sign alike."""

    line: PageLine
    words: str


def _heads(lines: Sequence[PageLine], pages: int) -> set[int]:
    """The lines, each by its identity, that are heads and feet of pages, and no text."""
    outer = [
        _OuterLine(line, re.sub(r"\d+", "#", canonical(line.text)))
        for line in lines
        if not line.rows and _is_outer(line)
    ]
    least = max(min(3, pages), 2, _SHARE * pages)
    heads = _heads_that_return(outer, least)
    if pages > 3:
        heads |= _heads_of_chapters(outer, least)
    heads -= _numbered_titles(outer)
    return heads | _page_numbers(outer, lines)


def _is_outer(line: PageLine) -> bool:
    height = line.page.height
    return not _MARGIN * height < line.base < (1 - _MARGIN) * height


def _heads_that_return(outer: Sequence[_OuterLine], least: float) -> set[int]:
    """Lines whose words stand at one height on so many pages; heights that round apart are one."""
    on_pages: dict[tuple[str, int], set[int]] = defaultdict(set)
    for line, words in outer:
        height = round(line.base / 3)
        on_pages[words, height].add(line.page.number)
        on_pages[words, height + 1].add(line.page.number)
    heads = set()
    for line, words in outer:
        height = round(line.base / 3)
        if len(on_pages[words, height] | on_pages[words, height + 1]) >= least:
            heads.add(id(line))
    return heads


def _heads_of_chapters(outer: Sequence[_OuterLine], least: float) -> set[int]:
    """Heads that change with the chapter: most words at a height that many pages use stand there again."""
    slots: dict[tuple[int, float], list[_OuterLine]] = defaultdict(list)
    for entry in outer:
        slots[round(entry.line.base), entry.line.size].append(entry)
    heads = set()
    for slot in slots.values():
        times = Counter(entry.words for entry in slot)
        again = [entry for entry in slot if times[entry.words] > 1]
        on_pages = {entry.line.page.number for entry in slot}
        if len(on_pages) >= least and len(again) >= 0.8 * len(slot):
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
        if len(numbered) < _CONTENTS_RUN or not all(numbers) or len(set(numbers)) < len(numbered):
            continue
        ahead: Counter[int] = Counter()
        for line, number in zip(numbered, numbers, strict=True):
            ahead[number[0] - line.page.number] += 1
            ahead[number[-1] - line.page.number] += 1
        if ahead.most_common(1)[0][1] < _COUNTED * len(numbered):
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


def _to_page(line: PageLine) -> int | None:
    match = _TO_PAGE.search(line.text)
    if not match:
        return None
    dots = sum(3 if char == "…" else char in "._·" for char in match["leader"])
    is_bare = not line.text[: match.start()].strip() or (line.gap < 1.2 and not match["leader"])
    if dots < 3 and is_bare:
        return None
    return int(match["page"]) if match["page"].isdecimal() else 0


def _page_at(lines: Sequence[PageLine], at: int) -> int | None:
    alone = lines[at].text.strip()
    if at and alone.isdecimal() and len(alone) < 5 and _LEADER.search(lines[at - 1].text):
        return int(alone)
    return _to_page(lines[at])


def _contents(lines: Sequence[PageLine], pages: int) -> set[int]:
    def is_heading(line: PageLine) -> bool:
        return folded(line.text).rstrip(" :") in signs.words("contents")

    def is_contents(run: Sequence[int]) -> bool:
        numbers = [number for at in run if (number := _page_at(lines, at))]
        if len(run) < _CONTENTS_RUN or max(numbers, default=0) > 2 * pages + 50:
            return False
        rising = sum(a <= b for a, b in pairwise(numbers)) >= 0.9 * (len(numbers) - 1)
        leaders = re.compile(r"\.{3}|…|(?:\s\.){3}|_{3}")
        dotted = sum(
            bool(leaders.search(lines[at].text) or _page_at(lines, at) != _to_page(lines[at]))
            for at in run
        )
        apart = sum(lines[at].gap > 1.2 for at in run)
        headed = any(is_heading(lines[at]) for at in range(max(run[0] - 3, 0), run[0]))
        return rising and (headed or 2 * max(dotted, apart) > len(run))

    listed: set[int] = set()
    run: list[int] = []
    for at, line in enumerate([*lines, None]):
        if line is not None and not line.rows and _page_at(lines, at) is not None:
            run.append(at)
            continue
        if line is not None and run and at - run[-1] <= _ENTRY and not line.rows:
            # a line of an entry that goes on to its page in one of the next lines, set as this
            near = range(at + 1, min(at + _ENTRY, len(lines)))
            if any(
                _page_at(lines, place) is not None and lines[place].size == line.size
                for place in near
            ):
                continue
        if is_contents(run):
            start = run[0] - 1 if run[0] and is_heading(lines[run[0] - 1]) else run[0]
            listed |= set(range(start, run[-1] + 1))
        run = []
    return listed


def _begins_item(above: PageLine, line: PageLine) -> bool:
    """Whether a line begins with a number or a bullet that the line above does not ask for."""
    if numbering.marked(line.text, bullet=True) and not above.text.endswith("-"):
        return True
    if not numbering.marked(line.text):
        return False
    in_brackets = above.text.count("(") > above.text.count(")")
    # “Protocol / (P29) to the Convention” in a title: an item in brackets is not set as one
    in_title = line.bold and above.bold and line.text.startswith("(")
    return not in_brackets and not in_title and not above.text.rstrip().endswith(("-", ","))


def _is_short(line: PageLine) -> bool:
    """Whether a line ends so far before the edge of its column that another word had room."""
    free = line.edge - line.right
    if free <= 3 * line.size or free <= 0.12 * line.edge:
        return False
    return line.right - line.left < 0.85 * (line.edge - line.left)


class _Flow:
    def __init__(self, lines: Sequence[PageLine], hyphens: Hyphens) -> None:
        self.lines = lines
        self.hyphens = hyphens
        letters: Counter[float] = Counter()
        for line in lines:
            letters[line.size] += len(line.text)
        self.body = letters.most_common(1)[0][0] if letters else 0
        # the distance of two lines of a paragraph, in sizes: the smallest that is no exception. The
        # commonest is not it in a text of short paragraphs, where most lines stand below the end of
        # another.
        steps: Counter[float] = Counter()
        for above, line in pairwise(lines):
            if (
                above.page is line.page
                and above.region == line.region
                and above.size == line.size > 0
            ):
                step = (above.base - line.base) / line.size
                steps[round(step, 1)] += 0.9 < step < 2.5
        often = [step for step, number in steps.items() if number >= max(_OFTEN * steps.total(), 1)]
        self.pitch = min(often or [step for step, number in steps.items() if number], default=1.2)

    def paragraphs(self) -> list[Paragraph]:
        finished: list[Paragraph] = []
        bullets: list[tuple[int, PageLine]] = []
        run: list[PageLine] = []
        for line in self.lines:
            if line.rows:
                # a table between the halves of a page ends a paragraph, and goes on with one cut by
                # the page
                finished += self._ended(run)
                run = []
                self._add_table(finished, line)
            elif run and self._joins(run, line):
                run.append(line)
            else:
                finished += self._ended(run)
                run = [line]
                if line.bullet or numbering.marked(line.text, bullet=True):
                    bullets.append((len(finished), line))
        finished += self._ended(run)
        for at, depth in self._depths(bullets).items():
            finished[at] = replace(finished[at], depth=depth)
        return finished

    def _depths(self, bullets: Sequence[tuple[int, PageLine]]) -> dict[int, int]:
        """How deep each bullet is set in, 1 the outermost; nothing where all are set alike."""
        lefts: dict[tuple[int, int], float] = {}
        for line in self.lines:
            place = line.page.number, line.region
            lefts[place] = min(lefts.get(place, line.left), line.left)
        columns = distinct(lefts.values(), _COLUMN)
        indents = [
            line.left - max((left for left in columns if left <= line.left), default=0)
            for _, line in bullets
        ]
        levels = distinct(indents, _STEP)
        pairs = zip(bullets, indents, strict=True)
        depths = {at: sum(level <= indent for level in levels) for (at, _), indent in pairs}
        begins_deep = any(depth > 1 and at - 1 not in depths for at, depth in depths.items())
        return {} if len(levels) < 2 or begins_deep else depths

    def _is_note(self, line: PageLine) -> bool:
        is_small = line.size < _NOTE * self.body
        return is_small and line.base < 0.5 * line.page.height and line.text[:1].isdigit()

    def _joins(self, run: Sequence[PageLine], line: PageLine) -> bool:
        """Whether a line goes on with a paragraph that consists of the lines of a run so far."""
        start = run[0]
        above = run[-1]
        if line.bullet or self._is_set_apart(start, above, line) or _begins_item(above, line):
            return False
        if above.page is line.page and above.region == line.region:
            return self._goes_on_below(start, above, line)
        return self._goes_on_elsewhere(start, above, line)

    def _is_set_apart(self, start: PageLine, above: PageLine, line: PageLine) -> bool:
        """Whether size or weight changes with a line, or another note begins."""
        if abs(above.size - line.size) > 0.6 or above.last != line.first:
            return True
        return self._is_note(start) and self._is_note(line)

    def _goes_on_below(self, start: PageLine, above: PageLine, line: PageLine) -> bool:
        step = (above.base - line.base) / max(line.size, 1)
        if not 0 < step <= _PITCH * max(self.pitch, 1.0):
            return False
        if self._is_title(above) and self._is_title(line):
            return True
        return not self._begins_anew(above, line, start)

    def _goes_on_elsewhere(self, start: PageLine, above: PageLine, line: PageLine) -> bool:
        """Whether a line at the head of a column or a page goes on with the last one before.

        That is a title in its own setting, or a sentence that is not at its end.
        """
        words = above.text.rstrip()
        if self._is_note(start) or words.rstrip("»” ").endswith(_FULL_STOP):
            return False
        # a title may have words in quotation marks; a sentence that is quoted has its full stop
        # within
        if words.endswith(("»", "”")) and not above.bold:
            return False
        return self._is_title(above) or line.text[:1].islower()

    def _is_title(self, line: PageLine) -> bool:
        return line.bold or line.size > _LARGER * self.body

    @staticmethod
    def _begins_anew(above: PageLine, line: PageLine, start: PageLine) -> bool:
        """Whether a line begins a paragraph: the one above it is short, or it is set in or has a label."""
        words = above.text.rstrip()
        is_short = _is_short(above)
        if is_short and words.endswith(_FULL_STOP):
            return True
        is_set_in = line.left - start.left > 0.8 * line.size and len(line.text) > 20
        is_sentence = words.endswith((".", "!", "?")) and not start.bullet
        if is_set_in and is_sentence and not numbering.readings(start.text):
            return True
        label = _FIELD.match(line.text)
        if label is None:
            return False
        # “Train judges / **Indicator**: …”: below a title in bold too, where the label is one that
        # is known
        is_known = not line.bold and bool(signs.field_kind(label[0].rstrip(" :")))
        if line.first and (not above.last or is_known):
            return True
        return is_short and _FIELD.match(start.text) is not None

    def _ended(self, run: Sequence[PageLine]) -> list[Paragraph]:
        if not run:
            return []
        words = ""
        start = run[0]
        page = run[0].page
        turns: list[tuple[int, int]] = []
        lead = 0
        in_lead = True
        for line in run:
            own = canonical(line.text) + SOFT_HYPHEN * line.text.rstrip().endswith(SOFT_HYPHEN)
            words = self.hyphens.join(words, own) if words else own
            begins = len(words) - len(own)
            if line.page is not page:
                page = line.page
                turns.append((begins, page.number))
            if in_lead:
                lead = begins + line.lead
                in_lead = line.bold
        words = words.rstrip(SOFT_HYPHEN)
        bold = lead >= len(words)
        return [
            Paragraph(
                words,
                start.page.number,
                start.page.label,
                numbering.BULLET if start.bullet else "",
                size=Counter(line.size for line in run).most_common(1)[0][0],
                bold=bold,
                lead=0 if bold else len(words[:lead].rstrip()),
                kind="note" if self._is_note(start) else "paragraph",
                turns=tuple(turns),
            )
        ]

    def _add_table(self, finished: list[Paragraph], line: PageLine) -> None:
        rows = line.rows
        page = line.page.number
        head = None
        # the head of the table at the end, which may have begun some pages before
        for table in reversed(finished):
            page -= 1
            if table.kind != "table" or table.page != page or len(table.rows[0]) != len(rows[0]):
                break
            head = table
        if head:
            above_it = finished[-1]
            rows = rows[1:] if rows[0] == head.rows[0] else rows
            if rows and _is_rest(rows[0], above_it.rows):
                pairs = zip(above_it.rows[-1], rows[0], strict=True)
                whole = tuple(self.hyphens.join(above, cell).strip() for above, cell in pairs)
                finished[-1] = replace(above_it, rows=(*above_it.rows[:-1], whole))
                rows = rows[1:]
        if rows:
            finished.append(
                Paragraph("", line.page.number, line.page.label, kind="table", rows=rows)
            )


def _is_rest(row: Sequence[str], above: Sequence[Sequence[str]]) -> bool:
    """Whether a row is the rest of one above: most of its cells are empty, or one that is empty in no row above."""
    whole = [cells for cells in above if sum(map(bool, cells)) > 1]
    filled = sum(map(bool, row))
    lacks = bool(whole) and any(
        not cell and all(cells[at] for cells in whole) for at, cell in enumerate(row)
    )
    if row[0]:
        # a number or a year is cut by no page: a row that has one is a new row
        capitals = bool(whole) and not any(cells[0][:1].islower() for cells in whole)
        capitals = capitals and not any(map(str.isdigit, row))
        return row[0][0].islower() and ((filled == 1 and len(row) > 1) or lacks or capitals)
    return filled > 0 and (2 * filled < len(row) or lacks)
