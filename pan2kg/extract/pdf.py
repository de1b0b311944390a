"""The lines of all pages become paragraphs: heads and feet go, contents go, lines and tables go on in each other."""

import ctypes
import math
import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, Final, NamedTuple

from pan2kg.errors import OutlineError, Place
from pan2kg.extract import numbering, signs
from pan2kg.extract.document import SOFT_HYPHEN, Remark, Remarks, canonical, folded, noted, runs_of
from pan2kg.extract.lines import (
    Char,
    Hyphens,
    Page,
    PageLine,
    Point,
    RuledLine,
    page_lines,
)
from pan2kg.extract.markup import Paragraph
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


def paragraphs_of(pages: Sequence[Page]) -> tuple[list[Paragraph], Remarks]:
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
    return _Flow(lines, hyphens).paragraphs(), tuple(remarks)


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


_OBJECT: Final = re.compile(rb"(?<!\d)(\d{1,10})\s+\d{1,5}\s+obj\b")
_REFERENCE: Final = re.compile(rb"(\d{1,10})\s+\d{1,5}\s+R\b")
_STREAM: Final = re.compile(rb"\bstream\r?\n")
_ROOT: Final = re.compile(rb"/Root\s+(\d{1,10})\s+\d{1,5}\s+R")
_FLATE: Final = re.compile(rb"/Filter\s*(?:/FlateDecode|\[\s*/FlateDecode\s*\])")
_PACKED: Final = re.compile(rb"/Type\s*/ObjStm")
_BEHIND: Final = (
    16  # bytes that may stand behind what is packed: the sum of four, and the end of the line
)
_MOST: Final = 64 << 20  # bytes that the objects packed into one stream may unpack to
_BOLD: Final = re.compile(r"bold|black|heavy|semib|demi|,b|-bd|\bbd\b", re.IGNORECASE)
_SCANNED: Final = (
    30  # A page with fewer characters than these and an image on it is a picture of a page
)
_THIN: Final = 2.5  # points: a filled rectangle not wider than this is a line

# degrees by which a page is turned, its width and height, its left and lower edge
_Frame = tuple[int, float, float, float, float]


class _FileObject(NamedTuple):
    """An object of a file: its dictionary, and the stream behind it, None where it has none."""

    head: bytes
    content: bytes | None


_NO_OBJECT: Final = _FileObject(b"", None)


def _objects(data: bytes) -> Mapping[int, _FileObject]:
    """The objects of a file by their numbers, those that are packed into others among them."""
    matches = list(_OBJECT.finditer(data))
    objects: dict[int, _FileObject] = {}
    for at, match in enumerate(matches):
        end = matches[at + 1].end() if at + 1 < len(matches) else len(data)
        objects[int(match[1])] = _file_object(data[match.end() : end])
    for packed in list(objects.values()):
        for number, head in _unpacked(packed):
            objects.setdefault(number, _FileObject(head, None))
    return objects


def _file_object(body: bytes) -> _FileObject:
    stream = _STREAM.search(body)
    if stream:
        end = body.rfind(b"endstream")
        content = body[stream.end() : end if end >= 0 else len(body)]
        return _FileObject(body[: stream.start()], content)
    end = body.rfind(b"endobj")
    return _FileObject(body[: end if end >= 0 else len(body)], None)


def _unpacked(packed: _FileObject) -> Iterator[tuple[int, bytes]]:
    """The objects that are packed into the stream of one: numbers and places stand at its beginning."""
    if packed.content is None or not _PACKED.search(packed.head):
        return
    try:
        text = zlib.decompressobj().decompress(packed.content, _MOST)
    except zlib.error:
        return
    offset = re.search(rb"/First\s+(\d+)", packed.head)
    first = int(offset[1]) if offset else 0
    listed = [int(word) for word in text[:first].split() if word.isdigit()]
    numbers = listed[::2]
    places = listed[1::2]
    ends = [*places[1:], len(text) - first]
    for number, start, end in zip(numbers, places, ends, strict=False):
        yield number, text[first + start : first + end]


def broken_pages(data: bytes) -> frozenset[int]:
    """The pages of a file, from 1, of whose content some cannot be unpacked, so that a reader would pass over it."""
    roots = _ROOT.findall(data) if b"/Encrypt" not in data else []
    if not roots:
        return frozenset()
    objects = _objects(data)
    tree = re.search(rb"/Pages\s+(\d+)", objects.get(int(roots[-1]), _NO_OBJECT).head)
    waiting = [int(tree[1])] if tree else []
    visited = set[int]()
    broken = set[int]()
    page = 0
    while waiting and waiting[-1] in objects and waiting[-1] not in visited:
        number = waiting.pop()
        visited.add(number)
        head = objects[number].head
        if kids := re.search(rb"/Kids\s*\[(.*?)\]", head, re.DOTALL):
            waiting += reversed(_references(kids[1]))
            continue
        page += 1
        contents = [objects.get(content, _NO_OBJECT) for content in _drawn(head, objects)]
        if any(map(_is_broken, contents)):
            broken.add(page)
    return frozenset(broken)


