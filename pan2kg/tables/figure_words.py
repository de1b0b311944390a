"""How figures are put into words: what they rest on, their level, verdicts and states, intervals and values.

Every room that prints a figure takes these words, so that a number, its level and its basis line
read alike on a page, in a picture, a report and a terminal. The messages stand in the context
« figure ».
"""

import re
from collections.abc import Callable, Iterator
from typing import TypeVar

from pan2kg.coherence import Basis, Extent, Level
from pan2kg.coherence.citations import Bounds as Interval, Verdict, Way
from pan2kg.coherence.figures import Taken, Unit, Value
from pan2kg.coherence.known import BasisLine
from pan2kg.coherence.standing import Standing
from pan2kg.i18n import (
    LANGUAGES,
    Language,
    Message,
    Messages,
    Text,
    format_day as day_in_words,
    format_number,
    format_of,
)
from pan2kg.tables import PRINTING, Table, clean, coded, codes, in_words, say

_FIGURE = Messages("figure")
_KINDS = {
    Level: "level",
    Verdict: "verdict",
    Standing: "state",
    Extent: "extent",
    Way: "way",
}

Worded = TypeVar("Worded")
Named = Level | Verdict | Standing | Extent | Way
"""What has a name for a reader: a level, a verdict, how a citation stands, an extent of reading, a precision."""


def named(code: Named) -> Message:
    """What a level, a verdict, the standing of a citation, an extent or a precision is called.

    >>> named(Verdict.EDITION).say("en")
    'editions of one plan'
    """
    word = code.key if isinstance(code, Level) else code.value
    return Message("figure", f"{_KINDS[type(code)]}.{word}")


def according_to(level: Level) -> Message:
    """On whose word something is said at a level, within a sentence."""
    return Message("figure", f"at.{level.key}")


def basis_words(line: BasisLine, language: Language) -> str:
    """The sentence of a basis line: release, level, how many plans and actions, and how far they were read."""
    sentence = _FIGURE.say(
        "basis",
        language,
        release=line.release or _FIGURE.say("unreleased", language),
        level=according_to(line.level).say(language),
        plans=line.plans,
        with_texts=line.with_texts,
        listed=line.listed,
        published=line.published,
        counted=line.counted,
        full=line.texts.full,
        part=line.texts.part,
        none=line.texts.none,
        day=day_in_words(line.as_of, language) if line.as_of else "–",
    )
    if not line.weights:
        return sentence
    sentences = [
        sentence.removesuffix("."),
        _FIGURE.say("basis-weights", language, release=line.weights),
    ]
    if line.fresh:
        sentences.append(_FIGURE.say("basis-fresh", language, n=line.fresh))
    return f"{format_of('semicolon', language).join(sentences)}."


def in_each(words: Callable[[Worded, Language], str], value: Worded) -> Text:
    """What a function says of a value, in every language."""
    return Text(tuple((language, words(value, language)) for language in LANGUAGES))


def amount(value: float | None, unit: Unit, language: Language) -> str:
    """One number of a figure: counts whole, shares in [0,1] and bits with two decimals, nothing known as a dash.

    >>> amount(2300.0, Unit.COUNT, "en"), amount(0.5625, Unit.SHARE, "fr"), amount(None, Unit.BITS, "fr")
    ('2,300', '0,56', '–')
    >>> amount(0.004, Unit.BITS, "en"), amount(0.0, Unit.BITS, "en"), amount(1.0, Unit.SHARE, "en")
    ('< 0.01', '0', '1')
    """
    if value is None:
        return "–"
    if unit is Unit.COUNT or value == round(value):
        return format_number(round(value), language)
    if round(value, 2) <= 0:
        return f"< {format_number('0.01', language)}"
    return format_number(f"{value:.2f}", language)


def interval(
    bounds: Interval | tuple[float | None, float | None],
    language: Language,
    unit: Unit = Unit.SHARE,
) -> str:
    """From what is established to what is possible: one number where both ends are the same.

    >>> interval((2 / 3, 1.0), "fr"), interval(Interval(1.0, 1.0), "en"), interval((None, None), "de")
    ('[0,67\xa0; 1]', '1', '–')
    """
    low, high = (bounds.low, bounds.high) if isinstance(bounds, Interval) else bounds
    ends = [amount(end, unit, language) for end in (low, high)]
    if low == high:
        return ends[0]
    return f"[{format_of('semicolon', language).join(ends)}]"


