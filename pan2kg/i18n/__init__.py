"""Words, numbers and days in the languages of the catalogues.

What a reader sees stands in a catalogue a language, by context and key: :class:`Messages` says the
messages of a context, a :class:`Message` is one that is said later, in the language of whoever reads
it, and a :class:`Text` holds the same words in several languages. Numbers, days and lists of names
are written as each language does.
"""

from pan2kg.i18n.catalogue import (
    LANGUAGES,
    SOURCE_LANGUAGE,
    Filling,
    Language,
    Messages,
    Text,
    format_of,
    numeral,
)
from pan2kg.i18n.message import (
    Message,
    a_day,
    did_you_mean,
    either,
    in_words,
    say,
    spoken,
    there_are,
    today,
    told,
    verbatim,
    with_days,
)

__all__ = [
    "LANGUAGES",
    "SOURCE_LANGUAGE",
    "Filling",
    "Language",
    "Message",
    "Messages",
    "Text",
    "a_day",
    "did_you_mean",
    "either",
    "format_of",
    "in_words",
    "numeral",
    "say",
    "spoken",
    "there_are",
    "today",
    "told",
    "verbatim",
    "with_days",
]
