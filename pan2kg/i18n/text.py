"""Sentences in French, English and German, from the tables beside the code, and how each language counts and writes."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

Language = Literal["fr", "en", "de"]
LANGUAGES: Final[tuple[Language, ...]] = ("fr", "en", "de")

_LONG: Final = re.compile(r"\d{4,}")
_DAY: Final = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_MONTHS: Final[Mapping[Language, str]] = {
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
}
_THOUSANDS: Final[Mapping[Language, str]] = {"fr": "\N{NARROW NO-BREAK SPACE}", "en": ",", "de": "."}
_DAYS: Final[Mapping[Language, str]] = {"fr": r"\3/\2/\1", "en": r"\g<0>", "de": r"\3.\2.\1"}


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in French, English and German; some of them may be missing.

    >>> Text(fr="loi", en="law").say("en"), Text(fr="loi", en="").say("en"), Text("loi", "law").say("de")
    ('law', 'loi', 'law')
    """

    fr: str
    en: str
    de: str = ""

    @classmethod
    def of(cls, row: Mapping[str, str]) -> Text:
        """The words of a row of a table, or by language.

        >>> Text.of({"fr": "loi", "de": "Gesetz"})
        Text(fr='loi', en='', de='Gesetz')
        """
        return cls(row.get("fr", ""), row.get("en", ""), row.get("de", ""))

    @classmethod
    def same(cls, words: str) -> Text:
        """Words that are the same in every language, such as a number.

        >>> Text.same("3")
        Text(fr='3', en='3', de='3')
        """
        return cls(words, words, words)

    def spoken(self, language: Language) -> Language:
        """The language the words will be in when ``language`` is asked for.

        >>> Text("loi", "law").spoken("de"), Text("loi", "").spoken("de")
        ('en', 'fr')
        """
        said = self.by_language()
        order: tuple[Language, ...] = (language, "en", "fr", "de")
        return next((one for one in order if said.get(one)), language)

    def say(self, language: Language) -> str:
        """The words in ``language``, else in English, else in French, else in German."""
        return self.by_language().get(self.spoken(language), "")

    def by_language(self) -> dict[str, str]:
        """The words by language; German where there are any.

        >>> Text("loi", "").by_language()
        {'fr': 'loi', 'en': ''}
        """
        return {"fr": self.fr, "en": self.en} | ({"de": self.de} if self.de else {})

    def fill(self, **values: str | int) -> Text:
        """The words with values put in place of the names in braces; a number is a quantity, never a year.

        >>> Text("{n} liens", "{n} links", "{n} Links").fill(n=4407).en
        '4,407 links'
        """
        said = (
            words.format(**_grouped(values, tag))
            for tag, words in zip(LANGUAGES, (self.fr, self.en, self.de), strict=True)
        )
        return Text(*said)

    def counted(self, number: float) -> Text:
        """The words for one or for many, where both are given with a bar between them.

        >>> Text("valeur|valeurs", "value|values", "Wert|Werte").counted(0)
        Text(fr='valeur', en='values', de='Werte')
        """
        return Text(plural(self.fr, number, "fr"), plural(self.en, number, "en"), plural(self.de, number, "de"))

    def __bool__(self) -> bool:
        return bool(self.fr or self.en or self.de)


def plural(words: str, number: float, language: Language) -> str:
    """Of « one|many » the words that suit a number; French counts zero as one thing, English and German as several.

    >>> plural("mesure|mesures", 0, "fr"), plural("measure|measures", 0, "en"), plural("Maßnahme|Maßnahmen", 1, "de")
    ('mesure', 'measures', 'Maßnahme')
    >>> plural("no bar", 2, "en")
    'no bar'
    """
    one, bar, many = words.partition("|")
    single = abs(number) < 2 if language == "fr" else number == 1
    return one if single or not bar else many


def put(words: str, language: Language, /, **values: object) -> str:
    """Words with values put in place of the names in braces; of « one|many » those that suit the number ``n``.

    A number is a quantity, whose thousands are set apart; a year or another name made of digits is given as text.

    >>> put("{n} plan lié|{n} plans liés", "fr", n=0), put("{n} linked plan|{n} linked plans", "en", n=0)
    ('0 plan lié', '0 linked plans')
    >>> put("{n} paires en {year}", "fr", n=2346, year="2021")
    '2\u202f346 paires en 2021'
    """
    number = values.get("n")
    if isinstance(number, int):
        words = plural(words, number, language)
    return words.format(**_grouped(values, language)) if values else words


