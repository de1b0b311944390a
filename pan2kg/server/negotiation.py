"""Which format a client gets: the Accept header against what there is (RFC 9110, 12.5.1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from pan2kg.i18n.catalogue import LANGUAGES

MOST: Final = 64
"""So many elements of a header are looked at."""
FORMATS: Final = "http://www.w3.org/ns/formats/"


@dataclass(frozen=True, slots=True)
class Form:
    """A format: its short name, the media types it goes by (the registered one first), its W3C name."""

    name: str
    media: tuple[str, ...]
    iri: str


TABLES: Final = (
    Form("json", ("application/sparql-results+json", "application/json"), FORMATS + "SPARQL_Results_JSON"),
    Form("xml", ("application/sparql-results+xml", "application/xml", "text/xml"), FORMATS + "SPARQL_Results_XML"),
    Form("csv", ("text/csv",), FORMATS + "SPARQL_Results_CSV"),
    Form("tsv", ("text/tab-separated-values",), FORMATS + "SPARQL_Results_TSV"),
)
"""Formats of solutions and booleans."""

GRAPHS: Final = (
    Form("turtle", ("text/turtle", "application/x-turtle"), FORMATS + "Turtle"),
    Form("ntriples", ("application/n-triples",), FORMATS + "N-Triples"),
    Form("rdfxml", ("application/rdf+xml", "application/xml", "text/xml"), FORMATS + "RDF_XML"),
    Form("jsonld", ("application/ld+json", "application/json"), FORMATS + "JSON-LD"),
    Form("trig", ("application/trig",), FORMATS + "TriG"),
    Form("nquads", ("application/n-quads",), FORMATS + "N-Quads"),
)
"""Formats of graphs."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen: the format, and the media type to name it by."""

    form: Form
    media: str

    @property
    def content_type(self) -> str:
        """The media type, with its charset where it is text.

        >>> Choice(TABLES[2], "text/csv").content_type
        'text/csv; charset=utf-8'
        """
        return f"{self.media}; charset=utf-8" if self.media.startswith("text/") else self.media


@dataclass(frozen=True, slots=True)
class Range:
    """One element of an Accept header."""

    kind: str
    subtype: str
    quality: float
    parameters: int

    def weight(self, media: str) -> tuple[int, float] | None:
        """How narrowly the range names a media type, and its quality; None where it does not match."""
        kind, _, subtype = media.partition("/")
        if self.kind not in ("*", kind) or self.subtype not in ("*", subtype):
            return None
        narrowness = 2 * ((self.kind != "*") + (self.subtype != "*")) + bool(self.parameters)
        return narrowness, self.quality


def read_accept(header: str) -> Iterator[Range]:
    """The media ranges of an Accept header; what is no media range is passed over.

    >>> [(r.kind, r.subtype, r.quality) for r in read_accept("text/turtle;q=0.5, */*;q=0, nonsense")]
    [('text', 'turtle', 0.5), ('*', '*', 0.0)]
    """
    for element in header.lower().split(",")[:MOST]:
        media, *parameters = (part.strip() for part in element.split(";"))
        kind, slash, subtype = media.partition("/")
        quality = _quality(parameters)
        if slash and kind and subtype and quality is not None and (kind != "*" or subtype == "*"):
            yield Range(kind, subtype, quality, sum(not one.startswith("q=") for one in parameters if one))


def _quality(parameters: list[str]) -> float | None:
    given = next((one[2:].strip() for one in parameters if one.startswith("q=")), "1")
    plain = given.replace(".", "", 1)
    if not (plain.isascii() and plain.isdigit()) or len(given) > 5:
        return None
    quality = float(given)
    return quality if quality <= 1 else None


@lru_cache(maxsize=128)
def choose(accept: str, forms: tuple[Form, ...]) -> Choice | None:
    """The best of the formats for an Accept header, None (a 406) where none of them is accepted.

    Each media type has the quality of the narrowest range that names it; among equals the first of
    ``forms`` is taken. An empty header accepts everything.

    >>> choose("text/csv;q=0.8, application/*;q=0.9", TABLES).media
    'application/sparql-results+json'
    >>> choose("*/*, application/sparql-results+json;q=0", TABLES).media
    'application/json'
    >>> choose("image/png", TABLES) is None
    True
    """
    ranges = list(read_accept(accept)) if accept.strip() else [Range("*", "*", 1.0, 0)]
    best: Choice | None = None
    best_quality = 0.0
    for form in forms:
        for media in form.media:
            quality = quality_of(media, ranges)
            if quality > best_quality:
                best, best_quality = Choice(form, media), quality
    return best


@lru_cache(maxsize=128)
def choose_formats(accept: str) -> tuple[Choice | None, Choice | None]:
    """The best format of rows and the best of triples, since only the engine tells which a query gives.

    >>> [choice.form.name for choice in choose_formats("application/json, text/turtle")]
    ['json', 'turtle']
    """
    return choose(accept, TABLES), choose(accept, GRAPHS)


def quality_of(media: str, ranges: list[Range]) -> float:
    """The quality of a media type: that of the narrowest range that matches it, 0 where none does."""
    weights = [weight for one in ranges if (weight := one.weight(media)) is not None]
    return max(weights)[1] if weights else 0.0


@lru_cache(maxsize=128)
def prefers_page(accept: str) -> bool:
    """Whether a client would rather have a page than data, as a browser's address line does.

    >>> prefers_page("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
    True
    >>> prefers_page("*/*"), prefers_page("text/turtle, text/html;q=0.5")
    (False, False)
    """
    ranges = [one for one in read_accept(accept) if one.kind != "*"]
    page = quality_of("text/html", ranges)
    data = max(quality_of(media, ranges) for form in TABLES + GRAPHS for media in form.media)
    return page > 0 and page >= data


@lru_cache(maxsize=128)
def preferred_language(header: str, languages: tuple[str, ...] = LANGUAGES) -> str:
    """The language of the interface for an Accept-Language header; the first one where nothing fits.

    >>> preferred_language("de-CH, en;q=0.7"), preferred_language("lb, en;q=0.1, fr;q=0.5"), preferred_language("")
    ('de', 'fr', 'fr')
    """
    wanted = []
    for place, element in enumerate(header.lower().split(",")[:MOST]):
        tag, *parameters = (part.strip() for part in element.split(";"))
        quality = _quality(parameters)
        language = tag.partition("-")[0]
        if language in languages and quality:
            wanted.append((-quality, place, language))
    return min(wanted)[2] if wanted else languages[0]


@lru_cache(maxsize=128)
def takes_gzip(accept: str) -> bool:
    """Whether an Accept-Encoding header takes gzip.

    >>> takes_gzip("br, gzip;q=0.5"), takes_gzip("gzip;q=0"), takes_gzip("")
    (True, False, False)
    """
    for element in accept.lower().split(","):
        coding, _, quality = element.replace(" ", "").partition(";q=")
        if coding in ("gzip", "*"):
            return quality.strip("0.") != "" or not quality
    return False
