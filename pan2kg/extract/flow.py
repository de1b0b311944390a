"""The lines of all pages become paragraphs: heads and feet go, contents go, lines and tables go on in each other."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from pan2kg.extract import numbering
from pan2kg.extract.document import SOFT_HYPHEN, Remark, canonical, folded, noted
from pan2kg.extract.lines import Hyphens, Page, PageLine, page_lines, tables_of
from pan2kg.extract.markup import Paragraph

_MARGIN: Final = 0.12  # the part of a page, above and below, in which heads and feet stand
_SHARE: Final = 0.4
_PITCH: Final = 1.22
_NOTE: Final = 0.85
_CONTENTS_RUN: Final = 4
_COLUMN: Final = 100  # the edges of columns lie as many points apart
_STEP: Final = 9  # A bullet that is set in by more points than another is below it
_COUNTED: Final = 0.8  # the share of lines whose number goes on with the pages, from which it is that of the page
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


def paragraphs_of(pages: Sequence[Page]) -> tuple[list[Paragraph], tuple[Remark, ...]]:
    hyphens = Hyphens(pages)
    lines: list[PageLine] = []
    unruled: list[int] = []
    strip: float | None = None
    for page in pages:
        tables, chars = tables_of(page, hyphens)
        own, strip = page_lines(page, chars, tables, strip)
        # three rows or more with three pieces or more are a table without lines, which is not guessed
        if sum(not line.rows and line.pieces > 2 and "..." not in line.text for line in own) > 2:
            unruled.append(page.number)
        lines += own
    heads = _heads(lines, len(pages))
    head_lines = [line for line in lines if id(line) in heads]
    lines = [line for line in lines if id(line) not in heads]
    listed = _contents(lines, max((page.number for page in pages), default=0))
    contents = [lines[at] for at in sorted(listed)]
    lines = [line for at, line in enumerate(lines) if at not in listed]
    remarks = []
    if head_lines:
        remarks.append(Remark(noted("heads-left", lines=str(len(head_lines)), first=head_lines[0].text)))
    if contents:
        on_pages = tuple(sorted({line.page.number for line in contents}))
        remarks.append(Remark(noted("contents-left", lines=str(len(contents))), on_pages))
    if unruled:
        remarks.append(Remark(noted("unruled-table"), tuple(unruled)))
    return _Flow(lines, hyphens).paragraphs(), tuple(remarks)


def _heads(lines: Sequence[PageLine], pages: int) -> set[int]:
    outer = [line for line in lines if not line.rows
             and not _MARGIN * line.page.height < line.base < (1 - _MARGIN) * line.page.height]  # fmt: skip
    pattern = {id(line): re.sub(r"\d+", "#", canonical(line.text)) for line in outer}
    on_pages: dict[tuple[str, int], set[int]] = defaultdict(set)
    slots: dict[tuple[int, float], list[PageLine]] = defaultdict(list)
    alike: dict[str, list[PageLine]] = defaultdict(list)
    for line in outer:
        for height in (round(line.base / 3), round(line.base / 3) + 1):
            on_pages[pattern[id(line)], height].add(line.page.number)
        slots[round(line.base), line.size].append(line)
        if re.search(r"[^\W\d_]{3}", line.text):
            alike[pattern[id(line)]].append(line)
    least = max(min(3, pages), 2, _SHARE * pages)
    heads: set[int] = set()
    for line in outer:
        words, height = pattern[id(line)], round(line.base / 3)
        if len(on_pages[words, height] | on_pages[words, height + 1]) >= least:
            heads.add(id(line))
    # heads that change with the chapter: a height that many pages use for words most of which stand there again
    for slot in slots.values():
        texts = Counter(pattern[id(line)] for line in slot)
        again = sum(number for number in texts.values() if number > 1)
        if pages > 3 and len({line.page.number for line in slot}) >= least and again >= 0.8 * len(slot):
            heads |= {id(line) for line in slot if texts[pattern[id(line)]] > 1}
    # lines that count something other than pages, “Card 14” at the top of each, are titles: the number of a page goes
    # on with the pages, and a head that numbers the chapter comes again on the next page
    for own in alike.values():
        numbers = [tuple(map(int, re.findall(r"\d{1,4}", line.text))) for line in own]
        if len(own) < _CONTENTS_RUN or not all(numbers) or len(set(numbers)) < len(own):
            continue
        ahead = Counter(
            number[at] - line.page.number for number, line in zip(numbers, own, strict=True) for at in (0, -1)
        )
        if ahead.most_common(1)[0][1] < _COUNTED * len(own):
            heads -= {id(line) for line in own}
    for line in outer:
        if _PAGE_ALONE.fullmatch(line.text):
            heights = [neighbour.base for neighbour in lines if neighbour.page is line.page]
            heads |= {id(line)} if line.base in (min(heights), max(heights)) else set()
    return heads


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
        return folded(line.text).rstrip(" :") in numbering.words("contents")

    def is_contents(run: Sequence[int]) -> bool:
        numbers = [number for at in run if (number := _page_at(lines, at))]
        if len(run) < _CONTENTS_RUN or max(numbers, default=0) > 2 * pages + 50:
            return False
        rising = sum(a <= b for a, b in pairwise(numbers)) >= 0.9 * (len(numbers) - 1)
        leaders = re.compile(r"\.{3}|…|(?:\s\.){3}|_{3}")
        dotted = sum(bool(leaders.search(lines[at].text) or _page_at(lines, at) != _to_page(lines[at])) for at in run)
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
            if any(_page_at(lines, place) is not None and lines[place].size == line.size for place in near):
                continue
        if is_contents(run):
            start = run[0] - 1 if run[0] and is_heading(lines[run[0] - 1]) else run[0]
            listed |= set(range(start, run[-1] + 1))
        run = []
    return listed


class _Flow:
    def __init__(self, lines: Sequence[PageLine], hyphens: Hyphens) -> None:
        self.lines, self.hyphens = lines, hyphens
        letters: Counter[float] = Counter()
        for line in lines:
            letters[line.size] += len(line.text)
        self.body = letters.most_common(1)[0][0] if letters else 0
        # the distance of two lines of a paragraph, in sizes: the smallest that is no exception. The commonest is not
        # it in a text of short paragraphs, where most lines stand below the end of another.
        steps: Counter[float] = Counter()
        for above, line in pairwise(lines):
            if above.page is line.page and above.region == line.region and above.size == line.size > 0:
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
                # a table between the halves of a page ends a paragraph, and goes on with one cut by the page
                finished += self._ended(run)
                run = []
                self._add_table(finished, line)
            elif run and self._joins(run, line):
                run.append(line)
            else:
                finished += self._ended(run)
                run = [line]
                if line.bullet or numbering.bulleted(line.text):
                    bullets.append((len(finished), line))
        finished += self._ended(run)
        for at, depth in self._depths(bullets).items():
            finished[at] = replace(finished[at], depth=depth)
        return finished

    def _depths(self, bullets: Sequence[tuple[int, PageLine]]) -> dict[int, int]:
        """How deep each bullet is by how far it is set in from its column, 1 the outermost.

        Nothing where all are set alike, or where a list would begin with a bullet set in: then the columns were not
        seen.
        """
        lefts: dict[tuple[int, int], float] = {}
        for line in self.lines:
            place = line.page.number, line.region
            lefts[place] = min(lefts.get(place, line.left), line.left)
        columns: list[float] = []
        for left in sorted(lefts.values()):
            if not columns or left - columns[-1] > _COLUMN:
                columns.append(left)
        indents = [line.left - max((left for left in columns if left <= line.left), default=0) for _, line in bullets]
        levels: list[float] = []
        for indent in sorted(indents):
            if not levels or indent - levels[-1] > _STEP:
                levels.append(indent)
        depths = {
            at: sum(level <= indent for level in levels) for (at, _), indent in zip(bullets, indents, strict=True)
        }
        begins_deep = any(depth > 1 and at - 1 not in depths for at, depth in depths.items())
        return {} if len(levels) < 2 or begins_deep else depths

    def _is_note(self, line: PageLine) -> bool:
        is_small = line.size < _NOTE * self.body
        return is_small and line.base < 0.5 * line.page.height and line.text[:1].isdigit()

    def _joins(self, run: Sequence[PageLine], line: PageLine) -> bool:
        above, start = run[-1], run[0]
        in_note = self._is_note(start)
        if line.bullet or abs(above.size - line.size) > 0.6 or (in_note and self._is_note(line)):
            return False
        if above.last != line.first or (numbering.bulleted(line.text) and not above.text.endswith("-")):
            return False
        open_bracket = above.text.count("(") > above.text.count(")")
        # “Protocol / (P29) to the Convention” in a title: an item in brackets is not set as one
        open_bracket = open_bracket or (line.bold and above.bold and line.text.startswith("("))
        words = above.text.rstrip()
        if numbering.numbered(line.text) and not open_bracket and not words.endswith(("-", ",")):
            return False
        if above.page is line.page and above.region == line.region:
            step = (above.base - line.base) / max(line.size, 1)
            is_title = all(end.bold or end.size > 1.08 * self.body for end in (above, line))
            is_near = 0 < step <= _PITCH * max(self.pitch, 1.0)
            return is_near and (is_title or not self._begins_anew(above, line, start))
        # at the foot of a column or a page: a title in its own setting, or a sentence that is not at its end
        # a title may have words in quotation marks; a sentence that is quoted has its full stop within
        ended = words.rstrip("»” ").endswith(_FULL_STOP) or (words.endswith(("»", "”")) and not above.bold)
        apart = above.bold or above.size > 1.08 * self.body
        return not ended and (apart or line.text[:1].islower()) and not in_note

    @staticmethod
    def _begins_anew(above: PageLine, line: PageLine, start: PageLine) -> bool:
        words, free = above.text.rstrip(), above.edge - above.right
        is_short = free > 3 * above.size and above.right - above.left < 0.85 * (above.edge - above.left)
        is_short = is_short and free > 0.12 * above.edge
        if is_short and words.endswith(_FULL_STOP):
            return True
        indented = line.left - start.left > 0.8 * line.size and len(line.text) > 20 and not start.bullet
        if indented and words.endswith((".", "!", "?")) and not numbering.readings(start.text):
            return True
        label = _FIELD.match(line.text)
        if label is None:
            return False
        # “Train judges / **Indicator**: …”: below a title in bold too, where the label is one that is known
        is_known = not line.bold and bool(numbering.field_kind(label[0].rstrip(" :")))
        return (line.first and (not above.last or is_known)) or (is_short and _FIELD.match(start.text) is not None)

    def _ended(self, run: Sequence[PageLine]) -> list[Paragraph]:
        if not run:
            return []
        words, start, page = "", run[0], run[0].page
        turns: list[tuple[int, int]] = []
        lead, in_lead = 0, True
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
        return [Paragraph(
            words, start.page.number, start.page.label, numbering.BULLET if start.bullet else "",
            size=Counter(line.size for line in run).most_common(1)[0][0], bold=bold,
            lead=0 if bold else len(words[:lead].rstrip()), kind="note" if self._is_note(start) else "paragraph",
            turns=tuple(turns),
        )]  # fmt: skip

    def _add_table(self, finished: list[Paragraph], line: PageLine) -> None:
        rows, above_it = line.rows, finished[-1] if finished else None
        if (
            above_it
            and above_it.kind == "table"
            and above_it.page == line.page.number - 1
            and len(above_it.rows[0]) == len(rows[0])
        ):
            # the head of the table at the end, which may have begun some pages before
            first = above_it
            for table in reversed(finished[:-1]):
                is_before = table.kind == "table" and table.page == (first.page or 0) - 1
                if not is_before or len(table.rows[0]) != len(first.rows[0]):
                    break
                first = table
            rows = rows[1:] if rows[0] == first.rows[0] else rows
            if rows and _is_rest(rows[0], above_it.rows):
                pairs = zip(above_it.rows[-1], rows[0], strict=True)
                whole = tuple(self.hyphens.join(above, cell).strip() for above, cell in pairs)
                finished[-1] = replace(above_it, rows=(*above_it.rows[:-1], whole))
                rows = rows[1:]
        if rows:
            finished.append(Paragraph("", line.page.number, line.page.label, kind="table", rows=rows))


def _is_rest(row: Sequence[str], above: Sequence[Sequence[str]]) -> bool:
    """Whether a row is the rest of one above: most of its cells are empty, or one that is empty in no row above.

    Its first cell is empty too, or it is the rest of a title, which goes on in small letters. A row above that has a
    single cell is a heading, and says nothing of what rows have.
    """
    whole = [cells for cells in above if sum(map(bool, cells)) > 1]
    filled = sum(map(bool, row))
    lacks = bool(whole) and any(not cell and all(cells[at] for cells in whole) for at, cell in enumerate(row))
    if row[0]:
        # a number or a year is cut by no page: a row that has one is a new row
        capitals = bool(whole) and not any(cells[0][:1].islower() for cells in whole)
        capitals = capitals and not any(map(str.isdigit, row))
        return row[0][0].islower() and ((filled == 1 and len(row) > 1) or lacks or capitals)
    return filled > 0 and (2 * filled < len(row) or lacks)
