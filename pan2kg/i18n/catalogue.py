"""The messages of the program: one gettext catalogue a language, read when the language is first needed.

Languages are those of ``catalogues/<language>.po`` and of the folder named in
``PAN2KG_CATALOGUES``, for who prepares one. A message has a context (the room or the table it
belongs to) and a key; where a language lacks it, English is said. A term that many messages share
stands once, in the context « term », with its plural; a message refers to it between double
brackets: ``[[lead]]``, ``[[leads]]``, and ``[[Lead]]`` at the beginning of a sentence.
"""

import os
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from gettext import c2py
from io import BytesIO
from pathlib import Path
from struct import unpack_from
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

if TYPE_CHECKING:
    from babel.messages.catalog import Message as CatalogueMessage

Language = str
SOURCE_LANGUAGE = "en"
FOLDER_VARIABLE = "PAN2KG_CATALOGUES"
TERMS = "term"
_SOURCE = "x-source"
"""The message of a compiled catalogue that tells from which text it was made."""
_INDEX = "*"
"""That of each context which names its keys in the order they are written, one a line."""
_ORDER = re.compile(rb'^"X-Order: (\d+)', re.MULTILINE)
_HEADER = 4096  # bytes within which the header of a catalogue ends
_UNORDERED = 1000  # the place in lists of a language whose catalogue does not say its own
_FRENCH_SPACES = re.compile("(?<=«) | (?=[:;?!»])")
"""Where French has a space at which no line may end."""
_LONG = re.compile(r"\d{4,}")
_REFERENCE = re.compile(r"\[\[([^\]]+)\]\]")


class PoEntry(NamedTuple):
    """A message of a catalogue; ``plural`` is the key of its plural where it has one, ``forms`` are its words."""

    context: str
    key: str
    plural: str
    forms: tuple[str, ...]


class CatalogueError(ValueError):
    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


def _find_catalogues() -> dict[Language, Path]:
    folders = [Path(__file__).with_name("catalogues")]
    if os.environ.get(FOLDER_VARIABLE):
        folders.append(Path(os.environ[FOLDER_VARIABLE]))
    catalogues = {}
    places = {}
    for folder in folders:
        for path in sorted(folder.glob("*.po")):
            with path.open("rb") as file:
                match = _ORDER.search(file.read(_HEADER))
            catalogues[path.stem] = path
            places[path.stem] = int(match[1]) if match else _UNORDERED
    in_order = sorted(catalogues, key=lambda language: (places[language], language))
    return {language: catalogues[language] for language in in_order}


CATALOGUES: Mapping[Language, Path] = _find_catalogues()
LANGUAGES: tuple[Language, ...] = tuple(CATALOGUES)
"""The languages the program speaks, in the order in which lists name them."""


def read_entries(text: bytes) -> Iterator[PoEntry]:
    """The messages of a catalogue in the order they are written, with each reference to a term replaced by the term.

    Those without words and those marked « fuzzy » are left out: nobody has said yet that their
    words are right. What is said in several places with the same words stands once: a comment ``#.
    also CONTEXT/KEY …`` names the others.
    """
    from babel.messages.pofile import PoFileError, read_po

    try:
        catalogue = read_po(BytesIO(text), abort_invalid=True)
    except PoFileError as error:
        line = None if error.lineno is None else error.lineno + 1
        raise CatalogueError("This line is none of a catalogue of messages.", line) from None
    entries = list(_entries(catalogue))
    terms = _terms(entries)
    for entry in entries:
        lacking = set(_REFERENCE.findall(" ".join(entry.forms))) - terms.keys()
        if lacking:
            raise CatalogueError(
                f"The term [[{lacking.pop()}]] does not stand in this catalogue under « term »."
            )
        filled = (_REFERENCE.sub(lambda match: terms[match[1]], words) for words in entry.forms)
        yield entry._replace(forms=tuple(filled))


def _entries(catalogue: "Iterable[CatalogueMessage]") -> Iterator[PoEntry]:
    """The messages that have words, each also under the names a comment gives it beside its own."""
    for message in catalogue:
        key, plural = (message.id, "") if isinstance(message.id, str) else message.id[:2]
        strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
        if not key or not all(strings) or message.fuzzy:
            continue
        forms = tuple(map(str, strings))
        yield PoEntry(message.context or "", key, plural, forms)
        for comment in message.auto_comments:
            if comment.startswith("also "):
                for name in comment.removeprefix("also ").split():
                    context, _, also = name.partition("/")
                    yield PoEntry(context, also, also if plural else "", forms)


