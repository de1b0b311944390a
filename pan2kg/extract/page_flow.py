"""The lines of all pages become paragraphs: heads and feet go, contents go, lines and tables go on in each other.

Lengths are in points, heights count from the foot of a page.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from pan2kg.extract import numbering, signs
from pan2kg.extract.document import SOFT_HYPHEN, PageTurn, Remark, canonical, noted
from pan2kg.extract.furniture import contents_of, heads_of
from pan2kg.extract.lines import Hyphens, Page, PageLine, page_lines
from pan2kg.extract.paragraphs import Paragraph, ParagraphReading
from pan2kg.extract.ruled import distinct, tables_of

# of a paragraph, measured from one line to the next in sizes of the line
_PITCH = 1.22  # a line farther below than so many times the usual distance begins another one
_OFTEN = 0.15  # a distance of lines that as many of them have is no exception
_NOTE = 0.85  # notes are set smaller than so many times the text
_LARGER = 1.08  # what is set larger than so many times the text is a title
_COLUMN = 100  # points; the edges of columns lie as far apart
_STEP = 9  # points; a bullet that is set in by more than another is below it
_FULL_STOP = (".", "!", "?", ":", ";")
_FIELD = re.compile(r"[^\W\d_][^:.]{1,40}?\s?:(?:\s|$)")


def paragraphs_of(pages: Sequence[Page]) -> ParagraphReading:
    """The paragraphs of pages, and what is said of what was left out and of what is not sure."""
    hyphens = Hyphens(pages)
    lines = []
    unruled = []
    strip = None
    for page in pages:
        ruled = tables_of(page, hyphens)
        layout = page_lines(page, ruled.outside, ruled.tables, strip)
        strip = layout.strip
        if _has_unruled_table(layout.lines):
            unruled.append(page.number)
        lines += layout.lines
    heads = heads_of(lines, len(pages))
    head_lines = [line for line in lines if id(line) in heads]
    lines = [line for line in lines if id(line) not in heads]
    listed = contents_of(lines, max((page.number for page in pages), default=0))
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


def _body_size(lines: Sequence[PageLine]) -> float:
    """The size most of the text is set in, 0 without any."""
    letters: Counter[float] = Counter()
    for line in lines:
        letters[line.size] += len(line.text)
    return letters.most_common(1)[0][0] if letters else 0


def _usual_pitch(lines: Sequence[PageLine]) -> float:
    """The distance of two lines of a paragraph, in sizes: the smallest that is no exception.

    The commonest is not it in a text of short paragraphs, where most lines stand below the end of
    another.
    """
    steps: Counter[float] = Counter()
    for above, line in pairwise(lines):
        is_below = above.page is line.page and above.region == line.region
        if is_below and above.size == line.size > 0:
            step = (above.base - line.base) / line.size
            steps[round(step, 1)] += 0.9 < step < 2.5
    often = [step for step, number in steps.items() if number >= max(_OFTEN * steps.total(), 1)]
    return min(often or [step for step, number in steps.items() if number], default=1.2)


class _Flow:
    """The lines of a document one after the other, without heads, feet and contents, as paragraphs."""

    def __init__(self, lines: Sequence[PageLine], hyphens: Hyphens) -> None:
        self.lines = lines
        self.hyphens = hyphens
        self.body = _body_size(lines)
        self.pitch = _usual_pitch(lines)

    def paragraphs(self) -> list[Paragraph]:
        finished = []
        bullets = {}
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
                    bullets[len(finished)] = line
        finished += self._ended(run)
        for at, depth in self._depths(bullets).items():
            finished[at] = replace(finished[at], depth=depth)
        return finished

    def _depths(self, bullets: Mapping[int, PageLine]) -> dict[int, int]:
        """How deep each bullet is set in, 1 the outermost; nothing where all are set alike."""
        lefts: dict[tuple[int, int], float] = {}  # the left edge of each region of each page
        for line in self.lines:
            region = line.page.number, line.region
            lefts[region] = min(lefts.get(region, line.left), line.left)
        columns = distinct(lefts.values(), _COLUMN)
        indents = {}
        for at, line in bullets.items():
            indents[at] = line.left - max(
                (left for left in columns if left <= line.left), default=0
            )
        levels = distinct(indents.values(), _STEP)
        depths = {}
        for at, indent in indents.items():
            depths[at] = sum(level <= indent for level in levels)
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
        """The paragraph that lines are, if there are any."""
        if not run:
            return []
        start = run[0]
        words = ""
        page = start.page
        turns = []
        lead = 0
        is_in_lead = True
        for line in run:
            added = canonical(line.text) + SOFT_HYPHEN * line.text.rstrip().endswith(SOFT_HYPHEN)
            words = self.hyphens.join(words, added) if words else added
            begin = len(words) - len(added)
            if line.page is not page:
                page = line.page
                turns.append(PageTurn(begin, page.number))
            if is_in_lead:
                lead = begin + line.lead
                is_in_lead = line.bold
        words = words.rstrip(SOFT_HYPHEN)
        is_bold = lead >= len(words)
        paragraph = Paragraph(
            words,
            start.page.number,
            start.page.label,
            numbering.BULLET if start.bullet else "",
            size=Counter(line.size for line in run).most_common(1)[0][0],
            bold=is_bold,
            lead=0 if is_bold else len(words[:lead].rstrip()),
            kind="note" if self._is_note(start) else "paragraph",
            turns=tuple(turns),
        )
        return [paragraph]

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
    if not row[0]:
        return filled > 0 and (2 * filled < len(row) or lacks)
    if not row[0][0].islower():
        return False
    if lacks or (filled == 1 and len(row) > 1):
        return True
    # in a table whose rows begin with capitals a small letter goes on; but a number or a year is
    # cut by no page: a row that has one is a new row
    has_capitals = bool(whole) and not any(cells[0][:1].islower() for cells in whole)
    return has_capitals and not any(map(str.isdigit, row))
