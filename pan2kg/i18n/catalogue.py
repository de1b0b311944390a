"""The messages of the program: one gettext catalogue a language, read when the language is first needed.

Which languages there are follows from the catalogues that are there: ``catalogues/<language>.po`` beside this file, and
those of the folder named in the environment variable ``PAN2KG_CATALOGUES``, for who prepares a language. A message has
a context (the room or the table it belongs to) and a key; where a language lacks it, English is said.
"""

from __future__ import annotations

import os
import re
from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from gettext import c2py
from pathlib import Path
from struct import unpack_from
from typing import Final

from pan2kg.i18n.compilation import INDEX, SOURCE, CatalogueError, checksum, compiled

Language = str
"""The tag of a language, such as ``fr``."""
SOURCE_LANGUAGE: Final = "en"
"""The language every message has, said where another one lacks it."""
FOLDER_VARIABLE: Final = "PAN2KG_CATALOGUES"

_ORDER: Final = re.compile(rb'^"X-Order: (\d+)', re.MULTILINE)
_HEADER: Final = 4096
_FRENCH_SPACES: Final = re.compile("(?<=«) | (?=[:;?!»])")
"""Where French has a space at which no line may end."""
_LONG: Final = re.compile(r"\d{4,}")


def _find_catalogues() -> dict[Language, Path]:
    """The catalogue of each language, in the order in which lists name the languages."""
    folders = [Path(__file__).with_name("catalogues"), *map(Path, filter(None, [os.environ.get(FOLDER_VARIABLE)]))]
    catalogues = {path.stem: path for folder in folders for path in sorted(folder.glob("*.po"))}
    return dict(sorted(catalogues.items(), key=lambda item: (_order(item[1]), item[0])))


def _order(path: Path) -> int:
    with path.open("rb") as file:
        match = _ORDER.search(file.read(_HEADER))
    return int(match[1]) if match else _HEADER


