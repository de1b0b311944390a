"""From a catalogue as people edit it, ``<language>.po``, to what :mod:`gettext` reads, ``<language>.mo``.

A term that many messages share stands once, in the context « term », with its plural; a message refers to it between
double brackets: ``[[lead]]``, ``[[leads]]``, and ``[[Lead]]`` at the beginning of a sentence. References are resolved
here, so that they cost nothing later. Only the standard library is used: the build loads this file by itself.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple
from zlib import crc32

TERMS: Final = "term"
INDEX: Final = "*"
"""The message of each context that names its keys in the order they are written, one a line."""
SOURCE: Final = "x-source"
"""The header of a compiled catalogue that tells from which text it was made."""

_LINE: Final = re.compile(r'(?:(msgctxt|msgid|msgid_plural|msgstr(?:\[\d\])?)\s+)?"((?:[^"\\]|\\.)*)"')
_ESCAPED: Final = re.compile(r"\\(.)")
_MARKS: Final = {"n": "\n", "t": "\t", "r": "\r"}
_REFERENCE: Final = re.compile(r"\[\[([^\]]+)\]\]")


class CatalogueError(ValueError):
    """A catalogue that cannot be read: one sentence, and the line it is about where that is known."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


class PoEntry(NamedTuple):
    """A message: where it belongs, its key, the key of its plural where it has one, and its words, one a form."""

    context: str
    key: str
    plural: str
    forms: tuple[str, ...]


def checksum(text: bytes) -> str:
    """What tells one state of a catalogue from another."""
    return f"{crc32(text):08x}"


def read_entries(text: str) -> list[PoEntry]:
    """The messages of a catalogue in the order they are written, the header among them under the empty key.

    Entries marked « fuzzy » are left out, as ``msgfmt`` does: nobody has said yet that their words are right.

    Raises:
        CatalogueError: a line is none of a catalogue.

    >>> read_entries('msgctxt "page"\\nmsgid "plans"\\nmsgid_plural "plans"\\nmsgstr[0] "plan"\\nmsgstr[1] "plans"')
    [PoEntry(context='page', key='plans', plural='plans', forms=('plan', 'plans'))]
    """
    entries: list[PoEntry] = []
    fields: dict[str, str] = {}
    field_name, fuzzy, next_fuzzy = "", False, False
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("#") or not line.strip():
            next_fuzzy = next_fuzzy or (line.startswith("#,") and "fuzzy" in line)
            continue
        match = _LINE.fullmatch(line.strip())
        if not match or not (match[1] or field_name):
            raise CatalogueError("This line is none of a catalogue of messages.", number)
        if match[1] == "msgctxt" or (match[1] == "msgid" and field_name != "msgctxt"):
            _close(entries, fields, fuzzy=fuzzy)
            fields, fuzzy, next_fuzzy = {}, next_fuzzy, False
        field_name = match[1] or field_name
        fields[field_name] = fields.get(field_name, "") + _ESCAPED.sub(
            lambda mark: _MARKS.get(mark[1], mark[1]), match[2]
        )
    _close(entries, fields, fuzzy=fuzzy)
    return entries


def _close(entries: list[PoEntry], fields: Mapping[str, str], *, fuzzy: bool) -> None:
    forms = tuple(words for name, words in fields.items() if name.startswith("msgstr"))
    # msgfmt drops empty and fuzzy entries too; the header, whose msgid is empty, is kept even so
    if forms and all(forms) and (not fuzzy or not fields["msgid"]):
        entries.append(PoEntry(fields.get("msgctxt", ""), fields["msgid"], fields.get("msgid_plural", ""), forms))


def resolved(entries: Iterable[PoEntry]) -> list[PoEntry]:
    """The messages with each reference to a term replaced by the term.

    Raises:
        CatalogueError: a term is referred to that the catalogue lacks.

    >>> terms = [PoEntry("term", "lead", "leads", ("chef de file", "chefs de file"))]
    >>> resolved([*terms, PoEntry("page", "who", "", ("[[Leads]] : {names}",))])[1].forms
    ('Chefs de file : {names}',)
    """
    listed = list(entries)
    terms: dict[str, str] = {}
    for entry in listed:
        if entry.context == TERMS:
            terms |= dict.fromkeys(filter(None, [entry.plural]), entry.forms[-1]) | {entry.key: entry.forms[0]}
    terms |= {_capital(name): _capital(words) for name, words in terms.items()}

    def put(match: re.Match[str]) -> str:
        if match[1] not in terms:
            raise CatalogueError(f"The term [[{match[1]}]] does not stand in this catalogue under « term ».")
        return terms[match[1]]

    return [entry._replace(forms=tuple(_REFERENCE.sub(put, words) for words in entry.forms)) for entry in listed]


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def compiled(text: bytes) -> bytes:
    """A catalogue as :class:`gettext.GNUTranslations` reads it, with an index of the keys of each context.

    Raises:
        CatalogueError: the catalogue cannot be read.
    """
    messages: dict[bytes, bytes] = {}
    keys: dict[str, list[str]] = {}
    for entry in resolved(read_entries(text.decode("utf-8"))):
        if not entry.context and not entry.key:
            messages[b""] = f"{entry.forms[0].rstrip()}\n{SOURCE}: {checksum(text)}\n".encode()
            continue
        keys.setdefault(entry.context, []).append(entry.key)
        name = _name(entry.context, entry.key) + (f"\0{entry.plural}" if entry.plural else "")
        messages[name.encode()] = "\0".join(entry.forms).encode()
    messages |= {_name(context, INDEX).encode(): "\n".join(names).encode() for context, names in keys.items()}
    return _packed(messages)


def _name(context: str, key: str) -> str:
    return f"{context}\x04{key}" if context else key


def _packed(messages: Mapping[bytes, bytes]) -> bytes:
    """The format of GNU gettext: two tables of lengths and offsets, then the strings, each ended by a nought byte."""
    # the reader finds a key by bisection, as GNU gettext does
    names = sorted(messages)
    start = 28 + 16 * len(names)
    tables: list[int] = []
    strings = bytearray()
    for part in (names, [messages[name] for name in names]):
        for words in part:
            tables += [len(words), start + len(strings)]
            strings += words + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, len(names), 28, 28 + 8 * len(names), 0, start)
    return head + struct.pack(f"<{len(tables)}I", *tables) + bytes(strings)
