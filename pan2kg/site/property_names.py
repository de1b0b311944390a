"""What pages call a property, and where they tell it, as ``properties.toml`` lists them."""

import tomllib
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from pan2kg.graph import labels
from pan2kg.i18n import Language, Messages
from pan2kg.turtle.vocabulary import DCTERMS, PAN, RDF, RDFS, SKOS

ORG = "http://www.w3.org/ns/org#"
_SPACES: Mapping[str, str] = {
    "adms": "http://www.w3.org/ns/adms#", "dcat": "http://www.w3.org/ns/dcat#", "dcterms": DCTERMS,
    "eli": "http://data.europa.eu/eli/ontology#", "foaf": "http://xmlns.com/foaf/0.1/", "org": ORG,
    "owl": "http://www.w3.org/2002/07/owl#", "pan": PAN, "prov": "http://www.w3.org/ns/prov#", "rdf": RDF,
    "rdfs": RDFS, "skos": SKOS, "vann": "http://purl.org/vocab/vann/",
}  # fmt: skip
_PAGE = Messages("page")
_OUTWARD = Messages("property")
_BACK = Messages("property-from")


class PropertyPlace(NamedTuple):
    """Where a property is told: in which part of a page, its place there, and its name in ``properties.toml``."""

    section: str
    place: int
    name: str


class PropertyLabel(NamedTuple):
    """What a property is called, and the language of that where it is not the one asked for."""

    words: str
    language: str


_UNLISTED = PropertyPlace("other", 10_000, "")
"""The place of a property that is not listed: behind all that are."""


def property_place(iri: str, *, back: bool = False) -> PropertyPlace:
    """The place of a property; read ``back`` it is told on the page of the thing it points to.

    >>> property_place(PAN + "hasTopic").section, property_place("http://e/unheard").section
    ('what', 'other')
    """
    return _places().get((iri, back), _UNLISTED)


@cache
def _places() -> Mapping[tuple[str, bool], PropertyPlace]:
    places: dict[tuple[str, bool], PropertyPlace] = {}
    text = Path(__file__).with_name("properties.toml").read_text(encoding="utf-8")
    for section, names in tomllib.loads(text).items():
        side = section.removeprefix("from-")
        for name in names:
            prefix, _, local = name.partition(":")
            place = PropertyPlace(side, len(places), name)
            places[_SPACES[prefix] + local, side != section] = place
    return places


@lru_cache(maxsize=1 << 12)  # pages ask for the same ones again and again
def property_label(
    index: labels.Labels, iri: str, language: Language, *, back: bool = False
) -> PropertyLabel:
    """What a property is called in a language.

    Read ``back`` it says what points to a thing: « actions » of what has them.
    """
    label = index.label(iri, language)
    key = property_place(iri, back=back).name
    messages = _BACK if back else _OUTWARD
    is_in_language = label.language == language
    if (back or not is_in_language) and messages.has(key, language):
        words = messages.say(key, language)
        foreign = ""
    else:
        words = label.text
        foreign = "" if is_in_language else label.language
    if back and not key:
        words = _PAGE.say("pointing", language, name=words)
    return PropertyLabel(words, foreign)
