"""Acts of the European Union as texts cite them: « directive 2014/24/UE », « Regulation (EC) No 1907/2006 », CELEX.

A number with a stroke is looked at from where it stands: what is before it says the type and the community, and which
of its two parts is the year. Until 2014 regulations were numbered before the year, directives behind it; since 2015 the
year is first in all of them. Two years that follow each other are a period, not a number.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

from pan2kg.extract.mention import Mention
from pan2kg.extract.names import Names

KIND: Final = "eu-act"
_NUMBER: Final = re.compile(r"(?<![\d/.,-])(\d{1,4})/(\d{1,4})(?:/([A-Za-z]{2,7})\b)?(?![\d/]|[.,]\d)")
_CELEX: Final = re.compile(r"(?<!\w)(?:CELEX[: ]+)?([03])((?:19|20)\d\d)([LRDH])(\d{4})(?:-\d{8})?(?!\w)")
_ELI: Final = re.compile(r"https?://data\.europa\.eu/eli/([a-z_]+)/(\d{4})/(\d+)(?:/[a-z0-9-]+)*", re.IGNORECASE)
_LETTER: Final = {"dir": "L", "reg": "R", "dec": "D", "reco": "H"}
_WINDOW: Final = 140
_FIRST: Final = 1952
_LAST: Final = 2039
_YEAR_FIRST: Final = 2015
"""Since that year the year stands first in the number of every act."""
_OLD: Final = range(52, 100)
"""The years of the last century that were written with two digits."""


@cache
def words() -> dict[str, Any]:
    """The words by which texts are cited."""
    return tomllib.loads(Path(__file__).with_name("mentions.toml").read_text(encoding="utf-8"))


def either(parts: Iterable[str]) -> str:
    """A group of a regular expression that is one of several, the longest first."""
    return f"(?:{'|'.join(sorted(parts, key=len, reverse=True))})"


@dataclass(frozen=True, slots=True)
class EuAct:
    """An act of the Union: its type as in an ELI without « implementing » or « delegated », quality, year and number.

    >>> EuAct("dir", "", 2014, 24).celex, EuAct("reg", "impl", 2020, 7).eli
    ('32014L0024', 'http://data.europa.eu/eli/reg_impl/2020/7/oj')
    """

    type: str
    quality: str
    year: int
    number: int

    @property
    def celex(self) -> str:
        """Its number in EUR-Lex."""
        return f"3{self.year}{_LETTER[self.type]}{self.number:04}"

    @property
    def eli(self) -> str:
        """Its European Legislation Identifier."""
        kind = f"{self.type}_{self.quality}" if self.quality else self.type
        return f"http://data.europa.eu/eli/{kind}/{self.year}/{self.number}/oj"


def celex_of(eli: str) -> str:
    """The CELEX number of an act by its ELI, or empty where it is none of the Union.

    >>> celex_of("http://data.europa.eu/eli/reg_del/2020/1588/oj"), celex_of("https://e.example/eli/loi/1")
    ('32020R1588', '')
    """
    found = _ELI.fullmatch(eli)
    kind = found[1].lower().partition("_")[0] if found else ""
    return EuAct(kind, "", int(found[2]), int(found[3])).celex if found and kind in _LETTER else ""


@dataclass(frozen=True, slots=True)
class _Before:
    """What stands before a number: where it begins, the type, its quality, whether in the plural, « n° », community."""

    start: int
    type: str
    quality: str = ""
    plural: bool = False
    marked: bool = False
    community: bool = False


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    eu, number = words()["eu"], words()["number"]
    communities = rf"\(\s*{either(eu['communities'])}(?:\s*,\s*{either(eu['communities'])})*\s*\)"
    mark = either(number["marks"])
    types = "|".join(f"(?P<{kind}>{either(said)})" for kind, said in eu["type"].items())
    qualities = either(part for said in eu["quality"].values() for part in said)
    tail = rf"(?P<community>\s*{communities})?(?P<marked>\s*{mark})?\s*$"
    named = either(part for key in ("del", "impl") for part in eu["quality"][key])
    whole = rf"(?<![\w])(?P<word>(?:{named}\s+)?(?:[\w]+-)*\w*?(?:{types}))(?P<middle>(?:\s*{qualities})*){tail}"
    listed = rf"^\s*(?:{either(number['and'])}\s*)+(?P<number>(?:{communities}\s*)?(?:{mark}\s*)?)$"
    flags = re.IGNORECASE
    return (
        re.compile(whole, flags),
        re.compile(listed, flags),
        re.compile(r"\s*(?P<word>(?P<dir>directives?)|(?P<reg>regulations?)|(?P<dec>decisions?))\b", flags),
    )


@cache
def _quality(said: str) -> str:
    for key in ("del", "impl"):
        if re.search(either(words()["eu"]["quality"][key]), said, re.IGNORECASE):
            return key
    return ""


def find_eu_acts(text: str, names: Names) -> Iterator[Mention]:
    """Every act of the Union a text cites by a number.

    >>> text = "La directive 2014/24/UE, le règlement (CE) n° 1907/2006 ; exercice 2018/2019."
    >>> [(one.surface, one.target[26:]) for one in find_eu_acts(text, Names())]
    [('directive 2014/24/UE', 'dir/2014/24/oj'), ('règlement (CE) n° 1907/2006', 'reg/2006/1907/oj')]
    """
    yield from _official(text, names)
    last: _Before | None = None
    last_end = -1
    for found in _NUMBER.finditer(text):
        before = _before(text, found.start(), last, last_end)
        if before is None:
            before = _behind(text, found)
        act = _act(found, before) if before else None
        if act is None or before is None:
            continue
        end = found.end()
        if before.start == found.start() and (after := _patterns()[2].match(text, end)) and not before.plural:
            end = after.end()
        last, last_end = before, found.end()
        yield _mention(text, before.start, end, act, names, "eu-number")


def _before(text: str, start: int, last: _Before | None, last_end: int) -> _Before | None:
    """What the words before a number say; in a list, what they say before its first one."""
    whole, listed, _ = _patterns()
    between = text[last_end:start] if last and 0 <= start - last_end < 40 else ""
    if last and (found := listed.match(between)):
        place = start - len(found["number"])
        tail = found["number"]
        return replace(last, start=place, plural=True, marked="n" in tail.casefold(), community="(" in tail)
    found = whole.search(text, max(0, start - _WINDOW), start)
    if found is None:
        return None
    kind = next(one for one in _LETTER if found[one])
    plural = found[kind].casefold() in words()["eu"]["plural"]["words"]
    tail = found["community"] or found["marked"]
    quality = _quality(found["word"] + (found["middle"] or ""))
    place = start
    if not plural:
        place = found.start()
    elif tail:
        tails = text[found.end("middle") : start]
        place = found.end("middle") + len(tails) - len(tails.lstrip())
    return _Before(place, kind, quality, plural, bool(found["marked"]), bool(found["community"]))


def _behind(text: str, found: re.Match[str]) -> _Before | None:
    """What a number says that no type stands before: « the 2014/95/EU Directive », or « 2014/24/EU » alone."""
    after = _patterns()[2].match(text, found.end())
    if after and (found[3] or "").upper() in words()["eu"]["communities"]:
        return _Before(found.start(), next(one for one in ("dir", "reg", "dec") if after[one]))
    known = {"UE", "EU", "CE", "EC", "EG", "CEE", "EEC", "EWG"}
    return _Before(found.start(), "dir") if (found[3] or "") in known else None


def _act(found: re.Match[str], before: _Before) -> EuAct | None:
    """The act a number names; None where neither of its parts can be a year, or both are and make a period."""
    suffix = (found[3] or "").upper()
    if found[3] and suffix not in {one.upper() for one in words()["eu"]["communities"]}:
        return None
    one, two = found[1], found[2]
    if not (before.community or suffix) and (before.type in ("dec", "reco") or (before.marked and _is_recent(two))):
        return None  # councils and ministries number their decisions too
    official = before.community or before.marked or bool(suffix)
    if suffix and len(one) == 2 and int(one) in _OLD:
        return EuAct(before.type, before.quality, 1900 + int(one), int(two))
    if official and len(two) == 2 and int(two) in _OLD and not _is_year(one):
        return EuAct(before.type, before.quality, 1900 + int(two), int(one))
    first, second = _is_year(one), _is_year(two)
    if first and second and not official and int(two) > int(one):
        return None
    if second and (not first or (before.marked and int(two) < _YEAR_FIRST)):
        return EuAct(before.type, before.quality, int(two), int(one))
    return EuAct(before.type, before.quality, int(one), int(two)) if first and int(two) else None


def _is_recent(part: str) -> bool:
    return _is_year(part) and int(part) >= _YEAR_FIRST


def _is_year(part: str) -> bool:
    return len(part) == 4 and _FIRST <= int(part) <= _LAST


def _official(text: str, names: Names) -> Iterator[Mention]:
    """CELEX numbers and ELI addresses."""
    for found in _CELEX.finditer(text):
        kind = next(key for key, letter in _LETTER.items() if letter == found[3])
        act = EuAct(kind, "", int(found[2]), int(found[4]))
        yield _mention(text, found.start(), found.end(), act, names, "celex")
    for found in _ELI.finditer(text):
        kind, _, quality = found[1].lower().partition("_")
        if kind in _LETTER:
            act = EuAct(kind, quality, int(found[2]), int(found[3]))
            yield _mention(text, found.start(), found.end(), act, names, "eli")


def _mention(text: str, start: int, end: int, act: EuAct, names: Names, rule: str) -> Mention:
    """The mention of an act, by its address in the graph where it is there."""
    thing = names.identified(f"celex:{act.celex}", act.eli, act.eli.removesuffix("/oj"))
    target = thing.iri if thing else act.eli
    return Mention(start, end, text[start:end], target, KIND, rule, "" if thing else "not-in-graph")
