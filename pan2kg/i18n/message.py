"""Messages that are chosen now and said later, in the language of whoever reads them; the language of the process.

What goes wrong is known where a file is read, and its words where somebody reads them: a page in
German shows an error in German, the command line in the language it was asked for. So errors and
remarks carry a :class:`Message`.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from pan2kg.i18n.catalogue import CATALOGUES, SOURCE_LANGUAGE, Language
from pan2kg.i18n.messages import Messages

_LANGUAGE_TAG = re.compile(r"[a-z]+")
_process_languages = [SOURCE_LANGUAGE]
"""The languages of the blocks of :func:`using_language` the process is in; the last one is spoken."""


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence that is said later; its values may be messages, which are said in the same language."""

    context: str
    key: str
    values: Mapping[str, object] = field(default_factory=dict)

    def say(self, language: Language) -> str:
        """The sentence in a language."""
        values = {
            name: value.say(language) if isinstance(value, Message) else value
            for name, value in self.values.items()
        }
        return Messages(self.context).say(self.key, language, **values)

    def __str__(self) -> str:
        return self.say(process_language())


# What errors consist of


def error_message(key: str, /, **values: object) -> Message:
    """The message of an error, of its remedy or of a part of them, by its key."""
    return Message("error", key, values)


def verbatim(words: str | Message) -> Message:
    """Words of somebody else – an engine, a service, a portal –, which are repeated as they are."""
    return error_message("verbatim", words=words)


def one_of(names: Sequence[str | Message]) -> Message:
    """One of several names, as a sentence offers them.

    >>> one_of(["lu-bhr-1", "lu-bhr-2"]).say("en")
    'lu-bhr-1 or lu-bhr-2'
    """
    if len(names) < 2:
        return verbatim(names[0] if names else "")
    return error_message("either", one=names[0], other=one_of(names[1:]))


def join_messages(sentences: Sequence[str | Message]) -> Message:
    """Several sentences or names, one after the other."""
    if len(sentences) < 2:
        return verbatim(sentences[0] if sentences else "")
    return error_message("joined", one=sentences[0], other=join_messages(sentences[1:]))


def did_you_mean(near: Sequence[str]) -> Message:
    """A question that offers the nearest names."""
    return error_message("did-you-mean", names=one_of(near))


def there_are(names: Iterable[str]) -> Message:
    """A sentence that names all there are."""
    return error_message("there-are", names=", ".join(names))


# Messages in JSON


def pack_message(value: object) -> object:
    """A message as lists and texts that JSON can hold; any other value as its text, as it would be said."""
    if isinstance(value, Message):
        values = {name: pack_message(inner) for name, inner in value.values.items()}
        return [value.context, value.key, values]
    return value if isinstance(value, int) else str(value)


def unpack_message(packed: object) -> Message:
    """The message that :func:`pack_message` made lists and texts of.

    >>> message = one_of(["a", "b"])
    >>> unpack_message(pack_message(message)).say("fr") == message.say("fr")
    True
    """
    if not isinstance(packed, list):
        return verbatim(str(packed))
    context, key, packed_values = packed
    values = {}
    for name, value in packed_values.items():
        values[name] = unpack_message(value) if isinstance(value, list) else value
    return Message(context, key, values)


# The language of the process


def say(context: str, key: str, /, **values: object) -> str:
    """A message in the language of the process, for what only a terminal shows."""
    return Message(context, key, values).say(process_language())


def process_language() -> Language:
    """The language the process speaks."""
    return _process_languages[-1]


@contextmanager
def using_language(language: Language) -> Iterator[None]:
    """Let the process speak a language for as long as the block lasts."""
    _process_languages.append(language)
    try:
        yield
    finally:
        _process_languages.pop()


def command_language(words: Sequence[str] = ()) -> Language:
    """The language of a command: what ``--language`` says among its words, else what the environment asks for."""
    for place, word in enumerate(words, 1):
        name, equals, value = word.partition("=")
        if not equals:
            value = "".join(words[place : place + 1])
        if name == "--language" and value in CATALOGUES:
            return value
    locale = os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    match = _LANGUAGE_TAG.match(locale.lower())
    return match[0] if match and match[0] in CATALOGUES else SOURCE_LANGUAGE
