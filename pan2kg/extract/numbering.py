"""How items are numbered: “4.3”, “Mesure n° 7 –”, “II.”, “b)”, “•”, which reading holds in a given text, and words.

A line alone does not say what it is: “I.” may be one or the letter after H, “20 actions” no number
at all. So :func:`readings` gives what a line may be, and :func:`resolve` chooses by what the other
lines bear out. The words that plans print before numbers stand in ``words.toml``, the signs by
which actions are told from chapters in ``signs.toml``.
"""

import functools
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Final

from pan2kg.extract.document import folded, table as tables

Values = tuple[int, ...]
BULLET: Final = "•"


@dataclass(frozen=True, slots=True)
class NumberStyle:
    """The word before numbers of one level, a letter a component (d, R, r, L, l), and the bullet or “)”."""

    word: str = ""
    kinds: str = ""
    form: str = ""

    @property
    def is_bullet(self) -> bool:
        return not self.kinds


@dataclass(frozen=True, slots=True)
class Marker:
    """The start of an item; only other lines can tell whether a weak one is a number of an item."""

    style: NumberStyle
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
_AFTER = re.compile(
    r"(?P<end>[ªº]?[.)\]°]{0,2})(?P<dash>\s*[:–—]|\s*-(?=\s)|-(?=[^\W\d_])|)(?P<space>\s*)"
)
_WORD = r"[^\W\d_]+(?:['’\-][^\W\d_]+)*"
_LABEL = re.compile(
    rf"(?P<label>{_WORD}(?:\s+{_WORD}){{0,3}}?)\s*(?P<sign>(?:\bn\s?[°ºo]s?|\bn\.[°º]|\bn|\bnr|\bnum|\bnúm|№|\#)?\.?)\s*"
    r"(?=[0-9]|(?<=\s)[A-Za-z](?!['’]|[^\W\d_])|(?<=\s)[IVXLivxl]+(?![^\W\d_]))",
    re.IGNORECASE,
)
_BULLET = re.compile(
    r"(?P<glyph>[•·▪■□●○◦‣∙⁃✓✔➢❖►▶→⇒\ue000-\uf8ff])\s*|(?P<dash>[-–—*])\s+|(?P<word>o)\s+(?=[^\W\d_])"
)
_ROMAN = re.compile(r"(?:XL|L?X{0,3})(?:IX|IV|V?I{0,3})", re.IGNORECASE)
_OPENING = "«“„\"'‘’([¿¡"


def readings(text: str) -> tuple[Marker, ...]:
    """What the start of a line may be, the likeliest first; nothing where it can be no item."""
    bullet = _BULLET.match(text)
    rest = text[bullet.end() :] if bullet else text
    markers = tuple(_numbered(rest, "")) or tuple(_labelled(rest))
    if not bullet:
        return markers
    glyph = "o" if bullet["word"] else bullet["glyph"] or ("*" if bullet["dash"] == "*" else "–")
    sure = [marker for marker in markers if not marker.weak]
    return (*sure, Marker(NumberStyle(form=glyph), rest, weak=bool(bullet["word"]))) if rest else ()


def _labelled(text: str) -> Iterator[Marker]:
    match = _LABEL.match(text)
    if not match or not match["label"][0].isupper():
        return
    label = match["label"]
    group = group_of(match["label"])
    for marker in _numbered(text[match.end() :], folded(label)):
        behind = text[match.end() + len(marker.number) :]
        # “Workstream 1.1. Train …”: with one number alone, “Article 3. …”, it may be any text
        is_closed = len(marker.values) > 1 and re.match(r"[.)]\s+[^\W\d_a-z]", behind) is not None
        if group or is_closed or re.match(r"\s*(?:[:–—-]|$)", behind.lstrip(".)")):
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
    pieces = re.findall(rf"{_DIGITS}|[A-Za-z]+", number)
    closed = bool(after["end"] or after["dash"])
    if not _may_follow(number, after, rest) or (
        not closed and not word and re.fullmatch(r"[a-z]+|[A-HJ-Z]", number)
    ):
        return
    if any(len(piece) > 2 and piece.isdigit() for piece in pieces[1:]) or (
        after["end"][:1] in ("ª", "º") and not word
    ):
        return
    decimal = all(piece[0].isdigit() for piece in pieces) and not re.search("[-‑]", number)
    upper = rest[:1].isupper() or rest[:1] in _OPENING or rest[:1].isdigit()
    sure = bool(after["end"]) or bool(after["dash"] and (after["space"] or rest[:1].isupper()))
    sure = sure or (((len(pieces) > 1 and decimal) or bool(word)) and (upper or not rest))
    form = ")" if len(pieces) == 1 and after["end"].endswith((")", "]")) else ""
    for reading in product(*map(_values, pieces)):
        kinds = "".join(kind for kind, _ in reading)
        values = tuple(value for _, value in reading)
        yield Marker(NumberStyle(word, kinds, form), rest.strip(), number, values, weak=not sure)