CATALOGUES: Final[Mapping[Language, Path]] = _find_catalogues()
LANGUAGES: Final[tuple[Language, ...]] = tuple(CATALOGUES)
"""The languages the program speaks, in the order in which lists name them."""


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A compiled catalogue, in the format of GNU gettext, whose names stand in order: a message is looked up in it.

    :class:`gettext.GNUTranslations` would read all messages first, which takes longer than most commands need them.
    """

    data: bytes

    def forms(self, name: str) -> list[str]:
        """The words of a message, one a plural form; none where there is no such message."""
        wanted = name.encode()
        number, names, words = unpack_from("<8x3I", self.data)
        at = bisect_left(range(number), wanted, key=lambda index: self._text(names, index))
        found = self._text(names, at) if at < number else b""
        if found != wanted and not found.startswith(wanted + b"\0"):
            return []
        return self._text(words, at).decode().split("\0")

    def header(self, name: str) -> str:
        """What the header says under a name."""
        lines = (line.partition(":") for text in self.forms("") for line in text.splitlines())
        return next((value.strip() for key, _, value in lines if key.lower() == name), "")

    def _text(self, table: int, at: int) -> bytes:
        length, start = unpack_from("<2I", self.data, table + 8 * at)
        return self.data[start : start + length]


@cache
def _catalogue(language: Language) -> _Compiled:
    """The messages of a language; a compiled catalogue that is missing or old is made anew, and kept where it may be.

    Raises:
        CatalogueError: the catalogue cannot be read; the errors of the program take their words from here.
    """
    source = CATALOGUES[language]
    text, compiled_file = source.read_bytes(), source.with_suffix(".mo")
    if compiled_file.is_file():
        catalogue = _Compiled(compiled_file.read_bytes())
        # by content, not by time: an installed package and a clone have arbitrary file times
        if catalogue.header(SOURCE) == checksum(text):
            return catalogue
    try:
        packed = compiled(text)
    except CatalogueError as error:
        raise CatalogueError(f"{source}:{error.line or 1}: {error}") from None
    _keep(compiled_file, packed)
    return _Compiled(packed)


@cache
def _plural_form(language: Language) -> Callable[[int], int]:
    """Which plural form a number takes, counted from 0, as the header of the catalogue says."""
    rule = re.search(r"plural=([^;]*)", _catalogue(language).header("plural-forms"))
    return c2py(rule[1]) if rule else lambda _: 0


def _keep(path: Path, packed: bytes) -> None:
    """Write a compiled catalogue whole or not at all; where the folder may not be written to, it is made each time."""
    unfinished = path.with_suffix(f".{os.getpid()}")
    try:
        unfinished.write_bytes(packed)
        unfinished.replace(path)
    except OSError:
        unfinished.unlink(missing_ok=True)


@cache
def _keys(context: str, language: Language) -> Mapping[str, None]:
    """The keys of a context that a language has, in the order they are written."""
    return dict.fromkeys(
        key for text in _catalogue(language).forms(f"{context}\x04{INDEX}") for key in text.split("\n")
    )


@lru_cache(maxsize=1 << 14)
def _words(context: str, key: str, language: Language, number: int | None) -> str:
    """The words of a message, of its plural forms the one for ``number``; not filled in."""
    if key not in _keys(context, language):
        if language == SOURCE_LANGUAGE:
            raise KeyError(f"No message « {key} » in the context « {context} »")
        # a page with one English sentence serves better than none while a translation is unfinished
        return _words(context, key, SOURCE_LANGUAGE, number)
    forms = _catalogue(language).forms(f"{context}\x04{key}")
    return forms[_plural_form(language)(1 if number is None else abs(number)) if len(forms) > 1 else 0]


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in several languages; some of them may be missing.

    >>> text = Text.of({"fr": "loi", "en": "law"})
    >>> text.say("fr"), text.say("de"), Text.of({"fr": "loi"}).say("en"), Text().say("en")
    ('loi', 'law', 'loi', '')
    """

    words: tuple[tuple[Language, str], ...] = ()

    @classmethod
    def of(cls, words: Mapping[str, str]) -> Text:
        """Words by language, as the program orders its languages."""
        return cls(tuple((language, words[language]) for language in LANGUAGES if words.get(language)))

    @classmethod
    def same(cls, words: str) -> Text:
        """Words that are the same in every language, such as a number.

        >>> Text.same("3").by_language()
        {'fr': '3', 'en': '3', 'de': '3'}
        """
        return cls.of(dict.fromkeys(LANGUAGES, words))

    def spoken(self, language: Language) -> Language:
        """The language the words will be in when ``language`` is asked for.

        >>> Text.of({"fr": "loi", "en": "law"}).spoken("de"), Text.of({"fr": "loi"}).spoken("de")
        ('en', 'fr')
        """
        words = dict(self.words)
        return next((tag for tag in (language, SOURCE_LANGUAGE, *words) if tag in words), language)

    def say(self, language: Language) -> str:
        """The words in ``language``, else in English, else in the first language there is."""
        return dict(self.words).get(self.spoken(language), "")

    def by_language(self) -> dict[Language, str]:
        """The words by language."""
        return dict(self.words)

    def __bool__(self) -> bool:
        return bool(self.words)


Filling = str | int | float | Text
"""What is put into words: texts as they are, numbers as each language writes them, figures with two decimals."""


