"""What a text can name: the things of a graph with their labels, identifiers, country and days.

:func:`read_names` reads them for :mod:`pan2kg.extract`, which finds them in documents.
"""

import re
from calendar import monthrange
from datetime import date

from pan2kg.extract.mentions import names_of
from pan2kg.extract.names import NamesInTexts, Thing
from pan2kg.store import ReadRows, gathered, program_query
from pan2kg.turtle.countries import countries
from pan2kg.turtle.vocabulary import PAN, kind_and_key, path_of

_SHORT_NAME = f"{PAN}shortName"
_ABBREVIATION = re.compile(r"[A-Z][A-Za-z]*[A-Z]\w* ?\d$")
"""An abbreviation with the number of an edition, such as « PAN 2 »."""
_KIND_OF = {
    "Plan": "plan",
    "PublicBody": "body",
    "Organisation": "body",
    "Provision": "provision",
}
"""What things of a class are in a text; those of all others are instruments."""
_SHARED = ("council-of-europe", "eu", "ilo", "international", "un", "oecd")
"""The folders of texts that are of no country."""


def read_names(read: ReadRows, own_country: str) -> NamesInTexts:
    """What a text can name, with the country its file or key says; ``own_country`` is that of the project."""
    things = _things(read, own_country)
    labels = []
    for iri, label, property_ in read(program_query("names/labels")):
        is_word = property_ == _SHORT_NAME and iri in things and _is_word(label, things[iri])
        if not is_word:
            labels.append((iri, label))
    refused = (words for (words,) in read(program_query("names/not-mentions")))
    return names_of(things.values(), labels, refused)


def _things(read: ReadRows, own_country: str) -> dict[str, Thing]:
    """What can be named, by IRI."""
    codes = {country.iri: country.code for country in countries().values()}
    identifiers = gathered(
        (iri, f"{kind_and_key(scheme)[1]}:{notation}")
        for iri, scheme, notation in read(program_query("names/identifiers"))
    )
    things = {}
    for iri, class_, key, type_, country, start, end, file in read(program_query("names/things")):
        if iri in things:
            continue
        name = key or kind_and_key(iri)[1] or iri.rpartition("/")[2]
        things[iri] = Thing(
            iri,
            name,
            _KIND_OF.get(class_.removeprefix(PAN), "instrument"),
            kind_and_key(type_)[1],
            codes.get(country) or _country_of(name, file, codes.get(own_country, "")),
            day_of(start),
            day_of(end, last=True),
            tuple(identifiers.get(iri, ())),
        )
    return things


def _is_word(short_name: str, thing: Thing) -> bool:
    """Whether the short name of a country's plan is a word that names other things too, as « Climat » is."""
    is_national_plan = thing.kind == "plan" and thing.country != ""
    return is_national_plan and not _ABBREVIATION.match(short_name)


def _country_of(key: str, file: str, own_country: str) -> str:
    """The code of the country a key begins with, else of the project, but for what lies in a shared folder."""
    code, dash, _ = key.partition("-")
    if dash and code in countries():
        return code
    path = path_of(file)
    top, _, below = path.partition("/")
    is_shared = top == "core" or (top == "instruments" and below.partition("/")[0] in _SHARED)
    return own_country if path and not is_shared else ""


def day_of(stated: str, *, last: bool = False) -> date | None:
    """A day as it is stated; of a year or a month its first day, or its last.

    >>> day_of("2018"), day_of("2018-05"), day_of("2018-05-03"), day_of("soon")
    (datetime.date(2018, 1, 1), datetime.date(2018, 5, 1), datetime.date(2018, 5, 3), None)
    >>> day_of("2018", last=True), day_of("2020-02", last=True)
    (datetime.date(2018, 12, 31), datetime.date(2020, 2, 29))
    """
    numbers = stated.split("-")
    if len(numbers[0]) != 4 or not all(digits.isdigit() for digits in numbers):
        return None
    year, *within = map(int, numbers)
    month = 12 if last else 1
    if within:
        month = within[0]
    if len(within) > 1:
        day = within[1]
    else:
        day = monthrange(year, month)[1] if last else 1
    return date(year, month, day)
