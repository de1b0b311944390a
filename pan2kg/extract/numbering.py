"""How items are numbered: “4.3”, “Mesure n° 7 –”, “II.”, “b)”, “•”, and which reading holds in a given text.

A line alone does not say what it is: “I.” may be one or the letter after H, “20 actions” no number at all.
So :func:`readings` gives what a line may be, and :func:`resolve` chooses by what the other lines bear out.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Final

from pan2kg.extract.layout import folded

Values = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Style:
    """What items of one level have in common: the word before the number, its kinds, its form.

    ``kinds`` has a letter per component: d decimal, R and r roman, L and l letter; ``form`` is the bullet, or
    “)” for bracketed numbers, or ``heading`` for one without number.
    """

    word: str = ""
    kinds: str = ""
    form: str = ""

    @property
    def is_bullet(self) -> bool:
        """Whether items of this style are marked without being numbered."""
        return not self.kinds and self.form != HEADING.form

    @property
    def is_plain(self) -> bool:
        """Whether this is a bare decimal number, in which 1.1 can only stand below 1."""
        return not self.word and self.kinds.strip("d") == "" and self.kinds != "" and not self.form

    @property
    def is_minor(self) -> bool:
        """Whether such items are those of lists inside a text: bullets, small letters, numbers in brackets."""
        return not self.word and self != HEADING and (self.form != "" or self.kinds[:1] in ("l", "r"))


HEADING: Final = Style(form="heading")


@dataclass(frozen=True, slots=True)
class Marker:
    """The start of an item: number as printed, its value, the rest of the line.

    ``group`` says what the word before the number means (category, action, caption); ``weak`` that only other
    lines can tell whether this is a number of an item.
    """

    style: Style
    rest: str
    number: str = ""
    values: Values = ()
    label: str = ""
    group: str = ""
    weak: bool = False


_DIGITS = r"[0-9]{1,3}(?:\s?(?:bis|ter|quater)\b|[a-z]\b)?"
_COMPONENT = rf"(?:{_DIGITS}|[IVXL]+|[ivxl]+|[A-Za-z])"
_NUMBERS = [
    re.compile(rf"{_COMPONENT}(?:[.\-‑]{_COMPONENT}){{3}}"),
    re.compile(rf"{_COMPONENT}(?:[.\-‑]{_COMPONENT}){{2}}"),
    re.compile(rf"[A-Z][0-9]{{1,2}}(?:\.{_COMPONENT}){{0,2}}"),
    re.compile(rf"{_COMPONENT}[.\-‑]{_COMPONENT}"),
    re.compile(_COMPONENT),
]
_AFTER = re.compile(r"(?P<end>[ªº]?[.)\]°]{0,2})(?P<dash>\s*[:–—]|\s*-(?=\s)|-(?=[^\W\d_])|)(?P<space>\s*)")
_WORD = r"[^\W\d_]+(?:['’\-][^\W\d_]+)*"
_LABEL = re.compile(
    rf"(?P<label>{_WORD}(?:\s+{_WORD}){{0,3}}?)\s*(?P<sign>(?:\bn\s?[°ºo]s?|\bn\.[°º]|\bn|\bnr|\bnum|\bnúm|№|\#)?\.?)\s*"
    r"(?=[0-9]|(?<=\s)[A-Za-z](?!['’]|[^\W\d_])|(?<=\s)[IVXLivxl]+(?![^\W\d_]))",
    re.IGNORECASE,
)
_BULLET = re.compile(r"(?P<glyph>[•·▪■□●○◦‣∙⁃✓✔➢❖►▶→⇒\ue000-\uf8ff])\s*|(?P<dash>[-–—*])\s+|(?P<word>o)\s+(?=[^\W\d_])")
_ROMAN = re.compile(r"(?:XL|L?X{0,3})(?:IX|IV|V?I{0,3})", re.IGNORECASE)
_OPENING = "«“„\"'‘’([¿¡"


def readings(text: str) -> tuple[Marker, ...]:
    """What the start of a line may be, the likeliest first; nothing where it can be no item.

    >>> [(m.number, m.rest) for m in readings("1.1Former les juges")]
    [('1.1', 'Former les juges')]
    >>> [(m.label, m.number, m.rest, m.group) for m in readings("Mesure n° 7 – Créer un guide")]
    [('Mesure', '7', 'Créer un guide', 'action')]
    >>> [(m.style.kinds, m.values) for m in readings("I. Sensibilisation")]
    [('R', (1,)), ('L', (9,))]
    >>> readings("En 2019, le Gouvernement")
    ()
    """
    if bullet := _BULLET.match(text):
        rest = text[bullet.end() :]
        inner = [marker for marker in _unbulleted(rest) if not marker.weak]
        glyph = bullet["glyph"] or ("–" if bullet["dash"] != "*" else "*") if not bullet["word"] else "o"
        weak = bool(bullet["word"])
        return (*inner, Marker(Style(form=glyph), rest, weak=weak)) if rest else ()
    return _unbulleted(text)


def _unbulleted(text: str) -> tuple[Marker, ...]:
    return tuple(_numbered(text, "")) or tuple(_labelled(text))


def _labelled(text: str) -> Iterator[Marker]:
    found = _LABEL.match(text)
    if not found or not found["label"][0].isupper():
        return
    label = found["label"]
    group = group_of(label)
    for marker in _numbered(text[found.end() :], folded(label)):
        behind = text[found.end() + len(marker.number) :]
        # “Workstream 1.1. Train …”: with one number alone, “Article 3. …”, it may be any text
        is_closed = len(marker.values) > 1 and re.match(r"[.)]\s+[^\W\d_a-z]", behind) is not None
        marked = is_closed or re.match(r"\s*(?:[:–—-]|$)", behind.lstrip(".)")) is not None
        if group or marked:
            yield replace(marker, label=label, group=group)


def _numbered(text: str, word: str) -> Iterator[Marker]:
    opened = text[:1] in ("(", "[")
    body = text[1:] if opened else text
    for pattern in _NUMBERS:
        number = pattern.match(body)
        after = _AFTER.match(body, number.end()) if number else None
        if number and after and (not opened or after["end"][:1] in (")", "]")):
            yield from _markers(number[0], after, word)


def _markers(number: str, after: re.Match[str], word: str) -> Iterator[Marker]:
    rest = after.string[after.end() :]
    parts = re.findall(rf"{_DIGITS}|[A-Za-z]+", number)
    closed = bool(after["end"] or after["dash"])
    upper = rest[:1].isupper() or rest[:1] in _OPENING or rest[:1].isdigit()
    if not _may_follow(number, after, rest) or (not closed and not word and re.fullmatch(r"[a-z]+|[A-HJ-Z]", number)):
        return
    if any(len(part) > 2 and part.isdigit() for part in parts[1:]) or (after["end"][:1] in ("ª", "º") and not word):
        return
    decimal = all(part[0].isdigit() for part in parts) and not re.search("[-‑]", number)
    sure = bool(after["end"]) or (bool(after["dash"]) and (after["space"] or rest[:1].isupper()))
    sure = bool(sure) or (((len(parts) > 1 and decimal) or bool(word)) and (upper or not rest))
    form = ")" if len(parts) == 1 and after["end"].endswith((")", "]")) else ""
    for reading in product(*(_values(part) for part in parts)):
        kinds, values = "".join(kind for kind, _ in reading), tuple(value for _, value in reading)
        yield Marker(Style(word, kinds, form), rest.strip(), number, values, weak=not sure)


def _may_follow(number: str, after: re.Match[str], rest: str) -> bool:
    """Whether what stands behind a number leaves it one: no decimal fraction, percentage, ordinal or range."""
    if not rest or after["space"]:
        return re.match(r"[%‰€$£]|°C", rest) is None
    if after["end"] or after["dash"]:
        return not rest[0].isdigit() and rest[0] not in ",;/%°"
    return number[-1].isdigit() and (rest[0] in "«“„" or re.match(r"[^\W\d_a-z][^\W\d_]{2}", rest) is not None)


def _values(part: str) -> Iterator[tuple[str, int]]:
    if part[0].isdigit():
        yield "d", int(re.match(r"[0-9]+", part)[0])  # type: ignore[index]
        return
    if _ROMAN.fullmatch(part) and (part.isupper() or part.islower()):
        yield "R" if part.isupper() else "r", _roman(part)
    if len(part) == 1:
        yield "L" if part.isupper() else "l", ord(part.upper()) - ord("A") + 1


def _roman(text: str) -> int:
    worth = [{"i": 1, "v": 5, "x": 10, "l": 50}[char] for char in text.lower()]
    return sum(-one if one < max(worth[at:]) else one for at, one in enumerate(worth))


def resolve(lines: Mapping[int, Sequence[Marker]]) -> dict[int, Marker]:
    """The reading that holds for each line, by what the other lines bear out; lines without one are text.

    >>> rows = {n: readings(f"{letter}. Titre") for n, letter in enumerate("GHI")}
    >>> [marker.style.kinds for marker in resolve(rows).values()]
    ['L', 'L', 'L']
    """
    seen = _Seen.of(lines)
    last: dict[tuple[str, str], Values] = {}
    chosen: dict[int, Marker] = {}
    for number, markers in lines.items():
        borne_out = [marker for marker in markers if seen.bears_out(marker)]
        if not borne_out:
            continue
        marker = next((one for one in borne_out if _is_expected(one, last)), None) or _default(borne_out)
        chosen[number] = marker
        last[marker.style.word, marker.style.kinds] = marker.values
    return chosen


@dataclass(frozen=True, slots=True)
class _Seen:
    """Every value that occurs in a text, by style."""

    values: Mapping[tuple[str, str], frozenset[Values]]
    bullets: Mapping[str, int]

    @classmethod
    def of(cls, lines: Mapping[int, Sequence[Marker]]) -> _Seen:
        values: dict[tuple[str, str], set[Values]] = {}
        bullets: dict[str, int] = {}
        for marker in (marker for markers in lines.values() for marker in markers):
            values.setdefault((marker.style.word, marker.style.kinds), set()).add(marker.values)
            bullets[marker.style.form] = bullets.get(marker.style.form, 0) + marker.style.is_bullet
        return cls({key: frozenset(found) for key, found in values.items()}, bullets)

    def bears_out(self, marker: Marker) -> bool:
        """Whether the text as a whole lets this be the number of an item."""
        style = marker.style
        if style.is_bullet:
            return not marker.weak or self.bullets[style.form] > 1
        if not marker.weak and (marker.group or (not style.word and style.kinds.strip("dR") == "")):
            return True
        if len(style.kinds) == 1 and (marker.weak or style.word):
            return self._in_a_row(style, marker.values[0])
        return self._has_neighbour(marker)

    def _in_a_row(self, style: Style, value: int) -> bool:
        found = self.values[style.word, style.kinds]
        return len(found) > 1 and all((number,) in found for number in range(1, max(value, 2) + 1))

    def _has_neighbour(self, marker: Marker) -> bool:
        *head, tail = marker.values
        style = marker.style
        found = self.values[style.word, style.kinds]
        above = self.values.get((style.word, style.kinds[:-1])) or self.values.get(("", style.kinds[:-1])) or ()
        opens = tail == 1 and len(head) > 0 and tuple(head) in above
        beside = (*head, tail - 1) in found or (*head, tail + 1) in found
        return beside or opens


def _is_expected(marker: Marker, last: Mapping[tuple[str, str], Values]) -> bool:
    """Whether the number comes next after the last one of its kind, or opens the series below the last one above."""
    word, kinds = marker.style.word, marker.style.kinds
    *head, tail = marker.values or (0,)
    before = last.get((word, kinds))
    if before and before[:-1] == tuple(head) and before[-1] + 1 == tail:
        return True
    return len(kinds) > 1 and last.get((word, kinds[:-1])) == tuple(head)


def _default(markers: Sequence[Marker]) -> Marker:
    """Roman for I, else a letter: C, D or V alone are rarely numerals."""
    first = markers[0]
    if first.style.kinds[:1] in ("R", "r") and len(first.number) == 1 and first.number not in "Ii":
        return next((one for one in markers if one.style.kinds[:1] in ("L", "l")), first)
    return first


def group_of(label: str) -> str:
    """What the words before a number mean: ``category``, ``action``, ``caption`` or nothing known.

    >>> group_of("MASSNAHME"), group_of("Objectif stratégique"), group_of("Champ d’action"), group_of("Priority action")
    ('action', 'category', 'category', 'action')
    """
    parts = [part for part in re.split(r"[\s'’]+", folded(label)) if part]
    known = [group for part in parts if (group := _groups().get(part))]
    if not known:
        return ""
    depends = any(len(part) == 1 or part in {"de", "di", "of", "des", "der"} for part in parts)
    return known[0] if depends or len(known) == 1 else known[-1]


def level_of(label: str) -> str:
    """The level of a part of a plan by the word printed before its number; ``heading`` where it is not known.

    >>> level_of("Axe"), level_of("OBJECTIF STRATÉGIQUE"), level_of("Volet"), level_of("")
    ('axis', 'objective', 'heading', 'heading')
    """
    parts = re.split(r"[\s'’]+", folded(label))
    levels = words("level")
    return next((level for part in parts for level, known in levels.items() if part in known), "heading")


@functools.cache
def words(section: str) -> Mapping[str, frozenset[str]]:
    """The words of one section of ``words.toml``, folded, by language (those of levels by level).

    >>> "inhaltsverzeichnis" in words("contents")["de"]
    True
    """
    with (Path(__file__).parent / "words.toml").open("rb") as file:
        table: dict[str, dict[str, list[str]]] = tomllib.load(file)
    return {language: frozenset(map(folded, listed)) for language, listed in table[section].items()}


@functools.cache
def every_word(section: str) -> frozenset[str]:
    """The words of one section in all languages."""
    return frozenset[str]().union(*words(section).values())


@functools.cache
def _groups() -> Mapping[str, str]:
    return {word: group for group in ("caption", "category", "action") for word in every_word(group)}
