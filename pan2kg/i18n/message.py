"""Words for a reader that are chosen now and said later: a key and its values, and the language of the process.

What goes wrong is known where a file is read, and its words where somebody reads them: a page in German shows an error
in German, the command line in the language it was asked for. So errors and remarks carry a :class:`Message`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from pan2kg.i18n.catalogue import CATALOGUES, SOURCE_LANGUAGE, Language, Messages

_TAG: Final = re.compile(r"[a-z]+")
_SPOKEN: Final = [SOURCE_LANGUAGE]


@dataclass(frozen=True, slots=True)
class Message:
    """A message of the catalogues with its values, which may be messages themselves.

    >>> print(Message("error", "no-such-folder"))
    There is no such folder.
    >>> Message("error", "no-such-folder").say("de")
    'Diesen Ordner gibt es nicht.'
    """

    context: str
    key: str
    values: Mapping[str, object] = field(default_factory=dict)

    def say(self, language: Language) -> str:
        """The words in a language."""
        values = {name: said(value, language) for name, value in self.values.items()}
        return Messages(self.context).say(self.key, language, **values)

    def __str__(self) -> str:
        return self.say(spoken())


def said(value: object, language: Language) -> object:
    """A value as it is put into a message: words in the language, anything else as it is.

    >>> said(Message("error", "no-such-folder"), "en"), said(3, "en")
    ('There is no such folder.', 3)
    """
    return value.say(language) if isinstance(value, Message) else value


def told(key: str, /, **values: object) -> Message:
    """A message about what is wrong or what to do."""
    return Message("error", key, values)


def verbatim(words: str | Message) -> Message:
    """Words of somebody else – an engine, a service, a portal –, which are repeated as they are.

    >>> str(verbatim("expected '}'"))
    "expected '}'"
    """
    return told("verbatim", words=words)


def either(names: Sequence[str | Message]) -> Message:
    """One of some names.

    >>> str(either(["a", "b", "c"]))
    'a or b or c'
    """
    if len(names) < 2:
        return told("verbatim", words=names[0] if names else "")
    return told("either", one=names[0], other=either(names[1:]))


def joined(parts: Sequence[str | Message]) -> Message:
    """Sentences one after the other.

    >>> str(joined(["a.ttl:3:", told("no-such-folder"), told("name-another-folder")]))
    'a.ttl:3: There is no such folder. Name another folder.'
    """
    if len(parts) < 2:
        return verbatim(parts[0] if parts else "")
    return told("joined", one=parts[0], other=joined(parts[1:]))


def did_you_mean(near: Sequence[str]) -> Message:
    """The names nearest to what was given.

    >>> str(did_you_mean(["plan-matrix"]))
    'Did you mean plan-matrix?'
    """
    return told("did-you-mean", names=either(near))


def there_are(names: Iterable[str]) -> Message:
    """All names there are.

    >>> str(there_are(["csv", "json"]))
    'There are: csv, json.'
    """
    return told("there-are", names=", ".join(names))


def say(context: str, key: str, /, **values: object) -> str:
    """A message in the language of the process, for what only a terminal shows.

    >>> say("progress", "checking")
    'checking the release'
    """
    return Message(context, key, values).say(spoken())


def pack(value: object) -> object:
    """A message as lists and texts that JSON can hold; any other value as its text, as it would be said."""
    if isinstance(value, Message):
        return [value.context, value.key, {name: pack(inner) for name, inner in value.values.items()}]
    return value if isinstance(value, int) else str(value)


def unpack(packed: object) -> Message:
    """The message that was packed.

    >>> message = told("row-and-column", row="a", column=told("declared-prefix"))
    >>> unpack(pack(message)) == message
    True
    """
    if not isinstance(packed, list):
        return verbatim(str(packed))
    context, key, values = packed
    return Message(
        context, key, {name: unpack(inner) if isinstance(inner, list) else inner for name, inner in values.items()}
    )


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Say messages in this language where none is named, as a command does for as long as it runs.

    >>> with speaking("de"):
    ...     print(told("no-such-folder"))
    Diesen Ordner gibt es nicht.
    """
    before, _SPOKEN[0] = _SPOKEN[0], language
    try:
        yield
    finally:
        _SPOKEN[0] = before


def spoken() -> Language:
    """The language messages are said in where none is named: English, unless a command said otherwise."""
    return _SPOKEN[0]


def language_of(environment: Mapping[str, str]) -> Language:
    """The language an environment asks for, where there is a catalogue of it; else English.

    >>> language_of({"LANG": "de_LU.UTF-8"}), language_of({"LC_ALL": "C", "LANG": "fr_FR"})
    ('de', 'en')
    """
    match = _TAG.match((environment.get("LC_ALL") or environment.get("LANG") or "").lower())
    return match[0] if match and match[0] in CATALOGUES else SOURCE_LANGUAGE


def language_typed(words: Iterable[str]) -> Language:
    """The language of a command: what ``--language`` says among its words, else what the environment asks for.

    >>> language_typed(["check", "--language", "fr"]), language_typed(["check", "--language=de"])
    ('fr', 'de')
    """
    arguments = list(words)
    for word, following in zip(arguments, [*arguments[1:], ""], strict=True):
        name, equals, value = word.partition("=")
        if name == "--language" and (value if equals else following) in CATALOGUES:
            return value if equals else following
    return language_of(os.environ)