def _terms(entries: Iterable[PoEntry]) -> dict[str, str]:
    """What stands for the references to terms, by name; with a capital letter, for those that begin with one."""
    terms = {}
    for entry in entries:
        if entry.context != TERMS:
            continue
        if entry.plural:
            terms[entry.plural] = entry.forms[-1]
        terms[entry.key] = entry.forms[0]
    capitals = {_capital(name): _capital(words) for name, words in terms.items()}
    return terms | capitals


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def compiled(text: bytes) -> bytes:
    """A catalogue as :mod:`gettext` reads it, with an index of the keys of each context; the same bytes on any day."""
    from datetime import UTC, datetime

    from babel.messages.catalog import Catalog
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    catalogue = Catalog(charset="utf-8")
    keys: dict[str, list[str]] = {}
    # a context is part of the name, as gettext has it: Babel puts the names in the order they are
    # looked up in
    for entry in read_entries(text):
        keys.setdefault(entry.context, []).append(entry.key)
        name = f"{entry.context}\x04{entry.key}"
        if entry.plural:
            catalogue.add((name, entry.plural), entry.forms)
        else:
            catalogue.add(name, entry.forms[0])
    for context, names in keys.items():
        catalogue.add(f"{context}\x04{_INDEX}", "\n".join(names))
    catalogue.add(_SOURCE, f"{crc32(text):08x}")
    catalogue.mime_headers = read_po(BytesIO(text[:_HEADER].partition(b"\n\n")[0])).mime_headers
    catalogue.creation_date = datetime(2000, 1, 1, tzinfo=UTC)
    target = BytesIO()
    write_mo(target, catalogue)
    return target.getvalue()


class _Catalogue:
    """A compiled catalogue, in which one message is looked up at a time.

    :class:`gettext.GNUTranslations` would read all of them first, which takes longer than most
    commands need them.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._number, names, words = unpack_from("<8x3I", data)
        self._names = self._table(names)
        self._words = self._table(words)
        rule = re.search(r"plural=([^;]*)", "".join(self.forms("")))
        self.plural = c2py(rule[1]) if rule else None
        self._keys: dict[str, Mapping[str, None]] = {}

    def _table(self, offset: int) -> Sequence[int]:
        """A table of the file: of each text its length and where it begins."""
        table: Sequence[int] = unpack_from(f"<{2 * self._number}I", self._data, offset)
        return table

    def _text(self, table: Sequence[int], at: int) -> bytes:
        length, start = table[2 * at : 2 * at + 2]
        return self._data[start : start + length]

    def forms(self, name: str) -> list[str]:
        """The words of a message, one a form; none where it does not stand in the catalogue."""
        wanted = name.encode()
        at = bisect_left(
            range(self._number), wanted, key=lambda index: self._text(self._names, index)
        )
        if at == self._number or self._text(self._names, at).partition(b"\0")[0] != wanted:
            return []
        return self._text(self._words, at).decode().split("\0")

    def keys(self, context: str) -> Mapping[str, None]:
        """The keys of a context in the order they are written."""
        if context not in self._keys:
            index = "\n".join(self.forms(f"{context}\x04{_INDEX}"))
            self._keys[context] = dict.fromkeys(filter(None, index.split("\n")))
        return self._keys[context]


@cache
def _catalogue(language: Language) -> _Catalogue:
    """The catalogue of a language, compiled and kept beside its source where it is not yet."""
    source = CATALOGUES[language]
    text = source.read_bytes()
    compiled_file = source.with_suffix(".mo")
    if compiled_file.is_file():
        catalogue = _Catalogue(compiled_file.read_bytes())
        # by content, not by time: an installed package and a clone have arbitrary file times
        if catalogue.forms(_SOURCE) == [f"{crc32(text):08x}"]:
            return catalogue
    try:
        data = compiled(text)
    except CatalogueError as error:
        raise CatalogueError(f"{source}:{error.line or 1}: {error}") from None
    except ModuleNotFoundError:
        raise CatalogueError(
            f"{source} is not compiled yet, for which Babel is needed: pip install babel"
        ) from None
    _keep(compiled_file, data)
    return _Catalogue(data)


def _keep(path: Path, data: bytes) -> None:
    """Writes a file in one step, or not at all where the folder cannot be written."""
    unfinished = path.with_suffix(f".{os.getpid()}")
    try:
        unfinished.write_bytes(data)
        unfinished.replace(path)
    except OSError:
        unfinished.unlink(missing_ok=True)


@lru_cache(maxsize=1 << 14)
def _words(context: str, key: str, language: Language, number: int | None) -> str:
    catalogue = _catalogue(language)
    if key not in catalogue.keys(context):
        if language == SOURCE_LANGUAGE:
            raise KeyError(f"No message « {key} » in the context « {context} »")
        # a page with one English sentence serves better than none while a translation is unfinished
        return _words(context, key, SOURCE_LANGUAGE, number)
    forms = catalogue.forms(f"{context}\x04{key}")
    if catalogue.plural is None or len(forms) < 2:
        return forms[0]
    return forms[catalogue.plural(1 if number is None else abs(number))]


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in several languages; some of them may be missing."""

    words: tuple[tuple[Language, str], ...] = ()

    @classmethod
    def of(cls, words: Mapping[str, str] | str) -> "Text":
        """Words by language; a text is the same in all of them."""
        if isinstance(words, str):
            words = dict.fromkeys(LANGUAGES, words)
        return cls(
            tuple((language, words[language]) for language in LANGUAGES if words.get(language))
        )

    def spoken(self, language: Language) -> Language:
        """The language in which the words are said to a reader of this one: it, else English, else any.

        >>> Text.of({"fr": "plan"}).spoken("de")
        'fr'
        """
        words = dict(self.words)
        for tag in (language, SOURCE_LANGUAGE, *words):
            if tag in words:
                return tag
        return language

    def say(self, language: Language) -> str:
        return dict(self.words).get(self.spoken(language), "")

    def by_language(self) -> dict[Language, str]:
        """The words by language, of those that have any."""
        return dict(self.words)

    def __bool__(self) -> bool:
        return bool(self.words)


