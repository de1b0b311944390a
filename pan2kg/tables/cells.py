"""How one value of a table is said to a reader, and on what the whole table rests."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from pan2kg.i18n.catalogue import Language, Messages, Text, format_of, grouped, with_mark
from pan2kg.i18n.days import in_words, with_days
from pan2kg.tables.figure_words import basis_words
from pan2kg.tables.formats import Grid, Value
from pan2kg.tables.table import Column, FigureTable, coded, codes

if TYPE_CHECKING:
    from pan2kg.coherence.evidence import Basis

Row = Mapping[str, Value]

DECIMALS: Final = 3
"""To how many decimals figures are rounded for a reader; data formats hold them whole."""

_ALWAYS: Final = ("status", "unverified")
"""What is chosen in every figure: a basis line says it by its level."""
_SPACE = re.compile(r"(?<=«) | (?=[»;:?!%](?:\s|[).,]|$)|\d{1,2}\))")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_DECIMAL: Final = re.compile(r"(?<![\d.])\d+\.\d+(?![\d.])")
_VALUES: Final = {
    "value-accepted": re.compile("accepted, derived"),
    "value-left-out": re.compile("left out"),
    "value-fields": re.compile(r"recorded for (?P<one>\d+) of (?P<two>\d+) actions"),
}
"""The values of a basis that have words of their own: a basis itself is data, and in English."""
_PRINTING: Final = Messages("printing")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def say(key: str, language: Language, **values: str | int) -> str:
    """The words kept under ``key``, filled in; of « one|many » the one that suits ``n``.

    >>> say("basis-plans", "fr", n=1), say("basis-plans", "en", n=0)
    ('1 plan', '0 plans')
    """
    return _PRINTING.say(key, language, **values)


def shown(value: Value, language: Language) -> str:
    """A value for a reader: nothing known is a dash, never 0; decimals are rounded; days are written as usual.

    Numbers are quantities, whose thousands are set apart; a year or an identifier stands in a table as text.

    A figure that is not 0 is never rounded to 0.

    >>> shown(None, "fr"), shown(0, "fr"), shown(0.642057, "fr"), shown(0.0001, "en"), shown("2021-12-17", "fr")
    ('–', '0', '0,642', '< 0.001', '17/12/2021')
    >>> shown(4407, "en"), shown(-4407.5, "de"), shown("2021", "fr")
    ('4,407', '−4.407,500', '2021')
    """
    if value is None:
        return "–"
    if isinstance(value, bool):
        return say("yes" if value else "no", language)
    if isinstance(value, float):
        return decimal(value, language)
    if isinstance(value, int):
        return grouped(value, language)
    return _text(value, language)


def decimal(value: float, language: Language) -> str:
    """A figure with three decimals.

    >>> decimal(-0.5, "fr"), decimal(-0.00004, "en"), decimal(0.0, "en")
    ('−0,500', '> −0.001', '0.000')
    """
    sign = "−" if value < 0 else ""
    size = round(abs(value), DECIMALS)
    tiny = "> " if value < 0 else "< "
    written = f"{sign}{size:.{DECIMALS}f}" if size or not value else f"{tiny}{sign}{10**-DECIMALS:.{DECIMALS}f}"
    return with_mark(written, language)


def _text(value: str, language: Language) -> str:
    return with_days(value, language) if _DAY.fullmatch(value) else clean(value)


def clean(text: str) -> str:
    """A text on one line, without characters that steer a terminal or that no page can hold.

    Spaces French sets before and inside its marks do not break.

    >>> clean("a\\n b\\x1b[1m"), clean("« loi » ;")
    ('a b�[1m', '«\\xa0loi\\xa0»\\xa0;')
    """
    line = re.sub(r"[\t\n\r ]+", " ", _CONTROL.sub("\ufffd", re.sub(r"[\t\n\r]", " ", text))).strip(" ")
    return _SPACE.sub("\u00a0", line)


def of(row: Row, column: Column) -> Value:
    """What a reader is shown in a cell: what a thing is called rather than its address."""
    return row.get(f"{column.key}_label") if column.thing else row.get(column.key)


def items(row: Row, column: Column, language: Language) -> list[tuple[str, str]]:
    """The things in a cell, each as its address and what it is called; one pair without an address for a plain value.

    >>> column = Column("plans", Text.of({"fr": "plans", "en": "plans"}), thing=True)
    >>> items({"plans": "http://e/a http://e/b", "plans_label": "A; B"}, column, "en")
    [('http://e/a', 'A'), ('http://e/b', 'B')]
    """
    value = of(row, column)
    address = row.get(column.key) if column.thing else None
    if value is None or not isinstance(address, str):
        return [("", shown(value, language))]
    iris = address.split()
    labels = re.split(r"[ \u00a0]?; ", str(value)) if len(iris) > 1 else [str(value)]
    if len(labels) != len(iris):
        return [("", clean(str(value)))]
    return [(iri, clean(label)) for iri, label in zip(iris, labels, strict=True)]


def is_number(figures: FigureTable, column: Column) -> bool:
    """Whether a column holds figures: every value known is a number, and one is."""
    values = [of(row, column) for row in figures.rows]
    known = [value for value in values if value is not None]
    return bool(known) and all(isinstance(value, int | float) and not isinstance(value, bool) for value in known)


def remarks(figures: FigureTable, language: Language) -> list[Text]:
    """The caveats of a table, and what its dashes and decimals mean where it has any."""
    values = [of(row, column) for row in figures.rows for column in figures.columns]
    found = [*map(dated, figures.notes)]
    if None in values:
        found.append(_text_of("none"))
    if any(isinstance(value, float) for value in values):
        found.append(_text_of("rounded"))
    return [note for note in found if note.say(language)]


def dated(words: Text) -> Text:
    """A sentence with its days written as usual in each language.

    >>> dated(Text.of({"fr": "au 2021-12-17", "en": "as of 2021-12-17"})).by_language()
    {'fr': 'au 17/12/2021', 'en': 'as of 2021-12-17'}
    """
    return Text(tuple((language, with_days(said, language)) for language, said in words.words))


def _text_of(key: str) -> Text:
    return _PRINTING.text(key)


def resting(figures: FigureTable, language: Language) -> str:
    """What a table rests on: its basis line where it shows links, with what was chosen, else its basis."""
    if figures.line is None:
        return basis_line(figures.basis, language)
    words, between = basis_words(figures.line, language), format_of("semicolon", language)
    said = [
        f"{_filter(name, language)}{format_of('colon', language)}{_chosen(name, value, language)}"
        for name, value in figures.basis.filters
        if name not in _ALWAYS
    ]
    weighed = [say("basis-weights", language)] if figures.basis.weights else []
    return f"{between.join([words.removesuffix('.'), *weighed, *said])}."


def basis_line(basis: Basis, language: Language) -> str:
    """What figures rest on, as one sentence.

    >>> from pan2kg.coherence.evidence import Basis
    >>> basis_line(Basis(5, 4, 2, release="1.0", filters=()), "en")
    'Basis: 5 actions, 4 of them with at least one text; 2 plans; data release 1.0.'
    """
    return say("basis", language, parts=format_of("semicolon", language).join(_basis(basis, language)))


def _basis(basis: Basis, language: Language) -> Iterator[str]:
    yield say("basis-counted", language, n=basis.n, annotated=basis.annotated)
    yield say("basis-plans", language, n=basis.plans)
    if basis.weights:
        yield say("basis-weights", language)
    for name, value in basis.filters:
        yield f"{_filter(name, language)}{format_of('colon', language)}{_chosen(name, value, language)}"
    if basis.release:
        yield say("basis-release", language, release=basis.release)
    if basis.as_of:
        yield say("basis-as-of", language, day=in_words(basis.as_of, language))


def _filter(name: str, language: Language) -> str:
    key = f"filter-{name.replace(' ', '-')}"
    return _PRINTING.say(key, language) if _PRINTING.has(key) else name


def _chosen(name: str, value: str, language: Language) -> str:
    """What was chosen, as the column of that name calls it where the value is one of its codes.

    >>> _chosen("gap", "obligation-late", "en"), _chosen("bits", "≥ 5", "en")
    ('Obligation met late', '≥ 5')
    """
    return coded(name, value).say(language) if value in codes(name) else _value(value, language)


def _value(value: str, language: Language) -> str:
    """A value of a basis, which is in English, in the language of the reader."""
    for key, form in _VALUES.items():
        if found := form.fullmatch(value):
            given = {name: _marked(one, language) for name, one in found.groupdict().items()}
            return clean(_PRINTING.say(key, language, **given))
    return clean(_marked(value, language))


def _marked(value: str, language: Language) -> str:
    return _DECIMAL.sub(lambda found: found[0].replace(".", format_of("decimal", language)), value)


def named(figures: FigureTable, language: Language) -> Grid:
    """A table with all its values under the headings a reader knows; what a thing is called stands beside it."""
    keys: list[str] = []
    heads: list[str] = []
    for column in figures.columns:
        heading = column.heading.say(language)
        keys += column.keys
        heads += [f"{heading} (id)", heading] if column.thing else [heading]
    return Grid(heads, ([row.get(key) for key in keys] for row in figures.rows))