def _may_follow(number: str, after: re.Match[str], rest: str) -> bool:
    if not rest or after["space"]:
        return re.match(r"[%‰€$£]|°C", rest) is None
    if after["end"] or after["dash"]:
        return not rest[0].isdigit() and rest[0] not in ",;/%°"
    return number[-1].isdigit() and (
        rest[0] in "«“„" or re.match(r"[^\W\d_a-z][^\W\d_]{2}", rest) is not None
    )


def _values(piece: str) -> list[tuple[str, int]]:
    if piece[0].isdigit():
        return [("d", int(re.sub(r"\D.*", "", piece)))]
    kinds = []
    if _ROMAN.fullmatch(piece) and (piece.isupper() or piece.islower()):
        worth = [{"i": 1, "v": 5, "x": 10, "l": 50}[char] for char in piece.lower()]
        value = sum(
            -number if number < max(worth[at:]) else number for at, number in enumerate(worth)
        )
        kinds.append(("R" if piece.isupper() else "r", value))
    if len(piece) == 1:
        kinds.append(("L" if piece.isupper() else "l", ord(piece.upper()) - ord("A") + 1))
    return kinds


def marked(text: str, *, bullet: bool = False) -> Marker | None:
    """The number, or the bullet, a text surely begins with."""
    sure = (marker for marker in readings(text) if not marker.weak)
    return next((marker for marker in sure if marker.style.is_bullet == bullet), None)


def resolve(lines: Mapping[int, Sequence[Marker]]) -> dict[int, Marker]:
    """The reading that holds for each line, by what the other lines bear out; lines without one are text."""
    values: dict[tuple[str, str], set[Values]] = {}
    bullets: dict[str, int] = {}
    for marker in (marker for markers in lines.values() for marker in markers):
        values.setdefault((marker.style.word, marker.style.kinds), set()).add(marker.values)
        bullets[marker.style.form] = bullets.get(marker.style.form, 0) + marker.style.is_bullet

    def is_borne_out(marker: Marker) -> bool:
        style = marker.style
        if style.is_bullet:
            return not marker.weak or bullets[style.form] > 1
        if not marker.weak and (marker.group or (not style.word and style.kinds.strip("dR") == "")):
            return True
        alike = values[style.word, style.kinds]
        *head, tail = marker.values
        if len(style.kinds) == 1 and (marker.weak or style.word):
            return len(alike) > 1 and all(
                (number,) in alike for number in range(1, max(tail, 2) + 1)
            )
        above = (
            values.get((style.word, style.kinds[:-1])) or values.get(("", style.kinds[:-1])) or ()
        )
        opens = tail == 1 and len(head) > 0 and tuple(head) in above
        return opens or (*head, tail - 1) in alike or (*head, tail + 1) in alike

    last: dict[tuple[str, str], Values] = {}

    def is_expected(marker: Marker) -> bool:
        word = marker.style.word
        kinds = marker.style.kinds
        *head, tail = marker.values or (0,)
        before = last.get((word, kinds))
        follows = (
            before is not None
            and len(before) > 0
            and (*before[:-1], before[-1] + 1) == (*head, tail)
        )
        return follows or (len(kinds) > 1 and last.get((word, kinds[:-1])) == tuple(head))

    chosen: dict[int, Marker] = {}
    for number, markers in lines.items():
        borne_out = list(filter(is_borne_out, markers))
        if not borne_out:
            continue
        marker = next(filter(is_expected, borne_out), None) or borne_out[0]
        # roman for I, else a letter: C, D or V alone are rarely numerals
        if (
            not is_expected(marker)
            and marker.style.kinds[:1] in ("R", "r")
            and marker.number not in "Ii"
        ):
            letters = (letter for letter in borne_out if letter.style.kinds[:1] in ("L", "l"))
            marker = next(letters, marker) if len(marker.number) == 1 else marker
        chosen[number] = marker
        last[marker.style.word, marker.style.kinds] = marker.values
    return chosen