Filling = str | int | float | Text
"""What is put into words: texts as they are, numbers as each language writes them, figures with two decimals."""


@dataclass(frozen=True, slots=True)
class Messages:
    """The messages of a context; each is said by its key."""

    context: str

    def say(self, key: str, language: Language, /, **values: object) -> str:
        """A message in a language, filled in; of its plural forms the one for the number ``n``.

        A number is a quantity, whose thousands are set apart; a year or another name made of digits
        is given as text.
        """
        number = values.get("n")
        words = _words(self.context, key, language, number if isinstance(number, int) else None)
        for name, value in values.items():
            if isinstance(value, str):
                continue
            if isinstance(value, int | float) and not isinstance(value, bool):
                values[name] = numeral(value, language)
            elif isinstance(value, Text):
                values[name] = value.say(language)
        return words.format(**values) if values else words

    def text(self, key: str, /, **values: Filling) -> Text:
        return Text(
            tuple((tag, self.say(key, tag, **values)) for tag in LANGUAGES if self.has(key, tag))
        )

    def counted(self, number: int, key: str, language: Language) -> str:
        return f"{numeral(number, language)} {self.say(key, language, n=number)}"

    def has(self, key: str, language: Language = SOURCE_LANGUAGE) -> bool:
        return key in _catalogue(language).keys(self.context)

    def keys(self, start: str = "") -> tuple[str, ...]:
        """The rest of each key of the context that begins with ``start``, in the order of the catalogue."""
        keys = _catalogue(SOURCE_LANGUAGE).keys(self.context)
        return tuple(key.removeprefix(start) for key in keys if key.startswith(start))

    def group(self, start: str, language: Language) -> dict[str, str]:
        """The messages whose keys begin with ``start``, by the rest of their keys, as :meth:`template` gives them."""
        return {key: self.template(start + key, language) for key in self.keys(start)}

    def template(self, key: str, language: Language) -> str:
        """A message as it is, not filled in, for a script of a page; plural forms stand with a bar between them."""
        singular = _words(self.context, key, language, 1)
        many = _words(self.context, key, language, 1000)
        return f"{singular}|{many}" if singular != many else singular


def format_of(key: str, language: Language) -> str:
    """How a language writes something, such as a day or a decimal mark.

    >>> format_of("decimal", "fr"), format_of("decimal", "en")
    (',', '.')
    """
    return _words("format", key, language, None)


def numeral(value: float | str, language: Language, digits: int = 2) -> str:
    """A figure as a reader of the language expects it: a quantity with its thousands set apart, or with decimals.

    >>> numeral(-1234, "de"), numeral(1234.5, "fr"), numeral("0.125", "de"), numeral(-0.5, "en")
    ('−1.234', '1\u202f234,50', '0,125', '−0.50')
    """
    if isinstance(value, int) and -1000 < value < 1000:
        return f"{value}".replace("-", "−")
    thousands = format_of("thousands", language)
    if isinstance(value, int):
        return f"{value:,}".replace(",", thousands).replace("-", "−")
    figure = value if isinstance(value, str) else f"{value:.{digits}f}"
    whole, point, decimals = figure.replace("-", "−").partition(".")
    whole = _LONG.sub(lambda match: f"{int(match[0]):,}".replace(",", thousands), whole)
    return f"{whole}{format_of('decimal', language) if point else ''}{decimals}"


def french(words: str) -> str:
    """Words with spaces at which no line may end, where French has them.

    >>> french("« plan » ; voir")
    '«\\xa0plan\\xa0»\\xa0; voir'
    """
    return _FRENCH_SPACES.sub("\u00a0", words)