@dataclass(frozen=True, slots=True)
class Messages:
    """The messages of one context.

    >>> Messages("page").say("actions", "fr", n=0), Messages("page").say("actions", "en", n=0)
    ('0 action', '0 actions')
    """

    context: str

    def say(self, key: str, language: Language, /, **values: object) -> str:
        """A message in a language, filled in; of its plural forms the one for the number ``n``.

        A number is a quantity, whose thousands are set apart; a year or another name made of digits is given as text.

        Raises:
            KeyError: no catalogue has such a message.

        >>> Messages("page").say("actions", "fr", n=2346)
        '2\u202f346 actions'
        >>> Messages("figure").say("bits-counted", "fr", n=2, amount=2.5)
        '2,50\xa0bits'
        """
        number = values.get("n")
        words = _words(self.context, key, language, number if isinstance(number, int) else None)
        if not values:
            return words
        return words.format(**{name: _put(value, language) for name, value in values.items()})

    def text(self, key: str, /, **values: Filling) -> Text:
        """The same in every language.

        >>> Messages("page").text("actions", n=1).by_language()
        {'fr': '1 action', 'en': '1 action', 'de': '1 Maßnahme'}
        """
        return Text(tuple((language, self.say(key, language, **values)) for language in LANGUAGES))

    def known(self, key: str, /, **values: Filling) -> Text:
        """The same in those languages that have the message themselves.

        >>> Messages("release").known("protocol").by_language()
        {'fr': 'Protocole SPARQL 1.1', 'en': 'SPARQL 1.1 Protocol', 'de': 'SPARQL-1.1-Protokoll'}
        """
        return Text(tuple((tag, self.say(key, tag, **values)) for tag in LANGUAGES if self.has(key, tag)))

    def counted(self, number: int, key: str, language: Language) -> str:
        """A number with its noun.

        >>> Messages("check").counted(0, "violation", "fr"), Messages("check").counted(0, "violation", "en")
        ('0 violation', '0 violations')
        """
        return f"{grouped(number, language)} {self.say(key, language, n=number)}"

    def languages(self, key: str) -> tuple[Language, ...]:
        """The languages that have a message themselves.

        >>> Messages("release").languages("protocol")
        ('fr', 'en', 'de')
        """
        return tuple(language for language in LANGUAGES if self.has(key, language))

    def has(self, key: str, language: Language = SOURCE_LANGUAGE) -> bool:
        """Whether a language itself has a message under ``key``."""
        return key in _keys(self.context, language)

    def keys(self, start: str = "") -> tuple[str, ...]:
        """The keys that begin with ``start``, in the order of the catalogue, without it.

        >>> Messages("as-of").keys("thing.")[:2]
        ('plan', 'action')
        """
        return tuple(key.removeprefix(start) for key in _keys(self.context, SOURCE_LANGUAGE) if key.startswith(start))

    def group(self, start: str, language: Language) -> dict[str, str]:
        """The messages whose keys begin with ``start``, by the rest of their keys, as :meth:`template` gives them.

        >>> sorted(Messages("page").group("script-copy-", "en"))
        ['done', 'failed']
        """
        return {key: self.template(start + key, language) for key in self.keys(start)}

    def template(self, key: str, language: Language) -> str:
        """A message as it is, not filled in, for a script of a page; plural forms stand with a bar between them.

        >>> Messages("page").template("actions", "en")
        '{n} action|{n} actions'
        """
        singular, many = (_words(self.context, key, language, n) for n in (1, 1000))
        return f"{singular}|{many}" if singular != many else singular


def _put(value: object, language: Language) -> object:
    if type(value) is int:
        return grouped(value, language)
    if isinstance(value, float):
        return with_mark(f"{value:.2f}".replace("-", "−"), language)
    return value.say(language) if isinstance(value, Text) else value


def format_of(key: str, language: Language) -> str:
    """How a language writes something, as its catalogue says in the context « format ».

    >>> format_of("semicolon", "fr"), format_of("semicolon", "de")
    ('\xa0; ', '; ')
    """
    return _words("format", key, language, None)


def grouped(number: int, language: Language) -> str:
    """A quantity as a reader of the language expects it: thousands set apart, in French by a space that does not break.

    >>> grouped(2346, "fr"), grouped(-2346, "en"), grouped(1234567, "de"), grouped(346, "fr")
    ('2\u202f346', '−2,346', '1.234.567', '346')
    """
    digits = f"{number:,}".replace(",", format_of("thousands", language)) if abs(number) > 999 else f"{number}"
    return digits.replace("-", "−")


def with_mark(figure: str, language: Language) -> str:
    """A decimal figure as the language writes it: a comma in French and in German, thousands set apart as elsewhere.

    >>> with_mark("0.25", "fr"), with_mark("0.25", "en"), with_mark("1234.5", "de")
    ('0,25', '0.25', '1.234,5')
    """
    whole, point, decimals = figure.partition(".")
    whole = _LONG.sub(lambda match: grouped(int(match[0]), language), whole)
    return f"{whole}{format_of('decimal', language) if point else ''}{decimals}"


def decimal(value: float, language: Language, digits: int = 2) -> str:
    """A number with a decimal comma in French and German, and a decimal point in English.

    >>> decimal(0.1234, "fr"), decimal(0.1234, "en")
    ('0,12', '0.12')
    """
    return with_mark(f"{value:.{digits}f}", language)


def french(words: str) -> str:
    """French words with spaces that do not break before : ; ? ! and inside quotation marks.

    >>> french("« Où ? » : ici").replace(chr(160), "_")
    '«_Où_?_»_: ici'
    """
    return _FRENCH_SPACES.sub("\u00a0", words)