def _references(text: bytes) -> list[int]:
    return list(map(int, _REFERENCE.findall(text)))


def _drawn(page: bytes, objects: Mapping[int, _FileObject]) -> list[int]:
    """The numbers of the objects that are drawn on a page."""
    match = re.search(rb"/Contents\s*(?:\[(.*?)\]|(\d+)\s+\d+\s+R)", page, re.DOTALL)
    if match is None:
        return []
    if match[1] is not None:
        return _references(match[1])
    # one object, which is drawn or lists those that are
    number = int(match[2])
    content = objects.get(number, _NO_OBJECT)
    return _references(content.head) if content.content is None else [number]


def _is_broken(drawn: _FileObject) -> bool:
    if drawn.content is None or not _FLATE.search(drawn.head):
        return False
    # the two bytes before it and the sum behind it do not count: producers get the sum wrong, or
    # leave it out
    unpacking = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        unpacking.decompress(drawn.content[2:], _MOST)
    except zlib.error:
        return True
    ended_early = len(unpacking.unused_data) > _BEHIND
    return ended_early or not (unpacking.eof or unpacking.unconsumed_tail)


def read_pdf(
    data: bytes, source: str, *, first: int, last: int | None, password: str, most: int
) -> tuple[list[Paragraph], int, Remarks]:
    """The paragraphs of a file, how many pages it has, and what was dropped or could not be read.

    The pages from ``first`` to ``last`` or the end are read, which are ``most`` at most.

    Raises:
        OutlineError: the file is locked, damaged or scanned, or has no such pages, or too many.
    """
    place = Place(source)
    try:
        import pypdfium2
    except ImportError:
        raise OutlineError(
            "needs-extra", place=place, remedy="install-extra", extra="documents"
        ) from None
    try:
        file = pypdfium2.PdfDocument(data, password=password or None)
        number = len(file)
    except pypdfium2.PdfiumError as error:
        raise _not_opened(str(error), place, has_password=password != "") from None
    wanted = _wanted(number, first, last, most, place)
    pages: list[Page] = []
    unread = set(broken_pages(data))
    for page in wanted:
        try:
            pages.append(_page(file, page - 1, pypdfium2.raw))
        except pypdfium2.PdfiumError:
            unread.add(page)
    whole = [page.number for page in pages if page.number not in unread]
    if len(whole) < len(wanted):
        raise _damaged(whole, number, place)
    scanned = [page.number for page in pages if page.has_image and _letters(page) < _SCANNED]
    if len(scanned) == len(pages) or not any(map(_letters, pages)):
        raise OutlineError("document-scanned", place=place, remedy="recognise-text")
    paragraphs, remarks = paragraphs_of(pages)
    return paragraphs, number, (*_unsure(pages, scanned), *remarks)


def _not_opened(error: str, place: Place, *, has_password: bool) -> OutlineError:
    if "password" not in error.lower():
        return OutlineError("damaged-document", place=place, remedy="save-again")
    key = "password-wrong" if has_password else "password-needed"
    return OutlineError(key, place=place, remedy="give-password-file")


def _wanted(number: int, first: int, last: int | None, most: int, place: Place) -> range:
    """The pages that are read of so many; raises where there are none, or too many."""
    if first > number:
        raise OutlineError("no-such-page", place=place, remedy="pages-form", pages=number)
    wanted = range(first, min(last or number, number) + 1)
    if len(wanted) > most:
        raise OutlineError(
            "too-many-pages", place=place, remedy="pages-form", pages=number, limit=most
        )
    return wanted


def _damaged(whole: Sequence[int], pages: int, place: Place) -> OutlineError:
    """What is said of a file of which only some pages are whole, with the most that follow each other."""
    if not whole:
        return OutlineError("damaged-document", place=place, remedy="save-again")
    runs = runs_of(whole).split(", ")
    return OutlineError(
        "damaged-pages",
        place=place,
        remedy="save-again-or-pages",
        read=len(whole),
        pages=pages,
        listed=", ".join(runs),
        example=max(runs, key=_run_length),
    )


def _run_length(run: str) -> int:
    first, _, end = run.partition("-")
    return int(end or first) - int(first)


def _letters(page: Page) -> int:
    return sum(not char.text.isspace() for char in page.chars)


def _unsure(pages: Sequence[Page], scanned: Sequence[int]) -> Iterator[Remark]:
    """What is said of pages whose text is not read, or may be read in a wrong order."""
    unread = []
    right_to_left = []
    for page in pages:
        if page.turned or 20 * page.unmapped > len(page.chars) + page.unmapped:
            unread.append(page.number)
        backward = sum("\u0590" <= char.text[0] <= "\u08ff" for char in page.chars)
        if 10 * backward > len(page.chars):
            right_to_left.append(page.number)
    remarks = {"scanned-pages": scanned, "unread-text": unread, "right-to-left": right_to_left}
    for key, numbers in remarks.items():
        if numbers:
            yield Remark(noted(key), tuple(numbers))


