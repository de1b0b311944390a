"""Reads the list of actions of a plan as it was published: categories, actions, their numbers and titles.

It knows no country. Lines are told apart by their markers (:mod:`pan2kg.extract.numbering`), wrapped titles are put
together (:mod:`pan2kg.extract.entries`), a table of contents that the text repeats is set aside, and the levels follow
from the order in which the markers come (:mod:`pan2kg.extract.tree`). What it is unsure of or leaves out is a
remark with the line.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pan2kg.errors import OutlineError, Place
from pan2kg.extract.entries import Entry, Setting, candidates, gather, remarks_on_text
from pan2kg.extract.layout import Remark, decode_text, folded, noted, read_lines
from pan2kg.extract.numbering import every_word, resolve, words
from pan2kg.extract.tree import ACTION, CATEGORY, STEP, Item, arrange
from pan2kg.project import reason

__all__ = ["ACTION", "CATEGORY", "STEP", "Item", "Outline", "Remark", "read_outline", "read_outline_file"]


@dataclass(frozen=True, slots=True)
class Outline:
    """A plan as read: its title and language where found, its items as a tree, and what was unsure."""

    title: str
    language: str
    items: tuple[Item, ...]
    remarks: tuple[Remark, ...] = ()

    @property
    def categories(self) -> tuple[Item, ...]:
        """The headings above the actions, outer before inner, in the order of the text."""
        return tuple(item for item in self.walk() if item.kind == CATEGORY)

    @property
    def actions(self) -> tuple[Item, ...]:
        """The actions in the order of the text."""
        return tuple(item for item in self.walk() if item.kind == ACTION)

    def walk(self) -> Iterator[Item]:
        """Every item in the order of the text."""
        for item in self.items:
            yield from item.walk()


def read_outline_file(path: Path, *, language: str | None = None) -> Outline:
    """The outline of a text file, whatever its encoding.

    Raises:
        OutlineError: the file cannot be read, is no text, or holds no numbered list.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise OutlineError("cannot-read-file", place=Place(str(path)), reason=reason(error)) from None
    text, remarks = decode_text(data, source=str(path))
    outline = read_outline(text, language=language, source=str(path))
    return replace(outline, remarks=remarks + outline.remarks)


def read_outline(text: str, *, language: str | None = None, source: str = "") -> Outline:
    """The outline of a plan's text.

    ``source`` names the text in errors. ``language`` is guessed from the small words where it is not given.

    >>> outline = read_outline('''PAN 2
    ...
    ... Catégorie 1 : Sensibilisation
    ... 1.1. Communiquer ............. 4
    ... 1.2 Former les juges et les
    ... avocats
    ... ''')
    >>> [(item.label, item.number, item.title) for item in outline.categories]
    [('Catégorie', '1', 'Sensibilisation')]
    >>> [(item.number, item.title) for item in outline.actions]
    [('1.1', 'Communiquer'), ('1.2', 'Former les juges et les avocats')]

    Raises:
        OutlineError: the text is empty, binary, or holds no numbered list.
    """
    every, remarks = read_lines(text, source=source)
    if not every:
        raise OutlineError("text-empty", place=Place(source or "plan", 1), remedy="give-action-list")
    lines = [line for line in every if not line.is_page_number]
    spoken = language or _guess_language(text)
    setting = Setting.of(lines, resolve(candidates(lines)), language=spoken, text=text)
    gathered = gather(lines, setting)
    if not gathered.entries:
        place = Place(source or "plan", every[0].number)
        raise OutlineError("running-text", place=place, remedy="give-action-list")
    entries, about_repeats = _without_contents(_without_running_heads(gathered.entries, remarks))
    first_line = gathered.opening[0].number if gathered.opening else 0
    items, about_levels = arrange(entries, title_line=first_line)
    taken = {item.line for root in items for item in root.walk()}
    title = "" if first_line in taken else gathered.title
    remarks += [*gathered.remarks, *about_repeats, *about_levels]
    remarks += remarks_on_text([line for line in gathered.text if line.number not in taken], setting)
    if len(every) > len(lines):
        remarks.append(Remark(noted("page-numbers"), tuple(one.number for one in every if one.is_page_number)))
    outline = Outline(title, spoken, items)
    remarks += _announced(outline, " ".join(line.text for line in gathered.opening))
    return replace(outline, remarks=tuple(sorted(remarks, key=lambda remark: (remark.line or 0, str(remark.message)))))


def _without_running_heads(entries: Sequence[Entry], remarks: list[Remark]) -> list[Entry]:
    """The entries without a heading that is printed again at the top of a page, which goes into ``remarks``."""
    last: dict[object, Entry] = {}
    kept: list[Entry] = []
    again: list[int] = []
    for entry in entries:
        before = last.get(entry.style)
        repeats = before is not None and _name(before) == _name(entry) and before.paged == entry.paged
        if repeats and kept[-1] is not before and not entry.style.is_bullet:
            again += entry.lines
            continue
        last[entry.style] = entry
        kept.append(entry)
    if again:
        remarks.append(Remark(noted("printed-again"), tuple(again)))
    return kept


def _without_contents(entries: Sequence[Entry]) -> tuple[list[Entry], list[Remark]]:
    """The entries of the text itself, where a table of contents lists them before.

    Where the text repeats less than half of what the contents list, the contents are the plan's list.
    """
    split = _end_of_contents(entries)
    contents, body = list(entries[:split]), list(entries[split:])
    if not contents or not body:
        return list(entries), []
    found = {_name(entry) for entry in body} & {_name(entry) for entry in contents}
    if not found and {entry.style for entry in contents} & {entry.style for entry in body}:
        return list(entries), []
    missing = [entry for entry in contents if _name(entry) not in found]
    if 2 * len(missing) > len(contents):
        return contents, [Remark(noted("below-contents"), _lines(body))]
    repeated = _lines([entry for entry in contents if _name(entry) in found])
    remarks = [Remark(noted("contents"), repeated)]
    if missing:
        remarks.append(Remark(noted("contents-missing"), _lines(missing)))
    return body, remarks


def _lines(entries: Sequence[Entry]) -> tuple[int, ...]:
    return tuple(line for entry in entries for line in entry.lines)


def _end_of_contents(entries: Sequence[Entry]) -> int:
    """Where the text begins to repeat what was listed before; 0 where nothing is."""
    numbered = [at for at, entry in enumerate(entries) if not entry.style.is_bullet]
    if not numbered:
        return 0
    again = [at for at in numbered if _name(entries[at]) == _name(entries[numbered[0]])]
    if len(again) == 2 and again[1] > numbered[0] + 1:
        return again[1]
    return max((at + 1 for at in numbered if entries[at].paged), default=0)


def _name(entry: Entry) -> tuple[str, tuple[int, ...], str]:
    return entry.style.word, entry.values, re.sub(r"\W+", " ", folded(entry.title)).strip()


def _announced(outline: Outline, preamble: str) -> list[Remark]:
    """A remark where the text announces “20 actions” and another number was read."""
    read = len(outline.actions)
    for number, word in re.findall(r"\b([0-9]{1,3})\s+([^\W\d_]+)", preamble):
        if folded(word) in every_word("actions") and int(number) != read:
            return [Remark(noted("announced", number=number, word=word, read=str(read)))]
    return []


def _guess_language(text: str) -> str:
    counted = Counter(map(folded, re.findall(r"[^\W\d_]+", text)))
    scores = sorted((sum(counted[word] for word in small), code) for code, small in words("connector").items())
    return scores[-1][1] if scores[-1][0] > scores[-2][0] else ""
