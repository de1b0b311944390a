"""The messages of the program: one gettext catalogue a language, read when the language is first needed.

Languages are those of ``catalogues/<language>.po`` and of the folder named in ``PAN2KG_CATALOGUES``, for who prepares
one. A message has a context (the room or the table it belongs to) and a key; where a language lacks it, English is
said. A term that many messages share stands once, in the context « term », with its plural; a message refers to it
between double brackets: ``[[lead]]``, ``[[leads]]``, and ``[[Lead]]`` at the beginning of a sentence.
"""

from __future__ import annotations

import os
import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from gettext import c2py
from io import BytesIO
from pathlib import Path
from struct import unpack_from
from typing import Final
from zlib import crc32

Language = str
PoEntry = tuple[str, str, str, tuple[str, ...]]
"""A message of a catalogue: its context, its key, the key of its plural where it has one, and its words, one a form."""
SOURCE_LANGUAGE: Final = "en"
FOLDER_VARIABLE: Final = "PAN2KG_CATALOGUES"
TERMS: Final = "term"
_SOURCE: Final = "x-source"  # the message of a compiled catalogue that tells from which text it was made
_INDEX: Final = "*"  # that of each context which names its keys in the order they are written, one a line
_ORDER: Final = re.compile(rb'^"X-Order: (\d+)', re.MULTILINE)
_HEADER: Final = 4096
_FRENCH_SPACES: Final = re.compile("(?<=«) | (?=[:;?!»])")  # where French has one at which no line may end
_LONG: Final = re.compile(r"\d{4,}")
_REFERENCE: Final = re.compile(r"\[\[([^\]]+)\]\]")


class CatalogueError(ValueError):
    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


def _find_catalogues() -> dict[Language, Path]:
    folders = [Path(__file__).with_name("catalogues"), *map(Path, filter(None, [os.environ.get(FOLDER_VARIABLE)]))]
    catalogues = {path.stem: path for folder in folders for path in sorted(folder.glob("*.po"))}
    order = {}
    for language, path in catalogues.items():
        with path.open("rb") as file:
            match = _ORDER.search(file.read(_HEADER))
        order[language] = (int(match[1]) if match else _HEADER, language)
    return {language: catalogues[language] for language in sorted(order, key=lambda language: order[language])}


CATALOGUES: Final[Mapping[Language, Path]] = _find_catalogues()
LANGUAGES: Final[tuple[Language, ...]] = tuple(CATALOGUES)
"""The languages the program speaks, in the order in which lists name them."""


def read_entries(text: bytes) -> Iterator[PoEntry]:
    """The messages of a catalogue in the order they are written, with each reference to a term replaced by the term.

    Those without words and those marked « fuzzy » are left out: nobody has said yet that their words are right.
    """
    from babel.messages.pofile import PoFileError, read_po

    try:
        catalogue = read_po(BytesIO(text), abort_invalid=True)
    except PoFileError as error:
        line = None if error.lineno is None else error.lineno + 1
        raise CatalogueError("This line is none of a catalogue of messages.", line) from None
    entries: list[PoEntry] = []
    for message in catalogue:
        forms = message.string if isinstance(message.string, tuple | list) else (message.string,)
        key, plural = (message.id, "") if isinstance(message.id, str) else message.id[:2]
        if key and all(forms) and not message.fuzzy:
            entries.append((message.context or "", key, plural, tuple(map(str, forms))))
    terms: dict[str, str] = {}
    for context, key, plural, forms in entries:
        if context == TERMS:
            terms |= ({plural: forms[-1]} if plural else {}) | {key: forms[0]}
    terms |= {name[:1].upper() + name[1:]: words[:1].upper() + words[1:] for name, words in terms.items()}
    for context, key, plural, forms in entries:
        lacking = {name for words in forms for name in _REFERENCE.findall(words)} - terms.keys()
        if lacking:
            raise CatalogueError(f"The term [[{lacking.pop()}]] does not stand in this catalogue under « term ».")
        yield context, key, plural, tuple(_REFERENCE.sub(lambda match: terms[match[1]], words) for words in forms)


