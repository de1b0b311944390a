"""What a text can name, as the graph knows it: the things, their identifiers, and every word they are called by."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Final

from pan2kg.countries.table import countries
from pan2kg.extract.mentions import names_of
from pan2kg.extract.names import Names, Thing
from pan2kg.store.queries import program_query
from pan2kg.turtle.vocabulary import PAN, kind_and_key, path_of

Read = Callable[[str], list[list[str]]]
"""Gives the rows of a query as plain text."""
_SHORT: Final = PAN + "shortName"
_ABBREVIATION: Final = re.compile(r"[A-Z][A-Za-z]*[A-Z]\w* ?\d$")
_KINDS: Final = {"Plan": "plan", "PublicBody": "body", "Organisation": "body", "Provision": "provision"}


def read_names(read: Read, own_country: str) -> Names:
    """Everything of the graph a text can name; ``own_country`` is the country whose graph it is, by IRI.

    >>> from pan2kg.graph.graph import open_graph
    >>> names = open_graph().names
    >>> names.identified("celex:32014L0024").key, [one.things[0][-15:] for one in names.find("the Paris Agreement")]
    ('dir-2014-24', ['paris-agreement'])
    """
    codes = {country.iri: country.code for country in countries().values()}
    identifiers: dict[str, list[str]] = {}
    for thing, scheme, notation in read(program_query("names/identifiers")):
        identifiers.setdefault(thing, []).append(f"{kind_and_key(scheme)[1]}:{notation}")
    things: dict[str, Thing] = {}
    for iri, class_, key, type_, country, start, end, file in read(program_query("names/things")):
        if iri in things:
            continue
        name = key or kind_and_key(iri)[1] or iri.rpartition("/")[2]
        things[iri] = Thing(
            iri, name, _KINDS.get(class_.removeprefix(PAN), "instrument"), kind_and_key(type_)[1],
            codes.get(country) or _country(name, file, codes.get(own_country, "")), day_of(start),
            day_of(end, last=True), tuple(identifiers.get(iri, ())),
        )  # fmt: skip
    labels = (
        (iri, label) for iri, label, property_ in read(program_query("names/labels"))
        if property_ != _SHORT or _is_name(things.get(iri), label)
    )  # fmt: skip
    return names_of(things.values(), labels, (row[0] for row in read(program_query("names/not-mentions"))))


def _is_name(thing: Thing | None, words: str) -> bool:
    """Whether a short name of ours is one texts use: that of a country's plan often only says its subject."""
    return thing is None or thing.kind != "plan" or not thing.country or _ABBREVIATION.match(words) is not None


def _country(key: str, file: str, own: str) -> str:
    """The country of a thing that does not say it: that of its key, else the project’s own; none in the core."""
    code = key[:2] if key[2:3] == "-" else ""
    if code in countries():
        return code
    path = path_of(file)
    shared = path.startswith("core/") or path.split("/")[:2] in (["instruments", one] for one in _SHARED)
    return "" if shared or not path else own


_SHARED: Final = ("council-of-europe", "eu", "ilo", "international", "un", "oecd")
"""The folders of texts that are of no country."""


def day_of(stated: str, *, last: bool = False) -> date | None:
    """A day as it is stated, the first day of a year or a month, or its last one.

    >>> day_of("2018"), day_of("2018-05"), day_of("2018-05-03"), day_of("soon")
    (datetime.date(2018, 1, 1), datetime.date(2018, 5, 1), datetime.date(2018, 5, 3), None)
    """
    parts = stated.split("-")
    if not all(part.isdigit() for part in parts) or len(parts[0]) != 4:
        return None
    rest = ["12", "28"] if last else ["01", "01"]
    year, month, day = [*parts, *rest[len(parts) - 1 :]][:3]
    return date(int(year), int(month), int(day))