def bits_words(bounds: Interval | float | None, language: Language) -> str:
    """A weight with its unit, one is a bit and in French whatever is below two; a dash where nothing is known.

    >>> bits_words(0.5, "en"), bits_words(1.0, "en"), bits_words(1.5, "fr"), bits_words(None, "de")
    ('0.50 bits', '1 bit', '1,50\xa0bit', '–')
    """
    if bounds is None:
        return "–"
    interval_of_bits = bounds if isinstance(bounds, Interval) else Interval(bounds, bounds)
    # the number by which a message chooses singular or plural: 1, below two, or two and more
    high = interval_of_bits.high or 0.0
    if high == 1:
        number = 1
    elif high < 2:
        number = 0
    else:
        number = 2
    return _FIGURE.say(
        "bits-counted", language, n=number, amount=interval(interval_of_bits, language, Unit.BITS)
    )


def value_words(value: Value, figure: Taken, language: Language) -> str:
    """The value of a figure with its unit: a number, an interval, or a number for each kind counted."""
    unit = figure.figure.unit
    labels_of_parts = figure.figure.parts
    if labels_of_parts:
        named_parts = zip(value, labels_of_parts, strict=True)
        # the word first: « 3 cadre international » agrees with no number
        colon = format_of("colon", language).rstrip(" ")
        return " · ".join(
            f"{_FIGURE.say(piece, language)}{colon}\u00a0{amount(number, unit, language)}"
            for number, piece in named_parts
        )
    if unit is Unit.BITS:
        return bits_words(Interval(value[0], value[-1]), language)
    if len(value) == 2:
        return interval((value[0], value[1]), language, unit)
    return amount(value[0], unit, language)


_ALWAYS = ("status", "unverified")
"""What is chosen in every figure: a basis line says it by its level."""
_DECIMAL = re.compile(r"(?<![\d.])\d+\.\d+(?![\d.])")
_VALUES = {
    "value-accepted": re.compile("accepted, derived"),
    "value-left-out": re.compile("left out"),
    "value-fields": re.compile(r"recorded for (?P<one>\d+) of (?P<two>\d+) actions"),
}
"""The values of a basis that have words of their own: a basis itself is data, and in English."""


def resting(table: Table, language: Language) -> str:
    """What a table of figures rests on: its basis line where it shows links, else its basis."""
    basis = table.basis
    if table.line is None:
        return basis_of_figures(basis, language)
    sentences = [
        basis_words(table.line, language).removesuffix("."),
        *_chosen(basis, language, _ALWAYS),
    ]
    return f"{format_of('semicolon', language).join(sentences)}."


def basis_of_figures(basis: Basis, language: Language) -> str:
    """The sentence of a basis: what was counted, what was chosen, from which release and on which day."""
    sentences = [
        say("basis-counted", language, n=basis.n, annotated=basis.annotated),
        say("basis-plans", language, n=basis.plans),
        *_chosen(basis, language, ()),
    ]
    if basis.release:
        sentences.append(say("basis-release", language, release=basis.release))
    if basis.as_of:
        sentences.append(say("basis-as-of", language, day=day_in_words(basis.as_of, language)))
    return say("basis", language, parts=format_of("semicolon", language).join(sentences))


def _chosen(basis: Basis, language: Language, without: tuple[str, ...]) -> Iterator[str]:
    """How figures are weighed, and what was chosen or left out, but for choices that need no words."""
    if basis.weights:
        yield say("basis-weights", language)
    for name, value in basis.filters:
        if name in without:
            continue
        if value in codes(name):
            words = coded(name, value).say(language)
        else:
            words = _value(value, language)
        key = f"filter-{name.replace(' ', '-')}"
        head = PRINTING.say(key, language) if PRINTING.has(key) else in_words(name, language)
        yield f"{head}{format_of('colon', language)}{words}"


def _value(value: str, language: Language) -> str:
    sign = format_of("decimal", language)
    localised = _DECIMAL.sub(lambda match: match[0].replace(".", sign), value)
    for key, form in _VALUES.items():
        match = form.fullmatch(localised)
        if match:
            return clean(PRINTING.say(key, language, **match.groupdict()))
    return clean(localised)
