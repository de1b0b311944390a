"""How items are numbered: “4.3”, “Mesure n° 7 –”, “II.”, “b)”, “•”, which reading holds in a given text, and words.

A line alone does not say what it is: “I.” may be one or the letter after H, “20 actions” no number
at all. So :func:`readings` gives what a line may be, and :func:`resolve` chooses by what the other
lines bear out. The words that plans print before numbers stand in ``words.toml``, the signs by
which actions are told from chapters in ``signs.toml``.
"""

import functools
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, product
from typing import Final, NamedTuple

from pan2kg.extract.document import folded, table as tables

Values = tuple[int, ...]
BULLET: Final = "•"


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


@dataclass(frozen=True, slots=True)
class Marker:
    """The start of an item; only other lines can tell whether a weak one is a number of an item.

    ``rest`` is the text behind it, ``number`` and ``label`` are as printed, ``values`` has a number
    a component (``(4, 3)`` of “4.3”), and ``group`` says what the label means, as :func:`group_of`.
    """

    style: NumberStyle
    rest: str
    number: str = ""
    values: Values = ()
    label: str = ""
    group: str = ""
    weak: bool = False


# What the start of a line may be

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
_ROMAN_WORTH: Final = {"i": 1, "v": 5, "x": 10, "l": 50}
_OPENING = "«“„\"'‘’([¿¡"


class _Count(NamedTuple):
    kind: str
    value: int


