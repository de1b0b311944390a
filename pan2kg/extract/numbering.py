"""How items are numbered: “4.3”, “Mesure n° 7 –”, “II.”, “b)”, “•”, and which reading holds in a given text.

A line alone does not say what it is: “I.” may be one or the letter after H, “20 actions” no number
at all. So :func:`readings` gives what a line may be, and :func:`resolve` chooses by what the other
lines bear out. What a word before a number means is known to :mod:`pan2kg.extract.signs`.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, product
from typing import NamedTuple

from pan2kg.extract.document import folded
from pan2kg.extract.signs import group_of

Values = tuple[int, ...]
"""The components of a number as numbers: ``(4, 3)`` of “4.3”."""
BULLET = "•"


@dataclass(frozen=True, slots=True)
class NumberStyle:
    """How the items of one level are counted.

    ``word`` stands before the number, folded. ``kinds`` has a letter a component: d for digits, R
    and r for roman numerals, L and l for letters, large and small. ``form`` is the glyph of a
    bullet, “)” behind a number that is closed by a bracket, else empty.
    """

    word: str = ""
    kinds: str = ""
    form: str = ""

    @property
    def is_bullet(self) -> bool:
        return not self.kinds

    @property
    def count(self) -> "NumberStyle":
        """The style without its form: “a)” goes on with “a.”."""
        return NumberStyle(self.word, self.kinds)

    @property
    def count_above(self) -> "NumberStyle":
        """The style of the level above, without its form: that of “4” for “4.3”."""
        return NumberStyle(self.word, self.kinds[:-1])


@dataclass(frozen=True, slots=True)
class Marker:
    """The start of an item; only other lines can tell whether a weak one is a number of an item.

    ``behind`` is the text behind it, ``number`` and ``label`` are as printed, ``values`` has a
    number a component, and ``group`` says what the label means, as :func:`group_of`.
    """

    style: NumberStyle
    behind: str
    number: str = ""
    values: Values = ()
    label: str = ""
    group: str = ""
    weak: bool = False


# What the start of a line may be

_DIGITS = r"[0-9]{1,3}(?:\s?(?:bis|ter|quater)\b|[a-z]\b)?"  # “12”, “3 bis”, “3a”
_COMPONENT = rf"(?:{_DIGITS}|[IVXL]+|[ivxl]+|[A-Za-z])"  # “12”, “IV”, “iv”, “b”
_AND_COMPONENT = rf"[.\-‑]{_COMPONENT}"
_BEHIND_NUMBER = r"""
    (?P<end>[ªº]?[.)\]°]{0,2})                         # “.”, “)”, “.)”, “°”, “ª”
    (?P<dash>\s*[:–—] | \s*-(?=\s) | -(?=[^\W\d_]) |)  # “ :”, “ –”, “ - ”, “-” before a letter
    (?P<space>\s*)
