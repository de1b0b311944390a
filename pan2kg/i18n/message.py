"""Words for a reader that are chosen now and said later: a key and its values, and the language of the process; days.

What goes wrong is known where a file is read, and its words where somebody reads them: a page in
German shows an error in German, the command line in the language it was asked for. So errors and
remarks carry a :class:`Message`.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime

from pan2kg.i18n.catalogue import CATALOGUES, SOURCE_LANGUAGE, Language, Messages, format_of

_TAG = re.compile(r"[a-z]+")
_SPOKEN = [SOURCE_LANGUAGE]
_DAYS = (
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})"),
    re.compile(r"(?P<day>\d{1,2})(?P<mark>[/.])(?P<month>\d{1,2})(?P=mark)(?P<year>\d{4})"),
)
_DAY = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence that is said later; its values may be messages, which are said in the same language."""

    context: str
    key: str
    values: Mapping[str, object] = field(default_factory=dict)

    def say(self, language: Language) -> str:
        values = {
            name: value.say(language) if isinstance(value, Message) else value
            for name, value in self.values.items()
        }
        return Messages(self.context).say(self.key, language, **values)

    def __str__(self) -> str:
        return self.say(spoken())


def told(key: str, /, **values: object) -> Message:
    """What can go wrong, by the key of its message, to be said in the language of whoever reads it."""
    return Message("error", key, values)


def verbatim(words: str | Message) -> Message:
    """Words of somebody else – an engine, a service, a portal –, which are repeated as they are."""
    return told("verbatim", words=words)


def either(names: Sequence[str | Message]) -> Message:
    """One of several names, as a sentence offers them.

    >>> either(["lu-bhr-1", "lu-bhr-2"]).say("en")
    'lu-bhr-1 or lu-bhr-2'
    """
    if len(names) < 2:
        return verbatim(names[0] if names else "")
    return told("either", one=names[0], other=either(names[1:]))


def joined(parts: Sequence[str | Message]) -> Message:
    """Several sentences or names, one after the other."""
    if len(parts) < 2:
        return verbatim(parts[0] if parts else "")
    return told("joined", one=parts[0], other=joined(parts[1:]))


def did_you_mean(near: Sequence[str]) -> Message:
    """A question that offers the nearest names."""
    return told("did-you-mean", names=either(near))


def there_are(names: Iterable[str]) -> Message:
    """A sentence that names all there are."""
    return told("there-are", names=", ".join(names))


def say(context: str, key: str, /, **values: object) -> str:
    """A message in the language of the process, for what only a terminal shows."""
    return Message(context, key, values).say(spoken())


def pack(value: object) -> object:
    """A message as lists and texts that JSON can hold; any other value as its text, as it would be said."""
    if isinstance(value, Message):
        return [
            value.context,
            value.key,
            {name: pack(inner) for name, inner in value.values.items()},
        ]
    return value if isinstance(value, int) else str(value)


def unpack(packed: object) -> Message:
    """The message that :func:`pack` made lists and texts of.

    >>> unpack(pack(either(["a", "b"]))).say("fr") == either(["a", "b"]).say("fr")
    True
    """
    if not isinstance(packed, list):
        return verbatim(str(packed))
    context, key, values = packed
    unpacked = {
        name: unpack(inner) if isinstance(inner, list) else inner for name, inner in values.items()
    }
    return Message(context, key, unpacked)


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Let the process speak a language for as long as the block lasts."""
    before = _SPOKEN[0]
    _SPOKEN[0] = language
    try:
        yield
    finally:
        _SPOKEN[0] = before


def spoken() -> Language:
    """The language the process speaks."""
    return _SPOKEN[0]


def language_typed(words: Sequence[str] = ()) -> Language:
    """The language of a command: what ``--language`` says among its words, else what the environment asks for."""
    for at, word in enumerate(words, 1):
        name, equals, value = word.partition("=")
        if not equals:
            value = "".join(words[at : at + 1])
        if name == "--language" and value in CATALOGUES:
            return value
    match = _TAG.match((os.environ.get("LC_ALL") or os.environ.get("LANG") or "").lower())
    return match[0] if match and match[0] in CATALOGUES else SOURCE_LANGUAGE


def a_day(text: str) -> date:
    """A day as 2021-12-31, 31/12/2021 or 31.12.2021; an ``argparse.ArgumentTypeError`` where the text is none."""
    for form in _DAYS:
        # the 31st of June has the form of a day, and is none
        with suppress(ValueError):
            if match := form.fullmatch(text.strip()):
                return date(int(match["year"]), int(match["month"]), int(match["day"]))
    from argparse import ArgumentTypeError

    raise ArgumentTypeError(told("no-such-day", text=text))


def today() -> date:
    """The day it is where the process runs."""
    return datetime.now().astimezone().date()


def in_words(day: date, language: Language) -> str:
    """A day as each language writes it; in French a space that does not break keeps the number with its month."""
    form = format_of("first-day-in-words" if day.day == 1 else "day-in-words", language)
    return form.format(day=day.day, month=format_of(f"month.{day.month}", language), year=day.year)


def with_days(words: str, language: Language) -> str:
    """Words in which each day, as 2021-12-31, is written as the language does.

    >>> with_days("until 2021-12-31", "de")
    'until 31.12.2021'
    """
    form = format_of("day", language)
    return _DAY.sub(lambda match: form.format(year=match[1], month=match[2], day=match[3]), words)