def readings(text: str) -> tuple[Marker, ...]:
    """What the start of a line may be, the likeliest first; nothing where it can be no item.

    >>> [(marker.number, marker.rest) for marker in readings("4.3 Former les juges")]
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


def _numbers_of(text: str) -> tuple[Marker, ...]:
    return tuple(_numbered(text, "")) or tuple(_labelled(text))


def _glyph(bullet: re.Match[str]) -> str:
    if bullet["word"]:
        return "o"
    if bullet["glyph"]:
        return bullet["glyph"]
    # dashes of every length are one bullet
    return "*" if bullet["dash"] == "*" else "–"


def _labelled(text: str) -> Iterator[Marker]:
    match = _LABEL.match(text)
    if not match or not match["label"][0].isupper():
        return
    label = match["label"]
    group = group_of(label)
    for marker in _numbered(text[match.end() :], folded(label)):
        behind = text[match.end() + len(marker.number) :]
        # “Workstream 1.1. Train …”: with one number alone, “Article 3. …”, it may be any text
        is_closed = len(marker.values) > 1 and re.match(r"[.)]\s+[^\W\d_a-z]", behind) is not None
        if group or is_closed or re.match(r"\s*(?:[:–—-]|$)", behind.lstrip(".)")):
            yield replace(marker, label=label, group=group)


def _numbered(text: str, word: str) -> Iterator[Marker]:
    is_opened = text[:1] in ("(", "[")
    body = text[1:] if is_opened else text
    for pattern in _NUMBERS:
        number = pattern.match(body)
        after = _AFTER.match(body, number.end()) if number else None
        if not number or not after:
            continue
        is_closed = after["end"][:1] in (")", "]")
        if is_closed or not is_opened:
            yield from _markers(number[0], after, word)


def _markers(number: str, after: re.Match[str], word: str) -> Iterator[Marker]:
    """Each way in which a printed number may be counted; none where no item begins with it."""
    behind = after.string[after.end() :]
    components = re.findall(rf"{_DIGITS}|[A-Za-z]+", number)
    if not _may_follow(number, after, behind) or not _may_number(number, components, after, word):
        return
    is_sure = _is_sure(number, components, after, word)
    is_bracketed = len(components) == 1 and after["end"].endswith((")", "]"))
    form = ")" if is_bracketed else ""
    for counts in product(*map(_counts, components)):
        kinds = "".join(count.kind for count in counts)
        values = tuple(count.value for count in counts)
        style = NumberStyle(word, kinds, form)
        yield Marker(style, behind.strip(), number, values, weak=not is_sure)


def _may_follow(number: str, after: re.Match[str], behind: str) -> bool:
    """Whether a text can stand behind a number of an item: “3 %” and “2.5” are quantities."""
    if not behind or after["space"]:
        return re.match(r"[%‰€$£]|°C", behind) is None
    if after["end"] or after["dash"]:
        return not behind[0].isdigit() and behind[0] not in ",;/%°"
    if not number[-1].isdigit():
        return False
    return behind[0] in "«“„" or re.match(r"[^\W\d_a-z][^\W\d_]{2}", behind) is not None


def _may_number(number: str, components: Sequence[str], after: re.Match[str], word: str) -> bool:
    if any(len(component) > 2 and component.isdigit() for component in components[1:]):
        return False
    if word:
        return True
    is_ordinal = after["end"][:1] in ("ª", "º")
    is_closed = bool(after["end"] or after["dash"])
    # “a plan” and “A plan” begin with a word
    is_word = re.fullmatch(r"[a-z]+|[A-HJ-Z]", number) is not None
    return not is_ordinal and (is_closed or not is_word)


def _is_sure(number: str, components: Sequence[str], after: re.Match[str], word: str) -> bool:
    behind = after.string[after.end() :]
    if after["end"]:
        return True
    if after["dash"] and (after["space"] or behind[:1].isupper()):
        return True
    is_decimal = all(piece[0].isdigit() for piece in components) and not re.search("[-‑]", number)
    if not word and not (is_decimal and len(components) > 1):
        return False
    return not behind or behind[0].isupper() or behind[0] in _OPENING or behind[0].isdigit()


def _counts(component: str) -> list[_Count]:
    """What a component may be: digits, a roman numeral, and a single letter both that and a letter."""
    if component[0].isdigit():
        return [_Count("d", int(re.sub(r"\D.*", "", component)))]
    counts = []
    if _ROMAN.fullmatch(component) and (component.isupper() or component.islower()):
        kind = "R" if component.isupper() else "r"
        counts.append(_Count(kind, _roman_value(component)))
    if len(component) == 1:
        kind = "L" if component.isupper() else "l"
        counts.append(_Count(kind, ord(component.upper()) - ord("A") + 1))
    return counts


def _roman_value(numeral: str) -> int:
    worth = [_ROMAN_WORTH[char] for char in numeral.lower()]
    value = 0
    for at, number in enumerate(worth):
        # what stands before a greater one is taken from it
        value += -number if number < max(worth[at:]) else number
    return value


def marked(text: str, *, bullet: bool = False) -> Marker | None:
    """The number, or the bullet, a text surely begins with.

    >>> marked("b) Former").number, marked("– Former", bullet=True).rest, marked("20 actions")
    ('b', 'Former', None)
    """
    for marker in readings(text):
        if not marker.weak and marker.style.is_bullet == bullet:
            return marker
    return None


# Which reading holds

_StyleKey = tuple[str, str]  # the word before a number and the kinds of its components


def _style_key(style: NumberStyle) -> _StyleKey:
    return style.word, style.kinds


def resolve(lines: Mapping[int, Sequence[Marker]]) -> dict[int, Marker]:
    """The reading that holds for each line, by what the other lines bear out; lines without one are text.

    >>> lines = ["I. Former", "II. Informer", "i. Lier"]
    >>> markers = resolve({at: readings(line) for at, line in enumerate(lines)})
    >>> {at: (marker.style.kinds, marker.values) for at, marker in markers.items()}
    {0: ('R', (1,)), 1: ('R', (2,))}
    """
    evidence = _Evidence(chain.from_iterable(lines.values()))
    counted: dict[_StyleKey, Values] = {}  # the number a style has come to
    chosen: dict[int, Marker] = {}
    for at, markers in lines.items():
        borne_out = [marker for marker in markers if evidence.bears_out(marker)]
        if borne_out:
            marker = _likeliest(borne_out, counted)
            chosen[at] = marker
            counted[_style_key(marker.style)] = marker.values
    return chosen


class _Evidence:
    """Which numbers and which bullets the lines of a text may have, all readings together."""

    def __init__(self, markers: Iterable[Marker]) -> None:
        self._values: defaultdict[_StyleKey, set[Values]] = defaultdict(set)
        self._bullets: Counter[str] = Counter()
        for marker in markers:
            if marker.style.is_bullet:
                self._bullets[marker.style.form] += 1
            else:
                self._values[_style_key(marker.style)].add(marker.values)

    def bears_out(self, marker: Marker) -> bool:
        style = marker.style
        if style.is_bullet:
            return not marker.weak or self._bullets[style.form] > 1
        is_plain = not style.word and not style.kinds.strip("dR")
        if not marker.weak and (marker.group or is_plain):
            return True
        alike = self._values[_style_key(style)]
        *head, tail = marker.values
        if not head and (marker.weak or style.word):
            # alone it says nothing: all from 1 up to it, and at least two, are there
            return len(alike) > 1 and all((value,) in alike for value in range(1, max(tail, 2) + 1))
        if head and tail == 1 and tuple(head) in self._level_above(style):
            return True
        return (*head, tail - 1) in alike or (*head, tail + 1) in alike

    def _level_above(self, style: NumberStyle) -> set[Values]:
        kinds = style.kinds[:-1]
        return self._values.get((style.word, kinds)) or self._values.get(("", kinds)) or set()


def _likeliest(borne_out: Sequence[Marker], counted: Mapping[_StyleKey, Values]) -> Marker:
    for marker in borne_out:
        if _is_expected(marker, counted):
            return marker
    first = borne_out[0]
    # roman for I, else a letter: C, D or V alone are rarely numerals
    if first.style.kinds[:1] in ("R", "r") and len(first.number) == 1 and first.number not in "Ii":
        for marker in borne_out:
            if marker.style.kinds[:1] in ("L", "l"):
                return marker
    return first


def _is_expected(marker: Marker, counted: Mapping[_StyleKey, Values]) -> bool:
    """Whether a number is the next of its style, or on the level below the number come to."""
    if marker.style.is_bullet:
        return False
    *head, tail = marker.values
    if counted.get(_style_key(marker.style)) == (*head, tail - 1):
        return True
    above = (marker.style.word, marker.style.kinds[:-1])
    return bool(head) and counted.get(above) == tuple(head)


# Words and signs


@functools.cache
def words(section: str, *, table: str = "words", language: str = "") -> frozenset[str]:
    """The words of a section of ``words.toml`` or ``signs.toml``, folded; of all languages where it has not this one.

    The keys of a section are languages, of ``level`` and ``field`` what their words mean.

    >>> sorted(words("actions", language="nl"))[:2], "mesure" in words("action")
    (['actiepunten', 'acties'], True)
    """
    listed = tables(table)[section]
    keys = [language] if language in listed else listed
    return frozenset(map(folded, chain.from_iterable(listed[key] for key in keys)))


def _pieces(label: str) -> list[str]:
    return re.split(r"[\s'’]+", folded(label))


def group_of(label: str) -> str:
    """What a label means: ``action``, ``category``, ``caption``, or nothing that is known.

    Where a word depends on another one, the first says it, else the last.

    >>> group_of("Mesure"), group_of("Axe stratégique"), group_of("Champ d’action"), group_of("Juge")
    ('action', 'category', 'category', '')
    """
    pieces = [piece for piece in _pieces(label) if piece]
    groups = []
    for piece in pieces:
        for group in ("action", "category", "caption"):
            if piece in words(group):
                groups.append(group)
                break
    if not groups:
        return ""
    depends = any(len(piece) == 1 or piece in {"de", "di", "of", "des", "der"} for piece in pieces)
    return groups[0] if depends else groups[-1]


def level_of(label: str) -> str:
    """The level of parts of plans a label names, a key of ``partlevel``; ``heading`` where it names none.

    >>> level_of("Pilier"), level_of("Juge")
    ('pillar', 'heading')
    """
    for piece in _pieces(label):
        for level in tables("words")["level"]:
            if piece in words("level", language=level):
                return str(level)
    return "heading"


def language_of_list(text: str) -> str:
    """The language most words that join others belong to; empty where two have as many.

    >>> language_of_list("Former les juges et les avocats"), language_of_list("Former")
    ('fr', '')
    """
    counted = Counter(map(folded, re.findall(r"[^\W\d_]+", text)))
    scores = []
    for language in tables("words")["connector"]:
        joining = words("connector", language=language)
        scores.append((sum(counted[word] for word in joining), language))
    scores.sort()
    best = scores[-1]
    second = scores[-2]
    return best[1] if best[0] > second[0] else ""


_SIGN_WORDS: Final = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*|[#°]")


def limit(name: str) -> float:
    """A limit of ``signs.toml``: a score, or a number of characters or members.

    >>> limit("few-members") < limit("enough-members") < limit("many-members")
    True
    """
    return float(tables("signs")["limits"][name])


@functools.lru_cache(maxsize=4096)
def field_kind(label: str) -> str:
    """What a field is about whose label or head of a column is given; empty where it is not known.

    >>> field_kind("Organisme responsable"), field_kind("N °"), field_kind("Alpha")
    ('responsible', 'number', '')
    """
    # in a narrow column the sign may stand alone: “N °”
    plain = folded(label).replace(" °", "°").replace(" º", "º")
    pieces = _SIGN_WORDS.findall(plain)
    if not 0 < len(pieces) <= 6:
        return ""
    pairs = {" ".join(pieces[at : at + 2]) for at in range(len(pieces))}
    phrases = {*pieces, *pairs, plain.rstrip(" .:")}
    for kind in tables("signs")["field"]:
        if phrases & words("field", table="signs", language=kind):
            return str(kind)
    return ""


def speaks_of_measures(text: str) -> bool:
    """Whether a text has a word for measures in it.

    >>> speaks_of_measures("Les mesures suivantes :"), speaks_of_measures("Les juges")
    (True, False)
    """
    plain = folded(text)
    measures = words("measures", table="signs")
    if not measures.isdisjoint(_SIGN_WORDS.findall(plain)):
        return True
    return any(" " in phrase and phrase in plain for phrase in measures)


def is_chapter(title: str) -> bool:
    """Whether a title is one of the chapters every plan has, or begins as one and is short.

    >>> is_chapter("Introduction"), is_chapter("Former les juges")
    (True, False)
    """
    plain = folded(title).strip(" :.")
    chapters = words("chapter", table="signs")
    if plain in chapters:
        return True
    pieces = plain.split()
    is_short = 0 < len(pieces) <= 4
    return is_short and (pieces[0] in chapters or " ".join(pieces[:2]) in chapters)


def begins(title: str, *, as_verb: bool = False) -> bool:
    """Whether a title begins, or ends in German, as those of actions do; or with a verb that says what is done.

    >>> begins("Former les juges"), begins("Former les juges", as_verb=True), begins("Les juges")
    (True, True, False)
    """
    pieces = _SIGN_WORDS.findall(folded(title))
    if not pieces:
        return False
    if as_verb:
        is_english = pieces[0] in words("begins", table="signs", language="en")
        return is_english or _is_sign(pieces[0], "verbs") or _is_sign(pieces[-1], "ends")
    return _is_sign(pieces[0], "begins") or (len(pieces) > 1 and _is_sign(pieces[-1], "ends"))


def _is_sign(word: str, section: str) -> bool:
    """Whether a word is listed, or ends as one that is listed by its ending (“-ung”)."""
    listed = words(section, table="signs")
    endings = tuple(ending[1:] for ending in listed if ending.startswith("-"))
    return word in listed or (len(word) > 4 and word.endswith(endings))