def compiled(text: bytes) -> bytes:
    """A catalogue as :mod:`gettext` reads it, with an index of the keys of each context; the same bytes on any day.

    A context is part of the name, as gettext has it, so that Babel puts the names in the order they are looked up in.
    """
    from datetime import UTC, datetime

    from babel.messages.catalog import Catalog
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    made, keys = Catalog(charset="utf-8"), dict[str, list[str]]()
    for context, key, plural, forms in read_entries(text):
        keys.setdefault(context, []).append(key)
        name = f"{context}\x04{key}"
        made.add((name, plural) if plural else name, forms if plural else forms[0])
    for context, names in keys.items():
        made.add(f"{context}\x04{_INDEX}", "\n".join(names))
    made.add(_SOURCE, f"{crc32(text):08x}")
    made.mime_headers = read_po(BytesIO(text[:_HEADER].partition(b"\n\n")[0])).mime_headers
    made.creation_date = datetime(2000, 1, 1, tzinfo=UTC)
    target = BytesIO()
    write_mo(target, made)
    return target.getvalue()


def _forms(data: bytes, name: str) -> list[str]:
    """The words of a message of a compiled catalogue, one a plural form; none where there is no such message.

    Its names stand in order, and one is looked up: :class:`gettext.GNUTranslations` would read all messages first,
    which takes longer than most commands need them.
    """
    wanted = name.encode()
    number, names, words = unpack_from("<8x3I", data)

    def text(table: int, at: int) -> bytes:
        length, start = unpack_from("<2I", data, table + 8 * at)
        return data[start : start + length]

    at = bisect_left(range(number), wanted, key=lambda index: text(names, index))
    entry = text(names, at) if at < number else b""
    if entry != wanted and not entry.startswith(wanted + b"\0"):
        return []
    return text(words, at).decode().split("\0")


@cache
def _catalogue(language: Language) -> bytes:
    source = CATALOGUES[language]
    text, compiled_file = source.read_bytes(), source.with_suffix(".mo")
    if compiled_file.is_file():
        catalogue = compiled_file.read_bytes()
        # by content, not by time: an installed package and a clone have arbitrary file times
        if _forms(catalogue, _SOURCE) == [f"{crc32(text):08x}"]:
            return catalogue
    try:
        catalogue = compiled(text)
    except CatalogueError as error:
        raise CatalogueError(f"{source}:{error.line or 1}: {error}") from None
    except ModuleNotFoundError:
        raise CatalogueError(f"{source} is not compiled yet, for which Babel is needed: pip install babel") from None
    unfinished = compiled_file.with_suffix(f".{os.getpid()}")
    try:
        unfinished.write_bytes(catalogue)
        unfinished.replace(compiled_file)
    except OSError:
        unfinished.unlink(missing_ok=True)
    return catalogue


@cache
def _plural_form(language: Language) -> Callable[[int], int]:
    rule = re.search(r"plural=([^;]*)", "".join(_forms(_catalogue(language), "")))
    return c2py(rule[1]) if rule else lambda _: 0


@cache
def _keys(context: str, language: Language) -> Mapping[str, None]:
    index = _forms(_catalogue(language), f"{context}\x04{_INDEX}")
    return dict.fromkeys(key for text in index for key in text.split("\n"))


@lru_cache(maxsize=1 << 14)
def _words(context: str, key: str, language: Language, number: int | None) -> str:
    if key not in _keys(context, language):
        if language == SOURCE_LANGUAGE:
            raise KeyError(f"No message « {key} » in the context « {context} »")
        # a page with one English sentence serves better than none while a translation is unfinished
        return _words(context, key, SOURCE_LANGUAGE, number)
    forms = _forms(_catalogue(language), f"{context}\x04{key}")
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
        return cls(tuple((language, words[language]) for language in LANGUAGES if words.get(language)))

    @classmethod
    def same(cls, words: str) -> Text:
        return cls.of(dict.fromkeys(LANGUAGES, words))

    def spoken(self, language: Language) -> Language:
        words = dict(self.words)
        return next((tag for tag in (language, SOURCE_LANGUAGE, *words) if tag in words), language)

    def say(self, language: Language) -> str:
        return dict(self.words).get(self.spoken(language), "")

    def by_language(self) -> dict[Language, str]:
        return dict(self.words)

    def __bool__(self) -> bool:
        return bool(self.words)


