"""Words, numbers and days in the languages of the catalogues.

What a reader sees stands in a catalogue a language, by context and key: :class:`Messages` says the
messages of a context, a :class:`Message` is one that is said later, in the language of whoever reads
it, and a :class:`Text` holds the same words in several languages. Numbers, days and lists of names
are written as each language does.

``po`` reads and compiles the text of a catalogue, ``catalogue`` looks messages up in it, ``formats``
writes numbers and days, ``messages`` fills messages in; ``message`` has those that are said later and
the language of the process, ``days`` the days people type.
"""

from pan2kg.i18n.catalogue import LANGUAGES, SOURCE_LANGUAGE, Language
from pan2kg.i18n.days import parse_day, today
from pan2kg.i18n.formats import (
    format_day,
    format_days_in,
    format_number,
    format_of,
    with_french_spaces,
)
from pan2kg.i18n.message import (
    Message,
    did_you_mean,
    error_message,
    one_of,
    process_language,
    say,
    there_are,
    verbatim,
)
from pan2kg.i18n.messages import Filling, Messages, Text

__all__ = [
    "LANGUAGES",
    "SOURCE_LANGUAGE",
    "Filling",
    "Language",
    "Message",
    "Messages",
    "Text",
    "did_you_mean",
    "error_message",
    "format_day",
    "format_days_in",
    "format_number",
    "format_of",
    "one_of",
    "parse_day",
    "process_language",
    "say",
    "there_are",
    "today",
    "verbatim",
    "with_french_spaces",
]
