"""National acts as texts cite them: kind and date, « la loi modifiée du 25 juin 2009 », and bills by their number.

A date does not identify one act: which one is meant is told by country, kind and date, and by the words that
follow. How the acts of a country are called stands in ``national_acts.toml``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from pan2kg.extract.eu_acts import either, words
from pan2kg.extract.mention import Mention
from pan2kg.extract.names import Names, words_of

KIND: Final = "national-act"
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
            start, end, text[start:end], target, KIND, "dated-act", note, choices=best if len(best) > 1 else ()
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