def grouped(number: int, language: Language) -> str:
    """A quantity as a reader of the language expects it: thousands set apart, in French by a space that does not break.

    >>> grouped(2346, "fr"), grouped(-2346, "en"), grouped(1234567, "de"), grouped(346, "fr")
    ('2\u202f346', '−2,346', '1.234.567', '346')
    """
    written = f"{number:,}".replace(",", _THOUSANDS[language])
    return written.replace("-", "−")


def _grouped(values: Mapping[str, object], language: Language) -> Mapping[str, object]:
    return {name: grouped(value, language) if type(value) is int else value for name, value in values.items()}


def in_words(day: date, language: Language) -> str:
    """A day as each language writes it; in French a space that does not break keeps the number with its month.

    >>> in_words(date(2021, 12, 1), "fr"), in_words(date(2021, 12, 17), "en"), in_words(date(2021, 12, 1), "de")
    ('1er\\xa0décembre 2021', '17 December 2021', '1. Dezember 2021')
    """
    month = _MONTHS[language].split()[day.month - 1]
    if language == "fr":
        return f"{day.day}{'er' if day.day == 1 else ''}\N{NO-BREAK SPACE}{month} {day.year}"
    return f"{day.day}{'.' if language == 'de' else ''} {month} {day.year}"


def with_mark(figure: str, language: Language) -> str:
    """A decimal figure as the language writes it: a comma in French and in German, thousands set apart as elsewhere.

    >>> with_mark("0.25", "fr"), with_mark("0.25", "en"), with_mark("1234.5", "de")
    ('0,25', '0.25', '1.234,5')
    """
    whole, point, decimals = figure.partition(".")
    whole = _LONG.sub(lambda found: grouped(int(found[0]), language), whole)
    return f"{whole}{point if language == 'en' else ',' if point else ''}{decimals}"


def with_days(words: str, language: Language) -> str:
    """Words in which days are written as usual.

    >>> with_days("2021-12-17", "fr"), with_days("as of 2021-12-17", "en"), with_days("Stand: 2021-12-17", "de")
    ('17/12/2021', 'as of 2021-12-17', 'Stand: 17.12.2021')
    """
    return _DAY.sub(_DAYS[language], words)


def semicolon(language: Language) -> str:
    """What stands between the parts of an enumeration; French sets a no-break space before its semicolon.

    >>> semicolon("fr"), semicolon("de")
    ('\xa0; ', '; ')
    """
    return "\N{NO-BREAK SPACE}; " if language == "fr" else "; "


@cache
def read_rows(path: Path) -> Mapping[str, Any]:
    """The rows of a table beside the code, read once."""
    with path.open("rb") as file:
        return tomllib.load(file)


def read_table(name: str) -> Mapping[str, Mapping[str, str]]:
    """A table of the package, ``{name}.toml``, as rows of named cells.

    >>> read_table("wording")["title"]["en"]
    'Coherence check of the graph'
    """
    return read_rows(Path(__file__).with_name(f"{name}.toml"))


def wording(key: str) -> Text:
    """The words kept under ``key``.

    >>> wording("warning").de
    'Warnung|Warnungen'
    """
    return Text.of(read_table("wording")[key])


def phrase(key: str, language: Language, **values: str | int) -> str:
    """The words kept under ``key`` in one language, filled in.

    >>> phrase("found", "en", value="4.3")
    'found: 4.3'
    """
    return wording(key).say(language).format(**_grouped(values, language))


def count(number: int, key: str, language: Language) -> str:
    """A number with its noun.

    >>> count(0, "violation", "fr"), count(0, "violation", "en"), count(2, "warning", "de")
    ('0 violation', '0 violations', '2 Warnungen')
    """
    return f"{grouped(number, language)} {wording(key).counted(number).say(language)}"


_FRENCH_SPACES: Final = re.compile("(?<=«) | (?=[:;?!»])")
"""Where French has a space at which no line may end."""


def french(words: str) -> str:
    """French words with spaces that do not break before : ; ? ! and inside quotation marks.

    >>> french("« Où ? » : ici").replace(chr(160), "_")
    '«_Où_?_»_: ici'
    """
    return _FRENCH_SPACES.sub("\u00a0", words)
