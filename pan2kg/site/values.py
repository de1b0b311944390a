"""What properties are called on a page, in which part of it they stand, and in what order."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pan2kg.graph.labels import short
from pan2kg.turtle.vocabulary import DCTERMS, PAN, RDF, RDFS, SKOS

if TYPE_CHECKING:
    from pan2kg.graph.labels import Index
    from pan2kg.i18n.text import Language

_SPACES: Final[Mapping[str, str]] = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": DCTERMS,
    "eli": "http://data.europa.eu/eli/ontology#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "pan": PAN,
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": RDF,
    "rdfs": RDFS,
    "skos": SKOS,
    "vann": "http://purl.org/vocab/vann/",
}
_BACK: Final = "from-"
LAST: Final = 10_000
"""The place of properties nothing is known of: after all others."""


@dataclass(frozen=True, slots=True)
class Property:
    """Which part of a page a property stands in, its place among others, and its names by language."""

    part: str = "other"
    place: int = LAST
    texts: Mapping[str, str] | None = None


_UNKNOWN: Final = Property()


@cache
def _table() -> Mapping[tuple[str, bool], Property]:
    found: dict[tuple[str, bool], Property] = {}
    text = Path(__file__).with_name("properties.toml").read_text(encoding="utf-8")
    for part, rows in tomllib.loads(text).items():
        for name, texts in rows.items():
            prefix, _, local = name.partition(":")
            at = _SPACES[prefix] + local, part.startswith(_BACK)
            found[at] = Property(part.removeprefix(_BACK), len(found), texts)
    return found


def known(iri: str, *, back: bool = False) -> Property:
    """Where a property stands; ``back``: on the page of what it points to.

    >>> known(PAN + "hasTimeline").part, known(PAN + "involves", back=True).part, known("http://e/p").part
    ('when', 'who', 'other')
    """
    return _table().get((iri, back), _UNKNOWN)


def called(index: Index, iri: str, language: Language, *, back: bool = False) -> tuple[str, str]:
    """What a property is called, and the language of these words where that is another one.

    Its own name in the ontology comes first; on the page of what it points to, the table's.
    """
    at = iri, language, back
    if at not in index.called:
        index.called[at] = _called(index, iri, language, back=back)
    return index.called[at]


def _called(index: Index, iri: str, language: Language, *, back: bool) -> tuple[str, str]:
    texts = known(iri, back=back).texts or {}
    entry = index.entry(iri)
    own = entry.texts if entry and not back else {}
    for words in (own.get(language), texts.get(language)):
        if words:
            return words, ""
    label = index.label(iri, language)
    return (label.text, label.language if label.language != language else "") if label.text else (short(iri), "")
