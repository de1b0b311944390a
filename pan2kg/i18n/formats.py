"""Numbers, days and spaces as each language writes them."""

import re
from datetime import date

from pan2kg.i18n.catalogue import Language, find_words

_FRENCH_SPACES = re.compile("(?<=«) | (?=[:;?!»])")
"""Where French has a space at which no line may end."""
_FOUR_DIGITS = re.compile(r"\d{4,}")
_ISO_DAY = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")


def format_of(key: str, language: Language) -> str:
    """How a language writes something, such as a day or a decimal mark.

    >>> format_of("decimal", "fr"), format_of("decimal", "en")
    (',', '.')
    """
    return find_words("format", key, language)


def format_number(value: float | str, language: Language, digits: int = 2) -> str:
    """A number as a language writes it: thousands set apart, and decimals for what is no integer.

    Text is a number that is rounded already.

    >>> format_number(-1234, "de"), format_number(1234.5, "fr")
    ('−1.234', '1\\u202f234,50')
    >>> format_number("0.125", "de"), format_number(-0.5, "en")
    ('0,125', '−0.50')
    """
    if isinstance(value, int) and -1000 < value < 1000:
        return f"{value}".replace("-", "−")
    thousands = format_of("thousands", language)
    if isinstance(value, int):
        return f"{value:,}".replace(",", thousands).replace("-", "−")
    rounded = value if isinstance(value, str) else f"{value:.{digits}f}"
    integer, point, decimals = rounded.replace("-", "−").partition(".")
    integer = _FOUR_DIGITS.sub(lambda match: f"{int(match[0]):,}".replace(",", thousands), integer)
    return f"{integer}{format_of('decimal', language) if point else ''}{decimals}"


def format_day(day: date, language: Language) -> str:
    """A day in words; in French a space that does not break keeps the number with its month.

    >>> format_day(date(2021, 12, 31), "de")
    '31. Dezember 2021'
    """
    form = format_of("first-day-in-words" if day.day == 1 else "day-in-words", language)
    return form.format(day=day.day, month=format_of(f"month.{day.month}", language), year=day.year)


def format_days_in(words: str, language: Language) -> str:
    """Words in which each day, as 2021-12-31, is written as the language does.

    >>> format_days_in("until 2021-12-31", "de")
    'until 31.12.2021'
    """
    form = format_of("day", language)
    return _ISO_DAY.sub(
        lambda match: form.format(year=match[1], month=match[2], day=match[3]), words
    )


def with_french_spaces(words: str) -> str:
    """Words with spaces at which no line may end, where French has them.

    >>> with_french_spaces("« plan » ; voir")
    '«\\xa0plan\\xa0»\\xa0; voir'
    """
    return _FRENCH_SPACES.sub("\u00a0", words)