@functools.cache
def words(section: str, *, table: str = "words", language: str = "") -> frozenset[str]:
    listed = tables(table)[section]
    return frozenset(
        folded(word)
        for key in ([language] if language in listed else listed)
        for word in listed[key]
    )


def group_of(label: str) -> str:
    pieces = [piece for piece in re.split(r"[\s'’]+", folded(label)) if piece]
    meanings = ("action", "category", "caption")
    groups = [
        group
        for piece in pieces
        if (group := next((name for name in meanings if piece in words(name)), ""))
    ]
    if not groups:
        return ""
    depends = any(len(piece) == 1 or piece in {"de", "di", "of", "des", "der"} for piece in pieces)
    return groups[0] if depends else groups[-1]


def level_of(label: str) -> str:
    pieces = re.split(r"[\s'’]+", folded(label))
    levels = tables("words")["level"]
    return next(
        (level for piece in pieces for level in levels if piece in words("level", language=level)),
        "heading",
    )


def language_of_list(text: str) -> str:
    counted = Counter(map(folded, re.findall(r"[^\W\d_]+", text)))
    scores = sorted(
        (sum(counted[word] for word in words("connector", language=language)), language)
        for language in tables("words")["connector"]
    )
    return scores[-1][1] if scores[-1][0] > scores[-2][0] else ""


_SIGN_WORDS: Final = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*|[#°]")


def limit(name: str) -> float:
    return float(tables("signs")["limits"][name])


@functools.lru_cache(maxsize=4096)
def field_kind(label: str) -> str:
    # in a narrow column the sign may stand alone: “N °”
    plain = folded(label).replace(" °", "°").replace(" º", "º")
    pieces = _SIGN_WORDS.findall(plain)
    if not 0 < len(pieces) <= 6:
        return ""
    phrases = {
        *pieces,
        *(" ".join(pieces[at : at + 2]) for at in range(len(pieces))),
        plain.rstrip(" .:"),
    }
    kinds = tables("signs")["field"]
    return next(
        (kind for kind in kinds if phrases & words("field", table="signs", language=kind)), ""
    )


def speaks_of_measures(text: str) -> bool:
    plain = folded(text)
    measures = words("measures", table="signs")
    return bool(measures & {*_SIGN_WORDS.findall(plain)}) or any(
        " " in word and word in plain for word in measures
    )


def is_chapter(title: str) -> bool:
    plain = folded(title).strip(" :.")
    pieces = plain.split()
    chapters = words("chapter", table="signs")
    return plain in chapters or (
        0 < len(pieces) <= 4 and bool({pieces[0], " ".join(pieces[:2])} & chapters)
    )


def begins(title: str, *, as_verb: bool = False) -> bool:
    """Whether a title begins, or ends in German, as those of actions do; or with a verb that says what is done."""
    pieces = _SIGN_WORDS.findall(folded(title))

    def matches(word: str, section: str) -> bool:
        listed = words(section, table="signs")
        endings = tuple(ending[1:] for ending in listed if ending.startswith("-"))
        return word in listed or (len(word) > 4 and word.endswith(endings))

    if not pieces:
        return False
    if not as_verb:
        return matches(pieces[0], "begins") or (len(pieces) > 1 and matches(pieces[-1], "ends"))
    is_english = pieces[0] in words("begins", table="signs", language="en")
    return matches(pieces[0], "verbs") or is_english or matches(pieces[-1], "ends")
