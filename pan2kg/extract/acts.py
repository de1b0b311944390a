"""Acts as texts cite them: of the European Union by number, of a country by kind and date.

A number with a stroke is looked at from where it stands: what is before it says the type and the community, and which
of its two parts is the year. Until 2014 regulations were numbered before the year, directives behind it; since 2015 the
year is first in all of them. Two years that follow each other are a period, not a number.

A date does not identify one act: which one is meant is told by country, kind and date, and by the words that
follow. How the acts of a country are called stands in ``national_acts.toml``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from pan2kg.extract.names import Mention, Names, words_of

EU_ACT: Final = "eu-act"
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
    return Mention(start, end, text[start:end], target, EU_ACT, rule, "" if thing else "not-in-graph")


NATIONAL_ACT: Final = "national-act"
BILL: Final = "bill"
_AFTER: Final = 220
_STOP: Final = 4


@dataclass(frozen=True, slots=True)
class CitedAct:
    """An act as it is cited: the code of its country, the key of its kind, that kind's code, and the date."""

    country: str
    kind: str
    code: str
    day: date

    @property
    def identifier(self) -> str:
        """Its identifier as long as the graph has no address of it.

        >>> CitedAct("lu", "law", "loi", date(2018, 4, 8)).identifier
        'lu:loi:2018-04-08'
        """
        return f"{self.country}:{self.code}:{self.day.isoformat()}"


@cache
def _tables() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("national_acts.toml").read_text(encoding="utf-8"))


@cache
def _months() -> Mapping[str, int]:
    return {
        name.casefold(): number
        for months in _tables()["months"].values()
        for number, alike in enumerate(months, 1)
        for name in alike.split("|")
    }


@cache
def _kinds(country: str) -> Mapping[str, Mapping[str, Any]]:
    acts: Mapping[str, Mapping[str, Any]] = _tables()["act"]
    return acts.get(country, acts["any"])


@cache
def _pattern(country: str) -> re.Pattern[str]:
    between, mark = _tables()["between"], either(words()["number"]["marks"])
    kinds = "|".join(f"(?P<{key.replace('-', '_')}>{either(said['words'])})" for key, said in _kinds(country).items())
    months = either(_months())
    # the hyphen before a date is that of « 2017-399 », a number laws have in some countries
    number = rf"(?:\s+(?:{mark}\s*)?\d[\d./-]*,?)?"
    return re.compile(
        rf"(?<![\w-])(?:{kinds})(?:\s+{either(between['amended'])})*{number},?\s+{either(between['date'])}\s+"
        rf"(?P<day>\d{{1,2}})(?:er|\.|st|nd|rd|th)?\s+(?:de\s+)?(?P<month>{months}),?\s+(?:de\s+)?(?P<year>\d{{4}})(?!\d)",
        re.IGNORECASE,
    )


def acts_in(text: str, country: str) -> Iterator[tuple[int, int, CitedAct]]:
    """Every act a text cites by kind and date, with where it begins and ends.

    >>> [one.identifier for _, _, one in acts_in("la loi modifiée du 25 juin 2009 sur les marchés publics", "lu")]
    ['lu:loi:2009-06-25']
    """
    for found in _pattern(country).finditer(text):
        kind = next(key for key in _kinds(country) if found[key.replace("-", "_")])
        try:
            day = date(int(found["year"]), _months()[found["month"].casefold()], int(found["day"]))
        except ValueError:
            continue  # the 31st of June
        yield found.start(), found.end(), CitedAct(country, kind, _kinds(country)[kind]["code"], day)


def find_national_acts(
    text: str, names: Names, country: str, titles: Mapping[str, tuple[str, ...]]
) -> Iterator[Mention]:
    """Every act of a country that a text cites by its date; ``titles`` are the IRIs of the graph's acts by identifier.

    Several acts of one kind may be of one day: the words that follow decide, and where they do not all are choices.
    """
    for start, end, act in acts_in(text, country):
        known = titles.get(act.identifier, ())
        best = _closest(text[end : end + _AFTER], known, names) if len(known) > 1 else known
        target = best[0] if len(best) == 1 else "" if best else act.identifier
        note = "" if len(best) == 1 else "several" if best else "not-in-graph"
        yield Mention(
            start, end, text[start:end], target, NATIONAL_ACT, "dated-act", note, choices=best if len(best) > 1 else ()
        )


def _closest(after: str, known: tuple[str, ...], names: Names) -> tuple[str, ...]:
    """The acts whose titles have most words in common with what follows."""
    following = {word.folded for word in words_of(after.partition("\n\n")[0]) if len(word.folded) > _STOP}
    titles: dict[str, set[str]] = {iri: set() for iri in known}
    for spelling in (*names.titles, *names.spellings):
        if spelling.iri in titles:
            titles[spelling.iri].update(word.folded for word in words_of(spelling.words))
    shared = {iri: len(following & said) for iri, said in titles.items()}
    most = max(shared.values())
    return tuple(iri for iri in known if shared[iri] == most)


def acts_by_identifier(names: Names, country: str) -> dict[str, tuple[str, ...]]:
    """The acts of a country in the graph by kind and date, as their own labels cite them.

    >>> from pan2kg.extract.names import Spelling, Thing
    >>> things = {"i": Thing("i", "k", "instrument", "law", "lu")}
    >>> acts_by_identifier(Names(things, (Spelling("Loi du 8 avril 2018 sur les marchés", "i"),)), "lu")
    {'lu:loi:2018-04-08': ('i',)}
    """
    found: dict[str, dict[str, None]] = {}
    for spelling in (*names.titles, *names.spellings):
        thing = names.things.get(spelling.iri)
        if thing and thing.kind == "instrument" and thing.country in (country, ""):
            for start, _, act in acts_in(spelling.words, country):
                if start < _STOP or thing.type == act.kind:
                    found.setdefault(act.identifier, {})[thing.iri] = None
                break
    return {identifier: tuple(iris) for identifier, iris in found.items()}


@cache
def _bills() -> re.Pattern[str]:
    return re.compile(
        rf"\b{either(words()['bill']['words'])}\s+(?:{either(words()['number']['marks'])}\s*)?(?P<number>\d{{4,5}}[A-Z]?)\b",
        re.IGNORECASE,
    )


def find_bills(text: str, names: Names, country: str) -> Iterator[Mention]:
    """Every bill a text cites by its number, in a country whose bills have one.

    >>> [one.target for one in find_bills("(projet de loi 8426)", Names(), "lu")]
    ['lu:pl:8426']
    """
    table = _tables()["bill"].get(country)
    if table is None:
        return
    for found in _bills().finditer(text):
        number = found["number"]
        thing = names.identified(f"{country}-{table['code']}-{number}", f"{country}-bill-{number}")
        target = thing.iri if thing else f"{country}:{table['code']}:{number}"
        yield Mention(
            found.start(), found.end(), found[0], target, BILL, "bill-number", "" if thing else "not-in-graph"
        )