Filling = str | int | float | Text
"""What is put into words: texts as they are, numbers as each language writes them, figures with two decimals."""


@dataclass(frozen=True, slots=True)
class Messages:
    """The messages of one context.

    >>> Messages("page").say("actions", "fr", n=0), Messages("page").say("actions", "en", n=2346)
    ('0 action', '2,346 actions')
    >>> Messages("figure").say("bits-counted", "fr", n=2, amount=2.5)
    '2,50\xa0bits'
    """

    context: str

    def say(self, key: str, language: Language, /, **values: object) -> str:
        """A message in a language, filled in; of its plural forms the one for the number ``n``.

        A number is a quantity, whose thousands are set apart; a year or another name made of digits is given as text.
        """
        number = values.get("n")
        words = _words(self.context, key, language, number if isinstance(number, int) else None)
        for name, value in values.items():
            if type(value) is int:
                values[name] = grouped(value, language)
            elif isinstance(value, float):
                values[name] = with_mark(f"{value:.2f}".replace("-", "−"), language)
            elif isinstance(value, Text):
                values[name] = value.say(language)
        return words.format(**values) if values else words

    def text(self, key: str, /, **values: Filling) -> Text:
        return Text(tuple((language, self.say(key, language, **values)) for language in LANGUAGES))

    def known(self, key: str, /, **values: Filling) -> Text:
        return Text(tuple((tag, self.say(key, tag, **values)) for tag in LANGUAGES if self.has(key, tag)))

    def counted(self, number: int, key: str, language: Language) -> str:
        return f"{grouped(number, language)} {self.say(key, language, n=number)}"

    def has(self, key: str, language: Language = SOURCE_LANGUAGE) -> bool:
        return key in _keys(self.context, language)

    def keys(self, start: str = "") -> tuple[str, ...]:
        return tuple(key.removeprefix(start) for key in _keys(self.context, SOURCE_LANGUAGE) if key.startswith(start))

    def group(self, start: str, language: Language) -> dict[str, str]:
        """The messages whose keys begin with ``start``, by the rest of their keys, as :meth:`template` gives them."""
        return {key: self.template(start + key, language) for key in self.keys(start)}

    def template(self, key: str, language: Language) -> str:
        """A message as it is, not filled in, for a script of a page; plural forms stand with a bar between them."""
        singular, many = (_words(self.context, key, language, n) for n in (1, 1000))
        return f"{singular}|{many}" if singular != many else singular


def format_of(key: str, language: Language) -> str:
    return _words("format", key, language, None)


def grouped(number: int, language: Language) -> str:
    """A quantity as a reader of the language expects it, its thousands set apart."""
    digits = f"{number:,}".replace(",", format_of("thousands", language)) if abs(number) > 999 else f"{number}"
    return digits.replace("-", "−")


def with_mark(figure: str, language: Language) -> str:
    """A decimal figure as the language writes it: a comma in French and in German, thousands set apart as elsewhere."""
    whole, point, decimals = figure.partition(".")
    whole = _LONG.sub(lambda match: grouped(int(match[0]), language), whole)
    return f"{whole}{format_of('decimal', language) if point else ''}{decimals}"


def decimal(value: float, language: Language, digits: int = 2) -> str:
    return with_mark(f"{value:.{digits}f}", language)


def french(words: str) -> str:
    """French words with spaces that do not break before : ; ? ! and inside quotation marks."""
    return _FRENCH_SPACES.sub("\u00a0", words)