def _page(file: Any, index: int, raw: Any) -> Page:  # noqa: ANN401 - the library has no types
    drawn = file[index]
    width, height = drawn.get_size()
    box = drawn.get_mediabox()
    frame = (drawn.get_rotation(), width, height, box[0], box[1])
    text = drawn.get_textpage()
    page = Page(index + 1, file.get_page_label(index) or None, width, height)
    _read_chars(text.raw, raw, frame, page)
    for shape in drawn.get_objects(max_depth=1):
        if shape.type == raw.FPDF_PAGEOBJ_IMAGE:
            page.has_image = True
        elif shape.type == raw.FPDF_PAGEOBJ_PATH:
            _read_path(shape, raw, frame, page)
    text.close()
    drawn.close()
    return page


def _turned(frame: _Frame, x: float, y: float) -> Point:
    degrees, width, height, left, bottom = frame
    x = x - left
    y = y - bottom
    turned = {90: (y, height - x), 180: (width - x, height - y), 270: (width - y, x)}
    return turned.get(degrees, (x, y))


def _read_chars(handle: Any, raw: Any, frame: _Frame, page: Page) -> None:  # noqa: ANN401
    x = ctypes.c_double()
    y = ctypes.c_double()
    box = raw.FS_RECTF()
    matrix = raw.FS_MATRIX()
    last = 0
    size = 0.0
    bold = False
    upright = True
    for at in range(raw.FPDFText_CountChars(handle)):
        code = raw.FPDFText_GetUnicode(handle, at)
        if raw.FPDFText_IsGenerated(handle, at) == 1:
            if code == 32 and page.chars:
                page.chars.append(page.chars[-1].space())
            continue
        drawn = raw.FPDFText_GetTextObject(handle, at)
        address = ctypes.addressof(drawn.contents) if drawn else 0
        if address != last or not address:
            last = address
            raw.FPDFText_GetMatrix(handle, at, matrix)
            size = raw.FPDFText_GetFontSize(handle, at) * math.hypot(matrix.c, matrix.d)
            name = ctypes.create_string_buffer(200)
            flags = ctypes.c_int()
            length = raw.FPDFText_GetFontInfo(handle, at, name, 200, flags)
            bold = bool(
                _BOLD.search(name.raw[: max(min(length, 200) - 1, 0)].decode("utf-8", "replace"))
            )
            across, up = _turned((frame[0], 0, 0, 0, 0), matrix.a, matrix.b)
            upright = across > 0 and abs(up) < 0.1 * across
        if code == 0 or raw.FPDFText_HasUnicodeMapError(handle, at) == 1:
            page.unmapped += 1
            continue
        if not upright:
            page.turned += code != 32
            continue
        raw.FPDFText_GetCharOrigin(handle, at, x, y)
        raw.FPDFText_GetLooseCharBox(handle, at, box)
        base = _turned(frame, x.value, y.value)[1]
        # of a ligature each letter has the origin of the whole, but a box of its own
        left, right = sorted(
            _turned(frame, *corner)[0] for corner in ((box.left, box.bottom), (box.right, box.top))
        )
        # so the library marks a hyphen at the end of a line, the author's or the printer's
        printed = "-" if code in (0x2, 0xFFFE) else chr(code)
        page.chars.append(Char(printed, left, right, base, round(size, 1), bold))


def _read_path(path: Any, raw: Any, frame: _Frame, page: Page) -> None:  # noqa: ANN401
    fill = ctypes.c_int()
    stroke = ctypes.c_int()
    raw.FPDFPath_GetDrawMode(path.raw, fill, stroke)
    if not fill.value and not stroke.value:
        return
    matrix = path.get_matrix()
    x = ctypes.c_float()
    y = ctypes.c_float()
    pieces: list[list[Point]] = []
    for at in range(raw.FPDFPath_CountSegments(path.raw)):
        segment = raw.FPDFPath_GetPathSegment(path.raw, at)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        if raw.FPDFPathSegment_GetType(segment) == raw.FPDF_SEGMENT_MOVETO or not pieces:
            pieces.append([])
        pieces[-1].append(_turned(frame, *matrix.on_point(x.value, y.value)))
    for points in pieces:
        if len(points) > 1:
            _add_shape(page, points, has_stroke=bool(stroke.value))


def _add_shape(page: Page, points: Sequence[Point], *, has_stroke: bool) -> None:
    """What has its corners at some points: a bullet, a rule, or an outline whose straight sides are rules."""
    shape = _box(points)
    wide = shape.right - shape.left
    tall = shape.high - shape.low
    if 1.5 <= wide <= 8 and 1.5 <= tall <= 8 and 0.6 < wide / tall < 1.7:
        page.bullets.append((shape.left, (shape.low + shape.high) / 2))
    elif min(wide, tall) <= _THIN < max(wide, tall):
        page.rules.append(shape)
    elif has_stroke:
        for start, end in zip(points, [*points[1:], points[0]], strict=True):
            is_upright = abs(start[0] - end[0]) < 1
            is_level = abs(start[1] - end[1]) < 1
            if is_upright != is_level:
                page.rules.append(_box((start, end)))


def _box(points: Iterable[Point]) -> RuledLine:
    across, up = zip(*points, strict=True)
    return RuledLine(min(across), max(across), min(up), max(up))
