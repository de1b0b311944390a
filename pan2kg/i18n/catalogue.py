"""The catalogues of the program, one a language: which there are, and one message looked up at a time.

Languages are those of ``catalogues/<language>.po`` and of the folder named in ``PAN2KG_CATALOGUES``,
for who prepares one. A catalogue is opened where its language is first needed.
"""

import os
import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from gettext import c2py
from pathlib import Path
from struct import unpack_from

from pan2kg.i18n import po

Language = str
SOURCE_LANGUAGE = "en"
"""The language in which a message is given that the catalogue of another one lacks."""
FOLDER_VARIABLE = "PAN2KG_CATALOGUES"
_ORDER = re.compile(rb'^"X-Order: (\d+)', re.MULTILINE)
"""The line in the header of a catalogue that gives its language a place in lists."""
_LAST_PLACE = 1000
"""The place of a language whose catalogue names none."""


def _find_catalogues() -> dict[Language, Path]:
    folders = [Path(__file__).with_name("catalogues")]
    if os.environ.get(FOLDER_VARIABLE):
        folders.append(Path(os.environ[FOLDER_VARIABLE]))
    catalogues = {}
    places = {}
    for folder in folders:
        for path in sorted(folder.glob("*.po")):
            with path.open("rb") as file:
                match = _ORDER.search(file.read(po.HEADER_SIZE))
            catalogues[path.stem] = path
            places[path.stem] = int(match[1]) if match else _LAST_PLACE
    in_order = sorted(catalogues, key=lambda language: (places[language], language))
    return {language: catalogues[language] for language in in_order}


CATALOGUES: Mapping[Language, Path] = _find_catalogues()
"""The text of each catalogue, by language."""
LANGUAGES: tuple[Language, ...] = tuple(CATALOGUES)
"""The languages the program speaks, in the order in which lists name them."""


class CompiledCatalogue:
    """A compiled catalogue, in which one message is looked up at a time.

    :class:`gettext.GNUTranslations` would read all of them first, which takes longer than most
    commands need them. The file has two tables, of names in their order and of words, each with the
    length and the offset of every text; see « The Format of GNU MO Files » in the manual of gettext.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._size, names_offset, words_offset = unpack_from("<8x3I", content)
        self._names = self._table(names_offset)
        self._words = self._table(words_offset)
        rule = re.search(r"plural=([^;]*)", "".join(self.forms("")))
        self.plural_index = c2py(rule[1]) if rule else None
        self._keys_by_context: dict[str, Mapping[str, None]] = {}

    def _table(self, offset: int) -> Sequence[int]:
        table: Sequence[int] = unpack_from(f"<{2 * self._size}I", self._content, offset)
        return table

    def _text(self, table: Sequence[int], row: int) -> bytes:
        length, offset = table[2 * row : 2 * row + 2]
        return self._content[offset : offset + length]

    def forms(self, name: str) -> list[str]:
        """The words of a message, one a form; none where it does not stand in the catalogue."""
        encoded = name.encode()
        rows = range(self._size)
        row = bisect_left(rows, encoded, key=lambda row: self._text(self._names, row))
        # behind the name stands that of the plural
        if row == self._size or self._text(self._names, row).partition(b"\0")[0] != encoded:
            return []
        return self._text(self._words, row).decode().split("\0")

    def keys(self, context: str) -> Mapping[str, None]:
        """The keys of a context in the order they are written."""
        if context not in self._keys_by_context:
            lines = "\n".join(self.forms(po.index_name(context))).split("\n")
            self._keys_by_context[context] = dict.fromkeys(filter(None, lines))
        return self._keys_by_context[context]


@cache
def load_catalogue(language: Language) -> CompiledCatalogue:
    """The catalogue of a language; where it is not compiled yet, it is, and stored beside its text.

    Raises:
        CatalogueError: it cannot be read, or Babel is needed to compile it and not installed.
    """
    source = CATALOGUES[language]
    text = source.read_bytes()
    compiled_file = source.with_suffix(".mo")
    if compiled_file.is_file():
        catalogue = CompiledCatalogue(compiled_file.read_bytes())
        # by content, not by time: an installed package and a clone have arbitrary file times
        if catalogue.forms(po.CHECKSUM_NAME) == [po.checksum(text)]:
            return catalogue
    try:
        content = po.compile_po(text)
    except po.CatalogueError as error:
        raise po.CatalogueError(f"{source}:{error.line or 1}: {error}") from None
    except ModuleNotFoundError:
        raise po.CatalogueError(
            f"{source} is not compiled yet, for which Babel is needed: pip install babel"
        ) from None
    _write_if_possible(compiled_file, content)
    return CompiledCatalogue(content)


def _write_if_possible(path: Path, content: bytes) -> None:
    """Write a file in one step, or not at all where the folder cannot be written."""
    unfinished = path.with_suffix(f".{os.getpid()}")
    try:
        unfinished.write_bytes(content)
        unfinished.replace(path)
    except OSError:
        unfinished.unlink(missing_ok=True)


@lru_cache(maxsize=1 << 14)
def find_words(context: str, key: str, language: Language, number: int | None = None) -> str:
    """The words of a message, not filled in; of its plural forms the one for the number, else that for 1.

    Raises:
        KeyError: not even the catalogue of the source language has the message.
    """
    catalogue = load_catalogue(language)
    if key not in catalogue.keys(context):
        if language == SOURCE_LANGUAGE:
            raise KeyError(f"No message « {key} » in the context « {context} »")
        # a page with one English sentence serves better than none while a translation is unfinished
        return find_words(context, key, SOURCE_LANGUAGE, number)
    forms = catalogue.forms(po.mo_name(context, key))
    if catalogue.plural_index is None or len(forms) < 2:
        return forms[0]
    return forms[catalogue.plural_index(1 if number is None else abs(number))]
