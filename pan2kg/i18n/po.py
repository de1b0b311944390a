"""Catalogues as gettext has them: read from their text, ``<language>.po``, and compiled, ``<language>.mo``.

A message has a context (the room or the table it belongs to) and a key. A term that many messages
share stands once, in the context « term », with its plural; a message refers to it between double
brackets: ``[[lead]]``, ``[[leads]]``, and ``[[Lead]]`` at the beginning of a sentence.

This module imports nothing of the package: the build runs it alone to compile the catalogues.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

if TYPE_CHECKING:
    from babel.messages.catalog import Message as CatalogueMessage

TERMS = "term"
"""The context of terms."""
HEADER_SIZE = 4096
"""The header of a catalogue ends within so many bytes."""
CHECKSUM_NAME = "x-source"
"""The message of a compiled catalogue that holds the checksum of the text it was compiled from."""
_KEYS_INDEX = "*"
"""The message of each context that lists its keys in the order they are written, one a line."""
_REFERENCE = re.compile(r"\[\[([^\]]+)\]\]")


class PoEntry(NamedTuple):
    """A message of a catalogue; ``plural`` is the key of its plural where it has one, ``forms`` are its words."""

    context: str
    key: str
    plural: str
    forms: tuple[str, ...]


class CatalogueError(ValueError):
    """A catalogue that cannot be read, and the line, counted from 1, where one is known."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


# Reading


def parse_po(text: bytes) -> Iterator[PoEntry]:
    """The messages of a catalogue in the order they are written, with terms in place of the references to them.

    Messages without words are left out, and those marked « fuzzy », whose words nobody has approved.
    A message that stands in several contexts with the same words is written once; a comment
    ``#. also CONTEXT/KEY …`` names the others.

    Raises:
        CatalogueError: the text is no catalogue, or refers to a term it does not have.
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
        forms = (_REFERENCE.sub(lambda match: terms[match[1]], words) for words in entry.forms)
        yield entry._replace(forms=tuple(forms))


def _entries(catalogue: "Iterable[CatalogueMessage]") -> Iterator[PoEntry]:
    """The messages that have words, each also under the names in its comments."""
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
                    context, _, also_key = name.partition("/")
                    yield PoEntry(context, also_key, also_key if plural else "", forms)


def _terms(entries: Iterable[PoEntry]) -> dict[str, str]:
    """The terms by singular and plural key, and with a capital letter by these with a capital letter."""
    terms = {}
    for entry in entries:
        if entry.context != TERMS:
            continue
        if entry.plural:
            terms[entry.plural] = entry.forms[-1]
        terms[entry.key] = entry.forms[0]
    capitals = {_capital(key): _capital(words) for key, words in terms.items()}
    return terms | capitals


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


# Compiling


def compile_po(text: bytes) -> bytes:
    """A catalogue as :mod:`gettext` reads it, with an index of the keys of each context; the same bytes on any day.

    Raises:
        CatalogueError: as :func:`parse_po`.
    """
    from babel.messages.catalog import Catalog
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    catalogue = Catalog(charset="utf-8")
    keys: dict[str, list[str]] = {}
    # the context is part of the name: Babel sorts by the name it is given, and a message is found
    # by its name in the file
    for entry in parse_po(text):
        keys.setdefault(entry.context, []).append(entry.key)
        name = mo_name(entry.context, entry.key)
        if entry.plural:
            catalogue.add((name, entry.plural), entry.forms)
        else:
            catalogue.add(name, entry.forms[0])
    for context, keys_in_order in keys.items():
        catalogue.add(index_name(context), "\n".join(keys_in_order))
    catalogue.add(CHECKSUM_NAME, checksum(text))
    catalogue.mime_headers = read_po(BytesIO(text[:HEADER_SIZE].partition(b"\n\n")[0])).mime_headers
    catalogue.creation_date = datetime(2000, 1, 1, tzinfo=UTC)
    target = BytesIO()
    write_mo(target, catalogue)
    return target.getvalue()


def mo_name(context: str, key: str) -> str:
    """The name of a message in a compiled catalogue.

    >>> mo_name("term", "plan")
    'term\\x04plan'
    """
    return f"{context}\x04{key}"


def index_name(context: str) -> str:
    """The name of the message that lists the keys of a context."""
    return mo_name(context, _KEYS_INDEX)


def checksum(text: bytes) -> str:
    """By which a compiled catalogue is known to be that of a text."""
    return f"{crc32(text):08x}"