"""
# a number and what stands right behind it, from the longest form of a number to the shortest
_PRINTED = [
    re.compile(rf"(?P<number>{number}){_BEHIND_NUMBER}", re.VERBOSE)
    for number in (
        _COMPONENT + 3 * _AND_COMPONENT,  # “1.2.3.4”
        _COMPONENT + 2 * _AND_COMPONENT,  # “1.2.b”
        rf"[A-Z][0-9]{{1,2}}(?:\.{_COMPONENT}){{0,2}}",  # “A1”, “A1.2”
        _COMPONENT + _AND_COMPONENT,  # “4.3”, “II-1”
        _COMPONENT,  # “4”, “II”, “b”
    )
]
_WORD = r"[^\W\d_]+(?:['’\-][^\W\d_]+)*"
# “Mesure n° 7”, “Axe stratégique II”: a label before a number, which follows it
_LABEL = re.compile(
    rf"""
    (?P<label>{_WORD}(?:\s+{_WORD}){{0,3}}?)  # “Mesure”, “Champ d’action”: four words at most
    \s*
    (?:\bn\s?[°ºo]s? | \bn\.[°º] | \bn | \bnr | \bnum | \bnúm | № | \#)?  # “n°”, “Nr”, “#”
    \.?
    \s*
    (?=
        [0-9]                                 # “7”
        | (?<=\s)[A-Za-z](?!['’]|[^\W\d_])    # “A”, but neither “d’action” nor “Action”
        | (?<=\s)[IVXLivxl]+(?![^\W\d_])      # “II”
    )
    """,
    re.IGNORECASE | re.VERBOSE,
)
_BULLET = re.compile(
    r"""
    (?P<glyph>[•·▪■□●○◦‣∙⁃✓✔➢❖►▶→⇒\ue000-\uf8ff])\s*
    | (?P<dash>[-–—*])\s+
    | (?P<word>o)\s+(?=[^\W\d_])  # the letter programs print for a small circle
    """,
    re.VERBOSE,
)
_CLOSED = re.compile(r"[.)]\s+[^\W\d_a-z]")  # “. Train”: a full stop and a capital
_SEPARATED = re.compile(r"[.)]*\s*(?:[:–—-]|$)")  # “ –”, “. :”, or nothing
_UNIT = re.compile(r"[%‰€$£]|°C")
_CAPITALISED = re.compile(r"[^\W\d_a-z][^\W\d_]{2}")  # “Former” of “3Former”
_ONE_WORD = re.compile(r"[a-z]+|[A-HJ-Z]")
_ROMAN = re.compile(r"(?:XL|L?X{0,3})(?:IX|IV|V?I{0,3})", re.IGNORECASE)
_ROMAN_WORTH = {"i": 1, "v": 5, "x": 10, "l": 50}
_OPENING = "«“„\"'‘’([¿¡"


class _Printed(NamedTuple):
    """A number as it is printed at the start of a text, and what stands behind it in turn.

    ``end`` closes it (“.”, “)”, “°”), ``dash`` is a colon or a dash, ``space`` white space, and
    ``behind`` the text; each may be empty. ``word`` is the label before the number, folded.
    """

    word: str
    number: str
    end: str
    dash: str
    space: str
    behind: str

    @property
    def components(self) -> list[str]:
        return re.findall(rf"{_DIGITS}|[A-Za-z]+", self.number)


class _Count(NamedTuple):
    """What a component of a number may count: its kind, as in ``NumberStyle.kinds``, and its value."""

    kind: str
    value: int


def readings(text: str) -> tuple[Marker, ...]:
    """What the start of a line may be, the likeliest first; nothing where it can be no item.

    >>> [(marker.number, marker.behind) for marker in readings("4.3 Former les juges")]
    [('4.3', 'Former les juges')]
    >>> [(marker.style.kinds, marker.values) for marker in readings("I. Former")]
    [('R', (1,)), ('L', (9,))]
    >>> [marker.weak for marker in readings("20 actions")], readings("Former les juges")
    ([True], ())
    """
    bullet = _BULLET.match(text)
    if not bullet:
        return _numbers_of(text)
    behind = text[bullet.end() :]
    if not behind:
        return ()
    sure = [marker for marker in _numbers_of(behind) if not marker.weak]
    style = NumberStyle(form=_glyph(bullet))
    return (*sure, Marker(style, behind, weak=bool(bullet["word"])))


def _glyph(bullet: re.Match[str]) -> str:
    if bullet["word"]:
        return "o"
    if bullet["glyph"]:
        return bullet["glyph"]
    # dashes of every length are one bullet
    return "*" if bullet["dash"] == "*" else "–"


def _numbers_of(text: str) -> tuple[Marker, ...]:
    return tuple(_numbered(text, "")) or tuple(_labelled(text))


def _labelled(text: str) -> Iterator[Marker]:
    """The readings of a text that begins with a label and a number: “Mesure n° 7 – Former”."""
    match = _LABEL.match(text)
    if not match or not match["label"][0].isupper():
        return
    label = match["label"]
    group = group_of(label)
    for marker in _numbered(text[match.end() :], folded(label)):
        behind = text[match.end() + len(marker.number) :]
        # “Workstream 1.1. Train …”: with one number alone, “Article 3. …”, it may be any text
        is_closed = len(marker.values) > 1 and _CLOSED.match(behind) is not None
        if group or is_closed or _SEPARATED.match(behind):
            yield replace(marker, label=label, group=group)


def _numbered(text: str, word: str) -> Iterator[Marker]:
    """The readings of a text that begins with a number, behind a label or none: “4.3 Former”, “(b) Former”."""
    is_opened = text[:1] in ("(", "[")
    body = text[1:] if is_opened else text
    for form in _PRINTED:
        match = form.match(body)
        if match is None:
            continue
        is_closed = match["end"][:1] in (")", "]")
        if is_closed or not is_opened:
            number, end, dash, space = match.groups()
            yield from _markers(_Printed(word, number, end, dash, space, body[match.end() :]))


def _markers(printed: _Printed) -> Iterator[Marker]:
    """Each way in which a printed number may be counted; none where no item begins with it."""
    components = printed.components
    if not _may_precede_text(printed) or not _may_number(printed):
        return
    is_bracketed = len(components) == 1 and printed.end.endswith((")", "]"))
    is_weak = not _is_sure(printed)
    for counts in product(*map(_counts, components)):
        style = NumberStyle(
            printed.word,
            "".join(count.kind for count in counts),
            ")" if is_bracketed else "",
        )
        values = tuple(count.value for count in counts)
        yield Marker(style, printed.behind.strip(), printed.number, values, weak=is_weak)


def _may_precede_text(printed: _Printed) -> bool:
    """Whether what stands behind a number can be the text of an item.

    It can in “3 Former”, “3.Former” and “3Former”; it cannot in “3 %”, “3.000” and “3rd”.
    """
    behind = printed.behind
    if not behind or printed.space:
        return _UNIT.match(behind) is None
    if printed.end or printed.dash:
        return not behind[0].isdigit() and behind[0] not in ",;/%°"
    if not printed.number[-1].isdigit():
        return False
    return behind[0] in "«“„" or _CAPITALISED.match(behind) is not None


def _may_number(printed: _Printed) -> bool:
    """Whether a printed number can be that of an item.

    “4.3”, “b)” and “II Former” can; “2.500”, “a plan”, “A plan” and “3ª” cannot. Behind a label
    all but the first can.
    """
    if any(len(piece) > 2 and piece.isdigit() for piece in printed.components[1:]):
        return False
    if printed.word:
        return True
    if printed.end[:1] in ("ª", "º"):
        return False
    is_closed = bool(printed.end or printed.dash)
    return is_closed or _ONE_WORD.fullmatch(printed.number) is None


def _is_sure(printed: _Printed) -> bool:
    """Whether a number is that of an item without asking other lines.

    “3. Former”, “3 – Former”, “4.3 Former” and “Mesure 3 Former” are; “3 juges”, “1-2 juges” and
    “4.3 millions” may be in a sentence.
    """
    behind = printed.behind
    if printed.end:
        return True
    if printed.dash and (printed.space or behind[:1].isupper()):
        return True
    components = printed.components
    is_parted = re.search("[-‑]", printed.number) is not None
    is_decimal = not is_parted and all(piece[0].isdigit() for piece in components)
    if not printed.word and not (is_decimal and len(components) > 1):
        return False
    return not behind or behind[0].isupper() or behind[0].isdigit() or behind[0] in _OPENING


def _counts(component: str) -> list[_Count]:
    """What a component may be: digits, a roman numeral, and a single letter both that and a letter."""
    if component[0].isdigit():
        return [_Count("d", int(re.sub(r"\D.*", "", component)))]
    counts = []
    if _is_roman(component):
        counts.append(_Count("R" if component.isupper() else "r", _roman_value(component)))
    if len(component) == 1:
        place = ord(component.upper()) - ord("A") + 1
        counts.append(_Count("L" if component.isupper() else "l", place))
    return counts


def _is_roman(letters: str) -> bool:
    """Whether letters are a roman numeral below 90: “IX” and “ix” are, “Ix” and “IIX” are none."""
    is_even = letters.isupper() or letters.islower()
    return is_even and _ROMAN.fullmatch(letters) is not None


def _roman_value(numeral: str) -> int:
    worth = [_ROMAN_WORTH[char] for char in numeral.lower()]
    value = 0
    for at, number in enumerate(worth):
        # what stands before a greater one is taken from it
        value += -number if number < max(worth[at:]) else number
    return value


def marked(text: str, *, bullet: bool = False) -> Marker | None:
    """The number, or the bullet, a text surely begins with.

    >>> marked("b) Former").number, marked("– Former", bullet=True).behind, marked("20 actions")
    ('b', 'Former', None)
    """
    for marker in readings(text):
        if not marker.weak and marker.style.is_bullet == bullet:
            return marker
    return None


# Which reading holds


def resolve(lines: Mapping[int, Sequence[Marker]]) -> dict[int, Marker]:
    """The reading that holds for each line, by what the other lines bear out; lines without one are text.

    >>> lines = ["I. Former", "II. Informer", "i. Lier"]
    >>> markers = resolve({at: readings(line) for at, line in enumerate(lines)})
    >>> {at: (marker.style.kinds, marker.values) for at, marker in markers.items()}
    {0: ('R', (1,)), 1: ('R', (2,))}
    """
    evidence = _Evidence(chain.from_iterable(lines.values()))
    reached: dict[NumberStyle, Values] = {}  # the number each count has come to
    chosen = {}
    for at, markers in lines.items():
        borne_out = [marker for marker in markers if evidence.bears_out(marker)]
        if borne_out:
            marker = _likeliest(borne_out, reached)
            chosen[at] = marker
            reached[marker.style.count] = marker.values
    return chosen


def _neighbour(values: Values, step: int) -> Values:
    """The number so many steps behind another one on its level: (4, 2) is −1 from (4, 3)."""
    return (*values[:-1], values[-1] + step)


class _Evidence:
    """Which numbers and which bullets the lines of a text may have, all readings together."""

    def __init__(self, markers: Iterable[Marker]) -> None:
        self._numbers: defaultdict[NumberStyle, set[Values]] = defaultdict(set)
        self._bullets: Counter[str] = Counter()
        for marker in markers:
            if marker.style.is_bullet:
                self._bullets[marker.style.form] += 1
            else:
                self._numbers[marker.style.count].add(marker.values)

    def bears_out(self, marker: Marker) -> bool:
        """Whether a reading is certain by itself, or other lines have the numbers beside it."""
        style = marker.style
        if style.is_bullet:
            return not marker.weak or self._bullets[style.form] > 1
        is_plain = not style.word and not style.kinds.strip("dR")
        if not marker.weak and (marker.group or is_plain):
            return True
        numbers = self._numbers[style.count]
        values = marker.values
        if len(values) == 1 and (marker.weak or style.word):
            # alone it says nothing: all from 1 up to it, and at least two, are there
            needed = range(1, max(values[0], 2) + 1)
            return all((number,) in numbers for number in needed)
        is_first_below = values[-1] == 1 and values[:-1] in self._level_above(style)
        return is_first_below or not numbers.isdisjoint(
            (_neighbour(values, -1), _neighbour(values, 1))
        )

    def _level_above(self, style: NumberStyle) -> set[Values]:
        """The numbers of the level above, with the same word before them or else without one."""
        above = style.count_above
        return self._numbers.get(above) or self._numbers.get(replace(above, word="")) or set()


def _likeliest(borne_out: Sequence[Marker], reached: Mapping[NumberStyle, Values]) -> Marker:
    for marker in borne_out:
        if _is_expected(marker, reached):
            return marker
    likeliest = borne_out[0]
    is_roman = likeliest.style.kinds[:1] in ("R", "r")
    if is_roman and len(likeliest.number) == 1 and likeliest.number not in "Ii":
        # C, D or V alone are rarely numerals
        for marker in borne_out:
            if marker.style.kinds[:1] in ("L", "l"):
                return marker
    return likeliest


def _is_expected(marker: Marker, reached: Mapping[NumberStyle, Values]) -> bool:
    """Whether a number is the next of its style, or on the level below the number come to."""
    style = marker.style
    if style.is_bullet:
        return False
    if reached.get(style.count) == _neighbour(marker.values, -1):
        return True
    return len(marker.values) > 1 and reached.get(style.count_above) == marker.values[:-1]
