"""Our own rules for a catalogue, so that a release can refuse to finish without a validator at hand.

What the portal's software was seen to do wrong is among them: it takes the first literal for the title,
skips a dataset without an identifier, merges distributions of one address.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Final

import pyoxigraph as ox

from pan2kg.publish.catalogue.terms import ADMS, DCAT, DCATAP, FOAF, SPDX, TYPE, Term
from pan2kg.turtle.vocabulary import DCTERMS, RDFS, SKOS

Values = Mapping[str, list[Term]]
NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    DCAT + "Catalog": (
        DCTERMS + "title", DCTERMS + "description", DCTERMS + "publisher", DCTERMS + "language", DCTERMS + "issued",
        DCTERMS + "modified", DCTERMS + "license", DCTERMS + "spatial", DCAT + "themeTaxonomy", FOAF + "homepage",
        DCAT + "dataset",
    ),
    DCAT + "Dataset": (
        DCTERMS + "title", DCTERMS + "description", DCTERMS + "identifier", DCTERMS + "publisher", DCTERMS + "spatial",
        DCAT + "keyword", DCAT + "theme", DCAT + "distribution", DCAT + "version",
    ),
    DCAT + "Distribution": (
        DCTERMS + "title", DCTERMS + "description", DCAT + "accessURL", DCTERMS + "format", DCAT + "mediaType",
        DCTERMS + "license", DCTERMS + "rights", DCATAP + "availability", ADMS + "status",
    ),
    DCAT + "DataService": (
        DCTERMS + "title", DCAT + "endpointURL", DCTERMS + "conformsTo", DCAT + "servesDataset",
        DCAT + "endpointDescription",
    ),
}  # fmt: skip
"""What each thing of a catalogue must say, by its class."""

_LABELS: Final = tuple(space + name for space, name in (
    (RDFS, "label"), (DCTERMS, "title"), (SKOS, "prefLabel"), (FOAF, "name"),
    ("http://www.w3.org/2006/vcard/ns#", "fn"),
))  # fmt: skip
_PLACES: Final = frozenset((
    DCAT + "accessURL", DCAT + "downloadURL", DCAT + "endpointURL", DCAT + "previousVersion", TYPE.value,
    "http://www.w3.org/2002/07/owl#versionIRI", "http://www.w3.org/2006/vcard/ns#hasEmail",
    "http://www.w3.org/2006/vcard/ns#hasURL",
))  # fmt: skip
"""Properties whose value is an address rather than a thing the catalogue describes."""


def faults(triples: Iterable[ox.Triple], today: date) -> list[str]:
    """What is wrong with a catalogue, one sentence each; none is the pass.

    >>> faults([], date(2026, 11, 25))
    ['The catalogue describes no dataset.']
    """
    sheets: dict[str, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
    for triple in triples:
        if not isinstance(triple.object, ox.Triple):
            sheets[str(triple.subject)][triple.predicate.value].append(triple.object)
    if not any(DCAT + "Dataset" in _classes(sheet) for sheet in sheets.values()):
        return ["The catalogue describes no dataset."]
    rules: tuple[Callable[[Mapping[str, Values], date], Iterator[str]], ...] = (
        _missing, _undescribed, _not_french_first, _future, _shared, _thin,
    )  # fmt: skip
    return [fault for rule in rules for fault in rule(sheets, today)]


def _classes(sheet: Values) -> set[str]:
    return {value.value for value in sheet.get(TYPE.value, [])}


def _missing(sheets: Mapping[str, Values], _: date) -> Iterator[str]:
    for subject, sheet in sheets.items():
        for kind in _classes(sheet) & NEEDED.keys():
            yield from (f"{subject} lacks <{name}>." for name in NEEDED[kind] if not sheet.get(name))


def _undescribed(sheets: Mapping[str, Values], _: date) -> Iterator[str]:
    for subject, sheet in sheets.items():
        for predicate, values in sheet.items():
            if predicate in _PLACES:
                continue
            for value in values:
                if isinstance(value, ox.NamedNode) and not _is_described(sheets.get(str(value), {})):
                    yield f"{subject} refers to {value}, of which the catalogue gives neither class nor label."


def _is_described(sheet: Values) -> bool:
    return bool(sheet.get(TYPE.value)) and any(sheet.get(name) for name in _LABELS)


def _not_french_first(sheets: Mapping[str, Values], _: date) -> Iterator[str]:
    for subject, sheet in sheets.items():
        for predicate, values in sheet.items():
            tags = [value.language for value in values if isinstance(value, ox.Literal) and value.language]
            if "fr" in tags and tags[0] != "fr":
                yield f"{subject}: the first value of <{predicate}> is not the French one."


def _future(sheets: Mapping[str, Values], today: date) -> Iterator[str]:
    for subject, sheet in sheets.items():
        for name in ("issued", "modified"):
            for value in sheet.get(DCTERMS + name, []):
                if value.value[:10] > today.isoformat():
                    yield f"{subject}: dcterms:{name} {value.value[:10]} lies in the future."


def _shared(sheets: Mapping[str, Values], _: date) -> Iterator[str]:
    """A portal merges distributions of one address, and makes a nameless resource of dct:hasPart."""
    distributions = [sheet for sheet in sheets.values() if DCAT + "Distribution" in _classes(sheet)]
    counted = Counter(str(value) for sheet in distributions for value in sheet.get(DCAT + "accessURL", []))
    for address, number in counted.items():
        if number > 1:
            yield f"{address} is the address of {number} distributions."
    for sheet in distributions:
        if sheet.get(DCAT + "downloadURL") and not (sheet.get(DCAT + "byteSize") and sheet.get(SPDX + "checksum")):
            yield f"{sheet[DCAT + 'downloadURL'][0]} has no size or no checksum."
    for subject, sheet in sheets.items():
        if sheet.get(DCTERMS + "hasPart"):
            yield f"{subject} has dcterms:hasPart."


def _thin(sheets: Mapping[str, Values], _: date) -> Iterator[str]:
    """A portal scores keywords below three characters and descriptions below a hundred down."""
    for subject, sheet in sheets.items():
        if DCAT + "Dataset" not in _classes(sheet):
            continue
        if any(len(word.value) < _SHORT_WORD for word in sheet.get(DCAT + "keyword", [])):
            yield f"{subject}: a keyword is shorter than {_SHORT_WORD} characters."
        if any(len(text.value) < _SHORT_TEXT for text in sheet.get(DCTERMS + "description", [])):
            yield f"{subject}: a description is shorter than {_SHORT_TEXT} characters."
        if [value.value for value in sheet.get(DCTERMS + "identifier", [])] != [subject.strip("<>")]:
            yield f"{subject}: dcterms:identifier is not the IRI of the dataset."


_SHORT_WORD: Final = 3
_SHORT_TEXT: Final = 100
