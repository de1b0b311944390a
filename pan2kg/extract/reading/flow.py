"""The lines of all pages become paragraphs: heads and feet go, contents go, lines and tables go on in each other."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Final

from pan2kg.extract.document import Remark, canonical
from pan2kg.extract.layout import SOFT_HYPHEN, folded, noted
from pan2kg.extract.numbering import every_word, readings
from pan2kg.extract.reading.grid import tables_of
from pan2kg.extract.reading.lines import Hyphens, Page, PageLine, page_lines
from pan2kg.extract.reading.paragraphs import BULLET, Paragraph, bulleted, numbered
from pan2kg.extract.signs import field_kind

_MARGIN: Final = 0.12
"""The part of a page, above and below, in which heads and feet stand."""
_SHARE: Final = 0.4
_PITCH: Final = 1.22
_NOTE: Final = 0.85
_CONTENTS_RUN: Final = 4
_COLUMN: Final = 100
"""The edges of columns lie as many points apart."""
_STEP: Final = 9
"""A bullet that is set in by more points than another is one below it."""
_COUNTED: Final = 0.8
"""The share of lines whose number goes on with the pages, from which it is that of the page."""
_ENTRY: Final = 3
"""Lines an entry of a list of contents may have."""
_PAGE_ALONE: Final = re.compile(
    r"\W*(?:[ivxlc]+|(?:page|seite|pagina|p\.)?\s*\d{1,4}(?:\s*(?:/|sur|of|von|di|de|van)\s*\d{1,4})?)\W*",
    re.IGNORECASE,
)
_TO_PAGE: Final = re.compile(r"(?P<leader>[\s.…_·]*)(?<!\d)(?P<page>\d{1,4}|[ivxl]{1,6})\s*$")
_LEADER: Final = re.compile(r"(?:\.{3}|…|(?:\s\.){3}|_{3}|(?:\s·){3})\s*$")
_OFTEN: Final = 0.15
"""A distance of lines that as many of them have is no exception."""
_FULL_STOP: Final = (".", "!", "?", ":", ";")
_FIELD: Final = re.compile(r"[^\W\d_][^:.]{1,40}?\s?:(?:\s|$)")


@dataclass(slots=True)
class _Pending:
    """The lines of a paragraph that is not at its end."""

    lines: list[PageLine] = field(default_factory=list)
    note: bool = False


def paragraphs_of(pages: Sequence[Page]) -> tuple[list[Paragraph], tuple[Remark, ...]]:
    """The paragraphs of the pages, and what was dropped or not read."""
    hyphens = Hyphens.of(pages)
    lines: list[PageLine] = []
    unruled: list[int] = []
    strip: float | None = None
    for page in pages:
        tables, chars = tables_of(page, hyphens)
        own, strip = page_lines(page, chars, tables, strip)
        if _has_unruled_table(own):
            unruled.append(page.number)
        lines += own
    kept, heads = _without_heads(lines, len(pages))
    kept, contents = _without_contents(kept, max((page.number for page in pages), default=0))
    remarks = [
        Remark(noted("heads-left", lines=str(len(heads)), first=heads[0].text), ()) if heads else None,
        Remark(noted("contents-left", lines=str(len(contents))), _pages(contents)) if contents else None,
        Remark(noted("unruled-table"), tuple(unruled)) if unruled else None,
    ]
    return _paragraphs(kept, hyphens), tuple(one for one in remarks if one)


def _pages(lines: Sequence[PageLine]) -> tuple[int, ...]:
    return tuple(sorted({line.page.number for line in lines}))


def _without_heads(lines: Sequence[PageLine], pages: int) -> tuple[list[PageLine], list[PageLine]]:
    """The lines without those that stand at the same height of many pages with the same words, but for numbers."""
    outer = [line for line in lines if not line.rows and _is_outer(line)]
    seen: dict[tuple[str, int], set[int]] = defaultdict(set)
    for line in outer:
        for height in (round(line.base / 3), round(line.base / 3) + 1):
            seen[_pattern(line), height].add(line.page.number)
    least = max(min(3, pages), 2, _SHARE * pages)
    heads = {
        id(line)
        for line in outer
        if len(seen[_pattern(line), round(line.base / 3)] | seen[_pattern(line), round(line.base / 3) + 1]) >= least
    } - _counting(outer)
    heads |= _slot_heads(outer, pages, least) - _counting(outer)
    heads |= {id(line) for line in outer if _PAGE_ALONE.fullmatch(line.text) and _is_last_or_first(line, lines)}
    return [one for one in lines if id(one) not in heads], [one for one in lines if id(one) in heads]


def _counting(lines: Sequence[PageLine]) -> set[int]:
    """Lines that count something other than pages, “Card 14” at the top of each: they are titles and no heads.

    The number of a page goes on with the pages, and a head that numbers the chapter comes again on the next page.
    """
    alike: dict[str, list[PageLine]] = defaultdict(list)
    for line in lines:
        if re.search(r"[^\W\d_]{3}", line.text):
            alike[_pattern(line)].append(line)
    found: set[int] = set()
    for own in alike.values():
        numbers = [tuple(map(int, re.findall(r"\d{1,4}", line.text))) for line in own]
        if len(own) < _CONTENTS_RUN or not all(numbers) or len(set(numbers)) < len(own):
            continue
        ahead = Counter(one[at] - line.page.number for one, line in zip(numbers, own, strict=True) for at in (0, -1))
        if ahead.most_common(1)[0][1] < _COUNTED * len(own):
            found |= {id(line) for line in own}
    return found


def _slot_heads(outer: Sequence[PageLine], pages: int, least: float) -> set[int]:
    """Heads that change with the chapter: a height that many pages use for words most of which stand there again."""
    slots: dict[tuple[int, float], list[PageLine]] = defaultdict(list)
    for line in outer:
        slots[round(line.base), line.size].append(line)
    found: set[int] = set()
    for lines in slots.values():
        texts = Counter(_pattern(line) for line in lines)
        again = sum(number for number in texts.values() if number > 1)
        if pages > 3 and len({line.page.number for line in lines}) >= least and again >= 0.8 * len(lines):
            found |= {id(line) for line in lines if texts[_pattern(line)] > 1}
    return found


def _is_outer(line: PageLine) -> bool:
    return not _MARGIN * line.page.height < line.base < (1 - _MARGIN) * line.page.height


def _is_last_or_first(line: PageLine, lines: Sequence[PageLine]) -> bool:
    """Whether nothing of its page stands beyond it."""
    same = [one.base for one in lines if one.page is line.page]
    return line.base in (min(same), max(same))


def _pattern(line: PageLine) -> str:
    return re.sub(r"\d+", "#", canonical(line.text))


def _without_contents(lines: Sequence[PageLine], pages: int) -> tuple[list[PageLine], list[PageLine]]:
    """The lines without a list of contents: a run of lines that end in the number of a page."""
    left: set[int] = set()
    run: list[int] = []
    for at, line in enumerate([*lines, None]):
        if line is not None and not line.rows and _page_at(lines, at) is not None:
            run.append(at)
            continue
        if line is not None and run and at - run[-1] <= _ENTRY and _goes_on(lines, at):
            continue  # a line of an entry that ends further down
        if _is_contents(run, lines, pages):
            start = run[0] - 1 if run[0] and _is_contents_heading(lines[run[0] - 1]) else run[0]
            left |= set(range(start, run[-1] + 1))
        run = []
    return [one for at, one in enumerate(lines) if at not in left], [one for at, one in enumerate(lines) if at in left]


def _goes_on(lines: Sequence[PageLine], at: int) -> bool:
    """Whether an entry of a list of contents goes on to its page in one of the next lines, set as this one."""
    line = lines[at]
    near = range(at + 1, min(at + _ENTRY, len(lines)))
    return not line.rows and any(_page_at(lines, n) is not None and lines[n].size == line.size for n in near)


def _page_at(lines: Sequence[PageLine], at: int) -> int | None:
    """The page a line leads to; the number may stand alone where the dots filled the line above."""
    alone = lines[at].text.strip()
    if at and alone.isdecimal() and len(alone) < 5 and _LEADER.search(lines[at - 1].text):
        return int(alone)
    return _to_page(lines[at])


def _to_page(line: PageLine) -> int | None:
    """The page a line of a list of contents leads to; None where it is no such line."""
    found = _TO_PAGE.search(line.text)
    if not found:
        return None
    dots = sum(3 if char == "…" else char in "._·" for char in found["leader"])
    if dots < 3 and not line.text[: found.start()].strip():
        return None
    if dots < 3 and line.gap < 1.2 and not found["leader"]:
        return None
    return int(found["page"]) if found["page"].isdecimal() else 0


def _is_contents(run: Sequence[int], lines: Sequence[PageLine], pages: int) -> bool:
    """Whether a run of lines is a list of contents; a column of years or sums is none."""
    numbers = [number for at in run if (number := _page_at(lines, at))]
    if len(run) < _CONTENTS_RUN or max(numbers, default=0) > 2 * pages + 50:
        return False
    rising = sum(a <= b for a, b in pairwise(numbers)) >= 0.9 * (len(numbers) - 1)
    dotted = sum(
        bool(re.search(r"\.{3}|…|(?:\s\.){3}|_{3}", lines[at].text) or _page_at(lines, at) != _to_page(lines[at]))
        for at in run
    )
    apart = sum(lines[at].gap > 1.2 for at in run)
    headed = any(_is_contents_heading(lines[at]) for at in range(max(run[0] - 3, 0), run[0]))
    return rising and (headed or 2 * max(dotted, apart) > len(run))


def _is_contents_heading(line: PageLine) -> bool:
    return folded(line.text).rstrip(" :") in every_word("contents")


def _has_unruled_table(lines: Sequence[PageLine]) -> bool:
    """Whether three rows or more have three pieces or more: a table without lines, which is not guessed."""
    rows = [line for line in lines if not line.rows and line.pieces > 2 and "..." not in line.text]
    return len(rows) > 2


def _paragraphs(lines: Sequence[PageLine], hyphens: Hyphens) -> list[Paragraph]:
    body = _body_size(lines)
    pitch = _pitch(lines)
    found: list[Paragraph] = []
    bullets: list[tuple[int, PageLine]] = []
    pending = _Pending()
    for line in lines:
        if line.rows:
            # a table between the halves of a page ends a paragraph, and goes on with one cut by the page
            found += _ended(pending, hyphens)
            pending = _Pending()
            _add_table(found, line, hyphens)
            continue
        if pending.lines and _joins(pending, line, body, pitch):
            pending.lines.append(line)
            continue
        found += _ended(pending, hyphens)
        pending = _Pending([line], _is_note(line, body))
        if line.bullet or bulleted(line.text):
            bullets.append((len(found), line))
    found += _ended(pending, hyphens)
    for at, depth in _depths(bullets, lines).items():
        found[at] = replace(found[at], depth=depth)
    return found


def _depths(bullets: Sequence[tuple[int, PageLine]], lines: Sequence[PageLine]) -> dict[int, int]:
    """How deep each bullet is by how far it is set in from its column, 1 the outermost.

    Nothing where all are set alike, or where a list would begin with a bullet set in: then the columns were not seen.
    """
    lefts: dict[tuple[int, int], float] = {}
    for line in lines:
        place = line.page.number, line.region
        lefts[place] = min(lefts.get(place, line.left), line.left)
    columns: list[float] = []
    for left in sorted(lefts.values()):
        if not columns or left - columns[-1] > _COLUMN:
            columns.append(left)
    indents = [line.left - max((one for one in columns if one <= line.left), default=0) for _, line in bullets]
    levels: list[float] = []
    for indent in sorted(indents):
        if not levels or indent - levels[-1] > _STEP:
            levels.append(indent)
    depths = {at: sum(level <= indent for level in levels) for (at, _), indent in zip(bullets, indents, strict=True)}
    begins_deep = any(depth > 1 and at - 1 not in depths for at, depth in depths.items())
    return {} if len(levels) < 2 or begins_deep else depths


def _body_size(lines: Sequence[PageLine]) -> float:
    letters: Counter[float] = Counter()
    for line in lines:
        letters[line.size] += len(line.text)
    return letters.most_common(1)[0][0] if letters else 0


def _pitch(lines: Sequence[PageLine]) -> float:
    """The distance of two lines of a paragraph, in sizes: the smallest that is no exception.

    The commonest is not it in a text of short paragraphs, where most lines stand below the end of another.
    """
    steps: Counter[float] = Counter()
    for above, line in pairwise(lines):
        if above.page is line.page and above.region == line.region and above.size == line.size > 0:
            step = (above.base - line.base) / line.size
            if 0.9 < step < 2.5:
                steps[round(step, 1)] += 1
    often = [step for step, number in steps.items() if number >= _OFTEN * steps.total()]
    return min(often or steps, default=1.2)


def _is_note(line: PageLine, body: float) -> bool:
    return line.size < _NOTE * body and line.base < 0.5 * line.page.height and line.text[:1].isdigit()


def _joins(pending: _Pending, line: PageLine, body: float, pitch: float) -> bool:
    """Whether a line goes on with the paragraph above it."""
    above, start = pending.lines[-1], pending.lines[0]
    if line.bullet or abs(above.size - line.size) > 0.6 or (_is_note(line, body) and pending.note):
        return False
    if above.last != line.first or (bulleted(line.text) and not above.text.endswith("-")):
        return False
    open_bracket = above.text.count("(") > above.text.count(")")
    # “Protocol / (P29) to the Convention” in a title: an item in brackets is not set as one
    open_bracket = open_bracket or (line.bold and above.bold and line.text.startswith("("))
    if numbered(line.text) and not open_bracket and not above.text.rstrip().endswith(("-", ",")):
        return False
    if above.page is line.page and above.region == line.region:
        step = (above.base - line.base) / max(line.size, 1)
        is_title = all(one.bold or one.size > 1.08 * body for one in (above, line))
        return 0 < step <= _PITCH * max(pitch, 1.0) and (is_title or not _begins_anew(above, line, start))
    # at the foot of a column or a page: a title in its own setting, or a sentence that is not at its end
    # a title may have words in quotation marks; a sentence that is quoted has its full stop within
    words = above.text.rstrip()
    ended = words.rstrip("»” ").endswith(_FULL_STOP) or (words.endswith(("»", "”")) and not above.bold)
    apart = above.bold or above.size > 1.08 * body
    return not ended and (apart or line.text[:1].islower()) and not pending.note


def _begins_anew(above: PageLine, line: PageLine, start: PageLine) -> bool:
    """Whether a line begins a paragraph though nothing parts it: the one above is short and ends, or it is a field."""
    short = above.edge - above.right > 3 * above.size and above.right - above.left < 0.85 * (above.edge - above.left)
    room = above.edge - above.right > 0.12 * above.edge
    if short and room and above.text.rstrip().endswith((".", "!", "?", ":", ";")):
        return True
    indented = line.left - start.left > 0.8 * line.size and len(line.text) > 20 and not start.bullet
    if indented and above.text.rstrip().endswith((".", "!", "?")) and not _is_marked(start):
        return True
    found = _FIELD.match(line.text)
    # “Train judges / **Indicator**: …”: below a title in bold too, where the label is one that is known
    known = found is not None and not line.bold and bool(field_kind(found[0].rstrip(" :")))
    field_line = found is not None and line.first and (not above.last or known)
    return field_line or (
        short and room and _FIELD.match(line.text) is not None and _FIELD.match(start.text) is not None
    )


def _is_marked(line: PageLine) -> bool:
    return line.bullet or bool(readings(line.text))


def _ended(pending: _Pending, hyphens: Hyphens) -> list[Paragraph]:
    if not pending.lines:
        return []
    words, start, page = "", pending.lines[0], pending.lines[0].page
    turns: list[tuple[int, int]] = []
    lead, in_lead = 0, True
    for line in pending.lines:
        own = canonical(line.text) + SOFT_HYPHEN * line.text.rstrip().endswith(SOFT_HYPHEN)
        words = hyphens.join(words, own) if words else own
        begins = len(words) - len(own)
        if line.page is not page:
            page = line.page
            turns.append((begins, page.number))
        if in_lead:
            lead = begins + line.lead
            in_lead = line.bold
    words = words.rstrip(SOFT_HYPHEN)
    bold = lead >= len(words)
    size = Counter(line.size for line in pending.lines).most_common(1)[0][0]
    paragraph = Paragraph(
        words, start.page.number, start.page.label, BULLET if start.bullet else "", size=size, bold=bold,
        lead=0 if bold else len(words[:lead].rstrip()), kind="note" if pending.note else "paragraph",
        turns=tuple(turns),
    )  # fmt: skip
    return [paragraph]


def _add_table(found: list[Paragraph], line: PageLine, hyphens: Hyphens) -> None:
    """Take a table, or go on with the one that the end of a page cut: without its header, a cut row whole again."""
    last = found[-1] if found else None
    rows = line.rows
    if last and last.kind == "table" and last.page == line.page.number - 1 and len(last.rows[0]) == len(rows[0]):
        rows = rows[1:] if rows[0] == _head_of(found) else rows
        if rows and _is_rest(rows[0], last.rows):
            whole = tuple(hyphens.join(above, cell).strip() for above, cell in zip(last.rows[-1], rows[0], strict=True))
            found[-1] = replace(last, rows=(*last.rows[:-1], whole))
            rows = rows[1:]
    if rows:
        found.append(Paragraph("", line.page.number, line.page.label, kind="table", rows=rows))


def _head_of(found: Sequence[Paragraph]) -> tuple[str, ...]:
    """The first row of the table at the end, which may have begun some pages before: its header, where it has one."""
    last = found[-1]
    for one in reversed(found[:-1]):
        is_before = one.kind == "table" and one.page == (last.page or 0) - 1 and len(one.rows[0]) == len(last.rows[0])
        if not is_before:
            break
        last = one
    return last.rows[0]


def _is_rest(row: Sequence[str], above: Sequence[Sequence[str]]) -> bool:
    """Whether a row is the rest of one above: most of its cells are empty, or one that is empty in no row above.

    Its first cell is empty too, or it is the rest of a title, which goes on in small letters. A row above that has a
    single cell is a heading, and says nothing of what rows have.
    """
    whole = [one for one in above if sum(map(bool, one)) > 1]
    filled = sum(map(bool, row))
    lacks = bool(whole) and any(not cell and all(one[at] for one in whole) for at, cell in enumerate(row))
    if row[0]:
        # a number or a year is cut by no page: a row that has one is a new one
        capitals = bool(whole) and not any(one[0][:1].islower() for one in whole) and not any(map(str.isdigit, row))
        return row[0][0].islower() and ((filled == 1 and len(row) > 1) or lacks or capitals)
    return filled > 0 and (2 * filled < len(row) or lacks)
